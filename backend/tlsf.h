/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf.h - how a TLSF heap lies in memory, and the steps on blocks, classes and
 * lists that its files share: tlsf.c works on blocks, tlsf_pool.c on the memory
 * that they lie in, tlsf_inspect.c only reads. The picture is in tlsf.c.
 *
 * Everything here is called under the heap's lock and takes constant time. The
 * control block, struct tlsf, is trusted. The table of list heads lies in front
 * of the first block. Headers and links lie between and in the blocks of users
 * and may have been overwritten: each function's comment says what must be
 * tested before the call.
 *
 * Sizes are counted in units of 8 bytes. "near" means in the table or in the
 * first pool, where nearly all blocks are; steps with a constant argument @near
 * give up where a list leads to another pool. "@own" is the link that leads to
 * the block in question.
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
#include "backend/parts.h"
#include "backend/usage.h"

/* log2 of the bytes in a unit, in which sizes are counted. */
#define TLSF_UNIT_SHIFT	3

/* Each power of two is divided into TLSF_SL classes. */
#define TLSF_SL_SHIFT	5
#define TLSF_SL		32u

/*
 * Each size below this number of units has a class of its own, and the class's
 * bit is in the first word of the map.
 */
#define TLSF_SMALL	(BITS_PER_LONG < 2 * TLSF_SL ? BITS_PER_LONG : 2 * TLSF_SL)

/* The most classes that a heap has: those of 28 powers of two. */
#define TLSF_CLASSES	896u
#define TLSF_WORDS	(TLSF_CLASSES / BITS_PER_LONG)

/* The most pools of one heap. Regions that touch become one pool. */
#define TLSF_POOLS_MAX	8

/* The largest pool in bytes, since a header counts units with 32 bits. */
#define TLSF_POOL_MAX	(8ull << 32)

/*
 * The smallest heap in bytes. In a smaller one the table would take everything.
 */
#define TLSF_SIZE_MIN	1024u

/* The cost of a used block in bytes, besides rounding. */
#define TLSF_HEADER	8u

/*
 * Units of the smallest block: header, two links, and the word at the end of a
 * free block that leads back.
 */
#define TLSF_UNITS_MIN	4u

/*
 * A tag holds the block's address mixed with the heap's code. Added to that are
 * these flags in the low bits, and in the five highest bits the order, less
 * one, of the alignment that a used block keeps when it moves; nearly always 0.
 *
 * BLOCK_FREE says that this block is free, BLOCK_PREV_FREE that the block
 * before it is. TAG_NONE stands where a header has ceased to exist.
 */
#define BLOCK_FREE	1u
#define BLOCK_PREV_FREE	2u
#define BLOCK_FLAGS	3u
#define BLOCK_ALIGN_SHIFT 27
#define BLOCK_ALIGN	(~0u << BLOCK_ALIGN_SHIFT)
#define TAG_NONE	(~0u)

/* The largest alignment that a tag can hold, in bytes. */
#define TLSF_ALIGN_MAX	BIT_ULL(32)

/**
 * struct head - the header in front of a block
 * @back: if the block before is free, the link to that block, less one (see
 *	back_code()). Otherwise this word is memory of the user of that block.
 * @tag: the low half of the block's own address, the heap's tag code, flags and
 *	the alignment that it keeps. Use tag_get() and tag_set().
 * @units: distance to the next block in units; 0 in the last block of a pool
 *
 * A used block costs only the second half of its header, because @back belongs
 * to the block before. The tag lies below @units, with its low byte first on
 * machines of either byte order: a write past the end of the block before meets
 * the bits that say most. Every field may be damaged.
 */
struct head {
	u64 back;
	u32 tag;
	u32 units;
};

/**
 * struct block - the memory that a user gets; while it is free it holds links
 * @next: link to the next block in the list of its class; the link to place 0
 *	in the last one
 * @slot: link to the predecessor in the list: the block before this one, or the
 *	list's head in the table
 *
 * Meaningful only while the block is free. Both may be damaged.
 */
struct block {
	u64 next;
	u64 slot;
};

