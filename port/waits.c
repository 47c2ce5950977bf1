// SPDX-License-Identifier: GPL-2.0-only
/*
 * waits.c - objects that threads wait for, and that may begin anew or end meanwhile.
 *
 * Who changes an object wakes its waiters himself, under its lock.
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
 * port_waits_init() - make an object that nobody waits for
 * @waits: where
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
 * port_waits_is() - is this an object?
 * @waits: from port_waits_init(), or anything else
 *
 * Context: Any.
 * Return: true if it is one and has not ended.
 */
bool port_waits_is(const struct port_waits *waits)
{
	return READ_ONCE(waits->self) == waits;
}
EXPORT_SYMBOL_GPL(port_waits_is);

/* ---- a wait ----------------------------------------------------------------- */

/**
 * port_wait_begin() - the calling thread begins to wait: the end waits for it
 * @waits: the object
 * @resets: where to store what port_wait_is_over() needs
 *
 * Context: Under the object's lock.
 * Return: true; false: it has ended.
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
 * port_wait_is_over() - has the object ended, or begun anew, since a wait began?
 * @waits: the object
 * @resets: of port_wait_begin()
 *
 * Context: Any. Under the object's lock the answer stays.
 * Return: true: the wait ends with nothing.
 */
bool port_wait_is_over(const struct port_waits *waits, u32 resets)
{
	return !port_waits_is(waits) || READ_ONCE(waits->resets) != resets;
}
EXPORT_SYMBOL_GPL(port_wait_is_over);

/**
 * port_wait_end() - the calling thread waits no longer
 * @waits: the object, which is not touched by it once the lock is dropped
 *
 * Context: Under the object's lock.
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
 * port_waits_reset() - all waits are over
 * @waits: the object
 *
 * Context: Under the object's lock; the caller wakes those who wait.
 */
void port_waits_reset(struct port_waits *waits)
{
	WRITE_ONCE(waits->resets, waits->resets + 1);
}
EXPORT_SYMBOL_GPL(port_waits_reset);

/* All waits are over, and it is none from here on; under the lock. */
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
 * port_waits_end() - end an object, and all waits for it
 * @waits: the object
 * @wake: wakes those who wait; called under the lock
 *
 * Who waits has left it when this returns, and touches it no more.
 *
 * Context: Where a spinlock_t may be taken; sleeps if somebody waits.
 * Return: 0; -EINVAL: it has ended already; -EBUSY: somebody waits, and the caller may
 *	not sleep: the object is what it was.
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
