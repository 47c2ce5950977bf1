// SPDX-License-Identifier: GPL-2.0-only
/*
 * port_wait_kunit.c - waiting in ported functions, which needs several threads. The tests in
 * kunit/port/ have one.
 */
#include <linux/err.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <rtalloc/port/rtthread.h>
#include <rtalloc/rtalloc.h>

#include "core/core.h"
#include "kunit/suite.h"
#include "kunit/wait.h"
#include "port/port.h"

/* A task that takes a block of a pool, and what it got. */
static struct taker {
	rt_mp_t mp;
	rt_int32_t time;
	void *block;
	struct task_struct *task;
	struct completion begun;
	struct completion done;
} taker;

static int taker_run(void *unused)
{
	complete(&taker.begun);
	taker.block = rt_mp_alloc(taker.mp, taker.time);
	complete(&taker.done);
	return 0;
}

/* Start the taker, and wait until it sleeps in the pool or in a hook. */
static void taker_start(struct kunit *test, int (*run)(void *data))
{
	init_completion(&taker.begun);
	init_completion(&taker.done);
	taker.task = thread_open(test, run, &taker);
	ASSERT_DONE(test, &taker.begun);
	schedule_timeout_uninterruptible(2);
}

static void taker_waits(struct kunit *test, rt_mp_t mp, rt_int32_t time)
{
	taker = (struct taker){ .mp = mp, .time = time };
	taker_start(test, taker_run);
}

static bool taker_ends(void)
{
	return wait_for_completion_timeout(&taker.done, LONG_ENOUGH);
}

/* Make a pool of one block, and take that. */
static rt_mp_t pool_open(struct kunit *test, void **block)
{
	rt_mp_t mp = rt_mp_create("wait", 1, 64);

	KUNIT_ASSERT_NOT_NULL(test, mp);
	*block = rt_mp_alloc(mp, 0);
	KUNIT_ASSERT_NOT_NULL(test, *block);
	return mp;
}

static void freed_block_goes_to_who_waits(struct kunit *test)
{
	void *block;
	rt_mp_t mp = pool_open(test, &block);

	taker_waits(test, mp, RT_WAITING_FOREVER);
	KUNIT_EXPECT_FALSE(test, completion_done(&taker.done));
	rt_mp_free(block);
	KUNIT_ASSERT_TRUE(test, taker_ends());
	KUNIT_EXPECT_PTR_EQ(test, block, taker.block);
	KUNIT_EXPECT_EQ(test, 0, mp->block_free_count);
	rt_mp_free(taker.block);
	KUNIT_EXPECT_EQ(test, 1, mp->block_free_count);
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_mp_delete(mp));
}

static void wait_ends_in_time(struct kunit *test)
{
	unsigned long start;
	void *block;
	rt_mp_t mp = pool_open(test, &block);

	start = jiffies;
	KUNIT_EXPECT_NULL(test, rt_mp_alloc(mp, 5));
	KUNIT_EXPECT_GE(test, jiffies - start, 5);
	rt_mp_free(block);
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_mp_delete(mp));
}

/* ---- pools that end while a task is at work on them ---------------------- */

/*
 * Deleting or replacing a pool waits for others, so it is done by a thread of its own: if
 * nobody wakes that, the test fails and goes on. What it works with is static, as the
 * thread is left then.
 */
static rt_mp_t ending;
static struct end_call end_call;

static long ending_delete(void)
{
	return rt_mp_delete(ending);
}

/* When a waiting task is woken, the deleted pool may be freed: it must not access it. */
static void deleted_pool_wakes_who_waits(struct kunit *test)
{
	void *block;

	ending = pool_open(test, &block);
	taker_waits(test, ending, RT_WAITING_FOREVER);
	/* If deleting has not woken it, this does, so that both threads end. */
	if (!ends_in_time(test, &end_call, ending_delete, RT_EOK))
		wake_up_process(taker.task);
	KUNIT_ASSERT_TRUE(test, taker_ends());
	ASSERT_DONE(test, &end_call.done);
	KUNIT_EXPECT_NULL(test, taker.block);
}

static bool is_deleted, was_deleted;

static void slow_hook(struct rt_mempool *mp, void *block)
{
	schedule_timeout_uninterruptible(10);
	was_deleted = is_deleted;
}

static long ending_delete_seen(void)
{
	rt_err_t err = rt_mp_delete(ending);

	is_deleted = true;
	return err;
}

