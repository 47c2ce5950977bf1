/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_queues.h - FreeRTOS's queues, semaphores and mutexes: included by
 * freertos_ipc.h, which says what holds for all of them and what the classes of
 * ``Context:`` are.
 *
 * A semaphore is a queue of items without bytes, as in FreeRTOS, and a mutex is one
 * with a single item. Items are copied with interrupts off, so keep them short. Any
 * number of tasks may send and receive.
 */
#ifndef _RTALLOC_PORT_FREERTOS_QUEUES_H
#define _RTALLOC_PORT_FREERTOS_QUEUES_H

#include <linux/string.h>
#include <rtalloc/port/freertos_tasks.h>

/* ---- queues ------------------------------------------------------------- */

/**
 * struct freertos_queue - a queue, semaphore or mutex, known by its handle
 * @lock: guards what is below
 * @readers: who waits for an item
 * @writers: who waits for room
 * @length: items that there is room for
 * @item_size: bytes of an item, 0 in a semaphore
 * @count: items in it
 * @first: index of the oldest
 * @is_mutex: its waits have no end when a task is deleted
 * @owner: of a recursive mutex: who has taken it
 * @depth: how often @owner has
 * @items: a ring of @length items
 */
struct freertos_queue {
	spinlock_t lock;	/* guards what is below */
	wait_queue_head_t readers;
	wait_queue_head_t writers;
	UBaseType_t length;
	UBaseType_t item_size;
	UBaseType_t count;
	UBaseType_t first;
	bool is_mutex;
	struct task_struct *owner;	/* of a recursive mutex */
	UBaseType_t depth;		/* how often it has taken it */
	uint8_t items[];
};

typedef struct freertos_queue *QueueHandle_t;

enum __freertos_end { __FREERTOS_BACK, __FREERTOS_FRONT, __FREERTOS_OVER };

static inline QueueHandle_t __freertos_queue_create(UBaseType_t length,
						    UBaseType_t item_size,
						    UBaseType_t count)
{
	QueueHandle_t queue;

	if (!length || (item_size && length > SIZE_MAX / 2 / item_size))
		return NULL;
	queue = pvPortCalloc(1, sizeof(*queue) + length * item_size);
	if (!queue)
		return NULL;
	spin_lock_init(&queue->lock);
	init_waitqueue_head(&queue->readers);
	init_waitqueue_head(&queue->writers);
	queue->length = length;
	queue->item_size = item_size;
	queue->count = count;
	return queue;
}

/**
 * xQueueCreate() - make an empty queue
 * @length: items that there is room for, not 0
 * @item_size: bytes of an item
 *
 * It lies in FreeRTOS's heap. vQueueDelete() frees it.
 *
 * Context: Sender.
 * Return: the queue, or NULL: there is no memory, or @length is 0.
 */
#define xQueueCreate(length, item_size)					\
	__freertos_queue_create(length, item_size, 0)

/* Names for a debugger: there is no list of them here. */
#define vQueueAddToRegistry(queue, name)	((void)(queue), (void)(name))
#define vQueueUnregisterQueue(queue)		((void)(queue))

/**
 * vQueueDelete() - free a queue with all items in it
 * @queue: the queue; NULL does nothing
 *
 * Nobody is woken, so nobody may wait or work on it: tasks that use it have ended,
 * see vTaskDelete(). What items point to is not freed.
 *
 * Context: Sender.
 */
static inline void vQueueDelete(QueueHandle_t queue)
{
	vPortFree(queue);
}

/* How many items a queue holds, and bytes of each. Context: any. */
#define uxQueueGetQueueLength(queue)	((queue)->length)
#define uxQueueGetQueueItemSize(queue)	((queue)->item_size)

static inline uint8_t *__freertos_item(QueueHandle_t queue, UBaseType_t i)
{
	return queue->items + (queue->first + i) % queue->length *
	       queue->item_size;
}

static inline bool __freertos_put(QueueHandle_t queue, const void *item,
				  enum __freertos_end end)
{
	unsigned long flags;
	bool has_room;

	spin_lock_irqsave(&queue->lock, flags);
	if (end == __FREERTOS_OVER)
		queue->count -= queue->count == queue->length;
	has_room = queue->count < queue->length;
	if (has_room && end == __FREERTOS_FRONT)
		queue->first = (queue->first + queue->length - 1) %
			       queue->length;
	if (has_room && item && queue->item_size)
		memcpy(__freertos_item(queue, end == __FREERTOS_FRONT ?
				       0 : queue->count),
		       item, queue->item_size);
	queue->count += has_room;
	if (has_room)
		wake_up(&queue->readers);
	spin_unlock_irqrestore(&queue->lock, flags);
	return has_room;
}

