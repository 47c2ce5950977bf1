/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memheap_fast.h - the usual case of memheap's alloc and free in a heap without
 * RTALLOC_HEAP_BEST_FIT. The usual alloc cuts its block from the first free
 * block; the usual free gives back the block that lies before the first free
 * block.
 *
 * core/entry.c inlines these steps under the heap's raw lock. They call no
 * function, so the code around them needs to save no registers. Each returns
 * false with nothing changed when there is more to do or when something looks
 * damaged. The caller then makes one of the bounded calls at the end of this
 * file, and if that fails too calls the general hook, which finds out what is
 * wrong.
 */
#ifndef _RTALLOC_MEMHEAP_FAST_H
#define _RTALLOC_MEMHEAP_FAST_H

#include "backend/memheap_list.h"

/* ---- accounting ------------------------------------------------------ */

/* @bytes of payload of @arena are no longer free. */
static inline void available_sub(struct memheap *mh, struct arena *arena,
				 size_t bytes)
{
	arena->available -= bytes;
	usage_add(&mh->in_use, bytes);
}

/* @bytes of payload of @arena are free again. */
static inline void available_add(struct memheap *mh, struct arena *arena,
				 size_t bytes)
{
	arena->available += bytes;
	usage_sub(&mh->in_use, bytes);
}

/* ---- alloc and free -------------------------------------------------- */

/* Mark the header of @item as used. Both lists are unchanged. */
static __always_inline void item_mark_used(const struct arena *arena,
					   struct item *item)
{
	item->magic = arena->magic_used;
	item->next_free = NULL;
	item->prev_free = NULL;
}

/*
 * Cut a block of @size bytes from the low end of the first free block of the
 * first arena. *@p is the block. The rest becomes the first free block:
 *
 * before   | first free block                       | next |
 * after    | block: used    | rest: first free      | next |
 *
 * @size may be any value. Return false if the rest would be too small for a
 * block of its own, or if the header disagrees with the note in the arena.
 * Constant time.
 */
static __always_inline bool memheap_alloc_front(void *ctrl, size_t size,
						void **p)
{
	struct memheap *mh = ctrl;
	struct arena *arena = &mh->arena[0];
	struct item *item = arena->list.next_free, *rest, *next;
	size_t have = arena->front_whole, whole;

	/* This refuses 0 as well. No sum below can overflow for a smaller size. */
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
	available_sub(mh, arena, whole);
	*p = item_payload(mh, item);
	return true;
}

/*
 * Free the block at @p if it lies between a used block and the first free block
 * of the first arena:
 *
 * before   | prev: used | block: used | first free | last |
 * after    | prev: used | block: first free        | last |
 *
 * @p may be any value: everything that is read or written is tested first.
 * Return false if another block begins at @p, or if something is damaged.
 * Constant time.
 */
static __always_inline bool memheap_free_front(void *ctrl, void *p)
{
	struct memheap *mh = ctrl;
	struct arena *arena = &mh->arena[0];
	struct item *item = payload_item(mh, p), *next = arena->list.next_free;
	struct item *prev, *last;
	size_t bytes;

	if (unlikely(!item_has_payload(mh, arena, item)) ||
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
	available_add(mh, arena, bytes);
	return true;
}

/*
 * Bounded calls in memheap.c for blocks of the first arena, with the same
 * contract. memheap_alloc_short() tests at most FAST_TRIES free blocks.
 * memheap_free_short() frees a block wherever it lies in the arena. Both may
 * run with interrupts off.
 */
bool memheap_alloc_short(void *ctrl, size_t size, void **p);
bool memheap_free_short(void *ctrl, void *p);

#endif /* _RTALLOC_MEMHEAP_FAST_H */
