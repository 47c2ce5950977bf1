// SPDX-License-Identifier: GPL-2.0-only
/*
 * contract_core.c - what the core promises for every backend: zeroed memory, realloc,
 * statistics, a walk. core_heap.c checks that the core counts each call.
 */
#include <linux/align.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "backend/backend.h"
#include "core_heap.h"
#include "unit.h"

/* ---- sizes and alignments --------------------------------------------- */

static const char *no_bytes(struct heap *heap)
{
	EXPECT(!get(heap, 0), "0 bytes are to be had");
	EXPECT(!get_aligned(heap, 0, 64), "0 bytes at 64 are to be had");
	return sound(heap);
}

/* rtalloc_calloc() refuses arrays whose size wraps or is 0. */
static const char *array_overflows(struct heap *heap)
{
	const size_t half = (size_t)1 << BITS_PER_LONG / 2;
	const size_t arrays[][2] = {
		{ SIZE_MAX, 2 }, { 2, SIZE_MAX }, { half, half },
		{ half, half + 1 }, { SIZE_MAX / 8 + 2, 8 },
		{ SIZE_MAX, SIZE_MAX }, { 0, 8 }, { 8, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(arrays); i++)
		EXPECT(!core_took(heap, rtalloc_calloc(heap->core, arrays[i][0],
						       arrays[i][1], 0)),
		       "array %zu is to be had", i);
	return sound(heap);
}

static const char *impossible_alignment(struct heap *heap)
{
	static const size_t aligns[] = {
		0, 3, 5, 6, 7, 12, 4095, 4097, SIZE_MAX, SIZE_MAX - 1,
		SIZE_BIT(63), SIZE_BIT(62), SIZE_BIT(40),
	};

	for (size_t i = 0; i < ARRAY_SIZE(aligns); i++)
		EXPECT(!get_aligned(heap, 16, aligns[i]), "%#zx is an alignment",
		       aligns[i]);
	return sound(heap);
}

/*
 * The address behind a heap's memory is no block, and none is near it. The heap is full but
 * for its first block: behind that address lies nothing, but in front of it memheap's last
 * header, from which the links lead on to the first block.
 */
static const char *end_is_no_block(struct heap *heap)
{
	u8 *end = heap->region[0].base + heap->region[0].size;
	void *first = get(heap, 8);

	EXPECT(first, "no block");
	for (int i = 0; i < 200; i++)
		if (!get(heap, heap_stats(heap).largest_free))
			break;
	EXPECT_EQ(put(heap, first), 0);
	if (heap->regions > 1)		/* memory of the heap may follow */
		return sound(heap);
	for (int i = 0; i <= 64; i++)
		EXPECT(put(heap, end + i) < 0, "free of %d behind the end succeeds", i);
	return sound(heap);
}

/* A block at an alignment of 2 GiB can be freed like any other. */
static const char *works_at_2_gib(struct heap *heap)
{
	void *p = get_aligned(heap, 100, SIZE_BIT(31));

	/* A checked heap refuses it, as it would fill all memory in front of the block. */
	EXPECT(!p == heap->core->is_checked, "at 2 GiB: %llu", where(heap, p));
	EXPECT(IS_ALIGNED((uintptr_t)p, SIZE_BIT(31)), "%llu", where(heap, p));
	EXPECT_EQ(put(heap, p), 0);
	EXPECT(get(heap, 100), "the heap is closed");
	return sound(heap);
}

static const char *far_alignment(struct heap *like)
{
	const struct geometry geometry = {
		.backend = "heap4",
		.size = (size_t)(5 * GIB),
		.flags = like->core->is_checked ? RTALLOC_HEAP_CHECKED : 0,
		.quarantine = 4096,
	};
	const char *why;
	struct heap heap;

	if (BITS_PER_LONG < 64 || like->backend->ops != &heap4_ops)
		return NULL;
	EXPECT_EQ(core_open(&heap, &geometry), 0);
	why = works_at_2_gib(&heap);
	heap_close(&heap);
	return why;
}

/* Every size up to 1000 bytes at least is served, with enough bytes, and aligned. */
static const char *blocks_hold_what_was_asked(struct heap *heap)
{
	size_t size;

	for (size = 1; size <= 1100; size++) {
		void *p;

		heap_trim(heap);
		p = get(heap, size);
		if (!p)
			break;
		EXPECT(IS_ALIGNED((uintptr_t)p, heap->align), "%zu bytes at %llu",
		       size, where(heap, p));
		EXPECT(usable(heap, p) >= size, "%zu of %zu bytes",
		       usable(heap, p), size);
		EXPECT_EQ(put(heap, p), 0);
	}
	EXPECT(size > 1000, "no block of %zu bytes", size);
	return NULL;
}

static const char *null_is_valid(struct heap *heap)
{
	void *p;

	EXPECT_EQ(put(heap, NULL), 0);
	EXPECT_EQ(usable(heap, NULL), 0);
	TRY(sound(heap));
	p = heap_realloc(heap, NULL, 100, NULL);
	EXPECT(p, "no block of 100 bytes");
	EXPECT(!heap_realloc(heap, p, 0, NULL), "a block of 0 bytes");
	EXPECT_EQ(heap_stats(heap).live, 0);
	return sound(heap);
}

/* ---- cleared memory --------------------------------------------------- */

/* Fill a block and free it, so that the next block has old contents. */
static const char *dirty(struct heap *heap, void *p, size_t size)
{
	EXPECT(p, "no block of %zu bytes", size);
	memset(p, 0xff, size);
	EXPECT_EQ(put(heap, p), 0);
	return NULL;
}

static const char *zeroed_memory_is_zero(struct heap *heap)
{
	size_t align = heap->backend->elem && heap->align < 32 ? 8 : 32;
	void *p;

	TRY(dirty(heap, get(heap, 500), 500));
	heap->zero = true;
	p = get(heap, 500);
	EXPECT(p && holds(p, 0, 500), "block is not zeroed");
	TRY(dirty(heap, p, 500));
	p = core_took(heap, rtalloc_zalloc(heap->core, 500, GFP_KERNEL));
	EXPECT(p && holds(p, 0, 500), "zalloc does not zero");
	TRY(dirty(heap, p, 500));
	p = core_took(heap, rtalloc_calloc(heap->core, 50, 10, GFP_KERNEL));
	EXPECT(p && holds(p, 0, 500), "array is not zeroed");
	TRY(dirty(heap, p, 500));
	p = get_aligned(heap, 500, align);
	EXPECT(p && holds(p, 0, 500), "aligned block is not zeroed");
	return NULL;
}

/* With __GFP_ZERO, realloc clears the bytes behind the old size and no others. */
static const char *grown_part_is_zeroed(struct heap *heap)
{
	size_t old;
	u8 *p;

	TRY(dirty(heap, get(heap, 1000), 1000));
	p = get(heap, 100);
	EXPECT(p, "no block of 100 bytes");
	old = usable(heap, p);
	memset(p, 0x5a, old);
	heap->zero = true;
	p = heap_realloc(heap, p, 900, NULL);
	EXPECT(p, "it does not grow");
	old = min_t(size_t, old, 900);
	EXPECT(holds(p, 0x5a, old), "contents are lost");
	EXPECT(holds(p + old, 0, 900 - old), "what is new is not zeroed");
	return NULL;
}

/* ---- realloc ---------------------------------------------------------- */

static const char *realloc_keeps_contents(struct heap *heap)
{
	static const size_t sizes[] = {
		1, 8, 9, 64, 63, 65, 500, 130, 128, 1500, 24, 1499, 200, 2000,
	};
	u8 *p = get(heap, 16), *q;
	size_t have = 16;

	memset(p, 0xc3, 16);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		q = heap_realloc(heap, p, sizes[i], NULL);
		if (!q)
			continue;
		p = q;
		EXPECT(holds(p, 0xc3, min(have, sizes[i])),
		       "%zu to %zu: contents are lost", have, sizes[i]);
		have = sizes[i];
		memset(p, 0xc3, have);
		TRY(sound(heap));
	}
	EXPECT_EQ(heap_stats(heap).live, 1);
	EXPECT_EQ(put(heap, p), 0);
	return NULL;
}