static inline bool __freertos_get(QueueHandle_t queue, void *item, bool stays)
{
	unsigned long flags;
	bool is_there;

	spin_lock_irqsave(&queue->lock, flags);
	is_there = queue->count;
	if (is_there && item && queue->item_size)
		memcpy(item, __freertos_item(queue, 0), queue->item_size);
	if (is_there && !stays) {
		queue->first = (queue->first + 1) % queue->length;
		queue->count--;
	}
	/* Who looks only must not keep the others asleep. */
	if (is_there)
		wake_up(stays ? &queue->readers : &queue->writers);
	spin_unlock_irqrestore(&queue->lock, flags);
	return is_there;
}

static inline BaseType_t __freertos_send(QueueHandle_t queue, const void *item,
					 TickType_t ticks,
					 enum __freertos_end end)
{
	return port_wait(queue->writers, __freertos_put(queue, item, end),
			 __freertos_ticks(ticks)) ? errQUEUE_FULL : pdPASS;
}

static inline BaseType_t __freertos_receive(QueueHandle_t queue, void *item,
					    TickType_t ticks, bool stays)
{
	return port_wait_or(queue->readers, __freertos_get(queue, item, stays),
			    __freertos_ticks(ticks),
			    !queue->is_mutex && port_thread_should_stop()) ?
	       errQUEUE_EMPTY : pdPASS;
}

/**
 * xQueueSend() - put an item behind those in a queue
 * @queue: the queue
 * @item: what to copy; NULL copies nothing, for queues of items without bytes
 * @ticks: ticks to wait for room at most
 *
 * Context: Waiter.
 * Return: pdPASS; errQUEUE_FULL: there was no room in time, or the task is being
 *	deleted. Nothing was sent then.
 */
#define xQueueSend(queue, item, ticks)					\
	__freertos_send(queue, item, ticks, __FREERTOS_BACK)

/* As xQueueSend(). */
#define xQueueSendToBack(queue, item, ticks)				\
	__freertos_send(queue, item, ticks, __FREERTOS_BACK)

/**
 * xQueueSendToFront() - put an item in front of those in a queue
 * @queue: the queue
 * @item: what to copy
 * @ticks: ticks to wait for room at most
 *
 * Context: Waiter.
 * Return: as xQueueSend().
 */
#define xQueueSendToFront(queue, item, ticks)				\
	__freertos_send(queue, item, ticks, __FREERTOS_FRONT)

/**
 * xQueueOverwrite() - send, also when there is no room
 * @queue: the queue, of one item
 * @item: what to copy
 *
 * In a full queue the item that came last is replaced. FreeRTOS allows queues of
 * one item only, where that is the oldest, too.
 *
 * Context: Sender.
 * Return: pdPASS.
 */
#define xQueueOverwrite(queue, item)					\
	__freertos_send(queue, item, 0, __FREERTOS_OVER)

/**
 * xQueueReceive() - take the oldest item
 * @queue: the queue
 * @item: where to copy it to; NULL: it is dropped
 * @ticks: ticks to wait for one at most
 *
 * Context: Waiter.
 * Return: pdPASS; errQUEUE_EMPTY: none came in time, or there is none and the task
 *	is being deleted. *@item is as it was then.
 */
#define xQueueReceive(queue, item, ticks)				\
	__freertos_receive(queue, item, ticks, false)

/**
 * xQueuePeek() - copy the oldest item and leave it there
 * @queue: the queue
 * @item: where to copy it to
 * @ticks: ticks to wait for one at most
 *
 * Context: Waiter.
 * Return: as xQueueReceive().
 */
#define xQueuePeek(queue, item, ticks)					\
	__freertos_receive(queue, item, ticks, true)

static inline BaseType_t __freertos_send_isr(QueueHandle_t queue,
					     const void *item,
					     BaseType_t *woken,
					     enum __freertos_end end)
{
	if (woken && wq_has_sleeper(&queue->readers))
		*woken = pdTRUE;
	return __freertos_put(queue, item, end) ? pdPASS : errQUEUE_FULL;
}

/**
 * xQueueSendFromISR() - xQueueSend() that never waits
 * @queue: the queue
 * @item: what to copy
 * @woken: set to pdTRUE if somebody waits for an item; may be NULL
 *
 * Context: Sender.
 * Return: pdPASS, or errQUEUE_FULL: nothing was sent.
 */
#define xQueueSendFromISR(queue, item, woken)				\
	__freertos_send_isr(queue, item, woken, __FREERTOS_BACK)

