/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread_types.h - what RT-Thread has at large and a driver may use beside its
 * memory: optional, after every include of Linux's.
 *
 *   ALIGN(n)                one argument: an attribute, as RT-Thread has it; with
 *                           two still Linux's
 *   rt_enter_critical()     nobody preempts; Linux's spinlocks are better
 *   rt_hw_interrupt_disable()  no interrupts on this processor; the same
 *   rt_atomic_t             a word: rtthread_atomic.h
 *   INIT_*_EXPORT(fn)       nothing calls fn by itself in a module: its init does
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
 * rt_enter_critical() - keep other threads from this processor
 *
 * It keeps neither interrupts nor other processors out: data that those work on
 * needs a spinlock_t and spin_lock_irqsave(). May be nested. In the section nothing
 * may sleep; on PREEMPT_RT that also excludes rt_malloc() of a heap that is no
 * slab, and all calls of rtthread_ipc.h, which take a lock that sleeps there.
 *
 * Context: Any.
 */
static inline void rt_enter_critical(void)
{
	preempt_disable();
}

/**
 * rt_exit_critical() - end what rt_enter_critical() began
 *
 * Context: Where rt_enter_critical() was called.
 */
static inline void rt_exit_critical(void)
{
	preempt_enable();
}

/**
 * rt_hw_interrupt_disable() - keep interrupts from this processor
 *
 * It keeps other processors out as little as rt_enter_critical(), and the same
 * holds for what may be called in the section. On PREEMPT_RT the handler of an
 * interrupt is a thread, which may be interrupted there: data that it works on
 * needs a spinlock_t. May be nested, with a level each.
 *
 * Context: Any.
 * Return: the level, for rt_hw_interrupt_enable().
 */
static inline rt_base_t rt_hw_interrupt_disable(void)
{
	unsigned long flags;

	local_irq_save(flags);
	return flags;
}

/**
 * rt_hw_interrupt_enable() - end what rt_hw_interrupt_disable() began
 * @level: what that returned
 *
 * Context: Where rt_hw_interrupt_disable() was called.
 */
static inline void rt_hw_interrupt_enable(rt_base_t level)
{
	local_irq_restore((unsigned long)level);
}

/* Linux counts itself who is in an interrupt. */
#define rt_interrupt_enter()		do { } while (0)
#define rt_interrupt_leave()		do { } while (0)

/* @fn is used; who calls it is said by the module. */
#define __RT_INIT_EXPORT(fn)						\
	static int (*const __rt_init_##fn)(void) __maybe_unused = fn

/*
 * RT-Thread calls these at its start, in this order. A module calls @fn in its
 * module_init() itself, and looks at the result; here the name is only marked as
 * used.
 */
#define INIT_BOARD_EXPORT(fn)		__RT_INIT_EXPORT(fn)
#define INIT_PREV_EXPORT(fn)		__RT_INIT_EXPORT(fn)
#define INIT_DEVICE_EXPORT(fn)		__RT_INIT_EXPORT(fn)
#define INIT_COMPONENT_EXPORT(fn)	__RT_INIT_EXPORT(fn)
#define INIT_ENV_EXPORT(fn)		__RT_INIT_EXPORT(fn)
#define INIT_APP_EXPORT(fn)		__RT_INIT_EXPORT(fn)

/*
 * RT-Thread's shell would have @command: here nothing has, and the compiler may say
 * that the function is not used.
 */
#define MSH_CMD_EXPORT(command, ...)	/* no shell here */

#endif /* _RTALLOC_PORT_RTTHREAD_TYPES_H */
