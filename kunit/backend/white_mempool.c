// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_mempool.c - tests that know the internals of the backend "pool": the numbers of
 * elements and their order, limits of sizes, which memory init touches, and check.
 *
 * Pools whose elements have another size than in backends[] are opened here.
 */
#include <linux/err.h>

#include "backend/mempool_fixed.h"
#include "core_heap.h"
#include "white.h"

#define GARBAGE	0x5a	/* the byte that the harness fills a region with */

/* Open a pool that is called as @like is. The test must close it. */
static int open_own(struct heap *heap, const struct heap *like, size_t size,
		    size_t elem, size_t align, unsigned int flags)
{
	const struct geometry geometry = {
		.backend = "pool", .size = size, .align = align, .flags = flags,
		.elem = elem,
	};
	static struct backend backend;	/* the heap points to it */

	if (like->core)
		return core_open(heap, &geometry);
	backend = *like->backend;
	backend.elem = elem;
	return heap_open_flags(heap, &backend, size, align, flags);
}

/* Execute @run on pools of @size bytes with each combination of flags. */
static const char *with_all_flags(const struct heap *like, size_t size,
				  size_t elem,
				  const char *(*run)(struct heap *heap))
{
	for (unsigned int flags = 0; flags < 8; flags++) {
		struct heap heap;
		const char *why;

		EXPECT_EQ(open_own(&heap, like, size, elem, 8,
				   flags * RTALLOC_POOL_HEADER), 0);
		why = run(&heap);
		heap_close(&heap);
		EXPECT(!why, "SEED=%llu flags %u: %s", test_seed, flags, why);
	}
	return NULL;
}

/* ---- numbers --------------------------------------------------------- */

/* fixed_number() for every address from two elements below the first to two above the last. */
static const char *numbers_around(const struct fixed_pool *pool)
{
	const u8 *p = pool->first - 2 * pool->stride;
	const u8 *end = p + (pool->count + 4) * pool->stride;
	u32 found = 0;

	for (; p < end; p++) {
		u64 number = fixed_number(pool, p);

		if (number >= pool->count)
			continue;
		EXPECT(p == fixed_at(pool, number), "byte %td has number %llu",
		       p - pool->first, number);
		found++;
	}
	EXPECT_EQ(found, pool->count);
	return NULL;
}

/* fixed_number() for random addresses: only an element's address gives a valid number. */
static const char *numbers_afar(const struct fixed_pool *pool, u64 *state)
{
	for (int i = 0; i < 20000; i++) {
		u64 at = (u64)draw(state) << 33 ^ (u64)draw(state) << 8 ^
			 draw(state);
		const u8 *p = (const u8 *)(size_t)at;

		if (i % 4 == 0)
			p = pool->first + (at >> i % 64) * pool->stride;
		EXPECT(fixed_number(pool, p) >= pool->count ||
		       (p >= pool->first && p < pool->base + pool->size),
		       "%#zx has a number", (size_t)p);
	}
	return NULL;
}

static const char *numbers_of(const struct heap *like, size_t elem,
			      size_t align, unsigned int flags, u64 *state)
{
	struct heap heap;
	const char *why;
	int err = open_own(&heap, like, 9 * (elem + 300), elem, align, flags);

	EXPECT_EQ(err, 0);
	why = numbers_around(heap.ctrl);
	if (!why)
		why = numbers_afar(heap.ctrl, state);
	heap_close(&heap);
	EXPECT(!why, "SEED=%llu elem %zu, align %zu, flags %#x: %s", test_seed,
	       elem, align, flags, why);
	return NULL;
}

static const char *numbers_are_exact(struct heap *like)
{
	static const size_t elems[] = {
		1, 8, 24, 40, 56, 100, 128, 200, 1000, 1024, 1519, 4096, 7001,
	};
	u64 state = test_seed;

	for (size_t i = 0; i < ARRAY_SIZE(elems); i++)
		for (unsigned int flags = 0; flags < 8; flags++)
			TRY(numbers_of(like, elems[i], 8 << i % 4,
				       flags * RTALLOC_POOL_HEADER, &state));
	return NULL;
}

/* ---- order ----------------------------------------------------------- */

/*
 * The order in which elements must be allocated: first freed ones, the last freed on top;
 * below them those that were never used, by address.
 */
struct stack {
	u32 index[64];
	int nr;
};