static_assert(TLSF_CLASSES * sizeof(u64) == RTALLOC_TLSF_TABLE);
static_assert(sizeof(struct head) + sizeof(struct block) ==
	      TLSF_UNITS_MIN << TLSF_UNIT_SHIFT);

/**
 * struct pool - a contiguous run of blocks
 * @part: the memory
 * @first: the first block
 * @last: the block at the end: used, without size, never handed out
 *
 * Part of the control block, so it is trusted. A pool that was removed leaves
 * its entry all zero.
 */
struct pool {
	struct part part;
	struct block *first;
	struct block *last;
};

/**
 * struct tlsf - the control block
 * @cookie: the heap's random number, see backend.h. It must be the first
 *	member.
 * @list: the table: for each class the link to its first free block. It lies in
 *	the heap's memory.
 * @link_code: what is added to a place to make a link; made from the cookie
 * @reach: places below this are near
 * @tag_code: what is added to an address to make a tag; made from the cookie
 * @nr_pools: used entries of @pool, among which may be removed pools
 * @nr_classes: classes of this heap, at most TLSF_CLASSES
 * @first: first block of the first pool
 * @last: last block of the first pool
 * @link_first: link to @first
 * @span: units from @first to @last
 * @align_mask: alignment of blocks in bytes, less one
 * @size_max: bytes of the largest request
 * @small_from: bytes of the smallest request that need_is_small() accepts
 * @small_span: number of sizes of request that need_is_small() accepts
 * @size_span: number of sizes of request from @small_from on that can be served
 * @in_use: counts units in use
 * @nr_free: free blocks
 * @top: a bit for each word of @map that is not zero
 * @map: a bit for each class whose list is not empty
 * @pool: the pools
 * @has_table_only: no pool lies behind the table (RTALLOC_HEAP_TABLE_ONLY)
 * @total: bytes that the heap manages
 *
 * @in_use, @nr_free, @top and @map change with alloc and free; everything else
 * is written when the heap is made or when memory is added or removed. The
 * order of the members puts what the fast path reads into few cache lines.
 */
struct tlsf {
	unsigned long cookie;
	u64 *list;
	u64 link_code;
	u64 reach;
	u32 tag_code;
	u32 nr_pools;
	size_t nr_classes;
	struct block *first;
	struct block *last;
	u64 link_first;
	size_t span;
	size_t align_mask;
	size_t size_max;
	size_t small_from;
	size_t small_span;
	size_t size_span;
	struct usage in_use;
	size_t nr_free;
	unsigned long top;
	unsigned long map[TLSF_WORDS];
	struct pool pool[TLSF_POOLS_MAX];
	bool has_table_only;
	size_t total;
};

static_assert(!offsetof(struct tlsf, cookie));

/* ---- blocks ---------------------------------------------------------- */

/* Return the header of @block. Reads no memory of the heap. */
static __always_inline struct head *head_of(const struct block *block)
{
	return (struct head *)block - 1;
}

/*
 * Convert a tag between a number and its form in memory, which is little
 * endian. The function is its own inverse.
 */
static __always_inline u32 tag_order(u32 tag)
{
	return (__force u32)cpu_to_le32(tag);
}

/* Read the tag of @block as a number. It may be any number if the tag is damaged. */
static __always_inline u32 tag_get(const struct block *block)
{
	return tag_order(head_of(block)->tag);
}

/* Write the tag of @block. */
static __always_inline void tag_set(struct block *block, u32 tag)
{
	head_of(block)->tag = tag_order(tag);
}

/* Add flags (or minus flags, to clear them) to the tag of a tested block. */
static __always_inline void tag_add(struct block *block, u32 more)
{
	tag_set(block, tag_get(block) + more);
}

/*
 * Return the tag that @block must have when it is used, keeps no alignment, and
 * the block before it is used. Reads no memory of the heap.
 */
static __always_inline u32 tag_of(const struct tlsf *tlsf,
				  const struct block *block)
{
	return (u32)(unsigned long)block + tlsf->tag_code;
}

