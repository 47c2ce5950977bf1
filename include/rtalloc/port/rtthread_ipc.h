/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread_ipc.h - RT-Thread's threads, mailboxes, events, semaphores and mutexes on top
 * of Linux's: optional.
 *
 *   thread         a kthread, which runs after rt_thread_startup(). RT-Thread's priority
 *                  is ignored: an entry function that needs one calls sched_set_fifo().
 *   mailbox        a ring of words
 *   event          32 bits
 *   semaphore      a count
 *   mutex          a Linux mutex that may be taken recursively: rtthread_mutex.h
 *   message queue  a ring of messages, which are copied: rtthread_mq.h
 *   timer          a Linux timer, hard or soft: rtthread_timer.h
 *
 * Mailboxes, events and semaphores are either structs of the caller's or created in the
 * system heap, where mutexes are, too. Their functions are documented at their definition,
 * in port/rtthread_ipc.c. rtthread_control.h has threads in the caller's memory.
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
 * Threads that never end in RT-Thread must end in a module that can be unloaded.
 * rt_thread_delete() asks the thread to stop, and waits until its entry function has
 * returned. Once a thread has been asked to stop, each of its waits on a mailbox, a
 * message queue, an event or a semaphore returns -RT_ERROR at once, unless what it waits
 * for is already there. So the usual loop
 * ``while (rt_mb_recv(mb, value, RT_WAITING_FOREVER) == RT_EOK)`` terminates. A loop that
 * does not check these results must call rt_thread_should_stop(), which is new here.
 * rt_thread_mdelay(), rt_mutex_take() and rt_mp_alloc() are not cut short.
 *
 * As in RT-Thread, threads that wait for a mailbox, a message queue, an event or a
 * semaphore get -RT_ERROR when the object is detached, deleted or reset
 * (RT_IPC_CMD_RESET), even if what they wait for arrives before they run. When a function
 * that detaches or deletes returns, no thread waits for the object any more, and its
 * memory may be reused; apart from waiting threads, nobody may use the object meanwhile.
 * If a thread waits and the caller may not sleep, the call is refused with -RT_EBUSY. A
 * mutex that is deleted must have no waiters.
 *
 * An object that is NULL, was never initialised, has ended, or was copied to another
 * address is refused: nothing changes, the result is -RT_ERROR, and a line in the log names
 * the function. A wait is refused likewise where sleeping is not allowed.
 *
 * If several threads wait for the same object, other than an event, all are woken, and the
 * scheduler decides which one gets it: RT_IPC_FLAG_FIFO and RT_IPC_FLAG_PRIO make no
 * difference.
 *
 * A ``timeout`` is in ticks: 0 does not wait, a negative one has no limit.
 *
 * The ``Context:`` line of each function names one of these classes:
 *
 * * A **sender** sends, releases or resets, and never waits. It takes a spinlock_t. It may
 *   be called in process context and in softirqs, also with a spinlock_t held, and without
 *   PREEMPT_RT in hard interrupts and under raw spinlocks. On PREEMPT_RT it must not be
 *   called in hard interrupts, under raw spinlocks, or with preemption off, as between
 *   rt_enter_critical() and rt_exit_critical(); ordinary interrupt handlers are threads
 *   there, and may call it. It must not be called in an NMI.
 * * A **waiter** with a timeout of 0 is a sender. Otherwise it may sleep: it must be called
 *   in process context without a spinlock, and is refused where sleeping is not allowed. A
 *   user process cannot be asked to stop, so its waits last until their time is over;
 *   signals do not end them.
 * * A function that **sleeps** must be called in process context without a spinlock.
 */

/* Both are accepted; the scheduler decides the order of waiters. */
#define RT_IPC_FLAG_FIFO	0x00
#define RT_IPC_FLAG_PRIO	0x01

/* Commands of rt_sem_control() and the other control functions. */
#define RT_IPC_CMD_UNKNOWN	0x00	/* no command */
#define RT_IPC_CMD_RESET	0x01

/* ---- threads ---------------------------------------------------------- */

/**
 * struct rt_thread - a thread of rt_thread_create() or rt_thread_init()
 * @thread: the part that port/threads.c uses
 * @task: the kthread, for sched_set_fifo() and the like
 * @entry: the thread's function
 * @parameter: argument of @entry
 * @is_static: the struct is in the caller's memory: rt_thread_init()
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
 * rt_thread_should_stop() - has the calling thread been asked to stop?
 *
 * New here: a loop ``while (1)`` that does not check the results of its waits becomes
 * ``while (!rt_thread_should_stop())``.
 *
 * Context: Process context, does not sleep.
 * Return: true if it has; false in an ordinary process.
 */
rt_inline bool rt_thread_should_stop(void)
{
	return port_thread_should_stop();
}

/**
 * rt_thread_self() - get the calling thread
 *
 * Context: Any; in an interrupt, the calling thread is the interrupted one.
 * Return: the thread; NULL if the caller is not a thread of rt_thread_create() or
 *	rt_thread_init().
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
 * rt_thread_create() - create a thread, which does not run yet
 * @name: name of the kthread, as ps shows it
 * @entry: the thread's function; it may return
 * @parameter: argument of @entry; what it points to must live until rt_thread_delete() has
 *	returned
 * @stack_size: ignored, Linux chooses the stack of a kthread
 * @priority: ignored; an entry function that needs a priority calls sched_set_fifo()
 * @tick: ignored
 *
 * A thread whose entry function has returned, or that was never started, must be deleted,
 * too.
 *
 * Context: Sleeps. It fails if the calling process is being killed.
 * Return: the thread; NULL if there is no memory, or @name or @entry is NULL.
 */
