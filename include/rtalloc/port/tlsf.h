/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf.h - M. Conte's TLSF by its own names: put this in place of tlsf.h.
 *
 * The control structure lies in the caller's memory, tlsf_size() bytes of it,
 * and so do the pools, at most seven. What was made must be given up by
 * tlsf_destroy() before the memory is used for something else: a heap here is
 * known to the kernel. A block holds at least what was asked for: requests are
 * rounded to their class, so that what was freed can always be had again.
 * From where each call is legal: Documentation/porting.rst.
 */
#ifndef _RTALLOC_PORT_TLSF_H
#define _RTALLOC_PORT_TLSF_H

#include <linux/types.h>

typedef void *tlsf_t;
typedef void *pool_t;
typedef void (*tlsf_walker)(void *ptr, size_t size, int used, void *user);

/* The backend of this name has a function so called. */
#define tlsf_check	tlsf_port_check

tlsf_t tlsf_create(void *mem);
tlsf_t tlsf_create_with_pool(void *mem, size_t bytes);
void tlsf_destroy(tlsf_t tlsf);
pool_t tlsf_get_pool(tlsf_t tlsf);

pool_t tlsf_add_pool(tlsf_t tlsf, void *mem, size_t bytes);
void tlsf_remove_pool(tlsf_t tlsf, pool_t pool);

void *tlsf_malloc(tlsf_t tlsf, size_t bytes);
void *tlsf_memalign(tlsf_t tlsf, size_t align, size_t bytes);
void *tlsf_realloc(tlsf_t tlsf, void *ptr, size_t size);
void tlsf_free(tlsf_t tlsf, void *ptr);
size_t tlsf_block_size(void *ptr);

size_t tlsf_size(void);
size_t tlsf_align_size(void);
size_t tlsf_block_size_min(void);
size_t tlsf_block_size_max(void);
size_t tlsf_pool_overhead(void);
size_t tlsf_pool_size_min(void);
size_t tlsf_alloc_overhead(void);

void tlsf_walk_pool(pool_t pool, tlsf_walker walker, void *user);
int tlsf_check(tlsf_t tlsf);
int tlsf_check_pool(pool_t pool);

#endif /* _RTALLOC_PORT_TLSF_H */
