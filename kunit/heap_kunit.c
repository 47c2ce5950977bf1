// SPDX-License-Identifier: GPL-2.0-only
/*
 * heap_kunit.c - public calls, tested independently of the backend: parameters of a heap,
 * adding and removing memory, faults, damaged heaps.
 */
#include <linux/err.h>

#include "kunit/common.h"

/* A heap whose header and alignment differ from those of the default backend. */
static struct rtalloc_heap_params memheap_params(struct kunit *test)
{
	struct rtalloc_heap_params params = probe_params(test);

	params.backend = "memheap";
	return params;
}

static void bad_names_are_refused(struct kunit *test)
{
	static const char *const names[] = {
		NULL, "", ".", "..", ".hidden", "a/b", "/", "a b", "a\tb",
		"a\n", "\x01", "\xff", "a=b", "a%s",
	};
	struct rtalloc_heap_params params = memheap_params(test);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		params.name = names[i];
		expect_no_heap(test, &params, -EINVAL);
	}
}

static void longest_name_is_63_characters(struct kunit *test)
{
	struct rtalloc_heap_params params = memheap_params(test);
	struct rtalloc_heap *heap;

	params.name = "4234567890123456789012345678901234567890123456789012345678901234";
	expect_no_heap(test, &params, -ENAMETOOLONG);
	params.name++;
	heap = heap_make(test, &params);
	KUNIT_EXPECT_STREQ(test, params.name, heap->name);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
}

static void name_is_taken_once(struct kunit *test)
{
	struct rtalloc_heap *heap = backend_open(test, "memheap", SZ_64K, 0);
	struct rtalloc_heap_params params = memheap_params(test);

	params.name = heap->name;
	expect_no_heap(test, &params, -EEXIST);
}

static void unknown_backend_is_refused(struct kunit *test)
{
	static const char *const backends[] = {
		"", "sla", "slab2", "SLAB", "slab ", "tlsf9",
	};
	struct rtalloc_heap_params params = memheap_params(test);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(backends); i++) {
		params.backend = backends[i];
		expect_no_heap(test, &params, -EINVAL);
	}
}

static void default_backend_is_tlsf(struct kunit *test)
{
	struct rtalloc_heap_params params = probe_params(test);
	struct rtalloc_heap *heap = heap_make(test, &params);

	KUNIT_EXPECT_PTR_EQ(test, heap->ops, &tlsf_ops);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
}

static void bad_alignment_is_refused(struct kunit *test)
{
	static const size_t aligns[] = {
		1, 2, 3, 4, 7, 9, 12, 24, 8192, SZ_1M, SIZE_MAX,
		(size_t)LONG_MAX + 1,
	};
	struct rtalloc_heap_params params = memheap_params(test);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(aligns); i++) {
		params.align = aligns[i];
		expect_no_heap(test, &params, -EINVAL);
	}
	params.backend = "slab";
	params.align = 16;
	expect_no_heap(test, &params, -EINVAL);
}

static void unknown_flags_are_refused(struct kunit *test)
{
	struct rtalloc_heap_params params = memheap_params(test);

	params.flags = 1u << 31;
	expect_no_heap(test, &params, -EINVAL);
	params.backend = "slab";
	expect_no_heap(test, &params, -EINVAL);
	params.flags = RTALLOC_HEAP_BEST_FIT;
	expect_no_heap(test, &params, -EINVAL);
	params.flags = RTALLOC_HEAP_PROTECT;
	expect_no_heap(test, &params, -EINVAL);
}

static void size_must_fit_the_region(struct kunit *test)
{
	struct rtalloc_heap_params params = memheap_params(test);

	params.size = 0;
	expect_no_heap(test, &params, -EINVAL);
	params.size = SZ_1M + 1;
	expect_no_heap(test, &params, -ENOMEM);
	params.size = SIZE_MAX;
	expect_no_heap(test, &params, -ENOMEM);
	params.size = SIZE_MAX - 4094;
	expect_no_heap(test, &params, -ENOMEM);
	params.size = (size_t)LONG_MAX + 1;
	expect_no_heap(test, &params, -ENOMEM);
}

