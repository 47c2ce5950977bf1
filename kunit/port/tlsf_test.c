// SPDX-License-Identifier: GPL-2.0-only
/*
 * tlsf_test.c - Matthew Conte's TLSF through its own functions.
 *
 * A pool of n bytes has one free block of n - 16 bytes, 8-aligned; a block
 * costs 8 bytes, the smallest holds 24. Sizes are rounded to their class: below
 * 512 bytes to a multiple of 8, less 8.
 */
#include <rtalloc/port/tlsf.h>

#include "kunit/port/port_test.h"

#define POOL	65536u

static tlsf_t tlsf;

static u8 *pool_at(size_t at)
{
	return port_memory + SZ_64K + at;
}

static const char *check_all(void)
{
	EXPECT_EQ(tlsf_check(tlsf), 0);
	EXPECT_EQ(tlsf_check_pool(tlsf_get_pool(tlsf)), 0);
	return NULL;
}

/* ---- walking --------------------------------------------------------- */

struct tally {
	int used;
	int free;
	size_t bytes;
	size_t largest;
	void *last;
	bool in_order;
};

static void count(void *ptr, size_t size, int used, void *user)
{
	struct tally *tally = user;

	used ? tally->used++ : tally->free++;
	tally->bytes += size + tlsf_alloc_overhead();
	if (!used && size > tally->largest)
		tally->largest = size;
	tally->in_order = tally->in_order && ptr > tally->last;
	tally->last = ptr;
}

static struct tally walk(pool_t pool)
{
	struct tally tally = { .in_order = true };

	tlsf_walk_pool(pool, count, &tally);
	return tally;
}

/* The pool of @bytes is one free block. */
static const char *pool_is_empty(pool_t pool, size_t bytes)
{
	struct tally tally = walk(pool);

	EXPECT_EQ(tally.used, 0);
	EXPECT_EQ(tally.free, 1);
	EXPECT_EQ(tally.largest, bytes - tlsf_pool_overhead());
	return NULL;
}

/* ---- tests ----------------------------------------------------------- */

static const char *numbers(void)
{
	EXPECT_EQ(tlsf_align_size(), 8);
	EXPECT_EQ(tlsf_block_size_min(), 24);
	EXPECT_EQ(tlsf_pool_overhead(), 16);
	EXPECT_EQ(tlsf_alloc_overhead(), 8);
	EXPECT_EQ(tlsf_block_size_max(),
		  (size_t)1 << (sizeof(size_t) > 4 ? 32 : 30));
	EXPECT_EQ(tlsf_size() % 8, 0);
	EXPECT(tlsf == port_memory);
	EXPECT(tlsf_get_pool(tlsf) == port_memory + tlsf_size());
	return NULL;
}

static const char *pool_is_whole(void)
{
	pool_t pool = tlsf_get_pool(tlsf);
	void *p = tlsf_malloc(tlsf, 1), *q;

	EXPECT(p == pool + 8);
	EXPECT_EQ(tlsf_block_size(p), 24);
	q = tlsf_malloc(tlsf, 100);
	EXPECT(q == p + 32);
	EXPECT_EQ(tlsf_block_size(q), 104);
	EXPECT_EQ(walk(pool).used, 2);
	EXPECT_EQ(walk(pool).bytes, POOL - 8);
	EXPECT(walk(pool).in_order);
	TRY(check_all());
	tlsf_free(tlsf, p);
	EXPECT_EQ(walk(pool).free, 2);
	tlsf_free(tlsf, q);
	return NULL;
}

static const char *absurd_sizes_fail(void)
{
	static const size_t sizes[] = {
		0, SIZE_MAX, SIZE_MAX - 6, SIZE_MAX - 7, SIZE_MAX / 2 + 1,
		5ul << 30, POOL,
	};
	void *p = tlsf_malloc(tlsf, 100);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT(!tlsf_malloc(tlsf, sizes[i]));
		EXPECT(!tlsf_memalign(tlsf, 64, sizes[i]));
		if (sizes[i])
			EXPECT(!tlsf_realloc(tlsf, p, sizes[i]));
		EXPECT_EQ(tlsf_block_size(p), 104);
	}
	EXPECT(!tlsf_memalign(tlsf, 24, 100));
	EXPECT(!tlsf_memalign(tlsf, 0, 100));
	EXPECT(!tlsf_memalign(tlsf, SIZE_MAX / 2 + 1, 1000));
	tlsf_free(tlsf, p);
	return NULL;
}

