// SPDX-License-Identifier: GPL-2.0-only
/*
 * freertos.c - the functions of FreeRTOS's heap_4 and heap_5.
 *
 * There is one heap, of the backend "heap4". It is created when the module is loaded, like
 * heap_4's array; vPortDefineHeapRegions() replaces it by a heap over the caller's
 * regions, like heap_5. Where the original suspends the scheduler, this takes the heap's
 * spinlock_t, so calls are allowed wherever those of a spinlock heap are, also in softirqs.
 *
 * Replacing the heap takes a mutex and sleeps. A heap that has allocated blocks is not
 * replaced.
 */
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/string.h>

#include <rtalloc/heap4.h>
#include <rtalloc/port/freertos.h>
#include "port/port.h"

static DEFINE_MUTEX(change_lock);	/* serialises replacing the heap; guards is_defined */
static struct rtalloc_heap *heap;
static bool is_defined;			/* the heap is in regions that a driver defined */

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
 * Return: the array, or NULL, also if the product overflows or is 0.
 */
void *pvPortCalloc(size_t xNum, size_t xSize)
{
	struct rtalloc_heap *now = heap_now(PORT_CALL);

	return now ? rtalloc_alloc_by(now, size_mul(xNum, xSize), __GFP_ZERO,
				      _RET_IP_) : NULL;
}
EXPORT_SYMBOL_GPL(pvPortCalloc);

/**
 * vPortFree() - free a block of FreeRTOS's heap
 * @pv: the block; NULL does nothing
 *
 * Anything else than a live block is refused, counted and reported; nothing changes.
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
 * pvPortMallocStack() - allocate memory for a task's stack, as pvPortMalloc() does
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
 * vPortFreeStack() - free a block of pvPortMallocStack(), as vPortFree() does
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

/*
 * The original's heap_4 is set up by the first pvPortMalloc(), and all its statistics are
 * 0 until then. Has that call been made?
 */
static bool has_begun(const struct rtalloc_snapshot *snap)
{
	return READ_ONCE(is_defined) || snap->allocs || snap->failed;
}

/* Read the heap's usage; all 0 if there is no heap, or it is not set up yet. */
static struct rtalloc_snapshot usage_now(struct port_call call)
{
	struct rtalloc_heap *now = heap_now(call);
	struct rtalloc_snapshot snap = { };

	if (now)
		rtalloc_usage(now, &snap);
	return has_begun(&snap) ? snap : (struct rtalloc_snapshot){ };
}

/**
 * xPortGetFreeHeapSize() - get the bytes in free blocks, headers included
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
 * xPortGetMinimumEverFreeHeapSize() - get the lowest number of free bytes there has been
 *
 * Context: as pvPortMalloc(), constant time.
 * Return: bytes, since the heap was set up or the minimum was reset.
 */
size_t xPortGetMinimumEverFreeHeapSize(void)
{
	struct rtalloc_snapshot snap = usage_now(PORT_CALL);

	return snap.total - snap.max_used;
}
EXPORT_SYMBOL_GPL(xPortGetMinimumEverFreeHeapSize);

/**
 * xPortResetHeapMinimumEverFreeHeapSize() - reset that minimum to the bytes free now
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
 * vPortGetHeapStats() - read all statistics of the heap
 * @pxHeapStats: filled in; unlike in the original, it is a consistent snapshot
 *
 * Context: as pvPortMalloc(); linear in the number of free blocks.
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

/* Create a heap over the caller's regions, which may be in any order. */
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
 * vPortDefineHeapRegions() - replace the heap by one over these memory regions
 * @pxHeapRegions: an array of at most eight regions, ended by one of 0 bytes; the memory
 *	is in use until vPortHeapResetState()
 *
 * Nothing changes, and a line in the log says so, if there are no regions, if a region is
 * too small or overlaps another one, if the present heap has live blocks, or if regions
 * were defined before.
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
		/* Pairs with the address dependency of those who read it in heap_now(). */
		smp_store_release(&heap, new);
		WRITE_ONCE(is_defined, true);
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
 * vPortHeapResetState() - drop the heap with all its blocks, and create a new one
 *
 * The new heap is like the one that was created when the module was loaded. Regions of
 * vPortDefineHeapRegions() may be reused by the caller.
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
	/* As above. */
	smp_store_release(&heap, IS_ERR(new) ? NULL : new);
	WRITE_ONCE(is_defined, false);
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
