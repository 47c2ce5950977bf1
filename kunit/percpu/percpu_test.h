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
 * @name: what
 * @run: the test, over a heap of its own, in which nothing lives at the end
 * @only: the backends that it is for; NULL: any
 * @alone: in place of @run: it makes its heaps itself, of @backend
 * @size: bytes of the heap; 0: HEAP
 * @most: bytes that its magazines may hold on a processor; 0: MOST
 * @ends: it destroys its heap itself
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

/* The table ends with an entry without name. */
extern const struct percpu_test percpu_tests[];

bool percpu_test_applies(const struct percpu_test *test, const char *backend);
const char *percpu_test_run(const struct percpu_test *test, const char *backend);

/* Go on as another processor, if there is one: there are two at least, or one. */
void percpu_test_cpu(unsigned int cpu);
unsigned int percpu_test_cpus(void);

/* Where heaps are cut from; 2 MiB at least. */
struct rtalloc_region *percpu_test_region(void);

/* As if the kernel had been booted with init_on_alloc=1; false: it cannot be. */
bool percpu_test_clears(bool clears);

/* What happens when a processor goes; false: it cannot. */
bool percpu_test_gone(unsigned int cpu);

/* Addresses without memory until they are used; NULL: there are none. */
void *percpu_test_reserve(u64 size);
void percpu_test_unreserve(void *p, u64 size);

#endif /* _RTALLOC_KUNIT_PERCPU_TEST_H */
