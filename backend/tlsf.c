// SPDX-License-Identifier: GPL-2.0-only
/*
 * tlsf.c - backend "tlsf": two-level segregated fit, constant time.
 *
 * Free blocks are kept in lists by size class; two levels of bitmaps find the
 * first list that surely fits in a few instructions. A request is rounded up to
 * its class and keeps that size, so whatever was freed can always be had again
 * (the exact cut would save at most 1/64 and lose that). A block costs 8 bytes.
 *
 *   pool start                                              pool end
 *   +--------+-----------------+--------+------------+------+--------+
 *   | header | user's memory   | header | links ...  | back | header |
 *   +--------+-----------------+--------+------------+------+--------+
 *              used              free: the last word of a      end: used,
 *                                free block points back        of no size
 *
 * Cost: alloc, aligned alloc, free and resize take constant time, whatever the
 * region and the blocks (a resize that moves copies outside, in the core). A
 * block that grows or shrinks without leaving its class keeps its place in the
 * list, which saves most of the work on lists and bitmaps.
 *
 * Checked in constant time: the pool, the alignment, a tag of its own address and
 * the heap's cookie in the header, the tag of the next header and its view of
 * this block; of a free block also its length, from both ends, and its links,
 * which lie in memory that anyone may have written to, before one is followed
 * and before anything is written. The header of a block that ceases to exist is
 * wiped, and so are links. A stray pointer passes by chance once in 2^24.
 *
 * After M. Masmano, I. Ripoll, A. Crespo, J. Real, "TLSF: a new dynamic memory
 * allocator for real-time systems", ECRTS 2004; written from the paper and from
 * a list of the defects of other implementations. No code taken.
 */
#include <linux/err.h>
#include <linux/string.h>

#include "backend/tlsf_cut.h"
#include "backend/tlsf_free.h"

/* ---- which pointers are blocks --------------------------------------- */

/* Why @block, in @pool, is not a live block: its own header tells. */
static int block_fault(const struct tlsf *tlsf, const struct pool *pool,
		       const struct block *block)
{
	if (!block_has_tag(tlsf, block))
		return -RTALLOC_NOT_A_BLOCK;
	if (block_flags(tlsf, block) & BLOCK_FREE)
		return block_is_whole(tlsf, pool->last, block,
				      link_to(tlsf, block)) ?
		       -RTALLOC_DOUBLE_FREE : -RTALLOC_NOT_A_BLOCK;
	return block_has_next(tlsf, pool->last, block) ? 0 : -RTALLOC_OVERRUN;
}

/* 0 and the @pool of a live block, or the fault. */
static int tlsf_fault(struct tlsf *tlsf, const void *p, struct pool **pool)
{
	*pool = pool_of(tlsf, p);
	if (!*pool)
		return -RTALLOC_FOREIGN;
	if (!block_in_pool(tlsf, *pool, p))
		return -RTALLOC_NOT_A_BLOCK;
	return block_fault(tlsf, *pool, p);
}

/* The block behind @block, if it is free and whole. */
static struct block *next_free(const struct tlsf *tlsf, const struct pool *pool,
			       const struct block *block)
{
	struct block *next = block_next(block);

	return block_flags(tlsf, next) == BLOCK_FREE &&
	       block_is_whole(tlsf, pool->last, next, link_to(tlsf, next)) ?
	       next : NULL;
}

/* ---- alloc and free -------------------------------------------------- */

/* The first block of @class, wherever it is, and its @pool; NULL: damage. */
static struct block *class_first(struct tlsf *tlsf, size_t class,
				 struct pool **pool)
{
	struct block *block = link_block(tlsf, tlsf->list[class]);

	*pool = pool_of(tlsf, block);
	return *pool && block_in_pool(tlsf, *pool, block) &&
	       first_is_sound(tlsf, (*pool)->last, block, class, false) ?
	       block : NULL;
}

static bool block_alloc(struct tlsf *tlsf, struct need need,
			const struct pool *pool, struct block *block)
{
	if (block_keeps_class(block, need))
		return block_cut(tlsf, need, pool->last, block, false);
	if (block_has_no_rest(block, need))
		return block_take(tlsf, need, pool->last, block, false);
	return block_split(tlsf, need, pool->last, block, false);
}

