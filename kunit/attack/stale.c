// SPDX-License-Identifier: GPL-2.0-only
/*
 * stale.c - attacks on heaps: pointers that were valid in another heap. Either that heap was
 * in the same memory before and has left its contents, or its contents are copied into a
 * block.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "kunit/attack/attack.h"

/* Expect every call to refuse @p, which is no block of the heap. */
static bool is_refused(struct attack *a, u8 *p)
{
	size_t at = p - a->base;

	if (!rtalloc_free(a->heap, p))
		return attack_failed(a, "free takes %zu", at);
	if (rtalloc_resize(a->heap, p, 8) >= 0)
		return attack_failed(a, "resize takes %zu", at);
	if (rtalloc_realloc(a->heap, p, 200, 0))
		return attack_failed(a, "realloc takes %zu", at);
	if (rtalloc_usable_size(a->heap, p))
		return attack_failed(a, "usable_size takes %zu", at);
	if (!rtalloc_set_owner(a->heap, p, "no"))
		return attack_failed(a, "set_owner takes %zu", at);
	return true;
}

static bool counts_right(struct attack *a)
{
	struct rtalloc_snapshot snap;
	struct rtalloc_fault fault;

	rtalloc_stats(a->heap, &snap);
	if (snap.live != a->nr_live)
		return attack_failed(a, "%llu blocks are live, not %u",
				     snap.live, a->nr_live);
	if (rtalloc_check(a->heap, &fault))
		return attack_failed(a, "unsound: %s", fault.what);
	return attack_all_sound(a);
}

/* Expect the pointers of the earlier heap, and pointers into its blocks, to be refused. */
static bool earlier_refused(struct attack *a, unsigned int nr)
{
	bool ok = true;
	size_t by;

	while (ok && nr--)
		for (by = 0; ok && by <= 48; by += 8)
			ok = attack_is_live(a, a->was[nr].p + by) ||
			     is_refused(a, a->was[nr].p + by);
	return ok;
}

/* For every layout; the next heap is empty, or has blocks of its own (@more). */
static bool earlier_heap(struct attack *a, const struct attack_case *c,
			 bool more)
{
	unsigned int nr;
	bool ok = attack_open(a, c) && attack_layout(a, a->layout);

	nr = a->nr_live;
	memcpy(a->was, a->live, sizeof(a->was));
	attack_close(a);
	ok = ok && attack_open(a, c);
	if (ok && more)
		ok = attack_take(a, 56, 1) && attack_take(a, 300, 1);
	ok = ok && earlier_refused(a, nr) && counts_right(a);
	/* Free memory can be allocated, and no block twice. */
	while (ok && a->nr_live < 12) {
		nr = a->nr_live;
		ok = attack_take(a, 60, 1);
		if (a->nr_live == nr)
			break;
	}
	ok = ok && counts_right(a);
	attack_close(a);
	return ok;
}

/* Copy a heap's memory into a block of the next heap, at the same address. */
static bool copied_heap(struct attack *a, const struct attack_case *c)
{
	size_t room = c->size / 4, at;
	bool ok = attack_open(a, c) && attack_layout(a, a->layout);
	u8 *p;

	a->nr_moments = 0;
	attack_remember(a);
	attack_close(a);
	if (!ok || !attack_open(a, c))
		return false;
	p = rtalloc_alloc(a->heap, room, 0);
	if (p) {
		memcpy(p, a->moment[0], room);
		for (at = 8; ok && at < room; at += 8)
			ok = is_refused(a, p + at);
		ok = ok && !memcmp(p, a->moment[0], room);
		ok = ok && !rtalloc_free(a->heap, p);
		if (!ok)
			attack_failed(a, "the block with the copy is not as it was");
	}
	ok = ok && counts_right(a);
	attack_close(a);
	return ok;
}

bool attack_stale(struct attack *a, const struct attack_case *c)
{
	bool ok = true;

	a->why[0] = 0;
	a->at = 0;
	for (a->layout = 0; ok && a->layout < ATTACK_LAYOUTS; a->layout++)
		ok = earlier_heap(a, c, false) && earlier_heap(a, c, true) &&
		     copied_heap(a, c);
	return ok;
}
