/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memheap.h - how a memheap looks in memory: shared by memheap.c, which changes
 * it, and memheap_look.c, which only reads. The picture is in memheap.c.
 */
#ifndef _RTALLOC_MEMHEAP_H
#define _RTALLOC_MEMHEAP_H

#include <linux/align.h>
#include <linux/build_bug.h>
#include <linux/minmax.h>

#include "backend/backend.h"

#define MAGIC_FREE	0x1ea01ea0u
#define MAGIC_USED	0x1ea01ea1u
#define PAYLOAD_MIN	12u		/* before rounding */
#define ALIGN_MAX	4096u
#define ARENAS_MAX	8
#define FAST_TRIES	8		/* free blocks that a short call may look at */

struct arena;

/**
 * struct item - the header of a block
 * @magic: MAGIC_FREE or MAGIC_USED
 * @owner: tag of a used block
 * @arena: the region it lies in
 * @next: the header behind, in address order; the tail's is the first
 * @prev: the header before
 * @next_free: in the free list; NULL in a used block
 * @prev_free: in the free list; NULL in a used block
 */
struct item {
	u32 magic;
	char owner[RTALLOC_OWNER_MAX];
	struct arena *arena;
	struct item *next;
	struct item *prev;
	struct item *next_free;
	struct item *prev_free;
};

static_assert(sizeof(struct item) == 48);

struct arena {
	u8 *start;
	size_t size;
	size_t tail;		/* offset of the last header */
	size_t available;
	size_t max_used;
	s64 below_max;		/* by how much less is in use now */
	struct item list;	/* head of the free list */
};

struct memheap {
	unsigned long cookie;		/* the core's, see backend.h */
	size_t align_mask;
	size_t header;		/* of an item, rounded up to the alignment */
	size_t payload_min;
	bool best_fit;
	unsigned int nr_arenas;
	struct arena arena[ARENAS_MAX];
};

static inline void *item_payload(const struct memheap *mh, struct item *item)
{
	return (u8 *)item + mh->header;
}

static inline struct item *payload_item(const struct memheap *mh, void *p)
{
	return (struct item *)((u8 *)p - mh->header);
}

static inline size_t item_size(const struct memheap *mh,
			       const struct item *item)
{
	return (u8 *)item->next - (u8 *)item - mh->header;
}

static inline bool item_is_free(const struct item *item)
{
	return item->magic == MAGIC_FREE;
}

/* May @item be read as a header of @arena? */
static inline bool item_in_arena(const struct memheap *mh,
				 const struct arena *arena,
				 const struct item *item)
{
	size_t offset = (const u8 *)item - arena->start;

	return offset <= arena->tail && !(offset & mh->align_mask);
}

/* Where @arena begins, in offsets that count on from arena to arena. */
static inline u64 arena_base(const struct memheap *mh, const struct arena *arena)
{
	u64 base = 0;

	while (arena-- > mh->arena)
		base += arena->size;
	return base;
}

/* In memheap_look.c. */
void memheap_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset);
void memheap_stats(void *ctrl, struct rtalloc_snapshot *snap);
int memheap_walk(void *ctrl, struct rtalloc_cursor *cursor,
		 struct rtalloc_block *batch, int max);
int memheap_check(void *ctrl, struct rtalloc_sweep *sweep,
		struct rtalloc_fault *fault);

#endif /* _RTALLOC_MEMHEAP_H */
