// SPDX-License-Identifier: GPL-2.0-only
/*
 * heap.c - the registry of heaps: making, finding and removing them.
 *
 * A bounded backend runs under a raw spinlock. The others do too, except on
 * PREEMPT_RT, and where lockdep tells the two kinds apart: there their lock is a
 * spinlock_t, which PREEMPT_RT lets sleep, unless the creator asked for the raw
 * one.
 *
 * Lock order: rtalloc_registry_lock, those of per-CPU caches
 * (percpu_flush.c), then a heap's lock. No heap's lock is taken inside
 * another's.
 *
 * A heap is closed, under its lock, in two cases: its backend has found its
 * structure damaged, or the heap is about to be destroyed. A closed heap still
 * accepts frees.
 *
 * A heap is removed in two halves. rtalloc_heap_unpublish(), under the registry
 * lock, makes sure that nobody finds it any more. rtalloc_heap_drain() runs
 * without that lock, so that users of other heaps do not wait: it waits for
 * requests in debugfs, for waiting tasks and for readers, and then gives the
 * memory back. The record lives until its last reference is put, by heap_put(),
 * and a grace period longer.
 */
#define pr_fmt(fmt) "rtalloc: " fmt

#include <linux/err.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/rcuwait.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core/block.h"
#include "core/checked_calls.h"
#include "core/heap.h"
#include "core/latency.h"
#include "core/lock.h"
#include "core/part.h"
#include "core/percpu_calls.h"
#include "core/pool.h"
#include "core/refuse.h"
#include "core/region.h"
#include "core/registry.h"
#include "core/report.h"

LIST_HEAD(rtalloc_heaps);

const struct rtalloc_ops *const rtalloc_backends[] = {
	&tlsf_ops,
	&slabzone_ops,
	&memheap_ops,
	&small_mem_ops,
	&lwip_mem_ops,
	&heap4_ops,
	&sylix_heap_ops,
	&mempool_fixed_ops,
	NULL
};

static const struct rtalloc_observer *observer;

/*
 * Also finds a heap that is being destroyed, because its name is still in use.
 */
static struct rtalloc_heap *heap_named(const char *name)
{
	struct rtalloc_heap *heap;

	list_for_each_entry(heap, &rtalloc_heaps, node)
		if (!strcmp(heap->name, name))
			return heap;
	return NULL;
}

struct rtalloc_heap *rtalloc_heap_find(const char *name)
{
	struct rtalloc_heap *heap;

	lockdep_assert_held(&rtalloc_registry_lock);
	heap = heap_named(name);
	return heap && !heap->is_dying ? heap : NULL;
}

static const struct rtalloc_ops *backend_find(const char *name)
{
	const struct rtalloc_ops *const *ops;

	if (!name)
		return &tlsf_ops;
	for (ops = rtalloc_backends; *ops; ops++)
		if (!strcmp((*ops)->name, name))
			return *ops;
	return NULL;
}

/* Heaps' directories share a directory with files of these names. */
static bool name_is_reserved(const char *name)
{
	static const char *const names[] = { RTALLOC_RESERVED_NAMES };

	return match_string(names, ARRAY_SIZE(names), name) >= 0;
}

static int params_check(const struct rtalloc_heap_params *params,
			const struct rtalloc_ops *ops, const char **why)
{
	int err = rtalloc_name_check(params->name, why);
	size_t align = params->align;

	if (err)
		return err;
	if (name_is_reserved(params->name))
		return refuse(-EINVAL, "name is reserved", why);
	if (!ops)
		return refuse(-EINVAL, "no backend of that name", why);
	if (align && !is_power_of_2(align))
		return refuse(-EINVAL, "alignment is not a power of two", why);
	if (align && (align < ops->min_align || align > ops->max_align))
		return refuse(-EINVAL, "the backend cannot align so", why);
	if (!params->size)
		return refuse(-EINVAL, "size is 0", why);
	if ((params->elem || params->count) && !ops->configure)
		return refuse(-EINVAL, "only a pool has elements", why);
	if (!params->elem && ops->configure)
		return refuse(-EINVAL, "a pool needs the size of its elements",
			      why);
	if (heap_named(params->name))
		return refuse(-EEXIST, "a heap of that name exists", why);
	return 0;
}

