/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * caller.h - calls on a heap on behalf of another caller.
 *
 * For code that lies between heaps and their users, as the ports and pbufs do.
 * Faults in the log, tracepoints and checked heaps then name @caller, an
 * address in the user's code, instead of the code that makes the call. An entry
 * point of such code gets the address from _RET_IP_.
 *
 * Apart from that these functions do what the functions without "_by" do. They
 * take some tens of instructions more, for an element of a pool a few. In a
 * memheap they always take the heap's own lock, which sleeps on PREEMPT_RT
 * unless it is a raw one. They are defined in core/caller.c, core/block.c and
 * core/pool.c. rtalloc_symbol(), in core/report.c, gives the name of @caller
 * for such code's own lines in the log.
 */
#ifndef _RTALLOC_CALLER_H
#define _RTALLOC_CALLER_H

#include <rtalloc/mempool_fixed.h>
#include <rtalloc/rtalloc.h>

/*
 * As rtalloc_alloc(), rtalloc_alloc_aligned() and rtalloc_realloc(): return a
 * block, or NULL, and then nothing has changed.
 */
void * __must_check rtalloc_alloc_by(struct rtalloc_heap *heap, size_t size,
				     gfp_t gfp, unsigned long caller) __malloc;
void * __must_check
rtalloc_alloc_aligned_by(struct rtalloc_heap *heap, size_t size, size_t align,
			 gfp_t gfp, unsigned long caller) __malloc;
void * __must_check
rtalloc_realloc_by(struct rtalloc_heap *heap, void *p, size_t size, gfp_t gfp,
		   unsigned long caller);
/*
 * As rtalloc_resize() and rtalloc_free(): return 0, or an errno, and then
 * nothing has changed.
 */
int rtalloc_resize_by(struct rtalloc_heap *heap, void *p, size_t size,
		      unsigned long caller);
int rtalloc_free_by(struct rtalloc_heap *heap, void *p, unsigned long caller);

/*
 * As mempool_fixed_alloc(), mempool_fixed_alloc_timeout() and
 * mempool_fixed_free().
 */
void * __must_check mempool_fixed_alloc_by(struct mempool_fixed *pool,
					   unsigned long caller) __malloc;
void * __must_check
mempool_fixed_alloc_timeout_by(struct mempool_fixed *pool, long timeout,
			       unsigned long caller);
int mempool_fixed_free_by(struct mempool_fixed *pool, void *p,
			  unsigned long caller);

#define RTALLOC_SYMBOL_MAX	128	/* bytes of a caller's name in text */

const char *rtalloc_symbol(unsigned long address, char *text, size_t room);

#endif /* _RTALLOC_CALLER_H */
