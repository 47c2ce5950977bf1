// SPDX-License-Identifier: GPL-2.0-only
/*
 * context_kunit.c - contexts in which blocks may be allocated and freed. With
 * tools/kunit/run --lockdep the kernel reports a sleeping lock, or an allocation of its own,
 * under a raw spinlock; such a report fails the run.
 */
#include <linux/err.h>
#include <linux/irqflags.h>
#include <linux/smp.h>

#include "kunit/common.h"
#include "kunit/wait.h"

/* Make every call that allocates or frees memory. */
static void exercise(struct rtalloc_heap *heap)
{
	size_t size;
	void *p, *q;

	for (size = 1; size < 10000; size = size * 2 + 1) {
		p = rtalloc_alloc(heap, size, GFP_ATOMIC);
		q = rtalloc_alloc_aligned(heap, size, 64, GFP_ATOMIC);
		p = rtalloc_realloc(heap, p, size + size / 2, GFP_ATOMIC);
		rtalloc_usable_size(heap, p);
		rtalloc_free(heap, p);
		rtalloc_free(heap, q);
		rtalloc_free(heap, rtalloc_calloc(heap, 3, 5, GFP_ATOMIC));
	}
}

static void expect_untouched(struct kunit *test, struct rtalloc_heap *heap)
{
	struct rtalloc_snapshot snap = heap_stats(heap);

	KUNIT_EXPECT_EQ(test, 0, snap.live);
	KUNIT_EXPECT_EQ(test, 0, snap.failed);
	KUNIT_EXPECT_EQ(test, 0, snap.faults);
	KUNIT_EXPECT_LT(test, (u64)30, snap.allocs);
}

static void raw_heaps_work_under_a_raw_spinlock(struct kunit *test)
{
	struct rtalloc_heap *slab = backend_open(test, "slab", SZ_1M, 0);
	struct rtalloc_heap *raw = backend_open(test, "memheap", SZ_1M,
						RTALLOC_HEAP_RAW_LOCK);
	static DEFINE_RAW_SPINLOCK(lock);
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	exercise(slab);
	exercise(raw);
	raw_spin_unlock_irqrestore(&lock, flags);
	expect_untouched(test, slab);
	expect_untouched(test, raw);
}

static void raw_heaps_work_with_interrupts_off(struct kunit *test)
{
	struct rtalloc_heap *slab = backend_open(test, "slab", SZ_1M, 0);
	unsigned long flags;

	local_irq_save(flags);
	exercise(slab);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	local_irq_restore(flags);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	expect_untouched(test, slab);
}

static void linear_heaps_work_under_a_spinlock(struct kunit *test)
{
	struct rtalloc_heap *heap = backend_open(test, "memheap", SZ_1M, 0);
	static DEFINE_SPINLOCK(lock);
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	exercise(heap);
	spin_unlock_irqrestore(&lock, flags);
	expect_untouched(test, heap);
}

static void slab_works_in_a_hard_interrupt(struct kunit *test)
{
	struct rtalloc_heap *heap = backend_open(test, "slab", SZ_1M, 0);
	struct visitor *visitor = visitor_open(test, heap);

	while (visitor_comes(visitor))
		exercise(heap);
	visitor_close(test, visitor);
	expect_untouched(test, heap);
}

/* ---- several tasks --------------------------------------------------- */

#define ROUNDS	400

/*
 * Blocks that a worker holds at most. Two workers hold eight blocks of up to 109 bytes, 120
 * with tlsf's header. An allocation must never fail: in the smallest heap, tlsf's of 4 KiB,
 * blocks have 2552 bytes. Of the nine gaps between eight blocks one has at least
 * (2552 - 8 * 120) / 9 = 176 bytes, enough for another block. Other heaps of 4 KiB have
 * longer headers, but 1 KiB more for blocks.
 */
#define SHARE		4

struct worker {
	struct rtalloc_heap *heap;
	const char *name;
	struct completion done;
	unsigned int failures;
	unsigned int seen;
};

static void worker_start(struct kunit *test, struct worker *worker,
			 int (*run)(void *worker))
{
	init_completion(&worker->done);
	thread_open(test, run, worker);
}

