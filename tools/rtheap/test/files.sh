# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2016 # the variables of run; of a shell inside
#
# The tests of files: what is written where and over what, names that are no names,
# and where the tool stands. Part of run.

# holds_text FILE TEXT: that and nothing else.
holds_text() {
	expect "$1 holds what it should" 0 "" "" diff "$tmp/$1" <(echo "$2")
}

# Nothing is written over what is read, and nothing that was there is lost by what
# failed; what is no file is written in its place.
test_outputs() {
	local event="a-1 [000] 1.0: kmalloc: call_site=f ptr=0x10 bytes_req=8"

	echo "$event" >"$tmp/events"
	files "import over its text" 1 "" "*events: that is what is read" \
		import "$tmp/events" "$tmp/events"
	ln -s events "$tmp/same"
	files "import over its text by a link" 1 "" "*that is what is read" \
		import "$tmp/events" "$tmp/same"
	holds_text events "$event"
	trace "kept" "a 0 100 x\n"
	echo nothing >"$tmp/nothing"
	files "import of nothing over a trace" 1 "" "*no event*" \
		import "$tmp/nothing" "$tmp/kept"
	gzip -c "$tmp/events" | head -c 40 >"$tmp/events.gz"
	files "import of half a file" 1 "" "*events.gz: the gzip file is truncated" \
		import "$tmp/events.gz" "$tmp/kept"
	files "report over its trace" 1 "" "*kept: that is what is read" \
		report "$tmp/kept" -o "$tmp/kept"
	holds_text kept "$head1${nl}a 0 100 x"
	ln -s kept "$tmp/link"
	chmod 600 "$tmp/kept"
	files "import through a link" 0 "" "*" import "$tmp/events" "$tmp/link"
	expect "a file that others may not read" 0 "600" "" \
		stat -c %a "$tmp/kept"
	holds_text kept "$head1${nl}a 0 8 f"
	expect "import by pipes" 0 "$head1${nl}a 0 8 f" "-: 1 alloc*" \
		bash -c '"$0" import - - <"$1"' "$bin/rtheap-asan" "$tmp/events"
	echo mine >"$tmp/kept.part"
	files "import beside a file of the user's" 0 "" "*" \
		import "$tmp/events" "$tmp/kept"
	holds_text kept.part mine
	rm -f "$tmp/kept.part"
	expect "a new file's mode" 0 "640" "" bash -c 'umask 027
		"$0" import "$1/events" "$1/new" 2>/dev/null && stat -c %a "$1/new"' \
		"$bin/rtheap-asan" "$tmp"
	mkdir "$tmp/dir"
	files "report into a directory" 1 "" "*dir: Is a directory" \
		report "$tmp/kept" -o "$tmp/dir"
	mkfifo "$tmp/pipe"
	RTHEAP_COUNTER=none expect "report into a pipe" 0 "<!DOCTYPE*</html>" "" \
		bash -c 'cat "$1/pipe" & "$0" report "$1/kept" -o "$1/pipe" &&
		wait && test -p "$1/pipe"' "$bin/rtheap-asan" "$tmp"
	expect "nothing half done is left" 0 "" "" find "$tmp" -name '.rtheap-*'
}

# in_work DIR: a file is being written there.
in_work() {
	[[ -n $(find "$1" -name '.rtheap-*' -o -name '*.part') ]]
}

# A signal ends an import that waits for more of its text: whichever it is, nothing of
# it is left.
test_signals() {
	local signal pid

	mkdir "$tmp/work"
	mkfifo "$tmp/endless.text"
	exec 7<>"$tmp/endless.text"
	for signal in INT TERM HUP QUIT; do
		(ulimit -c 0; exec env --default-signal=INT,QUIT,HUP "$bin/rtheap-asan" \
			import "$tmp/endless.text" "$tmp/work/out" >/dev/null 2>&1) &
		pid=$!
		until_true in_work "$tmp/work" || true
		kill -"$signal" "$pid"
		wait "$pid" 2>/dev/null || true
		expect "nothing is left after SIG$signal" 0 "" "" \
			find "$tmp/work" -type f
		rm -rf "$tmp/work"/{*,.rtheap-*}
	done
	exec 7<&-
	rm "$tmp/endless.text"
	# Without a handler of the shell's the limit's own signal would end the tool.
	expect "a limit of the file's size" 1 "rtheap: $tmp/work/out: *File too large" \
		"" bash -c '{ ulimit -f 0; "$@" 2>&1; } | cat
		exit "${PIPESTATUS[0]}"' limited "$bin/rtheap-asan" \
		import "$tmp/events" "$tmp/work/out"
	expect "nothing of that is left" 0 "" "" find "$tmp/work" -type f
}

