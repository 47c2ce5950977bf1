/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip.h - lwIP's heap, its pools and its packet buffers by their own names: put
 * this in place of lwip/mem.h, lwip/memp.h and lwip/pbuf.h.
 *
 * The heap is that of the module rtalloc_port (lwip=SIZE), one for all drivers,
 * with lwIP's offsets and failures. Pools are each driver's own. Its options
 * (MEMP_NUM_PBUF, PBUF_POOL_SIZE, MEM_USE_POOLS, ...) are defined before this file
 * is included, as in lwipopts.h; more pools are listed in its lwippools.h
 * (MEMP_USE_CUSTOM_POOLS). One of its files includes lwip_memp.h too, in place of
 * linking memp.c.
 *
 * The options are in lwip_options.h, pbufs from a driver's pools in lwip_pbufs.h; this
 * file includes both.
 *
 * Sizes are size_t, so none is cut to 16 bits. What is refused here and is not
 * there, and from where each call is legal: Documentation/porting.rst. Functions
 * that are not inline are described where they are defined, in port/lwip.c; those
 * of pbufs in net/, see pbuf.h.
 */
#ifndef _RTALLOC_PORT_LWIP_H
#define _RTALLOC_PORT_LWIP_H

#include <linux/mm.h>	/* has a mem_init(): before ours */
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/types.h>
#include <rtalloc/port/lwip_options.h>
#include <rtalloc/pbuf.h>

struct mempool_fixed;

/**
 * DOC: lwIP's memory
 *
 * What is freed twice, was never allocated or belongs elsewhere is refused, counted
 * in ``illegal`` and reported, and nothing changes. Freeing NULL does nothing. A
 * heap or pool that is not there gives NULL; for the heap a line of the log says
 * so.
 *
 * Contexts, which the ``Context:`` lines name:
 *
 * * **Pools** are for any context but NMI, also hard interrupts and raw spinlocks
 *   on PREEMPT_RT, in constant time for each element. That goes for pbufs that come
 *   from pools, for their freeing, and with MEM_USE_POOLS for mem_malloc() and its
 *   kin.
 * * **The heap**, and pbufs of type PBUF_RAM without MEM_USE_POOLS, take a
 *   spinlock_t: process context and softirqs; without PREEMPT_RT hard interrupts
 *   and raw spinlocks too. Allocating takes time that grows with the number of
 *   blocks.
 * * What **makes or removes pools** sleeps, and is for process context.
 *
 * None of them waits for memory.
 */

/* mem_size_t is 16 or 32 bits wide in lwIP. */
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

/**
 * struct lwip_shown - statistics that a driver reads and may write to
 * @stats: what it sees
 * @err: its @stats.err as it was shown last
 * @illegal: the same of @stats.illegal
 * @err_more: what @stats.err shows beyond the requests that failed, modulo 2^n
 * @illegal_more: the same of the frees that were refused
 */
struct lwip_shown {
	struct stats_mem stats;
	size_t err;
	size_t illegal;
	size_t err_more;
	size_t illegal_more;
};

/* ---- the heap -------------------------------------------------------- */

/* The heap is there since the module was loaded. */
#define mem_init()	do { } while (0)

/*
 * The heap itself, for rtalloc_usage() and the like, or NULL; and its statistics.
 */
struct rtalloc_heap *lwip_heap(void);
struct stats_mem lwip_heap_stats(void);

/*
 * Blocks of the heap, in its context. NULL: there is no memory, 0 bytes were asked
 * for, or a product overflows. mem_trim() never moves a block, and gives NULL where
 * @size is more than the block has.
 */
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
 * @align: of elements; sizes are rounded up to it
 * @for_malloc: it serves mem_malloc() where MEM_USE_POOLS is set
 * @guarded: with bytes of pattern round its elements
 * @pool: leads to what it is, from memp_init_pool() to memp_exit_pool()
 * @stats: leads to what memp_pool_stats() saw last, in a struct lwip_shown
 */
struct memp_desc {
	const char *desc;
	size_t size;
	unsigned int num;
	unsigned int align;
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
		.align = MEM_ALIGNMENT,					\
		.for_malloc = (malloc),					\
		.guarded = !!(MEMP_OVERFLOW_CHECK),			\
		.pool = &(struct mempool_fixed *){ NULL },		\
		.stats = &((struct lwip_shown){ }).stats,		\
	}

/**
 * LWIP_MEMPOOL_PROTOTYPE() - declare a pool of another file's LWIP_MEMPOOL_DECLARE()
 * @name: of the pool
 */
#define LWIP_MEMPOOL_PROTOTYPE(name)					\
	extern const struct memp_desc memp_##name

