// SPDX-License-Identifier: GPL-2.0-only
/*
 * mempool_wait_kunit.c - tasks that wait for an element of a pool, and callbacks for frees.
 * With tools/kunit/run --lockdep, a lock of the wrong kind is reported.
 */
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/sched/signal.h>

#include "backend/mempool_fixed.h"
#include "kunit/common.h"
#include "kunit/wait.h"

#define SLEEPERS	4

/* A task that waits for one element. */
struct sleeper {
	struct mempool_fixed *pool;
	struct task_struct *task;
	struct completion done;
	long timeout;
	void *p;
};

struct dorm {
	struct mempool_fixed *pool;
	struct sleeper sleeper[SLEEPERS];
	void *p[SLEEPERS];	/* the pool's elements, all of them allocated */
};

/* Called after the pool was destroyed: wait until all sleepers have ended. */
static void dorm_empty(void *context)
{
	struct dorm *dorm = context;
	struct sleeper *sleeper = dorm->sleeper;

	for (; sleeper < dorm->sleeper + SLEEPERS; sleeper++) {
		if (!sleeper->task)
			continue;
		wait_for_completion(&sleeper->done);
		put_task_struct(sleeper->task);
	}
}

/* Make a pool of @count elements and allocate all of them. */
static struct dorm *dorm_open(struct kunit *test, unsigned int count)
{
	struct dorm *dorm = kunit_kzalloc(test, sizeof(*dorm), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, dorm);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, dorm_empty, dorm));
	dorm->pool = mempool_open(test, 64, count, 0, 0);
	for (i = 0; i < count; i++)
		dorm->p[i] = mempool_fixed_alloc(dorm->pool);
	return dorm;
}

static int sleeper_run(void *context)
{
	struct sleeper *sleeper = context;

	allow_signal(SIGKILL);
	sleeper->p = mempool_fixed_alloc_timeout(sleeper->pool,
						 sleeper->timeout);
	complete(&sleeper->done);
	return 0;
}

/* Start a sleeper and wait until it sleeps, so that the order of sleepers is known. */
static struct sleeper *sleeper_start(struct kunit *test, struct dorm *dorm,
				     int i, long timeout)
{
	struct sleeper *sleeper = &dorm->sleeper[i];
	unsigned int waiting = mempool_stats(dorm->pool).waiting;
	struct task_struct *task;

	sleeper->pool = dorm->pool;
	sleeper->timeout = timeout;
	init_completion(&sleeper->done);
	task = kthread_create(sleeper_run, sleeper, "rtalloc");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	sleeper->task = get_task_struct(task);
	wake_up_process(task);
	AWAIT(mempool_stats(dorm->pool).waiting != waiting);
	KUNIT_EXPECT_EQ(test, waiting + 1, mempool_stats(dorm->pool).waiting);
	return sleeper;
}

/* Expect a sleeper's call to return @p soon. */
static void expect_got(struct kunit *test, struct sleeper *sleeper, void *p)
{
	unsigned long left = wait_for_completion_timeout(&sleeper->done,
							 LONG_ENOUGH);

	KUNIT_EXPECT_NE(test, 0ul, left);
	KUNIT_EXPECT_PTR_EQ(test, p, sleeper->p);
	if (left)
		complete(&sleeper->done);	/* for dorm_empty() */
}

static void expect_asleep(struct kunit *test, struct sleeper *sleeper)
{
	KUNIT_EXPECT_FALSE(test, completion_done(&sleeper->done));
}

/* Expect no waiter to be counted, so that frees take the fast path again. */
static void expect_quiet(struct kunit *test, struct mempool_fixed *pool)
{
	KUNIT_EXPECT_EQ(test, 0u, mempool_stats(pool).waiting);
	KUNIT_EXPECT_FALSE(test, mempool_fixed_heap(pool)->is_watched);
	expect_sound(test, mempool_fixed_heap(pool));
}

/* ---- how a wait ends ------------------------------------------------- */

