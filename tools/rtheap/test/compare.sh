# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # the variables of run
#
# The tests of rtheap compare: figures from hand arithmetic, the region of
# build/user/replay, limits of time, signals. Part of run.

traces=$here/../../../bench/traces

# compared WHAT EXPRESSION ARG...: b are the backends by name. No counting, for
# stepping takes its time.
compared() {
	local what=$1 expression=$2

	shift 2
	export RTHEAP_COUNTER=none
	files_json "$what" "(lambda d, b: $expression)(d[0],
{x['backend']: x for x in d[0]['backends']})" compare --json "$@"
	unset RTHEAP_COUNTER
}

test_compare() {
	trace "page" "a 0 4096 x\nf 0\n"
	# A block of a page and its header need two pages.
	compared "smallest region of one block" 'd["peak_live"] == 4096 and
d["peak_blocks"] == 1 and d["events"] == 2 and d["complete"] and
b["heap4"]["smallest_region"] == 8192 and b["heap4"]["exact"] and
b["memheap"]["smallest_region"] == 8192 and len(b) == 13' "$tmp/page"
	trace "ten" "$(printf 'a %d 1000 x\\n' {0..9})"
	# heap4: an end mark of 16, blocks of 16 + 1000: (8192 - 16) / 1016 = 8. In
	# twice 12288 ten of them touch three pages, the end mark one more.
	compared "failures in a region" 'd["size"] == 8192 and
b["heap4"]["failed"] == 2 and b["heap4"]["footprint"] == 16384 and
b["heap4"]["smallest_region"] == 12288' "$tmp/ten" --size 8K
	# A quarter more than 10,000 bytes, in pages.
	compared "default size" 'd["size"] == 16384' "$tmp/ten"
	compared "what is created" 'b["memheap_best"]["create"] ==
"memheap --mode=best" and b["tlsf"]["bounded"] and
not b["heap4"]["bounded"] and b["tlsf"]["instructions_median"] is None and
d["counter"] == "" and d["advice"].startswith("Take ")' "$tmp/ten"
	files "compare" 0 "*ten: 10 events, at most 10 blocks and 10000 bytes live
*backend*heap4 *search *12288 *22.9*instructions*Take *bounded*" "" \
		compare "$tmp/ten"
	files "two traces" 0 "*page: 2 events*ten: 10 events*" "" \
		compare "$tmp/page" "$tmp/ten"
	files "odd size" 1 "" "*--size: 5000 is not a multiple of 4096" \
		compare "$tmp/ten" --size 5000
	files "no trace" 2 "" "*missing*" compare
	expect "a bad trace behind a good one" 1 "1 trace" "*none*" bash -c \
		'"$0" compare --json "$1" /none | python3 -c \
		"import json, sys; print(len(json.load(sys.stdin)), \"trace\")"
		exit ${PIPESTATUS[0]}' "$bin/rtheap-asan" "$tmp/ten"
	trace "nothing" ""
	files "compare without events" 1 "" "*no event in this trace" \
		compare "$tmp/nothing"
	files "compare /dev/zero" 1 "" "rtheap: /dev/zero:1: not a trace*" \
		compare /dev/zero
}

# of_pages N ARG...: run compare as on a machine with N pages of memory
of_pages() {
	local pages=$1

	shift
	RTHEAP_COUNTER=none LD_PRELOAD=$bin/few_pages.so FEW_PAGES=$pages \
		"$build/rtheap" compare "$@"
}

# heap4's smallest region for "ten" is three pages. Six of 24 are a quarter, which each
# of two workers may not have: less is what it may.
test_compare_memory() {
	local pages

	for pages in 24 25; do
		of_pages $pages --json "$tmp/ten" >"$tmp/few.$pages"
		# shellcheck disable=SC2016 # python's
		expect "a footprint on $pages pages" 0 "right" "" python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))[0]
b = {x["backend"]: x for x in d["backends"]}["heap4"]
few = sys.argv[2] == "24"
print("right" if d["complete"] and b["smallest_region"] == 12288 and
      b["footprint"] == (None if few else 16384) and b["failed"] == 0 else d)' \
			"$tmp/few.$pages" "$pages"
	done
	expect "too little memory is said" 0 "*$nl*footprint -: this machine *" "" \
		of_pages 24 "$tmp/ten"
	cp "$tmp/out" "$tmp/said"
	# A process of 200,000 KiB has room for the tool, and for no block of 400,000,000.
	awk -v live=1 -v allocs=30 "$awk_long" | sed 's/^a 0 .*/a 0 400000000 x/' \
		>"$tmp/large"
	RTHEAP_COUNTER=none expect "too little memory for a process" 0 \
		"*Cut short: this process may not have the memory*" "" bash -c \
		'ulimit -v 200000; "$@"' limited "$build/rtheap" compare "$tmp/large"
	expect "it is not for want of time" 1 "" "" grep -E "Cut short|see --" \
		"$tmp/said"
}

