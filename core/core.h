/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * core.h - regions and heaps from the inside, for core/, interface/ and the
 * module's own file. Backends and clients never include it.
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

#define RTALLOC_PARTS_MAX	8	/* regions that one heap can span */

/**
 * struct rtalloc_region - memory reserved once, from which heaps are cut
 * @node: in rtalloc_regions
 * @name: unique
 * @base: its first byte
 * @size: bytes
 * @phys: physical base of a carve-out, 0 for vmalloc memory
 * @claim: the resource in which a carve-out is claimed, or NULL
 * @pool: which pages are cut out
 * @nr_heaps: parts cut out, so that it is not released under a heap
 * @is_private: a driver made it: shells and heaps without a region keep off
 *
 * Protects: rtalloc_registry_lock guards all fields that change.
 */
struct rtalloc_region {
	struct list_head node;
	char name[RTALLOC_NAME_MAX + 1];
	void *base;
	size_t size;
	phys_addr_t phys;
	struct resource *claim;
	struct gen_pool *pool;
	unsigned int nr_heaps;
	bool is_private;
};

/* A piece of memory that belongs to a heap. */
struct rtalloc_part {
	struct rtalloc_region *region;	/* NULL: its creator's own memory */
	void *base;
	size_t size;		/* as asked for; whole pages were cut */
};

/**
 * struct rtalloc_heap - a backend at work on its parts of regions
 * @raw: the lock, when @is_raw; else that of short calls, see lock.h
 * @spin: the lock, when not @is_raw
 * @is_raw: which lock
 * @may_sleep: on PREEMPT_RT its lock sleeps, and users must reckon with that
 * @fast: whose usual case serves it, see entry.c
 * @no_init: not cleared though the kernel clears what it allocates or frees
 * @is_closed: hands out nothing more: damaged, or about to be destroyed
 * @is_busy: a long call holds @spin; guarded by @raw
 * @is_watched: somebody waits for a block, or is told of frees: see pool.c
 * @caller: of the short call that holds @raw, see entry.c
 * @is_checked: see checked.c; until its end
 * @ops: the backend's hooks, or what stands in for them; read under the lock
 * @backend: what it is and can; never changes
 * @allocs: blocks handed out (without the moves of a realloc)
 * @frees: blocks taken back
 * @reallocs: reallocations that succeeded
 * @failed: requests without memory
 * @faults: bad pointers refused
 * @changes: memory added, removed, trimmed
 * @node: in rtalloc_heaps
 * @users: rtalloc_heap_get() and one for its existence
 * @rcu: to be freed after a grace period
 * @is_pinned: its creator, a driver, holds a reference to the module
 * @is_open: shells may use a driver's heap too
 * @was_checked: it was made so
 * @is_dying: about to be destroyed: nobody finds it
 * @align: of blocks
 * @name: unique
 * @nr_parts: of @part
 * @part: what it lies in
 * @view: what the interface keeps for it
 * @links: of a pool over a caller's memory
 * @waiters: tasks that wait for a block, the first one longest
 * @nr_waiting: of them, and of those that have their block and do not run yet
 * @nr_inside: who works on the heap, or on what ends with it, without the lock:
 *	rtalloc_heap_enter(), and every task that waits
 * @ender: the task that destroys the heap, when it waits for those
 * @freed: told of each free
 * @freed_data: what for
 * @by_header: among pools whose elements have headers
 * @ctrl: the backend's control block
 *
 * Protects: the lock guards @ctrl, the counters, and the memory's structure;
 * rtalloc_registry_lock guards @node, @is_dying, @part and @view.
 */
struct rtalloc_heap {
	raw_spinlock_t raw;	/* guards ctrl, counters, structure if is_raw */
	spinlock_t spin;	/* the same if not */
	enum rtalloc_fast fast;
	bool is_raw;
	bool may_sleep;
	bool no_init;
	bool is_closed;
	bool is_busy;
	bool is_watched;
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
	bool is_open;
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

/* A heap whose backend is the pool. */
struct mempool_fixed {
	struct rtalloc_heap heap;
};

/*
 * What the interface wants to know. @added may sleep and returns what heap->view
 * becomes; @removed, without the registry lock, returns when nobody works on the
 * heap any more.
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

/* Say in a constant line why something is refused. */
static inline int refuse(int err, const char *text, const char **why)
{
	*why = text;
	return err;
}

/* @why is set to a constant line whenever an error is returned. */
int rtalloc_name_check(const char *name, const char **why);
struct rtalloc_region *
rtalloc_region_make(const struct rtalloc_region_params *params,
		    const char **why);
int rtalloc_region_drop(struct rtalloc_region *region, const char **why);
struct rtalloc_region *rtalloc_region_find(const char *name);
bool rtalloc_phys_find(phys_addr_t *base, phys_addr_t *room);
int rtalloc_phys_check(phys_addr_t start, size_t size, bool *is_ram,
		       const char **why);
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
		      const char **why);
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
void rtalloc_pool_publish(struct rtalloc_heap *heap);
void rtalloc_pool_retract(struct rtalloc_heap *heap);
int rtalloc_realloc_in(struct rtalloc_heap *heap, void **p, size_t size,
		       gfp_t gfp, unsigned long caller);

/* In checked_make.c and checked_inspect.c: for heaps that are checked only. */
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
 * Where @p lies in the heap, ~0 for a foreign pointer. The heap is locked: while
 * it is, no memory comes or goes.
 */
static inline u64 heap_offset(struct rtalloc_heap *heap, const void *p)
{
	return heap->ops->offset(heap->ctrl, p);
}

/* May a shell do more with the heap than look at it? */
static inline bool heap_is_open(const struct rtalloc_heap *heap)
{
	return !heap->is_pinned || heap->is_open;
}

/* Is a new block, or what one gains, to be cleared? */
static inline bool heap_clears(const struct rtalloc_heap *heap, gfp_t gfp)
{
	return gfp & __GFP_ZERO || (!heap->no_init && want_init_on_alloc(0));
}

/* Is a block, or what it loses, to be cleared before it goes? */
static inline bool heap_wipes(const struct rtalloc_heap *heap)
{
	return want_init_on_free() && !heap->no_init;
}

/* The backend's control block. */
static inline void *heap_backend_ctrl(struct rtalloc_heap *heap)
{
	return heap->is_checked ? rtalloc_checked_backend(heap) : heap->ctrl;
}

/* @caller is what a call that has just locked the heap works for. */
static inline void heap_called(struct rtalloc_heap *heap, unsigned long caller)
{
	if (unlikely(heap->is_checked))
		rtalloc_checked_called(heap, caller);
}

/* A call has got @p; the lock is dropped. */
static inline void heap_track(struct rtalloc_heap *heap, void *p, size_t size)
{
	if (unlikely(heap->is_checked))
		rtalloc_checked_track(heap, p, size);
}

/* Where the heap was cut from, as text shows it. */
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
