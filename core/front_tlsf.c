// SPDX-License-Identifier: GPL-2.0-only
/*
 * front_tlsf.c - the hot calls for TLSF: its source is part of this object so
 * that its steps are inlined. What is not the usual case goes on in a function
 * of its own, so that the usual one saves no registers.
 */
#include "backend/tlsf.c"

#include "core/front.h"

static noinline void *alloc_use(struct rtalloc_heap *heap, size_t size,
				gfp_t gfp, unsigned long flags,
				unsigned long caller, struct block *block,
				size_t units)
	__releases(heap)
{
	void *p = block_use((struct tlsf *)heap->ctrl, block, units);

	return front_alloced(heap, p, size, gfp, flags, caller);
}

void *rtalloc_tlsf_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			 unsigned long flags, unsigned long caller)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;
	struct block *block;
	size_t units;

	if (unlikely(!tlsf_find(tlsf, size, &block, &units)))
		return rtalloc_alloc_locked(heap, size, gfp, flags, caller);
	if (!tlsf_cut(tlsf, block, units))
		return alloc_use(heap, size, gfp, flags, caller, block, units);
	return front_alloced(heap, block, size, gfp, flags, caller);
}

static noinline int free_coalesce(struct rtalloc_heap *heap, void *p,
				  unsigned long flags, unsigned long caller)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;

	if (likely(block_free(tlsf, &tlsf->pool[0], p)))
		return front_freed(heap, flags);
	return rtalloc_free_locked(heap, p, flags, caller);
}

int rtalloc_tlsf_free(struct rtalloc_heap *heap, void *p, unsigned long flags,
		      unsigned long caller)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;

	if (unlikely(!tlsf_is_near(tlsf, p)))
		return rtalloc_free_locked(heap, p, flags, caller);
	if (!tlsf_join(tlsf, p))
		return free_coalesce(heap, p, flags, caller);
	return front_freed(heap, flags);
}
