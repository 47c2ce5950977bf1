/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf.h - how a TLSF heap looks in memory, and the steps on blocks and lists
 * that its files share: tlsf.c (blocks), tlsf_pool.c (the memory they lie in)
 * and tlsf_look.c, which only reads. The picture is in tlsf.c.
 */
#ifndef _RTALLOC_TLSF_H
#define _RTALLOC_TLSF_H

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/minmax.h>

#include "backend/backend.h"

#define TLSF_UNIT_SHIFT	3		/* sizes are counted in 8 bytes */
#define TLSF_SL_SHIFT	5		/* log2 of classes in a power of two */
#define TLSF_SL		32u		/* 1 << TLSF_SL_SHIFT */
#define TLSF_CLASSES	896u		/* at most: 28 powers of two */
#define TLSF_WORDS	(TLSF_CLASSES / 64)
#define TLSF_POOLS_MAX	8
#define TLSF_POOL_MAX	(8ull << 32)	/* bytes; units are 32 bits */
#define TLSF_SIZE_MIN	1024u		/* below, the table takes it all */
#define TLSF_HEADER	8u		/* bytes a used block costs */
#define TLSF_UNITS_MIN	4u		/* header, two links, back link */

/* Flags of a block, in the low bits of its tag. */
#define BLOCK_FREE	1u		/* this block is free */
#define BLOCK_PREV_FREE	2u		/* the one before it is */
#define BLOCK_FLAGS	3u
#define SLOT_MARK	4u		/* in links back, so that none is one forth */
#define TAG_NONE	(~0u)		/* of a header that is gone */
#define TLSF_ALIGN_MAX	BIT(32)		/* above, tags cannot hold it */

/**
 * struct head - what lies in front of a block; the block costs half of it
 * @spare: the user's of the block before
 * @back: if the block before is free: its units, coded; else its user's memory
 * @tag: the low half of the block's own address and the heap's tag code, and
 *	flags; of a used block that was asked for with an alignment also half of
 *	that, a bit which is 0 in its address. It lies below @units, so that a
 *	write past the end of the block before meets it first
 * @units: distance to the next block, 0 in the last one
 */
struct head {
	u32 spare;
	u32 back;
	u32 tag;
	u32 units;
};

/**
 * struct block - a block is what its user gets; while it is free it holds links
 * @next: the one behind it in the list of its class, or that list's head
 * @slot: what leads to it in that list: the one before it, or the list's head;
 *	marked
 */
struct block {
	u64 next;
	u64 slot;
};

static_assert(TLSF_CLASSES * sizeof(u64) == RTALLOC_TLSF_TABLE);
static_assert(sizeof(struct head) + sizeof(struct block) ==
	      TLSF_UNITS_MIN << TLSF_UNIT_SHIFT);

/* A run of blocks with a used block of no size at its end; gone: all zero. */
struct pool {
	u8 *start;
	u8 *end;
	u64 offset;			/* of start, as users count */
	struct block *first;
	struct block *last;		/* the one at the end */
};

struct tlsf {
	unsigned long cookie;		/* the core's, see backend.h */
	u64 *list;			/* a head for each class */
	u64 link_code;			/* an address and this make a link */
	u64 link_origin;		/* the link to list[0] */
	u64 reach;			/* places below it are near, see link_place() */
	u32 tag_code;
	u32 nr_classes;
	struct block *first;		/* of the first pool */
	struct block *last;
	size_t span;			/* bytes between the two */
	size_t align_mask;
	size_t size_max;		/* of a request */
	s64 below_max;			/* units: by how much less is used now */
	size_t max_used;		/* units: the most that was used */
	size_t nr_free;			/* free blocks */
	unsigned long top;		/* a bit for each word of map */
	unsigned long map[TLSF_WORDS];	/* a bit for each class with blocks */
	struct pool pool[TLSF_POOLS_MAX];
	u32 nr_pools;			/* places used in pool */
	bool has_table_only;		/* no pool lies behind the table */
	size_t total;
};

/* ---- blocks ---------------------------------------------------------- */

