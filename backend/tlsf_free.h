/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf_free.h - the steps by which a used block becomes free, alone or joined
 * with one or both of its neighbours. block_around() tells which of the four
 * cases it is:
 *
 * free_used()   | used |  BLOCK  | used |     block gets a list
 * free_next()   | used |  BLOCK    next |     block takes the place of next
 * free_prev()   | prev    BLOCK  | used |     prev grows
 * free_both()   | prev    BLOCK    next |     prev grows, next leaves its list
 *
 * Everything here is called under the heap's lock and takes constant time. Each
 * case first tests all headers and links that it will read or write, and
 * returns false with nothing changed if one of them is damaged; then it writes.
 * Only block_around() gets a block that may be none; the other steps get the
 * block that it has tested.
 *
 * @last is the last block of the block's pool, "@own" is the link that leads to
 * a block, and "@near" is explained in tlsf.h. A header that lies inside the
 * joined block afterwards is destroyed, so that no pointer to it is accepted
 * any more.
 *
 * The barriers keep the compiler from holding values in registers that are
 * cheaper to read again.
 */
#ifndef _RTALLOC_TLSF_FREE_H
#define _RTALLOC_TLSF_FREE_H

#include "backend/tlsf_block.h"

/**
 * enum around - which neighbours of a block are free
 * @AROUND_BAD: the block is not live, or the header behind it is damaged
 * @AROUND_USED: neither is free
 * @AROUND_NEXT: the next one is free
 * @AROUND_PREV: the previous one is free
 * @AROUND_BOTH: both are free
 */
enum around {
	AROUND_BAD,
	AROUND_USED,
	AROUND_NEXT,
	AROUND_PREV,
	AROUND_BOTH,
};

/*
 * Which neighbours of @block are free? @block lies in its pool, but may be any
 * place there. @next is block_next(@block), which may lie anywhere behind it.
 * Reads the tags of both. Whether the block before is free is only known from
 * the tag of @block; free_prev() and free_both() test it.
 */
static __always_inline enum around block_around(const struct tlsf *tlsf,
						const struct block *last,
						const struct block *block,
						const struct block *next)
{
	u32 flags = block_flags(tlsf, block), next_flags;

	if (unlikely(!flags_used(flags & ~BLOCK_PREV_FREE)) ||
	    unlikely(next > last))
		return AROUND_BAD;
	/* The heap's code is cheaper to read again than to keep. */
	barrier();
	next_flags = block_flags(tlsf, next);
	if (next_flags == BLOCK_FREE)
		return flags & BLOCK_PREV_FREE ? AROUND_BOTH : AROUND_NEXT;
	if (unlikely(!flags_used(next_flags)))
		return AROUND_BAD;
	return flags & BLOCK_PREV_FREE ? AROUND_PREV : AROUND_USED;
}

/*
 * Give the free @prev, which @own leads to, the size @units: write its header
 * and the word at its end. It is in the list of its new class already.
 */
static __always_inline void block_grow(struct block *prev, u64 own,
				       size_t units)
{
	head_of(prev)->units = units;
	head_of(block_at(prev, units))->back = back_code(own);
}

/*
 * Free @block, whose neighbours are both used. @own leads to @block. It becomes
 * the first of the list of its class, so the block that is first there now is
 * tested.
 */
static __always_inline bool free_used(struct tlsf *tlsf, struct block *block,
				      u64 own)
{
	size_t units = head_of(block)->units;
	size_t class = units_class(tlsf, units);
	struct block *next = block_at(block, units);

	/* A block without a size, the last of a pool, would be followed by itself. */
	if (unlikely(!units) || unlikely(!class_can_take(tlsf, class)))
		return false;
	class_push(tlsf, block, own, class);
	tlsf->nr_free++;
	usage_sub(&tlsf->in_use, units);
	tag_add(next, BLOCK_PREV_FREE);
	block_set_free(tlsf, block, own, units);
	return true;
}

/*
 * Free @block and join it with the free block behind it, whose length and links
 * are tested. @own leads to @block. The joined block takes the place of the
 * other one in its list, or goes to the list of its new class.
 */
static __always_inline bool free_next(struct tlsf *tlsf,
				      const struct block *last,
				      struct block *block, u64 own,
				      const bool near)
{
	size_t was = head_of(block)->units;
	struct block *next = block_at(block, was);
	size_t units = was + (size_t)head_of(next)->units;

	if (unlikely(!block_is_whole(tlsf, last, next, own + was)) ||
	    unlikely(!block_can_be(tlsf, next, own + was, units, near)))
		return false;
	barrier();
	usage_sub(&tlsf->in_use, head_of(block)->units);
	block_replace(tlsf, next, block, own, units);
	links_wipe(next);
	tag_set(next, TAG_NONE);
	return true;
}

/*
 * Make the used @block a part of the free block before it: count its units as
 * free and destroy its header.
 */
static __always_inline void block_end(struct tlsf *tlsf, struct block *block)
{
	usage_sub(&tlsf->in_use, head_of(block)->units);
	tag_set(block, TAG_NONE);
	head_of(block)->back = 0;
}

/*
 * Can the free @prev, which @own leads to, leave its list for the list of
 * @class? Only a free block can pass block_can_leave(), so the tag is not read.
 * Tests everything that class_remove() and class_push() write to. Changes
 * nothing.
 */
