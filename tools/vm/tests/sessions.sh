# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2231,SC2044
#
# Results belong to open files: a shell reads the result of its own request.
. /tests/lib.sh

set_up() {
	loaded || load size=16M || return
	create demo memheap 1M
}

# Open the file alloc twice, as descriptors 3 and 4.
open_two() {
	exec 3<>$D/demo/alloc 4<>$D/demo/alloc
}

close_two() {
	exec 3>&- 4>&-
}

expect_line() {
	expect_eq "what $1 reads" "$2" "$3"
}

test_two_writers_at_once() {
	open_two
	echo 100 >&3
	echo 1000 >&4
	expect_line 'the first' "$(cat <&3)" '1 48'
	expect_line 'the second' "$(cat <&4)" '2 200'
	expect_line 'a fresh one' "$(cat $D/demo/alloc)" '2 200'
	echo 16 >&3
	expect_line 'the first' "$(cat <&3)" '3 1248'
	expect_line 'a fresh one' "$(cat $D/demo/alloc)" '3 1248'
	echo 32 >$D/demo/alloc
	expect_line 'a fresh one' "$(cat $D/demo/alloc)" '4 1312'
	close_two
	expect_stats demo live=4
}

# Each open file has its own position: a second read is at the end and gets nothing.
test_read_until_the_end() {
	exec 3<>$D/demo/alloc
	echo 100 >&3
	expect_line 'the first read' "$(cat <&3)" '1 48'
	expect_line 'the second read' "$(cat <&3)" ''
	echo 100 >&3
	expect_line 'the third read' "$(cat <&3)" '2 200'
	exec 3>&-
}

test_append_is_a_new_request() {
	accept demo/alloc 100
	{ echo 100; echo 100; } >>$D/demo/alloc || fail "two writes: refused"
	expect_stats demo live=3
}

test_refused_request_shows_nothing() {
	open_two
	echo 100 >&4
	! echo 0 >&3 || fail "size 0 is accepted"
	expect_line 'after a refusal' "$(cat <&3)" ''
	echo 200 >&3
	! echo 0 >&3 || fail "size 0 is accepted"
	expect_line 'after a later refusal' "$(cat <&3)" ''
	close_two
} 2>/dev/null

test_realloc_has_its_own() {
	exec 3<>$D/demo/alloc 4<>$D/demo/realloc
	echo 100 >&3
	echo 100 >&3
	echo 1 5000 >&4
	expect_line 'alloc' "$(cat <&3)" '2 200'
	expect_line 'realloc' "$(cat <&4)" "$(cat $D/demo/alloc)"
	expect_match 'realloc' "$(cat $D/demo/realloc)" '1 *'
	exec 3>&- 4>&-
	expect_stats demo live=2 reallocs=1
}

test_many_open_files() {
	local i=0

	while [ $i -lt 50 ]; do
		(
			exec 3<>$D/demo/alloc
			echo $((i + 100)) >&3
			read -r handle offset <&3
			echo "$handle" >$D/demo/fill
			echo "$handle" >$D/demo/verify
			echo "$handle" >$D/demo/free
		) || fail "round $i: $(cat $D/demo/last_error)"
		i=$((i + 1))
	done
	expect_stats demo live=0 allocs=50
	expect_check_ok demo
}

run_tests
