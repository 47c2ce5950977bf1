// SPDX-License-Identifier: GPL-2.0-only
/*
 * tlsf.c - backend "tlsf": two-level segregated fit, constant time.
 *
 * Free blocks are kept in lists by size class; two levels of bitmaps find the
 * first list that surely fits in a few instructions. A request is rounded up to
 * its class and keeps that size, so whatever was freed can always be had again
 * (the exact cut would save at most 1/64 and lose that). A block costs 8 bytes.
 *
 *   pool start                                              pool end
 *   +--------+-----------------+--------+------------+------+--------+
 *   | header | user's memory   | header | links ...  | back | header |
 *   +--------+-----------------+--------+------------+------+--------+
 *              used              free: the last word of a      end: used,
 *                                free block points back        of no size
 *
 * Cost: alloc, aligned alloc, free and resize take constant time, whatever the
 * region and the blocks (a resize that moves copies outside, in the core).
 *
 * Checked in constant time: the pool, the alignment, a tag of its own address
 * in the header, the tag of the next header and its view of this block. The
 * header of a block that ceases to exist is wiped. A stray pointer passes by
 * chance once in 2^32.
 *
 * Table of list heads: at the start of the first region, sized to it. Memory
 * that lies behind a pool is appended to it in constant time.
 *
 * After M. Masmano, I. Ripoll, A. Crespo, J. Real, "TLSF: a new dynamic memory
 * allocator for real-time systems", ECRTS 2004; written from the paper and from
 * a list of the defects of other implementations. No code taken.
 */
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/string.h>

#include "backend/tlsf.h"

/* ---- lists ----------------------------------------------------------- */

static __always_inline void class_push(struct tlsf *tlsf, struct block *block,
				       u32 class)
{
	struct block *head = tlsf->list[class];

	block->next_free = head;
	block->prev_free = &tlsf->null;
	head->prev_free = block;
	tlsf->list[class] = block;
	__set_bit(class, tlsf->map);
	__set_bit(class / 64, &tlsf->top);
	tlsf->nr_free++;
}

/* The first of @class's list leaves. */
static __always_inline void class_pop(struct tlsf *tlsf, struct block *block,
				      u32 class)
{
	struct block *next = block->next_free;

	tlsf->nr_free--;
	tlsf->list[class] = next;
	next->prev_free = &tlsf->null;
	if (next != &tlsf->null)
		return;
	__clear_bit(class, tlsf->map);
	if (!tlsf->map[class / 64])
		__clear_bit(class / 64, &tlsf->top);
}

/* @block takes the place of @old at the head of @class's list. */
static __always_inline void class_replace(struct tlsf *tlsf, struct block *old,
					  struct block *block, u32 class)
{
	block->next_free = old->next_free;
	block->prev_free = &tlsf->null;
	old->next_free->prev_free = block;
	tlsf->list[class] = block;
}

static __always_inline void class_remove(struct tlsf *tlsf,
					 struct block *block)
{
	struct block *prev = block->prev_free;

	if (prev == &tlsf->null) {
		class_pop(tlsf, block, stride_class(tlsf, block_stride(block)));
		return;
	}
	tlsf->nr_free--;
	block->next_free->prev_free = prev;
	prev->next_free = block->next_free;
}

/* The first list from @class on that is not empty; nr_classes: none. */
static __always_inline u32 class_find(const struct tlsf *tlsf, u32 class)
{
	unsigned long word = class / 64;
	unsigned long map = tlsf->map[word] & (~0ul << (class % 64));

	if (!map) {
		/* word + 1 is below 64, since TLSF_WORDS is. */
		map = tlsf->top & (~0ul << (word + 1));
		if (!map)
			return tlsf->nr_classes;
		word = __ffs(map);
		map = tlsf->map[word];
	}
	return word * 64 + __ffs(map);
}

/* ---- sizes ----------------------------------------------------------- */

