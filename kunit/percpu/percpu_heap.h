/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * percpu_heap.h - heaps with magazines for the tests of percpu_test.c,
 * percpu_bulk_test.c, percpu_leave_test.c and percpu_pool_test.c.
 */
#ifndef _RTALLOC_KUNIT_PERCPU_HEAP_H
#define _RTALLOC_KUNIT_PERCPU_HEAP_H

#include <linux/err.h>
#include <rtalloc/mempool_fixed.h>
#include <rtalloc/rtalloc.h>
#include "core/percpu.h"
#include "kunit/percpu/percpu_test.h"

#define HEAP		SZ_1M
#define ELEM		64
#define PAIRS		1000
#define BLOCKS		4000

/* 27 blocks of each class: the sum of all classes is 3072 bytes. */
#define MOST		(27 * 3072)

static inline struct rtalloc_heap *
open_heap(const char *backend, size_t size, size_t bytes)
{
	struct rtalloc_heap_params params = {
		.name = "percpu",
		.backend = backend,
		.region = percpu_test_region(),
		.size = size,
		.flags = RTALLOC_HEAP_PERCPU | RTALLOC_HEAP_NO_INIT,
		.elem = strcmp(backend, "pool") ? 0 : ELEM,
		.percpu = bytes,
	};

	return rtalloc_heap_create(&params);
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

/* Sound, and the end of it; nothing lives. */
static inline const char *close_heap(struct rtalloc_heap *heap)
{
	TRY(heap_is_sound(heap));
	EXPECT_EQ(stats_of(heap).live, 0);
	EXPECT_EQ(rtalloc_heap_destroy(heap, false), 0);
	return NULL;
}

const char *percpu_bulk_is_many(const char *backend);
const char *percpu_bulk_is_cleared(const char *backend);
const char *percpu_bulk_of_bad_numbers(const char *backend);
const char *percpu_added_memory_is_used(const char *backend);
const char *percpu_leaving_is_cleared(const char *backend);
const char *percpu_map_after_added_memory(const char *backend);
const char *percpu_huge_elements(const char *backend);
const char *percpu_pool_is_told(const char *backend);
const char *percpu_pool_is_had_whole(const char *backend);
const char *percpu_pool_is_stopped(const char *backend);

#endif /* _RTALLOC_KUNIT_PERCPU_HEAP_H */
