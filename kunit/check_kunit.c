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

static struct rtalloc_heap *probe_open(struct kunit *test, const char *backend)
{
	struct rtalloc_heap_params params = {
		.name = "probe", .backend = backend, .size = SZ_64K,
		.region = region_open(test, SZ_64K),
	};

	return heap_make(test, &params);
}

/* A shell that looks does not hold up who destroys the heap. */
static void check_ends_when_its_heap_goes(struct kunit *test)
{
	struct rtalloc_heap *heap = probe_open(test, "tlsf");
	struct rtalloc_fault fault;
	bool stop = false;

	KUNIT_EXPECT_EQ(test, 0, rtalloc_check_until(heap, &fault, &stop));
	stop = true;
	KUNIT_EXPECT_EQ(test, -EINTR, rtalloc_check_until(heap, &fault, &stop));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
}

/* ---- checks that do not end of themselves ------------------------------- */

static unsigned long check_end;		/* jiffies */

/* There is always more to look at: as long as a test may take that fails. */
static int endless_check(void *ctrl, struct rtalloc_sweep *sweep,
			 struct rtalloc_fault *fault)
{
	return time_before(jiffies, check_end) ? -EAGAIN : 0;
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

static int killed_check(struct kunit *test, struct rtalloc_heap *heap)
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
	struct rtalloc_heap *heap = probe_open(test, "tlsf");
	const struct rtalloc_ops *ops = heap->ops;
	struct rtalloc_ops endless = *ops;

	endless.check = endless_check;
	check_end = jiffies + 20 * HZ;
	heap->ops = &endless;
	KUNIT_EXPECT_EQ(test, -EINTR, killed_check(test, heap));
	heap->ops = ops;
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
}

static void check_of_a_restless_heap_gives_up(struct kunit *test)
{
	struct rtalloc_heap *heap = probe_open(test, "tlsf");
	const struct rtalloc_ops *ops = heap->ops;
	struct rtalloc_ops restless = *ops;
	struct rtalloc_fault fault;

	restless.check = restless_check;
	check_end = jiffies + 20 * HZ;
	heap->ops = &restless;
	KUNIT_EXPECT_EQ(test, -EAGAIN, rtalloc_check(heap, &fault));
	KUNIT_EXPECT_STREQ(test, "not finished: the heap changes all the time\n",
			   debugfs_get(test, "rtalloc/probe/check"));
	heap->ops = ops;
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
}

/* The place to go on from is never found. */
static int lost_walk(void *ctrl, struct rtalloc_cursor *cursor,
		     struct rtalloc_block *batch, int max)
{
	return time_before(jiffies, check_end) ? -EAGAIN : 0;
}

/* It may have to look at each block of a large heap, too. */
static void walk_ends_when_its_heap_goes(struct kunit *test)
{
	struct rtalloc_heap *heap = probe_open(test, "tlsf");
	const struct rtalloc_ops *ops = heap->ops;
	struct rtalloc_ops lost = *ops;
	struct rtalloc_cursor cursor = { };
	struct rtalloc_block block;
	bool stop = false;

	KUNIT_EXPECT_EQ(test, 1,
			rtalloc_walk_until(heap, &cursor, &block, 1, &stop));
	lost.walk = lost_walk;
	check_end = jiffies + 20 * HZ;
	heap->ops = &lost;
	stop = true;
	KUNIT_EXPECT_EQ(test, -EINTR,
			rtalloc_walk_until(heap, &cursor, &block, 1, &stop));
	heap->ops = ops;
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
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
	struct rtalloc_heap *heap = probe_open(test, "tlsf");
	const struct rtalloc_ops *ops = heap->ops;
	struct rtalloc_cursor cursor = { };
	struct rtalloc_ops lost = *ops;
	struct rtalloc_block block;

	lost.walk = lost_again;
	walks = 0;
	heap->ops = &lost;
	KUNIT_EXPECT_EQ(test, -EAGAIN, rtalloc_walk(heap, &cursor, &block, 1));
	heap->ops = ops;
	KUNIT_EXPECT_EQ(test, 64u, walks);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
}

/* ---- maps --------------------------------------------------------------- */

/* A driver's tag may hold any bytes; a terminal gets none that it would obey. */
static void map_shows_no_byte_of_a_tag_that_is_no_sign(struct kunit *test)
{
	struct rtalloc_heap *heap = probe_open(test, "memheap");
	void *p = rtalloc_alloc(heap, 100, GFP_KERNEL);
	char *map, *c;

	KUNIT_EXPECT_EQ(test, 0, rtalloc_set_owner(heap, p, "\033[ \377"));
	map = debugfs_get(test, "rtalloc/probe/map");
	KUNIT_EXPECT_NOT_NULL(test, strstr(map, " used ?[??\n"));
	for (c = map; *c; c++)
		KUNIT_EXPECT_TRUE(test, *c == '\n' || (*c >= ' ' && *c <= '~'));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, true));
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

RTALLOC_SUITE(check);

MODULE_LICENSE("GPL");
