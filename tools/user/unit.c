// SPDX-License-Identifier: GPL-2.0-only
/*
 * unit.c - run the tests of kunit/backend/ in user space, each on the heaps that it is for.
 *
 *	[SEED=N] [FRACTION=N] unit [PART]	see runner.h
 *
 * FRACTION=N: do 1/N of the random steps, on an emulated processor.
 */
#include "runner.h"
#include "unit.h"

u64 test_seed;
unsigned int test_less;

static void run_heaps(const struct test *test)
{
	char name[128];

	for (size_t i = 0; test_has(test, i); i++) {
		if (!test_applies(test, i))
			continue;
		test_name(test, i, name, sizeof(name));
		if (runner_wants(name))
			runner_result(name, test_run(test, i));
	}
}

int main(int argc, char **argv)
{
	runner_begin(argc, argv, "[SEED=N] [FRACTION=N] unit [PART]");
	test_less = max_t(u64, runner_number("FRACTION", 1), 1);
	test_seed = runner_seed();
	for (const struct test *const *suite = test_suites; *suite; suite++)
		for (const struct test *test = *suite; test->name; test++)
			run_heaps(test);
	return runner_end();
}
