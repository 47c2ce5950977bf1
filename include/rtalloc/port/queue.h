/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * queue.h - what the semaphores and mailboxes of lwIP and RT-Thread, and RT-Thread's
 * message queues, are made of: a ring of slots, and threads that wait for an item or
 * for room. Not to be included by drivers.
 *
 * It may begin anew or end while threads wait, see waits.h. To what is no queue
 * nothing is done.
 */
#ifndef _RTALLOC_PORT_QUEUE_H
#define _RTALLOC_PORT_QUEUE_H

#include <linux/types.h>
#include <linux/wait.h>
#include <rtalloc/port/waits.h>

/**
 * struct port_queue - a ring of slots, oldest first
 * @count: items in them; the first member, which objects show by their own names
 * @first: index of the oldest
 * @waits: what it is as something to wait for; its lock guards all of it
 * @readers: who waits for an item
 * @writers: who waits for room
 * @slots: the ring; NULL where items have no bytes
 * @stride: bytes of a slot
 * @header: bytes of a slot that come first, for the length of the item; 0: each
 *	item is as long as a slot
 * @length: slots
 */
struct port_queue {
	u32 count;
	u32 first;
	struct port_waits waits;
	wait_queue_head_t readers;
	wait_queue_head_t writers;
	u8 *slots;
	size_t stride;
	size_t header;
	u32 length;
};

/* These are described where they are defined, in port/queue.c. */
void port_queue_init(struct port_queue *queue, void *slots, size_t stride,
		     size_t header, u32 length);
bool port_queue_is(const struct port_queue *queue);
int port_queue_put(struct port_queue *queue, const void *item, size_t bytes,
		   bool in_front, long timeout);
int port_queue_get(struct port_queue *queue, void *item, size_t *bytes,
		   long timeout);
int port_queue_reset(struct port_queue *queue, u32 count);
int port_queue_end(struct port_queue *queue);

#endif /* _RTALLOC_PORT_QUEUE_H */
