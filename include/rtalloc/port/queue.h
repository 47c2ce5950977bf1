/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * queue.h - what lwIP's semaphores and mailboxes and RT-Thread's message queues are
 * made of: a ring of slots, and threads that wait for an item or for room. Not to be
 * included by drivers.
 *
 * A queue that is not one, because it was never initialised, has ended or was copied
 * to another place, is known by that: nothing is done to it. It may end while
 * threads wait: their waits end, and its end waits for them, so that the memory may
 * be used for something else at once.
 */
#ifndef _RTALLOC_PORT_QUEUE_H
#define _RTALLOC_PORT_QUEUE_H

#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

/**
 * struct port_queue - a ring of slots, oldest first
 * @self: the queue itself, as long as it is one
 * @lock: guards what is below
 * @readers: who waits for an item; and who waits for the end of all waits
 * @writers: who waits for room
 * @slots: the ring; NULL where items have no bytes
 * @stride: bytes of a slot
 * @header: bytes of a slot that come first, for the length of the item; 0: each
 *	item is as long as a slot
 * @length: slots
 * @count: items in them
 * @first: index of the oldest
 * @waiting: threads that wait
 * @resets: how often all waits were ended
 */
struct port_queue {
	const struct port_queue *self;
	spinlock_t lock;	/* guards what is below */
	wait_queue_head_t readers;
	wait_queue_head_t writers;
	u8 *slots;
	size_t stride;
	size_t header;
	u32 length;
	u32 count;
	u32 first;
	u32 waiting;
	u32 resets;
};

/* These are described where they are defined, in port/queue.c. */
bool port_may_wait(void);
void port_queue_init(struct port_queue *queue, void *slots, size_t stride,
		     size_t header, u32 length);
bool port_queue_is(const struct port_queue *queue);
int port_queue_put(struct port_queue *queue, const void *item, size_t bytes,
		   bool in_front, long timeout);
int port_queue_get(struct port_queue *queue, void *item, size_t *bytes,
		   long timeout);
int port_queue_reset(struct port_queue *queue);
int port_queue_end(struct port_queue *queue, u32 *left);

#endif /* _RTALLOC_PORT_QUEUE_H */
