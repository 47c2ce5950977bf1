# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# Functions that bench/run, net and netprof share.  The script that sources this file
# has set $root, $kernels, $modules, $figures and $work, a directory of its own.

die() {
	local status=$1

	shift
	echo "bench: $*" >&2
	exit "$status"
}

known_kernels() {
	"$root/tools/kernels" | xargs | sed 's/ /, /g; s/, \([^,]*\)$/ or \1/'
}

# choose_kernels NAME...: set $kernels to these if none was chosen; all must be known.
choose_kernels() {
	local kernel

	[[ ${#kernels[@]} -gt 0 ]] || kernels=("$@")
	for kernel in "${kernels[@]}"; do
		grep -qxF -- "$kernel" < <("$root/tools/kernels") ||
			die 2 "unknown kernel '$kernel' (known: $(known_kernels))"
	done
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

# run_net KERNEL CLEAR OUTPUT GUEST OPTION...: run the script in the VM with a network, with the
# modules and the tests' library there. CLEAR is 1 if the kernel clears the memory that it
# allocates, as Debian's kernels do by default.
run_net() {
	local kernel=$1 clear=$2 output=$3 guest=$4 from=${modules:-$root/build}/mod-$1

	shift 4
	[[ -e $from/rtalloc_net.ko ]] || die 1 "no $from/rtalloc_net.ko"
	at_once "$root/tools/vm/run" --net --kernel "$kernel" --no-share \
		--modprobe pktgen --append "init_on_alloc=$clear" \
		--file "$from/rtalloc.ko:/rtalloc.ko" \
		--file "$from/rtalloc_net.ko:/rtalloc_net.ko" \
		--file "$root/tools/vm/tests:/tests" --script "$guest" "$@" >"$output" ||
		{ cat "$output" >&2; die 1 "the run failed on $kernel"; }
}

# value NAME: print this figure.
value() {
	awk -F '\t' -v name="$1" '$1 == name { print $2 }' "$figures"
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
