// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu.c - alloc and free of a heap that has magazines, where the usual case
 * (percpu_fast.h) gives up: an empty magazine is filled, or a full one emptied,
 * by a batch of blocks in one hold of the heap's lock. Both are bounded if the
 * backend is. All other calls bypass the magazines, through hooks that maintain
 * the marks (percpu_hooks.c).
 *
 * While the magazines may not be used, heap->magazines points to an empty layer.
 * That is so while the heap is closed, while tasks wait for an element or a
 * function is called for each free, and between rtalloc_percpu_stop() and
 * rtalloc_percpu_resume().
 */
#include <linux/err.h>
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "core/block.h"
#include "core/keys.h"
#include "core/lock.h"
#include "core/percpu_calls.h"
#include "core/percpu_fast.h"
#include "core/slow.h"
#include "core/trace.h"

/* Return the magazines, or NULL if they may not be used. The heap is locked. */
static struct rtalloc_percpu *percpu_of(const struct rtalloc_heap *heap)
{
	struct rtalloc_percpu *pc = heap->magazines;

	heap_assert_locked(heap);
	return pc->heap ? pc : NULL;
}

/* ---- states ---------------------------------------------------------- */

/* Any live element of a pool may go into a magazine: all were handed out. */
static unsigned int element_state(const struct fixed_pool *pool, u64 number)
{
	u32 link;

	if (number >= READ_ONCE(pool->unused))
		return STATE_NONE;
	link = READ_ONCE(pool->link[number]);
	if (link == FIXED_CACHED)
		return STATE_POOL | STATE_CACHED;
	return link == FIXED_LIVE ? STATE_POOL : STATE_NONE;
}

unsigned int percpu_state(const struct rtalloc_percpu *pc, const void *p,
			  size_t *at)
{
	unsigned int state;
	u64 number;

	if (layer_is_pool(pc)) {
		/*
		 * 64 bits even if size_t has 32: truncated, the number of a bad
		 * pointer might be an element's.
		 */
		number = fixed_number(pool_of_layer(pc), p);
		*at = number;
		return element_state(pool_of_layer(pc), number);
	}
	*at = percpu_unit(pc, p);
	if (*at >= pc->nr_units)
		return STATE_NONE;
	state = mark_state(unit_mark(pc, *at), *at);
	return state & STATE_ODD ? STATE_NONE : state;
}

/*
 * Set the state of the block at @at. STATE_NONE: the layer does not know the
 * block.
 */
void percpu_state_set(struct rtalloc_percpu *pc, size_t at, unsigned int state)
{
	if (layer_is_pool(pc))
		WRITE_ONCE(pool_of_layer(pc)->link[at], state & STATE_CACHED ?
			   FIXED_CACHED : FIXED_LIVE);
	else if (state)
		WRITE_ONCE(*unit_mark(pc, at), state ^ (u8)at);
	else
		WRITE_ONCE(*unit_mark(pc, at), (u8)at & ~STATE_ODD);
}

/* Return the class for a request; STATE_NONE: the backend serves the request. */
static unsigned int size_state(const struct rtalloc_percpu *pc, size_t size)
{
	if (layer_is_pool(pc))
		return size - 1 < pc->elem ? STATE_POOL : STATE_NONE;
	return size - 1 < PERCPU_SIZE_MAX ?
	       2 * (pc->at[(size - 1) / PERCPU_STEP] /
		    sizeof(struct magazine)) : STATE_NONE;
}

/* ---- magazines; interrupts are off ------------------------------------ */

/*
 * Take up to @n blocks out of the magazine, those that were added last. The
 * time does not depend on how many blocks it holds. Return how many were taken.
 */
unsigned int percpu_mag_pop(const struct rtalloc_percpu *pc,
			    struct magazine *mag, unsigned int n, void **block)
{
	unsigned int i;

	n = min(n, mag_count(pc, mag));
	mag->top -= n * pc->step;
	for (i = 0; i < n; i++)
		block[i] = mag->top[i * pc->step];
	return n;
}

/* ---- what a batch does; the heap is locked --------------------------- */

