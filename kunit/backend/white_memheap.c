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
	/* A block moves within its own region, although the first region is empty. */
	{ "memheap.moves_within_its_region", NULL, FAST, 1024, A8,
	  .script = "+4096 p=1000 p:1072|1056 q=1000 q:2120|2088 r=100 -r p>500 "
		    "p>>1001 p:3168|3120" },
	/*
	 * The order of regions: the first one, then the last added, then those added before.
	 * A block grows within its own region if there is room, with the free block behind.
	 */
	{ "memheap.gluing_order", NULL, FAST, 256, A8,
	  .script = "+1024 +1024 a=400 b=800 a:1328|1312 b:304|288 c=8 c:48|32 "
		    "total=2304 a>800 a:1328|1312 -b a>>900|920 a:304|288" },
	/* The most that was used at once, not the sum of what was the most in each region. */
	{ "memheap.glued_most", NULL, FAST, 1024, A8,
	  .script = "p=800 used=944|896 max=944|896 -p +2048 used=192|128 max=944|896 "
		    "p=1500 p:1072|1056 used=1744|1664 max=1744|1664" },
	/* A block moves to another region. */
	{ "memheap.glued_move", NULL, FAST, 256, A8,
	  .script = "p=100 p:48|32 +2048 p>>1000 p:304|288 "
		    "F[48|32 F 160|192][1352|1320 F 904|952]" },
	TEST(glue_too_small, 256, A8),
	{ "memheap.overrun", overrun_test, FAST, 1024, A8 },
	TEST(header_damage, 1024, A8),
	TEST(overrun_looks, 1024, A8),
	{ "memheap.owner_tags", owner_is_kept, FAST, 1024, A8 },
	/* The original keeps a neighbour's size in a signed 32-bit number. */
	{ "memheap.above_2_gib", NULL, FAST, 6 * GIB, A8,
	  .script = "p=64 p>128 p>5368709120 p#5368709120 -p used=96" },
	{ 0 },
};
