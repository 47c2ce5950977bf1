// SPDX-License-Identifier: GPL-2.0-only
/*
 * lwip.c - the functions of lwIP's heap and of its pools.
 *
 * The heap has the backend "lwip_mem" and is created when the module is loaded. Its calls
 * take linear time under a spinlock_t, and are allowed wherever those of a spinlock heap
 * are. Pools are fixed pools that hand out the element with the highest address first, and
 * may be used in any context but NMI.
 *
 * The table of pools is compiled into each driver, so the functions here take it as an
 * argument; include/rtalloc/port/lwip.h provides lwIP's names on top. Where pools serve
 * mem_malloc(), lwIP stores the number of the pool in front of the block; here mem_free()
 * finds the pool by the block's address.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/overflow.h>

#include <rtalloc/mempool_fixed.h>
#include <rtalloc/port/lwip.h>
#include "port/port.h"

static struct rtalloc_heap *heap;

static struct rtalloc_heap *heap_now(struct port_call call)
{
	if (!heap)
		port_refused(call, port_lwip.name,
			     "there is no heap: load with lwip=SIZE");
	return heap;
}

/**
 * lwip_heap() - the heap that mem_malloc() allocates from
 *
 * Context: Any.
 * Return: the heap; NULL if the module was loaded with lwip=0.
 */
struct rtalloc_heap *lwip_heap(void)
{
	return heap_now(PORT_CALL);
}
EXPORT_SYMBOL_GPL(lwip_heap);

/* ---- the heap -------------------------------------------------------- */

/**
 * mem_malloc() - allocate a block of lwIP's heap
 * @size: bytes
 *
 * Context: as rtalloc_alloc() of a spinlock heap.
 * Return: the block, or NULL. For 0 bytes it is NULL, which is not counted as an error.
 */
void *mem_malloc(mem_size_t size)
{
	struct rtalloc_heap *now = heap_now(PORT_CALL);

	return now && size ? rtalloc_alloc_by(now, size, 0, _RET_IP_) : NULL;
}
EXPORT_SYMBOL_GPL(mem_malloc);

/**
 * mem_calloc() - allocate a zeroed array of lwIP's heap
 * @count: elements
 * @size: bytes of an element
 *
 * Context: as mem_malloc().
 * Return: the array, or NULL, also if the product overflows or is 0.
 */
void *mem_calloc(mem_size_t count, mem_size_t size)
{
	struct rtalloc_heap *now = heap_now(PORT_CALL);

	if (!now || !count || !size)
		return NULL;
	return rtalloc_alloc_by(now, size_mul(count, size), __GFP_ZERO,
				_RET_IP_);
}
EXPORT_SYMBOL_GPL(mem_calloc);

/**
 * mem_trim() - shrink a block, without moving it
 * @rmem: the block
 * @size: its new size in bytes
 *
 * Context: as mem_malloc(), constant time.
 * Return: @rmem; NULL if the block is smaller than @size, then it is not changed. If @rmem
 *	is not a live block, that is counted and reported, and @rmem is returned.
 */
void *mem_trim(void *rmem, mem_size_t size)
{
	struct rtalloc_heap *now = heap_now(PORT_CALL);

	if (!now || !rmem)
		return rmem;
	return rtalloc_resize_by(now, rmem, size ?: 1, _RET_IP_) == -ENOSPC ?
	       NULL : rmem;
}
EXPORT_SYMBOL_GPL(mem_trim);

/**
 * mem_free() - free a block of lwIP's heap
 * @rmem: the block; NULL does nothing
 *
 * Anything else than a live block is refused, counted and reported; nothing changes.
 *
 * Context: as mem_malloc(), constant time.
 */
void mem_free(void *rmem)
{
	struct rtalloc_heap *now = heap_now(PORT_CALL);

	if (now)
		rtalloc_free_by(now, rmem, _RET_IP_);
}
EXPORT_SYMBOL_GPL(mem_free);

static struct stats_mem heap_stats(struct rtalloc_heap *now)
{
	struct rtalloc_snapshot snap;

