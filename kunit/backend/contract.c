// SPDX-License-Identifier: GPL-2.0-only
/*
 * contract.c - what every backend must do: refuse bad input with the right error and
 * without changing a byte of the heap, and work in its smallest region. The tests call the
 * hooks, and run again through the core. contract_core.c tests what the core adds.
 */

#include "core_heap.h"
#include "unit.h"

#define IMAGE_MAX	(128 * KIB)	/* largest region that image_of() copies */

/*
 * Copy the heap, to see later whether it was changed. No copy is made through the core if
 * the heap is large, which would take too long, or checked, which notes each caller in
 * the heap; then only the statistics are compared.
 */
static void *image_of(const struct heap *heap)
{
	return heap->core && (heap->region[0].size > IMAGE_MAX ||
			      heap->core->is_checked) ? NULL : heap_image(heap);
}

/* ---- bad sizes and alignments ---------------------------------------- */

static const size_t bad_sizes[] = {
	SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 6, SIZE_MAX - 7, SIZE_MAX - 8,
	SIZE_MAX - 9, SIZE_MAX - 15, SIZE_MAX - 16, SIZE_MAX - 31,
	SIZE_MAX - 47, SIZE_MAX - 48, SIZE_MAX - 55, SIZE_MAX - 63, SIZE_MAX - 64,
	SIZE_MAX - 127, SIZE_MAX - 4094, SIZE_MAX - 4095, SIZE_MAX - 4096,
	SIZE_MAX - 8191, SIZE_MAX / 2, SIZE_MAX / 2 + 1, SIZE_MAX / 2 + 2,
	(size_t)U32_MAX, SIZE_BIT(32), (size_t)U32_MAX / 2 + 1,
	SIZE_BIT(33), SIZE_BIT(44),
};

static const char *alloc_refused(struct heap *heap, size_t size)
{
	void *image = image_of(heap);
	void *p = get(heap, size);

	EXPECT(heap_same(heap, image), "alloc(%#zx) changes the heap", size);
	EXPECT(!p, "alloc(%#zx) succeeds", size);
	return NULL;
}

static const char *aligned_refused(struct heap *heap, size_t size, size_t align)
{
	void *image = image_of(heap);
	void *p = get_aligned(heap, size, align);

	EXPECT(heap_same(heap, image), "alloc_aligned(%#zx, %#zx) changes the heap",
	       size, align);
	EXPECT(!p, "alloc_aligned(%#zx, %#zx) succeeds", size, align);
	return NULL;
}

/* Sizes that wrap when they are rounded up, or that no heap has. */
static const char *alloc_bad_sizes(struct heap *heap)
{
	struct rtalloc_snapshot was;

	EXPECT(get(heap, 100), "no block of 100 bytes");
	was = heap_stats(heap);
	for (size_t i = 0; i < ARRAY_SIZE(bad_sizes); i++) {
		TRY(alloc_refused(heap, bad_sizes[i]));
		TRY(aligned_refused(heap, bad_sizes[i], 64));
		heap->zero = heap->core;
		TRY(alloc_refused(heap, bad_sizes[i]));
		heap->zero = false;
	}
	TRY(alloc_refused(heap, heap->region[0].size));
	TRY(alloc_refused(heap, was.total));
	EXPECT_EQ(heap_stats(heap).used, was.used);
	EXPECT_EQ(heap_stats(heap).max_used, was.max_used);
	return sound(heap);
}

/* The same for realloc, which leaves the block as it was. */
static const char *resize_bad_sizes(struct heap *heap)
{
	u8 *block = get(heap, 100);

	EXPECT(block, "no block of 100 bytes");
	memset(block, 0x77, 100);
	for (size_t i = 0; i < ARRAY_SIZE(bad_sizes); i++) {
		void *image = image_of(heap);
		int fault = 0;
		void *p = heap_realloc(heap, block, bad_sizes[i], &fault);

		EXPECT(heap_same(heap, image), "realloc(%#zx) changes the heap",
		       bad_sizes[i]);
		EXPECT(!p, "realloc(%#zx) succeeds", bad_sizes[i]);
		EXPECT(!fault, "realloc(%#zx) gives fault %d", bad_sizes[i],
		       fault);
	}
	EXPECT(holds(block, 0x77, 100), "contents are lost");
	return sound(heap);
}