static void *tlsf_alloc(void *ctrl, size_t size)
{
	struct tlsf *tlsf = ctrl;
	struct block *block;
	struct need need;
	struct pool *pool;

	if (!need_of(tlsf, size, &need) || !class_find(tlsf, &need.class))
		return NULL;
	block = class_first(tlsf, need.class, &pool);
	return block && block_alloc(tlsf, need, pool, block) ?
	       block : ERR_PTR(-RTALLOC_CORRUPT);
}

/* Any way, where any list may lead anywhere. */
static bool block_free(struct tlsf *tlsf, const struct pool *pool,
		       struct block *block)
{
	u64 own = link_to(tlsf, block);

	switch (block_around(tlsf, pool->last, block, block_next(block))) {
	case AROUND_USED:
		return free_used(tlsf, block, own);
	case AROUND_NEXT:
		return free_next(tlsf, pool->last, block, own, false);
	case AROUND_PREV:
		return free_prev(tlsf, block, false);
	case AROUND_BOTH:
		return free_both(tlsf, pool->last, block, own, false);
	default:
		return false;
	}
}

/* The same looked at only: @units is what the block @own leads to becomes. */
static bool next_can_go(struct tlsf *tlsf, const struct pool *pool,
			struct block *block, u64 own, size_t *units)
{
	size_t was = head_of(block)->units;
	struct block *next = block_at(block, was);

	*units += head_of(next)->units;
	return block_is_whole(tlsf, pool->last, next, own + was) &&
	       block_can_leave(tlsf, next, own + was, false) &&
	       class_can_take(tlsf, units_class(tlsf, *units));
}

static bool prev_can_grow(struct tlsf *tlsf, struct block *block, size_t units)
{
	struct block *prev;

	if (!prev_find(tlsf, block, &prev, false) ||
	    block_flags(tlsf, prev) != BLOCK_FREE)
		return false;
	units += head_of(prev)->units;
	return same_class(units, head_of(prev)->units) ||
	       prev_can_move(tlsf, prev, link_prev(block),
			     units_class(tlsf, units), false);
}

static int tlsf_loss_fault(void *ctrl, void *p, size_t size)
{
	struct tlsf *tlsf = ctrl;
	struct pool *pool;
	int err = tlsf_fault(tlsf, p, &pool);
	size_t units;
	bool ok;

	if (err)
		return err;
	units = head_of(p)->units;
	switch (block_around(tlsf, pool->last, p, block_next(p))) {
	case AROUND_USED:
		ok = units && class_can_take(tlsf, units_class(tlsf, units));
		break;
	case AROUND_NEXT:
		ok = next_can_go(tlsf, pool, p, link_to(tlsf, p), &units);
		break;
	case AROUND_PREV:
		ok = prev_can_grow(tlsf, p, units);
		break;
	case AROUND_BOTH:
		ok = next_can_go(tlsf, pool, p, link_to(tlsf, p), &units) &&
		     prev_can_grow(tlsf, p, units);
		break;
	default:
		ok = false;
	}
	return ok ? 0 : -RTALLOC_CORRUPT;
}

static int tlsf_free(void *ctrl, void *p)
{
	struct tlsf *tlsf = ctrl;
	struct pool *pool;
	int err = tlsf_fault(tlsf, p, &pool);

	if (err)
		return err;
	return block_free(tlsf, pool, p) ? 0 : -RTALLOC_CORRUPT;
}

/* ---- aligned --------------------------------------------------------- */

/*
 * Units to leave in front of an aligned block cut from @block: none, or enough
 * for a free block.
 */
static size_t aligned_gap(const struct block *block, size_t align)
{
	size_t at = (size_t)block;
	size_t gap = ALIGN(at, align) - at;
	size_t least = TLSF_UNITS_MIN << TLSF_UNIT_SHIFT;

	if (gap && gap < least)
		gap = ALIGN(at + least, align) - at;
	return gap >> TLSF_UNIT_SHIFT;
}

