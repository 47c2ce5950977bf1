/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_queues.h - FreeRTOS's queues, semaphores and mutexes: included by
 * freertos_ipc.h, which has the rules for all objects and the classes of ``Context:``.
 *
 * As in FreeRTOS, a semaphore is a queue of empty items, and a mutex is one with a single
 * item. Items are copied with interrupts off, so they should be short. Any number of tasks
 * may send and receive.
 */
#ifndef _RTALLOC_PORT_FREERTOS_QUEUES_H
#define _RTALLOC_PORT_FREERTOS_QUEUES_H

#include <linux/string.h>
#include <rtalloc/port/freertos_tasks.h>

/* ---- queues ------------------------------------------------------------- */

/**
 * struct freertos_queue - what the handle of a queue, semaphore or mutex points to
 * @lock: guards the members below
 * @readers: tasks that wait for an item
 * @writers: tasks that wait for room
 * @length: number of items that the queue can hold
 * @item_size: bytes of an item, 0 in a semaphore
 * @count: number of items in the queue
 * @first: index of the oldest item
 * @set: the queue set that it belongs to, or NULL
 * @is_mutex: waits do not end when the task is deleted
 * @holder: mutex: the task of xTaskCreate() that has taken it, or NULL
 * @owner: recursive mutex: the task that holds it, or NULL
 * @depth: recursive mutex: how often @owner has taken it
 * @items: a ring of @length items
 */
struct freertos_queue {
	spinlock_t lock;	/* guards the members below */
	wait_queue_head_t readers;
	wait_queue_head_t writers;
	UBaseType_t length;
	UBaseType_t item_size;
	UBaseType_t count;
	UBaseType_t first;
	struct freertos_queue *set;
	bool is_mutex;
	TaskHandle_t holder;
	struct task_struct *owner;
	UBaseType_t depth;
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
 * xQueueCreate() - create an empty queue in FreeRTOS's heap
 * @length: number of items that the queue can hold, not 0
 * @item_size: bytes of an item
 *
 * Context: Sender.
 * Return: the queue, for vQueueDelete(); NULL if there is no memory, or @length is 0.
 */
#define xQueueCreate(length, item_size)					\
	__freertos_queue_create(length, item_size, 0)

/* The function behind it in FreeRTOS. The type is for its debuggers. */
#define queueQUEUE_TYPE_BASE		((uint8_t)0)
#define xQueueGenericCreate(length, item_size, type)			\
	((void)(type), xQueueCreate(length, item_size))

/* These do nothing: there is no registry of names for a debugger. */
#define vQueueAddToRegistry(queue, name)	((void)(queue), (void)(name))
#define vQueueUnregisterQueue(queue)		((void)(queue))

/**
 * vQueueDelete() - free a queue with all items in it
 * @queue: the queue; NULL does nothing
 *
 * Waiting tasks are not woken, so no task may wait for the queue or use it: end them first,
 * see vTaskDelete(). What items point to is not freed.
 *
 * Context: Sender.
 */
static inline void vQueueDelete(QueueHandle_t queue)
{
	vPortFree(queue);
}

/* The number of items that a queue can hold, and the bytes of each. Context: any. */
static inline UBaseType_t uxQueueGetQueueLength(QueueHandle_t queue)
{
	return __freertos_is(queue, "uxQueueGetQueueLength") ? queue->length : 0;
}

static inline UBaseType_t uxQueueGetQueueItemSize(QueueHandle_t queue)
{
	return __freertos_is(queue, "uxQueueGetQueueItemSize") ?
	       queue->item_size : 0;
}

static inline uint8_t *__freertos_item(QueueHandle_t queue, UBaseType_t i)
{
	return queue->items + (queue->first + i) % queue->length *
	       queue->item_size;
}

/*
 * Put an item into a queue that has room, or, with __FREERTOS_OVER, in place of the last
 * item. Store in *@set the queue set that must be told, or NULL.
 */
static inline bool __freertos_place(QueueHandle_t queue, const void *item,
				    enum __freertos_end end, QueueHandle_t *set)
{
	unsigned long flags;
	bool has_room;

