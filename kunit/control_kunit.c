// SPDX-License-Identifier: GPL-2.0-only
/*
 * control_kunit.c - pools and options by way of the control file, and what its
 * commands say of heaps that are damaged or not there. As debugfs_kunit.c.
 */
#include <linux/err.h>

#include "interface/interface.h"
#include "kunit/common.h"

#define CONTROL	"rtalloc/control"

static void control_cleanup(void *test)
{
	heap_remove_named("ctl");
}

static int alloc_100(struct kunit *test)
{
	return debugfs_put(test, "rtalloc/ctl/alloc", "100");
}

static void expect_done(struct kunit *test, const char *line)
{
	KUNIT_EXPECT_EQ_MSG(test, (int)strlen(line),
			    (int)debugfs_put(test, CONTROL, line), "'%s'", line);
}

static void expect_refused(struct kunit *test, const char *line, int err,
			   const char *why)
{
	KUNIT_EXPECT_EQ_MSG(test, err, (int)debugfs_put(test, CONTROL, line),
			    "'%s'", line);
	KUNIT_EXPECT_STREQ(test, why,
			   debugfs_get(test, "rtalloc/last_error"));
}

/* What an element and its count may be, in words. */
static void pools_are_refused_by_word(struct kunit *test)
{
	expect_refused(test, "create ctl pool 64K elem=x", -EINVAL,
		       "elem is not a number\n");
	expect_refused(test, "create ctl pool 64K elem=0", -EINVAL,
		       "elem is not a number\n");
	expect_refused(test, "create ctl pool 64K elem=64 count=", -EINVAL,
		       "count is not a number\n");
	expect_refused(test, "create ctl pool 64K elem=64 count=0", -EINVAL,
		       "count is not a number\n");
	/* One above RTALLOC_POOL_MAX. */
	expect_refused(test, "create ctl pool 64K elem=64 count=0x80000000",
		       -EINVAL, "count is not a number\n");
	expect_refused(test, "create ctl memheap 64K mode=worst", -EINVAL,
		       "mode is neither fast nor best\n");
	expect_refused(test, "create ctl pool 64K elem=64 sideways", -EINVAL,
		       "unknown option\n");
}

/* Every word that a pool takes; nine elements are handed out, the tenth not. */
static void pools_are_made_by_word(struct kunit *test)
{
	int i;

	KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, control_cleanup, test));
	expect_done(test,
		    "create ctl pool 64K elem=100 count=9 align=16 header high-first guards lock=raw");
	KUNIT_EXPECT_NOT_NULL(test, strstr(debugfs_get(test, "rtalloc/heaps"),
					   "\nctl pool default "));
	for (i = 0; i < 9; i++)
		KUNIT_EXPECT_EQ(test, 3, alloc_100(test));
	KUNIT_EXPECT_EQ(test, -ENOMEM, alloc_100(test));
}

/* Best fit and fast are both words, and memheap takes either. */
static void memheap_modes_are_words(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, control_cleanup, test));
	expect_done(test, "create ctl memheap 64K mode=best");
	expect_done(test, "destroy ctl");
	expect_done(test, "create ctl memheap 64K mode=fast");
}

/* Empty zones go back to the pages: all but the tables is free again. */
static void trim_is_a_command(struct kunit *test)
{
	struct rtalloc_snapshot before, after;
	struct rtalloc_heap *heap;

	expect_refused(test, "trim none", -ENOENT, "no heap of that name\n");
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, control_cleanup, test));
	expect_done(test, "create ctl slab 1M");
	mutex_lock(&rtalloc_registry_lock);
	heap = rtalloc_heap_find("ctl");
	mutex_unlock(&rtalloc_registry_lock);
	KUNIT_ASSERT_NOT_NULL(test, heap);
	rtalloc_stats(heap, &before);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, rtalloc_alloc(heap, 64, 0)));
	expect_done(test, "trim ctl");
	rtalloc_stats(heap, &after);
	KUNIT_EXPECT_EQ(test, before.largest_free, after.largest_free);
}

static struct kunit_case control_cases[] = {
	KUNIT_CASE(pools_are_refused_by_word),
	KUNIT_CASE(pools_are_made_by_word),
	KUNIT_CASE(memheap_modes_are_words),
	KUNIT_CASE(trim_is_a_command),
	{}
};

static struct kunit_suite control_suite = {
	.name = "rtalloc_control",
	.test_cases = control_cases,
};

kunit_test_suite(control_suite);
