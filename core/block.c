// SPDX-License-Identifier: GPL-2.0-only
/*
 * block.c - calls on a block that are not hot. The two hot calls, alloc and
 * free, are in entry.c; calls that only look are in stats.c.
 *
 * Each call takes the heap's lock, calls one hook of the backend that changes the
 * heap (a realloc, until one of several has found a place), counts, and drops the
 * lock. Tracing, clearing, copying and reporting come after that.
 */
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <rtalloc/caller.h>

#include "core/block.h"
#include "core/checked_calls.h"
#include "core/keys.h"
#include "core/latency.h"
#include "core/lock.h"
#include "core/percpu_calls.h"
#include "core/pool.h"
#include "core/report.h"
#include "core/slow.h"
#include "core/trace.h"

/* Make the heap hand out nothing more. The caller holds the heap's lock. */
void rtalloc_heap_shut(struct rtalloc_heap *heap)
{
	heap_assert_locked(heap);
	heap->is_closed = true;
	heap->fast = RTALLOC_FAST_NONE;
	rtalloc_percpu_update(heap);
	if (heap->ops->close)
		heap->ops->close(heap->ctrl);
}

/*
 * Close the heap because a hook found its structure damaged. The caller holds
 * the heap's lock. Return true if the heap was open: then the caller must call
 * rtalloc_damage_tell() after dropping the lock.
 */
bool rtalloc_heap_damaged(struct rtalloc_heap *heap)
{
	bool first = !heap->is_closed;

	rtalloc_heap_shut(heap);
	heap->faults++;
	return first;
}

/*
 * Report the damage and wake tasks that wait for an element. The heap is not
 * locked.
 */
void rtalloc_damage_tell(struct rtalloc_heap *heap)
{
	rtalloc_waiters_dismiss(heap);
	rtalloc_report_damage(heap);
}

/*
 * Finish an allocation whose hook returned @p, which is NULL or an error
 * pointer. The heap is locked; this drops the lock.
 */
void *rtalloc_alloc_failed(struct rtalloc_heap *heap, void *p, size_t size,
			   unsigned long flags, unsigned long caller)
	__releases(heap)
{
	bool damaged = IS_ERR(p) && rtalloc_heap_damaged(heap);

	heap_assert_locked(heap);
	heap->failed++;
	/*
	 * A woken waiter may destroy the heap. RCU keeps the record, whose name
	 * is reported.
	 */
	rcu_read_lock();
	heap_unlock(heap, flags);
	if (damaged)
		rtalloc_damage_tell(heap);
	trace_rtalloc_fail(heap, size, caller);
	rcu_read_unlock();
	return NULL;
}

/*
 * Finish a call that was given the bad pointer @p, changed nothing and returns
 * @err. The heap is locked; this drops the lock.
 */
int rtalloc_refused(struct rtalloc_heap *heap, const char *call, void *p,
		    int err, unsigned long flags, unsigned long caller)
	__releases(heap)
{
	u64 offset = heap_offset(heap, p);
	bool damaged = false;

	heap_assert_locked(heap);
	if (err == -RTALLOC_CORRUPT)
		damaged = rtalloc_heap_damaged(heap);
	else
		heap->faults++;
	rcu_read_lock();	/* as above */
	heap_unlock(heap, flags);
	rtalloc_report_fault(heap, call, offset, err, caller);
	if (READ_ONCE(heap->is_checked))
		rtalloc_checked_print(heap, p);
	if (damaged)
		rtalloc_damage_tell(heap);
	rcu_read_unlock();
	return err;
}

/**
 * rtalloc_calloc() - allocate an array
 * @heap: the heap
 * @n: number of elements
 * @size: size of an element in bytes
 * @gfp: as for rtalloc_alloc(); __GFP_ZERO is implied
 *
 * Context: as rtalloc_alloc().
 * Return: @n * @size zeroed bytes, or NULL, also when the product overflows
 *	or is 0.
 */
void *rtalloc_calloc(struct rtalloc_heap *heap, size_t n, size_t size,
		     gfp_t gfp)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes))
		return rtalloc_alloc_failed(heap, NULL, SIZE_MAX,
					    heap_lock(heap), _RET_IP_);
	return heap_alloc_general(heap, bytes, gfp | __GFP_ZERO, _RET_IP_);
}
EXPORT_SYMBOL_GPL(rtalloc_calloc);

static void *alloc_aligned(struct rtalloc_heap *heap, size_t size, size_t align,
			   gfp_t gfp, unsigned long caller)
{
	unsigned long flags = heap_lock(heap);
	unsigned int tries = 0;
	void *p = NULL;

	do {
		heap_called(heap, caller);
		if (size && is_power_of_2(align) && !heap->is_closed)
			p = heap->ops->alloc_aligned(heap->ctrl, size, align);
	} while (!p && heap_pauses(heap, &flags, tries++));
	if (IS_ERR_OR_NULL(p))
		return rtalloc_alloc_failed(heap, p, size, flags, caller);
	return rtalloc_alloc_done(heap, p, size, gfp, flags, caller);
}

