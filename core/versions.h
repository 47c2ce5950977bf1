/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * versions.h - what differs between the kernels that the core is built for.
 * Nothing else in core/ asks for the kernel's version.
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

#ifdef CONFIG_X86
#include <asm/e820/api.h>

/*
 * Later kernels export the firmware's own map to KVM alone, so reserved memory
 * of the firmware cannot be told from what memmap= took.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define FIRMWARE_MAP_KERNEL	E820_TYPE_RESERVED_KERN

static inline bool firmware_map_told(void)
{
	return true;
}

static inline bool firmware_map_has(u64 start, u64 end, enum e820_type type)
{
	return e820__mapped_raw_any(start, end, type);
}
#else
#define FIRMWARE_MAP_KERNEL	E820_TYPE_RESERVED

static inline bool firmware_map_told(void)
{
	return false;
}

static inline bool firmware_map_has(u64 start, u64 end, enum e820_type type)
{
	return true;
}
#endif
#endif

/* For sparse; gone in 7.x. */
#ifndef __cond_lock
#define __cond_lock(lock, taken)	(taken)
#endif

#ifdef CONFIG_STACKDEPOT
#include <linux/stackdepot.h>

/* @can_alloc: the depot may take pages. */
static inline depot_stack_handle_t depot_save(unsigned long *frames,
					      unsigned int nr, gfp_t gfp,
					      bool can_alloc)
{
#ifdef STACK_DEPOT_FLAG_CAN_ALLOC
	return stack_depot_save_flags(frames, nr, gfp, can_alloc ?
				      STACK_DEPOT_FLAG_CAN_ALLOC : 0);
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	return __stack_depot_save(frames, nr, gfp, can_alloc);
#else
	return __stack_depot_save(frames, nr, 0, gfp, can_alloc);
#endif
}
#endif

#endif /* _RTALLOC_CORE_VERSIONS_H */
