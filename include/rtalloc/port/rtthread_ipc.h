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
 *   mutex       Linux's, with a count: rtthread_mutex.h
 *
 *   message     copied: rtthread_mq.h
 *   timer       Linux's, hard or soft: rtthread_timer.h
 *
 * Mailboxes, events and semaphores are the caller's structs, or are created in the
 * system heap as threads and mutexes are. Their functions are described where they are
 * defined, in port/rtthread_ipc.c. Threads in the caller's memory are in
 * rtthread_control.h.
 */
#ifndef _RTALLOC_PORT_RTTHREAD_IPC_H
#define _RTALLOC_PORT_RTTHREAD_IPC_H

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <rtalloc/port/bits.h>
#include <rtalloc/port/queue.h>
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
 * As in RT-Thread, who waits for a mailbox, an event, a semaphore or a message queue
 * gets -RT_ERROR when it is detached, deleted or reset (RT_IPC_CMD_RESET), also if
 * what it waits for comes before it runs. When detaching or deleting returns, nobody
 * waits for the object any more, and its memory may be used for something else; but
 * for those who wait nobody may use it meanwhile. Where somebody waits and the caller
 * may not sleep, that is refused, with -RT_EBUSY. A mutex must have no waiters.
 *
 * One of these that is NULL, was never initialised, has ended or was copied elsewhere
 * is refused: nothing happens, the result is -RT_ERROR, and a line of the log says
 * which function it was. So is a wait where nobody may sleep.
 *
 * Where several threads wait for one object other than an event, all are woken and
 * the scheduler decides who gets it: the flags RT_IPC_FLAG_FIFO and
 * RT_IPC_FLAG_PRIO make no difference.
 *
 * A ``timeout`` is in ticks: 0 does not wait, a negative one has no limit.
 *
 * Each call belongs to one of these classes, which its ``Context:`` line names:
 *
 * * A **sender** never waits: what sends, releases or resets. It
 *   takes a spinlock_t: it is legal in process context and softirqs, also with a
 *   spinlock_t held, and without PREEMPT_RT in hard interrupts and under raw
 *   spinlocks. On PREEMPT_RT it is not legal in hard interrupts (ordinary handlers
 *   of interrupts are threads there, and may call it), under raw spinlocks, or
 *   where preemption is off, as in rt_enter_critical(). In an NMI it is never
 *   legal.
 * * A **waiter** with a timeout of 0 is a sender. Else it is for process context
 *   without a lock, may sleep, and is refused elsewhere. In an ordinary process,
 *   which nobody can ask to stop, a wait lasts until its time is over; signals do not
 *   end it.
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

/**
 * rt_thread_delay_until() - sleep until a time that is so far from the last one
 * @tick: the last time; becomes the next one, or now if that is over
 * @inc_tick: ticks between two times
 *
 * It may wake a tick or two late: with steps as short as that some are left out.
 *
 * Context: Sleeps.
 * Return: RT_EOK.
 */
rt_inline rt_err_t rt_thread_delay_until(rt_tick_t *tick, rt_tick_t inc_tick)
{
	rt_tick_t now = rt_tick_get();

	if (now - *tick >= inc_tick) {
		*tick = now;
		return RT_EOK;
	}
	*tick += inc_tick;
	return rt_thread_delay(*tick - now);
}

/* Spin for some microseconds, a thousand at most: any context. */
#define rt_hw_us_delay(us)	udelay(us)

/* Let others run, if the scheduler wants that: process context, may sleep. */
#define rt_thread_yield()	({ cond_resched(); (rt_err_t)RT_EOK; })

/* ---- mailboxes -------------------------------------------------------- */

/* An object shows how many items its queue has by RT-Thread's name. */
static_assert(!offsetof(struct port_queue, count));

/**
 * struct rt_mailbox - words on their way from one to another
 * @parent: its name and class
 * @queue: the words
 * @entry: how many are in it, to look at
 * @msg_pool: their memory, the caller's
 * @size: words that there is room for
 */