static bool block_fits(const struct block *block, size_t units, size_t align)
{
	return head_of(block)->units >= units + aligned_gap(block, align);
}

/*
 * A block in which an aligned one fits. Any block of the class of the size +
 * align + 32 does; where there is none, the first of each smaller class may.
 * Both are a bounded number of steps.
 */
static struct block *aligned_find(struct tlsf *tlsf, const struct need *need,
				  size_t align)
{
	size_t most = ((size_t)need->units + TLSF_UNITS_MIN) <<
		      TLSF_UNIT_SHIFT;
	struct block *block;
	struct pool *pool;
	struct need sure;
	size_t class;

	if (need_of(tlsf, most + align, &sure) &&
	    class_find(tlsf, &sure.class)) {
		block = class_first(tlsf, sure.class, &pool);
		return block && block_fits(block, need->units, align) ? block :
		       ERR_PTR(-RTALLOC_CORRUPT);
	}
	for (class = need->class; class < tlsf->nr_classes &&
	     class_find(tlsf, &class); class++) {
		/* All else is looked at when it may be the one. */
		block = link_block(tlsf, tlsf->list[class]);
		if (block_fits(block, need->units, align))
			return class_first(tlsf, class, &pool) ?:
			       ERR_PTR(-RTALLOC_CORRUPT);
	}
	return NULL;
}

/* Can @block be cut in three, @gap units in front, @units, and what is left? */
static bool block_can_be_cut(const struct tlsf *tlsf, const struct block *block,
			     size_t gap, size_t units)
{
	size_t rest = head_of(block)->units - gap - units;

	return block_can_leave(tlsf, block, link_to(tlsf, block), false) &&
	       (!gap || class_can_take(tlsf, units_class(tlsf, gap))) &&
	       class_can_take(tlsf, units_class(tlsf, units + rest)) &&
	       (rest < TLSF_UNITS_MIN ||
		class_can_take(tlsf, units_class(tlsf, rest)));
}

/* The first @gap units of the free @block stay free; returns the rest. */
static struct block *block_cut_front(struct tlsf *tlsf, struct block *block,
				     size_t gap)
{
	struct block *rest = block_at(block, gap);
	size_t units = head_of(block)->units - gap;

	u64 own = link_to(tlsf, block);

	block_replace(tlsf, block, rest, own + gap, units);
	class_push(tlsf, block, own, units_class(tlsf, gap));
	block_set_free(tlsf, block, own, gap);
	tlsf->nr_free++;
	return rest;
}

/* The free @block, from anywhere in its list, is used up to @units. */
static void block_use(struct tlsf *tlsf, struct block *block, size_t units)
{
	size_t rest = head_of(block)->units - units;
	struct block *end = block_next(block);

	if (rest < TLSF_UNITS_MIN) {
		units += rest;
		block_remove(tlsf, block);
		tag_add(end, -BLOCK_PREV_FREE);
		head_of(end)->back = 0;
	} else {
		end = block_at(block, units);
		block_replace(tlsf, block, end, link_to(tlsf, end), rest);
		links_wipe(block);
	}
	head_of(block)->units = units;
	tag_set(block, tag_of(tlsf, block));
	usage_add(&tlsf->in_use, units);
}

static void *tlsf_alloc_aligned(void *ctrl, size_t size, size_t align)
{
	struct tlsf *tlsf = ctrl;
	struct block *block;
	struct need need;
	size_t gap;

	if (align <= tlsf->align_mask + 1)
		return tlsf_alloc(ctrl, size);
	if (!need_of(tlsf, size, &need) || align > tlsf->size_max ||
	    align > TLSF_ALIGN_MAX)
		return NULL;
	block = aligned_find(tlsf, &need, align);
	if (IS_ERR_OR_NULL(block))
		return block;
	gap = aligned_gap(block, align);
	if (!block_can_be_cut(tlsf, block, gap, need.units))
		return ERR_PTR(-RTALLOC_CORRUPT);
	if (gap)
		block = block_cut_front(tlsf, block, gap);
	block_use(tlsf, block, need.units);
	tag_add(block, ((u32)__ffs(align) - 1) << BLOCK_ALIGN_SHIFT);
	tag_add(block, gap ? BLOCK_PREV_FREE : 0);
	return block;
}

