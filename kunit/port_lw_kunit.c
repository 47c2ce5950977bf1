// SPDX-License-Identifier: GPL-2.0-only
/*
 * port_lw_kunit.c - SylixOS's semaphores with several waiting threads: exactly as many go on
 * as are released; and objects that are deleted while threads wait.
 */
#include <linux/atomic.h>
#include <linux/irqflags.h>

#include "kunit/port_common.h"

#define WAITERS		4

/* A semaphore, for which WAITERS threads wait when a test begins. */
static LW_OBJECT_HANDLE sem, threads[WAITERS];
static ULONG errors[WAITERS];
static atomic_t gone;

static PVOID pends_once(PVOID argument)
{
	ULONG *error = argument;

	*error = API_SemaphoreBPend(sem, LW_OPTION_WAIT_INFINITE);
	if (*error == ERROR_NONE)
		atomic_inc(&gone);
	return argument;
}

static ULONG waiters_now(void)
{
	__LW_CLASS_SEMAPHORE *inside = (PVOID)sem;
	ULONG n;

	spin_lock_irq(&inside->waits.lock);
	n = list_count_nodes(&inside->waiters);
	spin_unlock_irq(&inside->waits.lock);
	return n;
}

static void await_waiters(struct kunit *test, ULONG n)
{
	AWAIT(waiters_now() == n);
	KUNIT_EXPECT_EQ(test, n, waiters_now());
}

/* Expect @n threads to go on, and all others to be waiting. */
static void expect_gone(struct kunit *test, int n)
{
	AWAIT(atomic_read(&gone) >= n);
	KUNIT_EXPECT_EQ(test, n, atomic_read(&gone));
	KUNIT_EXPECT_EQ(test, (ULONG)(WAITERS - n), waiters_now());
}

static int waiters_open(struct kunit *test)
{
	int i;

	atomic_set(&gone, 0);
	sem = API_SemaphoreBCreate("s", LW_FALSE, LW_OPTION_NONE, NULL);
	KUNIT_ASSERT_NE(test, LW_OBJECT_HANDLE_INVALID, sem);
	for (i = 0; i < WAITERS; i++)
		threads[i] = lw_open(test, pends_once, &errors[i]);
	await_waiters(test, WAITERS);
	return 0;
}

static void waiters_close(void)
{
	int i;

	for (i = 0; i < WAITERS; i++)
		API_ThreadDelete(&threads[i], NULL);
}

/* Release two of four, then three: the third of these is left for the next wait. */
static void as_many_go_as_are_released(struct kunit *test)
{
	BOOL was = LW_TRUE;

	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE,
			API_SemaphoreBRelease(sem, 2, &was));
	KUNIT_EXPECT_FALSE(test, was);
	expect_gone(test, 2);
	KUNIT_EXPECT_EQ(test, ERROR_THREAD_WAIT_TIMEOUT,
			API_SemaphoreBTryPend(sem));
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE,
			API_SemaphoreBRelease(sem, 3, NULL));
	expect_gone(test, 4);
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE, API_SemaphoreBTryPend(sem));
	KUNIT_EXPECT_EQ(test, ERROR_THREAD_WAIT_TIMEOUT,
			API_SemaphoreBTryPend(sem));
}

/* A second post, before the thread that the first released has run, releases another. */
static void each_post_lets_one_go(struct kunit *test)
{
	int i, timeouts = 0;

	for (i = 0; i < 3; i++)
		API_SemaphoreBPost(sem);
	expect_gone(test, 3);
	/* The last thread is deleted while it waits, and is no longer counted as waiting. */
	waiters_close();
	for (i = 0; i < WAITERS; i++)
		timeouts += errors[i] == ERROR_THREAD_WAIT_TIMEOUT;
	KUNIT_EXPECT_EQ(test, 1, timeouts);
	KUNIT_EXPECT_EQ(test, 0ul, waiters_now());
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE, API_SemaphoreBPost(sem));
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE, API_SemaphoreBPend(sem, 5));
	KUNIT_EXPECT_EQ(test, ERROR_THREAD_WAIT_TIMEOUT,
			API_SemaphoreBPend(sem, 2));
}

