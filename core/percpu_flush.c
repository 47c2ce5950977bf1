// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu_flush.c - emptying magazines (percpu.c): those of all processors, those of
 * a processor that went offline, and those of all when a request has failed.
 *
 * Each processor is interrupted, and its set of magazines is exchanged for an empty
 * one. The blocks go back under the heap's lock, one batch of a magazine in each
 * hold. The caller may sleep. The magazines of a processor that goes offline are
 * emptied by the CPU hotplug callback. The time grows with the number of
 * processors and with what their magazines hold.
 *
 * Where nobody may use magazines any more afterwards, cpus_read_lock() is held
 * meanwhile. For a request that only looks for memory it is not: the request may
 * come from a CPU hotplug callback, and takes what it finds.
 *
 * Lock order: rtalloc_registry_lock, cpus_read_lock(), the lock of this file, the
 * heap's lock.
 */
#include <linux/cpu.h>
#include <linux/gfp.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/smp.h>

#include "core/block.h"
#include "core/lock.h"
#include "core/percpu.h"
#include "core/percpu_calls.h"
#include "core/pool.h"

LIST_HEAD(percpu_layers);
DEFINE_MUTEX(percpu_layers_lock);	/* guards layers and what each has spare */

/* Replace a processor's set of magazines by the spare set, which is empty. */
static void mags_take(struct rtalloc_percpu *pc, struct magazines **mags)
{
	swap(*mags, pc->spare);
}

/* Runs on the processor itself, in an interrupt. */
static void mags_take_here(void *data)
{
	struct rtalloc_percpu *pc = data;

	mags_take(pc, this_cpu_ptr(pc->mags));
}

/* Give one batch of @mag, which no processor uses any more, to the backend. */
static void batch_return(struct rtalloc_percpu *pc, struct magazine *mag,
			 unsigned long caller)
{
	struct rtalloc_heap *heap = pc->heap;
	void *block[PERCPU_FLUSH], *bad;
	unsigned int n, done;
	unsigned long flags;
	int err;

	n = percpu_mag_pop(pc, mag, PERCPU_FLUSH, block);
	flags = heap_lock(heap);
	done = percpu_batch_return(pc, block, n, &err, &bad);
	if (err)
		rtalloc_refused(heap, "flush", bad, err, flags, caller);
	else
		rtalloc_pool_serve(heap, flags);
	/* What it did not take stays for the next batch; a pool takes all. */
	while (done < n)
		*mag->top++ = block[done++];
}

static void spare_return(struct rtalloc_percpu *pc, unsigned long caller)
{
	struct magazine *mag = pc->spare->mag;

	lockdep_assert_held(&percpu_layers_lock);
	for (; mag <= pc->spare->mag + PERCPU_CLASSES; mag++)
		while (mag_count(pc, mag))
			batch_return(pc, mag, caller);
}

/*
 * Empty the magazines of all processors, one after the other, because there is
 * one spare set. A processor that is not online is skipped: percpu_cpu_gone()
 * has emptied its magazines, or will.
 */
static void layer_empty(struct rtalloc_percpu *pc, unsigned long caller)
{
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		smp_call_function_single(cpu, mags_take_here, pc, true);
		spare_return(pc, caller);
	}
}

static void layer_take_back(struct rtalloc_heap *heap, unsigned long caller)
{
	mutex_lock(&percpu_layers_lock);
	if (heap->layer)
		layer_empty(heap->layer, caller);
	mutex_unlock(&percpu_layers_lock);
}

/*
 * Give all blocks in magazines back to the backend. When this returns, no call
 * that read heap->magazines before it began still uses the magazines. @caller:
 * address that is reported if the backend refuses a block.
 */
void rtalloc_percpu_flush(struct rtalloc_heap *heap, unsigned long caller)
{
	if (!READ_ONCE(heap->layer))
		return;
	cpus_read_lock();
	layer_take_back(heap, caller);
	cpus_read_unlock();
}

/* @cpu has gone offline: give the blocks in its magazines to the backends. */
int percpu_cpu_gone(unsigned int cpu)
{
	struct rtalloc_percpu *pc;

	mutex_lock(&percpu_layers_lock);
	list_for_each_entry(pc, &percpu_layers, node) {
		mags_take(pc, per_cpu_ptr(pc->mags, cpu));
		spare_return(pc, _THIS_IP_);
	}
	mutex_unlock(&percpu_layers_lock);
	return 0;
}

/*
 * A request has failed. If magazines hold memory and the caller may sleep,
 * which @gfp must say too, empty them, do not count the failure, and return
 * true: the caller tries again. If the caller may not sleep, count the request
 * as starved.
 */
bool rtalloc_percpu_reclaim(struct rtalloc_heap *heap, gfp_t gfp,
			    unsigned long caller)
{
	/* Without preemption counting preemptible() is never true. */
	bool can_sleep = gfpflags_allow_blocking(gfp) && !preempt_count() &&
			 !irqs_disabled(), has_some;
	unsigned long flags;

	if (!READ_ONCE(heap->layer))
		return false;
	has_some = rtalloc_percpu_cached(heap);
	if (!has_some)
		return false;
	flags = heap_lock(heap);
	/* A heap that has just been destroyed counts nothing. */
	if (heap->layer && can_sleep)
		heap->failed--;
	else if (heap->layer)
		heap->layer->starved++;
	heap_unlock(heap, flags);
	if (can_sleep)
		layer_take_back(heap, caller);
	return can_sleep;
}
