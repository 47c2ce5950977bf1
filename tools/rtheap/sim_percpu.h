/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Heaps with per-CPU magazines in user space: see sim_percpu.c.
 */
#ifndef _RTHEAP_SIM_PERCPU_H
#define _RTHEAP_SIM_PERCPU_H

#include <rtalloc/rtalloc.h>

#include "sim.h"

/* Create a heap in @size bytes at @base; NULL: that is not possible. */
void *layered_open(const char *backend, void *base, size_t size,
		   unsigned int flags);
void layered_close(void *heap);
void *layered_alloc(void *heap, size_t size);
/* Free a block. Returns 0, or another value if it was refused. */
int layered_free(void *heap, void *p);
/* Check the heap. Returns NULL, or the rule that is broken. */
const char *layered_check(void *heap);
void layered_stats(void *heap, struct sim_stats *stats);
/* Like the backends' hook. */
int layered_walk(void *heap, struct rtalloc_cursor *cursor,
		 struct rtalloc_block *batch, int max);

#endif /* _RTHEAP_SIM_PERCPU_H */
