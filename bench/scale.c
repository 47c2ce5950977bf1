// SPDX-License-Identifier: GPL-2.0-only
/*
 * scale.c - several processors that use one allocator: pairs on 1, 2, 4 and 8;
 * one processor that allocates and one that frees; and a recorded trace played
 * by two.
 *
 * There are two figures for each: the work done per time in percent of one
 * processor's, by the clock; and how often the heap's lock was taken, which is
 * repeatable. Time on an emulator with fewer host processors than its own means
 * little: see Documentation/benchmark.rst.
 *
 * A trace is played in two ways. "split": a block is used by one processor,
 * chosen by the parity of its slot. "cross": one processor allocates, the other
 * frees, each in the trace's order. Every block holds the number of its slot,
 * which is verified before the block is freed.
 *
 * In a trace a slot is used again as soon as it is free. If "cross" played it
 * like that, the two processors would run in lock step: the one that allocates
 * could be ahead only as far as the trace was. So each allocation gets a slot
 * of its own here (own_slots()), and may be LEAD events ahead. A processor that
 * has to wait sleeps after a while: on a host with fewer processors than the
 * guest, a busy loop would keep the processor that it waits for from running
 * until the host's scheduler interrupts it, for every single event.
 */
#define pr_fmt(fmt) "rtalloc_bench: " fmt

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sizes.h>

#include <rtalloc/rtalloc.h>
#include "bench.h"

#define WORKERS_MAX	8
#define PAIRS		5000		/* on each processor */
#define PAIR_SIZE	64
#define HANDED		5000
#define RING		128		/* blocks that are being handed over */
#define LEAD		1024		/* events that the allocating processor may be ahead */
#define SPINS		64		/* tests before a waiter sleeps */
#define SLEEP_US	50
#define TRIES		1000000		/* tests before it stops waiting for memory */
#define HEAP_SIZE	SZ_16M
#define ELEMENTS	8192
#define TRACE_SIZE	SZ_16M

struct gang;

struct worker {
	struct gang *gang;
	unsigned int nr;
};

/* Work that several processors do at the same time. */
struct gang {
	const struct bench_allocator *a;
	struct bench_arena arena;
	unsigned int nr;
	void (*work)(struct gang *gang, unsigned int nr);
	struct worker worker[WORKERS_MAX];
	atomic_t ready;
	atomic_t left;
	atomic_t failed;
	struct completion end;
	u64 started;
	u64 ended;
	u64 locks;
	void *ring[RING];
	struct bench_slot *slot;
	const struct bench_event *event;
	size_t nr_events;
	size_t at;
};

/* ---- a gang ---------------------------------------------------------- */

static void relax(unsigned int *n)
{
	cpu_relax();
	if (++*n % SPINS == 0)
		usleep_range(SLEEP_US, 2 * SLEEP_US);
}

static int worker_run(void *data)
{
	struct worker *worker = data;
	struct gang *gang = worker->gang;
	unsigned int n = 0;

	if (atomic_inc_return(&gang->ready) == gang->nr)
		WRITE_ONCE(gang->started, ktime_get_ns());
	while (!READ_ONCE(gang->started))
		relax(&n);
	gang->work(gang, worker->nr);
	if (atomic_dec_and_test(&gang->left)) {
		gang->ended = ktime_get_ns();
		complete(&gang->end);
	}
	return 0;
}

static void worker_absent(struct gang *gang)
{
	atomic_inc(&gang->failed);
	if (atomic_inc_return(&gang->ready) == gang->nr)
		WRITE_ONCE(gang->started, ktime_get_ns());
	if (atomic_dec_and_test(&gang->left))
		complete(&gang->end);
}

static bool is_ours(const struct bench_allocator *a)
{
	return a->cases & (BENCH_OURS | BENCH_PERCPU);
}

/*
 * Return how often the heap's lock was taken, or 0 if the allocator is not
 * rtalloc's.
 */
static u64 locks_now(const struct bench_allocator *a)
{
	struct rtalloc_snapshot snap;
	struct rtalloc_heap *heap;

	heap = is_ours(a) ? rtalloc_heap_get("bench") : NULL;
	if (!heap)
		return 0;
	rtalloc_stats(heap, &snap);
	rtalloc_heap_put(heap);
	if (a->cases & BENCH_PERCPU)
		return snap.batches;
	return snap.allocs + snap.frees;
}

/* Do @work on @nr processors at once. */
static void gang_run(struct gang *gang, unsigned int nr,
		     void (*work)(struct gang *gang, unsigned int nr))
{
	struct task_struct *task;
	unsigned int cpu, i = 0;

	gang->nr = nr;
	gang->work = work;
	gang->started = 0;
	gang->at = 0;
	atomic_set(&gang->ready, 0);
	atomic_set(&gang->left, nr);
	atomic_set(&gang->failed, 0);
	init_completion(&gang->end);
	gang->locks = locks_now(gang->a);
	for_each_online_cpu(cpu) {
		if (i == nr)
			break;
		gang->worker[i] = (struct worker){ gang, i };
		task = kthread_create(worker_run, &gang->worker[i],
				      "rtalloc_bench/%u", cpu);
		i++;
		if (IS_ERR(task)) {
			worker_absent(gang);
			continue;
		}
		kthread_bind(task, cpu);
		wake_up_process(task);
	}
	while (!wait_for_completion_timeout(&gang->end, HZ))
		;
	gang->locks = locks_now(gang->a) - gang->locks;
}

