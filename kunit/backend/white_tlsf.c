// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_tlsf.c - tests that know TLSF's internals: layout, classes, coalescing, aligned
 * blocks. See also white_tlsf_resize.c; white_tlsf_pool.c for regions;
 * white_tlsf_inspect.c for statistics and check; policy_tlsf.c for random work; and
 * white_tlsf_defects.c for defects of other implementations.
 *
 * A heap of 4096 bytes has 512 units, whose class is 160, so its table has 192 list heads
 * of 8 bytes, 1536 bytes. 2560 bytes follow, of which with 16-byte alignment blocks take
 * 2544, from offset 16 on.
 */
#include <linux/err.h>

#include "backend/tlsf_block.h"
#include "white.h"
#include "white_tlsf.h"

static bool is_aligned(const void *p, size_t align)
{
	return !((uintptr_t)p % align);
}

/* ---- classes --------------------------------------------------------- */

static const char *class_is(struct tlsf *tlsf, size_t units)
{
	u32 want = naive_class(units);

	if (want >= tlsf->nr_classes)
		want = tlsf->nr_classes - 1;
	EXPECT(units_class(tlsf, units) == want,
	       "%zu units are in class %zu, not %u", units,
	       units_class(tlsf, units), want);
	return NULL;
}

static const char *class_mapping(struct heap *heap)
{
	const size_t *floors = tlsf_floors();
	struct tlsf tlsf = { .nr_classes = TLSF_CLASSES };

	for (size_t units = 0; units < 70000; units++)
		TRY(class_is(&tlsf, units));
	for (u32 class = 0; class < TLSF_CLASSES; class++) {
		EXPECT_EQ(class_units(class), floors[class]);
		for (size_t i = 0; i < 3; i++)
			if (floors[class] + i)
				TRY(class_is(&tlsf, floors[class] + i - 1));
	}
	TRY(class_is(&tlsf, U32_MAX));
	for (size_t units = 0; units < 2000; units++)
		TRY(class_is(tlsf_of(heap), units));
	return NULL;
}

/*
 * same_class() is true only of sizes in the same class. It may be false for such sizes,
 * but of large ones seldom.
 */
static const char *same_class_is_sure(struct heap *unused)
{
	size_t hits = 0, same = 0;
	u64 state = 1;

	for (size_t a = 0; a < 1200; a++)
		for (size_t b = 0; b < 1200; b++)
			EXPECT(!same_class(a, b) ||
			       naive_class(a) == naive_class(b),
			       "%zu and %zu units are not of one class", a, b);
	for (int i = 0; i < 200000; i++) {
		size_t a = draw(&state) << 1, b = a + draw(&state) % (a / 32 + 1);
		bool is_same = naive_class(a) == naive_class(b);

		EXPECT(!same_class(a, b) || is_same,
		       "%zu and %zu units are not of one class", a, b);
		hits += same_class(a, b);
		same += is_same;
	}
	EXPECT(hits > same / 3, "%zu of %zu pairs are seen", hits, same);
	return NULL;
}

/* The fast path for small requests in the entry points computes what need_of() does. */
static const char *small_requests(struct heap *heap)
{
	struct tlsf *tlsf = tlsf_of(heap);
	size_t hits = 0;

	for (size_t i = 0; i < 2048; i++) {
		size_t size = i - 1024;
		struct need need = { };

		if (!need_is_small(tlsf, size))
			continue;
		hits++;
		EXPECT(need_of(tlsf, size, &need) &&
		       need.units == need_above(tlsf, size) + 1 &&
		       need.class == need.units,
		       "%zu bytes: %zu units of class %zu", size, need.units,
		       need.class);
	}
	/*
	 * It serves blocks of 4 to 63 units: sizes whose sum with the header, rounded
	 * up to the alignment, is that many.
	 */
	if (BITS_PER_LONG == 64)
		EXPECT_EQ(hits, heap->align == 8 ? 480 :
				heap->align == 16 ? 480 : 472);
	return NULL;
}

