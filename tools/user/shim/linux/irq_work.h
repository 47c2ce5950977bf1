/* SPDX-License-Identifier: GPL-2.0-only */
/* irq_work: runs when it is waited for */
#pragma once

#include <linux/types.h>

struct irq_work {
	void (*func)(struct irq_work *work);
	bool is_queued;
};

static inline void init_irq_work(struct irq_work *work,
				 void (*func)(struct irq_work *work))
{
	work->func = func;
	work->is_queued = false;
}

static inline bool irq_work_queue(struct irq_work *work)
{
	bool first = !work->is_queued;

	work->is_queued = true;
	return first;
}

static inline void irq_work_sync(struct irq_work *work)
{
	if (work->is_queued) {
		work->is_queued = false;
		work->func(work);
	}
}
