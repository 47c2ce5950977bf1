/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * core_heap.h - heaps of the tests that are called through the core.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_CORE_HEAP_H
#define _RTALLOC_KUNIT_BACKEND_CORE_HEAP_H

#include "core/core.h"
#include "geometry.h"
#include "harness.h"

int core_open(struct heap *heap, const struct geometry *geometry);
int core_open_backend(struct heap *heap, const struct backend *backend,
		      size_t size, size_t align);
/* Open another heap of @size bytes that is called as @like is. */
int heap_open_like(struct heap *heap, const struct heap *like, size_t size);

/* Count @p, which a call gave that the harness does not know; it is returned. */
void *core_took(struct heap *heap, void *p);

#endif /* _RTALLOC_KUNIT_BACKEND_CORE_HEAP_H */
