/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_types.h - general-purpose types and macros of FreeRTOS: optional. Tasks and queues
 * are in freertos_ipc.h.
 *
 * A tick is a jiffy, so a second has HZ ticks. A critical section disables preemption on this
 * processor. Interrupts and other processors go on, so data that is shared with them needs a
 * Linux spinlock instead.
 */
#ifndef _RTALLOC_PORT_FREERTOS_TYPES_H
#define _RTALLOC_PORT_FREERTOS_TYPES_H

#include <linux/jiffies.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <rtalloc/port/freertos.h>

/*
 * Linux chooses stacks. StackType_t counts bytes here, so that code which computes stack sizes
 * compiles.
 */
typedef long BaseType_t;
typedef unsigned long UBaseType_t;
typedef uint32_t TickType_t;
typedef size_t StackType_t;

/*
 * pdFAIL, errQUEUE_EMPTY and errQUEUE_FULL are all 0, so code may check for any of them.
 */
#define pdFALSE			((BaseType_t)0)
#define pdTRUE			((BaseType_t)1)
#define pdFAIL			pdFALSE
#define pdPASS			pdTRUE
#define errQUEUE_EMPTY		pdFALSE
#define errQUEUE_FULL		pdFALSE
#define errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY	(-1)
#define errQUEUE_BLOCKED	(-4)
#define errQUEUE_YIELD		(-5)

#define configTICK_RATE_HZ	HZ

/**
 * portMAX_DELAY - a number of ticks that means: wait without a limit
 *
 * Such a wait still ends when the task is deleted, see vTaskDelete().
 */
#define portMAX_DELAY		((TickType_t)0xffffffff)

/* Rounded down: 3 at HZ=300. pdMS_TO_TICKS() is exact. The second name is older. */
#define portTICK_PERIOD_MS	(1000 / HZ)
#define portTICK_RATE_MS	portTICK_PERIOD_MS

/**
 * pdMS_TO_TICKS() - convert milliseconds to ticks
 * @ms: milliseconds, up to 2^31 - 1
 *
 * Rounds up, so that a wait is never shorter than requested; FreeRTOS rounds down.
 * portMAX_DELAY must not be converted: the result is not portMAX_DELAY.
 *
 * Context: Any.
 * Return: ticks; 0 only for 0.
 */
#define pdMS_TO_TICKS(ms)	((TickType_t)msecs_to_jiffies(ms))

/**
 * pdTICKS_TO_MS() - convert ticks to milliseconds
 * @ticks: ticks
 *
 * Context: Any.
 * Return: milliseconds, rounded up.
 */
#define pdTICKS_TO_MS(ticks)	((TickType_t)jiffies_to_msecs(ticks))

/**
 * xTaskGetTickCount() - get the present tick
 *
 * The value has 32 bits and, like jiffies, starts shortly before it wraps, so only
 * differences are meaningful.
 *
 * Context: Any.
 * Return: ticks.
 */
#define xTaskGetTickCount()	((TickType_t)jiffies)

/**
 * taskENTER_CRITICAL() - disable preemption on this processor
 *
 * In FreeRTOS this also disables interrupts. Here interrupts and other processors go on: data
 * that is shared with an interrupt or another task needs a spinlock_t and
 * spin_lock_irqsave(). Sections may be nested, and must not sleep. On PREEMPT_RT they must not
 * call pvPortMalloc(), nor functions on queues, semaphores, events, streams and timers, which
 * take a lock that sleeps there.
 *
 * Context: Any.
 */
#define taskENTER_CRITICAL()	preempt_disable()

/**
 * taskEXIT_CRITICAL() - end a section of taskENTER_CRITICAL()
 *
 * Context: Where taskENTER_CRITICAL() was called.
 */
#define taskEXIT_CRITICAL()	preempt_enable()

/*
 * Disable and enable interrupts on this processor. Other processors go on: data that is
 * shared with a handler needs a spinlock_t instead, taken with spin_lock_irqsave(). Sections
 * cannot be nested, and on PREEMPT_RT must not do what taskENTER_CRITICAL() forbids there, nor
 * take a spinlock_t. Context: any.
 */
#define taskDISABLE_INTERRUPTS()	local_irq_disable()
#define taskENABLE_INTERRUPTS()		local_irq_enable()

/* The same under the names of FreeRTOS's ports. */
#define portDISABLE_INTERRUPTS()	taskDISABLE_INTERRUPTS()
#define portENABLE_INTERRUPTS()		taskENABLE_INTERRUPTS()
#define portENTER_CRITICAL()	taskENTER_CRITICAL()
#define portEXIT_CRITICAL()	taskEXIT_CRITICAL()

/**
 * taskENTER_CRITICAL_FROM_ISR() - taskENTER_CRITICAL() for interrupt handlers
 *
 * Context: Any.
 * Return: a value for taskEXIT_CRITICAL_FROM_ISR().
 */
static inline UBaseType_t taskENTER_CRITICAL_FROM_ISR(void)
{
	preempt_disable();
	return 0;
}

/**
 * taskEXIT_CRITICAL_FROM_ISR() - end a section of taskENTER_CRITICAL_FROM_ISR()
 * @saved: the value that taskENTER_CRITICAL_FROM_ISR() returned
 *
 * Context: Where taskENTER_CRITICAL_FROM_ISR() was called.
 */
static inline void taskEXIT_CRITICAL_FROM_ISR(UBaseType_t saved)
{
	(void)saved;
	preempt_enable();
}

/**
 * portMEMORY_BARRIER() - compiler barrier
 *
 * The processor may still reorder accesses: use smp_mb() for data that other processors
 * access.
 *
 * Context: Any.
 */
#define portMEMORY_BARRIER()	barrier()

/* An instruction without effect, or none. */
#define portNOP()		barrier()

/**
 * configASSERT() - log a line if a condition is false, once for each place in the code
 * @cond: the condition
 *
 * FreeRTOS's usual definition halts; this one continues, so that a driver does not stop the
 * kernel. A driver may define its own before it includes this file.
 *
 * Context: Any.
 */
#ifndef configASSERT
#define configASSERT(cond)						\
	do {								\
		if (!(cond))						\
			pr_warn_once("freertos: assertion failed: %s\n", #cond); \
	} while (0)
#endif

/* Values of FreeRTOSConfig.h: objects are allocated in the heap, ticks have 32 bits. */
#define configSUPPORT_DYNAMIC_ALLOCATION	1
#define configSUPPORT_STATIC_ALLOCATION		0
#define configUSE_16_BIT_TICKS			0

/* Names of types before version 8. */
#define portBASE_TYPE		long
#define portCHAR		char
#define portSHORT		short
#define portLONG		long
#define portSTACK_TYPE		StackType_t
#define portTickType		TickType_t
#define xTaskHandle		TaskHandle_t
#define xQueueHandle		QueueHandle_t
#define xSemaphoreHandle	SemaphoreHandle_t
#define xTimerHandle		TimerHandle_t
#define xTimeOutType		TimeOut_t
#define pdTASK_CODE		TaskFunction_t
#define tmrTIMER_CALLBACK	TimerCallbackFunction_t

/* Declare and define the function of a task. */
#define portTASK_FUNCTION_PROTO(function, parameters)			\
	void function(void *parameters)
#define portTASK_FUNCTION(function, parameters)				\
	void function(void *parameters)

#endif /* _RTALLOC_PORT_FREERTOS_TYPES_H */
