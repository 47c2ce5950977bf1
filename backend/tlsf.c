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
 * Checked in constant time: the pool, the alignment, a tag of its own address
 * in the header, the tag of the next header and its view of this block. The
 * header of a block that ceases to exist is wiped. A stray pointer passes by
 * chance once in 2^32.
 *
 * After M. Masmano, I. Ripoll, A. Crespo, J. Real, "TLSF: a new dynamic memory
 * allocator for real-time systems", ECRTS 2004; written from the paper and from
 * a list of the defects of other implementations. No code taken.
 */
#include <linux/err.h>
#include <linux/string.h>

#include "backend/tlsf.h"

/* ---- requests -------------------------------------------------------- */

/* What a request comes to. */
struct need {
	size_t units;
	u32 class;
};

/* False when no block is large enough, or @size is 0. */
static __always_inline bool need_of(const struct tlsf *tlsf, size_t size,
				    struct need *need)
{
	size_t above, steps;
	u32 order;

	if (unlikely(size - 1 >= tlsf->size_max))
		return false;
	/* One below the units; rounding up is then cutting off and adding 1. */
	above = ((size - 1 + TLSF_HEADER) | tlsf->align_mask) >>
		TLSF_UNIT_SHIFT;
	above = max_t(size_t, above, TLSF_UNITS_MIN - 1);
	order = units_order(above);
	steps = (above >> order) + 1;
	need->units = steps << order;
	need->class = (order << TLSF_SL_SHIFT) + (u32)steps;
	return true;
}

/* The first list from *@class on that is not empty. */
static __always_inline bool class_find(const struct tlsf *tlsf, u32 *class)
{
	unsigned long word = *class / 64;
	unsigned long map = tlsf->map[word] >> (*class % 64);

	if (map) {
		*class += __ffs(map);
		return true;
	}
	/* word + 1 is below 64, since TLSF_WORDS is. */
	map = tlsf->top & (~0ul << (word + 1));
	if (unlikely(!map))
		return false;
	word = __ffs(map);
	*class = word * 64 + __ffs(tlsf->map[word]);
	return true;
}

/* ---- blocks ---------------------------------------------------------- */

/*
 * @block is free from now on, with @units, and in its list already; the block
 * before it is used, the one behind it too.
 */
static __always_inline void block_set_free(struct block *block, size_t units)
{
	head_of(block)->units = units;
	head_of(block)->tag = tag_of(block) + BLOCK_FREE;
	head_of(block_at(block, units))->prev_phys = block;
}

/* The free @block becomes @rest, its end or a longer one around it. */
static __always_inline void block_replace(struct tlsf *tlsf,
					  struct block *block,
					  struct block *rest, size_t units)
{
	if (same_class(units, head_of(block)->units)) {
		class_replace(block, rest);
	} else {
		class_remove(tlsf, block);
		class_push(tlsf, rest, units_class(tlsf, units));
	}
	block_set_free(rest, units);
}

/* @block is used from now on, and in no list. */
static __always_inline void *block_set_used(struct tlsf *tlsf,
					    struct block *block, size_t units)
{
	head_of(block)->units = units;
	head_of(block)->tag = tag_of(block);
	used_add(tlsf, units);
	return block;
}

/* The free @block becomes used; what is above @units stays free. */
static void *block_use(struct tlsf *tlsf, struct block *block, size_t units)
{
	size_t rest = head_of(block)->units - units;

	if (rest < TLSF_UNITS_MIN) {
		units = head_of(block)->units;
		class_remove(tlsf, block);
		head_of(block_at(block, units))->tag -= BLOCK_PREV_FREE;
	} else {
		block_replace(tlsf, block, block_at(block, units), rest);
	}
	return block_set_used(tlsf, block, units);
}

/* The free @prev takes in the used @block behind it, and what is free there. */
static __always_inline void block_merge(struct tlsf *tlsf, struct block *prev,
					struct block *block)
{
	struct block *next = block_next(block);
	size_t units = head_of(prev)->units + head_of(block)->units;

	head_of(block)->tag = TAG_NONE;
	if (block_is_free(next)) {
		units += head_of(next)->units;
		head_of(next)->tag = TAG_NONE;
		class_remove(tlsf, next);
	} else {
		head_of(next)->tag += BLOCK_PREV_FREE;
	}
	if (!same_class(units, head_of(prev)->units)) {
		class_remove(tlsf, prev);
		class_push(tlsf, prev, units_class(tlsf, units));
	}
	block_set_free(prev, units);
}

