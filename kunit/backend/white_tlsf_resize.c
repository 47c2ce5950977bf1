// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_tlsf_resize.c - growing and shrinking blocks of TLSF: into the block behind, into
 * the one before, into both, or by moving. Each test has a row of three blocks and a
 * precomputed map.
 *
 * Offsets are as in white_tlsf.c: blocks take 2544 bytes, from 16 on.
 */

#include "white_tlsf.h"

#define REST	"[656 U 24][688 F 1864]"	/* what follows the row below */
#define MOVED	"[688 U 120][816 F 1736]"	/* the same with 113 bytes allocated */

static u64 max_used_again(struct heap *heap)
{
	struct rtalloc_snapshot snap = { 0 };

	heap->calls->usage(heap, &snap, true);
	return snap.max_used;
}

/*
 * Make three blocks of 320, 112 and 208 bytes and a used one behind them, from offset 16
 * on. The middle one is filled with 0x42.
 */
static const char *resize_row(struct heap *heap, struct row *row)
{
	row->prev = get(heap, 300);
	row->block = get(heap, 100);
	row->next = get(heap, 200);
	EXPECT(get(heap, 8), "no separator");
	memset(row->block, 0x42, 104);
	TRY(map_is(heap, "FU", "[16 U 312][336 U 104][448 U 200]" REST));
	if (row->prev_free)
		EXPECT_EQ(put(heap, row->prev), 0);
	if (row->next_free)
		EXPECT_EQ(put(heap, row->next), 0);
	max_used_again(heap);
	return NULL;
}

static const char *row_grows_in(struct heap *heap, struct row *row, size_t size,
				const char *want)
{
	u64 moved;
	u8 *p;

	TRY(resize_row(heap, row));
	heap->zero = heap->core;
	p = heap_realloc(heap, row->block, size, NULL);
	EXPECT(p, "no room for %zu", size);
	EXPECT(holds(p, 0x42, 104), "contents are lost");
	EXPECT(!heap->zero || holds(p + 104, 0, size - 104), "not zeroed");
	/* max_used counts both blocks if it moves, because both exist at the same time. */
	moved = where(heap, p) >= 688 ? 112 : 0;
	EXPECT_EQ(max_used_again(heap), heap_stats(heap).used + moved);
	TRY(map_is(heap, "FU", want));
	return sound(heap);
}

/* Grow the row's middle block to @size. Expect its contents to be kept, and the map @want. */
static const char *row_grows(struct heap *heap, bool prev_free, bool next_free,
			     size_t size, const char *want)
{
	struct row row = { .prev_free = prev_free, .next_free = next_free };
	struct heap fresh;
	const char *why;

	EXPECT_EQ(heap_open_like(&fresh, heap, 4096), 0);
	why = row_grows_in(&fresh, &row, size, want);
	heap_close(&fresh);
	return why;
}

/* Of 112 + 208 = 320 bytes, 208 are taken; 304 would leave 16, which are added. */
static const char *grows_forward(struct heap *heap)
{
	TRY(row_grows(heap, false, true, 200,
		      "[16 U 312][336 U 200][544 F 104]" REST));
	TRY(row_grows(heap, false, true, 290, "[16 U 312][336 U 312]" REST));
	return row_grows(heap, true, true, 312, "[16 F 312][336 U 312]" REST);
}

/*
 * The missing bytes are taken from the end of the free block before: 96 for 208 bytes; for
 * 416 it would be 304 of 320, so all are taken. The block behind is not changed.
 */
static const char *grows_backward(struct heap *heap)
{
	TRY(row_grows(heap, true, false, 200,
		      "[16 F 216][240 U 200][448 U 200]" REST));
	TRY(row_grows(heap, true, true, 400, "[16 U 424][448 F 200]" REST));
	return row_grows(heap, true, false, 424,
			 "[16 U 424][448 U 200]" REST);
}

/* 576 bytes are 112, 208 behind it, and 256 of the block before. For 632 all 640 are taken. */
static const char *grows_both_ways(struct heap *heap)
{
	TRY(row_grows(heap, true, true, 560, "[16 F 56][80 U 568]" REST));
	return row_grows(heap, true, true, 632, "[16 U 632]" REST);
}

/* 656 bytes are more than all three blocks have; then neighbours that are used. */
static const char *moves_to_grow(struct heap *heap)
{
	TRY(row_grows(heap, true, true, 640,
		      "[16 F 632][656 U 24][688 U 648][1344 F 1208]"));
	return row_grows(heap, false, false, 113,
			 "[16 U 312][336 F 104][448 U 200][656 U 24]"
			 MOVED);
}

/* Between the hook grow_back and the copy the heap is sound, and others can allocate. */
static const char *grown_block_before_the_copy(struct heap *heap)
{
	struct row row = { .prev_free = true };
	size_t size = 200;
	u8 *p;

	TRY(resize_row(heap, &row));
	p = heap->ops->grow_back(heap->ctrl, size, row.block);
	EXPECT_EQ(where(heap, p), 240);
	TRY(sound(heap));
	EXPECT(holds(row.block, 0x42, 104), "contents are lost");
	EXPECT_EQ(put(heap, row.block), -RTALLOC_NOT_A_BLOCK);
	EXPECT_EQ(where(heap, get(heap, 216)), 16);
	TRY(sound(heap));
	EXPECT_EQ(heap->ops->resize(heap->ctrl, p, &size), 0);
	TRY(map_is(heap, "FU", "[16 U 216][240 U 200][448 U 200]" REST));
	return sound(heap);
}

/* If grow_back finds no room, nothing changes. */
static const char *grow_back_refuses(struct heap *heap)
{
	struct row row = { .prev_free = true, .next_free = true };
	static const size_t sizes[] = { 633, 5000, SIZE_MAX, SIZE_MAX - 7 };
	void *image, *p = NULL;

	TRY(resize_row(heap, &row));
	image = heap_image(heap);
	for (size_t i = 0; i < ARRAY_SIZE(sizes) && !p; i++)
		p = heap->ops->grow_back(heap->ctrl, sizes[i], row.block);
	EXPECT(heap_same(heap, image) && !p, "grows without room");
	return NULL;
}

#define TEST(test, ...) { "tlsf." #test, test, TLSF, __VA_ARGS__ }

const struct test tlsf_resize_tests[] = {
	TEST(grows_forward, 4096, 16, .core = true),
	TEST(grows_backward, 4096, 16, .core = true),
	TEST(grows_both_ways, 4096, 16, .core = true),
	TEST(moves_to_grow, 4096, 16, .core = true),
	TEST(grown_block_before_the_copy, 4096, 16),
	TEST(grow_back_refuses, 4096, 16),
	/* 720 bytes shrunk to 704 would leave 16, so nothing happens; to 112 leaves 608. */
	{ "tlsf.shrinks", NULL, TLSF, 4096, 16, .core = true,
	  .script = "a=700 b=300 a>690 [16 U 712][736 U 312][1056 F 1496] "
		    "a>100 [16 U 104][128 F 600][736 U 312][1056 F 1496] "
		    /* The bytes that are split off merge with the free block behind. */
		    "b>8 [16 U 104][128 F 600][736 U 24][768 F 1784] used=144 "
		    "a>72 [16 U 72][96 F 632][736 U 24][768 F 1784]" },
	{ 0 },
};
