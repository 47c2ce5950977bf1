#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The guest's side of `make first-driver`: what the page "Your first driver" does on
# a machine of one's own. Exit status: 0 when no event was lost.
set -e

# Show a line of shell as a person would type it, then run it.
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
# In an emulator they may take longer.
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
