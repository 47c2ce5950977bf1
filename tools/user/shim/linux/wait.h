/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wait queues: there is one thread, so a wait times out at once. Before that,
 * shim_meanwhile() does what another task would do, if the program has something to do.
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
void shim_meanwhile(void);	/* defined by a program that has waits */

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
