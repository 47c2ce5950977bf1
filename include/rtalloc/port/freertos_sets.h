/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_sets.h - FreeRTOS's queue sets: included by freertos_ipc.h, which has the rules
 * for all objects and the classes of ``Context:``.
 *
 * A set is a queue of handles. Each item that is sent to a queue of the set, and each time
 * that a semaphore of the set is given, adds the handle of that queue or semaphore to the
 * set. A task waits for the set, and then receives one item from the queue whose handle it
 * got, or takes the semaphore. Nobody may receive from a queue of a set in another way, nor
 * reset it while it has items: handles of items that are gone stay in the set.
 *
 * Unlike in FreeRTOS, the item and the handle are added one after the other. While a task
 * that sends is preempted in between, the set has one handle less than there are items; the
 * handle is not lost. The functions FromISR do not set *woken for a task that waits for the
 * set: the scheduler wakes it by itself.
 */
#ifndef _RTALLOC_PORT_FREERTOS_SETS_H
#define _RTALLOC_PORT_FREERTOS_SETS_H

#include <rtalloc/port/freertos_queues.h>

/* A set, and a queue or semaphore in it. */
typedef QueueHandle_t QueueSetHandle_t;
typedef QueueHandle_t QueueSetMemberHandle_t;

/**
 * xQueueCreateSet() - create an empty queue set in FreeRTOS's heap
 * @length: number of handles that it can hold: the sum of the lengths of all queues and of
 *	the highest counts of all semaphores in it. Handles beyond that are lost.
 *
 * Context: Sender.
 * Return: the set, for vQueueDelete(); NULL if there is no memory, or @length is 0.
 */
#define xQueueCreateSet(length)		xQueueCreate(length, sizeof(QueueHandle_t))

/* Move an empty queue from the set @from to the set @to; NULL: no set. */
static inline BaseType_t __freertos_set_change(QueueSetMemberHandle_t member,
					       QueueSetHandle_t from,
					       QueueSetHandle_t to)
{
	unsigned long flags;
	BaseType_t changed;

	spin_lock_irqsave(&member->lock, flags);
	changed = member->set == from && !member->count ? pdPASS : pdFAIL;
	if (changed)
		member->set = to;
	spin_unlock_irqrestore(&member->lock, flags);
	return changed;
}

/**
 * xQueueAddToSet() - add a queue or semaphore to a queue set
 * @member: the queue, which is empty, or the semaphore, whose count is 0; no mutex
 * @set: the set
 *
 * Context: Sender.
 * Return: pdPASS; pdFAIL if @member is not empty, or belongs to a set already.
 */
static inline BaseType_t xQueueAddToSet(QueueSetMemberHandle_t member,
					QueueSetHandle_t set)
{
	if (!__freertos_is(member, "xQueueAddToSet") ||
	    !__freertos_is(set, "xQueueAddToSet") || member == set)
		return pdFAIL;
	return __freertos_set_change(member, NULL, set);
}

/**
 * xQueueRemoveFromSet() - remove a queue or semaphore from a queue set
 * @member: the queue, which is empty, or the semaphore, whose count is 0
 * @set: the set that it belongs to
 *
 * Remove a queue before it or the set is deleted.
 *
 * Context: Sender.
 * Return: pdPASS; pdFAIL if @member is not empty, or does not belong to @set.
 */
static inline BaseType_t xQueueRemoveFromSet(QueueSetMemberHandle_t member,
					     QueueSetHandle_t set)
{
	if (!__freertos_is(member, "xQueueRemoveFromSet") ||
	    !__freertos_is(set, "xQueueRemoveFromSet"))
		return pdFAIL;
	return __freertos_set_change(member, set, NULL);
}

/**
 * xQueueSelectFromSet() - wait until a queue of a set has an item
 * @set: the set
 * @ticks: the longest wait, in ticks
 *
 * Context: Waiter.
 * Return: the queue or semaphore, from which the caller receives one item, or which it
 *	takes, with 0 ticks; NULL if there was none in time, or the task is being deleted.
 */
static inline QueueSetMemberHandle_t xQueueSelectFromSet(QueueSetHandle_t set,
							 TickType_t ticks)
{
	QueueSetMemberHandle_t member = NULL;

	xQueueReceive(set, &member, ticks);
	return member;
}

/* The same without waiting, for interrupt handlers. Context: sender. */
#define xQueueSelectFromSetFromISR(set)	xQueueSelectFromSet(set, 0)

#endif /* _RTALLOC_PORT_FREERTOS_SETS_H */
