/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf.h - how a TLSF heap looks in memory, and the steps on blocks and lists
 * that its files share: tlsf.c (blocks), tlsf_pool.c (the memory they lie in)
 * and tlsf_inspect.c, which only reads. The picture is in tlsf.c.
 */
#ifndef _RTALLOC_TLSF_H
#define _RTALLOC_TLSF_H

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <asm/byteorder.h>

#include "backend/backend.h"
#include "backend/usage.h"

#define TLSF_UNIT_SHIFT	3		/* sizes are counted in 8 bytes */
#define TLSF_SL_SHIFT	5		/* log2 of classes in a power of two */
#define TLSF_SL		32u		/* 1 << TLSF_SL_SHIFT */
/* Below so many units each size has a class, and its bit is in the first word. */
#define TLSF_SMALL	(BITS_PER_LONG < 2 * TLSF_SL ? BITS_PER_LONG : 2 * TLSF_SL)
#define TLSF_CLASSES	896u		/* at most: 28 powers of two */
#define TLSF_WORDS	(TLSF_CLASSES / BITS_PER_LONG)
#define TLSF_POOLS_MAX	8
#define TLSF_POOL_MAX	(8ull << 32)	/* bytes; units are 32 bits */
#define TLSF_SIZE_MIN	1024u		/* below, the table takes it all */
#define TLSF_HEADER	8u		/* bytes a used block costs */
#define TLSF_UNITS_MIN	4u		/* header, two links, back link */

/*
 * What a tag has besides its address: flags in its low bits, and in its five
 * highest the order of the alignment that a used block keeps, less one; nearly
 * always 0.
 */
#define BLOCK_FREE	1u		/* this block is free */
#define BLOCK_PREV_FREE	2u		/* the one before it is */
#define BLOCK_FLAGS	3u
#define BLOCK_ALIGN_SHIFT 27
#define BLOCK_ALIGN	(~0u << BLOCK_ALIGN_SHIFT)
#define TAG_NONE	(~0u)		/* of a header that is gone */
#define TLSF_ALIGN_MAX	BIT_ULL(32)	/* above, tags cannot hold it */

/**
 * struct head - what lies in front of a block; the block costs half of it
 * @back: if the block before is free: its place, less one, as a link; else its
 *	user's memory
 * @tag: the low half of the block's own address, the heap's tag code, flags, and
 *	which alignment it keeps. It lies below @units, and its low byte first on
 *	machines of either byte order, so that a write past the end of the block
 *	before meets what says most: see tag_get()
 * @units: distance to the next block, 0 in the last one
 */
struct head {
	u64 back;
	u32 tag;
	u32 units;
};

/**
 * struct block - a block is what its user gets; while it is free it holds links
 * @next: the one behind it in the list of its class, or none
 * @slot: what leads to it in that list: the one before it, or the list's head
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
	u64 link_code;			/* a place and this make a link */
	u64 reach;			/* places below it are near, see link_place() */
	u32 tag_code;
	u32 nr_pools;			/* places used in pool */
	size_t nr_classes;
	struct block *first;		/* of the first pool */
	struct block *last;
	u64 link_first;			/* a link to the first */
	size_t span;			/* units between the two */
	size_t align_mask;
	size_t size_max;		/* of a request */
	size_t small_from;		/* requests that need_is_small() */
	size_t small_span;
	size_t size_span;		/* from small_from on: all but the smallest */
	struct usage in_use;		/* units */
	size_t nr_free;			/* free blocks */
	unsigned long top;		/* a bit for each word of map */
	unsigned long map[TLSF_WORDS];	/* a bit for each class with blocks */
	struct pool pool[TLSF_POOLS_MAX];
	bool has_table_only;		/* no pool lies behind the table */
	size_t total;
};

/* ---- blocks ---------------------------------------------------------- */

static __always_inline struct head *head_of(const struct block *block)
{
	return (struct head *)block - 1;
}

/* A tag as a number, and as it lies in memory. */
static __always_inline u32 tag_order(u32 tag)
{
	return (__force u32)cpu_to_le32(tag);
}

static __always_inline u32 tag_get(const struct block *block)
{
	return tag_order(head_of(block)->tag);
}

static __always_inline void tag_set(struct block *block, u32 tag)
{
	head_of(block)->tag = tag_order(tag);
}

/* For one that has a tag already. */
static __always_inline void tag_add(struct block *block, u32 more)
{
	tag_set(block, tag_get(block) + more);
}

