/* SPDX-License-Identifier: GPL-2.0-only */
/* work that is put off never runs: there is one thread */
#pragma once

#include <linux/types.h>

struct work_struct {
	void (*func)(struct work_struct *work);
};

struct delayed_work {
	struct work_struct work;
	bool is_pending;
	unsigned long delay;
};

#define to_delayed_work(w)	container_of(w, struct delayed_work, work)

#define INIT_DELAYED_WORK(dwork, fn)					\
	(*(dwork) = (struct delayed_work){ .work.func = (fn) })

static inline bool schedule_delayed_work(struct delayed_work *dwork,
					 unsigned long delay)
{
	if (dwork->is_pending)
		return false;
	dwork->is_pending = true;
	dwork->delay = delay;
	return true;
}

static inline bool cancel_delayed_work(struct delayed_work *dwork)
{
	bool was_pending = dwork->is_pending;

	dwork->is_pending = false;
	return was_pending;
}

#define cancel_delayed_work_sync(dwork)	cancel_delayed_work(dwork)
