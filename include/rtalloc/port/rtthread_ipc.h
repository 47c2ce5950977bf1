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
 *   mutex       Linux's, with a count: rtthread_created.h
 *
 *   message     copied: rtthread_mq.h
 *   timer       Linux's, hard or soft: rtthread_timer.h
 *
 * Mailboxes, events and semaphores are the caller's structs, or are created in the
 * system heap as threads and mutexes are: rtthread_created.h. rt_sem_control() and
 * its kin, and threads in the caller's memory, are in rtthread_control.h.
 */
#ifndef _RTALLOC_PORT_RTTHREAD_IPC_H
#define _RTALLOC_PORT_RTTHREAD_IPC_H

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <rtalloc/port/bits.h>
#include <rtalloc/port/rtthread.h>
#include <rtalloc/port/thread.h>

/**
 * DOC: RT-Thread's objects
 *
 * What never ends in RT-Thread must end in a module: rt_thread_delete() asks the
 * thread to stop and waits until its entry has returned. From then on every wait of
 * that thread on a mailbox, an event or a semaphore ends at once with -RT_ERROR, if
 * what it waits for is not there, so that the usual loop, ``while (rt_mb_recv(&mb,
 * &value, RT_WAITING_FOREVER) == RT_EOK)``, ends by itself; one that ignores the
 * result asks rt_thread_should_stop(), which is new here. rt_thread_mdelay() and
 * rt_mutex_take() are not cut short.
 *
 * In RT-Thread, detaching an object wakes who waits for it. Here it wakes nobody:
 * the threads that use it end first, interrupts and timers too, then it may be
 * detached and its memory used for something else. Pointers are trusted: nothing
 * here notices NULL or an object that was never initialised.
 *
 * Where several threads wait for one object other than an event, all are woken and
 * the scheduler decides who gets it: the flags RT_IPC_FLAG_FIFO and
 * RT_IPC_FLAG_PRIO make no difference.
 *
 * A ``timeout`` is in ticks: 0 does not wait, a negative one has no limit.
 *
 * Each call belongs to one of these classes, which its ``Context:`` line names:
 *
 * * A **sender** never waits: what sends, releases, initialises or detaches. It
 *   takes a spinlock_t: it is legal in process context and softirqs, also with a
 *   spinlock_t held, and without PREEMPT_RT in hard interrupts and under raw
 *   spinlocks. On PREEMPT_RT it is not legal in hard interrupts (ordinary handlers
 *   of interrupts are threads there, and may call it), under raw spinlocks, or
 *   where preemption is off, as in rt_enter_critical(). In an NMI it is never
 *   legal.
 * * A **waiter** with a timeout of 0 is a sender. Else it is for process context
 *   without a lock, and may sleep. In an ordinary process, which nobody can ask to
 *   stop, a wait lasts until its time is over; signals do not end it.
 * * What **sleeps** is for process context without a lock.
 */

/* Both are accepted, and waiters have Linux's order. */
#define RT_IPC_FLAG_FIFO	0x00	/* waiters have Linux's order */
#define RT_IPC_FLAG_PRIO	0x01

/* Commands of rt_sem_control() and its kin. */
#define RT_IPC_CMD_UNKNOWN	0x00	/* there is none */
#define RT_IPC_CMD_RESET	0x01

/* ---- threads ---------------------------------------------------------- */

/**
 * struct rt_thread - a thread of rt_thread_create() or rt_thread_init()
 * @thread: by which it is found to be one
 * @task: its kthread, for sched_set_fifo() and the like
 * @entry: what it does
 * @parameter: for @entry
 * @is_static: it lies in the caller's memory
 */
struct rt_thread {
	struct port_thread thread;
	struct task_struct *task;
	void (*entry)(void *parameter);
	void *parameter;
	bool is_static;
};

typedef struct rt_thread *rt_thread_t;

