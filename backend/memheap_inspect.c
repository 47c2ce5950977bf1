// SPDX-License-Identifier: GPL-2.0-only
/*
 * memheap_inspect.c - the part of backend "memheap" that only reads:
 * statistics, walk and check. The check trusts nothing in the heap's memory:
 * each header is tested before it is used.
 */
#include <linux/minmax.h>
#include <linux/string.h>

#include "backend/memheap.h"

/*
 * Is @item a header of @arena, and does the next one lie behind it? False for
 * the tail.
 */
static bool item_reads(const struct memheap *mh, const struct arena *arena,
		       const struct item *item)
{
	return item_in_arena(mh, arena, item) &&
	       item_is_marked(arena, item) &&
	       item->tag == item_tag(arena, item) &&
	       item_in_arena(mh, arena, item->next) &&
	       (u8 *)item->next >= (u8 *)item + mh->header;
}

void memheap_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset)
{
	struct memheap *mh = ctrl;
	struct arena *arena;

	for (arena = mh->arena; arena < mh->arena + mh->nr_arenas; arena++) {
		snap->total += arena->part.size;
		snap->used += arena->part.size - arena->available;
	}
	snap->max_used = mh->in_use.max_used;
	if (reset)
		usage_restart(&mh->in_use);
}

void memheap_stats(void *ctrl, struct rtalloc_snapshot *snap)
{
	struct memheap *mh = ctrl;
	struct arena *arena;
	struct item *item, *prev;
	size_t largest;

	memheap_usage(ctrl, snap, false);
	for (arena = mh->arena; arena < mh->arena + mh->nr_arenas; arena++) {
		largest = 0;
		/*
		 * Each block is tested, so the loop ends early if the list is
		 * damaged.
		 */
		for (prev = &arena->list, item = prev->next_free;
		     item != &arena->list && item_reads(mh, arena, item) &&
		     item_is_next_free(mh, arena, item, prev);
		     prev = item, item = item->next_free) {
			largest = max(largest, item_size(mh, item));
			snap->free_blocks++;
		}
		/* A request for all available memory fails, see item_take(). */
		if (largest == arena->available)
			largest = largest <= mh->payload_min ? 0 :
				  largest - (mh->align_mask + 1);
		snap->largest_free = max_t(u64, snap->largest_free, largest);
	}
}

/*
 * Return the header to continue from: the one that the hint leads to if it
 * still is a header, else the first.
 */
static struct item *walk_start(struct memheap *mh, struct arena *arena,
			       u64 hint)
{
	struct item *item = (struct item *)(arena->part.start + hint);

	if (!hint || !item_reads(mh, arena, item) ||
	    !item_in_arena(mh, arena, item->prev) || item->prev->next != item)
		return (struct item *)arena->part.start;
	return item;
}

static void item_report(const struct memheap *mh, const struct arena *arena,
			struct item *item, u64 base,
			struct rtalloc_block *block)
{
	u8 *payload = item_payload(mh, item);

	block->offset = base + (payload - arena->part.start);
	block->size = item_size(mh, item);
	block->state = item_is_free(arena, item) ? RTALLOC_FREE : RTALLOC_USED;
	memcpy(block->owner, item->owner, sizeof(block->owner));
}

/* Report the items of @arena from cursor->pos on, but not its tail. */
static int arena_walk(struct memheap *mh, struct arena *arena,
		      struct rtalloc_cursor *cursor,
		      struct rtalloc_block *batch, int max)
{
	u64 base = arena->part.offset;
	u64 hint = cursor->hint > base ? cursor->hint - base : 0;
	struct item *item = walk_start(mh, arena, hint);
	int n = 0;

	while (n < max && item_reads(mh, arena, item)) {
		u64 at = part_offset(&arena->part, item);

		if (at >= cursor->pos) {
			item_report(mh, arena, item, base, &batch[n++]);
			cursor->hint = part_offset(&arena->part, item->next);
			cursor->pos = cursor->hint;
		}
		item = item->next;
	}
	if (!item_reads(mh, arena, item))
		cursor->pos = part_offset_end(&arena->part);
	return n;
}

