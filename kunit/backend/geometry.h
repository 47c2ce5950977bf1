/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * geometry.h - the heaps that tests of the core are run over.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_GEOMETRY_H
#define _RTALLOC_KUNIT_BACKEND_GEOMETRY_H

#include <linux/types.h>

/**
 * struct geometry - a heap that a suite is run over
 * @desc: the case's name
 * @backend: as in struct rtalloc_heap_params
 * @size: as there
 * @align: as there
 * @flags: as there
 * @glued: bytes of a second part, 0 for none
 * @elem: as there
 * @quarantine: as there
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

/* Ends with an entry without name. */
extern const struct geometry geometries[];

#endif /* _RTALLOC_KUNIT_BACKEND_GEOMETRY_H */
