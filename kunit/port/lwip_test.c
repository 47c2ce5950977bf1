// SPDX-License-Identifier: GPL-2.0-only
/*
 * lwip_test.c - lwIP's heap and its private pools through their own functions.
 * The first four are what lwIP's own test of its heap checks.
 *
 * At alignment 8 a header of 32-bit indices takes 16 bytes, and the smallest
 * payload, 12, takes 16. A marker at the end takes a header.
 */
#include <rtalloc/port/lwip.h>

#include "kunit/port/port_test.h"

#define HEADER		16u
#define WHOLE	(PORT_HEAP_SIZE - HEADER)

static size_t used(void)
{
	return lwip_heap_stats().used;
}

static size_t illegal(void)
{
	return lwip_heap_stats().illegal;
}

/* The whole heap is free, and can be allocated as one block. */
static const char *is_whole(void)
{
	void *p;

	EXPECT_EQ(used(), 0);
	p = mem_malloc(WHOLE - HEADER);
	EXPECT(p);
	EXPECT_EQ(used(), WHOLE);
	EXPECT(!mem_malloc(1));
	mem_free(p);
	EXPECT(!mem_malloc(WHOLE - HEADER + 1));
	EXPECT_EQ(used(), 0);
	return NULL;
}

/* A request for 0 bytes returns NULL, and is not an error. */
static const char *nothing_is_no_error(void)
{
	size_t before = MEM_STATS_GET(err);

	EXPECT(!mem_malloc(0));
	EXPECT(!mem_calloc(0, 8));
	EXPECT(!mem_calloc(8, 0));
	EXPECT_EQ(MEM_STATS_GET(err), before);
	EXPECT(!mem_malloc(SIZE_MAX));
	EXPECT_EQ(MEM_STATS_GET(err), before + 1);
	return NULL;
}

static const char *one(void)
{
	size_t before = used(), both;
	void *p = mem_malloc(16), *q = mem_malloc(16);

	EXPECT(p);
	EXPECT(q);
	both = used();
	EXPECT(both >= before + 32);
	EXPECT(mem_trim(p, 12) == p);
	mem_free(p);
	EXPECT(used() <= both - 16);
	mem_free(q);
	EXPECT_EQ(used(), before);
	return NULL;
}

/* Allocate 16 blocks of @size. Free every @step-th in turn, and block @keep last. */
static const char *free_all_but(size_t size, int keep, int step)
{
	void *p[16];
	int i, at = keep;

	for (i = 0; i < 16; i++) {
		p[i] = mem_malloc(size);
		EXPECT(p[i]);
		memset(p[i], i, size);
	}
	for (i = 0; i < 16 * step; i++) {
		at = (at + step) % 16;
		if (at == keep)
			at = (at + 1) % 16;
		if (at == keep || !p[at])
			continue;
		mem_free(p[at]);
		p[at] = NULL;
	}
	EXPECT(port_filled(p[keep], keep, size));
	for (i = 0; i < 16; i++)
		mem_free(p[i]);
	EXPECT_EQ(used(), 0);
	return NULL;
}

static const char *random(void)
{
	size_t size;
	int keep, step;

	for (size = 1; size < 32; size++)
		for (keep = 0; keep < 16; keep++)
			for (step = 1; step <= 3; step++)
				TRY(free_all_but(size, keep, step));
	return is_whole();
}

static const char *invalid_free(void)
{
	size_t before = illegal();
	u8 *p = mem_malloc(1);

	mem_free(p - 16);
	EXPECT_EQ(illegal(), before + 1);
	mem_free(p + 2 * WHOLE);
	EXPECT_EQ(illegal(), before + 2);
	mem_free(p);
	EXPECT_EQ(illegal(), before + 2);
	mem_free(NULL);
	EXPECT_EQ(illegal(), before + 2);
	return is_whole();
}

