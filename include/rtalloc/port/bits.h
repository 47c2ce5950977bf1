/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bits.h - what FreeRTOS's event groups and RT-Thread's events are made of: bits,
 * and threads that wait for some of them. Not to be included by drivers.
 *
 * Who sets bits serves all who wait: each whose wish is there as the bits are then
 * has got it, whenever it runs and whatever becomes of the bits until then. Only
 * after all have been looked at are those bits cleared that the served ones wanted
 * to be cleared. They may begin anew or end while threads wait, see waits.h.
 */
#ifndef _RTALLOC_PORT_BITS_H
#define _RTALLOC_PORT_BITS_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <rtalloc/port/waits.h>

/*
 * @waits has the lock, which guards all of it; @waiting is where threads sleep,
 * @waiters what they wait for, in the order of their coming.
 */
struct port_bits {
	struct port_waits waits;
	wait_queue_head_t waiting;
	struct list_head waiters;
	u32 set;
};

/*
 * A wish: all of @want or one of them, and whether to clear @want then. @set is set
 * first, and serves others too.
 */
struct port_wish {
	u32 set;
	u32 want;
	bool all;
	bool clear;
};

/* These are described where they are defined, in port/bits.c. */
void port_bits_init(struct port_bits *bits);
bool port_bits_is(const struct port_bits *bits);
u32 port_bits_set(struct port_bits *bits, u32 set);
u32 port_bits_clear(struct port_bits *bits, u32 clear);
int port_bits_wait(struct port_bits *bits, struct port_wish wish, long timeout,
		   u32 *seen);
int port_bits_reset(struct port_bits *bits);
int port_bits_end(struct port_bits *bits);

#endif /* _RTALLOC_PORT_BITS_H */
