// SPDX-License-Identifier: GPL-2.0-only
/*
 * heap.c - the registry of heaps: making them, gluing memory to them, finding
 * and removing them.
 *
 * A bounded backend runs under a raw spinlock, the others under a spinlock_t
 * (which sleeps on PREEMPT_RT) unless the creator asked for the raw one.
 *
 * Lock order: rtalloc_registry_lock, then a heap's lock. No heap's lock is
 * taken inside another's.
 *
 * A heap is closed, under its lock, in two cases: its backend finds its own
 * structure damaged, or it is about to be destroyed. Frees are accepted still.
 */
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait_bit.h>

#include "core/core.h"
#include "core/lock.h"

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

struct rtalloc_heap *rtalloc_heap_find(const char *name)
{
	struct rtalloc_heap *heap;

	lockdep_assert_held(&rtalloc_registry_lock);
	list_for_each_entry(heap, &rtalloc_heaps, node)
		if (!strcmp(heap->name, name))
			return heap;
	return NULL;
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

/* The other names in the directory where each heap has its own. */
static bool name_is_reserved(const char *name)
{
	static const char *const names[] = {
		"control", "backends", "heaps", "regions", "last_error", "net",
	};

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
	if (!params->elem != !ops->configure)
		return refuse(-EINVAL, params->elem ?
			      "only a pool has elements" :
			      "a pool needs the size of its elements", why);
	if (rtalloc_heap_find(params->name))
		return refuse(-EEXIST, "a heap of that name exists", why);
	return 0;
}

/* The oldest that is not a driver's own. */
static struct rtalloc_region *region_default(void)
{
	struct rtalloc_region *region;

