// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_memheap.c - memheap's layout, block by block: 48 bytes of header in
 * front of each payload, offsets as printed by the original. With words of 4
 * bytes it is 28 and so 32 at that alignment, as the original's is where it
 * keeps owners; those pictures follow by adding up.
 */

#include "backend/memheap.h"
#include "white.h"

#define FAST	"memheap-fast"
#define BEST	"memheap-best"
#define HEADER	WORDS(48u, 32u)
#define WHOLE	(1024 - 2 * HEADER)	/* the one payload of 1024 bytes */

static const char *pool_picture(struct heap *heap)
{
	void *a = get(heap, 100);
	void *b = get(heap, 100);
	void *c = get(heap, 100);
	void *d;

	TRY(map_is(heap, "FU",
		   WORDS("[48 U 104][200 U 104][352 U 104][504 F 472]",
			 "[32 U 104][168 U 104][304 U 104][440 F 552]")));
	EXPECT_EQ(heap_stats(heap).used, 1024 - WORDS(472, 552));
	EXPECT_EQ(put(heap, a), 0);
	EXPECT_EQ(put(heap, c), 0);
	TRY(map_is(heap, "FU", WORDS("[48 F 104][200 U 104][352 F 624]",
				     "[32 F 104][168 U 104][304 F 688]")));
	d = get(heap, 40);
	EXPECT_EQ(where(heap, d), WORDS(352, 304));
	TRY(map_is(heap, "FU",
		   WORDS("[48 F 104][200 U 104][352 U 40][440 F 536]",
			 "[32 F 104][168 U 104][304 U 40][376 F 616]")));
	b = heap_realloc(heap, b, 200, NULL);
	EXPECT_EQ(where(heap, b), WORDS(440, 376));
	TRY(map_is(heap, "FU",
		   WORDS("[48 F 256][352 U 40][440 U 200][688 F 288]",
			 "[32 F 240][304 U 40][376 U 200][608 F 384]")));
	return sound(heap);
}

static const char *zero_size(struct heap *heap)
{
	void *p = get(heap, 0);

	EXPECT_EQ(where(heap, p), HEADER);
	EXPECT_EQ(usable(heap, p), 16);
	return sound(heap);
}

/* A request as large as all that is available fails, by the original's rule. */
static const char *last_exact_fit(struct heap *heap)
{
	EXPECT_EQ(heap_stats(heap).used, 2 * HEADER);
	EXPECT_EQ(heap_stats(heap).max_used, 2 * HEADER);
	EXPECT_EQ(heap_stats(heap).largest_free, WHOLE - 8);
	EXPECT(!get(heap, WHOLE), "all bytes are to be had");
	EXPECT(!get(heap, WHOLE - 7), "all but 7 bytes are to be had");
	TRY(map_is(heap, "FU", WORDS("[48 F 928]", "[32 F 960]")));
	EXPECT(get(heap, WHOLE - 8), "all but 8 bytes are not to be had");
	TRY(map_is(heap, "FU", WORDS("[48 U 928]", "[32 U 960]")));
	EXPECT_EQ(heap_stats(heap).used, 1024);
	EXPECT_EQ(heap_stats(heap).largest_free, 0);
	return sound(heap);
}

static const char *best_order(struct heap *heap)
{
	void *a = get(heap, 300);
	void *p = get(heap, 16);
	void *b = get(heap, 100);
	void *q = get(heap, 16);
	void *c = get(heap, 200);

	EXPECT(p && q && get(heap, 16), "no separators");
	EXPECT_EQ(put(heap, a), 0);
	EXPECT_EQ(put(heap, b), 0);
	EXPECT_EQ(put(heap, c), 0);
	TRY(map_is(heap, "F",
		   WORDS("[48 F 304][464 F 104][680 F 200][992 F 1008]",
			 "[32 F 304][416 F 104][600 F 200][880 F 1136]")));
	EXPECT_EQ(where(heap, get(heap, 90)), WORDS(464, 416));
	EXPECT_EQ(where(heap, get(heap, 120)), WORDS(680, 600));
	TRY(map_is(heap, "F", WORDS("[48 F 304][848 F 32][992 F 1008]",
				    "[32 F 304][752 F 48][880 F 1136]")));
	/* The free list is now 848, 48, 992. */
	EXPECT_EQ(where(heap, get(heap, 16)), WORDS(848, 752));
	EXPECT_EQ(where(heap, get(heap, 16)), HEADER);
	return sound(heap);
}

