# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086,SC2154
#
# A device's pool and its name belong to the driver: whatever a shell does with them, the device can
# be unbound and bound again.
. /tests/net_lib.sh

owner='the heap belongs to a driver'

unbind() {
	echo "$device" >$drivers/$driver/unbind
}

bind() {
	echo "$device" >$drivers/$driver/bind
}

test_pool_of_a_device() {
	load_net || return
	refuse net.$device/alloc "$busy" "$owner" 100
	refuse net.$device/free "$busy" "$owner" 1
	refuse control "$busy" "$owner" destroy net.$device force
	refuse control "$busy" "$owner" extend net.$device 64K
	unbind || fail "unbind is refused"
	expect_no_file $D/net.$device
	bind || fail "bind is refused"
	expect_file $D/net.$device
}

test_name_of_a_device() {
	load_net || return
	unbind || fail "unbind is refused"
	refuse control "$invalid" "a name like family.device is a driver's" \
		create net.$device tlsf 64K
	refuse control "$invalid" "a name like family.device is a driver's" \
		region create net.$device 64K
	bind || fail "bind is refused"
	expect_file $D/net.$device
}

run_tests
