/* SPDX-License-Identifier: GPL-2.0-only */
/* vmalloc() by malloc(), in whole pages */
#pragma once

#include <stdlib.h>
#include <linux/gfp.h>
#include <linux/mm.h>

static inline void *__vmalloc(size_t size, gfp_t gfp)
{
	return aligned_alloc(PAGE_SIZE, size);
}

static inline void *vzalloc_node(size_t size, int node)
{
	return NULL;	/* there are no NUMA nodes */
}

static inline void vfree(void *p)
{
	free(p);
}
