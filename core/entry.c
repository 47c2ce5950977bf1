// SPDX-License-Identifier: GPL-2.0-only
/*
 * entry.c - the entry points that run hot: rtalloc_alloc(), rtalloc_free(),
 * mempool_fixed_alloc() and mempool_fixed_free().
 *
 *	rtalloc_alloc()		the raw lock, one way for each backend:
 *	  alloc_tlsf()		  the usual case, inlined; else one of three
 *	  alloc_slab()		  the usual case, inlined
 *	  alloc_other()		  memheap's usual case, or the backend's hook
 *	rtalloc_free()		the same
 *
 * Each backend offers its usual case in backend/NAME_fast.h: steps that call
 * nothing. They are inlined between lock and unlock, and the entry point saves no
 * register. Whatever is not usual is reached by a jump to a function of its own:
 * the lock is taken, the pointer is bad, a tracepoint is on, memory is to be
 * cleared, a list has several blocks. The functions for TLSF are below, because
 * its longest case has as tight a bound as its usual one; those for the others
 * are in slow.c. tools/hot reads the object code and fails when an entry point
 * saves a register or calls a function.
 *
 * The raw lock is tried for every heap, also for one with a sleeping lock
 * (lock.h). heap->fast, which says whose usual case serves the heap, may be
 * read only under it.
 *
 * The caller's address is taken in the entry point and passed on: as an
 * argument, or, where that would cost a function one more register, in
 * heap->caller, under the lock. A function that an entry point ends with, by a
 * jump, finds it where the entry point does; see CALLER().
 *
 * UBSAN is off for this object, see Kbuild.
 */
#include <linux/module.h>

#include "backend/memheap_fast.h"
#include "backend/pool_fast.h"
#include "backend/slab_fast.h"
#include "backend/tlsf_fast.h"
#include "core/keys.h"
#include "core/latency.h"
#include "core/lock.h"
#include "core/percpu_fast.h"
#include "core/slow.h"

/*
 * The caller of an entry point, for a function that the entry point jumps to.
 * Kernels with frame pointers (arm64's) are compiled without such jumps: there
 * the address is the argument @from. Elsewhere @from costs nothing, because it
 * is not read.
 */
#define CALLER(from) \
	((IS_ENABLED(CONFIG_FRAME_POINTER) ? (from) : 0ul) ?: _RET_IP_)

/*
 * The end of a usual case that has allocated @p. The raw lock is held; this
 * drops it.
 */
static __always_inline void *allocated(struct rtalloc_heap *heap, void *p,
				       unsigned long flags)
	__releases(heap)
{
	heap->allocs++;
	heap_unlock_raw(heap, flags);
	return p;
}

static __always_inline int freed(struct rtalloc_heap *heap,
				 unsigned long flags)
	__releases(heap)
{
	heap->frees++;
	heap_unlock_raw(heap, flags);
	return 0;
}

/*
 * Continue where a usual case gives up. @layered: the heap has magazines, and
 * the memory that is missing may lie in them.
 */
static __always_inline void *alloc_slow(struct rtalloc_heap *heap, size_t size,
					gfp_t gfp, unsigned long flags,
					unsigned long caller,
					const bool layered)
	__releases(heap)
{
	if (!layered)
		return rtalloc_alloc_locked(heap, size, flags, caller);
	heap_unlock_raw(heap, flags);
	return percpu_alloc_slow(heap, size, gfp, caller);
}

/* ---- TLSF: alloc ----------------------------------------------------- */

/*
 * A way in which the first block of a list becomes used: block_cut(),
 * block_split() or block_take().
 */
typedef bool (*cut_step_t)(struct tlsf *tlsf, struct need need,
			   const struct block *last, struct block *block,
			   const bool near);

/*
 * Allocate by @step. If @step gives up, a request for as many bytes as @need
 * holds goes to the hook, which finds the same block, or the damage.
 */
static __always_inline void *cut_by(cut_step_t step, struct rtalloc_heap *heap,
				    struct block *block, unsigned long flags,
				    size_t units, size_t class)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;
	const struct need need = { units, class };

	if (unlikely(!step(tlsf, need, tlsf->last, block, true)))
		return rtalloc_alloc_locked(heap, need_size(need), flags,
					    heap->caller);
	return allocated(heap, block, flags);
}

