/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * phys.h - physical memory that may become a region: ranges that have a name
 * (phys.c), and those that a device tree sets aside (node.c). @why is set to a
 * constant line whenever an error is returned, with one exception: -ENOENT of
 * rtalloc_node_check() means that no node has the range, and the caller tests
 * other sources.
 */
#ifndef _RTALLOC_PHYS_H
#define _RTALLOC_PHYS_H

#include <linux/types.h>

struct device_node;

static inline bool range_lies_in(phys_addr_t start, size_t size,
				 phys_addr_t base, phys_addr_t room)
{
	return start >= base && size <= room && start - base <= room - size;
}

static inline bool ranges_overlap(phys_addr_t a, phys_addr_t a_size,
				  phys_addr_t b, phys_addr_t b_size)
{
	return a < b + b_size && b < a + a_size;
}

bool rtalloc_phys_find(const char *name, phys_addr_t *base, phys_addr_t *room);
int rtalloc_phys_check(phys_addr_t start, size_t size, bool *is_named,
		       const char **why);
bool rtalloc_node_find(const char *name, phys_addr_t *base, phys_addr_t *room);
int rtalloc_node_check(phys_addr_t start, size_t size, const char **why);
int rtalloc_node_memory(struct device_node *node, phys_addr_t *base,
			phys_addr_t *room, const char **why);

#endif /* _RTALLOC_PHYS_H */
