# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2231,SC2044
#
# The tool rtheap with the real module; real traces are replayed in two backends.
. /tests/lib.sh

traces=/traces

test_json_checker() {
	local good bad

	for good in '{}' '[]' '{"a": [1, -2.5e3, true, {"b": "\"x"}]}' '""'; do
		echo "$good" | awk -f /tests/json.awk >/dev/null 2>&1 ||
			fail "$good is refused"
	done
	for bad in '' '{' '{"a" 1}' '{a: 1}' '[1,]' '{"a": 1,}' '01' '[1] 2' \
		'"x' 'nul' '{"a": }'; do
		! echo "$bad" | awk -f /tests/json.awk >/dev/null 2>&1 ||
			fail "$bad is accepted"
	done
}

test_heaps() {
	run 0 create demo slab 1M
	run 0 create other memheap 256K --align=64 --mode=best
	run 0 list
	expect_match "the list" "$out" '*demo*slab*other*memheap*'
	expect_stats other align=64 backend=memheap
	run 0 region create two 1M
	run 0 extend other 128K --region=two
	run 0 region list
	expect_match "the regions" "$out" '*default*two*'
	run 0 create plain default 64K
	run 0 extend plain 128K --region=two
	run 0 alloc plain 60000 --count=2
	run 1 shrink plain --region=two
	expect_match "the reason" "$(cat $TMP/stderr)" '*EBUSY*'
	run 0 free plain 1 2
	run 0 shrink plain --region=two
	expect_stats plain backend=tlsf
	run 0 destroy plain
	run 0 trim demo
	run 0 check demo
	run 0 destroy demo
	run 0 destroy other
	expect_no_file $D/demo
	run 0 region destroy two
	expect_eq "regions" "$(grep -vc '^#' $D/regions)" 1
}

test_blocks() {
	run 0 create demo memheap 1M
	run 0 alloc demo 100 --owner=net0 --count=3
	expect_eq "the result" "$out" "1 48${nl}2 200${nl}3 352"
	run 0 fill demo 1 2 3
	run 0 realloc demo 2 5000
	expect_match "the result" "$out" '2 [0-9]*'
	run 0 verify demo 1 2 3
	run 0 free demo 1 3
	expect_stats demo live=1 reallocs=1
	expect_check_ok demo
}

test_latency() {
	run 0 create demo slab 1M
	run 0 create fast tlsf 1M --percpu
	run 0 latency demo
	expect_match "timing of a new heap" "$out" '*is off, and no call*'
	for heap in demo fast; do
		run 0 latency $heap --on
		run 0 alloc $heap 100 --count=50
		run 0 free $heap 1 2 3
		run 0 realloc $heap 4 5000
		run 0 latency $heap --off
		run 0 free $heap 5
		run 0 latency $heap
		expect_match "times of $heap" "$out" "$heap: timing is off
call *worst
alloc * 50 *
free * 3 *
realloc * 1 *
alloc, ns*"
		run 0 latency $heap --json
		json
		expect_json .on false
	done
	run 1 latency none
	run 0 latency demo --on
	expect_check_ok demo
}

test_json() {
	run 0 create demo memheap 1M
	run 0 alloc demo 100 --owner='a"b'
	run 0 alloc demo 5000
	run 0 stats demo --json
	json
	expect_json .name demo
	expect_json .live 2
	expect_json .backend memheap
	run 0 map demo --json
	json
	expect_match "pieces in the JSON" \
		"$(sed -n 's/^\.[a-z]*\.length //p' $TMP/json)" \
		"$(grep -vc '^#' $D/demo/map)"
	run 0 map demo
	expect_match "the drawn map" "$out" '*#*.*'
}

test_refusals() {
	run 0 create demo slab 1M
	run 1 create demo slab 1M
	expect_match "the message" "$(cat $TMP/stderr)" '*a heap of that name exists*'
	run 2 create a/b slab 1M
	run 1 create tiny slab 100
	run 1 alloc demo 1G
	expect_match "the message" "$(cat $TMP/stderr)" '*ENOMEM*no room for*'
	run 1 free demo 7
	run 1 free demo 0
	run 1 stats nowhere
	run 1 replay /nowhere demo
	run 2 alloc demo
	run 2 frobnicate
	run 2 alloc demo many
	expect_stats demo live=0
}

