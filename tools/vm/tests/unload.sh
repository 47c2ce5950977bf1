# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2231,SC2044
#
# Unloading is refused while a file is open, reports blocks that were left, and leaves nothing.
. /tests/lib.sh

# Busybox's text for EAGAIN, with which rmmod fails for a module in use.
busy='Resource temporarily unavailable'

expect_busy() {
	err=$(rmmod rtalloc 2>&1) && fail "rmmod works while $1 is open"
	expect_eq "rmmod while $1 is open" "${err##*: }" "$busy"
	loaded || load size=16M
}

test_open_files() {
	local file

	create demo slab 256K
	for file in control heaps regions backends last_error demo/alloc \
		demo/free demo/fill demo/verify demo/realloc demo/stats \
		demo/map demo/check demo/last_error; do
		expect_file $D/$file
		exec 3<$D/$file
		expect_busy $file
		exec 3<&-
	done
	alloc demo 100
	expect_check_ok demo
	rmmod rtalloc || fail "rmmod is refused after closing"
	expect_no_file $D
}

test_open_file_of_a_destroyed_heap() {
	create demo slab 256K
	exec 3<$D/demo/map
	accept control destroy demo
	expect_busy "a file of a destroyed heap"
	exec 3<&-
	rmmod rtalloc || fail "rmmod is refused after closing"
}

# Print the log's lines about the module, without times. A slow machine has others, about timers
# and work items that took long.
log_lines() {
	dmesg | sed -n 's/^\[[^]]*\] //; /rtalloc/p'
}

test_leftover_blocks_are_reported() {
	create empty slab 256K
	create two memheap 256K
	create three slab 256K
	for heap in two three; do
		alloc $heap 100
		alloc $heap 100
	done
	alloc three 1000
	dmesg -c >/dev/null
	rmmod rtalloc || fail "rmmod is refused"
	expect_eq "the log" "$(log_lines | sed 's/([0-9]* bytes)/(N bytes)/')" \
		"rtalloc: two: 2 blocks (N bytes) were left over, released
rtalloc: three: 3 blocks (N bytes) were left over, released"
	expect_no_file $D
}

test_silent_without_leftovers() {
	create one memheap 256K
	alloc one 100
	accept one/free 1
	dmesg -c >/dev/null
	rmmod rtalloc
	expect_eq "the log" "$(log_lines)" ''
}

# A process creates and destroys heaps while rmmod is tried again and again. When it succeeds,
# nothing must be left.
test_unload_while_heaps_are_made() {
	local tries=0

	make_heaps &
	while ! rmmod rtalloc 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 5000 ] || break
	done
	touch $TMP/stop
	wait
	rm -f $TMP/stop
	! loaded || fail "never unloaded"
	expect_no_file $D
} 2>/dev/null

make_heaps() {
	while [ ! -e $TMP/stop ]; do
		echo "create x memheap 64K" >$D/control
		echo 100 >$D/x/alloc
		# For a moment no file is open, so that rmmod can succeed.
		usleep 2000
		echo "destroy x force" >$D/control
	done
} 2>/dev/null

# ---- leaks -------------------------------------------------------------

# Load the module, create 20 heaps with two blocks each, and unload it without freeing them.
live_once() {
	local i=0

	insmod $MODULE size=8M || return
	while [ $i -lt 20 ]; do
		echo "create h$i memheap 64K"
		i=$((i + 1))
	done | while read -r line; do
		echo "$line" >$D/control
	done
	for heap in $D/h[0-9]*; do
		echo 100 >"$heap/alloc" && echo 100 >"$heap/alloc" || return
	done
	[ -e $D/h19 ] && rmmod rtalloc
}

# A region that is not freed would be 8192 kB of vmalloc each time. Heaps' records that are not
# freed (about 1.5 kB each) would be 600 kB of slab after 20 times.
twenty_lives() {
	local i=0

	while [ $i -lt 20 ]; do
		live_once || give_up "life $i" || return
		i=$((i + 1))
	done
}

test_twenty_lives() {
	unload
	live_once || fail "the first life"
	expect_no_leak twenty_lives
}

# Create and destroy heaps while the module stays loaded.
five_hundred_heaps() {
	local i

	for i in $(seq 500); do
		echo "create x slab 256K" >$D/control &&
		echo 100 >$D/x/alloc &&
		echo 5000 >$D/x/alloc &&
		echo "destroy x force" >$D/control ||
			give_up "heap $i" || return
	done
}

test_five_hundred_heaps() {
	expect_no_leak five_hundred_heaps
}

run_tests
