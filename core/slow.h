/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slow.h - functions of slow.c that entry.c calls where its usual case ends:
 * for any backend and any outcome. @caller is the address that called the entry
 * point.
 */
#ifndef _RTALLOC_SLOW_H
#define _RTALLOC_SLOW_H

#include "core/heap.h"

/* The heap is not locked. */
void *rtalloc_alloc_unlocked(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			     unsigned long caller);
int rtalloc_free_unlocked(struct rtalloc_heap *heap, void *p,
			  unsigned long caller);

/* The raw lock is held, whichever lock the heap has; nothing is to be cleared. */
void *rtalloc_alloc_locked(struct rtalloc_heap *heap, size_t size,
			   unsigned long flags, unsigned long caller)
	__releases(heap);
int rtalloc_free_locked(struct rtalloc_heap *heap, void *p,
			unsigned long flags, unsigned long caller)
	__releases(heap);

/* The lock is held, and @p was got from a hook: count, unlock, trace, clear. */
void *rtalloc_alloc_done(struct rtalloc_heap *heap, void *p, size_t size,
			 gfp_t gfp, unsigned long flags, unsigned long caller)
	__releases(heap);

/* Trace and clear a new block; clear from @from on what is about to be freed. */
void rtalloc_alloc_finish(struct rtalloc_heap *heap, void *p, size_t size,
			  gfp_t gfp, unsigned long caller);
void rtalloc_block_wipe(struct rtalloc_heap *heap, void *p, size_t from);

#endif /* _RTALLOC_SLOW_H */
