// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu_suites.c - run the tests of heaps with magazines (kunit/percpu/) in user space, on
 * the same core as in the kernel. Processors are simulated: one runs at a time, in an order
 * that the tests choose.
 *
 *	percpu [PART]	see runner.h
 */
#include <stdio.h>
#include <sys/mman.h>
#include <linux/percpu.h>

#include "core/core.h"
#include "core/keys.h"
#include "kunit/percpu/percpu_test.h"
#include "runner.h"

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

void *percpu_test_reserve(u64 size)
{
	void *p = (size_t)size != size ? NULL :
		  mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void percpu_test_unreserve(void *p, u64 size)
{
	if (p)
		munmap(p, size);
}

static void run(const struct percpu_test *test, const char *backend)
{
	char name[80];

	if (!percpu_test_applies(test, backend))
		return;
	snprintf(name, sizeof(name), "percpu.%s/%s", test->name, backend);
	if (!runner_wants(name))
		return;
	runner_result(name, percpu_test_run(test, backend));
	shim_cpu = 0;
	rtalloc_heaps_release_all();
}

int main(int argc, char **argv)
{
	const struct rtalloc_ops *const *ops;
	const struct percpu_test *test;

	runner_begin(argc, argv, "percpu [PART]");
	for (test = percpu_tests; test->name; test++)
		for (ops = rtalloc_backends; *ops; ops++)
			run(test, (*ops)->name);
	return runner_end();
}
