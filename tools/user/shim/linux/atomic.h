/* SPDX-License-Identifier: GPL-2.0-only */
/* atomic operations */
#pragma once

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	long counter;
} atomic_long_t;

#define atomic_read(v)		((v)->counter)
#define atomic_read_acquire(v)	__atomic_load_n(&(v)->counter, __ATOMIC_ACQUIRE)
#define atomic_set(v, n)	((void)((v)->counter = (n)))
#define atomic_inc(v)		((void)(v)->counter++)
#define atomic_dec_and_test(v)	(!--(v)->counter)
#define atomic_long_read(v)	((v)->counter)
#define atomic_long_inc(v)	((void)(v)->counter++)

#define atomic_long_read_acquire(v)	((v)->counter)
#define atomic_long_set(v, n)		((void)((v)->counter = (n)))
#define atomic_long_set_release(v, n)	((void)((v)->counter = (n)))
#define atomic_long_xchg(v, n)	__atomic_exchange_n(&(v)->counter, n, __ATOMIC_SEQ_CST)
#define atomic_long_fetch_add(n, v)	\
	__atomic_fetch_add(&(v)->counter, n, __ATOMIC_SEQ_CST)
#define atomic_long_fetch_sub(n, v)	\
	__atomic_fetch_sub(&(v)->counter, n, __ATOMIC_SEQ_CST)
#define atomic_long_fetch_and(n, v)	\
	__atomic_fetch_and(&(v)->counter, n, __ATOMIC_SEQ_CST)
#define atomic_long_fetch_or(n, v)	\
	__atomic_fetch_or(&(v)->counter, n, __ATOMIC_SEQ_CST)
#define atomic_long_fetch_xor(n, v)	\
	__atomic_fetch_xor(&(v)->counter, n, __ATOMIC_SEQ_CST)
#define atomic_long_try_cmpxchg(v, old, n)	\
	try_cmpxchg(&(v)->counter, old, n)

/* The users of these two document which accesses pair. */
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
/* See smp_load_acquire(). */
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)

/* See smp_load_acquire(), for the next three too. */
#define smp_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
/* For writes. */
#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
/* After a read that a branch has tested. */
#define smp_acquire__after_ctrl_dep()	__atomic_thread_fence(__ATOMIC_ACQUIRE)

#define xchg(p, v)		__atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define try_cmpxchg(p, old, v)						\
	__atomic_compare_exchange_n(p, old, v, false, __ATOMIC_SEQ_CST,	\
				    __ATOMIC_SEQ_CST)
#define try_cmpxchg_relaxed(p, old, v)					\
	__atomic_compare_exchange_n(p, old, v, false, __ATOMIC_RELAXED,	\
				    __ATOMIC_RELAXED)