/*
 * Hooks must not damage the heap if they are called with sizes and alignments that the
 * core refuses before it calls them.
 */
static const char *hooks_are_safe(struct heap *heap)
{
	const struct rtalloc_ops *ops = heap->ops;

	for (size_t i = 0; i <= ARRAY_SIZE(bad_sizes); i++) {
		size_t size = i < ARRAY_SIZE(bad_sizes) ? bad_sizes[i] : 0;
		void *p = ops->alloc(heap->ctrl, size);

		if (p)
			EXPECT_EQ(ops->free(heap->ctrl, p), 0);
		for (size_t align = 1; align; align *= 2) {
			p = ops->alloc_aligned(heap->ctrl, size, align);
			if (p)
				EXPECT_EQ(ops->free(heap->ctrl, p), 0);
		}
		TRY(sound(heap));
	}
	return NULL;
}

/* Bad sizes with every alignment, and alignments of 32 MiB and more. */
static const char *aligned_bad(struct heap *heap)
{
	for (int bit = 0; bit < BITS_PER_LONG; bit++)
		for (size_t i = 0; i < ARRAY_SIZE(bad_sizes); i++)
			TRY(aligned_refused(heap, bad_sizes[i],
					    (size_t)1 << bit));
	for (int bit = 25; bit < BITS_PER_LONG; bit++) {
		TRY(aligned_refused(heap, 1, (size_t)1 << bit));
		TRY(aligned_refused(heap, 5000, (size_t)1 << bit));
	}
	return sound(heap);
}

/*
 * An empty heap must have blocks at each alignment up to 64 KiB. A pool need not have them
 * at more than its elements' alignment. Through the core, where some heaps are small, a
 * block of more than 1024 bytes, alignment included, may be missing.
 */
static const char *aligned_good(struct heap *heap)
{
	static const size_t sizes[] = {
		1, 24, 98, 195, 292, 389, 486, 583, 680, 1000, 4096, 5000, 20000,
	};

	for (size_t align = 1; align <= 65536; align *= 2) {
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
			void *p;

			heap_trim(heap);
			p = get_aligned(heap, sizes[i], align);
			if (!p && heap->backend->elem && align > heap->align)
				continue;
			if (!p && heap->core && align + sizes[i] > 1024)
				continue;
			EXPECT(p, "none of %zu bytes at %zu", sizes[i], align);
			EXPECT(!((uintptr_t)p & (align - 1)),
			       "block for %zu is at %#llx", align,
			       where(heap, p));
			EXPECT(usable(heap, p) >= sizes[i], "block is short");
			memset(p, 0xee, usable(heap, p));
			TRY(sound(heap));
			EXPECT_EQ(put(heap, p), 0);
			TRY(sound(heap));
		}
	}
	return NULL;
}

/* ---- bad pointers ---------------------------------------------------- */

/* Expect every hook that takes a pointer to refuse @p with @code, or @other unless 0. */
static const char *hooks_refuse(struct heap *heap, void *p, int code, int other)
{
	const struct rtalloc_ops *ops = heap->ops;
	size_t size = 64;
	int err[] = {
		ops->free(heap->ctrl, p), ops->resize(heap->ctrl, p, &size),
		ops->set_owner ? ops->set_owner(heap->ctrl, p, "evil") : -code,
	};

	for (size_t i = 0; i < ARRAY_SIZE(err); i++)
		EXPECT(err[i] == -code || (other && err[i] == -other),
		       "hook %zu gives %d, not %d", i, err[i], -code);
	return NULL;
}

