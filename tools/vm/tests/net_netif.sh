# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2154
#
# The struct netif of an lwIP driver as a network device. samples/lwip_ethernetif.c has two,
# connected by a cable; each is put into a namespace of its own:
#
#   near  10.3.0.1 fd03::1  ---  far  10.3.0.2 fd03::2
. /tests/net_lib.sh

sample=lwip_ethernetif

# wire [PARAMETER...]: load the sample with these parameters, after unloading it if necessary.
wire() {
	! grep -q "^$sample " /proc/modules || rmmod $sample
	insmod /$sample.ko "$@" || give_up "insmod $sample $*" || return
	settle near en0 3 1 && settle far en1 3 2
}

# Let orphaned sockets end soon. By default, a closed socket that waits for its last answer keeps
# segments that arrived out of order, and their buffers, for more than 100 seconds.
orphans_end_soon() {
	at $1 sh -c 'echo 1 >/proc/sys/net/ipv4/tcp_orphan_retries
		echo 2 >/proc/sys/net/ipv4/tcp_fin_timeout'
}

set_up() {
	if ! grep -q '^rtalloc_netif ' /proc/modules; then
		mkdir -p $N
		free_at_once
		look_long
		make_namespace near
		make_namespace far
		orphans_end_soon near
		orphans_end_soon far
		load size=16M || return
		insmod /rtalloc_net.ko &&
		insmod /rtalloc_port.ko lwip=1M freertos=0 rtthread=0 sylixos=0 &&
		insmod /rtalloc_netif.ko || give_up "modules" || return
	fi
	dmesg -c >/dev/null
	wire
}

clean_up() {
	[ $failures -eq 0 ] || counters_of near far | sed 's/^/# /'
	dismiss $everybody
	everybody=
	! grep -q "^$sample " /proc/modules || rmmod $sample ||
		fail "rmmod $sample"
	[ $failures -eq 0 ] || dmesg | sed -n "s/.* $sample: /# /p"
	expect_stats lwip live=0 faults=0
	expect_no_file $D/RX_POOL
	expect_no_file $D/PBUF_POOL
	expect_no_complaint 'rtalloc(_port|_netif)?: '
}

counters_of() {
	local namespace

	for namespace; do
		echo "$namespace: $(at $namespace ethtool -S nic | xargs)"
		at $namespace grep nic /proc/net/dev
	done 2>/dev/null
}

# nic_count NAMESPACE NAME: set $value to this counter of ethtool -S.
nic_count() {
	value=$(at $1 ethtool -S nic | sed -n "s/^ *$2: //p")
}

# all_back_in NAMESPACE: has the driver got back all buffers that it lent? From one read of the
# counters.
all_back_in() {
	at $1 ethtool -S nic >$TMP/nic
	awk '$1 == "rx_lends:" { out += $2 } $1 == "rx_returns:" { out -= $2 }
		$1 == "rx_lent:" && $2 { out = 1 } END { exit out != 0 }' $TMP/nic
}

expect_all_back() {
	local namespace

	for namespace in near far; do
		until_true 60 all_back_in $namespace ||
			fail "$namespace: $(grep -E 'len[dt]|ret' $TMP/nic | xargs)"
	done
}

# Wait until a ping is answered, after a change.
answers() {
	address_of far
	until_true 60 at near ping -c 1 -W 1 $to >/dev/null 2>&1 ||
		fail "no answer"
}

traffic() {
	pings near far 3 56
	pings far near 3 1472
	pings near far 1 20000
	pings near far 3 100 6
	flow near far tcp 64 65507
	flow far near tcp 64 65507
	flow near far tcp 2000 200
	flow far near tcp 32 65507 6
	flow near far tcp 32 65507 splice
	flow near far udp 500 1000
	flow far near udp 20 30000
	expect_all_back
}

test_traffic() {
	traffic
}

