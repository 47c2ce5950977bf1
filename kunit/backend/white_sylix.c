// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_sylix.c - sylix_heap's layout, segment by segment. Its policy is compared
 * with a naive model in policy_sylix.c.
 *
 * At 16-byte alignment a header is 48 bytes, a payload a multiple of 16. An
 * allocation cuts off what is more than 64 bytes, a resize what is 64 or more.
 * With words of 4 bytes it is 28 and so 32 for 48, 48 for 64.
 */
#include <linux/err.h>

#include "white_sylix.h"

/* The ring from its head: offsets of payloads. */
static const char *ring_is(struct heap *heap, const char *want)
{
	const struct segment *ring = &sylix_of(heap)->ring, *at;
	char text[300] = "";
	size_t n = 0;

	for (at = ring->ring_next; at != ring; at = at->ring_next)
		n += snprintf(text + n, sizeof(text) - n, "%s%llu",
			      n ? " " : "", where(heap, (void *)at + HEADER));
	EXPECT(!strcmp(text, want), "ring is '%s', not '%s'", text, want);
	return NULL;
}

/* ---- pictures -------------------------------------------------------- */

/* 1024: one free segment of 976. 100 is rounded up to 112, 160 with header. */
static const char *pool_picture(struct heap *heap)
{
	void *a, *b, *c;

	TRY(map_is(heap, "FU", WORDS("[48 F 976]", "[32 F 992]")));
	EXPECT_EQ(heap_stats(heap).used, HEADER);
	a = get(heap, 100);
	b = get(heap, 100);
	c = get(heap, 100);
	TRY(map_is(heap, "FU",
		   WORDS("[48 U 112][208 U 112][368 U 112][528 F 496]",
			 "[32 U 112][176 U 112][320 U 112][464 F 560]")));
	EXPECT_EQ(heap_stats(heap).used, 1024 - WORDS(496, 560));
	EXPECT_EQ(put(heap, a), 0);
	TRY(ring_is(heap, WORDS("48 528", "32 464")));
	EXPECT_EQ(put(heap, c), 0);
	TRY(map_is(heap, "FU", WORDS("[48 F 112][208 U 112][368 F 656]",
				     "[32 F 112][176 U 112][320 F 704]")));
	/* What merged is the last of the heap: the ring's tail. */
	TRY(ring_is(heap, WORDS("48 368", "32 320")));
	EXPECT_EQ(put(heap, b), 0);
	TRY(map_is(heap, "FU", WORDS("[48 F 976]", "[32 F 992]")));
	EXPECT_EQ(heap_stats(heap).max_used, 1024 - WORDS(496, 560));
	return sound(heap);
}

/* The last freed is the first taken; memory never touched is last. */
static const char *ring_order(struct heap *heap)
{
	void *p[6];

	for (int i = 0; i < 6; i++)
		p[i] = get(heap, 64);
	TRY(ring_is(heap, WORDS("720", "608")));
	EXPECT_EQ(put(heap, p[0]), 0);
	EXPECT_EQ(put(heap, p[4]), 0);
	EXPECT_EQ(put(heap, p[2]), 0);
	TRY(ring_is(heap, WORDS("272 496 48 720", "224 416 32 608")));
	EXPECT(get(heap, 64) == p[2], "not the last freed");
	EXPECT(get(heap, 64) == p[4], "not the one freed before");
	EXPECT_EQ(put(heap, p[5]), 0);
	TRY(ring_is(heap, WORDS("48 608", "32 512")));
	EXPECT_EQ(put(heap, p[1]), 0);
	TRY(ring_is(heap, WORDS("48 608", "32 512")));
	TRY(map_is(heap, "FU",
		   WORDS("[48 F 176][272 U 64][384 U 64][496 U 64][608 F 416]",
			 "[32 F 160][224 U 64][320 U 64][416 U 64][512 F 512]")));
	return sound(heap);
}

/* A hole of 176: with 112 taken 64 are left and not cut, with 96, 80 are. */
static const char *split_boundary(struct heap *heap)
{
	void *a = get(heap, 176);

	EXPECT(get(heap, 16), "no separator");
	EXPECT_EQ(put(heap, a), 0);
	a = get(heap, 176 - HEADER - 16);
	EXPECT_EQ(where(heap, a), HEADER);
	EXPECT_EQ(usable(heap, a), 176);
	EXPECT_EQ(put(heap, a), 0);
	a = get(heap, 176 - HEADER - 32);
	EXPECT_EQ(usable(heap, a), 176 - HEADER - 32);
	TRY(map_is(heap, "FU",
		   WORDS("[48 U 96][192 F 32][272 U 16][336 F 688]",
			 "[32 U 112][176 F 32][240 U 16][288 F 736]")));
	/* The rest has a neighbour on its right: to the head. */
	TRY(ring_is(heap, WORDS("192 336", "176 288")));
	return sound(heap);
}