/* As xQueueSendFromISR(). */
#define xQueueSendToBackFromISR(queue, item, woken)			\
	__freertos_send_isr(queue, item, woken, __FREERTOS_BACK)

/* As xQueueSendToFront() that never waits; else as xQueueSendFromISR(). */
#define xQueueSendToFrontFromISR(queue, item, woken)			\
	__freertos_send_isr(queue, item, woken, __FREERTOS_FRONT)

/* As xQueueOverwrite(); else as xQueueSendFromISR(). */
#define xQueueOverwriteFromISR(queue, item, woken)			\
	__freertos_send_isr(queue, item, woken, __FREERTOS_OVER)

/**
 * xQueueReceiveFromISR() - xQueueReceive() that never waits
 * @queue: the queue
 * @item: where to copy it to; NULL: it is dropped
 * @woken: set to pdTRUE if somebody waits for room; may be NULL
 *
 * Context: Sender.
 * Return: pdPASS, or errQUEUE_EMPTY: *@item is as it was.
 */
static inline BaseType_t xQueueReceiveFromISR(QueueHandle_t queue, void *item,
					      BaseType_t *woken)
{
	if (woken && wq_has_sleeper(&queue->writers))
		*woken = pdTRUE;
	return __freertos_get(queue, item, false) ? pdPASS : errQUEUE_EMPTY;
}

/* As xQueuePeek() that never waits: pdPASS or pdFAIL. Context: sender. */
#define xQueuePeekFromISR(queue, item)	__freertos_receive(queue, item, 0, true)

/**
 * uxQueueMessagesWaiting() - how many items are in a queue
 * @queue: the queue
 *
 * Context: Any.
 * Return: items; a moment later there may be more or less.
 */
static inline UBaseType_t uxQueueMessagesWaiting(QueueHandle_t queue)
{
	return READ_ONCE(queue->count);
}

/**
 * uxQueueSpacesAvailable() - for how many more items there is room
 * @queue: the queue
 *
 * Context: Any.
 * Return: items; a moment later there may be more or less.
 */
static inline UBaseType_t uxQueueSpacesAvailable(QueueHandle_t queue)
{
	return queue->length - READ_ONCE(queue->count);
}

/**
 * xQueueReset() - drop all items
 * @queue: the queue; not a semaphore or mutex
 *
 * Who waits for room gets it.
 *
 * Context: Sender.
 * Return: pdPASS.
 */
static inline BaseType_t xQueueReset(QueueHandle_t queue)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->lock, flags);
	queue->count = 0;
	queue->first = 0;
	wake_up_all(&queue->writers);
	spin_unlock_irqrestore(&queue->lock, flags);
	return pdPASS;
}

/* As uxQueueMessagesWaiting(), in three forms. Context: any. */
#define uxQueueMessagesWaitingFromISR(queue)	uxQueueMessagesWaiting(queue)
#define xQueueIsQueueEmptyFromISR(queue)				\
	((BaseType_t)!uxQueueMessagesWaiting(queue))
#define xQueueIsQueueFullFromISR(queue)					\
	((BaseType_t)!uxQueueSpacesAvailable(queue))

/* ---- semaphores and mutexes --------------------------------------------- */

typedef QueueHandle_t SemaphoreHandle_t;

static inline SemaphoreHandle_t __freertos_mutex_create(void)
{
	SemaphoreHandle_t mutex = __freertos_queue_create(1, 0, 1);

	if (mutex)
		mutex->is_mutex = true;
	return mutex;
}

/**
 * xSemaphoreCreateBinary() - make a semaphore that is 0 or 1, and 0 at first
 *
 * Context: Sender.
 * Return: the semaphore, or NULL: there is no memory.
 */
#define xSemaphoreCreateBinary()	__freertos_queue_create(1, 0, 0)

/**
 * vSemaphoreCreateBinary() - the same, and 1 at first: the older name
 * @sem: a variable for the semaphore; NULL: there is no memory
 *
 * Context: Sender.
 */
#define vSemaphoreCreateBinary(sem)					\
	((void)((sem) = __freertos_queue_create(1, 0, 1)))

/**
 * xSemaphoreCreateMutex() - make a mutex that nobody has
 *
 * It has no owner: whoever calls xSemaphoreGive() gives it, and one task that takes
 * it twice waits for itself. The priority of who has it is not raised.
 *
 * Context: Sender.
 * Return: the mutex, or NULL: there is no memory.
 */
#define xSemaphoreCreateMutex()		__freertos_mutex_create()

/**
 * xSemaphoreCreateRecursiveMutex() - make a mutex that its owner may take again
 *
 * For xSemaphoreTakeRecursive() and xSemaphoreGiveRecursive() alone.
 *
 * Context: Sender.
 * Return: the mutex, or NULL: there is no memory.
 */
