// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy_heap4.c - a naive model of heap4's policy; see policy.h and policy_first_fit.c.
 */

#include "policy.h"
#include "white_heap4.h"

static size_t policy_need(const struct policy *policy, size_t size)
{
	return policy_round(policy, size + policy->header);
}

static void policy_begin(struct policy *policy, const struct region *region)
{
	policy->header = max(policy->align, 2 * sizeof(size_t));
	policy->in_size = policy->header;
	policy->need = policy_need;
	/* More than two headers. */
	policy->min_rest = 2 * policy->header + 1;
	policy->min_gap = policy->header + policy->align;
}

/* Return the payload that the heap must return; 0: it must fail. */
static size_t policy_resize(struct policy *policy, size_t payload, size_t size)
{
	size_t need = policy_need(policy, size);
	int i = policy_block(policy, payload);
	struct piece *piece = &policy->piece[i];

	if (piece->size >= need) {
		if (piece->size - need >= policy->min_rest) {
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
	return first_fit_move(policy, payload, size);
}

static const char *policy_stats(const struct policy *policy, struct heap *heap)
{
	struct rtalloc_heap4_count want = {
		.available = policy->free, .smallest = SIZE_MAX,
		.min_ever = policy->total - policy->most, .allocs = policy->allocs,
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
	policy_begin, first_fit_add, first_fit_alloc, first_fit_free, policy_resize,
	policy_stats,
};
