// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu.c - alloc and free through the magazines of the processor that calls.
 *
 * The usual call takes no lock and executes no locked instruction: interrupts
 * off, the block's mark is changed, the magazine's number of blocks. A magazine
 * that is empty, or full, is filled or emptied by a batch, in one hold of the
 * heap's lock. Both are bounded. All else is the business of the calls without
 * magazines, through hooks that know of marks (percpu_look.c).
 *
 * heap->percpu is NULL while magazines may not be used: the heap is closed, or
 * tasks wait for an element. It is read with interrupts off. So, when every
 * processor has been interrupted after it was changed, nobody works on what it
 * was before.
 */
#include <linux/err.h>
#include <linux/irqflags.h>
#include <linux/module.h>

#include "backend/mempool_fixed.h"
#include "core/front.h"
#include "core/percpu.h"

/* ---- what a batch does; the heap is locked --------------------------- */

/*
 * Give a block that lay in a magazine back to the backend. 0; what the backend
 * says, then it is nobody's any more; or -RTALLOC_DOUBLE_FREE: the entry was one
 * too many, left by a race of two frees, and the block is not touched.
 */
static int block_return(struct rtalloc_percpu *pc, void *p,
			unsigned int twice)
{
	struct rtalloc_heap *heap = pc->heap;
	size_t unit = percpu_unit(pc, p);

	heap_assert_locked(heap);
	if (mark_read(pc, unit) != (twice | MARK_CACHED))
		return -RTALLOC_DOUBLE_FREE;
	mark_clear(pc, unit);
	return heap->backend->free(heap->ctrl, p);
}

/* The oldest blocks leave the magazine, into @out. Interrupts are off. */
static unsigned int mag_shed(struct magazine *mag, unsigned int n, void **out)
{
	unsigned int i;

	n = min(n, mag->nr);
	for (i = 0; i < n; i++)
		out[i] = mag->block[i];
	for (; i < mag->nr; i++)
		mag->block[i - n] = mag->block[i];
	mag->nr -= n;
	return n;
}

/*
 * Give @n blocks back that have left magazines. Returns the last fault, of
 * *@bad, or 0; other faults are counted here.
 */
int percpu_batch_return(struct rtalloc_percpu *pc, void **block, unsigned int n,
			unsigned int twice, void **bad)
{
	int err, last = 0;

	pc->batches += !!n;
	pc->heap->changes += !!n;
	for (; n; n--, block++) {
		err = block_return(pc, *block, twice);
		/* One too many never came in: who freed it has counted it. */
		pc->in -= err != -RTALLOC_DOUBLE_FREE;
		if (!err)
			continue;
		pc->heap->faults += !!last;
		last = err;
		*bad = *block;
	}
	return last;
}

/* Blocks from the backend into a magazine. Interrupts are off. */
static void mag_fill(struct rtalloc_percpu *pc, struct magazines *mags,
		     unsigned int twice, unsigned int n)
{
	struct magazine *mag = mag_of(mags, twice);
	struct rtalloc_heap *heap = pc->heap;
	void *p;

	for (; n && mag->nr < mag->room; n--) {
		p = heap->backend->alloc(heap->ctrl, pc->size[twice / 2]);
		if (IS_ERR_OR_NULL(p))
			return;
		if (percpu_unit(pc, p) >= pc->nr_units) {
			heap->backend->free(heap->ctrl, p);
			return;
		}
		mark_write(pc, percpu_unit(pc, p), twice | MARK_CACHED);
		mag->block[mag->nr++] = p;
		pc->in++;
	}
}

/*
 * A batch of a class from the backend, the first for the caller, the rest for the
 * magazine of this processor. NULL or an error: not even one.
 */
