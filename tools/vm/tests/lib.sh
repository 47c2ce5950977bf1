# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034
#
# Helper functions for the test scripts, which run inside the test VM. A script sources
# this file, defines functions test_NAME and ends with run_tests. Each test prints one line:
# "ok SCRIPT.NAME", or "not ok SCRIPT.NAME: " and its first failure. Further failures follow
# on lines that begin with '#'. After each test all heaps are destroyed, and then all of the
# default region must be free again.
#
# The shell is busybox sh. Helpers avoid programs and subshells where they can: starting one
# takes about 10 ms on the emulated processor, and some tests make thousands of requests.

D=/sys/kernel/debug/rtalloc
T=/sys/kernel/tracing
MODULE=/rtalloc.ko
TMP=/tmp/suite
nl='
'
# A request that is one byte too long. It is refused with the text in $stale, so a last_error
# that still has this text after another request was not written by it.
long=$(printf '%0256d' 0)
stale='request is longer than 255 bytes'
# The shell's texts for the errnos of refused requests: EINVAL, ENOENT, EBUSY, ENOMEM, ENOSPC,
# EOPNOTSUPP.
invalid='Invalid argument'
missing='No such file or directory'
busy='Device or resource busy'
full='Cannot allocate memory'
no_space='No space left on device'
unsupported='Operation not supported'
# Bytes of a page, and what messages call that.
page=$(awk '/^KernelPageSize/ { print $2 * 1024; exit }' /proc/self/smaps)
page_text=4096
[ "$page" -eq 4096 ] || page_text='the page size'
script=${0##*/}
script=${script%.sh}
test_name=
failures=0
mkdir -p $TMP

# ---- verdicts ----------------------------------------------------------

fail() {
	failures=$((failures + 1))
	if [ $failures -eq 1 ]; then
		echo "not ok $script.$test_name: $*"
	else
		echo "# $script.$test_name: $*"
	fi
}

# expect_eq WHAT GOT WANTED: fail unless GOT equals WANTED.
expect_eq() {
	[ "$2" = "$3" ] || fail "$1 is '$2', wanted '$3'"
}

# expect_match WHAT GOT PATTERN: fail unless the whole of GOT matches PATTERN, as in case.
expect_match() {
	# shellcheck disable=SC2254 # a pattern it is
	case $2 in
	$3) ;;
	*) fail "$1 is '$2', wanted '$3'" ;;
	esac
}

expect_file() {
	[ -e "$1" ] || fail "$1 does not exist"
}

expect_no_file() {
	[ ! -e "$1" ] || fail "$1 exists"
}

# give_up TEXT...: fail and return 1, for "COMMAND || give_up TEXT || return", which ends a
# test that cannot go on without the command.
give_up() {
	fail "$*"
	return 1
}

# Set $now to the seconds since boot.
now() {
	local rest

	read -r now rest </proc/uptime
	now=${now%.*}
}

# poll COMMAND WORD...: repeat the command until it succeeds, for a minute at most. Returns
# whether it did.
poll() {
	local tenths=600

	until "$@"; do
		[ $tenths -gt 0 ] || return
		tenths=$((tenths - 1))
		usleep 100000
	done
}

# Print how many kilobytes of memory the kernel uses for itself now.
kernel_memory() {
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^(SUnreclaim|VmallocUsed|Percpu):/ { sum += $2 }
	END { print sum }' /proc/meminfo
}

# Has the kernel's memory not changed for 0.2 seconds? Writes it to $TMP/memory.
is_at_rest() {
	local was

	was=$(cat $TMP/memory)
	usleep 200000
	kernel_memory >$TMP/memory
	[ "$was" = "$(cat $TMP/memory)" ]
}

# Print how many kilobytes the kernel uses for itself, once deferred frees are done.
measure() {
	: >$TMP/memory
	poll is_at_rest
	cat $TMP/memory
}

# expect_no_leak COMMAND: fail if the kernel's memory grows by 400 kB or more each time the
# command runs, three times. A leak grows each time. What the kernel caches grows once only;
# up to 432 kB were seen on 7.3-rt.
expect_no_leak() {
	local times=0 before after

	after=$(measure)
	while [ $times -lt 3 ]; do
		before=$after
		$1 || return
		after=$(measure)
		[ $((after - before)) -ge 400 ] || return 0
		times=$((times + 1))
	done
	fail "the kernel's memory grows by $((after - before)) kB each time"
}

