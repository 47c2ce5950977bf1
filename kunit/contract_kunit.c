// SPDX-License-Identifier: GPL-2.0-only
/*
 * contract_kunit.c - what every backend promises, whatever its geometry. Each
 * case runs over all of `geometries`; the heap is checked at its end.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/overflow.h>

#include "kunit/common.h"

#define BLOCKS_MAX	4096

static struct rtalloc_heap *contract_heap(struct kunit *test)
{
	return heap_open(test, test->param_value);
}

/* Sizes that are never to be had. */
static const size_t hopeless[] = {
	0, SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 7, SIZE_MAX - 8, SIZE_MAX - 15,
	SIZE_MAX - 47, SIZE_MAX - 48, SIZE_MAX - 55, SIZE_MAX - 63,
	SIZE_MAX - 4094, SIZE_MAX - 4095, SIZE_MAX - 4096, SIZE_MAX - 8191,
	SIZE_MAX / 2, SIZE_MAX / 2 + 1, SIZE_MAX / 2 + 2,
	SIZE_BIT(32), SIZE_BIT(33), SIZE_BIT(44),
};

static void hopeless_sizes_fail_and_are_counted(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	struct rtalloc_snapshot before = heap_stats(heap), after;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hopeless); i++) {
		KUNIT_EXPECT_NULL(test, rtalloc_alloc(heap, hopeless[i],
						      GFP_KERNEL));
		KUNIT_EXPECT_NULL(test, rtalloc_zalloc(heap, hopeless[i],
						       GFP_KERNEL));
		KUNIT_EXPECT_NULL(test, rtalloc_alloc_aligned(heap, hopeless[i],
							      64, GFP_KERNEL));
	}
	after = heap_stats(heap);
	KUNIT_EXPECT_EQ(test, 3 * ARRAY_SIZE(hopeless), after.failed);
	KUNIT_EXPECT_EQ(test, 0, after.allocs);
	KUNIT_EXPECT_EQ(test, before.used, after.used);
	KUNIT_EXPECT_EQ(test, before.max_used, after.max_used);
}

static void hooks_are_safe_without_the_front_door(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	const struct rtalloc_ops *ops = heap->ops;
	size_t i, size, align;
	void *p;

	for (i = 0; i < ARRAY_SIZE(hopeless); i++) {
		size = hopeless[i];
		p = ops->alloc(heap->ctrl, size);
		if (p)
			KUNIT_EXPECT_EQ(test, 0, ops->free(heap->ctrl, p));
		for (align = 1; align; align *= 2) {
			p = ops->alloc_aligned(heap->ctrl, size, align);
			if (p)
				KUNIT_EXPECT_EQ(test, 0,
						ops->free(heap->ctrl, p));
		}
		expect_sound(test, heap);
	}
}

static void array_of_overflowing_size_fails(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	const size_t half = (size_t)1 << BITS_PER_LONG / 2;

	KUNIT_EXPECT_NULL(test, rtalloc_calloc(heap, SIZE_MAX, 2, 0));
	KUNIT_EXPECT_NULL(test, rtalloc_calloc(heap, 2, SIZE_MAX, 0));
	KUNIT_EXPECT_NULL(test, rtalloc_calloc(heap, half, half, 0));
	KUNIT_EXPECT_NULL(test, rtalloc_calloc(heap, half, half + 1, 0));
	KUNIT_EXPECT_NULL(test, rtalloc_calloc(heap, SIZE_MAX / 8 + 2, 8, 0));
	KUNIT_EXPECT_NULL(test, rtalloc_calloc(heap, SIZE_MAX, SIZE_MAX, 0));
	KUNIT_EXPECT_NULL(test, rtalloc_calloc(heap, 0, 8, 0));
	KUNIT_EXPECT_NULL(test, rtalloc_calloc(heap, 8, 0, 0));
	KUNIT_EXPECT_EQ(test, 8, heap_stats(heap).failed);
}

/* Elements of a pool are as aligned as they are. */
static bool can_align(const struct rtalloc_heap *heap, size_t align)
{
	return !heap->ops->configure || align <= heap->align;
}

