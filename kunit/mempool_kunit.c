// SPDX-License-Identifier: GPL-2.0-only
/*
 * mempool_kunit.c - fixed pools: layouts, wrong parameters and pointers, tables of pools,
 * failing kernel allocations. See mempool_wait_kunit.c for waiting, and
 * backend/white_mempool.c for the order of elements.
 */
#include <linux/err.h>
#include <linux/mm.h>

#include "kunit/common.h"

static long index_of(struct mempool_fixed *pool, const void *p)
{
	return p ? mempool_fixed_index(pool, p) : -1;
}

/* ---- counting -------------------------------------------------------- */

static void statistics_count_elements(struct kunit *test)
{
	struct mempool_fixed *pool = mempool_open(test, 100, 4, 0, 0);
	struct mempool_fixed_stats stats;
	void *p[4];
	int i;

	for (i = 0; i < 4; i++)
		p[i] = mempool_fixed_alloc(pool);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_NULL(test, mempool_fixed_alloc(pool));
	for (i = 0; i < 2; i++)
		mempool_fixed_free(pool, p[i]);
	mempool_fixed_free(pool, p[0]);
	stats = mempool_stats(pool);
	KUNIT_EXPECT_EQ(test, 4u, stats.count);
	KUNIT_EXPECT_EQ(test, 2u, stats.used);
	KUNIT_EXPECT_EQ(test, 4u, stats.max_used);
	KUNIT_EXPECT_EQ(test, 0u, stats.waiting);
	KUNIT_EXPECT_EQ(test, 4ull, stats.allocs);
	KUNIT_EXPECT_EQ(test, 2ull, stats.frees);
	KUNIT_EXPECT_EQ(test, 3ull, stats.failed);
	KUNIT_EXPECT_EQ(test, 1ull, stats.faults);
	rtalloc_reset_max(mempool_fixed_heap(pool));
	KUNIT_EXPECT_EQ(test, 2u, mempool_stats(pool).max_used);
	p[0] = mempool_fixed_alloc(pool);
	KUNIT_EXPECT_EQ(test, 3u, mempool_stats(pool).max_used);
	KUNIT_EXPECT_EQ(test, 3u, mempool_stats(pool).used);
}

/* ---- layouts --------------------------------------------------------- */

static void elements_of_a_page_lie_on_pages(struct kunit *test)
{
	struct mempool_fixed *pool = mempool_open(test, PAGE_SIZE, 9,
						  PAGE_SIZE, 0);
	unsigned int i;
	void *p;

	KUNIT_EXPECT_EQ(test, (size_t)PAGE_SIZE, mempool_fixed_stride(pool));
	for (i = 0; i < 9; i++) {
		p = mempool_fixed_alloc(pool);
		KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(p));
		memset(p, 0xff, PAGE_SIZE);
	}
	KUNIT_EXPECT_NULL(test, mempool_fixed_alloc(pool));
	expect_sound(test, mempool_fixed_heap(pool));
}

/* Size of an element, alignment, flags; and the stride, computed by hand. */
static const struct layout {
	const char *desc;
	size_t elem;
	size_t align;
	unsigned int flags;
	size_t stride;
	size_t front;		/* bytes in front of the first element */
} layouts[] = {
	{ "plain-1", 1, 8, 0, 8, 0 },
	{ "plain-24", 24, 8, 0, 24, 0 },
	{ "plain-100", 100, 8, 0, 104, 0 },
	{ "align-64", 100, 64, 0, 128, 0 },
	{ "header", 100, 8, RTALLOC_POOL_HEADER, 112, 8 },
	{ "header-align-32", 100, 32, RTALLOC_POOL_HEADER, 160, 32 },
	{ "guards", 100, 8, RTALLOC_POOL_GUARDS, 136, 16 },
	{ "guards-align-64", 100, 64, RTALLOC_POOL_GUARDS, 256, 64 },
	{ "both", 56, 8, RTALLOC_POOL_GUARDS | RTALLOC_POOL_HEADER, 96, 24 },
	{ "all", 3000, 16, RTALLOC_POOL_FLAGS, 3056, 32 },
};

