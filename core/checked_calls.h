/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * checked_calls.h - the functions of the checked mode that the rest of the core
 * calls. How a checked heap lies in memory is in checked.h.
 */
#ifndef _RTALLOC_CHECKED_CALLS_H
#define _RTALLOC_CHECKED_CALLS_H

#include "core/heap.h"

/**
 * struct rtalloc_checked_past - what a checked heap knows about a block
 * @alloc: caller that allocated it; 0: not known
 * @free: caller that freed it; 0: it was not freed, or the caller is not known
 * @age: milliseconds since the later of the two, modulo 2^32; -1: not known
 */
struct rtalloc_checked_past {
	unsigned long alloc;
	unsigned long free;
	s64 age;
};

/*
 * In checked_make.c, for any heap: the bytes that an element of a pool takes,
 * including what the checked mode adds if @flags ask for it; and the end of the
 * mode, if it was on.
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

/* Return the backend's control block, also in a checked heap. */
static inline void *heap_backend_ctrl(struct rtalloc_heap *heap)
{
	return heap->is_checked ? rtalloc_checked_backend(heap) : heap->ctrl;
}

/*
 * Record @caller as the caller of the current call, which has just locked the
 * heap. Does nothing unless the heap is checked.
 */
static inline void heap_called(struct rtalloc_heap *heap, unsigned long caller)
{
	if (unlikely(heap->is_checked))
		rtalloc_checked_called(heap, caller);
}

/*
 * A hook found no memory in a call that holds the lock. Return true if the hook
 * should be called again: the quarantine holds more blocks than one hold of the
 * lock may evict, so the lock was dropped and taken again. @tries: how often
 * this call has retried already. Always false unless the heap is checked.
 */
static inline bool heap_pauses(struct rtalloc_heap *heap, unsigned long *flags,
			       unsigned int tries)
	__must_hold(heap)
{
	return unlikely(heap->is_checked) &&
	       rtalloc_checked_pause(heap, flags, tries);
}

/*
 * A hook has freed a block. If the quarantine now holds more than one hold of
 * the lock may evict, shrink it, dropping and retaking the lock. Return the
 * interrupt flags. Does nothing unless the heap is checked.
 */
static inline unsigned long heap_settle(struct rtalloc_heap *heap,
					unsigned long flags)
	__must_hold(heap)
{
	return unlikely(heap->is_checked) ?
	       rtalloc_checked_settle(heap, flags) : flags;
}

/*
 * Tell kmemleak about @p, which a call has allocated; the call has dropped the
 * lock. The caller is in an RCU read-side section that began before that, or
 * between rtalloc_heap_enter() and rtalloc_heap_leave(), so that destroying the
 * heap waits for it. Does nothing unless the heap is checked.
 */
static inline void heap_track(struct rtalloc_heap *heap, void *p, size_t size)
{
	if (unlikely(READ_ONCE(heap->is_checked)))
		rtalloc_checked_track(heap, p, size);
}

#endif /* _RTALLOC_CHECKED_CALLS_H */