/* Expect a block for @size to have the usable bytes that naive_bytes() computes. */
static const char *request_takes(struct heap *heap, size_t size)
{
	size_t want = naive_bytes(size, heap->align) - HEADER;
	void *p = get(heap, size);

	EXPECT(p, "no block of %zu bytes", size);
	EXPECT(usable(heap, p) == want, "%zu bytes take %zu, not %zu", size,
	       usable(heap, p), want);
	EXPECT(is_aligned(p, heap->align), "%zu bytes are not aligned", size);
	EXPECT_EQ(put(heap, p), 0);
	return NULL;
}

static const char *request_rounding(struct heap *heap)
{
	const size_t *floors = tlsf_floors();
	size_t largest = heap_stats(heap).largest_free;

	for (size_t size = 1; size < 6000; size++)
		TRY(request_takes(heap, size));
	for (u32 class = 8; floors[class] * UNIT <= largest; class++)
		for (size_t size = floors[class] * UNIT - 20;
		     size < floors[class] * UNIT; size++)
			TRY(request_takes(heap, size));
	return sound(heap);
}

/* Rounding to a class wastes at most 1/32, besides header and alignment. */
static const char *rounding_waste(struct heap *heap)
{
	for (size_t size = 1; size < 400000; size += 1 + size / 100) {
		size_t bytes = naive_bytes(size, heap->align);

		EXPECT(bytes <= (size + HEADER + heap->align) * 33 / 32 + LEAST,
		       "%zu bytes take %zu", size, bytes);
		TRY(request_takes(heap, size));
	}
	return NULL;
}

/* ---- free ------------------------------------------------------------ */

/* Make the row [used] prev block next [used]. Return NULL, or why it cannot be made. */
static const char *row_make(struct heap *heap, struct row *row,
			    const size_t *size)
{
	EXPECT(get(heap, 8), "no separator");
	row->prev = get(heap, size[0]);
	row->block = get(heap, size[1]);
	row->next = get(heap, size[2]);
	EXPECT(get(heap, 8), "no separator");
	if (row->prev_free)
		EXPECT_EQ(put(heap, row->prev), 0);
	if (row->next_free)
		EXPECT_EQ(put(heap, row->next), 0);
	return NULL;
}

/* Expect a free piece of @size bytes at @offset. */
static const char *free_piece_is(struct heap *heap, u64 offset, u64 size)
{
	struct rtalloc_block pieces[16];
	long n = walk_all(heap, pieces, 16, 16);

	for (long i = 0; i < n; i++)
		if (pieces[i].offset == offset) {
			EXPECT_EQ(pieces[i].state, RTALLOC_FREE);
			EXPECT_EQ(pieces[i].size, size);
			return NULL;
		}
	EXPECT(false, "no piece at %llu", offset);
	return NULL;
}

/*
 * Free the neighbours that the bits of @which name, then the block, and expect one piece.
 * @seen counts whether its class is that of a neighbour.
 */
static const char *coalesce_case(struct heap *heap, const size_t *size,
				 unsigned int which, unsigned int *seen)
{
	struct row row = { .prev_free = which & 1, .next_free = which & 2 };
	size_t bytes[3], start = 0, end;
	u32 largest = 0;

	TRY(row_make(heap, &row, size));
	for (int i = 0; i < 3; i++)
		bytes[i] = naive_bytes(size[i], heap->align);
	end = bytes[0] + bytes[1];
	if (which & 1)
		largest = naive_class(bytes[0] / UNIT);
	else
		start = bytes[0];
	if (which & 2) {
		largest = max(largest, naive_class(bytes[2] / UNIT));
		end += bytes[2];
	}
	seen[which] |= naive_class((end - start) / UNIT) == largest ? 1 : 2;
	EXPECT_EQ(put(heap, row.block), 0);
	TRY(free_piece_is(heap, where(heap, row.prev) + start,
			  end - start - HEADER));
	return sound(heap);
}

/*
 * Free a block whose neighbours are used, or of which one or both are free, for many
 * sizes. Both cases must occur: the merged block is in the class of a neighbour, or in
 * another one.
 */
