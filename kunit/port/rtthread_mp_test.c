// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtthread_mp_test.c - the checks of RT-Thread's own suite on memory pools, with a pool in
 * the caller's memory and a created one; and further ones: addresses of blocks, misuse,
 * hooks, and pools that are too small.
 *
 * 32 blocks of 80 bytes, each with a word of 8 in front. What needs a second
 * task (waiting) is in mempool_fixed's own suites.
 */
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <rtalloc/port/rtthread.h>

#include "kunit/port/port_test.h"

#define BLOCKS	32
#define SIZE	80
#define STRIDE	(SIZE + 8)

static struct rt_mempool mp_static;
static rt_mp_t mp_dynamic;
static rt_mp_t mp;	/* each of them in turn */

static const char *with_one(port_test_fn *test, bool is_dynamic)
{
	const char *why;

	EXPECT_EQ(rt_mp_init(&mp_static, "mp_tc", port_memory,
			     BLOCKS * STRIDE, SIZE), RT_EOK);
	mp_dynamic = rt_mp_create("mp_tc", BLOCKS, SIZE);
	EXPECT(mp_dynamic);
	mp = is_dynamic ? mp_dynamic : &mp_static;
	why = test();
	if (!why && (mp_static.block_free_count != BLOCKS ||
		     mp_dynamic->block_free_count != BLOCKS))
		why = "not all blocks came back";
	EXPECT_EQ(rt_mp_delete(mp_dynamic), RT_EOK);
	EXPECT_EQ(rt_mp_detach(&mp_static), RT_EOK);
	EXPECT(!rt_mp_alloc(&mp_static, 0));
	if (!why && !port_filled(port_memory + BLOCKS * STRIDE, 0xaa, 8))
		why = "bytes behind the pool were written";
	return why;
}

/* Run @test with each kind of pool, newly created. */
static const char *with_pools(port_test_fn *test)
{
	TRY(with_one(test, false));
	return with_one(test, true);
}

static const char *pools_are_new(void)
{
	EXPECT(!strcmp(mp->parent.name, "mp_tc"));
	EXPECT(mp->start_address);
	EXPECT_EQ(mp->size, BLOCKS * STRIDE);
	EXPECT_EQ(mp->block_size, SIZE);
	EXPECT_EQ(mp->block_total_count, BLOCKS);
	EXPECT_EQ(mp->block_free_count, BLOCKS);
	return NULL;
}

static const char *counts_follow(void)
{
	void *block[3];
	int i;

	for (i = 0; i < 3; i++) {
		block[i] = rt_mp_alloc(mp, 0);
		EXPECT(block[i]);
		memset(block[i], i, SIZE);
	}
	EXPECT_EQ(mp->block_free_count, BLOCKS - 3);
	for (i = 0; i < 3; i++) {
		EXPECT(port_filled(block[i], i, SIZE));
		rt_mp_free(block[i]);
	}
	EXPECT_EQ(mp->block_free_count, BLOCKS);
	rt_mp_free(NULL);
	EXPECT_EQ(mp->block_free_count, BLOCKS);
	return NULL;
}

/* Take all blocks, 100 times. One call waits a tick, in vain. */
static const char *all_can_be_had(void)
{
	void *block[BLOCKS];
	int round, i;

	for (round = 0; round < 100; round++) {
		for (i = 0; i < BLOCKS; i++) {
			block[i] = rt_mp_alloc(mp, RT_WAITING_NO);
			EXPECT(block[i]);
			memset(block[i], i, SIZE);
			EXPECT_EQ(mp->block_free_count, BLOCKS - 1 - i);
		}
		EXPECT(!rt_mp_alloc(mp, 0));
		if (!round)
			EXPECT(!rt_mp_alloc(mp, 1));
		for (i = 0; i < BLOCKS; i++) {
			EXPECT(port_filled(block[i], i, SIZE));
			rt_mp_free(block[i]);
		}
	}
	return NULL;
}

/* Where the caller must not sleep, a time is ignored: a free block is had, another is not. */
static const char *wait_is_refused_with_interrupts_off(void)
{
	void *block[BLOCKS], *never;
	unsigned long flags;
	int i;

	/* In user space only the second one is seen by port_may_wait(). */
	local_irq_save(flags);
	preempt_disable();
	for (i = 0; i < BLOCKS; i++)
		block[i] = rt_mp_alloc(mp, 1);
	never = rt_mp_alloc(mp, 1);
	preempt_enable();
	local_irq_restore(flags);
	EXPECT(!never);
	EXPECT_EQ(mp->block_free_count, 0);
	for (i = 0; i < BLOCKS; i++)
		rt_mp_free(block[i]);
	EXPECT_EQ(mp->block_free_count, BLOCKS);
	return NULL;
}

/* New blocks come in order of address; freed ones, last in first out. */
static const char *blocks_lie_as_in_the_original(void)
{
	u8 *block[BLOCKS];
	int i;

	EXPECT(mp_static.start_address == port_memory);
	for (i = 0; i < BLOCKS; i++) {
		block[i] = rt_mp_alloc(mp, 0);
		EXPECT(block[i] == (u8 *)mp->start_address + i * STRIDE + 8);
	}
	rt_mp_free(block[7]);
	rt_mp_free(block[3]);
	EXPECT(rt_mp_alloc(mp, 0) == block[3]);
	EXPECT(rt_mp_alloc(mp, 0) == block[7]);
	for (i = 0; i < BLOCKS; i++)
		rt_mp_free(block[i]);
	return NULL;
}