static void *refill(struct rtalloc_percpu *pc, unsigned int twice)
{
	struct rtalloc_heap *heap = pc->heap;
	unsigned long flags;
	void *p;

	pc->batches++;
	heap->changes++;
	p = heap->backend->alloc(heap->ctrl, pc->size[twice / 2]);
	/* Of memory that was added later no block has a mark. */
	if (IS_ERR_OR_NULL(p) || percpu_unit(pc, p) >= pc->nr_units)
		return p;
	if (!pc->origin)
		pc->origin = (u8 *)p - heap_offset(heap, p);
	mark_write(pc, percpu_unit(pc, p), twice);
	/* Where the lock sleeps they are on, and this processor may change. */
	local_irq_save(flags);
	mag_fill(pc, this_cpu_ptr(pc->mags), twice, pc->refill - 1);
	local_irq_restore(flags);
	return p;
}

/* ---- alloc ----------------------------------------------------------- */

/*
 * What follows outside of the lock. All of its class is cleared, which is all
 * that users may know of: see usable_size in percpu_look.c.
 */
static noinline void *alloc_finish(struct rtalloc_heap *heap, void *p,
				   size_t size, gfp_t gfp, unsigned long caller)
{
	const struct rtalloc_percpu *pc;

	if (trace_rtalloc_alloc_enabled())
		return rtalloc_alloc_finish(heap, p, size, gfp, caller);
	rcu_read_lock();	/* a heap that goes waits for the clearing */
	pc = READ_ONCE(heap->layer);
	if (pc && heap_clears(heap, gfp))
		memset(p, 0, pc->size[percpu_class(pc, size) / 2]);
	rcu_read_unlock();
	return p;
}

/* A block and a batch with it, or one; the heap is locked. */
void *rtalloc_percpu_locked(struct rtalloc_heap *heap, size_t size)
{
	struct rtalloc_percpu *pc = heap->percpu;
	unsigned int twice = pc ? percpu_class(pc, size) : 0;
	void *p = twice ? refill(pc, twice) : NULL;

	if (!p && size && !heap->is_closed)
		p = heap->ops->alloc(heap->ctrl, size);
	return p;
}

static void *alloc_once(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			unsigned long caller)
{
	unsigned long flags = heap_lock(heap);
	void *p = rtalloc_percpu_locked(heap, size);

	if (IS_ERR_OR_NULL(p))
		return rtalloc_alloc_failed(heap, p, size, flags, caller);
	return alloc_done(heap, p, size, gfp, flags, caller);
}

/* No block in the magazine, or the request is not for one. */
static noinline void *alloc_more(struct rtalloc_heap *heap, size_t size,
				 gfp_t gfp, unsigned long caller)
{
	void *p = alloc_once(heap, size, gfp, caller);

	if (!p && size && rtalloc_percpu_reclaim(heap, gfp))
		p = alloc_once(heap, size, gfp, caller);
	return p;
}

/* A block of the magazine that is there and cached; NULL: see alloc_more(). */
static __always_inline void *mag_pop(const struct rtalloc_percpu *pc,
				     unsigned int twice)
{
	struct magazines *mags = this_cpu_ptr(pc->mags);
	struct magazine *mag = mag_of(mags, twice);
	u32 nr = mag->nr;
	size_t unit;
	void *p;

	if (unlikely(!nr--))
		return NULL;
	p = mag->block[nr];
	mag->nr = nr;
	unit = percpu_unit(pc, p);
	if (unlikely(mark_read(pc, unit) != (twice | MARK_CACHED))) {
		mags->mag[0].allocs++;
		return NULL;
	}
	mark_write(pc, unit, twice);
	mag->allocs++;
	return p;
}

/* As rtalloc_alloc(), of a heap that has magazines. */
void *rtalloc_percpu_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			   unsigned long caller)
{
	const struct rtalloc_percpu *pc;
	unsigned long flags;
	void *p = NULL;

	if (unlikely(size - 1 >= PERCPU_SIZE_MAX))
		return alloc_more(heap, size, gfp, caller);
	local_irq_save(flags);
	pc = READ_ONCE(heap->percpu);
	if (likely(pc))
		p = mag_pop(pc, pc->class[(size - 1) / PERCPU_STEP]);
	local_irq_restore(flags);
	if (unlikely(!p))
		return alloc_more(heap, size, gfp, caller);
	if (alloc_has_more(gfp))
		return alloc_finish(heap, p, size, gfp, caller);
	return p;
}

