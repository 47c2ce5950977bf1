/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf_block.h - steps of TLSF that are included by tlsf.c and, through the
 * other headers, by core/entry.c: turning a request into a size and a list,
 * changing the state of a block, and telling which pointers are blocks.
 *
 * Everything here is called under the heap's lock and takes constant time.
 * "@own" is the link that leads to the block; "@near" is explained in tlsf.h.
 */
#ifndef _RTALLOC_TLSF_BLOCK_H
#define _RTALLOC_TLSF_BLOCK_H

#include "backend/tlsf.h"

/* ---- requests -------------------------------------------------------- */

/**
 * struct need - the block and the list that a request needs
 * @units: units of the block to be handed out, header included
 * @class: the class of that size; after a search, the class of the list to take
 *	from
 *
 * Passed by value; it never lies in the heap.
 */
struct need {
	size_t units;
	size_t class;
};

/*
 * Return the units that @size bytes need, less one; @size is not 0. The result
 * may be below the smallest block.
 */
static __always_inline size_t need_above(const struct tlsf *tlsf, size_t size)
{
	return ((size - 1 + TLSF_HEADER) | tlsf->align_mask) >> TLSF_UNIT_SHIFT;
}

/* Return the largest request in bytes that leads to @need. */
static __always_inline size_t need_size(struct need need)
{
	return (need.units << TLSF_UNIT_SHIFT) - TLSF_HEADER;
}

/*
 * Compute the spans that need_is_small() and need_is_large() compare with.
 * Called when the heap is made. In the span of small sizes each number of units
 * is a class of its own, whose bit is in the first word of the map. The span
 * contains neither 0 nor a request that needs fewer units than the smallest
 * block.
 */
static inline void need_span_set(struct tlsf *tlsf)
{
	size_t least = TLSF_UNITS_MIN << TLSF_UNIT_SHIFT, mask = tlsf->align_mask;
	size_t end = ((TLSF_SMALL - 1) << TLSF_UNIT_SHIFT) & ~mask;

	tlsf->small_from = least - TLSF_HEADER > mask ?
			   least - TLSF_HEADER - mask : 1;
	tlsf->small_span = end - TLSF_HEADER + 1 - tlsf->small_from;
	tlsf->size_span = tlsf->size_max + 1 - tlsf->small_from;
}

/*
 * Is the class of this request its number of units? One comparison; @size may
 * be any value.
 */
static __always_inline bool need_is_small(const struct tlsf *tlsf, size_t size)
{
	return size - tlsf->small_from < tlsf->small_span;
}

/*
 * Is this a request above the small ones, and can the heap serve it? @size may
 * be any value.
 */
static __always_inline bool need_is_large(const struct tlsf *tlsf, size_t size)
{
	size_t from = size - tlsf->small_from;

	return from >= tlsf->small_span && from < tlsf->size_span;
}

/*
 * Round a request up to the next class. @above is the number of units less one,
 * so rounding up is cutting off the low bits and adding one step.
 */
static __always_inline void need_round(size_t above, u32 order,
				       struct need *need)
{
	size_t steps = (above >> order) + 1;

	need->units = steps << order;
	need->class = (order << TLSF_SL_SHIFT) + steps;
}

/*
 * Fill in @need for a request of any @size. Return false if @size is 0 or too
 * large for the heap.
 */
static __always_inline bool need_of(const struct tlsf *tlsf, size_t size,
				    struct need *need)
{
	size_t above;

	if (unlikely(size - 1 >= tlsf->size_max))
		return false;
	above = max_t(size_t, need_above(tlsf, size), TLSF_UNITS_MIN - 1);
	need_round(above, units_order(above), need);
	return true;
}

/*
 * Find the first list from *@class on that is not empty. @word is the word of
 * the map that holds the bit of *@class. Return false if there is none. Two
 * bitmaps are read, no block.
 */
static __always_inline bool class_find_from(const struct tlsf *tlsf,
					    size_t *class, unsigned long word)
{
	unsigned long map = tlsf->map[word] >> (*class % BITS_PER_LONG);

	if (map) {
		*class += __ffs(map);
		return true;
	}
	/*
	 * The shift is valid: word + 1 is below BITS_PER_LONG, since TLSF_WORDS
	 * is.
	 */
	map = tlsf->top & (~1ul << word);
	if (unlikely(!map))
		return false;
	word = __ffs(map);
	*class = word * BITS_PER_LONG + __ffs(tlsf->map[word]);
	return true;
}

/* class_find_from() when the word is not known. */
static __always_inline bool class_find(const struct tlsf *tlsf, size_t *class)
{
	return class_find_from(tlsf, class, *class / BITS_PER_LONG);
}

/*
 * need_of() and class_find() in one. Small sizes, the usual ones, come first,
 * because they need fewer instructions. Return false if no list has a block
 * that fits.
 */
static __always_inline bool need_find(const struct tlsf *tlsf, size_t size,
				      struct need *need)
{
	size_t above;