static int share_heap(void *context)
{
	struct worker *worker = context;
	u8 *p[SHARE] = {};
	u8 mark = (uintptr_t)worker >> 4;
	int i, k;

	for (i = 0; i < ROUNDS * 8; i++) {
		k = i % SHARE;
		if (p[k])
			worker->failures += !!memchr_inv(p[k], mark, 60) ||
					    rtalloc_free(worker->heap, p[k]);
		p[k] = rtalloc_alloc(worker->heap, 60 + i % 50, GFP_KERNEL);
		if (!p[k])
			worker->failures++;
		else
			memset(p[k], mark, 60);
		if (i % 16 == 0)
			cond_resched();
	}
	for (k = 0; k < SHARE; k++)
		worker->failures += !!rtalloc_free(worker->heap, p[k]);
	complete(&worker->done);
	return 0;
}

static void two_tasks_share_a_heap(struct kunit *test)
{
	struct worker *worker = kunit_kcalloc(test, 2, sizeof(*worker),
					      GFP_KERNEL);
	struct rtalloc_heap *heap = geometry_open(test, test->param_value);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, worker);
	for (i = 0; i < 2; i++) {
		worker[i].heap = heap;
		worker_start(test, &worker[i], share_heap);
	}
	for (i = 0; i < 2; i++) {
		wait_for_completion(&worker[i].done);
		KUNIT_EXPECT_EQ(test, 0, worker[i].failures);
	}
	KUNIT_EXPECT_EQ(test, 2 * 8 * ROUNDS, heap_stats(heap).allocs);
	KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).live);
}

static bool is_gone(struct rtalloc_heap *heap)
{
	return READ_ONCE(heap->ops) == &rtalloc_gone_ops;
}

/* A task that inspects the heap whenever it exists. */
static int look(void *context)
{
	struct worker *worker = context;
	struct rtalloc_cursor cursor;
	struct rtalloc_block block;
	struct rtalloc_fault fault;
	struct rtalloc_heap *heap;
	int i, n;

	for (i = 0; i < ROUNDS; i++) {
		heap = rtalloc_heap_get(worker->name);
		if (heap) {
			cursor = (struct rtalloc_cursor){};
			worker->seen++;
			n = rtalloc_walk(heap, &cursor, &block, 1);
			/* A heap that was destroyed meanwhile has no pieces. */
			worker->failures += n < 0 || (!n && !is_gone(heap)) ||
					    rtalloc_check(heap, &fault);
			rtalloc_heap_put(heap);
		}
		schedule_timeout_uninterruptible(i % 8 == 0);
	}
	complete(&worker->done);
	return 0;
}

static void heaps_come_and_go_while_others_look(struct kunit *test)
{
	struct rtalloc_heap_params params = {
		.name = "fleeting", .backend = "slab", .size = SZ_64K,
		.region = region_open(test, SZ_64K),
	};
	struct worker *worker = kunit_kzalloc(test, sizeof(*worker),
					      GFP_KERNEL);
	struct rtalloc_heap *heap;
	int err = 0;

	KUNIT_ASSERT_NOT_NULL(test, worker);
	worker->name = params.name;
	worker_start(test, worker, look);
	/* No assertion here: the worker must have ended before the test does. */
	while (!try_wait_for_completion(&worker->done)) {
		heap = rtalloc_heap_create(&params);
		if (IS_ERR(heap)) {
			err = PTR_ERR(heap);
			continue;
		}
		schedule_timeout_uninterruptible(1);
		err = rtalloc_heap_destroy(heap, true) ?: err;
	}
	KUNIT_EXPECT_EQ(test, 0, err);
	KUNIT_EXPECT_EQ(test, 0, worker->failures);
	KUNIT_EXPECT_GT(test, worker->seen, 0);
}

static struct kunit_case context_cases[] = {
	KUNIT_CASE(raw_heaps_work_under_a_raw_spinlock),
	KUNIT_CASE(raw_heaps_work_with_interrupts_off),
	KUNIT_CASE(linear_heaps_work_under_a_spinlock),
	KUNIT_CASE(slab_works_in_a_hard_interrupt),
	KUNIT_CASE_PARAM(two_tasks_share_a_heap, geometry_next),
	KUNIT_CASE(heaps_come_and_go_while_others_look),
	{}
};

RTALLOC_SUITE(context);