# counts_for PID: does a process count for this one's?
counts_for() {
	local worker

	for worker in $(pgrep -P "$1"); do
		! pgrep -P "$worker" >/dev/null || return 0
	done
	return 1
}

# Each event is counted by both, and the calls are the same.
test_compare_counters() {
	trace "few" "$(printf 'a %d 400 x\\n' {0..9})$(printf 'f %d\\n' 3 7 1 5 9)"
	files "no such counter" 2 "" "*'abacus' is none of*" compare "$tmp/few" \
		--counter abacus
	# tools/setup has both in the group user.
	[[ -x /usr/bin/valgrind && -e /usr/include/valgrind/callgrind.h ]] ||
		return 0
	# shellcheck disable=SC2016 # python's
	expect "valgrind and stepping count the same" 0 "13 stepped valgrind" "" \
		python3 -c '
import json, subprocess, sys
rows = {}
for how in ("stepped", "valgrind"):
    d = json.loads(subprocess.run([sys.argv[1], "compare", "--json",
        "--seconds=300", "--counter=" + how, sys.argv[2]],
        capture_output=True).stdout)[0]
    rows[how] = [(b["backend"], b["instructions_median"],
                  b["instructions_p999"], b["instructions_worst"])
                 for b in sorted(d["backends"], key=lambda b: b["backend"])
                 if b["counter"] == how and b["events_counted"] == 15]
print(len(rows["stepped"]) if rows["stepped"] == rows["valgrind"] else rows,
      *rows)' "$build/rtheap" "$tmp/few"
	expect "interrupted while valgrind counts" 1 "*Cut short*" "*interrupted" \
		ctrl_c "counts_for" "$build/rtheap" compare "$tmp/few" \
		--seconds 300 --counter valgrind
	expect "nothing of it is left" 0 "" "" find /tmp -maxdepth 1 \
		-name 'rtheap-??????' -newer "$tmp/few"
	expect "the counter is said" 0 "*counted by valgrind, a sample*" "" \
		"$build/rtheap" compare "$tmp/few" --seconds 300 \
		--counter valgrind
}

# Where the time is over before all picked events were stepped through, what was counted
# by then is an estimate, and is called one.
test_compare_part() {
	awk -v live=300 -v allocs=2000 "$awk_long" >"$tmp/part"
	"$build/rtheap" compare "$tmp/part" --json --counter stepped \
		--seconds 300 >"$tmp/whole"
	# shellcheck disable=SC2016 # python's
	expect "counts of a part are estimates" 0 "right" "" python3 -c '
import json, subprocess, sys
keys = ["instructions_median", "instructions_p999", "instructions_worst"]
whole = {b["backend"]: b for b in json.load(open(sys.argv[2]))[0]["backends"]}
cut = []
for seconds in "4", "2", "1", "0.5":
    d = json.loads(subprocess.run([sys.argv[1], "compare", "--json",
        "--counter=stepped", "--seconds=" + seconds, sys.argv[3]],
        capture_output=True).stdout)[0]
    cut += [b for b in d["backends"]
            if 8 <= b["events_counted"] < whole[b["backend"]]["events_counted"]]
print("right" if cut and all(b["estimated"] == keys for b in cut) and
      not any(b["estimated"] for b in whole.values()) else (whole, cut))' \
		"$build/rtheap" "$tmp/whole" "$tmp/part"
}

# Replace blocks at random among `live` blocks, until `allocs` blocks were allocated.
awk_long='BEGIN { print "# rtalloc-trace v1"
	for (i = 0; i < live; i++) print "a", i, 16 + i % 700, "x"
	for (; i < allocs; i++) {
		s = i * 7919 % live
		print "f", s; print "a", s, 16 + i * 31 % 700, "x"
	}
	for (i = 0; i < live; i++) print "f", i }'

