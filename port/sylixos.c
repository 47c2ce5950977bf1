// SPDX-License-Identifier: GPL-2.0-only
/*
 * sylixos.c - the functions of SylixOS's heaps.
 *
 * A PLW_CLASS_HEAP is a heap of the backend "sylix_heap", either in the caller's memory or
 * the system heap, which is created when the module is loaded and exists until it is
 * unloaded. The original takes a mutex or, inside its kernel, a spinlock. Here it is the
 * heap's spinlock_t, so calls are allowed wherever those of a spinlock heap are, also in
 * softirqs.
 *
 * Each free is verified, whether the caller asks for it or not. That takes constant time
 * here; the original walks its segments.
 */
#include <linux/err.h>
#include <linux/module.h>

#include <rtalloc/port/sylixos.h>
#include "port/port.h"

#define SYLIX_SEGMENT_ALIGN	16u	/* alignment of the backend's segments, in bytes */

PLW_CLASS_HEAP _K_pheapSystem;
EXPORT_SYMBOL_GPL(_K_pheapSystem);

static bool heap_given(PLW_CLASS_HEAP pheap, struct port_call call)
{
	if (!pheap)
		port_refused(call, port_sylixos.name,
			     "the heap is NULL: load with sylixos=SIZE for the system heap");
	return pheap;
}

/* ---- life ------------------------------------------------------------ */

/**
 * _HeapCreate() - create a heap in the caller's memory
 * @pvStartAddress: its memory, in use until _HeapDelete(); rounded up to a multiple of 16
 * @stByteSize: size of the memory, at least 64 bytes after rounding
 *
 * Context: Process context, may sleep.
 * Return: the heap; NULL if the memory is too small, or the kernel has no memory for its
 *	records.
 */
PLW_CLASS_HEAP _HeapCreate(PVOID pvStartAddress, size_t stByteSize)
{
	size_t size = port_align(&pvStartAddress, stByteSize,
				 SYLIX_SEGMENT_ALIGN);
	PLW_CLASS_HEAP pheap;

	if (!pvStartAddress || !size)
		return NULL;
	pheap = port_family_heap(&port_sylixos, pvStartAddress, size);
	return IS_ERR(pheap) ? NULL : pheap;
}
EXPORT_SYMBOL_GPL(_HeapCreate);

/**
 * _HeapDelete() - destroy a heap
 * @pheap: from _HeapCreate(); its memory may be reused afterwards
 * @bIsCheckUsed: do not destroy the heap if it has live blocks
 *
 * Context: Process context, may sleep. Nobody may use @pheap meanwhile.
 * Return: NULL; @pheap if nothing was destroyed, because it has live blocks and
 *	@bIsCheckUsed is set, or because it is the system heap.
 */
PLW_CLASS_HEAP _HeapDelete(PLW_CLASS_HEAP pheap, BOOL bIsCheckUsed)
{
	if (!heap_given(pheap, PORT_CALL))
		return NULL;
	if (pheap == _K_pheapSystem)
		return pheap;
	return rtalloc_heap_destroy(pheap, !bIsCheckUsed) ? pheap : NULL;
}
EXPORT_SYMBOL_GPL(_HeapDelete);

/* ---- blocks ---------------------------------------------------------- */

/* Record @purpose as the owner of block @p. Either may be NULL. Returns @p. */
static void *tagged(PLW_CLASS_HEAP pheap, void *p, const char *purpose)
{
	if (p && purpose)
		rtalloc_set_owner(pheap, p, purpose);
	return p;
}

/**
 * _HeapAllocate() - allocate a block
 * @pheap: the heap
 * @stByteSize: size in bytes, not 0
 * @pcPurpose: a text of which four characters are kept as the block's owner, or NULL
 *
 * Context: as rtalloc_alloc() of a spinlock heap.
 * Return: the block, at a multiple of 16, or NULL.
 */
PVOID _HeapAllocate(PLW_CLASS_HEAP pheap, size_t stByteSize,
		    CPCHAR pcPurpose)
{
	if (!heap_given(pheap, PORT_CALL))
		return NULL;
	return tagged(pheap, rtalloc_alloc_by(pheap, stByteSize, 0, _RET_IP_),
		      pcPurpose);
}
EXPORT_SYMBOL_GPL(_HeapAllocate);

