/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip_pools.h - the list of a driver's pools (an X macro). lwip.h and lwip_memp.h include it
 * several times, with different definitions of the macros, so it has no include guard.
 *
 * The includer defines LWIP_MEMPOOL(name, num, size, desc) and, to distinguish the pools of
 * mem_malloc(), LWIP_MALLOC_MEMPOOL(num, size). The driver lists its pools in its
 * lwippools.h, those of mem_malloc() between LWIP_MALLOC_MEMPOOL_START and
 * LWIP_MALLOC_MEMPOOL_END, the smallest first. A pool has @num elements of @size bytes;
 * @desc is its name in statistics and debugfs.
 *
 * Two pools always exist: MEMP_PBUF has pbufs of type PBUF_ROM and PBUF_REF, and
 * MEMP_PBUF_POOL has pbufs of type PBUF_POOL with their buffers. They must stay the first
 * two, because pbufs refer to their pool by its number.
 */
#ifndef LWIP_MALLOC_MEMPOOL
#define LWIP_MALLOC_MEMPOOL(num, size)					\
	LWIP_MEMPOOL(POOL_##size, num, size, "MALLOC_" #size)
#endif
#define LWIP_MALLOC_MEMPOOL_START
#define LWIP_MALLOC_MEMPOOL_END

LWIP_MEMPOOL(PBUF, MEMP_NUM_PBUF, sizeof(struct pbuf), "PBUF_REF/ROM")
LWIP_MEMPOOL(PBUF_POOL, PBUF_POOL_SIZE, LWIP_PBUF_POOL_ELEM, "PBUF_POOL")
#if MEMP_USE_CUSTOM_POOLS
#include "lwippools.h"
#endif

#undef LWIP_MEMPOOL
#undef LWIP_MALLOC_MEMPOOL
#undef LWIP_MALLOC_MEMPOOL_START
#undef LWIP_MALLOC_MEMPOOL_END