/*
 * Allocate until nothing is left. The last loop is for backends with size classes, whose
 * class for 400 bytes may still have free blocks.
 */
static void exhaust(struct heap *heap)
{
	for (size_t size = heap_stats(heap).total; size; size /= 2)
		while (get(heap, size))
			;
	while (get(heap, 400))
		;
}

/* In a full heap a block can neither grow nor move, until there is room. */
static const char *realloc_in_a_full_heap(struct heap *heap)
{
	u8 *p = get(heap, 200), *q = get(heap, 400);
	u64 used;

	EXPECT(p && q, "no blocks");
	memset(p, 0x77, 200);
	exhaust(heap);
	used = heap_stats(heap).used;
	if (usable(heap, p) >= 400 || heap->backend->elem) {
		/* All blocks of a pool have one size. */
		EXPECT(heap_realloc(heap, p, 400, NULL) == p, "it moves");
		return NULL;
	}
	EXPECT(!heap_realloc(heap, p, 400, NULL), "it grows in a full heap");
	EXPECT_EQ(heap_stats(heap).used, used);
	EXPECT(holds(p, 0x77, 200), "contents are lost");
	TRY(sound(heap));
	EXPECT_EQ(put(heap, q), 0);
	p = heap_realloc(heap, p, 400, NULL);
	EXPECT(p && holds(p, 0x77, 200), "it does not grow into what is free");
	EXPECT_EQ(put(heap, p), 0);
	return NULL;
}

