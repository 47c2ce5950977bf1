// SPDX-License-Identifier: GPL-2.0-only
/*
 * front_tlsf.c - the hot calls for TLSF: its source is part of this object so
 * that the fast hooks are inlined.
 */
#include "backend/tlsf.c"

#include "core/front.h"

void *rtalloc_tlsf_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			 unsigned long flags)
	__releases(heap)
{
	return front_alloc(heap, size, gfp, flags, tlsf_alloc_fast);
}

int rtalloc_tlsf_free(struct rtalloc_heap *heap, void *p, unsigned long flags)
	__releases(heap)
{
	return front_free(heap, p, flags, tlsf_free_fast);
}
