# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# Cards with two pairs of queues, on taps with all offloads: channels, rings,
# processors; all of it changed under traffic; a card that is pulled out, a
# machine that sleeps.  The emulator's monitor is at /dev/ttyS3.
. /tests/net_lib.sh

hearer=

# channels NUMBER
channels() {
	at ours ethtool -L nic combined $1 2>$TMP/err ||
		fail "$1 channels: $(cat $TMP/err)"
}

# rings RX TX
rings() {
	at ours ethtool -G nic rx $1 tx $2 2>$TMP/err ||
		fail "rings of $1 and $2: $(cat $TMP/err)"
}

# eth_count NAME: sets $value, of ethtool -S
eth_count() {
	value=$(at ours ethtool -S nic | sed -n "s/^ *$1: //p")
}

# ask WORD...: of the emulator's monitor. It must not be told what it says, and
# stops listening when nobody hears that.
ask() {
	if ! kill -0 "$hearer" 2>/dev/null; then
		stty -F /dev/ttyS3 raw -echo
		spawn ours cat /dev/ttyS3 >/dev/null
		hearer=$spawned
		usleep 200000
	fi
	echo "$*" >/dev/ttyS3
}

# Both ways, several streams at a time.
many_flows() {
	flow peer ours tcp 24 65507
	flow ours peer tcp 24 65507
	flow peer ours udp 100 1400
	flow ours peer udp 100 1400 6
	pings peer ours 5 1000
}

# ---- several pairs -----------------------------------------------------

test_a_pair_for_each_processor() {
	at ours ethtool -l nic >$TMP/channels
	expect_eq "Combined, twice" "$(grep -c 'Combined:.*2' $TMP/channels)" 2
	eth_count rx1_packets
	[ -n "$value" ] || fail "no rx1_packets"
}

# The processors of a queue's interrupts, and who sends on it.
test_processors_are_dealt_out() {
	local irq name queue

	for queue in 0 1; do
		irq=$(sed -n "s/^ *\([0-9]*\):.*$device-input\.$queue\$/\1/p" \
			/proc/interrupts)
		expect_eq "processors of input.$queue" \
			$(cat /proc/irq/$irq/smp_affinity_list) $queue
		expect_eq "who sends on $queue" $((1 << queue)) \
			$((0x$(ip netns exec ours cat /sys/class/net/nic/queues/tx-$queue/xps_cpus)))
	done
}

# Pings from 16 addresses are 16 flows: each pair has some.
test_each_pair_receives() {
	local i=2 zero one

	many_flows
	while [ $i -lt 18 ]; do
		listen ours tcp $((5100 + i)) 20 30000 || return
		at peer talk send tcp 10.1.0.1 $((5100 + i)) 20 30000
		wait $listener || fail "flow $i: $(cat $TMP/heard.$((5100 + i)))"
		i=$((i + 1))
	done
	eth_count rx0_packets
	zero=$value
	eth_count rx1_packets
	one=$value
	[ $zero -gt 0 ] && [ $one -gt 0 ] ||
		fail "$zero packets on one queue, $one on the other"
	eth_count rx_packets
	[ $value -ge $((zero + one)) ] ||
		fail "$value packets in all, $zero and $one on each"
	eth_count tx1_packets
	[ $value -gt 0 ] || fail "nothing is sent on the second queue"
}

test_one_pair_and_two_again() {
	channels 1
	many_flows
	channels 2
	many_flows
	! at ours ethtool -L nic combined 3 2>$TMP/err ||
		fail "three channels of two"
	expect_whole_pool
}

test_rings_of_another_length() {
	at ours ethtool -g nic >$TMP/rings
	expect_eq "rings of 256" "$(grep -c '256$' $TMP/rings)" 4
	rings 64 64
	many_flows
	! at ours ethtool -G nic rx 512 2>$TMP/err || fail "512 slots of 256"
	! at ours ethtool -G nic rx 100 2>$TMP/err || fail "100 slots"
	rings 256 256
	many_flows
	expect_whole_pool
}

# ---- under traffic -------------------------------------------------------

# Streams of 20 MB beside what the test does.
stream_on() {
	listen ours tcp 5003 300 65507 || return
	stream=$listener
	spawn peer talk send tcp 10.1.0.1 5003 300 65507
	listen peer tcp 5004 300 65507 || return
	back=$listener
	spawn ours talk send tcp 10.1.0.2 5004 300 65507
	# Both are connected.
	until_true 20 are_connected || give_up "nobody is connected"
}

are_connected() {
	at ours cat /proc/net/tcp6 /proc/net/tcp >$TMP/tcp
	# 138B and 138C are 5003 and 5004, 01 is "established".
	grep -q ':138B [0-9A-F]*:[0-9A-F]* 01 ' $TMP/tcp &&
		grep -q ':138C 01 ' $TMP/tcp
}

