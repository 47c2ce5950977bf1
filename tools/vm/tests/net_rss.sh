# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# Cards with two pairs of queues that distribute flows by a hash (RSS): the table and the key can be
# set, frames arrive on the pair that the table names, and a full queue does not stop another one.
. /tests/net_queues_lib.sh

# table WORD...: change the table with ethtool -X.
table() {
	at ours ethtool -X nic "$@" 2>$TMP/err ||
		fail "-X $*: $(cat $TMP/err)"
}

# entries_are NUMBER WANTED: fail unless WANTED entries of the table name pair NUMBER.
entries_are() {
	at ours ethtool -x nic >$TMP/table || fail "ethtool -x"
	expect_eq "entries of pair $1" $(awk -v pair=$1 '
		/^ *[0-9]*: / { for (i = 2; i <= NF; i++) n += $i == pair }
		END { print n + 0 }' $TMP/table) $2
}

# received PAIR: set $value to the number of packets received on this pair.
received() {
	eth_count rx$1_packets
}

test_the_table_deals_pairs_out() {
	# With two pairs, the kernel's driver at the other end would stop receiving sooner or
	# later, see the end of this file.
	at peer ethtool -L nic combined 1
	entries_are 0 64
	entries_are 1 64
	at ours ethtool -n nic rx-flow-hash tcp4 >$TMP/fields ||
		fail "rx-flow-hash"
	grep -q 'L4 bytes 0 & 1' $TMP/fields ||
		fail "no ports: $(cat $TMP/fields)"
	many_flows
}

# If the table names one pair only, all flows arrive on it.
test_flows_go_where_the_table_says() {
	local pair zero one

	for pair in 0 1; do
		table weight $((1 - pair)) $pair
		entries_are $pair 128
		received $((1 - pair))
		zero=$value
		received $pair
		one=$value
		flow peer ours tcp 24 65507
		flow peer ours tcp 24 65507 6
		flow peer ours udp 100 1400
		received $pair
		[ $((value - one)) -ge 100 ] ||
			fail "$((value - one)) packets on pair $pair"
		received $((1 - pair))
		# Frames that are not IP have no hash and arrive on the first pair.
		[ $((value - zero)) -lt 60 ] ||
			fail "$((value - zero)) packets on the other"
	done
	table default
	entries_are 0 64
}

test_a_key_is_kept() {
	local key

	key=$(printf '5a:%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 \
		21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39)a5
	table hkey $key
	at ours ethtool -x nic >$TMP/table
	grep -qx "$key" $TMP/table || fail "the key is $(cat $TMP/table)"
	many_flows
}

test_channels_and_the_table() {
	channels 1
	entries_are 0 128
	many_flows
	channels 2
	entries_are 0 64
	many_flows
	table weight 0 1
	! at ours ethtool -L nic combined 1 2>$TMP/err ||
		fail "one channel, and the table names the second"
	many_flows
	table default
}

# ---- a queue without room ---------------------------------------------------

# Send ten pings from each processor, which uses its own pair, and set $value to the number of
# answers.
answers() {
	local cpu

	value=0
	for cpu in 0 1; do
		at ours taskset $((1 << cpu)) ping -c 10 -i 0.05 -W 20 \
			10.1.0.2 >$TMP/ping 2>&1
		value=$((value + $(sed -n \
			's/.* \([0-9]*\) packets received.*/\1/p' $TMP/ping)))
	done
}

# Send many flows, all of which the table directs to the second pair, whose ring is short: the queue
# is full many times. The emulator gets the frames on both pairs.
flood_second() {
	at ours ethtool -G nic rx 64 tx 64
	at ours ethtool -X nic weight 0 1
	generate peer 600 2000 ${mac}1 "flag UDPSRC_RND" "udp_src_min 1000" \
		"udp_src_max 3000"
	until_true 60 is_quiet ours
	answers
}

# QEMU keeps a frame that finds no room in the queue on which it was sent, and waits until the
# driver notifies that queue. See net_rss_tell_others().
test_a_full_queue_holds_up_no_other() {
	local round=0

	while [ $round -lt 5 ]; do
		flood_second
		expect_eq "pings answered" $value 20
		round=$((round + 1))
	done
	rings 256 256
	table default
	many_flows
}

# For comparison only, and the last test: the emulator keeps the frames that this driver does not
# get.
test_the_kernels_own_driver() {
	local round=0

	give $stock
	plug ours 1 1 1
	at ours ethtool -L nic combined 2
	value=20
	while [ $round -lt 5 ] && [ $value -eq 20 ]; do
		flood_second
		round=$((round + 1))
	done
	echo "# $script.$test_name: $value of 20 pings answered after" \
		"$round floods"
}

run_tests
