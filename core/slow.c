// SPDX-License-Identifier: GPL-2.0-only
/*
 * slow.c - rtalloc_alloc() and rtalloc_free() where the usual case of entry.c
 * ends: for any backend and any outcome.
 *
 * Every call takes the lock, calls one hook of the backend that changes the heap,
 * counts, and drops the lock. What must happen outside the lock (tracing, clearing,
 * reporting) comes after that.
 */
#include <linux/err.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "core/block.h"
#include "core/checked_calls.h"
#include "core/keys.h"
#include "core/lock.h"
#include "core/percpu_calls.h"
#include "core/pool.h"
#include "core/slow.h"
#include "core/trace.h"

/* ---- alloc ----------------------------------------------------------- */

/* Offset and room of a block, read under the lock for use outside of it. */
struct placed {
	u64 offset;
	size_t room;
};

static struct placed block_placed(struct rtalloc_heap *heap, void *p,
				  size_t size)
{
	return (struct placed){
		.offset = heap_offset(heap, p),
		.room = heap_room(heap, p, size),
	};
}

/*
 * Finish an allocation, outside the lock, when there is something to trace, to
 * clear or to record. The block belongs to the caller already, so its size and
 * place do not change. The bytes behind those asked for are cleared too.
 */
static void block_begin(struct rtalloc_heap *heap, void *p, size_t size,
			struct placed placed, gfp_t gfp, unsigned long caller)
{
	trace_rtalloc_alloc(heap, placed.offset, size, caller);
	if (heap_clears(heap, gfp))
		memset(p, 0, placed.room);
}

/* As block_begin(), for a block whose allocation did none of that. */
void rtalloc_alloc_finish(struct rtalloc_heap *heap, void *p, size_t size,
			  gfp_t gfp, unsigned long caller)
{
	struct placed placed;
	unsigned long flags;

	rcu_read_lock();	/* destroying the heap waits for the clearing */
	flags = heap_lock(heap);
	placed = block_placed(heap, p, size);
	heap_unlock(heap, flags);
	block_begin(heap, p, size, placed, gfp, caller);
	rcu_read_unlock();
}

void *rtalloc_alloc_done(struct rtalloc_heap *heap, void *p, size_t size,
			 gfp_t gfp, unsigned long flags, unsigned long caller)
	__releases(heap)
{
	struct placed placed;

	heap_assert_locked(heap);
	heap->allocs++;
	if (!alloc_has_extra(gfp) && likely(!heap->is_checked)) {
		heap_unlock(heap, flags);
		return p;
	}
	rcu_read_lock();
	placed = block_placed(heap, p, size);
	heap_unlock(heap, flags);
	heap_track(heap, p, size);
	block_begin(heap, p, size, placed, gfp, caller);
	rcu_read_unlock();
	return p;
}

/*
 * The hook returned @p, which is no block. In a checked heap there may be one
 * after all, found in more than one hold of the lock.
 */
static noinline void *alloc_further(struct rtalloc_heap *heap, void *p,
				    size_t size, gfp_t gfp, unsigned long flags,
				    unsigned long caller)
	__releases(heap)
{
	unsigned int tries = 0;

	while (!p && size && heap_pauses(heap, &flags, tries++)) {
		heap_called(heap, caller);
		if (!heap->is_closed)
			p = heap->ops->alloc(heap->ctrl, size);
	}
	if (IS_ERR_OR_NULL(p))
		return rtalloc_alloc_failed(heap, p, size, flags, caller);
	return rtalloc_alloc_done(heap, p, size, gfp, flags, caller);
}

/* Allocate by the hook. The heap is locked; this drops the lock. */
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
		return alloc_further(heap, p, size, gfp, flags, caller);
	return rtalloc_alloc_done(heap, p, size, gfp, flags, caller);
}

/* Switch from the raw lock, which is held, to the lock that the heap has. */
static __always_inline unsigned long own_lock(struct rtalloc_heap *heap,
					      unsigned long flags)
	__must_hold(heap)
{
	if (!heap->uses_raw) {
		heap_unlock_raw(heap, flags);
		flags = heap_lock(heap);
	}
	return flags;
}

void *rtalloc_alloc_locked(struct rtalloc_heap *heap, size_t size,
			   unsigned long flags, unsigned long caller)
	__releases(heap)
{
	return alloc_any(heap, size, 0, own_lock(heap, flags), caller);
}

void *rtalloc_alloc_unlocked(struct rtalloc_heap *heap, size_t size,
			     gfp_t gfp, unsigned long caller)
{
	if (unlikely(READ_ONCE(heap->layer)))
		return rtalloc_percpu_alloc(heap, size, gfp, caller);
	return alloc_any(heap, size, gfp, heap_lock(heap), caller);
}

/* ---- free ------------------------------------------------------------ */

/*
 * Finish a free that is traced, or that a waiting task or a function learns of.
 * A woken waiter may destroy the heap, whose name is traced: RCU keeps the
 * record.
 */
static void free_tell(struct rtalloc_heap *heap, unsigned long flags,
		      bool traced, u64 offset, unsigned long caller)
	__releases(heap)
{
	rcu_read_lock();
	if (heap->is_watched)
		rtalloc_free_watched(heap, flags);
	else
		heap_unlock(heap, flags);
	if (traced)
		trace_rtalloc_free(heap, offset, caller);
	rcu_read_unlock();
}

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
	flags = heap_settle(heap, flags);
	if (unlikely(heap->is_watched || traced) && p)
		free_tell(heap, flags, traced, offset, caller);
	else
		heap_unlock(heap, flags);
	return 0;
}

int rtalloc_free_locked(struct rtalloc_heap *heap, void *p,
			unsigned long flags, unsigned long caller)
	__releases(heap)
{
	return free_any(heap, p, own_lock(heap, flags), caller);
}

/*
 * Clear a block that is about to be freed, or to be cut to @from bytes. This
 * happens before the free and outside the lock; after the free the block could
 * belong to another caller. A block whose free would be refused is not touched.
 * The caller makes sure that no other caller frees the block meanwhile.
 */
void rtalloc_block_wipe(struct rtalloc_heap *heap, void *p, size_t from)
{
	unsigned long flags;
	size_t room;

	rcu_read_lock();	/* destroying the heap waits for the clearing */
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
