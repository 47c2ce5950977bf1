# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# Heavy traffic; all that is received is compared with what was sent: TCP in bulk and in small
# writes, UDP, both at once, splice, pktgen, and a capture of unusual frames.
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

# has_captured FILE: has the capture any packet, after the file's header of 24 bytes?
has_captured() {
	[ "$(wc -c <$1)" -gt 24 ]
}

# While tcpdump captures, each packet has a second user for a while.
test_while_captured() {
	look_on ours -w $TMP/seen || return
	flow peer ours tcp 32 65507
	flow peer ours udp 500 1000
	# tcpdump gets packets in blocks, up to a second later.
	until_true 60 has_captured $TMP/seen || fail "nothing was captured"
	dismiss $watcher
	rm -f $TMP/seen
}

# All frames of pktgen must arrive. Their IP address belongs to nobody here, so nothing answers.
test_pktgen() {
	local size before

	for size in 60 61 512 1500; do
		counters ours
		before=$rx_packets
		generate peer $size 5000 ${mac}1
		until_true 60 has_received ours $before 5000 ||
			fail "$size bytes: $((rx_packets - before)) of 5000"
		expect_eq rx_errors "$rx_errors" 0
		counters peer
		before=$rx_packets
		generate ours $size 2000 ${mac}2
		until_true 60 has_received peer $before 2000 ||
			fail "$size bytes out: $((rx_packets - before)) of 2000"
	done
}

# ---- through our card and on -------------------------------------------

# Put card 3 into the namespace of card 1, which then forwards packets between the far ends of
# both cables: what our driver receives is sent by the kernel's own, and the reverse.
join_cables() {
	ip -n left link set nic netns ours name out
	ip -n ours addr add 10.2.0.1/24 dev out
	ip -n ours addr add fd02::1/64 dev out nodad
	ip -n ours link set out up
	echo 1 >$TMP/one
	at ours cp $TMP/one /proc/sys/net/ipv4/ip_forward
	at ours cp $TMP/one /proc/sys/net/ipv6/conf/all/forwarding
	ip -n peer route add 10.2.0.0/24 via 10.1.0.1
	ip -n right route add 10.1.0.0/24 via 10.2.0.1
	ip -n peer route add fd02::/64 via fd01::1
	ip -n right route add fd01::/64 via fd02::1
}

part_cables() {
	at ours cp $TMP/zero /proc/sys/net/ipv4/ip_forward
	at ours cp $TMP/zero /proc/sys/net/ipv6/conf/all/forwarding
	ip -n peer route del 10.2.0.0/24
	ip -n right route del 10.1.0.0/24
	ip -n peer route del fd02::/64
	ip -n right route del fd01::/64
	ip -n ours link set out netns 1 name eth2
	plug left 3 2 1
}

# Forwarded packets arrive unchanged. Those that GRO merged are split again when they leave.
test_forwarded() {
	join_cables
	flow peer right tcp 64 65507
	flow right peer tcp 64 65507
	flow peer right tcp 2000 200
	flow peer right tcp 32 65507 6
	flow peer right udp 500 1400
	flow peer right udp 10 65507
	# A capture is a second user of each packet: who changes a packet must then copy it.
	look_on ours -w /dev/null
	flow peer right tcp 32 65507
	dismiss $watcher
	part_cables
}

# ---- a capture, replayed -----------------------------------------------

# Print the frames of a capture as text, including the two bytes of a VLAN tag.
frames() {
	tcpdump -r "$1" -t -nn -q -xx 2>/dev/null | grep '^	'
}

# is_written FILE SENT: has the capture as many frames as the file SENT?
is_written() {
	[ "$(frames "$1" | wc -l)" -ge "$(frames "$2" | wc -l)" ]
}

# replay FROM TO FILE: what comes in at TO goes to $TMP/TO.pcap. The sender of the
# frames in the file has an address of his own (tools/vm/odd-frames).
replay() {
	local from=$1 into=$2

	at $into ethtool -K nic gro off
	look_on $into -B 8192 -w $TMP/$into.pcap "ether src ${mac}d"
	at $from tcpreplay --pps=2000 -i nic "$3" >$TMP/replay 2>&1 ||
		fail "tcpreplay: $(tail -n 3 $TMP/replay)"
	until_true 60 is_quiet $into
	# What has come may not be written yet.
	until_true 60 is_written $TMP/$into.pcap "$3"
	dismiss $watcher
	at $into ethtool -K nic gro on
}

odd_frames() {
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

test_odd_frames() {
	odd_frames
}

# ---- the driver's other ways ---------------------------------------------

each_kind() {
	flow peer ours tcp 64 65507
	flow peer ours tcp 2000 200
	flow peer ours tcp 32 65507 splice
	flow peer ours udp 500 200
	flow peer ours udp 10 65507 6
	set_mtu 9000 ours peer
	flow peer ours tcp 32 65507
	pings peer ours 3 8972
	odd_frames
}

test_frag_mode() {
	choose rx_mode frag
	each_kind
	net_count rx.header_bytes
	[ $value -gt 0 ] || fail "no header is copied"
}

# With this low_water every frame is copied, because there are never so many free buffers.
test_all_is_copied() {
	choose low_water 9999
	choose rx_policy copy
	net_count pool.lends
	local before=$value

	each_kind
	net_count pool.lends
	expect_eq "buffers lent" $((value - before)) 0
}

# Sets $passed and $dropped, of this card, since it is there.
passed_and_dropped() {
	cat $D/net/$device >$TMP/counts
	passed=$(sed -n 's/^rx.packets: //p' $TMP/counts)
	dropped=$(sed -n 's/^rx.policy_drops: //p' $TMP/counts)
}

choose_drop() {
	pings peer ours 1 100
	until_true 60 is_quiet ours
	passed_and_dropped
	passed_before=$passed dropped_before=$dropped
	choose low_water 9999
	choose rx_policy drop
}

passed_and_dropped_since() {
	choose rx_policy backpressure
	passed_and_dropped
	passed=$((passed - passed_before)) dropped=$((dropped - dropped_before))
}

# A ping is dropped only behind another frame of the same poll; there may be some of
# the kernel's own.
test_lone_frames_pass() {
	local passed dropped passed_before dropped_before others answers=0 i

	choose_drop
	for i in 1 2 3 4 5 6 7 8 9 10; do
		at peer ping -c 1 -W 5 -s 100 10.1.0.1 >$TMP/ping 2>&1 &&
			answers=$((answers + 1))
	done
	until_true 60 is_quiet ours
	passed_and_dropped_since
	others=$((passed + dropped - 10))
	[ $others -ge 0 ] && [ $dropped -le $others ] ||
		fail "$passed passed, $dropped dropped of 10 pings"
	[ $answers -ge $((10 - others)) ] ||
		fail "$answers of 10 pings are answered, beside $others other frames"
}

# Nobody has this port.
burst_loses_some() {
	at peer talk send udp 10.1.0.1 5999 96 1000 >$TMP/burst 2>&1
	passed_and_dropped
	[ $dropped -gt $dropped_before ]
}

# Of each poll's frames at least one of four passes.
test_bursts_are_thinned() {
	local passed dropped passed_before dropped_before

	choose_drop
	until_true 60 burst_loses_some || fail "none of a burst is dropped"
	until_true 60 is_quiet ours
	passed_and_dropped_since
	[ $dropped -le $((passed * 3)) ] ||
		fail "$passed passed, $dropped dropped"
}

run_tests
