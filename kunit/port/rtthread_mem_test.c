// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtthread_mem_test.c - what RT-Thread's own suites check of small memory, slab
 * and memheap, on regions of the same sizes, and the places of blocks as the
 * original gives them.
 *
 * The original's tests look into small memory: its control block says where the
 * first and the last header are; a header's first word has bit 0 set while the
 * block is used, the second is the offset of the next header.
 */
#include <rtalloc/port/rtthread.h>

#include "kunit/port/port_test.h"

#define HEADER	(8 + 2 * sizeof(size_t))
#define CONTROL	ALIGN(sizeof(struct small), 8)
#define LEAST	ALIGN(3 * sizeof(size_t), 8)	/* payload */
#define ITEM	ALIGN(8 + 5 * sizeof(void *), 8)	/* memheap's header */

struct item {
	union {
		rt_uintptr_t word;
		rt_uint32_t state;	/* its first bytes */
	};
	rt_size_t next;
	rt_size_t prev;
};

struct small {
	struct rt_memory parent;
	rt_uint8_t *heap_ptr;
	struct item *heap_end;
	struct item *unused;
	rt_size_t mem_size_aligned;
};

static rt_smem_t smem;

/* The largest payload of a free item. */
static rt_size_t largest(void)
{
	struct small *small = rt_container_of(smem, struct small, parent);
	rt_uint8_t *base = small->heap_ptr;
	struct item *item = (struct item *)base;
	rt_size_t size, max = 0;

	for (; item != small->heap_end; item = (struct item *)(base + item->next)) {
		size = item->next - ((rt_uint8_t *)item - base) - HEADER;
		if (!(item->state & 1) && size > max)
			max = size;
	}
	return max;
}

/* Nothing after the @size bytes of a heap was written. */
static const char *is_untouched(size_t size)
{
	return port_filled(port_memory + size, 0xaa, 8) ? NULL :
	       "bytes behind the heap were written";
}

/* ---- small memory: 1024 bytes, of which 872 are managed ------------------- */

static const char *with_smem(port_test_fn *test)
{
	rt_size_t whole;
	const char *why;

	smem = rt_smem_init("mem_tc", port_memory, 1024);
	EXPECT(smem);
	whole = largest();
	EXPECT_EQ(whole, 1024 - CONTROL - 2 * HEADER);
	why = test();
	if (!why && largest() != whole)
		why = "not all memory came back";
	if (!why && smem->used)
		why = "bytes are in use in the end";
	EXPECT_EQ(rt_smem_detach(smem), RT_EOK);
	return why ? why : is_untouched(1024);
}

static const char *smem_is_one_block(void)
{
	rt_size_t whole = largest();
	void *p = rt_smem_alloc(smem, whole);

	EXPECT(p);
	memset(p, 0x11, whole);
	EXPECT_EQ(largest(), 0);
	EXPECT_EQ(smem->used, whole + HEADER);
	EXPECT(smem->used <= smem->total);
	EXPECT(port_filled(p, 0x11, whole));
	rt_smem_free(p);
	EXPECT_EQ(largest(), whole);
	EXPECT_EQ(smem->max, whole + HEADER);
	return NULL;
}

struct piece {
	u8 *p;
	rt_size_t size;
};

/* Allocate a third of the largest block, half of the rest, and the rest. */
static const char *three_pieces(struct piece *piece)
{
	int i;

	for (i = 0; i < 3; i++) {
		piece[i].size = largest() / (3 - i);
		piece[i].p = rt_smem_alloc(smem, piece[i].size);
		EXPECT(piece[i].p);
		memset(piece[i].p, i + 1, piece[i].size);
	}
	EXPECT_EQ(largest(), 0);
	for (i = 0; i < 3; i++)
		EXPECT(port_filled(piece[i].p, i + 1, piece[i].size));
	return NULL;
}

