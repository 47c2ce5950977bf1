/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * core.h - regions and heaps from the inside, for core/, interface/ and the
 * module's main file. Backends and clients never include it.
 */
#ifndef _RTALLOC_CORE_H
#define _RTALLOC_CORE_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/genalloc.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
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
 * struct rtalloc_region - memory that is reserved once, from which heaps are cut
 * @node: in rtalloc_regions
 * @name: unique among regions
 * @base: its first byte
 * @size: bytes
 * @phys: physical base of a carve-out, 0 for vmalloc memory
 * @dma: what its creator's device calls @base; DMA_MAPPING_ERROR: nothing
 * @flags: of &enum rtalloc_region_flags
 * @nid: NUMA node, or NUMA_NO_NODE
 * @claim: the resource in which a carve-out is claimed, or NULL
 * @pool: which pages are cut out
 * @nr_parts: number of parts that are cut out; a region with parts is not
 *	released
 * @is_private: a driver made it; shells, and heaps that name no region, do not
 *	use it
 *
 * Protects: rtalloc_registry_lock guards all fields that change.
 */
struct rtalloc_region {
	struct list_head node;
	char name[RTALLOC_NAME_MAX + 1];
	void *base;
	size_t size;
	phys_addr_t phys;
	dma_addr_t dma;
	unsigned int flags;
	int nid;
	struct resource *claim;
	struct gen_pool *pool;
	unsigned int nr_parts;
	bool is_private;
};

/**
 * struct rtalloc_part - a piece of memory that belongs to a heap
 * @region: where it was cut from; NULL: memory of the heap's creator
 * @base: its first byte
 * @size: bytes, as asked for; what was cut is rounded up to whole pages
 * @dma: what a device calls @base, or NO_DMA
 */
struct rtalloc_part {
	struct rtalloc_region *region;
	void *base;
	size_t size;
	dma_addr_t dma;
};

#define NO_DMA			(~(dma_addr_t)0)	/* DMA_MAPPING_ERROR */
/* A device tree's node says that the physical range is for its driver. */
#define RTALLOC_REGION_VOUCHED	0x80000000u

/**
 * struct rtalloc_heap - a backend, its memory, its lock and its counters
 * @raw: the heap's lock, if @uses_raw; else the lock of short calls, see lock.h
 * @spin: the heap's lock, if not @uses_raw
 * @uses_raw: which of the two is the heap's lock
 * @sleeps_on_rt: on PREEMPT_RT the lock sleeps, so callers must be able to; on
 *	other kernels such a heap may have the raw lock, too
 * @fast: whose usual case serves the heap, see entry.c
 * @no_init: blocks are not cleared although the kernel clears what it allocates
 *	or frees
 * @is_closed: the heap hands out nothing more: it is damaged or about to be
 *	destroyed
 * @is_busy: a long call holds @spin; guarded by @raw
 * @is_watched: a task waits for a block, or a function is told of frees, see
 *	pool.c
 * @caller: caller of the short call that holds @raw, see entry.c
 * @is_checked: the heap is checked, see checked.c; false again when it ends
 * @ops: the backend's hooks, or those that stand in for them; read under the
 *	lock
 * @backend: what the backend is and can; never changes
 * @layer: its magazines, see percpu.h, or NULL; set before anybody knows the heap
 * @magazines: the same while they may be used, else one that has none; read with
 *	interrupts off, see percpu_fast.h
 * @pool_mags: of a pool, where @magazines has them
 * @latency: where calls are timed, see latency.h; NULL: they are not
 * @latency_kept: the same, also when timing has stopped
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
 * @view: what the interface keeps for the heap
 * @links: links of a pool over a caller's memory
 * @waiters: tasks that wait for a block; the first has waited longest
 * @nr_waiting: number of tasks in @waiters, and of those that have got their
 *	block and have not run yet
 * @nr_inside: number of callers between rtalloc_heap_enter() and
 *	rtalloc_heap_leave(), and of tasks that wait; destroying the heap waits
 *	for all of them
 * @ender: the task that destroys the heap, while it waits for these
 * @freed: function that is told of each free
 * @freed_data: argument for @freed
 * @by_header: in the table of pools whose elements have headers
 * @ctrl: the backend's control block
 *
 * Protects: the lock guards @ctrl, the counters, and the memory's structure;
 * rtalloc_registry_lock guards @node, @is_dying, @part and @view. @part is
 * changed with both held, so that either is enough to read it.
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

/**
 * struct rtalloc_observer - functions by which the interface learns of heaps
 * @added: called when a heap was made. May sleep. What it returns becomes
 *	heap->view.
 * @removed: called without the registry lock when a heap is about to end.
 *	Returns when no request of a shell works on the heap any more.
 */
struct rtalloc_observer {
	void *(*added)(struct rtalloc_heap *heap);
	void (*removed)(struct rtalloc_heap *heap);
};

extern struct mutex rtalloc_registry_lock;
extern struct list_head rtalloc_regions;
extern struct list_head rtalloc_heaps;
extern const struct rtalloc_ops *const rtalloc_backends[];
extern const struct rtalloc_ops rtalloc_gone_ops;

