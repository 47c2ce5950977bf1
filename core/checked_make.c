// SPDX-License-Identifier: GPL-2.0-only
/*
 * checked_make.c - setting up and ending the checked mode of a heap: the memory
 * that it needs, and the calls of kmemleak. How it treats blocks is in
 * checked.c.
 */
#include <linux/err.h>
#include <linux/kmemleak.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core/checked.h"
#include "core/checked_calls.h"
#include "core/lock.h"
#include "core/refuse.h"

#ifndef RTALLOC_HAS_DEPOT

/* A caller is kept as its distance from this function: see stacks.h. */
int stack_begin(void)
{
	return 0;
}
#endif

/* ---- making ---------------------------------------------------------- */

static void part_note(struct rtalloc_checked *checked, void *base, size_t size)
{
	checked->part[checked->nr_parts++] = (struct checked_part){
		.base	= base,
		.size	= size,
	};
}

static int checked_add_region(void *ctrl, void *base, size_t size)
{
	struct rtalloc_checked *checked = ctrl;
	int err = checked->inner->add_region(checked->ctrl, base, size);

	if (!err)
		part_note(checked, base, size);
	return err;
}

/*
 * Evict blocks from the quarantine, as many as one hold of the lock allows.
 * Return true if some are left.
 */
static bool quarantine_drain(struct rtalloc_checked *checked)
{
	int i;

	for (i = 0; i < RTALLOC_HOLD_STEPS && checked_evict(checked); i++)
		;
	return checked->nr;
}

/*
 * Empty the quarantine, because one of its blocks may lie in the region. Return
 * -EAGAIN if blocks are left in it.
 */
static int checked_remove_region(void *ctrl, void *base, size_t size)
{
	struct rtalloc_checked *checked = ctrl;
	struct checked_part *part;
	int err;

	if (quarantine_drain(checked))
		return -EAGAIN;
	err = checked->inner->remove_region(checked->ctrl, base, size);
	if (err)
		return err;
	for (part = checked->part; part->base != base; part++)
		;
	*part = checked->part[--checked->nr_parts];
	return 0;
}

static void checked_configure(void *ctrl, size_t elem, u32 count, u32 *links)
{
	struct rtalloc_checked *checked = ctrl;

	checked->outer.elem = elem;
	checked->outer.count = count;
	checked->outer.link = links;
}

/*
 * Describe the users' elements for calls that read a pool without calling a
 * hook.
 */
static void outer_set(struct rtalloc_checked *checked)
{
	const struct fixed_pool *pool = (void *)checked->ctrl;
	struct fixed_pool *outer = &checked->outer;
	unsigned long cookie = outer->cookie;
	size_t elem = outer->elem;

	*outer = *pool;
	outer->cookie = cookie;
	outer->elem = elem;
	outer->origin += checked->front;
	outer->first += checked->front;
	outer->head = 0;
	outer->alloc_limit = 0;
	outer->free_limit = 0;
}

static int checked_init(void *ctrl, void *base, size_t size, size_t align,
			unsigned int flags)
{
	struct rtalloc_checked *checked = ctrl;
	const struct fixed_pool *outer = &checked->outer;
	size_t elem;
	int err;

	checked->front = ALIGN(sizeof(struct record), align);
	if (heap_is_pool(checked->heap)) {
		elem = rtalloc_checked_elem(outer->elem, align, flags);
		checked->inner->configure(checked->ctrl, elem, outer->count,
					  outer->link);
	}
	err = checked->inner->init(checked->ctrl, base, size, align,
				   flags & ~RTALLOC_HEAP_CHECKED);
	if (err)
		return err;
	if (heap_is_pool(checked->heap))
		outer_set(checked);
	part_note(checked, base, size);
	return 0;
}

size_t rtalloc_checked_elem(size_t elem, size_t align, unsigned int flags)
{
	if (!(flags & RTALLOC_HEAP_CHECKED) || !elem || elem > SIZE_MAX / 4)
		return elem;
	return ALIGN(sizeof(struct record), align) + elem + CHECKED_ZONE;
}

size_t rtalloc_checked_size(const struct rtalloc_ops *ops)
{
	return sizeof(struct rtalloc_checked) + ops->ctrl_size;
}

/*
 * Keep the fields that describe the backend, and replace its hooks by checked
 * ones.
 */
