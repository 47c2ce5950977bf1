// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy_heap4.c - a naive model of heap4's policy; see policy.h. Pieces are in the order
 * of addresses, and a request takes the first free one that is large enough. A piece's
 * size is that of its chunk, header included.
 */

#include "policy.h"
#include "white_heap4.h"

static void policy_begin(struct policy *policy)
{
	policy->header = max(policy->align, 2 * sizeof(size_t));
	policy->in_size = policy->header;
}

static void policy_add(struct policy *policy, const struct region *region)
{
	size_t size = region->size / policy->align * policy->align;
	size_t at = (size_t)region->base;
	int i = 0;

	while (i < policy->n && policy->piece[i].at < at)
		i++;
	piece_insert(policy, i, (struct piece){
		.at = at, .size = size - policy->header });
	policy->free += size - policy->header;
	policy->least += size - policy->header;
}

static size_t policy_need(const struct policy *policy, size_t size)
{
	return policy_round(policy, size + policy->header);
}

/* Split piece @i behind @need bytes; the second part becomes free. */
static void piece_cut(struct policy *policy, int i, size_t need)
{
	struct piece *piece = &policy->piece[i];

	piece_insert(policy, i + 1, (struct piece){
		.at = piece->at + need, .size = piece->size - need });
	piece->size = need;
}

/* Make piece @i used. It keeps @need bytes if the rest is large enough to be split off. */
static void piece_use(struct policy *policy, int i, size_t need)
{
	struct piece *piece = &policy->piece[i];

	if (piece->size - need > 2 * policy->header)
		piece_cut(policy, i, need);
	piece->used = true;
	policy->free -= piece->size;
	if (policy->free < policy->least)
		policy->least = policy->free;
}

static void piece_join(struct policy *policy, int i)
{
	struct piece *piece = policy->piece + max(i, 0);

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

/* Return the payload that the heap must return; 0: it must fail. */
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
		if (gap)
			piece_cut(policy, i++, gap);
		piece_use(policy, i, need);
		policy->allocs++;
		return at + gap;
	}
	return 0;
}

static void policy_free(struct policy *policy, size_t payload)
{
	piece_unuse(policy, policy_block(policy, payload));
	policy->frees++;
}

/* Return the payload that the heap must return; 0: it must fail. */
static size_t policy_resize(struct policy *policy, size_t payload, size_t size)
{
	size_t need = policy_need(policy, size), to;
	int i = policy_block(policy, payload);
	struct piece *piece = &policy->piece[i];

	if (piece->size >= need) {
		if (piece->size - need > 2 * policy->header) {
			piece_cut(policy, i, need);
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
		/* The fewest free bytes count only the result, not steps between. */
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

const struct policy_ops policy_heap4 = {
	policy_begin, policy_add, policy_alloc, policy_free, policy_resize,
	policy_stats,
};