static const char *blocks_are_aligned_on_request(void)
{
	void *p[10];
	int i;

	for (i = 0; i < 10; i++) {
		p[i] = tlsf_memalign(tlsf, 8ul << i, 100);
		EXPECT(p[i]);
		EXPECT_EQ((size_t)p[i] % (8ul << i), 0);
		memset(p[i], i, 100);
	}
	TRY(check_all());
	for (i = 0; i < 10; i++) {
		EXPECT(port_filled(p[i], i, 100));
		tlsf_free(tlsf, p[i]);
	}
	return NULL;
}

static const char *resize_keeps_contents(void)
{
	u8 *p = tlsf_realloc(tlsf, NULL, 1000), *q = tlsf_malloc(tlsf, 24);
	u8 *r;

	EXPECT(p && q);
	memset(p, 0x11, 1000);
	r = tlsf_realloc(tlsf, p, 2000);
	EXPECT(r && r != p);
	EXPECT(port_filled(r, 0x11, 1000));
	EXPECT(tlsf_realloc(tlsf, r, 500) == r);
	EXPECT(port_filled(r, 0x11, 500));
	/* The part that was cut off is still a block after it. */
	EXPECT(tlsf_realloc(tlsf, r, 1900) == r);
	EXPECT(!tlsf_realloc(tlsf, q, 0));
	EXPECT(!tlsf_realloc(tlsf, r, 0));
	return NULL;
}

/* A freed block serves the same request again, unlike in the original. */
static const char *freed_is_had_again(void)
{
	void *p[128];
	int n = 0, i, half;

	while (n < 100 && (p[n] = tlsf_malloc(tlsf, 1003)))
		n++;
	EXPECT(n > 50 && n < 100);
	half = n / 2;
	while (n < 128 && (p[n] = tlsf_malloc(tlsf, 24)))
		n++;
	EXPECT(n < 128);
	tlsf_free(tlsf, p[half]);
	EXPECT(tlsf_malloc(tlsf, 1003) == p[half]);
	for (i = 0; i < n; i++)
		tlsf_free(tlsf, p[i]);
	return check_all();
}

static const char *bad_frees_change_nothing(void)
{
	u8 *p = tlsf_malloc(tlsf, 100), *q = tlsf_malloc(tlsf, 100);
	u64 local[8] = { 0 };
	struct tally before, after;

	tlsf_free(tlsf, q);
	before = walk(tlsf_get_pool(tlsf));
	tlsf_free(tlsf, NULL);
	tlsf_free(tlsf, q);
	tlsf_free(tlsf, p + 8);
	tlsf_free(tlsf, p + 3);
	tlsf_free(tlsf, &local[2]);
	EXPECT(!tlsf_realloc(tlsf, q, 50));
	EXPECT_EQ(tlsf_block_size(q), 0);
	EXPECT_EQ(tlsf_block_size(p + 8), 0);
	EXPECT_EQ(tlsf_block_size(&local[2]), 0);
	EXPECT_EQ(tlsf_block_size(NULL), 0);
	after = walk(tlsf_get_pool(tlsf));
	EXPECT_EQ(before.used, after.used);
	EXPECT_EQ(before.free, after.free);
	EXPECT_EQ(before.bytes, after.bytes);
	tlsf_free(tlsf, p);
	tlsf_free(tlsf, p);
	return check_all();
}

static void *take(size_t size)
{
	return tlsf_malloc(tlsf, size);
}

static void give(void *p)
{
	tlsf_free(tlsf, p);
}

