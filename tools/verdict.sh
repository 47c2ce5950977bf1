# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# How tests of tools print and count their results, in $passed and $failed. A script that
# uses expect() has set $work, a directory of its own.
passed=0
failed=0

# verdict NAME WHY: print and count the result of a test, which passed if WHY is empty.
verdict() {
	if [[ -z $2 ]]; then
		echo "ok $1"
		passed=$((passed + 1))
	else
		echo "not ok $1: ${2//$'\n'/ }"
		failed=$((failed + 1))
	fi
}

# expect NAME STATUS TEXT COMMAND...: the command must exit with STATUS and print a line
# that matches TEXT.
expect() {
	local name=$1 wanted=$2 text=$3 status=0 why=

	shift 3
	"$@" >"$work/out" 2>&1 </dev/null || status=$?
	[[ $status -eq $wanted ]] && grep -qE -- "$text" "$work/out" ||
		why="status $status, not $wanted, or no '$text': $(head -c 400 "$work/out" | tr -d '\0')"
	verdict "$name" "$why"
}
