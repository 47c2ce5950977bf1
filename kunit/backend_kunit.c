// SPDX-License-Identifier: GPL-2.0-only
/*
 * backend_kunit.c - run the tests of backend/ in a kernel, as tools/user/unit.c does in user
 * space: every test on every heap that it is for. Tests for which a kernel has not enough
 * memory are skipped, and random work is shorter.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>

#include "kunit/backend/unit.h"
#include "kunit/seed.h"
#include "kunit/suite.h"

#define MEMORY_MAX	SZ_256M

unsigned int test_less = 16;
u64 test_seed;

/* vmalloc() leaves an unmapped page behind each area. */
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

/* A test and one of the heaps that it is run on. */
struct pair {
	unsigned int suite;
	unsigned int test;
	size_t heap;
};

static const struct test *test_of(const struct pair *pair)
{
	return &test_suites[pair->suite][pair->test];
}

/* Go on to the next pair that applies. Return false if there is none. */
static bool pair_next(struct pair *pair)
{
	for (; test_suites[pair->suite]; pair->suite++, pair->test = 0) {
		for (; test_of(pair)->name; pair->test++, pair->heap = 0)
			for (; test_has(test_of(pair), pair->heap); pair->heap++)
				if (test_applies(test_of(pair), pair->heap))
					return true;
	}
	return false;
}

static const void *test_next(const void *prev, char *desc)
{
	static struct pair at;

	if (prev)
		at.heap++;
	else
		at = (struct pair){};
	if (!pair_next(&at))
		return NULL;
	test_name(test_of(&at), at.heap, desc, KUNIT_PARAM_DESC_SIZE);
	return &at;
}

static void run(struct kunit *test)
{
	const struct pair *pair = test->param_value;
	const struct test *body = test_of(pair);
	const char *why;

	if (body->size > MEMORY_MAX || body->is_large)
		kunit_skip(test, "more memory than a kernel has");
	test_seed = test_seed ?: random_seed(test);
	why = test_run(body, pair->heap);
	if (why)
		KUNIT_FAIL(test, "%s", why);
}

static struct kunit_case backend_cases[] = {
	KUNIT_CASE_PARAM_ATTR(run, test_next, { .speed = KUNIT_SPEED_SLOW }),
	{}
};

RTALLOC_SUITE(backend);

MODULE_DESCRIPTION("KUnit tests of rtalloc");
MODULE_LICENSE("GPL");
