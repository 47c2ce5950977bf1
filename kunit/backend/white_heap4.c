// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_heap4.c - tests that know heap4's layout: the offset of each chunk, and damage that
 * its calls detect. policy_heap4.c tests which chunk a request takes.
 *
 * With 8-byte alignment a header has 16 bytes: a request of N bytes takes N + 16, rounded
 * up to 8. A chunk is split if more than 32 bytes are left. An empty region of S bytes has
 * one free chunk of S - 16 bytes, and behind it the end marker. On 32-bit machines a
 * header has 8 bytes, and a chunk is split if more than 16 are left.
 */
#include <linux/err.h>

#include "white_heap4.h"

#define HEADER	(2 * sizeof(size_t))
#define WHOLE	(1024 - 2 * HEADER)	/* the largest payload in a region of 1024 bytes */

static struct rtalloc_heap4_count stats_of(struct heap *heap)
{
	struct rtalloc_heap4_count stats;

	heap4_heap_stats(heap->ctrl, &stats);
	return stats;
}

/* ---- pictures -------------------------------------------------------- */

/* Free a block whose neighbours are used, or of which the left, the right or both are free. */
static const char *merging(struct heap *heap)
{
	TRY(picture(heap, "a=48 b=48 c=48 d=48 e=48 f=48 "
		    "-a F[16|8 F 48][400|344 F 608|672] "
		    "-b F[16|8 F 112|104][400|344 F 608|672] "
		    "-e F[16|8 F 112|104][272|232 F 48][400|344 F 608|672] "
		    "-d F[16|8 F 112|104][208|176 F 112|104][400|344 F 608|672] "
		    "-c F[16|8 F 304|272][400|344 F 608|672] "
		    "-f [16|8 F 992|1008]"));
	/* The headers of merged chunks are wiped. */
	for (int i = 1; i < 6; i++) {
		u8 *p = heap->region[0].base + HEADER + i * (48 + HEADER);

		EXPECT(!chunk_of(heap, p)->link && !chunk_of(heap, p)->size,
		       "header %d is left", i);
	}
	return NULL;
}

/* Of 80 + 120 bytes, 152 leave 48, which are split off; 168 leave 32, which are not. */
static const char *resize_bounds(struct heap *heap)
{
	TRY(picture(heap, "a=64 b=104 c=8 -b "
		    "[16|8 U 64][96|80 F 104][216|192 U 8][240|208 F 768|808] "
		    "a>136 "
		    "[16|8 U 136][168|152 F 32][216|192 U 8][240|208 F 768|808] "
		    "a>152|160 [16|8 U 184|176][216|192 U 8][240|208 F 768|808] "
		    "a>160|168 a#184|176"));
	EXPECT_EQ(chunk_of(heap, heap->region[0].base + 64 + 2 * HEADER)->size, 0);
	return picture(heap, "a>144|152 "
		       "[16|8 U 144|152][176|168 F 24|16][216|192 U 8] "
		       "[240|208 F 768|808] a>40 "
		       "[16|8 U 40][72|56 F 128][216|192 U 8][240|208 F 768|808] "
		       "a>184|176 a>>185|177 -c");
}

/* ---- statistics ------------------------------------------------------ */

const char *heap4_stats_match(struct heap *heap, struct rtalloc_heap4_count want)
{
	struct rtalloc_heap4_count stats = stats_of(heap);

	EXPECT_EQ(stats.available, want.available);
	EXPECT_EQ(stats.largest, want.largest);
	EXPECT_EQ(stats.smallest, want.smallest);
	EXPECT_EQ(stats.free_chunks, want.free_chunks);
	EXPECT_EQ(stats.min_ever, want.min_ever);
	EXPECT_EQ(stats.allocs, want.allocs);
	EXPECT_EQ(stats.frees, want.frees);
	return NULL;
}

static const char *stats_are(struct heap *heap, size_t available,
			     size_t largest, size_t smallest, size_t chunks,
			     size_t least, size_t allocs, size_t frees)
{
	struct rtalloc_heap4_count want = {
		available, largest, smallest, chunks, least, allocs, frees,
	};

	return heap4_stats_match(heap, want);
}

/*
 * FreeRTOS's statistics, in the order of the struct: available bytes, largest and smallest
 * chunk, number of chunks, least bytes that were ever free, calls of alloc and of free.
 */
