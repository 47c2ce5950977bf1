// SPDX-License-Identifier: GPL-2.0-only
/*
 * checked_kunit.c - the checked mode: each misuse with each backend, what is reported about
 * it, the quarantine, and that all else works as in other heaps. The contract and the random
 * suite run on checked heaps, too (geometries[]).
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kallsyms.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <rtalloc/caller.h>

#include "core/checked.h"
#include "kunit/checked_common.h"

static void expect_fault(struct kunit *test, struct rtalloc_heap *heap,
			 int code, const void *p)
{
	struct rtalloc_fault fault;

	KUNIT_EXPECT_EQ(test, -code, rtalloc_check(heap, &fault));
	KUNIT_EXPECT_EQ(test, code, fault.code);
	KUNIT_EXPECT_EQ(test, where(heap, p), fault.offset);
}

/*
 * Overwrite the byte at @p + @at. Expect check to find it, and free and realloc to fail with
 * @code and change nothing. Restore the byte; the heap must be sound then.
 */
static void expect_seen(struct kunit *test, struct rtalloc_heap *heap, u8 *p,
			ssize_t at, int code)
{
	u8 old = p[at];

	p[at] ^= 0x40;
	expect_fault(test, heap, code, p);
	KUNIT_EXPECT_EQ_MSG(test, -code, rtalloc_free(heap, p), "byte %zd", at);
	KUNIT_EXPECT_NULL(test, rtalloc_realloc(heap, p, 10, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, -code, rtalloc_resize(heap, p, 10));
	p[at] = old;
	expect_sound(test, heap);
}

/* ---- writes outside of a block --------------------------------------- */

static void overrun_is_seen_at_each_distance(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 0);
	u8 *p = checked_block(test, heap, SIZE), *next = checked_block(test, heap, SIZE);
	int i;

	for (i = 0; i < CHECKED_ZONE; i++)
		expect_seen(test, heap, p, SIZE + i, RTALLOC_OVERRUN);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, next));
}

static void overrun_is_seen_behind_each_size(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 1);
	size_t size;
	u8 *p;

	for (size = 1; size <= 300; size++) {
		rtalloc_trim(heap);
		p = checked_block(test, heap, size);
		KUNIT_EXPECT_EQ(test, size, rtalloc_usable_size(heap, p));
		expect_seen(test, heap, p, size, RTALLOC_OVERRUN);
		KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	}
}

static void underrun_is_seen_at_each_distance(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 0);
	u8 *p = checked_block(test, heap, SIZE);
	int i;

	for (i = 1; i <= CHECKED_ZONE; i++)
		expect_seen(test, heap, p, -i, RTALLOC_UNDERRUN);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
}

/* A write into the block's record is detected, although the record is lost. */
static void underrun_into_the_record_is_seen(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 0);
	u8 *p = checked_block(test, heap, SIZE);
	struct rtalloc_fault fault;
	int i;

	for (i = CHECKED_ZONE + 1; i <= sizeof(struct record); i++) {
		p[-i] ^= 0x40;
		KUNIT_EXPECT_EQ_MSG(test, -RTALLOC_UNDERRUN,
				    rtalloc_free(heap, p), "byte %d", -i);
		KUNIT_EXPECT_NE(test, 0, rtalloc_check(heap, &fault));
		KUNIT_EXPECT_EQ(test, 0, rtalloc_usable_size(heap, p));
		p[-i] ^= 0x40;
	}
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
}

/* The gap in front of a block with a large alignment is part of the red zone. */
static void aligned_blocks_have_both_zones(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 0);
	size_t align;
	u8 *p;

	for (align = 1; align <= SZ_8K; align *= 2) {
		rtalloc_trim(heap);
		p = rtalloc_alloc_aligned(heap, SIZE, align, GFP_KERNEL);
		if (!p && heap->ops->configure)
			continue;
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((uintptr_t)p, align));
		expect_seen(test, heap, p, SIZE, RTALLOC_OVERRUN);
		expect_seen(test, heap, p, -1, RTALLOC_UNDERRUN);
		if (align > sizeof(struct record))
			expect_seen(test, heap, p, 8 - (ssize_t)align,
				    RTALLOC_UNDERRUN);
		KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	}
}

