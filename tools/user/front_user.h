/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * front_user.h - the hot half of the core's front door in user space: the source
 * of core/front_*.c, compiled over front_shim/. What a kernel runs in
 * rtalloc_alloc() and rtalloc_free() under the lock.
 */
#ifndef _RTALLOC_USER_FRONT_USER_H
#define _RTALLOC_USER_FRONT_USER_H

#include <linux/gfp.h>
#include <linux/kernel.h>
#include "core/core.h"
#include "harness.h"

typedef void *(*front_alloc_t)(struct rtalloc_heap *heap, size_t size,
			       gfp_t gfp, unsigned long flags);
typedef int (*front_free_t)(struct rtalloc_heap *heap, void *p,
			    unsigned long flags);

/**
 * struct front - a heap as the core sees it
 * @fixed: the heap
 * @alloc: its hot half; NULL: it has none, the core calls the hook
 * @free: the same
 */
struct front {
	struct mempool_fixed fixed;
	front_alloc_t alloc;
	front_free_t free;
};

void front_open(struct front *front, const struct heap *heap);

/* In front_slab.c. */
void *front_slab_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
		       unsigned long flags);
int front_slab_free(struct rtalloc_heap *heap, void *p, unsigned long flags);

#endif /* _RTALLOC_USER_FRONT_USER_H */
