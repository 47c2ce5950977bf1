/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * percpu_fast.h - the usual alloc and free of a heap that has magazines, for the
 * doors to inline: they call nothing and need no more registers than a function
 * may have without saving any. All else is in percpu.c.
 *
 * Interrupts are off and heap->uses_percpu was read after that. So, when every
 * processor has been interrupted after it was changed, nobody works with magazines
 * any more. No lock is taken and no instruction is locked.
 */
#ifndef _RTALLOC_PERCPU_FAST_H
#define _RTALLOC_PERCPU_FAST_H

#include <linux/irqflags.h>

#include "core/percpu.h"

/* Interrupts are off, and stay so until the last use. */
static __always_inline bool heap_has_magazines(const struct rtalloc_heap *heap)
{
	return data_race(heap->uses_percpu);
}

/* A block of this processor's magazine; false: percpu_alloc_more(). */
static __always_inline bool fast_pop(const struct rtalloc_percpu *pc,
				     unsigned int cached, void **p)
{
	struct magazine *mag = mag_of(this_cpu_ptr(pc->mags), cached, true);
	size_t nr = mag->nr, unit;
	u8 *mark;

	if (unlikely(!nr))
		return false;
	unit = mag->unit[nr - 1];
	mark = unit_mark(pc, unit);
	if (unlikely(mark_state(mark, unit) != (u8)mag->state))
		return false;
	*mark ^= STATE_CACHED;
	/* Numbers are counted where they are: no register is saved for them. */
	barrier();
	mag->nr--;
	mag->allocs++;
	*p = unit_at(pc, unit);
	return true;
}

/* The live block at @p goes into its magazine; false: percpu_free_more(). */
static __always_inline bool fast_push(const struct rtalloc_percpu *pc,
				      const void *p)
{
	size_t unit = percpu_unit(pc, p);
	struct magazine *mag;
	u8 *mark, state;
	size_t nr;

	if (unlikely(unit >= pc->nr_units))
		return false;
	mark = unit_mark(pc, unit);
	state = mark_state(mark, unit);
	if (unlikely(state & (STATE_ODD | STATE_CACHED)))
		return false;
	mag = mag_of(this_cpu_ptr(pc->mags), state, false);
	nr = mag->nr;
	if (unlikely(nr >= mag->room))
		return false;
	*mark ^= STATE_CACHED;
	mag->unit[nr] = unit;
	mag->nr++;
	return true;
}

/* The same of a pool: its links are the marks, and numbers the units. */
static __always_inline bool fast_take(const struct rtalloc_percpu *pc,
				      const struct fixed_pool *pool, void **p)
{
	struct magazine *mag = mag_of(this_cpu_ptr(pc->mags), STATE_POOL, false);
	size_t nr = mag->nr;
	u32 number;

	if (unlikely(!nr))
		return false;
	number = mag->unit[nr - 1];
	if (unlikely(READ_ONCE(pool->link[number]) != FIXED_CACHED))
		return false;
	WRITE_ONCE(pool->link[number], FIXED_LIVE);
	barrier();
	mag->nr--;
	mag->allocs++;
	*p = fixed_at(pool, number);
	return true;
}

static __always_inline bool fast_put(const struct rtalloc_percpu *pc,
				     const struct fixed_pool *pool,
				     const void *p)
{
	u64 number = fixed_number(pool, p);
	struct magazine *mag;
	size_t nr;

	if (unlikely(number >= READ_ONCE(pool->free_limit)) ||
	    unlikely(READ_ONCE(pool->link[number]) != FIXED_LIVE))
		return false;
	mag = mag_of(this_cpu_ptr(pc->mags), STATE_POOL, false);
	nr = mag->nr;
	if (unlikely(nr >= mag->room))
		return false;
	WRITE_ONCE(pool->link[number], FIXED_CACHED);
	mag->unit[nr] = number;
	mag->nr++;
	return true;
}

/*
 * The rest of rtalloc_alloc() and the others, with interrupts off that were as
 * @flags says; not inlined, so that other heaps' calls save no registers for it.
 * Each is the last call of its door, whose caller is its own. Two ends each, so
 * that what one has found out it need not ask.
 */
static noinline notrace __maybe_unused void *percpu_alloc(struct rtalloc_heap *heap,
					   size_t size, gfp_t gfp,
					   unsigned long flags)
{
	const struct rtalloc_percpu *pc = heap->layer;
	void *p;

	if (likely(size - 1 < PERCPU_SIZE_MAX) &&
	    likely(fast_pop(pc, pc->class[(size - 1) / PERCPU_STEP], &p))) {
		local_irq_restore(flags);
		return p;
	}
	local_irq_restore(flags);
	return percpu_alloc_more(heap, size, gfp, _RET_IP_);
}

static noinline notrace __maybe_unused int percpu_free(struct rtalloc_heap *heap, void *p,
					unsigned long flags)
{
	if (likely(fast_push(heap->layer, p))) {
		local_irq_restore(flags);
		return 0;
	}
	local_irq_restore(flags);
	return percpu_free_more(heap, p, _RET_IP_);
}

static noinline notrace __maybe_unused void *percpu_take(struct rtalloc_heap *heap,
					  unsigned long flags)
{
	void *p;

	if (likely(fast_take(heap->layer, (void *)heap->ctrl, &p))) {
		local_irq_restore(flags);
		return p;
	}
	local_irq_restore(flags);
	return percpu_take_more(heap, _RET_IP_);
}

static noinline notrace __maybe_unused int percpu_put(struct rtalloc_heap *heap, void *p,
				       unsigned long flags)
{
	if (likely(fast_put(heap->layer, (void *)heap->ctrl, p))) {
		local_irq_restore(flags);
		return 0;
	}
	local_irq_restore(flags);
	return percpu_free_more(heap, p, _RET_IP_);
}

#endif /* _RTALLOC_PERCPU_FAST_H */
