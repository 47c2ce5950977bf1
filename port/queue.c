// SPDX-License-Identifier: GPL-2.0-only
/*
 * queue.c - rings of slots that threads wait for, and that may be reset or ended
 * meanwhile.
 *
 * Putting and getting an item return 0, or, with nothing changed:
 *   -EINVAL     not a valid queue
 *   -ETIMEDOUT  no room, or no item, within the timeout
 *   -EINTR      the thread was asked to stop while it waited
 *   -EIDRM      the queue was reset or ended while the thread waited
 *   -EPERM      the call would have to wait where sleeping is not allowed
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <rtalloc/port/queue.h>
#include <rtalloc/port/thread.h>

/**
 * port_queue_init() - initialise an empty queue
 * @queue: the struct to initialise
 * @slots: @length times @stride bytes, at any alignment, in use until the queue ends
 * @stride: bytes of a slot, header included; 0: items are empty
 * @header: bytes at the start of a slot that hold the length of its item, at least
 *	sizeof(size_t); 0: each item fills its slot
 * @length: number of slots, 1 to 2^31
 *
 * Context: Any.
 */
void port_queue_init(struct port_queue *queue, void *slots, size_t stride,
		     size_t header, u32 length)
{
	*queue = (struct port_queue){
		.slots = slots,
		.stride = stride,
		.header = header,
		.length = length,
	};
	init_waitqueue_head(&queue->readers);
	init_waitqueue_head(&queue->writers);
	port_waits_init(&queue->waits);
}
EXPORT_SYMBOL_GPL(port_queue_init);

/**
 * port_queue_is() - is this a valid queue?
 * @queue: NULL, or any memory of the size of the struct
 *
 * Context: Any.
 * Return: true after port_queue_init() and before port_queue_end().
 */
bool port_queue_is(const struct port_queue *queue)
{
	return queue && port_waits_is(&queue->waits);
}
EXPORT_SYMBOL_GPL(port_queue_is);

/* ---- one item; the caller holds the queue's lock --------------------------- */

/* The slot of item @i, where item 0 is the oldest. */
static u8 *slot_at(struct port_queue *queue, u32 i)
{
	return queue->slots +
	       (size_t)((queue->first + i) % queue->length) * queue->stride;
}

static void slot_fill(struct port_queue *queue, u8 *slot, const void *item,
		      size_t bytes)
{
	/* The slot may be at any address, so the length may not be stored directly. */
	if (queue->header)
		memcpy(slot, &bytes, sizeof(bytes));
	if (bytes)
		memcpy(slot + queue->header, item, bytes);
}

/* Copy an item to @item. *@bytes: the room there, set to the bytes that were copied. */
static void slot_read(struct port_queue *queue, const u8 *slot, void *item,
		      size_t *bytes)
{
	size_t length = queue->stride;

	if (queue->header)
		memcpy(&length, slot, sizeof(length));
	*bytes = min(*bytes, length);
	if (*bytes)
		memcpy(item, slot + queue->header, *bytes);
}

/**
 * struct move - a request to put or get one item
 * @from: put: the item, or NULL if it is empty
 * @to: get: where to store the item
 * @bytes: put: length of the item; get: room at @to, set to the bytes stored
 * @in_front: put: the item becomes the oldest
 * @waits: the thread is counted as a waiter, and @resets is valid
 * @resets: from port_wait_begin()
 */
struct move {
	const void *from;
	void *to;
	size_t bytes;
	bool in_front;
	bool waits;
	u32 resets;
};

static bool put_locked(struct port_queue *queue, struct move *move)
{
	if (queue->count == queue->length)
		return false;
	if (move->in_front)
		queue->first = (queue->first ?: queue->length) - 1;
	slot_fill(queue, slot_at(queue, move->in_front ? 0 : queue->count),
		  move->from, move->bytes);
	queue->count++;
	wake_up(&queue->readers);
	return true;
}

static bool get_locked(struct port_queue *queue, struct move *move)
{
	if (!queue->count)
		return false;
	slot_read(queue, slot_at(queue, 0), move->to, &move->bytes);
	queue->first = queue->first + 1 == queue->length ? 0 : queue->first + 1;
	queue->count--;
	wake_up(&queue->writers);
	return true;
}

/* put_locked() or get_locked(). Returns false if there is no room, or no item. */
typedef bool move_fn(struct port_queue *queue, struct move *move);

/* ---- with and without waiting -------------------------------------------- */

/* A waiter must not move an item after the wait was ended by a reset or an end. */
static bool may_move(struct port_queue *queue, const struct move *move)
{
	return move->waits ? !port_wait_is_over(&queue->waits, move->resets) :
			     port_queue_is(queue);
}

static bool move_now(struct port_queue *queue, move_fn *fn, struct move *move)
{
	unsigned long flags;
	bool is_done;

	spin_lock_irqsave(&queue->waits.lock, flags);
	is_done = may_move(queue, move) && fn(queue, move);
	spin_unlock_irqrestore(&queue->waits.lock, flags);
	return is_done;
}