static const char *exact_fit(struct heap *heap)
{
	EXPECT(!get(heap, 1024 - HEADER + 1), "977 bytes of 976");
	EXPECT(!get(heap, 0), "no bytes can be had");
	EXPECT(get(heap, 1024 - HEADER), "976 bytes are not to be had");
	EXPECT_EQ(heap_stats(heap).used, 1024);
	EXPECT_EQ(heap_stats(heap).largest_free, 0);
	TRY(ring_is(heap, ""));
	return sound(heap);
}

/* The four cases of neighbours: none free, right, left, both. */
static const char *merging(struct heap *heap)
{
	void *p[6];

	for (int i = 0; i < 6; i++)
		p[i] = get(heap, 64);
	EXPECT_EQ(put(heap, p[1]), 0);
	EXPECT_EQ(put(heap, p[0]), 0);
	TRY(map_is(heap, "F", WORDS("[48 F 176][720 F 304]",
				    "[32 F 160][608 F 416]")));
	EXPECT_EQ(put(heap, p[3]), 0);
	EXPECT_EQ(put(heap, p[4]), 0);
	TRY(map_is(heap, "F", WORDS("[48 F 176][384 F 176][720 F 304]",
				    "[32 F 160][320 F 160][608 F 416]")));
	TRY(ring_is(heap, WORDS("384 48 720", "320 32 608")));
	EXPECT_EQ(put(heap, p[2]), 0);
	TRY(map_is(heap, "F", WORDS("[48 F 512][720 F 304]",
				    "[32 F 448][608 F 416]")));
	EXPECT_EQ(put(heap, p[5]), 0);
	TRY(map_is(heap, "FU", WORDS("[48 F 976]", "[32 F 992]")));
	/* No trace of the headers is left. */
	for (int i = 1; i < 6; i++)
		EXPECT(!segment_of(heap, p[i])->magic &&
		       !segment_of(heap, p[i])->prev, "header %d is left", i);
	return sound(heap);
}

/* ---- aligned --------------------------------------------------------- */

/*
 * Payload at 48: 64 is a gap of 16, inside; 128 one of 80: a segment of 32. At 32
 * they are 32, inside too, and 96: a segment of 64.
 */
static const char *aligned_picture(struct heap *heap)
{
	size_t *p = get_aligned(heap, 20, 64);

	EXPECT_EQ(where(heap, p), 64);
	EXPECT_EQ(usable(heap, p), 32);
	EXPECT_EQ(p[-1], (size_t)heap->region[0].base ^
		  sylix_of(heap)->cookie);
	EXPECT_EQ(p[-2], moved_mark(sylix_of(heap)));
	TRY(map_is(heap, "FU", WORDS("[64 U 32][144 F 880]",
				     "[64 U 32][128 F 896]")));
	TRY(sound(heap));
	EXPECT_EQ(put(heap, p), 0);
	TRY(map_is(heap, "FU", WORDS("[48 F 976]", "[32 F 992]")));
	p = get_aligned(heap, 20, 128);
	EXPECT_EQ(where(heap, p), 128);
	TRY(map_is(heap, "FU", WORDS("[48 F 32][128 U 32][208 F 816]",
				     "[32 F 64][128 U 32][192 F 832]")));
	TRY(ring_is(heap, WORDS("48 208", "32 192")));
	EXPECT_EQ(put(heap, p), 0);
	return sound(heap);
}

