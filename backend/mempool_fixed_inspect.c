// SPDX-License-Identifier: GPL-2.0-only
/*
 * mempool_fixed_inspect.c - the part of backend "pool" that only reads:
 * statistics, walk and check. What changes a pool, and the picture, is in
 * mempool_fixed.c.
 *
 * Statistics take constant time, a walk is bounded by its batch. A check
 * continues where it stopped. One step of it is one element with its guards, or
 * one element of the free list; an element with long guards counts as more than
 * one step.
 */
#include <linux/string.h>

#include "backend/mempool_fixed.h"

void fixed_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset)
{
	struct fixed_pool *pool = ctrl;

	snap->total = (u64)pool->count * pool->stride;
	snap->used = (u64)fixed_used(pool) * pool->elem;
	snap->max_used = (u64)pool->in_use.max_used * pool->elem;
	if (reset)
		usage_restart(&pool->in_use);
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
	u32 number = fixed_index(pool, index), link;

	memset(piece, 0, sizeof(*piece));
	piece->offset = (pool->first - pool->base) + index * (u64)pool->stride;
	piece->size = pool->elem;
	link = number < pool->unused ? pool->link[number] : FIXED_NONE;
	if (link == FIXED_LIVE)
		piece->state = RTALLOC_USED;
	else if (link == FIXED_CACHED)
		piece->state = RTALLOC_CACHED;
}

/* cursor->hint is the index of the next element. */
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

static bool is_pattern(const struct fixed_pool *pool, const u8 *from,
		       const u8 *to)
{
	const unsigned long *word = (const unsigned long *)from;

	while (word < (const unsigned long *)to && *word == pool->pattern)
		word++;
	return word == (const unsigned long *)to;
}

static bool front_ok(const struct fixed_pool *pool, const u8 *p)
{
	const u8 *end = p;

	if (pool->flags & RTALLOC_POOL_HEADER)
		end -= FIXED_HEADER;
	return is_pattern(pool, p - pool->front, end);
}

static bool tail_ok(const struct fixed_pool *pool, const u8 *p)
{
	return is_pattern(pool, p + pool->elem,
			  p - pool->front + pool->stride);
}

bool fixed_guards_ok(const struct fixed_pool *pool, const u8 *p)
{
	return front_ok(pool, p) && tail_ok(pool, p);
}

/*
 * Test that the elements lie inside the memory, and the links outside the
 * elements.
 */
static const char *layout_fault(const struct fixed_pool *pool)
{
	const u8 *start = pool->first - pool->front;
	size_t size;

	if (pool->flags & ~RTALLOC_POOL_FLAGS)
		return "flags are not those of a pool";
	if (!pool->count || pool->count > RTALLOC_POOL_MAX)
		return "no pool has so many elements";
	if (!pool->stride || pool->front + pool->elem > pool->stride)
		return "an element is larger than its place";
	size = pool->count * pool->stride;
	if ((size_t)(start - pool->base) > pool->size ||
	    size > pool->size - (start - pool->base))
		return "elements leave the memory";
	if ((u8 *)pool->link < start + size &&
	    (u8 *)(pool->link + pool->count) > start)
		return "links lie among the elements";
	return NULL;
}

/* Test that numbers convert to addresses and back. */
static const char *numbers_fault(const struct fixed_pool *pool)
{
	size_t last = (pool->count - 1) * pool->stride;
	bool high = pool->flags & RTALLOC_POOL_HIGH_FIRST;

	if (pool->step != (high ? -pool->stride : pool->stride))
		return "step is not the stride";
	if (pool->origin != (high ? pool->first + last : pool->first))
		return "origin is not the first element used";
	if (pool->shift != __ffs(pool->step))
		return "shift is not that of the step";
	if (((s64)(long)pool->step >> pool->shift) * pool->inverse != 1)
		return "inverse is not that of the step";
	return NULL;
}

static const char *counters_fault(const struct fixed_pool *pool)
{
	u32 limit = pool->flags & RTALLOC_POOL_GUARDS ? 0 : pool->unused;

	if (pool->unused > pool->count)
		return "more elements were used than there are";
	if (pool->alloc_limit && pool->alloc_limit != pool->unused)
		return "limit of alloc is wrong";
	if (pool->free_limit != limit)
		return "limit of free is wrong";
	if (pool->in_use.max_used > pool->unused)
		return "high-water mark is above the elements used";
	if (pool->in_use.below_max < 0 ||
	    pool->in_use.below_max > (s64)pool->in_use.max_used)
		return "distance to the high-water mark is wrong";
	if (!fixed_link_ok(pool, pool->head))
		return "head of the free list is nonsense";
	return NULL;
}

