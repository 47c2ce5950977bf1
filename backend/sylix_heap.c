// SPDX-License-Identifier: GPL-2.0-only
/*
 * sylix_heap.c - backend "sylix_heap": first fit in a ring of free segments;
 * memory can be added at any time.
 *
 * Behaves as SylixOS's heaps. A segment has a header of 48 bytes, linked to its
 * neighbours in the order of the heap. Free segments are also linked in a ring.
 * What is freed or left over goes to the ring's head; the last segment of the
 * heap goes to its tail, so that memory that was never used is taken last.
 *
 * Cost: free takes constant time. Alloc is linear in free segments, so on
 * PREEMPT_RT the heap's lock sleeps unless the creator asks for the raw one.
 *
 *   area         segment          segment (last)
 *   +--------+---+--------+-------+--------+-----------------------+
 *   | header | payload    | header| payload                        |
 *   +--------+------------+--------+-------------------------------+
 *     next, prev: all segments; ring_next, ring_prev: the free ones
 *
 * An area is memory that was added; its segments follow those of the areas
 * before. Memory that begins where the last area ends makes that area longer.
 *
 * An aligned block is cut so that a free segment remains in front of it, if
 * there is enough room for one. Otherwise it begins inside its segment, and two
 * words in front of it lead to the segment:
 *
 *   | header, gap = 32 | ............. mark, tag | block ... |
 *
 * A sound block is known by its magic, its gap, its tag, and by neighbours that
 * point back. A header that ceases to exist is wiped. So a bad free is refused
 * in constant time, and an overrun into the next header is noticed. Magics,
 * marks and tags are made from the heap's cookie. Free segments are not
 * trusted: a link is followed only if it leads to a header that leads back, and
 * all that a call writes to is tested before the first write.
 *
 * Functions that only read are in sylix_heap_inspect.c, the layout is in
 * sylix_heap.h. Written from a behavioural description; no code taken.
 */
#include <linux/err.h>
#include <linux/string.h>

#include "backend/steps.h"
#include "backend/sylix_heap.h"

/* ---- the ring -------------------------------------------------------- */

/*
 * Put @segment into the ring between @prev and its successor there. Their links
 * are overwritten and not read.
 */
static void ring_insert(struct segment *segment, struct segment *prev,
			struct segment *next)
{
	segment->ring_next = next;
	segment->ring_prev = prev;
	next->ring_prev = segment;
	prev->ring_next = segment;
}

/* Take @segment off the ring. segment_in_ring() has returned true. */
static void ring_remove(struct sylix *sh, struct segment *segment)
{
	segment->ring_next->ring_prev = segment->ring_prev;
	segment->ring_prev->ring_next = segment->ring_next;
	sh->available -= segment->size;
}

/*
 * Put the free @segment into the ring: the last segment of the heap at the
 * tail, any other at the head.
 */
static void ring_place(struct sylix *sh, struct segment *segment)
{
	segment->magic = sh->magic_free;
	memset(segment->owner, 0, sizeof(segment->owner));
	if (segment->next)
		ring_insert(segment, &sh->ring, sh->ring.ring_next);
	else
		ring_insert(segment, sh->ring.ring_prev, &sh->ring);
	sh->available += segment->size;
}

/*
 * Update the maximum at the end of each call. While a call runs, segments leave
 * the ring and come back, so a maximum that is updated at each change (usage.h)
 * would be too high.
 */
static void note_used(struct sylix *sh)
{
	sh->max_used = max(sh->max_used, sh->total - sh->available);
}

/* ---- segments -------------------------------------------------------- */

/* Put @segment behind @prev, which may be NULL, in the order of the heap. */
static void segment_insert(struct sylix *sh, struct segment *segment,
			   struct segment *prev)
{
	struct segment *next = prev ? prev->next : NULL;

	segment->prev = prev;
	segment->next = next;
	*(prev ? &prev->next : &sh->first) = segment;
	*(next ? &next->prev : &sh->last) = segment;
	sh->nr_segments++;
}

/* @segment absorbs the segment behind it, which is not in the ring. */
static void segment_swallow(struct sylix *sh, struct segment *segment)
{
	struct segment *next = segment->next;

	segment->size += sh->header + next->size;
	segment->next = next->next;
	*(next->next ? &next->next->prev : &sh->last) = segment;
	sh->nr_segments--;
	memset(next, 0, sizeof(*next));
}

/*
 * Cut @segment, which keeps @size bytes. The segment that is cut off is not in
 * the ring yet.
 */
static struct segment *segment_cut(struct sylix *sh, struct segment *segment,
				   size_t size)
{
	void *end = segment_payload(sh, segment) + size;
	struct segment *rest = end;

	rest->size = segment->size - size - sh->header;
	segment->size = size;
	segment_insert(sh, rest, segment);
	return rest;
}