static const char *smem_frees_in_order(void)
{
	rt_size_t sum = 0;
	struct piece piece[3];
	int i;

	TRY(three_pieces(piece));
	for (i = 0; i < 3; i++) {
		sum += piece[i].size;
		rt_smem_free(piece[i].p);
		EXPECT(largest() >= sum);
	}
	return NULL;
}

static const char *smem_frees_middle_last(void)
{
	struct piece piece[3];

	TRY(three_pieces(piece));
	rt_smem_free(piece[0].p);
	EXPECT(largest() >= piece[0].size);
	rt_smem_free(piece[2].p);
	EXPECT(largest() >= piece[0].size);
	rt_smem_free(piece[1].p);
	EXPECT(largest() >= piece[0].size + piece[1].size);
	return NULL;
}

static const char *smem_realloc_grows(void)
{
	rt_size_t size = largest() / 3;
	u8 *p = rt_smem_alloc(smem, size), *fence, *q;

	fence = rt_smem_alloc(smem, RT_ALIGN_SIZE);
	EXPECT(p && fence);
	EXPECT(largest() > size);
	memset(p, 0x42, size);
	q = rt_smem_realloc(smem, p, largest());
	EXPECT(q && q != p);
	EXPECT(port_filled(q, 0x42, size));
	rt_smem_free(q);
	rt_smem_free(fence);
	return NULL;
}

static const char *smem_realloc_shrinks(void)
{
	rt_size_t size = largest() / 2, before;
	u8 *p = rt_smem_alloc(smem, size);

	memset(p, 0x43, size);
	before = largest();
	EXPECT(rt_smem_realloc(smem, p, size / 2) == p);
	EXPECT(largest() > before);
	EXPECT(port_filled(p, 0x43, size / 2));
	rt_smem_free(p);
	return NULL;
}

static const char *smem_realloc_to_the_same(void)
{
	rt_size_t size = largest() / 2, before;
	void *p = rt_smem_alloc(smem, size);

	before = largest();
	EXPECT(rt_smem_realloc(smem, p, size) == p);
	EXPECT_EQ(largest(), before);
	rt_smem_free(p);
	return NULL;
}

/* Sizes that wrap in the original's computations. */
static const char *smem_refuses_what_is_bad(void)
{
	u8 *p = rt_smem_alloc(smem, 100), *q = rt_smem_alloc(smem, 100);
	u64 local[8] = { 0 };
	rt_size_t used;

	rt_smem_free(q);
	used = smem->used;
	EXPECT(!rt_smem_alloc(smem, 0));
	EXPECT(!rt_smem_alloc(smem, SIZE_MAX));
	EXPECT(!rt_smem_realloc(smem, p, SIZE_MAX - 3));
	EXPECT(!rt_smem_realloc(smem, q, 10));
	EXPECT(!rt_smem_realloc(smem, NULL, 0));
	EXPECT(!rt_smem_alloc(NULL, 10));
	EXPECT_EQ(rt_smem_detach(NULL), -RT_ERROR);
	EXPECT_EQ(rt_slab_detach(smem), -RT_ERROR);
	EXPECT(!rt_slab_alloc(smem, 10));
	rt_smem_free(NULL);
	rt_smem_free(q);
	rt_smem_free(p + 8);
	rt_smem_free(smem);
	rt_smem_free(local + 4);
	EXPECT_EQ(smem->used, used);
	rt_smem_free(p);
	rt_smem_free(p);
	return NULL;
}

/* A block of one heap may contain another heap; free() finds the inner one. */
static const char *smem_inside_of_smem(void)
{
	u8 *p = rt_smem_alloc(smem, 600), *q;
	rt_smem_t inner = rt_smem_init(NULL, p, 600);

	EXPECT(inner == (void *)p);
	q = rt_smem_alloc(inner, 100);
	EXPECT(q == p + CONTROL + HEADER);
	EXPECT_EQ(inner->used, 104 + HEADER);
	rt_smem_free(q);
	EXPECT_EQ(inner->used, 0);
	/* Initialised again without a detach: the first heap is dropped. */
	EXPECT(rt_smem_init("again", p, 600) == inner);
	EXPECT_EQ(rt_smem_detach(inner), RT_EOK);
	EXPECT_EQ(rt_smem_detach(inner), -RT_ERROR);
	rt_smem_free(p);
	return NULL;
}

