// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_memheap.c - tests that know memheap's layout: the offset of each block.
 *
 * In front of each payload is a header of 48 bytes. The expected offsets are those that
 * the original printed. On 32-bit machines a header has 28 bytes, rounded up to 32; the
 * offsets for them, the second of 48|32, were computed by hand.
 */

#include "backend/memheap.h"
#include "white.h"

#define FAST	"memheap-fast"
#define BEST	"memheap-best"
#define HEADER	WORDS(48u, 32u)

/* Pointers that are no blocks. At the region's end the end mark's payload would begin. */
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
	/* It has merged with the block before, which wiped its header. */
	EXPECT_EQ(put(heap, q), -RTALLOC_NOT_A_BLOCK);
	return sound(heap);
}

/* A copy of a header in a payload is refused: the neighbours do not link to it. */
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

/* A block moves within its own region, although the first region is empty. */
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

/* The order of regions: the first one, then the last added, then those added before. */
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
	/* A block grows within its own region if there is room. */
	a = heap_realloc(heap, a, 800, NULL);
	EXPECT_EQ(where(heap, a), 256 + 1024 + HEADER);
	EXPECT_EQ(put(heap, b), 0);
	/* More bytes than it has together with the free block behind: it changes region. */
	a = heap_realloc(heap, a, WORDS(900, 920), NULL);
	EXPECT_EQ(where(heap, a), 256 + HEADER);
	return sound(heap);
}

/* The most that was used at once, not the sum of what was the most in each region. */
static const char *glued_most(struct heap *heap)
{
	void *p = get(heap, 800);
	u64 first = heap_stats(heap).used;

	EXPECT_EQ(heap_stats(heap).max_used, first);
	EXPECT_EQ(put(heap, p), 0);
	EXPECT_EQ(heap_glue(heap, 2048), 0);
	EXPECT_EQ(heap_stats(heap).used, 4 * HEADER);
	EXPECT_EQ(heap_stats(heap).max_used, first);
	p = get(heap, 1500);
	EXPECT_EQ(where(heap, p), 1024 + HEADER);
	EXPECT_EQ(heap_stats(heap).used, 5 * HEADER + 1504);
	EXPECT_EQ(heap_stats(heap).max_used, 5 * HEADER + 1504);
	return sound(heap);
}

/* A block keeps its contents when it moves to another region. */
static const char *glued_move(struct heap *heap)
{
	u8 *p = get(heap, 100);

	EXPECT_EQ(where(heap, p), HEADER);
	memset(p, 0x3c, 100);
	EXPECT_EQ(heap_glue(heap, 2048), 0);
	p = heap_realloc(heap, p, 1000, NULL);
	EXPECT_EQ(where(heap, p), 256 + HEADER);
	EXPECT(holds(p, 0x3c, 100), "its bytes are lost");
	TRY(map_is(heap, "F", WORDS("[48 F 160][1352 F 904]",
				    "[32 F 192][1320 F 952]")));
	return sound(heap);
}

static const char *glue_too_small(struct heap *heap)
{
	/* Two headers, a payload of 16, one unit more. */
	return least_is_glued(heap, 2 * HEADER + 16 + 8);
}

/* Check detects each inverted bit of a header, except those of the owner. */
static const char *header_damage(struct heap *heap)
{
	static const struct skip owner[2] = { { 4, 8 } };
	u8 *a = get(heap, 100), *b = get(heap, 100);

	EXPECT(a && get(heap, 100), "no blocks");
	/* On 32-bit machines the last 4 bytes are padding. */
	return bits_are_seen(heap, b - HEADER, sizeof(struct item), owner);
}

/* Overruns of every length into the header of a used and of a free block are detected. */
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

/* Sizes above 2 GiB work; the original keeps a neighbour's size in a signed 32-bit number. */
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

#define TEST(test, ...) { "memheap." #test, test, FAST, __VA_ARGS__ }

