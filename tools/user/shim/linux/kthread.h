/* SPDX-License-Identifier: GPL-2.0-only */
/* there are none */
#pragma once

#include <linux/err.h>
#include <linux/sched.h>

#define kthread_create(fn, data, ...)					\
	((void)(fn), (void)(data), (struct task_struct *)ERR_PTR(-ENOMEM))
#define kthread_should_stop()		true
#define kthread_stop(task)		((void)(task))
#define kthread_data(task)		((void)(task), (void *)NULL)
#define kthread_func(task)		((void)(task), (void *)NULL)
#define kthread_complete_and_exit(done, code)	abort()
