# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2231,SC2044
#
# A real carve-out: the VM was booted with memmap=16M$0x10000000, and with
# reserve_mem=16M:4096:rtalloc, which kernels before 6.12 do not know.
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

# ranges PATTERN: BASE SIZE of what /proc/iomem calls so, from 64 KiB on
ranges() {
	local line start end

	grep -E "$1" /proc/iomem | while read -r line; do
		start=$((0x${line%%-*}))
		end=${line#*-}
		end=$((0x${end%% *}))
		[ $((end - start)) -lt 65535 ] ||
			echo "$start $(((end - start + 1) & ~4095))"
	done
}

# The ACPI tables lie in a range that only the firmware calls reserved; those of EFI
# are looked at in efi.sh.
test_what_the_firmware_reserved() {
	local at size seen=0 before

	unload
	load size=0 || return
	before=$(md5sum </sys/firmware/acpi/tables/DSDT)
	ranges ' : (Reserved|ACPI)' >$TMP/ranges
	while read -r at size; do
		[ $at -ne $((base)) ] || continue
		[ $((at & 4095)) -eq 0 ] || continue
		seen=$((seen + 1))
		refuse control 'Device or resource busy' 'phys range is *' \
			region create never $size phys=$at
		refuse control 'Device or resource busy' 'phys range is *' \
			region create never 64K phys=$at
	done <$TMP/ranges
	[ $seen -gt 0 ] || fail "no reserved range"
	expect_eq "the DSDT" "$(md5sum </sys/firmware/acpi/tables/DSDT)" \
		"$before"
	! grep -q rtalloc /proc/iomem || fail "a line in iomem is left"
}

test_devices() {
	local at size seen=0

	unload
	load size=0 || return
	ranges ' : (0000:|PCI|IOAPIC|HPET|Local APIC)' >$TMP/ranges
	while read -r at size; do
		[ $at -ne 0 ] && [ $((at & 4095)) -eq 0 ] || continue
		seen=$((seen + 1))
		refuse control 'Device or resource busy' 'phys range is *' \
			region create never 64K phys=$at
	done <$TMP/ranges
	[ $seen -gt 0 ] || fail "no device"
	! grep -q rtalloc /proc/iomem || fail "a line in iomem is left"
}

test_memory_of_the_kernel() {
	unload
	load size=0 || return
	refuse control 'Device or resource busy' 'phys range is not reserved*' \
		region create never 64K phys=0x8000000
	refuse control 'Device or resource busy' 'phys range is *' \
		region create never 64K phys=0x1000
	refuse control 'Device or resource busy' 'phys range is *' \
		region create never 64K phys=0xf0000
	refuse control 'Device or resource busy' 'phys range is not reserved*' \
		region create never 64K phys=0x100000000000
}

# Arithmetic, and sizes that nobody has.
test_bounds() {
	unload
	load size=0 || return
	refuse control 'Invalid argument' 'phys is not a multiple*' \
		region create never 64K phys=0x10000800
	refuse control 'Invalid argument' 'phys + size wraps*' \
		region create never 64K phys=0xfffffffffffff000
	refuse control 'Invalid argument' 'phys + size wraps*' \
		region create never 0xfffffffffffff000 phys=$base
	refuse control 'Invalid argument' 'size is below*' \
		region create never 1 phys=$base
	refuse control 'Device or resource busy' 'phys range is not reserved*' \
		region create never 1024G phys=$base
	refuse control 'Device or resource busy' 'phys range is not reserved*' \
		region create never 1023G phys=0x10000000000
	refuse control 'Invalid argument' 'size is below*' region create never 1
	refuse control 'Invalid argument' 'all regions would be above*' \
		region create never 1024G
	accept control region create valid 16M phys=$base
	expect_claimed
	refuse control 'Cannot allocate memory' 'no room in the region' \
		create never tlsf 1024G region=valid
	for backend in tlsf slab memheap small_mem lwip_mem heap4 sylix_heap; do
		put control create never $backend 1 region=valid
		[ -n "$err" ] || fail "$backend: a heap of one byte"
	done
	accept control region destroy valid
}

# All of it, in two regions, with a heap that is filled.
test_reserve_mem() {
	unload
	if [ "$(uname -r | cut -d. -f1,2)" = 6.1 ]; then
		! insmod $MODULE size=1M phys=reserve_mem 2>/dev/null ||
			fail "6.1 has a range of that name"
		return
	fi
	! insmod $MODULE size=17M phys=reserve_mem 2>/dev/null ||
		fail "more than there is"
	load size=8M phys=reserve_mem || return
	at=$(sed -n 's/^default .* //p' $D/regions)
	refuse control 'Device or resource busy' 'phys range is claimed*' \
		region create again 64K phys=$at
	refuse control 'Device or resource busy' 'phys range is not reserved*' \
		region create again 64K phys=$((at - 65536))
	accept control region create upper 8M phys=$((at + 0x800000))
	create high tlsf 8M region=upper
	alloc high 8000000 zero
	accept high/fill "$handle"
	accept high/verify "$handle"
	expect_check_ok high
	accept control destroy high force
	accept control region destroy upper
	refuse control 'Device or resource busy' 'phys range is not reserved*' \
		region create upper 9M phys=$((at + 0x800000))
}

# The last one: nothing undoes it.
test_under_lockdown() {
	unload
	load size=0 || return
	[ -e /sys/kernel/security/lockdown ] ||
		mount -t securityfs security /sys/kernel/security || return
	echo integrity >/sys/kernel/security/lockdown
	! { echo "region create never 64K phys=$base" >$D/control; } \
		2>/dev/null || fail "a shell makes a region under lockdown"
	! grep -q rtalloc /proc/iomem || fail "a line in iomem"
	rmmod rtalloc
	! insmod $MODULE size=64K phys=$base 2>/dev/null ||
		fail "the parameter is accepted under lockdown"
}

run_tests
