// SPDX-License-Identifier: GPL-2.0-only
/*
 * tlsf.c - backend "tlsf": two-level segregated fit, constant time.
 *
 * Free blocks are kept in one list for each size class. Two levels of bitmaps
 * find, in a few instructions, the first list whose blocks are certainly large
 * enough. A request is rounded up to its class and keeps that size. So a block
 * that was freed can always be allocated again by the same request; exact sizes
 * would save at most 1/64 of the memory, but not guarantee that. A block costs 8 bytes.
 *
 *   pool start                                              pool end
 *   +--------+-----------------+--------+------------+------+--------+
 *   | header | user's memory   | header | links ...  | back | header |
 *   +--------+-----------------+--------+------------+------+--------+
 *              used              free: the last word of a      end: used,
 *                                free block points back        of no size
 *
 * Cost: alloc, aligned alloc, free and resize take constant time, independent
 * of the size of the heap and the number of blocks. (A resize that moves the
 * block copies it in the core.) A free block that grows or shrinks without
 * leaving its class keeps its place in the list, which saves most of the work
 * on lists and bitmaps.
 *
 * These things are tested on each call, in constant time. For every block: the
 * pool and the alignment; the tag in its header, which is made from its own
 * address and the heap's cookie; the tag of the next header, and what that says
 * about this block. For a free block also: its length, from both ends, and its
 * links, before one of them is followed and before anything is written. The
 * header of a block that ceases to exist is wiped, and so are links. A stray
 * pointer passes by chance once in 2^24.
 *
 * After M. Masmano, I. Ripoll, A. Crespo, J. Real, "TLSF: a new dynamic memory
 * allocator for real-time systems", ECRTS 2004; written from the paper and from
 * a list of the defects of other implementations. No code taken.
 */
#include <linux/err.h>
#include <linux/string.h>

#include "backend/steps.h"
#include "backend/tlsf_cut.h"
#include "backend/tlsf_fast.h"
#include "backend/tlsf_free.h"
#include "backend/tlsf_many.h"

/* ---- which pointers are blocks --------------------------------------- */

/*
 * Return why @block, in @pool, is not a live block, judging by its own header,
 * or 0.
 */
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

/* Find the pool of the live block at @p. Return 0, or the fault. */
static int tlsf_fault(struct tlsf *tlsf, const void *p, struct pool **pool)
{
	*pool = pool_of(tlsf, p);
	if (!*pool)
		return -RTALLOC_FOREIGN;
	if (!block_in_pool(tlsf, *pool, p))
		return -RTALLOC_NOT_A_BLOCK;
	return block_fault(tlsf, *pool, p);
}

/*
 * Return the block behind @block if it is free and has the length it claims,
 * else NULL.
 */
static struct block *next_free(const struct tlsf *tlsf, const struct pool *pool,
			       const struct block *block)
{
	struct block *next = block_next(block);

	return block_flags(tlsf, next) == BLOCK_FREE &&
	       block_is_whole(tlsf, pool->last, next, link_to(tlsf, next)) ?
	       next : NULL;
}

/* ---- alloc and free -------------------------------------------------- */

/*
 * Return the first block of @class, in any pool, and its @pool; NULL if it is
 * damaged.
 */
static struct block *class_first(struct tlsf *tlsf, size_t class,
				 struct pool **pool)
{
	struct block *block = link_block(tlsf, tlsf->list[class]);

	*pool = pool_of(tlsf, block);
	return *pool && block_in_pool(tlsf, *pool, block) &&
	       first_is_sound(tlsf, (*pool)->last, block, class, false) ?
	       block : NULL;
}

static __always_inline bool block_alloc(struct tlsf *tlsf, struct need need,
					const struct pool *pool,
					struct block *block)
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

/*
 * Cut the block that fits best into as many blocks as it holds, in one step;
 * then the next one, at most MANY_STEPS times. So a batch from the large rest
 * of the memory costs one search, one test of links, and a header for each
 * block.
 */
static int tlsf_alloc_many(void *ctrl, size_t size, void **p, unsigned int n)
{
	struct tlsf *tlsf = ctrl;
	unsigned int got = 0, steps = MANY_STEPS, k;
	struct block *block;
	struct need need;
	struct pool *pool;
	size_t units;

	while (got < n && steps-- && need_of(tlsf, size, &need) &&
	       class_find(tlsf, &need.class)) {
		units = need.units;
		block = class_first(tlsf, need.class, &pool);
		if (!block)
			return got ? got : -RTALLOC_CORRUPT;
		k = 1;
		if (head_of(block)->units >= 2 * units)
			k = min_t(size_t, n - got,
				  head_of(block)->units / units);
		need.units = units * k;
		if (!block_alloc(tlsf, need, pool, block))
			return got ? got : -RTALLOC_CORRUPT;
		got += block_carve(tlsf, block, units, k, p + got);
	}
	return got;
}

