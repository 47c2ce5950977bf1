/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sylixos.h - SylixOS's heaps by their own names: put this in place of SylixOS.h
 * where a driver allocates.
 *
 * Segments are cut and ordered as in the original. A heap lies in memory of the
 * caller's (_HeapCreate()) or is the system heap, that of the module rtalloc_port
 * (sylixos=SIZE), which the sys_ calls use. The purpose of a block is kept, the
 * first four characters of it, and is seen as its owner in debugfs.
 *
 * kmalloc() and what else SylixOS borrowed from Linux are Linux's own here. What is
 * refused here and is not there, and from where each call is legal:
 * Documentation/porting.rst. Each function is described where it is defined, in
 * port/sylixos.c.
 */
#ifndef _RTALLOC_PORT_SYLIXOS_H
#define _RTALLOC_PORT_SYLIXOS_H

#include <linux/string.h>
#include <linux/types.h>

struct rtalloc_heap;

typedef void *PVOID;
typedef const char *CPCHAR;
typedef int BOOL;

/*
 * A heap of SylixOS is one of the core: rtalloc_heap_add_memory() and the like take
 * it.
 */
typedef struct rtalloc_heap LW_CLASS_HEAP;
typedef struct rtalloc_heap *PLW_CLASS_HEAP;

#ifndef LW_TRUE
#define LW_TRUE		1
#define LW_FALSE	0
#endif
#ifndef LW_NULL
#define LW_NULL		NULL
#endif

/*
 * The memory is the heap's until _HeapDelete(), which gives NULL, or the heap if it
 * may not go. Both sleep; nobody may use the heap meanwhile.
 */
PLW_CLASS_HEAP _HeapCreate(PVOID pvStartAddress, size_t stByteSize);
PLW_CLASS_HEAP _HeapDelete(PLW_CLASS_HEAP pheap, BOOL bIsCheckUsed);

/*
 * Blocks, at multiples of 16 bytes: NULL when there is no memory, for 0 bytes, for
 * an alignment that is no power of two, and with a line of the log where the heap
 * is NULL. The purpose may be NULL; the string need not stay. bIsNeedVerify does
 * not matter: what is no live block of the heap is always refused and reported, and
 * _HeapFree() returns it then, else NULL. _HeapRealloc() that fails leaves the
 * block as it was.
 *
 * Context: as rtalloc_alloc() of a heap with a spinlock. They do not wait for
 *	memory. On PREEMPT_RT neither hard interrupts nor raw spinlocks are allowed.
 */
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

/* NULL where the module was loaded with sylixos=0. */
extern PLW_CLASS_HEAP _K_pheapSystem;

/**
 * sys_malloc() - allocate a block of the system heap
 * @size: bytes
 *
 * As all five, it is _HeapAllocate() and so on for that heap; the name of the
 * calling function is the block's purpose.
 *
 * Context: As _HeapAllocate().
 * Return: the block, at a multiple of 16, or NULL, also for 0 bytes.
 */
#define sys_malloc(size)						\
	_HeapAllocate(_K_pheapSystem, (size), __func__)

/**
 * sys_zalloc() - allocate a block of zeroes
 * @size: bytes
 *
 * Context: As _HeapAllocate(); the bytes are cleared without the lock.
 * Return: as sys_malloc().
 */
#define sys_zalloc(size)						\
	_HeapZallocate(_K_pheapSystem, (size), __func__)

/**
 * sys_malloc_align() - allocate a block at a multiple of @align
 * @size: bytes
 * @align: a power of two
 *
 * Context: As _HeapAllocate().
 * Return: the block, or NULL.
 */
#define sys_malloc_align(size, align)					\
	_HeapAllocateAlign(_K_pheapSystem, (size), (align), __func__)

/**
 * sys_realloc() - change the size of a block
 * @p: the block; NULL allocates one
 * @size: bytes; 0 frees the block
 *
 * Context: As _HeapAllocate(); a move copies.
 * Return: the block, perhaps elsewhere; NULL: there is no memory, and @p is as it
 *	was, or it was freed.
 */
#define sys_realloc(p, size)						\
	_HeapRealloc(_K_pheapSystem, (p), (size), LW_FALSE, __func__)

/**
 * sys_free() - give a block back
 * @p: the block; NULL does nothing
 *
 * Context: As _HeapAllocate(), constant time.
 * Return: NULL, or @p: it is no live block of the system heap, and nothing changes.
 */
#define sys_free(p)							\
	_HeapFree(_K_pheapSystem, (p), LW_FALSE, __func__)

/* The same, as SylixOS itself and the drivers in it call them. */
#define __SHEAP_ALLOC(size)		sys_malloc(size)
#define __SHEAP_ZALLOC(size)		sys_zalloc(size)
#define __SHEAP_ALLOC_ALIGN(size, align)	sys_malloc_align(size, align)
#define __SHEAP_REALLOC(p, size)	sys_realloc(p, size)
#define __SHEAP_FREE(p)			sys_free(p)

#endif /* _RTALLOC_PORT_SYLIXOS_H */