/* Allocate. Through the core, every second call is mempool_fixed_alloc(). */
static void *take(struct heap *heap)
{
	struct mempool_fixed *own = heap->core && heap->count.allocs % 2 ?
				    mempool_fixed_of(heap->core) : NULL;

	return own ? core_took(heap, mempool_fixed_alloc(own)) : get(heap, 1);
}

static const char *order_is(struct heap *heap)
{
	struct fixed_pool *pool = heap->ctrl;
	bool high = pool->flags & RTALLOC_POOL_HIGH_FIRST;
	struct stack free = { 0 };
	u64 state = test_seed + pool->flags;
	u8 *live[64];
	int nr_live = 0;

	for (u32 i = 0; i < pool->count; i++)
		free.index[free.nr++] = high ? i : pool->count - 1 - i;
	for (int i = 0; i < 3000; i++) {
		if (draw(&state) % 2 && nr_live) {
			int k = draw(&state) % nr_live;
			u8 *p = live[k];

			live[k] = live[--nr_live];
			free.index[free.nr++] = (p - pool->first) / pool->stride;
			EXPECT_EQ(put(heap, p), 0);
		} else if (free.nr) {
			u32 index = free.index[--free.nr];

			live[nr_live] = take(heap);
			EXPECT(live[nr_live] == pool->first +
			       index * pool->stride, "step %d: not %u", i,
			       index);
			nr_live++;
		} else {
			EXPECT(!take(heap), "step %d: one too many", i);
		}
		EXPECT_EQ(fixed_used(pool), nr_live);
		TRY(sound(heap));
	}
	return NULL;
}

static const char *freed_last_comes_first(struct heap *like)
{
	return with_all_flags(like, 9000, 200, order_is);
}

/* ---- sizes ----------------------------------------------------------- */

/* Counts that were computed by hand: an element of 24 bytes needs 4 more for its link. */
static const char *count_is_what_fits(struct heap *like)
{
	struct heap heap;

	for (size_t size = 0; size < 1000; size++) {
		int err = open_own(&heap, like, size, 20, 8, 0);

		EXPECT_EQ(err, size < 28 ? -ENOSPC : 0);
		if (err)
			continue;
		err = ((struct fixed_pool *)heap.ctrl)->count != size / 28;
		heap_close(&heap);
		EXPECT(!err, "%zu bytes: not %zu elements", size, size / 28);
	}
	return NULL;
}

static const char *impossible_elements(struct heap *like)
{
	static const size_t elems[] = {
		0, 64 * KIB, SIZE_MAX, SIZE_MAX - 7, SIZE_MAX / 2,
		SIZE_MAX / 4, SIZE_MAX / 4 + 1, SIZE_MAX / 8,
	};
	struct heap heap;

	for (size_t i = 0; i < ARRAY_SIZE(elems); i++) {
		int err = open_own(&heap, like, 64 * KIB, elems[i], 8,
				   RTALLOC_POOL_FLAGS);

		if (!err)
			heap_close(&heap);
		EXPECT(err == -ENOSPC, "elem %#zx: %d", elems[i], err);
	}
	EXPECT_EQ(fixed_bytes(10, 100, 8, 0), 10 * 108);
	EXPECT_EQ(fixed_bytes(10, 100, 8, RTALLOC_POOL_FLAGS), 10 * 148);
	EXPECT(fixed_bytes(~0u, SIZE_MAX / 8, 8, 0) == SIZE_MAX, "bytes wrap");
	EXPECT(fixed_bytes(1, SIZE_MAX, 8, 0) == SIZE_MAX, "bytes wrap");
	EXPECT(fixed_bytes(1, 0, 8, 0) == SIZE_MAX, "no element has 0 bytes");
	EXPECT_EQ(fixed_room(87, 80, 8, RTALLOC_POOL_HEADER), 0);
	EXPECT_EQ(fixed_room(88 * 32, 80, 8, RTALLOC_POOL_HEADER), 32);
	EXPECT_EQ(fixed_room(88, SIZE_MAX, 8, 0), 0);
	return NULL;
}

static int init_counted(void *ctrl, void *base, size_t size, u32 count,
			u32 *links)
{
	memset(ctrl, 0, sizeof(struct fixed_pool));
	mempool_fixed_ops.configure(ctrl, 64, count, links);
	return mempool_fixed_ops.init(ctrl, base, size, 8, 0);
}

