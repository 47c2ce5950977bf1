/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_types.h - types and macros that FreeRTOS has at large and a driver may
 * use beside its memory: optional. Tasks and queues are in freertos_ipc.h.
 *
 * A tick is a jiffy. A critical section keeps this processor from preempting;
 * what it is to protect from others takes a spinlock of Linux's.
 */
#ifndef _RTALLOC_PORT_FREERTOS_TYPES_H
#define _RTALLOC_PORT_FREERTOS_TYPES_H

#include <linux/jiffies.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <rtalloc/port/freertos.h>

typedef long BaseType_t;
typedef unsigned long UBaseType_t;
typedef uint32_t TickType_t;
typedef size_t StackType_t;

#define pdFALSE			((BaseType_t)0)
#define pdTRUE			((BaseType_t)1)
#define pdFAIL			pdFALSE
#define pdPASS			pdTRUE
#define errQUEUE_EMPTY		pdFALSE
#define errQUEUE_FULL		pdFALSE
#define errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY	(-1)

#define configTICK_RATE_HZ	HZ
#define portMAX_DELAY		((TickType_t)0xffffffff)
#define portTICK_PERIOD_MS	(1000 / HZ)
#define pdMS_TO_TICKS(ms)	((TickType_t)msecs_to_jiffies(ms))
#define pdTICKS_TO_MS(ticks)	((TickType_t)jiffies_to_msecs(ticks))
#define xTaskGetTickCount()	((TickType_t)jiffies)

#define taskENTER_CRITICAL()	preempt_disable()
#define taskEXIT_CRITICAL()	preempt_enable()
#define portMEMORY_BARRIER()	barrier()

/* A failed assertion is said once, and the code goes on. */
#ifndef configASSERT
#define configASSERT(cond)						\
	do {								\
		if (!(cond))						\
			pr_warn_once("freertos: assertion failed: %s\n", #cond); \
	} while (0)
#endif

#endif /* _RTALLOC_PORT_FREERTOS_TYPES_H */
