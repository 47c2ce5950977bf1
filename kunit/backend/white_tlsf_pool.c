// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_tlsf_pool.c - the regions that TLSF's blocks lie in (pools): adding, joining and
 * removing them, their offsets, sizes above 4 GiB.
 *
 * Each test initialises the heap again on the first 4096 bytes of its region, and adds
 * parts of the rest, adjacent or not. Of the 4096 bytes 2560 are for blocks (see
 * white_tlsf.c). All of an added region is, and its first block begins at byte 16.
 */
#include <linux/err.h>

#include "white_tlsf.h"

#define FIRST	4096ul

static u8 *memory(struct heap *heap, size_t at)
{
	return heap->region[0].base + at;
}

static int start(struct heap *heap, u8 *base, size_t size)
{
	memset(heap->ctrl, 0, heap->ops->ctrl_size);
	return heap->ops->init(heap->ctrl, base, size, heap->align, 0);
}

static int add(struct heap *heap, size_t at, size_t size)
{
	return heap->ops->add_region(heap->ctrl, memory(heap, at), size);
}

static int drop(struct heap *heap, size_t at, size_t size)
{
	return heap->ops->remove_region(heap->ctrl, memory(heap, at), size);
}

static const char *map_sound(struct heap *heap, u64 total, const char *want)
{
	EXPECT_EQ(heap_stats(heap).total, total);
	TRY(map_is(heap, "FU", want));
	return sound(heap);
}

/* ---- adding ---------------------------------------------------------- */

/* The end mark's header is the last one before offset 2560, where the new region begins. */
static const char *added_region(struct heap *heap)
{
	EXPECT_EQ(start(heap, memory(heap, 0), FIRST), 0);
	EXPECT_EQ(add(heap, 8192, 1024), 0);
	TRY(map_sound(heap, 2560 + 1024, "[16 F 2536][2576 F 1000]"));
	EXPECT_EQ(where(heap, get(heap, 1000)), 2576);
	EXPECT_EQ(where(heap, get(heap, 1000)), 16);
	return map_sound(heap, 2560 + 1024,
			 "[16 U 1000][1024 F 1528][2576 U 1000]");
}

/* An adjacent region is joined with the pool, and its free block merges. */
static const char *joined_region(struct heap *heap)
{
	void *p, *q;

	EXPECT_EQ(start(heap, memory(heap, 0), FIRST), 0);
	EXPECT_EQ(add(heap, FIRST, 1024), 0);
	TRY(map_sound(heap, 3584, "[16 F 3560]"));
	/* 3568 bytes: 3456 (54 * 64) of them, and 112. */
	p = get(heap, 3448);
	q = get(heap, 100);
	TRY(map_sound(heap, 3584, "[16 U 3448][3472 U 104]"));
	EXPECT_EQ(add(heap, FIRST + 1024, 64), 0);
	TRY(map_sound(heap, 3648, "[16 U 3448][3472 U 104][3584 F 56]"));
	EXPECT_EQ(put(heap, q), 0);
	EXPECT_EQ(add(heap, FIRST + 1088, 4096), 0);
	TRY(map_sound(heap, 7744, "[16 U 3448][3472 F 4264]"));
	EXPECT_EQ(put(heap, p), 0);
	return map_sound(heap, 7744, "[16 F 7720]");
}

/* A block that reaches from one region into an adjacent one works in every call. */
static const char *block_across_the_joint(struct heap *heap)
{
	u8 *p;

	EXPECT_EQ(start(heap, memory(heap, 0), FIRST), 0);
	EXPECT_EQ(add(heap, FIRST, 8192), 0);
	p = get(heap, 7000);
	memset(p, 0x42, usable(heap, p));
	EXPECT(p < memory(heap, FIRST) && p + 7000 > memory(heap, FIRST),
	       "no block across");
	EXPECT_EQ(put(heap, memory(heap, FIRST)), -RTALLOC_NOT_A_BLOCK);
	EXPECT_EQ(put(heap, p), 0);
	return sound(heap);
}

