// SPDX-License-Identifier: GPL-2.0-only
/*
 * block.c - the rest of the front door: what can be done with a block besides
 * the two hot calls, which are in front.c. Looking is in stats.c.
 *
 * Each call takes the heap's lock, calls one hook of the backend, counts, and
 * drops the lock; tracing, clearing, copying and reporting come after it.
 */
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/string.h>

#include "core/core.h"
#include "core/lock.h"
#include "interface/trace.h"

/* Hand out nothing more; the caller holds the heap's lock. */
void rtalloc_heap_shut(struct rtalloc_heap *heap)
{
	heap->is_closed = true;
	heap->front = FRONT_ANY;
	if (heap->ops->close)
		heap->ops->close(heap->ctrl);
}

/* The heap's structure is damaged. */
static void heap_stop(struct rtalloc_heap *heap)
{
	unsigned long flags = heap_lock(heap);
	bool first = !heap->is_closed;

	rtalloc_heap_shut(heap);
	heap->faults++;
	heap_unlock(heap, flags);
	rtalloc_waiters_dismiss(heap);
	if (first)
		rtalloc_report_damage(heap);
}

/* An allocation got @p, which is no block. */
void *rtalloc_alloc_failed(struct rtalloc_heap *heap, void *p, size_t size,
			   unsigned long caller)
{
	unsigned long flags;

	if (IS_ERR(p))
		heap_stop(heap);
	flags = heap_lock(heap);
	heap->failed++;
	heap_unlock(heap, flags);
	trace_rtalloc_fail(heap, size, caller);
	return NULL;
}

/* A call with the bad pointer @p changed nothing and gives @err. */
int rtalloc_refused(struct rtalloc_heap *heap, const char *call, void *p,
		    int err, unsigned long caller)
{
	unsigned long flags = heap_lock(heap);

	heap->faults++;
	heap_unlock(heap, flags);
	rtalloc_report_fault(heap, call, p, err, caller);
	return err;
}

/**
 * rtalloc_calloc() - allocate an array
 * @heap: the heap
 * @n: elements
 * @size: bytes of an element
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
		return rtalloc_alloc_failed(heap, NULL, SIZE_MAX, _RET_IP_);
	return rtalloc_alloc(heap, bytes, gfp | __GFP_ZERO);
}
EXPORT_SYMBOL_GPL(rtalloc_calloc);

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
	unsigned long flags;
	void *p = NULL;

	if (!size || !is_power_of_2(align))
		return rtalloc_alloc_failed(heap, p, size, _RET_IP_);
	flags = heap_lock(heap);
	if (!heap->is_closed)
		p = heap->ops->alloc_aligned(heap->ctrl, size, align);
	heap->allocs += !IS_ERR_OR_NULL(p);
	heap_unlock(heap, flags);
	if (IS_ERR_OR_NULL(p))
		return rtalloc_alloc_failed(heap, p, size, _RET_IP_);
	trace_rtalloc_alloc(heap, p, size, _RET_IP_);
	if (gfp & __GFP_ZERO)
		memset(p, 0, size);
	return p;
}
EXPORT_SYMBOL_GPL(rtalloc_alloc_aligned);

/* Where a block goes when it cannot be resized where it is. */
struct move {
	void *to;		/* NULL: nowhere, ERR_PTR: the heap is damaged */
	size_t old_size;
	bool is_joined;		/* @to begins lower and ends with the old one */
};

static void find_place(struct rtalloc_heap *heap, void *p, size_t size,
		       struct move *move)
{
	const struct rtalloc_ops *ops = heap->ops;

	if (heap->is_closed)
		return;
	if (ops->grow_back)
		move->to = ops->grow_back(heap->ctrl, size, p);
	move->is_joined = move->to;
	if (!move->to)
		move->to = ops->alloc_move ?
			   ops->alloc_move(heap->ctrl, size, p) :
			   ops->alloc(heap->ctrl, size);
}

/* Resize in place, or find the new place. 0, -ENOMEM, or a fault. */
static int heap_resize(struct rtalloc_heap *heap, void *p, size_t size,
		       struct move *move)
{
	unsigned long flags = heap_lock(heap);
	int err;

	move->old_size = heap->ops->usable_size(heap->ctrl, p);
	err = heap->ops->resize(heap->ctrl, p, &size);
	if (err == -ENOSPC) {
		find_place(heap, p, size, move);
		err = IS_ERR_OR_NULL(move->to) ? -ENOMEM : 0;
	}
	heap->reallocs += !err;
	heap_unlock(heap, flags);
	return err;
}