static const char *seven_statistics(struct heap *heap)
{
	/* 1008, 120, 768 and 888; on 32-bit machines 1016, 112, 792 and 904. */
	const size_t all = 1024 - HEADER, one = 104 + HEADER;
	const size_t rest = all - 2 * one, most = rest + one;
	void *a, *b;

	TRY(stats_are(heap, all, all, all, 1, all, 0, 0));
	a = get(heap, 100);
	b = get(heap, 100);
	TRY(stats_are(heap, rest, rest, rest, 1, rest, 2, 0));
	EXPECT_EQ(put(heap, a), 0);
	TRY(stats_are(heap, most, rest, one, 2, rest, 2, 1));
	/* Calls that fail are not counted. */
	EXPECT(!get(heap, 5000), "5000 bytes of 1024");
	EXPECT_EQ(put(heap, a), -RTALLOC_DOUBLE_FREE);
	a = get(heap, rest - HEADER);
	TRY(stats_are(heap, one, one, one, 1, one, 3, 1));
	EXPECT(get(heap, 104), "no block of 104");
	TRY(stats_are(heap, 0, 0, SIZE_MAX, 0, 0, 4, 1));
	EXPECT_EQ(put(heap, a), 0);
	EXPECT_EQ(put(heap, b), 0);
	TRY(stats_are(heap, most, most, most, 1, 0, 4, 3));
	return sound(heap);
}

/* End markers are not counted as chunks; the original counts those of all but one region. */
static const char *markers_are_not_counted(struct heap *heap)
{
	EXPECT_EQ(heap_glue(heap, 512), 0);
	EXPECT_EQ(heap_glue(heap, 256), 0);
	return stats_are(heap, 1792 - 3 * HEADER, 1024 - HEADER, 256 - HEADER, 3,
			 1792 - 3 * HEADER, 0, 0);
}

/* ---- regions --------------------------------------------------------- */

/* Requests take the lowest address, in whatever order the regions were added. */
static const char *regions_by_address(struct heap *heap)
{
	const struct region *region = heap->region;
	int first = 0, last = 0;
	u8 *p;

	EXPECT_EQ(heap_glue(heap, 1024), 0);
	EXPECT_EQ(heap_glue(heap, 1024), 0);
	EXPECT_EQ(heap_glue(heap, 1024), 0);
	for (int i = 1; i < 4; i++) {
		if (region[i].base < region[first].base)
			first = i;
		if (region[i].base > region[last].base)
			last = i;
	}
	p = get(heap, 8);
	EXPECT(p == region[first].base + HEADER, "not in the lowest region");
	EXPECT_EQ(where(heap, p), first * 1024 + HEADER);
	for (int i = 0; i < 3; i++)
		p = get(heap, 900);
	p = get(heap, 900);
	EXPECT(p == region[last].base + HEADER, "not in the highest region");
	EXPECT_EQ(heap_stats(heap).total, 4096);
	return sound(heap);
}

/* Adjacent regions do not merge, because an end marker lies between them. */
static const char *touching_regions(struct heap *heap)
{
	struct heap whole;
	void *p, *q;

	EXPECT_EQ(heap_open(&whole, heap->backend, 8192, A8), 0);
	memset(whole.ctrl, 0, whole.ops->ctrl_size);
	EXPECT_EQ(whole.ops->init(whole.ctrl, whole.region[0].base + 4096, 4096,
				  A8, heap->backend->flags), 0);
	EXPECT_EQ(whole.ops->add_region(whole.ctrl, whole.region[0].base, 4096),
		  0);
	EXPECT_EQ(whole.ops->add_region(whole.ctrl, whole.region[0].base + 8,
					4096), -EINVAL);
	EXPECT(!get(&whole, 4096), "a block over two regions");
	p = get(&whole, 4096 - 2 * HEADER);
	EXPECT_EQ(where(&whole, p), 4096 + HEADER);
	q = get(&whole, 4096 - 2 * HEADER);
	EXPECT_EQ(where(&whole, q), HEADER);
	EXPECT_EQ(put(&whole, p), 0);
	EXPECT_EQ(put(&whole, q), 0);
	TRY(map_is(&whole, "FU", WORDS("[16 F 4064][4112 F 4064]",
				       "[8 F 4080][4104 F 4080]")));
	TRY(sound(&whole));
	heap_close(&whole);
	return NULL;
}

/* Too small regions are refused; in the original a size underflows for such a region. */
static const char *glue_too_small(struct heap *heap)
{
	/* A header, 8 bytes and the end marker. */
	return least_is_glued(heap, 8 + 2 * HEADER);
}

