# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2231,SC2044
#
# Several shells at the same time, on two processors: they use one heap, read it while it is
# created and destroyed, and destroy it while its files are open.
. /tests/lib.sh

seconds=3

# forever FUNCTION WORD...: call it again and again for $seconds.
forever() {
	local end

	now
	end=$((now + seconds))
	while [ "$now" -lt $end ]; do
		"$@"
		now
	done
}

complain() {
	echo "$*" >>$TMP/complaints
}

expect_no_complaints() {
	[ ! -s $TMP/complaints ] ||
		fail "$(wc -l <$TMP/complaints) complaints, first: $(head -n 1 $TMP/complaints)"
}

# ---- one heap, four writers --------------------------------------------

# hammer_once HEAP: allocate and fill one more block. If there are nine then, verify, resize and
# free the oldest.
hammer_once() {
	local handle offset

	i=$((i + 1))
	echo $((i * 37 % 900 + 1)) >&3 || complain "alloc refused"
	read -r handle offset <&3 || complain "alloc gave no result"
	echo "$handle" >"$D/$1/fill" || complain "fill $handle refused"
	held="$held $handle"
	set -- "$1" $held
	[ $# -gt 9 ] || return
	echo "$2" >"$D/$1/verify" || complain "verify $2: $(cat "$D/$1/last_error")"
	echo "$2 $((i % 2000 + 1))" >"$D/$1/realloc" || complain "realloc $2"
	echo "$2" >"$D/$1/free" || complain "free $2 refused"
	held=${held#" $2"}
}

# hammer HEAP NUMBER: use the heap until the time is over. Writes the handles of the blocks that
# are left to a file.
hammer() {
	i=$2
	held=
	exec 3<>"$D/$1/alloc" 2>>$TMP/complaints
	forever hammer_once "$1"
	# A slow machine goes on until it has done enough.
	while [ $i -le 50 ]; do
		hammer_once "$1"
	done
	echo "$i $held" >"$TMP/held.$2"
}

read_once() {
	cat "$D/$1/map" "$D/$1/stats" $D/heaps >/dev/null ||
		complain "cannot read"
	[ "$(cat "$D/$1/check")" = ok ] || complain "check: $(cat "$D/$1/check")"
}

# expect_held HEAP: fail unless the heap has exactly the blocks that the writers left, with
# their contents.
expect_held() {
	local count=0 handle rounds

	for file in $TMP/held.*; do
		read -r rounds handle <"$file"
		[ "$rounds" -gt 50 ] || fail "a writer came to $rounds rounds only"
		for handle in $handle; do
			accept "$1/verify" "$handle"
			count=$((count + 1))
		done
	done
	expect_stats "$1" live=$count faults=0 failed=0
	expect_eq "used pieces" "$(grep -c ' used ' "$D/$1/map")" $count
	expect_check_ok "$1"
}

hammer_heap() {
	rm -f $TMP/held.* $TMP/complaints
	create "$1" "$1" 2M
	for number in 0 1 2 3; do
		hammer "$1" $number &
	done
	forever read_once "$1"
	wait
	expect_no_complaints
	expect_held "$1"
}

test_hammer_slab() {
	hammer_heap slab
}

test_hammer_memheap() {
	hammer_heap memheap
}

# ---- a heap that comes and goes ----------------------------------------

come_and_go() {
	local i

	echo "create x $1 256K" >$D/control || complain "create refused"
	for i in $(seq 5); do
		echo 100 >$D/x/alloc || complain "alloc refused"
	done
	echo "destroy x force" >$D/control || complain "destroy refused"
}

# The heap may exist or not, but what is read must be complete.
read_or_fail() {
	cat $D/x/map $D/x/stats $D/x/check $D/x/last_error 2>/dev/null
	echo 1 >$D/x/free
	echo 64 >$D/x/alloc
	awk '!/^#/ && NF != 9 { exit 1 }' $D/heaps || complain "a torn line in heaps"
	awk '!/^#/ && NF != 6 { exit 1 }' $D/regions || complain "a torn line in regions"
} >/dev/null 2>&1

test_read_while_destroying() {
	rm -f $TMP/complaints
	create stays slab 256K
	for number in 0 1 2; do
		forever read_or_fail &
	done
	forever come_and_go memheap
	forever come_and_go slab
	wait
	expect_no_complaints
	expect_stats stays live=0
	expect_check_ok stays
}

# Of two processes that create a heap of the same name, exactly one succeeds.
make_same() {
	! echo "create same memheap 64K" >$D/control || echo "$1" >>$TMP/makers
} 2>/dev/null

test_two_creators() {
	local i

	for i in $(seq 30); do
		rm -f $TMP/makers
		make_same 1 &
		make_same 2 &
		wait
		expect_eq "makers" "$(wc -l <$TMP/makers)" 1
		accept control destroy same
	done
}

take_once() {
	echo "$1" >$D/one/free && echo "$1" >>$TMP/takers
} 2>/dev/null

# Of two processes that free the same block, exactly one succeeds.
test_two_frees() {
	local i=1

	create one slab 256K
	while [ $i -le 30 ]; do
		rm -f $TMP/takers
		alloc one 100
		take_once $i &
		take_once $i &
		wait
		expect_eq "takers" "$(wc -l <$TMP/takers)" 1
		i=$((i + 1))
	done
	expect_stats one live=0 frees=30 faults=0
}

# ---- open files of a heap that is gone ---------------------------------

test_destroy_under_open_files() {
	create gone memheap 256K
	alloc gone 100
	exec 3<>$D/gone/alloc 4<$D/gone/stats 5<$D/gone/map 6<>$D/gone/free
	accept control destroy gone force
	expect_no_file $D/gone
	for number in 3 4 5; do
		err=$(cat <&$number 2>&1) && fail "descriptor $number can be read"
		expect_eq "reading $number" "${err##*: }" 'Input/output error'
	done
	for number in 3 6; do
		err=$({ echo 1 >&$number; } 2>&1) &&
			fail "descriptor $number can be written"
		expect_eq "writing $number" "${err##*: }" 'Input/output error'
	done
	create gone slab 256K
	! echo 1 2>/dev/null >&3 || fail "the new heap takes the old file"
	expect_stats gone allocs=0
	exec 3>&- 4<&- 5<&- 6>&-
}

# If the heap is destroyed after half of its map has been read, reading the rest fails.
test_destroy_in_the_middle_of_a_map() {
	local i line

	create half memheap 256K
	for i in $(seq 1000); do
		echo 8 >$D/half/alloc
	done
	exec 3<$D/half/map
	read -r line <&3
	accept control destroy half force
	err=$(cat <&3 2>&1 >/dev/null) && fail "the map goes on"
	expect_eq "the rest of the map" "${err##*: }" 'Input/output error'
	exec 3<&-
}

run_tests
