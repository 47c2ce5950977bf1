/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread_ipc.h - RT-Thread's threads, mailboxes, events, semaphores and mutexes
 * over what Linux has of the kind: optional, for drivers that are made of them.
 *
 *   thread      a kthread. It runs from rt_thread_startup() on. Its priority is
 *               Linux's affair: sched_set_fifo() in the entry, where it matters.
 *   mailbox     words in the caller's memory
 *   event       32 bits
 *   semaphore   a count
 *   mutex       not recursive, as Linux's: taken twice by one thread it hangs
 *
 * What never ends in RT-Thread must end in a module: rt_thread_delete() asks the
 * thread to stop and waits until its entry has returned. From then on every wait of
 * that thread ends at once with -RT_ERROR, so that the usual loop,
 *
 *	while (rt_mb_recv(&mb, &value, RT_WAITING_FOREVER) == RT_EOK)
 *
 * ends by itself; one that ignores the result asks rt_thread_should_stop().
 *
 * Context: send and release anywhere but in NMI and, on PREEMPT_RT, hard
 * interrupts (Linux's interrupt handlers are threads there); what waits in process
 * context, without a lock. A timeout of 0 never waits.
 */
#ifndef _RTALLOC_PORT_RTTHREAD_IPC_H
#define _RTALLOC_PORT_RTTHREAD_IPC_H

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <rtalloc/port/rtthread.h>
#include <rtalloc/port/thread.h>

#define RT_IPC_FLAG_FIFO	0x00	/* waiters have Linux's order */
#define RT_IPC_FLAG_PRIO	0x01

/* ---- threads ---------------------------------------------------------- */

struct rt_thread {
	struct task_struct *task;
	void (*entry)(void *parameter);
	void *parameter;
};

typedef struct rt_thread *rt_thread_t;

/* Shall the calling thread end? */
rt_inline bool rt_thread_should_stop(void)
{
	return port_thread_should_stop();
}

/* An entry that has returned waits here for who stops it. */
rt_inline int __rt_thread_run(void *data)
{
	struct rt_thread *thread = data;

	thread->entry(thread->parameter);
	port_thread_park();
	return 0;
}

rt_inline rt_thread_t rt_thread_create(const char *name,
				       void (*entry)(void *parameter),
				       void *parameter, rt_uint32_t stack_size,
				       rt_uint8_t priority, rt_uint32_t tick)
{
	struct rt_thread *thread = rt_malloc(sizeof(*thread));

	RT_UNUSED(stack_size);
	RT_UNUSED(priority);
	RT_UNUSED(tick);
	if (!thread)
		return RT_NULL;
	thread->entry = entry;
	thread->parameter = parameter;
	thread->task = kthread_create(__rt_thread_run, thread, "%s", name);
	if (!IS_ERR(thread->task))
		return thread;
	rt_free(thread);
	return RT_NULL;
}

rt_inline rt_err_t rt_thread_startup(rt_thread_t thread)
{
	wake_up_process(thread->task);
	return RT_EOK;
}

/* Returns when the entry has; not from the thread itself. */
rt_inline rt_err_t rt_thread_delete(rt_thread_t thread)
{
	kthread_stop(thread->task);
	rt_free(thread);
	return RT_EOK;
}

rt_inline rt_err_t rt_thread_mdelay(rt_int32_t ms)
{
	msleep(ms);
	return RT_EOK;
}

/* ---- waiting ---------------------------------------------------------- */

/* Until @cond, @timeout ticks at most; negative: for ever. See port_wait(). */
#define __rt_wait(queue, cond, timeout) ({				\
	rt_int32_t __rt_ticks = (timeout);				\
	int __err = port_wait(queue, cond, __rt_ticks);			\
									\
	!__err ? RT_EOK : __err == -EINTR ? -RT_ERROR : -RT_ETIMEOUT;	\
})

#define __rt_ipc_init(ipc, title)					\
	do {								\
		memset(ipc, 0, sizeof(*(ipc)));				\
		strscpy_pad((ipc)->parent.name, title,			\
			    sizeof((ipc)->parent.name));		\
		spin_lock_init(&(ipc)->lock);				\
	} while (0)

