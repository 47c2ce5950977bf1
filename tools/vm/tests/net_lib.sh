# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2086
#
# Helper functions for the network test scripts, in addition to those of lib.sh.
# tools/vm/run --net provides two cables with a card at each end. Each card is put into a
# namespace of its own, so that packets between two of them really cross the cable:
#
#   ours  10.1.0.1 fd01::1  ---  peer   10.1.0.2 fd01::2
#   left  10.2.0.1 fd02::1  ---  right  10.2.0.2 fd02::2
#
# Our driver drives the card in "ours", and the kernel's own driver all others. The pair left
# and right shows how the kernel's driver behaves, for comparison. Each card is called nic in
# its namespace.
. /tests/lib.sh

N=/run/netns
NET_MODULE=/rtalloc_net.ko
driver=rtalloc_net
stock=virtio_net
everybody=
drivers=/sys/bus/virtio/drivers
parameters=/sys/module/rtalloc_net/parameters
mac=52:54:00:00:00:0

# Use iproute2's ip, because busybox's own ip does not support namespaces.
ip() {
	/usr/bin/ip "$@"
}

# at NAMESPACE COMMAND...: run the command in the namespace.
at() {
	local namespace=$1

	shift
	nsenter --net=$N/$namespace "$@"
}

# spawn NAMESPACE COMMAND...: run the command in the background; sets $spawned to its process.
# It does not call at(): a function in the background runs in a subshell, and to kill that
# would not kill the command.
spawn() {
	local namespace=$1

	shift
	nsenter --net=$N/$namespace "$@" &
	spawned=$!
	everybody="$everybody $spawned"
}

# dismiss PROCESS...: kill these processes and wait until they have ended.
dismiss() {
	kill "$@"
	wait "$@"
} 2>/dev/null

# ---- cards -------------------------------------------------------------

# find_card NUMBER: set $card to the interface name of card 1 to 4 if it is in the current
# namespace, else empty.
find_card() {
	for card in /sys/class/net/*/address; do
		read -r address <"$card"
		card=${card%/address}
		[ "$address" != "$mac$1" ] || break
		card=
	done
	card=${card##*/}
}

# plug NAMESPACE NUMBER CABLE END: settle card NUMBER in the namespace.
plug() {
	find_card "$2"
	[ -n "$card" ] || give_up "no card $2 for $1" || return
	settle "$1" "$card" "$3" "$4"
}

# settle NAMESPACE DEVICE CABLE END: move the device to the namespace as nic, with the addresses
# of that end of the cable.
settle() {
	echo "$3 $4" >$TMP/end.$1
	ip link set "$2" netns "$1" name nic || give_up "no $2" || return
	ip -n "$1" addr add "10.$3.0.$4/24" dev nic
	ip -n "$1" addr add "fd0$3::$4/64" dev nic nodad
	ip -n "$1" link set nic up
}

make_namespace() {
	ip netns add "$1"
	# No duplicate address detection, so that an address can be used at once, and no
	# router solicitations.
	echo 0 >$TMP/zero
	at "$1" cp $TMP/zero /proc/sys/net/ipv6/conf/default/accept_dad
	at "$1" cp $TMP/zero /proc/sys/net/ipv6/conf/default/router_solicitations
	ip -n "$1" link set lo up
}

