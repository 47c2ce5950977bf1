// SPDX-License-Identifier: GPL-2.0-only
/*
 * front_user.c - which backends have a hot half, and what the core does where
 * one gives up: see front_user.h.
 */
#include "core/front.h"
#include "front_user.h"

void *rtalloc_alloc_locked(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			   unsigned long flags, unsigned long caller)
{
	return heap->ops->alloc(heap->ctrl, size);
}

int rtalloc_free_locked(struct rtalloc_heap *heap, void *p,
			unsigned long flags, unsigned long caller)
{
	return heap->ops->free(heap->ctrl, p);
}

void *rtalloc_alloc_unlocked(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			     unsigned long caller)
{
	return rtalloc_alloc_locked(heap, size, gfp, 0, caller);
}

int rtalloc_free_unlocked(struct rtalloc_heap *heap, void *p,
			  unsigned long caller)
{
	return rtalloc_free_locked(heap, p, 0, caller);
}

void *rtalloc_alloc_finish_raw(struct rtalloc_heap *heap, void *p, size_t size,
			       gfp_t gfp, unsigned long flags,
			       unsigned long caller)
{
	return p;
}

void *rtalloc_alloc_finish(struct rtalloc_heap *heap, void *p, size_t size,
			   gfp_t gfp, unsigned long caller)
{
	return p;
}

DEFINE_STATIC_KEY_FALSE(rtalloc_alloc_more);
DEFINE_STATIC_KEY_FALSE(rtalloc_free_more);
bool shim_init_on_alloc, shim_init_on_free;

/* A pool's own calls, as all others are called. */
static void *fixed_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			 unsigned long flags)
{
	return mempool_fixed_alloc((struct mempool_fixed *)heap);
}

static int fixed_free(struct rtalloc_heap *heap, void *p, unsigned long flags)
{
	return mempool_fixed_free((struct mempool_fixed *)heap, p);
}

static const struct {
	const struct rtalloc_ops *ops;
	front_alloc_t alloc;
	front_free_t free;
} fronts[] = {
	{ &slabzone_ops, front_slab_alloc, front_slab_free },
	{ &memheap_ops, rtalloc_memheap_alloc, rtalloc_memheap_free },
	{ &tlsf_ops, rtalloc_tlsf_alloc, rtalloc_tlsf_free },
	{ &mempool_fixed_ops, fixed_alloc, fixed_free },
};

void front_open(struct front *front, const struct heap *heap)
{
	*front = (struct front){
		.fixed.heap = { .ops = heap->ops, .ctrl = heap->ctrl },
	};
	/* As in the core, memheap's hot half does no best fit. */
	if (heap->backend->flags & RTALLOC_HEAP_BEST_FIT)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(fronts); i++) {
		if (fronts[i].ops != heap->ops)
			continue;
		front->alloc = fronts[i].alloc;
		front->free = fronts[i].free;
	}
}
