// SPDX-License-Identifier: GPL-2.0-only
/*
 * lwip_sys.c - lwIP's semaphores, mailboxes, threads and timeouts.
 *
 * A semaphore is a queue of items without bytes, a mailbox one of pointers. Timeouts
 * are delayed works of one queue that runs one at a time, as lwIP's own thread does.
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

#define SEM_MAX		INT_MAX	/* the highest count */

/* lwIP's 0 is no limit. */
static long ticks_of(u32_t timeout)
{
	return timeout ? (long)msecs_to_jiffies(timeout) : -1;
}

/* Milliseconds since @begun, as waits return them that got something. */
static u32_t waited(unsigned long begun)
{
	return min(jiffies_to_msecs(jiffies - begun), SYS_ARCH_TIMEOUT - 1);
}

/* What a driver has done wrong is told. Is nothing wrong? */
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
 * sys_sem_new() - make a semaphore
 * @sem: where it will be
 * @count: its count at first
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
 * sys_sem_free() - end a semaphore
 * @sem: the semaphore; what is not valid is refused
 *
 * Who waits for it gets SYS_ARCH_TIMEOUT, and has left it when this returns.
 *
 * Context: Sleeps; where nobody waits, as all senders.
 */
void sys_sem_free(sys_sem_t *sem)
{
	is_fine(sem ? port_queue_end(&sem->queue) : -EINVAL, PORT_CALL);
}
EXPORT_SYMBOL_GPL(sys_sem_free);

/**
 * sys_sem_signal() - add 1 to a semaphore's count
 * @sem: the semaphore; what is not valid is refused
 *
 * A count of 2^31 - 1 stays.
 *
 * Context: As all senders.
 */
void sys_sem_signal(sys_sem_t *sem)
{
	is_fine(sem ? port_queue_put(&sem->queue, NULL, 0, false, 0) : -EINVAL,
		PORT_CALL);
}
EXPORT_SYMBOL_GPL(sys_sem_signal);

/**
 * sys_arch_sem_wait() - wait until a semaphore's count is not 0, and subtract 1
 * @sem: the semaphore; what is not valid is refused
 * @timeout: milliseconds at most; 0: no limit
 *
 * Context: As all waiters.
 * Return: milliseconds that it took; SYS_ARCH_TIMEOUT: the count was 0 all the time,
 *	the semaphore was freed, the thread is to stop, or it was refused.
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
 * sys_mbox_new() - make an empty mailbox
 * @mbox: where it will be
 * @size: pointers that there is room for, not 0
 *
 * Context: Sleeps.
 * Return: ERR_OK; ERR_MEM: there is no memory; ERR_ARG: @mbox is NULL, or no such
 *	@size. But for ERR_OK the mailbox is not valid.
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
 * sys_mbox_free() - end a mailbox
 * @mbox: the mailbox; what is not valid is refused
 *
 * What is still in it is dropped, and the log says so. Who waits for it gets
 * SYS_ARCH_TIMEOUT, and has left it when this returns.
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
 * @mbox: the mailbox; what is not valid is refused
 * @msg: the pointer, NULL too
 *
 * As lwIP has no result here, use sys_mbox_trypost() where @msg must not be lost: it
 * is if the mailbox is freed, or the thread is to stop, and there is no room.
 *
 * Context: As all waiters.
 */
void sys_mbox_post(sys_mbox_t *mbox, void *msg)
{
	is_fine(mbox_put(mbox, msg, -1), PORT_CALL);
}
EXPORT_SYMBOL_GPL(sys_mbox_post);

/**
 * sys_mbox_trypost() - put a pointer into a mailbox, if there is room
 * @mbox: the mailbox; what is not valid is refused
 * @msg: the pointer, NULL too
 *
 * Context: As all senders.
 * Return: ERR_OK; ERR_MEM: there is no room; ERR_ARG: it was refused.
 */
err_t sys_mbox_trypost(sys_mbox_t *mbox, void *msg)
{
	return mbox_try(mbox, msg, PORT_CALL);
}
EXPORT_SYMBOL_GPL(sys_mbox_trypost);

/**
 * sys_mbox_trypost_fromisr() - the same, by the name for interrupts
 * @mbox: the mailbox
 * @msg: the pointer
 *
 * Context: As all senders.
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
 * sys_arch_mbox_fetch() - take the oldest pointer, and wait for one
 * @mbox: the mailbox; what is not valid is refused
 * @msg: where to store it; NULL: it is dropped
 * @timeout: milliseconds at most; 0: no limit
 *
 * Context: As all waiters.
 * Return: milliseconds that it took; SYS_ARCH_TIMEOUT: none came, the mailbox was
 *	freed, the thread is to stop, or it was refused: *@msg is as it was.
 */
u32_t sys_arch_mbox_fetch(sys_mbox_t *mbox, void **msg, u32_t timeout)
{
	unsigned long begun = jiffies;
	int err = mbox_get(mbox, msg, ticks_of(timeout));

	return is_fine(err, PORT_CALL) ? waited(begun) : SYS_ARCH_TIMEOUT;
}
EXPORT_SYMBOL_GPL(sys_arch_mbox_fetch);

