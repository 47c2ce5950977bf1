// SPDX-License-Identifier: GPL-2.0-only
/*
 * checked_late_kunit.c - the checked mode: blocks that leave the quarantine. What happens if
 * the backend refuses one, and how many leave in one hold of the lock. checked_kunit.c has
 * all other tests.
 */
#include <linux/sizes.h>
#include <linux/string.h>
#include <rtalloc/heap4.h>

#include "core/checked.h"
#include "kunit/checked_common.h"

static int broken_code;		/* fault that broken_free() returns */

static int broken_free(void *ctrl, void *p)
{
	return -broken_code;
}

/* Have the backend of @heap refuse every free from now on. Return its own hooks. */
static const struct rtalloc_ops *backend_break(struct kunit *test,
					       struct rtalloc_heap *heap,
					       int code)
{
	const struct rtalloc_ops *inner = checked_of(heap)->inner;
	struct rtalloc_ops *broken = room_open(test, sizeof(*broken));

	*broken = *inner;
	broken->free = broken_free;
	broken_code = code;
	checked_of(heap)->inner = broken;
	return inner;
}

/*
 * Two blocks are freed into a quarantine for one, so the older one leaves it, and the backend
 * refuses that. The free of the other must succeed.
 */
static void evicted_is_refused(struct kunit *test, int code, bool closes)
{
	struct rtalloc_heap *heap = checked_open_with(test, 0);
	u8 *p = checked_block(test, heap, SIZE), *q = checked_block(test, heap, SIZE);
	const struct rtalloc_ops *inner;
	u64 frees;

	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	checked_of(heap)->limit = checked_of(heap)->held;
	inner = backend_break(test, heap, code);
	frees = heap_stats(heap).frees;
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, q));
	KUNIT_EXPECT_EQ(test, frees + 1, heap_stats(heap).frees);
	KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).live);
	KUNIT_EXPECT_EQ(test, 1, checked_faults(heap));
	KUNIT_EXPECT_EQ(test, 1, checked_of(heap)->kept);
	KUNIT_EXPECT_EQ(test, 1, checked_of(heap)->nr);
	KUNIT_EXPECT_EQ(test, code, -checked_of(heap)->late[0].err);
	KUNIT_EXPECT_EQ(test, where(heap, p), checked_of(heap)->late[0].offset);
	KUNIT_EXPECT_EQ(test, closes, heap->is_closed);
	checked_of(heap)->inner = inner;
	KUNIT_EXPECT_EQ(test, -RTALLOC_DOUBLE_FREE, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, -RTALLOC_DOUBLE_FREE, rtalloc_free(heap, q));
}

static void fault_of_an_evicted_block_is_its_own(struct kunit *test)
{
	evicted_is_refused(test, RTALLOC_OVERRUN, false);
	evicted_is_refused(test, RTALLOC_CORRUPT, true);
}

/* If a block does not go into the quarantine, free returns the backend's error. */
static void refused_free_without_quarantine_changes_nothing(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 1);
	u8 *p = checked_block(test, heap, SIZE);
	const struct rtalloc_ops *inner = backend_break(test, heap,
							RTALLOC_OVERRUN);

	KUNIT_EXPECT_EQ(test, -RTALLOC_OVERRUN, rtalloc_free(heap, p));
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x11, SIZE));
	KUNIT_EXPECT_EQ(test, SIZE, rtalloc_usable_size(heap, p));
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).live);
	checked_of(heap)->inner = inner;
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, 1, checked_faults(heap));
}

/* Of three blocks in a quarantine for two, the one freed first leaves. */
static void oldest_block_leaves_first(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 0);
	struct rtalloc_checked *checked = checked_of(heap);
	u8 *p[3];
	int i;

	for (i = 0; i < 3; i++)
		p[i] = checked_block(test, heap, SIZE);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[1]));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[0]));
	checked->limit = checked->held;
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[2]));
	KUNIT_ASSERT_EQ(test, 2, checked->nr);
	KUNIT_EXPECT_PTR_EQ(test, (void *)p[0],
			    checked->ring[checked->oldest].p);
	KUNIT_EXPECT_PTR_EQ(test, (void *)p[2],
			    checked->ring[(checked->oldest + 1) %
					  checked->slots].p);
	KUNIT_EXPECT_EQ(test, -RTALLOC_DOUBLE_FREE, rtalloc_free(heap, p[0]));
}

/* One hold of the lock takes at most RTALLOC_HOLD_STEPS blocks out of the quarantine. */
static void quarantine_is_drained_in_batches(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 0);
	struct rtalloc_checked *checked = checked_of(heap);
	void *p[RTALLOC_HOLD_STEPS + 5], *memory;
	int i;

	if (!heap->ops->remove_region)
		kunit_skip(test, "has no other memory");
	memory = room_open(test, SZ_64K);
	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = checked_block(test, heap, SIZE);
	KUNIT_ASSERT_EQ(test, 0, rtalloc_heap_add_memory(heap, memory, SZ_64K));
	for (i = 0; i < ARRAY_SIZE(p); i++)
		KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[i]));
	KUNIT_ASSERT_EQ(test, ARRAY_SIZE(p), checked->nr);
	/* The hook is called without the lock, as no other task has the heap. */
	KUNIT_EXPECT_EQ(test, -EAGAIN, heap->ops->remove_region(checked, memory,
								SZ_64K));
	KUNIT_EXPECT_EQ(test, 5, checked->nr);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_remove_memory(heap, memory));
	KUNIT_EXPECT_EQ(test, 0, checked->nr);
	expect_sound(test, heap);
}

/* ---- how many at once ------------------------------------------------- */

#define MANY	(3 * RTALLOC_HOLD_STEPS + 5)

