/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf_block.h - the steps of tlsf.c: what a request comes to, what becomes of a
 * block, and which pointers are blocks. Included there alone; apart for length.
 */
#ifndef _RTALLOC_TLSF_BLOCK_H
#define _RTALLOC_TLSF_BLOCK_H

#include "backend/tlsf.h"

/* ---- requests -------------------------------------------------------- */

/* What a request comes to. */
struct need {
	size_t units;
	size_t class;
};

/* One below the units that @size, not 0, needs; more where that is too few. */
static __always_inline size_t need_above(const struct tlsf *tlsf, size_t size)
{
	return ((size - 1 + TLSF_HEADER) | tlsf->align_mask) >> TLSF_UNIT_SHIFT;
}

/* The largest request that comes to @need. */
static __always_inline size_t need_size(struct need need)
{
	return (need.units << TLSF_UNIT_SHIFT) - TLSF_HEADER;
}

/*
 * Each size of this span has a class of its own, the number of its units, and that
 * class' bit is in the first word of map. Neither 0 nor too few units are in it.
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

static __always_inline bool need_is_small(const struct tlsf *tlsf, size_t size)
{
	return size - tlsf->small_from < tlsf->small_span;
}

/* From there on to the largest request. */
static __always_inline bool need_is_large(const struct tlsf *tlsf, size_t size)
{
	size_t from = size - tlsf->small_from;

	return from >= tlsf->small_span && from < tlsf->size_span;
}

/* Rounding up to the class is cutting off and adding 1. */
static __always_inline void need_round(size_t above, u32 order,
				       struct need *need)
{
	size_t steps = (above >> order) + 1;

	need->units = steps << order;
	need->class = (order << TLSF_SL_SHIFT) + steps;
}

/* False when no block is large enough, or @size is 0. */
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

/* The first list from *@class on, whose bit is in @word, that is not empty. */
static __always_inline bool class_find_from(const struct tlsf *tlsf,
					    size_t *class, unsigned long word)
{
	unsigned long map = tlsf->map[word] >> (*class % BITS_PER_LONG);

	if (map) {
		*class += __ffs(map);
		return true;
	}
	/* word + 1 is below BITS_PER_LONG, since TLSF_WORDS is. */
	map = tlsf->top & (~1ul << word);
	if (unlikely(!map))
		return false;
	word = __ffs(map);
	*class = word * BITS_PER_LONG + __ffs(tlsf->map[word]);
	return true;
}

static __always_inline bool class_find(const struct tlsf *tlsf, size_t *class)
{
	return class_find_from(tlsf, class, *class / BITS_PER_LONG);
}

/*
 * Both at once: there is less to be worked out for sizes that are small, and usual.
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
	/* A few bytes, or too many. */
	return need_of(tlsf, size, need) && class_find(tlsf, &need->class);
}

/* ---- blocks ---------------------------------------------------------- */

/* What the header behind a free block holds, which @own leads to. */
static __always_inline u64 back_code(u64 own)
{
	return own - 1;
}

static __always_inline u64 code_link(u64 back)
{
	return back + 1;
}

/*
 * @block, which @own leads to, is free from now on, with @units, and in its list
 * already; the block before it is used, the one behind it too.
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
 * The free @block becomes @rest, its end or a longer one around it: in its place
 * if it stays in its class for sure. Can it, in list and class?
 */
static __always_inline bool block_can_be(const struct tlsf *tlsf,
					 const struct block *block, u64 own,
					 size_t units, const bool near)
{
	return (same_class(units, head_of(block)->units) ||
		class_can_take(tlsf, units_class(tlsf, units))) &&
	       block_can_leave(tlsf, block, own, near);
}

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
	return flags == BLOCK_FREE || flags_used(flags);
}

/*
 * Is the free @block, which @own leads to, in a pool that ends at @last, as long
 * as it says? No other place but its end leads back to it.
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
 * The free block before @block, found by the word that its end holds: that leads
 * to its header, so that there is one to be read. It ends where @block begins.
 * That it is a free one is only known when its tag or its links are looked at.
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

/* The link to what prev_find() has found. */
static __always_inline u64 link_prev(const struct block *block)
{
	return code_link(head_of(block)->back);
}

#endif /* _RTALLOC_TLSF_BLOCK_H */
