// SPDX-License-Identifier: GPL-2.0-only
/*
 * small_mem.c - backends "small_mem" and "lwip_mem": first fit in address
 * order, two small heaps of which one descends from the other.
 *
 * They behave as RT-Thread 5.1's smem and as lwIP's mem: valid requests get the
 * same offsets, failures and statistics. There is one engine. The differences
 * are data, a struct small_mem_layout: the header, the smallest payload, and
 * when a shrink moves. A header holds a mark (free or used) and the offsets of
 * the headers before and behind it. Its size follows from the alignment and,
 * for lwIP, from how wide an offset must be.
 *
 *   0                                 first_free               end
 *   +--------+---------+--------+---- +--------+--------------+--------+
 *   | header | payload | header | ... | header | free payload | header |
 *   +--------+---------+--------+---- +--------+--------------+--------+
 *
 * Cost: free takes constant time. Alloc is linear in the blocks behind
 * first_free, without a bound: on PREEMPT_RT the heap's lock sleeps unless the
 * creator asks for the raw one.
 *
 * Rules of the originals that are kept because offsets depend on them: a rest
 * that is smaller than a header and the smallest payload stays with its block.
 * RT-Thread's resize never grows in place, moves when it would shrink by too
 * little, and keeps a payload below the smallest. lwIP's trim never moves. lwIP
 * has no realloc; here growth moves.
 *
 * A sound block is known by its mark and by neighbours that point at it; so is
 * the end mark. A header that ceases to exist is wiped. So a bad free is
 * refused in constant time, and an overrun into the next header is noticed.
 * Marks are mixed with the heap's cookie, so a header that another heap has left
 * over is not accepted; lwip_mem's offsets also with the cookie and their own
 * place, so neither is a copied one. small_mem's offsets are stored as they are,
 * because RT-Thread's own tests read them. The header of a free block is not
 * trusted: the header behind it confirms that the block is free and where it
 * begins. Everything that a call writes to is tested before the first write, and
 * every search goes upwards only.
 *
 * Functions that only read are in small_mem_inspect.c, the layout is in
 * small_mem.h. Written from behavioural descriptions; no code taken.
 */
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/minmax.h>

#include "backend/small_mem.h"
#include "backend/steps.h"

#define ALIGN_MAX	4096u
#define LWIP_NARROW_MAX	64000u	/* above this lwIP's offsets are wider */

const struct small_mem_layout small_mem_rtthread = {
	.mark_at	= 0,
	.mark_bytes	= 4,
	.owner_at	= sizeof(size_t) > 4 ? 4 : 12,
	.index_bytes	= sizeof(size_t),
	.next_at	= sizeof(size_t),
	.prev_at	= 2 * sizeof(size_t),
	.header		= 8 + 2 * sizeof(size_t),
	.payload_min	= 3 * sizeof(size_t),
	.end_max	= U64_MAX,
	.has_owner	= true,
	.is_plain	= true,
	.realloc_moves	= true,
};

static_assert(RTALLOC_OWNER_MAX == 4);

/* The flag's byte and the padding behind it hold the mark. */
#define LWIP_LAYOUT(bytes, max) {					\
	.next_at	= 0,						\
	.prev_at	= (bytes),					\
	.index_bytes	= (bytes),					\
	.mark_at	= 2 * (bytes),					\
	.mark_bytes	= (bytes) < 4 ? (bytes) : 4,			\
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
			sm->layout->index_bytes,
			next ^ block_code(sm, at, sm->key_next));
}

static void block_set_prev(struct small_mem *sm, size_t at, size_t prev)
{
	small_mem_store(sm->base + at + sm->layout->prev_at,
			sm->layout->index_bytes,
			prev ^ block_code(sm, at, sm->key_prev));
}

static void block_set_mark(struct small_mem *sm, size_t at, u32 mark)
{
	small_mem_store(sm->base + at + sm->layout->mark_at,
			sm->layout->mark_bytes, mark);
}

/* The block at @at gets @mark and loses its owner tag. */
static void block_pass_on(struct small_mem *sm, size_t at, u32 mark)
{
	block_set_mark(sm, at, mark);
	if (sm->layout->has_owner)
		memset(block_owner(sm, at), 0, RTALLOC_OWNER_MAX);
}

/* No block begins at @at any more, so nothing may take this for a header. */
static void block_wipe(struct small_mem *sm, size_t at)
{
	memset(sm->base + at, 0, sm->layout->header);
}

/*
 * Write the header of a free block from @at to @next. The block at @next is
 * used, the block before is at @prev.
 */
static void block_free_up(struct small_mem *sm, size_t at, size_t prev,
			  size_t next)
{
	block_pass_on(sm, at, sm->mark_free);
	block_set_prev(sm, at, prev);
	block_set_next(sm, at, next);
	block_set_prev(sm, next, at);
	block_set_mark(sm, next, sm->mark_after);
}

