/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_notify.h - FreeRTOS's notifications of tasks: included by freertos_ipc.h, which
 * has the rules for all objects and the classes of ``Context:``.
 *
 * A task has configTASK_NOTIFICATION_ARRAY_ENTRIES notifications, which do not affect each
 * other. Functions without an index use the one with index 0. Stream buffers use none.
 */
#ifndef _RTALLOC_PORT_FREERTOS_NOTIFY_H
#define _RTALLOC_PORT_FREERTOS_NOTIFY_H

#include <rtalloc/port/freertos_tasks.h>

/* The index that functions without an index use. */
#define tskDEFAULT_INDEX_TO_NOTIFY	((UBaseType_t)0)

/**
 * enum eNotifyAction - what a notification does to the task's notification value
 * @eNoAction: nothing
 * @eSetBits: sets bits of it
 * @eIncrement: adds 1
 * @eSetValueWithOverwrite: replaces it
 * @eSetValueWithoutOverwrite: replaces it, unless a notification is pending
 */
typedef enum {
	eNoAction, eSetBits, eIncrement, eSetValueWithOverwrite,
	eSetValueWithoutOverwrite,
} eNotifyAction;

/* Get a task's notification. NULL: there is no task, or no such index, which is logged. */
static inline struct freertos_note *__freertos_note(TaskHandle_t handle,
						    UBaseType_t index)
{
	if (!handle)
		return NULL;
	if (index < handle->nr_notes)
		return &handle->notes[index];
	pr_warn_once("freertos: a task has %lu notifications, and none with index %lu\n",
		     handle->nr_notes, index);
	return NULL;
}

/* ---- notify a task --------------------------------------------------------- */

/**
 * xTaskNotifyAndQueryIndexedFromISR() - xTaskNotifyAndQueryIndexed() for interrupt handlers
 * @handle: as for xTaskNotifyIndexed()
 * @index: as for xTaskNotifyIndexed()
 * @value: as for xTaskNotifyIndexed()
 * @action: as for xTaskNotifyIndexed()
 * @before: where to store the previous notification value; may be NULL
 * @woken: set to pdTRUE if the task waits for this notification; may be NULL
 *
 * Context: Sender.
 * Return: as xTaskNotifyIndexed().
 */
static inline BaseType_t
xTaskNotifyAndQueryIndexedFromISR(TaskHandle_t handle, UBaseType_t index,
				  uint32_t value, eNotifyAction action,
				  uint32_t *before, BaseType_t *woken)
{
	struct freertos_note *note = __freertos_note(handle, index);
	unsigned long flags;
	bool is_taken;

	if (!note)
		return pdFAIL;
	if (woken && wq_has_sleeper(&note->waiting))
		*woken = pdTRUE;
	spin_lock_irqsave(&note->lock, flags);
	if (before)
		*before = note->value;
	is_taken = action != eSetValueWithoutOverwrite || !note->is_pending;
	if (action == eSetBits)
		note->value |= value;
	else if (action == eIncrement)
		note->value++;
	else if (action != eNoAction && is_taken)
		note->value = value;
	note->is_pending = true;
	wake_up(&note->waiting);
	spin_unlock_irqrestore(&note->lock, flags);
	return is_taken ? pdPASS : pdFAIL;
}

/**
 * xTaskNotifyIndexed() - notify a task, and change its notification value
 * @handle: the task; NULL notifies nobody
 * @index: which of the task's notifications
 * @value: the value that @action uses
 * @action: one of &enum eNotifyAction
 *
 * Each of a task's notifications has a value, and may be pending until the task takes it.
 * Several notifications with one index before that are not queued.
 *
 * Context: Sender.
 * Return: pdPASS; pdFAIL: @handle is NULL, or the task has no notification @index, which the
 *	log says once; or, with eSetValueWithoutOverwrite, the notification was pending, and
 *	the value is not changed.
 */
#define xTaskNotifyIndexed(handle, index, value, action)		\
	xTaskNotifyAndQueryIndexed(handle, index, value, action, NULL)

/**
 * xTaskNotify() - xTaskNotifyIndexed() with index 0
 * @handle: the task; NULL notifies nobody
 * @value: the value that @action uses
 * @action: one of &enum eNotifyAction
 *
 * Context: Sender.
 * Return: as xTaskNotifyIndexed().
 */