static const char *random_work_keeps_contents(void)
{
	static const struct port_calls calls = {
		take, give, .check = check_all, .max_size = 2500,
	};

	return port_random(&calls, 20000);
}

/* ---- pools ----------------------------------------------------------- */

static const char *pools_come_and_go(void)
{
	u8 *low = pool_at(POOL * 2), *high = pool_at(POOL * 4);
	u8 *p;
	int i;

	EXPECT(!tlsf_malloc(tlsf, POOL));
	EXPECT(tlsf_add_pool(tlsf, high, 2 * POOL) == high);
	EXPECT_EQ(tlsf_pool_size_min(), 80);
	EXPECT(tlsf_add_pool(tlsf, low, tlsf_pool_size_min()) == low);
	EXPECT(!tlsf_add_pool(tlsf, high, POOL));
	EXPECT(!tlsf_add_pool(tlsf, low + 4096, 79));
	EXPECT(!tlsf_add_pool(tlsf, low + 4, POOL));
	EXPECT(!tlsf_add_pool(tlsf, NULL, POOL));
	EXPECT(!tlsf_add_pool(NULL, low, POOL));
	TRY(pool_is_empty(low, 80));
	TRY(pool_is_empty(high, 2 * POOL));
	p = tlsf_malloc(tlsf, POOL);
	EXPECT(p == high + 8);
	EXPECT_EQ(tlsf_check_pool(high), 0);
	/* A pool with an allocated block is not removed. */
	tlsf_remove_pool(tlsf, high);
	EXPECT_EQ(walk(high).used, 1);
	tlsf_free(tlsf, p);
	tlsf_remove_pool(tlsf, high);
	EXPECT_EQ(walk(high).free, 0);
	EXPECT_EQ(tlsf_check_pool(high), -1);
	EXPECT(!tlsf_malloc(tlsf, POOL));
	tlsf_remove_pool(tlsf, low);
	tlsf_remove_pool(tlsf, low);
	for (i = 1; i < 8; i++)
		EXPECT(!tlsf_add_pool(tlsf, low + i * 4096, 4096) == (i > 6));
	return check_all();
}

static const char *without_pool_nothing_is_had(void)
{
	tlsf = tlsf_create(port_memory);
	EXPECT(tlsf == port_memory);
	EXPECT(!tlsf_malloc(tlsf, 1));
	EXPECT_EQ(tlsf_check(tlsf), 0);
	EXPECT(tlsf_add_pool(tlsf, pool_at(0), POOL) == pool_at(0));
	EXPECT(tlsf_malloc(tlsf, 1) == pool_at(8));
	tlsf_free(tlsf, pool_at(8));
	tlsf_remove_pool(tlsf, pool_at(0));
	EXPECT(!tlsf_malloc(tlsf, 1));
	tlsf_destroy(tlsf);
	tlsf_destroy(tlsf);
	EXPECT(!tlsf_malloc(tlsf, 1));
	EXPECT(!tlsf_create(NULL));
	EXPECT(!tlsf_create(port_memory + 4));
	EXPECT(!tlsf_create_with_pool(port_memory, tlsf_size() + 79));
	EXPECT(!tlsf_create_with_pool(port_memory, 0));
	return NULL;
}

/* The original has no need of tlsf_destroy(), so it may be left out. */
static const char *made_anew_without_destroy(void)
{
	tlsf = tlsf_create_with_pool(port_memory, tlsf_size() + POOL);
	EXPECT(tlsf_malloc(tlsf, 1000));
	memset(port_memory, 0, tlsf_size());
	tlsf = tlsf_create_with_pool(port_memory, tlsf_size() + POOL);
	EXPECT(tlsf);
	TRY(pool_is_empty(tlsf_get_pool(tlsf), POOL));
	tlsf_destroy(tlsf);
	return NULL;
}

/* tlsf_create() at a bad address inside of a TLSF does not destroy that one. */
static const char *bad_place_changes_nothing(void)
{
	void *p;

	EXPECT(!tlsf_create(port_memory + 4));
	EXPECT(!tlsf_create_with_pool(port_memory + 4, tlsf_size() + POOL));
	p = tlsf_malloc(tlsf, 100);
	EXPECT(p);
	tlsf_free(tlsf, p);
	return check_all();
}

