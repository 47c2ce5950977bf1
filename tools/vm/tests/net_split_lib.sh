# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# What the scripts share that receive headers and data into separate memory.
. /tests/net_lib.sh

# Segments of 4096 bytes: beside IPv4, beside IPv6.
MTU4=4148
MTU6=4168
# So that each write is 15 whole segments.
SIZE=61440

# split_is on|off CARD [COMMAND...]: which may be "at NAMESPACE".
split_is() {
	local word=$1 card=$2

	shift 2
	# Where the kernel has no word for it a private flag does.
	"$@" split $card $word >$TMP/err ||
		"$@" ethtool --set-priv-flags $card tcp-data-split $word \
			2>>$TMP/err || fail "split $word: $(cat $TMP/err)"
}

# At most so much waits in a socket, however slow its reader, that there are pages.
narrow_window() {
	echo "4096 131072 786432" >$TMP/rmem
	at $1 cp $TMP/rmem /proc/sys/net/ipv4/tcp_rmem
}

# load_split MTU [PARAMETER...]: afresh; no buffer has another shape.
load_split() {
	local mtu=$1

	shift
	! net_loaded || rmmod rtalloc_net || give_up "cannot unload" || return
	insmod $NET_MODULE "$@" || give_up "insmod $* failed" || return
	give $driver || give_up "the driver refuses $device" || return
	find_card 1
	split_is on $card
	ip link set $card mtu $mtu
	plug ours 1 1 1
	set_mtu $mtu peer
	narrow_window ours
	pings peer ours 1 100
}

# heard PORT: what a reader said at the end.
heard() {
	mapped=$(sed -n 's/ mapped$//p' $TMP/heard.$1)
	copied=$(sed -n 's/ copied$//p' $TMP/heard.$1)
	echo "# $script.$test_name: ${mapped:-no} bytes mapped," \
		"${copied:-no} copied"
}

# expect_mapped PERCENT: of all, at least.
expect_mapped() {
	[ -n "$mapped" ] && [ -n "$copied" ] &&
		[ $mapped -ge $(((mapped + copied) / 100 * $1)) ] ||
		fail "$mapped bytes mapped, $copied copied"
}

has_lent() {
	net_count split.lent
	[ "$value" -ge $1 ]
}

# keep_pages COUNT: a reader has all of it and waits for $TMP/keep. So many pages
# are lent, or all that there are.
keep_pages() {
	rm -f $TMP/keep
	listen ours tcp 5002 $1 $SIZE mapped keep=$TMP/keep || return
	reader=$listener
	spawn peer talk send tcp 10.1.0.1 5002 $1 $SIZE
	sender=$spawned
	until_true 120 said $TMP/heard.5002 kept ||
		give_up "not all arrived: $(cat $TMP/heard.5002)"
}

# They are as they were.
pages_go() {
	touch $TMP/keep
	wait $reader || fail "$1: $(tail -n 1 $TMP/heard.5002)"
	heard 5002
	dismiss $sender
	rm -f $TMP/keep
}
