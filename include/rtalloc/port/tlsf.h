/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf.h - M. Conte's TLSF by its own names: put this in place of tlsf.h.
 *
 * The control structure lies in the caller's memory, tlsf_size() bytes of it, and
 * so do the pools, at most seven. What was made must be given up by tlsf_destroy()
 * before the memory is used for something else: a heap here is known to the kernel.
 * A block holds at least what was asked for: requests are rounded to their class,
 * so that what was freed can always be had again. From where each call is legal:
 * Documentation/porting.rst. Each function is described where it is defined, in
 * port/tlsf.c.
 *
 * A TLSF has a lock of its own, a raw one: unlike in the original, its callers need
 * none. But for a NULL or something that is no TLSF, which give NULL or do nothing,
 * a tlsf_t is trusted.
 */
#ifndef _RTALLOC_PORT_TLSF_H
#define _RTALLOC_PORT_TLSF_H

#include <linux/types.h>

typedef void *tlsf_t;
typedef void *pool_t;

/**
 * typedef tlsf_walker - called by tlsf_walk_pool() for a block
 * @ptr: the block
 * @size: bytes that it can hold
 * @used: 1: it is allocated; 0: it is free
 * @user: as tlsf_walk_pool() was given it
 *
 * Context: that of tlsf_walk_pool(), without a lock; it may allocate and free.
 */
typedef void (*tlsf_walker)(void *ptr, size_t size, int used, void *user);

/* The backend of this name has a function so called. */
#define tlsf_check	tlsf_port_check

/*
 * Making and giving up, in process context, may sleep; NULL: the memory is not
 * aligned to 8 or too small. tlsf_destroy() drops all blocks and gives control
 * structure and pools back to the caller; nobody may use the TLSF meanwhile.
 * tlsf_get_pool() is for that of tlsf_create_with_pool(), in any context.
 */
tlsf_t tlsf_create(void *mem);
tlsf_t tlsf_create_with_pool(void *mem, size_t bytes);
void tlsf_destroy(tlsf_t tlsf);
pool_t tlsf_get_pool(tlsf_t tlsf);

/*
 * More memory, in process context, may sleep. A pool in which blocks live is not
 * removed; a line of the log says so.
 */
pool_t tlsf_add_pool(tlsf_t tlsf, void *mem, size_t bytes);
void tlsf_remove_pool(tlsf_t tlsf, pool_t pool);

/*
 * Blocks, in any context but NMI, also under raw spinlocks on PREEMPT_RT, in
 * constant time but for the copy of tlsf_realloc() that moves. NULL: there is no
 * memory, or 0 bytes were asked for. A pointer that is no live block is refused,
 * counted and reported, and nothing changes; tlsf_free() takes NULL.
 * tlsf_block_size() searches the pools of all TLSFs for the block, and gives 0 for
 * what is none.
 */
void *tlsf_malloc(tlsf_t tlsf, size_t bytes);
void *tlsf_memalign(tlsf_t tlsf, size_t align, size_t bytes);
void *tlsf_realloc(tlsf_t tlsf, void *ptr, size_t size);
void tlsf_free(tlsf_t tlsf, void *ptr);
size_t tlsf_block_size(void *ptr);

/*
 * Numbers in bytes, in any context; constant, so they may be asked for before there
 * is a TLSF. tlsf_pool_size_min() is new here.
 */
size_t tlsf_size(void);
size_t tlsf_align_size(void);
size_t tlsf_block_size_min(void);
size_t tlsf_block_size_max(void);
size_t tlsf_pool_overhead(void);
size_t tlsf_pool_size_min(void);
size_t tlsf_alloc_overhead(void);

/*
 * Looking, in any context but NMI, in time that grows with the blocks. The heap may
 * work meanwhile. A check gives 0, or -1 and a line of the log.
 */
void tlsf_walk_pool(pool_t pool, tlsf_walker walker, void *user);
int tlsf_check(tlsf_t tlsf);
int tlsf_check_pool(pool_t pool);

#endif /* _RTALLOC_PORT_TLSF_H */
