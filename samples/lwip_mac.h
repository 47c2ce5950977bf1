/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip_mac.h - simulated hardware for lwip_ethernetif.c: a network card with a ring of
 * receive descriptors, and a cable to another card. The driver arms descriptors with
 * buffers. A frame that the other card sends is copied into the next armed buffer, as DMA
 * would do, and an interrupt is raised. If no descriptor is armed, the frame is lost.
 */
#ifndef LWIP_MAC_H
#define LWIP_MAC_H

#include <linux/atomic.h>
#include <linux/irq_work.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>

#define MAC_SLOTS	256u	/* descriptors, a power of two */

struct mac_slot {
	u8 *buffer;
	u16 room;
	u16 length;
};

struct mac_piece {
	const void *data;
	u16 length;
};

/**
 * struct mac - a card
 * @lock: guards all members except @far
 * @far: the card at the other end of the cable
 * @slot: ring of descriptors: first those with a frame, then those that are armed
 * @armed: number of descriptors armed so far
 * @filled: number of descriptors that have received a frame so far
 * @taken: number of descriptors that the driver has taken back so far
 * @missed: number of frames lost for lack of an armed descriptor
 * @is_on: the card receives
 * @irq: raises the interrupt
 * @events: number of interrupts that were raised and not handled yet
 * @handler: the interrupt handler, called on one processor at a time. On PREEMPT_RT it runs
 *	in a thread, like ordinary handlers, or in a hard interrupt.
 * @arg: argument of @handler
 */
struct mac {
	raw_spinlock_t lock;
	struct mac *far;
	struct mac_slot slot[MAC_SLOTS];
	u32 armed;
	u32 filled;
	u32 taken;
	u32 missed;
	bool is_on;
	struct irq_work irq;
	atomic_t events;
	void (*handler)(void *arg);
	void *arg;
};

static void mac_interrupt(struct irq_work *irq)
{
	struct mac *mac = container_of(irq, struct mac, irq);

	int events;

	if (atomic_fetch_inc(&mac->events))
		return;
	do {
		events = atomic_read(&mac->events);
		mac->handler(mac->arg);
	} while (atomic_sub_return(events, &mac->events));
}

static void mac_reset(struct mac *mac, struct mac *far)
{
	memset(mac, 0, sizeof(*mac));
	raw_spin_lock_init(&mac->lock);
	mac->far = far;
}

static void mac_start(struct mac *mac, void (*handler)(void *arg), void *arg,
		      bool is_hard)
{
	mac->irq = is_hard ? IRQ_WORK_INIT_HARD(mac_interrupt) :
			     IRQ_WORK_INIT(mac_interrupt);
	mac->handler = handler;
	mac->arg = arg;
	mac->is_on = true;
}

/* Stop the card: afterwards no buffer is written and no interrupt is raised. */
static void mac_stop(struct mac *mac)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&mac->lock, flags);
	mac->is_on = false;
	raw_spin_unlock_irqrestore(&mac->lock, flags);
	irq_work_sync(&mac->irq);
}

static bool mac_is_hungry(struct mac *mac)
{
	return READ_ONCE(mac->armed) - READ_ONCE(mac->taken) < MAC_SLOTS;
}

/* Arm a descriptor. Return false if all have a buffer already. */
static bool mac_arm(struct mac *mac, u8 *buffer, u16 room)
{
	unsigned long flags;
	bool done;

	raw_spin_lock_irqsave(&mac->lock, flags);
	done = mac_is_hungry(mac);
	if (done)
		mac->slot[mac->armed++ % MAC_SLOTS] =
			(struct mac_slot){ buffer, room };
	raw_spin_unlock_irqrestore(&mac->lock, flags);
	return done;
}

/* Take the oldest frame. Return false if there is none. */
static bool mac_take(struct mac *mac, u8 **buffer, u16 *length)
{
	struct mac_slot *slot;
	unsigned long flags;
	bool done;

	raw_spin_lock_irqsave(&mac->lock, flags);
	done = mac->taken != mac->filled;
	if (done) {
		slot = &mac->slot[mac->taken++ % MAC_SLOTS];
		*buffer = slot->buffer;
		*length = slot->length;
	}
	raw_spin_unlock_irqrestore(&mac->lock, flags);
	return done;
}

static void mac_copy(struct mac_slot *slot, const struct mac_piece *piece,
		     unsigned int nr)
{
	unsigned int i;

	slot->length = 0;
	for (i = 0; i < nr; i++) {
		if (slot->length + piece[i].length > slot->room)
			return;
		memcpy(slot->buffer + slot->length, piece[i].data,
		       piece[i].length);
		slot->length += piece[i].length;
	}
}

/* Send a frame. The sender does not learn whether it arrives. */
static void mac_send(struct mac *from, const struct mac_piece *piece,
		     unsigned int nr)
{
	struct mac *mac = from->far;
	unsigned long flags;

	raw_spin_lock_irqsave(&mac->lock, flags);
	if (mac->is_on && mac->filled == mac->armed) {
		mac->missed++;
	} else if (mac->is_on) {
		mac_copy(&mac->slot[mac->filled % MAC_SLOTS], piece, nr);
		mac->filled++;
		/* Under the lock, so that mac_stop() waits for it. */
		irq_work_queue(&mac->irq);
	}
	raw_spin_unlock_irqrestore(&mac->lock, flags);
}

#endif /* LWIP_MAC_H */
