// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy_first_fit.c - what the models of heap4, small_mem and lwip_mem share; see policy.h.
 * Pieces are in the order of addresses, and a request takes the first free one that is large
 * enough. A piece's size is that of its block, header included.
 */

#include "policy.h"

void first_fit_add(struct policy *policy, const struct region *region)
{
	/* The end mark takes a header. */
	size_t size = region->size / policy->align * policy->align - policy->header;
	size_t at = (size_t)region->base;
	int i = 0;

	while (i < policy->n && policy->piece[i].at < at)
		i++;
	piece_insert(policy, i, (struct piece){ .at = at, .size = size });
	policy->free += size;
	policy->total += size;
}

void piece_cut(struct policy *policy, int i, size_t need)
{
	struct piece *piece = &policy->piece[i];

	piece_insert(policy, i + 1, (struct piece){
		.at = piece->at + need, .size = piece->size - need });
	piece->size = need;
}

void piece_use(struct policy *policy, int i, size_t need)
{
	struct piece *piece = &policy->piece[i];

	if (piece->size - need >= policy->min_rest)
		piece_cut(policy, i, need);
	piece->used = true;
	policy->free -= piece->size;
	policy->most = max(policy->most, policy->total - policy->free);
}

/* Merge piece @i with the one behind it, if both are free and adjacent. */
static void piece_join(struct policy *policy, int i)
{
	struct piece *piece = policy->piece + max(i, 0);

	if (i < 0 || i + 1 >= policy->n || piece[0].used || piece[1].used ||
	    piece[0].at + piece[0].size != piece[1].at)
		return;
	piece[0].size += piece[1].size;
	piece_delete(policy, i + 1);
}

void piece_unuse(struct policy *policy, int i)
{
	policy->piece[i].used = false;
	policy->free += policy->piece[i].size;
	piece_join(policy, i);
	piece_join(policy, i - 1);
}

size_t first_fit_alloc(struct policy *policy, size_t size, size_t align)
{
	size_t need = policy->need(policy, size);

	for (int i = 0; i < policy->n; i++) {
		struct piece *piece = &policy->piece[i];
		size_t at = piece->at + policy->header;
		size_t gap = 0;

		while ((at + gap) % align || (gap && gap < policy->min_gap))
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

void first_fit_free(struct policy *policy, size_t block)
{
	piece_unuse(policy, policy_block(policy, block));
	policy->frees++;
}

size_t first_fit_move(struct policy *policy, size_t block, size_t size)
{
	size_t to = first_fit_alloc(policy, size, policy->align);

	if (to)
		first_fit_free(policy, block);
	return to;
}
