/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sylixos_regions.h - SylixOS's regions of memory, with blocks of any size, by their
 * own names: included by sylixos_ipc.h.
 *
 * A region is a heap of sylixos.h, and its handle leads to it: but for
 * LW_OBJECT_HANDLE_INVALID, which is refused, a handle is trusted. Names and options
 * are ignored. Not here: API_RegionStatusEx(), for which debugfs has ``map``, and
 * API_RegionGetName().
 */
#ifndef _RTALLOC_PORT_SYLIXOS_REGIONS_H
#define _RTALLOC_PORT_SYLIXOS_REGIONS_H

#include <rtalloc/port/sylixos_threads.h>
#include <rtalloc/rtalloc.h>

/* As errnos, like the others. */
#define ERROR_REGION_SIZE	((ULONG)ENOSPC)
#define ERROR_REGION_USED	((ULONG)EBUSY)

/* Bytes of the smallest region. */
#define __SYLIXOS_REGION_MIN	64u

/**
 * API_RegionCreate() - make a region
 * @pcName: ignored
 * @pvLowAddr: its memory, the region's until API_RegionDelete(); aligned up to 16,
 *	there refused where it is odd
 * @stRegionByteSize: bytes of it, at least 64
 * @ulOption: ignored
 * @pulId: where to store the handle; LW_NULL: nowhere
 *
 * Context: Sleeps.
 * Return: the handle; LW_OBJECT_HANDLE_INVALID: too small, or there is no memory.
 */
LW_INLINE LW_OBJECT_HANDLE API_RegionCreate(CPCHAR pcName, PVOID pvLowAddr,
					    size_t stRegionByteSize, ULONG ulOption,
					    unsigned long *pulId)
{
	(VOID)pcName;
	(VOID)ulOption;
	if (stRegionByteSize < __SYLIXOS_REGION_MIN)
		return __sylixos_made(LW_NULL, pulId);
	return __sylixos_made(_HeapCreate(pvLowAddr, stRegionByteSize), pulId);
}

/**
 * API_RegionAddMem() - let a region have more memory
 * @ulId: the region
 * @pvMem: at a multiple of 16; the region's from now on
 * @stByteSize: bytes of it
 *
 * Context: Sleeps.
 * Return: ERROR_NONE; ERROR_KERNEL_HANDLE_NULL; ERROR_REGION_SIZE: too small, not
 *	aligned, or memory that the region has; also where it has eight pieces or is
 *	damaged, or the kernel has no memory.
 */
LW_INLINE ULONG API_RegionAddMem(LW_OBJECT_HANDLE ulId, PVOID pvMem,
				 size_t stByteSize)
{
	if (!ulId)
		return ERROR_KERNEL_HANDLE_NULL;
	return pvMem && !rtalloc_heap_add_memory((PLW_CLASS_HEAP)ulId, pvMem,
						 stByteSize) ?
	       ERROR_NONE : ERROR_REGION_SIZE;
}

/**
 * API_RegionDeleteEx() - remove a region
 * @pulId: its handle, which becomes LW_OBJECT_HANDLE_INVALID
 * @bForce: LW_TRUE: also where it has live blocks
 *
 * Context: Sleeps. Nobody may use the region meanwhile.
 * Return: ERROR_NONE: its memory is the caller's again; ERROR_KERNEL_HANDLE_NULL;
 *	ERROR_REGION_USED: it has live blocks or is the system's heap, and
 *	nothing changes.
 */
LW_INLINE ULONG API_RegionDeleteEx(LW_OBJECT_HANDLE *pulId, BOOL bForce)
{
	PVOID pvRegion = __sylixos_object(pulId);

	if (!pvRegion)
		return ERROR_KERNEL_HANDLE_NULL;
	if (_HeapDelete(pvRegion, !bForce))
		return ERROR_REGION_USED;
	__sylixos_taken(pulId);
	return ERROR_NONE;
}

/* The same without force. */
#define API_RegionDelete(pulId)		API_RegionDeleteEx(pulId, LW_FALSE)

/**
 * API_RegionGet() - allocate a block
 * @ulId: the region
 * @stByteSize: bytes, not 0
 *
 * Context: Sender.
 * Return: the block, at a multiple of 16, or LW_NULL.
 */
LW_INLINE PVOID API_RegionGet(LW_OBJECT_HANDLE ulId, size_t stByteSize)
{
	return ulId ? _HeapAllocate((PLW_CLASS_HEAP)ulId, stByteSize, LW_NULL) :
		      LW_NULL;
}