static __always_inline bool prev_can_move(const struct tlsf *tlsf,
					  const struct block *prev, u64 own,
					  size_t class, const bool near)
{
	return class_can_take(tlsf, class) &&
	       block_can_leave(tlsf, prev, own, near);
}

/*
 * Free @block and join it with the free block before it, which is found by the
 * word in front of the header of @block. If the joined block stays in its
 * class, the lists are not touched at all, and the tag of the block before is
 * tested instead of its links.
 */
static __always_inline bool free_prev(struct tlsf *tlsf, struct block *block,
				      const bool near)
{
	u64 own = link_prev(block);
	struct block *prev;
	size_t units;

	/* From here on *prev may be read, but it is not yet known to be free. */
	if (unlikely(!prev_find(tlsf, block, &prev, near)))
		return false;
	units = head_of(prev)->units + (size_t)head_of(block)->units;
	if (!same_class(units, head_of(prev)->units)) {
		size_t class = units_class(tlsf, units);

		if (unlikely(!prev_can_move(tlsf, prev, own, class, near)))
			return false;
		class_remove(tlsf, prev);
		class_push(tlsf, prev, own, class);
	} else if (unlikely(block_flags(tlsf, prev) != BLOCK_FREE)) {
		return false;
	}
	tag_add(block_next(block), BLOCK_PREV_FREE);
	block_end(tlsf, block);
	block_grow(prev, own, units);
	return true;
}

/*
 * Make @prev, @block and @next one free block of @units. @next has left its
 * list. @own leads to @prev, which is in the list of its new class. The headers
 * of @block and @next are destroyed.
 */
static __always_inline void block_join(struct tlsf *tlsf, struct block *prev,
				       u64 own, struct block *block,
				       struct block *next, size_t units)
{
	tlsf->nr_free--;
	/* Last, because a damaged link of @prev may have led to these words. */
	links_wipe(next);
	tag_set(next, TAG_NONE);
	block_end(tlsf, block);
	block_grow(prev, own, units);
}

/*
 * free_both() where the joined block stays in the list of @prev. @next is
 * tested and leaves its list. @own leads to @next, and @units is the size of
 * all three together.
 */
static __always_inline bool both_stay(struct tlsf *tlsf, struct block *prev,
				      struct block *block, struct block *next,
				      u64 own, size_t units, const bool near)
{
	if (unlikely(block_flags(tlsf, prev) != BLOCK_FREE) ||
	    unlikely(!block_can_leave(tlsf, next, own, near)))
		return false;
	class_remove(tlsf, next);
	block_join(tlsf, prev, link_prev(block), block, next, units);
	return true;
}

/*
 * free_both() where the joined block goes to the list of another class: @prev
 * and @next leave their lists, after both have been tested. @own leads to
 * @next, and @units is the size of all three together.
 */
static __always_inline bool both_move(struct tlsf *tlsf, struct block *prev,
				      struct block *block, struct block *next,
				      u64 own, size_t units, const bool near)
{
	size_t class = units_class(tlsf, units);
	u64 own_prev = link_prev(block), *list;

	if (unlikely(!prev_can_move(tlsf, prev, own_prev, class, near)))
		return false;
	barrier();
	if (unlikely(!block_can_leave(tlsf, next, own, near)))
		return false;
	barrier();
	list = tlsf->list;
	list_remove(tlsf, list, next);
	list_remove(tlsf, list, prev);
	list_push(tlsf, list, prev, own_prev, class);
	block_join(tlsf, prev, own_prev, block, next, units);
	return true;
}

/*
 * Free @block and join it with the free blocks before and behind it. @own leads
 * to @block. Return false if the block before or behind is not what the tag of
 * @block says.
 */
static __always_inline bool free_both(struct tlsf *tlsf,
				      const struct block *last,
				      struct block *block, u64 own,
				      const bool near)
{
	struct block *prev, *next = block_next(block);
	size_t units;

	/* From here on @own leads to @next. */
	own += head_of(block)->units;
	if (unlikely(!prev_find(tlsf, block, &prev, near)) ||
	    unlikely(!block_is_whole(tlsf, last, next, own)))
		return false;
	units = head_of(prev)->units + (size_t)head_of(block)->units +
		head_of(next)->units;
	return same_class(units, head_of(prev)->units) ?
	       both_stay(tlsf, prev, block, next, own, units, near) :
	       both_move(tlsf, prev, block, next, own, units, near);
}

/*
 * Free @block in the way that its neighbours require. (core/entry.c jumps to a
 * function of its own for each of the four ways.)
 */
static __always_inline bool free_any_way(struct tlsf *tlsf,
					 const struct block *last,
					 struct block *block, u64 own,
					 const bool near)
{
	switch (block_around(tlsf, last, block, block_next(block))) {
	case AROUND_USED:
		return free_used(tlsf, block, own);
	case AROUND_NEXT:
		return free_next(tlsf, last, block, own, near);
	case AROUND_PREV:
		return free_prev(tlsf, block, near);
	case AROUND_BOTH:
		return free_both(tlsf, last, block, own, near);
	default:
		return false;
	}
}

#endif /* _RTALLOC_TLSF_FREE_H */