# Set $value to how often the receiving threads have waited for a frame.
receivers_waited() {
	value=$(cat /proc/[0-9]*/status 2>/dev/null | awk '
		$1 == "Name:" { is_one = $2 == "EthIf" }
		is_one && $1 == "voluntary_ctxt_switches:" { n += $2 }
		END { print n + 0 }')
}

# wakes_beyond COUNT: send one more ping; have the threads waited at least COUNT times now? The
# request wakes one thread, if it waits, and the answer the other.
wakes_beyond() {
	pings near far 1 56
	receivers_waited
	[ $value -ge $1 ]
}

test_input_in_a_thread() {
	expect_eq "threads" "$(ps | grep -c '[E]thIf')" 0
	wire thread=1 || return
	expect_eq "threads" "$(ps | grep -c '[E]thIf')" 2
	answers
	receivers_waited
	until_true 60 wakes_beyond $((value + 20)) ||
		fail "the threads waited $value times"
	traffic
}

test_output_at_once() {
	wire direct=1 || return
	traffic
}

# With copy=1 the driver copies frames to elements of PBUF_POOL, which are lent to the stack, too.
test_input_by_copying() {
	wire copy=1 lend=2000 || return
	traffic
	nic_count far rx_copied_bytes
	expect_eq "bytes copied by the bridge" "$value" 0
}

# Without scatter-gather, each chain that is sent is one pbuf.
test_linear_frames() {
	at near ethtool -K nic tx-scatter-gather off >/dev/null ||
		fail "ethtool -K"
	flow near far tcp 64 65507
}

# others_send SECONDS OPTION: start iperf3 from near to far in the background.
others_send() {
	local to

	address_of far
	spawn far iperf3 -s -1 >/dev/null 2>&1
	server=$spawned
	# 1451 is iperf3's port 5201 in hexadecimal.
	until_true 60 is_listening far 1451 || give_up "iperf3 -s" || return
	spawn near iperf3 -c $to -t ${1:-3} -i 0 "$2" >$TMP/iperf 2>&1
	client=$spawned
}

test_iperf3() {
	local words

	for words in -4 -R -u; do
		others_send 2 $words
		pings near far 20 500
		wait $client || fail "iperf3 $words: $(tail -n 3 $TMP/iperf)"
		# End the server, whose socket may have datagrams that are never read.
		dismiss $server
	done
	expect_all_back
}

# ---- copies ------------------------------------------------------------------

# Set $copied to the bytes that the kernel copied from packet to packet. There are no packets of
# others here.
copied_bytes() {
	local name part

	copied=0
	for name in $copiers; do
		part=$(sed -n 's/.* len: *\([0-9]*\)$/\1/p' $probes/$name/hist |
			awk '{ n += $1 } END { print n + 0 }')
		[ $part -eq 0 ] || echo "# $name: $part bytes"
		copied=$((copied + part))
	done
}

probes_off() {
	expect_none_missed
	remove_probes $copiers
}

# Kernels before 6.6 do not support names of arguments in probes. There only the driver's counters
# are checked.
test_nothing_is_copied() {
	local before headers

	wire lend=800 || return
	# If the buffers of far's sockets were full, TCP would copy to save memory.
	window far 4194304 8388608
	nic_count far rx_header_bytes
	headers=$value
	[ -z "$named_arguments" ] || watch_copiers || return
	flow near far tcp 128 65507
	flow near far tcp 64 65507 6
	[ -z "$named_arguments" ] || copied_bytes
	[ -z "$named_arguments" ] || probes_off
	expect_eq "bytes copied by the kernel" "${copied:-0}" 0
	nic_count far rx_copied_bytes
	expect_eq "bytes copied by the bridge" "$value" 0
	# 192 writes of 65507 bytes in frames of 1448 and 1428 bytes of data: about 8,700.
	nic_count far rx_lends
	[ $value -ge 8700 ] || fail "$value buffers were lent"
	nic_count far rx_header_bytes
	[ $((value - headers)) -le 1500000 ] ||
		fail "$((value - headers)) bytes of headers"
	nic_count near tx_copied_bytes
	expect_eq "bytes copied for sending" "$value" 0
	expect_all_back
}

# Show that the previous test can fail: copies of the driver and of the kernel are seen.
test_probes_see_copies() {
	[ -n "$named_arguments" ] || return 0
	wire lend=1 || return
	flow near far tcp 16 65507
	nic_count far rx_copied_bytes
	[ $value -ge 500000 ] || fail "$value bytes copied by the bridge"
	look_on far -w /dev/null || return
	watch_copiers || return
	flow near far tcp 100 1000
	copied_bytes
	probes_off
	dismiss $watcher
	[ $copied -ge 1000 ] || fail "$copied bytes seen"
}

# ---- a reader who does not read ------------------------------------------------

# hold_packets COUNT SIZE: send a stream that stays in a socket of far until $TMP/go exists.
hold_packets() {
	window far 16777216 16777216
	hold_stream near far $1 $2
}

# About 720 frames wait in a socket. Of these 384 may be lent and the others are copied, so that
# receiving goes on.
test_slow_reader() {
	hold_packets 16 65507 || return
	nic_count far rx_lent
	[ $value -ge 300 ] || fail "only $value buffers lent"
	[ $value -le 384 ] || fail "$value buffers lent"
	nic_count far rx_beyond
	[ $value -ge 300 ] || fail "$value buffers were copied"
	pings near far 10 1000
	pings far near 10 1000
	flow far near tcp 16 65507
	release_stream "what was held"
	expect_all_back
}

# ---- coming and going ------------------------------------------------------------

# carrier_is yes|no: have both devices a carrier, or neither?
carrier_is() {
	at near ethtool nic | grep -q "Link detected: $1" &&
		at far ethtool nic | grep -q "Link detected: $1"
}

cable() {
	echo $1 >/sys/module/$sample/parameters/cable
	until_true 60 carrier_is $2 || fail "cable=$1, and not: link $2"
	# The kernel starts to send a little after it has noticed the carrier.
	[ $2 = no ] || answers
}

test_link_goes_down() {
	address_of far
	cable 0 no
	expect_match "link" "$(ip -n near link show nic)" '*NO-CARRIER*'
	! at near ping -c 1 -W 1 $to >/dev/null 2>&1 || fail "pings without a link"
	cable 1 yes
	pings near far 3 500
	rmmod $sample
	insmod /$sample.ko cable=0 || fail "insmod cable=0"
	settle near en0 3 1
	settle far en1 3 2
	until_true 60 carrier_is no || fail "a carrier without a cable"
	cable 1 yes
	pings near far 3 500
}

test_set_down_and_up() {
	local i=5

	others_send 8 -4
	while [ $i -gt 0 ]; do
		at far ifconfig nic down || fail "ifconfig nic down"
		ip -n near link set nic down || fail "ip link set down"
		ip -n near link set nic up || fail "ip link set up"
		at far ifconfig nic up || fail "ifconfig nic up"
		usleep 200000
		i=$((i - 1))
	done
	answers
	# The stream keeps the send queue full, in which a ping could be dropped.
	dismiss $client
	pings near far 5 500
	expect_all_back
}

test_mtu() {
	! ip -n near link set nic mtu 9000 2>/dev/null ||
		fail "more than the driver's MTU"
	! ip -n near link set nic mtu 60 2>/dev/null || fail "60 bytes"
	set_mtu 700 near far
	answers
	pings near far 3 672
	pings near far 1 5000
	flow near far tcp 16 65507
	nic_count far rx_copied_bytes
	expect_eq "bytes copied" "$value" 0
	set_mtu 1500 near far
	flow far near tcp 16 65507
}

# ends PROCESS: fail unless this rmmod ends within a minute with success.
ends() {
	until_true 60 gone $1 ||
		give_up "rmmod is in $(cat /proc/$1/wchan): $(dmesg | tail -n 2)" ||
		return
	wait $1 || fail "rmmod"
}

# Unloading waits for buffers in sockets, also those of segments that arrived out of order. See
# orphans_end_soon().
test_removed_under_traffic() {
	local remover words

	for words in copy=1 '' thread=1 direct=1; do
		wire $words || return
		others_send 60 -4
		usleep 500000
		rmmod $sample &
		remover=$!
		usleep 500000
		kill -9 $everybody
		wait $everybody
		everybody=
		ends $remover || return
		expect_no_file $D/RX_POOL
		echo "# removed with ${words:-no parameter}"
	done
	wire || return
	answers
	pings near far 5 500
}

dmesg_has() {
	dmesg | grep -q "$1"
}

# Unloading waits until all packets have been read, because they are in the driver's memory.
test_removed_with_packets_in_sockets() {
	local remover

	hold_packets 3 65507 || return
	nic_count far rx_lent
	[ $value -ge 100 ] || fail "$value buffers lent"
	rmmod $sample &
	remover=$!
	until_true 60 dmesg_has 'buffers of a driver that goes are still in sockets: waiting' ||
		fail "nobody says that buffers are waited for"
	! gone $remover || fail "not waited for $value buffers"
	expect_file $D/RX_POOL
	release_stream "what was held"
	ends $remover || return
	expect_no_file $D/RX_POOL
	dmesg -c >/dev/null
	wire
	pings near far 3 500
}

named_arguments=
case $(uname -r) in
6.[1-5].*) ;;
*) named_arguments=y ;;
esac
run_tests
rmmod rtalloc_netif rtalloc_port
