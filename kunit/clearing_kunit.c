// SPDX-License-Identifier: GPL-2.0-only
/*
 * clearing_kunit.c - which memory is cleared: zeroed blocks up to their usable end, and the
 * memory that the kernel's init_on_alloc and init_on_free require.
 */
#include <kunit/resource.h>
#include <linux/jump_label.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "core/keys.h"
#include "kunit/common.h"
#include "kunit/wait.h"

#define MARK	0xa5

/* Allocate a block, overwrite all its usable bytes, and free it. */
static void soil(struct rtalloc_heap *heap, size_t size)
{
	void *p = rtalloc_alloc(heap, size, GFP_KERNEL);

	memset(p, MARK, rtalloc_usable_size(heap, p));
	rtalloc_free(heap, p);
}

static void slack_of_zeroed_blocks_is_zero(struct kunit *test)
{
	struct rtalloc_heap *heap = backend_open(test, "tlsf", SZ_256K, 0);
	u8 *p;

	/* 97 bytes and a header of 8 take 112, a multiple of 16. */
	soil(heap, 97);
	p = rtalloc_zalloc(heap, 97, GFP_KERNEL);
	KUNIT_ASSERT_EQ(test, 104, rtalloc_usable_size(heap, p));
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 104));
	/* Shrunk to 99 and grown again, with old contents behind byte 99. */
	memset(p, MARK, 104);
	p = rtalloc_realloc(heap, p, 99, GFP_KERNEL | __GFP_ZERO);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, MARK, 99));
	KUNIT_EXPECT_NULL(test, memchr_inv(p + 99, 0, 5));
	/* 250 bytes and a header take 272: all bytes behind the first 99 are zero. */
	soil(heap, 250);
	p = rtalloc_realloc(heap, p, 250, GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_EQ(test, 264, rtalloc_usable_size(heap, p));
	KUNIT_EXPECT_NULL(test, memchr_inv(p + 99, 0, 264 - 99));
	rtalloc_free(heap, p);
}

static void init_on_alloc_disable(void *unused)
{
	static_branch_disable(&init_on_alloc);
	rtalloc_alloc_extra_put();
}

static void init_on_free_disable(void *unused)
{
	static_branch_disable(&init_on_free);
	rtalloc_free_extra_put();
}

/*
 * Switch the kernel's init_on_alloc (@alloc) or init_on_free on until the test ends. With
 * init_on_free the kernel assumes that its free pages are clear, which is not true of those
 * freed before. So a test must allocate the kernel memory that it needs before this.
 */
static void kernel_clears(struct kunit *test, bool alloc)
{
	if (alloc ? static_key_enabled(&init_on_alloc) :
		    static_key_enabled(&init_on_free))
		return;
	if (alloc) {
		static_branch_enable(&init_on_alloc);
		rtalloc_alloc_extra_get();
	} else {
		static_branch_enable(&init_on_free);
		rtalloc_free_extra_get();
	}
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, alloc ?
				init_on_alloc_disable : init_on_free_disable,
				NULL));
}

/*
 * Skip the test under UML with KASAN, which reports it when SLUB clears a freed object
 * together with its own redzone.
 */
static void needs_init_on_free(struct kunit *test)
{
	if (IS_ENABLED(CONFIG_UML) && IS_ENABLED(CONFIG_KASAN))
		kunit_skip(test, "UML's memset() would report SLUB's clearing");
}

static void new_blocks_are_cleared_as_the_kernels(struct kunit *test)
{
	static const char *const backends[] = { "tlsf", "small_mem", "memheap" };
	struct rtalloc_heap *heap;
	size_t room;
	int i;
	u8 *p;

	kernel_clears(test, true);
	for (i = 0; i < ARRAY_SIZE(backends); i++) {
		heap = backend_open(test, backends[i], SZ_256K, 0);
		soil(heap, 97);
		p = rtalloc_alloc(heap, 97, GFP_KERNEL);
		room = rtalloc_usable_size(heap, p);
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, room));
		rtalloc_free(heap, p);
		soil(heap, 97);
		p = rtalloc_alloc_aligned(heap, 97, 64, GFP_KERNEL);
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 97));
		rtalloc_free(heap, p);
	}
}

