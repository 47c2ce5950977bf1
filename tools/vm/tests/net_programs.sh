# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2154
#
# Programs of other projects, and the kernel's virtual devices on top of a card. Each test runs
# with our driver and with the kernel's own: the kernel's selftests (tools/vm/selftests), ethtool,
# iperf3, tcpreplay, WireGuard, VXLAN, a bridge, a bond, nftables.
#
# A test is a function run_NAME. $near is the namespace of the tested card (ours or left), and $far
# that of the card at the other end (peer or right). Cards have one pair of queues meanwhile,
# because with two, frames may overtake each other.
. /tests/net_queues_lib.sh

S=/selftests
programs="ping gro csum udpgso netdevice features iperf3 replay wireguard vxlan
	  bridge bond drop nat flowtable"
# The tests to run; tools/vm/suite --programs selects some of them.
[ -z "$PROGRAMS" ] || programs=$(echo "$PROGRAMS" | tr , ' ')

# ---- carrying ---------------------------------------------------------------

# send FROM INTO ADDRESS tcp|udp COUNT SIZE: send data; fail unless all of it arrives unchanged.
send() {
	local from=$1 into=$2 address=$3 acked=

	shift 3
	[ "$1" != udp ] || acked=acked
	listen "$into" $1 5001 $2 $3 $acked || return
	at "$from" talk send $1 $address 5001 $2 $3 $acked ||
		fail "$* from $from to $address: sending"
	wait $listener || fail "$* from $from to $address: $(tr '\n' ' ' <$TMP/heard.5001)"
}

# carry FROM INTO ADDRESS: send pings, a stream and datagrams; fail unless all arrive.
carry() {
	at "$1" ping -c 2 -i 0.01 -W 10 $3 >$TMP/ping 2>&1 ||
		give_up "ping from $1 to $3: $(tail -n 2 $TMP/ping)" || return
	send "$1" "$2" $3 tcp 8 65507
	send "$1" "$2" $3 udp 60 1000
}

# Set $subnet to the number of $near's cable, and set the cards' addresses.
subnet() {
	subnet=1
	[ $near = ours ] || subnet=2
	near4=10.$subnet.0.1 far4=10.$subnet.0.2
	near6=fd0$subnet::1 far6=fd0$subnet::2
}

mac_of() {
	ip -n "$1" link show nic | sed -n 's/.*link.ether \([^ ]*\) .*/\1/p'
}

# make_beyond ADDRESS: create a namespace "beyond", connected to $near by a virtual cable (veth).
# Its end in $near is called "inner", the other one "nic".
make_beyond() {
	make_namespace beyond
	ip -n $near link add inner type veth peer name nic netns beyond
	ip -n $near link set inner up
	ip -n beyond addr add $1 dev nic
	ip -n beyond link set nic up
}

# ---- the kernel's selftests -----------------------------------------------------

# The same as the kernel's drivers/net/ping.py, which needs Python.
run_ping() {
	pings $near $far 2 56
	pings $near $far 2 56 6
	pings $far $near 2 56
	pings $far $near 2 56 6
	send $far $near $near4 tcp 1 5
	send $near $far $far4 tcp 1 5
}

# sniffs NAMESPACE: has a program a packet socket open there?
sniffs() {
	[ $(at $1 cat /proc/net/packet | wc -l) -gt 1 ]
}

# sockets_hold BYTES: set the size of sockets' receive buffers. The default is too small for the
# bursts of these programs, 100 frames or two packets of 16 frames of 4110 bytes: a frame in one of
# our buffers counts as 4096 bytes, and one of 4110 bytes on a device that merges buffers as 8192.
# virtio_net allocates what it expects a frame to need.
sockets_hold() {
	echo $1 >/proc/sys/net/core/rmem_default
	echo $1 >/proc/sys/net/core/rmem_max
}

