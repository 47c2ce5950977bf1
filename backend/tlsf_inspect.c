// SPDX-License-Identifier: GPL-2.0-only
/*
 * tlsf_inspect.c - the part of backend "tlsf" that only reads: statistics, walk
 * and check. The check tests the control block, then the blocks in address
 * order, then the lists and bitmaps, and compares what all of them say. Each
 * broken rule has its own text. No pointer is followed that does not lead to a
 * header within a pool.
 */
#include <linux/minmax.h>
#include <linux/string.h>

#include "backend/tlsf.h"

void tlsf_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset)
{
	struct tlsf *tlsf = ctrl;

	snap->total = tlsf->total;
	snap->used = usage_now(&tlsf->in_use) << TLSF_UNIT_SHIFT;
	snap->max_used = tlsf->in_use.max_used << TLSF_UNIT_SHIFT;
	if (reset)
		usage_restart(&tlsf->in_use);
}

/* A damaged bitmap makes a number wrong, and has no worse effect. */
void tlsf_stats(void *ctrl, struct rtalloc_snapshot *snap)
{
	struct tlsf *tlsf = ctrl;
	u32 words = TLSF_WORDS, class;

	tlsf_usage(ctrl, snap, false);
	snap->free_blocks = tlsf->nr_free;
	while (words && !tlsf->map[words - 1])
		words--;
	if (!words)
		return;
	class = (words - 1) * BITS_PER_LONG + __fls(tlsf->map[words - 1]);
	snap->largest_free = ((class_units(class) << TLSF_UNIT_SHIFT) &
			      ~tlsf->align_mask) - TLSF_HEADER;
}

/* ---- walk ------------------------------------------------------------ */

static bool block_reads(const struct tlsf *tlsf, const struct pool *pool,
			const struct block *block)
{
	return distance(pool->first, block) <
	       distance(pool->first, pool->last) &&
	       !((unsigned long)block & tlsf->align_mask) &&
	       block_has_tag(tlsf, block) && block_next(block) > block &&
	       block_next(block) <= pool->last;
}

/*
 * Return the block to continue from: where the last batch ended if a block
 * begins there, else the first.
 */
static struct block *walk_start(struct tlsf *tlsf, struct pool *pool, u64 hint)
{
	struct block *block = (struct block *)(pool->part.start + hint);

	return block_reads(tlsf, pool, block) ? block : pool->first;
}

/*
 * Report at most @max pieces of @pool. If the block to continue from is gone,
 * the search for the next one begins at the first block of the pool. After a
 * bounded number of blocks the search stops and sets *@is_lost; the cursor then
 * says how far it came.
 */
static int pool_walk(struct tlsf *tlsf, struct pool *pool,
		     struct rtalloc_cursor *cursor,
		     struct rtalloc_block *batch, int max, bool *is_lost)
{
	u64 base = pool->part.offset;
	u64 hint = cursor->hint > base ? cursor->hint - base : 0;
	struct block *block = walk_start(tlsf, pool, hint);
	unsigned int steps = RTALLOC_HOLD_STEPS;
	int n = 0;
	u64 at;

	for (; n < max && block_reads(tlsf, pool, block);
	     block = block_next(block)) {
		at = part_offset(&pool->part, block);
		if (at < cursor->pos) {
			cursor->hint = at;
			*is_lost = !steps--;
			if (*is_lost)
				return n;
			continue;
		}
		batch[n++] = (struct rtalloc_block) {
			.offset = at,
			.size = block_bytes(block) - TLSF_HEADER,
			.state = block_is_free(block) ? RTALLOC_FREE :
							RTALLOC_USED,
		};
		cursor->pos = at + block_bytes(block);
		cursor->hint = cursor->pos;
	}
	if (!block_reads(tlsf, pool, block))
		cursor->pos = part_offset_end(&pool->part);
	return n;
}

/* Return the pool in which offset @pos lies, or the next one behind it. */
static struct pool *pool_from(struct tlsf *tlsf, u64 pos)
{
	struct pool *pool = tlsf->pool, *best = NULL;

	for (; pool < tlsf->pool + tlsf->nr_pools; pool++)
		if (pool->part.start && part_offset_end(&pool->part) > pos &&
		    (!best || pool->part.offset < best->part.offset))
			best = pool;
	return best;
}

int tlsf_walk(void *ctrl, struct rtalloc_cursor *cursor,
	      struct rtalloc_block *batch, int max)
{
	bool is_lost = false;
	struct pool *pool;
	int n = 0;

