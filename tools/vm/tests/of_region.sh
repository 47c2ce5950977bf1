# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# Memory that a device tree (tools/vm/board.dtso) assigns to the devices of samples/of_region.
# Memory that is reserved becomes the device's heap, and is free again when the device is
# unbound. Other memory is refused with one line in the log and is not touched.
. /tests/lib.sh

driver=/sys/bus/platform/drivers/of_region

set_up() {
	local device

	loaded || load size=0 || return
	[ -e $driver ] || insmod /of_region.ko || give_up "insmod" || return
	for device in $driver/sample-*; do
		[ ! -e $device ] || echo ${device##*/} >$driver/unbind
	done
	dmesg -c >/dev/null
}

# attach DEVICE: bind the driver. Sets $err to the errno's text, or empty, and $said to the
# module's lines in the log.
attach() {
	dmesg -c >/dev/null
	err=$({ echo "$1" >$driver/bind; } 2>&1) && err=
	err=${err##*: }
	said=$(dmesg | sed -n 's/^.*\(rtalloc: \)/\1/p')
}

# works DEVICE SIZE BASE: fail unless binding makes all of the memory the device's heap with one
# block, its frame, and unbinding leaves nothing.
works() {
	local line size

	attach $1
	expect_eq "probing $1" "$err" ''
	line=$(grep "^$1 " $D/regions)
	expect_match "the region" "$line" "$1 phys $2 0 1 $3"
	expect_stats $1 live=1 region=$1
	expect_check_ok $1
	dmesg | grep -qE "of_region $1: frame at [0-9]+ of $2 bytes" ||
		fail "no frame: $(dmesg | tail -n 2)"
	echo $1 >$driver/unbind
	! grep -q "^$1 " $D/regions || fail "the region is left"
	expect_no_file $D/$1
	! dmesg | grep -q 'left over' || fail "the frame is left"
}

# refused DEVICE ERRNO-TEXT REASON: fail unless binding is refused so.
refused() {
	attach $1
	expect_eq "probing $1" "$err" "$2"
	expect_match "the line" "$said" "rtalloc: $1: region not created: $3 (-*)"
	! grep -q "^$1 " $D/regions || fail "a region of $1"
}

test_without_a_map() {
	works sample-unmapped 1048576 0x52000000
}

test_with_a_map() {
	works sample-mapped 2097152 0x53000000
}

test_where_the_kernel_likes() {
	works sample-placed 1048576 '0x*0000'
}

test_two_devices_of_one_memory() {
	attach sample-again
	expect_eq "probing" "$err" ''
	refused sample-unmapped "$busy" \
		'phys range is claimed already'
	echo sample-again >$driver/unbind
	works sample-unmapped 1048576 0x52000000
}

# Memory that a shell uses is refused to the driver, and the reverse.
test_shell_and_driver() {
	accept control region create shells 64K phys=0x53000000
	refused sample-mapped "$busy" \
		'phys range is claimed already'
	accept control region destroy shells
	attach sample-mapped
	refuse_region "$busy" 'phys range is claimed*' 64K phys=0x53010000
	refuse control "$busy" 'the region belongs to a driver' \
		region destroy sample-mapped
	echo sample-mapped >$driver/unbind
}

test_no_memory_there() {
	refused sample-none "$missing" 'no such memory-region'
	refused sample-off 'No such device' 'memory-region was not reserved'
	refused sample-nowhere 'No such device or address' \
		'phys range holds no memory'
}

test_shared_with_the_kernel() {
	refused sample-lent "$invalid" 'memory-region is shared*'
}

test_odd_bounds() {
	refused sample-odd "$invalid" "phys is not a multiple of $page_text"
	refused sample-small "$invalid" 'size is below 64 KiB'
}

# Memory of which half is beyond the end of the RAM.
test_over_the_end_of_memory() {
	refused sample-edge "$busy" \
		'memory-region is memory in use'
}

# Memory that the kernel already uses is refused, although the kernel lists it as reserved.
test_over_memory_in_use() {
	refused sample-image "$busy" \
		'memory-region is memory in use'
	refused sample-initramfs "$busy" \
		'memory-region is memory in use'
	refused sample-first "$busy" \
		'memory-region overlaps another'
}

# Loading the driver binds all devices at once, and unloading it unbinds them.
test_unload() {
	rmmod of_region || give_up "rmmod" || return
	insmod /of_region.ko || give_up "insmod" || return
	expect_eq "devices" "$(ls -d $driver/sample-* | wc -l)" 3
	rmmod of_region || fail "rmmod"
	expect_eq "regions" "$(tail -n +2 $D/regions | wc -l)" 0
}

run_tests