static const char *smem_needs_room(void)
{
	/* Control block, two headers, the smallest payload. */
	static const rt_size_t least = CONTROL + 2 * HEADER + LEAST;
	u8 *p = rt_smem_alloc(smem, 600);
	rt_smem_t inner;

	EXPECT(!rt_smem_init("x", p, least - 1));
	EXPECT(!rt_smem_init("x", p, 0));
	EXPECT(!rt_smem_init("x", NULL, 1024));
	EXPECT(!rt_smem_init("x", p, SIZE_MAX));
	EXPECT(!rt_smem_init("x", p + 1, least + 6));
	inner = rt_smem_init("x", p + 1, least + 7);
	EXPECT(inner == (void *)(p + 8));
	EXPECT(rt_smem_alloc(inner, 1));
	EXPECT_EQ(rt_smem_detach(inner), RT_EOK);
	rt_smem_free(p);
	return NULL;
}

/* Initialised again without a detach and without room: the first is dropped, too. */
static const char *smem_made_anew_in_vain(void)
{
	u8 *p = rt_smem_alloc(smem, 600);
	rt_smem_t inner = rt_smem_init("x", p, 600);

	EXPECT(inner == (void *)p);
	EXPECT(rt_smem_alloc(inner, 100));
	EXPECT(!rt_smem_init("x", p, CONTROL + 8));
	EXPECT(!rt_smem_alloc(inner, 100));
	EXPECT_EQ(rt_smem_detach(inner), -RT_ERROR);
	rt_smem_free(p);
	return NULL;
}

#define NODES	64

/* As the original's random test: six of ten steps allocate, others free the newest. */
static const char *smem_random(void)
{
	static struct piece piece[NODES];
	u64 state = 1;
	int i, n = 0;

	for (i = 0; i < 20000; i++) {
		struct piece *top = &piece[n];

		if (draw(&state) % 10 < 6 && n < NODES) {
			top->size = (2 + draw(&state) % 5) * 32;
			top->p = rt_smem_alloc(smem, top->size);
			if (top->p) {
				EXPECT_EQ((size_t)top->p % RT_ALIGN_SIZE, 0);
				memset(top->p, n++, top->size);
				continue;
			}
		}
		if (!n)
			continue;
		top--;
		EXPECT(port_filled(top->p, --n, top->size));
		rt_smem_free(top->p);
	}
	while (n)
		rt_smem_free(piece[--n].p);
	return NULL;
}

/* ---- slab: 1 MiB ------------------------------------------------------- */

static rt_slab_t slab;

static const char *with_slab(port_test_fn *test)
{
	const char *why;

	slab = rt_slab_init("slab_tc", port_memory, SZ_1M);
	EXPECT(slab);
	why = test();
	if (!why && slab->used)
		why = "bytes are in use in the end";
	EXPECT_EQ(rt_slab_detach(slab), RT_EOK);
	return why ? why : is_untouched(SZ_1M);
}

