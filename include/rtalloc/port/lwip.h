/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip.h - lwIP's heap, its pools and its packet buffers by their own names: put
 * this in place of lwip/mem.h, lwip/memp.h and lwip/pbuf.h.
 *
 * The heap is that of the module rtalloc_port (lwip=SIZE), one for all drivers,
 * with lwIP's offsets and failures. Pools are each driver's own. Its options
 * (MEMP_NUM_PBUF, PBUF_POOL_SIZE, MEM_USE_POOLS, ...) are defined before this
 * file is included, as in lwipopts.h; more pools are listed in its lwippools.h
 * (MEMP_USE_CUSTOM_POOLS). One of its files includes lwip_memp.h too, in place
 * of linking memp.c.
 *
 * Sizes are size_t, so none is cut to 16 bits. What is refused here and is not
 * there, and from where each call is legal: Documentation/porting.rst.
 */
#ifndef _RTALLOC_PORT_LWIP_H
#define _RTALLOC_PORT_LWIP_H

#include <linux/mm.h>	/* has a mem_init(): before ours */
#include <linux/types.h>
#include <rtalloc/pbuf.h>

struct mempool_fixed;

/* ---- options ------------------------------------------------------------- */

#ifndef MEM_USE_POOLS
#define MEM_USE_POOLS			0	/* mem_malloc() from pools */
#endif
#ifndef MEM_USE_POOLS_TRY_BIGGER_POOL
#define MEM_USE_POOLS_TRY_BIGGER_POOL	0
#endif
#ifndef MEMP_USE_CUSTOM_POOLS
#define MEMP_USE_CUSTOM_POOLS		MEM_USE_POOLS
#endif
#ifndef MEMP_OVERFLOW_CHECK
#define MEMP_OVERFLOW_CHECK		0	/* guards round elements */
#endif
#ifndef MEMP_NUM_PBUF
#define MEMP_NUM_PBUF			16	/* for PBUF_ROM and PBUF_REF */
#endif
#ifndef PBUF_POOL_SIZE
#define PBUF_POOL_SIZE			16	/* for PBUF_POOL */
#endif
#ifndef PBUF_POOL_BUFSIZE
#define PBUF_POOL_BUFSIZE		LWIP_MEM_ALIGN_SIZE(536 + PBUF_TRANSPORT)
#endif

#define MEM_ALIGNMENT		8
#define LWIP_MEM_ALIGN_SIZE(size)					\
	(((size) + MEM_ALIGNMENT - 1) & ~(size_t)(MEM_ALIGNMENT - 1))

typedef size_t mem_size_t;

/**
 * struct stats_mem - statistics of the heap, in bytes, or of a pool, in elements
 * @name: of a pool; NULL for the heap
 * @err: requests that found nothing
 * @avail: what there is, used or not
 * @used: in use now
 * @max: highest value of @used so far
 * @illegal: bad frees refused
 */
struct stats_mem {
	const char *name;
	size_t err;
	mem_size_t avail;
	mem_size_t used;
	mem_size_t max;
	size_t illegal;
};

/* ---- the heap -------------------------------------------------------- */

/* The heap is there since the module was loaded. */
#define mem_init()	do { } while (0)

#if !MEM_USE_POOLS
void *mem_malloc(mem_size_t size);
void *mem_calloc(mem_size_t count, mem_size_t size);
void *mem_trim(void *rmem, mem_size_t size);
void mem_free(void *rmem);
#endif

struct rtalloc_heap *lwip_heap(void);
void lwip_mem_stats(struct stats_mem *stats);

/* ---- pools ------------------------------------------------------------ */

/**
 * struct memp_desc - a pool, as LWIP_MEMPOOL_DECLARE() makes it
 * @desc: its name
 * @size: bytes of an element
 * @num: elements
 * @for_malloc: it serves mem_malloc() where MEM_USE_POOLS is set
 * @guarded: with bytes of pattern round its elements
 * @pool: the pool, or NULL outside of memp_init_pool() and memp_exit_pool()
 * @stats: as lwip_stats found them last
 */
struct memp_desc {
	const char *desc;
	size_t size;
	unsigned int num;
	bool for_malloc;
	bool guarded;
	struct mempool_fixed *pool;
	struct stats_mem stats;
};

void memp_init_pool(struct memp_desc *desc);
void memp_exit_pool(struct memp_desc *desc);
void *memp_malloc_pool(struct memp_desc *desc);
void memp_free_pool(struct memp_desc *desc, void *mem);
struct stats_mem *memp_stats_pool(struct memp_desc *desc);

#endif /* _RTALLOC_PORT_LWIP_H */
