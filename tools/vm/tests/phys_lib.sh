# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2086
#
# What the scripts about physical memory share. The VM was booted with
# memmap=16M$0x10000000, and with reserve_mem=16M:4096:rtalloc, which kernels
# before 6.12 do not know. From 7.0 on the firmware's map is kept from modules, so
# that what memmap= took cannot be told from what the firmware keeps: there by
# address is refused, and the region is the one by name.
. /tests/lib.sh

# $place: what to give to phys= of the module
taken=0x10000000
case $(uname -r) in
6.*) by_address=yes place=$taken ;;
*)   by_address='' place=reserve_mem ;;
esac

expect_no_claim() {
	! grep -q rtalloc /proc/iomem || fail "a line in iomem"
}

# unclaimed WORD...: the module with these is refused.
unclaimed() {
	! insmod $MODULE "$@" 2>/dev/null || fail "insmod $* is accepted"
	expect_no_claim
}

# not_given AT SIZE: no shell makes a region of it, whichever the reason.
not_given() {
	put control region create never $2 phys=$1
	if [ -z "$by_address" ] && [ "$err" = "$unsupported" ]; then
		refuse control "$err" 'phys by address needs*' \
			region create never $2 phys=$1
	else
		refuse control "$busy" 'phys range is *' \
			region create never $2 phys=$1
	fi
}