# Of 250,000 events with at most 1000 blocks every 13th block is taken, for 20,000
# events. Who searches 20,000 blocks has minutes to do with the second trace, and
# seconds with its sample: some of the limits is between the two on any machine, and
# what is not known of the whole is of the sample then.
test_compare_sample() {
	awk -v live=1000 -v allocs=125000 "$awk_long" >"$tmp/long"
	awk -v live=20000 -v allocs=200000 "$awk_long" >"$tmp/longer"
	compared "sample of a long trace" 'd["events"] == 250000 and
d["sample_one_in"] == 13 and 18000 < d["sample_events"] < 20500 and
len(b) == 13' "$tmp/long" --seconds 2
	# shellcheck disable=SC2016 # python's
	expect "what the sample stands for" 0 "right" "" python3 -c '
import json, subprocess, sys
for seconds in "3", "8", "20", "50", "150", "500":
    d = json.loads(subprocess.run([sys.argv[1], "compare", "--json",
        "--counter=none", "--seconds=" + seconds, sys.argv[2]],
        capture_output=True).stdout)[0]
    some = [x for x in d["backends"]
            if "smallest_region" in x["estimated"] and x["rank"]]
    if some:
        break
print("right" if some and all(d["peak_live"] <= x["smallest_region"] <
      6 * d["peak_live"] for x in some) else some)' "$build/rtheap" "$tmp/longer"
	# With more time something is known of each step, and then what all of it takes. On a fast
	# machine nothing is missing.
	# shellcheck disable=SC2016 # python's
	expect "what it would take" 0 "right" "" python3 -c '
import json, subprocess, sys
for seconds in "8", "20", "50", "150", "500":
    d = json.loads(subprocess.run([sys.argv[1], "compare", "--json",
        "--counter=none", "--seconds=" + seconds, sys.argv[2]],
        capture_output=True).stdout)[0]
    if d["complete"] or d["seconds_needed"]:
        break
print("right" if d["complete"] or d["seconds_needed"] > d["seconds"] else d)' \
		"$build/rtheap" "$tmp/long"
	compared "no sample of a short one" 'd["sample_one_in"] == 0 and
not any(x["estimated"] for x in b.values())' "$tmp/few"
}

# Magazines hold blocks of up to 512 bytes, so another region than without; larger
# ones pass by.
test_compare_percpu() {
	trace "large" "$(printf 'a %d 1000 x\\n' {0..30})"
	compared "large blocks pass magazines by" 'b["tlsf_percpu"]["percpu"] and
b["tlsf_percpu"]["create"] == "tlsf --percpu" and
b["tlsf_percpu"]["smallest_region"] == b["tlsf"]["smallest_region"] and
b["tlsf_percpu"]["bounded"] and not b["memheap_percpu"]["bounded"]' "$tmp/large"
	json "magazines cost less" '(lambda b:
b["tlsf_percpu"]["instructions_median"] <
b["tlsf"]["instructions_median"])({x["backend"]: x for x in d[0]["backends"]})' \
		"$build/rtheap" compare --json --counter stepped "$tmp/few"
}

# Sets $cpu, the seconds that processors have worked for what this shell started.
cpu_seconds() {
	times >"$tmp/times"
	cpu=$(awk 'NR == 2 { split($1, a, "m"); split($2, b, "m")
		print int(60 * (a[1] + b[1]) + a[2] + b[2]) }' "$tmp/times")
}

# Ended by the clock, by a signal; nothing of it is left running.
test_compare_limits() {
	local cpu begin

	cpu_seconds
	begin=$cpu
	expect "time limit" 0 "*18068 blocks*Cut short after*--seconds*" "" \
		"$build/rtheap" compare "$traces/fs.trace.gz" --seconds 1
	# Without the limit it would be 60 s and more.
	cpu_seconds
	expect "within it" 0 "" "" test $((cpu - begin)) -le 40
	expect "interrupted" 1 "*18068 blocks*Cut short*" "*interrupted" \
		ctrl_c "pgrep -P" "$build/rtheap" compare "$traces/fs.trace.gz"
	expect "workers left" 0 "" "" until_true no_process \
		"rtheap compare $traces/fs"
	expect "progress bar of compare" 0 "*of 26 steps*" "" \
		env TERM=xterm script -qec \
		"'$build/rtheap' compare $tmp/ten" /dev/null
}

# With the first events of a real trace compare finds the same regions as replay, which
# tries every size for the backends that it calls bounded, and bisects for the others.
test_compare_as_replay() {
	{ zcat "$traces/net.trace.gz" || true; } 2>/dev/null |
		head -n 12001 >"$tmp/net.trace"
	"$build/user/replay" "$tmp/net.trace" >"$tmp/replay"
	RTHEAP_COUNTER=none "$build/rtheap" compare --json "$tmp/net.trace" \
		>"$tmp/compare"
	expect "the regions and the order of replay" 0 "right" "" \
		python3 "$here/as_replay.py" "$tmp/replay" "$tmp/compare"
}