/*
 * Free @block in any of the four ways, with neighbours in the lists of any
 * pool.
 */
static bool block_free(struct tlsf *tlsf, const struct pool *pool,
		       struct block *block)
{
	return free_any_way(tlsf, pool->last, block, link_to(tlsf, block),
			    false);
}

/*
 * Test whether the free @next, which @own leads to, can be joined, without
 * changing anything. *@units is the size of the block without @next, and is set
 * to the size with it.
 */
static bool next_can_go(const struct tlsf *tlsf, const struct block *last,
			const struct block *next, u64 own, size_t *units)
{
	*units += head_of(next)->units;
	return block_is_whole(tlsf, last, next, own) &&
	       block_can_leave(tlsf, next, own, false) &&
	       class_can_take(tlsf, units_class(tlsf, *units));
}

static bool prev_can_grow(const struct tlsf *tlsf, const struct block *block,
			  size_t units)
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

/*
 * Can the @units from the used @block on, which are one block or several, be
 * freed as one block? Makes the tests of free_any_way() at both ends, and
 * changes nothing.
 */
static bool units_can_go(const struct tlsf *tlsf, const struct block *last,
			 struct block *block, size_t units)
{
	struct block *next = block_at(block, units);
	u64 own = link_to(tlsf, block) + units;

	switch (block_around(tlsf, last, block, next)) {
	case AROUND_USED:
		return units && class_can_take(tlsf, units_class(tlsf, units));
	case AROUND_NEXT:
		return next_can_go(tlsf, last, next, own, &units);
	case AROUND_PREV:
		return prev_can_grow(tlsf, block, units);
	case AROUND_BOTH:
		return next_can_go(tlsf, last, next, own, &units) &&
		       prev_can_grow(tlsf, block, units);
	default:
		return false;
	}
}

/*
 * Can the used @block give up what it has above @units? Also true if that is
 * too little for a block, so that it stays. Tests everything that block_trim()
 * will write to, and changes nothing.
 */
static __always_inline bool block_can_trim(const struct tlsf *tlsf,
					   const struct block *last,
					   const struct block *block,
					   size_t units)
{
	const struct block *next = block_next(block);
	size_t rest = head_of(block)->units - units;
	u64 own = link_to(tlsf, next);

	if (rest < TLSF_UNITS_MIN)
		return true;
	if (!block_is_free(next))
		return class_can_take(tlsf, units_class(tlsf, rest));
	return block_is_whole(tlsf, last, next, own) &&
	       block_can_be(tlsf, next, own, rest + head_of(next)->units,
			    false);
}

static int tlsf_loss_fault(void *ctrl, void *p, size_t size)
{
	struct tlsf *tlsf = ctrl;
	struct pool *pool;
	int err = tlsf_fault(tlsf, p, &pool);
	struct need need;
	size_t units;
	bool ok;

	if (err)
		return err;
	units = head_of(p)->units;
	if (size && (!need_of(tlsf, size, &need) || need.units > units))
		return -ENOSPC;
	ok = size ? block_can_trim(tlsf, pool->last, p, need.units) :
		    units_can_go(tlsf, pool->last, p, units);
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

/*
 * Make one used block, *@block, from as many of the @n blocks at @p as are
 * adjacent and can be freed as one. Return how many. If that is 1, the block
 * has not been tested: next to damage the result is 1 for each block, so that
 * all of them are tested and freed one by one.
 */
static unsigned int run_make(struct tlsf *tlsf, void **p, unsigned int n,
			     struct block **block)
{
	struct run run;

	*block = p[0];
	n = run_find(tlsf, p, n, &run);
	if (n == 1 ||
	    !units_can_go(tlsf, tlsf->last, run.first, run_units(&run)))
		return 1;
	run_join(&run, p, n);
	*block = run.first;
	return n;
}

static unsigned int tlsf_free_many(void *ctrl, void **p, unsigned int n,
				   int *err)
{
	struct tlsf *tlsf = ctrl;
	struct block *block;
	unsigned int i, run, steps = MANY_STEPS;
	u64 own;

	for (i = 0; i < n && steps--; i += run) {
		run = run_make(tlsf, p + i, n - i, &block);
		if (tlsf_is_near(tlsf, block, &own) &&
		    free_any_way(tlsf, tlsf->last, block, own, true))
			continue;
		*err = tlsf_free(ctrl, block);
		if (*err)
			break;
	}
	return i;
}

/* ---- aligned --------------------------------------------------------- */

/*
 * Return how many units to leave in front of an aligned block that is cut from
 * @block: 0, or enough for a free block.
 */
static size_t aligned_gap(const struct block *block, size_t align)
{
	return gap_for((size_t)block, align,
		       TLSF_UNITS_MIN << TLSF_UNIT_SHIFT) >> TLSF_UNIT_SHIFT;
}

static bool block_fits(const struct block *block, size_t units, size_t align)
{
	return head_of(block)->units >= units + aligned_gap(block, align);
}

/*
 * Find a free block in which an aligned block fits. Any block whose class is
 * that of size + align + 32 bytes will do. If there is none, the first block of
 * each smaller class is tried. Both take a bounded number of steps.
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
		/* The rest of the header is tested when the block is taken. */
		block = link_block(tlsf, tlsf->list[class]);
		if (block_fits(block, need->units, align))
			return class_first(tlsf, class, &pool) ?:
			       ERR_PTR(-RTALLOC_CORRUPT);
	}
	return NULL;
}

