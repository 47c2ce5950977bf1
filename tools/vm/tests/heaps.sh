# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2231,SC2044
#
# Heaps and regions are created, listed, extended and destroyed at run time; and everything that
# control must refuse.
. /tests/lib.sh

name63=abcdefghijklmnopqrstuvwxyz-_.01abcdefghijklmnopqrstuvwxyz012345

# Print a heap's line in the file heaps, without columns that depend on the backend's overhead.
expect_listed() {
	expect_eq "list of heaps" \
		"$(awk -v name="$1" '$1 == name { print $2, $3, $4, $7, $8, $9 }' $D/heaps)" "$2"
}

test_create_list_destroy() {
	create s slab 64K
	create m memheap 64K
	expect_listed s 'slab default 65536 0 raw 8'
	expect_listed m 'memheap default 65536 0 spinlock 8'
	expect_check_ok s
	expect_check_ok m
	accept control destroy s
	expect_no_file $D/s
	accept control destroy m
	expect_no_file $D/m
	create s slab 64K
	expect_listed s 'slab default 65536 0 raw 8'
}

test_options() {
	create a memheap 100K mode=best
	create b memheap 100000 mode=fast
	create c memheap 0x20000 lock=raw
	create g heap4 64K protect
	create d memheap 64K align=64
	create e slab 1M align=8 lock=raw
	accept control region create other 256K
	create f memheap 64K region=other align=16 mode=best lock=raw
	expect_listed a 'memheap default 102400 0 spinlock 8'
	expect_listed b 'memheap default 100000 0 spinlock 8'
	expect_listed c 'memheap default 131072 0 raw 8'
	expect_listed g 'heap4 default 65536 0 spinlock 8'
	expect_listed d 'memheap default 65536 0 spinlock 64'
	expect_listed e 'slab default 1048576 0 raw 8'
	expect_listed f 'memheap other 65536 0 raw 16'
}

# All blocks of a heap that was created with align= have this alignment.
test_align_of_a_heap() {
	local backend size

	create memheap memheap 256K align=256
	create slab slab 512K align=8
	for backend in memheap slab; do
		stat $backend align
		for size in 1 10 100 65 1000 10000; do
			alloc $backend $size
			expect_eq "$backend: $size bytes at $offset modulo $value" \
				$((offset % value)) 0
		done
	done
}

# mode=best uses the smallest free block that fits, mode=fast the one freed last.
test_modes() {
	create best memheap 64K mode=best
	create fast memheap 64K mode=fast
	for heap in best fast; do
		for size in 1000 64 100 64 1000 64; do
			alloc $heap $size
		done
		accept $heap/free 3
		accept $heap/free 1
		alloc $heap 100
		echo "$offset" >$TMP/$heap
	done
	expect_eq "offset with mode=fast" "$(cat $TMP/fast)" 48
	[ "$(cat $TMP/best)" -gt 1000 ] || fail "mode=best took the large hole"
}

fits() {
	echo "create probe $1 $2" >$D/control 2>/dev/null || return
	echo "destroy probe" >$D/control
}

# least BACKEND: set $size to the smallest size with which a heap can be created, by bisection.
least() {
	local low=1 middle

	size=1048576
	while [ $((size - low)) -gt 1 ]; do
		middle=$(((low + size) / 2))
		if fits "$1" $middle; then
			size=$middle
		else
			low=$middle
		fi
	done
}

test_exact_minimum() {
	local backend size step

	for backend in slab memheap; do
		least $backend
		refuse control "$no_space" \
			'size is below what the backend needs' \
			create probe $backend $((size - 1))
		create probe $backend "$size"
		expect_check_ok probe
		refuse probe/alloc "$full" 'no room*' 64K
		expect_check_ok probe
		accept control destroy probe
		for step in 2 3 5 9 17 33 100 1000; do
			! fits $backend $((size - step)) ||
				fail "$backend: $size - $step fits"
			fits $backend $((size + step)) ||
				fail "$backend: $size + $step does not fit"
		done
		: "$size"
	done
}