/* Regions that wrap, which the original would use, and one that overlaps are refused. */
static const char *absurd_regions(struct heap *heap)
{
	u8 *base = heap->region[0].base;

	EXPECT_EQ(heap->ops->add_region(heap->ctrl, base, SIZE_MAX), -ENOSPC);
	EXPECT_EQ(heap->ops->add_region(heap->ctrl, base, SIZE_MAX / 2 + 1),
		  -ENOSPC);
	EXPECT_EQ(heap->ops->add_region(heap->ctrl, base, 256), -EINVAL);
	return sound(heap);
}

/* ---- damage ---------------------------------------------------------- */

/* An overrun of a region's last block, into the end marker. */
static const char *overrun_of_the_last(struct heap *heap)
{
	u8 *a = get(heap, WHOLE);

	a[WHOLE] ^= 1;
	EXPECT_EQ(put(heap, a), -RTALLOC_OVERRUN);
	a[WHOLE] ^= 1;
	EXPECT_EQ(put(heap, a), 0);
	return sound(heap);
}

/* A block is freed although the free chunk after its free neighbour has a damaged link. */
static const char *overrun_elsewhere(struct heap *heap)
{
	u8 *a = get(heap, 48), *hole = get(heap, 104);
	u8 *b = get(heap, 48), *another = get(heap, 104);

	EXPECT(get(heap, 8), "no room");
	EXPECT_EQ(put(heap, hole), 0);
	EXPECT_EQ(put(heap, another), 0);
	b[48] ^= 1;
	EXPECT_EQ(put(heap, b), -RTALLOC_OVERRUN);
	EXPECT_EQ(put(heap, a), 0);
	b[48] ^= 1;
	EXPECT_EQ(put(heap, b), 0);
	return sound(heap);
}

/*
 * Change one byte of the free neighbour's link, as the NUL of a string that is a byte
 * too long does. Wherever the link leads then, no free chunk is there.
 */
static const char *overrun_of_a_link(struct heap *heap)
{
	u8 *a = get(heap, 48), *b = get(heap, 104), was;
	size_t i;
	int value;

	EXPECT(get(heap, 8), "no room");
	EXPECT_EQ(put(heap, b), 0);
	for (i = 48; i < 48 + sizeof(size_t); i++) {
		was = a[i];
		for (value = 0; value < 256; value++) {
			a[i] = value;
			if (value != was)
				EXPECT_EQ(put(heap, a), -RTALLOC_OVERRUN);
		}
		a[i] = was;
	}
	EXPECT_EQ(put(heap, a), 0);
	return sound(heap);
}

/* Invert bit @bit of the header of @hole. Expect every call that meets it to report damage. */
static const char *flip(struct heap *heap, struct chunk *hole, int bit,
			size_t size, void *neighbour)
{
	void *image;
	int fault;

	((u8 *)hole)[bit / 8] ^= 1u << bit % 8;
	image = heap_image(heap);
	heap_alloc(heap, size, &fault);
	EXPECT(fault == -RTALLOC_CORRUPT, "alloc, bit %d: %d", bit, fault);
	fault = put(heap, neighbour);
	EXPECT(fault < 0, "free succeeds, bit %d", bit);
	EXPECT(IS_ERR(get_aligned(heap, size, 128)),
	       "alloc_aligned succeeds, bit %d", bit);
	EXPECT(heap_same(heap, image), "the heap changed, bit %d", bit);
	((u8 *)hole)[bit / 8] ^= 1u << bit % 8;
	return NULL;
}

/*
 * A search that passes a hole meets its damaged link; one that takes the hole meets its
 * damaged size.
 */
static const char *alloc_meets_damage(struct heap *heap)
{
	void *left = get(heap, 8), *a = get(heap, 400), *b = get(heap, 8);
	struct chunk *hole = chunk_of(heap, a);

	EXPECT_EQ(put(heap, a), 0);
	for (int bit = 0; bit < BITS_PER_LONG; bit++)
		TRY(flip(heap, hole, bit, 420, b));
	for (int bit = BITS_PER_LONG; bit < 2 * BITS_PER_LONG; bit++) {
		TRY(flip(heap, hole, bit, 1, b));
		TRY(flip(heap, hole, bit, 1, left));
	}
	return sound(heap);
}

/* A link that was overwritten by a plain pointer, though to a free chunk, is refused. */
static const char *protected_links(struct heap *heap)
{
	void *a = get(heap, 104), *b = get(heap, 8);
	struct chunk *hole = chunk_of(heap, a);

	EXPECT(b, "no separator");
	EXPECT_EQ(put(heap, a), 0);
	EXPECT(hole->link != (size_t)chunk_next(heap4_of(heap), hole),
	       "the link is plain");
	hole->link = (size_t)heap->region[0].base + 1008;
	TRY(refuses(heap, 300, "a forged link is followed"));
	return NULL;
}