# gro_case PROTOCOL TEST: the kernel's selftest checks which frames are merged. Frames that arrive
# one by one must be merged, too, so the card waits for more (gro_flush_timeout). A frame that is
# too late is not merged, so the test is tried three times, as the kernel's own scripts do.
gro_case() {
	local try arguments="--$1 --test $2 --verbose" gro=$S/gro_later

	case $(uname -r) in 6.*) gro=$S/gro ;; esac

	arguments="$arguments --dmac $(mac_of $near) --smac $(mac_of $far)"
	for try in 1 2 3; do
		until_true 60 no_sniffer $near
		spawn $near $gro $arguments --rx --iface nic \
			>$TMP/gro.rx 2>&1
		until_true 60 sniffs $near || fail "gro does not listen"
		at $far $gro $arguments --iface nic >$TMP/gro.tx 2>&1 ||
			fail "gro $1 $2: $(cat $TMP/gro.tx)"
		! wait $spawned || return 0
	done
	fail "gro $1 $2: $(tail -n 3 $TMP/gro.rx | tr '\n' ' ')"
}

no_sniffer() {
	! sniffs $1
}

# gro_patience NANOSECONDS IRQS: set how long $near's card waits for frames to merge.
gro_patience() {
	ip netns exec $near sh -c "
		echo $1 >/sys/class/net/nic/gro_flush_timeout
		echo $2 >/sys/class/net/nic/napi_defer_hard_irqs"
}

run_gro() {
	local protocol test

	sockets_hold 1000000
	set_mtu 4200 $near $far
	gro_patience 50000000 5
	for protocol in ipv4 ipv6; do
		for test in data ack flags tcp ip large; do
			gro_case $protocol $test
		done
	done
	gro_patience 0 0
	set_mtu 1500 $near $far
}

# csum_case 4|6 WORD...: the kernel's selftest checks that frames with correct, or with -E wrong,
# checksums are received as such.
csum_case() {
	local arguments="-$1 -n 100 -r 1"

	shift
	arguments="$arguments -S $from -D $to $*"
	until_true 60 no_sniffer $near
	spawn $near $S/csum -i nic -L 60 $arguments -R >$TMP/csum.rx 2>&1
	until_true 60 sniffs $near || fail "csum does not listen"
	at $far $S/csum -i nic $arguments -T >$TMP/csum.tx 2>&1 ||
		fail "csum $arguments: $(tail -n 1 $TMP/csum.tx)"
	wait $spawned || fail "csum $arguments: $(tail -n 2 $TMP/csum.rx)"
}

# The receiving part of the kernel's drivers/net/hw/csum.py.
run_csum() {
	local words from to

	sockets_hold 4000000
	for words in -t "-t -E" "" -E; do
		from=$far4 to=$near4
		csum_case 4 $words
		from=$far6 to=$near6
		csum_case 6 $words
	done
}

# udp_listens NAMESPACE: is there a UDP socket at port 8000?
udp_listens() {
	at $1 cat /proc/net/udp /proc/net/udp6 | grep -q ':1F40 '
}

# gso_case 4|6 ADDRESS WORD...: three requests of ten segments from our card, and
# what the sender was promised of each: that its pages are free again, its time.
gso_case() {
	local version=$1 address=$2 four=

	shift 2
	[ $version = 6 ] || four=-4
	spawn $far $S/udpgso_bench_rx $four -C 60000 -R 60000 -n 30 -l 1400 -v \
		>$TMP/gso.rx 2>&1
	until_true 60 udp_listens $far || fail "udpgso_bench_rx does not listen"
	at $near $S/udpgso_bench_tx -$version -D $address -M 3 -s 14000 \
		-S 1400 -L 60 -a $* >$TMP/gso.tx 2>&1 ||
		fail "udpgso -$version $*: $(tail -n 2 $TMP/gso.tx)"
	until_true 60 has_seen_all || fail "udpgso -$version $*: not all came"
	kill -INT $spawned
	wait $spawned || fail "udpgso -$version $*: $(tail -n 2 $TMP/gso.rx)"
}

# Is the receiving socket empty?
has_seen_all() {
	at $far cat /proc/net/udp /proc/net/udp6 >$TMP/sockets
	! grep ':1F40 ' $TMP/sockets | grep -qv ' 00000000:00000000 '
}

run_udpgso() {
	local words

	for words in "" -z -T "-z -T"; do
		gso_case 4 $far4 $words
		gso_case 6 $far6 $words
	done
}

