# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# The driver tells the card its address, which frames are wanted, and VLANs. QEMU filters frames
# accordingly, so the frames that arrive show whether the card was told.
. /tests/net_lib.sh

# arrive MAC: send 200 frames to this address, and a ping after them: when it is answered, all
# frames that arrive have arrived. Sets $before to the number of packets received before.
arrive() {
	until_true 60 is_quiet ours
	counters ours
	before=$rx_packets
	generate peer 100 200 "$1"
	ip -n peer neigh flush dev nic
	# Repeat the ping, because the card may not know a new address yet.
	until_true 60 is_answered || fail "no answer"
}

is_answered() {
	at peer ping -c 1 -W 1 -s 100 10.1.0.1 >/dev/null 2>&1
}

all_arrive() {
	arrive "$1"
	# The driver may count them a little later.
	until_true 2 has_received ours "$before" 200
}

# none_arrives MAC: send the frames; have fewer than 20 packets arrived, those of the ping?
none_arrives() {
	arrive "$1"
	counters ours
	[ $((rx_packets - before)) -lt 20 ]
}

# expect_frames MAC: fail unless all frames arrive. Try again for a while, because the driver sends
# the filters in the background.
expect_frames() {
	until_true 2 all_arrive "$1" ||
		fail "$((rx_packets - before)) of 200 frames arrive"
}

# expect_no_frames MAC WHAT: fail unless no frames arrive. It is tried again, too.
expect_no_frames() {
	until_true 2 none_arrives "$1" ||
		fail "$((rx_packets - before)) frames $2 arrive"
}

other=52:54:00:00:00:77
group=01:00:5e:01:02:03

test_frames_for_others_do_not_arrive() {
	expect_frames ${mac}1
	expect_no_frames $other "for somebody else"
	expect_no_frames $group "for another group"
}

test_promiscuous() {
	ip -n ours link set nic promisc on
	expect_frames $other
	ip -n ours link set nic promisc off
	expect_no_frames $other afterwards
}

test_all_groups() {
	ip -n ours link set nic allmulticast on
	expect_frames $group
	ip -n ours link set nic allmulticast off
}

test_one_group() {
	ip -n ours maddr add $group dev nic
	expect_frames $group
	ip -n ours maddr del $group dev nic
}

test_another_address() {
	ip -n ours link set nic address $other ||
		give_up "no other address" || return
	expect_frames $other
	expect_no_frames ${mac}1 "for the old one"
	ip -n ours link set nic address ${mac}1
	ip -n peer neigh flush dev nic
	until_true 60 is_answered || fail "no answer at the old one"
	pings peer ours 3 100
}

# make_vlan NAMESPACE END ID
make_vlan() {
	ip -n $1 link add link nic name nic.$3 type vlan id $3 &&
		ip -n $1 addr add 10.$3.0.$2/24 dev nic.$3 &&
		ip -n $1 link set nic.$3 up
}

test_vlans() {
	make_vlan ours 1 77 || give_up "no VLAN" || return
	make_vlan peer 2 77
	at peer ping -c 3 -i 0.1 -W 20 10.77.0.1 >$TMP/ping 2>&1 ||
		fail "ping in VLAN 77: $(tail -n 2 $TMP/ping)"
	ip -n ours link del nic.77
	ip -n peer link del nic.77
}

run_tests