/* ---- freed memory ---------------------------------------------------- */

static void write_after_free_keeps_the_block_out_of_use(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 0);
	u8 *p = checked_block(test, heap, SIZE), *q;
	int i;

	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	expect_sound(test, heap);
	p[50] = 0;
	expect_fault(test, heap, RTALLOC_USE_AFTER_FREE, p);
	KUNIT_EXPECT_EQ(test, 0, checked_faults(heap));
	rtalloc_trim(heap);
	KUNIT_EXPECT_EQ(test, 1, checked_faults(heap));
	KUNIT_EXPECT_EQ(test, 1, checked_of(heap)->kept);
	expect_fault(test, heap, RTALLOC_USE_AFTER_FREE, p);
	for (i = 0; i < 100; i++) {
		q = rtalloc_alloc(heap, SIZE, GFP_KERNEL);
		KUNIT_EXPECT_PTR_NE(test, p, q);
	}
	KUNIT_EXPECT_EQ(test, -RTALLOC_DOUBLE_FREE, rtalloc_free(heap, p));
	heap_is_damaged(heap);
}

/* A write to any byte of a freed block, its red zones and its record is detected. */
static void each_byte_of_a_freed_block_is_looked_at(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 0);
	u64 faults = 0;
	int at;
	u8 *p;

	for (at = -(int)sizeof(struct record); at < SIZE + CHECKED_ZONE;
	     at += 7) {
		p = checked_block(test, heap, SIZE);
		KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
		p[at] ^= 0x04;
		rtalloc_trim(heap);
		KUNIT_EXPECT_EQ_MSG(test, ++faults, checked_faults(heap),
				    "byte %d", at);
	}
	heap_is_damaged(heap);
}

static void double_free_is_seen_in_the_quarantine_and_behind_it(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 0);
	u8 *p = checked_block(test, heap, SIZE), *keep = checked_block(test, heap, SIZE);

	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, -RTALLOC_DOUBLE_FREE, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, -RTALLOC_DOUBLE_FREE, rtalloc_resize(heap, p, 8));
	KUNIT_EXPECT_NULL(test, rtalloc_realloc(heap, p, 500, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_usable_size(heap, p));
	rtalloc_trim(heap);
	KUNIT_EXPECT_NE(test, 0, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, 4, checked_faults(heap));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, keep));
}

/* Blocks of an earlier heap in the same memory are refused. */
static void blocks_of_an_earlier_heap_are_refused(struct kunit *test)
{
	const struct geometry *geometry = test->param_value;
	struct rtalloc_heap_params params = {
		.name = "kunit-checked-again",
		.backend = geometry->backend,
		.memory = room_open(test, SZ_64K),
		.size = SZ_64K,
		.align = geometry->align,
		.flags = geometry->flags | RTALLOC_HEAP_CHECKED,
		.elem = geometry->elem,
	};
	struct rtalloc_heap *heap = heap_make(test, &params);
	void *p[20];
	int i;

	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = rtalloc_alloc(heap, SIZE, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[3]));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, true));
	heap = heap_make(test, &params);
	for (i = 0; i < ARRAY_SIZE(p); i++) {
		KUNIT_EXPECT_NE(test, 0, rtalloc_free(heap, p[i]));
		KUNIT_EXPECT_EQ(test, 0, rtalloc_usable_size(heap, p[i]));
	}
	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(p), checked_faults(heap));
	expect_sound(test, heap);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
}

/* ---- the quarantine -------------------------------------------------- */

/*
 * The quarantine takes an eighth of the heap at most. checked_late_kunit.c tests in which
 * order blocks leave it.
 */
