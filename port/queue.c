// SPDX-License-Identifier: GPL-2.0-only
/*
 * queue.c - rings of slots that threads wait for, and that may end meanwhile.
 *
 * Results: 0; -EINVAL: this is no queue; -ETIMEDOUT: there was nothing, or no room,
 * in time; -EINTR: the thread is to stop; -EIDRM: the queue has ended or was reset;
 * -EPERM: it was told to wait where nobody may. But for 0 nothing has changed.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <rtalloc/port/queue.h>
#include <rtalloc/port/thread.h>

/**
 * port_queue_init() - make an empty queue
 * @queue: where
 * @slots: @length times @stride bytes, the queue's until it ends
 * @stride: bytes of a slot; 0: items have no bytes
 * @header: bytes of a slot in front of an item, for its length; at least those of a
 *	size_t, or 0
 * @length: slots, 1 to 2^31
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
 * port_queue_is() - is this a queue?
 * @queue: from port_queue_init(), or anything else; NULL is none
 *
 * Context: Any.
 * Return: true if it is one and has not ended.
 */
bool port_queue_is(const struct port_queue *queue)
{
	return queue && port_waits_is(&queue->waits);
}
EXPORT_SYMBOL_GPL(port_queue_is);

/* ---- one item, under the lock -------------------------------------------- */

static u8 *slot_at(struct port_queue *queue, u32 i)
{
	return queue->slots +
	       (size_t)((queue->first + i) % queue->length) * queue->stride;
}

static void slot_fill(struct port_queue *queue, u8 *slot, const void *item,
		      size_t bytes)
{
	/* The caller's ring may begin anywhere. */
	if (queue->header)
		memcpy(slot, &bytes, sizeof(bytes));
	if (bytes)
		memcpy(slot + queue->header, item, bytes);
}

/* *@bytes: room at @item; becomes the bytes that were copied. */
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
 * struct move - an item on its way
 * @from: what is put, or NULL
 * @to: where to store what is taken
 * @bytes: of @from, or room at @to
 * @in_front: @from becomes the oldest
 * @waits: it is of a thread that waits
 * @resets: of port_wait_begin()
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

typedef bool move_fn(struct port_queue *queue, struct move *move);

/* ---- with and without waiting -------------------------------------------- */

/* A wait that is over gets nothing that came after its end. */
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

/* False: it has ended already. */
static bool move_begin(struct port_queue *queue, struct move *move)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->waits.lock, flags);
	move->waits = port_wait_begin(&queue->waits, &move->resets);
	spin_unlock_irqrestore(&queue->waits.lock, flags);
	return move->waits;
}

/* From here on the queue is not touched any more. */
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
	/* Before the lock, which is not for such callers on PREEMPT_RT. */
	if (timeout && !port_may_wait())
		return -EPERM;
	if (move_now(queue, fn, move))
		return 0;
	return timeout ? move_later(queue, where, fn, move, timeout) : -ETIMEDOUT;
}

/**
 * port_queue_put() - put an item into a queue
 * @queue: the queue
 * @item: what to copy
 * @bytes: of it; at most as many as a slot has behind its header
 * @in_front: it becomes the oldest
 * @timeout: ticks to wait for room at most; 0: none; negative: no limit
 *
 * Context: Where a spinlock_t may be taken; with a @timeout process context without
 *	a lock.
 * Return: as said above.
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
 * port_queue_get() - take the oldest item
 * @queue: the queue
 * @item: where to store it
 * @bytes: room there; what is longer is cut. Becomes the bytes that were stored.
 * @timeout: ticks to wait for one at most; 0: none; negative: no limit
 *
 * Context: as port_queue_put().
 * Return: as said above.
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

/* All waits are over, under the lock. */
static void queue_wake(struct port_waits *waits)
{
	struct port_queue *queue = container_of(waits, struct port_queue, waits);

	wake_up_all(&queue->readers);
	wake_up_all(&queue->writers);
}

/**
 * port_queue_reset() - drop all items, and end all waits
 * @queue: the queue
 * @count: items that are in it then, where items have no bytes; else 0
 *
 * Context: Where a spinlock_t may be taken.
 * Return: 0 or -EINVAL.
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
 * port_queue_end() - end a queue, and all waits for it
 * @queue: the queue; its count stays
 *
 * Context: As port_waits_end().
 * Return: as port_waits_end().
 */
int port_queue_end(struct port_queue *queue)
{
	return queue ? port_waits_end(&queue->waits, queue_wake) : -EINVAL;
}
EXPORT_SYMBOL_GPL(port_queue_end);