/* The used @block becomes free, one with what is free behind it. */
static __always_inline void block_release(struct tlsf *tlsf,
					  struct block *block)
{
	struct block *next = block_next(block);
	size_t units = head_of(block)->units;

	if (block_is_free(next)) {
		head_of(next)->tag = TAG_NONE;
		block_replace(tlsf, next, block, units + head_of(next)->units);
		return;
	}
	head_of(next)->tag += BLOCK_PREV_FREE;
	class_push(tlsf, block, units_class(tlsf, units));
	block_set_free(block, units);
}

/*
 * What of @block, used, lies above @units is freed, with what follows; the
 * caller counts.
 */
static void block_trim(struct tlsf *tlsf, struct block *block, size_t units)
{
	size_t rest = head_of(block)->units - units;
	struct block *end = block_at(block, units);

	if (rest < TLSF_UNITS_MIN)
		return;
	head_of(block)->units = units;
	head_of(end)->units = rest;
	block_release(tlsf, end);
}

/* ---- which pointers are blocks --------------------------------------- */

static __always_inline bool block_in_pool(const struct tlsf *tlsf,
					  const struct pool *pool,
					  const struct block *block)
{
	return distance(pool->first, block) <
	       distance(pool->first, pool->last) &&
	       !((unsigned long)block & tlsf->align_mask);
}

/* Is what follows @block, in @pool, a block that sees a used one before it? */
static __always_inline bool block_has_next(const struct pool *pool,
					   const struct block *block)
{
	const struct block *next = block_next(block);

	return likely(next > block) && likely(next <= pool->last) &&
	       (likely(block_flags(next) <= BLOCK_FREE) ||
		tag_aligned(next, head_of(next)->tag));
}

/* Why @block, in @pool, is not a live block: its own header tells. */
static int block_fault(const struct pool *pool, const struct block *block)
{
	u32 flags = block_flags(block);
	const struct block *next = block_next(block);

	if (!block_has_tag(block))
		return -RTALLOC_NOT_A_BLOCK;
	if (flags & BLOCK_FREE)
		return next > block && next <= pool->last &&
		       head_of(next)->prev_phys == block ?
		       -RTALLOC_DOUBLE_FREE : -RTALLOC_NOT_A_BLOCK;
	return block_has_next(pool, block) ? 0 : -RTALLOC_OVERRUN;
}

/* 0 and the @pool of a live block, or the fault. */
static int tlsf_fault(struct tlsf *tlsf, const void *p, struct pool **pool)
{
	*pool = pool_of(tlsf, p);
	if (!*pool)
		return -RTALLOC_FOREIGN;
	if (!block_in_pool(tlsf, *pool, p))
		return -RTALLOC_NOT_A_BLOCK;
	return block_fault(*pool, p);
}

/* The free block before @block, found by the word that its end holds. */
static __always_inline struct block *block_prev(const struct pool *pool,
						const struct block *block)
{
	struct block *prev = head_of(block)->prev_phys;

	if (unlikely(distance(pool->first, prev) >=
		     distance(pool->first, block)) ||
	    unlikely((unsigned long)prev & (TLSF_HEADER - 1)) ||
	    unlikely(block_flags(prev) != BLOCK_FREE) ||
	    unlikely(block_next(prev) != block))
		return NULL;
	return prev;
}

/* ---- alloc and free -------------------------------------------------- */

/*
 * Each in steps, for the core's front door: the usual case first, which calls
 * nothing and needs few registers, then the rest.
 */

/*
 * The free @block to cut @units for @size bytes from. False: none, or its header
 * is damaged.
 */
static __always_inline bool tlsf_find(struct tlsf *tlsf, size_t size,
				      struct block **block, size_t *units)
{
	struct need need;

	if (unlikely(!need_of(tlsf, size, &need)) ||
	    unlikely(!class_find(tlsf, &need.class)))
		return false;
	*units = need.units;
	*block = tlsf->list[need.class];
	return likely(block_flags(*block) == BLOCK_FREE);
}

/* Cut @units off the free @block if the rest then stays in its list. */
static __always_inline bool tlsf_cut(struct tlsf *tlsf, struct block *block,
				     size_t units)
{
	size_t rest = head_of(block)->units - units;

	if (!same_class(head_of(block)->units, rest))
		return false;
	class_replace(block, block_at(block, units));
	block_set_free(block_at(block, units), rest);
	block_set_used(tlsf, block, units);
	return true;
}

