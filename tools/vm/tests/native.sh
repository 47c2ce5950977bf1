# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# The sample samples/native_irq allocates in hard interrupts with a raw spinlock held. The
# kernel must not complain about that, and nothing must be left when the sample is unloaded.
. /tests/lib.sh

# The driver creates its own region, so the module needs none.
set_up() {
	load size=0 || return
	dmesg -c >/dev/null
}

has_allocated() {
	stat native_irq allocs
	[ "$value" -ge "$1" ]
}

# The driver handles 200 events and keeps the blocks of the last eight.
test_events() {
	insmod /native_irq.ko ticks=200 || give_up "insmod" || return
	poll has_allocated 200 || fail "$value events in a minute"
	expect_stats native_irq allocs=200 frees=192 live=8 failed=0 faults=0
	expect_check_ok native_irq
	expect_eq heaps "$(sed -n 's/ native_irq 131072 .*//p' $D/heaps)" \
		'native_irq tlsf'
	rmmod native_irq || fail "rmmod"
	expect_eq "log" "$(log_of native_irq)" '200 events, 0 lost'
	expect_no_complaint 'rtalloc: |invalid'
	expect_no_file $D/native_irq
}

# The calls are timed in hard interrupts with a raw spinlock held: all calls between on and off
# must be counted, and the kernel must not complain.
test_times() {
	local allocs first timed

	insmod /native_irq.ko ticks=100000 || give_up "insmod" || return
	stat native_irq allocs
	first=$value
	echo on >$D/native_irq/latency || fail "on is refused"
	stat native_irq allocs
	allocs=$((value + 200))
	poll has_allocated $allocs || fail "no 200 events in a minute"
	echo off >$D/native_irq/latency || fail "off is refused"
	timed=$(awk '$1 == "alloc" { n += $4 } END { print n + 0 }' \
		$D/native_irq/latency)
	[ "$timed" -ge 200 ] || fail "$timed calls were timed of 200"
	stat native_irq allocs
	[ "$timed" -le $((value - first)) ] ||
		fail "$timed calls were timed, $((value - first)) made"
	expect_eq "ranges that end before they begin" \
		"$(awk '!/#/ && $3 < $2' $D/native_irq/latency)" ''
	# Unload the driver while timing is on.
	echo on >$D/native_irq/latency
	rmmod native_irq || fail "rmmod"
	expect_no_complaint 'rtalloc: |invalid'
}

# Unload the driver while it handles events.
test_unload_at_once() {
	local i

	for i in $(seq 5); do
		insmod /native_irq.ko ticks=100000 || give_up "insmod" || return
		usleep 30000
		rmmod native_irq || fail "rmmod"
	done
	expect_no_complaint 'rtalloc: |invalid'
}

# A shell cannot destroy the driver's region, and the module cannot be unloaded while it exists.
test_is_not_the_shells() {
	insmod /native_irq.ko || give_up "insmod" || return
	put control region destroy native_irq
	expect_eq "region destroy" "$err" "$busy"
	! rmmod rtalloc 2>/dev/null || fail "rtalloc is unloaded"
	rmmod native_irq || fail "rmmod"
}

run_tests