/* Links and marks contain the heap's cookie, with RTALLOC_HEAP_PROTECT and without it. */
static const char *cookie_is_in_links(struct heap *heap)
{
	const struct heap4_region *region = &heap4_of(heap)->region[0];
	struct chunk *first = (struct chunk *)region->part.start;
	struct chunk *marker = (struct chunk *)region->end;
	size_t cookie = *(unsigned long *)heap->ctrl;
	struct heap4 other = { .cookie = cookie ^ 1 };

	EXPECT_EQ(first->link, (size_t)marker ^ cookie);
	EXPECT_EQ(marker->link, chunk_mark(heap4_of(heap), marker) ^
		  ((size_t)first + 1));
	EXPECT(chunk_before(&other, marker) != first,
	       "another cookie gives the same mark");
	EXPECT(cookie >> (BITS_PER_LONG - 16), "a link may look like a pointer");
	return NULL;
}

/*
 * An attacker who knows all addresses reads the header of a used block and moves it to
 * another place in a block of his own, adjusted to that place. It must not be accepted.
 */
static const char *header_is_not_moved(struct heap *heap)
{
	u8 *a = get(heap, 104), *b = get(heap, 104);
	struct chunk *from = chunk_of(heap, a), *to;
	size_t end = (size_t)b + 104, by;

	EXPECT(a && b && get(heap, 8), "no blocks");
	for (by = 0; by + 2 * HEADER < 104; by += 8) {
		to = (struct chunk *)(b + by);
		to->size = (end - (size_t)to) | CHUNK_USED;
		to->link = from->link ^ (size_t)from ^ (size_t)to;
		EXPECT(put(heap, b + by + HEADER), "moved by xor");
		to->link = from->link + (size_t)to - (size_t)from;
		EXPECT(put(heap, b + by + HEADER), "moved by a sum");
		to->link = from->link;
		EXPECT(put(heap, b + by + HEADER), "moved as it is");
	}
	EXPECT_EQ(put(heap, b), 0);
	return NULL;
}

/*
 * A user has a block where two blocks were before. He has kept the header of the second
 * one, with its mark, and writes it back to its old place. It must not be accepted, because
 * the block before it does not end there.
 */
static const char *header_of_an_earlier_block(struct heap *heap)
{
	u8 *a = get(heap, 40), *b = get(heap, 40), *both;
	struct chunk was = *chunk_of(heap, b);

	EXPECT(a && b && get(heap, 8), "no blocks");
	EXPECT_EQ(put(heap, b), 0);
	EXPECT_EQ(put(heap, a), 0);
	both = get(heap, 80 + HEADER);
	EXPECT(both == a, "it lies elsewhere");
	*chunk_of(heap, b) = was;
	EXPECT_EQ(heap->ops->usable_size(heap->ctrl, b), 0);
	EXPECT_EQ(put(heap, b), -RTALLOC_NOT_A_BLOCK);
	TRY(sound(heap));
	EXPECT_EQ(put(heap, both), 0);
	return sound(heap);
}

/* The link from a free chunk to the one before it was overwritten: it is not followed. */
static const char *forged_left(struct heap *heap)
{
	u8 *a = get(heap, 100), *b = get(heap, 100);
	struct free_chunk *hole = (void *)chunk_of(heap, b);

	EXPECT(a && b && get(heap, 8), "no blocks");
	EXPECT_EQ(put(heap, b), 0);
	hole->left ^= (size_t)a ^ (size_t)b;
	TRY(refuses(heap, 100, "it is handed out"));
	EXPECT_EQ(put(heap, a), 0);
	heap->is_damaged = true;
	return NULL;
}

/* The size of a free chunk was enlarged: the chunk behind contradicts it. */
static const char *forged_size(struct heap *heap)
{
	void *a = get(heap, 100), *b = get(heap, 100), *c = get(heap, 100);
	struct chunk *hole = chunk_of(heap, a);

	EXPECT(a && b && c && get(heap, 8), "no blocks");
	EXPECT_EQ(put(heap, a), 0);
	hole->size += chunk_size(chunk_of(heap, b));
	TRY(refuses(heap, 150, "a live block is handed out"));
	EXPECT_EQ(put(heap, c), -RTALLOC_CORRUPT);
	hole->size = CHUNK_USED | (104 + HEADER);
	hole->link = chunk_mark(heap4_of(heap), hole);
	EXPECT_EQ(heap->ops->usable_size(heap->ctrl, a), 0);
	EXPECT_EQ(put(heap, a), -RTALLOC_DOUBLE_FREE);
	return NULL;
}

