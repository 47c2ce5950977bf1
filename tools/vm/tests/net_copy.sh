# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# Payload must not be copied between the card and the reader: not by the driver, which counts
# its copies, and not by the kernel, whose functions that copy packets are probed.
#
# A probe on napi_gro_receive() collects the pages in which the sk_buffs of our driver have
# their heads; an sk_buff is ours if its head is in one of these pages. The other probes sum
# up the bytes copied by head. All are fprobes, at functions' entries: a kprobe is missed if
# an interrupt hits it while another one is handled, an fprobe is not. They name the
# functions' arguments, which kernels before 6.6 do not support.
# A copy that the driver makes without counting it is noticed too: fewer buffers are then lent
# than the card filled. Small frames, and the headers of medium-sized frames, are copied on
# purpose, and the driver counts them separately. The heads of the latter are in slabs
# together with others' and are not watched.
. /tests/net_lib.sh
acked=''

all_copied=0

# Define the probe "from", which tells each packet's driver by its napi's poll function. Where
# napi_gro_receive() is inline, it is told by the caller's address instead. On arm64 that is
# in a register, which only a kprobe can read. The kprobe misses no entry, because this
# function does not interrupt itself.
probe_from() {
	if grep -q ' napi_gro_receive$' /proc/kallsyms; then
		probe from 'napi_gro_receive poll=napi->poll head=skb->head'
	elif [ "$(uname -m)" = aarch64 ]; then
		probe from 'gro_receive_skb poll=%x30 head=skb->head' p
	else
		probe from 'gro_receive_skb poll=$stack0 head=skb->head'
	fi
}

# The probe "read" is that of the copy to the reader.
probes_on() {
	probe_from &&
	probe read 'skb_copy_datagram_iter head=skb->head len=len' &&
	histogram from poll.sym,head.hex &&
	histogram read head.hex:vals=len &&
	watch_copiers || return
	net_count rx.copied_bytes
	copied_before=$value
	net_count rx.header_bytes
	headers_before=$value
	filled_not_lent
	kept_before=$kept
}

