# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# Helper functions for scripts that receive headers and data into separate memory.
. /tests/net_lib.sh

# The MTUs with which a segment has a page of data, for IPv4 and for IPv6: headers have 20 or 40
# bytes, and 32 with TCP's timestamps.
MTU4=$((page + 52))
MTU6=$((page + 72))
# The size of a write: 15 whole segments; with pages of 16 KiB 3.
SIZE=$((61440 / page * page))

# split_is on|off CARD [at NAMESPACE]: switch the separation of headers and data.
split_is() {
	local word=$1 card=$2

	shift 2
	# Kernels without ethtool's setting for it have a private flag of our driver.
	"$@" split $card $word >$TMP/err ||
		"$@" ethtool --set-priv-flags $card tcp-data-split $word \
			2>>$TMP/err || fail "split $word: $(cat $TMP/err)"
}

# Limit how much waits in a socket, so that a slow reader cannot hold all pages.
narrow_window() {
	window $1 131072 786432
}

# load_split MTU [PARAMETER...]: load the driver again and separate headers and data before the
# card is up, so that all buffers have this layout.
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

# heard PORT: set $mapped and $copied to the numbers that the reader printed at the end.
heard() {
	mapped=$(sed -n 's/ mapped$//p' $TMP/heard.$1)
	copied=$(sed -n 's/ copied$//p' $TMP/heard.$1)
	echo "# $script.$test_name: ${mapped:-no} bytes mapped," \
		"${copied:-no} copied"
}

# expect_mapped PERCENT: fail if less than this share of all bytes was mapped.
expect_mapped() {
	[ -n "$mapped" ] && [ -n "$copied" ] &&
		[ $mapped -ge $(((mapped + copied) / 100 * $1)) ] ||
		fail "$mapped bytes mapped, $copied copied"
}

has_lent() {
	net_count split.lent
	[ "$value" -ge $1 ]
}

# keep_pages COUNT: send COUNT writes to a reader, and wait until it has received all. It keeps
# the pages that it mapped until $TMP/keep exists.
keep_pages() {
	rm -f $TMP/keep
	listen ours tcp 5002 $1 $SIZE mapped keep=$TMP/keep || return
	reader=$listener
	spawn peer talk send tcp 10.1.0.1 5002 $1 $SIZE
	sender=$spawned
	until_true 120 said $TMP/heard.5002 kept ||
		give_up "not all arrived: $(cat $TMP/heard.5002)"
}

# pages_go WHEN: let the reader continue; fail unless its pages still have the data as sent.
pages_go() {
	touch $TMP/keep
	wait $reader || fail "$1: $(tail -n 1 $TMP/heard.5002)"
	heard 5002
	dismiss $sender
	rm -f $TMP/keep
}
