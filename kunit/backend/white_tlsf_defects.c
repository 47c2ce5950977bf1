// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_tlsf_defects.c - defects of other implementations of TLSF, named a to k, which
 * this one must not have. Each comment tells the defect in the past tense.
 */
#include <linux/err.h>

#include "white_tlsf.h"

/* a: rounding a huge size up wrapped to a small one, and a small block was returned. */
static const char *a_huge_sizes_wrap(struct heap *heap)
{
	for (size_t less = 0; less < 4096; less++) {
		void *image = heap_image(heap);
		size_t size = SIZE_MAX - less;

		EXPECT(!get(heap, size) && heap_same(heap, image), "%#zx is had",
		       size);
	}
	return sound(heap);
}

/* b: growing to 5 GiB returned the block with its size set to 0. */
static const char *b_realloc_to_too_much(struct heap *heap)
{
	static const size_t sizes[] = {
		SIZE_BIT(32) | SIZE_BIT(30), SIZE_BIT(32), U32_MAX - 7,
		SIZE_BIT(35), SIZE_BIT(35) | SIZE_BIT(30), SIZE_MAX / 2 + 1,
		SIZE_MAX - 7, SIZE_MAX,
	};
	u8 *p = get(heap, 1000);
	size_t was = usable(heap, p);

	memset(p, 0x42, was);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		void *image = heap_image(heap), *q;
		int fault;

		q = heap_realloc(heap, p, sizes[i], &fault);
		EXPECT(heap_same(heap, image) && !q && !fault,
		       "%#zx is had", sizes[i]);
		EXPECT_EQ(usable(heap, p), was);
	}
	EXPECT_EQ(put(heap, p), 0);
	return sound(heap);
}

/* c: size + alignment wrapped, and a misaligned block was returned. */
static const char *c_aligned_sum_wraps(struct heap *heap)
{
	for (int bit = 17; bit < BITS_PER_LONG; bit++)
		for (int i = 0; i < 8; i++) {
			size_t align = 1ul << bit, size = 1000 + i;
			void *image = heap_image(heap), *p;

			if (i >= 2)
				size = -align - 64 + 16 * i;
			p = get_aligned(heap, size, align);
			EXPECT(heap_same(heap, image) && !p, "%#zx at %#zx is had",
			       size, align);
		}
	return sound(heap);
}

/* d: with a pool of exactly 2^32 bytes, bits beyond the end of the bitmaps were used. */
static const char *d_pool_of_the_largest_size(struct heap *heap)
{
	size_t largest = heap_stats(heap).largest_free;
	void *p = get(heap, largest);

	EXPECT(largest > 4 * GIB / 32 * 30, "largest is %zu", largest);
	EXPECT(p, "largest is not to be had");
	TRY(sound(heap));
	EXPECT_EQ(put(heap, p), 0);
	EXPECT(!get(heap, largest + 1), "one more is had");
	EXPECT(!get(heap, 4 * GIB), "all is had");
	return sound(heap);
}

/*
 * e: not all of the largest free block could be allocated, and there was no way to know
 * how much. Here at most 1/32 is lost, and largest_free tells the largest possible size.
 */
static const char *e_largest_is_known(struct heap *heap)
{
	size_t free_bytes = heap_stats(heap).total - 2 * HEADER;
	size_t largest = heap_stats(heap).largest_free;

	EXPECT(largest > free_bytes - free_bytes / 32 - 16, "%zu of %zu",
	       largest, free_bytes);
	EXPECT(!get(heap, largest + 1), "more is had");
	EXPECT(get(heap, largest), "largest is not to be had");
	return sound(heap);
}

static const char *region_stays(struct heap *heap)
{
	struct region *region = &heap->region[1];
	void *image = heap_image(heap);
	int err = heap->ops->remove_region(heap->ctrl, region->base,
					   region->size);

	EXPECT(heap_same(heap, image), "it changed");
	EXPECT_EQ(err, -EBUSY);
	return sound(heap);
}

/*
 * f: without assertions, a region in use was removed. Here 40960 bytes of each region are
 * used at first, then 24064 at the end of the second one, for which the first has no room.
 */
static const char *f_region_removed_in_use(struct heap *heap)
{
	void *p, *q;

	EXPECT_EQ(heap_glue(heap, 64 * KIB), 0);
	p = get(heap, 40000);
	q = get(heap, 40000);
	EXPECT((u32)where(heap, p) / 60000 != (u32)where(heap, q) / 60000,
	       "not in two regions");
	TRY(region_stays(heap));
	EXPECT(get(heap, 24000), "no more");
	EXPECT_EQ(put(heap, where(heap, p) < 60000 ? q : p), 0);
	return region_stays(heap);
}

/*
 * g: a double free was detected by a flag in the old header, which may lie in another
 * block by then. Here the headers of merged blocks are wiped, and what a new owner writes
 * there is accepted as a header only if it equals that block's tag.
 */