/* Dirty memory comes back zeroed, and only as far as was asked for. */
static void zeroed_memory_is_zero(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	void *p = rtalloc_alloc(heap, 500, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 0xff, 500);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	p = rtalloc_alloc(heap, 500, GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(p, 0, 500));
	memset(p, 0xff, 500);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	p = rtalloc_calloc(heap, 50, 10, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(p, 0, 500));
	memset(p, 0xff, 500);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	p = rtalloc_alloc_aligned(heap, 500, can_align(heap, 32) ? 32 : 8,
				  GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(p, 0, 500));
}

static void grown_part_is_zeroed_when_asked(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	u8 *p = rtalloc_alloc(heap, 1000, GFP_KERNEL);
	size_t old;

	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 0xff, 1000);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	p = rtalloc_alloc(heap, 100, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	old = rtalloc_usable_size(heap, p);
	memset(p, 0x5a, old);
	p = rtalloc_realloc(heap, p, 900, GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(p, 0x5a, min(old, 900ul)));
	if (old < 900)
		KUNIT_EXPECT_PTR_EQ(test, NULL,
				    memchr_inv(p + old, 0, 900 - old));
}

static void blocks_are_aligned_and_hold_what_was_asked(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	size_t size;
	void *p;

	for (size = 1; size <= 1100; size++) {
		rtalloc_trim(heap);
		p = rtalloc_alloc(heap, size, GFP_KERNEL);
		if (!p)
			break;
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((uintptr_t)p, heap->align));
		KUNIT_EXPECT_GE(test, rtalloc_usable_size(heap, p), size);
		KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	}
	KUNIT_EXPECT_LT(test, (size_t)1000, size);
}

static void alignment_on_request_is_kept(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	size_t align, size;
	void *p;

	for (align = 1; align <= SZ_8K; align *= 2)
		for (size = 1; size < 700; size += 97) {
			rtalloc_trim(heap);
			p = rtalloc_alloc_aligned(heap, size, align,
						  GFP_KERNEL);
			if (!p && (align + size > 1024 ||
				   !can_align(heap, align)))
				continue;
			KUNIT_ASSERT_NOT_NULL(test, p);
			KUNIT_EXPECT_TRUE(test,
					  IS_ALIGNED((uintptr_t)p, align));
			KUNIT_EXPECT_GE(test, rtalloc_usable_size(heap, p),
					size);
			memset(p, 0xa5, size);
			expect_sound(test, heap);
			KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
		}
	KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).live);
}

static void impossible_alignment_fails(struct kunit *test)
{
	static const size_t aligns[] = {
		0, 3, 5, 6, 7, 12, 4095, 4097, SIZE_MAX, SIZE_MAX - 1,
		SIZE_BIT(63), SIZE_BIT(62), SIZE_BIT(40),
	};
	struct rtalloc_heap *heap = contract_heap(test);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(aligns); i++)
		KUNIT_EXPECT_NULL(test, rtalloc_alloc_aligned(heap, 16,
							      aligns[i],
							      GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(aligns), heap_stats(heap).failed);
	KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).allocs);
}

static void null_is_a_valid_argument(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	void *p;

	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, NULL));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_usable_size(heap, NULL));
	KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).faults);
	KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).frees);
	p = rtalloc_realloc(heap, NULL, 100, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).allocs);
	KUNIT_EXPECT_NULL(test, rtalloc_realloc(heap, p, 0, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).frees);
	KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).live);
}