/* Do both neighbours of @segment, which may be read, point back at it? */
static bool segment_linked_left(const struct sylix *sh,
				const struct segment *segment)
{
	const struct segment *prev = segment->prev;

	if (!prev)
		return segment == sh->first;
	return segment_place_ok(sh, prev) && prev->next == segment;
}

static bool segment_linked_right(const struct sylix *sh,
				 const struct segment *segment)
{
	const struct segment *next = segment->next;
	const u8 *end = part_end(area_of(sh, segment));

	if (segment->size < payload_least(sh) ||
	    segment->size & sh->align_mask ||
	    segment->size > (size_t)(end - segment_payload(sh, segment)))
		return false;
	if (segment_end(sh, segment) != end &&
	    segment_end(sh, segment) != (u8 *)next)
		return false;
	if (!next)
		return segment == sh->last;
	return segment_place_ok(sh, next) && next->prev == segment &&
	       (next->magic | 1) == sh->magic_used;
}

static bool segment_linked(const struct sylix *sh,
			   const struct segment *segment)
{
	return likely(segment_linked_left(sh, segment)) &&
	       likely(segment_linked_right(sh, segment));
}

static bool ring_place_ok(const struct sylix *sh, const struct segment *at)
{
	return at == &sh->ring || segment_place_ok(sh, at);
}

/* May @segment, which may be read, be taken off the ring? */
static bool segment_in_ring(const struct sylix *sh,
			    const struct segment *segment)
{
	return likely(segment_is_free(sh, segment)) &&
	       likely(ring_place_ok(sh, segment->ring_next)) &&
	       likely(ring_place_ok(sh, segment->ring_prev)) &&
	       likely(segment->ring_next->ring_prev == segment) &&
	       likely(segment->ring_prev->ring_next == segment);
}

/*
 * As segment_in_ring(), for a search that comes from @prev. Each segment has
 * one predecessor, so a damaged ring cannot make a search run in a circle.
 */
static bool ring_leads_on(const struct sylix *sh, const struct segment *at,
			  const struct segment *prev)
{
	return likely(segment_in_ring(sh, at)) && likely(at->ring_prev == prev);
}

/* ---- alloc ----------------------------------------------------------- */

/*
 * Return the bytes of payload for a request of @size, or 0 if the request
 * cannot be expressed.
 */
static size_t payload_for(const struct sylix *sh, size_t size)
{
	size_t rounded = (size + sh->align_mask) & ~sh->align_mask;

	return rounded < size || rounded > SIZE_MAX / 2 ? 0 : rounded;
}

/* Use @segment, which is not in the ring and holds at least @want bytes. */
static void segment_take(struct sylix *sh, struct segment *segment,
			 size_t want, size_t gap)
{
	if (segment->size - want > sh->header + payload_least(sh))
		ring_place(sh, segment_cut(sh, segment, want));
	segment->magic = sh->magic_used;
	memset(segment->owner, 0, sizeof(segment->owner));
	segment->gap = gap;
	segment->ring_prev = segment_tag(sh, segment);
	note_used(sh);
}

static void *sylix_alloc(void *ctrl, size_t size)
{
	struct sylix *sh = ctrl;
	size_t want = payload_for(sh, size);
	struct segment *prev = &sh->ring, *at = prev->ring_next;

	if (!want || want > sh->available)
		return NULL;
	for (; at != &sh->ring; prev = at, at = at->ring_next) {
		if (unlikely(!ring_leads_on(sh, at, prev)))
			return ERR_PTR(-RTALLOC_CORRUPT);
		if (at->size < want)
			continue;
		if (unlikely(!segment_linked(sh, at)))
			return ERR_PTR(-RTALLOC_CORRUPT);
		ring_remove(sh, at);
		segment_take(sh, at, want, 0);
		return segment_payload(sh, at);
	}
	return NULL;
}

/*
 * Allocate from @at a block that must begin at least @gap bytes behind the
 * payload's start.
 */
static void *segment_take_behind(struct sylix *sh, struct segment *at,
				 size_t gap, size_t want)
{
	struct segment *front = at;
	size_t *word;

	ring_remove(sh, at);
	if (gap >= sh->header + payload_least(sh)) {
		at = segment_cut(sh, at, gap - sh->header);
		ring_place(sh, front);
		gap = 0;
	}
	segment_take(sh, at, gap + want, gap);
	word = (size_t *)(segment_payload(sh, at) + gap);
	if (gap) {
		word[-2] = moved_mark(sh);
		word[-1] = (size_t)segment_tag(sh, at);
	}
	return word;
}