/*
 * Without PREEMPT_RT a spinlock_t never sleeps and every heap may have the
 * cheaper raw lock, unless lockdep is to tell the two kinds apart.
 */
static void lock_init(struct rtalloc_heap *heap, unsigned int flags)
{
	bool checked = IS_ENABLED(CONFIG_PROVE_RAW_LOCK_NESTING);

	heap->sleeps_on_rt = !heap->ops->bounded &&
			     !(flags & RTALLOC_HEAP_RAW_LOCK);
	heap->uses_raw = !heap->sleeps_on_rt ||
			 (!IS_ENABLED(CONFIG_PREEMPT_RT) && !checked);
	raw_spin_lock_init(&heap->raw);
	spin_lock_init(&heap->spin);
	INIT_LIST_HEAD(&heap->waiters);
}

/*
 * Make a heap. @pinned: a driver makes it; @links: memory that is freed with
 * the heap, or NULL. The caller holds the registry lock. Shells see the heap as
 * soon as the observer is told, so that is the last step.
 */
struct rtalloc_heap *rtalloc_heap_make(const struct rtalloc_heap_params *params,
				       bool pinned, u32 *links, const char **why)
{
	const struct rtalloc_ops *ops = backend_find(params->backend);
	struct rtalloc_heap *heap;
	int err;

	lockdep_assert_held(&rtalloc_registry_lock);
	err = params_check(params, ops, why);
	if (err)
		return ERR_PTR(err);
	*why = "no memory for the heap's records";
	heap = kzalloc(sizeof(*heap) + (params->flags & RTALLOC_HEAP_CHECKED ?
					rtalloc_checked_size(ops) :
					ops->ctrl_size), GFP_KERNEL);
	if (!heap)
		return ERR_PTR(-ENOMEM);
	strscpy(heap->name, params->name, sizeof(heap->name));
	heap->backend = ops;
	heap->ops = ops;
	heap->no_init = params->flags & RTALLOC_HEAP_NO_INIT;
	heap->allows_shell = params->flags & RTALLOC_HEAP_SHELL;
	*(unsigned long *)heap->ctrl = get_random_long();
	heap->align = params->align ?: ops->default_align;
	heap->links = links;
	refcount_set(&heap->users, 1);
	rcuwait_init(&heap->ender);
	init_completion(&heap->gone);
	lock_init(heap, params->flags);
	rtalloc_percpu_none(heap);
	if (!(params->flags & ops->fast_except))
		heap->fast = ops->fast;
	if (params->flags & RTALLOC_HEAP_CHECKED) {
		err = rtalloc_checked_begin(heap, params, why);
		if (err)
			goto err_free_heap;
		ops = heap->ops;
	}

	err = rtalloc_part_take(heap, params->region, params->memory,
				params->size, params->dma, why);
	if (err)
		goto err_free_heap;
	if (ops->configure)
		ops->configure(heap->ctrl, params->elem, params->count,
			       params->links);
	err = ops->init(heap->ctrl, heap->part[0].base, params->size,
			heap->align, params->flags & ~RTALLOC_HEAP_CORE_FLAGS);
	if (err) {
		*why = rtalloc_init_error(err);
		goto err_drop_part;
	}
	if (params->flags & RTALLOC_HEAP_PERCPU) {
		err = rtalloc_percpu_begin(heap, params, why);
		if (err)
			goto err_drop_part;
	}
	if (pinned)
		__module_get(THIS_MODULE);
	heap->is_pinned = pinned;
	list_add_tail(&heap->node, &rtalloc_heaps);
	rtalloc_pool_publish(heap);
	if (observer)
		heap->view = observer->added(heap);
	return heap;

err_drop_part:
	rtalloc_part_drop(heap);
err_free_heap:
	rtalloc_checked_end(heap);
	kfree(heap);
	return ERR_PTR(err);
}

/*
 * Close the heap so that no more blocks are handed out. Return false, with
 * nothing changed, if blocks are still allocated and @force is not set.
 */
static bool heap_close(struct rtalloc_heap *heap, bool force,
		       unsigned long caller)
{
	struct rtalloc_snapshot snap = { };
	unsigned long flags;
	bool idle;

	rtalloc_percpu_stop(heap, caller);
	rtalloc_percpu_sum(heap->layer, &snap);
	flags = heap_lock(heap);
	rtalloc_percpu_note(heap, &snap);
	idle = heap->allocs + snap.allocs == heap->frees + snap.frees;
	if (idle || force)
		rtalloc_heap_shut(heap);
	else
		rtalloc_percpu_resume(heap);
	heap_unlock(heap, flags);
	return idle || force;
}