# expect_no_complaint [PATTERN]: fail if a line of the kernel's log has BUG, WARNING, Oops or
# PATTERN.
expect_no_complaint() {
	expect_eq "the first complaint in the log" \
		"$(dmesg | grep -m 1 -E "BUG|WARNING|Oops${1:+|$1}")" ''
}

# log_of MODULE: print its lines in the kernel's log, without time and name.
log_of() {
	dmesg | sed -n "s/^\[[^]]*\] $1: //p"
}

# gone PROCESS: has it ended, or did it never exist?
gone() {
	[ ! -d /proc/"$1" ] || grep -q '^State:.Z' /proc/"$1"/status
} 2>/dev/null

# blocked PROCESS [FUNCTION]: does it sleep in the kernel (in that function), or has it ended?
blocked() {
	gone "$1" && return
	case $(cat /proc/"$1"/wchan 2>/dev/null) in
	''|0) return 1 ;;
	${2:-*}) ;;
	*) return 1 ;;
	esac
}

# ---- the module --------------------------------------------------------

loaded() {
	grep -q '^rtalloc ' /proc/modules
}

unload() {
	! loaded || rmmod rtalloc
}

# load [PARAMETER...]: load the module with these parameters; unload it first if necessary.
load() {
	unload || give_up "the module is in use" || return
	insmod $MODULE "$@" || give_up "insmod $* failed"
}

# ---- requests ----------------------------------------------------------

# put FILE WORD...: write a request to a debugfs file. Sets $err to the errno's text, or empty
# if it was accepted. Not for several processes at once: all use the same file for the text.
put() {
	local file=$1

	shift
	err=
	{ echo "$*" >"$D/$file"; } 2>$TMP/err && return
	IFS= read -r err <$TMP/err
	err=${err##*: }
	err=${err:-failed without a word}
}

# read_text FILE: set $text to what $(cat FILE) gives, but start no process.
read_text() {
	local line end=

	text=
	while IFS= read -r line || [ -n "$line" ]; do
		text=$text$end$line
		end=$nl
	done <"$1"
}

# error_file FILE: set $errors to the last_error file for requests to FILE.
error_file() {
	case $1 in
	*/*) errors=$D/${1%/*}/last_error ;;
	*) errors=$D/last_error ;;
	esac
}

# soil_last_error FILE: make last_error say $stale, which only a request that is too long may
# cause.
soil_last_error() {
	case $1 in
	*/*) echo "$long" >"$D/${1%/*}/free" ;;
	*) echo "$long" >$D/control ;;
	esac 2>/dev/null
}

# accept FILE WORD...: write a request; fail if it is refused.
accept() {
	put "$@"
	[ -z "$err" ] && return
	error_file "$1"
	fail "$*: refused, $err ($(cat "$errors"))"
	return 1
}

