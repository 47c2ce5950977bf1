// SPDX-License-Identifier: GPL-2.0-only
/*
 * caller.c - alloc and free that record the address of a caller given as an
 * argument. They do what entry.c does, but only a pool's usual case is inlined,
 * because packets are allocated and freed there. A call is bounded if the
 * backend is.
 */
#include <linux/irqflags.h>
#include <linux/module.h>
#include <rtalloc/caller.h>

#include "backend/pool_fast.h"
#include "core/keys.h"
#include "core/latency.h"
#include "core/lock.h"
#include "core/percpu_calls.h"
#include "core/slow.h"

/**
 * rtalloc_alloc_by() - as rtalloc_alloc(), for a given caller
 * @heap: the heap
 * @size: bytes, not 0
 * @gfp: as for rtalloc_alloc()
 * @caller: address that is recorded and reported as the caller
 *
 * Context: as rtalloc_alloc().
 * Return: as rtalloc_alloc().
 */
void *rtalloc_alloc_by(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
		       unsigned long caller)
{
	return heap_alloc_general(heap, size, gfp, caller);
}
EXPORT_SYMBOL_GPL(rtalloc_alloc_by);

/*
 * Is there nothing to trace, clear or time, so that a magazine may serve the
 * call?
 */
static bool alloc_is_plain(const struct rtalloc_heap *heap)
{
	return !alloc_has_extra(0) && !heap_is_timed(heap);
}

/* As alloc_is_plain(), for a free. */
static bool free_is_plain(const struct rtalloc_heap *heap)
{
	return !free_has_extra() && !heap_is_timed(heap);
}

/**
 * rtalloc_free_by() - as rtalloc_free(), for a given caller
 * @heap: the heap it came from
 * @p: the block; NULL does nothing
 * @caller: address that is recorded and reported as the caller
 *
 * Context: as rtalloc_alloc().
 * Return: as rtalloc_free().
 */
int rtalloc_free_by(struct rtalloc_heap *heap, void *p, unsigned long caller)
{
	if (READ_ONCE(heap->layer) && free_is_plain(heap))
		return rtalloc_percpu_free(heap, p, caller);
	return heap_free_general(heap, p, caller);
}
EXPORT_SYMBOL_GPL(rtalloc_free_by);

/**
 * mempool_fixed_alloc_by() - as mempool_fixed_alloc(), for a given caller
 * @fixed: the pool
 * @caller: address that is recorded and reported as the caller
 *
 * Context: Any but NMI.
 * Return: the element, or NULL.
 */
void *mempool_fixed_alloc_by(struct mempool_fixed *fixed, unsigned long caller)
{
	struct rtalloc_heap *heap = &fixed->heap;
	struct fixed_pool *pool = (void *)heap->ctrl;
	unsigned long flags;
	void *p;

	if (unlikely(READ_ONCE(heap->layer)) || unlikely(!alloc_is_plain(heap)))
		return rtalloc_alloc_by(heap, pool->elem, 0, caller);
	local_irq_save(flags);
	if (!heap_trylock(heap, flags))
		return rtalloc_alloc_by(heap, pool->elem, 0, caller);
	if (unlikely(!fixed_take(pool, &p)))
		return rtalloc_alloc_locked(heap, pool->elem, flags, caller);
	heap->allocs++;
	heap_unlock_raw(heap, flags);
	return p;
}
EXPORT_SYMBOL_GPL(mempool_fixed_alloc_by);

/**
 * mempool_fixed_free_by() - as mempool_fixed_free(), for a given caller
 * @fixed: the pool it came from
 * @p: the element; NULL does nothing
 * @caller: address that is recorded and reported as the caller
 *
 * Context: Any but NMI.
 * Return: as mempool_fixed_free().
 */
int mempool_fixed_free_by(struct mempool_fixed *fixed, void *p,
			  unsigned long caller)
{
	struct rtalloc_heap *heap = &fixed->heap;
	struct fixed_pool *pool = (void *)heap->ctrl;
	unsigned long flags;

	if (unlikely(READ_ONCE(heap->layer)) || unlikely(!free_is_plain(heap)))
		return rtalloc_free_by(heap, p, caller);
	local_irq_save(flags);
	if (!heap_trylock(heap, flags))
		return rtalloc_free_unlocked(heap, p, caller);
	if (unlikely(heap->is_watched) || unlikely(!fixed_put(pool, p)))
		return rtalloc_free_locked(heap, p, flags, caller);
	heap->frees++;
	heap_unlock_raw(heap, flags);
	return 0;
}
EXPORT_SYMBOL_GPL(mempool_fixed_free_by);