/*
 * Return the difference between the tag of @block and tag_of(): flags and the
 * order of an alignment. Any other value means that no header is there. Reads
 * the header, which must be inside a pool.
 */
static __always_inline u32 block_flags(const struct tlsf *tlsf,
				       const struct block *block)
{
	return tag_get(block) - (u32)(unsigned long)block - tlsf->tag_code;
}

/*
 * Do these @flags say that the block is used and the block before it is used?
 */
static __always_inline bool flags_used(u32 flags)
{
	return !(flags & ~BLOCK_ALIGN);
}

/* Return the alignment in bytes that @flags say, or 0 for none. */
static inline size_t flags_align(u32 flags)
{
	u32 order = flags >> BLOCK_ALIGN_SHIFT;

	return order ? 2ul << order : 0;
}

/*
 * Can a header be at @block, as far as its tag tells? Reads the header, which
 * must be inside a pool.
 */
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

/* Is @block free? Its tag has been tested. */
static __always_inline bool block_is_free(const struct block *block)
{
	return tag_get(block) & BLOCK_FREE;
}

/* Return the block that begins @units behind @block. Reads no memory of the heap. */
static __always_inline struct block *block_at(const struct block *block,
					      size_t units)
{
	return (struct block *)((u64 *)block + units);
}

/*
 * Return the block behind @block. Reads the header's length: if that is damaged
 * the result may be any address, so compare it with the pool's end.
 */
static __always_inline struct block *block_next(const struct block *block)
{
	size_t units = head_of(block)->units;

	/*
	 * A length that would wrap leads behind every pool, as other bad
	 * lengths do.
	 */
	if (BITS_PER_LONG < 64 &&
	    unlikely(units > ~(unsigned long)block >> TLSF_UNIT_SHIFT))
		return (struct block *)~(unsigned long)(TLSF_HEADER - 1);
	return block_at(block, units);
}

/* Return the bytes from @block to the next block. Reads the header. */
static inline size_t block_bytes(const struct block *block)
{
	return (size_t)head_of(block)->units << TLSF_UNIT_SHIFT;
}

/*
 * Return the bytes from @from to @to. That is a huge number if @to is below
 * @from, so one comparison with a limit tests both ends.
 */
static __always_inline size_t distance(const void *from, const void *to)
{
	return (const u8 *)to - (const u8 *)from;
}

/* ---- classes --------------------------------------------------------- */

/*
 * Return the order of the step between classes for a block of @units. Below 64
 * units each size has a class of its own; above that there are 32 classes for
 * each power of two. All are numbered in one sequence.
 */
static __always_inline u32 units_order(size_t units)
{
	return __fls(units | TLSF_SL) - TLSF_SL_SHIFT;
}

/* As units_order(), for sizes that are not small, which need no special case. */
static __always_inline u32 large_order(size_t units)
{
	return TLSF_SMALL >= 2 * TLSF_SL ? __fls(units) - TLSF_SL_SHIFT :
	       units_order(units);
}

/* Return the class of @units, whose order is @order. */
static __always_inline size_t order_class(u32 order, size_t units)
{
	return (order << TLSF_SL_SHIFT) + (units >> order);
}

/*
 * Return the class that a free block of @units belongs to. The last class also
 * takes all larger blocks.
 */
static __always_inline size_t units_class(const struct tlsf *tlsf, size_t units)
{
	size_t class = order_class(units_order(units), units);

	if (unlikely(class >= tlsf->nr_classes)) {
		/*
		 * A jump that is never taken costs less than a conditional
		 * move.
		 */
		barrier();
		class = tlsf->nr_classes - 1;
	}
	return class;
}

/*
 * Are free blocks of @units and of @units2 certainly in one class? They are
 * when the sizes differ only in bits below the six highest bits of @units2.
 * False does not mean that the classes differ: some equal ones are not
 * recognised, in return for fewer instructions.
 */
static __always_inline bool same_class(size_t units, size_t units2)
{
	return (units ^ units2) < units2 >> (TLSF_SL_SHIFT + 1);
}

