/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_timers.h - FreeRTOS's software timers over Linux's delayed works:
 * optional, for drivers that have some.
 *
 * A callback runs in process context, in one of the system's workers, not in one
 * task for all timers: callbacks of one timer come one after the other, those of
 * two timers may run at once, and one that sleeps keeps no other waiting. Commands
 * take effect at once; there is no queue of them that could be full, so the ticks
 * to wait for room do not matter and the answer is pdPASS.
 *
 * xTimerDelete() waits until the callback is not running, so that a driver can free
 * what it uses and be unloaded; called by the timer's own callback it cannot, and
 * the timer is gone when that returns. A driver that is about to be unloaded
 * deletes its timers from outside, for a worker still has to return from the
 * callback.
 *
 * Timers lie in the heap of freertos.h. A period is in ticks (freertos_types.h); 0
 * and more than 2^31 - 1 are refused. Not here: xTimerPendFunctionCall(), timers in
 * static memory.
 *
 * The classes of ``Context:``, as that of senders, are described in freertos_ipc.h.
 */
#ifndef _RTALLOC_PORT_FREERTOS_TIMERS_H
#define _RTALLOC_PORT_FREERTOS_TIMERS_H

#include <linux/kernel.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <rtalloc/port/freertos_ipc.h>

struct freertos_timer;
typedef struct freertos_timer *TimerHandle_t;

/**
 * typedef TimerCallbackFunction_t - what a timer does when its time has come
 * @timer: the timer
 *
 * It may sleep, and may start, stop or delete its timer. It is no task: the calls on
 * the calling task and its notifications fail, for this is a worker of Linux's.
 *
 * Context: Process context, in a worker of the system's.
 */
typedef void (*TimerCallbackFunction_t)(TimerHandle_t timer);
typedef void (*PendedFunction_t)(void *parameter1, uint32_t parameter2);

/**
 * struct freertos_timer - a timer, known by its TimerHandle_t
 * @work: runs @callback
 * @lock: guards what is below, and the time of @work
 * @name: as xTimerCreate() was given it, not copied
 * @id: the driver's, see pvTimerGetTimerID()
 * @callback: what it does
 * @period: ticks
 * @expiry: the time in ticks at which it is due next, or was last
 * @reloads: it is due again a @period after each @expiry
 * @is_active: it is due at @expiry; if not, it is dormant
 * @is_deleted: by its own callback; it is freed behind that
 * @runner: in whose callback it is, or NULL
 */
struct freertos_timer {
	struct delayed_work work;
	spinlock_t lock;	/* guards what is below, and the work's time */
	const char *name;
	void *id;
	TimerCallbackFunction_t callback;
	TickType_t period;
	TickType_t expiry;
	bool reloads;
	bool is_active;
	bool is_deleted;		/* by its own callback */
	struct task_struct *runner;	/* in whose callback it is */
};

/* From @from on; the lock is held. */
static inline void __freertos_timer_set(TimerHandle_t timer, TickType_t from)
{
	int32_t left;

	timer->expiry = from + timer->period;
	timer->is_active = true;
	left = timer->expiry - xTaskGetTickCount();
	cancel_delayed_work(&timer->work);
	schedule_delayed_work(&timer->work, left > 0 ? left : 0);
}

/*
 * Is it due? One that was stopped or set anew since it was queued is not. Its next
 * time is counted from this one, so that nothing adds up.
 */
