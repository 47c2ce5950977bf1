#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The guest's part of `make first-driver`: the commands of the page "Your first driver".
# Exit status: 0 if no event was lost.
set -e

# Print a shell command as if it were typed, then run it.
show() {
	echo "# $*"
	eval "$*"
}

echo
show uname -r
show insmod /rtalloc.ko
show insmod /native_irq.ko
show 'cat /sys/kernel/debug/rtalloc/native_irq/stats | head -n 12'
show rtheap map native_irq --height 8
show 'sleep 2                  # 1000 interrupts, one each millisecond'
# Wait for longer if necessary: an emulated machine may be slow.
i=0
while [ $i -lt 60 ]; do
	n=$(sed -n 's/^allocs: //p' /sys/kernel/debug/rtalloc/native_irq/stats)
	[ "$n" -lt 1000 ] || break
	sleep 1
	i=$((i + 1))
done
show rtheap list
show rmmod native_irq
show "dmesg | tail -n 1"
dmesg | grep -q 'native_irq: 1000 events, 0 lost'
