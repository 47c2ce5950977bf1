// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu_test.c - heaps with magazines (per-CPU caches), with every backend.
 */
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/mm.h>

#include <rtalloc/mempool_fixed.h>
#include <rtalloc/rtalloc.h>
#include "core/percpu.h"
#include "kunit/percpu/percpu_heap.h"

/* Once a batch was fetched, pairs of alloc and free of one size do not take the lock. */
static const char *pairs_take_no_lock(struct rtalloc_heap *heap)
{
	int i;
	void *p;

	for (i = 0; i < PAIRS; i++) {
		p = rtalloc_alloc(heap, 50, GFP_ATOMIC);
		EXPECT(p);
		EXPECT_EQ(rtalloc_free(heap, p), 0);
	}
	EXPECT_EQ(stats_of(heap).batches, 1);
	EXPECT_EQ(stats_of(heap).allocs, PAIRS);
	EXPECT_EQ(stats_of(heap).frees, PAIRS);
	return NULL;
}

/*
 * One processor allocates and another one frees 1000 blocks: batches of 16 are fetched and of
 * 15 given back, so there are 2 * 1000 / 15 = 133 at most.
 */
static const char *producer_and_consumer(struct rtalloc_heap *heap)
{
	u64 before = 0;
	void *p;
	int i;

	if (percpu_test_cpus() < 2)
		return NULL;
	for (i = 0; i < 2 * PAIRS; i++) {
		if (i == PAIRS)
			before = stats_of(heap).batches;
		percpu_test_cpu(0);
		p = rtalloc_alloc(heap, 50, GFP_ATOMIC);
		EXPECT(p);
		percpu_test_cpu(1);
		EXPECT_EQ(rtalloc_free(heap, p), 0);
	}
	EXPECT(stats_of(heap).batches - before <= 130);
	percpu_test_cpu(0);
	return NULL;
}

/* Count the pieces of @state in the heap's walk; @bytes: their sum. */
static u64 map_count(struct rtalloc_heap *heap, enum rtalloc_state state,
		     u64 *bytes)
{
	struct rtalloc_cursor cursor = { };
	struct rtalloc_block piece;
	u64 n = 0;

	*bytes = 0;
	while (rtalloc_walk(heap, &cursor, &piece, 1) == 1) {
		n += piece.state == state;
		*bytes += piece.state == state ? piece.size : 0;
	}
	return n;
}

/* Blocks in a batch that is fetched: 16; 32 elements of a pool. */
static int batch_of(struct rtalloc_heap *heap)
{
	return is_pool(heap) ? 32 : 16;
}

static const char *cached_is_told(struct rtalloc_heap *heap)
{
	int left = batch_of(heap) - 2;
	u64 bytes, used = stats_of(heap).used;
	void *p = rtalloc_alloc(heap, 64, GFP_ATOMIC);
	void *q = rtalloc_alloc(heap, 64, GFP_ATOMIC);

	EXPECT(p && q);
	/* Two of the batch are live. */
	EXPECT_EQ(map_count(heap, RTALLOC_CACHED, &bytes), left);
	EXPECT(bytes >= left * 64);
	EXPECT_EQ(map_count(heap, RTALLOC_USED, &bytes), 2);
	EXPECT_EQ(stats_of(heap).cached, left * 64);
	EXPECT_EQ(stats_of(heap).live, 2);
	EXPECT_EQ(rtalloc_free(heap, p), 0);
	EXPECT_EQ(map_count(heap, RTALLOC_CACHED, &bytes), left + 1);
	TRY(heap_is_sound(heap));
	EXPECT_EQ(rtalloc_free(heap, q), 0);
	rtalloc_trim(heap);
	EXPECT_EQ(map_count(heap, RTALLOC_CACHED, &bytes), 0);
	EXPECT_EQ(map_count(heap, RTALLOC_USED, &bytes), 0);
	EXPECT_EQ(stats_of(heap).cached, 0);
	EXPECT_EQ(stats_of(heap).used, used);
	return NULL;
}

