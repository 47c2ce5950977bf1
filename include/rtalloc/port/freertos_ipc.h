/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_ipc.h - FreeRTOS's tasks, notifications, queues, semaphores, mutexes and
 * event groups over what Linux has of the kind: optional, for drivers that are made
 * of them.
 *
 *   task          a kthread. Its priority is Linux's affair: sched_set_fifo() in the
 *                 task, where it matters.
 *   queue         items, copied
 *   semaphore     a queue of items without bytes, as there
 *   mutex         the same with one item; it gives its owner no priority
 *   event group   24 bits
 *
 * What never ends in FreeRTOS must end in a module: vTaskDelete(handle) asks the task
 * to stop and waits until its function has returned, or has called
 * vTaskDelete(NULL). From then on every wait of that task ends at once, as if its
 * time were over, so
 *
 *	while (xQueueReceive(queue, &item, portMAX_DELAY) == pdPASS)
 *
 * ends by itself; a loop that ignores the result asks xTaskShouldStop(), which is
 * new. A task must have a handle: without one nobody could end it, and it is
 * refused.
 *
 * Objects lie in the heap of freertos.h. Timers are in freertos_timers.h, stream and
 * message buffers in freertos_stream.h. Not here: queue sets, what is made from static
 * memory.
 *
 * Context: what sends, gives or sets, also without FromISR, anywhere but in NMI and,
 * on PREEMPT_RT, hard interrupts (Linux's interrupt handlers are threads there), if
 * its ticks are 0; what waits in process context, without a lock; what creates as
 * pvPortMalloc(); vTaskDelete() in process context.
 */
#ifndef _RTALLOC_PORT_FREERTOS_IPC_H
#define _RTALLOC_PORT_FREERTOS_IPC_H

#include <linux/err.h>
#include <linux/string.h>
#include <rtalloc/port/freertos_types.h>
#include <rtalloc/port/thread.h>

/* Linux decides itself who runs after an interrupt. */
#define portYIELD_FROM_ISR(woken)	((void)(woken))
#define portEND_SWITCHING_ISR(woken)	((void)(woken))

/* portMAX_DELAY waits for ever. */
static inline long __freertos_ticks(TickType_t ticks)
{
	return ticks == portMAX_DELAY ? -1 : (long)ticks;
}

/* ---- tasks -------------------------------------------------------------- */

#define tskIDLE_PRIORITY	((UBaseType_t)0)
#define configMINIMAL_STACK_SIZE	128
#define configMAX_PRIORITIES	32

typedef void (*TaskFunction_t)(void *pvParameters);

struct freertos_task {
	struct task_struct *task;
	TaskFunction_t function;
	void *parameters;
	spinlock_t lock;	/* guards value, is_pending */
	wait_queue_head_t waiting;
	uint32_t value;
	bool is_pending;	/* a notification that nobody took */
};

typedef struct freertos_task *TaskHandle_t;

typedef enum {
	eNoAction, eSetBits, eIncrement, eSetValueWithOverwrite,
	eSetValueWithoutOverwrite,
} eNotifyAction;

static inline bool xTaskShouldStop(void)
{
	return port_thread_should_stop();
}

static inline int __freertos_task_run(void *data)
{
	TaskHandle_t handle = data;

	handle->function(handle->parameters);
	port_thread_park();
	return 0;
}

static inline BaseType_t xTaskCreate(TaskFunction_t function, const char *name,
				     size_t stack, void *parameters,
				     UBaseType_t priority, TaskHandle_t *created)
{
	TaskHandle_t handle = created ? pvPortCalloc(1, sizeof(*handle)) : NULL;

	(void)stack;
	(void)priority;
	if (!created)
		pr_warn_once("freertos: task %s has no handle\n", name);
	if (!handle)
		return errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY;
	handle->function = function;
	handle->parameters = parameters;
	spin_lock_init(&handle->lock);
	init_waitqueue_head(&handle->waiting);
	handle->task = kthread_create(__freertos_task_run, handle, "%s", name);
	if (IS_ERR(handle->task)) {
		vPortFree(handle);
		return errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY;
	}
	/* It may look at its handle as soon as it runs. */
	*created = handle;
	wake_up_process(handle->task);
	return pdPASS;
}

/*
 * Returns when the task has ended. NULL is the calling task: it stays here until its
 * handle is deleted, and must return from its function then.
 */
static inline void vTaskDelete(TaskHandle_t handle)
{
	if (!handle) {
		port_thread_park();
		return;
	}
	kthread_stop(handle->task);
	vPortFree(handle);
}

/* NULL in a process; not to be called in kthreads that xTaskCreate() did not make. */
static inline TaskHandle_t xTaskGetCurrentTaskHandle(void)
{
	return current->flags & PF_KTHREAD ? kthread_data(current) : NULL;
}

static inline void vTaskDelay(TickType_t ticks)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(nobody_wakes);

	port_wait(nobody_wakes, false, __freertos_ticks(ticks));
}

static inline void vTaskDelayUntil(TickType_t *wake, TickType_t increment)
{
	TickType_t now = xTaskGetTickCount();

	*wake += increment;
	if ((int32_t)(*wake - now) > 0)
		vTaskDelay(*wake - now);
}