static const char *coalescing(struct heap *heap)
{
	static const size_t sizes[] = { 1, 40, 100, 700, 5000, 90000 };
	unsigned int seen[4] = { 1 };
	struct heap fresh;
	size_t size[3];
	const char *why;

	for (int i = 0; i < 4 * 216; i++) {
		size[0] = sizes[i / 4 % 6];
		size[1] = sizes[i / 24 % 6];
		size[2] = sizes[i / 144];
		EXPECT_EQ(heap_open_like(&fresh, heap, MIB), 0);
		why = coalesce_case(&fresh, size, i % 4, seen);
		heap_close(&fresh);
		EXPECT(!why, "%zu %zu %zu, case %d: %s", size[0], size[1],
		       size[2], i % 4, why);
	}
	for (int i = 0; i < 4; i++)
		EXPECT(seen[i] == 3, "case %d: kinds seen are %u", i, seen[i]);
	return NULL;
}

/* ---- aligned --------------------------------------------------------- */

/* Aligned blocks for every position of the free block's start and every alignment. */
static const char *aligned_everywhere(struct heap *heap)
{
	for (size_t align = 16; align <= 65536; align *= 2)
		for (size_t lead = 8; lead < 700; lead += 24) {
			void *first = get(heap, lead);
			void *p = get_aligned(heap, 200, align);
			u64 end = where(heap, first) + usable(heap, first) + 8;

			EXPECT(p, "none at %zu behind %zu", align, lead);
			EXPECT(is_aligned(p, align), "not at %zu", align);
			EXPECT(where(heap, p) - end < align + LEAST,
			       "%zu at %zu begins at %llu", lead, align,
			       where(heap, p));
			TRY(sound(heap));
			EXPECT_EQ(put(heap, first), 0);
			EXPECT_EQ(put(heap, p), 0);
			EXPECT_EQ(heap_stats(heap).free_blocks, 1);
		}
	return sound(heap);
}

/* Whether @block has room for @bytes at @align, with no gap or one that can be a block. */
static bool head_fits(const struct block *block, size_t bytes, size_t align)
{
	size_t at = (size_t)block, gap = -at % align;

	while (gap && gap < LEAST)
		gap += align;
	return block_bytes(block) >= gap + bytes;
}

/*
 * Whether an aligned allocation must succeed: if a block is free in the class of size +
 * align + 32 or above, or if the first block of a sufficient class has room for it.
 */
static bool aligned_expected(struct heap *heap, size_t size, size_t align)
{
	struct tlsf *tlsf = tlsf_of(heap);
	size_t bytes = naive_bytes(size, heap->align);
	size_t sure = naive_bytes(bytes + LEAST + align, heap->align);

	for (u32 class = 0; class < tlsf->nr_classes; class++) {
		struct block *block = link_block(tlsf, tlsf->list[class]);

		if (tlsf->list[class] == tlsf->link_code)
			continue;
		if (class >= naive_class(sure / UNIT) ||
		    (class >= naive_class(bytes / UNIT) &&
		     head_fits(block, bytes, align)))
			return true;
	}
	return false;
}

static const char *aligned_never_misses(struct heap *heap)
{
	unsigned int yes = 0, no = 0;
	static void *keep[256];
	u64 state = test_seed;

	memset(keep, 0, sizeof(keep));
	for (int i = 0; i < 20000; i++) {
		void **slot = &keep[draw(&state) % 256];
		size_t size = 1 + draw(&state) % (8ul << draw(&state) % 9);
		size_t align = 32ul << draw(&state) % 8;
		bool expected;
		void *p;

		if (*slot)
			EXPECT_EQ(put(heap, *slot), 0);
		expected = aligned_expected(heap, size, align);
		p = get_aligned(heap, size, align);
		EXPECT(!p == !expected, "SEED=%llu step %d: %zu at %zu: %s",
		       test_seed, i, size, align, p ? "had" : "missed");
		EXPECT(is_aligned(p, align), "not at %zu", align);
		*slot = p ? p : get(heap, size);
		p ? yes++ : no++;
	}
	EXPECT(yes > 1000 && no > 1000, "%u had, %u missed", yes, no);
	return sound(heap);
}

/* A realloc keeps the requested alignment, not a larger one that a block has by chance. */
static const char *alignment_does_not_grow(struct heap *heap)
{
	void *p, *q;

	do
		p = get_aligned(heap, 100, 64);
	while (p && !is_aligned(p, 1024));
	EXPECT(p && get_aligned(heap, 100, 64), "no blocks");
	q = heap_realloc(heap, p, 2000, NULL);
	EXPECT(q && q != p && is_aligned(q, 64), "not moved to 64");
	EXPECT_EQ(flags_align(block_flags(tlsf_of(heap), q)), 64);
	return sound(heap);
}

