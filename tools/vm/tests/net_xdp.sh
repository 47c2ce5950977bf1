# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# XDP programs in our driver, on taps with two pairs of queues and all offloads: what each action
# does, and what is refused. Programs are attached and detached, and the card is unbound, under
# traffic and while frames wait elsewhere.
. /tests/net_xdp_lib.sh

# ---- counting ------------------------------------------------------------

# Send 1000 frames to the card in "ours".
shower() {
	count
	generate peer 600 1000 ${mac}1
}

# got NAMESPACE BEFORE NUMBER: fail unless its card has received NUMBER packets since its counter
# was BEFORE, or up to 49 more, because there are a few others on the cable.
got() {
	until_true 60 has_received $1 $2 $3
	[ $((rx_packets - $2)) -ge $3 ] && [ $((rx_packets - $2)) -lt $(($3 + 50)) ] ||
		fail "$1 got $((rx_packets - $2)) frames, wanted $3"
}

# ---- what a program says ---------------------------------------------------

test_pass() {
	attach pass
	shower
	until_true 60 has_come rx_xdp_packets 1000
	many_flows
	counts rx_xdp_drops 0
	counts rx_xdp_unfit 0
	detach
	count
	many_flows
	counts rx_xdp_packets 0
}

# The network stack gets none of the dropped frames, but the card has received them.
test_drop() {
	attach drop
	counters ours
	before=$rx_packets
	shower
	counts rx_xdp_drops 1000
	got ours $before 1000
	since rx_packets
	[ $value -lt 50 ] || fail "the stack got $value frames"
	many_flows
	detach
	counters ours
	before=$rx_packets
	shower
	got ours $before 1000
}

# exceptions ACTION: set $value to the number of exceptions in the trace with this action.
exceptions() {
	value=$(grep -c "xdp_exception: .*action=$1 " $T/trace)
}

test_abort_is_traced() {
	echo 1 >$T/events/xdp/xdp_exception/enable
	attach abort
	shower
	counts rx_xdp_drops 1000
	exceptions ABORTED
	expect_eq "aborted" $value 1000
	attach wrong
	shower
	counts rx_xdp_drops 1000
	# The program "wrong" returns 77 (0x4d), see tools/vm/xdp.c.
	exceptions 0x4d
	expect_eq "wrong ones" $value 1000
	detach
	echo 0 >$T/events/xdp/xdp_exception/enable
	echo >$T/trace
}

# Each frame is sent back, or counted as one for which the send ring had no slot.
test_tx() {
	local sent

	attach tx
	counters peer
	before=$rx_packets
	shower
	until_true 60 has_come rx_xdp_packets 1000
	since rx_xdp_drops
	sent=$((1000 - value))
	[ $sent -gt 500 ] || fail "$sent of 1000 are sent"
	counts tx_xdp_tx_drops $value
	counts rx_xdp_tx $sent
	counts tx_xdp_tx $sent
	got peer $before $sent
	many_flows
	detach
}

# A program can use 256 bytes before a frame, less what the kernel keeps there, and 128 after it.
test_room_around_frames() {
	attach room
	count
	many_flows
	has_come rx_xdp_packets 100 || fail "the program saw $value frames"
	counts rx_xdp_drops 0
	counts rx_xdp_unfit 0
	flow peer ours udp 50 1
	flow peer ours udp 50 100
	detach
}

# ---- elsewhere ---------------------------------------------------------------

# All redirected frames arrive behind the other card. They are sent in groups for which its ring
# has room.
redirect_to_second() {
	local volley

	attach redirect=nic3
	counters right
	before=$rx_packets
	count
	for volley in 1 2 3 4 5 6 7 8; do
		generate peer 600 125 ${mac}4
		until_true 60 has_received right $before $((volley * 125))
	done
	counts rx_xdp_redirects 1000
	got right $before 1000
	detach
	expect_whole_pool
}

test_redirect_to_our_driver() {
	second_card $driver || return
	redirect_to_second
	at ours ethtool -S nic3 >$TMP/second
	grep -q ' tx_xdp_tx: 1000$' $TMP/second || fail "$(grep xdp $TMP/second)"
	second_card_back
}

test_redirect_to_another_driver() {
	second_card $stock || return
	attach pass nic3
	redirect_to_second
	second_card_back
}