/*
 * Not inlined, so that each of the three functions can use all free registers.
 */
static noinline void *alloc_cut(struct rtalloc_heap *heap, struct block *block,
				unsigned long flags, size_t units, size_t class)
	__releases(heap)
{
	return cut_by(block_cut, heap, block, flags, units, class);
}

static noinline void *alloc_take(struct rtalloc_heap *heap, struct block *block,
				 unsigned long flags, size_t units,
				 size_t class)
	__releases(heap)
{
	return cut_by(block_take, heap, block, flags, units, class);
}

static noinline void *alloc_split(struct rtalloc_heap *heap,
				  struct block *block, unsigned long flags,
				  size_t units, size_t class)
	__releases(heap)
{
	return cut_by(block_split, heap, block, flags, units, class);
}

/*
 * Inlined, so that _RET_IP_ is the caller of the entry point. That address is
 * on the stack and is read only where the usual case ends. @from: as of CALLER(),
 * 0 in the entry point itself.
 */
static __always_inline void *alloc_tlsf(struct rtalloc_heap *heap, size_t size,
					gfp_t gfp, unsigned long flags,
					const bool layered, unsigned long from)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;
	struct block *block;
	struct need need;

	if (unlikely(!tlsf_find(tlsf, size, &need, &block)))
		return alloc_slow(heap, size, gfp, flags, CALLER(from), layered);
	if (block_keeps_class(block, need)) {
		if (likely(fast_cut(tlsf, need, block)))
			return allocated(heap, block, flags);
		heap->caller = CALLER(from);
		return alloc_cut(heap, block, flags, need.units, need.class);
	}
	heap->caller = CALLER(from);
	if (block_has_no_rest(block, need))
		return alloc_take(heap, block, flags, need.units, need.class);
	return alloc_split(heap, block, flags, need.units, need.class);
}

/* ---- TLSF: free ------------------------------------------------------ */

static __always_inline int free_ended(struct rtalloc_heap *heap, void *p,
				      unsigned long flags, bool is_free)
	__releases(heap)
{
	if (unlikely(!is_free))
		return rtalloc_free_locked(heap, p, flags, heap->caller);
	return freed(heap, flags);
}

/*
 * One function for each of the four ways to free, so that each can use all free
 * registers.
 */
static noinline int free_lone(struct rtalloc_heap *heap, void *p,
			      unsigned long flags, u64 own)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;

	return free_ended(heap, p, flags, free_used(tlsf, p, own));
}

/* @next leads to the block behind. */
static noinline int free_before(struct rtalloc_heap *heap, void *p,
				unsigned long flags, u64 next)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;
	u64 own = next - head_of(p)->units;

	return free_ended(heap, p, flags,
			  free_next(tlsf, tlsf->last, p, own, true));
}

static noinline int free_behind(struct rtalloc_heap *heap, void *p,
				unsigned long flags)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;

	return free_ended(heap, p, flags, free_prev(tlsf, p, true));
}

static noinline int free_between(struct rtalloc_heap *heap, void *p,
				 unsigned long flags, u64 own)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;

	return free_ended(heap, p, flags,
			  free_both(tlsf, tlsf->last, p, own, true));
}

/* Inlined, as alloc_tlsf(). */
static __always_inline int free_tlsf(struct rtalloc_heap *heap, void *p,
				     unsigned long flags, unsigned long from)
	__releases(heap)
{
	struct tlsf *tlsf = (struct tlsf *)heap->ctrl;
	struct block *next;
	size_t units;
	u64 own;

	if (unlikely(!tlsf_is_near(tlsf, p, &own)))
		return rtalloc_free_locked(heap, p, flags, CALLER(from));
	units = head_of(p)->units;
	next = block_next(p);
	if (fast_can_join(tlsf, p, next)) {
		/* One register serves for both links. */
		own += units;
		OPTIMIZER_HIDE_VAR(own);
		if (likely(fast_join(tlsf, p, next, units, own)))
			return freed(heap, flags);
		heap->caller = CALLER(from);
		return free_before(heap, p, flags, own);
	}
	heap->caller = CALLER(from);
	/*
	 * The second look reads again what was read here, so no register is
	 * kept for it.
	 */
	barrier();
	switch (block_around(tlsf, tlsf->last, p, next)) {
	case AROUND_NEXT:
		return free_before(heap, p, flags, own + units);
	case AROUND_USED:
		return free_lone(heap, p, flags, own);
	case AROUND_PREV:
		return free_behind(heap, p, flags);
	case AROUND_BOTH:
		return free_between(heap, p, flags, own);
	default:
		return rtalloc_free_locked(heap, p, flags, heap->caller);
	}
}