/* The least size of a region: two blocks and a header; two blocks if it is joined. */
static const char *added_too_small(struct heap *heap)
{
	void *image;

	EXPECT_EQ(start(heap, memory(heap, 0), FIRST), 0);
	image = heap_image(heap);
	for (size_t size = 1; size < 80; size++)
		if (add(heap, 8192, size) != -ENOSPC ||
		    (size < 64 && add(heap, FIRST, size) != -ENOSPC))
			heap->ctrl = NULL;
	EXPECT(heap->ctrl && heap_same(heap, image), "one was taken");
	EXPECT_EQ(add(heap, FIRST, 64), 0);
	EXPECT_EQ(add(heap, 8192, 80), 0);
	return sound(heap);
}

static const char *smallest_heap(struct heap *heap)
{
	/* 128 heads are 1024 bytes. */
	EXPECT_EQ(start(heap, memory(heap, 0), 1023), -ENOSPC);
	EXPECT_EQ(start(heap, memory(heap, 0), 1024), -ENOSPC);
	EXPECT_EQ(start(heap, memory(heap, 0), 1024 + 79), -ENOSPC);
	EXPECT_EQ(start(heap, memory(heap, 0), 1024 + 80), 0);
	EXPECT(get(heap, 24), "holds nothing");
	return sound(heap);
}

/* A region larger than the classes of the table: its block is in the last class. */
static const char *added_is_larger_than_the_first(struct heap *heap)
{
	size_t largest;
	void *p, *q;

	/* 1120 bytes: classes up to 252 units. */
	EXPECT_EQ(start(heap, memory(heap, 0), 1120), 0);
	EXPECT_EQ(add(heap, 8192, 256 * KIB), 0);
	largest = heap_stats(heap).largest_free;
	EXPECT_EQ(largest, 252 * UNIT - HEADER);
	EXPECT(!get(heap, largest + 1), "more than the largest");
	p = get(heap, largest);
	q = get(heap, largest);
	EXPECT(p && q, "no blocks");
	EXPECT(!heap_realloc(heap, p, largest + 1, NULL), "grows to more");
	TRY(sound(heap));
	EXPECT_EQ(put(heap, p), 0);
	EXPECT_EQ(put(heap, q), 0);
	EXPECT_EQ(heap_stats(heap).free_blocks, 2);
	return sound(heap);
}

/* ---- removing -------------------------------------------------------- */

/* Expect a removal to be refused with -EBUSY without changing a byte. */
static const char *stays(struct heap *heap, size_t at, size_t size)
{
	void *image = heap_image(heap);

	EXPECT_EQ(drop(heap, at, size), -EBUSY);
	EXPECT(heap_same(heap, image), "the heap changed");
	return sound(heap);
}

static const char *removed_region(struct heap *heap)
{
	void *p;

	EXPECT_EQ(start(heap, memory(heap, 0), FIRST), 0);
	EXPECT_EQ(add(heap, 8192, 1024), 0);
	TRY(stays(heap, 0, FIRST));
	TRY(stays(heap, FIRST, 1024));
	TRY(stays(heap, 8192, 1023));
	TRY(stays(heap, 8192, 1025));
	TRY(stays(heap, 8192 + 16, 1024 - 16));
	p = get(heap, 500);
	EXPECT_EQ(where(heap, p), 2576);
	TRY(stays(heap, 8192, 1024));
	EXPECT_EQ(put(heap, p), 0);
	EXPECT_EQ(drop(heap, 8192, 1024), 0);
	TRY(map_sound(heap, 2560, "[16 F 2536]"));
	EXPECT_EQ(heap_stats(heap).free_blocks, 1);
	EXPECT_EQ(put(heap, p), -RTALLOC_FOREIGN);
	EXPECT(where(heap, p) == ~0ull, "a removed place has an offset");
	EXPECT_EQ(usable(heap, p), 0);
	TRY(stays(heap, 8192, 1024));
	EXPECT(!get(heap, 2600), "more than there is");
	return sound(heap);
}

