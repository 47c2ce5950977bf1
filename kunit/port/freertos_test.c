// SPDX-License-Identifier: GPL-2.0-only
/*
 * freertos_test.c - FreeRTOS's heap_4 and heap_5 through its own functions.
 *
 * Headers are 16 bytes, blocks 8-aligned; a free block is split when more than
 * two headers would be left. The marker at the end of a heap takes a header.
 */
#include <rtalloc/port/freertos.h>

#include "kunit/port/port_test.h"

#define HEADER	(2 * sizeof(size_t))
#define FRESH	(PORT_HEAP_SIZE - HEADER)

static HeapStats_t stats_now(void)
{
	HeapStats_t stats;

	vPortGetHeapStats(&stats);
	return stats;
}

/* After the first request, the heap is one free block. */
static const char *is_fresh(void)
{
	HeapStats_t stats;

	vPortFree(pvPortMallocStack(1));
	stats = stats_now();
	EXPECT_EQ(xPortGetFreeHeapSize(), FRESH);
	EXPECT_EQ(stats.xAvailableHeapSpaceInBytes, FRESH);
	EXPECT_EQ(stats.xSizeOfLargestFreeBlockInBytes, FRESH);
	EXPECT_EQ(stats.xSizeOfSmallestFreeBlockInBytes, FRESH);
	EXPECT_EQ(stats.xNumberOfFreeBlocks, 1);
	EXPECT_EQ(stats.xNumberOfSuccessfulAllocations,
		  stats.xNumberOfSuccessfulFrees);
	return NULL;
}

/* @test leaves no block in the heap. */
const char *freertos_heap_is_whole(port_test_fn *test)
{
	size_t before;

	vPortFree(pvPortMalloc(1));
	before = stats_now().xAvailableHeapSpaceInBytes;
	TRY(test());
	EXPECT_EQ(stats_now().xAvailableHeapSpaceInBytes, before);
	return NULL;
}

static const char *begins_fresh(void)
{
	vPortHeapResetState();
	vPortInitialiseBlocks();
	EXPECT_EQ(stats_now().xNumberOfSuccessfulAllocations, 0);
	EXPECT_EQ(stats_now().xAvailableHeapSpaceInBytes, 0);
	EXPECT_EQ(stats_now().xNumberOfFreeBlocks, 0);
	EXPECT_EQ(xPortGetFreeHeapSize(), 0);
	EXPECT_EQ(xPortGetMinimumEverFreeHeapSize(), 0);
	/* A failed request sets up the heap, too. */
	EXPECT(!pvPortMalloc(0));
	EXPECT_EQ(xPortGetFreeHeapSize(), FRESH);
	EXPECT_EQ(xPortGetMinimumEverFreeHeapSize(), FRESH);
	return is_fresh();
}

