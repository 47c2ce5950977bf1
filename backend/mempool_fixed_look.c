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

static int damage(const struct fixed_pool *pool, const char *what,
		  struct rtalloc_fault *fault)
{
	return rtalloc_fault_set(fault, RTALLOC_CORRUPT, 0, what);
}

static int damage_at(const struct fixed_pool *pool, u32 number,
		     const char *what, struct rtalloc_fault *fault)
{
	return rtalloc_fault_set(fault, RTALLOC_CORRUPT,
				 fixed_at(pool, number) - pool->base, what);
}

static bool is_pattern(const u8 *at, const u8 *end)
{
	while (at < end && *at == FIXED_PATTERN)
		at++;
	return at == end;
}

static bool front_ok(const struct fixed_pool *pool, const u8 *p)
{
	const u8 *end = p;

	if (pool->flags & RTALLOC_POOL_HEADER)
		end -= FIXED_HEADER;
	return is_pattern(p - pool->front, end);
}

static bool tail_ok(const struct fixed_pool *pool, const u8 *p)
{
	return is_pattern(p + pool->elem, p - pool->front + pool->stride);
}

bool fixed_guards_ok(const struct fixed_pool *pool, const u8 *p)
{
	return front_ok(pool, p) && tail_ok(pool, p);
}

/* Numbers become addresses and addresses numbers as they should. */
static const char *geometry_fault(const struct fixed_pool *pool)
{
	size_t size = pool->count * pool->stride;
	const u8 *start = pool->first - pool->front;
	bool high = pool->flags & RTALLOC_POOL_HIGH_FIRST;

	if (!pool->count || pool->front + pool->elem > pool->stride ||
	    (size_t)(start - pool->base) > pool->size ||
	    size > pool->size - (start - pool->base))
		return "elements leave the memory";
	if (pool->step != (high ? -pool->stride : pool->stride))
		return "step is not the stride";
	if (pool->origin != (high ? pool->first + size - pool->stride :
				    pool->first))
		return "origin is no element";
	if (pool->shift != __ffs(pool->step) ||
	    ((s64)pool->step >> pool->shift) * pool->inverse != 1)
		return "inverse is not that of the step";
	if ((u8 *)pool->link < start + size &&
	    (u8 *)(pool->link + pool->count) > start)
		return "links lie among the elements";
	return NULL;
}

static const char *counters_fault(const struct fixed_pool *pool)
{
	u32 limit = pool->flags & RTALLOC_POOL_GUARDS ? 0 : pool->virgin;

	if (pool->virgin > pool->count)
		return "more elements were used than there are";
	if (pool->alloc_limit && pool->alloc_limit != pool->virgin)
		return "limit of alloc is wrong";
	if (pool->free_limit != limit)
		return "limit of free is wrong";
	if (pool->max_used > pool->virgin)
		return "high-water mark is above the elements used";
	if (pool->below_max < 0 || (u32)pool->below_max > pool->max_used)
		return "distance to the high-water mark is wrong";
	return NULL;
}

/* Each element that was ever used; *@live: how many are in use. */
static int elements_check(const struct fixed_pool *pool, u32 *live,
			  struct rtalloc_fault *fault)
{
	bool guards = pool->flags & RTALLOC_POOL_GUARDS;
	bool header = pool->flags & RTALLOC_POOL_HEADER;
	u32 number;
	u8 *p;

	for (number = 0; number < pool->virgin; number++) {
		p = fixed_at(pool, number);
		if (guards && !front_ok(pool, p))
			return damage_at(pool, number,
					 "guard in front is written over",
					 fault);
		if (header && ((void **)p)[-1] != pool)
			return damage_at(pool, number,
					 "header is written over", fault);
		if (guards && !tail_ok(pool, p))
			return damage_at(pool, number,
					 "guard behind is written over", fault);
		*live += pool->link[number] == FIXED_LIVE;
	}
	return 0;
}

/* As many steps as there are free elements, or something is wrong. */
static int list_check(const struct fixed_pool *pool, u32 nr_free,
		      struct rtalloc_fault *fault)
{
	u32 number, listed = 0;

	for (number = pool->head; number != FIXED_NONE;
	     number = pool->link[number], listed++) {
		if (number >= pool->virgin)
			return damage(pool,
				      "free list leaves the elements in use",
				      fault);
		if (pool->link[number] == FIXED_LIVE)
			return damage_at(pool, number,
					 "free list has a live element", fault);
		if (listed == nr_free)
			return damage_at(pool, number,
					 "free list runs in a circle", fault);
	}
	if (listed < nr_free)
		return damage(pool, "a free element is not in the free list",
			      fault);
	return 0;
}

int fixed_check(void *ctrl, struct rtalloc_fault *fault)
{
	const struct fixed_pool *pool = ctrl;
	const char *what = geometry_fault(pool);
	u32 live = 0;
	int err;

	if (!what)
		what = counters_fault(pool);
	if (what)
		return damage(pool, what, fault);
	err = elements_check(pool, &live, fault);
	if (err)
		return err;
	if (live != fixed_used(pool))
		return damage(pool, "count of used elements is wrong", fault);
	return list_check(pool, pool->virgin - live, fault);
}
