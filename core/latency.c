// SPDX-License-Identifier: GPL-2.0-only
/*
 * latency.c - the histograms of latency.h.
 *
 * heap->latency, and the counters that it leads to, are used with interrupts off.
 * A grace period of RCU waits for everybody who does so. Therefore counters are
 * freed one grace period after heap->latency has let go of them.
 */
#include <linux/atomic.h>
#include <linux/irqflags.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core/keys.h"
#include "core/latency.h"
#include "core/percpu.h"
#include "core/percpu_calls.h"
#include "core/slow.h"

/* ---- calls ----------------------------------------------------------- */

/* The clock may go back a little while it is being set. */
static u32 since(u64 begin)
{
	s64 took = ktime_get_mono_fast_ns() - begin;

	return clamp_t(s64, took, 0, U32_MAX);
}

void rtalloc_latency_count(struct rtalloc_heap *heap, enum latency_call call,
			   u64 begin)
{
	struct latency __percpu *counters;
	unsigned long flags, *count;
	struct latency *own;
	u32 ns;

	if (!begin)
		return;
	ns = since(begin);
	local_irq_save(flags);
	counters = READ_ONCE(heap->latency);
	if (counters) {
		own = this_cpu_ptr(counters);
		count = &own->count[call][latency_bucket(ns)];
		/* Read on other processors, at any time. */
		WRITE_ONCE(*count, *count + 1);
		WRITE_ONCE(own->worst[call], max(own->worst[call], ns));
	}
	local_irq_restore(flags);
}

void *rtalloc_alloc_timed(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			  unsigned long caller)
{
	u64 begin = latency_begin(heap);
	void *p = rtalloc_alloc_unlocked(heap, size, gfp, caller);

	rtalloc_latency_count(heap, LATENCY_ALLOC, begin);
	return p;
}

int rtalloc_free_untimed(struct rtalloc_heap *heap, void *p,
			 unsigned long caller)
{
	return READ_ONCE(heap->layer) && !free_has_extra() ?
	       rtalloc_percpu_free(heap, p, caller) :
	       rtalloc_free_unlocked(heap, p, caller);
}

int rtalloc_free_timed(struct rtalloc_heap *heap, void *p,
		       unsigned long caller)
{
	u64 begin;
	int err;

	/*
	 * A waiter that gets the block may destroy the heap. RCU keeps its
	 * record.
	 */
	rcu_read_lock();
	begin = latency_begin(heap);
	err = rtalloc_free_untimed(heap, p, caller);
	rtalloc_latency_count(heap, LATENCY_FREE, begin);
	rcu_read_unlock();
	return err;
}

/* ---- on and off ------------------------------------------------------ */

int rtalloc_latency_start(struct rtalloc_heap *heap)
{
	struct latency __percpu *old = heap->latency_kept;
	struct latency __percpu *counters = alloc_percpu(struct latency);

	if (!counters)
		return -ENOMEM;
	if (!heap->latency)
		rtalloc_timed_get();
	/* A call that reads the pointer finds the counters cleared. */
	smp_store_release(&heap->latency, counters);
	heap->latency_kept = counters;
	if (old) {
		synchronize_rcu();
		free_percpu(old);
	}
	return 0;
}

void rtalloc_latency_stop(struct rtalloc_heap *heap)
{
	if (!heap->latency)
		return;
	WRITE_ONCE(heap->latency, NULL);
	rtalloc_timed_put();
}

/* Called when the heap ends. */
void rtalloc_latency_end(struct rtalloc_heap *heap)
{
	rtalloc_latency_stop(heap);
	if (!heap->latency_kept)
		return;
	synchronize_rcu();
	free_percpu(heap->latency_kept);
	heap->latency_kept = NULL;
}

static void add(struct latency *sum, const struct latency *own)
{
	unsigned int call, i;

	for (call = 0; call < LATENCY_CALLS; call++) {
		for (i = 0; i < LATENCY_BUCKETS; i++)
			sum->count[call][i] += READ_ONCE(own->count[call][i]);
		sum->worst[call] = max(sum->worst[call],
				       READ_ONCE(own->worst[call]));
	}
}

bool rtalloc_latency_read(struct rtalloc_heap *heap, struct latency *sum)
{
	unsigned int cpu;

	memset(sum, 0, sizeof(*sum));
	if (!heap->latency_kept)
		return false;
	for_each_possible_cpu(cpu)
		add(sum, per_cpu_ptr(heap->latency_kept, cpu));
	return true;
}