/* ---- what they do ---------------------------------------------------- */

static void work_pairs(struct gang *gang, unsigned int nr)
{
	void *ctx = gang->arena.ctx, *p;
	unsigned int i;

	for (i = 0; i < PAIRS; i++) {
		p = gang->a->alloc(ctx, PAIR_SIZE);
		if (p)
			gang->a->free(ctx, p, PAIR_SIZE);
		else
			atomic_inc(&gang->failed);
		if (i % 512 == 0)
			cond_resched();
	}
}

static void hand_over(struct gang *gang, unsigned int i)
{
	void **slot = &gang->ring[i % RING], *p;
	unsigned int n = 0;

	while (READ_ONCE(*slot))
		relax(&n);
	do {
		p = gang->a->alloc(gang->arena.ctx, PAIR_SIZE);
		if (!p)
			relax(&n);
	} while (!p);
	/* Publishes the contents too; pairs with take_over(). */
	smp_store_release(slot, p);
}

static void take_over(struct gang *gang, unsigned int i)
{
	void **slot = &gang->ring[i % RING], *p;
	unsigned int n = 0;

	/* Pairs with hand_over(). */
	while (!(p = smp_load_acquire(slot)))
		relax(&n);
	WRITE_ONCE(*slot, NULL);
	gang->a->free(gang->arena.ctx, p, PAIR_SIZE);
}

static void work_hand(struct gang *gang, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < HANDED; i++)
		if (nr)
			take_over(gang, i);
		else
			hand_over(gang, i);
}

/* ---- events of a trace ----------------------------------------------- */

static void event_alloc(struct gang *gang, const struct bench_event *event)
{
	struct bench_slot *slot = &gang->slot[event->slot];
	unsigned int n = 0;
	void *p;

	/* Pairs with slot_free(). */
	while (smp_load_acquire(&slot->p))
		relax(&n);
	/*
	 * The processor that frees may be behind, so memory may be short for a
	 * while.
	 */
	do {
		p = gang->a->alloc(gang->arena.ctx, event->size);
		if (!p)
			relax(&n);
	} while (!p && n < TRIES);
	if (!p) {
		atomic_inc(&gang->failed);
		p = ERR_PTR(-ENOMEM);
	} else if (event->size >= sizeof(u32)) {
		*(u32 *)p = event->slot;
	}
	slot->size = event->size;
	/* Publishes its size and contents too; pairs with slot_free(). */
	smp_store_release(&slot->p, p);
}

static void slot_free(struct gang *gang, u32 nr)
{
	struct bench_slot *slot = &gang->slot[nr];
	unsigned int n = 0;
	void *p;

	/* Pairs with event_alloc(). */
	while (!(p = smp_load_acquire(&slot->p)))
		relax(&n);
	if (!IS_ERR(p)) {
		if (slot->size >= sizeof(u32) && *(u32 *)p != nr)
			atomic_inc(&gang->failed);
		gang->a->free(gang->arena.ctx, p, slot->size);
	}
	/* After the last access to the slot; pairs with event_alloc(). */
	smp_store_release(&slot->p, NULL);
}

static void event_play(struct gang *gang, size_t i)
{
	const struct bench_event *event = &gang->event[i];

	if (event->size)
		event_alloc(gang, event);
	else
		slot_free(gang, event->slot);
	if (i % 512 == 0)
		cond_resched();
}

static void work_split(struct gang *gang, unsigned int nr)
{
	size_t i;

	for (i = 0; i < gang->nr_events; i++)
		if (gang->nr == 1 || gang->event[i].slot % 2 == nr)
			event_play(gang, i);
}

static void work_cross(struct gang *gang, unsigned int nr)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < gang->nr_events; i++) {
		while (!nr && i > READ_ONCE(gang->at) + LEAD)
			relax(&n);
		if ((gang->event[i].size ? 0 : 1) == nr)
			event_play(gang, i);
		if (nr)
			WRITE_ONCE(gang->at, i);
	}
	if (nr)
		WRITE_ONCE(gang->at, gang->nr_events);
}

/* ---- figures --------------------------------------------------------- */

static u64 rate(const struct gang *gang, u64 done)
{
	return div64_u64(done * NSEC_PER_SEC,
			 max_t(u64, gang->ended - gang->started, 1));
}

/* @of: rate that counts as 100 percent, or 0. */
static void gang_report(const struct gang *gang, u64 done, u64 of,
			const char *what)
{
	const struct bench_allocator *a = gang->a;

	if (atomic_read(&gang->failed))
		pr_err("%s %s: %d failed\n", a->name, what,
		       atomic_read(&gang->failed));
	if (of)
		bench_result(div64_u64(rate(gang, done) * 1000, of), "percent",
			     "scale.%s.%s", a->name, what);
	if (is_ours(a))
		bench_result(DIV_ROUND_CLOSEST_ULL(gang->locks * 10000, done),
			     "locks", "locks.%s.%s", a->name, what);
}