	spin_lock_irqsave(&queue->lock, flags);
	*set = queue->set;
	if (end == __FREERTOS_OVER && queue->count == queue->length) {
		queue->count--;
		*set = NULL;
	}
	has_room = queue->count < queue->length;
	if (has_room && end == __FREERTOS_FRONT)
		queue->first = (queue->first + queue->length - 1) %
			       queue->length;
	if (has_room && item && queue->item_size)
		memcpy(__freertos_item(queue, end == __FREERTOS_FRONT ?
				       0 : queue->count),
		       item, queue->item_size);
	queue->count += has_room;
	if (has_room && queue->is_mutex)
		queue->holder = NULL;
	if (has_room)
		wake_up(&queue->readers);
	spin_unlock_irqrestore(&queue->lock, flags);
	return has_room;
}

/* The same, and put the queue's handle into its set, for each item that is added. */
static inline bool __freertos_put(QueueHandle_t queue, const void *item,
				  enum __freertos_end end)
{
	QueueHandle_t set, none;
	bool has_room = __freertos_place(queue, item, end, &set);

	if (has_room && set)
		__freertos_place(set, &queue, __FREERTOS_BACK, &none);
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
		if (queue->is_mutex)
			queue->holder = xTaskGetCurrentTaskHandle();
	}
	/* A task that only peeks leaves the item to other waiters, so wake them. */
	if (is_there)
		wake_up(stays ? &queue->readers : &queue->writers);
	spin_unlock_irqrestore(&queue->lock, flags);
	return is_there;
}

static inline BaseType_t __freertos_send(QueueHandle_t queue, const void *item,
					 TickType_t ticks,
					 enum __freertos_end end)
{
	if (!__freertos_is(queue, "xQueueSend"))
		return errQUEUE_FULL;
	return port_wait(queue->writers, __freertos_put(queue, item, end),
			 __freertos_ticks(ticks)) ? errQUEUE_FULL : pdPASS;
}

static inline BaseType_t __freertos_receive(QueueHandle_t queue, void *item,
					    TickType_t ticks, bool stays)
{
	if (!__freertos_is(queue, "xQueueReceive"))
		return errQUEUE_EMPTY;
	return port_wait_or(queue->readers, __freertos_get(queue, item, stays),
			    __freertos_ticks(ticks),
			    !queue->is_mutex && port_thread_should_stop()) ?
	       errQUEUE_EMPTY : pdPASS;
}

/**
 * xQueueSend() - put an item at the end of a queue
 * @queue: the queue
 * @item: the item, which is copied; may be NULL if items are empty
 * @ticks: the longest wait for room, in ticks
 *
 * Context: Waiter.
 * Return: pdPASS; errQUEUE_FULL if there was no room in time, or the task is being deleted;
 *	then nothing was sent.
 */
#define xQueueSend(queue, item, ticks)					\
	__freertos_send(queue, item, ticks, __FREERTOS_BACK)

/* Where xQueueGenericSend() puts the item: as xQueueSend(), _SendToFront(), _Overwrite(). */
#define queueSEND_TO_BACK		__FREERTOS_BACK
#define queueSEND_TO_FRONT		__FREERTOS_FRONT
#define queueOVERWRITE			__FREERTOS_OVER
#define xQueueGenericSend(queue, item, ticks, end)			\
	__freertos_send(queue, item, ticks, end)

/* Same as xQueueSend(). */
#define xQueueSendToBack(queue, item, ticks)				\
	__freertos_send(queue, item, ticks, __FREERTOS_BACK)

/**
 * xQueueSendToFront() - put an item in front of the others in a queue
 * @queue: the queue
 * @item: the item, which is copied
 * @ticks: the longest wait for room, in ticks
 *
 * Context: Waiter.
 * Return: as xQueueSend().
 */
#define xQueueSendToFront(queue, item, ticks)				\
	__freertos_send(queue, item, ticks, __FREERTOS_FRONT)

/**
 * xQueueOverwrite() - put an item into a queue, replacing one if there is no room
 * @queue: the queue, with a length of one item
 * @item: the item, which is copied
 *
 * In a full queue the newest item is replaced. FreeRTOS allows this with queues of one item
 * only.
 *
 * Context: Sender.
 * Return: pdPASS.
 */