static void quarantine_is_bounded(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 0);
	size_t bytes, most = 0;
	unsigned int blocks;
	u8 *first, *p;
	u64 kept;
	int i;

	first = checked_block(test, heap, SIZE);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, first));
	for (i = 0; i < 2000; i++) {
		p = checked_block(test, heap, SIZE + i % 50);
		KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
		rtalloc_checked_quarantine(heap, &bytes, &blocks, &kept);
		KUNIT_EXPECT_LE(test, bytes, (size_t)SZ_256K / 8);
		most = max(most, bytes);
		/* 20 blocks, of 512 bytes at most, do not fill 32 KiB. */
		if (i < 20)
			KUNIT_EXPECT_PTR_NE(test, first, p);
	}
	KUNIT_EXPECT_GE(test, most, (size_t)SZ_256K / 16);
	KUNIT_EXPECT_EQ(test, 0, kept);
	KUNIT_EXPECT_EQ(test, 0, checked_faults(heap));
	rtalloc_trim(heap);
	rtalloc_checked_quarantine(heap, &bytes, &blocks, &kept);
	KUNIT_EXPECT_EQ(test, 0, bytes + blocks);
}

/* A block that is larger than the quarantine is freed at once. */
static void a_block_above_the_quarantine_does_not_wait(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, SZ_1K);
	u8 *small = checked_block(test, heap, SIZE), *p = checked_block(test, heap, 990);
	unsigned int blocks;
	size_t bytes;
	u64 kept;

	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, small));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	rtalloc_checked_quarantine(heap, &bytes, &blocks, &kept);
	KUNIT_EXPECT_LE(test, bytes, (size_t)SZ_1K);
	KUNIT_EXPECT_GE(test, 1, blocks);
	KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).live);
}

/* A copy of a record and of all around it is not accepted at another address. */
static void a_copied_record_is_none(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 0);
	u8 *p = checked_block(test, heap, 40), *q = checked_block(test, heap, 400);
	u8 *copy = q + 128;

	memcpy(copy - sizeof(struct record), p - sizeof(struct record),
	       sizeof(struct record) + 40 + CHECKED_ZONE);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_usable_size(heap, copy));
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK, rtalloc_free(heap, copy));
	expect_sound(test, heap);
}

static void a_quarantine_of_one_byte_is_none(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 1);
	u8 *p = checked_block(test, heap, SIZE);
	u64 used = heap_stats(heap).used;
	unsigned int blocks;
	size_t bytes;
	u64 kept;

	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	rtalloc_checked_quarantine(heap, &bytes, &blocks, &kept);
	KUNIT_EXPECT_EQ(test, 0, bytes + blocks);
	KUNIT_EXPECT_GT(test, used, heap_stats(heap).used);
	KUNIT_EXPECT_EQ(test, -RTALLOC_DOUBLE_FREE, rtalloc_free(heap, p));
}

static int blocks_fill(struct rtalloc_heap *heap, void **p, int max)
{
	int n;

	for (n = 0; n < max; n++) {
		p[n] = rtalloc_alloc(heap, 900, GFP_KERNEL);
		if (!p[n])
			break;
	}
	return n;
}

/* If memory is short, the quarantine is emptied. */
static void short_memory_drains_the_quarantine(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 0);
	static void *p[300];
	int i, n = blocks_fill(heap, p, ARRAY_SIZE(p));

	KUNIT_ASSERT_LT(test, n, (int)ARRAY_SIZE(p));
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[i]));
	KUNIT_EXPECT_EQ(test, n, blocks_fill(heap, p, ARRAY_SIZE(p)));
	KUNIT_EXPECT_EQ(test, 0, checked_of(heap)->nr);
	KUNIT_EXPECT_EQ(test, 0, checked_faults(heap));
}

/* ---- as ever --------------------------------------------------------- */

static void realloc_moves_the_red_zone(struct kunit *test)
{
	static const size_t sizes[] = { 40, 300, 299, 8, 900, 100, 101 };
	struct rtalloc_heap *heap = checked_open_with(test, 0);
	u8 *p = checked_block(test, heap, SIZE), *q;
	size_t have = SIZE, i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		q = rtalloc_realloc(heap, p, sizes[i], GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, q);
		if (q != p)
			KUNIT_EXPECT_EQ(test, -RTALLOC_DOUBLE_FREE,
					rtalloc_free(heap, p));
		p = q;
		KUNIT_EXPECT_EQ(test, sizes[i], rtalloc_usable_size(heap, p));
		have = min(have, sizes[i]);
		KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(p, 0x11, have));
		have = sizes[i];
		memset(p, 0x11, have);
		expect_seen(test, heap, p, have, RTALLOC_OVERRUN);
		expect_seen(test, heap, p, -1, RTALLOC_UNDERRUN);
	}
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).live);
}