static const char *second_free(struct rtalloc_heap *heap, void *p)
{
	u64 faults = stats_of(heap).faults;

	EXPECT_EQ(rtalloc_free(heap, p), -RTALLOC_DOUBLE_FREE);
	EXPECT_EQ(stats_of(heap).faults, faults + 1);
	return NULL;
}

static const char *double_free_is_refused(struct rtalloc_heap *heap)
{
	void *p = rtalloc_alloc(heap, 64, GFP_ATOMIC);
	void *keep = rtalloc_alloc(heap, 64, GFP_ATOMIC);

	EXPECT(p && keep);
	EXPECT_EQ(rtalloc_free(heap, p), 0);
	TRY(second_free(heap, p));
	percpu_test_cpu(1);
	TRY(second_free(heap, p));
	percpu_test_cpu(0);
	EXPECT(!rtalloc_realloc(heap, p, 100, GFP_ATOMIC));
	EXPECT_EQ(rtalloc_resize(heap, p, 30), -RTALLOC_DOUBLE_FREE);
	EXPECT_EQ(rtalloc_usable_size(heap, p), 0);
	EXPECT_EQ(stats_of(heap).faults, 4);
	EXPECT_EQ(rtalloc_free(heap, keep), 0);
	rtalloc_trim(heap);
	EXPECT(rtalloc_free(heap, p) < 0);
	EXPECT_EQ(stats_of(heap).faults, 5);
	return NULL;
}

/* Bad pointers are refused with the same errors as without magazines. */
static const char *bad_pointers_are_refused(struct rtalloc_heap *heap)
{
	u8 *p = rtalloc_alloc(heap, 64, GFP_ATOMIC);
	long local[4];
	int i;

	EXPECT(p);
	EXPECT_EQ(rtalloc_free(heap, local), -RTALLOC_FOREIGN);
	EXPECT_EQ(rtalloc_free(heap, (void *)~0ul), -RTALLOC_FOREIGN);
	for (i = 1; i < 64; i++)
		EXPECT_EQ(rtalloc_free(heap, p + i), -RTALLOC_NOT_A_BLOCK);
	EXPECT_EQ(stats_of(heap).faults, 65);
	EXPECT_EQ(stats_of(heap).live, 1);
	EXPECT_EQ(rtalloc_free(heap, NULL), 0);
	EXPECT_EQ(rtalloc_free(heap, p), 0);
	return NULL;
}

/*
 * The header of a cached block is overwritten, so that the backend refuses it: the block is
 * not allocated again, and its former user cannot free it a second time.
 */
static const char *damaged_ones_are_lost(struct rtalloc_heap *heap)
{
	void *p[12];
	int i, at;

	for (i = 0; i < 12; i++)
		p[i] = rtalloc_alloc(heap, ELEM, 0);
	for (i = 0; i < 12; i++)
		EXPECT_EQ(rtalloc_free(heap, p[i]), 0);
	for (at = 1; at < 12; at++)
		memset(p[at] - 16, 0xff, 16);
	rtalloc_trim(heap);
	for (i = 0; i < 12; i++)
		EXPECT(rtalloc_free(heap, p[i]));
	EXPECT_EQ(stats_of(heap).live, 0);
	EXPECT_EQ(stats_of(heap).cached, 0);
	EXPECT_EQ(rtalloc_heap_destroy(heap, false), 0);
	return NULL;
}

/* A processor's magazines hold at most the bytes that the heap was created with. */
static const char *bytes_are_bounded(struct rtalloc_heap *heap)
{
	static void *block[BLOCKS];
	u32 size;
	int i;

	for (i = 0; i < BLOCKS; i++) {
		size = is_pool(heap) ? ELEM : 1 + i * 7 % 512;
		block[i] = rtalloc_alloc(heap, size, GFP_ATOMIC);
	}
	EXPECT(stats_of(heap).cached <= 4 * 3072);
	for (i = 0; i < BLOCKS; i++) {
		EXPECT_EQ(rtalloc_free(heap, block[i]), 0);
		if (i % 64 == 0)
			EXPECT(stats_of(heap).cached <= 4 * 3072);
	}
	EXPECT(stats_of(heap).cached > 0);
	return NULL;
}

