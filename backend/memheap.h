/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memheap.h - how a memheap lies in memory. memheap.c changes the heap,
 * memheap_inspect.c only reads it, and both include this header. The picture is
 * in memheap.c.
 *
 * Everything here is called under the heap's lock. The control block, struct
 * memheap with its arenas, is outside the heap's memory and is trusted. The
 * header of a block, struct item, lies between the blocks of users and may have
 * been overwritten. The functions below test a header in constant time. Where a
 * comment says that an item "may be read", the caller has tested it with
 * item_in_arena() or item_in_list().
 */
#ifndef _RTALLOC_MEMHEAP_H
#define _RTALLOC_MEMHEAP_H

#include <linux/align.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/minmax.h>

#include "backend/backend.h"
#include "backend/parts.h"
#include "backend/usage.h"

/* The smallest payload in bytes, before it is rounded up to the alignment. */
#define PAYLOAD_MIN	12u

/* The largest alignment of blocks that can be asked for, in bytes. */
#define ALIGN_MAX	4096u

/* The most regions that one heap can have. */
#define ARENAS_MAX	8

/* The most free blocks that memheap_alloc_short() tests. */
#define FAST_TRIES	8

struct arena;

/**
 * struct item - the header of a block
 * @magic: the arena's @magic_free or @magic_used
 * @owner: owner tag of a used block
 * @tag: the value of item_tag() for this address and this arena
 * @next: the header that follows in address order; the tail's is the first
 *	header
 * @prev: the header before it in address order
 * @next_free: the next block of the free list; NULL in a used block
 * @prev_free: the previous block of the free list; NULL in a used block
 *
 * The header lies in the heap's memory: every field may be damaged. A block's
 * size is not stored. It is the distance to @next, less the header.
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
 * struct arena - one contiguous piece of memory with a free list of its own
 * @part: the memory; it begins with a header
 * @tail: offset of the last header, which is used for ever and ends the arena
 * @key: the heap's cookie, mixed with this structure's address
 * @magic_free: magic of free blocks: an even number made from the cookie
 * @magic_used: magic of used blocks: @magic_free + 1
 * @available: bytes of payload of all free blocks
 * @front_whole: bytes of the first free block, header included; 0: not known
 * @front_link: what follows that block in the free list; NULL: not known
 * @list: head of the free list
 *
 * All of this is in the control block and is trusted. The header of the first
 * free block is compared with @front_whole and @front_link, which is cheaper
 * than following its links. Only memheap.c and the steps in memheap_list.h and
 * memheap_fast.h write to it.
 */
struct arena {
	struct part part;
	size_t tail;
	size_t key;
	u32 magic_free;
	u32 magic_used;
	size_t available;
	size_t front_whole;
	struct item *front_link;
	struct item list;
};

/**
 * struct memheap - the control block
 * @cookie: the heap's random number, see backend.h. It must be the first
 *	member.
 * @align_mask: alignment of blocks in bytes, less one
 * @header: bytes of a header, rounded up to the alignment
 * @payload_min: smallest payload in bytes, rounded up to the alignment
 * @whole_min: @header + @payload_min: the smallest block
 * @whole_add: what is added to a request before it is cut to a multiple of the
 *	alignment: a header and the rounding
 * @best_fit: freed blocks are sorted by size (RTALLOC_HEAP_BEST_FIT)
 * @in_use: counts the bytes of all arenas less what is @available there, and the
 *	most that was
 * @nr_arenas: used entries of @arena, in the order in which they were glued
 * @arena: the arenas
 *
 * Written when the heap is made and when a region is glued; only the arenas
 * change later.
 */
struct memheap {
	unsigned long cookie;
	size_t align_mask;
	size_t header;
	size_t payload_min;
	size_t whole_min;
	size_t whole_add;
	bool best_fit;
	struct usage in_use;
	unsigned int nr_arenas;
	struct arena arena[ARENAS_MAX];
};

static_assert(!offsetof(struct memheap, cookie));

