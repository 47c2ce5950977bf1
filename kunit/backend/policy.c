// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy.c - 100,000 random steps on a heap and on its model (policy.h). About half of
 * them allocate, some with an alignment; the others free or realloc. After each step the
 * block's address and the statistics must be those of the model; after every 64th step
 * all pieces as well.
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

/* ---- the pieces ------------------------------------------------------ */

void piece_insert(struct policy *policy, int i, struct piece piece)
{
	memmove(policy->piece + i + 1, policy->piece + i,
		(policy->n++ - i) * sizeof(struct piece));
	policy->piece[i] = piece;
}

void piece_delete(struct policy *policy, int i)
{
	memmove(policy->piece + i, policy->piece + i + 1,
		(--policy->n - i) * sizeof(struct piece));
}

int policy_block(const struct policy *policy, size_t block)
{
	int i = 0;

	while (i < policy->n &&
	       (!policy->piece[i].used || policy->piece[i].at +
		policy->header + policy->piece[i].gap != block))
		i++;
	return i;
}

/* Expect the walk to report the pieces of the model. */
static const char *map_match(const struct policy *policy, struct heap *heap)
{
	static struct rtalloc_block pieces[PIECES];
	long n = walk_all(heap, pieces, PIECES, 64);

	TRY(sound(heap));
	EXPECT_EQ(n, policy->n);
	for (long i = 0; i < n; i++) {
		const struct piece *piece = &policy->piece[i];
		size_t gap = piece->used ? piece->gap : 0;
		u64 at = where(heap, (void *)(piece->at + policy->header + gap));
		long j = 0;

		/*
		 * The walk is in the order in which regions were glued; a model
		 * may be in the order of addresses.
		 */
		while (j < n && pieces[j].offset != at)
			j++;
		EXPECT(j < n, "nothing at %llu", at);
		EXPECT_EQ(pieces[j].size, piece->size - policy->in_size - gap);
		EXPECT_EQ(pieces[j].state == RTALLOC_USED, piece->used);
	}
	return NULL;
}

/* ---- tests ----------------------------------------------------------- */

static const char *all_match(const struct play *play)
{
	TRY(map_match(play->policy, play->heap));
	return play->ops->links ? play->ops->links(play->policy, play->heap) :
				  NULL;
}

static const struct policy_ops *policy_of(const struct rtalloc_ops *ops)
{
	return ops == &heap4_ops ? &policy_heap4 :
	       ops == &small_mem_ops ? &policy_small_mem :
	       ops == &lwip_mem_ops ? &policy_lwip_mem : &policy_sylix;
}

/* All steps, with requests of up to @max_size bytes. */
static const char *play(struct heap *heap, size_t max_size)
{
	static struct policy policy;
	static struct play play;

	policy = (struct policy){ .align = heap->align };
	play = (struct play){
		.policy = &policy, .heap = heap, .max_size = max_size,
		.ops = policy_of(heap->ops),
		.state = test_seed,
	};
	play.ops->begin(&policy, &heap->region[0]);
	for (int i = 0; i < heap->regions; i++)
		play.ops->add(&policy, &heap->region[i]);
	for (int i = 0; i < STEPS / test_less; i++) {
		const char *why = play_one(&play);

		if (!why)
			why = play.ops->stats(&policy, heap);
		if (!why && !(i % 64))
			why = all_match(&play);
		EXPECT(!why, "SEED=%llu step %d: %s", test_seed, i, why);
	}
	return all_match(&play);
}

static const char *policy_small(struct heap *heap)
{
	return play(heap, 300);
}

static const char *policy_large(struct heap *heap)
{
	return play(heap, 20000);
}

/* With three more regions of odd sizes. */
static const char *policy_glued(struct heap *heap)
{
	EXPECT_EQ(heap_glue(heap, 30001), 0);
	EXPECT_EQ(heap_glue(heap, 4096), 0);
	EXPECT_EQ(heap_glue(heap, 9999), 0);
	return play(heap, 2000);
}

#define HEAP4(test, ...) { "heap4." #test, test, __VA_ARGS__ }
#define SMALL(test, ...) { "small_mem." #test, test, "smem", __VA_ARGS__ }
#define LWIP(test, ...) { "lwip_mem." #test, test, "heap", __VA_ARGS__ }
#define SYLIX(test, ...) { "sylix." #test, test, "sylix_heap", __VA_ARGS__ }

const struct test policy_tests[] = {
	HEAP4(policy_small, "heap4", 32 * KIB, 8),
	HEAP4(policy_small, "heap4", 65529, 16),
	HEAP4(policy_large, "heap4", MIB, 8),
	HEAP4(policy_large, "heap4-protect", MIB, 64),
	HEAP4(policy_glued, "heap4", 64 * KIB, 8),
	HEAP4(policy_glued, "heap4-protect", 64 * KIB, 32),
	SMALL(policy_small, 32 * KIB, 8, .also = { 4, 16 }),
	SMALL(policy_large, MIB, 8, .also = { 64 }),
	LWIP(policy_small, 32 * KIB, 8, .also = { 1, 2 }),
	LWIP(policy_small, 65529, 16),
	LWIP(policy_large, MIB, 4, .also = { 8, 64 }),
	SYLIX(policy_small, 32 * KIB, 16),
	SYLIX(policy_small, 65529, 32),
	SYLIX(policy_large, MIB, 16, .also = { 64 }),
	SYLIX(policy_glued, 64 * KIB, 16, .also = { 64 }),
	{ 0 },
};
