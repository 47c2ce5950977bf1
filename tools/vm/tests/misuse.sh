# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2231,SC2044
#
# In checked heaps, each kind of misuse of each backend must be detected and reported with the
# callers. tools/misuse compares this with the kernel's own allocators.
. /tests/lib.sh

backends='tlsf slab memheap small_mem lwip_mem heap4 sylix_heap pool'
misuses='overrun-1 overrun-16 underrun write-after-free double-free interior
	foreign stale'

# Print the lines of the kernel's log since the last call.
log_since() {
	dmesg -c | sed 's/^[^]]*\] //'
}

# verdict WHO MISUSE: set $value to when WHO detected the misuse: free, later, check or no.
verdict() {
	value=$(sed -n "s/^misuse: $1 $2 //p" $TMP/log)
}

test_each_misuse_is_seen() {
	local backend misuse mode

	log_since >/dev/null
	insmod /rtalloc_misuse.ko || give_up "the misuse module fails" || return
	rmmod rtalloc_misuse
	log_since >$TMP/log
	told=$(cat $TMP/log)
	for backend in $backends; do
		for misuse in $misuses; do
			verdict $backend+checked $misuse
			case $value in
			free|later) ;;
			*) fail "$backend, checked, $misuse: '$value'" ;;
			esac
			for mode in '' +percpu; do
				verdict $backend$mode $misuse
				case $value in
				free|later|check|no) ;;
				*) fail "$backend$mode, $misuse: '$value'" ;;
				esac
			done
		done
	done
	# Each heap must refuse these frees, checked or not, with per-CPU caches or not.
	for backend in $backends; do
		for misuse in double-free interior foreign; do
			for mode in '' +percpu; do
				verdict $backend$mode $misuse
				expect_eq "$backend$mode, $misuse" "$value" free
			done
		done
	done
}

# The same log names who allocated and who freed, and shows no address. It is not made again,
# because the number of stack traces is limited per time.
test_stacks_are_told() {
	echo "$told" >$TMP/log
	grep -q 'block of 100 bytes at offset [0-9]*: byte 100 is 42, not bb' \
		$TMP/log || fail "no byte is told"
	grep -q 'misuse:   overrun_1+0x.*\[rtalloc_misuse\]' $TMP/log ||
		fail "who allocated is not told"
	grep -A 40 'freed by task' $TMP/log |
		grep -q 'misuse:   write_after_free+0x' ||
		fail "who freed is not told"
	! grep rtalloc: $TMP/log | grep -E '[^+/x0-9a-f]0x[0-9a-f]{8}|ff[0-9a-f]{14}' ||
		fail "an address is told"
}

test_from_a_shell() {
	create c tlsf 64K checked=1 quarantine=4K
	expect_eq "first line of the map" "$(head -n 1 $D/c/map)" \
		'# rtalloc 1: offset size state owner alloc free age'
	alloc c 100
	expect_match "the block" "$(grep " 100 used " $D/c/map)" \
		"$offset 100 used - *+0x* - [0-9]*"
	accept c/fill 1
	accept c/verify 1
	accept c/realloc 1 50
	accept c/realloc 1 500
	accept c/verify 1
	expect_check_ok c
	accept c/free 1
	expect_match "the block" "$(grep " 500 idle " $D/c/map)" \
		"* 500 idle - *+0x* *+0x* [0-9]*"
	expect_stats c checked=1 quarantine_blocks=1 kept_blocks=0 faults=0
	accept control trim c
	expect_stats c quarantine_blocks=0 quarantine_bytes=0
	expect_check_ok c
}

test_rtheap() {
	local out

	rtheap create c memheap 64K --checked --quarantine 2K ||
		fail "rtheap create: $?"
	alloc c 100
	run 0 map c --json
	expect_match "the map" "$out" '*"state": "used"*"alloc": "*+0x*"free": null*'
	run 0 stats c --json
	expect_match "stats" "$out" '*"checked": 1*'
	create plain memheap 64K
	run 0 map plain --json
	case $out in
	*'"alloc"'*) fail "a heap that is not checked names callers" ;;
	esac
}

test_options_refused() {
	refuse control "$invalid" 'quarantine is not a number' \
		create c tlsf 64K checked=1 quarantine=much
	refuse control "$invalid" 'unknown option' create c tlsf 64K checked=2
	refuse control "$invalid" 'a checked pool has no headers' \
		create c pool 64K elem=64 checked header
}

run_tests
