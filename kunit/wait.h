/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wait.h - threads beside a test's own, and how a test waits for what they do.
 */
#ifndef _RTALLOC_KUNIT_WAIT_H
#define _RTALLOC_KUNIT_WAIT_H

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched.h>

#define LONG_ENOUGH	(10 * HZ)	/* for what should happen at once */

/* Until @cond holds, LONG_ENOUGH at the most. */
#define AWAIT(cond)							\
	do {								\
		unsigned long end_ = jiffies + LONG_ENOUGH;		\
									\
		while (!(cond) && time_before(jiffies, end_))		\
			schedule_timeout_uninterruptible(1);		\
	} while (0)

static inline void expect_done(struct kunit *test, struct completion *done)
{
	KUNIT_EXPECT_NE(test, 0ul, wait_for_completion_timeout(done, LONG_ENOUGH));
}

/* The test ends where there is no thread to be had. */
static inline struct task_struct *thread_open(struct kunit *test,
					      int (*run)(void *data), void *data)
{
	struct task_struct *task = kthread_run(run, data, "rtalloc");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	return task;
}

#endif /* _RTALLOC_KUNIT_WAIT_H */
