/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_tasks.h - FreeRTOS's tasks and notifications: included by freertos_ipc.h, which
 * has the rules for all objects and the classes of ``Context:``.
 *
 * A task is a kthread with a handle. A task that is created without storing its handle is
 * freed when it ends, and its driver cannot be unloaded until then.
 */
#ifndef _RTALLOC_PORT_FREERTOS_TASKS_H
#define _RTALLOC_PORT_FREERTOS_TASKS_H

#include <linux/err.h>
#include <linux/module.h>
#include <rtalloc/port/freertos_types.h>
#include <rtalloc/port/thread.h>

/**
 * portYIELD_FROM_ISR() - do nothing: Linux's scheduler runs woken tasks by itself
 * @woken: the value that a function ending in FromISR has set
 *
 * Context: Any.
 */
#define portYIELD_FROM_ISR(woken)	((void)(woken))

/* Same as portYIELD_FROM_ISR(). */
#define portEND_SWITCHING_ISR(woken)	((void)(woken))

/* portMAX_DELAY waits without a limit. */
static inline long __freertos_ticks(TickType_t ticks)
{
	return ticks == portMAX_DELAY ? -1 : (long)ticks;
}

/* Is @handle not NULL? If it is, log that. A macro, so that each place that uses it logs once. */
#define __freertos_is(handle, call)					\
({									\
	bool __is = (handle);						\
									\
	if (!__is)							\
		pr_warn_once("freertos: %s() of NULL\n", call);	\
	__is;								\
})

/* ---- tasks -------------------------------------------------------------- */

/* Values for arguments that xTaskCreate() ignores. */
#define tskIDLE_PRIORITY	((UBaseType_t)0)
#define configMINIMAL_STACK_SIZE	128
#define configMAX_PRIORITIES	32

/**
 * typedef TaskFunction_t - function of a task
 * @pvParameters: the argument that xTaskCreate() was given
 *
 * It may return, which is an error in FreeRTOS. The task then sleeps until another task
 * calls vTaskDelete() for it.
 *
 * Context: Process context, in a kthread of its own.
 */
typedef void (*TaskFunction_t)(void *pvParameters);

/**
 * struct freertos_task - what a TaskHandle_t points to
 * @thread: the part that port/threads.c uses
 * @task: the kthread, for sched_set_fifo() and the like
 * @function: the task's function
 * @parameters: argument of @function
 * @lock: guards @value and @is_pending
 * @waiting: where the task waits for a notification
 * @value: the notification value
 * @is_pending: there is a notification that the task has not taken yet
 */
struct freertos_task {
	struct port_thread thread;
	struct task_struct *task;
	TaskFunction_t function;
	void *parameters;
	spinlock_t lock;	/* guards value, is_pending */
	wait_queue_head_t waiting;
	uint32_t value;
	bool is_pending;
};

typedef struct freertos_task *TaskHandle_t;

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

/**
 * xTaskShouldStop() - has vTaskDelete() been called for the calling task?
 *
 * New here: a loop ``for (;;)`` that does not check the results of its waits becomes
 * ``while (!xTaskShouldStop())``.
 *
 * Context: Process context, does not sleep.
 * Return: true if it has; false in an ordinary process.
 */
static inline bool xTaskShouldStop(void)
{
	return port_thread_should_stop();
}

static inline void __freertos_task_run(struct port_thread *thread)
{
	TaskHandle_t handle = container_of(thread, struct freertos_task, thread);

	handle->function(handle->parameters);
}

static inline void __freertos_task_free(struct port_thread *thread)
{
	vPortFree(container_of(thread, struct freertos_task, thread));
}

/* Create the kthread of a task. Returns it, or an ERR_PTR(). */
static inline int __freertos_task_make(TaskHandle_t handle, const char *name,
				       bool is_kept)
{
	struct port_thread *thread = &handle->thread;

	handle->task = port_thread_create(thread, PORT_THREAD_FREERTOS,
					  __freertos_task_run, name);
	if (IS_ERR(handle->task))
		return PTR_ERR(handle->task);
	if (is_kept || port_thread_unkept(thread, handle->task, THIS_MODULE,
					  __freertos_task_free))
		return 0;
	kthread_stop(handle->task);
	return -ENODEV;
}

