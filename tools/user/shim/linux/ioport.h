/* SPDX-License-Identifier: GPL-2.0-only */
/* claims on physical memory: none can be had */
#ifndef _SHIM_LINUX_IOPORT_H
#define _SHIM_LINUX_IOPORT_H

#include <linux/types.h>

struct resource;

#define iomem_resource		(*(struct resource *)NULL)

static inline struct resource *__request_region(struct resource *parent,
						phys_addr_t at, size_t size,
						const char *name, int flags)
{
	return NULL;
}

static inline void __release_region(struct resource *parent, phys_addr_t at,
				    size_t size)
{
}

#endif
