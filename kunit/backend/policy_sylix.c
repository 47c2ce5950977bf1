// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy_sylix.c - a naive model of sylix_heap's policy beside it over 100,000 random
 * steps: which block is taken, cut, joined and found next. Addresses, statistics
 * and the map must agree.
 */

#include <linux/align.h>

#include "backend/sylix_heap.h"
#include "policy.h"

#define SYLIX	"sylix_heap"

#define PIECES		4096

/* A segment whose header is at address @at; all of them, in heap order. */
struct piece {
	size_t at;
	size_t size;
	size_t gap;
	bool used;
};

struct policy {
	size_t align;
	size_t header;
	size_t total;
	size_t most;
	int n;
	int free;
	struct piece piece[PIECES];
	size_t ring[PIECES];	/* addresses of free pieces, head first */
};

static int policy_find(const struct policy *policy, size_t at)
{
	int i = 0;

	while (i < policy->n && policy->piece[i].at != at)
		i++;
	return i;
}

static void ring_drop(struct policy *policy, size_t at)
{
	int i = 0;

	while (policy->ring[i] != at)
		i++;
	memmove(policy->ring + i, policy->ring + i + 1,
		(--policy->free - i) * sizeof(size_t));
}

static void ring_join(struct policy *policy, int i)
{
	size_t at = policy->piece[i].at;

	if (i == policy->n - 1) {
		policy->ring[policy->free++] = at;
		return;
	}
	memmove(policy->ring + 1, policy->ring, policy->free++ * sizeof(size_t));
	policy->ring[0] = at;
}

static void piece_insert(struct policy *policy, int i, struct piece piece)
{
	memmove(policy->piece + i + 1, policy->piece + i,
		(policy->n++ - i) * sizeof(struct piece));
	policy->piece[i] = piece;
}

/* The piece behind @i disappears in it. */
static void piece_absorb(struct policy *policy, int i)
{
	struct piece *piece = &policy->piece[i];

	piece->size += policy->header + piece[1].size;
	memmove(piece + 1, piece + 2,
		(--policy->n - i - 1) * sizeof(struct piece));
}

/* Is the piece behind @i free, and does it touch? */
static bool free_behind(const struct policy *policy, int i)
{
	const struct piece *piece = &policy->piece[i];

	return i + 1 < policy->n && !piece[1].used &&
	       piece->at + policy->header + piece->size == piece[1].at;
}

static void piece_split(struct policy *policy, int i, size_t size)
{
	struct piece *piece = &policy->piece[i];
	struct piece rest = {
		.at = piece->at + policy->header + size,
		.size = piece->size - size - policy->header,
		.used = true,
	};

	piece->size = size;
	piece_insert(policy, i + 1, rest);
}

static void piece_free(struct policy *policy, int i)
{
	if (free_behind(policy, i)) {
		ring_drop(policy, policy->piece[i + 1].at);
		piece_absorb(policy, i);
	}
	if (i && !policy->piece[i - 1].used) {
		policy->piece[i].used = false;
		if (free_behind(policy, i - 1)) {
			ring_drop(policy, policy->piece[--i].at);
			piece_absorb(policy, i);
		}
	}
	policy->piece[i].used = false;
	ring_join(policy, i);
}

static size_t policy_used(const struct policy *policy)
{
	size_t used = policy->total;

	for (int i = 0; i < policy->n; i++)
		if (!policy->piece[i].used)
			used -= policy->piece[i].size;
	return used;
}

static void policy_note(struct policy *policy)
{
	if (policy_used(policy) > policy->most)
		policy->most = policy_used(policy);
}

static void policy_add(struct policy *policy, const struct region *region)
{
	size_t size = region->size / policy->align * policy->align;

	policy->total += size;
	piece_insert(policy, policy->n, (struct piece){
		.at = (size_t)region->base, .size = size - policy->header });
	ring_join(policy, policy->n - 1);
	policy_note(policy);
}

/* Take @need bytes of the free piece @i, @gap bytes in. */
static size_t policy_take(struct policy *policy, int i, size_t need, size_t gap)
{
	struct piece *piece = &policy->piece[i];

	ring_drop(policy, piece->at);
	piece->used = true;
	if (gap >= policy->header + policy->align) {
		piece_split(policy, i, gap - policy->header);
		piece->used = false;
		ring_join(policy, i);
		piece = &policy->piece[++i];
		gap = 0;
	}
	need += gap;
	if (piece->size - need > policy->header + policy->align) {
		piece_split(policy, i, need);
		policy->piece[i + 1].used = false;
		ring_join(policy, i + 1);
	}
	piece->gap = gap;
	policy_note(policy);
	return piece->at + policy->header + gap;
}

