/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * percpu_fast.h - the usual alloc and free of a heap that has magazines, for the
 * entry points to inline: they call nothing. All else is in percpu.c.
 *
 * Interrupts are off and heap->magazines was read after that. So, when every
 * processor has been interrupted after it was changed, nobody works with magazines
 * any more. No lock is taken. An allocation executes no locked instruction, for
 * the entry that it takes is its processor's alone; a free executes one, by which
 * of several frees of a block one wins (percpu.h says why).
 */
#ifndef _RTALLOC_PERCPU_FAST_H
#define _RTALLOC_PERCPU_FAST_H

#include <linux/atomic.h>
#include <linux/irqflags.h>

#include "core/percpu.h"

/* Interrupts are off, and stay so until the last use; NULL: none, or not now. */
static __always_inline const struct rtalloc_percpu *
heap_magazines(const struct rtalloc_heap *heap)
{
	return READ_ONCE(heap->magazines);
}

/* A block of this processor's magazine; false: it is empty. */
static __always_inline bool fast_pop(const struct rtalloc_percpu *pc,
				     unsigned int cached, void **p)
{
	struct magazine *mag = mag_of(this_cpu_ptr(pc->mags), cached, true);
	size_t nr = mag->nr, unit;
	u8 *mark;

	if (unlikely(!nr))
		return false;
	unit = mag->unit[nr - 1];
	/* Numbers are counted where they are, not in registers. */
	barrier();
	mag->nr--;
	mag->allocs++;
	mark = unit_mark(pc, unit);
	*mark ^= STATE_CACHED;
	*p = unit_at(pc, unit);
	return true;
}

/* What became of a free: see fast_push(). */
enum push {
	PUSH_DONE,
	PUSH_UNKNOWN,	/* the layer knows of no block there: @mark says so */
	PUSH_OTHER,	/* percpu_free_more() */
};

/* The live block at @p goes into its magazine. */
static __always_inline enum push fast_push(const struct rtalloc_percpu *pc,
					   const void *p, u8 **mark, u8 *was)
{
	size_t unit = percpu_unit(pc, p), nr;
	struct magazine *mag;
	u8 state, old;

	if (unlikely(unit >= pc->nr_units))
		return PUSH_OTHER;
	*mark = unit_mark(pc, unit);
	*was = READ_ONCE(**mark);
	state = *was ^ (u8)unit;
	if (unlikely(state & (STATE_ODD | STATE_CACHED)))
		return state & STATE_ODD ? PUSH_UNKNOWN : PUSH_OTHER;
	mag = mag_of(this_cpu_ptr(pc->mags), state, false);
	nr = mag->nr;
	if (unlikely(nr >= mag->room))
		return state == STATE_NONE ? PUSH_UNKNOWN : PUSH_OTHER;
	old = *was;
	if (unlikely(!try_cmpxchg_relaxed(*mark, &old, old ^ STATE_CACHED)))
		return PUSH_OTHER;
	mag->unit[nr] = unit;
	mag->nr++;
	return PUSH_DONE;
}

/* The same of a pool, whose magazines there is a shorter way to. */
static __always_inline struct magazines __percpu *
pool_mags(const struct rtalloc_heap *heap)
{
	return READ_ONCE(heap->pool_mags);
}

/* Its links are the marks, and numbers the units. */
static __always_inline bool fast_take(struct magazines __percpu *mags,
				      const struct fixed_pool *pool, void **p)
{
	struct magazine *mag;
	u32 number;
	size_t nr;

	if (unlikely(!mags))
		return false;
	mag = mag_of(this_cpu_ptr(mags), STATE_POOL, false);
	nr = mag->nr;
	if (unlikely(!nr))
		return false;
	number = mag->unit[nr - 1];
	barrier();
	mag->nr--;
	mag->allocs++;
	WRITE_ONCE(pool->link[number], FIXED_LIVE);
	*p = fixed_at(pool, number);
	return true;
}

static __always_inline bool fast_put(struct magazines __percpu *mags,
				     const struct fixed_pool *pool,
				     const void *p)
{
	u64 number = fixed_number(pool, p);
	u32 was = FIXED_LIVE;
	struct magazine *mag;

	if (unlikely(!mags) ||
	    unlikely(number >= READ_ONCE(pool->free_limit)))
		return false;
	mag = mag_of(this_cpu_ptr(mags), STATE_POOL, false);
	if (unlikely(mag->nr >= mag->room) ||
	    unlikely(!try_cmpxchg_relaxed(&pool->link[number], &was,
					  FIXED_CACHED)))
		return false;
	/* The number is read again rather than kept in a register. */
	mag->unit[mag->nr] = number;
	barrier();
	mag->nr++;
	return true;
}

#endif /* _RTALLOC_PERCPU_FAST_H */
