// SPDX-License-Identifier: GPL-2.0-only
/*
 * latency_kunit.c - a heap's latency counters (core/latency.h): off by default, one count
 * for each call in every context, and freed with the heap. tools/user/context_times.c tests
 * with a simulated clock that a time is counted in the right bucket.
 */
#include <linux/err.h>

#include "core/latency.h"
#include "kunit/common.h"
#include "kunit/wait.h"

#define EMPTY		"# rtalloc 1: call from_ns to_ns calls\n# off\n"

static unsigned long calls_of(struct rtalloc_heap *heap, enum latency_call call)
{
	static struct latency sum;	/* static for its size; tests do not run in parallel */
	unsigned long calls = 0;
	unsigned int i;

	rtalloc_latency_read(heap, &sum);
	for (i = 0; i < LATENCY_BUCKETS; i++)
		calls += sum.count[call][i];
	return calls;
}

static void expect_calls(struct kunit *test, struct rtalloc_heap *heap,
			 unsigned long allocs, unsigned long frees)
{
	KUNIT_EXPECT_EQ(test, allocs, calls_of(heap, LATENCY_ALLOC));
	KUNIT_EXPECT_EQ(test, frees, calls_of(heap, LATENCY_FREE));
}

/* Buckets cover all numbers without gaps, and each is at most 1/4 as wide as its start. */
static void buckets_have_no_gaps(struct kunit *test)
{
	unsigned int i;
	u64 ns;

	KUNIT_EXPECT_EQ(test, 0, latency_from(0));
	for (i = 0; i < LATENCY_BUCKETS; i++) {
		ns = latency_from(i);
		KUNIT_EXPECT_EQ(test, i, latency_bucket(ns));
		ns = latency_from(i + 1) - 1;
		KUNIT_EXPECT_EQ(test, i, latency_bucket(ns));
		/* Its width is a quarter of its start at most. */
		if (i >= LATENCY_PARTS)
			KUNIT_EXPECT_LE(test, 4 * (ns + 1 - latency_from(i)),
					latency_from(i));
	}
	KUNIT_EXPECT_EQ(test, (u64)U32_MAX + 1, latency_from(LATENCY_BUCKETS));
}

static void calls_are_counted_while_it_is_on(struct kunit *test)
{
	struct rtalloc_heap *heap = backend_open(test, "slab", SZ_1M, 0);
	struct rtalloc_heap *other = backend_open(test, "slab", SZ_1M, 0);
	void *p = rtalloc_alloc(heap, 100, GFP_KERNEL);

	KUNIT_ASSERT_EQ(test, 0, rtalloc_latency_start(heap));
	rtalloc_free(other, rtalloc_alloc(other, 100, GFP_KERNEL));
	rtalloc_free(heap, p);
	p = rtalloc_alloc(heap, 100, GFP_KERNEL | __GFP_ZERO);
	rtalloc_latency_stop(heap);
	rtalloc_free(heap, p);
	expect_calls(test, heap, 1, 1);
	expect_calls(test, other, 0, 0);
	KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).live);
	/* Switched on again, the counters begin at 0. */
	KUNIT_ASSERT_EQ(test, 0, rtalloc_latency_start(heap));
	expect_calls(test, heap, 0, 0);
	KUNIT_ASSERT_EQ(test, 0, rtalloc_latency_start(heap));
	rtalloc_latency_stop(heap);
	rtalloc_latency_stop(heap);
}

static void what_fails_is_counted_too(struct kunit *test)
{
	struct rtalloc_heap *heap = backend_open(test, "slab", SZ_1M, 0);
	void *p = rtalloc_alloc(heap, 100, GFP_KERNEL);

	KUNIT_ASSERT_EQ(test, 0, rtalloc_latency_start(heap));
	KUNIT_EXPECT_NULL(test, rtalloc_alloc(heap, SZ_2M, GFP_KERNEL));
	rtalloc_free(heap, NULL);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, -RTALLOC_DOUBLE_FREE, rtalloc_free(heap, p));
	expect_calls(test, heap, 1, 3);
}

static void elements_are_counted(struct kunit *test)
{
	struct mempool_fixed *pool = mempool_open(test, 64, 4, 8, 0);

	KUNIT_ASSERT_EQ(test, 0, rtalloc_latency_start(&pool->heap));
	mempool_fixed_free(pool, mempool_fixed_alloc(pool));
	expect_calls(test, &pool->heap, 1, 1);
}

