# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# With swiotlb=force and cards that use the DMA API, swiotlb copies all that they read and write.
# All data must arrive as sent, the driver must count the copies, and it must have printed a
# warning.
. /tests/net_lib.sh

test_what_is_copied_is_counted() {
	pings peer ours 3 1000
	flow peer ours tcp 64 65507
	flow ours peer tcp 64 65507
	flow peer ours udp 200 1400
	net_count rx.bounced_bytes
	# At least the 64 writes of TCP and the 200 datagrams must be counted.
	[ $value -gt $((64 * 65507 + 200 * 1400)) ] ||
		fail "rx.bounced_bytes is $value"
	net_count rx.copied_bytes
	expect_eq "bytes copied by the driver" $value 0
}

test_large_frames() {
	set_mtu 9000 ours peer
	pings peer ours 3 8972
	flow peer ours tcp 64 65507
	flow ours peer tcp 64 65507
	set_mtu 1500 ours peer
}

test_down_and_up() {
	local i

	for i in $(seq 3); do
		ip -n ours link set nic down
		ip -n ours link set nic up
		pings peer ours 3 1000
	done
}

# The device is unbound and bound many times: buffers that are never unmapped would fill swiotlb's
# 64 MiB. Each time the driver prints its warning.
test_taken_away_and_given_back() {
	local i=0

	dmesg -c >/dev/null
	while [ $i -lt 20 ]; do
		give $stock && give $driver ||
			give_up "round $i" || return
		i=$((i + 1))
	done
	expect_eq "warnings" \
		"$(dmesg | grep -c 'the DMA API may copy what the device writes')" 20
	plug ours 1 1 1
	flow peer ours tcp 32 65507
	flow ours peer tcp 32 65507
}

run_tests
