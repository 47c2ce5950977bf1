/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * checked_calls.h - what the rest of the core calls of the checked mode. How a
 * checked heap lies in memory is in checked.h.
 */
#ifndef _RTALLOC_CHECKED_CALLS_H
#define _RTALLOC_CHECKED_CALLS_H

#include "core/heap.h"

/**
 * struct rtalloc_checked_past - what a heap knows of a block
 * @alloc: who allocated it; 0: that is not known
 * @free: who freed it; 0: nobody, or that is not known
 * @age: milliseconds since the latter of the two, modulo 2^32; -1: that is
 *	not known
 */
struct rtalloc_checked_past {
	unsigned long alloc;
	unsigned long free;
	s64 age;
};

/*
 * In checked_make.c. For any heap: bytes that each element takes with what the
 * checked mode puts round it, if @flags ask for that; and the end of the mode, if
 * it was on.
 */
size_t rtalloc_checked_elem(size_t elem, size_t align, unsigned int flags);
void rtalloc_checked_end(struct rtalloc_heap *heap);

/*
 * In checked_make.c and checked_inspect.c. Called only for heaps that are
 * checked.
 */
size_t rtalloc_checked_size(const struct rtalloc_ops *ops);
int rtalloc_checked_begin(struct rtalloc_heap *heap,
			  const struct rtalloc_heap_params *params,
			  const char **why);
void rtalloc_checked_called(struct rtalloc_heap *heap, unsigned long caller);
bool rtalloc_checked_pause(struct rtalloc_heap *heap, unsigned long *flags,
			   unsigned int tries)
	__must_hold(heap);
unsigned long rtalloc_checked_settle(struct rtalloc_heap *heap,
				     unsigned long flags)
	__must_hold(heap);
void rtalloc_checked_track(struct rtalloc_heap *heap, void *p, size_t size);
void rtalloc_checked_untracked(struct rtalloc_heap *heap);
void *rtalloc_checked_backend(struct rtalloc_heap *heap);
struct rtalloc_checked_past rtalloc_checked_past(struct rtalloc_heap *heap,
						 u64 offset);
void rtalloc_checked_quarantine(struct rtalloc_heap *heap, size_t *bytes,
				unsigned int *blocks, u64 *kept);
void rtalloc_checked_print(struct rtalloc_heap *heap, const void *p);

/* The backend's control block. */
static inline void *heap_backend_ctrl(struct rtalloc_heap *heap)
{
	return heap->is_checked ? rtalloc_checked_backend(heap) : heap->ctrl;
}

/*
 * Note @caller for a call that has just locked the heap. Does nothing unless
 * the heap is checked.
 */
static inline void heap_called(struct rtalloc_heap *heap, unsigned long caller)
{
	if (unlikely(heap->is_checked))
		rtalloc_checked_called(heap, caller);
}

/*
 * A hook has found no memory, in a call that holds the lock. True if it is worth
 * to call it again: a quarantine holds more than one hold of the lock may give
 * back, so the lock was dropped and taken again. @tries: how often this call has
 * been told so. Never true unless the heap is checked.
 */
static inline bool heap_pauses(struct rtalloc_heap *heap, unsigned long *flags,
			       unsigned int tries)
	__must_hold(heap)
{
	return unlikely(heap->is_checked) &&
	       rtalloc_checked_pause(heap, flags, tries);
}

/*
 * A hook has taken a block back. A quarantine that holds too much now, more than
 * one hold of the lock may give back, is brought down, and the lock dropped and
 * taken again meanwhile. Returns the flags. Does nothing unless the heap is checked.
 */
static inline unsigned long heap_settle(struct rtalloc_heap *heap,
					unsigned long flags)
	__must_hold(heap)
{
	return unlikely(heap->is_checked) ?
	       rtalloc_checked_settle(heap, flags) : flags;
}

/*
 * A call has allocated @p and has dropped the lock. The caller is in a read-side
 * section of RCU that began before that, or between rtalloc_heap_enter() and
 * rtalloc_heap_leave(): a heap that ends waits for it. Does nothing unless the heap
 * is checked.
 */
static inline void heap_track(struct rtalloc_heap *heap, void *p, size_t size)
{
	if (unlikely(READ_ONCE(heap->is_checked)))
		rtalloc_checked_track(heap, p, size);
}

#endif /* _RTALLOC_CHECKED_CALLS_H */