#define xTaskNotify(handle, value, action)				\
	xTaskNotifyIndexed(handle, tskDEFAULT_INDEX_TO_NOTIFY, value, action)

/**
 * xTaskNotifyIndexedFromISR() - xTaskNotifyIndexed() for interrupt handlers
 * @handle: as for xTaskNotifyIndexed()
 * @index: as for xTaskNotifyIndexed()
 * @value: as for xTaskNotifyIndexed()
 * @action: as for xTaskNotifyIndexed()
 * @woken: set to pdTRUE if the task waits for this notification; may be NULL
 *
 * Context: Sender.
 * Return: as xTaskNotifyIndexed().
 */
#define xTaskNotifyIndexedFromISR(handle, index, value, action, woken)	\
	xTaskNotifyAndQueryIndexedFromISR(handle, index, value, action, NULL, woken)

/**
 * xTaskNotifyFromISR() - xTaskNotify() for interrupt handlers
 * @handle: the task; NULL notifies nobody
 * @value: the value that @action uses
 * @action: one of &enum eNotifyAction
 * @woken: set to pdTRUE if the task waits for this notification; may be NULL
 *
 * Context: Sender.
 * Return: as xTaskNotifyIndexed().
 */
#define xTaskNotifyFromISR(handle, value, action, woken)		\
	xTaskNotifyIndexedFromISR(handle, tskDEFAULT_INDEX_TO_NOTIFY, value,	\
				  action, woken)

/**
 * xTaskNotifyAndQueryIndexed() - xTaskNotifyIndexed() that also returns the previous value
 * @handle: as for xTaskNotifyIndexed()
 * @index: as for xTaskNotifyIndexed()
 * @value: as for xTaskNotifyIndexed()
 * @action: as for xTaskNotifyIndexed()
 * @before: where to store the previous notification value; may be NULL
 *
 * Context: Sender.
 * Return: as xTaskNotifyIndexed().
 */
#define xTaskNotifyAndQueryIndexed(handle, index, value, action, before)	\
	xTaskNotifyAndQueryIndexedFromISR(handle, index, value, action, before, NULL)

/**
 * xTaskNotifyAndQuery() - xTaskNotify() that also returns the previous value
 * @handle: the task
 * @value: as for xTaskNotify()
 * @action: as for xTaskNotify()
 * @before: where to store the previous notification value; may be NULL
 *
 * Context: Sender.
 * Return: as xTaskNotifyIndexed().
 */
#define xTaskNotifyAndQuery(handle, value, action, before)		\
	xTaskNotifyAndQueryIndexed(handle, tskDEFAULT_INDEX_TO_NOTIFY, value,	\
				   action, before)

/**
 * xTaskNotifyAndQueryFromISR() - xTaskNotifyAndQuery() for interrupt handlers
 * @handle: the task
 * @value: as for xTaskNotify()
 * @action: as for xTaskNotify()
 * @before: as for xTaskNotifyAndQuery()
 * @woken: as for xTaskNotifyFromISR()
 *
 * Context: Sender.
 * Return: as xTaskNotifyIndexed().
 */
#define xTaskNotifyAndQueryFromISR(handle, value, action, before, woken)	\
	xTaskNotifyAndQueryIndexedFromISR(handle, tskDEFAULT_INDEX_TO_NOTIFY,	\
					  value, action, before, woken)

/**
 * xTaskNotifyGiveIndexed() - add 1 to a notification value, for ulTaskNotifyTakeIndexed()
 * @handle: the task; NULL notifies nobody
 * @index: which of the task's notifications
 *
 * The value wraps around at 2^32.
 *
 * Context: Sender.
 * Return: pdPASS; pdFAIL: @handle is NULL, or there is no notification @index.
 */
#define xTaskNotifyGiveIndexed(handle, index)				\
	xTaskNotifyIndexed(handle, index, 0, eIncrement)

/**
 * xTaskNotifyGive() - xTaskNotifyGiveIndexed() with index 0
 * @handle: the task; NULL notifies nobody
 *
 * Context: Sender.
 * Return: pdPASS; pdFAIL: @handle is NULL.
 */
#define xTaskNotifyGive(handle)		xTaskNotify(handle, 0, eIncrement)

/**
 * vTaskNotifyGiveIndexedFromISR() - xTaskNotifyGiveIndexed() for interrupt handlers
 * @handle: the task; NULL notifies nobody
 * @index: which of the task's notifications
 * @woken: set to pdTRUE if the task waits for this notification; may be NULL
 *
 * Context: Sender.
 */
