// SPDX-License-Identifier: GPL-2.0-only
/*
 * random_kunit.c - random work on every geometry, next to a naive model: an
 * array of blocks, searched from end to end. The model knows what must be
 * true of any allocator: blocks lie in the heap, do not overlap, keep their
 * contents, what is counted adds up, and misuse changes nothing.
 *
 * The seed is printed; rtalloc_kunit.seed=N on the kernel's command line (or
 * tools/kunit/run --seed N) plays a run again.
 */
#include <linux/module.h>

#include "kunit/common.h"

#define SLOTS		48
#define STEPS		6000
#define CHECK_EVERY	16
#define TRIM_EVERY	128

struct model_block {
	u8 *p;
	size_t size;		/* usable */
	u8 mark;		/* each of its bytes */
};

struct model {
	struct kunit *test;
	struct rtalloc_heap *heap;
	struct model_block block[SLOTS];
	u64 state;
	size_t size_limit;
	u64 allocs, frees, reallocs, failed, faults;
};

static u64 model_live(const struct model *model)
{
	u64 n = 0;
	int i;

	for (i = 0; i < SLOTS; i++)
		n += !!model->block[i].p;
	return n;
}

static bool in_a_part(const struct model *model, const void *p)
{
	const struct rtalloc_part *part = model->heap->part;
	unsigned int i;

	for (i = 0; i < model->heap->nr_parts; i++, part++)
		if (p >= part->base && p < part->base + part->size)
			return true;
	return false;
}

/* sylix_heap joins parts that touch, so a block may lie in two of them. */
static bool in_heap(const struct model *model, const u8 *p, size_t size)
{
	return in_a_part(model, p) && in_a_part(model, p + size - 1);
}

static bool overlaps(const struct model *model, const struct model_block *mine)
{
	const struct model_block *b = model->block;

	for (; b < model->block + SLOTS; b++)
		if (b != mine && b->p && mine->p < b->p + b->size &&
		    b->p < mine->p + mine->size)
			return true;
	return false;
}

/* @block is now at @p and was asked for @size bytes. */
static void model_place(struct model *model, struct model_block *block, u8 *p,
			size_t size)
{
	struct kunit *test = model->test;

	block->p = p;
	block->size = rtalloc_usable_size(model->heap, p);
	block->mark = draw(&model->state);
	KUNIT_ASSERT_GE(test, block->size, size);
	KUNIT_ASSERT_TRUE(test, in_heap(model, p, block->size));
	KUNIT_ASSERT_FALSE(test, overlaps(model, block));
	KUNIT_ASSERT_TRUE(test, IS_ALIGNED((uintptr_t)p, model->heap->align));
	memset(p, block->mark, block->size);
}

static void expect_mark(struct model *model, const struct model_block *block,
			size_t size)
{
	KUNIT_ASSERT_PTR_EQ(model->test, NULL,
			    memchr_inv(block->p, block->mark, size));
}

/* Many small requests, few large ones, now and then a hopeless one. */
static size_t draw_size(struct model *model)
{
	u32 kind = draw(&model->state) % 32;

	if (kind == 0)
		return SIZE_MAX - draw(&model->state) % 8192;
	if (kind < 4)
		return draw(&model->state) % model->size_limit + 1;
	return draw(&model->state) % 600 + 1;
}

/*
 * What largest_free says can be had; in a linear backend also all below it. In
 * slab a small request may need a whole zone where a larger one takes pages.
 */
static bool is_sure(const struct model *model, size_t size, u64 largest_free)
{
	return size == largest_free ||
	       (size < largest_free && !rtalloc_heap_is_bounded(model->heap));
}

static void step_alloc(struct model *model, struct model_block *block)
{
	u64 largest = heap_stats(model->heap).largest_free;
	bool all = largest && draw(&model->state) % 64 == 0;
	size_t size = all ? largest : draw_size(model);
	bool zero = draw(&model->state) % 4 == 0;
	u8 *p = rtalloc_alloc(model->heap, size, zero ? __GFP_ZERO : 0);

	if (!p) {
		model->failed++;
		KUNIT_ASSERT_FALSE_MSG(model->test,
				       is_sure(model, size, largest),
				       "%zu bytes, largest_free %llu", size,
				       largest);
		return;
	}
	model->allocs++;
	if (zero)
		KUNIT_ASSERT_PTR_EQ(model->test, NULL, memchr_inv(p, 0, size));
	model_place(model, block, p, size);
}

static void step_alloc_aligned(struct model *model, struct model_block *block)
{
	size_t align = 1ul << draw(&model->state) % 14;
	size_t size = draw_size(model);
	u8 *p = rtalloc_alloc_aligned(model->heap, size, align, 0);

	if (!p) {
		model->failed++;
		return;
	}
	model->allocs++;
	KUNIT_ASSERT_TRUE(model->test, IS_ALIGNED((uintptr_t)p, align));
	model_place(model, block, p, size);
}