/* The stride of a block for @size bytes, or 0 when none is large enough. */
static __always_inline size_t stride_for(const struct tlsf *tlsf, size_t size,
					 u32 *class)
{
	size_t units, step;
	u32 order;

	if (unlikely(size > tlsf->stride_max))
		return 0;
	units = (size + TLSF_HEADER + (1ul << tlsf->unit_shift) - 1) >>
		tlsf->unit_shift;
	units = max_t(size_t, units, TLSF_STRIDE_MIN >> tlsf->unit_shift);
	order = units_order(units);
	step = (1ul << order) - 1;
	units = (units + step) & ~step;
	*class = order_class(order, units);
	return *class < tlsf->nr_classes ? units << tlsf->unit_shift : 0;
}

/* ---- accounting ------------------------------------------------------ */

/* The sign of below_max tells when the maximum of what is used has to move. */
static __always_inline void used_add(struct tlsf *tlsf, size_t bytes)
{
	tlsf->below_max -= bytes;
	if (unlikely(tlsf->below_max < 0)) {
		tlsf->max_used -= tlsf->below_max;
		tlsf->below_max = 0;
	}
}

static __always_inline void used_sub(struct tlsf *tlsf, size_t bytes)
{
	tlsf->below_max += bytes;
}

/* ---- blocks ---------------------------------------------------------- */

/* @block is free from now on, with @stride; the block before it is used. */
static __always_inline void block_mark_free(struct block *block, size_t stride)
{
	struct block *next = (struct block *)((u8 *)block + stride);

	block_set(block, stride | HEAD_FREE);
	next->prev_phys = block;
	next->head |= HEAD_PREV_FREE;
}

static __always_inline void block_set_free(struct tlsf *tlsf,
					   struct block *block, size_t stride)
{
	block_mark_free(block, stride);
	class_push(tlsf, block, stride_class(tlsf, stride));
}

/*
 * @block, the first in the list of @class, becomes used; what is above @stride
 * stays free, often in the same class.
 */
static __always_inline void *block_use(struct tlsf *tlsf, struct block *block,
				       u32 class, size_t stride)
{
	size_t rest = block_stride(block) - stride;
	struct block *next = (struct block *)((u8 *)block + stride);
	u32 rest_class;

	if (rest < TLSF_STRIDE_MIN) {
		class_pop(tlsf, block, class);
		stride += rest;
		next = (struct block *)((u8 *)block + stride);
		next->head &= ~HEAD_PREV_FREE;
	} else {
		rest_class = stride_class(tlsf, rest);
		if (rest_class == class) {
			class_replace(tlsf, block, next, class);
		} else {
			class_pop(tlsf, block, class);
			class_push(tlsf, next, rest_class);
		}
		block_mark_free(next, rest);
	}
	block_set(block, stride);
	used_add(tlsf, stride);
	return block_payload(block);
}

/* What of @block, used, lies above @stride is freed, with what follows. */
static void block_trim(struct tlsf *tlsf, struct block *block, size_t stride)
{
	size_t rest = block_stride(block) - stride;
	struct block *next = block_next(block);

	if (rest < TLSF_STRIDE_MIN)
		return;
	used_sub(tlsf, rest);
	if (block_is_free(next)) {
		class_remove(tlsf, next);
		rest += block_stride(next);
		next->head = 0;
	}
	block->head -= block_stride(block) - stride;
	block_set_free(tlsf, block_next(block), rest);
}

/* ---- which pointers are blocks --------------------------------------- */

static struct pool *pool_of(struct tlsf *tlsf, const void *p)
{
	struct pool *pool = tlsf->pool;

	for (; pool < tlsf->pool + tlsf->nr_pools; pool++)
		if ((const u8 *)p >= pool->start && (const u8 *)p < pool->end)
			return pool;
	return NULL;
}