/*
 * The bytes that a processor may hold beyond 27 blocks of each class are divided among the 16
 * classes. (300,000 - 82,944) / 16 = 13,566 bytes are 847 blocks of 16 bytes, but 512 is the
 * limit. A pool with elements of 64 bytes gets 27 + 32,768 / 64, which is limited as well.
 */
static const char *many_small_ones_stay(struct rtalloc_heap *heap)
{
	size_t size = is_pool(heap) ? ELEM : 16;
	static void *block[BLOCKS];
	u64 batches;
	int i;

	for (i = 0; i < 512; i++) {
		block[i] = rtalloc_alloc(heap, size, GFP_ATOMIC);
		EXPECT(block[i]);
	}
	EXPECT_EQ(stats_of(heap).batches, 512 / batch_of(heap));
	for (i = 0; i < 512; i++)
		EXPECT_EQ(rtalloc_free(heap, block[i]), 0);
	EXPECT_EQ(stats_of(heap).batches, 512 / batch_of(heap));
	EXPECT_EQ(stats_of(heap).cached, 512 * size);
	/* The block that was freed last is allocated first. */
	EXPECT_EQ(rtalloc_alloc(heap, size, GFP_ATOMIC) == block[511], 1);
	for (i = 0; i < 511; i++)
		block[i] = rtalloc_alloc(heap, size, GFP_ATOMIC);
	/*
	 * One more block fetches a batch, of which 15 are left when 512 are freed. One
	 * batch of 16 goes back, to make room for the last 15.
	 */
	block[512] = rtalloc_alloc(heap, size, GFP_ATOMIC);
	batches = stats_of(heap).batches;
	for (i = 0; i < 512; i++)
		EXPECT_EQ(rtalloc_free(heap, block[i]), 0);
	EXPECT_EQ(stats_of(heap).batches, batches + 1);
	EXPECT_EQ(stats_of(heap).cached, (15 + 512 - 16) * size);
	EXPECT_EQ(rtalloc_free(heap, block[512]), 0);
	return NULL;
}

/* Have all memory in magazines of another processor, or in use. */
static const char *others_hold_all(struct rtalloc_heap *heap, void **block,
				   int *n)
{
	int i;

	percpu_test_cpu(1);
	for (*n = 0; *n < BLOCKS; ++*n) {
		block[*n] = rtalloc_alloc(heap, ELEM, GFP_ATOMIC);
		if (!block[*n])
			break;
	}
	EXPECT(*n < BLOCKS);
	for (i = 0; i < 10; i++)
		EXPECT_EQ(rtalloc_free(heap, block[--*n]), 0);
	percpu_test_cpu(0);
	return NULL;
}

static const char *others_are_emptied(struct rtalloc_heap *heap)
{
	static void *block[BLOCKS];
	int n;

	if (percpu_test_cpus() < 2)
		return NULL;
	TRY(others_hold_all(heap, block, &n));
	EXPECT_EQ(stats_of(heap).starved, 0);
	EXPECT(!rtalloc_alloc(heap, ELEM, GFP_ATOMIC));
	EXPECT_EQ(stats_of(heap).starved, 1);
	/* An allocation that may sleep gets blocks from other processors' magazines. */
	block[n] = rtalloc_alloc(heap, ELEM, GFP_KERNEL);
	EXPECT(block[n]);
	while (n >= 0)
		EXPECT_EQ(rtalloc_free(heap, block[n--]), 0);
	return NULL;
}