/* Return the size of a batch: a little more than half of a small magazine. */
static unsigned int batch_size(const struct rtalloc_percpu *pc,
			       unsigned int state, unsigned int more,
			       unsigned int most)
{
	return min((pc->room[state / 2] + 1) / 2 + more, most);
}

/*
 * Give blocks to the backend, and clear the marks of those that it accepts. A
 * block that it refuses stays CACHED for ever, in no magazine: its user has
 * freed it, and must not free it again. A pool has no marks, and accepts all
 * blocks.
 */
static unsigned int backend_put(struct rtalloc_percpu *pc, void **block,
				unsigned int n, int *err)
{
	struct rtalloc_heap *heap = pc->heap;
	unsigned int done, i;
	size_t unit;

	if (layer_is_pool(pc)) {
		fixed_put_cached(pool_of_layer(pc), block, n);
		return n;
	}
	done = rtalloc_ops_free_many(heap->backend, heap->ctrl, block, n, err);
	for (i = 0; i < done; i++) {
		unit = percpu_unit(pc, block[i]);
		WRITE_ONCE(*unit_mark(pc, unit), (u8)unit & ~STATE_ODD);
	}
	return done;
}

/*
 * Give @n blocks, 1 to PERCPU_FLUSH, that have left magazines back to the
 * backend. Return how many of them are done; the caller keeps the rest. The
 * backend takes the blocks in order and stops at a bad one: then *@err is its
 * fault, *@bad is the block, and it counts as done. In a damaged heap all are
 * done.
 */
unsigned int percpu_batch_return(struct rtalloc_percpu *pc, void **block,
				 unsigned int n, int *err, void **bad)
{
	unsigned int done;

	heap_assert_locked(pc->heap);
	pc->batches++;
	pc->heap->changes++;
	*err = 0;
	done = backend_put(pc, block, n, err);
	if (*err)
		*bad = block[done++];
	if (*err == -RTALLOC_CORRUPT)
		done = n;
	pc->in -= done;
	return done;
}

/*
 * Remember where the heap's offset 0 lies, for the walk. @p lies in the memory
 * that the heap was made from: memory that was added later has offsets of its
 * own.
 */
static void origin_note(struct rtalloc_percpu *pc, void *p)
{
	if (!pc->origin)
		pc->origin = (u8 *)p - heap_offset(pc->heap, p);
}

/*
 * Mark @p as live: its caller got it from the backend, and it may go into a
 * magazine when it is freed. Blocks in memory that was added later get no mark.
 */
static void mark_live(struct rtalloc_percpu *pc, void *p, unsigned int state)
{
	size_t at = layer_is_pool(pc) ? fixed_number(pool_of_layer(pc), p) :
					percpu_unit(pc, p);

	if (!layer_is_pool(pc) && at >= pc->nr_units)
		return;
	percpu_state_set(pc, at, state);
	origin_note(pc, p);
}

/*
 * Put blocks into this processor's magazine. Interrupts are off. Return how
 * many fitted.
 */
static unsigned int mag_fill(struct rtalloc_percpu *pc, unsigned int state,
			     void **block, unsigned int n)
{
	struct magazine *mag = mag_of(__this_cpu_read(*pc->mags), state);
	u8 cached = state | STATE_CACHED;
	void **top = mag->top;
	unsigned int i;
	size_t unit;

	n = min(n, mag_room(pc, mag));
	for (i = 0; i < n; i++) {
		unit = percpu_unit(pc, block[i]);
		if (unit >= pc->nr_units)
			break;
		WRITE_ONCE(*unit_mark(pc, unit), cached ^ (u8)unit);
		*top++ = block[i];
	}
	mag->top = top;
	return i;
}

/*
 * The backend handed out @p and now refuses to take it back. The block stays
 * CACHED, but in no magazine, so that nobody can free it or get it.
 */
static void block_lose(struct rtalloc_percpu *pc, void *p, unsigned int state)
{
	size_t unit = percpu_unit(pc, p);

	if (unit < pc->nr_units)
		percpu_state_set(pc, unit, state | STATE_CACHED);
}

