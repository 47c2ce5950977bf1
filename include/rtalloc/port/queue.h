/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * queue.h - a ring of slots, and threads that wait for an item or for room. Base of the
 * semaphores and mailboxes of lwIP and RT-Thread, and of RT-Thread's message queues;
 * drivers do not include it.
 *
 * A queue may be reset or ended while threads wait, see waits.h. Functions that get
 * something else than a valid queue return -EINVAL and change nothing.
 */
#ifndef _RTALLOC_PORT_QUEUE_H
#define _RTALLOC_PORT_QUEUE_H

#include <linux/types.h>
#include <linux/wait.h>
#include <rtalloc/port/waits.h>

/**
 * struct port_queue - a ring of slots, oldest item first
 * @count: number of items; first member, so that an object can show it in a union under
 *	a name of its own, as rt_semaphore.value
 * @first: index of the slot with the oldest item
 * @waits: waiters; its lock guards the whole struct
 * @readers: threads that wait for an item
 * @writers: threads that wait for room
 * @slots: memory of the ring; NULL if items are empty
 * @stride: bytes of a slot, header included; 0 if items are empty
 * @header: bytes at the start of a slot that hold the length of its item; 0: each item
 *	fills its slot
 * @length: number of slots
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

/* Documented at their definition, in port/queue.c. */
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
