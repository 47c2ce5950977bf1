/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip.h - lwIP's heap, pools and packet buffers under their own names: include this in
 * place of lwip/mem.h, lwip/memp.h and lwip/pbuf.h.
 *
 * There is one heap for all drivers, that of the module rtalloc_port (lwip=SIZE), with
 * lwIP's offsets and failures. Each driver has pools of its own. It defines its options
 * (MEMP_NUM_PBUF, PBUF_POOL_SIZE, MEM_USE_POOLS, ...) before it includes this file, as in
 * lwipopts.h, and lists more pools in its lwippools.h (MEMP_USE_CUSTOM_POOLS). One file of
 * the driver also includes lwip_memp.h, instead of linking lwIP's memp.c.
 *
 * lwip_options.h has the defaults of the options, and lwip_pbufs.h pbufs from the driver's
 * pools. This file includes both.
 *
 * Sizes are of type size_t, so none is cut to 16 bits. Documentation/porting.rst says what is
 * refused here and not in lwIP, and which function may be called where. Functions that are
 * not inline are documented at their definition, in port/lwip.c, and those on pbufs in net/,
 * see pbuf.h.
 */
#ifndef _RTALLOC_PORT_LWIP_H
#define _RTALLOC_PORT_LWIP_H

#include <linux/mm.h>	/* declares another mem_init(), so it must come before ours */
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/types.h>
#include <rtalloc/port/lwip_options.h>
#include <rtalloc/pbuf.h>

struct mempool_fixed;

/**
 * DOC: lwIP's memory
 *
 * A pointer that was freed already, was never allocated, or belongs to another heap or pool
 * is refused, counted in ``illegal`` and reported; nothing changes. Freeing NULL does
 * nothing. Without a heap or pool, allocating returns NULL; for the heap, a line in the log
 * says so.
 *
 * The ``Context:`` line of each function names one of these classes:
 *
 * * **Pools** may be used in any context but NMI, on PREEMPT_RT also in hard interrupts and
 *   under raw spinlocks, in constant time for each element. This holds for allocating and
 *   freeing pbufs from pools, too, and with MEM_USE_POOLS for mem_malloc() and related
 *   functions.
 * * **The heap**, and pbufs of type PBUF_RAM without MEM_USE_POOLS, take a spinlock_t:
 *   process context and softirqs; without PREEMPT_RT also hard interrupts and raw spinlocks.
 *   The time of an allocation is linear in the number of blocks.
 * * Functions that **create or destroy pools** sleep: process context.
 *
 * None of them waits for memory.
 */

/* In lwIP, mem_size_t has 16 or 32 bits. */
typedef size_t mem_size_t;

/**
 * struct stats_mem - statistics of the heap, in bytes, or of a pool, in elements
 * @name: of a pool; NULL for the heap
 * @err: number of requests that failed
 * @avail: total size, used or not
 * @used: in use now
 * @max: highest value of @used so far
 * @illegal: number of bad frees that were refused
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
 * @stats: the statistics that the driver sees
 * @err: value of @stats.err when it was updated last
 * @illegal: value of @stats.illegal when it was updated last
 * @err_more: difference between @stats.err and the number of failed requests, which the
 *	driver caused by writing to it; modulo 2^n
 * @illegal_more: the same for @stats.illegal and refused frees
 */
struct lwip_shown {
	struct stats_mem stats;
	size_t err;
	size_t illegal;
	size_t err_more;
	size_t illegal_more;
};

/* ---- the heap -------------------------------------------------------- */

/* Nothing to do: the heap is created when the module is loaded. */
#define mem_init()	do { } while (0)

/*
 * The heap itself, for rtalloc_usage() and other functions, or NULL; and its statistics.
 */
struct rtalloc_heap *lwip_heap(void);
struct stats_mem lwip_heap_stats(void);

/*
 * Blocks of the heap. Context: the heap. NULL: there is no memory, the size is 0, or a product
 * overflows. mem_trim() never moves a block, and returns NULL if @size is larger than the
 * block.
 */
#if !MEM_USE_POOLS
void *mem_malloc(mem_size_t size);
void *mem_calloc(mem_size_t count, mem_size_t size);
void *mem_trim(void *rmem, mem_size_t size);
void mem_free(void *rmem);
#endif

/* ---- pools outside of the table ------------------------------------------ */

/**
 * struct memp_desc - description of a pool
 * @desc: its name
 * @size: bytes of an element
 * @num: number of elements; 0: there is no pool
 * @align: alignment of elements in bytes; sizes are rounded up to it
 * @for_malloc: the pool serves mem_malloc() if MEM_USE_POOLS is set
 * @guarded: elements have guard bytes around them
 * @pool: where the pool is stored between memp_init_pool() and memp_exit_pool()
 * @stats: where memp_pool_stats() stores the statistics, in a struct lwip_shown
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

/* What @pool and @stats point to must live as long as the descriptor. */
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
 * LWIP_MEMPOOL_PROTOTYPE() - declare a pool that another file defines
 * @name: the name that LWIP_MEMPOOL_DECLARE() was given
 */