static inline bool __freertos_timer_is_due(TimerHandle_t timer)
{
	unsigned long flags;
	bool is_due;

	spin_lock_irqsave(&timer->lock, flags);
	is_due = timer->is_active &&
		 (int32_t)(xTaskGetTickCount() - timer->expiry) >= 0;
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
 * xTimerCreate() - make a timer, which is dormant
 * @name: for pcTimerGetName(); not copied, and the driver's to keep
 * @period: ticks, 1 to 2^31 - 1
 * @reloads: pdTRUE: it is due again and again; pdFALSE: once for each start
 * @id: the driver's, for pvTimerGetTimerID()
 * @callback: what it does; not NULL
 *
 * Context: Sender.
 * Return: the timer; NULL: there is no memory, or no such @period.
 */
static inline TimerHandle_t xTimerCreate(const char *name, TickType_t period,
					 BaseType_t reloads, void *id,
					 TimerCallbackFunction_t callback)
{
	TimerHandle_t timer = period - 1 < INT_MAX ?
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

/* @period 0: as it was. From now on. */
static inline BaseType_t __freertos_timer_start(TimerHandle_t timer,
						TickType_t period)
{
	unsigned long flags;

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

	spin_lock_irqsave(&timer->lock, flags);
	timer->is_active = false;
	cancel_delayed_work(&timer->work);
	spin_unlock_irqrestore(&timer->lock, flags);
	return pdPASS;
}

/**
 * xTimerStart() - let a timer be due a period from now
 * @timer: the timer; one that is active begins anew
 * @ticks: ignored
 *
 * Nothing happens to a timer that its own callback has deleted.
 *
 * Context: Sender.
 * Return: pdPASS.
 */
#define xTimerStart(timer, ticks)	((void)(ticks), __freertos_timer_start(timer, 0))

/* As xTimerStart(). */
#define xTimerReset(timer, ticks)	xTimerStart(timer, ticks)

/**
 * xTimerStop() - make a timer dormant
 * @timer: the timer
 * @ticks: ignored
 *
 * A callback that has begun is not waited for; none begins afterwards.
 * xTimerDelete() waits.
 *
 * Context: Sender.
 * Return: pdPASS.
 */
#define xTimerStop(timer, ticks)	((void)(ticks), __freertos_timer_stop(timer))

/**
 * xTimerChangePeriod() - start a timer with another period
 * @timer: the timer; one that is dormant is started, too
 * @period: ticks, 1 to 2^31 - 1, counted from now
 * @ticks: ignored
 *
 * Context: Sender.
 * Return: pdPASS; pdFAIL: there is no such @period, and nothing changes.
 */
static inline BaseType_t xTimerChangePeriod(TimerHandle_t timer,
					    TickType_t period, TickType_t ticks)
{
	(void)ticks;
	return period - 1 < INT_MAX ? __freertos_timer_start(timer, period) :
				      pdFAIL;
}

/*
 * It is a worker of Linux's that runs the callback, and Linux decides when: @woken
 * is never set.
 */
#define __FREERTOS_NOBODY_WOKEN(woken, call)				\
	({								\
		BaseType_t *__woken = (woken);				\
									\
		(void)__woken;						\
		(call);							\
	})

/**
 * xTimerStartFromISR() - xTimerStart() for code of an interrupt
 * @timer: the timer
 * @woken: not set; may be NULL
 *
 * Context: Sender.
 * Return: pdPASS.
 */
#define xTimerStartFromISR(timer, woken)				\
	__FREERTOS_NOBODY_WOKEN(woken, xTimerStart(timer, 0))

/* As xTimerStartFromISR(). */
#define xTimerResetFromISR(timer, woken)				\
	__FREERTOS_NOBODY_WOKEN(woken, xTimerStart(timer, 0))

/* As xTimerStop(); @woken as for xTimerStartFromISR(). */
#define xTimerStopFromISR(timer, woken)					\
	__FREERTOS_NOBODY_WOKEN(woken, xTimerStop(timer, 0))

/* As xTimerChangePeriod(); @woken as for xTimerStartFromISR(). */
#define xTimerChangePeriodFromISR(timer, period, woken)			\
	__FREERTOS_NOBODY_WOKEN(woken, xTimerChangePeriod(timer, period, 0))

/**
 * xTimerDelete() - stop a timer, wait for its callback, and free it
 * @timer: the timer; not NULL; its handle is not valid any more
 * @ticks: ignored
 *
 * Nobody may start or stop the timer meanwhile. In the timer's own callback it does
 * not wait, and the timer is freed when that returns.
 *
 * Context: Process context, may sleep. The caller must hold nothing that the
 *	callback needs for its end.
 * Return: pdPASS.
 */
static inline BaseType_t xTimerDelete(TimerHandle_t timer, TickType_t ticks)
{
	(void)ticks;
	__freertos_timer_stop(timer);
	if (READ_ONCE(timer->runner) == current) {
		timer->is_deleted = true;
		return pdPASS;
	}
	cancel_delayed_work_sync(&timer->work);
	vPortFree(timer);
	return pdPASS;
}

/**
 * xTimerIsTimerActive() - is a timer due at some time?
 * @timer: the timer
 *
 * One that does not reload is dormant from the moment on at which its callback
 * begins.
 *
 * Context: Any.
 * Return: pdTRUE or pdFALSE.
 */
static inline BaseType_t xTimerIsTimerActive(TimerHandle_t timer)
{
	return READ_ONCE(timer->is_active);
}

/**
 * pvTimerGetTimerID() - what xTimerCreate() or vTimerSetTimerID() was given
 * @timer: the timer
 *
 * Context: Any.
 * Return: the pointer.
 */
static inline void *pvTimerGetTimerID(TimerHandle_t timer)
{
	return READ_ONCE(timer->id);
}

/**
 * vTimerSetTimerID() - have pvTimerGetTimerID() return something else
 * @timer: the timer
 * @id: the driver's
 *
 * Context: Any.
 */
static inline void vTimerSetTimerID(TimerHandle_t timer, void *id)
{
	WRITE_ONCE(timer->id, id);
}

/**
 * pcTimerGetName() - the name that xTimerCreate() was given
 * @timer: the timer
 *
 * Context: Any.
 * Return: the pointer of that time.
 */
#define pcTimerGetName(timer)		((timer)->name)

/**
 * xTimerGetPeriod() - ticks of a timer's period
 * @timer: the timer
 *
 * Context: Any.
 * Return: ticks.
 */
#define xTimerGetPeriod(timer)		READ_ONCE((timer)->period)

/**
 * xTimerGetExpiryTime() - the time at which an active timer is due
 * @timer: the timer
 *
 * Context: Any.
 * Return: ticks, as of xTaskGetTickCount(); for a dormant timer a time that is over
 *	or was given up.
 */
#define xTimerGetExpiryTime(timer)	READ_ONCE((timer)->expiry)

/**
 * vTimerSetReloadMode() - say whether a timer is due again and again
 * @timer: the timer
 * @on: pdTRUE or pdFALSE; counts when the timer is due next
 *
 * Context: Any.
 */
#define vTimerSetReloadMode(timer, on)	WRITE_ONCE((timer)->reloads, on)

/* What was said: pdTRUE or pdFALSE. Context: any. Two spellings. */
#define xTimerGetReloadMode(timer)	((BaseType_t)READ_ONCE((timer)->reloads))
#define uxTimerGetReloadMode(timer)	((UBaseType_t)READ_ONCE((timer)->reloads))

#endif /* _RTALLOC_PORT_FREERTOS_TIMERS_H */