static void no_wait_without_a_timeout(struct kunit *test)
{
	struct dorm *dorm = dorm_open(test, 1);
	unsigned long flags;

	local_irq_save(flags);
	KUNIT_EXPECT_PTR_EQ(test, ERR_PTR(-ETIMEDOUT),
			    mempool_fixed_alloc_timeout(dorm->pool, 0));
	KUNIT_EXPECT_PTR_EQ(test, ERR_PTR(-ETIMEDOUT),
			    mempool_fixed_alloc_timeout(dorm->pool, -1));
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, 2ull, mempool_stats(dorm->pool).failed);
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(dorm->pool, dorm->p[0]));
	KUNIT_EXPECT_PTR_EQ(test, dorm->p[0],
			    mempool_fixed_alloc_timeout(dorm->pool, 0));
	expect_quiet(test, dorm->pool);
}

static void wait_ends_when_its_time_is_over(struct kunit *test)
{
	struct dorm *dorm = dorm_open(test, 1);
	unsigned long start = jiffies;

	KUNIT_EXPECT_PTR_EQ(test, ERR_PTR(-ETIMEDOUT),
			    mempool_fixed_alloc_timeout(dorm->pool, 5));
	KUNIT_EXPECT_LE(test, 5ul, jiffies - start);
	KUNIT_EXPECT_EQ(test, 1ull, mempool_stats(dorm->pool).failed);
	expect_quiet(test, dorm->pool);
}

static void who_waited_longest_gets_it_and_nobody_else(struct kunit *test)
{
	struct dorm *dorm = dorm_open(test, 2);
	struct mempool_fixed *pool = dorm->pool;
	struct sleeper *s[3];
	int i;

	for (i = 0; i < 3; i++)
		s[i] = sleeper_start(test, dorm, i, MEMPOOL_FIXED_FOREVER);
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(pool, dorm->p[1]));
	KUNIT_EXPECT_NULL(test, mempool_fixed_alloc(pool));
	expect_got(test, s[0], dorm->p[1]);
	expect_asleep(test, s[1]);
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(pool, dorm->p[0]));
	KUNIT_EXPECT_NULL(test, mempool_fixed_alloc(pool));
	expect_got(test, s[1], dorm->p[0]);
	expect_asleep(test, s[2]);
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(pool, dorm->p[0]));
	expect_got(test, s[2], dorm->p[0]);
	KUNIT_EXPECT_EQ(test, 5ull, mempool_stats(pool).allocs);
	KUNIT_EXPECT_EQ(test, 3ull, mempool_stats(pool).frees);
	KUNIT_EXPECT_EQ(test, 2ull, mempool_stats(pool).failed);
	KUNIT_EXPECT_EQ(test, 2u, mempool_stats(pool).used);
	expect_quiet(test, pool);
}

static void who_gave_up_is_passed_over(struct kunit *test)
{
	struct dorm *dorm = dorm_open(test, 1);
	struct sleeper *first = sleeper_start(test, dorm, 0, 50);
	struct sleeper *second = sleeper_start(test, dorm, 1, LONG_ENOUGH);

	expect_got(test, first, ERR_PTR(-ETIMEDOUT));
	expect_asleep(test, second);
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(dorm->pool, dorm->p[0]));
	expect_got(test, second, dorm->p[0]);
	expect_quiet(test, dorm->pool);
}

static void who_is_killed_is_passed_over(struct kunit *test)
{
	struct dorm *dorm = dorm_open(test, 1);
	struct sleeper *first = sleeper_start(test, dorm, 0, LONG_ENOUGH);
	struct sleeper *second = sleeper_start(test, dorm, 1, LONG_ENOUGH);

	send_sig(SIGKILL, first->task, 1);
	expect_got(test, first, ERR_PTR(-EINTR));
	expect_asleep(test, second);
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(dorm->pool, dorm->p[0]));
	expect_got(test, second, dorm->p[0]);
	KUNIT_EXPECT_EQ(test, 1ull, mempool_stats(dorm->pool).failed);
	expect_quiet(test, dorm->pool);
}

/* A task is killed just after it was given the element, which must not be lost. */
static void element_of_a_killed_task_is_not_lost(struct kunit *test)
{
	struct dorm *dorm = dorm_open(test, 1);
	struct sleeper *sleeper = sleeper_start(test, dorm, 0, LONG_ENOUGH);

	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(dorm->pool, dorm->p[0]));
	send_sig(SIGKILL, sleeper->task, 1);
	expect_got(test, sleeper, dorm->p[0]);
	KUNIT_EXPECT_EQ(test, 1u, mempool_stats(dorm->pool).used);
	expect_quiet(test, dorm->pool);
}

