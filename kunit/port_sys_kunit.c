// SPDX-License-Identifier: GPL-2.0-only
/*
 * port_sys_kunit.c - lwIP's threads, semaphores, mailboxes and timeouts: waiters are woken,
 * also when their object ends, and calls in atomic context do not sleep.
 */
#include <linux/hrtimer.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>
#include <rtalloc/port/lwip_types.h>

#include "kunit/suite.h"
#include "kunit/wait.h"

/* Data shared with a thread. It is cleared before each test. */
static struct work {
	sys_mbox_t in;
	sys_mbox_t out;
	sys_sem_t sem;
	u32_t limit;
	u32_t waited;
	unsigned long sum;
	struct completion begun;
	struct completion done;
} work;

static int work_open(struct kunit *test)
{
	memset(&work, 0, sizeof(work));
	init_completion(&work.begun);
	init_completion(&work.done);
	if (sys_mbox_new(&work.in, 1) || sys_mbox_new(&work.out, 1) ||
	    sys_sem_new(&work.sem, 0))
		return -ENOMEM;
	return 0;
}

static void work_close(struct kunit *test)
{
	if (sys_mbox_valid(&work.in))
		sys_mbox_free(&work.in);
	if (sys_mbox_valid(&work.out))
		sys_mbox_free(&work.out);
	if (sys_sem_valid(&work.sem))
		sys_sem_free(&work.sem);
}

static sys_thread_t worker_open(struct kunit *test, lwip_thread_fn function)
{
	sys_thread_t thread = sys_thread_new("kunit", function, NULL,
					     DEFAULT_THREAD_STACKSIZE,
					     DEFAULT_THREAD_PRIO);

	KUNIT_ASSERT_NOT_NULL(test, thread);
	expect_done(test, &work.begun);
	return thread;
}

/* Wait until a thread is in the wait queue. */
static void await_waiting(struct kunit *test, struct port_queue *queue)
{
	AWAIT(READ_ONCE(queue->waits.waiting) == 1);
	KUNIT_EXPECT_EQ(test, 1u, READ_ONCE(queue->waits.waiting));
}

/* Sends the double of each message that it receives. */
static void doubles(void *arg)
{
	void *msg;

	complete(&work.begun);
	while (!sys_thread_should_stop())
		if (sys_arch_mbox_fetch(&work.in, &msg, 0) != SYS_ARCH_TIMEOUT)
			sys_mbox_post(&work.out, (void *)(2 * (size_t)msg));
	complete(&work.done);
}

/* With mailboxes of one message, both sides wait for messages and for room. */
static void thread_and_mailboxes(struct kunit *test)
{
	sys_thread_t thread = worker_open(test, doubles);
	void *msg;
	size_t i;

	for (i = 0; i < 500; i++) {
		sys_mbox_post(&work.in, (void *)i);
		KUNIT_EXPECT_NE(test, SYS_ARCH_TIMEOUT,
				sys_arch_mbox_fetch(&work.out, &msg, 10000));
		KUNIT_EXPECT_EQ(test, 2 * i, (size_t)msg);
	}
	KUNIT_EXPECT_FALSE(test, completion_done(&work.done));
	sys_thread_free(&thread);
	KUNIT_EXPECT_NULL(test, thread);
	KUNIT_EXPECT_TRUE(test, completion_done(&work.done));
	/* Freeing it a second time is refused. */
	sys_thread_free(&thread);
}

/* Stopping a thread ends its infinite wait for room; the message is lost. */
static void thread_that_waits_for_room_stops(struct kunit *test)
{
	sys_thread_t thread = worker_open(test, doubles);
	void *msg = NULL;

	sys_mbox_post(&work.out, (void *)7);
	sys_mbox_post(&work.in, (void *)1);
	await_waiting(test, &work.out.queue);
	sys_thread_free(&thread);
	KUNIT_EXPECT_EQ(test, 0u, sys_mbox_tryfetch(&work.out, &msg));
	KUNIT_EXPECT_EQ(test, (size_t)7, (size_t)msg);
	KUNIT_EXPECT_EQ(test, SYS_MBOX_EMPTY, sys_mbox_tryfetch(&work.out, &msg));
}

static void waits_for_sem(void *arg)
{
	complete(&work.begun);
	work.waited = sys_arch_sem_wait(&work.sem, work.limit);
	complete(&work.done);
}

