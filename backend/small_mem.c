// SPDX-License-Identifier: GPL-2.0-only
/*
 * small_mem.c - backends "small_mem" and "lwip_mem": first fit in address
 * order, the two small heaps that descend from one another.
 *
 * Behaves as RT-Thread 5.1's smem and as lwIP's mem: on valid requests the
 * same offsets, failures and statistics. One engine; what differs is data, a
 * struct small_mem_layout: the header, the smallest payload, when a shrink
 * stays. A header holds a mark (free or used) and the offsets of the headers
 * before and behind; its size follows from that alignment and, for lwIP, from
 * how wide an offset must be.
 *
 *   0                                 first_free               end
 *   +--------+---------+--------+---- +--------+--------------+--------+
 *   | header | payload | header | ... | header | free payload | header |
 *   +--------+---------+--------+---- +--------+--------------+--------+
 *
 * Cost: alloc is linear in blocks behind first_free, free takes constant time:
 * no bound, so the core gives it a spinlock_t.
 *
 * Kept from the originals, since offsets depend on it: a rest smaller than a
 * header and the smallest payload stays with its block; RT-Thread's resize
 * never grows in place, moves on a shrink by too little, and keeps a payload
 * below the smallest; lwIP's trim never moves. lwIP has no realloc: growth
 * moves.
 *
 * A good block is known by its mark and by neighbours that point at it, the
 * end mark too; a header that ceases to exist is wiped. So a bad free is
 * refused in constant time and an overrun into the next header is seen.
 *
 * What only reads is in small_mem_look.c, the layout in small_mem.h. Written
 * from behavioural descriptions; no code taken.
 */
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/minmax.h>

#include "backend/small_mem.h"

#define ALIGN_MAX	4096u
#define LWIP_NARROW_MAX	64000u	/* from here on lwIP's offsets are wider */

const struct small_mem_layout small_mem_rtthread = {
	.mark_at	= 0,
	.mark_bytes	= 4,
	.mark_free	= 0x1ea01ea0,
	.mark_used	= 0x1ea01ea1,
	.owner_at	= 4,
	.index_bytes	= 8,
	.next_at	= 8,
	.prev_at	= 16,
	.header		= 24,
	.payload_min	= 24,
	.end_max	= U64_MAX,
	.has_owner	= true,
	.realloc_moves	= true,
};

static_assert(RTALLOC_OWNER_MAX == 4);

/* The flag's byte and the padding behind it hold the mark. */
#define LWIP_LAYOUT(bytes, max) {					\
	.next_at	= 0,						\
	.prev_at	= (bytes),					\
	.index_bytes	= (bytes),					\
	.mark_at	= 2 * (bytes),					\
	.mark_bytes	= 2,						\
	.mark_free	= 0x1ea0,					\
	.mark_used	= 0x1ea1,					\
	.header		= 3 * (bytes),					\
	.payload_min	= 12,						\
	.end_max	= (max),					\
}

const struct small_mem_layout small_mem_lwip[3] = {
	LWIP_LAYOUT(2, LWIP_NARROW_MAX),
	LWIP_LAYOUT(4, U32_MAX),
	LWIP_LAYOUT(8, U64_MAX),
};

/* ---- headers --------------------------------------------------------- */

static void block_set_next(struct small_mem *sm, size_t at, size_t next)
{
	small_mem_store(sm->base + at + sm->layout->next_at,
			sm->layout->index_bytes, next);
}

static void block_set_prev(struct small_mem *sm, size_t at, size_t prev)
{
	small_mem_store(sm->base + at + sm->layout->prev_at,
			sm->layout->index_bytes, prev);
}

/* The block at @at changes hands: whoever owned it does no more. */
static void block_set_mark(struct small_mem *sm, size_t at, u32 mark)
{
	const struct small_mem_layout *layout = sm->layout;

	small_mem_store(sm->base + at + layout->mark_at, layout->mark_bytes,
			mark);
	if (layout->has_owner)
		memset(block_owner(sm, at), 0, RTALLOC_OWNER_MAX);
}