/* May @block, aligned, be a live block between the ends of @pool? */
static __always_inline bool block_is_live(const struct pool *pool,
					  const struct block *block)
{
	u64 value = block_value(block);
	const struct block *next;

	/* Any header that does not decode is larger than the pool. */
	if (unlikely(value & HEAD_FREE) ||
	    unlikely(value > (u64)((u8 *)pool->last - (u8 *)block + 3)))
		return false;
	next = (const struct block *)((const u8 *)block + (value & ~HEAD_FLAGS));
	value = block_value(next);
	return likely(next != block) && likely(!(value & HEAD_PREV_FREE)) &&
	       likely(!(value >> HEAD_BITS));
}

static __always_inline bool block_in_pool(const struct tlsf *tlsf,
					  const struct pool *pool,
					  const struct block *block)
{
	size_t offset = (u8 *)block - (u8 *)pool->first;

	return offset < (size_t)((u8 *)pool->last - (u8 *)pool->first) &&
	       !(offset & ((1ul << tlsf->unit_shift) - 1));
}

/* Why @block, in @pool, is not a live block: its own header tells. */
static int block_fault(const struct pool *pool, const struct block *block)
{
	const struct block *next = block_next(block);

	if (!block_has_tag(block) || next <= block || next > pool->last)
		return -RTALLOC_NOT_A_BLOCK;
	if (block_is_free(block))
		return next->prev_phys == block ? -RTALLOC_DOUBLE_FREE :
						  -RTALLOC_NOT_A_BLOCK;
	return -RTALLOC_OVERRUN;
}

static int tlsf_fault(struct tlsf *tlsf, const void *p)
{
	struct block *block = (struct block *)((u8 *)p - BLOCK_PAYLOAD);
	struct pool *pool = pool_of(tlsf, p);

	if (!pool)
		return -RTALLOC_FOREIGN;
	if (!block_in_pool(tlsf, pool, block))
		return -RTALLOC_NOT_A_BLOCK;
	if (block_is_live(pool, block))
		return 0;
	return block_fault(pool, block);
}

/* The free block before @block, found by the word that its end holds. */
static __always_inline struct block *block_prev(const struct pool *pool,
						const struct block *block)
{
	struct block *prev = block->prev_phys;

	if (unlikely((u8 *)prev < (u8 *)pool->first) ||
	    unlikely(prev >= block) ||
	    unlikely((unsigned long)prev & (TLSF_HEADER - 1)) ||
	    unlikely(block_next(prev) != block) ||
	    unlikely(!block_is_free(prev)))
		return NULL;
	return prev;
}

/* ---- alloc and free -------------------------------------------------- */

static __always_inline bool tlsf_alloc_fast(void *ctrl, size_t size, void **p)
{
	struct tlsf *tlsf = ctrl;
	struct block *block;
	size_t stride;
	u32 class;

	if (unlikely(!size))
		return false;
	stride = stride_for(tlsf, size, &class);
	if (unlikely(!stride))
		return false;
	class = class_find(tlsf, class);
	if (unlikely(class == tlsf->nr_classes))
		return false;
	block = tlsf->list[class];
	if (unlikely(!block_has_tag(block)) || unlikely(!block_is_free(block)))
		return false;
	*p = block_use(tlsf, block, class, stride);
	return true;
}

/* After the fast hook has failed: no memory, or a header that is damaged? */
static void *alloc_error(const struct tlsf *tlsf, size_t size)
{
	u32 class;

	if (!size || !stride_for(tlsf, size, &class))
		return NULL;
	class = class_find(tlsf, class);
	return class == tlsf->nr_classes ? NULL : ERR_PTR(-RTALLOC_CORRUPT);
}

static void *tlsf_alloc(void *ctrl, size_t size)
{
	void *p;

	return tlsf_alloc_fast(ctrl, size, &p) ? p : alloc_error(ctrl, size);
}

/* @block joins the free ones; @prev is the block before it, if that is free. */
static __always_inline void block_coalesce(struct tlsf *tlsf,
					   struct block *block,
					   struct block *prev)
{
	struct block *next = block_next(block);
	size_t stride = block_stride(block);
	u32 class;

