/* SPDX-License-Identifier: GPL-2.0-only */
/* hints to the compiler */
#pragma once

#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define noinline		__attribute__((noinline))
#define notrace
#define __percpu
#define __rcu
#define fallthrough		__attribute__((fallthrough))
/* The reason is given where it is used. */
#define data_race(x)		(x)
#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), v, __ATOMIC_RELAXED)
#define __must_hold(x)
#define __acquires(x)
#define __releases(x)
#define __acquire(x)		((void)0)
#define __release(x)		((void)0)
#define __cond_lock(x, c)	(c)
#define __aligned(n)		__attribute__((aligned(n)))
#define __packed		__attribute__((packed))
#define __printf(a, b)		__attribute__((format(printf, a, b)))
#define _RET_IP_		((unsigned long)__builtin_return_address(0))
#define _THIS_IP_	({ __label__ here; here: (unsigned long)&&here; })
#define __maybe_unused		__attribute__((unused))
#define __must_check		__attribute__((warn_unused_result))
#define __malloc		__attribute__((malloc))
#define __weak			__attribute__((weak))

#ifndef barrier
#define OPTIMIZER_HIDE_VAR(var)	__asm__("" : "=r" (var) : "0" (var))
#define barrier()		__asm__ volatile("" : : : "memory")
#endif
