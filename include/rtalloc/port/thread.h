/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * thread.h - kthreads that can be asked to stop, and waits that end when that happens.
 * Base of rtthread_ipc.h, freertos_tasks.h, sylixos_threads.h and lwip_sys.h; drivers do
 * not include it.
 *
 * Once a thread is asked to stop, each of its waits ends with an error, so a loop that
 * checks the results of its waits terminates.
 */
#ifndef _RTALLOC_PORT_THREAD_H
#define _RTALLOC_PORT_THREAD_H

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

struct module;

/**
 * port_thread_should_stop() - has the calling thread been asked to stop?
 *
 * Context: Process context, does not sleep.
 * Return: true once kthread_stop() was called for this kthread; always false in a user
 *	process.
 */
static inline bool port_thread_should_stop(void)
{
	return current->flags & PF_KTHREAD && kthread_should_stop();
}

/**
 * port_is_caller() - is the caller this thread?
 * @owner: the thread, or NULL
 *
 * Context: Any.
 * Return: true if so; always false in an interrupt, which does not own what the
 *	interrupted thread owns.
 */
static inline bool port_is_caller(const struct task_struct *owner)
{
	return owner == current && in_task();
}

/* The ported family that a thread belongs to. */
enum port_thread_family {
	PORT_THREAD_FREERTOS, PORT_THREAD_RTTHREAD, PORT_THREAD_SYLIXOS,
	PORT_THREAD_LWIP,
};

/**
 * struct port_thread - the part that all families' handles of threads have
 * @family: the family that the thread belongs to
 * @run: the thread's function
 * @is_unkept: nobody keeps the handle: the thread is freed when it ends. Changed by
 *	xchg(). The members below are used by such a thread only.
 * @node: entry in the list of ended threads that wait to be freed
 * @task: the kthread
 * @owner: the driver's module; a reference is held until the thread is freed
 * @release: frees the handle
 */
struct port_thread {
	enum port_thread_family family;
	void (*run)(struct port_thread *thread);
	int is_unkept;
	struct list_head node;
	struct task_struct *task;
	struct module *owner;
	void (*release)(struct port_thread *thread);
};

/* Documented at their definition, in port/threads.c. */
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
 * port_wait_or() - wait until one condition or another is true
 * @queue: the wait queue itself, not a pointer to it
 * @cond: an expression that takes what the caller waits for, and is true if it got it.
 *	It may take a lock. It is not evaluated again once it was true.
 * @timeout: the longest wait, in jiffies; 0: evaluate @cond once; negative: no limit
 * @ends: an expression that is true if the wait must end without success
 *
 * Whoever makes @cond true must hold the lock that @cond takes, and wake @queue before
 * dropping it. A waiter that succeeds may then free @queue and the lock at once. All
 * waiters are woken, and take what there is in the order in which the scheduler runs
 * them; there is no first-come-first-served order. Signals do not end the wait.
 *
 * Context: Process context without a spinlock, may sleep; with @timeout 0 wherever
 *	@cond may be evaluated.
 * Return: 0: @cond was true; -ETIMEDOUT: it was not in time; -EINTR: @ends was true.
 *	@cond is evaluated first, so what is available is taken in any case.
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

/* port_wait_or() that ends when the calling thread is asked to stop. */
#define port_wait(queue, cond, timeout)					\
	port_wait_or(queue, cond, timeout, port_thread_should_stop())

#endif /* _RTALLOC_PORT_THREAD_H */