static const char *element_damage(const struct fixed_pool *pool, u32 number)
{
	u8 *p = fixed_at(pool, number);
	u32 link = pool->link[number];

	if (pool->flags & RTALLOC_POOL_GUARDS && !front_ok(pool, p))
		return "guard in front is written over";
	if (pool->flags & RTALLOC_POOL_HEADER && ((void **)p)[-1] != pool)
		return "header is written over";
	if (pool->flags & RTALLOC_POOL_GUARDS && !tail_ok(pool, p))
		return "guard behind is written over";
	if (!fixed_link_out(link) && !fixed_link_ok(pool, link))
		return "link of an element is nonsense";
	return NULL;
}

/* The phases of a check. */
enum {
	CHECK_LAYOUT,
	CHECK_ELEMENTS,		/* each element that was ever used, by number */
	CHECK_LIST,		/* the free list; sweep->pos: number of the next element */
};

/* The sums in sweep->tally[] during a check. */
enum {
	TALLY_LIVE,		/* elements in use */
	TALLY_LISTED,		/* elements seen in the free list */
};

/* Bytes of guards that count as one step. */
#define GUARD_STEP	64u

static int layout_check(const struct fixed_pool *pool,
			struct rtalloc_sweep *sweep,
			struct rtalloc_fault *fault)
{
	const char *what = layout_fault(pool);

	if (!what)
		what = numbers_fault(pool);
	if (!what)
		what = counters_fault(pool);
	if (what)
		return damage(pool, what, fault);
	sweep->phase = CHECK_ELEMENTS;
	return 0;
}

static int element_check(const struct fixed_pool *pool,
			 struct rtalloc_sweep *sweep,
			 struct rtalloc_fault *fault)
{
	u32 number = sweep->pos;
	const char *what;

	if (number >= pool->unused) {
		if (sweep->tally[TALLY_LIVE] != fixed_used(pool))
			return damage(pool, "count of used elements is wrong",
				      fault);
		sweep->phase = CHECK_LIST;
		sweep->pos = pool->head;
		return 0;
	}
	what = element_damage(pool, number);
	if (what)
		return damage_at(pool, number, what, fault);
	sweep->tally[TALLY_LIVE] += fixed_link_out(pool->link[number]);
	sweep->pos++;
	return 0;
}

/*
 * Follow the free list: it must have as many elements as are free. All links
 * have been tested by now; a link that was damaged since is not followed.
 */
static int list_check(const struct fixed_pool *pool,
		      struct rtalloc_sweep *sweep, struct rtalloc_fault *fault)
{
	u32 number = sweep->pos;

	if (!fixed_link_ok(pool, number))
		return damage(pool, "head of the free list is nonsense", fault);
	if (fixed_link_out(pool->link[number]))
		return damage_at(pool, number, "free list has a live element",
				 fault);
	if (sweep->tally[TALLY_LISTED]++ ==
	    pool->unused - sweep->tally[TALLY_LIVE])
		return damage_at(pool, number, "free list runs in a circle",
				 fault);
	sweep->pos = pool->link[number];
	return 0;
}

static int list_ended(const struct fixed_pool *pool,
		      const struct rtalloc_sweep *sweep,
		      struct rtalloc_fault *fault)
{
	if (sweep->tally[TALLY_LISTED] <
	    pool->unused - sweep->tally[TALLY_LIVE])
		return damage(pool, "a free element is not in the free list",
			      fault);
	return 0;
}

static int check_step(const struct fixed_pool *pool,
		      struct rtalloc_sweep *sweep, struct rtalloc_fault *fault)
{
	switch (sweep->phase) {
	case CHECK_LAYOUT:
		return layout_check(pool, sweep, fault);
	case CHECK_ELEMENTS:
		return element_check(pool, sweep, fault);
	default:
		return list_check(pool, sweep, fault);
	}
}

int fixed_check(void *ctrl, struct rtalloc_sweep *sweep,
		struct rtalloc_fault *fault)
{
	const struct fixed_pool *pool = ctrl;
	s64 steps = sweep->steps;
	int err;

	while (sweep->phase != CHECK_LIST || sweep->pos != FIXED_NONE) {
		if (steps <= 0)
			return -EAGAIN;
		steps--;
		if (sweep->phase == CHECK_ELEMENTS)
			steps -= (pool->stride - pool->elem) / GUARD_STEP;
		err = check_step(pool, sweep, fault);
		if (err)
			return err;
	}
	return list_ended(pool, sweep, fault);
}
