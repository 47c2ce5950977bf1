/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread_atomic.h - RT-Thread's atomic variables on top of Linux's: included by
 * rtthread_types.h, in place of rtatomic.h.
 *
 * As in RT-Thread, the type is a plain word, so a variable may have an initialiser.
 * Read-modify-write operations are fully ordered; a comparison that fails has acquire
 * semantics, like a load. All functions may be called in any context.
 */
#ifndef _RTALLOC_PORT_RTTHREAD_ATOMIC_H
#define _RTALLOC_PORT_RTTHREAD_ATOMIC_H

#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <rtalloc/port/rtthread_def.h>

typedef rt_base_t rt_atomic_t;

#define __rt_atomic(ptr)						\
	({								\
		BUILD_BUG_ON(sizeof(*(ptr)) != sizeof(atomic_long_t));	\
		(atomic_long_t *)(ptr);					\
	})

/* Read the value, with acquire semantics. */
#define rt_atomic_load(ptr)	atomic_long_read_acquire(__rt_atomic(ptr))

/* Set the value; the second with release semantics. */
#define rt_atomic_init(ptr, val)	atomic_long_set(__rt_atomic(ptr), val)
#define rt_atomic_store(ptr, val)					\
	atomic_long_set_release(__rt_atomic(ptr), val)

/* Change the value. Each returns the value before the change. */
#define rt_atomic_exchange(ptr, val)	atomic_long_xchg(__rt_atomic(ptr), val)
#define rt_atomic_add(ptr, val)	atomic_long_fetch_add(val, __rt_atomic(ptr))
#define rt_atomic_sub(ptr, val)	atomic_long_fetch_sub(val, __rt_atomic(ptr))
#define rt_atomic_and(ptr, val)	atomic_long_fetch_and(val, __rt_atomic(ptr))
#define rt_atomic_or(ptr, val)	atomic_long_fetch_or(val, __rt_atomic(ptr))
#define rt_atomic_xor(ptr, val)	atomic_long_fetch_xor(val, __rt_atomic(ptr))

/* Set a flag and return whether it was set before; clear a flag. */
#define rt_atomic_flag_test_and_set(ptr)	rt_atomic_exchange(ptr, 1)
#define rt_atomic_flag_clear(ptr)		rt_atomic_store(ptr, 0)

/**
 * rt_atomic_compare_exchange_strong() - replace a value if it is the expected one
 * @ptr: the atomic variable
 * @expected: address of the expected value; if it differs, the actual value is stored there
 * @desired: the new value
 *
 * Context: Any.
 * Return: 1 if the value was replaced, otherwise 0.
 */
#define rt_atomic_compare_exchange_strong(ptr, expected, desired)	\
	__rt_atomic_replace(__rt_atomic(ptr), expected, desired)

static inline rt_atomic_t __rt_atomic_replace(atomic_long_t *ptr, rt_base_t *expected,
					      rt_base_t desired)
{
	if (atomic_long_try_cmpxchg(ptr, expected, desired))
		return 1;
	/*
	 * Linux does not order a comparison that fails, but the caller may act on the
	 * value that it got. Pairs with the operation that stored this value.
	 */
	smp_acquire__after_ctrl_dep();
	return 0;
}

#endif /* _RTALLOC_PORT_RTTHREAD_ATOMIC_H */