test_without_the_module() {
	unload
	run 1 list
	[ -s $TMP/stderr ] || fail "no message without the module"
}

# ---- traces ------------------------------------------------------------

# replay TRACE BACKEND SIZE FAILED-PATTERN [OPTION]: replay a trace in a new heap of this size
# and check the results. The number of failed allocations must match the pattern.
replay() {
	local status=0

	create "$2" "$2" "$3" $5 || return
	out=$(rtheap replay --json "$1" "$2" 2>$TMP/stderr) || status=$?
	json
	sed -n 's/^\.//; s/ /=/p' $TMP/json | grep -E \
		'^(events|failed|peak_|largest|overhead)' | tr '\n' ' ' |
		sed "s|^|# ${1##*/} $2 $3: |; s/ \$//"
	echo
	expect_json .check ok
	expect_json .live 0
	expect_json .played "$(sed -n 's/^\.events //p' $TMP/json)"
	failed=$(sed -n 's/^\.failed //p' $TMP/json)
	expect_match "failed allocations" "$failed" "$4"
	[ "$failed" = 0 ] || status=$((status - 1))
	expect_eq "exit status" $status 0
	expect_stats "$2" live=0 faults=0 failed="$failed"
	expect_check_ok "$2"
	accept control destroy "$2"
}

test_replay_fs_memheap() {
	replay $traces/fs.trace.gz memheap 8M 0
}

test_replay_fs_slab() {
	replay $traces/fs.trace.gz slab 8M 0
}

test_replay_net() {
	replay $traces/net.trace.gz memheap 2M 0
	replay $traces/net.trace.gz memheap 1M 0 mode=best
	replay $traces/net.trace.gz slab 2M 0
}

# A heap that is too small on purpose: failures are counted, and nothing else goes wrong.
test_replay_into_a_small_heap() {
	replay $traces/net.trace.gz memheap 1M '[1-9]*'
	replay $traces/net.trace.gz slab 1M '[1-9]*'
	replay $traces/net.trace.gz memheap 128K '[1-9]*'
	replay $traces/net.trace.gz slab 128K '[1-9]*'
}

test_bad_traces() {
	create demo memheap 1M
	printf 'a 1 2 3\n' >$TMP/no-header
	printf '# rtalloc-trace v1\na 1\n' >$TMP/short
	printf '# rtalloc-trace v1\nf 1\n' >$TMP/free-first
	printf '# rtalloc-trace v1\na 1 8 x\na 1 8 x\n' >$TMP/twice
	head -c 5000 /dev/urandom >$TMP/random
	head -c 5000 $traces/net.trace.gz >$TMP/cut.gz
	for file in no-header short free-first twice random cut.gz; do
		run 1 replay $TMP/$file demo
		[ -s $TMP/stderr ] || fail "$file: no message"
	done
	expect_stats demo live=0 allocs=0
}

test_record() {
	while :; do
		ls -R /proc/1
	done >/dev/null 2>&1 &
	lister=$!
	run 0 record --seconds=2 $TMP/own.trace.gz
	kill $lister
	wait
	expect_match "the header" "$(zcat $TMP/own.trace.gz | head -n 1)" \
		'# rtalloc-trace v1*'
	[ "$(zcat $TMP/own.trace.gz | wc -l)" -gt 1000 ] ||
		fail "$(zcat $TMP/own.trace.gz | wc -l) lines only"
	expect_eq "tracing instances left" "$(ls $T/instances)" ''
	replay $TMP/own.trace.gz memheap 8M 0
}

test_record_a_command() {
	run 0 record $TMP/ls.trace -- ls -R /proc/1/task
	expect_match "the header" "$(head -n 1 $TMP/ls.trace)" \
		'# rtalloc-trace v1*'
	replay $TMP/ls.trace memheap 8M 0
}