/* A block that was moved on can be resized; the original refuses it. */
static const char *moved_block(struct heap *heap)
{
	u8 *p = get_aligned(heap, 100, 64), *q;
	void *start = heap->region[0].base + HEADER;

	for (size_t size = SIZE_MAX; size > SIZE_MAX - 200; size--) {
		size_t want = size;

		EXPECT_EQ(heap->ops->resize(heap->ctrl, p, &want), -ENOSPC);
	}
	memset(p, 0x3c, 100);
	EXPECT_EQ(heap->ops->set_owner(heap->ctrl, p, "moved"), 0);
	EXPECT(heap_realloc(heap, p, 300, NULL) == p, "does not grow in place");
	EXPECT_EQ(usable(heap, p), 304);
	EXPECT(heap_realloc(heap, p, 16, NULL) == p, "does not shrink");
	EXPECT_EQ(usable(heap, p), 16);
	TRY(sound(heap));
	EXPECT(get(heap, 16), "no neighbour");
	q = heap_realloc(heap, p, 200, NULL);
	EXPECT(q && q != p, "does not move");
	for (int i = 0; i < 16; i++)
		EXPECT(q[i] == 0x3c, "byte %d is lost", i);
	/* Its two words are still there, its segment is free. */
	EXPECT_EQ(put(heap, p), -RTALLOC_DOUBLE_FREE);
	EXPECT_EQ(put(heap, start), -RTALLOC_DOUBLE_FREE);
	EXPECT(get(heap, 32) == start, "not the segment that was freed");
	EXPECT_EQ(put(heap, p), -RTALLOC_NOT_A_BLOCK);
	return sound(heap);
}

/* Only the pointer that was given out can be freed, not its segment's start. */
static const char *moved_block_start(struct heap *heap)
{
	u8 *p = get_aligned(heap, 100, 64);
	u8 *start = heap->region[0].base + HEADER;

	EXPECT_EQ(where(heap, p), 64);
	EXPECT_EQ(put(heap, start), -RTALLOC_NOT_A_BLOCK);
	EXPECT_EQ(put(heap, p + 16), -RTALLOC_NOT_A_BLOCK);
	EXPECT_EQ(usable(heap, start), 0);
	return sound(heap);
}

/* The two words of a moved block, copied into payload, are payload. */
static const char *moved_words_forged(struct heap *heap)
{
	size_t *p = get_aligned(heap, 100, 64);
	void *block = get(heap, 100);
	size_t *q = block + 16;		/* a place for a block */

	memcpy(q - 2, p - 2, 2 * sizeof(size_t));
	EXPECT_EQ(put(heap, q), -RTALLOC_NOT_A_BLOCK);
	q[-1] = (size_t)segment_of(heap, block);
	EXPECT_EQ(put(heap, q), -RTALLOC_NOT_A_BLOCK);
	q[-1] = 0;
	EXPECT_EQ(put(heap, q), -RTALLOC_NOT_A_BLOCK);
	q[-1] = SIZE_MAX - 15;
	EXPECT_EQ(put(heap, q), -RTALLOC_NOT_A_BLOCK);
	p[-1] ^= 16;
	EXPECT_EQ(put(heap, p), -RTALLOC_NOT_A_BLOCK);
	p[-1] ^= 16;
	EXPECT_EQ(put(heap, p), 0);
	return sound(heap);
}

/* At 64 a header has 16 bytes of padding, where old words may be left. */
static const char *padding_is_not_read(struct heap *heap)
{
	size_t *p = get_aligned(heap, 100, 128);
	size_t *q;

	EXPECT_EQ(put(heap, p), 0);
	q = get(heap, 100);
	q[-2] = moved_mark(sylix_of(heap));
	q[-1] = (size_t)heap->region[0].base ^ sylix_of(heap)->cookie;
	EXPECT_EQ(usable(heap, q), 128);
	EXPECT_EQ(put(heap, q), 0);
	return sound(heap);
}

/* ---- resize ---------------------------------------------------------- */

static const char *resize_bounds(struct heap *heap)
{
	void *a = get(heap, 64);
	void *b = get(heap, 128);
	size_t both = 64 + HEADER + 128;

	EXPECT(get(heap, 16), "no separator");
	EXPECT_EQ(put(heap, b), 0);
	TRY(map_is(heap, "FU",
		   WORDS("[48 U 64][160 F 128][336 U 16][400 F 624]",
			 "[32 U 64][128 F 128][288 U 16][336 F 688]")));
	/* 64 + 48 + 128 = 240: 192 leave 48, which go along; 176 leave 64. */
	EXPECT(heap_realloc(heap, a, 192, NULL) == a, "64 to 192 moves");
	TRY(map_is(heap, "FU", WORDS("[48 U 240][336 U 16][400 F 624]",
				     "[32 U 224][288 U 16][336 F 688]")));
	EXPECT(heap_realloc(heap, a, 177, NULL) == a, "240 to 177 moves");
	EXPECT_EQ(usable(heap, a), both);
	EXPECT(heap_realloc(heap, a, 176, NULL) == a, "240 to 176 moves");
	TRY(map_is(heap, "FU",
		   WORDS("[48 U 176][272 F 16][336 U 16][400 F 624]",
			 "[32 U 176][240 F 16][288 U 16][336 F 688]")));
	TRY(ring_is(heap, WORDS("272 400", "240 336")));
	EXPECT(heap_realloc(heap, a, 16, NULL) == a, "176 to 16 moves");
	TRY(map_is(heap, "FU",
		   WORDS("[48 U 16][112 F 176][336 U 16][400 F 624]",
			 "[32 U 16][80 F 176][288 U 16][336 F 688]")));
	EXPECT(heap_realloc(heap, a, both, NULL) == a, "an exact fit moves");
	EXPECT(heap_realloc(heap, a, both + 1, NULL) != a, "241 of 240 stay");
	return sound(heap);
}

