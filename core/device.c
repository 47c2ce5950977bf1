// SPDX-License-Identifier: GPL-2.0-only
/*
 * device.c - what ties heaps to devices: addresses that hardware uses, memory
 * that a device tree names, and heaps and regions that end with their device.
 *
 * Addresses: a part of a heap lies in a region or in memory of the heap's creator.
 * Its DMA address is the one that the region or the creator was given. Without one, a
 * physical region uses its physical address, and other memory has no DMA address. A
 * block is looked up in the table of parts, at most eight, under the heap's lock.
 *
 * Devices: what was made by devm_* is destroyed when the device's driver is unbound
 * or its probe fails, in the reverse order. Blocks that are still allocated in a
 * heap then are counted in the log, and go with it.
 */
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/vmalloc.h>

#include "core/lock.h"
#include "core/phys.h"
#include "core/refuse.h"
#include "core/region.h"
#include "core/registry.h"
#include "core/report.h"

/* ---- addresses ------------------------------------------------------- */

/**
 * rtalloc_region_size() - bytes of a region
 * @region: the region
 *
 * Context: Any.
 * Return: the size that was asked for, or that of the resource it was made
 *	from.
 */
size_t rtalloc_region_size(const struct rtalloc_region *region)
{
	return region->size;
}
EXPORT_SYMBOL_GPL(rtalloc_region_size);

/**
 * rtalloc_region_phys() - physical address of a region
 * @region: the region
 *
 * Context: Any.
 * Return: address of its first byte; 0: it is vmalloc memory, where each page
 *	has an address of its own.
 */
phys_addr_t rtalloc_region_phys(const struct rtalloc_region *region)
{
	return region->phys;
}
EXPORT_SYMBOL_GPL(rtalloc_region_phys);

/**
 * rtalloc_region_dma() - DMA address of a region
 * @region: the region
 *
 * Context: Any.
 * Return: DMA address of its first byte, as in &struct rtalloc_region_params;
 *	DMA_MAPPING_ERROR: no device can reach it as one piece.
 */
dma_addr_t rtalloc_region_dma(const struct rtalloc_region *region)
{
	return region->dma;
}
EXPORT_SYMBOL_GPL(rtalloc_region_dma);

/* The addresses of a byte; all ones where it has none. */
struct addresses {
	phys_addr_t phys;	/* according to its region */
	dma_addr_t dma;
};

static struct addresses part_addresses(const struct rtalloc_part *part,
				       const void *p)
{
	size_t offset = p - part->base;
	bool is_phys = part->region && part->region->phys;

	return (struct addresses){
		.phys = is_phys ? part->region->phys +
				  (p - part->region->base) : PHYS_ADDR_MAX,
		.dma = part->dma == NO_DMA ? NO_DMA : part->dma + offset,
	};
}

/*
 * Look @p up in the parts. Return false if it is in none. Everything is read
 * under the lock: a region lives at least as long as the parts cut from it, and
 * may be gone after that.
 */
static bool heap_addresses(struct rtalloc_heap *heap, const void *p,
			   struct addresses *found)
{
	const struct rtalloc_part *part = heap->part;
	unsigned long flags = heap_lock(heap);
	const struct rtalloc_part *end = part + heap->nr_parts;

	while (part < end && (size_t)(p - part->base) >= part->size)
		part++;
	if (part < end)
		*found = part_addresses(part, p);
	heap_unlock(heap, flags);
	return part < end;
}

static phys_addr_t page_address_of(const void *p)
{
	struct page *page;

	if (!is_vmalloc_addr(p))
		return virt_addr_valid(p) ? virt_to_phys((void *)p) :
					    PHYS_ADDR_MAX;
	page = vmalloc_to_page(p);
	return page ? page_to_phys(page) + offset_in_page(p) : PHYS_ADDR_MAX;
}

