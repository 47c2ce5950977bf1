/* SPDX-License-Identifier: GPL-2.0-only */
/* nothing preempts */
#ifndef _SHIM_LINUX_PREEMPT_H
#define _SHIM_LINUX_PREEMPT_H

#define preempt_count()		0

#endif