/* Pages begin at the first page boundary after the control block. */
static const char *slab_blocks_lie_as_in_the_original(void)
{
	u8 *base = port_memory + 4096, *p, *q;

	EXPECT_EQ(slab->address, (rt_ubase_t)base);
	p = rt_slab_alloc(slab, 24);
	EXPECT(p == base + 4152);
	EXPECT(rt_slab_alloc(slab, 24) == p + 24);
	EXPECT(rt_slab_alloc(slab, 24) == p + 48);
	rt_slab_free(slab, p + 24);
	/* A zone hands out chunks that were never used before freed ones. */
	EXPECT(rt_slab_alloc(slab, 24) == p + 72);
	EXPECT_EQ(slab->used, 72);
	EXPECT_EQ(slab->max, 72);
	q = rt_slab_alloc(slab, 9000);
	EXPECT_EQ((size_t)q % 4096, 0);
	EXPECT_EQ(slab->used, 72 + 3 * 4096);
	EXPECT(rt_slab_realloc(slab, q, 12000) != q);
	EXPECT(!rt_slab_realloc(slab, q, 12000));
	rt_slab_free(slab, p);
	rt_slab_free(slab, p + 48);
	rt_slab_free(slab, p + 72);
	/* After the eight pages of the zone and three that were freed. */
	rt_slab_free(slab, base + (1 + 8 + 3) * 4096);
	return NULL;
}

static const char *slab_pages(void)
{
	u8 *base = port_memory + 4096;
	u8 *p = rt_slab_page_alloc(slab, 1), *q = rt_slab_page_alloc(slab, 3);

	/* The usage table takes the first page. */
	EXPECT(p == base + 4096);
	EXPECT(q == base + 2 * 4096);
	rt_slab_page_free(slab, q, 2);
	rt_slab_page_free(slab, q + 4096, 2);
	EXPECT(rt_slab_page_alloc(slab, 2) == q + 3 * 4096);
	rt_slab_page_free(slab, p, 1);
	EXPECT(rt_slab_page_alloc(slab, 1) == p);
	EXPECT(!rt_slab_page_alloc(slab, 0));
	EXPECT(!rt_slab_page_alloc(slab, 1000));
	EXPECT(!rt_slab_page_alloc(slab, SIZE_MAX / 4096 + 2));
	rt_slab_page_free(slab, p, 1);
	rt_slab_page_free(slab, p, 1);
	rt_slab_page_free(slab, q, 3);
	rt_slab_page_free(slab, q + 3 * 4096, 2);
	rt_slab_page_free(slab, NULL, 1);
	return NULL;
}

/* rt_slab_page_free() refuses blocks of rt_slab_alloc(), whatever number of pages is given. */
static const char *slab_blocks_are_no_pages(void)
{
	u8 *p = rt_slab_alloc(slab, 100), *q = rt_slab_alloc(slab, 5000);

	rt_slab_page_free(slab, p, 0);
	rt_slab_page_free(slab, q, 1);
	EXPECT_EQ(slab->used, 104 + 5120);
	rt_slab_free(slab, q);
	rt_slab_free(slab, p);
	EXPECT_EQ(slab->used, 0);
	return NULL;
}

static const char *slab_refuses_what_is_bad(void)
{
	u8 *p = rt_slab_alloc(slab, 100), *q = rt_slab_alloc(slab, 100);
	u64 local[8] = { 0 };

	rt_slab_free(slab, q);
	EXPECT(!rt_slab_alloc(slab, 0));
	EXPECT(!rt_slab_alloc(slab, SIZE_MAX));
	EXPECT(!rt_slab_realloc(slab, p, SIZE_MAX));
	EXPECT(!rt_slab_realloc(slab, q, 200));
	EXPECT(!rt_slab_init("x", NULL, 4096));
	EXPECT(!rt_slab_init("x", port_memory + 65536, 4096 * 9));
	EXPECT(!rt_smem_alloc(slab, 10));
	rt_slab_free(slab, NULL);
	rt_slab_free(slab, q);
	rt_slab_free(slab, p + 8);
	rt_slab_free(slab, local + 4);
	rt_slab_free(NULL, p);
	EXPECT_EQ(slab->used, 104);
	rt_slab_free(slab, p);
	rt_slab_free(slab, p);
	return NULL;
}

