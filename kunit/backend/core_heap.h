/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * core_heap.h - heaps that tests call through the core.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_CORE_HEAP_H
#define _RTALLOC_KUNIT_BACKEND_CORE_HEAP_H

#include "core/core.h"
#include "geometry.h"
#include "harness.h"

/*
 * Open a heap of this geometry in @region. A second part, if there is one, is adjacent to the
 * first. Return 0 or an errno.
 */
int core_open_in(struct heap *heap, const struct geometry *geometry,
		 struct region region);
/* The same in a region of its own. */
int core_open(struct heap *heap, const struct geometry *geometry);
/* Open a heap of this backend. Return 0 or an errno. */
int core_open_backend(struct heap *heap, const struct backend *backend,
		      size_t size, size_t align);
/* Open a heap of @size bytes with the backend of @like, which is called in the same way. */
int heap_open_like(struct heap *heap, const struct heap *like, size_t size);

/* Count @p, the result of an allocation that the test made itself, and return it. */
void *core_took(struct heap *heap, void *p);

#endif /* _RTALLOC_KUNIT_BACKEND_CORE_HEAP_H */
