// SPDX-License-Identifier: GPL-2.0-only
/*
 * unit.c - runs the tests of kunit/backend/ in user space.
 *
 *	[SEED=N] [LESS=N] unit [PART]
 *
 * PART: only the tests whose name has it. LESS: the Nth part of what is random,
 * for a processor that is emulated. Prints `ok NAME` or
 * `not ok NAME: WHY` for each test and ends with `N passed, N failed`.
 * Exit status: 0 all passed, 1 not, 2 usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "unit.h"
#include "memory.h"

u64 test_seed;
unsigned int test_less = 1;

/* Run @test over its heaps; counts in @passed and @failures. */
static void run_heaps(const struct test *test, const char *part,
		      int *passed, int *failures)
{
	for (size_t i = 0; test_has(test, i); i++) {
		const char *why;
		char name[128];

		if (!test_applies(test, i))
			continue;
		test_name(test, i, name, sizeof(name));
		if (part && !strstr(name, part))
			continue;
		why = test_run(test, i);
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
	const char *seed = getenv("SEED"), *less = getenv("LESS");
	int passed = 0, failures = 0;

	if (argc > 2 || (seed && *seed && !parse_u64(seed, &test_seed))) {
		fputs("usage: [SEED=N] [LESS=N] unit [PART]\n", stderr);
		return 2;
	}
	if (less && atoi(less) > 0)
		test_less = atoi(less);
	if (!seed || !*seed)
		test_seed = (u64)time(NULL);
	printf("SEED=%llu\n", test_seed);
	for (const struct test *const *suite = test_suites; *suite; suite++)
		for (const struct test *test = *suite; test->name; test++)
			run_heaps(test, argv[1], &passed, &failures);
	printf("%d passed, %d failed\n", passed, failures);
	return failures || !passed;
}
