// SPDX-License-Identifier: GPL-2.0-only
/*
 * threads.c - threads of the ported families. A thread can ask which one it is.
 *
 * All of them run one function of this file. So it can be told of any kernel thread,
 * also a worker or a driver's own, whether it is one of them, without a list.
 */
#include <linux/atomic.h>
#include <linux/export.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/workqueue.h>
#include <rtalloc/port/thread.h>

#include "port/port.h"

/* ---- threads whose handle nobody keeps ------------------------------------ */

static DEFINE_SPINLOCK(ended_lock);	/* guards ended */
static LIST_HEAD(ended);		/* they wait for kthread_stop() */

static struct port_thread *ended_take(void)
{
	struct port_thread *thread;
	unsigned long flags;

	spin_lock_irqsave(&ended_lock, flags);
	thread = list_first_entry_or_null(&ended, struct port_thread, node);
	if (thread)
		list_del(&thread->node);
	spin_unlock_irqrestore(&ended_lock, flags);
	return thread;
}

/* As their keepers would. The driver may be unloaded then. */
static void reap(struct work_struct *work)
{
	struct port_thread *thread;

	while ((thread = ended_take())) {
		struct module *owner = thread->owner;

		kthread_stop(thread->task);
		thread->release(thread);
		module_put(owner);
	}
}

static DECLARE_WORK(reaper, reap);

/* The drivers are gone, so the list is empty; the work may still be in its code. */
void port_threads_exit(void)
{
	flush_work(&reaper);
}

/**
 * port_thread_unkept() - nobody will delete a thread: it is freed when it has ended
 * @thread: its handle
 * @task: of port_thread_create(), which does not run yet
 * @owner: the driver's module, which cannot be unloaded until then
 * @release: frees the handle
 *
 * Context: Process context.
 * Return: true; false: @owner is being unloaded, and nothing has changed.
 */
bool port_thread_unkept(struct port_thread *thread, struct task_struct *task,
			struct module *owner,
			void (*release)(struct port_thread *thread))
{
	if (!try_module_get(owner))
		return false;
	thread->task = task;
	thread->owner = owner;
	thread->release = release;
	thread->is_unkept = true;
	return true;
}
EXPORT_SYMBOL_GPL(port_thread_unkept);

/**
 * port_thread_keep() - somebody is going to delete a thread
 * @thread: its handle; of one that nobody keeps it must not have ended
 *
 * Context: Process context.
 * Return: for module_put(), when it has been deleted; NULL: it was kept all the time.
 */
struct module *port_thread_keep(struct port_thread *thread)
{
	return xchg(&thread->is_unkept, false) ? thread->owner : NULL;
}
EXPORT_SYMBOL_GPL(port_thread_keep);

static void thread_ended(struct port_thread *thread)
{
	unsigned long flags;

	if (!xchg(&thread->is_unkept, false))
		return;
	spin_lock_irqsave(&ended_lock, flags);
	list_add_tail(&thread->node, &ended);
	spin_unlock_irqrestore(&ended_lock, flags);
	schedule_work(&reaper);
}

/* ---- all threads ----------------------------------------------------------- */

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
	thread_ended(thread);
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
	thread->is_unkept = false;
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
	thread_ended(kthread_data(current));
	thread_park();
	kthread_complete_and_exit(NULL, 0);
}
EXPORT_SYMBOL_GPL(port_thread_end);
