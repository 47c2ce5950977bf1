// SPDX-License-Identifier: GPL-2.0-only
/*
 * kmemleak_kunit.c - kmemleak and checked heaps: it reports the blocks that nothing points
 * to, and no others.
 *
 * kmemleak takes every word that looks like a pointer for one, also on stacks. So blocks
 * are allocated by a task that has ended before the scan. It keeps their addresses inverted,
 * and as the text that kmemleak will print. kmemleak reports only objects that are older
 * than five seconds and were found by two scans.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/string.h>

#include "kunit/common.h"

#define BLOCKS		6	/* of each kind */
#define SIZE		100
#define OLD_ENOUGH	(6 * HZ)

enum kind { LIVE, FREED, LOST, KINDS };

static struct {
	struct rtalloc_heap *heap;
	void *held[BLOCKS];			/* the only pointers to the LIVE blocks */
	unsigned long inverted[KINDS][BLOCKS];
	char printed[KINDS][BLOCKS][56];
	struct completion done;
} work;

static void note(void *p, int kind, int i)
{
	work.inverted[kind][i] = ~(unsigned long)p;
	snprintf(work.printed[kind][i], sizeof(work.printed[kind][i]),
		 " 0x%08lx (size %d):\n  comm \"rtalloc_leaks\"",
		 (unsigned long)p, SIZE);
}

static int worker_run(void *unused)
{
	void *p;
	int i;

	for (i = 0; i < KINDS * BLOCKS; i++) {
		p = rtalloc_zalloc(work.heap, SIZE, GFP_KERNEL);
		note(p, i % KINDS, i / KINDS);
		if (i % KINDS == LIVE)
			work.held[i / KINDS] = p;
		else if (i % KINDS == FREED)
			rtalloc_free(work.heap, p);
	}
	complete(&work.done);
	return 0;
}

/* How many blocks of @kind kmemleak's report names, with the function that allocated them. */
static int named_in(const char *text, enum kind kind)
{
	int i, n = 0;

	for (i = 0; i < BLOCKS; i++)
		n += !!strstr(text, work.printed[kind][i]);
	return n;
}

/* Scan twice and return kmemleak's report of what was allocated since it was cleared. */
static const char *leaks(struct kunit *test)
{
	schedule_timeout_uninterruptible(OLD_ENOUGH);
	KUNIT_ASSERT_EQ(test, 4, (int)debugfs_put(test, "kmemleak", "scan"));
	KUNIT_ASSERT_EQ(test, 4, (int)debugfs_put(test, "kmemleak", "scan"));
	return debugfs_get(test, "kmemleak");
}

static void blocks_come_and_go(struct kunit *test, struct rtalloc_heap *heap)
{
	KUNIT_ASSERT_EQ(test, 5, (int)debugfs_put(test, "kmemleak", "clear"));
	work.heap = heap;
	init_completion(&work.done);
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(worker_run, NULL,
						    "rtalloc_leaks")));
	wait_for_completion(&work.done);
	KUNIT_EXPECT_EQ(test, 2 * BLOCKS, heap_stats(heap).live);
}

static const struct geometry backends[] = {
	{ "tlsf", "tlsf", SZ_256K },
	{ "slab", "slab", SZ_256K },
	{ "memheap", "memheap", SZ_256K },
	{ "small-mem", "small_mem", SZ_256K },
	{ "pool", "pool", SZ_256K, .elem = SIZE },
};

KUNIT_ARRAY_PARAM_DESC(backend, backends, desc);

static struct rtalloc_heap *open_with(struct kunit *test, unsigned int flags)
{
	struct geometry geometry = *(const struct geometry *)test->param_value;

	geometry.flags |= flags;
	return geometry_open(test, &geometry);
}

static void lost_block_of_a_checked_heap_is_reported(struct kunit *test)
{
	struct rtalloc_heap *heap = open_with(test, RTALLOC_HEAP_CHECKED);
	const char *text;
	int i;

	blocks_come_and_go(test, heap);
	text = leaks(test);
	KUNIT_EXPECT_EQ(test, BLOCKS, named_in(text, LOST));
	KUNIT_EXPECT_EQ(test, 0, named_in(text, LIVE));
	KUNIT_EXPECT_EQ(test, 0, named_in(text, FREED));
	/* The LIVE blocks are leaks once nothing points to them. */
	memset(work.held, 0, sizeof(work.held));
	KUNIT_EXPECT_EQ(test, BLOCKS, named_in(leaks(test), LIVE));
	for (i = 0; i < BLOCKS; i++) {
		rtalloc_free(heap, (void *)~work.inverted[LIVE][i]);
		rtalloc_free(heap, (void *)~work.inverted[LOST][i]);
	}
	text = leaks(test);
	KUNIT_EXPECT_EQ(test, 0, named_in(text, LIVE));
	KUNIT_EXPECT_EQ(test, 0, named_in(text, LOST));
}

/* For other heaps kmemleak knows only the whole memory, and scans it for pointers. */
static void blocks_of_other_heaps_are_not_known(struct kunit *test)
{
	struct rtalloc_heap *heap = open_with(test, 0);
	const char *text;

	blocks_come_and_go(test, heap);
	text = leaks(test);
	KUNIT_EXPECT_EQ(test, 0, named_in(text, LOST));
	KUNIT_EXPECT_EQ(test, 0, named_in(text, LIVE));
	memset(work.held, 0, sizeof(work.held));
}

/*
 * The records in front of live blocks are overwritten, then the heap is destroyed. kmemleak
 * must forget the blocks nevertheless. Otherwise it would disable itself when a block of
 * the next heap in that memory overlaps one of them.
 */
static void damaged_heap_leaves_nothing_behind(struct kunit *test)
{
	struct geometry geometry = *(const struct geometry *)test->param_value;
	struct rtalloc_heap_params params = {
		.name = "leaky", .backend = geometry.backend,
		.region = region_open(test, geometry.size),
		.size = geometry.size, .elem = geometry.elem,
		.flags = RTALLOC_HEAP_CHECKED,
	};
	struct rtalloc_heap *heap = heap_make(test, &params);
	const char *text;
	int i;

	blocks_come_and_go(test, heap);
	for (i = 0; i < BLOCKS; i++)
		memset(work.held[i] - 40, 0x5a, 40);
	memset(work.held, 0, sizeof(work.held));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, true));
	text = leaks(test);
	KUNIT_EXPECT_EQ(test, 0, named_in(text, LIVE));
	KUNIT_EXPECT_EQ(test, 0, named_in(text, LOST));
	/* Blocks at other addresses in the same memory. */
	heap = heap_make(test, &params);
	rtalloc_free(heap, rtalloc_alloc(heap, SIZE / 3, GFP_KERNEL));
	blocks_come_and_go(test, heap);
	KUNIT_EXPECT_EQ(test, BLOCKS, named_in(leaks(test), LOST));
	memset(work.held, 0, sizeof(work.held));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, true));
}

static struct kunit_case kmemleak_cases[] = {
	KUNIT_CASE_PARAM_ATTR(lost_block_of_a_checked_heap_is_reported,
			      backend_gen_params, { .speed = KUNIT_SPEED_SLOW }),
	KUNIT_CASE_PARAM_ATTR(blocks_of_other_heaps_are_not_known,
			      backend_gen_params, { .speed = KUNIT_SPEED_SLOW }),
	KUNIT_CASE_PARAM_ATTR(damaged_heap_leaves_nothing_behind,
			      backend_gen_params, { .speed = KUNIT_SPEED_SLOW }),
	{}
};

RTALLOC_SUITE(kmemleak);
