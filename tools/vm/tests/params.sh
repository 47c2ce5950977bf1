# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2231,SC2044
#
# insmod with wrong parameters must fail with an errno and one line in the log, and leave nothing
# behind. No physical memory is reserved for these tests.
. /tests/lib.sh

# The last page that 64 bits can name.
top_page=$(printf 0x%x -$page)

set_up() {
	# The log's lines about taint come with the first insmod.
	load size=64K && unload
}

# Print the log's lines about the module, without times. Busybox's insmod tries twice, so
# repeated lines are printed once.
log_lines() {
	dmesg | sed -n 's/^\[[^]]*\] //; /rtalloc/p' | sort -u
}

# bad ERRNO-TEXT REASON-PATTERN PARAMETER...: fail unless insmod fails so with these parameters.
bad() {
	local want=$1 pattern=$2

	shift 2
	dmesg -c >/dev/null
	if err=$(insmod $MODULE "$@" 2>&1); then
		fail "insmod $* is accepted"
		rmmod rtalloc
		return
	fi
	expect_match "insmod $*: errno" "${err##*: }" "$want"
	expect_match "insmod $*: the log" "$(log_lines)" "rtalloc: $pattern"
	expect_eq "insmod $*: lines in the log" "$(log_lines | wc -l)" 1
	expect_nothing_left "insmod $*"
}

expect_nothing_left() {
	[ ! -e $D ] || fail "$1: debugfs directory is left"
	! grep -q rtalloc /proc/iomem || fail "$1: a line in iomem is left"
	! loaded || fail "$1: the module is loaded"
}

good() {
	load "$@" || return
	expect_file $D/control
	unload
	expect_nothing_left "insmod $* and rmmod"
}

test_words() {
	local word

	for word in abc '' 16X 1.5M 0x 0xG -1 -16M +16M 16MM 1K6 \
		99999999999999999999 0xffffffffffffffffff 17179869184G; do
		bad "$invalid" "size=$word: not a number*" "size=$word"
		bad "$invalid" "*not*number*" size=1M "phys=$word"
	done
}

test_size_limits() {
	bad "$invalid" '*size is below 64 KiB*' size=1
	bad "$invalid" '*size is below 64 KiB*' size=60K
	bad "$invalid" '*size is below 64 KiB*' size=65535
	bad "$invalid" "*size is not a multiple of $page_text*" size=65537
	bad "$invalid" "*size is not a multiple of $page_text*" size=$((65535 + page))
	good size=65536
	good size=$(printf 0x%x $((65536 + page)))
	good size=64k
}

test_size_above_half_of_memory() {
	local key kilobytes rest pages

	while read -r key kilobytes rest; do
		[ "$key" != MemTotal: ] || break
	done </proc/meminfo
	pages=$((kilobytes * 1024 / page / 2))
	bad "$invalid" '*above half of memory*' size=$(((pages + 1) * page))
	bad "$invalid" '*above half of memory*' size=4G
	bad "$invalid" '*above half of memory*' size=$top_page
	bad "$invalid" '*not a multiple*' size=0xffffffffffffffff
	good size=$((pages * page))
}

# Without parameters there is no region.
test_default() {
	load || return
	expect_eq regions "$(grep -vc '^#' $D/regions)" 0
	unload
}

test_no_region() {
	load size=0 || return
	expect_eq regions "$(grep -vc '^#' $D/regions)" 0
	refuse control "$missing" 'there is no region' create a slab 64K
	unload
	bad "$invalid" '*size is below 64 KiB*' size=0 phys=0x10000000
}

test_phys_unaligned() {
	bad "$invalid" "*phys is not a multiple of $page_text*" \
		size=1M phys=0x10000001
	bad "$invalid" "*phys is not a multiple of $page_text*" size=1M phys=1
	bad "$invalid" "*size is not a multiple of $page_text*" \
		size=65537 phys=0x10000000
}

test_phys_over_system_memory() {
	local phys

	# Low memory, memory of the kernel, free memory, and a range across the end of memory.
	for phys in $page 0x100000 0x8000000 0x10000000 0x1ff00000; do
		bad "$busy" '*phys range is not reserved*' size=1M phys=$phys
	done
}

test_phys_claimed() {
	# The I/O interrupt controller (IOAPIC) of the emulated PC.
	bad "$busy" '*phys range*' size=64K phys=0xfec00000
}

test_phys_beyond_the_address_space() {
	bad "$busy" '*phys range*' size=1M phys=0x1000000000000000
	bad "$busy" '*phys range*' size=1M phys=0x7ffffffffff00000
}

test_phys_wraps_around() {
	bad "$invalid" '*wraps around*' size=2M phys=0xfffffffffff00000
	bad "$invalid" '*wraps around*' size=$top_page phys=0x10000000
}

# Between the end of memory and the devices there is nothing that could store data.
test_phys_without_memory() {
	bad '*' '*region not created: phys range*' size=1M phys=0x30000000
}

run_tests
