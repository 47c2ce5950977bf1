// SPDX-License-Identifier: GPL-2.0-only
/*
 * stats.c - inspecting a heap (numbers, a walk, a check) and trimming it.
 *
 * Everything is read under the heap's lock and handed out as a copy. A walk
 * takes a bounded batch each time. So do the check and the trim of a bounded
 * heap: the lock is dropped in between.
 */
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "backend/heap4.h"
#include "core/checked_calls.h"
#include "core/lock.h"
#include "core/percpu_calls.h"
#include "core/stats.h"

#define CHECK_RESTARTS	1000	/* after which a check gives up */
#define WALK_TRIES	1000000	/* holds, to find where a walk continues */
#define WALK_HOLDS	64	/* holds, for a caller that may not be able to pause */

const struct rtalloc_percpu *
rtalloc_counters_copy(const struct rtalloc_heap *heap,
		      struct rtalloc_snapshot *snap)
{
	snap->allocs = heap->allocs;
	snap->frees = heap->frees;
	snap->reallocs = heap->reallocs;
	snap->failed = heap->failed;
	snap->faults = heap->faults;
	return rtalloc_percpu_note(heap, snap);
}

void rtalloc_counters_add(const struct rtalloc_percpu *pc,
			  struct rtalloc_snapshot *snap)
{
	rtalloc_percpu_sum(pc, snap);
	snap->live = snap->allocs - snap->frees;
}

/* @searches: fill in also the fields that the backend has to search for. */
static void snapshot_take(struct rtalloc_heap *heap,
			  struct rtalloc_snapshot *snap, bool searches)
{
	const struct rtalloc_percpu *pc;
	unsigned long flags;

	memset(snap, 0, sizeof(*snap));
	rcu_read_lock();
	flags = heap_lock(heap);
	if (searches)
		heap->ops->stats(heap->ctrl, snap);
	else
		heap->ops->usage(heap->ctrl, snap, false);
	pc = rtalloc_counters_copy(heap, snap);
	heap_unlock(heap, flags);
	rtalloc_counters_add(pc, snap);
	rcu_read_unlock();
}

/**
 * rtalloc_stats() - a heap's statistics
 * @heap: the heap
 * @snap: filled in. All fields belong to one moment, except in a heap with
 *	per-CPU caches that others use meanwhile
 *
 * Context: as rtalloc_alloc(), but the time grows with the free blocks for
 *	backends that are not bounded. With per-CPU caches it also grows with
 *	the processors, and the caches are read without the lock.
 */
void rtalloc_stats(struct rtalloc_heap *heap, struct rtalloc_snapshot *snap)
{
	snapshot_take(heap, snap, true);
}
EXPORT_SYMBOL_GPL(rtalloc_stats);

/**
 * rtalloc_usage() - the statistics of a heap that need no search
 * @heap: the heap
 * @snap: filled in as by rtalloc_stats(), but largest_free and free_blocks
 *	are 0
 *
 * Context: as rtalloc_alloc(); constant time. With per-CPU caches the time
 *	grows with the processors, and the caches are read without the lock.
 */
void rtalloc_usage(struct rtalloc_heap *heap, struct rtalloc_snapshot *snap)
{
	snapshot_take(heap, snap, false);
}
EXPORT_SYMBOL_GPL(rtalloc_usage);

/**
 * rtalloc_reset_max() - reset the peak of a heap's used bytes
 * @heap: the heap
 *
 * From now on max_used is the highest value since this call.
 *
 * Context: as rtalloc_alloc(); constant time.
 */
void rtalloc_reset_max(struct rtalloc_heap *heap)
{
	struct rtalloc_snapshot snap = { };
	unsigned long flags = heap_lock(heap);

	heap->ops->usage(heap->ctrl, &snap, true);
	heap_unlock(heap, flags);
}
EXPORT_SYMBOL_GPL(rtalloc_reset_max);

/**
 * rtalloc_heap4_stats() - FreeRTOS's own statistics of a heap4
 * @heap: the heap
 * @stats: filled in; all fields belong to one moment
 *
 * Context: as rtalloc_alloc(); linear in free chunks.
 * Return: 0, -EOPNOTSUPP for a heap of another backend.
 */
int rtalloc_heap4_stats(struct rtalloc_heap *heap,
			struct rtalloc_heap4_count *stats)
{
	unsigned long flags;

	if (heap->backend != &heap4_ops)
		return -EOPNOTSUPP;
	flags = heap_lock(heap);
	heap4_heap_stats(heap_backend_ctrl(heap), stats);
	heap_unlock(heap, flags);
	return 0;
}
EXPORT_SYMBOL_GPL(rtalloc_heap4_stats);

/**
 * rtalloc_offset() - where in a heap a pointer lies
 * @heap: the heap
 * @p: the pointer
 *
 * This is the number that the map and the log show. The offsets of a glued part
 * continue where those of the part before it ended.
 *
 * Context: as rtalloc_alloc().
 * Return: bytes from the heap's base, ~0 for a pointer outside of the heap.
 */
u64 rtalloc_offset(struct rtalloc_heap *heap, const void *p)
{
	unsigned long flags = heap_lock(heap);
	u64 offset = heap_offset(heap, p);

	heap_unlock(heap, flags);
	return offset;
}
EXPORT_SYMBOL_GPL(rtalloc_offset);

/* Must a walk or a check end, because *@stop is set or the task is killed? */
static bool stop_is_asked(const bool *stop)
{
	if (!stop)
		return false;
	cond_resched();
	return READ_ONCE(*stop) || fatal_signal_pending(current);
}

