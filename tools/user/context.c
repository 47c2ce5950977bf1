// SPDX-License-Identifier: GPL-2.0-only
/*
 * context.c - tests of what drivers rely on, with the core compiled as for PREEMPT_RT with
 * lockdep:
 *
 *   - a call in atomic context warns if the heap's lock may sleep;
 *   - the report of a fault names the function that made the call;
 *   - memory that is freed, cut off or allocated is cleared if the kernel is set to do
 *     that (context_clear.c);
 *   - the times of calls are counted correctly (context_times.c).
 *
 *	context [PART]	see runner.h
 *
 * The shim's kernel functions count warnings, and how often lockdep would see a lock that
 * may sleep. A test is run on a new heap of each backend, and returns NULL, or the reason
 * why it failed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/err.h>
#include <linux/cpu.h>
#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <rtalloc/caller.h>
#include <rtalloc/heap4.h>

#include "core/core.h"
#include "core/keys.h"
#include "core/lock.h"
#include "core/percpu.h"
#include "context.h"
#include "fault_caller.h"
#include "runner.h"

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

unsigned int context_flags;

static struct rtalloc_heap *open_heap(const char *backend, unsigned int flags)
{
	struct rtalloc_heap_params params = {
		.name = "probe", .backend = backend, .size = 1 << 18,
		.flags = flags, .elem = strcmp(backend, "pool") ? 0 : 200,
	};
	struct rtalloc_heap *heap = rtalloc_heap_create(&params);

	if (IS_ERR(heap)) {
		fprintf(stderr, "context: no heap of %s\n", backend);
		exit(2);
	}
	return heap;
}

/* ---- every call ------------------------------------------------------ */

static void *block;	/* arguments and results of the calls */
static struct rtalloc_snapshot snap;
static struct rtalloc_fault fault;
static struct rtalloc_cursor cursor;
static struct rtalloc_block piece;
static struct rtalloc_heap4_count chunks;

#define CALL(name, what)						\
	static void call_##name(struct rtalloc_heap *heap)		\
	{								\
		what;							\
	}

CALL(alloc, block = rtalloc_alloc(heap, 100, 0))
CALL(usable_size, rtalloc_usable_size(heap, block))
CALL(resize, rtalloc_resize(heap, block, 90))
CALL(realloc, block = rtalloc_realloc(heap, block, 150, 0))
CALL(offset, rtalloc_offset(heap, block))
CALL(stats, rtalloc_stats(heap, &snap))
CALL(usage, rtalloc_usage(heap, &snap))
CALL(check, rtalloc_check(heap, &fault))
CALL(walk, memset(&cursor, 0, sizeof(cursor));
	   rtalloc_walk(heap, &cursor, &piece, 1))
CALL(free, rtalloc_free(heap, block))
CALL(alloc_aligned, block = rtalloc_alloc_aligned(heap, 100, 8, 0))
CALL(zalloc, block = rtalloc_zalloc(heap, 100, 0))
CALL(calloc, block = rtalloc_calloc(heap, 2, 50, 0))
CALL(alloc_bulk, rtalloc_alloc_bulk(heap, 100, 0, 1, &block))
CALL(free_bulk, rtalloc_free_bulk(heap, 1, &block))
CALL(alloc_by, block = rtalloc_alloc_by(heap, 100, 0, 0))
CALL(resize_by, rtalloc_resize_by(heap, block, 90, 0))
CALL(realloc_by, block = rtalloc_realloc_by(heap, block, 150, 0, 0))
CALL(free_by, rtalloc_free_by(heap, block, 0))
CALL(alloc_aligned_by, block = rtalloc_alloc_aligned_by(heap, 100, 8, 0, 0))
CALL(set_owner, rtalloc_set_owner(heap, block, "me"))
CALL(reset_max, rtalloc_reset_max(heap))
CALL(trim, rtalloc_trim(heap))
CALL(heap4_stats, rtalloc_heap4_stats(heap, &chunks))

static bool has_owners(const struct rtalloc_ops *ops)
{
	return ops->has_owner;
}

static bool is_heap4(const struct rtalloc_ops *ops)
{
	return !strcmp(ops->name, "heap4");
}

