/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memheap_list.h - the lists of a memheap: its blocks in address order, the free
 * ones, and what is noted of the first of these. For memheap.c alone, which has
 * tested what these are given.
 */
#ifndef _RTALLOC_MEMHEAP_LIST_H
#define _RTALLOC_MEMHEAP_LIST_H

#include <linux/string.h>

#include "backend/memheap.h"

/* ---- items ----------------------------------------------------------- */

static __always_inline void item_mark_free(const struct arena *arena,
					   struct item *item)
{
	item->magic = arena->magic_free;
	memset(item->owner, 0, sizeof(item->owner));
}

/* @item becomes the free block between @prev and @next in address order. */
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

/* Nothing may take @item for a block any more. */
static __always_inline void item_wipe(struct item *item)
{
	item->magic = 0;
	item->tag = 0;
}

/* @item, which is sound, is absorbed by the one before it. */
static __always_inline void item_remove(struct item *item)
{
	item->next->prev = item->prev;
	item->prev->next = item->next;
	item_wipe(item);
}

/* ---- the free list --------------------------------------------------- */

/* Between two that are neighbours in the list; what they say is not read. */
static __always_inline void free_insert(struct item *item, struct item *prev,
					struct item *next)
{
	item->next_free = next;
	item->prev_free = prev;
	next->prev_free = item;
	prev->next_free = item;
}

static inline void free_push(struct arena *arena, struct item *item)
{
	free_insert(item, &arena->list, arena->list.next_free);
}

/* @item is sound. */
static inline void free_remove(struct item *item)
{
	item->next_free->prev_free = item->prev_free;
	item->prev_free->next_free = item->next_free;
}

/*
 * The first one that is not smaller than @size, where it is not @but; the head
 * if there is none, NULL if the list is damaged.
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

/* The list's first block may be another one, or may have changed. */
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

/* @item, which is sound, becomes the first; it need not be looked at. */
static inline void front_push(const struct memheap *mh, struct arena *arena,
			      struct item *item)
{
	free_push(arena, item);
	arena->front_whole = mh->header + item_size(mh, item);
	arena->front_link = item->next_free;
}

/*
 * Is @item, the list's first block or its head, what was noted, with @next
 * behind it? Where nothing is known there is no such link.
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