KUNIT_ARRAY_PARAM_DESC(layout, layouts, desc);

static void every_byte_but_a_live_start_is_refused(struct kunit *test)
{
	const struct layout *l = test->param_value;
	struct mempool_fixed *pool = mempool_open(test, l->elem, 7, l->align,
						  l->flags);
	u8 *first = mempool_fixed_element(pool, 0), *p;
	long i, end = 7 * l->stride - l->front;

	KUNIT_EXPECT_EQ(test, l->stride, mempool_fixed_stride(pool));
	KUNIT_EXPECT_EQ(test, ALIGN(l->elem, l->align),
			mempool_fixed_elem_size(pool));
	KUNIT_EXPECT_EQ(test, (u64)l->front,
			where(mempool_fixed_heap(pool), first));
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_NOT_NULL(test, mempool_fixed_alloc(pool));
	for (i = -(long)l->front; i < end; i++) {
		bool start = i >= 0 && i % l->stride == 0;

		p = first + i;
		KUNIT_EXPECT_EQ(test, start ? i / (long)l->stride :
				-RTALLOC_NOT_A_BLOCK,
				mempool_fixed_index(pool, p));
		if (!start)
			KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK,
					mempool_fixed_free(pool, p));
	}
	KUNIT_EXPECT_EQ(test, 4u, mempool_stats(pool).used);
	expect_sound(test, mempool_fixed_heap(pool));
}

static void offsets_far_away_are_foreign(struct kunit *test)
{
	const struct layout *l = test->param_value;
	struct mempool_fixed *pool = mempool_open(test, l->elem, 7, l->align,
						  l->flags);
	u8 *first = mempool_fixed_element(pool, 0);
	int bit;

	KUNIT_EXPECT_NOT_NULL(test, mempool_fixed_alloc(pool));
	for (bit = 20; bit < BITS_PER_LONG; bit++) {
		unsigned long far = l->stride << bit;

		KUNIT_EXPECT_EQ(test, (long)-RTALLOC_FOREIGN,
				mempool_fixed_index(pool, first + BIT(bit)));
		KUNIT_EXPECT_EQ(test, (long)-RTALLOC_FOREIGN,
				mempool_fixed_index(pool, first - BIT(bit)));
		if (far)
			KUNIT_EXPECT_EQ(test, -RTALLOC_FOREIGN,
					mempool_fixed_free(pool, first + far));
	}
	KUNIT_EXPECT_NULL(test, mempool_fixed_element(pool, 7));
	KUNIT_EXPECT_NULL(test, mempool_fixed_element(pool, U32_MAX));
}

/* ---- guards ---------------------------------------------------------- */

static void overrun_is_refused_until_it_is_mended(struct kunit *test)
{
	struct mempool_fixed *pool = mempool_open(test, 40, 3, 0,
						  RTALLOC_POOL_GUARDS);
	u8 *p = mempool_fixed_alloc(pool);
	u8 behind = p[40], before = p[-1];

	memset(p, 0xff, 40);
	p[40] = 0;
	KUNIT_EXPECT_EQ(test, -RTALLOC_OVERRUN, mempool_fixed_free(pool, p));
	p[40] = behind;
	p[-1] = 0;
	KUNIT_EXPECT_EQ(test, -RTALLOC_OVERRUN, mempool_fixed_free(pool, p));
	p[-1] = before;
	KUNIT_EXPECT_EQ(test, 1u, mempool_stats(pool).used);
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(pool, p));
	KUNIT_EXPECT_EQ(test, 2ull, mempool_stats(pool).faults);
}

/* ---- headers --------------------------------------------------------- */

