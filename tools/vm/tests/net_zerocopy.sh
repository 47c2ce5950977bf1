# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# Headers and data are received into separate memory. Of a stream with segments of a page,
# most must then be mapped into the reading process (TCP_ZEROCOPY_RECEIVE) and not copied.
# Also: readers that keep what they mapped, and for comparison the kernel's own driver.
. /tests/net_split_lib.sh

# map_flow FROM TO COUNT [6]: send a stream to a reader that maps it; sets $mapped and $copied
# to the numbers of bytes.
map_flow() {
	address_of $2 $4
	listen $2 tcp 5001 $3 $SIZE mapped || return
	at $1 talk send tcp $to 5001 $3 $SIZE || fail "sending"
	wait $listener || fail "$(tr '\n' ' ' <$TMP/heard.5001)"
	heard 5001
}

split_is_quiet() {
	net_count split.lent
	[ "$value" = 0 ]
}

# Fail unless no page is lent within a minute: each must be free or on the ring.
expect_whole_split() {
	until_true 60 split_is_quiet || fail "$value pages are still lent"
	expect_whole_pool
}

# will_be_mapped [6]: repeat a stream until nine tenths of it are mapped. Buffers of another
# layout may be on the ring at first, until they are used up.
will_be_mapped() {
	local flows=20

	while [ $flows -gt 0 ]; do
		map_flow peer ours 50 $1 || return
		[ $mapped -lt $((copied * 9)) ] || return 0
		flows=$((flows - 1))
	done
	fail "still $copied bytes copied, $mapped mapped"
}

# ---- streams -----------------------------------------------------------

test_a_stream_is_mapped() {
	load_split $MTU4 || return
	map_flow peer ours 200
	expect_mapped 90
	# Some payload may be copied: when buffers are short for a while, a header may be in the
	# middle of a frame.
	net_count rx.copied_bytes
	[ $value -le $((3 * page)) ] || fail "$value bytes of payload copied"
	expect_whole_split
}

# For comparison only: how much the kernel's driver maps is not checked.
test_the_kernels_own_driver() {
	set_mtu $MTU4 left right
	narrow_window right
	map_flow left right 200
	set_mtu 1500 left right
}

# IPv6 headers are longer; the driver learns their length from the first frames.
test_version_6_is_mapped_too() {
	load_split $MTU6 || return
	will_be_mapped 6
	set_mtu $MTU4 ours peer
	will_be_mapped
	expect_whole_split
}

# Traffic that cannot be mapped arrives, too.
test_other_traffic() {
	local mtu size

	load_split 1500 || return
	for mtu in 1500 $MTU4 9000; do
		set_mtu $mtu ours peer
		flow peer ours tcp 20 65507
		flow peer ours udp 50 60
		flow peer ours udp 50 100
		flow peer ours udp 50 1400 6
		flow peer ours udp 20 65507
		flow ours peer tcp 20 65507
		for size in 0 1 50 51 70 1400 4000 4200 9000; do
			pings peer ours 2 $size
		done
	done
	net_count rx.drops
	expect_eq "frames dropped" "$value" 0
	expect_whole_split
}

test_on_and_off_under_traffic() {
	local i

	load_split $MTU4 || return
	listen ours tcp 5003 300 $SIZE || return
	spawn peer talk send tcp 10.1.0.1 5003 300 $SIZE
	for i in $(seq 10); do
		split_is off nic at ours
		pings peer ours 2 100
		split_is on nic at ours
		pings peer ours 2 4000
	done
	wait $listener || fail "the stream: $(tail -n 1 $TMP/heard.5003)"
	split_is off nic at ours
	flow peer ours tcp 100 $SIZE
	expect_whole_split
	split_is on nic at ours
	will_be_mapped
}

# ---- readers that keep what they mapped ----------------------------------

# The reader is sent twice as much as there are pages for, and keeps all that it mapped.
test_a_reader_keeps_all_pages() {
	load_split $MTU4 buffers=512 || return
	net_count split.total
	pages=$value
	keep_pages $((2 * pages * page / SIZE + 1))
	# At least the pages of one queue, where there are two.
	has_lent $((pages / 4)) || fail "$value pages of $pages are lent"
	# Other traffic works meanwhile, without these pages.
	flow peer ours tcp 50 $SIZE
	pings peer ours 5 4000
	pages_go "all pages kept"
	[ "$copied" -gt 0 ] || fail "more was mapped than there is"
	expect_whole_split
	will_be_mapped
}

test_a_reader_is_killed() {
	load_split $MTU4 || return
	keep_pages 50
	has_lent 100 || fail "$value pages are lent"
	dismiss -9 $reader
	dismiss $sender
	expect_whole_split
	will_be_mapped
}

test_the_card_goes_while_pages_are_mapped() {
	load_split $MTU4 || return
	keep_pages 50
	has_lent 100 || fail "$value pages are lent"
	give $stock
	churn_memory
	pages_go "after unbind"
	expect_mapped 90
	load_net || return
}

test_the_module_goes_while_pages_are_mapped() {
	load_split $MTU4 || return
	keep_pages 50
	rmmod rtalloc_net || fail "rmmod is refused"
	churn_memory
	pages_go "after rmmod"
	expect_mapped 90
	load_net || return
	pings peer ours 3 100
}

run_tests
