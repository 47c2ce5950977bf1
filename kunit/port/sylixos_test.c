// SPDX-License-Identifier: GPL-2.0-only
/*
 * sylixos_test.c - SylixOS's heaps through their own functions.
 *
 * Headers are 48 bytes, segments 16-aligned; a segment is split when more than
 * 64 bytes would be left. What is freed is taken first, the last segment of a
 * heap last.
 */
#include <rtalloc/port/sylixos.h>

#include "kunit/port/port_test.h"

#define HEADER	(sizeof(size_t) == 8 ? 48u : 32u)
#define MEMORY	8192u

/* The heap is one segment, which can be allocated as one block. */
static const char *is_whole(PLW_CLASS_HEAP of, size_t size)
{
	void *p = _HeapAllocate(of, size - HEADER, "all");

	EXPECT(p);
	memset(p, 0x5a, size - HEADER);
	EXPECT(!_HeapAllocate(of, 1, "more"));
	EXPECT(!_HeapFree(of, p, LW_TRUE, "all"));
	EXPECT(!_HeapAllocate(of, size - HEADER + 1, "more"));
	return NULL;
}

static PLW_CLASS_HEAP heap;	/* of the test, in MEMORY bytes */

/* Run @test with a heap, and check that no block is left in it. */
static const char *with_heap(port_test_fn *test)
{
	const char *why;

	heap = _HeapCreate(port_memory, MEMORY);
	EXPECT(heap);
	why = test();
	if (!why)
		why = is_whole(heap, MEMORY);
	EXPECT(!_HeapDelete(heap, why ? LW_FALSE : LW_TRUE));
	if (!why && !port_filled(port_memory + MEMORY, 0xaa, MEMORY))
		why = "bytes behind the heap were written";
	return why;
}

static const char *creation_wants_memory(void)
{
	u8 *memory = port_memory;

	EXPECT(!_HeapCreate(NULL, 4096));
	EXPECT(!_HeapCreate(memory, 0));
	EXPECT(!_HeapCreate(memory, HEADER + 15));
	EXPECT(!_HeapCreate(memory + 1, HEADER + 16 + 14));
	EXPECT(port_filled(memory, 0xaa, 4096));
	heap = _HeapCreate(memory + 1, HEADER + 16 + 15);
	EXPECT(heap);
	EXPECT(_HeapAllocate(heap, 16, "low") == memory + 16 + HEADER);
	EXPECT(!_HeapDelete(heap, LW_FALSE));
	EXPECT(port_filled(memory + 80, 0xaa, 4096 - 80));
	return NULL;
}

static const char *delete_refuses_while_in_use(void)
{
	void *p = _HeapAllocate(heap, 100, "used");

	EXPECT(p);
	EXPECT(_HeapDelete(heap, LW_TRUE) == heap);
	memset(p, 1, 100);
	EXPECT(!_HeapFree(heap, p, LW_FALSE, "used"));
	return NULL;
}

static const char *delete_without_check(void)
{
	heap = _HeapCreate(port_memory, MEMORY);
	EXPECT(_HeapAllocate(heap, 100, "lost"));
	EXPECT(!_HeapDelete(heap, LW_FALSE));
	return NULL;
}

/* A hole of 160 bytes: a rest of 64 bytes is not split off, one of 80 is. */
static const char *split_leaves_more_than_64(void)
{
	u8 *hole = _HeapAllocate(heap, 160, "hole");
	u8 *fence = _HeapAllocate(heap, 16, "wall"), *p, *q;

	EXPECT(hole == port_memory + HEADER);
	EXPECT(fence == hole + 160 + HEADER);
	_HeapFree(heap, hole, LW_TRUE, "hole");
	p = _HeapAllocate(heap, 160 - HEADER - 16, "most");
	EXPECT(p == hole);
	q = _HeapAllocate(heap, 16, "more");
	EXPECT(q == fence + 16 + HEADER);
	_HeapFree(heap, p, LW_TRUE, "most");
	_HeapFree(heap, q, LW_TRUE, "more");
	p = _HeapAllocate(heap, 160 - HEADER - 32, "part");
	EXPECT(p == hole);
	q = _HeapAllocate(heap, 32, "rest");
	EXPECT(q == hole + 160 - 32);
	_HeapFree(heap, q, LW_TRUE, "rest");
	_HeapFree(heap, p, LW_TRUE, "part");
	_HeapFree(heap, fence, LW_TRUE, "wall");
	return NULL;
}

