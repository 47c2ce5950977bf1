// SPDX-License-Identifier: GPL-2.0-only
/*
 * wcet_slab.c - the hot calls for slab, which core/front.c has inside
 * rtalloc_alloc() and rtalloc_free(), on their own as the other backends' are.
 */
#include "slabzone.c"

#include "core/front.h"
#include "wcet.h"

void *wcet_slab_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
		      unsigned long flags)
{
	return front_alloc(heap, size, gfp, flags, slabzone_alloc_fast);
}

int wcet_slab_free(struct rtalloc_heap *heap, void *p, unsigned long flags)
{
	return front_free(heap, p, flags, slabzone_free_fast);
}