/*
 * The first half of removing a heap: nobody finds it any more and it hands out
 * nothing more. Its name and its memory are still in use. The caller holds the
 * registry lock, and drops it before it calls rtalloc_heap_drain(). Of several
 * tasks that remove a heap at once, one gets 0 and must drain the heap; the
 * others get -ENOENT.
 */
int rtalloc_heap_unpublish(struct rtalloc_heap *heap, bool force,
			   unsigned long caller, const char **why)
{
	lockdep_assert_held(&rtalloc_registry_lock);
	if (heap->is_dying)
		return refuse(-ENOENT, "the heap is being destroyed", why);
	if (!heap_close(heap, force, caller))
		return refuse(-EBUSY, "blocks are still allocated", why);
	heap->is_dying = true;
	rtalloc_pool_retract(heap);
	return 0;
}

/*
 * From here on only the record is left, and every call on the heap returns at
 * once.
 */
static void heap_empty(struct rtalloc_heap *heap)
{
	unsigned long flags = heap_lock(heap);

	heap->ops = &rtalloc_gone_ops;
	memset(heap->ctrl, 0, heap->backend->ctrl_size);
	heap->freed = NULL;
	heap->is_watched = false;
	heap_unlock(heap, flags);
}

/*
 * No block of the heap is left. Count from 0 the calls that are refused from
 * here on.
 */
static void counters_forget(struct rtalloc_heap *heap)
{
	unsigned long flags = heap_lock(heap);

	heap->allocs = 0;
	heap->frees = 0;
	heap->reallocs = 0;
	heap->failed = 0;
	heap->faults = 0;
	heap_unlock(heap, flags);
}

static void heap_put(struct rtalloc_heap *heap)
{
	if (refcount_dec_and_test(&heap->users))
		kfree_rcu(heap, rcu);
}

/*
 * The second half of removing a heap. Waits for shells, for callers between
 * rtalloc_heap_enter() and rtalloc_heap_leave() (which includes tasks that wait
 * for an element), and for calls that clear, copy or notify outside the lock.
 * Then gives the memory back. References from rtalloc_heap_get() keep the
 * record.
 */
void rtalloc_heap_drain(struct rtalloc_heap *heap, unsigned long caller)
{
	if (heap->view)
		observer->removed(heap);
	rtalloc_latency_end(heap);
	rtalloc_waiters_dismiss(heap);
	/*
	 * Pairs with atomic_dec_and_test() in rtalloc_heap_leave(): what callers did
	 * inside is visible to the task that destroys the heap.
	 */
	rcuwait_wait_event(&heap->ender, !atomic_read_acquire(&heap->nr_inside),
			   TASK_UNINTERRUPTIBLE);
	rtalloc_checked_end(heap);
	rtalloc_percpu_flush(heap, caller);
	heap_empty(heap);
	if (refcount_read(&heap->users) > 1)
		synchronize_rcu();
	rtalloc_percpu_end(heap);
	counters_forget(heap);
	mutex_lock(&rtalloc_registry_lock);
	while (heap->nr_parts)
		rtalloc_part_drop(heap);
	list_del(&heap->node);
	mutex_unlock(&rtalloc_registry_lock);
	kvfree(heap->links);
	if (heap->is_pinned)
		module_put(THIS_MODULE);
	complete_all(&heap->gone);
	heap_put(heap);
}

/*
 * At unload, no driver has a heap any more and no shell can destroy one. Report
 * the blocks that are left in the remaining heaps, and free these heaps.
 */
void rtalloc_heaps_release_all(void)
{
	struct rtalloc_heap *heap;
	const char *why;

	mutex_lock(&rtalloc_registry_lock);
	while ((heap = list_first_entry_or_null(&rtalloc_heaps,
						struct rtalloc_heap, node))) {
		if (rtalloc_heap_unpublish(heap, false, _THIS_IP_, &why)) {
			rtalloc_report_leftover(heap);
			rtalloc_heap_unpublish(heap, true, _THIS_IP_, &why);
		}
		mutex_unlock(&rtalloc_registry_lock);
		rtalloc_heap_drain(heap, _THIS_IP_);
		mutex_lock(&rtalloc_registry_lock);
	}
	mutex_unlock(&rtalloc_registry_lock);
}

