/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bits.h - a set of bits, and threads that wait for some of them. Base of FreeRTOS's
 * event groups and RT-Thread's events; drivers do not include it.
 *
 * The caller that sets bits decides which waiters have got what they wait for, from the
 * bits as they are at that moment: such a waiter succeeds whenever it runs, whatever
 * happens to the bits until then. The bits that these waiters want cleared are cleared
 * after all waiters have been checked, so several may succeed with the same bit. A set
 * of bits may be reset or ended while threads wait, see waits.h.
 */
#ifndef _RTALLOC_PORT_BITS_H
#define _RTALLOC_PORT_BITS_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <rtalloc/port/waits.h>

/**
 * struct port_bits - a set of bits, and its waiters
 * @waits: number of waiters; its lock guards the whole struct
 * @waiting: where the waiters sleep
 * @waiters: what each of them waits for, in the order in which they began to wait
 * @set: the bits that are set
 */
struct port_bits {
	struct port_waits waits;
	wait_queue_head_t waiting;
	struct list_head waiters;
	u32 set;
};

/**
 * struct port_wish - what a thread waits for
 * @set: bits to set before waiting, which may let other waiters succeed, too
 * @want: bits to wait for
 * @all: wait for all bits of @want, not for any one of them
 * @clear: clear the bits of @want when the wait succeeds
 */
struct port_wish {
	u32 set;
	u32 want;
	bool all;
	bool clear;
};

/* Documented at their definition, in port/bits.c. */
void port_bits_init(struct port_bits *bits);
bool port_bits_is(const struct port_bits *bits);
u32 port_bits_set(struct port_bits *bits, u32 set);
u32 port_bits_clear(struct port_bits *bits, u32 clear);
int port_bits_wait(struct port_bits *bits, struct port_wish wish, long timeout,
		   u32 *seen);
int port_bits_reset(struct port_bits *bits);
int port_bits_end(struct port_bits *bits);

#endif /* _RTALLOC_PORT_BITS_H */
