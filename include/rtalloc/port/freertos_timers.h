/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_timers.h - FreeRTOS's software timers on top of Linux's delayed works: optional.
 *
 * A callback runs in process context, in a kworker. FreeRTOS runs all callbacks in one task;
 * here calls of one timer's callback do not overlap, but the callbacks of two timers may run
 * at the same time, and one that sleeps does not delay others. Commands take effect at once.
 * There is no command queue that could be full, so the ticks to wait for room are ignored,
 * and the commands return pdPASS.
 *
 * xTimerDelete() waits until the callback is not running, so that a driver may free what it
 * uses and may be unloaded. Called by the timer's own callback it cannot wait; the timer is
 * freed when the callback returns. A driver that is about to be unloaded must delete its
 * timers from elsewhere, because the kworker still has to return from the callback's code.
 *
 * Timers are allocated in the heap of freertos.h. A period is in ticks (freertos_types.h);
 * periods of 0 and of more than 2^31 - 1 are refused. Timers in static memory are not
 * supported.
 *
 * freertos_ipc.h describes the classes of ``Context:``.
 */
#ifndef _RTALLOC_PORT_FREERTOS_TIMERS_H
#define _RTALLOC_PORT_FREERTOS_TIMERS_H

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <rtalloc/port/freertos_ipc.h>

struct freertos_timer;
typedef struct freertos_timer *TimerHandle_t;

/**
 * typedef TimerCallbackFunction_t - function that is called when a timer expires
 * @timer: the timer
 *
 * It may sleep, and may start, stop or delete its timer. It does not run in a task, so
 * functions on the calling task and its notifications fail.
 *
 * Context: Process context, in a kworker.
 */
typedef void (*TimerCallbackFunction_t)(TimerHandle_t timer);

/**
 * typedef PendedFunction_t - function that xTimerPendFunctionCall() has called later
 * @parameter1: the first argument that xTimerPendFunctionCall() was given
 * @parameter2: the second one
 *
 * It may sleep; meanwhile no other pended function is called. It does not run in a task.
 *
 * Context: Process context, in a kworker.
 */
typedef void (*PendedFunction_t)(void *parameter1, uint32_t parameter2);

/**
 * struct freertos_timer - what a TimerHandle_t points to
 * @work: calls @callback
 * @lock: guards the members below, and the time of @work
 * @name: the pointer that xTimerCreate() was given
 * @id: for the driver's use, see pvTimerGetTimerID()
 * @callback: the function to call
 * @period: the period in ticks
 * @expiry: the tick at which the timer is due, or was due last
 * @reloads: the timer is periodic
 * @is_active: the timer is due at @expiry; otherwise it is dormant
 * @is_deleted: deleted by its own callback; it is freed when that returns
 * @runner: the task that is in @callback, or NULL
 */
struct freertos_timer {
	struct delayed_work work;
	spinlock_t lock;	/* guards the members below, and the work's time */
	const char *name;
	void *id;
	TimerCallbackFunction_t callback;
	TickType_t period;
	TickType_t expiry;
	bool reloads;
	bool is_active;
	bool is_deleted;
	struct task_struct *runner;
};

/* Have the work begin when the timer is due. The caller holds the lock. */
static inline void __freertos_timer_queue(TimerHandle_t timer)
{
	int32_t left = timer->expiry - xTaskGetTickCount();

	cancel_delayed_work(&timer->work);
	schedule_delayed_work(&timer->work, left > 0 ? left : 0);
}

/* Start the timer: it is due a period after @from. The caller holds the lock. */
static inline void __freertos_timer_set(TimerHandle_t timer, TickType_t from)
{
	timer->expiry = from + timer->period;
	timer->is_active = true;
	__freertos_timer_queue(timer);
}

/*
 * Check whether the timer is due: it may have been stopped or restarted since the work was
 * queued, and Linux begins a work too early if its delay is longer than Linux's timers can
 * be. A periodic timer is restarted from the time when it was due, so that delays do not
 * accumulate.
 */
