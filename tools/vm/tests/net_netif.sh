# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2154
#
# An lwIP driver's struct netif as a network device: samples/lwip_ethernetif.c has
# two, with a cable between them, each in a namespace of its own:
#
#   near  10.3.0.1 fd03::1  ---  far  10.3.0.2 fd03::2
. /tests/net_lib.sh

sample=lwip_ethernetif

# Addresses for pings and flow, which know those of the cards.
address_of() {
	case $1 in
	near) to=${2:+fd03::1} to=${to:-10.3.0.1} ;;
	far) to=${2:+fd03::2} to=${to:-10.3.0.2} ;;
	esac
}

# settle NAMESPACE DEVICE END: the device is called nic there.
settle() {
	ip link set "$2" netns "$1" name nic || give_up "no $2" || return
	ip -n "$1" addr add "10.3.0.$3/24" dev nic
	ip -n "$1" addr add "fd03::$3/64" dev nic nodad
	ip -n "$1" link set nic up
}

# wire [PARAMETER...]: the sample, loaded afresh.
wire() {
	! grep -q "^$sample " /proc/modules || rmmod $sample
	insmod /$sample.ko "$@" || give_up "insmod $sample $*" || return
	settle near en0 1 && settle far en1 2
}

set_up() {
	if ! grep -q '^rtalloc_netif ' /proc/modules; then
		mkdir -p $N
		make_namespace near
		make_namespace far
		load size=16M || return
		insmod /rtalloc_net.ko &&
		insmod /rtalloc_port.ko lwip=1M freertos=0 rtthread=0 sylixos=0 &&
		insmod /rtalloc_netif.ko || give_up "modules" || return
	fi
	dmesg -c >/dev/null
	wire
}

clean_up() {
	dismiss $everybody
	everybody=
	! grep -q "^$sample " /proc/modules || rmmod $sample ||
		fail "rmmod $sample"
	expect_stats lwip live=0 faults=0
	expect_no_file $D/RX_POOL
	expect_no_file $D/PBUF_POOL
	expect_eq "complaints in the log" "$(dmesg |
		grep -cE 'BUG|WARNING|Oops|rtalloc: |rtalloc_port: |rtalloc_netif: ')" 0
}

test_pings() {
	pings near far 3 56
	pings far near 3 1472
	pings near far 3 20000
	pings near far 3 100 6
}

run_tests
rmmod rtalloc_netif rtalloc_port