/* Test that the heap is sound. Leftover blocks are reported by teardown. */
static void gang_check(const struct gang *gang)
{
	struct rtalloc_fault fault;
	struct rtalloc_heap *heap;

	heap = is_ours(gang->a) ? rtalloc_heap_get("bench") : NULL;
	if (!heap)
		return;
	if (rtalloc_check(heap, &fault))
		pr_err("%s is damaged: %s\n", gang->a->name, fault.what);
	rtalloc_heap_put(heap);
}

static int scale_one(struct gang *gang)
{
	char what[8];
	u64 alone = 0;
	unsigned int nr;
	int err = gang->a->setup(&gang->arena);

	if (err)
		return err;
	for (nr = 1; nr <= min(num_online_cpus(), WORKERS_MAX); nr *= 2) {
		gang_run(gang, nr, work_pairs);
		if (nr == 1)
			alone = rate(gang, PAIRS);
		snprintf(what, sizeof(what), "%u", nr);
		gang_report(gang, nr * PAIRS, alone, what);
	}
	if (num_online_cpus() > 1) {
		gang_run(gang, 2, work_hand);
		gang_report(gang, HANDED, alone, "handoff");
	}
	gang_check(gang);
	gang->a->teardown(&gang->arena);
	return 0;
}

static void trace_drain(struct gang *gang, size_t nr_slots)
{
	size_t i;

	for (i = 0; i < nr_slots; i++)
		if (gang->slot[i].p)
			slot_free(gang, i);
}

static int trace_one(struct gang *gang, size_t nr_slots)
{
	static void (*const work[])(struct gang *gang, unsigned int nr) = {
		work_split, work_split, work_cross,
	};
	static const char *const what[] = { "TRACE", "TRACE2", "TRACE_cross" };
	u64 alone = 0;
	int err, i;

	for (i = 0; i < ARRAY_SIZE(work); i++) {
		err = gang->a->setup(&gang->arena);
		if (err)
			return err;
		gang_run(gang, i ? 2 : 1, work[i]);
		if (!i)
			alone = rate(gang, gang->nr_events);
		gang_report(gang, gang->nr_events, alone, what[i]);
		gang_check(gang);
		trace_drain(gang, nr_slots);
		gang->a->teardown(&gang->arena);
	}
	return 0;
}

static int gang_each(unsigned int cases, size_t nr_slots, struct gang *gang)
{
	unsigned int i;
	int err = 0;

	for (i = 1; i < bench_nr_allocators && !err; i++) {
		gang->a = &bench_allocators[i];
		if (!(gang->a->cases & cases))
			continue;
		if (!is_ours(gang->a) && !(gang->a->cases & BENCH_SCALES))
			continue;
		err = nr_slots ? trace_one(gang, nr_slots) : scale_one(gang);
		if (err)
			pr_err("%s: error %d\n", gang->a->name, err);
	}
	return err;
}

int bench_run_scale(void)
{
	struct gang *gang = kvzalloc(sizeof(*gang), GFP_KERNEL);
	int err;

	if (!gang)
		return -ENOMEM;
	gang->arena.heap_size = HEAP_SIZE;
	gang->arena.block_size = PAIR_SIZE;
	gang->arena.count = ELEMENTS;
	err = gang_each(BENCH_FIXED, 0, gang);
	kvfree(gang);
	return err;
}

/*
 * Give every allocation of the @n events a slot of its own, in their order.
 * Return how many there are, or 0 if memory is short.
 */
static size_t own_slots(struct bench_event *event, size_t n, size_t nr_slots)
{
	u32 *own = kvcalloc(nr_slots, sizeof(*own), GFP_KERNEL);
	size_t i;
	u32 nr = 0;

	if (!own)
		return 0;
	for (i = 0; i < n; i++) {
		if (event[i].size)
			own[event[i].slot] = nr++;
		event[i].slot = own[event[i].slot];
	}
	kvfree(own);
	return nr;
}

/* @event is valid, see bench_run_trace(), and is changed. */
int bench_run_twice(struct bench_event *event, size_t n, size_t nr_slots)
{
	struct gang *gang = kvzalloc(sizeof(*gang), GFP_KERNEL);
	int err = -ENOMEM;

	if (!gang)
		return err;
	nr_slots = own_slots(event, n, nr_slots);
	gang->arena.heap_size = TRACE_SIZE;
	gang->event = event;
	gang->nr_events = n;
	if (nr_slots)
		gang->slot = kvcalloc(nr_slots, sizeof(*gang->slot), GFP_KERNEL);
	if (gang->slot)
		err = gang_each(BENCH_TRACE, nr_slots, gang);
	kvfree(gang->slot);
	kvfree(gang);
	return err;
}
