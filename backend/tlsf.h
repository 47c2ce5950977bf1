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
#define TAG_NONE	(~0u)		/* of a header that is gone */
#define TLSF_ALIGN_MAX	BIT(32)		/* above, tags cannot hold it */

/**
 * struct head - what lies in front of a block; the block costs half of it
 * @prev_phys: the block before, if that one is free; else its user's memory
 * @tag: the low half of the block's own address, and flags; of a used block
 *	that was asked for with an alignment also half of that, a bit which is
 *	0 in its address. It lies below @units, so that a write past the end of
 *	the block before meets it first
 * @units: distance to the next block, 0 in the last one
 */
struct head {
	struct block *prev_phys;
	u32 tag;
	u32 units;
};

/**
 * struct block - a block is what its user gets; while it is free it holds links
 * @next_free: in the list of its class
 * @slot: what points to it in that list
 */
struct block {
	struct block *next_free;
	struct block **slot;
};

static_assert(TLSF_CLASSES * sizeof(struct block *) == RTALLOC_TLSF_TABLE);
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
	struct block **list;		/* a head for each class */
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
	struct block null;		/* ends every list; may be written */
	u32 nr_classes;
	u32 nr_pools;			/* places used in pool */
	size_t total;
	bool has_table_only;		/* no pool lies behind the table */
};

/* ---- blocks ---------------------------------------------------------- */

static __always_inline struct head *head_of(const struct block *block)
{
	return (struct head *)block - 1;
}

static __always_inline u32 tag_of(const struct block *block)
{
	return (u32)(unsigned long)block;
}

/*
 * What the tag of @block has besides its address: flags and half of an alignment;
 * anything else means that it is no header.
 */
static __always_inline u32 block_flags(const struct block *block)
{
	return head_of(block)->tag - tag_of(block);
}

/*
 * Is @tag, without flags, that of @block with an alignment to keep? Its lowest bit
 * is then half of that, and what is above the address.
 */
static __always_inline bool tag_aligned(const struct block *block, u32 tag)
{
	return (tag & (tag - 1)) == tag_of(block) && !(tag & BLOCK_FLAGS);
}

/* Can this be the header of a block, as far as its tag goes? */
static inline bool block_has_tag(const struct block *block)
{
	return block_flags(block) <= BLOCK_FLAGS ||
	       tag_aligned(block, head_of(block)->tag & ~BLOCK_PREV_FREE);
}

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

	return min(class, tlsf->nr_classes - 1);
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

static __always_inline void class_push(struct tlsf *tlsf, struct block *block,
				       u32 class)
{
	struct block **slot = &tlsf->list[class];
	struct block *head = *slot;

	block->next_free = head;
	block->slot = slot;
	head->slot = &block->next_free;
	*slot = block;
	__set_bit(class, tlsf->map);
	__set_bit(class / 64, &tlsf->top);
	tlsf->nr_free++;
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
	struct block *next = block->next_free;
	struct block **slot = &tlsf->list[class];

	*slot = next;
	next->slot = slot;
	tlsf->nr_free--;
	if (next == &tlsf->null)
		class_clear(tlsf, class);
}

static __always_inline void class_remove(struct tlsf *tlsf, struct block *block)
{
	struct block *next = block->next_free;
	struct block **slot = block->slot;
	size_t class;

	*slot = next;
	next->slot = slot;
	tlsf->nr_free--;
	if (next != &tlsf->null)
		return;
	/* The last one of a list; was it the first, too? */
	class = slot - tlsf->list;
	if (class < tlsf->nr_classes)
		class_clear(tlsf, class);
}

/* @block takes the place of @old. In an order that needs few registers. */
static __always_inline void class_replace(struct block *old,
					  struct block *block)
{
	struct block *next = old->next_free;
	struct block **slot;

	block->next_free = next;
	next->slot = &block->next_free;
	slot = old->slot;
	block->slot = slot;
	*slot = block;
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