	while (n < max && !is_lost && (pool = pool_from(ctrl, cursor->pos)))
		n += pool_walk(ctrl, pool, cursor, batch + n, max - n,
			       &is_lost);
	return n || !is_lost ? n : -EAGAIN;
}

/* ---- check ----------------------------------------------------------- */

/*
 * The check continues where its last call stopped. sweep->phase says in which
 * part:
 *
 * first the pools, where sweep->pos is the distance of the next block from the
 * pool's first block; then the classes, where sweep->pos is the link that leads
 * to the next block, 0 at the list's beginning; then the classes once more, for
 * the bitmaps.
 */
#define PHASE_BEGIN	0u
#define PHASE_POOLS	1u
#define PHASE_LISTS	(PHASE_POOLS + TLSF_POOLS_MAX)
#define PHASE_MAPS	(PHASE_LISTS + TLSF_CLASSES)
#define PHASE_END	(PHASE_MAPS + TLSF_CLASSES)

/* Indices of sweep->tally. */
enum {
	TALLY_USED,		/* units */
	TALLY_FREE,		/* blocks that are free */
	TALLY_LISTED,		/* blocks in lists */
	TALLY_PREV,		/* bytes from the next block back to the one before it */
};

/* Record where the next call continues: at @pos of phase @phase. */
static void sweep_on(struct rtalloc_sweep *sweep, unsigned int phase, u64 pos)
{
	sweep->phase = phase;
	sweep->pos = pos;
}

/* Begin again, because the heap has changed and the sums so far are void. */
static int sweep_again(struct rtalloc_sweep *sweep)
{
	*sweep = (struct rtalloc_sweep) { };
	return -EAGAIN;
}

/* A place outside of the pools, such as the table, is reported as offset 0. */
static int fault_at(struct tlsf *tlsf, struct rtalloc_fault *fault,
		    const void *where, const char *what)
{
	struct pool *pool = pool_of(tlsf, where);

	return rtalloc_fault_set(fault, RTALLOC_CORRUPT, !pool ? 0 :
				 part_offset(&pool->part, where),
				 what);
}

static const char *control_check(const struct tlsf *tlsf)
{
	const struct pool *pool = tlsf->pool;
	size_t align = tlsf->align_mask + 1;

	if (align & tlsf->align_mask || align < tlsf_ops.min_align ||
	    align > tlsf_ops.max_align)
		return "alignment is impossible";
	if (!tlsf->nr_pools || tlsf->nr_pools > TLSF_POOLS_MAX)
		return "number of pools is impossible";
	if (!tlsf->nr_classes || tlsf->nr_classes > TLSF_CLASSES ||
	    tlsf->nr_classes % TLSF_SL)
		return "number of classes is impossible";
	if (tlsf->size_max != (class_units(tlsf->nr_classes - 1) <<
			       TLSF_UNIT_SHIFT) - TLSF_HEADER)
		return "largest request is not that of the last class";
	if (!tlsf->has_table_only &&
	    (u8 *)(tlsf->list + tlsf->nr_classes) != pool->part.start)
		return "table does not end where the first pool begins";
	if (tlsf->first != pool->first || tlsf->last != pool->last ||
	    tlsf->span != distance(pool->first, pool->last) >>
			  TLSF_UNIT_SHIFT)
		return "first pool is not where alloc and free look";
	return NULL;
}

/* Test that @pool lies in its memory and shares no byte with another pool. */
static const char *place_check(const struct tlsf *tlsf, const struct pool *pool)
{
	const struct pool *other = tlsf->pool;

	if (pool->first != block_first(tlsf, pool->part.start))
		return "pool's first block is not where its memory begins";
	if (pool->last != block_last(tlsf, pool->first, part_end(&pool->part)))
		return "pool's last header is not where its memory ends";
	for (; other < pool; other++) {
		if (other->part.start < part_end(&pool->part) &&
		    pool->part.start < part_end(&other->part))
			return "two pools overlap";
		if (other->part.offset < part_offset_end(&pool->part) &&
		    pool->part.offset < part_offset_end(&other->part))
			return "two pools have the same offsets";
	}
	return NULL;
}

static const char *header_check(const struct tlsf *tlsf, struct block *block,
				struct block *prev)
{
	u32 flags = block_flags(tlsf, block);
	bool prev_free = prev && block_is_free(prev);

	if (flags & BLOCK_FREE && flags_align(flags) &&
	    flags_used(flags & ~BLOCK_FLAGS))
		return "free block keeps an alignment";
	if (!block_has_tag(tlsf, block))
		return "block header is overwritten";
	if (!(flags & BLOCK_PREV_FREE) == prev_free)
		return prev_free ? "block takes the free one before it as used" :
				   "block takes the used one before it as free";
	if (prev_free && head_of(block)->back != link_to(tlsf, prev) - 1)
		return "back link does not lead to the free block before";
	if (prev_free && (flags & BLOCK_FREE))
		return "two free blocks touch";
	return NULL;
}

