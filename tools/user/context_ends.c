// SPDX-License-Identifier: GPL-2.0-only
/*
 * context_ends.c - heaps that are destroyed while other tasks can still find them: what a
 * call does after it has dropped the lock, and what a heap must have before it can be found.
 */
#include <linux/err.h>
#include <linux/string.h>
#include <rtalloc/mempool_fixed.h>

#include "core/checked.h"
#include "core/core.h"
#include "context.h"

/* ---- blocks of a checked heap are recorded in time ------------------- */

int shim_rcu_depth;
static unsigned int tracked, tracked_late;

void __wrap_rtalloc_checked_track(struct rtalloc_heap *heap, void *p,
				  size_t size);
void __wrap_rtalloc_checked_track(struct rtalloc_heap *heap, void *p,
				  size_t size)
{
	tracked++;
	tracked_late += !shim_rcu_depth;
}

/*
 * Destroying a heap waits for RCU readers. So a checked heap must record each block within a
 * read-side section, or the record would be written into a freed heap.
 */
const char *blocks_are_tracked_in_time(struct rtalloc_heap *heap)
{
	unsigned int resized;
	void *p[5];

	tracked = 0;
	tracked_late = 0;
	p[0] = rtalloc_alloc(heap, 100, 0);
	p[1] = rtalloc_zalloc(heap, 100, 0);
	p[2] = rtalloc_alloc_aligned(heap, 100, 8, 0);
	if (rtalloc_alloc_bulk(heap, 100, 0, 2, p + 3) != 2)
		return "no two blocks";
	resized = !rtalloc_resize(heap, p[0], 90);	/* some backends cannot */
	p[0] = rtalloc_realloc(heap, p[0], 80, 0);
	for (size_t i = 0; i < 5; i++)
		if (!p[i] || rtalloc_free(heap, p[i]))
			return "a block is missing";
	if (tracked != 6 + resized)
		return "not every call has recorded its block";
	if (shim_rcu_depth)
		return "a section of RCU is left open, or twice";
	return tracked_late ? "recorded where the end does not wait" : NULL;
}

/*
 * kmemleak may know a creator's memory as an object of its own, so the blocks of a heap that got
 * some are tracked no more. Memory that was refused, because it is too small, changes nothing.
 */
const char *refused_memory_ends_no_tracking(struct rtalloc_heap *heap)
{
	static u8 memory[1 << 16] __aligned(4096);
	int err;

	if (rtalloc_heap_add_memory(heap, memory, 8) >= 0)
		return "8 bytes were glued";
	if (!checked_of(heap)->is_tracked)
		return "refused memory ends the tracking";
	err = rtalloc_heap_add_memory(heap, memory, sizeof(memory));
	if (!err != !!heap->ops->add_region)
		return err ? "64 KiB were not glued" :
			     "64 KiB were glued by a backend that cannot";
	return checked_of(heap)->is_tracked == !!err ? NULL :
	       "tracked with a creator's memory";
}

/* ---- a pool has all that it owns before it is found ------------------ */

static u32 *links_seen;

static void *note_added(struct rtalloc_heap *heap)
{
	links_seen = heap->links;
	return NULL;
}

static void note_removed(struct rtalloc_heap *heap)
{
}

/*
 * The pool must own its links when it is published. Otherwise they would leak if another
 * task destroyed it at once, and be set in a freed heap.
 */
const char *pool_has_links_at_first(struct rtalloc_heap *heap)
{
	static const struct rtalloc_observer noter = { note_added, note_removed };
	const struct mempool_fixed_params params = { .name = "links", .elem = 64 };
	static u8 memory[1024] __aligned(8);
	struct mempool_fixed *pool;

	links_seen = NULL;
	rtalloc_observe(&noter);
	pool = mempool_fixed_init(&params, memory, sizeof(memory));
	rtalloc_observe(NULL);
	if (IS_ERR(pool))
		return "no pool";
	if (mempool_fixed_destroy(pool, false))
		return "the pool stays";
	return links_seen ? NULL : "found before it has its links";
}

/* Links that the caller provides, even in static memory, are not freed with the heap. */
const char *links_of_a_caller_stay(struct rtalloc_heap *heap)
{
	static u8 memory[1024] __aligned(8);
	static u32 links[1024 / 64];
	const struct rtalloc_heap_params params = {
		.name = "links", .backend = "pool", .memory = memory,
		.size = sizeof(memory), .elem = 64, .links = links,
	};
	struct rtalloc_heap *pool = rtalloc_heap_create(&params);
	void *p;

	if (IS_ERR(pool))
		return "no pool";
	p = rtalloc_alloc(pool, 64, 0);
	if (!p || rtalloc_free(pool, p))
		return "no element";
	if (rtalloc_heap_destroy(pool, false))
		return "the pool stays";
	/* ASan reports this if they were freed. */
	memset(links, 0, sizeof(links));
	return NULL;
}