/**
 * LWIP_MEMPOOL_DECLARE() - define a pool that is in no table
 * @name: of the pool, ``memp_`` is put in front; unique in the driver
 * @num: elements
 * @size: bytes of an element
 * @desc: its name, for statistics and debugfs
 *
 * It is there from LWIP_MEMPOOL_INIT() to LWIP_MEMPOOL_EXIT().
 */
#define LWIP_MEMPOOL_DECLARE(name, num, size, desc)			\
	const struct memp_desc memp_##name =				\
		LWIP_MEMP_DESC(num, size, desc, false);

/**
 * LWIP_MEMPOOL_INIT() - make a pool, or make it anew with all elements free
 * @name: of LWIP_MEMPOOL_DECLARE()
 *
 * Where there is no room for it, a line of the log says so, and it has no elements.
 *
 * Context: Makes a pool.
 */
#define LWIP_MEMPOOL_INIT(name)		memp_init_pool(&memp_##name)

/**
 * LWIP_MEMPOOL_EXIT() - remove a pool with all its elements
 * @name: of LWIP_MEMPOOL_DECLARE()
 *
 * New here: to be called before the driver is unloaded. Nobody may use the pool or
 * its elements any more.
 *
 * Context: Removes a pool.
 */
#define LWIP_MEMPOOL_EXIT(name)		memp_exit_pool(&memp_##name)

/**
 * LWIP_MEMPOOL_ALLOC() - take an element
 * @name: of LWIP_MEMPOOL_DECLARE()
 *
 * Context: As all pools.
 * Return: the element, not cleared; NULL: there is none, or the pool was not made.
 */
#define LWIP_MEMPOOL_ALLOC(name)	memp_malloc_pool(&memp_##name)

/**
 * LWIP_MEMPOOL_FREE() - give an element back
 * @name: of LWIP_MEMPOOL_DECLARE()
 * @x: the element; NULL does nothing
 *
 * Context: As all pools.
 */
#define LWIP_MEMPOOL_FREE(name, x)	memp_free_pool(&memp_##name, (x))

/*
 * What the four above call, and a pool's statistics: as of this call or a later
 * one.
 */
void memp_init_pool(const struct memp_desc *desc);
void memp_exit_pool(const struct memp_desc *desc);
void *memp_malloc_pool(const struct memp_desc *desc);
void memp_free_pool(const struct memp_desc *desc, void *mem);
struct stats_mem *memp_pool_stats(const struct memp_desc *desc);

/* ---- the table of pools ---------------------------------------------------- */

/*
 * The pools of the table by number: MEMP_PBUF, MEMP_PBUF_POOL, those of
 * lwippools.h.
 */
typedef enum {
#define LWIP_MEMPOOL(name, num, size, desc)	MEMP_##name,
#include <rtalloc/port/lwip_pools.h>
	MEMP_MAX
} memp_t;

/**
 * struct stats_ - what lwip_stats is
 * @mem: the heap, in bytes
 * @heap: the same, with what was written to it
 * @memp: the pools of the table, in elements
 */
struct stats_ {
	union {
		struct stats_mem mem;
		struct lwip_shown heap;
	};
	struct stats_mem *memp[MEMP_MAX];
};

/* These are in the file that includes lwip_memp.h. */
extern const struct memp_desc *const memp_pools[MEMP_MAX];
extern struct pbuf_env lwip_pbuf_env;
extern struct stats_ lwip_stats_shown;

/* Read the heap's statistics into what the driver sees of them. */
void lwip_heap_stats_show(struct lwip_shown *shown);

/* The heap is everybody's: of its counters the driver sees what comes from now on. */
static inline void lwip_stats_begin(void)
{
	if (lwip_stats_shown.mem.avail)
		return;
	lwip_heap_stats_show(&lwip_stats_shown.heap);
	lwip_stats_shown.mem.err = 0;
	lwip_stats_shown.mem.illegal = 0;
}

/* What the functions below call, with the driver's table. */
void lwip_pools_init(const struct memp_desc *const *pools, unsigned int count,
		     struct pbuf_env *env);
void lwip_pools_exit(const struct memp_desc *const *pools, unsigned int count,
		     struct pbuf_env *env);
void *lwip_pools_malloc(const struct memp_desc *const *pools,
			unsigned int count, size_t size, bool try_bigger);
void lwip_pools_free(const struct memp_desc *const *pools, unsigned int count,
		     void *rmem);

/**
 * memp_init() - make all pools of the driver, or make them anew
 *
 * From here on pbufs can be had, too, and lwip_stats counts. A pool that does not
 * fit is said in the log and has no elements.
 *
 * Context: Makes pools.
 */