/**
 * xTaskCreate() - create a task and start it
 * @function: the task's function
 * @name: name of the kthread, as ps shows it; not NULL
 * @stack: ignored, Linux chooses the stack of a kthread
 * @parameters: argument of @function; what it points to must live until vTaskDelete() has
 *	returned
 * @priority: ignored; a task that needs a priority calls sched_set_fifo()
 * @created: where to store the handle, before the task runs; NULL: do not store it
 *
 * The handle is allocated in FreeRTOS's heap, the kthread in the kernel's memory.
 *
 * With @created NULL, nobody has to delete the task: it is freed after its function has
 * returned or has called vTaskDelete(NULL). Until then the driver cannot be unloaded; if the
 * task never ends, it can never be. The handle that xTaskGetCurrentTaskHandle() returns to
 * the task is valid until then.
 *
 * Context: Starts a task. It fails if the calling process is being killed, and with
 *	@created NULL if the driver is being unloaded.
 * Return: pdPASS; errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY if there is no memory or it failed
 *	for another reason, then *@created is not changed.
 */
static inline BaseType_t xTaskCreate(TaskFunction_t function, const char *name,
				     size_t stack, void *parameters,
				     UBaseType_t priority, TaskHandle_t *created)
{
	TaskHandle_t handle = pvPortCalloc(1, sizeof(*handle));

	(void)stack;
	(void)priority;
	if (!handle)
		return errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY;
	handle->function = function;
	handle->parameters = parameters;
	spin_lock_init(&handle->lock);
	init_waitqueue_head(&handle->waiting);
	if (__freertos_task_make(handle, name, created)) {
		vPortFree(handle);
		return errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY;
	}
	/* Stored before the task runs, which may read the handle at once. */
	if (created)
		*created = handle;
	wake_up_process(handle->task);
	return pdPASS;
}

/**
 * xTaskGetCurrentTaskHandle() - get the handle of the calling task
 *
 * Context: Any; in an interrupt, the calling task is the interrupted one.
 * Return: the handle; NULL if the caller is not a task of xTaskCreate(), for example in a
 *	timer's callback.
 */
static inline TaskHandle_t xTaskGetCurrentTaskHandle(void)
{
	struct port_thread *thread = port_thread_self(PORT_THREAD_FREERTOS);

	return thread ? container_of(thread, struct freertos_task, thread) : NULL;
}

/* Get the calling task. If there is none, log that, once for each calling function. */
static inline TaskHandle_t __freertos_self(const char *call)
{
	TaskHandle_t self = xTaskGetCurrentTaskHandle();

	if (!self)
		pr_warn_once("freertos: %s() in what is no task does nothing\n",
			     call);
	return self;
}

/**
 * vTaskDelete() - ask a task to stop, wait until it has ended, and free it
 * @handle: the task; NULL, or its own handle: the calling task
 *
 * FreeRTOS stops a task wherever it is. Here the task is asked to stop, and runs on until
 * its function returns: from then on all its waits, except for a mutex, end at once. Its
 * function must release a mutex that it holds, and must not do anything that does not
 * terminate. A task that has not run yet may end without its function being called. The
 * handle is freed, so nobody may notify the task any more, or delete it again.
 *
 * As in FreeRTOS, a task that deletes itself does not return from this call. Its handle and
 * its kthread stay until another task calls vTaskDelete() with that handle, which must
 * happen before the driver is unloaded. A task whose handle was not stored is freed instead,
 * and must not be deleted by others then.
 *
 * Context: Ends a task. The caller must not hold anything that the task needs in order to
 *	end. With NULL outside of a task of xTaskCreate(), nothing happens, and the log says
 *	so.
 */
static inline void vTaskDelete(TaskHandle_t handle)
{
	struct module *owner;

	if (!handle && !__freertos_self("vTaskDelete"))
		return;
	if (!handle || handle == xTaskGetCurrentTaskHandle()) {
		port_thread_end();
		return;
	}
	owner = port_thread_keep(&handle->thread);
	kthread_stop(handle->task);
	vPortFree(handle);
	module_put(owner);
}

