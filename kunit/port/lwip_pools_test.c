// SPDX-License-Identifier: GPL-2.0-only
/*
 * lwip_pools_test.c - lwIP's table of pools, with pools of the driver's own and
 * mem_malloc() from them, through its own functions. The list is in lwippools.h.
 */
#define MEM_USE_POOLS		1
#define MEMP_OVERFLOW_CHECK	1
#define MEMP_NUM_PBUF		4

#include <rtalloc/port/lwip_memp.h>
#include <rtalloc/rtalloc.h>

#include "kunit/port/port_test.h"

static size_t err(memp_t type)
{
	return lwip_stats.memp[type]->err;
}

static const char *nothing_is_used(void)
{
	int i;

	for (i = 0; i < MEMP_MAX; i++)
		EXPECT_EQ(lwip_stats.memp[i]->used, 0);
	return NULL;
}

static const char *with_pools(port_test_fn *run)
{
	const char *why;

	EXPECT(!memp_malloc(MEMP_FRAME));
	memp_init();
	why = run();
	memp_exit();
	EXPECT(!memp_malloc(MEMP_FRAME));
	return why;
}

/* As the enum in lwIP does. */
static const char *table_has_all(void)
{
	EXPECT_EQ(MEMP_PBUF, 0);
	EXPECT_EQ(MEMP_PBUF_POOL, 1);
	EXPECT_EQ(MEMP_MAX, 7);
	EXPECT_EQ(lwip_stats.memp[MEMP_PBUF]->avail, 4);
	EXPECT_EQ(lwip_stats.memp[MEMP_PBUF_POOL]->avail, 16);
	EXPECT_EQ(lwip_stats.memp[MEMP_NONE]->avail, 0);
	EXPECT_EQ(lwip_stats.memp[MEMP_POOL_1512]->avail, 1);
	EXPECT(!strcmp(lwip_stats.memp[MEMP_FRAME]->name, "FRAME"));
	/* 536 and the headers, 14 + 40 + 20, is 610; at alignment 8: 616. */
	EXPECT_EQ(PBUF_POOL_BUFSIZE, 616);
	EXPECT(!memp_malloc(MEMP_NONE));
	EXPECT(!memp_malloc(MEMP_MAX));
	memp_free(MEMP_MAX, NULL);
	return nothing_is_used();
}

static const char *elements(void)
{
	u8 *p[16];
	int i;

	for (i = 0; i < 16; i++) {
		p[i] = memp_malloc(MEMP_FRAME);
		EXPECT(p[i]);
		EXPECT(!i || p[i] < p[i - 1]);
		memset(p[i], i, 20);
	}
	EXPECT(!memp_malloc(MEMP_FRAME));
	EXPECT_EQ(err(MEMP_FRAME), 1);
	EXPECT(port_filled(p[15], 15, 20));
	memp_free(MEMP_PBUF, p[0]);
	EXPECT_EQ(lwip_stats.memp[MEMP_FRAME]->used, 16);
	for (i = 0; i < 16; i++)
		memp_free(MEMP_FRAME, p[i]);
	return nothing_is_used();
}

/* 20 bytes become 24 at alignment 8, and the guard bytes follow them. */
static const char *guards(void)
{
	u8 *above = memp_malloc(MEMP_FRAME), *p = memp_malloc(MEMP_FRAME);
	u8 was = p[24];

	EXPECT(p < above);
	p[24] ^= 1;
	memp_free(MEMP_FRAME, p);
	EXPECT_EQ(lwip_stats.memp[MEMP_FRAME]->illegal, 1);
	EXPECT_EQ(lwip_stats.memp[MEMP_FRAME]->used, 2);
	p[24] = was;
	memp_free(MEMP_FRAME, p);
	memp_free(MEMP_FRAME, above);
	return nothing_is_used();
}

/* Of eight requests for 100 bytes, the first @served succeed. */
static const char *eight_are_asked_for(bool bigger, int served)
{
	void *p[8];
	int i;

	for (i = 0; i < 8; i++) {
		p[i] = bigger ? lwip_pools_malloc(memp_pools, MEMP_MAX, 100, true) :
				mem_malloc(100);
		EXPECT_EQ(!!p[i], i < served);
	}
	for (i = 0; i < 8; i++)
		mem_free(p[i]);
	EXPECT_EQ(err(MEMP_POOL_256), 4);
	return nothing_is_used();
}

/* The four elements of 256 bytes are taken; then requests fail. */
static const char *malloc_takes_one_pool(void)
{
	TRY(eight_are_asked_for(false, 4));
	EXPECT_EQ(err(MEMP_POOL_512), 0);
	return NULL;
}

/* With MEM_USE_POOLS_TRY_BIGGER_POOL, the larger pools follow. */
static const char *malloc_tries_bigger(void)
{
	TRY(eight_are_asked_for(true, 7));
	EXPECT_EQ(err(MEMP_POOL_512), 2);
	EXPECT_EQ(err(MEMP_POOL_1512), 1);
	return NULL;
}

