// SPDX-License-Identifier: GPL-2.0-only
/*
 * pool.c - fixed pools: making them, waiting for an element, inspecting them.
 *
 * The two hot calls are in entry.c. A pool is a heap. It has two things more:
 * the queue of waiting tasks, and a function that is called for frees. Either of
 * them makes the heap watched, and a free in a watched heap goes through
 * rtalloc_free_watched().
 *
 * A freed element is handed to the task that has waited longest, under the pool's lock.
 * It never appears in the free list, so tasks wait only while the pool is empty, and no
 * other caller can overtake them. The queue is not one of the kernel's wait queues,
 * because a waiter must get its element together with its turn. A struct waiter lies on
 * its task's stack; under the lock it is either queued, or done and not touched again.
 *
 * The task is woken after the pool's lock is dropped. It may have gone on, and
 * even ended, by then; therefore holding the lock and waking are inside one
 * read-side section of RCU. wake_up_process() takes raw locks only, so a free
 * in a hard interrupt on PREEMPT_RT may wake a task.
 */
#include <linux/err.h>
#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <rtalloc/caller.h>

#include "backend/mempool_fixed.h"
#include "core/block.h"
#include "core/checked_calls.h"
#include "core/keys.h"
#include "core/lock.h"
#include "core/percpu_calls.h"
#include "core/pool.h"
#include "core/registry.h"
#include "core/slow.h"
#include "core/stats.h"
#include "core/trace.h"

/*
 * Pools with headers, by the address that the headers hold. Readers use RCU;
 * rtalloc_registry_lock guards changes.
 */
static DEFINE_HASHTABLE(headers, 6);

/* A task that waits for an element. */
struct waiter {
	struct list_head node;	/* in heap->waiters */
	struct task_struct *task;
	void *p;		/* its element; NULL: the pool was closed */
	bool done;
};

static struct fixed_pool *ctrl_of(const struct mempool_fixed *fixed)
{
	return (struct fixed_pool *)fixed->heap.ctrl;
}

/* Works for an ERR_PTR() too, because a pool consists of its heap alone. */
static struct mempool_fixed *fixed_of(struct rtalloc_heap *heap)
{
	return container_of(heap, struct mempool_fixed, heap);
}

static_assert(!offsetof(struct mempool_fixed, heap));

/* ---- waiting --------------------------------------------------------- */

static void watch_update(struct rtalloc_heap *heap)
{
	heap_assert_locked(heap);
	heap->is_watched = heap->freed || !list_empty(&heap->waiters);
	rtalloc_percpu_update(heap);
}

/*
 * Give @p to the task that has waited longest and take the task off the queue.
 * Returns the task to be woken, which may end when the caller leaves RCU's
 * section. The heap is locked.
 */
static struct task_struct *waiter_pop(struct rtalloc_heap *heap, void *p)
{
	struct waiter *waiter;
	struct task_struct *task;

	waiter = list_first_entry(&heap->waiters, struct waiter, node);
	list_del(&waiter->node);
	watch_update(heap);
	task = waiter->task;
	waiter->p = p;
	waiter->done = true;
	return task;
}

/*
 * An element was freed: give it to a waiting task, if there is one. *@damaged
 * is set if the pool was found damaged and has been closed, so that all waiting
 * tasks must be dismissed.
 */
static struct task_struct *hand_over(struct rtalloc_heap *heap, bool *damaged)
{
	const struct fixed_pool *pool = (void *)heap->ctrl;
	void *p;

	heap_assert_locked(heap);
	if (list_empty(&heap->waiters) || heap->is_closed)
		return NULL;
	heap_called(heap, 0);
	p = heap->ops->alloc(heap->ctrl, pool->elem);
	*damaged = IS_ERR(p) && rtalloc_heap_damaged(heap);
	if (IS_ERR_OR_NULL(p))
		return NULL;
	heap->allocs++;
	return waiter_pop(heap, p);
}

/*
 * The end of a free in a watched heap, which is a pool: only pools have tasks that
 * wait, or a function. The heap is locked; this drops the lock.
 */