/* The same for a block that is too large for magazines. */
static const char *large_one_empties_them(struct rtalloc_heap *heap)
{
	static void *block[BLOCKS];
	int n, i;
	void *p;

	for (n = 0; n < BLOCKS; n++) {
		block[n] = rtalloc_alloc(heap, 512, GFP_ATOMIC);
		if (!block[n])
			break;
	}
	EXPECT(n > 27);
	/* 16 adjacent blocks, which an empty magazine has room for. */
	for (i = 0; i < 16; i++)
		EXPECT_EQ(rtalloc_free(heap, block[--n]), 0);
	EXPECT_EQ(stats_of(heap).starved, 0);
	EXPECT(!rtalloc_alloc(heap, 2048, GFP_ATOMIC));
	EXPECT_EQ(stats_of(heap).starved, 1);
	p = rtalloc_alloc(heap, 2048, GFP_KERNEL);
	EXPECT(p);
	EXPECT_EQ(rtalloc_free(heap, p), 0);
	EXPECT_EQ(rtalloc_free(heap, p) < 0, 1);
	while (n)
		EXPECT_EQ(rtalloc_free(heap, block[--n]), 0);
	return NULL;
}

/* Large blocks come from the backend directly, while small ones use magazines. */
static const char *large_ones_pass_by(struct rtalloc_heap *heap)
{
	u64 bytes;
	u8 *p[32];
	size_t i;

	for (i = 0; i < 32; i++) {
		p[i] = rtalloc_alloc(heap, i % 2 ? 513 + 64 * i : 500,
				     GFP_ATOMIC);
		EXPECT(p[i]);
	}
	/* The 16 small blocks were one batch. */
	EXPECT_EQ(stats_of(heap).batches, 1);
	EXPECT_EQ(map_count(heap, RTALLOC_USED, &bytes), 32);
	for (i = 0; i < 32; i++) {
		EXPECT_EQ(rtalloc_free(heap, p[i] + 8), -RTALLOC_NOT_A_BLOCK);
		EXPECT_EQ(rtalloc_free(heap, p[i]), 0);
		EXPECT(rtalloc_free(heap, p[i]) < 0);
	}
	EXPECT_EQ(stats_of(heap).faults, 64);
	EXPECT_EQ(stats_of(heap).cached, 16 * 512);
	return NULL;
}

/* A trim empties the magazines; then the heap is as it was at first. */
static const char *trim_gives_all_back(struct rtalloc_heap *heap)
{
	static void *block[BLOCKS];
	u64 free_blocks, largest;
	int i;

	free_blocks = stats_of(heap).free_blocks;
	largest = stats_of(heap).largest_free;
	for (i = 0; i < BLOCKS; i++)
		block[i] = rtalloc_alloc(heap, 1 + i % ELEM, GFP_ATOMIC);
	for (i = 0; i < BLOCKS; i++) {
		percpu_test_cpu(i % 2);
		EXPECT_EQ(rtalloc_free(heap, block[i]), 0);
	}
	percpu_test_cpu(0);
	rtalloc_trim(heap);
	EXPECT_EQ(stats_of(heap).free_blocks, free_blocks);
	EXPECT_EQ(stats_of(heap).largest_free, largest);
	return NULL;
}

static const char *live_blocks_keep_it(struct rtalloc_heap *heap)
{
	void *p = rtalloc_alloc(heap, 20, GFP_ATOMIC);

	EXPECT(p);
	EXPECT_EQ(rtalloc_heap_destroy(heap, false), -EBUSY);
	EXPECT_EQ(stats_of(heap).cached, 0);
	EXPECT_EQ(rtalloc_free(heap, p), 0);
	/* Magazines are used as before. */
	EXPECT(stats_of(heap).cached > 0);
	return NULL;
}

static const char *gone_processor_holds_none(struct rtalloc_heap *heap)
{
	void *p;

	percpu_test_cpu(1);
	p = rtalloc_alloc(heap, 64, GFP_ATOMIC);
	percpu_test_cpu(0);
	EXPECT_EQ(stats_of(heap).cached, (batch_of(heap) - 1) * 64);
	if (percpu_test_gone(1))
		EXPECT_EQ(stats_of(heap).cached, 0);
	EXPECT_EQ(rtalloc_free(heap, p), 0);
	return NULL;
}

