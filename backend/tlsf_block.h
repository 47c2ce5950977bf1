/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf_block.h - the steps of tlsf.c: what a request comes to, what becomes of a
 * block, and which pointers are blocks. Included there alone; apart for length.
 */
#ifndef _RTALLOC_TLSF_BLOCK_H
#define _RTALLOC_TLSF_BLOCK_H

#include "backend/tlsf.h"

/* ---- requests -------------------------------------------------------- */

/* What a request comes to; a register holds it. */
struct need {
	u32 units;
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
static __always_inline void block_set_free(const struct tlsf *tlsf,
					   struct block *block, size_t units)
{
	head_of(block)->units = units;
	head_of(block)->tag = tag_of(tlsf, block) + BLOCK_FREE;
	head_of(block_at(block, units))->back = back_code(tlsf, units);
}

/* @block is used from now on, and in no list. */
static __always_inline void *block_set_used(struct tlsf *tlsf,
					    struct block *block, size_t units)
{
	head_of(block)->units = units;
	head_of(block)->tag = tag_of(tlsf, block);
	used_add(tlsf, units);
	return block;
}

/*
 * The free @block becomes @rest, its end or a longer one around it: in its place
 * if it stays in its class for sure. Can it, in list and class?
 */
static __always_inline bool block_can_be(const struct tlsf *tlsf,
					 const struct block *block,
					 size_t units, const bool near)
{
	return (same_class(units, head_of(block)->units) ||
		class_can_take(tlsf, units_class(tlsf, units))) &&
	       block_can_leave(tlsf, block, near);
}

static __always_inline void block_replace(struct tlsf *tlsf,
					  struct block *block,
					  struct block *rest, size_t units)
{
	if (same_class(units, head_of(block)->units)) {
		class_replace(tlsf, block, rest);
	} else {
		class_remove(tlsf, block);
		class_push(tlsf, rest, units_class(tlsf, units));
	}
	block_set_free(tlsf, rest, units);
}

/* The free @block, known to be able to leave, is one with another from now on. */
static __always_inline void block_remove(struct tlsf *tlsf, struct block *block)
{
	class_remove(tlsf, block);
	links_wipe(block);
	tlsf->nr_free--;
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

/* Is what follows @block, up to @last, a block that sees a used one before it? */
static __always_inline bool block_has_next(const struct tlsf *tlsf,
					   const struct block *last,
					   const struct block *block)
{
	const struct block *next = block_next(block);
	u32 flags;

	if (unlikely(next <= block) || unlikely(next > last))
		return false;
	flags = block_flags(tlsf, next);
	return likely(flags <= BLOCK_FREE) || flags_aligned(next, flags);
}

/*
 * Is the free @block, in a pool that ends at @last, as long as it says? What
 * follows it must be a block that says the same.
 */
static __always_inline bool block_is_whole(const struct tlsf *tlsf,
					   const struct block *last,
					   const struct block *block)
{
	size_t units = head_of(block)->units;
	const struct block *next = block_at(block, units);
	u32 flags;

	if (unlikely(next > last) ||
	    unlikely(head_of(next)->back != back_code(tlsf, units)))
		return false;
	flags = block_flags(tlsf, next);
	return likely(flags == BLOCK_PREV_FREE) ||
	       flags_aligned(next, flags - BLOCK_PREV_FREE);
}

/*
 * The free block before @block, found by the word that its end holds, in a pool
 * that begins at @first.
 */
static __always_inline struct block *block_prev(const struct tlsf *tlsf,
						const struct block *first,
						const struct block *block)
{
	size_t units = (u32)(head_of(block)->back - (u32)tlsf->link_code);
	struct block *prev = (struct block *)((u64 *)block - units);

	if (unlikely(prev < first) ||
	    unlikely(block_flags(tlsf, prev) != BLOCK_FREE) ||
	    unlikely(head_of(prev)->units != units))
		return NULL;
	return prev;
}

#endif /* _RTALLOC_TLSF_BLOCK_H */
