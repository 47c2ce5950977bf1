/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_tasks.h - FreeRTOS's tasks and notifications: included by
 * freertos_ipc.h, which says what holds for all of them and what the classes of
 * ``Context:`` are.
 *
 * A task is a kthread with a handle. One that is created without a place for its
 * handle ends by itself, and keeps its driver loaded until then.
 */
#ifndef _RTALLOC_PORT_FREERTOS_TASKS_H
#define _RTALLOC_PORT_FREERTOS_TASKS_H

#include <linux/err.h>
#include <linux/module.h>
#include <rtalloc/port/freertos_types.h>
#include <rtalloc/port/thread.h>

/**
 * portYIELD_FROM_ISR() - let a task that was woken run; does nothing
 * @woken: what a call ending in FromISR stored
 *
 * Linux decides itself who runs after an interrupt.
 *
 * Context: Any.
 */
#define portYIELD_FROM_ISR(woken)	((void)(woken))

/* As portYIELD_FROM_ISR(). */
#define portEND_SWITCHING_ISR(woken)	((void)(woken))

/* portMAX_DELAY waits without a limit. */
static inline long __freertos_ticks(TickType_t ticks)
{
	return ticks == portMAX_DELAY ? -1 : (long)ticks;
}

/* ---- tasks -------------------------------------------------------------- */

/* For arguments of xTaskCreate(), which ignores them. */
#define tskIDLE_PRIORITY	((UBaseType_t)0)
#define configMINIMAL_STACK_SIZE	128
#define configMAX_PRIORITIES	32

/**
 * typedef TaskFunction_t - what a task does
 * @pvParameters: as xTaskCreate() was given it
 *
 * It may return, which is an error in FreeRTOS: the task then waits for
 * vTaskDelete() of somebody else.
 *
 * Context: Process context, in a kthread of its own.
 */
typedef void (*TaskFunction_t)(void *pvParameters);

/**
 * struct freertos_task - a task; drivers know it by its TaskHandle_t
 * @thread: by which it is found to be one
 * @task: its kthread, for sched_set_fifo() and the like
 * @function: what it does
 * @parameters: for @function
 * @lock: guards @value and @is_pending
 * @waiting: where the task itself waits for a notification
 * @value: its notification value
 * @is_pending: there is a notification that it has not taken
 */
struct freertos_task {
	struct port_thread thread;
	struct task_struct *task;
	TaskFunction_t function;
	void *parameters;
	spinlock_t lock;	/* guards value, is_pending */
	wait_queue_head_t waiting;
	uint32_t value;
	bool is_pending;	/* a notification that nobody took */
};

typedef struct freertos_task *TaskHandle_t;

/**
 * enum eNotifyAction - what a notification does to the task's value
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
 * New here: ``for (;;)`` in a task becomes ``while (!xTaskShouldStop())`` where the
 * loop does not look at the results of its waits.
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

/* The kthread of @handle, which is the driver's to keep or not; or an error. */
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
 * xTaskCreate() - start a task
 * @function: what it does
 * @name: of the kthread, as ps shows it; not NULL
 * @stack: ignored, a kthread has the stack that Linux gives it
 * @parameters: for @function; what it points to belongs to the driver and must live
 *	until vTaskDelete() has returned
 * @priority: ignored: the task calls sched_set_fifo() where it matters
 * @created: where to store the handle, before the task runs; NULL: nowhere
 *
 * The handle comes from FreeRTOS's heap, the task from the kernel's memory.
 *
 * With @created NULL nobody has to delete the task: what it had is freed after its
 * function has returned, or has called vTaskDelete(NULL). Until then the driver
 * cannot be unloaded: for ever, if it never does. Its own handle, which
 * xTaskGetCurrentTaskHandle() gives, is good for as long.
 *
 * Context: Starts a task. It fails if the calling process is being killed, and with
 *	@created NULL if the driver is being unloaded.
 * Return: pdPASS; errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY: there is no memory, or it
 *	failed, and *@created is as it was.
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
	/* It may look at its handle as soon as it runs. */
	if (created)
		*created = handle;
	wake_up_process(handle->task);
	return pdPASS;
}

/**
 * xTaskGetCurrentTaskHandle() - the handle of the calling task
 *
 * Context: Any; in an interrupt it is that of the task that it came to.
 * Return: the handle; NULL: this is no task of xTaskCreate(), but a process, a
 *	worker as that of a timer's callback, an interrupt's thread or another kthread.
 */