/* ---- resize ---------------------------------------------------------- */

/* The free @next is absorbed by the used @block before it; the caller counts. */
static void block_absorb(struct tlsf *tlsf, struct block *block,
			 struct block *next)
{
	block_remove(tlsf, next);
	tag_set(next, TAG_NONE);
	head_of(block)->units += head_of(next)->units;
	next = block_next(block);
	tag_add(next, -BLOCK_PREV_FREE);
	head_of(next)->back = 0;
}

/*
 * What of @block, used, lies above @units is freed, if it can be a block, one with
 * what is free behind it. False, with nothing changed, when a link is damaged.
 */
static bool block_trim(struct tlsf *tlsf, const struct pool *pool,
		       struct block *block, size_t units)
{
	struct block *end = block_at(block, units), *next = block_next(block);
	size_t was = head_of(block)->units, rest = was - units;
	u64 own = link_to(tlsf, next);
	bool next_is_free = block_is_free(next);

	if (rest < TLSF_UNITS_MIN)
		return true;
	if (next_is_free &&
	    (!block_is_whole(tlsf, pool->last, next, own) ||
	     !block_can_be(tlsf, next, own, rest + head_of(next)->units,
			   false)))
		return false;
	if (!next_is_free && !class_can_take(tlsf, units_class(tlsf, rest)))
		return false;
	head_of(block)->units = units;
	head_of(end)->units = rest;
	/* Not reckoned from @next: the last header may lie where the table does. */
	own = link_to(tlsf, end);
	return next_is_free ? free_next(tlsf, pool->last, end, own, false) :
			      free_used(tlsf, end, own);
}

/* @block takes in @next, free and whole, for @units; what is left stays free. */
static int block_extend(struct tlsf *tlsf, struct block *block,
			struct block *next, size_t units)
{
	size_t was = head_of(block)->units;
	size_t rest = was + head_of(next)->units - units;
	struct block *end = block_at(block, units);

	if (!block_can_leave(tlsf, next, link_to(tlsf, next), false) ||
	    (rest >= TLSF_UNITS_MIN &&
	     !class_can_take(tlsf, units_class(tlsf, rest))))
		return -RTALLOC_CORRUPT;
	block_absorb(tlsf, block, next);
	if (rest >= TLSF_UNITS_MIN) {
		tag_add(block_next(block), BLOCK_PREV_FREE);
		head_of(block)->units = units;
		class_push(tlsf, end, link_to(tlsf, end),
			   units_class(tlsf, rest));
		block_set_free(tlsf, end, link_to(tlsf, end), rest);
		tlsf->nr_free++;
	}
	usage_add(&tlsf->in_use, head_of(block)->units - was);
	return 0;
}

static int tlsf_resize(void *ctrl, void *p, size_t *size)
{
	struct block *block = p, *next;
	struct tlsf *tlsf = ctrl;
	struct pool *pool;
	int err = tlsf_fault(tlsf, p, &pool);
	struct need need;

	if (err)
		return err;
	if (!need_of(tlsf, *size, &need))
		return -ENOSPC;
	if (need.units <= head_of(block)->units)
		return block_trim(tlsf, pool, block, need.units) ? 0 :
		       -RTALLOC_CORRUPT;
	next = block_next(block);
	if (!block_is_free(next))
		return -ENOSPC;
	if (!block_is_whole(tlsf, pool->last, next, link_to(tlsf, next)))
		return -RTALLOC_CORRUPT;
	if (head_of(block)->units + (size_t)head_of(next)->units < need.units)
		return -ENOSPC;
	return block_extend(tlsf, block, next, need.units);
}

/* A block that was asked for with an alignment keeps it. */
static void *tlsf_alloc_move(void *ctrl, size_t size, void *old)
{
	size_t align = flags_align(block_flags(ctrl, old));

	return align ? tlsf_alloc_aligned(ctrl, size, align) :
		       tlsf_alloc(ctrl, size);
}