void rtalloc_free_watched(struct rtalloc_heap *heap, unsigned long flags)
	__releases(heap)
{
	const struct fixed_pool *pool = (void *)heap->ctrl;
	void *data = heap->freed_data;
	mempool_fixed_freed_fn freed;
	struct task_struct *task;
	bool damaged = false;
	unsigned int nr_free;

	rcu_read_lock();
	task = hand_over(heap, &damaged);
	freed = task ? NULL : heap->freed;
	/*
	 * A watched pool has few elements or none in magazines; these are not
	 * counted here.
	 */
	nr_free = pool->count - fixed_used(pool);
	heap_unlock(heap, flags);
	if (task)
		wake_up_process(task);
	if (damaged)
		rtalloc_damage_tell(heap);
	if (freed)
		freed(fixed_of(heap), nr_free, data);
	rcu_read_unlock();
}

/*
 * Elements came back from magazines: give them to waiting tasks in the same
 * hold of the lock, so that no other caller overtakes them.
 */
void rtalloc_pool_serve(struct rtalloc_heap *heap, unsigned long flags)
	__releases(heap)
{
	struct task_struct *task[RTALLOC_HOLD_STEPS];
	bool damaged = false;
	unsigned int n = 0;

	rcu_read_lock();
	while (n < ARRAY_SIZE(task) &&
	       (task[n] = hand_over(heap, &damaged)))
		n++;
	heap_unlock(heap, flags);
	while (n--)
		wake_up_process(task[n]);
	if (damaged)
		rtalloc_damage_tell(heap);
	rcu_read_unlock();
}

/* The heap is closed and hands out nothing more: wake all waiting tasks. */
void rtalloc_waiters_dismiss(struct rtalloc_heap *heap)
{
	struct task_struct *task;
	unsigned long flags;

	do {
		rcu_read_lock();
		flags = heap_lock(heap);
		task = list_empty(&heap->waiters) ? NULL :
						    waiter_pop(heap, NULL);
		heap_unlock(heap, flags);
		if (task)
			wake_up_process(task);
		rcu_read_unlock();
	} while (task);
}

/*
 * Wait until @waiter is done, for @timeout jiffies at most. Returns 0,
 * -ETIMEDOUT or -EINTR. The heap is locked at the beginning and at the end.
 */
static int waiter_sleep(struct rtalloc_heap *heap, struct waiter *waiter,
			long timeout, unsigned long *flags)
	__must_hold(heap)
{
	while (!waiter->done) {
		if (!timeout)
			return -ETIMEDOUT;
		if (fatal_signal_pending(current))
			return -EINTR;
		__set_current_state(TASK_KILLABLE);
		heap_unlock(heap, *flags);
		timeout = schedule_timeout(timeout);
		*flags = heap_lock(heap);
	}
	return 0;
}

/*
 * Empty the magazines of a pool that a task waits for. From now on every free
 * takes the lock, so the elements in magazines come to the waiting tasks. The
 * heap is locked when this begins and when it ends.
 */
static void magazines_empty(struct rtalloc_heap *heap, unsigned long *flags,
			    unsigned long caller)
	__must_hold(heap)
{
	if (!heap->layer)
		return;
	heap_unlock(heap, *flags);
	rtalloc_percpu_flush(heap, caller);
	*flags = heap_lock(heap);
}

/* Wait for an element. The heap is locked and has none to hand out. */
static void *wait_for_element(struct rtalloc_heap *heap, long timeout,
			      unsigned long flags, unsigned long caller)
	__releases(heap)
{
	const struct fixed_pool *pool = (void *)heap->ctrl;
	struct waiter waiter = { .task = current };
	int err;

	list_add_tail(&waiter.node, &heap->waiters);
	watch_update(heap);
	heap->nr_waiting++;
	rtalloc_heap_enter(heap);
	magazines_empty(heap, &flags, caller);
	err = waiter_sleep(heap, &waiter, timeout, &flags);
	heap->nr_waiting--;
	if (err) {
		list_del(&waiter.node);
		watch_update(heap);
	}
	heap->failed += !waiter.p;
	heap_unlock(heap, flags);
	if (waiter.p)
		heap_track(heap, waiter.p, pool->elem);
	if (!waiter.p)
		trace_rtalloc_fail(heap, pool->elem, caller);
	else if (alloc_has_extra(0))
		rtalloc_alloc_finish(heap, waiter.p, pool->elem, 0, caller);
	rtalloc_heap_leave(heap);
	if (err)
		return ERR_PTR(err);
	return waiter.p ?: ERR_PTR(-EIDRM);
}