static void header_leads_to_the_pool(struct kunit *test)
{
	struct mempool_fixed *pool = mempool_open(test, 64, 4, 0,
						  RTALLOC_POOL_HEADER);
	u64 local[16] = {};
	u8 *p = mempool_fixed_alloc(pool);
	int i;

	KUNIT_EXPECT_PTR_EQ(test, pool, mempool_fixed_find(p));
	memset(p, 0, 64);
	for (i = 1; i < 64; i++)
		KUNIT_EXPECT_NULL(test, mempool_fixed_find(p + i));
	/* The word in front is a valid header, but not at this address. */
	memcpy(p + 8, p - 8, 8);
	KUNIT_EXPECT_NULL(test, mempool_fixed_find(p + 16));
	local[0] = *(u64 *)(p - 8);
	KUNIT_EXPECT_NULL(test, mempool_fixed_find(&local[1]));
	local[0] = (unsigned long)local;
	KUNIT_EXPECT_NULL(test, mempool_fixed_find(&local[1]));
	KUNIT_EXPECT_NULL(test, mempool_fixed_find(NULL));
	/* UML crashes on unmapped memory, even in a nofault read. */
	if (!IS_ENABLED(CONFIG_UML))
		KUNIT_EXPECT_NULL(test, mempool_fixed_find((void *)16));
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(pool, p));
	KUNIT_EXPECT_EQ(test, 64ul, mempool_fixed_elem_size(pool));
}

static void header_of_a_pool_that_is_gone_leads_nowhere(struct kunit *test)
{
	struct mempool_fixed_params params = {
		.name = "kunit-gone", .elem = 64, .flags = RTALLOC_POOL_HEADER,
	};
	void *memory = kunit_kzalloc(test, SZ_1K, GFP_KERNEL), *p;
	struct mempool_fixed *pool;

	pool = pool_make(test, &params, memory, SZ_1K);
	p = mempool_fixed_alloc(pool);
	KUNIT_EXPECT_PTR_EQ(test, pool, mempool_fixed_find(p));
	KUNIT_EXPECT_EQ(test, -EBUSY, mempool_fixed_destroy(pool, false));
	KUNIT_EXPECT_PTR_EQ(test, pool, mempool_fixed_find(p));
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_destroy(pool, true));
	KUNIT_EXPECT_NULL(test, mempool_fixed_find(p));
}

/* ---- making ---------------------------------------------------------- */

static void expect_unfit(struct kunit *test, int err,
			 const struct mempool_fixed_params *params,
			 void *memory, size_t size)
{
	struct mempool_fixed *pool = mempool_fixed_init(params, memory, size);

	KUNIT_EXPECT_PTR_EQ(test, ERR_PTR(err), (void *)pool);
}

static void expect_not_made(struct kunit *test, int err,
			    struct mempool_fixed_params params)
{
	struct mempool_fixed *pool = mempool_fixed_create(&params);

	KUNIT_EXPECT_PTR_EQ(test, ERR_PTR(err), (void *)pool);
}

static void bad_parameters_are_refused(struct kunit *test)
{
	struct mempool_fixed_params good = {
		.name = "kunit-pool", .elem = 64, .count = 16,
		.region = region_open(test, SZ_1M),
	};
	struct mempool_fixed_params bad;
	struct mempool_fixed *pool;

#define EXPECT_NOT_MADE(err, ...)					\
	do {								\
		bad = good;						\
		__VA_ARGS__;						\
		expect_not_made(test, err, bad);			\
	} while (0)
	EXPECT_NOT_MADE(-EINVAL, bad.name = NULL);
	EXPECT_NOT_MADE(-EINVAL, bad.elem = 0);
	EXPECT_NOT_MADE(-EINVAL, bad.count = 0);
	EXPECT_NOT_MADE(-EINVAL, bad.align = 3);
	EXPECT_NOT_MADE(-EINVAL, bad.align = 4);
	EXPECT_NOT_MADE(-EINVAL, bad.align = 2 * PAGE_SIZE);
	EXPECT_NOT_MADE(-EINVAL, bad.flags = RTALLOC_HEAP_PROTECT);
	EXPECT_NOT_MADE(-EINVAL, bad.flags = RTALLOC_HEAP_BEST_FIT);
	EXPECT_NOT_MADE(-ENOMEM, bad.elem = SIZE_MAX);
	EXPECT_NOT_MADE(-ENOMEM, bad.elem = SIZE_MAX / 16 + 1);
	EXPECT_NOT_MADE(-ENOMEM, bad.count = U32_MAX);
	EXPECT_NOT_MADE(-ENOMEM, bad.elem = SZ_64K);
#undef EXPECT_NOT_MADE
	pool = pool_make(test, &good, NULL, 0);
	expect_not_made(test, -EEXIST, good);
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_destroy(pool, false));
}