/* A region is not removed while it has one block: at its end, at its start, or all of it. */
static const char *removed_with_one_block(struct heap *heap)
{
	void *p, *q;

	EXPECT_EQ(start(heap, memory(heap, 0), FIRST), 0);
	EXPECT(get(heap, 2480) && get(heap, 30), "no blocks");
	EXPECT_EQ(add(heap, 8192, 1024), 0);
	p = get(heap, 500);
	q = get(heap, 400);
	TRY(map_is(heap, "F", "[3504 F 72]"));
	EXPECT_EQ(put(heap, p), 0);
	TRY(stays(heap, 8192, 1024));
	p = get(heap, 500);
	EXPECT_EQ(put(heap, q), 0);
	TRY(stays(heap, 8192, 1024));
	EXPECT_EQ(put(heap, p), 0);
	p = get(heap, 1000);
	EXPECT_EQ(usable(heap, p), 1000);
	TRY(stays(heap, 8192, 1024));
	EXPECT_EQ(put(heap, p), 0);
	EXPECT_EQ(drop(heap, 8192, 1024), 0);
	return sound(heap);
}

/* Joined regions can be removed only together, and not if one has the heap's table. */
static const char *removed_joined_region(struct heap *heap)
{
	EXPECT_EQ(start(heap, memory(heap, 0), FIRST), 0);
	EXPECT_EQ(add(heap, FIRST, 1024), 0);
	EXPECT_EQ(add(heap, 8192, 1024), 0);
	EXPECT_EQ(add(heap, 8192 + 1024, 512), 0);
	TRY(stays(heap, 0, FIRST));
	TRY(stays(heap, 0, FIRST + 1024));
	TRY(stays(heap, FIRST, 1024));
	TRY(stays(heap, 8192, 1024));
	TRY(stays(heap, 8192 + 1024, 512));
	/* The two together are what was added. */
	EXPECT_EQ(drop(heap, 8192, 1536), 0);
	return sound(heap);
}

/* There are at most eight pools, of which the one with the table is the first. */
static const char *places_are_used_again(struct heap *heap)
{
	size_t at;

	EXPECT_EQ(start(heap, memory(heap, 0), FIRST), 0);
	for (at = 1; at <= 7; at++)
		EXPECT_EQ(add(heap, at * 8192, 1024), 0);
	EXPECT_EQ(add(heap, at * 8192, 1024), -EOPNOTSUPP);
	TRY(sound(heap));
	/* An adjacent region needs no pool of its own, if the offsets behind are free. */
	EXPECT_EQ(add(heap, 7 * 8192 + 1024, 1024), 0);
	EXPECT_EQ(add(heap, 6 * 8192 + 1024, 1024), -EOPNOTSUPP);
	for (int i = 0; i < 10; i++) {
		EXPECT_EQ(drop(heap, 3 * 8192, 1024), 0);
		EXPECT_EQ(add(heap, (9 + i) * 8192, 1024), 0);
		EXPECT_EQ(add(heap, 3 * 8192, 1024), -EOPNOTSUPP);
		EXPECT_EQ(drop(heap, (9 + i) * 8192, 1024), 0);
		EXPECT_EQ(add(heap, 3 * 8192, 1024), 0);
		TRY(sound(heap));
	}
	return NULL;
}

/* ---- offsets --------------------------------------------------------- */

/* When a region is removed, others keep their offsets. A new one gets the lowest free. */
static const char *offsets_stay(struct heap *heap)
{
	EXPECT_EQ(start(heap, memory(heap, 0), FIRST), 0);
	EXPECT_EQ(add(heap, 8192, 1024), 0);
	EXPECT_EQ(add(heap, 16384, 1024), 0);
	TRY(map_sound(heap, 4608, "[16 F 2536][2576 F 1000][3600 F 1000]"));
	EXPECT_EQ(drop(heap, 8192, 1024), 0);
	TRY(map_sound(heap, 3584, "[16 F 2536][3600 F 1000]"));
	EXPECT_EQ(add(heap, 24576, 2048), 0);
	TRY(map_sound(heap, 5632, "[16 F 2536][3600 F 1000][4624 F 2024]"));
	EXPECT_EQ(add(heap, 8192, 1024), 0);
	return map_sound(heap, 6656,
			 "[16 F 2536][2576 F 1000][3600 F 1000][4624 F 2024]");
}

