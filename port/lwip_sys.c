// SPDX-License-Identifier: GPL-2.0-only
/*
 * lwip_sys.c - lwIP's semaphores, mailboxes, threads and timeouts.
 *
 * A semaphore is a port_queue whose items are empty; a mailbox is a port_queue of
 * pointers. Each timeout has a delayed work on one ordered workqueue, so handlers run
 * one at a time, as they do in lwIP's own thread. Linux's timers expire in no particular
 * order, so whichever work begins calls the handler that is due first.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <rtalloc/port/lwip_types.h>

#include "port/port.h"

#define SEM_MAX		INT_MAX	/* largest count of a semaphore */

/* Convert a timeout of lwIP's (ms, 0: no limit) to jiffies (negative: no limit). */
static long ticks_of(u32_t timeout)
{
	return timeout ? (long)msecs_to_jiffies(timeout) : -1;
}

/* What a successful wait returns: milliseconds since @begun, in jiffies. */
static u32_t waited(unsigned long begun)
{
	return min(jiffies_to_msecs(jiffies - begun), SYS_ARCH_TIMEOUT - 1);
}

/* Log a misuse by the driver. Return true if @err is 0. */
static bool is_fine(int err, struct port_call call)
{
	if (err == -EINVAL)
		port_refused(call, port_lwip.name,
			     "it is not valid: never made, or freed already");
	else if (err == -EPERM)
		port_refused(call, port_lwip.name, "nobody may sleep here");
	else if (err == -EBUSY)
		port_refused(call, port_lwip.name,
			     "somebody waits for it, and nobody may sleep here");
	return !err;
}

/* ---- semaphores ------------------------------------------------------------- */

/**
 * sys_sem_new() - initialise a semaphore
 * @sem: the struct to initialise
 * @count: its initial count
 *
 * Context: Any.
 * Return: ERR_OK, or ERR_ARG: @sem is NULL.
 */
err_t sys_sem_new(sys_sem_t *sem, u8_t count)
{
	if (!sem)
		return ERR_ARG;
	port_queue_init(&sem->queue, NULL, 0, 0, SEM_MAX);
	sem->queue.count = count;
	return ERR_OK;
}
EXPORT_SYMBOL_GPL(sys_sem_new);

/**
 * sys_sem_free() - end the use of a semaphore
 * @sem: the semaphore; an invalid one is refused
 *
 * All waiters get SYS_ARCH_TIMEOUT. When this returns, none of them uses @sem any
 * more.
 *
 * Context: Sleeps; a sender if no thread waits.
 */
void sys_sem_free(sys_sem_t *sem)
{
	is_fine(sem ? port_queue_end(&sem->queue) : -EINVAL, PORT_CALL);
}
EXPORT_SYMBOL_GPL(sys_sem_free);

/**
 * sys_sem_signal() - add 1 to a semaphore's count
 * @sem: the semaphore; an invalid one is refused
 *
 * A count of 2^31 - 1 is left as it is.
 *
 * Context: Sender.
 */
void sys_sem_signal(sys_sem_t *sem)
{
	is_fine(sem ? port_queue_put(&sem->queue, NULL, 0, false, 0) : -EINVAL,
		PORT_CALL);
}
EXPORT_SYMBOL_GPL(sys_sem_signal);

/**
 * sys_arch_sem_wait() - wait until a semaphore's count is not 0, and subtract 1
 * @sem: the semaphore; an invalid one is refused
 * @timeout: the longest wait, in milliseconds; 0: no limit
 *
 * Context: Waiter.
 * Return: how long it waited, in milliseconds; SYS_ARCH_TIMEOUT if the count stayed 0,
 *	the semaphore was freed, the thread was asked to stop, or the call was refused.
 */
u32_t sys_arch_sem_wait(sys_sem_t *sem, u32_t timeout)
{
	unsigned long begun = jiffies;
	size_t bytes = 0;
	int err = sem ? port_queue_get(&sem->queue, NULL, &bytes,
				       ticks_of(timeout)) : -EINVAL;

	return is_fine(err, PORT_CALL) ? waited(begun) : SYS_ARCH_TIMEOUT;
}
EXPORT_SYMBOL_GPL(sys_arch_sem_wait);

/* ---- mailboxes --------------------------------------------------------------- */

/**
 * sys_mbox_new() - initialise an empty mailbox
 * @mbox: the struct to initialise
 * @size: how many pointers it can hold, at least 1
 *
 * Context: Sleeps.
 * Return: ERR_OK; ERR_MEM: out of memory; ERR_ARG: @mbox is NULL, or @size is less
 *	than 1. After an error the mailbox is not valid.
 */
