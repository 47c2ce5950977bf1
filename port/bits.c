// SPDX-License-Identifier: GPL-2.0-only
/*
 * bits.c - bits that threads wait for. The caller that sets bits serves the waiters: it
 * decides, with the lock held, which of them have got what they wait for.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <rtalloc/port/bits.h>
#include <rtalloc/port/thread.h>

/**
 * struct waiter - a thread that waits; lies on its stack
 * @node: entry of port_bits.waiters until the waiter is served
 * @wish: what it waits for
 * @resets: from port_wait_begin()
 * @seen: the bits when it was served, before any were cleared
 * @is_served: the wait has succeeded
 * @is_listed: it was added to the list; if not although it was to wait, the bits have
 *	ended
 */
struct waiter {
	struct list_head node;
	struct port_wish wish;
	u32 resets;
	u32 seen;
	bool is_served;
	bool is_listed;
};

/**
 * port_bits_init() - initialise a set of bits, all clear
 * @bits: the struct to initialise
 *
 * Context: Any.
 */
void port_bits_init(struct port_bits *bits)
{
	init_waitqueue_head(&bits->waiting);
	INIT_LIST_HEAD(&bits->waiters);
	bits->set = 0;
	port_waits_init(&bits->waits);
}
EXPORT_SYMBOL_GPL(port_bits_init);

/**
 * port_bits_is() - is this a valid set of bits?
 * @bits: NULL, or any memory of the size of the struct
 *
 * Context: Any.
 * Return: true after port_bits_init() and before port_bits_end().
 */
bool port_bits_is(const struct port_bits *bits)
{
	return bits && port_waits_is(&bits->waits);
}
EXPORT_SYMBOL_GPL(port_bits_is);

/* Serve @waiter if @set fulfils its wish. Return the bits to clear for it. */
static u32 serve(struct waiter *waiter, u32 set)
{
	u32 want = waiter->wish.want, there = set & want;

	waiter->is_served = waiter->wish.all ? there == want : there;
	if (waiter->is_served)
		waiter->seen = set;
	return waiter->is_served && waiter->wish.clear ? want : 0;
}

/*
 * Serve all waiters whose wish is fulfilled. Return the bits to clear for them. A
 * waiter whose wait was ended is still listed until it runs, and must not succeed. The
 * caller holds the lock.
 */
static u32 serve_all(struct port_bits *bits)
{
	struct waiter *waiter, *next;
	u32 clear = 0;

	list_for_each_entry_safe(waiter, next, &bits->waiters, node) {
		if (port_wait_is_over(&bits->waits, waiter->resets))
			continue;
		clear |= serve(waiter, bits->set);
		if (waiter->is_served)
			list_del(&waiter->node);
	}
	/* With the lock held: a served waiter may free @bits once it is dropped. */
	wake_up_all(&bits->waiting);
	return clear;
}

/**
 * port_bits_set() - set bits, and serve the waiters
 * @bits: the set of bits
 * @set: the bits to set
 *
 * Context: As port_bits_clear(); linear in the number of waiters.
 * Return: the bits that are still set after the served waiters' bits were cleared.
 */
u32 port_bits_set(struct port_bits *bits, u32 set)
{
	unsigned long flags;
	u32 left;

	spin_lock_irqsave(&bits->waits.lock, flags);
	bits->set |= set;
	bits->set &= ~serve_all(bits);
	left = bits->set;
	spin_unlock_irqrestore(&bits->waits.lock, flags);
	return left;
}
EXPORT_SYMBOL_GPL(port_bits_set);

/**
 * port_bits_clear() - clear bits, or read them
 * @bits: the set of bits
 * @clear: the bits to clear; 0: only read
 *
 * Context: Where a spinlock_t may be taken.
 * Return: the bits that were set before.
 */
u32 port_bits_clear(struct port_bits *bits, u32 clear)
{
	unsigned long flags;
	u32 before;

	spin_lock_irqsave(&bits->waits.lock, flags);
	before = bits->set;
	bits->set = before & ~clear;
	spin_unlock_irqrestore(&bits->waits.lock, flags);
	return before;
}
EXPORT_SYMBOL_GPL(port_bits_clear);

/*
 * Set the bits of the waiter's wish, and serve it and all other waiters with the bits as
 * they are then. If it is not served and @stays, add it to the list: from then on, others
 * may serve it. Return whether it was served.
 */
static bool waiter_begin(struct port_bits *bits, struct waiter *waiter,
			 bool stays)
{
	unsigned long flags;
	bool is_served;
	u32 clear;

	spin_lock_irqsave(&bits->waits.lock, flags);
	bits->set |= waiter->wish.set;
	clear = serve(waiter, bits->set);
	if (waiter->wish.set)
		clear |= serve_all(bits);
	bits->set &= ~clear;
	is_served = waiter->is_served;
	if (!is_served)
		waiter->seen = bits->set;
	waiter->is_listed = !is_served && stays &&
			    port_wait_begin(&bits->waits, &waiter->resets);
	if (waiter->is_listed)
		list_add_tail(&waiter->node, &bits->waiters);
	spin_unlock_irqrestore(&bits->waits.lock, flags);
	return is_served;
}

