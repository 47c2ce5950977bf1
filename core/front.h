/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * front.h - the hot half of the front door, to be made once for each backend
 * that has fast hooks: lock, fast hook, count, unlock.
 *
 * A fast hook does the usual case and calls nothing, so it is inlined between
 * lock and unlock and no register is saved; it says false, with nothing
 * changed, where there is more to do. Whatever is not usual (the lock is
 * taken, a bad pointer, a tracepoint is on, memory is to be cleared) goes on
 * in front.c, in functions of its own. They are told whose call it is: as an
 * argument, or, where that would cost a hot function a register, by heap->caller,
 * which the door has set under the lock.
 */
#ifndef _RTALLOC_FRONT_H
#define _RTALLOC_FRONT_H

#include "core/core.h"
#include "core/lock.h"
#include "core/more.h"
#include "interface/trace.h"

/* In front.c: the same with any backend, any outcome. */
void *rtalloc_alloc_unlocked(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			     unsigned long caller);
void *rtalloc_alloc_locked(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			   unsigned long flags, unsigned long caller)
	__releases(heap);
void *rtalloc_alloc_finish_raw(struct rtalloc_heap *heap, void *p, size_t size,
			       gfp_t gfp, unsigned long flags,
			       unsigned long caller)
	__releases(heap);
int rtalloc_free_unlocked(struct rtalloc_heap *heap, void *p,
			  unsigned long caller);
int rtalloc_free_locked(struct rtalloc_heap *heap, void *p,
			unsigned long flags, unsigned long caller)
	__releases(heap);

/* Any heap, for the doors that allocate besides rtalloc_alloc(). */
static inline void *alloc_door(struct rtalloc_heap *heap, size_t size,
			       gfp_t gfp, unsigned long caller)
{
	if (unlikely(heap->uses_percpu))
		return rtalloc_percpu_alloc(heap, size, gfp, caller);
	return rtalloc_alloc_unlocked(heap, size, gfp, caller);
}

#define CALLER_IN_HEAP	0ul	/* for @caller below: it is in heap->caller */

static __always_inline unsigned long front_caller(struct rtalloc_heap *heap,
						  unsigned long caller)
{
	return caller == CALLER_IN_HEAP ? heap->caller : caller;
}

/* @p was allocated by a hook of any kind; the heap is locked. */
static __always_inline void *alloc_done(struct rtalloc_heap *heap, void *p,
					size_t size, gfp_t gfp,
					unsigned long flags,
					unsigned long caller)
	__releases(heap)
{
	heap->allocs++;
	heap_unlock(heap, flags);
	heap_track(heap, p, size);
	if (alloc_has_more(gfp))
		return rtalloc_alloc_finish(heap, p, size, gfp, caller);
	return p;
}

/* The same of a fast hook; the raw lock is held. */
static __always_inline void *front_alloced(struct rtalloc_heap *heap, void *p,
					   size_t size, gfp_t gfp,
					   unsigned long flags,
					   unsigned long caller)
	__releases(heap)
{
	heap->allocs++;
	if (alloc_has_more(gfp))
		return rtalloc_alloc_finish_raw(heap, p, size, gfp, flags,
					  front_caller(heap, caller));
	heap_unlock_raw(heap, flags);
	return p;
}

static __always_inline int front_freed(struct rtalloc_heap *heap,
				       unsigned long flags)
	__releases(heap)
{
	heap->frees++;
	heap_unlock_raw(heap, flags);
	return 0;
}

/* The raw lock is held, and heap->front was read under it. */
static __always_inline void *
front_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
	    unsigned long flags, unsigned long caller,
	    bool (*fast)(void *ctrl, size_t size, void **p))
	__releases(heap)
{
	void *p;

	if (unlikely(!fast(heap->ctrl, size, &p)))
		return rtalloc_alloc_locked(heap, size, gfp, flags,
					    front_caller(heap, caller));
	return front_alloced(heap, p, size, gfp, flags, caller);
}

static __always_inline int front_free(struct rtalloc_heap *heap, void *p,
				      unsigned long flags,
				      unsigned long caller,
				      bool (*fast)(void *ctrl, void *p))
	__releases(heap)
{
	if (unlikely(!fast(heap->ctrl, p)))
		return rtalloc_free_locked(heap, p, flags,
					   front_caller(heap, caller));
	return front_freed(heap, flags);
}

#endif /* _RTALLOC_FRONT_H */