/* Split remainders go to the front, so the list is not kept sorted. */
static const char *best_is_not_best(struct heap *heap)
{
	void *a = get(heap, 300);

	EXPECT(get(heap, 16), "no separator");
	EXPECT_EQ(put(heap, a), 0);
	EXPECT(get(heap, 400), "no block of 400 bytes");
	TRY(map_is(heap, "F", WORDS("[48 F 304][912 F 1088]",
				    "[32 F 304][848 F 1168]")));
	EXPECT_EQ(where(heap, get(heap, 100)), WORDS(912, 848));
	return sound(heap);
}

/* A header and the smallest payload, 64 bytes or 48, are not cut off. */
static const char *resize_bounds(struct heap *heap)
{
	size_t cut = 104 - HEADER - 16 - 8;
	void *a = get(heap, 64);
	void *b = get(heap, 64);
	void *c;

	EXPECT(get(heap, 64), "no separator");
	EXPECT_EQ(put(heap, b), 0);
	EXPECT(heap_realloc(heap, a, 104, NULL) == a, "64 to 104 moves");
	TRY(map_is(heap, "FU",
		   WORDS("[48 U 104][200 F 24][272 U 64][384 F 1616]",
			 "[32 U 104][168 F 24][224 U 64][320 F 1696]")));
	EXPECT(heap_realloc(heap, a, cut + 8, NULL) == a, "104 to 40 moves");
	EXPECT_EQ(usable(heap, a), 104);
	EXPECT(heap_realloc(heap, a, cut, NULL) == a, "104 to 32 moves");
	TRY(map_is(heap, "FU",
		   WORDS("[48 U 32][128 F 96][272 U 64][384 F 1616]",
			 "[32 U 48][112 F 80][224 U 64][320 F 1696]")));
	EXPECT(heap_realloc(heap, a, 64, NULL) == a, "32 to 64 moves");
	TRY(map_is(heap, "FU",
		   WORDS("[48 U 64][160 F 64][272 U 64][384 F 1616]",
			 "[32 U 64][128 F 64][224 U 64][320 F 1696]")));
	c = heap_realloc(heap, a, 112, NULL);
	EXPECT(c && c != a, "64 to 112 stays");
	return sound(heap);
}

/* A rest of a header and the smallest payload is a block; 8 bytes less is not. */
static const char *small_rest(struct heap *heap)
{
	void *p = get(heap, WHOLE - HEADER - 16);

	TRY(map_is(heap, "FU", WORDS("[48 U 864][960 F 16]",
				     "[32 U 912][976 F 16]")));
	EXPECT_EQ(put(heap, p), 0);
	p = get(heap, WHOLE - HEADER - 8);
	TRY(map_is(heap, "FU", WORDS("[48 U 928]", "[32 U 960]")));
	EXPECT_EQ(put(heap, p), 0);
	return sound(heap);
}

static const char *merges_both(struct heap *heap)
{
	void *p[4];

	for (int i = 0; i < 4; i++)
		p[i] = get(heap, 100);
	EXPECT_EQ(put(heap, p[0]), 0);
	EXPECT_EQ(put(heap, p[2]), 0);
	EXPECT_EQ(put(heap, p[1]), 0);
	/* 3 * 104 and two headers */
	TRY(map_is(heap, "FU", WORDS("[48 F 408][504 U 104][656 F 320]",
				     "[32 F 376][440 U 104][576 F 416]")));
	EXPECT_EQ(put(heap, p[3]), 0);
	TRY(map_is(heap, "FU", WORDS("[48 F 928]", "[32 F 960]")));
	EXPECT_EQ(heap_stats(heap).used, 2 * HEADER);
	return sound(heap);
}