/* The address @p is inside of a block of @size bytes now. */
static const char *refused_below(void *p, size_t size)
{
	size_t before = illegal();
	u8 *over = mem_malloc(size);

	EXPECT(over && over < (u8 *)p && over + size + HEADER > (u8 *)p);
	mem_free(p);
	EXPECT_EQ(illegal(), before + 1);
	memset(over, 1, size);
	mem_free(p);
	EXPECT_EQ(illegal(), before + 2);
	EXPECT(port_filled(over, 1, size));
	mem_free(over);
	EXPECT_EQ(illegal(), before + 2);
	return is_whole();
}

static const char *double_free(void)
{
	void *low = mem_malloc(1), *p = mem_malloc(1), *high = mem_malloc(1);
	size_t before = illegal();

	mem_free(p);
	EXPECT_EQ(illegal(), before);
	mem_free(p);
	EXPECT_EQ(illegal(), before + 1);
	mem_free(high);
	mem_free(p);
	EXPECT_EQ(illegal(), before + 2);
	mem_free(low);
	mem_free(p);
	EXPECT_EQ(illegal(), before + 3);
	EXPECT_EQ(used(), 0);
	TRY(refused_below(p, 24));
	return refused_below(p, 64);
}

/* ---- the rest of the heap ---------------------------------------------- */