/* The smallest size is accepted, and one byte less is refused. */
static void backend_minimum_is_exact(struct kunit *test)
{
	static const struct {
		const char *backend;
		size_t align;
		size_t least;
	} at[] = {
		{ "slab", 8, SLAB_MINIMUM },
		{ "memheap", 8, MEMHEAP_MINIMUM },
		/* a payload of 16, one unit of 16 */
		{ "memheap", 16, 2 * MEMHEAP_HEADER + 16 + 16 },
		/* alignment of a page: four pages */
		{ "memheap", 4096, 4 * 4096 },
		/* two headers of 24, a payload of 24; on 32-bit machines 16 each */
		{ "small_mem", 8, WORDS(2 * 24 + 24, 2 * 16 + 16) },
		{ "small_mem", 16, WORDS(2 * 32 + 32, 2 * 16 + 16) },
		/* two headers of 8 and a payload of 16; two of 6 and 12 */
		{ "lwip_mem", 8, 2 * 8 + 16 },
		{ "lwip_mem", 1, 2 * 6 + 12 },
		/* a header of two words, a payload of 8, the end marker */
		{ "heap4", 8, WORDS(16 + 8 + 16, 8 + 8 + 8) },
		{ "heap4", 64, 3 * 64 },
		/* 128 list heads, two blocks of 32, a header of 16 */
		{ "tlsf", 8, 128 * 8 + 2 * 32 + 16 },
		{ "tlsf", 32, 128 * 8 + 2 * 32 + 16 },
		/* a header, a payload of 16 */
		{ "sylix_heap", 16, WORDS(48, 32) + 16 },
		{ "sylix_heap", 64, 2 * 64 },
	};
	struct rtalloc_heap_params params = memheap_params(test);
	struct rtalloc_heap *heap;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		params.backend = at[i].backend;
		params.align = at[i].align;
		params.size = at[i].least - 1;
		expect_no_heap(test, &params, -ENOSPC);
		params.size = at[i].least;
		heap = heap_make(test, &params);
		expect_sound(test, heap);
		KUNIT_EXPECT_NOT_NULL(test, rtalloc_alloc(heap, 1, GFP_KERNEL));
		expect_sound(test, heap);
		KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, true));
	}
}

/* Heaps of 1 byte and of 1 TiB are refused, in a region and in the caller's memory. */
static void heap_of_a_byte_and_of_a_tib(struct kunit *test)
{
	struct rtalloc_heap_params params = memheap_params(test);
	const struct rtalloc_ops *const *ops;
	u8 *memory = kunit_kzalloc(test, SZ_8K, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, memory);
	for (ops = rtalloc_backends; *ops; ops++) {
		params.backend = (*ops)->name;
		params.elem = (*ops)->configure ? 64 : 0;
		params.memory = NULL;
		/* 1 TiB; on 32-bit machines the largest size. */
		params.size = SIZE_BIT(40);
		expect_no_heap(test, &params, -ENOMEM);
		params.size = 1;
		expect_no_heap(test, &params, -ENOSPC);
		KUNIT_EXPECT_EQ(test, SZ_1M,
				gen_pool_avail(params.region->pool));
		params.memory = PTR_ALIGN(memory, SZ_4K);
		expect_no_heap(test, &params, -ENOSPC);
	}
	KUNIT_EXPECT_NULL(test, memchr_inv(memory, 0, SZ_8K));
}

static void heap_with_blocks_is_destroyed_by_force_only(struct kunit *test)
{
	struct rtalloc_heap_params params = memheap_params(test);
	struct rtalloc_heap *heap = heap_make(test, &params);
	void *p;

	p = rtalloc_alloc(heap, 100, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, -EBUSY, rtalloc_heap_destroy(heap, false));
	/* The heap still works. */
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	KUNIT_EXPECT_NOT_NULL(test, rtalloc_alloc(heap, 100, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).live);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, true));
	KUNIT_EXPECT_EQ(test, SZ_1M, gen_pool_avail(params.region->pool));
}