	if (prev) {
		class_remove(tlsf, prev);
		stride += block_stride(prev);
		block->head = 0;
		block = prev;
	}
	if (!block_is_free(next)) {
		block_set_free(tlsf, block, stride);
		return;
	}
	stride += block_stride(next);
	class = stride_class(tlsf, stride);
	if (tlsf->list[class] == next) {
		class_replace(tlsf, next, block, class);
	} else {
		class_remove(tlsf, next);
		class_push(tlsf, block, class);
	}
	next->head = 0;
	block_mark_free(block, stride);
}

static __always_inline bool block_free(struct tlsf *tlsf, struct pool *pool,
				       struct block *block)
{
	struct block *prev = NULL;

	if (unlikely(!block_is_live(pool, block)))
		return false;
	if (block->head & HEAD_PREV_FREE) {
		prev = block_prev(pool, block);
		if (unlikely(!prev))
			return false;
	}
	used_sub(tlsf, block_stride(block));
	block_coalesce(tlsf, block, prev);
	return true;
}

static __always_inline bool tlsf_free_fast(void *ctrl, void *p)
{
	struct tlsf *tlsf = ctrl;
	struct block *block = (struct block *)((u8 *)p - BLOCK_PAYLOAD);

	return likely(block_in_pool(tlsf, &tlsf->pool[0], block)) &&
	       block_free(tlsf, &tlsf->pool[0], block);
}

static int tlsf_free(void *ctrl, void *p)
{
	struct block *block = (struct block *)((u8 *)p - BLOCK_PAYLOAD);
	int err = tlsf_fault(ctrl, p);

	if (err)
		return err;
	return block_free(ctrl, pool_of(ctrl, p), block) ? 0 :
	       -RTALLOC_CORRUPT;
}

/* ---- aligned --------------------------------------------------------- */

/*
 * Bytes to leave in front of an aligned block cut from @block: none, or enough
 * for a free block.
 */
static size_t aligned_gap(const struct block *block, size_t align)
{
	size_t at = (size_t)block_payload(block);
	size_t gap = ALIGN(at, align) - at;

	if (gap && gap < TLSF_STRIDE_MIN)
		gap = ALIGN(at + TLSF_STRIDE_MIN, align) - at;
	return gap;
}

static bool block_fits(const struct block *block, size_t stride, size_t align)
{
	return block_is_free(block) && block_has_tag(block) &&
	       block_stride(block) >= stride + aligned_gap(block, align);
}

/*
 * A block in which an aligned one of @stride fits. Any block of the class of
 * stride + align + 32 does; where there is none, the first of each smaller
 * class may. Both are a bounded number of steps.
 */
static struct block *aligned_find(const struct tlsf *tlsf, size_t stride,
				  size_t align, u32 class)
{
	u32 sure;

	if (stride_for(tlsf, stride + align + TLSF_STRIDE_MIN, &sure)) {
		sure = class_find(tlsf, sure);
		if (sure < tlsf->nr_classes)
			return tlsf->list[sure];
	}
	for (class = class_find(tlsf, class); class < tlsf->nr_classes - 1;
	     class = class_find(tlsf, class + 1))
		if (block_fits(tlsf->list[class], stride, align))
			return tlsf->list[class];
	if (class < tlsf->nr_classes &&
	    block_fits(tlsf->list[class], stride, align))
		return tlsf->list[class];
	return NULL;
}

/*
 * The first @gap bytes of @block stay free on their own; returns the rest, free
 * and the first in its list, which is about to be used.
 */
static struct block *block_cut_front(struct tlsf *tlsf, struct block *block,
				     size_t gap)
{
	size_t rest = block_stride(block) - gap;
	struct block *next = (struct block *)((u8 *)block + gap);

	class_remove(tlsf, block);
	block_set_free(tlsf, next, rest);
	block_set_free(tlsf, block, gap);
	/* The front may have pushed itself before the rest. */
	class_remove(tlsf, next);
	class_push(tlsf, next, stride_class(tlsf, rest));
	return next;
}

