/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf_cut.h - the steps by which the first block of a list becomes used: cut,
 * with the rest in its place or in another list, or taken as a whole. Those with
 * @near give up, with nothing changed, where a list leads to another than the
 * first pool.
 */
#ifndef _RTALLOC_TLSF_CUT_H
#define _RTALLOC_TLSF_CUT_H

#include "backend/tlsf_block.h"

/*
 * Is it a free block, in a pool up to @last, of this @class' list and no other,
 * and can it leave that?
 */
static __always_inline bool first_is_sound(const struct tlsf *tlsf,
					   const struct block *last,
					   const struct block *block,
					   size_t class, const bool near)
{
	u64 own = tlsf->list[class];

	return likely(block_flags(tlsf, block) == BLOCK_FREE) &&
	       block_is_whole(tlsf, last, block, own) &&
	       likely(block->slot == link_head(tlsf, class)) &&
	       next_leads_back(tlsf, block, own, near);
}

/* Does what is left of @block stay in its list, for sure? */
static __always_inline bool block_keeps_class(const struct block *block,
					      struct need need)
{
	size_t units = head_of(block)->units;

	return same_class(units, units - need.units);
}

/* @block is used from now on, with @units. */
static __always_inline void block_set_used(struct tlsf *tlsf,
					   struct block *block, size_t units)
{
	links_wipe(block);
	tag_add(block, -BLOCK_FREE);
	/* Two stores, not one of both halves put together. */
	barrier();
	head_of(block)->units = units;
	usage_add(&tlsf->in_use, units);
}

/* Then cut it off; false, with nothing changed, when a link is damaged. */
static __always_inline bool block_cut(struct tlsf *tlsf, struct need need,
				      const struct block *last,
				      struct block *block, const bool near)
{
	size_t rest = head_of(block)->units - (size_t)need.units;
	struct block *end = block_at(block, need.units);
	u64 own = tlsf->list[need.class], next;

	if (unlikely(!first_is_sound(tlsf, last, block, need.class, near)))
		return false;
	next = block->next;
	own += need.units;
	tlsf->list[need.class] = own;
	end->next = next;
	end->slot = link_head(tlsf, need.class);
	next = link_place(tlsf, next);
	if (next)
		place_at(tlsf, next)[1] = own;
	block_set_free(tlsf, end, own, rest);
	block_set_used(tlsf, block, need.units);
	return true;
}

/* Take the free @block, the first of its class, as a whole. */
static __always_inline bool block_take(struct tlsf *tlsf, struct need need,
				       const struct block *last,
				       struct block *block, const bool near)
{
	struct block *next = block_next(block);

	if (unlikely(!first_is_sound(tlsf, last, block, need.class, near)))
		return false;
	class_pop(tlsf, block, need.class);
	tlsf->nr_free--;
	tag_add(next, -BLOCK_PREV_FREE);
	head_of(next)->back = 0;
	block_set_used(tlsf, block, head_of(block)->units);
	return true;
}

/* Take what is needed; the rest comes to another class. */
static __always_inline bool block_split(struct tlsf *tlsf, struct need need,
					const struct block *last,
					struct block *block, const bool near)
{
	size_t rest = head_of(block)->units - (size_t)need.units;
	struct block *end = block_at(block, need.units);
	u64 own = tlsf->list[need.class];
	size_t class;

	if (unlikely(!first_is_sound(tlsf, last, block, need.class, near)))
		return false;
	class = units_class(tlsf, rest);
	if (unlikely(!class_can_take(tlsf, class)))
		return false;
	class_pop(tlsf, block, need.class);
	own += need.units;
	class_push(tlsf, end, own, class);
	block_set_free(tlsf, end, own, rest);
	block_set_used(tlsf, block, need.units);
	return true;
}

/* Is there too little behind what is needed for a block of its own? */
static __always_inline bool block_has_no_rest(const struct block *block,
					      struct need need)
{
	return head_of(block)->units - (size_t)need.units < TLSF_UNITS_MIN;
}

#endif /* _RTALLOC_TLSF_CUT_H */
