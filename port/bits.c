// SPDX-License-Identifier: GPL-2.0-only
/*
 * bits.c - bits that threads wait for. The caller that sets bits serves the waiters.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <rtalloc/port/bits.h>
#include <rtalloc/port/thread.h>

/**
 * struct waiter - a thread that waits, on its stack
 * @node: in the list of those who wait, until it is served
 * @wish: what for
 * @resets: of port_wait_begin()
 * @seen: the bits as they were when it was served
 * @is_served: it got what it waits for
 * @is_listed: it waits; false, where it was told to: the bits have ended
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
 * port_bits_init() - no bit is set, and nobody waits
 * @bits: where
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
 * port_bits_is() - are these bits?
 * @bits: from port_bits_init(), or anything else; NULL: no
 *
 * Context: Any.
 * Return: true if they are, and have not ended.
 */
bool port_bits_is(const struct port_bits *bits)
{
	return bits && port_waits_is(&bits->waits);
}
EXPORT_SYMBOL_GPL(port_bits_is);

/* Serve @waiter if its wish is there: the bits that it wants to be cleared. */
static u32 serve(struct waiter *waiter, u32 set)
{
	u32 want = waiter->wish.want, there = set & want;

	waiter->is_served = waiter->wish.all ? there == want : there;
	if (waiter->is_served)
		waiter->seen = set;
	return waiter->is_served && waiter->wish.clear ? want : 0;
}

/*
 * Serve all who wait, under the lock: the bits that they want to be cleared. One
 * whose wait is over has not run yet.
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
	/* Before the lock is dropped: who is served may free it. */
	wake_up_all(&bits->waiting);
	return clear;
}

/**
 * port_bits_set() - set bits, and serve all who wait for them
 * @bits: the bits
 * @set: those to set
 *
 * Context: As port_bits_clear(); linear in the number of those who wait.
 * Return: what is left set then.
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
 * port_bits_clear() - clear bits
 * @bits: the bits
 * @clear: those to clear; 0: only look
 *
 * Context: Where a spinlock_t may be taken.
 * Return: what was set before.
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
 * Served now, or in the list if it @stays: somebody may serve it at once. Those whom
 * the bits that it sets serve are looked at together with it.
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

/* The lock says that who served it is done with it. */
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
 * Out of the list, unless it was served at the last moment; what became of it then.
 * From here on the bits are not touched any more.
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

/* It is in the list. */
static int waiter_wait(struct port_bits *bits, struct waiter *waiter, long timeout)
{
	int err = port_wait_or(bits->waiting, waiter_is_served(bits, waiter), timeout,
			       port_wait_is_over(&bits->waits, waiter->resets) ||
			       port_thread_should_stop());

	return waiter_end(bits, waiter, err);
}

/**
 * port_bits_wait() - set some bits, perhaps, and wait for bits
 * @bits: the bits
 * @wish: which ones
 * @timeout: as for port_wait()
 * @seen: where to store all that was set when the wait ended, before anything was
 *	cleared; 0 where it ended with -EIDRM, -EINVAL or -EPERM
 *
 * Context: as port_wait().
 * Return: 0: they came; -ETIMEDOUT or -EINTR as port_wait(): they did not; -EIDRM: they
 *	have ended, or begun anew; -EINVAL: there are none; -EPERM: nobody may wait here.
 */
int port_bits_wait(struct port_bits *bits, struct port_wish wish, long timeout,
		   u32 *seen)
{
	struct waiter waiter = { .wish = wish };
	int err = -ETIMEDOUT;

	*seen = 0;
	if (!port_bits_is(bits))
		return -EINVAL;
	/* Before the lock, which is not for such callers on PREEMPT_RT. */
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

/* All waits are over, under the lock. */
static void bits_wake(struct port_waits *waits)
{
	struct port_bits *bits = container_of(waits, struct port_bits, waits);

	bits->set = 0;
	wake_up_all(&bits->waiting);
}

/**
 * port_bits_reset() - clear all bits, and end all waits
 * @bits: the bits
 *
 * Context: Where a spinlock_t may be taken.
 * Return: 0 or -EINVAL.
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
 * port_bits_end() - end bits, and all waits for them
 * @bits: the bits
 *
 * Context: As port_waits_end().
 * Return: as port_waits_end().
 */
int port_bits_end(struct port_bits *bits)
{
	return bits ? port_waits_end(&bits->waits, bits_wake) : -EINVAL;
}
EXPORT_SYMBOL_GPL(port_bits_end);