/* mempool_fixed_alloc() has a path of its own. */
static void new_elements_are_cleared_as_the_kernels(struct kunit *test)
{
	struct mempool_fixed *pool = mempool_open(test, 104, 1, 8, 0);
	u8 *p = mempool_fixed_alloc(pool);

	memset(p, MARK, 104);
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(pool, p));
	kernel_clears(test, true);
	KUNIT_EXPECT_PTR_EQ(test, (void *)p, mempool_fixed_alloc(pool));
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 104));
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(pool, p));
}

struct sleeper {
	struct mempool_fixed *pool;
	u8 *got;
	struct completion done;
};

static int sleeper_run(void *data)
{
	struct sleeper *sleeper = data;

	sleeper->got = mempool_fixed_alloc_timeout(sleeper->pool, LONG_ENOUGH);
	complete(&sleeper->done);
	return 0;
}

/* An element that a free passes on to a waiter is cleared, though it is never in a list. */
static void element_for_who_waits_is_cleared(struct kunit *test)
{
	struct mempool_fixed *pool = mempool_open(test, 104, 1, 8, 0);
	static struct sleeper sleeper;
	u8 *p = mempool_fixed_alloc(pool);

	memset(p, MARK, 104);
	kernel_clears(test, true);
	sleeper.pool = pool;
	init_completion(&sleeper.done);
	thread_open(test, sleeper_run, &sleeper);
	AWAIT(mempool_stats(pool).waiting);
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(pool, p));
	wait_for_completion(&sleeper.done);
	KUNIT_ASSERT_PTR_EQ(test, p, sleeper.got);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 104));
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(pool, p));
}

/* A freed block is cleared, except for links in its first and last bytes. */
static void freed_blocks_are_cleared_as_the_kernels(struct kunit *test)
{
	struct rtalloc_heap *heap;
	u8 *p;

	needs_init_on_free(test);
	heap = backend_open(test, "slab", SZ_256K, 0);
	p = rtalloc_alloc(heap, 104, GFP_KERNEL);
	memset(p, MARK, 104);
	kernel_clears(test, false);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	KUNIT_EXPECT_NULL(test, memchr_inv(p + 16, 0, 104 - 16));
	KUNIT_EXPECT_EQ(test, -RTALLOC_DOUBLE_FREE, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, -RTALLOC_FOREIGN, rtalloc_free(heap, test));
}

static void heap_may_keep_out_of_clearing(struct kunit *test)
{
	struct rtalloc_heap *heap;
	u8 *p;

	needs_init_on_free(test);
	heap = backend_open(test, "tlsf", SZ_256K, RTALLOC_HEAP_NO_INIT);
	soil(heap, 104);
	kernel_clears(test, true);
	kernel_clears(test, false);
	p = rtalloc_alloc(heap, 104, GFP_KERNEL);
	KUNIT_EXPECT_NULL(test, memchr_inv(p + 16, MARK, 104 - 16));
	rtalloc_free(heap, p);
	p = rtalloc_zalloc(heap, 104, GFP_KERNEL);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 104));
	rtalloc_free(heap, p);
}

static struct kunit_case clearing_cases[] = {
	KUNIT_CASE(slack_of_zeroed_blocks_is_zero),
	KUNIT_CASE(new_blocks_are_cleared_as_the_kernels),
	KUNIT_CASE(new_elements_are_cleared_as_the_kernels),
	KUNIT_CASE(element_for_who_waits_is_cleared),
	KUNIT_CASE(freed_blocks_are_cleared_as_the_kernels),
	KUNIT_CASE(heap_may_keep_out_of_clearing),
	{ }
};

RTALLOC_SUITE(clearing);
