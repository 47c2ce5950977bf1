/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * percpu_heap.h - heaps with magazines for the tests of this folder.
 */
#ifndef _RTALLOC_KUNIT_PERCPU_HEAP_H
#define _RTALLOC_KUNIT_PERCPU_HEAP_H

#include <rtalloc/mempool_fixed.h>
#include <rtalloc/rtalloc.h>
#include "core/percpu.h"
#include "kunit/percpu/percpu_test.h"

#define HEAP		SZ_1M
#define ELEM		64
#define PAIRS		1000
#define BLOCKS		4000

/* Room for 27 blocks of each class; the sizes of all classes add up to 3072 bytes. */
#define MOST		(27 * 3072)

struct rtalloc_heap *open_heap(const char *backend, size_t size, size_t most);
/* Expect the heap to be sound and without live blocks, and destroy it. */
const char *close_heap(struct rtalloc_heap *heap);

static inline bool is_pool(const struct rtalloc_heap *heap)
{
	return !strcmp(heap->backend->name, "pool");
}

static inline struct rtalloc_snapshot stats_of(struct rtalloc_heap *heap)
{
	struct rtalloc_snapshot snap;

	rtalloc_stats(heap, &snap);
	return snap;
}

static inline const char *heap_is_sound(struct rtalloc_heap *heap)
{
	struct rtalloc_fault fault;

	if (!rtalloc_check(heap, &fault))
		return NULL;
	return failed(__FILE__, __LINE__, "check at %llu: %s",
			   fault.offset, fault.what);
}

const char *percpu_long_use_is_counted(struct rtalloc_heap *heap);
const char *percpu_many_are_counted(struct rtalloc_heap *heap);
const char *percpu_bulk_is_many(struct rtalloc_heap *heap);
const char *percpu_bulk_is_cleared(struct rtalloc_heap *heap);
const char *percpu_bulk_of_bad_numbers(struct rtalloc_heap *heap);
const char *percpu_added_memory_is_used(struct rtalloc_heap *heap);
const char *percpu_leaving_is_cleared(const char *backend);
const char *percpu_map_after_added_memory(struct rtalloc_heap *heap);
const char *percpu_huge_elements(const char *backend);
const char *percpu_pool_is_told(struct rtalloc_heap *heap);
const char *percpu_pool_is_had_whole(struct rtalloc_heap *heap);
const char *percpu_pool_is_stopped(struct rtalloc_heap *heap);

#endif /* _RTALLOC_KUNIT_PERCPU_HEAP_H */
