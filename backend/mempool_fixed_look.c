// SPDX-License-Identifier: GPL-2.0-only
/*
 * mempool_fixed_look.c - the part of backend "pool" that only reads: its
 * statistics, the walk and the check. What changes a pool, and the picture, is
 * in mempool_fixed.c.
 *
 * Statistics are constant time, a walk is bounded by its batch, the check is
 * linear in elements.
 */
#include <linux/string.h>

#include "backend/mempool_fixed.h"

void fixed_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset)
{
	struct fixed_pool *pool = ctrl;

	snap->total = (u64)pool->count * pool->stride;
	snap->used = (u64)fixed_used(pool) * pool->elem;
	snap->max_used = (u64)pool->max_used * pool->elem;
	if (!reset)
		return;
	pool->max_used = fixed_used(pool);
	pool->below_max = 0;
}

void fixed_snapshot(void *ctrl, struct rtalloc_snapshot *snap)
{
	const struct fixed_pool *pool = ctrl;
	u32 nr_free = pool->count - fixed_used(pool);

	fixed_usage(ctrl, snap, false);
	snap->largest_free = nr_free ? pool->elem : 0;
	snap->free_blocks = nr_free;
}

/* ---- walk ------------------------------------------------------------ */

static void piece_of(const struct fixed_pool *pool, u32 index,
		     struct rtalloc_block *piece)
{
	memset(piece, 0, sizeof(*piece));
	piece->offset = (pool->first - pool->base) + index * (u64)pool->stride;
	piece->size = pool->elem;
	piece->state = fixed_is_live(pool, fixed_index(pool, index)) ?
		       RTALLOC_USED : RTALLOC_FREE;
}

/* cursor->hint: the index of the next element. */
int fixed_walk(void *ctrl, struct rtalloc_cursor *cursor,
	       struct rtalloc_block *batch, int max)
{
	const struct fixed_pool *pool = ctrl;
	int n;

	for (n = 0; n < max && cursor->hint < pool->count; n++, cursor->hint++) {
		piece_of(pool, cursor->hint, &batch[n]);
		cursor->pos = batch[n].offset + batch[n].size;
	}
	return n;
}

/* ---- check ----------------------------------------------------------- */

static int damage(const struct fixed_pool *pool, u32 number, const char *what,
		  struct rtalloc_fault *fault)
{
	u64 offset = 0;

	if (number < pool->count)
		offset = fixed_at(pool, number) - pool->base;
	return rtalloc_fault_set(fault, RTALLOC_CORRUPT, offset, what);
}

bool fixed_guards_ok(const struct fixed_pool *pool, const u8 *p)
{
	const u8 *at = p - pool->front, *end = at + pool->stride;
	const u8 *header = p;

	if (pool->flags & RTALLOC_POOL_HEADER)
		header -= POOL_HEADER;
	for (; at < header; at++)
		if (*at != POOL_PATTERN)
			return false;
	for (at = p + pool->elem; at < end; at++)
		if (*at != POOL_PATTERN)
			return false;
	return true;
}

int fixed_check(void *ctrl, struct rtalloc_fault *fault)
{
	const struct fixed_pool *pool = ctrl;
	u32 number, listed = 0, live = 0;

	for (number = 0; number < pool->virgin; number++)
		live += pool->link[number] == POOL_LIVE;
	if (live != fixed_used(pool))
		return damage(pool, POOL_NONE, "count of used elements is wrong",
			      fault);
	for (number = pool->head; number != POOL_NONE;
	     number = pool->link[number], listed++) {
		if (number >= pool->virgin)
			return damage(pool, POOL_NONE,
				      "free list leaves the pool", fault);
		if (pool->link[number] == POOL_LIVE)
			return damage(pool, number,
				      "free list has a live element", fault);
		if (listed >= pool->virgin - live)
			return damage(pool, number,
				      "free list runs in a circle", fault);
	}
	if (listed != pool->virgin - live)
		return damage(pool, POOL_NONE,
			      "a free element is not in the free list", fault);
	return 0;
}