const struct test memheap_tests[] = {
	{ "memheap.pool_picture", NULL, FAST, 1024, A8, .core = true,
	  .script = "a=100 b=100 c=100 "
		    "[48|32 U 104][200|168 U 104][352|304 U 104][504|440 F 472|552] "
		    "used=552|472 -a -c "
		    "[48|32 F 104][200|168 U 104][352|304 F 624|688] d=40 "
		    "d:352|304 "
		    "[48|32 F 104][200|168 U 104][352|304 U 40][440|376 F 536|616] "
		    "b>>200 b:440|376 [48|32 F 256|240][352|304 U 40] "
		    "[440|376 U 200][688|608 F 288|384]" },
	{ "memheap.zero_size", NULL, FAST, 1024, A8,
	  .script = "a=0 a:48|32 a#16" },
	/* As in the original, a request for exactly all available bytes fails. */
	{ "memheap.last_exact_fit", NULL, FAST, 1024, A8, .core = true,
	  .script = "used=96|64 max=96|64 largest=920|952 !928|960 !921|953 "
		    "[48|32 F 928|960] a=920|952 [48|32 U 928|960] used=1024 "
		    "largest=0" },
	/* At the end the free list is 848, 48, 992. */
	{ "memheap.best_order", NULL, BEST, 2048, A8, .core = true,
	  .script = "a=300 p=16 b=100 q=16 c=200 r=16 -a -b -c F[48|32 F 304] "
		    "[464|416 F 104][680|600 F 200][992|880 F 1008|1136] d=90 "
		    "d:464|416 e=120 e:680|600 "
		    "F[48|32 F 304][848|752 F 32|48][992|880 F 1008|1136] f=16 "
		    "f:848|752 g=16 g:48|32" },
	/* The rest of a split goes to the front of the list, which is then not sorted. */
	{ "memheap.best_is_not_best", NULL, BEST, 2048, A8, .core = true,
	  .script = "a=300 b=16 -a c=400 F[48|32 F 304][912|848 F 1088|1168] d=100 "
		    "d:912|848" },
	/* A rest of just a header and the smallest payload, 64 or 48 bytes, is not split off. */
	{ "memheap.resize_bounds", NULL, FAST, 2048, A8, .core = true,
	  .script = "a=64 b=64 c=64 -b a>104 "
		    "[48|32 U 104][200|168 F 24][272|224 U 64][384|320 F 1616|1696] "
		    "a>40|56 a#104 a>32|48 [48|32 U 32|48][128|112 F 96|80] "
		    "[272|224 U 64][384|320 F 1616|1696] a>64 "
		    "[48|32 U 64][160|128 F 64][272|224 U 64][384|320 F 1616|1696] "
		    "a>>112" },
	/* In alloc, such a rest is split off, and one with 8 bytes less is not. */
	{ "memheap.small_rest", NULL, FAST, 1024, A8, .core = true,
	  .script = "a=864|912 [48|32 U 864|912][960|976 F 16] -a a=872|920 "
		    "[48|32 U 928|960] -a" },
	/* 3 * 104 and two headers */
	{ "memheap.merges_both", NULL, FAST, 1024, A8, .core = true,
	  .script = "a=100 b=100 c=100 d=100 -a -c -b "
		    "[48|32 F 408|376][504|440 U 104][656|576 F 320|416] -d "
		    "[48|32 F 928|960] used=96|64" },
	/* The bytes that are split off merge with the free block behind; 64 stay. */
	{ "memheap.shrinks_in_place", NULL, FAST, 1024, A8, .core = true,
	  .script = "p=200 q=100 p>136|152 "
		    "[48|32 U 200][296|264 U 104][448|400 F 528|592] p>128|144 "
		    "[48|32 U 128|144][224|208 F 24][296|264 U 104] "
		    "[448|400 F 528|592] q>8 [48|32 U 128|144][224|208 F 24] "
		    "[296|264 U 16][360|312 F 616|680]" },
	/* 104 bytes and 776 behind are 880, which must be more than size + 16: up to 856. */
	{ "memheap.grows_to_the_right", NULL, FAST, 1024, A8, .core = true,
	  .script = "p=100 p>!864|912 [48|32 U 104][200|168 F 776|824] p>856|904 "
		    "[48|32 U 856|904][952|968 F 24]" },
	/*
	 * A payload at 64 would leave a gap of 16 bytes behind offset 48. The next one
	 * must be 48 + 64 = 112 at least, which is 128, and the gap has 32 bytes. On
	 * 32-bit machines: none behind 32; 32 + 48 = 80 at least, and the gap has 64.
	 */
	{ "memheap.aligned_gap", NULL, FAST, 64 * KIB, A8, .core = true,
	  .script = "p=100@64 [48|32 F 32|64][128 U 104][280|264 F 65208|65240] -p "
		    "[48|32 F 65440|65472]" },
	TEST(bad_pointers, 1024, A8),
	TEST(forged_header, 1024, A8),
	TEST(moves_within_its_region, 1024, A8),
	TEST(gluing_order, 256, A8),
	TEST(glued_most, 1024, A8),
	TEST(glued_move, 256, A8),
	TEST(glue_too_small, 256, A8),
	{ "memheap.overrun", overrun_test, FAST, 1024, A8 },
	TEST(header_damage, 1024, A8),
	TEST(overrun_looks, 1024, A8),
	{ "memheap.owner_tags", owner_is_kept, FAST, 1024, A8 },
	TEST(above_2_gib, 6 * GIB, A8),
	{ 0 },
};
