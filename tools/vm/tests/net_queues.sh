# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# Cards with two pairs of queues, on taps with all offloads: the numbers of pairs, the lengths of
# rings and the processors of queues, also changed under traffic.
. /tests/net_queues_lib.sh

# ---- several pairs -----------------------------------------------------

test_a_pair_for_each_processor() {
	at ours ethtool -l nic >$TMP/channels
	expect_eq "Combined, twice" "$(grep -c 'Combined:.*2' $TMP/channels)" 2
	eth_count rx1_packets
	[ -n "$value" ] || fail "no rx1_packets"
}

# senders QUEUE: print the mask of the processors that send on the queue.
senders() {
	echo $((0x$(ip netns exec ours cat /sys/class/net/nic/queues/tx-$1/xps_cpus)))
}

# sends_on QUEUE MASK: do the processors in MASK send on the queue?
sends_on() {
	[ $(senders $1) -eq $2 ]
}

# expect_processors QUEUE LIST MASK: the interrupt of the queue goes to the processors in LIST, and
# those in MASK send on it.
expect_processors() {
	local irq

	irq=$(sed -n "s/^ *\([0-9]*\):.*$device-input\.$1\$/\1/p" /proc/interrupts)
	expect_eq "processors of input.$1" \
		"$(cat /proc/irq/$irq/smp_affinity_list)" $2
	expect_eq "who sends on $1" $(senders $1) $3
}

# Each queue has a processor for its interrupts and one that sends on it.
test_processors_are_dealt_out() {
	expect_processors 0 0 1
	expect_processors 1 1 2
}

# Without the second processor the first one has both queues; when it is back, each has its own.
test_a_processor_goes_and_comes() {
	local cpu=/sys/devices/system/cpu/cpu1/online

	echo 0 >$cpu || give_up "the processor stays" || return
	until_true 10 sends_on 1 1
	expect_processors 0 0 1
	expect_processors 1 0 1
	many_flows
	echo 1 >$cpu || give_up "the processor does not come back" || return
	until_true 10 sends_on 1 2
	expect_processors 0 0 1
	expect_processors 1 1 2
	many_flows
}

# Chance decides on which pair a flow arrives. Of 80 flows each pair gets some; this test fails by
# chance once in 2^79 runs.
test_each_pair_receives() {
	local i=0 zero=0 one=0

	many_flows
	while [ $i -lt 80 ]; do
		[ $i -lt 16 ] || [ $zero -eq 0 ] || [ $one -eq 0 ] || break
		i=$((i + 1))
		listen ours tcp $((5100 + i)) 20 30000 || return
		at peer talk send tcp 10.1.0.1 $((5100 + i)) 20 30000
		wait $listener || fail "flow $i: $(cat $TMP/heard.$((5100 + i)))"
		eth_count rx0_packets
		zero=$value
		eth_count rx1_packets
		one=$value
	done
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
}

test_rings_of_another_length() {
	ring_slots || return
	at ours ethtool -g nic >$TMP/rings
	expect_eq "rings of $slots" "$(grep -c "[^0-9]$slots$" $TMP/rings)" 4
	rings 64 64
	many_flows
	! at ours ethtool -G nic rx $((2 * slots)) 2>$TMP/err ||
		fail "$((2 * slots)) slots of $slots"
	! at ours ethtool -G nic rx 100 2>$TMP/err || fail "100 slots"
	rings $slots $slots
	many_flows
}

# ---- under traffic -------------------------------------------------------

# in_turn COUNT PAUSE "CALL" "CALL": make the two calls in turn, COUNT times, with pauses.
in_turn() {
	local n=$1

	while [ $n -gt 0 ]; do
		$3
		usleep $2
		$4
		usleep $2
		n=$((n - 1))
	done
}

test_channels_under_traffic() {
	stream_on || return
	in_turn 15 30000 "channels 1" "channels 2"
	stream_off
}

test_rings_under_traffic() {
	stream_on || return
	in_turn 6 100000 "rings 64 128" "rings 256 256"
	stream_off
	eth_count tx_timeouts
	expect_eq "tx_timeouts" $value 0
}

test_merging_under_traffic() {
	at ours ethtool -k nic >$TMP/features
	grep -q '^rx-gro-hw: on$' $TMP/features ||
		fail "$(grep rx-gro-hw $TMP/features)"
	stream_on || return
	in_turn 5 100000 "at ours ethtool -K nic rx-gro-hw off" \
		"at ours ethtool -K nic rx-gro-hw on"
	stream_off
}

test_down_and_up_under_traffic() {
	local i

	stream_on || return
	for i in $(seq 5); do
		ip -n ours link set nic down
		ip -n ours link set nic up
		usleep 300000
	done
	stream_off
}

run_tests