#define xQueueOverwrite(queue, item)					\
	__freertos_send(queue, item, 0, __FREERTOS_OVER)

/**
 * xQueueReceive() - take the oldest item out of a queue
 * @queue: the queue
 * @item: where to copy it to; NULL: drop it
 * @ticks: the longest wait for an item, in ticks
 *
 * Context: Waiter.
 * Return: pdPASS; errQUEUE_EMPTY if no item came in time, or there is none and the task is
 *	being deleted; then *@item is not changed.
 */
#define xQueueReceive(queue, item, ticks)				\
	__freertos_receive(queue, item, ticks, false)

/**
 * xQueuePeek() - copy the oldest item and leave it there
 * @queue: the queue
 * @item: where to copy it to
 * @ticks: the longest wait for an item, in ticks
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
	if (!__freertos_is(queue, "xQueueSendFromISR"))
		return errQUEUE_FULL;
	if (woken && wq_has_sleeper(&queue->readers))
		*woken = pdTRUE;
	return __freertos_put(queue, item, end) ? pdPASS : errQUEUE_FULL;
}

/**
 * xQueueSendFromISR() - xQueueSend() that never waits
 * @queue: the queue
 * @item: the item, which is copied
 * @woken: set to pdTRUE if a task waits for an item; may be NULL
 *
 * Context: Sender.
 * Return: pdPASS, or errQUEUE_FULL: nothing was sent.
 */
#define xQueueSendFromISR(queue, item, woken)				\
	__freertos_send_isr(queue, item, woken, __FREERTOS_BACK)

/* Same as xQueueSendFromISR(). */
#define xQueueSendToBackFromISR(queue, item, woken)			\
	__freertos_send_isr(queue, item, woken, __FREERTOS_BACK)

/* Same as xQueueSendToFront() that never waits; else as xQueueSendFromISR(). */
#define xQueueSendToFrontFromISR(queue, item, woken)			\
	__freertos_send_isr(queue, item, woken, __FREERTOS_FRONT)

/* Same as xQueueOverwrite(); else as xQueueSendFromISR(). */
#define xQueueOverwriteFromISR(queue, item, woken)			\
	__freertos_send_isr(queue, item, woken, __FREERTOS_OVER)

/**
 * xQueueReceiveFromISR() - xQueueReceive() that never waits
 * @queue: the queue
 * @item: where to copy it to; NULL: drop it
 * @woken: set to pdTRUE if a task waits for room; may be NULL
 *
 * Context: Sender.
 * Return: pdPASS, or errQUEUE_EMPTY: *@item is not changed.
 */
static inline BaseType_t xQueueReceiveFromISR(QueueHandle_t queue, void *item,
					      BaseType_t *woken)
{
	if (!__freertos_is(queue, "xQueueReceiveFromISR"))
		return errQUEUE_EMPTY;
	if (woken && wq_has_sleeper(&queue->writers))
		*woken = pdTRUE;
	return __freertos_get(queue, item, false) ? pdPASS : errQUEUE_EMPTY;
}

/* Same as xQueuePeek() that never waits: pdPASS or pdFAIL. Context: sender. */
#define xQueuePeekFromISR(queue, item)	__freertos_receive(queue, item, 0, true)

/**
 * uxQueueMessagesWaiting() - get the number of items in a queue
 * @queue: the queue
 *
 * Context: Any.
 * Return: the number, which may change at any time.
 */
static inline UBaseType_t uxQueueMessagesWaiting(QueueHandle_t queue)
{
	return __freertos_is(queue, "uxQueueMessagesWaiting") ?
	       READ_ONCE(queue->count) : 0;
}

/**
 * uxQueueSpacesAvailable() - get the number of items for which a queue has room
 * @queue: the queue
 *
 * Context: Any.
 * Return: the number, which may change at any time.
 */
static inline UBaseType_t uxQueueSpacesAvailable(QueueHandle_t queue)
{
	return __freertos_is(queue, "uxQueueSpacesAvailable") ?
	       queue->length - READ_ONCE(queue->count) : 0;
}

