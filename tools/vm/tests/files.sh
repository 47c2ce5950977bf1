# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2231,SC2044
#
# Which files exist in debugfs, their modes, and the first line of each.
. /tests/lib.sh

expect_mode() {
	expect_eq "mode of $2" "$(stat_of "$D/$2")" "$1 0 0"
}

# Use the program stat, not the function of lib.sh.
stat_of() {
	command stat -c '%a %u %g' "$1"
}

test_modes() {
	local file

	create demo slab 256K
	expect_mode 600 control
	for file in backends heaps regions last_error; do
		expect_mode 400 $file
	done
	for file in alloc realloc free fill verify latency; do
		expect_mode 600 demo/$file
	done
	for file in stats map check last_error; do
		expect_mode 400 demo/$file
	done
	expect_eq "files" "$(find $D -type f | wc -l)" 15
	expect_eq "files and directories" "$(find $D | wc -l)" 17
}

test_reading_needs_root() {
	create demo slab 256K
	! setpriv --reuid 1000 cat $D/heaps >/dev/null 2>&1 ||
		fail "heaps can be read by anybody"
	! setpriv --reuid 1000 cat $D/demo/map >/dev/null 2>&1 ||
		fail "map can be read by anybody"
}

test_control_tells_its_commands() {
	expect_eq "commands" "$(sed 's/ [A-Z].*//' $D/control | tr '\n' ,)" \
		'create,destroy,extend,shrink,trim,region create,region destroy,'
}

test_backends() {
	expect_eq backends "$(cat $D/backends)" \
		"tlsf bounded${nl}slab bounded${nl}memheap linear${nl}small_mem linear${nl}lwip_mem linear${nl}heap4 linear${nl}sylix_heap linear${nl}pool bounded"
}

test_first_lines() {
	create demo memheap 256K
	expect_eq heaps "$(head -n 1 $D/heaps)" \
		'# rtalloc 1: name backend region size total used live lock align'
	expect_eq regions "$(head -n 1 $D/regions)" \
		'# rtalloc 1: name kind size free heaps phys'
	expect_eq map "$(head -n 1 $D/demo/map)" \
		'# rtalloc 1: offset size state owner'
	expect_eq stats "$(head -n 1 $D/demo/stats)" 'format: 1'
	expect_eq "keys of stats" "$(sed 's/:.*//' $D/demo/stats | tr '\n' ' ')" \
		"format name backend region lock align total used max_used \
largest_free free_blocks live allocs frees reallocs failed faults "\
"cached starved batches "
}

test_no_errors_at_first() {
	load size=1M || return
	create demo slab 256K
	expect_eq "last_error" "$(cat $D/last_error)" ''
	expect_eq "last_error of a heap" "$(cat $D/demo/last_error)" ''
	expect_eq "result before a request" "$(cat $D/demo/alloc)" ''
	accept control destroy demo
	unload
}

# The pieces in a map are in order, inside the heap, and do not overlap.
test_map_lines() {
	local backend

	for backend in slab memheap; do
		create $backend $backend 1M
		for size in 1 100 4000 5000 20000 7 64 64 64; do
			alloc $backend $size
		done
		accept $backend/free 3
		accept $backend/free 8
		awk -v size=1048576 '
		/^#/ { next }
		NF != 4 || $3 !~ /^(free|used|idle|meta|cached)$/ { exit 1 }
		$1 < end || $1 + $2 > size { exit 1 }
		{ end = $1 + $2; used += $3 == "used" }
		END { exit used != 7 }' $D/$backend/map ||
			fail "the map of $backend is wrong: $(cat $D/$backend/map)"
	done
}

# A map that is read in small pieces, or again from the start, has the same text.
test_map_in_pieces() {
	local i

	create demo memheap 1M
	for i in $(seq 600); do
		echo 100 >$D/demo/alloc
	done
	cat $D/demo/map >$TMP/whole
	dd if=$D/demo/map bs=100 2>/dev/null | cmp -s - $TMP/whole ||
		fail "reading 100 bytes at a time gives another map"
	dd if=$D/demo/map bs=1000 skip=7 2>/dev/null >$TMP/tail
	tail -c +7001 $TMP/whole | cmp -s - $TMP/tail ||
		fail "reading from the middle gives another map"
	expect_eq "used pieces" "$(grep -c ' used ' $TMP/whole)" 600
}

run_tests