/* The same through the core. */
static const char *core_refuses(struct heap *heap, void *p, int code, int other)
{
	static const size_t sizes[] = { 10, 2000, SIZE_MAX, 0 };
	int err = put(heap, p);

	EXPECT(err == -code || (other && err == -other),
	       "free gives %d, not %d", err, -code);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		EXPECT(!heap_realloc(heap, p, sizes[i], NULL),
		       "realloc to %zu succeeds", sizes[i]);
	err = heap->calls->set_owner(heap, p, "evil");
	EXPECT(err == -code || (other && err == -other) || err == -EOPNOTSUPP,
	       "set_owner gives %d, not %d", err, -code);
	return sound(heap);
}

/* The same by hooks or core; and neither the heap nor its statistics may change. */
static const char *refused(struct heap *heap, void *p, int code, int other)
{
	struct rtalloc_snapshot was = heap_stats(heap);
	void *image = image_of(heap);
	const char *why = heap->core ? core_refuses(heap, p, code, other) :
				       hooks_refuse(heap, p, code, other);
	size_t bytes = usable(heap, p);
	bool same = heap_same(heap, image);

	TRY(why);
	EXPECT(!bytes, "usable_size is %zu, not 0", bytes);
	EXPECT(same, "the heap changed");
	EXPECT_EQ(heap_stats(heap).used, was.used);
	return NULL;
}

/* Pointers that are outside of the heap: none may be accepted, nor have an offset. */
static const char *free_foreign(struct heap *heap)
{
	struct region *region = &heap->region[0];
	u64 local[8] = { 0 };
	struct heap other;
	void *pointers[] = {
		NULL, NULL, (void *)1, (void *)8, (void *)UINTPTR_MAX,
		(void *)(UINTPTR_MAX - 7), (void *)(UINTPTR_MAX / 2 + 1),
		&local[4], heap->ctrl, region->base - 1, region->base - 8,
		region->base - 4096, region->base + region->size + 4096,
		region->base + (SIZE_BIT(32) & ~7ul),
		region->base - (BITS_PER_LONG > 32 ? SIZE_BIT(32) : 64),
		heap->core ?: heap->ctrl,
	};
	const char *why = NULL;
	size_t i;

	EXPECT(get(heap, 100), "no block of 100 bytes");
	EXPECT_EQ(heap_open(&other, backend_find("memheap-fast"), 64 * KIB, 8), 0);
	pointers[0] = get(&other, 64);
	/* For the core NULL is a valid argument. */
	for (i = 0; i < ARRAY_SIZE(pointers) && !why; i++)
		if (pointers[i] || !heap->core)
			why = refused(heap, pointers[i], RTALLOC_FOREIGN, 0);
	heap_close(&other);
	EXPECT(!why, "pointer %zu of the list: %s", i - 1, why);
	for (i = 0; i < ARRAY_SIZE(pointers); i++)
		EXPECT(where(heap, pointers[i]) == ~0ull,
		       "pointer %zu of the list has an offset", i);
	return sound(heap);
}

static const size_t spread[] = { 1, 24, 100, 1000, 5000, 9000, 20000 };
#define SPREAD	ARRAY_SIZE(spread)

/* Allocate blocks of these sizes; @nr: how many, as small heaps have no room for all. */
static const char *get_spread(struct heap *heap, void **block, size_t *nr)
{
	for (*nr = 0; *nr < SPREAD; (*nr)++) {
		size_t size = spread[*nr];

		block[*nr] = get(heap, size);
		if (!block[*nr] && heap->core && size > 1000)
			break;
		EXPECT(block[*nr], "no block of %zu bytes", size);
		memset(block[*nr], 0x10 + *nr, usable(heap, block[*nr]));
	}
	return NULL;
}

/* Pointers up to 7 bytes in front of the start of a block and behind it. */
static const char *free_misaligned(struct heap *heap)
{
	void *block[SPREAD];
	size_t nr;

	TRY(get_spread(heap, block, &nr));
	for (size_t i = 0; i < nr; i++) {
		for (size_t j = 1; j < 8; j++) {
			void *p = (u8 *)block[i] + j;

			TRY(refused(heap, p, RTALLOC_NOT_A_BLOCK, 0));
			p = (u8 *)block[i] - j;
			TRY(refused(heap, p, RTALLOC_NOT_A_BLOCK,
				    RTALLOC_FOREIGN));
		}
	}
	return sound(heap);
}

