/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread_types.h - general-purpose macros and functions of RT-Thread: optional. Include
 * it after all headers of Linux.
 *
 *   ALIGN(n)                   with one argument, RT-Thread's attribute; with two,
 *                              Linux's macro
 *   rt_enter_critical()        disables preemption; a spinlock is the better choice
 *   rt_hw_interrupt_disable()  disables interrupts on this processor; the same applies
 *   rt_atomic_t                an atomic word: rtthread_atomic.h
 *   INIT_*_EXPORT(fn)          marks fn as used; the module's init function must call it
 */
#ifndef _RTALLOC_PORT_RTTHREAD_TYPES_H
#define _RTALLOC_PORT_RTTHREAD_TYPES_H

#include <linux/align.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <rtalloc/port/rtthread.h>
#include <rtalloc/port/rtthread_atomic.h>

#undef ALIGN
#define __RT_ALIGN_1(n)			__aligned(n)
#define __RT_ALIGN_2(x, a)		__ALIGN_KERNEL((x), (a))
#define __RT_ALIGN_OF(a, b, which, ...)	which

/**
 * ALIGN() - RT-Thread's attribute, or Linux's rounding up
 * @...: the alignment in bytes, for a type or variable; or a size and a power of
 *	two that it is rounded up to
 *
 * Linux's headers use it with two arguments, so they come before this one.
 *
 * Return: with two arguments, the size rounded up.
 */
#define ALIGN(...)							\
	__RT_ALIGN_OF(__VA_ARGS__, __RT_ALIGN_2, __RT_ALIGN_1, 0)(__VA_ARGS__)

/**
 * rt_enter_critical() - disable preemption on this processor
 *
 * Interrupts and other processors go on: data that is shared with them needs a spinlock_t
 * and spin_lock_irqsave(). Sections may be nested, and must not sleep. On PREEMPT_RT they
 * must not call rt_malloc(), unless the system heap is a slab, nor functions of
 * rtthread_ipc.h, which take a lock that sleeps there.
 *
 * Context: Any.
 */
static inline void rt_enter_critical(void)
{
	preempt_disable();
}

/**
 * rt_exit_critical() - end a section of rt_enter_critical()
 *
 * Context: Where rt_enter_critical() was called.
 */
static inline void rt_exit_critical(void)
{
	preempt_enable();
}

/**
 * rt_hw_interrupt_disable() - disable interrupts on this processor
 *
 * Other processors go on, and the section may call what one of rt_enter_critical() may.
 * On PREEMPT_RT most interrupt handlers are threads, which this section may have
 * preempted: data that is shared with them needs a spinlock_t. Sections may be nested,
 * each with a level of its own.
 *
 * Context: Any.
 * Return: the interrupt state, for rt_hw_interrupt_enable().
 */
static inline rt_base_t rt_hw_interrupt_disable(void)
{
	unsigned long flags;

	local_irq_save(flags);
	return flags;
}

/**
 * rt_hw_interrupt_enable() - end a section of rt_hw_interrupt_disable()
 * @level: the value that rt_hw_interrupt_disable() returned
 *
 * Context: Where rt_hw_interrupt_disable() was called.
 */
static inline void rt_hw_interrupt_enable(rt_base_t level)
{
	local_irq_restore((unsigned long)level);
}

/* Nothing to do: Linux itself knows when it is in an interrupt. */
#define rt_interrupt_enter()		do { } while (0)
#define rt_interrupt_leave()		do { } while (0)

/* How deeply interrupts are nested: 0 in process context, 1 in any interrupt. Context: any. */
#define rt_interrupt_get_nest()		((rt_uint8_t)!in_task())

/* Mark @fn as used, so that the compiler does not warn about it. */
#define __RT_INIT_EXPORT(fn)						\
	static int (*const __rt_init_##fn)(void) __maybe_unused = fn

/*
 * RT-Thread calls these functions at boot, in this order. Here nothing calls them: the
 * driver's module_init() function calls @fn and checks its result.
 */
#define INIT_BOARD_EXPORT(fn)		__RT_INIT_EXPORT(fn)
#define INIT_PREV_EXPORT(fn)		__RT_INIT_EXPORT(fn)
#define INIT_DEVICE_EXPORT(fn)		__RT_INIT_EXPORT(fn)
#define INIT_COMPONENT_EXPORT(fn)	__RT_INIT_EXPORT(fn)
#define INIT_ENV_EXPORT(fn)		__RT_INIT_EXPORT(fn)
#define INIT_APP_EXPORT(fn)		__RT_INIT_EXPORT(fn)

/*
 * In RT-Thread, this adds @command to the shell. Here it does nothing, so the compiler may
 * warn that the function is not used.
 */
#define MSH_CMD_EXPORT(command, ...)	/* no shell here */

#endif /* _RTALLOC_PORT_RTTHREAD_TYPES_H */