/* Takes the lock, so that whoever served the waiter has finished with @bits. */
static bool waiter_is_served(struct port_bits *bits, struct waiter *waiter)
{
	unsigned long flags;
	bool is_served;

	spin_lock_irqsave(&bits->waits.lock, flags);
	is_served = waiter->is_served;
	spin_unlock_irqrestore(&bits->waits.lock, flags);
	return is_served;
}

/*
 * End a wait that returned @err. Return the final result: it may have been served after
 * it was woken, or its wait may have been ended. @bits may be freed as soon as this has
 * dropped the lock.
 */
static int waiter_end(struct port_bits *bits, struct waiter *waiter, int err)
{
	unsigned long flags;

	spin_lock_irqsave(&bits->waits.lock, flags);
	if (waiter->is_served) {
		err = 0;
	} else {
		list_del(&waiter->node);
		waiter->seen = bits->set;
		if (port_wait_is_over(&bits->waits, waiter->resets))
			err = -EIDRM;
	}
	port_wait_end(&bits->waits);
	spin_unlock_irqrestore(&bits->waits.lock, flags);
	return err;
}

/* Wait, as a waiter that is in the list. */
static int waiter_wait(struct port_bits *bits, struct waiter *waiter, long timeout)
{
	int err = port_wait_or(bits->waiting, waiter_is_served(bits, waiter), timeout,
			       port_wait_is_over(&bits->waits, waiter->resets) ||
			       port_thread_should_stop());

	return waiter_end(bits, waiter, err);
}

/**
 * port_bits_wait() - wait for bits, after setting others if the caller wants that
 * @bits: the set of bits
 * @wish: what to set and what to wait for
 * @timeout: the longest wait, in jiffies; 0: do not wait; negative: no limit
 * @seen: set to all bits that were set when the wait ended, before any were cleared; 0
 *	with -EIDRM, -EINVAL and -EPERM
 *
 * Context: as port_wait().
 * Return: 0: the wish is fulfilled; -ETIMEDOUT: not in time; -EINTR: the thread was asked
 *	to stop; -EIDRM: @bits was reset or ended meanwhile; -EINVAL: not a valid set of
 *	bits; -EPERM: it would have to wait where sleeping is not allowed.
 */
int port_bits_wait(struct port_bits *bits, struct port_wish wish, long timeout,
		   u32 *seen)
{
	struct waiter waiter = { .wish = wish };
	int err = -ETIMEDOUT;

	*seen = 0;
	if (!port_bits_is(bits))
		return -EINVAL;
	/* Checked first: on PREEMPT_RT such a caller must not take the lock either. */
	if (timeout && !port_may_wait())
		return -EPERM;
	if (waiter_begin(bits, &waiter, timeout))
		err = 0;
	else if (timeout)
		err = waiter.is_listed ? waiter_wait(bits, &waiter, timeout) :
					 -EIDRM;
	if (err != -EIDRM)
		*seen = waiter.seen;
	return err;
}
EXPORT_SYMBOL_GPL(port_bits_wait);

/* ---- ends ----------------------------------------------------------------- */

/* Clear all bits, and wake all waiters after their waits were ended. Caller holds the lock. */
static void bits_wake(struct port_waits *waits)
{
	struct port_bits *bits = container_of(waits, struct port_bits, waits);

	bits->set = 0;
	wake_up_all(&bits->waiting);
}

/**
 * port_bits_reset() - clear all bits, and end all waits with -EIDRM
 * @bits: the set of bits
 *
 * Context: Where a spinlock_t may be taken.
 * Return: 0, or -EINVAL: not a valid set of bits.
 */
int port_bits_reset(struct port_bits *bits)
{
	unsigned long flags;

	if (!port_bits_is(bits))
		return -EINVAL;
	spin_lock_irqsave(&bits->waits.lock, flags);
	port_waits_reset(&bits->waits);
	bits_wake(&bits->waits);
	spin_unlock_irqrestore(&bits->waits.lock, flags);
	return 0;
}
EXPORT_SYMBOL_GPL(port_bits_reset);

/**
 * port_bits_end() - end a set of bits, and all waits for it with -EIDRM
 * @bits: the set of bits
 *
 * Context: As port_waits_end().
 * Return: as port_waits_end().
 */
int port_bits_end(struct port_bits *bits)
{
	return bits ? port_waits_end(&bits->waits, bits_wake) : -EINVAL;
}
EXPORT_SYMBOL_GPL(port_bits_end);