/**
 * rtalloc_alloc_aligned_by() - as rtalloc_alloc_aligned(), for a given caller
 * @heap: the heap
 * @size: bytes, not 0
 * @align: as for rtalloc_alloc_aligned()
 * @gfp: as for rtalloc_alloc()
 * @caller: address that is recorded and reported as the caller
 *
 * Context: as rtalloc_alloc().
 * Return: as rtalloc_alloc_aligned().
 */
void *rtalloc_alloc_aligned_by(struct rtalloc_heap *heap, size_t size,
			       size_t align, gfp_t gfp, unsigned long caller)
{
	u64 begin = latency_begin(heap);
	void *p;

	percpu_might_sleep(heap, gfp);
	p = alloc_aligned(heap, size, align, gfp, caller);
	if (!p && rtalloc_percpu_reclaim(heap, gfp, caller))
		p = alloc_aligned(heap, size, align, gfp, caller);
	rtalloc_latency_count(heap, LATENCY_ALLOC, begin);
	return p;
}
EXPORT_SYMBOL_GPL(rtalloc_alloc_aligned_by);

/**
 * rtalloc_alloc_aligned() - allocate a block at a multiple of @align
 * @heap: the heap
 * @size: bytes, not 0
 * @align: a power of two; below the heap's own it has no effect
 * @gfp: as for rtalloc_alloc()
 *
 * The block is freed like any other. When realloc has to move it, only tlsf
 * keeps more than the heap's own alignment.
 *
 * Context: as rtalloc_alloc().
 * Return: the block, or NULL, also when @align is not a power of two.
 */
void *rtalloc_alloc_aligned(struct rtalloc_heap *heap, size_t size,
			    size_t align, gfp_t gfp)
{
	return rtalloc_alloc_aligned_by(heap, size, align, gfp, _RET_IP_);
}
EXPORT_SYMBOL_GPL(rtalloc_alloc_aligned);

/* Where realloc moves a block that it cannot resize in place. */
struct move {
	void *to;		/* NULL: no place was found, ERR_PTR: the heap is damaged */
	size_t old_size;
	bool is_joined;		/* @to is below the old block and includes it */
};

static void find_place(struct rtalloc_heap *heap, void *p, size_t size,
		       struct move *move)
{
	const struct rtalloc_ops *ops = heap->ops;

	if (heap->is_closed)
		return;
	if (ops->grow_back)
		move->to = ops->grow_back(heap->ctrl, size, p);
	move->is_joined = !IS_ERR_OR_NULL(move->to);
	if (!move->to)
		move->to = ops->alloc_move ?
			   ops->alloc_move(heap->ctrl, size, p) :
			   ops->alloc(heap->ctrl, size);
}

/* Clear the bytes that a block will lose when it is shrunk in place. */
static void tail_wipe(struct rtalloc_heap *heap, void *p, size_t size)
{
	if (heap_wipes(heap))
		rtalloc_block_wipe(heap, p, size);
}

/* Resize the block in place, or find a new place for it. The heap is locked. */
static int heap_resize(struct rtalloc_heap *heap, void *p, size_t size,
		       struct move *move)
{
	int err;

	move->old_size = heap->ops->usable_size(heap->ctrl, p);
	err = heap->ops->resize(heap->ctrl, p, &size);
	if (err != -ENOSPC)
		return err;
	find_place(heap, p, size, move);
	return IS_ERR_OR_NULL(move->to) ? -ENOMEM : 0;
}

/*
 * Finish a move after the contents have been copied: free the old block or, if
 * the block has grown downwards, cut it to @size.
 */
static int moved_from(struct rtalloc_heap *heap, void *p, size_t size,
		      struct move *move)
{
	return move->is_joined ?
	       heap->ops->resize(heap->ctrl, move->to, &size) :
	       heap->ops->free(heap->ctrl, p);
}

/* Free the new block, which holds a copy. */
static void move_undo(struct rtalloc_heap *heap, const struct move *move)
{
	unsigned long flags;

	if (heap_wipes(heap))
		rtalloc_block_wipe(heap, move->to, 0);
	flags = heap_lock(heap);
	heap->ops->free(heap->ctrl, move->to);
	heap_unlock(heap, heap_settle(heap, flags));
}

/* Clear the old block before it is freed. */
static void move_wipe(struct rtalloc_heap *heap, u8 *p, size_t size,
		      const struct move *move)
{
	u8 *end = p + move->old_size, *rest = (u8 *)move->to + size;

	if (!move->is_joined)
		rtalloc_block_wipe(heap, p, 0);
	else if (rest < end)
		memset(rest, 0, end - rest);
}

