/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * heap4.h - the statistics that FreeRTOS keeps of its heap_4 and heap_5, for
 * heaps of the backend heap4. All other calls on such a heap are in rtalloc.h.
 */
#ifndef _RTALLOC_PUBLIC_HEAP4_H
#define _RTALLOC_PUBLIC_HEAP4_H

#include <linux/types.h>

struct rtalloc_heap;

/**
 * struct rtalloc_heap4_count - the seven statistics of FreeRTOS
 * @available: bytes in free chunks
 * @largest: bytes of the largest free chunk, 0 if there is none
 * @smallest: bytes of the smallest free chunk, SIZE_MAX if there is none
 * @free_chunks: number of free chunks
 * @min_ever: lowest value of @available since the heap was made, or since
 *	rtalloc_reset_max()
 * @allocs: allocations that succeeded
 * @frees: frees that succeeded
 *
 * Bytes of a chunk include its header. All values belong to one moment.
 */
struct rtalloc_heap4_count {
	size_t available;
	size_t largest;
	size_t smallest;
	size_t free_chunks;
	size_t min_ever;
	size_t allocs;
	size_t frees;
};

/*
 * Returns 0, or -EOPNOTSUPP for a heap of another backend. Linear in free
 * chunks, under the heap's lock; described in core/stats.c.
 */
int rtalloc_heap4_stats(struct rtalloc_heap *heap,
			struct rtalloc_heap4_count *stats);

#endif /* _RTALLOC_PUBLIC_HEAP4_H */
