// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu_kunit.c - heaps with magazines: runs the tests of kunit/percpu/ over
 * every backend. Another processor is one that this task goes to; where there is
 * but one the tests that need two do nothing.
 */
#include <kunit/test.h>
#include <linux/cpumask.h>
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

/* Decided when the kernel is booted. */
bool percpu_test_clears(bool clears)
{
	return clears && want_init_on_alloc(0);
}

/* Not in the middle of a kernel's tests: tools/vm does it. */
bool percpu_test_gone(unsigned int cpu)
{
	return false;
}

static void cases_make(void)
{
	const struct rtalloc_ops *const *ops;
	const struct percpu_test *test;
	unsigned int n = 0;

	for (test = percpu_tests; test->name; test++)
		for (ops = rtalloc_backends; *ops; ops++)
			if (!test->only || !strcmp(test->only, (*ops)->name))
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

	/* Each processor's magazines are its own: this task stays. */
	percpu_test_cpu(0);
	why = of->test->run(of->ops->name);
	set_cpus_allowed_ptr(current, cpu_possible_mask);
	if (why)
		KUNIT_FAIL(test, "%s", why);
}

/* A test that failed leaves its heap; it has to go before the next begins. */
static void percpu_exit(struct kunit *test)
{
	struct rtalloc_heap *heap = rtalloc_heap_get("percpu");

	if (!heap)
		return;
	rtalloc_heap_put(heap);
	rtalloc_heap_destroy(heap, true);
}

static struct kunit_case percpu_cases[] = {
	KUNIT_CASE_PARAM(run, case_next),
	{}
};

static int percpu_init(struct kunit *test)
{
	region = region_open(test, SZ_2M);
	return 0;
}

static struct kunit_suite percpu_suite = {
	.name = "rtalloc_percpu",
	.init = percpu_init,
	.exit = percpu_exit,
	.test_cases = percpu_cases,
};

kunit_test_suite(percpu_suite);
