// SPDX-License-Identifier: GPL-2.0-only
/*
 * bulk.c - many blocks in one call. A heap without magazines serves BULK_HOLD
 * blocks in each hold of its lock, by the backend's hooks for many. A heap with
 * magazines first uses what this processor's magazines hold or have room for.
 */
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "core/block.h"
#include "core/checked_calls.h"
#include "core/keys.h"
#include "core/latency.h"
#include "core/lock.h"
#include "core/percpu_calls.h"
#include "core/slow.h"

#define BULK_HOLD	16u	/* blocks in one hold: bounds the time with interrupts off */

/* ---- alloc ----------------------------------------------------------- */

/* Record, trace and clear each of the blocks, outside of the lock. */
static void bulk_finish(struct rtalloc_heap *heap, void **p, unsigned int n,
			size_t size, gfp_t gfp, unsigned long caller)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		heap_track(heap, p[i], size);
		if (alloc_has_extra(gfp))
			rtalloc_alloc_finish(heap, p[i], size, gfp, caller);
	}
}

/* Allocate up to @n blocks in one hold of the lock. Return how many. */
static unsigned int bulk_alloc(struct rtalloc_heap *heap, size_t size,
			       gfp_t gfp, unsigned int n, void **p,
			       unsigned long caller)
{
	unsigned long flags = heap_lock(heap);
	unsigned int tries = 0;
	int got = 0;

	do {
		heap_called(heap, caller);
		if (size && !heap->is_closed)
			got = rtalloc_backend_alloc_many(heap, size, p, n);
	} while (!got && heap_pauses(heap, &flags, tries++));
	if (got <= 0) {
		rtalloc_alloc_failed(heap, got ? ERR_PTR(got) : NULL, size,
				     flags, caller);
		return 0;
	}
	heap->allocs += got;
	rcu_read_lock();	/* destroying the heap waits for this section */
	heap_unlock(heap, flags);
	bulk_finish(heap, p, got, size, gfp, caller);
	rcu_read_unlock();
	return got;
}

/* Take up to @n blocks from this processor's magazine. Return how many. */
static unsigned int bulk_pop(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			     unsigned int n, void **p, unsigned long caller)
{
	unsigned int i = 0;

	while (i < n && READ_ONCE(heap->layer)) {
		p[i] = rtalloc_percpu_pop(heap, size, gfp, caller);
		if (!p[i])
			break;
		i++;
	}
	return i;
}

/**
 * rtalloc_alloc_bulk() - allocate blocks of one size
 * @heap: the heap
 * @size: bytes of each, not 0
 * @gfp: as for rtalloc_alloc()
 * @n: number of blocks
 * @p: array of @n pointers, filled in from the start
 *
 * The lock is dropped after each 16 blocks.
 *
 * Context: as rtalloc_alloc(); the time grows with @n.
 * Return: the number of blocks in @p: @n, or fewer when there is no memory for
 *	more.
 */
unsigned int rtalloc_alloc_bulk(struct rtalloc_heap *heap, size_t size,
				gfp_t gfp, unsigned int n, void **p)
{
	unsigned int got = bulk_pop(heap, size, gfp, n, p, _RET_IP_), more;
	bool tried = false;

	percpu_might_sleep(heap, gfp);
	while (got < n) {
		more = bulk_alloc(heap, size, gfp, min(n - got, BULK_HOLD),
				  p + got, _RET_IP_);
		got += more;
		if (more)
			continue;
		if (tried || !size ||
		    !rtalloc_percpu_reclaim(heap, gfp, _RET_IP_))
			break;
		tried = true;
	}
	return got;
}
EXPORT_SYMBOL_GPL(rtalloc_alloc_bulk);

/* ---- free ------------------------------------------------------------ */

/*
 * Free up to @n blocks in one hold of the lock, and set *@done to the number of
 * entries that are dealt with. Return how many of these were refused: 0, or 1,
 * which then is the last.
 */
static unsigned int bulk_free(struct rtalloc_heap *heap, unsigned int n,
			      void **p, unsigned int *done,
			      unsigned long caller)
{
	unsigned long flags = heap_lock(heap);
	int err = 0;

	heap_called(heap, caller);
	*done = rtalloc_ops_free_many(heap->ops, heap->ctrl, p, n, &err);
	heap->frees += *done;
	if (!err) {
		heap_unlock(heap, flags);
		return 0;
	}
	rtalloc_refused(heap, "free", p[(*done)++], err, flags, caller);
	return 1;
}

/*
 * Can several blocks be freed in one hold? Not if each free is traced or wiped,
 * goes to a magazine or to a task that waits for an element, or enters a
 * quarantine, from which it evicts other blocks.
 */
static bool bulk_is_plain(struct rtalloc_heap *heap)
{
	return !free_has_extra() && !READ_ONCE(heap->layer) &&
	       !heap_is_pool(heap) && !READ_ONCE(heap->is_checked);
}

/* Return the number of entries before the first NULL, at most BULK_HOLD. */
static unsigned int bulk_run(unsigned int n, void **p)
{
	unsigned int run = 0;

	while (run < min(n, BULK_HOLD) && p[run])
		run++;
	return run;
}

/**
 * rtalloc_free_bulk() - give blocks back
 * @heap: the heap they came from
 * @n: number of entries in @p
 * @p: the blocks; a NULL among them does nothing
 *
 * The lock is dropped after each 16 blocks. tlsf joins neighbours that are next to
 * each other in @p before it frees them.
 *
 * Context: as rtalloc_alloc(); the time grows with @n.
 * Return: the number of blocks that were refused. Refusals are counted and
 *	reported as by rtalloc_free().
 */
unsigned int rtalloc_free_bulk(struct rtalloc_heap *heap, unsigned int n,
			       void **p)
{
	unsigned int i, run, done, refused = 0;

	if (!bulk_is_plain(heap)) {
		for (i = 0; i < n; i++)
			refused += !!rtalloc_free_untimed(heap, p[i], _RET_IP_);
		return refused;
	}
	for (i = 0; i < n; i += done) {
		run = bulk_run(n - i, p + i);
		done = 1;
		if (run)
			refused += bulk_free(heap, run, p + i, &done, _RET_IP_);
	}
	return refused;
}
EXPORT_SYMBOL_GPL(rtalloc_free_bulk);