static void refused_free_wakes_nobody(struct kunit *test)
{
	struct dorm *dorm = dorm_open(test, 1);
	struct sleeper *sleeper = sleeper_start(test, dorm, 0, LONG_ENOUGH);

	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK,
			mempool_fixed_free(dorm->pool, dorm->p[0] + 8));
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(dorm->pool, NULL));
	schedule_timeout_uninterruptible(2);
	expect_asleep(test, sleeper);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(mempool_fixed_heap(dorm->pool),
					      dorm->p[0]));
	expect_got(test, sleeper, dorm->p[0]);
}

/* ---- the end of a pool ----------------------------------------------- */

static void closing_wakes_all(struct kunit *test)
{
	struct dorm *dorm = dorm_open(test, 2);
	struct sleeper *s[3];
	int i;

	for (i = 0; i < 3; i++)
		s[i] = sleeper_start(test, dorm, i, MEMPOOL_FIXED_FOREVER);
	mempool_fixed_close(dorm->pool);
	for (i = 0; i < 3; i++)
		expect_got(test, s[i], ERR_PTR(-EIDRM));
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(dorm->pool,
							    dorm->p[i]));
	KUNIT_EXPECT_NULL(test, mempool_fixed_alloc(dorm->pool));
	KUNIT_EXPECT_NULL(test, rtalloc_alloc(mempool_fixed_heap(dorm->pool),
					      8, GFP_KERNEL));
	KUNIT_EXPECT_PTR_EQ(test, ERR_PTR(-EIDRM),
			    mempool_fixed_alloc_timeout(dorm->pool, 1));
	KUNIT_EXPECT_EQ(test, 3ull + 3, mempool_stats(dorm->pool).failed);
	expect_quiet(test, dorm->pool);
}

/* Destroying a pool waits until no sleeper uses its record any more, which is freed. */
static void destroying_waits_for_all(struct kunit *test)
{
	struct mempool_fixed_params params = {
		.name = "kunit-short", .elem = 64, .count = 1,
	};
	struct dorm *dorm = dorm_open(test, 1);
	void *memory = kunit_kzalloc(test, 64, GFP_KERNEL);
	struct mempool_fixed *lasting = dorm->pool, *pool;
	struct sleeper *s[SLEEPERS];
	int i;

	pool = mempool_fixed_init(&params, memory, 64);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pool);
	KUNIT_EXPECT_PTR_EQ(test, memory, mempool_fixed_alloc(pool));
	dorm->pool = pool;
	for (i = 0; i < SLEEPERS; i++)
		s[i] = sleeper_start(test, dorm, i, MEMPOOL_FIXED_FOREVER);
	dorm->pool = lasting;
	KUNIT_EXPECT_EQ(test, -EBUSY, mempool_fixed_destroy(pool, false));
	for (i = 0; i < SLEEPERS; i++)
		expect_asleep(test, s[i]);
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_destroy(pool, true));
	for (i = 0; i < SLEEPERS; i++)
		expect_got(test, s[i], ERR_PTR(-EIDRM));
}

static void damage_wakes_all(struct kunit *test)
{
	struct dorm *dorm = dorm_open(test, 1);
	struct sleeper *sleeper = sleeper_start(test, dorm, 0, LONG_ENOUGH);
	struct rtalloc_heap *heap = mempool_fixed_heap(dorm->pool);
	struct fixed_pool *ctrl = (void *)heap->ctrl;

	ctrl->head = 0;
	KUNIT_EXPECT_NULL(test, mempool_fixed_alloc(dorm->pool));
	expect_damage(test, heap, "free list has a live element");
	expect_got(test, sleeper, ERR_PTR(-EIDRM));
}

static struct rtalloc_ops damaged_ops;	/* the pool's own hooks, except alloc */

static void *alloc_finds_damage(void *ctrl, size_t size)
{
	return ERR_PTR(-RTALLOC_CORRUPT);
}