/* The tag of a used block, with the one before used. */
static __always_inline u32 tag_of(const struct tlsf *tlsf,
				  const struct block *block)
{
	return (u32)(unsigned long)block + tlsf->tag_code;
}

/*
 * What the tag of @block has besides what it must have: flags and the order of an
 * alignment; anything else means that it is no header.
 */
static __always_inline u32 block_flags(const struct tlsf *tlsf,
				       const struct block *block)
{
	return tag_get(block) - (u32)(unsigned long)block - tlsf->tag_code;
}

/* Are these the flags of a used block that sees a used one before it? */
static __always_inline bool flags_used(u32 flags)
{
	return !(flags & ~BLOCK_ALIGN);
}

/* The alignment that these @flags are to keep, 0 when none. */
static inline size_t flags_align(u32 flags)
{
	u32 order = flags >> BLOCK_ALIGN_SHIFT;

	return order ? 2ul << order : 0;
}

/* Can this be the header of a block, as far as its tag goes? */
static inline bool block_has_tag(const struct tlsf *tlsf,
				 const struct block *block)
{
	u32 flags = block_flags(tlsf, block);
	size_t align = flags_align(flags);

	if (!align)
		return flags <= BLOCK_FLAGS;
	return flags_used(flags & ~BLOCK_PREV_FREE) &&
	       !((unsigned long)block & (align - 1)) &&
	       align > tlsf->align_mask + 1;
}

/* Of a block that has a tag. */
static __always_inline bool block_is_free(const struct block *block)
{
	return tag_get(block) & BLOCK_FREE;
}

static __always_inline struct block *block_at(const struct block *block,
					      size_t units)
{
	return (struct block *)((u64 *)block + units);
}