static const char *count_asked_for_is_kept(struct heap *heap)
{
	u8 *base = heap->region[0].base;
	struct fixed_pool pool;
	u32 links[4];

	EXPECT_EQ(init_counted(&pool, base, 4 * 68, 3, NULL), 0);
	EXPECT_EQ(pool.count, 3);
	EXPECT_EQ(init_counted(&pool, base, 4 * 68, 4, NULL), 0);
	EXPECT_EQ(pool.count, 4);
	EXPECT_EQ(init_counted(&pool, base, 4 * 68, 5, NULL), -ENOSPC);
	EXPECT_EQ(init_counted(&pool, base, 4 * 68 - 1, 4, NULL), -ENOSPC);
	EXPECT_EQ(init_counted(&pool, base, 4 * 64, 0, links), 0);
	EXPECT_EQ(pool.count, 4);
	EXPECT(pool.link == links, "links are not where they should be");
	/* On 32-bit machines 2^31 bytes hold 2^25 elements, which are allowed. */
	EXPECT_EQ(init_counted(&pool, base, SIZE_MAX / 2, 0, links),
		  WORDS(-EFBIG, 0));
	EXPECT_EQ(init_counted(&pool, base, SIZE_MAX / 2,
			       RTALLOC_POOL_MAX + 1u, links),
		  WORDS(-EFBIG, -ENOSPC));
	return NULL;
}

/* ---- what is touched ------------------------------------------------- */

static bool is_garbage(const u8 *from, const u8 *to)
{
	return holds(from, GARBAGE, to - from);
}

static const char *making_touches_nothing(struct heap *like)
{
	struct fixed_pool *pool;
	struct heap heap;
	u8 *base, *p;
	bool clean;

	EXPECT_EQ(open_own(&heap, like, 64 * KIB, 100, 8, RTALLOC_POOL_FLAGS),
		  0);
	base = heap.region[0].base;
	clean = is_garbage(base, base + 64 * KIB);
	/* An alloc touches only the element's header and guards, and its link. */
	pool = heap.ctrl;
	p = get(&heap, 100);
	clean = clean && p == pool->first + (pool->count - 1) * pool->stride &&
		is_garbage(base, p - pool->front) && is_garbage(p, p + 104) &&
		is_garbage((u8 *)(pool->link + 1), base + 64 * KIB);
	heap_close(&heap);
	EXPECT(clean, "memory was written");
	return NULL;
}

static const char *elements_hold_nothing_of_ours(struct heap *heap)
{
	u8 *p[3];

	for (int i = 0; i < 3; i++) {
		p[i] = get(heap, 100);
		memset(p[i], 0x33, usable(heap, p[i]));
	}
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(put(heap, p[i]), 0);
	for (int i = 0; i < 3; i++)
		EXPECT(holds(p[i], 0x33, 20000), "something was written");
	/* A write to freed elements does not reach the list, which lies outside of them. */
	memset(p[2], 0xff, 20000);
	TRY(sound(heap));
	EXPECT(get(heap, 1) == p[2] && get(heap, 1) == p[1], "order is lost");
	return NULL;
}

static const char *closed_pool_takes_back_only(struct heap *heap)
{
	void *p = get(heap, 100), *q = get(heap, 100);
	struct fixed_pool *pool = heap->ctrl;

	EXPECT_EQ(put(heap, p), 0);
	mempool_fixed_ops.close(heap->ctrl);
	EXPECT_EQ(pool->alloc_limit, 0);
	EXPECT_EQ(put(heap, q), 0);
	EXPECT_EQ(put(heap, q), -RTALLOC_DOUBLE_FREE);
	EXPECT_EQ(pool->alloc_limit, 0);
	return sound(heap);
}

/* ---- damage ---------------------------------------------------------- */

/* Elements 0 to 5 were allocated; 0, 2 and 5 are live, and the free list is 4, 1, 3. */
static u8 *scene_make(struct heap *heap)
{
	struct fixed_pool *pool = heap->ctrl;

	for (int i = 0; i < 6; i++)
		get(heap, 100);
	put(heap, fixed_at(pool, 3));
	put(heap, fixed_at(pool, 1));
	put(heap, fixed_at(pool, 4));
	return fixed_at(pool, 2);
}