static void step_free(struct model *model, struct model_block *block)
{
	expect_mark(model, block, block->size);
	KUNIT_ASSERT_EQ(model->test, 0, rtalloc_free(model->heap, block->p));
	model->frees++;
	block->p = NULL;
}

static void step_realloc(struct model *model, struct model_block *block)
{
	struct model_block old = *block;
	size_t size = draw_size(model);
	u8 *p = rtalloc_realloc(model->heap, old.p, size, 0);

	if (!p) {
		model->failed++;
		expect_mark(model, &old, old.size);
		return;
	}
	model->reallocs++;
	block->p = p;
	expect_mark(model, block, min(old.size, size));
	model_place(model, block, p, size);
}

/* A pointer that is no block: into one, beside one, or a freed one. */
static void step_misuse(struct model *model, struct model_block *block)
{
	u8 *p = block->p ? block->p + 1 + draw(&model->state) % block->size :
			   (u8 *)&model->state;
	int i;

	for (i = 0; i < SLOTS; i++)
		if (model->block[i].p == p)
			return;
	if (draw(&model->state) % 2)
		KUNIT_ASSERT_GT(model->test, 0, rtalloc_free(model->heap, p));
	else
		KUNIT_ASSERT_NULL(model->test,
				  rtalloc_realloc(model->heap, p, 100, 0));
	model->faults++;
}

static void model_compare(struct model *model)
{
	struct rtalloc_snapshot snap = heap_stats(model->heap);
	struct kunit *test = model->test;
	int i;

	KUNIT_ASSERT_EQ(test, model->allocs, snap.allocs);
	KUNIT_ASSERT_EQ(test, model->frees, snap.frees);
	KUNIT_ASSERT_EQ(test, model->reallocs, snap.reallocs);
	KUNIT_ASSERT_EQ(test, model->failed, snap.failed);
	KUNIT_ASSERT_EQ(test, model->faults, snap.faults);
	KUNIT_ASSERT_EQ(test, model_live(model), snap.live);
	for (i = 0; i < SLOTS; i++)
		if (model->block[i].p)
			expect_mark(model, &model->block[i],
				    model->block[i].size);
	expect_sound(test, model->heap);
}

static void model_step(struct model *model)
{
	struct model_block *block = &model->block[draw(&model->state) % SLOTS];
	u32 op = draw(&model->state) % 16;

	if (op == 15)
		step_misuse(model, block);
	else if (!block->p && op < 3)
		step_alloc_aligned(model, block);
	else if (!block->p)
		step_alloc(model, block);
	else if (op < 8)
		step_free(model, block);
	else
		step_realloc(model, block);
}

static struct model *model_open(struct kunit *test)
{
	struct model *model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, model);
	model->test = test;
	model->heap = heap_open(test, test->param_value);
	model->state = random_seed(test);
	model->size_limit = min(heap_size(model->heap) / 3, (size_t)SZ_64K);
	return model;
}

static void random_work_agrees_with_the_model(struct kunit *test)
{
	struct model *model = model_open(test);
	struct rtalloc_snapshot empty = heap_stats(model->heap), end;
	int i;

	for (i = 1; i <= STEPS; i++) {
		model_step(model);
		/* Else slab's classes may hold all zones from some step on. */
		if (i % TRIM_EVERY == 0)
			rtalloc_trim(model->heap);
		if (i % CHECK_EVERY == 0)
			model_compare(model);
		if (test->status == KUNIT_FAILURE)
			break;
	}
	for (i = 0; i < SLOTS; i++)
		if (model->block[i].p)
			step_free(model, &model->block[i]);
	rtalloc_trim(model->heap);
	end = heap_stats(model->heap);
	KUNIT_EXPECT_EQ(test, empty.used, end.used);
	KUNIT_EXPECT_EQ(test, empty.free_blocks, end.free_blocks);
	KUNIT_EXPECT_EQ(test, empty.largest_free, end.largest_free);
	KUNIT_EXPECT_LT(test, (u64)STEPS / 8, end.allocs);
}

static struct kunit_case random_cases[] = {
	KUNIT_CASE_PARAM_ATTR(random_work_agrees_with_the_model, geometry_next,
			      { .speed = KUNIT_SPEED_SLOW }),
	{}
};

static struct kunit_suite random_suite = {
	.name = "rtalloc_random",
	.test_cases = random_cases,
};

kunit_test_suite(random_suite);

MODULE_DESCRIPTION("KUnit tests of rtalloc");
MODULE_LICENSE("GPL");
