# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2231,SC2044
#
# Garbage of 64 KiB and other lengths is written to every file in debugfs and must be refused.
. /tests/lib.sh

set_up() {
	loaded || load size=16M || return
	create slab slab 512K
	create memheap memheap 512K
	for heap in slab memheap; do
		alloc $heap 100
		accept $heap/fill "$handle"
	done
}

# The files that are written to. The heaps' blocks must be unchanged afterwards.
written='control slab/alloc slab/realloc slab/free slab/fill slab/verify
memheap/alloc memheap/realloc memheap/free memheap/fill memheap/verify'

expect_unharmed() {
	for heap in slab memheap; do
		accept $heap/verify 1
		expect_stats $heap live=1 faults=0
		expect_check_ok $heap
	done
}

# repeat BYTE LENGTH: print LENGTH times this byte, given as for printf.
repeat() {
	head -c "$2" /dev/zero | tr '\0' "$1"
}

test_64_kilobytes() {
	local file

	head -c 65536 /dev/urandom >$TMP/random
	head -c 65536 /dev/zero >$TMP/nul
	repeat A 65536 >$TMP/letters
	repeat '\n' 65536 >$TMP/newlines
	repeat '\377' 65536 >$TMP/high
	for file in $written; do
		refuse_bytes $file 'Argument list too long' "$stale" \
			$TMP/random $TMP/nul $TMP/letters $TMP/newlines $TMP/high
	done
	expect_unharmed
}

# Garbage that is short enough to be parsed.
test_short_garbage() {
	local file length

	for length in 1 2 7 100 255; do
		repeat A $length >$TMP/a$length
		head -c $length /dev/zero >$TMP/b$length
		repeat '\n' $length >$TMP/c$length
		repeat '\200' $length >$TMP/d$length
		repeat ' ' $length >$TMP/e$length
		repeat % $length >$TMP/f$length
	done
	printf '100\0' >$TMP/g1
	printf '1\n1\n' >$TMP/g2
	printf '1\r\n' >$TMP/g3
	printf '\3331\n' >$TMP/g4
	printf '100\0align=8' >$TMP/g5
	printf '%%s%%n%%p %%s' >$TMP/g6
	for file in $written; do
		refuse_bytes $file "$invalid" '?*' $TMP/[a-g][0-9]*
	done
	expect_unharmed
}

# Lines of random printable words: most are refused, and none does harm.
test_random_words() {
	local file line

	tr -dc 'a-z0-9=\n \t' </dev/urandom | head -c 20000 >$TMP/words
	for file in $written; do
		while read -r line; do
			# Skip lines that could free the block that is checked afterwards.
			case $line in
			1|'1 '*|01|'') ;;
			*) echo "$line" >"$D/$file" ;;
			esac
		done <$TMP/words 2>/dev/null
	done
	for heap in slab memheap; do
		accept $heap/verify 1
		expect_stats $heap faults=0
		expect_check_ok $heap
	done
}

test_longest_line() {
	local line file

	# 255 bytes are accepted as a request, 256 are not.
	line=$(printf '%-255s' 100)
	printf '%s' "$line" >$D/slab/alloc || fail "255 bytes: refused"
	expect_stats slab live=2
	accept slab/free 2
	printf '%s ' "$line" >$TMP/256
	printf '%-255s\n' 100 >$TMP/line256
	for file in $written; do
		refuse_bytes $file 'Argument list too long' "$stale" \
			$TMP/256 $TMP/line256
	done
	expect_unharmed
}

# Files without write permission: only root can open them for writing, and gets an error.
test_files_that_are_only_read() {
	local file before

	head -c 65536 /dev/urandom >$TMP/random
	for file in backends heaps regions last_error slab/stats slab/map \
		slab/check slab/last_error memheap/stats memheap/map; do
		before=$(state)
		! dd if=$TMP/random of=$D/$file bs=64k 2>/dev/null ||
			fail "$file takes 64 KiB"
		expect_unchanged "$file" "$before" "$(state)"
	done
	expect_unharmed
}

test_nothing_new_in_the_tree() {
	! mkdir $D/new 2>/dev/null || fail "mkdir works"
	! echo x 2>/dev/null >$D/new || fail "a file can be made"
	! rm -f $D/control 2>/dev/null || fail "control can be removed"
	expect_unharmed
}

run_tests
