#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The guest's part of make vm-shell: load the module and run a shell on /dev/ttyS3. The
# machine ends when the shell exits.
insmod /rtalloc.ko size=16M || exit 1
# Keep the terminal open, because it forgets its size when nobody has it open.
exec 3<>/dev/ttyS3
# The first argument is 0 if the user's terminal has no size.
stty -F /dev/ttyS3 sane
[ "${1:-0}" -lt 1 ] || stty -F /dev/ttyS3 rows "$1" cols "$2"
export TERM="${3:-dumb}" PS1='vm# '
cat >/dev/ttyS3 <<'END'
Linux in QEMU with rtalloc loaded; rtheap --help says what there is, for example
    rtheap create demo tlsf 1M; rtheap alloc demo 1000 --count 20; rtheap map demo
    insmod /native_irq.ko; rtheap map native_irq        the driver of "Your first driver"
"exit" ends the machine.
END
echo 'rtalloc-vm: the shell is there' >/dev/kmsg
setsid -c sh -i </dev/ttyS3 >/dev/ttyS3 2>&1
exit 0