/* Free, realloc and usable_size refuse @p with @err; nothing changes. */
static void expect_bad_pointer(struct kunit *test, struct rtalloc_heap *heap,
			       void *p, int err)
{
	struct rtalloc_snapshot before = heap_stats(heap), after;

	KUNIT_EXPECT_EQ_MSG(test, -err, rtalloc_free(heap, p), "offset %llu",
			    where(heap, p));
	KUNIT_EXPECT_NULL(test, rtalloc_realloc(heap, p, 10, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, rtalloc_realloc(heap, p, 2000, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, rtalloc_realloc(heap, p, SIZE_MAX, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, rtalloc_realloc(heap, p, 0, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_usable_size(heap, p));
	after = heap_stats(heap);
	KUNIT_EXPECT_EQ(test, before.faults + 5, after.faults);
	KUNIT_EXPECT_EQ(test, before.used, after.used);
	KUNIT_EXPECT_EQ(test, before.live, after.live);
	KUNIT_EXPECT_EQ(test, before.failed, after.failed);
	expect_sound(test, heap);
}

static void foreign_pointers_are_refused(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	struct rtalloc_heap *other = memheap_open(test, SZ_64K, 0);
	void *base = heap->part[0].base;
	int local;

	expect_bad_pointer(test, heap, &local, RTALLOC_FOREIGN);
	expect_bad_pointer(test, heap, heap, RTALLOC_FOREIGN);
	expect_bad_pointer(test, heap, rtalloc_alloc(other, 64, 0),
			   RTALLOC_FOREIGN);
	expect_bad_pointer(test, heap, base - 8, RTALLOC_FOREIGN);
	expect_bad_pointer(test, heap, base + SZ_1G, RTALLOC_FOREIGN);
	expect_bad_pointer(test, heap, (void *)8, RTALLOC_FOREIGN);
	expect_bad_pointer(test, heap, (void *)~7ul, RTALLOC_FOREIGN);
}

static void misaligned_pointers_are_refused(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	u8 *p = rtalloc_alloc(heap, 64, GFP_KERNEL);
	int i;

	memset(p, 0, 64);
	for (i = 1; i < 8; i++)
		expect_bad_pointer(test, heap, p + i, RTALLOC_NOT_A_BLOCK);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
}

static void interior_pointers_are_refused(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	u8 *p = rtalloc_alloc(heap, 512, GFP_KERNEL);
	int i;

	/* Whatever the user has written there. */
	for (i = 8; i < 512; i += 8) {
		memset(p, i, 512);
		expect_bad_pointer(test, heap, p + i, RTALLOC_NOT_A_BLOCK);
	}
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
}

static void double_free_is_refused(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	void *p = rtalloc_alloc(heap, 64, GFP_KERNEL);
	void *keep = rtalloc_alloc(heap, 64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, keep);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	expect_bad_pointer(test, heap, p, RTALLOC_DOUBLE_FREE);
	KUNIT_EXPECT_PTR_EQ(test, keep,
			    rtalloc_realloc(heap, keep, 64, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, keep));
}

/* Each counter moves by one when its event happens, and at no other time. */
static void statistics_count_exactly(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	struct rtalloc_snapshot empty = heap_stats(heap), s;
	void *p = rtalloc_alloc(heap, 100, GFP_KERNEL);
	size_t one = heap_stats(heap).used - empty.used;
	void *q = rtalloc_zalloc(heap, 100, GFP_KERNEL);
	int local;

	KUNIT_EXPECT_LE(test, (size_t)100, one);
	s = heap_stats(heap);
	KUNIT_EXPECT_EQ(test, empty.used + 2 * one, s.used);
	KUNIT_EXPECT_EQ(test, s.used, s.max_used);
	KUNIT_EXPECT_EQ(test, 2, s.allocs);
	KUNIT_EXPECT_EQ(test, 2, s.live);
	p = rtalloc_realloc(heap, p, 700, GFP_KERNEL);
	rtalloc_realloc(heap, q, SIZE_MAX, GFP_KERNEL);
	rtalloc_free(heap, &local);
	rtalloc_free(heap, p);
	rtalloc_free(heap, q);
	s = heap_stats(heap);
	KUNIT_EXPECT_EQ(test, 2, s.allocs);
	KUNIT_EXPECT_EQ(test, 2, s.frees);
	KUNIT_EXPECT_EQ(test, 0, s.live);
	KUNIT_EXPECT_EQ(test, 1, s.reallocs);
	KUNIT_EXPECT_EQ(test, 1, s.failed);
	KUNIT_EXPECT_EQ(test, 1, s.faults);
	KUNIT_EXPECT_EQ(test, empty.used, s.used);
	KUNIT_EXPECT_EQ(test, empty.total, s.total);
	KUNIT_EXPECT_LT(test, empty.max_used, s.max_used);
}

static void usage_agrees_with_statistics(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	struct rtalloc_snapshot usage, stats;
	void *keep = rtalloc_alloc(heap, 100, GFP_KERNEL);
	void *p = rtalloc_alloc(heap, 500, GFP_KERNEL);

	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	stats = heap_stats(heap);
	rtalloc_usage(heap, &usage);
	KUNIT_EXPECT_EQ(test, 0, usage.largest_free + usage.free_blocks);
	usage.largest_free = stats.largest_free;
	usage.free_blocks = stats.free_blocks;
	KUNIT_EXPECT_MEMEQ(test, &stats, &usage, sizeof(usage));
	KUNIT_EXPECT_LT(test, stats.used, stats.max_used);
	rtalloc_reset_max(heap);
	KUNIT_EXPECT_EQ(test, stats.used, heap_stats(heap).used);
	KUNIT_EXPECT_EQ(test, stats.used, heap_stats(heap).max_used);
	/* The mark rises again from there, and no further. */
	p = rtalloc_alloc(heap, 16, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, heap_stats(heap).used, heap_stats(heap).max_used);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, keep));
	KUNIT_EXPECT_LT(test, stats.used, heap_stats(heap).max_used);
}

static void realloc_keeps_contents(struct kunit *test)
{
	static const size_t sizes[] = {
		1, 8, 9, 64, 63, 65, 500, 130, 128, 1500, 24, 1499, 200, 2000,
	};
	struct rtalloc_heap *heap = contract_heap(test);
	u8 *p = rtalloc_alloc(heap, 16, GFP_KERNEL), *q;
	size_t have = 16, i;

	memset(p, 0xc3, 16);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		q = rtalloc_realloc(heap, p, sizes[i], GFP_KERNEL);
		if (!q)
			continue;
		p = q;
		have = min(have, sizes[i]);
		KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(p, 0xc3, have));
		have = sizes[i];
		memset(p, 0xc3, have);
		expect_sound(test, heap);
	}
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).live);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
}