# The kernel's netdevice.sh tests devices that are called eth0 or similar and are down.
run_netdevice() {
	local address=$(mac_of $near)

	ip -n $near addr flush dev nic
	ip -n $near link set nic down
	ip -n $near link set nic name eth0
	ip netns exec $near env PATH=/usr/bin:/bin sh $S/netdevice.sh \
		>$TMP/netdevice 2>&1 ||
		fail "netdevice.sh: $(tail -n 1 $TMP/netdevice)"
	! grep -q '^FAIL' $TMP/netdevice ||
		fail "$(grep '^FAIL' $TMP/netdevice | tr '\n' ' ')"
	grep -q 'PASS: eth0: stop interface' $TMP/netdevice ||
		fail "netdevice.sh did not come to its end"
	ip -n $near link set eth0 name nic
	ip -n $near link set nic address $address
	address_again
}

# ---- what ethtool says ------------------------------------------------------------

# The two drivers must differ only in this feature:
#   rx-checksumming  ours is not fixed, because our driver switches it off while an XDP program is
#                    attached; so it can also be switched off by hand
run_features() {
	local namespace

	for namespace in left ours; do
		at $namespace ethtool -k nic | sed 's/^\t*//' |
			sort >$TMP/features.$namespace
	done
	diff $TMP/features.left $TMP/features.ours |
		sed -n 's/^[-+]\([a-z].*\)/\1/p' >$TMP/features
	expect_eq "features that differ" "$(cat $TMP/features)" \
		"rx-checksumming: on [fixed]${nl}rx-checksumming: on"
}

# ---- traffic ------------------------------------------------------------------------

# iperf FROM INTO ADDRESS WORD...: run iperf3 with these arguments; fail unless both ends succeed.
iperf() {
	local from=$1 into=$2 address=$3

	shift 3
	spawn $into iperf3 -s -1 >$TMP/iperf.s 2>&1
	until_true 60 is_listening $into 1451 || fail "iperf3 does not listen"
	at $from iperf3 -c $address "$@" >$TMP/iperf 2>&1 ||
		fail "iperf3 $*: $(tail -n 1 $TMP/iperf)"
	wait $spawned || fail "iperf3 -s, $*: $(tail -n 1 $TMP/iperf.s)"
}

run_iperf3() {
	iperf $far $near $near4 -n 4M
	iperf $far $near $near4 -n 4M -R
	iperf $far $near $near6 -n 4M -P 4
	iperf $far $near $near4 -n 2M --bidir
	iperf $far $near $near4 -u -b 20M -n 500K
	iperf $near $far $far4 -u -b 20M -n 500K
}

# watch NAMESPACE FILE FILTER in|out: capture what is received or sent; sets $watcher. The limit -s
# is low because each frame takes this much of tcpdump's buffer, however short it is.
watch() {
	look_on $1 -s 2000 -B 4096 -Q $4 --immediate-mode -w $2 "$3"
}

# frames FILE: print the frames of a capture as text, without times.
frames() {
	tcpdump -Z root -t -nn -e -xx -r $1 2>/dev/null
}

# has_captured FILE: has the capture the last frame, a ping of 777 bytes, which no other has?
has_captured() {
	tcpdump -Z root -nn -r $1 2>/dev/null | grep -q 'echo request.*length 777'
}

# Print what tcpdump and tcpreplay reported, and the first frames that differ.
replay_report() {
	cat $TMP/watching
	grep -i 'packets' $TMP/replay
	diff $TMP/sent.text $TMP/came.text | grep '^[-+][0-9]' | head -n 6
}

