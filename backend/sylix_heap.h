/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sylix_heap.h - how a SylixOS heap lies in memory. sylix_heap.c changes the
 * heap, sylix_heap_inspect.c only reads it, and both include this header, which
 * also declares the status that SylixOS reports. The picture is in
 * sylix_heap.c.
 *
 * Everything here is called under the heap's lock. The control block, struct
 * sylix, is outside the heap's memory and is trusted. A segment's header lies
 * between the blocks of users and may have been overwritten. A function below
 * that reads a header needs a pointer that segment_place_ok() has accepted.
 */
#ifndef _RTALLOC_SYLIX_HEAP_H
#define _RTALLOC_SYLIX_HEAP_H

#include <linux/align.h>
#include <linux/build_bug.h>
#include <linux/minmax.h>

#include "backend/backend.h"
#include "backend/parts.h"

/* The most areas of one heap that do not touch each other. */
#define SYLIX_AREAS	8

/* Limits of the alignment of blocks, in bytes. */
#define SYLIX_ALIGN_MIN	16u
#define SYLIX_ALIGN_MAX	4096u

/**
 * struct segment - the header of a segment
 * @magic: the heap's @magic_free or @magic_used
 * @owner: owner tag of a used segment
 * @size: bytes of payload behind the header
 * @next: the segment that follows in the heap, NULL in the last one
 * @prev: the segment before it, NULL in the first one
 * @ring_next: only in a free segment: the next one in the ring
 * @gap: only in a used segment: bytes of payload in front of the block
 * @ring_prev: in a free segment: the previous one in the ring. In a used
 *	segment: the value of segment_tag().
 *
 * The header lies in the heap's memory: every field may be damaged.
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

/**
 * struct sylix - the control block
 * @cookie: the heap's random number, see backend.h. It must be the first
 *	member.
 * @magic_free: magic of free segments: an even number made from @cookie
 * @magic_used: magic of used segments: @magic_free + 1
 * @align_mask: alignment of blocks in bytes, less one
 * @header: bytes of a header, rounded up to the alignment
 * @total: bytes of all areas
 * @available: bytes of payload of the segments in the ring
 * @max_used: highest value of @total - @available so far
 * @nr_segments: number of segments, free and used
 * @first: the first segment of the heap
 * @last: the last segment of the heap
 * @ring: heads the ring of free segments: its @ring_next is the ring's first
 *	segment, its @ring_prev the last
 * @nr_areas: used entries of @area, in the order in which they were added
 * @area: the areas
 *
 * Only sylix_heap.c writes to it, under the heap's lock.
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
	struct part area[SYLIX_AREAS];
};

static_assert(!offsetof(struct sylix, cookie));

/**
 * struct sylix_status - the statistics that SylixOS reports about a heap
 * @total: bytes of the heap
 * @segments: number of segments, free and used
 * @used: bytes in use, headers included
 * @free: bytes that are free; @used + @free is @total
 * @max_used: highest value of @used so far
 */
struct sylix_status {
	size_t total;
	size_t segments;
	size_t used;
	size_t free;
	size_t max_used;
};

/*
 * Fill in @status in constant time. The caller holds the heap's lock, so all
 * values belong to one moment.
 */
void sylix_heap_status(const void *ctrl, struct sylix_status *status);

/*
 * Does the header of @segment say that it is free? Reads the magic alone:
 * damage elsewhere in the header is not noticed.
 */
static inline bool segment_is_free(const struct sylix *sh,
				   const struct segment *segment)
{
	return segment->magic == sh->magic_free;
}

/* Does the header of @segment say that it is used? Reads the magic alone. */
static inline bool segment_is_used(const struct sylix *sh,
				   const struct segment *segment)
{
	return segment->magic == sh->magic_used;
}

/*
 * Return what a used @segment holds in @ring_prev. The tag depends on the
 * address and on the cookie, so a header that was copied from elsewhere does
 * not have it.
 */
static inline struct segment *segment_tag(const struct sylix *sh,
					  const struct segment *segment)
{
	return (struct segment *)((size_t)segment ^ sh->cookie);
}

/*
 * Return the first of two words in front of a block that begins inside its
 * segment. The second word is the segment's tag. These words lead from the
 * block to its segment.
 */
static inline size_t moved_mark(const struct sylix *sh)
{
	return ~(size_t)sh->cookie;
}

/* Return where the payload of @segment begins. Reads no memory of the heap. */
static inline u8 *segment_payload(const struct sylix *sh,
				  const struct segment *segment)
{
	return (u8 *)segment + sh->header;
}

/*
 * Return where the payload of @segment ends. Reads the header's size: the
 * result may be any address if that is damaged.
 */
static inline u8 *segment_end(const struct sylix *sh,
			      const struct segment *segment)
{
	return segment_payload(sh, segment) + segment->size;
}

/* Return the smallest payload that a segment of its own may have, in bytes. */
static inline size_t payload_least(const struct sylix *sh)
{
	return sh->align_mask + 1;
}

/*
 * Return the area that @p lies in, or NULL. @p may be any value; reads no
 * memory of the heap.
 */
static inline const struct part *area_of(const struct sylix *sh, const void *p)
{
	return part_of(sh->area, sh->nr_areas, p);
}

/*
 * May a header be read at @at? @at may be any value. True if it is aligned and
 * if a header with the smallest payload fits between it and the end of its
 * area. Reads no memory of the heap.
 */
static inline bool segment_place_ok(const struct sylix *sh, const void *at)
{
	const struct part *area = area_of(sh, at);

	return area && !((size_t)at & sh->align_mask) &&
	       (size_t)(part_end(area) - (const u8 *)at) >=
	       sh->header + payload_least(sh);
}

/*
 * Return the offset of @p in the heap, or ~0 if it lies outside. @p may be any
 * value.
 */
static inline u64 offset_of(const struct sylix *sh, const void *p)
{
	const struct part *area = area_of(sh, p);

	return area ? part_offset(area, p) : ~0ull;
}

/*
 * Hooks of struct rtalloc_ops in sylix_heap_inspect.c, none of which changes
 * the heap's structure. sylix_stats(), sylix_walk() and sylix_check() are
 * linear in segments; sylix_usage() takes constant time.
 */
void sylix_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset);
void sylix_stats(void *ctrl, struct rtalloc_snapshot *snap);
int sylix_walk(void *ctrl, struct rtalloc_cursor *cursor,
	       struct rtalloc_block *batch, int max);
int sylix_check(void *ctrl, struct rtalloc_sweep *sweep,
		struct rtalloc_fault *fault);

#endif /* _RTALLOC_SYLIX_HEAP_H */