int memheap_walk(void *ctrl, struct rtalloc_cursor *cursor,
		 struct rtalloc_block *batch, int max)
{
	struct memheap *mh = ctrl;
	struct arena *arena;
	int n = 0;

	for (arena = mh->arena; arena < mh->arena + mh->nr_arenas; arena++)
		if (n < max && cursor->pos < part_offset_end(&arena->part))
			n += arena_walk(mh, arena, cursor, batch + n, max - n);
	return n;
}

/* ---- check ----------------------------------------------------------- */

/*
 * Report the rule @what, broken at @item. The head of a free list, which is
 * outside the heap's memory, stands for the start of its arena.
 */
static int fault_at(struct memheap *mh, struct arena *arena,
		    const struct item *item, struct rtalloc_fault *fault,
		    const char *what)
{
	u64 offset = item == &arena->list ? arena->part.offset :
		     part_offset(&arena->part, item);

	return rtalloc_fault_set(fault, RTALLOC_CORRUPT, offset, what);
}

/* Test where @item, which has neighbours, says that the next header is. */
static const char *next_wrong(const struct memheap *mh,
			      const struct arena *arena,
			      const struct item *item)
{
	const struct item *next = item->next;

	if ((size_t)((u8 *)next - arena->part.start) > arena->tail)
		return "block's next is outside its region";
	if (!item_in_arena(mh, arena, next))
		return "block's next is not aligned";
	if (next == item)
		return "block is its own next";
	if (next < item)
		return "block's next lies before it";
	if ((u8 *)next < (u8 *)item + mh->header)
		return "block overlaps the next";
	if (item_size(mh, item) < mh->payload_min)
		return "block is smaller than a block can be";
	return NULL;
}

/* Test one header; the header before it has been tested. */
static const char *item_wrong(const struct memheap *mh,
			      const struct arena *arena,
			      const struct item *item, const struct item *prev)
{
	if (!item_is_marked(arena, item))
		return "block header is overwritten";
	if (item->tag != item_tag(arena, item))
		return "block names a wrong arena";
	if (item->prev != prev)
		return "block does not point back";
	if (!item_is_free(arena, item))
		return item->next_free || item->prev_free ?
		       "used block is linked as a free one" : NULL;
	if (!item->next_free || !item->prev_free)
		return "free block is not linked";
	if (memcmp(item->owner, "\0\0\0", sizeof(item->owner)))
		return "free block has an owner";
	if (item_is_free(arena, prev) && prev != item)
		return "two free blocks touch";
	return NULL;
}

/* The header at the end of an arena closes the circle and is never free. */
static const char *tail_wrong(const struct arena *arena,
			      const struct item *tail, const struct item *prev)
{
	if (item_is_free(arena, tail))
		return "end mark is free";
	if (!item_is_marked(arena, tail) ||
	    tail->tag != item_tag(arena, tail))
		return "end mark is overwritten";
	if (tail->prev != prev)
		return "end mark does not point back";
	if ((u8 *)tail->next != arena->part.start)
		return "end mark does not lead to the first block";
	return NULL;
}

static int free_list_check(struct memheap *mh, struct arena *arena,
			   size_t nr_free, struct rtalloc_fault *fault)
{
	struct item *item = arena->list.next_free, *prev = &arena->list;
	const char *what = NULL;
	size_t n = 0;

	for (; item != &arena->list && !what; prev = item,
	     item = item->next_free) {
		if (!item_in_arena(mh, arena, item))
			return fault_at(mh, arena, prev, fault,
					"free list leaves its region");
		if (!item_is_free(arena, item) ||
		    item->tag != item_tag(arena, item))
			what = "free list leads to what is not free";
		else if (item->prev_free != prev)
			what = "free list does not point back";
		else if (n++ >= nr_free)
			what = "free list is longer than the free blocks";
	}
	if (!what && arena->list.prev_free != prev)
		what = "free list has another end";
	if (!what && n != nr_free)
		what = "free block is not on the free list";
	return what ? fault_at(mh, arena, prev, fault, what) : 0;
}

/*
 * Does the note of the first free block differ from the block, which has been
 * tested?
 */