static __always_inline struct block *block_next(const struct block *block)
{
	size_t units = head_of(block)->units;

	/* A length that would wrap leads behind every pool, as others do. */
	if (BITS_PER_LONG < 64 &&
	    unlikely(units > ~(unsigned long)block >> TLSF_UNIT_SHIFT))
		return (struct block *)~(unsigned long)(TLSF_HEADER - 1);
	return block_at(block, units);
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

/* The same for what is no small request's. */
static __always_inline u32 large_order(size_t units)
{
	return TLSF_SMALL >= 2 * TLSF_SL ? __fls(units) - TLSF_SL_SHIFT :
	       units_order(units);
}

static __always_inline size_t order_class(u32 order, size_t units)
{
	return (order << TLSF_SL_SHIFT) + (units >> order);
}

/* The class that a free block of @units belongs to. */
static __always_inline size_t units_class(const struct tlsf *tlsf, size_t units)
{
	size_t class = order_class(units_order(units), units);

	if (unlikely(class >= tlsf->nr_classes)) {
		/* A jump that is never taken costs less than a choice. */
		barrier();
		class = tlsf->nr_classes - 1;
	}
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
 * A place is where links can lead: a distance from the table, in units. The place
 * of a class is its number, where its list's head is; place 0, of a class that is
 * always empty, is the end of every list. A place is coded as a link, which lies
 * in memory that anyone may have written to; it cannot lead between two units.
 * Near places are those of the table and of the first pool.
 *
 * Before a block leaves its list, all that will be written to is known to lie in
 * the heap and to lead back to it. No word but those two does, as long as links
 * are wiped where a block ceases to be free. Whoever has bent a link of a block
 * to itself leaves his list with a way to a block that is gone, so the first one
 * is tested, too, before another is put in front of it or it is taken.
 */
static __always_inline u64 *place_at(const struct tlsf *tlsf, u64 place)
{
	return tlsf->list + (size_t)place;
}

static __always_inline u64 link_place(const struct tlsf *tlsf, u64 link)
{
	return link - tlsf->link_code;
}

/* The link to the head of @class. */
static __always_inline u64 link_head(const struct tlsf *tlsf, size_t class)
{
	return tlsf->link_code + class;
}

/* The same to a block, if the link to another, or to the table, is not known. */
static inline u64 link_to(const struct tlsf *tlsf, const void *at)
{
	return tlsf->link_code +
	       (((unsigned long)at - (unsigned long)tlsf->list) >>
		TLSF_UNIT_SHIFT);
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

/* Does what follows @block in its list, which @own leads to, lead back to it? */
static __always_inline bool next_leads_back(const struct tlsf *tlsf,
					    const struct block *block, u64 own,
					    const bool near)
{
	u64 next = link_place(tlsf, block->next);

	return !next || (likely(place_exists(tlsf, next, near)) &&
			 likely(place_at(tlsf, next)[1] == own));
}

/*
 * Can @block, which @own leads to, leave its list? With @near not if one of that
 * list's is far away.
 */
static __always_inline bool block_can_leave(const struct tlsf *tlsf,
					    const struct block *block, u64 own,
					    const bool near)
{
	u64 slot = link_place(tlsf, block->slot);

	if (unlikely(!place_exists(tlsf, slot, near)) ||
	    unlikely(*place_at(tlsf, slot) != own))
		return false;
	/* What both need is cheaper to read again than to keep. */
	barrier();
	return next_leads_back(tlsf, block, own, near);
}

/* Can a block come to @class? The first one there leads back to its head. */
static __always_inline bool class_can_take(const struct tlsf *tlsf, size_t class)
{
	u64 first = link_place(tlsf, tlsf->list[class]);

	return !first ||
	       likely(place_at(tlsf, first)[1] == link_head(tlsf, class));
}

/* The table is known to those that need it more than once. */
static __always_inline void list_push(struct tlsf *tlsf, u64 *list,
				      struct block *block, u64 own,
				      size_t class)
{
	u64 first = list[class];

	block->next = first;
	block->slot = link_head(tlsf, class);
	list[class] = own;
	first = link_place(tlsf, first);
	if (first) {
		list[first + 1] = own;
		return;
	}
	__set_bit(class, tlsf->map);
	__set_bit(class / BITS_PER_LONG, &tlsf->top);
}

static __always_inline void class_push(struct tlsf *tlsf, struct block *block,
				       u64 own, size_t class)
{
	list_push(tlsf, tlsf->list, block, own, class);
}

static __always_inline void class_clear(struct tlsf *tlsf, size_t class)
{
	__clear_bit(class, tlsf->map);
	if (!tlsf->map[class / BITS_PER_LONG])
		__clear_bit(class / BITS_PER_LONG, &tlsf->top);
}

/* @block, the first of @class's list, leaves. */
static __always_inline void class_pop(struct tlsf *tlsf, struct block *block,
				      size_t class)
{
	u64 next = block->next, *list = tlsf->list;

	list[class] = next;
	next = link_place(tlsf, next);
	if (next)
		list[next + 1] = link_head(tlsf, class);
	else
		class_clear(tlsf, class);
}

static __always_inline void list_remove(struct tlsf *tlsf, u64 *list,
					struct block *block)
{
	u64 next = block->next, slot = block->slot;
	u64 place = link_place(tlsf, slot);

	list[place] = next;
	next = link_place(tlsf, next);
	if (next)
		list[next + 1] = slot;
	else if (place < tlsf->nr_classes)
		class_clear(tlsf, place);
}

static __always_inline void class_remove(struct tlsf *tlsf, struct block *block)
{
	list_remove(tlsf, tlsf->list, block);
}

/* @block, which @own leads to, takes the place of @old. */
static __always_inline void class_replace(struct tlsf *tlsf, struct block *old,
					  struct block *block, u64 own)
{
	u64 next = old->next, slot = old->slot, *list = tlsf->list;

	block->next = next;
	block->slot = slot;
	list[link_place(tlsf, slot)] = own;
	next = link_place(tlsf, next);
	if (next)
		list[next + 1] = own;
}

/* Nothing that was a link stays in memory that is not a free block's. */
static __always_inline void links_wipe(struct block *block)
{
	block->next = 0;
	block->slot = 0;
}

/* ---- pools ----------------------------------------------------------- */

static inline struct pool *pool_of(struct tlsf *tlsf, const void *p)
{
	struct pool *pool = tlsf->pool, *end = pool + tlsf->nr_pools;

	/* There is one, at least, that may be gone. */
	do {
		if ((const u8 *)p >= pool->start && (const u8 *)p < pool->end)
			return pool;
	} while (++pool < end);
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

/* In tlsf_inspect.c. */
void tlsf_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset);
void tlsf_stats(void *ctrl, struct rtalloc_snapshot *snap);
int tlsf_walk(void *ctrl, struct rtalloc_cursor *cursor,
	      struct rtalloc_block *batch, int max);
int tlsf_check(void *ctrl, struct rtalloc_sweep *sweep,
	       struct rtalloc_fault *fault);

#endif /* _RTALLOC_TLSF_H */