/*
 * Set *@why to a constant line that says why something is refused, and return
 * @err.
 */
static inline int refuse(int err, const char *text, const char **why)
{
	*why = text;
	return err;
}

/*
 * In the functions below @why is set to a constant line whenever an error is
 * returned.
 */
int rtalloc_name_check(const char *name, const char **why);
struct rtalloc_region *
rtalloc_region_make(const struct rtalloc_region_params *params,
		    const char **why);
struct rtalloc_region *
rtalloc_region_open(const struct rtalloc_region_params *params);
int rtalloc_region_drop(struct rtalloc_region *region, const char **why);
struct rtalloc_region *rtalloc_region_find(const char *name);
static inline bool range_lies_in(phys_addr_t start, size_t size,
				 phys_addr_t base, phys_addr_t room)
{
	return start >= base && size <= room && start - base <= room - size;
}

bool rtalloc_phys_find(const char *name, phys_addr_t *base, phys_addr_t *room);
int rtalloc_phys_check(phys_addr_t start, size_t size, bool *is_ram,
		       const char **why);
bool rtalloc_node_find(const char *name, phys_addr_t *base, phys_addr_t *room);
int rtalloc_node_check(phys_addr_t start, size_t size, const char **why);
int rtalloc_node_memory(struct device_node *node, phys_addr_t *base,
			phys_addr_t *room, const char **why);
void *rtalloc_region_cut(struct rtalloc_region *region, size_t size);
void rtalloc_region_paste(struct rtalloc_region *region, void *base,
			  size_t size);

struct rtalloc_heap *rtalloc_heap_make(const struct rtalloc_heap_params *params,
				       bool pinned, const char **why);
void rtalloc_heap_hold(struct rtalloc_heap *heap);
int rtalloc_heap_unpublish(struct rtalloc_heap *heap, bool force,
			   const char **why);
void rtalloc_heap_drain(struct rtalloc_heap *heap);
int rtalloc_part_take(struct rtalloc_heap *heap,
		      struct rtalloc_region *region, void *memory, size_t size,
		      dma_addr_t dma, const char **why);
void rtalloc_part_drop(struct rtalloc_heap *heap);
const char *rtalloc_init_error(int err);
int rtalloc_heap_extend(struct rtalloc_heap *heap,
			struct rtalloc_region *region, void *memory,
			size_t size, const char **why);
int rtalloc_heap_shrink(struct rtalloc_heap *heap,
			struct rtalloc_region *region, void *memory,
			const char **why);
struct rtalloc_heap *rtalloc_heap_find(const char *name);
void rtalloc_heap_shut(struct rtalloc_heap *heap);
void rtalloc_heaps_release_all(void);
void rtalloc_observe(const struct rtalloc_observer *observer);

int rtalloc_check_until(struct rtalloc_heap *heap, struct rtalloc_fault *fault,
			const bool *stop);
bool rtalloc_heap_damaged(struct rtalloc_heap *heap);
void rtalloc_damage_tell(struct rtalloc_heap *heap);
void rtalloc_alloc_finish(struct rtalloc_heap *heap, void *p, size_t size,
			  gfp_t gfp, unsigned long caller);
void rtalloc_block_wipe(struct rtalloc_heap *heap, void *p, size_t from);
void *rtalloc_alloc_failed(struct rtalloc_heap *heap, void *p, size_t size,
			   unsigned long flags, unsigned long caller)
	__releases(heap);
int rtalloc_refused(struct rtalloc_heap *heap, const char *call, void *p,
		    int err, unsigned long flags, unsigned long caller)
	__releases(heap);
void rtalloc_free_watched(struct rtalloc_heap *heap, unsigned long flags)
	__releases(heap);
void rtalloc_waiters_dismiss(struct rtalloc_heap *heap);
void rtalloc_pool_serve(struct rtalloc_heap *heap, unsigned long flags)
	__releases(heap);
void rtalloc_pool_publish(struct rtalloc_heap *heap);
void rtalloc_pool_retract(struct rtalloc_heap *heap);
int rtalloc_realloc_in(struct rtalloc_heap *heap, void **p, size_t size,
		       gfp_t gfp, unsigned long caller);

/* In percpu.c. */
int rtalloc_percpu_free(struct rtalloc_heap *heap, void *p,
			unsigned long caller);
void *rtalloc_percpu_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			   unsigned long caller);
void *rtalloc_percpu_pop(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			 unsigned long caller);
int rtalloc_percpu_many(struct rtalloc_heap *heap, size_t size, void **p,
			unsigned int n);
void *rtalloc_percpu_locked(struct rtalloc_heap *heap, size_t size);

/*
 * In percpu_make.c, percpu_flush.c and percpu_inspect.c: they do nothing to a heap
 * without magazines.
 */
