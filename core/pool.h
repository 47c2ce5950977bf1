/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pool.h - the functions of pool.c that heaps call. rtalloc_free_watched() is
 * for pools only, because no other heap is watched; the others do nothing to a
 * heap that is not a pool.
 */
#ifndef _RTALLOC_POOL_H
#define _RTALLOC_POOL_H

#include "core/heap.h"

void rtalloc_free_watched(struct rtalloc_heap *heap, unsigned long flags)
	__releases(heap);
void rtalloc_waiters_dismiss(struct rtalloc_heap *heap);
void rtalloc_pool_serve(struct rtalloc_heap *heap, unsigned long flags)
	__releases(heap);
void rtalloc_pool_publish(struct rtalloc_heap *heap);
void rtalloc_pool_retract(struct rtalloc_heap *heap);

#endif /* _RTALLOC_POOL_H */