static void failed_realloc_leaves_the_block(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	u8 *p = rtalloc_alloc(heap, 100, GFP_KERNEL);
	struct rtalloc_snapshot before = heap_stats(heap), after;
	size_t i;

	memset(p, 0x77, 100);
	for (i = 1; i < ARRAY_SIZE(hopeless); i++)
		KUNIT_EXPECT_NULL(test, rtalloc_realloc(heap, p, hopeless[i],
							GFP_KERNEL));
	after = heap_stats(heap);
	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(hopeless) - 1, after.failed);
	KUNIT_EXPECT_EQ(test, before.used, after.used);
	KUNIT_EXPECT_EQ(test, 0, after.reallocs);
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(p, 0x77, 100));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
}

/* Nothing is left, of no size; nor of 400 bytes, where classes keep memory. */
static void heap_exhaust(struct rtalloc_heap *heap)
{
	size_t size = heap_stats(heap).total;

	for (; size; size /= 2)
		while (rtalloc_alloc(heap, size, GFP_KERNEL))
			;
	while (rtalloc_alloc(heap, 400, GFP_KERNEL))
		;
}

/* In a full heap a block can neither grow nor move, until there is room. */
static void realloc_in_a_full_heap(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	struct rtalloc_snapshot full;
	u8 *p = rtalloc_alloc(heap, 200, GFP_KERNEL);
	u8 *q = rtalloc_alloc(heap, 400, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, q);
	memset(p, 0x77, 200);
	heap_exhaust(heap);
	full = heap_stats(heap);
	if (rtalloc_usable_size(heap, p) >= 400 || heap->ops->configure) {
		/* a pool: its blocks have all one size */
		KUNIT_EXPECT_PTR_EQ(test, p, (u8 *)
				    rtalloc_realloc(heap, p, 400, GFP_KERNEL));
		return;
	}
	KUNIT_EXPECT_NULL(test, rtalloc_realloc(heap, p, 400, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, full.failed + 1, heap_stats(heap).failed);
	KUNIT_EXPECT_EQ(test, full.used, heap_stats(heap).used);
	KUNIT_EXPECT_EQ(test, full.live, heap_stats(heap).live);
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(p, 0x77, 200));
	expect_sound(test, heap);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, q));
	p = rtalloc_realloc(heap, p, 400, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(p, 0x77, 200));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
}