/* ---- mailboxes -------------------------------------------------------- */

struct rt_mailbox {
	struct rt_object parent;
	spinlock_t lock;	/* guards what is below */
	wait_queue_head_t readers;
	wait_queue_head_t writers;
	rt_ubase_t *msg_pool;
	rt_uint16_t size;
	rt_uint16_t entry;	/* how many are in it */
	rt_uint16_t out_offset;
};

typedef struct rt_mailbox *rt_mailbox_t;

/* @size words at @msgpool. */
rt_inline rt_err_t rt_mb_init(rt_mailbox_t mb, const char *name, void *msgpool,
			      rt_size_t size, rt_uint8_t flag)
{
	RT_UNUSED(flag);
	__rt_ipc_init(mb, name);
	init_waitqueue_head(&mb->readers);
	init_waitqueue_head(&mb->writers);
	mb->msg_pool = msgpool;
	mb->size = size;
	return RT_EOK;
}

/* Its users have ended, see rt_thread_delete(). */
rt_inline rt_err_t rt_mb_detach(rt_mailbox_t mb)
{
	mb->size = 0;
	return RT_EOK;
}

rt_inline bool __rt_mb_put(rt_mailbox_t mb, rt_ubase_t value)
{
	unsigned long flags;
	bool has_room;

	spin_lock_irqsave(&mb->lock, flags);
	has_room = mb->entry < mb->size;
	if (has_room)
		mb->msg_pool[(mb->out_offset + mb->entry++) % mb->size] = value;
	if (has_room)
		wake_up(&mb->readers);
	spin_unlock_irqrestore(&mb->lock, flags);
	return has_room;
}

rt_inline bool __rt_mb_get(rt_mailbox_t mb, rt_ubase_t *value)
{
	unsigned long flags;
	bool has_mail;

	spin_lock_irqsave(&mb->lock, flags);
	has_mail = mb->entry;
	if (has_mail) {
		*value = mb->msg_pool[mb->out_offset];
		mb->out_offset = (mb->out_offset + 1) % mb->size;
		mb->entry--;
	}
	if (has_mail)
		wake_up(&mb->writers);
	spin_unlock_irqrestore(&mb->lock, flags);
	return has_mail;
}

rt_inline rt_err_t rt_mb_send_wait(rt_mailbox_t mb, rt_ubase_t value,
				   rt_int32_t timeout)
{
	rt_err_t err = __rt_wait(mb->writers, __rt_mb_put(mb, value), timeout);

	return err == -RT_ETIMEOUT && !timeout ? -RT_EFULL : err;
}

rt_inline rt_err_t rt_mb_send(rt_mailbox_t mb, rt_ubase_t value)
{
	return __rt_mb_put(mb, value) ? RT_EOK : -RT_EFULL;
}

rt_inline rt_err_t rt_mb_recv(rt_mailbox_t mb, rt_ubase_t *value,
			      rt_int32_t timeout)
{
	return __rt_wait(mb->readers, __rt_mb_get(mb, value), timeout);
}

/* ---- events ----------------------------------------------------------- */

#define RT_EVENT_FLAG_AND	0x01
#define RT_EVENT_FLAG_OR	0x02
#define RT_EVENT_FLAG_CLEAR	0x04

struct rt_event {
	struct rt_object parent;
	spinlock_t lock;	/* guards set */
	wait_queue_head_t waiters;
	rt_uint32_t set;
};

typedef struct rt_event *rt_event_t;

rt_inline rt_err_t rt_event_init(rt_event_t event, const char *name,
				 rt_uint8_t flag)
{
	RT_UNUSED(flag);
	__rt_ipc_init(event, name);
	init_waitqueue_head(&event->waiters);
	return RT_EOK;
}

rt_inline rt_err_t rt_event_detach(rt_event_t event)
{
	event->set = 0;
	return RT_EOK;
}

rt_inline rt_err_t rt_event_send(rt_event_t event, rt_uint32_t set)
{
	unsigned long flags;

	if (!set)
		return -RT_ERROR;
	spin_lock_irqsave(&event->lock, flags);
	event->set |= set;
	wake_up_all(&event->waiters);
	spin_unlock_irqrestore(&event->lock, flags);
	return RT_EOK;
}

