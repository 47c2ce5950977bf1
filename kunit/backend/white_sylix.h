/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * white_sylix.h - helpers shared by the suites of sylix_heap.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_WHITE_SYLIX_H
#define _RTALLOC_KUNIT_BACKEND_WHITE_SYLIX_H

#include "backend/sylix_heap.h"
#include "white.h"

#define SYLIX	"sylix_heap"
#define A16	16u
#define HEADER	WORDS(48u, 32u)		/* bytes of a header, with alignment 16 */

static inline struct sylix *sylix_of(struct heap *heap)
{
	return heap->ctrl;
}

static inline struct segment *segment_of(struct heap *heap, void *p)
{
	return p - sylix_of(heap)->header;
}

#endif /* _RTALLOC_KUNIT_BACKEND_WHITE_SYLIX_H */