/* The caller's memory begins and ends at an odd address; nothing outside is written. */
static void memory_of_the_caller_is_all_that_is_used(struct kunit *test)
{
	struct mempool_fixed_params params = {
		.name = "kunit-pool", .elem = 16, .align = 32,
	};
	u8 *memory = room_open(test, 512);
	struct mempool_fixed *pool;
	size_t size;
	u8 *p;

	for (size = 0; size < 300; size++) {
		size_t pad = -(unsigned long)(memory + 3) & 31;
		size_t fit = size > pad ? (size - pad) / 32 : 0;

		memset(memory, 0x11, 512);
		pool = mempool_fixed_init(&params, memory + 3, size);
		KUNIT_EXPECT_EQ(test, !fit, IS_ERR(pool));
		if (IS_ERR(pool))
			continue;
		KUNIT_EXPECT_EQ(test, fit, (size_t)mempool_fixed_count(pool));
		while ((p = mempool_fixed_alloc(pool)))
			memset(p, 0x22, mempool_fixed_elem_size(pool));
		expect_sound(test, mempool_fixed_heap(pool));
		KUNIT_EXPECT_EQ(test, 0, mempool_fixed_destroy(pool, true));
		KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(memory, 0x11, 3));
		KUNIT_EXPECT_PTR_EQ(test, NULL,
				    memchr_inv(memory + 3 + size, 0x11,
					       509 - size));
	}
	params.count = 9;
	expect_unfit(test, -ENOSPC, &params, memory, 9 * 32 - 1);
}

/*
 * Impossible pools are refused before links are allocated: strides that wrap to 0, or more
 * links than one allocation can hold.
 */
static void memory_that_cannot_be_a_pool_is_refused(struct kunit *test)
{
	static const struct mempool_fixed_params bad[] = {
		{ .elem = 8, .align = 1ul << (BITS_PER_LONG - 1), .flags = RTALLOC_POOL_HEADER },
		{ .elem = 8, .align = 1ul << (BITS_PER_LONG - 2), .flags = RTALLOC_POOL_HEADER |
						 RTALLOC_POOL_GUARDS },
		{ .elem = 8, .count = RTALLOC_POOL_MAX },
		{ .elem = 8, .count = U32_MAX },
	};
	void *memory = room_open(test, SZ_1K);
	struct mempool_fixed_params params;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		params = bad[i];
		params.name = "kunit-pool";
		expect_unfit(test, i < 2 ? -EINVAL : -ENOSPC, &params, memory,
			     SZ_1K);
	}
	params.count = 0;
	expect_unfit(test, -EINVAL, &params, NULL, SZ_1K);
	expect_unfit(test, -ENOSPC, &params, memory, 0);
	/* Too many links, but the memory does not wrap around. */
	expect_unfit(test, -ENOMEM, &params, memory,
		     min(SIZE_MAX / 2, ~(size_t)memory));
	expect_unfit(test, -EINVAL, &params, memory, SIZE_MAX);
	/* Rounded up, the address would be NULL, which means memory of a region. */
	params.align = 64;
	expect_unfit(test, -EINVAL, &params, (void *)-32ul, SZ_1K);
}

