// SPDX-License-Identifier: GPL-2.0-only
/*
 * freertos.c - the functions of FreeRTOS's heap_4 and heap_5.
 *
 * One heap of the backend heap4. When the module is loaded it is cut from the
 * default region, as heap_4's array; vPortDefineHeapRegions() puts a heap over
 * the caller's regions in its place, as heap_5. The original suspends the
 * scheduler around its work; here the heap's lock does, so the calls are legal
 * wherever those of a linear heap are, also in softirqs.
 *
 * Replacing the heap sleeps and is guarded by a mutex. A heap that still has
 * allocated blocks is not replaced.
 */
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/string.h>

#include <rtalloc/heap4.h>
#include <rtalloc/port/freertos.h>
#include "port/port.h"

static DEFINE_MUTEX(change_lock);	/* guards changes of the heap */
static struct rtalloc_heap *heap;
static bool is_defined;			/* the heap lies in the caller's regions */

static struct rtalloc_heap *heap_now(struct port_call call)
{
	struct rtalloc_heap *now = READ_ONCE(heap);

	if (!now)
		port_refused(call, port_freertos.name,
			     "there is no heap: load with freertos=SIZE, or define regions");
	return now;
}

/* ---- blocks ---------------------------------------------------------- */

/**
 * pvPortMalloc() - allocate a block of FreeRTOS's heap
 * @xWantedSize: bytes
 *
 * Context: as rtalloc_alloc() of a spinlock heap.
 * Return: the block, or NULL, also for 0 bytes.
 */
void *pvPortMalloc(size_t xWantedSize)
{
	struct rtalloc_heap *now = heap_now(PORT_CALL);

	return now ? rtalloc_alloc_by(now, xWantedSize, 0, _RET_IP_) : NULL;
}
EXPORT_SYMBOL_GPL(pvPortMalloc);

/**
 * pvPortCalloc() - allocate a zeroed array of FreeRTOS's heap
 * @xNum: elements
 * @xSize: bytes of an element
 *
 * Context: as pvPortMalloc().
 * Return: the array, or NULL, also when the product overflows or is 0.
 */
void *pvPortCalloc(size_t xNum, size_t xSize)
{
	struct rtalloc_heap *now = heap_now(PORT_CALL);

	return now ? rtalloc_alloc_by(now, size_mul(xNum, xSize), __GFP_ZERO,
				      _RET_IP_) : NULL;
}
EXPORT_SYMBOL_GPL(pvPortCalloc);

/**
 * vPortFree() - give a block back to FreeRTOS's heap
 * @pv: the block; NULL does nothing
 *
 * What is not a live block is refused, counted and reported; nothing changes.
 *
 * Context: as pvPortMalloc().
 */
void vPortFree(void *pv)
{
	struct rtalloc_heap *now = heap_now(PORT_CALL);

	if (now)
		rtalloc_free_by(now, pv, _RET_IP_);
}
EXPORT_SYMBOL_GPL(vPortFree);

/**
 * pvPortMallocStack() - allocate a task's stack: as pvPortMalloc()
 * @xSize: bytes
 *
 * Context: as pvPortMalloc().
 * Return: the block, or NULL.
 */
void *pvPortMallocStack(size_t xSize)
{
	struct rtalloc_heap *now = heap_now(PORT_CALL);

	return now ? rtalloc_alloc_by(now, xSize, 0, _RET_IP_) : NULL;
}
EXPORT_SYMBOL_GPL(pvPortMallocStack);

/**
 * vPortFreeStack() - the end of pvPortMallocStack(): as vPortFree()
 * @pv: the block; NULL does nothing
 *
 * Context: as pvPortMalloc().
 */
void vPortFreeStack(void *pv)
{
	struct rtalloc_heap *now = heap_now(PORT_CALL);

	if (now)
		rtalloc_free_by(now, pv, _RET_IP_);
}
EXPORT_SYMBOL_GPL(vPortFreeStack);

/* ---- statistics ------------------------------------------------------ */

/* The original's heap_4 begins with the first pvPortMalloc(): until then, 0. */
static bool has_begun(const struct rtalloc_snapshot *snap)
{
	return READ_ONCE(is_defined) || snap->allocs || snap->failed;
}

/* Zeroes without a heap. */
static struct rtalloc_snapshot usage_now(struct port_call call)
{
	struct rtalloc_heap *now = heap_now(call);
	struct rtalloc_snapshot snap = { };

	if (now)
		rtalloc_usage(now, &snap);
	return has_begun(&snap) ? snap : (struct rtalloc_snapshot){ };
}

/**
 * xPortGetFreeHeapSize() - bytes in free blocks, headers included
 *
 * Context: as pvPortMalloc(), constant time.
 * Return: bytes.
 */
size_t xPortGetFreeHeapSize(void)
{
	struct rtalloc_snapshot snap = usage_now(PORT_CALL);

	return snap.total - snap.used;
}
EXPORT_SYMBOL_GPL(xPortGetFreeHeapSize);

/**
 * xPortGetMinimumEverFreeHeapSize() - the fewest bytes that were free
 *
 * Context: as pvPortMalloc(), constant time.
 * Return: bytes, since the heap began or the last reset.
 */
