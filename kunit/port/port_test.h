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
 * @memory: bytes that it finds at port_memory; 0: it needs none
 */
struct port_test {
	const char *name;
	port_test_fn *run;
	const char *(*around)(port_test_fn *run);
	size_t memory;
};

/* Each table ends with an entry without name. */
extern const struct port_test freertos_tests[];
extern const struct port_test freertos_ipc_tests[];
extern const struct port_test freertos_stream_tests[];
extern const struct port_test rtthread_mem_tests[];
extern const struct port_test rtthread_mp_tests[];
extern const struct port_test rtthread_tests[];
extern const struct port_test rtthread_ipc_tests[];
extern const struct port_test rtthread_mq_tests[];
extern const struct port_test sylixos_tests[];
extern const struct port_test sylixos_types_tests[];
extern const struct port_test sylixos_ipc_tests[];
extern const struct port_test tlsf_tests[];
extern const struct port_test lwip_tests[];
extern const struct port_test lwip_pools_tests[];
extern const struct port_test lwip_def_tests[];
extern const struct port_test lwip_sys_tests[];

/* An "around": as many bytes of RT-Thread's heap are in use after @test as before. */
const char *rtthread_heap_is_whole(port_test_fn *test);

const char *port_test_run(const struct port_test *test);

/* Around tests of what FreeRTOS allocates: as much is free in the end. */
const char *freertos_heap_is_whole(port_test_fn *test);

/* Page aligned memory of the test that runs, full of 0xaa when it begins. */
extern u8 *port_memory;

struct port_waits;

/**
 * port_meanwhile() - have something done while the test waits for an object
 * @waits: by which it is known that the test waits
 * @fn: somebody else does it then, and does not wait; once, if the test waits at all
 *
 * What runs the tests defines this: a thread in the kernel, and in user space, where
 * there is none, whoever would wait.
 */
void port_meanwhile(struct port_waits *waits, void (*fn)(void));
/* The test has waited: @fn is done, or is not going to be. */
void port_meanwhile_over(void);

/* 31 bits of a generator that begins with the seed 1. */
u32 port_draw(u64 *state);

/**
 * struct port_calls - what port_random() calls
 * @alloc: a block of this size, or NULL
 * @free: the end of a block; NULL does nothing
 * @realloc: a block gets another size, which may be 0; NULL is allocated. Left
 *	out where there is no such function
 * @check: is the heap sound? Asked now and then; may be left out
 * @max_size: sizes are smaller than this
 */
struct port_calls {
	void *(*alloc)(size_t size);
	void (*free)(void *p);
	void *(*realloc)(void *p, size_t size);
	const char *(*check)(void);
	size_t max_size;
};

/* In @steps steps blocks come and go at random; each keeps its contents. */
const char *port_random(const struct port_calls *calls, int steps);

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
