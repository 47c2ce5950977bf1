// SPDX-License-Identifier: GPL-2.0-only
/*
 * waits.c - objects that threads wait for, and that may be reset or ended meanwhile.
 *
 * These functions count waiters and mark waits as over. Waking the waiters is up to the
 * object's owner (queue.c, bits.c), who does it with the object's lock held.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <rtalloc/port/waits.h>

/**
 * port_may_wait() - may the caller sleep?
 *
 * Context: Any.
 * Return: false in an interrupt, with interrupts off, and, where preemption is
 *	counted, with it off, as under a raw spinlock.
 */
bool port_may_wait(void)
{
	return !preempt_count() && !irqs_disabled();
}
EXPORT_SYMBOL_GPL(port_may_wait);

/**
 * port_waits_init() - initialise an object, without waiters
 * @waits: the struct to initialise
 *
 * Context: Any.
 */
void port_waits_init(struct port_waits *waits)
{
	spin_lock_init(&waits->lock);
	init_waitqueue_head(&waits->left);
	waits->waiting = 0;
	waits->resets = 0;
	WRITE_ONCE(waits->self, waits);
}
EXPORT_SYMBOL_GPL(port_waits_init);

/**
 * port_waits_is() - has this object been initialised, and not ended?
 * @waits: any memory of the size of the struct
 *
 * Context: Any.
 * Return: true after port_waits_init() and before port_waits_end(); false for other
 *	memory, and for a copy at another address.
 */
bool port_waits_is(const struct port_waits *waits)
{
	return READ_ONCE(waits->self) == waits;
}
EXPORT_SYMBOL_GPL(port_waits_is);

/* ---- a wait ----------------------------------------------------------------- */

/**
 * port_wait_begin() - count the calling thread as a waiter
 * @waits: the object
 * @resets: set to the value that port_wait_is_over() needs
 *
 * From here until port_wait_end(), port_waits_end() waits for this thread.
 *
 * Context: The caller holds the object's lock.
 * Return: true; false if the object has ended, then nothing is counted.
 */
bool port_wait_begin(struct port_waits *waits, u32 *resets)
{
	bool begins = port_waits_is(waits);

	waits->waiting += begins;
	*resets = waits->resets;
	return begins;
}
EXPORT_SYMBOL_GPL(port_wait_begin);

/**
 * port_wait_is_over() - was the object ended or reset since a wait began?
 * @waits: the object
 * @resets: from port_wait_begin()
 *
 * Context: Any. While the caller holds the object's lock, the answer cannot change.
 * Return: true if so: the waiter must give up, and take nothing.
 */
bool port_wait_is_over(const struct port_waits *waits, u32 resets)
{
	return !port_waits_is(waits) || READ_ONCE(waits->resets) != resets;
}
EXPORT_SYMBOL_GPL(port_wait_is_over);

/**
 * port_wait_end() - the calling thread is no waiter any more
 * @waits: the object; once the lock is dropped, it may be freed
 *
 * Context: The caller holds the object's lock.
 */
void port_wait_end(struct port_waits *waits)
{
	waits->waiting--;
	if (!waits->waiting && !port_waits_is(waits))
		wake_up_all(&waits->left);
}
EXPORT_SYMBOL_GPL(port_wait_end);

/* ---- all waits ---------------------------------------------------------------- */

/**
 * port_waits_reset() - mark all waits that have begun as over
 * @waits: the object
 *
 * Context: The caller holds the object's lock, and wakes the waiters before dropping
 *	it.
 */
void port_waits_reset(struct port_waits *waits)
{
	WRITE_ONCE(waits->resets, waits->resets + 1);
}
EXPORT_SYMBOL_GPL(port_waits_reset);

/* Mark the object as ended, and all waits as over. The caller holds its lock. */
static int close_locked(struct port_waits *waits, bool may_wait)
{
	if (!port_waits_is(waits))
		return -EINVAL;
	if (waits->waiting && !may_wait)
		return -EBUSY;
	WRITE_ONCE(waits->self, NULL);
	port_waits_reset(waits);
	return 0;
}

/* Is nobody waiting? Under the lock, so that the last waiter has dropped it, too. */
static bool has_left(struct port_waits *waits)
{
	unsigned long flags;
	bool has_left;

	spin_lock_irqsave(&waits->lock, flags);
	has_left = !waits->waiting;
	spin_unlock_irqrestore(&waits->lock, flags);
	return has_left;
}

/**
 * port_waits_end() - end an object and all waits for it, and wait for the waiters
 * @waits: the object
 * @wake: wakes all waiters; called with the object's lock held
 *
 * When this returns 0, no waiter uses the object any more, so it may be freed.
 *
 * Context: Where a spinlock_t may be taken. Sleeps if a thread waits for the object.
 * Return: 0; -EINVAL: the object has ended already; -EBUSY: a thread waits for it and
 *	the caller may not sleep, then nothing has changed.
 */
int port_waits_end(struct port_waits *waits, void (*wake)(struct port_waits *waits))
{
	bool may_wait = port_may_wait();
	unsigned long flags;
	int err;

	if (!port_waits_is(waits))
		return -EINVAL;
	spin_lock_irqsave(&waits->lock, flags);
	err = close_locked(waits, may_wait);
	if (!err)
		wake(waits);
	spin_unlock_irqrestore(&waits->lock, flags);
	if (!err && !has_left(waits))
		wait_event_idle(waits->left, has_left(waits));
	return err;
}
EXPORT_SYMBOL_GPL(port_waits_end);