# Start tasks that cause events faster than an emulated processor can read them.
burn() {
	local i

	burners=
	for i in 1 2; do
		while :; do
			ls -R /proc/1 /sys/kernel/mm
		done >/dev/null 2>&1 &
		burners="$burners $!"
	done
}

# record_takes SECONDS: record for SECONDS; sets $took to how long it took, including the time
# to read the kernel's symbols.
record_takes() {
	local begun

	now
	begun=$now
	run 0 record --seconds=$1 --buffer=8K $TMP/busy.trace.gz
	now
	took=$((now - begun))
}

# Set $short to the time of the shortest recording on a busy machine. It is measured once.
short_takes() {
	[ -z "$short" ] || return 0
	record_takes 0.1
	short=$took
}

# After the end of a recording, rtheap reads what is left in the buffers for one second. The
# larger limit here is for a guest or host without processor time. A guest without processor
# time causes few events in two seconds, so longer recordings are tried, too.
test_record_ends_on_a_busy_machine() {
	local seconds lines

	burn
	short_takes
	for seconds in 2 20 200; do
		record_takes $seconds
		lines=$(zcat $TMP/busy.trace.gz | wc -l)
		[ $lines -le 1000 ] || break
	done
	kill $burners
	[ $((took - short - seconds)) -le 60 ] ||
		[ $took -le $((10 * short)) ] ||
		fail "--seconds=$seconds took $took s, --seconds=0.1 $short s"
	expect_match "what it says" "$(cat $TMP/stderr)" '*events were lost*'
	[ $lines -gt 1000 ] || fail "$lines lines only"
	expect_eq "tracing instances left" "$(ls $T/instances)" ''
}

# Bytes of the trace that is being written in that directory.
growing() {
	cat "$1"/.rtheap-* 2>/dev/null | wc -c
}

# The trace is written during the recording, to a file beside the older one. It replaces the
# older one when a signal ends the recording.
test_record_ends_with_a_signal() {
	local begun

	mkdir -p $TMP/stopped
	echo old >$TMP/stopped/trace
	burn
	short_takes
	rtheap record $TMP/stopped/trace 2>$TMP/stderr &
	recorder=$!
	now
	begun=$now
	until [ "$(growing $TMP/stopped)" -gt 60000 ] ||
	      [ $((now - begun)) -gt 600 ]; do
		sleep 1
		now
	done
	[ $((now - begun)) -le 600 ] || fail "nothing is written as it goes"
	expect_eq "the older one" "$(cat $TMP/stopped/trace)" old
	begun=$now
	kill -TERM $recorder
	wait $recorder || fail "status $?: $(cat $TMP/stderr)"
	now
	kill $burners
	[ $((now - begun)) -le 60 ] ||
		[ $((now - begun)) -le $((10 * short)) ] ||
		fail "a signal took $((now - begun)) s, --seconds=0.1 $short s"
	[ "$(wc -l <$TMP/stopped/trace)" -gt 1000 ] ||
		fail "$(wc -l <$TMP/stopped/trace) lines only, stopped"
	expect_eq "the files" "$(ls -A $TMP/stopped)" trace
	expect_eq "tracing instances left" "$(ls $T/instances)" ''
}

# A recording that was killed by SIGKILL leaves its instance. The next one removes it, but none
# of a process that lives, or with another kind of name.
test_record_after_a_kill() {
	local killed living

	mkdir $T/instances/rtheap-1 $T/instances/rtheap-x $T/instances/rtheap-
	rtheap record --seconds=600 $TMP/killed.trace 2>/dev/null &
	killed=$!
	rtheap record --seconds=600 $TMP/living.trace 2>/dev/null &
	living=$!
	poll recording $killed || fail "no recording"
	poll recording $living || fail "no recording"
	kill -KILL $killed
	wait $killed
	[ -d $T/instances/rtheap-$killed ] || fail "SIGKILL leaves no instance"
	run 0 record --seconds=0.1 $TMP/next.trace
	expect_eq "instances" "$(cd $T/instances && echo *)" \
		"rtheap- rtheap-1 rtheap-$living rtheap-x"
	kill -TERM $living
	wait $living || fail "status $? of the one that lived"
	rmdir $T/instances/rtheap-1 $T/instances/rtheap-x $T/instances/rtheap-
	expect_eq "tracing instances left" "$(ls $T/instances)" ''
}