/* A block that was shrunk is not allocated for a request of its former size. */
static const char *cut_block_leaves(struct rtalloc_heap *heap)
{
	size_t size = is_pool(heap) ? ELEM : 512;
	u8 *p = rtalloc_alloc(heap, size, GFP_ATOMIC), *q[40];
	int i, err;

	EXPECT(p);
	err = rtalloc_resize(heap, p, 16);
	EXPECT(!err || err == -ENOSPC);
	EXPECT_EQ(rtalloc_free(heap, p), 0);
	for (i = 0; i < 40; i++) {
		q[i] = rtalloc_alloc(heap, size, GFP_ATOMIC);
		EXPECT(q[i]);
		memset(q[i], i, size);
	}
	for (i = 0; i < 40; i++) {
		EXPECT(port_filled(q[i], i, size));
		EXPECT_EQ(rtalloc_free(heap, q[i]), 0);
	}
	return NULL;
}

/* With init_on_alloc, blocks from magazines are clear. */
static const char *reused_is_cleared(const char *backend)
{
	struct rtalloc_heap_params params = {
		.name = "percpu", .backend = backend, .size = HEAP,
		.region = percpu_test_region(), .flags = RTALLOC_HEAP_PERCPU, .percpu = MOST,
		.elem = strcmp(backend, "pool") ? 0 : ELEM,
	};
	struct rtalloc_heap *heap = rtalloc_heap_create(&params);
	int round;
	size_t n;
	u8 *p;

	EXPECT(!IS_ERR(heap));
	for (round = 0; round < 20; round++) {
		p = rtalloc_zalloc(heap, 50, GFP_ATOMIC);
		EXPECT(p);
		n = rtalloc_usable_size(heap, p);
		EXPECT(n >= 50 && port_filled(p, 0, n));
		memset(p, 0xa5, n);
		EXPECT_EQ(rtalloc_free(heap, p), 0);
	}
	if (percpu_test_clears(true)) {
		p = rtalloc_alloc(heap, 50, GFP_ATOMIC);
		EXPECT(p && port_filled(p, 0, n));
		EXPECT_EQ(rtalloc_free(heap, p), 0);
		percpu_test_clears(false);
	}
	return close_heap(heap);
}

/* set_owner() of a cached block is refused. */
static const char *cached_has_no_owner(struct rtalloc_heap *heap)
{
	void *p;
	int err;

	p = rtalloc_alloc(heap, ELEM, 0);
	EXPECT_EQ(rtalloc_free(heap, p), 0);
	err = rtalloc_set_owner(heap, p, "none");
	EXPECT(err == -RTALLOC_DOUBLE_FREE || err == -EOPNOTSUPP);
	return NULL;
}

/* Check finds a wrong mark of the layer at an address where no block begins. */
static const char *wrong_mark_is_found(struct rtalloc_heap *heap)
{
	void *p = rtalloc_alloc(heap, 512, GFP_ATOMIC);
	struct rtalloc_fault fault;
	size_t at;

	EXPECT(p);
	percpu_state(heap->layer, p, &at);
	percpu_state_set(heap->layer, at + 8, STATE_CACHED | 8);
	EXPECT_EQ(rtalloc_check(heap, &fault), -RTALLOC_CORRUPT);
	EXPECT_EQ(fault.offset, rtalloc_offset(heap, p) + 64);
	percpu_state_set(heap->layer, at + 8, STATE_NONE);
	/* The block is smaller than the largest class. */
	EXPECT_EQ(rtalloc_free(heap, p), 0);
	p = rtalloc_alloc(heap, 64, GFP_ATOMIC);
	percpu_state(heap->layer, p, &at);
	percpu_state_set(heap->layer, at, 2 * PERCPU_CLASSES);
	EXPECT_EQ(rtalloc_check(heap, &fault), -RTALLOC_CORRUPT);
	percpu_state_set(heap->layer, at, 2 * 4);
	EXPECT_EQ(rtalloc_free(heap, p), 0);
	return NULL;
}

/* A size is served by the smallest class that is large enough. */
static const char *classes_are_the_smallest(struct rtalloc_heap *heap)
{
	size_t size, room;
	void *p;

	for (size = 1; size <= 512; size++) {
		p = rtalloc_alloc(heap, size, GFP_ATOMIC);
		EXPECT(p);
		room = rtalloc_usable_size(heap, p);
		/* Classes are 16 apart below 128, and a quarter of a power of two above. */
		EXPECT(room >= size && room - size < max_t(size_t, 16, size / 4));
		EXPECT_EQ(room % 16, 0);
		EXPECT_EQ(rtalloc_free(heap, p), 0);
	}
	EXPECT(stats_of(heap).cached <= MOST);
	return NULL;
}

