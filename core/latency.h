/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * latency.h - how long calls on a heap take: a histogram for each of three kinds
 * of call, off by default.
 *
 *	heap->latency --> struct latency, for each processor
 *			    count[alloc, free, realloc][bucket], worst[...]
 *
 * While timing is off it costs nothing: the key rtalloc_timed is tested only
 * behind the one that the entry points test anyway (keys.h). While one heap is
 * timed, its calls take the general path, out of line (entry.c), and calls on
 * all other heaps cost what they cost beside a heap with magazines. So the
 * times are those of the general path, some tens of instructions above the
 * usual case. They include the wait for the lock and clearing; a wait for an
 * element of a pool is not included, and batches are not timed.
 *
 * Counting takes no lock and no memory: plain additions on the processor's own
 * counters with interrupts off, bounded, and allowed wherever the call is.
 *
 * Buckets: LATENCY_PARTS for each power of two, so that a bucket's upper end is at
 * most a quarter above its lower one.
 */
#ifndef _RTALLOC_LATENCY_H
#define _RTALLOC_LATENCY_H

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/percpu.h>
#include <linux/timekeeping.h>

#include "core/heap.h"
#include "core/keys.h"
#include "core/slow.h"

#define LATENCY_PARTS	4u
#define LATENCY_BUCKETS	124u	/* the last one ends at 2^32 - 1 ns */

enum latency_call {
	LATENCY_ALLOC,
	LATENCY_FREE,
	LATENCY_REALLOC,
	LATENCY_CALLS,
};

/**
 * struct latency - the counters of one processor
 * @count: calls by kind and duration. Each is one word, so that other
 *	processors read it whole; where a word has 32 bits it wraps after 2^32
 *	calls
 * @worst: the longest, in nanoseconds
 */
struct latency {
	unsigned long count[LATENCY_CALLS][LATENCY_BUCKETS];
	u32 worst[LATENCY_CALLS];
};

/* Return the bucket of @ns. The values 0 to 3 have a bucket each. */
static inline unsigned int latency_bucket(u32 ns)
{
	unsigned int top = ns < LATENCY_PARTS ? 0 : fls(ns) - 1;

	return top ? (top - 1) * LATENCY_PARTS + (ns >> (top - 2)) %
		     LATENCY_PARTS : ns;
}

/* Return the shortest time in @bucket, in nanoseconds. */
static inline u64 latency_from(unsigned int bucket)
{
	unsigned int top = bucket / LATENCY_PARTS + 1;

	return bucket < LATENCY_PARTS ? bucket :
	       (u64)(LATENCY_PARTS + bucket % LATENCY_PARTS) << (top - 2);
}

static __always_inline bool heap_is_timed(const struct rtalloc_heap *heap)
{
	return static_branch_unlikely(&rtalloc_timed) &&
	       READ_ONCE(heap->latency);
}

/*
 * Return the time at which a call begins; 0: the heap is not timed. Works in
 * any context.
 */
static inline u64 latency_begin(const struct rtalloc_heap *heap)
{
	return heap_is_timed(heap) ? ktime_get_mono_fast_ns() : 0;
}

/*
 * In latency.c. Count a call; does nothing if @begin is 0. The record of the
 * heap must still exist.
 */
void rtalloc_latency_count(struct rtalloc_heap *heap, enum latency_call call,
			   u64 begin);
void *rtalloc_alloc_timed(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			  unsigned long caller);
int rtalloc_free_timed(struct rtalloc_heap *heap, void *p,
		       unsigned long caller);
/* Free by the general path, or by a magazine, without timing the call. */
int rtalloc_free_untimed(struct rtalloc_heap *heap, void *p,
			 unsigned long caller);

/*
 * Allocate by the general path, out of line, and time the call if the heap is
 * timed. For core/entry.c, and for calls that do not come through an entry
 * point.
 */
static __always_inline void *heap_alloc_general(struct rtalloc_heap *heap,
						size_t size, gfp_t gfp,
						unsigned long caller)
{
	return heap_is_timed(heap) ?
	       rtalloc_alloc_timed(heap, size, gfp, caller) :
	       rtalloc_alloc_unlocked(heap, size, gfp, caller);
}

static __always_inline int heap_free_general(struct rtalloc_heap *heap, void *p,
					     unsigned long caller)
{
	return heap_is_timed(heap) ? rtalloc_free_timed(heap, p, caller) :
				     rtalloc_free_unlocked(heap, p, caller);
}

/*
 * rtalloc_latency_start() begins with empty counters, also if timing is on
 * already; it returns 0 or -ENOMEM. After rtalloc_latency_stop() the counters
 * can be read until the next start. At most one of start, stop and read runs at
 * a time for a heap: the interface calls them with the view's lock held, and no
 * view is left when the heap ends. They may sleep.
 */
int rtalloc_latency_start(struct rtalloc_heap *heap);
void rtalloc_latency_stop(struct rtalloc_heap *heap);
void rtalloc_latency_end(struct rtalloc_heap *heap);
/*
 * Add up the counters of all processors. Return false if timing was never on.
 */
bool rtalloc_latency_read(struct rtalloc_heap *heap, struct latency *sum);

#endif /* _RTALLOC_LATENCY_H */
