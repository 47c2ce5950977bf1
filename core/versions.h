/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * versions.h - what differs between the kernels that the core is built for.
 */
#ifndef _RTALLOC_CORE_VERSIONS_H
#define _RTALLOC_CORE_VERSIONS_H

#include <linux/mm.h>
#include <linux/version.h>

/* reserve_mem= came with 6.12: before, no range has a name. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
static inline int reserve_mem_find_by_name(const char *name,
					   phys_addr_t *start,
					   phys_addr_t *size)
{
	return 0;
}
#endif

#endif /* _RTALLOC_CORE_VERSIONS_H */