/*
 * Can @block be cut in three: @gap units in front, @units, and the rest? Tests
 * everything that will be written to.
 */
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

/* Leave the first @gap units of the free @block free. Returns the rest. */
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

/* Allocate @units from the free @block, which may be anywhere in its list. */
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

/*
 * The used @block absorbs the free @next behind it. The caller counts the
 * units.
 */
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
 * Free what the used @block has above @units, if that is enough for a block,
 * together with the free block behind it. Return false, with nothing changed,
 * if a link is damaged.
 */
static bool block_trim(struct tlsf *tlsf, const struct pool *pool,
		       struct block *block, size_t units)
{
	struct block *end = block_at(block, units), *next = block_next(block);
	size_t rest = head_of(block)->units - units;
	bool next_is_free = block_is_free(next);
	u64 own;

	if (!block_can_trim(tlsf, pool->last, block, units))
		return false;
	if (rest < TLSF_UNITS_MIN)
		return true;
	head_of(block)->units = units;
	head_of(end)->units = rest;
	/* Not computed from @next: the last header may lie where the table does. */
	own = link_to(tlsf, end);
	return next_is_free ? free_next(tlsf, pool->last, end, own, false) :
			      free_used(tlsf, end, own);
}

/*
 * Extend @block to @units by the free @next, which has been tested. The rest of
 * @next stays free.
 */
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

/* A block that was allocated with an alignment keeps it when it moves. */
static void *tlsf_alloc_move(void *ctrl, size_t size, void *old)
{
	size_t align = flags_align(block_flags(ctrl, old));

	return align ? tlsf_alloc_aligned(ctrl, size, align) :
		       tlsf_alloc(ctrl, size);
}

/*
 * Make the used @block begin lower: it takes @lack units from the end of the
 * free @prev before it, or the whole of @prev if the rest would be too small
 * for a block. Return where the block begins now.
 */
static struct block *block_lower(struct tlsf *tlsf, struct block *block,
				 struct block *prev, size_t lack)
{
	size_t rest = head_of(prev)->units - lack;
	u64 own = link_prev(block);
	struct block *start = prev;
	u32 flags = 0;

	/* This comes first, because the new header may lie where the old link is. */
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

/*
 * Can @prev give up @lack units, or all of them? Tests everything that will be
 * written to.
 */
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
 * Extend a block over the free block before it, and over the one behind if need
 * be. The block takes no more than it needs: while the core copies the contents
 * down, without the lock, others can allocate the rest.
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
	/* Wipe them again: a damaged link of @prev may have led here. */
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
	.alloc_many	= tlsf_alloc_many,
	.alloc_aligned	= tlsf_alloc_aligned,
	.resize		= tlsf_resize,
	.grow_back	= tlsf_grow_back,
	.alloc_move	= tlsf_alloc_move,
	.free		= tlsf_free,
	.free_many	= tlsf_free_many,
	.loss_fault	= tlsf_loss_fault,
	.usable_size	= tlsf_usable_size,
	.offset		= tlsf_offset,
	.walk		= tlsf_walk,
	.check		= tlsf_check,
	.usage		= tlsf_usage,
	.stats		= tlsf_stats,
};
