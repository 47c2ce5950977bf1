// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu_inspect.c - reading the magazines of a heap (percpu.c): the walk and the
 * check, which know of the marks, and the sums of all processors' counters.
 *
 * Nothing is changed here. The walk and the check are hooks, called under the
 * heap's lock, and take as many steps as they are asked for. A sum is linear in the
 * processors and takes no lock.
 */
#include <linux/minmax.h>
#include <linux/rcupdate.h>

#include "core/lock.h"
#include "core/percpu.h"
#include "core/percpu_calls.h"

/* ---- hooks ----------------------------------------------------------- */

int percpu_walk(void *ctrl, struct rtalloc_cursor *cursor,
		struct rtalloc_block *batch, int max)
{
	struct rtalloc_percpu *pc = layer_of(ctrl);
	int n = pc->heap->backend->walk(ctrl, cursor, batch, max), i;

	for (i = 0; pc->origin && i < n; i++)
		if (batch[i].state == RTALLOC_USED &&
		    percpu_is_cached(pc, pc->origin + batch[i].offset))
			batch[i].state = RTALLOC_CACHED;
	return n;
}

/* Does the backend have a block at @at that is as large as the mark's class says? */
static bool mark_is_sound(struct rtalloc_percpu *pc, size_t at)
{
	u8 state = mark_state(pc->mark + at / 2, at) & ~STATE_CACHED;
	void *p = unit_at(pc, at);

	return state / 2 <= PERCPU_CLASSES &&
	       pc->heap->backend->usable_size(pc->heap->ctrl, p) >=
	       pc->size[state / 2];
}

/*
 * Test the mark of two units: it belongs to neither, to the first or to the
 * second.
 */
static int mark_check(struct rtalloc_percpu *pc, size_t at,
		      struct rtalloc_fault *fault)
{
	u8 state = mark_state(pc->mark + at / 2, at);

	if (state == STATE_NONE)
		return 0;
	at += state & STATE_ODD;
	if (mark_is_sound(pc, at))
		return 0;
	return rtalloc_fault_set(fault, RTALLOC_CORRUPT,
				 heap_offset(pc->heap, unit_at(pc, at)),
				 "magazines know of a block that is none");
}

/*
 * Marks tested as one step of a check, so that no hold gets longer because of
 * them.
 */
#define MARKS_STEP	2u

/* Test the marks after the backend's own check. */
int percpu_check(void *ctrl, struct rtalloc_sweep *sweep,
		 struct rtalloc_fault *fault)
{
	struct rtalloc_percpu *pc = layer_of(ctrl);
	size_t end;
	int err = 0;

	if (!sweep->layer) {
		err = pc->heap->backend->check(ctrl, sweep, fault);
		if (err)
			return err;
		sweep->layer = 1;
	}
	end = min(pc->nr_units, sweep->layer + 2 * MARKS_STEP * sweep->steps);
	for (; sweep->layer < end && !err; sweep->layer += 2)
		err = mark_check(pc, sweep->layer - 1, fault);
	return err ?: end < pc->nr_units ? -EAGAIN : 0;
}

/* ---- counters -------------------------------------------------------- */

/*
 * Blocks in magazines and blocks handed out by magazines, all processors
 * together. The time to add them up grows with the processors, so no lock is
 * held; the caller has read @pc under RCU.
 */
struct sums {
	u64 blocks;
	u64 bytes;
	u64 allocs;
};

static struct sums mags_sum(const struct rtalloc_percpu *pc)
{
	const struct magazines *set;
	struct sums sums = { };
	unsigned int class, nr;

	for (set = pc->sets; set; set = set->next)
		for (class = 1; class <= PERCPU_CLASSES; class++) {
			nr = mag_count(pc, &set->mag[class]);
			sums.blocks += nr;
			sums.bytes += (u64)nr * pc->size[class];
			sums.allocs += mag_allocs(&set->mag[class]);
		}
	return sums;
}

/*
 * Return the number of blocks in magazines, which may be outdated when it is
 * used. Not to be called under the heap's lock: the time grows with the
 * processors.
 */
u64 rtalloc_percpu_cached(const struct rtalloc_heap *heap)
{
	const struct rtalloc_percpu *pc;
	u64 blocks;

	rcu_read_lock();
	pc = READ_ONCE(heap->layer);
	blocks = pc ? mags_sum(pc).blocks : 0;
	rcu_read_unlock();
	return blocks;
}

/*
 * Read the counters of magazines, in two steps because the second takes longer
 * than a heap may be locked. On an idle heap both belong to one moment. For
 * this step the heap is locked, within an RCU read-side section that lasts
 * until the second step, rtalloc_percpu_sum().
 */
const struct rtalloc_percpu *
rtalloc_percpu_note(const struct rtalloc_heap *heap,
		    struct rtalloc_snapshot *snap)
{
	const struct rtalloc_percpu *pc = heap->layer;

	heap_assert_locked(heap);
	if (!pc)
		return NULL;
	snap->frees -= pc->in;
	snap->starved = pc->starved;
	snap->batches = pc->batches;
	return pc;
}

/* The second step: add the processors' counters. The heap is not locked. */
void rtalloc_percpu_sum(const struct rtalloc_percpu *pc,
			struct rtalloc_snapshot *snap)
{
	struct sums sums;

	if (!pc)
		return;
	sums = mags_sum(pc);
	snap->allocs += sums.allocs;
	snap->frees += sums.allocs + sums.blocks;
	snap->cached = sums.bytes;
}