# Set $device to the virtio device of card 1, whichever driver it has.
find_device() {
	find_card 1
	device=$(readlink "/sys/class/net/$card/device")
	device=${device##*/}
	echo "$device" >$TMP/device
}

# Turn off deferred frees. By default, a packet that one processor received and another one
# consumed is freed by the first when it receives again. On a quiet card, buffers would stay
# lent until then.
free_at_once() {
	echo 0 >/proc/sys/net/core/skb_defer_max ||
		fail "frames are freed late"
}

# Let the kernel look for a neighbour's address for longer, and queue more packets meanwhile.
# By default it stops after three seconds and drops all packets that wait for the address, and
# the queue is smaller than one of our bursts. A card that was away may take longer. Each
# device copies these values when it is created.
look_long() {
	local family

	for family in ipv4 ipv6; do
		echo 60 >/proc/sys/net/$family/neigh/default/mcast_solicit &&
		echo 4000000 >/proc/sys/net/$family/neigh/default/unres_qlen_bytes ||
			fail "neighbours are given up soon"
	done
}

lay_cables() {
	local namespace

	mkdir -p $N
	free_at_once
	look_long
	find_device
	for namespace in ours peer left right; do
		make_namespace $namespace
	done
	plug peer 2 1 2
	plug left 3 2 1
	plug right 4 2 2
}

# give DRIVER: bind the device of card 1 to this driver; unbind it from another one first.
give() {
	local now

	now=$(readlink "/sys/bus/virtio/devices/$device/driver")
	now=${now##*/}
	[ "$now" != "$1" ] || return 0
	[ -z "$now" ] || echo "$device" >"$drivers/$now/unbind" || return
	echo "$device" >"$drivers/$1/bind"
}

net_loaded() {
	grep -q '^rtalloc_net ' /proc/modules
}

# load_net [PARAMETER...]: load our driver with these parameters, after unloading it if
# necessary, and bind the device to it.
load_net() {
	! net_loaded || rmmod rtalloc_net || give_up "cannot unload" || return
	loaded || load size=1M || return
	insmod $NET_MODULE "$@" || give_up "insmod $* failed" || return
	give $driver || give_up "the driver refuses $device" || return
	plug ours 1 1 1
}

# choose PARAMETER VALUE: set a parameter of the driver. After the test, clean_up() resets
# rx_mode, rx_policy and low_water.
choose() {
	echo "$2" >$parameters/$1 || fail "$1=$2 is refused"
}

# ---- the pool ----------------------------------------------------------

# Set $total, $free, $posted and $lent to the device's numbers of buffers, from one read.
pool() {
	local key number

	total='' free='' posted='' lent=''
	while IFS=': ' read -r key number; do
		case $key in
		pool.total) total=$number ;;
		pool.free) free=$number ;;
		pool.posted) posted=$number ;;
		pool.lent) lent=$number ;;
		esac
	done <$D/net/$device
}

# net_count KEY: set $value to this counter of the device.
net_count() {
	local key number

	value=
	while IFS=': ' read -r key number; do
		[ "$key" != "$1" ] || value=$number
	done <$D/net/$device
}

# Set $slots to the maximal length of our card's receive ring, which is also its default.
# Emulators differ.
ring_slots() {
	slots=$(at ours ethtool -g nic | sed -n 's/^RX:[^0-9]*//p' | head -n 1)
	[ "${slots:-0}" -ge 256 ] || give_up "no length of rings: $slots"
}

pool_is_quiet() {
	pool
	[ "$lent" = 0 ] && [ $((free + posted)) -eq "$total" ]
}

# Fail unless no buffer is lent within a minute: each must be free or on the ring.
expect_whole_pool() {
	until_true 60 pool_is_quiet ||
		fail "pool: $total buffers, $free free, $posted posted, $lent lent"
}

# ---- waiting -----------------------------------------------------------

# until_true SECONDS COMMAND...: repeat the command every 50 ms until it succeeds. Returns 1
# when it has not after SECONDS.
until_true() {
	local left=$(($1 * 20))

	shift
	until "$@"; do
		left=$((left - 1))
		[ $left -gt 0 ] || return 1
		usleep 50000
	done
}

# said FILE WORD: does FILE have a line WORD?
said() {
	local line

	while read -r line; do
		[ "$line" != "$2" ] || return 0
	done <"$1"
	return 1
} 2>/dev/null

# is_listening NAMESPACE PORT: is there a TCP listener? PORT is in hexadecimal.
is_listening() {
	at "$1" cat /proc/net/tcp6 /proc/net/tcp >$TMP/tcp
	grep -q ":$2 [0-9A-F]*:[0-9A-F]* 0A " $TMP/tcp
}

# window NAMESPACE FIRST MOST: set the size of its TCP sockets' receive buffers, at first and at
# most, in bytes.
window() {
	echo "4096 $2 $3" >$TMP/rmem
	at "$1" cp $TMP/rmem /proc/sys/net/ipv4/tcp_rmem
}

# look_on NAMESPACE WORD...: start tcpdump with these arguments on the namespace's card; sets
# $watcher to its process.
look_on() {
	local namespace=$1

	shift
	spawn $namespace tcpdump -Z root -U -i nic "$@" 2>$TMP/watching
	watcher=$spawned
	until_true 60 grep -q listening $TMP/watching ||
		give_up "tcpdump: $(cat $TMP/watching)"
}

# Use 150 MB of memory for something else and free it, so that recently freed pages have been
# overwritten.
churn_memory() {
	local megabytes=150

	[ -e /tmp/megabyte ] || tr '\0' '\245' </dev/zero |
		dd of=/tmp/megabyte bs=64K count=16 iflag=fullblock 2>/dev/null
	while [ $megabytes -gt 0 ]; do
		cat /tmp/megabyte
		megabytes=$((megabytes - 1))
	done >/tmp/churn
	rm /tmp/churn
}

