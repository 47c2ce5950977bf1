/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sylix_heap.h - how a sylix heap looks in memory: shared by sylix_heap.c, which
 * changes it, and sylix_heap_inspect.c, which only reads; and its state as
 * SylixOS gives it. The picture is in sylix_heap.c.
 */
#ifndef _RTALLOC_SYLIX_HEAP_H
#define _RTALLOC_SYLIX_HEAP_H

#include <linux/align.h>
#include <linux/build_bug.h>
#include <linux/minmax.h>

#include "backend/backend.h"

#define SYLIX_AREAS	8
#define SYLIX_ALIGN_MIN	16u
#define SYLIX_ALIGN_MAX	4096u

/**
 * struct segment - the header of a segment
 * @magic: the heap's @magic_free or @magic_used
 * @owner: purpose of a used segment
 * @size: bytes of payload
 * @next: the segment behind it in the heap, NULL for the last
 * @prev: the segment before it, NULL for the first
 * @ring_next: free: in the ring
 * @gap: used: bytes of payload in front of the block
 * @ring_prev: free: in the ring; used: what segment_tag() gives
 */
struct segment {
	u32 magic;
	char owner[RTALLOC_OWNER_MAX];
	size_t size;
	struct segment *next;
	struct segment *prev;
	union {
		struct segment *ring_next;
		size_t gap;
	};
	struct segment *ring_prev;
};

static_assert(sizeof(struct segment) == 8 + 5 * sizeof(void *));

struct area {
	u8 *start;
	size_t size;
};

/**
 * struct sylix - the control block
 * @cookie: the core's, see backend.h
 * @magic_free: of free segments, follows from @cookie; an even number
 * @magic_used: of used ones, the odd number behind it
 * @align_mask: of blocks
 * @header: of a segment, rounded up to the alignment
 * @total: bytes of all areas
 * @available: bytes of payload of the segments in the ring
 * @max_used: highest value of @total - @available
 * @nr_segments: free and used
 * @first: segment of the heap
 * @last: segment of the heap
 * @ring: between the ring's tail and its head
 * @nr_areas: of @area, in the order they were added
 * @area: the areas
 */
struct sylix {
	unsigned long cookie;
	u32 magic_free;
	u32 magic_used;
	size_t align_mask;
	size_t header;
	size_t total;
	size_t available;
	size_t max_used;
	size_t nr_segments;
	struct segment *first;
	struct segment *last;
	struct segment ring;
	size_t nr_areas;
	struct area area[SYLIX_AREAS];
};

/**
 * struct sylix_status - what SylixOS tells of a heap
 * @total: bytes
 * @segments: free and used
 * @used: bytes, headers included
 * @free: bytes; @used and this make @total
 * @max_used: highest value of @used so far
 */
struct sylix_status {
	size_t total;
	size_t segments;
	size_t used;
	size_t free;
	size_t max_used;
};

/* All at one moment, in constant time, if the caller holds the heap's lock. */
void sylix_heap_status(const void *ctrl, struct sylix_status *status);

static inline bool segment_is_free(const struct sylix *sh,
				   const struct segment *segment)
{
	return segment->magic == sh->magic_free;
}

static inline bool segment_is_used(const struct sylix *sh,
				   const struct segment *segment)
{
	return segment->magic == sh->magic_used;
}

/* In a used segment; what no other place and no other heap has. */
static inline struct segment *segment_tag(const struct sylix *sh,
					  const struct segment *segment)
{
	return (struct segment *)((size_t)segment ^ sh->cookie);
}

/* In front of a block that was moved on; behind this is its segment's tag. */
static inline size_t moved_mark(const struct sylix *sh)
{
	return ~(size_t)sh->cookie;
}

static inline u8 *segment_payload(const struct sylix *sh,
				  const struct segment *segment)
{
	return (u8 *)segment + sh->header;
}

static inline u8 *segment_end(const struct sylix *sh,
			      const struct segment *segment)
{
	return segment_payload(sh, segment) + segment->size;
}

static inline u8 *area_end(const struct area *area)
{
	return area->start + area->size;
}

/* The smallest payload. */
static inline size_t payload_least(const struct sylix *sh)
{
	return sh->align_mask + 1;
}

static inline const struct area *area_of(const struct sylix *sh, const void *p)
{
	size_t i;

	for (i = 0; i < sh->nr_areas; i++)
		if ((size_t)((const u8 *)p - sh->area[i].start) <
		    sh->area[i].size)
			return &sh->area[i];
	return NULL;
}

/* May a segment begin at @at, which may be anything? */
static inline bool segment_place_ok(const struct sylix *sh, const void *at)
{
	const struct area *area = area_of(sh, at);

	return area && !((size_t)at & sh->align_mask) &&
	       (size_t)(area_end(area) - (const u8 *)at) >=
	       sh->header + payload_least(sh);
}

/* Where @area begins, in offsets that count on from area to area. */
static inline u64 area_base(const struct sylix *sh, const struct area *area)
{
	u64 base = 0;

	while (area-- > sh->area)
		base += area->size;
	return base;
}

static inline u64 offset_of(const struct sylix *sh, const void *p)
{
	const struct area *area = area_of(sh, p);

	if (!area)
		return ~0ull;
	return area_base(sh, area) + ((const u8 *)p - area->start);
}

/* In sylix_heap_inspect.c. */
void sylix_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset);
void sylix_stats(void *ctrl, struct rtalloc_snapshot *snap);
int sylix_walk(void *ctrl, struct rtalloc_cursor *cursor,
	       struct rtalloc_block *batch, int max);
int sylix_check(void *ctrl, struct rtalloc_sweep *sweep,
		struct rtalloc_fault *fault);

#endif /* _RTALLOC_SYLIX_HEAP_H */
