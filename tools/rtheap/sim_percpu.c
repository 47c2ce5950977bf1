// SPDX-License-Identifier: GPL-2.0-only
/*
 * Heaps with magazines for each processor in user space: the whole core, as in a
 * kernel, its locks aside.
 *
 * The core has the names that sim.c's stand-in for it has (tools/user/entry_user.c), so
 * it is in an object of its own, of which these functions alone can be seen: see the
 * Makefile. The shim plays four processors; the trace is played on the first. What
 * magazines may hold is the core's choice, an eighth of the heap; their own memory
 * and that of the marks is not part of the region.
 */
#include <linux/err.h>

#include "core/core.h"
#include "sim_percpu.h"

/* Cookies are the same in each run, so that counts repeat. */
uint64_t shim_random_seed = 1;

void *layered_open(const char *backend, void *base, size_t size,
		   unsigned int flags)
{
	static bool is_ready;
	struct rtalloc_heap_params params = {
		.name = "sim", .backend = backend, .memory = base,
		.size = size, .flags = flags | RTALLOC_HEAP_PERCPU,
	};
	struct rtalloc_heap *heap;

	if (!is_ready && rtalloc_percpu_init() < 0)
		return NULL;
	is_ready = true;
	heap = rtalloc_heap_create(&params);
	return IS_ERR(heap) ? NULL : heap;
}

void layered_close(void *heap)
{
	rtalloc_heap_destroy(heap, true);
}

void *layered_alloc(void *heap, size_t size)
{
	return rtalloc_alloc(heap, size, 0);
}

int layered_free(void *heap, void *p)
{
	return rtalloc_free(heap, p);
}

const char *layered_check(void *heap)
{
	static struct rtalloc_fault fault;

	return rtalloc_check(heap, &fault) ? fault.what : NULL;
}

void layered_stats(void *heap, struct sim_stats *stats)
{
	struct rtalloc_snapshot now;

	rtalloc_stats(heap, &now);
	*stats = (struct sim_stats){ now.total, now.used, now.max_used,
				     now.largest_free };
}

int layered_walk(void *heap, struct rtalloc_cursor *cursor,
		 struct rtalloc_block *batch, int max)
{
	return rtalloc_walk(heap, cursor, batch, max);
}