/* ---- running --------------------------------------------------------- */

/* Run @test with one pool of POOL bytes, and check that it is empty afterwards. */
static const char *with_pool(port_test_fn *test)
{
	const char *why;

	tlsf = tlsf_create_with_pool(port_memory, tlsf_size() + POOL);
	EXPECT(tlsf);
	why = test();
	if (!why)
		why = pool_is_empty(tlsf_get_pool(tlsf), POOL);
	tlsf_destroy(tlsf);
	if (!why && !port_filled(port_memory + tlsf_size() + POOL, 0xaa, 4096))
		why = "bytes behind the pool were written";
	return why;
}

/*
 * Two pools that touch stay two: each is walked, holds what it can alone, and is
 * given back. 4096 bytes have one block of 4080; 6000 do not fit in either.
 */
static const char *pools_that_touch_stay_apart(void)
{
	pool_t a = tlsf_add_pool(tlsf, pool_at(POOL * 2), 4096);
	pool_t b = tlsf_add_pool(tlsf, pool_at(POOL * 2 + 4096), 4096);
	void *whole = tlsf_malloc(tlsf, POOL - 4096), *p, *q;

	EXPECT(a && b && whole);
	TRY(pool_is_empty(a, 4096));
	TRY(pool_is_empty(b, 4096));
	EXPECT(!tlsf_malloc(tlsf, 6000));
	p = tlsf_malloc(tlsf, 3900);
	q = tlsf_malloc(tlsf, 3900);
	EXPECT(p && q);
	tlsf_free(tlsf, p);
	tlsf_free(tlsf, q);
	TRY(pool_is_empty(a, 4096));
	TRY(pool_is_empty(b, 4096));
	tlsf_remove_pool(tlsf, b);
	EXPECT_EQ(walk(b).free, 0);
	EXPECT(!tlsf_malloc(tlsf, 5000));
	tlsf_remove_pool(tlsf, a);
	EXPECT_EQ(walk(a).free, 0);
	tlsf_free(tlsf, whole);
	return check_all();
}

/* The largest block of a pool of @bytes has @largest bytes. */
static const char *largest_is(size_t bytes, size_t largest)
{
	tlsf_t one = tlsf_create_with_pool(port_memory, tlsf_size() + bytes);

	EXPECT(one);
	EXPECT(!tlsf_malloc(one, largest + 1));
	EXPECT(tlsf_malloc(one, largest));
	tlsf_destroy(one);
	return NULL;
}

/*
 * With its header a block has 8 bytes less than the pool. Classes are a 32nd of the
 * power of two below apart: 1016 lies between 1008 and 1024, 4112 between 4096 and
 * 4224, and 2048 is one.
 */
static const char *requests_are_rounded_up(void)
{
	TRY(largest_is(1024, 1008 - 8));
	TRY(largest_is(4120, 4096 - 8));
	return largest_is(2056, 2048 - 8);
}

#define TEST(name, around) { "tlsf." #name, name, around, POOL * 8 }

const struct port_test tlsf_tests[] = {
	TEST(numbers, with_pool),
	TEST(pool_is_whole, with_pool),
	TEST(absurd_sizes_fail, with_pool),
	TEST(blocks_are_aligned_on_request, with_pool),
	TEST(resize_keeps_contents, with_pool),
	TEST(freed_is_had_again, with_pool),
	TEST(bad_frees_change_nothing, with_pool),
	TEST(random_work_keeps_contents, with_pool),
	TEST(pools_come_and_go, with_pool),
	TEST(pools_that_touch_stay_apart, with_pool),
	TEST(bad_place_changes_nothing, with_pool),
	TEST(without_pool_nothing_is_had, NULL),
	TEST(made_anew_without_destroy, NULL),
	TEST(requests_are_rounded_up, NULL),
	{}
};
