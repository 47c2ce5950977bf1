# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# What the card is told: its address, which frames are wanted, VLANs. QEMU keeps
# to it, so what is seen is what came.
. /tests/net_lib.sh

# arrive MAC COUNT: frames to that address which our card's driver gets
arrive() {
	local before

	is_quiet ours || usleep 500000
	counters ours
	before=$rx_packets
	generate peer 100 "$2" "$1"
	usleep 300000
	counters ours
	arrived=$((rx_packets - before))
}

other=52:54:00:00:00:77
group=01:00:5e:01:02:03

test_frames_for_others_do_not_arrive() {
	arrive ${mac}1 200
	[ $arrived -ge 200 ] || fail "$arrived of 200 frames arrive"
	arrive $other 200
	[ $arrived -lt 20 ] || fail "$arrived frames for somebody else arrive"
	arrive $group 200
	[ $arrived -lt 20 ] || fail "$arrived frames for another group arrive"
}

test_promiscuous() {
	ip -n ours link set nic promisc on
	usleep 100000
	arrive $other 200
	ip -n ours link set nic promisc off
	[ $arrived -ge 200 ] || fail "$arrived of 200 frames arrive"
	usleep 100000
	arrive $other 200
	[ $arrived -lt 20 ] || fail "$arrived frames arrive afterwards"
}

test_all_groups() {
	ip -n ours link set nic allmulticast on
	usleep 100000
	arrive $group 200
	ip -n ours link set nic allmulticast off
	[ $arrived -ge 200 ] || fail "$arrived of 200 frames arrive"
}

test_one_group() {
	ip -n ours maddr add $group dev nic
	usleep 100000
	arrive $group 200
	ip -n ours maddr del $group dev nic
	[ $arrived -ge 200 ] || fail "$arrived of 200 frames arrive"
}

test_another_address() {
	ip -n ours link set nic address $other ||
		give_up "no other address" || return
	arrive $other 200
	[ $arrived -ge 200 ] || fail "$arrived of 200 frames arrive"
	arrive ${mac}1 200
	[ $arrived -lt 20 ] || fail "$arrived frames for the old one arrive"
	ip -n ours link set nic address ${mac}1
	ip -n peer neigh flush dev nic
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
	at peer ping -c 3 -i 0.1 -W 2 10.77.0.1 >$TMP/ping 2>&1 ||
		fail "ping in VLAN 77: $(tail -n 2 $TMP/ping)"
	ip -n ours link del nic.77
	ip -n peer link del nic.77
}

run_tests