stream_off() {
	wait $stream || fail "the stream: $(tail -n 1 $TMP/heard.5003)"
	wait $back || fail "the stream back: $(tail -n 1 $TMP/heard.5004)"
}

test_channels_under_traffic() {
	local i=0

	stream_on || return
	while [ $i -lt 15 ]; do
		channels 1
		usleep 30000
		channels 2
		usleep 30000
		i=$((i + 1))
	done
	stream_off
	expect_whole_pool
}

test_rings_under_traffic() {
	local i=0

	stream_on || return
	while [ $i -lt 6 ]; do
		rings 64 128
		usleep 100000
		rings 256 256
		usleep 100000
		i=$((i + 1))
	done
	stream_off
	eth_count tx_timeouts
	expect_eq "tx_timeouts" $value 0
	expect_whole_pool
}

test_merging_under_traffic() {
	local i=0

	at ours ethtool -k nic >$TMP/features
	grep -q '^rx-gro-hw: on$' $TMP/features ||
		fail "$(grep rx-gro-hw $TMP/features)"
	stream_on || return
	while [ $i -lt 5 ]; do
		at ours ethtool -K nic rx-gro-hw off
		usleep 100000
		at ours ethtool -K nic rx-gro-hw on
		usleep 100000
		i=$((i + 1))
	done
	stream_off
	expect_whole_pool
}

test_down_and_up_under_traffic() {
	local i=0

	stream_on || return
	while [ $i -lt 5 ]; do
		ip -n ours link set nic down
		ip -n ours link set nic up
		usleep 300000
		i=$((i + 1))
	done
	stream_off
	expect_whole_pool
}

# ---- the device comes and goes --------------------------------------------

without_carrier() {
	ip -n ours link show nic | grep -q NO-CARRIER
}

with_carrier() {
	! without_carrier
}

test_link_goes_and_comes() {
	ask set_link card0 off
	until_true 20 without_carrier || fail "the link is up"
	ask set_link card0 on
	until_true 20 with_carrier || fail "the link is down"
	pings peer ours 3 100
}

# A gratuitous ARP for each address.
heard_of() {
	grep -q 'who-has 10.1.0.1 .*tell 10.1.0.1\|Reply 10.1.0.1 is-at' $TMP/arp
}

test_a_move_is_announced() {
	spawn peer tcpdump -Z root -l -n -i nic arp >$TMP/arp 2>$TMP/watching
	local watcher=$spawned

	until_true 60 grep -q listening $TMP/watching
	ask announce_self
	until_true 20 heard_of || fail "nobody hears of it: $(cat $TMP/arp)"
	dismiss $watcher
}

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

	# Over two queues datagrams may overtake each other.
	at peer ethtool -L nic combined 1
	while [ $round -lt 2 ]; do
		rm -f $TMP/go
		listen ours udp 5002 100 1000 hold=$TMP/go || return
		reader=$listener
		at peer talk send udp 10.1.0.1 5002 100 1000 || fail "sending"
		spawn peer ping -f -s 1000 10.1.0.1 >/dev/null 2>&1
		busy=$spawned
		spawn ours ping -f -s 1000 10.1.0.2 >/dev/null 2>&1
		busy="$busy $spawned"
		usleep 200000
		ask device_del card0
		until_true 60 gone || give_up "the card stays" || return
		expect_no_file $D/net/$device
		dismiss $busy
		touch $TMP/go
		wait $reader || fail "100 datagrams: $(tail -n 1 $TMP/heard.5002)"
		until_true 10 comes || give_up "$device does not come" || return
		usleep 200000
		give $driver || give_up "the driver refuses it" || return
		plug ours 1 1 1 || return
		many_flows
		round=$((round + 1))
	done
	at peer ethtool -L nic combined 2
	expect_whole_pool
}

# Five seconds, of which the devices are asleep; streams go on.
test_sleeps_and_wakes() {
	[ -e /sys/power/pm_test ] || give_up "no pm_test" || return
	channels 2
	rings 128 128
	ip -n ours link set nic address 52:54:00:00:00:77
	echo devices >/sys/power/pm_test
	stream_on || return
	usleep 100000
	echo mem >/sys/power/state || fail "it does not sleep"
	echo none >/sys/power/pm_test
	stream_off
	at ours ethtool -l nic >$TMP/channels
	expect_eq "Combined, twice" "$(grep -c 'Combined:.*2' $TMP/channels)" 2
	at ours ethtool -g nic >$TMP/rings
	expect_eq "rings of 128" "$(grep -c '128$' $TMP/rings)" 2
	many_flows
	ip -n ours link set nic address ${mac}1
	ip -n peer neigh flush dev nic
	rings 256 256
	many_flows
	expect_whole_pool
}

run_tests