/* A block keeps its alignment also after it was shrunk. */
static const char *aligned_block_stays_aligned(struct heap *heap)
{
	for (size_t align = 32; align <= 8192; align *= 2) {
		u8 *p = get_aligned(heap, 100, align);

		memset(p, 0x42, 100);
		for (size_t size = 200; size <= 3200; size *= 2) {
			void *wall = get(heap, 8);

			p = heap_realloc(heap, p, size, NULL);
			EXPECT(p && is_aligned(p, align), "%zu moved from %zu",
			       size, align);
			EXPECT(holds(p, 0x42, 100), "contents are lost");
			EXPECT_EQ(put(heap, wall), 0);
			EXPECT(heap_realloc(heap, p, size / 2, NULL) == p,
			       "moves when it shrinks");
			TRY(sound(heap));
		}
		EXPECT_EQ(put(heap, p), 0);
		EXPECT_EQ(heap_stats(heap).free_blocks, 1);
	}
	return NULL;
}

/* ---- writes past the end, forged headers ------------------------------ */

/*
 * A write past the end of a block hits the next block's tag first, so that a single byte
 * is detected. None of the patterns equals the tag's low byte there, which is 0x80.
 */
static const char *overrun(struct heap *heap)
{
	static const u8 patterns[] = { 0x00, 0x0a, 0x41, 0xff };
	u8 *a, *b, saved[8];
	size_t size = 200;

	EXPECT_EQ(tlsf_without_cookie(heap), 0);
	a = get(heap, 100);
	b = get(heap, 100);
	EXPECT_EQ((uintptr_t)b & 0xff, 0x80);
	memcpy(saved, a + 104, 8);
	TRY(any_byte_is_seen(heap, a));
	for (size_t n = 1; n <= 8 * ARRAY_SIZE(patterns); n++) {
		memset(a + 104, patterns[n % 4], n / 4 ? n / 4 : 1);
		EXPECT_EQ(put(heap, a), -RTALLOC_OVERRUN);
		EXPECT_EQ(heap->ops->resize(heap->ctrl, a, &size),
			  -RTALLOC_OVERRUN);
		EXPECT_EQ(put(heap, b), -RTALLOC_NOT_A_BLOCK);
		TRY(looks_survive(heap));
		memcpy(a + 104, saved, 8);
		TRY(sound(heap));
	}
	EXPECT_EQ(put(heap, a), 0);
	EXPECT_EQ(put(heap, b), 0);
	return sound(heap);
}

/* The same if the next block is free, with which a free would merge. */
static const char *overrun_into_free(struct heap *heap)
{
	u8 *a, *b, saved[8];

	EXPECT_EQ(tlsf_without_cookie(heap), 0);
	a = get(heap, 100);
	b = get(heap, 100);
	EXPECT(get(heap, 8), "no separator");
	EXPECT_EQ(put(heap, b), 0);
	memcpy(saved, a + 104, 8);
	for (size_t n = 1; n <= 8; n++) {
		memset(a + 104, 0x41, n);
		EXPECT_EQ(put(heap, a), -RTALLOC_OVERRUN);
		EXPECT_EQ(PTR_ERR(heap->ops->alloc(heap->ctrl, 100)),
			  -RTALLOC_CORRUPT);
		memcpy(a + 104, saved, 8);
	}
	EXPECT_EQ(put(heap, a), 0);
	return sound(heap);
}

/*
 * A user writes words into a block that look like a header. Only the tag of that very
 * address, with the flags of a used block, may be accepted.
 */