/* A thread that comes before the released one has run does not take the semaphore from it. */
static void late_comer_takes_nothing(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE, API_SemaphoreBPost(sem));
	KUNIT_EXPECT_EQ(test, ERROR_THREAD_WAIT_TIMEOUT,
			API_SemaphoreBPend(sem, 2));
	expect_gone(test, 1);
}

static long sem_end(void)
{
	return API_SemaphoreBDelete(&sem);
}

/* Deleting ends all waits. In atomic context it is refused, as it would have to wait. */
static void deleting_ends_waits(struct kunit *test)
{
	static struct end_call call;
	unsigned long flags;
	ULONG refused, pended;
	int i;

	local_irq_save(flags);
	refused = API_SemaphoreBDelete(&sem);
	pended = API_SemaphoreBPend(sem, 5);
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, ERROR_KERNEL_IN_ISR, refused);
	KUNIT_EXPECT_EQ(test, ERROR_KERNEL_IN_ISR, pended);
	KUNIT_EXPECT_EQ(test, (ULONG)WAITERS, waiters_now());
	ends_in_time(test, &call, sem_end, ERROR_NONE);
	waiters_close();
	ASSERT_DONE(test, &call.done);
	KUNIT_EXPECT_EQ(test, LW_OBJECT_HANDLE_INVALID, sem);
	KUNIT_EXPECT_EQ(test, ERROR_KERNEL_HANDLE_NULL, API_SemaphoreBDelete(&sem));
	for (i = 0; i < WAITERS; i++)
		KUNIT_EXPECT_EQ(test, ERROR_EVENT_WAS_DELETED, errors[i]);
}

static LW_OBJECT_HANDLE queue;

static PVOID receives_once(PVOID argument)
{
	ULONG *error = argument;
	char byte;

	*error = API_MsgQueueReceive(queue, &byte, 1, LW_NULL,
				     LW_OPTION_WAIT_INFINITE);
	return argument;
}

static long queue_end(void)
{
	return API_MsgQueueDelete(&queue);
}

static void deleting_a_queue_ends_waits(struct kunit *test)
{
	static struct end_call call;
	LW_OBJECT_HANDLE thread;
	ULONG error = ERROR_NONE;

	queue = API_MsgQueueCreate("q", 1, 1, LW_OPTION_NONE, LW_NULL);
	KUNIT_ASSERT_NE(test, LW_OBJECT_HANDLE_INVALID, queue);
	thread = lw_open(test, receives_once, &error);
	AWAIT(READ_ONCE(((__LW_CLASS_MSGQUEUE *)queue)->queue.waits.waiting) == 1);
	ends_in_time(test, &call, queue_end, ERROR_NONE);
	API_ThreadDelete(&thread, NULL);
	ASSERT_DONE(test, &call.done);
	KUNIT_EXPECT_EQ(test, LW_OBJECT_HANDLE_INVALID, queue);
	KUNIT_EXPECT_EQ(test, ERROR_EVENT_WAS_DELETED, error);
}

static void sem_close(struct kunit *test)
{
	if (sem == LW_OBJECT_HANDLE_INVALID)
		return;
	waiters_close();
	API_SemaphoreBDelete(&sem);
}

static struct kunit_case port_lw_cases[] = {
	KUNIT_CASE(as_many_go_as_are_released),
	KUNIT_CASE(each_post_lets_one_go),
	KUNIT_CASE(late_comer_takes_nothing),
	KUNIT_CASE(deleting_ends_waits),
	KUNIT_CASE(deleting_a_queue_ends_waits),
	{}
};

RTALLOC_SUITE(port_lw, .init = waiters_open, .exit = sem_close);
