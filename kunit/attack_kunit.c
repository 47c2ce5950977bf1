// SPDX-License-Identifier: GPL-2.0-only
/*
 * attack_kunit.c - the attacks of attack/ under KUnit: only a few of each kind, because the
 * log gets a line for each heap that is found damaged.
 */
#include "kunit/attack/attack.h"
#include "kunit/common.h"

#define STEP	16	/* every STEP-th position is attacked */

static const void *case_next(const void *prev, char *desc)
{
	const struct attack_case *c = prev ? prev + sizeof(*c) : attack_cases;

	if (!c->name)
		return NULL;
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
	return c;
}

static struct attack *attack_get(struct kunit *test)
{
	struct attack *a = pages_open(test, sizeof(*a) + PAGE_SIZE + ATTACK_MEMORY);

	a->memory = PTR_ALIGN((u8 *)(a + 1), PAGE_SIZE);
	a->seed = random_seed(test);
	return a;
}

static void freed_memory_is_written_to(struct kunit *test)
{
	struct attack *a = attack_get(test);

	KUNIT_EXPECT_TRUE_MSG(test, attack_run(a, test->param_value, STEP, 1),
			      "%s", a->why);
}

static void pointers_of_another_heap(struct kunit *test)
{
	struct attack *a = attack_get(test);

	KUNIT_EXPECT_TRUE_MSG(test, attack_stale(a, test->param_value), "%s",
			      a->why);
}

static struct kunit_case attack_kunit_cases[] = {
	KUNIT_CASE_PARAM(freed_memory_is_written_to, case_next),
	KUNIT_CASE_PARAM(pointers_of_another_heap, case_next),
	{}
};

static struct kunit_suite attack_suite = {
	.name = "rtalloc_attack",
	.test_cases = attack_kunit_cases,
};

kunit_test_suite(attack_suite);
