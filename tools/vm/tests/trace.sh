# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2231,SC2044
#
# The tracepoints have the right contents, and no file shows a kernel address.
. /tests/lib.sh

address='0xffff|[0-9a-f]{16}'

set_up() {
	# Load the module again, because last_error may quote numbers of earlier tests.
	dmesg -c >/dev/null
	load size=16M || return
	echo >$T/trace
	echo 1 >$T/events/rtalloc/enable
}

# Print the events so far without task, CPU and time. Each must name a function of the module as
# the caller, which is not printed either.
events() {
	sed -n 's/^.*: rtalloc_\(.*\) caller=[a-z0-9_.]*+0x[0-9a-f/x]* \[rtalloc\]$/\1/p' \
		$T/trace
}

expect_events() {
	echo 0 >$T/events/rtalloc/enable
	expect_eq "the events" "$(events)" "$1"
	expect_eq "lines of the trace" "$(grep -vc '^#' $T/trace)" \
		"$(events | wc -l)"
	expect_no_address "the trace" $T/trace
}

expect_no_address() {
	local what=$1

	shift
	! cat "$@" | grep -qE "$address" ||
		fail "$what shows an address: $(cat "$@" | grep -E "$address" | head -n 1)"
}

trace_three() {
	create demo "$1" 512K
	alloc demo 100
	accept demo/free 1
	put demo/alloc 1M
	expect_eq "alloc of 1M" "$err" "$full"
	expect_events "alloc: heap=demo offset=$offset size=100
free: heap=demo offset=$offset
fail: heap=demo size=1048576"
}

test_slab() {
	trace_three slab
}

test_memheap() {
	trace_three memheap
}

test_realloc() {
	local old

	create demo memheap 512K
	alloc demo 100
	old=$offset
	alloc demo 100
	second=$offset
	accept demo/realloc 1 5000
	read -r handle offset <$D/demo/realloc
	expect_events "alloc: heap=demo offset=$old size=100
alloc: heap=demo offset=$second size=100
free: heap=demo offset=$old
alloc: heap=demo offset=$offset size=5000"
}

# An alignment, zeroed memory, and a refusal before the heap is asked.
test_other_requests() {
	create demo memheap 512K
	alloc demo 100 align=4096 zero
	put demo/alloc 0
	put demo/free 77
	expect_events "alloc: heap=demo offset=$offset size=100"
}

test_nothing_when_off() {
	echo 0 >$T/events/rtalloc/enable
	create demo slab 512K
	alloc demo 100
	accept demo/free 1
	expect_events ''
}

test_no_address_in_any_file() {
	local file backend

	for backend in slab memheap; do
		create $backend $backend 512K
		alloc $backend 100
		alloc $backend 5000
		put $backend/free 99
	done
	put control create slab slab 64K
	for file in $(find $D -type f); do
		expect_no_address "$file" "$file"
	done
	accept control destroy slab force
	unload
	dmesg | grep 'rtalloc: ' >$TMP/log
	expect_match "the log" "$(cat $TMP/log)" '*left over*'
	expect_no_address "the log" $TMP/log
}

test_unload_with_tracing_on() {
	create demo slab 512K
	alloc demo 100
	unload
	expect_no_file $T/events/rtalloc
	grep -q . $T/trace || fail "the trace cannot be read"
}

run_tests
