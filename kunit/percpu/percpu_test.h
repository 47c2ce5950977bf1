/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * percpu_test.h - tests of heaps with magazines, through the public API. They run
 * in user space, where processors are played (tools/user/percpu_suites.c), and in a
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
 * @run: the test; it is given a new heap, which must have no live block at the end
 * @only: backends that it is for; NULL: all
 * @alone: a test in place of @run that makes its heaps itself, with this backend
 * @size: bytes of the heap; 0: HEAP
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

/* Go on as processor @cpu, if there is that one. */
void percpu_test_cpu(unsigned int cpu);
/* How many processors a test can use. */
unsigned int percpu_test_cpus(void);

/* The region for heaps, of at least 2 MiB. */
struct rtalloc_region *percpu_test_region(void);

/* Switch init_on_alloc. Return false if that cannot be done here. */
bool percpu_test_clears(bool clears);

/* Take a processor down. Return false if that cannot be done here. */
bool percpu_test_gone(unsigned int cpu);

/* Reserve address space, which gets memory when it is used; NULL: not possible here. */
void *percpu_test_reserve(u64 size);
void percpu_test_unreserve(void *p, u64 size);

#endif /* _RTALLOC_KUNIT_PERCPU_TEST_H */
