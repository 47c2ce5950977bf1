/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memheap.h - how a memheap looks in memory: shared by memheap.c, which changes
 * it, and memheap_inspect.c, which only reads. The picture is in memheap.c.
 */
#ifndef _RTALLOC_MEMHEAP_H
#define _RTALLOC_MEMHEAP_H

#include <linux/align.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/minmax.h>

#include "backend/backend.h"
#include "backend/usage.h"

#define PAYLOAD_MIN	12u		/* before rounding */
#define ALIGN_MAX	4096u
#define ARENAS_MAX	8
#define FAST_TRIES	8		/* free blocks that a short call may look at */

struct arena;

/**
 * struct item - the header of a block
 * @magic: the arena's @magic_free or @magic_used
 * @owner: tag of a used block
 * @tag: what item_tag() gives for this address and region
 * @next: the header behind, in address order; the tail's is the first
 * @prev: the header before
 * @next_free: in the free list; NULL in a used block
 * @prev_free: in the free list; NULL in a used block
 */
struct item {
	u32 magic;
	char owner[RTALLOC_OWNER_MAX];
	size_t tag;
	struct item *next;
	struct item *prev;
	struct item *next_free;
	struct item *prev_free;
};

static_assert(sizeof(struct item) == 8 + 5 * sizeof(void *));

/**
 * struct arena - a region, with a free list of its own
 * @start: its first header
 * @size: bytes
 * @tail: offset of the last header
 * @key: the heap's cookie, mixed with which arena it is
 * @magic_free: of free blocks, follows from @key; an even number
 * @magic_used: of used ones, the odd number behind it
 * @available: bytes of payload of the free blocks
 * @in_use: @size - @available
 * @front_whole: bytes of the first free block, header included; 0: not known
 * @front_link: what follows it in the free list; NULL: not known
 * @list: head of the free list
 *
 * None of this lies in the region: so what @list and the front say is trusted,
 * and the header of the first free block is compared with it.
 */
struct arena {
	u8 *start;
	size_t size;
	size_t tail;
	size_t key;
	u32 magic_free;
	u32 magic_used;
	size_t available;
	struct usage in_use;
	size_t front_whole;
	struct item *front_link;
	struct item list;
};

struct memheap {
	unsigned long cookie;		/* the core's, see backend.h */
	size_t align_mask;
	size_t header;		/* of an item, rounded up to the alignment */
	size_t payload_min;
	size_t whole_min;	/* of both */
	size_t whole_add;	/* what rounds up a request and adds a header */
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

static inline bool item_is_free(const struct arena *arena,
				const struct item *item)
{
	return item->magic == arena->magic_free;
}

static inline bool item_is_marked(const struct arena *arena,
				  const struct item *item)
{
	return (item->magic | 1) == arena->magic_used;
}

/* What no other header, arena or heap has. */
static inline size_t item_tag(const struct arena *arena,
			      const struct item *item)
{
	return arena->key ^ (size_t)item;
}

/* May @item be read as a header of @arena? */
static inline bool item_in_arena(const struct memheap *mh,
				 const struct arena *arena,
				 const struct item *item)
{
	size_t offset = (const u8 *)item - arena->start;

	return likely(offset <= arena->tail) &&
	       likely(!(offset & mh->align_mask));
}

/* The same of a link of the free list, which may lead to its head. */
static inline bool item_in_list(const struct memheap *mh,
				const struct arena *arena,
				const struct item *item)
{
	return item == &arena->list || item_in_arena(mh, arena, item);
}

/*
 * Is what lies behind @item, which may be read, the next block? There is room
 * for a block between, and the next points back.
 */
static inline bool item_leads_on(const struct memheap *mh,
				 const struct arena *arena,
				 const struct item *item)
{
	const struct item *next = item->next;

	return likely(item_in_arena(mh, arena, next)) && likely(next > item) &&
	       likely((size_t)((u8 *)next - (u8 *)item) >=
		      mh->header + mh->payload_min) &&
	       likely(next->prev == item) &&
	       likely(item_is_marked(arena, next));
}

/* Does what @item, which may be read, has before it lead to it? */
static inline bool item_is_entered(const struct memheap *mh,
				   const struct arena *arena,
				   const struct item *item)
{
	return likely(item_in_arena(mh, arena, item->prev)) &&
	       likely(item->prev->next == item);
}

/* Is @item, which may be read, a header or the head of the free list? */
static inline bool item_has_tag(const struct arena *arena,
				const struct item *item)
{
	return item->tag == item_tag(arena, item);
}

/*
 * Are what lies behind the free @item, which may be read, and what follows it in
 * the free list what they should be? That they are headers is tested too: what
 * points back may be a live block's contents.
 */
static inline bool item_front_ok(const struct memheap *mh,
				 const struct arena *arena,
				 const struct item *item)
{
	return likely(item_is_free(arena, item)) &&
	       likely(item_has_tag(arena, item)) &&
	       likely(item_leads_on(mh, arena, item)) &&
	       likely(item_has_tag(arena, item->next)) &&
	       likely(item_in_list(mh, arena, item->next_free)) &&
	       likely(item->next_free->prev_free == item) &&
	       likely(item_has_tag(arena, item->next_free));
}

/* May @item, which a live block has behind it, be taken off and swallowed? */
static inline bool item_right_ok(const struct memheap *mh,
				 const struct arena *arena,
				 const struct item *item)
{
	return item_front_ok(mh, arena, item) &&
	       likely(item_in_list(mh, arena, item->prev_free)) &&
	       likely(item->prev_free->next_free == item) &&
	       likely(item_has_tag(arena, item->prev_free));
}

/*
 * May @item, which may be read, be taken off the free list, cut or swallowed?
 * Nobody but the allocator makes four others point at it.
 */
static inline bool item_free_ok(const struct memheap *mh,
				const struct arena *arena,
				const struct item *item)
{
	return item_right_ok(mh, arena, item) &&
	       likely(item_is_entered(mh, arena, item)) &&
	       likely(item_has_tag(arena, item->prev));
}

/*
 * May a search of the free list that comes from @prev look at @item? Each has one
 * predecessor, so a search ends, whatever lies there.
 */
static inline bool item_is_next_free(const struct memheap *mh,
				     const struct arena *arena,
				     const struct item *item,
				     const struct item *prev)
{
	return likely(item_in_arena(mh, arena, item)) &&
	       likely(item_is_free(arena, item)) &&
	       likely(item->prev_free == prev);
}

/* Where @arena begins, in offsets that count on from arena to arena. */
static inline u64 arena_base(const struct memheap *mh, const struct arena *arena)
{
	u64 base = 0;

	while (arena-- > mh->arena)
		base += arena->size;
	return base;
}

/*
 * Hooks of struct rtalloc_ops in memheap_inspect.c, none of which changes the
 * structure of the heap. memheap_walk() and memheap_check() are linear in
 * blocks, memheap_stats() in free blocks; memheap_usage() takes constant time.
 */
void memheap_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset);
void memheap_stats(void *ctrl, struct rtalloc_snapshot *snap);
int memheap_walk(void *ctrl, struct rtalloc_cursor *cursor,
		 struct rtalloc_block *batch, int max);
int memheap_check(void *ctrl, struct rtalloc_sweep *sweep,
		  struct rtalloc_fault *fault);

#endif /* _RTALLOC_MEMHEAP_H */