static const char *last_freed_is_taken_first(void)
{
	void *p[5];
	int i;

	for (i = 0; i < 5; i++)
		p[i] = _HeapAllocate(heap, 64, "ring");
	_HeapFree(heap, p[3], LW_FALSE, "ring");
	_HeapFree(heap, p[1], LW_FALSE, "ring");
	EXPECT(_HeapAllocate(heap, 64, "ring") == p[1]);
	EXPECT(_HeapAllocate(heap, 64, "ring") == p[3]);
	for (i = 0; i < 5; i++)
		EXPECT(!_HeapFree(heap, p[i], LW_FALSE, "ring"));
	return NULL;
}

static const char *bad_frees_return_the_pointer(void)
{
	u8 *p = _HeapAllocate(heap, 100, "live"), *q, local[128] = { 0 };
	u8 *other = _HeapAllocate(_K_pheapSystem, 100, "else");

	q = _HeapAllocate(heap, 100, "dead");
	EXPECT(!_HeapFree(heap, NULL, LW_TRUE, "none"));
	EXPECT(!_HeapFree(heap, q, LW_TRUE, "dead"));
	EXPECT(_HeapFree(heap, q, LW_FALSE, "twice") == q);
	EXPECT(_HeapFree(heap, p + 16, LW_TRUE, "in") == p + 16);
	EXPECT(_HeapFree(heap, p + 1, LW_FALSE, "odd") == p + 1);
	EXPECT(_HeapFree(heap, local + 64, LW_FALSE, "own") == local + 64);
	EXPECT(_HeapFree(heap, other, LW_FALSE, "else") == other);
	EXPECT(!_HeapRealloc(heap, q, 10, LW_FALSE, "dead"));
	EXPECT(_HeapRealloc(heap, p + 16, 0, LW_FALSE, "in") == p + 16);
	EXPECT(!sys_free(other));
	EXPECT(!_HeapFree(heap, p, LW_FALSE, "live"));
	return NULL;
}

static const char *absurd_requests_fail(void)
{
	static const size_t sizes[] = {
		0, SIZE_MAX, SIZE_MAX - 15, SIZE_MAX - 16, SIZE_MAX - HEADER,
		SIZE_MAX / 2, SIZE_MAX / 2 + 1, MEMORY - HEADER + 1, MEMORY,
	};
	u8 *p = _HeapAllocate(heap, 16, "p");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT(!_HeapAllocate(heap, sizes[i], "no"));
		EXPECT(!_HeapZallocate(heap, sizes[i], "no"));
		EXPECT(!_HeapAllocateAlign(heap, sizes[i], 64, "no"));
		EXPECT(!sizes[i] ||
		       !_HeapRealloc(heap, p, sizes[i], LW_TRUE, "no"));
	}
	EXPECT(!_HeapAllocateAlign(heap, 8, 0, "no"));
	EXPECT(!_HeapAllocateAlign(heap, 8, 24, "no"));
	EXPECT(!_HeapAllocateAlign(heap, 8, SIZE_MAX / 2 + 1, "no"));
	EXPECT(!_HeapAllocate(NULL, 8, "no"));
	EXPECT(!_HeapRealloc(NULL, p, 8, LW_TRUE, "no"));
	EXPECT(_HeapFree(NULL, p, LW_TRUE, "no") == p);
	EXPECT(!_HeapFree(heap, p, LW_TRUE, "p"));
	return NULL;
}

static const char *zallocate_clears(void)
{
	u8 *p = _HeapAllocate(heap, 300, NULL), *q;

	memset(p, 0xff, 300);
	_HeapFree(heap, p, LW_TRUE, NULL);
	q = _HeapZallocate(heap, 300, NULL);
	EXPECT(q == p);
	EXPECT(port_filled(q, 0, 300));
	EXPECT(!_HeapFree(heap, q, LW_TRUE, NULL));
	return NULL;
}

