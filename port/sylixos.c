// SPDX-License-Identifier: GPL-2.0-only
/*
 * sylixos.c - the functions of SylixOS's heaps.
 *
 * A PLW_CLASS_HEAP is a heap of the backend sylix_heap: one in the caller's
 * memory, or the system heap, which is cut from the default region when the
 * module is loaded and lasts as long as it. The original locks a mutex or, inside
 * its kernel, a spinlock; here it is the heap's spinlock, so the calls are legal
 * wherever those of a linear heap are, also in softirqs.
 *
 * Every free is verified, whether the caller asks for it or not. That takes constant
 * time here; the original walks its segments.
 */
#include <linux/err.h>
#include <linux/module.h>

#include <rtalloc/port/sylixos.h>
#include "port/port.h"

#define SYLIX_SEGMENT_ALIGN	16u	/* of the backend */

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
 * _HeapCreate() - make a heap
 * @pvStartAddress: its memory, the heap's until _HeapDelete(); aligned up to 16
 * @stByteSize: bytes of it, at least 64 once it is aligned
 *
 * Context: Process context, may sleep.
 * Return: the heap, or NULL: too small, or the kernel has no memory for its
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
 * _HeapDelete() - remove a heap
 * @pheap: from _HeapCreate(); its memory is the caller's again
 * @bIsCheckUsed: not while it has live blocks
 *
 * Context: Process context, may sleep. Nobody may use @pheap meanwhile.
 * Return: NULL; or @pheap, which is as it was: it has live blocks and
 *	@bIsCheckUsed says so, or it is the system heap.
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

/* @p, if it is a block, has @purpose from now on. */
static void *tagged(PLW_CLASS_HEAP pheap, void *p, const char *purpose)
{
	if (p && purpose)
		rtalloc_set_owner(pheap, p, purpose);
	return p;
}

/**
 * _HeapAllocate() - allocate a block
 * @pheap: where
 * @stByteSize: bytes, not 0
 * @pcPurpose: what for, four characters are kept; NULL: nothing to say
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
 * _HeapZallocate() - allocate a block of zeroes
 * @pheap: where
 * @stByteSize: bytes, not 0
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
 * _HeapAllocateAlign() - allocate a block at a multiple of @stAlign
 * @pheap: where
 * @stByteSize: bytes, not 0
 * @stAlign: a power of two
 * @pcPurpose: as for _HeapAllocate()
 *
 * Context: as _HeapAllocate().
 * Return: the block, or NULL, also when @stAlign is no power of two.
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
 * @pheap: where it is
 * @pvStartAddress: the block; NULL allocates one
 * @stNewByteSize: bytes; 0 frees the block
 * @bIsNeedVerify: does not matter, the block is always verified
 * @pcPurpose: as for _HeapAllocate()
 *
 * Context: as _HeapAllocate(); copying takes time in proportion to the size.
 * Return: the block, perhaps elsewhere; NULL when there is no memory or it is
 *	not a live block: then nothing has changed. For 0 bytes what _HeapFree()
 *	returns.
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
 * _HeapFree() - give a block back
 * @pheap: where it came from
 * @pvStartAddress: the block; NULL does nothing
 * @bIsNeedVerify: does not matter, the block is always verified
 * @pcPurpose: not used, as in the original
 *
 * Context: as _HeapAllocate(), constant time.
 * Return: NULL; @pvStartAddress when it is not a live block of @pheap: that is
 *	counted and reported, and nothing has changed.
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