static inline TaskHandle_t xTaskGetCurrentTaskHandle(void)
{
	struct port_thread *thread = port_thread_self(PORT_THREAD_FREERTOS);

	return thread ? container_of(thread, struct freertos_task, thread) : NULL;
}

/* For calls that are a task's: the log says once which one was not. */
static inline TaskHandle_t __freertos_self(const char *call)
{
	TaskHandle_t self = xTaskGetCurrentTaskHandle();

	if (!self)
		pr_warn_once("freertos: %s() in what is no task does nothing\n",
			     call);
	return self;
}

/**
 * vTaskDelete() - end a task, and wait until it has ended
 * @handle: the task; NULL, or its own handle: the calling task
 *
 * FreeRTOS takes a task off its processor wherever it is. Here it is asked to stop
 * and goes on to the end of its function: all its waits but for a mutex end at once
 * from then on, and it must not begin anything that has no end. The owner of a mutex
 * gives it before it ends. If the task has not run at all so far, it may end without
 * its function being called. The handle is freed when this returns, so nobody may
 * notify the task any more, and only one may delete it.
 *
 * A task that deletes itself does not return from this call, as there. Its handle
 * and its kthread stay until somebody else calls vTaskDelete() with that handle,
 * which must happen before the driver is unloaded; but for one that was created
 * without a place for its handle, which nobody may delete any more then.
 *
 * Context: Ends a task. The caller must hold nothing that the task needs for its
 *	end. With NULL where there is no task of xTaskCreate() nothing happens, and
 *	the log says so.
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
 * vTaskDelay() - sleep for a time
 * @ticks: ticks; 0 returns at once without letting others run; portMAX_DELAY sleeps
 *	until the task is deleted, in a process for ever
 *
 * It sleeps for at least @ticks, unless the task is deleted meanwhile.
 *
 * Context: Waiter.
 */
static inline void vTaskDelay(TickType_t ticks)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(nobody_wakes);

	port_wait(nobody_wakes, false, __freertos_ticks(ticks));
}

/**
 * xTaskDelayUntil() - sleep until a time that is counted from the last one
 * @wake: the last time in ticks, of xTaskGetTickCount() at first; @increment is
 *	added
 * @increment: ticks of a period, below 2^31
 *
 * Delays do not add up. A time that is over already is not waited for.
 *
 * Context: Waiter, in process context always: whether it sleeps depends on
 *	the time.
 * Return: pdTRUE; pdFALSE: the time is over, and it did not sleep.
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

/* As xTaskDelayUntil(), without its result. */
#define vTaskDelayUntil(wake, increment)				\
	((void)xTaskDelayUntil(wake, increment))

/*
 * In a module the scheduler of Linux runs always, also where vTaskSuspendAll() keeps
 * this processor.
 */
#define taskSCHEDULER_SUSPENDED		((BaseType_t)0)
#define taskSCHEDULER_NOT_STARTED	((BaseType_t)1)
#define taskSCHEDULER_RUNNING		((BaseType_t)2)
#define xTaskGetSchedulerState()	taskSCHEDULER_RUNNING

/**
 * taskYIELD() - let others run, if the scheduler wants that
 *
 * Context: Process context without a lock, may sleep.
 */
#define taskYIELD()			cond_resched()
#define portYIELD()			taskYIELD()

/**
 * vTaskSuspendAll() - the same as taskENTER_CRITICAL()
 *
 * What is said there holds: it neither stops other processors nor, on PREEMPT_RT,
 * may senders be called before xTaskResumeAll().
 *
 * Context: Any.
 */
#define vTaskSuspendAll()		preempt_disable()

/**
 * xTaskResumeAll() - end what vTaskSuspendAll() began
 *
 * Context: Where vTaskSuspendAll() was called.
 * Return: pdFALSE; FreeRTOS says here whether it has let another task run.
 */
#define xTaskResumeAll()		({ preempt_enable(); pdFALSE; })

/* As xTaskGetTickCount(). */
#define xTaskGetTickCountFromISR()	xTaskGetTickCount()

/* Bytes of a name with its NUL, as Linux keeps it; of pcTaskGetName(). */
#define configMAX_TASK_NAME_LEN		TASK_COMM_LEN
#define configSTACK_DEPTH_TYPE		size_t