# beside FILE ARG...: what does not fit into FILE, and a run that may not write to any.
beside() {
	local file=$tmp/$1

	shift
	echo old >"$file"
	expect "no room for $1 $2" 1 "rtheap: $file: *File too large" "" bash -c '
		trap "" XFSZ
		{ ulimit -f 0; "$@" 2>&1; } | cat
		exit "${PIPESTATUS[0]}"' beside "$@"
	holds_text "${file##*/}" old
}

# What is written by halves is not where the whole was; a file without a name has no
# place beside it.
test_no_room() {
	export RTHEAP_COUNTER=none
	beside whole "$bin/rtheap-asan" import "$tmp/events" "$tmp/whole"
	beside whole "$bin/rtheap-asan" report "$tmp/kept" -o "$tmp/whole"
	beside whole "$bin/rtheap-asan" map demo --svg "$tmp/whole"
	if ldconfig -p | grep libcairo.so.2 >/dev/null; then
		beside whole "$build/rtheap" map demo --png "$tmp/whole"
	fi
	unset RTHEAP_COUNTER
	expect "nothing half done is left" 0 "" "" find "$tmp" -name '.rtheap-*'
	expect "import into a file without a name" 0 "$head1${nl}a 0 8 f" "*" \
		bash -c 'exec 3>"$1/nameless" 4<"$1/nameless" && rm "$1/nameless" &&
		"$0" import "$1/events" /dev/fd/3 && cat <&4' "$bin/rtheap-asan" "$tmp"
}

# A file that is opened is not what errors, or a table, are written to.
test_closed_files() {
	expect "stderr is closed" 1 "*no event*" "" bash -c \
		'"$0" import /dev/fd/2 "$1" --json 2>&-' "$bin/rtheap-asan" \
		"$tmp/closed.trace"
	expect "stdout is closed" 1 "" "*standard output: Bad file descriptor*" \
		bash -c '"$0" list >&-' "$bin/rtheap-asan"
}

# A site and a file that would move a terminal's cursor, or be a second line.
test_hostile_names() {
	local name=$'x\ny\e[31m'

	trace "$name" 'a 0 100 \033]0;x\007\n'
	files "sites of a hostile trace" 0 "*  [?]]0;x[?]
*" "" sites "$tmp/$name"
	files "folded sites of it" 0 "x[?]y[?][[]31m;[?]]0_x[?] 100" "" \
		sites "$tmp/$name" --folded
	RTHEAP_COUNTER=none files "compare of it" 0 "*x[?]y[?][[]31m: 1 events*" \
		"" compare "$tmp/$name"
	files "replay of no file" 1 "" "rtheap: $tmp/no[?]z: No such file*" \
		replay "$tmp/no"$'\n'z demo
}

# In debugfs a heap's name is that of a directory.
test_heap_beside() {
	expect "sites in the heaps' directory" 0 "*3000*" "" bash -c \
		'cd "$RTHEAP_ROOT" && "$0" sites demo' "$bin/rtheap-asan"
	expect "report in the heaps' directory" 0 "<!DOCTYPE*" "" bash -c \
		'cd "$RTHEAP_ROOT" && "$0" report demo --seconds 0.1 -o -' \
		"$bin/rtheap-asan"
	files "sites of a directory" 1 "" "*Is a directory" sites "$tmp/"
}

# Which of the words are missing, and what there is behind half a command.
test_what_to_type() {
	files "which arguments" 2 "" "*missing: NAME BACKEND SIZE*" create demo slab
	files "which commands" 2 "" \
		"*'region' is not a command; there are: region list, region create, region destroy
*" region
}