/* Where the block will be; 0: nowhere. */
static size_t policy_alloc(struct policy *policy, size_t size, size_t align)
{
	size_t need = (size + policy->align - 1) / policy->align * policy->align;

	for (int r = 0; r < policy->free; r++) {
		int i = policy_find(policy, policy->ring[r]);
		size_t at = policy->ring[r] + policy->header;
		size_t gap = (align - at % align) % align;

		if (policy->piece[i].size >= need + gap)
			return policy_take(policy, i, need, gap);
	}
	return 0;
}

static int policy_block(const struct policy *policy, size_t block)
{
	int i = 0;

	while (i < policy->n &&
	       (!policy->piece[i].used || policy->piece[i].at +
		policy->header + policy->piece[i].gap != block))
		i++;
	return i;
}

/* Where it is afterwards; 0: it fails. */
static size_t policy_resize(struct policy *policy, size_t block, size_t size)
{
	int i = policy_block(policy, block);
	struct piece *piece = &policy->piece[i];
	size_t need = (size + policy->align - 1) / policy->align *
		      policy->align + piece->gap, to;

	if (piece->size < need && free_behind(policy, i) &&
	    piece->size + policy->header + piece[1].size >= need) {
		ring_drop(policy, piece[1].at);
		piece_absorb(policy, i);
	}
	if (piece->size >= need) {
		if (piece->size - need >= policy->header + policy->align) {
			piece_split(policy, i, need);
			piece_free(policy, i + 1);
		}
		policy_note(policy);
		return block;
	}
	to = policy_alloc(policy, size, policy->align);
	if (to)
		piece_free(policy, policy_block(policy, block));
	return to;
}

static const char *policy_stats(const struct policy *policy, struct heap *heap)
{
	struct rtalloc_snapshot snap = heap_stats(heap);
	struct sylix_status is;
	size_t largest = 0;

	for (int i = 0; i < policy->n; i++)
		if (!policy->piece[i].used)
			largest = max(largest, policy->piece[i].size);
	sylix_heap_status(heap->ctrl, &is);
	EXPECT_EQ(is.total, policy->total);
	EXPECT_EQ(is.segments, policy->n);
	EXPECT_EQ(is.used, policy_used(policy));
	EXPECT_EQ(is.free, policy->total - policy_used(policy));
	EXPECT_EQ(is.max_used, policy->most);
	EXPECT_EQ(snap.largest_free, largest);
	EXPECT_EQ(snap.free_blocks, policy->free);
	return NULL;
}

static const char *policy_map(const struct policy *policy, struct heap *heap)
{
	static struct rtalloc_block pieces[PIECES];
	long n = walk_all(heap, pieces, PIECES, 64);
	const struct sylix *sylix = heap->ctrl;
	const struct segment *at = sylix->ring.ring_next;

	TRY(sound(heap));
	EXPECT_EQ(n, policy->n);
	for (long i = 0; i < n; i++) {
		const struct piece *piece = &policy->piece[i];
		size_t gap = piece->used ? piece->gap : 0;
		void *p = (void *)(piece->at + policy->header + gap);

		EXPECT_EQ(pieces[i].offset, where(heap, p));
		EXPECT_EQ(pieces[i].size, piece->size - gap);
		EXPECT_EQ(pieces[i].state == RTALLOC_USED, piece->used);
	}
	for (int i = 0; i < policy->free; i++, at = at->ring_next)
		EXPECT((size_t)at == policy->ring[i], "ring differs at %d", i);
	return NULL;
}

static void policy_free(struct policy *policy, size_t block)
{
	piece_free(policy, policy_block(policy, block));
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
		.header = ALIGN(WORDS(48, 32), heap->align),
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

const struct test sylix_policy_tests[] = {
	{ "sylix.policy_small", policy_small, SYLIX, 32 * KIB, 16 },
	{ "sylix.policy_small", policy_small, SYLIX, 65529, 32 },
	{ "sylix.policy_large", policy_large, SYLIX, MIB, 16 },
	{ "sylix.policy_large", policy_large, SYLIX, MIB, 64 },
	{ "sylix.policy_glued", policy_glued, SYLIX, 64 * KIB, 16 },
	{ "sylix.policy_glued", policy_glued, SYLIX, 64 * KIB, 64 },
	{ 0 },
};