/*
 * Do the second half of a realloc that moves the block. The heap is not locked.
 * If the free of the old block is refused, the caller keeps that block and the
 * new one is freed, so that nothing has changed.
 */
static int block_move(struct rtalloc_heap *heap, void **p, size_t size,
		      struct move *move, unsigned long caller)
{
	unsigned long flags;
	u64 offset;
	int err;

	memmove(move->to, *p, min(move->old_size, size));
	if (heap_wipes(heap))
		move_wipe(heap, *p, size, move);
	flags = heap_lock(heap);
	heap_called(heap, caller);
	offset = heap_offset(heap, *p);
	err = moved_from(heap, *p, size, move);
	if (err && !move->is_joined) {
		rtalloc_refused(heap, "realloc", *p, err, flags, caller);
		move_undo(heap, move);
		return err;
	}
	heap->reallocs++;
	if (err)
		rtalloc_refused(heap, "realloc", move->to, err, flags, caller);
	else
		heap_unlock(heap, heap_settle(heap, flags));
	trace_rtalloc_free(heap, offset, caller);
	*p = move->to;
	return 0;
}

/*
 * Finish a realloc, outside the lock: trace it, and clear the bytes between the
 * end of what the old block held and the requested size, so that no old data is
 * seen.
 */
static void block_grown(struct rtalloc_heap *heap, void *p, size_t size,
			size_t old_size, gfp_t gfp, unsigned long caller)
{
	size_t room, from = min(size, old_size);
	unsigned long flags;
	u64 offset;

	if (!alloc_has_extra(gfp))
		return;
	flags = heap_lock(heap);
	room = heap_room(heap, p, size);
	offset = heap_offset(heap, p);
	heap_unlock(heap, flags);
	trace_rtalloc_alloc(heap, offset, size, caller);
	if (heap_clears(heap, gfp) && room > from)
		memset(p + from, 0, room - from);
}

static int block_realloc(struct rtalloc_heap *heap, void **p, size_t size,
			 gfp_t gfp, unsigned long caller)
{
	struct move move = {};
	unsigned int tries = 0;
	unsigned long flags;
	int err;

	tail_wipe(heap, *p, size);
	flags = heap_lock(heap);
	do {
		heap_called(heap, caller);
		err = heap_resize(heap, *p, size, &move);
	} while (err == -ENOMEM && !move.to &&
		 heap_pauses(heap, &flags, tries++));
	if (err == -ENOMEM) {
		rtalloc_alloc_failed(heap, move.to, size, flags, caller);
		return err;
	}
	if (err)
		return rtalloc_refused(heap, "realloc", *p, err, flags, caller);
	heap->reallocs += !move.to;
	heap_unlock(heap, flags);
	if (move.to)
		err = block_move(heap, p, size, &move, caller);
	if (err)
		return err;
	heap_track(heap, *p, size);
	block_grown(heap, *p, size, move.old_size, gfp, caller);
	return 0;
}

/*
 * As rtalloc_realloc(), for a block and a size that are not 0. Copying and
 * clearing happen outside the lock; destroying the heap waits for them.
 */
int rtalloc_realloc_in(struct rtalloc_heap *heap, void **p, size_t size,
		       gfp_t gfp, unsigned long caller)
{
	u64 begin = latency_begin(heap);
	int err, tries = 2;

	percpu_might_sleep(heap, gfp);
	do {
		rcu_read_lock();
		err = block_realloc(heap, p, size, gfp, caller);
		rcu_read_unlock();
	} while (err == -ENOMEM && --tries &&
		 rtalloc_percpu_reclaim(heap, gfp, caller));
	rtalloc_latency_count(heap, LATENCY_REALLOC, begin);
	return err;
}

/**
 * rtalloc_realloc_by() - as rtalloc_realloc(), for a given caller
 * @heap: the heap
 * @p: the block; NULL allocates one
 * @size: bytes; 0 frees the block
 * @gfp: as for rtalloc_realloc()
 * @caller: address that is recorded and reported as the caller
 *
 * Context: as rtalloc_realloc().
 * Return: as rtalloc_realloc().
 */
void *rtalloc_realloc_by(struct rtalloc_heap *heap, void *p, size_t size,
			 gfp_t gfp, unsigned long caller)
{
	if (!p)
		return heap_alloc_general(heap, size, gfp, caller);
	if (!size) {
		heap_free_general(heap, p, caller);
		return NULL;
	}
	return rtalloc_realloc_in(heap, &p, size, gfp, caller) ? NULL : p;
}
EXPORT_SYMBOL_GPL(rtalloc_realloc_by);