/* A free succeeds, but allocating the element for a waiter finds damage: all are woken. */
static void damage_at_the_hand_over_wakes_all(struct kunit *test)
{
	struct dorm *dorm = dorm_open(test, 1);
	struct sleeper *first = sleeper_start(test, dorm, 0, LONG_ENOUGH);
	struct sleeper *second = sleeper_start(test, dorm, 1, LONG_ENOUGH);
	struct rtalloc_heap *heap = mempool_fixed_heap(dorm->pool);

	damaged_ops = *heap->ops;
	damaged_ops.alloc = alloc_finds_damage;
	heap->ops = &damaged_ops;
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(dorm->pool, dorm->p[0]));
	expect_got(test, first, ERR_PTR(-EIDRM));
	expect_got(test, second, ERR_PTR(-EIDRM));
	KUNIT_EXPECT_TRUE(test, heap->is_closed);
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).faults);
	heap->ops = &mempool_fixed_ops;
}

/* ---- contexts -------------------------------------------------------- */

static void free_under_a_raw_spinlock_wakes(struct kunit *test)
{
	static DEFINE_RAW_SPINLOCK(lock);
	struct dorm *dorm = dorm_open(test, 1);
	struct sleeper *sleeper = sleeper_start(test, dorm, 0, LONG_ENOUGH);
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_free(dorm->pool, dorm->p[0]));
	KUNIT_EXPECT_NULL(test, mempool_fixed_alloc(dorm->pool));
	raw_spin_unlock_irqrestore(&lock, flags);
	expect_got(test, sleeper, dorm->p[0]);
}

/* A timer that frees an element in a hard interrupt. */
struct giver {
	struct hrtimer timer;
	struct mempool_fixed *pool;
	void *p;
	bool hard;
	int err;
};

static enum hrtimer_restart visit(struct hrtimer *timer)
{
	struct giver *giver = container_of(timer, struct giver, timer);

	giver->hard = in_hardirq();
	giver->err = mempool_fixed_free(giver->pool, giver->p);
	return HRTIMER_NORESTART;
}

static void free_in_a_hard_interrupt_wakes(struct kunit *test)
{
	struct giver *giver = kunit_kzalloc(test, sizeof(*giver), GFP_KERNEL);
	struct dorm *dorm = dorm_open(test, 1);
	struct sleeper *sleeper = sleeper_start(test, dorm, 0, LONG_ENOUGH);

	giver->pool = dorm->pool;
	giver->p = dorm->p[0];
	hrtimer_init(&giver->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	giver->timer.function = visit;
	hrtimer_start(&giver->timer, ns_to_ktime(200 * NSEC_PER_USEC),
		      HRTIMER_MODE_REL_HARD);
	expect_got(test, sleeper, dorm->p[0]);
	hrtimer_cancel(&giver->timer);
	KUNIT_EXPECT_TRUE(test, giver->hard);
	KUNIT_EXPECT_EQ(test, 0, giver->err);
}

/* ---- callbacks for frees ---------------------------------------------- */

struct listener {
	unsigned int calls;
	unsigned int nr_free;
	void *taken;		/* by the last call */
	bool take;
};

static void listen(struct mempool_fixed *pool, unsigned int nr_free, void *data)
{
	struct listener *listener = data;

	listener->calls++;
	listener->nr_free = nr_free;
	if (listener->take)
		listener->taken = mempool_fixed_alloc(pool);
}

static void frees_are_told(struct kunit *test)
{
	struct dorm *dorm = dorm_open(test, 3);
	struct mempool_fixed *pool = dorm->pool;
	struct listener listener = {};
	unsigned int i;

	mempool_fixed_set_freed(pool, listen, &listener);
	for (i = 0; i < 3; i++) {
		mempool_fixed_free(pool, dorm->p[i]);
		KUNIT_EXPECT_EQ(test, i + 1, listener.calls);
		KUNIT_EXPECT_EQ(test, i + 1, listener.nr_free);
	}
	mempool_fixed_free(pool, dorm->p[0]);
	mempool_fixed_free(pool, NULL);
	KUNIT_EXPECT_EQ(test, 3u, listener.calls);
	mempool_fixed_set_freed(pool, NULL, NULL);
	mempool_fixed_free(pool, mempool_fixed_alloc(pool));
	KUNIT_EXPECT_EQ(test, 3u, listener.calls);
	expect_quiet(test, pool);
}

static void told_may_take_the_element(struct kunit *test)
{
	struct dorm *dorm = dorm_open(test, 1);
	struct listener listener = { .take = true };
	unsigned long flags;

	mempool_fixed_set_freed(dorm->pool, listen, &listener);
	local_irq_save(flags);
	mempool_fixed_free(dorm->pool, dorm->p[0]);
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, 1u, listener.nr_free);
	KUNIT_EXPECT_PTR_EQ(test, dorm->p[0], listener.taken);
	mempool_fixed_set_freed(dorm->pool, NULL, NULL);
}

