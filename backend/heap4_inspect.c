// SPDX-License-Identifier: GPL-2.0-only
/*
 * heap4_inspect.c - the part of backend "heap4" that only reads: statistics,
 * walk and check. The check trusts nothing in the heap's memory: each header is
 * tested before it is used.
 */
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "backend/heap4.h"

/* ---- statistics ------------------------------------------------------ */

/* Count the free chunks of @region. The marker is not one of them. */
static void region_stats(const struct heap4 *h4,
			 const struct heap4_region *region,
			 struct rtalloc_heap4_count *stats)
{
	const struct chunk *at = chunk_next(h4, &region->head);

	for (; (u8 *)at != region->end; at = chunk_next(h4, at)) {
		if (!size_ok(h4, region, at, at->size) ||
		    !place_ok(h4, region, (u8 *)at + at->size,
			      chunk_next(h4, at)))
			return;
		stats->largest = max(stats->largest, at->size);
		stats->smallest = min(stats->smallest, at->size);
		stats->free_chunks++;
	}
}

void heap4_heap_stats(const void *ctrl, struct rtalloc_heap4_count *stats)
{
	const struct heap4 *h4 = ctrl;
	unsigned int i;

	*stats = (struct rtalloc_heap4_count) {
		.available	= h4->available,
		.smallest	= SIZE_MAX,
		.min_ever	= h4->min_ever,
		.allocs		= h4->allocs,
		.frees		= h4->frees,
	};
	for (i = 0; i < h4->nr_regions; i++)
		region_stats(h4, &h4->region[i], stats);
}

void heap4_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset)
{
	struct heap4 *h4 = ctrl;

	snap->total = h4->total;
	snap->used = h4->total - h4->available;
	snap->max_used = h4->total - h4->min_ever;
	if (reset)
		h4->min_ever = h4->available;
}

void heap4_snapshot(void *ctrl, struct rtalloc_snapshot *snap)
{
	struct heap4 *h4 = ctrl;
	struct rtalloc_heap4_count stats;

	heap4_usage(ctrl, snap, false);
	heap4_heap_stats(ctrl, &stats);
	snap->largest_free = stats.largest ? stats.largest - h4->header : 0;
	snap->free_blocks = stats.free_chunks;
}

/* ---- walk ------------------------------------------------------------ */

/*
 * Return the chunk to continue from: the one that the hint leads to if that is
 * still a used chunk, else the first. A hint never leads to a free chunk,
 * because payload can look like one.
 */
static struct chunk *walk_start(struct heap4 *h4, struct heap4_region *region,
				u64 hint)
{
	struct chunk *chunk = (struct chunk *)(region->part.start + hint);

	if (!hint || hint >= region->part.size ||
	    !place_ok(h4, region, region->part.start, chunk) ||
	    !chunk_is_used(h4, region, chunk))
		return (struct chunk *)region->part.start;
	return chunk;
}

static void chunk_report(const struct heap4 *h4, struct chunk *chunk, u64 at,
			 struct rtalloc_block *block)
{
	bool is_used = chunk->size & CHUNK_USED;

	*block = (struct rtalloc_block) {
		.offset	= at + h4->header,
		.size	= chunk_size(chunk) - h4->header,
		.state	= is_used ? RTALLOC_USED : RTALLOC_FREE,
	};
}

/* Report the chunks of @region from cursor->pos on, but not its marker. */
static int region_walk(struct heap4 *h4, struct heap4_region *region,
		       struct rtalloc_cursor *cursor,
		       struct rtalloc_block *batch, int max)
{
	u64 base = region->part.offset;
	u64 hint = cursor->hint > base ? cursor->hint - base : 0;
	struct chunk *chunk = walk_start(h4, region, hint);
	int n = 0;

	while (n < max && size_ok(h4, region, chunk, chunk_size(chunk))) {
		u64 at = part_offset(&region->part, chunk);

		if (at >= cursor->pos) {
			chunk_report(h4, chunk, at, &batch[n++]);
			cursor->pos = at + chunk_size(chunk);
		}
		if (chunk->size & CHUNK_USED)
			cursor->hint = at;
		chunk = (struct chunk *)((u8 *)chunk + chunk_size(chunk));
	}
	if (!size_ok(h4, region, chunk, chunk_size(chunk)))
		cursor->pos = part_offset_end(&region->part);
	return n;
}

int heap4_walk(void *ctrl, struct rtalloc_cursor *cursor,
	       struct rtalloc_block *batch, int max)
{
	struct heap4 *h4 = ctrl;
	struct heap4_region *region;
	int n = 0;

	for (region = h4->region; region < h4->region + h4->nr_regions;
	     region++)
		if (n < max && cursor->pos < part_offset_end(&region->part))
			n += region_walk(h4, region, cursor, batch + n,
					 max - n);
	return n;
}

/* ---- check ----------------------------------------------------------- */

/*
 * What a check has counted so far. @left: the chunk that was inspected last, in
 * the form of chunk_left().
 */
struct tally {
	size_t left;
	size_t available;
	u64 used;
};

static int fault_at(const struct heap4 *h4, const struct heap4_region *region,
		    const void *at, struct rtalloc_fault *fault,
		    const char *what)
{
	u64 offset = at == &region->head ? region->part.offset :
		     part_offset(&region->part, at);

	return rtalloc_fault_set(fault, RTALLOC_CORRUPT, offset, what);
}

/*
 * Test the link: the list has @next behind @chunk, which has @size bytes.
 * Return the rule that is broken, or NULL.
 */
