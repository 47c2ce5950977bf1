/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf_cut.h - the steps by which the first block of a list becomes used. There
 * are three ways:
 *
 * block_cut()     | need: used   | rest: free, in the same list        |
 * block_split()   | need: used   | rest: free, in another list         |
 * block_take()    | the whole block: used, when the rest is too small  |
 *
 * Everything here is called under the heap's lock and takes constant time. Each
 * way tests all headers and links that it will read or write before it writes;
 * it returns false with nothing changed if one is damaged. With @near it also
 * returns false where the list leads to a pool other than the first. @last is
 * the last block of the pool that @block lies in.
 */
#ifndef _RTALLOC_TLSF_CUT_H
#define _RTALLOC_TLSF_CUT_H

#include "backend/tlsf_block.h"

/*
 * Is @block sound and the first of the list of @class? Its tag must say that it
 * is free, the word at its end must lead back to it, its link must lead back to
 * the head of this list, and the next block in the list must lead back to it.
 * @block is inside the heap; nothing else about it has been tested.
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

/*
 * Does the rest of @block after a cut certainly stay in the same list? Then
 * block_cut(), which is cheaper than block_split(), can be used. Reads the
 * length of @block, which need not be tested yet.
 */
static __always_inline bool block_keeps_class(const struct block *block,
					      struct need need)
{
	size_t units = head_of(block)->units;

	return same_class(units, units - need.units);
}

/*
 * Mark the free @block as used, with @units, and count them. Wipe its links,
 * because it has left its list.
 */
static __always_inline void block_set_used(struct tlsf *tlsf,
					   struct block *block, size_t units)
{
	links_wipe(block);
	tag_add(block, -BLOCK_FREE);
	/*
	 * This keeps two stores. Otherwise the compiler would merge both halves
	 * of the word first.
	 */
	barrier();
	head_of(block)->units = units;
	usage_add(&tlsf->in_use, units);
}

/*
 * Cut @need from the low end of @block. The rest takes the place of @block in
 * its list, so the bitmaps do not change. block_keeps_class() has returned
 * true. Writes the head of the list, the next block in it, the header and links
 * of the rest, and the header of @block.
 */
static __always_inline bool block_cut(struct tlsf *tlsf, struct need need,
				      const struct block *last,
				      struct block *block, const bool near)
{
	size_t rest = head_of(block)->units - (size_t)need.units;
	struct block *end = block_at(block, need.units);
	u64 own = tlsf->list[need.class], next;

	if (unlikely(!first_is_sound(tlsf, last, block, need.class, near)))
		return false;
	/* Everything is tested. The rest takes over the links of @block. */
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

/*
 * Use the whole of @block, the first of its class, because block_has_no_rest()
 * has returned true. It leaves its list. The header behind it loses
 * BLOCK_PREV_FREE and its link to the block, because that word now belongs to
 * the user of the block, who may write to it.
 */
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

/*
 * Cut @need from the low end of @block. The rest goes to the front of the list
 * of its own class, so the first block there is tested too. Writes both lists
 * and their bits in the maps.
 */
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

/*
 * Would a cut leave too little for a block of its own? Then block_take() must
 * be used. Reads the length of @block, which need not be tested yet.
 */
static __always_inline bool block_has_no_rest(const struct block *block,
					      struct need need)
{
	return head_of(block)->units - (size_t)need.units < TLSF_UNITS_MIN;
}

#endif /* _RTALLOC_TLSF_CUT_H */