	list_for_each_entry(region, &rtalloc_regions, node)
		if (!region->is_private)
			return region;
	return NULL;
}

static int part_cut(struct rtalloc_part *part, struct rtalloc_region *region,
		    const char **why)
{
	if (!region)
		region = region_default();
	if (!region)
		return refuse(-ENOENT, "there is no region", why);
	part->region = region;
	part->base = rtalloc_region_cut(region, part->size);
	if (!part->base)
		return refuse(-ENOMEM, "no room in the region", why);
	return 0;
}

static bool memory_overlaps(const struct rtalloc_heap *heap, const void *memory,
			    size_t size)
{
	const struct rtalloc_part *part = heap->part;

	for (; part < heap->part + heap->nr_parts; part++)
		if (memory < part->base + part->size &&
		    part->base < memory + size)
			return true;
	return false;
}

/* The caller's own memory instead. */
static int part_adopt(struct rtalloc_heap *heap, struct rtalloc_part *part,
		      void *memory, const char **why)
{
	size_t align = max(heap->align, heap->ops->base_align);

	if (!IS_ALIGNED((unsigned long)memory, align))
		return refuse(-EINVAL, "memory is not aligned", why);
	if ((unsigned long)memory + part->size < (unsigned long)memory)
		return refuse(-EINVAL, "memory + size wraps around", why);
	if (memory_overlaps(heap, memory, part->size))
		return refuse(-EINVAL, "memory is the heap's already", why);
	part->region = NULL;
	part->base = memory;
	return 0;
}

/* One more part: @memory if there is any, else a cut from @region. */
static int part_take(struct rtalloc_heap *heap, struct rtalloc_region *region,
		     void *memory, size_t size, const char **why)
{
	struct rtalloc_part *part = &heap->part[heap->nr_parts];
	int err;

	part->size = size;
	err = memory ? part_adopt(heap, part, memory, why) :
		       part_cut(part, region, why);
	heap->nr_parts += !err;
	return err;
}

/* The part taken last goes back. */
static void part_drop(struct rtalloc_heap *heap)
{
	struct rtalloc_part *part = &heap->part[--heap->nr_parts];

	if (part->region)
		rtalloc_region_paste(part->region, part->base, part->size);
}

/*
 * Without PREEMPT_RT a spinlock_t never sleeps and every heap may have the
 * cheaper raw lock, unless lockdep is to tell the two kinds apart.
 */
static void lock_init(struct rtalloc_heap *heap, unsigned int flags)
{
	bool checked = IS_ENABLED(CONFIG_PROVE_RAW_LOCK_NESTING);

	heap->may_sleep = !heap->ops->bounded &&
			  !(flags & RTALLOC_HEAP_RAW_LOCK);
	heap->is_raw = !heap->may_sleep ||
		       (!IS_ENABLED(CONFIG_PREEMPT_RT) && !checked);
	raw_spin_lock_init(&heap->raw);
	spin_lock_init(&heap->spin);
	INIT_LIST_HEAD(&heap->waiters);
}

static enum rtalloc_front front_of(const struct rtalloc_ops *ops,
				   unsigned int flags)
{
	if (ops == &tlsf_ops)
		return FRONT_TLSF;
	if (ops == &slabzone_ops)
		return FRONT_SLAB;
	if (ops == &memheap_ops && !(flags & RTALLOC_HEAP_BEST_FIT))
		return FRONT_MEMHEAP;
	return FRONT_ANY;
}

static const char *init_error(int err)
{
	if (err == -ENOSPC)
		return "size is below what the backend needs";
	if (err == -EFBIG)
		return "size is above what the backend can manage";
	if (err == -RTALLOC_CORRUPT)
		return "heap is damaged";
	return "the backend does not know this option";
}

/* Make a heap; the caller holds the registry lock. */
struct rtalloc_heap *rtalloc_heap_make(const struct rtalloc_heap_params *params,
				       const char **why)
{
	const struct rtalloc_ops *ops = backend_find(params->backend);
	struct rtalloc_heap *heap;
	int err;

	lockdep_assert_held(&rtalloc_registry_lock);
	err = params_check(params, ops, why);
	if (err)
		return ERR_PTR(err);
	*why = "no memory for the heap's records";
	heap = kzalloc(sizeof(*heap) + ops->ctrl_size, GFP_KERNEL);
	if (!heap)
		return ERR_PTR(-ENOMEM);
	strscpy(heap->name, params->name, sizeof(heap->name));
	heap->ops = ops;
	*(unsigned long *)heap->ctrl = get_random_long();
	heap->align = params->align ?: ops->default_align;
	refcount_set(&heap->users, 1);
	lock_init(heap, params->flags);
	heap->front = front_of(ops, params->flags);

	err = part_take(heap, params->region, params->memory, params->size,
			why);
	if (err)
		goto err_free_heap;
	if (ops->configure)
		ops->configure(heap->ctrl, params->elem, params->count,
			       params->links);
	err = ops->init(heap->ctrl, heap->part[0].base, params->size,
			heap->align, params->flags);
	if (err) {
		*why = init_error(err);
		goto err_drop_part;
	}
	list_add_tail(&heap->node, &rtalloc_heaps);
	rtalloc_pool_publish(heap);
	if (observer)
		heap->view = observer->added(heap);
	return heap;

err_drop_part:
	part_drop(heap);
err_free_heap:
	kfree(heap);
	return ERR_PTR(err);
}

/* No block may be handed out from here on, if none lives or @force. */
static bool heap_close(struct rtalloc_heap *heap, bool force)
{
	unsigned long flags = heap_lock(heap);
	bool idle = heap->allocs == heap->frees;

	if (idle || force)
		rtalloc_heap_shut(heap);
	heap_unlock(heap, flags);
	return idle || force;
}

static void heap_release(struct rtalloc_heap *heap)
{
	list_del(&heap->node);
	if (observer)
		observer->removed(heap);
	rtalloc_pool_retract(heap);
	rtalloc_waiters_dismiss(heap);
	wait_var_event(&heap->nr_waiting, !atomic_read(&heap->nr_waiting));
	while (heap->nr_parts)
		part_drop(heap);
	kvfree(heap->links);
	if (heap->is_pinned)
		module_put(THIS_MODULE);
	kfree(heap);
}

int rtalloc_heap_drop(struct rtalloc_heap *heap, bool force, const char **why)
{
	lockdep_assert_held(&rtalloc_registry_lock);
	if (refcount_read(&heap->users) > 1)
		return refuse(-EBUSY, "somebody uses the heap", why);
	if (!heap_close(heap, force))
		return refuse(-EBUSY, "blocks are still allocated", why);
	heap_release(heap);
	return 0;
}

/* At unload nobody holds a reference any more: say what is left, free it. */
void rtalloc_heaps_release_all(void)
{
	struct rtalloc_heap *heap, *next;

	mutex_lock(&rtalloc_registry_lock);
	list_for_each_entry_safe(heap, next, &rtalloc_heaps, node) {
		if (!heap_close(heap, false))
			rtalloc_report_leftover(heap);
		heap_release(heap);
	}
	mutex_unlock(&rtalloc_registry_lock);
}

void rtalloc_observe(const struct rtalloc_observer *new_observer)
{
	mutex_lock(&rtalloc_registry_lock);
	observer = new_observer;
	mutex_unlock(&rtalloc_registry_lock);
}

int rtalloc_heap_extend(struct rtalloc_heap *heap,
			struct rtalloc_region *region, void *memory,
			size_t size, const char **why)
{
	struct rtalloc_part *part = &heap->part[heap->nr_parts];
	unsigned long flags;
	int err;

	lockdep_assert_held(&rtalloc_registry_lock);
	if (!heap->ops->add_region)
		return refuse(-EOPNOTSUPP, "the backend cannot glue regions",
			      why);
	if (heap->nr_parts == RTALLOC_PARTS_MAX)
		return refuse(-EOPNOTSUPP, "the heap has 8 parts already", why);
	if (!size)
		return refuse(-EINVAL, "size is 0", why);
	err = part_take(heap, region, memory, size, why);
	if (err)
		return err;
	flags = heap_lock(heap);
	err = heap->ops->add_region(heap->ctrl, part->base, size);
	heap->changes += !err;
	heap_unlock(heap, flags);
	if (!err)
		return 0;
	part_drop(heap);
	return refuse(err, init_error(err), why);
}

/* Was @part, not the first, cut from @region, or is it the caller's @memory? */
static bool part_is(const struct rtalloc_part *part,
		    const struct rtalloc_region *region, const void *memory)
{
	return memory ? !part->region && part->base == memory :
			part->region == region;
}

int rtalloc_heap_shrink(struct rtalloc_heap *heap,
			struct rtalloc_region *region, void *memory,
			const char **why)
{
	struct rtalloc_part part;
	unsigned long flags;
	int err = -ENOENT;
	unsigned int i;

	lockdep_assert_held(&rtalloc_registry_lock);
	if (!heap->ops->remove_region)
		return refuse(-EOPNOTSUPP, "the backend cannot give up regions",
			      why);
	if (!memory && !region)
		region = region_default();
	if (!memory && !region)
		return refuse(-ENOENT, "there is no region", why);
	for (i = heap->nr_parts; i-- > 0;) {
		part = heap->part[i];
		if (!part_is(&part, region, memory))
			continue;
		flags = heap_lock(heap);
		err = heap->ops->remove_region(heap->ctrl, part.base,
					       part.size);
		heap->changes += !err;
		heap_unlock(heap, flags);
		if (!err)
			break;
	}
	if (err)
		return refuse(err, err == -ENOENT ?
			      "the heap has nothing of that region" :
			      "blocks lie there, or it is one with other memory",
			      why);
	swap(heap->part[i], heap->part[heap->nr_parts - 1]);
	part_drop(heap);
	return 0;
}

/**
 * rtalloc_heap_create() - make a heap
 * @params: name, backend, where, how large
 *
 * The module cannot be unloaded until rtalloc_heap_destroy().
 *
 * Context: Process context, may sleep.
 * Return: the heap, or ERR_PTR: -EINVAL (a parameter, memory that is not
 *	aligned or wraps around), -ENAMETOOLONG, -EEXIST,
 *	-ENOENT (no region), -ENOMEM (no room in the region), -ENOSPC (below the
 *	backend's minimum). One line in the log says why.
 */
struct rtalloc_heap *
rtalloc_heap_create(const struct rtalloc_heap_params *params)
{
	struct rtalloc_heap *heap;
	const char *why;

	mutex_lock(&rtalloc_registry_lock);
	heap = rtalloc_heap_make(params, &why);
	if (!IS_ERR(heap)) {
		__module_get(THIS_MODULE);
		heap->is_pinned = true;
	}
	mutex_unlock(&rtalloc_registry_lock);
	if (IS_ERR(heap))
		pr_err("rtalloc: heap not created: %s (%ld)\n", why,
		       PTR_ERR(heap));
	return heap;
}
EXPORT_SYMBOL_GPL(rtalloc_heap_create);

/**
 * rtalloc_heap_destroy() - remove a heap
 * @heap: the heap
 * @force: also when blocks are still allocated
 *
 * Context: Process context, may sleep.
 * Return: 0; -EBUSY while somebody holds it by rtalloc_heap_get(), or while
 *	blocks live and @force is false: then nothing has changed.
 */
int rtalloc_heap_destroy(struct rtalloc_heap *heap, bool force)
{
	const char *why;
	int err;

	mutex_lock(&rtalloc_registry_lock);
	err = rtalloc_heap_drop(heap, force, &why);
	mutex_unlock(&rtalloc_registry_lock);
	return err;
}
EXPORT_SYMBOL_GPL(rtalloc_heap_destroy);

/**
 * rtalloc_heap_add_region() - glue more memory to a heap
 * @heap: the heap
 * @region: where to cut it from; NULL for the default region
 * @size: bytes
 *
 * Context: Process context, may sleep.
 * Return: 0, -EOPNOTSUPP (the backend cannot, or 8 parts are reached),
 *	-EINVAL, -ENOENT, -ENOMEM or -ENOSPC as from rtalloc_heap_create().
 */
int rtalloc_heap_add_region(struct rtalloc_heap *heap,
			    struct rtalloc_region *region, size_t size)
{
	const char *why;
	int err;

