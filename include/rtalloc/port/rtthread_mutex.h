/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread_mutex.h - RT-Thread's mutexes: included by rtthread_ipc.h, which says what
 * holds for all objects and what the classes of ``Context:`` are.
 */
#ifndef _RTALLOC_PORT_RTTHREAD_MUTEX_H
#define _RTALLOC_PORT_RTTHREAD_MUTEX_H

#include <linux/mutex.h>
#include <linux/sched.h>
#include <rtalloc/port/rtthread_ipc.h>

/**
 * struct rt_mutex_port - a mutex of RT-Thread's; its users have an rt_mutex_t
 * @mutex: Linux's
 * @lock: held while @mutex is given, and those who wait for a time are woken
 * @waiters: who waits for a time
 * @owner: who has it; only that thread finds itself here
 * @hold: how often it has taken it
 */
struct rt_mutex_port {
	struct mutex mutex;	/* what the driver says it guards */
	spinlock_t lock;	/* who gives it is done when it is free */
	wait_queue_head_t waiters;
	struct task_struct *owner;
	rt_ubase_t hold;
};

/* Linux has a struct rt_mutex of its own, so the type is spelt like this. */
typedef struct rt_mutex_port *rt_mutex_t;

/**
 * rt_mutex_create() - make a mutex
 * @name: ignored
 * @flag: ignored
 *
 * It lies in the system heap. Outside of PREEMPT_RT the priority of who has it is
 * not raised.
 *
 * Context: As rt_malloc().
 * Return: the mutex, or NULL: there is no memory.
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
	return mutex;
}

/**
 * rt_mutex_delete() - free a mutex
 * @mutex: the mutex; nobody has it or waits for it
 *
 * Context: As rt_free().
 * Return: RT_EOK.
 */
rt_inline rt_err_t rt_mutex_delete(rt_mutex_t mutex)
{
	rt_free(mutex);
	return RT_EOK;
}

/* Without a limit as Linux waits for it; for a time as for what else there is. */
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
 * rt_mutex_take() - take a mutex, perhaps once more
 * @mutex: the mutex; as often as it was taken it must be given
 * @timeout: ticks to wait at most; 0: do not wait; negative: no limit
 *
 * The wait is not cut short when the thread is being deleted, so with no limit what
 * the mutex guards is never entered without it. Those who wait for a time get it
 * behind those who wait without a limit, and on PREEMPT_RT raise nobody's priority.
 *
 * Context: Process context without a spinlock, may sleep; with @timeout 0, too, but
 *	then without sleeping.
 * Return: RT_EOK; -RT_ETIMEOUT: somebody else has it, and had it all the time;
 *	-RT_ERROR: this is an interrupt, which cannot have one, or it was told to
 *	wait where nobody may sleep.
 */
rt_inline rt_err_t rt_mutex_take(rt_mutex_t mutex, rt_int32_t timeout)
{
	if (!in_task())
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

/* As rt_mutex_take() that does not wait. Context: Process context. */
#define rt_mutex_trytake(mutex)	rt_mutex_take(mutex, RT_WAITING_NO)

/**
 * rt_mutex_release() - give a mutex once
 * @mutex: the mutex
 *
 * Context: Process context.
 * Return: RT_EOK; -RT_ERROR: the calling thread does not have it, and nothing
 *	changes.
 */
rt_inline rt_err_t rt_mutex_release(rt_mutex_t mutex)
{
	unsigned long flags;

	if (!port_is_caller(READ_ONCE(mutex->owner)))
		return -RT_ERROR;
	if (--mutex->hold)
		return RT_EOK;
	WRITE_ONCE(mutex->owner, NULL);
	/* Whoever gets it may free it, as soon as he has given it himself. */
	spin_lock_irqsave(&mutex->lock, flags);
	mutex_unlock(&mutex->mutex);
	wake_up_all(&mutex->waiters);
	spin_unlock_irqrestore(&mutex->lock, flags);
	return RT_EOK;
}

/**
 * rt_mutex_control() - nothing, as in RT-Thread: a mutex has no commands
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
