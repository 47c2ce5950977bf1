// SPDX-License-Identifier: GPL-2.0-only
/*
 * sylix_heap_inspect.c - the part of backend "sylix_heap" that only reads:
 * statistics, walk and check. The check trusts nothing in the heap's memory:
 * each header is tested before it is used.
 */
#include <linux/minmax.h>
#include <linux/string.h>

#include "backend/sylix_heap.h"

/* ---- statistics ------------------------------------------------------ */

void sylix_heap_status(const void *ctrl, struct sylix_status *status)
{
	const struct sylix *sh = ctrl;

	*status = (struct sylix_status) {
		.total		= sh->total,
		.segments	= sh->nr_segments,
		.used		= sh->total - sh->available,
		.free		= sh->available,
		.max_used	= sh->max_used,
	};
}

void sylix_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset)
{
	struct sylix *sh = ctrl;

	snap->total = sh->total;
	snap->used = sh->total - sh->available;
	snap->max_used = sh->max_used;
	if (reset)
		sh->max_used = sh->total - sh->available;
}

void sylix_stats(void *ctrl, struct rtalloc_snapshot *snap)
{
	struct sylix *sh = ctrl;
	const struct segment *at = sh->ring.ring_next, *prev = &sh->ring;

	sylix_usage(ctrl, snap, false);
	for (; at != &sh->ring; prev = at, at = at->ring_next) {
		if (!segment_place_ok(sh, at) || at->ring_prev != prev ||
		    !segment_is_free(sh, at))
			return;
		snap->largest_free = max_t(u64, snap->largest_free, at->size);
		snap->free_blocks++;
	}
}

/* ---- walk ------------------------------------------------------------ */

static u8 *at_offset(struct sylix *sh, u64 offset)
{
	struct part *area = sh->area;

	for (; area < sh->area + sh->nr_areas; area++) {
		if (offset < area->size)
			return area->start + offset;
		offset -= area->size;
	}
	return NULL;
}

/*
 * Return the segment to continue from: the one that the hint leads to if it
 * still is a segment, else the first.
 */
static struct segment *walk_start(struct sylix *sh, u64 hint)
{
	struct segment *segment = (struct segment *)at_offset(sh, hint);

	if (!hint || !segment_place_ok(sh, segment) ||
	    (segment->magic | 1) != sh->magic_used ||
	    !segment_place_ok(sh, segment->prev) ||
	    segment->prev->next != segment)
		return sh->first;
	return segment;
}

static void segment_report(const struct sylix *sh,
			   const struct segment *segment,
			   struct rtalloc_block *block)
{
	bool is_used = segment_is_used(sh, segment);
	size_t gap = is_used ? segment->gap : 0;

	block->offset = offset_of(sh, segment_payload(sh, segment)) + gap;
	block->size = segment->size - gap;
	block->state = is_used ? RTALLOC_USED : RTALLOC_FREE;
	memcpy(block->owner, segment->owner, sizeof(block->owner));
}

int sylix_walk(void *ctrl, struct rtalloc_cursor *cursor,
	       struct rtalloc_block *batch, int max)
{
	struct sylix *sh = ctrl;
	struct segment *segment = walk_start(sh, cursor->hint), *prev = NULL;
	int n = 0;

	/*
	 * Offsets rise in the order of the heap, so the walk of a damaged heap
	 * ends too.
	 */
	while (n < max && segment_place_ok(sh, segment) &&
	       (!prev || (segment->prev == prev && offset_of(sh, segment) >
					offset_of(sh, prev)))) {
		u64 at = offset_of(sh, segment);

		if (at >= cursor->pos) {
			segment_report(sh, segment, &batch[n++]);
			cursor->hint = at;
			cursor->pos = at + 1;
		}
		prev = segment;
		segment = segment->next;
	}
	return n;
}

/* ---- check ----------------------------------------------------------- */

/* What a check has counted so far. */
struct tally {
	size_t segments;
	size_t nr_free;
	size_t available;
};

static int fault_at(const struct sylix *sh, const void *at,
		    struct rtalloc_fault *fault, const char *what)
{
	u64 offset = at == &sh->ring ? 0 : offset_of(sh, at);

	return rtalloc_fault_set(fault, RTALLOC_CORRUPT, offset, what);
}

/*
 * Test the control block before anything in it is used. Return the rule that is
 * broken, or NULL.
 */
static const char *ctrl_wrong(const struct sylix *sh)
{
	const struct part *area = sh->area, *other;
	size_t total = 0;

	if (!sh->nr_areas || sh->nr_areas > SYLIX_AREAS)
		return "number of areas is impossible";
	if (sh->header != ALIGN(sizeof(struct segment), payload_least(sh)))
		return "header size does not fit the alignment";
	for (; area < sh->area + sh->nr_areas; area++) {
		for (other = sh->area; other < area; other++)
			if (other->start < part_end(area) &&
			    area->start < part_end(other))
				return "areas overlap";
		total += area->size;
	}
	if (total != sh->total)
		return "total is not the sum of the areas";
	if ((u8 *)sh->first != sh->area[0].start)
		return "first segment is not where the heap begins";
	return NULL;
}

static const char *size_wrong(const struct sylix *sh,
			      const struct segment *segment,
			      const struct part *area)
{
	if (segment->size < payload_least(sh))
		return "segment is smaller than a segment can be";
	if (segment->size & sh->align_mask)
		return "segment size is not a multiple of the alignment";
	if (segment->size >
	    (size_t)(part_end(area) - segment_payload(sh, segment)))
		return "segment runs past the end of its area";
	return NULL;
}

