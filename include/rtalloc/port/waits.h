/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * waits.h - objects that threads wait for, and that may be reset or ended meanwhile.
 * Base of queue.h and bits.h; drivers do not include it.
 *
 * An object stores its own address, so one that was never initialised, has ended, or
 * was copied elsewhere is recognised and can be refused. Resetting an object ends all
 * waits that began before, without success, even if what they wait for arrives before
 * the woken threads run. Ending an object does the same, and also waits until the
 * threads have left it, so that its memory may be reused at once.
 */
#ifndef _RTALLOC_PORT_WAITS_H
#define _RTALLOC_PORT_WAITS_H

#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

/**
 * struct port_waits - state of an object that threads wait for
 * @self: address of this struct while the object is valid; written under @lock
 * @lock: guards the fields below, and the object that this struct is a part of
 * @left: where port_waits_end() sleeps until @waiting is 0
 * @waiting: number of threads that wait for the object
 * @resets: how often all waits were ended; a wait is over when it differs from the
 *	value at its begin
 */
struct port_waits {
	const struct port_waits *self;
	spinlock_t lock;	/* guards the fields below, and the object */
	wait_queue_head_t left;
	u32 waiting;
	u32 resets;
};

/* Documented at their definition, in port/waits.c. */
bool port_may_wait(void);
void port_waits_init(struct port_waits *waits);
bool port_waits_is(const struct port_waits *waits);
bool port_wait_begin(struct port_waits *waits, u32 *resets);
bool port_wait_is_over(const struct port_waits *waits, u32 resets);
void port_wait_end(struct port_waits *waits);
void port_waits_reset(struct port_waits *waits);
int port_waits_end(struct port_waits *waits, void (*wake)(struct port_waits *waits));

#endif /* _RTALLOC_PORT_WAITS_H */