static inline void memp_init(void)
{
	lwip_stats_begin();
	lwip_pools_init(memp_pools, MEMP_MAX, &lwip_pbuf_env);
}

/**
 * memp_exit() - remove all pools of the driver, with all elements
 *
 * lwIP never ends, a module does: to be called before it is unloaded, when nobody
 * uses elements or pbufs of these pools any more. Afterwards pbuf_alloc() gives
 * those of the heap alone.
 *
 * Context: Removes pools.
 */
static inline void memp_exit(void)
{
	lwip_pools_exit(memp_pools, MEMP_MAX, &lwip_pbuf_env);
}

/**
 * memp_malloc() - take an element of a pool of the table
 * @type: the pool: ``MEMP_`` and its name
 *
 * Context: As all pools.
 * Return: the element, not cleared; NULL: there is none, or no such pool.
 */
static inline void *memp_malloc(memp_t type)
{
	return type < MEMP_MAX ? memp_malloc_pool(memp_pools[type]) : NULL;
}

/**
 * memp_free() - give an element back
 * @type: the pool that it came from; no such pool: nothing happens
 * @mem: the element; NULL does nothing
 *
 * Context: As all pools.
 */
static inline void memp_free(memp_t type, void *mem)
{
	if (type < MEMP_MAX)
		memp_free_pool(memp_pools[type], mem);
}

/*
 * mem_malloc() and its kin from pools, where port/lwip.c has those of the heap.
 * Context: as all pools, and they look at the pools of the table in turn.
 *
 * mem_malloc(): an element of the first pool whose elements are large enough, not
 * cleared; for 0 bytes too, as in lwIP. NULL: that pool has none left (with
 * MEM_USE_POOLS_TRY_BIGGER_POOL neither have the larger ones), or no pool is so
 * large.
 */
#if MEM_USE_POOLS
static inline void *mem_malloc(mem_size_t size)
{
	return lwip_pools_malloc(memp_pools, MEMP_MAX, size,
				 MEM_USE_POOLS_TRY_BIGGER_POOL);
}

/* The same for an array, cleared; NULL also where the product overflows. */
static inline void *mem_calloc(mem_size_t count, mem_size_t size)
{
	size_t bytes;
	void *p;

	if (check_mul_overflow(count, size, &bytes))
		return NULL;
	p = mem_malloc(bytes);
	return p ? memset(p, 0, bytes) : NULL;
}

/* Does nothing, and returns @rmem: an element stays what it is. */
static inline void *mem_trim(void *rmem, mem_size_t size)
{
	return rmem;
}

/*
 * Gives an element back to its pool, which is found by address; NULL does nothing.
 * What is in no pool is refused and reported.
 */
static inline void mem_free(void *rmem)
{
	lwip_pools_free(memp_pools, MEMP_MAX, rmem);
}
#endif

/* ---- statistics: lwip_stats.mem.used, lwip_stats.memp[i]->used ---------------
 * Each use of the name reads them anew. A counter, err or illegal, that the driver
 * writes to goes on from there; what it writes to the others is lost.
 */

/* They are there always, as these say; a driver's own lwipopts.h may say it too. */
#ifndef LWIP_STATS
#define LWIP_STATS		1
#endif
#ifndef MEM_STATS
#define MEM_STATS		1
#endif
#ifndef MEMP_STATS
#define MEMP_STATS		1
#endif

/**
 * lwip_stats_now() - read all statistics
 *
 * What lwip_stats stands for: each use of that name reads them anew. The struct is
 * the driver's own, one for all its files: two callers at once may see each other's
 * figures.
 *
 * Context: As the heap.
 * Return: the statistics, until the next call.
 */
static inline struct stats_ *lwip_stats_now(void)
{
	int i;

	lwip_heap_stats_show(&lwip_stats_shown.heap);
	for (i = 0; i < MEMP_MAX; i++)
		lwip_stats_shown.memp[i] = memp_pool_stats(memp_pools[i]);
	return &lwip_stats_shown;
}

/* As a macro, the struct itself: lwip_stats.mem.used, lwip_stats.memp[i]->used. */
#define lwip_stats		(*lwip_stats_now())

/*
 * One field @x of the statistics of pool @i, and of the heap, without reading the
 * rest. That of the heap is what it has counted, whatever the driver wrote.
 */
#define MEMP_STATS_GET(x, i)	(memp_pool_stats(memp_pools[i])->x)
#define MEM_STATS_GET(x)	(lwip_heap_stats().x)

#include <rtalloc/port/lwip_pbufs.h>

#endif /* _RTALLOC_PORT_LWIP_H */
