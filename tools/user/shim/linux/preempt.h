/* SPDX-License-Identifier: GPL-2.0-only */
/* nothing preempts; a program may say where it is called */
#ifndef _SHIM_LINUX_PREEMPT_H
#define _SHIM_LINUX_PREEMPT_H

extern int shim_preempt_count;

#define preempt_count()		shim_preempt_count
#define preemptible()		(!preempt_count())

#endif