/**
 * vTaskDelay() - sleep for at least some ticks, or until the task is deleted
 * @ticks: ticks; 0 returns at once without letting others run; portMAX_DELAY sleeps until
 *	the task is deleted, and in a user process for ever
 *
 * Context: Waiter.
 */
static inline void vTaskDelay(TickType_t ticks)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(nobody_wakes);

	port_wait(nobody_wakes, false, __freertos_ticks(ticks));
}

/**
 * xTaskDelayUntil() - sleep until one period after the previous wake-up
 * @wake: the tick of the previous wake-up, initially from xTaskGetTickCount(); @increment is
 *	added to it
 * @increment: the period in ticks, less than 2^31
 *
 * Delays do not accumulate. If the time has passed already, this does not sleep.
 *
 * Context: Waiter, in process context always: whether it sleeps depends on
 *	the time.
 * Return: pdTRUE if it slept, pdFALSE if the time had passed already.
 */
static inline BaseType_t xTaskDelayUntil(TickType_t *wake, TickType_t increment)
{
	TickType_t now = xTaskGetTickCount();

	*wake += increment;
	if ((int32_t)(*wake - now) <= 0)
		return pdFALSE;
	vTaskDelay(*wake - now);
	return pdTRUE;
}

/* Same as xTaskDelayUntil(), without its result. */
#define vTaskDelayUntil(wake, increment)				\
	((void)xTaskDelayUntil(wake, increment))

/*
 * In Linux the scheduler always runs, also between vTaskSuspendAll() and xTaskResumeAll(),
 * which disable preemption on one processor only.
 */
#define taskSCHEDULER_SUSPENDED		((BaseType_t)0)
#define taskSCHEDULER_NOT_STARTED	((BaseType_t)1)
#define taskSCHEDULER_RUNNING		((BaseType_t)2)
#define xTaskGetSchedulerState()	taskSCHEDULER_RUNNING

/**
 * taskYIELD() - let other threads run if the scheduler wants that
 *
 * Context: Process context without a lock, may sleep.
 */
#define taskYIELD()			cond_resched()
#define portYIELD()			taskYIELD()

/**
 * vTaskSuspendAll() - disable preemption on this processor, as taskENTER_CRITICAL() does
 *
 * Other processors go on. On PREEMPT_RT no sender may be called before xTaskResumeAll().
 *
 * Context: Any.
 */
#define vTaskSuspendAll()		preempt_disable()

/**
 * xTaskResumeAll() - end a section of vTaskSuspendAll()
 *
 * Context: Where vTaskSuspendAll() was called.
 * Return: pdFALSE. (FreeRTOS returns whether another task has run.)
 */
#define xTaskResumeAll()		({ preempt_enable(); pdFALSE; })

/* Same as xTaskGetTickCount(). */
#define xTaskGetTickCountFromISR()	xTaskGetTickCount()

/* Size of a kthread's name, with its NUL. */
#define configMAX_TASK_NAME_LEN		TASK_COMM_LEN
#define configSTACK_DEPTH_TYPE		size_t

/**
 * pcTaskGetName() - get the name that xTaskCreate() was given
 * @handle: the task; NULL: the calling thread, of whatever kind
 *
 * Context: Any.
 * Return: the name, cut to configMAX_TASK_NAME_LEN - 1 characters; valid while the task
 *	exists.
 */
static inline char *pcTaskGetName(TaskHandle_t handle)
{
	return handle ? handle->task->comm : current->comm;
}

/* The older name of the function. */
#define pcTaskGetTaskName(handle)	pcTaskGetName(handle)

/* ---- timeouts ------------------------------------------------------------- */

/**
 * struct xTIME_OUT - start of a timeout
 * @xTimeOnEntering: the tick, from xTaskGetTickCount()
 */
typedef struct xTIME_OUT {
	TickType_t xTimeOnEntering;
} TimeOut_t;

/**
 * vTaskSetTimeOutState() - start a timeout now
 * @timeout: where to store the present tick
 *
 * Context: Any.
 */
static inline void vTaskSetTimeOutState(TimeOut_t *timeout)
{
	timeout->xTimeOnEntering = xTaskGetTickCount();
}