/* ---- which blocks are sound ------------------------------------------- */

/*
 * Does the block before the one at @at point to it? The header at @at may be
 * read.
 */
static bool block_is_entered(const struct small_mem *sm, size_t at)
{
	size_t prev = block_prev(sm, at);

	if (!at)
		return !prev && !block_is_after(sm, at);
	return prev < at && !(prev & sm->align_mask) &&
	       block_step(sm, prev) == at &&
	       block_is_free(sm, prev) == block_is_after(sm, at);
}

/*
 * The block at @at says that it is free. Does the block behind it confirm that?
 */
static bool block_is_whole(const struct small_mem *sm, size_t at)
{
	size_t next = block_step(sm, at);

	return next && block_prev(sm, next) == at && block_is_after(sm, next);
}

/* Is the header at @at sound, given that it follows a used block at @prev? */
static bool block_follows(const struct small_mem *sm, size_t at, size_t prev)
{
	size_t next;

	if (block_prev(sm, at) != prev)
		return false;
	if (at == sm->end)
		return block_next(sm, at) == at &&
		       block_mark(sm, at) == sm->mark_used;
	next = block_step(sm, at);
	return next && block_prev(sm, next) == at;
}

/* ---- alloc ----------------------------------------------------------- */

/* Round @size, which is at most the heap's, up to the alignment. */
static size_t size_rounded(const struct small_mem *sm, size_t size)
{
	return (size + sm->align_mask) & ~sm->align_mask;
}

/*
 * Return the first free block from @at on, or the end mark, or 0 if a header on
 * the way is damaged.
 */
static size_t free_from(const struct small_mem *sm, size_t at)
{
	while (at && at < sm->end && !block_is_free(sm, at))
		at = block_step(sm, at);
	return at;
}

/*
 * Allocate @size bytes from the block at @at, which is free and sound, leaving
 * its first @gap bytes free.
 */
static void *block_use(struct small_mem *sm, size_t at, size_t gap,
		       size_t size)
{
	size_t next = block_next(sm, at), from = at + gap;
	size_t whole = next - from, rest = 0, first;

	if (whole - sm->header >= size + sm->header + sm->payload_min)
		rest = from + sm->header + size;
	if (sm->first_free == at && !gap) {
		first = rest ? rest : free_from(sm, next);
		if (unlikely(!first))
			return ERR_PTR(-RTALLOC_CORRUPT);
		sm->first_free = first;
	}
	if (gap) {
		block_set_next(sm, at, from);
		block_set_prev(sm, from, at);
	}
	block_pass_on(sm, from, gap ? sm->mark_after : sm->mark_used);
	block_set_next(sm, from, rest ? rest : next);
	if (rest) {
		whole = rest - from;
		block_free_up(sm, rest, from, next);
	} else {
		block_set_prev(sm, next, from);
		block_set_mark(sm, next, sm->mark_used);
	}
	usage_add(&sm->in_use, whole);
	return sm->base + from + sm->header;
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
		gap = gap_for((size_t)(sm->base + at + sm->header), align,
			      sm->header + sm->payload_min);
		if (payload - size < gap)
			continue;
		if (unlikely(!block_is_entered(sm, at)) ||
		    unlikely(!block_is_whole(sm, at)))
			return ERR_PTR(-RTALLOC_CORRUPT);
		return block_use(sm, at, gap, size);
	}
	return NULL;
}

static void *small_mem_alloc(void *ctrl, size_t size)
{
	return small_mem_alloc_aligned(ctrl, size, 1);
}

/* ---- which pointers are blocks --------------------------------------- */

/*
 * Find the header of the live block at @p. Return 0 if there is one: then its
 * neighbours are sound too. Else return the fault.
 */
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
	/*
	 * The block at @at is used, so no sound header behind it follows a free
	 * block.
	 */
	if (block_is_after(sm, next) || !block_follows(sm, next, at))
		return -RTALLOC_OVERRUN;
	if (block_is_free(sm, next) && !block_is_whole(sm, next))
		return -RTALLOC_CORRUPT;
	*header = at;
	return 0;
}

/* ---- free, resize ---------------------------------------------------- */

static int small_mem_loss_fault(void *ctrl, void *p, size_t size)
{
	struct small_mem *sm = ctrl;
	size_t at, want;
	int err = block_find(sm, p, &at);

	if (err || !size || !sm->layout->realloc_moves)
		return err;
	want = max(size_rounded(sm, size), sm->align_mask + 1);
	return want + sm->header + sm->layout->payload_min <
	       block_payload(sm, at) ? 0 : -ENOSPC;
}

