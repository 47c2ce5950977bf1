/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * what the hot half of the front door (core/front_*.c) needs of a heap
 */
#ifndef _FRONT_CORE_CORE_H
#define _FRONT_CORE_CORE_H

#include <linux/compiler.h>
#include "backend/backend.h"

struct rtalloc_heap {
	const struct rtalloc_ops *ops;
	u64 allocs;
	u64 frees;
	bool is_watched;
	bool uses_percpu;
	unsigned long caller;
	void *ctrl;
};

struct mempool_fixed {
	struct rtalloc_heap heap;
};

void *rtalloc_memheap_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			    unsigned long flags);
int rtalloc_memheap_free(struct rtalloc_heap *heap, void *p,
			 unsigned long flags);
void *rtalloc_tlsf_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			 unsigned long flags);
int rtalloc_tlsf_free(struct rtalloc_heap *heap, void *p, unsigned long flags);
void *rtalloc_percpu_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			   unsigned long caller);
void *rtalloc_alloc_finish(struct rtalloc_heap *heap, void *p, size_t size,
			   gfp_t gfp, unsigned long caller);

#define heap_track(heap, p, size)	((void)(heap), (void)(p), (void)(size))

void *mempool_fixed_alloc(struct mempool_fixed *fixed);
int mempool_fixed_free(struct mempool_fixed *fixed, void *p);

#endif