static const char *damaged_layout(struct damages *damages,
				  struct fixed_pool *pool)
{
	return DAMAGE_EACH(damages,
		{ "flags are not those of a pool", FIELD(pool->flags),
		  pool->flags | RTALLOC_HEAP_RAW_LOCK },
		{ "no pool has so many elements", FIELD(pool->count), 0 },
		{ SAME, FIELD(pool->count), RTALLOC_POOL_MAX + 1u },
		{ "an element is larger than its place", FIELD(pool->stride), 0 },
		{ SAME, FIELD(pool->elem), pool->stride + 8 },
		{ SAME, FIELD(pool->front), pool->stride },
		{ "elements leave the memory", FIELD(pool->first),
		  (size_t)pool->base - 8 },
		{ SAME, FIELD(pool->first), (size_t)pool->base + pool->size },
		{ SAME, FIELD(pool->count), pool->count * 2 },
		{ SAME, FIELD(pool->size), pool->stride },
		{ SAME, FIELD(pool->base), (size_t)pool->first + 8 },
		{ "links lie among the elements", FIELD(pool->link),
		  (size_t)pool->first },
		{ SAME, FIELD(pool->link), (size_t)pool->link - 4 },
		{ SAME, FIELD(pool->link),
		  (size_t)pool->first - pool->front - 4 * pool->count + 4 });
}

static const char *damaged_numbers(struct damages *damages,
				   struct fixed_pool *pool)
{
	return DAMAGE_EACH(damages,
		{ "step is not the stride", FIELD(pool->step), pool->step + 8 },
		{ SAME, FIELD(pool->step), -pool->step },
		{ "origin is not the first element used", FIELD(pool->origin),
		  (size_t)pool->origin + 8 },
		{ SAME, FIELD(pool->origin), (size_t)pool->first + pool->stride },
		{ "shift is not that of the step", FIELD(pool->shift), pool->shift + 1 },
		{ SAME, FIELD(pool->shift), 0 },
		{ "inverse is not that of the step", FIELD(pool->inverse),
		  pool->inverse + 2 },
		{ SAME, FIELD(pool->inverse), 0 });
}

static const char *damaged_counters(struct damages *damages,
				    struct fixed_pool *pool)
{
	return DAMAGE_EACH(damages,
		{ "more elements were used than there are", FIELD(pool->unused),
		  pool->count + 1 },
		{ "limit of alloc is wrong", FIELD(pool->unused), 5 },
		{ SAME, FIELD(pool->alloc_limit), 7 },
		{ "limit of free is wrong", FIELD(pool->free_limit), 5 },
		{ SAME, FIELD(pool->free_limit), 7 },
		{ "high-water mark is above the elements used",
		  FIELD(pool->in_use.max_used), 7 },
		{ "distance to the high-water mark is wrong",
		  FIELD(pool->in_use.below_max), ~0u },
		{ SAME, FIELD(pool->in_use.below_max), 7 },
		{ "count of used elements is wrong", FIELD(pool->in_use.below_max), 2 },
		{ SAME, FIELD(pool->in_use.max_used), 5 },
		{ "head of the free list is nonsense", FIELD(pool->head), 6 },
		{ SAME, FIELD(pool->head), FIXED_LIVE });
}

static const char *damaged_links(struct damages *damages,
				 struct fixed_pool *pool)
{
	u32 *link = pool->link;

	return DAMAGE_EACH(damages,
		{ "link of an element is nonsense", FIELD(link[4]), 6 },
		{ SAME, FIELD(link[2]), 0x80000000u },
		{ SAME, FIELD(link[0]), FIXED_CACHED - 1 },
		{ "free list has a live element", FIELD(link[4]), 2 },
		{ SAME, FIELD(pool->head), 5 },
		{ "free list runs in a circle", FIELD(link[3]), 4 },
		{ SAME, FIELD(link[4]), 4 },
		{ "a free element is not in the free list", FIELD(link[1]), FIXED_NONE },
		{ SAME, FIELD(link[4]), 3 },
		{ SAME, FIELD(pool->head), FIXED_NONE },
		{ "count of used elements is wrong", FIELD(link[3]), FIXED_LIVE },
		{ SAME, FIELD(link[2]), FIXED_NONE },
		{ SAME, FIELD(link[5]), 1 });
}

static const char *damaged_surroundings(struct damages *damages, u8 *p,
					const struct fixed_pool *pool)
{
	u8 *tail = p + pool->elem, *word = p - FIXED_HEADER;

	return DAMAGE_EACH(damages,
		{ "guard in front is written over", FIELD(*(p - pool->front)), 0 },
		{ SAME, FIELD(*(word - 1)), 0xcc },
		{ "header is written over", FIELD(*word), (u8)(*word + 1) },
		{ SAME, FIELD(*(p - 1)), (u8)(p[-1] + 1) },
		{ "guard behind is written over", FIELD(*tail), 0xcc },
		{ SAME, FIELD(*(tail + 15)), 0 });
}

