// SPDX-License-Identifier: GPL-2.0-only
/*
 * tlsf_kunit.c - TLSF from the inside, in the kernel: what is different there is
 * the front door, where its hot steps are inlined (core/front_tlsf.c), and the
 * core's share in realloc. More of its inside is tested in user space
 * (kunit/backend/white_tlsf*.c), with the reasons for the layouts expected here.
 *
 * A heap of 4096 bytes has a table of 1536, and blocks from offset 16 on take 2544
 * bytes. 100 bytes take 112 with their header of 8, 24 take 32.
 */
#include <linux/err.h>
#include <linux/mm.h>

#include "kunit/common.h"
#include "kunit/tlsf_damage.h"

static struct rtalloc_heap *tlsf_open(struct kunit *test, size_t size)
{
	return heap_open(test, &(struct geometry){ .backend = "tlsf",
						   .size = size });
}

static struct tlsf *tlsf_of(struct rtalloc_heap *heap)
{
	return (struct tlsf *)heap->ctrl;
}

static void *get(struct rtalloc_heap *heap, size_t size)
{
	return rtalloc_alloc(heap, size, GFP_KERNEL);
}

static void expect_map(struct kunit *test, struct rtalloc_heap *heap,
		       const char *want)
{
	KUNIT_EXPECT_STREQ(test, want, map_text(test, heap, "FUIM"));
	expect_sound(test, heap);
}

/* ---- layout and classes ---------------------------------------------- */

static void block_costs_eight_bytes(struct kunit *test)
{
	struct rtalloc_heap *heap = tlsf_open(test, SZ_4K);
	void *p = get(heap, 100), *q = get(heap, 24);

	KUNIT_EXPECT_EQ(test, 104, rtalloc_usable_size(heap, p));
	KUNIT_EXPECT_EQ(test, 24, rtalloc_usable_size(heap, q));
	expect_map(test, heap, "[16 U 104][128 U 24][160 F 2392]");
	KUNIT_EXPECT_EQ(test, 2560, heap_stats(heap).total);
	KUNIT_EXPECT_EQ(test, 112 + 32, heap_stats(heap).used);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, q));
	expect_map(test, heap, "[16 F 2536]");
}

/* Class by class from below: the last one that does not begin above @units. */
static u32 naive_class(size_t units)
{
	u64 floor = 0, step = 1;
	u32 class;

	for (class = 0; floor + step <= units; class++) {
		floor += step;
		if (floor >= 64 && is_power_of_2(floor))
			step = floor >> 5;
	}
	return class;
}

static void class_is_found_without_a_search(struct kunit *test)
{
	struct tlsf tlsf = { .nr_classes = TLSF_CLASSES };
	size_t units;
	u64 state = 1;
	int i;

	for (units = 0; units < 5000; units++)
		KUNIT_EXPECT_EQ(test, naive_class(units),
				units_class(&tlsf, units));
	for (i = 0; i < 2000; i++) {
		units = ((u64)draw(&state) << 1) >> draw(&state) % 30;
		units >>= BITS_PER_LONG > 32 ? 0 : 3;
		KUNIT_EXPECT_EQ(test, naive_class(units),
				units_class(&tlsf, units));
		KUNIT_EXPECT_LE(test, class_units(naive_class(units)), units);
		KUNIT_EXPECT_GT(test, class_units(naive_class(units) + 1),
				units);
	}
}

/* Whatever is full, what was freed can be had again. */
static void freed_size_is_had_again(struct kunit *test)
{
	struct rtalloc_heap *heap = tlsf_open(test, SZ_64K);
	void **p = kunit_kcalloc(test, SZ_4K, sizeof(*p), GFP_KERNEL);
	size_t size, n, i;

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (size = 1; size < SZ_8K; size += 1 + size / 9) {
		for (n = 0; (p[n] = get(heap, size)); n++)
			;
		for (i = 0; i < n; i++) {
			KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[i]));
			KUNIT_EXPECT_PTR_EQ(test, p[i], get(heap, size));
		}
		while (n)
			KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[--n]));
	}
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).free_blocks);
}

static void largest_free_is_exact(struct kunit *test)
{
	struct rtalloc_heap *heap = tlsf_open(test, SZ_64K);
	size_t largest;
	u64 state = 1;
	void *p;
	int i;

	for (i = 0; i < 300; i++) {
		largest = heap_stats(heap).largest_free;
		KUNIT_EXPECT_NULL(test, get(heap, largest + 1));
		if (!largest)
			break;
		p = get(heap, largest);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
		p = get(heap, 1 + draw(&state) % 2000);
		if (p && draw(&state) % 3 == 0)
			KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	}
}

