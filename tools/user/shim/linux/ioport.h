/* SPDX-License-Identifier: GPL-2.0-only */
/* claims on physical memory: none can be had */
#ifndef _SHIM_LINUX_IOPORT_H
#define _SHIM_LINUX_IOPORT_H

#include <linux/types.h>

#define IORESOURCE_MEM		0
#define IORES_DESC_RESERVED	0
#define REGION_INTERSECTS	1

static inline int region_intersects(phys_addr_t at, size_t size, int flags,
				    int desc)
{
	return 0;
}

static inline bool request_mem_region(phys_addr_t at, size_t size,
				      const char *name)
{
	return false;
}

static inline void release_mem_region(phys_addr_t at, size_t size)
{
}

#endif
