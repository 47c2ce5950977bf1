// SPDX-License-Identifier: GPL-2.0-only
/*
 * front_tlsf.c - the hot calls for TLSF: its source is part of this object so
 * that its steps are inlined. What is not the usual case goes on in a function
 * of its own, so that the usual one saves no registers.
 */
#include "backend/tlsf.c"

#include "backend/tlsf_fast.h"
#include "core/front.h"

/* What was asked for is only read again where something is not usual. */
static __always_inline void *alloced(struct rtalloc_heap *heap,
				     struct block *block, gfp_t gfp,
				     unsigned long flags)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;

	heap->allocs++;
	if (alloc_has_more(gfp)) {
		barrier();
		return rtalloc_alloc_finish_raw(heap, block, tlsf->asked, gfp,
						flags, heap->caller);
	}
	heap_unlock_raw(heap, flags);
	return block;
}

static noinline void *
alloc_take(struct rtalloc_heap *heap, struct block *block, gfp_t gfp,
	   unsigned long flags, size_t units, size_t class)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;
	const struct need need = { units, class };

	if (unlikely(!block_take(tlsf, need, tlsf->last, block, true)))
		return rtalloc_alloc_locked(heap, tlsf->asked, gfp, flags,
					    heap->caller);
	return alloced(heap, block, gfp, flags);
}

static noinline void *
alloc_split(struct rtalloc_heap *heap, struct block *block, gfp_t gfp,
	    unsigned long flags, size_t units, size_t class)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;
	const struct need need = { units, class };

	if (unlikely(!block_split(tlsf, need, tlsf->last, block, true)))
		return rtalloc_alloc_locked(heap, tlsf->asked, gfp, flags,
					    heap->caller);
	return alloced(heap, block, gfp, flags);
}

static noinline void *
alloc_cut(struct rtalloc_heap *heap, struct block *block, gfp_t gfp,
	  unsigned long flags, size_t units, size_t class)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;
	const struct need need = { units, class };

	if (unlikely(!block_cut(tlsf, need, tlsf->last, block, true)))
		return rtalloc_alloc_locked(heap, tlsf->asked, gfp, flags,
					    heap->caller);
	return alloced(heap, block, gfp, flags);
}

void *rtalloc_tlsf_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			 unsigned long flags)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;
	struct block *block;
	struct need need;

	tlsf->asked = size;
	if (unlikely(!tlsf_find(tlsf, size, &need, &block)))
		return rtalloc_alloc_locked(heap, tlsf->asked, gfp, flags,
					    heap->caller);
	if (block_keeps_class(block, need)) {
		/* One register for it, none for what was made of it. */
		OPTIMIZER_HIDE_VAR(need.class);
		barrier();
		if (likely(fast_cut(tlsf, need, block)))
			return alloced(heap, block, gfp, flags);
		return alloc_cut(heap, block, gfp, flags, need.units,
				 need.class);
	}
	if (block_has_no_rest(block, need))
		return alloc_take(heap, block, gfp, flags, need.units,
				  need.class);
	return alloc_split(heap, block, gfp, flags, need.units, need.class);
}

/* One for each way, so that each has the registers for itself. */
static noinline int free_lone(struct rtalloc_heap *heap, void *p,
			      unsigned long flags, u64 own)
	__releases(heap)
{
	if (unlikely(!free_used((struct tlsf *)heap->ctrl, p, own)))
		return rtalloc_free_locked(heap, p, flags, heap->caller);
	return front_freed(heap, flags);
}

static noinline int free_before(struct rtalloc_heap *heap, void *p,
				unsigned long flags, u64 own,
				struct tlsf *tlsf)
	__releases(heap)
{
	if (unlikely(!free_next(tlsf, tlsf->last, p, own, true)))
		return rtalloc_free_locked(heap, p, flags, heap->caller);
	return front_freed(heap, flags);
}

static noinline int free_behind(struct rtalloc_heap *heap, void *p,
				unsigned long flags)
	__releases(heap)
{
	if (unlikely(!free_prev((struct tlsf *)heap->ctrl, p, true)))
		return rtalloc_free_locked(heap, p, flags, heap->caller);
	return front_freed(heap, flags);
}

static noinline int free_between(struct rtalloc_heap *heap, void *p,
				 unsigned long flags, u64 own,
				 struct tlsf *tlsf)
	__releases(heap)
{
	if (unlikely(!free_both(tlsf, tlsf->last, p, own, true)))
		return rtalloc_free_locked(heap, p, flags, heap->caller);
	return front_freed(heap, flags);
}

int rtalloc_tlsf_free(struct rtalloc_heap *heap, void *p, unsigned long flags)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;
	u64 own;

	if (unlikely(!tlsf_is_near(tlsf, p, &own)))
		return rtalloc_free_locked(heap, p, flags, heap->caller);
	switch (block_around(tlsf, tlsf->last, p)) {
	case AROUND_USED:
		return free_lone(heap, p, flags, own);
	case AROUND_NEXT:
		if (likely(fast_join(tlsf, p, own)))
			return front_freed(heap, flags);
		/* Made here, not kept in a register by all ways. */
		OPTIMIZER_HIDE_VAR(heap);
		return free_before(heap, p, flags, own,
				   (struct tlsf *)heap->ctrl);
	case AROUND_PREV:
		return free_behind(heap, p, flags);
	case AROUND_BOTH:
		OPTIMIZER_HIDE_VAR(heap);
		return free_between(heap, p, flags, own,
				    (struct tlsf *)heap->ctrl);
	default:
		return rtalloc_free_locked(heap, p, flags, heap->caller);
	}
}