static void *sylix_alloc_aligned(void *ctrl, size_t size, size_t align)
{
	struct sylix *sh = ctrl;
	size_t want = payload_for(sh, size), payload, gap;
	struct segment *prev = &sh->ring, *at = prev->ring_next;

	if (align - 1 <= sh->align_mask)
		return sylix_alloc(ctrl, size);
	if (!want || want > sh->available || align > sh->total)
		return NULL;
	for (; at != &sh->ring; prev = at, at = at->ring_next) {
		if (!ring_leads_on(sh, at, prev))
			return ERR_PTR(-RTALLOC_CORRUPT);
		payload = (size_t)segment_payload(sh, at);
		gap = ALIGN(payload, align) - payload;
		if (at->size < want || at->size - want < gap)
			continue;
		if (!segment_linked(sh, at))
			return ERR_PTR(-RTALLOC_CORRUPT);
		return segment_take_behind(sh, at, gap, want);
	}
	return NULL;
}

/* ---- which pointers are blocks --------------------------------------- */

/*
 * Return why @at is not a used segment with its block @gap bytes behind the
 * payload's start, or 0 if it is.
 */
static int segment_fault(const struct sylix *sh, const struct segment *at,
			 size_t gap)
{
	if (!segment_place_ok(sh, at))
		return -RTALLOC_NOT_A_BLOCK;
	if (segment_is_free(sh, at) && segment_linked(sh, at))
		return -RTALLOC_DOUBLE_FREE;
	if (!segment_is_used(sh, at) || at->ring_prev != segment_tag(sh, at) ||
	    at->gap != gap || !segment_linked_left(sh, at))
		return -RTALLOC_NOT_A_BLOCK;
	return segment_linked_right(sh, at) ? 0 : -RTALLOC_OVERRUN;
}

/*
 * Find the used segment whose block is at @p. Return 0, or the fault. A header
 * directly in front of @p has precedence over the two words of a block that
 * begins inside its segment, because old data in the padding may look like
 * those words.
 */
static int block_fault(const struct sylix *sh, void *p,
		       struct segment **segment)
{
	const struct part *area = area_of(sh, p);
	const size_t *word = p;
	size_t at;
	int err;

	if (!area)
		return -RTALLOC_FOREIGN;
	*segment = p - sh->header;
	err = segment_fault(sh, *segment, 0);
	if (err != -RTALLOC_NOT_A_BLOCK || (size_t)p & sh->align_mask ||
	    (size_t)((u8 *)p - area->start) < sh->header + 2 * sizeof(*word) ||
	    word[-2] != moved_mark(sh))
		return err;
	at = word[-1] ^ sh->cookie;
	*segment = (struct segment *)at;
	return segment_fault(sh, *segment, (size_t)p - at - sh->header);
}

/* ---- free ------------------------------------------------------------ */

static bool merges_left(const struct sylix *sh, const struct segment *segment)
{
	const struct segment *prev = segment->prev;

	return prev && segment_is_free(sh, prev) &&
	       segment_end(sh, prev) == (u8 *)segment;
}

static bool merges_right(const struct sylix *sh, const struct segment *segment)
{
	const struct segment *next = segment->next;

	return next && segment_is_free(sh, next) &&
	       segment_end(sh, segment) == (u8 *)next;
}

/*
 * Is @at, which is NULL or a neighbour of a tested segment, in the state that
 * its header claims: used, or free and in the ring?
 */
static bool neighbour_ok(const struct sylix *sh, const struct segment *at)
{
	if (!at)
		return true;
	if (segment_is_used(sh, at))
		return at->ring_prev == segment_tag(sh, at);
	return segment_in_ring(sh, at) && segment_linked(sh, at);
}

static bool neighbours_ok(const struct sylix *sh, const struct segment *segment)
{
	return likely(neighbour_ok(sh, segment->prev)) &&
	       likely(neighbour_ok(sh, segment->next));
}

/*
 * Free @segment, which is not in the ring, together with its free neighbours.
 */
static void segment_release(struct sylix *sh, struct segment *segment)
{
	if (merges_right(sh, segment)) {
		ring_remove(sh, segment->next);
		segment_swallow(sh, segment);
	}
	if (merges_left(sh, segment)) {
		segment = segment->prev;
		ring_remove(sh, segment);
		segment_swallow(sh, segment);
	}
	ring_place(sh, segment);
}

static int sylix_loss_fault(void *ctrl, void *p, size_t size)
{
	struct sylix *sh = ctrl;
	struct segment *segment;
	int err = block_fault(sh, p, &segment);

	return err ?: neighbours_ok(sh, segment) ? 0 : -RTALLOC_CORRUPT;
}

static int sylix_free(void *ctrl, void *p)
{
	struct sylix *sh = ctrl;
	struct segment *segment;
	int err = block_fault(sh, p, &segment);

	if (err)
		return err;
	if (!neighbours_ok(sh, segment))
		return -RTALLOC_CORRUPT;
	segment_release(sh, segment);
	return 0;
}

/* ---- resize ---------------------------------------------------------- */

