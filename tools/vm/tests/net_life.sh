# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# Binding, unbinding, loading and unloading the driver with traffic on the cable and packets in
# sockets; and a pool that is too small because a program does not read its socket.
. /tests/net_lib.sh

# How often the device is taken away and given back: tools/vm/suite --rounds.
rounds=${ROUNDS:-8}

# ---- holding packets ---------------------------------------------------

# Make TCP's receive buffers large enough for a whole stream that nobody reads.
widen_window() {
	window ours 16777216 16777216
}

# hold_packets COUNT SIZE: send a stream to a reader that does not read before $TMP/go exists,
# and wait until all of the stream and its end are in its socket.
hold_packets() {
	widen_window
	hold_stream peer ours $1 $2 || return
	pool
	[ $lent -ge $(($1 * $2 / 1500)) ] ||
		give_up "$lent buffers lent for $(($1 * $2)) bytes"
}

hold_over_rmmod() {
	choose rx_mode $1
	hold_packets 8 65507 || return
	rmmod rtalloc_net || fail "rmmod is refused"
	expect_no_file $D/net
	churn_memory
	release_stream "after rmmod"
	load_net || return
	pings peer ours 3 100
}

test_held_over_rmmod() {
	hold_over_rmmod build
}

test_held_over_rmmod_in_frag_mode() {
	hold_over_rmmod frag
}

test_held_over_unbind() {
	hold_packets 8 65507 || return
	give $stock || fail "the kernel's driver refuses $device"
	expect_no_file $D/net/$device
	plug ours 1 1 1
	pings peer ours 3 100
	churn_memory
	release_stream "after unbind"
	load_net
}

test_held_over_removal() {
	local slot

	hold_packets 8 65507 || return
	slot=$(readlink -f /sys/bus/virtio/devices/$device/..)
	echo 1 >$slot/remove
	expect_no_file $D/net/$device
	churn_memory
	release_stream "after removal"
	echo 1 >/sys/bus/pci/rescan
	until_true 60 [ -e /sys/bus/virtio/devices/$device ] ||
		give_up "$device does not come back" || return
	load_net || return
	pings peer ours 3 100
}

# The flow's own buffers may be returned a little later, so up to 29 more than 200 may be lent.
few_more_are_lent() {
	pool
	[ $lent -ge 200 ] && [ $lent -lt 230 ]
}

# While 200 datagrams wait in a socket, another flow gets and returns buffers as usual.
test_held_beside_a_flow() {
	hold ours udp 5002 200 1000 || return
	at peer talk send udp 10.1.0.1 5002 200 1000 || fail "sending"
	flow peer ours tcp 64 65507
	until_true 60 few_more_are_lent ||
		fail "$lent buffers lent while a reader holds 200"
	let_go "200 datagrams"
}

# ---- rounds ------------------------------------------------------------

# Send frames to card 1 until flood_off, whether it is there or not.
flood_on() {
	pktgen_for "count 0" "pkt_size 600" "delay 200000" "dst_mac ${mac}1" \
		>$TMP/flood
	spawn peer sh $TMP/flood
	flood=$spawned
}

flood_off() {
	echo "stop" >$TMP/stop
	at peer cp $TMP/stop /proc/net/pktgen/pgctrl
	wait $flood
}

# rounds_until NUMBER: run $what until this many rounds are done. After each one the card must
# receive frames, and after every tenth it must answer pings.
rounds_until() {
	flood_on
	while [ $round -lt $1 ]; do
		round=$((round + 1))
		$what || give_up "round $round of $1" || break
		plug ours 1 1 1 || break
		until_true 60 frames_came ||
			give_up "round $round: no frame arrives" || break
		[ $((round % 10)) -ne 0 ] || pings peer ours 2 1000 || break
	done
	flood_off
	expect_eq "rounds" $round $1
	[ $failures -eq 0 ]
}

# The rounds that are checked for leaks. A pool that is not freed would be 8 MiB each time.
further_rounds() {
	rounds_until $((round + rounds - 5))
}