#define xSemaphoreCreateRecursiveMutex()	__freertos_mutex_create()

/* As vQueueDelete(): nobody may wait for it. */
#define vSemaphoreDelete(sem)		vQueueDelete(sem)

/**
 * xSemaphoreCreateCounting() - make a semaphore that counts
 * @most: the highest count, not 0
 * @first: the count at first
 *
 * Context: Sender.
 * Return: the semaphore, or NULL: there is no memory, @most is 0, or @first is
 *	above it.
 */
static inline SemaphoreHandle_t xSemaphoreCreateCounting(UBaseType_t most,
							 UBaseType_t first)
{
	return first <= most ? __freertos_queue_create(most, 0, first) : NULL;
}

/**
 * xSemaphoreTake() - wait until a semaphore's count is not 0, and subtract 1
 * @sem: the semaphore, or a mutex that is not recursive
 * @ticks: ticks to wait at most
 *
 * A task that is being deleted waits for a mutex as others do, for the same time:
 * what a mutex guards is entered without a look at the result, and its owner gives
 * it. From any other semaphore such a task gets pdFAIL at once, if the count is 0,
 * also with portMAX_DELAY: look at the result where one guards something.
 *
 * Context: Waiter.
 * Return: pdPASS; pdFAIL: not in time, or it is no mutex and the task is being
 *	deleted.
 */
#define xSemaphoreTake(sem, ticks)	xQueueReceive(sem, NULL, ticks)

/**
 * xSemaphoreTakeFromISR() - xSemaphoreTake() that never waits
 * @sem: the semaphore
 * @woken: may be NULL; nobody waits to give
 *
 * Context: Sender.
 * Return: pdPASS, or pdFAIL: the count is 0.
 */
#define xSemaphoreTakeFromISR(sem, woken)				\
	xQueueReceiveFromISR(sem, NULL, woken)

/**
 * xSemaphoreGive() - add 1 to a semaphore's count
 * @sem: the semaphore, or a mutex that is not recursive
 *
 * Context: Sender; a mutex is given by who has it.
 * Return: pdPASS; pdFAIL: the count is the highest, as that of a mutex that nobody
 *	has. It stays.
 */
#define xSemaphoreGive(sem)		xQueueSend(sem, NULL, 0)

/**
 * xSemaphoreGiveFromISR() - xSemaphoreGive() for code of an interrupt
 * @sem: the semaphore
 * @woken: set to pdTRUE if somebody waits for it; may be NULL
 *
 * Context: Sender.
 * Return: as xSemaphoreGive().
 */
#define xSemaphoreGiveFromISR(sem, woken)	xQueueSendFromISR(sem, NULL, woken)

/* Its count; of a mutex 1 when nobody has it. Context: any. */
#define uxSemaphoreGetCount(sem)	uxQueueMessagesWaiting(sem)
#define uxSemaphoreGetCountFromISR(sem)	uxQueueMessagesWaiting(sem)

/**
 * xSemaphoreTakeRecursive() - take a recursive mutex, perhaps once more
 * @mutex: from xSemaphoreCreateRecursiveMutex()
 * @ticks: ticks to wait at most
 *
 * As often as it was taken it must be given. A task that is being deleted waits as
 * others do, as in xSemaphoreTake().
 *
 * Context: Waiter, but in process context always, for it has an owner.
 * Return: pdPASS; pdFAIL: not in time, or this is an interrupt.
 */
static inline BaseType_t xSemaphoreTakeRecursive(SemaphoreHandle_t mutex,
						 TickType_t ticks)
{
	if (!in_task())
		return pdFAIL;
	if (!port_is_caller(READ_ONCE(mutex->owner))) {
		if (xSemaphoreTake(mutex, ticks) != pdPASS)
			return pdFAIL;
		WRITE_ONCE(mutex->owner, current);
	}
	mutex->depth++;
	return pdPASS;
}

/**
 * xSemaphoreGiveRecursive() - give a recursive mutex once
 * @mutex: the mutex
 *
 * Context: Sender, in the task that has taken it.
 * Return: pdPASS; pdFAIL: the calling task has not taken it, and nothing changes.
 */
static inline BaseType_t xSemaphoreGiveRecursive(SemaphoreHandle_t mutex)
{
	if (!port_is_caller(READ_ONCE(mutex->owner)))
		return pdFAIL;
	if (--mutex->depth)
		return pdPASS;
	WRITE_ONCE(mutex->owner, NULL);
	return xSemaphoreGive(mutex);
}

#endif /* _RTALLOC_PORT_FREERTOS_QUEUES_H */