/* Free memory before, behind, on both sides: contents come along. */
static void realloc_beside_free_memory(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	void *p[4];
	u8 *block;
	int i, j;

	for (i = 1; i < 4; i++) {
		for (j = 0; j < 4; j++)
			p[j] = rtalloc_alloc(heap, 150, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p[3]);
		block = p[1];
		for (j = 0; j < 150; j++)
			block[j] = j;
		if (i & 1)
			KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[0]));
		if (i & 2)
			KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[2]));
		block = rtalloc_realloc(heap, block, 280, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, block);
		KUNIT_EXPECT_LE(test, (size_t)280,
				rtalloc_usable_size(heap, block));
		for (j = 0; j < 150; j++)
			KUNIT_EXPECT_EQ(test, j, block[j]);
		memset(block, 0xff, 280);
		expect_sound(test, heap);
		KUNIT_EXPECT_EQ(test, 4 - i % 2 - i / 2,
				(int)heap_stats(heap).live);
		KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, block));
		if (!(i & 1))
			KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[0]));
		if (!(i & 2))
			KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[2]));
		KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[3]));
	}
}

/* What was added is taken back, or the backend says that it cannot. */
/* The memory is there first: not every heap gives it back before it is closed. */
static void added_memory_is_taken_back(struct kunit *test)
{
	u8 *memory = kunit_kmalloc(test, SZ_64K, GFP_KERNEL);
	struct rtalloc_heap *heap = contract_heap(test);
	struct rtalloc_snapshot before = heap_stats(heap), after;
	int err = rtalloc_heap_add_memory(heap, memory, SZ_64K);

	if (!heap->ops->remove_region) {
		KUNIT_EXPECT_EQ(test, heap->ops->add_region ? 0 : -EOPNOTSUPP,
				err);
		KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
				rtalloc_heap_remove_memory(heap, memory));
		return;
	}
	KUNIT_ASSERT_EQ(test, 0, err);
	expect_sound(test, heap);
	KUNIT_EXPECT_EQ(test, before.total + SZ_64K, heap_stats(heap).total);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_remove_memory(heap, memory));
	KUNIT_EXPECT_EQ(test, -ENOENT,
			rtalloc_heap_remove_memory(heap, memory));
	after = heap_stats(heap);
	KUNIT_EXPECT_MEMEQ(test, &before, &after, sizeof(before));
	expect_sound(test, heap);
}

/* All blocks differ, none overlaps: each keeps its own number. */
static void full_heap_fails_and_recovers(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	u32 **block = kunit_kcalloc(test, BLOCKS_MAX, sizeof(*block),
				    GFP_KERNEL);
	struct rtalloc_snapshot empty = heap_stats(heap), s;
	size_t size = max_t(size_t, 200, empty.total / BLOCKS_MAX * 2);
	u32 n, i;

	KUNIT_ASSERT_NOT_NULL(test, block);
	for (n = 0; n < BLOCKS_MAX; n++) {
		block[n] = rtalloc_alloc(heap, size, GFP_KERNEL);
		if (!block[n])
			break;
		memset32(block[n], n, size / 4);
	}
	s = heap_stats(heap);
	KUNIT_EXPECT_EQ(test, 1, s.failed);
	KUNIT_EXPECT_EQ(test, n, s.live);
	expect_sound(test, heap);
	for (i = 0; i < n; i++) {
		KUNIT_EXPECT_EQ(test, i, block[i][0]);
		KUNIT_EXPECT_EQ(test, i, block[i][size / 4 - 1]);
		KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, block[i]));
	}
	rtalloc_trim(heap);
	s = heap_stats(heap);
	KUNIT_EXPECT_EQ(test, empty.used, s.used);
	KUNIT_EXPECT_EQ(test, empty.largest_free, s.largest_free);
	KUNIT_EXPECT_EQ(test, empty.free_blocks, s.free_blocks);
}