/* Return where the user's memory of @item begins. Reads no memory of the heap. */
static inline void *item_payload(const struct memheap *mh, struct item *item)
{
	return (u8 *)item + mh->header;
}

/*
 * Return where the header of a block at @p would be. @p may be any value; the
 * result must be tested before it is read.
 */
static inline struct item *payload_item(const struct memheap *mh, void *p)
{
	return (struct item *)((u8 *)p - mh->header);
}

/*
 * Return the bytes of payload of @item. Reads @next: the result may be any
 * number if that is damaged.
 */
static inline size_t item_size(const struct memheap *mh,
			       const struct item *item)
{
	return (u8 *)item->next - (u8 *)item - mh->header;
}

/* Does the header say that the block is free? Reads the magic alone. */
static inline bool item_is_free(const struct arena *arena,
				const struct item *item)
{
	return item->magic == arena->magic_free;
}

/*
 * Does the header have one of the two magics? The used one is odd, and the free
 * one is one below it, so one comparison covers both.
 */
static inline bool item_is_marked(const struct arena *arena,
				  const struct item *item)
{
	return (item->magic | 1) == arena->magic_used;
}

/*
 * Return the tag that a header at @item must have. It depends on the address,
 * the arena and the heap, so a header that was copied from elsewhere has
 * another one.
 */
static inline size_t item_tag(const struct arena *arena,
			      const struct item *item)
{
	return arena->key ^ (size_t)item;
}

/*
 * May @item be read as a header of @arena? @item may be any value. True if it
 * is aligned and lies between the first header and the tail. Reads no memory of
 * the heap.
 */
static inline bool item_in_arena(const struct memheap *mh,
				 const struct arena *arena,
				 const struct item *item)
{
	size_t offset = (const u8 *)item - arena->part.start;

	return likely(offset <= arena->tail) &&
	       likely(!(offset & mh->align_mask));
}

/*
 * The same for the header of a payload: the tail has none. Behind the tail's
 * address lies the end of the arena, and its link leads on to the first header.
 */
static inline bool item_has_payload(const struct memheap *mh,
				    const struct arena *arena,
				    const struct item *item)
{
	size_t offset = (const u8 *)item - arena->part.start;

	return likely(offset < arena->tail) &&
	       likely(!(offset & mh->align_mask));
}

/*
 * May @item be read as a member of the free list of @arena? As item_in_arena(),
 * but the head of the list, which is in the control block, is accepted too.
 */
static inline bool item_in_list(const struct memheap *mh,
				const struct arena *arena,
				const struct item *item)
{
	return item == &arena->list || item_in_arena(mh, arena, item);
}

/*
 * Does the block behind @item, which may be read, follow it correctly? It must
 * be a header of the arena, far enough away for a block between, marked, and
 * point back to @item.
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

/* Does the block before @item, which may be read, point to @item? */
static inline bool item_is_entered(const struct memheap *mh,
				   const struct arena *arena,
				   const struct item *item)
{
	return likely(item_in_arena(mh, arena, item->prev)) &&
	       likely(item->prev->next == item);
}

/*
 * Does @item, which may be read, have the tag that belongs to its address? The
 * head of the free list has a tag too.
 */
static inline bool item_has_tag(const struct arena *arena,
				const struct item *item)
{
	return item->tag == item_tag(arena, item);
}

/*
 * Is @item, which may be read, a sound free block as far as the blocks behind
 * it show: its neighbour in address order and its successor in the free list?
 * Both must point back and both must have a tag. The tag is tested because a
 * pointer back could also be the contents of a live block.
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

/*
 * May the free @item, which lies behind a live block, be taken off the free
 * list and absorbed by that block? @item may be read. Everything that would be
 * written to is tested here.
 */
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
 * May @item, which may be read, be taken off the free list, cut or absorbed?
 * All four neighbours, two in address order and two in the free list, must
 * point at it. Everything that would be written to is tested here.
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
 * May a search of the free list that comes from @prev read @item? @item may be
 * any value. Each block has one predecessor, so a damaged list cannot make a
 * search run in a circle.
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