	rtalloc_usage(now, &snap);
	return (struct stats_mem) {
		.err = snap.failed,
		.avail = snap.total,
		.used = snap.used,
		.max = snap.max_used,
		.illegal = snap.faults,
	};
}

/**
 * lwip_heap_stats() - read the statistics of lwIP's heap since the module was loaded
 *
 * Context: as mem_malloc(), constant time.
 * Return: a consistent snapshot; byte counts include headers.
 */
struct stats_mem lwip_heap_stats(void)
{
	struct rtalloc_heap *now = heap_now(PORT_CALL);

	return now ? heap_stats(now) : (struct stats_mem){ };
}
EXPORT_SYMBOL_GPL(lwip_heap_stats);

/*
 * Copy the counters @now to @shown, where the driver reads them. The driver may also write
 * err and illegal there, to reset them or to count more; these two continue from the value
 * that was written.
 */
static void stats_show(struct lwip_shown *shown, struct stats_mem now)
{
	shown->err_more += READ_ONCE(shown->stats.err) - shown->err;
	shown->illegal_more += READ_ONCE(shown->stats.illegal) - shown->illegal;
	now.err += shown->err_more;
	now.illegal += shown->illegal_more;
	shown->err = now.err;
	shown->illegal = now.illegal;
	shown->stats = now;
}

static void heap_stats_store(void *object, struct rtalloc_heap *now)
{
	stats_show(object, heap_stats(now));
}

/**
 * lwip_heap_stats_show() - update lwip_stats.mem
 * @shown: the driver's copy, whose err and illegal it may have written to; not changed if
 *	there is no heap
 *
 * Context: as mem_malloc(), constant time.
 */
void lwip_heap_stats_show(struct lwip_shown *shown)
{
	if (heap)
		port_counted(heap, shown, heap_stats_store);
}
EXPORT_SYMBOL_GPL(lwip_heap_stats_show);

/* ---- pools ------------------------------------------------------------ */

static struct lwip_shown *shown_of(const struct memp_desc *desc)
{
	return container_of(desc->stats, struct lwip_shown, stats);
}

/* Reset the statistics for the next pool of @desc. */
static void stats_forget(const struct memp_desc *desc)
{
	if (desc->stats)
		*shown_of(desc) = (struct lwip_shown){
			.stats.name = desc->desc,
		};
}

/**
 * memp_init_pool() - create a pool, or create it again with all elements free
 * @desc: the pool's description
 *
 * If there is no memory, a line in the log says so, and the pool has no elements.
 *
 * Context: Process context, may sleep.
 */
void memp_init_pool(const struct memp_desc *desc)
{
	struct mempool_fixed_params params = {
		.elem = desc->size,
		.count = desc->num,
		.align = max(desc->align, 8u),
		.flags = RTALLOC_POOL_HIGH_FIRST |
			 (desc->guarded ? RTALLOC_POOL_GUARDS : 0),
	};
	struct mempool_fixed *pool;

	memp_exit_pool(desc);
	if (!desc->num)
		return;
	pool = port_pool_open(desc->desc, params, NULL, 0);
	if (IS_ERR(pool))
		port_failed(PORT_CALL, desc->desc, PTR_ERR(pool));
	else
		*desc->pool = pool;
}
EXPORT_SYMBOL_GPL(memp_init_pool);

/**
 * memp_exit_pool() - destroy a pool with all its elements
 * @desc: the pool's description
 *
 * New here, because lwIP never ends. Nobody may use the pool meanwhile.
 *
 * Context: Process context, may sleep.
 */
void memp_exit_pool(const struct memp_desc *desc)
{
	if (*desc->pool)
		port_heap_close(mempool_fixed_heap(*desc->pool));
	*desc->pool = NULL;
	stats_forget(desc);
}
EXPORT_SYMBOL_GPL(memp_exit_pool);

static void *pool_alloc(const struct memp_desc *desc, unsigned long caller)
{
	if (!desc || !*desc->pool)
		return NULL;
	return rtalloc_alloc_by(mempool_fixed_heap(*desc->pool),
				mempool_fixed_elem_size(*desc->pool), 0, caller);
}

