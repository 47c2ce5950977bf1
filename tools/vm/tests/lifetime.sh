# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2231,SC2044
#
# Who may destroy what, and who waits for whom: a shell and the heaps of a driver, requests
# that hang, several destroys at once, drivers that are unloaded, and very many heaps.
. /tests/lib.sh

DRIVER=/rtalloc_torture.ko
W=/sys/kernel/debug/rtalloc_torture

set_up() {
	loaded || load size=16M
}

# Load a driver that has a heap of each backend but does nothing with them.
load_driver() {
	insmod $DRIVER idle=1 "$@" || give_up "insmod $DRIVER $* failed"
}

unload_driver() {
	rmmod rtalloc_torture || give_up "the driver stays" || return
	expect_no_file $D/torture.tlsf
}

# ends PROCESS: does it end within a minute? Sets $status to its exit status if so.
ends() {
	poll gone $1 || return
	wait $1 2>/dev/null
	status=$?
}

# expect_soon WHAT FUNCTION WORD...: fail unless the function ends within a minute with success,
# although other processes hang. The minute is enough for a slow machine.
expect_soon() {
	local what=$1

	shift
	"$@" >/dev/null 2>&1 &
	if ! ends $!; then
		fail "$what hangs"
		expect_killable "$what" $!
	elif [ $status -ne 0 ]; then
		fail "$what is refused"
	fi
}

expect_killable() {
	kill -9 $2 2>/dev/null
	ends $2 || fail "$1 cannot be killed"
}

order() {
	echo "$*" >$D/control
}

# ---- a driver's heap ---------------------------------------------------

test_a_drivers_heap_is_only_read() {
	local heap owner='the heap belongs to a driver'

	load_driver || return
	for heap in tlsf slab pool fast heap4; do
		heap=torture.$heap
		refuse $heap/alloc "$busy" "$owner" 64
		refuse $heap/free "$busy" "$owner" 1
		refuse $heap/realloc "$busy" "$owner" 1 100
		refuse $heap/fill "$busy" "$owner" 1
		refuse $heap/verify "$busy" "$owner" 1
		refuse control "$busy" "$owner" extend $heap 32K
		refuse control "$busy" "$owner" shrink $heap
		refuse control "$busy" "$owner" trim $heap
		refuse control "$busy" "$owner" destroy $heap
		refuse control "$busy" "$owner" destroy $heap force
		expect_stats $heap live=0
		expect_check_ok $heap
		expect_match "map of $heap" "$(cat $D/$heap/map)" '# rtalloc*'
	done
	refuse control "$busy" 'the region belongs to a driver' \
		region destroy torture
	dmesg -c >/dev/null
	unload_driver
	expect_eq "the log" "$(dmesg | grep -c 'destroy says')" 0
}

test_a_name_with_a_dot_is_a_drivers() {
	local name

	for name in net.virtio0 a.b torture.tlsf; do
		refuse control "$invalid" \
			"a name like family.device is a driver's" create $name tlsf 64K
		refuse control "$invalid" \
			"a name like family.device is a driver's" \
			region create $name 64K
	done
	load_driver && unload_driver
}

test_a_block_of_an_earlier_heap() {
	load_driver || return
	expect_eq "what was seen" "$(sed -n 's/^bad_frees //p' $W/verdict)" '0 '
	unload_driver
}

test_open_file_over_a_drivers_end() {
	load_driver || return
	exec 3<$D/torture.tlsf/map 4<>$D/torture.slab/alloc
	unload_driver
	err=$(cat <&3 2>&1) && fail "the map can be read"
	expect_eq "reading" "${err##*: }" 'Input/output error'
	err=$({ echo 1 >&4; } 2>&1) && fail "alloc can be written"
	expect_eq "writing" "${err##*: }" 'Input/output error'
	! rmmod rtalloc 2>/dev/null || fail "rmmod works while files are open"
	exec 3>&- 4>&-
	rmmod rtalloc || fail "rmmod is refused after closing"
}