/*
 * The used @block takes @lack units from the end of the free @prev before it, or
 * all when the rest would be too small for a block. Returns where it begins now.
 */
static struct block *block_lower(struct tlsf *tlsf, struct block *block,
				 struct block *prev, size_t lack)
{
	size_t rest = head_of(prev)->units - lack;
	u64 own = link_prev(block);
	struct block *start = prev;
	u32 flags = 0;

	/* First: the new header may lie where the old one's link is. */
	head_of(block)->back = 0;
	tag_set(block, TAG_NONE);
	if (rest < TLSF_UNITS_MIN) {
		lack = head_of(prev)->units;
		block_remove(tlsf, prev);
	} else {
		block_replace(tlsf, prev, prev, own, rest);
		start = block_at(prev, rest);
		flags = BLOCK_PREV_FREE;
	}
	head_of(start)->units = head_of(block)->units + lack;
	tag_set(start, tag_of(tlsf, start) + flags);
	return start;
}

/* Can @prev give up @lack units, or all of them? */
static bool block_can_give(const struct tlsf *tlsf, const struct block *prev,
			   size_t lack)
{
	size_t rest = head_of(prev)->units - lack;
	u64 own = link_to(tlsf, prev);

	if (rest < TLSF_UNITS_MIN)
		return block_can_leave(tlsf, prev, own, false);
	return block_can_be(tlsf, prev, own, rest, false);
}

/*
 * Grow over the free block before, and over the one behind if need be. No more
 * is taken than is needed: while the core copies the bytes down, without the
 * lock, the rest is there for others.
 */
static void *tlsf_grow_back(void *ctrl, size_t size, void *p)
{
	struct block *block = p, *next = NULL, *prev;
	size_t was = head_of(block)->units, lack;
	struct tlsf *tlsf = ctrl;
	struct pool *pool = pool_of(tlsf, p);
	struct need need;

	if (block_flags(tlsf, block) != BLOCK_PREV_FREE ||
	    !need_of(tlsf, size, &need))
		return NULL;
	if (!prev_find(tlsf, block, &prev, false) ||
	    block_flags(tlsf, prev) != BLOCK_FREE)
		return NULL;
	lack = need.units - was;
	if (lack > head_of(prev)->units) {
		next = next_free(tlsf, pool, block);
		if (!next ||
		    !block_can_leave(tlsf, next, link_to(tlsf, next), false) ||
		    lack > (size_t)head_of(prev)->units + head_of(next)->units)
			return NULL;
		lack -= head_of(next)->units;
	}
	if (!block_can_give(tlsf, prev, lack))
		return NULL;
	if (next)
		block_absorb(tlsf, block, next);
	block = block_lower(tlsf, block, prev, lack);
	/* Again: they may be what a bent link of @prev has led to. */
	if (next)
		links_wipe(next);
	usage_change(&tlsf->in_use, was, head_of(block)->units);
	return block;
}

/* ---- the rest -------------------------------------------------------- */

static size_t tlsf_usable_size(void *ctrl, const void *p)
{
	struct pool *pool;

	return tlsf_fault(ctrl, p, &pool) ? 0 :
	       block_bytes(p) - TLSF_HEADER;
}

const struct rtalloc_ops tlsf_ops = {
	.name		= "tlsf",
	.ctrl_size	= sizeof(struct tlsf),
	.default_align	= 16,
	.min_align	= 8,
	.max_align	= 32,
	.bounded	= true,
	.fast		= RTALLOC_FAST_TLSF,
	.init		= tlsf_init,
	.add_region	= tlsf_add_region,
	.remove_region	= tlsf_remove_region,
	.alloc		= tlsf_alloc,
	.alloc_aligned	= tlsf_alloc_aligned,
	.resize		= tlsf_resize,
	.grow_back	= tlsf_grow_back,
	.alloc_move	= tlsf_alloc_move,
	.free		= tlsf_free,
	.loss_fault	= tlsf_loss_fault,
	.usable_size	= tlsf_usable_size,
	.offset		= tlsf_offset,
	.walk		= tlsf_walk,
	.check		= tlsf_check,
	.usage		= tlsf_usage,
	.stats		= tlsf_stats,
};