static void heap_of_another_kind_is_no_pool(struct kunit *test)
{
	struct mempool_fixed *pool = mempool_open(test, 64, 4, 0, 0);
	struct rtalloc_heap *heap = backend_open(test, "slab", SZ_64K, 0);

	KUNIT_EXPECT_NULL(test, mempool_fixed_of(heap));
	KUNIT_EXPECT_PTR_EQ(test, pool,
			    mempool_fixed_of(mempool_fixed_heap(pool)));
}

/* ---- damage ---------------------------------------------------------- */

/* An overwritten link is found by the alloc that would follow it, and closes the pool. */
static void damaged_pool_is_closed(struct kunit *test)
{
	struct mempool_fixed *pool = mempool_open(test, 64, 8, 0, 0);
	struct rtalloc_heap *heap = mempool_fixed_heap(pool);
	void *p[3];
	u32 *links;
	int i;

	for (i = 0; i < 3; i++)
		p[i] = mempool_fixed_alloc(pool);
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(pool, p[0]));
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(pool, p[1]));
	/* In this pool the links lie behind the elements. */
	links = mempool_fixed_element(pool, 0) + 8 * 64;
	links[1] = 77;
	KUNIT_EXPECT_NULL(test, mempool_fixed_alloc(pool));
	KUNIT_EXPECT_NULL(test, mempool_fixed_alloc(pool));
	expect_damage(test, heap, "link of an element is nonsense");
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(pool, p[2]));
	KUNIT_EXPECT_NULL(test, mempool_fixed_alloc(pool));
	KUNIT_EXPECT_EQ(test, 1ull, mempool_stats(pool).faults);
}

/* ---- tables ---------------------------------------------------------- */

#define TEST_POOLS(X)							\
	X(TEST_256, 4, 256)						\
	X(TEST_512, 2, 512)						\
	X(TEST_1512, 1, 1512)

enum test_pool { MEMPOOL_FIXED_IDS(TEST_POOLS) };
MEMPOOL_FIXED_TABLE(kunit_table, TEST_POOLS);

static void table_close(struct kunit *test, bool force)
{
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_table_destroy(&kunit_table, force));
}

static void table_open(struct kunit *test, bool try_bigger)
{
	struct mempool_fixed_params params = {
		.region = region_open(test, 16 * PAGE_SIZE),
		.flags = RTALLOC_POOL_HIGH_FIRST,
	};

	kunit_table.try_bigger = try_bigger;
	KUNIT_ASSERT_EQ(test, 0, mempool_fixed_table_create(&kunit_table,
							    &params));
}

static u64 table_failed(enum test_pool id)
{
	return mempool_stats(kunit_table.pool[id]).failed;
}

/*
 * Eight requests for 100 bytes from a table of pools: 4 succeed, or 7 if larger pools may be
 * tried, as in lwIP. @failed: failed requests that each pool counts.
 */
static void expect_eight(struct kunit *test, int given, const int *failed)
{
	void *p[8];
	int i;

	for (i = 0; i < 8; i++) {
		p[i] = mempool_fixed_malloc(&kunit_table, 100);
		KUNIT_EXPECT_EQ(test, i < given, !!p[i]);
	}
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, (u64)failed[i], table_failed(i));
	KUNIT_EXPECT_EQ(test, -EBUSY,
			mempool_fixed_table_destroy(&kunit_table, false));
	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ(test, 0, mempool_fixed_mfree(&kunit_table,
							     p[i]));
}

static void table_gives_the_smallest_that_fits(struct kunit *test)
{
	table_open(test, false);
	expect_eight(test, 4, (const int []){ 4, 0, 0 });
	table_close(test, false);
}

static void table_tries_bigger_ones(struct kunit *test)
{
	table_open(test, true);
	expect_eight(test, 7, (const int []){ 4, 2, 1 });
	table_close(test, false);
}