/**
 * xTaskCheckForTimeOut() - has a timeout expired?
 * @timeout: from vTaskSetTimeOutState(); updated to the present tick
 * @ticks: the ticks that remained at that time; updated to what remains now. With
 *	portMAX_DELAY the timeout never expires.
 *
 * It must be called at least once in 2^32 ticks.
 *
 * Context: Any.
 * Return: pdTRUE if it has expired, and *@ticks is set to 0; otherwise pdFALSE.
 */
static inline BaseType_t xTaskCheckForTimeOut(TimeOut_t *timeout,
					      TickType_t *ticks)
{
	TickType_t now = xTaskGetTickCount();
	TickType_t gone = now - timeout->xTimeOnEntering;

	if (*ticks == portMAX_DELAY)
		return pdFALSE;
	if (gone >= *ticks) {
		*ticks = 0;
		return pdTRUE;
	}
	*ticks -= gone;
	timeout->xTimeOnEntering = now;
	return pdFALSE;
}

/* ---- notifications ------------------------------------------------------ */

static inline bool __freertos_notify(TaskHandle_t handle, uint32_t value,
				     eNotifyAction action, uint32_t *before)
{
	unsigned long flags;
	bool is_taken;

	if (!handle)
		return false;
	spin_lock_irqsave(&handle->lock, flags);
	if (before)
		*before = handle->value;
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

/**
 * xTaskNotify() - notify a task, and change its notification value
 * @handle: the task; NULL notifies nobody
 * @value: the value that @action uses
 * @action: one of &enum eNotifyAction
 *
 * A task has one notification value, and one notification that may be pending until the task
 * takes it. Several notifications before that are not queued.
 *
 * Context: Sender.
 * Return: pdPASS; pdFAIL: @handle is NULL; or, with eSetValueWithoutOverwrite, a
 *	notification was pending, and the value is not changed.
 */
static inline BaseType_t xTaskNotify(TaskHandle_t handle, uint32_t value,
				     eNotifyAction action)
{
	return __freertos_notify(handle, value, action, NULL) ? pdPASS : pdFAIL;
}

/**
 * xTaskNotifyAndQuery() - xTaskNotify() that also returns the previous value
 * @handle: the task
 * @value: as for xTaskNotify()
 * @action: as for xTaskNotify()
 * @before: where to store the previous notification value; may be NULL
 *
 * Context: Sender.
 * Return: as xTaskNotify().
 */
static inline BaseType_t xTaskNotifyAndQuery(TaskHandle_t handle, uint32_t value,
					     eNotifyAction action,
					     uint32_t *before)
{
	return __freertos_notify(handle, value, action, before) ? pdPASS : pdFAIL;
}

/**
 * xTaskNotifyFromISR() - xTaskNotify() for interrupt handlers
 * @handle: the task; NULL notifies nobody
 * @value: the value that @action uses
 * @action: one of &enum eNotifyAction
 * @woken: set to pdTRUE if the task waits for a notification; may be NULL
 *
 * Context: Sender.
 * Return: as xTaskNotify().
 */
static inline BaseType_t xTaskNotifyFromISR(TaskHandle_t handle, uint32_t value,
					    eNotifyAction action,
					    BaseType_t *woken)
{
	if (woken && handle && wq_has_sleeper(&handle->waiting))
		*woken = pdTRUE;
	return xTaskNotify(handle, value, action);
}

/**
 * xTaskNotifyAndQueryFromISR() - xTaskNotifyAndQuery() for interrupt handlers
 * @handle: the task
 * @value: as for xTaskNotify()
 * @action: as for xTaskNotify()
 * @before: as for xTaskNotifyAndQuery()
 * @woken: as for xTaskNotifyFromISR()
 *
 * Context: Sender.
 * Return: as xTaskNotify().
 */
static inline BaseType_t
xTaskNotifyAndQueryFromISR(TaskHandle_t handle, uint32_t value,
			   eNotifyAction action, uint32_t *before,
			   BaseType_t *woken)
{
	if (woken && handle && wq_has_sleeper(&handle->waiting))
		*woken = pdTRUE;
	return xTaskNotifyAndQuery(handle, value, action, before);
}

/**
 * xTaskNotifyGive() - add 1 to a task's notification value, for ulTaskNotifyTake()
 * @handle: the task; NULL notifies nobody
 *
 * The value wraps around at 2^32.
 *
 * Context: Sender.
 * Return: pdPASS; pdFAIL: @handle is NULL.
 */
#define xTaskNotifyGive(handle)		xTaskNotify(handle, 0, eIncrement)

/**
 * vTaskNotifyGiveFromISR() - xTaskNotifyGive() for interrupt handlers
 * @handle: the task; NULL notifies nobody
 * @woken: set to pdTRUE if the task waits for a notification; may be NULL
 *
 * Context: Sender.
 */
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

/**
 * ulTaskNotifyTake() - wait until the calling task's notification value is not 0
 * @clear: pdTRUE: set it to 0, as a binary semaphore; pdFALSE: subtract 1, as a
 *	counting one
 * @ticks: the longest wait, in ticks
 *
 * Unlike in FreeRTOS, a notification that leaves the value at 0, as one with eNoAction, does
 * not end the wait.
 *
 * Context: Waiter, in a task of xTaskCreate(). Elsewhere it returns at once, and the log says
 *	so.
 * Return: the value before it was changed; 0 if no notification came in time, the task is
 *	being deleted, or the caller is not a task.
 */
static inline uint32_t ulTaskNotifyTake(BaseType_t clear, TickType_t ticks)
{
	TaskHandle_t self = __freertos_self("ulTaskNotifyTake");
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

/**
 * xTaskNotifyWait() - wait until a notification of the calling task is pending, and take it
 * @clear_first: bits of the value to clear before the wait, if none is pending
 * @clear_last: bits of the value to clear after the notification was taken
 * @value: where to store the value as it was before @clear_last; may be NULL
 * @ticks: the longest wait, in ticks
 *
 * Afterwards no notification is pending.
 *
 * Context: Waiter, in a task of xTaskCreate(). Elsewhere it returns at once, and the log says
 *	so.
 * Return: pdPASS; pdFAIL if no notification came in time, the task is being deleted, or the
 *	caller is not a task. *@value is set unless the caller is not a task.
 */
static inline BaseType_t xTaskNotifyWait(uint32_t clear_first,
					 uint32_t clear_last, uint32_t *value,
					 TickType_t ticks)
{
	TaskHandle_t self = __freertos_self("xTaskNotifyWait");
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

/**
 * xTaskNotifyStateClear() - cancel a pending notification
 * @handle: the task; NULL: the calling one
 *
 * The notification value is not changed.
 *
 * Context: Sender.
 * Return: pdTRUE; pdFALSE if none was pending, or @handle is NULL outside of a task.
 */
static inline BaseType_t xTaskNotifyStateClear(TaskHandle_t handle)
{
	unsigned long flags;
	BaseType_t was_pending;

	handle = handle ?: __freertos_self("xTaskNotifyStateClear");
	if (!handle)
		return pdFALSE;
	spin_lock_irqsave(&handle->lock, flags);
	was_pending = handle->is_pending;
	handle->is_pending = false;
	spin_unlock_irqrestore(&handle->lock, flags);
	return was_pending;
}

/**
 * ulTaskNotifyValueClear() - clear bits of a task's notification value
 * @handle: the task; NULL: the calling one
 * @bits: the bits
 *
 * A pending notification stays pending.
 *
 * Context: Sender.
 * Return: the previous value; 0 if @handle is NULL outside of a task.
 */
static inline uint32_t ulTaskNotifyValueClear(TaskHandle_t handle, uint32_t bits)
{
	unsigned long flags;
	uint32_t before;

	handle = handle ?: __freertos_self("ulTaskNotifyValueClear");
	if (!handle)
		return 0;
	spin_lock_irqsave(&handle->lock, flags);
	before = handle->value;
	handle->value = before & ~bits;
	spin_unlock_irqrestore(&handle->lock, flags);
	return before;
}

#endif /* _RTALLOC_PORT_FREERTOS_TASKS_H */
