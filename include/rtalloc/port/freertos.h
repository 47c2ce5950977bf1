/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos.h - FreeRTOS's heap_4 and heap_5 under their own names. In a driver that
 * allocates, include this in place of FreeRTOS.h or portable.h.
 *
 * Offsets, failures and statistics are those of the originals. There is one heap for all
 * drivers: that of the module rtalloc_port (freertos=SIZE), or one over the regions given to
 * vPortDefineHeapRegions(). Documentation/porting.rst says what is refused here and not in
 * FreeRTOS, and which function may be called where. Functions are documented at their
 * definition, in port/freertos.c.
 */
#ifndef _RTALLOC_PORT_FREERTOS_H
#define _RTALLOC_PORT_FREERTOS_H

#include <linux/types.h>

/**
 * portBYTE_ALIGNMENT - alignment of blocks in bytes
 *
 * A driver cannot change it, as the heap belongs to the module.
 */
#define portBYTE_ALIGNMENT		8

/* The bits that are 0 in the address of each block. */
#define portBYTE_ALIGNMENT_MASK		(portBYTE_ALIGNMENT - 1)

/*
 * The default size of the heap in bytes, without the module parameter freertos=. Defining it
 * in a driver has no effect on the heap.
 */
#ifndef configTOTAL_HEAP_SIZE
#define configTOTAL_HEAP_SIZE		(1024 * 1024)	/* default of freertos= */
#endif

/**
 * struct HeapRegion - a memory region for vPortDefineHeapRegions()
 * @pucStartAddress: address of its first byte
 * @xSizeInBytes: its size in bytes; 0 in the entry that ends the array
 */
typedef struct HeapRegion {
	uint8_t *pucStartAddress;
	size_t xSizeInBytes;
} HeapRegion_t;

/**
 * struct xHeapStats - statistics of vPortGetHeapStats(); sizes include headers
 * @xAvailableHeapSpaceInBytes: bytes in free blocks
 * @xSizeOfLargestFreeBlockInBytes: bytes; 0 if there is no free block
 * @xSizeOfSmallestFreeBlockInBytes: bytes; SIZE_MAX if there is no free block
 * @xNumberOfFreeBlocks: number of free blocks
 * @xMinimumEverFreeBytesRemaining: lowest number of free bytes there has been
 * @xNumberOfSuccessfulAllocations: calls of pvPortMalloc() that returned a block
 * @xNumberOfSuccessfulFrees: calls of vPortFree() that freed a block
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
 * Blocks. These return NULL if there is no memory or no heap (freertos=0), for 0 bytes, and if
 * a product overflows. vPortFree(NULL) does nothing. A pointer that is not a live block is
 * refused and reported. pvPortMallocStack() and vPortFreeStack() do the same as
 * pvPortMalloc() and vPortFree().
 *
 * Context of these and of the statistics: as rtalloc_alloc() of a spinlock heap. They do not
 * wait for memory; their time is linear in the number of free blocks. On PREEMPT_RT they must
 * not be called in hard interrupts or under raw spinlocks.
 */
void *pvPortMalloc(size_t xWantedSize);
void *pvPortCalloc(size_t xNum, size_t xSize);
void vPortFree(void *pv);
void *pvPortMallocStack(size_t xSize);
void vPortFreeStack(void *pv);

/*
 * Statistics, in bytes with headers. As in heap_4, all are 0 until the first pvPortMalloc(),
 * or until regions are defined.
 */
size_t xPortGetFreeHeapSize(void);
size_t xPortGetMinimumEverFreeHeapSize(void);
void xPortResetHeapMinimumEverFreeHeapSize(void);
void vPortGetHeapStats(HeapStats_t *pxHeapStats);

/*
 * Replace the heap, which all drivers share. vPortDefineHeapRegions() is refused while there
 * are blocks in it; the memory of the regions is in use until vPortHeapResetState(), which
 * drops all blocks of all drivers. vPortInitialiseBlocks() does nothing.
 *
 * Context: process context, may sleep.
 */
void vPortDefineHeapRegions(const HeapRegion_t * const pxHeapRegions);
void vPortInitialiseBlocks(void);
void vPortHeapResetState(void);

#endif /* _RTALLOC_PORT_FREERTOS_H */