static const char *link_wrong(const struct heap4 *h4,
			      const struct heap4_region *region,
			      const void *chunk, size_t size, const void *next)
{
	if (next < (void *)region->part.start || next > (void *)region->end)
		return "free list leaves its region";
	if ((size_t)next & h4->align_mask)
		return "free list link is not aligned";
	if (next <= chunk)
		return "free list goes backwards";
	if (next < chunk + size)
		return "free list leads into the same free block";
	if (next == chunk + size && next != region->end)
		return "two free blocks touch";
	return NULL;
}

static const char *size_wrong(const struct heap4 *h4,
			      const struct heap4_region *region,
			      const struct chunk *chunk)
{
	size_t size = chunk_size(chunk);

	if (size < h4->least)
		return "block is smaller than a block can be";
	if (size & h4->align_mask)
		return "block size is not a multiple of the alignment";
	if (size > (size_t)(region->end - (const u8 *)chunk))
		return "block runs past the end of its region";
	return NULL;
}

/*
 * Test the state of @chunk. @is_marked: it has a used chunk's mark; @listed:
 * the list has an element here. Return the rule that is broken, or NULL.
 */
static const char *state_wrong(const struct chunk *chunk, bool is_marked,
			       bool listed)
{
	bool is_used = chunk->size & CHUNK_USED;

	if (listed && is_marked)
		return "used block is on the free list";
	if (listed && is_used)
		return "block on the free list says it is used";
	if (!listed && !is_used && is_marked)
		return "used block says it is free";
	if (!listed && !is_used)
		return "free block is not on the free list";
	return NULL;
}

static const char *marker_wrong(const struct heap4 *h4,
				const struct heap4_region *region,
				size_t left)
{
	const struct chunk *marker = (const struct chunk *)region->end;

	if (!(marker->size & CHUNK_USED))
		return "end marker says it is free";
	if (chunk_size(marker))
		return "end marker has a size";
	if (chunk_left(h4, marker) != left)
		return "end marker is overwritten";
	return NULL;
}

/*
 * Test the chunks of @region and its list side by side: *@next is the free
 * chunk that must come next.
 */
static int chunk_check(const struct heap4 *h4,
		       const struct heap4_region *region,
		       const struct chunk *chunk, const struct chunk **next,
		       struct tally *tally, struct rtalloc_fault *fault)
{
	bool is_marked = chunk_left(h4, chunk) == tally->left;
	bool listed = chunk == *next;
	const char *what = state_wrong(chunk, is_marked, listed);

	if (!what)
		what = size_wrong(h4, region, chunk);
	if (!what && listed) {
		*next = chunk_next(h4, chunk);
		what = link_wrong(h4, region, chunk, chunk->size, *next);
		if (!what && free_left(h4, chunk) != tally->left)
			what = "free block does not know what lies before it";
		tally->available += chunk->size;
		tally->left = (size_t)chunk | LEFT_FREE;
	} else if (!what) {
		tally->used++;
		tally->left = (size_t)chunk;
		if ((void *)chunk + chunk_size(chunk) > (void *)*next)
			what = "free list leads into a used block";
		else if (!is_marked)
			what = "used block's mark is overwritten";
	}
	return what ? fault_at(h4, region, chunk, fault, what) : 0;
}

static int region_check(const struct heap4 *h4,
			const struct heap4_region *region, struct tally *tally,
			struct rtalloc_fault *fault)
{
	const struct chunk *next = chunk_next(h4, &region->head);
	const u8 *at = region->part.start;
	const char *what;
	int err;

	tally->left = 0;
	if (!place_ok(h4, region, region->part.start, next))
		return fault_at(h4, region, &region->head, fault,
				"free list begins outside its region");
	for (; at != region->end; at += chunk_size((struct chunk *)at)) {
		err = chunk_check(h4, region, (struct chunk *)at, &next, tally,
				  fault);
		if (err)
			return err;
	}
	what = marker_wrong(h4, region, tally->left);
	return what ? fault_at(h4, region, region->end, fault, what) : 0;
}

/*
 * Test the control block before anything in it is used. Return the rule that is
 * broken, or NULL.
 */
static const char *ctrl_wrong(const struct heap4 *h4)
{
	size_t total = 0;
	unsigned int i;

	if (!h4->nr_regions || h4->nr_regions > HEAP4_REGIONS)
		return "number of regions is impossible";
	if (h4->header != ALIGN(sizeof(struct chunk), h4->align_mask + 1) ||
	    h4->least != h4->header + h4->align_mask + 1)
		return "header size does not fit the alignment";
	for (i = 0; i < h4->nr_regions; i++) {
		if (i && h4->order[i - 1]->part.start >=
			 h4->order[i]->part.start)
			return "regions are out of address order";
		total += h4->region[i].part.size;
	}
	if (total != h4->total)
		return "total is not the sum of the regions";
	return NULL;
}

static const char *counters_wrong(const struct heap4 *h4,
				  const struct tally *tally)
{
	if (tally->available != h4->available)
		return "available bytes are miscounted";
	if (h4->min_ever > h4->available)
		return "least available is above what is available";
	if (h4->frees > h4->allocs)
		return "more frees than allocations";
	if (h4->allocs - h4->frees != tally->used)
		return "live blocks are miscounted";
	return NULL;
}

int heap4_check(void *ctrl, struct rtalloc_sweep *sweep,
		struct rtalloc_fault *fault)
{
	const struct heap4 *h4 = ctrl;
	const char *what = ctrl_wrong(h4);
	struct tally tally = { 0 };
	unsigned int i;
	int err = 0;

	if (what)
		return rtalloc_fault_set(fault, RTALLOC_CORRUPT, 0, what);
	for (i = 0; i < h4->nr_regions && !err; i++)
		err = region_check(h4, &h4->region[i], &tally, fault);
	if (err)
		return err;
	what = counters_wrong(h4, &tally);
	return what ? rtalloc_fault_set(fault, RTALLOC_CORRUPT, 0, what) : 0;
}
