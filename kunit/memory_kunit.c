// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory_kunit.c - heaps in the caller's memory: nothing outside of it is written, more can
 * be added, and bad addresses and sizes are refused.
 */
#include <linux/err.h>
#include <linux/mm.h>

#include "kunit/common.h"

#define ROOM	SZ_256K
#define MARGIN	SZ_4K
#define CANARY	0xa5

/* Page-aligned memory that is filled with canaries. */
static u8 *memory_open(struct kunit *test)
{
	u8 *memory = room_open(test, ROOM);

	KUNIT_ASSERT_TRUE(test, PAGE_ALIGNED(memory));
	memset(memory, CANARY, ROOM);
	return memory;
}

static struct rtalloc_heap *heap_on(struct kunit *test, const char *backend,
				    void *memory, size_t size)
{
	struct rtalloc_heap_params params = {
		.name = "probe",
		.backend = backend,
		.memory = memory,
		.size = size,
		.elem = strcmp(backend, "pool") ? 0 : 3000,
	};

	return heap_make(test, &params);
}

/* Fill the heap with blocks, each full of bytes that are not canaries. */
static unsigned int heap_fill(struct kunit *test, struct rtalloc_heap *heap,
			      const u8 *memory, size_t size)
{
	unsigned int n = 0;
	size_t bytes;
	u8 *p;

	for (bytes = 3000; bytes; bytes /= 2)
		while ((p = rtalloc_alloc(heap, bytes, 0))) {
			KUNIT_ASSERT_TRUE(test, p >= memory &&
					  p + bytes <= memory + size);
			memset(p, 0, rtalloc_usable_size(heap, p));
			n++;
		}
	return n;
}

static void no_byte_outside_is_written(struct kunit *test)
{
	const struct rtalloc_ops *const *ops;
	u8 *memory = memory_open(test);
	struct rtalloc_heap *heap;
	size_t at, size, i;

	for (ops = rtalloc_backends; *ops; ops++) {
		at = (*ops)->base_align ?: (*ops)->default_align;
		size = ROOM - MARGIN - at - 3;
		memset(memory, CANARY, ROOM);
		heap = heap_on(test, (*ops)->name, memory + at, size);
		/* Each block takes a page at most, and less than one is left. */
		KUNIT_EXPECT_GE(test, heap_fill(test, heap, memory + at, size),
				(ROOM - 2 * MARGIN) / SZ_4K - 1);
		expect_sound(test, heap);
		KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, true));
		for (i = 0; i < ROOM; i++)
			if ((i < at || i >= at + size) && memory[i] != CANARY)
				break;
		KUNIT_EXPECT_EQ_MSG(test, ROOM, i, "%s", (*ops)->name);
	}
}

static void memory_must_be_aligned(struct kunit *test)
{
	const struct rtalloc_ops *const *ops;
	u8 *memory = memory_open(test);
	struct rtalloc_heap_params params = {
		.name = "probe",
		.size = ROOM / 2,
	};
	size_t align;

	for (ops = rtalloc_backends; *ops; ops++) {
		params.backend = (*ops)->name;
		align = (*ops)->base_align ?: (*ops)->default_align;
		params.memory = memory + align / 2;
		expect_no_heap(test, &params, -EINVAL);
	}
	params.backend = "memheap";
	params.align = 64;
	params.memory = memory + 32;
	expect_no_heap(test, &params, -EINVAL);
}

static void memory_must_not_wrap_around(struct kunit *test)
{
	u8 *memory = memory_open(test);
	struct rtalloc_heap_params params = {
		.name = "probe",
		.backend = "memheap",
		.memory = memory,
		.size = SIZE_MAX,
	};
	struct rtalloc_heap *heap;

	expect_no_heap(test, &params, -EINVAL);
	params.size = -(size_t)memory + 1;
	expect_no_heap(test, &params, -EINVAL);
	heap = heap_on(test, "memheap", memory, SZ_4K);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			rtalloc_heap_add_memory(heap, memory + SZ_8K,
						SIZE_MAX - 7));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			rtalloc_heap_add_memory(heap, NULL, SZ_4K));
	KUNIT_EXPECT_EQ(test, 1, heap->nr_parts);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
}

static void memory_is_glued_once(struct kunit *test)
{
	u8 *memory = memory_open(test), *second = memory + SZ_64K;
	struct rtalloc_heap *heap = heap_on(test, "memheap", memory, SZ_4K);

	KUNIT_EXPECT_EQ(test, -EINVAL,
			rtalloc_heap_add_memory(heap, second + 4, SZ_4K));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_add_memory(heap, second, SZ_64K));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			rtalloc_heap_add_memory(heap, second, SZ_64K));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			rtalloc_heap_add_memory(heap, second - 8, 16));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			rtalloc_heap_add_memory(heap, second + SZ_64K - 8,
						SZ_4K));
	KUNIT_EXPECT_EQ(test, 2, heap->nr_parts);
	KUNIT_EXPECT_PTR_EQ(test, second + MEMHEAP_HEADER,
			    (u8 *)rtalloc_alloc(heap, SZ_32K, 0));
	expect_sound(test, heap);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, true));
}

/* A heap of a region and the caller's memory; all of the region is free afterwards. */
static void memory_joins_a_region(struct kunit *test)
{
	struct rtalloc_region *region = region_open(test, 16 * PAGE_SIZE);
	struct rtalloc_heap_params params = {
		.name = "probe",
		.backend = "heap4",
		.region = region,
		.size = SZ_4K,
	};
	struct rtalloc_heap *heap = heap_make(test, &params);
	u8 *memory = memory_open(test);

	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_add_memory(heap, memory, SZ_64K));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_add_region(heap, region, SZ_4K));
	KUNIT_EXPECT_NOT_NULL(test, rtalloc_alloc(heap, SZ_32K, 0));
	expect_sound(test, heap);
	KUNIT_EXPECT_EQ(test, SZ_64K + 2 * SZ_4K, heap_size(heap));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, true));
	KUNIT_EXPECT_EQ(test, 16 * PAGE_SIZE, gen_pool_avail(region->pool));
}

static void debugfs_shows_no_region(struct kunit *test)
{
	struct rtalloc_heap *heap = heap_on(test, "memheap", memory_open(test),
					    SZ_64K);

	/* Two headers. */
	expect_has(test, "heaps", WORDS("\nprobe memheap - 65536 65536 96 ",
					"\nprobe memheap - 65536 65536 64 "));
	expect_has(test, "probe/stats", "\nregion: -\n");
	expect_put_fails(test, "control", "destroy probe force", -EBUSY);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
}

static struct kunit_case memory_cases[] = {
	KUNIT_CASE(no_byte_outside_is_written),
	KUNIT_CASE(memory_must_be_aligned),
	KUNIT_CASE(memory_must_not_wrap_around),
	KUNIT_CASE(memory_is_glued_once),
	KUNIT_CASE(memory_joins_a_region),
	KUNIT_CASE(debugfs_shows_no_region),
	{}
};

RTALLOC_SUITE(memory);
