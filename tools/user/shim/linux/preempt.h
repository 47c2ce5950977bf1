/* SPDX-License-Identifier: GPL-2.0-only */
/* preemption does not occur; a program may set the context that it is called in */
#pragma once

extern int shim_preempt_count, shim_raw_held;

#define preempt_count()		(shim_preempt_count + shim_raw_held)
#define PREEMPT_LOCK_OFFSET	1
#define preemptible()		(!preempt_count())
#define in_task()		true
#define preempt_disable()	((void)shim_preempt_count++)
#define preempt_enable()	((void)shim_preempt_count--)
