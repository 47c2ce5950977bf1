// SPDX-License-Identifier: GPL-2.0-only
/*
 * port.c - runs the tests of the porting headers (kunit/port/) in user space,
 * over the core and the ports as they are in the kernel.
 *
 *	port [PART]
 *
 * PART: only the tests whose name has it. Prints `ok NAME` or
 * `not ok NAME: WHY` for each test and ends with `N passed, N failed`.
 * Exit status: 0 all passed, 1 not, 2 usage.
 */
#include <stdio.h>
#include <linux/list.h>

#include "core/core.h"
#include "kunit/port/port_test.h"

static const struct port_test *const suites[] = {
	freertos_tests,
	freertos_ipc_tests,
	lwip_tests,
	lwip_pools_tests,
	rtthread_mem_tests,
	rtthread_mp_tests,
	rtthread_tests,
	sylixos_tests,
	sylixos_types_tests,
	tlsf_tests,
};

/* Heaps that exist: the tests must leave as many as they found. */
static int heap_count(void)
{
	struct rtalloc_heap *heap;
	int n = 0;

	list_for_each_entry(heap, &rtalloc_heaps, node)
		n++;
	return n;
}

static const char *run(const struct port_test *test)
{
	int before = heap_count(), after;
	const char *why = port_test_run(test);

	after = heap_count();
	if (!why && before != after)
		return failed(__FILE__, __LINE__, "%d heaps, then %d",
				   before, after);
	return why;
}

int main(int argc, char **argv)
{
	int passed = 0, failures = 0;

	if (argc > 2) {
		fputs("usage: port [PART]\n", stderr);
		return 2;
	}
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++)
		for (const struct port_test *t = suites[i]; t->name; t++) {
			const char *why;

			if (argc > 1 && !strstr(t->name, argv[1]))
				continue;
			why = run(t);
			if (why)
				printf("not ok %s: %s\n", t->name, why);
			else
				printf("ok %s\n", t->name);
			fflush(stdout);
			*(why ? &failures : &passed) += 1;
		}
	printf("%d passed, %d failed\n", passed, failures);
	return failures || !passed;
}