/*
 * Put blocks into this processor's magazine, and give those that do not fit
 * back to the backend. The heap is locked; interrupts may be on.
 */
static void mags_fill(struct rtalloc_percpu *pc, void **block, unsigned int n,
		      unsigned int state)
{
	struct rtalloc_heap *heap = pc->heap;
	unsigned long flags;
	unsigned int i;

	/* Where the lock sleeps, another task may have filled the magazine. */
	local_irq_save(flags);
	i = mag_fill(pc, state, block, n);
	local_irq_restore(flags);
	pc->in += i;
	if (i)
		origin_note(pc, block[0]);
	for (; i < n; i++)
		if (heap->backend->free(heap->ctrl, block[i]))
			block_lose(pc, block[i], state);
}

/*
 * Get a batch of blocks of a class from the backend: the first is returned, the
 * rest goes into this processor's magazine. Return NULL or an ERR_PTR if there
 * is not even one.
 */
static void *refill(struct rtalloc_percpu *pc, unsigned int state)
{
	struct rtalloc_heap *heap = pc->heap;
	void *block[PERCPU_REFILL];
	int n;

	pc->batches++;
	heap->changes++;
	n = rtalloc_ops_alloc_many(heap->backend, heap->ctrl,
				   pc->size[state / 2], block,
				   batch_size(pc, state, 2, PERCPU_REFILL));
	if (n <= 0)
		return n ? ERR_PTR(n) : NULL;
	mark_live(pc, block[0], state);
	mags_fill(pc, block + 1, n - 1, state);
	return block[0];
}

/*
 * As refill(), for a pool. The pool's lock is raw, so interrupts are off, and
 * elements go directly from the free list to the magazine's slots, and back in
 * pool_flush(), with no array in between and no lookup of their numbers. A
 * burst that is larger than a magazine pays for every element in both
 * directions.
 */
static void *pool_refill(struct rtalloc_percpu *pc)
{
	struct magazine *mag = mag_of(__this_cpu_read(*pc->mags), STATE_POOL);
	unsigned int n = batch_size(pc, STATE_POOL, 2, PERCPU_POOL) - 1;
	void *own[2];
	int got;

	pc->batches++;
	pc->heap->changes++;
	got = fixed_take_slots(pool_of_layer(pc), own, 1);
	if (got <= 0)
		return got ? ERR_PTR(got) : NULL;
	origin_note(pc, own[0]);
	WRITE_ONCE(*(u32 *)own[1], FIXED_LIVE);
	got = fixed_take_slots(pool_of_layer(pc), mag->top,
			       min(n, mag_room(pc, mag)));
	if (got > 0) {
		mag->top += 2 * got;
		pc->in += got;
	}
	return own[0];
}

/* Give a batch back to the pool, because this processor's magazine is full. */
static void pool_flush(struct rtalloc_percpu *pc)
{
	struct magazine *mag = mag_of(__this_cpu_read(*pc->mags), STATE_POOL);
	unsigned int n = batch_size(pc, STATE_POOL, 1, PERCPU_POOL);

	if (mag->top != mag->end)
		return;
	n = min(n, mag_count(pc, mag));
	pc->batches++;
	pc->heap->changes++;
	mag->top -= 2 * n;
	fixed_put_slots(pool_of_layer(pc), mag->top, n);
	pc->in -= n;
}

/*
 * The alloc_many hook of any heap, which is locked. In a heap with magazines
 * the blocks get marks, so that magazines take them when they are freed.
 */
int rtalloc_backend_alloc_many(struct rtalloc_heap *heap, size_t size, void **p,
			       unsigned int n)
{
	struct rtalloc_percpu *pc = percpu_of(heap);
	unsigned int state = pc ? size_state(pc, size) : STATE_NONE;
	int got, i;

	/* Any live element of a pool may go into a magazine. */
	got = !state || layer_is_pool(pc) ? 0 :
	      rtalloc_ops_alloc_many(heap->ops, heap->ctrl, pc->size[state / 2],
				     p, n);
	for (i = 0; i < got; i++)
		mark_live(pc, p[i], state);
	return got ?: rtalloc_ops_alloc_many(heap->ops, heap->ctrl, size, p, n);
}

