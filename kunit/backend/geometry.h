/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * geometry.h - heaps of all backends that the tests of the core run on.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_GEOMETRY_H
#define _RTALLOC_KUNIT_BACKEND_GEOMETRY_H

#include <linux/types.h>

/**
 * struct geometry - how a heap for a test is created
 * @desc: name of the case
 * @backend: as in struct rtalloc_heap_params, like the other fields but @glued
 * @size: bytes of the heap
 * @align: alignment of its blocks
 * @flags: RTALLOC_HEAP_*
 * @glued: bytes of a second part that is added to the heap; 0: none
 * @elem: bytes of an element, for pools
 * @quarantine: bytes that the checked mode's quarantine may hold
 */
struct geometry {
	const char *desc;
	const char *backend;
	size_t size;
	size_t align;
	unsigned int flags;
	size_t glued;
	size_t elem;
	size_t quarantine;
};

/* The last entry has no name. */
extern const struct geometry geometries[];

#endif /* _RTALLOC_KUNIT_BACKEND_GEOMETRY_H */
