// SPDX-License-Identifier: GPL-2.0-only
/*
 * memheap_look.c - backend "memheap", the part that only reads: statistics,
 * walk, check. Check believes nothing: a header is tested before it is used.
 */
#include <linux/minmax.h>
#include <linux/string.h>

#include "backend/memheap.h"

/* Is @item a header of @arena that leads on? The tail's does not. */
static bool item_reads(const struct memheap *mh, const struct arena *arena,
		       const struct item *item)
{
	return item_in_arena(mh, arena, item) &&
	       (item->magic | 1) == MAGIC_USED && item->arena == arena &&
	       item_in_arena(mh, arena, item->next) &&
	       (u8 *)item->next >= (u8 *)item + mh->header;
}

void memheap_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset)
{
	struct memheap *mh = ctrl;
	struct arena *arena;

	for (arena = mh->arena; arena < mh->arena + mh->nr_arenas; arena++) {
		snap->total += arena->size;
		snap->used += arena->size - arena->available;
		snap->max_used += arena->max_used;
		if (reset) {
			arena->max_used = arena->size - arena->available;
			arena->below_max = 0;
		}
	}
}

void memheap_stats(void *ctrl, struct rtalloc_snapshot *snap)
{
	struct memheap *mh = ctrl;
	struct arena *arena;
	size_t largest, left;
	struct item *item;

	memheap_usage(ctrl, snap, false);
	for (arena = mh->arena; arena < mh->arena + mh->nr_arenas; arena++) {
		largest = 0;
		left = arena->size / mh->header;
		/* A damaged list ends here early, instead of never. */
		for (item = arena->list.next_free;
		     item != &arena->list && left-- &&
		     item_reads(mh, arena, item) && item_is_free(item);
		     item = item->next_free) {
			largest = max(largest, item_size(mh, item));
			snap->free_blocks++;
		}
		/* All that is available cannot be had in one request. */
		if (largest == arena->available)
			largest = largest <= mh->payload_min ? 0 :
				  largest - (mh->align_mask + 1);
		snap->largest_free = max_t(u64, snap->largest_free, largest);
	}
}

/* The header to go on from: the hint if it is still one, else the first. */
static struct item *walk_start(struct memheap *mh, struct arena *arena,
			       u64 hint)
{
	struct item *item = (struct item *)(arena->start + hint);

	if (!hint || !item_reads(mh, arena, item) ||
	    !item_in_arena(mh, arena, item->prev) || item->prev->next != item)
		return (struct item *)arena->start;
	return item;
}

static void item_report(const struct memheap *mh, struct item *item, u64 base,
			struct rtalloc_block *block)
{
	u8 *payload = item_payload(mh, item);

	block->offset = base + (payload - item->arena->start);
	block->size = item_size(mh, item);
	block->state = item_is_free(item) ? RTALLOC_FREE : RTALLOC_USED;
	memcpy(block->owner, item->owner, sizeof(block->owner));
}

/* Report the items of @arena from cursor->pos on, but not its tail. */
static int arena_walk(struct memheap *mh, struct arena *arena,
		      struct rtalloc_cursor *cursor,
		      struct rtalloc_block *batch, int max)
{
	u64 base = arena_base(mh, arena);
	u64 hint = cursor->hint > base ? cursor->hint - base : 0;
	struct item *item = walk_start(mh, arena, hint);
	int n = 0;

	while (n < max && item_reads(mh, arena, item)) {
		u64 at = base + ((u8 *)item - arena->start);

		if (at >= cursor->pos) {
			item_report(mh, item, base, &batch[n++]);
			cursor->hint = base + ((u8 *)item->next - arena->start);
			cursor->pos = cursor->hint;
		}
		item = item->next;
	}
	if (!item_reads(mh, arena, item))
		cursor->pos = base + arena->size;
	return n;
}

int memheap_walk(void *ctrl, struct rtalloc_cursor *cursor,
		 struct rtalloc_block *batch, int max)
{
	struct memheap *mh = ctrl;
	struct arena *arena;
	u64 end = 0;
	int n = 0;