/* ---- the front door -------------------------------------------------- */

struct twins {
	struct rtalloc_heap *hot, *plain;
	void *hot_p[64], *plain_p[64];
};

static void twins_step(struct kunit *test, struct twins *t, u64 *state)
{
	struct rtalloc_heap *plain = t->plain;
	u32 i = draw(state) % 64;
	size_t size;

	if (t->hot_p[i]) {
		KUNIT_EXPECT_EQ(test, 0, rtalloc_free(t->hot, t->hot_p[i]));
		KUNIT_EXPECT_EQ(test, 0, plain->ops->free(plain->ctrl,
							  t->plain_p[i]));
	}
	size = 1 + draw(state) % (8u << draw(state) % 11);
	t->hot_p[i] = get(t->hot, size);
	t->plain_p[i] = plain->ops->alloc(plain->ctrl, size);
	KUNIT_ASSERT_EQ(test, !t->hot_p[i], !t->plain_p[i]);
	if (t->hot_p[i])
		KUNIT_ASSERT_EQ(test, where(t->hot, t->hot_p[i]),
				where(plain, t->plain_p[i]));
}

/* Two heaps, one through the front door, one by the hooks alone: the same. */
static void front_door_does_what_the_hooks_do(struct kunit *test)
{
	struct twins t = {
		.hot = tlsf_open(test, SZ_64K),
		.plain = tlsf_open(test, SZ_64K),
	};
	struct rtalloc_snapshot hot, plain;
	u64 state = 1;
	int i;

	for (i = 0; i < 20000; i++) {
		twins_step(test, &t, &state);
		if (i % 64)
			continue;
		hot = heap_stats(t.hot);
		plain = heap_stats(t.plain);
		KUNIT_ASSERT_EQ(test, plain.used, hot.used);
		KUNIT_ASSERT_EQ(test, plain.max_used, hot.max_used);
		KUNIT_ASSERT_EQ(test, plain.free_blocks, hot.free_blocks);
		KUNIT_ASSERT_EQ(test, plain.largest_free, hot.largest_free);
		expect_sound(test, t.hot);
		expect_sound(test, t.plain);
	}
}

/*
 * Three blocks of 112 between two used ones; the middle one is freed with its
 * neighbours used or free: 0, 112 or 224 bytes around it.
 */
static void free_merges_what_is_free(struct kunit *test)
{
	static const char *const maps[] = {
		"[16 U 104][128 U 104][240 F 104][352 U 104][464 U 104][576 F 1976]",
		"[16 U 104][128 F 216][352 U 104][464 U 104][576 F 1976]",
		"[16 U 104][128 U 104][240 F 216][464 U 104][576 F 1976]",
		"[16 U 104][128 F 328][464 U 104][576 F 1976]",
	};
	struct rtalloc_heap *heap;
	void *p[5];
	int i, j;

	for (i = 0; i < ARRAY_SIZE(maps); i++) {
		heap = tlsf_open(test, SZ_4K);
		for (j = 0; j < 5; j++)
			p[j] = get(heap, 100);
		if (i & 1)
			KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[1]));
		if (i & 2)
			KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[3]));
		KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[2]));
		expect_map(test, heap, maps[i]);
	}
}

/*
 * The same beside free blocks so large that they stay in their class: 8000 bytes
 * are 1024 units, whose class goes up to 1055, 8440 bytes; 24 and 40 do not
 * change it.
 */
static void free_grows_a_large_neighbour(struct kunit *test)
{
	struct rtalloc_heap *heap = tlsf_open(test, SZ_64K);
	void *low = get(heap, 8100), *p = get(heap, 24), *q = get(heap, 40);
	u64 at = where(heap, low);
	char map[64];

	KUNIT_ASSERT_NOT_NULL(test, get(heap, 8));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, low));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, q));
	snprintf(map, sizeof(map), "[%llu F %u][", at, 8192 + 32 + 48 - 8);
	KUNIT_EXPECT_TRUE(test, strstarts(map_text(test, heap, "F"), map));
	expect_sound(test, heap);
}

/* ---- realloc --------------------------------------------------------- */