/* Test that the segment that follows @segment in the list lies behind it. */
static const char *next_wrong(const struct sylix *sh,
			      const struct segment *segment,
			      const struct part *area)
{
	const struct segment *next = segment->next;

	if (next && !segment_place_ok(sh, next))
		return "segment list leaves the areas";
	if (segment_end(sh, segment) != part_end(area))
		return (u8 *)next == segment_end(sh, segment) ? NULL :
		       "segment does not end where the next begins";
	if (area + 1 < sh->area + sh->nr_areas)
		return (u8 *)next == area[1].start ? NULL :
		       "segment list misses an area";
	if (next)
		return "segment list goes on behind the end";
	return segment == sh->last ? NULL : "last segment is not the last";
}

/* Test the two words in front of a block that begins inside its segment. */
static const char *gap_wrong(const struct sylix *sh,
			     const struct segment *segment)
{
	const size_t *word;

	if (!segment->gap)
		return NULL;
	if (segment->gap & sh->align_mask)
		return "block is moved on by no multiple of the alignment";
	if (segment->gap >= sh->header + payload_least(sh) ||
	    segment->gap >= segment->size)
		return "block is moved on too far";
	word = (const size_t *)(segment_payload(sh, segment) + segment->gap);
	if (word[-2] != moved_mark(sh))
		return "mark in front of a moved block is overwritten";
	if (word[-1] != (size_t)segment_tag(sh, segment))
		return "moved block does not name its segment";
	return NULL;
}

static const char *state_wrong(const struct sylix *sh,
			       const struct segment *segment)
{
	static const char nobody[RTALLOC_OWNER_MAX];
	const struct segment *prev = segment->prev;

	if (segment_is_used(sh, segment))
		return segment->ring_prev != segment_tag(sh, segment) ?
		       "used segment is in the ring" : gap_wrong(sh, segment);
	if (!segment->ring_prev ||
	    segment->ring_prev == segment_tag(sh, segment))
		return "free segment is not in the ring";
	if (memcmp(segment->owner, nobody, sizeof(nobody)))
		return "free segment has an owner";
	if (prev && segment_is_free(sh, prev) &&
	    segment_end(sh, prev) == (u8 *)segment)
		return "two free segments touch";
	return NULL;
}

/* Test one segment; the segment before it has been tested. */
static int segment_check(const struct sylix *sh, const struct segment *segment,
			 const struct segment *prev,
			 struct rtalloc_fault *fault)
{
	const struct part *area = area_of(sh, segment);
	const char *what = NULL;

	if ((segment->magic | 1) != sh->magic_used)
		what = "segment's magic is overwritten";
	else if (segment->prev != prev)
		what = "segment does not point back";
	if (!what)
		what = size_wrong(sh, segment, area);
	if (!what)
		what = next_wrong(sh, segment, area);
	if (!what)
		what = state_wrong(sh, segment);
	return what ? fault_at(sh, segment, fault, what) : 0;
}

static int ring_check(const struct sylix *sh, size_t nr_free,
		      struct rtalloc_fault *fault)
{
	const struct segment *at = sh->ring.ring_next, *prev = &sh->ring;
	size_t n = 0;

	for (; at != &sh->ring; prev = at, at = at->ring_next) {
		if (!segment_place_ok(sh, at))
			return fault_at(sh, prev, fault, "ring leaves the areas");
		if (!segment_is_free(sh, at))
			return fault_at(sh, prev, fault,
					"ring leads to what is not free");
		if (at->ring_prev != prev || n++ >= nr_free)
			return fault_at(sh, at, fault,
					"ring does not point back");
	}
	if (sh->ring.ring_prev != prev)
		return fault_at(sh, prev, fault, "ring has another tail");
	if (n != nr_free)
		return fault_at(sh, prev, fault,
				"ring is shorter than the free segments");
	return 0;
}

static const char *counters_wrong(const struct sylix *sh,
				  const struct tally *tally)
{
	if (tally->segments != sh->nr_segments)
		return "segments are miscounted";
	if (tally->available != sh->available)
		return "available bytes are miscounted";
	if (sh->max_used < sh->total - sh->available)
		return "most used is below what is used";
	if (sh->max_used > sh->total)
		return "most used is above the total";
	return NULL;
}

int sylix_check(void *ctrl, struct rtalloc_sweep *sweep,
		struct rtalloc_fault *fault)
{
	const struct sylix *sh = ctrl;
	const struct segment *segment = sh->first, *prev = NULL;
	const char *what = ctrl_wrong(sh);
	struct tally tally = { 0 };
	int err = 0;

	if (what)
		return rtalloc_fault_set(fault, RTALLOC_CORRUPT, 0, what);
	for (; segment; prev = segment, segment = segment->next) {
		err = segment_check(sh, segment, prev, fault);
		if (err)
			return err;
		tally.segments++;
		if (segment_is_used(sh, segment))
			continue;
		tally.nr_free++;
		tally.available += segment->size;
	}
	err = ring_check(sh, tally.nr_free, fault);
	if (err)
		return err;
	what = counters_wrong(sh, &tally);
	return what ? rtalloc_fault_set(fault, RTALLOC_CORRUPT, 0, what) : 0;
}
