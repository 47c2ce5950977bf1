# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# swiotlb=force and cards that go by the DMA API: it copies what they write and
# read. All arrives as sent, the copies are counted, and the kernel was warned.
. /tests/net_lib.sh

test_what_is_copied_is_counted() {
	pings peer ours 3 1000
	flow peer ours tcp 64 65507
	flow ours peer tcp 64 65507
	flow peer ours udp 200 1400
	net_count rx.bounced_bytes
	# 64 messages of TCP, and 200 datagrams, at least.
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

# What is unmapped too late or never fills swiotlb's 64 MiB.
test_taken_away_and_given_back() {
	local i=0

	while [ $i -lt 20 ]; do
		give $stock && give $driver ||
			give_up "round $i" || return
		i=$((i + 1))
	done
	plug ours 1 1 1
	flow peer ours tcp 32 65507
	flow ours peer tcp 32 65507
}

run_tests
