/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * small_mem.h - how a heap of the backends small_mem and lwip_mem lies in
 * memory. small_mem.c changes the heap, small_mem_inspect.c only reads it, and
 * both include this header. The picture is in small_mem.c.
 *
 * A block is named by the offset of its header from the base, not by a pointer.
 * A header may lie at any address when a heap is made with a small alignment,
 * so its fields are copied with memcpy() and never accessed through a struct.
 *
 * Everything here is called under the heap's lock. The control block, struct
 * small_mem, is outside the heap's memory and is trusted. A header may have
 * been overwritten. A function that takes an offset @at reads the header there:
 * the caller makes sure that @at is at most @end.
 */
#ifndef _RTALLOC_SMALL_MEM_H
#define _RTALLOC_SMALL_MEM_H

#include <linux/align.h>
#include <linux/build_bug.h>
#include <linux/string.h>

#include "backend/backend.h"
#include "backend/usage.h"

/**
 * struct small_mem_layout - where a header's fields are, and which rules hold
 * @mark_at: offset of the mark within the header
 * @mark_bytes: width of the mark: 2 or 4
 * @index_bytes: width of the two offsets that follow: 2, 4 or 8
 * @next_at: offset of the field that holds where the next header is
 * @prev_at: offset of the field that holds where the previous header is
 * @owner_at: offset of the owner tag, if @has_owner
 * @header: bytes of a header before they are rounded up to the alignment
 * @payload_min: smallest payload in bytes before it is rounded up
 * @end_max: the largest offset that a field of @index_bytes can hold
 * @has_owner: blocks have an owner tag
 * @is_plain: offsets are stored as they are, because RT-Thread's own tests read
 *	them; else they are mixed with a code
 * @realloc_moves: when a shrink would leave too little for a free block the
 *	block moves, and the new size may be below @payload_min. When false,
 *	such a shrink changes nothing.
 *
 * Constant data; nothing writes to it.
 */
struct small_mem_layout {
	unsigned int mark_at;
	unsigned int mark_bytes;
	unsigned int index_bytes;
	unsigned int next_at;
	unsigned int prev_at;
	unsigned int owner_at;
	size_t header;
	size_t payload_min;
	u64 end_max;
	bool has_owner;
	bool is_plain;
	bool realloc_moves;
};

/**
 * struct small_mem - the control block
 * @cookie: the heap's random number, see backend.h. It must be the first
 *	member.
 * @layout: the rules of this heap's headers
 * @base: the first header, offset 0
 * @end: offset of the end mark, a header that is never free
 * @first_free: offset of the lowest free block, or @end if no block is free
 * @in_use: counts the bytes of used blocks, headers included
 * @align_mask: alignment of blocks in bytes, less one
 * @header: bytes of a header, rounded up to the alignment
 * @payload_min: smallest payload in bytes, rounded up to the alignment
 * @key_next: key for the field that holds where the next header is
 * @key_prev: key for the field that holds where the previous header is
 * @mark_free: mark of a free block; its lowest bit is 0
 * @mark_used: mark of a used block, or of the end mark, when the block before
 *	it is used; its lowest bit is 1
 * @mark_after: mark of a used block, or of the end mark, when the block before
 *	it is free; its lowest bit is 1
 *
 * Keys and marks are made from the cookie when the heap is made. Two free
 * blocks are never neighbours, so each free block is attested twice: by its own
 * mark and by the mark of the block behind it.
 *
 * Only small_mem.c writes to it, under the heap's lock.
 */
struct small_mem {
	unsigned long cookie;
	const struct small_mem_layout *layout;
	u8 *base;
	size_t end;
	size_t first_free;
	struct usage in_use;
	size_t align_mask;
	size_t header;
	size_t payload_min;
	u64 key_next;
	u64 key_prev;
	u32 mark_free;
	u32 mark_used;
	u32 mark_after;
};

static_assert(!offsetof(struct small_mem, cookie));

/*
 * The layout of RT-Thread, and those of lwIP with 16, 32 and 64 bits of offset.
 */
extern const struct small_mem_layout small_mem_rtthread;
extern const struct small_mem_layout small_mem_lwip[3];

/*
 * Make a heap of @layout at @base. Parameters and results are those of the init
 * hook. Constant time.
 */
int small_mem_open(struct small_mem *sm, void *base, size_t size, size_t align,
		   const struct small_mem_layout *layout);

/* ---- fields ---------------------------------------------------------- */

