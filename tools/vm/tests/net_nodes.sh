# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# The NUMA node of a device's buffers. Of the VM's two processors and two nodes each node has
# one. Card 1 is on node 1, card 3 on none; both have two pairs of queues.
. /tests/net_lib.sh

set_up() {
	net_loaded && return
	loaded || load size=1M || return
	insmod $NET_MODULE || give_up "cannot load the driver"
}

clean_up() {
	! net_loaded || rmmod rtalloc_net || fail "cannot unload"
}

# free_on NODE: print how many KiB are free on the node.
free_on() {
	sed -n 's/.*MemFree: *\([0-9]*\) kB/\1/p' /sys/devices/system/node/node$1/meminfo
}

# bind_from CPU CARD: let our driver have the card, bound by a process on this processor. Set
# $pools to where the pages of its two pools are, and $taken to the KiB that node 1 has lost.
#
# Each pool has half of 2048 buffers of a page, and a page for 4 bytes of each: 1025.
bind_from() {
	local before

	find_card $2
	[ -n "$card" ] || give_up "no card $2" || return
	device=$(readlink /sys/class/net/$card/device)
	device=${device##*/}
	echo $device >$drivers/virtio_net/unbind
	before=$(free_on 1)
	taskset $((1 << $1)) sh -c "echo $device >$drivers/$driver/bind" || {
		echo $device >$drivers/virtio_net/bind
		give_up "the driver refuses $device" || return
	}
	pools=$(sed -n 's/.* pages=1025 vm[^N]*\(N.*\)/\1/p' /proc/vmallocinfo |
		sort | xargs)
	taken=$((before - $(free_on 1)))
	echo $device >$drivers/$driver/unbind
	echo $device >$drivers/virtio_net/bind
}

test_the_machine() {
	local at=/sys/devices/system/node

	expect_eq "processors" "$(cat $at/node0/cpulist $at/node1/cpulist | xargs)" "0 1"
	find_card 1
	expect_eq "card 1's node" \
		"$(cat /sys/class/net/$card/device/../numa_node)" 1
	find_card 3
	expect_eq "card 3's node" \
		"$(cat /sys/class/net/$card/device/../numa_node)" -1
}

# Besides the pools, 64 blocks of 32 KiB for each pair: with them 12296 KiB. Some of that may have
# been free in a list of a processor, which MemFree does not count.
test_device_on_a_node() {
	bind_from 0 1 || return
	expect_eq "pools" "$pools" "N1=1025 N1=1025"
	[ $taken -ge 11264 ] || fail "node 1 gave $taken KiB"
}

test_device_on_no_node() {
	local cpu

	for cpu in 0 1; do
		bind_from $cpu 3 || return
		expect_eq "pools" "$pools" "N0=1025 N1=1025"
	done
}

# A node with 6 MiB of room for 8: what does not fit comes from the other one, and the device is
# bound.
test_node_without_room() {
	local room

	mkdir -p $TMP/full
	mount -t tmpfs -o size=90%,mpol=bind:1 none $TMP/full || give_up "no tmpfs" || return
	room=$(free_on 1)
	dd if=/dev/zero of=$TMP/full/file bs=1024k count=$((room / 1024 - 6)) 2>/dev/null ||
		fail "cannot fill node 1"
	pools=
	bind_from 0 1
	umount $TMP/full
	expect_match "pools" "$pools" "*N0=*"
	expect_eq "pages" $(($(echo "$pools" | tr ' ' '\n' | sed 's/.*=//' | xargs |
		sed 's/ /+/g'))) 2050
	! dmesg | grep -i 'out of memory\|oom-killer' || fail "the OOM killer was woken"
}

run_tests