/* ---- alloc ----------------------------------------------------------- */

/*
 * Trace and clear a block that came from a magazine. All bytes of its class are
 * cleared, because usable_size reports that many (percpu_hooks.c).
 */
static void *alloc_finish(struct rtalloc_heap *heap, void *p, size_t size,
			  gfp_t gfp, unsigned long caller)
{
	const struct rtalloc_percpu *pc;

	if (trace_rtalloc_alloc_enabled()) {
		rtalloc_alloc_finish(heap, p, size, gfp, caller);
		return p;
	}
	rcu_read_lock();	/* a heap that goes waits for the clearing */
	pc = READ_ONCE(heap->layer);
	if (pc && heap_clears(heap, gfp))
		memset(p, 0, pc->size[size_state(pc, size) / 2]);
	rcu_read_unlock();
	return p;
}

/*
 * The alloc hook of any heap, which is locked. If the heap has a magazine for
 * this size, the magazine gets a batch along with the block.
 */
void *rtalloc_backend_alloc(struct rtalloc_heap *heap, size_t size)
{
	struct rtalloc_percpu *pc = percpu_of(heap);
	unsigned int state = pc ? size_state(pc, size) : STATE_NONE;
	void *p = NULL;

	if (state)
		p = layer_is_pool(pc) ? pool_refill(pc) : refill(pc, state);
	if (!p && size && !heap->is_closed)
		p = heap->ops->alloc(heap->ctrl, size);
	return p;
}

static void *alloc_once(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			unsigned long caller)
{
	unsigned long flags = heap_lock(heap);
	void *p = rtalloc_backend_alloc(heap, size);

	if (IS_ERR_OR_NULL(p))
		return rtalloc_alloc_failed(heap, p, size, flags, caller);
	return rtalloc_alloc_done(heap, p, size, gfp, flags, caller);
}

/* Try again if the first failure has emptied magazines. */
static void *alloc_twice(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			 unsigned long caller)
{
	void *p;

	percpu_might_sleep(heap, gfp);
	p = alloc_once(heap, size, gfp, caller);
	if (!p && size && rtalloc_percpu_reclaim(heap, gfp, caller))
		p = alloc_once(heap, size, gfp, caller);
	return p;
}

/* Return a block of @size from this processor's magazine, or NULL if it has none. */
void *rtalloc_percpu_pop(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			 unsigned long caller)
{
	const struct rtalloc_percpu *pc;
	unsigned int state;
	unsigned long flags;
	bool has = false;
	void *p;

	heap_might_lock(heap);
	local_irq_save(flags);
	pc = heap_magazines(heap);
	state = heap_context_is_bad_unlocked(heap, flags) ?
			STATE_NONE : size_state(pc, size);
	if (state)
		has = layer_is_pool(pc) ? fast_take(pc->mags, &p) :
		      fast_pop(pc, state / 2 * sizeof(struct magazine), &p);
	local_irq_restore(flags);
	if (has && alloc_has_extra(gfp))
		return alloc_finish(heap, p, size, gfp, caller);
	return has ? p : NULL;
}

/* As rtalloc_alloc(), for the entry points that are not hot. */
void *rtalloc_percpu_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			   unsigned long caller)
{
	return rtalloc_percpu_pop(heap, size, gfp, caller) ?:
	       alloc_twice(heap, size, gfp, caller);
}

/*
 * Allocate when the magazine is empty, or when none serves the request. A
 * pool's magazine may still hold elements for rtalloc_alloc(), which does not
 * use the pool's own entry points.
 */
void *percpu_alloc_slow(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			unsigned long caller)
{
	if (heap_is_pool(heap))
		return rtalloc_percpu_alloc(heap, size, gfp, caller);
	return alloc_twice(heap, size, gfp, caller);
}

/* As percpu_alloc_slow(), for mempool_fixed_alloc(). */
void *percpu_take_slow(struct rtalloc_heap *heap, unsigned long caller)
{
	const struct fixed_pool *pool = (void *)heap->ctrl;

	return alloc_twice(heap, pool->elem, 0, caller);
}

