// SPDX-License-Identifier: GPL-2.0-only
/*
 * front_slab.c - the hot half for slab, which core/front.c has inside
 * rtalloc_alloc() and rtalloc_free(), on its own as the other backends' are.
 */
#include "slabzone.c"

#include "core/front.h"
#include "front_user.h"

void *front_slab_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
		       unsigned long flags)
{
	return front_alloc(heap, size, gfp, flags, _RET_IP_,
			   slabzone_alloc_fast);
}

int front_slab_free(struct rtalloc_heap *heap, void *p, unsigned long flags)
{
	return front_free(heap, p, flags, _RET_IP_, slabzone_free_fast);
}
