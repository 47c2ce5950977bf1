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

/* As expect_done(); without it the test ends, for somebody is at work still. */
#define ASSERT_DONE(test, done)						\
	KUNIT_ASSERT_NE(test, 0ul, wait_for_completion_timeout(done, LONG_ENOUGH))

/* The test ends where there is no thread to be had. */
static inline struct task_struct *thread_open(struct kunit *test,
					      int (*run)(void *data), void *data)
{
	struct task_struct *task = kthread_run(run, data, "rtalloc");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	return task;
}

/**
 * struct end_call - ends an object that is waited for, in a thread of its own
 * @end: ends it, and returns when nobody waits for it any more
 * @result: what @end returned
 * @done: @end has returned
 *
 * Where @end never returns the test goes on: it has failed, and ends the waits by
 * other means. So a test has this in static storage.
 */
struct end_call {
	long (*end)(void);
	long result;
	struct completion done;
};

static inline int end_call_run(void *data)
{
	struct end_call *call = data;

	call->result = call->end();
	complete_all(&call->done);
	return 0;
}

/* Call @end, and expect it to return @result soon: does it return? */
static inline bool ends_in_time(struct kunit *test, struct end_call *call,
				long (*end)(void), long result)
{
	bool in_time;

	*call = (struct end_call){ .end = end };
	init_completion(&call->done);
	thread_open(test, end_call_run, call);
	in_time = wait_for_completion_timeout(&call->done, LONG_ENOUGH);
	KUNIT_EXPECT_TRUE(test, in_time);
	if (in_time)
		KUNIT_EXPECT_EQ(test, result, call->result);
	return in_time;
}

#endif /* _RTALLOC_KUNIT_WAIT_H */
