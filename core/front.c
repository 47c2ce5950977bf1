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
 * (lock.h); who serves a heap may be read only under it. A free that is traced,
 * or whose block is to be cleared, takes the long way.
 */
#include "slabzone.c"

#include <linux/module.h>

#include "core/front.h"
#include "core/percpu_fast.h"

/* ---- alloc ----------------------------------------------------------- */

/*
 * What follows an allocation outside the lock, when it is not nothing. The
 * block is the caller's already, so its size and its place stay. What lies
 * behind the bytes asked for is cleared too.
 */
void *rtalloc_alloc_finish(struct rtalloc_heap *heap, void *p, size_t size,
			   gfp_t gfp, unsigned long caller)
{
	unsigned long flags;
	size_t room;
	u64 offset;

	rcu_read_lock();	/* a heap that goes waits for the clearing */
	flags = heap_lock(heap);
	room = heap->ops->usable_size(heap->ctrl, p);
	offset = heap_offset(heap, p);
	heap_unlock(heap, flags);
	trace_rtalloc_alloc(heap, offset, size, caller);
	if (heap_clears(heap, gfp))
		memset(p, 0, room);
	rcu_read_unlock();
	return p;
}

/* The same, with the raw lock held still. */
void *rtalloc_alloc_finish_raw(struct rtalloc_heap *heap, void *p, size_t size,
			       gfp_t gfp, unsigned long flags,
			       unsigned long caller)
	__releases(heap)
{
	heap_unlock_raw(heap, flags);
	return rtalloc_alloc_finish(heap, p, size, gfp, caller);
}

/* The heap is locked; any backend, any outcome. */
static __always_inline void *alloc_any(struct rtalloc_heap *heap, size_t size,
				       gfp_t gfp, unsigned long flags,
				       unsigned long caller)
	__releases(heap)
{
	void *p = NULL;

	heap_called(heap, caller);
	if (size && !heap->is_closed)
		p = heap->ops->alloc(heap->ctrl, size);
	if (IS_ERR_OR_NULL(p))
		return rtalloc_alloc_failed(heap, p, size, flags, caller);
	return alloc_done(heap, p, size, gfp, flags, caller);
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

/* Not inlined: others are not to save registers for it. */
static noinline void *alloc_slab(struct rtalloc_heap *heap, size_t size,
				 gfp_t gfp, unsigned long flags)
	__releases(heap)
{
	return front_alloc(heap, size, gfp, flags, CALLER_IN_HEAP,
			   slabzone_alloc_fast);
}

/* The raw lock is held, and neither slab nor TLSF serves the heap. */
static noinline void *alloc_elsewhere(struct rtalloc_heap *heap, size_t size,
				      gfp_t gfp, unsigned long flags)
	__releases(heap)
{
	unsigned long caller = heap->caller;

	if (heap->front == FRONT_MEMHEAP && !heap->is_busy &&
	    !heap_context_is_wrong(heap, flags))
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
 * Where the kernel clears all that it allocates (init_on_alloc=1) so does this,
 * unless the heap has RTALLOC_HEAP_NO_INIT.
 *
 * Context: Any but NMI for a bounded heap; else as spin_lock_irqsave(). See
 *	Documentation/contexts.rst.
 * Return: the block, aligned as the heap says, or NULL.
 */
void *rtalloc_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp)
{
	unsigned long flags;

	heap_might_lock(heap);
	local_irq_save(flags);
	if (heap_has_magazines(heap))
		return percpu_alloc(heap, size, gfp, flags);
	if (!heap_trylock(heap, flags))
		return rtalloc_alloc_unlocked(heap, size, gfp, _RET_IP_);
	heap->caller = _RET_IP_;
	if (heap->front == FRONT_TLSF)
		return rtalloc_tlsf_alloc(heap, size, gfp, flags);
	if (heap->front == FRONT_SLAB)
		return alloc_slab(heap, size, gfp, flags);
	return alloc_elsewhere(heap, size, gfp, flags);
}
EXPORT_SYMBOL_GPL(rtalloc_alloc);

/* ---- free ------------------------------------------------------------ */

static __always_inline int free_any(struct rtalloc_heap *heap, void *p,
				    unsigned long flags, unsigned long caller)
	__releases(heap)
{
	bool traced = p && trace_rtalloc_free_enabled();
	u64 offset = traced ? heap_offset(heap, p) : 0;
	int err;

	heap_called(heap, caller);
	err = p ? heap->ops->free(heap->ctrl, p) : 0;
	if (unlikely(err))
		return rtalloc_refused(heap, "free", p, err, flags, caller);
	heap->frees += !!p;
	if (unlikely(heap->is_watched) && p)
		rtalloc_free_watched(heap, flags);
	else
		heap_unlock(heap, flags);
	if (traced)
		trace_rtalloc_free(heap, offset, caller);
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

/*
 * Clear a block that is about to be freed, or cut to @from bytes, outside the
 * lock: behind it the block could be somebody else's already. What would be
 * refused, then, is not touched. Nobody else may free the block meanwhile.
 */
void rtalloc_block_wipe(struct rtalloc_heap *heap, void *p, size_t from)
{
	unsigned long flags;
	size_t room;

	rcu_read_lock();	/* a heap that goes waits for the clearing */
	flags = heap_lock(heap);
	room = heap->ops->usable_size(heap->ctrl, p);
	if (room > from && heap->ops->loss_fault(heap->ctrl, p, from))
		room = 0;
	heap_unlock(heap, flags);
	if (room > from)
		memset(p + from, 0, room - from);
	rcu_read_unlock();
}

int rtalloc_free_unlocked(struct rtalloc_heap *heap, void *p,
			  unsigned long caller)
{
	if (p && heap_wipes(heap))
		rtalloc_block_wipe(heap, p, 0);
	return free_any(heap, p, heap_lock(heap), caller);
}

static noinline int free_elsewhere(struct rtalloc_heap *heap, void *p,
				   unsigned long flags)
	__releases(heap)
{
	unsigned long caller = heap->caller;

	if (heap->front == FRONT_MEMHEAP && !heap->is_busy &&
	    !heap_context_is_wrong(heap, flags))
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
 *	-RTALLOC_CORRUPT, which closes the heap. Refusals are counted and
 *	reported, rate-limited.
 */
int rtalloc_free(struct rtalloc_heap *heap, void *p)
{
	unsigned long flags;

	heap_might_lock(heap);
	if (free_has_more())
		return rtalloc_free_unlocked(heap, p, _RET_IP_);
	local_irq_save(flags);
	if (heap_has_magazines(heap))
		return percpu_free(heap, p, flags);
	if (!heap_trylock(heap, flags))
		return rtalloc_free_unlocked(heap, p, _RET_IP_);
	if (heap->front == FRONT_SLAB)
		return front_free(heap, p, flags, _RET_IP_, slabzone_free_fast);
	heap->caller = _RET_IP_;
	if (heap->front == FRONT_TLSF)
		return rtalloc_tlsf_free(heap, p, flags);
	return free_elsewhere(heap, p, flags);
}
EXPORT_SYMBOL_GPL(rtalloc_free);
