// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu_suites.c - runs the tests of heaps with magazines (kunit/percpu/) in user
 * space, over the core as it is in the kernel, with processors that are played:
 * one at a time, in an order that the tests choose.
 *
 *	percpu [PART]
 *
 * PART: only the tests whose name has it. Prints `ok NAME` or
 * `not ok NAME: WHY` for each test and ends with `N passed, N failed`.
 * Exit status: 0 all passed, 1 not, 2 usage.
 */
#include <stdio.h>
#include <linux/percpu.h>

#include "core/core.h"
#include "core/keys.h"
#include "kunit/percpu/percpu_test.h"

extern int (*shim_cpu_gone)(unsigned int cpu);

void percpu_test_cpu(unsigned int cpu)
{
	shim_cpu = cpu;
}

unsigned int percpu_test_cpus(void)
{
	return SHIM_CPUS;
}

struct rtalloc_region *percpu_test_region(void)
{
	return NULL;
}

bool percpu_test_clears(bool clears)
{
	if (!clears)
		rtalloc_keys_exit();
	shim_init_on_alloc = clears;
	if (clears)
		rtalloc_keys_init();
	return true;
}

bool percpu_test_gone(unsigned int cpu)
{
	return !shim_cpu_gone(cpu);
}

int main(int argc, char **argv)
{
	const struct rtalloc_ops *const *ops;
	const struct percpu_test *test;
	int passed = 0, failures = 0;
	char name[80];
	const char *why;

	if (argc > 2) {
		fputs("usage: percpu [PART]\n", stderr);
		return 2;
	}
	for (test = percpu_tests; test->name; test++)
		for (ops = rtalloc_backends; *ops; ops++) {
			if (test->only && strcmp(test->only, (*ops)->name))
				continue;
			snprintf(name, sizeof(name), "percpu.%s/%s",
				 test->name, (*ops)->name);
			if (argc > 1 && !strstr(name, argv[1]))
				continue;
			why = test->run((*ops)->name);
			if (why)
				printf("not ok %s: %s\n", name, why);
			else
				printf("ok %s\n", name);
			fflush(stdout);
			*(why ? &failures : &passed) += 1;
			shim_cpu = 0;
			rtalloc_heaps_release_all();
		}
	printf("%d passed, %d failed\n", passed, failures);
	return failures || !passed;
}
