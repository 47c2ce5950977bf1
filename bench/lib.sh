# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# Functions that bench/run and bench/net share.  The script that sources this file
# has set $root, $figures and $work, a directory of its own.

die() {
	local status=$1

	shift
	echo "bench: $*" >&2
	exit "$status"
}

known_kernels() {
	"$root/tools/kernels" | xargs | sed 's/ /, /g; s/, \([^,]*\)$/ or \1/'
}

check_kernel() {
	grep -qxF -- "$1" < <("$root/tools/kernels") ||
		die 2 "unknown kernel '$1' (known: $(known_kernels))"
}

build_modules() {
	make -s -C "$root" modules KVER="$1" >"$work/make" 2>&1 ||
		{ cat "$work/make" >&2; die 1 "cannot build for $1"; }
}

# The cards are emulated by another thread of QEMU than the processor. If other
# programs keep that thread waiting, the guest counts instructions that wait for it.
at_once() {
	if chrt -r 1 true 2>/dev/null; then
		chrt -r 1 "$@"
	else
		"$@"
	fi
}

# merge FILE: put its figures into $figures, replacing those of the same name.
merge() {
	local new=$1

	[[ -s $new ]] || die 1 "no figures"
	mkdir -p "$(dirname "$figures")"
	touch "$figures"
	awk -F '\t' 'NR == FNR { fresh[$1]; print; next } !($1 in fresh)' \
		"$new" "$figures" >"$work/merged"
	LC_ALL=C sort -V "$work/merged" >"$work/sorted"
	cat "$work/sorted" >"$figures"
}
