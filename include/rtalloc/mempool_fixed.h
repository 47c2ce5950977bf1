/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mempool_fixed.h - pools of elements of one size: the public API.
 *
 * A pool is a heap of rtalloc whose blocks all have the same size. Everything
 * that works on a heap works on mempool_fixed_heap(): statistics, walk, check,
 * debugfs, rtheap. In addition a task can wait for an element.
 *
 * mempool_fixed_alloc() and mempool_fixed_free() take constant time and work
 * from any context but NMI, also in hard interrupts and under a raw spinlock on
 * PREEMPT_RT. Waiting sleeps. A bad free (a foreign pointer, a pointer into an
 * element, a second free) is refused in constant time: the pool never keeps its
 * own data about an element inside that element.
 *
 * At first elements are handed out in address order, downwards with
 * RTALLOC_POOL_HIGH_FIRST. After that the element that was freed last is the
 * next one handed out. While tasks wait, a freed element goes directly to the
 * task that has waited longest, and no other caller can take it.
 *
 * Each function is described where it is defined: core/entry.c, core/pool.c and
 * core/pool_table.c.
 */
#ifndef _RTALLOC_MEMPOOL_FIXED_H
#define _RTALLOC_MEMPOOL_FIXED_H

#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <rtalloc/rtalloc.h>

struct mempool_fixed;

/* A timeout for mempool_fixed_alloc_timeout() that never ends. */
#define MEMPOOL_FIXED_FOREVER	MAX_SCHEDULE_TIMEOUT

/**
 * struct mempool_fixed_params - what a pool is made from
 * @name: as for a heap; pools and heaps share one name space
 * @region: where the pool is cut from; NULL for the default region. Ignored by
 *	mempool_fixed_init().
 * @elem: bytes of an element, rounded up to @align
 * @count: elements, at most RTALLOC_POOL_MAX. For mempool_fixed_init() 0 means
 *	as many as fit.
 * @align: alignment of elements, a power of two from 8 to PAGE_SIZE; 0 for 8. An
 *	element that is no larger than a page and aligned to the next power of
 *	two crosses no page boundary.
 * @flags: of &enum rtalloc_heap_flags: those that begin with RTALLOC_POOL, and
 *	those that any heap can have
 * @percpu: as in &struct rtalloc_heap_params
 */
struct mempool_fixed_params {
	const char *name;
	struct rtalloc_region *region;
	size_t elem;
	unsigned int count;
	size_t align;
	unsigned int flags;
	size_t percpu;
};

struct mempool_fixed * __must_check
mempool_fixed_create(const struct mempool_fixed_params *params);
struct mempool_fixed * __must_check
mempool_fixed_init(const struct mempool_fixed_params *params, void *memory,
		   size_t size);
void mempool_fixed_close(struct mempool_fixed *pool);
int mempool_fixed_destroy(struct mempool_fixed *pool, bool force);

void * __must_check __malloc mempool_fixed_alloc(struct mempool_fixed *pool);
void * __must_check
mempool_fixed_alloc_timeout(struct mempool_fixed *pool, long timeout);
int mempool_fixed_free(struct mempool_fixed *pool, void *p);

/**
 * typedef mempool_fixed_freed_fn - called when an element was freed
 * @pool: the pool
 * @nr_free: elements that are free now; 1 means that the pool was empty before
 * @data: as given to mempool_fixed_set_freed()
 *
 * Called in the context of the free, without the pool's lock, inside a
 * read-side section of RCU. It must not sleep. It may allocate from the pool.
 */
typedef void (*mempool_fixed_freed_fn)(struct mempool_fixed *pool,
				       unsigned int nr_free, void *data);

void mempool_fixed_set_freed(struct mempool_fixed *pool,
			     mempool_fixed_freed_fn freed, void *data);

/*
 * Properties of a pool. None of these takes a lock, and all take constant time
 * except mempool_fixed_nr_free() of a pool with per-CPU caches, which is linear
 * in processors. mempool_fixed_element() and mempool_fixed_index() convert
 * between elements and their numbers in address order; mempool_fixed_index()
 * accepts any pointer.
 */
size_t mempool_fixed_elem_size(const struct mempool_fixed *pool);
size_t mempool_fixed_stride(const struct mempool_fixed *pool);
unsigned int mempool_fixed_count(const struct mempool_fixed *pool);
unsigned int mempool_fixed_nr_free(const struct mempool_fixed *pool);
void *mempool_fixed_element(const struct mempool_fixed *pool,
			    unsigned int index);
long mempool_fixed_index(const struct mempool_fixed *pool, const void *p);

