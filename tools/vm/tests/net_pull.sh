# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# A card that is pulled out under traffic and put back, by the emulator's monitor.
# Only run by name: in the suite it failed once in four ("byte 1400 is": datagrams
# that overtook each other after the card was back), and the mend is young.
. /tests/net_queues_lib.sh

gone() {
	[ ! -e /sys/bus/virtio/devices/$device ]
}

# It is refused until the emulator has let go of the old one.
comes() {
	ask device_add virtio-net-pci,id=card0,netdev=port0,romfile=,disable-legacy=on,mac=${mac}1,mq=on,vectors=6
	usleep 500000
	[ -e /sys/bus/virtio/devices/$device ]
}

# While packets are under way both ways, and some are in a socket.
test_pulled_out_under_traffic() {
	local round=0 busy

	# Over two queues datagrams may overtake each other. 60 of them fit into
	# a socket's buffer of 212992 bytes, at 2304 bytes each with their heads.
	at peer ethtool -L nic combined 1
	channels 1
	while [ $round -lt 2 ]; do
		rm -f $TMP/go
		listen ours udp 5002 60 1000 hold=$TMP/go || return
		reader=$listener
		at peer talk send udp 10.1.0.1 5002 60 1000 || fail "sending"
		spawn peer ping -f -s 1000 10.1.0.1 >/dev/null 2>&1
		busy=$spawned
		spawn ours ping -f -s 1000 10.1.0.2 >/dev/null 2>&1
		busy="$busy $spawned"
		usleep 200000
		ask device_del card0 || return
		until_true 60 gone || give_up "the card stays" || return
		expect_no_file $D/net/$device
		dismiss $busy
		touch $TMP/go
		wait $reader || fail "60 datagrams: $(tail -n 1 $TMP/heard.5002)"
		until_true 60 comes || give_up "$device does not come" || return
		usleep 200000
		give $driver || give_up "the driver refuses it" || return
		plug ours 1 1 1 || return
		channels 1
		# What waits for a neighbour's address may be overtaken.
		pings ours peer 2 100
		pings ours peer 2 100 6
		many_flows
		round=$((round + 1))
	done
	at peer ethtool -L nic combined 2
	expect_whole_pool
}

run_tests