/* Pointers into a block, whatever its contents. */
static const char *free_interior(struct heap *heap)
{
	void *block[SPREAD];
	size_t nr;

	TRY(get_spread(heap, block, &nr));
	for (size_t i = 0; i < nr; i++)
		for (size_t j = 8; j < usable(heap, block[i]);
		     j += j < (heap->core ? 512 : 64) ? 8 : 496) {
			if (j < 512)
				memset(block[i], j, usable(heap, block[i]));
			TRY(refused(heap, (u8 *)block[i] + j,
				    RTALLOC_NOT_A_BLOCK, 0));
		}
	return sound(heap);
}

/* A copy of a block's header in the payload of another block is not taken for a header. */
static const char *free_forged(struct heap *heap)
{
	void *before = get(heap, 1000);
	u8 *a = get(heap, 1000);
	u8 *b = get(heap, 1000);

	EXPECT(before && a && b, "no blocks of 1000 bytes");
	memcpy(b, a - 64, 64);
	TRY(refused(heap, b + 64, RTALLOC_NOT_A_BLOCK, 0));
	memcpy(b, b - 64, 64);
	TRY(refused(heap, b + 64, RTALLOC_NOT_A_BLOCK, 0));
	EXPECT_EQ(put(heap, a), 0);
	memcpy(b + 128, a - 64, 64);
	TRY(refused(heap, b + 192, RTALLOC_NOT_A_BLOCK, RTALLOC_DOUBLE_FREE));
	return sound(heap);
}

static const char *double_free_is_refused(struct heap *heap)
{
	void *block[SPREAD];
	size_t nr;

	TRY(get_spread(heap, block, &nr));
	EXPECT(get(heap, 64), "no block of 64 bytes");
	for (size_t i = 0; i < nr; i += 2) {
		EXPECT_EQ(put(heap, block[i]), 0);
		TRY(refused(heap, block[i], RTALLOC_DOUBLE_FREE, 0));
		TRY(sound(heap));
	}
	/* Now free the blocks between them, which merge with both neighbours. */
	for (size_t i = 1; i < nr; i += 2) {
		EXPECT_EQ(put(heap, block[i]), 0);
		for (size_t j = 0; j < nr; j++) {
			if (j > i && j % 2)
				continue;
			TRY(refused(heap, block[j], RTALLOC_DOUBLE_FREE,
				    RTALLOC_NOT_A_BLOCK));
		}
		TRY(sound(heap));
	}
	return NULL;
}

/* Of all addresses in the region only the start of a live block can be freed. */
static const char *free_everywhere(struct heap *heap)
{
	struct region *region = &heap->region[0];
	void *keep[2] = { get(heap, 40), get(heap, 5000) };
	void *gone = get(heap, 300);
	void *image;

	EXPECT(keep[0] && keep[1] && gone, "no blocks");
	memset(keep[1], 0, 5000);
	EXPECT_EQ(put(heap, gone), 0);
	image = heap_image(heap);
	for (size_t i = 0; i < region->size; i++) {
		u8 *p = region->base + i;

		if (p == keep[0] || p == keep[1])
			continue;
		if (!put(heap, p)) {
			kvfree(image);
			EXPECT(false, "free of byte %zu succeeds", i);
		}
	}
	EXPECT(heap_same(heap, image), "the heap changed");
	return sound(heap);
}

/* ---- limits ---------------------------------------------------------- */

