/* SPDX-License-Identifier: GPL-2.0-only */
/* scheduling: there is one thread, and a sleep ends by its timeout */
#pragma once

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>

#define PF_KTHREAD	1u
#define PF_EXITING	2u
#define TASK_COMM_LEN	16

struct task_struct {
	unsigned int flags;
	char comm[TASK_COMM_LEN];
};

/* A task that is not a kernel thread. */
static inline struct task_struct *shim_current(void)
{
	static struct task_struct task;

	return &task;
}

#define current			shim_current()
#define task_pid_nr(task)	((void)(task), 1)
#define MAX_SCHEDULE_TIMEOUT	LONG_MAX
#define TASK_KILLABLE		2
#define TASK_RUNNING		0
#define TASK_INTERRUPTIBLE	1
#define set_current_state(s)	((void)(s))
#define schedule()		((void)0)
#define __set_current_state(s)	((void)(s))
#define schedule_timeout(t)	((void)(t), 0L)
#define schedule_timeout_uninterruptible(t)	((void)(t), abort())
#define wake_up_process(task)	((void)(task))
#define cond_resched()		((void)0)
