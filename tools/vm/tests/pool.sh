# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2231,SC2044
#
# Pools of fixed elements, used from the shell through debugfs and rtheap like any other heap.
. /tests/lib.sh

# takes HEAP SIZE OFFSET...: allocate a block for each offset; fail if it is elsewhere.
takes() {
	local heap=$1 size=$2 want

	shift 2
	for want; do
		alloc $heap $size
		expect_eq "offset of block $handle of $heap" "$offset" $want
	done
}

# An element of 100 bytes takes 104. New elements are used in the order of their addresses, and
# then those that were freed, the last one first.
test_order() {
	create p pool 64K elem=100 count=5
	takes p 100 0 104 208 312 416
	refuse p/alloc "$full" '*' 100
	accept p/free 2
	accept p/free 4
	takes p 1 312 104
	expect_stats p backend=pool lock=raw live=5 used=520 max_used=520
	expect_check_ok p
}

test_high_first() {
	create p pool 64K elem=104 count=3 high-first
	takes p 104 208 104 0
	accept p/free 2
	takes p 104 104
	expect_check_ok p
}

# A header is one word before each element. Guards are 16 bytes before and 16 after it.
test_layout() {
	create header pool 64K elem=104 count=2 header
	takes header 104 8 120
	create guards pool 64K elem=104 count=2 guards
	takes guards 104 16 152
	create aligned pool 64K elem=100 count=2 align=256
	takes aligned 100 0 256
	for heap in header guards aligned; do
		expect_check_ok $heap
	done
}

# Without count= the pool has as many elements as fit with 4 more bytes each: 4096 / (64 + 4) is
# 60.
test_as_many_as_fit() {
	local i

	create p pool 4096 elem=64
	for i in $(seq 60); do
		accept p/alloc 64 || return
	done
	refuse p/alloc "$full" '*' 64
	expect_stats p live=60 used=3840
}

test_requests_refused() {
	create p pool 64K elem=64 count=4
	refuse p/alloc "$full" '*' 65
	refuse p/free "$missing" '*no block has this handle' 1
	alloc p 64
	accept p/free 1
	refuse p/free "$missing" '*no block has this handle' 1
	refuse control "$unsupported" '*' extend p 64K
	refuse control "$unsupported" '*' shrink p
	expect_stats p live=0 failed=1
}

test_options_refused() {
	refuse control "$invalid" 'a pool needs the size of its elements' \
		create p pool 64K
	refuse control "$invalid" 'only a pool has elements' \
		create p tlsf 64K elem=64
	refuse control "$invalid" 'elem is below 1' \
		create p pool 64K elem=0
	refuse control "$invalid" 'elem is not a number' \
		create p pool 64K elem=-1
	refuse control "$invalid" 'count is not from 1 to 2147483647' \
		create p pool 64K elem=64 count=0x80000000
	refuse control "$no_space" '*' create p pool 4096 elem=64 count=61
	refuse control "$no_space" '*' \
		create p pool 4096 elem=0xfffffffffffffff0
	refuse control "$invalid" '*' create p slab 64K guards
	refuse control "$invalid" '*' create p pool 64K elem=64 align=24
	refuse control "$invalid" '*' create p pool 64K elem=64 align=$((2 * page))
	refuse control "$invalid" '*' create p pool 64K elem=64 protect
}

# A quarter of the elements is in use, the first 16 of 64: 8192 bytes. The map must show this.
test_map() {
	create p pool 64K elem=512 count=64
	takes p 512 $(seq 0 512 7680)
	rtheap map p --width 64 --height 64 >$TMP/map || fail "rtheap map: $?"
	expect_eq "used bytes" "$(awk '$3 == "used" { n += $2 } END { print n }' \
		$D/p/map)" 8192
	expect_eq "free bytes" "$(awk '$3 == "free" { n += $2 } END { print n }' \
		$D/p/map)" 24576
}

test_rtheap() {
	local out

	rtheap create p pool 64K --elem 100 --elements 3 --header --guards \
		--high-first || fail "rtheap create: $?"
	# An element takes 144 bytes: 24 before it (guard and word), 104, and 16 after it. The last
	# one starts at 288, and its block at 288 + 24.
	takes p 100 312 168 24
	out=$(rtheap stats p --json) || fail "rtheap stats: $?"
	expect_match "stats" "$out" '*"backend": "pool"*'
	expect_check_ok p
}

run_tests
