/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * waits.h - objects that threads wait for, and that may begin anew or end meanwhile:
 * what queue.h and bits.h are made of. Not to be included by drivers.
 *
 * What is no such object, because it was never initialised, has ended or was copied
 * to another place, is known by that. When it begins anew, all waits that began
 * before end with nothing, whatever comes to it before those threads run. Its end
 * waits for them besides, so that the memory may be used for something else at once.
 */
#ifndef _RTALLOC_PORT_WAITS_H
#define _RTALLOC_PORT_WAITS_H

#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

/**
 * struct port_waits - an object, and how many wait for it
 * @self: itself, as long as it is one
 * @lock: guards what is below, and what the object is made of besides
 * @left: who waits for the end of all waits
 * @waiting: threads that wait for the object
 * @resets: how often all waits were ended
 */
struct port_waits {
	const struct port_waits *self;
	spinlock_t lock;	/* guards what is below, and the object */
	wait_queue_head_t left;
	u32 waiting;
	u32 resets;
};

/* These are described where they are defined, in port/waits.c. */
bool port_may_wait(void);
void port_waits_init(struct port_waits *waits);
bool port_waits_is(const struct port_waits *waits);
bool port_wait_begin(struct port_waits *waits, u32 *resets);
bool port_wait_is_over(const struct port_waits *waits, u32 resets);
void port_wait_end(struct port_waits *waits);
void port_waits_reset(struct port_waits *waits);
int port_waits_end(struct port_waits *waits, void (*wake)(struct port_waits *waits));

#endif /* _RTALLOC_PORT_WAITS_H */
