// SPDX-License-Identifier: GPL-2.0-only
/*
 * threads.c - kthreads of the ported families.
 *
 * All of them run thread_run(), so port_thread_self() recognises one by its function,
 * and needs no list of threads to tell it from a worker or from a driver's own kthread.
 *
 * A kthread must stay until kthread_stop() has been called for it. Somebody who keeps
 * the handle does that; a thread whose handle nobody keeps is stopped by a work here
 * when it has ended.
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
static LIST_HEAD(ended);		/* have ended and wait for kthread_stop() */

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

/* Stop and free each ended thread, and drop its reference to the driver's module. */
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

/*
 * Called when all drivers are unloaded. Each listed thread held a reference to its
 * driver, so the list is empty; but the work may not have returned yet.
 */
void port_threads_exit(void)
{
	flush_work(&reaper);
}

/**
 * port_thread_unkept() - let a thread be freed when it ends, as nobody keeps its handle
 * @thread: the handle
 * @task: from port_thread_create(), not running yet
 * @owner: the driver's module; it cannot be unloaded until the thread has been freed
 * @release: frees the handle
 *
 * Context: Process context.
 * Return: true; false if @owner is being unloaded, then nothing has changed.
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
 * port_thread_keep() - undo port_thread_unkept(): the caller will delete the thread
 * @thread: the handle; a thread that nobody keeps must not have ended yet
 *
 * Context: Process context.
 * Return: the module whose reference the caller must put when the thread is deleted;
 *	NULL if the thread is not one of port_thread_unkept().
 */
struct module *port_thread_keep(struct port_thread *thread)
{
	return xchg(&thread->is_unkept, false) ? thread->owner : NULL;
}
EXPORT_SYMBOL_GPL(port_thread_keep);

/* Hand a thread that nobody keeps to reap(), which waits for it in kthread_stop(). */
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

/* Sleep until kthread_stop() is called for this thread. */
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
 * port_thread_create() - create a thread, which does not run yet
 * @thread: its handle; the memory must stay until kthread_stop() has returned
 * @family: the family that it belongs to
 * @run: its function; it may return
 * @name: name of the kthread
 *
 * Context: Process context, sleeps.
 * Return: the kthread, for wake_up_process() and kthread_stop(), or an ERR_PTR().
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
 * port_thread_self() - find the handle of the calling thread
 * @family: the family to look for
 *
 * Context: Any; in an interrupt, the calling thread is the interrupted one.
 * Return: the handle that port_thread_create() was given; NULL if the thread belongs to
 *	another family or was not made by port_thread_create().
 */
struct port_thread *port_thread_self(enum port_thread_family family)
{
	struct port_thread *thread;

	/*
	 * An interrupt may hit a new thread whose function is set but whose data is
	 * not, and an exiting thread whose handle is freed already.
	 */
	if ((current->flags & (PF_KTHREAD | PF_EXITING)) != PF_KTHREAD ||
	    kthread_func(current) != thread_run)
		return NULL;
	thread = kthread_data(current);
	return thread && thread->family == family ? thread : NULL;
}
EXPORT_SYMBOL_GPL(port_thread_self);

/**
 * port_thread_end() - end the calling thread; does not return
 *
 * The thread sleeps until kthread_stop() is called for it, which needs the kthread.
 *
 * It is not marked __noreturn: objtool checks drivers against a fixed list of such
 * functions, which has the kernel's own only.
 *
 * Context: A thread of port_thread_create(), without a lock held.
 */
void port_thread_end(void)
{
	thread_ended(kthread_data(current));
	thread_park();
	kthread_complete_and_exit(NULL, 0);
}
EXPORT_SYMBOL_GPL(port_thread_end);
