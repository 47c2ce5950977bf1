// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu_kunit.c - heaps with magazines (per-CPU caches): run the tests of kunit/percpu/ on
 * every backend. To use another processor, this task migrates to it. With a single processor
 * the tests that need two do nothing.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/kthread.h>
#include <linux/sched.h>

#include "core/core.h"
#include "kunit/common.h"
#include "kunit/percpu/percpu_test.h"

struct percpu_case {
	const struct percpu_test *test;
	const struct rtalloc_ops *ops;
};

static struct percpu_case cases[256];
static struct rtalloc_region *region;

void percpu_test_cpu(unsigned int cpu)
{
	if (cpu_online(cpu))
		set_cpus_allowed_ptr(current, cpumask_of(cpu));
}

unsigned int percpu_test_cpus(void)
{
	return cpu_online(0) ? 1 + cpu_online(1) : 1;
}

struct rtalloc_region *percpu_test_region(void)
{
	return region;
}

/* init_on_alloc cannot be switched by a test; it is a boot parameter. */
bool percpu_test_clears(bool clears)
{
	return clears && want_init_on_alloc(0);
}

/* No processor is taken down here; the tests in tools/vm do that. */
bool percpu_test_gone(unsigned int cpu)
{
	return false;
}

/* A kernel cannot reserve address space without memory. */
void *percpu_test_reserve(u64 size)
{
	return NULL;
}

void percpu_test_unreserve(void *p, u64 size)
{
}

static void cases_make(void)
{
	const struct rtalloc_ops *const *ops;
	const struct percpu_test *test;
	unsigned int n = 0;

	for (test = percpu_tests; test->name; test++)
		for (ops = rtalloc_backends; *ops; ops++)
			if (percpu_test_applies(test, (*ops)->name))
				cases[n++] = (struct percpu_case){ test, *ops };
}

static const void *case_next(const void *prev, char *desc)
{
	const struct percpu_case *next = prev ?
		(const struct percpu_case *)prev + 1 : cases;

	if (!prev)
		cases_make();
	if (!next->test)
		return NULL;
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s/%s", next->test->name,
		 next->ops->name);
	return next;
}

static void run(struct kunit *test)
{
	const struct percpu_case *of = test->param_value;
	const char *why;

	/* The task must stay on one processor, whose magazines it uses. */
	percpu_test_cpu(0);
	why = percpu_test_run(of->test, of->ops->name);
	set_cpus_allowed_ptr(current, cpu_possible_mask);
	if (why)
		KUNIT_FAIL(test, "%s", why);
}

/* Destroy the heap that a failed test has left, before the next test begins. */
static void percpu_exit(struct kunit *test)
{
	struct rtalloc_heap *heap = rtalloc_heap_get("percpu");

	if (!heap)
		return;
	rtalloc_heap_put(heap);
	rtalloc_heap_destroy(heap, true);
}

/* ---- frees of one block by two processors in one instant -------------- */

#define RACES	2000

/* Data shared by the two tasks. */
static struct race {
	struct rtalloc_heap *heap;
	void *p;
	atomic_t come;
	atomic_t won;
	struct completion end;
	bool locked;
} race;

/* Wait until both tasks have come here for the @n-th time. */
static void race_meet(unsigned int n)
{
	atomic_inc(&race.come);
	while (atomic_read(&race.come) < 2 * n) {
		cpu_relax();
		cond_resched();
	}
}

static void race_free(bool locked)
{
	size_t size = 16;

	/* With @locked, try to resize first, and do not free the block if that succeeds. */
	if (locked && !rtalloc_resize(race.heap, race.p, size))
		return;
	if (!rtalloc_free(race.heap, race.p))
		atomic_inc(&race.won);
}

static int race_other(void *data)
{
	unsigned int n;

	for (n = 0; n < RACES; n++) {
		race_meet(2 * n + 1);
		race_free(race.locked);
		race_meet(2 * n + 2);
	}
	complete(&race.end);
	return 0;
}

