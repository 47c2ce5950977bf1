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

#include "backend/tlsf_cut.h"
#include "backend/tlsf_free.h"

/* The first block of a list that fits, to be looked at; false: none, or damage. */
static __always_inline bool tlsf_find(const struct tlsf *tlsf, size_t size,
				      struct need *need, struct block **block)
{
	u64 place;

	if (unlikely(!need_find(tlsf, size, need)))
		return false;
	place = link_place(tlsf, tlsf->list[need->class]);
	*block = (struct block *)place_at(tlsf, place);
	/* One register for it, none for what was made of it. */
	OPTIMIZER_HIDE_VAR(need->class);
	barrier();
	return likely(place < tlsf->reach);
}

/*
 * May @p be a block of the first pool? The others are rare. *@own is then the
 * link to it.
 */
static __always_inline bool tlsf_is_near(const struct tlsf *tlsf, const void *p,
					 u64 *own)
{
	u64 units = ror64(distance(tlsf->first, p), TLSF_UNIT_SHIFT);

	*own = tlsf->link_first + units;
	return likely(units < tlsf->span);
}

/* The link that leads nowhere: the last in a list has it. */
static __always_inline u64 link_none(const struct tlsf *tlsf)
{
	return tlsf->link_code;
}

/* Does a block in the first pool, which @back is of, end at @next? */
static __always_inline bool fast_is_whole(const struct tlsf *tlsf,
					  const struct block *next, u64 back)
{
	return likely(next <= tlsf->last) && likely(head_of(next)->back == back);
}

/*
 * Cut what is needed from @block, near, the first of its class; the rest stays
 * in that class.
 */
static __always_inline bool fast_cut(struct tlsf *tlsf, struct need need,
				     struct block *block)
{
	size_t rest = head_of(block)->units - need.units;
	struct block *next = block_next(block), *end;
	u64 none, back;

	if (unlikely(tag_get(block) != tag_of(tlsf, block) + BLOCK_FREE))
		return false;
	/* The barriers: what is read again needs no register until then. */
	barrier();
	none = link_none(tlsf);
	if (block->next != none ||
	    unlikely(block->slot != none + need.class))
		return false;
	OPTIMIZER_HIDE_VAR(none);
	back = back_code(tlsf->list[need.class]);
	OPTIMIZER_HIDE_VAR(back);
	if (unlikely(!fast_is_whole(tlsf, next, back)))
		return false;
	back += need.units;
	head_of(next)->back = back;
	barrier();
	tlsf->list[need.class] = code_link(back);
	barrier();
	end = block_at(block, need.units);
	end->next = none;
	end->slot = none + need.class;
	head_of(end)->units = rest;
	tag_set(end, tag_of(tlsf, end) + BLOCK_FREE);
	block_set_used(tlsf, block, need.units);
	return true;
}

/*
 * Is @block, near, used and not asked for with an alignment, behind a used one and
 * before the free @next?
 */
static __always_inline bool fast_can_join(const struct tlsf *tlsf,
					  const struct block *block,
					  const struct block *next)
{
	return likely(tag_get(block) == tag_of(tlsf, block)) &&
	       likely(next <= tlsf->last) &&
	       tag_get(next) == tag_of(tlsf, next) + BLOCK_FREE;
}

/*
 * The same @block, whose length is @units, is one with @next, which @own leads to,
 * from now on.
 */
static __always_inline bool fast_join(struct tlsf *tlsf, struct block *block,
				      struct block *next, size_t units, u64 own)
{
	size_t next_units = head_of(next)->units;
	struct block *end;
	u64 slot, *list;

	if (!same_class(next_units + units, next_units))
		return false;
	end = block_at(next, next_units);
	barrier();
	if (unlikely(!fast_is_whole(tlsf, end, back_code(own))) ||
	    next->next != link_none(tlsf))
		return false;
	slot = link_place(tlsf, next->slot);
	barrier();
	list = tlsf->list;
	if (slot >= tlsf->nr_classes || unlikely(list[slot] != own))
		return false;
	own -= units;
	list[slot] = own;
	head_of(end)->back = back_code(own);
	barrier();
	block->next = link_none(tlsf);
	block->slot = next->slot;
	usage_sub(&tlsf->in_use, units);
	tag_add(block, BLOCK_FREE);
	head_of(block)->units += head_of(next)->units;
	links_wipe(next);
	tag_set(next, TAG_NONE);
	return true;
}

#endif /* _RTALLOC_TLSF_FAST_H */