static void zeroing_stops_at_the_red_zone(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 0);
	u8 *p = rtalloc_zalloc(heap, SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(p, 0, SIZE));
	p = rtalloc_realloc(heap, p, 3 * SIZE, GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(p, 0, 3 * SIZE));
	expect_sound(test, heap);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
}

static void owner_tags_are_kept(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 0);
	u8 *p = checked_block(test, heap, SIZE);
	struct rtalloc_cursor cursor = {};
	struct rtalloc_block block;
	int err = rtalloc_set_owner(heap, p, "uart");

	if (!heap->backend->has_owner) {
		KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, err);
		return;
	}
	KUNIT_EXPECT_EQ(test, 0, err);
	while (rtalloc_walk(heap, &cursor, &block, 1))
		if (block.offset == where(heap, p))
			break;
	KUNIT_EXPECT_EQ(test, 0, strncmp(block.owner, "uart", 4));
	p[SIZE] = 0;
	KUNIT_EXPECT_EQ(test, -RTALLOC_OVERRUN,
			rtalloc_set_owner(heap, p, "oops"));
	p[SIZE] = CHECKED_RED;
}

/* The walk reports users' sizes and offsets; blocks in the quarantine are idle. */
static void walk_shows_what_users_see(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 0);
	u8 *p = checked_block(test, heap, SIZE), *q = checked_block(test, heap, 77);
	struct rtalloc_cursor cursor = {};
	struct rtalloc_block block;
	int used = 0, idle = 0;

	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, q));
	while (rtalloc_walk(heap, &cursor, &block, 1)) {
		if (block.state == RTALLOC_USED) {
			used++;
			KUNIT_EXPECT_EQ(test, where(heap, p), block.offset);
			KUNIT_EXPECT_EQ(test, SIZE, block.size);
		} else if (block.offset == where(heap, q)) {
			idle += block.state == RTALLOC_IDLE;
			KUNIT_EXPECT_EQ(test, 77, block.size);
		}
	}
	KUNIT_EXPECT_EQ(test, 1, used);
	KUNIT_EXPECT_EQ(test, 1, idle);
}

/* ---- who ------------------------------------------------------------- */

static noinline u8 *checked_kunit_taker(struct rtalloc_heap *heap)
{
	u8 *p = rtalloc_alloc(heap, SIZE, GFP_KERNEL);

	if (p)
		*p = 1;		/* no tail call */
	return p;
}

static noinline int checked_kunit_giver(struct rtalloc_heap *heap, void *p)
{
	int err = rtalloc_free(heap, p);

	barrier();		/* no tail call */
	return err;
}

static void expect_symbol(struct kunit *test, unsigned long address,
			  const char *name)
{
	char text[KSYM_SYMBOL_LEN];

	rtalloc_symbol(address, text, sizeof(text));
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, name), "%s", text);
}

static void allocation_and_free_have_names(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 0);
	u8 *p = checked_kunit_taker(heap);
	struct rtalloc_checked_past past;

	KUNIT_ASSERT_NOT_NULL(test, p);
	past = rtalloc_checked_past(heap, where(heap, p));
	expect_symbol(test, past.alloc, "checked_kunit_taker");
	KUNIT_EXPECT_EQ(test, 0, past.free);
	KUNIT_EXPECT_EQ(test, 0, checked_kunit_giver(heap, p));
	past = rtalloc_checked_past(heap, where(heap, p));
	expect_symbol(test, past.alloc, "checked_kunit_taker");
	expect_symbol(test, past.free, "checked_kunit_giver");
}