static const char *nothing_is_mine(struct rtalloc_heap *heap)
{
	struct rtalloc_cursor cursor = { };
	struct rtalloc_block piece;

	while (rtalloc_walk(heap, &cursor, &piece, 1) == 1)
		EXPECT(memcmp(piece.owner, "mine", 4));
	return NULL;
}

/* A block's tag is removed when it is freed. */
static const char *tag_goes_with_the_user(struct rtalloc_heap *heap)
{
	void *p = rtalloc_alloc(heap, 64, GFP_ATOMIC);
	int i;

	EXPECT(p);
	rtalloc_set_owner(heap, p, "mine");
	for (i = 0; i < 100; i++) {
		EXPECT_EQ(rtalloc_free(heap, p), 0);
		p = rtalloc_alloc(heap, 64, GFP_ATOMIC);
	}
	TRY(nothing_is_mine(heap));
	/* NULL removes the tag. */
	rtalloc_set_owner(heap, p, "mine");
	rtalloc_set_owner(heap, p, NULL);
	TRY(nothing_is_mine(heap));
	EXPECT_EQ(rtalloc_free(heap, p), 0);
	return NULL;
}

/* Everything at once, on several processors; each block keeps what it holds. */
#define SLOTS	256

struct mix {
	struct rtalloc_heap *heap;
	u8 *p[SLOTS];
	u32 size[SLOTS];
	u64 seed;
};

static const char *mix_step(struct mix *mix)
{
	u32 i = draw(&mix->seed) % SLOTS, size;
	u8 *p;

	if (draw(&mix->seed) % 8 == 0)
		percpu_test_cpu(draw(&mix->seed) % percpu_test_cpus());
	size = 1 + draw(&mix->seed) % (is_pool(mix->heap) ? ELEM : 700);
	if (!mix->p[i]) {
		p = rtalloc_alloc(mix->heap, size, draw(&mix->seed) % 2 ?
				  GFP_KERNEL : GFP_ATOMIC);
	} else if (draw(&mix->seed) % 4 == 0) {
		EXPECT(port_filled(mix->p[i], i, mix->size[i]));
		p = rtalloc_realloc(mix->heap, mix->p[i], size, GFP_KERNEL);
		EXPECT(!p || port_filled(p, i, min(size, mix->size[i])));
		if (!p)
			return NULL;
	} else {
		EXPECT(port_filled(mix->p[i], i, mix->size[i]));
		EXPECT_EQ(rtalloc_free(mix->heap, mix->p[i]), 0);
		EXPECT_EQ(rtalloc_free(mix->heap, mix->p[i]) < 0, 1);
		p = NULL;
	}
	mix->p[i] = p;
	mix->size[i] = size;
	if (p)
		memset(p, i, size);
	return NULL;
}

static const char *all_at_once(struct rtalloc_heap *heap)
{
	static struct mix mix;
	u64 live = 0, bytes;
	int i;

	memset(&mix, 0, sizeof(mix));
	mix.heap = heap;
	mix.seed = 1;
	for (i = 0; i < 20000; i++) {
		TRY(mix_step(&mix));
		if (i % 500 == 0)
			TRY(heap_is_sound(heap));
	}
	for (i = 0; i < SLOTS; i++)
		live += !!mix.p[i];
	EXPECT_EQ(stats_of(heap).live, live);
	EXPECT_EQ(map_count(heap, RTALLOC_USED, &bytes), live);
	for (i = 0; i < SLOTS; i++)
		EXPECT_EQ(rtalloc_free(heap, mix.p[i]), 0);
	percpu_test_cpu(0);
	return NULL;
}

