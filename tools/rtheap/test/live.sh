# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # the variables of run
#
# The tests of what is watched (top, map --watch), of completion, import, and of
# output that goes nowhere. Part of run.

test_top() {
	files_json "top --json" 'len(d) == 1 and
d[0]["name"] == "demo" and d[0]["total"] == 1044480 and d[0]["live"] == 2 and
d[0]["allocs_per_second"] is None' top --json
	files "top without a terminal" 0 "heap *frag%*demo *slab *1020.0*" "" top
	files "top ends after N looks" 0 "*demo*demo*" "" top --watch 0.05 \
		--count 2
	files_json "top --sites --json" '[(s["heap"], s["site"],
s["live"], s["blocks"]) for s in d["sites"]] == [("demo", "a\"b", 3000, 1),
("demo", "net0", 1000, 1)] and d["heaps"][0]["name"] == "demo"' \
		top --sites --json
	files "top --sites" 0 "*heap *site
demo *3000 *1  a?b
demo *1000 *1  net0*" "" top --sites
	test_top_hostile
	test_top_rates
}

# A backend and an owner that would move a terminal's cursor.
test_top_hostile() {
	local d=$RTHEAP_ROOT/evil

	mkdir -p "$d"
	cp "$RTHEAP_ROOT/heaps" "$tmp/heaps"
	echo "evil slab default 4096 4096 0 0 raw 8" >>"$RTHEAP_ROOT/heaps"
	printf 'format: 1\nbackend: \033[2Jx\n' >"$d/stats"
	printf '%s\n0 64 used \033]0;y\007\n' "$(<"$RTHEAP_ROOT/empty/map")" \
		>"$d/map"
	files "top of a hostile heap" 0 "*evil *[?][[]2Jx *64 *1  [?]]0;y[?]*" "" \
		top --sites
	echo nothing >"$d/map"
	files "top with a map of another format" 0 "*3000*" "" top --sites
	mv "$tmp/heaps" "$RTHEAP_ROOT/heaps"
	rm -r "$d"
}

# drawn_on COLUMNS ARG...: what the program draws on a terminal of so many columns
drawn_on() {
	local columns=$1

	shift
	TERM=xterm script -qec "stty cols $columns
		exec '$bin/rtheap-asan' $*" /dev/null </dev/null | tr -d '\r'
}

# top_on COLUMNS ARG...
top_on() {
	drawn_on "$1" top --count 1 "${@:2}"
}

# headings COLUMNS
headings() {
	local words

	read -ra words < <(top_on "$1")
	echo "${words[*]}"
}

# longer COLUMNS ARG...: the lines that are longer than the terminal
longer() {
	top_on "$@" | awk -v most="$1" 'length > most'
}

# Lines are not longer than the terminal: of heaps with the usual names and numbers, with
# the longest name, with numbers of a terabyte, and with a long site.
test_top_fits() {
	local heaps=$RTHEAP_ROOT/heaps rest="slab r 8 8 0 0 raw 8"
	local long=n23456789-123456789-123456789-123456789-123456789-123456789-123

	export -f drawn_on top_on longer headings
	export bin
	cp "$heaps" "$tmp/heaps"
	expect "all of top" 0 "heap backend KiB used KiB % largest frag% blocks \
allocs/s frees/s failed" "" bash -c 'headings 99'
	expect "top of 80 columns" 0 "heap KiB used KiB % frag% blocks \
allocs/s frees/s failed" "" bash -c 'headings 80'
	expect "top fits 80 columns" 0 "" "" bash -c 'longer 80 --sites'
	expect "top of 40 columns" 0 "heap KiB used KiB" "" bash -c 'headings 40'
	cp -r "$RTHEAP_ROOT/demo" "$RTHEAP_ROOT/$long"
	echo "$long $rest" >>"$heaps"
	expect "a long name in 80 columns" 0 "" "" bash -c 'longer 80 --sites'
	expect "the long name is whole" 0 "heap *used KiB
demo *
$long *" "" bash -c 'top_on 80'
	rm -r "${RTHEAP_ROOT:?}/$long"
	cp "$tmp/heaps" "$heaps"
	mkdir "$RTHEAP_ROOT/vast"
	echo "vast $rest" >>"$heaps"
	printf '%s: %s\n' format 1 backend slab total 1099511627776 \
		used 1099511627000 largest_free 9 live 4294967295 \
		failed 18446744073709551615 >"$RTHEAP_ROOT/vast/stats"
	printf '%s\n0 9 used %s\n' "$(head -1 "$RTHEAP_ROOT/demo/map")" \
		"a_function_of_a_driver_with_a_long_name+0x1b/0x50[its_module]" \
		>"$RTHEAP_ROOT/vast/map"
	expect "large numbers in 80 columns" 0 "" "" \
		bash -c 'longer 80 --sites'
	# 80 columns, less 16 of the name, 12 and 8 of the numbers, and 4 blanks: 40.
	expect "a site is cut off" 0 "*vast *9 *1  \
a_function_of_a_driver_with_a_long_nam..*" "" bash -c 'top_on 80 --sites'
	rm -r "$RTHEAP_ROOT/vast"
	mv "$tmp/heaps" "$heaps"
}

