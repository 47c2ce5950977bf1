/* SPDX-License-Identifier: GPL-2.0-only */
/* virtual memory: whole pages of malloc */
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
	return NULL;	/* there is no node */
}

static inline void vfree(void *p)
{
	free(p);
}