/**
 * rtalloc_realloc() - change the size of a block
 * @heap: the heap
 * @p: the block; NULL allocates one
 * @size: bytes; 0 frees the block
 * @gfp: as for rtalloc_alloc(). __GFP_ZERO clears the bytes beyond those that
 *	the old block could hold, and those beyond @size.
 *
 * A move copies outside the heap's lock and does not keep the owner tag. Only
 * tlsf keeps an alignment beyond the heap's own.
 *
 * Context: as rtalloc_alloc(); copying takes time in proportion to the size.
 * Return: the block, which may have moved; NULL when there is no memory or @p
 *	is not a live block (counted and reported): then nothing has changed.
 */
void *rtalloc_realloc(struct rtalloc_heap *heap, void *p, size_t size,
		      gfp_t gfp)
{
	return rtalloc_realloc_by(heap, p, size, gfp, _RET_IP_);
}
EXPORT_SYMBOL_GPL(rtalloc_realloc);

static int block_resize(struct rtalloc_heap *heap, void *p, size_t size,
			unsigned long caller)
{
	size_t old_size, want = size;
	unsigned long flags;
	int err;

	tail_wipe(heap, p, size);
	flags = heap_lock(heap);
	heap_called(heap, caller);
	old_size = heap->ops->usable_size(heap->ctrl, p);
	err = heap->ops->resize(heap->ctrl, p, &want);
	if (err && err != -ENOSPC)
		return rtalloc_refused(heap, "resize", p, err, flags, caller);
	heap->reallocs += !err;
	heap_unlock(heap, flags);
	if (err)
		return err;
	heap_track(heap, p, size);
	block_grown(heap, p, size, old_size, 0, caller);
	return 0;
}

/**
 * rtalloc_resize_by() - as rtalloc_resize(), for a given caller
 * @heap: the heap
 * @p: the block
 * @size: bytes, not 0
 * @caller: address that is recorded and reported as the caller
 *
 * Context: as rtalloc_alloc().
 * Return: as rtalloc_resize().
 */
int rtalloc_resize_by(struct rtalloc_heap *heap, void *p, size_t size,
		      unsigned long caller)
{
	u64 begin;
	int err;

	if (!size)
		return -EINVAL;
	begin = latency_begin(heap);
	rcu_read_lock();
	err = block_resize(heap, p, size, caller);
	rcu_read_unlock();
	rtalloc_latency_count(heap, LATENCY_REALLOC, begin);
	return err;
}
EXPORT_SYMBOL_GPL(rtalloc_resize_by);

/**
 * rtalloc_resize() - change the size of a block where it is
 * @heap: the heap
 * @p: the block
 * @size: bytes, not 0
 *
 * For blocks that other data points to. Bytes that the block gains are cleared
 * where the kernel clears what it allocates, bytes that it loses where the
 * kernel clears what it frees. The backend decides whether a block can be cut
 * or extended in place; where it cannot, rtalloc_realloc() moves the block.
 *
 * Context: as rtalloc_alloc().
 * Return: 0. On error nothing has changed: -ENOSPC (the block would have to
 *	move), -EINVAL (@size is 0), or a fault as from rtalloc_free().
 */
int rtalloc_resize(struct rtalloc_heap *heap, void *p, size_t size)
{
	return rtalloc_resize_by(heap, p, size, _RET_IP_);
}
EXPORT_SYMBOL_GPL(rtalloc_resize);

/**
 * rtalloc_usable_size() - bytes that a block can hold
 * @heap: the heap
 * @p: the block
 *
 * Context: as rtalloc_alloc().
 * Return: at least the size asked for; 0 when @p is not a live block.
 */
size_t rtalloc_usable_size(struct rtalloc_heap *heap, const void *p)
{
	unsigned long flags = heap_lock(heap);
	size_t size = heap->ops->usable_size(heap->ctrl, p);

	heap_unlock(heap, flags);
	return size;
}
EXPORT_SYMBOL_GPL(rtalloc_usable_size);

/**
 * rtalloc_set_owner() - write the owner tag of a block
 * @heap: the heap
 * @p: the block
 * @owner: at most RTALLOC_OWNER_MAX characters are kept; NULL: none
 *
 * Context: as rtalloc_alloc().
 * Return: 0, -EOPNOTSUPP when the backend keeps no tags, or a fault as from
 *	rtalloc_free().
 */
int rtalloc_set_owner(struct rtalloc_heap *heap, void *p, const char *owner)
{
	unsigned long flags;
	int err;

	if (!heap->backend->has_owner)
		return -EOPNOTSUPP;
	flags = heap_lock(heap);
	err = heap->ops->set_owner(heap->ctrl, p, owner ?: "");
	if (err)
		return rtalloc_refused(heap, "set_owner", p, err, flags,
				       _RET_IP_);
	heap_unlock(heap, flags);
	return 0;
}
EXPORT_SYMBOL_GPL(rtalloc_set_owner);