/* rtalloc_realloc() documents that in a tlsf heap a block keeps its alignment. */
static const char *realloc_keeps_alignment(struct heap *heap)
{
	void *wall, *p;

	if (strcmp(heap->core->backend->name, "tlsf") ||
	    heap->region[0].size < SZ_64K)
		return NULL;
	for (size_t align = 32; align <= 4096; align *= 2) {
		p = get_aligned(heap, 40, align);
		EXPECT(p, "no block at %zu", align);
		for (size_t size = 90; size < 3000; size *= 2) {
			wall = get(heap, size);
			p = heap_realloc(heap, p, size, NULL);
			EXPECT(p, "no room for %zu", size);
			EXPECT(IS_ALIGNED((uintptr_t)p, align),
			       "%zu bytes are not at %zu", size, align);
			EXPECT_EQ(put(heap, wall), 0);
		}
		EXPECT_EQ(put(heap, p), 0);
	}
	return sound(heap);
}

/* Grow a block whose neighbour before, or behind, or both are free. */
static const char *realloc_beside(struct heap *heap, bool before, bool behind)
{
	u8 *p[4], *block;

	for (int i = 0; i < 4; i++)
		p[i] = get(heap, 150);
	EXPECT(p[3], "no blocks");
	block = p[1];
	for (int i = 0; i < 150; i++)
		block[i] = i;
	EXPECT_EQ(put(heap, before ? p[0] : NULL), 0);
	EXPECT_EQ(put(heap, behind ? p[2] : NULL), 0);
	block = heap_realloc(heap, block, 280, NULL);
	EXPECT(block && usable(heap, block) >= 280, "it does not grow");
	for (int i = 0; i < 150; i++)
		EXPECT_EQ(block[i], i);
	memset(block, 0xff, 280);
	TRY(sound(heap));
	EXPECT_EQ(heap_stats(heap).live, 4 - before - behind);
	EXPECT_EQ(put(heap, block), 0);
	EXPECT_EQ(put(heap, before ? NULL : p[0]), 0);
	EXPECT_EQ(put(heap, behind ? NULL : p[2]), 0);
	EXPECT_EQ(put(heap, p[3]), 0);
	return NULL;
}

/* The block keeps its contents, wherever the free memory is. */
static const char *realloc_beside_free_memory(struct heap *heap)
{
	TRY(realloc_beside(heap, true, false));
	TRY(realloc_beside(heap, false, true));
	return realloc_beside(heap, true, true);
}

/* ---- memory and statistics -------------------------------------------- */

/* Memory that was added can be removed again, or the backend does not support that. */
static const char *added_memory_is_taken_back(struct heap *heap)
{
	struct rtalloc_snapshot before = heap_stats(heap), after;
	int err = heap_glue(heap, SZ_64K), last = heap->regions - 1;
	u8 *memory = heap->region[last].base;

	if (!heap->ops->remove_region) {
		EXPECT_EQ(err, heap->ops->add_region ? 0 : -EOPNOTSUPP);
		EXPECT_EQ(rtalloc_heap_remove_memory(heap->core, memory),
			  -EOPNOTSUPP);
		return NULL;
	}
	EXPECT_EQ(err, 0);
	TRY(sound(heap));
	EXPECT_EQ(heap_stats(heap).total, before.total + SZ_64K);
	EXPECT_EQ(heap_unglue(heap, last), 0);
	EXPECT_EQ(rtalloc_heap_remove_memory(heap->core, memory), -ENOENT);
	after = heap_stats(heap);
	EXPECT(!memcmp(&before, &after, sizeof(before)), "statistics differ");
	return sound(heap);
}

static const char *statistics_are_exact(struct heap *heap)
{
	struct rtalloc_snapshot empty = heap_stats(heap), s;
	void *p = get(heap, 100), *q;
	u64 one = heap_stats(heap).used - empty.used;

	EXPECT(one >= 100, "100 bytes take %llu", one);
	q = core_took(heap, rtalloc_zalloc(heap->core, 100, GFP_KERNEL));
	s = heap_stats(heap);
	EXPECT_EQ(s.used, empty.used + 2 * one);
	EXPECT_EQ(s.max_used, s.used);
	EXPECT_EQ(s.live, 2);
	p = heap_realloc(heap, p, 700, NULL);
	EXPECT(!heap_realloc(heap, q, SIZE_MAX, NULL), "it grows for ever");
	EXPECT(put(heap, &s) < 0, "a local variable is freed");
	EXPECT_EQ(put(heap, p), 0);
	EXPECT_EQ(put(heap, q), 0);
	TRY(sound(heap));
	s = heap_stats(heap);
	EXPECT_EQ(s.used, empty.used);
	EXPECT_EQ(s.total, empty.total);
	EXPECT(s.max_used > empty.max_used, "the maximum does not rise");
	return NULL;
}

