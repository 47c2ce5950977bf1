/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * versions.h - what differs between the kernels that bench/ is built for.
 */
#ifndef _RTALLOC_BENCH_VERSIONS_H
#define _RTALLOC_BENCH_VERSIONS_H

#include <linux/hrtimer.h>
#include <linux/slab.h>
#include <linux/version.h>

#include "bench.h"

static inline void
timer_prepare(struct hrtimer *timer,
	      enum hrtimer_restart (*fires)(struct hrtimer *timer),
	      enum hrtimer_mode mode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(timer, fires, CLOCK_MONOTONIC, mode);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, mode);
	timer->function = fires;
#endif
}

/*
 * objpool came with 6.7: it is lock-free, with an array for each processor, and
 * refuses nothing.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#include <linux/objpool.h>

static inline int objpool_setup(struct bench_arena *arena)
{
	struct objpool_head *pool = kzalloc(sizeof(*pool), GFP_KERNEL);
	int err;

	if (!pool)
		return -ENOMEM;
	err = objpool_init(pool, BENCH_BATCH, arena->block_size, GFP_KERNEL,
			   NULL, NULL, NULL);
	arena->ctx = pool;
	if (err)
		kfree(pool);
	return err;
}

static inline void objpool_teardown(struct bench_arena *arena)
{
	objpool_fini(arena->ctx);
	kfree(arena->ctx);
}

static __always_inline void *objpool_alloc_one(void *ctx, size_t size)
{
	return objpool_pop(ctx);
}

static __always_inline void objpool_free_one(void *ctx, void *p, size_t size)
{
	objpool_push(p, ctx);
}

#define BENCH_OBJPOOL(X)						\
	X(objpool, objpool_alloc_one, objpool_free_one, BENCH_FIXED,	\
	  objpool_setup, objpool_teardown)
#else
#define BENCH_OBJPOOL(X)
#endif

#endif /* _RTALLOC_BENCH_VERSIONS_H */