# A stream and datagrams are captured where they are sent, and replayed: exactly the captured frames
# must arrive, in this order. Offloads are off, so that frames are not merged.
run_replay() {
	local count

	at $far ethtool -K nic tso off gso off
	at $near ethtool -K nic gro off
	watch $far $TMP/sent.pcap "ip and dst host $near4" out
	send $far $near $near4 tcp 2 65507
	send $far $near $near4 udp 60 1000
	at $far ping -c 1 -W 10 -s 769 $near4 >$TMP/ping || fail "no ping"
	until_true 60 has_captured $TMP/sent.pcap || fail "nothing is captured"
	dismiss $watcher
	count=$(tcpdump -Z root -r $TMP/sent.pcap 2>/dev/null | wc -l)
	[ $count -ge 150 ] || fail "$count frames were captured"
	watch $near $TMP/came.pcap "ip and src host $far4" in
	at $far tcpreplay -i nic -p 1000 $TMP/sent.pcap >$TMP/replay 2>&1 ||
		fail "tcpreplay: $(tail -n 1 $TMP/replay)"
	until_true 60 has_captured $TMP/came.pcap || fail "not all came"
	dismiss $watcher
	frames $TMP/sent.pcap >$TMP/sent.text
	frames $TMP/came.pcap >$TMP/came.text
	cmp -s $TMP/sent.text $TMP/came.text ||
		fail "others came: $(replay_report)"
	rm -f $TMP/*.pcap $TMP/*.text
	at $near ethtool -K nic gro on
	at $far ethtool -K nic tso on gso on
}

# ---- tunnels ------------------------------------------------------------------------

# carry_through DEVICE: give both ends of a tunnel their addresses and carry through it both ways.
carry_through() {
	ip -n $near addr add 10.9.0.1/24 dev $1
	ip -n $far addr add 10.9.0.2/24 dev $1
	ip -n $near link set $1 up
	ip -n $far link set $1 up
	carry $near $far 10.9.0.2
	carry $far $near 10.9.0.1
}

# key NAMESPACE: create wg0 there with a new key; print the public key.
key() {
	ip -n $1 link add wg0 type wireguard
	(umask 077 && wg genkey >$TMP/key.$1)
	at $1 wg set wg0 listen-port 51820 private-key $TMP/key.$1
	at $1 wg pubkey <$TMP/key.$1
}

run_wireguard() {
	local near_key=$(key $near) far_key=$(key $far)

	at $near wg set wg0 peer $far_key endpoint $far4:51820 \
		allowed-ips 10.9.0.2/32
	at $far wg set wg0 peer $near_key endpoint $near4:51820 \
		allowed-ips 10.9.0.1/32
	carry_through wg0
}

run_vxlan() {
	ip -n $near link add vx0 type vxlan id 42 dstport 4789 \
		local $near4 remote $far4 dev nic
	ip -n $far link add vx0 type vxlan id 42 dstport 4789 \
		local $far4 remote $near4 dev nic
	carry_through vx0
}

# ---- a card below others ---------------------------------------------------------------

# A bridge: frames for another address are forwarded to a namespace behind it.
run_bridge() {
	make_beyond 10.$subnet.0.9/24
	ip -n $near link add br0 type bridge stp_state 0
	ip -n $near link set inner master br0
	ip -n $near link set nic master br0
	ip -n $near link set br0 up
	carry $far beyond 10.$subnet.0.9
	carry beyond $far $far4
}

bond_uses() {
	ip -n $near -d link show bond0 | grep -q "active_slave $1 "
}

# A bond whose preferred device is the card; the other one leads nowhere.
run_bond() {
	ip -n $near link add spare type dummy
	ip -n $near link add bond0 type bond mode active-backup miimon 50 \
		primary_reselect always
	ip -n $near addr flush dev nic
	ip -n $near link set nic down
	ip -n $near link set nic master bond0 ||
		give_up "the bond does not take the card" || return
	ip -n $near link set spare master bond0
	ip -n $near link set bond0 type bond primary nic
	ip -n $near addr add $near4/24 dev bond0
	ip -n $near link set bond0 up
	until_true 60 bond_uses nic || fail "the card is not used"
	carry $far $near $near4
	ip -n $near link set nic down
	until_true 60 bond_uses spare || fail "the spare one is not used"
	ip -n $near link set nic up
	until_true 60 bond_uses nic || fail "the card is not used again"
	carry $near $far $far4
}

# ---- nftables ----------------------------------------------------------------------------

# Load nftables rules from standard input in $near.
rules() {
	at $near nft -f - 2>$TMP/nft ||
		give_up "nft: $(head -n 1 $TMP/nft)"
}

# counted NAME: set $value to the packets of this nftables counter.
counted() {
	value=$(at $near nft list counter inet t $1 |
		sed -n 's/.*packets \([0-9]*\).*/\1/p')
}

has_counted() {
	counted $1
	[ "$value" = $2 ]
}