/**
 * API_RegionGetAlign() - allocate a block at a multiple of @stAlign
 * @ulId: the region
 * @stByteSize: bytes, not 0
 * @stAlign: a power of two, at least the size of a pointer
 *
 * Context: Sender.
 * Return: the block, or LW_NULL.
 */
LW_INLINE PVOID API_RegionGetAlign(LW_OBJECT_HANDLE ulId, size_t stByteSize,
				   size_t stAlign)
{
	return ulId && stAlign >= sizeof(PVOID) ?
	       _HeapAllocateAlign((PLW_CLASS_HEAP)ulId, stByteSize, stAlign,
				  LW_NULL) : LW_NULL;
}

/**
 * API_RegionReget() - change the size of a block
 * @ulId: the region
 * @pvOldMem: the block; LW_NULL: allocate one
 * @stNewByteSize: bytes, not 0
 *
 * Context: Sender; a move copies.
 * Return: the block, perhaps elsewhere; LW_NULL: it is as it was.
 */
LW_INLINE PVOID API_RegionReget(LW_OBJECT_HANDLE ulId, PVOID pvOldMem,
				size_t stNewByteSize)
{
	return ulId && stNewByteSize ?
	       _HeapRealloc((PLW_CLASS_HEAP)ulId, pvOldMem, stNewByteSize,
			    LW_TRUE, LW_NULL) : LW_NULL;
}

/**
 * API_RegionPut() - give a block back
 * @ulId: the region it came from
 * @pvSegmentData: the block; LW_NULL does nothing
 *
 * Context: Sender.
 * Return: LW_NULL; @pvSegmentData where it is no live block of the region: that is
 *	reported, and nothing changes.
 */
LW_INLINE PVOID API_RegionPut(LW_OBJECT_HANDLE ulId, PVOID pvSegmentData)
{
	return ulId ? _HeapFree((PLW_CLASS_HEAP)ulId, pvSegmentData, LW_TRUE,
				LW_NULL) : pvSegmentData;
}

/**
 * API_RegionGetMax() - what is the largest block to be had now?
 * @ulId: the region
 * @pstMaxFreeSize: where to store its bytes; LW_NULL: nowhere
 *
 * Context: Sender; linear in free blocks.
 * Return: ERROR_NONE or ERROR_KERNEL_HANDLE_NULL.
 */
LW_INLINE ULONG API_RegionGetMax(LW_OBJECT_HANDLE ulId, size_t *pstMaxFreeSize)
{
	struct rtalloc_snapshot snap;

	if (!ulId)
		return ERROR_KERNEL_HANDLE_NULL;
	rtalloc_stats((PLW_CLASS_HEAP)ulId, &snap);
	if (pstMaxFreeSize)
		*pstMaxFreeSize = snap.largest_free;
	return ERROR_NONE;
}

/**
 * API_RegionStatus() - the statistics of a region
 * @ulId: the region
 * @pstByteSize: bytes of it; LW_NULL, here and below: not asked
 * @pulSegmentCounter: blocks and free pieces
 * @pstUsedByteSize: bytes in use, headers included
 * @pstFreeByteSize: the others
 * @pstMaxUsedByteSize: the most that were in use
 *
 * Context: Sender; linear in free blocks. All are of one moment.
 * Return: ERROR_NONE or ERROR_KERNEL_HANDLE_NULL.
 */
LW_INLINE ULONG API_RegionStatus(LW_OBJECT_HANDLE ulId, size_t *pstByteSize,
				 ULONG *pulSegmentCounter,
				 size_t *pstUsedByteSize,
				 size_t *pstFreeByteSize,
				 size_t *pstMaxUsedByteSize)
{
	struct rtalloc_snapshot snap;

	if (!ulId)
		return ERROR_KERNEL_HANDLE_NULL;
	rtalloc_stats((PLW_CLASS_HEAP)ulId, &snap);
	if (pstByteSize)
		*pstByteSize = snap.total;
	if (pulSegmentCounter)
		*pulSegmentCounter = snap.live + snap.free_blocks;
	if (pstUsedByteSize)
		*pstUsedByteSize = snap.used;
	if (pstFreeByteSize)
		*pstFreeByteSize = snap.total - snap.used;
	if (pstMaxUsedByteSize)
		*pstMaxUsedByteSize = snap.max_used;
	return ERROR_NONE;
}

#endif /* _RTALLOC_PORT_SYLIXOS_REGIONS_H */