static const char *block_check(struct tlsf *tlsf, struct pool *pool,
			       struct block *block, struct block *prev)
{
	const char *what = header_check(tlsf, block, prev);

	if (what)
		return what;
	if (block == pool->last) {
		if (head_of(block)->units)
			return "pool's last header has a size";
		return block_flags(tlsf, block) & ~BLOCK_PREV_FREE ?
		       "pool's last header is not that of a used block" : NULL;
	}
	if (head_of(block)->units < TLSF_UNITS_MIN)
		return "block is smaller than any can be";
	if (block_bytes(block) & tlsf->align_mask)
		return "block's size is not a multiple of the alignment";
	return block_next(block) > pool->last || block_next(block) < block ?
	       "block reaches past its pool" : NULL;
}

static int pool_check(struct tlsf *tlsf, struct rtalloc_sweep *sweep,
		      struct rtalloc_fault *fault)
{
	struct pool *pool = &tlsf->pool[sweep->phase - PHASE_POOLS];
	struct block *block = (struct block *)((u8 *)pool->first + sweep->pos);
	struct block *prev = NULL;
	const char *what;

	if (!pool->part.start) {
		sweep_on(sweep, sweep->phase + 1, 0);
		return 0;
	}
	what = place_check(tlsf, pool);
	if (what)
		return fault_at(tlsf, fault, pool->part.start, what);
	if (sweep->pos) {
		prev = (struct block *)((u8 *)block - sweep->tally[TALLY_PREV]);
		if (!block_reads(tlsf, pool, prev) || block_next(prev) != block)
			return sweep_again(sweep);
	}
	for (; sweep->steps; prev = block, block = block_next(block)) {
		sweep->steps--;
		what = block_check(tlsf, pool, block, prev);
		if (what)
			return fault_at(tlsf, fault, head_of(block), what);
		if (block == pool->last) {
			sweep_on(sweep, sweep->phase + 1, 0);
			return 0;
		}
		if (block_is_free(block))
			sweep->tally[TALLY_FREE]++;
		else
			sweep->tally[TALLY_USED] += head_of(block)->units;
	}
	if (prev)
		sweep->tally[TALLY_PREV] = block_bytes(prev);
	sweep_on(sweep, sweep->phase, distance(pool->first, block));
	return 0;
}

static bool is_free_block(struct tlsf *tlsf, const struct block *block)
{
	struct pool *pool = tlsf->pool;

	for (; pool < tlsf->pool + tlsf->nr_pools; pool++)
		if (block_reads(tlsf, pool, block))
			return block_is_free(block);
	return false;
}

/* Does @link lead to the header of a free block, which may then be read? */
static bool link_reads(struct tlsf *tlsf, u64 link)
{
	struct block *block = link_block(tlsf, link);

	return link_to(tlsf, block) == link && is_free_block(tlsf, block);
}

/*
 * Test the member of the list of @class that @link leads to. @from is the place
 * where the link was found.
 */
static int member_check(struct tlsf *tlsf, u32 class, u64 from, u64 link,
			struct rtalloc_sweep *sweep,
			struct rtalloc_fault *fault)
{
	struct block *block = link_block(tlsf, link);

	if (!link_reads(tlsf, link))
		return fault_at(tlsf, fault, link_block(tlsf, from),
				from == link_head(tlsf, class) ?
				"list begins outside the free blocks" :
				"list leaves the free blocks");
	if (++sweep->tally[TALLY_LISTED] > sweep->tally[TALLY_FREE])
		return fault_at(tlsf, fault, head_of(block),
				"lists hold more than the free blocks");
	if (block->slot != from)
		return fault_at(tlsf, fault, head_of(block),
				"list does not point back");
	if (units_class(tlsf, head_of(block)->units) != class)
		return fault_at(tlsf, fault, head_of(block),
				"block is in the list of another class");
	return 0;
}

static int list_check(struct tlsf *tlsf, struct rtalloc_sweep *sweep,
		      struct rtalloc_fault *fault)
{
	u32 class = sweep->phase - PHASE_LISTS;
	u64 head = link_head(tlsf, class), from, link;
	int err;

