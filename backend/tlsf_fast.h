/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf_fast.h - the usual case of TLSF's alloc and free: the first block of a
 * list, alone in it, is cut, or a block joins with such a one behind it, and
 * that stays in its class. Most of a heap's memory is one such block, nearly
 * always.
 *
 * They test what the general steps in tlsf.c test, in fewer instructions: where
 * nothing follows the block in its list there is no link to be followed, and
 * what leads to it must be the list's head. They call nothing and need no more
 * registers than a function may have without saving any. All say false, with
 * nothing changed, where there is more to do or something is damaged: the
 * general steps then find out which.
 */
#ifndef _RTALLOC_TLSF_FAST_H
#define _RTALLOC_TLSF_FAST_H

#include "backend/tlsf_block.h"

/* The link that leads nowhere: the last in a list has it. */
static __always_inline u64 link_none(const struct tlsf *tlsf)
{
	return tlsf->link_code;
}

/* Does @block, in the first pool, end at @next, where a free one's end is? */
static __always_inline bool fast_is_whole(const struct tlsf *tlsf,
					  const struct block *next, u64 own)
{
	return likely(next <= tlsf->last) &&
	       likely(head_of(next)->back == back_code(own));
}

/*
 * Cut what is needed from @block, near, the first of its class; the rest stays
 * in that class.
 */
static __always_inline bool fast_cut(struct tlsf *tlsf, struct need need,
				     struct block *block)
{
	struct block *next = block_next(block), *end;
	u64 own = tlsf->list[need.class];

	if (unlikely(block_flags(tlsf, block) != BLOCK_FREE) ||
	    unlikely(!fast_is_whole(tlsf, next, own)) ||
	    block->next != link_none(tlsf))
		return false;
	/* The barriers: what is read again needs no register until then. */
	barrier();
	if (unlikely(block->slot != link_head(tlsf, need.class)))
		return false;
	own += need.units;
	tlsf->list[need.class] = own;
	head_of(next)->back = back_code(own);
	barrier();
	end = block_at(block, need.units);
	end->next = block->next;
	end->slot = block->slot;
	head_of(end)->units = head_of(block)->units - need.units;
	tag_set(end, tag_of(tlsf, end) + BLOCK_FREE);
	block_set_used(tlsf, block, need.units);
	return true;
}

/*
 * The used @block, near, which @own leads to, is one with the free block behind
 * it from now on; the one before it is used.
 */
static __always_inline bool fast_join(struct tlsf *tlsf, struct block *block,
				      u64 own)
{
	struct block *next = block_next(block), *end;
	size_t units = head_of(next)->units;
	u64 slot;

	if (!same_class(units + head_of(block)->units, units))
		return false;
	barrier();
	own += head_of(block)->units;
	end = block_next(next);
	if (unlikely(!fast_is_whole(tlsf, end, own)) ||
	    next->next != link_none(tlsf))
		return false;
	slot = link_place(tlsf, next->slot);
	if (slot >= tlsf->nr_classes || unlikely(tlsf->list[slot] != own))
		return false;
	barrier();
	own -= head_of(block)->units;
	tlsf->list[slot] = own;
	head_of(end)->back = back_code(own);
	block->next = link_none(tlsf);
	block->slot = next->slot;
	used_sub(tlsf, head_of(block)->units);
	/* Not one more than it was: it may have kept an alignment. */
	tag_set(block, tag_of(tlsf, block) + BLOCK_FREE);
	head_of(block)->units += head_of(next)->units;
	links_wipe(next);
	tag_set(next, TAG_NONE);
	return true;
}

#endif /* _RTALLOC_TLSF_FAST_H */