# The table of devices has 116 columns, and 80 without the four that are left out first, which
# with the blanks before them take 10, 11, 7 and 8.
test_net_fits() {
	make_net
	export -f drawn_on
	export bin
	expect "net of 116 columns" 0 "device *total*in_flight*rx_bytes*copied*
*
*" "" bash -c 'drawn_on 116 net'
	expect "net of 80 columns" 0 "\
device    netdev  free  posted  lent  rx_packets  rx_drops  tx_packets  tx_drops
virtio2   7       1700     256    90       12345         1         678         0
virtio10  eth1       4       1     0           0         0           0         0" \
		"" bash -c 'drawn_on 80 net'
	expect "net of 79 columns" 0 "device    netdev  free  lent  rx_packets*" "" \
		bash -c 'drawn_on 79 net'
	rm "$RTHEAP_ROOT"/net/virtio*
}

# On a terminal of eight lines the heading is the third, whatever follows.
test_small_terminal() {
	local i long=n23456789-123456789-123456789-123456789-123456789-123456789-123

	cp "$RTHEAP_ROOT/heaps" "$tmp/heaps"
	for ((i = 0; i < 20; i++)); do
		echo "demo slab default 1048576 1044480 8192 2 raw 8"
	done >>"$RTHEAP_ROOT/heaps"
	expect "top on 8 lines" 0 "8 heap" "" bash -c '
		TERM=xterm script -qec "stty rows 8 cols 200
			exec $0 top --watch 0.05 --count 2" /dev/null |
		tr -d "\r" | sed "s/\x1b\[?1049l.*//; /more lines/q" |
		awk "NR == 3 { what = \$1 } END { print NR, what }"' \
		"'$bin/rtheap-asan'"
	# A name of 63 characters and used, 72 columns, are three lines of 30: of nine lines,
	# less the clock, its blank line and the last one, the headings and one heap fit.
	cp -r "$RTHEAP_ROOT/demo" "$RTHEAP_ROOT/$long"
	sed -i "s/^demo/$long/" "$RTHEAP_ROOT/heaps"
	expect "top on 9 lines of 30" 0 "1" "" bash -c '
		TERM=xterm script -qec "stty rows 9 cols 30
			exec $0 top --watch 0.05 --count 2" /dev/null |
		sed "/more lines/q" | grep -c ^n23456789' "'$bin/rtheap-asan'"
	rm -r "${RTHEAP_ROOT:?}/$long"
	mv "$tmp/heaps" "$RTHEAP_ROOT/heaps"
}

# looks_have PATTERN: so far
looks_have() {
	grep -q "$1" "$tmp/top"
}