# look_at_state COMMAND...: run the command on all files whose text a refused request must
# not change.
look_at_state() {
	"$@" $D/heaps $D/regions $D/*/stats $D/*/check $D/*/map 2>/dev/null
}

state() {
	look_at_state cat
}

# As state, without the counter "failed", which a request without memory increments.
state_but_failed() {
	look_at_state grep -hv '^failed: '
}

# refuse FILE ERRNO-TEXT REASON-PATTERN WORD...: write a request; fail unless it is refused
# with this errno and a last_error that matches the pattern, and changes no state.
refuse() {
	local file=$1 want=$2 pattern=$3 view=state before

	shift 3
	[ "$want" != "$full" ] || view=state_but_failed
	soil_last_error "$file"
	before=$($view)
	put "$file" "$@"
	check_refusal "$file" "$want" "$pattern" "$file: $*"
	expect_unchanged "$file: $*" "$before" "$($view)"
}

# refuse_region ERRNO-TEXT REASON-PATTERN SIZE [phys=ADDRESS]: the same for a new region.
refuse_region() {
	local want=$1 pattern=$2

	shift 2
	refuse control "$want" "$pattern" region create never "$@"
}

# refuse_bytes FILE ERRNO-TEXT REASON-PATTERN SOURCE...: as refuse for requests that a shell
# word cannot hold, such as zero bytes. Each request is the content of a file SOURCE. The
# state is compared once, after all of them.
refuse_bytes() {
	local file=$1 want=$2 pattern=$3 before source

	shift 3
	before=$(state)
	for source; do
		soil_last_error "$file"
		err=$(dd if="$source" of="$D/$file" bs=1M 2>&1) && err=
		err=${err%%"$nl"*}
		err=${err##*: }
		check_refusal "$file" "$want" "$pattern" "$file < $source"
	done
	expect_unchanged "$file < $*" "$before" "$(state)"
}

# expect_unchanged WHAT BEFORE AFTER: fail with their difference unless the texts are equal.
expect_unchanged() {
	[ "$2" != "$3" ] || return 0
	echo "$2" >$TMP/before
	echo "$3" >$TMP/after
	fail "$1: changed$(diff $TMP/before $TMP/after | tr '\n' ' ')"
}

# check_refusal FILE ERRNO-TEXT REASON-PATTERN WHAT: fail unless $err and last_error, of one
# line and not stale, are as given.
check_refusal() {
	local text

	error_file "$1"
	read_text "$errors"
	[ "$err" = "$2" ] || fail "$4: errno '$err', wanted '$2'"
	case $text in
	*"$nl"*) fail "$4: last_error has several lines: $text" ;;
	esac
	[ "$2" = 'Argument list too long' ] || [ "$text" != "$stale" ] ||
		fail "$4: last_error says nothing"
	expect_match "$4: last_error" "$text" "$3"
}

create() {
	accept control create "$@"
}

# alloc HEAP WORD...: request a block; sets $handle and $offset.
alloc() {
	local heap=$1

	shift
	handle=
	offset=
	accept "$heap/alloc" "$@" || return
	read -r handle offset <"$D/$heap/alloc"
}

# use HEAP WORD...: as alloc; then fill the block and verify its content.
use() {
	alloc "$@" || return
	accept "$1/fill" "$handle"
	accept "$1/verify" "$handle"
}

# ---- looking at a heap -------------------------------------------------

# stat HEAP KEY: set $value to this line of the heap's statistics.
stat() {
	local key rest

	value=
	while IFS=': ' read -r key rest; do
		[ "$key" != "$2" ] || value=$rest
	done <"$D/$1/stats"
}

# expect_stats HEAP KEY=VALUE...: fail for each statistic that has another value.
expect_stats() {
	local heap=$1 pair

	shift
	for pair; do
		stat "$heap" "${pair%%=*}"
		expect_eq "$heap: ${pair%%=*}" "$value" "${pair#*=}"
	done
}

expect_check_ok() {
	local text

	read_text "$D/$1/check"
	expect_eq "check of $1" "$text" ok
}

# ---- the tool ----------------------------------------------------------

# run STATUS WORD...: run rtheap with these arguments; fail if its exit status is not STATUS.
# Sets $out to its output.
run() {
	local want=$1 status=0

	shift
	out=$(rtheap "$@" 2>$TMP/stderr) || status=$?
	[ $status -eq "$want" ] ||
		fail "rtheap $*: exit status $status, wanted $want: $out $(cat $TMP/stderr)"
}

# Parse the JSON text in $out into lines "PATH VALUE" in $TMP/json.
json() {
	echo "$out" | awk -f /tests/json.awk >$TMP/json 2>$TMP/stderr ||
		fail "$(cat $TMP/stderr)"
}

# expect_json PATH VALUE: fail unless the text that json() parsed has this value there.
expect_json() {
	expect_eq "$1" "$(sed -n "s/^$1 //p" $TMP/json)" "$2"
}

# ---- running -----------------------------------------------------------

destroy_all() {
	local name rest

	while read -r name rest; do
		[ "$name" = '#' ] || echo "destroy $name force" >$D/control
	done <$TMP/heaps
}

# Destroy all heaps and regions that the test created. Fail if a region is not all free then.
clean_up() {
	local name kind size free heaps rest

	loaded || return 0
	cat $D/heaps >$TMP/heaps
	destroy_all
	cat $D/regions >$TMP/regions
	while read -r name kind size free heaps rest; do
		[ "$name" != '#' ] || continue
		expect_eq "region $name: free of $size" "$free" "$size"
		expect_eq "region $name: heaps" "$heaps" 0
		[ "$name" = default ] || echo "region destroy $name" >$D/control
	done <$TMP/regions
	expect_eq "number of heaps" "$(grep -vc '^#' $D/heaps)" 0
}

# Runs before each test. A script may define its own.
set_up() {
	loaded || load size=16M
}

# Run set_up. If it fails without a word, this is the test's failure: the test cannot run.
is_set_up() {
	set_up && return
	[ $failures -gt 0 ] || fail "set_up failed"
	return 1
}

# Run all functions test_NAME of the script, in the order in which it defines them.
run_tests() {
	local tests

	tests=$(sed -n 's/^test_\([a-z0-9_]*\)() {$/\1/p' "$0")
	for test_name in $tests; do
		failures=0
		is_set_up && "test_$test_name"
		clean_up
		[ $failures -gt 0 ] || echo "ok $script.$test_name"
	done
}