/**
 * mempool_fixed_alloc_timeout_by() - as mempool_fixed_alloc_timeout(), for a given caller
 * @fixed: the pool
 * @timeout: as for mempool_fixed_alloc_timeout()
 * @caller: address that is recorded and reported as the caller
 *
 * Context: as mempool_fixed_alloc_timeout().
 * Return: as mempool_fixed_alloc_timeout().
 */
void *mempool_fixed_alloc_timeout_by(struct mempool_fixed *fixed, long timeout,
				     unsigned long caller)
{
	struct rtalloc_heap *heap = &fixed->heap;
	const struct fixed_pool *pool = ctrl_of(fixed);
	unsigned int tries = 0;
	unsigned long flags;
	bool is_closed;
	void *p = NULL;

	if (timeout > 0)
		might_sleep();
	if (READ_ONCE(heap->layer))
		p = rtalloc_percpu_pop(heap, pool->elem, 0, caller);
	if (p)
		return p;
	flags = heap_lock(heap);
	do {
		heap_called(heap, caller);
		p = rtalloc_backend_alloc(heap, pool->elem);
	} while (!p && heap_pauses(heap, &flags, tries++));
	if (!p && !heap->is_closed && timeout > 0)
		return wait_for_element(heap, timeout, flags, caller);
	if (!IS_ERR_OR_NULL(p))
		return rtalloc_alloc_done(heap, p, pool->elem, 0, flags, caller);
	is_closed = heap->is_closed || p;
	rtalloc_alloc_failed(heap, p, pool->elem, flags, caller);
	return ERR_PTR(is_closed ? -EIDRM : -ETIMEDOUT);
}
EXPORT_SYMBOL_GPL(mempool_fixed_alloc_timeout_by);

/**
 * mempool_fixed_alloc_timeout() - take an element, waiting for one if need be
 * @fixed: the pool
 * @timeout: jiffies at most; 0: do not wait; MEMPOOL_FIXED_FOREVER: no limit
 *
 * Tasks get elements in the order in which they began to wait. Only a signal
 * that kills the task ends a wait early.
 *
 * Context: Process context, may sleep, not in a callback of CPU hotplug; with
 *	@timeout 0 any but NMI.
 * Return: the element, or ERR_PTR: -ETIMEDOUT, -EINTR (killed), -EIDRM (the
 *	pool was closed or destroyed; it must not be touched any more).
 */
void *mempool_fixed_alloc_timeout(struct mempool_fixed *fixed, long timeout)
{
	return mempool_fixed_alloc_timeout_by(fixed, timeout, _RET_IP_);
}
EXPORT_SYMBOL_GPL(mempool_fixed_alloc_timeout);

/**
 * mempool_fixed_set_freed() - set a function that is called for each free
 * @fixed: the pool
 * @freed: called after each free, unless a task waited for the element; NULL:
 *	none
 * @data: argument for @freed
 *
 * When this returns, the function that was set before is not running any more.
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 */
void mempool_fixed_set_freed(struct mempool_fixed *fixed,
			     mempool_fixed_freed_fn freed, void *data)
{
	struct rtalloc_heap *heap = &fixed->heap;
	unsigned long flags = heap_lock(heap);

	heap->freed = freed;
	heap->freed_data = data;
	watch_update(heap);
	heap_unlock(heap, flags);
	if (freed)
		rtalloc_percpu_flush(heap, _RET_IP_);
	synchronize_rcu();
}
EXPORT_SYMBOL_GPL(mempool_fixed_set_freed);

/* ---- making ---------------------------------------------------------- */

