/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sylixos.h - SylixOS's heaps by their own names: put this in place of
 * SylixOS.h where a driver allocates.
 *
 * Segments are cut and ordered as in the original. A heap lies in memory of the
 * caller's (_HeapCreate()) or is the system heap, that of the module
 * rtalloc_port (sylixos=SIZE), which the sys_ calls use. The purpose of a block
 * is kept, the first four characters of it, and is seen as its owner in debugfs.
 *
 * kmalloc() and what else SylixOS borrowed from Linux are Linux's own here.
 * What is refused here and is not there, and from where each call is legal:
 * Documentation/porting.rst.
 */
#ifndef _RTALLOC_PORT_SYLIXOS_H
#define _RTALLOC_PORT_SYLIXOS_H

#include <linux/string.h>
#include <linux/types.h>

struct rtalloc_heap;

typedef void *PVOID;
typedef const char *CPCHAR;
typedef int BOOL;
typedef struct rtalloc_heap LW_CLASS_HEAP;
typedef struct rtalloc_heap *PLW_CLASS_HEAP;

#ifndef LW_TRUE
#define LW_TRUE		1
#define LW_FALSE	0
#endif
#ifndef LW_NULL
#define LW_NULL		NULL
#endif

PLW_CLASS_HEAP _HeapCreate(PVOID pvStartAddress, size_t stByteSize);
PLW_CLASS_HEAP _HeapDelete(PLW_CLASS_HEAP pheap, BOOL bIsCheckUsed);

PVOID _HeapAllocate(PLW_CLASS_HEAP pheap, size_t stByteSize,
		    CPCHAR pcPurpose);
PVOID _HeapZallocate(PLW_CLASS_HEAP pheap, size_t stByteSize,
		     CPCHAR pcPurpose);
PVOID _HeapAllocateAlign(PLW_CLASS_HEAP pheap, size_t stByteSize,
			 size_t stAlign, CPCHAR pcPurpose);
PVOID _HeapRealloc(PLW_CLASS_HEAP pheap, PVOID pvStartAddress,
		   size_t stNewByteSize, BOOL bIsNeedVerify, CPCHAR pcPurpose);
PVOID _HeapFree(PLW_CLASS_HEAP pheap, PVOID pvStartAddress, BOOL bIsNeedVerify,
		CPCHAR pcPurpose);

/* ---- the system heap; the purpose is the caller's function --------------- */

extern PLW_CLASS_HEAP _K_pheapSystem;

#define sys_malloc(size)						\
	_HeapAllocate(_K_pheapSystem, (size), __func__)
#define sys_zalloc(size)						\
	_HeapZallocate(_K_pheapSystem, (size), __func__)
#define sys_malloc_align(size, align)					\
	_HeapAllocateAlign(_K_pheapSystem, (size), (align), __func__)
#define sys_realloc(p, size)						\
	_HeapRealloc(_K_pheapSystem, (p), (size), LW_FALSE, __func__)
#define sys_free(p)							\
	_HeapFree(_K_pheapSystem, (p), LW_FALSE, __func__)

#endif /* _RTALLOC_PORT_SYLIXOS_H */