	if (likely(need_is_small(tlsf, size))) {
		need->units = need_above(tlsf, size) + 1;
		need->class = need->units;
		return class_find_from(tlsf, &need->class, 0);
	}
	if (likely(need_is_large(tlsf, size))) {
		above = need_above(tlsf, size);
		need_round(above, large_order(above), need);
		return class_find(tlsf, &need->class);
	}
	/* Only requests below the smallest block or above the largest get here. */
	return need_of(tlsf, size, need) && class_find(tlsf, &need->class);
}

/* ---- blocks ---------------------------------------------------------- */

/*
 * Return what the header behind a free block holds in @back, if @own leads to
 * that block.
 */
static __always_inline u64 back_code(u64 own)
{
	return own - 1;
}

/* Return the link that @back was made from: the inverse of back_code(). */
static __always_inline u64 code_link(u64 back)
{
	return back + 1;
}

/*
 * Write the header of @block, which becomes free and has @units, and the word
 * at its end. @own leads to @block, which is in its list already. The blocks
 * before and behind it are used.
 */
static __always_inline void block_set_free(const struct tlsf *tlsf,
					   struct block *block, u64 own,
					   size_t units)
{
	head_of(block)->units = units;
	tag_set(block, tag_of(tlsf, block) + BLOCK_FREE);
	head_of(block_at(block, units))->back = back_code(own);
}

/*
 * Can the free @block become @rest, which is its own end or a longer block
 * around it? If @rest certainly stays in the class, it takes the place of
 * @block in the list. This tests everything that block_replace() will write to;
 * @units is the size of @rest. Return false if a link is damaged.
 */
static __always_inline bool block_can_be(const struct tlsf *tlsf,
					 const struct block *block, u64 own,
					 size_t units, const bool near)
{
	return (same_class(units, head_of(block)->units) ||
		class_can_take(tlsf, units_class(tlsf, units))) &&
	       block_can_leave(tlsf, block, own, near);
}

/*
 * Replace the free @block by @rest, which has @units and which @own leads to.
 * block_can_be() has returned true.
 */
static __always_inline void block_replace(struct tlsf *tlsf,
					  struct block *block,
					  struct block *rest, u64 own,
					  size_t units)
{
	if (same_class(units, head_of(block)->units)) {
		class_replace(tlsf, block, rest, own);
	} else {
		class_remove(tlsf, block);
		class_push(tlsf, rest, own, units_class(tlsf, units));
	}
	block_set_free(tlsf, rest, own, units);
}

/*
 * Take the free @block off its list and wipe its links, because it becomes part
 * of another block. block_can_leave() has returned true.
 */
static __always_inline void block_remove(struct tlsf *tlsf, struct block *block)
{
	class_remove(tlsf, block);
	links_wipe(block);
	tlsf->nr_free--;
}

/* ---- which pointers are blocks --------------------------------------- */

/*
 * Can a block of @pool be at @block? @block may be any value. True if it is
 * aligned and lies before the last block. Reads no memory of the heap.
 */
static __always_inline bool block_in_pool(const struct tlsf *tlsf,
					  const struct pool *pool,
					  const struct block *block)
{
	return distance(pool->first, block) <
	       distance(pool->first, pool->last) &&
	       !((unsigned long)block & tlsf->align_mask);
}

/*
 * Is there a sound header behind @block, up to @last, and does it say that the
 * block before it is used? Reads the header of @block, which must be in the
 * pool, and then the next one.
 */
static __always_inline bool block_has_next(const struct tlsf *tlsf,
					   const struct block *last,
					   const struct block *block)
{
	const struct block *next = block_next(block);
	u32 flags;

	if (unlikely(next <= block) || unlikely(next > last))
		return false;
	flags = block_flags(tlsf, next);
	return flags == BLOCK_FREE || flags_used(flags);
}

/*
 * Does the free @block, which @own leads to, have the length that its header
 * says? The word at its end, which no other place has, must lead back to it.
 * @last is the last block of its pool. Reads both headers.
 */
static __always_inline bool block_is_whole(const struct tlsf *tlsf,
					   const struct block *last,
					   const struct block *block, u64 own)
{
	const struct block *next = block_next(block);

	return likely(next <= last) &&
	       likely(head_of(next)->back == back_code(own));
}

/*
 * Find the free block before @block by the word in front of the header of
 * @block. *@prev is the result. True if that word leads to a header in the heap
 * whose block ends where @block begins. Whether *@prev is really free is not
 * tested here: its tag or its links still have to be.
 */
static __always_inline bool prev_find(const struct tlsf *tlsf,
				      const struct block *block,
				      struct block **prev, const bool near)
{
	u64 place = link_place(tlsf, head_of(block)->back);

	*prev = (struct block *)(place_at(tlsf, place) + 1);
	if (near ? place >= tlsf->reach :
		   place + 1 < tlsf->nr_classes ||
		   !place_in_pools(tlsf, place + 1))
		return false;
	return likely(block_next(*prev) == block);
}

/*
 * Return the link to the block that prev_find() has found. Reads the word in
 * front of the header of @block, which prev_find() has tested.
 */
static __always_inline u64 link_prev(const struct block *block)
{
	return code_link(head_of(block)->back);
}

#endif /* _RTALLOC_TLSF_BLOCK_H */