/* Return the parameters of the heap that the pool consists of. */
static struct rtalloc_heap_params
heap_params(const struct mempool_fixed_params *params)
{
	return (struct rtalloc_heap_params){
		.name = params->name,
		.backend = mempool_fixed_ops.name,
		.region = params->region,
		.align = params->align,
		.flags = params->flags,
		.elem = params->elem,
		.count = params->count,
		.percpu = params->percpu,
	};
}

static size_t params_align(const struct mempool_fixed_params *params)
{
	size_t align = params->align ?: mempool_fixed_ops.default_align;

	/* Any other alignment is refused later. */
	return is_power_of_2(align) && align <= mempool_fixed_ops.max_align ?
	       align : 1;
}

/**
 * mempool_fixed_create() - make a pool in a region
 * @params: the pool's name, region, element size, count and options
 *
 * The module cannot be unloaded until mempool_fixed_destroy().
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 * Return: the pool, or ERR_PTR as from rtalloc_heap_create().
 */
struct mempool_fixed *
mempool_fixed_create(const struct mempool_fixed_params *params)
{
	struct rtalloc_heap_params heap = heap_params(params);

	heap.size = fixed_bytes(params->count,
				rtalloc_checked_elem(params->elem,
						     params_align(params),
						     params->flags),
				params_align(params), params->flags);
	return fixed_of(rtalloc_heap_create(&heap));
}
EXPORT_SYMBOL_GPL(mempool_fixed_create);

/**
 * mempool_fixed_init() - make a pool of the caller's memory
 * @params: as for mempool_fixed_create(); the region is not used
 * @memory: not NULL; holds the elements and nothing else; aligned up if need be
 * @size: bytes of @memory
 *
 * Such a pool also ends by mempool_fixed_destroy(). @memory must stay until
 * then.
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 * Return: the pool, or ERR_PTR as from rtalloc_heap_create(); -ENOSPC when
 *	there is no room for one element, or for all of them; -EINVAL also when
 *	@memory is NULL or wraps around.
 */
struct mempool_fixed *
mempool_fixed_init(const struct mempool_fixed_params *params, void *memory,
		   size_t size)
{
	struct rtalloc_heap_params heap = heap_params(params);
	size_t align = params_align(params), room;
	size_t pad = -(unsigned long)memory & (align - 1);
	struct mempool_fixed *made;

	if (!memory || (unsigned long)memory + size < (unsigned long)memory)
		return ERR_PTR(-EINVAL);
	heap.memory = memory + pad;
	heap.size = size - min(pad, size);
	if (!heap.size)
		return ERR_PTR(-ENOSPC);
	room = fixed_room(heap.size, rtalloc_checked_elem(params->elem, align,
							  params->flags),
			  align, params->flags);
	if (params->count)
		room = min_t(size_t, room, params->count);
	heap.links = kvmalloc_array(room ?: 1, sizeof(u32),
				    GFP_KERNEL | __GFP_NOWARN);
	if (!heap.links)
		return ERR_PTR(-ENOMEM);
	made = fixed_of(rtalloc_heap_create_with(&heap, heap.links));
	if (IS_ERR(made))
		kvfree(heap.links);
	return made;
}
EXPORT_SYMBOL_GPL(mempool_fixed_init);

/**
 * mempool_fixed_close() - hand out nothing more
 * @fixed: the pool
 *
 * Tasks that wait are woken and get -EIDRM; elements can still be freed.
 *
 * Context: as mempool_fixed_alloc(); the time grows with the tasks that wait.
 */
void mempool_fixed_close(struct mempool_fixed *fixed)
{
	struct rtalloc_heap *heap = &fixed->heap;
	unsigned long flags = heap_lock(heap);

	rtalloc_heap_shut(heap);
	heap_unlock(heap, flags);
	rtalloc_waiters_dismiss(heap);
}
EXPORT_SYMBOL_GPL(mempool_fixed_close);