static void table_sizes_do_not_wrap(struct kunit *test)
{
	static const size_t sizes[] = {
		0, 1513, 65530, 65535, 65536, 65536 + 100, SIZE_MAX,
		SIZE_MAX - 7, SIZE_MAX - 100,
	};
	struct mempool_fixed *pool;
	size_t i;
	void *p;

	table_open(test, true);
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		KUNIT_EXPECT_NULL(test, mempool_fixed_malloc(&kunit_table,
							     sizes[i]));
	p = mempool_fixed_malloc(&kunit_table, 257);
	pool = kunit_table.pool[TEST_512];
	KUNIT_EXPECT_PTR_EQ(test, pool, mempool_fixed_table_find(&kunit_table,
								 p + 500));
	KUNIT_EXPECT_EQ(test, 1l, index_of(pool, p));
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK,
			mempool_fixed_mfree(&kunit_table, p + 8));
	KUNIT_EXPECT_EQ(test, -RTALLOC_FOREIGN,
			mempool_fixed_mfree(&kunit_table, &pool));
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_mfree(&kunit_table, NULL));
	KUNIT_EXPECT_STREQ(test, "kunit_table.TEST_512",
			   mempool_fixed_heap(pool)->name);
	table_close(test, true);
}

/* If the last pool of a table cannot be made, the others are destroyed. */
static void table_is_made_as_a_whole_or_not(struct kunit *test)
{
	struct mempool_fixed_params params = {
		.region = region_open(test, 16 * PAGE_SIZE),
	};
	size_t avail = gen_pool_avail(params.region->pool);
	struct mempool_fixed *pool;

	params.name = "kunit_table.TEST_1512";
	params.elem = 8;
	params.count = 1;
	pool = pool_make(test, &params, NULL, 0);
	KUNIT_EXPECT_EQ(test, -EEXIST,
			mempool_fixed_table_create(&kunit_table, &params));
	KUNIT_EXPECT_PTR_EQ(test, NULL, (void *)kunit_table.pool[TEST_256]);
	KUNIT_EXPECT_PTR_EQ(test, NULL, (void *)kunit_table.pool[TEST_512]);
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_destroy(pool, false));
	KUNIT_EXPECT_EQ(test, avail, gen_pool_avail(params.region->pool));
}

/* Making a table a second time changes nothing: its pools and their elements stay. */
static void table_is_made_once(struct kunit *test)
{
	struct mempool_fixed_params params = { };
	void *p;

	table_open(test, false);
	p = mempool_fixed_malloc(&kunit_table, 100);
	KUNIT_ASSERT_NOT_NULL(test, p);
	params.region = region_open(test, 16 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, -EEXIST,
			mempool_fixed_table_create(&kunit_table, &params));
	KUNIT_EXPECT_NOT_NULL(test, kunit_table.pool[TEST_256]);
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_mfree(&kunit_table, p));
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_table_destroy(&kunit_table,
							     false));
}

/* A table whose pools were not made allocates nothing and accepts no pointer. */
static void table_without_pools(struct kunit *test)
{
	int local;

	KUNIT_EXPECT_NULL(test, mempool_fixed_malloc(&kunit_table, 100));
	KUNIT_EXPECT_NULL(test, mempool_fixed_table_find(&kunit_table, &local));
	KUNIT_EXPECT_EQ(test, -RTALLOC_FOREIGN,
			mempool_fixed_mfree(&kunit_table, &local));
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_mfree(&kunit_table, NULL));
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_table_destroy(&kunit_table,
							     false));
}

/* ---- the kernel has no memory ---------------------------------------- */

static void creation_survives_each_failure(struct kunit *test)
{
	struct mempool_fixed_params params = {
		.region = region_open(test, 16 * PAGE_SIZE),
	};
	size_t avail = gen_pool_avail(params.region->pool);
	unsigned int refused = 0;
	struct failing failing;
	int err;

	FAIL_EACH(test, failing,
		  err = mempool_fixed_table_create(&kunit_table, &params)) {
		refused += err == -ENOMEM;
		KUNIT_EXPECT_TRUE(test, !err || err == -ENOMEM);
		if (!err)
			err = mempool_fixed_table_destroy(&kunit_table, false);
		else
			err = kunit_table.pool[0] || kunit_table.pool[1] ||
			      kunit_table.pool[2];
		KUNIT_EXPECT_EQ(test, 0, err);
		KUNIT_EXPECT_EQ(test, avail,
				gen_pool_avail(params.region->pool));
	}
	KUNIT_EXPECT_LT(test, 0u, refused);
}