/* NULL is ignored, as by mempool_destroy(), so that an error path need not test it. */
static void nothing_is_destroyed_in_silence(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(NULL, false));
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_destroy(NULL, false));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_region_destroy(NULL));
	rtalloc_heap_put(NULL);
}

static void no_region_means_the_default_one(struct kunit *test)
{
	struct rtalloc_heap_params params = {
		.name = "probe", .backend = "slab", .size = SZ_64K,
	};
	struct rtalloc_heap *heap = heap_make(test, &params);

	KUNIT_EXPECT_STREQ(test, "default", heap->part[0].region->name);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
}

/* A heap has eight parts at most; a slab heap has one. */
static void gluing_has_limits(struct kunit *test)
{
	struct rtalloc_region *region = region_open(test, SZ_1M);
	struct rtalloc_heap *heap = backend_open(test, "memheap", SZ_64K, 0);
	int i;

	KUNIT_EXPECT_EQ(test, -EINVAL,
			rtalloc_heap_add_region(heap, region, 0));
	KUNIT_EXPECT_EQ(test, -ENOMEM,
			rtalloc_heap_add_region(heap, region, SZ_1M + 1));
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			rtalloc_heap_add_region(heap, region,
						MEMHEAP_MINIMUM - 1));
	KUNIT_EXPECT_EQ(test, SZ_1M, gen_pool_avail(region->pool));
	for (i = 1; i < RTALLOC_PARTS_MAX; i++)
		KUNIT_EXPECT_EQ(test, 0,
				rtalloc_heap_add_region(heap, region,
							MEMHEAP_MINIMUM));
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			rtalloc_heap_add_region(heap, region, SZ_64K));
	KUNIT_EXPECT_EQ(test, RTALLOC_PARTS_MAX, heap->nr_parts);
	KUNIT_EXPECT_EQ(test, -EBUSY, rtalloc_region_destroy(region));
}

static void slab_cannot_be_glued(struct kunit *test)
{
	struct rtalloc_heap *heap = backend_open(test, "slab", SZ_64K, 0);
	struct rtalloc_region *region = region_open(test, SZ_1M);

	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			rtalloc_heap_add_region(heap, region, SZ_64K));
	KUNIT_EXPECT_EQ(test, 0, region->nr_parts);
}

/* ---- memory taken back ----------------------------------------------- */

static void added_region_is_taken_back(struct kunit *test)
{
	struct rtalloc_heap *heap = backend_open(test, "tlsf", SZ_64K, 0);
	struct rtalloc_region *region = region_open(test, SZ_1M);
	u64 total = heap_stats(heap).total;
	void *p;

	KUNIT_EXPECT_EQ(test, -ENOENT, rtalloc_heap_remove_region(heap, region));
	KUNIT_ASSERT_EQ(test, 0, rtalloc_heap_add_region(heap, region, SZ_128K));
	p = rtalloc_alloc(heap, 65000, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, -EBUSY, rtalloc_heap_remove_region(heap, region));
	KUNIT_EXPECT_EQ(test, 2, heap->nr_parts);
	KUNIT_EXPECT_EQ(test, SZ_1M - SZ_128K, gen_pool_avail(region->pool));
	expect_sound(test, heap);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_remove_region(heap, region));
	KUNIT_EXPECT_EQ(test, 1, heap->nr_parts);
	KUNIT_EXPECT_EQ(test, SZ_1M, gen_pool_avail(region->pool));
	KUNIT_EXPECT_EQ(test, 0, region->nr_parts);
	KUNIT_EXPECT_EQ(test, total, heap_stats(heap).total);
	KUNIT_EXPECT_EQ(test, -ENOENT, rtalloc_heap_remove_region(heap, region));
}