/**
 * memp_malloc_pool() - take an element out of a pool
 * @desc: the pool's description
 *
 * Context: Any but NMI, constant time.
 * Return: the element, not cleared, or NULL.
 */
void *memp_malloc_pool(const struct memp_desc *desc)
{
	return pool_alloc(desc, _RET_IP_);
}
EXPORT_SYMBOL_GPL(memp_malloc_pool);

static void pool_free(const struct memp_desc *desc, void *mem,
		      unsigned long caller)
{
	if (desc && *desc->pool && mem)
		mempool_fixed_free_by(*desc->pool, mem, caller);
}

/**
 * memp_free_pool() - return an element to its pool
 * @desc: the pool's description
 * @mem: the element; NULL does nothing
 *
 * Anything else than an element in use is refused, counted and reported; nothing changes.
 *
 * Context: Any but NMI, constant time.
 */
void memp_free_pool(const struct memp_desc *desc, void *mem)
{
	pool_free(desc, mem, _RET_IP_);
}
EXPORT_SYMBOL_GPL(memp_free_pool);

static void stats_store(void *object, struct rtalloc_heap *heap)
{
	const struct memp_desc *desc = object;
	struct mempool_fixed_stats stats;

	mempool_fixed_stats(*desc->pool, &stats);
	stats_show(shown_of(desc), (struct stats_mem) {
		.name = desc->desc,
		.err = stats.failed,
		.avail = stats.count,
		.used = stats.used,
		.max = stats.max_used,
		.illegal = stats.faults,
	});
}

/**
 * memp_pool_stats() - update and return lwip_stats.memp[] of a pool
 * @desc: the pool's description
 *
 * Context: as memp_malloc_pool().
 * Return: the statistics of the pool, no older than this call. The driver may write err
 *	and illegal, which continue from that value.
 */
struct stats_mem *memp_pool_stats(const struct memp_desc *desc)
{
	if (*desc->pool)
		port_counted(mempool_fixed_heap(*desc->pool), (void *)desc,
			     stats_store);
	else
		stats_forget(desc);
	return desc->stats;
}
EXPORT_SYMBOL_GPL(memp_pool_stats);

/* ---- tables ----------------------------------------------------------- */

/* Bytes of an element. */
static size_t elem_size(const struct memp_desc *desc)
{
	return ALIGN(desc->size, desc->align);
}

/* A source of pbufs: the pool's elements, of which the pbuf itself takes @header bytes. */
static struct pbuf_pool pbufs_of(const struct memp_desc *desc, size_t header)
{
	size_t size = elem_size(desc);

	if (!*desc->pool || size < header)
		return (struct pbuf_pool){ };
	return (struct pbuf_pool){ *desc->pool, size - header };
}

/* The pools of mem_malloc() are sources of pbufs, too, up to the number of sources. */
static void malloc_sources(const struct memp_desc *const *pools,
			   unsigned int count, struct pbuf_env *env)
{
	unsigned int source = PBUF_TYPE_ALLOC_SRC_MASK_APP_MIN, i;

	for (i = 0; i < count && source < PBUF_SOURCES; i++)
		if (pools[i]->for_malloc)
			env->pool[source++] = pbufs_of(pools[i], env->header);
}

/**
 * lwip_pools_source() - find the pool from which pbuf_alloc() takes a PBUF_RAM pbuf
 * @pools: the table of pools
 * @count: number of pools in it
 * @size: bytes needed, including the pbuf itself
 * @after: the source that was tried last; 0: none yet
 *
 * Context: Any.
 * Return: the number of the next source, after @after, that is a pool of mem_malloc() with
 *	large enough elements; 0 if there is none.
 */