/**
 * rt_thread_should_stop() - has the calling thread been asked to end?
 *
 * New here: ``while (1)`` in an entry becomes ``while (!rt_thread_should_stop())``
 * where the loop does not look at the results of its waits.
 *
 * Context: Process context, does not sleep.
 * Return: true if it has; false in an ordinary process.
 */
rt_inline bool rt_thread_should_stop(void)
{
	return port_thread_should_stop();
}

/**
 * rt_thread_self() - the calling thread
 *
 * Context: Any; in an interrupt it is the thread that it came to.
 * Return: the thread; NULL: this is none of rt_thread_create(), but a process, a
 *	worker, an interrupt's thread or another kthread.
 */
rt_inline rt_thread_t rt_thread_self(void)
{
	struct port_thread *thread = port_thread_self(PORT_THREAD_RTTHREAD);

	return thread ? container_of(thread, struct rt_thread, thread) : RT_NULL;
}

rt_inline void __rt_thread_run(struct port_thread *port_thread)
{
	rt_thread_t thread = container_of(port_thread, struct rt_thread, thread);

	thread->entry(thread->parameter);
}

rt_inline int __rt_thread_make(rt_thread_t thread, const char *name,
			       void (*entry)(void *parameter), void *parameter,
			       bool is_static)
{
	thread->entry = entry;
	thread->parameter = parameter;
	thread->is_static = is_static;
	thread->task = port_thread_create(&thread->thread, PORT_THREAD_RTTHREAD,
					  __rt_thread_run, name);
	return PTR_ERR_OR_ZERO(thread->task);
}

/**
 * rt_thread_create() - make a thread, which does not run yet
 * @name: of the kthread, as ps shows it; not NULL
 * @entry: what it does; it may return
 * @parameter: for @entry; what it points to belongs to the driver and must live
 *	until rt_thread_delete() has returned
 * @stack_size: ignored, a kthread has the stack that Linux gives it
 * @priority: ignored: the entry calls sched_set_fifo() where it matters
 * @tick: ignored
 *
 * Also a thread whose entry has returned, or that was never started, must be
 * deleted.
 *
 * Context: Sleeps. It fails if the calling process is being killed.
 * Return: the thread, or NULL: there is no memory.
 */
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
	if (!__rt_thread_make(thread, name, entry, parameter, false))
		return thread;
	rt_free(thread);
	return RT_NULL;
}

/**
 * rt_thread_startup() - let a thread run
 * @thread: of rt_thread_create(), once
 *
 * Context: Any but NMI; on PREEMPT_RT, too.
 * Return: RT_EOK.
 */
rt_inline rt_err_t rt_thread_startup(rt_thread_t thread)
{
	wake_up_process(thread->task);
	return RT_EOK;
}

/**
 * rt_thread_delete() - end a thread, and wait until it has ended
 * @thread: of rt_thread_create(); NULL, and one of rt_thread_init(), are refused
 *
 * RT-Thread takes a thread off its processor wherever it is. Here it is asked to
 * stop and goes on to the end of its entry. If it has not run at all so far, it may
 * end without its entry being called. Its struct is freed when this returns.
 *
 * A thread that deletes itself does not return from this call. Its struct and its
 * kthread stay until somebody else deletes it, too, which must happen before the
 * driver is unloaded.
 *
 * Context: Sleeps. The caller must hold nothing that the thread needs for its end.
 * Return: RT_EOK, or -RT_ERROR: @thread is NULL or not of rt_thread_create().
 */
rt_inline rt_err_t rt_thread_delete(rt_thread_t thread)
{
	if (!thread || thread->is_static)
		return -RT_ERROR;
	if (thread == rt_thread_self()) {
		port_thread_end();
		return RT_EOK;
	}
	kthread_stop(thread->task);
	rt_free(thread);
	return RT_EOK;
}

