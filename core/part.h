/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * part.h - the memory that a heap lies in: taken from a region or from the
 * heap's creator, added and given up. @why is set to a constant line whenever
 * an error is returned. Callers of the functions in part.c, except
 * rtalloc_init_error(), hold the registry lock.
 */
#ifndef _RTALLOC_PART_H
#define _RTALLOC_PART_H

#include "core/heap.h"
#include "core/region.h"

int rtalloc_part_take(struct rtalloc_heap *heap,
		      struct rtalloc_region *region, void *memory, size_t size,
		      dma_addr_t dma, const char **why);
void rtalloc_part_drop(struct rtalloc_heap *heap);
const char *rtalloc_init_error(int err);
int rtalloc_heap_extend(struct rtalloc_heap *heap,
			struct rtalloc_region *region, void *memory,
			size_t size, const char **why);
int rtalloc_heap_shrink(struct rtalloc_heap *heap,
			struct rtalloc_region *region, void *memory,
			unsigned long caller, const char **why);

/*
 * Return the name of the region that the heap was cut from, as text shows it.
 * No lock is needed while the heap exists: its first part is never given up
 * earlier.
 */
static inline const char *heap_region_name(const struct rtalloc_heap *heap)
{
	return heap->part[0].region ? heap->part[0].region->name : "-";
}

#endif /* _RTALLOC_PART_H */
