/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wait.h - threads that run beside a test's own, and waiting for what they do.
 */
#ifndef _RTALLOC_KUNIT_WAIT_H
#define _RTALLOC_KUNIT_WAIT_H

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched.h>

/* Time limit for events that should happen at once. */
#define LONG_ENOUGH	(10 * HZ)

/* Wait until @cond holds, or until LONG_ENOUGH has passed; the caller must test which. */
#define AWAIT(cond)							\
	do {								\
		unsigned long end_ = jiffies + LONG_ENOUGH;		\
									\
		while (!(cond) && time_before(jiffies, end_))		\
			schedule_timeout_uninterruptible(1);		\
	} while (0)

/* Expect @done to be completed within LONG_ENOUGH. */
static inline void expect_done(struct kunit *test, struct completion *done)
{
	KUNIT_EXPECT_NE(test, 0ul, wait_for_completion_timeout(done, LONG_ENOUGH));
}

/* The same as an assertion: end the test, because a thread is still running. */
#define ASSERT_DONE(test, done)						\
	KUNIT_ASSERT_NE(test, 0ul, wait_for_completion_timeout(done, LONG_ENOUGH))

/* Start a thread, and assert that this succeeds. */
static inline struct task_struct *thread_open(struct kunit *test,
					      int (*run)(void *data), void *data)
{
	struct task_struct *task = kthread_run(run, data, "rtalloc");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	return task;
}

/**
 * struct end_call - a thread that destroys an object which other tasks wait for
 * @end: destroys it, and returns when no task waits for it any more
 * @result: what @end returned
 * @done: completed when @end has returned
 *
 * If @end does not return in time, the test has failed but goes on, and ends the waits
 * by other means. The thread uses this struct until then, also after the function that
 * started it has returned, so it must be in static storage.
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

/*
 * Call @end in a thread, and expect it to return @result within LONG_ENOUGH. Return
 * whether it has returned.
 */
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
