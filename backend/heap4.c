// SPDX-License-Identifier: GPL-2.0-only
/*
 * heap4.c - backend "heap4": address-ordered first fit, several regions glued.
 *
 * Behaves as FreeRTOS's heap_4 and, with more than one region, heap_5: on valid
 * requests the same offsets, failures and statistics. A chunk has a header of
 * 16 bytes, its size counts the header. The free ones are linked in address
 * order; the first that is large enough is taken from its low end, and cut if
 * more than two headers are left. What is freed merges with free neighbours.
 *
 * Cost: alloc and free are linear in free chunks, so the core gives it a
 * spinlock_t.
 *
 *   start                                               end
 *   +--------+---------+--------+--------------+-------+--------+
 *   | header | payload | header | payload      |  ...  | marker |
 *   +--------+---------+--------+--------------+-------+--------+
 *    link, size         link, size
 *
 * The one list of heap_5 runs from region to region through their markers. Here
 * it is cut at them: a list for each region, and the regions in address order.
 * The order is the same, and a free searches its own region alone.
 *
 * A used chunk's link holds its address, mixed with a mark; the original keeps
 * NULL there. So a header that is copied or made up is not taken for a block,
 * and a header that ceases to exist is wiped. Every link and size is tested
 * before it is followed, with the protector and without.
 *
 * RTALLOC_HEAP_PROTECT: links are XORed with a canary, here a hash of base and
 * size since a backend has no random numbers: against accidents, not attacks.
 *
 * What only reads is in heap4_look.c, the layout in heap4.h. Written from a
 * behavioural description; no code taken.
 */
#include <linux/err.h>
#include <linux/string.h>

#include "backend/heap4.h"

size_t heap4_canary(const struct heap4 *h4)
{
	const struct heap4_region *first = &h4->region[0];
	u64 hash = (u64)(size_t)first->start + first->size;

	if (!h4->is_protected)
		return 0;
	hash *= 0x9e3779b97f4a7c15ull;
	hash ^= hash >> 32;
	hash *= 0xd6e8feb86659fd93ull;
	return (hash ^ hash >> 29) | 1;
}

/* ---- the free list --------------------------------------------------- */

static inline void chunk_link(const struct heap4 *h4, struct chunk *chunk,
			      const struct chunk *next)
{
	chunk->link = (size_t)next ^ h4->canary;
}

static inline void chunk_set_used(const struct heap4 *h4, struct chunk *chunk,
				  size_t size)
{
	chunk->link = chunk_mark(h4, chunk);
	chunk->size = size | CHUNK_USED;
}

/* No chunk begins here any more; nothing may take it for one. */
static inline void chunk_wipe(struct chunk *chunk)
{
	*chunk = (struct chunk){ 0 };
}

/* Can the header of @at, which lies in @region, be that of a free chunk? */
static inline bool chunk_free_ok(const struct heap4 *h4,
				 const struct heap4_region *region,
				 const struct chunk *at)
{
	size_t size = at->size;

	return likely(size_ok(h4, region, at, size)) &&
	       likely(place_ok(h4, region, (const u8 *)at + size,
			       chunk_next(h4, at)));
}

/*
 * Does @at, whose header may be that of a free chunk, end where the next begins?
 * Two free ones never touch, so that is a used one or the marker.
 */
static inline bool chunk_whole(const struct heap4 *h4, const struct chunk *at)
{
	return chunk_is_used(h4, (const void *)at + at->size);
}

/* The last list element below @chunk, the head if need be; NULL: damaged. */
static struct chunk *list_before(const struct heap4 *h4,
				 struct heap4_region *region,
				 const struct chunk *chunk)
{
	struct chunk *prev = &region->head, *at = chunk_next(h4, prev);

	for (; at < chunk; prev = at, at = chunk_next(h4, at))
		if (!chunk_free_ok(h4, region, at) ||
		    at->size > (size_t)((const u8 *)chunk - (const u8 *)at))
			return NULL;
	return prev;
}

/* ---- accounting ------------------------------------------------------ */

static inline void available_sub(struct heap4 *h4, size_t bytes)
{
	h4->available -= bytes;
	h4->min_ever = min(h4->min_ever, h4->available);
}

/* ---- alloc ----------------------------------------------------------- */

/* Bytes of chunk for a request of @size; 0: there is no such number. */
static inline size_t chunk_for(const struct heap4 *h4, size_t size)
{
	size_t whole = size + h4->header;
	size_t rounded = (whole + h4->align_mask) & ~h4->align_mask;

	/* Rounding up may wrap too, but only to 0. */
	if (unlikely(!size || whole < size || rounded & CHUNK_USED))
		return 0;
	return rounded;
}