/* The original keeps the length to copy in 32 bits. */
static const char *above_4_gib(struct heap *heap)
{
	u8 *p = get(heap, 64), *q;

	EXPECT(heap_realloc(heap, p, 5 * GIB, NULL) == p,
	       "does not grow to 5 GiB in place");
	EXPECT_EQ(usable(heap, p), 5 * GIB);
	p[4 * GIB + 5] = 0x77;
	EXPECT(get(heap, 16), "no neighbour");
	q = heap_realloc(heap, p, 5 * GIB, NULL);
	EXPECT(q == p && q[4 * GIB + 5] == 0x77, "contents are lost");
	EXPECT_EQ(put(heap, p), 0);
	return sound(heap);
}

/* ---- memory that is added -------------------------------------------- */

static const char *added_memory(struct heap *heap)
{
	void *p;

	EXPECT_EQ(heap_glue(heap, 1024), 0);
	EXPECT_EQ(heap_stats(heap).total, 2048);
	TRY(map_is(heap, "FU", WORDS("[48 F 976][1072 F 976]",
				     "[32 F 992][1056 F 992]")));
	TRY(ring_is(heap, WORDS("48 1072", "32 1056")));
	p = get(heap, 16);
	/* The rest has a neighbour in the second area: the head. */
	TRY(ring_is(heap, WORDS("112 1072", "80 1056")));
	EXPECT_EQ(put(heap, p), 0);
	TRY(ring_is(heap, WORDS("48 1072", "32 1056")));
	EXPECT(!get(heap, 1024 - HEADER + 1), "a block over two areas");
	EXPECT(get(heap, 1024 - HEADER), "nothing in the first");
	p = get(heap, 1024 - HEADER);
	EXPECT_EQ(where(heap, p), 1024 + HEADER);
	/* The original's verify knows the first range alone. */
	EXPECT_EQ(put(heap, p), 0);
	return sound(heap);
}

/* Memory that begins where the last ends merges; what overlaps is refused. */
static const char *touching_memory(struct heap *heap)
{
	struct heap whole;
	u8 *base;
	void *p;

	EXPECT_EQ(heap_open(&whole, heap->backend, 8192, A16), 0);
	base = whole.region[0].base;
	memset(whole.ctrl, 0, whole.ops->ctrl_size);
	EXPECT_EQ(whole.ops->init(whole.ctrl, base + 1024, 1024, A16, 0), 0);
	p = get(&whole, 16);
	EXPECT_EQ(whole.ops->add_region(whole.ctrl, base + 2032, 1024),
		  -EINVAL);
	EXPECT_EQ(whole.ops->add_region(whole.ctrl, base + 1040, 64), -EINVAL);
	EXPECT_EQ(whole.ops->add_region(whole.ctrl, base + 2048, 1024), 0);
	TRY(map_is(&whole, "FU", WORDS("[48 U 16][112 F 1936]",
				       "[32 U 16][80 F 1968]")));
	EXPECT(get(&whole, WORDS(1936, 1968)), "no block over both");
	/* Behind the last, which is in use: one more segment. */
	EXPECT_EQ(whole.ops->add_region(whole.ctrl, base + 3072, 64), 0);
	TRY(map_is(&whole, "FU", WORDS("[48 U 16][112 U 1936][2096 F 16]",
				       "[32 U 16][80 U 1968][2080 F 32]")));
	/* In front of all: an area of its own, offsets go on. */
	EXPECT_EQ(whole.ops->add_region(whole.ctrl, base, 1024), 0);
	TRY(map_is(&whole, "F", WORDS("[2096 F 16][2160 F 976]",
				      "[2080 F 32][2144 F 992]")));
	EXPECT_EQ(put(&whole, p), 0);
	TRY(ring_is(&whole, WORDS("48 2096 2160", "32 2080 2144")));
	TRY(sound(&whole));
	heap_close(&whole);
	return NULL;
}

