// SPDX-License-Identifier: GPL-2.0-only
/*
 * threads.c - threads of the ported families. A thread can ask which one it is.
 *
 * All of them run one function of this file. So it can be told of any kernel thread,
 * also a worker or a driver's own, whether it is one of them, without a list.
 */
#include <linux/export.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <rtalloc/port/thread.h>

static void thread_park(void)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
}

static int thread_run(void *data)
{
	struct port_thread *thread = data;

	thread->run(thread);
	thread_park();
	return 0;
}

/**
 * port_thread_create() - make a thread, which does not run yet
 * @thread: its handle, whose memory stays until kthread_stop() has returned
 * @family: whose it is
 * @run: what it does; it may return
 * @name: of the kthread
 *
 * Context: Process context, sleeps.
 * Return: the kthread, for wake_up_process() and kthread_stop(), or an error.
 */
struct task_struct *port_thread_create(struct port_thread *thread,
				       enum port_thread_family family,
				       void (*run)(struct port_thread *thread),
				       const char *name)
{
	thread->family = family;
	thread->run = run;
	return kthread_create(thread_run, thread, "%s", name);
}
EXPORT_SYMBOL_GPL(port_thread_create);

/**
 * port_thread_self() - the calling thread
 * @family: whose it has to be
 *
 * Context: Any; in an interrupt the thread that it came to.
 * Return: what port_thread_create() was given; NULL: it is another family's, or
 *	nobody's: a process, a worker, a kthread that was made otherwise.
 */
struct port_thread *port_thread_self(enum port_thread_family family)
{
	struct port_thread *thread;

	/*
	 * An interrupt may come to a thread that has its function and no data yet,
	 * and to one that exits and whose handle is freed already.
	 */
	if ((current->flags & (PF_KTHREAD | PF_EXITING)) != PF_KTHREAD ||
	    kthread_func(current) != thread_run)
		return NULL;
	thread = kthread_data(current);
	return thread && thread->family == family ? thread : NULL;
}
EXPORT_SYMBOL_GPL(port_thread_self);

/**
 * port_thread_end() - end the calling thread, once it is stopped
 *
 * It does not return, but is not marked so: objtool, which looks at drivers, knows
 * Linux's own such functions only.
 *
 * Its kthread must stay until kthread_stop(), which would touch freed memory
 * otherwise.
 *
 * Context: A thread of port_thread_create(), without a lock.
 */
void port_thread_end(void)
{
	thread_park();
	kthread_complete_and_exit(NULL, 0);
}
EXPORT_SYMBOL_GPL(port_thread_end);
