/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_events.h - FreeRTOS's event groups: included by freertos_ipc.h, which has the
 * rules for all objects and the classes of ``Context:``.
 *
 * An event group is a set of 24 bits that tasks can wait for. As in FreeRTOS, all tasks
 * that wait for a bit succeed when it is set, even if it is cleared before they run, and
 * bits are cleared for them after all have been checked.
 */
#ifndef _RTALLOC_PORT_FREERTOS_EVENTS_H
#define _RTALLOC_PORT_FREERTOS_EVENTS_H

#include <rtalloc/port/bits.h>
#include <rtalloc/port/freertos_tasks.h>

/* ---- event groups ------------------------------------------------------- */

/* Bits above the 24th are ignored where bits are set. */
typedef TickType_t EventBits_t;

/**
 * struct freertos_event_group - what an EventGroupHandle_t points to
 * @bits: the bits and their waiters
 */
struct freertos_event_group {
	struct port_bits bits;
};

typedef struct freertos_event_group *EventGroupHandle_t;

/**
 * xEventGroupCreate() - create an event group in FreeRTOS's heap, with no bit set
 *
 * Context: Sender.
 * Return: the group, for vEventGroupDelete(); NULL if there is no memory.
 */
static inline EventGroupHandle_t xEventGroupCreate(void)
{
	EventGroupHandle_t group = pvPortCalloc(1, sizeof(*group));

	if (group)
		port_bits_init(&group->bits);
	return group;
}

/**
 * vEventGroupDelete() - free an event group
 * @group: the group; NULL does nothing
 *
 * Tasks that wait for it return 0, and no longer use the group when this returns. If a task
 * waits and the caller may not sleep, the group is not deleted, and the log says so, once
 * for each driver.
 *
 * Context: Process context without a lock, sleeps; a sender if no thread waits.
 */
static inline void vEventGroupDelete(EventGroupHandle_t group)
{
	if (group && port_bits_end(&group->bits)) {
		pr_warn_once("freertos: %s() of what is none, or is waited for\n",
			     __func__);
		return;
	}
	vPortFree(group);
}

/* Bits 0 to 23 are for events. */
#define __FREERTOS_EVENTS	0xffffffu

/**
 * xEventGroupGetBits() - read the bits of an event group
 * @group: the group
 *
 * Context: Sender.
 * Return: the bits.
 */
#define xEventGroupGetBits(group)	xEventGroupClearBits(group, 0)

/* Same as xEventGroupGetBits(). */
#define xEventGroupGetBitsFromISR(group)	xEventGroupClearBits(group, 0)

/**
 * xEventGroupClearBits() - clear bits
 * @group: the group
 * @clear: the bits
 *
 * Context: Sender.
 * Return: the bits that were set before.
 */
static inline EventBits_t xEventGroupClearBits(EventGroupHandle_t group,
					       EventBits_t clear)
{
	return __freertos_is(group, "xEventGroupClearBits") ?
	       port_bits_clear(&group->bits, clear) : 0;
}

/* The same for interrupt handlers. Unlike in FreeRTOS, the bits are cleared at once. */
#define xEventGroupClearBitsFromISR(group, clear)			\
	((void)xEventGroupClearBits(group, clear), pdPASS)

/**
 * xEventGroupSetBits() - set bits, and wake the tasks that wait for them
 * @group: the group
 * @set: the bits; those above the 24th are ignored
 *
 * Context: Sender; linear in the number of waiters.
 * Return: the bits that are still set after bits were cleared for the woken tasks.
 */
static inline EventBits_t xEventGroupSetBits(EventGroupHandle_t group,
					     EventBits_t set)
{
	return __freertos_is(group, "xEventGroupSetBits") ?
	       port_bits_set(&group->bits, set & __FREERTOS_EVENTS) : 0;
}

/**
 * xEventGroupSetBitsFromISR() - xEventGroupSetBits() for interrupt handlers
 * @group: the group
 * @set: the bits; those above the 24th are ignored
 * @woken: set to pdTRUE if a task waits for bits; may be NULL
 *
 * The bits are set when this returns. (FreeRTOS defers this to its timer task, whose queue
 * may be full.)
 *
 * Context: Sender.
 * Return: pdPASS; pdFAIL if @group is NULL.
 */
static inline BaseType_t xEventGroupSetBitsFromISR(EventGroupHandle_t group,
						   EventBits_t set,
						   BaseType_t *woken)
{
	if (!__freertos_is(group, "xEventGroupSetBitsFromISR"))
		return pdFAIL;
	if (woken && wq_has_sleeper(&group->bits.waiting))
		*woken = pdTRUE;
	xEventGroupSetBits(group, set);
	return pdPASS;
}

/**
 * xEventGroupWaitBits() - wait for bits of an event group
 * @group: the group
 * @want: the bits, at least one of the 24
 * @clear: pdTRUE: clear all bits of @want if the wait succeeds
 * @all: pdTRUE: wait for all bits of @want; pdFALSE: for any of them
 * @ticks: the longest wait, in ticks
 *
 * Context: Waiter.
 * Return: the bits that were set when the wait ended, before any were cleared. Compare them
 *	with @want: the wait also ends when its time is over, or when the task is being
 *	deleted. 0 if the group was deleted, or if sleeping is not allowed here.
 */
static inline EventBits_t xEventGroupWaitBits(EventGroupHandle_t group,
					      EventBits_t want,
					      BaseType_t clear, BaseType_t all,
					      TickType_t ticks)
{
	struct port_wish wish = { .want = want, .all = all, .clear = clear };
	EventBits_t seen;

	if (!__freertos_is(group, "xEventGroupWaitBits"))
		return 0;
	port_bits_wait(&group->bits, wish, __freertos_ticks(ticks), &seen);
	return seen;
}

/**
 * xEventGroupSync() - rendezvous: set a bit, and wait until all tasks have set theirs
 * @group: the group
 * @set: the bits of the calling task; those above the 24th are ignored
 * @want: the bits of all tasks that meet
 * @ticks: the longest wait, in ticks
 *
 * The last task to arrive wakes the others, and clears @want.
 *
 * Context: Waiter; linear in the number of waiters.
 * Return: the bits that were set when the last task arrived, before they were cleared.
 *	Otherwise as xEventGroupWaitBits(), and the bits @set stay set.
 */
static inline EventBits_t xEventGroupSync(EventGroupHandle_t group,
					  EventBits_t set, EventBits_t want,
					  TickType_t ticks)
{
	struct port_wish wish = {
		.set = set & __FREERTOS_EVENTS,
		.want = want,
		.all = true,
		.clear = true,
	};
	EventBits_t seen;

	if (!__freertos_is(group, "xEventGroupSync"))
		return 0;
	port_bits_wait(&group->bits, wish, __freertos_ticks(ticks), &seen);
	return seen;
}

#endif /* _RTALLOC_PORT_FREERTOS_EVENTS_H */
