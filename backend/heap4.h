/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * heap4.h - how a heap4 looks in memory: shared by heap4.c, which changes it,
 * and heap4_inspect.c, which only reads. The picture is in heap4.c.
 */
#ifndef _RTALLOC_HEAP4_H
#define _RTALLOC_HEAP4_H

#include <linux/align.h>
#include <linux/build_bug.h>
#include <linux/minmax.h>

#include "backend/backend.h"

#define HEAP4_REGIONS	8
#define HEAP4_ALIGN_MAX	4096u

/* Top bit of a size: the application has the chunk. */
#define CHUNK_USED	(~(SIZE_MAX >> 1))
/* Mixed into the link of a used chunk, with its own address. */
#define CHUNK_MARK	((size_t)(0x5ca1ab1e0ddba11dull & SIZE_MAX))

/**
 * struct chunk - the header of a block
 * @link: free: the next free chunk of the region, mixed with the cookie; used:
 *	the free chunk that ends here, or NULL, mixed with chunk_mark()
 * @size: bytes, this header included; CHUNK_USED is set while it is in use
 */
struct chunk {
	size_t link;
	size_t size;
};

static_assert(sizeof(struct chunk) == 2 * sizeof(size_t));

/**
 * struct heap4_region - a piece of memory with a list of its own
 * @start: its first chunk
 * @end: its marker, a used chunk of no size; ends the list
 * @size: bytes from @start on, marker included
 * @head: in front of the free chunks, which follow in address order
 */
struct heap4_region {
	u8 *start;
	u8 *end;
	size_t size;
	struct chunk head;
};

/**
 * struct heap4 - the control block
 * @cookie: the core's, see backend.h
 * @align_mask: of blocks
 * @header: of a chunk, rounded up to the alignment
 * @least: smallest chunk
 * @total: bytes of all regions
 * @available: bytes of all free chunks
 * @min_ever: lowest value of @available
 * @allocs: that succeeded
 * @frees: that succeeded
 * @nr_regions: of @region, in the order they were glued
 * @order: the regions by address
 * @region: the regions
 */
struct heap4 {
	unsigned long cookie;		/* the core's, see backend.h */
	size_t align_mask;
	size_t header;
	size_t least;
	size_t total;
	size_t available;
	size_t min_ever;
	u64 allocs;
	u64 frees;
	unsigned int nr_regions;
	struct heap4_region *order[HEAP4_REGIONS];
	struct heap4_region region[HEAP4_REGIONS];
};

/*
 * All seven at one moment, if the caller holds the heap's lock. Time is linear
 * in free chunks.
 */
void heap4_heap_stats(const void *ctrl, struct rtalloc_heap4_count *stats);

static inline void *chunk_payload(const struct heap4 *h4, struct chunk *chunk)
{
	return (u8 *)chunk + h4->header;
}

static inline size_t chunk_size(const struct chunk *chunk)
{
	return chunk->size & ~CHUNK_USED;
}

static inline struct chunk *chunk_next(const struct heap4 *h4,
				       const struct chunk *chunk)
{
	return (struct chunk *)(chunk->link ^ h4->cookie);
}

/* What no other place and no other heap has. */
static inline size_t chunk_mark(const struct heap4 *h4,
				const struct chunk *chunk)
{
	return (size_t)chunk ^ CHUNK_MARK ^ h4->cookie;
}

/* The free chunk that ends where @chunk, which is used, begins; or NULL. */
static inline struct chunk *chunk_before(const struct heap4 *h4,
					 const struct chunk *chunk)
{
	return (struct chunk *)(chunk->link ^ chunk_mark(h4, chunk));
}

/* Is @at, which may be anything, a place for a header at @from or above? */
static inline bool place_ok(const struct heap4 *h4,
			    const struct heap4_region *region,
			    const void *from, const void *at)
{
	return (size_t)(at - from) <= (size_t)((void *)region->end - from) &&
	       !((size_t)at & h4->align_mask);
}

/* Is @chunk, a place for a header, that of a used one or the marker? */
static inline bool chunk_is_used(const struct heap4 *h4,
				 const struct heap4_region *region,
				 const struct chunk *chunk)
{
	const struct chunk *before = chunk_before(h4, chunk);

	return chunk->size & CHUNK_USED &&
	       (!before || (before < chunk && place_ok(h4, region,
						       region->start, before)));
}

/* Can @size be that of the chunk at @at, which lies in @region? */
static inline bool size_ok(const struct heap4 *h4,
			   const struct heap4_region *region,
			   const struct chunk *at, size_t size)
{
	return size >= h4->least && !(size & h4->align_mask) &&
	       size <= (size_t)(region->end - (const u8 *)at);
}

/* Where @region begins, in offsets that count on from region to region. */
static inline u64 region_base(const struct heap4 *h4,
			      const struct heap4_region *region)
{
	u64 base = 0;

	while (region-- > h4->region)
		base += region->size;
	return base;
}

/* In heap4_inspect.c. */
void heap4_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset);
void heap4_snapshot(void *ctrl, struct rtalloc_snapshot *snap);
int heap4_walk(void *ctrl, struct rtalloc_cursor *cursor,
	       struct rtalloc_block *batch, int max);
int heap4_check(void *ctrl, struct rtalloc_sweep *sweep,
		struct rtalloc_fault *fault);

#endif /* _RTALLOC_HEAP4_H */
