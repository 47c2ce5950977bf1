/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * unit.h - what the suites of the backends share.
 *
 * The suites run in user space (tools/user/unit.c) and in a kernel (backend_kunit.c).
 * A test is a function that is given a new heap and returns NULL, or the reason why it
 * failed. The runner opens that heap, closes it and prints the result. Other heaps that a
 * test opens, the test must close.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_UNIT_H
#define _RTALLOC_KUNIT_BACKEND_UNIT_H

#include <linux/bits.h>
#include <linux/kernel.h>
#include "expect.h"
#include "harness.h"
#include "words.h"

#define A8	8u
#define KIB	1024ul
#define MIB	BIT(20)
#define GIB	BIT_ULL(30)

/**
 * struct test - one test
 * @name: name of the test
 * @run: the test
 * @backend: name of the only backend that it is run on; NULL: all backends
 * @twin: name of a second such backend
 * @size: bytes of the region of its heap. Where the address space is too small for that,
 *	the test is not run. 0: the test is run through the core, on geometries[], of
 *	which @backend may name one.
 * @align: alignment of its heap's blocks; it is not run on backends without that one
 * @also: further alignments that it is run with; 0: none
 * @is_large: the test opens heaps for which a kernel has not enough memory
 * @core: the test is run a second time, through the core
 * @script: a script that is played in place of @run; see picture.c
 * @own: function that compares (TEXT) in a script with the heap
 * @is_total: @size is what the heap manages; its region is larger
 */
struct test {
	const char *name;
	const char *(*run)(struct heap *heap);
	const char *backend;
	u64 size;
	size_t align;
	bool is_large;
	bool core;
	const char *script;
	const char *(*own)(struct heap *heap, const char *want);
	bool is_total;
	const char *twin;
	u16 also[2];
};

/* All suites, NAME_tests each. The last entry of a suite has no name. */
#define TEST_SUITES(X)							\
	X(contract) X(contract_core) X(contract_damage) X(model) X(golden) \
	X(slab) X(slab_damage) X(slab_attack) X(memheap) X(memheap_damage) \
	X(small_mem) X(heap4) X(heap4_damage) X(sylix) X(sylix_damage)	\
	X(policy) X(tlsf_block) X(tlsf_resize) X(tlsf_pool) X(tlsf_inspect) \
	X(tlsf_attack) X(tlsf_damage) X(tlsf_defect) X(tlsf_policy) X(mempool)

#define TEST_SUITE(name)	extern const struct test name##_tests[];
TEST_SUITES(TEST_SUITE)

/* All suites; the last entry is NULL. */
extern const struct test *const test_suites[];

/*
 * A test is run on several heaps, numbered from 0 on. Whether there is a heap number @i
 * for it; if not, there is none above either.
 */
bool test_has(const struct test *test, size_t i);
/* Whether the test is to be run on heap number @i. */
bool test_applies(const struct test *test, size_t i);
/* Run the test on heap number @i. Return NULL, or the reason why it failed. */
const char *test_run(const struct test *test, size_t i);
/* Write the name of this run into @name. */
void test_name(const struct test *test, size_t i, char *name, size_t room);

/* Set by the runner: the seed of random work; 1/test_less of the work is done. */
extern u64 test_seed;
extern unsigned int test_less;

#define EXPECT(cond, ...)	LEAVE_UNLESS(cond, __VA_ARGS__)

/* Short forms of the calls in struct heap_calls; put() frees, where() is the offset. */
void *get(struct heap *heap, size_t size);
void *get_aligned(struct heap *heap, size_t size, size_t align);
int put(struct heap *heap, void *p);
u64 where(const struct heap *heap, const void *p);
size_t usable(const struct heap *heap, const void *p);

/* Whether each of the @size bytes at @p is @byte. */
bool holds(const void *p, u8 byte, size_t size);

/*
 * The following functions return NULL, or the reason why what they expect does not hold.
 *
 * Expect the heap's check to find nothing, and no byte behind a region to have changed.
 */
const char *sound(struct heap *heap);

/*
 * Walk the heap in batches of @batch pieces (at most 64) and store all pieces in @pieces.
 * Return how many there are, or a negative number if the walk fails.
 */
long walk_all(const struct heap *heap, struct rtalloc_block *pieces,
	      long room, int batch);

/* Expect stats and walk of a damaged heap to end, and to report nothing outside of it. */
const char *looks_survive(const struct heap *heap);

/*
 * Expect the pieces whose state is one of @states to be @want: "[OFFSET STATE SIZE]" for
 * each piece, where STATE is F (free), U (used), I (idle) or M (meta).
 */
const char *map_is(const struct heap *heap, const char *states,
		   const char *want);

/* Expect the heap to look as the script says after each of its steps; see picture.c. */
const char *picture(struct heap *heap, const char *script);
/* @own of the running test. */
extern const char *(*picture_own)(struct heap *heap, const char *want);

#endif /* _RTALLOC_KUNIT_BACKEND_UNIT_H */
