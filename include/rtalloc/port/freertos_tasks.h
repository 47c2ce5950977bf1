/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_tasks.h - FreeRTOS's tasks: included by freertos_ipc.h, which has the rules for
 * all objects and the classes of ``Context:``. Their notifications are in freertos_notify.h.
 *
 * A task is a kthread with a handle. A task that is created without storing its handle is
 * freed when it ends, and its driver cannot be unloaded until then.
 */
#ifndef _RTALLOC_PORT_FREERTOS_TASKS_H
#define _RTALLOC_PORT_FREERTOS_TASKS_H

#include <linux/build_bug.h>
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
 * configTASK_NOTIFICATION_ARRAY_ENTRIES - number of notifications that a task has
 *
 * A driver may define it, as 1 or more, before it includes this file. A task has as many as
 * were defined where it was created, and other files may have another number.
 */
#ifndef configTASK_NOTIFICATION_ARRAY_ENTRIES
#define configTASK_NOTIFICATION_ARRAY_ENTRIES	4
#endif
static_assert(configTASK_NOTIFICATION_ARRAY_ENTRIES >= 1);

/**
 * struct freertos_note - one of a task's notifications
 * @lock: guards @value and @is_pending
 * @waiting: where the task waits for this notification
 * @value: the notification value
 * @is_pending: there is a notification that the task has not taken yet
 */
struct freertos_note {
	spinlock_t lock;	/* guards value, is_pending */
	wait_queue_head_t waiting;
	uint32_t value;
	bool is_pending;
};

/**
 * struct freertos_task - what a TaskHandle_t points to
 * @thread: the part that port/threads.c uses
 * @task: the kthread, for sched_set_fifo() and the like
 * @function: the task's function
 * @parameters: argument of @function
 * @nr_notes: number of elements of @notes
 * @notes: its notifications
 */
struct freertos_task {
	struct port_thread thread;
	struct task_struct *task;
	TaskFunction_t function;
	void *parameters;
	UBaseType_t nr_notes;
	struct freertos_note notes[];
};

typedef struct freertos_task *TaskHandle_t;

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

/* Allocate the handle of a task that has no kthread yet. Returns NULL: no memory. */
static inline TaskHandle_t __freertos_task_new(TaskFunction_t function,
					       void *parameters)
{
	const UBaseType_t nr = configTASK_NOTIFICATION_ARRAY_ENTRIES;
	TaskHandle_t handle = pvPortCalloc(1, sizeof(*handle) +
					   nr * sizeof(handle->notes[0]));

	if (!handle)
		return NULL;
	handle->function = function;
	handle->parameters = parameters;
	for (; handle->nr_notes < nr; handle->nr_notes++) {
		spin_lock_init(&handle->notes[handle->nr_notes].lock);
		init_waitqueue_head(&handle->notes[handle->nr_notes].waiting);
	}
	return handle;
}

/* Create the kthread of a task, handle->task. Returns 0 or an errno. */
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
	TaskHandle_t handle = __freertos_task_new(function, parameters);

	(void)stack;
	(void)priority;
	if (!handle)
		return errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY;
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

/* The calling task. If there is none, log that. A macro, so that each place logs once. */
#define __freertos_self(call)						\
({									\
	TaskHandle_t __self = xTaskGetCurrentTaskHandle();		\
									\
	if (!__self)							\
		pr_warn_once("freertos: %s() in what is no task does nothing\n", \
			     call);					\
	__self;								\
})

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

#endif /* _RTALLOC_PORT_FREERTOS_TASKS_H */
