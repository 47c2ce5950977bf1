/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * port_test.h - tests of the porting headers. They use the original's functions, and of
 * this project's headers include only that of the family. They run in user space
 * (tools/user/port.c) and in a kernel (port_kunit.c).
 *
 * A test returns NULL, or a text that says why it failed. The family's heap is empty when
 * it begins, and must be empty when it returns.
 */
#ifndef _RTALLOC_KUNIT_PORT_TEST_H
#define _RTALLOC_KUNIT_PORT_TEST_H

#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/types.h>

#include "kunit/backend/draw.h"
#include "kunit/backend/expect.h"

/* The square root of SIZE_MAX + 1. */
#define SIZE_ROOT	((size_t)1 << 4 * sizeof(size_t))

/* Size of each family's system heap while the tests run. */
#define PORT_HEAP_SIZE	SZ_1M

typedef const char *port_test_fn(void);

/**
 * struct port_test - one test
 * @name: FAMILY.WHAT
 * @run: the test
 * @around: sets up, calls @run, and tears down; NULL: @run is called directly
 * @memory: bytes of memory to provide at port_memory; 0: none
 */
struct port_test {
	const char *name;
	port_test_fn *run;
	const char *(*around)(port_test_fn *run);
	size_t memory;
};

/* All suites, NAME_tests each. The last entry of a suite has no name. */
#define PORT_SUITES(X)							\
	X(freertos) X(freertos_ipc) X(freertos_notify) X(freertos_stream) \
	X(lwip) X(lwip_pools) X(lwip_def) X(lwip_sys)			\
	X(rtthread_mem) X(rtthread_mp) X(rtthread) X(rtthread_ipc) X(rtthread_mq) \
	X(sylixos) X(sylixos_types) X(sylixos_ipc) X(tlsf)

#define PORT_TESTS(name)	extern const struct port_test name##_tests[];
PORT_SUITES(PORT_TESTS)

/* For @around: check that @test leaves RT-Thread's heap with as many bytes in use. */
const char *rtthread_heap_is_whole(port_test_fn *test);

const char *port_test_run(const struct port_test *test);

/* For @around: check that @test leaves FreeRTOS's heap with as many free bytes. */
const char *freertos_heap_is_whole(port_test_fn *test);

/* Page-aligned memory for the running test, filled with 0xaa when it begins. */
extern u8 *port_memory;

struct port_waits;

/**
 * port_meanwhile() - call a function while the test waits for an object
 * @waits: the object; its number of waiters tells when the test waits
 * @fn: function that is called once, if the test waits at all; it must not wait
 *
 * The test runners define this. In the kernel a thread calls @fn. User space has no threads,
 * so there the wait itself calls it.
 */
void port_meanwhile(struct port_waits *waits, void (*fn)(void));
/* End port_meanwhile() after the wait: @fn has returned, or will not be called. */
void port_meanwhile_over(void);

/**
 * struct port_calls - functions and parameters of port_random()
 * @alloc: allocate a block; may return NULL
 * @free: free a block; NULL does nothing
 * @realloc: resize a block, to 0 bytes, too; NULL: allocate one. NULL if the family has no
 *	such function
 * @check: check the heap, called now and then; may be NULL
 * @max_size: sizes are smaller than this
 */
struct port_calls {
	void *(*alloc)(size_t size);
	void (*free)(void *p);
	void *(*realloc)(void *p, size_t size);
	const char *(*check)(void);
	size_t max_size;
};

/* Allocate, resize and free blocks at random, @steps times, and check their contents. */
const char *port_random(const struct port_calls *calls, int steps);

/* Are all of the @size bytes at @p equal to @byte? */
static inline bool port_filled(const void *p, u8 byte, size_t size)
{
	const u8 *at = p;

	while (size && *at++ == byte)
		size--;
	return !size;
}

#define EXPECT(cond)	LEAVE_UNLESS(cond, "%s", #cond)

#endif /* _RTALLOC_KUNIT_PORT_TEST_H */
