/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * percpu_fast.h - the usual alloc and free of a heap that has magazines, for the
 * entry points to inline: they call nothing. All else is in percpu.c.
 *
 * Interrupts are off, and heap->magazines was read after that. So when the
 * pointer was changed and every processor has been interrupted since, nobody
 * uses the old magazines any more. No lock is taken. An allocation executes no
 * locked instruction, because the entry that it takes belongs to its processor
 * alone. A free executes one, which decides which of several frees of a block
 * wins (percpu.h says why).
 */
#ifndef _RTALLOC_PERCPU_FAST_H
#define _RTALLOC_PERCPU_FAST_H

#include <linux/atomic.h>
#include <linux/irqflags.h>

#include "core/percpu.h"

/*
 * Return the layer to use. Interrupts are off, and stay off until its last use.
 * While the magazines may not be used this is an empty layer, so that no call
 * has to test for that.
 */
static __always_inline const struct rtalloc_percpu *
heap_magazines(const struct rtalloc_heap *heap)
{
	return READ_ONCE(heap->magazines);
}

/*
 * Take a block from this processor's magazine at offset @at in its set. Return
 * false if it is empty. The slot holds the block's address, and the counters
 * are changed in memory: both save registers.
 */
static __always_inline bool fast_pop(const struct rtalloc_percpu *pc, size_t at,
				     void **p)
{
	struct magazine *mag = (void *)((u8 *)__this_cpu_read(*pc->mags) + at);
	void **top = mag->top;

	if (unlikely(top == mag->first))
		return false;
	*p = top[-1];
	barrier();
	mag->top--;
	mag_alloc_count(mag);
	*(u8 *)(pc->mark_of_0 + (unsigned long)*p / PERCPU_STEP) ^=
		STATE_CACHED;
	return true;
}

/* What became of a free: see fast_push(). */
enum push {
	PUSH_DONE,
	PUSH_UNKNOWN,	/* the layer knows no block there, as @mark says */
	PUSH_OTHER,	/* percpu_free_slow() */
};

/* Put the live block at @p into its magazine. */
static __always_inline enum push fast_push(const struct rtalloc_percpu *pc,
					   void *p, u8 **mark, u8 *was)
{
	size_t unit = percpu_unit(pc, p);
	struct magazine *mag;
	u8 state, old;
	void **top;

	if (unlikely(unit >= pc->nr_units))
		return PUSH_OTHER;
	*mark = unit_mark(pc, unit);
	*was = READ_ONCE(**mark);
	state = *was ^ (u8)unit;
	if (unlikely(state & (STATE_ODD | STATE_CACHED)))
		return state & STATE_ODD ? PUSH_UNKNOWN : PUSH_OTHER;
	mag = mag_of(__this_cpu_read(*pc->mags), state);
	top = mag->top;
	if (unlikely(top == mag->end))
		return state == STATE_NONE ? PUSH_UNKNOWN : PUSH_OTHER;
	old = *was;
	if (unlikely(!try_cmpxchg_relaxed(*mark, &old, old ^ STATE_CACHED)))
		return PUSH_OTHER;
	*top = p;
	mag->top++;
	return PUSH_DONE;
}

/* Return the sets of magazines of a pool, by a shorter path. */
static __always_inline struct magazines *__percpu *
pool_mags(const struct rtalloc_heap *heap)
{
	return READ_ONCE(heap->pool_mags);
}

/* As fast_pop(), for a pool. Links are the marks; a slot has the link's address. */
static __always_inline bool fast_take(struct magazines *__percpu *mags,
				      void **p)
{
	struct magazine *mag;
	void **top;
	u32 *link;

	mag = mag_of(__this_cpu_read(*mags), STATE_POOL);
	top = mag->top;
	if (unlikely(top == mag->first))
		return false;
	*p = top[-2];
	link = top[-1];
	barrier();
	mag->top -= 2;
	mag_alloc_count(mag);
	WRITE_ONCE(*link, FIXED_LIVE);
	return true;
}

static __always_inline bool fast_put(struct magazines *__percpu *mags,
				     const struct fixed_pool *pool, void *p)
{
	u64 number = fixed_number(pool, p);
	u32 was = FIXED_LIVE, *link;
	struct magazine *mag;
	void **top;

	/* Pairs with smp_store_release() in unused_take(). */
	if (unlikely(number >= READ_ONCE(pool->free_limit)))
		return false;
	mag = mag_of(__this_cpu_read(*mags), STATE_POOL);
	top = mag->top;
	link = &pool->link[number];
	if (unlikely(top == mag->end) ||
	    unlikely(!try_cmpxchg_relaxed(link, &was, FIXED_CACHED)))
		return false;
	top[0] = p;
	top[1] = link;
	barrier();
	mag->top += 2;
	return true;
}

#endif /* _RTALLOC_PERCPU_FAST_H */