# 1000 calls more between two looks, which are half a second apart at least, and as
# long as all of it took at most.
test_top_rates() {
	local begin=$SECONDS watcher

	cp "$RTHEAP_ROOT/demo/stats" "$tmp/stats"
	printf 'allocs: 1000\nfrees: 0\n' >>"$RTHEAP_ROOT/demo/stats"
	sed 's/allocs: 1000/allocs: 2000/' "$RTHEAP_ROOT/demo/stats" \
		>"$tmp/more"
	"$build/rtheap" top --json --watch 0.5 --count 10000 >"$tmp/top" &
	watcher=$!
	until_true looks_have ']$' || true
	mv "$tmp/more" "$RTHEAP_ROOT/demo/stats"
	until_true looks_have 'allocs_per_second": [0-9.]*[1-9]' || true
	kill "$watcher"
	wait "$watcher" || true
	mv "$tmp/stats" "$RTHEAP_ROOT/demo/stats"
	expect "rates of top" 0 "right" "" python3 -c '
import json, sys
looks = open(sys.argv[1]).read().replace("]\n[", "]\0[").split("\0")
rates = [r for r in (json.loads(l)[0]["allocs_per_second"] for l in looks) if r]
print("right" if len(rates) == 1 and
      1000 / float(sys.argv[2]) <= rates[0] <= 2000 else looks)' \
		"$tmp/top" $((SECONDS - begin + 1))
}

# Whatever ends it: the old screen and the cursor are there again.
test_watch() {
	local enter=$'\e[?1049h\e[?25l' leave=$'\e[?25h\e[?1049l'

	expect "map --watch and Ctrl-C" 0 "*$enter*:*:*every 0.05 s*0 K*$leave*" \
		"" on_terminal "'$bin/rtheap-asan' map demo --watch 0.05" \
		drawn ' 0 K'
	SIGNAL=QUIT expect "map --watch and Ctrl-\\" 0 "*$enter*0 K*$leave*" "" \
		on_terminal "'$bin/rtheap-asan' map demo --watch 0.05" drawn ' 0 K'
	mkdir -p "$RTHEAP_ROOT/gone"
	cp "$RTHEAP_ROOT/demo/map" "$RTHEAP_ROOT/gone/map"
	: >"$tmp/out"
	{ until_true drawn ' 0 K' || true; rm -r "$RTHEAP_ROOT/gone"; } &
	expect "a heap that vanishes" 1 \
		"*$enter*$leave*rtheap: gone: cannot read map (ENOENT)*" "" \
		env TERM=xterm script -qec \
		"'$bin/rtheap-asan' map gone --watch 0.05" /dev/null
	wait
	expect "watch into a pipe that closes" 141 "" "" \
		bash -o pipefail -c '"$0" map demo --watch 0.05 | head -n 1 \
		>/dev/null' "$bin/rtheap-asan"
}

# is_in STATE PID: as ps has it
is_in() {
	[[ $(ps -o s= -p "$2") == "$1" ]]
}

# suspended PROGRAM: on a terminal by a shell with job control, which has the normal screen
# then, and continued.
suspended() {
	set -m
	"$1" map demo --watch 0.05 &
	until_true drawn ' 0 K'
	kill -TSTP $!
	until_true is_in T $!
	echo "the shell"
	kill -CONT $!
	until_true drawn 1049h 2 || true
	kill -INT $!
	wait $! || true
}

test_suspended() {
	local enter=$'\e[?1049h\e[?25l' leave=$'\e[?25h\e[?1049l'

	export -f suspended until_true drawn is_in
	export tmp
	expect "Ctrl-Z and fg" 0 "*$enter*0 K*${leave}the shell*$enter*$leave*" "" \
		env TERM=xterm script -qec "suspended '$bin/rtheap-asan'" /dev/null
}

# Behind nohup it goes on when the terminal is gone.
test_nohup() {
	local pid before

	(trap '' HUP; exec env --default-signal=INT "$build/rtheap" top --watch 0.05 \
		>"$tmp/looks" 2>&1) &
	pid=$!
	until_true heeds "$pid" || true
	kill -HUP "$pid"
	before=$(grep -c demo "$tmp/looks" || true)
	expect "behind nohup it looks on" 0 "" "" until_true looked "$((before + 3))" "$pid"
	kill -INT "$pid" 2>/dev/null || true
	wait "$pid" || true
}

# looked TIMES PID: since it began; or it has ended, which is no success.
looked() {
	kill -0 "$2" && [[ $(grep -c demo "$tmp/looks") -ge $1 ]]
} 2>/dev/null