static void largest_free_is_sure_to_be_had(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	void *p[12] = {}, *q;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(p); i++) {
		q = rtalloc_alloc(heap, heap_stats(heap).largest_free,
				  GFP_KERNEL);
		KUNIT_EXPECT_NOT_NULL(test, q);
		KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, q));
		p[i] = rtalloc_alloc(heap, 90 * (i + 1), GFP_KERNEL);
		if (i % 3 == 2) {
			KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[i - 1]));
			p[i - 1] = NULL;
		}
		if (heap_stats(heap).largest_free < 1200)
			break;
	}
}

/* The walk ascends, does not overlap, and finds each block once. */
static void walk_finds_every_block_once(struct kunit *test)
{
	struct rtalloc_heap *heap = contract_heap(test);
	struct rtalloc_block batch[3];
	struct rtalloc_cursor cursor = {};
	void *p[9];
	u64 end = 0, found = 0;
	int i, j, n;

	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = rtalloc_alloc(heap, 30 << i % 5, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[4]));
	while ((n = rtalloc_walk(heap, &cursor, batch, 3)))
		for (i = 0; i < n; i++) {
			KUNIT_EXPECT_LE(test, end, batch[i].offset);
			end = batch[i].offset + batch[i].size;
			if (batch[i].state != RTALLOC_USED)
				continue;
			found++;
			for (j = 0; j < ARRAY_SIZE(p); j++)
				if (j != 4 && where(heap, p[j]) ==
				    batch[i].offset)
					break;
			KUNIT_EXPECT_LT(test, j, (int)ARRAY_SIZE(p));
		}
	KUNIT_EXPECT_EQ(test, heap_stats(heap).live, found);
	KUNIT_EXPECT_LE(test, end, (u64)heap_size(heap));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_walk(heap, &cursor, batch, 3));
}

static struct kunit_case contract_cases[] = {
	KUNIT_CASE_PARAM(hopeless_sizes_fail_and_are_counted, geometry_next),
	KUNIT_CASE_PARAM(hooks_are_safe_without_the_front_door, geometry_next),
	KUNIT_CASE_PARAM(array_of_overflowing_size_fails, geometry_next),
	KUNIT_CASE_PARAM(zeroed_memory_is_zero, geometry_next),
	KUNIT_CASE_PARAM(grown_part_is_zeroed_when_asked, geometry_next),
	KUNIT_CASE_PARAM(blocks_are_aligned_and_hold_what_was_asked,
			 geometry_next),
	KUNIT_CASE_PARAM(alignment_on_request_is_kept, geometry_next),
	KUNIT_CASE_PARAM(impossible_alignment_fails, geometry_next),
	KUNIT_CASE_PARAM(null_is_a_valid_argument, geometry_next),
	KUNIT_CASE_PARAM(foreign_pointers_are_refused, geometry_next),
	KUNIT_CASE_PARAM(misaligned_pointers_are_refused, geometry_next),
	KUNIT_CASE_PARAM(interior_pointers_are_refused, geometry_next),
	KUNIT_CASE_PARAM(double_free_is_refused, geometry_next),
	KUNIT_CASE_PARAM(statistics_count_exactly, geometry_next),
	KUNIT_CASE_PARAM(usage_agrees_with_statistics, geometry_next),
	KUNIT_CASE_PARAM(realloc_keeps_contents, geometry_next),
	KUNIT_CASE_PARAM(failed_realloc_leaves_the_block, geometry_next),
	KUNIT_CASE_PARAM(realloc_in_a_full_heap, geometry_next),
	KUNIT_CASE_PARAM(realloc_beside_free_memory, geometry_next),
	KUNIT_CASE_PARAM(added_memory_is_taken_back, geometry_next),
	KUNIT_CASE_PARAM(full_heap_fails_and_recovers, geometry_next),
	KUNIT_CASE_PARAM(largest_free_is_sure_to_be_had, geometry_next),
	KUNIT_CASE_PARAM(walk_finds_every_block_once, geometry_next),
	{}
};

static struct kunit_suite contract_suite = {
	.name = "rtalloc_contract",
	.test_cases = contract_cases,
};

kunit_test_suite(contract_suite);
