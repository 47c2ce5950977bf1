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
 * @seen: the bits as they were when it was served
 * @is_served: it got what it waits for
 */
struct waiter {
	struct list_head node;
	struct port_wish wish;
	u32 seen;
	bool is_served;
};

/**
 * port_bits_init() - no bit is set, and nobody waits
 * @bits: where
 *
 * Context: Any.
 */
void port_bits_init(struct port_bits *bits)
{
	spin_lock_init(&bits->lock);
	init_waitqueue_head(&bits->waiting);
	INIT_LIST_HEAD(&bits->waiters);
	bits->set = 0;
}
EXPORT_SYMBOL_GPL(port_bits_init);

/* Serve @waiter if its wish is there: the bits that it wants to be cleared. */
static u32 serve(struct waiter *waiter, u32 set)
{
	u32 want = waiter->wish.want, there = set & want;

	waiter->is_served = waiter->wish.all ? there == want : there;
	if (waiter->is_served)
		waiter->seen = set;
	return waiter->is_served && waiter->wish.clear ? want : 0;
}

/* Serve all who wait, under the lock: the bits that they want to be cleared. */
static u32 serve_all(struct port_bits *bits)
{
	struct waiter *waiter, *next;
	u32 clear = 0;

	list_for_each_entry_safe(waiter, next, &bits->waiters, node) {
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

	spin_lock_irqsave(&bits->lock, flags);
	bits->set |= set;
	bits->set &= ~serve_all(bits);
	left = bits->set;
	spin_unlock_irqrestore(&bits->lock, flags);
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

	spin_lock_irqsave(&bits->lock, flags);
	before = bits->set;
	bits->set = before & ~clear;
	spin_unlock_irqrestore(&bits->lock, flags);
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

	spin_lock_irqsave(&bits->lock, flags);
	bits->set |= waiter->wish.set;
	clear = serve(waiter, bits->set);
	if (waiter->wish.set)
		clear |= serve_all(bits);
	bits->set &= ~clear;
	is_served = waiter->is_served;
	if (!is_served)
		waiter->seen = bits->set;
	if (!is_served && stays)
		list_add_tail(&waiter->node, &bits->waiters);
	spin_unlock_irqrestore(&bits->lock, flags);
	return is_served;
}

/* The lock says that who served it is done with it. */
static bool waiter_is_served(struct port_bits *bits, struct waiter *waiter)
{
	unsigned long flags;
	bool is_served;

	spin_lock_irqsave(&bits->lock, flags);
	is_served = waiter->is_served;
	spin_unlock_irqrestore(&bits->lock, flags);
	return is_served;
}

/* Out of the list, unless it was served at the last moment. */
static bool waiter_end(struct port_bits *bits, struct waiter *waiter)
{
	unsigned long flags;

	spin_lock_irqsave(&bits->lock, flags);
	if (!waiter->is_served) {
		list_del(&waiter->node);
		waiter->seen = bits->set;
	}
	spin_unlock_irqrestore(&bits->lock, flags);
	return waiter->is_served;
}

/**
 * port_bits_wait() - set some bits, perhaps, and wait for bits
 * @bits: the bits
 * @wish: which ones
 * @timeout: as for port_wait()
 * @seen: where to store all that was set when the wait ended, before anything was
 *	cleared
 *
 * Context: as port_wait().
 * Return: 0: they came; -ETIMEDOUT or -EINTR as port_wait(): they did not.
 */
int port_bits_wait(struct port_bits *bits, struct port_wish wish, long timeout,
		   u32 *seen)
{
	struct waiter waiter = { .wish = wish };
	int err = -ETIMEDOUT;

	if (waiter_begin(bits, &waiter, timeout))
		err = 0;
	else if (timeout)
		err = port_wait(bits->waiting, waiter_is_served(bits, &waiter),
				timeout);
	if (err && timeout && waiter_end(bits, &waiter))
		err = 0;
	*seen = waiter.seen;
	return err;
}
EXPORT_SYMBOL_GPL(port_bits_wait);