/* ---- the other backends ---------------------------------------------- */

/* Inlined, as alloc_tlsf(). */
static __always_inline void *alloc_slab(struct rtalloc_heap *heap, size_t size,
					gfp_t gfp, unsigned long flags,
					const bool layered, unsigned long from)
	__releases(heap)
{
	void *p;

	if (unlikely(!slabzone_alloc_fast(heap->ctrl, size, &p)))
		return alloc_slow(heap, size, gfp, flags, CALLER(from), layered);
	return allocated(heap, p, flags);
}

static __always_inline int free_slab(struct rtalloc_heap *heap, void *p,
				     unsigned long flags, unsigned long from)
	__releases(heap)
{
	if (unlikely(!slabzone_free_fast(heap->ctrl, p)))
		return rtalloc_free_locked(heap, p, flags, CALLER(from));
	return freed(heap, flags);
}

/* For requests that the first free block does not fit. */
static noinline void *alloc_short(struct rtalloc_heap *heap, size_t size,
				  unsigned long flags, unsigned long caller)
	__releases(heap)
{
	void *p;

	heap->caller = caller;
	if (unlikely(!memheap_alloc_short(heap->ctrl, size, &p)))
		return rtalloc_alloc_locked(heap, size, flags, heap->caller);
	return allocated(heap, p, flags);
}

static noinline int free_short(struct rtalloc_heap *heap, void *p,
			       unsigned long flags, unsigned long caller)
	__releases(heap)
{
	heap->caller = caller;
	if (unlikely(!memheap_free_short(heap->ctrl, p)))
		return rtalloc_free_locked(heap, p, flags, heap->caller);
	return freed(heap, flags);
}

/* May a call on a memheap proceed with the raw lock alone? See lock.h. */
static __always_inline bool may_be_short(const struct rtalloc_heap *heap,
					 unsigned long flags)
{
	return heap->fast == RTALLOC_FAST_MEMHEAP && likely(!heap->is_busy) &&
	       !heap_context_is_bad_locked(heap, flags);
}

static noinline void *alloc_other(struct rtalloc_heap *heap, size_t size,
				  unsigned long flags, unsigned long caller)
	__releases(heap)
{
	void *p;

	if (!may_be_short(heap, flags))
		return rtalloc_alloc_locked(heap, size, flags, caller);
	if (unlikely(!memheap_alloc_front(heap->ctrl, size, &p)))
		return alloc_short(heap, size, flags, caller);
	return allocated(heap, p, flags);
}

static noinline int free_other(struct rtalloc_heap *heap, void *p,
			       unsigned long flags, unsigned long caller)
	__releases(heap)
{
	if (!may_be_short(heap, flags))
		return rtalloc_free_locked(heap, p, flags, caller);
	if (unlikely(!memheap_free_front(heap->ctrl, p)))
		return free_short(heap, p, flags, caller);
	return freed(heap, flags);
}

/* ---- magazines, and extra work --------------------------------------- */

/* Is the call timed, or is there extra work? One key says neither. */
static __always_inline bool alloc_has_detour(const struct rtalloc_heap *heap)
{
	return static_branch_unlikely(&rtalloc_detour) &&
	       (static_branch_unlikely(&rtalloc_alloc_extra) ||
		heap_is_timed(heap));
}

static __always_inline bool free_has_detour(const struct rtalloc_heap *heap)
{
	return static_branch_unlikely(&rtalloc_detour) &&
	       (free_has_extra() || heap_is_timed(heap));
}

