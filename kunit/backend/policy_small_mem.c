// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy_small_mem.c - a naive model of the policies of small_mem and lwip_mem; see policy.h
 * and policy_first_fit.c. The two differ in their headers and in what a resize does.
 */

#include "policy.h"

/* The largest end mark that offsets of 16 bits are used for, as in lwIP. */
#define NARROW_MAX	64000

/* Bytes of the smallest payload, before it is rounded up. */
#define SMALL_LEAST	(3 * sizeof(size_t))
#define LWIP_LEAST	12

static size_t policy_need(const struct policy *policy, size_t size)
{
	return max(policy->header + policy_round(policy, size), policy->min_rest);
}

/* With headers of @header bytes and payloads of @least, before they are rounded up. */
static void policy_begin(struct policy *policy, size_t header, size_t least)
{
	policy->header = policy_round(policy, header);
	policy->in_size = policy->header;
	policy->need = policy_need;
	policy->min_rest = policy->header + policy_round(policy, least);
	policy->min_gap = policy->min_rest;
}

/* RT-Thread's header has three words; here, and with its names for memtrace, four on 32 bits. */
static void small_begin(struct policy *policy, const struct region *region)
{
	policy_begin(policy, 8 + 2 * sizeof(size_t), SMALL_LEAST);
}

/* The header's size depends on that of the region. */
static void lwip_begin(struct policy *policy, const struct region *region)
{
	size_t size = region->size / policy->align * policy->align;

	policy_begin(policy, 6, LWIP_LEAST);
	if (size - policy->header > NARROW_MAX)
		policy_begin(policy, 12, LWIP_LEAST);
}

/*
 * RT-Thread: a block shrinks where it is if more is left than a header and three words, else
 * it moves. In a heap that has nothing free it stays. It never grows where it is.
 */
static size_t small_resize(struct policy *policy, size_t payload, size_t size)
{
	size_t need = policy->header + policy_round(policy, size), to;
	int i = policy_block(policy, payload);
	struct piece *piece = &policy->piece[i];

	if (piece->size == need)
		return payload;
	if (piece->size > need + policy->header + SMALL_LEAST) {
		piece_cut(policy, i, need);
		piece_unuse(policy, i + 1);
		return payload;
	}
	to = first_fit_move(policy, payload, size);
	return !to && !policy->free && need < piece->size ? payload : to;
}

/*
 * lwIP's mem_trim(): what is cut off makes the free block behind longer, or becomes a block
 * if it can be one, or stays. A block that grows moves.
 */
static size_t lwip_resize(struct policy *policy, size_t payload, size_t size)
{
	size_t need = policy_need(policy, size), rest;
	int i = policy_block(policy, payload);
	struct piece *piece = &policy->piece[i];
	bool is_before_free;

	if (need > piece->size)
		return first_fit_move(policy, payload, size);
	rest = piece->size - need;
	is_before_free = i + 1 < policy->n && !piece[1].used;
	if (rest && (is_before_free || rest >= policy->min_rest)) {
		piece_cut(policy, i, need);
		piece_unuse(policy, i + 1);
	}
	return payload;
}

static const char *policy_stats(const struct policy *policy, struct heap *heap)
{
	struct rtalloc_snapshot snap = heap_stats(heap);

	EXPECT_EQ(snap.used, policy->total - policy->free);
	EXPECT_EQ(snap.max_used, policy->most);
	return NULL;
}

const struct policy_ops policy_small_mem = {
	small_begin, first_fit_add, first_fit_alloc, first_fit_free, small_resize,
	policy_stats,
};

const struct policy_ops policy_lwip_mem = {
	lwip_begin, first_fit_add, first_fit_alloc, first_fit_free, lwip_resize,
	policy_stats,
};