# Set $kept to the number of buffers that the card filled but the stack did not get.
filled_not_lent() {
	# Read all counters at once, because a stray frame may arrive at any time.
	cat $D/net/$device >$TMP/counts
	kept=$(awk '$1 == "rx.buffers:" { kept += $2 }
		$1 == "pool.lends:" || $1 == "rx.small_frames:" { kept -= $2 }
		END { print kept + 0 }' $TMP/counts)
}

# Write the pages of our sk_buffs whose head is the buffer itself to $TMP/pages, in hexadecimal
# without the last three digits.
our_pages() {
	sed -n 's/.*\[rtalloc_net\] *, head: \([0-9a-f]*\) }.*/\1/p' \
		$probes/from/hist >$TMP/heads
	# Such a head is 0x40 bytes into the page, after struct pbuf.
	sed -n 's/040$//p' $TMP/heads | sort -u >$TMP/pages
}

# bytes_of EVENT: set $ours and $foreign to the bytes that this probe saw in our sk_buffs and
# in others.
bytes_of() {
	sed -n 's/^{ head: *\([0-9a-f]*\)[0-9a-f]\{3\} }.* len: *\([0-9]*\)$/\1 \2/p' \
		$probes/$1/hist >$TMP/seen
	expect_eq "heads that found no room in $1" \
		"$(sed -n 's/.*Dropped: //p' $probes/$1/hist)" 0
	awk 'FILENAME == ARGV[1] { our[$1]; next }
	{ if ($1 in our) ours += $2; else foreign += $2 }
	END { printf "%d %d\n", ours, foreign }' $TMP/pages $TMP/seen >$TMP/sum
	read -r ours foreign <$TMP/sum
}

probes_off() {
	local name

	expect_none_missed
	our_pages
	bytes_of read
	read_ours=$ours
	read_foreign=$foreign
	copied=0
	copied_elsewhere=0
	for name in $copiers; do
		bytes_of $name
		copied_elsewhere=$((copied_elsewhere + foreign))
		[ "$ours" = 0 ] || echo "# $name copied $ours bytes"
		copied=$((copied + ours))
	done
	net_count rx.copied_bytes
	copied=$((copied + value - copied_before))
	net_count rx.header_bytes
	headers=$((value - headers_before))
	remove_probes from read $copiers
}

# probed COMMAND...: run the command with the probes enabled.
probed() {
	probes_on || return
	"$@"
	probes_off
}

# nothing_copied BYTES HEADERS COMMAND...: run the command; fail if payload is copied, if the
# readers do not get BYTES (- is any number), or if more than HEADERS bytes of headers are
# copied.
nothing_copied() {
	local bytes=$1 most=$2

	shift 2
	probed "$@" || return
	[ "$bytes" = - ] ||
		expect_eq "bytes read" $((read_ours + read_foreign)) "$bytes"
	expect_eq "payload bytes copied" "$copied" 0
	[ "$headers" -le "$most" ] ||
		fail "$headers bytes of headers are copied, more than $most"
	filled_not_lent
	expect_eq "buffers filled and not lent" "$kept" "$kept_before"
	all_copied=$((all_copied + copied))
}

test_tcp_bulk() {
	nothing_copied $((128 * 65507)) 40000 flow peer ours tcp 128 65507
	[ $read_ours -ge $((64 * 65507)) ] ||
		fail "$read_ours bytes were read from buffers built in place"
}

test_tcp_small_writes() {
	# 66 bytes for each write, if none are joined.
	nothing_copied 1000000 330000 flow peer ours tcp 5000 200
}

test_tcp_large_frames() {
	set_mtu 9000 ours peer
	nothing_copied $((64 * 65507)) 20000 flow peer ours tcp 64 65507
	set_mtu 1500 ours peer
}

# The bytes read are not checked: datagrams of one fragment are read by a function that cannot
# be probed.
test_udp() {
	ring_slots || return
	# 42 bytes of each that was posted while frames were large: one ring.
	nothing_copied - $((slots * 42)) flow peer ours udp 1000 1400
	nothing_copied - $((1000 * 42)) flow peer ours udp 1000 100
}

# Reassembled, each is of several pieces.
test_udp_fragments() {
	nothing_copied 1500000 $((100 * 42)) flow peer ours udp 50 30000
}

test_pktgen() {
	nothing_copied 0 0 generate peer 1500 5000 ${mac}1
}

# Show that the probes see copies: a capture copies each packet, including those whose head is
# not the buffer. It is tried several times, because sometimes all packets have passed before
# tcpdump, although it says that it listens, gets any.
test_probes_see_a_capture() {
	local tries=5

	look_on ours -w /dev/null || return
	while [ $tries -gt 0 ]; do
		probed flow peer ours tcp 100 1000 || return
		[ "$copied" -eq 0 ] || break
		echo "# nothing seen, again"
		tries=$((tries - 1))
	done
	dismiss $watcher
	[ "$copied" -gt 0 ] && [ $((copied + copied_elsewhere)) -ge 100000 ] ||
		fail "$copied and $copied_elsewhere bytes seen, of 100000"
}

# Show that copies of the driver are seen too, when it is told to copy.
test_probes_see_the_driver_copy() {
	choose rx_policy copy
	choose low_water 9999
	probed flow peer ours tcp 10 1000 || return
	[ "$copied" -ge 10000 ] || fail "$copied bytes seen, of 10000"
}

# In this mode headers are copied, but no payload: Ethernet, IP and TCP with options take 66
# bytes.
test_frag_mode() {
	local frames

	choose rx_mode frag
	net_count rx.packets
	frames=$value
	net_count rx.header_bytes
	headers_before=$value
	net_count rx.copied_bytes
	copied_before=$value
	flow peer ours tcp 64 65507
	net_count rx.packets
	frames=$((value - frames))
	net_count rx.header_bytes
	headers=$((value - headers_before))
	[ "$headers" -gt 0 ] && [ "$headers" -le $((frames * 128)) ] ||
		fail "$headers bytes of headers in $frames frames"
	net_count rx.copied_bytes
	expect_eq "payload bytes copied" "$value" "$copied_before"
}

run_tests
echo "# net.copied_payload: $all_copied bytes"