/* A block's age is at least the time slept, and at most the time that has passed. */
static void age_is_since_the_allocation_or_the_free(struct kunit *test)
{
	struct rtalloc_heap *heap = checked_open_with(test, 0);
	unsigned long begin = jiffies;
	u8 *p = rtalloc_alloc(heap, SIZE, GFP_KERNEL);
	s64 age;
	u64 at;

	KUNIT_ASSERT_NOT_NULL(test, p);
	at = where(heap, p);
	msleep(60);
	age = rtalloc_checked_past(heap, at).age;
	KUNIT_EXPECT_GE(test, age, 60);
	KUNIT_EXPECT_LE(test, age, (s64)jiffies_to_msecs(jiffies - begin));
	/* A block that was resized in place keeps its age. */
	if (!rtalloc_resize(heap, p, SIZE - 8))
		KUNIT_EXPECT_GE(test, rtalloc_checked_past(heap, at).age, 60);
	begin = jiffies;
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	age = rtalloc_checked_past(heap, at).age;
	KUNIT_EXPECT_LE(test, age, (s64)jiffies_to_msecs(jiffies - begin));
	/* There is no block at this offset. */
	KUNIT_EXPECT_EQ(test, -1, rtalloc_checked_past(heap, 0).age);
}

static void no_symbol_is_no_address(struct kunit *test)
{
	char text[KSYM_SYMBOL_LEN];

	rtalloc_symbol(0, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, "-", text);
	rtalloc_symbol(16, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, "?", text);
}

/* ---- pools ----------------------------------------------------------- */

static void pool_calls_see_the_users_elements(struct kunit *test)
{
	struct mempool_fixed *pool = mempool_open(test, 100, 4, 0,
						  RTALLOC_HEAP_CHECKED);
	u8 *p[4];
	int i;

	KUNIT_EXPECT_EQ(test, 100, mempool_fixed_elem_size(pool));
	KUNIT_EXPECT_EQ(test, 4, mempool_fixed_count(pool));
	/* 64 for record and zone, 100, and 16 behind are 180, rounded up to 184. */
	KUNIT_EXPECT_EQ(test, 184, mempool_fixed_stride(pool));
	for (i = 0; i < 4; i++) {
		p[i] = mempool_fixed_alloc(pool);
		KUNIT_EXPECT_PTR_EQ(test, p[i],
				    (u8 *)mempool_fixed_element(pool, i));
		KUNIT_EXPECT_EQ(test, i, mempool_fixed_index(pool, p[i]));
		memset(p[i], i, 100);
	}
	KUNIT_EXPECT_NULL(test, mempool_fixed_alloc(pool));
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_nr_free(pool));
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(pool, p[1]));
	KUNIT_EXPECT_EQ(test, 1, mempool_fixed_nr_free(pool));
	KUNIT_EXPECT_EQ(test, 3, mempool_stats(pool).used);
	KUNIT_EXPECT_EQ(test, 4, mempool_stats(pool).max_used);
	KUNIT_EXPECT_EQ(test, -RTALLOC_DOUBLE_FREE,
			mempool_fixed_free(pool, p[1]));
	p[2][100]++;
	KUNIT_EXPECT_EQ(test, -RTALLOC_OVERRUN, mempool_fixed_free(pool, p[2]));
	p[2][100]--;
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(pool, p[2]));
	KUNIT_EXPECT_PTR_EQ(test, pool,
			    mempool_fixed_of(mempool_fixed_heap(pool)));
}

static void told(struct mempool_fixed *pool, unsigned int nr_free, void *data)
{
	*(unsigned int *)data = nr_free;
}

static void pool_tells_of_frees(struct kunit *test)
{
	struct mempool_fixed *pool = mempool_open(test, 100, 3, 0,
						  RTALLOC_HEAP_CHECKED);
	unsigned int nr_free = 77;
	void *p = mempool_fixed_alloc(pool), *q = mempool_fixed_alloc(pool);

	mempool_fixed_set_freed(pool, told, &nr_free);
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(pool, p));
	KUNIT_EXPECT_EQ(test, 2, nr_free);
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(pool, q));
	KUNIT_EXPECT_EQ(test, 3, nr_free);
	mempool_fixed_set_freed(pool, NULL, NULL);
}

static void pool_with_headers_is_refused(struct kunit *test)
{
	struct mempool_fixed_params params = {
		.name = "kunit-checked-header",
		.region = region_open(test, SZ_64K),
		.elem = 64,
		.count = 4,
		.flags = RTALLOC_HEAP_CHECKED | RTALLOC_POOL_HEADER,
	};

	KUNIT_EXPECT_EQ(test, -EINVAL, PTR_ERR(mempool_fixed_create(&params)));
}

/* ---- making ---------------------------------------------------------- */