# recording PROCESS: it records
recording() {
	[ "$(cat $T/instances/rtheap-$1/tracing_on)" = 1 ] &&
		[ -n "$(cat $T/instances/rtheap-$1/set_event)" ]
} 2>/dev/null

# If the disk is full, the older file is kept and the incomplete trace is removed.
test_record_on_a_full_disk() {
	mkdir -p $TMP/small
	mount -t tmpfs -o size=64K small $TMP/small || give_up "mount" || return
	echo old >$TMP/small/kept.trace
	burn
	run 1 record --seconds=600 $TMP/small/kept.trace
	kill $burners
	expect_match "the reason" "$(cat $TMP/stderr)" \
		'*write the trace: No space left on device'
	expect_eq "what was there" "$(cat $TMP/small/kept.trace)" old
	expect_eq "the files" "$(ls -A $TMP/small)" kept.trace
	expect_eq "tracing instances left" "$(ls $T/instances)" ''
	umount $TMP/small || fail "umount"
}

# The recording of one heap has its events, three blocks of which one is freed, and none of
# another heap.
test_record_of_a_heap() {
	local body site

	create demo tlsf 64K
	create other tlsf 64K
	cat >$TMP/work <<-END
		rtheap alloc demo 100 && rtheap alloc other 50 &&
		rtheap alloc demo 200 && rtheap free demo 1 &&
		rtheap alloc demo 300
	END
	run 0 record --heap demo $TMP/demo.trace -- sh $TMP/work
	body=$(grep -v '^#' $TMP/demo.trace | cut -d ' ' -f 1-3 | xargs)
	expect_eq "the trace" "$body" 'a 0 100 a 1 200 f 0 a 0 300'
	run 0 record --heap demo --bytes 250-400 $TMP/some.trace -- \
		rtheap alloc demo 300 --count 2
	expect_eq "of these sizes" "$(grep -c '^a' $TMP/some.trace)" 2
	run 0 record --heap demo --bytes 1-299 $TMP/some.trace -- \
		rtheap alloc demo 300
	expect_eq "of no such size" "$(grep -c '^a' $TMP/some.trace)" 0
	run 0 record --heap demo --pid 1 $TMP/some.trace -- \
		rtheap alloc demo 300
	expect_eq "of another thread" "$(grep -c '^a' $TMP/some.trace)" 0
	run 0 record --heap demo --cpu 77 $TMP/some.trace -- \
		rtheap alloc demo 300
	expect_eq "of another processor" "$(grep -c '^a' $TMP/some.trace)" 0
	site=$(sed -n 's/^a 0 100 //p' $TMP/demo.trace)
	run 0 record --heap demo --site $site $TMP/some.trace -- \
		rtheap alloc demo 300
	expect_eq "of that function" "$(cut -d ' ' -f 4 $TMP/some.trace |
		grep -cx "$site")" 1
	run 0 record --heap demo --site nobody $TMP/some.trace -- \
		rtheap alloc demo 300
	expect_eq "of another function" "$(grep -c '^a' $TMP/some.trace)" 0
	expect_eq "tracing instances left" "$(ls $T/instances)" ''
	echo 1 >$T/events/rtalloc/enable
	rtheap free demo 2
	rtheap alloc demo 150 >/dev/null
	echo 0 >$T/events/rtalloc/enable
	run 0 import --heap demo $T/trace $TMP/text.trace
	expect_eq "from the text" "$(grep '^a' $TMP/text.trace | cut -d ' ' -f 3)" \
		150
	run 0 top --json
	expect_match "top" "$out" '*"demo"*"other"*'
}

run_tests