/*
 * Does the call continue out of line? One key is tested first, which is off
 * while no call has anything of the kind to do: see keys.h.
 */
static __always_inline bool alloc_is_special(const struct rtalloc_heap *heap,
					     gfp_t gfp)
{
	return (static_branch_unlikely(&rtalloc_special) &&
		/* The layer was set before the heap was published. */
		(data_race(heap->layer) || alloc_has_detour(heap))) ||
	       unlikely(gfp & __GFP_ZERO);
}

static __always_inline bool free_is_special(const struct rtalloc_heap *heap)
{
	return static_branch_unlikely(&rtalloc_special) &&
	       /* As above. */
	       (data_race(heap->layer) || free_has_detour(heap));
}

/*
 * Each of these is the last call of its entry point, so it finds the entry
 * point's caller as its own, or in @from. A block too large for magazines is
 * allocated as in a heap without magazines.
 */
static noinline void *alloc_large(struct rtalloc_heap *heap, size_t size,
				  gfp_t gfp, unsigned long flags,
				  unsigned long from)
{
	const struct rtalloc_percpu *pc;

	if (!heap_trylock(heap, flags))
		return percpu_alloc_slow(heap, size, gfp, CALLER(from));
	pc = heap_magazines(heap);
	if (pc->fast == RTALLOC_FAST_TLSF)
		return alloc_tlsf(heap, size, gfp, flags, true, from);
	if (pc->fast == RTALLOC_FAST_SLAB)
		return alloc_slab(heap, size, gfp, flags, true,
				  from);
	return alloc_slow(heap, size, gfp, flags, CALLER(from), true);
}

static noinline void *alloc_detour(struct rtalloc_heap *heap, size_t size,
				   gfp_t gfp, unsigned long caller)
{
	return heap_alloc_general(heap, size, gfp, caller);
}

static noinline int free_detour(struct rtalloc_heap *heap, void *p,
				unsigned long caller)
{
	return heap_free_general(heap, p, caller);
}

/*
 * notrace, as their entry points are: a ftrace hook costs time even when it is
 * off.
 */
static noinline notrace void *alloc_special(struct rtalloc_heap *heap,
					    size_t size, gfp_t gfp,
					    unsigned long from)
{
	const struct rtalloc_percpu *pc;
	unsigned long flags;
	void *p;

	if (alloc_has_detour(heap) || unlikely(gfp & __GFP_ZERO))
		return alloc_detour(heap, size, gfp, CALLER(from));
	local_irq_save(flags);
	pc = heap_magazines(heap);
	if (unlikely(size - 1 >= PERCPU_SIZE_MAX))
		return alloc_large(heap, size, gfp, flags, from);
	if (unlikely(heap_context_is_bad_unlocked(heap, flags)) ||
	    unlikely(!fast_pop(pc, pc->at[(size - 1) / PERCPU_STEP], &p))) {
		local_irq_restore(flags);
		return percpu_alloc_slow(heap, size, gfp, CALLER(from));
	}
	OPTIMIZER_HIDE_VAR(flags);
	local_irq_restore(flags);
	OPTIMIZER_HIDE_VAR(p);
	return p;
}

/* Under the lock, a block without a mark belongs to the backend. */
static noinline int free_large(struct rtalloc_heap *heap, void *p,
			       unsigned long flags, const u8 *mark, u8 was,
			       unsigned long from)
{
	const struct rtalloc_percpu *pc;

	if (!heap_trylock(heap, flags))
		return percpu_free_slow(heap, p, CALLER(from));
	pc = heap_magazines(heap);
	if (likely(READ_ONCE(*mark) == was)) {
		if (pc->fast == RTALLOC_FAST_TLSF)
			return free_tlsf(heap, p, flags, from);
		if (pc->fast == RTALLOC_FAST_SLAB)
			return free_slab(heap, p, flags, from);
	}
	heap_unlock_raw(heap, flags);
	return percpu_free_slow(heap, p, CALLER(from));
}

