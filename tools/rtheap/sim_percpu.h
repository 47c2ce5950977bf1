/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Heaps with magazines for each processor in user space: see sim_percpu.c.
 */
#ifndef _RTHEAP_SIM_PERCPU_H
#define _RTHEAP_SIM_PERCPU_H

#include <rtalloc/rtalloc.h>

#include "sim.h"

/* NULL: no such heap in @size bytes at @base. */
void *layered_open(const char *backend, void *base, size_t size,
		   unsigned int flags);
void layered_close(void *heap);
void *layered_alloc(void *heap, size_t size);
/* 0, or it is refused. */
int layered_free(void *heap, void *p);
/* NULL, or the rule that is broken. */
const char *layered_check(void *heap);
void layered_stats(void *heap, struct sim_stats *stats);
/* As the backends' hook. */
int layered_walk(void *heap, struct rtalloc_cursor *cursor,
		 struct rtalloc_block *batch, int max);

#endif /* _RTHEAP_SIM_PERCPU_H */