/* A heap with MANY blocks in its quarantine, and one live block, @kept. */
static struct rtalloc_heap *open_with_many(struct kunit *test, void **kept)
{
	struct rtalloc_heap *heap = checked_open_with(test, SZ_256K);
	static void *p[MANY];
	int i;

	*kept = checked_block(test, heap, SIZE);
	for (i = 0; i < MANY; i++)
		p[i] = checked_block(test, heap, SIZE);
	for (i = 0; i < MANY; i++)
		KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[i]));
	KUNIT_ASSERT_EQ(test, MANY, checked_of(heap)->nr);
	return heap;
}

static void *no_alloc(void *ctrl, size_t size)
{
	return NULL;
}

static void *no_alloc_for(void *ctrl, size_t size, size_t align)
{
	return NULL;
}

static void *no_alloc_move(void *ctrl, size_t size, void *old)
{
	return NULL;
}

static int no_resize(void *ctrl, void *p, size_t *size)
{
	return -ENOSPC;
}

static void *call_alloc(struct rtalloc_heap *heap, void *p)
{
	return rtalloc_alloc(heap, SIZE, GFP_KERNEL);
}

static void *call_aligned(struct rtalloc_heap *heap, void *p)
{
	return rtalloc_alloc_aligned(heap, SIZE, 8, GFP_KERNEL);
}

static void *call_realloc(struct rtalloc_heap *heap, void *p)
{
	return rtalloc_realloc(heap, p, SIZE + 1, GFP_KERNEL);
}

static void *call_bulk(struct rtalloc_heap *heap, void *p)
{
	void *one;

	return rtalloc_alloc_bulk(heap, SIZE, GFP_KERNEL, 1, &one) ? one : NULL;
}

/*
 * One call of a hook, which is one hold of the lock, takes at most RTALLOC_HOLD_STEPS blocks
 * out of the quarantine. A request for memory calls it until the quarantine is empty.
 */
static void allocation_drains_in_batches(struct kunit *test)
{
	static void *(*const calls[])(struct rtalloc_heap *heap, void *p) = {
		call_alloc, call_aligned, call_realloc, call_bulk,
	};
	struct rtalloc_heap *heap;
	struct rtalloc_checked *checked;
	const struct rtalloc_ops *inner;
	struct rtalloc_ops full;
	void *kept;
	int i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		heap = open_with_many(test, &kept);
		checked = checked_of(heap);
		inner = checked->inner;
		full = *inner;
		full.alloc = no_alloc;
		full.alloc_many = NULL;
		full.alloc_aligned = no_alloc_for;
		full.resize = no_resize;
		if (full.alloc_move)
			full.alloc_move = no_alloc_move;
		checked->inner = &full;
		/* The hook is called without the lock, as no other task has the heap. */
		KUNIT_EXPECT_NULL(test, heap->ops->alloc(checked, SIZE));
		KUNIT_EXPECT_EQ(test, MANY - RTALLOC_HOLD_STEPS, checked->nr);
		KUNIT_EXPECT_NULL(test, calls[i](heap, kept));
		KUNIT_EXPECT_EQ(test, 0, checked->nr);
		KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).failed);
		checked->inner = inner;
		KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, kept));
		KUNIT_EXPECT_EQ(test, 0, checked_faults(heap));
		KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).live);
	}
}

/* A block is freed into a quarantine that holds much more than its limit. */
static void free_makes_room_in_batches(struct kunit *test)
{
	void *kept, *other;
	struct rtalloc_heap *heap = open_with_many(test, &kept);
	struct rtalloc_checked *checked = checked_of(heap);

	other = checked_block(test, heap, SIZE);
	/* All blocks have the same size, so this is the limit for two. */
	checked->limit = checked->held / MANY * 2;
	/* The hook is called without the lock, as no other task has the heap. */
	KUNIT_EXPECT_EQ(test, 0, heap->ops->free(checked, kept));
	heap->frees++;
	KUNIT_EXPECT_EQ(test, MANY + 1 - RTALLOC_HOLD_STEPS, checked->nr);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, other));
	KUNIT_EXPECT_EQ(test, 2, checked->nr);
	KUNIT_EXPECT_LE(test, checked->held, checked->limit);
	KUNIT_EXPECT_EQ(test, -RTALLOC_DOUBLE_FREE, rtalloc_free(heap, other));
}

/* FreeRTOS's statistics come from the backend also in a checked heap. */
static void heap4_counts_behind_the_checks(struct kunit *test)
{
	struct rtalloc_heap *heap = backend_open(test, "heap4", SZ_64K,
						 RTALLOC_HEAP_CHECKED);
	struct rtalloc_heap4_count before, stats;

	KUNIT_ASSERT_EQ(test, 0, rtalloc_heap4_stats(heap, &before));
	checked_block(test, heap, SIZE);
	KUNIT_ASSERT_EQ(test, 0, rtalloc_heap4_stats(heap, &stats));
	KUNIT_EXPECT_EQ(test, before.allocs + 1, stats.allocs);
	KUNIT_EXPECT_EQ(test, before.frees, stats.frees);
}

static struct kunit_case checked_late_cases[] = {
	KUNIT_CASE(heap4_counts_behind_the_checks),
	KUNIT_CASE_PARAM(fault_of_an_evicted_block_is_its_own, checked_next),
	KUNIT_CASE_PARAM(refused_free_without_quarantine_changes_nothing,
			 checked_next),
	KUNIT_CASE_PARAM(oldest_block_leaves_first, checked_next),
	KUNIT_CASE_PARAM(quarantine_is_drained_in_batches, checked_next),
	KUNIT_CASE_PARAM(allocation_drains_in_batches, checked_next),
	KUNIT_CASE_PARAM(free_makes_room_in_batches, checked_next),
	{}
};

RTALLOC_SUITE(checked_late);