/* Nothing may take what lies at @at for a header any more. */
static void block_wipe(struct small_mem *sm, size_t at)
{
	memset(sm->base + at, 0, sm->layout->header);
}

/* A free block from @at to @next, behind the one at @prev. */
static void block_insert(struct small_mem *sm, size_t at, size_t prev,
			 size_t next)
{
	block_set_mark(sm, at, sm->layout->mark_free);
	block_set_prev(sm, at, prev);
	block_set_next(sm, at, next);
	block_set_next(sm, prev, at);
	block_set_prev(sm, next, at);
}

/*
 * The block at @at takes over the one behind it, at @victim, which is not the
 * first free one: the caller has seen to that.
 */
static void block_absorb(struct small_mem *sm, size_t at, size_t victim)
{
	size_t next = block_next(sm, victim);

	block_wipe(sm, victim);
	block_set_next(sm, at, next);
	block_set_prev(sm, next, at);
}

/* ---- alloc ----------------------------------------------------------- */

/* @size, which is at most the heap's, rounded up to the alignment. */
static size_t size_rounded(const struct small_mem *sm, size_t size)
{
	return (size + sm->align_mask) & ~sm->align_mask;
}

/* The first free block from @at on, or the end mark; 0: damage on the way. */
static size_t free_from(const struct small_mem *sm, size_t at)
{
	while (at && at < sm->end && !block_is_free(sm, at))
		at = block_step(sm, at);
	return at;
}

/*
 * Bytes to leave in front of the block at @at so that its payload is aligned;
 * they must be able to stand as a block.
 */
static size_t block_gap(const struct small_mem *sm, size_t at, size_t align)
{
	size_t payload = (size_t)(sm->base + at + sm->header);
	size_t least = sm->header + sm->payload_min;
	size_t gap = ALIGN(payload, align) - payload;

	if (gap && gap < least)
		gap = ALIGN(payload + least, align) - payload;
	return gap;
}

/* Use the free block at @at, without its first @gap bytes, for @size bytes. */
static void *block_take(struct small_mem *sm, size_t at, size_t gap,
			size_t size)
{
	size_t next = block_next(sm, at);
	size_t whole = next - at - gap;
	bool split = whole - sm->header >=
		     size + sm->header + sm->payload_min;

	if (unlikely(block_prev(sm, next) != at))
		return ERR_PTR(-RTALLOC_CORRUPT);
	if (sm->first_free == at && !gap) {
		size_t first = split ? at + sm->header + size :
				       free_from(sm, next);

		if (unlikely(!first))
			return ERR_PTR(-RTALLOC_CORRUPT);
		sm->first_free = first;
	}
	if (gap) {
		block_insert(sm, at + gap, at, next);
		at += gap;
	}
	if (split) {
		whole = sm->header + size;
		block_insert(sm, at + whole, at, next);
	}
	block_set_mark(sm, at, sm->layout->mark_used);
	sm->used += whole;
	sm->max_used = max(sm->max_used, sm->used);
	return sm->base + at + sm->header;
}

static void *small_mem_alloc_aligned(void *ctrl, size_t size, size_t align)
{
	struct small_mem *sm = ctrl;
	size_t at, next, gap, payload;

	if (!size || size > sm->end || align > sm->end)
		return NULL;
	size = max(size_rounded(sm, size), sm->payload_min);
	for (at = sm->first_free; at < sm->end; at = next) {
		next = block_step(sm, at);
		if (unlikely(!next))
			return ERR_PTR(-RTALLOC_CORRUPT);
		payload = next - at - sm->header;
		if (!block_is_free(sm, at) || payload < size)
			continue;
		gap = block_gap(sm, at, align);
		if (payload - size >= gap)
			return block_take(sm, at, gap, size);
	}
	return NULL;
}

static void *small_mem_alloc(void *ctrl, size_t size)
{
	return small_mem_alloc_aligned(ctrl, size, 1);
}

