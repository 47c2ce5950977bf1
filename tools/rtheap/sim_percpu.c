// SPDX-License-Identifier: GPL-2.0-only
/*
 * Heaps with per-CPU magazines in user space: the whole core as in a kernel, without its
 * locks.
 *
 * The core has functions of the same names as its replacement in sim.c
 * (tools/user/entry_user.c), so it is linked into a separate object that exports only the
 * functions of this file: see the Makefile. The shim has four processors; the trace is
 * played on the first. Magazines may hold the core's default, an eighth of the heap; their
 * own memory and that of the marks is not part of the region.
 */
#include <linux/err.h>

#include "core/core.h"
#include "sim_percpu.h"

/* A fixed seed makes cookies, and so counts, reproducible. */
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
