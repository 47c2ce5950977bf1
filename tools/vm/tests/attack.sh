# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034
#
# Writes to freed memory must not make a heap misbehave: rtalloc_attack.ko attacks heaps of each
# backend when it is loaded, and prints a line for each case. If a call loops or crashes, the
# machine ends, and the whole run fails.
. /tests/lib.sh

set_up() {
	load size=1M || return
	dmesg -c >/dev/null
}

# All 64 cases must be "ok". Those that are "not ok" are printed.
test_every_backend() {
	local status=0 level rest

	# The module reports each damaged heap in the log; keep these lines off the console.
	read -r level rest </proc/sys/kernel/printk
	echo 1 >/proc/sys/kernel/printk
	insmod /rtalloc_attack.ko step=8 seed=1 || status=$?
	echo "$level" >/proc/sys/kernel/printk
	log_of rtalloc_attack | grep '^not ok' | while read -r line; do
		echo "# $line"
	done
	expect_eq "cases that got through" "$(log_of rtalloc_attack | grep -c '^not ok')" 0
	expect_eq "cases" "$(log_of rtalloc_attack | grep -c '^ok')" 64
	expect_eq "insmod's status" $status 0
	expect_no_complaint
	[ $status -ne 0 ] || rmmod rtalloc_attack || fail "rmmod"
}

run_tests