err_t sys_mbox_new(sys_mbox_t *mbox, int size)
{
	void **ring;

	if (!mbox)
		return ERR_ARG;
	sys_mbox_set_invalid(mbox);
	if (size < 1)
		return ERR_ARG;
	ring = kvmalloc_array(size, sizeof(*ring), GFP_KERNEL);
	if (!ring)
		return ERR_MEM;
	port_queue_init(&mbox->queue, ring, sizeof(*ring), 0, size);
	return ERR_OK;
}
EXPORT_SYMBOL_GPL(sys_mbox_new);

/**
 * sys_mbox_free() - end the use of a mailbox
 * @mbox: the mailbox; an invalid one is refused
 *
 * Pointers that are still in it are dropped, with a line in the log. All waiters get
 * SYS_ARCH_TIMEOUT. When this returns, none of them uses @mbox any more.
 *
 * Context: Sleeps.
 */
void sys_mbox_free(sys_mbox_t *mbox)
{
	void *ring = mbox ? mbox->queue.slots : NULL;
	int err = mbox ? port_queue_end(&mbox->queue) : -EINVAL;

	if (!is_fine(err, PORT_CALL))
		return;
	kvfree(ring);
	if (mbox->queue.count)
		pr_warn_ratelimited("lwip: a mailbox was freed with %u messages in it\n",
				    mbox->queue.count);
}
EXPORT_SYMBOL_GPL(sys_mbox_free);

static int mbox_put(sys_mbox_t *mbox, void *msg, long timeout)
{
	return mbox ? port_queue_put(&mbox->queue, &msg, sizeof(msg), false,
				     timeout) : -EINVAL;
}

static err_t mbox_try(sys_mbox_t *mbox, void *msg, struct port_call call)
{
	int err = mbox_put(mbox, msg, 0);

	if (is_fine(err, call))
		return ERR_OK;
	return err == -EINVAL ? ERR_ARG : ERR_MEM;
}

/**
 * sys_mbox_post() - put a pointer into a mailbox, and wait for room
 * @mbox: the mailbox; an invalid one is refused
 * @msg: the pointer, may be NULL
 *
 * If the mailbox is full and is freed, or the thread is asked to stop, @msg is lost.
 * lwIP gives this function no result that could say so: use sys_mbox_trypost() where
 * @msg must not be lost.
 *
 * Context: Waiter.
 */
void sys_mbox_post(sys_mbox_t *mbox, void *msg)
{
	is_fine(mbox_put(mbox, msg, -1), PORT_CALL);
}
EXPORT_SYMBOL_GPL(sys_mbox_post);

/**
 * sys_mbox_trypost() - put a pointer into a mailbox, if there is room
 * @mbox: the mailbox; an invalid one is refused
 * @msg: the pointer, may be NULL
 *
 * Context: Sender.
 * Return: ERR_OK; ERR_MEM: there is no room; ERR_ARG: the call was refused.
 */
err_t sys_mbox_trypost(sys_mbox_t *mbox, void *msg)
{
	return mbox_try(mbox, msg, PORT_CALL);
}
EXPORT_SYMBOL_GPL(sys_mbox_trypost);

/**
 * sys_mbox_trypost_fromisr() - sys_mbox_trypost() by lwIP's name for interrupts
 * @mbox: the mailbox
 * @msg: the pointer
 *
 * Context: Sender.
 * Return: as sys_mbox_trypost().
 */
err_t sys_mbox_trypost_fromisr(sys_mbox_t *mbox, void *msg)
{
	return mbox_try(mbox, msg, PORT_CALL);
}
EXPORT_SYMBOL_GPL(sys_mbox_trypost_fromisr);

static int mbox_get(sys_mbox_t *mbox, void **msg, long timeout)
{
	size_t bytes = sizeof(*msg);
	void *dropped;

	return mbox ? port_queue_get(&mbox->queue, msg ?: &dropped, &bytes,
				     timeout) : -EINVAL;
}

/**
 * sys_arch_mbox_fetch() - take the oldest pointer out of a mailbox, and wait for one
 * @mbox: the mailbox; an invalid one is refused
 * @msg: where to store the pointer; NULL: drop it
 * @timeout: the longest wait, in milliseconds; 0: no limit
 *
 * Context: Waiter.
 * Return: how long it waited, in milliseconds; SYS_ARCH_TIMEOUT if no pointer came, the
 *	mailbox was freed, the thread was asked to stop, or the call was refused. *@msg
 *	is not changed then.
 */