void rtalloc_observe(const struct rtalloc_observer *new_observer)
{
	mutex_lock(&rtalloc_registry_lock);
	observer = new_observer;
	mutex_unlock(&rtalloc_registry_lock);
}

/* As rtalloc_heap_create(), but frees @links when the heap ends. */
struct rtalloc_heap *
rtalloc_heap_create_with(const struct rtalloc_heap_params *params, u32 *links)
{
	struct rtalloc_heap *heap;
	const char *why;

	mutex_lock(&rtalloc_registry_lock);
	heap = rtalloc_heap_make(params, true, links, &why);
	mutex_unlock(&rtalloc_registry_lock);
	if (IS_ERR(heap))
		pr_err_ratelimited("%s: %s heap not created: %s (%ld)\n",
				   params->name,
				   params->backend ?: tlsf_ops.name, why,
				   PTR_ERR(heap));
	return heap;
}

/**
 * rtalloc_heap_create() - make a heap
 * @params: name, backend, where, how large
 *
 * The module cannot be unloaded until rtalloc_heap_destroy().
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 * Return: the heap, or ERR_PTR: -EINVAL (a parameter, memory that is not
 *	aligned or wraps around), -ENAMETOOLONG, -EEXIST (also while a heap of
 *	that name is being destroyed), -ENOENT (no region), -ENOMEM (no room in
 *	the region), -ENOSPC (below the backend's minimum), -EFBIG (above its
 *	maximum). One line in the log says why, rate-limited.
 */
struct rtalloc_heap *
rtalloc_heap_create(const struct rtalloc_heap_params *params)
{
	return rtalloc_heap_create_with(params, NULL);
}
EXPORT_SYMBOL_GPL(rtalloc_heap_create);

/* As rtalloc_heap_destroy(), on behalf of @caller. */
int rtalloc_heap_destroy_by(struct rtalloc_heap *heap, bool force,
			    unsigned long caller)
{
	const char *why;
	int err;

	if (!heap)
		return 0;
	mutex_lock(&rtalloc_registry_lock);
	err = rtalloc_heap_unpublish(heap, force, caller, &why);
	mutex_unlock(&rtalloc_registry_lock);
	if (!err)
		rtalloc_heap_drain(heap, caller);
	return err;
}

/**
 * rtalloc_heap_destroy() - remove a heap
 * @heap: the heap, from rtalloc_heap_create(); NULL does nothing
 * @force: destroy the heap also when blocks are still allocated
 *
 * The caller makes sure that no call on the heap is running or begins later,
 * with these exceptions: requests of shells; tasks that wait for an element of
 * a pool, which get -EIDRM; callers that have a reference from
 * rtalloc_heap_get(); and callers between rtalloc_heap_enter() and
 * rtalloc_heap_leave(). This function waits for the last of these. The others
 * can neither make it fail nor delay it for long: a shell's request ends after
 * a bounded step, and a reference keeps only the record, on which every call is
 * refused. With @force all blocks go with the heap. Can be used in a driver's
 * remove().
 *
 * Of several calls at once, by callers with references, one destroys the heap.
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 * Return: 0; -EBUSY while blocks are allocated and @force is false: then
 *	nothing has changed. -ENOENT: another task has destroyed the heap, or is
 *	destroying it and may still be using its memory.
 */
int rtalloc_heap_destroy(struct rtalloc_heap *heap, bool force)
{
	return rtalloc_heap_destroy_by(heap, force, _RET_IP_);
}
EXPORT_SYMBOL_GPL(rtalloc_heap_destroy);

/*
 * Take a reference, to be dropped by rtalloc_heap_put(). The caller holds the
 * registry lock.
 */
void rtalloc_heap_hold(struct rtalloc_heap *heap)
{
	lockdep_assert_held(&rtalloc_registry_lock);
	__module_get(THIS_MODULE);
	refcount_inc(&heap->users);
}

/**
 * rtalloc_heap_get() - look a heap up by name and take a reference to it
 * @name: of the heap
 *
 * Neither the record of the heap nor the module goes away before
 * rtalloc_heap_put(). The heap's owner may destroy the heap meanwhile. Then
 * allocations fail, pointers are foreign, statistics are 0, and blocks of the
 * heap must not be touched any more.
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 * Return: the heap, or NULL.
 */