static void signal_ends_a_wait(struct kunit *test)
{
	sys_thread_t thread = worker_open(test, waits_for_sem);

	await_waiting(test, &work.sem.queue);
	sys_msleep(30);
	KUNIT_EXPECT_FALSE(test, completion_done(&work.done));
	sys_sem_signal(&work.sem);
	expect_done(test, &work.done);
	sys_thread_free(&thread);
	/* Allow for a tick that passed before the wait, and for one that is not complete. */
	KUNIT_EXPECT_NE(test, SYS_ARCH_TIMEOUT, work.waited);
	KUNIT_EXPECT_GE(test, work.waited + jiffies_to_msecs(2), 30u);
	KUNIT_EXPECT_EQ(test, SYS_ARCH_TIMEOUT, sys_arch_sem_wait(&work.sem, 1));
}

/* A timeout ends a wait, but not too early. */
static void time_ends_a_wait(struct kunit *test)
{
	u32_t begun = sys_now(), ticks = sys_jiffies();

	KUNIT_EXPECT_EQ(test, SYS_ARCH_TIMEOUT, sys_arch_sem_wait(&work.sem, 25));
	KUNIT_EXPECT_GE(test, sys_jiffies() - ticks, (u32_t)msecs_to_jiffies(25));
	KUNIT_EXPECT_EQ(test, SYS_ARCH_TIMEOUT,
			sys_arch_mbox_fetch(&work.in, NULL, 25));
	KUNIT_EXPECT_GE(test, sys_now() - begun, (u32_t)50);
}

static long sem_end(void)
{
	sys_sem_free(&work.sem);
	return 0;
}

/* Freeing a semaphore ends a wait; after that the waiter does not touch it any more. */
static void freeing_ends_a_wait(struct kunit *test)
{
	sys_thread_t thread = worker_open(test, waits_for_sem);
	static struct end_call call;

	await_waiting(test, &work.sem.queue);
	if (ends_in_time(test, &call, sem_end, 0)) {
		memset(&work.sem, 0x5a, sizeof(work.sem));
		ASSERT_DONE(test, &work.done);
	}
	sys_thread_free(&thread);
	ASSERT_DONE(test, &call.done);
	KUNIT_EXPECT_EQ(test, SYS_ARCH_TIMEOUT, work.waited);
	memset(&work.sem, 0, sizeof(work.sem));
}

static void fetches(void *arg)
{
	void *msg = &work;

	complete(&work.begun);
	work.waited = sys_mbox_fetch(&work.in, &msg);
	work.sum = msg == &work;
	complete(&work.done);
}

static long mbox_end(void)
{
	sys_mbox_free(&work.in);
	return 0;
}

static void freeing_ends_a_fetch(struct kunit *test)
{
	sys_thread_t thread = worker_open(test, fetches);
	static struct end_call call;

	await_waiting(test, &work.in.queue);
	if (ends_in_time(test, &call, mbox_end, 0))
		ASSERT_DONE(test, &work.done);
	sys_thread_free(&thread);
	ASSERT_DONE(test, &call.done);
	KUNIT_EXPECT_EQ(test, SYS_ARCH_TIMEOUT, work.waited);
	KUNIT_EXPECT_EQ(test, 1ul, work.sum);
}

static void frees_itself(void *arg)
{
	sys_thread_t *self = arg;

	complete(&work.begun);
	wait_for_completion(&work.done);
	sys_thread_free(self);
	work.sum = 1;
}

static void thread_does_not_free_itself(struct kunit *test)
{
	static sys_thread_t self;
	sys_thread_t thread;

	self = sys_thread_new(NULL, frees_itself, &self, 0, 0);
	KUNIT_ASSERT_NOT_NULL(test, self);
	thread = self;
	complete(&work.done);
	AWAIT(READ_ONCE(work.sum));
	KUNIT_EXPECT_EQ(test, 1ul, READ_ONCE(work.sum));
	KUNIT_EXPECT_PTR_EQ(test, thread, self);
	sys_thread_free(&self);
}

/* ---- in atomic context --------------------------------------------------------- */

/* Results of calls that would sleep, because nobody posts or signals. */
struct refused {
	struct hrtimer timer;
	u32_t sem;
	u32_t fetched;
	bool has_come;
};

static void never_called(void *arg)
{
	work.sum++;
}

static void would_sleep(struct refused *refused)
{
	void *msg;

	refused->sem = sys_arch_sem_wait(&work.sem, 0);
	refused->fetched = sys_arch_mbox_fetch(&work.in, &msg, 1000);
	sys_mbox_post(&work.in, NULL);
	sys_untimeout(never_called, NULL);
}

static void expect_refused(struct kunit *test, struct refused *refused)
{
	KUNIT_EXPECT_EQ(test, SYS_ARCH_TIMEOUT, refused->sem);
	KUNIT_EXPECT_EQ(test, SYS_ARCH_TIMEOUT, refused->fetched);
	KUNIT_EXPECT_EQ(test, (err_t)ERR_MEM, sys_mbox_trypost(&work.out, NULL));
	KUNIT_EXPECT_EQ(test, SYS_MBOX_EMPTY, sys_mbox_tryfetch(&work.in, NULL));
	KUNIT_EXPECT_TRUE(test, sys_sem_valid(&work.sem));
}