static const char *eight_areas(struct heap *heap)
{
	return eight_regions_are_all(heap, 8192);
}

static const char *glue_too_small(struct heap *heap)
{
	for (size_t size = 0; size < HEADER + 16; size++)
		EXPECT_EQ(heap_glue(heap, size), -ENOSPC);
	EXPECT_EQ(heap->ops->add_region(heap->ctrl, heap->region[0].base,
					SIZE_MAX), -ENOSPC);
	EXPECT_EQ(heap_glue(heap, HEADER + 16), 0);
	EXPECT_EQ(heap_stats(heap).total, 256 + HEADER + 16);
	return sound(heap);
}

/* ---- owners and state ------------------------------------------------ */

static const char *status(struct heap *heap)
{
	struct sylix_status is;
	void *p = get(heap, 100);

	EXPECT(get(heap, 16), "no block of 16");
	EXPECT_EQ(put(heap, p), 0);
	sylix_heap_status(heap->ctrl, &is);
	EXPECT_EQ(is.total, 1024);
	EXPECT_EQ(is.segments, 3);
	EXPECT_EQ(is.used, 3 * HEADER + 16);
	EXPECT_EQ(is.free, 1024 - 3 * HEADER - 16);
	EXPECT_EQ(is.max_used, 3 * HEADER + 112 + 16);
	return NULL;
}

/* ---- damage ---------------------------------------------------------- */

static const char *overrun(struct heap *heap)
{
	return overruns_are_seen(heap, HEADER, 0x41);
}

/*
 * Each bit of a free segment's header in turn, the owner's left out and what is
 * padding with words of 4 bytes: no call
 * breaks down, and what goes by is found by check.
 */
static const char *flips(struct heap *heap)
{
	void *a = get(heap, 400), *b = get(heap, 16);
	struct segment *hole = segment_of(heap, a);
	void *image, *was;
	int refused = 0;

	EXPECT_EQ(put(heap, a), 0);
	for (int bit = 0; bit < 8 * (int)sizeof(*hole); bit++) {
		bool silent;

		if (bit / 8 >= 4 && bit / 8 < 8)
			continue;
		was = heap_image(heap);
		((u8 *)hole)[bit / 8] ^= 1u << bit % 8;
		image = heap_image(heap);
		silent = !IS_ERR(heap->ops->alloc(heap->ctrl, 16)) ||
			 !IS_ERR(get_aligned(heap, 16, 128)) ||
			 put(heap, b) >= 0 || !heap_same(heap, image);
		kvfree(image);
		heap_restore(heap, was);
		kvfree(was);
		EXPECT(!silent, "bit %d goes unseen", bit);
		refused++;
	}
	EXPECT_EQ(refused, 8 * (sizeof(*hole) - 4));
	return sound(heap);
}

const struct test sylix_tests[] = {
	{ "sylix.pool_picture", pool_picture, SYLIX, 1024, A16 },
	{ "sylix.ring_order", ring_order, SYLIX, 1024, A16 },
	{ "sylix.split_boundary", split_boundary, SYLIX, 1024, A16 },
	{ "sylix.exact_fit", exact_fit, SYLIX, 1024, A16 },
	{ "sylix.merging", merging, SYLIX, 1024, A16 },
	{ "sylix.aligned_picture", aligned_picture, SYLIX, 1024, A16 },
	{ "sylix.moved_block", moved_block, SYLIX, 1024, A16 },
	{ "sylix.moved_block_start", moved_block_start, SYLIX, 1024, A16 },
	{ "sylix.moved_words_forged", moved_words_forged, SYLIX, 1024, A16 },
	{ "sylix.padding_is_not_read", padding_is_not_read, SYLIX, 1024, 64 },
	{ "sylix.resize_bounds", resize_bounds, SYLIX, 1024, A16 },
	{ "sylix.above_4_gib", above_4_gib, SYLIX, 6 * GIB, A16 },
	{ "sylix.added_memory", added_memory, SYLIX, 1024, A16 },
	{ "sylix.touching_memory", touching_memory, SYLIX, 1024, A16 },
	{ "sylix.eight_areas", eight_areas, SYLIX, 1024, A16 },
	{ "sylix.glue_too_small", glue_too_small, SYLIX, 256, A16 },
	{ "sylix.purpose_tags", owner_is_kept, SYLIX, 1024, A16 },
	{ "sylix.status", status, SYLIX, 1024, A16 },
	{ "sylix.overrun", overrun, SYLIX, 1024, A16 },
	{ "sylix.flips", flips, SYLIX, 1024, A16 },
	{ 0 },
};