/* Free the bytes that the used @segment has beyond @want. */
static void segment_trim(struct sylix *sh, struct segment *segment, size_t want)
{
	if (segment->size - want < sh->header + payload_least(sh))
		return;
	segment_release(sh, segment_cut(sh, segment, want));
}

static int sylix_resize(void *ctrl, void *p, size_t *size)
{
	struct sylix *sh = ctrl;
	size_t want = payload_for(sh, *size);
	struct segment *segment;
	int err = block_fault(sh, p, &segment);

	if (err)
		return err;
	if (!want)
		return -ENOSPC;
	want += segment->gap;
	if (!neighbours_ok(sh, segment))
		return -RTALLOC_CORRUPT;
	if (want > segment->size) {
		if (!merges_right(sh, segment) || want > segment->size +
		    sh->header + segment->next->size)
			return -ENOSPC;
		ring_remove(sh, segment->next);
		segment_swallow(sh, segment);
	}
	segment_trim(sh, segment, want);
	note_used(sh);
	return 0;
}

/* ---- inspecting --------------------------------------------------------- */

static size_t sylix_usable_size(void *ctrl, const void *p)
{
	struct sylix *sh = ctrl;
	struct segment *segment;

	if (block_fault(sh, (void *)p, &segment))
		return 0;
	return segment->size - segment->gap;
}

static int sylix_set_owner(void *ctrl, void *p, const char *owner)
{
	struct sylix *sh = ctrl;
	struct segment *segment;
	int err = block_fault(sh, p, &segment);

	if (!err)
		owner_write(segment->owner, owner);
	return err;
}

static u64 sylix_offset(void *ctrl, const void *p)
{
	return offset_of(ctrl, p);
}

/* ---- init ------------------------------------------------------------ */

/* Add an area. Return 0, or why no area of @size bytes at @base can be added. */
static int area_add(struct sylix *sh, u8 *base, size_t size)
{
	struct part *last = &sh->area[sh->nr_areas];

	if (part_overlaps(sh->area, sh->nr_areas, base, size))
		return -EINVAL;
	if (sh->nr_areas && part_end(last - 1) == base) {
		last[-1].size += size;
		return 0;
	}
	if (sh->nr_areas == SYLIX_AREAS)
		return -EOPNOTSUPP;
	*last = (struct part){ base, size, sh->total };
	sh->nr_areas++;
	return 0;
}

static int sylix_add_region(void *ctrl, void *base, size_t size)
{
	struct sylix *sh = ctrl;
	struct segment *segment = base;
	int err;

	size &= ~sh->align_mask;
	if (size < sh->header + payload_least(sh) || size > SIZE_MAX / 2)
		return -ENOSPC;
	/*
	 * The last segment is written to below, and merged with the new one if
	 * it is free.
	 */
	if (!neighbour_ok(sh, sh->last))
		return -RTALLOC_CORRUPT;
	err = area_add(sh, base, size);
	if (err)
		return err;
	segment->size = size - sh->header;
	segment_insert(sh, segment, sh->last);
	sh->total += size;
	segment_release(sh, segment);
	note_used(sh);
	return 0;
}

static int sylix_init(void *ctrl, void *base, size_t size, size_t align,
		      unsigned int flags)
{
	struct sylix *sh = ctrl;

	if (flags & ~RTALLOC_HEAP_RAW_LOCK)
		return -EINVAL;
	sh->align_mask = align - 1;
	sh->header = ALIGN(sizeof(struct segment), align);
	/* A multiplication carries all bits of the cookie into the magic. */
	sh->magic_free = (sh->cookie * 0x9e3779b97f4a7c15ull) >> 32;
	sh->magic_free = (sh->magic_free | 3) - 1;	/* not 0 */
	sh->magic_used = sh->magic_free + 1;
	sh->ring.ring_next = &sh->ring;
	sh->ring.ring_prev = &sh->ring;
	return sylix_add_region(ctrl, base, size);
}

const struct rtalloc_ops sylix_heap_ops = {
	.name		= "sylix_heap",
	.ctrl_size	= sizeof(struct sylix),
	.default_align	= SYLIX_ALIGN_MIN,
	.min_align	= SYLIX_ALIGN_MIN,
	.max_align	= SYLIX_ALIGN_MAX,
	.has_owner	= true,
	.init		= sylix_init,
	.add_region	= sylix_add_region,
	.alloc		= sylix_alloc,
	.alloc_aligned	= sylix_alloc_aligned,
	.resize		= sylix_resize,
	.free		= sylix_free,
	.loss_fault	= sylix_loss_fault,
	.usable_size	= sylix_usable_size,
	.set_owner	= sylix_set_owner,
	.offset		= sylix_offset,
	.walk		= sylix_walk,
	.check		= sylix_check,
	.usage		= sylix_usage,
	.stats		= sylix_stats,
};