/**
 * mempool_fixed_destroy() - remove a pool
 * @fixed: the pool; NULL does nothing
 * @force: destroy the pool also when elements are still in use. While tasks
 *	wait, elements always are in use; these tasks are woken and get -EIDRM.
 *
 * rtalloc_heap_destroy() says which calls on the pool may be running meanwhile.
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 * Return: 0, -EBUSY or -ENOENT as from rtalloc_heap_destroy().
 */
int mempool_fixed_destroy(struct mempool_fixed *fixed, bool force)
{
	return fixed ? rtalloc_heap_destroy_by(&fixed->heap, force, _RET_IP_) :
		       0;
}
EXPORT_SYMBOL_GPL(mempool_fixed_destroy);

static bool has_headers(const struct rtalloc_heap *heap)
{
	const struct fixed_pool *pool = (void *)heap->ctrl;

	return heap_is_pool(heap) &&
	       pool->flags & RTALLOC_POOL_HEADER;
}

/*
 * From here on mempool_fixed_find() finds the heap, if it is a pool with
 * headers.
 */
void rtalloc_pool_publish(struct rtalloc_heap *heap)
{
	lockdep_assert_held(&rtalloc_registry_lock);
	if (has_headers(heap))
		hash_add_rcu(headers, &heap->by_header, (long)heap->ctrl);
}

/* After a grace period from here no reader uses the heap any more. */
void rtalloc_pool_retract(struct rtalloc_heap *heap)
{
	lockdep_assert_held(&rtalloc_registry_lock);
	if (has_headers(heap))
		hash_del_rcu(&heap->by_header);
}

/* ---- inspecting ------------------------------------------------------ */

/**
 * mempool_fixed_elem_size() - bytes of an element that may be used
 * @fixed: the pool
 *
 * Context: Any.
 * Return: the size asked for, rounded up to the alignment.
 */
size_t mempool_fixed_elem_size(const struct mempool_fixed *fixed)
{
	return ctrl_of(fixed)->elem;
}
EXPORT_SYMBOL_GPL(mempool_fixed_elem_size);

/**
 * mempool_fixed_stride() - bytes from an element to the next
 * @fixed: the pool
 *
 * Context: Any.
 * Return: the size of an element with header and guards.
 */
size_t mempool_fixed_stride(const struct mempool_fixed *fixed)
{
	return ctrl_of(fixed)->stride;
}
EXPORT_SYMBOL_GPL(mempool_fixed_stride);

/**
 * mempool_fixed_count() - how many elements a pool has
 * @fixed: the pool
 *
 * Context: Any.
 * Return: the number of free and used elements together.
 */
unsigned int mempool_fixed_count(const struct mempool_fixed *fixed)
{
	return ctrl_of(fixed)->count;
}
EXPORT_SYMBOL_GPL(mempool_fixed_count);

/**
 * mempool_fixed_nr_free() - how many elements are free
 * @fixed: the pool
 *
 * Takes no lock: the number may be outdated when it is used.
 *
 * Context: Any; with per-CPU caches the time grows with the processors.
 * Return: the number of free elements.
 */
unsigned int mempool_fixed_nr_free(const struct mempool_fixed *fixed)
{
	const struct fixed_pool *pool = ctrl_of(fixed);

	return min_t(u64, pool->count, pool->count - fixed_used(pool) +
		     rtalloc_percpu_cached(&fixed->heap));
}
EXPORT_SYMBOL_GPL(mempool_fixed_nr_free);

/**
 * mempool_fixed_element() - the address of an element
 * @fixed: the pool
 * @index: 0 is the element with the lowest address
 *
 * Context: Any.
 * Return: the element, free or used; NULL when there is no such index.
 */
void *mempool_fixed_element(const struct mempool_fixed *fixed,
			    unsigned int index)
{
	const struct fixed_pool *pool = ctrl_of(fixed);

	return index < pool->count ? pool->first + index * pool->stride : NULL;
}
EXPORT_SYMBOL_GPL(mempool_fixed_element);

/**
 * mempool_fixed_index() - which element begins at @p
 * @fixed: the pool
 * @p: anything
 *
 * Context: Any.
 * Return: an index as of mempool_fixed_element(), or -RTALLOC_FOREIGN or
 *	-RTALLOC_NOT_A_BLOCK.
 */
