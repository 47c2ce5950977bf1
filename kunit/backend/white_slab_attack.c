// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_slab_attack.c - what 16 bytes written to freed memory can do to slab.
 *
 * The attacker knows all addresses, the heap's key and the contents of freed chunks. Each
 * value is written to each place in freed chunks, zones and runs. Then blocks are
 * allocated and freed, the heap is walked, and idle memory is trimmed. A list of live
 * blocks, each filled with a byte of its own, shows whether a block was handed out twice
 * or written to. A call that reports the damage must have changed nothing, and after it
 * blocks are only freed.
 */
#include <linux/err.h>

#include "backend/slabzone.h"
#include "white.h"

#define ROOM		(512 * KIB)
#define BLOCKS_MAX	4000
#define PLACES_MAX	400
#define VALUES_MAX	40
#define HOLDS_MAX	10000	/* steps that a walk or check of this heap may take */

struct block {
	u8 *at;
	size_t size;
	u8 fill;
};

/* The heap that is attacked, and the independent list of its live blocks. */
struct attack {
	struct heap *heap;
	struct slabzone *sz;
	struct block live[BLOCKS_MAX];
	int nr_live;
	u8 *place[PLACES_MAX];
	int nr_places;
	u64 value[VALUES_MAX];
	int nr_values;
	u8 fill;
	bool is_closed;
	int calls;		/* number of calls of alloc */
	int fault_at;		/* the number of the call that found damage; 0: none */
	void *before;		/* image of the heap before that call; see attack_once() */
};

/* ---- the model ------------------------------------------------------- */

static const char *block_is_new(struct attack *a, const u8 *p, size_t size)
{
	const struct region *region = &a->heap->region[0];
	const u8 *end = a->sz->start +
			((size_t)a->sz->nr_pages << ZONE_PAGE_SHIFT);

	EXPECT(p >= region->base + ZONE_PAGE && p + size <= end,
	       "a block at %td leaves the heap", p - region->base);
	EXPECT((size_t)p % 8 == 0, "a block at an odd place");
	for (int i = 0; i < a->nr_live; i++)
		EXPECT(p + size <= a->live[i].at ||
		       p >= a->live[i].at + a->live[i].size,
		       "a live block of %zu is handed out", a->live[i].size);
	return NULL;
}

static const char *block_is_whole(const struct block *block)
{
	for (size_t i = 0; i < block->size; i++)
		EXPECT(block->at[i] == block->fill, "byte %zu of %zu changed",
		       i, block->size);
	return NULL;
}

/* Allocate, unless damage was found before. A call that finds it must change nothing. */
static const char *take(struct attack *a, size_t size)
{
	int fault = 0;
	bool is_watched;
	u8 *p;

	if (a->is_closed || a->nr_live == BLOCKS_MAX)
		return NULL;
	is_watched = ++a->calls == a->fault_at;
	if (is_watched)
		memcpy(a->before, a->heap->region[0].base, ROOM);
	p = heap_alloc(a->heap, size, &fault);
	if (fault) {
		EXPECT_EQ(fault, -RTALLOC_CORRUPT);
		EXPECT(!is_watched ||
		       !memcmp(a->before, a->heap->region[0].base, ROOM),
		       "a fault, and something was written");
		a->fault_at = a->calls;
		a->is_closed = true;
	}
	if (!p)
		return NULL;
	TRY(block_is_new(a, p, size));
	a->live[a->nr_live++] = (struct block){ p, size, ++a->fill };
	memset(p, a->fill, size);
	return NULL;
}

/* Free a live block. It may be refused only because of damage. */
static const char *give(struct attack *a, int i)
{
	struct block block = a->live[i];
	int err;

	TRY(block_is_whole(&block));
	err = put(a->heap, block.at);
	EXPECT(!err || err == -RTALLOC_CORRUPT, "free says %d", err);
	a->is_closed |= err != 0;
	a->live[i] = a->live[--a->nr_live];
	return NULL;
}

/* ---- the scene ------------------------------------------------------- */

static void place_add(struct attack *a, u8 *from, size_t size)
{
	for (size_t i = 0; i + 16 <= size && a->nr_places < PLACES_MAX; i += 4)
		a->place[a->nr_places++] = from + i;
}

/* The word of a link in the chunk at @chunk that leads to @to, as the heap encodes it. */
static u64 forged(const struct slabzone *sz, const u8 *chunk, size_t to)
{
	struct link link = { .next = to };
	u64 value;

	link.check = link_check(sz, link.next, live_bit(sz, chunk));
	memcpy(&value, &link, sizeof(value));
	return value;
}

/* Add links from @chunk to all kinds of places that a link must not lead to. */
static void values_forge(struct attack *a, u8 *chunk, size_t size, u8 *live)
{
	struct slabzone *sz = a->sz;
	size_t here = live_bit(sz, chunk), there = live_bit(sz, live);
	size_t start = live_bit(sz, zone_by_page(sz, page_of(sz, chunk))->start);
	const size_t to[] = {
		here, there, there + 1, start, start - size / 8, 0, 1,
		sz->nr_bits - 1, sz->nr_bits, U32_MAX, U32_MAX - 511,
		start + page_to_bit(sz->zone_pages), here + size / 8,
	};

	for (size_t i = 0; i < ARRAY_SIZE(to) && a->nr_values < VALUES_MAX; i++)
		a->value[a->nr_values++] = forged(sz, chunk, to[i]);
}