/* ---- which pointers are blocks --------------------------------------- */

/* Is the header at @at, which follows a block, as it must be? */
static bool block_follows(const struct small_mem *sm, size_t at, size_t prev)
{
	size_t next;

	if (block_prev(sm, at) != prev)
		return false;
	if (at == sm->end)
		return block_next(sm, at) == at &&
		       block_mark(sm, at) == sm->layout->mark_used;
	next = block_step(sm, at);
	return next && block_prev(sm, next) == at;
}

/* Is @p a live block? 0 and where its header is, or the fault. */
static int block_find(const struct small_mem *sm, const void *p, size_t *header)
{
	size_t offset = (size_t)p - (size_t)sm->base;
	size_t at = offset - sm->header;
	size_t next;

	if (offset >= sm->end + sm->header)
		return -RTALLOC_FOREIGN;
	if (offset < sm->header || offset & sm->align_mask || at >= sm->end)
		return -RTALLOC_NOT_A_BLOCK;
	next = block_step(sm, at);
	if (!next || !block_is_entered(sm, at))
		return -RTALLOC_NOT_A_BLOCK;
	if (block_is_free(sm, at))
		return -RTALLOC_DOUBLE_FREE;
	if (!block_follows(sm, next, at))
		return -RTALLOC_OVERRUN;
	*header = at;
	return 0;
}

/* ---- free, resize ---------------------------------------------------- */

static int small_mem_free(void *ctrl, void *p)
{
	struct small_mem *sm = ctrl;
	size_t at, prev, next;
	int err = block_find(sm, p, &at);

	if (err)
		return err;
	prev = block_prev(sm, at);
	next = block_next(sm, at);
	sm->used -= next - at;
	block_set_mark(sm, at, sm->layout->mark_free);
	sm->first_free = min(sm->first_free, at);
	if (block_is_free(sm, next))
		block_absorb(sm, at, next);
	if (prev != at && block_is_free(sm, prev))
		block_absorb(sm, prev, at);
	return 0;
}

/*
 * The block at @at keeps @size bytes of payload; the rest becomes a free block
 * together with the one behind if that is free.
 */
static void block_cut(struct small_mem *sm, size_t at, size_t size)
{
	size_t rest = at + sm->header + size;
	size_t next = block_next(sm, at);

	sm->used -= next - rest;
	sm->first_free = min(sm->first_free, rest);
	/* The new header may lie over the old one. */
	if (block_is_free(sm, next))
		block_absorb(sm, at, next);
	block_insert(sm, rest, at, block_next(sm, at));
}

/* RT-Thread's rule takes the smallest payload as it is, not rounded. */
static int resize_or_move(struct small_mem *sm, size_t at, size_t want)
{
	size_t have = block_payload(sm, at);

	if (want == have)
		return 0;
	/* Where nothing at all is free it cannot move, and must not fail. */
	if (want < have && sm->first_free == sm->end &&
	    want + sm->header + sm->layout->payload_min >= have)
		return 0;
	if (want + sm->header + sm->layout->payload_min >= have)
		return -ENOSPC;
	block_cut(sm, at, want);
	return 0;
}

/* lwIP's rule: what cannot be given back stays with the block. */
static int resize_in_place(struct small_mem *sm, size_t at, size_t want)
{
	size_t have = block_payload(sm, at);

	if (want > have)
		return -ENOSPC;
	if (want == have)
		return 0;
	if (want + sm->header + sm->payload_min <= have ||
	    block_is_free(sm, block_next(sm, at)))
		block_cut(sm, at, want);
	return 0;
}

static int small_mem_resize(void *ctrl, void *p, size_t *size)
{
	struct small_mem *sm = ctrl;
	size_t at, want;
	int err = block_find(sm, p, &at);

	if (err)
		return err;
	if (*size > sm->end)
		return -ENOSPC;
	want = size_rounded(sm, *size);
	if (sm->layout->realloc_moves)
		return resize_or_move(sm, at, max(want, sm->align_mask + 1));
	return resize_in_place(sm, at, max(want, sm->payload_min));
}

