/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * heap4.h - how a heap4 lies in memory. heap4.c changes the heap,
 * heap4_inspect.c only reads it, and both include this header. The picture is
 * in heap4.c.
 *
 * Everything here is called under the heap's lock. The control block, struct
 * heap4, is outside the heap's memory and is trusted. A header lies between the
 * blocks of users and may have been overwritten. A function below that reads a
 * header says so, and says what the caller must have tested before the call.
 */
#ifndef _RTALLOC_HEAP4_H
#define _RTALLOC_HEAP4_H

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/minmax.h>
#include <rtalloc/heap4.h>

#include "backend/backend.h"
#include "backend/parts.h"

/* The most regions that one heap can have. */
#define HEAP4_REGIONS	8

/* The largest alignment of blocks that can be asked for, in bytes. */
#define HEAP4_ALIGN_MAX	4096u

/*
 * The top bit of a size. It is set while the application owns the chunk, so no
 * size can reach it.
 */
#define CHUNK_USED	(~(SIZE_MAX >> 1))

/*
 * Random odd numbers: multiplying by an odd number maps different values to
 * different codes.
 */
#define CHUNK_MARK	((size_t)(0x5ca1ab1e0ddba11dull & SIZE_MAX))
#define CHUNK_MARK_SIZE	((size_t)(0xc0dedbadf005ba11ull & SIZE_MAX))

/**
 * struct chunk - the header in front of every block
 * @link: in a free chunk: the address of the next free chunk of the region,
 *	mixed with the cookie. In a used chunk: the address of the chunk that
 *	ends where this one begins (NULL in a region's first one), and LEFT_FREE
 *	if that is free, mixed with chunk_mark().
 * @size: bytes of the whole chunk, this header included, a multiple of the
 *	alignment. CHUNK_USED is set while the chunk is in use.
 *
 * The header lies in the heap's memory: both fields may be damaged.
 */
struct chunk {
	size_t link;
	size_t size;
};

static_assert(sizeof(struct chunk) == 2 * sizeof(size_t));

/* Added to the address in a used chunk's link. */
#define LEFT_FREE	((size_t)1)

/**
 * struct free_chunk - a free chunk
 * @chunk: its header
 * @left: the address of the used chunk that ends where this one begins, or
 *	NULL, mixed with left_mark(). A chunk that is allocated from this one
 *	gets it as its link. It lies where the payload begins, or before.
 */
struct free_chunk {
	struct chunk chunk;
	size_t left;
};

/**
 * struct heap4_region - one contiguous piece of memory and its free list
 * @part: the memory; it begins with a chunk and is aligned. The marker belongs
 *	to it.
 * @end: its marker: a used chunk without payload that ends the region and its
 *	list
 * @head: heads the list of free chunks, which is sorted by address
 *
 * Part of the control block, so it is trusted. Only heap4.c writes to it.
 */
struct heap4_region {
	struct part part;
	u8 *end;
	struct chunk head;
};

/**
 * struct heap4 - the control block
 * @cookie: the heap's random number, see backend.h. It must be the first
 *	member.
 * @align_mask: alignment of blocks in bytes, less one
 * @header: bytes of a header, rounded up to the alignment
 * @least: bytes of the smallest chunk that a split may leave
 * @total: bytes of all regions
 * @available: bytes of all free chunks, headers included; at most @total
 * @min_ever: lowest value of @available so far
 * @allocs: allocations that succeeded
 * @frees: frees that succeeded
 * @nr_regions: used entries of @region, in the order in which they were glued
 * @order: pointers to the same regions, sorted by address
 * @region: the regions
 *
 * Only heap4.c writes to it, under the heap's lock.
 */
