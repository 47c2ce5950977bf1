# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# XDP programs in our driver (tools/vm/xdp.c), on taps with two pairs of queues and
# all offloads: what each action does, and what is refused. Programs act on datagrams
# to port 9, which pktgen sends; all else passes.
. /tests/net_queues_lib.sh

# attach PROGRAM [NAMESPACE]
attach() {
	at ${2:-ours} xdp attach nic $1 2>$TMP/err ||
		fail "attaching $1: $(cat $TMP/err)"
}

detach() {
	at ${1:-ours} xdp detach nic 2>$TMP/err ||
		fail "detaching: $(cat $TMP/err)"
}

# refused PATTERN PROGRAM: with a reason that the kernel hands on
refused() {
	! at ours xdp attach nic $2 2>$TMP/err || fail "$2 is attached"
	expect_match "reason" "$(cat $TMP/err)" "$1"
}

# grows NAME BY COMMAND...: the counter grows by that many.
grows() {
	local name=$1 by=$2 before

	shift 2
	eth_count $name
	before=$value
	"$@"
	until_true 60 has_grown || fail "$name grew by $((value - before)), wanted $by"
}

has_grown() {
	eth_count $name
	[ $((value - before)) -ge $by ]
}

# To the card in "ours".
shower() {
	generate peer 600 1000 ${mac}1
}

# ---- what a program says ------------------------------------------------

test_pass() {
	attach pass
	grows rx_xdp_packets 1000 shower
	eth_count rx_xdp_drops
	expect_eq "frames dropped" $value 0
	many_flows
	detach
	many_flows
	expect_whole_pool
}

# The stack gets none of them.
test_drop() {
	local before

	attach drop
	counters ours
	before=$rx_packets
	grows rx_xdp_drops 1000 shower
	counters ours
	[ $((rx_packets - before)) -lt 50 ] ||
		fail "$((rx_packets - before)) frames passed"
	many_flows
	detach
	counters ours
	before=$rx_packets
	shower
	until_true 60 has_received ours $before 1000 ||
		fail "without it $((rx_packets - before)) of 1000 frames arrive"
	expect_whole_pool
}

run_tests