static const char *malloc_of_any_size(void)
{
	static const size_t too_large[] = {
		1513, 65530, 65536, 65536 + 100, SIZE_ROOT, SIZE_MAX - 7,
		SIZE_MAX,
	};
	size_t i;
	u8 *p;

	for (i = 0; i < ARRAY_SIZE(too_large); i++)
		EXPECT(!mem_malloc(too_large[i]));
	EXPECT(!mem_calloc(SIZE_ROOT, SIZE_ROOT));
	p = mem_malloc(257);
	EXPECT(p);
	EXPECT_EQ(lwip_stats.memp[MEMP_POOL_512]->used, 1);
	memset(p, 0xff, 512);
	EXPECT(mem_trim(p, 1) == p);
	mem_free(p);
	EXPECT(mem_calloc(64, 8) == p);
	EXPECT(port_filled(p, 0, 512));
	mem_free(p + 8);
	mem_free(&p);
	EXPECT_EQ(lwip_stats.memp[MEMP_POOL_512]->used, 1);
	mem_free(p);
	mem_free(p);
	mem_free(NULL);
	EXPECT_EQ(lwip_stats.memp[MEMP_POOL_512]->illegal, 2);
	return nothing_is_used();
}

/* Like lwIP's macro, these need no semicolon. */
static LWIP_MEMPOOL_DECLARE(REFS, 4, sizeof(struct pbuf), "refs")
static LWIP_MEMPOOL_DECLARE(EMPTY, 0, LWIP_PBUF_POOL_ELEM, "empty")
static LWIP_MEMPOOL_DECLARE(BIG, 10000000, LWIP_PBUF_POOL_ELEM, "big");

/* The preprocessor can compare options: 600 == 600, 616 < 617. */
#if PBUF_POOL_BUFSIZE < 616 || LWIP_MEM_ALIGN_SIZE(600) > 600 || \
	LWIP_MEM_ALIGN_SIZE(601) != 608
#error "sizes are wrong in an #if"
#endif

static const struct memp_desc pool_509 =
	LWIP_MEMP_DESC(2, 509, "509", true);
static const struct memp_desc pool_1512 =
	LWIP_MEMP_DESC(2, 1512, "1512", true);

/* Elements are rounded up: one of 509 bytes has 512, and serves 510. */
static const char *malloc_counts_what_elements_have(void)
{
	const struct memp_desc *const table[] = { &pool_509, &pool_1512 };
	void *p, *q;

	memp_init_pool(&pool_509);
	memp_init_pool(&pool_1512);
	p = lwip_pools_malloc(table, 2, 510, false);
	q = lwip_pools_malloc(table, 2, 513, false);
	EXPECT(p && q);
	memset(p, 0xa5, 512);
	EXPECT_EQ(memp_pool_stats(&pool_509)->used, 1);
	EXPECT_EQ(memp_pool_stats(&pool_1512)->used, 1);
	lwip_pools_free(table, 2, p);
	lwip_pools_free(table, 2, q);
	EXPECT_EQ(memp_pool_stats(&pool_509)->used, 0);
	memp_exit_pool(&pool_509);
	memp_exit_pool(&pool_1512);
	return NULL;
}

/*
 * PBUF_RAM's pools here are sources 3, 4 and 5: 256, 512 and 1512 bytes, the last
 * with a struct in front of 1512 - LWIP_PBUF_HEADER bytes.
 */
static const char *pbufs_of_malloc_pools(void)
{
	const struct memp_desc *const *all = memp_pools;
	unsigned int i;

	EXPECT_EQ(lwip_pools_source(all, MEMP_MAX, 256, 0), 3);
	EXPECT_EQ(lwip_pools_source(all, MEMP_MAX, 257, 0), 4);
	EXPECT_EQ(lwip_pools_source(all, MEMP_MAX, 1, 3), 4);
	EXPECT_EQ(lwip_pools_source(all, MEMP_MAX, 1, 4), 5);
	EXPECT_EQ(lwip_pools_source(all, MEMP_MAX, 1, 5), 0);
	EXPECT_EQ(lwip_pools_source(all, MEMP_MAX, 1513, 0), 0);
	EXPECT_EQ(lwip_pools_source(all, MEMP_MAX, SIZE_MAX, 0), 0);
	EXPECT_EQ(lwip_pbuf_env.pool[5].size, 1512 - LWIP_PBUF_HEADER);
	for (i = 3; i < 6; i++)
		EXPECT(lwip_pbuf_env.pool[i].pool);
	EXPECT(!lwip_pbuf_env.pool[6].pool);
	return NULL;
}