#define LWIP_MEMPOOL_PROTOTYPE(name)					\
	extern const struct memp_desc memp_##name

/**
 * LWIP_MEMPOOL_DECLARE() - define a pool outside of the table
 * @name: name of the variable, with ``memp_`` in front; unique in the driver
 * @num: number of elements
 * @size: bytes of an element
 * @desc: name of the pool, for statistics and debugfs
 *
 * The pool exists between LWIP_MEMPOOL_INIT() and LWIP_MEMPOOL_EXIT().
 */
#define LWIP_MEMPOOL_DECLARE(name, num, size, desc)			\
	const struct memp_desc memp_##name =				\
		LWIP_MEMP_DESC(num, size, desc, false);

/**
 * LWIP_MEMPOOL_INIT() - create a pool, or create it again with all elements free
 * @name: the name that LWIP_MEMPOOL_DECLARE() was given
 *
 * If there is no memory, a line in the log says so, and the pool has no elements.
 *
 * Context: Creates a pool.
 */
#define LWIP_MEMPOOL_INIT(name)		memp_init_pool(&memp_##name)

/**
 * LWIP_MEMPOOL_EXIT() - destroy a pool with all its elements
 * @name: the name that LWIP_MEMPOOL_DECLARE() was given
 *
 * New here: call it before the driver is unloaded, when nobody uses the pool or its elements
 * any more.
 *
 * Context: Destroys a pool.
 */
#define LWIP_MEMPOOL_EXIT(name)		memp_exit_pool(&memp_##name)

/**
 * LWIP_MEMPOOL_ALLOC() - take an element out of a pool
 * @name: the name that LWIP_MEMPOOL_DECLARE() was given
 *
 * Context: Pools.
 * Return: the element, not cleared; NULL if none is free, or the pool does not exist.
 */
#define LWIP_MEMPOOL_ALLOC(name)	memp_malloc_pool(&memp_##name)

/**
 * LWIP_MEMPOOL_FREE() - return an element to its pool
 * @name: the name that LWIP_MEMPOOL_DECLARE() was given
 * @x: the element; NULL does nothing
 *
 * Context: Pools.
 */
#define LWIP_MEMPOOL_FREE(name, x)	memp_free_pool(&memp_##name, (x))

/*
 * The functions behind the four macros above, and one that updates and returns the statistics
 * of a pool.
 */
void memp_init_pool(const struct memp_desc *desc);
void memp_exit_pool(const struct memp_desc *desc);
void *memp_malloc_pool(const struct memp_desc *desc);
void memp_free_pool(const struct memp_desc *desc, void *mem);
struct stats_mem *memp_pool_stats(const struct memp_desc *desc);

/* ---- the table of pools ---------------------------------------------------- */

/*
 * Numbers of the pools in the table: MEMP_PBUF, MEMP_PBUF_POOL, then those of lwippools.h.
 */
typedef enum {
#define LWIP_MEMPOOL(name, num, size, desc)	MEMP_##name,
#include <rtalloc/port/lwip_pools.h>
	MEMP_MAX
} memp_t;

/**
 * struct stats_ - the type of lwip_stats
 * @mem: statistics of the heap, in bytes
 * @heap: the same, with the values that the driver has written
 * @memp: statistics of the pools of the table, in elements
 */
struct stats_ {
	union {
		struct stats_mem mem;
		struct lwip_shown heap;
	};
	struct stats_mem *memp[MEMP_MAX];
};

/* Defined in the file that includes lwip_memp.h. */
extern const struct memp_desc *const memp_pools[MEMP_MAX];
extern struct pbuf_env lwip_pbuf_env;
extern struct stats_ lwip_stats_shown;

/* Update the driver's copy of the heap's statistics. */
void lwip_heap_stats_show(struct lwip_shown *shown);

/* All drivers share the heap: this one sees what its counters count from now on. */
static inline void lwip_stats_begin(void)
{
	if (lwip_stats_shown.mem.avail)
		return;
	lwip_heap_stats_show(&lwip_stats_shown.heap);
	lwip_stats_shown.mem.err = 0;
	lwip_stats_shown.mem.illegal = 0;
}

/* Called by the functions below, with the driver's table. */
void lwip_pools_init(const struct memp_desc *const *pools, unsigned int count,
		     struct pbuf_env *env);
void lwip_pools_exit(const struct memp_desc *const *pools, unsigned int count,
		     struct pbuf_env *env);
void *lwip_pools_malloc(const struct memp_desc *const *pools,
			unsigned int count, size_t size, bool try_bigger);