	if (class >= tlsf->nr_classes) {
		sweep_on(sweep, PHASE_MAPS, 0);
		return 0;
	}
	from = sweep->pos ? sweep->pos : head;
	if (from != head && !link_reads(tlsf, from))
		return sweep_again(sweep);
	for (; sweep->steps; from = link) {
		sweep->steps--;
		link = link_block(tlsf, from)->next;
		if (link == tlsf->link_code) {
			sweep_on(sweep, sweep->phase + 1, 0);
			return 0;
		}
		err = member_check(tlsf, class, from, link, sweep, fault);
		if (err)
			return err;
	}
	sweep_on(sweep, sweep->phase, from);
	return 0;
}

static int map_check(struct tlsf *tlsf, struct rtalloc_sweep *sweep,
		     struct rtalloc_fault *fault)
{
	u32 class = sweep->phase - PHASE_MAPS;
	bool is_set = test_bit(class, tlsf->map), is_empty;

	sweep->steps--;
	sweep_on(sweep, sweep->phase + 1, 0);
	if (class >= tlsf->nr_classes)
		return !is_set ? 0 :
		       fault_at(tlsf, fault, &tlsf->list[class],
				"bitmap has a bit beyond the classes");
	is_empty = tlsf->list[class] == tlsf->link_code;
	if (is_set != is_empty)
		return 0;
	return fault_at(tlsf, fault, &tlsf->list[class], is_empty ?
			"bitmap promises a block, list is empty" :
			"bitmap hides a list with blocks");
}

static int maps_check(struct tlsf *tlsf, struct rtalloc_fault *fault)
{
	u32 word;

	for (word = 0; word < TLSF_WORDS; word++)
		if (!!tlsf->map[word] != test_bit(word, &tlsf->top))
			return fault_at(tlsf, fault,
					&tlsf->list[BITS_PER_LONG * word],
					"the two bitmaps differ");
	if (tlsf->top >> TLSF_WORDS)
		return fault_at(tlsf, fault, &tlsf->top,
				"upper bitmap has a bit beyond the lower");
	return 0;
}

static size_t pools_total(const struct tlsf *tlsf)
{
	const struct pool *pool = tlsf->pool;
	size_t total = 0;

	for (; pool < tlsf->pool + tlsf->nr_pools; pool++)
		total += pool->part.size;
	return total;
}

static int counts_check(struct tlsf *tlsf, const struct rtalloc_sweep *sweep,
			struct rtalloc_fault *fault)
{
	const char *what = NULL;

	if (pools_total(tlsf) != tlsf->total)
		what = "total is not the sum of the pools";
	else if (sweep->tally[TALLY_FREE] != tlsf->nr_free)
		what = "free blocks are miscounted";
	else if (tlsf->in_use.below_max < 0)
		what = "more is used than at the most";
	else if (sweep->tally[TALLY_USED] != usage_now(&tlsf->in_use))
		what = "used is miscounted";
	return what ? fault_at(tlsf, fault, tlsf, what) : 0;
}

/* Test the totals, after the check of every class. */
static int end_check(struct tlsf *tlsf, const struct rtalloc_sweep *sweep,
		     struct rtalloc_fault *fault)
{
	int err = maps_check(tlsf, fault);

	return err ? err : counts_check(tlsf, sweep, fault);
}

static int phase_check(struct tlsf *tlsf, struct rtalloc_sweep *sweep,
		       struct rtalloc_fault *fault)
{
	if (sweep->phase < PHASE_POOLS + tlsf->nr_pools)
		return pool_check(tlsf, sweep, fault);
	if (sweep->phase < PHASE_LISTS)
		sweep_on(sweep, PHASE_LISTS, 0);
	if (sweep->phase < PHASE_MAPS)
		return list_check(tlsf, sweep, fault);
	if (sweep->phase == PHASE_MAPS &&
	    sweep->tally[TALLY_LISTED] != sweep->tally[TALLY_FREE])
		return fault_at(tlsf, fault, tlsf->list,
				"free block is in no list");
	return map_check(tlsf, sweep, fault);
}

int tlsf_check(void *ctrl, struct rtalloc_sweep *sweep,
	       struct rtalloc_fault *fault)
{
	struct tlsf *tlsf = ctrl;
	const char *what = control_check(tlsf);
	int err;

	if (what)
		return fault_at(tlsf, fault, tlsf, what);
	if (sweep->phase == PHASE_BEGIN)
		sweep_on(sweep, PHASE_POOLS, 0);
	while (sweep->steps && sweep->phase < PHASE_END) {
		err = phase_check(tlsf, sweep, fault);
		if (err)
			return err;
	}
	return sweep->phase < PHASE_END ? -EAGAIN :
					  end_check(tlsf, sweep, fault);
}
