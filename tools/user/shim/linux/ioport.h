/* SPDX-License-Identifier: GPL-2.0-only */
/* resources of physical memory cannot be claimed */
#pragma once

#include <linux/types.h>

struct resource {
	phys_addr_t start, end;
	unsigned long flags;
};

#define IORESOURCE_MEM		0x200
#define IORESOURCE_SYSTEM_RAM	0x1000200
#define IORES_DESC_NONE		0
#define REGION_DISJOINT		1

static inline unsigned long resource_type(const struct resource *resource)
{
	return resource->flags & IORESOURCE_MEM;
}

static inline phys_addr_t resource_size(const struct resource *resource)
{
	return resource->end - resource->start + 1;
}

static inline int region_intersects(phys_addr_t at, size_t size,
				    unsigned long flags, int desc)
{
	return REGION_DISJOINT;
}

static inline int page_is_ram(unsigned long pfn)
{
	return 0;
}

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