static inline bool worth_cutting(const struct heap4 *h4, size_t bytes)
{
	return bytes > 2 * h4->header;
}

/* Use @at, which is free, follows @prev and holds at least @want bytes. */
static void *chunk_take(struct heap4 *h4, struct chunk *prev, struct chunk *at,
			size_t want)
{
	struct chunk *next = chunk_next(h4, at), *rest;
	size_t size = at->size;

	if (unlikely(!chunk_whole(h4, at)))
		return ERR_PTR(-RTALLOC_CORRUPT);
	if (worth_cutting(h4, size - want)) {
		rest = (struct chunk *)((u8 *)at + want);
		rest->size = size - want;
		chunk_link(h4, rest, next);
		next = rest;
		size = want;
	}
	chunk_link(h4, prev, next);
	chunk_set_used(h4, at, size);
	available_sub(h4, size);
	h4->allocs++;
	return chunk_payload(h4, at);
}

static void *region_alloc(struct heap4 *h4, struct heap4_region *region,
			  size_t want)
{
	struct chunk *prev = &region->head, *at = chunk_next(h4, prev);

	for (; (u8 *)at != region->end; prev = at, at = chunk_next(h4, at)) {
		if (unlikely(!chunk_free_ok(h4, region, at)))
			return ERR_PTR(-RTALLOC_CORRUPT);
		if (at->size >= want)
			return chunk_take(h4, prev, at, want);
	}
	return NULL;
}

static void *heap4_alloc(void *ctrl, size_t size)
{
	struct heap4 *h4 = ctrl;
	size_t want = chunk_for(h4, size);
	void *p = NULL;
	unsigned int i;

	if (!want || want > h4->available)
		return NULL;
	for (i = 0; i < h4->nr_regions && !p; i++)
		p = region_alloc(h4, h4->order[i], want);
	return p;
}

/*
 * Bytes to cut off the front of @at so that the rest is aligned; the piece cut
 * off must be able to stand as a chunk.
 */
static size_t aligned_gap(const struct heap4 *h4, struct chunk *at,
			  size_t align)
{
	size_t payload = (size_t)chunk_payload(h4, at);
	size_t gap = ALIGN(payload, align) - payload;

	if (gap && gap < h4->least)
		gap = ALIGN(payload + h4->least, align) - payload;
	return gap;
}

/* The first @gap bytes of @at, which is free, stay free; the rest is taken. */
static void *chunk_take_behind(struct heap4 *h4, struct chunk *prev,
			       struct chunk *at, size_t gap, size_t want)
{
	struct chunk *rest = (struct chunk *)((u8 *)at + gap);

	if (!gap)
		return chunk_take(h4, prev, at, want);
	if (!chunk_whole(h4, at))
		return ERR_PTR(-RTALLOC_CORRUPT);
	rest->size = at->size - gap;
	rest->link = at->link;
	at->size = gap;
	chunk_link(h4, at, rest);
	return chunk_take(h4, at, rest, want);
}

static void *region_alloc_aligned(struct heap4 *h4, struct heap4_region *region,
				  size_t want, size_t align)
{
	struct chunk *prev = &region->head, *at = chunk_next(h4, prev);
	size_t gap;

	if (align > region->size)
		return NULL;
	for (; (u8 *)at != region->end; prev = at, at = chunk_next(h4, at)) {
		if (!chunk_free_ok(h4, region, at))
			return ERR_PTR(-RTALLOC_CORRUPT);
		gap = aligned_gap(h4, at, align);
		if (at->size >= want && at->size - want >= gap)
			return chunk_take_behind(h4, prev, at, gap, want);
	}
	return NULL;
}

static void *heap4_alloc_aligned(void *ctrl, size_t size, size_t align)
{
	struct heap4 *h4 = ctrl;
	size_t want = chunk_for(h4, size);
	void *p = NULL;
	unsigned int i;

	if (align - 1 <= h4->align_mask)
		return heap4_alloc(ctrl, size);
	if (!want || want > h4->available)
		return NULL;
	for (i = 0; i < h4->nr_regions && !p; i++)
		p = region_alloc_aligned(h4, h4->order[i], want, align);
	return p;
}

/* ---- which pointers are blocks --------------------------------------- */

static struct heap4_region *region_of(struct heap4 *h4, const void *p)
{
	unsigned int i;

	for (i = 0; i < h4->nr_regions; i++)
		if ((size_t)((const u8 *)p - h4->region[i].start) <
		    h4->region[i].size)
			return &h4->region[i];
	return NULL;
}

/* Is what begins at @at, right behind a chunk, a chunk or the marker? */
static bool header_ok(const struct heap4 *h4, const struct heap4_region *region,
		      const struct chunk *at)
{
	if (chunk_is_used(h4, at))
		return (u8 *)at != region->end || !chunk_size(at);
	return (u8 *)at != region->end && chunk_free_ok(h4, region, at);
}

