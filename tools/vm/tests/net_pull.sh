# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# A card is removed under traffic and added again, with the emulator's monitor, while packets are
# in a socket, while a process has mapped pages, and while frames are redirected to another card.
# Only run by name: the first test failed in two of three runs on a busy machine, because a
# datagram overtook another one (none was lost). The reason is not known. It has not failed in 17
# more runs, also on a busy machine. talk would now print which datagrams were out of order.
. /tests/net_xdp_lib.sh
. /tests/net_split_lib.sh

gone() {
	[ ! -e /sys/bus/virtio/devices/$1 ]
}

# comes NUMBER: add the card; does it exist now? It is refused until the emulator has released the
# previous one.
comes() {
	ask device_add virtio-net-pci,id=card$1,netdev=port$1,romfile=,disable-legacy=on,mac=$mac$(($1 + 1)),mq=on,vectors=6
	usleep 500000
	[ -e /sys/bus/virtio/devices/virtio$1 ]
}

# pull NUMBER: remove card 0 to 3.
pull() {
	ask device_del card$1 || return
	until_true 60 gone virtio$1 || give_up "card$1 stays"
}

# Add card 0 again, in "ours", and check that it works.
put_back() {
	until_true 60 comes 0 || give_up "$device does not come" || return
	usleep 200000
	give $driver || give_up "the driver refuses it" || return
	plug ours 1 1 1 || return
	channels 1
	neighbours_meet
	many_flows
}

# Use one queue and learn the neighbours' addresses first. Otherwise datagrams may overtake each
# other.
one_queue() {
	at peer ethtool -L nic combined 1
	channels 1
	neighbours_meet
}

neighbours_meet() {
	pings ours peer 2 100
	pings ours peer 2 100 6
}

# The card is removed while packets are sent in both directions and some are in a socket.
test_pulled_out_under_traffic() {
	local round=0 busy

	# 60 datagrams fit into a socket's buffer of 212992 bytes: each counts as 2304 bytes.
	one_queue
	while [ $round -lt 2 ]; do
		hold ours udp 5002 60 1000 || return
		at peer talk send udp 10.1.0.1 5002 60 1000 || fail "sending"
		spawn peer ping -f -s 1000 10.1.0.1 >/dev/null 2>&1
		busy=$spawned
		spawn ours ping -f -s 1000 10.1.0.2 >/dev/null 2>&1
		busy="$busy $spawned"
		usleep 200000
		pull 0 || return
		expect_no_file $D/net/$device
		dismiss $busy
		let_go "60 datagrams"
		put_back || return
		round=$((round + 1))
	done
}

# The pages that a process has mapped stay unchanged until it has unmapped them.
test_pulled_out_while_pages_are_mapped() {
	load_split $MTU4 || return
	one_queue
	keep_pages 50 || return
	has_lent 100 || fail "$value pages are lent"
	pull 0 || return
	expect_no_file $D/net/$device
	churn_memory
	pages_go "after the card was pulled"
	expect_mapped 90
	set_mtu 1500 peer
	put_back || return
}

# The card is removed while a tap holds 300 of its frames and more arrive.
test_pulled_out_while_frames_are_kept() {
	one_queue
	keep_frames 300 1000 || return
	spawn peer xdp send 10.1.0.1 1000000 1000
	pull 0 || return
	expect_no_file $D/net/$device
	churn_memory
	frames_go "after the card was pulled"
	dismiss $spawned
	put_back || return
}

# Redirect frames from card 0 to card 2, and send frames without end.
redirecting() {
	second_card $driver || return
	attach redirect=nic3
	ip -n right link set nic promisc on
	counters right
	before=$rx_packets
	spawn peer xdp send 10.1.0.1 1000000000 600
	busy=$spawned
	until_true 60 has_received right $before 1000 ||
		fail "nothing is sent on"
}

# While frames are redirected, the card that receives them is removed; the next test removes the
# card that sends them.
test_pulled_out_while_frames_are_sent_on() {
	one_queue
	redirecting || return
	pull 0 || return
	expect_no_file $D/net/$device
	dismiss $busy
	put_back || return
	second_card_back
	ip -n right link set nic promisc off
}

test_the_other_card_is_pulled_out_meanwhile() {
	redirecting || return
	pull 2 || return
	expect_no_file $D/net/virtio2
	# The program is still attached, and the frames that it redirects are lost.
	count
	until_true 60 has_come rx_xdp_drops 1000 ||
		fail "the program has nothing to do"
	dismiss $busy
	detach
	ip -n ours link set nic promisc off
	ip -n right link set nic promisc off
	until_true 60 comes 2 || give_up "virtio2 does not come" || return
	plug left 3 2 1
	pings left right 3 1000
	many_flows
	at peer ethtool -L nic combined 2
}

run_tests
