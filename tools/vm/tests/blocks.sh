# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2231,SC2044
#
# Requests for blocks through the files of a heap, on two backends: what works, what is
# refused, and that the statistics count each request.
. /tests/lib.sh

set_up() {
	loaded || load size=16M || return
	create slab slab 512K
	create memheap memheap 512K
}

# on_both FUNCTION: call it for each of the two heaps, with the heap's name as its argument.
on_both() {
	"$1" slab
	"$1" memheap
	expect_check_ok slab
	expect_check_ok memheap
}

count_exactly() {
	alloc "$1" 100
	alloc "$1" 200
	alloc "$1" 5000
	accept "$1/realloc" 1 300
	accept "$1/realloc" 1 10
	accept "$1/free" 2
	refuse "$1/alloc" "$full" 'no room*' 1M
	refuse "$1/realloc" "$full" 'no room*' 1 1M
	refuse "$1/free" "$missing" '2: no block*' 2
	refuse "$1/alloc" "$invalid" 'size is 0' 0
	expect_stats "$1" live=2 allocs=3 frees=1 reallocs=2 failed=2 faults=0
	accept "$1/free" 1
	accept "$1/free" 3
	expect_stats "$1" live=0 allocs=3 frees=3 reallocs=2 failed=2 faults=0
}

test_statistics() {
	on_both count_exactly
}

# A block of 100 bytes that must grow to 200 (208 with rounding) takes the missing 96 bytes from
# the end of the free block before it: it moves down from offset 336 to 240.
test_growing_downwards() {
	create t default 64K
	alloc t 300
	alloc t 100
	expect_eq "the second block" "$handle $offset" '2 336'
	alloc t 8
	accept t/free 1
	accept t/fill 2
	accept t/realloc 2 200
	expect_eq "where it is" "$(cat $D/t/realloc)" '2 240'
	accept t/verify 2
	expect_check_ok t
	expect_stats t live=2 reallocs=1 faults=0
}

keep_contents() {
	local size

	for size in 1 8 100 1000 4096 10000; do
		alloc "$1" $size
		accept "$1/fill" "$handle"
		accept "$1/verify" "$handle"
		accept "$1/realloc" "$handle" $((size * 3))
		accept "$1/verify" "$handle"
		accept "$1/realloc" "$handle" $((size / 2 + 1))
		accept "$1/verify" "$handle"
	done
	for handle in 1 2 3 4 5 6; do
		accept "$1/verify" $handle
		accept "$1/free" $handle
	done
	expect_stats "$1" live=0
}

test_contents() {
	on_both keep_contents
}

refuse_unfilled() {
	alloc "$1" 100
	refuse "$1/verify" 'No data available' '1: was never filled' 1
	accept "$1/fill" 1
	accept "$1/realloc" 1 4000
	accept "$1/verify" 1
	alloc "$1" 100 zero
	refuse "$1/verify" 'No data available' '2: was never filled' 2
}

test_verify_before_fill() {
	on_both refuse_unfilled
}

align_block() {
	local align

	for align in 1 2 8 16 64 256 4096; do
		alloc "$1" 100 align=$align
		expect_eq "offset $offset modulo $align" $((offset % align)) 0
		accept "$1/fill" "$handle"
	done
	for align in 0 3 24 -8 x '' 0x8000000000000001; do
		refuse "$1/alloc" "$invalid" '*align is not a power of two' \
			100 align=$align
	done
	for align in 1M 1G 0x8000000000000000; do
		refuse "$1/alloc" "$full" 'no room*' 100 align=$align
	done
	for handle in 1 2 3 4 5 6 7; do
		accept "$1/verify" $handle
		accept "$1/free" $handle
	done
	expect_stats "$1" live=0
}

test_align() {
	on_both align_block
}

refuse_sizes() {
	local size

	alloc "$1" 100
	refuse "$1/alloc" "$invalid" 'size is 0' 0
	refuse "$1/alloc" "$invalid" 'size is 0' 0x0
	refuse "$1/realloc" "$invalid" '*not a size above 0' 1 0
	for size in -1 16E x 1.5K 0x 99999999999999999999 \
		0x10000000000000000 17179869184G; do
		refuse "$1/alloc" "$invalid" '*not a size' "$size"
		refuse "$1/realloc" "$invalid" '*not a size*' 1 "$size"
	done
	for size in 18446744073709551615 0xffffffffffffffff \
		0xfffffffffffffff8 0xffffffffffffffd0 0xffffffffffffffc8 \
		0xfffffffffffff000 0xfffffffffffff001 \
		0x8000000000000000 0x7fffffffffffffff 0x100000000 \
		0x100000001 4G 512K; do
		refuse "$1/alloc" "$full" 'no room for * bytes' $size
		refuse "$1/alloc" "$full" 'no room for * bytes' $size align=4096
		refuse "$1/realloc" "$full" 'no room for * bytes' 1 $size
	done
	expect_stats "$1" live=1 reallocs=0 failed=39 faults=0
}

test_sizes() {
	on_both refuse_sizes
}