static void *tlsf_alloc_aligned(void *ctrl, size_t size, size_t align)
{
	struct tlsf *tlsf = ctrl;
	struct block *block;
	size_t stride, gap;
	u32 class;
	void *p;

	if (align <= 1ul << tlsf->unit_shift)
		return tlsf_alloc(ctrl, size);
	stride = size ? stride_for(tlsf, size, &class) : 0;
	if (!stride || align > tlsf->stride_max)
		return NULL;
	block = aligned_find(tlsf, stride, align, class);
	if (!block)
		return NULL;
	if (!block_fits(block, stride, align))
		return ERR_PTR(-RTALLOC_CORRUPT);
	gap = aligned_gap(block, align);
	if (gap)
		block = block_cut_front(tlsf, block, gap);
	p = block_use(tlsf, block, stride_class(tlsf, block_stride(block)),
		      stride);
	if (gap)
		block->head |= HEAD_PREV_FREE;
	return p;
}

/* ---- resize ---------------------------------------------------------- */

/* Take @stride bytes from @block on; the block behind it is free. */
static int block_grow(struct tlsf *tlsf, struct block *block, size_t stride)
{
	struct block *next = block_next(block);
	size_t have = block_stride(block);
	size_t whole = have + block_stride(next);

	if (!block_is_free(next) || !block_has_tag(next) || whole < stride)
		return -ENOSPC;
	class_remove(tlsf, next);
	next->head = 0;
	if (whole - stride < TLSF_STRIDE_MIN)
		stride = whole;
	block->head += stride - have;
	next = block_next(block);
	if (stride < whole)
		block_set_free(tlsf, next, whole - stride);
	else
		next->head &= ~HEAD_PREV_FREE;
	used_add(tlsf, stride - have);
	return 0;
}

static int tlsf_resize(void *ctrl, void *p, size_t *size)
{
	struct block *block = (struct block *)((u8 *)p - BLOCK_PAYLOAD);
	struct tlsf *tlsf = ctrl;
	int err = tlsf_fault(tlsf, p);
	size_t stride;
	u32 class;

	if (err)
		return err;
	stride = stride_for(tlsf, *size, &class);
	if (!stride)
		return -ENOSPC;
	if (stride > block_stride(block))
		return block_grow(tlsf, block, stride);
	block_trim(tlsf, block, stride);
	return 0;
}

/* ---- the rest -------------------------------------------------------- */

static size_t tlsf_usable_size(void *ctrl, const void *p)
{
	const struct block *block =
		(const struct block *)((const u8 *)p - BLOCK_PAYLOAD);

	return tlsf_fault(ctrl, p) ? 0 : block_stride(block) - TLSF_HEADER;
}

static u64 tlsf_offset(void *ctrl, const void *p)
{
	struct tlsf *tlsf = ctrl;
	struct pool *pool = pool_of(tlsf, p);
	u64 offset;

	if (!pool)
		return ~0ull;
	offset = (const u8 *)p - pool->start;
	while (pool-- > tlsf->pool)
		offset += pool->end - pool->start;
	return offset;
}

/* ---- pools and init -------------------------------------------------- */

/* The first block whose payload is aligned, at or behind @at. */
static struct block *block_first(const struct tlsf *tlsf, u8 *at)
{
	size_t payload = ALIGN((size_t)at + TLSF_HEADER,
			       1ul << tlsf->unit_shift);

	return (struct block *)(payload - BLOCK_PAYLOAD);
}

/* Blocks from @first on, the last header just below @end. */
static struct block *block_last(const struct tlsf *tlsf, struct block *first,
				u8 *end)
{
	size_t space = end - (u8 *)first - BLOCK_PAYLOAD;

	return (struct block *)((u8 *)first +
				ALIGN_DOWN(space, 1ul << tlsf->unit_shift));
}