/* Count the caller as a waiter. Return false if the queue has ended. */
static bool move_begin(struct port_queue *queue, struct move *move)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->waits.lock, flags);
	move->waits = port_wait_begin(&queue->waits, &move->resets);
	spin_unlock_irqrestore(&queue->waits.lock, flags);
	return move->waits;
}

/* The queue may be freed as soon as this has dropped the lock. */
static void move_end(struct port_queue *queue)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->waits.lock, flags);
	port_wait_end(&queue->waits);
	spin_unlock_irqrestore(&queue->waits.lock, flags);
}

static int move_later(struct port_queue *queue, wait_queue_head_t *where,
		      move_fn *fn, struct move *move, long timeout)
{
	int err;

	if (!move_begin(queue, move))
		return -EIDRM;
	err = port_wait_or(*where, move_now(queue, fn, move), timeout,
			   port_wait_is_over(&queue->waits, move->resets) ||
			   port_thread_should_stop());
	if (err && port_wait_is_over(&queue->waits, move->resets))
		err = -EIDRM;
	move_end(queue);
	return err;
}

static int move_item(struct port_queue *queue, wait_queue_head_t *where,
		     move_fn *fn, struct move *move, long timeout)
{
	/* Checked first: on PREEMPT_RT such a caller must not take the lock either. */
	if (timeout && !port_may_wait())
		return -EPERM;
	if (move_now(queue, fn, move))
		return 0;
	return timeout ? move_later(queue, where, fn, move, timeout) : -ETIMEDOUT;
}

/**
 * port_queue_put() - put an item into a queue
 * @queue: the queue
 * @item: the item, which is copied; NULL if it is empty
 * @bytes: its length; at most the bytes of a slot without the header
 * @in_front: put it in front of the oldest item
 * @timeout: the longest wait for room, in jiffies; 0: do not wait; negative: no limit
 *
 * Context: Where a spinlock_t may be taken; with a @timeout other than 0 in process
 *	context without a spinlock.
 * Return: see the top of the file.
 */
int port_queue_put(struct port_queue *queue, const void *item, size_t bytes,
		   bool in_front, long timeout)
{
	struct move move = {
		.from = item, .bytes = bytes, .in_front = in_front,
	};

	if (!port_queue_is(queue))
		return -EINVAL;
	return move_item(queue, &queue->writers, put_locked, &move, timeout);
}
EXPORT_SYMBOL_GPL(port_queue_put);

/**
 * port_queue_get() - take the oldest item out of a queue
 * @queue: the queue
 * @item: where to store it
 * @bytes: the room at @item: a longer item is cut. Set to the bytes stored.
 * @timeout: the longest wait for an item, in jiffies; 0: do not wait; negative: no
 *	limit
 *
 * Context: as port_queue_put().
 * Return: see the top of the file.
 */
int port_queue_get(struct port_queue *queue, void *item, size_t *bytes,
		   long timeout)
{
	struct move move = { .to = item, .bytes = *bytes };
	int err;

	if (!port_queue_is(queue))
		return -EINVAL;
	err = move_item(queue, &queue->readers, get_locked, &move, timeout);
	if (!err)
		*bytes = move.bytes;
	return err;
}
EXPORT_SYMBOL_GPL(port_queue_get);

/* ---- ends ----------------------------------------------------------------- */

/* Wake all waiters, after their waits were ended. The caller holds the lock. */
static void queue_wake(struct port_waits *waits)
{
	struct port_queue *queue = container_of(waits, struct port_queue, waits);

	wake_up_all(&queue->readers);
	wake_up_all(&queue->writers);
}

/**
 * port_queue_reset() - drop all items, and end all waits with -EIDRM
 * @queue: the queue
 * @count: number of items in it afterwards; other than 0 only if items are empty
 *
 * Context: Where a spinlock_t may be taken.
 * Return: 0, or -EINVAL: not a valid queue.
 */
int port_queue_reset(struct port_queue *queue, u32 count)
{
	unsigned long flags;

	if (!port_queue_is(queue))
		return -EINVAL;
	spin_lock_irqsave(&queue->waits.lock, flags);
	port_waits_reset(&queue->waits);
	queue->count = count;
	queue->first = 0;
	queue_wake(&queue->waits);
	spin_unlock_irqrestore(&queue->waits.lock, flags);
	return 0;
}
EXPORT_SYMBOL_GPL(port_queue_reset);

/**
 * port_queue_end() - end a queue, and all waits for it with -EIDRM
 * @queue: the queue; @queue->count keeps its value
 *
 * Context: As port_waits_end().
 * Return: as port_waits_end().
 */
int port_queue_end(struct port_queue *queue)
{
	return queue ? port_waits_end(&queue->waits, queue_wake) : -EINVAL;
}
EXPORT_SYMBOL_GPL(port_queue_end);
