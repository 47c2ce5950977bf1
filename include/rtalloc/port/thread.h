/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * thread.h - what rtthread_ipc.h, freertos_ipc.h and sylixos_ipc.h are made of: threads
 * that can be stopped, and waits that end when their thread is. Not to be included by drivers.
 *
 * A thread that is asked to stop finds every wait of its own at an end, so a loop
 * that looks at the result of what it waits for ends by itself.
 */
#ifndef _RTALLOC_PORT_THREAD_H
#define _RTALLOC_PORT_THREAD_H

#include <linux/errno.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

/* Shall the calling thread end? */
static inline bool port_thread_should_stop(void)
{
	return current->flags & PF_KTHREAD && kthread_should_stop();
}

/* A thread with nothing left to do waits here for who stops it. */
static inline void port_thread_park(void)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
}

/*
 * Until @cond, @timeout ticks at most; negative: for ever. @cond takes what it finds,
 * so it is not asked again once it was true. Who makes it true wakes before he drops
 * the lock that @cond takes: who gets it may delete @queue. 0, -ETIMEDOUT, or -EINTR: the thread
 * shall stop.
 */
#define port_wait(queue, cond, timeout) ({				\
	long __ticks = (timeout);					\
	long __left = __ticks < 0 ? MAX_SCHEDULE_TIMEOUT : __ticks;	\
	bool __got = (cond), __stop = false;				\
									\
	if (!__got && __left)						\
		wait_event_idle_timeout(queue, (__got = (cond)) ||	\
				(__stop = port_thread_should_stop()),	\
				__left);				\
	__got ? 0 : __stop ? -EINTR : -ETIMEDOUT;			\
})

#endif /* _RTALLOC_PORT_THREAD_H */
