# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2231,SC2044
#
# On a machine with EFI, a region in memory that the firmware uses at run time must be refused.
# The firmware's variables, which it keeps in this memory, must be unchanged afterwards.
. /tests/phys_lib.sh

RUNTIME=/sys/firmware/efi/runtime-map
VARS=/sys/firmware/efi/efivars

set_up() {
	load size=0
}

# Print a checksum of the firmware's boot variables.
variables() {
	[ -n "$(ls $VARS)" ] || mount -t efivarfs efivarfs $VARS || return
	cat $VARS/Boot* | md5sum
}

test_runtime_memory_is_refused() {
	local entry at pages seen=0 before

	before=$(variables) || give_up "no variables of EFI" || return
	for entry in $RUNTIME/*; do
		read -r at <$entry/phys_addr
		read -r pages <$entry/num_pages
		seen=$((seen + 1))
		not_given $at 64K
		[ $((pages)) -lt 16 ] || not_given $at $((pages * 4096))
	done
	[ $seen -ge 3 ] || fail "the firmware has $seen ranges, not code and data"
	expect_no_claim
	expect_eq "the variables" "$(variables)" "$before"
}

test_parameter_is_refused_too() {
	local at

	unload
	read -r at <$RUNTIME/0/phys_addr || give_up "no ranges of EFI" ||
		return
	! insmod $MODULE size=64K phys=$at 2>/dev/null || fail "taken"
}

test_what_was_reserved_is_had() {
	load size=16M phys=$place || return
	create all tlsf 16M
	use all 16000000 zero
	expect_check_ok all
}

run_tests
