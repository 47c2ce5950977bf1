// SPDX-License-Identifier: GPL-2.0-only
/*
 * model.c - attacks on heaps: the calls before and after the write, and a model of the live
 * blocks, which is independent of how heaps work.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "kunit/attack/attack.h"

#define CALLS_AFTER	60

/* ---- what must hold --------------------------------------------------- */

static void fill(u8 *p, u64 with, size_t size)
{
	const u8 *end = p + size;

	for (; end - p >= (ptrdiff_t)sizeof(with); p += sizeof(with))
		memcpy(p, &with, sizeof(with));
	memcpy(p, &with, end - p);
}

static bool is_filled(const u8 *p, u64 with, size_t size)
{
	size_t first = min(size, sizeof(with));

	return !memcmp(p, &with, first) &&
	       !memcmp(p, p + first, size - first);
}

static bool block_sound(struct attack *a, const struct attack_block *block)
{
	return is_filled(block->p, block->fill, block->size) ||
	       attack_is_link(a, block->fill) ||
	       attack_failed(a, "live block at %zu was written to",
			     (size_t)(block->p - a->base));
}

bool attack_all_sound(struct attack *a)
{
	unsigned int i;

	for (i = 0; i < a->nr_live; i++)
		if (!block_sound(a, &a->live[i]))
			return false;
	if (!is_filled(a->memory, ATTACK_OUTSIDE, ATTACK_GUARD) ||
	    !is_filled(a->base + a->c->size, ATTACK_OUTSIDE,
		       ATTACK_GUARD))
		return attack_failed(a, "memory outside was written to");
	return true;
}

/* Whether @size bytes at @p, just allocated, are in the heap and overlap no live block. */
static bool block_new_ok(struct attack *a, const u8 *p, size_t size,
			 size_t align)
{
	const struct attack_block *block;

	if (p < a->base || size > a->c->size ||
	    p > a->base + a->c->size - size)
		return attack_failed(a, "memory outside was handed out");
	if ((size_t)p & (align - 1))
		return attack_failed(a, "block is not aligned");
	for (block = a->live; block < a->live + a->nr_live; block++)
		if (p < block->p + block->size && block->p < p + size)
			return attack_failed(a, "%zu bytes at %zu overlap the live block at %zu",
					     size, (size_t)(p - a->base),
					     (size_t)(block->p - a->base));
	return true;
}

/* ---- calls ------------------------------------------------------------ */

/* Compute from the first block the part of a tag that is not the block's address. */
static void learn_tag(struct attack *a, const u8 *p)
{
	u32 tag;

	memcpy(&tag, p - 8, sizeof(tag));
	if (a->c->has_tag)
		a->tag_code = tag - (u32)(size_t)p;
}

/* Note a new block, and fill all its usable bytes. */
static bool block_keep(struct attack *a, u8 *p, size_t size, size_t align)
{
	size_t usable = rtalloc_usable_size(a->heap, p);
	struct attack_block *block = &a->live[a->nr_live];

	usable = max(usable, size);
	if (!block_new_ok(a, p, usable, align))
		return false;
	if (!a->tag_code)
		learn_tag(a, p);
	*block = (struct attack_block){ p, usable, attack_contents(a) };
	fill(p, block->fill, usable);
	a->nr_live++;
	return true;
}

bool attack_take(struct attack *a, size_t size, size_t align)
{
	u8 *p;

	if (a->nr_live == ATTACK_BLOCKS)
		return true;
	p = align > 1 ? rtalloc_alloc_aligned(a->heap, size, align, 0) :
			rtalloc_alloc(a->heap, size, 0);
	return !p || block_keep(a, p, size, align);
}

static void block_drop(struct attack *a, unsigned int i)
{
	a->live[i] = a->live[--a->nr_live];
}