static int walk_once(struct rtalloc_heap *heap, struct rtalloc_cursor *cursor,
		     struct rtalloc_block *batch, int max)
{
	unsigned long flags = heap_lock(heap);
	int n = heap->ops->walk(heap->ctrl, cursor, batch, max);

	heap_unlock(heap, flags);
	return n;
}

/*
 * As rtalloc_walk(), but returns -EINTR as soon as *@stop is true or the task
 * is killed. Runs in process context.
 */
int rtalloc_walk_until(struct rtalloc_heap *heap, struct rtalloc_cursor *cursor,
		       struct rtalloc_block *batch, int max, const bool *stop)
{
	int n, tries = WALK_TRIES;

	do {
		if (stop_is_asked(stop))
			return -EINTR;
		n = walk_once(heap, cursor, batch, max);
	} while (n == -EAGAIN && --tries);
	return n;
}

/**
 * rtalloc_walk() - the next pieces of a heap, in address order
 * @heap: the heap
 * @cursor: where to continue; zeroed to begin
 * @batch: filled in
 * @max: entries in @batch, at least 1
 *
 * The heap may be used between two calls. Each batch belongs to one moment; the
 * whole is not a snapshot.
 *
 * Context: as rtalloc_alloc(); bounded by @max while the heap does not change,
 *	and by 64 holds of the lock if it does.
 * Return: entries filled in; 0 at the end; -EAGAIN: the heap changed, and the
 *	place to continue was not found yet: call again, after cond_resched()
 *	where that is allowed, or begin anew.
 */
int rtalloc_walk(struct rtalloc_heap *heap, struct rtalloc_cursor *cursor,
		 struct rtalloc_block *batch, int max)
{
	int n, tries = WALK_HOLDS;

	do
		n = walk_once(heap, cursor, batch, max);
	while (n == -EAGAIN && --tries);
	return n;
}
EXPORT_SYMBOL_GPL(rtalloc_walk);

/*
 * Return a number that grows whenever the structure of the heap changes. The
 * heap is locked.
 */
static u64 heap_version(const struct rtalloc_heap *heap)
{
	return heap->allocs + heap->frees + heap->reallocs + heap->changes;
}

/*
 * One hold of the lock. If the heap has changed since the last one, begin
 * again.
 */
static int check_more(struct rtalloc_heap *heap, struct rtalloc_sweep *sweep,
		      u64 *version, struct rtalloc_fault *fault)
{
	unsigned long flags = heap_lock(heap);
	int err;

	if (*version != heap_version(heap))
		*sweep = (struct rtalloc_sweep){ };
	*version = heap_version(heap);
	sweep->steps = RTALLOC_HOLD_STEPS;
	err = heap->ops->check(heap->ctrl, sweep, fault);
	heap_unlock(heap, flags);
	return err;
}

/*
 * As rtalloc_check(), but returns -EINTR as soon as *@stop is true or the task
 * is killed. @stop may be NULL; else this runs in process context.
 */
int rtalloc_check_until(struct rtalloc_heap *heap, struct rtalloc_fault *fault,
			const bool *stop)
{
	struct rtalloc_sweep sweep = { };
	u64 version = 0, last = 0;
	int err, restarts = 0;

	do {
		memset(fault, 0, sizeof(*fault));
		if (stop_is_asked(stop))
			return -EINTR;
		err = check_more(heap, &sweep, &version, fault);
		restarts += version != last;
		last = version;
	} while (err == -EAGAIN && restarts <= CHECK_RESTARTS);
	return err;
}

/**
 * rtalloc_check() - test the whole structure of a heap
 * @heap: the heap
 * @fault: the first thing that is wrong; code 0 when nothing is
 *
 * The lock of a bounded heap is dropped between short steps. If the heap has
 * changed in between, the check begins again. For tests and for finding bugs.
 *
 * Context: as rtalloc_alloc(), but linear in blocks. A heap that is not bounded
 *	is tested in one hold of the lock.
 * Return: 0; -EAGAIN: not finished, because the heap changed CHECK_RESTARTS
 *	times; or -fault->code.
 */
int rtalloc_check(struct rtalloc_heap *heap, struct rtalloc_fault *fault)
{
	return rtalloc_check_until(heap, fault, NULL);
}
EXPORT_SYMBOL_GPL(rtalloc_check);

/**
 * rtalloc_trim() - make idle memory usable for every size again
 * @heap: the heap
 *
 * Slab keeps empty zones for the class that used them last. The trim ends early
 * if the task is killed, and in a checked heap if others free into its
 * quarantine all the time.
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug. The lock
 *	is dropped between steps.
 * Return: bytes given back; 0 also for backends that keep nothing.
 */
size_t rtalloc_trim(struct rtalloc_heap *heap)
{
	struct rtalloc_sweep sweep = { };
	unsigned long flags;
	size_t bytes = 0;
	int err;

	rtalloc_percpu_flush(heap, _RET_IP_);
	do {
		flags = heap_lock(heap);
		sweep.steps = RTALLOC_HOLD_STEPS;
		err = heap->ops->trim ?
		      heap->ops->trim(heap->ctrl, &sweep, &bytes) : 0;
		heap->changes++;
		heap_unlock(heap, flags);
		cond_resched();
	} while (err == -EAGAIN && !fatal_signal_pending(current));
	return bytes;
}
EXPORT_SYMBOL_GPL(rtalloc_trim);