/*
 * Prepare the slow hook, which sleeps and then notes whether the pool was deleted meanwhile.
 * Deleting must wait for the hook, so it must not have been.
 */
static void slow_hook_begin(void)
{
	is_deleted = false;
	was_deleted = true;
}

/* Deleting waits for a task that has got a block and still runs the hook with the pool. */
static void deleting_waits_for_who_got_a_block(struct kunit *test)
{
	void *block;

	ending = pool_open(test, &block);
	slow_hook_begin();
	rt_mp_alloc_sethook(slow_hook);
	taker_waits(test, ending, RT_WAITING_FOREVER);
	rt_mp_free(block);
	ends_in_time(test, &end_call, ending_delete_seen, RT_EOK);
	KUNIT_EXPECT_TRUE(test, taker_ends());
	ASSERT_DONE(test, &end_call.done);
	rt_mp_alloc_sethook(NULL);
	KUNIT_EXPECT_PTR_EQ(test, block, taker.block);
	KUNIT_EXPECT_FALSE(test, was_deleted);
}

static struct rt_mempool anew;
static u8 anew_memory[2 * (64 + 8)] __aligned(8);

static long anew_init(void)
{
	rt_err_t err = rt_mp_init(&anew, "new", anew_memory + 72, 72, 64);

	is_deleted = true;
	return err;
}

/* So does initialising the pool's struct again. */
static void making_it_anew_waits_for_who_got_a_block(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, RT_EOK,
			rt_mp_init(&anew, "old", anew_memory, 72, 64));
	slow_hook_begin();
	rt_mp_alloc_sethook(slow_hook);
	taker_waits(test, &anew, 0);
	ends_in_time(test, &end_call, anew_init, RT_EOK);
	KUNIT_EXPECT_TRUE(test, taker_ends());
	ASSERT_DONE(test, &end_call.done);
	rt_mp_alloc_sethook(NULL);
	KUNIT_EXPECT_FALSE(test, was_deleted);
	KUNIT_EXPECT_EQ(test, 1, anew.block_free_count);
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_mp_detach(&anew));
}

static int giver_run(void *unused)
{
	complete(&taker.begun);
	rt_mp_free(taker.block);
	complete(&taker.done);
	return 0;
}

/* Deleting waits for a task that frees a block, which uses the pool until it returns. */
static void deleting_waits_for_who_gives_a_block_back(struct kunit *test)
{
	ending = pool_open(test, &taker.block);
	slow_hook_begin();
	rt_mp_free_sethook(slow_hook);
	taker_start(test, giver_run);
	ends_in_time(test, &end_call, ending_delete_seen, RT_EOK);
	KUNIT_EXPECT_TRUE(test, taker_ends());
	ASSERT_DONE(test, &end_call.done);
	rt_mp_free_sethook(NULL);
	KUNIT_EXPECT_FALSE(test, was_deleted);
}

static struct completion is_hooked;
static bool is_running;

static void long_hook(struct rt_mempool *mp, void *block)
{
	is_running = true;
	complete(&is_hooked);
	schedule_timeout_uninterruptible(5);
	is_running = false;
}

/* After a hook is unset it must not run any more, as its module may be unloaded. */
static void unset_hook_runs_no_more(struct kunit *test)
{
	void *block;
	rt_mp_t mp = pool_open(test, &block);

	init_completion(&is_hooked);
	rt_mp_alloc_sethook(long_hook);
	taker_waits(test, mp, RT_WAITING_FOREVER);
	rt_mp_free(block);
	KUNIT_EXPECT_NE(test, 0ul,
			wait_for_completion_timeout(&is_hooked, LONG_ENOUGH));
	rt_mp_alloc_sethook(NULL);
	KUNIT_EXPECT_FALSE(test, is_running);
	KUNIT_ASSERT_TRUE(test, taker_ends());
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_mp_delete(mp));
}

/* A waiting task calls the hook that is set when it gets a block. */
static void hook_unset_while_a_task_waits_is_not_called(struct kunit *test)
{
	void *block;
	rt_mp_t mp = pool_open(test, &block);

	init_completion(&is_hooked);
	rt_mp_alloc_sethook(long_hook);
	taker_waits(test, mp, RT_WAITING_FOREVER);
	rt_mp_alloc_sethook(NULL);
	rt_mp_free(block);
	KUNIT_ASSERT_TRUE(test, taker_ends());
	KUNIT_EXPECT_FALSE(test, completion_done(&is_hooked));
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_mp_delete(mp));
}