void lwip_pools_free(const struct memp_desc *const *pools, unsigned int count,
		     void *rmem);

/**
 * memp_init() - create all pools of the driver, or create them again
 *
 * From then on, pbufs can be allocated, too, and lwip_stats counts. A pool for which there is
 * no memory has no elements, and a line in the log says so.
 *
 * Context: Creates pools.
 */
static inline void memp_init(void)
{
	lwip_stats_begin();
	lwip_pools_init(memp_pools, MEMP_MAX, &lwip_pbuf_env);
}

/**
 * memp_exit() - destroy all pools of the driver, with all elements
 *
 * New here, as lwIP never ends: call it before the driver is unloaded, when nobody uses
 * elements or pbufs of these pools any more. Afterwards pbuf_alloc() can only allocate from
 * the heap.
 *
 * Context: Destroys pools.
 */
static inline void memp_exit(void)
{
	lwip_pools_exit(memp_pools, MEMP_MAX, &lwip_pbuf_env);
}

/**
 * memp_malloc() - take an element out of a pool of the table
 * @type: the number of the pool: ``MEMP_`` and its name
 *
 * Context: Pools.
 * Return: the element, not cleared; NULL if none is free, or there is no such pool.
 */
static inline void *memp_malloc(memp_t type)
{
	return type < MEMP_MAX ? memp_malloc_pool(memp_pools[type]) : NULL;
}

/**
 * memp_free() - return an element to its pool
 * @type: the number of the pool; if there is no such pool, nothing happens
 * @mem: the element; NULL does nothing
 *
 * Context: Pools.
 */
static inline void memp_free(memp_t type, void *mem)
{
	if (type < MEMP_MAX)
		memp_free_pool(memp_pools[type], mem);
}

/*
 * mem_malloc() and related functions that use pools; port/lwip.c has those that use the heap.
 * Context: pools; linear in the number of pools in the table.
 *
 * mem_malloc() returns an element of the first pool whose elements are large enough, not
 * cleared; for 0 bytes, too, as in lwIP. NULL: that pool has no free element (and with
 * MEM_USE_POOLS_TRY_BIGGER_POOL, the larger ones have none either), or there is no such pool.
 */
#if MEM_USE_POOLS
static inline void *mem_malloc(mem_size_t size)
{
	return lwip_pools_malloc(memp_pools, MEMP_MAX, size,
				 MEM_USE_POOLS_TRY_BIGGER_POOL);
}

/* Allocate a zeroed array. NULL also if the product overflows. */
static inline void *mem_calloc(mem_size_t count, mem_size_t size)
{
	size_t bytes;
	void *p;

	if (check_mul_overflow(count, size, &bytes))
		return NULL;
	p = mem_malloc(bytes);
	return p ? memset(p, 0, bytes) : NULL;
}

/* Does nothing and returns @rmem, as an element cannot shrink. */
static inline void *mem_trim(void *rmem, mem_size_t size)
{
	return rmem;
}

/*
 * Return an element to its pool, which is found by the element's address. NULL does nothing.
 * A pointer that is in no pool is refused and reported.
 */
static inline void mem_free(void *rmem)
{
	lwip_pools_free(memp_pools, MEMP_MAX, rmem);
}
#endif

/* ---- statistics: lwip_stats.mem.used, lwip_stats.memp[i]->used ---------------
 * Each use of the name updates them. The driver may write to err and illegal, which continue
 * from that value. Values that it writes to other members are lost.
 */

/* Statistics are always on; a driver's lwipopts.h may define the same values. */
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
 * lwip_stats_now() - update and return all statistics
 *
 * The macro lwip_stats calls this. There is one struct for all files of the driver, so one
 * caller may see values that another caller has updated.
 *
 * Context: The heap.
 * Return: the statistics, valid until the next call.
 */
static inline struct stats_ *lwip_stats_now(void)
{
	int i;

	lwip_heap_stats_show(&lwip_stats_shown.heap);
	for (i = 0; i < MEMP_MAX; i++)
		lwip_stats_shown.memp[i] = memp_pool_stats(memp_pools[i]);
	return &lwip_stats_shown;
}

/* Used as a struct: lwip_stats.mem.used, lwip_stats.memp[i]->used. */
#define lwip_stats		(*lwip_stats_now())

/*
 * Get one member @x of the statistics of pool @i, or of the heap, without updating the others.
 * That of the heap is the heap's own count, without what the driver has written.
 */
#define MEMP_STATS_GET(x, i)	(memp_pool_stats(memp_pools[i])->x)
#define MEM_STATS_GET(x)	(lwip_heap_stats().x)

#include <rtalloc/port/lwip_pbufs.h>

#endif /* _RTALLOC_PORT_LWIP_H */