static void *tlsf_alloc(void *ctrl, size_t size)
{
	struct tlsf *tlsf = ctrl;
	struct block *block;
	struct need need;
	size_t units;

	if (tlsf_find(tlsf, size, &block, &units))
		return block_use(tlsf, block, units);
	return need_of(tlsf, size, &need) && class_find(tlsf, &need.class) ?
	       ERR_PTR(-RTALLOC_CORRUPT) : NULL;
}

/* May @p be a block of the first pool? The others are rare. */
static __always_inline bool tlsf_is_near(const struct tlsf *tlsf, const void *p)
{
	return likely(distance(tlsf->first, p) < tlsf->span) &&
	       likely(!((unsigned long)p & tlsf->align_mask));
}

/* Free @block where the one before is used and the next grows in its list. */
static __always_inline bool tlsf_join(struct tlsf *tlsf, struct block *block)
{
	struct block *next;
	size_t units;

	if (block_flags(block))
		return false;
	next = block_next(block);
	if (unlikely(next > tlsf->last) || unlikely(next == block) ||
	    block_flags(next) != BLOCK_FREE)
		return false;
	units = head_of(block)->units + head_of(next)->units;
	if (!same_class(units, head_of(next)->units))
		return false;
	used_sub(tlsf, head_of(block)->units);
	class_replace(next, block);
	head_of(next)->tag = TAG_NONE;
	block_set_free(block, units);
	return true;
}

/* Free @block, in @pool; false when it is not live or a neighbour is damaged. */
static __always_inline bool block_free(struct tlsf *tlsf,
				       const struct pool *pool,
				       struct block *block)
{
	u32 flags = block_flags(block);
	struct block *prev = NULL;

	if (unlikely(flags & ~BLOCK_PREV_FREE) &&
	    !tag_aligned(block, head_of(block)->tag & ~BLOCK_PREV_FREE))
		return false;
	if (unlikely(!block_has_next(pool, block)))
		return false;
	if (flags & BLOCK_PREV_FREE) {
		prev = block_prev(pool, block);
		if (unlikely(!prev))
			return false;
	}
	used_sub(tlsf, head_of(block)->units);
	if (prev)
		block_merge(tlsf, prev, block);
	else
		block_release(tlsf, block);
	return true;
}

static int tlsf_free(void *ctrl, void *p)
{
	struct pool *pool;
	int err = tlsf_fault(ctrl, p, &pool);

	if (err)
		return err;
	return block_free(ctrl, pool, p) ? 0 : -RTALLOC_CORRUPT;
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
	return block_flags(block) == BLOCK_FREE &&
	       head_of(block)->units >= units + aligned_gap(block, align);
}

/*
 * A block in which an aligned one fits. Any block of the class of the size +
 * align + 32 does; where there is none, the first of each smaller class may.
 * Both are a bounded number of steps.
 */
static struct block *aligned_find(const struct tlsf *tlsf,
				  const struct need *need, size_t align)
{
	size_t most = (need->units + TLSF_UNITS_MIN) << TLSF_UNIT_SHIFT;
	struct block *block;
	struct need sure;
	u32 class;

	if (need_of(tlsf, most + align, &sure) &&
	    class_find(tlsf, &sure.class))
		return tlsf->list[sure.class];
	for (class = need->class; class < tlsf->nr_classes &&
	     class_find(tlsf, &class); class++) {
		block = tlsf->list[class];
		if (block_fits(block, need->units, align))
			return block;
	}
	return NULL;
}

/* The first @gap units of the free @block stay free; returns the rest. */
static struct block *block_cut_front(struct tlsf *tlsf, struct block *block,
				     size_t gap)
{
	struct block *rest = block_at(block, gap);
	size_t units = head_of(block)->units - gap;

	block_replace(tlsf, block, rest, units);
	class_push(tlsf, block, units_class(tlsf, gap));
	block_set_free(block, gap);
	return rest;
}

