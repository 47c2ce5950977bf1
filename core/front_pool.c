// SPDX-License-Identifier: GPL-2.0-only
/*
 * front_pool.c - the hot calls of a pool: mempool_fixed_alloc() and
 * mempool_fixed_free(). mempool_fixed.c is part of this object so that its
 * fast halves are inlined between lock and unlock. All else about pools is in
 * pool.c.
 */
#include "mempool_fixed.c"

#include <linux/module.h>

#include "core/front.h"
#include "core/percpu_fast.h"

static noinline void *alloc_slow(struct rtalloc_heap *heap, unsigned long flags,
				 unsigned long caller)
	__releases(heap)
{
	const struct fixed_pool *pool = (void *)heap->ctrl;

	return rtalloc_alloc_locked(heap, pool->elem, 0, flags, caller);
}

static noinline void *alloc_contended(struct rtalloc_heap *heap,
				      unsigned long caller)
{
	const struct fixed_pool *pool = (void *)heap->ctrl;

	return rtalloc_alloc_unlocked(heap, pool->elem, 0, caller);
}

static noinline void *alloc_finish(struct rtalloc_heap *heap, void *p,
				   unsigned long caller)
{
	const struct fixed_pool *pool = (void *)heap->ctrl;

	return rtalloc_alloc_finish(heap, p, pool->elem, 0, caller);
}

/**
 * mempool_fixed_alloc() - take an element, without waiting
 * @fixed: the pool
 *
 * Constant time.
 *
 * Context: Any but NMI.
 * Return: the element, or NULL.
 */
void *mempool_fixed_alloc(struct mempool_fixed *fixed)
{
	struct rtalloc_heap *heap = &fixed->heap;
	unsigned long flags;
	void *p;

	local_irq_save(flags);
	if (heap_has_magazines(heap))
		return percpu_take(heap, flags);
	if (!heap_trylock(heap, flags))
		return alloc_contended(heap, _RET_IP_);
	if (unlikely(!fixed_take((void *)heap->ctrl, &p)))
		return alloc_slow(heap, flags, _RET_IP_);
	heap->allocs++;
	heap_unlock_raw(heap, flags);
	if (alloc_has_more(0))
		return alloc_finish(heap, p, _RET_IP_);
	return p;
}
EXPORT_SYMBOL_GPL(mempool_fixed_alloc);

/**
 * mempool_fixed_free() - give an element back
 * @fixed: the pool it came from
 * @p: the element; NULL does nothing
 *
 * Constant time. If a task waits for an element, the one that has waited
 * longest gets it; else the function set by mempool_fixed_set_freed() is
 * called.
 *
 * Context: Any but NMI.
 * Return: 0, or, with nothing changed, -RTALLOC_FOREIGN,
 *	-RTALLOC_NOT_A_BLOCK (not the start of an element),
 *	-RTALLOC_DOUBLE_FREE, -RTALLOC_OVERRUN (with RTALLOC_POOL_GUARDS) or
 *	-RTALLOC_CORRUPT. Refusals are counted and reported, rate-limited.
 */
int mempool_fixed_free(struct mempool_fixed *fixed, void *p)
{
	struct rtalloc_heap *heap = &fixed->heap;
	unsigned long flags;

	if (free_has_more())
		return rtalloc_free_unlocked(heap, p, _RET_IP_);
	local_irq_save(flags);
	if (heap_has_magazines(heap))
		return percpu_put(heap, p, flags);
	if (!heap_trylock(heap, flags))
		return rtalloc_free_unlocked(heap, p, _RET_IP_);
	if (unlikely(heap->is_watched) ||
	    unlikely(!fixed_put((void *)heap->ctrl, p)))
		return rtalloc_free_locked(heap, p, flags, _RET_IP_);
	return front_freed(heap, flags);
}
EXPORT_SYMBOL_GPL(mempool_fixed_free);
