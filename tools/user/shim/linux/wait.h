/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * one thread: nobody waits, nobody is woken, and whoever would wait has no time. But
 * what somebody else would have done meanwhile may be said, and is done then.
 */
#pragma once

#include <linux/sched.h>

typedef struct {
	char unused;
} wait_queue_head_t;

#define DECLARE_WAIT_QUEUE_HEAD(name)	wait_queue_head_t name
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name)	wait_queue_head_t name
#define init_waitqueue_head(queue)	((void)(queue))
#define wq_has_sleeper(queue)		((void)(queue), false)
#define wake_up(queue)			((void)(queue))
#define wake_up_all(queue)		((void)(queue))
void shim_meanwhile(void);	/* the program's that has waiters */

#define wait_event_idle_timeout(queue, cond, ticks)			\
	({								\
		(void)&(queue);						\
		(void)(ticks);						\
		shim_meanwhile();					\
		(cond) ? 1L : 0L;					\
	})
#define wait_event_idle(queue, cond)					\
	({								\
		(void)&(queue);						\
		if (!(cond))						\
			abort();					\
	})