#define vTaskNotifyGiveIndexedFromISR(handle, index, woken)		\
	((void)xTaskNotifyIndexedFromISR(handle, index, 0, eIncrement, woken))

/**
 * vTaskNotifyGiveFromISR() - xTaskNotifyGive() for interrupt handlers
 * @handle: the task; NULL notifies nobody
 * @woken: set to pdTRUE if the task waits for this notification; may be NULL
 *
 * Context: Sender.
 */
#define vTaskNotifyGiveFromISR(handle, woken)				\
	((void)xTaskNotifyFromISR(handle, 0, eIncrement, woken))

/* ---- wait for notifications --------------------------------------------------- */

static inline bool __freertos_count_take(struct freertos_note *note, bool clear,
					 uint32_t *count)
{
	unsigned long flags;

	spin_lock_irqsave(&note->lock, flags);
	*count = note->value;
	note->value -= clear ? note->value : !!note->value;
	note->is_pending = false;
	spin_unlock_irqrestore(&note->lock, flags);
	return *count;
}

/**
 * ulTaskNotifyTakeIndexed() - wait until a notification value of the calling task is not 0
 * @index: which of the task's notifications; others do not end the wait
 * @clear: pdTRUE: set the value to 0, as a binary semaphore; pdFALSE: subtract 1, as a
 *	counting one
 * @ticks: the longest wait, in ticks
 *
 * Unlike in FreeRTOS, a notification that leaves the value at 0, as one with eNoAction, does
 * not end the wait.
 *
 * Context: Waiter, in a task of xTaskCreate(). Elsewhere it returns at once, and the log says
 *	so.
 * Return: the value before it was changed; 0 if no notification came in time, the task is
 *	being deleted, the caller is not a task, or there is no notification @index.
 */
static inline uint32_t ulTaskNotifyTakeIndexed(UBaseType_t index,
					       BaseType_t clear, TickType_t ticks)
{
	TaskHandle_t self = __freertos_self("ulTaskNotifyTake");
	struct freertos_note *note = __freertos_note(self, index);
	uint32_t count = 0;

	if (!note || port_wait(note->waiting,
			       __freertos_count_take(note, clear, &count),
			       __freertos_ticks(ticks)))
		return 0;
	return count;
}

/**
 * ulTaskNotifyTake() - ulTaskNotifyTakeIndexed() with index 0
 * @clear: pdTRUE: set the value to 0; pdFALSE: subtract 1
 * @ticks: the longest wait, in ticks
 *
 * Context: Waiter, in a task of xTaskCreate().
 * Return: as ulTaskNotifyTakeIndexed().
 */
#define ulTaskNotifyTake(clear, ticks)					\
	ulTaskNotifyTakeIndexed(tskDEFAULT_INDEX_TO_NOTIFY, clear, ticks)

static inline bool __freertos_note_take(struct freertos_note *note, uint32_t clear,
					uint32_t *value)
{
	unsigned long flags;
	bool is_there;

	spin_lock_irqsave(&note->lock, flags);
	is_there = note->is_pending;
	*value = note->value;
	if (is_there)
		note->value &= ~clear;
	note->is_pending = false;
	spin_unlock_irqrestore(&note->lock, flags);
	return is_there;
}

static inline void __freertos_note_clear(struct freertos_note *note, uint32_t bits)
{
	unsigned long flags;

	spin_lock_irqsave(&note->lock, flags);
	if (!note->is_pending)
		note->value &= ~bits;
	spin_unlock_irqrestore(&note->lock, flags);
}

/**
 * xTaskNotifyWaitIndexed() - wait until a notification of the calling task is pending
 * @index: which of the task's notifications; others do not end the wait
 * @clear_first: bits of the value to clear before the wait, if it is not pending
 * @clear_last: bits of the value to clear after the notification was taken
 * @value: where to store the value as it was before @clear_last; may be NULL
 * @ticks: the longest wait, in ticks
 *
 * Afterwards the notification is not pending.
 *
 * Context: Waiter, in a task of xTaskCreate(). Elsewhere it returns at once, and the log says
 *	so.
 * Return: pdPASS; pdFAIL if no notification came in time, the task is being deleted, the
 *	caller is not a task, or there is no notification @index; in the last two cases *@value
 *	is not set.
 */