/* Why @chunk, a place for a header, is not a live block. */
static int chunk_fault(const struct heap4 *h4, struct heap4_region *region,
		       const struct chunk *chunk)
{
	const struct chunk *prev = list_before(h4, region, chunk);

	if (prev && chunk_next(h4, prev) == chunk && (u8 *)chunk != region->end)
		return -RTALLOC_DOUBLE_FREE;
	return -RTALLOC_NOT_A_BLOCK;
}

/* 0 when @p is a live block of *@region, or the fault. */
static int block_fault(struct heap4 *h4, const void *p,
		       struct heap4_region **region)
{
	const struct chunk *chunk = p - h4->header;

	*region = region_of(h4, p);
	if (!*region)
		return -RTALLOC_FOREIGN;
	if (!place_ok(h4, *region, (*region)->start, chunk))
		return -RTALLOC_NOT_A_BLOCK;
	if (!chunk_is_used(h4, chunk) ||
	    !size_ok(h4, *region, chunk, chunk_size(chunk)))
		return chunk_fault(h4, *region, chunk);
	if (!header_ok(h4, *region, (void *)chunk + chunk_size(chunk)))
		return -RTALLOC_OVERRUN;
	return 0;
}

/* ---- free ------------------------------------------------------------ */

/*
 * Find *@prev, the list element in front of @chunk, which is used and sound.
 * What the list has behind must be what lies behind.
 */
static int spot_find(const struct heap4 *h4, struct heap4_region *region,
		     const struct chunk *chunk, struct chunk **prev)
{
	const struct chunk *right = (void *)chunk + chunk_size(chunk);
	bool is_free = !(right->size & CHUNK_USED), listed;
	const struct chunk *next;

	*prev = list_before(h4, region, chunk);
	if (!*prev)
		return -RTALLOC_CORRUPT;
	if (*prev != &region->head && !chunk_whole(h4, *prev))
		return -RTALLOC_CORRUPT;
	next = chunk_next(h4, *prev);
	if (next < right)
		return -RTALLOC_CORRUPT;
	if ((u8 *)right == region->end)
		return 0;
	listed = next == right;
	if (is_free != listed || (is_free && !chunk_whole(h4, right)))
		return -RTALLOC_CORRUPT;
	return 0;
}

/* @size bytes at @at become free, between @prev and the one behind it. */
static void range_release(struct heap4 *h4, struct heap4_region *region,
			  struct chunk *prev, struct chunk *at, size_t size)
{
	struct chunk *next = chunk_next(h4, prev);

	h4->available += size;
	if ((u8 *)at + size == (u8 *)next && (u8 *)next != region->end) {
		size += next->size;
		at->link = next->link;
		chunk_wipe(next);
	} else {
		chunk_link(h4, at, next);
	}
	at->size = size;
	if (prev != &region->head && (u8 *)prev + prev->size == (u8 *)at) {
		prev->size += size;
		prev->link = at->link;
		chunk_wipe(at);
	} else {
		chunk_link(h4, prev, at);
	}
}

static int heap4_free(void *ctrl, void *p)
{
	struct heap4 *h4 = ctrl;
	struct chunk *chunk = p - h4->header, *prev;
	struct heap4_region *region;
	int err = block_fault(h4, p, &region);

	if (!err)
		err = spot_find(h4, region, chunk, &prev);
	if (err)
		return err;
	range_release(h4, region, prev, chunk, chunk_size(chunk));
	h4->frees++;
	return 0;
}

/* ---- resize ---------------------------------------------------------- */

static int chunk_grow(struct heap4 *h4, struct heap4_region *region,
		      struct chunk *chunk, size_t want)
{
	size_t have = chunk_size(chunk);
	struct chunk *right = (struct chunk *)((u8 *)chunk + have);
	struct chunk *prev, *next, *rest;
	size_t whole = have + right->size;
	int err;

	if (right->size & CHUNK_USED || whole < want)
		return -ENOSPC;
	err = spot_find(h4, region, chunk, &prev);
	if (err)
		return err;
	next = chunk_next(h4, right);
	chunk_wipe(right);
	if (worth_cutting(h4, whole - want)) {
		rest = (struct chunk *)((u8 *)chunk + want);
		rest->size = whole - want;
		chunk_link(h4, rest, next);
		next = rest;
		whole = want;
	}
	chunk_link(h4, prev, next);
	chunk_set_used(h4, chunk, whole);
	available_sub(h4, whole - have);
	return 0;
}

static int chunk_shrink(struct heap4 *h4, struct heap4_region *region,
			struct chunk *chunk, size_t want)
{
	size_t have = chunk_size(chunk);
	struct chunk *prev;
	int err;