run_rounds() {
	local what=$1 round=0

	rounds_until $((rounds < 5 ? rounds : 5)) || return
	[ $rounds -le 5 ] || expect_no_leak further_rounds
	echo "# $script.$test_name: $round rounds"
}

frames_came() {
	net_count rx.packets
	[ "${value:-0}" -gt 20 ]
}

take_and_give_back() {
	give $stock && give $driver
}

unload_and_load() {
	rmmod rtalloc_net && insmod $NET_MODULE && give $driver
}

test_unbind_and_bind_under_traffic() {
	run_rounds take_and_give_back
}

test_unload_and_load_under_traffic() {
	run_rounds unload_and_load
}

# ---- too few buffers ---------------------------------------------------

# starve POLICY: send 1400 segments to a reader that does not read before $TMP/go exists. The
# pool has buffers for the ring and for less than half of the segments. Where a buffer is a page
# of more than 4 KiB, TCP lets fewer of them wait in a socket, so there are more such streams.
starve() {
	local port

	load_net buffers=600 rx_policy=$1 || return
	# Some emulators have longer rings. ethtool fails if the length is 256 already.
	at ours ethtool -G nic rx 256 >$TMP/rings 2>&1
	at ours ethtool -g nic >$TMP/rings
	grep -q '^RX:.*[^0-9]256$' $TMP/rings || give_up "no ring of 256" ||
		return
	widen_window
	others=
	for port in $(seq 5003 $((5001 + page / 4096))); do
		hold ours tcp $port 32 65507 || return
		spawn peer talk send tcp 10.1.0.1 $port 32 65507
		others="$others $reader $spawned"
	done
	hold ours tcp 5002 32 65507 || return
	spawn peer talk send tcp 10.1.0.1 5002 32 65507
	sender=$spawned
}

# Let the reader read. The rest of the stream must arrive complete, all buffers must come back,
# and the card must work as before.
recover() {
	local one

	touch $TMP/go
	for one in $sender $others; do
		wait $one || fail "a stream has ended with status $?"
	done
	let_go "after starving"
	pings peer ours 3 1000
	expect_whole_pool
	flow peer ours tcp 16 65507
}

all_is_lent() {
	pool
	[ $free -eq 0 ] && [ $posted -lt 64 ]
}

# With backpressure, when all buffers are lent, the ring is filled with the kernel's pages, so
# that other traffic loses nothing.
test_starved_and_recovered() {
	starve backpressure || return
	until_true 60 all_is_lent ||
		fail "$free free and $posted posted, and nobody reads"
	net_count rx.page_buffers
	[ $value -gt 0 ] || fail "rx.page_buffers is $value"
	pings peer ours 10 1000
	flow peer ours udp 96 1400
	flow peer ours tcp 16 65507
	net_count rx.copied_frames
	expect_eq "frames copied" $value 0
	recover
	load_net
}

# Are there as many whole streams in sockets as starve() sends?
all_are_queued() {
	queued ours $((32 * 65507)) && [ $nr_queued -eq $((page / 4096)) ]
}

test_starved_with_policy_copy() {
	starve copy || return
	until_true 60 all_are_queued || fail "not all arrives: $(cat $TMP/tcp6)"
	# Other traffic gets through, because copied frames keep no buffer.
	pings peer ours 10 1000
	flow peer ours udp 100 1000
	net_count rx.copied_bytes
	[ $value -gt 0 ] || fail "rx.copied_bytes is $value"
	recover
	load_net
}

some_are_dropped() {
	net_count rx.policy_drops
	[ $value -gt 0 ]
}

test_starved_with_policy_drop() {
	starve drop || return
	until_true 60 few_are_free || fail "$free of $total are free"
	until_true 60 some_are_dropped || fail "rx.policy_drops is $value"
	until_true 60 many_are_posted ||
		fail "$posted posted, although frames are dropped"
	recover
	load_net
}

# Between two polls the device may have used the buffers of a burst.
many_are_posted() {
	pool
	[ $posted -ge 128 ]
}