static const char *scene_fill(struct attack *a, size_t size, int nr)
{
	while (nr--)
		TRY(take(a, size));
	return NULL;
}

/* Free two of the last chunks of @size in a zone without unused ones. */
static const char *scene_chunks(struct attack *a, size_t size, size_t zone)
{
	int first = a->nr_live, nr = (zone - 56) / size;
	u8 *one, *two, *live;

	TRY(scene_fill(a, size, nr));
	live = a->live[first + nr - 3].at;
	one = a->live[first + nr - 1].at;
	TRY(give(a, first + nr - 1));
	two = a->live[first + nr - 2].at;
	TRY(give(a, first + nr - 2));
	TRY(give(a, first));
	place_add(a, one, min_t(size_t, size, 64));
	place_add(a, two, min_t(size_t, size, 64));
	values_forge(a, two, size, live);
	a->value[a->nr_values++] = *(u64 *)one;	/* a valid link, for another place */
	a->value[a->nr_values++] = *(u64 *)two;
	return NULL;
}

/* Fill zones and empty them again: two are cached, and one goes back to the tree. */
static const char *scene_zones(struct attack *a)
{
	u8 *start[4];
	int first = a->nr_live;

	TRY(scene_fill(a, 8000, 12));
	for (int i = 0; i < 4; i++)
		start[i] = zone_by_page(a->sz, page_of(a->sz, a->live[first +
							3 * i].at))->start;
	while (a->nr_live > first + 1)
		TRY(give(a, a->nr_live - 1));
	for (int i = 1; i < 4; i++)
		place_add(a, start[i], 128);
	return NULL;
}

static const char *scene_runs(struct attack *a)
{
	int first = a->nr_live;
	u8 *run;

	TRY(scene_fill(a, 20000, 3));
	run = a->live[first + 1].at;
	TRY(give(a, first + 1));
	place_add(a, run, 128);
	place_add(a, run + 5 * ZONE_PAGE - 48, 48);
	return NULL;
}

static const char *scene_make(struct attack *a, struct heap *heap)
{
	u64 seed = test_seed;

	*a = (struct attack){ .heap = heap, .sz = heap->ctrl };
	TRY(scene_runs(a));
	TRY(scene_zones(a));
	TRY(scene_chunks(a, 24, 32 * KIB));
	TRY(scene_chunks(a, 1024, 31 * KIB + 56));
	a->value[a->nr_values++] = 0;
	a->value[a->nr_values++] = ~0ull;
	a->value[a->nr_values++] = (size_t)a->live[0].at;
	a->value[a->nr_values++] = (size_t)heap->region[0].base - 8;
	while (a->nr_values < VALUES_MAX)
		a->value[a->nr_values++] = (u64)draw(&seed) << 33 ^ draw(&seed);
	EXPECT(a->nr_places > 100, "%d places", a->nr_places);
	return sound(heap);
}

/* ---- calls after the attack ------------------------------------------- */

/* Walk, check, stats and trim must end, whatever they find. */
static const char *looks_end(struct attack *a)
{
	const struct rtalloc_ops *ops = a->heap->ops;
	struct rtalloc_sweep sweep = { 0 }, trim = { 0 };
	struct rtalloc_cursor cursor = { 0 };
	struct rtalloc_block batch[16];
	struct rtalloc_fault fault;
	int holds = 0, err;
	size_t bytes = 0;

	do {
		sweep.steps = RTALLOC_HOLD_STEPS;
		err = ops->check(a->heap->ctrl, &sweep, &fault);
	} while (err == -EAGAIN && holds++ < HOLDS_MAX);
	while (ops->walk(a->heap->ctrl, &cursor, batch, 16) &&
	       holds++ < HOLDS_MAX)
		;
	do {
		trim.steps = RTALLOC_HOLD_STEPS;
		err = ops->trim(a->heap->ctrl, &trim, &bytes);
	} while (err == -EAGAIN && holds++ < HOLDS_MAX);
	heap_stats(a->heap);
	EXPECT(holds < HOLDS_MAX, "a look does not end");
	return NULL;
}

static const char *go_on(struct attack *a)
{
	static const size_t sizes[] = { 24, 1024, 24, 1024, 8000, 8, 20000 };

	for (size_t i = 0; i < 2 * ARRAY_SIZE(sizes); i++) {
		TRY(take(a, sizes[i % ARRAY_SIZE(sizes)]));
		if (i % 3 == 2)
			TRY(give(a, a->nr_live - 2));
	}
	TRY(looks_end(a));
	for (int i = 0; i < 5; i++)
		TRY(take(a, 24));
	TRY(take(a, 40000));
	for (int i = 0; i < a->nr_live; i += 16)
		TRY(block_is_whole(&a->live[i]));
	EXPECT(heap_canary_ok(a->heap), "written behind the heap");
	return NULL;
}