# ---- talking -----------------------------------------------------------

# listen NAMESPACE PROTOCOL PORT COUNT SIZE [WORD...]: start the program talk as the receiver,
# in the background, and wait until it is ready. Its output is in $TMP/heard.PORT and its
# process in $listener.
listen() {
	local namespace=$1 port=$3

	shift
	: >$TMP/heard.$port
	spawn "$namespace" talk recv "$@" >$TMP/heard.$port 2>&1
	listener=$spawned
	until_true 60 said $TMP/heard.$port ready ||
		give_up "nobody listens: $(cat $TMP/heard.$port)"
}

# address_of NAMESPACE [6]: set $to to the IPv4 or IPv6 address of the card that settled there.
address_of() {
	local cable end

	read -r cable end <$TMP/end.$1
	to=10.$cable.0.$end
	[ -z "$2" ] || to=fd0$cable::$end
}

# hold NAMESPACE PROTOCOL PORT COUNT SIZE: as listen, but nothing is read before let_go().
hold() {
	rm -f $TMP/go
	listen "$@" hold=$TMP/go || return
	reader=$listener
	held=$TMP/heard.$3
}

# let_go WHEN: let the reader of hold() read; fail unless it gets what was sent.
let_go() {
	touch $TMP/go
	wait $reader || fail "$1: $(tail -n 1 $held)"
	rm -f $TMP/go
}

# hold_stream FROM TO COUNT SIZE: send a stream and hold it, until release_stream(); wait until
# all of it and its end are in the reader's socket.
hold_stream() {
	hold "$2" tcp 5001 $3 $4 || return
	address_of "$2"
	spawn "$1" talk send tcp $to 5001 $3 $4
	sender=$spawned
	until_true 60 queued "$2" $(($3 * $4)) ||
		give_up "no $(($3 * $4)) bytes in the socket: $(cat $TMP/tcp6)"
}

# release_stream WHEN: as let_go; the sender ends.
release_stream() {
	let_go "$1"
	dismiss $sender
}

# queued NAMESPACE BYTES: does it have TCP sockets that their peers have closed, with so many bytes
# still to read? Sets $nr_queued to their number. The end of a stream counts as one more byte. 08 is
# the kernel's number of that state.
queued() {
	at "$1" cat /proc/net/tcp6 >$TMP/tcp6
	nr_queued=$(grep -c " 08 [0-9A-F]*:$(printf %08X $(($2 + 1))) " $TMP/tcp6)
	[ $nr_queued -gt 0 ]
}

# talk acknowledges datagrams, except in a script that clears this because it counts the
# packets of one direction.
acked=acked

# flow FROM TO tcp|udp COUNT SIZE [6] [WORD...]: send data; fail unless all of it arrives
# unchanged.
flow() {
	local from=$1 into=$2 protocol=$3 count=$4 size=$5 what="$*" version=
	local acked=$acked

	shift 5
	[ "$1" != 6 ] || version=6
	[ -z "$version" ] || shift
	address_of "$into" $version
	[ "$protocol" = udp ] || acked=''
	listen "$into" "$protocol" 5001 "$count" "$size" "$@" $acked || return
	at "$from" talk send "$protocol" "$to" 5001 "$count" "$size" $acked ||
		fail "$what: sending"
	wait $listener ||
		fail "$what: $(tr '\n' ' ' <$TMP/heard.5001)"
}

# pings FROM TO COUNT SIZE [6]: send pings; fail unless all are answered.
pings() {
	address_of "$2" $5
	at "$1" ping -c "$3" -i 0.01 -W 20 -s "$4" "$to" >$TMP/ping 2>&1 &&
		grep -q " $3 packets received, 0% packet loss" $TMP/ping ||
		give_up "ping of $4 bytes from $1: $(tail -n 2 $TMP/ping)"
}

# pktgen_for SETTING...: print a script that starts pktgen on the card with these settings. It
# repeats add_device, because pktgen's thread may hold the previous device for a while.
pktgen_for() {
	cat <<-'END'
		say() { echo "$2" >"/proc/net/pktgen/$1"; }
		tries=600
		say kpktgend_0 rem_device_all
		until say kpktgend_0 "add_device nic" 2>/dev/null; do
			tries=$((tries - 1))
			[ $tries -gt 0 ] || exit
			usleep 100000
		done
	END
	printf 'say nic "%s"\n' "$@" "dst 10.9.9.9"
	echo "say pgctrl start"
}

