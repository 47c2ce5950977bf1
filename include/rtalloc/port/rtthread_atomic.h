/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread_atomic.h - RT-Thread's atomic numbers over Linux's: included by
 * rtthread_types.h, in place of rtatomic.h.
 *
 * They are plain words, as there, so one may be set where it is defined. What changes
 * one is fully ordered. All are legal in any context.
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

/* What is there now; as an acquire. */
#define rt_atomic_load(ptr)	atomic_long_read_acquire(__rt_atomic(ptr))

/* What is there from now on; the second as a release. */
#define rt_atomic_init(ptr, val)	atomic_long_set(__rt_atomic(ptr), val)
#define rt_atomic_store(ptr, val)					\
	atomic_long_set_release(__rt_atomic(ptr), val)

/* Change what is there. Each returns what was there before. */
#define rt_atomic_exchange(ptr, val)	atomic_long_xchg(__rt_atomic(ptr), val)
#define rt_atomic_add(ptr, val)	atomic_long_fetch_add(val, __rt_atomic(ptr))
#define rt_atomic_sub(ptr, val)	atomic_long_fetch_sub(val, __rt_atomic(ptr))
#define rt_atomic_and(ptr, val)	atomic_long_fetch_and(val, __rt_atomic(ptr))
#define rt_atomic_or(ptr, val)	atomic_long_fetch_or(val, __rt_atomic(ptr))
#define rt_atomic_xor(ptr, val)	atomic_long_fetch_xor(val, __rt_atomic(ptr))

/* A flag: set it, and return whether it was set; clear it. */
#define rt_atomic_flag_test_and_set(ptr)	rt_atomic_exchange(ptr, 1)
#define rt_atomic_flag_clear(ptr)		rt_atomic_store(ptr, 0)

/**
 * rt_atomic_compare_exchange_strong() - replace a number, if it is what is expected
 * @ptr: the number
 * @expected: what it must be; else this becomes what it is
 * @desired: what it becomes
 *
 * Context: Any.
 * Return: 1: it was @expected; 0: it stays.
 */
#define rt_atomic_compare_exchange_strong(ptr, expected, desired)	\
	((rt_atomic_t)atomic_long_try_cmpxchg(__rt_atomic(ptr), expected, desired))

#endif /* _RTALLOC_PORT_RTTHREAD_ATOMIC_H */