u32_t sys_arch_mbox_fetch(sys_mbox_t *mbox, void **msg, u32_t timeout)
{
	unsigned long begun = jiffies;
	int err = mbox_get(mbox, msg, ticks_of(timeout));

	return is_fine(err, PORT_CALL) ? waited(begun) : SYS_ARCH_TIMEOUT;
}
EXPORT_SYMBOL_GPL(sys_arch_mbox_fetch);

/**
 * sys_arch_mbox_tryfetch() - take the oldest pointer out of a mailbox, if there is one
 * @mbox: the mailbox; an invalid one is refused
 * @msg: where to store the pointer; NULL: drop it
 *
 * Context: Sender.
 * Return: 0; SYS_MBOX_EMPTY if the mailbox was empty or the call was refused. *@msg is
 *	not changed then.
 */
u32_t sys_arch_mbox_tryfetch(sys_mbox_t *mbox, void **msg)
{
	return is_fine(mbox_get(mbox, msg, 0), PORT_CALL) ? 0 : SYS_MBOX_EMPTY;
}
EXPORT_SYMBOL_GPL(sys_arch_mbox_tryfetch);

/* ---- threads ------------------------------------------------------------------ */

struct lwip_thread {
	struct port_thread thread;
	struct task_struct *task;
	lwip_thread_fn function;
	void *arg;
};

static void thread_run(struct port_thread *thread)
{
	sys_thread_t lwip = container_of(thread, struct lwip_thread, thread);

	lwip->function(lwip->arg);
}

/**
 * sys_thread_new() - start a thread
 * @name: name of the kthread, as ps shows it; NULL: "lwip"
 * @thread: the thread's function; it may return
 * @arg: argument of @thread; what it points to must live until sys_thread_free() has
 *	returned
 * @stacksize: ignored, Linux chooses the stack of a kthread
 * @prio: ignored; a thread that needs a priority calls sched_set_fifo() itself
 *
 * The driver must keep the handle, and call sys_thread_free() before it is unloaded.
 *
 * Context: Sleeps. It fails if the calling process is being killed.
 * Return: the handle; NULL if there is no memory or @thread is NULL.
 */
sys_thread_t sys_thread_new(const char *name, lwip_thread_fn thread, void *arg,
			    int stacksize, int prio)
{
	sys_thread_t new = thread ? kzalloc(sizeof(*new), GFP_KERNEL) : NULL;

	if (!new)
		return NULL;
	new->function = thread;
	new->arg = arg;
	new->task = port_thread_create(&new->thread, PORT_THREAD_LWIP, thread_run,
				       name ?: "lwip");
	if (IS_ERR(new->task)) {
		kfree(new);
		return NULL;
	}
	wake_up_process(new->task);
	return new;
}
EXPORT_SYMBOL_GPL(sys_thread_new);

/**
 * sys_thread_free() - ask a thread to stop, wait until it has, and free its handle
 * @thread: address of the handle, which is set to NULL; a handle that is NULL is
 *	refused
 *
 * lwIP has no such function, because its threads never end. A thread that has not run
 * yet may end without its function being called.
 *
 * Context: Sleeps. The caller must not hold anything that the thread needs in order to
 *	end. A thread that tries to free itself is refused.
 */
void sys_thread_free(sys_thread_t *thread)
{
	sys_thread_t old = thread ? *thread : NULL;

	if (!old || &old->thread == port_thread_self(PORT_THREAD_LWIP)) {
		port_refused(PORT_CALL, port_lwip.name,
			     old ? "a thread cannot free itself" :
				   "there is no thread");
		return;
	}
	*thread = NULL;
	kthread_stop(old->task);
	kfree(old);
}
EXPORT_SYMBOL_GPL(sys_thread_free);

/* ---- timeouts ------------------------------------------------------------------ */

/**
 * struct timeout - a call of a handler that is pending or running
 * @node: entry of the list "timeouts" while the call is pending
 * @work: calls @handler when the time is over
 * @handler: the function to call
 * @arg: its argument
 * @due: when to call it, in jiffies
 * @due_ms: the same in milliseconds, to tell apart what is due in the same jiffy
 * @is_taken_back: the call was cancelled: timeout_run() must leave the struct alone,
 *	because whoever cancelled it frees it
 */
struct timeout {
	struct list_head node;
	struct delayed_work work;
	sys_timeout_handler handler;
	void *arg;
	unsigned long due;
	u32_t due_ms;
	bool is_taken_back;
};

