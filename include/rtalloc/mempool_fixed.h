/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mempool_fixed.h - pools of elements of one size: the public API.
 *
 * A pool is a heap of rtalloc (mempool_fixed_heap()) whose blocks all have the
 * same size, so everything that looks at a heap works on it: statistics, walk,
 * check, debugfs, rtheap. Besides, a task can wait for an element.
 *
 * Alloc and free take constant time and work from any context but NMI, also
 * in hard interrupts and under a raw spinlock on PREEMPT_RT. Waiting sleeps.
 * Bad frees (foreign, interior, double) are refused in constant time; what
 * the pool knows of an element is never kept inside of one.
 *
 * The first elements handed out are in address order (downwards with
 * RTALLOC_POOL_HIGH_FIRST); after that the last one freed is the next one
 * handed out. While tasks wait, a freed element goes straight to the one that
 * has waited longest: nobody can snatch it.
 */
#ifndef _RTALLOC_MEMPOOL_FIXED_H
#define _RTALLOC_MEMPOOL_FIXED_H

#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <rtalloc/rtalloc.h>

struct mempool_fixed;

/* For mempool_fixed_alloc_timeout(): no limit. */
#define MEMPOOL_FIXED_FOREVER	MAX_SCHEDULE_TIMEOUT

/**
 * struct mempool_fixed_params - what a pool is made from
 * @name: as of a heap, with which it shares the name space
 * @region: where it is cut from; NULL for the default region
 * @elem: bytes of an element, rounded up to @align
 * @count: elements, at most RTALLOC_POOL_MAX; for mempool_fixed_init() 0 means
 *	as many as fit
 * @align: of elements, a power of two from 8 to 4096; 0 for 8. Elements of a
 *	page at most, aligned to the next power of two, cross no page boundary.
 * @flags: of &enum rtalloc_heap_flags, those that begin with RTALLOC_POOL, and
 *	those that a pool can have as any heap
 * @percpu: as of &struct rtalloc_heap_params
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

struct mempool_fixed *
mempool_fixed_create(const struct mempool_fixed_params *params);
struct mempool_fixed *
mempool_fixed_init(const struct mempool_fixed_params *params, void *memory,
		   size_t size);
void mempool_fixed_close(struct mempool_fixed *pool);
int mempool_fixed_destroy(struct mempool_fixed *pool, bool force);

void *mempool_fixed_alloc(struct mempool_fixed *pool);
void *mempool_fixed_alloc_timeout(struct mempool_fixed *pool, long timeout);
int mempool_fixed_free(struct mempool_fixed *pool, void *p);

/**
 * typedef mempool_fixed_freed_fn - told that an element was freed
 * @pool: the pool
 * @nr_free: elements free now; 1: it was empty before
 * @data: as given to mempool_fixed_set_freed()
 *
 * Called in the context of the free, without the pool's lock, under
 * rcu_read_lock(); it must not sleep. It may allocate from the pool.
 */
typedef void (*mempool_fixed_freed_fn)(struct mempool_fixed *pool,
				       unsigned int nr_free, void *data);

void mempool_fixed_set_freed(struct mempool_fixed *pool,
			     mempool_fixed_freed_fn freed, void *data);

size_t mempool_fixed_elem_size(const struct mempool_fixed *pool);
size_t mempool_fixed_stride(const struct mempool_fixed *pool);
unsigned int mempool_fixed_count(const struct mempool_fixed *pool);
unsigned int mempool_fixed_nr_free(const struct mempool_fixed *pool);
void *mempool_fixed_element(const struct mempool_fixed *pool,
			    unsigned int index);
long mempool_fixed_index(const struct mempool_fixed *pool, const void *p);

struct mempool_fixed *mempool_fixed_find(const void *p);

struct rtalloc_heap *mempool_fixed_heap(struct mempool_fixed *pool);
struct mempool_fixed *mempool_fixed_of(struct rtalloc_heap *heap);

/**
 * struct mempool_fixed_stats - a pool at one moment, counted in elements
 * @count: of the pool
 * @used: handed out now
 * @max_used: highest value of @used so far
 * @waiting: tasks that wait for an element now
 * @allocs: handed out in all
 * @frees: given back in all
 * @failed: requests that got none
 * @faults: bad frees refused
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
 * struct mempool_fixed_entry - a line of a table of pools
 * @name: of the pool, behind the table's and a dot
 * @count: its elements
 * @elem: bytes of each
 */
struct mempool_fixed_entry {
	const char *name;
	unsigned int count;
	size_t elem;
};

/**
 * struct mempool_fixed_table - pools made from one list
 * @name: the pools' names begin with it
 * @entry: the list; for mempool_fixed_malloc() the smallest elements first
 * @nr: of @entry and of @pool
 * @pool: the pools, by place in the list, while they exist
 * @try_bigger: mempool_fixed_malloc() takes a larger element when the pool for
 *	the size is empty
 *
 * Made by MEMPOOL_FIXED_TABLE().
 */
struct mempool_fixed_table {
	const char *name;
	const struct mempool_fixed_entry *entry;
	unsigned int nr;
	struct mempool_fixed **pool;
	bool try_bigger;
};

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

int mempool_fixed_table_create(struct mempool_fixed_table *table,
			       const struct mempool_fixed_params *params);
int mempool_fixed_table_destroy(struct mempool_fixed_table *table, bool force);
void *mempool_fixed_malloc(struct mempool_fixed_table *table, size_t size);
int mempool_fixed_mfree(struct mempool_fixed_table *table, void *p);
struct mempool_fixed *
mempool_fixed_table_find(const struct mempool_fixed_table *table,
			 const void *p);

#endif /* _RTALLOC_MEMPOOL_FIXED_H */
