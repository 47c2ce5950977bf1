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
#include <linux/overflow.h>
#include <linux/string.h>
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

/* A pbuf as it lies in a block or an element, and an element of PBUF_POOL. */
#define LWIP_PBUF_HEADER	LWIP_MEM_ALIGN_SIZE(sizeof(struct pbuf))
#define LWIP_PBUF_POOL_ELEM						\
	(LWIP_PBUF_HEADER + LWIP_MEM_ALIGN_SIZE(PBUF_POOL_BUFSIZE))

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

struct rtalloc_heap *lwip_heap(void);
struct stats_mem lwip_heap_stats(void);

#if !MEM_USE_POOLS
void *mem_malloc(mem_size_t size);
void *mem_calloc(mem_size_t count, mem_size_t size);
void *mem_trim(void *rmem, mem_size_t size);
void mem_free(void *rmem);
#endif

/* ---- pools that have names of their own --------------------------------- */

/**
 * struct memp_desc - a pool, as LWIP_MEMPOOL_DECLARE() makes it
 * @desc: its name
 * @size: bytes of an element
 * @num: elements; 0: there is no pool
 * @for_malloc: it serves mem_malloc() where MEM_USE_POOLS is set
 * @guarded: with bytes of pattern round its elements
 * @pool: leads to what it is, from memp_init_pool() to memp_exit_pool()
 * @stats: leads to what memp_pool_stats() saw last
 */
struct memp_desc {
	const char *desc;
	size_t size;
	unsigned int num;
	bool for_malloc;
	bool guarded;
	struct mempool_fixed **pool;
	struct stats_mem *stats;
};

/* What the last two lead to lasts as long as the descriptor. */
#define LWIP_MEMP_DESC(number, bytes, text, malloc)			\
	{								\
		.desc = (text),						\
		.size = (bytes),					\
		.num = (number),					\
		.for_malloc = (malloc),					\
		.guarded = !!(MEMP_OVERFLOW_CHECK),			\
		.pool = &(struct mempool_fixed *){ NULL },		\
		.stats = &(struct stats_mem){ },			\
	}

#define LWIP_MEMPOOL_PROTOTYPE(name)					\
	extern const struct memp_desc memp_##name
#define LWIP_MEMPOOL_DECLARE(name, num, size, desc)			\
	const struct memp_desc memp_##name =				\
		LWIP_MEMP_DESC(num, size, desc, false)
#define LWIP_MEMPOOL_INIT(name)		memp_init_pool(&memp_##name)
#define LWIP_MEMPOOL_EXIT(name)		memp_exit_pool(&memp_##name)
#define LWIP_MEMPOOL_ALLOC(name)	memp_malloc_pool(&memp_##name)
#define LWIP_MEMPOOL_FREE(name, x)	memp_free_pool(&memp_##name, (x))

void memp_init_pool(const struct memp_desc *desc);
void memp_exit_pool(const struct memp_desc *desc);
void *memp_malloc_pool(const struct memp_desc *desc);
void memp_free_pool(const struct memp_desc *desc, void *mem);
struct stats_mem *memp_pool_stats(const struct memp_desc *desc);

/* ---- the table of pools ---------------------------------------------------- */

typedef enum {
#define LWIP_MEMPOOL(name, num, size, desc)	MEMP_##name,
#include <rtalloc/port/lwip_pools.h>
	MEMP_MAX
} memp_t;

/* Both are in the file that includes lwip_memp.h. */
extern const struct memp_desc *const memp_pools[MEMP_MAX];
extern struct pbuf_env lwip_pbuf_env;

void lwip_pools_init(const struct memp_desc *const *pools, unsigned int count,
		     struct pbuf_env *env);
void lwip_pools_exit(const struct memp_desc *const *pools, unsigned int count,
		     struct pbuf_env *env);
void *lwip_pools_malloc(const struct memp_desc *const *pools,
			unsigned int count, size_t size, bool try_bigger);
void lwip_pools_free(const struct memp_desc *const *pools, unsigned int count,
		     void *rmem);

/* Make all pools. Process context, may sleep. */
static inline void memp_init(void)
{
	lwip_pools_init(memp_pools, MEMP_MAX, &lwip_pbuf_env);
}

/* They go, with all elements: lwIP never ends, a module does. May sleep. */
static inline void memp_exit(void)
{
	lwip_pools_exit(memp_pools, MEMP_MAX, &lwip_pbuf_env);
}

static inline void *memp_malloc(memp_t type)
{
	return type < MEMP_MAX ? memp_malloc_pool(memp_pools[type]) : NULL;
}

static inline void memp_free(memp_t type, void *mem)
{
	if (type < MEMP_MAX)
		memp_free_pool(memp_pools[type], mem);
}

#if MEM_USE_POOLS
static inline void *mem_malloc(mem_size_t size)
{
	return lwip_pools_malloc(memp_pools, MEMP_MAX, size,
				 MEM_USE_POOLS_TRY_BIGGER_POOL);
}

static inline void *mem_calloc(mem_size_t count, mem_size_t size)
{
	size_t bytes;
	void *p;

	if (check_mul_overflow(count, size, &bytes))
		return NULL;
	p = mem_malloc(bytes);
	return p ? memset(p, 0, bytes) : NULL;
}

/* An element stays what it is. */
static inline void *mem_trim(void *rmem, mem_size_t size)
{
	return rmem;
}

static inline void mem_free(void *rmem)
{
	lwip_pools_free(memp_pools, MEMP_MAX, rmem);
}
#endif

/* ---- statistics: read only, lwip_stats.mem.used, lwip_stats.memp[i]->used -- */

struct stats_ {
	struct stats_mem mem;
	struct stats_mem *memp[MEMP_MAX];
};

static inline struct stats_ lwip_stats_now(void)
{
	struct stats_ stats = { .mem = lwip_heap_stats() };
	int i;

	for (i = 0; i < MEMP_MAX; i++)
		stats.memp[i] = memp_pool_stats(memp_pools[i]);
	return stats;
}

#define lwip_stats	lwip_stats_now()

/* ---- pbufs come from this driver's pools --------------------------------- */

#define pbuf_alloc(layer, length, type)					\
	pbuf_alloc_from(&lwip_pbuf_env, layer, length, type)
#define pbuf_alloc_reference(payload, length, type)			\
	pbuf_alloc_reference_from(&lwip_pbuf_env, payload, length, type)
#define pbuf_alloced_custom(layer, length, type, p, mem, mem_len)	\
	pbuf_alloced_custom_from(&lwip_pbuf_env, layer, length, type, p, \
				 mem, mem_len)
#define pbuf_clone(layer, type, p)					\
	pbuf_clone_from(&lwip_pbuf_env, layer, type, p)
#define pbuf_coalesce(p, layer)						\
	pbuf_coalesce_from(&lwip_pbuf_env, p, layer)

#endif /* _RTALLOC_PORT_LWIP_H */
