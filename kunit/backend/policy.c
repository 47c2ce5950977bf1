// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy.c - the steps of policy.h: half of them alloc, some aligned, the others
 * free or realloc. After each, what the heap did is what the model did; after
 * every 64th, so are all its pieces.
 */

#include "policy.h"

#define LIVE	150
#define STEPS	100000

struct play {
	struct policy *policy;
	const struct policy_ops *ops;
	struct heap *heap;
	u64 state;
	size_t max_size;
	int n;
	u8 *live[LIVE];
};

static const char *play_alloc(struct play *play)
{
	size_t size = 1 + draw(&play->state) % play->max_size;
	struct heap *heap = play->heap;
	size_t align = heap->align, want;
	u8 *p;

	if (play->n == LIVE)
		return NULL;
	if (draw(&play->state) % 2)
		size = 1 + size % 64;
	if (!(draw(&play->state) % 6))
		align <<= draw(&play->state) % 6;
	p = align == heap->align ? get(heap, size) :
				   get_aligned(heap, size, align);
	want = play->ops->alloc(play->policy, size, align);
	EXPECT((size_t)p == want, "alloc(%zu, %zu) at %#llx, not %#llx", size,
	       align, where(heap, p), where(heap, (void *)want));
	if (p) {
		memset(p, 0x99, usable(heap, p));
		play->live[play->n++] = p;
	}
	return NULL;
}

static const char *play_one(struct play *play)
{
	u64 what = draw(&play->state) % 16;
	u8 **live = &play->live[play->n ? draw(&play->state) % play->n : 0];
	size_t size = 1 + draw(&play->state) % play->max_size, want;
	u8 *p;

	if (what < 7 || !play->n)
		return play_alloc(play);
	if (what < 13) {
		EXPECT_EQ(put(play->heap, *live), 0);
		play->ops->free(play->policy, (size_t)*live);
		*live = play->live[--play->n];
		return NULL;
	}
	p = heap_realloc(play->heap, *live, size, NULL);
	want = play->ops->resize(play->policy, (size_t)*live, size);
	EXPECT((size_t)p == want, "realloc(%zu) at %#llx, not %#llx", size,
	       where(play->heap, p), where(play->heap, (void *)want));
	if (p)
		*live = p;
	return NULL;
}

const char *policy_play(struct policy *policy, const struct policy_ops *ops,
			struct heap *heap, size_t max_size)
{
	static struct play play;

	play = (struct play){
		.policy = policy, .ops = ops, .heap = heap,
		.state = test_seed, .max_size = max_size,
	};

	for (int i = 0; i < heap->regions; i++)
		ops->add(policy, &heap->region[i]);
	for (int i = 0; i < STEPS / test_less; i++) {
		const char *why = play_one(&play);

		if (!why)
			why = ops->stats(policy, heap);
		if (!why && !(i % 64))
			why = ops->map(policy, heap);
		EXPECT(!why, "SEED=%llu step %d: %s", test_seed, i, why);
	}
	return ops->map(policy, heap);
}

const char *policy_glue(struct heap *heap)
{
	EXPECT_EQ(heap_glue(heap, 30001), 0);
	EXPECT_EQ(heap_glue(heap, 4096), 0);
	EXPECT_EQ(heap_glue(heap, 9999), 0);
	return NULL;
}