/*
 * The offsets behind the first pool's belong to another pool, so an adjacent region
 * becomes a pool of its own. Once the other pool is removed, it is joined.
 */
static const char *offsets_are_had_once(struct heap *heap)
{
	EXPECT_EQ(start(heap, memory(heap, 0), FIRST), 0);
	EXPECT_EQ(add(heap, 16384, 1024), 0);
	EXPECT_EQ(add(heap, FIRST, 1024), 0);
	TRY(map_sound(heap, 4608, "[16 F 2536][2576 F 1000][3600 F 1000]"));
	EXPECT_EQ(drop(heap, 16384, 1024), 0);
	EXPECT_EQ(drop(heap, FIRST, 1024), 0);
	EXPECT_EQ(add(heap, FIRST, 1024), 0);
	return map_sound(heap, 3584, "[16 F 3560]");
}

/* Blocks that a test holds. */
struct held {
	u8 *p[64];
	int count;
};

static bool held_lies(const u8 *p, const u8 *from, size_t size)
{
	return p >= from && p < from + size;
}

static int held_in(const struct held *held, const u8 *from, size_t size)
{
	int n = 0;

	for (int i = 0; i < held->count; i++)
		n += held_lies(held->p[i], from, size);
	return n;
}

static const char *held_put(struct heap *heap, struct held *held,
			    const u8 *from, size_t size)
{
	for (int i = held->count; i-- > 0;) {
		if (!held_lies(held->p[i], from, size))
			continue;
		EXPECT_EQ(put(heap, held->p[i]), 0);
		held->p[i] = held->p[--held->count];
	}
	return NULL;
}

/* Add the region of this round and allocate some blocks. */
static const char *fifo_in(struct heap *heap, struct held *held, size_t round,
			   size_t size)
{
	static struct rtalloc_block pieces[128];
	long n;

	EXPECT_EQ(add(heap, (1 + round % 7) * 8192, size), 0);
	for (int i = 0; i < 3 && held->count < 64; i++) {
		held->p[held->count] = get(heap, 300 + 80 * i);
		held->count += !!held->p[held->count];
	}
	n = walk_all(heap, pieces, 128, 3);
	EXPECT(n >= held->count, "the walk finds too little");
	/* At most five regions of 7000: no gap is left that would have done. */
	EXPECT(pieces[n - 1].offset < 5 * 7000 + 2560, "offsets go up to %llu",
	       pieces[n - 1].offset);
	return sound(heap);
}

/* Remove the region: at once, or after the blocks in it are freed (counted in @busy). */
static const char *fifo_out(struct heap *heap, struct held *held, size_t round,
			    size_t size, unsigned int *busy)
{
	size_t at = (1 + round % 7) * 8192;
	int n = held_in(held, memory(heap, at), size);

	if (n) {
		(*busy)++;
		TRY(stays(heap, at, size));
		TRY(held_put(heap, held, memory(heap, at), size));
	}
	EXPECT_EQ(drop(heap, at, size), 0);
	return sound(heap);
}

static const char *first_in_first_out(struct heap *heap)
{
	static const size_t sizes[] = { 1024, 4096, 80, 2000, 7000 };
	static struct held held;
	unsigned int busy = 0;

	held.count = 0;
	EXPECT_EQ(start(heap, memory(heap, 0), FIRST), 0);
	for (size_t i = 0; i < 54; i++) {
		if (i < 50)
			TRY(fifo_in(heap, &held, i, sizes[i % 5]));
		if (i >= 4)
			TRY(fifo_out(heap, &held, i - 4, sizes[(i - 4) % 5],
				     &busy));
	}
	EXPECT(busy > 10 && busy < 40, "%u of 50 were in use", busy);
	TRY(held_put(heap, &held, memory(heap, 0), FIRST));
	EXPECT_EQ(held.count, 0);
	EXPECT_EQ(heap_stats(heap).total, 2560);
	EXPECT_EQ(heap_stats(heap).free_blocks, 1);
	return sound(heap);
}

/* ---- large ----------------------------------------------------------- */