/* What is cut off joins a free right neighbour; 64 bytes are not cut off. */
static const char *shrinks_in_place(struct heap *heap)
{
	void *p = get(heap, 200), *q = get(heap, 100);
	size_t cut = 200 - HEADER - 16 - 8;

	EXPECT(heap_realloc(heap, p, cut + 8, NULL) == p, "200 to 136 moves");
	TRY(map_is(heap, "FU", WORDS("[48 U 200][296 U 104][448 F 528]",
				     "[32 U 200][264 U 104][400 F 592]")));
	EXPECT(heap_realloc(heap, p, cut, NULL) == p, "200 to 128 moves");
	TRY(map_is(heap, "FU",
		   WORDS("[48 U 128][224 F 24][296 U 104][448 F 528]",
			 "[32 U 144][208 F 24][264 U 104][400 F 592]")));
	EXPECT(heap_realloc(heap, q, 8, NULL) == q, "104 to 8 moves");
	TRY(map_is(heap, "FU",
		   WORDS("[48 U 128][224 F 24][296 U 16][360 F 616]",
			 "[32 U 144][208 F 24][264 U 16][312 F 680]")));
	return sound(heap);
}

/* have 104, right 776: 880 > size + 16, so up to 856 */
static const char *grows_to_the_right(struct heap *heap)
{
	size_t most = WHOLE - HEADER - 16 - 8;
	void *p = get(heap, 100);

	EXPECT(!heap_realloc(heap, p, most + 8, NULL), "864 are to be had");
	TRY(map_is(heap, "FU", WORDS("[48 U 104][200 F 776]",
				     "[32 U 104][168 F 824]")));
	EXPECT(heap_realloc(heap, p, most, NULL) == p, "104 to 856 moves");
	TRY(map_is(heap, "FU", WORDS("[48 U 856][952 F 24]",
				     "[32 U 904][968 F 24]")));
	return sound(heap);
}

/*
 * 48 -> 64 would leave 16 bytes; 48 + 64 = 112 -> 128 leaves 32. With words of 4
 * bytes 32 -> 64 would leave none; 32 + 48 = 80 -> 128 leaves 64.
 */
static const char *aligned_gap(struct heap *heap)
{
	void *p = get_aligned(heap, 100, 64);

	TRY(map_is(heap, "FU", WORDS("[48 F 32][128 U 104][280 F 65208]",
				     "[32 F 64][128 U 104][264 F 65240]")));
	EXPECT_EQ(put(heap, p), 0);
	TRY(map_is(heap, "FU", WORDS("[48 F 65440]", "[32 F 65472]")));
	return sound(heap);
}

/* The end mark's payload would begin where the region ends. */
static const char *bad_pointers(struct heap *heap)
{
	u8 *start = heap->region[0].base, *p = get(heap, 100);
	u8 *q = get(heap, 100);
	size_t size = 8;

	memset(p, 0, 104);
	EXPECT_EQ(put(heap, start + 1024 + HEADER), -RTALLOC_FOREIGN);
	EXPECT_EQ(put(heap, start), -RTALLOC_NOT_A_BLOCK);
	EXPECT_EQ(put(heap, p + 56), -RTALLOC_NOT_A_BLOCK);
	EXPECT(put(heap, start + 1024) < 0, "the end mark is freed");
	EXPECT(heap->ops->resize(heap->ctrl, start + 1024, &size) < 0,
	       "the end mark is resized");
	EXPECT_EQ(put(heap, start + 1024 - HEADER), -RTALLOC_NOT_A_BLOCK);
	EXPECT_EQ(put(heap, p), 0);
	EXPECT_EQ(put(heap, p), -RTALLOC_DOUBLE_FREE);
	EXPECT_EQ(put(heap, q), 0);
	/* Merged away: its header is gone. */
	EXPECT_EQ(put(heap, q), -RTALLOC_NOT_A_BLOCK);
	return sound(heap);
}