/**
 * rt_thread_mdelay() - sleep for a time
 * @ms: milliseconds, not negative
 *
 * At least so long, always: rt_thread_delete() waits for the rest of it.
 *
 * Context: Sleeps.
 * Return: RT_EOK.
 */
rt_inline rt_err_t rt_thread_mdelay(rt_int32_t ms)
{
	msleep(ms);
	return RT_EOK;
}

/* The same for ticks. */
#define rt_thread_delay(ticks)	rt_thread_mdelay(jiffies_to_msecs(ticks))

/* Let others run, if the scheduler wants that: process context, may sleep. */
#define rt_thread_yield()	({ cond_resched(); (rt_err_t)RT_EOK; })

/* ---- waiting ---------------------------------------------------------- */

/* What port_wait() and its like say. */
rt_inline rt_err_t __rt_waited(int err)
{
	return !err ? RT_EOK : err == -EINTR ? -RT_ERROR : -RT_ETIMEOUT;
}

/* Until @cond, @timeout ticks at most; negative: no limit. See port_wait(). */
#define __rt_wait(queue, cond, timeout)					\
	__rt_waited(port_wait(queue, cond, (rt_int32_t)(timeout)))

/* The name may have no NUL behind it, see RT_NAME_MAX. */
rt_inline void __rt_object_name(struct rt_object *object, const char *name)
{
	int i;

	for (i = 0; name && i < RT_NAME_MAX && name[i]; i++)
		object->name[i] = name[i];
}

#define __rt_ipc_init(ipc, title)					\
	do {								\
		memset(ipc, 0, sizeof(*(ipc)));				\
		__rt_object_name(&(ipc)->parent, title);		\
	} while (0)

/* ---- mailboxes -------------------------------------------------------- */

/**
 * struct rt_mailbox - words on their way from one to another
 * @parent: its name
 * @lock: guards what is below
 * @readers: who waits for a word
 * @writers: who waits for room
 * @msg_pool: a ring of @size words, the caller's
 * @size: words that there is room for
 * @entry: how many are in it
 * @out_offset: index of the oldest
 */
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

/**
 * rt_mb_init() - make an empty mailbox
 * @mb: the mailbox
 * @name: a name, of which RT_NAME_MAX characters are kept, as of any object's; NULL:
 *	none
 * @msgpool: memory for @size words of the size of a pointer, aligned to it, that
 *	stays the mailbox's until it is detached
 * @size: words, not bytes, 1 to 65535
 * @flag: ignored
 *
 * Context: As all senders.
 * Return: RT_EOK.
 */
rt_inline rt_err_t rt_mb_init(rt_mailbox_t mb, const char *name, void *msgpool,
			      rt_size_t size, rt_uint8_t flag)
{
	RT_UNUSED(flag);
	__rt_ipc_init(mb, name);
	spin_lock_init(&mb->lock);
	init_waitqueue_head(&mb->readers);
	init_waitqueue_head(&mb->writers);
	mb->msg_pool = msgpool;
	mb->size = size;
	return RT_EOK;
}

/**
 * rt_mb_detach() - end a mailbox; words in it are dropped
 * @mb: the mailbox; nobody may wait for it or use it afterwards
 *
 * Context: As all senders.
 * Return: RT_EOK.
 */
