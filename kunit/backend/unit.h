/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * unit.h - what the suites share.
 *
 * They run in user space (tools/user/unit.c) and in a kernel (backend_kunit.c).
 * A test is a function over a fresh heap: NULL, or why it failed. The runner
 * opens the heap, closes it and prints a line. A heap that a test opens for
 * itself is the test's to close.
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
 * @name: of the test
 * @run: the test
 * @backend: the one it is for; NULL: all of them
 * @twin: another that it is for
 * @size: bytes of region of the heap it gets; left out where no address space
 *	has room for that; 0: it is run through the core, over the geometry
 *	@backend or all geometries
 * @align: of that heap; backends that do not know it are left out
 * @also: other alignments that it is run with
 * @is_large: it opens other heaps, for which a kernel has no memory
 * @core: it is run through the core as well
 * @script: in place of @run: see picture.c
 * @own: what (TEXT) in a script is compared by
 * @is_total: @size is what the heap manages, its region is larger
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

/* Each suite ends with an entry without name. */
extern const struct test contract_tests[];
extern const struct test contract_core_tests[];
extern const struct test contract_damage_tests[];
extern const struct test model_tests[];
extern const struct test golden_tests[];
extern const struct test slab_tests[];
extern const struct test slab_damage_tests[];
extern const struct test slab_attack_tests[];
extern const struct test memheap_tests[];
extern const struct test memheap_damage_tests[];
extern const struct test small_mem_tests[];
extern const struct test heap4_tests[];
extern const struct test heap4_damage_tests[];
extern const struct test sylix_tests[];
extern const struct test sylix_damage_tests[];
extern const struct test tlsf_block_tests[];
extern const struct test tlsf_resize_tests[];
extern const struct test tlsf_pool_tests[];
extern const struct test tlsf_inspect_tests[];
extern const struct test tlsf_attack_tests[];
extern const struct test tlsf_damage_tests[];
extern const struct test tlsf_defect_tests[];
extern const struct test tlsf_policy_tests[];
extern const struct test mempool_tests[];
extern const struct test policy_tests[];

/* All of them, and NULL. */
extern const struct test *const test_suites[];

/*
 * A test is run over the heaps from number 0 on that it applies to; false: there is
 * none of number @i, or above.
 */
bool test_has(const struct test *test, size_t i);
bool test_applies(const struct test *test, size_t i);
const char *test_run(const struct test *test, size_t i);
void test_name(const struct test *test, size_t i, char *name, size_t room);

/* The runner's: where random work starts, what part of it is done. */
extern u64 test_seed;
extern unsigned int test_less;

#define EXPECT(cond, ...)	LEAVE_UNLESS(cond, __VA_ARGS__)

/* Short forms of the hooks, for tests. */
void *get(struct heap *heap, size_t size);
void *get_aligned(struct heap *heap, size_t size, size_t align);
int put(struct heap *heap, void *p);
u64 where(const struct heap *heap, const void *p);
size_t usable(const struct heap *heap, const void *p);

/* Are the @size bytes at @p all @byte? */
bool holds(const void *p, u8 byte, size_t size);

/* Check finds nothing and no byte behind a region has changed. */
const char *sound(struct heap *heap);

/* All pieces of the heap, in batches of @batch; returns how many, < 0: error */
long walk_all(const struct heap *heap, struct rtalloc_block *pieces,
	      long room, int batch);

/* Statistics and walk of a damaged heap end, and touch nothing outside it. */
const char *looks_survive(const struct heap *heap);

/*
 * The pieces of state @states, as text: "[OFFSET STATE SIZE]" with STATE one
 * of F U I M, compared with @want.
 */
const char *map_is(const struct heap *heap, const char *states,
		   const char *want);

/* Does the heap look as the script says after each of its steps? See picture.c. */
const char *picture(struct heap *heap, const char *script);
extern const char *(*picture_own)(struct heap *heap, const char *want);

#endif /* _RTALLOC_KUNIT_BACKEND_UNIT_H */
