# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2231,SC2044
#
# Regions in physical memory that was reserved at boot, given by address or by name
# (phys_lib.sh).
. /tests/phys_lib.sh

base=''
[ -z "$by_address" ] || base=$taken

set_up() {
	load size=16M phys=$place || return
	[ -n "$base" ] || base=$(sed -n 's/^default .* //p' $D/regions)
}

# plus BYTES: print the address that is BYTES after the region's start.
plus() {
	printf '0x%x' $((base + $1))
}

# Fail unless /proc/iomem shows the module's claim. Memory reserved by name belongs to the
# kernel and cannot be claimed, so there must be no claim then.
expect_claimed() {
	[ -n "$by_address" ] || { expect_no_claim; return; }
	grep -q '10000000-10ffffff : rtalloc' /proc/iomem ||
		fail "no line in iomem: $(grep rtalloc /proc/iomem)"
}

test_region() {
	expect_eq "the region" "$(tail -n 1 $D/regions)" \
		"default phys 16777216 16777216 0 $base"
	expect_claimed
}

# Memory reserved by memmap= becomes a region, or is refused with one clear line in the log.
test_by_address() {
	local said

	unload
	dmesg -c >/dev/null
	if [ -n "$by_address" ]; then
		load size=1M phys=$taken
		return
	fi
	said=$(insmod $MODULE size=1M phys=$taken 2>&1) && fail "accepted"
	expect_eq "insmod's text" "${said##*: }" "$unsupported"
	# Busybox's insmod tries a second time with another system call.
	said=$(dmesg | sed -n 's/^.*\(rtalloc: \)/\1/p' | sort -u)
	expect_eq "lines in the log" "$(echo "$said" | wc -l)" 1
	expect_match "the line" "$said" \
		'*phys by address needs*this kernel keeps*(take reserve_mem=)*'
	load size=0 || return
	refuse_region "$unsupported" 'phys by address needs*' 1M phys=$taken
	expect_no_claim
}

test_heaps_work() {
	local backend

	for backend in slab memheap; do
		create $backend $backend 8M
		use $backend 5000000 zero
		use $backend 100
		expect_stats $backend live=2 region=default
		expect_check_ok $backend
	done
	refuse control "$full" 'no room in the region' create c slab 64K
}

test_second_region_on_the_same_range() {
	refuse_region "$busy" 'phys range is claimed*' 1M phys=$base
	refuse_region "$busy" 'phys range is claimed*' 64K phys=$(plus 0xff0000)
	refuse_region "$busy" 'phys range is not reserved*' 64K phys=$(plus 0x1000000)
	refuse_region "$busy" 'phys range is not reserved*' 1M phys=$(plus -0x80000)
	expect_claimed
}

test_range_is_free_after_rmmod() {
	unload
	expect_no_claim
	load size=16M phys=$place || return
	expect_claimed
}

test_two_regions_in_the_carve_out() {
	load size=8M phys=$place || return
	accept control region create upper 8M phys=$(plus 0x800000)
	create low memheap 4M
	create high memheap 4M region=upper
	accept control extend low 2M region=upper
	refuse control "$busy" 'heaps still live*' region destroy upper
	alloc low 5000
	alloc high 5000
	expect_check_ok low
	expect_check_ok high
	accept control destroy high force
	accept control destroy low force
	accept control region destroy upper
	[ -z "$by_address" ] ||
		expect_eq "claims" "$(grep -c rtalloc /proc/iomem)" 1
}

test_straddling_the_end() {
	unload
	unclaimed size=32M phys=$base
	unclaimed size=16M phys=$(plus -0x10000)
	unclaimed size=64K phys=$(plus 0x1000000)
}

# ranges PATTERN: print "BASE SIZE" of each range in /proc/iomem whose line matches, if it has
# at least 64 KiB.
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

