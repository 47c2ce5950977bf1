// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_sylix.c - tests that know sylix_heap's layout: the offset of each segment, and the
 * order of the free list, a ring. policy_sylix.c tests which segment a request takes.
 *
 * With 16-byte alignment a header has 48 bytes, and a payload is a multiple of 16. An
 * allocation splits off a rest of more than 64 bytes, a resize one of 64 or more. On
 * 32-bit machines a header has 32 bytes, and the limit is 48.
 */
#include <linux/err.h>

#include "white_sylix.h"

/* Expect the ring, from its head, to have these offsets of payloads. */
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

/* Free a block whose neighbours are used, or of which the right, the left or both are free. */
static const char *merging(struct heap *heap)
{
	TRY(picture(heap, "a=64 b=64 c=64 d=64 e=64 f=64 "
		    "-b -a F[48|32 F 176|160][720|608 F 304|416] "
		    "-d -e F[48|32 F 176|160][384|320 F 176|160][720|608 F 304|416] "
		    "(384|320 48|32 720|608) "
		    "-c F[48|32 F 512|448][720|608 F 304|416] "
		    "-f [48|32 F 976|992]"));
	/* The headers of merged segments are wiped. */
	for (int i = 1; i < 6; i++) {
		u8 *p = heap->region[0].base + HEADER + i * (64 + HEADER);

		EXPECT(!segment_of(heap, p)->magic && !segment_of(heap, p)->prev,
		       "header %d is left", i);
	}
	return NULL;
}

/* ---- aligned --------------------------------------------------------- */

/*
 * The payload is at 48. Alignment 64 leaves a gap of 16, which stays inside of the
 * segment. Alignment 128 leaves 80, a segment with a payload of 32. On 32-bit machines the
 * payload is at 32: the gaps are 32, inside too, and 96, a segment with 64.
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

/* A block behind such a gap can be resized; the original refuses that. */
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
	EXPECT(holds(q, 0x3c, 16), "its bytes are lost");
	/* The two words in front of the old block are still there, but its segment is free. */
	EXPECT_EQ(put(heap, p), -RTALLOC_DOUBLE_FREE);
	EXPECT_EQ(put(heap, start), -RTALLOC_DOUBLE_FREE);
	EXPECT(get(heap, 32) == start, "not the segment that was freed");
	EXPECT_EQ(put(heap, p), -RTALLOC_NOT_A_BLOCK);
	return sound(heap);
}

/* Only the pointer that was returned can be freed, not the start of its segment. */
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

/* A copy of the two words in front of such a block is not accepted in a payload. */
static const char *moved_words_forged(struct heap *heap)
{
	size_t *p = get_aligned(heap, 100, 64);
	void *block = get(heap, 100);
	size_t *q = block + 16;		/* an address where a block could be */

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

/* With alignment 64 a header has 16 bytes of padding; old words there are not read. */
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

/* Sizes above 4 GiB work; the original keeps the length to be copied in 32 bits. */
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

/* Memory that begins where the last area ends merges with it; overlapping one is refused. */
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
	/* Behind the last segment, which is in use: a segment of its own. */
	EXPECT_EQ(whole.ops->add_region(whole.ctrl, base + 3072, 64), 0);
	TRY(map_is(&whole, "FU", WORDS("[48 U 16][112 U 1936][2096 F 16]",
				       "[32 U 16][80 U 1968][2080 F 32]")));
	/* In front of all others: an area of its own, whose offsets follow the others'. */
	EXPECT_EQ(whole.ops->add_region(whole.ctrl, base, 1024), 0);
	TRY(map_is(&whole, "F", WORDS("[2096 F 16][2160 F 976]",
				      "[2080 F 32][2144 F 992]")));
	EXPECT_EQ(put(&whole, p), 0);
	TRY(ring_is(&whole, WORDS("48 2096 2160", "32 2080 2144")));
	TRY(sound(&whole));
	heap_close(&whole);
	return NULL;
}

