// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy_heap4.c - a naive model of heap4's policy beside it over 100,000 random
 * steps: which block is taken, cut, joined and found next. Addresses, statistics
 * and the map must agree.
 */

#include "policy.h"
#include "white_heap4.h"

#define PLAIN	"heap4"
#define SAFE	"heap4-protect"

#define PIECES		4096

/* A chunk at address @at, header included; all of them, in address order. */
struct piece {
	size_t at;
	size_t size;
	bool used;
};

struct policy {
	size_t align;
	size_t header;
	size_t free;
	size_t least;
	size_t allocs;
	size_t frees;
	int n;
	struct piece piece[PIECES];
};

static void piece_insert(struct policy *policy, int i, size_t at, size_t size)
{
	memmove(policy->piece + i + 1, policy->piece + i,
		(policy->n++ - i) * sizeof(struct piece));
	policy->piece[i] = (struct piece){ at, size, false };
}

static void piece_delete(struct policy *policy, int i)
{
	memmove(policy->piece + i, policy->piece + i + 1,
		(--policy->n - i) * sizeof(struct piece));
}

static void policy_add(struct policy *policy, const struct region *region)
{
	size_t size = region->size / policy->align * policy->align;
	size_t at = (size_t)region->base;
	int i = 0;

	while (i < policy->n && policy->piece[i].at < at)
		i++;
	piece_insert(policy, i, at, size - policy->header);
	policy->free += size - policy->header;
	policy->least += size - policy->header;
}

static size_t policy_need(const struct policy *policy, size_t size)
{
	size_t need = size + policy->header;

	return (need + policy->align - 1) / policy->align * policy->align;
}

/* Piece @i becomes used, with @need bytes if the rest is worth it. */
static void piece_use(struct policy *policy, int i, size_t need)
{
	struct piece *piece = &policy->piece[i];

	if (piece->size - need > 2 * policy->header) {
		piece_insert(policy, i + 1, piece->at + need,
			     piece->size - need);
		piece->size = need;
	}
	piece->used = true;
	policy->free -= piece->size;
	if (policy->free < policy->least)
		policy->least = policy->free;
}

static void piece_join(struct policy *policy, int i)
{
	struct piece *piece = &policy->piece[i];

	if (i < 0 || i + 1 >= policy->n || piece[0].used || piece[1].used ||
	    piece[0].at + piece[0].size != piece[1].at)
		return;
	piece[0].size += piece[1].size;
	piece_delete(policy, i + 1);
}

static void piece_unuse(struct policy *policy, int i)
{
	policy->piece[i].used = false;
	policy->free += policy->piece[i].size;
	piece_join(policy, i);
	piece_join(policy, i - 1);
}

/* Where the payload will be; 0: nowhere. */
static size_t policy_alloc(struct policy *policy, size_t size, size_t align)
{
	size_t need = policy_need(policy, size);

	for (int i = 0; i < policy->n; i++) {
		struct piece *piece = &policy->piece[i];
		size_t at = piece->at + policy->header;
		size_t gap = 0;

		while ((at + gap) % align ||
		       (gap && gap < policy->header + policy->align))
			gap += policy->align;
		if (piece->used || piece->size < need + gap)
			continue;
		if (gap) {
			piece_insert(policy, i + 1, piece->at + gap,
				     piece->size - gap);
			policy->piece[i++].size = gap;
		}
		piece_use(policy, i, need);
		policy->allocs++;
		return at + gap;
	}
	return 0;
}

static int policy_find(const struct policy *policy, size_t payload)
{
	int i = 0;

	while (i < policy->n && (policy->piece[i].at + policy->header != payload))
		i++;
	return i;
}

static void policy_free(struct policy *policy, size_t payload)
{
	piece_unuse(policy, policy_find(policy, payload));
	policy->frees++;
}

/* Where it is afterwards; 0: it fails. */
static size_t policy_resize(struct policy *policy, size_t payload, size_t size)
{
	size_t need = policy_need(policy, size), to;
	int i = policy_find(policy, payload);
	struct piece *piece = &policy->piece[i];

	if (piece->size >= need) {
		if (piece->size - need > 2 * policy->header) {
			piece_insert(policy, i + 1, piece->at + need,
				     piece->size - need);
			piece->size = need;
			piece_unuse(policy, i + 1);
		}
		return payload;
	}
	if (i + 1 < policy->n && !piece[1].used &&
	    piece->at + piece->size == piece[1].at &&
	    piece->size + piece[1].size >= need) {
		policy->free += piece->size;
		piece->size += piece[1].size;
		piece_delete(policy, i + 1);
		/* Only what is gained counts, not the way there. */
		piece_use(policy, i, need);
		return payload;
	}
	to = policy_alloc(policy, size, policy->align);
	if (to)
		policy_free(policy, payload);
	return to;
}

static const char *policy_stats(const struct policy *policy, struct heap *heap)
{
	struct rtalloc_heap4_count want = {
		.available = policy->free, .smallest = SIZE_MAX,
		.min_ever = policy->least, .allocs = policy->allocs,
		.frees = policy->frees,
	};

	for (int i = 0; i < policy->n; i++) {
		size_t size = policy->piece[i].size;

		if (policy->piece[i].used)
			continue;
		want.free_chunks++;
		want.largest = max(want.largest, size);
		want.smallest = min(want.smallest, size);
	}
	return heap4_stats_match(heap, want);
}

static const char *policy_map(const struct policy *policy, struct heap *heap)
{
	static struct rtalloc_block pieces[PIECES];
	long n = walk_all(heap, pieces, PIECES, 64);

	TRY(sound(heap));
	EXPECT_EQ(n, policy->n);
	for (long i = 0; i < n; i++) {
		const struct piece *piece = &policy->piece[i];
		u64 at = where(heap, (void *)(piece->at + policy->header));
		long j = 0;

		/* Offsets follow gluing, the model addresses. */
		while (j < n && pieces[j].offset != at)
			j++;
		EXPECT(j < n, "nothing at %llu", at);
		EXPECT_EQ(pieces[j].size, piece->size - policy->header);
		EXPECT_EQ(pieces[j].state == RTALLOC_USED, piece->used);
	}
	return NULL;
}

static const char *play(struct heap *heap, size_t max_size)
{
	static const struct policy_ops ops = {
		policy_add, policy_alloc, policy_free, policy_resize,
		policy_stats, policy_map,
	};
	static struct policy policy;

	policy = (struct policy){
		.align = heap->align,
		.header = max(heap->align, 2 * sizeof(size_t)),
	};
	return policy_play(&policy, &ops, heap, max_size);
}

static const char *policy_small(struct heap *heap)
{
	return play(heap, 300);
}

static const char *policy_large(struct heap *heap)
{
	return play(heap, 20000);
}

static const char *policy_glued(struct heap *heap)
{
	TRY(policy_glue(heap));
	return play(heap, 2000);
}

const struct test heap4_policy_tests[] = {
	{ "heap4.policy_small", policy_small, PLAIN, 32 * KIB, 8 },
	{ "heap4.policy_small", policy_small, PLAIN, 65529, 16 },
	{ "heap4.policy_large", policy_large, PLAIN, MIB, 8 },
	{ "heap4.policy_large", policy_large, SAFE, MIB, 64 },
	{ "heap4.policy_glued", policy_glued, PLAIN, 64 * KIB, 8 },
	{ "heap4.policy_glued", policy_glued, SAFE, 64 * KIB, 32 },
	{ 0 },
};
