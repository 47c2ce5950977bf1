# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# The sample drivers: each is loaded after the ports and does its work, whose results are in the
# log. When it is unloaded it must leave no block and no heap.
. /tests/lib.sh

set_up() {
	load size=16M || return
	insmod /rtalloc_net.ko || give_up "rtalloc_net.ko" || return
	insmod /rtalloc_port.ko || give_up "rtalloc_port.ko" || return
	dmesg -c >/dev/null
}

# Print the line of each heap, which shows how much of it is used.
heap_lines() {
	grep -v '^#' $D/heaps
}

expect_all_free() {
	local name

	for name in freertos rtthread sylixos lwip; do
		expect_stats $name live=0 faults=0
		expect_check_ok $name
	done
}

# sample NAME [PARAMETER...]: load a sample; remember the heaps as they were before.
sample() {
	local name=$1

	shift
	heap_lines >$TMP/before
	insmod /$name.ko "$@" || give_up "insmod $name $* failed"
}

# sample_ends NAME: unload it; fail unless the heaps are as before and all blocks are free.
sample_ends() {
	rmmod "$1" || fail "rmmod $1"
	heap_lines >$TMP/after
	expect_eq "heaps after $1" "$(cat $TMP/after)" "$(cat $TMP/before)"
	expect_all_free
	expect_no_complaint 'rtalloc(_port)?: '
	rmmod rtalloc_port || fail "rmmod rtalloc_port"
	rmmod rtalloc_net || fail "rmmod rtalloc_net"
}

# Two blocks are in use while the driver is loaded: its control block and its ring.
test_freertos_uart() {
	sample freertos_uart || return
	expect_eq "log" "$(log_of freertos_uart)" "line 'ready'
line 'speed 9600'
0 bytes lost"
	expect_stats freertos live=2 failed=0
	sample_ends freertos_uart
}

# Of 100 bytes without the end of a line, 63 fit into the ring and 37 are lost.
test_freertos_uart_overrun() {
	sample freertos_uart wire=$(printf '%0100d' 0) || return
	expect_eq "log" "$(log_of freertos_uart)" "37 bytes lost"
	sample_ends freertos_uart
}

# Of six readings two are lost, because the pool has four blocks. The reports take two fixed headers
# of 48 bytes, a header of 48 for the report, and 80 bytes, with which it was first allocated.
test_rtthread_sensor() {
	sample rtthread_sensor || return
	expect_eq "log" "$(log_of rtthread_sensor)" "readings: 20 21 23 22, lost 2
4 of 4 blocks free, reports took $((2 * 48 + 48 + 80)) bytes"
	expect_stats rtthread live=3 failed=0
	expect_stats readings live=0 allocs=4 frees=4 failed=2
	expect_stats reports live=0 allocs=1 frees=1 failed=0
	sample_ends rtthread_sensor
	expect_no_file $D/readings
	expect_no_file $D/reports
}

# A driver with threads, mailboxes, an event and pools: each frame sent must come back unchanged or
# be counted as dropped, and no thread or pool may be left when the driver is unloaded.
test_rtthread_wifi() {
	sample rtthread_wifi frames=300 || return
	expect_eq "log" "$(log_of rtthread_wifi)" "mac 02:6d:61:63:3a:01, 300 of 300 frames came back or were dropped, 0 wrong"
	expect_stats rtthread failed=0
	stat wifi_tx allocs
	[ "$value" -ge 250 ] || fail "$value packets were allocated"
	sample_ends rtthread_wifi
	expect_no_file $D/wifi_tx
	expect_no_file $D/wifi_rx
	expect_eq "threads" "$(ps | grep -c '[w]ifi_bus')" 0
}

# The same driver works with each algorithm that RT-Thread's heap can have.
test_rtthread_algorithms() {
	local backend

	for backend in memheap slab small_mem; do
		rmmod rtalloc_port
		insmod /rtalloc_port.ko rtthread_heap=$backend ||
			give_up "rtthread_heap=$backend" || return
		dmesg -c >/dev/null
		sample rtthread_sensor || return
		expect_match "heaps with $backend" "$(heap_lines)" \
			"*rtthread $backend default 1048576 *"
		expect_match "log" "$(log_of rtthread_sensor)" \
			"readings: 20 21 23 22, lost 2*"
		expect_stats rtthread live=3 failed=0
		rmmod rtthread_sensor
		expect_all_free
	done
	rmmod rtalloc_port rtalloc_net
}

# refused MESSAGE PARAMETER...: fail unless the port cannot be loaded with these parameters, prints
# this line (for each of the two tries of busybox's insmod), and leaves no heap.
refused() {
	local message=$1

	shift
	dmesg -c >/dev/null
	! insmod /rtalloc_port.ko "$@" 2>/dev/null || fail "$* is accepted"
	expect_match "log of $*" "$(log_of rtalloc_port | sort -u)" "$message"
	expect_eq "heaps after $*" "$(heap_lines)" ""
}