static void *tlsf_alloc_aligned(void *ctrl, size_t size, size_t align)
{
	struct tlsf *tlsf = ctrl;
	struct block *block;
	struct need need;
	size_t gap;
	void *p;

	if (align <= tlsf->align_mask + 1)
		return tlsf_alloc(ctrl, size);
	if (!need_of(tlsf, size, &need) || align > tlsf->size_max ||
	    align > TLSF_ALIGN_MAX)
		return NULL;
	block = aligned_find(tlsf, &need, align);
	if (!block)
		return NULL;
	if (!block_fits(block, need.units, align))
		return ERR_PTR(-RTALLOC_CORRUPT);
	gap = aligned_gap(block, align);
	if (gap)
		block = block_cut_front(tlsf, block, gap);
	p = block_use(tlsf, block, need.units);
	head_of(block)->tag += align / 2 + (gap ? BLOCK_PREV_FREE : 0);
	return p;
}

/* ---- resize ---------------------------------------------------------- */

/* The free @next is absorbed by the used @block before it; the caller counts. */
static void block_absorb(struct tlsf *tlsf, struct block *block,
			 struct block *next)
{
	class_remove(tlsf, next);
	head_of(next)->tag = TAG_NONE;
	head_of(block)->units += head_of(next)->units;
	head_of(block_next(block))->tag -= BLOCK_PREV_FREE;
}

static int tlsf_resize(void *ctrl, void *p, size_t *size)
{
	struct block *block = p, *next;
	struct tlsf *tlsf = ctrl;
	struct pool *pool;
	int err = tlsf_fault(tlsf, p, &pool);
	struct need need;
	size_t was;

	if (err)
		return err;
	if (!need_of(tlsf, *size, &need))
		return -ENOSPC;
	was = head_of(block)->units;
	if (need.units > was) {
		next = block_next(block);
		if (block_flags(next) != BLOCK_FREE ||
		    was + head_of(next)->units < need.units)
			return -ENOSPC;
		block_absorb(tlsf, block, next);
	}
	block_trim(tlsf, block, need.units);
	used_change(tlsf, was, head_of(block)->units);
	return 0;
}

/* A block that was asked for with an alignment keeps it. */
static void *tlsf_alloc_move(void *ctrl, size_t size, void *old)
{
	size_t half = block_flags(old) & ~BLOCK_FLAGS;

	return half ? tlsf_alloc_aligned(ctrl, size, 2 * half) :
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
	struct block *start = prev;
	u32 flags = 0;

	if (rest < TLSF_UNITS_MIN) {
		lack = head_of(prev)->units;
		class_remove(tlsf, prev);
	} else {
		block_replace(tlsf, prev, prev, rest);
		start = block_at(prev, rest);
		flags = BLOCK_PREV_FREE;
	}
	head_of(start)->units = head_of(block)->units + lack;
	head_of(start)->tag = tag_of(start) + flags;
	head_of(block)->tag = TAG_NONE;
	return start;
}

/*
 * Grow over the free block before, and over the one behind if need be. No more
 * is taken than is needed: while the core copies the bytes down, without the
 * lock, the rest is there for others.
 */
static void *tlsf_grow_back(void *ctrl, size_t size, void *p)
{
	struct block *block = p, *next = block_next(block), *prev;
	size_t was = head_of(block)->units, lack;
	struct tlsf *tlsf = ctrl;
	struct need need;

	if (block_flags(block) != BLOCK_PREV_FREE || !need_of(tlsf, size, &need))
		return NULL;
	prev = block_prev(pool_of(tlsf, p), block);
	if (!prev)
		return NULL;
	lack = need.units - was;
	if (lack > head_of(prev)->units) {
		if (block_flags(next) != BLOCK_FREE ||
		    lack > head_of(prev)->units + head_of(next)->units)
			return NULL;
		block_absorb(tlsf, block, next);
		lack = need.units - head_of(block)->units;
	}
	block = block_lower(tlsf, block, prev, lack);
	used_change(tlsf, was, head_of(block)->units);
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
	.init		= tlsf_init,
	.add_region	= tlsf_add_region,
	.remove_region	= tlsf_remove_region,
	.alloc		= tlsf_alloc,
	.alloc_aligned	= tlsf_alloc_aligned,
	.resize		= tlsf_resize,
	.grow_back	= tlsf_grow_back,
	.alloc_move	= tlsf_alloc_move,
	.free		= tlsf_free,
	.usable_size	= tlsf_usable_size,
	.offset		= tlsf_offset,
	.walk		= tlsf_walk,
	.check		= tlsf_check,
	.usage		= tlsf_usage,
	.stats		= tlsf_stats,
};