# never_given PATTERN ERRNO-TEXT REASON: fail unless regions in all such ranges are refused.
never_given() {
	local at size errno reason

	ranges "$1" >$TMP/ranges
	while read -r at size; do
		[ $at -ne $((taken)) ] && [ $at -ne 0 ] || continue
		[ $((at & 4095)) -eq 0 ] || continue
		seen=$((seen + 1)) errno=$2 reason=$3
		[ $at -ge $((0x100000)) ] ||
			errno=$busy reason='phys range is *'
		refuse_region "$errno" "$reason" $size phys=$at
		refuse_region "$errno" "$reason" 64K phys=$at
	done <$TMP/ranges
	[ $seen -gt 0 ] || fail "no such range"
	expect_no_claim
}

# The ACPI tables are in a range that only the firmware reserved. efi.sh tests those of EFI.
test_what_the_firmware_reserved() {
	local seen=0 before

	load size=0 || return
	before=$(md5sum </sys/firmware/acpi/tables/DSDT)
	if [ -n "$by_address" ]; then
		never_given ' : Reserved' "$busy" 'phys range is *'
	else
		never_given ' : Reserved' "$unsupported" \
			'phys by address needs*'
	fi
	never_given ' : ACPI' "$busy" 'phys range is *'
	expect_eq "the DSDT" "$(md5sum </sys/firmware/acpi/tables/DSDT)" \
		"$before"
}

test_devices() {
	local seen=0

	load size=0 || return
	never_given ' : (0000:|PCI|IOAPIC|HPET|Local APIC)' \
		"$busy" 'phys range is *'
}

test_memory_of_the_kernel() {
	load size=0 || return
	refuse_region "$busy" 'phys range is not reserved*' 64K phys=0x8000000
	refuse_region "$busy" 'phys range is *' 64K phys=0x1000
	refuse_region "$busy" 'phys range is *' 64K phys=0xf0000
	refuse_region "$busy" 'phys range is not reserved*' 64K phys=0x100000000000
}

# Ranges that overflow, and sizes that are larger than the memory.
test_bounds() {
	load size=0 || return
	refuse_region "$invalid" 'phys is not a multiple*' 64K phys=$(plus 0x800)
	refuse_region "$invalid" 'phys + size wraps*' 64K phys=0xfffffffffffff000
	refuse_region "$invalid" 'phys + size wraps*' 0xfffffffffffff000 phys=$base
	refuse_region "$invalid" 'size is below*' 1 phys=$base
	refuse_region "$busy" 'phys range is not reserved*' 1024G phys=$base
	refuse_region "$busy" 'phys range is not reserved*' 1023G phys=0x10000000000
	refuse_region "$invalid" 'size is below*' 1
	refuse_region "$invalid" 'all regions would be above*' 1024G
	accept control region create valid 16M phys=$base
	expect_claimed
	refuse control "$full" 'no room in the region' \
		create never tlsf 1024G region=valid
	for backend in tlsf slab memheap small_mem lwip_mem heap4 sylix_heap; do
		put control create never $backend 1 region=valid
		[ -n "$err" ] || fail "$backend: a heap of one byte"
	done
	accept control region destroy valid
}

# All of the reserved memory is used, as two regions with a heap that is filled.
test_reserve_mem() {
	local base=$base

	unload
	if [ "$(uname -r | cut -d. -f1,2)" = 6.1 ]; then
		! insmod $MODULE size=1M phys=reserve_mem 2>/dev/null ||
			fail "6.1 has a range of that name"
		return
	fi
	! insmod $MODULE size=17M phys=reserve_mem 2>/dev/null ||
		fail "more than there is"
	load size=8M phys=reserve_mem || return
	base=$(sed -n 's/^default .* //p' $D/regions)
	refuse_region "$busy" 'phys range is claimed*' 64K phys=$base
	refuse_region "$busy" 'phys range is not reserved*' 64K phys=$(plus -0x10000)
	accept control region create upper 8M phys=$(plus 0x800000)
	create high tlsf 8M region=upper
	use high 8000000 zero
	expect_check_ok high
	accept control destroy high force
	accept control region destroy upper
	refuse control "$busy" 'phys range is not reserved*' \
		region create upper 9M phys=$(plus 0x800000)
}

# This test must be the last one, because what it does cannot be undone.
test_under_lockdown() {
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