#define TEST(test, ...) { "heap4." #test, test, __VA_ARGS__ }

const struct test heap4_tests[] = {
	/* 1024 bytes: one free chunk of 1008, payload 992. 100 + 16 is rounded up to 120. */
	{ "heap4.pool_picture", NULL, PLAIN, 1024, A8, .core = true, .twin = SAFE,
	  .script = "[16|8 F 992|1008] a=100 b=100 c=100 "
		    "[16|8 U 104][136|120 U 104][256|232 U 104][376|344 F 632|672] "
		    "used=376|344 -a -c "
		    "[16|8 F 104][136|120 U 104][256|232 F 752|784] d=40 d:16|8 "
		    "[16|8 U 40][72|56 F 48|56][136|120 U 104][256|232 F 752|784] "
		    "-b [16|8 U 40][72|56 F 936|960]" },
	{ "heap4.one_byte_costs_24", NULL, PLAIN, 1024, A8, .core = true,
	  .script = "used=16|8 a=1 used=40|24 !0" },
	/* Of a hole of 120, taking 88 leaves 32, which stay; taking 80 leaves 40, a chunk. */
	{ "heap4.split_boundary", NULL, PLAIN, 1024, A8, .core = true,
	  .script = "a=104 b=8 -a a=72|88 a:16|8 a#104 -a a=64|80 a#64|80 "
		    "[16|8 U 64|80][96 F 24|16][136|120 U 8][160|136 F 848|880]" },
	/* The lowest sufficient hole is taken, whichever was freed last. */
	{ "heap4.lowest_first", NULL, PLAIN, 1024, A8, .core = true,
	  .script = "a=48 b=48 c=48 d=48 e=48 f=48 g=48 h=48 -f -b -d i=48 i:80|64 "
		    "j=48 j:208|176 k=48 k:336|288" },
	TEST(merging, PLAIN, 1024, A8, .twin = SAFE),
	/* All free bytes can be allocated, and one byte more cannot. */
	{ "heap4.exact_fit", NULL, PLAIN, 1024, A8, .core = true,
	  .script = "!993|1009 a=992|1008 used=1024 largest=0 !1" },
	/*
	 * The free chunk is at 0, its payload at 16. Alignment 64 leaves a gap of 48, a
	 * chunk of its own. Alignment 32 would leave 16, below the least chunk of 24, so
	 * the gap becomes 48. On 32-bit machines the payload is at 8: alignment 64 leaves
	 * 56; alignment 16 would leave 8, below the least chunk of 16, so it becomes 24.
	 */
	{ "heap4.aligned_picture", NULL, PLAIN, 1024, A8, .core = true,
	  .script = "a=24@64 a:64 [16|8 F 32|48][64 U 24][104|96 F 904|920] -a "
		    "a=8@32|16 a:64|32 used=40|24 -a [16|8 F 992|1008]" },
	TEST(resize_bounds, PLAIN, 1024, A8),
	TEST(seven_statistics, PLAIN, 1024, A8),
	TEST(markers_are_not_counted, PLAIN, 1024, A8),
	TEST(regions_by_address, PLAIN, 1024, A8),
	TEST(touching_regions, PLAIN, 1024, A8, .twin = SAFE),
	{ "heap4.eight_regions", eight_regions_are_all, PLAIN, 1024, A8 },
	TEST(glue_too_small, PLAIN, 256, A8),
	TEST(absurd_regions, PLAIN, 256, A8),
	{ "heap4.above_4_gib", NULL, PLAIN, 6 * GIB, A8,
	  .script = "a=64 a>5368709120 a#5368709120 -a used=16" },
	{ "heap4.overrun", overrun_test, PLAIN, 1024, A8, .twin = SAFE },
	TEST(overrun_of_the_last, PLAIN, 1024, A8),
	TEST(overrun_elsewhere, PLAIN, 1024, A8),
	TEST(overrun_of_a_link, PLAIN, 1024, A8, .twin = SAFE),
	TEST(alloc_meets_damage, PLAIN, 1024, A8, .twin = SAFE),
	TEST(protected_links, SAFE, 1024, A8, .twin = PLAIN),
	TEST(header_is_not_moved, SAFE, 1024, A8, .twin = PLAIN),
	TEST(header_of_an_earlier_block, SAFE, 1024, A8, .twin = PLAIN),
	TEST(forged_left, PLAIN, 1024, A8),
	TEST(cookie_is_in_links, SAFE, 1024, A8, .twin = PLAIN),
	TEST(forged_size, PLAIN, 1024, A8),
	{ 0 },
};