/* [16 F 312][336 U 104 p][448 U 24]: 96 bytes lack to 200, from the end. */
static void block_grows_downwards(struct kunit *test)
{
	struct rtalloc_heap *heap = tlsf_open(test, SZ_4K);
	void *before = get(heap, 300);
	u8 *p = get(heap, 100), *q;

	KUNIT_ASSERT_NOT_NULL(test, get(heap, 8));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, before));
	memset(p, 0x42, 104);
	rtalloc_reset_max(heap);
	q = rtalloc_realloc(heap, p, 200, GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_PTR_EQ(test, p - 96, q);
	expect_map(test, heap, "[16 F 216][240 U 200][448 U 24][480 F 2072]");
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(q, 0x42, 104));
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(q + 104, 0, 96));
	KUNIT_EXPECT_EQ(test, 208 + 32, heap_stats(heap).max_used);
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).reallocs);
	KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).faults);
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, q));
}

/* Neither neighbour alone would do. */
static void block_grows_both_ways(struct kunit *test)
{
	struct rtalloc_heap *heap = tlsf_open(test, SZ_4K);
	void *before = get(heap, 300), *behind;
	u8 *p = get(heap, 100), *q;
	int i;

	behind = get(heap, 200);
	KUNIT_ASSERT_NOT_NULL(test, get(heap, 8));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, before));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, behind));
	for (i = 0; i < 104; i++)
		p[i] = i;
	q = rtalloc_realloc(heap, p, 560, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, q);
	expect_map(test, heap, "[16 F 56][80 U 568][656 U 24][688 F 1864]");
	for (i = 0; i < 104; i++)
		KUNIT_EXPECT_EQ(test, i, q[i]);
}

static void alignment_is_kept_by_realloc(struct kunit *test)
{
	struct rtalloc_heap *heap = tlsf_open(test, SZ_1M);
	size_t align, size;
	void *p, *wall;

	for (align = 32; align <= SZ_8K; align *= 2) {
		p = rtalloc_alloc_aligned(heap, 40, align, GFP_KERNEL);
		for (size = 80; size < 20000; size *= 2) {
			wall = get(heap, size);
			p = rtalloc_realloc(heap, p, size, GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, p);
			KUNIT_EXPECT_TRUE(test, IS_ALIGNED((uintptr_t)p, align));
			KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, wall));
		}
		KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	}
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).free_blocks);
}

/* ---- regions --------------------------------------------------------- */

/* Pages that touch are one pool; pages of another region are not. */
static void touching_memory_is_joined(struct kunit *test)
{
	u8 *memory = kunit_kmalloc(test, SZ_64K, GFP_KERNEL);
	struct rtalloc_heap_params params = {
		.name = "probe", .memory = memory, .size = SZ_4K,
	};
	struct rtalloc_heap *heap = rtalloc_heap_create(&params);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, heap);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_add_memory(heap, memory + SZ_4K,
							 SZ_4K));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_add_memory(heap, memory + SZ_32K,
							 SZ_4K));
	expect_map(test, heap, "[16 F 6632][6672 F 4072]");
	KUNIT_EXPECT_EQ(test, -EBUSY,
			rtalloc_heap_remove_memory(heap, memory + SZ_4K));
	KUNIT_EXPECT_EQ(test, -EBUSY, rtalloc_heap_remove_memory(heap, memory));
	KUNIT_EXPECT_EQ(test, 3, heap->nr_parts);
	KUNIT_EXPECT_EQ(test, 0,
			rtalloc_heap_remove_memory(heap, memory + SZ_32K));
	expect_map(test, heap, "[16 F 6632]");
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
}

/* Memory comes and goes while blocks of the others live. */
static void memory_comes_and_goes(struct kunit *test)
{
	u8 *memory = kunit_kmalloc(test, SZ_64K, GFP_KERNEL);
	struct rtalloc_heap *heap = tlsf_open(test, SZ_4K);
	void *keep = get(heap, 1000), *p = NULL;
	u64 total = heap_stats(heap).total;
	size_t at;
	int i;

	for (i = 0; i < 50; i++) {
		at = i % 7 * SZ_8K;
		KUNIT_ASSERT_EQ(test, 0,
				rtalloc_heap_add_memory(heap, memory + at,
							SZ_4K));
		p = get(heap, 3000);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_EQ(test, -EBUSY,
				rtalloc_heap_remove_memory(heap, memory + at));
		expect_sound(test, heap);
		KUNIT_EXPECT_EQ(test, total + SZ_4K, heap_stats(heap).total);
		KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
		KUNIT_EXPECT_EQ(test, 0,
				rtalloc_heap_remove_memory(heap, memory + at));
		KUNIT_EXPECT_EQ(test, -RTALLOC_FOREIGN, rtalloc_free(heap, p));
		expect_sound(test, heap);
	}
	KUNIT_EXPECT_EQ(test, total, heap_stats(heap).total);
	KUNIT_EXPECT_EQ(test, 16, where(heap, keep));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, keep));
}

