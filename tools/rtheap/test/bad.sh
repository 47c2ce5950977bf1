# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # the variables of run
#
# What goes wrong around the tool: a full disk, a pipe that closes, Ctrl-C at any
# moment, heaps that vanish while they are looked at. Part of run.

# Every command that only looks, and some of its ways.
looks=(list backends "region list" "stats demo" "map demo" "map demo --json"
	"map demo --svg -" "check demo" "latency demo" "latency demo --json"
	"sites demo" "sites demo --folded" top "top --json" "top --sites --json"
	"completion bash" "report demo -o -" --help)

test_full_disk() {
	local look

	for look in "${looks[@]}"; do
		# shellcheck disable=SC2086 # words
		expect "full disk: $look" 1 "" "*No space left on device*" \
			bash -c '"$@" >/dev/full' full "$bin/rtheap-asan" $look
	done
	printf 'a 0 100 x\n' | cat <(echo "# rtalloc-trace v1") - >"$tmp/one"
	RTHEAP_COUNTER=none expect "full disk: compare" 1 "" "*No space left*" \
		bash -c '"$@" >/dev/full' full "$bin/rtheap-asan" compare "$tmp/one"
	RTHEAP_COUNTER=none files "full disk: report" 1 "" "*/dev/full*" report \
		"$tmp/one" -o /dev/full/x.html
}

# If the reader of a pipe is gone before the first byte, the tool ends, by SIGPIPE or with
# an error, and does not blame memory.
test_closed_pipe() {
	local look

	for look in "${looks[@]}"; do
		# shellcheck disable=SC2086,SC2016 # words; of the shell inside
		expect "closed pipe: $look" 0 "141|1" "" bash -c '
			rm -f "$0.pipe"
			mkfifo "$0.pipe"
			exec 5<>"$0.pipe" 6>"$0.pipe" 5>&-
			"$@" >&6 2>"$0"
			status=$?
			grep -q ERROR "$0" && cat "$0" >&2
			case $status in 141|1) echo "141|1" ;;
			*) echo $status ;; esac' \
			"$tmp/closed" timeout 200 "$bin/rtheap-asan" $look
	done
}

# Interrupted after some milliseconds: a status that says so, or the work was done;
# no half of a file, no worker, no report of the sanitizers.
test_ctrl_c() {
	local i got

	{ zcat "$traces/net.trace.gz" || true; } 2>/dev/null |
		head -n 20001 >"$tmp/cut.trace"
	for i in 0 0.01 0.03 0.1 0.3 0.6 1; do
		got=0
		timeout --foreground --preserve-status -s INT "$i" \
			"$bin/rtheap-asan" report "$tmp/cut.trace" \
			-o "$tmp/cut.html" --seconds 20 >"$tmp/cut.out" 2>&1 ||
			got=$?
		# Before there is a handler the signal itself ends it.
		expect "Ctrl-C after $i s: report, status $got" 0 "" "" \
			grep -qx "$got" <(printf '%s\n' 0 1 130)
		expect "Ctrl-C after $i s: nothing broken" 1 "" "" \
			grep -E 'ERROR|runtime error' "$tmp/cut.out"
	done
	expect "no half of a file" 0 "" "" find "$tmp" -name '.rtheap-*'
	expect "no worker" 0 "" "" until_true no_process "report $tmp/cut.trace"
	for i in 1 5 20; do
		expect "Ctrl-C after $i looks: top" 0 "*[?]1049l*" "" on_terminal \
			"'$bin/rtheap-asan' top --watch 0.02" drawn demo "$i"
	done
}

# has_slept PID: twenty times, as that heap does for each allocation.
has_slept() {
	local times

	times=$(sed -n 's/^voluntary_ctxt_switches:[[:blank:]]*//p' \
		"/proc/$1/status") && [[ $times -ge 20 ]]
}

# Five minutes' work for the heap, interrupted after some of it: what was allocated by
# then is given back.
test_ctrl_c_replay() {
	awk 'BEGIN { print "# rtalloc-trace v1"
		while (i < 300000) print "a", i++, 8, "x" }' >"$tmp/slow"
	expect "Ctrl-C: replay" 1 "*events         * of 300000*left           [1-9]* \
blocks, freed${nl}live           0${nl}check          ok" \
		"rtheap: slow: interrupted after [1-9]* events" \
		ctrl_c has_slept "$bin/rtheap-fake" replay "$tmp/slow" slow
}

# A heap comes and goes while all are watched; then the module goes.
test_vanishing() {
	local i tries=0

	mkdir -p "$RTHEAP_ROOT/flash"
	cp -r "$RTHEAP_ROOT" "$tmp/root2"
	echo "flash slab default 4096 4096 0 0 raw 8" >>"$tmp/root2/heaps"
	: >"$tmp/out"
	# Until it is watched, or two minutes.
	{ for ((i = 0; i < 30; )); do
		cp "$tmp/root2/demo/"{stats,map} "$tmp/root2/flash/"
		sleep 0.02
		rm -f "$tmp/root2/flash/"*
		((++tries < 6000)) && ! drawn demo || ((++i))
	  done
	  rm -r "$tmp/root2"; } &
	RTHEAP_ROOT=$tmp/root2 expect "heaps that vanish from top" 1 \
		"*demo*" "*cannot read heaps (ENOENT)*" \
		"$bin/rtheap-asan" top --sites --watch 0.005
	wait
	rm -r "$RTHEAP_ROOT/flash"
}