	if (!worth_cutting(h4, have - want))
		return 0;
	err = spot_find(h4, region, chunk, &prev);
	if (err)
		return err;
	chunk_set_used(h4, chunk, want);
	range_release(h4, region, prev, (struct chunk *)((u8 *)chunk + want),
		      have - want);
	return 0;
}

static int heap4_resize(void *ctrl, void *p, size_t *size)
{
	struct heap4 *h4 = ctrl;
	struct chunk *chunk = p - h4->header;
	size_t want = chunk_for(h4, *size);
	struct heap4_region *region;
	int err = block_fault(h4, p, &region);

	if (err)
		return err;
	if (!want)
		return -ENOSPC;
	if (want > chunk_size(chunk))
		return chunk_grow(h4, region, chunk, want);
	return chunk_shrink(h4, region, chunk, want);
}

/* ---- looking --------------------------------------------------------- */

static size_t heap4_usable_size(void *ctrl, const void *p)
{
	struct heap4 *h4 = ctrl;
	const struct chunk *chunk = p - h4->header;
	struct heap4_region *region;

	if (block_fault(h4, p, &region))
		return 0;
	return chunk_size(chunk) - h4->header;
}

static u64 heap4_offset(void *ctrl, const void *p)
{
	struct heap4 *h4 = ctrl;
	struct heap4_region *region = region_of(h4, p);

	if (!region)
		return ~0ull;
	return region_base(h4, region) + ((const u8 *)p - region->start);
}

/* ---- init ------------------------------------------------------------ */

static bool region_overlaps(const struct heap4 *h4, const u8 *base, size_t size)
{
	const struct heap4_region *region = h4->region;

	for (; region < h4->region + h4->nr_regions; region++)
		if (base < region->start + region->size &&
		    region->start < base + size)
			return true;
	return false;
}

/* The newest region takes its place in the order of addresses. */
static void region_sort_in(struct heap4 *h4, struct heap4_region *region)
{
	unsigned int i = h4->nr_regions++;

	for (; i && h4->order[i - 1]->start > region->start; i--)
		h4->order[i] = h4->order[i - 1];
	h4->order[i] = region;
}

/* One free chunk, and the marker. */
static void region_fill(struct heap4 *h4, struct heap4_region *region)
{
	struct chunk *first = (struct chunk *)region->start;
	struct chunk *marker = (struct chunk *)region->end;

	first->size = region->end - region->start;
	chunk_link(h4, first, marker);
	chunk_link(h4, &region->head, first);
	chunk_set_used(h4, marker, 0);
	h4->total += region->size;
	h4->available += first->size;
	h4->min_ever += first->size;
}

static int heap4_add_region(void *ctrl, void *base, size_t size)
{
	struct heap4 *h4 = ctrl;
	struct heap4_region *region = &h4->region[h4->nr_regions];

	size &= ~h4->align_mask;
	if (size < h4->least + h4->header || size & CHUNK_USED)
		return -ENOSPC;
	if (h4->nr_regions == HEAP4_REGIONS)
		return -EOPNOTSUPP;
	if (region_overlaps(h4, base, size))
		return -EINVAL;
	region->start = base;
	region->size = size;
	region->end = base + size - h4->header;
	region_sort_in(h4, region);
	if (h4->nr_regions == 1)
		h4->canary = heap4_canary(h4);
	region_fill(h4, region);
	return 0;
}

static int heap4_init(void *ctrl, void *base, size_t size, size_t align,
		      unsigned int flags)
{
	struct heap4 *h4 = ctrl;

	if (flags & ~(RTALLOC_HEAP_PROTECT | RTALLOC_HEAP_RAW_LOCK))
		return -EINVAL;
	h4->align_mask = align - 1;
	h4->header = ALIGN(sizeof(struct chunk), align);
	h4->least = h4->header + align;
	h4->is_protected = flags & RTALLOC_HEAP_PROTECT;
	return heap4_add_region(ctrl, base, size);
}

const struct rtalloc_ops heap4_ops = {
	.name		= "heap4",
	.ctrl_size	= sizeof(struct heap4),
	.default_align	= 8,
	.min_align	= 8,
	.max_align	= HEAP4_ALIGN_MAX,
	.init		= heap4_init,
	.add_region	= heap4_add_region,
	.alloc		= heap4_alloc,
	.alloc_aligned	= heap4_alloc_aligned,
	.resize		= heap4_resize,
	.free		= heap4_free,
	.usable_size	= heap4_usable_size,
	.offset		= heap4_offset,
	.walk		= heap4_walk,
	.check		= heap4_check,
	.usage		= heap4_usage,
	.stats		= heap4_snapshot,
};