rt_inline rt_err_t rt_mb_detach(rt_mailbox_t mb)
{
	unsigned long flags;

	spin_lock_irqsave(&mb->lock, flags);
	mb->size = 0;
	mb->entry = 0;
	spin_unlock_irqrestore(&mb->lock, flags);
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

/**
 * rt_mb_send_wait() - put a word into a mailbox
 * @mb: the mailbox
 * @value: the word: a number, or a pointer whose memory is the receiver's then
 * @timeout: ticks to wait for room at most; negative: no limit
 *
 * Context: As all waiters.
 * Return: RT_EOK; -RT_EFULL: there is no room, and @timeout is 0; -RT_ETIMEOUT:
 *	there was none in time; -RT_ERROR: the thread is being deleted. But for
 *	RT_EOK the word was not sent.
 */
rt_inline rt_err_t rt_mb_send_wait(rt_mailbox_t mb, rt_ubase_t value,
				   rt_int32_t timeout)
{
	rt_err_t err = __rt_wait(mb->writers, __rt_mb_put(mb, value), timeout);

	return err == -RT_ETIMEOUT && !timeout ? -RT_EFULL : err;
}

/**
 * rt_mb_send() - put a word into a mailbox, if there is room
 * @mb: the mailbox
 * @value: the word
 *
 * Context: As all senders.
 * Return: RT_EOK, or -RT_EFULL: it was not sent.
 */
rt_inline rt_err_t rt_mb_send(rt_mailbox_t mb, rt_ubase_t value)
{
	return __rt_mb_put(mb, value) ? RT_EOK : -RT_EFULL;
}

/**
 * rt_mb_recv() - take the oldest word
 * @mb: the mailbox
 * @value: where to store it; not NULL
 * @timeout: ticks to wait at most; negative: no limit
 *
 * Context: As all waiters.
 * Return: RT_EOK; -RT_ETIMEOUT: none came in time, also where @timeout is 0;
 *	-RT_ERROR: there is none, and the thread is being deleted. But for RT_EOK
 *	*@value is as it was.
 */
rt_inline rt_err_t rt_mb_recv(rt_mailbox_t mb, rt_ubase_t *value,
			      rt_int32_t timeout)
{
	return __rt_wait(mb->readers, __rt_mb_get(mb, value), timeout);
}

/* ---- events ----------------------------------------------------------- */

/* Wait for all bits, wait for one of them, clear those that were waited for. */
#define RT_EVENT_FLAG_AND	0x01
#define RT_EVENT_FLAG_OR	0x02
#define RT_EVENT_FLAG_CLEAR	0x04

/**
 * struct rt_event - 32 bits and those who wait for some of them
 * @parent: its name
 * @bits: what is set, and who waits
 */
struct rt_event {
	struct rt_object parent;
	struct port_bits bits;
};

typedef struct rt_event *rt_event_t;

/**
 * rt_event_init() - make an event with no bit set
 * @event: the event
 * @name: a name, of which RT_NAME_MAX characters are kept, as of any object's; NULL:
 *	none
 * @flag: ignored
 *
 * Context: As all senders.
 * Return: RT_EOK.
 */
rt_inline rt_err_t rt_event_init(rt_event_t event, const char *name,
				 rt_uint8_t flag)
{
	RT_UNUSED(flag);
	__rt_ipc_init(event, name);
	port_bits_init(&event->bits);
	return RT_EOK;
}

/**
 * rt_event_detach() - end an event
 * @event: the event; nobody may wait for it or use it afterwards
 *
 * Context: As all senders.
 * Return: RT_EOK.
 */
rt_inline rt_err_t rt_event_detach(rt_event_t event)
{
	port_bits_clear(&event->bits, ~0u);
	return RT_EOK;
}

/**
 * rt_event_send() - set bits, and serve all who wait for them
 * @event: the event
 * @set: the bits, not 0
 *
 * As in RT-Thread, all threads that wait for a bit get it, and only then is it
 * cleared for those that asked for that with RT_EVENT_FLAG_CLEAR.
 *
 * Context: As all senders; linear in the number of those who wait.
 * Return: RT_EOK, or -RT_ERROR: @set is 0.
 */
rt_inline rt_err_t rt_event_send(rt_event_t event, rt_uint32_t set)
{
	if (!set)
		return -RT_ERROR;
	port_bits_set(&event->bits, set);
	return RT_EOK;
}

/**
 * rt_event_recv() - wait for bits
 * @event: the event
 * @set: the bits, not 0
 * @option: RT_EVENT_FLAG_AND or RT_EVENT_FLAG_OR; with both it is AND; perhaps with
 *	RT_EVENT_FLAG_CLEAR
 * @timeout: ticks to wait at most; negative: no limit
 * @recved: where to store those of @set that were there, before they were cleared;
 *	NULL: nowhere
 *
 * Context: As all waiters.
 * Return: RT_EOK; -RT_ETIMEOUT: not in time, also where @timeout is 0; -RT_ERROR:
 *	@set or @option is not allowed, or the thread is being deleted. But for
 *	RT_EOK *@recved is as it was, and nothing is cleared.
 */
rt_inline rt_err_t rt_event_recv(rt_event_t event, rt_uint32_t set,
				 rt_uint8_t option, rt_int32_t timeout,
				 rt_uint32_t *recved)
{
	struct port_wish wish = {
		.want = set,
		.all = option & RT_EVENT_FLAG_AND,
		.clear = option & RT_EVENT_FLAG_CLEAR,
	};
	rt_uint32_t seen;
	int err;

	if (!set || !(option & (RT_EVENT_FLAG_AND | RT_EVENT_FLAG_OR)))
		return -RT_ERROR;
	err = port_bits_wait(&event->bits, wish, timeout, &seen);
	if (!err && recved)
		*recved = seen & set;
	return __rt_waited(err);
}

/* ---- semaphores -------------------------------------------------------- */

/**
 * struct rt_semaphore - a count that is waited for
 * @parent: its name
 * @lock: guards @value
 * @waiters: who waits
 * @value: the count
 */
struct rt_semaphore {
	struct rt_object parent;
	spinlock_t lock;	/* guards value */
	wait_queue_head_t waiters;
	rt_uint16_t value;
};

typedef struct rt_semaphore *rt_sem_t;

/**
 * rt_sem_init() - make a semaphore
 * @sem: the semaphore
 * @name: a name, of which RT_NAME_MAX characters are kept, as of any object's; NULL:
 *	none
 * @value: the count at first, at most 65535: what is above is cut to 16 bits
 * @flag: ignored
 *
 * Context: As all senders.
 * Return: RT_EOK.
 */
rt_inline rt_err_t rt_sem_init(rt_sem_t sem, const char *name, rt_uint32_t value,
			       rt_uint8_t flag)
{
	RT_UNUSED(flag);
	__rt_ipc_init(sem, name);
	spin_lock_init(&sem->lock);
	init_waitqueue_head(&sem->waiters);
	sem->value = value;
	return RT_EOK;
}

/**
 * rt_sem_detach() - end a semaphore
 * @sem: the semaphore; nobody may wait for it or use it afterwards
 *
 * Context: As all senders.
 * Return: RT_EOK.
 */
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

/**
 * rt_sem_take() - wait until a semaphore's count is not 0, and subtract 1
 * @sem: the semaphore
 * @timeout: ticks to wait at most; negative: no limit
 *
 * A thread that is being deleted does not wait, also with no limit. So look at the
 * result where the semaphore guards something.
 *
 * Context: As all waiters.
 * Return: RT_EOK; -RT_ETIMEOUT: not in time, also where @timeout is 0; -RT_ERROR:
 *	the count is 0, and the thread is being deleted.
 */
rt_inline rt_err_t rt_sem_take(rt_sem_t sem, rt_int32_t timeout)
{
	return __rt_wait(sem->waiters, __rt_sem_down(sem), timeout);
}

/**
 * rt_sem_release() - add 1 to a semaphore's count
 * @sem: the semaphore
 *
 * Context: As all senders.
 * Return: RT_EOK, or -RT_EFULL: the count is 65535, and stays.
 */
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

#include <rtalloc/port/rtthread_created.h>
#include <rtalloc/port/rtthread_control.h>
#include <rtalloc/port/rtthread_mq.h>
#include <rtalloc/port/rtthread_timer.h>

#endif /* _RTALLOC_PORT_RTTHREAD_IPC_H */