/* An element of a pool's magazine; NULL: there is none. */
void *rtalloc_percpu_pop(struct rtalloc_heap *heap, unsigned long caller)
{
	const struct fixed_pool *pool = (void *)heap->ctrl;
	const struct rtalloc_percpu *pc;
	unsigned long flags;
	void *p = NULL;

	local_irq_save(flags);
	pc = READ_ONCE(heap->percpu);
	if (likely(pc))
		p = mag_pop(pc, 2);
	local_irq_restore(flags);
	if (p && alloc_has_more(0))
		return alloc_finish(heap, p, pool->elem, 0, caller);
	return p;
}

/* As mempool_fixed_alloc(), of a pool that has magazines. */
void *rtalloc_percpu_take(struct rtalloc_heap *heap, unsigned long caller)
{
	const struct fixed_pool *pool = (void *)heap->ctrl;
	const struct rtalloc_percpu *pc;
	unsigned long flags;
	void *p = NULL;

	local_irq_save(flags);
	pc = READ_ONCE(heap->percpu);
	if (likely(pc))
		p = mag_pop(pc, 2);
	local_irq_restore(flags);
	if (unlikely(!p))
		return alloc_more(heap, pool->elem, 0, caller);
	if (alloc_has_more(0))
		return alloc_finish(heap, p, pool->elem, 0, caller);
	return p;
}

/* ---- free ------------------------------------------------------------ */

/* Put the live block at @unit into its magazine; false: there is more to do. */
static __always_inline bool mag_push(const struct rtalloc_percpu *pc, void *p)
{
	size_t unit = percpu_unit(pc, p);
	struct magazine *mag;
	unsigned int state;
	u32 nr;

	if (unlikely(unit >= pc->nr_units))
		return false;
	state = mark_read(pc, unit);
	if (unlikely(state & (MARK_ODD | MARK_CACHED)))
		return false;
	mag = mag_of(this_cpu_ptr(pc->mags), state);
	nr = mag->nr;
	if (unlikely(nr >= mag->room))
		return false;
	mark_write(pc, unit, state | MARK_CACHED);
	mag->block[nr] = p;
	mag->nr = nr + 1;
	return true;
}

/* Make room in this processor's magazine for @p; the heap is locked. */
static int room_make(struct rtalloc_percpu *pc, void *p, void **bad)
{
	unsigned int twice = percpu_state(pc, p), n = 0;
	void *block[PERCPU_ROOM];
	struct magazine *mag;
	unsigned long flags;

	if (!twice || twice & MARK_CACHED)
		return 0;
	local_irq_save(flags);
	mag = mag_of(this_cpu_ptr(pc->mags), twice);
	if (mag->nr == mag->room)
		n = mag_shed(mag, pc->flush, block);
	local_irq_restore(flags);
	return percpu_batch_return(pc, block, n, twice, bad);
}

static noinline int free_more(struct rtalloc_heap *heap, void *p,
			      unsigned long caller)
{
	unsigned long flags = heap_lock(heap), irqs;
	struct rtalloc_percpu *pc = heap->percpu;
	bool done = false;
	void *bad = NULL;
	int err = 0;

	if (pc) {
		err = room_make(pc, p, &bad);
		local_irq_save(irqs);
		done = mag_push(pc, p);
		local_irq_restore(irqs);
	}
	if (err)
		rtalloc_refused(heap, "flush", bad, err, flags, caller);
	else
		heap_unlock(heap, flags);
	return done ? 0 : rtalloc_free_unlocked(heap, p, caller);
}

/* As rtalloc_free(), of a heap that has magazines. */
int rtalloc_percpu_free(struct rtalloc_heap *heap, void *p,
			unsigned long caller)
{
	const struct rtalloc_percpu *pc;
	unsigned long flags;
	bool done = false;

	local_irq_save(flags);
	pc = READ_ONCE(heap->percpu);
	if (likely(pc))
		done = mag_push(pc, p);
	local_irq_restore(flags);
	if (likely(done))
		return 0;
	return free_more(heap, p, caller);
}