static const char *above_4_gib(struct heap *heap)
{
	void *p[4], *q;

	p[0] = get(heap, 100);
	q = heap_realloc(heap, p[0], 5 * GIB, NULL);
	EXPECT(q == p[0], "does not grow to 5 GiB in place");
	EXPECT(usable(heap, q) >= 5 * GIB, "holds %zu", usable(heap, q));
	p[1] = get(heap, 100);
	EXPECT(where(heap, p[1]) > 5 * GIB, "not behind it");
	TRY(sound(heap));
	EXPECT_EQ(put(heap, q), 0);
	EXPECT_EQ(put(heap, p[1]), 0);
	for (int i = 0; i < 4; i++) {
		p[i] = get_aligned(heap, GIB + 12345, 4 * MIB);
		EXPECT(p[i] && !((uintptr_t)p[i] % (4 * MIB)), "not at 4 MiB");
	}
	TRY(sound(heap));
	for (int i = 0; i < 4; i++)
		EXPECT_EQ(put(heap, p[(i * 2 + 1) % 5 % 4]), 0);
	EXPECT_EQ(heap_stats(heap).used, 0);
	EXPECT_EQ(heap_stats(heap).free_blocks, 1);
	return sound(heap);
}

/* Two blocks whose addresses have the same lower 32 bits are told apart. */
static const char *same_low_half(struct heap *heap)
{
	u8 *p = get(heap, 4 * GIB - HEADER), *q = get(heap, 5000);

	EXPECT(q == p + 4 * GIB, "not 4 GiB apart");
	EXPECT_EQ(put(heap, p + 4096), -RTALLOC_NOT_A_BLOCK);
	EXPECT_EQ(put(heap, q), 0);
	EXPECT_EQ(put(heap, q), -RTALLOC_DOUBLE_FREE);
	EXPECT_EQ(usable(heap, p), 4 * GIB - HEADER);
	EXPECT_EQ(put(heap, p), 0);
	return sound(heap);
}

/*
 * The header of a block that merged is wiped to 0. That is no valid tag, even at an address
 * whose lower 32 bits are 0.
 */
static const char *low_half_of_zero(struct heap *heap)
{
	void *p = get_aligned(heap, 100, 4 * GIB);

	EXPECT(p && !((u64)(uintptr_t)p % (4 * GIB)), "not at 4 GiB");
	EXPECT(!get_aligned(heap, 100, 8 * GIB), "8 GiB can be had");
	TRY(sound(heap));
	EXPECT_EQ(put(heap, p), 0);
	EXPECT_EQ(put(heap, p), -RTALLOC_NOT_A_BLOCK);
	return sound(heap);
}

static const char *works_at(struct heap *heap, u8 *base, size_t size)
{
	size_t largest;
	void *p;

	EXPECT_EQ(start(heap, base, size), 0);
	largest = heap_stats(heap).largest_free;
	EXPECT(largest > size / 32 * 30, "largest is %zu", largest);
	p = get(heap, largest);
	EXPECT(p && usable(heap, p) >= largest, "not to be had");
	EXPECT(!get(heap, largest), "had twice");
	TRY(sound(heap));
	EXPECT_EQ(put(heap, p), 0);
	EXPECT(!get(heap, largest + 1), "one more than the largest");
	EXPECT_EQ(heap_stats(heap).used, 0);
	return sound(heap);
}

static const char *large_sizes(struct heap *heap, u8 *base)
{
	for (size_t size = 64 * MIB; size <= 32 * GIB; size *= 2) {
		TRY(works_at(heap, base, size - 8));
		TRY(works_at(heap, base, size));
		if (size < 32 * GIB)
			TRY(works_at(heap, base, size + 8));
	}
	EXPECT_EQ(start(heap, base, 32 * GIB + 8), -EFBIG);
	EXPECT_EQ(start(heap, base, 33 * GIB), -EFBIG);
	EXPECT_EQ(start(heap, base, SIZE_MAX), -EFBIG);
	return NULL;
}

/*
 * Two adjacent regions of 20 GiB are not joined, because a pool has at most 32 GiB. A
 * region of 33 GiB is refused.
 */