static const char *what_cannot_be_is_refused(const char *backend)
{
	struct rtalloc_heap_params params = {
		.name = "percpu", .backend = backend, .size = HEAP,
		.region = percpu_test_region(), .flags = RTALLOC_HEAP_PERCPU | RTALLOC_HEAP_CHECKED,
		.elem = strcmp(backend, "pool") ? 0 : ELEM,
	};

	EXPECT_EQ(PTR_ERR(rtalloc_heap_create(&params)), -EINVAL);
	params.flags = RTALLOC_HEAP_PERCPU;
	params.percpu = 100;
	EXPECT_EQ(PTR_ERR(rtalloc_heap_create(&params)), -EINVAL);
	params.percpu = MOST;
	if (params.elem) {
		params.flags = RTALLOC_HEAP_PERCPU | RTALLOC_POOL_GUARDS;
		EXPECT_EQ(PTR_ERR(rtalloc_heap_create(&params)), -EINVAL);
	}
	return NULL;
}

#define TEST(test, ...) { #test, test, __VA_ARGS__ }
#define PERCPU_TEST(test, ...) { #test, percpu_##test, __VA_ARGS__ }
#define ALONE(test, ...) { .name = #test, .alone = test, __VA_ARGS__ }

const struct percpu_test percpu_tests[] = {
	TEST(pairs_take_no_lock),
	TEST(producer_and_consumer),
	PERCPU_TEST(long_use_is_counted),
	PERCPU_TEST(many_are_counted),
	TEST(cached_is_told),
	TEST(double_free_is_refused),
	TEST(bad_pointers_are_refused),
	TEST(damaged_ones_are_lost, .ends = true),
	TEST(bytes_are_bounded, .most = 4 * 3072),
	TEST(many_small_ones_stay, .most = 300000),
	TEST(others_are_emptied, .size = SZ_64K),
	TEST(large_one_empties_them, { "tlsf", "memheap" }, .size = SZ_64K),
	TEST(large_ones_pass_by, { "tlsf", "slab", "memheap" }),
	TEST(trim_gives_all_back),
	TEST(live_blocks_keep_it),
	TEST(gone_processor_holds_none),
	TEST(cut_block_leaves),
	ALONE(reused_is_cleared),
	PERCPU_TEST(bulk_is_many, .ends = true),
	PERCPU_TEST(bulk_is_cleared),
	PERCPU_TEST(bulk_of_bad_numbers),
	PERCPU_TEST(added_memory_is_used, { "tlsf", "memheap", "heap4" },
		    .size = SZ_64K, .ends = true),
	{ .name = "leaving_is_cleared", .alone = percpu_leaving_is_cleared },
	PERCPU_TEST(map_after_added_memory, { "tlsf", "memheap", "heap4" },
		    .size = SZ_64K, .ends = true),
	{ .name = "huge_elements", .alone = percpu_huge_elements,
	  .only = { "pool" } },
	TEST(cached_has_no_owner),
	TEST(wrong_mark_is_found, { "tlsf", "slab" }),
	TEST(classes_are_the_smallest, { "tlsf", "memheap" }),
	TEST(tag_goes_with_the_user),
	PERCPU_TEST(pool_is_told, { "pool" }, .size = SZ_64K, .most = 8 * ELEM),
	PERCPU_TEST(pool_is_had_whole, { "pool" }, .size = SZ_64K),
	PERCPU_TEST(pool_is_stopped, { "pool" }, .size = SZ_64K),
	TEST(all_at_once, .size = SZ_64K, .most = MOST / 4),
	ALONE(what_cannot_be_is_refused),
	{ }
};

/* ---- running ---------------------------------------------------------- */

bool percpu_test_applies(const struct percpu_test *test, const char *backend)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(test->only) && test->only[i]; i++)
		if (!strcmp(test->only[i], backend))
			return true;
	return !test->only[0];
}

const char *percpu_test_run(const struct percpu_test *test, const char *backend)
{
	struct rtalloc_heap *heap;

	if (test->alone)
		return test->alone(backend);
	heap = open_heap(backend, test->size ?: HEAP, test->most ?: MOST);
	EXPECT(!IS_ERR(heap));
	TRY(test->run(heap));
	return test->ends ? NULL : close_heap(heap);
}
