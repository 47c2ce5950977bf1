/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memheap_list.h - steps on the two lists of a memheap: its blocks in address
 * order, and its free blocks. Also the note of the first free block in the
 * arena.
 *
 * Only memheap.c and memheap_fast.h include it. The steps test nothing unless
 * their comment says so: the caller has tested, with the functions of
 * memheap.h, every header that a step writes to. "@item is sound" means that
 * item_free_ok() or item_right_ok() has returned true.
 */
#ifndef _RTALLOC_MEMHEAP_LIST_H
#define _RTALLOC_MEMHEAP_LIST_H

#include <linux/string.h>

#include "backend/memheap.h"

/* ---- items ----------------------------------------------------------- */

/* Mark the header of @item as free and remove its owner tag. */
static __always_inline void item_mark_free(const struct arena *arena,
					   struct item *item)
{
	item->magic = arena->magic_free;
	memset(item->owner, 0, sizeof(item->owner));
}

/*
 * Make @item the header of a free block between @prev and @next in address
 * order. @item is plain memory before the call. The free list is not touched:
 * the caller puts @item there, or marks it used.
 */
static __always_inline void item_insert(struct arena *arena, struct item *item,
					struct item *prev, struct item *next)
{
	item_mark_free(arena, item);
	item->tag = item_tag(arena, item);
	item->prev = prev;
	item->next = next;
	next->prev = item;
	prev->next = item;
}

/*
 * Destroy the marks of @item, whose block has ceased to exist, so that no
 * pointer to it is accepted as a block any more.
 */
static __always_inline void item_wipe(struct item *item)
{
	item->magic = 0;
	item->tag = 0;
}

/*
 * Merge @item, which is sound, into the block before it. The free list is not
 * touched.
 */
static __always_inline void item_remove(struct item *item)
{
	item->next->prev = item->prev;
	item->prev->next = item->next;
	item_wipe(item);
}

/* ---- the free list --------------------------------------------------- */

/*
 * Put @item into the free list between @prev and @next. The two must be
 * neighbours there. Their links are overwritten and not read.
 */
static __always_inline void free_insert(struct item *item, struct item *prev,
					struct item *next)
{
	item->next_free = next;
	item->prev_free = prev;
	next->prev_free = item;
	prev->next_free = item;
}

/*
 * Put @item at the front of the free list of @arena. The caller brings the note
 * of the first block up to date, with front_note(), before the call returns to
 * the core.
 */
static inline void free_push(struct arena *arena, struct item *item)
{
	free_insert(item, &arena->list, arena->list.next_free);
}

/*
 * Take @item, which is sound, off the free list. If it was the first, the
 * caller calls front_note().
 */
static inline void free_remove(struct item *item)
{
	item->next_free->prev_free = item->prev_free;
	item->prev_free->next_free = item->next_free;
}

/*
 * Find the first free block with at least @size bytes of payload, except @but.
 *
 * Return the head of the list if there is none, NULL if the list is damaged.
 * Each block is tested before it is read. Linear in free blocks.
 */
static inline struct item *
free_find(const struct memheap *mh, struct arena *arena, size_t size,
	  const struct item *but)
{
	struct item *prev = &arena->list, *at = prev->next_free;

	for (; at != &arena->list; prev = at, at = at->next_free) {
		if (!item_is_next_free(mh, arena, at, prev))
			return NULL;
		if (at != but && item_size(mh, at) >= size)
			return at;
	}
	return at;
}

/*
 * Bring @front_whole and @front_link up to date after the front of the free
 * list may have changed. The first block is tested; if it is damaged nothing is
 * noted, and the fast path is not taken until the next call.
 */
static inline void front_note(const struct memheap *mh, struct arena *arena)
{
	const struct item *item = arena->list.next_free;

	arena->front_whole = 0;
	arena->front_link = NULL;
	if (item == &arena->list || unlikely(!item_front_ok(mh, arena, item)))
		return;
	arena->front_whole = mh->header + item_size(mh, item);
	arena->front_link = item->next_free;
}

/*
 * Put @item, which is sound, at the front of the free list and note it. This is
 * cheaper than free_push() and front_note(), because @item is not tested again.
 */
static inline void front_push(const struct memheap *mh, struct arena *arena,
			      struct item *item)
{
	free_push(arena, item);
	arena->front_whole = mh->header + item_size(mh, item);
	arena->front_link = item->next_free;
}

/*
 * Does the header of @item, the first free block or the head of an empty list,
 * agree with what was noted, and does @next follow it in address order? Reads
 * the header of @item, which must be inside the arena. If nothing was noted,
 * @front_link is NULL, which no link in the list is.
 */
static __always_inline bool front_ok(const struct arena *arena,
				     const struct item *item,
				     const struct item *next)
{
	return likely(item->magic == arena->magic_free) &&
	       likely(item->next == next) &&
	       likely(item->next_free == arena->front_link);
}

#endif /* _RTALLOC_MEMHEAP_LIST_H */