/**
 * rtalloc_phys() - physical address of a byte of a heap
 * @heap: the heap
 * @p: a block of the heap, or a byte in one
 *
 * In a physical region, and in linear memory of the creator's, the bytes that
 * follow have the addresses that follow. In vmalloc memory this holds only up
 * to the end of the page.
 *
 * Context: as rtalloc_alloc().
 * Return: the address; PHYS_ADDR_MAX: @p is not in the heap, or has none.
 */
phys_addr_t rtalloc_phys(struct rtalloc_heap *heap, const void *p)
{
	struct addresses found;

	if (!heap_addresses(heap, p, &found))
		return PHYS_ADDR_MAX;
	return found.phys != PHYS_ADDR_MAX ? found.phys : page_address_of(p);
}
EXPORT_SYMBOL_GPL(rtalloc_phys);

/**
 * rtalloc_dma() - DMA address of a byte of a heap
 * @heap: the heap
 * @p: a block of the heap, or a byte in one
 *
 * The bytes that follow, to the end of the block, have the addresses that follow.
 *
 * Context: as rtalloc_alloc().
 * Return: the address, computed from @dma of the region's or the heap's
 *	parameters; DMA_MAPPING_ERROR: @p is not in the heap, or has none.
 */
dma_addr_t rtalloc_dma(struct rtalloc_heap *heap, const void *p)
{
	struct addresses found;

	return heap_addresses(heap, p, &found) ? found.dma : NO_DMA;
}
EXPORT_SYMBOL_GPL(rtalloc_dma);

/* ---- a device tree's memory ------------------------------------------- */

/*
 * Find the memory that entry @index of the memory-region property of @np names.
 */
static int memory_region_find(struct device_node *np, int index,
			      struct rtalloc_region_params *params,
			      const char **why)
{
	struct device_node *node = of_parse_phandle(np, "memory-region", index);
	phys_addr_t room;
	int err;

	if (!node && IS_ENABLED(CONFIG_OF_RESERVED_MEM))
		return refuse(-ENOENT, "no such memory-region", why);
	err = rtalloc_node_memory(node, &params->phys, &room, why);
	if (!err)
		params->size = min_t(u64, room, SIZE_MAX) & PAGE_MASK;
	of_node_put(node);
	return err;
}

/**
 * of_rtalloc_region_get() - make a region from a device tree's ``memory-region``
 * @np: the node that has the property
 * @index: index of the entry in that property
 * @params: name, flags and DMA address; the node supplies the rest
 *
 * The driver of @np vouches that the memory is meant for it. Two regions cannot
 * have the same memory. The region is released by rtalloc_region_destroy().
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 * Return: the region, or ERR_PTR: -ENOENT (no such entry), -ENODEV (the
 *	memory's node is disabled or was not reserved), -EINVAL also when it is
 *	``reusable``, -EBUSY also when it overlaps another node's or memory that
 *	is in use, and as from rtalloc_region_create(). One line in the log says
 *	why.
 */
struct rtalloc_region *
of_rtalloc_region_get(struct device_node *np, int index,
		      const struct rtalloc_region_params *params)
{
	struct rtalloc_region_params what = *params;
	const char *why;
	int err;

	err = memory_region_find(np, index, &what, &why);
	if (err) {
		rtalloc_report_no_region(params->name, why, err);
		return ERR_PTR(err);
	}
	what.resource = NULL;
	what.flags |= RTALLOC_REGION_VOUCHED;
	return rtalloc_region_open(&what);
}
EXPORT_SYMBOL_GPL(of_rtalloc_region_get);

/* ---- what ends with its device ------------------------------------------ */

/*
 * The driver may have destroyed the region before. Its record stays until here.
 */
static void region_release(void *region)
{
	const char *why;

	mutex_lock(&rtalloc_registry_lock);
	WARN(rtalloc_region_drop(region, &why) == -EBUSY,
	     "rtalloc: a heap outlives its region's device\n");
	rtalloc_region_put(region);
	mutex_unlock(&rtalloc_registry_lock);
}