/**
 * sys_arch_mbox_tryfetch() - take the oldest pointer, if there is one
 * @mbox: the mailbox; what is not valid is refused
 * @msg: where to store it; NULL: it is dropped
 *
 * Context: As all senders.
 * Return: 0; SYS_MBOX_EMPTY: there was none, or it was refused: *@msg is as it was.
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
 * @name: of the kthread, as ps shows it; NULL: "lwip"
 * @thread: what it does; it may return
 * @arg: for @thread; what it points to belongs to the driver and must live until
 *	sys_thread_free() has returned
 * @stacksize: ignored, a kthread has the stack that Linux gives it
 * @prio: ignored: the thread calls sched_set_fifo() where it matters
 *
 * The handle must be kept, and freed before the driver is unloaded.
 *
 * Context: Sleeps. It fails if the calling process is being killed.
 * Return: the thread; NULL: there is no memory, or @thread is NULL.
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
 * sys_thread_free() - ask a thread to stop, and wait until it has
 * @thread: address of the handle, which becomes NULL; one that is NULL already is
 *	refused
 *
 * New here: lwIP's threads never end. If the thread has not run at all so far, it
 * may end without its function being called.
 *
 * Context: Sleeps. The caller must hold nothing that the thread needs for its end,
 *	and must not be the thread: that is refused.
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
 * struct timeout - a handler that is to be called
 * @node: in the list of those whose time is not over
 * @work: calls it
 * @handler: what is done
 * @arg: for @handler
 * @due: when, in jiffies
 * @is_taken_back: whoever did that frees it
 */
struct timeout {
	struct list_head node;
	struct delayed_work work;
	sys_timeout_handler handler;
	void *arg;
	unsigned long due;
	bool is_taken_back;
};

static struct workqueue_struct *timeouts_queue;	/* one at a time */
static DEFINE_SPINLOCK(timeouts_lock);		/* guards what is below */
static LIST_HEAD(timeouts);
static struct timeout *running;
static struct task_struct *runner;		/* in whose handler it is */

/**
 * struct taker - somebody waits for the end of a handler, to take its timeout back
 * @node: in the list of those
 * @handler: what is taken back
 * @arg: of @handler
 * @timeout: the one that was, or NULL; it is the taker's
 * @done: the handler is not running any more
 */
struct taker {
	struct list_head node;
	sys_timeout_handler handler;
	void *arg;
	struct timeout *timeout;
	struct completion done;
};

static LIST_HEAD(takers);

/* The next one that is due of @handler and @arg, NULL: of any, leaves the list. */
static struct timeout *take_back(sys_timeout_handler handler, void *arg)
{
	struct timeout *timeout, *next = NULL;

	list_for_each_entry(timeout, &timeouts, node)
		if ((!handler || (timeout->handler == handler &&
				  timeout->arg == arg)) &&
		    (!next || time_before(timeout->due, next->due)))
			next = timeout;
	if (next) {
		list_del(&next->node);
		next->is_taken_back = true;
	}
	return next;
}

/* Its time is over, unless it was taken back: then it is not touched any more. */
static bool timeout_begins(struct timeout *timeout)
{
	unsigned long flags;
	bool begins;

	spin_lock_irqsave(&timeouts_lock, flags);
	begins = !timeout->is_taken_back;
	if (begins) {
		list_del(&timeout->node);
		running = timeout;
		runner = current;
	}
	spin_unlock_irqrestore(&timeouts_lock, flags);
	return begins;
}

/*
 * A handler may have asked to be called again, at once. Who waits for its end to take
 * that back might always come too late, so it is done here, before the next one begins.
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
 * sys_timeout() - have a function called after a time, once
 * @msecs: milliseconds from now
 * @handler: the function; NULL is refused
 * @arg: for @handler
 *
 * Without memory it is not called, and the log says so. One that is not called yet
 * must be taken back before the driver is unloaded.
 *
 * Context: As all senders, but on no kernel in hard interrupts or under raw
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
	INIT_DELAYED_WORK(&timeout->work, timeout_run);
	/* Who takes it back finds it in the list and queued. */
	spin_lock_irqsave(&timeouts_lock, flags);
	list_add_tail(&timeout->node, &timeouts);
	queue_delayed_work(timeouts_queue, &timeout->work, ticks);
	spin_unlock_irqrestore(&timeouts_lock, flags);
}
EXPORT_SYMBOL_GPL(sys_timeout);

/* Somebody else is in this handler; under the lock. */
static bool is_running(sys_timeout_handler handler, void *arg)
{
	return running && runner != current && running->handler == handler &&
	       running->arg == arg;
}

/* Out of the list, and nobody else's: it is not called any more. */
static void timeout_drop(struct timeout *timeout)
{
	if (timeout)
		cancel_delayed_work_sync(&timeout->work);
	kfree(timeout);
}

/**
 * sys_untimeout() - take back what sys_timeout() was given
 * @handler: the function
 * @arg: its argument; of several that are the same the next one is taken back
 *
 * It waits until the handler is not running with @arg, unless it is called by that,
 * so that what the handler uses may be freed then. Nothing happens where there is no
 * such timeout.
 *
 * Context: Sleeps; where nobody may, it is refused. The caller must hold nothing that
 *	the handler needs for its end.
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

/* Drivers are gone, and nothing of theirs must be called any more. */
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
