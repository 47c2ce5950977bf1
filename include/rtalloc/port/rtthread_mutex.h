/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread_mutex.h - RT-Thread's mutexes: included by rtthread_ipc.h, which has the rules
 * for all objects and the classes of ``Context:``.
 */
#ifndef _RTALLOC_PORT_RTTHREAD_MUTEX_H
#define _RTALLOC_PORT_RTTHREAD_MUTEX_H

#include <linux/mutex.h>
#include <linux/sched.h>
#include <rtalloc/port/rtthread_ipc.h>

/**
 * struct rt_mutex_port - what an rt_mutex_t points to
 * @mutex: the Linux mutex
 * @lock: held while @mutex is unlocked and @waiters are woken. The next owner takes it
 *	before it may free the struct, so it waits until the previous owner is done.
 * @waiters: threads that wait with a time limit
 * @owner: the thread that holds the mutex, or NULL; written by that thread only
 * @hold: how often @owner has taken the mutex
 * @self: address of this struct while the mutex is valid
 */
struct rt_mutex_port {
	struct mutex mutex;	/* guards what the driver uses it for */
	spinlock_t lock;	/* held while the mutex is unlocked and waiters are woken */
	wait_queue_head_t waiters;
	struct task_struct *owner;
	rt_ubase_t hold;
	const struct rt_mutex_port *self;
};

/* Linux has a struct rt_mutex of its own, so the struct has another name. */
typedef struct rt_mutex_port *rt_mutex_t;

/**
 * rt_mutex_create() - create a mutex in the system heap
 * @name: ignored
 * @flag: ignored
 *
 * Without PREEMPT_RT there is no priority inheritance.
 *
 * Context: As rt_malloc().
 * Return: the mutex; NULL if there is no memory.
 */
#define rt_mutex_create(name, flag)	__rt_mutex_create()

rt_inline rt_mutex_t __rt_mutex_create(void)
{
	rt_mutex_t mutex = rt_malloc(sizeof(*mutex));

	if (!mutex)
		return RT_NULL;
	mutex_init(&mutex->mutex);
	spin_lock_init(&mutex->lock);
	init_waitqueue_head(&mutex->waiters);
	mutex->owner = NULL;
	mutex->hold = 0;
	mutex->self = mutex;
	return mutex;
}

/* Is this a valid mutex? If not, log that. A macro, so that each place that uses it logs once. */
#define __rt_mutex_is(mutex, call)					\
({									\
	rt_mutex_t __one = (mutex);					\
	bool __is = __one && READ_ONCE(__one->self) == __one;		\
									\
	if (!__is)							\
		pr_warn_once("rtthread: %s() of what is no mutex\n", call); \
	__is;								\
})

/**
 * rt_mutex_delete() - free a mutex
 * @mutex: the mutex, which nobody holds or waits for
 *
 * Context: As rt_free().
 * Return: RT_EOK; -RT_ERROR: @mutex is not a valid mutex.
 */
rt_inline rt_err_t rt_mutex_delete(rt_mutex_t mutex)
{
	if (!__rt_mutex_is(mutex, "rt_mutex_delete"))
		return -RT_ERROR;
	WRITE_ONCE(mutex->self, NULL);
	rt_free(mutex);
	return RT_EOK;
}

/* Linux's mutexes have no time limit: with one, try again whenever the mutex is released. */
rt_inline rt_err_t __rt_mutex_wait(rt_mutex_t mutex, rt_int32_t timeout)
{
	if (timeout && !port_may_wait())
		return -RT_ERROR;
	if (timeout < 0) {
		mutex_lock(&mutex->mutex);
		return RT_EOK;
	}
	return port_wait_or(mutex->waiters, mutex_trylock(&mutex->mutex), timeout,
			    false) ? -RT_ETIMEOUT : RT_EOK;
}

/**
 * rt_mutex_take() - take a mutex; its owner may take it again
 * @mutex: the mutex; it must be released as often as it was taken
 * @timeout: the longest wait, in ticks; 0: do not wait; negative: no limit
 *
 * The wait is not cut short when the thread is being deleted, so without a limit a thread
 * never enters what the mutex guards without holding it. Threads that wait with a limit get
 * the mutex after those that wait without one, and on PREEMPT_RT do not lend their priority
 * to its owner.
 *
 * Context: Process context without a spinlock; sleeps unless @timeout is 0.
 * Return: RT_EOK; -RT_ETIMEOUT: another thread held it all the time; -RT_ERROR: the caller
 *	is an interrupt, which cannot own a mutex, or would have to wait where sleeping is
 *	not allowed, or @mutex is not a valid mutex.
 */
rt_inline rt_err_t rt_mutex_take(rt_mutex_t mutex, rt_int32_t timeout)
{
	if (!__rt_mutex_is(mutex, "rt_mutex_take") || !in_task())
		return -RT_ERROR;
	if (!port_is_caller(READ_ONCE(mutex->owner))) {
		rt_err_t err = __rt_mutex_wait(mutex, timeout);

		if (err)
			return err;
		WRITE_ONCE(mutex->owner, current);
	}
	mutex->hold++;
	return RT_EOK;
}

/* rt_mutex_take() that does not wait. Context: process context. */
#define rt_mutex_trytake(mutex)	rt_mutex_take(mutex, RT_WAITING_NO)

/* The same: signals do not end the wait. */
#define rt_mutex_take_interruptible(mutex, timeout)			\
	rt_mutex_take(mutex, timeout)
#define rt_mutex_take_killable(mutex, timeout)	rt_mutex_take(mutex, timeout)

/**
 * rt_mutex_release() - release a mutex, once
 * @mutex: the mutex
 *
 * Context: Process context.
 * Return: RT_EOK; -RT_ERROR: the calling thread does not hold it, or it is not a valid
 *	mutex; nothing changes.
 */
rt_inline rt_err_t rt_mutex_release(rt_mutex_t mutex)
{
	unsigned long flags;

	if (!__rt_mutex_is(mutex, "rt_mutex_release"))
		return -RT_ERROR;
	if (!port_is_caller(READ_ONCE(mutex->owner)))
		return -RT_ERROR;
	if (--mutex->hold)
		return RT_EOK;
	WRITE_ONCE(mutex->owner, NULL);
	/* The next owner may free the mutex once it has taken and dropped the lock itself. */
	spin_lock_irqsave(&mutex->lock, flags);
	mutex_unlock(&mutex->mutex);
	wake_up_all(&mutex->waiters);
	spin_unlock_irqrestore(&mutex->lock, flags);
	return RT_EOK;
}

/**
 * rt_mutex_control() - return an error, as in RT-Thread: a mutex has no commands
 * @mutex: ignored
 * @cmd: ignored
 * @arg: ignored
 *
 * Context: Any.
 * Return: -RT_EINVAL.
 */
rt_inline rt_err_t rt_mutex_control(rt_mutex_t mutex, int cmd, void *arg)
{
	RT_UNUSED(mutex);
	RT_UNUSED(cmd);
	RT_UNUSED(arg);
	return -RT_EINVAL;
}

#endif /* _RTALLOC_PORT_RTTHREAD_MUTEX_H */
