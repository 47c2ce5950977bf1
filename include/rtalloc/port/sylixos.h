/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sylixos.h - SylixOS's heaps under their own names. In a driver that allocates, include
 * this in place of SylixOS.h.
 *
 * Segments are split and ordered as in the original. A heap is either in the caller's memory
 * (_HeapCreate()) or the system heap of the module rtalloc_port (sylixos=SIZE), which the
 * sys_ functions use. The first four characters of a block's purpose are kept, and shown as
 * its owner in debugfs.
 *
 * kmalloc() and other functions whose names SylixOS has taken from Linux are Linux's own
 * here. Documentation/porting.rst says what is refused here and not in SylixOS, and which
 * function may be called where. Functions are documented at their definition, in
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
 * A PLW_CLASS_HEAP is a struct rtalloc_heap, so it may be passed to
 * rtalloc_heap_add_memory() and other functions of the core.
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
 * The memory is in use until _HeapDelete(), which returns NULL, or the heap if it was not
 * destroyed. Both functions sleep; nobody may use the heap meanwhile.
 */
PLW_CLASS_HEAP _HeapCreate(PVOID pvStartAddress, size_t stByteSize);
PLW_CLASS_HEAP _HeapDelete(PLW_CLASS_HEAP pheap, BOOL bIsCheckUsed);

/*
 * Blocks are at multiples of 16 bytes. These functions return NULL if there is no memory, for
 * 0 bytes, for an alignment that is not a power of two, and, with a line in the log, if the
 * heap is NULL. The purpose is copied, and may be NULL. bIsNeedVerify is ignored: anything
 * else than a live block of the heap is always refused and reported. _HeapFree() returns such
 * a pointer, otherwise NULL. If _HeapRealloc() fails, the block is not changed.
 *
 * Context: as rtalloc_alloc() of a spinlock heap. They do not wait for memory. On PREEMPT_RT
 *	they must not be called in hard interrupts or under raw spinlocks.
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

/* The system heap; NULL if the module was loaded with sylixos=0. */
extern PLW_CLASS_HEAP _K_pheapSystem;

/**
 * sys_malloc() - allocate a block of the system heap
 * @size: bytes
 *
 * This and the functions below call _HeapAllocate() and so on for the system heap. The name
 * of the calling function is the block's purpose.
 *
 * Context: As _HeapAllocate().
 * Return: the block, at a multiple of 16, or NULL, also for 0 bytes.
 */
#define sys_malloc(size)						\
	_HeapAllocate(_K_pheapSystem, (size), __func__)

/**
 * sys_zalloc() - allocate a zeroed block
 * @size: bytes
 *
 * Context: As _HeapAllocate(); the block is cleared without the lock held.
 * Return: as sys_malloc().
 */
#define sys_zalloc(size)						\
	_HeapZallocate(_K_pheapSystem, (size), __func__)

/**
 * sys_malloc_align() - allocate an aligned block
 * @size: size in bytes
 * @align: alignment in bytes, a power of two
 *
 * Context: As _HeapAllocate().
 * Return: the block, or NULL.
 */
#define sys_malloc_align(size, align)					\
	_HeapAllocateAlign(_K_pheapSystem, (size), (align), __func__)

/**
 * sys_realloc() - change the size of a block
 * @p: the block; NULL: allocate one
 * @size: the new size in bytes; 0: free the block
 *
 * Context: As _HeapAllocate(). If the block moves, its contents are copied.
 * Return: the block, which may have moved; NULL if there is no memory, then @p is not
 *	changed, or if it was freed.
 */
#define sys_realloc(p, size)						\
	_HeapRealloc(_K_pheapSystem, (p), (size), LW_FALSE, __func__)

/**
 * sys_free() - free a block
 * @p: the block; NULL does nothing
 *
 * Context: As _HeapAllocate(), constant time.
 * Return: NULL; @p if it is not a live block of the system heap, then nothing changes.
 */
#define sys_free(p)							\
	_HeapFree(_K_pheapSystem, (p), LW_FALSE, __func__)

/* The same under the names that SylixOS itself and drivers in its tree use. */
#define __SHEAP_ALLOC(size)		sys_malloc(size)
#define __SHEAP_ZALLOC(size)		sys_zalloc(size)
#define __SHEAP_ALLOC_ALIGN(size, align)	sys_malloc_align(size, align)
#define __SHEAP_REALLOC(p, size)	sys_realloc(p, size)
#define __SHEAP_FREE(p)			sys_free(p)

#endif /* _RTALLOC_PORT_SYLIXOS_H */