/* Bad frees count on from a value that was written, in the heap and in a pool. */
static const char *statistics_can_be_written_to(void)
{
	void *p = memp_malloc(MEMP_FRAME);

	lwip_stats.mem.illegal = 0;
	EXPECT_EQ(lwip_stats.mem.illegal, 0);
	rtalloc_free(lwip_heap(), &p);
	EXPECT_EQ(lwip_stats.mem.illegal, 1);
	lwip_stats.mem.illegal = 0;
	EXPECT_EQ(lwip_stats.mem.illegal, 0);
	memp_free(MEMP_FRAME, p);
	memp_free(MEMP_FRAME, p);
	memp_free(MEMP_FRAME, p);
	EXPECT_EQ(lwip_stats.memp[MEMP_FRAME]->illegal, 2);
	lwip_stats.memp[MEMP_FRAME]->illegal -= 2;
	memp_free(MEMP_FRAME, p);
	EXPECT_EQ(MEMP_STATS_GET(illegal, MEMP_FRAME), 1);
	return nothing_is_used();
}

/* So do failures. Other values written are lost; a pool created again counts from 0. */
static const char *failures_count_from_what_was_written(void)
{
	EXPECT_EQ(err(MEMP_NONE), 0);
	lwip_stats.mem.err = 77;
	lwip_stats.mem.used = 77;
	EXPECT_EQ(lwip_stats.mem.err, 77);
	EXPECT(!rtalloc_alloc(lwip_heap(), PORT_HEAP_SIZE, 0));
	EXPECT_EQ(lwip_stats.mem.err, 78);
	EXPECT_EQ(lwip_stats.mem.used, 0);
	EXPECT(!mem_malloc(SIZE_MAX));
	lwip_stats.memp[MEMP_FRAME]->err = 5;
	lwip_stats.memp[MEMP_FRAME]->avail = 77;
	EXPECT_EQ(err(MEMP_FRAME), 5);
	EXPECT_EQ(MEMP_STATS_GET(avail, MEMP_FRAME), 16);
	memp_exit();
	EXPECT_EQ(err(MEMP_FRAME), 0);
	memp_init();
	EXPECT_EQ(err(MEMP_FRAME), 0);
	return NULL;
}

/* The driver does not see what the heap counted before memp_init(). */
static const char *statistics_begin_with_the_driver(void)
{
	size_t before = lwip_heap_stats().illegal;

	memp_exit();
	lwip_stats_shown = (struct stats_){ };
	rtalloc_free(lwip_heap(), &before);
	EXPECT_EQ(lwip_heap_stats().illegal, before + 1);
	memp_init();
	EXPECT_EQ(lwip_stats.mem.illegal, 0);
	rtalloc_free(lwip_heap(), &before);
	EXPECT_EQ(lwip_stats.mem.illegal, 1);
	/* Creating the pools again does not reset the heap's statistics. */
	memp_init();
	EXPECT_EQ(lwip_stats.mem.illegal, 1);
	EXPECT_EQ(lwip_stats.mem.avail, lwip_heap_stats().avail);
	return NULL;
}

/* A table whose PBUF_POOL has no elements, or more than there is memory for. */
static const char *pbufs_without_a_pool(void)
{
	const struct memp_desc *const tables[][2] = {
		{ &memp_REFS, &memp_EMPTY }, { &memp_REFS, &memp_BIG },
	};
	struct pbuf_env env;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		lwip_pools_init(tables[i], 2, &env);
		EXPECT(env.pool[PBUF_ROM & PBUF_TYPE_ALLOC_SRC_MASK].pool);
		EXPECT(!env.pool[PBUF_POOL & PBUF_TYPE_ALLOC_SRC_MASK].pool);
		EXPECT_EQ(env.pool[PBUF_POOL & PBUF_TYPE_ALLOC_SRC_MASK].size,
			  0);
		lwip_pools_exit(tables[i], 2, &env);
	}
	return NULL;
}

/* After memp_exit(), pbufs can be allocated from the heap only. */
static const char *no_pbufs_after_exit(void)
{
	struct rtalloc_heap *heap = lwip_pbuf_env.heap;
	int i;

	EXPECT_EQ(lwip_pbuf_env.pool[2].size, 616);
	memp_exit();
	for (i = 0; i < PBUF_SOURCES; i++) {
		EXPECT(!lwip_pbuf_env.pool[i].pool);
		EXPECT_EQ(lwip_pbuf_env.pool[i].size, 0);
	}
	EXPECT(heap && lwip_pbuf_env.heap == heap);
	EXPECT_EQ(lwip_pbuf_env.align, MEM_ALIGNMENT);
	memp_init();
	EXPECT_EQ(lwip_pbuf_env.pool[2].size, 616);
	return NULL;
}

#define TEST(test)							\
	{ .name = "lwip_pools." #test, .run = test, .around = with_pools }

const struct port_test lwip_pools_tests[] = {
	TEST(table_has_all),
	TEST(elements),
	TEST(guards),
	TEST(malloc_takes_one_pool),
	TEST(malloc_tries_bigger),
	TEST(malloc_of_any_size),
	TEST(malloc_counts_what_elements_have),
	TEST(pbufs_of_malloc_pools),
	TEST(statistics_can_be_written_to),
	TEST(failures_count_from_what_was_written),
	TEST(statistics_begin_with_the_driver),
	TEST(pbufs_without_a_pool),
	TEST(no_pbufs_after_exit),
	{}
};
