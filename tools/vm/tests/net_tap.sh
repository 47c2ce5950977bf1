# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2154
#
# The tap: packets that a card receives, with the kernel's own driver and with ours, are converted
# to pbuf chains, cut, joined, converted back and handed on. They must be unchanged, the same
# sk_buffs, and nothing may be copied.
. /tests/net_lib.sh

tap_file=$D/net/tap

# tap NAMESPACE WORD...: write a request to the tap's file. Sets $err to the errno's text or empty.
tap() {
	local namespace=$1

	shift
	err=$(at "$namespace" sh -c "echo '$*' >$tap_file" 2>&1) && err=
	err=${err##*: }
}

tap_on() {
	tap $1 add nic
	expect_eq "add nic in $1" "$err" ''
}

tap_off() {
	tap $1 remove nic
	expect_eq "remove nic in $1" "$err" ''
	expect_eq "what is tapped" "$(grep -cv '^#' $tap_file)" 0
}

# Set $frames and $pieces to the tap's counters, and $others to the sum of those that must be 0.
counted() {
	local name refused rebuilt lost copied

	{
		read -r name
		read -r name frames pieces refused rebuilt lost copied
	} <$tap_file
	others=$((refused + rebuilt + lost + copied))
}

# unharmed PEER NAMESPACE: send each kind of traffic to a tapped card; fail unless all arrives
# unchanged and the tap refused, rebuilt, lost and copied nothing.
unharmed() {
	tap_on $2
	pings $1 $2 3 100
	pings $1 $2 3 20000
	flow $1 $2 tcp 64 65507
	flow $2 $1 tcp 16 65507
	flow $1 $2 tcp 2000 200
	flow $1 $2 tcp 32 65507 6
	flow $1 $2 tcp 32 65507 splice
	flow $1 $2 udp 500 200
	flow $1 $2 udp 10 65507
	set_mtu 9000 $1 $2
	flow $1 $2 tcp 32 65507
	pings $1 $2 3 8972
	set_mtu 1500 $1 $2
	counted
	[ $frames -gt 600 ] || fail "$frames frames passed"
	# Packets merged by GRO, and large frames, have many pieces.
	[ $pieces -gt $((frames * 2)) ] ||
		fail "$frames frames were $pieces pieces"
	expect_eq "refused, rebuilt, lost, copied" $others 0
	tap_off $2
	pings $1 $2 1 100
}

test_stock_card() {
	unharmed right left
}

test_our_card() {
	unharmed peer ours
}

test_our_card_in_frag_mode() {
	choose rx_mode frag
	unharmed peer ours
}

# With a capture each packet has a clone.
test_while_captured() {
	look_on left -w /dev/null || return
	tap_on left
	flow right left tcp 32 65507
	flow right left udp 200 1000
	dismiss $watcher
	counted
	expect_eq "refused, rebuilt, lost, copied" $others 0
	tap_off left
}

# Most of these frames are for unknown addresses, which a card that filters does not receive.
test_odd_frames() {
	set_mtu 9000 ours peer
	ip -n ours link set nic promisc on
	tap_on ours
	at peer tcpreplay --pps=2000 -i nic /odd.9000.pcap >$TMP/replay 2>&1 ||
		fail "tcpreplay: $(tail -n 3 $TMP/replay)"
	until_true 60 is_quiet ours
	counted
	[ $frames -gt 50 ] || fail "$frames frames passed"
	expect_eq "refused, rebuilt, lost, copied" $others 0
	set_mtu 1500 ours peer
	ip -n ours link set nic promisc off
	flow peer ours tcp 16 65507
	tap_off ours
}

# The driver is unloaded while packets that were converted wait in a socket.
test_held_over_rmmod() {
	tap_on left
	hold left udp 5002 100 1400 || return
	at right talk send udp 10.2.0.1 5002 100 1400 || fail "sending"
	rmmod rtalloc_net || fail "rmmod is refused"
	let_go "100 datagrams"
	pings right left 1 100
	load_net
}

# The tap is switched on and off while frames arrive without a pause.
test_on_and_off_under_traffic() {
	local round=0

	listen left tcp 5002 400 65507 || return
	spawn right talk send tcp 10.2.0.1 5002 400 65507
	while [ $round -lt 30 ]; do
		round=$((round + 1))
		tap left add nic
		expect_eq "add, round $round" "$err" ''
		tap left remove nic
		expect_eq "remove, round $round" "$err" ''
	done
	tap_on left
	wait $listener || fail "a stream: $(tail -n 1 $TMP/heard.5002)"
	tap_off left
}

# When the device is removed or moves to another namespace, its tap is removed first.
test_device_goes() {
	tap_on ours
	give $stock || fail "unbind is refused"
	expect_eq "what is tapped" "$(grep -cv '^#' $tap_file)" 0
	give $driver
	plug ours 1 1 1
	tap_on left
	ip -n left link set nic netns ours name out
	expect_eq "what is tapped" "$(grep -cv '^#' $tap_file)" 0
	ip -n ours link set out netns 1 name eth2
	plug left 3 2 1
	pings right left 1 100
}

# refused NAMESPACE ERRNO-TEXT REASON WORD...: fail unless the tap refuses this request so.
refused() {
	local namespace=$1 want=$2 reason=$3

	shift 3
	tap $namespace "$@"
	expect_eq "$*" "$err" "$want"
	expect_eq "$*: last_error" "$(cat $D/net/last_error)" "$reason"
}

test_refusals() {
	local format='add NAME or remove NAME is wanted'
	local unknown='no network device of that name here'

	tap_on left
	refused left "$busy" 'something else takes its packets' add nic
	refused left 'No such device' "$unknown" add nothing
	refused left 'No such device' "$unknown" add out
	refused left "$unsupported" 'not an Ethernet device' add lo
	refused ours "$missing" \
		'no tapped device of that name here' remove nic
	refused left "$invalid" "$format" ''
	refused left "$invalid" "$format" add
	refused left "$invalid" "$format" add nic nic
	refused left "$invalid" 'neither add nor remove' look nic
	refused left 'File name too long' 'not the name of a network device' \
		add abcdefghijklmnop
	refused left 'Argument list too long' 'longer than 63 bytes' \
		add $(printf '%060d' 0)
	pings right left 1 100
	counted
	[ $frames -gt 0 ] || fail "the tap of before is gone"
	tap_off left
}

run_tests