# Rules drop datagrams before the network stack (ingress) and in it (input), and count them.
run_drop() {
	rules <<-END || return
		table netdev t {
			chain in {
				type filter hook ingress device nic priority 0;
				udp dport 5009 drop
			}
		}
		table inet t {
			counter passed { }
			counter dropped { }
			chain in {
				type filter hook input priority 0;
				udp dport { 5008, 5009 } counter name passed
				udp dport 5008 counter name dropped drop
			}
		}
	END
	at $far talk send udp $near4 5009 50 1000
	at $far talk send udp $near4 5008 50 1000
	until_true 60 has_counted dropped 50 || fail "$value of 50 dropped"
	has_counted passed 50 || fail "$value came in, not 50"
	carry $far $near $near4
}

# Both kinds of address translation: packets of the namespace beyond are sent with $near's address,
# and packets to $near's port 5001 are forwarded to it.
run_nat() {
	make_beyond 10.9.0.2/24
	ip -n $near addr add 10.9.0.1/24 dev inner
	ip -n beyond route add default via 10.9.0.1
	at $near cp $TMP/one /proc/sys/net/ipv4/ip_forward
	rules <<-END || return
		table ip t {
			chain in {
				type nat hook prerouting priority -100;
				iif nic meta l4proto { tcp, udp } th dport 5001 dnat to 10.9.0.2
			}
			chain out {
				type nat hook postrouting priority 100;
				oif nic masquerade
			}
		}
	END
	carry beyond $far $far4
	send $far beyond $near4 tcp 8 65507
	send $far beyond $near4 udp 60 1000
}

# Packets of a known flow bypass the rules (flowtable): of 1000 datagrams they see less than half.
run_flowtable() {
	make_beyond 10.9.0.2/24
	ip -n $near addr add 10.9.0.1/24 dev inner
	ip -n beyond route add default via 10.9.0.1
	ip -n $far route add 10.9.0.0/24 via $near4
	at $near cp $TMP/one /proc/sys/net/ipv4/ip_forward
	rules <<-END || return
		table inet t {
			counter ruled { }
			flowtable f {
				hook ingress priority 0;
				devices = { nic, inner };
			}
			chain on {
				type filter hook forward priority 0;
				meta l4proto { tcp, udp } flow add @f
				counter name ruled
			}
		}
	END
	send $far beyond 10.9.0.2 udp 1000 1000
	counted ruled
	[ $value -gt 0 ] && [ $value -lt 500 ] ||
		fail "of 1000 datagrams the rules saw $value"
	carry $far beyond 10.9.0.2
	carry beyond $far $far4
}

# ---- running -------------------------------------------------------------------------------

# Give the card its addresses again, as plug() does, if they are missing.
address_again() {
	ip -n $near link set nic up
	ip -n $near addr replace $near4/24 dev nic
	ip -n $near addr replace $near6/64 dev nic nodad
}

# Remove everything that a test may have left, also one that ended early.
tidy() {
	local namespace link

	sockets_hold $usual
	at $near nft flush ruleset
	at $near cp $TMP/zero /proc/sys/net/ipv4/ip_forward
	for namespace in $near $far; do
		for link in wg0 vx0 br0 bond0 spare inner; do
			ip -n $namespace link del $link
		done
	done
	ip -n $far route del 10.9.0.0/24 via $near4
	ip netns del beyond
} 2>/dev/null

# run_program NAME NEAR FAR: run a test between these two namespaces and print its result.
run_program() {
	local program=$1

	near=$2 far=$3
	test_name=$1
	[ $near = ours ] || test_name=$1_stock
	failures=0
	subnet
	is_set_up && "run_$program"
	tidy
	address_again
	clean_up
	[ $failures -gt 0 ] || echo "ok $script.$test_name"
}

one_pair() {
	local namespace

	for namespace in ours peer left right; do
		at $namespace ethtool -L nic combined $1 2>/dev/null
	done
}

run_programs() {
	local program

	set_up
	echo 1 >$TMP/one
	usual=$(cat /proc/sys/net/core/rmem_default)
	one_pair 1
	for program in $programs; do
		[ "$program" = features ] || run_program $program left right
		run_program $program ours peer
	done
	one_pair 2
}

run_programs