test_names() {
	local name

	create $name63 slab 64K
	expect_listed $name63 'slab default 65536 0 raw 8'
	expect_file $D/$name63/alloc
	refuse control 'File name too long' 'name is longer than 63*' \
		create ${name63}x slab 64K
	refuse control 'File exists' 'a heap of that name exists' \
		create $name63 memheap 64K
	for name in a/b /a a/ a/../b 'a*' 'a?' 'a=b' 'a:b' 'a%sb' 'a\b' "a'b"; do
		refuse control "$invalid" 'name has a character outside*' \
			create "$name" slab 64K
	done 2>/dev/null
	for name in . .. .a ... ../a; do
		refuse control "$invalid" 'name*begins with a dot' \
			create $name slab 64K
	done
	for name in control backends heaps regions last_error net; do
		refuse control "$invalid" 'name is reserved' \
			create $name slab 64K
	done
}

test_words() {
	refuse control "$invalid" 'request is empty' ''
	refuse control "$invalid" 'request is empty' ' '
	refuse control "$invalid" 'unknown command' frobnicate
	refuse control "$invalid" 'unknown command' CREATE a slab 64K
	refuse control "$invalid" 'unknown command' region
	refuse control "$invalid" 'unknown command' region frobnicate a
	refuse control "$invalid" 'wrong number of words' create
	refuse control "$invalid" 'wrong number of words' create slab 64K
	refuse control "$invalid" 'wrong number of words' destroy
	refuse control "$invalid" 'wrong number of words' destroy a force now
	refuse control "$invalid" 'wrong number of words' trim a b
	refuse control "$invalid" 'wrong number of words' extend a
	refuse control "$invalid" 'wrong number of words' shrink
	refuse control "$invalid" 'wrong number of words' shrink a region=b c
	refuse control "$invalid" 'wrong number of words' region create a
	refuse control "$invalid" 'request has more than 19 words' \
		create a slab 64K 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
	refuse control "$invalid" 'no backend of that name' create a slub 64K
	refuse control "$invalid" 'no backend of that name' create a SLAB 64K
	refuse control "$invalid" 'unknown option' create a slab 64K colour=red
	refuse control "$invalid" 'unknown option' create a slab 64K align
	refuse control "$invalid" 'unknown option' create a slab 64K lock=soft
	refuse control "$invalid" 'mode is neither*' create a memheap 64K mode=x
	refuse control "$invalid" 'mode is neither*' create a memheap 64K mode=
	refuse control "$missing" 'no region of that name' \
		create a slab 64K region=nowhere
	refuse control "$missing" 'no region of that name' \
		create a slab 64K region=
	refuse control "$missing" 'no heap of that name' destroy a
	refuse control "$missing" 'no heap of that name' trim a
	refuse control "$missing" 'no heap of that name' extend a 64K
	refuse control "$missing" 'no heap of that name' shrink a
}

test_default_backend() {
	create x default 64K
	expect_listed x 'tlsf default 65536 0 raw 16'
	alloc x 100
	accept x/free "$handle"
	expect_check_ok x
	refuse control "$invalid" 'no backend of that name' create y Default 64K
}

test_mode_on_slab() {
	put control create a slab 64K mode=best
	case $err in
	'Operation not supported'|"$invalid") ;;
	*) fail "slab with mode=best: '$err'" ;;
	esac
}

test_sizes() {
	local size backend

	for backend in slab memheap; do
		refuse control "$invalid" 'size is 0' create a $backend 0
		refuse control "$invalid" 'size is 0' create a $backend 0x0
		for size in 99999999999999999999 16E -1 -64K 0x 64KB 1.5M x \
			17179869184G 0x1ffffffffffffffff 64,000; do
			refuse control "$invalid" 'size is not a number' \
				create a $backend $size
		done
		for size in 0xffffffffffffffff 0xfffffffffffff000 \
			0xfffffffffffff001 0x8000000000000000 \
			0x7fffffffffffffff 17179869183G 1024G 0x10000000000 \
			16777217 16385K; do
			refuse control "$full" \
				'no room in the region' create a $backend $size
		done
		for size in 1 8 100; do
			refuse control "$no_space" \
				'size is below*' create a $backend $size
		done
	done
}

