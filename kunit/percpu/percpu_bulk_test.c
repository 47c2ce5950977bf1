// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu_bulk_test.c - heaps with magazines: allocating and freeing many blocks in one call,
 * and blocks in memory that was added later, which never go into magazines.
 */
#include <linux/minmax.h>
#include <linux/string.h>

#include "kunit/percpu/percpu_heap.h"

/* Bulk calls for a size that goes through magazines, or not. */
static const char *bulk_of(struct rtalloc_heap *heap, size_t size)
{
	static void *p[100];
	u64 faults = stats_of(heap).faults;
	int i, j;

	EXPECT_EQ(rtalloc_alloc_bulk(heap, size, GFP_ATOMIC, 100, p), 100);
	EXPECT_EQ(stats_of(heap).live, 100);
	for (i = 0; i < 100; i++)
		memset(p[i], i, size);
	for (i = 0; i < 100; i++)
		EXPECT(port_filled(p[i], i, size));
	TRY(heap_is_sound(heap));
	/* Free them in two orders, with one that is free already and one listed twice. */
	for (i = 0, j = 49; i < j; i++, j--)
		swap(p[i], p[j]);
	EXPECT_EQ(rtalloc_free(heap, p[70]), 0);
	p[70] = NULL;
	p[80] = p[20];
	EXPECT_EQ(rtalloc_free_bulk(heap, 80, p), 0);
	EXPECT_EQ(stats_of(heap).live, 20);
	EXPECT_EQ(rtalloc_free_bulk(heap, 20, p + 80), 1);
	EXPECT_EQ(stats_of(heap).faults, faults + 1);
	/* One block is still live: p[80], which was replaced by p[20] in the list. */
	EXPECT_EQ(stats_of(heap).live, 1);
	return heap_is_sound(heap);
}

const char *percpu_bulk_is_many(struct rtalloc_heap *heap)
{
	size_t size = is_pool(heap) ? ELEM : 40, i;
	static void *p[BLOCKS];
	struct rtalloc_heap_params params = {
		.name = "plain", .backend = heap->backend->name, .size = SZ_64K,
		.region = percpu_test_region(),
		.elem = is_pool(heap) ? ELEM : 0,
	};
	unsigned int n;

	TRY(bulk_of(heap, size));
	EXPECT_EQ(rtalloc_heap_destroy(heap, true), 0);
	heap = rtalloc_heap_create(&params);
	EXPECT(!IS_ERR(heap));
	TRY(bulk_of(heap, size));
	EXPECT_EQ(rtalloc_heap_destroy(heap, true), 0);
	heap = rtalloc_heap_create(&params);
	EXPECT(!IS_ERR(heap));
	/* 64 KiB have room for fewer blocks; all that were allocated are freed. */
	n = rtalloc_alloc_bulk(heap, size, GFP_ATOMIC, BLOCKS, p);
	EXPECT(n > SZ_64K / (2 * ELEM) && n < BLOCKS);
	EXPECT_EQ(rtalloc_alloc_bulk(heap, 0, GFP_ATOMIC, 1, p + n), 0);
	for (i = 0; i < n; i++)
		memset(p[i], 0xa5, size);
	EXPECT_EQ(rtalloc_free_bulk(heap, n, p), 0);
	return close_heap(heap);
}

/* With __GFP_ZERO, blocks are clear, whether they come from magazines or the backend. */
const char *percpu_bulk_is_cleared(struct rtalloc_heap *heap)
{
	static void *p[60];
	unsigned int i, n;

	n = rtalloc_alloc_bulk(heap, ELEM, 0, 60, p);
	EXPECT_EQ(n, 60);
	for (i = 0; i < n; i++)
		memset(p[i], 0xa5, ELEM);
	EXPECT_EQ(rtalloc_free_bulk(heap, n, p), 0);
	EXPECT(stats_of(heap).cached);
	n = rtalloc_alloc_bulk(heap, ELEM, __GFP_ZERO, 60, p);
	EXPECT_EQ(n, 60);
	for (i = 0; i < n; i++)
		EXPECT(!memchr_inv(p[i], 0, ELEM));
	EXPECT_EQ(rtalloc_free_bulk(heap, n, p), 0);
	/* A second free of each of them fails. */
	EXPECT_EQ(rtalloc_free_bulk(heap, n, p), 60);
	EXPECT_EQ(stats_of(heap).faults, 60);
	return NULL;
}

/* Absurd numbers of blocks: nothing is allocated or lost, and the counts stay. */
const char *percpu_bulk_of_bad_numbers(struct rtalloc_heap *heap)
{
	void *p[4] = { }, *block;

	EXPECT_EQ(rtalloc_alloc_bulk(heap, ELEM, 0, 0, NULL), 0);
	EXPECT_EQ(rtalloc_alloc_bulk(heap, 0, 0, 4, p), 0);
	EXPECT_EQ(rtalloc_alloc_bulk(heap, SIZE_MAX, 0, 4, p), 0);
	EXPECT_EQ(rtalloc_alloc_bulk(heap, SIZE_MAX - 7, GFP_KERNEL, 4, p), 0);
	EXPECT_EQ(rtalloc_free_bulk(heap, 0, NULL), 0);
	EXPECT_EQ(rtalloc_free_bulk(heap, 4, p), 0);
	block = rtalloc_alloc(heap, ELEM, 0);
	p[0] = block;
	p[1] = block + 1;
	p[2] = block;
	p[3] = heap;
	EXPECT_EQ(rtalloc_free_bulk(heap, 4, p), 3);
	return NULL;
}

/* When the first memory is full, small blocks come from the added one, and none is lost. */
const char *percpu_added_memory_is_used(struct rtalloc_heap *heap)
{
	static void *p[300];
	unsigned int i, n;
	void *large;
	size_t size;

	for (size = SZ_64K / 2; size >= ELEM; size /= 2)
		while (rtalloc_alloc(heap, size, 0))
			;
	EXPECT(!rtalloc_heap_add_region(heap, percpu_test_region(), SZ_64K));
	large = rtalloc_alloc(heap, SZ_64K / 4, 0);
	EXPECT(large);
	for (n = 0; n < 300; n++) {
		p[n] = rtalloc_alloc(heap, ELEM, 0);
		if (!p[n])
			break;
		memset(p[n], n, ELEM);
	}
	EXPECT(n > 100);
	for (i = 0; i < n; i++) {
		EXPECT_EQ(*(u8 *)p[i], (u8)i);
		EXPECT_EQ(rtalloc_free(heap, p[i]), 0);
		EXPECT(rtalloc_free(heap, p[i]));
	}
	TRY(heap_is_sound(heap));
	EXPECT_EQ(rtalloc_heap_destroy(heap, true), 0);
	return NULL;
}
