# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2154
#
# The machine is suspended while streams are under way.
#
# Our driver has the cards at both ends. The kernel's own virtio_net (6.12) may crash in
# start_xmit() if it is suspended under traffic: virtnet_freeze_down() stops its queues first and
# its polls after that. A poll in between wakes a queue that has room, although it was stopped.
# TCP's timers run on while tasks are frozen, and a segment sent by one of them uses a ring that
# has been freed. Our driver stops the polls first, and its polls wake no queue of a closed pair.
. /tests/net_queues_lib.sh

# hand DRIVER: bind the device at the other end to this driver, and give it its addresses.
hand() {
	echo "$other" >$drivers/$2/unbind && echo "$other" >$drivers/$1/bind &&
		plug peer 2 1 2
}

# A suspend of five seconds, in which the devices sleep. Afterwards the streams go on.
test_sleeps_and_wakes() {
	local other

	[ -e /sys/power/pm_test ] || give_up "no pm_test" || return
	other=$(ip netns exec peer readlink /sys/class/net/nic/device)
	other=${other##*/}
	hand $driver $stock || give_up "our driver refuses $other" || return
	channels 2
	rings 128 128
	ip -n ours link set nic address 52:54:00:00:00:77
	ip -n peer neigh flush dev nic
	echo devices >/sys/power/pm_test
	stream_on || return
	counters ours
	until_true 60 has_received ours $rx_packets 100 || fail "no stream"
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
	hand $stock $driver || fail "$stock refuses $other"
}

run_tests