static bool front_wrong(const struct memheap *mh, const struct arena *arena)
{
	const struct item *front = arena->list.next_free;

	if (!arena->front_whole)
		return arena->front_link;
	return front == &arena->list || arena->front_link != front->next_free ||
	       arena->front_whole != mh->header + item_size(mh, front);
}

/* Test the counters of @arena, in which @available bytes were found free. */
static const char *counts_wrong(const struct memheap *mh,
				const struct arena *arena, size_t available)
{
	if (front_wrong(mh, arena))
		return "first free block is misnoted";
	if (available != arena->available)
		return "available is miscounted";
	return NULL;
}

/* Test what is counted of all arenas, which have been checked. */
static const char *usage_wrong(struct memheap *mh)
{
	struct rtalloc_snapshot snap = { };

	memheap_usage(mh, &snap, false);
	if (mh->in_use.below_max < 0)
		return "most used is below what is used";
	if (mh->in_use.max_used > snap.total)
		return "most used is above the total";
	if (snap.used != usage_now(&mh->in_use))
		return "used is miscounted";
	return NULL;
}

static int items_check(struct memheap *mh, struct arena *arena,
		       size_t *available, size_t *nr_free,
		       struct rtalloc_fault *fault)
{
	struct item *tail = (struct item *)(arena->part.start + arena->tail);
	struct item *item = (struct item *)arena->part.start, *prev = tail;
	const char *what;

	for (; item != tail; prev = item, item = item->next) {
		what = item_wrong(mh, arena, item, prev);
		if (!what)
			what = next_wrong(mh, arena, item);
		if (what)
			return fault_at(mh, arena, item, fault, what);
		if (item_is_free(arena, item)) {
			*available += item_size(mh, item);
			++*nr_free;
		}
	}
	what = tail_wrong(arena, tail, prev);
	return what ? fault_at(mh, arena, tail, fault, what) : 0;
}

static int arena_check(struct memheap *mh, struct arena *arena,
		       struct rtalloc_fault *fault)
{
	struct item *first = (struct item *)arena->part.start;
	size_t available = 0, nr_free = 0;
	const char *what;
	int err = items_check(mh, arena, &available, &nr_free, fault);

	if (!err)
		err = free_list_check(mh, arena, nr_free, fault);
	if (err)
		return err;
	what = counts_wrong(mh, arena, available);
	return what ? fault_at(mh, arena, first, fault, what) : 0;
}

/* Test what must hold before any header can be read. */
static const char *control_wrong(const struct memheap *mh)
{
	const struct arena *arena = mh->arena;

	if (!mh->nr_arenas || mh->nr_arenas > ARENAS_MAX)
		return "number of regions is impossible";
	if (mh->align_mask & (mh->align_mask + 1) ||
	    mh->align_mask >= ALIGN_MAX)
		return "alignment is damaged";
	if (mh->header != ALIGN(sizeof(struct item), mh->align_mask + 1))
		return "header size does not fit the alignment";
	if (mh->payload_min != ALIGN(PAYLOAD_MIN, mh->align_mask + 1))
		return "smallest payload does not fit the alignment";
	if (mh->whole_min != mh->header + mh->payload_min ||
	    mh->whole_add != mh->header + mh->align_mask)
		return "block size does not fit the alignment";
	for (; arena < mh->arena + mh->nr_arenas; arena++)
		if (arena->tail != arena->part.size - mh->header)
			return "end mark is not at the end of its region";
	return NULL;
}

int memheap_check(void *ctrl, struct rtalloc_sweep *sweep,
		  struct rtalloc_fault *fault)
{
	struct memheap *mh = ctrl;
	const char *what = control_wrong(mh);
	unsigned int i;
	int err = 0;

	if (what)
		return rtalloc_fault_set(fault, RTALLOC_CORRUPT, 0, what);
	for (i = 0; i < mh->nr_arenas && !err; i++)
		err = arena_check(mh, &mh->arena[i], fault);
	if (err)
		return err;
	what = usage_wrong(mh);
	return what ? rtalloc_fault_set(fault, RTALLOC_CORRUPT, 0, what) : 0;
}
