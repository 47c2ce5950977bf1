/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * small_mem.h - how a small_mem heap looks in memory: shared by small_mem.c,
 * which changes it, and small_mem_inspect.c, which only reads. The picture is
 * in small_mem.c.
 *
 * Blocks are named by the offset of their header from the base. A header may
 * lie at any address when a heap is made with a small alignment, so its fields
 * are copied, never pointed at.
 */
#ifndef _RTALLOC_SMALL_MEM_H
#define _RTALLOC_SMALL_MEM_H

#include <linux/align.h>
#include <linux/build_bug.h>
#include <linux/string.h>

#include "backend/backend.h"

/**
 * struct small_mem_layout - a header, and the rules that differ
 * @mark_at: where the mark is
 * @mark_bytes: its width
 * @index_bytes: width of next and of prev
 * @next_at: where the offset of the next header is
 * @prev_at: where the offset of the header before is
 * @owner_at: where the tag is, if @has_owner
 * @header: bytes of a header before rounding up to the alignment
 * @payload_min: smallest payload before that
 * @end_max: largest offset that the header can hold
 * @has_owner: there is a tag
 * @is_plain: offsets are as they are, for RT-Thread's tests walk the headers
 * @realloc_moves: a shrink that leaves too little for a block moves, and the
 *	new size may be below @payload_min; else such a shrink changes nothing
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
 * @cookie: the core's, see backend.h
 * @layout: of headers
 * @base: the first header
 * @end: offset of the end mark
 * @first_free: lowest free block, or the end mark
 * @used: bytes of used blocks, headers included
 * @max_used: highest value of that
 * @align_mask: of blocks
 * @header: rounded up to the alignment
 * @payload_min: rounded up to the alignment
 * @key_next: what the offset of the next header is mixed with
 * @key_prev: and that of the one before
 * @mark_free: what a header says of a free block; its lowest bit is 0, that of
 *	the other two is 1
 * @mark_used: and of a used one, or the end mark, behind a used one
 * @mark_after: and of the same behind a free one
 *
 * Keys and marks follow from the cookie. No two free blocks touch, so a mark
 * says of every free block twice that it is one: its own, and that behind it.
 */
struct small_mem {
	unsigned long cookie;
	const struct small_mem_layout *layout;
	u8 *base;
	size_t end;
	size_t first_free;
	size_t used;
	size_t max_used;
	size_t align_mask;
	size_t header;
	size_t payload_min;
	u64 key_next;
	u64 key_prev;
	u32 mark_free;
	u32 mark_used;
	u32 mark_after;
};

/* RT-Thread's header, and lwIP's with 16, 32 and 64 bits of index. */
extern const struct small_mem_layout small_mem_rtthread;
extern const struct small_mem_layout small_mem_lwip[3];

/* A heap of @layout over the region; as the init hook. */
int small_mem_open(struct small_mem *sm, void *base, size_t size, size_t align,
		   const struct small_mem_layout *layout);

/* ---- fields ---------------------------------------------------------- */

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

/* As much of @code as the header has room for, each header's its own. */
static inline u64 block_code(const struct small_mem *sm, size_t at, u64 key)
{
	u64 wide = ~0ull >> (64 - 8 * sm->layout->index_bytes);

	return sm->layout->is_plain ? 0 : (at ^ key) & wide;
}

static inline size_t block_next(const struct small_mem *sm, size_t at)
{
	return small_mem_load(sm->base + at + sm->layout->next_at,
			      sm->layout->index_bytes) ^
	       block_code(sm, at, sm->key_next);
}

static inline size_t block_prev(const struct small_mem *sm, size_t at)
{
	return small_mem_load(sm->base + at + sm->layout->prev_at,
			      sm->layout->index_bytes) ^
	       block_code(sm, at, sm->key_prev);
}

static inline u32 block_mark(const struct small_mem *sm, size_t at)
{
	return small_mem_load(sm->base + at + sm->layout->mark_at,
			      sm->layout->mark_bytes);
}

static inline bool block_is_free(const struct small_mem *sm, size_t at)
{
	return block_mark(sm, at) == sm->mark_free;
}

/* Does the block at @at say that what is before it is free? */
static inline bool block_is_after(const struct small_mem *sm, size_t at)
{
	return block_mark(sm, at) == sm->mark_after;
}

static inline bool block_is_marked(const struct small_mem *sm, size_t at)
{
	u32 mark = block_mark(sm, at);

	return mark == sm->mark_free || mark == sm->mark_used ||
	       mark == sm->mark_after;
}

static inline char *block_owner(const struct small_mem *sm, size_t at)
{
	return (char *)sm->base + at + sm->layout->owner_at;
}

/* ---- blocks ---------------------------------------------------------- */

static inline size_t block_payload(const struct small_mem *sm, size_t at)
{
	return block_next(sm, at) - at - sm->header;
}

/* Where the block at @at, which is not the end mark, ends; 0: it is damaged. */
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

/* In small_mem_inspect.c. */
u64 small_mem_offset(void *ctrl, const void *p);
void small_mem_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset);
void small_mem_stats(void *ctrl, struct rtalloc_snapshot *snap);
int small_mem_walk(void *ctrl, struct rtalloc_cursor *cursor,
		   struct rtalloc_block *batch, int max);
int small_mem_check(void *ctrl, struct rtalloc_sweep *sweep,
		    struct rtalloc_fault *fault);

#endif /* _RTALLOC_SMALL_MEM_H */