static enum hrtimer_restart would_sleep_in_interrupt(struct hrtimer *timer)
{
	struct refused *refused = container_of(timer, struct refused, timer);

	would_sleep(refused);
	WRITE_ONCE(refused->has_come, true);
	return HRTIMER_NORESTART;
}

static void with_interrupts_off(struct refused *refused)
{
	static DEFINE_RAW_SPINLOCK(lock);
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	would_sleep(refused);
	raw_spin_unlock_irqrestore(&lock, flags);
	/* To see the waiter this takes a spinlock_t, which a raw lock forbids. */
	local_irq_save(flags);
	sys_sem_free(&work.sem);
	local_irq_restore(flags);
}

static void in_an_interrupt(struct refused *refused)
{
	hrtimer_init(&refused->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	refused->timer.function = would_sleep_in_interrupt;
	hrtimer_start(&refused->timer, ns_to_ktime(1), HRTIMER_MODE_REL_HARD);
	AWAIT(READ_ONCE(refused->has_come));
	hrtimer_cancel(&refused->timer);
}

/*
 * In the context that @where makes, calls that wait return at once; and neither a timeout
 * whose handler may run nor a semaphore that is waited for is removed.
 */
static void waits_are_refused(struct kunit *test,
			      void (*where)(struct refused *refused))
{
	static struct refused refused;
	sys_thread_t thread;

	memset(&refused, 0, sizeof(refused));
	KUNIT_EXPECT_EQ(test, (err_t)ERR_OK, sys_mbox_trypost(&work.out, NULL));
	thread = worker_open(test, waits_for_sem);
	await_waiting(test, &work.sem.queue);
	where(&refused);
	expect_refused(test, &refused);
	sys_sem_signal(&work.sem);
	expect_done(test, &work.done);
	KUNIT_EXPECT_NE(test, SYS_ARCH_TIMEOUT, work.waited);
	sys_thread_free(&thread);
}

static void waits_are_refused_under_locks(struct kunit *test)
{
	waits_are_refused(test, with_interrupts_off);
}

static void waits_are_refused_in_interrupts(struct kunit *test)
{
	waits_are_refused(test, in_an_interrupt);
}

/* ---- timeouts ------------------------------------------------------------------ */

static void completes(void *arg)
{
	complete(arg);
}

static void counts(void *arg)
{
	work.sum += (size_t)arg;
}

/* A timeout's handler is called once, and not too early. */
static void timeout_is_called(struct kunit *test)
{
	u32_t begun = sys_jiffies();

	sys_timeout(25, completes, &work.done);
	expect_done(test, &work.done);
	KUNIT_EXPECT_GE(test, sys_jiffies() - begun, (u32_t)msecs_to_jiffies(25));
	/* There is no such timeout any more to be removed. */
	sys_untimeout(completes, &work.done);
	KUNIT_EXPECT_FALSE(test, try_wait_for_completion(&work.done));
}

/* Of two equal timeouts, sys_untimeout() removes only the one that is due first. */
static void next_timeout_is_taken_back(struct kunit *test)
{
	void *many = (void *)100, *one = (void *)1;

	sys_timeout(1000000, counts, many);
	sys_timeout(5, counts, one);
	sys_timeout(10, counts, many);
	sys_untimeout(counts, many);
	/* All timeouts that were due before this one have been called then. */
	sys_timeout(30, completes, &work.done);
	expect_done(test, &work.done);
	sys_untimeout(counts, many);
	KUNIT_EXPECT_EQ(test, 1ul, work.sum);
}

/*
 * A handler that starts its timeout again, as one that polls a link: it can be removed while
 * the handler runs.
 */
static void begins_anew(void *arg)
{
	work.sum++;
	complete(&work.begun);
	sys_msleep(20);
	sys_timeout(0, begins_anew, arg);
}

static void timeout_that_begins_anew_is_taken_back(struct kunit *test)
{
	unsigned long sum;
	int i;

	sys_timeout(1, begins_anew, &work);
	for (i = 0; i < 5; i++)
		expect_done(test, &work.begun);
	sys_untimeout(begins_anew, &work);
	sum = READ_ONCE(work.sum);
	sys_timeout(20, completes, &work.done);
	expect_done(test, &work.done);
	KUNIT_EXPECT_EQ(test, sum, READ_ONCE(work.sum));
	KUNIT_EXPECT_GE(test, sum, 5ul);
}

#define ROUNDS	20	/* then the handler gives up, so that the test ends in any case */

static struct task_struct *raised;	/* the worker that was given a higher priority */

static void worker_raise(struct task_struct *worker)
{
	if (worker == raised)
		return;
	if (raised) {
		sched_set_normal(raised, 0);
		put_task_struct(raised);
	}
	raised = worker;
	if (raised) {
		get_task_struct(raised);
		sched_set_fifo(raised);
	}
}

/*
 * Runs at a real-time priority until the worker sleeps in the next call, so on one
 * processor a waiter that is woken at the end of a call runs only after the next call has
 * begun. (With several processors it may run earlier.)
 */
static void begins_anew_at_once(void *arg)
{
	worker_raise(current);
	WRITE_ONCE(work.sum, work.sum + 1);
	complete(&work.begun);
	schedule_timeout_uninterruptible(5);
	if (work.sum < ROUNDS)
		sys_timeout(0, begins_anew_at_once, arg);
}

/* The waiter succeeds although it can never look at the list between two calls. */
static void handler_that_never_pauses_is_taken_back(struct kunit *test)
{
	unsigned long sum;

	sys_timeout(0, begins_anew_at_once, &work);
	expect_done(test, &work.begun);
	sys_untimeout(begins_anew_at_once, &work);
	worker_raise(NULL);
	sum = READ_ONCE(work.sum);
	KUNIT_EXPECT_LT(test, sum, (unsigned long)ROUNDS);
	/* No call is left. */
	sys_timeout(20, completes, &work.done);
	expect_done(test, &work.done);
	KUNIT_EXPECT_EQ(test, sum, READ_ONCE(work.sum));
}

static void takes_its_time(void *arg)
{
	complete(&work.begun);
	sys_msleep(50);
	/* A handler may call this for itself; it does not wait for its own end. */
	sys_untimeout(takes_its_time, arg);
	WRITE_ONCE(work.sum, 1);
}

/* sys_untimeout() waits for a running handler, so that what it uses may be freed. */
static void taking_back_waits_for_the_handler(struct kunit *test)
{
	sys_timeout(0, takes_its_time, &work);
	expect_done(test, &work.begun);
	sys_untimeout(takes_its_time, &work);
	KUNIT_EXPECT_EQ(test, 1ul, READ_ONCE(work.sum));
}

static void is_alone(void *arg)
{
	unsigned long *inside = arg;

	if (++*inside != 1)
		work.sum = 1;
	complete(&work.begun);
	sys_msleep(10);
	--*inside;
	complete(&work.done);
}

/* Handlers never run in parallel, as in lwIP, where one thread calls all of them. */
static void handlers_come_one_after_the_other(struct kunit *test)
{
	static unsigned long inside;
	int i;

	for (i = 0; i < 4; i++)
		sys_timeout(0, is_alone, &inside);
	for (i = 0; i < 4; i++)
		expect_done(test, &work.done);
	KUNIT_EXPECT_EQ(test, 0ul, work.sum);
}

static void notes(void *arg)
{
	work.sum = 10 * work.sum + (size_t)arg;
}

/*
 * Of timeouts that are due at the same time, the one that was asked for first comes first.
 * Linux's timers would call the last one first.
 */
static void handlers_come_in_order(struct kunit *test)
{
	size_t i;

	for (i = 1; i <= 5; i++)
		sys_timeout(40, notes, (void *)i);
	/* This one is due with the others or later, in any case behind them. */
	sys_timeout(40, completes, &work.done);
	expect_done(test, &work.done);
	KUNIT_EXPECT_EQ(test, 12345ul, work.sum);
}

static struct kunit_case port_sys_cases[] = {
	KUNIT_CASE(thread_and_mailboxes),
	KUNIT_CASE(thread_that_waits_for_room_stops),
	KUNIT_CASE(signal_ends_a_wait),
	KUNIT_CASE(time_ends_a_wait),
	KUNIT_CASE(freeing_ends_a_wait),
	KUNIT_CASE(freeing_ends_a_fetch),
	KUNIT_CASE(thread_does_not_free_itself),
	KUNIT_CASE(waits_are_refused_under_locks),
	KUNIT_CASE(waits_are_refused_in_interrupts),
	KUNIT_CASE(timeout_is_called),
	KUNIT_CASE(next_timeout_is_taken_back),
	KUNIT_CASE(timeout_that_begins_anew_is_taken_back),
	KUNIT_CASE(handler_that_never_pauses_is_taken_back),
	KUNIT_CASE(taking_back_waits_for_the_handler),
	KUNIT_CASE(handlers_come_one_after_the_other),
	KUNIT_CASE(handlers_come_in_order),
	{}
};

RTALLOC_SUITE(port_sys, .init = work_open, .exit = work_close);
