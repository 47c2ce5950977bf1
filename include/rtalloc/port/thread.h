/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * thread.h - what rtthread_ipc.h, freertos_tasks.h, sylixos_threads.h and lwip_sys.h
 * are made of: threads that can be stopped, and waits that end when their thread is.
 * Not to be included by drivers.
 *
 * A thread that is asked to stop finds every wait of its own at an end, so a loop
 * that looks at the result of what it waits for ends by itself.
 */
#ifndef _RTALLOC_PORT_THREAD_H
#define _RTALLOC_PORT_THREAD_H

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
<<<<<<< HEAD
#include <linux/preempt.h>
=======
#include <linux/list.h>
>>>>>>> refs/heads/sysport
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

struct module;

/**
 * port_thread_should_stop() - has the calling thread been asked to end?
 *
 * Context: Process context, does not sleep. In a process, which nobody can ask, the
 *	answer is no.
 * Return: true once kthread_stop() was called for it.
 */
static inline bool port_thread_should_stop(void)
{
	return current->flags & PF_KTHREAD && kthread_should_stop();
}

/**
 * port_is_caller() - is a thread the one that calls?
 * @owner: the thread, or NULL
 *
 * Context: Any.
 * Return: true if it is; false always in an interrupt, which has nothing of the
 *	thread that it came to.
 */
static inline bool port_is_caller(const struct task_struct *owner)
{
	return owner == current && in_task();
}

/* Whose thread it is. */
enum port_thread_family {
	PORT_THREAD_FREERTOS, PORT_THREAD_RTTHREAD, PORT_THREAD_SYLIXOS,
	PORT_THREAD_LWIP,
};

/*
 * A part of each handle of a thread, by which the module knows it: @run is what the
 * thread does. The rest is for one whose handle nobody keeps.
 */
struct port_thread {
	enum port_thread_family family;
	void (*run)(struct port_thread *thread);
	int is_unkept;
	struct list_head node;		/* once it has ended */
	struct task_struct *task;
	struct module *owner;		/* stays until it has ended */
	void (*release)(struct port_thread *thread);
};

/* These are described where they are defined, in port/threads.c. */
struct task_struct *port_thread_create(struct port_thread *thread,
				       enum port_thread_family family,
				       void (*run)(struct port_thread *thread),
				       const char *name);
bool port_thread_unkept(struct port_thread *thread, struct task_struct *task,
			struct module *owner,
			void (*release)(struct port_thread *thread));
struct module *port_thread_keep(struct port_thread *thread);
struct port_thread *port_thread_self(enum port_thread_family family);
void port_thread_end(void);

/**
 * port_wait_or() - wait until a condition takes what it is about, or another holds
 * @queue: the wait queue, not a pointer to it
 * @cond: an expression that takes what it finds, so it is not evaluated again once
 *	it was true; it may take a lock
 * @timeout: ticks to wait at most; 0: evaluate @cond once; negative: no limit
 * @ends: an expression: true: wait no longer
 *
 * Who makes @cond true wakes @queue before it drops the lock that @cond takes: then
 * the waiter that gets its wish may free @queue, and the lock, at once. All waiters
 * are woken and evaluate @cond in the order in which the scheduler runs them, so no
 * waiter has an older right than another. Signals do not end the wait.
 *
 * Context: Process context without a lock, may sleep; with @timeout 0 wherever
 *	@cond may be evaluated.
 * Return: 0: @cond was true; -ETIMEDOUT: the time is over; -EINTR: @ends was true.
 *	@cond goes before both: what is there is taken.
 */
#define port_wait_or(queue, cond, timeout, ends) ({			\
	long __ticks = (timeout);					\
	long __left = __ticks < 0 ? MAX_SCHEDULE_TIMEOUT : __ticks;	\
	bool __got = (cond), __stop = false;				\
									\
	if (!__got && __left)						\
		wait_event_idle_timeout(queue, (__got = (cond)) ||	\
				(__stop = (ends)), __left);		\
	__got ? 0 : __stop ? -EINTR : -ETIMEDOUT;			\
})

/* The same that ends when the thread has been asked to stop. */
#define port_wait(queue, cond, timeout)					\
	port_wait_or(queue, cond, timeout, port_thread_should_stop())

#endif /* _RTALLOC_PORT_THREAD_H */
