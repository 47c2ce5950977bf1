// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_kunit.c - check and walk of a heap that changes meanwhile, or is large: they end when
 * the heap is destroyed, when the task is killed, and when the heap changes all the time;
 * and how the map prints owners.
 */
#include <linux/err.h>
#include <linux/sched/signal.h>

#include "kunit/common.h"
#include "kunit/wait.h"

/* The heap of a test, which must have no live block at the end. */
static struct rtalloc_heap *heap;
static const struct rtalloc_ops *plain;
static struct rtalloc_ops hooks;	/* the heap's hooks, which a test may replace */

static int check_start(struct kunit *test)
{
	struct rtalloc_heap_params params = probe_params(test);

	heap = heap_make(test, &params);
	plain = heap->ops;
	hooks = *plain;
	heap->ops = &hooks;
	return 0;
}

static void check_end(struct kunit *test)
{
	heap->ops = plain;
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
}

/* A check by a shell ends when the heap is to be destroyed. */
static void check_ends_when_its_heap_goes(struct kunit *test)
{
	struct rtalloc_fault fault;
	bool stop = false;

	KUNIT_EXPECT_EQ(test, 0, rtalloc_check_until(heap, &fault, &stop));
	stop = true;
	KUNIT_EXPECT_EQ(test, -EINTR, rtalloc_check_until(heap, &fault, &stop));
}

/* ---- checks that do not end of themselves ------------------------------- */

static unsigned long most;	/* when a check of a failing test ends, in jiffies */

/* A check that always has more to do, until a failing test ends. */
static int endless_check(void *ctrl, struct rtalloc_sweep *sweep,
			 struct rtalloc_fault *fault)
{
	return time_before(jiffies, most) ? -EAGAIN : 0;
}

/* A check between whose holds of the lock the heap changes. */
static int restless_check(void *ctrl, struct rtalloc_sweep *sweep,
			  struct rtalloc_fault *fault)
{
	container_of(ctrl, struct rtalloc_heap, ctrl[0])->changes++;
	return endless_check(ctrl, sweep, fault);
}

struct checker {
	struct rtalloc_heap *heap;
	struct completion begun;
	struct completion done;
	int err;
};

static int checker_run(void *data)
{
	struct checker *checker = data;
	struct rtalloc_fault fault;
	bool stop = false;

	allow_signal(SIGKILL);
	complete(&checker->begun);
	checker->err = rtalloc_check_until(checker->heap, &fault, &stop);
	complete(&checker->done);
	return 0;
}

static int killed_check(struct kunit *test)
{
	static struct checker checker;
	struct task_struct *task;

	checker.heap = heap;
	init_completion(&checker.begun);
	init_completion(&checker.done);
	task = thread_open(test, checker_run, &checker);
	wait_for_completion(&checker.begun);
	send_sig(SIGKILL, task, 1);
	wait_for_completion(&checker.done);
	return checker.err;
}

/* A task that checks a heap can be killed, however large the heap is. */
static void check_can_be_killed(struct kunit *test)
{
	hooks.check = endless_check;
	most = jiffies + 20 * HZ;
	KUNIT_EXPECT_EQ(test, -EINTR, killed_check(test));
}

static void check_of_a_restless_heap_gives_up(struct kunit *test)
{
	struct rtalloc_fault fault;

	hooks.check = restless_check;
	most = jiffies + 20 * HZ;
	KUNIT_EXPECT_EQ(test, -EAGAIN, rtalloc_check(heap, &fault));
	expect_reads(test, "probe/check",
		     "not finished: the heap changes all the time\n");
}

/* A walk that never finds the place where it has to go on. */
static int lost_walk(void *ctrl, struct rtalloc_cursor *cursor,
		     struct rtalloc_block *batch, int max)
{
	return time_before(jiffies, most) ? -EAGAIN : 0;
}

/* Such a walk, which may pass every block of a large heap, ends then, too. */
static void walk_ends_when_its_heap_goes(struct kunit *test)
{
	struct rtalloc_cursor cursor = { };
	struct rtalloc_block block;
	bool stop = false;

	KUNIT_EXPECT_EQ(test, 1,
			rtalloc_walk_until(heap, &cursor, &block, 1, &stop));
	hooks.walk = lost_walk;
	most = jiffies + 20 * HZ;
	stop = true;
	KUNIT_EXPECT_EQ(test, -EINTR,
			rtalloc_walk_until(heap, &cursor, &block, 1, &stop));
}

static unsigned int walks;

static int lost_again(void *ctrl, struct rtalloc_cursor *cursor,
		      struct rtalloc_block *batch, int max)
{
	walks++;
	return -EAGAIN;
}

/*
 * A driver may walk in atomic context, so one call holds the lock 64 times at most. Then it
 * returns -EAGAIN, and the driver calls again.
 */
static void walk_of_a_driver_is_short(struct kunit *test)
{
	struct rtalloc_cursor cursor = { };
	struct rtalloc_block block;

	hooks.walk = lost_again;
	walks = 0;
	KUNIT_EXPECT_EQ(test, -EAGAIN, rtalloc_walk(heap, &cursor, &block, 1));
	KUNIT_EXPECT_EQ(test, 64u, walks);
}

/* ---- maps --------------------------------------------------------------- */

/* An owner's tag may have any bytes; the map prints no control characters. */
static void map_shows_no_byte_of_a_tag_that_is_no_sign(struct kunit *test)
{
	struct rtalloc_heap *tagged = backend_open(test, "memheap", SZ_64K, 0);
	void *p = rtalloc_alloc(tagged, 100, GFP_KERNEL);
	char path[64], *map, *c;

	KUNIT_EXPECT_EQ(test, 0, rtalloc_set_owner(tagged, p, "\033[ \377"));
	snprintf(path, sizeof(path), "rtalloc/%s/map", tagged->name);
	map = debugfs_get(test, path);
	KUNIT_EXPECT_NOT_NULL(test, strstr(map, " used ?[??\n"));
	for (c = map; *c; c++)
		KUNIT_EXPECT_TRUE(test, *c == '\n' || (*c >= ' ' && *c <= '~'));
}

static struct kunit_case check_cases[] = {
	KUNIT_CASE(check_ends_when_its_heap_goes),
	KUNIT_CASE(check_can_be_killed),
	KUNIT_CASE(check_of_a_restless_heap_gives_up),
	KUNIT_CASE(walk_ends_when_its_heap_goes),
	KUNIT_CASE(walk_of_a_driver_is_short),
	KUNIT_CASE(map_shows_no_byte_of_a_tag_that_is_no_sign),
	{ }
};

RTALLOC_SUITE(check, .init = check_start, .exit = check_end);

MODULE_LICENSE("GPL");