/* Return the smallest number of units in @class. */
static inline size_t class_units(u32 class)
{
	u32 order = class < TLSF_SL ? 0 : (class >> TLSF_SL_SHIFT) - 1;

	return (size_t)(class - (order << TLSF_SL_SHIFT)) << order;
}

/* ---- lists ----------------------------------------------------------- */

/*
 * About places and links, and how the lists stay sound.
 *
 * A place is a distance from the table in units. The place of a class is its
 * number, because the head of its list lies there. Place 0, which would be the
 * head of a class that is always empty, ends every list. A place is stored as a
 * link: mixed with the heap's code, so that a number that somebody wrote into
 * freed memory is not a link by chance. A place is counted in units, so a link
 * cannot lead to a misaligned address.
 *
 * Before a block leaves its list, both words that will be written to (the link
 * that leads to the block, and the next block's link back) are tested: they lie
 * in the heap and they lead to this block. As long as links are wiped whenever
 * a block ceases to be free, no other word in the heap does. One case remains:
 * a user who overwrites a link of a freed block with a valid link to the block
 * itself leaves its list with a way to a block that is gone. So the first block
 * of a list is tested too, before another one is put in front of it or it is
 * taken.
 *
 * place_at() gives the address of @place. It reads nothing; the caller tests
 * @place before the address is used.
 */
static __always_inline u64 *place_at(const struct tlsf *tlsf, u64 place)
{
	return tlsf->list + (size_t)place;
}

/* Return the place that @link leads to; any number if @link is damaged. */
static __always_inline u64 link_place(const struct tlsf *tlsf, u64 link)
{
	return link - tlsf->link_code;
}

/* Return the link to the head of the list of @class. */
static __always_inline u64 link_head(const struct tlsf *tlsf, size_t class)
{
	return tlsf->link_code + class;
}

/* Return the link to the block or head at @at. Arithmetic on links is cheaper. */
static inline u64 link_to(const struct tlsf *tlsf, const void *at)
{
	return tlsf->link_code +
	       (((unsigned long)at - (unsigned long)tlsf->list) >>
		TLSF_UNIT_SHIFT);
}

/*
 * Return the block that @link leads to. The caller tests the place before
 * reading there.
 */
static __always_inline struct block *link_block(const struct tlsf *tlsf,
						u64 link)
{
	return (struct block *)place_at(tlsf, link_place(tlsf, link));
}

/*
 * In tlsf_pool.c: can a block be at @place, in any pool? @place may be any
 * number. Linear in pools, of which there are at most TLSF_POOLS_MAX.
 */
bool place_in_pools(const struct tlsf *tlsf, u64 place);

/*
 * May the heap's memory at @place be read? @place may be any number. With @near
 * only near places are accepted.
 */
static __always_inline bool place_exists(const struct tlsf *tlsf, u64 place,
					 const bool near)
{
	return likely(place < tlsf->reach) ||
	       (!near && place_in_pools(tlsf, place));
}

/*
 * Does the block behind @block in its list lead back to it? Also true if there
 * is none. @block is inside the heap; its links may be damaged. @own leads to
 * @block.
 */
static __always_inline bool next_leads_back(const struct tlsf *tlsf,
					    const struct block *block, u64 own,
					    const bool near)
{
	u64 next = link_place(tlsf, block->next);

	return !next || (likely(place_exists(tlsf, next, near)) &&
			 likely(place_at(tlsf, next)[1] == own));
}

/*
 * Can @block, which @own leads to, leave its list? Tests everything that
 * class_remove() writes to. @block is inside the heap; its links may be
 * damaged. With @near, false if a neighbour in the list is not near.
 */
static __always_inline bool block_can_leave(const struct tlsf *tlsf,
					    const struct block *block, u64 own,
					    const bool near)
{
	u64 slot = link_place(tlsf, block->slot);

	if (unlikely(!place_exists(tlsf, slot, near)) ||
	    unlikely(*place_at(tlsf, slot) != own))
		return false;
	/*
	 * Reading again what both tests need is cheaper than a saved register.
	 */
	barrier();
	return next_leads_back(tlsf, block, own, near);
}