/**
 * _HeapZallocate() - allocate a zeroed block
 * @pheap: the heap
 * @stByteSize: size in bytes, not 0
 * @pcPurpose: as for _HeapAllocate()
 *
 * Context: as _HeapAllocate().
 * Return: the block, or NULL.
 */
PVOID _HeapZallocate(PLW_CLASS_HEAP pheap, size_t stByteSize,
		     CPCHAR pcPurpose)
{
	if (!heap_given(pheap, PORT_CALL))
		return NULL;
	return tagged(pheap, rtalloc_alloc_by(pheap, stByteSize, __GFP_ZERO,
					      _RET_IP_), pcPurpose);
}
EXPORT_SYMBOL_GPL(_HeapZallocate);

/**
 * _HeapAllocateAlign() - allocate an aligned block
 * @pheap: the heap
 * @stByteSize: size in bytes, not 0
 * @stAlign: alignment in bytes, a power of two
 * @pcPurpose: as for _HeapAllocate()
 *
 * Context: as _HeapAllocate().
 * Return: the block, or NULL, also if @stAlign is not a power of two.
 */
PVOID _HeapAllocateAlign(PLW_CLASS_HEAP pheap, size_t stByteSize,
			 size_t stAlign, CPCHAR pcPurpose)
{
	void *p;

	if (!heap_given(pheap, PORT_CALL))
		return NULL;
	p = rtalloc_alloc_aligned_by(pheap, stByteSize, stAlign, 0, _RET_IP_);
	return tagged(pheap, p, pcPurpose);
}
EXPORT_SYMBOL_GPL(_HeapAllocateAlign);

static PVOID heap_free(PLW_CLASS_HEAP pheap, PVOID p, struct port_call call)
{
	if (!p)
		return NULL;
	if (!heap_given(pheap, call))
		return p;
	return rtalloc_free_by(pheap, p, call.caller) ? p : NULL;
}

/**
 * _HeapRealloc() - change the size of a block
 * @pheap: the heap of the block
 * @pvStartAddress: the block; NULL: allocate one
 * @stNewByteSize: the new size in bytes; 0: free the block
 * @bIsNeedVerify: ignored, the block is always verified
 * @pcPurpose: as for _HeapAllocate()
 *
 * Context: as _HeapAllocate(). If the block moves, its contents are copied.
 * Return: the block, which may have moved; NULL if there is no memory or it is not a live
 *	block, then nothing has changed. With 0 bytes, what _HeapFree() returns.
 */
PVOID _HeapRealloc(PLW_CLASS_HEAP pheap, PVOID pvStartAddress,
		   size_t stNewByteSize, BOOL bIsNeedVerify, CPCHAR pcPurpose)
{
	void *p;

	if (!heap_given(pheap, PORT_CALL))
		return NULL;
	if (pvStartAddress && !stNewByteSize)
		return heap_free(pheap, pvStartAddress, PORT_CALL);
	p = rtalloc_realloc_by(pheap, pvStartAddress, stNewByteSize, 0,
			       _RET_IP_);
	return tagged(pheap, p, pcPurpose);
}
EXPORT_SYMBOL_GPL(_HeapRealloc);

/**
 * _HeapFree() - free a block
 * @pheap: the heap of the block
 * @pvStartAddress: the block; NULL does nothing
 * @bIsNeedVerify: ignored, the block is always verified
 * @pcPurpose: not used, as in the original
 *
 * Context: as _HeapAllocate(), constant time.
 * Return: NULL; @pvStartAddress if it is not a live block of @pheap, which is counted and
 *	reported and changes nothing.
 */
PVOID _HeapFree(PLW_CLASS_HEAP pheap, PVOID pvStartAddress, BOOL bIsNeedVerify,
		CPCHAR pcPurpose)
{
	return heap_free(pheap, pvStartAddress, PORT_CALL);
}
EXPORT_SYMBOL_GPL(_HeapFree);

/* ---- the system heap ------------------------------------------------- */

static char *const backend = "sylix_heap";

struct port_family port_sylixos = {
	.name		= "sylixos",
	.backend	= &backend,
	.heap		= &_K_pheapSystem,
	.align		= SYLIX_SEGMENT_ALIGN,
};
