/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf.h - how a TLSF heap looks in memory: shared by tlsf.c, which changes it,
 * and tlsf_look.c, which only reads. The picture is in tlsf.c.
 */
#ifndef _RTALLOC_TLSF_H
#define _RTALLOC_TLSF_H

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/minmax.h>

#include "backend/backend.h"

#define TLSF_SL_SHIFT	5		/* log2 of classes in a power of two */
#define TLSF_SL		32u		/* 1 << TLSF_SL_SHIFT */
#define TLSF_CLASSES	1280u		/* at most: 40 powers of two */
#define TLSF_WORDS	(TLSF_CLASSES / 64)
#define TLSF_POOLS_MAX	8
#define TLSF_SIZE_MIN	1024u		/* below, the table takes it all */
#define TLSF_HEADER	8u		/* bytes a used block costs */
#define TLSF_STRIDE_MIN	32u		/* header, two links, back link */

/*
 * The header word: stride and two flags below, low bits of the block's own
 * address above. A header is the right one for its place or does not decode.
 */
#define HEAD_FREE	1ull		/* this block is free */
#define HEAD_PREV_FREE	2ull		/* the one before it is */
#define HEAD_FLAGS	7ull
#define HEAD_BITS	47		/* of stride and flags */
#define HEAD_TAG_SHIFT	44		/* bit 3 of the address goes to bit 47 */

/**
 * struct block - a block, as the allocator sees it
 * @prev_phys: the block before, if that one is free; else its user's memory
 * @head: tag, stride and flags
 * @next_free: in the list of its class, while it is free
 * @prev_free: in the list of its class, while it is free
 *
 * The stride is the distance to the next block. What the user gets begins
 * behind @head and ends with the next block's @prev_phys.
 */
struct block {
	struct block *prev_phys;
	u64 head;
	struct block *next_free;
	struct block *prev_free;
};

#define BLOCK_PAYLOAD	16u		/* from a block to what the user gets */

static_assert(sizeof(struct block) == TLSF_STRIDE_MIN);
static_assert(offsetof(struct block, next_free) == BLOCK_PAYLOAD);

/* A run of blocks with a used block of no size at its end. */
struct pool {
	u8 *start;
	u8 *end;
	struct block *first;
	struct block *last;		/* the one at the end */
};

struct tlsf {
	struct block **list;		/* a head for each class */
	u32 unit_shift;			/* log2 of the alignment */
	u32 nr_classes;
	u32 nr_pools;
	size_t stride_max;		/* of a request */
	unsigned long top;		/* a bit for each word of map */
	unsigned long map[TLSF_WORDS];	/* a bit for each class with blocks */
	size_t nr_free;			/* free blocks */
	size_t total;
	size_t max_used;		/* the most that was in use */
	s64 below_max;			/* by how much less is in use now */
	struct block null;		/* ends every list; may be written */
	struct pool pool[TLSF_POOLS_MAX];
};

/* Stride and flags of @block; beyond HEAD_BITS when it is no header. */
static inline u64 block_value(const struct block *block)
{
	return block->head - ((u64)(unsigned long)block << HEAD_TAG_SHIFT);
}

static inline void block_set(struct block *block, u64 value)
{
	block->head = value + ((u64)(unsigned long)block << HEAD_TAG_SHIFT);
}

static inline bool block_has_tag(const struct block *block)
{
	return !(block_value(block) >> HEAD_BITS);
}

static inline size_t block_stride(const struct block *block)
{
	return block_value(block) & ~HEAD_FLAGS;
}

static inline struct block *block_next(const struct block *block)
{
	return (struct block *)((u8 *)block + block_stride(block));
}

/* The tag reaches down to bit 47: flags can be read and changed in place. */
static inline bool block_is_free(const struct block *block)
{
	return block->head & HEAD_FREE;
}

static inline void *block_payload(const struct block *block)
{
	return (u8 *)block + BLOCK_PAYLOAD;
}

/*
 * Units are strides in multiples of the alignment. Below 64 each has a class of
 * its own, above there are 32 classes for each power of two; all are numbered
 * through.
 */
static inline u32 units_order(size_t units)
{
	return __fls(units | TLSF_SL) - TLSF_SL_SHIFT;
}

static inline u32 order_class(u32 order, size_t units)
{
	return (order << TLSF_SL_SHIFT) + (u32)(units >> order);
}

/* The class that a free block of @stride bytes belongs to. */
static inline u32 stride_class(const struct tlsf *tlsf, size_t stride)
{
	size_t units = stride >> tlsf->unit_shift;
	u32 class = order_class(units_order(units), units);

	return min(class, tlsf->nr_classes - 1);
}

/* The smallest number of units in @class. */
static inline size_t class_units(u32 class)
{
	u32 order = class < TLSF_SL ? 0 : (class >> TLSF_SL_SHIFT) - 1;

	return (size_t)(class - (order << TLSF_SL_SHIFT)) << order;
}

static inline size_t tlsf_used(const struct tlsf *tlsf)
{
	return tlsf->max_used - tlsf->below_max;
}

/* In tlsf_look.c. */
void tlsf_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset);
void tlsf_stats(void *ctrl, struct rtalloc_snapshot *snap);
int tlsf_walk(void *ctrl, struct rtalloc_cursor *cursor,
	      struct rtalloc_block *batch, int max);
int tlsf_check(void *ctrl, struct rtalloc_fault *fault);

#endif /* _RTALLOC_TLSF_H */
