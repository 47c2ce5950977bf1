// SPDX-License-Identifier: GPL-2.0-only
/*
 * entry_user.c - call heaps of the test harness by the core's entry points, with only the
 * hook in place of core/slow.c; see entry_user.h.
 */
#include "core/latency.h"
#include "core/percpu.h"
#include "core/slow.h"
#include "entry_user.h"

void *rtalloc_alloc_locked(struct rtalloc_heap *heap, size_t size,
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
	return rtalloc_alloc_locked(heap, size, 0, caller);
}

int rtalloc_free_unlocked(struct rtalloc_heap *heap, void *p,
			  unsigned long caller)
{
	return rtalloc_free_locked(heap, p, 0, caller);
}

/* Heaps here have no magazines. */
unsigned int shim_cpu;

void *percpu_alloc_slow(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			unsigned long caller)
{
	return NULL;
}

void *percpu_take_slow(struct rtalloc_heap *heap, unsigned long caller)
{
	return NULL;
}

int percpu_free_slow(struct rtalloc_heap *heap, void *p, unsigned long caller)
{
	return 0;
}

DEFINE_STATIC_KEY_FALSE(rtalloc_alloc_extra);
DEFINE_STATIC_KEY_FALSE(rtalloc_free_extra);
DEFINE_STATIC_KEY_FALSE(rtalloc_special);
DEFINE_STATIC_KEY_FALSE(rtalloc_timed);

/* Heaps here are not timed. */
void *rtalloc_alloc_timed(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			  unsigned long caller)
{
	return rtalloc_alloc_unlocked(heap, size, gfp, caller);
}

int rtalloc_free_timed(struct rtalloc_heap *heap, void *p,
		       unsigned long caller)
{
	return rtalloc_free_unlocked(heap, p, caller);
}

/* The calls of pools, with the signatures of the others. */
static void *pool_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp)
{
	return mempool_fixed_alloc((struct mempool_fixed *)heap);
}

static int pool_free(struct rtalloc_heap *heap, void *p)
{
	return mempool_fixed_free((struct mempool_fixed *)heap, p);
}

void entry_begin(void)
{
	heap_ctrl_head = offsetof(struct rtalloc_heap, ctrl);
}

void entry_open(struct entry *entry, const struct heap *heap)
{
	const struct rtalloc_ops *ops = heap->ops;

	*entry = (struct entry){
		.heap = container_of(heap->ctrl, struct rtalloc_heap, ctrl),
	};
	entry->heap->ops = ops;
	entry->heap->uses_raw = true;
	if (!(heap->backend->flags & ops->fast_except))
		entry->heap->fast = ops->fast;
	if (entry->heap->fast) {
		entry->alloc = rtalloc_alloc;
		entry->free = rtalloc_free;
	} else if (ops->configure) {
		entry->alloc = pool_alloc;
		entry->free = pool_free;
	}
}
