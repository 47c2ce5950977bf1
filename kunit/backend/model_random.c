// SPDX-License-Identifier: GPL-2.0-only
/*
 * model_random.c - random operations on every backend; see model.h.
 */
#include "core_heap.h"
#include "model.h"

#ifndef STEPS
#define STEPS		4000
#endif

/* STEPS random operations, with a comparison after each; then again on the emptied heap. */
static const char *model_run(struct heap *heap, size_t max_size, u64 salt)
{
	struct rtalloc_snapshot start = heap_stats(heap);
	static struct model model;

	model = (struct model){ .state = test_seed + salt };
	model_begin(&model, heap, max_size);
	for (int i = 0; i < STEPS / test_less; i++) {
		const char *why = model_step(&model);

		if (!why)
			why = model_match(&model);
		EXPECT(!why, "SEED=%llu step %d: %s", test_seed, i, why);
	}
	TRY(model_empty(&model, &start));
	/* The emptied heap must work as a new one does. */
	for (int i = 0; i < STEPS / 8 / test_less; i++) {
		TRY(model_step(&model));
		TRY(model_match(&model));
	}
	return model_empty(&model, &start);
}

static const char *random_small(struct heap *heap)
{
	return model_run(heap, 300, 1);
}

static const char *random_mixed(struct heap *heap)
{
	return model_run(heap, 20000, 2);
}

static const char *random_large(struct heap *heap)
{
	return model_run(heap, heap->region[0].size / 4, 3);
}

/* The same on a heap of three regions. */
static const char *random_glued(struct heap *heap)
{
	if (!heap->ops->add_region)
		return NULL;
	EXPECT_EQ(heap_glue(heap, 30001), 0);
	EXPECT_EQ(heap_glue(heap, 4096), 0);
	TRY(sound(heap));
	return model_run(heap, 4000, 4);
}

/* Through the core, on geometries[]; compared after every 16th operation. */
static const char *random_core(struct heap *heap)
{
	struct rtalloc_snapshot start = heap_stats(heap);
	size_t size = heap->region[0].size;
	static struct model model;

	model = (struct model){ .state = test_seed };
	model.no_image = size > MIB;
	model.is_checked = heap->core->is_checked;
	model_begin(&model, heap, min_t(size_t, size / 3, 64 * KIB));
	for (int i = 1; i <= 6000; i++) {
		const char *why = model_step(&model);

		if (!why && i % 16 == 0)
			why = model_match(&model);
		EXPECT(!why, "SEED=%llu step %d: %s", test_seed, i, why);
	}
	EXPECT(heap->count.allocs > 6000 / 8, "%llu blocks", heap->count.allocs);
	return model_empty(&model, &start);
}

/*
 * The first operation is to read and reset max_used: the bytes 15 and 3 make model_step()
 * choose do_reset(). Some backends count headers of the empty heap's regions as used.
 */
static const char *reset_first(struct heap *heap)
{
	static const u8 steps[] = { 15, 3 };
	static struct model model;

	if (heap->ops->add_region)
		EXPECT_EQ(heap_glue(heap, 4096), 0);
	model = (struct model){ .data = steps, .end = steps + sizeof(steps) };
	model_begin(&model, heap, 300);
	TRY(model_step(&model));
	EXPECT(model.data == model.end, "the step was not a reset");
	return model_match(&model);
}

#define TEST(test, ...) { "model." #test, test, NULL, __VA_ARGS__ }

const struct test model_tests[] = {
	TEST(reset_first, 64 * KIB, 8, .also = { 32 }),
	TEST(random_small, 64 * KIB, 8),
	TEST(random_small, 65529, 16),
	TEST(random_mixed, 256 * KIB, 8, .also = { 16 }),
	TEST(random_mixed, 300001, 64),
	TEST(random_mixed, 2 * MIB, 8),
	TEST(random_large, MIB, 8),
	TEST(random_large, 99991, 8, .also = { 16 }),
	TEST(random_large, 128 * KIB, 4096),
	TEST(random_glued, 64 * KIB, 8, .also = { 16, 32 }),
	{ "model.random_core", random_core },
	{ 0 },
};
