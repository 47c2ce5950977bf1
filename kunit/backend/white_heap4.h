/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * white_heap4.h - helpers shared by the suites of heap4.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_WHITE_HEAP4_H
#define _RTALLOC_KUNIT_BACKEND_WHITE_HEAP4_H

#include "backend/heap4.h"
#include "white.h"

#define PLAIN	"heap4"
#define SAFE	"heap4-protect"

static inline struct heap4 *heap4_of(struct heap *heap)
{
	return heap->ctrl;
}

static inline struct chunk *chunk_of(struct heap *heap, void *p)
{
	return p - heap4_of(heap)->header;
}

/* Expect all seven statistics of heap_4 to be as in @want. */
const char *heap4_stats_match(struct heap *heap, struct rtalloc_heap4_count want);

#endif /* _RTALLOC_KUNIT_BACKEND_WHITE_HEAP4_H */