static const char *play(struct attack *a, const struct attack *scene,
			const void *image, u8 *place, const u64 words[2],
			int fault_at)
{
	heap_restore(scene->heap, image);
	memcpy(a, scene, sizeof(*a));
	a->fault_at = fault_at;
	memcpy(place, words, 2 * sizeof(*words));
	return go_on(a);
}

/*
 * Only the call that finds the damage needs an image of the heap before it, and
 * copying one costs more than the call. So the first run shows which call that
 * is, and a second run, which does the same, watches it.
 */
static const char *attack_once(struct attack *a, const struct attack *scene,
			       const void *image, int place, int value)
{
	u64 words[2] = { scene->value[value],
			 scene->value[(value * 7 + place) % scene->nr_values] };
	u8 *at = scene->place[place];
	const char *why = play(a, scene, image, at, words, 0);
	int fault_at = a->fault_at;

	if (!why && fault_at) {
		why = play(a, scene, image, at, words, fault_at);
		EXPECT(why || (a->is_closed && a->fault_at == fault_at),
		       "played otherwise");
	}
	EXPECT(!why, "SEED=%llu place %d (%td), %#llx %#llx: %s", test_seed,
	       place, a->place[place] - a->sz->start, words[0], words[1], why);
	return NULL;
}

static const char *attack_all(struct attack *a, struct attack *scene,
			      struct heap *heap)
{
	const char *why = scene_make(scene, heap);
	void *image;

	if (why)
		return why;
	image = heap_image(heap);
	scene->before = test_memory(ROOM);
	for (int i = 0; !why && i < scene->nr_places; i++)
		for (int j = 0; !why && j < scene->nr_values; j++)
			why = attack_once(a, scene, image, i, j);
	heap_restore(heap, image);
	kvfree(scene->before);
	kvfree(image);
	return why;
}

/* Write each value to each place. */
static const char *written_after_free(struct heap *heap)
{
	struct attack *both = test_memory(2 * sizeof(*both));
	const char *why = attack_all(both, both + 1, heap);

	kvfree(both);
	return why;
}

/* A link that leads to anything but a free chunk of its zone is refused by alloc. */
static const char *forged_links(struct heap *heap)
{
	struct slabzone *sz = heap->ctrl;
	size_t nr = (32 * KIB - 56) / 24, bad[7];
	static u8 *p[1400];
	int fault;

	for (size_t i = 0; i < nr; i++)
		p[i] = get(heap, 24);
	EXPECT_EQ(put(heap, p[5]), 0);
	EXPECT_EQ(put(heap, p[nr - 1]), 0);
	bad[0] = live_bit(sz, p[7]);		/* live */
	bad[1] = live_bit(sz, p[5]) + 1;	/* inside a freed one */
	bad[2] = live_bit(sz, p[0]) - 7;	/* the zone's start */
	bad[3] = live_bit(sz, p[nr - 1]) + 3;	/* behind its last */
	bad[4] = sz->nr_bits + 3;		/* the tables */
	bad[5] = U32_MAX;			/* anywhere */
	bad[6] = 0;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		void *image = heap_image(heap);
		u64 value = forged(sz, p[nr - 1], bad[i]);

		memcpy(p[nr - 1], &value, sizeof(value));
		EXPECT(get(heap, 24) == p[nr - 1], "not the freed one");
		EXPECT(!heap_alloc(heap, 24, &fault), "%zu is followed", i);
		EXPECT_EQ(fault, -RTALLOC_CORRUPT);
		heap_restore(heap, image);
		kvfree(image);
	}
	return sound(heap);
}

/* Blocks and links of an earlier heap in the same memory are not accepted by the next. */
static const char *earlier_heap(struct heap *heap)
{
	struct slabzone *sz = heap->ctrl, old = *sz;
	struct region *region = &heap->region[0];
	void *p[3];
	u64 link;

	for (int i = 0; i < 3; i++)
		p[i] = get(heap, 8000);
	EXPECT_EQ(put(heap, p[1]), 0);
	link = *(u64 *)p[1];
	memset(sz, 0, sizeof(*sz));
	sz->cookie = old.cookie * 3 + 1;
	EXPECT_EQ(heap->ops->init(sz, region->base, region->size, 8, 0), 0);
	EXPECT_EQ(put(heap, p[2]), -RTALLOC_NOT_A_BLOCK);
	for (int i = 0; i < 3; i++)
		EXPECT(get(heap, 8000) == p[i], "another place");
	EXPECT_EQ(put(heap, p[1]), 0);
	memcpy(p[1], &link, sizeof(link));
	TRY(refuses(heap, 8000, "a link of the heap before"));
	return NULL;
}

#define TEST(test, ...) { "slab." #test, test, "slab", __VA_ARGS__ }

const struct test slab_attack_tests[] = {
	TEST(written_after_free, ROOM, A8),
	TEST(forged_links, ROOM, A8),
	TEST(earlier_heap, ROOM, A8),
	{ 0 },
};
