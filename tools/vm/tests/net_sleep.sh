# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# A machine that sleeps with streams under way. Its console stays awake: without
# no_console_suspend the guest ends as its devices are put to sleep, and why is
# not known. Only run by name: once the kernel's own virtio_net, at the other end,
# crashed in start_xmit() on a ring whose memory was freed, and why is not known.
. /tests/net_queues_lib.sh

# Five seconds, of which the devices are asleep; streams go on.
test_sleeps_and_wakes() {
	[ -e /sys/power/pm_test ] || give_up "no pm_test" || return
	channels 2
	rings 128 128
	ip -n ours link set nic address 52:54:00:00:00:77
	ip -n peer neigh flush dev nic
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