/* All calls, in an order in which each finds the block that it needs. */
#define ENTRY(name, ...) { #name, call_##name, __VA_ARGS__ }
static const struct {
	const char *name;
	void (*run)(struct rtalloc_heap *heap);
	bool (*is_for)(const struct rtalloc_ops *ops);	/* NULL: for all */
} calls[] = {
	ENTRY(alloc), ENTRY(usable_size), ENTRY(resize), ENTRY(realloc),
	ENTRY(offset), ENTRY(stats), ENTRY(usage), ENTRY(check), ENTRY(walk),
	ENTRY(set_owner, has_owners), ENTRY(reset_max), ENTRY(trim),
	ENTRY(heap4_stats, is_heap4),
	ENTRY(free), ENTRY(alloc_aligned), ENTRY(free), ENTRY(zalloc),
	ENTRY(free), ENTRY(calloc), ENTRY(free), ENTRY(alloc_bulk),
	ENTRY(free_bulk), ENTRY(alloc_by), ENTRY(resize_by), ENTRY(realloc_by),
	ENTRY(free_by), ENTRY(alloc_aligned_by), ENTRY(free_by),
};

/*
 * Make every call with interrupts or preemption disabled. If the heap's lock may sleep
 * (@sleeps), each call must warn and lockdep must see the lock; if not, none may.
 */
static const char *calls_in_context(struct rtalloc_heap *heap, bool irqs_off,
				    int preempt, bool sleeps)
{
	static char why[80];
	bool wrong = irqs_off || preempt;

	for (size_t i = 0; i < NR(calls); i++) {
		unsigned long warned = shim_warnings;
		int seen = shim_spin_seen;
		bool told;

		if (calls[i].is_for && !calls[i].is_for(heap->backend))
			continue;
		shim_irqs_off = irqs_off;
		shim_preempt_count = preempt;
		calls[i].run(heap);
		shim_irqs_off = false;
		shim_preempt_count = 0;
		snprintf(why, sizeof(why), "%s", calls[i].name);
		told = shim_warnings > warned;
		if (told != (wrong && sleeps))
			return strcat(why, wrong && sleeps ?
				      " does not warn" : " warns");
		told = shim_spin_seen > seen;
		if (told != sleeps)
			return strcat(why, sleeps ? " hides its lock" :
						    " has a sleeping lock");
	}
	return NULL;
}

static const char *contexts_are_told(struct rtalloc_heap *heap)
{
	bool sleeps = !heap->backend->bounded &&
		      !(context_flags & RTALLOC_HEAP_RAW_LOCK);
	const char *why = NULL;

	if (rtalloc_heap_may_sleep(heap) != sleeps)
		why = "may_sleep is wrong";
	why = why ?: calls_in_context(heap, false, 0, sleeps);
	why = why ?: calls_in_context(heap, true, 0, sleeps);
	return why ?: calls_in_context(heap, false, 1, sleeps);
}

/* ---- the caller ------------------------------------------------------ */

/* Free an element through a table with one pool, as a driver may do. */
static __always_inline int table_free(struct mempool_fixed *pool, void *p)
{
	struct mempool_fixed_table table = { .nr = 1, .pool = &pool };

	return mempool_fixed_mfree(&table, p);
}

typedef int (*driver_fn)(struct rtalloc_heap *heap, void *p);

/* Define a driver's function that makes @call. */
#define DRIVER(name, call)						\
	CALLER(int, driver_##name, (struct rtalloc_heap *heap, void *p),	\
		int err = (call);					\
									\
		END_CALL;						\
		return err;						\
	)

DRIVER(free, rtalloc_free(heap, p))
DRIVER(realloc, !rtalloc_realloc(heap, p, 120, 0))
DRIVER(drop, !rtalloc_realloc(heap, p, 0, 0))
DRIVER(bulk_free, rtalloc_free_bulk(heap, 1, &p))
DRIVER(pool_free, mempool_fixed_free(mempool_fixed_of(heap), p))
DRIVER(table_free, table_free(mempool_fixed_of(heap), p))
DRIVER(alloc, !rtalloc_alloc(heap, (size_t)p, 0))
DRIVER(zalloc, !rtalloc_zalloc(heap, (size_t)p, 0))
DRIVER(pool_alloc, !mempool_fixed_alloc(mempool_fixed_of(heap)))

/* Close a heap, so that every allocation fails. */
static void shut(struct rtalloc_heap *heap)
{
	unsigned long flags = heap_lock(heap);

	rtalloc_heap_shut(heap);
	heap_unlock(heap, flags);
}

/* Expect the address @told to lie in @driver. */
static const char *is_driver(unsigned long told, driver_fn driver)
{
	static char why[120];

	if (caller_is(told, driver))
		return NULL;
	snprintf(why, sizeof(why), "told as %s", caller_name(told));
	return why;
}