static struct workqueue_struct *timeouts_queue;	/* ordered: one work at a time */
static DEFINE_SPINLOCK(timeouts_lock);		/* guards timeouts, running, runner, takers */
static LIST_HEAD(timeouts);			/* pending calls */
static struct timeout *running;			/* the one whose handler runs, or NULL */
static struct task_struct *runner;		/* the worker that runs it, or NULL */

/**
 * struct taker - a caller of sys_untimeout() that waits for a running handler
 * @node: entry of the list "takers"
 * @handler: the handler whose call it cancels
 * @arg: the argument of that call
 * @timeout: the pending call that timeout_ends() cancelled for it, or NULL; the waiter
 *	frees it
 * @done: completed when the handler has returned
 */
struct taker {
	struct list_head node;
	sys_timeout_handler handler;
	void *arg;
	struct timeout *timeout;
	struct completion done;
};

static LIST_HEAD(takers);

static bool is_due_before(const struct timeout *a, const struct timeout *b)
{
	return a->due == b->due ? (s32_t)(a->due_ms - b->due_ms) < 0 :
				  time_before(a->due, b->due);
}

/*
 * The pending call of @handler with @arg that is due first, or NULL; of those that are due
 * together, the one that was asked for first. With @handler NULL, any call is meant. The
 * caller holds timeouts_lock.
 */
static struct timeout *first_due(sys_timeout_handler handler, void *arg)
{
	struct timeout *timeout, *first = NULL;

	list_for_each_entry(timeout, &timeouts, node)
		if ((!handler || (timeout->handler == handler &&
				  timeout->arg == arg)) &&
		    (!first || is_due_before(timeout, first)))
			first = timeout;
	return first;
}

/*
 * Remove first_due() from the list, and return it. The caller holds timeouts_lock, and
 * passes the result to timeout_drop() after releasing it.
 */
static struct timeout *take_back(sys_timeout_handler handler, void *arg)
{
	struct timeout *next = first_due(handler, arg);

	if (next) {
		list_del(&next->node);
		next->is_taken_back = true;
	}
	return next;
}

/*
 * The work of @timeout has begun, and its time has come. Let it make the call that is due
 * first, and let the work of that one make the call of @timeout, next. The caller holds
 * timeouts_lock.
 */
static void calls_swap(struct timeout *timeout)
{
	struct timeout *first = first_due(NULL, NULL);

	if (first == timeout)
		return;
	swap(timeout->handler, first->handler);
	swap(timeout->arg, first->arg);
	swap(timeout->due, first->due);
	swap(timeout->due_ms, first->due_ms);
	/* The call keeps its place among those that are due together. */
	list_del(&first->node);
	list_add(&first->node, &timeout->node);
	mod_delayed_work(timeouts_queue, &first->work, 0);
}

/*
 * Move @timeout from pending to running. Return false if it is not due yet, or was cancelled:
 * its memory then belongs to whoever cancelled it.
 */
static bool timeout_begins(struct timeout *timeout)
{
	unsigned long flags;
	bool begins;

	spin_lock_irqsave(&timeouts_lock, flags);
	begins = !timeout->is_taken_back;
	/* Linux begins a work too early if its delay is longer than Linux's timers can be. */
	if (begins && time_before(jiffies, timeout->due)) {
		queue_delayed_work(timeouts_queue, &timeout->work,
				   timeout->due - jiffies);
		begins = false;
	}
	if (begins) {
		calls_swap(timeout);
		list_del(&timeout->node);
		running = timeout;
		runner = current;
	}
	spin_unlock_irqrestore(&timeouts_lock, flags);
	return begins;
}

/*
 * Free @timeout, whose handler has returned, and complete the callers of
 * sys_untimeout() that wait for it.
 *
 * The handler may have called sys_timeout() for itself with a delay of 0. A waiter
 * that cancelled this new call after being woken could lose the race against the
 * worker every time. So the call is cancelled here, on the worker itself, before the
 * next work begins.
 */
static void timeout_ends(struct timeout *timeout)
{
	struct taker *taker, *next;
	unsigned long flags;

	spin_lock_irqsave(&timeouts_lock, flags);
	running = NULL;
	runner = NULL;
	list_for_each_entry_safe(taker, next, &takers, node) {
		if (taker->handler != timeout->handler ||
		    taker->arg != timeout->arg)
			continue;
		list_del(&taker->node);
		taker->timeout = take_back(taker->handler, taker->arg);
		complete(&taker->done);
	}
	spin_unlock_irqrestore(&timeouts_lock, flags);
	kfree(timeout);
}

