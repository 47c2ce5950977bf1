/* SPDX-License-Identifier: GPL-2.0-only */
/* rcuwait: there is one thread, so a condition does not change while it waits */
#pragma once

#include <stdlib.h>

struct rcuwait {
	void *task;
};

#define rcuwait_init(wait)	((void)(wait))
#define rcuwait_wake_up(wait)	((void)(wait))
#define rcuwait_wait_event(wait, condition, state)			\
	do {								\
		(void)(wait);						\
		if (!(condition))					\
			abort();					\
	} while (0)
