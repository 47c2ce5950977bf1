# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2231,SC2044
#
# Heaps with per-CPU caches (magazines): a processor that goes offline leaves no cached blocks.
. /tests/lib.sh

cpu1=/sys/devices/system/cpu/cpu1/online

# on MASK: run this shell and what it starts on these processors.
on() {
	taskset -p $1 $$ >/dev/null || fail "no processors $1"
}

# goes HEAP: an allocation on processor 1 fills its cache with a batch of 16 blocks, of which one
# is returned. When the processor goes offline, the cache must be emptied, and when it comes back
# it must be used again.
goes() {
	local heap=$1

	on 2
	alloc $heap 64
	on 1
	stat $heap cached
	[ "$value" -ge $((5 * 64)) ] || fail "$heap: cached is $value"
	echo 0 >$cpu1 || fail "cpu1 does not go"
	expect_stats $heap cached=0 live=1
	expect_check_ok $heap
	accept $heap/free $handle
	echo 1 >$cpu1 || fail "cpu1 does not come back"
	expect_stats $heap live=0
	on 2
	alloc $heap 64
	on 3
	stat $heap cached
	[ "$value" -gt 0 ] || fail "$heap: nothing is cached again"
	accept $heap/free $handle
	expect_stats $heap live=0
	expect_check_ok $heap
}

test_processor_that_goes_is_emptied_tlsf() {
	create p tlsf 1M percpu
	goes p
}

test_processor_that_goes_is_emptied_slab() {
	create p slab 1M percpu
	goes p
}

test_processor_that_goes_is_emptied_pool() {
	create p pool 64K elem=64 percpu
	goes p
}

run_tests