rt_inline rt_thread_t rt_thread_create(const char *name,
				       void (*entry)(void *parameter),
				       void *parameter, rt_uint32_t stack_size,
				       rt_uint8_t priority, rt_uint32_t tick)
{
	struct rt_thread *thread =
		name && entry ? rt_malloc(sizeof(*thread)) : RT_NULL;

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
 * rt_thread_startup() - start a thread
 * @thread: from rt_thread_create() or rt_thread_init(); may be started once
 *
 * Context: Any but NMI, also on PREEMPT_RT.
 * Return: RT_EOK; -RT_ERROR: @thread is NULL, or a thread of rt_thread_init() that was
 *	detached.
 */
rt_inline rt_err_t rt_thread_startup(rt_thread_t thread)
{
	if (!thread || !thread->task)
		return -RT_ERROR;
	wake_up_process(thread->task);
	return RT_EOK;
}

/**
 * rt_thread_delete() - ask a thread to stop, wait until it has ended, and free it
 * @thread: from rt_thread_create(); NULL, and one of rt_thread_init(), are refused
 *
 * RT-Thread stops a thread wherever it is. Here the thread is asked to stop, and runs on
 * until its entry function returns. A thread that has not run yet may end without its entry
 * function being called.
 *
 * A thread that deletes itself does not return from this call. Its struct and its kthread
 * stay until another thread deletes it, too, which must happen before the driver is
 * unloaded.
 *
 * Context: Sleeps. The caller must not hold anything that the thread needs in order to end.
 * Return: RT_EOK; -RT_ERROR: @thread is not from rt_thread_create().
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
 * rt_thread_mdelay() - sleep for at least some milliseconds
 * @ms: milliseconds, not negative
 *
 * rt_thread_delete() does not cut this short.
 *
 * Context: Sleeps.
 * Return: RT_EOK.
 */
rt_inline rt_err_t rt_thread_mdelay(rt_int32_t ms)
{
	msleep(ms);
	return RT_EOK;
}

/* Sleep for at least some ticks. Context: sleeps. */
#define rt_thread_delay(ticks)	rt_thread_mdelay(jiffies_to_msecs(ticks))

/**
 * rt_thread_delay_until() - sleep until a number of ticks after the previous wake-up
 * @tick: the tick of the previous wake-up; set to that of the next one, or to the present
 *	tick if that has passed already
 * @inc_tick: ticks between two wake-ups
 *
 * It may wake up one or two ticks late, so with an @inc_tick as small as that some wake-ups
 * are skipped.
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

/* Busy-wait for some microseconds, at most 1000. Context: any. */
#define rt_hw_us_delay(us)	udelay(us)

/* Let other threads run if the scheduler wants that. Context: sleeps. */
#define rt_thread_yield()	({ cond_resched(); (rt_err_t)RT_EOK; })

/* ---- mailboxes -------------------------------------------------------- */

/* The unions below show the queue's count under the name that RT-Thread has for it. */
static_assert(!offsetof(struct port_queue, count));

/**
 * struct rt_mailbox - a mailbox
 * @parent: name and class
 * @queue: the words
 * @entry: number of words in the mailbox, to read
 * @msg_pool: memory of the words
 * @size: number of words that the mailbox can hold
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

/* Wait for all bits; wait for any of them; clear the bits that were waited for. */
#define RT_EVENT_FLAG_AND	0x01
#define RT_EVENT_FLAG_OR	0x02
#define RT_EVENT_FLAG_CLEAR	0x04

/**
 * struct rt_event - an event: 32 bits that threads can wait for
 * @parent: name and class
 * @bits: the bits and their waiters
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
 * struct rt_semaphore - a counting semaphore
 * @parent: name and class
 * @queue: a queue that holds as many empty items as the semaphore counts
 * @value: the count, to read
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

/* rt_sem_take() that does not wait. Context: sender. */
#define rt_sem_trytake(sem)	rt_sem_take(sem, RT_WAITING_NO)

/*
 * In RT-Thread a signal may end these waits. Kernel threads get no signals, so each of them
 * is the function without the suffix.
 */
#define rt_mb_send_interruptible(mb, value)	rt_mb_send(mb, value)
#define rt_mb_send_killable(mb, value)		rt_mb_send(mb, value)
#define rt_mb_send_wait_interruptible(mb, value, timeout)		\
	rt_mb_send_wait(mb, value, timeout)
#define rt_mb_send_wait_killable(mb, value, timeout)			\
	rt_mb_send_wait(mb, value, timeout)
#define rt_mb_recv_interruptible(mb, value, timeout)			\
	rt_mb_recv(mb, value, timeout)
#define rt_mb_recv_killable(mb, value, timeout)	rt_mb_recv(mb, value, timeout)
#define rt_event_recv_interruptible(event, set, option, timeout, recved) \
	rt_event_recv(event, set, option, timeout, recved)
#define rt_event_recv_killable(event, set, option, timeout, recved)	\
	rt_event_recv(event, set, option, timeout, recved)
#define rt_sem_take_interruptible(sem, timeout)	rt_sem_take(sem, timeout)
#define rt_sem_take_killable(sem, timeout)	rt_sem_take(sem, timeout)

#include <rtalloc/port/rtthread_mutex.h>
#include <rtalloc/port/rtthread_control.h>
#include <rtalloc/port/rtthread_mq.h>
#include <rtalloc/port/rtthread_timer.h>

#endif /* _RTALLOC_PORT_RTTHREAD_IPC_H */