# What --count ends with can be read afterwards, and a terminal that knows no
# sequences gets none.
test_last_look() {
	local leave=$'\e[?25h\e[?1049l' look="'$bin/rtheap-asan' top --watch 0.05"

	expect "top --count 1 on a terminal" 0 "heap *demo*" "" \
		env TERM=xterm script -qec "$look --count 1" /dev/null
	expect "the last look of two" 0 "*demo*${leave}heap *demo*" "" \
		env TERM=xterm script -qec "$look --count 2" /dev/null
	expect "a dumb terminal" 1 "" "" env TERM=dumb bash -c \
		'script -qec "$0 --count 2" /dev/null | grep $'"'\\e'" "$look"
}

# Of 1000 calls 500 are within 111 ns, 990 and 999 within 127.
test_latency() {
	files "latency" 0 "demo: timing is on
call *median ns *99 %*worst
alloc *1000 *111 *127 *127 *150
free *3 *81 *81 *81 *81

alloc, ns
*96 - 111 * 500  ########################################
*128 - 150 * 1  #
*free, ns
*80 - 81 * 3  #*" "" latency demo
	files_json "latency --json" 'd["on"] and
d["heap"] == "demo" and [(c["call"], c["calls"], c["median_ns"], c["p99_ns"],
c["p999_ns"], c["worst_ns"]) for c in d["calls"]] ==
[("alloc", 1000, 111, 127, 127, 150), ("free", 3, 81, 81, 81, 81)] and
d["calls"][1]["buckets"] == [[80, 81, 3]]' latency demo --json
	files "latency of no call" 0 "empty: timing is off, and no*" "" \
		latency empty
	files "latency with buckets that overlap" 1 "" "*format*" latency bad
	files "latency of another version" 1 "" "*format*" latency old
	files "latency of no heap" 1 "" "*none*(ENOENT)*" latency none
	files "latency --on --off" 2 "" "*only one*" latency demo --on --off
	files "latency --off" 0 "" "" latency empty --off
	expect "what it wrote" 0 "off" "" head -c 3 "$RTHEAP_ROOT/empty/latency"
	mkdir -p "$RTHEAP_ROOT/timed"
	: >"$RTHEAP_ROOT/timed/latency"
	expect "latency and Ctrl-C" 1 "" "*timed: latency is in a format*" \
		ctrl_c "grep -q on $RTHEAP_ROOT/timed/latency --" \
		"$bin/rtheap-asan" latency timed --seconds 600
	expect "it is off then" 0 "off" "" cat "$RTHEAP_ROOT/timed/latency"
	: >"$RTHEAP_ROOT/timed/latency"
	SIGNAL=QUIT expect "latency and Ctrl-\\" 1 "" "*timed: latency is in a format*" \
		ctrl_c "grep -q on $RTHEAP_ROOT/timed/latency --" \
		"$bin/rtheap-asan" latency timed --seconds 600
	expect "it is off after Ctrl-\\" 0 "off" "" cat "$RTHEAP_ROOT/timed/latency"
	rm -r "$RTHEAP_ROOT/timed"
}