static int small_mem_free(void *ctrl, void *p)
{
	struct small_mem *sm = ctrl;
	size_t at, prev, next;
	int err = block_find(sm, p, &at);

	if (err)
		return err;
	prev = block_prev(sm, at);
	next = block_next(sm, at);
	usage_sub(&sm->in_use, next - at);
	if (block_is_free(sm, next)) {
		size_t behind = block_next(sm, next);

		block_wipe(sm, next);
		next = behind;
	}
	if (block_is_after(sm, at)) {
		block_wipe(sm, at);
		at = prev;
		prev = block_prev(sm, at);
	} else {
		sm->first_free = min(sm->first_free, at);
	}
	block_free_up(sm, at, prev, next);
	return 0;
}

/*
 * Shorten the block at @at to @size bytes of payload. The rest becomes a free
 * block, together with the block behind it if that is free.
 */
static void block_shorten(struct small_mem *sm, size_t at, size_t size)
{
	size_t rest = at + sm->header + size;
	size_t next = block_next(sm, at);

	usage_sub(&sm->in_use, next - rest);
	sm->first_free = min(sm->first_free, rest);
	/* The old header is read first: the new one may overlap it. */
	if (block_is_free(sm, next)) {
		size_t behind = block_next(sm, next);

		block_wipe(sm, next);
		next = behind;
	}
	block_set_next(sm, at, rest);
	block_free_up(sm, rest, at, next);
}

/*
 * Follow RT-Thread's rule, which compares with the smallest payload before
 * rounding.
 */
static int resize_or_move(struct small_mem *sm, size_t at, size_t want)
{
	size_t have = block_payload(sm, at);

	if (want == have)
		return 0;
	/* Without a free block it cannot move, and a shrink must not fail. */
	if (want < have && sm->first_free == sm->end &&
	    want + sm->header + sm->layout->payload_min >= have)
		return 0;
	if (want + sm->header + sm->layout->payload_min >= have)
		return -ENOSPC;
	block_shorten(sm, at, want);
	return 0;
}

/* Follow lwIP's rule: bytes that cannot be given back stay with the block. */
static int resize_in_place(struct small_mem *sm, size_t at, size_t want)
{
	size_t have = block_payload(sm, at);

	if (want > have)
		return -ENOSPC;
	if (want == have)
		return 0;
	if (want + sm->header + sm->payload_min <= have ||
	    block_is_free(sm, block_next(sm, at)))
		block_shorten(sm, at, want);
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

/* ---- inspecting --------------------------------------------------------- */

static size_t small_mem_usable_size(void *ctrl, const void *p)
{
	struct small_mem *sm = ctrl;
	size_t at;

	return block_find(sm, p, &at) ? 0 : block_payload(sm, at);
}

static int small_mem_set_owner(void *ctrl, void *p, const char *owner)
{
	struct small_mem *sm = ctrl;
	size_t at;
	int err = block_find(sm, p, &at);

	if (!err)
		owner_write(block_owner(sm, at), owner);
	return err;
}

/* ---- init ------------------------------------------------------------ */

/*
 * Make keys and marks from the cookie. The keys differ in their low 16 bits
 * too, because a header may have room for only those.
 */
static void keys_make(struct small_mem *sm)
{
	u64 mix = sm->cookie * 0x9e3779b97f4a7c15ull;
	u32 mark = mix >> 32;

	mix ^= mix >> 29;
	sm->key_next = mix;
	sm->key_prev = (mix >> 16) * 0xd6e8feb86659fd93ull;
	if (sm->layout->mark_bytes < sizeof(mark))
		mark &= 0xffff;
	/* The mark is not 0, which is what a wiped header holds. */
	sm->mark_free = (mark & ~1u) | 4;
	sm->mark_used = sm->mark_free | 1;
	sm->mark_after = sm->mark_used ^ 2;
}

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
	keys_make(sm);
	block_pass_on(sm, sm->end, sm->mark_after);
	block_set_next(sm, sm->end, sm->end);
	block_free_up(sm, 0, 0, sm->end);
	return 0;
}

static int small_mem_init(void *ctrl, void *base, size_t size, size_t align,
			  unsigned int flags)
{
	if (flags & ~RTALLOC_HEAP_RAW_LOCK)
		return -EINVAL;
	return small_mem_open(ctrl, base, size, align, &small_mem_rtthread);
}

/* Choose the narrowest layout whose offsets reach the end. */
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
	.loss_fault	= small_mem_loss_fault,
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
	.loss_fault	= small_mem_loss_fault,
	.usable_size	= small_mem_usable_size,
	.offset		= small_mem_offset,
	.walk		= small_mem_walk,
	.check		= small_mem_check,
	.usage		= small_mem_usage,
	.stats		= small_mem_stats,
};
