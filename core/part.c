// SPDX-License-Identifier: GPL-2.0-only
/*
 * part.c - the memory that a heap lies in: taken when the heap is made, added
 * to it, and taken back from it.
 *
 * A part is cut from a region in whole pages, or is memory of the heap's
 * creator. A heap's parts, the first @nr_parts of its table, are changed with
 * rtalloc_registry_lock and the heap's lock held; an entry behind them is filled in
 * with the former alone. The backend's hook for a change runs under the heap's lock.
 */
#include <linux/align.h>
#include <linux/kmemleak.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sched.h>

#include "core/block.h"
#include "core/checked.h"
#include "core/checked_calls.h"
#include "core/lock.h"
#include "core/part.h"
#include "core/percpu_calls.h"
#include "core/refuse.h"
#include "core/region.h"
#include "core/registry.h"

/* Return the oldest region that does not belong to a driver. */
static struct rtalloc_region *region_default(void)
{
	struct rtalloc_region *region;

	list_for_each_entry(region, &rtalloc_regions, node)
		if (!region->is_private)
			return region;
	return NULL;
}

/**
 * rtalloc_has_default_region() - can heaps be made that name no region?
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 * Return: true when the module was loaded with ``size=``, or a shell has made a
 *	region.
 */
bool rtalloc_has_default_region(void)
{
	bool found;

	mutex_lock(&rtalloc_registry_lock);
	found = region_default();
	mutex_unlock(&rtalloc_registry_lock);
	return found;
}
EXPORT_SYMBOL_GPL(rtalloc_has_default_region);

/*
 * Cut a part from its region. kmemleak scans the part for pointers; in a
 * checked heap it tracks the blocks instead. The region as a whole is not an
 * object of kmemleak.
 */
static int part_cut(struct rtalloc_heap *heap, struct rtalloc_part *part,
		    struct rtalloc_region *region, const char **why)
{
	if (!region)
		region = region_default();
	if (!region)
		return refuse(-ENOENT, "there is no region", why);
	part->region = region;
	part->base = rtalloc_region_cut(region, part->size);
	if (!part->base)
		return refuse(-ENOMEM, "no room in the region", why);
	if (!heap->was_checked && !region->phys)
		kmemleak_alloc(part->base, part->size, 0, GFP_KERNEL);
	part->dma = region->dma;
	if (part->dma != NO_DMA)
		part->dma += part->base - region->base;
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

/* Use the caller's own memory as the part. */
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

/* Add a part: @memory if that is not NULL, else a cut from @region. */
int rtalloc_part_take(struct rtalloc_heap *heap,
		      struct rtalloc_region *region, void *memory, size_t size,
		      dma_addr_t dma, const char **why)
{
	struct rtalloc_part *part = &heap->part[heap->nr_parts];
	unsigned long flags;
	int err;

	lockdep_assert_held(&rtalloc_registry_lock);
	part->size = size;
	part->dma = dma ?: NO_DMA;
	err = memory ? part_adopt(heap, part, memory, why) :
		       part_cut(heap, part, region, why);
	if (err)
		return err;
	flags = heap_lock(heap);
	heap->nr_parts++;
	heap_unlock(heap, flags);
	return 0;
}

/* Give back the part that was taken last. */
void rtalloc_part_drop(struct rtalloc_heap *heap)
{
	struct rtalloc_part *part = &heap->part[heap->nr_parts - 1];
	unsigned long flags;

	lockdep_assert_held(&rtalloc_registry_lock);
	flags = heap_lock(heap);
	heap->nr_parts--;
	heap_unlock(heap, flags);
	if (!part->region)
		return;
	if (!heap->was_checked)
		kmemleak_free(part->base);
	rtalloc_region_paste(part->region, part->base, part->size);
}

/* Return a text for a backend's error about memory that it was given. */
const char *rtalloc_init_error(int err)
{
	if (err == -ENOSPC)
		return "size is below what the backend needs";
	if (err == -EFBIG)
		return "size is above what the backend can manage";
	if (err == -RTALLOC_CORRUPT)
		return "heap is damaged";
	return "the backend does not know this option";
}

int rtalloc_heap_extend(struct rtalloc_heap *heap,
			struct rtalloc_region *region, void *memory,
			size_t size, const char **why)
{
	struct rtalloc_part *part = &heap->part[heap->nr_parts];
	bool damaged;
	unsigned long flags;
	int err;

	lockdep_assert_held(&rtalloc_registry_lock);
	if (heap->is_dying)
		return refuse(-ENOENT, "the heap is being destroyed", why);
	if (!heap->ops->add_region)
		return refuse(-EOPNOTSUPP, "the backend cannot glue regions",
			      why);
	if (heap->nr_parts == RTALLOC_PARTS_MAX)
		return refuse(-EOPNOTSUPP, "the heap has 8 parts already", why);
	if (!size)
		return refuse(-EINVAL, "size is 0", why);
	err = rtalloc_part_take(heap, region, memory, size, 0, why);
	if (err)
		return err;
	flags = heap_lock(heap);
	err = heap->ops->add_region(heap->ctrl, part->base, size);
	if (!err && memory && heap->is_checked)
		rtalloc_checked_untracked(heap);
	heap->changes += !err;
	damaged = err == -RTALLOC_CORRUPT && rtalloc_heap_damaged(heap);
	heap_unlock(heap, flags);
	if (!err)
		return 0;
	if (damaged)
		rtalloc_damage_tell(heap);
	rtalloc_part_drop(heap);
	return refuse(err, rtalloc_init_error(err), why);
}

/* Twice as many holds as it takes to empty a checked heap's full quarantine. */
#define LEAVE_TRIES	(2 * CHECKED_SLOTS / RTALLOC_HOLD_STEPS)

/*
 * Make the backend give up a part, in as many holds of the lock as that takes,
 * but at most LEAVE_TRIES: other tasks wait for the registry lock, and a
 * quarantine may be filled as fast as it is emptied. *@damaged is set if the
 * caller has to call rtalloc_damage_tell().
 */
static int part_leave(struct rtalloc_heap *heap,
		      const struct rtalloc_part *part, bool *damaged)
{
	unsigned int tries = LEAVE_TRIES;
	unsigned long flags;
	int err;

	do {
		flags = heap_lock(heap);
		err = heap->ops->remove_region(heap->ctrl, part->base,
					       part->size);
		heap->changes += err != -EBUSY && err != -RTALLOC_CORRUPT;
		*damaged = err == -RTALLOC_CORRUPT &&
			   rtalloc_heap_damaged(heap);
		heap_unlock(heap, flags);
		cond_resched();
	} while (err == -EAGAIN && --tries);
	return err == -EAGAIN ? -EBUSY : err;
}

/*
 * Was @part cut from @region, or is it the caller's @memory? That may be the
 * first part too, which a backend never gives up (-EBUSY).
 */
static bool part_is(const struct rtalloc_part *part,
		    const struct rtalloc_region *region, const void *memory)
{
	return memory ? !part->region && part->base == memory :
			part->region == region;
}

int rtalloc_heap_shrink(struct rtalloc_heap *heap,
			struct rtalloc_region *region, void *memory,
			unsigned long caller, const char **why)
{
	struct rtalloc_part part;
	bool damaged = false;
	unsigned long flags;
	int err = -ENOENT;
	unsigned int i;

	lockdep_assert_held(&rtalloc_registry_lock);
	if (heap->is_dying)
		return refuse(-ENOENT, "the heap is being destroyed", why);
	rtalloc_percpu_flush(heap, caller);
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
		err = part_leave(heap, &part, &damaged);
		if (!err || err == -RTALLOC_CORRUPT)
			break;
	}
	if (damaged)
		rtalloc_damage_tell(heap);
	if (err == -RTALLOC_CORRUPT)
		return refuse(err, rtalloc_init_error(err), why);
	if (err)
		return refuse(err, err == -ENOENT ?
			      "the heap has nothing of that region" :
			      "blocks lie there, or it is one with other memory",
			      why);
	/*
	 * Move the part to the end of the table; the others keep their order.
	 */
	flags = heap_lock(heap);
	for (; i < heap->nr_parts - 1; i++)
		swap(heap->part[i], heap->part[i + 1]);
	heap_unlock(heap, flags);
	rtalloc_part_drop(heap);
	return 0;
}