struct rt_mailbox {
	struct rt_object parent;
	union {
		struct port_queue queue;
		rt_uint32_t entry;
	};
	void *msg_pool;
	rt_uint16_t size;
};

typedef struct rt_mailbox *rt_mailbox_t;

rt_err_t rt_mb_init(rt_mailbox_t mb, const char *name, void *msgpool,
		    rt_size_t size, rt_uint8_t flag);
rt_err_t rt_mb_detach(rt_mailbox_t mb);
rt_mailbox_t rt_mb_create(const char *name, rt_size_t size, rt_uint8_t flag);
rt_err_t rt_mb_delete(rt_mailbox_t mb);
rt_err_t rt_mb_send(rt_mailbox_t mb, rt_ubase_t value);
rt_err_t rt_mb_send_wait(rt_mailbox_t mb, rt_ubase_t value, rt_int32_t timeout);
rt_err_t rt_mb_urgent(rt_mailbox_t mb, rt_ubase_t value);
rt_err_t rt_mb_recv(rt_mailbox_t mb, rt_ubase_t *value, rt_int32_t timeout);
rt_err_t rt_mb_control(rt_mailbox_t mb, int cmd, void *arg);

/* ---- events ----------------------------------------------------------- */

/* Wait for all bits, wait for one of them, clear those that were waited for. */
#define RT_EVENT_FLAG_AND	0x01
#define RT_EVENT_FLAG_OR	0x02
#define RT_EVENT_FLAG_CLEAR	0x04

/**
 * struct rt_event - 32 bits and those who wait for some of them
 * @parent: its name and class
 * @bits: what is set, and who waits
 */
struct rt_event {
	struct rt_object parent;
	struct port_bits bits;
};

typedef struct rt_event *rt_event_t;

rt_err_t rt_event_init(rt_event_t event, const char *name, rt_uint8_t flag);
rt_err_t rt_event_detach(rt_event_t event);
rt_event_t rt_event_create(const char *name, rt_uint8_t flag);
rt_err_t rt_event_delete(rt_event_t event);
rt_err_t rt_event_send(rt_event_t event, rt_uint32_t set);
rt_err_t rt_event_recv(rt_event_t event, rt_uint32_t set, rt_uint8_t option,
		       rt_int32_t timeout, rt_uint32_t *recved);
rt_err_t rt_event_control(rt_event_t event, int cmd, void *arg);

/* ---- semaphores -------------------------------------------------------- */

/**
 * struct rt_semaphore - a count that is waited for
 * @parent: its name and class
 * @queue: as many items as it counts
 * @value: the count, to look at
 */
struct rt_semaphore {
	struct rt_object parent;
	union {
		struct port_queue queue;
		rt_uint32_t value;
	};
};

typedef struct rt_semaphore *rt_sem_t;

rt_err_t rt_sem_init(rt_sem_t sem, const char *name, rt_uint32_t value,
		     rt_uint8_t flag);
rt_err_t rt_sem_detach(rt_sem_t sem);
rt_sem_t rt_sem_create(const char *name, rt_uint32_t value, rt_uint8_t flag);
rt_err_t rt_sem_delete(rt_sem_t sem);
rt_err_t rt_sem_take(rt_sem_t sem, rt_int32_t timeout);
rt_err_t rt_sem_release(rt_sem_t sem);
rt_err_t rt_sem_control(rt_sem_t sem, int cmd, void *arg);

/* As rt_sem_take() that does not wait. Context: sender. */
#define rt_sem_trytake(sem)	rt_sem_take(sem, RT_WAITING_NO)

#include <rtalloc/port/rtthread_mutex.h>
#include <rtalloc/port/rtthread_control.h>
#include <rtalloc/port/rtthread_mq.h>
#include <rtalloc/port/rtthread_timer.h>

#endif /* _RTALLOC_PORT_RTTHREAD_IPC_H */
