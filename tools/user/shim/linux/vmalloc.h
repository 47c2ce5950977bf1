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

#define VM_MAP			0u
#define VM_MAP_PUT_PAGES	0u
#define PAGE_KERNEL		0

/* There are no NUMA nodes, and so no pages of one. */
static inline void *vmap(struct page **pages, unsigned int nr, unsigned long flags, int prot)
{
	return NULL;
}

static inline void vfree(void *p)
{
	free(p);
}