/* ---- free ------------------------------------------------------------ */

/*
 * Put blocks that could not be given back yet into the magazine. Return how
 * many fitted.
 */
static unsigned int mag_keep(struct rtalloc_percpu *pc, unsigned int state,
			     void **block, unsigned int n)
{
	struct magazine *mag;
	unsigned long flags;
	unsigned int i;

	local_irq_save(flags);
	mag = mag_of(__this_cpu_read(*pc->mags), state);
	n = min(n, mag_room(pc, mag));
	for (i = 0; i < n; i++)
		*mag->top++ = block[i];
	local_irq_restore(flags);
	return n;
}

/* Take a batch out of this processor's magazine if it is full. Return its size. */
static unsigned int mag_flush(struct rtalloc_percpu *pc, unsigned int state,
			      void **block)
{
	struct magazine *mag;
	unsigned long flags;
	unsigned int n = 0;

	local_irq_save(flags);
	mag = mag_of(__this_cpu_read(*pc->mags), state);
	if (mag->top == mag->end)
		n = percpu_mag_pop(pc, mag,
				   batch_size(pc, state, 1, PERCPU_FLUSH),
				   block);
	local_irq_restore(flags);
	return n;
}

/*
 * Give a batch of blocks in @state, which have left this processor's magazine,
 * back to the backend. Blocks that the backend does not take in one go return
 * to the magazine, unless another task has filled it meanwhile: then the rest
 * goes back too. Of several faults the last is returned, because that may be
 * damage, and the others are counted here.
 */
static int batch_spill(struct rtalloc_percpu *pc, unsigned int state,
		       void **block, unsigned int n, void **bad)
{
	int err = 0, fault;
	unsigned int i = 0;
	void *at;

	while (i < n) {
		i += percpu_batch_return(pc, block + i, n - i, &fault, &at);
		i += mag_keep(pc, state, block + i, n - i);
		if (!fault)
			continue;
		pc->heap->faults += !!err;
		err = fault;
		*bad = at;
	}
	return err;
}

/* Make room in this processor's magazine for @p; the heap is locked. */
static int room_make(struct rtalloc_percpu *pc, void *p, void **bad)
{
	void *block[PERCPU_FLUSH];
	unsigned int state;
	size_t at;

	state = percpu_state(pc, p, &at);
	if (!state || state & STATE_CACHED)
		return 0;
	if (layer_is_pool(pc)) {
		pool_flush(pc);
		return 0;
	}
	return batch_spill(pc, state, block, mag_flush(pc, state, block), bad);
}

static bool push(struct rtalloc_heap *heap, void *p)
{
	const struct rtalloc_percpu *pc;
	unsigned long flags;
	u8 *mark, was;
	bool done;

	local_irq_save(flags);
	pc = heap_magazines(heap);
	if (heap_context_is_bad_unlocked(heap, flags))
		done = false;
	else if (layer_is_pool(pc))
		done = fast_put(pc->mags, pool_of_layer(pc), p);
	else
		done = fast_push(pc, p, &mark, &was) == PUSH_DONE;
	local_irq_restore(flags);
	return done;
}

/* As rtalloc_free(), for a call that does not come by free_special(). */
int rtalloc_percpu_free(struct rtalloc_heap *heap, void *p,
			unsigned long caller)
{
	heap_might_lock(heap);
	return push(heap, p) ? 0 : percpu_free_slow(heap, p, caller);
}

int percpu_free_slow(struct rtalloc_heap *heap, void *p, unsigned long caller)
{
	struct rtalloc_percpu *pc;
	unsigned long flags;
	bool done = false;
	void *bad = NULL;
	int err = 0;

	if (heap_is_pool(heap) && push(heap, p))
		return 0;
	flags = heap_lock(heap);
	pc = percpu_of(heap);
	if (pc) {
		err = room_make(pc, p, &bad);
		done = push(heap, p);
	}
	if (err)
		rtalloc_refused(heap, "flush", bad, err, flags, caller);
	else
		heap_unlock(heap, flags);
	return done ? 0 : rtalloc_free_unlocked(heap, p, caller);
}