/* What looks like a header, but that its neighbours do not know. */
static const char *forged_header(struct heap *heap)
{
	u8 *p = get(heap, 200);
	struct item *forged = (struct item *)(p + 8);

	*forged = *(struct item *)(p - HEADER);
	EXPECT_EQ(put(heap, p + 8 + HEADER), -RTALLOC_NOT_A_BLOCK);
	forged->next = forged;
	EXPECT_EQ(put(heap, p + 8 + HEADER), -RTALLOC_NOT_A_BLOCK);
	forged->next = (void *)~7ul;
	EXPECT_EQ(put(heap, p + 8 + HEADER), -RTALLOC_NOT_A_BLOCK);
	EXPECT_EQ(put(heap, p), 0);
	return sound(heap);
}

/* Behind the other block of its region, although the first region is empty. */
static const char *moves_within_its_region(struct heap *heap)
{
	void *p;

	EXPECT_EQ(heap_glue(heap, 4096), 0);
	p = get(heap, 1000);
	EXPECT_EQ(where(heap, p), 1024 + HEADER);
	EXPECT_EQ(where(heap, get(heap, 1000)), 2024 + 2 * HEADER);
	EXPECT_EQ(put(heap, get(heap, 100)), 0);
	EXPECT(heap_realloc(heap, p, 500, NULL) == p, "1000 to 500 moves");
	p = heap_realloc(heap, p, 1001, NULL);
	EXPECT_EQ(where(heap, p), 1024 + 3 * HEADER + 2000);
	return sound(heap);
}

/* Glued regions: the first, then the last glued, then those before it. */
static const char *gluing_order(struct heap *heap)
{
	void *a, *b;

	EXPECT_EQ(heap_glue(heap, 1024), 0);
	EXPECT_EQ(heap_glue(heap, 1024), 0);
	a = get(heap, 400);
	b = get(heap, 800);
	EXPECT_EQ(where(heap, a), 256 + 1024 + HEADER);
	EXPECT_EQ(where(heap, b), 256 + HEADER);
	EXPECT_EQ(where(heap, get(heap, 8)), HEADER);
	EXPECT_EQ(heap_stats(heap).total, 256 + 2 * 1024);
	TRY(sound(heap));
	/* It grows in its own region while that can be. */
	a = heap_realloc(heap, a, 800, NULL);
	EXPECT_EQ(where(heap, a), 256 + 1024 + HEADER);
	EXPECT_EQ(put(heap, b), 0);
	/* More than 800 and what is free behind it, header and all. */
	a = heap_realloc(heap, a, WORDS(900, 920), NULL);
	EXPECT_EQ(where(heap, a), 256 + HEADER);
	return sound(heap);
}

/* Content moves along when a block must change its region. */
static const char *glued_move(struct heap *heap)
{
	u8 *p = get(heap, 100);

	EXPECT_EQ(where(heap, p), HEADER);
	memset(p, 0x3c, 100);
	EXPECT_EQ(heap_glue(heap, 2048), 0);
	p = heap_realloc(heap, p, 1000, NULL);
	EXPECT_EQ(where(heap, p), 256 + HEADER);
	for (int i = 0; i < 100; i++)
		EXPECT(p[i] == 0x3c, "byte %d is lost", i);
	TRY(map_is(heap, "F", WORDS("[48 F 160][1352 F 904]",
				    "[32 F 192][1320 F 952]")));
	return sound(heap);
}

static const char *glue_too_small(struct heap *heap)
{
	size_t size;

	for (size = 0; size < 4096; size++) {
		int err = heap_glue(heap, size);

		if (!err)
			break;
		EXPECT_EQ(err, -ENOSPC);
		EXPECT_EQ(heap_stats(heap).total, 256);
	}
	EXPECT(size > 2 * HEADER && size < 256, "smallest glued region: %zu", size);
	return sound(heap);
}

static const char *overrun(struct heap *heap)
{
	return overruns_are_seen(heap, HEADER, 0x41);
}