/* ---- damage ---------------------------------------------------------- */

/* One byte past the end is seen: the next block's tag comes first. */
static void overrun_is_refused_and_named(struct kunit *test)
{
	struct rtalloc_heap *heap = tlsf_open(test, SZ_4K);
	u8 *p = get(heap, 100), *q = get(heap, 100), saved = p[104];

	heap_is_damaged(heap);
	/* q lies at 0x680 of the page */
	p[104] = '!';
	KUNIT_EXPECT_EQ(test, -RTALLOC_OVERRUN, rtalloc_free(heap, p));
	KUNIT_EXPECT_NULL(test, rtalloc_realloc(heap, p, 300, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK, rtalloc_free(heap, q));
	expect_damage(test, heap, "block header is overwritten");
	KUNIT_EXPECT_EQ(test, 3, heap_stats(heap).faults);
	p[104] = saved;
	expect_sound(test, heap);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, q));
}

/* The header of a free block is overwritten: alloc sees it and stops the heap. */
static void damaged_free_block_stops_the_heap(struct kunit *test)
{
	struct rtalloc_heap *heap = tlsf_open(test, SZ_4K);
	u8 *p = get(heap, 100), *q = get(heap, 2400);

	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, q));
	heap_is_damaged(heap);
	memset(p + 104, 0xff, 8);
	KUNIT_EXPECT_NULL(test, get(heap, 100));
	KUNIT_EXPECT_TRUE(test, heap->is_closed);
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).faults);
	KUNIT_EXPECT_NULL(test, get(heap, 8));
	KUNIT_EXPECT_NULL(test, rtalloc_realloc(heap, p, 8000, GFP_KERNEL));
	expect_damage(test, heap, "block header is overwritten");
}

/* Of an older free block, and by an aligned allocation. */
static void damaged_list_stops_the_heap(struct kunit *test)
{
	struct rtalloc_heap *heap = tlsf_open(test, SZ_4K);
	struct tlsf_scene s;

	tlsf_scene_make(tlsf_of(heap), &s);
	heap_is_damaged(heap);
	tag_set(s.f, tag_get(s.f) ^ 0x100);
	KUNIT_EXPECT_EQ(test, -RTALLOC_OVERRUN, rtalloc_free(heap, s.e));
	KUNIT_EXPECT_NOT_NULL(test, get(heap, 100));
	KUNIT_EXPECT_FALSE(test, heap->is_closed);
	KUNIT_EXPECT_NULL(test, get(heap, 500));
	KUNIT_EXPECT_TRUE(test, heap->is_closed);
}

KUNIT_ARRAY_PARAM_DESC(damages, tlsf_damages, desc);

static void check_sees(struct kunit *test)
{
	const struct tlsf_damage *damage = test->param_value;
	struct rtalloc_heap *heap = tlsf_open(test, SZ_4K);
	struct tlsf_scene s;

	tlsf_scene_make(tlsf_of(heap), &s);
	expect_map(test, heap, TLSF_SCENE_MAP);
	heap_is_damaged(heap);
	damage->make(&s);
	expect_damage(test, heap, damage->seen);
}

static struct kunit_case tlsf_cases[] = {
	KUNIT_CASE(block_costs_eight_bytes),
	KUNIT_CASE(class_is_found_without_a_search),
	KUNIT_CASE(freed_size_is_had_again),
	KUNIT_CASE(largest_free_is_exact),
	KUNIT_CASE(front_door_does_what_the_hooks_do),
	KUNIT_CASE(free_merges_what_is_free),
	KUNIT_CASE(free_grows_a_large_neighbour),
	KUNIT_CASE(block_grows_downwards),
	KUNIT_CASE(block_grows_both_ways),
	KUNIT_CASE(alignment_is_kept_by_realloc),
	KUNIT_CASE(touching_memory_is_joined),
	KUNIT_CASE(memory_comes_and_goes),
	KUNIT_CASE(overrun_is_refused_and_named),
	KUNIT_CASE(damaged_free_block_stops_the_heap),
	KUNIT_CASE(damaged_list_stops_the_heap),
	KUNIT_CASE_PARAM(check_sees, damages_gen_params),
	{}
};

static struct kunit_suite tlsf_suite = {
	.name = "rtalloc_tlsf",
	.test_cases = tlsf_cases,
};

kunit_test_suite(tlsf_suite);