/* A reference to the heap, which any module can get by name, keeps only a closed record. */
static void detaching_leaves_a_closed_record(struct kunit *test)
{
	void *memory = kunit_kmalloc(test, 4096, GFP_KERNEL);
	struct rtalloc_heap *heap, *again;

	KUNIT_ASSERT_NOT_NULL(test, memory);
	KUNIT_ASSERT_NOT_NULL(test, rt_smem_init("held", memory, 4096));
	heap = rtalloc_heap_get("held");
	KUNIT_ASSERT_NOT_NULL(test, heap);
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_smem_detach(memory));
	KUNIT_EXPECT_NULL(test, rtalloc_alloc(heap, 8, 0));
	again = rtalloc_heap_get("held");
	KUNIT_EXPECT_NULL(test, again);
	if (again)
		rtalloc_heap_put(again);
	rtalloc_heap_put(heap);
}

/* ---- counters ---------------------------------------------------------- */

#define ROUNDS		20000
#define MEMORY		SZ_16K

/* Two tasks each free one block of three objects at the same time. */
struct race {
	struct rt_mempool mp;
	struct rt_memheap memheap;
	rt_smem_t smem;
	rt_slab_t slab;
	void *block[2][4];
	atomic_t turn;
	atomic_t back;
};

static struct race race;

static void race_give_back(void **block)
{
	rt_mp_free(block[0]);
	rt_smem_free(block[1]);
	rt_memheap_free(block[2]);
	rt_slab_free(race.slab, block[3]);
}

/* cpu_relax() makes an emulator with one thread switch to the other processor. */
static void race_wait(void)
{
	cpu_relax();
	cond_resched();
}

static int race_run(void *data)
{
	int seen = 0;

	while (!kthread_should_stop()) {
		if (atomic_read_acquire(&race.turn) == seen) {
			race_wait();
			continue;
		}
		race_give_back(race.block[1]);
		atomic_set_release(&race.back, ++seen);
	}
	return 0;
}

static void race_open(struct kunit *test)
{
	u8 *memory = kunit_kmalloc(test, 3 * MEMORY, GFP_KERNEL);
	u8 *pages = kunit_kmalloc(test, SZ_256K, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, memory);
	KUNIT_ASSERT_NOT_NULL(test, pages);
	memset(&race, 0, sizeof(race));
	KUNIT_ASSERT_EQ(test, RT_EOK,
			rt_mp_init(&race.mp, "race", memory, MEMORY, 64));
	race.smem = rt_smem_init("race", memory + MEMORY, MEMORY);
	KUNIT_ASSERT_NOT_NULL(test, race.smem);
	KUNIT_ASSERT_EQ(test, RT_EOK,
			rt_memheap_init(&race.memheap, "race",
					memory + 2 * MEMORY, MEMORY));
	race.slab = rt_slab_init("race", pages, SZ_256K);
	KUNIT_ASSERT_NOT_NULL(test, race.slab);
}

static void race_close(void)
{
	rt_mp_detach(&race.mp);
	rt_smem_detach(race.smem);
	rt_memheap_detach(&race.memheap);
	rt_slab_detach(race.slab);
}

static void race_take(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		race.block[i][0] = rt_mp_alloc(&race.mp, 0);
		race.block[i][1] = rt_smem_alloc(race.smem, 40);
		race.block[i][2] = rt_memheap_alloc(&race.memheap, 40);
		race.block[i][3] = rt_slab_alloc(race.slab, 40);
	}
}

/* False: the other task does not come back. */
static bool race_round(int round)
{
	unsigned long end = jiffies + LONG_ENOUGH;

	race_take();
	atomic_set_release(&race.turn, round);
	race_give_back(race.block[0]);
	while (atomic_read_acquire(&race.back) != round && time_before(jiffies, end))
		race_wait();
	return atomic_read_acquire(&race.back) == round;
}