static const char *g_double_free_after_merge(struct heap *heap)
{
	u8 *p[5], *all, saved[16];

	for (int i = 0; i < 5; i++)
		p[i] = get(heap, 100);
	memcpy(saved, p[2] - 16, 16);
	for (int i = 0; i < 5; i++)
		EXPECT_EQ(put(heap, p[(i * 2) % 5]), 0);
	EXPECT_EQ(put(heap, p[0]), -RTALLOC_DOUBLE_FREE);
	for (int i = 1; i < 5; i++)
		EXPECT_EQ(put(heap, p[i]), -RTALLOC_NOT_A_BLOCK);
	all = get(heap, 2000);
	EXPECT(all == p[0], "not the same place");
	for (int byte = 0; byte < 256; byte++) {
		memset(all, byte, 2000);
		for (int i = 1; i < 5; i++)
			EXPECT_EQ(put(heap, p[i]), -RTALLOC_NOT_A_BLOCK);
	}
	/* Even its own old header is refused: no header follows where it says. */
	memcpy(p[2] - 16, saved, 16);
	EXPECT(put(heap, p[2]) < 0, "an old header is taken");
	EXPECT_EQ(put(heap, all), 0);
	return sound(heap);
}

/* h: a freed block could not be allocated again with the same size. Tried in a full heap. */
static const char *again(struct heap *heap, size_t size)
{
	static void *p[4096];
	size_t n = 0;

	while (n < 4096 && (p[n] = get(heap, size)))
		n++;
	EXPECT(n > 2 && n < 4096, "%zu blocks", n);
	for (size_t i = 0; i < n; i++) {
		void *q = p[i * 7 % n];

		EXPECT_EQ(put(heap, q), 0);
		EXPECT(get(heap, size) == q, "%zu is lost", size);
	}
	while (n)
		EXPECT_EQ(put(heap, p[--n]), 0);
	return NULL;
}

static const char *h_freed_is_had_again(struct heap *heap)
{
	for (size_t size = 1; size < 12000; size += 1 + size / 37)
		TRY(again(heap, size));
	return sound(heap);
}

/* i: realloc did not keep the alignment of a block. */
static const char *i_realloc_keeps_alignment(struct heap *heap)
{
	unsigned int moves = 0;

	for (size_t align = 32; align <= 8192; align *= 2) {
		void *p = get_aligned(heap, 40, align);

		for (size_t size = 80; size < 20000; size *= 2) {
			void *wall = get(heap, size);
			void *q = heap_realloc(heap, p, size, NULL);

			EXPECT(q, "no room for %zu at %zu", size, align);
			EXPECT(!((uintptr_t)q % align), "not at %zu", align);
			EXPECT_EQ(put(heap, wall), 0);
			moves += q != p;
			p = q;
		}
		EXPECT_EQ(put(heap, p), 0);
	}
	EXPECT(moves >= 9, "%u moves", moves);
	EXPECT_EQ(heap_stats(heap).free_blocks, 1);
	return sound(heap);
}

/* j: blocks were aligned to 8 only. */
static const char *j_alignment_of_blocks(struct heap *heap)
{
	EXPECT_EQ(tlsf_ops.default_align, 16);
	for (size_t size = 1; size < 3000; size++) {
		void *p = get(heap, size);

		EXPECT(p && !((uintptr_t)p % heap->align), "%zu is at %llu",
		       size, where(heap, p));
		if (size % 3)
			EXPECT_EQ(put(heap, p), 0);
	}
	return sound(heap);
}

/* k: a pointer was not tested for lying in a pool. */
static const char *k_pointers_of_nobody(struct heap *heap)
{
	u8 *base = heap->region[0].base;
	u64 local[8] = { 0 };
	void *pointers[] = {
		&local[4], heap, heap->ctrl, (void *)8, (void *)~7ul,
		base, base + 1024, base - 16, base + heap->region[0].size,
		tlsf_of(heap)->map,
	};

	EXPECT(get(heap, 100), "no block");
	for (size_t i = 0; i < ARRAY_SIZE(pointers); i++) {
		void *image = heap_image(heap);
		size_t size = 50;
		int err = put(heap, pointers[i]);
		int err2 = heap->ops->resize(heap->ctrl, pointers[i], &size);

		EXPECT(heap_same(heap, image), "it changed");
		EXPECT(err == -RTALLOC_FOREIGN && err2 == err, "pointer %zu: %d",
		       i, err);
	}
	return sound(heap);
}

#define TEST(test, ...) { "tlsf." #test, test, __VA_ARGS__ }

const struct test tlsf_defect_tests[] = {
	TEST(a_huge_sizes_wrap, TLSF8, 4096, 8),
	TEST(a_huge_sizes_wrap, TLSF, 4096, 16),
	TEST(b_realloc_to_too_much, TLSF, 64 * KIB, 16),
	TEST(c_aligned_sum_wraps, TLSF, 64 * KIB, 16),
	TEST(d_pool_of_the_largest_size, TLSF, 4 * GIB, 8),
	TEST(d_pool_of_the_largest_size, TLSF, 4 * GIB + 6536, 16),
	TEST(e_largest_is_known, TLSF, 1041960, 8),
	TEST(e_largest_is_known, TLSF, 1048576, 16),
	TEST(f_region_removed_in_use, TLSF, 64 * KIB, 16),
	TEST(g_double_free_after_merge, TLSF, 4096, 16),
	TEST(h_freed_is_had_again, TLSF, 64 * KIB, 8),
	TEST(h_freed_is_had_again, TLSF, 64 * KIB, 16, .core = true),
	TEST(i_realloc_keeps_alignment, TLSF, MIB, 16),
	TEST(j_alignment_of_blocks, TLSF, 4 * MIB, 16, .also = { 32 }),
	TEST(k_pointers_of_nobody, TLSF, 4096, 16),
	{ 0 },
};