static inline bool __freertos_timer_is_due(TimerHandle_t timer)
{
	unsigned long flags;
	bool is_due;

	spin_lock_irqsave(&timer->lock, flags);
	is_due = timer->is_active &&
		 (int32_t)(xTaskGetTickCount() - timer->expiry) >= 0;
	if (timer->is_active && !is_due)
		__freertos_timer_queue(timer);
	if (is_due) {
		timer->is_active = false;
		timer->runner = current;
		if (timer->reloads)
			__freertos_timer_set(timer, timer->expiry);
	}
	spin_unlock_irqrestore(&timer->lock, flags);
	return is_due;
}

static inline void __freertos_timer_run(struct work_struct *work)
{
	TimerHandle_t timer = container_of(to_delayed_work(work),
					   struct freertos_timer, work);

	if (!__freertos_timer_is_due(timer))
		return;
	timer->callback(timer);
	timer->runner = NULL;
	if (timer->is_deleted)
		vPortFree(timer);
}

/**
 * xTimerCreate() - create a dormant timer
 * @name: for pcTimerGetName(); it is not copied, so it must stay
 * @period: the period in ticks, 1 to 2^31 - 1
 * @reloads: pdTRUE: the timer is periodic; pdFALSE: it expires once after each start
 * @id: for pvTimerGetTimerID()
 * @callback: the function to call
 *
 * Context: Sender.
 * Return: the timer; NULL if there is no memory, @period is out of range, or @callback is
 *	NULL.
 */
static inline TimerHandle_t xTimerCreate(const char *name, TickType_t period,
					 BaseType_t reloads, void *id,
					 TimerCallbackFunction_t callback)
{
	TimerHandle_t timer = callback && period - 1 < INT_MAX ?
			      pvPortCalloc(1, sizeof(*timer)) : NULL;

	if (!timer)
		return NULL;
	INIT_DELAYED_WORK(&timer->work, __freertos_timer_run);
	spin_lock_init(&timer->lock);
	timer->name = name;
	timer->id = id;
	timer->callback = callback;
	timer->period = period;
	timer->reloads = reloads;
	return timer;
}

/* Start the timer from now on, with @period, or with its present period if that is 0. */
static inline BaseType_t __freertos_timer_start(TimerHandle_t timer,
						TickType_t period)
{
	unsigned long flags;

	if (!__freertos_is(timer, "xTimerStart"))
		return pdFAIL;
	spin_lock_irqsave(&timer->lock, flags);
	if (period)
		timer->period = period;
	if (!timer->is_deleted)
		__freertos_timer_set(timer, xTaskGetTickCount());
	spin_unlock_irqrestore(&timer->lock, flags);
	return pdPASS;
}

static inline BaseType_t __freertos_timer_stop(TimerHandle_t timer)
{
	unsigned long flags;

	if (!__freertos_is(timer, "xTimerStop"))
		return pdFAIL;
	spin_lock_irqsave(&timer->lock, flags);
	timer->is_active = false;
	cancel_delayed_work(&timer->work);
	spin_unlock_irqrestore(&timer->lock, flags);
	return pdPASS;
}

/**
 * xTimerStart() - start a timer, or restart one that is active
 * @timer: the timer; it expires a period from now
 * @ticks: ignored
 *
 * A timer that its own callback has deleted is not started.
 *
 * Context: Sender.
 * Return: pdPASS; pdFAIL if @timer is NULL.
 */
#define xTimerStart(timer, ticks)	((void)(ticks), __freertos_timer_start(timer, 0))

/* Same as xTimerStart(). */
#define xTimerReset(timer, ticks)	xTimerStart(timer, ticks)

/**
 * xTimerStop() - stop a timer, which becomes dormant
 * @timer: the timer
 * @ticks: ignored
 *
 * The callback may still be running afterwards, but is not called any more. xTimerDelete()
 * waits for it.
 *
 * Context: Sender.
 * Return: pdPASS; pdFAIL if @timer is NULL.
 */
#define xTimerStop(timer, ticks)	((void)(ticks), __freertos_timer_stop(timer))

/**
 * xTimerChangePeriod() - start a timer with another period
 * @timer: the timer; a dormant one is started, too
 * @period: the new period in ticks, 1 to 2^31 - 1; the timer expires a period from now
 * @ticks: ignored
 *
 * Context: Sender.
 * Return: pdPASS; pdFAIL if @period is out of range or @timer is NULL, then nothing changes.
 */