refuse_handles() {
	local file

	alloc "$1" 100
	alloc "$1" 100
	accept "$1/free" 1
	for file in free fill verify; do
		for handle in 0 1 3 99 0x7fffffff 4294967295 4294967296 \
			4294967298 0x100000002 18446744073709551615; do
			refuse "$1/$file" "$missing" '*: no block has this handle' \
				$handle
		done
		for handle in -2 two 2x 2. 0xg 18446744073709551616; do
			refuse "$1/$file" "$invalid" '*: not a handle' $handle
		done
		refuse "$1/$file" "$invalid" 'wrong number of words' 2 2
		refuse "$1/$file" "$invalid" 'request is empty' ''
	done
	for handle in 0 1 4294967298; do
		refuse "$1/realloc" "$missing" '*: no block has this handle' \
			$handle 200
	done
	refuse "$1/realloc" "$invalid" '*: not a handle' two 200
	refuse "$1/realloc" "$invalid" 'wrong number of words' 2
	refuse "$1/realloc" "$invalid" 'wrong number of words' 2 3 4
	expect_stats "$1" live=1 allocs=2 frees=1 faults=0
	accept "$1/free" 0x2
	expect_stats "$1" live=0
}

test_handles() {
	on_both refuse_handles
}

# A handle's number is not used again for the next 100 blocks, so that a stale one is noticed.
test_handles_are_not_used_again() {
	local i=1

	while [ $i -le 100 ]; do
		alloc slab 100
		expect_eq handle "$handle" $i
		accept slab/free "$handle"
		i=$((i + 1))
	done
}

refuse_words() {
	refuse "$1/alloc" "$invalid" 'wrong number of words' \
		100 zero zero zero zero
	refuse "$1/alloc" "$invalid" 'request has more than 19 words' \
		1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20
	refuse "$1/alloc" "$invalid" '*unknown word' 100 one
	refuse "$1/alloc" "$invalid" '*unknown word' 100 zeros
	refuse "$1/alloc" "$invalid" '*unknown word' 100 colour=red
	refuse "$1/alloc" "$invalid" '*unknown word' 100 align
	refuse "$1/alloc" "$invalid" '*unknown word' 100 owner=
	refuse "$1/alloc" "$invalid" 'request is empty' ''
	refuse "$1/alloc" "$invalid" '*' "100${nl}100"
	expect_stats "$1" live=0
}

test_words() {
	on_both refuse_words
}

test_owner() {
	alloc memheap 100 owner=net0
	alloc memheap 200 owner=a zero align=64
	alloc memheap 300
	expect_eq "owners in the map" "$(awk '$3 == "used" { print $4 }' \
		$D/memheap/map | tr '\n' ' ')" 'net0 a - '
	refuse memheap/alloc 'File name too long' \
		'owner is longer than 4 characters' 100 owner=net00
	refuse slab/alloc "$unsupported" \
		'the backend keeps no owner tags' 100 owner=net0
	accept memheap/free 1
	! grep -q net0 $D/memheap/map || fail "the tag outlives its block"
	expect_check_ok memheap
}

# A request with the word "zero" is accepted, and its block can be filled and verified. That
# the block is cleared cannot be seen from here; debugfs_kunit.c tests it.
test_zero() {
	local backend

	for backend in slab memheap; do
		alloc $backend 1000
		accept $backend/fill "$handle"
		accept $backend/free "$handle"
		use $backend 1000 zero
		expect_stats $backend live=1
	done
}

# Allocate until nothing fits, and free everything, twice. The second time exactly as many
# blocks must fit, and as much must be in use when all are free.
exhaust() {
	local round i used live

	for round in 1 2; do
		i=0
		while echo 1000 >"$D/$1/alloc"; do
			i=$((i + 1))
		done 2>/dev/null
		[ $i -gt 300 ] || fail "$1: full after $i blocks"
		refuse "$1/alloc" "$full" 'no room for 1000 bytes' 1000
		expect_stats "$1" live=$i
		[ $round -eq 1 ] || expect_eq "$1: blocks again" $i "$live"
		live=$i
		expect_check_ok "$1"
		free_all "$1" $(((round - 1) * live)) $live
		expect_stats "$1" live=0
		[ $round -eq 1 ] || expect_stats "$1" used="$used"
		stat "$1" used
		used=$value
		expect_check_ok "$1"
	done
	expect_stats "$1" failed=4 faults=0
}

# free_all HEAP BEFORE COUNT: free the COUNT blocks with handles above BEFORE, every second one
# first.
free_all() {
	local i

	for i in 1 2; do
		while [ $i -le "$3" ]; do
			echo $(($2 + i)) >"$D/$1/free"
			i=$((i + 2))
		done
	done
}

test_exhaustion() {
	on_both exhaust
}

# A request of the size that the statistics give as largest_free succeeds.
largest_fits() {
	local i

	for i in 1 2 3 4 5; do
		alloc "$1" $((i * 5000))
	done
	accept "$1/free" 2
	accept "$1/free" 4
	stat "$1" largest_free
	alloc "$1" "$value"
	expect_check_ok "$1"
}

test_largest_free() {
	on_both largest_fits
}

run_tests