static const char *glue_too_small(struct heap *heap)
{
	EXPECT_EQ(heap->ops->add_region(heap->ctrl, heap->region[0].base,
					SIZE_MAX), -ENOSPC);
	return least_is_glued(heap, HEADER + 16);
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

/*
 * Invert each bit of a free segment's header, except those of the owner and of the padding
 * on 32-bit machines. Each call that meets it must report damage and change nothing.
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
		heap_restore(heap, was);
		kvfree(was);
		EXPECT(!silent, "bit %d goes unseen", bit);
		refused++;
	}
	EXPECT_EQ(refused, 8 * (sizeof(*hole) - 4));
	return sound(heap);
}

#define TEST(test, ...) { "sylix." #test, test, SYLIX, __VA_ARGS__ }

const struct test sylix_tests[] = {
	/*
	 * 1024 bytes: one free segment with 976. 100 is rounded up to 112, 160 with the
	 * header. The segment that merges at the end is the last one of the heap, so it
	 * becomes the ring's tail.
	 */
	{ "sylix.pool_picture", NULL, SYLIX, 1024, A16, .core = true,
	  .own = ring_is,
	  .script = "[48|32 F 976|992] used=48|32 a=100 b=100 c=100 "
		    "[48|32 U 112][208|176 U 112][368|320 U 112][528|464 F 496|560] "
		    "used=528|464 -a (48|32 528|464) -c "
		    "[48|32 F 112][208|176 U 112][368|320 F 656|704] (48|32 "
		    "368|320) -b [48|32 F 976|992] max=528|464" },
	/* The segment freed last is taken first; the rest of the heap is taken last. */
	{ "sylix.ring_order", NULL, SYLIX, 1024, A16, .core = true,
	  .own = ring_is,
	  .script = "a=64 b=64 c=64 d=64 e=64 f=64 (720|608) -a -e -c (272|224 "
		    "496|416 48|32 720|608) x=64 x:272|224 y=64 y:496|416 -f "
		    "(48|32 608|512) -b (48|32 608|512) [48|32 F 176|160] "
		    "[272|224 U 64][384|320 U 64][496|416 U 64][608|512 F 416|512]" },
	/*
	 * Of a hole of 176, taking 112 leaves 64, which stay; taking 96 leaves 80, which
	 * are split off. The rest is not the heap's last segment: it goes to the head.
	 */
	{ "sylix.split_boundary", NULL, SYLIX, 1024, A16, .core = true,
	  .own = ring_is,
	  .script = "a=176 b=16 -a a=112|128 a:48|32 a#176 -a a=96|112 a#96|112 "
		    "[48|32 U 96|112][192|176 F 32][272|240 U 16] "
		    "[336|288 F 688|736] (192|176 336|288)" },
	{ "sylix.exact_fit", NULL, SYLIX, 1024, A16, .core = true,
	  .own = ring_is,
	  .script = "!977|993 !0 a=976|992 used=1024 largest=0 ()" },
	TEST(merging, 1024, A16, .own = ring_is),
	TEST(aligned_picture, 1024, A16),
	TEST(moved_block, 1024, A16),
	TEST(moved_block_start, 1024, A16),
	TEST(moved_words_forged, 1024, A16),
	TEST(padding_is_not_read, 1024, 64),
	/* 64 + 48 + 128 = 240: 192 leave 48, which stay; 176 leave 64, which are split off. */
	{ "sylix.resize_bounds", NULL, SYLIX, 1024, A16, .core = true,
	  .own = ring_is,
	  .script = "a=64 b=128 c=16 -b "
		    "[48|32 U 64][160|128 F 128][336|288 U 16][400|336 F 624|688] "
		    "a>192 [48|32 U 240|224][336|288 U 16][400|336 F 624|688] "
		    "a>177 a#240|224 a>176 "
		    "[48|32 U 176][272|240 F 16][336|288 U 16][400|336 F 624|688] "
		    "(272|240 400|336) a>16 "
		    "[48|32 U 16][112|80 F 176][336|288 U 16][400|336 F 624|688] "
		    "a>240|224 a>>241|225" },
	TEST(above_4_gib, 6 * GIB, A16),
	/*
	 * A second area: the rest of p is not the heap's last segment any more, so it goes
	 * to the ring's head. Blocks in the second area work; the original's verify knows
	 * only the first.
	 */
	{ "sylix.added_memory", NULL, SYLIX, 1024, A16, .own = ring_is,
	  .script = "+1024 total=2048 [48|32 F 976|992][1072|1056 F 976|992] "
		    "(48|32 1072|1056) p=16 (112|80 1072|1056) "
		    "-p (48|32 1072|1056) !977|993 q=976|992 r=976|992 "
		    "r:1072|1056 -r" },
	TEST(touching_memory, 1024, A16),
	{ "sylix.eight_areas", eight_regions_are_all, SYLIX, 1024, A16 },
	TEST(glue_too_small, 256, A16),
	{ "sylix.purpose_tags", owner_is_kept, SYLIX, 1024, A16 },
	TEST(status, 1024, A16),
	{ "sylix.overrun", overrun_test, SYLIX, 1024, A16 },
	TEST(flips, 1024, A16),
	{ 0 },
};