/* As for small memory; a slab replaces small memory at the same address. */
static const char *slab_made_anew(void)
{
	u8 *p = rt_slab_page_alloc(slab, 32);
	rt_smem_t first = rt_smem_init("x", p, 32 * 4096);
	rt_slab_t inner = rt_slab_init("x", p, 32 * 4096);
	rt_size_t total;

	EXPECT(first && inner == first);
	EXPECT(!rt_smem_alloc(first, 100));
	total = inner->total;
	rt_smem_free(p + 4096);
	EXPECT_EQ(inner->total, total);
	EXPECT(!rt_slab_init("x", p, 2 * 4096));
	EXPECT(!rt_slab_alloc(inner, 100));
	EXPECT_EQ(rt_slab_detach(inner), -RT_ERROR);
	rt_slab_page_free(slab, p, 32);
	return NULL;
}

static void *slab_take(size_t size)
{
	return rt_slab_alloc(slab, size);
}

static void slab_give(void *p)
{
	rt_slab_free(slab, p);
}

static void *slab_change(void *p, size_t size)
{
	return rt_slab_realloc(slab, p, size);
}

static const char *slab_random(void)
{
	static const struct port_calls calls = {
		slab_take, slab_give, slab_change, .max_size = 20000,
	};

	return port_random(&calls, 20000);
}

/* ---- memheap: 64 KiB ----------------------------------------------------- */

static struct rt_memheap memheap;

static const char *with_memheap(port_test_fn *test)
{
	rt_size_t used;
	const char *why;

	EXPECT_EQ(rt_memheap_init(&memheap, "memheap_tc", port_memory, SZ_64K),
		  RT_EOK);
	EXPECT(!memcmp(memheap.parent.name, "memheap_", RT_NAME_MAX));
	why = test();
	rt_memheap_info(&memheap, NULL, &used, NULL);
	if (!why && used != 2 * ITEM)
		why = "bytes are in use in the end";
	EXPECT_EQ(rt_memheap_detach(&memheap), RT_EOK);
	EXPECT_EQ(rt_memheap_detach(&memheap), -RT_ERROR);
	EXPECT(!rt_memheap_alloc(&memheap, 8));
	return why ? why : is_untouched(SZ_64K);
}

/* Headers of 48 bytes, two of them fixed. */
static const char *memheap_blocks_lie_as_in_the_original(void)
{
	u8 *p = rt_memheap_alloc(&memheap, 100);
	u8 *q = rt_memheap_alloc(&memheap, 100);
	rt_size_t total, used, max;

	EXPECT(p == port_memory + ITEM);
	EXPECT(q == p + 104 + ITEM);
	rt_memheap_info(&memheap, &total, &used, &max);
	EXPECT_EQ(total, SZ_64K);
	EXPECT_EQ(used, 2 * ITEM + 2 * (104 + ITEM));
	EXPECT_EQ(max, used);
	EXPECT_EQ(memheap.available_size, SZ_64K - used);
	/* A block grows in place if more than 16 bytes are left after it. */
	EXPECT(rt_memheap_realloc(&memheap, q, 1000) == q);
	EXPECT(rt_memheap_realloc(&memheap, p, 1000) != p);
	rt_memheap_free(q + 1000 + ITEM);
	rt_memheap_free(q);
	return NULL;
}

/* As in the original, a request for all available bytes fails. */
static const char *memheap_is_strict(void)
{
	void *p;

	EXPECT(!rt_memheap_alloc(&memheap, SZ_64K - 2 * ITEM));
	p = rt_memheap_alloc(&memheap, SZ_64K - 2 * ITEM - 8);
	EXPECT(p);
	EXPECT_EQ(memheap.available_size, 0);
	rt_memheap_free(p);
	p = rt_memheap_alloc(&memheap, 0);
	EXPECT(p);
	EXPECT_EQ(memheap.pool_size - memheap.available_size, 3 * ITEM + 16);
	rt_memheap_free(p);
	return NULL;
}

