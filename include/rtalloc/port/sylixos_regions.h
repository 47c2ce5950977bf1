/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sylixos_regions.h - SylixOS's regions: memory with blocks of any size. Included by
 * sylixos_ipc.h.
 *
 * A region is a heap of sylixos.h, and its handle is a pointer to it.
 * LW_OBJECT_HANDLE_INVALID is refused; any other handle is not checked. Names and options
 * are ignored. API_RegionStatusEx() and API_RegionGetName() are not supported; instead of
 * the former, read ``map`` in debugfs.
 */
#ifndef _RTALLOC_PORT_SYLIXOS_REGIONS_H
#define _RTALLOC_PORT_SYLIXOS_REGIONS_H

#include <rtalloc/port/sylixos_threads.h>
#include <rtalloc/rtalloc.h>

/* Error codes are errnos, like the others. */
#define ERROR_REGION_SIZE	((ULONG)ENOSPC)
#define ERROR_REGION_USED	((ULONG)EBUSY)

/* Size of the smallest region, in bytes. */
#define __SYLIXOS_REGION_MIN	64u

/**
 * API_RegionCreate() - create a region in the caller's memory
 * @pcName: ignored
 * @pvLowAddr: its memory, in use until API_RegionDelete(); rounded up to a multiple of 16,
 *	where SylixOS refuses memory that is not aligned
 * @stRegionByteSize: size of the memory, at least 64 bytes
 * @ulOption: ignored
 * @pulId: where to store the handle, too; may be LW_NULL
 *
 * Context: Sleeps.
 * Return: the handle; LW_OBJECT_HANDLE_INVALID if the memory is too small, or the kernel has
 *	no memory for its records.
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
 * API_RegionAddMem() - add memory to a region
 * @ulId: the region
 * @pvMem: address of the memory, a multiple of 16; in use until the region is deleted
 * @stByteSize: its size in bytes
 *
 * Context: Sleeps.
 * Return: ERROR_NONE; ERROR_KERNEL_HANDLE_NULL; ERROR_REGION_SIZE if the memory is too small,
 *	not aligned, or overlaps the region; also if the region has eight pieces of memory
 *	already or is damaged, or the kernel has no memory for its records.
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
 * API_RegionDeleteEx() - delete a region; its memory may be reused afterwards
 * @pulId: address of its handle, which is set to LW_OBJECT_HANDLE_INVALID
 * @bForce: LW_TRUE: delete it even if it has live blocks
 *
 * Context: Sleeps. Nobody may use the region meanwhile.
 * Return: ERROR_NONE; ERROR_KERNEL_HANDLE_NULL; ERROR_REGION_USED if it has live blocks or is
 *	the system heap, then nothing changes.
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

/* API_RegionDeleteEx() without force. */
#define API_RegionDelete(pulId)		API_RegionDeleteEx(pulId, LW_FALSE)

/**
 * API_RegionGet() - allocate a block
 * @ulId: the region
 * @stByteSize: size in bytes, not 0
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
 * API_RegionGetAlign() - allocate an aligned block
 * @ulId: the region
 * @stByteSize: size in bytes, not 0
 * @stAlign: alignment in bytes, a power of two, at least the size of a pointer
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
 * @stNewByteSize: the new size in bytes, not 0
 *
 * Context: Sender. If the block moves, its contents are copied.
 * Return: the block, which may have moved; LW_NULL on error, then it is not changed.
 */
LW_INLINE PVOID API_RegionReget(LW_OBJECT_HANDLE ulId, PVOID pvOldMem,
				size_t stNewByteSize)
{
	return ulId && stNewByteSize ?
	       _HeapRealloc((PLW_CLASS_HEAP)ulId, pvOldMem, stNewByteSize,
			    LW_TRUE, LW_NULL) : LW_NULL;
}

/**
 * API_RegionPut() - free a block
 * @ulId: the region that it was allocated from
 * @pvSegmentData: the block; LW_NULL does nothing
 *
 * Context: Sender.
 * Return: LW_NULL; @pvSegmentData if it is not a live block of the region, which is reported
 *	and changes nothing.
 */
LW_INLINE PVOID API_RegionPut(LW_OBJECT_HANDLE ulId, PVOID pvSegmentData)
{
	return ulId ? _HeapFree((PLW_CLASS_HEAP)ulId, pvSegmentData, LW_TRUE,
				LW_NULL) : pvSegmentData;
}

/**
 * API_RegionGetMax() - get the size of the largest block that can be allocated now
 * @ulId: the region
 * @pstMaxFreeSize: where to store the size in bytes; may be LW_NULL
 *
 * Context: Sender; linear in the number of free blocks.
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
 * API_RegionStatus() - read the statistics of a region, a consistent snapshot
 * @ulId: the region
 * @pstByteSize: where to store its size in bytes; may be LW_NULL, as the others
 * @pulSegmentCounter: where to store the number of blocks and free segments
 * @pstUsedByteSize: where to store the bytes in use, headers included
 * @pstFreeByteSize: where to store the bytes that are free
 * @pstMaxUsedByteSize: where to store the highest number of bytes in use so far
 *
 * Context: Sender; linear in the number of free blocks.
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
