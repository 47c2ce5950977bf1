// SPDX-License-Identifier: GPL-2.0-only
/*
 * front_tlsf.c - the hot calls for TLSF: its source is part of this object so
 * that its steps are inlined. What is not the usual case goes on in a function
 * of its own, so that the usual one saves no registers.
 */
#include "backend/tlsf.c"

#include "core/front.h"

static noinline void *alloc_take(struct rtalloc_heap *heap, size_t size,
				 gfp_t gfp, unsigned long flags,
				 struct block *block, struct need need)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;

	if (unlikely(!block_take(tlsf, need, block, true)))
		return rtalloc_alloc_locked(heap, size, gfp, flags, heap->caller);
	return front_alloced(heap, block, size, gfp, flags,
			     CALLER_IN_HEAP);
}

static noinline void *alloc_cut(struct rtalloc_heap *heap, size_t size,
				gfp_t gfp, unsigned long flags,
				struct block *block, struct need need)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;

	if (unlikely(!block_cut(tlsf, need, block, true)))
		return rtalloc_alloc_locked(heap, size, gfp, flags, heap->caller);
	return front_alloced(heap, block, size, gfp, flags,
			     CALLER_IN_HEAP);
}

void *rtalloc_tlsf_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			 unsigned long flags)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;
	struct block *block;
	struct need need;

	if (unlikely(!tlsf_find(tlsf, size, &need, &block)))
		return rtalloc_alloc_locked(heap, size, gfp, flags, heap->caller);
	if (block_keeps_class(block, need))
		return alloc_cut(heap, size, gfp, flags, block, need);
	return alloc_take(heap, size, gfp, flags, block, need);
}

/* One for each way, so that each has the registers for itself. */
static noinline int free_lone(struct rtalloc_heap *heap, void *p,
			      unsigned long flags)
	__releases(heap)
{
	if (unlikely(!free_used((struct tlsf *)heap->ctrl, p)))
		return rtalloc_free_locked(heap, p, flags, heap->caller);
	return front_freed(heap, flags);
}

static noinline int free_before(struct rtalloc_heap *heap, void *p,
				unsigned long flags)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;

	if (unlikely(!free_next(tlsf, tlsf->last, p, true)))
		return rtalloc_free_locked(heap, p, flags, heap->caller);
	return front_freed(heap, flags);
}

static noinline int free_joined(struct rtalloc_heap *heap, void *p,
				unsigned long flags)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;

	if (!tlsf_join(tlsf, p))
		return free_before(heap, p, flags);
	return front_freed(heap, flags);
}

static noinline int free_behind(struct rtalloc_heap *heap, void *p,
				unsigned long flags)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;

	if (unlikely(!free_prev(tlsf, tlsf->first, p, true)))
		return rtalloc_free_locked(heap, p, flags, heap->caller);
	return front_freed(heap, flags);
}

static noinline int free_between(struct rtalloc_heap *heap, void *p,
				 unsigned long flags)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;

	if (unlikely(!free_both(tlsf, tlsf->first, tlsf->last, p, true)))
		return rtalloc_free_locked(heap, p, flags, heap->caller);
	return front_freed(heap, flags);
}

int rtalloc_tlsf_free(struct rtalloc_heap *heap, void *p, unsigned long flags)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;

	if (unlikely(!tlsf_is_near(tlsf, p)))
		return rtalloc_free_locked(heap, p, flags, heap->caller);
	switch (block_around(tlsf, tlsf->last, p)) {
	case AROUND_USED:
		return free_lone(heap, p, flags);
	case AROUND_NEXT:
		return free_joined(heap, p, flags);
	case AROUND_PREV:
		return free_behind(heap, p, flags);
	case AROUND_BOTH:
		return free_between(heap, p, flags);
	default:
		return rtalloc_free_locked(heap, p, flags, heap->caller);
	}
}