# A heap that a driver does not destroy stays, and keeps the module loaded. The driver gets it
# back when it is loaded again.
test_a_driver_that_forgets_its_heap() {
	load_driver forget=1 || return
	rmmod rtalloc_torture || give_up "the driver stays" || return
	expect_stats torture.forgot live=1
	expect_check_ok torture.forgot
	refuse control "$busy" 'the heap belongs to a driver' \
		destroy torture.forgot force
	! rmmod rtalloc 2>/dev/null || fail "rmmod works under a heap"
	load_driver && unload_driver
	expect_no_file $D/torture.forgot
	rmmod rtalloc || fail "rmmod is refused at the end"
}

# ---- requests that hang ------------------------------------------------

# hang FILE: start a process that hangs in the middle of a write to the file; sets $hung.
hang() {
	prod wedge $D/$1 >$TMP/wedge &
	hung=$!
	poll blocked $hung handle_userfault || fail "nothing hangs"
	expect_eq "the one that hangs" "$(cat $TMP/wedge)" wedged
}

# destroyed HEAP: destroy it; does it no longer exist? The order fails if a destroy is under way
# already, so this is repeated.
destroyed() {
	order destroy $1 force 2>/dev/null
	[ ! -e $D/$1 ]
}

test_a_request_that_hangs() {
	local destroyer file

	for file in hangs/alloc hangs/free control; do
		create hangs tlsf 1M
		create other slab 256K
		hang $file
		expect_soon "create" order create third tlsf 64K
		order destroy hangs force 2>/dev/null &
		destroyer=$!
		poll blocked $destroyer || fail "destroy neither waits nor ends"
		expect_soon "create during the destroy" \
			order create fourth tlsf 64K
		expect_soon "heaps" cat $D/heaps
		expect_soon "stats of another" cat $D/other/stats
		expect_soon "destroy of another" order destroy other
		expect_soon "destroy of a third" order destroy third force
		expect_soon "destroy of a fourth" order destroy fourth force
		expect_killable "who destroys" $destroyer
		expect_killable "who hangs" $hung
		poll destroyed hangs || fail "hangs is still there"
	done
}

# Set $hundredths to the time since boot, in hundredths of a second.
clock() {
	read -r hundredths rest </proc/uptime
	hundredths=${hundredths%.*}${hundredths#*.}
}

# killed_before PROCESS OTHER: kill the process; has it ended while the other one still runs?
killed_before() {
	kill -9 $1
	until gone $1 || gone $2; do
		usleep 10000
	done
	gone $1 && ! gone $2
}

# works PROCESS: has it spent more ticks in the kernel than a fork takes, or has it ended?
works() {
	gone $1 || [ "$(cut -d" " -f15 /proc/$1/stat)" -ge 5 ]
} 2>/dev/null

# Start a process that fills the big block; sets $filler when it is in the middle of that.
start_fill() {
	echo 1 >$D/big/fill &
	filler=$!
	poll works $filler
}

# fill_is_killed HUNDREDTHS: kill a fill that would take HUNDREDTHS; has it ended in less than
# half of that? On a busy machine this may be seen too late, so it is repeated.
fill_is_killed() {
	start_fill
	clock
	start=$hundredths
	expect_killable "fill" $filler
	clock
	[ $((hundredths - start)) -lt $(($1 / 2)) ]
}

# Kill a process that waits for the fill; has it ended while the fill goes on? A fill takes half
# a second here and less on other machines, so it may be over before that is seen.
waiter_is_killed() {
	local seen=0

	start_fill
	echo 64 >$D/big/alloc &
	waiter=$!
	until blocked $waiter || gone $filler; do
		usleep 10000
	done
	killed_before $waiter $filler || seen=1
	wait $filler
	return $seen
}

test_a_fill_that_takes_long() {
	local filler waiter start took

	load size=200M || return
	create big tlsf 196M
	alloc big 190M
	clock
	start=$hundredths
	accept big/fill 1
	clock
	took=$((hundredths - start))
	# Other requests for the same heap may wait for the fill, but must be killable.
	poll waiter_is_killed ||
		fail "who waits for the fill cannot be killed"
	poll fill_is_killed $took ||
		fail "a fill of $took hundredths ended $((hundredths - start)) after its kill"
	expect_check_ok big
	start_fill
	order destroy big force &
	waiter=$!
	until blocked $waiter || gone $filler; do
		usleep 5000
	done
	expect_soon "heaps" cat $D/heaps
	expect_soon "create" order create third tlsf 64K
	expect_killable "fill under a destroy" $filler
	wait $waiter
	expect_no_file $D/big
	load size=16M
} 2>/dev/null

# ---- at once -----------------------------------------------------------

destroy_once() {
	err=$({ echo "destroy both force" >$D/control; } 2>&1) && err=0
	echo "${err##*: }" >>$TMP/destroyers
}

test_two_destroys_at_once() {
	local i

	for i in $(seq 30); do
		create both memheap 64K
		rm -f $TMP/destroyers
		destroy_once &
		destroy_once &
		wait
		expect_eq "what they got" "$(sort $TMP/destroyers | tr '\n' ' ')" \
			'0 No such file or directory '
		expect_no_file $D/both
	done
}

alloc_until_gone() {
	while [ -d $D/goes ]; do
		err=$({ echo 64 >$D/goes/alloc; } 2>&1) && continue
		case ${err##*: } in
		'Cannot allocate memory'|'Input/output error') ;;
		'No such file or directory'|'nonexistent directory') ;;
		*) echo "$err" >>$TMP/complaints ;;
		esac
	done
}

