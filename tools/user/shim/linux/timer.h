/* SPDX-License-Identifier: GPL-2.0-only */
/* timers that never fire: there is one thread */
#pragma once

#include <linux/types.h>

struct timer_list {
	void (*function)(struct timer_list *timer);
	unsigned long expires;
};

#define timer_setup(timer, fn, flags)					\
	(*(timer) = (struct timer_list){ .function = (fn) })
#define mod_timer(timer, at)		((void)((timer)->expires = (at)))
#define del_timer(timer)		((void)(timer))
#define del_timer_sync(timer)		((void)(timer))