/* ---- looking --------------------------------------------------------- */

static size_t small_mem_usable_size(void *ctrl, const void *p)
{
	struct small_mem *sm = ctrl;
	size_t at;

	return block_find(sm, p, &at) ? 0 : block_payload(sm, at);
}

static int small_mem_set_owner(void *ctrl, void *p, const char *owner)
{
	struct small_mem *sm = ctrl;
	size_t at, i;
	int err = block_find(sm, p, &at);

	if (err)
		return err;
	memset(block_owner(sm, at), 0, RTALLOC_OWNER_MAX);
	for (i = 0; i < RTALLOC_OWNER_MAX && owner[i]; i++)
		block_owner(sm, at)[i] = owner[i];
	return 0;
}

/* ---- init ------------------------------------------------------------ */

int small_mem_open(struct small_mem *sm, void *base, size_t size, size_t align,
		   const struct small_mem_layout *layout)
{
	sm->layout = layout;
	sm->base = base;
	sm->align_mask = align - 1;
	sm->header = ALIGN(layout->header, align);
	sm->payload_min = ALIGN(layout->payload_min, align);
	size &= ~sm->align_mask;
	if (size < 2 * sm->header + sm->payload_min)
		return -ENOSPC;
	sm->end = size - sm->header;
	if (sm->end > layout->end_max)
		return -EINVAL;
	block_insert(sm, sm->end, sm->end, sm->end);
	block_set_mark(sm, sm->end, layout->mark_used);
	block_insert(sm, 0, 0, sm->end);
	block_set_next(sm, 0, sm->end);	/* it is not behind itself */
	return 0;
}

static int small_mem_init(void *ctrl, void *base, size_t size, size_t align,
			  unsigned int flags)
{
	if (flags & ~RTALLOC_HEAP_RAW_LOCK)
		return -EINVAL;
	return small_mem_open(ctrl, base, size, align, &small_mem_rtthread);
}

/* The narrowest offsets that reach the end. */
static int lwip_mem_init(void *ctrl, void *base, size_t size, size_t align,
			 unsigned int flags)
{
	const struct small_mem_layout *layout = small_mem_lwip;
	int err;

	if (flags & ~RTALLOC_HEAP_RAW_LOCK)
		return -EINVAL;
	do {
		err = small_mem_open(ctrl, base, size, align, layout++);
	} while (err == -EINVAL);
	return err;
}

const struct rtalloc_ops small_mem_ops = {
	.name		= "small_mem",
	.ctrl_size	= sizeof(struct small_mem),
	.default_align	= 8,
	.min_align	= 4,
	.max_align	= ALIGN_MAX,
	.has_owner	= true,
	.init		= small_mem_init,
	.alloc		= small_mem_alloc,
	.alloc_aligned	= small_mem_alloc_aligned,
	.resize		= small_mem_resize,
	.free		= small_mem_free,
	.usable_size	= small_mem_usable_size,
	.set_owner	= small_mem_set_owner,
	.offset		= small_mem_offset,
	.walk		= small_mem_walk,
	.check		= small_mem_check,
	.usage		= small_mem_usage,
	.stats		= small_mem_stats,
};

const struct rtalloc_ops lwip_mem_ops = {
	.name		= "lwip_mem",
	.ctrl_size	= sizeof(struct small_mem),
	.default_align	= 8,
	.min_align	= 1,
	.max_align	= ALIGN_MAX,
	.init		= lwip_mem_init,
	.alloc		= small_mem_alloc,
	.alloc_aligned	= small_mem_alloc_aligned,
	.resize		= small_mem_resize,
	.free		= small_mem_free,
	.usable_size	= small_mem_usable_size,
	.offset		= small_mem_offset,
	.walk		= small_mem_walk,
	.check		= small_mem_check,
	.usage		= small_mem_usage,
	.stats		= small_mem_stats,
};