test_aligns() {
	local align

	for align in 0 3 24 0x1001 0xffffffffffffffff; do
		refuse control "$invalid" '*not a power of two*' \
			create a memheap 64K align=$align
	done
	for align in '' -8 x 8192E; do
		refuse control "$invalid" 'align is not a number' \
			create a slab 64K align=$align
	done
	refuse control "$invalid" 'the backend cannot align so' \
		create a slab 64K align=16
	for align in 8K 1G 0x8000000000000000 1 4; do
		refuse control "$invalid" 'the backend cannot align so' \
			create a slab 64K align=$align
		refuse control "$invalid" 'the backend cannot align so' \
			create a memheap 64K align=$align
	done
}

test_whole_region() {
	create all memheap 16M
	refuse control "$full" 'no room in the region' create more memheap 4K
	alloc all 8M
	accept all/fill 1
	accept all/verify 1
	accept all/free 1
	accept control destroy all
	create all slab 16M
	alloc all 8M
	expect_check_ok all
}

# A size that is not a multiple of a page: the backend gets exactly this size, and the whole
# range is returned to the region at the end.
test_odd_sizes() {
	local i=0

	while [ $i -lt 20 ]; do
		create odd memheap $((65537 + i * 4093))
		accept control destroy odd
		i=$((i + 1))
	done
}

test_destroy_with_blocks() {
	create a slab 256K
	alloc a 100
	refuse control "$busy" 'blocks are still allocated' destroy a
	refuse control "$invalid" 'unknown option' destroy a farce
	alloc a 100
	accept a/free 1
	accept a/free 2
	accept control destroy a
	create a memheap 256K
	alloc a 100
	accept control destroy a force
	expect_no_file $D/a
}

test_extend() {
	local i

	create s slab 256K
	refuse control "$unsupported" '*cannot glue*' extend s 64K
	create m memheap 64K
	refuse control "$invalid" 'size is 0' extend m 0
	refuse control "$invalid" 'size is not a number' extend m -1
	refuse control "$invalid" 'unknown option' extend m 64K phys=1
	refuse control "$no_space" 'size is below*' extend m 10
	refuse control "$full" 'no room in the region' \
		extend m 0xffffffffffffffff
	refuse control "$missing" 'no region*' extend m 64K region=nowhere
	for i in 2 3 4 5 6 7 8; do
		accept control extend m 64K
		expect_listed m "memheap default $((i * 65536)) 0 spinlock 8"
	done
	refuse control "$unsupported" 'the heap has 8 parts*' extend m 64K
	for i in 1 2 3 4 5 6 7 8; do
		alloc m 60000
		accept m/fill "$handle"
	done
	refuse m/alloc "$full" 'no room*' 60000
	for i in 1 2 3 4 5 6 7 8; do
		accept m/verify $i
		accept m/free $i
	done
	expect_check_ok m
	expect_stats m live=0
}

test_extend_from_another_region() {
	accept control region create other 256K
	create m memheap 64K
	accept control extend m 256K region=other
	refuse control "$busy" 'heaps still live*' region destroy other
	alloc m 200000
	expect_check_ok m
	accept control destroy m force
	accept control region destroy other
}

# Shrinking a heap returns the parts without blocks to their region and keeps the others.
test_shrink() {
	accept control region create other 256K
	create m memheap 64K
	accept control extend m 64K
	refuse control "$unsupported" '*cannot give up*' shrink m
	create t tlsf 64K
	refuse control "$missing" 'the heap has nothing*' shrink t region=other
	accept control extend t 128K region=other
	accept control extend t 64K region=other
	refuse control "$invalid" 'unknown option' shrink t force
	refuse control "$missing" 'no region*' shrink t region=nowhere
	refuse control "$busy" 'blocks lie there*' shrink t
	# The two adjacent parts have merged into one free block. Neither can be returned alone,
	# and they cannot be returned together because they were added separately.
	refuse control "$busy" 'blocks lie there*' shrink t region=other
	accept control destroy t
	create t tlsf 64K
	accept control extend t 128K region=other
	alloc t 60000
	alloc t 60000
	accept t/fill "$handle"
	refuse control "$busy" 'blocks lie there*' shrink t region=other
	accept t/verify "$handle"
	accept t/free 1
	accept t/free 2
	accept control shrink t region=other
	expect_listed t 'tlsf default 65536 0 raw 16'
	expect_check_ok t
	accept control region destroy other
}

