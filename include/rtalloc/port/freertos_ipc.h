/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_ipc.h - FreeRTOS's tasks, notifications, queues, semaphores, mutexes and event
 * groups on top of Linux's: optional.
 *
 *   task          a kthread. FreeRTOS's priority is ignored: a task that needs one calls
 *                 sched_set_fifo().                  freertos_tasks.h
 *   notification  a value of a task, and a flag      freertos_notify.h
 *   queue         a ring of items, which are copied  freertos_queues.h
 *   semaphore     a queue of empty items, as in FreeRTOS
 *   mutex         a semaphore with one item; without priority inheritance
 *   queue set     a queue of handles of queues       freertos_sets.h
 *   event group   24 bits                            freertos_events.h
 *
 * Objects are allocated in the heap of freertos.h. Timers are in freertos_timers.h, stream
 * and message buffers in freertos_stream.h. Objects in static memory are not supported.
 */
#ifndef _RTALLOC_PORT_FREERTOS_IPC_H
#define _RTALLOC_PORT_FREERTOS_IPC_H

/**
 * DOC: FreeRTOS's objects
 *
 * Tasks that never end in FreeRTOS must end in a module that can be unloaded.
 * vTaskDelete(handle) asks the task to stop, and waits until its function has returned or
 * has called vTaskDelete(NULL). Once a task has been asked to stop, each of its waits,
 * except for a mutex, ends at once as if its time were over. So a loop such as
 * ``while (xQueueReceive(queue, item, portMAX_DELAY) == pdPASS)`` terminates. A loop that
 * does not check these results must call xTaskShouldStop(), which is new here.
 *
 * vQueueDelete(), which also deletes semaphores and mutexes, frees the object at once and
 * does not wake tasks that wait for it. (vEventGroupDelete() does.) So end tasks, timers and
 * interrupts first, and delete objects after them. A handle is a pointer: that of a deleted
 * object is not noticed. A call with NULL fails, returns 0, or says "empty" and "full",
 * nothing changes, and in most cases the log says so once; deleting NULL and notifying
 * NULL do nothing.
 *
 * If several tasks wait for the same object, other than an event group, all are woken, and
 * the scheduler decides which one gets it. Neither FreeRTOS's priorities nor the order in
 * which they began to wait matter.
 *
 * The ``Context:`` line of each function names one of these classes:
 *
 * * A **sender** never waits: functions that end in FromISR, those that give, notify, set,
 *   reset, read or free, and those that create an object other than a task. It takes a
 *   spinlock_t. It may be called in process context and in softirqs, also with a spinlock_t
 *   held, and without PREEMPT_RT in hard interrupts and under raw spinlocks. On PREEMPT_RT
 *   it must not be called in hard interrupts, under raw spinlocks, or with preemption off,
 *   as between taskENTER_CRITICAL() and taskEXIT_CRITICAL(); ordinary interrupt handlers
 *   are threads there, and may call it. It must not be called in an NMI.
 * * A **waiter** with 0 ticks is a sender. Otherwise it may sleep for as long as its ticks
 *   say, and must be called in process context without a spinlock. A user process cannot be
 *   asked to stop, so its waits last until their time is over; signals do not end them.
 * * A function that **starts or ends** a task sleeps: process context without a spinlock.
 *
 * The argument ``woken`` of functions that end in FromISR may be NULL. It is set to pdTRUE if
 * a task sleeps on the object, whether or not the call wakes it, and never set to pdFALSE.
 * It is for portYIELD_FROM_ISR(), which does nothing: Linux's scheduler runs woken tasks.
 */

#include <rtalloc/port/freertos_events.h>
#include <rtalloc/port/freertos_notify.h>
#include <rtalloc/port/freertos_queues.h>
#include <rtalloc/port/freertos_sets.h>
#include <rtalloc/port/freertos_tasks.h>

#endif /* _RTALLOC_PORT_FREERTOS_IPC_H */
