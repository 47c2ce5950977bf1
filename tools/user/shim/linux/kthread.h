/* SPDX-License-Identifier: GPL-2.0-only */
/* kernel threads: none can be started */
#pragma once

#include <linux/err.h>
#include <linux/sched.h>

/* volatile keeps the compiler from knowing that this is NULL. */
static inline void *shim_kthread_data(void)
{
	void *volatile none = NULL;

	return none;
}

#define kthread_create(fn, data, ...)					\
	((void)(fn), (void)(data), (struct task_struct *)ERR_PTR(-ENOMEM))
#define kthread_should_stop()		true
#define kthread_stop(task)		((void)(task))
#define kthread_data(task)		((void)(task), shim_kthread_data())
#define kthread_func(task)		((void)(task), (void *)NULL)
#define kthread_complete_and_exit(done, code)	abort()
