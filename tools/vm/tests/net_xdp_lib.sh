# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# Helper functions for scripts that attach XDP programs (tools/vm/xdp.c) to our driver. The
# programs act on datagrams to port 9, which pktgen sends, and let all other frames pass.
. /tests/net_queues_lib.sh

# attach PROGRAM [DEVICE]
attach() {
	at ours xdp attach ${2:-nic} $1 2>$TMP/err ||
		fail "attaching $1: $(cat $TMP/err)"
}

detach() {
	at ours xdp detach ${1:-nic} 2>$TMP/err ||
		fail "detaching: $(cat $TMP/err)"
}

# ---- counting ------------------------------------------------------------

# Remember all counters, for since().
count() {
	at ours ethtool -S nic >$TMP/counted
}

# since NAME: set $value to the increase of this counter since count().
since() {
	eth_count $1
	value=$((value - $(sed -n "s/^ *$1: //p" $TMP/counted)))
}

# has_come NAME NUMBER: has the counter increased by at least NUMBER since count()?
has_come() {
	since $1
	[ $value -ge $2 ]
}

# counts NAME NUMBER: fail unless the counter increases by exactly NUMBER within a minute.
counts() {
	until_true 60 has_come $1 $2
	expect_eq $1 $value $2
}

# ---- elsewhere -------------------------------------------------------------

# second_card DRIVER: put card 3 into "ours" as nic3, driven by this driver. Its cable leads to
# "right".
second_card() {
	give_second $1 || give_up "$1 refuses card 3" || return
	find_card 3
	ip link set $card netns ours name nic3 || give_up "no card 3" || return
	ip -n ours link set nic3 up
	ip -n ours link set nic promisc on
	count
}

# give_second DRIVER: bind card 3 to this driver, even if it is bound to it already, so that it
# gets a new netdev.
give_second() {
	local now

	now=$(readlink /sys/bus/virtio/devices/virtio2/driver)
	echo virtio2 >$drivers/${now##*/}/unbind
	echo virtio2 >$drivers/$1/bind
}

second_card_back() {
	ip -n ours link set nic promisc off
	give_second $stock
	plug left 3 2 1
}

# ---- who keeps frames ------------------------------------------------------

# keep_frames COUNT SIZE: redirect COUNT frames to a tap, where they wait because nobody reads
# it before $TMP/go exists.
keep_frames() {
	rm -f $TMP/go
	spawn ours xdp hold keeper $TMP/go $1 $2 >$TMP/holder 2>&1
	holder=$spawned
	until_true 60 said $TMP/holder ready || give_up "$(cat $TMP/holder)" || return
	ip -n ours link set keeper up
	attach redirect=keeper
	count
	at peer xdp send 10.1.0.1 $1 $2 || fail "sending"
	counts rx_xdp_redirects $1
	pool
	[ $lent -ge $1 ] || fail "$lent buffers are lent, $1 wait in the tap"
}

# frames_go WHEN: let the tap's frames be read; fail unless they are as they were sent.
frames_go() {
	touch $TMP/go
	wait $holder || fail "$1: $(cat $TMP/holder)"
}
