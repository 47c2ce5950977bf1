/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lock.h - a heap's lock: a raw spinlock with interrupts off, or a spinlock_t for
 * backends that are not bounded, on PREEMPT_RT (heap.c says when).
 *
 * A heap with a spinlock_t has the raw lock too, for its short calls: the usual
 * cases of entry.c, which are bounded for every backend. A long call holds the
 * spinlock_t and has marked the heap busy, under the raw lock. A short call
 * that finds the heap busy becomes a long one. So at any time either one long
 * call or one short call is at work, and interrupts are off for a bounded time
 * only.
 *
 * The raw lock is taken inline. Interrupts are off, so nothing can preempt and
 * the preempt count need not be changed; of raw_spin_lock_irqsave() only the
 * lock word is left. Where spinlocks are checked, by lockdep or DEBUG_SPINLOCK,
 * the ordinary functions are called, so that these locks are checked too.
 */
#ifndef _RTALLOC_LOCK_H
#define _RTALLOC_LOCK_H

#include <linux/irqflags.h>
#include <linux/kconfig.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>

#include "core/heap.h"
#include "core/report.h"
#include "core/versions.h"

/*
 * Take the raw lock, whatever the heap's own lock is. Returns the interrupt
 * flags.
 */
static __always_inline unsigned long heap_lock_raw(struct rtalloc_heap *heap)
	__acquires(heap)
{
	unsigned long flags;

#if defined(CONFIG_DEBUG_SPINLOCK) || defined(CONFIG_DEBUG_LOCK_ALLOC)
	raw_spin_lock_irqsave(&heap->raw, flags);
#else
	local_irq_save(flags);
	do_raw_spin_lock(&heap->raw);
#endif
	__acquire(heap);
	__release(&heap->raw);
	return flags;
}

#if !defined(CONFIG_DEBUG_SPINLOCK) && !defined(CONFIG_DEBUG_LOCK_ALLOC)

/*
 * Try to take the lock word. The kernel's own trylock reads the word first,
 * which helps callers that spin; this one does not.
 */
static __always_inline bool heap_lock_word_try(struct rtalloc_heap *heap)
{
#if defined(CONFIG_QUEUED_SPINLOCKS) && !defined(CONFIG_MMIOWB)
	int val = 0;

	return atomic_try_cmpxchg_acquire(&heap->raw.raw_lock.val, &val,
					  _Q_LOCKED_VAL);
#else
	return do_raw_spin_trylock(&heap->raw);
#endif
}
#endif

/*
 * The caller has disabled interrupts; @flags is their state before that. Take
 * the raw lock. If another processor holds it, restore interrupts and return
 * false; no function is called for that, so the caller need not save registers.
 * With lock debugging this waits for the lock instead.
 */
static __always_inline bool heap_trylock_off(struct rtalloc_heap *heap,
					     unsigned long flags)
{
#if defined(CONFIG_DEBUG_SPINLOCK) || defined(CONFIG_DEBUG_LOCK_ALLOC)
	raw_spin_lock(&heap->raw);
	__release(&heap->raw);
#else
	if (unlikely(!heap_lock_word_try(heap))) {
		local_irq_restore(flags);
		return false;
	}
#endif
	return true;
}

#define heap_trylock(heap, flags) \
	__cond_lock(heap, heap_trylock_off(heap, flags))

static __always_inline void heap_unlock_raw(struct rtalloc_heap *heap,
					    unsigned long flags)
	__releases(heap)
{
	__release(heap);
	__acquire(&heap->raw);
#if defined(CONFIG_DEBUG_SPINLOCK) || defined(CONFIG_DEBUG_LOCK_ALLOC)
	raw_spin_unlock_irqrestore(&heap->raw, flags);
#else
	do_raw_spin_unlock(&heap->raw);
	local_irq_restore(flags);
#endif
}

static inline void heap_mark_busy(struct rtalloc_heap *heap, bool busy)
{
	unsigned long flags = heap_lock_raw(heap);

	heap->is_busy = busy;
	heap_unlock_raw(heap, flags);
}

/*
 * On PREEMPT_RT a heap whose lock sleeps must not be called where sleeping is
 * forbidden, even if the lock happens to be free. Reports such a call once, for
 * kernels that have neither lockdep nor DEBUG_ATOMIC_SLEEP. @irqs_off:
 * interrupts are off in the caller.
 */
static __always_inline void heap_context_check(const struct rtalloc_heap *heap,
					       bool irqs_off)
{
	if (!heap->uses_raw && unlikely(irqs_off || preempt_count()))
		rtalloc_context_warn(heap);
}

/*
 * The same test for a call that does not take the sleeping lock and runs with
 * interrupts off; @flags is their state before that. If true, the call must go
 * on with the lock, which reports it. @held: what this call itself adds to
 * preempt_count(). Called through the two functions below.
 */
static __always_inline bool
heap_context_is_bad(const struct rtalloc_heap *heap, unsigned long flags,
		    int held)
{
	return IS_ENABLED(CONFIG_PREEMPT_RT) && !heap->uses_raw &&
	       (irqs_disabled_flags(flags) || preempt_count() != held);
}

/* For a call that is served by magazines: it holds no lock. */
static __always_inline bool
heap_context_is_bad_unlocked(const struct rtalloc_heap *heap,
			     unsigned long flags)
{
	return unlikely(!heap->uses_raw) && heap_context_is_bad(heap, flags, 0);
}

/*
 * For a short call: it holds the raw lock, which with lock debugging counts in
 * preempt_count().
 */
static __always_inline bool
heap_context_is_bad_locked(const struct rtalloc_heap *heap,
			   unsigned long flags)
{
	bool counted = IS_ENABLED(CONFIG_DEBUG_SPINLOCK) ||
		       IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC);

	return heap_context_is_bad(heap, flags,
				   counted ? PREEMPT_LOCK_OFFSET : 0);
}

/*
 * Tell lockdep about the spinlock_t in entry points whose short calls do not
 * take it. The spinlock_t is always taken with interrupts off, so lockdep must
 * see it that way.
 */
static __always_inline void heap_might_lock(struct rtalloc_heap *heap)
{
	unsigned long flags;

	if (!IS_ENABLED(CONFIG_PROVE_LOCKING) || heap->uses_raw)
		return;
	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		might_lock(&heap->spin);
		return;
	}
	local_irq_save(flags);
	might_lock(&heap->spin);
	local_irq_restore(flags);
}

static inline void heap_assert_locked(const struct rtalloc_heap *heap)
{
	if (heap->uses_raw)
		lockdep_assert_held(&heap->raw);
	else
		lockdep_assert_held(&heap->spin);
}

/* Take the heap's lock, of either kind, for a call of any length. */
static inline unsigned long heap_lock(struct rtalloc_heap *heap)
	__acquires(heap)
{
	unsigned long flags;

	if (heap->uses_raw)
		return heap_lock_raw(heap);
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		heap_context_check(heap, irqs_disabled());
	spin_lock_irqsave(&heap->spin, flags);
	heap_mark_busy(heap, true);
	__acquire(heap);
	__release(&heap->spin);
	return flags;
}

static inline void heap_unlock(struct rtalloc_heap *heap, unsigned long flags)
	__releases(heap)
{
	if (heap->uses_raw) {
		heap_unlock_raw(heap, flags);
		return;
	}
	__release(heap);
	__acquire(&heap->spin);
	heap_mark_busy(heap, false);
	spin_unlock_irqrestore(&heap->spin, flags);
}

#endif /* _RTALLOC_LOCK_H */
