/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip_pools.h - the list of a driver's pools, for lwip.h and lwip_memp.h alone:
 * included again for each thing that is made of the list, so without a guard.
 *
 * The includer defines LWIP_MEMPOOL(name, num, size, desc), and, where pools for
 * mem_malloc() are to be told from others, LWIP_MALLOC_MEMPOOL(num, size). The
 * driver's own are in its lwippools.h, those for mem_malloc() between
 * LWIP_MALLOC_MEMPOOL_START and LWIP_MALLOC_MEMPOOL_END, the smallest first: @num
 * elements of @size bytes each, @desc is the name for statistics and debugfs.
 *
 * Two are there always: MEMP_PBUF, structs for PBUF_ROM and PBUF_REF, and
 * MEMP_PBUF_POOL, struct and buffer for PBUF_POOL. As pbufs know pools by number,
 * they stay the first two.
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
