# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# A region from the device tree: a node of /reserved-memory, compatible with
# "rtalloc,region", no-map, 16 MiB at 0x50000000 (tools/vm/run --arch).
. /tests/lib.sh

base=0x50000000

set_up() {
	load size=16M phys=$base
}


test_region() {
	expect_file /proc/device-tree/reserved-memory/rtalloc@50000000
	expect_eq "the region" "$(tail -n 1 $D/regions)" \
		"default phys 16777216 16777216 0 $base"
}

test_heaps_work() {
	local backend

	for backend in tlsf slab; do
		create $backend $backend 8M
		alloc $backend 5000000 zero
		accept $backend/fill "$handle"
		accept $backend/verify "$handle"
		expect_check_ok $backend
	done
	refuse control 'Cannot allocate memory' 'no room in the region' \
		create c slab 64K
}

test_what_is_not_the_nodes() {
	unload
	load size=0 || return
	refuse control 'Device or resource busy' 'phys range is not reserved*' \
		region create never 17M phys=$base
	refuse control 'Device or resource busy' 'phys range is not reserved*' \
		region create never 64K phys=0x4fff0000
	refuse control 'Device or resource busy' 'phys range is not reserved*' \
		region create never 64K phys=0x51000000
	# The board's UART, and flash.
	refuse control 'Device or resource busy' 'phys range is not reserved*' \
		region create never 64K phys=0x9000000
	refuse control 'Device or resource busy' 'phys range is not reserved*' \
		region create never 64K phys=0
	! grep -q rtalloc /proc/iomem || fail "a line in iomem is left"
}

test_two_regions_in_the_node() {
	unload
	load size=8M phys=$base || return
	accept control region create upper 8M phys=0x50800000
	create high tlsf 8M region=upper
	alloc high 8000000 zero
	accept high/fill "$handle"
	accept high/verify "$handle"
	refuse control 'Device or resource busy' 'phys range is claimed*' \
		region create again 64K phys=0x50ff0000
	accept control destroy high force
	accept control region destroy upper
	expect_eq "regions" "$(tail -n +2 $D/regions | wc -l)" 1
}

test_range_is_free_after_rmmod() {
	unload
	load size=16M phys=$base || return
	expect_eq "the region" "$(tail -n 1 $D/regions)" \
		"default phys 16777216 16777216 0 $base"
}

run_tests