static const char *told_is(driver_fn driver, struct rtalloc_heap *heap, void *p)
{
	fault_caller = 0;
	driver(heap, p);
	return is_driver(fault_caller, driver);
}

/* The report of a fault names the caller, for every call and every path through the core. */
static const char *caller_is_told(struct rtalloc_heap *heap)
{
	u8 *p = rtalloc_alloc(heap, 200, 0);
	const char *why = told_is(driver_free, heap, p + 16);

	why = why ?: told_is(driver_realloc, heap, p + 16);
	why = why ?: told_is(driver_drop, heap, p + 16);
	why = why ?: told_is(driver_bulk_free, heap, p + 16);
	if (mempool_fixed_of(heap)) {
		why = why ?: told_is(driver_pool_free, heap, p + 16);
		why = why ?: told_is(driver_table_free, heap, p + 16);
	}
	/* This one reaches the backend, also in a heap with magazines. */
	why = why ?: told_is(driver_free, heap, p + 8);
	rtalloc_free(heap, p);
	why = why ?: told_is(driver_free, heap, p);
	if (mempool_fixed_of(heap))
		why = why ?: told_is(driver_pool_free, heap, p);
	why = why ?: told_is(driver_alloc, heap, (void *)(1l << 30));
	why = why ?: told_is(driver_zalloc, heap, (void *)(1l << 30));
	shut(heap);
	why = why ?: told_is(driver_alloc, heap, (void *)100);
	if (mempool_fixed_of(heap))
		why = why ?: told_is(driver_pool_alloc, heap, NULL);
	return why;
}

/* The same with tracepoints enabled, and with a heap that is timed. */
static const char *caller_is_traced(struct rtalloc_heap *heap)
{
	const char *why;

	rtalloc_alloc_extra_get();
	rtalloc_free_extra_get();
	why = caller_is_told(heap);
	rtalloc_free_extra_put();
	rtalloc_alloc_extra_put();
	return why;
}

/* ---- the caller, of blocks in magazines that the backend refuses ------- */

static int refuse_free(void *ctrl, void *p)
{
	return -RTALLOC_NOT_A_BLOCK;
}

DRIVER(alloc_blocking, !rtalloc_alloc(heap, (size_t)p, GFP_KERNEL))
DRIVER(calloc, !rtalloc_calloc(heap, 1, (size_t)p, GFP_KERNEL))
DRIVER(aligned, !rtalloc_alloc_aligned(heap, (size_t)p, 8, GFP_KERNEL))
DRIVER(bulk, !rtalloc_alloc_bulk(heap, (size_t)p, GFP_KERNEL, 1, &block))
DRIVER(grow, !rtalloc_realloc(heap, block, (size_t)p, GFP_KERNEL))
DRIVER(trim, rtalloc_trim(heap))
DRIVER(remove, rtalloc_heap_remove_region(heap, NULL))
DRIVER(remove_memory, rtalloc_heap_remove_memory(heap, p))
DRIVER(destroy, rtalloc_heap_destroy(heap, false))
DRIVER(destroy_all, rtalloc_heap_destroy(heap, true))

/* @driver empties a magazine with a block that the backend refuses: it must be named. */
static const char *flush_is_told(driver_fn driver, struct rtalloc_heap *heap,
				 size_t size)
{
	fault_flusher = 0;
	rtalloc_free(heap, rtalloc_alloc(heap, 200, 0));
	driver(heap, (void *)size);
	return is_driver(fault_flusher, driver);
}

/* Every call that empties magazines is named. The heap is destroyed by the last one. */
static const char *flusher_is_told(struct rtalloc_heap *heap)
{
	static const driver_fn drivers[] = {
		driver_alloc_blocking, driver_calloc, driver_aligned,
		driver_bulk, driver_grow, driver_trim, driver_remove,
		driver_remove_memory, driver_destroy, driver_destroy_all,
	};
	struct rtalloc_ops refuses = *heap->backend;
	const char *why = NULL;

	/* The last driver destroys the heap, so all must be called. */
	refuses.free = refuse_free;
	refuses.free_many = NULL;
	heap->backend = &refuses;
	block = rtalloc_alloc(heap, 1000, 0);	/* the heap cannot be destroyed yet */
	for (size_t i = 0; i < NR(drivers); i++) {
		const char *told = flush_is_told(drivers[i], heap, 1l << 30);

		why = why ?: told;
	}
	return why;
}