static noinline notrace int free_special(struct rtalloc_heap *heap, void *p,
					 unsigned long from)
{
	const struct rtalloc_percpu *pc;
	unsigned long flags;
	enum push push;
	u8 *mark, was;

	if (free_has_detour(heap))
		return free_detour(heap, p, CALLER(from));
	local_irq_save(flags);
	pc = heap_magazines(heap);
	if (unlikely(heap_context_is_bad_unlocked(heap, flags))) {
		local_irq_restore(flags);
		return percpu_free_slow(heap, p, CALLER(from));
	}
	push = fast_push(pc, p, &mark, &was);
	if (likely(push == PUSH_DONE)) {
		/*
		 * Keeps gcc from testing the flags before the branch, on all
		 * paths.
		 */
		OPTIMIZER_HIDE_VAR(flags);
		local_irq_restore(flags);
		return 0;
	}
	if (push == PUSH_UNKNOWN)
		return free_large(heap, p, flags, mark, was, from);
	local_irq_restore(flags);
	return percpu_free_slow(heap, p, CALLER(from));
}

/* ---- heaps ----------------------------------------------------------- */

/**
 * rtalloc_alloc() - allocate a block
 * @heap: the heap
 * @size: bytes, not 0
 * @gfp: __GFP_ZERO clears the block. Other flags have no effect, and no call
 *	sleeps for memory or warns, with one exception: in a heap with per-CPU
 *	caches, a flag that allows sleeping (GFP_KERNEL) makes a request that
 *	fails empty those caches, and that sleeps.
 *
 * Where the kernel clears all that it allocates (init_on_alloc=1) the block is
 * cleared too, unless the heap has RTALLOC_HEAP_NO_INIT.
 *
 * Context: Any but NMI for a bounded heap; else as spin_lock_irqsave(). See
 *	Documentation/contexts.rst.
 * Return: the block, aligned as the heap says, or NULL.
 */
void *rtalloc_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp)
{
	unsigned long flags;

	heap_might_lock(heap);
	if (alloc_is_special(heap, gfp))
		return alloc_special(heap, size, gfp, _RET_IP_);
	local_irq_save(flags);
	if (!heap_trylock(heap, flags))
		return rtalloc_alloc_unlocked(heap, size, 0, _RET_IP_);
	if (likely(heap->fast == RTALLOC_FAST_TLSF))
		return alloc_tlsf(heap, size, 0, flags, false, 0);
	barrier();	/* compare in memory, twice */
	if (heap->fast == RTALLOC_FAST_SLAB)
		return alloc_slab(heap, size, 0, flags, false, 0);
	return alloc_other(heap, size, flags, _RET_IP_);
}
EXPORT_SYMBOL_GPL(rtalloc_alloc);

/**
 * rtalloc_free() - give a block back
 * @heap: the heap it came from
 * @p: the block; NULL does nothing
 *
 * Context: as rtalloc_alloc().
 * Return: 0, or, with nothing changed, -RTALLOC_FOREIGN,
 *	-RTALLOC_NOT_A_BLOCK, -RTALLOC_DOUBLE_FREE, -RTALLOC_OVERRUN,
 *	-RTALLOC_UNDERRUN (in a checked heap) or -RTALLOC_CORRUPT, which closes
 *	the heap. Refusals are counted and reported, rate-limited.
 */
int rtalloc_free(struct rtalloc_heap *heap, void *p)
{
	unsigned long flags;

	heap_might_lock(heap);
	if (free_is_special(heap))
		return free_special(heap, p, _RET_IP_);
	local_irq_save(flags);
	if (!heap_trylock(heap, flags))
		return rtalloc_free_unlocked(heap, p, _RET_IP_);
	if (likely(heap->fast == RTALLOC_FAST_TLSF))
		return free_tlsf(heap, p, flags, 0);
	barrier();
	if (heap->fast == RTALLOC_FAST_SLAB)
		return free_slab(heap, p, flags, 0);
	return free_other(heap, p, flags, _RET_IP_);
}
EXPORT_SYMBOL_GPL(rtalloc_free);

/* ---- pools ----------------------------------------------------------- */