static void ops_fill(struct rtalloc_ops *ops, const struct rtalloc_ops *inner)
{
	*ops = checked_hooks;
	ops->name = inner->name;
	ops->ctrl_size = rtalloc_checked_size(inner);
	ops->default_align = inner->default_align;
	ops->min_align = inner->min_align;
	ops->max_align = inner->max_align;
	ops->base_align = inner->base_align;
	ops->bounded = inner->bounded;
	ops->has_owner = inner->has_owner;
	ops->init = checked_init;
	if (inner->configure)
		ops->configure = checked_configure;
	if (inner->add_region)
		ops->add_region = checked_add_region;
	if (inner->remove_region)
		ops->remove_region = checked_remove_region;
	if (!inner->close)
		ops->close = NULL;
	if (!inner->alloc_move)
		ops->alloc_move = NULL;
	if (!inner->set_owner)
		ops->set_owner = NULL;
}

/*
 * Allocate the ring. It has room for as many of the smallest blocks as may be
 * held, each of which is a record and a zone long.
 */
static int quarantine_make(struct rtalloc_checked *checked, size_t limit)
{
	size_t slots = limit / (sizeof(struct record) + CHECKED_ZONE);

	checked->limit = limit;
	checked->slots = min_t(size_t, slots, CHECKED_SLOTS);
	if (!checked->slots)
		return 0;
	checked->ring = kvmalloc_array(checked->slots, sizeof(*checked->ring),
				       GFP_KERNEL | __GFP_NOWARN);
	return checked->ring ? 0 : -ENOMEM;
}

/*
 * kmemleak must not find blocks through the checked mode's own pointers: the
 * outer pool holds the address of a pool's first element, and the ring holds
 * addresses of blocks that can be allocated again.
 */
static void pointers_hide(struct rtalloc_heap *heap)
{
	struct rtalloc_checked *checked = checked_of(heap);

	kmemleak_scan_area(heap, offsetof(struct rtalloc_heap, ctrl),
			   GFP_KERNEL);
	kmemleak_scan_area(&checked->ring, sizeof(checked->ring), GFP_KERNEL);
	if (checked->ring)
		kmemleak_no_scan(checked->ring);
}

/* Replace the hooks of @heap, before any of them was called. */
int rtalloc_checked_begin(struct rtalloc_heap *heap,
			  const struct rtalloc_heap_params *params,
			  const char **why)
{
	struct rtalloc_checked *checked = checked_of(heap);
	size_t limit = params->quarantine;

	if (params->flags & RTALLOC_POOL_HEADER)
		return refuse(-EINVAL, "a checked pool has no headers", why);
	if (stack_begin())
		return refuse(-ENOMEM, "no memory for stacks", why);
	if (quarantine_make(checked, limit ?: params->size / CHECKED_FRACTION))
		return refuse(-ENOMEM, "no memory for the quarantine", why);
	checked->heap = heap;
	/* The record in front of each block consists of words of 8 bytes. */
	heap->align = max(heap->align, sizeof(u64));
	checked->inner = heap->backend;
	*(unsigned long *)checked->ctrl = get_random_long();
	checked->is_tracked = !params->memory;
	pointers_hide(heap);
	init_irq_work(&checked->work, checked_work);
	ops_fill(&checked->ops, checked->inner);
	heap->ops = &checked->ops;
	heap->fast = RTALLOC_FAST_NONE;
	heap->is_checked = true;
	heap->was_checked = true;
	return 0;
}

/*
 * If a live block's memory begins @offset bytes into the heap, make kmemleak
 * forget it.
 */
static bool block_untrack(const struct rtalloc_checked *checked, u64 offset)
{
	void *p = checked_address(checked, offset);
	const struct record *record = p ? checked_record(checked, p) : NULL;

	if (!record || record->state != RECORD_LIVE)
		return false;
	kmemleak_free(p);
	return true;
}

/*
 * Look at one block in each hold of the lock. Return how many kmemleak has
 * forgotten.
 */
static u64 blocks_walk(struct rtalloc_heap *heap)
{
	struct rtalloc_checked *checked = checked_of(heap);
	struct rtalloc_cursor cursor = { };
	struct rtalloc_block block;
	unsigned long flags;
	u64 seen = 0;
	int n;

	do {
		flags = heap_lock(heap);
		n = checked_walk(checked, &cursor, &block, 1);
		if (n > 0 && block.state == RTALLOC_USED)
			seen += block_untrack(checked, block.offset);
		heap_unlock(heap, flags);
		cond_resched();
	} while (n > 0 || n == -EAGAIN);
	return seen;
}