#define taskYIELD()			cond_resched()
#define vTaskSuspendAll()		preempt_disable()
#define xTaskResumeAll()		({ preempt_enable(); pdFALSE; })
#define xTaskGetTickCountFromISR()	xTaskGetTickCount()

/* ---- notifications ------------------------------------------------------ */

static inline bool __freertos_notify(TaskHandle_t handle, uint32_t value,
				     eNotifyAction action)
{
	unsigned long flags;
	bool is_taken;

	spin_lock_irqsave(&handle->lock, flags);
	is_taken = action != eSetValueWithoutOverwrite || !handle->is_pending;
	if (action == eSetBits)
		handle->value |= value;
	else if (action == eIncrement)
		handle->value++;
	else if (action != eNoAction && is_taken)
		handle->value = value;
	handle->is_pending = true;
	wake_up(&handle->waiting);
	spin_unlock_irqrestore(&handle->lock, flags);
	return is_taken;
}

static inline BaseType_t xTaskNotify(TaskHandle_t handle, uint32_t value,
				     eNotifyAction action)
{
	return __freertos_notify(handle, value, action) ? pdPASS : pdFAIL;
}

static inline BaseType_t xTaskNotifyFromISR(TaskHandle_t handle, uint32_t value,
					    eNotifyAction action,
					    BaseType_t *woken)
{
	if (woken && wq_has_sleeper(&handle->waiting))
		*woken = pdTRUE;
	return xTaskNotify(handle, value, action);
}

#define xTaskNotifyGive(handle)		xTaskNotify(handle, 0, eIncrement)
#define vTaskNotifyGiveFromISR(handle, woken)				\
	((void)xTaskNotifyFromISR(handle, 0, eIncrement, woken))

static inline bool __freertos_count_take(TaskHandle_t self, bool clear,
					 uint32_t *count)
{
	unsigned long flags;

	spin_lock_irqsave(&self->lock, flags);
	*count = self->value;
	self->value -= clear ? self->value : !!self->value;
	self->is_pending = false;
	spin_unlock_irqrestore(&self->lock, flags);
	return *count;
}

/* What was counted before it was taken; 0: nothing in time. */
static inline uint32_t ulTaskNotifyTake(BaseType_t clear, TickType_t ticks)
{
	TaskHandle_t self = xTaskGetCurrentTaskHandle();
	uint32_t count = 0;

	if (!self)
		return 0;
	if (port_wait(self->waiting, __freertos_count_take(self, clear, &count),
		      __freertos_ticks(ticks)))
		return 0;
	return count;
}

static inline bool __freertos_note_take(TaskHandle_t self, uint32_t clear,
					uint32_t *value)
{
	unsigned long flags;
	bool is_there;

	spin_lock_irqsave(&self->lock, flags);
	is_there = self->is_pending;
	*value = self->value;
	if (is_there)
		self->value &= ~clear;
	self->is_pending = false;
	spin_unlock_irqrestore(&self->lock, flags);
	return is_there;
}

static inline void __freertos_note_clear(TaskHandle_t self, uint32_t bits)
{
	unsigned long flags;

	spin_lock_irqsave(&self->lock, flags);
	if (!self->is_pending)
		self->value &= ~bits;
	spin_unlock_irqrestore(&self->lock, flags);
}

static inline BaseType_t xTaskNotifyWait(uint32_t clear_first,
					 uint32_t clear_last, uint32_t *value,
					 TickType_t ticks)
{
	TaskHandle_t self = xTaskGetCurrentTaskHandle();
	uint32_t seen = 0;
	int err;

	if (!self)
		return pdFAIL;
	__freertos_note_clear(self, clear_first);
	err = port_wait(self->waiting,
			__freertos_note_take(self, clear_last, &seen),
			__freertos_ticks(ticks));
	if (value)
		*value = seen;
	return err ? pdFAIL : pdPASS;
}

/* ---- queues ------------------------------------------------------------- */

struct freertos_queue {
	spinlock_t lock;	/* guards what is below */
	wait_queue_head_t readers;
	wait_queue_head_t writers;
	UBaseType_t length;
	UBaseType_t item_size;
	UBaseType_t count;
	UBaseType_t first;
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

#define xQueueCreate(length, item_size)					\
	__freertos_queue_create(length, item_size, 0)

/* Its users have ended, see vTaskDelete(). */
static inline void vQueueDelete(QueueHandle_t queue)
{
	vPortFree(queue);
}

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
	return port_wait(queue->readers, __freertos_get(queue, item, stays),
			 __freertos_ticks(ticks)) ? errQUEUE_EMPTY : pdPASS;
}

#define xQueueSend(queue, item, ticks)					\
	__freertos_send(queue, item, ticks, __FREERTOS_BACK)
#define xQueueSendToBack(queue, item, ticks)				\
	__freertos_send(queue, item, ticks, __FREERTOS_BACK)
#define xQueueSendToFront(queue, item, ticks)				\
	__freertos_send(queue, item, ticks, __FREERTOS_FRONT)