/* For pools with RTALLOC_POOL_HEADER: the pool that an element belongs to. */
struct mempool_fixed *mempool_fixed_find(const void *p);

/* A pool as a heap, and back. NULL where a heap is not a pool. */
struct rtalloc_heap *mempool_fixed_heap(struct mempool_fixed *pool);
struct mempool_fixed *mempool_fixed_of(struct rtalloc_heap *heap);

/**
 * struct mempool_fixed_stats - a pool at one moment, counted in elements
 * @count: elements of the pool, free and used
 * @used: elements that are handed out now
 * @max_used: highest value of @used so far; with per-CPU caches, elements that
 *	lay free in these are included
 * @waiting: tasks that wait for an element now
 * @allocs: allocations that succeeded
 * @frees: frees that succeeded
 * @failed: requests that got no element
 * @faults: bad frees that were refused
 */
struct mempool_fixed_stats {
	unsigned int count;
	unsigned int used;
	unsigned int max_used;
	unsigned int waiting;
	u64 allocs;
	u64 frees;
	u64 failed;
	u64 faults;
};

void mempool_fixed_stats(struct mempool_fixed *pool,
			 struct mempool_fixed_stats *stats);

/**
 * struct mempool_fixed_entry - one pool in the list of a table
 * @name: second half of the pool's name, behind the table's name and a dot
 * @count: number of elements
 * @elem: bytes of an element
 */
struct mempool_fixed_entry {
	const char *name;
	unsigned int count;
	size_t elem;
};

/**
 * struct mempool_fixed_table - pools that are made from one list
 * @name: first half of the names of the pools
 * @entry: the list; for mempool_fixed_malloc() it must begin with the smallest
 *	elements
 * @nr: number of entries in @entry and in @pool
 * @pool: the pools in the order of the list, NULL while they do not exist
 * @try_bigger: mempool_fixed_malloc() takes a larger element when the pool for
 *	the size is empty
 *
 * Made by MEMPOOL_FIXED_TABLE(). The caller may set @try_bigger; the rest is
 * written by mempool_fixed_table_create() and mempool_fixed_table_destroy().
 */
struct mempool_fixed_table {
	const char *name;
	const struct mempool_fixed_entry *entry;
	unsigned int nr;
	struct mempool_fixed **pool;
	bool try_bigger;
};

/*
 * How a list of X(id, elements, bytes) becomes enum constants and table
 * entries.
 */
#define __MEMPOOL_FIXED_ID(id, ...)	id,
#define __MEMPOOL_FIXED_ENTRY(id, nr, bytes) \
	{ .name = #id, .count = (nr), .elem = (bytes) },

/*
 * A table, static in its file, from a list of X(id, elements, bytes of each):
 *
 *	#define DEMO_POOLS(X)				\
 *		X(DEMO_PCB, 4, sizeof(struct pcb))	\
 *		X(DEMO_SEG, 16, sizeof(struct seg))
 *
 *	enum demo_pool { MEMPOOL_FIXED_IDS(DEMO_POOLS) };
 *	MEMPOOL_FIXED_TABLE(demo, DEMO_POOLS);
 *
 * and, once mempool_fixed_table_create() has made the pools:
 *
 *	p = mempool_fixed_alloc(demo.pool[DEMO_SEG]);
 */
#define MEMPOOL_FIXED_IDS(LIST)	LIST(__MEMPOOL_FIXED_ID)
#define MEMPOOL_FIXED_TABLE(table, LIST)				\
	static const struct mempool_fixed_entry table##_entry[] = {	\
		LIST(__MEMPOOL_FIXED_ENTRY)				\
	};								\
	static struct mempool_fixed *					\
	table##_pool[ARRAY_SIZE(table##_entry)];			\
	static struct mempool_fixed_table table = {			\
		.name = #table,						\
		.entry = table##_entry,					\
		.nr = ARRAY_SIZE(table##_entry),			\
		.pool = table##_pool,					\
	}

/*
 * Make or destroy all pools of a table at once, and allocate a block of any
 * size from one. The time grows with the number of pools in the table, which is
 * small.
 */
int mempool_fixed_table_create(struct mempool_fixed_table *table,
			       const struct mempool_fixed_params *params);
int mempool_fixed_table_destroy(struct mempool_fixed_table *table, bool force);
void * __must_check
mempool_fixed_malloc(struct mempool_fixed_table *table, size_t size) __malloc;
int mempool_fixed_mfree(struct mempool_fixed_table *table, void *p);
struct mempool_fixed *
mempool_fixed_table_find(const struct mempool_fixed_table *table,
			 const void *p);

#endif /* _RTALLOC_MEMPOOL_FIXED_H */