long mempool_fixed_index(const struct mempool_fixed *fixed, const void *p)
{
	const struct fixed_pool *pool = ctrl_of(fixed);
	u64 number = fixed_number(pool, p);

	if (number < pool->count)
		return fixed_index(pool, number);
	return (size_t)((const u8 *)p - pool->base) < pool->size ?
	       -RTALLOC_NOT_A_BLOCK : -RTALLOC_FOREIGN;
}
EXPORT_SYMBOL_GPL(mempool_fixed_index);

/**
 * mempool_fixed_find() - the pool of an element, by the word in front of it
 * @p: an element of a pool with RTALLOC_POOL_HEADER; anything is allowed
 *
 * Constant time. The word is read with care and not trusted: the pool must
 * exist, and @p must be the start of one of its elements.
 *
 * Context: Any but NMI.
 * Return: the pool, or NULL if there is none. The caller must know that the pool
 *	is not destroyed meanwhile.
 */
struct mempool_fixed *mempool_fixed_find(const void *p)
{
	struct rtalloc_heap *heap;
	struct fixed_pool *ctrl;

	if (!p || copy_from_kernel_nofault(&ctrl, p - sizeof(ctrl),
					   sizeof(ctrl)))
		return NULL;
	rcu_read_lock();
	hash_for_each_possible_rcu(headers, heap, by_header, (long)ctrl)
		if ((void *)heap->ctrl == ctrl)
			break;
	if (heap && fixed_number(ctrl, p) >= ctrl->count)
		heap = NULL;
	rcu_read_unlock();
	return heap ? fixed_of(heap) : NULL;
}
EXPORT_SYMBOL_GPL(mempool_fixed_find);

/**
 * mempool_fixed_heap() - a pool as the heap that it is
 * @fixed: the pool
 *
 * Context: Any.
 * Return: the heap: for walk, check, statistics in bytes.
 */
struct rtalloc_heap *mempool_fixed_heap(struct mempool_fixed *fixed)
{
	return &fixed->heap;
}
EXPORT_SYMBOL_GPL(mempool_fixed_heap);

/**
 * mempool_fixed_of() - the pool that a heap is
 * @heap: perhaps from rtalloc_heap_get()
 *
 * Context: Any.
 * Return: the pool; NULL when the heap is not a pool.
 */
struct mempool_fixed *mempool_fixed_of(struct rtalloc_heap *heap)
{
	return heap_is_pool(heap) ? fixed_of(heap) : NULL;
}
EXPORT_SYMBOL_GPL(mempool_fixed_of);

/**
 * mempool_fixed_stats() - a pool's statistics
 * @fixed: the pool
 * @stats: filled in. All fields belong to one moment, except in a pool with
 *	per-CPU caches that others use meanwhile
 *
 * Context: as mempool_fixed_alloc(). With per-CPU caches the time grows with
 *	the processors, and the caches are read without the lock.
 */
void mempool_fixed_stats(struct mempool_fixed *fixed,
			 struct mempool_fixed_stats *stats)
{
	struct rtalloc_heap *heap = &fixed->heap;
	const struct fixed_pool *pool = ctrl_of(fixed);
	const struct rtalloc_percpu *pc;
	struct rtalloc_snapshot snap = { };
	unsigned long flags;
	unsigned int used;

	rcu_read_lock();
	flags = heap_lock(heap);
	stats->count = pool->count;
	used = fixed_used(pool);
	stats->max_used = pool->in_use.max_used;
	stats->waiting = heap->nr_waiting;
	pc = rtalloc_counters_copy(heap, &snap);
	heap_unlock(heap, flags);
	rtalloc_counters_add(pc, &snap);
	rcu_read_unlock();
	stats->failed = snap.failed;
	stats->faults = snap.faults;
	stats->allocs = snap.allocs;
	stats->frees = snap.frees;
	stats->used = used - min_t(u64, used, rtalloc_percpu_cached(heap));
}
EXPORT_SYMBOL_GPL(mempool_fixed_stats);
