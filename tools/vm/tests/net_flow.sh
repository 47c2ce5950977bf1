# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# Much traffic, all of it compared with what was sent: TCP in bulk and in small
# writes, UDP, both at once, splice, pktgen, a capture of odd frames.
. /tests/net_lib.sh

test_tcp_bulk_in() {
	flow peer ours tcp 128 65507
}

test_tcp_bulk_out() {
	flow ours peer tcp 128 65507
}

test_tcp_bulk_ipv6() {
	flow peer ours tcp 64 65507 6
}

test_tcp_small_writes() {
	flow peer ours tcp 10000 200
	flow ours peer tcp 5000 200
}

test_tcp_spliced() {
	flow peer ours tcp 64 65507 splice
	flow peer ours tcp 3000 200 splice
}

test_udp() {
	flow peer ours udp 2000 200
	flow ours peer udp 2000 200
	flow peer ours udp 1000 1472
	flow peer ours udp 1000 1 6
}

# Four streams in each direction.
test_all_at_once() {
	local port listeners=

	for port in 5101 5102 5103 5104; do
		listen ours tcp $port 20 65507
		listeners="$listeners $listener"
		listen peer tcp $port 20 65507
		listeners="$listeners $listener"
	done
	for port in 5101 5102 5103 5104; do
		at peer talk send tcp 10.1.0.1 $port 20 65507 &
		at ours talk send tcp 10.1.0.2 $port 20 65507 &
	done
	for listener in $listeners; do
		wait $listener || fail "a stream: $(cat $TMP/heard.510*)"
	done
	wait
}

# Somebody looks on: every packet has a second user for a while.
test_while_captured() {
	spawn ours tcpdump -Z root -U -i nic -w $TMP/seen 2>/dev/null
	local watcher=$spawned

	flow peer ours tcp 32 65507
	flow peer ours udp 500 1000
	dismiss $watcher
	[ -s $TMP/seen ] || fail "nothing was captured"
	rm -f $TMP/seen
}

# generate NAMESPACE SIZE COUNT MAC: sets $sent
generate() {
	cat >$TMP/pktgen <<-END
		say() { echo "\$2" >"/proc/net/pktgen/\$1"; }
		say kpktgend_0 rem_device_all
		say kpktgend_0 "add_device nic"
		for word in "count $3" "pkt_size $2" "delay 0" "dst_mac $4" \\
			"dst 10.9.9.9"; do
			say nic "\$word"
		done
		say pgctrl start
		cat /proc/net/pktgen/nic
	END
	at "$1" sh $TMP/pktgen >$TMP/generated
	sent=$(sed -n 's/.*pkts-sofar: \([0-9]*\).*/\1/p' $TMP/generated)
	expect_eq "frames sent by pktgen" "$sent" "$3"
}

# Everything that is sent arrives; for no IP address here, so nothing answers.
test_pktgen() {
	local size before

	for size in 60 61 512 1500; do
		counters ours
		before=$rx_packets
		generate peer $size 5000 ${mac}1
		sleep 1
		counters ours
		[ $((rx_packets - before)) -ge 5000 ] ||
			fail "$size bytes: $((rx_packets - before)) of 5000"
		generate ours $size 1000 ${mac}2
	done
	expect_eq rx_errors "$rx_errors" 0
}

# ---- a capture, replayed -----------------------------------------------

# Frames in a capture as text, the two bytes of a VLAN tag included.
frames() {
	tcpdump -r "$1" -t -nn -q -xx 2>/dev/null | grep '^	'
}

# replay FROM TO FILE: what comes in at TO goes to $TMP/TO.pcap.
replay() {
	local from=$1 into=$2

	at $into ethtool -K nic gro off
	spawn $into tcpdump -Z root -U -B 8192 -i nic -w $TMP/$into.pcap \
		"ether src ${mac}2" 2>$TMP/watching
	local watcher=$spawned

	until_true 5 grep -q listening $TMP/watching ||
		fail "tcpdump: $(cat $TMP/watching)"
	at $from tcpreplay --pps=2000 -i nic "$3" >$TMP/replay 2>&1 ||
		fail "tcpreplay: $(tail -n 3 $TMP/replay)"
	sleep 1
	dismiss $watcher
	at $into ethtool -K nic gro on
}

test_odd_frames() {
	local mtu

	for mtu in 1500 9000; do
		set_mtu $mtu ours peer left right
		replay peer ours /odd.$mtu.pcap
		replay right left /odd.$mtu.pcap
		frames $TMP/left.pcap >$TMP/wanted
		frames $TMP/ours.pcap >$TMP/got
		cmp -s $TMP/wanted $TMP/got ||
			fail "MTU $mtu: $(diff $TMP/wanted $TMP/got | head -n 5)"
		frames /odd.$mtu.pcap >$TMP/sent
		cmp -s $TMP/sent $TMP/got ||
			fail "MTU $mtu: $(diff $TMP/sent $TMP/got | head -n 5)"
	done
	set_mtu 1500 ours peer left right
	pings peer ours 3 100
}

run_tests
