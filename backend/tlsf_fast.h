/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf_fast.h - the usual case of TLSF's alloc and free. The usual alloc cuts a
 * block that is alone in its list, and the rest stays in that list. The usual
 * free gives back a block that joins with such a block behind it. Both are
 * usual because most of a heap's free memory nearly always is one such block.
 *
 * core/entry.c inlines these steps under the heap's raw lock. They call no
 * function and need no more registers than a function may use without saving
 * any. They test everything that the general steps in tlsf.c test, in fewer
 * instructions: where no other block follows in the list, there is no link to
 * follow. Each returns false with nothing changed when there is more to do or
 * when something is damaged; the general steps then find out which. All take
 * constant time.
 *
 * The barriers keep the compiler from holding values in registers that are
 * cheaper to read again. tools/hot fails if an entry point saves a register.
 */
#ifndef _RTALLOC_TLSF_FAST_H
#define _RTALLOC_TLSF_FAST_H

#include "backend/tlsf_cut.h"
#include "backend/tlsf_free.h"

/*
 * Find the first list with a block for @size bytes. *@need is the request,
 * *@block the first block of the list, still to be tested. @size may be any
 * value. Return false if there is none, or if the head of the list does not
 * lead to a near place.
 */
static __always_inline bool tlsf_find(const struct tlsf *tlsf, size_t size,
				      struct need *need, struct block **block)
{
	u64 place;

	if (unlikely(!need_find(tlsf, size, need)))
		return false;
	place = link_place(tlsf, tlsf->list[need->class]);
	*block = (struct block *)place_at(tlsf, place);
	/*
	 * Hiding the class makes the compiler keep one register for it, and
	 * none for values computed from it.
	 */
	OPTIMIZER_HIDE_VAR(need->class);
	/* From here on everything that is needed is read again. */
	barrier();
	return likely(place < tlsf->reach);
}

/*
 * Can @p be a block of the first pool? @p may be any value; one comparison
 * tests the range and the alignment to a unit. *@own is the link to the block.
 */
static __always_inline bool tlsf_is_near(const struct tlsf *tlsf, const void *p,
					 u64 *own)
{
	u64 units = ror64(distance(tlsf->first, p), TLSF_UNIT_SHIFT);

	*own = tlsf->link_first + units;
	return likely(units < tlsf->span);
}

/* Return the link to place 0, which the last block of each list holds. */
static __always_inline u64 link_none(const struct tlsf *tlsf)
{
	return tlsf->link_code;
}

/* Does the near block that @back leads to end at @next? As block_is_whole(). */
static __always_inline bool fast_is_whole(const struct tlsf *tlsf,
					  const struct block *next, u64 back)
{
	return likely(next <= tlsf->last) && likely(head_of(next)->back == back);
}

/*
 * Cut @need from the low end of @block, which is near and the first of its
 * class. The rest stays in that list:
 *
 * before   | block: free, alone in its list                  | next: used |
 * after    | block: used      | end: free, alone in the list | next: used |
 *
 * The caller has tested that the rest stays in the class. Return false if
 * @block is not alone in its list or if its tag, its links or its end are
 * damaged.
 */
static __always_inline bool fast_cut(struct tlsf *tlsf, struct need need,
				     struct block *block)
{
	size_t rest = head_of(block)->units - need.units;
	struct block *next = block_next(block), *end;
	u64 none, back;

	if (unlikely(tag_get(block) != tag_of(tlsf, block) + BLOCK_FREE))
		return false;
	/* The barriers make the code read values again, which saves registers. */
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
 * Is @block a used block that keeps no alignment, behind a used block and
 * before the free @next? @block is near. @next is block_next(@block) and has
 * not been tested.
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
 * Free @block, which has @units, by joining it with the free @next behind it:
 *
 * before   | block: used | next: free, last in its list       | end: used |
 * after    | block: free, in the place of next               | end: used |
 *
 * @own leads to @next. fast_can_join() has returned true. Return false if @next
 * is not the last of its list, if the joined block might change its class, or
 * if something is damaged.
 */
static __always_inline bool fast_join(struct tlsf *tlsf, struct block *block,
				      struct block *next, size_t units, u64 own)
{
	size_t next_units = head_of(next)->units;
	struct block *end;
	u64 slot, *list;

	if (!same_class(next_units + units, next_units))
		return false;
	end = block_next(next);
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