test_completion() {
	local shell
	# tools/setup has them in the group shells.
	for shell in bash zsh fish; do
		"$bin/rtheap-asan" completion "$shell" >"$tmp/c.$shell"
		expect "completion of $shell" 0 "" "" "$shell" -n "$tmp/c.$shell"
	done
	test_completing
	files "completion of another" 2 "" "*'tcsh' is not*" completion tcsh
	# shellcheck disable=SC2016
	expect "bash completes" 0 "compare completion
--help --phys= --json" "" bash -c '. "$0"; COMP_WORDS=(rtheap com)
		COMP_CWORD=1; _rtheap; echo ${COMPREPLY[*]}
		COMP_WORDS=(rtheap region create -); COMP_CWORD=3; _rtheap
		echo ${COMPREPLY[*]}' "$tmp/c.bash"
	: >"$tmp/name with blanks.trace"
	# shellcheck disable=SC2016
	expect "bash completes a name with blanks" 0 "1 name with blanks.trace" "" \
		bash -c 'cd "$1" && . "$0"; COMP_WORDS=(rtheap compare na)
		COMP_CWORD=2; _rtheap; echo ${#COMPREPLY[@]} "${COMPREPLY[0]}"' \
		"$tmp/c.bash" "$tmp"
	rm "$tmp/name with blanks.trace"
	bash_offers "completion b" "bash"
	bash_offers "map demo --svg = c.ba" "c.bash"
	bash_offers "map demo --svg c.ba" "c.bash"
	bash_offers "record --heap = dem" "demo"
	bash_offers "map demo --width =" ""
	bash_offers "map demo --width = 8 --jso" "--json"
}

# bash_offers WORDS WHAT: behind "rtheap WORDS", as readline splits it.
bash_offers() {
	# shellcheck disable=SC2016
	expect "bash completes $1" 0 "$2" "" bash -c 'cd "$1" && . "$0"
		PATH=$1/shells:$PATH COMP_WORDS=(rtheap $2)
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _rtheap
		echo "${COMPREPLY[*]}"' "$tmp/c.bash" "$tmp" "$1"
}

# zsh_makes TYPED WHAT: when a tabulator is typed behind that.
zsh_makes() {
	expect "zsh completes $1" 0 "" "" timeout 200 \
		zsh -f "$here/complete.zsh" "$tmp/shells" "$1" "$2"
}

# fish_offers TYPED WHAT: its words, without what it says of them.
fish_offers() {
	# shellcheck disable=SC2016 # of fish
	expect "fish completes $1" 0 "$2" "" timeout 200 env HOME="$tmp" \
		fish -N -c 'source $argv[1]; complete -C $argv[2] |
		string replace -r "\t.*" "" | string join " "; true' "$tmp/c.fish" "$1"
}

# By the shells themselves, with the tool and the demo's heaps at hand.
test_completing() {
	local path=$PATH

	mkdir -p "$tmp/shells"
	cp "$tmp/c.zsh" "$tmp/shells/_rtheap"
	ln -sf "$build/rtheap" "$tmp/shells/rtheap"
	export PATH=$tmp/shells:$PATH
	zsh_makes "rtheap compa" "rtheap compare "
	zsh_makes "rtheap region create --ph" "rtheap region create --phys="
	zsh_makes "rtheap destroy dem" "rtheap destroy demo "
	zsh_makes "rtheap sites dem" "rtheap sites demo "
	zsh_makes "rtheap completion zs" "rtheap completion zsh "
	fish_offers "rtheap comp" "compare completion"
	fish_offers "rtheap region create --" "--json --phys"
	fish_offers "rtheap latency --o" "--off --on"
	fish_offers "rtheap destroy dem" "demo"
	fish_offers "rtheap completion z" "zsh"
	fish_offers "rtheap record --heap dem" "demo"
	fish_offers "rtheap map demo --svg $tmp/c.ba" "$tmp/c.bash"
	PATH=$path
}

# What the three tools print, shortened.
make_foreign() {
	cat >"$tmp/foreign" <<-END
		# tracer: nop
		cpus=2
		 tar-17    [001] 95.4: kmalloc:  (getname+0x1c) call_site=getname+0x1c ptr=0xffff8880001000 bytes_req=100 bytes_alloc=128 gfp_flags=X
		 tar-17    [000] d..1. 95.5: kmem_cache_alloc: call_site=f+0x1/0x20 ptr=00000000abcd bytes_req=50 bytes_alloc=64
		 tar    18 [000]    95.6: kmem:kfree: call_site=putname+0x3 ptr=0xffff8880001000
		 tar    18 [000]    95.7: kmem:kmalloc: call_site=g ptr=0xffff8880001000 bytes_req=70 bytes_alloc=96
		 tar-17    [001] 95.8: kmalloc: call_site=g ptr=(nil) bytes_req=70
		 tar-17    [001] 95.9: rtalloc_alloc: heap=demo offset=0 size=8 caller=drv_probe+0x8/0x9 [drv]
		 tar-17    [001] 96.0: rtalloc_alloc: heap=other offset=64 size=9 caller=x
		 tar-17    [001] 96.1: rtalloc_free: heap=demo offset=0 caller=drv_remove
	END
	head -c 10000 /dev/zero | tr '\0' x >>"$tmp/foreign"
}

# thread WHAT STATUS LINE ARG...: is it taken?
thread() {
	local what=$1 status=$2

	echo "$3 kmalloc: call_site=f ptr=0x10 bytes_req=8" >"$tmp/thread"
	files "import of $what" "$status" "" "*" import "$tmp/thread" \
		"$tmp/in2" "${@:4}"
}

# Names of threads have blanks, brackets and numbers; tracefs may print the process.
test_import_threads() {
	thread "a thread with its process" 0 " a-17 (   12) [001] d..1. 95.4:" --pid 17
	thread "another's process" 1 " a-17 (   12) [001] d..1. 95.4:" --pid 12
	thread "a thread of no number" 1 " a-x [001] 95.4:" --pid 0
	thread "a name in brackets" 0 "[7] a-17 [001] 95.4:" --cpu 1 --pid 17
	thread "a name with an event" 0 "my_kmalloc: a-17 [001] 95.4:" --cpu 1
	printf 'a-1 [000] 1.0: kmalloc: ptr=0x20 bytes_req=8\r\n' >"$tmp/thread"
	files "import of a line of DOS" 0 "" "*1 alloc*" import "$tmp/thread" \
		"$tmp/in2"
	echo "a-1 [000] 1.0: kmalloc: call_site=$(printf '%03000d' 0) ptr=0x20 bytes_req=8" \
		>"$tmp/thread"
	files "import of a long name" 0 "" "*1 alloc*" import "$tmp/thread" "$tmp/in2"
	expect "a trace that can be read" 0 "$head1
a 0 8 unknown" "" cat "$tmp/in2"
}

# 123456 is 1e240 in hexadecimal: as a decimal number it would be the other block.
test_import_addresses() {
	local line="a-1 [000] 1.0: kmalloc: call_site=f bytes_req=8"

	printf '%s\n' "$line ptr=0000000000123456" \
		"$line ptr=000000000001e240" >"$tmp/thread"
	files "import of hashed addresses" 0 "" "*: 2 allocations, 0 frees, 2 slots" \
		import "$tmp/thread" "$tmp/in2"
	rm "$tmp/in2"
}

test_import() {
	make_foreign
	files "import" 0 "" "*in: 3 allocations, 1 frees, 2 slots" \
		import "$tmp/foreign" "$tmp/in"
	expect "what it made" 0 "$head1
a 0 100 getname
a 1 50 f
f 0
a 0 70 g" "" cat "$tmp/in"
	files_json "import of a heap" 'd == dict(ok=True, errors=[],
allocations=1, frees=1, slots=1)' import "$tmp/foreign" "$tmp/in" \
		--heap demo --json
	expect "what it made of the heap" 0 "$head1
a 0 8 drv_probe
f 0" "" cat "$tmp/in"
	files "import of a thread" 0 "" "*: 1 alloc*" import "$tmp/foreign" \
		"$tmp/in" --pid 18
	files "import of a processor" 0 "" "*: 1 alloc*, 1 frees*" \
		import "$tmp/foreign" "$tmp/in" --cpu 1
	files "import of a site" 0 "" "*: 1 alloc*" import "$tmp/foreign" \
		"$tmp/in" --site f
	files "import of sizes" 0 "" "*: 2 alloc*" import "$tmp/foreign" \
		"$tmp/in" --bytes 50-70
	files "no sizes" 2 "" "*no range*" import a b --bytes 70-50
	files "sizes of 0" 2 "" "*no range*" import a b --bytes 0
	files "import of nothing" 1 "" "*no event of kmem*" \
		import "$tmp/in" "$tmp/in2"
	expect "import of /dev/zero" 1 "" "*interrupted*" ctrl_c true \
		"$bin/rtheap-asan" import /dev/zero "$tmp/in2"
	files "import to a full disk" 1 "" \
		"*cannot make a trace: No space left on device" \
		import "$tmp/foreign" /dev/full
}
