/* SPDX-License-Identifier: GPL-2.0-only */
/* work items: delayed ones never run, because there is one thread */
#pragma once

#include <linux/types.h>

struct work_struct {
	void (*func)(struct work_struct *work);
};

struct workqueue_struct {
	char unused;
};

#define DECLARE_WORK(name, fn)	struct work_struct name = { .func = (fn) }
#define INIT_WORK(w, fn)	((void)((w)->func = (fn)))
#define schedule_work(w)	((void)(w))
#define flush_work(w)		((void)(w))
#define cancel_work(w)		((void)(w))
#define cancel_work_sync(w)	((void)(w))

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

static inline struct workqueue_struct *
alloc_ordered_workqueue(const char *name, unsigned int flags)
{
	static struct workqueue_struct queue;

	return &queue;
}

#define queue_delayed_work(queue, dwork, delay)				\
	((void)(queue), (void)schedule_delayed_work(dwork, delay))
#define mod_delayed_work(queue, dwork, delay)				\
	((void)cancel_delayed_work(dwork), queue_delayed_work(queue, dwork, delay))
#define destroy_workqueue(queue)	((void)(queue))
