# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# Regions from nodes of the device tree's /reserved-memory that are compatible with
# "rtalloc,region": 16 MiB at 0x50000000 with no-map, 2 MiB at 0x53000000 without it, and some
# wrong ones (tools/vm/board.dtso).
. /tests/lib.sh

base=0x50000000

set_up() {
	load size=16M phys=$base
}

# Fail unless the module's region is all of the first node.
expect_whole_node() {
	expect_eq "the region" "$(tail -n 1 $D/regions)" \
		"default phys 16777216 16777216 0 $base"
}

test_region() {
	expect_file /proc/device-tree/reserved-memory/rtalloc@50000000
	expect_whole_node
}

test_heaps_work() {
	local backend

	for backend in tlsf slab; do
		create $backend $backend 8M
		use $backend 5000000 zero
		expect_check_ok $backend
	done
	refuse control "$full" 'no room in the region' create c slab 64K
}

test_what_is_not_the_nodes() {
	load size=0 || return
	refuse_region "$busy" 'phys range is not reserved*' 17M phys=$base
	refuse_region "$busy" 'phys range is not reserved*' 64K phys=0x4fff0000
	refuse_region "$busy" 'phys range is not reserved*' 64K phys=0x51000000
	# The board's UART and the kernel's own memory.
	refuse_region "$busy" 'phys range is not reserved*' 64K phys=0x9000000
	refuse_region "$busy" 'phys range is not reserved*' 64K phys=0x4c000000
	! grep -q rtalloc /proc/iomem || fail "a line in iomem is left"
}

test_two_regions_in_the_node() {
	load size=8M phys=$base || return
	accept control region create upper 8M phys=0x50800000
	create high tlsf 8M region=upper
	use high 8000000 zero
	refuse_region "$busy" 'phys range is claimed*' 64K phys=0x50ff0000
	accept control destroy high force
	accept control region destroy upper
	expect_eq "regions" "$(tail -n +2 $D/regions | wc -l)" 1
}

test_range_is_free_after_rmmod() {
	load size=16M phys=$base || return
	expect_whole_node
}

# With and without the unit address, as a parameter and by a shell.
test_by_name() {
	local name

	for name in rtalloc rtalloc@50000000; do
		load size=16M phys=$name || return
		expect_whole_node
	done
	accept control region create mapped 2M phys=mapped
	expect_eq "the second" "$(tail -n 1 $D/regions)" \
		"mapped phys 2097152 2097152 0 0x53000000"
	create high tlsf 2M region=mapped
	use high 2000000 zero
	accept control destroy high force
	accept control region destroy mapped
	refuse_region "$invalid" 'phys is not an address' 64K phys=nobody
	# There is a node of that name, but it belongs to a driver.
	refuse_region "$invalid" 'phys is not an address' 64K phys=unmapped
	unload
	! insmod $MODULE size=64K phys=unmapped 2>/dev/null ||
		fail "a driver's memory is taken"
}

# The kernel's image, the initramfs (which is the kernel's by now), another node.
test_nodes_over_memory_in_use() {
	local name

	load size=0 || return
	for name in image initramfs initramfs-unmapped; do
		refuse_region "$busy" 'memory-region is memory in use' 64K phys=$name
	done
	refuse_region "$busy" 'memory-region is memory in use' 64K phys=0x40480000
	refuse_region "$busy" 'memory-region overlaps another' 64K phys=second
	! grep -q rtalloc /proc/iomem || fail "a line in iomem is left"
}

run_tests