size_t xPortGetMinimumEverFreeHeapSize(void)
{
	struct rtalloc_snapshot snap = usage_now(PORT_CALL);

	return snap.total - snap.max_used;
}
EXPORT_SYMBOL_GPL(xPortGetMinimumEverFreeHeapSize);

/**
 * xPortResetHeapMinimumEverFreeHeapSize() - begin that minimum anew
 *
 * Context: as pvPortMalloc(), constant time.
 */
void xPortResetHeapMinimumEverFreeHeapSize(void)
{
	struct rtalloc_heap *now = heap_now(PORT_CALL);

	if (now)
		rtalloc_reset_max(now);
}
EXPORT_SYMBOL_GPL(xPortResetHeapMinimumEverFreeHeapSize);

/**
 * vPortGetHeapStats() - all statistics
 * @pxHeapStats: filled in; unlike the original's, all belong to one moment
 *
 * Context: as pvPortMalloc(); linear in free blocks.
 */
void vPortGetHeapStats(HeapStats_t *pxHeapStats)
{
	struct rtalloc_heap *now = heap_now(PORT_CALL);
	struct rtalloc_heap4_count stats = { .smallest = SIZE_MAX };

	if (now && usage_now(PORT_CALL).total)
		rtalloc_heap4_stats(now, &stats);
	*pxHeapStats = (HeapStats_t) {
		.xAvailableHeapSpaceInBytes = stats.available,
		.xSizeOfLargestFreeBlockInBytes = stats.largest,
		.xSizeOfSmallestFreeBlockInBytes = stats.smallest,
		.xNumberOfFreeBlocks = stats.free_chunks,
		.xMinimumEverFreeBytesRemaining = stats.min_ever,
		.xNumberOfSuccessfulAllocations = stats.allocs,
		.xNumberOfSuccessfulFrees = stats.frees,
	};
}
EXPORT_SYMBOL_GPL(vPortGetHeapStats);

/* ---- the heap -------------------------------------------------------- */

/* A heap over the caller's regions, in any order of address. */
static struct rtalloc_heap *regions_open(const HeapRegion_t *region)
{
	struct rtalloc_heap *new = ERR_PTR(-EINVAL);
	int err = 0;

	if (!region)
		return new;
	for (; region->xSizeInBytes && !err; region++) {
		void *memory = region->pucStartAddress;
		size_t size = port_align(&memory, region->xSizeInBytes,
					 portBYTE_ALIGNMENT);

		if (!IS_ERR(new)) {
			err = rtalloc_heap_add_memory(new, memory, size);
			continue;
		}
		if (!memory)
			return ERR_PTR(-EINVAL);
		new = port_family_heap(&port_freertos, memory, size);
		err = PTR_ERR_OR_ZERO(new);
	}
	if (!err || IS_ERR(new))
		return new;
	port_heap_close(new);
	return ERR_PTR(err);
}

/**
 * vPortDefineHeapRegions() - let the heap consist of these regions
 * @pxHeapRegions: at most eight, ended by one of 0 bytes; the memory stays the
 *	heap's until vPortHeapResetState()
 *
 * All of them or none: no regions, one that is too small or overlaps another, a
 * heap with live blocks, or regions that were defined already are refused in one
 * line of the log, and the heap stays what it was.
 *
 * Context: Process context, may sleep.
 */
void vPortDefineHeapRegions(const HeapRegion_t * const pxHeapRegions)
{
	struct rtalloc_heap *new, *old;
	int err;

	mutex_lock(&change_lock);
	new = is_defined ? ERR_PTR(-EBUSY) : regions_open(pxHeapRegions);
	err = PTR_ERR_OR_ZERO(new);
	old = heap;
	if (!err && old)
		err = rtalloc_heap_destroy(old, false);
	if (!err) {
		WRITE_ONCE(heap, new);
		is_defined = true;
	} else if (!IS_ERR(new)) {
		port_heap_close(new);
	}
	mutex_unlock(&change_lock);
	if (err)
		port_failed(PORT_CALL, port_freertos.name, err);
}
EXPORT_SYMBOL_GPL(vPortDefineHeapRegions);

/**
 * vPortInitialiseBlocks() - does nothing, as in heap_4
 *
 * Context: Any.
 */
void vPortInitialiseBlocks(void)
{
}
EXPORT_SYMBOL_GPL(vPortInitialiseBlocks);

/**
 * vPortHeapResetState() - forget all blocks and begin anew
 *
 * Regions that were defined are the caller's again, and the heap is the one
 * that the module was loaded with.
 *
 * Context: Process context, may sleep. Nobody may use the heap meanwhile.
 */
void vPortHeapResetState(void)
{
	struct rtalloc_heap *new;

	mutex_lock(&change_lock);
	if (heap)
		port_heap_close(heap);
	new = port_family_heap(&port_freertos, NULL, 0);
	WRITE_ONCE(heap, IS_ERR(new) ? NULL : new);
	is_defined = false;
	mutex_unlock(&change_lock);
}
EXPORT_SYMBOL_GPL(vPortHeapResetState);

static char *const backend = "heap4";

struct port_family port_freertos = {
	.name		= "freertos",
	.backend	= &backend,
	.heap		= &heap,
	.align		= portBYTE_ALIGNMENT,
};