/* rtalloc_usage() agrees with rtalloc_stats(); rtalloc_reset_max() resets max_used. */
static const char *usage_agrees(struct heap *heap)
{
	struct rtalloc_snapshot usage, stats;
	void *keep = get(heap, 100), *p = get(heap, 500);

	EXPECT_EQ(put(heap, p), 0);
	stats = heap_stats(heap);
	rtalloc_usage(heap->core, &usage);
	EXPECT_EQ(usage.largest_free + usage.free_blocks, 0);
	usage.largest_free = stats.largest_free;
	usage.free_blocks = stats.free_blocks;
	EXPECT(!memcmp(&stats, &usage, sizeof(usage)), "usage differs");
	EXPECT(stats.used < stats.max_used, "the maximum is lost");
	rtalloc_reset_max(heap->core);
	EXPECT_EQ(heap_stats(heap).used, stats.used);
	EXPECT_EQ(heap_stats(heap).max_used, stats.used);
	/* max_used rises again with the bytes in use, and not above. */
	p = get(heap, 16);
	EXPECT_EQ(heap_stats(heap).max_used, heap_stats(heap).used);
	EXPECT_EQ(put(heap, p), 0);
	EXPECT_EQ(put(heap, keep), 0);
	EXPECT(heap_stats(heap).max_used > stats.used, "the mark is lost");
	return NULL;
}

/* A block of largest_free bytes can always be allocated. */
static const char *largest_free_is_sure(struct heap *heap)
{
	void *p[12] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(p); i++) {
		void *q = get(heap, heap_stats(heap).largest_free);

		EXPECT(q, "step %zu: it is not to be had", i);
		EXPECT_EQ(put(heap, q), 0);
		p[i] = get(heap, 90 * (i + 1));
		if (i % 3 == 2)
			EXPECT_EQ(put(heap, p[i - 1]), 0);
		if (heap_stats(heap).largest_free < 1200)
			break;
	}
	return NULL;
}

/* Pieces of the walk ascend and do not overlap; each block is reported once. */
static const char *walk_finds_every_block(struct heap *heap)
{
	struct rtalloc_block batch[3];
	struct rtalloc_cursor cursor = { 0 };
	u64 end = 0, found = 0;
	size_t j;
	void *p[9];
	int n;

	for (size_t i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = get(heap, 30 << i % 5);
	EXPECT_EQ(put(heap, p[4]), 0);
	while ((n = rtalloc_walk(heap->core, &cursor, batch, 3)))
		for (int i = 0; i < n; i++) {
			EXPECT(batch[i].offset >= end, "the walk goes back");
			end = batch[i].offset + batch[i].size;
			if (batch[i].state != RTALLOC_USED)
				continue;
			found++;
			for (j = 0; j < ARRAY_SIZE(p); j++)
				if (j != 4 && where(heap, p[j]) == batch[i].offset)
					break;
			EXPECT(j < ARRAY_SIZE(p), "no block at %llu",
			       batch[i].offset);
		}
	EXPECT_EQ(found, heap_stats(heap).live);
	EXPECT(end <= heap->region[0].size, "the walk leaves the heap");
	EXPECT_EQ(rtalloc_walk(heap->core, &cursor, batch, 3), 0);
	return NULL;
}

const struct test contract_core_tests[] = {
	{ "core.no_bytes", no_bytes },
	{ "core.array_overflows", array_overflows },
	{ "core.impossible_alignment", impossible_alignment },
	{ "core.far_alignment", far_alignment, .is_large = true },
	{ "core.blocks_hold_what_was_asked", blocks_hold_what_was_asked },
	{ "core.end_is_no_block", end_is_no_block },
	{ "core.null_is_valid", null_is_valid },
	{ "core.zeroed_memory_is_zero", zeroed_memory_is_zero },
	{ "core.grown_part_is_zeroed", grown_part_is_zeroed },
	{ "core.realloc_keeps_contents", realloc_keeps_contents },
	{ "core.realloc_keeps_alignment", realloc_keeps_alignment },
	{ "core.realloc_in_a_full_heap", realloc_in_a_full_heap },
	{ "core.realloc_beside_free_memory", realloc_beside_free_memory },
	{ "core.added_memory_is_taken_back", added_memory_is_taken_back },
	{ "core.statistics_are_exact", statistics_are_exact },
	{ "core.usage_agrees", usage_agrees },
	{ "core.largest_free_is_sure", largest_free_is_sure },
	{ "core.walk_finds_every_block", walk_finds_every_block },
	{ 0 },
};