static inline BaseType_t xTimerChangePeriod(TimerHandle_t timer,
					    TickType_t period, TickType_t ticks)
{
	(void)ticks;
	return period - 1 < INT_MAX ? __freertos_timer_start(timer, period) :
				      pdFAIL;
}

/*
 * A kworker runs the callback, and Linux decides when: @woken is never set.
 */
#define __FREERTOS_NOBODY_WOKEN(woken, call)				\
	({								\
		BaseType_t *__woken = (woken);				\
									\
		(void)__woken;						\
		(call);							\
	})

/**
 * xTimerStartFromISR() - xTimerStart() for interrupt handlers
 * @timer: the timer
 * @woken: not set; may be NULL
 *
 * Context: Sender.
 * Return: pdPASS; pdFAIL if @timer is NULL.
 */
#define xTimerStartFromISR(timer, woken)				\
	__FREERTOS_NOBODY_WOKEN(woken, xTimerStart(timer, 0))

/* Same as xTimerStartFromISR(). */
#define xTimerResetFromISR(timer, woken)				\
	__FREERTOS_NOBODY_WOKEN(woken, xTimerStart(timer, 0))

/* Same as xTimerStop(); @woken as for xTimerStartFromISR(). */
#define xTimerStopFromISR(timer, woken)					\
	__FREERTOS_NOBODY_WOKEN(woken, xTimerStop(timer, 0))

/* Same as xTimerChangePeriod(); @woken as for xTimerStartFromISR(). */
#define xTimerChangePeriodFromISR(timer, period, woken)			\
	__FREERTOS_NOBODY_WOKEN(woken, xTimerChangePeriod(timer, period, 0))

/**
 * xTimerDelete() - stop a timer, wait for its callback, and free it
 * @timer: the timer; the handle is invalid afterwards
 * @ticks: ignored
 *
 * Nobody may start or stop the timer meanwhile. Called by the timer's own callback this does
 * not wait; the timer is freed when the callback returns.
 *
 * Context: Process context, may sleep. The caller must not hold anything that the callback
 *	needs in order to return.
 * Return: pdPASS; pdFAIL if @timer is NULL.
 */
static inline BaseType_t xTimerDelete(TimerHandle_t timer, TickType_t ticks)
{
	(void)ticks;
	if (__freertos_timer_stop(timer) != pdPASS)
		return pdFAIL;
	if (READ_ONCE(timer->runner) == current) {
		timer->is_deleted = true;
		return pdPASS;
	}
	cancel_delayed_work_sync(&timer->work);
	vPortFree(timer);
	return pdPASS;
}

/**
 * xTimerIsTimerActive() - is a timer active, and not dormant?
 * @timer: the timer
 *
 * A timer that is not periodic becomes dormant when its callback is called.
 *
 * Context: Any.
 * Return: pdTRUE or pdFALSE.
 */
static inline BaseType_t xTimerIsTimerActive(TimerHandle_t timer)
{
	return __freertos_is(timer, "xTimerIsTimerActive") ?
	       READ_ONCE(timer->is_active) : pdFALSE;
}

/**
 * pvTimerGetTimerID() - get the ID that xTimerCreate() or vTimerSetTimerID() was given
 * @timer: the timer
 *
 * Context: Any.
 * Return: the pointer.
 */
static inline void *pvTimerGetTimerID(TimerHandle_t timer)
{
	return __freertos_is(timer, "pvTimerGetTimerID") ?
	       READ_ONCE(timer->id) : NULL;
}

/**
 * vTimerSetTimerID() - set the ID that pvTimerGetTimerID() returns
 * @timer: the timer
 * @id: the new ID
 *
 * Context: Any.
 */
static inline void vTimerSetTimerID(TimerHandle_t timer, void *id)
{
	if (__freertos_is(timer, "vTimerSetTimerID"))
		/* Publishes what @id points to. Pairs with pvTimerGetTimerID(). */
		smp_store_release(&timer->id, id);
}