/* Of three pieces of a region, one in use is skipped: the last unused one is removed. */
static void unused_piece_added_last_goes(struct kunit *test)
{
	static const size_t sizes[] = { SZ_16K, SZ_32K, SZ_8K };
	struct rtalloc_region *region = region_open(test, SZ_1M);
	struct rtalloc_region *spacer = region_open(test, SZ_1M);
	struct rtalloc_heap *heap = backend_open(test, "tlsf", SZ_64K, 0);
	void *p;
	int i;

	/* Alternate with another region, so that no two pieces are joined. */
	for (i = 0; i < 3; i++) {
		KUNIT_ASSERT_EQ(test, 0, rtalloc_heap_add_region(heap, region,
								 sizes[i]));
		KUNIT_ASSERT_EQ(test, 0, rtalloc_heap_add_region(heap, spacer,
								 SZ_4K));
	}
	do {
		p = rtalloc_alloc(heap, 20000, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p);
	} while (p < heap->part[3].base ||
		 p >= heap->part[3].base + SZ_32K);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_remove_region(heap, region));
	KUNIT_EXPECT_EQ(test, SZ_64K + SZ_16K + SZ_32K + 3 * SZ_4K,
			heap_size(heap));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_remove_region(heap, region));
	KUNIT_EXPECT_EQ(test, SZ_64K + SZ_32K + 3 * SZ_4K, heap_size(heap));
	KUNIT_EXPECT_EQ(test, -EBUSY, rtalloc_heap_remove_region(heap, region));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_remove_region(heap, region));
	KUNIT_EXPECT_EQ(test, SZ_1M, gen_pool_avail(region->pool));
	KUNIT_EXPECT_EQ(test, 4, heap->nr_parts);
	expect_sound(test, heap);
}

/* Removing a piece from the middle does not change the order of the others. */
static void pieces_keep_their_order(struct kunit *test)
{
	struct rtalloc_region *region = region_open(test, SZ_1M);
	struct rtalloc_region *spacer = region_open(test, SZ_1M);
	struct rtalloc_heap *heap = backend_open(test, "tlsf", SZ_64K, 0);
	u8 *memory = room_open(test, SZ_16K);

	KUNIT_ASSERT_EQ(test, 0, rtalloc_heap_add_memory(heap, memory, SZ_16K));
	KUNIT_ASSERT_EQ(test, 0, rtalloc_heap_add_region(heap, region, SZ_4K));
	KUNIT_ASSERT_EQ(test, 0, rtalloc_heap_add_region(heap, spacer, SZ_4K));
	KUNIT_ASSERT_EQ(test, 0, rtalloc_heap_add_region(heap, region, SZ_8K));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_remove_memory(heap, memory));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_remove_region(heap, region));
	KUNIT_EXPECT_EQ(test, SZ_64K + SZ_4K + SZ_4K, heap_size(heap));
	expect_sound(test, heap);
}

static void what_a_heap_was_made_from_stays(struct kunit *test)
{
	struct rtalloc_heap_params params = probe_params(test);
	struct rtalloc_heap *heap = heap_make(test, &params);
	struct rtalloc_region *region = params.region;

	KUNIT_EXPECT_EQ(test, -EBUSY, rtalloc_heap_remove_region(heap, region));
	/* This piece is adjacent to one of the heap and joined with it. */
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_add_region(heap, region, SZ_4K));
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).free_blocks);
	KUNIT_EXPECT_EQ(test, -EBUSY, rtalloc_heap_remove_region(heap, region));
	KUNIT_EXPECT_EQ(test, 2, heap->nr_parts);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
	KUNIT_EXPECT_EQ(test, SZ_1M, gen_pool_avail(region->pool));
}