static void timeout_run(struct work_struct *work)
{
	struct timeout *timeout = container_of(to_delayed_work(work),
					       struct timeout, work);

	if (!timeout_begins(timeout))
		return;
	timeout->handler(timeout->arg);
	timeout_ends(timeout);
}

/**
 * sys_timeout() - call a function once, after a delay
 * @msecs: the delay, in milliseconds
 * @handler: the function; NULL is refused
 * @arg: its argument
 *
 * If there is no memory, @handler is not called, and the log says so. The driver must
 * cancel pending calls with sys_untimeout() before it is unloaded.
 *
 * Context: Sender, but also without PREEMPT_RT not in hard interrupts or under raw
 *	spinlocks.
 */
void sys_timeout(u32_t msecs, sys_timeout_handler handler, void *arg)
{
	struct timeout *timeout;
	unsigned long flags, ticks = msecs_to_jiffies(msecs);

	if (!handler) {
		port_refused(PORT_CALL, port_lwip.name, "there is no handler");
		return;
	}
	timeout = kzalloc(sizeof(*timeout), GFP_ATOMIC);
	if (!timeout) {
		port_failed(PORT_CALL, port_lwip.name, -ENOMEM);
		return;
	}
	timeout->handler = handler;
	timeout->arg = arg;
	timeout->due = jiffies + ticks;
	timeout->due_ms = sys_now() + msecs;
	INIT_DELAYED_WORK(&timeout->work, timeout_run);
	/* Under the lock: sys_untimeout() must find it both listed and queued, or not. */
	spin_lock_irqsave(&timeouts_lock, flags);
	list_add_tail(&timeout->node, &timeouts);
	queue_delayed_work(timeouts_queue, &timeout->work, ticks);
	spin_unlock_irqrestore(&timeouts_lock, flags);
}
EXPORT_SYMBOL_GPL(sys_timeout);

/* Does another task run @handler with @arg now? The caller holds timeouts_lock. */
static bool is_running(sys_timeout_handler handler, void *arg)
{
	return running && runner != current && running->handler == handler &&
	       running->arg == arg;
}

/* Free a call that take_back() returned, or NULL. Its handler can no longer run. */
static void timeout_drop(struct timeout *timeout)
{
	if (timeout)
		cancel_delayed_work_sync(&timeout->work);
	kfree(timeout);
}

/**
 * sys_untimeout() - cancel a pending call of sys_timeout()
 * @handler: the function
 * @arg: its argument
 *
 * If several calls with the same @handler and @arg are pending, the one that is due
 * first is cancelled; if none is pending, nothing is. If @handler is running with @arg,
 * this waits until it has returned, and cancels a call that it asked for meanwhile, so
 * that the caller may free what the handler uses. Called by that handler itself, it
 * does not wait.
 *
 * Context: Sleeps; refused where sleeping is not allowed. The caller must not hold
 *	anything that the handler needs in order to return.
 */
void sys_untimeout(sys_timeout_handler handler, void *arg)
{
	struct taker taker = { .handler = handler, .arg = arg };
	unsigned long flags;
	bool waits;

	if (!handler || !port_may_wait()) {
		is_fine(handler ? -EPERM : -EINVAL, PORT_CALL);
		return;
	}
	init_completion(&taker.done);
	spin_lock_irqsave(&timeouts_lock, flags);
	waits = is_running(handler, arg);
	if (waits)
		list_add_tail(&taker.node, &takers);
	else
		taker.timeout = take_back(handler, arg);
	spin_unlock_irqrestore(&timeouts_lock, flags);
	if (waits)
		wait_for_completion(&taker.done);
	timeout_drop(taker.timeout);
}
EXPORT_SYMBOL_GPL(sys_untimeout);

int lwip_sys_init(void)
{
	timeouts_queue = alloc_ordered_workqueue("lwip_timeouts", 0);
	return timeouts_queue ? 0 : -ENOMEM;
}

/*
 * All drivers are unloaded. A call that one of them left pending would run code that is
 * gone, so cancel it and log an error.
 */
void lwip_sys_exit(void)
{
	struct timeout *timeout;

	do {
		spin_lock_irq(&timeouts_lock);
		timeout = take_back(NULL, NULL);
		spin_unlock_irq(&timeouts_lock);
		if (timeout)
			pr_err("rtalloc_port: lwip: a timeout was not taken back\n");
		timeout_drop(timeout);
	} while (timeout);
	destroy_workqueue(timeouts_queue);
}