static const char *memheap_refuses_what_is_bad(void)
{
	u8 *p = rt_memheap_alloc(&memheap, 100);
	u8 *q = rt_memheap_alloc(&memheap, 100);
	struct rt_memheap other;
	u64 local[8] = { 0 };

	rt_memheap_free(q);
	EXPECT(!rt_memheap_alloc(&memheap, SIZE_MAX));
	EXPECT(!rt_memheap_realloc(&memheap, p, SIZE_MAX));
	EXPECT(!rt_memheap_realloc(&memheap, q, 10));
	EXPECT(!rt_memheap_alloc(NULL, 10));
	EXPECT_EQ(rt_memheap_init(&other, "x", port_memory, 2 * ITEM + 4), -RT_ERROR);
	EXPECT_EQ(rt_memheap_init(&other, "x", NULL, 4096), -RT_ERROR);
	EXPECT_EQ(rt_memheap_init(&other, "x", port_memory, SIZE_MAX), -RT_ERROR);
	EXPECT_EQ(rt_memheap_init(NULL, "x", port_memory, 4096), -RT_ERROR);
	rt_memheap_free(NULL);
	rt_memheap_free(q);
	rt_memheap_free(p + 8);
	rt_memheap_free(local + 4);
	EXPECT_EQ(memheap.pool_size - memheap.available_size, 2 * ITEM + 104 + ITEM);
	rt_memheap_free(p);
	rt_memheap_free(p);
	return NULL;
}

static void *memheap_take(size_t size)
{
	return rt_memheap_alloc(&memheap, size);
}

static void *memheap_change(void *p, size_t size)
{
	return rt_memheap_realloc(&memheap, p, size);
}

static const char *memheap_random(void)
{
	static const struct port_calls calls = {
		memheap_take, rt_memheap_free, memheap_change, .max_size = 1638,
	};

	return port_random(&calls, 100000);
}

/* The files beside heaps in debugfs are no names that are taken for good. */
static const char *heaps_may_be_called_as_files(void)
{
	static const char *const names[] = {
		"control", "backends", "heaps", "regions", "last_error", "net",
	};
	struct rt_memheap memheap;
	rt_mp_t mp;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_EQ(rt_memheap_init(&memheap, names[i], port_memory,
					  1024), RT_EOK);
		mp = rt_mp_create(names[i], 4, 100);
		EXPECT(mp);
		EXPECT_EQ(rt_mp_delete(mp), RT_EOK);
		EXPECT_EQ(rt_memheap_detach(&memheap), RT_EOK);
	}
	return NULL;
}

#define SMEM	with_smem, 1024 + 8
#define SLAB	with_slab, SZ_1M + 8
#define MEMHEAP	with_memheap, SZ_64K + 8

/* With @with, and the bytes that it takes. */
#define TEST(name, with...) { "rtthread_mem." #name, name, with }

const struct port_test rtthread_mem_tests[] = {
	TEST(smem_is_one_block, SMEM),
	TEST(smem_frees_in_order, SMEM),
	TEST(smem_frees_middle_last, SMEM),
	TEST(smem_realloc_grows, SMEM),
	TEST(smem_realloc_shrinks, SMEM),
	TEST(smem_realloc_to_the_same, SMEM),
	TEST(smem_refuses_what_is_bad, SMEM),
	TEST(smem_inside_of_smem, SMEM),
	TEST(smem_needs_room, SMEM),
	TEST(smem_made_anew_in_vain, SMEM),
	TEST(smem_random, SMEM),
	TEST(slab_blocks_lie_as_in_the_original, SLAB),
	TEST(slab_pages, SLAB),
	TEST(slab_blocks_are_no_pages, SLAB),
	TEST(slab_refuses_what_is_bad, SLAB),
	TEST(slab_made_anew, SLAB),
	TEST(slab_random, SLAB),
	TEST(memheap_blocks_lie_as_in_the_original, MEMHEAP),
	TEST(memheap_is_strict, MEMHEAP),
	TEST(memheap_refuses_what_is_bad, MEMHEAP),
	TEST(memheap_random, MEMHEAP),
	TEST(heaps_may_be_called_as_files, NULL, 1024),
	{}
};
