# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# Where a driver's region can lie (samples/pci_region): behind a PCI BAR, mapped in
# each of the three ways, and on the second NUMA node. The VM has two of QEMU's
# ivshmem-plain, whose BAR 2 is memory, of 1 MiB and of 2 MiB, and two nodes.
. /tests/lib.sh

# The two devices, in the order of their slots.
name=''
second=''
for device in /sys/bus/pci/devices/*; do
	[ "$(cat $device/vendor $device/device | xargs)" = '0x1af4 0x1110' ] ||
		continue
	[ -z "$name" ] || second=${device##*/}
	name=${name:-${device##*/}}
done
device=/sys/bus/pci/devices/$name
driver=/sys/bus/pci/drivers/pci_region

# base_of NAME: print the address of the device's BAR 2. The file has a line "BASE END FLAGS" for
# each BAR.
base_of() {
	sed -n '3s/ .*//p' /sys/bus/pci/devices/$1/resource
}

base=$(base_of $name)

set_up() {
	loaded || load size=0 || return
	[ -z "$(lsmod | grep '^pci_region ')" ] || rmmod pci_region || return
	dmesg -c >/dev/null
}

# Print how the kernel has mapped the BAR's memory.
mapped_as() {
	printf '%s' "$(sed -n "s/^PAT: .*$(printf '%x' $base)-.* //p" \
		/sys/kernel/debug/x86/pat_memtype_list | sort -u | xargs)"
}

# bar_works MAP AS: load the sample with this mapping; fail unless the kernel's mapping is AS, the
# heap works, and everything is gone when the sample is unloaded.
bar_works() {
	insmod /pci_region.ko map=$1 || give_up "insmod map=$1" || return
	expect_match "the region" "$(grep "^$name " $D/regions)" \
		"$name phys 1048576 0 1 $base_short"
	expect_eq "the mapping" "$(mapped_as)" "$2"
	dmesg | grep -qE "pci_region $name: frame at [0-9]+ of 1048576 bytes" ||
		fail "no frame: $(dmesg | tail -n 2)"
	grep -A 3 "$name" /proc/iomem | grep -q ': rtalloc' ||
		fail "no line in iomem"
	use $name 500000 zero
	use $name 100
	expect_check_ok $name
	accept $name/free "$handle"
	expect_stats $name live=1 faults=0
	rmmod pci_region || fail "rmmod"
	! grep -q "^$name " $D/regions || fail "the region is left"
	expect_no_file $D/$name
	! grep -q ': rtalloc' /proc/iomem || fail "the claim is left"
	expect_eq "the mapping afterwards" "$(mapped_as)" ''
}

# As the file has it: without leading zeroes.
base_short=$(printf '0x%x' $base)

# The processor's range registers say that device memory is not cached, and a mapping
# cannot say more than they do: Documentation/first-driver.rst.
test_bar_write_back() {
	bar_works wb uncached-minus
}

test_bar_write_combined() {
	bar_works wc write-combining
}

test_bar_uncached() {
	bar_works uc uncached-minus
}

test_bar_comes_and_goes() {
	local i

	insmod /pci_region.ko map=wc || give_up "insmod" || return
	for i in 1 2 3; do
		echo $name >$driver/unbind
		expect_no_file $D/$name
		echo $name >$driver/bind
		use $name 5000
		expect_check_ok $name
	done
	refuse_region "$busy" 'phys range is *' 64K phys=$base
	rmmod pci_region || fail "rmmod"
}

# Each device has its own heap in its BAR and its own tables. The blocks of one are unchanged
# when the other is unbound and bound again.
test_two_devices() {
	local one

	insmod /pci_region.ko map=wc || give_up "insmod" || return
	expect_match "the first" "$(grep "^$name " $D/regions)" \
		"$name phys 1048576 0 1 $base_short"
	expect_match "the second" "$(grep "^$second " $D/regions)" \
		"$second phys 2097152 0 1 $(printf '0x%x' $(base_of $second))"
	for one in $name $second; do
		expect_match "its tables" "$(grep "^$one:tables " $D/regions)" \
			"$one:tables vmalloc 524288 0 1 -"
		# The node is not checked, because these devices are on none; see test_nodes.
		expect_eq "tables of $one" \
			"$(dmesg | grep -c "pci_region $one: table: .* of 64 pages")" 1
	done
	alloc $second 1500000 zero
	accept $second/fill "$handle"
	echo $name >$driver/unbind
	expect_no_file $D/$name
	expect_no_file $D/$name:tables
	echo $name >$driver/bind
	expect_check_ok $name
	accept $second/verify "$handle"
	expect_check_ok $second
	rmmod pci_region || fail "rmmod"
	expect_eq "regions" "$(tail -n +2 $D/regions | wc -l)" 0
}

# table NODE: load the sample for this node and print how many pages of its table are there.
table() {
	insmod /pci_region.ko node=$1 || give_up "insmod node=$1" || return
	dmesg -c | sed -n "s/^.* $name: table: //p"
	rmmod pci_region
}

test_nodes() {
	local node

	for node in 0 1; do
		expect_eq "the table" "$(table $node)" \
			"64 of 64 pages on node $node"
	done
}

# With a node that does not exist the device is not bound. The heap in the BAR, which is created
# first, is destroyed again.
test_no_such_node() {
	insmod /pci_region.ko node=9 || give_up "insmod" || return
	dmesg | grep -q "$name:tables: region not created: there is no such node (-22)" ||
		fail "the line: $(dmesg | tail -n 3)"
	[ ! -e $device/driver ] || fail "it is bound"
	expect_eq "regions" "$(tail -n +2 $D/regions | wc -l)" 0
	! grep -q ': rtalloc' /proc/iomem || fail "the claim is left"
	rmmod pci_region || fail "rmmod"
}

run_tests