/* Any single damaged byte of a header that matters is noticed by check. */
static const char *header_damage(struct heap *heap)
{
	struct rtalloc_fault fault = { 0 };
	u8 *a = get(heap, 100);
	u8 *b = get(heap, 100);
	u8 *header = b - HEADER;

	EXPECT(a && get(heap, 100), "no blocks");
	/* With words of 4 bytes the last 4 are padding. */
	for (size_t i = 0; i < sizeof(struct item); i++) {
		u8 was = header[i];

		if (i >= 4 && i < 8)
			continue;		/* the owner's tag */
		header[i] ^= 0x80;
		EXPECT(rtalloc_ops_check(heap->ops, heap->ctrl, &fault) < 0,
		       "byte %zu of a header may change", i);
		TRY(looks_survive(heap));
		header[i] = was;
	}
	return sound(heap);
}

/* An overrun of any length into a header, of a used or a free block. */
static const char *overrun_looks(struct heap *heap)
{
	static const u8 patterns[] = { 0x00, 0x41, 0xff };
	u8 saved[HEADER];
	u8 *a = get(heap, 100);
	u8 *b = get(heap, 100);

	EXPECT(a && b, "no blocks");
	for (size_t at = 0; at < 2; at++) {
		u8 *header = (at ? b + 104 : b) - (at ? 0 : HEADER);

		memcpy(saved, header, HEADER);
		for (size_t n = 1; n <= HEADER; n++) {
			memset(header, patterns[n % 3], n);
			TRY(looks_survive(heap));
			memcpy(header, saved, HEADER);
		}
	}
	return sound(heap);
}

/* The original keeps the neighbour's size in 32 signed bits. */
static const char *above_2_gib(struct heap *heap)
{
	void *p = get(heap, 64);

	EXPECT(heap_realloc(heap, p, 128, NULL) == p, "does not grow in place");
	EXPECT(heap_realloc(heap, p, 5 * GIB, NULL) == p,
	       "does not grow to 5 GiB in place");
	EXPECT_EQ(usable(heap, p), 5 * GIB);
	EXPECT_EQ(put(heap, p), 0);
	EXPECT_EQ(heap_stats(heap).used, 2 * HEADER);
	return sound(heap);
}

const struct test memheap_tests[] = {
	{ "memheap.pool_picture", pool_picture, FAST, 1024, A8 },
	{ "memheap.zero_size", zero_size, FAST, 1024, A8 },
	{ "memheap.last_exact_fit", last_exact_fit, FAST, 1024, A8 },
	{ "memheap.best_order", best_order, BEST, 2048, A8 },
	{ "memheap.best_is_not_best", best_is_not_best, BEST, 2048, A8 },
	{ "memheap.resize_bounds", resize_bounds, FAST, 2048, A8 },
	{ "memheap.small_rest", small_rest, FAST, 1024, A8 },
	{ "memheap.merges_both", merges_both, FAST, 1024, A8 },
	{ "memheap.shrinks_in_place", shrinks_in_place, FAST, 1024, A8 },
	{ "memheap.grows_to_the_right", grows_to_the_right, FAST, 1024, A8 },
	{ "memheap.aligned_gap", aligned_gap, FAST, 64 * KIB, A8 },
	{ "memheap.bad_pointers", bad_pointers, FAST, 1024, A8 },
	{ "memheap.forged_header", forged_header, FAST, 1024, A8 },
	{ "memheap.moves_within_its_region", moves_within_its_region, FAST, 1024, A8 },
	{ "memheap.gluing_order", gluing_order, FAST, 256, A8 },
	{ "memheap.glued_move", glued_move, FAST, 256, A8 },
	{ "memheap.glue_too_small", glue_too_small, FAST, 256, A8 },
	{ "memheap.overrun", overrun, FAST, 1024, A8 },
	{ "memheap.header_damage", header_damage, FAST, 1024, A8 },
	{ "memheap.overrun_looks", overrun_looks, FAST, 1024, A8 },
	{ "memheap.owner_tags", owner_is_kept, FAST, 1024, A8 },
	{ "memheap.above_2_gib", above_2_gib, FAST, 6 * GIB, A8 },
	{ 0 },
};