struct heap4 {
	unsigned long cookie;
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

static_assert(!offsetof(struct heap4, cookie));

/*
 * FreeRTOS's seven statistics. They belong to one moment because the caller
 * holds the heap's lock. The time is linear in free chunks. Each chunk is
 * tested before it is read; where the list of a region is damaged, its count
 * ends there.
 */
void heap4_heap_stats(const void *ctrl, struct rtalloc_heap4_count *stats);

/* Return where the user's memory of @chunk begins. Reads no memory of the heap. */
static inline void *chunk_payload(const struct heap4 *h4, struct chunk *chunk)
{
	return (u8 *)chunk + h4->header;
}

/*
 * Return the bytes of @chunk without the flag. Reads the header; the result may
 * be anything if that is damaged, see size_ok().
 */
static inline size_t chunk_size(const struct chunk *chunk)
{
	return chunk->size & ~CHUNK_USED;
}

/*
 * Return the chunk that follows the free @chunk in its list. Reads the header;
 * the result may be any address if that is damaged. Test it with place_ok()
 * before reading there.
 */
static inline struct chunk *chunk_next(const struct heap4 *h4,
				       const struct chunk *chunk)
{
	return (struct chunk *)(chunk->link ^ h4->cookie);
}

/*
 * Return the code that the link of a used @chunk is mixed with. All of its bits
 * depend on the address, the size and the cookie. So a header that was copied
 * from elsewhere, or left over by an earlier heap, or whose size was changed,
 * does not decode to a valid link; and the code for another place cannot be
 * computed from a known one by adding or mixing addresses. Reads the header's
 * size.
 */
static inline size_t chunk_mark(const struct heap4 *h4,
				const struct chunk *chunk)
{
	size_t mark = ((size_t)chunk ^ h4->cookie) * CHUNK_MARK;

	mark ^= mark >> (BITS_PER_LONG / 2);
	mark = (mark + chunk_size(chunk)) * CHUNK_MARK_SIZE;
	mark ^= mark >> (BITS_PER_LONG / 2);
	return mark ^ h4->cookie;
}

/*
 * Return what the link of the used @chunk says about the chunk before it: its
 * address, and LEFT_FREE. Reads the header; the result may be any value if that
 * is damaged, see chunk_is_used().
 */
static inline size_t chunk_left(const struct heap4 *h4,
				const struct chunk *chunk)
{
	return chunk->link ^ chunk_mark(h4, chunk);
}

/* Return the free chunk that ends where the used @chunk begins, or NULL. As above. */
static inline struct chunk *chunk_before(const struct heap4 *h4,
					 const struct chunk *chunk)
{
	size_t left = chunk_left(h4, chunk);

	return left & LEFT_FREE ? (struct chunk *)(left - LEFT_FREE) : NULL;
}

/*
 * Return the code that @left of a free chunk is mixed with. Reads the header's
 * size.
 */
static inline size_t left_mark(const struct heap4 *h4, const struct chunk *chunk)
{
	return ~chunk_mark(h4, chunk);
}

/*
 * Return the used chunk that ends where the free @chunk begins, or NULL. The
 * caller has tested that the chunk may be read; the result may be any value.
 */
static inline size_t free_left(const struct heap4 *h4, const struct chunk *chunk)
{
	return ((const struct free_chunk *)chunk)->left ^ left_mark(h4, chunk);
}

/*
 * May a header be read at @at? @at may be any value. True if it is aligned and
 * lies between @from and the marker of @region, both included. Reads no memory
 * of the heap.
 */
static inline bool place_ok(const struct heap4 *h4,
			    const struct heap4_region *region,
			    const void *from, const void *at)
{
	return (size_t)(at - from) <= (size_t)((void *)region->end - from) &&
	       !((size_t)at & h4->align_mask);
}

/*
 * Is @chunk the header of a used chunk, or the marker? The caller has tested
 * with place_ok() that the header may be read. Constant time. A random value
 * passes only if it decodes to a place below @chunk in the same region.
 */
static inline bool chunk_is_used(const struct heap4 *h4,
				 const struct heap4_region *region,
				 const struct chunk *chunk)
{
	size_t left = chunk_left(h4, chunk) & ~LEFT_FREE;

	return chunk->size & CHUNK_USED &&
	       (left ? left < (size_t)chunk &&
		       place_ok(h4, region, region->part.start, (void *)left) :
		       (const u8 *)chunk == region->part.start);
}

/*
 * Does the chunk that ends where @chunk begins agree that it does? @left: what
 * @chunk says about it. Return 0; -RTALLOC_CORRUPT: there is no such chunk;
 * -RTALLOC_NOT_A_BLOCK: it ends elsewhere, so @chunk is not a chunk. Constant
 * time; tests what it reads.
 */
static inline int left_fault(const struct heap4 *h4,
			     const struct heap4_region *region,
			     const struct chunk *chunk, size_t left)
{
	const struct chunk *at = (const struct chunk *)(left & ~LEFT_FREE);
	bool is_free = left & LEFT_FREE;

	if (!at)
		return (const u8 *)chunk == region->part.start && !is_free ?
		       0 : -RTALLOC_CORRUPT;
	if (at >= chunk || !place_ok(h4, region, region->part.start, at))
		return -RTALLOC_CORRUPT;
	if (!is_free && !chunk_is_used(h4, region, at))
		return -RTALLOC_CORRUPT;
	return (const void *)at + chunk_size(at) == (const void *)chunk &&
	       is_free == !(at->size & CHUNK_USED) ? 0 : -RTALLOC_NOT_A_BLOCK;
}

/*
 * Can the chunk at @at in @region have the size @size? @size may be any value.
 * False if the chunk would reach beyond the marker, is too small or is not
 * aligned. Reads no memory of the heap.
 */
static inline bool size_ok(const struct heap4 *h4,
			   const struct heap4_region *region,
			   const struct chunk *at, size_t size)
{
	return size >= h4->least && !(size & h4->align_mask) &&
	       size <= (size_t)(region->end - (const u8 *)at);
}

/*
 * Hooks of struct rtalloc_ops in heap4_inspect.c, none of which changes the
 * heap's structure. heap4_snapshot(), heap4_walk() and heap4_check() are linear
 * in the chunks of the heap; heap4_usage() takes constant time.
 */
void heap4_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset);
void heap4_snapshot(void *ctrl, struct rtalloc_snapshot *snap);
int heap4_walk(void *ctrl, struct rtalloc_cursor *cursor,
	       struct rtalloc_block *batch, int max);
int heap4_check(void *ctrl, struct rtalloc_sweep *sweep,
		struct rtalloc_fault *fault);

#endif /* _RTALLOC_HEAP4_H */