test_parameters() {
	local word

	rmmod rtalloc_port rtalloc_net
	# The last three have more than 64 bits; memparse() would take 16E for 0.
	for word in abc 1Mx '' -1 16E 17179869184G 18446744073709551616; do
		refused "lwip=$word: not a number of bytes" "lwip=$word"
		refused "size=$word: not a number of bytes" "size=$word"
	done
	refused 'lwip=0xffffffffffffffff: no such heap can be made (-12)' \
		lwip=0xffffffffffffffff
	refused 'rtthread=1G: no such heap can be made (-12)' rtthread=1G
	refused 'sylixos=8: no such heap can be made (-28)' sylixos=8
	expect_match "the core's line" "$(log_of rtalloc | sort -u)" \
		"sylixos: sylix_heap heap not created: size is below what the backend needs (-28)"
	refused 'rtthread=1M: no such heap can be made (-22)' \
		rtthread_heap=tlsf9
	insmod /rtalloc_port.ko freertos=0 rtthread=64K lwip=0 sylixos=0 ||
		fail "sizes of 0 are refused"
	expect_match "heaps" "$(heap_lines)" "rtthread small_mem default 65536 *"
	rmmod rtalloc_port
}

# If rtalloc has no default region, the port creates one, and destroys it when it is unloaded.
test_no_default_region() {
	rmmod rtalloc_port rtalloc_net
	load || return
	insmod /rtalloc_net.ko || give_up "rtalloc_net" || return
	insmod /rtalloc_port.ko || give_up "rtalloc_port" || return
	expect_match "regions" "$(grep -v '^#' $D/regions)" \
		"rtalloc_port vmalloc $((16 << 20)) * 4 -"
	dmesg -c >/dev/null
	sample lwip_netif || return
	expect_match "log" "$(log_of lwip_netif)" "first: 600 bytes in 3 pbufs*"
	sample_ends lwip_netif
	expect_eq "regions afterwards" "$(grep -v '^#' $D/regions)" ""
}

test_region_of_its_own() {
	rmmod rtalloc_port
	insmod /rtalloc_port.ko size=8M || give_up "size=8M" || return
	expect_match "regions" "$(grep rtalloc_port $D/regions)" \
		"rtalloc_port vmalloc $((8 << 20)) * 4 -"
	rmmod rtalloc_port
	refused 'size=8Q: not a number of bytes' size=8Q
	rmmod rtalloc_net
}

# A frame of 16 + 3 bytes takes 32 and a header of 48, so 51 fit into 4096 bytes. The last one also
# gets the remaining 16 bytes.
test_sylixos_can() {
	sample sylixos_can || return
	expect_eq "log" "$(log_of sylixos_can)" "51 frames fit, close: -1
132 [3] 11 22 33"
	expect_stats sylixos live=2 failed=0
	expect_file $D/sylixos.2/stats
	expect_stats sylixos.2 live=0 allocs=51 frees=51 failed=1
	sample_ends sylixos_can
	expect_no_file $D/sylixos.2
}

# A frame of 600 bytes takes 3 of the 4 elements of 256 bytes. The second frame is dropped, because
# only one is left.
test_lwip_netif() {
	sample lwip_netif || return
	expect_eq "log" "$(log_of lwip_netif)" "first: 600 bytes in 3 pbufs, last 5a
second: none, dropped 1, pool: 3 of 4 used
pool: 0 used, descriptors: 0 used, most 1"
	expect_stats lwip live=1 failed=0
	expect_stats PBUF_POOL live=0 failed=1
	sample_ends lwip_netif
	expect_no_file $D/PBUF_POOL
}

# Two network devices, which stay down here; net_netif.sh tests what they do. Two blocks are in use,
# the drivers' states.
test_lwip_ethernetif() {
	insmod /rtalloc_netif.ko || give_up "rtalloc_netif" || return
	sample lwip_ethernetif || return
	expect_eq "log" "$(log_of lwip_ethernetif)" "en0 and en1"
	expect_eq "MTU" "$(cat /sys/class/net/en0/mtu)" 1500
	expect_eq "address" "$(cat /sys/class/net/en1/address)" 02:00:00:00:00:02
	expect_stats lwip live=2 failed=0
	! rmmod rtalloc_netif 2>/dev/null || fail "rtalloc_netif is unloaded"
	rmmod lwip_ethernetif || fail "rmmod lwip_ethernetif"
	expect_no_file /sys/class/net/en0
	insmod /lwip_ethernetif.ko || fail "loaded again"
	rmmod lwip_ethernetif || fail "rmmod lwip_ethernetif"
	rmmod rtalloc_netif || fail "rmmod rtalloc_netif"
	expect_all_free
	expect_no_complaint 'rtalloc(_port)?: '
	expect_no_file $D/PBUF_POOL
	expect_no_file $D/RX_POOL
	rmmod rtalloc_port rtalloc_net
}

# While a driver is loaded, the modules that it needs cannot be unloaded.
test_modules_hold_one_another() {
	sample lwip_netif || return
	! rmmod rtalloc_port 2>/dev/null || fail "the port is unloaded"
	! rmmod rtalloc_net 2>/dev/null || fail "rtalloc_net is unloaded"
	! rmmod rtalloc 2>/dev/null || fail "rtalloc is unloaded"
	sample_ends lwip_netif
}

# rtalloc itself exports only names with its own prefixes. The RTOSes' names are in the port.
test_names_stay_in_the_port() {
	expect_eq "foreign names in rtalloc" "$(grep '\[rtalloc\]$' /proc/kallsyms |
		grep ' __ksymtab_' |
		grep -vcE ' __ksymtab_(devm_)?(of_)?(rtalloc|mempool_fixed)_')" 0
	expect_eq "pvPortMalloc in the port" "$(grep -c \
		' __ksymtab_pvPortMalloc[^A-Z].*\[rtalloc_port\]$' /proc/kallsyms)" 1
	rmmod rtalloc_port rtalloc_net
}

run_tests
