/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * percpu_test.h - tests of heaps with magazines, through the public API. They run
 * in user space, where processors are simulated (tools/user/percpu_suites.c), and in a
 * kernel (percpu_kunit.c).
 */
#ifndef _RTALLOC_KUNIT_PERCPU_TEST_H
#define _RTALLOC_KUNIT_PERCPU_TEST_H

#include "kunit/port/port_test.h"

struct rtalloc_heap;
struct rtalloc_region;

/**
 * struct percpu_test - one test
 * @name: its name
 * @run: the test; its argument is a new heap, which must have no live block at the end
 * @only: the backends that the test applies to; NULL: all
 * @alone: a test in place of @run that creates its own heaps, with the given backend
 * @size: size of the heap in bytes; 0: HEAP
 * @most: bytes that the magazines of one processor may hold; 0: MOST
 * @ends: the test destroys its heap itself
 */
struct percpu_test {
	const char *name;
	const char *(*run)(struct rtalloc_heap *heap);
	const char *only[3];
	const char *(*alone)(const char *backend);
	size_t size;
	size_t most;
	bool ends;
};

/* The last entry has no name. */
extern const struct percpu_test percpu_tests[];

bool percpu_test_applies(const struct percpu_test *test, const char *backend);
const char *percpu_test_run(const struct percpu_test *test, const char *backend);

/* Continue on processor @cpu, if there is such a processor. */
void percpu_test_cpu(unsigned int cpu);
/* Return the number of processors that a test can use. */
unsigned int percpu_test_cpus(void);

/* Return the region for the tests' heaps, of at least 2 MiB. */
struct rtalloc_region *percpu_test_region(void);

/* Switch init_on_alloc on or off. Return false where that is not possible. */
bool percpu_test_clears(bool clears);

/* Take a processor offline. Return false where that is not possible. */
bool percpu_test_gone(unsigned int cpu);

/* Reserve address space that gets memory when it is used. Return NULL where impossible. */
void *percpu_test_reserve(u64 size);
void percpu_test_unreserve(void *p, u64 size);

#endif /* _RTALLOC_KUNIT_PERCPU_TEST_H */