few_are_free() {
	pool
	[ "$free" -lt 64 ]
}

# ---- what is refused ---------------------------------------------------

# refused_pool BUFFERS ERRNO-TEXT: a pool of this size must be refused. The device then has no
# driver, and the kernel's own driver can be bound to it.
refused_pool() {
	rmmod rtalloc_net
	insmod $NET_MODULE buffers=$1 || give_up "insmod buffers=$1" || return
	give $driver 2>$TMP/err && fail "buffers=$1 is accepted"
	expect_match "buffers=$1" "$(cat $TMP/err)" "*: $2"
	expect_no_file $D/net/$device
	give $stock || fail "the kernel's driver refuses $device"
	plug ours 1 1 1
	pings peer ours 1 100
}

test_pool_that_cannot_be() {
	# More than half of the guest's memory is refused, as for any region.
	refused_pool 100000 "$invalid"
	refused_pool 0 "$invalid"
	load_net
	flow peer ours tcp 8 65507
}

# A pool with fewer buffers than the ring has slots works.
test_small_pool() {
	load_net buffers=40 || return
	pings peer ours 3 1400
	flow peer ours tcp 8 65507
	flow ours peer tcp 8 65507
	expect_whole_pool
	load_net
}

test_words_that_are_no_choice() {
	local word

	for word in nothing '' buildx; do
		! echo "$word" >$parameters/rx_mode || fail "rx_mode=$word"
		! echo "$word" >$parameters/rx_policy || fail "rx_policy=$word"
	done 2>/dev/null
	expect_eq rx_mode "$(cat $parameters/rx_mode)" build
	expect_eq rx_policy "$(cat $parameters/rx_policy)" backpressure
}

# Our driver takes a device by itself only if bind= names it: card 3 has no other driver then.
test_takes_nothing_unasked() {
	local other=virtio2

	expect_file $drivers/$stock/$other
	rmmod rtalloc_net
	echo $other >$drivers/$stock/unbind
	insmod $NET_MODULE
	expect_no_file $drivers/$driver/$other
	expect_no_file $D/net/$other
	rmmod rtalloc_net
	insmod $NET_MODULE bind=$other
	expect_file $drivers/$driver/$other
	echo $other >$drivers/$driver/unbind
	echo $other >$drivers/$stock/bind
	plug left 3 2 1
	pings right left 1 100
	load_net
}

# ---- others ------------------------------------------------------------

# It must work whether or not the bus probes drivers then, so that the kernel's driver binds.
test_is_given_when_it_comes_back() {
	local slot offers

	slot=$(readlink -f /sys/bus/virtio/devices/$device/..)
	for offers in 0 1; do
		echo $offers >/sys/bus/virtio/drivers_autoprobe
		echo 1 >$slot/remove
		echo 1 >/sys/bus/pci/rescan
		until_true 60 [ -e /sys/bus/virtio/devices/$device ] ||
			fail "$device does not come back"
		expect_no_file $drivers/$driver/$device
		give $driver || fail "refused, with drivers_autoprobe=$offers"
	done
	plug ours 1 1 1
	pings peer ours 1 100
}

# Our driver has the cards at both ends of a cable.
test_two_cards() {
	local first=$device

	device=virtio1
	give $driver || give_up "the driver refuses $device" || return
	plug peer 2 1 2
	flow peer ours tcp 64 65507
	flow ours peer tcp 64 65507
	flow peer ours udp 500 1400
	expect_whole_pool
	give $stock
	plug peer 2 1 2
	device=$first
	pings peer ours 1 100
}

# The device is unbound while a program has its debugfs file open.
test_unbind_with_an_open_file() {
	local text

	exec 3<$D/net/$device
	give $stock || fail "unbind is refused"
	! read -r text <&3 2>/dev/null || fail "reads '$text' of no device"
	exec 3<&-
	give $driver
	plug ours 1 1 1
	pings peer ours 1 100
}

run_tests
