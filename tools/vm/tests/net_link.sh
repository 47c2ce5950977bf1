# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# The network device's properties and light traffic: pings of all sizes, large frames, IPv6,
# fragments, VLANs, link down and up.
. /tests/net_lib.sh

test_ping_both_ways() {
	local size

	for size in 0 1 18 19 56 100 101 1000 1471 1472; do
		pings peer ours 3 $size
		pings ours peer 3 $size
	done
}

test_ping_ipv6() {
	pings peer ours 3 56 6
	pings ours peer 3 1452 6
}

# A datagram of 65,507 bytes has 45 fragments of at most 1,480.
test_ip_fragments() {
	pings peer ours 2 1473
	pings peer ours 2 8000
	pings ours peer 2 20000 6
	flow peer ours udp 20 65507
	flow ours peer udp 20 65507
	flow peer ours udp 20 30000 6
}

test_large_frames() {
	set_mtu 9000 ours peer
	pings peer ours 3 8972
	pings ours peer 3 8972
	pings peer ours 3 4000
	flow peer ours tcp 64 65507
	flow ours peer tcp 64 65507
	flow peer ours udp 30 8972
	flow peer ours udp 10 65507
	set_mtu 1500 ours peer
	pings peer ours 3 1472
}

# Pings of many lengths. The step 107 is odd, so the lengths have all remainders modulo a power of
# two.
test_many_sizes() {
	local size=1

	set_mtu 9000 ours peer
	while [ $size -lt 8972 ]; do
		echo $size
		size=$((size + 107))
	done >$TMP/sizes
	while read -r size; do
		pings peer ours 1 $size || break
	done <$TMP/sizes
	set_mtu 1500 ours peer
}

test_vlan() {
	local namespace end=1

	for namespace in ours peer; do
		ip -n $namespace link add link nic name tagged type vlan id 5
		ip -n $namespace addr add 10.5.0.$end/24 dev tagged
		ip -n $namespace link set tagged up
		end=$((end + 1))
	done
	at peer ping -c 3 -i 0.01 -W 20 -s 1472 10.5.0.1 >$TMP/ping ||
		fail "ping over VLAN 5: $(tail -n 2 $TMP/ping)"
	listen ours tcp 5001 200 10000
	at peer talk send tcp 10.5.0.1 5001 200 10000 || fail "TCP over VLAN 5"
	wait $listener || fail "TCP over VLAN 5: $(cat $TMP/heard.5001)"
	for namespace in ours peer; do
		ip -n $namespace link del tagged
	done
}

test_down_and_up() {
	local round

	for round in 1 2 3; do
		ip -n ours link set nic down
		! at peer ping -c 1 -W 1 10.1.0.1 >/dev/null ||
			fail "a card that is down answers"
		ip -n ours link set nic up
		pings peer ours 3 100
	done
	ip -n ours addr add fd01::1/64 dev nic nodad
}

test_mtu_limits() {
	local mtu

	for mtu in 67 0 65536; do
		! ip -n ours link set nic mtu $mtu 2>/dev/null ||
			fail "MTU $mtu is accepted"
	done
	set_mtu 1500 ours
	pings peer ours 1 1472
}

test_ethtool() {
	at ours ethtool -i nic >$TMP/ethtool || fail "ethtool -i"
	expect_eq driver "$(sed -n 's/^driver: //p' $TMP/ethtool)" $driver
	at ours ethtool -g nic >$TMP/ethtool || fail "ethtool -g"
	# The same lengths of rings as with the kernel's own driver: 256 for a PCI card, 1024 on the
	# board.
	at peer ethtool -g nic >$TMP/stock || fail "ethtool -g"
	expect_eq "RX ring" "$(sed -n 's/^RX:[^0-9]*//p' $TMP/ethtool |
		sort -u)" "$(sed -n 's/^RX:[^0-9]*//p' $TMP/stock | sort -u)"
	at ours ethtool -k nic >$TMP/ethtool || fail "ethtool -k"
	expect_match "GRO" "$(cat $TMP/ethtool)" \
		"*generic-receive-offload: on*"
	at ours ethtool -S nic >$TMP/ethtool || fail "ethtool -S"
	expect_match "statistics" "$(cat $TMP/ethtool)" "*rx*packets:*"
	at ours ethtool nic >$TMP/ethtool || fail "ethtool"
	expect_match "link" "$(cat $TMP/ethtool)" "*Link detected: yes*"
}

# Set $sent and $sent_bytes to what the peer has sent, and the other counters to those of ours.
both_ends() {
	counters peer
	sent=$tx_packets sent_bytes=$tx_bytes
	counters ours
}

# As both_ends; were the counters unchanged for half a second? Otherwise a packet could have been
# sent between reading those of the peer and ours.
at_rest() {
	local before

	both_ends
	before=$sent/$rx_packets
	usleep 500000
	both_ends
	[ $sent/$rx_packets = "$before" ]
}

# Has ours received all that the peer has sent? The peer is the only sender, including packets of
# neighbour discovery.
all_came() {
	at_rest && [ $((rx_packets - packets)) -eq $((sent - sent_before)) ]
}

# The receiver's counters of packets and bytes grow by exactly what the peer has sent.
test_counters() {
	local packets bytes sent_before sent_bytes_before sent sent_bytes

	until_true 60 at_rest
	packets=$rx_packets bytes=$rx_bytes
	sent_before=$sent sent_bytes_before=$sent_bytes
	pings peer ours 100 958
	until_true 60 all_came
	expect_eq "packets, of those sent" $((rx_packets - packets)) \
		$((sent - sent_before))
	expect_eq "bytes, of those sent" $((rx_bytes - bytes)) \
		$((sent_bytes - sent_bytes_before))
	[ $((rx_packets - packets)) -ge 100 ] ||
		fail "rx_packets grew by $((rx_packets - packets)) of 100"
	# 1000 bytes each: 958, and headers of Ethernet (14), IP (20) and ICMP (8).
	[ $((rx_bytes - bytes)) -ge 100000 ] ||
		fail "rx_bytes grew by $((rx_bytes - bytes)) of 100000"
	expect_eq rx_errors "$rx_errors" 0
	expect_eq rx_dropped "$rx_dropped" 0
}

# rtheap net shows the same numbers as the files in debugfs.
test_rtheap_net() {
	pings peer ours 10 100
	expect_whole_pool
	run 0 net
	expect_match "rtheap net" "$out" "device *$nl$device *nic *$total *"
	run 0 net --json
	json
	expect_json .devices.0.device $device
	expect_json .devices.0.pool.total $total
	expect_json .devices.0.pool.lent 0
	expect_json .devices.0.rx.copied_bytes 0
	expect_json .module.devices 1
	run 0 net $device
	expect_match "rtheap net $device" "$out" "format: 1*pool.free: *"
	run 1 net virtio77
}

run_tests
