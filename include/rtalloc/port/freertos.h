/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos.h - FreeRTOS's heap_4 and heap_5, by its own names: put this in place of
 * FreeRTOS.h (or portable.h) where a driver allocates.
 *
 * Offsets, failures and statistics are those of the originals; there is one heap
 * for all callers, that of the module rtalloc_port (freertos=SIZE), or the regions
 * given to vPortDefineHeapRegions(). What is refused here and is not there, and
 * from where each call is legal: Documentation/porting.rst. Each function is
 * described where it is defined, in port/freertos.c.
 */
#ifndef _RTALLOC_PORT_FREERTOS_H
#define _RTALLOC_PORT_FREERTOS_H

#include <linux/types.h>

/**
 * portBYTE_ALIGNMENT - alignment of blocks in bytes
 *
 * Cannot be changed by the driver: the heap is the module's.
 */
#define portBYTE_ALIGNMENT		8

/* The bits of an address that are 0 in each block. */
#define portBYTE_ALIGNMENT_MASK		(portBYTE_ALIGNMENT - 1)

/*
 * The size in bytes that the heap has unless freertos= said otherwise. Defining it
 * in a driver changes no heap.
 */
#ifndef configTOTAL_HEAP_SIZE
#define configTOTAL_HEAP_SIZE		(1024 * 1024)	/* freertos=, what is told */
#endif

/**
 * struct HeapRegion - a piece of memory for vPortDefineHeapRegions()
 * @pucStartAddress: its first byte
 * @xSizeInBytes: bytes; 0 in the entry that ends the array
 */
typedef struct HeapRegion {
	uint8_t *pucStartAddress;
	size_t xSizeInBytes;
} HeapRegion_t;

/**
 * struct xHeapStats - what vPortGetHeapStats() fills in; sizes count headers
 * @xAvailableHeapSpaceInBytes: bytes in free blocks
 * @xSizeOfLargestFreeBlockInBytes: bytes, 0 without a free block
 * @xSizeOfSmallestFreeBlockInBytes: bytes, SIZE_MAX without a free block
 * @xNumberOfFreeBlocks: how many there are
 * @xMinimumEverFreeBytesRemaining: the fewest bytes that were ever free
 * @xNumberOfSuccessfulAllocations: calls of pvPortMalloc() that gave a block
 * @xNumberOfSuccessfulFrees: calls of vPortFree() that took one
 */
typedef struct xHeapStats {
	size_t xAvailableHeapSpaceInBytes;
	size_t xSizeOfLargestFreeBlockInBytes;
	size_t xSizeOfSmallestFreeBlockInBytes;
	size_t xNumberOfFreeBlocks;
	size_t xMinimumEverFreeBytesRemaining;
	size_t xNumberOfSuccessfulAllocations;
	size_t xNumberOfSuccessfulFrees;
} HeapStats_t;

/*
 * Blocks. NULL when there is no memory or no heap (freertos=0), for 0 bytes, and
 * where a product overflows; vPortFree() takes NULL. A pointer that is no live
 * block is refused and reported. pvPortMallocStack() and vPortFreeStack() are the
 * same calls.
 *
 * Context of these and of the statistics: as rtalloc_alloc() of a heap with a
 * spinlock. They do not wait for memory, and their time grows with the number of
 * free blocks. On PREEMPT_RT neither hard interrupts nor raw spinlocks are allowed.
 */
void *pvPortMalloc(size_t xWantedSize);
void *pvPortCalloc(size_t xNum, size_t xSize);
void vPortFree(void *pv);
void *pvPortMallocStack(size_t xSize);
void vPortFreeStack(void *pv);

/*
 * Statistics, in bytes with headers. All are 0 until the first pvPortMalloc(), as
 * in heap_4, or until regions are defined.
 */
size_t xPortGetFreeHeapSize(void);
size_t xPortGetMinimumEverFreeHeapSize(void);
void xPortResetHeapMinimumEverFreeHeapSize(void);
void vPortGetHeapStats(HeapStats_t *pxHeapStats);

/*
 * Replacing the heap, which every driver shares: refused while anybody has a block
 * in it. The memory of regions stays the heap's until vPortHeapResetState(), which
 * drops all blocks, of whoever they are. vPortInitialiseBlocks() does nothing.
 *
 * Context: process context, may sleep.
 */
void vPortDefineHeapRegions(const HeapRegion_t * const pxHeapRegions);
void vPortInitialiseBlocks(void);
void vPortHeapResetState(void);

#endif /* _RTALLOC_PORT_FREERTOS_H */