static __always_inline struct head *head_of(const struct block *block)
{
	return (struct head *)block - 1;
}

/* The tag of a used block, with the one before used. */
static __always_inline u32 tag_of(const struct tlsf *tlsf,
				  const struct block *block)
{
	return (u32)(unsigned long)block + tlsf->tag_code;
}

/*
 * What the tag of @block has besides what it must have: flags and half of an
 * alignment; anything else means that it is no header.
 */
static __always_inline u32 block_flags(const struct tlsf *tlsf,
				       const struct block *block)
{
	return head_of(block)->tag - (u32)(unsigned long)block - tlsf->tag_code;
}

/*
 * Are these @flags half of an alignment that @block has, and nothing more? The
 * bit is then below all that are set in the address.
 */
static __always_inline bool flags_aligned(const struct block *block, u32 flags)
{
	u32 low = (u32)(unsigned long)block;

	return ((low + flags) & (low + flags - 1)) == low &&
	       !(flags & BLOCK_FLAGS);
}

/* Can this be the header of a block, as far as its tag goes? */
static inline bool block_has_tag(const struct tlsf *tlsf,
				 const struct block *block)
{
	u32 flags = block_flags(tlsf, block);

	return flags <= BLOCK_FLAGS ||
	       flags_aligned(block, flags & ~BLOCK_PREV_FREE);
}

/* Of a block that has a tag. */
static __always_inline bool block_is_free(const struct block *block)
{
	return head_of(block)->tag & BLOCK_FREE;
}

static __always_inline struct block *block_at(const struct block *block,
					      size_t units)
{
	return (struct block *)((u64 *)block + units);
}

static __always_inline struct block *block_next(const struct block *block)
{
	return block_at(block, head_of(block)->units);
}

static inline size_t block_bytes(const struct block *block)
{
	return (size_t)head_of(block)->units << TLSF_UNIT_SHIFT;
}

/* What the header behind a free block of @units holds. */
static __always_inline u32 back_code(const struct tlsf *tlsf, size_t units)
{
	return (u32)units + (u32)tlsf->link_code;
}

/* Bytes from @from to @to; huge when @to is below. */
static __always_inline size_t distance(const void *from, const void *to)
{
	return (const u8 *)to - (const u8 *)from;
}

/* ---- classes --------------------------------------------------------- */

/*
 * Below 64 units each size has a class of its own, above there are 32 classes
 * for each power of two; all are numbered through.
 */
static __always_inline u32 units_order(size_t units)
{
	return __fls(units | TLSF_SL) - TLSF_SL_SHIFT;
}

static __always_inline u32 order_class(u32 order, size_t units)
{
	return (order << TLSF_SL_SHIFT) + (u32)(units >> order);
}

/* The class that a free block of @units belongs to. */
static __always_inline u32 units_class(const struct tlsf *tlsf, size_t units)
{
	u32 class = order_class(units_order(units), units);

	if (unlikely(class >= tlsf->nr_classes))
		return tlsf->nr_classes - 1;
	return class;
}

/*
 * Are free blocks of these sizes surely in the same class? They are when they
 * differ only in bits below the six highest of one of them. Some that are is
 * left out, and nothing above 64 units needs the order.
 */
static __always_inline bool same_class(size_t units, size_t units2)
{
	return (units ^ units2) < units2 >> (TLSF_SL_SHIFT + 1);
}

/* The smallest number of units in @class. */
static inline size_t class_units(u32 class)
{
	u32 order = class < TLSF_SL ? 0 : (class >> TLSF_SL_SHIFT) - 1;

	return (size_t)(class - (order << TLSF_SL_SHIFT)) << order;
}

/* ---- lists ----------------------------------------------------------- */

/*
 * A list is a ring: from its head in the table through its blocks and back. Links
 * are coded, and a place is what one leads to, counted in units from the table,
 * so that a class is the place of its head, and a link which is not to a multiple
 * of 8 leads far beyond everything. Near places are those of the table and of the
 * first pool. Before a block leaves its list, or one comes to a list, all that
 * will be written to is known to lie in the heap and to lead back.
 */
