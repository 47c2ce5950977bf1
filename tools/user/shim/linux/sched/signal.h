/* SPDX-License-Identifier: GPL-2.0-only */
/* nobody is killed */
#ifndef _SHIM_LINUX_SCHED_SIGNAL_H
#define _SHIM_LINUX_SCHED_SIGNAL_H

#include <linux/sched.h>

#define fatal_signal_pending(task)	((void)(task), false)

#endif
