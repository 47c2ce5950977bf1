/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * port_test.h - tests of the porting headers: written against an original's
 * functions, with its header the only one of ours that they include. They run
 * in user space (tools/user/port.c) and in a kernel (port_kunit.c).
 *
 * A test returns NULL, or why it failed. It finds its family's heap empty and
 * leaves it so.
 */
#ifndef _RTALLOC_KUNIT_PORT_TEST_H
#define _RTALLOC_KUNIT_PORT_TEST_H

#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/types.h>

#include "kunit/backend/expect.h"

/* Its square is one more than the largest size. */
#define SIZE_ROOT	((size_t)1 << 4 * sizeof(size_t))

/* The size that each family's system heap has while the tests run. */
#define PORT_HEAP_SIZE	SZ_1M

typedef const char *port_test_fn(void);

/**
 * struct port_test - one test
 * @name: FAMILY.WHAT
 * @run: the test
 * @around: sets up, calls what it is given, tears down; NULL: nothing to do
 */
struct port_test {
	const char *name;
	port_test_fn *run;
	const char *(*around)(port_test_fn *run);
};

/* Each table ends with an entry without name. */
extern const struct port_test freertos_tests[];
extern const struct port_test rtthread_mem_tests[];
extern const struct port_test rtthread_mp_tests[];
extern const struct port_test rtthread_tests[];
extern const struct port_test sylixos_tests[];
extern const struct port_test tlsf_tests[];
extern const struct port_test lwip_tests[];
extern const struct port_test lwip_pools_tests[];
extern const struct port_test sylixos_tests[];

const char *port_test_run(const struct port_test *test);

/* Page aligned memory for a test, full of bytes that are not 0. */
void *port_memory(size_t size);
void port_memory_free(void *p);

/* 31 bits of a generator that begins with the seed 1. */
u32 port_draw(u64 *state);

/* Are the @size bytes at @p all @byte? */
static inline bool port_filled(const void *p, u8 byte, size_t size)
{
	const u8 *at = p;

	while (size && *at++ == byte)
		size--;
	return !size;
}

#define EXPECT(cond)	LEAVE_UNLESS(cond, "%s", #cond)

#endif /* _RTALLOC_KUNIT_PORT_TEST_H */