static __always_inline u64 link_to(const struct tlsf *tlsf, const void *at)
{
	return (unsigned long)at + tlsf->link_code;
}

/* The link to the head of @class. */
static __always_inline u64 link_head(const struct tlsf *tlsf, u32 class)
{
	return tlsf->link_origin + class * sizeof(u64);
}

static __always_inline u64 link_place(const struct tlsf *tlsf, u64 link)
{
	return ror64(link - tlsf->link_origin, TLSF_UNIT_SHIFT);
}

/* What is there: a head, or a block's links. */
static __always_inline u64 *place_at(const struct tlsf *tlsf, u64 place)
{
	return tlsf->list + (size_t)place;
}

static __always_inline struct block *link_block(const struct tlsf *tlsf,
						u64 link)
{
	return (struct block *)place_at(tlsf, link_place(tlsf, link));
}

/* In tlsf_pool.c: may a block of any pool be at @place? */
bool place_in_pools(const struct tlsf *tlsf, u64 place);

static __always_inline bool place_exists(const struct tlsf *tlsf, u64 place,
					 const bool near)
{
	return likely(place < tlsf->reach) ||
	       (!near && place_in_pools(tlsf, place));
}

/*
 * Can @block leave its list? Its links lead to where links lead back. With @near
 * not if one of its list's is far away.
 */
static __always_inline bool block_can_leave(const struct tlsf *tlsf,
					    const struct block *block,
					    const bool near)
{
	u64 next = link_place(tlsf, block->next), slot;
	u64 own = link_to(tlsf, block);

	if (next < tlsf->nr_classes && block->next + SLOT_MARK == block->slot)
		return likely(*place_at(tlsf, next) == own);
	slot = link_place(tlsf, block->slot - SLOT_MARK);
	if (unlikely(!place_exists(tlsf, slot, near)) ||
	    unlikely(*place_at(tlsf, slot) != own))
		return false;
	if (next < tlsf->nr_classes)
		return likely(slot >= tlsf->nr_classes);
	return likely(place_exists(tlsf, next, near)) &&
	       likely(place_at(tlsf, next)[1] == own + SLOT_MARK);
}

/* The same of the first block of @class, which is not that of another list. */
static __always_inline bool head_can_leave(const struct tlsf *tlsf,
					   const struct block *block, u32 class,
					   const bool near)
{
	u64 head = link_head(tlsf, class), next;

	if (unlikely(block->slot != head + SLOT_MARK))
		return false;
	if (block->next == head)
		return true;
	next = link_place(tlsf, block->next);
	return likely(place_exists(tlsf, next, near)) &&
	       likely(place_at(tlsf, next)[1] ==
		      link_to(tlsf, block) + SLOT_MARK);
}

/* Can a block come to @class? The first one there is linked to its head. */
static __always_inline bool class_can_take(const struct tlsf *tlsf, u32 class)
{
	u64 head = link_head(tlsf, class), first = tlsf->list[class];

	return first == head ||
	       likely(link_block(tlsf, first)->slot == head + SLOT_MARK);
}

static __always_inline void class_push(struct tlsf *tlsf, struct block *block,
				       u32 class)
{
	u64 head = link_head(tlsf, class), first = tlsf->list[class];
	u64 own = link_to(tlsf, block);

	block->next = first;
	block->slot = head + SLOT_MARK;
	tlsf->list[class] = own;
	if (first != head) {
		link_block(tlsf, first)->slot = own + SLOT_MARK;
		return;
	}
	__set_bit(class, tlsf->map);
	__set_bit(class / 64, &tlsf->top);
}

static __always_inline void class_clear(struct tlsf *tlsf, u32 class)
{
	__clear_bit(class, tlsf->map);
	if (!tlsf->map[class / 64])
		__clear_bit(class / 64, &tlsf->top);
}

/* @block, the first of @class's list, leaves. */
static __always_inline void class_pop(struct tlsf *tlsf, struct block *block,
				      u32 class)
{
	u64 head = link_head(tlsf, class), next = block->next;

	tlsf->list[class] = next;
	if (next != head)
		link_block(tlsf, next)->slot = head + SLOT_MARK;
	else
		class_clear(tlsf, class);
}