static const char *bad_frees_change_nothing(void)
{
	u8 *p = rt_mp_alloc(&mp_static, 0), *q = rt_mp_alloc(mp_dynamic, 0);
	u64 local[16] = { 0 };

	rt_mp_free(q);
	rt_mp_free(q);
	rt_mp_free(p + 8);
	rt_mp_free(p + STRIDE);
	rt_mp_free(p - 8);
	rt_mp_free(local + 8);
	EXPECT_EQ(mp_static.block_free_count, BLOCKS - 1);
	EXPECT_EQ(mp_dynamic->block_free_count, BLOCKS);
	rt_mp_free(p);
	rt_mp_free(p);
	EXPECT_EQ(mp_static.block_free_count, BLOCKS);
	return NULL;
}

static const char *pools_end_as_they_began(void)
{
	EXPECT_EQ(rt_mp_delete(&mp_static), -RT_ERROR);
	EXPECT_EQ(rt_mp_detach(mp_dynamic), -RT_ERROR);
	EXPECT_EQ(rt_mp_detach(NULL), -RT_ERROR);
	EXPECT_EQ(rt_mp_delete(NULL), -RT_ERROR);
	EXPECT(!rt_mp_alloc(NULL, 0));
	return pools_are_new();
}

/* Initialised again without a detach: the blocks of the first pool are dropped. */
static const char *pool_is_made_anew(void)
{
	u8 *p = rt_mp_alloc(&mp_static, 0);

	EXPECT(p);
	EXPECT_EQ(rt_mp_init(&mp_static, "again", port_memory,
			     BLOCKS * STRIDE, SIZE), RT_EOK);
	EXPECT_EQ(mp_static.block_free_count, BLOCKS);
	EXPECT(rt_mp_alloc(&mp_static, 0) == p);
	rt_mp_free(p);
	return NULL;
}

/* The same with too little memory: the first pool is dropped, too. */
static const char *pool_is_made_anew_in_vain(void)
{
	u8 *room = port_memory + 4096;	/* beside the pool */
	static struct rt_mempool own;

	EXPECT_EQ(rt_mp_init(&own, "x", room, 4096, SIZE), RT_EOK);
	EXPECT_EQ(rt_mp_init(&own, "x", room, 0, SIZE), -RT_ERROR);
	EXPECT(!rt_mp_alloc(&own, 0));
	EXPECT_EQ(rt_mp_detach(&own), -RT_ERROR);
	return NULL;
}

static const char *bad_sizes_are_refused(void)
{
	u8 *room = port_memory + 4096;	/* beside the pool */
	struct rt_mempool own;

	EXPECT_EQ(rt_mp_init(&own, "x", room, STRIDE - 1, SIZE), -RT_ERROR);
	EXPECT_EQ(rt_mp_init(&own, "x", room, 0, SIZE), -RT_ERROR);
	EXPECT_EQ(rt_mp_init(&own, "x", room, 4096, 0), -RT_ERROR);
	EXPECT_EQ(rt_mp_init(&own, "x", room, 4096, SIZE_MAX), -RT_ERROR);
	EXPECT_EQ(rt_mp_init(&own, "x", NULL, 4096, SIZE), -RT_ERROR);
	EXPECT_EQ(rt_mp_init(NULL, "x", room, 4096, SIZE), -RT_ERROR);
	EXPECT(!rt_mp_create("x", 0, SIZE));
	EXPECT(!rt_mp_create("x", 10, 0));
	EXPECT(!rt_mp_create("x", SIZE_MAX, SIZE));
	EXPECT(!rt_mp_create("x", 1 << 30, SIZE_MAX / 64));
	/* One block, and 7 bytes that are not used. */
	EXPECT_EQ(rt_mp_init(&own, NULL, room + 1, 7 + STRIDE + 7, SIZE),
		  RT_EOK);
	EXPECT_EQ(own.block_total_count, 1);
	EXPECT(rt_mp_alloc(&own, 0) == room + 16);
	EXPECT_EQ(rt_mp_detach(&own), RT_EOK);
	return NULL;
}

/* ---- hooks ----------------------------------------------------------- */

static struct rt_mempool *hook_mp;
static void *hook_block;
static int hook_calls;

static void on_call(struct rt_mempool *mp, void *block)
{
	hook_mp = mp;
	hook_block = block;
	hook_calls++;
}

static const char *hooks(void)
{
	void *p = rt_mp_alloc(mp, 0);

	EXPECT(hook_mp == mp && hook_block == p);
	hook_block = NULL;
	rt_mp_free(p);
	EXPECT(hook_mp == mp && hook_block == p);
	return NULL;
}

static const char *hooks_see_every_block(void)
{
	const char *why;

	hook_calls = 0;
	rt_mp_alloc_sethook(on_call);
	rt_mp_free_sethook(on_call);
	why = hooks();
	rt_mp_free(NULL);
	rt_mp_alloc_sethook(NULL);
	rt_mp_free_sethook(NULL);
	rt_mp_free(rt_mp_alloc(&mp_static, 0));
	EXPECT_EQ(hook_calls, 2);
	return why;
}

#define TEST(name)	\
	{ "rtthread_mp." #name, name, with_pools, 2 * 4096 }

const struct port_test rtthread_mp_tests[] = {
	TEST(pools_are_new),
	TEST(counts_follow),
	TEST(all_can_be_had),
	TEST(wait_is_refused_with_interrupts_off),
	TEST(blocks_lie_as_in_the_original),
	TEST(bad_frees_change_nothing),
	TEST(pools_end_as_they_began),
	TEST(pool_is_made_anew),
	TEST(pool_is_made_anew_in_vain),
	TEST(bad_sizes_are_refused),
	TEST(hooks_see_every_block),
	{}
};
