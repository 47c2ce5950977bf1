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

#define TLSF_FL_MAX	40		/* powers of two above the linear part */
#define TLSF_POOLS_MAX	8
#define TLSF_SIZE_MIN	1024u		/* below, the table takes it all */
#define TLSF_HEADER	8u		/* bytes a used block costs */
#define TLSF_STRIDE_MIN	32u		/* header, two links, back link */

/* The header word: a tag of the block's address, its stride, two flags. */
#define HEAD_FREE	1ull		/* this block is free */
#define HEAD_PREV_FREE	2ull		/* the one before it is */
#define HEAD_STRIDE	0x0000fffffffffff8ull
#define HEAD_TAG	0xffff000000000000ull
#define TAG_FACTOR	0x9e3779b97f4a7c15ull	/* 2^64 / golden ratio */

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
	u32 sl_shift;			/* log2 of classes in a power of two */
	u32 unit_shift;			/* log2 of the alignment */
	u32 nr_classes;
	u32 nr_pools;
	size_t stride_max;		/* of a request */
	u64 fl_map;			/* a bit for each word of sl_map */
	u64 sl_map[TLSF_FL_MAX];	/* a bit for each class with blocks */
	size_t nr_free;			/* free blocks */
	size_t total;
	size_t max_used;		/* the most that was in use */
	s64 below_max;			/* by how much less is in use now */
	struct block null;		/* ends every list; may be written */
	struct pool pool[TLSF_POOLS_MAX];
};

static inline u64 block_tag(const struct block *block)
{
	return ((u64)(unsigned long)block * TAG_FACTOR) & HEAD_TAG;
}

static inline size_t block_stride(const struct block *block)
{
	return block->head & HEAD_STRIDE;
}

static inline struct block *block_next(const struct block *block)
{
	return (struct block *)((u8 *)block + block_stride(block));
}

static inline bool block_is_free(const struct block *block)
{
	return block->head & HEAD_FREE;
}

static inline void *block_payload(const struct block *block)
{
	return (u8 *)block + BLOCK_PAYLOAD;
}

static inline bool block_has_tag(const struct block *block)
{
	return (block->head & HEAD_TAG) == block_tag(block);
}

/*
 * Units are strides in multiples of the alignment. Below 2^(sl_shift + 1)
 * units each has a class of its own, above there are 2^sl_shift classes for
 * each power of two; all are numbered through.
 */
static inline u32 units_order(const struct tlsf *tlsf, size_t units)
{
	return __fls(units | 1ul << tlsf->sl_shift) - tlsf->sl_shift;
}

/* The class that a free block of @units belongs to. */
static inline u32 units_class(const struct tlsf *tlsf, size_t units)
{
	u32 order = units_order(tlsf, units);
	size_t class = ((size_t)order << tlsf->sl_shift) + (units >> order);

	return min_t(size_t, class, tlsf->nr_classes - 1);
}

/* The smallest number of units in @class. */
static inline size_t class_units(const struct tlsf *tlsf, u32 class)
{
	u32 fl = class >> tlsf->sl_shift;
	u32 order = fl ? fl - 1 : 0;

	return ((size_t)class - ((size_t)order << tlsf->sl_shift)) << order;
}

static inline size_t tlsf_used(const struct tlsf *tlsf)
{
	return tlsf->max_used - tlsf->below_max;
}

/* In tlsf_look.c. */
void tlsf_stats(void *ctrl, struct rtalloc_snapshot *snap);
int tlsf_walk(void *ctrl, struct rtalloc_cursor *cursor,
	      struct rtalloc_block *batch, int max);
int tlsf_check(void *ctrl, struct rtalloc_fault *fault);

#endif /* _RTALLOC_TLSF_H */
