// SPDX-License-Identifier: GPL-2.0-only
/*
 * front_memheap.c - the hot calls for memheap: its source is part of this
 * object so that the fast hooks are inlined.
 */
#include "backend/memheap.c"

#include "core/front.h"

void *rtalloc_memheap_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			    unsigned long flags)
	__releases(heap)
{
	return front_alloc(heap, size, gfp, flags, CALLER_IN_HEAP,
			   memheap_alloc_fast);
}

int rtalloc_memheap_free(struct rtalloc_heap *heap, void *p,
			 unsigned long flags)
	__releases(heap)
{
	return front_free(heap, p, flags, CALLER_IN_HEAP,
			  memheap_free_fast);
}
