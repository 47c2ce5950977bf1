/* SPDX-License-Identifier: GPL-2.0-only */
/* there are none */
#pragma once

#include <linux/err.h>
#include <linux/sched.h>

/* The compiler must not think that it knows. */
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
