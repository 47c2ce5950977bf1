# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# What a device tells of itself: its link, and that it has moved; by the emulator's
# monitor. Only run by name: on a busy machine the monitor did not answer, three times
# in a whole check.
. /tests/net_queues_lib.sh

without_carrier() {
	ip -n ours link show nic | grep -q NO-CARRIER
}

with_carrier() {
	! without_carrier
}

test_link_goes_and_comes() {
	ask set_link card0 off || return
	until_true 60 without_carrier || fail "the link is up"
	ask set_link card0 on || return
	until_true 60 with_carrier || fail "the link is down"
	pings peer ours 3 100
}

# A gratuitous ARP for each address; one of them may come before the watcher hears.
heard_of() {
	ask announce_self || return
	grep -q 'who-has 10.1.0.1 .*tell 10.1.0.1\|Reply 10.1.0.1 is-at' $TMP/arp
}

test_a_move_is_announced() {
	spawn peer tcpdump -Z root -l -n -i nic arp >$TMP/arp 2>$TMP/watching
	local watcher=$spawned

	until_true 60 grep -q listening $TMP/watching
	until_true 60 heard_of || fail "nobody hears of it: $(cat $TMP/arp)"
	dismiss $watcher
}

run_tests
