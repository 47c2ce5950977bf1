/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_events.h - FreeRTOS's event groups: included by freertos_ipc.h, which
 * says what holds for all its objects and what the classes of ``Context:`` are.
 *
 * A group is 24 bits and those who wait for some of them. As in FreeRTOS, setting a
 * bit serves all tasks that wait for it, also if it is cleared before they run, and
 * only then are bits cleared for them.
 */
#ifndef _RTALLOC_PORT_FREERTOS_EVENTS_H
#define _RTALLOC_PORT_FREERTOS_EVENTS_H

#include <rtalloc/port/bits.h>
#include <rtalloc/port/freertos_tasks.h>

/* ---- event groups ------------------------------------------------------- */

/* Bits above the 24th are ignored where bits are set. */
typedef TickType_t EventBits_t;

/**
 * struct freertos_event_group - an event group, known by its handle
 * @bits: what is set, and who waits for some
 */
struct freertos_event_group {
	struct port_bits bits;
};

typedef struct freertos_event_group *EventGroupHandle_t;

/**
 * xEventGroupCreate() - make an event group with no bit set
 *
 * It lies in FreeRTOS's heap. vEventGroupDelete() frees it.
 *
 * Context: Sender.
 * Return: the group, or NULL: there is no memory.
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
 * Tasks that wait for it see no bit set, and have left it when this returns. Where
 * the caller may not sleep and somebody waits, the group stays, and the log says so
 * once for the driver.
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
 * xEventGroupGetBits() - what is set
 * @group: the group
 *
 * Context: Sender.
 * Return: the bits.
 */
#define xEventGroupGetBits(group)	xEventGroupClearBits(group, 0)

/* As xEventGroupGetBits(). */
#define xEventGroupGetBitsFromISR(group)	xEventGroupClearBits(group, 0)

/**
 * xEventGroupClearBits() - clear bits
 * @group: the group
 * @clear: the bits
 *
 * Context: Sender.
 * Return: what was set before.
 */
#define xEventGroupClearBits(group, clear)				\
	port_bits_clear(&(group)->bits, clear)

/* The same for code of an interrupt; they are cleared when it returns. */
#define xEventGroupClearBitsFromISR(group, clear)			\
	((void)xEventGroupClearBits(group, clear), pdPASS)

/**
 * xEventGroupSetBits() - set bits, and serve all who wait for them
 * @group: the group
 * @set: the bits; those above the 24th are ignored
 *
 * Context: Sender; linear in the number of those who wait.
 * Return: what is left set: what tasks that were served wanted to be cleared is not.
 */
static inline EventBits_t xEventGroupSetBits(EventGroupHandle_t group,
					     EventBits_t set)
{
	return port_bits_set(&group->bits, set & __FREERTOS_EVENTS);
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
 * Context: Sender.
 * Return: pdPASS.
 */
static inline BaseType_t xEventGroupSetBitsFromISR(EventGroupHandle_t group,
						   EventBits_t set,
						   BaseType_t *woken)
{
	if (woken && wq_has_sleeper(&group->bits.waiting))
		*woken = pdTRUE;
	xEventGroupSetBits(group, set);
	return pdPASS;
}

/**
 * xEventGroupWaitBits() - wait for bits
 * @group: the group
 * @want: the bits, at least one of the 24
 * @clear: pdTRUE: clear all of @want, if what was waited for came
 * @all: pdTRUE: wait for all of @want; pdFALSE: for one of them
 * @ticks: ticks to wait at most
 *
 * Context: Waiter.
 * Return: what was set when the wait ended, before anything was cleared, whatever
 *	is set by now: compare it with @want, for the time may be over, or the task is
 *	being deleted; 0: the group was deleted, or nobody may sleep here.
 */
static inline EventBits_t xEventGroupWaitBits(EventGroupHandle_t group,
					      EventBits_t want,
					      BaseType_t clear, BaseType_t all,
					      TickType_t ticks)
{
	struct port_wish wish = { .want = want, .all = all, .clear = clear };
	EventBits_t seen;

	port_bits_wait(&group->bits, wish, __freertos_ticks(ticks), &seen);
	return seen;
}

/**
 * xEventGroupSync() - set bits and wait until others have set theirs: a rendezvous
 * @group: the group
 * @set: the bits of the calling task; those above the 24th are ignored
 * @want: the bits of all who meet; they are cleared when all are set
 * @ticks: ticks to wait at most
 *
 * Who comes last serves all the others, and clears @want for all of them.
 *
 * Context: Waiter; linear in the number of those who wait.
 * Return: what was set when all had come, before it was cleared; or, as with
 *	xEventGroupWaitBits(), what was set when the wait ended otherwise: then
 *	@set stays.
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

	port_bits_wait(&group->bits, wish, __freertos_ticks(ticks), &seen);
	return seen;
}

#endif /* _RTALLOC_PORT_FREERTOS_EVENTS_H */