/*
 * The heap may have been destroyed already, or another task may be destroying
 * it now: its record stays until here. Wait for that task, because what is
 * released next may be the heap's memory.
 */
static void heap_release(void *data)
{
	struct rtalloc_heap *heap = data;
	int err = rtalloc_heap_destroy_by(heap, false, _RET_IP_);

	if (err == -EBUSY) {
		rtalloc_report_leftover(heap);
		err = rtalloc_heap_destroy_by(heap, true, _RET_IP_);
	}
	if (err)
		wait_for_completion(&heap->gone);
	rtalloc_heap_put(heap);
}

static struct rtalloc_region *region_manage(struct device *dev,
					    struct rtalloc_region *region)
{
	int err;

	if (IS_ERR(region))
		return region;
	mutex_lock(&rtalloc_registry_lock);
	rtalloc_region_hold(region);
	mutex_unlock(&rtalloc_registry_lock);
	err = devm_add_action_or_reset(dev, region_release, region);
	return err ? ERR_PTR(err) : region;
}

/**
 * devm_rtalloc_region_create() - reserve a region until its device is unbound
 * @dev: the device
 * @params: as for rtalloc_region_create(); without a name it gets the device's
 *
 * Heaps in the region must be destroyed first, as those are that
 * devm_rtalloc_heap_create() made later. The driver may itself destroy the
 * region earlier by rtalloc_region_destroy().
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 * Return: as rtalloc_region_create().
 */
struct rtalloc_region *
devm_rtalloc_region_create(struct device *dev,
			   const struct rtalloc_region_params *params)
{
	struct rtalloc_region_params what = *params;

	if (!what.name)
		what.name = dev_name(dev);
	return region_manage(dev, rtalloc_region_create(&what));
}
EXPORT_SYMBOL_GPL(devm_rtalloc_region_create);

/**
 * devm_of_rtalloc_region_get() - a device's memory-region until it is unbound
 * @dev: the device, which has a node
 * @index: index of the entry in its ``memory-region``
 * @params: as for of_rtalloc_region_get(); without a name it gets the device's
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 * Return: as of_rtalloc_region_get().
 */
struct rtalloc_region *
devm_of_rtalloc_region_get(struct device *dev, int index,
			   const struct rtalloc_region_params *params)
{
	struct rtalloc_region_params what = *params;

	if (!what.name)
		what.name = dev_name(dev);
	return region_manage(dev, of_rtalloc_region_get(dev->of_node, index,
							&what));
}
EXPORT_SYMBOL_GPL(devm_of_rtalloc_region_get);

/**
 * devm_rtalloc_heap_create() - make a heap until its device is unbound
 * @dev: the device
 * @params: as for rtalloc_heap_create(); without a name it gets the device's
 *
 * Blocks that are still allocated when the device goes are counted in the log
 * and go with the heap: nobody may use them any more. The driver may itself
 * destroy the heap earlier by rtalloc_heap_destroy(). If another task of the
 * driver is in that call when the device goes, everything that was made before
 * the heap stays until the call has ended. A task that may make the call later
 * must hold a reference from rtalloc_heap_get(), or be stopped first.
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 * Return: as rtalloc_heap_create().
 */
struct rtalloc_heap *
devm_rtalloc_heap_create(struct device *dev,
			 const struct rtalloc_heap_params *params)
{
	struct rtalloc_heap_params what = *params;
	struct rtalloc_heap *heap;
	int err;

	if (!what.name)
		what.name = dev_name(dev);
	heap = rtalloc_heap_create(&what);
	if (IS_ERR(heap))
		return heap;
	mutex_lock(&rtalloc_registry_lock);
	rtalloc_heap_hold(heap);
	mutex_unlock(&rtalloc_registry_lock);
	err = devm_add_action_or_reset(dev, heap_release, heap);
	return err ? ERR_PTR(err) : heap;
}
EXPORT_SYMBOL_GPL(devm_rtalloc_heap_create);