rt_inline bool __rt_event_take(rt_event_t event, rt_uint32_t set,
			       rt_uint8_t option, rt_uint32_t *got)
{
	unsigned long flags;
	bool is_there;

	spin_lock_irqsave(&event->lock, flags);
	*got = event->set & set;
	is_there = option & RT_EVENT_FLAG_AND ? *got == set : *got != 0;
	if (is_there && option & RT_EVENT_FLAG_CLEAR)
		event->set &= ~set;
	spin_unlock_irqrestore(&event->lock, flags);
	return is_there;
}

rt_inline rt_err_t rt_event_recv(rt_event_t event, rt_uint32_t set,
				 rt_uint8_t option, rt_int32_t timeout,
				 rt_uint32_t *recved)
{
	rt_uint32_t got = 0;
	rt_err_t err;

	if (!set || !(option & (RT_EVENT_FLAG_AND | RT_EVENT_FLAG_OR)))
		return -RT_ERROR;
	err = __rt_wait(event->waiters,
			__rt_event_take(event, set, option, &got), timeout);
	if (!err && recved)
		*recved = got;
	return err;
}

/* ---- semaphores and mutexes -------------------------------------------- */

struct rt_semaphore {
	struct rt_object parent;
	spinlock_t lock;	/* guards value */
	wait_queue_head_t waiters;
	rt_uint16_t value;
};

typedef struct rt_semaphore *rt_sem_t;

rt_inline rt_err_t rt_sem_init(rt_sem_t sem, const char *name, rt_uint32_t value,
			       rt_uint8_t flag)
{
	RT_UNUSED(flag);
	__rt_ipc_init(sem, name);
	init_waitqueue_head(&sem->waiters);
	sem->value = value;
	return RT_EOK;
}

rt_inline rt_err_t rt_sem_detach(rt_sem_t sem)
{
	sem->value = 0;
	return RT_EOK;
}

rt_inline bool __rt_sem_down(rt_sem_t sem)
{
	unsigned long flags;
	bool is_there;

	spin_lock_irqsave(&sem->lock, flags);
	is_there = sem->value;
	sem->value -= is_there;
	spin_unlock_irqrestore(&sem->lock, flags);
	return is_there;
}

rt_inline rt_err_t rt_sem_take(rt_sem_t sem, rt_int32_t timeout)
{
	return __rt_wait(sem->waiters, __rt_sem_down(sem), timeout);
}

rt_inline rt_err_t rt_sem_release(rt_sem_t sem)
{
	unsigned long flags;
	bool is_full;

	spin_lock_irqsave(&sem->lock, flags);
	is_full = sem->value == RT_UINT16_MAX;
	sem->value += !is_full;
	wake_up(&sem->waiters);
	spin_unlock_irqrestore(&sem->lock, flags);
	return is_full ? -RT_EFULL : RT_EOK;
}

struct rt_mutex_port {
	struct mutex mutex;	/* what the driver says it guards */
};

/* Linux has a struct rt_mutex of its own, so the type is spelt like this. */
typedef struct rt_mutex_port *rt_mutex_t;

#define rt_mutex_create(name, flag)	__rt_mutex_create()

rt_inline rt_mutex_t __rt_mutex_create(void)
{
	rt_mutex_t mutex = rt_malloc(sizeof(*mutex));

	if (mutex)
		mutex_init(&mutex->mutex);
	return mutex;
}

rt_inline rt_err_t rt_mutex_delete(rt_mutex_t mutex)
{
	rt_free(mutex);
	return RT_EOK;
}

rt_inline rt_err_t rt_mutex_take(rt_mutex_t mutex, rt_int32_t timeout)
{
	if (timeout)
		mutex_lock(&mutex->mutex);
	else if (!mutex_trylock(&mutex->mutex))
		return -RT_ETIMEOUT;
	return RT_EOK;
}

rt_inline rt_err_t rt_mutex_release(rt_mutex_t mutex)
{
	mutex_unlock(&mutex->mutex);
	return RT_EOK;
}

#endif /* _RTALLOC_PORT_RTTHREAD_IPC_H */
