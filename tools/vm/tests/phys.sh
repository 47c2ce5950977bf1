# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2231,SC2044
#
# A real carve-out: the VM was booted with memmap=16M$0x10000000.
. /tests/lib.sh

base=0x10000000

set_up() {
	load size=16M phys=$base
}

expect_claimed() {
	grep -q '10000000-10ffffff : rtalloc' /proc/iomem ||
		fail "no line in iomem: $(grep rtalloc /proc/iomem)"
}

test_region() {
	expect_eq "the region" "$(tail -n 1 $D/regions)" \
		"default phys 16777216 16777216 0 $base"
	expect_claimed
}

test_heaps_work() {
	local backend

	for backend in slab memheap; do
		create $backend $backend 8M
		alloc $backend 5000000 zero
		accept $backend/fill "$handle"
		accept $backend/verify "$handle"
		alloc $backend 100
		accept $backend/fill "$handle"
		accept $backend/verify "$handle"
		expect_stats $backend live=2 region=default
		expect_check_ok $backend
	done
	refuse control 'Cannot allocate memory' 'no room in the region' \
		create c slab 64K
}

test_second_region_on_the_same_range() {
	refuse control 'Device or resource busy' 'phys range is claimed*' \
		region create again 1M phys=$base
	refuse control 'Device or resource busy' 'phys range is claimed*' \
		region create again 64K phys=0x10ff0000
	refuse control 'Device or resource busy' 'phys range is not reserved*' \
		region create again 64K phys=0x11000000
	refuse control 'Device or resource busy' 'phys range is not reserved*' \
		region create again 1M phys=0x0ff80000
	expect_claimed
}

test_range_is_free_after_rmmod() {
	unload
	! grep -q rtalloc /proc/iomem || fail "a line in iomem is left"
	load size=16M phys=$base || return
	expect_claimed
}

test_two_regions_in_the_carve_out() {
	load size=8M phys=$base || return
	accept control region create upper 8M phys=0x10800000
	create low memheap 4M
	create high memheap 4M region=upper
	accept control extend low 2M region=upper
	refuse control 'Device or resource busy' 'heaps still live*' \
		region destroy upper
	alloc low 5000
	alloc high 5000
	expect_check_ok low
	expect_check_ok high
	accept control destroy high force
	accept control destroy low force
	accept control region destroy upper
	expect_eq "claims" "$(grep -c rtalloc /proc/iomem)" 1
}

test_straddling_the_end() {
	unload
	! insmod $MODULE size=32M phys=$base 2>/dev/null ||
		fail "a region that runs into memory is accepted"
	! insmod $MODULE size=16M phys=0x0fff0000 2>/dev/null ||
		fail "a region that begins in memory is accepted"
	! grep -q rtalloc /proc/iomem || fail "a line in iomem is left"
}

run_tests