struct rtalloc_heap *rtalloc_heap_get(const char *name)
{
	struct rtalloc_heap *heap;

	mutex_lock(&rtalloc_registry_lock);
	heap = rtalloc_heap_find(name);
	if (heap && try_module_get(THIS_MODULE))
		refcount_inc(&heap->users);
	else
		heap = NULL;
	mutex_unlock(&rtalloc_registry_lock);
	return heap;
}
EXPORT_SYMBOL_GPL(rtalloc_heap_get);

/**
 * rtalloc_heap_put() - drop a reference from rtalloc_heap_get()
 * @heap: the heap; NULL does nothing
 *
 * Context: Any but NMI.
 */
void rtalloc_heap_put(struct rtalloc_heap *heap)
{
	if (!heap)
		return;
	heap_put(heap);
	module_put(THIS_MODULE);
}
EXPORT_SYMBOL_GPL(rtalloc_heap_put);

/**
 * rtalloc_heap_enter() - make rtalloc_heap_destroy() wait
 * @heap: the heap, which must not have been destroyed yet
 *
 * For code that has objects of its own around heaps and accesses them after a
 * call on the heap has returned. A task that gets a block by that call may be
 * the one that destroys the heap, and with it the object:
 * rtalloc_heap_destroy() returns only after every caller that had entered
 * before has left. Therefore a caller must not destroy the heap between enter
 * and leave. Enter and leave cost an atomic operation each.
 *
 * Context: Any.
 */
void rtalloc_heap_enter(struct rtalloc_heap *heap)
{
	atomic_inc(&heap->nr_inside);
}
EXPORT_SYMBOL_GPL(rtalloc_heap_enter);

/**
 * rtalloc_heap_leave() - the end of rtalloc_heap_enter()
 * @heap: the heap; it may have been destroyed when this returns
 *
 * Context: Any but NMI.
 */
void rtalloc_heap_leave(struct rtalloc_heap *heap)
{
	/*
	 * The record stays for a grace period. Waking takes raw locks only. The
	 * decrement pairs with atomic_read_acquire() in rtalloc_heap_drain().
	 */
	rcu_read_lock();
	if (atomic_dec_and_test(&heap->nr_inside))
		rcuwait_wake_up(&heap->ender);
	rcu_read_unlock();
}
EXPORT_SYMBOL_GPL(rtalloc_heap_leave);

/**
 * rtalloc_heap_name() - what a heap is called
 * @heap: the heap
 *
 * Context: Any.
 * Return: its name, as in debugfs and the log; lasts as long as @heap.
 */
const char *rtalloc_heap_name(const struct rtalloc_heap *heap)
{
	return heap->name;
}
EXPORT_SYMBOL_GPL(rtalloc_heap_name);

/**
 * rtalloc_heap_is_bounded() - do alloc and free take bounded time?
 * @heap: the heap
 *
 * Context: Any.
 * Return: true when they do in the heap's backend, and so run under a raw
 *	spinlock. A heap made with RTALLOC_HEAP_RAW_LOCK runs under one too, but
 *	without the bound. A checked heap keeps its backend's lock, but not the
 *	bound: its calls take time in proportion to the block.
 */
bool rtalloc_heap_is_bounded(const struct rtalloc_heap *heap)
{
	return heap->backend->bounded;
}
EXPORT_SYMBOL_GPL(rtalloc_heap_is_bounded);

/**
 * rtalloc_heap_may_sleep() - may calls on a heap sleep on this kernel?
 * @heap: the heap
 *
 * For a driver that has to know where it may call. If true, calls are forbidden
 * with a raw spinlock held, with interrupts or preemption off, and in a hard
 * interrupt; such a call is reported once. If false, calls are allowed anywhere
 * but in an NMI.
 *
 * Context: Any.
 * Return: true on PREEMPT_RT (and where lockdep checks for it) for a heap that
 *	is not bounded and was made without RTALLOC_HEAP_RAW_LOCK.
 */
bool rtalloc_heap_may_sleep(const struct rtalloc_heap *heap)
{
	return !heap->uses_raw;
}
EXPORT_SYMBOL_GPL(rtalloc_heap_may_sleep);
