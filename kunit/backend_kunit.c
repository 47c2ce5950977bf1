// SPDX-License-Identifier: GPL-2.0-only
/*
 * backend_kunit.c - runs the tests of backend/ in a kernel, as tools/user/unit.c
 * does in user space: every table over every backend that it is for. What a
 * kernel has not the memory for is skipped, and random work is shorter.
 */
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>

#include "kunit/backend/unit.h"
#include "kunit/seed.h"

#define MEMORY_MAX	SZ_256M

unsigned int test_less = 16;
u64 test_seed;

/* Pages of vmalloc have one behind them that is not mapped. */
void *memory_get(size_t size)
{
	return size <= MEMORY_MAX ? vmalloc(size ?: PAGE_SIZE) : NULL;
}

void memory_put(void *p, size_t size)
{
	vfree(p);
}

void memory_poison(void *p, size_t size)
{
}

void memory_unpoison(void *p, size_t size)
{
}

void *test_memory(size_t size)
{
	return kvmalloc(size, GFP_KERNEL | __GFP_NOFAIL);
}

/* A test and one of the backends that it is for. */
struct pair {
	unsigned int suite;
	unsigned int test;
	unsigned int backend;
};

static bool pair_is_one(struct pair *pair)
{
	const struct test *test = &test_suites[pair->suite][pair->test];

	return pair->backend < backend_count &&
	       test_applies(test, &backends[pair->backend]);
}

/* The next that is a test; false behind the last. */
static bool pair_next(struct pair *pair)
{
	for (; test_suites[pair->suite]; pair->suite++, pair->test = 0) {
		for (; test_suites[pair->suite][pair->test].name; pair->test++) {
			for (; pair->backend < backend_count; pair->backend++)
				if (pair_is_one(pair))
					return true;
			pair->backend = 0;
		}
	}
	return false;
}

static const void *test_next(const void *prev, char *desc)
{
	static struct pair at;

	if (prev)
		at.backend++;
	else
		at = (struct pair){};
	if (!pair_next(&at))
		return NULL;
	test_name(&test_suites[at.suite][at.test], &backends[at.backend], desc,
		  KUNIT_PARAM_DESC_SIZE);
	return &at;
}

static void run(struct kunit *test)
{
	const struct pair *pair = test->param_value;
	const struct test *body = &test_suites[pair->suite][pair->test];
	const char *why;

	if (body->size > MEMORY_MAX || body->is_large)
		kunit_skip(test, "more memory than a kernel has");
	test_seed = test_seed ?: random_seed(test);
	why = test_run(body, &backends[pair->backend]);
	if (why)
		KUNIT_FAIL(test, "%s", why);
}

static struct kunit_case backend_cases[] = {
	KUNIT_CASE_PARAM_ATTR(run, test_next, { .speed = KUNIT_SPEED_SLOW }),
	{}
};

static struct kunit_suite backend_suite = {
	.name = "rtalloc_backend",
	.test_cases = backend_cases,
};

kunit_test_suite(backend_suite);