# generate NAMESPACE SIZE COUNT MAC [SETTING...]: send COUNT frames with pktgen; fail unless
# it sent all. Sets $sent.
generate() {
	local namespace=$1 size=$2 count=$3 to=$4

	shift 4
	pktgen_for "count $count" "pkt_size $size" "delay 0" "dst_mac $to" \
		"$@" >$TMP/pktgen
	echo "cat /proc/net/pktgen/nic" >>$TMP/pktgen
	at "$namespace" sh $TMP/pktgen >$TMP/generated
	sent=$(sed -n 's/.*pkts-sofar: \([0-9]*\).*/\1/p' $TMP/generated)
	expect_eq "frames sent by pktgen" "$sent" "$count"
}

# has_received NAMESPACE BEFORE COUNT: has its card received COUNT packets since its counter
# was BEFORE?
has_received() {
	counters "$1"
	[ $((rx_packets - $2)) -ge "$3" ]
}

# is_quiet NAMESPACE: does its card receive nothing for half a second?
is_quiet() {
	local before

	counters "$1"
	before=$rx_packets
	usleep 500000
	counters "$1"
	[ "$rx_packets" -eq "$before" ]
}

# set_mtu BYTES NAMESPACE...: set the MTU of these namespaces' cards.
set_mtu() {
	local mtu=$1 namespace

	shift
	for namespace; do
		ip -n "$namespace" link set nic mtu "$mtu" ||
			fail "MTU $mtu is refused in $namespace"
	done
}

# counters NAMESPACE: read its card's counters into $rx_packets, $rx_errors, $rx_dropped and
# $tx_packets.
counters() {
	local name bytes rest

	at "$1" cat /proc/net/dev >$TMP/dev
	while read -r name rx_bytes rx_packets rx_errors rx_dropped \
		rest rest rest rest tx_bytes tx_packets rest; do
		[ "$name" != nic: ] || return 0
	done <$TMP/dev
}

# ---- probes ------------------------------------------------------------

probes=$T/events/fprobes

# probe NAME 'FUNCTION WORD...' [p]: define a trace event at the entry of a kernel function.
# It is an fprobe, or a kprobe with p or where the kernel has no fprobes (6.12 on arm64). A
# kprobe's handler cannot be interrupted.
probe() {
	local kind=${3:-f}

	grep -q '^[[:space:]]*f\[' $T/README || kind=p
	echo "$kind:fprobes/$1 $2" >>$T/dynamic_events ||
		give_up "no probe: $2"
}

# histogram PROBE KEYS: count in a histogram what the probe sees.
histogram() {
	echo "hist:keys=$2:size=16384" >$probes/$1/trigger ||
		give_up "no histogram of $1"
}

# The probes of watch_copiers().
copiers="bits expand ubufs clone"

# Probe the kernel's functions that copy packets: how many bytes of packets with which head?
watch_copiers() {
	local name

	probe bits 'skb_copy_bits head=skb->head len=len' &&
	probe expand 'pskb_expand_head head=skb->head len=skb->len' &&
	probe ubufs 'skb_copy_ubufs head=skb->head len=skb->len' &&
	probe clone '__pskb_copy_fclone head=skb->head len=skb->len' ||
		return
	for name in $copiers; do
		histogram $name head.hex:vals=len || return
	done
}

# remove_probes NAME...: these are all probes, and each has a histogram.
remove_probes() {
	local name trigger

	for name; do
		read -r trigger <$probes/$name/trigger
		echo "!${trigger% \[active]}" >$probes/$name/trigger
	done
	echo >$T/dynamic_events
}

# Fail if kprobes missed entries: one that occurs while another is handled is only counted.
expect_none_missed() {
	local missed

	missed=$(awk '{ n += $3 } END { print n + 0 }' $T/kprobe_profile)
	expect_eq "entries that the probes missed" "$missed" 0
}

# ---- running -----------------------------------------------------------

set_up() {
	[ -e $N/ours ] || lay_cables || return
	read -r device <$TMP/device
	[ -e $D/net/$device ] || load_net
}

clean_up() {
	# A test that failed may have left a program that listens.
	dismiss $everybody
	everybody=
	net_loaded || return 0
	choose rx_mode build
	choose rx_policy backpressure
	choose low_water 64
	[ ! -e $D/net/$device ] || expect_whole_pool
}
