// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu_leave_test.c - heaps with magazines: live blocks that leave the layer (of
 * magazines), blocks in memory that it does not cover, and elements that are too large for
 * it.
 */
#include <linux/string.h>

#include "kunit/percpu/percpu_heap.h"

#define ODD	60	/* blocks around holes of odd sizes */
#define ASKED	150	/* bytes, in the class of 160 */

/*
 * Leave only holes of 170, 178, ... 258 bytes with old contents in a heap that is full
 * otherwise. A block that is allocated there has more bytes than its class, because the rest
 * is too small to be split off.
 */
static const char *holes_make(struct rtalloc_heap *heap)
{
	static u8 *p[ODD];
	int i, n;

	for (n = 0; n < ODD; n++) {
		p[n] = rtalloc_alloc_aligned(heap, 170 + 8 * (n % 12), 8, 0);
		if (!p[n])
			break;
		memset(p[n], 0xaa, rtalloc_usable_size(heap, p[n]));
	}
	EXPECT(n > 1);
	for (i = 0; i < n; i += 2)
		EXPECT_EQ(rtalloc_free(heap, p[i]), 0);
	while (rtalloc_alloc_aligned(heap, 2000, 8, 0))
		;
	return NULL;
}

/* Make a block leave the layer: by a resize to its own size, or by a tag. */
static void *resize_same(struct rtalloc_heap *heap, void *p)
{
	rtalloc_resize(heap, p, ASKED);
	return p;
}

static void *realloc_same(struct rtalloc_heap *heap, void *p)
{
	return rtalloc_realloc(heap, p, ASKED, __GFP_ZERO) ?: p;
}

static void *tag(struct rtalloc_heap *heap, void *p)
{
	rtalloc_set_owner(heap, p, "own");
	return p;
}

/*
 * Zeroed blocks are clear up to their usable end, also after @leave has made more bytes
 * usable, and after a realloc to these.
 */
static const char *cleared_stay_so(const char *backend,
				   void *(*leave)(struct rtalloc_heap *,
						  void *))
{
	struct rtalloc_heap *heap = open_heap(backend, SZ_128K, MOST);
	size_t room;
	u8 *p, *q;
	int i;

	EXPECT(!IS_ERR(heap));
	TRY(holes_make(heap));
	for (i = 0; i < ODD / 2; i++) {
		p = rtalloc_zalloc(heap, ASKED, 0);
		if (!p)
			break;
		p = leave(heap, p);
		room = rtalloc_usable_size(heap, p);
		EXPECT(room >= ASKED && port_filled(p, 0, room));
		q = rtalloc_realloc(heap, p, room, __GFP_ZERO) ?: p;
		EXPECT(port_filled(q, 0, rtalloc_usable_size(heap, q)));
	}
	/* Slab would need a new zone for this class, and no page is left. */
	EXPECT(i > 0 || !strcmp(backend, "slab"));
	TRY(heap_is_sound(heap));
	EXPECT_EQ(rtalloc_heap_destroy(heap, true), 0);
	return NULL;
}

const char *percpu_leaving_is_cleared(const char *backend)
{
	/* A pool's elements all have one size, which cannot change. */
	if (!strcmp(backend, "pool"))
		return NULL;
	TRY(cleared_stay_so(backend, resize_same));
	TRY(cleared_stay_so(backend, realloc_same));
	return cleared_stay_so(backend, tag);
}

/* Allocate all that is left, in blocks of @size and smaller ones. */
static void heap_fill(struct rtalloc_heap *heap, size_t size)
{
	for (; size >= 16; size /= 2)
		while (rtalloc_alloc_aligned(heap, size, 8, 0))
			;
}

static u64 cached_blocks(struct rtalloc_heap *heap)
{
	struct rtalloc_cursor cursor = { };
	struct rtalloc_block piece;
	u64 n = 0;

	while (rtalloc_walk(heap, &cursor, &piece, 1) == 1)
		n += piece.state == RTALLOC_CACHED;
	return n;
}

/*
 * The first small block lies in memory that was added elsewhere. The map must still report
 * the blocks in magazines, which are in the first memory.
 */
const char *percpu_map_after_added_memory(struct rtalloc_heap *heap)
{
	struct rtalloc_heap_params params = {
		.name = "between", .region = percpu_test_region(),
		.size = SZ_64K,
	};
	struct rtalloc_heap *between = rtalloc_heap_create(&params);
	void *large, *first, *p[8];
	u64 apart;
	int i;

	EXPECT(!IS_ERR(between));
	large = rtalloc_alloc(heap, SZ_32K / 2, 0);
	EXPECT(large);
	heap_fill(heap, SZ_32K);
	EXPECT_EQ(rtalloc_heap_add_region(heap, percpu_test_region(), SZ_64K), 0);
	first = rtalloc_alloc(heap, 64, 0);
	EXPECT(first);
	apart = rtalloc_offset(heap, first) - rtalloc_offset(heap, large);
	EXPECT(apart != (u64)(first - large));
	heap_fill(heap, SZ_32K);
	EXPECT_EQ(rtalloc_free(heap, large), 0);
	for (i = 0; i < 8; i++) {
		p[i] = rtalloc_alloc(heap, 64, 0);
		EXPECT(p[i]);
	}
	for (i = 0; i < 8; i++)
		EXPECT_EQ(rtalloc_free(heap, p[i]), 0);
	EXPECT(stats_of(heap).cached >= 8 * 64);
	EXPECT_EQ(cached_blocks(heap) * 64, stats_of(heap).cached);
	EXPECT_EQ(rtalloc_heap_destroy(between, true), 0);
	EXPECT_EQ(rtalloc_heap_destroy(heap, true), 0);
	return NULL;
}

#define HUGE	(4096ull * SZ_1M)

/* Elements of more than 32 bits can say are refused with magazines, but not without. */
const char *percpu_huge_elements(const char *backend)
{
	static const u64 sizes[] = { HUGE - 8, HUGE, HUGE + 64 };
	struct mempool_fixed_params params = { .name = "percpu" };
	void *memory = percpu_test_reserve(3 * HUGE);
	struct mempool_fixed *pool;
	int i;

	for (i = 0; memory && i < ARRAY_SIZE(sizes); i++) {
		params.elem = sizes[i];
		params.flags = RTALLOC_HEAP_PERCPU;
		pool = mempool_fixed_init(&params, memory, 3 * HUGE);
		EXPECT_EQ(PTR_ERR_OR_ZERO(pool), sizes[i] < HUGE ? 0 : -EINVAL);
		if (!IS_ERR(pool))
			EXPECT_EQ(mempool_fixed_destroy(pool, false), 0);
		params.flags = 0;
		pool = mempool_fixed_init(&params, memory, 3 * HUGE);
		EXPECT(!IS_ERR(pool));
		EXPECT_EQ(mempool_fixed_elem_size(pool), sizes[i]);
		EXPECT_EQ(mempool_fixed_destroy(pool, false), 0);
	}
	percpu_test_unreserve(memory, 3 * HUGE);
	return NULL;
}
