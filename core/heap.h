/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * heap.h - a heap's record: its backend, its memory, its lock and its counters.
 * Backends and clients never include it.
 */
#ifndef _RTALLOC_HEAP_H
#define _RTALLOC_HEAP_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/completion.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/rcuwait.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

#include <rtalloc/mempool_fixed.h>
#include <rtalloc/rtalloc.h>
#include "backend/backend.h"

/* The most parts that one heap can lie in. */
#define RTALLOC_PARTS_MAX	8

/**
 * struct rtalloc_part - a piece of memory that belongs to a heap
 * @region: where it was cut from; NULL: memory of the heap's creator
 * @base: its first byte
 * @size: bytes, as asked for; what was cut is rounded up to whole pages
 * @dma: DMA address of @base, or NO_DMA
 */
struct rtalloc_part {
	struct rtalloc_region *region;
	void *base;
	size_t size;
	dma_addr_t dma;
};

/**
 * struct rtalloc_heap - a backend, its memory, its lock and its counters
 * @raw: the heap's lock, if @uses_raw; else the lock of short calls, see lock.h
 * @spin: the heap's lock, if not @uses_raw
 * @uses_raw: which of the two is the heap's lock
 * @sleeps_on_rt: on PREEMPT_RT the lock sleeps, so callers must be able to
 *	sleep; on other kernels such a heap may have the raw lock, too
 * @fast: which usual case serves the heap, see entry.c
 * @no_init: blocks are not cleared although the kernel clears what it allocates
 *	or frees
 * @is_closed: the heap hands out nothing more: it is damaged or about to be
 *	destroyed
 * @is_busy: a long call holds @spin; guarded by @raw
 * @is_watched: a task waits for a block, or a function is called for each free,
 *	see pool.c
 * @caller: caller of the short call that holds @raw, see entry.c
 * @is_checked: the heap is checked, see checked.c; false again when it ends
 * @ops: the backend's hooks, or those that stand in for them; read under the
 *	lock
 * @backend: what the backend is and can; never changes
 * @layer: its magazines, see percpu.h, or NULL; set before the heap is
 *	published
 * @magazines: @layer while the magazines may be used, else an empty layer; read
 *	with interrupts off, see percpu_fast.h
 * @pool_mags: for a pool: the sets of magazines that @magazines leads to
 * @latency: counters of timed calls, see latency.h; NULL: calls are not timed
 * @latency_kept: the same counters, also after timing has stopped
 * @allocs: allocations that succeeded (the moves of a realloc not included)
 * @frees: frees that succeeded
 * @reallocs: reallocations that succeeded
 * @failed: requests that found no memory
 * @faults: bad pointers that were refused
 * @changes: how often memory was added, removed or trimmed
 * @node: in rtalloc_heaps
 * @users: references: one for the heap's existence, and those of
 *	rtalloc_heap_get()
 * @rcu: frees the record after a grace period
 * @is_pinned: the creator is a driver and holds a reference to the module
 * @allows_shell: shells may use the heap although it is a driver's
 * @was_checked: the heap was made as a checked one
 * @is_dying: the heap is about to be destroyed, and nobody finds it
 * @align: alignment of blocks in bytes
 * @name: unique among heaps
 * @nr_parts: used entries of @part
 * @part: the memory that the heap lies in
 * @view: the interface's data for the heap
 * @links: links of a pool over a caller's memory, freed with the heap; else NULL
 * @waiters: tasks that wait for a block; the one at the head has waited longest
 * @nr_waiting: number of tasks in @waiters, and of tasks that have been given
 *	their block and have not run yet
 * @nr_inside: number of callers between rtalloc_heap_enter() and
 *	rtalloc_heap_leave(), and of tasks that wait; destroying the heap waits
 *	for all of them
 * @ender: the task that destroys the heap, while it waits for @nr_inside
 * @gone: the heap's memory has been given back
 * @freed: function that is called for each free
 * @freed_data: argument for @freed
 * @by_header: entry in the table of pools whose elements have headers
 * @ctrl: the backend's control block
 *
 * Protects: the lock guards @ctrl, the counters, and the memory's structure;
 * rtalloc_registry_lock guards @node, @is_dying and @view. @nr_parts, and the
 * entries of @part below it, are changed with both held, so that either is enough
 * to read them.
 */