bool attack_give(struct attack *a, unsigned int i)
{
	struct attack_block block;

	if (i >= a->nr_live)
		return true;
	block = a->live[i];
	if (!block_sound(a, &block))
		return false;
	/* A damaged heap may refuse the free; then the block stays live. */
	if (rtalloc_free(a->heap, block.p))
		return true;
	block_drop(a, i);
	if (a->nr_stale < ATTACK_BLOCKS)
		a->stale[a->nr_stale++] = block;
	return true;
}

static void stale_forget(struct attack *a, const u8 *p)
{
	unsigned int i;

	for (i = 0; i < a->nr_stale; i++)
		if (a->stale[i].p == p)
			a->stale[i--] = a->stale[--a->nr_stale];
}

static size_t bytes_used(struct attack *a)
{
	struct rtalloc_snapshot snap;

	rtalloc_stats(a->heap, &snap);
	return snap.used;
}

/*
 * A realloc has failed. If the heap could free neither the old nor the new block, the new one
 * is lost, and more bytes are in use than @used, those before. A lost block is not free, so
 * pointers to it are not stale any more.
 */
static void forget_lost(struct attack *a, size_t used)
{
	unsigned int i = a->nr_stale;

	if (bytes_used(a) <= used)
		return;
	while (i--)
		if (rtalloc_usable_size(a->heap, a->stale[i].p))
			a->stale[i] = a->stale[--a->nr_stale];
}

static bool block_change(struct attack *a, unsigned int i, size_t size)
{
	struct attack_block block = a->live[i];
	size_t used = bytes_used(a);
	u8 *p;

	if (!block_sound(a, &block))
		return false;
	p = rtalloc_realloc(a->heap, block.p, size, 0);
	if (!p) {
		forget_lost(a, used);
		return true;
	}
	block_drop(a, i);
	/* If the free of the old block failed, it is lost, and its pointer is not stale. */
	if (p != block.p)
		stale_forget(a, block.p);
	if (!block_new_ok(a, p, size, 1))
		return false;
	if (!is_filled(p, block.fill, min(size, block.size)) &&
	    !attack_is_link(a, block.fill))
		return attack_failed(a, "realloc lost the contents");
	return block_keep(a, p, size, 1);
}

bool attack_is_live(const struct attack *a, const u8 *p)
{
	unsigned int i;

	for (i = 0; i < a->nr_live; i++)
		if (a->live[i].p == p)
			return true;
	return false;
}

/* Free a stale pointer: it must be refused, unless a live block begins there. */
static bool stale_give(struct attack *a, const struct attack_block *stale)
{
	if (attack_is_live(a, stale->p))
		return true;
	if (a->has_copied_tag && attack_is_tagged(a, stale->p))
		return true;
	return rtalloc_free(a->heap, stale->p) ||
	       attack_failed(a, "freed block at %zu can be freed again",
			     (size_t)(stale->p - a->base));
}

/* ---- layouts ---------------------------------------------------------- */

void attack_remember(struct attack *a)
{
	if (a->nr_moments < ATTACK_MOMENTS)
		memcpy(a->moment[a->nr_moments++], a->base, a->c->size);
}

static bool take_all(struct attack *a, const u16 *sizes, unsigned int nr)
{
	bool ok = true;

	while (ok && nr--)
		ok = attack_take(a, *sizes++, 1);
	attack_remember(a);
	return ok;
}

/* Free every live block whose number modulo @of is @rest, from the last on. */
static bool give_each(struct attack *a, unsigned int of, unsigned int rest)
{
	unsigned int i = a->nr_live;
	bool ok = true;

	while (ok && i--)
		if (i % of == rest)
			ok = attack_give(a, i);
	attack_remember(a);
	return ok;
}

/* Random calls with a seed of their own, so that the layout is always the same. */
static bool at_random(struct attack *a, u64 seed)
{
	unsigned int calls = 40;
	bool ok = true;

	swap(seed, a->seed);
	while (ok && calls--) {
		if (a->nr_live < 4 || attack_draw(a, 2))
			ok = attack_take(a, 1 + attack_draw(a, 120),
					 1u << attack_draw(a, 7));
		else
			ok = attack_give(a, attack_draw(a, a->nr_live));
		if (calls % 16 == 0)
			attack_remember(a);
	}
	swap(seed, a->seed);
	return ok;
}