	mutex_lock(&rtalloc_registry_lock);
	err = rtalloc_heap_extend(heap, region, NULL, size, &why);
	mutex_unlock(&rtalloc_registry_lock);
	return err;
}
EXPORT_SYMBOL_GPL(rtalloc_heap_add_region);

/**
 * rtalloc_heap_add_memory() - glue memory of the caller's to a heap
 * @heap: the heap
 * @memory: as in &struct rtalloc_heap_params, not NULL
 * @size: bytes
 *
 * Context: Process context, may sleep.
 * Return: 0, -EINVAL also when @memory is NULL, is not aligned, wraps around or
 *	overlaps the heap, else as rtalloc_heap_add_region().
 */
int rtalloc_heap_add_memory(struct rtalloc_heap *heap, void *memory,
			    size_t size)
{
	const char *why;
	int err;

	if (!memory)
		return -EINVAL;
	mutex_lock(&rtalloc_registry_lock);
	err = rtalloc_heap_extend(heap, NULL, memory, size, &why);
	mutex_unlock(&rtalloc_registry_lock);
	return err;
}
EXPORT_SYMBOL_GPL(rtalloc_heap_add_memory);

static int heap_shrink(struct rtalloc_heap *heap,
		       struct rtalloc_region *region, void *memory)
{
	const char *why;
	int err;

