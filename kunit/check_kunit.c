// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_kunit.c - looking at a heap that does not hold still, or is large: a check
 * ends when its heap goes, when its task is killed, and when the heap changes all
 * the time; and what a map shows of owners.
 */
#include <linux/err.h>
#include <linux/sched/signal.h>

#include "kunit/common.h"
#include "kunit/wait.h"

/* Each test finds a heap, in which nothing may live at the end. */
static struct rtalloc_heap *heap;
static const struct rtalloc_ops *plain;
static struct rtalloc_ops hooks;	/* what it is called by; a test changes them */

static int check_start(struct kunit *test)
{
	struct rtalloc_heap_params params = {
		.name = "probe", .backend = "tlsf", .size = SZ_64K,
		.region = region_open(test, SZ_64K),
	};

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

/* A shell that looks does not hold up who destroys the heap. */
static void check_ends_when_its_heap_goes(struct kunit *test)
{
	struct rtalloc_fault fault;
	bool stop = false;

	KUNIT_EXPECT_EQ(test, 0, rtalloc_check_until(heap, &fault, &stop));
	stop = true;
	KUNIT_EXPECT_EQ(test, -EINTR, rtalloc_check_until(heap, &fault, &stop));
}

/* ---- checks that do not end of themselves ------------------------------- */

static unsigned long most;		/* jiffies */

/* There is always more to look at: as long as a test may take that fails. */
static int endless_check(void *ctrl, struct rtalloc_sweep *sweep,
			 struct rtalloc_fault *fault)
{
	return time_before(jiffies, most) ? -EAGAIN : 0;
}

/* The heap changes from one hold of the lock to the next. */
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

/* Of a heap of any size: who waits for its end need not. */
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

/* The place to go on from is never found. */
static int lost_walk(void *ctrl, struct rtalloc_cursor *cursor,
		     struct rtalloc_block *batch, int max)
{
	return time_before(jiffies, most) ? -EAGAIN : 0;
}

/* It may have to look at each block of a large heap, too. */
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

/* A driver may walk where nobody can pause: 64 holds, and it is told to go on. */
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

/* A driver's tag may hold any bytes; a terminal gets none that it would obey. */
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