/* The heap is sound, and largest_free bytes can be allocated. */
static const char *works(struct heap *heap)
{
	size_t largest = heap_stats(heap).largest_free;
	void *p;

	TRY(sound(heap));
	EXPECT(largest, "nothing can be allocated");
	p = get(heap, largest);
	EXPECT(p, "alloc of largest_free (%zu) fails", largest);
	memset(p, 0xcc, usable(heap, p));
	TRY(sound(heap));
	EXPECT_EQ(put(heap, p), 0);
	EXPECT(get(heap, 1), "alloc of 1 byte fails");
	return sound(heap);
}

/*
 * Try a region of @size bytes. It must work, or be refused with ENOSPC if it is smaller
 * than all that worked. Set @smallest to the first size that works.
 */
static const char *try_size(const struct heap *like, size_t size,
			    size_t *smallest)
{
	struct heap heap;
	const char *why;
	int err = heap_open(&heap, like->backend, size, like->align);

	if (err) {
		EXPECT(err == -ENOSPC, "%zu bytes: %d", size, err);
		EXPECT(!*smallest, "%zu bytes work, %zu do not", *smallest,
		       size);
		return NULL;
	}
	if (!*smallest)
		*smallest = size;
	why = works(&heap);
	heap_close(&heap);
	EXPECT(!why, "%zu bytes: %s", size, why);
	return NULL;
}

/*
 * There is a smallest region: all smaller ones are refused and all larger ones work. Try
 * every 509th size, then every size near the smallest that worked.
 */
static const char *smallest_region(struct heap *heap)
{
	const size_t stride = 509;
	size_t about = 0, smallest = 0;

	for (size_t size = 0; size < 128 * KIB; size += stride)
		TRY(try_size(heap, size, &about));
	EXPECT(about, "no region below 128 KiB works");
	for (size_t size = about - stride; size < about + stride; size++)
		TRY(try_size(heap, size, &smallest));
	return NULL;
}

/* Whether the backend documents a largest heap, which is below 1 TiB. */
static bool has_largest(const struct heap *heap)
{
	return heap->ops == &tlsf_ops || heap->ops == &slabzone_ops;
}

/* Half of the heap can be allocated, used to its last byte, and freed. */
static const char *works_at_large(struct heap *heap, u64 size)
{
	u8 *p = get(heap, 100), *half;

	EXPECT(p, "no block");
	if (heap->ops == &mempool_fixed_ops) {
		EXPECT_EQ(put(heap, p), 0);
		return sound(heap);
	}
	half = get(heap, size / 2);
	EXPECT(heap_stats(heap).total > size - MIB, "%llu bytes are managed",
	       heap_stats(heap).total);
	EXPECT(half, "no half");
	half[0] = 1;
	half[size / 2 - 1] = 1;
	EXPECT(!get(heap, size / 2), "two halves, and more");
	TRY(sound(heap));
	EXPECT_EQ(put(heap, half), 0);
	EXPECT_EQ(put(heap, half), -RTALLOC_DOUBLE_FREE);
	EXPECT_EQ(put(heap, p), 0);
	return sound(heap);
}

/* QEMU's user emulation has a table entry for each page, too many for 1 TiB. */
#ifdef __x86_64__
#define CAN_MAP_A_TIB	1
#else
#define CAN_MAP_A_TIB	0
#endif

static const char *one_byte_and_one_tib(struct heap *like)
{
	const u64 tib = BIT_ULL(40);
	const char *why;
	struct heap heap;
	int err;

	EXPECT_EQ(heap_open(&heap, like->backend, 1, like->align), -ENOSPC);
	if (!CAN_MAP_A_TIB)
		return NULL;
	err = heap_open(&heap, like->backend, (size_t)tib, like->align);
	if (has_largest(like)) {
		EXPECT_EQ(err, -EFBIG);
		return NULL;
	}
	EXPECT_EQ(err, 0);
	why = works_at_large(&heap, tib);
	heap_close(&heap);
	return why;
}