static void other_backends_give_nothing_back(struct kunit *test)
{
	struct rtalloc_region *region = region_open(test, SZ_1M);
	struct rtalloc_heap *slab = backend_open(test, "slab", SZ_64K, 0);
	struct rtalloc_heap *heap = backend_open(test, "memheap", SZ_64K, 0);

	KUNIT_ASSERT_EQ(test, 0, rtalloc_heap_add_region(heap, region, SZ_64K));
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			rtalloc_heap_remove_region(heap, region));
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			rtalloc_heap_remove_region(slab, region));
	KUNIT_EXPECT_EQ(test, 2, heap->nr_parts);
}

/*
 * Added memory is not removed with the region NULL, which means the default one, whether
 * there is a default region or not.
 */
static void memory_is_not_taken_for_a_region(struct kunit *test)
{
	u8 *memory = room_open(test, SZ_64K);
	struct rtalloc_heap *heap = backend_open(test, "tlsf", SZ_64K, 0);
	struct rtalloc_region *region;

	KUNIT_ASSERT_EQ(test, 0, rtalloc_heap_add_memory(heap, memory, SZ_64K));
	KUNIT_EXPECT_EQ(test, -ENOENT, rtalloc_heap_remove_region(heap, NULL));
	mutex_lock(&rtalloc_registry_lock);
	region = rtalloc_region_find("default");
	mutex_unlock(&rtalloc_registry_lock);
	KUNIT_ASSERT_NOT_NULL(test, region);
	region->is_private = true;
	KUNIT_EXPECT_EQ(test, -ENOENT, rtalloc_heap_remove_region(heap, NULL));
	region->is_private = false;
	KUNIT_EXPECT_EQ(test, 2, heap->nr_parts);
	KUNIT_EXPECT_EQ(test, -EINVAL, rtalloc_heap_remove_memory(heap, NULL));
	KUNIT_EXPECT_EQ(test, -ENOENT,
			rtalloc_heap_remove_memory(heap, memory + SZ_4K));
	KUNIT_EXPECT_EQ(test, -ENOENT,
			rtalloc_heap_remove_memory(heap, heap->part[0].base));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_remove_memory(heap, memory));
	KUNIT_EXPECT_EQ(test, 1, heap->nr_parts);
}

/* ---- realloc, where a hook fails ------------------------------------- */

static void *alloc_fails(void *ctrl, size_t size)
{
	return NULL;
}

static void *move_finds_damage(void *ctrl, size_t size, void *old)
{
	return ERR_PTR(-RTALLOC_CORRUPT);
}

static void *never_freed;		/* the block that the next hook refuses */

static int free_finds_damage(void *ctrl, void *p)
{
	return p == never_freed ? -RTALLOC_OVERRUN : memheap_ops.free(ctrl, p);
}

/*
 * A block of 100 bytes has to move to grow, but a hook of @ops fails: expect the block to be
 * unchanged. Free it and return the heap.
 */
static struct rtalloc_heap *expect_unmoved(struct kunit *test,
					   const struct rtalloc_ops *ops)
{
	struct rtalloc_heap *heap = backend_open(test, "memheap", SZ_64K, 0);
	u8 *p = rtalloc_alloc(heap, 100, GFP_KERNEL);
	u64 used;

	KUNIT_ASSERT_NOT_NULL(test, rtalloc_alloc(heap, 100, GFP_KERNEL));
	used = heap_stats(heap).used;
	memset(p, 0x42, 100);
	never_freed = p;
	heap->ops = ops;
	KUNIT_EXPECT_NULL(test, rtalloc_realloc(heap, p, 500, GFP_KERNEL));
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(p, 0x42, 100));
	KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).reallocs);
	KUNIT_EXPECT_EQ(test, used, heap_stats(heap).used);
	heap->ops = &memheap_ops;
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	return heap;
}

static void realloc_without_memory_keeps_the_block(struct kunit *test)
{
	struct rtalloc_ops faulty = memheap_ops;
	struct rtalloc_heap *heap;

	faulty.alloc_move = NULL;
	faulty.alloc = alloc_fails;
	heap = expect_unmoved(test, &faulty);
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).failed);
	KUNIT_EXPECT_FALSE(test, heap->is_closed);
}