static void element_handed_on_is_not_told(struct kunit *test)
{
	struct dorm *dorm = dorm_open(test, 1);
	struct sleeper *sleeper = sleeper_start(test, dorm, 0, LONG_ENOUGH);
	struct listener listener = {};

	mempool_fixed_set_freed(dorm->pool, listen, &listener);
	mempool_fixed_free(dorm->pool, dorm->p[0]);
	expect_got(test, sleeper, dorm->p[0]);
	KUNIT_EXPECT_EQ(test, 0u, listener.calls);
	mempool_fixed_free(dorm->pool, dorm->p[0]);
	KUNIT_EXPECT_EQ(test, 1u, listener.calls);
	mempool_fixed_set_freed(dorm->pool, NULL, NULL);
}

/* ---- many ------------------------------------------------------------ */

#define ROUNDS	300

struct worker {
	struct mempool_fixed *pool;
	struct completion done;
	unsigned int failures;
};

/* Each worker holds one element at a time; with two they could deadlock. */
static int work(void *context)
{
	struct worker *worker = context;
	u8 mark = (unsigned long)worker >> 3;
	unsigned int i;
	u8 *p;

	for (i = 0; i < ROUNDS; i++) {
		p = mempool_fixed_alloc_timeout(worker->pool, LONG_ENOUGH);
		if (IS_ERR(p)) {
			worker->failures++;
			continue;
		}
		memset(p, mark, 64);
		if (i % 16 == 0)
			schedule_timeout_uninterruptible(1);
		worker->failures += !!memchr_inv(p, mark, 64);
		worker->failures += !!mempool_fixed_free(worker->pool, p);
	}
	complete(&worker->done);
	return 0;
}

static void five_tasks_share_three_elements(struct kunit *test)
{
	struct mempool_fixed *pool = mempool_open(test, 64, 3, 0, 0);
	struct worker *worker = kunit_kcalloc(test, 5, sizeof(*worker),
					      GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, worker);
	for (i = 0; i < 5; i++) {
		worker[i].pool = pool;
		init_completion(&worker[i].done);
		thread_open(test, work, &worker[i]);
	}
	for (i = 0; i < 5; i++) {
		wait_for_completion(&worker[i].done);
		KUNIT_EXPECT_EQ(test, 0u, worker[i].failures);
	}
	KUNIT_EXPECT_EQ(test, 5ull * ROUNDS, mempool_stats(pool).allocs);
	KUNIT_EXPECT_EQ(test, 5ull * ROUNDS, mempool_stats(pool).frees);
	KUNIT_EXPECT_EQ(test, 3u, mempool_stats(pool).max_used);
	expect_quiet(test, pool);
}

static struct kunit_case mempool_wait_cases[] = {
	KUNIT_CASE(no_wait_without_a_timeout),
	KUNIT_CASE(wait_ends_when_its_time_is_over),
	KUNIT_CASE(who_waited_longest_gets_it_and_nobody_else),
	KUNIT_CASE(who_gave_up_is_passed_over),
	KUNIT_CASE(who_is_killed_is_passed_over),
	KUNIT_CASE(element_of_a_killed_task_is_not_lost),
	KUNIT_CASE(refused_free_wakes_nobody),
	KUNIT_CASE(closing_wakes_all),
	KUNIT_CASE(destroying_waits_for_all),
	KUNIT_CASE(damage_wakes_all),
	KUNIT_CASE(damage_at_the_hand_over_wakes_all),
	KUNIT_CASE(free_under_a_raw_spinlock_wakes),
	KUNIT_CASE(free_in_a_hard_interrupt_wakes),
	KUNIT_CASE(frees_are_told),
	KUNIT_CASE(told_may_take_the_element),
	KUNIT_CASE(element_handed_on_is_not_told),
	KUNIT_CASE(five_tasks_share_three_elements),
	{}
};

RTALLOC_SUITE(mempool_wait);
