/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_ipc.h - FreeRTOS's tasks, notifications, queues, semaphores, mutexes and
 * event groups over what Linux has of the kind: optional, for drivers that are made
 * of them.
 *
 *   task          a kthread. Its priority is Linux's affair: sched_set_fifo() in the
 *                 task, where it matters.            freertos_tasks.h
 *   queue         items, copied                      freertos_queues.h
 *   semaphore     a queue of items without bytes, as there
 *   mutex         the same with one item; it gives its owner no priority
 *   event group   24 bits                            freertos_events.h
 *
 * Objects lie in the heap of freertos.h. Timers are in freertos_timers.h, stream
 * and message buffers in freertos_stream.h. Not here: queue sets, what is made from
 * static memory.
 */
#ifndef _RTALLOC_PORT_FREERTOS_IPC_H
#define _RTALLOC_PORT_FREERTOS_IPC_H

/**
 * DOC: FreeRTOS's objects
 *
 * What never ends in FreeRTOS must end in a module: vTaskDelete(handle) asks the
 * task to stop and waits until its function has returned, or has deleted itself with
 * vTaskDelete(NULL). From then on every wait of that task, but for a mutex, ends at
 * once, as if its time were over, so a loop such as ``while (xQueueReceive(queue,
 * &item, portMAX_DELAY) == pdPASS)`` ends by itself; a loop that ignores the result
 * asks xTaskShouldStop(), which is new here.
 *
 * Deleting an object does not wake the tasks that wait for it: vQueueDelete(),
 * vEventGroupDelete() and the like free the object at once. So tasks, timers and
 * interrupts end first, objects after them. A handle is a pointer and is trusted:
 * nothing here notices that it is NULL, or that what it stands for was deleted.
 *
 * Where several tasks wait for one object other than an event group, all are woken
 * and the scheduler decides who gets it: neither their priorities of FreeRTOS nor
 * the order of their coming count.
 *
 * Each call belongs to one of these classes, which its ``Context:`` line names:
 *
 * * A **sender** never waits: all that ends in FromISR, what gives, notifies, sets,
 *   resets, looks or frees, and what creates an object other than a task. It takes
 *   a spinlock_t: it is legal in process context and softirqs, also with a
 *   spinlock_t held, and without PREEMPT_RT in hard interrupts and under raw
 *   spinlocks. On PREEMPT_RT it is not legal in hard interrupts (ordinary handlers
 *   of interrupts are threads there, and may call it), under raw spinlocks, or
 *   where preemption is off, as in taskENTER_CRITICAL(). In an NMI it is never
 *   legal.
 * * A **waiter** with ticks of 0 is a sender, with FromISR in its name or without.
 *   Else it is for process context without a lock, and may sleep, for as long as it
 *   says. In an ordinary process, which nobody can ask to stop, a wait lasts until
 *   its time is over; signals do not end it.
 * * What **starts or ends** a task is for process context without a lock; it
 *   sleeps.
 *
 * The argument ``woken`` of calls that end in FromISR may be NULL. It is set to
 * pdTRUE if somebody sleeps on the object, whether or not the call will wake him,
 * and is never set to pdFALSE. It is for portYIELD_FROM_ISR(), which does nothing:
 * the scheduler of Linux runs who was woken.
 */

#include <rtalloc/port/freertos_events.h>
#include <rtalloc/port/freertos_queues.h>
#include <rtalloc/port/freertos_tasks.h>

#endif /* _RTALLOC_PORT_FREERTOS_IPC_H */