static void realloc_that_finds_damage_stops_the_heap(struct kunit *test)
{
	struct rtalloc_ops faulty = memheap_ops;
	struct rtalloc_heap *heap;

	faulty.alloc_move = move_finds_damage;
	heap = expect_unmoved(test, &faulty);
	KUNIT_EXPECT_TRUE(test, heap->is_closed);
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).failed);
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).faults);
}

/* If the old block cannot be freed, the new one is freed again. */
static void realloc_whose_free_fails_changes_nothing(struct kunit *test)
{
	struct rtalloc_ops faulty = memheap_ops;
	struct rtalloc_heap *heap;

	faulty.alloc_move = NULL;
	faulty.free = free_finds_damage;
	heap = expect_unmoved(test, &faulty);
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).faults);
}

/* ---- locks, owners, faults ------------------------------------------- */

static void lock_follows_the_backend(struct kunit *test)
{
	struct rtalloc_heap *slab = backend_open(test, "slab", SZ_64K, 0);
	struct rtalloc_heap *plain = backend_open(test, "memheap", SZ_64K, 0);
	struct rtalloc_heap *raw = backend_open(test, "memheap", SZ_64K,
						RTALLOC_HEAP_RAW_LOCK);

	KUNIT_EXPECT_STREQ(test, slab->name, rtalloc_heap_name(slab));
	KUNIT_EXPECT_TRUE(test, rtalloc_heap_is_bounded(slab));
	KUNIT_EXPECT_TRUE(test, slab->uses_raw);
	KUNIT_EXPECT_FALSE(test, rtalloc_heap_is_bounded(plain));
	KUNIT_EXPECT_TRUE(test, plain->sleeps_on_rt);
	KUNIT_EXPECT_FALSE(test, rtalloc_heap_is_bounded(raw));
	KUNIT_EXPECT_FALSE(test, raw->sleeps_on_rt);
	KUNIT_EXPECT_FALSE(test, slab->sleeps_on_rt);
	KUNIT_EXPECT_TRUE(test, raw->uses_raw);
	/* Where the kinds of locks differ, such a heap has the sleeping one. */
	if (IS_ENABLED(CONFIG_PREEMPT_RT) ||
	    IS_ENABLED(CONFIG_PROVE_RAW_LOCK_NESTING))
		KUNIT_EXPECT_FALSE(test, plain->uses_raw);
}

static void owner_of_what_is_no_block_is_refused(struct kunit *test)
{
	struct rtalloc_heap *heap = backend_open(test, "memheap", SZ_64K, 0);
	struct rtalloc_heap *slab = backend_open(test, "slab", SZ_64K, 0);
	void *p = rtalloc_alloc(heap, 64, GFP_KERNEL);
	int local;

	KUNIT_EXPECT_EQ(test, -RTALLOC_FOREIGN,
			rtalloc_set_owner(heap, &local, "x"));
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK,
			rtalloc_set_owner(heap, p + 8, "x"));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, -RTALLOC_DOUBLE_FREE,
			rtalloc_set_owner(heap, p, "x"));
	KUNIT_EXPECT_EQ(test, 3, heap_stats(heap).faults);
	p = rtalloc_alloc(slab, 64, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, rtalloc_set_owner(slab, p, "x"));
	KUNIT_EXPECT_EQ(test, 0, heap_stats(slab).faults);
}

static void every_fault_has_its_own_words(struct kunit *test)
{
	static const struct {
		int code;
		int err;
		const char *text;
	} faults[] = {
#define FAULT(name, err, text) { RTALLOC_##name, err, text },
		RTALLOC_FAULTS(FAULT)
#undef FAULT
	};
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		KUNIT_EXPECT_EQ(test, faults[i].err, faults[i].code);
		KUNIT_EXPECT_STREQ(test, faults[i].text,
				   rtalloc_fault_text(-faults[i].code));
		for (j = 0; j < i; j++) {
			KUNIT_EXPECT_NE(test, faults[i].err, faults[j].err);
			KUNIT_EXPECT_STRNEQ(test, faults[i].text,
					    faults[j].text);
		}
	}
	KUNIT_EXPECT_STREQ(test, "unknown fault", rtalloc_fault_text(-EPERM));
}