/* Whichever kernel allocation fails, nothing is left behind. */
static void creation_survives_each_failure(struct kunit *test)
{
	struct rtalloc_heap_params params = {
		.name = "kunit-checked-nomem", .size = SZ_64K,
		.region = region_open(test, SZ_64K),
		.flags = RTALLOC_HEAP_CHECKED,
	};
	unsigned int refused = 0;
	struct rtalloc_heap *heap;
	struct failing failing;

	FAIL_EACH(test, failing, heap = rtalloc_heap_create(&params)) {
		if (IS_ERR(heap))
			refused++;
		else
			KUNIT_EXPECT_EQ(test, 0,
					rtalloc_heap_destroy(heap, false));
		KUNIT_EXPECT_EQ(test, SZ_64K,
				gen_pool_avail(params.region->pool));
	}
	/* At least the allocations of records and of the quarantine make it fail. */
	KUNIT_EXPECT_LE(test, 2, refused);
}

static void shell_makes_and_reads_a_checked_heap(struct kunit *test)
{
	expect_put(test, "control",
		   "create kchk tlsf 64K checked=1 quarantine=8K");
	expect_put_fails(test, "control",
			 "create kchk2 tlsf 64K checked quarantine=none",
			 -EINVAL);
	expect_put(test, "kchk/alloc", "100");
	expect_has(test, "kchk/map",
		   "# rtalloc 1: offset size state owner alloc free age\n");
	expect_has(test, "kchk/map", " 100 used - ");
	expect_put(test, "kchk/free", "1");
	expect_has(test, "kchk/stats", "checked: 1\n");
	expect_has(test, "kchk/stats", "quarantine_blocks: 1\n");
	expect_put(test, "control", "destroy kchk");
}

static struct kunit_case checked_cases[] = {
	KUNIT_CASE_PARAM(overrun_is_seen_at_each_distance, checked_next),
	KUNIT_CASE_PARAM(overrun_is_seen_behind_each_size, checked_next),
	KUNIT_CASE_PARAM(underrun_is_seen_at_each_distance, checked_next),
	KUNIT_CASE_PARAM(underrun_into_the_record_is_seen, checked_next),
	KUNIT_CASE_PARAM(aligned_blocks_have_both_zones, checked_next),
	KUNIT_CASE_PARAM(write_after_free_keeps_the_block_out_of_use,
			 checked_next),
	KUNIT_CASE_PARAM(each_byte_of_a_freed_block_is_looked_at, checked_next),
	KUNIT_CASE_PARAM(double_free_is_seen_in_the_quarantine_and_behind_it,
			 checked_next),
	KUNIT_CASE_PARAM(blocks_of_an_earlier_heap_are_refused, checked_next),
	KUNIT_CASE_PARAM(quarantine_is_bounded, checked_next),
	KUNIT_CASE_PARAM(a_block_above_the_quarantine_does_not_wait,
			 checked_next),
	KUNIT_CASE_PARAM(a_copied_record_is_none, checked_next),
	KUNIT_CASE_PARAM(a_quarantine_of_one_byte_is_none, checked_next),
	KUNIT_CASE_PARAM(short_memory_drains_the_quarantine, checked_next),
	KUNIT_CASE_PARAM(realloc_moves_the_red_zone, checked_next),
	KUNIT_CASE_PARAM(zeroing_stops_at_the_red_zone, checked_next),
	KUNIT_CASE_PARAM(owner_tags_are_kept, checked_next),
	KUNIT_CASE_PARAM(walk_shows_what_users_see, checked_next),
	KUNIT_CASE_PARAM(allocation_and_free_have_names, checked_next),
	KUNIT_CASE_PARAM(age_is_since_the_allocation_or_the_free, checked_next),
	KUNIT_CASE(no_symbol_is_no_address),
	KUNIT_CASE(pool_calls_see_the_users_elements),
	KUNIT_CASE(pool_tells_of_frees),
	KUNIT_CASE(pool_with_headers_is_refused),
	KUNIT_CASE(creation_survives_each_failure),
	KUNIT_CASE(shell_makes_and_reads_a_checked_heap),
	{}
};

RTALLOC_SUITE(checked);
