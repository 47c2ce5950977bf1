// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy_small_mem.c - a naive model of the policies of small_mem and lwip_mem; see policy.h.
 * Pieces are in the order of addresses, and a request takes the first free one that is large
 * enough. A piece's size is that of its block, header included. The two differ in their
 * headers and in what a resize does.
 */

#include "policy.h"

/* The largest end mark that offsets of 16 bits are used for, as in lwIP. */
#define NARROW_MAX	64000

/* RT-Thread's header has three words; here, and with its names for memtrace, four on 32 bits. */
static void small_begin(struct policy *policy)
{
	policy->header = policy_round(policy, 8 + 2 * sizeof(size_t));
	policy->in_size = policy->header;
	policy->least = 3 * sizeof(size_t);
}

/* lwip_add() chooses the header, which depends on the size of the region. */
static void lwip_begin(struct policy *policy)
{
	policy->least = 12;
}

static void small_add(struct policy *policy, const struct region *region)
{
	size_t size = region->size / policy->align * policy->align;

	/* The end mark takes a header. */
	policy->total = size - policy->header;
	policy->free = policy->total;
	piece_insert(policy, 0, (struct piece){
		.at = (size_t)region->base, .size = policy->total });
}

static void lwip_add(struct policy *policy, const struct region *region)
{
	size_t size = region->size / policy->align * policy->align;

	policy->header = policy_round(policy, 6);
	if (size - policy->header > NARROW_MAX)
		policy->header = policy_round(policy, 12);
	policy->in_size = policy->header;
	small_add(policy, region);
}

/* Bytes of the smallest block. */
static size_t policy_least(const struct policy *policy)
{
	return policy->header + policy_round(policy, policy->least);
}

static size_t policy_need(const struct policy *policy, size_t size)
{
	return max(policy->header + policy_round(policy, size),
		   policy_least(policy));
}

/* Split piece @i behind @need bytes; the second part becomes free. */
static void piece_cut(struct policy *policy, int i, size_t need)
{
	struct piece *piece = &policy->piece[i];

	piece_insert(policy, i + 1, (struct piece){
		.at = piece->at + need, .size = piece->size - need });
	piece->size = need;
}

static void piece_use(struct policy *policy, int i, size_t need)
{
	struct piece *piece = &policy->piece[i];

	if (piece->size - need >= policy_least(policy))
		piece_cut(policy, i, need);
	piece->used = true;
	policy->free -= piece->size;
	policy->most = max(policy->most, policy->total - policy->free);
}

static void piece_join(struct policy *policy, int i)
{
	struct piece *piece = policy->piece + max(i, 0);

	if (i < 0 || i + 1 >= policy->n || piece[0].used || piece[1].used)
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
		       (gap && gap < policy_least(policy)))
			gap += policy->align;
		if (piece->used || piece->size < need + gap)
			continue;
		if (gap)
			piece_cut(policy, i++, gap);
		piece_use(policy, i, need);
		return at + gap;
	}
	return 0;
}

static void policy_free(struct policy *policy, size_t payload)
{
	piece_unuse(policy, policy_block(policy, payload));
}

/* Move the block to a new one; the old one is freed afterwards. */
static size_t policy_move(struct policy *policy, size_t payload, size_t size)
{
	size_t to = policy_alloc(policy, size, policy->align);

	if (to)
		policy_free(policy, payload);
	return to;
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
	if (piece->size > need + policy->header + policy->least) {
		piece_cut(policy, i, need);
		policy->free += piece[1].size;
		piece_join(policy, i + 1);
		return payload;
	}
	to = policy_move(policy, payload, size);
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

	if (need > piece->size)
		return policy_move(policy, payload, size);
	rest = piece->size - need;
	if (rest && i + 1 < policy->n && !piece[1].used) {
		piece[1].at -= rest;
		piece[1].size += rest;
	} else if (rest >= policy_least(policy)) {
		piece_insert(policy, i + 1, (struct piece){
			.at = piece->at + need, .size = rest });
	} else {
		return payload;
	}
	piece->size = need;
	policy->free += rest;
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
	small_begin, small_add, policy_alloc, policy_free, small_resize,
	policy_stats,
};

const struct policy_ops policy_lwip_mem = {
	lwip_begin, lwip_add, policy_alloc, policy_free, lwip_resize,
	policy_stats,
};