static const char *forged_tags(struct heap *heap)
{
	u8 *p = get(heap, 200), *q = get(heap, 100);
	struct block *forged = (struct block *)(p + 64);

	head_of(forged)->units = (q - (u8 *)forged) / UNIT;
	for (u64 more = 4; more < 1ull << 32; more += more / 4) {
		u64 order = (more >> BLOCK_ALIGN_SHIFT) + 1;

		/* A tag that names an alignment which the address has is valid. */
		if (order > 1 && more << (64 - BLOCK_ALIGN_SHIFT) >> 2 == 0 &&
		    !((size_t)forged % (1ul << order)))
			continue;
		tag_set(forged, tag_of(tlsf_of(heap), forged) + (u32)more);
		EXPECT_EQ(put(heap, forged), -RTALLOC_NOT_A_BLOCK);
		EXPECT_EQ(usable(heap, forged), 0);
	}
	return sound(heap);
}

#define TEST(test, ...) { "tlsf." #test, test, TLSF, __VA_ARGS__ }

const struct test tlsf_block_tests[] = {
	/* 100 + 8 bytes are rounded up to 112, which are 14 units and a class of their own. */
	{ "tlsf.pool_picture", NULL, TLSF, 4096, 16, .core = true,
	  .script = "[16 F 2536] total=2560 used=0 a=100 b=100 c=1 "
		    "[16 U 104][128 U 104][240 U 24][272 F 2280] used=256 "
		    "-b [16 U 104][128 F 104][240 U 24][272 F 2280] "
		    "-a [16 F 216][240 U 24][272 F 2280] "
		    "-c [16 F 2536] used=0 max=256" },
	/* Alignment 8: a block for 97 bytes has 104 + 8. All take 2552, from offset 8 on. */
	{ "tlsf.pool_picture_8", NULL, TLSF8, 4096, 8, .core = true,
	  .script = "a=97 b=25 [8 U 104][120 U 32][160 F 2392]" },
	/* Alignment 32: a header lies in front of a multiple of 32, and sizes are such. */
	{ "tlsf.pool_picture_32", NULL, TLSF, 4096, 32, .core = true,
	  .script = "a=25 b=24 [32 U 56][96 U 24][128 F 2424]" },
	/*
	 * The rest of a free block is split off if it has 32 bytes. A request for 120
	 * takes 128 of a hole of 160, and 32 are split off. One for 136 takes 144, and
	 * gets the other 16 as well.
	 */
	{ "tlsf.split_boundary", NULL, TLSF, 4096, 16, .core = true,
	  .script = "a=152 b=1 -a a=136 a:16 a#152 -a a=120 a:16 a#120 "
		    "F[144 F 24][208 F 2344]" },
	TEST(class_mapping, 4096, 16),
	TEST(same_class_is_sure, 4096, 16),
	TEST(small_requests, 4096, 8, .also = { 16, 32 }),
	TEST(request_rounding, 64 * MIB, 8, .also = { 16, 32 }),
	TEST(rounding_waste, MIB, 8, .also = { 16 }),
	TEST(coalescing, 4096, 8, .core = true, .also = { 16 }),
	/* Behind the last block is the end mark, which counts as used: nothing merges. */
	{ "tlsf.free_at_the_end", NULL, TLSF, 4096, 16, .core = true,
	  .script = "a=100 b=2400 [16 U 104][128 U 2424] largest=0 -a -b "
		    "[16 F 2536]" },
	TEST(aligned_everywhere, MIB, 8),
	TEST(aligned_everywhere, MIB, 16, .core = true),
	TEST(aligned_everywhere, MIB, 32),
	/*
	 * A gap that is too small for a block is enlarged: from 48 the next multiple of
	 * 64 is 16 bytes away, so 128 is taken. From 96 it is 32, enough for a block.
	 * Offset 0 is at byte 1536 of the region, so offsets are aligned as addresses.
	 */
	{ "tlsf.aligned_gap_is_a_block", NULL, TLSF, 4096, 16, .core = true,
	  .script = "a=24 b=100@64 [16 U 24][48 F 72][128 U 104][240 F 2312] "
		    "-b -a a=72 b=100@64 "
		    "[16 U 72][96 F 24][128 U 104][240 F 2312]" },
	TEST(aligned_never_misses, 64 * KIB, 8, .also = { 16 }),
	TEST(alignment_does_not_grow, 64 * KIB, 16),
	TEST(aligned_block_stays_aligned, MIB, 16, .core = true),
	TEST(overrun, 4096, 16),
	TEST(forged_tags, 4096, 16),
	TEST(overrun_into_free, 4096, 16),
	{ 0 },
};