static inline BaseType_t xTaskNotifyWaitIndexed(UBaseType_t index,
						uint32_t clear_first,
						uint32_t clear_last,
						uint32_t *value, TickType_t ticks)
{
	TaskHandle_t self = __freertos_self("xTaskNotifyWait");
	struct freertos_note *note = __freertos_note(self, index);
	uint32_t seen = 0;
	int err;

	if (!note)
		return pdFAIL;
	__freertos_note_clear(note, clear_first);
	err = port_wait(note->waiting,
			__freertos_note_take(note, clear_last, &seen),
			__freertos_ticks(ticks));
	if (value)
		*value = seen;
	return err ? pdFAIL : pdPASS;
}

/**
 * xTaskNotifyWait() - xTaskNotifyWaitIndexed() with index 0
 * @clear_first: bits of the value to clear before the wait, if it is not pending
 * @clear_last: bits of the value to clear after the notification was taken
 * @value: where to store the value as it was before @clear_last; may be NULL
 * @ticks: the longest wait, in ticks
 *
 * Context: Waiter, in a task of xTaskCreate().
 * Return: as xTaskNotifyWaitIndexed().
 */
#define xTaskNotifyWait(clear_first, clear_last, value, ticks)		\
	xTaskNotifyWaitIndexed(tskDEFAULT_INDEX_TO_NOTIFY, clear_first,	\
			       clear_last, value, ticks)

/* ---- clear ---------------------------------------------------------------------- */

/**
 * xTaskNotifyStateClearIndexed() - cancel a pending notification
 * @handle: the task; NULL: the calling one
 * @index: which of the task's notifications
 *
 * The notification value is not changed.
 *
 * Context: Sender.
 * Return: pdTRUE; pdFALSE if it was not pending, there is no notification @index, or @handle
 *	is NULL outside of a task.
 */
static inline BaseType_t xTaskNotifyStateClearIndexed(TaskHandle_t handle,
						      UBaseType_t index)
{
	struct freertos_note *note;
	unsigned long flags;
	BaseType_t was_pending;

	handle = handle ?: __freertos_self("xTaskNotifyStateClear");
	note = __freertos_note(handle, index);
	if (!note)
		return pdFALSE;
	spin_lock_irqsave(&note->lock, flags);
	was_pending = note->is_pending;
	note->is_pending = false;
	spin_unlock_irqrestore(&note->lock, flags);
	return was_pending;
}

/**
 * xTaskNotifyStateClear() - xTaskNotifyStateClearIndexed() with index 0
 * @handle: the task; NULL: the calling one
 *
 * Context: Sender.
 * Return: as xTaskNotifyStateClearIndexed().
 */
#define xTaskNotifyStateClear(handle)					\
	xTaskNotifyStateClearIndexed(handle, tskDEFAULT_INDEX_TO_NOTIFY)

/**
 * ulTaskNotifyValueClearIndexed() - clear bits of a task's notification value
 * @handle: the task; NULL: the calling one
 * @index: which of the task's notifications
 * @bits: the bits
 *
 * A pending notification stays pending.
 *
 * Context: Sender.
 * Return: the previous value; 0 if there is no notification @index, or @handle is NULL
 *	outside of a task.
 */
static inline uint32_t ulTaskNotifyValueClearIndexed(TaskHandle_t handle,
						     UBaseType_t index,
						     uint32_t bits)
{
	struct freertos_note *note;
	unsigned long flags;
	uint32_t before;

	handle = handle ?: __freertos_self("ulTaskNotifyValueClear");
	note = __freertos_note(handle, index);
	if (!note)
		return 0;
	spin_lock_irqsave(&note->lock, flags);
	before = note->value;
	note->value = before & ~bits;
	spin_unlock_irqrestore(&note->lock, flags);
	return before;
}

/**
 * ulTaskNotifyValueClear() - ulTaskNotifyValueClearIndexed() with index 0
 * @handle: the task; NULL: the calling one
 * @bits: the bits
 *
 * Context: Sender.
 * Return: as ulTaskNotifyValueClearIndexed().
 */
#define ulTaskNotifyValueClear(handle, bits)				\
	ulTaskNotifyValueClearIndexed(handle, tskDEFAULT_INDEX_TO_NOTIFY, bits)

#endif /* _RTALLOC_PORT_FREERTOS_NOTIFY_H */