#define xQueueOverwrite(queue, item)					\
	__freertos_send(queue, item, 0, __FREERTOS_OVER)
#define xQueueReceive(queue, item, ticks)				\
	__freertos_receive(queue, item, ticks, false)
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

#define xQueueSendFromISR(queue, item, woken)				\
	__freertos_send_isr(queue, item, woken, __FREERTOS_BACK)
#define xQueueSendToBackFromISR(queue, item, woken)			\
	__freertos_send_isr(queue, item, woken, __FREERTOS_BACK)
#define xQueueSendToFrontFromISR(queue, item, woken)			\
	__freertos_send_isr(queue, item, woken, __FREERTOS_FRONT)
#define xQueueOverwriteFromISR(queue, item, woken)			\
	__freertos_send_isr(queue, item, woken, __FREERTOS_OVER)

static inline BaseType_t xQueueReceiveFromISR(QueueHandle_t queue, void *item,
					      BaseType_t *woken)
{
	if (woken && wq_has_sleeper(&queue->writers))
		*woken = pdTRUE;
	return __freertos_get(queue, item, false) ? pdPASS : errQUEUE_EMPTY;
}

static inline UBaseType_t uxQueueMessagesWaiting(QueueHandle_t queue)
{
	return READ_ONCE(queue->count);
}

static inline UBaseType_t uxQueueSpacesAvailable(QueueHandle_t queue)
{
	return queue->length - READ_ONCE(queue->count);
}

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

#define uxQueueMessagesWaitingFromISR(queue)	uxQueueMessagesWaiting(queue)
#define xQueueIsQueueEmptyFromISR(queue)				\
	((BaseType_t)!uxQueueMessagesWaiting(queue))
#define xQueueIsQueueFullFromISR(queue)					\
	((BaseType_t)!uxQueueSpacesAvailable(queue))

/* ---- semaphores and mutexes --------------------------------------------- */

typedef QueueHandle_t SemaphoreHandle_t;

#define xSemaphoreCreateBinary()	__freertos_queue_create(1, 0, 0)
#define xSemaphoreCreateMutex()		__freertos_queue_create(1, 0, 1)
#define xSemaphoreCreateRecursiveMutex()	__freertos_queue_create(1, 0, 1)
#define vSemaphoreDelete(sem)		vQueueDelete(sem)

static inline SemaphoreHandle_t xSemaphoreCreateCounting(UBaseType_t most,
							 UBaseType_t first)
{
	return first <= most ? __freertos_queue_create(most, 0, first) : NULL;
}

#define xSemaphoreTake(sem, ticks)	xQueueReceive(sem, NULL, ticks)
#define xSemaphoreTakeFromISR(sem, woken)				\
	xQueueReceiveFromISR(sem, NULL, woken)
#define xSemaphoreGive(sem)		xQueueSend(sem, NULL, 0)
#define xSemaphoreGiveFromISR(sem, woken)	xQueueSendFromISR(sem, NULL, woken)
#define uxSemaphoreGetCount(sem)	uxQueueMessagesWaiting(sem)

/* Nobody but the owner stores what the owner compares with. */
static inline BaseType_t xSemaphoreTakeRecursive(SemaphoreHandle_t mutex,
						 TickType_t ticks)
{
	if (READ_ONCE(mutex->owner) != current) {
		if (xSemaphoreTake(mutex, ticks) != pdPASS)
			return pdFAIL;
		WRITE_ONCE(mutex->owner, current);
	}
	mutex->depth++;
	return pdPASS;
}

static inline BaseType_t xSemaphoreGiveRecursive(SemaphoreHandle_t mutex)
{
	if (READ_ONCE(mutex->owner) != current)
		return pdFAIL;
	if (--mutex->depth)
		return pdPASS;
	WRITE_ONCE(mutex->owner, NULL);
	return xSemaphoreGive(mutex);
}

/* ---- event groups ------------------------------------------------------- */

typedef TickType_t EventBits_t;

struct freertos_event_group {
	spinlock_t lock;	/* guards bits */
	wait_queue_head_t waiting;
	EventBits_t bits;
};

typedef struct freertos_event_group *EventGroupHandle_t;

static inline EventGroupHandle_t xEventGroupCreate(void)
{
	EventGroupHandle_t group = pvPortCalloc(1, sizeof(*group));

	if (!group)
		return NULL;
	spin_lock_init(&group->lock);
	init_waitqueue_head(&group->waiting);
	return group;
}

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

#define xEventGroupGetBits(group)	__freertos_bits(group, 0, 0)
#define xEventGroupGetBitsFromISR(group)	__freertos_bits(group, 0, 0)
/* What was set before. */
#define xEventGroupClearBits(group, clear)	__freertos_bits(group, 0, clear)

/* What is set then. */
static inline EventBits_t xEventGroupSetBits(EventGroupHandle_t group,
					     EventBits_t set)
{
	__freertos_bits(group, set, 0);
	return xEventGroupGetBits(group);
}

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

/* What was set when it ended, before anything was cleared. */
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

#endif /* _RTALLOC_PORT_FREERTOS_IPC_H */