static const char *absurd_sizes_fail(void)
{
	static const size_t sizes[] = {
		0, SIZE_MAX, SIZE_MAX - 7, SIZE_MAX - 8, SIZE_MAX - 15,
		SIZE_MAX - 16, SIZE_MAX - 23, SIZE_MAX / 2, SIZE_MAX / 2 + 1,
		FRESH - HEADER + 1, FRESH,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		EXPECT(!pvPortMalloc(sizes[i]));
	EXPECT(!pvPortCalloc(SIZE_MAX, 2));
	EXPECT(!pvPortCalloc(SIZE_ROOT, SIZE_ROOT));
	EXPECT(!pvPortCalloc(SIZE_MAX / 8 + 2, 8));
	EXPECT(!pvPortCalloc(0, 8));
	return is_fresh();
}

static const char *smallest_block_costs_24_bytes(void)
{
	void *p = pvPortMalloc(1);

	EXPECT(p);
	EXPECT_EQ((size_t)p % portBYTE_ALIGNMENT, 0);
	EXPECT_EQ(xPortGetFreeHeapSize(), FRESH - HEADER - 8);
	vPortFree(p);
	return is_fresh();
}

static const char *whole_heap_is_one_block(void)
{
	void *p = pvPortMalloc(FRESH - HEADER);
	HeapStats_t stats = stats_now();

	EXPECT(p);
	memset(p, 0x5a, FRESH - HEADER);
	EXPECT_EQ(stats.xAvailableHeapSpaceInBytes, 0);
	EXPECT_EQ(stats.xNumberOfFreeBlocks, 0);
	EXPECT_EQ(stats.xSizeOfLargestFreeBlockInBytes, 0);
	EXPECT(stats.xSizeOfSmallestFreeBlockInBytes == SIZE_MAX);
	EXPECT(!pvPortMalloc(1));
	vPortFree(p);
	return is_fresh();
}

/* A hole of 128 bytes: a rest of two headers is not split off, one of 40 bytes is. */
static const char *split_leaves_more_than_two_headers(void)
{
	void *hole = pvPortMalloc(128 - HEADER), *fence = pvPortMalloc(8);
	void *p;

	vPortFree(hole);
	p = pvPortMalloc(128 - HEADER - 2 * HEADER);
	EXPECT(p == hole);
	EXPECT_EQ(stats_now().xNumberOfFreeBlocks, 1);
	EXPECT_EQ(xPortGetFreeHeapSize(), FRESH - 128 - HEADER - 8);
	vPortFree(p);
	p = pvPortMalloc(128 - HEADER - 2 * HEADER - 8);
	EXPECT(p == hole);
	EXPECT_EQ(stats_now().xNumberOfFreeBlocks, 2);
	EXPECT_EQ(stats_now().xSizeOfSmallestFreeBlockInBytes, 2 * HEADER + 8);
	EXPECT_EQ(xPortGetFreeHeapSize(), FRESH - 120 + 2 * HEADER - HEADER - 8);
	vPortFree(p);
	vPortFree(fence);
	return is_fresh();
}

/* Blocks of 64 in a row; the second of three is freed last. */
static const char *merges(bool left, bool right, size_t blocks)
{
	void *p[4];
	int i;

	for (i = 0; i < 4; i++)
		p[i] = pvPortMalloc(64 - HEADER);
	EXPECT((u8 *)p[3] - (u8 *)p[0] == 3 * 64);
	if (left)
		vPortFree(p[0]);
	if (right)
		vPortFree(p[2]);
	vPortFree(p[1]);
	EXPECT_EQ(stats_now().xNumberOfFreeBlocks, blocks);
	EXPECT_EQ(stats_now().xSizeOfSmallestFreeBlockInBytes,
		  64 * (1 + left + right));
	if (!left)
		vPortFree(p[0]);
	if (!right)
		vPortFree(p[2]);
	vPortFree(p[3]);
	return is_fresh();
}

static const char *freed_block_merges_with_its_neighbours(void)
{
	TRY(merges(false, false, 2));
	TRY(merges(true, false, 2));
	TRY(merges(false, true, 2));
	TRY(merges(true, true, 2));
	return NULL;
}

static const char *lowest_hole_that_fits_is_taken(void)
{
	void *small = pvPortMalloc(100), *fence = pvPortMalloc(8);
	void *large = pvPortMalloc(200), *last = pvPortMalloc(8);

	vPortFree(large);
	vPortFree(small);
	EXPECT(pvPortMalloc(150) == large);
	EXPECT(pvPortMalloc(90) == small);
	vPortFree(small);
	vPortFree(fence);
	vPortFree(large);
	vPortFree(last);
	return is_fresh();
}

static const char *minimum_ever_remembers_and_is_reset(void)
{
	void *p;

	vPortHeapResetState();
	p = pvPortMalloc(1000 - HEADER);
	vPortFree(p);
	EXPECT_EQ(xPortGetFreeHeapSize(), FRESH);
	EXPECT_EQ(xPortGetMinimumEverFreeHeapSize(), FRESH - 1000);
	EXPECT_EQ(stats_now().xMinimumEverFreeBytesRemaining, FRESH - 1000);
	xPortResetHeapMinimumEverFreeHeapSize();
	EXPECT_EQ(xPortGetMinimumEverFreeHeapSize(), FRESH);
	p = pvPortMalloc(504 - HEADER);
	EXPECT_EQ(xPortGetMinimumEverFreeHeapSize(), FRESH - 504);
	vPortFree(p);
	EXPECT_EQ(stats_now().xNumberOfSuccessfulAllocations, 2);
	EXPECT_EQ(stats_now().xNumberOfSuccessfulFrees, 2);
	return NULL;
}

static const char *calloc_clears(void)
{
	void *p = pvPortMalloc(800), *q;

	memset(p, 0xff, 800);
	vPortFree(p);
	q = pvPortCalloc(100, 8);
	EXPECT(q == p);
	EXPECT(port_filled(q, 0, 800));
	vPortFree(q);
	return is_fresh();
}

static const char *bad_frees_change_nothing(void)
{
	u8 *p = pvPortMalloc(100), *q = pvPortMalloc(100), local[64] = { 0 };
	HeapStats_t before, after;

	vPortFree(q);
	before = stats_now();
	vPortFree(NULL);
	vPortFree(q);
	vPortFree(p + 8);
	vPortFree(p + 1);
	vPortFree(p - HEADER);
	vPortFree(local + 32);
	after = stats_now();
	EXPECT(!memcmp(&before, &after, sizeof(before)));
	vPortFree(p);
	vPortFree(p);
	return is_fresh();
}

/* ---- heap_5 ---------------------------------------------------------- */

/* Drop the heap in the test's regions, and return to the previous one. */
static const char *with_regions(port_test_fn *test)
{
	const char *why = test();

	vPortHeapResetState();
	return why ? why : is_fresh();
}

static const char *regions_make_heap_5(void)
{
	u8 *memory = port_memory;
	/* Not aligned, and in the wrong order: 4088, then 8192 bytes. */
	HeapRegion_t regions[] = {
		{ memory + 65536 + 3, 4095 + 5 },
		{ memory, 8192 },
		{ NULL, 0 },
	};
	u8 *p, *q;

	vPortDefineHeapRegions(regions);
	EXPECT_EQ(xPortGetFreeHeapSize(), 8192 + 4088 - 2 * HEADER);
	EXPECT_EQ(stats_now().xNumberOfFreeBlocks, 2);
	EXPECT_EQ(stats_now().xSizeOfLargestFreeBlockInBytes, 8192 - HEADER);
	p = pvPortMalloc(4088 - 2 * HEADER);
	q = pvPortMalloc(4088 - 2 * HEADER);
	EXPECT(p == memory + HEADER);
	EXPECT(q == memory + 4088);
	/* 32 bytes are left below, so the region above is next. */
	EXPECT(pvPortMalloc(100) == memory + 65536 + 8 + HEADER);
	EXPECT(!pvPortMalloc(8192));
	memset(p, 1, 4088 - 2 * HEADER);
	memset(q, 2, 4088 - 2 * HEADER);
	vPortFree(p);
	vPortFree(q);
	vPortFree(memory + 65536 + 8 + HEADER);
	EXPECT_EQ(stats_now().xNumberOfFreeBlocks, 2);
	/* No byte between the regions was written. */
	EXPECT(port_filled(memory + 8192, 0xaa, 65536 + 8 - 8192));
	return NULL;
}

static const char *refuse(const HeapRegion_t *regions)
{
	vPortDefineHeapRegions(regions);
	return is_fresh();
}

/* The call is refused, and the heap is not changed. */
static const char *bad_regions_are_refused(void)
{
	u8 *memory = port_memory;
	const HeapRegion_t small[] = { { memory, 4096 },
				       { memory + 8192, 2 * HEADER + 7 }, { NULL, 0 } };
	const HeapRegion_t overlap[] = { { memory, 4096 },
					 { memory + 2048, 4096 }, { NULL, 0 } };
	const HeapRegion_t null[] = { { NULL, 4096 }, { NULL, 0 } };
	const HeapRegion_t wraps[] = { { memory, SIZE_MAX - 64 }, { NULL, 0 } };
	const HeapRegion_t good[] = { { memory, 4096 }, { NULL, 0 } };
	HeapRegion_t many[10] = { };
	void *p;
	int i;

	for (i = 0; i < 9; i++)
		many[i] = (HeapRegion_t){ memory + 4096 * i, 4096 };
	TRY(refuse(NULL));
	TRY(refuse(small));
	TRY(refuse(overlap));
	TRY(refuse(null));
	TRY(refuse(null + 1));
	TRY(refuse(wraps));
	TRY(refuse(many));
	p = pvPortMalloc(8);
	vPortDefineHeapRegions(good);
	EXPECT_EQ(xPortGetFreeHeapSize(), FRESH - HEADER - 8);
	vPortFree(p);
	return is_fresh();
}

/* The original asserts that regions are defined once. */
static const char *regions_of_a_heap_are_not_taken_from_it(void)
{
	u8 *memory = port_memory;
	const HeapRegion_t first[] = { { memory, 8192 }, { NULL, 0 } };
	const HeapRegion_t half[] = { { memory, 4096 }, { NULL, 0 } };
	void *p;

	vPortDefineHeapRegions(first);
	p = pvPortMalloc(8192 - 2 * HEADER);
	EXPECT(p == memory + HEADER);
	vPortDefineHeapRegions(half);
	vPortFree(p);
	/* Regions of an empty heap, too: creating a heap writes to them. */
	vPortDefineHeapRegions(half);
	EXPECT(pvPortMalloc(8192 - 2 * HEADER) == p);
	return NULL;
}

/* ---- random ---------------------------------------------------------- */

static const char *random_work_keeps_contents(void)
{
	static const struct port_calls calls = {
		.alloc = pvPortMalloc, .free = vPortFree, .max_size = 40000,
	};
	HeapStats_t stats;

	vPortHeapResetState();
	TRY(port_random(&calls, 20000));
	stats = stats_now();
	EXPECT(stats.xNumberOfSuccessfulAllocations > 5000);
	EXPECT(stats.xMinimumEverFreeBytesRemaining < PORT_HEAP_SIZE / 10);
	return is_fresh();
}

#define TEST(test, ...) { "freertos." #test, test, __VA_ARGS__ }

const struct port_test freertos_tests[] = {
	TEST(begins_fresh),
	TEST(absurd_sizes_fail),
	TEST(smallest_block_costs_24_bytes),
	TEST(whole_heap_is_one_block),
	TEST(split_leaves_more_than_two_headers),
	TEST(freed_block_merges_with_its_neighbours),
	TEST(lowest_hole_that_fits_is_taken),
	TEST(minimum_ever_remembers_and_is_reset),
	TEST(calloc_clears),
	TEST(bad_frees_change_nothing),
	TEST(regions_make_heap_5, with_regions, SZ_128K),
	TEST(bad_regions_are_refused, NULL, SZ_64K),
	TEST(regions_of_a_heap_are_not_taken_from_it, with_regions, SZ_64K),
	TEST(random_work_keeps_contents),
	{}
};
