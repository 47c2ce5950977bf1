// SPDX-License-Identifier: GPL-2.0-only
/*
 * context_times.c - the latencies that a heap counts, with a clock that advances by a known
 * step each time it is read.
 */
#include <stdlib.h>
#include <linux/kernel.h>

#include "core/core.h"
#include "core/keys.h"
#include "core/latency.h"
#include "context.h"

extern u64 shim_clock_step;	/* ns that the clock advances when it is read */

/* The bucket for @ns, found by trying all. There are four buckets for each power of two. */
static unsigned int bucket_of(u64 ns)
{
	unsigned int bucket = 0;
	u64 from, step;

	for (from = 0; from <= ns; from += step) {
		for (step = 1; step * 8 <= from; step *= 2)
			;
		if (ns < from + step)
			break;
		bucket++;
	}
	return bucket;
}

/* Expect exactly @n calls of this kind to be counted, all of them with @ns. */
static const char *all_took(struct rtalloc_heap *heap, enum latency_call call,
			    unsigned int n, u64 ns)
{
	unsigned int i, want = bucket_of(ns);
	struct latency sum;

	rtalloc_latency_read(heap, &sum);
	for (i = 0; i < LATENCY_BUCKETS; i++)
		if (sum.count[call][i] != (i == want ? n : 0))
			return "a call is counted elsewhere, or not, or twice";
	return sum.worst[call] == ns ? NULL : "the worst time is wrong";
}

/* Allocate and free by calls for many blocks, which are not timed. */
static void batches(struct rtalloc_heap *heap)
{
	void *p[3];

	if (rtalloc_alloc_bulk(heap, 100, 0, 3, p) != 3 ||
	    rtalloc_free_bulk(heap, 3, p))
		abort();
}

/* Allocate two blocks in different ways, resize, and free both. */
static void timed_calls(struct rtalloc_heap *heap)
{
	void *p = rtalloc_alloc(heap, 100, 0);
	void *q = rtalloc_alloc_aligned(heap, 100, 8, 0);
	void *r = rtalloc_calloc(heap, 2, 50, 0);
	void *s = rtalloc_realloc(heap, NULL, 100, 0);

	p = rtalloc_realloc(heap, p, 90, 0);
	rtalloc_resize(heap, q, 90);
	rtalloc_free(heap, p);
	rtalloc_free(heap, q);
	rtalloc_free(heap, r);
	if (rtalloc_realloc(heap, s, 0, 0))
		abort();
}

/* Make calls while the clock advances by @ns from the beginning of a call to its end. */
static const char *times_of(struct rtalloc_heap *heap, u64 ns)
{
	const char *why;

	if (rtalloc_latency_start(heap))
		return "no counters";
	shim_clock_step = ns;
	timed_calls(heap);
	batches(heap);
	rtalloc_latency_stop(heap);
	timed_calls(heap);
	shim_clock_step = 0;
	ns = ns > 4294967295u ? 4294967295u : ns;
	why = all_took(heap, LATENCY_ALLOC, 4, ns);
	why = why ?: all_took(heap, LATENCY_FREE, 4, ns);
	return why ?: all_took(heap, LATENCY_REALLOC, 2, ns);
}

const char *times_are_exact(struct rtalloc_heap *heap)
{
	static const u64 times[] = { 1, 3, 4, 7, 8, 9, 10, 1000, 1023, 1024,
				     4294967295u, 4294967296u };
	struct latency sum;
	const char *why = NULL;
	size_t i;

	if (rtalloc_latency_read(heap, &sum) || rtalloc_timed)
		why = "timed before anybody asked for it";
	for (i = 0; i < ARRAY_SIZE(times) && !why; i++)
		why = times_of(heap, times[i]);
	rtalloc_latency_start(heap);
	rtalloc_heap_destroy(heap, true);
	if (!why && (rtalloc_timed || rtalloc_special))
		why = "a key is still on";
	return why;
}
