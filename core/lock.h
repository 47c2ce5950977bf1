/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lock.h - a heap's lock: a raw spinlock with interrupts off for bounded
 * backends, a spinlock_t for the others.
 *
 * A heap with a spinlock_t has the raw lock too, for its short calls: the
 * usual cases of entry.c, which are bounded for every backend. A long call holds the
 * spinlock_t and has marked the heap busy, under the raw lock; a short one that
 * finds it busy becomes a long one. So either one long call is at work, or one
 * short call, and interrupts are off for a bounded time only.
 *
 * The raw one is taken inline. Interrupts are off, so nothing can preempt and
 * the preempt count need not be touched; what is left of
 * raw_spin_lock_irqsave() is the lock word. Where spinlocks are checked, by
 * lockdep or DEBUG_SPINLOCK, the ordinary call is made, so that they are.
 */
#ifndef _RTALLOC_LOCK_H
#define _RTALLOC_LOCK_H

#include <linux/irqflags.h>
#include <linux/kconfig.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>

#include "core/core.h"
#include "core/versions.h"

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
 * The lock's own trylock reads the word before it tries, which is for those
 * who spin: here nobody does.
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
 * The same, but give up when somebody else has the lock. No call is made then,
 * so a caller need not save registers for it.
 */
static __always_inline bool heap_trylock_raw(struct rtalloc_heap *heap,
					     unsigned long *flags)
{
#if defined(CONFIG_DEBUG_SPINLOCK) || defined(CONFIG_DEBUG_LOCK_ALLOC)
	raw_spin_lock_irqsave(&heap->raw, *flags);
	__release(&heap->raw);
#else
	local_irq_save(*flags);
	if (unlikely(!heap_lock_word_try(heap))) {
		local_irq_restore(*flags);
		return false;
	}
#endif
	return true;
}

#define heap_trylock(heap, flags) \
	__cond_lock(heap, heap_trylock_raw(heap, &(flags)))

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
 * On PREEMPT_RT a heap whose lock sleeps must not be called where nobody may
 * sleep, also when the lock happens to be free. Said once, for the kernels
 * that have neither lockdep nor DEBUG_ATOMIC_SLEEP. @irqs_off: of the caller.
 */
static __always_inline void heap_context_check(const struct rtalloc_heap *heap,
					       bool irqs_off)
{
	if (!heap->is_raw && unlikely(irqs_off || preempt_count()))
		rtalloc_context_warn(heap);
}

/*
 * The same for a short call, which holds the raw lock: it then becomes a long
 * one, which says it. Where the raw lock counts as preemption off, that count is
 * our own.
 */
static __always_inline bool
heap_context_is_wrong(const struct rtalloc_heap *heap, unsigned long flags)
{
	bool counted = IS_ENABLED(CONFIG_DEBUG_SPINLOCK) ||
		       IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC);

	return IS_ENABLED(CONFIG_PREEMPT_RT) && !heap->is_raw &&
	       (irqs_disabled_flags(flags) ||
		preempt_count() != (counted ? PREEMPT_LOCK_OFFSET : 0));
}

/*
 * For lockdep, in the entries whose short calls do not take the spinlock_t. It
 * is taken with interrupts off, so that is how lockdep must hear of it.
 */
static __always_inline void heap_might_lock(struct rtalloc_heap *heap)
{
	unsigned long flags;

	if (!IS_ENABLED(CONFIG_PROVE_LOCKING) || heap->is_raw)
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
	if (heap->is_raw)
		lockdep_assert_held(&heap->raw);
	else
		lockdep_assert_held(&heap->spin);
}

/* Take the heap's lock, whichever it has, for a call of any length. */
static inline unsigned long heap_lock(struct rtalloc_heap *heap)
	__acquires(heap)
{
	unsigned long flags;

	if (heap->is_raw)
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
	if (heap->is_raw) {
		heap_unlock_raw(heap, flags);
		return;
	}
	__release(heap);
	__acquire(&heap->spin);
	heap_mark_busy(heap, false);
	spin_unlock_irqrestore(&heap->spin, flags);
}

#endif /* _RTALLOC_LOCK_H */