	for (arena = mh->arena; arena < mh->arena + mh->nr_arenas; arena++) {
		end += arena->size;
		if (n < max && cursor->pos < end)
			n += arena_walk(mh, arena, cursor, batch + n, max - n);
	}
	return n;
}

/* ---- check ----------------------------------------------------------- */

static int fault_at(struct memheap *mh, struct arena *arena,
		    const struct item *item, int code,
		    struct rtalloc_fault *fault, const char *what)
{
	return rtalloc_fault_set(fault, code, arena_base(mh, arena) +
				 ((const u8 *)item - arena->start), what);
}

/* One header, whose predecessor has been found good. */
static int item_check(struct memheap *mh, struct arena *arena,
		      struct item *item, struct item *prev,
		      struct rtalloc_fault *fault)
{
	const char *what = NULL;
	bool tail = (u8 *)item == arena->start + arena->tail;

	if ((item->magic | 1) != MAGIC_USED)
		what = "block header is overwritten";
	else if (item->arena != arena)
		what = "block names a wrong arena";
	else if (item->prev != prev)
		what = "block does not point back";
	else if (tail ? (u8 *)item->next != arena->start || item_is_free(item) :
		 item->next <= item || !item_in_arena(mh, arena, item->next))
		what = "block's next is out of order";
	else if (!tail && (u8 *)item->next < (u8 *)item + mh->header)
		what = "block overlaps the next";
	else if (item_is_free(item) && item_is_free(prev) && prev != item)
		what = "two free blocks touch";
	else if (item_is_free(item) ? !item->next_free || !item->prev_free :
		 item->next_free || item->prev_free)
		what = "state and free links differ";
	if (what)
		return fault_at(mh, arena, item, RTALLOC_CORRUPT, fault, what);
	return 0;
}

static int free_list_check(struct memheap *mh, struct arena *arena,
			   size_t nr_free, struct rtalloc_fault *fault)
{
	struct item *item = arena->list.next_free, *prev = &arena->list;
	size_t n = 0;

	for (; item != &arena->list; prev = item, item = item->next_free) {
		if (!item_in_arena(mh, arena, item) || !item_is_free(item) ||
		    item->arena != arena)
			return fault_at(mh, arena, prev, RTALLOC_CORRUPT, fault,
					"free list leaves the free blocks");
		if (item->prev_free != prev || n++ >= nr_free)
			return fault_at(mh, arena, item, RTALLOC_CORRUPT, fault,
					"free list does not point back");
	}
	if (n != nr_free)
		return fault_at(mh, arena, (struct item *)arena->start,
				RTALLOC_CORRUPT, fault,
				"free block is not on the free list");
	return 0;
}

static int arena_check(struct memheap *mh, struct arena *arena,
		       struct rtalloc_fault *fault)
{
	struct item *first = (struct item *)arena->start;
	struct item *tail =
		(struct item *)(arena->start + arena->tail);
	struct item *item = first, *prev = tail;
	size_t available = 0, nr_free = 0;
	int err;

	for (; item != tail; prev = item, item = item->next) {
		err = item_check(mh, arena, item, prev, fault);
		if (err)
			return err;
		if (item_is_free(item)) {
			available += item_size(mh, item);
			nr_free++;
		}
	}
	err = item_check(mh, arena, tail, prev, fault);
	if (!err)
		err = free_list_check(mh, arena, nr_free, fault);
	if (err)
		return err;
	if (available != arena->available ||
	    arena->below_max < 0 ||
	    arena->size - available != arena->max_used - arena->below_max)
		return fault_at(mh, arena, first, RTALLOC_CORRUPT, fault,
				"available is miscounted");
	return 0;
}

int memheap_check(void *ctrl, struct rtalloc_fault *fault)
{
	struct memheap *mh = ctrl;
	unsigned int i;
	int err = 0;

	for (i = 0; i < mh->nr_arenas && !err; i++)
		err = arena_check(mh, &mh->arena[i], fault);
	return err;
}
