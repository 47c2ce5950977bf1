// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu_heap.c - heaps with magazines for the tests of this folder.
 */
#include <linux/err.h>
#include <linux/string.h>

#include "kunit/percpu/percpu_heap.h"

struct rtalloc_heap *open_heap(const char *backend, size_t size, size_t most)
{
	struct rtalloc_heap_params params = {
		.name = "percpu",
		.backend = backend,
		.region = percpu_test_region(),
		.size = size,
		.flags = RTALLOC_HEAP_PERCPU | RTALLOC_HEAP_NO_INIT,
		.elem = strcmp(backend, "pool") ? 0 : ELEM,
		.percpu = most,
	};

	return rtalloc_heap_create(&params);
}

const char *close_heap(struct rtalloc_heap *heap)
{
	TRY(heap_is_sound(heap));
	EXPECT_EQ(stats_of(heap).live, 0);
	EXPECT_EQ(rtalloc_heap_destroy(heap, false), 0);
	return NULL;
}
