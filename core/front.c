// SPDX-License-Identifier: GPL-2.0-only
/*
 * front.c - the hot half of the front door: rtalloc_alloc(), rtalloc_free().
 *
 * Every call is: lock, one hook of the backend, count, unlock; then what must
 * happen outside the lock (tracing, clearing, reporting).
 *
 * slabzone.c is part of this object, so that slab's fast hooks are inlined
 * (front.h): calls through the ops would cost as much as its work. So
 * rtalloc_alloc() and rtalloc_free() are slab's own front; others are one jump
 * away. The raw lock is tried for every heap, also for one with a sleeping lock
 * (lock.h); who serves a heap may be read only under it.
 */
#include "slabzone.c"

#include <linux/module.h>

#include "core/front.h"

/* ---- alloc ----------------------------------------------------------- */

/* What follows an allocation outside the lock, when it is not nothing. */
void *rtalloc_alloc_finish(struct rtalloc_heap *heap, void *p,
			   size_t size, gfp_t gfp, unsigned long caller)
{
	trace_rtalloc_alloc(heap, p, size, caller);
	if (gfp & __GFP_ZERO)
		memset(p, 0, size);
	return p;
}

/* The heap is locked; any backend, any outcome. */
static __always_inline void *alloc_any(struct rtalloc_heap *heap, size_t size,
				       gfp_t gfp, unsigned long flags,
				       unsigned long caller)
	__releases(heap)
{
	void *p = NULL;

	if (size && !heap->is_closed)
		p = heap->ops->alloc(heap->ctrl, size);
	if (IS_ERR_OR_NULL(p)) {
		heap_unlock(heap, flags);
		return rtalloc_alloc_failed(heap, p, size, caller);
	}
	heap->allocs++;
	heap_unlock(heap, flags);
	if (unlikely(gfp & __GFP_ZERO) || trace_rtalloc_alloc_enabled())
		return rtalloc_alloc_finish(heap, p, size, gfp, caller);
	return p;
}

void *rtalloc_alloc_locked(struct rtalloc_heap *heap, size_t size,
			   gfp_t gfp, unsigned long flags,
			   unsigned long caller)
	__releases(heap)
{
	if (!heap->is_raw) {
		heap_unlock_raw(heap, flags);
		flags = heap_lock(heap);
	}
	return alloc_any(heap, size, gfp, flags, caller);
}

void *rtalloc_alloc_unlocked(struct rtalloc_heap *heap, size_t size,
			     gfp_t gfp, unsigned long caller)
{
	return alloc_any(heap, size, gfp, heap_lock(heap), caller);
}

/* The raw lock is held, and neither slab nor TLSF serves the heap. */
static noinline void *alloc_elsewhere(struct rtalloc_heap *heap, size_t size,
				      gfp_t gfp, unsigned long flags,
				      unsigned long caller)
	__releases(heap)
{
	if (heap->front == FRONT_MEMHEAP && !heap->is_busy)
		return rtalloc_memheap_alloc(heap, size, gfp, flags);
	heap_unlock_raw(heap, flags);
	return rtalloc_alloc_unlocked(heap, size, gfp, caller);
}

/**
 * rtalloc_alloc() - allocate a block
 * @heap: the heap
 * @size: bytes, not 0
 * @gfp: __GFP_ZERO clears the block; nothing else matters, nothing sleeps for
 *	memory and nothing warns
 *
 * Context: Any but NMI for a bounded heap; else as spin_lock_irqsave(). See
 *	Documentation/contexts.rst.
 * Return: the block, aligned as the heap says, or NULL.
 */
void *rtalloc_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp)
{
	unsigned long flags;

	if (!heap_trylock(heap, flags))
		return rtalloc_alloc_unlocked(heap, size, gfp, _RET_IP_);
	if (heap->front == FRONT_SLAB)
		return front_alloc(heap, size, gfp, flags, slabzone_alloc_fast);
	if (heap->front == FRONT_TLSF)
		return rtalloc_tlsf_alloc(heap, size, gfp, flags);
	return alloc_elsewhere(heap, size, gfp, flags, _RET_IP_);
}
EXPORT_SYMBOL_GPL(rtalloc_alloc);

/* ---- free ------------------------------------------------------------ */

/* What follows a free outside the lock, when it is not nothing. */
int rtalloc_free_finish(struct rtalloc_heap *heap, void *p, int err,
			unsigned long caller)
{
	if (err)
		return rtalloc_refused(heap, "free", p, err, caller);
	if (p)
		trace_rtalloc_free(heap, p, caller);
	return 0;
}

static __always_inline int free_any(struct rtalloc_heap *heap, void *p,
				    unsigned long flags, unsigned long caller)
	__releases(heap)
{
	int err = p ? heap->ops->free(heap->ctrl, p) : 0;

	heap->frees += p && !err;
	if (unlikely(heap->is_watched))
		return rtalloc_free_watched(heap, p, err, flags, caller);
	heap_unlock(heap, flags);
	if (unlikely(err) || trace_rtalloc_free_enabled())
		return rtalloc_free_finish(heap, p, err, caller);
	return 0;
}

int rtalloc_free_locked(struct rtalloc_heap *heap, void *p,
			unsigned long flags, unsigned long caller)
	__releases(heap)
{
	if (!heap->is_raw) {
		heap_unlock_raw(heap, flags);
		flags = heap_lock(heap);
	}
	return free_any(heap, p, flags, caller);
}

int rtalloc_free_unlocked(struct rtalloc_heap *heap, void *p,
			  unsigned long caller)
{
	return free_any(heap, p, heap_lock(heap), caller);
}

static noinline int free_elsewhere(struct rtalloc_heap *heap, void *p,
				   unsigned long flags, unsigned long caller)
	__releases(heap)
{
	if (heap->front == FRONT_MEMHEAP && !heap->is_busy)
		return rtalloc_memheap_free(heap, p, flags);
	heap_unlock_raw(heap, flags);
	return rtalloc_free_unlocked(heap, p, caller);
}

/**
 * rtalloc_free() - give a block back
 * @heap: the heap it came from
 * @p: the block; NULL does nothing
 *
 * Context: as rtalloc_alloc().
 * Return: 0, or, with nothing changed, -RTALLOC_FOREIGN,
 *	-RTALLOC_NOT_A_BLOCK, -RTALLOC_DOUBLE_FREE, -RTALLOC_OVERRUN or
 *	-RTALLOC_CORRUPT. Refusals are counted and reported, rate-limited.
 */
int rtalloc_free(struct rtalloc_heap *heap, void *p)
{
	unsigned long flags;

	if (!heap_trylock(heap, flags))
		return rtalloc_free_unlocked(heap, p, _RET_IP_);
	if (heap->front == FRONT_SLAB)
		return front_free(heap, p, flags, slabzone_free_fast);
	if (heap->front == FRONT_TLSF)
		return rtalloc_tlsf_free(heap, p, flags);
	return free_elsewhere(heap, p, flags, _RET_IP_);
}
EXPORT_SYMBOL_GPL(rtalloc_free);
