/* SPDX-License-Identifier: GPL-2.0-only */
/* mutexes: there is one thread, so locking one twice is a bug, which is asserted */
#pragma once

#include <assert.h>
#include <linux/types.h>

struct mutex {
	bool is_held;
};

#define __MUTEX_INITIALIZER(name)	{ false }
#define DEFINE_MUTEX(name)		struct mutex name

static inline void mutex_init(struct mutex *mutex)
{
	mutex->is_held = false;
}

static inline void mutex_lock(struct mutex *mutex)
{
	assert(!mutex->is_held);
	mutex->is_held = true;
}

static inline bool mutex_trylock(struct mutex *mutex)
{
	bool is_free = !mutex->is_held;

	mutex->is_held = true;
	return is_free;
}

static inline void mutex_unlock(struct mutex *mutex)
{
	assert(mutex->is_held);
	mutex->is_held = false;
}

#define mutex_destroy(mutex)		((void)(mutex))
#define lockdep_assert_held(lock)	assert((lock)->is_held)
