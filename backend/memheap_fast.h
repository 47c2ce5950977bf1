/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memheap_fast.h - the usual case of memheap's alloc and free without BEST_FIT: a
 * part of the first free block, or what lies before it. It calls nothing, so that
 * who inlines it saves no registers, and says false, with nothing changed, where
 * there is more to do.
 *
 * What comes next are two calls that look at a bounded number of blocks, so they
 * may be made with interrupts off too. They also say false, with nothing changed.
 */
#ifndef _RTALLOC_MEMHEAP_FAST_H
#define _RTALLOC_MEMHEAP_FAST_H

#include "backend/memheap_list.h"

/* ---- accounting ------------------------------------------------------ */

static inline void available_sub(struct arena *arena, size_t bytes)
{
	arena->available -= bytes;
	usage_add(&arena->in_use, bytes);
}

static inline void available_add(struct arena *arena, size_t bytes)
{
	arena->available += bytes;
	usage_sub(&arena->in_use, bytes);
}

/* ---- alloc and free -------------------------------------------------- */

static __always_inline void item_mark_used(const struct arena *arena,
					   struct item *item)
{
	item->magic = arena->magic_used;
	item->next_free = NULL;
	item->prev_free = NULL;
}

/*
 * The first free block of the first arena, from which something is left:
 * that stays the first.
 */
static __always_inline bool memheap_alloc_front(void *ctrl, size_t size,
						void **p)
{
	struct memheap *mh = ctrl;
	struct arena *arena = &mh->arena[0];
	struct item *item = arena->list.next_free, *rest, *next;
	size_t have = arena->front_whole, whole;

	/* 0 is refused here too; nothing that is less can wrap. */
	if (unlikely(size - 1 >= have))
		return false;
	whole = (size + mh->whole_add) & ~mh->align_mask;
	whole = max(whole, mh->whole_min);
	if (unlikely(have < whole + mh->whole_min))
		return false;
	rest = (struct item *)((u8 *)item + whole);
	next = (struct item *)((u8 *)item + have);
	if (unlikely(!front_ok(arena, item, next)))
		return false;
	item_insert(arena, rest, item, next);
	free_insert(rest, &arena->list, arena->front_link);
	arena->front_whole = have - whole;
	item_mark_used(arena, item);
	available_sub(arena, whole);
	*p = item_payload(mh, item);
	return true;
}

/*
 * The block in front of the first free one, behind a used one.
 */
static __always_inline bool memheap_free_front(void *ctrl, void *p)
{
	struct memheap *mh = ctrl;
	struct arena *arena = &mh->arena[0];
	struct item *item = payload_item(mh, p), *next = arena->list.next_free;
	struct item *prev, *last;
	size_t bytes;

	if (unlikely(!item_in_arena(mh, arena, item)) ||
	    unlikely(item->magic != arena->magic_used) ||
	    unlikely(item->tag != item_tag(arena, item)) ||
	    unlikely(item->next != next))
		return false;
	prev = item->prev;
	last = (struct item *)((u8 *)next + arena->front_whole);
	if (unlikely(!front_ok(arena, next, last)) ||
	    unlikely(next->prev != item) ||
	    unlikely(!item_in_arena(mh, arena, prev)) ||
	    unlikely(prev->next != item) ||
	    unlikely(prev->magic != arena->magic_used))
		return false;
	bytes = (u8 *)next - (u8 *)item;
	item_mark_free(arena, item);
	item->next = last;
	last->prev = item;
	item_wipe(next);
	free_insert(item, &arena->list, arena->front_link);
	arena->front_whole += bytes;
	available_add(arena, bytes);
	return true;
}

/* In memheap.c: any block that a short search finds, or that is freed in place. */
bool memheap_alloc_short(void *ctrl, size_t size, void **p);
bool memheap_free_short(void *ctrl, void *p);

#endif /* _RTALLOC_MEMHEAP_FAST_H */