static const char *large_regions(struct heap *heap, u8 *base)
{
	EXPECT_EQ(start(heap, base, 20 * GIB), 0);
	EXPECT_EQ(heap->ops->add_region(heap->ctrl, base + 20 * GIB, 20 * GIB),
		  0);
	EXPECT_EQ(heap_stats(heap).free_blocks, 2);
	EXPECT_EQ(heap->ops->add_region(heap->ctrl, base + 41 * GIB, 33 * GIB),
		  -EFBIG);
	TRY(sound(heap));
	EXPECT_EQ(heap->ops->remove_region(heap->ctrl, base + 20 * GIB,
					   20 * GIB), 0);
	EXPECT_EQ(heap->ops->add_region(heap->ctrl, base + 20 * GIB, 12 * GIB),
		  0);
	EXPECT_EQ(heap_stats(heap).free_blocks, 1);
	return sound(heap);
}

/* Sizes near each power of two up to 32 GiB work; larger ones are refused. */
static const char *largest_heap(struct heap *heap)
{
	size_t size = 42 * GIB;
	const char *why;
	u8 *base;

	/* A 32-bit address space is too small. */
	if (BITS_PER_LONG < 64)
		return NULL;
	base = memory_get(size);

	EXPECT(base, "no address space");
	why = large_sizes(heap, base);
	if (!why)
		why = large_regions(heap, base);
	memory_put(base, size);
	return why;
}

static int resize_to(struct heap *heap, void *p, size_t size)
{
	return heap->ops->resize(heap->ctrl, p, &size);
}

/*
 * A region that ends where the heap's table begins. Its end mark must lie inside of it, and
 * offsets of what is split off and merged there must be computed from its own start.
 */
static const char *added_below_the_table(struct heap *heap)
{
	size_t size;
	void *p;

	EXPECT_EQ(start(heap, memory(heap, FIRST), FIRST), 0);
	EXPECT_EQ(add(heap, FIRST - 2048, 2048), 0);
	while ((p = get(heap, 500)) && (u8 *)p > memory(heap, FIRST))
		;
	EXPECT(p, "no block below");
	/* Grow up to the end mark, then shrink, which leaves a free rest before it. */
	for (size = FIRST; resize_to(heap, p, size); size--)
		;
	EXPECT_EQ(resize_to(heap, p, 1000), 0);
	TRY(sound(heap));
	EXPECT_EQ(resize_to(heap, p, 500), 0);
	TRY(sound(heap));
	EXPECT_EQ(put(heap, p), 0);
	TRY(sound(heap));
	EXPECT_EQ(drop(heap, FIRST - 2048, 2048), 0);
	return sound(heap);
}

#define TEST(test, ...) { "tlsf." #test, test, TLSF, __VA_ARGS__ }

const struct test tlsf_pool_tests[] = {
	TEST(added_below_the_table, 128 * KIB, 8, .also = { 16 }),
	TEST(added_region, 128 * KIB, 16),
	TEST(joined_region, 128 * KIB, 16),
	TEST(block_across_the_joint, 128 * KIB, 16, .also = { 32 }),
	TEST(added_too_small, 128 * KIB, 8, .also = { 32 }),
	TEST(smallest_heap, 128 * KIB, 8, .also = { 16, 32 }),
	TEST(added_is_larger_than_the_first, 512 * KIB, 16),
	TEST(removed_region, 128 * KIB, 16),
	TEST(removed_with_one_block, 128 * KIB, 16),
	TEST(removed_joined_region, 128 * KIB, 16),
	TEST(places_are_used_again, 256 * KIB, 16),
	TEST(offsets_stay, 128 * KIB, 16),
	TEST(offsets_are_had_once, 128 * KIB, 16),
	TEST(first_in_first_out, 128 * KIB, 8, .also = { 16 }),
	TEST(above_4_gib, 6 * GIB, 16),
	TEST(same_low_half, 6 * GIB, 16),
	TEST(low_half_of_zero, 20 * GIB, 16),
	TEST(largest_heap, 4096, 8, true, .also = { 32 }),
	{ 0 },
};
