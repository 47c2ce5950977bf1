/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf.h - Matthew Conte's TLSF under its own names: include this in place of tlsf.h.
 *
 * The control structure is in the caller's memory, where it takes tlsf_size() bytes, and so
 * are the pools, at most seven. A heap is known to the kernel, so call tlsf_destroy() before
 * its memory is used for anything else. A request is rounded up to its size class, so that a
 * freed block can always serve the same request again; a block may hold more than was asked
 * for. Documentation/porting.rst says which function may be called where. Functions are
 * documented at their definition, in port/tlsf.c.
 *
 * Each TLSF has a raw spinlock of its own, so unlike in the original its callers need no
 * lock. A tlsf_t that is NULL, or points to memory without a TLSF, is recognised: functions
 * return NULL or do nothing. Any other tlsf_t is not checked.
 */
#ifndef _RTALLOC_PORT_TLSF_H
#define _RTALLOC_PORT_TLSF_H

#include <linux/types.h>

typedef void *tlsf_t;
typedef void *pool_t;

/**
 * typedef tlsf_walker - function that tlsf_walk_pool() calls for each block
 * @ptr: the block
 * @size: its usable size in bytes
 * @used: 1: it is allocated; 0: it is free
 * @user: the pointer that tlsf_walk_pool() was given
 *
 * Context: that of tlsf_walk_pool(), without a lock; it may allocate and free.
 */
typedef void (*tlsf_walker)(void *ptr, size_t size, int used, void *user);

/* The backend has a function of the same name. */
#define tlsf_check	tlsf_port_check

/*
 * Create and destroy. Process context, may sleep. NULL: the memory is not aligned to 8 bytes
 * or too small. tlsf_destroy() drops all blocks; afterwards the caller may reuse the control
 * structure and the pools. Nobody may use the TLSF meanwhile. tlsf_get_pool() returns the pool
 * that tlsf_create_with_pool() has added, and may be called in any context.
 */
tlsf_t tlsf_create(void *mem);
tlsf_t tlsf_create_with_pool(void *mem, size_t bytes);
void tlsf_destroy(tlsf_t tlsf);
pool_t tlsf_get_pool(tlsf_t tlsf);

/*
 * Add and remove memory. Process context, may sleep. A pool with allocated blocks is not
 * removed, and a line in the log says so.
 */
pool_t tlsf_add_pool(tlsf_t tlsf, void *mem, size_t bytes);
void tlsf_remove_pool(tlsf_t tlsf, pool_t pool);

/*
 * Blocks. Any context but NMI, also under raw spinlocks on PREEMPT_RT. Constant time, except
 * for copying when tlsf_realloc() moves a block. NULL: there is no memory, or the size is 0.
 * A pointer that is not a live block is refused, counted and reported; nothing changes.
 * tlsf_free(NULL) does nothing. tlsf_block_size() searches the pools of all TLSFs, and
 * returns 0 for a pointer that is not a live block.
 */
void *tlsf_malloc(tlsf_t tlsf, size_t bytes);
void *tlsf_memalign(tlsf_t tlsf, size_t align, size_t bytes);
void *tlsf_realloc(tlsf_t tlsf, void *ptr, size_t size);
void tlsf_free(tlsf_t tlsf, void *ptr);
size_t tlsf_block_size(void *ptr);

/*
 * Constants, in bytes. Any context, also before a TLSF is created. tlsf_pool_size_min() is
 * new here.
 */
size_t tlsf_size(void);
size_t tlsf_align_size(void);
size_t tlsf_block_size_min(void);
size_t tlsf_block_size_max(void);
size_t tlsf_pool_overhead(void);
size_t tlsf_pool_size_min(void);
size_t tlsf_alloc_overhead(void);

/*
 * Inspection. Any context but NMI; linear in the number of blocks. The heap may change
 * meanwhile. A check returns 0, or -1 with a line in the log.
 */
void tlsf_walk_pool(pool_t pool, tlsf_walker walker, void *user);
int tlsf_check(tlsf_t tlsf);
int tlsf_check_pool(pool_t pool);

#endif /* _RTALLOC_PORT_TLSF_H */