/* init accepts the flags that backends[] lists, and refuses each other one with EINVAL. */
static const char *unknown_flag(struct heap *unused)
{
	struct heap heap;

	for (int bit = 2; bit < 32; bit++) {
		int err = heap_open_flags(&heap, unused->backend, 64 * KIB,
					  unused->align, 1u << bit);

		if (!err)
			heap_close(&heap);
		if (unused->backend->known & 1u << bit) {
			EXPECT(!err, "flag %#x gives %d", 1u << bit, err);
			continue;
		}
		EXPECT(err == -EINVAL, "flag %#x gives %d", 1u << bit, err);
	}
	return NULL;
}

static bool is_full_of(const u32 *block, u32 n, size_t size)
{
	return size < 4 || (*block == n &&
			    !memcmp(block, block + 1, size / 4 * 4 - 4));
}

/*
 * Allocate blocks of one size until none is left, then free them. Each block is filled
 * with its own number, which shows that no two overlap.
 */
static const char *fill_with(struct heap *heap, size_t size)
{
	static u32 *block[65536];
	struct rtalloc_snapshot empty = heap_stats(heap), end;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(block) && (block[n] = get(heap, size)); n++)
		for (size_t i = 0; i < size / 4; i++)
			block[n][i] = n;
	EXPECT(n && n < ARRAY_SIZE(block), "%zu blocks", n);
	EXPECT(heap_stats(heap).largest_free != size,
	       "full, but largest_free is %zu", size);
	TRY(sound(heap));
	while (n--) {
		EXPECT(is_full_of(block[n], n, size), "block %zu is lost", n);
		EXPECT_EQ(put(heap, block[n]), 0);
	}
	heap_trim(heap);
	end = heap_stats(heap);
	EXPECT_EQ(end.largest_free, empty.largest_free);
	EXPECT_EQ(end.used, empty.used);
	EXPECT_EQ(end.free_blocks, empty.free_blocks);
	return sound(heap);
}

static const char *fill_and_empty(struct heap *heap)
{
	static const size_t sizes[] = { 8, 100, 1000, 4096, 9000 };

	if (heap->core)
		return fill_with(heap, max_t(size_t, 200,
					     heap_stats(heap).total / 2048));
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		TRY(fill_with(heap, sizes[i]));
	return NULL;
}

#define TEST(test, ...) { "contract." #test, test, NULL, __VA_ARGS__ }

const struct test contract_tests[] = {
	TEST(alloc_bad_sizes, 256 * KIB, 8, .also = { 16, 4096 }),
	TEST(resize_bad_sizes, 256 * KIB, 8, .also = { 64 }),
	TEST(aligned_bad, 64 * KIB, 8, .also = { 16 }),
	TEST(aligned_good, MIB, 8, .also = { 16 }),
	TEST(free_foreign, 256 * KIB, 8, .also = { 16 }),
	TEST(free_misaligned, 512 * KIB, 8, .also = { 16 }),
	TEST(free_interior, 512 * KIB, 8, .also = { 16 }),
	TEST(free_forged, 128 * KIB, 8, .also = { 16 }),
	TEST(double_free_is_refused, 512 * KIB, 8, .also = { 16 }),
	TEST(free_everywhere, 128 * KIB, 8, .also = { 16, 64 }),
	TEST(smallest_region, 64 * KIB, 8, .also = { 16, 64 }),
	TEST(one_byte_and_one_tib, 64 * KIB, 8, true),
	TEST(unknown_flag, 64 * KIB, 8, .also = { 16 }),
	TEST(fill_and_empty, 512 * KIB, 8),
	TEST(fill_and_empty, 200000, 16),
	TEST(hooks_are_safe, 256 * KIB, 8),
	/* through the core */
	{ "contract.alloc_bad_sizes", alloc_bad_sizes },
	{ "contract.resize_bad_sizes", resize_bad_sizes },
	{ "contract.hooks_are_safe", hooks_are_safe },
	{ "contract.aligned_good", aligned_good },
	{ "contract.free_foreign", free_foreign },
	{ "contract.free_misaligned", free_misaligned },
	{ "contract.free_interior", free_interior },
	{ "contract.double_free_is_refused", double_free_is_refused },
	{ "contract.fill_and_empty", fill_and_empty },
	{ 0 },
};