/**
 * xQueueReset() - drop all items of a queue
 * @queue: the queue; not a semaphore or mutex
 *
 * Tasks that wait for room get it.
 *
 * Context: Sender.
 * Return: pdPASS; pdFAIL if @queue is NULL.
 */
static inline BaseType_t xQueueReset(QueueHandle_t queue)
{
	unsigned long flags;

	if (!__freertos_is(queue, "xQueueReset"))
		return pdFAIL;
	spin_lock_irqsave(&queue->lock, flags);
	queue->count = 0;
	queue->first = 0;
	wake_up_all(&queue->writers);
	spin_unlock_irqrestore(&queue->lock, flags);
	return pdPASS;
}

/* Same as uxQueueMessagesWaiting(), in three forms. Context: any. */
#define uxQueueMessagesWaitingFromISR(queue)	uxQueueMessagesWaiting(queue)
#define xQueueIsQueueEmptyFromISR(queue)				\
	((BaseType_t)!uxQueueMessagesWaiting(queue))
#define xQueueIsQueueFullFromISR(queue)					\
	((BaseType_t)!uxQueueSpacesAvailable(queue))

/* ---- semaphores and mutexes --------------------------------------------- */

typedef QueueHandle_t SemaphoreHandle_t;

/* A semaphore as a queue: its length, the bytes of an item, and the time to give it. */
#define semBINARY_SEMAPHORE_QUEUE_LENGTH	((uint8_t)1)
#define semSEMAPHORE_QUEUE_ITEM_LENGTH		((uint8_t)0)
#define semGIVE_BLOCK_TIME			((TickType_t)0)

static inline SemaphoreHandle_t __freertos_mutex_create(void)
{
	SemaphoreHandle_t mutex = __freertos_queue_create(1, 0, 1);

	if (mutex)
		mutex->is_mutex = true;
	return mutex;
}

/**
 * xSemaphoreCreateBinary() - create a semaphore with a count of at most 1, initially 0
 *
 * Context: Sender.
 * Return: the semaphore, or NULL if there is no memory.
 */
#define xSemaphoreCreateBinary()	__freertos_queue_create(1, 0, 0)

/**
 * vSemaphoreCreateBinary() - older name: the same, but the count is initially 1
 * @sem: variable that is set to the semaphore, or to NULL if there is no memory
 *
 * Context: Sender.
 */
#define vSemaphoreCreateBinary(sem)					\
	((void)((sem) = __freertos_queue_create(1, 0, 1)))

/**
 * xSemaphoreCreateMutex() - create a mutex, not taken
 *
 * The owner is recorded but not checked: any task may call xSemaphoreGive(), and a task that
 * takes it twice deadlocks. There is no priority inheritance.
 *
 * Context: Sender.
 * Return: the mutex, or NULL if there is no memory.
 */
#define xSemaphoreCreateMutex()		__freertos_mutex_create()

/**
 * xSemaphoreCreateRecursiveMutex() - create a mutex that its owner may take again
 *
 * Only for xSemaphoreTakeRecursive() and xSemaphoreGiveRecursive().
 *
 * Context: Sender.
 * Return: the mutex, or NULL if there is no memory.
 */
#define xSemaphoreCreateRecursiveMutex()	__freertos_mutex_create()

/* Same as vQueueDelete(): nobody may wait for it. */
#define vSemaphoreDelete(sem)		vQueueDelete(sem)

/**
 * xSemaphoreCreateCounting() - create a counting semaphore
 * @most: the highest count, not 0
 * @first: the initial count
 *
 * Context: Sender.
 * Return: the semaphore; NULL if there is no memory, @most is 0, or @first is greater than
 *	@most.
 */
static inline SemaphoreHandle_t xSemaphoreCreateCounting(UBaseType_t most,
							 UBaseType_t first)
{
	return first <= most ? __freertos_queue_create(most, 0, first) : NULL;
}