	mutex_lock(&rtalloc_registry_lock);
	err = rtalloc_heap_shrink(heap, region, memory, &why);
	mutex_unlock(&rtalloc_registry_lock);
	return err;
}

/**
 * rtalloc_heap_remove_region() - take memory back that was glued to a heap
 * @heap: the heap
 * @region: where it was cut from; NULL for the default region
 *
 * Of several pieces from @region the one added last that is unused goes. What
 * the heap was made from stays.
 *
 * Context: Process context, may sleep.
 * Return: 0; with nothing changed, -EBUSY (a block lies there, or the piece
 *	follows other memory of the heap and has become one with it), -ENOENT
 *	(no piece of @region), -EOPNOTSUPP (the backend cannot).
 */
int rtalloc_heap_remove_region(struct rtalloc_heap *heap,
			       struct rtalloc_region *region)
{
	return heap_shrink(heap, region, NULL);
}
EXPORT_SYMBOL_GPL(rtalloc_heap_remove_region);

/**
 * rtalloc_heap_remove_memory() - the end of rtalloc_heap_add_memory()
 * @heap: the heap
 * @memory: as it was given
 *
 * Context: Process context, may sleep.
 * Return: 0, -EINVAL when @memory is NULL, else as
 *	rtalloc_heap_remove_region().
 */
int rtalloc_heap_remove_memory(struct rtalloc_heap *heap, void *memory)
{
	return memory ? heap_shrink(heap, NULL, memory) : -EINVAL;
}
EXPORT_SYMBOL_GPL(rtalloc_heap_remove_memory);

/**
 * rtalloc_heap_get() - look a heap up by name and keep it
 * @name: of the heap
 *
 * Neither the heap nor the module goes away before rtalloc_heap_put().
 *
 * Context: Process context, may sleep.
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
 * rtalloc_heap_put() - the end of rtalloc_heap_get()
 * @heap: the heap
 *
 * Context: Any.
 */
void rtalloc_heap_put(struct rtalloc_heap *heap)
{
	refcount_dec(&heap->users);
	module_put(THIS_MODULE);
}
EXPORT_SYMBOL_GPL(rtalloc_heap_put);

/**
 * rtalloc_heap_is_bounded() - do alloc and free take bounded time?
 * @heap: the heap
 *
 * Context: Any.
 * Return: true when they do, and so run under a raw spinlock. A heap made with
 *	RTALLOC_HEAP_RAW_LOCK runs under one too, but without the bound.
 */
bool rtalloc_heap_is_bounded(const struct rtalloc_heap *heap)
{
	return heap->ops->bounded;
}
EXPORT_SYMBOL_GPL(rtalloc_heap_is_bounded);