/*
 * The contents have been copied: the old place is given back, or, of a block
 * that has grown downwards, what is too much.
 */
static void moved_from(struct rtalloc_heap *heap, void *p, size_t size,
		       const struct move *move, unsigned long caller)
{
	unsigned long flags = heap_lock(heap);
	int err = move->is_joined ?
		  heap->ops->resize(heap->ctrl, move->to, &size) :
		  heap->ops->free(heap->ctrl, p);

	heap_unlock(heap, flags);
	if (err)
		rtalloc_refused(heap, "realloc", p, err, caller);
}

/* As rtalloc_realloc(), for a block and a size that are not 0. */
int rtalloc_realloc_in(struct rtalloc_heap *heap, void **p, size_t size,
		       gfp_t gfp, unsigned long caller)
{
	struct move move = {};
	void *old = *p;
	int err;

	err = heap_resize(heap, old, size, &move);
	if (err == -ENOMEM) {
		rtalloc_alloc_failed(heap, move.to, size, caller);
		return err;
	}
	if (err)
		return rtalloc_refused(heap, "realloc", old, err, caller);
	if (move.to) {
		memmove(move.to, old, min(move.old_size, size));
		moved_from(heap, old, size, &move, caller);
		trace_rtalloc_free(heap, old, caller);
		*p = move.to;
	}
	trace_rtalloc_alloc(heap, *p, size, caller);
	if (gfp & __GFP_ZERO && size > move.old_size)
		memset(*p + move.old_size, 0, size - move.old_size);
	return 0;
}

/**
 * rtalloc_realloc() - change the size of a block
 * @heap: the heap
 * @p: the block; NULL allocates one
 * @size: bytes; 0 frees the block
 * @gfp: as for rtalloc_alloc(); __GFP_ZERO clears what lies behind the bytes
 *	that the old block could hold
 *
 * A move copies outside the heap's lock and keeps no owner tag. An alignment
 * beyond the heap's own is kept by tlsf only.
 *
 * Context: as rtalloc_alloc(); copying takes time in proportion to the size.
 * Return: the block, perhaps elsewhere; NULL when there is no memory or @p is
 *	not a live block (counted and reported): then nothing has changed.
 */
void *rtalloc_realloc(struct rtalloc_heap *heap, void *p, size_t size,
		      gfp_t gfp)
{
	if (!p)
		return rtalloc_alloc(heap, size, gfp);
	if (!size) {
		rtalloc_free(heap, p);
		return NULL;
	}
	return rtalloc_realloc_in(heap, &p, size, gfp, _RET_IP_) ? NULL : p;
}
EXPORT_SYMBOL_GPL(rtalloc_realloc);

/**
 * rtalloc_resize() - change the size of a block where it is
 * @heap: the heap
 * @p: the block
 * @size: bytes, not 0
 *
 * For blocks that others point at. Whether a block can be cut or grown in place
 * is the backend's to say; rtalloc_realloc() moves where this call gives up.
 *
 * Context: as rtalloc_alloc().
 * Return: 0; with nothing changed, -ENOSPC: it would have to move, -EINVAL:
 *	@size is 0, or a fault as from rtalloc_free().
 */
int rtalloc_resize(struct rtalloc_heap *heap, void *p, size_t size)
{
	unsigned long flags;
	int err;

	if (!size)
		return -EINVAL;
	flags = heap_lock(heap);
	err = heap->ops->resize(heap->ctrl, p, &size);
	heap->reallocs += !err;
	heap_unlock(heap, flags);
	if (err && err != -ENOSPC)
		return rtalloc_refused(heap, "resize", p, err, _RET_IP_);
	if (!err)
		trace_rtalloc_alloc(heap, p, size, _RET_IP_);
	return err;
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
 * rtalloc_set_owner() - tag a block with who owns it
 * @heap: the heap
 * @p: the block
 * @owner: at most RTALLOC_OWNER_MAX characters are kept
 *
 * Context: as rtalloc_alloc().
 * Return: 0, -EOPNOTSUPP when the backend keeps no tags, or a fault as from
 *	rtalloc_free().
 */
int rtalloc_set_owner(struct rtalloc_heap *heap, void *p, const char *owner)
{
	unsigned long flags;
	int err;

	if (!heap->ops->has_owner)
		return -EOPNOTSUPP;
	flags = heap_lock(heap);
	err = heap->ops->set_owner(heap->ctrl, p, owner);
	heap_unlock(heap, flags);
	return err ? rtalloc_refused(heap, "set_owner", p, err, _RET_IP_) : 0;
}
EXPORT_SYMBOL_GPL(rtalloc_set_owner);
