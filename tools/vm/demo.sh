#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The guest's part of `make demo`. It creates a slab heap and a memheap in one region and uses
# them, first through the debugfs files and then with rtheap. It replays a real trace in both
# and prints a short table. Then it lets the network driver receive into the module's buffers:
# a file is fetched over a cable, in a namespace that has the card.
# Exit status: 0 if everything worked.
set -e

dir=/sys/kernel/debug/rtalloc
trace=/mnt/repo/bench/traces/net.trace.gz

# Print a shell command as if it were typed, then run it.
show() {
	echo "# $*"
	eval "$*"
}

row() {
	awk -v name="$1" -F'[:,]' '
	{ for (i = 1; i < NF; i++) { gsub(/[" {}]/, "", $i); v[$i] = $(i + 1) } }
	END { printf "%-9s %9d %9d %10d %10d %9.3f\n", name, v["events"],
	      v["failures"], v["peak_live"], v["peak_used"], v["overhead"] }' \
	      "/tmp/$1.json"
}

echo
show uname -r
show insmod /rtalloc.ko size=16M
show cd $dir
show 'echo create fast slab 2M > control'
show 'echo create list memheap 2M > control'
show cat heaps regions
echo
show 'echo 100 > fast/alloc; cat fast/alloc'
show 'echo 5000 align=4096 > fast/alloc; cat fast/alloc'
show 'echo 100 owner=uart > list/alloc; cat list/alloc'
show 'echo 1 300 > list/realloc; cat list/realloc'
show 'echo 7 > list/free || cat list/last_error'
show 'echo 1 > list/free; echo 1 > list/free || cat list/last_error'
show cat fast/stats
show cat fast/map
show cat fast/check
show 'echo 1 > fast/free; echo 2 > fast/free'
echo
show 'rtheap alloc fast 700 --count 200 > /tmp/handles'
show 'rtheap free fast $(awk "NR % 3 == 0 { print \$1 }" /tmp/handles)'
show rtheap map fast --width 64 --height 12
show 'rtheap destroy fast --force; rtheap create fast slab 2M'
echo
for heap in fast list; do
	show "rtheap replay --quiet --json $trace $heap > /tmp/$heap.json"
done
echo
echo "net.trace       events    failed  peak live  peak used  overhead"
row fast
row list
show cat fast/check list/check
show 'rtheap destroy fast; rtheap destroy list'
echo
show insmod /rtalloc_net.ko
show cd /sys/bus/virtio/drivers
show 'echo virtio0 > virtio_net/unbind; echo virtio0 > rtalloc_net/bind'
# Use iproute2's ip, because busybox's own ip does not support namespaces.
alias ip=/usr/bin/ip
show ip netns add box
show ip link set eth0 netns box
show 'ip -n box addr add 10.1.0.1/24 dev eth0; ip -n box link set eth0 up'
show 'ip addr add 10.1.0.2/24 dev eth1; ip link set eth1 up'
show httpd -h /mnt/repo/bench/traces
show 'nsenter --net=/run/netns/box wget -q -O /tmp/got http://10.1.0.2/fs.trace.gz'
show cmp /tmp/got /mnt/repo/bench/traces/fs.trace.gz
show rtheap net
echo "payload bytes copied: $(sed -n 's/^rx.copied_bytes: //p' $dir/net/virtio0)"
show 'cd /; rmmod rtalloc_net rtalloc'
