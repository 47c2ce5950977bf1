/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip_memp.h - definition of the table of a driver's pools, instead of linking lwIP's
 * memp.c. One file of the driver includes it, after lwip.h or in its place, with the same
 * options.
 *
 * The pools exist between memp_init() and memp_exit(), which the driver must call before it
 * is unloaded.
 *
 * It defines memp_pools, lwip_pbuf_env and lwip_stats_shown, once for each module. Other files
 * of the driver include lwip.h only. They must have the same options, because each file
 * numbers the pools (memp_t) by itself.
 */
#ifndef _RTALLOC_PORT_LWIP_MEMP_H
#define _RTALLOC_PORT_LWIP_MEMP_H

#include <rtalloc/port/lwip.h>

/* The descriptors of the pools. */
#define LWIP_MEMPOOL(name, num, size, desc)				\
	static const struct memp_desc memp_##name =				\
		LWIP_MEMP_DESC(num, size, desc, false);
#define LWIP_MALLOC_MEMPOOL(num, size)					\
	static const struct memp_desc memp_POOL_##size =			\
		LWIP_MEMP_DESC(num, size, "MALLOC_" #size, true);
#include <rtalloc/port/lwip_pools.h>

/* The table of descriptors, indexed by memp_t. */
const struct memp_desc *const memp_pools[MEMP_MAX] = {
#define LWIP_MEMPOOL(name, num, size, desc)	&memp_##name,
#include <rtalloc/port/lwip_pools.h>
};

/* Filled in by memp_init(); until then no pbuf can be allocated. */
struct pbuf_env lwip_pbuf_env;

/* The struct behind lwip_stats. */
struct stats_ lwip_stats_shown;

#endif /* _RTALLOC_PORT_LWIP_MEMP_H */