/*
 * A request that fails empties the magazines. It may be made while a processor is being
 * taken down, so it must not take cpus_read_lock(). The heap is destroyed at the end.
 */
static const char *request_and_processors(struct rtalloc_heap *heap)
{
	const char *why = NULL;
	unsigned long locked;

	block = rtalloc_alloc(heap, 200, 0);
	rtalloc_free(heap, rtalloc_alloc(heap, 200, 0));
	locked = shim_cpus_locked;
	if (rtalloc_percpu_cached(heap) == 0)
		why = "nothing in magazines";
	else if (rtalloc_alloc_aligned(heap, 1l << 30, 8, GFP_KERNEL) ||
		 rtalloc_percpu_cached(heap))
		why = "magazines were not emptied";
	else if (shim_cpus_locked != locked)
		why = "waits for processors that come or go";
	rtalloc_heap_destroy(heap, true);
	if (!why && shim_cpus_locked == locked)
		why = "destroyed while processors come or go";
	return why;
}

/* ---- a fault, and a magazine that another task fills meanwhile --------- */

static void *live[80];		/* live blocks of one class */
static unsigned int nr_live;
static const struct rtalloc_ops *sound;
static bool is_bad;

/* How many blocks fit into this processor's magazine for the class of @live. */
static unsigned int room_left(struct rtalloc_heap *heap)
{
	struct rtalloc_percpu *pc = heap->layer;
	size_t at;

	return mag_room(pc, mag_of(*this_cpu_ptr(pc->mags),
				   percpu_state(pc, live[0], &at)));
}

static void fill_magazine(struct rtalloc_heap *heap)
{
	while (room_left(heap) && nr_live > 1)
		rtalloc_free(heap, live[--nr_live]);
}

/* The backend's free: refuses the first block, and fills the magazine again meanwhile. */
static int free_while_filled(void *ctrl, void *p)
{
	if (!is_bad)
		return sound->free(ctrl, p);
	is_bad = false;
	fill_magazine(container_of(ctrl, struct rtalloc_heap, ctrl[0]));
	return -RTALLOC_OVERRUN;
}

/*
 * The first block of a batch that goes back to the backend is bad. The others do not fit
 * into the magazine any more, so they go back too, without a fault. The fault of the first
 * one must be reported nevertheless.
 */
static const char *fault_of_a_batch_is_told(struct rtalloc_heap *heap)
{
	struct rtalloc_ops ops = *heap->backend;
	u64 faults = heap->faults;
	const char *why;

	sound = heap->backend;
	ops.free = free_while_filled;
	ops.free_many = NULL;
	for (nr_live = 0; nr_live < NR(live); nr_live++)
		live[nr_live] = rtalloc_alloc(heap, 200, 0);
	fill_magazine(heap);
	heap->backend = &ops;
	is_bad = true;
	fault_flusher = 0;
	driver_free(heap, live[--nr_live]);
	heap->backend = sound;
	why = is_driver(fault_flusher, driver_free);
	if (!why && (is_bad || heap->faults != faults + 1))
		why = "not one fault";
	return why;
}

/* ---- GFP_KERNEL in atomic context --------------------------------------- */

DRIVER(alloc_many, rtalloc_alloc_bulk(heap, 100, (gfp_t)(size_t)p, 1, &block))
DRIVER(alloc_by, !(block = rtalloc_alloc(heap, 100, (gfp_t)(size_t)p)))
DRIVER(alloc_at, !(block = rtalloc_alloc_aligned(heap, 100, 8,
						 (gfp_t)(size_t)p)))
DRIVER(regrow, !(block = rtalloc_realloc(heap, block, 150,
					 (gfp_t)(size_t)p)))

/* Each request that says it may sleep warns in atomic context, also if it succeeds. */
static const char *sleep_is_told(struct rtalloc_heap *heap)
{
	static const driver_fn drivers[] = {
		driver_alloc_by, driver_regrow, driver_alloc_many,
		driver_alloc_at,
	};
	static const gfp_t gfp[] = { 0, GFP_KERNEL };
	static char why[80];
	unsigned long warned;

	for (size_t i = 0; i < 2 * NR(drivers); i++) {
		warned = shim_warnings;
		shim_preempt_count = 1;
		drivers[i / 2](heap, (void *)(size_t)gfp[i % 2]);
		shim_preempt_count = 0;
		snprintf(why, sizeof(why), "request %zu, flags %x", i / 2,
			 gfp[i % 2]);
		if (shim_warnings - warned != !!gfp[i % 2])
			return why;
		rtalloc_trim(heap);
	}
	return NULL;
}