#define TAKE(a, ...)							\
	take_all(a, (const u16[]){ __VA_ARGS__ },			\
		 ARRAY_SIZE(((const u16[]){ __VA_ARGS__ })))

/* Allocate blocks of @size until the heap is full; for slab, until one zone is. */
static bool take_full(struct attack *a, size_t size)
{
	unsigned int before;
	bool ok = true;

	do {
		before = a->nr_live;
		ok = attack_take(a, size, 1);
	} while (ok && a->nr_live > before && a->nr_live < 34);
	return ok;
}

/* The layouts: separate holes, one large hole, a hole with new blocks, a full heap, ... */
bool attack_layout(struct attack *a, unsigned int layout)
{
	switch (layout) {
	case 0:
		return TAKE(a, 100, 100, 24, 60, 100, 100, 100, 40) &&
		       give_each(a, 2, 1);
	case 1:
		return TAKE(a, 40, 40, 40, 40, 40, 40) &&
		       give_each(a, 1, 0) && TAKE(a, 20);
	case 2:
		return TAKE(a, 96, 32, 48, 64, 96, 32, 96) &&
		       attack_give(a, 3) && attack_give(a, 2) &&
		       attack_give(a, 1) && TAKE(a, 24, 16);
	case 3:
		return TAKE(a, 120, 120, 120, 120, 120, 120, 120, 120) &&
		       give_each(a, 2, 0) && give_each(a, 2, 1) &&
		       TAKE(a, 8, 112);
	case 4:
		return at_random(a, 3);
	case 5:
		return take_full(a, 1000) && give_each(a, 2, 1);
	default:
		return at_random(a, 9) && give_each(a, 3, 1) &&
		       TAKE(a, 33, 64, 12);
	}
}

/* ---- afterwards ------------------------------------------------------- */

static size_t any_size(struct attack *a)
{
	if (a->nr_stale && !attack_draw(a, 3))
		return a->stale[attack_draw(a, a->nr_stale)].size;
	return attack_draw(a, 8) ? 1 + attack_draw(a, 120) :
				   1 + attack_draw(a, 4000);
}

static bool any_call(struct attack *a)
{
	u32 what = attack_draw(a, 16);

	if (a->c->percpu && a->move)
		a->move(attack_draw(a, 4));
	if (what == 0 && a->nr_stale)
		return stale_give(a, &a->stale[attack_draw(a, a->nr_stale)]);
	if (what < 7)
		return attack_take(a, any_size(a), 1);
	if (what == 7)
		return attack_take(a, any_size(a), 8u << attack_draw(a, 7));
	if (!a->nr_live)
		return true;
	if (what < 13)
		return attack_give(a, attack_draw(a, a->nr_live));
	return block_change(a, attack_draw(a, a->nr_live), any_size(a));
}

/* Check, walk and statistics must end. */
static bool look(struct attack *a)
{
	struct rtalloc_cursor cursor = { };
	struct rtalloc_block piece[8];
	struct rtalloc_snapshot snap;
	struct rtalloc_fault fault;
	unsigned int left = ATTACK_ROOM;

	rtalloc_stats(a->heap, &snap);
	rtalloc_check(a->heap, &fault);
	while (left && rtalloc_walk(a->heap, &cursor, piece, 8) > 0)
		left--;
	return left || attack_failed(a, "a walk does not end");
}

bool attack_go_on(struct attack *a)
{
	bool ok = attack_draw(a, 4) || look(a);
	unsigned int calls;

	for (calls = 0; ok && calls < CALLS_AFTER; calls++)
		ok = any_call(a);
	ok = ok && attack_all_sound(a);
	rtalloc_trim(a->heap);
	return ok && look(a) && attack_all_sound(a);
}