static void init_survives_each_failure(struct kunit *test)
{
	struct mempool_fixed_params params = {
		.name = "kunit-nomem", .elem = 64,
	};
	void *memory = kunit_kzalloc(test, SZ_1K, GFP_KERNEL);
	unsigned int refused = 0;
	struct mempool_fixed *pool;
	struct failing failing;

	FAIL_EACH(test, failing,
		  pool = mempool_fixed_init(&params, memory, SZ_1K)) {
		if (!IS_ERR(pool)) {
			KUNIT_EXPECT_NOT_NULL(test, mempool_fixed_alloc(pool));
			KUNIT_EXPECT_EQ(test, 0, mempool_fixed_destroy(pool,
								       true));
			continue;
		}
		KUNIT_EXPECT_PTR_EQ(test, ERR_PTR(-ENOMEM), (void *)pool);
		refused++;
	}
	KUNIT_EXPECT_LT(test, 1u, refused);
}

static void elements_take_no_memory_of_the_kernel(struct kunit *test)
{
	struct mempool_fixed *pool = mempool_open(test, 64, 16, 0,
						  RTALLOC_POOL_FLAGS);
	unsigned int left, i;
	void *p[16];

	fail_nth_set(test, 1);
	for (i = 0; i < 16; i++)
		p[i] = mempool_fixed_alloc_timeout(pool, 10);
	KUNIT_EXPECT_TRUE(test, IS_ERR(mempool_fixed_alloc_timeout(pool, 1)));
	KUNIT_EXPECT_NULL(test, mempool_fixed_alloc(pool));
	for (i = 0; i < 16; i++)
		mempool_fixed_free(pool, p[i]);
	left = fail_nth_left();
	fail_nth_set(test, 0);
	KUNIT_EXPECT_EQ(test, 1u, left);
	KUNIT_EXPECT_EQ(test, 16ull, mempool_stats(pool).frees);
}

static struct kunit_case mempool_cases[] = {
	KUNIT_CASE(statistics_count_elements),
	KUNIT_CASE(elements_of_a_page_lie_on_pages),
	KUNIT_CASE_PARAM(every_byte_but_a_live_start_is_refused,
			 layout_gen_params),
	KUNIT_CASE_PARAM(offsets_far_away_are_foreign, layout_gen_params),
	KUNIT_CASE(overrun_is_refused_until_it_is_mended),
	KUNIT_CASE(header_leads_to_the_pool),
	KUNIT_CASE(header_of_a_pool_that_is_gone_leads_nowhere),
	KUNIT_CASE(bad_parameters_are_refused),
	KUNIT_CASE(memory_of_the_caller_is_all_that_is_used),
	KUNIT_CASE(memory_that_cannot_be_a_pool_is_refused),
	KUNIT_CASE(heap_of_another_kind_is_no_pool),
	KUNIT_CASE(damaged_pool_is_closed),
	KUNIT_CASE(table_gives_the_smallest_that_fits),
	KUNIT_CASE(table_tries_bigger_ones),
	KUNIT_CASE(table_sizes_do_not_wrap),
	KUNIT_CASE(table_is_made_as_a_whole_or_not),
	KUNIT_CASE(table_is_made_once),
	KUNIT_CASE(table_without_pools),
	KUNIT_CASE(creation_survives_each_failure),
	KUNIT_CASE(init_survives_each_failure),
	KUNIT_CASE(elements_take_no_memory_of_the_kernel),
	{}
};

RTALLOC_SUITE(mempool);
