// SPDX-License-Identifier: GPL-2.0-only
/*
 * unit.c - runs the suites over the backends.
 *
 *	[SEED=N] unit [PART]
 *
 * PART: only the tests whose name has it. Prints `ok NAME` or
 * `not ok NAME: WHY` for each test and ends with `N passed, N failed`.
 * Exit status: 0 all passed, 1 not, 2 usage.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "unit.h"

static const struct test *const suites[] = {
	contract_tests, model_tests, slab_tests, slab_damage_tests, slab_attack_tests,
	memheap_tests, memheap_damage_tests, small_mem_tests, heap4_tests,
	heap4_damage_tests, heap4_policy_tests, sylix_tests,
	sylix_damage_tests, sylix_policy_tests,
	tlsf_tests, tlsf_resize_tests, tlsf_pool_tests, tlsf_look_tests,
	tlsf_attack_tests,
	tlsf_defect_tests, tlsf_policy_tests, mempool_tests,
};

u64 test_seed;

static const char *run_test(const struct test *test,
			    const struct backend *backend)
{
	struct heap heap;
	const char *why;
	int err = heap_open(&heap, backend, test->size, test->align);

	EXPECT(!err, "cannot open the heap: %s", strerror(-err));
	why = test->run(&heap);
	heap_close(&heap);
	return why;
}

static bool applies(const struct test *test, const struct backend *backend)
{
	if (test->size > SIZE_MAX / 4)
		return false;
	if (test->backend && strcmp(test->backend, backend->name))
		return false;
	return test->align >= backend->ops->min_align &&
	       test->align <= backend->ops->max_align;
}

/* Run @test over its backends; counts in @passed and @failures. */
static void run_backends(const struct test *test, const char *part,
			 int *passed, int *failures)
{
	for (size_t i = 0; i < backend_count; i++) {
		const char *why;
		char name[128];

		if (!applies(test, &backends[i]))
			continue;
		snprintf(name, sizeof(name), "%s/%s/%llu/a%zu", test->name,
			 backends[i].name, test->size, test->align);
		if (part && !strstr(name, part))
			continue;
		why = run_test(test, &backends[i]);
		if (why)
			printf("not ok %s: %s\n", name, why);
		else
			printf("ok %s\n", name);
		fflush(stdout);
		*(why ? failures : passed) += 1;
	}
}

int main(int argc, char **argv)
{
	const char *seed = getenv("SEED");
	int passed = 0, failures = 0;

	if (argc > 2 || (seed && *seed && !parse_u64(seed, &test_seed))) {
		fputs("usage: [SEED=N] unit [PART]\n", stderr);
		return 2;
	}
	if (!seed || !*seed)
		test_seed = (u64)time(NULL);
	printf("SEED=%llu\n", test_seed);
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++)
		for (const struct test *test = suites[i]; test->name; test++)
			run_backends(test, argv[1], &passed, &failures);
	printf("%d passed, %d failed\n", passed, failures);
	return failures || !passed;
}
