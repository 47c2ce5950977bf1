/* SPDX-License-Identifier: GPL-2.0-only */
/* pages */
#pragma once

#include <linux/align.h>
#include <linux/gfp.h>
#include <linux/types.h>

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1ul << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#define PHYS_PFN(at)	((unsigned long)((at) >> PAGE_SHIFT))
#define PAGE_ALIGN(x)	ALIGN(x, PAGE_SIZE)
#define PAGE_ALIGNED(x)	IS_ALIGNED((unsigned long)(x), PAGE_SIZE)

static inline unsigned long totalram_pages(void)
{
	return 1ul << 20;
}

/* The kernel's boot parameters init_on_alloc and init_on_free; a test may set them. */
extern bool shim_init_on_alloc, shim_init_on_free;

static inline bool want_init_on_alloc(gfp_t gfp)
{
	return shim_init_on_alloc || gfp & __GFP_ZERO;
}

static inline bool want_init_on_free(void)
{
	return shim_init_on_free;
}