/**
 * pcTaskGetName() - the name that xTaskCreate() was given
 * @handle: the task; NULL: the calling thread, whatever it is
 *
 * Context: Any.
 * Return: the name, cut to what Linux keeps, as long as the task is there.
 */
static inline char *pcTaskGetName(TaskHandle_t handle)
{
	return handle ? handle->task->comm : current->comm;
}

/* By its older name. */
#define pcTaskGetTaskName(handle)	pcTaskGetName(handle)

/* ---- time that is left ---------------------------------------------------- */

/**
 * struct xTIME_OUT - when a time began
 * @xTimeOnEntering: ticks, as of xTaskGetTickCount()
 */
typedef struct xTIME_OUT {
	TickType_t xTimeOnEntering;
} TimeOut_t;

/**
 * vTaskSetTimeOutState() - a time begins now
 * @timeout: where to remember that
 *
 * Context: Any.
 */
static inline void vTaskSetTimeOutState(TimeOut_t *timeout)
{
	timeout->xTimeOnEntering = xTaskGetTickCount();
}

/**
 * xTaskCheckForTimeOut() - is the time over?
 * @timeout: of vTaskSetTimeOutState(); the time that is left begins now
 * @ticks: ticks that were left then; becomes what is left now. portMAX_DELAY is
 *	never over, and stays
 *
 * To be asked at least once in 2^32 ticks.
 *
 * Context: Any.
 * Return: pdTRUE: it is over, and 0 ticks are left; or pdFALSE.
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
 * @handle: the task; NULL, as xTaskGetCurrentTaskHandle() gives where there is no
 *	task, notifies nobody
 * @value: for @action
 * @action: of &eNotifyAction
 *
 * A task has one value and one pending notification. They stay until the task takes
 * them, however many come before that.
 *
 * Context: Sender.
 * Return: pdPASS; pdFAIL: @handle is NULL; or, with eSetValueWithoutOverwrite, a
 *	notification was pending, and the value is as it was.
 */
static inline BaseType_t xTaskNotify(TaskHandle_t handle, uint32_t value,
				     eNotifyAction action)
{
	return __freertos_notify(handle, value, action, NULL) ? pdPASS : pdFAIL;
}

/**
 * xTaskNotifyAndQuery() - xTaskNotify() that tells what was there before
 * @handle: the task
 * @value: as for xTaskNotify()
 * @action: as for xTaskNotify()
 * @before: where to store the task's value of before; may be NULL
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
 * xTaskNotifyFromISR() - xTaskNotify() for code of an interrupt
 * @handle: the task; NULL notifies nobody
 * @value: for @action
 * @action: of &eNotifyAction
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
 * xTaskNotifyAndQueryFromISR() - xTaskNotifyAndQuery() for code of an interrupt
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
 * vTaskNotifyGiveFromISR() - xTaskNotifyGive() for code of an interrupt
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
 * @ticks: ticks to wait at most
 *
 * Unlike in FreeRTOS, a notification that leaves the value 0, as with eNoAction,
 * does not end the wait.
 *
 * Context: Waiter, in a task of xTaskCreate(). Anywhere else nothing
 *	happens, without a wait, and the log says so.
 * Return: the value as it was before that; 0: nothing came in time, the task is
 *	being deleted, or this is no task, which has no notifications.
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
 * xTaskNotifyWait() - wait until a notification of the calling task is pending
 * @clear_first: bits of its value to be cleared first, if none is pending yet
 * @clear_last: bits to be cleared when it has been taken
 * @value: where to store the value as it was before @clear_last; may be NULL
 * @ticks: ticks to wait at most
 *
 * One that is pending already is taken at once. Afterwards none is pending.
 *
 * Context: Waiter, in a task of xTaskCreate(). Anywhere else nothing
 *	happens, without a wait, and the log says so.
 * Return: pdPASS; pdFAIL: nothing came in time, the task is being deleted, or this
 *	is no task. The value is stored in the first two cases, too.
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
 * xTaskNotifyStateClear() - take back a notification that is pending
 * @handle: the task; NULL: the calling one
 *
 * Its value stays.
 *
 * Context: Sender.
 * Return: pdTRUE; pdFALSE: none was pending, or there is no such task.
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
 * A notification that is pending stays so.
 *
 * Context: Sender.
 * Return: the value before; 0 also where there is no such task.
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