/* Memory that begins where @pool ends: its last header becomes a block's. */
static void pool_append(struct tlsf *tlsf, struct pool *pool, size_t size)
{
	struct block *block = pool->last, *last, *prev = NULL;
	size_t stride;

	pool->end += size;
	last = block_last(tlsf, pool->first, pool->end);
	stride = (u8 *)last - (u8 *)block;
	pool->last = last;
	block_set(last, 0);
	block->head += stride;
	if (block->head & HEAD_PREV_FREE)
		prev = block->prev_phys;
	tlsf->total += size;
	block_coalesce(tlsf, block, prev);
}

static int pool_add(struct tlsf *tlsf, u8 *start, u8 *end)
{
	struct pool *pool = &tlsf->pool[tlsf->nr_pools];
	size_t stride;

	if ((size_t)(end - start) < 2 * TLSF_STRIDE_MIN + BLOCK_PAYLOAD)
		return -ENOSPC;
	pool->start = start;
	pool->end = end;
	pool->first = block_first(tlsf, start);
	pool->last = block_last(tlsf, pool->first, end);
	stride = (u8 *)pool->last - (u8 *)pool->first;
	block_set(pool->last, 0);
	block_set_free(tlsf, pool->first, stride);
	tlsf->total += end - start;
	tlsf->nr_pools++;
	return 0;
}

static int tlsf_add_region(void *ctrl, void *base, size_t size)
{
	struct tlsf *tlsf = ctrl;
	struct pool *pool = tlsf->pool;

	for (; pool < tlsf->pool + tlsf->nr_pools; pool++) {
		if (pool->end != base || size < 2 * TLSF_STRIDE_MIN)
			continue;
		pool_append(tlsf, pool, size);
		return 0;
	}
	if (tlsf->nr_pools == TLSF_POOLS_MAX)
		return -EOPNOTSUPP;
	return pool_add(tlsf, base, base + size);
}

static int tlsf_init(void *ctrl, void *base, size_t size, size_t align,
		     unsigned int flags)
{
	struct tlsf *tlsf = ctrl;
	size_t units, table;
	u32 class;

	if (flags & ~RTALLOC_HEAP_RAW_LOCK)
		return -EINVAL;
	tlsf->unit_shift = ilog2(align);
	units = size >> tlsf->unit_shift;
	class = order_class(units_order(units), units);
	tlsf->nr_classes = ALIGN(class + 1, TLSF_SL);
	if (tlsf->nr_classes > TLSF_CLASSES || size >> (HEAD_BITS - 1))
		return -EINVAL;
	table = tlsf->nr_classes * sizeof(*tlsf->list);
	if (size < TLSF_SIZE_MIN)
		return -ENOSPC;

	tlsf->list = base;
	tlsf->null.next_free = &tlsf->null;
	tlsf->null.prev_free = &tlsf->null;
	for (class = 0; class < tlsf->nr_classes; class++)
		tlsf->list[class] = &tlsf->null;
	tlsf->stride_max = class_units(tlsf->nr_classes - 1) <<
			   tlsf->unit_shift;
	return pool_add(tlsf, base + table, base + size);
}

const struct rtalloc_ops tlsf_ops = {
	.name		= "tlsf",
	.ctrl_size	= sizeof(struct tlsf),
	.default_align	= 16,
	.min_align	= 8,
	.max_align	= 32,
	.bounded	= true,
	.init		= tlsf_init,
	.add_region	= tlsf_add_region,
	.alloc		= tlsf_alloc,
	.alloc_aligned	= tlsf_alloc_aligned,
	.resize		= tlsf_resize,
	.free		= tlsf_free,
	.usable_size	= tlsf_usable_size,
	.offset		= tlsf_offset,
	.walk		= tlsf_walk,
	.check		= tlsf_check,
	.usage		= tlsf_usage,
	.stats		= tlsf_stats,
};