static noinline void *element_alloc_locked(struct rtalloc_heap *heap,
					   unsigned long flags,
					   unsigned long caller)
	__releases(heap)
{
	const struct fixed_pool *pool = (void *)heap->ctrl;

	return rtalloc_alloc_locked(heap, pool->elem, flags, caller);
}

static noinline void *element_alloc_unlocked(struct rtalloc_heap *heap,
					     unsigned long caller)
{
	const struct fixed_pool *pool = (void *)heap->ctrl;

	return alloc_detour(heap, pool->elem, 0, caller);
}

/*
 * As alloc_special(), for an element. It is a function of its own because
 * inlining it would cost the path below registers; notrace as alloc_special().
 */
static noinline notrace void *element_alloc_special(struct rtalloc_heap *heap,
						    unsigned long from)
{
	unsigned long flags;
	void *p;

	if (alloc_has_detour(heap))
		return element_alloc_unlocked(heap, CALLER(from));
	local_irq_save(flags);
	if (likely(fast_take(pool_mags(heap), &p))) {
		local_irq_restore(flags);
		return p;
	}
	local_irq_restore(flags);
	return percpu_take_slow(heap, CALLER(from));
}

/**
 * mempool_fixed_alloc() - take an element, without waiting
 * @fixed: the pool
 *
 * Constant time.
 *
 * Context: Any but NMI.
 * Return: the element, or NULL.
 */
void *mempool_fixed_alloc(struct mempool_fixed *fixed)
{
	struct rtalloc_heap *heap = &fixed->heap;
	struct fixed_pool *pool = (void *)heap->ctrl;
	unsigned long flags;
	void *p;

	if (static_branch_unlikely(&rtalloc_special) &&
	    /* As in alloc_is_special(). */
	    (data_race(heap->layer) || alloc_has_detour(heap)))
		return element_alloc_special(heap, _RET_IP_);
	local_irq_save(flags);
	if (!heap_trylock(heap, flags))
		return element_alloc_unlocked(heap, _RET_IP_);
	if (unlikely(!fixed_take(pool, &p)))
		return element_alloc_locked(heap, flags, _RET_IP_);
	return allocated(heap, p, flags);
}
EXPORT_SYMBOL_GPL(mempool_fixed_alloc);

/**
 * mempool_fixed_free() - give an element back
 * @fixed: the pool it came from
 * @p: the element; NULL does nothing
 *
 * Constant time. If a task waits for an element, the one that has waited
 * longest gets it; else the function set by mempool_fixed_set_freed() is
 * called.
 *
 * Context: Any but NMI.
 * Return: 0, or, with nothing changed, -RTALLOC_FOREIGN,
 *	-RTALLOC_NOT_A_BLOCK (not the start of an element),
 *	-RTALLOC_DOUBLE_FREE, -RTALLOC_OVERRUN (with RTALLOC_POOL_GUARDS, or in
 *	a checked pool), -RTALLOC_UNDERRUN (in a checked pool) or
 *	-RTALLOC_CORRUPT. Refusals are counted and reported, rate-limited.
 */
int mempool_fixed_free(struct mempool_fixed *fixed, void *p)
{
	struct rtalloc_heap *heap = &fixed->heap;
	struct fixed_pool *pool = (void *)heap->ctrl;
	unsigned long flags;

	if (static_branch_unlikely(&rtalloc_special)) {
		if (free_has_detour(heap))
			return free_detour(heap, p, _RET_IP_);
		local_irq_save(flags);
		if (likely(fast_put(pool_mags(heap), pool, p))) {
			OPTIMIZER_HIDE_VAR(flags);
			local_irq_restore(flags);
			return 0;
		}
		local_irq_restore(flags);
		/* As in alloc_is_special(). */
		if (data_race(heap->layer))
			return percpu_free_slow(heap, p, _RET_IP_);
	}
	local_irq_save(flags);
	if (!heap_trylock(heap, flags))
		return rtalloc_free_unlocked(heap, p, _RET_IP_);
	if (unlikely(heap->is_watched) ||
	    unlikely(!fixed_put(pool, p)))
		return rtalloc_free_locked(heap, p, flags, _RET_IP_);
	return freed(heap, flags);
}
EXPORT_SYMBOL_GPL(mempool_fixed_free);
