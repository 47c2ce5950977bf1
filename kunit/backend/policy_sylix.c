// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy_sylix.c - a naive model of sylix_heap's policy; see policy.h. Pieces are in the
 * order of the heap. A request takes the first one in the free list, a ring, that is large
 * enough. A freed piece becomes the ring's head, but the heap's last piece its tail.
 */

#include <linux/align.h>

#include "backend/sylix_heap.h"
#include "policy.h"

static void policy_begin(struct policy *policy, const struct region *region)
{
	policy->header = ALIGN(WORDS(48, 32), policy->align);
}

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
		(--policy->nr_free - i) * sizeof(size_t));
}

static void ring_join(struct policy *policy, int i)
{
	size_t at = policy->piece[i].at;

	if (i == policy->n - 1) {
		policy->ring[policy->nr_free++] = at;
		return;
	}
	memmove(policy->ring + 1, policy->ring, policy->nr_free++ * sizeof(size_t));
	policy->ring[0] = at;
}

/* Merge piece @i with the one behind it. */
static void piece_absorb(struct policy *policy, int i)
{
	policy->piece[i].size += policy->header + policy->piece[i + 1].size;
	piece_delete(policy, i + 1);
}

/* Whether the piece behind @i is free and adjacent to it. */
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

/* Take @need bytes of the free piece @i, from @gap bytes behind its start. */
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

/* Return the block that the heap must return; 0: it must fail. */
static size_t policy_alloc(struct policy *policy, size_t size, size_t align)
{
	size_t need = policy_round(policy, size);

	for (int r = 0; r < policy->nr_free; r++) {
		int i = policy_find(policy, policy->ring[r]);
		size_t at = policy->ring[r] + policy->header;
		size_t gap = (align - at % align) % align;

		if (policy->piece[i].size >= need + gap)
			return policy_take(policy, i, need, gap);
	}
	return 0;
}

/* Return the block that the heap must return; 0: it must fail. */
static size_t policy_resize(struct policy *policy, size_t block, size_t size)
{
	int i = policy_block(policy, block);
	struct piece *piece = &policy->piece[i];
	size_t need = policy_round(policy, size) + piece->gap, to;

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
	EXPECT_EQ(snap.free_blocks, policy->nr_free);
	return NULL;
}

static const char *policy_ring(const struct policy *policy, struct heap *heap)
{
	const struct sylix *sylix = heap->ctrl;
	const struct segment *at = sylix->ring.ring_next;

	for (int i = 0; i < policy->nr_free; i++, at = at->ring_next)
		EXPECT((size_t)at == policy->ring[i], "ring differs at %d", i);
	return NULL;
}

static void policy_free(struct policy *policy, size_t block)
{
	piece_free(policy, policy_block(policy, block));
}

const struct policy_ops policy_sylix = {
	policy_begin, policy_add, policy_alloc, policy_free, policy_resize,
	policy_stats, policy_ring,
};