/* In each round exactly one of the two frees succeeds. */
static void race_rounds(struct kunit *test)
{
	unsigned int n, twice = 0;
	void *p, *q;

	for (n = 0; n < RACES; n++) {
		race.p = rtalloc_alloc(race.heap, 64, GFP_KERNEL);
		KUNIT_EXPECT_NOT_NULL(test, race.p);
		atomic_set(&race.won, 0);
		race_meet(2 * n + 1);
		race_free(false);
		race_meet(2 * n + 2);
		twice += atomic_read(&race.won) != 1;
		p = rtalloc_alloc(race.heap, 64, GFP_KERNEL);
		q = rtalloc_alloc(race.heap, 64, GFP_KERNEL);
		twice += p == q;
		rtalloc_free(race.heap, p);
		rtalloc_free(race.heap, q);
	}
	KUNIT_EXPECT_EQ(test, twice, 0);
}

static void one_free_wins(struct kunit *test)
{
	const struct percpu_case *of = test->param_value;
	struct rtalloc_heap_params params = {
		.name = "percpu", .backend = of->ops->name, .size = SZ_1M,
		.region = region, .flags = RTALLOC_HEAP_PERCPU,
		.elem = strcmp(of->ops->name, "pool") ? 0 : 64,
	};
	struct task_struct *other;

	if (percpu_test_cpus() < 2)
		kunit_skip(test, "one processor");
	race.locked = !race.locked;
	race.heap = heap_make(test, &params);
	atomic_set(&race.come, 0);
	init_completion(&race.end);
	other = kthread_create_on_cpu(race_other, NULL, 1, "race/%u");
	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	wake_up_process(other);
	percpu_test_cpu(0);
	race_rounds(test);
	wait_for_completion(&race.end);
	set_cpus_allowed_ptr(current, cpu_possible_mask);
	rtalloc_trim(race.heap);
	expect_sound(test, race.heap);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(race.heap, false));
}

/* Every backend twice: with two frees, and with a resize before one of them. */
static const void *race_next(const void *prev, char *desc)
{
	static struct percpu_case race_cases[32];
	const struct percpu_case *next = prev ?
		(const struct percpu_case *)prev + 1 : race_cases;
	unsigned int n = 0;

	for (; !prev && rtalloc_backends[n / 2]; n++)
		race_cases[n].ops = rtalloc_backends[n / 2];
	if (!next->ops)
		return NULL;
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s", next->ops->name);
	return next;
}

/* Memory may be requested while a processor is taken up or down, as from kmalloc(). */
static void request_while_a_processor_goes(struct kunit *test)
{
	struct rtalloc_heap_params params = {
		.name = "probe", .region = region, .size = SZ_64K,
		.flags = RTALLOC_HEAP_PERCPU,
	};
	struct rtalloc_heap *heap = heap_make(test, &params);

	rtalloc_free(heap, rtalloc_alloc(heap, 100, GFP_KERNEL));
	KUNIT_EXPECT_NE(test, 0, rtalloc_percpu_cached(heap));
	cpus_write_lock();
	KUNIT_EXPECT_NULL(test, rtalloc_alloc(heap, SZ_1M, GFP_KERNEL));
	cpus_write_unlock();
	KUNIT_EXPECT_EQ(test, 0, rtalloc_percpu_cached(heap));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
}

/*
 * The marks of 33 GiB take more than 2 GiB, which kvmalloc() does not give. That is no reason
 * for a warning with a stack. The heap's memory is not looked at before, so there is none.
 */
static void marks_may_be_too_many(struct kunit *test)
{
	struct rtalloc_heap_params params = { .name = "probe" };
	struct rtalloc_heap *heap;
	const char *why = "";

	if (BITS_PER_LONG < 64)
		kunit_skip(test, "no heap is as large");
	heap = kunit_kzalloc(test, sizeof(*heap), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, heap);
	heap->align = 8;
	heap->part[0].size = (size_t)(33ull << 30);
	KUNIT_EXPECT_EQ(test, -ENOMEM,
			rtalloc_percpu_begin(heap, &params, &why));
	KUNIT_EXPECT_STREQ(test, "no memory for magazines", why);
}

static struct kunit_case percpu_cases[] = {
	KUNIT_CASE_PARAM(run, case_next),
	KUNIT_CASE_PARAM(one_free_wins, race_next),
	KUNIT_CASE(request_while_a_processor_goes),
	KUNIT_CASE(marks_may_be_too_many),
	{}
};

static int percpu_init(struct kunit *test)
{
	region = region_open(test, SZ_2M);
	return 0;
}

RTALLOC_SUITE(percpu, .init = percpu_init, .exit = percpu_exit);