/**
 * pcTimerGetName() - get the name that xTimerCreate() was given
 * @timer: the timer
 *
 * Context: Any.
 * Return: the pointer.
 */
static inline const char *pcTimerGetName(TimerHandle_t timer)
{
	return __freertos_is(timer, "pcTimerGetName") ? timer->name : NULL;
}

/**
 * xTimerGetPeriod() - get the period of a timer
 * @timer: the timer
 *
 * Context: Any.
 * Return: ticks.
 */
static inline TickType_t xTimerGetPeriod(TimerHandle_t timer)
{
	return __freertos_is(timer, "xTimerGetPeriod") ?
	       READ_ONCE(timer->period) : 0;
}

/**
 * xTimerGetExpiryTime() - get the time at which an active timer expires
 * @timer: the timer
 *
 * Context: Any.
 * Return: the tick, comparable with xTaskGetTickCount(); of a dormant timer, the one at which
 *	it has expired, or was due when it was stopped.
 */
static inline TickType_t xTimerGetExpiryTime(TimerHandle_t timer)
{
	return __freertos_is(timer, "xTimerGetExpiryTime") ?
	       READ_ONCE(timer->expiry) : 0;
}

/**
 * vTimerSetReloadMode() - set whether a timer is periodic
 * @timer: the timer
 * @on: pdTRUE or pdFALSE; takes effect when the timer expires next
 *
 * Context: Any.
 */
static inline void vTimerSetReloadMode(TimerHandle_t timer, BaseType_t on)
{
	if (__freertos_is(timer, "vTimerSetReloadMode"))
		WRITE_ONCE(timer->reloads, on);
}

/* Get whether a timer is periodic: pdTRUE or pdFALSE. Context: any. */
static inline BaseType_t xTimerGetReloadMode(TimerHandle_t timer)
{
	return __freertos_is(timer, "xTimerGetReloadMode") ?
	       READ_ONCE(timer->reloads) : pdFALSE;
}

/* The older name of the function. */
#define uxTimerGetReloadMode(timer)	((UBaseType_t)xTimerGetReloadMode(timer))

/* ---- pended functions ------------------------------------------------------ */

/* Both are documented at their definition, in port/freertos_pend.c. */
BaseType_t __freertos_pend(PendedFunction_t function, void *parameter1,
			   uint32_t parameter2, struct module *owner);
void vTimerPendFlush(void);

/**
 * xTimerPendFunctionCall() - have a function called later, in process context
 * @function: the function to call, of the driver's own module
 * @parameter1: its first argument
 * @parameter2: its second argument
 * @ticks: ignored
 *
 * As in FreeRTOS, the pended functions of all drivers are called one at a time, in the order
 * in which they were pended. Callbacks of timers may run at the same time. A call cannot be
 * cancelled. The driver cannot be unloaded before the function has returned, and never if the
 * function always pends itself. An init that fails, and a remove function, must call
 * vTimerPendFlush() when nothing can pend any more.
 *
 * Context: Sender. It takes a few bytes of the kernel's memory.
 * Return: pdPASS; pdFAIL if @function is NULL, there is no memory, or the driver is being
 *	unloaded: the function is not called.
 */
static inline BaseType_t xTimerPendFunctionCall(PendedFunction_t function,
						void *parameter1,
						uint32_t parameter2,
						TickType_t ticks)
{
	(void)ticks;
	return __freertos_pend(function, parameter1, parameter2, THIS_MODULE);
}

/**
 * xTimerPendFunctionCallFromISR() - xTimerPendFunctionCall() for interrupt handlers
 * @function: as for xTimerPendFunctionCall()
 * @parameter1: as for xTimerPendFunctionCall()
 * @parameter2: as for xTimerPendFunctionCall()
 * @woken: not set; may be NULL
 *
 * Context: Sender.
 * Return: as xTimerPendFunctionCall().
 */
#define xTimerPendFunctionCallFromISR(function, parameter1, parameter2, woken)	\
	__FREERTOS_NOBODY_WOKEN(woken, xTimerPendFunctionCall(function,	\
					parameter1, parameter2, 0))

#endif /* _RTALLOC_PORT_FREERTOS_TIMERS_H */
