/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_types.h - types and macros that FreeRTOS has at large and a driver may
 * use beside its memory: optional. Tasks and queues are in freertos_ipc.h.
 *
 * A tick is a jiffy, so HZ of them are a second. A critical section keeps this
 * processor from preempting: it does not keep interrupts or other processors out,
 * and what it is to protect from those takes a spinlock of Linux's.
 */
#ifndef _RTALLOC_PORT_FREERTOS_TYPES_H
#define _RTALLOC_PORT_FREERTOS_TYPES_H

#include <linux/jiffies.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <rtalloc/port/freertos.h>

/*
 * A stack is Linux's: StackType_t counts bytes here, so that sizes may be computed.
 */
typedef long BaseType_t;
typedef unsigned long UBaseType_t;
typedef uint32_t TickType_t;
typedef size_t StackType_t;

/*
 * pdFAIL, errQUEUE_EMPTY and errQUEUE_FULL are all 0, so code may test for either.
 */
#define pdFALSE			((BaseType_t)0)
#define pdTRUE			((BaseType_t)1)
#define pdFAIL			pdFALSE
#define pdPASS			pdTRUE
#define errQUEUE_EMPTY		pdFALSE
#define errQUEUE_FULL		pdFALSE
#define errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY	(-1)

#define configTICK_RATE_HZ	HZ

/**
 * portMAX_DELAY - ticks that mean: wait without a limit
 *
 * Such a wait still ends when the task is deleted, see vTaskDelete().
 */
#define portMAX_DELAY		((TickType_t)0xffffffff)

/* Rounded down: 3 at HZ=300. pdMS_TO_TICKS() is exact. The second name is older. */
#define portTICK_PERIOD_MS	(1000 / HZ)
#define portTICK_RATE_MS	portTICK_PERIOD_MS

/**
 * pdMS_TO_TICKS() - how many ticks are at least so many milliseconds
 * @ms: milliseconds, up to 2^31 - 1
 *
 * Rounded up, so that a wait is never shorter than was asked for; FreeRTOS rounds
 * down. It does not turn portMAX_DELAY into portMAX_DELAY.
 *
 * Context: Any.
 * Return: ticks; 0 for 0 alone.
 */
#define pdMS_TO_TICKS(ms)	((TickType_t)msecs_to_jiffies(ms))

/**
 * pdTICKS_TO_MS() - how many milliseconds are so many ticks
 * @ticks: ticks
 *
 * Context: Any.
 * Return: milliseconds, rounded up.
 */
#define pdTICKS_TO_MS(ticks)	((TickType_t)jiffies_to_msecs(ticks))

/**
 * xTaskGetTickCount() - the time now
 *
 * It has 32 bits, and begins near its end, as jiffies do: only differences mean
 * something.
 *
 * Context: Any.
 * Return: ticks.
 */
#define xTaskGetTickCount()	((TickType_t)jiffies)

/**
 * taskENTER_CRITICAL() - keep other tasks from this processor
 *
 * In FreeRTOS this also keeps interrupts out. Here it does not, nor does it stop
 * the other processors: data that an interrupt or another task works on needs a
 * spinlock_t and spin_lock_irqsave(). May be nested. In the section nothing may
 * sleep; on PREEMPT_RT that also excludes pvPortMalloc(), and all calls on queues,
 * semaphores, events, streams and timers, which take a lock that sleeps there.
 *
 * Context: Any.
 */
#define taskENTER_CRITICAL()	preempt_disable()

/**
 * taskEXIT_CRITICAL() - end what taskENTER_CRITICAL() began
 *
 * Context: Where taskENTER_CRITICAL() was called.
 */
#define taskEXIT_CRITICAL()	preempt_enable()

/* The same by the port's names. */
#define portENTER_CRITICAL()	taskENTER_CRITICAL()
#define portEXIT_CRITICAL()	taskEXIT_CRITICAL()

/**
 * taskENTER_CRITICAL_FROM_ISR() - the same, as an interrupt's handler calls it
 *
 * Context: Any.
 * Return: what taskEXIT_CRITICAL_FROM_ISR() is given.
 */
static inline UBaseType_t taskENTER_CRITICAL_FROM_ISR(void)
{
	preempt_disable();
	return 0;
}

/**
 * taskEXIT_CRITICAL_FROM_ISR() - end what taskENTER_CRITICAL_FROM_ISR() began
 * @saved: what that returned
 *
 * Context: Where taskENTER_CRITICAL_FROM_ISR() was called.
 */
static inline void taskEXIT_CRITICAL_FROM_ISR(UBaseType_t saved)
{
	(void)saved;
	preempt_enable();
}

/**
 * portMEMORY_BARRIER() - keep the compiler from moving accesses across
 *
 * The processor may still move them: use smp_mb() for what other processors see.
 *
 * Context: Any.
 */
#define portMEMORY_BARRIER()	barrier()

/**
 * configASSERT() - say in the log, once for each place, what does not hold
 * @cond: the condition
 *
 * FreeRTOS's usual definition stops here; this one goes on, so that a driver does
 * not stop the kernel. A driver may define its own in front.
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

/* What FreeRTOSConfig.h may be asked: memory comes from the heap, ticks have 32 bits. */
#define configSUPPORT_DYNAMIC_ALLOCATION	1
#define configSUPPORT_STATIC_ALLOCATION		0
#define configUSE_16_BIT_TICKS			0

/* Types by the names that they had before version 8. */
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

/* A task's function, declared and defined. */
#define portTASK_FUNCTION_PROTO(function, parameters)			\
	void function(void *parameters)
#define portTASK_FUNCTION(function, parameters)				\
	void function(void *parameters)

#endif /* _RTALLOC_PORT_FREERTOS_TYPES_H */
