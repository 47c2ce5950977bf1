// SPDX-License-Identifier: GPL-2.0-only
/*
 * front_memheap.c - the hot calls for memheap: its source is part of this
 * object so that the fast hooks are inlined.
 */
#include "backend/memheap.c"

#include "core/front.h"

/* Where the first free block does not do: not inlined, for its registers. */
static noinline void *alloc_near(struct rtalloc_heap *heap, size_t size,
				 gfp_t gfp, unsigned long flags)
	__releases(heap)
{
	return front_alloc(heap, size, gfp, flags, CALLER_IN_HEAP,
			   memheap_alloc_near);
}

static noinline int free_near(struct rtalloc_heap *heap, void *p,
			      unsigned long flags)
	__releases(heap)
{
	return front_free(heap, p, flags, CALLER_IN_HEAP, memheap_free_near);
}

void *rtalloc_memheap_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			    unsigned long flags)
	__releases(heap)
{
	void *p;

	if (unlikely(!memheap_alloc_front(heap->ctrl, size, &p)))
		return alloc_near(heap, size, gfp, flags);
	return front_alloced(heap, p, size, gfp, flags, CALLER_IN_HEAP);
}

int rtalloc_memheap_free(struct rtalloc_heap *heap, void *p,
			 unsigned long flags)
	__releases(heap)
{
	if (unlikely(!memheap_free_front(heap->ctrl, p)))
		return free_near(heap, p, flags);
	return front_freed(heap, flags);
}
