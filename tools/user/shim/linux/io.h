/* SPDX-License-Identifier: GPL-2.0-only */
/* physical memory cannot be mapped */
#pragma once

#include <linux/types.h>

#define MEMREMAP_WB	1
#define MEMREMAP_WC	4
#define __iomem
#define __force
#define mb()		((void)0)	/* one thread */

static inline void *memremap(phys_addr_t phys, size_t size, int how)
{
	return NULL;
}

static inline void memunmap(void *p)
{
}

static inline void *ioremap(phys_addr_t phys, size_t size)
{
	return NULL;
}

static inline void iounmap(void *p)
{
}