/**
 * rtalloc_heap_add_region() - glue more memory to a heap
 * @heap: the heap
 * @region: where to cut it from; NULL for the default region
 * @size: bytes
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 * Return: 0; with nothing changed, -EOPNOTSUPP (the backend cannot, or 8 parts
 *	are reached), -EINVAL, -ENOENT (also: the heap is being destroyed), -ENOMEM,
 *	-ENOSPC or -EFBIG as from rtalloc_heap_create(). -RTALLOC_CORRUPT: the heap
 *	is damaged, and is closed.
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
 * rtalloc_heap_add_memory() - glue the caller's own memory to a heap
 * @heap: the heap
 * @memory: as in &struct rtalloc_heap_params, not NULL
 * @size: bytes
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 * Return: 0; -EINVAL when @memory is NULL, is not aligned, wraps around or
 *	overlaps the heap; else as rtalloc_heap_add_region().
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
		       struct rtalloc_region *region, void *memory,
		       unsigned long caller)
{
	const char *why;
	int err;

	mutex_lock(&rtalloc_registry_lock);
	err = rtalloc_heap_shrink(heap, region, memory, caller, &why);
	mutex_unlock(&rtalloc_registry_lock);
	return err;
}

/**
 * rtalloc_heap_remove_region() - take memory back that was glued to a heap
 * @heap: the heap
 * @region: where it was cut from; NULL for the default region
 *
 * If several pieces were cut from @region, the unused one that was added last
 * is taken. The memory that the heap was made from stays.
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 * Return: 0; with nothing changed, -EBUSY (a block lies there, or the piece
 *	follows other memory of the heap and has become one with it), -ENOENT
 *	(no piece of @region, or the heap is being destroyed), -EOPNOTSUPP (the
 *	backend cannot). -RTALLOC_CORRUPT: the heap is damaged, and is closed.
 */
int rtalloc_heap_remove_region(struct rtalloc_heap *heap,
			       struct rtalloc_region *region)
{
	return heap_shrink(heap, region, NULL, _RET_IP_);
}
EXPORT_SYMBOL_GPL(rtalloc_heap_remove_region);

/**
 * rtalloc_heap_remove_memory() - the end of rtalloc_heap_add_memory()
 * @heap: the heap
 * @memory: the pointer given to rtalloc_heap_add_memory()
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 * Return: 0, -EINVAL when @memory is NULL, else as
 *	rtalloc_heap_remove_region().
 */
int rtalloc_heap_remove_memory(struct rtalloc_heap *heap, void *memory)
{
	return memory ? heap_shrink(heap, NULL, memory, _RET_IP_) : -EINVAL;
}
EXPORT_SYMBOL_GPL(rtalloc_heap_remove_memory);
