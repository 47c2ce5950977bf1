/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip_memp.h - the table of a driver's pools itself, in place of linking lwIP's
 * memp.c: one file of the driver includes it, behind lwip.h or in its place, and
 * with the same options.
 *
 * There are no pools between the loading of the driver and its memp_init(), and
 * none after memp_exit(), which it must call before it goes.
 *
 * It defines memp_pools, lwip_pbuf_env and lwip_stats_shown, once in a module. Other files of the
 * driver include lwip.h alone, with the same options in front: the numbers of
 * pools, memp_t, are counted in each.
 */
#ifndef _RTALLOC_PORT_LWIP_MEMP_H
#define _RTALLOC_PORT_LWIP_MEMP_H

#include <rtalloc/port/lwip.h>

/* A descriptor for each pool of the list, of the file's own. */
#define LWIP_MEMPOOL(name, num, size, desc)				\
	static const struct memp_desc memp_##name =				\
		LWIP_MEMP_DESC(num, size, desc, false);
#define LWIP_MALLOC_MEMPOOL(num, size)					\
	static const struct memp_desc memp_POOL_##size =			\
		LWIP_MEMP_DESC(num, size, "MALLOC_" #size, true);
#include <rtalloc/port/lwip_pools.h>

/* The descriptors by number. */
const struct memp_desc *const memp_pools[MEMP_MAX] = {
#define LWIP_MEMPOOL(name, num, size, desc)	&memp_##name,
#include <rtalloc/port/lwip_pools.h>
};

/* Filled in by memp_init(): until then no pbuf can be had. */
struct pbuf_env lwip_pbuf_env;

/* What lwip_stats is. */
struct stats_ lwip_stats_shown;

#endif /* _RTALLOC_PORT_LWIP_MEMP_H */