/* Read a number of @bytes (2, 4 or 8) at @from, which need not be aligned. */
static inline u64 small_mem_load(const u8 *from, unsigned int bytes)
{
	u64 wide;
	u32 word;
	u16 half;

	switch (bytes) {
	case sizeof(half):
		memcpy(&half, from, sizeof(half));
		return half;
	case sizeof(word):
		memcpy(&word, from, sizeof(word));
		return word;
	default:
		memcpy(&wide, from, sizeof(wide));
		return wide;
	}
}

/*
 * Write the low @bytes (2, 4 or 8) of @wide to @to, which need not be aligned.
 */
static inline void small_mem_store(u8 *to, unsigned int bytes, u64 wide)
{
	u32 word = wide;
	u16 half = wide;

	switch (bytes) {
	case sizeof(half):
		memcpy(to, &half, sizeof(half));
		break;
	case sizeof(word):
		memcpy(to, &word, sizeof(word));
		break;
	default:
		memcpy(to, &wide, sizeof(wide));
	}
}

/*
 * Return the code that an offset in the header at @at is mixed with: address
 * and @key, cut to the field's width. 0 for a plain layout. Reads no memory of
 * the heap.
 */
static inline u64 block_code(const struct small_mem *sm, size_t at, u64 key)
{
	u64 wide = ~0ull >> (64 - 8 * sm->layout->index_bytes);

	return sm->layout->is_plain ? 0 : (at ^ key) & wide;
}

/*
 * Return the offset of the header behind the one at @at. It may be any number
 * if the header is damaged: see block_step().
 */
static inline size_t block_next(const struct small_mem *sm, size_t at)
{
	return small_mem_load(sm->base + at + sm->layout->next_at,
			      sm->layout->index_bytes) ^
	       block_code(sm, at, sm->key_next);
}

/*
 * Return the offset of the header before the one at @at. It may be any number
 * if the header is damaged.
 */
static inline size_t block_prev(const struct small_mem *sm, size_t at)
{
	return small_mem_load(sm->base + at + sm->layout->prev_at,
			      sm->layout->index_bytes) ^
	       block_code(sm, at, sm->key_prev);
}

/* Return the mark of the header at @at; any number if the header is damaged. */
static inline u32 block_mark(const struct small_mem *sm, size_t at)
{
	return small_mem_load(sm->base + at + sm->layout->mark_at,
			      sm->layout->mark_bytes);
}

/* Does the mark at @at say that the block is free? */
static inline bool block_is_free(const struct small_mem *sm, size_t at)
{
	return block_mark(sm, at) == sm->mark_free;
}

/*
 * Does the mark at @at say that the block is used and the block before it free?
 */
static inline bool block_is_after(const struct small_mem *sm, size_t at)
{
	return block_mark(sm, at) == sm->mark_after;
}

/*
 * Does the header at @at have one of the three marks? If not, no header of this
 * heap is there.
 */
static inline bool block_is_marked(const struct small_mem *sm, size_t at)
{
	u32 mark = block_mark(sm, at);

	return mark == sm->mark_free || mark == sm->mark_used ||
	       mark == sm->mark_after;
}

/*
 * Return where the owner tag of the block at @at is. Only for a layout that has
 * tags.
 */
static inline char *block_owner(const struct small_mem *sm, size_t at)
{
	return (char *)sm->base + at + sm->layout->owner_at;
}

/* ---- blocks ---------------------------------------------------------- */

/*
 * Return the bytes of payload of the block at @at. The caller has tested its
 * header.
 */
static inline size_t block_payload(const struct small_mem *sm, size_t at)
{
	return block_next(sm, at) - at - sm->header;
}

/*
 * Return the offset at which the block at @at ends, or 0 if its header is
 * damaged. @at must not be the end mark. The result is above @at, so a walk
 * always ends. Constant time.
 */
static inline size_t block_step(const struct small_mem *sm, size_t at)
{
	size_t next = block_next(sm, at);

	if (unlikely(next <= at) || unlikely(next > sm->end) ||
	    unlikely(next & sm->align_mask) ||
	    unlikely(next - at <= sm->header) ||
	    unlikely(!block_is_marked(sm, at)))
		return 0;
	return next;
}

/*
 * Hooks of struct rtalloc_ops in small_mem_inspect.c, none of which changes the
 * heap's structure. small_mem_stats(), small_mem_walk() and small_mem_check()
 * are linear in blocks; the other two take constant time.
 */
u64 small_mem_offset(void *ctrl, const void *p);
void small_mem_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset);
void small_mem_stats(void *ctrl, struct rtalloc_snapshot *snap);
int small_mem_walk(void *ctrl, struct rtalloc_cursor *cursor,
		   struct rtalloc_block *batch, int max);
int small_mem_check(void *ctrl, struct rtalloc_sweep *sweep,
		    struct rtalloc_fault *fault);

#endif /* _RTALLOC_SMALL_MEM_H */
