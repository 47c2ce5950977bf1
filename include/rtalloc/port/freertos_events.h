/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_events.h - FreeRTOS's event groups: included by freertos_ipc.h, which
 * says what holds for all its objects and what the classes of ``Context:`` are.
 *
 * A group is 24 bits and those who wait for some of them. In FreeRTOS, setting a
 * bit serves all tasks that wait for it, and only then are bits cleared for them.
 * Here each task looks for itself once it runs: if two wait for the same bit and
 * clear it, the first takes it from the other, which goes on waiting; and a bit
 * that is set and cleared again at once may be seen by none.
 */
#ifndef _RTALLOC_PORT_FREERTOS_EVENTS_H
#define _RTALLOC_PORT_FREERTOS_EVENTS_H

#include <rtalloc/port/freertos_tasks.h>

/* ---- event groups ------------------------------------------------------- */

/* Bits 0 to 23 are for events; those above are ignored where bits are set. */
typedef TickType_t EventBits_t;

/**
 * struct freertos_event_group - an event group, known by its handle
 * @lock: guards @bits
 * @waiting: who waits for some
 * @bits: what is set
 */
struct freertos_event_group {
	spinlock_t lock;	/* guards bits */
	wait_queue_head_t waiting;
	EventBits_t bits;
};

typedef struct freertos_event_group *EventGroupHandle_t;

/**
 * xEventGroupCreate() - make an event group with no bit set
 *
 * It lies in FreeRTOS's heap. vEventGroupDelete() frees it.
 *
 * Context: As all senders.
 * Return: the group, or NULL: there is no memory.
 */
static inline EventGroupHandle_t xEventGroupCreate(void)
{
	EventGroupHandle_t group = pvPortCalloc(1, sizeof(*group));

	if (!group)
		return NULL;
	spin_lock_init(&group->lock);
	init_waitqueue_head(&group->waiting);
	return group;
}

/**
 * vEventGroupDelete() - free an event group
 * @group: the group; NULL does nothing
 *
 * FreeRTOS wakes who waits for it. Here nobody is woken, so nobody may wait: tasks
 * that use it have ended, see vTaskDelete().
 *
 * Context: As all senders.
 */
static inline void vEventGroupDelete(EventGroupHandle_t group)
{
	vPortFree(group);
}

static inline EventBits_t __freertos_bits(EventGroupHandle_t group,
					  EventBits_t set, EventBits_t clear)
{
	EventBits_t before;
	unsigned long flags;

	spin_lock_irqsave(&group->lock, flags);
	before = group->bits;
	group->bits = (before | (set & 0xffffff)) & ~clear;
	if (set)
		wake_up_all(&group->waiting);
	spin_unlock_irqrestore(&group->lock, flags);
	return before;
}

/**
 * xEventGroupGetBits() - what is set
 * @group: the group
 *
 * Context: As all senders.
 * Return: the bits.
 */
#define xEventGroupGetBits(group)	__freertos_bits(group, 0, 0)

/* As xEventGroupGetBits(). */
#define xEventGroupGetBitsFromISR(group)	__freertos_bits(group, 0, 0)

/**
 * xEventGroupClearBits() - clear bits
 * @group: the group
 * @clear: the bits
 *
 * Context: As all senders.
 * Return: what was set before.
 */
#define xEventGroupClearBits(group, clear)	__freertos_bits(group, 0, clear)

/**
 * xEventGroupSetBits() - set bits, and wake who waits
 * @group: the group
 * @set: the bits; those above the 24th are ignored
 *
 * Context: As all senders.
 * Return: what is set then: a task that was woken may have cleared some already.
 */
static inline EventBits_t xEventGroupSetBits(EventGroupHandle_t group,
					     EventBits_t set)
{
	__freertos_bits(group, set, 0);
	return xEventGroupGetBits(group);
}

/**
 * xEventGroupSetBitsFromISR() - xEventGroupSetBits() for code of an interrupt
 * @group: the group
 * @set: the bits; those above the 24th are ignored
 * @woken: set to pdTRUE if somebody waits for bits; may be NULL
 *
 * The bits are set when this returns. FreeRTOS hands that to its timer task, whose
 * queue can be full.
 *
 * Context: As all senders.
 * Return: pdPASS.
 */
static inline BaseType_t xEventGroupSetBitsFromISR(EventGroupHandle_t group,
						   EventBits_t set,
						   BaseType_t *woken)
{
	if (woken && wq_has_sleeper(&group->waiting))
		*woken = pdTRUE;
	__freertos_bits(group, set, 0);
	return pdPASS;
}

static inline bool __freertos_bits_take(EventGroupHandle_t group,
					EventBits_t want, bool clear, bool all,
					EventBits_t *seen)
{
	unsigned long flags;
	bool is_there;

	spin_lock_irqsave(&group->lock, flags);
	*seen = group->bits;
	is_there = all ? (*seen & want) == want : *seen & want;
	if (is_there && clear)
		group->bits &= ~want;
	spin_unlock_irqrestore(&group->lock, flags);
	return is_there;
}

/**
 * xEventGroupWaitBits() - wait for bits
 * @group: the group
 * @want: the bits, at least one of the 24
 * @clear: pdTRUE: clear all of @want, if what was waited for came
 * @all: pdTRUE: wait for all of @want; pdFALSE: for one of them
 * @ticks: ticks to wait at most
 *
 * Context: As all waiters.
 * Return: what was set when the wait ended, before anything was cleared: compare it
 *	with @want, for the time may be over, or the task is being deleted.
 */
static inline EventBits_t xEventGroupWaitBits(EventGroupHandle_t group,
					      EventBits_t want,
					      BaseType_t clear, BaseType_t all,
					      TickType_t ticks)
{
	EventBits_t seen = 0;

	port_wait(group->waiting,
		  __freertos_bits_take(group, want, clear, all, &seen),
		  __freertos_ticks(ticks));
	return seen;
}

#endif /* _RTALLOC_PORT_FREERTOS_EVENTS_H */