static const char *absurd_sizes_fail(void)
{
	static const size_t sizes[] = {
		0, SIZE_MAX, SIZE_MAX - 7, SIZE_MAX - 23, SIZE_MAX / 2 + 1,
		SIZE_MAX / 2 + 2, WHOLE, WHOLE - HEADER + 1,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		EXPECT(!mem_malloc(sizes[i]));
	EXPECT(!mem_calloc(SIZE_MAX, 2));
	EXPECT(!mem_calloc(SIZE_ROOT, SIZE_ROOT));
	EXPECT(!mem_calloc(1ul << 16, 1ul << 16));
	EXPECT(!mem_calloc(0, 8));
	return is_whole();
}

/* The offsets are those of lwIP: first fit, from the low end. */
static const char *blocks_lie_as_in_lwip(void)
{
	u8 *p = mem_malloc(1), *q = mem_malloc(16), *r = mem_malloc(13);

	mem_init();
	EXPECT(q == p + 32);
	EXPECT(r == q + 32);
	EXPECT_EQ(used(), 96);
	mem_free(q);
	EXPECT(mem_malloc(17) == r + 32);
	EXPECT(mem_malloc(12) == q);
	mem_free(p);
	mem_free(q);
	mem_free(r);
	mem_free(r + 32);
	return is_whole();
}

/* A rest of fewer than 32 bytes cannot be a block, and stays in the block. */
static const char *trim_gives_back(void)
{
	u8 *p = mem_malloc(100), *q = mem_malloc(100);

	EXPECT_EQ(used(), 2 * (104 + HEADER));
	EXPECT(mem_trim(p, 97) == p);
	EXPECT(mem_trim(p, 80) == p);
	EXPECT_EQ(used(), 2 * (104 + HEADER));
	EXPECT(mem_trim(p, 72) == p);
	EXPECT_EQ(used(), 2 * (104 + HEADER) - 32);
	EXPECT(mem_trim(p, 64) == p);
	EXPECT_EQ(used(), 2 * (104 + HEADER) - 40);
	EXPECT(mem_trim(p, 0) == p);
	EXPECT_EQ(used(), 16 + 104 + 2 * HEADER);
	EXPECT(!mem_trim(p, 17));
	EXPECT(!mem_trim(p, SIZE_MAX));
	EXPECT(mem_trim(q + 8, 8) == q + 8);
	EXPECT(!mem_trim(NULL, 8));
	EXPECT_EQ(used(), 16 + 104 + 2 * HEADER);
	mem_free(p);
	mem_free(q);
	return is_whole();
}

static const char *calloc_clears(void)
{
	u8 *p = mem_malloc(800), *q;

	memset(p, 0xff, 800);
	mem_free(p);
	q = mem_calloc(100, 8);
	EXPECT(q == p);
	EXPECT(port_filled(q, 0, 800));
	mem_free(q);
	return is_whole();
}

/* ---- a private pool ------------------------------------------------------ */

static LWIP_MEMPOOL_DECLARE(RX, 16, 60, "test/RX");

static const char *pool_hands_out_the_highest_first(void)
{
	u8 *p[16];
	int i;

	for (i = 0; i < 16; i++) {
		p[i] = LWIP_MEMPOOL_ALLOC(RX);
		EXPECT(p[i]);
		EXPECT(!i || p[i] == p[0] - 64 * i);
		memset(p[i], i, 60);
	}
	EXPECT(!LWIP_MEMPOOL_ALLOC(RX));
	EXPECT_EQ(memp_pool_stats(&memp_RX)->err, 1);
	EXPECT_EQ(memp_pool_stats(&memp_RX)->used, 16);
	LWIP_MEMPOOL_FREE(RX, p[3]);
	LWIP_MEMPOOL_FREE(RX, p[9]);
	EXPECT(LWIP_MEMPOOL_ALLOC(RX) == p[9]);
	EXPECT(LWIP_MEMPOOL_ALLOC(RX) == p[3]);
	EXPECT(port_filled(p[4], 4, 60));
	for (i = 0; i < 16; i++)
		LWIP_MEMPOOL_FREE(RX, p[i]);
	EXPECT_EQ(memp_pool_stats(&memp_RX)->used, 0);
	EXPECT_EQ(memp_pool_stats(&memp_RX)->max, 16);
	return NULL;
}

static const char *pool_refuses_bad_frees(void)
{
	u8 *p = LWIP_MEMPOOL_ALLOC(RX), local[64] = { 0 };
	const struct memp_desc *desc;

	LWIP_MEMPOOL_FREE(RX, NULL);
	LWIP_MEMPOOL_FREE(RX, p + 8);
	LWIP_MEMPOOL_FREE(RX, p - 64);
	LWIP_MEMPOOL_FREE(RX, local);
	EXPECT_EQ(memp_pool_stats(&memp_RX)->illegal, 3);
	EXPECT_EQ(memp_pool_stats(&memp_RX)->used, 1);
	LWIP_MEMPOOL_FREE(RX, p);
	LWIP_MEMPOOL_FREE(RX, p);
	EXPECT_EQ(memp_pool_stats(&memp_RX)->illegal, 4);
	EXPECT_EQ(memp_pool_stats(&memp_RX)->used, 0);
	EXPECT(LWIP_MEMPOOL_ALLOC(RX) == p);
	EXPECT(LWIP_MEMPOOL_ALLOC(RX) != p);
	memp_free_pool(NULL, p);
	EXPECT(!memp_malloc_pool(NULL));
	/* As in lwIP, the descriptor is constant. */
	desc = &memp_RX;
	memp_free_pool(desc, p);
	EXPECT(memp_malloc_pool(desc) == p);
	EXPECT_EQ(desc->stats->used, 0);
	EXPECT_EQ(memp_pool_stats(desc)->used, 2);
	EXPECT_EQ(desc->stats->used, 2);
	return NULL;
}

static const char *private_pool(port_test_fn *run)
{
	const char *why;

	EXPECT(!LWIP_MEMPOOL_ALLOC(RX));
	LWIP_MEMPOOL_INIT(RX);
	why = run();
	/* Create the pool again: all elements are free. */
	LWIP_MEMPOOL_INIT(RX);
	EXPECT_EQ(memp_pool_stats(&memp_RX)->used, 0);
	EXPECT_EQ(memp_pool_stats(&memp_RX)->avail, 16);
	LWIP_MEMPOOL_EXIT(RX);
	EXPECT(!LWIP_MEMPOOL_ALLOC(RX));
	return why;
}

#define TEST(test, ...) { "lwip." #test, test, __VA_ARGS__ }

const struct port_test lwip_tests[] = {
	TEST(nothing_is_no_error),
	TEST(one),
	TEST(random),
	TEST(invalid_free),
	TEST(double_free),
	TEST(absurd_sizes_fail),
	TEST(blocks_lie_as_in_lwip),
	TEST(trim_gives_back),
	TEST(calloc_clears),
	TEST(pool_hands_out_the_highest_first, private_pool),
	TEST(pool_refuses_bad_frees, private_pool),
	{}
};
