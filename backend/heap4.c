// SPDX-License-Identifier: GPL-2.0-only
/*
 * heap4.c - backend "heap4": first fit in address order, several regions glued.
 *
 * Behaves as FreeRTOS's heap_4 and, with more than one region, as heap_5: valid
 * requests get the same offsets, failures and statistics. A chunk has a header
 * of 16 bytes; its size includes the header. Free chunks are linked in address
 * order. The first that is large enough is taken from its low end, and it is
 * cut if more than two headers would be left over. A freed chunk coalesces with
 * free neighbours.
 *
 * Cost: alloc and free are linear in free chunks, so on PREEMPT_RT the heap's
 * lock sleeps unless the creator asks for the raw one.
 *
 *   start                                               end
 *   +--------+---------+--------+--------------+-------+--------+
 *   | header | payload | header | payload      |  ...  | marker |
 *   +--------+---------+--------+--------------+-------+--------+
 *    link, size         link, size
 *
 * The one list of heap_5 runs from region to region through the markers. Here
 * each region has a list of its own, and the regions are kept in address order.
 * The order of chunks is the same, and a free searches its own region alone.
 *
 * Links are mixed with the heap's cookie, as FreeRTOS's heap protector mixes them
 * with a canary; so RTALLOC_HEAP_PROTECT, which asks for that, changes nothing. In
 * a used chunk the original keeps NULL as link. Here it holds the address of the
 * chunk that ends there and whether that one is free, mixed with a code of the
 * chunk's own address, its size and the cookie. A free chunk keeps the same in the
 * first word of its payload, because its link leads to the next free chunk. So a
 * header that was copied, invented or left over is not taken for a block: the chunk
 * in front of it ends elsewhere. And the size that a free chunk claims is confirmed
 * by the chunk behind it. A header that ceases to exist is wiped. Every link and
 * size is tested before it is followed, and all that a call writes to is tested
 * before the first write.
 *
 * Functions that only read are in heap4_inspect.c, the layout is in heap4.h.
 * Written from a behavioural description; no code taken.
 */
#include <linux/err.h>
#include <linux/string.h>

#include "backend/heap4.h"
#include "backend/steps.h"

/* ---- the free list --------------------------------------------------- */

static inline void chunk_link(const struct heap4 *h4, struct chunk *chunk,
			      const struct chunk *next)
{
	chunk->link = (size_t)next ^ h4->cookie;
}

/*
 * Write the link of @chunk, which is used or the marker and whose size is set.
 * @left: the chunk that ends where @chunk begins, as from chunk_left().
 */
static inline void chunk_set_left(const struct heap4 *h4, struct chunk *chunk,
				  size_t left)
{
	chunk->link = chunk_mark(h4, chunk) ^ left;
}

static inline void chunk_set_used(const struct heap4 *h4, struct chunk *chunk,
				  size_t size, size_t left)
{
	chunk->size = size | CHUNK_USED;
	chunk_set_left(h4, chunk, left);
}

/*
 * Make the @size bytes at @chunk a free chunk. The used chunk @left lies before
 * it, and another used chunk behind it.
 */
static inline void chunk_set_free(const struct heap4 *h4, struct chunk *chunk,
				  size_t size, const struct chunk *next,
				  size_t left)
{
	chunk->size = size;
	chunk_link(h4, chunk, next);
	((struct free_chunk *)chunk)->left = left ^ left_mark(h4, chunk);
	chunk_set_left(h4, (void *)chunk + size, (size_t)chunk | LEFT_FREE);
}

/* Wipe a header that no longer begins a chunk, so that nothing takes it for one. */
static inline void chunk_wipe(struct chunk *chunk)
{
	*chunk = (struct chunk){ 0 };
}

