/* SPDX-License-Identifier: GPL-2.0-only */
/* spinlocks: there is one thread, so locking one twice is a bug, which is asserted */
#pragma once

#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/preempt.h>

typedef struct mutex raw_spinlock_t;
typedef struct mutex spinlock_t;

#ifdef SHIM_NO_LOCKS
/* For counting instructions: a raw lock costs nothing, and trylock always succeeds. */
#define do_raw_spin_lock(lock)		((void)(lock))
#define do_raw_spin_trylock(lock)	((void)(lock), true)
#define do_raw_spin_unlock(lock)	((void)(lock))
#else
/* With this option core/lock.h makes the ordinary calls. */
#define CONFIG_DEBUG_SPINLOCK	1
#endif

#define __RAW_SPIN_LOCK_UNLOCKED(name)	__MUTEX_INITIALIZER(name)
#define __SPIN_LOCK_UNLOCKED(name)	__MUTEX_INITIALIZER(name)
#define DEFINE_SPINLOCK(name)		DEFINE_MUTEX(name)
#define raw_spin_lock_init(lock)	mutex_init(lock)
#define spin_lock_init(lock)		mutex_init(lock)

#define raw_spin_lock_irqsave(lock, flags)				\
	do {								\
		local_irq_save(flags);					\
		mutex_lock(lock);					\
		shim_raw_held++;					\
	} while (0)

#define raw_spin_lock(lock)						\
	do {								\
		mutex_lock(lock);					\
		shim_raw_held++;					\
	} while (0)

#define raw_spin_unlock_irqrestore(lock, flags)				\
	do {								\
		shim_raw_held--;					\
		mutex_unlock(lock);					\
		local_irq_restore(flags);				\
	} while (0)

#define spin_lock_irqsave(lock, flags)					\
	do {								\
		local_irq_save(flags);					\
		mutex_lock(lock);					\
		shim_spin_seen++;					\
	} while (0)

#define spin_unlock_irqrestore(lock, flags)				\
	do {								\
		mutex_unlock(lock);					\
		local_irq_restore(flags);				\
	} while (0)

#define spin_lock_irq(lock)						\
	do {								\
		mutex_lock(lock);					\
		shim_spin_seen++;					\
	} while (0)

#define spin_unlock_irq(lock)	mutex_unlock(lock)
