/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * percpu_calls.h - the functions for magazines that the rest of the core calls.
 * How magazines look is in percpu.h.
 */
#ifndef _RTALLOC_PERCPU_CALLS_H
#define _RTALLOC_PERCPU_CALLS_H

#include <linux/gfp.h>
#include <linux/kernel.h>

#include "core/heap.h"

/* In percpu.c. */
int rtalloc_percpu_free(struct rtalloc_heap *heap, void *p,
			unsigned long caller);
void *rtalloc_percpu_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			   unsigned long caller);
void *rtalloc_percpu_pop(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			 unsigned long caller);

/*
 * For a request that takes the lock anyway. If it fails in a heap with
 * magazines, and @gfp allows sleeping, it sleeps. So a caller that must not
 * sleep is warned here in any case, whether or not the request fails.
 */
static inline void percpu_might_sleep(const struct rtalloc_heap *heap,
				      gfp_t gfp)
{
	might_sleep_if(READ_ONCE(heap->layer) && gfpflags_allow_blocking(gfp));
}

/* Allocate from the backend, with marks if the heap has magazines. */
int rtalloc_backend_alloc_many(struct rtalloc_heap *heap, size_t size, void **p,
			       unsigned int n);
void *rtalloc_backend_alloc(struct rtalloc_heap *heap, size_t size);

/*
 * In percpu_make.c, percpu_flush.c and percpu_inspect.c. These do nothing to a
 * heap without magazines.
 */
int rtalloc_percpu_init(void);
void rtalloc_percpu_exit(void);
void rtalloc_percpu_none(struct rtalloc_heap *heap);
int rtalloc_percpu_begin(struct rtalloc_heap *heap,
			 const struct rtalloc_heap_params *params,
			 const char **why);
void rtalloc_percpu_stop(struct rtalloc_heap *heap, unsigned long caller);
void rtalloc_percpu_end(struct rtalloc_heap *heap);
void rtalloc_percpu_update(struct rtalloc_heap *heap);
void rtalloc_percpu_resume(struct rtalloc_heap *heap);
void rtalloc_percpu_flush(struct rtalloc_heap *heap, unsigned long caller);
bool rtalloc_percpu_reclaim(struct rtalloc_heap *heap, gfp_t gfp,
			    unsigned long caller);
u64 rtalloc_percpu_cached(const struct rtalloc_heap *heap);
const struct rtalloc_percpu *
rtalloc_percpu_note(const struct rtalloc_heap *heap,
		    struct rtalloc_snapshot *snap);
void rtalloc_percpu_sum(const struct rtalloc_percpu *pc,
			struct rtalloc_snapshot *snap);

#endif /* _RTALLOC_PERCPU_CALLS_H */