# Extend a heap from two regions and shrink it again, repeatedly. The part that was added first
# is returned first.
test_extend_and_shrink_again() {
	local i

	accept control region create one 64K
	accept control region create two 64K
	create t tlsf 64K
	for i in $(seq 10); do
		accept control extend t 64K region=one
		accept control extend t 64K region=two
		alloc t 40000
		accept t/free "$handle"
		accept control shrink t region=one
		accept control shrink t region=two
	done
	expect_check_ok t
	expect_listed t 'tlsf default 65536 0 raw 16'
	accept control region destroy one
	accept control region destroy two
}

test_trim() {
	local i=1

	create s slab 1M
	create m memheap 64K
	stat s free_blocks
	while [ $i -le 20 ]; do
		alloc s $((i * 48))
		i=$((i + 1))
	done
	while [ $i -gt 1 ]; do
		i=$((i - 1))
		accept s/free $i
	done
	grep -q ' idle ' $D/s/map || fail "no idle pieces before the trim"
	accept control trim s
	! grep -q ' idle ' $D/s/map || fail "idle pieces after the trim"
	expect_stats s live=0 used=0 free_blocks="$value"
	expect_check_ok s
	accept control trim m
	expect_check_ok m
}

test_regions() {
	accept control region create two 1M
	expect_eq "the region" "$(tail -n 1 $D/regions)" \
		'two vmalloc 1048576 1048576 0 -'
	create a slab 512K region=two
	expect_stats a region=two
	refuse control "$busy" 'heaps still live*' region destroy two
	accept control destroy a
	accept control region destroy two
	refuse control "$missing" 'no region*' region destroy two
}

test_bad_regions() {
	refuse control 'File exists' 'a region of that name*' \
		region create default 1M
	refuse_region "$invalid" 'size is below 64 KiB' 0
	refuse_region "$invalid" 'size is below 64 KiB' 65535
	refuse_region "$invalid" 'size is not a multiple*' 65537
	refuse_region "$invalid" '*above half of memory' 100G
	refuse_region "$invalid" '*above half of memory' 1024G
	refuse_region "$invalid" 'size is not a number' -1
	refuse_region "$invalid" 'size is not a number' 16E
	refuse control "$invalid" 'name has a character*' region create a/b 1M
	refuse control "$invalid" 'name*' region create .. 1M
	refuse control 'File name too long' 'name is longer*' \
		region create ${name63}x 1M
	refuse_region "$invalid" 'phys is not an address' 1M phys=0
	refuse_region "$invalid" 'phys is not an address' 1M fizz=4096
	refuse_region "$invalid" 'phys is not a multiple*' 1M phys=4097
	refuse_region "$busy" 'phys range*' 1M phys=1M
	accept control region create $name63 64K
	accept control region destroy $name63
}

# Regions that are each below the limit, but exceed it together: the last one is refused with
# ENOMEM, and the kernel kills no process to get memory.
test_regions_do_not_eat_memory() {
	local name made=0 two_fifths

	two_fifths=$(awk '/^MemTotal:/ { print int($2 / 10) * 4 }' /proc/meminfo)
	dmesg -c >/dev/null
	for name in a b c d; do
		put control region create $name ${two_fifths}K
		[ -n "$err" ] || made=$((made + 1))
	done
	[ $made -gt 0 ] || fail "not one region of ${two_fifths}K fits"
	[ $made -lt 4 ] || fail "more than there is was given out"
	! dmesg | grep -q 'Out of memory' || fail "the kernel killed for it"
}

run_tests