int rtalloc_percpu_init(void);
void rtalloc_percpu_exit(void);
void rtalloc_percpu_none(struct rtalloc_heap *heap);
int rtalloc_percpu_begin(struct rtalloc_heap *heap,
			 const struct rtalloc_heap_params *params,
			 const char **why);
void rtalloc_percpu_stop(struct rtalloc_heap *heap);
void rtalloc_percpu_end(struct rtalloc_heap *heap);
void rtalloc_percpu_gate(struct rtalloc_heap *heap);
bool rtalloc_percpu_is_stopped(const struct rtalloc_heap *heap);
void rtalloc_percpu_flush(struct rtalloc_heap *heap);
bool rtalloc_percpu_reclaim(struct rtalloc_heap *heap, gfp_t gfp);
u64 rtalloc_percpu_cached(const struct rtalloc_heap *heap);
const struct rtalloc_percpu *
rtalloc_percpu_note(const struct rtalloc_heap *heap,
		    struct rtalloc_snapshot *snap);
void rtalloc_percpu_sum(const struct rtalloc_percpu *pc,
			struct rtalloc_snapshot *snap);

/*
 * In checked_make.c and checked_inspect.c. Called only for heaps that are
 * checked.
 */
size_t rtalloc_checked_size(const struct rtalloc_ops *ops);
size_t rtalloc_checked_elem(size_t elem, size_t align, unsigned int flags);
int rtalloc_checked_begin(struct rtalloc_heap *heap,
			  const struct rtalloc_heap_params *params,
			  const char **why);
void rtalloc_checked_end(struct rtalloc_heap *heap);
void rtalloc_checked_called(struct rtalloc_heap *heap, unsigned long caller);
void rtalloc_checked_track(struct rtalloc_heap *heap, void *p, size_t size);
void rtalloc_checked_untracked(struct rtalloc_heap *heap);
void *rtalloc_checked_backend(struct rtalloc_heap *heap);
void rtalloc_checked_callers(struct rtalloc_heap *heap, u64 offset,
			     unsigned long *alloc, unsigned long *free);
void rtalloc_checked_quarantine(struct rtalloc_heap *heap, size_t *bytes,
				unsigned int *blocks, u64 *kept);
void rtalloc_checked_symbol(unsigned long address, char *text, size_t room);
void rtalloc_checked_say(struct rtalloc_heap *heap, const void *p);

const char *rtalloc_fault_text(int err);
void rtalloc_report_fault(struct rtalloc_heap *heap, const char *call,
			  u64 offset, int err, unsigned long caller);
void rtalloc_context_warn(const struct rtalloc_heap *heap);
void rtalloc_report_damage(struct rtalloc_heap *heap);
void rtalloc_report_leftover(struct rtalloc_heap *heap);

/*
 * The offset of @p in the heap; ~0 if @p is foreign. The heap is locked, so no
 * memory is added or removed meanwhile.
 */
static inline u64 heap_offset(struct rtalloc_heap *heap, const void *p)
{
	return heap->ops->offset(heap->ctrl, p);
}

/* Is the heap a pool? Its control block is a struct fixed_pool then. */
static inline bool heap_is_pool(const struct rtalloc_heap *heap)
{
	return heap->backend->configure;
}

/* May a shell do more with the heap than look at it? */
static inline bool heap_allows_shell(const struct rtalloc_heap *heap)
{
	return !heap->is_pinned || heap->allows_shell;
}

/* Must a new block, or what a block gains, be cleared? */
static inline bool heap_clears(const struct rtalloc_heap *heap, gfp_t gfp)
{
	return gfp & __GFP_ZERO || (!heap->no_init && want_init_on_alloc(0));
}

/* Must a block, or what a block loses, be cleared before it is given back? */
static inline bool heap_wipes(const struct rtalloc_heap *heap)
{
	return want_init_on_free() && !heap->no_init;
}

/* The backend's control block. */
static inline void *heap_backend_ctrl(struct rtalloc_heap *heap)
{
	return heap->is_checked ? rtalloc_checked_backend(heap) : heap->ctrl;
}

/*
 * Note @caller for a call that has just locked the heap. Does nothing unless
 * the heap is checked.
 */
static inline void heap_called(struct rtalloc_heap *heap, unsigned long caller)
{
	if (unlikely(heap->is_checked))
		rtalloc_checked_called(heap, caller);
}

/*
 * A call has allocated @p and has dropped the lock. Does nothing unless the
 * heap is checked.
 */
static inline void heap_track(struct rtalloc_heap *heap, void *p, size_t size)
{
	if (unlikely(heap->is_checked))
		rtalloc_checked_track(heap, p, size);
}

/* The name of the region that the heap was cut from, as text shows it. */
static inline const char *heap_region_name(const struct rtalloc_heap *heap)
{
	return heap->part[0].region ? heap->part[0].region->name : "-";
}

static inline size_t heap_size(const struct rtalloc_heap *heap)
{
	size_t size = 0;
	unsigned int i;

	for (i = 0; i < heap->nr_parts; i++)
		size += heap->part[i].size;
	return size;
}

#endif /* _RTALLOC_CORE_H */