/* ---- in hard interrupts ----------------------------------------------- */

/* Calls of a task and of a hard interrupt are counted together, and none is lost. */
static void interrupts_are_counted(struct kunit *test)
{
	struct rtalloc_heap *heap = backend_open(test, "slab", SZ_1M, 0);
	struct visitor *visitor;
	unsigned int mine = 0;

	KUNIT_ASSERT_EQ(test, 0, rtalloc_latency_start(heap));
	visitor = visitor_open(test, heap);
	while (visitor_comes(visitor)) {
		rtalloc_free(heap, rtalloc_alloc(heap, 64, GFP_KERNEL));
		mine++;
	}
	visitor_close(test, visitor);
	expect_calls(test, heap, mine + visitor->visits, mine + visitor->visits);
}

/* ---- on and off at work ------------------------------------------------ */

static int switch_often(void *data)
{
	struct rtalloc_heap *heap = data;

	while (!kthread_should_stop()) {
		rtalloc_latency_start(heap);
		rtalloc_latency_stop(heap);
		/* Without preemption the task that makes the calls must get its turn. */
		cond_resched();
	}
	return 0;
}

static void it_is_switched_while_calls_run(struct kunit *test)
{
	struct rtalloc_heap *heap = backend_open(test, "slab", SZ_1M, 0);
	struct task_struct *task = thread_open(test, switch_often, heap);
	unsigned int i;

	for (i = 0; i < 2000; i++) {
		rtalloc_free(heap, rtalloc_alloc(heap, 64, GFP_KERNEL));
		if (!(i % 100))
			cond_resched();
	}
	kthread_stop(task);
	KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).live);
	KUNIT_EXPECT_EQ(test, 2000, heap_stats(heap).allocs);
}

/* ---- the file ---------------------------------------------------------- */

static void the_file_switches_and_shows(struct kunit *test)
{
	unsigned long from, to, calls;
	struct rtalloc_heap *heap;
	const char *text;
	int fields;

	sh_open(test, "slab");
	heap = rtalloc_heap_get("sh");
	expect_reads(test, "sh/latency", EMPTY);
	expect_put(test, "sh/latency", "on");
	expect_put(test, "sh/alloc", "100");
	text = strstr(debugfs_get(test, "rtalloc/sh/latency"), "# on\nalloc ");
	KUNIT_ASSERT_NOT_NULL(test, text);
	fields = sscanf(text, "# on\nalloc %lu %lu %lu\n", &from, &to,
			&calls);
	KUNIT_ASSERT_EQ(test, 3, fields);
	KUNIT_EXPECT_LE(test, from, to);
	KUNIT_EXPECT_EQ(test, 1, calls);
	expect_put(test, "sh/latency", "off");
	expect_has(test, "sh/latency", "# off\nalloc ");
	/* A heap that is destroyed while it is switched on. */
	expect_put(test, "sh/latency", "on");
	heap_remove_named("sh");
	KUNIT_EXPECT_FALSE(test, heap_is_timed(heap));
	rtalloc_heap_put(heap);
}

static void the_file_refuses(struct kunit *test)
{
	static const struct {
		const char *line;
		const char *why;
	} bad[] = {
		{ "yes", "yes: neither on nor off" },
		{ "on off", "wrong number of words" },
		{ "", "request is empty" },
	};
	struct rtalloc_heap *heap;
	size_t i;

	sh_open(test, "slab");
	heap = rtalloc_heap_get("sh");
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		expect_refusal(test, "sh/latency", bad[i].line, -EINVAL,
			       bad[i].why);
	KUNIT_EXPECT_FALSE(test, heap_is_timed(heap));
	rtalloc_heap_put(heap);
}

static struct kunit_case latency_cases[] = {
	KUNIT_CASE(buckets_have_no_gaps),
	KUNIT_CASE(calls_are_counted_while_it_is_on),
	KUNIT_CASE(what_fails_is_counted_too),
	KUNIT_CASE(elements_are_counted),
	KUNIT_CASE(interrupts_are_counted),
	KUNIT_CASE(it_is_switched_while_calls_run),
	KUNIT_CASE(the_file_switches_and_shows),
	KUNIT_CASE(the_file_refuses),
	{}
};

RTALLOC_SUITE(latency);