static __always_inline void class_remove(struct tlsf *tlsf, struct block *block)
{
	u64 next = link_place(tlsf, block->next);

	*place_at(tlsf, link_place(tlsf, block->slot - SLOT_MARK)) =
		block->next;
	if (next >= tlsf->nr_classes)
		place_at(tlsf, next)[1] = block->slot;
	else if (block->next + SLOT_MARK == block->slot)
		class_clear(tlsf, next);
}

/* @block takes the place of @old. */
static __always_inline void class_replace(struct tlsf *tlsf, struct block *old,
					  struct block *block)
{
	u64 next = old->next, slot = old->slot, own = link_to(tlsf, block);

	block->next = next;
	block->slot = slot;
	*place_at(tlsf, link_place(tlsf, slot - SLOT_MARK)) = own;
	next = link_place(tlsf, next);
	if (next >= tlsf->nr_classes)
		place_at(tlsf, next)[1] = own + SLOT_MARK;
}

/* Nothing that was a link stays in memory that is not a free block's. */
static __always_inline void links_wipe(struct block *block)
{
	block->next = 0;
	block->slot = 0;
}

/* ---- accounting ------------------------------------------------------ */

/* The sign of below_max tells when the maximum of what is used has to move. */
static __always_inline void used_add(struct tlsf *tlsf, size_t units)
{
	tlsf->below_max -= units;
	if (unlikely(tlsf->below_max < 0)) {
		tlsf->max_used -= tlsf->below_max;
		tlsf->below_max = 0;
	}
}

static __always_inline void used_sub(struct tlsf *tlsf, size_t units)
{
	tlsf->below_max += units;
}

/* A used block of @was units has @units now. */
static inline void used_change(struct tlsf *tlsf, size_t was, size_t units)
{
	if (units > was)
		used_add(tlsf, units - was);
	else
		used_sub(tlsf, was - units);
}

static inline size_t tlsf_used(const struct tlsf *tlsf)
{
	return tlsf->max_used - tlsf->below_max;
}

/* ---- pools ----------------------------------------------------------- */

static inline struct pool *pool_of(struct tlsf *tlsf, const void *p)
{
	struct pool *pool = tlsf->pool;

	for (; pool < tlsf->pool + tlsf->nr_pools; pool++)
		if ((const u8 *)p >= pool->start && (const u8 *)p < pool->end)
			return pool;
	return NULL;
}

/* Where the first block can begin in memory from @at on. */
static inline struct block *block_first(const struct tlsf *tlsf, u8 *at)
{
	return (struct block *)(((size_t)at + TLSF_HEADER + tlsf->align_mask) &
				~tlsf->align_mask);
}

/* Behind blocks from @first on: its header lies below @end, nothing more. */
static inline struct block *block_last(const struct tlsf *tlsf,
				       struct block *first, u8 *end)
{
	return (struct block *)((u8 *)first + (distance(first, end) &
					       ~tlsf->align_mask));
}

static inline u64 pool_offset_end(const struct pool *pool)
{
	return pool->offset + distance(pool->start, pool->end);
}

/* In tlsf_pool.c. */
int tlsf_init(void *ctrl, void *base, size_t size, size_t align,
	      unsigned int flags);
int tlsf_add_region(void *ctrl, void *base, size_t size);
int tlsf_remove_region(void *ctrl, void *base, size_t size);
u64 tlsf_offset(void *ctrl, const void *p);

/* In tlsf_look.c. */
void tlsf_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset);
void tlsf_stats(void *ctrl, struct rtalloc_snapshot *snap);
int tlsf_walk(void *ctrl, struct rtalloc_cursor *cursor,
	      struct rtalloc_block *batch, int max);
int tlsf_check(void *ctrl, struct rtalloc_sweep *sweep,
	       struct rtalloc_fault *fault);

#endif /* _RTALLOC_TLSF_H */