struct rtalloc_heap {
	raw_spinlock_t raw;	/* guards ctrl, counters, structure if uses_raw */
	spinlock_t spin;	/* the same if not uses_raw */
	enum rtalloc_fast fast;
	bool uses_raw;
	bool sleeps_on_rt;
	bool no_init;
	bool is_closed;
	bool is_busy;
	bool is_watched;
	struct rtalloc_percpu *layer;
	struct rtalloc_percpu *magazines;
	struct magazines *__percpu *pool_mags;
	struct latency __percpu *latency;
	struct latency __percpu *latency_kept;
	unsigned long caller;
	bool is_checked;
	const struct rtalloc_ops *ops;
	const struct rtalloc_ops *backend;
	u64 allocs;
	u64 frees;
	u64 reallocs;
	u64 failed;
	u64 faults;
	u64 changes;

	struct list_head node;
	refcount_t users;
	struct rcu_head rcu;
	bool is_pinned;
	bool allows_shell;
	bool was_checked;
	bool is_dying;
	size_t align;
	char name[RTALLOC_NAME_MAX + 1];
	unsigned int nr_parts;
	struct rtalloc_part part[RTALLOC_PARTS_MAX];
	void *view;

	u32 *links;
	struct list_head waiters;
	unsigned int nr_waiting;
	atomic_t nr_inside;
	struct rcuwait ender;
	struct completion gone;
	mempool_fixed_freed_fn freed;
	void *freed_data;
	struct hlist_node by_header;

	u8 ctrl[] __aligned(L1_CACHE_BYTES);
};

/**
 * struct mempool_fixed - a heap whose backend is the pool
 * @heap: the heap
 */
struct mempool_fixed {
	struct rtalloc_heap heap;
};

/* The hooks of a heap that is gone, in gone.c. */
extern const struct rtalloc_ops rtalloc_gone_ops;

/*
 * Return the offset of @p in the heap, or ~0 if @p is foreign. The heap is
 * locked, so no memory is added or removed meanwhile.
 */
static inline u64 heap_offset(struct rtalloc_heap *heap, const void *p)
{
	return heap->ops->offset(heap->ctrl, p);
}

/*
 * Return how many bytes of a block of @size may be cleared; the heap is locked.
 * That is 0 in a heap that is gone, and can be 0 in one that is damaged around
 * the block.
 */
static inline size_t heap_room(struct rtalloc_heap *heap, const void *p,
			       size_t size)
{
	size_t room = heap->ops->usable_size(heap->ctrl, p);

	return heap->ops == &rtalloc_gone_ops ? room : max(room, size);
}

/* Is the heap a pool? Its control block is a struct fixed_pool then. */
static inline bool heap_is_pool(const struct rtalloc_heap *heap)
{
	return heap->backend->configure;
}

/* May a shell do more with the heap than inspect it? */
static inline bool heap_allows_shell(const struct rtalloc_heap *heap)
{
	return !heap->is_pinned || heap->allows_shell;
}

/* Must a new block, or the bytes that a block gains, be cleared? */
static inline bool heap_clears(const struct rtalloc_heap *heap, gfp_t gfp)
{
	return gfp & __GFP_ZERO || (!heap->no_init && want_init_on_alloc(0));
}

/*
 * Must a block, or the bytes that a block loses, be cleared before it is given
 * back?
 */
static inline bool heap_wipes(const struct rtalloc_heap *heap)
{
	return want_init_on_free() && !heap->no_init;
}

static inline size_t heap_size(const struct rtalloc_heap *heap)
{
	size_t size = 0;
	unsigned int i;

	for (i = 0; i < heap->nr_parts; i++)
		size += heap->part[i].size;
	return size;
}

#endif /* _RTALLOC_HEAP_H */
