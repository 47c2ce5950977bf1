# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034
#
# What freed memory can do to a heap: rtalloc_attack.ko does its work while it is
# loaded, and says a line for each case. A call that loops or crashes ends the
# machine, which is a failure of its own.
. /tests/lib.sh

set_up() {
	load size=1M || return
	dmesg -c >/dev/null
}

said() {
	dmesg | sed -n 's/^\[[^]]*\] rtalloc_attack: //p'
}

# The first case that is not well is why.
test_every_backend() {
	local status=0 level rest

	# A line for each heap that was found damaged: not to the console.
	read -r level rest </proc/sys/kernel/printk
	echo 1 >/proc/sys/kernel/printk
	insmod /rtalloc_attack.ko step=8 seed=1 || status=$?
	echo "$level" >/proc/sys/kernel/printk
	said | grep '^not ok' | while read -r line; do
		echo "# $line"
	done
	expect_eq "cases that got through" "$(said | grep -c '^not ok')" 0
	expect_eq "cases" "$(said | grep -c '^ok')" 64
	expect_eq "insmod's status" $status 0
	expect_no_complaint
	[ $status -ne 0 ] || rmmod rtalloc_attack || fail "rmmod"
}

run_tests