/* ---- all -------------------------------------------------------------- */

static const struct context_test {
	const char *name;
	const char *(*run)(struct rtalloc_heap *heap);
	unsigned int flags;	/* RTALLOC_HEAP_* of its heap */
	bool destroys;		/* the test destroys its heap itself */
	bool linear;		/* only for backends that are not bounded */
	bool no_pools;
} tests[] = {
	{ "calls", contexts_are_told },
	{ "raw_lock", contexts_are_told, RTALLOC_HEAP_RAW_LOCK,
	  .linear = true },
	{ "calls_of_caches", contexts_are_told, RTALLOC_HEAP_PERCPU },
	{ "caller", caller_is_told },
	{ "caller_of_caches", caller_is_told, RTALLOC_HEAP_PERCPU },
	{ "caller_of_checked", caller_is_told, RTALLOC_HEAP_CHECKED },
	{ "caller_traced", caller_is_traced },
	{ "caller_of_caches_traced", caller_is_traced, RTALLOC_HEAP_PERCPU },
	{ "flusher", flusher_is_told, RTALLOC_HEAP_PERCPU, true,
	  .no_pools = true },
	{ "fault_of_a_batch", fault_of_a_batch_is_told, RTALLOC_HEAP_PERCPU,
	  .no_pools = true },
	{ "tracked_in_time", blocks_are_tracked_in_time, RTALLOC_HEAP_CHECKED },
	{ "refused_memory_of_checked", refused_memory_ends_no_tracking,
	  RTALLOC_HEAP_CHECKED },
	{ "pool_has_links", pool_has_links_at_first },
	{ "links_stay", links_of_a_caller_stay },
	{ "locks_are_asserted", locks_are_asserted },
	{ "raw_locks_are_asserted", locks_are_asserted, RTALLOC_HEAP_RAW_LOCK,
	  .linear = true },
	{ "sleep_is_told", sleep_is_told,
	  RTALLOC_HEAP_PERCPU | RTALLOC_HEAP_RAW_LOCK, .no_pools = true },
	{ "request_and_processors", request_and_processors,
	  RTALLOC_HEAP_PERCPU, true },
	{ "refused_free", refused_free_changes_nothing },
	{ "refused_free_of_caches", refused_free_changes_nothing,
	  RTALLOC_HEAP_PERCPU },
	{ "cut_tails", cut_tails_are_cleared },
	{ "cut_tails-checked", cut_tails_are_cleared, RTALLOC_HEAP_CHECKED },
	{ "cut_tails_of_caches", cut_tails_are_cleared, RTALLOC_HEAP_PERCPU },
	{ "freed", freed_is_cleared },
	{ "freed_of_checked", freed_is_cleared, RTALLOC_HEAP_CHECKED },
	{ "freed_of_caches", freed_is_cleared, RTALLOC_HEAP_PERCPU },
	{ "damaged_is_cleared", damaged_is_cleared },
	{ "damaged_stays_live", damaged_stays_live, RTALLOC_HEAP_CHECKED },
	{ "grown", grown_in_place_is_cleared },
	{ "grown-no-init", grown_in_place_is_cleared, RTALLOC_HEAP_NO_INIT },
	{ "times_are_exact", times_are_exact, 0, true },
	{ "times_of_caches_are_exact", times_are_exact, RTALLOC_HEAP_PERCPU,
	  true },
};

static void run(const struct context_test *test, const struct rtalloc_ops *ops)
{
	struct rtalloc_heap *heap;
	char name[80];

	if ((test->linear && ops->bounded) ||
	    (test->no_pools && !strcmp(ops->name, "pool")))
		return;
	snprintf(name, sizeof(name), "context.%s/%s", test->name, ops->name);
	if (!runner_wants(name))
		return;
	context_flags = test->flags;
	heap = open_heap(ops->name, context_flags);
	runner_result(name, test->run(heap));
	if (!test->destroys)
		rtalloc_heap_destroy(heap, true);
}

int main(int argc, char **argv)
{
	const struct rtalloc_ops *const *ops;

	runner_begin(argc, argv, "context [PART]");
	for (ops = rtalloc_backends; *ops; ops++)
		for (size_t i = 0; i < NR(tests); i++)
			run(&tests[i], *ops);
	return runner_end();
}