test_alloc_during_destroy() {
	local i

	rm -f $TMP/complaints
	for i in $(seq 15); do
		create goes tlsf 256K
		alloc_until_gone &
		alloc_until_gone &
		usleep 100000
		accept control destroy goes force
		wait
	done
	[ ! -e $TMP/complaints ] || fail "$(head -n 1 $TMP/complaints)"
}

# ---- waiters -----------------------------------------------------------

# wait_for MS: start a process that waits for an element of the pool for at most MS, and then
# keeps it until it is killed. It writes "got" or "ended" to $TMP/waiters.
wait_for() {
	{ echo "$1" >&3 && echo got || echo ended; exec sleep 1000; } \
		>>$TMP/waiters 2>&1 3>$W/wait &
	waiters="$waiters $!"
}

# said TEXT COUNT: have at least COUNT processes written TEXT?
said() {
	[ $(grep -c "$1" $TMP/waiters) -ge $2 ]
}

# expect_waiters TEXT COUNT: fail unless exactly COUNT processes write TEXT.
expect_waiters() {
	local process

	poll said "$1" $2
	# All have written what they will write once all are blocked or have ended.
	for process in $waiters; do
		poll blocked $process
	done
	expect_eq "processes of which '$1'" "$(grep -c "$1" $TMP/waiters)" $2
}

test_a_pool_that_is_closed_under_waiters() {
	local waiters='' i

	load_driver || return
	: >$TMP/waiters
	for i in $(seq 6); do
		wait_for 600000
	done
	wait_for -1
	# The pool has 2 elements, so 5 of the 7 processes wait.
	expect_waiters got 2
	expect_soon "the pool's end" sh -c "echo 1 >$W/stop"
	expect_waiters ended 5
	expect_waiters 'Identifier removed' 5
	kill -9 $waiters
	wait
	unload_driver
} 2>/dev/null

# ---- very many ---------------------------------------------------------

# The region has 16 MiB, and a heap needs at least a page.
test_heaps_until_one_is_refused() {
	expect_eq "heaps of a page" "$(prod many $page)" \
		"$((16 * 1024 * 1024 / page)), then: Cannot allocate memory"
	expect_eq "heaps of 64 KiB" "$(prod many 64K)" \
		'256, then: Cannot allocate memory'
}

test_ten_thousand_heaps() {
	expect_eq "heaps made and destroyed" "$(prod rounds 10000)" 10000
}

test_ten_thousand_heaps_at_once() {
	load size=40M || return
	expect_eq "heaps of a page" "$(prod many $page)" \
		"$((40 * 1024 * 1024 / page)), then: Cannot allocate memory"
	load size=16M
}

test_a_million_blocks() {
	load size=128M || return
	create holds tlsf 96M
	expect_eq "blocks held" "$(prod blocks 1000000 holds)" 1000000
	expect_stats holds live=0 allocs=1000000 frees=1000000 faults=0
	expect_check_ok holds
	load size=16M
}

run_tests
