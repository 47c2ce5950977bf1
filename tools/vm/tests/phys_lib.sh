# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2086
#
# Helper functions for the scripts about physical memory. The VM was booted with
# memmap=16M$0x10000000 and with reserve_mem=16M:4096:rtalloc, which kernels before 6.12 do not
# know. Since 7.0 modules cannot read the firmware's map, so they cannot distinguish memory
# reserved by memmap= from memory that the firmware uses. There a region by address is refused,
# and the region by name is used.
. /tests/lib.sh

# $place is the value for the module's parameter phys=.
taken=0x10000000
case $(uname -r) in
6.*) by_address=yes place=$taken ;;
*)   by_address='' place=reserve_mem ;;
esac

expect_no_claim() {
	! grep -q rtalloc /proc/iomem || fail "a line in iomem"
}

# unclaimed PARAMETER...: fail unless the module is refused with these and claims no memory.
unclaimed() {
	! insmod $MODULE "$@" 2>/dev/null || fail "insmod $* is accepted"
	expect_no_claim
}

# not_given AT SIZE: fail unless a region there is refused to a shell, for one of two reasons.
not_given() {
	put control region create never $2 phys=$1
	if [ -z "$by_address" ] && [ "$err" = "$unsupported" ]; then
		refuse_region "$err" 'phys by address needs*' $2 phys=$1
	else
		refuse_region "$busy" 'phys range is *' $2 phys=$1
	fi
}
