#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# In the guest of `make demo`: a slab heap and a memheap in one region, driven
# through debugfs by hand, then by rtheap; a real trace in both; a short table.
# Exit status: 0 when everything worked.
set -e

dir=/sys/kernel/debug/rtalloc
trace=/mnt/repo/bench/traces/net.trace.gz

# Show a line of shell as a person would type it, then run it.
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
show 'cd /; rtheap destroy fast; rtheap destroy list; rmmod rtalloc'