/**
 * xSemaphoreTake() - wait until a semaphore's count is not 0, and subtract 1
 * @sem: the semaphore, or a mutex that is not recursive
 * @ticks: the longest wait, in ticks
 *
 * A task that is being deleted waits for a mutex like other tasks, because drivers enter
 * what a mutex guards without checking the result. From any other semaphore with a count of
 * 0 such a task gets pdFAIL at once, also with portMAX_DELAY: check the result if the
 * semaphore guards data.
 *
 * Context: Waiter.
 * Return: pdPASS; pdFAIL if not in time, or, except for a mutex, if the task is being
 *	deleted.
 */
#define xSemaphoreTake(sem, ticks)	xQueueReceive(sem, NULL, ticks)

/**
 * xSemaphoreTakeFromISR() - xSemaphoreTake() that never waits
 * @sem: the semaphore
 * @woken: not set, as no task waits for room in a semaphore; may be NULL
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
 * Context: Sender; a mutex must be given by the task that took it.
 * Return: pdPASS; pdFAIL if the count is the highest already, as that of a mutex that is not
 *	taken.
 */
#define xSemaphoreGive(sem)		xQueueSend(sem, NULL, 0)

/**
 * xSemaphoreGiveFromISR() - xSemaphoreGive() for interrupt handlers
 * @sem: the semaphore
 * @woken: set to pdTRUE if a task waits for it; may be NULL
 *
 * Context: Sender.
 * Return: as xSemaphoreGive().
 */
#define xSemaphoreGiveFromISR(sem, woken)	xQueueSendFromISR(sem, NULL, woken)

/* The count of a semaphore; that of a mutex is 1 if it is not taken. Context: any. */
#define uxSemaphoreGetCount(sem)	uxQueueMessagesWaiting(sem)
#define uxSemaphoreGetCountFromISR(sem)	uxQueueMessagesWaiting(sem)

/**
 * xSemaphoreGetMutexHolder() - get the task that has taken a mutex
 * @mutex: the mutex, also a recursive one
 *
 * Unless that task is the caller, the result may have changed already.
 *
 * Context: Any.
 * Return: the task; NULL if the mutex is not taken, was taken by something else than a task of
 *	xTaskCreate(), or is no mutex.
 */
static inline TaskHandle_t xSemaphoreGetMutexHolder(SemaphoreHandle_t mutex)
{
	return __freertos_is(mutex, "xSemaphoreGetMutexHolder") ?
	       READ_ONCE(mutex->holder) : NULL;
}

/* The same for interrupt handlers, and the older name. */
#define xSemaphoreGetMutexHolderFromISR(mutex)	xSemaphoreGetMutexHolder(mutex)
#define xQueueGetMutexHolder(mutex)		xSemaphoreGetMutexHolder(mutex)

/**
 * xSemaphoreTakeRecursive() - take a recursive mutex; its owner may take it again
 * @mutex: from xSemaphoreCreateRecursiveMutex()
 * @ticks: the longest wait, in ticks
 *
 * It must be given as often as it was taken. A task that is being deleted waits like other
 * tasks, see xSemaphoreTake().
 *
 * Context: Waiter, but always in process context, because the mutex has an owner.
 * Return: pdPASS; pdFAIL if not in time, or if the caller is an interrupt.
 */
static inline BaseType_t xSemaphoreTakeRecursive(SemaphoreHandle_t mutex,
						 TickType_t ticks)
{
	if (!__freertos_is(mutex, "xSemaphoreTakeRecursive") || !in_task())
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
 * xSemaphoreGiveRecursive() - give a recursive mutex, once
 * @mutex: the mutex
 *
 * Context: Sender, in the task that holds the mutex.
 * Return: pdPASS; pdFAIL if the calling task does not hold it, then nothing changes.
 */
static inline BaseType_t xSemaphoreGiveRecursive(SemaphoreHandle_t mutex)
{
	if (!__freertos_is(mutex, "xSemaphoreGiveRecursive"))
		return pdFAIL;
	if (!port_is_caller(READ_ONCE(mutex->owner)))
		return pdFAIL;
	if (--mutex->depth)
		return pdPASS;
	WRITE_ONCE(mutex->owner, NULL);
	return xSemaphoreGive(mutex);
}

#endif /* _RTALLOC_PORT_FREERTOS_QUEUES_H */