/* As chunk_wipe(), for a free chunk. */
static inline void free_wipe(struct chunk *chunk)
{
	*(struct free_chunk *)chunk = (struct free_chunk){ 0 };
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
 * Does the free chunk at @at have the length that it was made with? Two free
 * chunks never touch, so the used chunk or marker behind it knows where it
 * begins. The header at @at has been tested by chunk_free_ok().
 */
static inline bool chunk_whole(const struct heap4 *h4, const struct chunk *at)
{
	const struct chunk *end = (const void *)at + at->size;

	return likely(end->size & CHUNK_USED) &&
	       likely(chunk_before(h4, end) == at);
}

/* Does the free chunk at @at, which is whole, begin where the one before it ends? */
static inline bool chunk_begins(const struct heap4 *h4,
				const struct heap4_region *region,
				const struct chunk *at)
{
	return likely(!left_fault(h4, region, at, free_left(h4, at)));
}

/* May the link of @at, an element of the free list, be written? */
static inline bool element_ok(const struct heap4 *h4,
			      const struct heap4_region *region,
			      const struct chunk *at)
{
	return at == &region->head || chunk_whole(h4, at);
}

/*
 * Return the last element of the list below @chunk, the head if there is none
 * below, or NULL if the list is damaged.
 */
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

/*
 * Return the bytes of the chunk for a request of @size, or 0 if the request
 * cannot be expressed.
 */
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

/*
 * Use @at, a free chunk that has been tested, follows @prev in the list and
 * holds at least @want bytes. @left: the used chunk before it, for its link.
 */
static void *chunk_take(struct heap4 *h4, struct chunk *prev, struct chunk *at,
			size_t want, size_t left)
{
	struct chunk *next = chunk_next(h4, at), *rest;
	size_t size = at->size;

	if (worth_cutting(h4, size - want)) {
		rest = (struct chunk *)((u8 *)at + want);
		chunk_set_free(h4, rest, size - want, next, (size_t)at);
		next = rest;
		size = want;
	} else {
		chunk_set_left(h4, (void *)at + size, (size_t)at);
	}
	chunk_link(h4, prev, next);
	((struct free_chunk *)at)->left = 0;
	chunk_set_used(h4, at, size, left);
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
		if (at->size < want)
			continue;
		if (unlikely(!chunk_whole(h4, at)) ||
		    unlikely(!chunk_begins(h4, region, at)) ||
		    unlikely(!element_ok(h4, region, prev)))
			return ERR_PTR(-RTALLOC_CORRUPT);
		return chunk_take(h4, prev, at, want, free_left(h4, at));
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
 * Leave the first @gap bytes of @at, which has been tested, free and take the
 * rest.
 */
static void *chunk_take_behind(struct heap4 *h4, struct chunk *prev,
			       struct chunk *at, size_t gap, size_t want)
{
	struct chunk *rest = (struct chunk *)((u8 *)at + gap);
	struct chunk *next = chunk_next(h4, at);
	size_t left = free_left(h4, at), size = at->size;

	if (!gap)
		return chunk_take(h4, prev, at, want, left);
	/*
	 * For a moment two free chunks touch; the link of the second is written
	 * last.
	 */
	chunk_set_free(h4, at, gap, rest, left);
	chunk_set_free(h4, rest, size - gap, next, left);
	return chunk_take(h4, at, rest, want, (size_t)at | LEFT_FREE);
}

static void *region_alloc_aligned(struct heap4 *h4, struct heap4_region *region,
				  size_t want, size_t align)
{
	struct chunk *prev = &region->head, *at = chunk_next(h4, prev);
	size_t gap;

	if (align > region->part.size)
		return NULL;
	for (; (u8 *)at != region->end; prev = at, at = chunk_next(h4, at)) {
		if (!chunk_free_ok(h4, region, at))
			return ERR_PTR(-RTALLOC_CORRUPT);
		gap = gap_for((size_t)chunk_payload(h4, at), align, h4->least);
		if (at->size < want || at->size - want < gap)
			continue;
		if (!chunk_whole(h4, at) || !chunk_begins(h4, region, at) ||
		    !element_ok(h4, region, prev))
			return ERR_PTR(-RTALLOC_CORRUPT);
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
	return part_of(h4->region, h4->nr_regions, p);
}

/*
 * Does the link of the free @at, which has been tested, lead to another free chunk or
 * to the marker? The link is lowest in the header, so an overrun hits it first. The link
 * of that other chunk is not tested: its damage is not the fault of the caller's block.
 */
static bool link_ok(const struct heap4 *h4, const struct heap4_region *region,
		    const struct chunk *at)
{
	const struct chunk *next = chunk_next(h4, at);

	return (u8 *)next == region->end ||
	       (size_ok(h4, region, next, next->size) &&
		chunk_whole(h4, next));
}

/* Is what begins at @at, right behind a chunk, a chunk or the marker? */
static bool header_ok(const struct heap4 *h4, const struct heap4_region *region,
		      const struct chunk *at)
{
	if (chunk_is_used(h4, region, at))
		return (u8 *)at != region->end || !chunk_size(at);
	return (u8 *)at != region->end && chunk_free_ok(h4, region, at) &&
	       link_ok(h4, region, at);
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

/*
 * The used @right, behind @chunk, says that the chunk before it is free. It is
 * damaged unless that chunk is @chunk, or another one between the two.
 */
static int behind_fault(const struct heap4 *h4, struct heap4_region *region,
			const struct chunk *chunk, const struct chunk *right)
{
	int err = chunk_fault(h4, region, chunk);
	bool is_so;

	if (chunk_before(h4, right) == chunk)
		is_so = err == -RTALLOC_DOUBLE_FREE;
	else
		is_so = !left_fault(h4, region, right, chunk_left(h4, right));
	return is_so ? err : -RTALLOC_OVERRUN;
}

/* Return 0 if @p is a live block of *@region, else the fault. */
static int block_fault(struct heap4 *h4, const void *p,
		       struct heap4_region **region)
{
	const struct chunk *chunk = p - h4->header, *right;
	int err;

	*region = region_of(h4, p);
	if (!*region)
		return -RTALLOC_FOREIGN;
	if (!place_ok(h4, *region, (*region)->part.start, chunk))
		return -RTALLOC_NOT_A_BLOCK;
	if (!chunk_is_used(h4, *region, chunk) ||
	    !size_ok(h4, *region, chunk, chunk_size(chunk)))
		return chunk_fault(h4, *region, chunk);
	err = left_fault(h4, *region, chunk, chunk_left(h4, chunk));
	if (err)
		return err;
	right = (void *)chunk + chunk_size(chunk);
	if (!header_ok(h4, *region, right))
		return -RTALLOC_OVERRUN;
	if (right->size & CHUNK_USED && chunk_left(h4, right) != (size_t)chunk)
		return behind_fault(h4, *region, chunk, right);
	return 0;
}

/* ---- free ------------------------------------------------------------ */

/*
 * Find *@prev, the element of the list before @chunk, which is used and sound.
 * The list's elements on both sides must agree with the headers that lie there.
 */
static int spot_find(const struct heap4 *h4, struct heap4_region *region,
		     const struct chunk *chunk, struct chunk **prev)
{
	const struct chunk *right = (void *)chunk + chunk_size(chunk);
	const struct chunk *before = chunk_before(h4, chunk), *next;
	bool is_free = !(right->size & CHUNK_USED), touches;

	*prev = list_before(h4, region, chunk);
	if (!*prev || !element_ok(h4, region, *prev))
		return -RTALLOC_CORRUPT;
	touches = *prev != &region->head &&
		  (void *)*prev + (*prev)->size == (void *)chunk;
	if (before != (touches ? *prev : NULL) ||
	    (touches && !chunk_begins(h4, region, *prev)))
		return -RTALLOC_CORRUPT;
	next = chunk_next(h4, *prev);
	if (next < right)
		return -RTALLOC_CORRUPT;
	if ((u8 *)right == region->end)
		return 0;
	if (is_free)
		return next == right && chunk_whole(h4, right) ?
		       0 : -RTALLOC_CORRUPT;
	return next == right ? -RTALLOC_CORRUPT : 0;
}

/*
 * Make the @size bytes at @at a free chunk, in the list between @prev and its
 * successor. If @prev does not end at @at, the used chunk @left does.
 */
static void range_release(struct heap4 *h4, struct heap4_region *region,
			  struct chunk *prev, struct chunk *at, size_t size,
			  size_t left)
{
	struct chunk *next = chunk_next(h4, prev), *right;

	h4->available += size;
	if ((u8 *)at + size == (u8 *)next && (u8 *)next != region->end) {
		right = next;
		size += right->size;
		next = chunk_next(h4, right);
		free_wipe(right);
	}
	if (prev != &region->head && (u8 *)prev + prev->size == (u8 *)at) {
		size += prev->size;
		left = free_left(h4, prev);
		chunk_wipe(at);
		at = prev;
	} else {
		chunk_link(h4, prev, at);
	}
	chunk_set_free(h4, at, size, next, left);
}

static int heap4_loss_fault(void *ctrl, void *p, size_t size)
{
	struct heap4 *h4 = ctrl;
	struct chunk *chunk = p - h4->header, *prev;
	struct heap4_region *region;
	int err = block_fault(h4, p, &region);

	return err ?: spot_find(h4, region, chunk, &prev);
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
	range_release(h4, region, prev, chunk, chunk_size(chunk),
		      chunk_left(h4, chunk));
	h4->frees++;
	return 0;
}

/* ---- resize ---------------------------------------------------------- */

static int chunk_grow(struct heap4 *h4, struct heap4_region *region,
		      struct chunk *chunk, size_t want)
{
	size_t have = chunk_size(chunk);
	struct chunk *right = (struct chunk *)((u8 *)chunk + have);
	size_t left = chunk_left(h4, chunk);
	struct chunk *prev, *next, *rest;
	size_t whole = have + right->size;
	int err;

	if (right->size & CHUNK_USED || whole < want)
		return -ENOSPC;
	err = spot_find(h4, region, chunk, &prev);
	if (err)
		return err;
	next = chunk_next(h4, right);
	free_wipe(right);
	if (worth_cutting(h4, whole - want)) {
		rest = (struct chunk *)((u8 *)chunk + want);
		chunk_set_free(h4, rest, whole - want, next, (size_t)chunk);
		next = rest;
		whole = want;
	} else {
		chunk_set_left(h4, (void *)chunk + whole, (size_t)chunk);
	}
	chunk_link(h4, prev, next);
	chunk_set_used(h4, chunk, whole, left);
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
	chunk_set_used(h4, chunk, want, chunk_left(h4, chunk));
	range_release(h4, region, prev, (struct chunk *)((u8 *)chunk + want),
		      have - want, (size_t)chunk);
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

/* ---- inspecting --------------------------------------------------------- */

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

	return region ? part_offset(&region->part, p) : ~0ull;
}

/* ---- init ------------------------------------------------------------ */

/* Move the newest region to its place in the order of addresses. */
static void region_sort_in(struct heap4 *h4, struct heap4_region *region)
{
	unsigned int i = h4->nr_regions++;

	for (; i && h4->order[i - 1]->part.start > region->part.start; i--)
		h4->order[i] = h4->order[i - 1];
	h4->order[i] = region;
}

/* Make one free chunk of the whole region, and its marker. */
static void region_fill(struct heap4 *h4, struct heap4_region *region)
{
	struct chunk *first = (struct chunk *)region->part.start;
	struct chunk *marker = (struct chunk *)region->end;

	chunk_set_used(h4, marker, 0, 0);
	chunk_set_free(h4, first, region->end - region->part.start, marker, 0);
	chunk_link(h4, &region->head, first);
	h4->total += region->part.size;
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
	if (part_overlaps(h4->region, h4->nr_regions, base, size))
		return -EINVAL;
	region->part = (struct part){ base, size, h4->total };
	region->end = base + size - h4->header;
	region_sort_in(h4, region);
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
	.loss_fault	= heap4_loss_fault,
	.usable_size	= heap4_usable_size,
	.offset		= heap4_offset,
	.walk		= heap4_walk,
	.check		= heap4_check,
	.usage		= heap4_usage,
	.stats		= heap4_snapshot,
};