/* When both frees have returned, every counter says that nothing is in use. */
static void counters_are_exact_at_rest(struct kunit *test)
{
	rt_size_t smem, memheap, slab;
	struct task_struct *task;
	int round, wrong[4] = {};

	if (num_online_cpus() < 2)
		kunit_skip(test, "one processor");
	race_open(test);
	smem = race.smem->used;
	memheap = race.memheap.available_size;
	/* Once before the race, because slab keeps a zone from its first block on. */
	race_take();
	race_give_back(race.block[0]);
	race_give_back(race.block[1]);
	slab = race.slab->used;
	task = thread_open(test, race_run, NULL);
	for (round = 1; round <= ROUNDS; round++) {
		KUNIT_ASSERT_TRUE(test, race_round(round));
		wrong[0] += race.mp.block_free_count !=
			    race.mp.block_total_count;
		wrong[1] += race.smem->used != smem;
		wrong[2] += race.memheap.available_size != memheap;
		wrong[3] += race.slab->used != slab;
	}
	kthread_stop(task);
	KUNIT_EXPECT_EQ(test, 0, wrong[0]);
	KUNIT_EXPECT_EQ(test, 0, wrong[1]);
	KUNIT_EXPECT_EQ(test, 0, wrong[2]);
	KUNIT_EXPECT_EQ(test, 0, wrong[3]);
	race_close();
}

/* ---- a name that is taken ------------------------------------------- */

/* A task that searches for a free name for a heap, and may be killed. */
struct namer {
	struct rtalloc_heap_params params;
	struct rtalloc_heap *heap;
	struct completion begun;
	struct completion done;
};

static int namer_run(void *data)
{
	struct namer *namer = data;

	allow_signal(SIGKILL);
	complete(&namer->begun);
	namer->heap = port_heap_open("taken", namer->params);
	complete(&namer->done);
	return 0;
}

static bool name_is_there(const char *name)
{
	struct rtalloc_heap *heap = rtalloc_heap_get(name);

	if (heap)
		rtalloc_heap_put(heap);
	return heap;
}

/*
 * The task is stopped at the first name, which is in use. If it is killed there, it must not
 * go on to the second name, which is free; if not, it must.
 */
static void search_for_a_name(struct kunit *test, bool killed)
{
	static u8 memory[2][SZ_8K] __aligned(64);
	static struct namer namer;
	struct rtalloc_heap *heap;
	struct task_struct *task;

	namer.params = (struct rtalloc_heap_params){
		.memory = memory[0], .size = SZ_8K,
	};
	heap = port_heap_open("taken", namer.params);
	KUNIT_ASSERT_FALSE(test, IS_ERR(heap));
	namer.params.memory = memory[1];
	init_completion(&namer.begun);
	init_completion(&namer.done);
	mutex_lock(&rtalloc_registry_lock);
	task = kthread_run(namer_run, &namer, "rtalloc_namer");
	if (!IS_ERR(task)) {
		wait_for_completion_timeout(&namer.begun, LONG_ENOUGH);
		schedule_timeout_uninterruptible(2);
		if (killed)
			send_sig(SIGKILL, task, 1);
	}
	mutex_unlock(&rtalloc_registry_lock);
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	KUNIT_ASSERT_TRUE(test, wait_for_completion_timeout(&namer.done,
							    LONG_ENOUGH));
	KUNIT_EXPECT_EQ(test, killed, IS_ERR(namer.heap));
	KUNIT_EXPECT_EQ(test, !killed, name_is_there("taken.2"));
	if (!IS_ERR(namer.heap))
		port_heap_close(namer.heap);
	port_heap_close(heap);
}

static void search_for_a_name_can_be_killed(struct kunit *test)
{
	search_for_a_name(test, false);
	search_for_a_name(test, true);
}

static struct kunit_case port_wait_cases[] = {
	KUNIT_CASE(freed_block_goes_to_who_waits),
	KUNIT_CASE(wait_ends_in_time),
	KUNIT_CASE(deleted_pool_wakes_who_waits),
	KUNIT_CASE(deleting_waits_for_who_got_a_block),
	KUNIT_CASE(making_it_anew_waits_for_who_got_a_block),
	KUNIT_CASE(deleting_waits_for_who_gives_a_block_back),
	KUNIT_CASE(unset_hook_runs_no_more),
	KUNIT_CASE(hook_unset_while_a_task_waits_is_not_called),
	KUNIT_CASE(detaching_leaves_a_closed_record),
	KUNIT_CASE(search_for_a_name_can_be_killed),
	KUNIT_CASE_SLOW(counters_are_exact_at_rest),
	{}
};

RTALLOC_SUITE(port_wait);
