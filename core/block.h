/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * block.h - the failure paths of calls on blocks, closing a heap (also because
 * it is damaged), and realloc for the interface.
 */
#ifndef _RTALLOC_BLOCK_H
#define _RTALLOC_BLOCK_H

#include "core/heap.h"

void rtalloc_heap_shut(struct rtalloc_heap *heap);
bool rtalloc_heap_damaged(struct rtalloc_heap *heap);
void rtalloc_damage_tell(struct rtalloc_heap *heap);
void *rtalloc_alloc_failed(struct rtalloc_heap *heap, void *p, size_t size,
			   unsigned long flags, unsigned long caller)
	__releases(heap);
int rtalloc_refused(struct rtalloc_heap *heap, const char *call, void *p,
		    int err, unsigned long flags, unsigned long caller)
	__releases(heap);
int rtalloc_realloc_in(struct rtalloc_heap *heap, void **p, size_t size,
		       gfp_t gfp, unsigned long caller);

#endif /* _RTALLOC_BLOCK_H */
