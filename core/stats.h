/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stats.h - for the interface: a walk and a check that end when that is asked
 * for; and a heap's counters.
 */
#ifndef _RTALLOC_STATS_H
#define _RTALLOC_STATS_H

#include <rtalloc/rtalloc.h>

struct rtalloc_percpu;

int rtalloc_check_until(struct rtalloc_heap *heap, struct rtalloc_fault *fault,
			const bool *stop);
int rtalloc_walk_until(struct rtalloc_heap *heap, struct rtalloc_cursor *cursor,
		       struct rtalloc_block *batch, int max, const bool *stop);

/*
 * The counters of the core, read in two steps, because those of magazines take
 * longer than a heap may be locked. The first step is made with the heap
 * locked, in an RCU read-side section that lasts until the second, for which
 * the heap is not locked.
 */
const struct rtalloc_percpu *
rtalloc_counters_copy(const struct rtalloc_heap *heap,
		      struct rtalloc_snapshot *snap);
void rtalloc_counters_add(const struct rtalloc_percpu *pc,
			  struct rtalloc_snapshot *snap);

#endif /* _RTALLOC_STATS_H */