/*
 * A damaged heap does not know all of its blocks. Objects that kmemleak still
 * tracks would overlap those of the memory's next owner, and kmemleak would
 * disable itself. So tell it to forget whatever begins at any place where a
 * block may begin.
 */
static void parts_untrack(const struct rtalloc_checked *checked)
{
	const struct checked_part *part = checked->part;
	size_t at;

	for (; part < checked->part + checked->nr_parts; part++)
		for (at = checked->front; at < part->size; at += sizeof(u64)) {
			kmemleak_free(part->base + at);
			if (!(at % SZ_64K))
				cond_resched();
		}
}

/*
 * The heap is being destroyed, so blocks that are still allocated are no longer
 * leaks. A call that dropped the lock while the heap was checked is in an RCU
 * read-side section until it has told kmemleak about its block, or has seen
 * that the heap is no longer checked. Wait for those calls.
 */
static void blocks_untrack(struct rtalloc_heap *heap)
{
	struct rtalloc_checked *checked = checked_of(heap);

	if (!IS_ENABLED(CONFIG_DEBUG_KMEMLEAK) || !checked->nr_parts)
		return;
	synchronize_rcu();
	if (blocks_walk(heap) != heap->allocs - heap->frees)
		parts_untrack(checked);
}

/*
 * End the checked mode of a heap, and test the quarantine a last time. Calls by
 * holders of a reference no longer reach the checked mode.
 */
void rtalloc_checked_end(struct rtalloc_heap *heap)
{
	struct rtalloc_checked *checked = checked_of(heap);
	unsigned long flags;
	bool more;

	if (!heap->is_checked)
		return;
	do {
		flags = heap_lock(heap);
		more = quarantine_drain(checked);
		heap_unlock(heap, flags);
		cond_resched();
	} while (more);
	flags = heap_lock(heap);
	heap->ops = &rtalloc_gone_ops;
	WRITE_ONCE(heap->is_checked, false);
	heap_unlock(heap, flags);
	blocks_untrack(heap);
	irq_work_sync(&checked->work);
	kvfree(checked->ring);
	flags = heap_lock(heap);
	memset(checked, 0, rtalloc_checked_size(heap->backend));
	heap_unlock(heap, flags);
}

/*
 * For heap_pauses(). Other calls may fill the quarantine as fast as it is
 * emptied, so one call evicts at most twice as many blocks as the quarantine
 * has room for.
 */
bool rtalloc_checked_pause(struct rtalloc_heap *heap, unsigned long *flags,
			   unsigned int tries)
	__must_hold(heap)
{
	struct rtalloc_checked *checked = checked_of(heap);

	if (!checked->goes_on ||
	    tries > 2 * checked->slots / RTALLOC_HOLD_STEPS)
		return false;
	checked->goes_on = false;
	heap_unlock(heap, *flags);
	*flags = heap_lock(heap);
	return true;
}

/*
 * For heap_settle(). Calls that free meanwhile shrink the quarantine
 * themselves.
 */
unsigned long rtalloc_checked_settle(struct rtalloc_heap *heap,
				     unsigned long flags)
	__must_hold(heap)
{
	unsigned int tries = 0;

	while (heap_pauses(heap, &flags, tries++) && heap->is_checked)
		checked_room_make(checked_of(heap));
	return flags;
}

void rtalloc_checked_called(struct rtalloc_heap *heap, unsigned long caller)
{
	checked_of(heap)->caller = caller;
}

void *rtalloc_checked_backend(struct rtalloc_heap *heap)
{
	return checked_of(heap)->ctrl;
}

/* ---- kmemleak -------------------------------------------------------- */

/*
 * Tell kmemleak about a block, outside the heap's lock. On PREEMPT_RT kmemleak
 * allocates under locks that sleep, so it does not learn of blocks that are
 * allocated in raw contexts.
 */
void rtalloc_checked_track(struct rtalloc_heap *heap, void *p, size_t size)
{
	if (!IS_ENABLED(CONFIG_DEBUG_KMEMLEAK) ||
	    !READ_ONCE(checked_of(heap)->is_tracked))
		return;
	if (IS_ENABLED(CONFIG_PREEMPT_RT) && !preemptible())
		return;
	kmemleak_alloc(p, size, 1, GFP_NOWAIT);
}

/*
 * The heap, which is locked, got memory of its creator's. That may be part of an
 * object that kmemleak already tracks, so blocks are tracked no more.
 */
void rtalloc_checked_untracked(struct rtalloc_heap *heap)
{
	heap_assert_locked(heap);
	WRITE_ONCE(checked_of(heap)->is_tracked, false);
}