static const char *aligned_blocks_are_like_others(void)
{
	size_t align;
	void *p;

	for (align = 1; align <= 2048; align *= 2) {
		p = _HeapAllocateAlign(heap, 100, align, "line");
		EXPECT(p);
		EXPECT_EQ((size_t)p % align, 0);
		memset(p, 0xff, 100);
		/* The original refuses a block that does not begin at its segment's start. */
		p = _HeapRealloc(heap, p, 200, LW_FALSE, "long");
		EXPECT(p);
		EXPECT(port_filled(p, 0xff, 100));
		EXPECT(!_HeapFree(heap, p, LW_TRUE, "long"));
	}
	return NULL;
}

/* Grow into the free segment that follows, shrink, and finally move. */
static const char *realloc_grows_shrinks_and_moves(void)
{
	u8 *p = _HeapRealloc(heap, NULL, 64, LW_FALSE, "grow"), *wall, *q;

	EXPECT(p == port_memory + HEADER);
	memset(p, 7, 64);
	EXPECT(_HeapRealloc(heap, p, 640, LW_TRUE, "grow") == p);
	EXPECT(port_filled(p, 7, 64));
	EXPECT(_HeapRealloc(heap, p, 64, LW_TRUE, "less") == p);
	wall = _HeapAllocate(heap, 16, "wall");
	EXPECT(wall == p + 64 + HEADER);
	q = _HeapRealloc(heap, p, 80, LW_TRUE, "move");
	EXPECT(q == wall + 16 + HEADER);
	EXPECT(port_filled(q, 7, 64));
	EXPECT(!_HeapRealloc(heap, q, 0, LW_TRUE, "free"));
	EXPECT(_HeapFree(heap, q, LW_TRUE, "free") == q);
	EXPECT(!_HeapFree(heap, wall, LW_TRUE, "wall"));
	return NULL;
}

/* ---- the system heap ------------------------------------------------- */

static const char *system_heap_is_there(void)
{
	u8 *p = sys_malloc(100), *q = sys_zalloc(100), *r;

	EXPECT(p);
	EXPECT(q == p + 112 + HEADER);
	EXPECT(port_filled(q, 0, 100));
	r = sys_malloc_align(100, 256);
	EXPECT(r);
	EXPECT_EQ((size_t)r % 256, 0);
	memset(p, 3, 100);
	p = sys_realloc(p, 1000);
	EXPECT(p);
	EXPECT(port_filled(p, 3, 100));
	EXPECT(!sys_free(p));
	EXPECT(!sys_free(q));
	EXPECT(!sys_free(r));
	EXPECT(!sys_free(NULL));
	EXPECT(sys_free(r) == r);
	EXPECT(_HeapDelete(_K_pheapSystem, LW_FALSE) == _K_pheapSystem);
	return is_whole(_K_pheapSystem, PORT_HEAP_SIZE);
}

/* ---- random ---------------------------------------------------------- */

/* Every fourth block is aligned, to up to 2048 bytes, depending on its size. */
static void *system_take(size_t size)
{
	return size % 4 ? sys_malloc(size) :
			  sys_malloc_align(size, 1u << (size / 4 % 12));
}

static void system_give(void *p)
{
	sys_free(p);
}

static void *system_change(void *p, size_t size)
{
	return sys_realloc(p, size);
}

static const char *random_work_keeps_contents(void)
{
	static const struct port_calls calls = {
		system_take, system_give, system_change, .max_size = 20001,
	};

	TRY(port_random(&calls, 20000));
	return is_whole(_K_pheapSystem, PORT_HEAP_SIZE);
}

#define WITH_HEAP	with_heap, 2 * MEMORY
#define TEST(test, ...) { "sylixos." #test, test, __VA_ARGS__ }

const struct port_test sylixos_tests[] = {
	TEST(creation_wants_memory, NULL, 4096),
	TEST(delete_refuses_while_in_use, WITH_HEAP),
	TEST(delete_without_check, NULL, MEMORY),
	TEST(split_leaves_more_than_64, WITH_HEAP),
	TEST(last_freed_is_taken_first, WITH_HEAP),
	TEST(bad_frees_return_the_pointer, WITH_HEAP),
	TEST(absurd_requests_fail, WITH_HEAP),
	TEST(zallocate_clears, WITH_HEAP),
	TEST(aligned_blocks_are_like_others, WITH_HEAP),
	TEST(realloc_grows_shrinks_and_moves, WITH_HEAP),
	TEST(system_heap_is_there),
	TEST(random_work_keeps_contents),
	{}
};
