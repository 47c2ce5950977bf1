/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread_created.h - RT-Thread's mailboxes, events and semaphores that are created
 * in place of being initialised, and its mutexes: included by rtthread_ipc.h, which
 * says what holds for them and what the classes of ``Context:`` are.
 *
 * They lie in the system heap. What is deleted is freed at once, and wakes nobody:
 * the threads that use it have ended.
 */
#ifndef _RTALLOC_PORT_RTTHREAD_CREATED_H
#define _RTALLOC_PORT_RTTHREAD_CREATED_H

#include <linux/mutex.h>
#include <linux/sched.h>
#include <rtalloc/port/queue.h>
#include <rtalloc/port/rtthread_ipc.h>

/**
 * rt_mb_create() - make an empty mailbox with its words in the system heap
 * @name: a name, as for rt_mb_init()
 * @size: words, 1 to 65535
 * @flag: ignored
 *
 * Context: As rt_malloc().
 * Return: the mailbox, or NULL: there is no memory, or @size is not allowed.
 */
rt_inline rt_mailbox_t rt_mb_create(const char *name, rt_size_t size,
				    rt_uint8_t flag)
{
	rt_mailbox_t mb;

	if (!size || size > RT_UINT16_MAX)
		return RT_NULL;
	mb = rt_malloc(sizeof(*mb) + size * sizeof(rt_ubase_t));
	if (mb)
		rt_mb_init(mb, name, mb + 1, size, flag);
	return mb;
}

/**
 * rt_mb_delete() - free a mailbox with the words in it
 * @mb: of rt_mb_create(); nobody may wait for it or use it
 *
 * Context: As rt_free().
 * Return: RT_EOK.
 */
rt_inline rt_err_t rt_mb_delete(rt_mailbox_t mb)
{
	rt_free(mb);
	return RT_EOK;
}

/**
 * rt_mb_urgent() - put a word into a mailbox in front of the others, if there is
 *	room
 * @mb: the mailbox
 * @value: the word, which is received next
 *
 * Context: As all senders.
 * Return: RT_EOK, or -RT_EFULL: it was not sent.
 */
rt_inline rt_err_t rt_mb_urgent(rt_mailbox_t mb, rt_ubase_t value)
{
	unsigned long flags;
	bool has_room;

	spin_lock_irqsave(&mb->lock, flags);
	has_room = mb->entry < mb->size;
	if (has_room) {
		mb->out_offset = (mb->out_offset ?: mb->size) - 1;
		mb->msg_pool[mb->out_offset] = value;
		mb->entry++;
		wake_up(&mb->readers);
	}
	spin_unlock_irqrestore(&mb->lock, flags);
	return has_room ? RT_EOK : -RT_EFULL;
}

/**
 * rt_event_create() - make an event with no bit set
 * @name: a name, as for rt_event_init()
 * @flag: ignored
 *
 * Context: As rt_malloc().
 * Return: the event, or NULL: there is no memory.
 */
rt_inline rt_event_t rt_event_create(const char *name, rt_uint8_t flag)
{
	rt_event_t event = rt_malloc(sizeof(*event));

	if (event)
		rt_event_init(event, name, flag);
	return event;
}

/**
 * rt_event_delete() - free an event
 * @event: of rt_event_create(); nobody may wait for it or use it
 *
 * Context: As rt_free().
 * Return: RT_EOK.
 */
rt_inline rt_err_t rt_event_delete(rt_event_t event)
{
	rt_free(event);
	return RT_EOK;
}

/**
 * rt_sem_create() - make a semaphore
 * @name: a name, as for rt_sem_init()
 * @value: the count at first, at most 65535
 * @flag: ignored
 *
 * Context: As rt_malloc().
 * Return: the semaphore, or NULL: there is no memory, or @value is above that.
 */
rt_inline rt_sem_t rt_sem_create(const char *name, rt_uint32_t value,
				 rt_uint8_t flag)
{
	rt_sem_t sem = value <= RT_UINT16_MAX ? rt_malloc(sizeof(*sem)) : RT_NULL;

	if (sem)
		rt_sem_init(sem, name, value, flag);
	return sem;
}

/**
 * rt_sem_delete() - free a semaphore
 * @sem: of rt_sem_create(); nobody may wait for it or use it
 *
 * Context: As rt_free().
 * Return: RT_EOK.
 */
rt_inline rt_err_t rt_sem_delete(rt_sem_t sem)
{
	rt_free(sem);
	return RT_EOK;
}

/* As rt_sem_take() that does not wait. Context: as all senders. */
#define rt_sem_trytake(sem)	rt_sem_take(sem, RT_WAITING_NO)

/* ---- mutexes ------------------------------------------------------------- */

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
	return __rt_waited(port_wait_or(mutex->waiters,
					mutex_trylock(&mutex->mutex), timeout,
					false));
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
<<<<<<< HEAD
 * Return: RT_EOK; -RT_ETIMEOUT: somebody else has it, and @timeout is 0;
 *	-RT_ERROR: this is an interrupt, which cannot have one.
 */
rt_inline rt_err_t rt_mutex_take(rt_mutex_t mutex, rt_int32_t timeout)
{
	if (!in_task())
		return -RT_ERROR;
	if (!port_is_caller(READ_ONCE(mutex->owner))) {
		if (timeout)
			mutex_lock(&mutex->mutex);
		else if (!mutex_trylock(&mutex->mutex))
			return -RT_ETIMEOUT;
=======
 * Return: RT_EOK; -RT_ETIMEOUT: somebody else has it, and had it all the time;
 *	-RT_ERROR: it was told to wait where nobody may sleep.
 */
rt_inline rt_err_t rt_mutex_take(rt_mutex_t mutex, rt_int32_t timeout)
{
	if (READ_ONCE(mutex->owner) != current) {
		rt_err_t err = __rt_mutex_wait(mutex, timeout);

		if (err)
			return err;
>>>>>>> refs/heads/sysport
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
<<<<<<< HEAD
	if (!port_is_caller(READ_ONCE(mutex->owner)))
=======
	unsigned long flags;

	if (READ_ONCE(mutex->owner) != current)
>>>>>>> refs/heads/sysport
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

#endif /* _RTALLOC_PORT_RTTHREAD_CREATED_H */