/* Make a heap and close it by damage: overwrite the link in a freed chunk, then allocate. */
static struct rtalloc_heap *heap_stopped(struct kunit *test, void **keep)
{
	struct rtalloc_heap *heap = backend_open(test, "slab", SZ_64K, 0);
	void *p[3];
	int i;

	/* A zone of 32 KiB holds three chunks of 8192. */
	for (i = 0; i < 3; i++)
		p[i] = rtalloc_alloc(heap, 8000, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p[2]);
	KUNIT_ASSERT_EQ(test, 0, rtalloc_free(heap, p[1]));
	*(u64 *)p[1] = 0x6b6b6b6b6b6b6b6bull;
	heap_is_damaged(heap);
	KUNIT_EXPECT_NULL(test, rtalloc_alloc(heap, 8000, GFP_KERNEL));
	*keep = p[0];
	return heap;
}

static void damaged_heap_hands_out_nothing(struct kunit *test)
{
	void *keep;
	struct rtalloc_heap *heap = heap_stopped(test, &keep);

	expect_damage(test, heap, "chunk was written after its free");
	KUNIT_EXPECT_NULL(test, rtalloc_alloc(heap, 8, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, rtalloc_calloc(heap, 1, 8, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, rtalloc_alloc_aligned(heap, 8, 8, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, rtalloc_realloc(heap, keep, 16, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 5, heap_stats(heap).failed);
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).faults);
	/* Live blocks of a closed heap can still be freed. */
	KUNIT_EXPECT_EQ(test, 2, heap_stats(heap).live);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, keep));
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).live);
}

static struct kunit_case heap_cases[] = {
	KUNIT_CASE(bad_names_are_refused),
	KUNIT_CASE(longest_name_is_63_characters),
	KUNIT_CASE(name_is_taken_once),
	KUNIT_CASE(unknown_backend_is_refused),
	KUNIT_CASE(default_backend_is_tlsf),
	KUNIT_CASE(bad_alignment_is_refused),
	KUNIT_CASE(unknown_flags_are_refused),
	KUNIT_CASE(size_must_fit_the_region),
	KUNIT_CASE(backend_minimum_is_exact),
	KUNIT_CASE(heap_of_a_byte_and_of_a_tib),
	KUNIT_CASE(heap_with_blocks_is_destroyed_by_force_only),
	KUNIT_CASE(nothing_is_destroyed_in_silence),
	KUNIT_CASE(no_region_means_the_default_one),
	KUNIT_CASE(gluing_has_limits),
	KUNIT_CASE(slab_cannot_be_glued),
	KUNIT_CASE(added_region_is_taken_back),
	KUNIT_CASE(unused_piece_added_last_goes),
	KUNIT_CASE(pieces_keep_their_order),
	KUNIT_CASE(what_a_heap_was_made_from_stays),
	KUNIT_CASE(other_backends_give_nothing_back),
	KUNIT_CASE(memory_is_not_taken_for_a_region),
	KUNIT_CASE(realloc_without_memory_keeps_the_block),
	KUNIT_CASE(realloc_that_finds_damage_stops_the_heap),
	KUNIT_CASE(realloc_whose_free_fails_changes_nothing),
	KUNIT_CASE(lock_follows_the_backend),
	KUNIT_CASE(owner_of_what_is_no_block_is_refused),
	KUNIT_CASE(every_fault_has_its_own_words),
	KUNIT_CASE(damaged_heap_hands_out_nothing),
	{}
};

RTALLOC_SUITE(heap);