unsigned int lwip_pools_source(const struct memp_desc *const *pools,
			       unsigned int count, size_t size,
			       unsigned int after)
{
	unsigned int source = PBUF_TYPE_ALLOC_SRC_MASK_APP_MIN, i;

	for (i = 0; i < count && source < PBUF_SOURCES; i++) {
		if (!pools[i]->for_malloc)
			continue;
		if (source > after && elem_size(pools[i]) >= size)
			return source;
		source++;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(lwip_pools_source);

/**
 * lwip_pools_init() - memp_init(): create the pools of a table
 * @pools: the table; its first two pools are those of pbufs
 * @count: number of pools in it
 * @env: filled in with the sources of pbufs: the heap, the first two pools, and the pools
 *	of mem_malloc(), if any
 *
 * Context: Process context, may sleep.
 */
void lwip_pools_init(const struct memp_desc *const *pools, unsigned int count,
		     struct pbuf_env *env)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		memp_init_pool(pools[i]);
	*env = (struct pbuf_env){
		.heap = heap,
		.align = pools[0]->align,
		.header = ALIGN(sizeof(struct pbuf), pools[0]->align),
	};
	env->pool[PBUF_TYPE_ALLOC_SRC_MASK_STD_MEMP_PBUF].pool =
		*pools[0]->pool;
	env->pool[PBUF_TYPE_ALLOC_SRC_MASK_STD_MEMP_PBUF_POOL] =
		pbufs_of(pools[1], env->header);
	malloc_sources(pools, count, env);
}
EXPORT_SYMBOL_GPL(lwip_pools_init);

/**
 * lwip_pools_exit() - memp_exit(): destroy the pools of a table, with all elements
 * @pools: the table
 * @count: number of pools in it
 * @env: from lwip_pools_init(); afterwards it has the heap as its only source of pbufs
 *
 * Context: Process context, may sleep.
 */
void lwip_pools_exit(const struct memp_desc *const *pools, unsigned int count,
		     struct pbuf_env *env)
{
	memset(env->pool, 0, sizeof(env->pool));
	while (count--)
		memp_exit_pool(pools[count]);
}
EXPORT_SYMBOL_GPL(lwip_pools_exit);

/**
 * lwip_pools_malloc() - mem_malloc() where MEM_USE_POOLS is set
 * @pools: the table
 * @count: number of pools in it
 * @size: bytes needed
 * @try_bigger: if a pool has no free element, try the next one
 *
 * Context: as memp_malloc_pool(); linear in the number of pools.
 * Return: an element of the first pool whose elements, rounded up to its alignment, are
 *	large enough; NULL if it has no free element, or there is no such pool.
 */
void *lwip_pools_malloc(const struct memp_desc *const *pools,
			unsigned int count, size_t size, bool try_bigger)
{
	unsigned int i;
	void *p;

	for (i = 0; i < count; i++) {
		if (!pools[i]->for_malloc || elem_size(pools[i]) < size)
			continue;
		p = pool_alloc(pools[i], _RET_IP_);
		if (p || !try_bigger)
			return p;
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(lwip_pools_malloc);

/* Is @p in this pool, and does the pool serve mem_malloc()? */
static bool is_of_pool(const struct memp_desc *desc, const void *p)
{
	return desc->for_malloc && *desc->pool &&
	       mempool_fixed_index(*desc->pool, p) != -RTALLOC_FOREIGN;
}

/**
 * lwip_pools_free() - mem_free() where MEM_USE_POOLS is set
 * @pools: the table
 * @count: number of pools in it
 * @rmem: from lwip_pools_malloc(); NULL does nothing
 *
 * Anything else than an element in use is refused and reported; nothing changes.
 *
 * Context: as memp_malloc_pool(); linear in the number of pools.
 */
void lwip_pools_free(const struct memp_desc *const *pools, unsigned int count,
		     void *rmem)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (is_of_pool(pools[i], rmem))
			return pool_free(pools[i], rmem, _RET_IP_);
	if (rmem)
		port_refused((struct port_call){ "mem_free", _RET_IP_ }, NULL,
			     "pointer is outside every pool");
}
EXPORT_SYMBOL_GPL(lwip_pools_free);

/* ---- the module's heap ------------------------------------------------ */

static char *const backend = "lwip_mem";

struct port_family port_lwip = {
	.name		= "lwip",
	.backend	= &backend,
	.heap		= &heap,
	.align		= MEM_ALIGNMENT,
};