static const char *try_damages(struct heap *heap)
{
	u8 *p = scene_make(heap);
	struct fixed_pool *pool = heap->ctrl;
	void *const use[] = { p, fixed_at(pool, 5), fixed_at(pool, 1), NULL };
	struct damages damages = { .heap = heap, .use = use };

	TRY(damaged_layout(&damages, pool));
	TRY(damaged_numbers(&damages, pool));
	TRY(damaged_counters(&damages, pool));
	TRY(damaged_links(&damages, pool));
	if (pool->flags != RTALLOC_POOL_FLAGS)
		return NULL;
	TRY(damaged_surroundings(&damages, p, pool));
	return damages_suffice(&damages);
}

static const char *every_damage(struct heap *like)
{
	return with_all_flags(like, 3000, 100, try_damages);
}

/* ---- forged links and guards ------------------------------------------ */

/*
 * Whatever a link says, only a free element is handed out; a call that meets a bad link
 * changes nothing. Elements 3, 4 and 5 are free, 0 to 2 are live.
 */
static const char *links_are_not_believed(struct heap *heap)
{
	static const u32 bad[] = { 6, 7, 1000, FIXED_LIVE, FIXED_LIVE - 1 };
	struct fixed_pool *pool = heap->ctrl;
	void *p[6], *before;
	int fault;

	for (int i = 0; i < 6; i++)
		p[i] = get(heap, 100);
	for (int i = 3; i < 6; i++)
		EXPECT_EQ(put(heap, p[i]), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		pool->link[5] = bad[i];
		before = heap_image(heap);
		EXPECT(!heap_alloc(heap, 100, &fault), "link %#x", bad[i]);
		EXPECT_EQ(fault, -RTALLOC_CORRUPT);
		EXPECT(heap_same(heap, before), "something was written");
	}
	pool->link[5] = 2;	/* a live element: found when its turn comes */
	EXPECT(get(heap, 100) == p[5], "not the one freed last");
	TRY(refuses(heap, 100, "a live element is handed out"));
	return NULL;
}

/* Guards and links of an earlier pool in the same memory are not accepted. */
static const char *earlier_pool(struct heap *heap)
{
	struct fixed_pool *pool = heap->ctrl, old = *pool;
	u8 *p[3], saved;

	for (int i = 0; i < 3; i++)
		p[i] = get(heap, 100);
	memset(pool, 0, sizeof(*pool));
	pool->cookie = ~old.cookie;
	mempool_fixed_ops.configure(pool, old.elem, 0, NULL);
	EXPECT_EQ(mempool_fixed_ops.init(pool, old.base, old.size, 8,
					 old.flags), 0);
	EXPECT_EQ(put(heap, p[1]), -RTALLOC_DOUBLE_FREE);
	EXPECT(get(heap, 100) == p[0], "not the first");
	EXPECT_EQ(put(heap, p[2]), -RTALLOC_DOUBLE_FREE);
	TRY(sound(heap));
	if (!(old.flags & RTALLOC_POOL_GUARDS))
		return NULL;
	/* The guard's byte of the earlier pool counts as an overrun here. */
	saved = p[0][old.elem];
	p[0][old.elem] = (u8)old.pattern;
	EXPECT_EQ(put(heap, p[0]), -RTALLOC_OVERRUN);
	p[0][old.elem] = saved;
	EXPECT_EQ(put(heap, p[0]), 0);
	return sound(heap);
}

#define TEST(test, ...) { "pool." #test, test, "pool", __VA_ARGS__ }

const struct test mempool_tests[] = {
	TEST(numbers_are_exact, 64 * KIB, A8, .core = true),
	TEST(freed_last_comes_first, 64 * KIB, A8, .core = true),
	TEST(count_is_what_fits, 64 * KIB, A8),
	TEST(impossible_elements, 64 * KIB, A8),
	TEST(count_asked_for_is_kept, 64 * KIB, A8),
	TEST(making_touches_nothing, 64 * KIB, A8),
	TEST(elements_hold_nothing_of_ours, 256 * KIB, A8,
	     .twin = "pool-guards"),
	TEST(closed_pool_takes_back_only, 64 * KIB, A8, .twin = "pool-guards"),
	TEST(links_are_not_believed, 256 * KIB, A8, .twin = "pool-guards"),
	TEST(earlier_pool, 256 * KIB, A8, .twin = "pool-guards"),
	TEST(every_damage, 64 * KIB, A8),
	{ 0 },
};