# ---- who keeps frames -----------------------------------------------------------

test_kept_and_given_back() {
	keep_frames 300 1000 || return
	pings peer ours 3 1000
	frames_go "after waiting"
	detach
}

# The card is unbound while the program is attached and more frames arrive.
test_kept_over_unbind() {
	keep_frames 300 1000 || return
	spawn peer xdp send 10.1.0.1 2000 1000
	give $stock || fail "the kernel's driver refuses $device"
	expect_no_file $D/net/$device
	plug ours 1 1 1
	churn_memory
	frames_go "after unbind"
	dismiss $spawned
	give $driver
	plug ours 1 1 1
	many_flows
}

test_kept_over_rmmod() {
	keep_frames 300 1000 || return
	rmmod rtalloc_net || fail "rmmod is refused"
	churn_memory
	frames_go "after rmmod"
	load_net || return
	pings peer ours 3 1000
}

# ---- under traffic ----------------------------------------------------------------

test_programs_under_traffic() {
	local i

	stream_on || return
	spawn peer xdp send 10.1.0.1 1000000 600
	for i in $(seq 12); do
		attach pass
		attach drop
		attach room
		usleep 50000
		attach tx
		attach redirect=lo
		detach
		usleep 50000
	done
	dismiss $spawned
	stream_off
}

test_rings_and_channels_under_traffic() {
	local i

	attach tx
	stream_on || return
	spawn peer xdp send 10.1.0.1 1000000 600
	for i in $(seq 6); do
		rings 64 128
		channels 1
		usleep 50000
		rings 256 256
		channels 2
		usleep 50000
	done
	dismiss $spawned
	stream_off
	eth_count tx_timeouts
	expect_eq "tx_timeouts" $value 0
	detach
}

test_down_and_up_under_traffic() {
	local i=0

	attach tx
	spawn peer xdp send 10.1.0.1 1000000 600
	while [ $i -lt 5 ]; do
		ip -n ours link set nic down
		[ $i -ne 2 ] || attach room
		ip -n ours link set nic up
		[ $i -ne 3 ] || attach tx
		usleep 100000
		i=$((i + 1))
	done
	dismiss $spawned
	until_true 60 is_quiet ours || fail "the flood does not end"
	# A device that is set down loses its IPv6 address.
	ip -n ours addr add fd01::1/64 dev nic nodad
	# While a neighbour's address is looked up, later datagrams may overtake the first.
	pings ours peer 2 100 6
	many_flows
	detach
}

# ---- what is refused ----------------------------------------------------------------

# expect_feature NAME STATE [WHEN]: fail unless ethtool -k has this state of the feature.
expect_feature() {
	expect_eq "$1${3:+, $3}" "$(at ours ethtool -k nic | sed -n "s/^$1: //p")" "$2"
}

# While a program is attached, the card delivers neither merged frames nor frames without
# checksums.
test_offloads_are_off_meanwhile() {
	attach pass
	expect_feature rx-gro-hw "off [requested on]"
	expect_feature rx-checksumming "off [requested on]"
	at ours ethtool -K nic rx-gro-hw on >$TMP/err 2>&1
	expect_feature rx-gro-hw "off [requested on]" "asked for"
	detach
	expect_feature rx-gro-hw on again
	expect_feature rx-checksumming on again
	at ours ethtool -K nic rx-gro-hw off
	attach pass
	detach
	expect_feature rx-gro-hw off "not wanted"
	at ours ethtool -K nic rx-gro-hw on
}

# With a program, the MTU is limited, because a frame must fit into one buffer.
test_longest_mtu() {
	set_mtu 3439 ours peer
	! at ours xdp attach nic pass 2>$TMP/err || fail "attached with MTU 3439"
	expect_match "the reason" "$(cat $TMP/err)" "*no XDP with an MTU above 3438"
	set_mtu 3438 ours peer
	attach pass
	! ip -n ours link set nic mtu 3439 2>$TMP/err || fail "MTU 3439 afterwards"
	count
	pings peer ours 10 3410
	flow peer ours tcp 32 65507
	flow peer ours udp 50 3410
	counts rx_xdp_unfit 0
	detach
	set_mtu 9000 ours peer
	pings peer ours 10 8972
	set_mtu 1500 ours peer
}

run_tests