/*
 * Can a block be put at the front of the list of @class? True if the list is
 * empty or if its first block leads back to the head.
 */
static __always_inline bool class_can_take(const struct tlsf *tlsf, size_t class)
{
	u64 first = link_place(tlsf, tlsf->list[class]);

	return !first ||
	       likely(place_at(tlsf, first)[1] == link_head(tlsf, class));
}

/*
 * Put @block, which @own leads to, at the front of the list of @class, and set
 * the bits of both maps. class_can_take() has returned true. @list is
 * tlsf->list.
 */
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

/* list_push() for callers that push once. */
static __always_inline void class_push(struct tlsf *tlsf, struct block *block,
				       u64 own, size_t class)
{
	list_push(tlsf, tlsf->list, block, own, class);
}

/* The list of @class has become empty: clear its bits in @map and @top. */
static __always_inline void class_clear(struct tlsf *tlsf, size_t class)
{
	__clear_bit(class, tlsf->map);
	if (!tlsf->map[class / BITS_PER_LONG])
		__clear_bit(class / BITS_PER_LONG, &tlsf->top);
}

/*
 * Take @block, the first of the list of @class, off the list. The caller has
 * tested its links.
 */
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

/*
 * Take @block off its list, wherever it is there. block_can_leave() has
 * returned true. @list is tlsf->list.
 */
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

/* list_remove() for callers that remove once. */
static __always_inline void class_remove(struct tlsf *tlsf, struct block *block)
{
	list_remove(tlsf, tlsf->list, block);
}

/*
 * Put @block, which @own leads to, where @old is in its list. block_can_leave()
 * has returned true for @old.
 */
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

/*
 * Remove the links from a block that ceases to be free. No other memory may
 * hold a link.
 */
static __always_inline void links_wipe(struct block *block)
{
	block->next = 0;
	block->slot = 0;
}

/* ---- pools ----------------------------------------------------------- */

/*
 * Return the pool that @p lies in, or NULL. @p may be any value. Linear in
 * pools, of which there are at most TLSF_POOLS_MAX.
 */
static inline struct pool *pool_of(struct tlsf *tlsf, const void *p)
{
	return part_of(tlsf->pool, tlsf->nr_pools, p);
}

/* Return where the first block begins in memory from @at on. */
static inline struct block *block_first(const struct tlsf *tlsf, u8 *at)
{
	return (struct block *)(((size_t)at + TLSF_HEADER + tlsf->align_mask) &
				~tlsf->align_mask);
}

/*
 * Return the last block of a pool whose first block is @first and whose memory
 * ends at @end: only its header lies below @end.
 */
static inline struct block *block_last(const struct tlsf *tlsf,
				       struct block *first, u8 *end)
{
	return (struct block *)((u8 *)first + (distance(first, end) &
					       ~tlsf->align_mask));
}

/*
 * Hooks of struct rtalloc_ops in tlsf_pool.c. They take constant time, except
 * that tlsf_init() writes the table.
 */
int tlsf_init(void *ctrl, void *base, size_t size, size_t align,
	      unsigned int flags);
int tlsf_add_region(void *ctrl, void *base, size_t size);
int tlsf_remove_region(void *ctrl, void *base, size_t size);
u64 tlsf_offset(void *ctrl, const void *p);

/*
 * Hooks of struct rtalloc_ops in tlsf_inspect.c, none of which changes the
 * heap's structure. tlsf_usage() and tlsf_stats() take constant time;
 * tlsf_walk() and tlsf_check() work in bounded steps.
 */
void tlsf_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset);
void tlsf_stats(void *ctrl, struct rtalloc_snapshot *snap);
int tlsf_walk(void *ctrl, struct rtalloc_cursor *cursor,
	      struct rtalloc_block *batch, int max);
int tlsf_check(void *ctrl, struct rtalloc_sweep *sweep,
	       struct rtalloc_fault *fault);

#endif /* _RTALLOC_TLSF_H */
