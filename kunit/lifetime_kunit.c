// SPDX-License-Identifier: GPL-2.0-only
/*
 * lifetime_kunit.c - rules of the core for heaps of every backend: what happens to users of
 * a heap that is destroyed, which heaps a shell may change, and that calls end whatever the
 * backend returns.
 */
#include <linux/err.h>
#include <linux/string.h>
#include <rtalloc/cleanup.h>

#include "core/checked.h"
#include "kunit/common.h"
#include "kunit/wait.h"

/* ---- holders --------------------------------------------------------- */

static void expect_gone(struct kunit *test, struct rtalloc_heap *heap, void *p)
{
	struct rtalloc_cursor cursor = { };
	struct rtalloc_fault fault;
	struct rtalloc_block block;

	KUNIT_EXPECT_NULL(test, rtalloc_alloc(heap, 8, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, rtalloc_zalloc(heap, 8, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, rtalloc_calloc(heap, 1, 8, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, rtalloc_alloc_aligned(heap, 8, 64, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, rtalloc_realloc(heap, p, 16, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, -RTALLOC_FOREIGN, rtalloc_resize(heap, p, 16));
	KUNIT_EXPECT_EQ(test, -RTALLOC_FOREIGN, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_usable_size(heap, p));
	KUNIT_EXPECT_EQ(test, heap->backend->has_owner ? -RTALLOC_FOREIGN :
						       -EOPNOTSUPP,
			rtalloc_set_owner(heap, p, "me"));
	KUNIT_EXPECT_EQ(test, ~0ull, rtalloc_offset(heap, p));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_check(heap, &fault));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_trim(heap));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_walk(heap, &cursor, &block, 1));
	KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).total);
	KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).live);
	KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).allocs);
	KUNIT_EXPECT_EQ(test, -ENOENT,
			rtalloc_heap_add_region(heap, NULL, SZ_64K));
	KUNIT_EXPECT_EQ(test, -ENOENT, rtalloc_heap_remove_region(heap, NULL));
	rtalloc_heap_is_bounded(heap);
	rtalloc_heap_may_sleep(heap);
}

static void holders_keep_a_record_only(struct kunit *test)
{
	const struct rtalloc_ops *const *ops;
	struct rtalloc_heap_params params = probe_params(test);
	struct rtalloc_heap *heap;
	void *p;

	for (ops = rtalloc_backends; *ops; ops++) {
		params.backend = (*ops)->name;
		params.elem = (*ops)->configure ? 64 : 0;
		heap = heap_make(test, &params);
		KUNIT_EXPECT_PTR_EQ(test, heap, rtalloc_heap_get("probe"));
		KUNIT_EXPECT_PTR_EQ(test, heap, rtalloc_heap_get("probe"));
		p = rtalloc_alloc(heap, 64, GFP_KERNEL);
		KUNIT_EXPECT_NOT_NULL(test, p);
		KUNIT_EXPECT_EQ(test, -EBUSY, rtalloc_heap_destroy(heap, false));
		KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, true));
		KUNIT_EXPECT_NULL(test, rtalloc_heap_get("probe"));
		/* The memory and the name can be used again, although a reference is held. */
		KUNIT_EXPECT_EQ(test, SZ_1M,
				gen_pool_avail(params.region->pool));
		rtalloc_heap_put(heap);
		expect_gone(test, heap, p);
		rtalloc_heap_put(heap);
	}
}

/*
 * The hooks of a destroyed heap that allocate return nothing. The core does not call them,
 * because the heap is closed; they are harmless if it did.
 */
static void hooks_that_take_memory_give_none(struct kunit *test)
{
	const struct rtalloc_ops *ops = &rtalloc_gone_ops;
	struct rtalloc_snapshot snap = { };

	KUNIT_EXPECT_NULL(test, ops->alloc(NULL, 8));
	KUNIT_EXPECT_NULL(test, ops->alloc_aligned(NULL, 8, 64));
	ops->usage(NULL, &snap, true);
	KUNIT_EXPECT_EQ(test, 0, snap.total);
}

static void held_pool_is_empty_when_it_is_gone(struct kunit *test)
{
	struct mempool_fixed_params params = {
		.name = "probe", .region = region_open(test, SZ_1M),
		.elem = 64, .count = 8, .flags = RTALLOC_POOL_HEADER,
	};
	struct mempool_fixed *pool = pool_make(test, &params, NULL, 0);
	void *p;

	KUNIT_EXPECT_NOT_NULL(test, rtalloc_heap_get("probe"));
	p = mempool_fixed_alloc(pool);
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_destroy(pool, true));
	KUNIT_EXPECT_NULL(test, mempool_fixed_alloc(pool));
	KUNIT_EXPECT_PTR_EQ(test, ERR_PTR(-EIDRM),
			    mempool_fixed_alloc_timeout(pool, 1));
	KUNIT_EXPECT_EQ(test, -RTALLOC_FOREIGN, mempool_fixed_free(pool, p));
	KUNIT_EXPECT_EQ(test, 0, mempool_fixed_count(pool));
	KUNIT_EXPECT_NULL(test, mempool_fixed_element(pool, 0));
	KUNIT_EXPECT_EQ(test, -RTALLOC_FOREIGN, mempool_fixed_index(pool, p));
	KUNIT_EXPECT_NULL(test, mempool_fixed_find(p));
	rtalloc_heap_put(mempool_fixed_heap(pool));
}

/* Leave a heap under a raw spinlock, so that lockdep checks the lock that waking takes. */
static void leave_locked(struct rtalloc_heap *heap)
{
	static DEFINE_RAW_SPINLOCK(lock);
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	rtalloc_heap_leave(heap);
	raw_spin_unlock_irqrestore(&lock, flags);
}

/* Destroying closes a heap at once, but frees its memory only when the last user has left. */
static void destroy_waits_for_who_is_inside(struct kunit *test)
{
	struct rtalloc_heap_params params = probe_params(test);
	struct rtalloc_heap *heap = heap_make(test, &params);
	static struct ender ender;

	rtalloc_heap_enter(heap);
	rtalloc_heap_enter(heap);
	ender_start(test, &ender, heap);
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, ender_wait(&ender, 3));
	KUNIT_EXPECT_NULL(test, rtalloc_alloc(heap, 8, GFP_KERNEL));
	rtalloc_heap_leave(heap);
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, ender_wait(&ender, 3));
	KUNIT_EXPECT_EQ(test, SZ_1M - SZ_64K,
			gen_pool_avail(params.region->pool));
	leave_locked(heap);
	KUNIT_EXPECT_EQ(test, 0, ender_wait(&ender, LONG_ENOUGH));
	KUNIT_EXPECT_EQ(test, SZ_1M, gen_pool_avail(params.region->pool));
}

/* By @i a heap with magazines, a plain one, or a pool. */
static struct rtalloc_heap *any_heap(struct kunit *test,
				     struct rtalloc_heap_params params, int i)
{
	params.flags = i == 1 ? RTALLOC_HEAP_PERCPU : 0;
	params.backend = i == 2 ? "pool" : "tlsf";
	params.elem = i == 2 ? 64 : 0;
	return heap_make(test, &params);
}

/* Of two calls that destroy a heap, the first waits for users; the second fails at once. */
static void two_destroys_at_once_drain_once(struct kunit *test)
{
	struct rtalloc_heap_params params = probe_params(test);
	static struct ender first, others[3];
	struct rtalloc_heap *heap;
	int i, n;

	for (i = 0; i < 3; i++) {
		heap = any_heap(test, params, i);
		KUNIT_EXPECT_PTR_EQ(test, heap, rtalloc_heap_get("probe"));
		rtalloc_heap_enter(heap);
		ender_start(test, &first, heap);
		KUNIT_EXPECT_EQ(test, -ETIMEDOUT, ender_wait(&first, 3));
		for (n = 0; n < ARRAY_SIZE(others); n++) {
			ender_start(test, &others[n], heap);
			KUNIT_EXPECT_EQ(test, -ENOENT,
					ender_wait(&others[n], LONG_ENOUGH));
		}
		KUNIT_EXPECT_EQ(test, -ETIMEDOUT, ender_wait(&first, 1));
		rtalloc_heap_leave(heap);
		KUNIT_EXPECT_EQ(test, 0, ender_wait(&first, LONG_ENOUGH));
		/* So does one that comes later, with a reference. */
		KUNIT_EXPECT_EQ(test, -ENOENT, rtalloc_heap_destroy(heap, true));
		rtalloc_heap_put(heap);
	}
}

/* ---- whose heap it is ------------------------------------------------ */

static void shells_only_look_at_a_drivers_heap(struct kunit *test)
{
	static const char *const files[] = {
		"alloc", "realloc", "free", "fill", "verify",
	};
	struct rtalloc_heap_params params = probe_params(test);
	struct rtalloc_heap *heap = heap_make(test, &params);
	char file[32];
	int i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(file, sizeof(file), "probe/%s", files[i]);
		expect_refusal(test, file, "1", -EBUSY,
			       "the heap belongs to a driver");
	}
	expect_put_fails(test, "control", "extend probe 64K", -EBUSY);
	expect_put_fails(test, "control", "shrink probe", -EBUSY);
	expect_put_fails(test, "control", "trim probe", -EBUSY);
	expect_refusal(test, "control", "destroy probe force", -EBUSY,
		       "the heap belongs to a driver");
	expect_reads(test, "probe/check", "ok\n");
	KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).allocs);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
}

static void driver_may_open_its_heap_to_shells(struct kunit *test)
{
	struct rtalloc_heap_params params = probe_params(test);
	struct rtalloc_heap *heap;

	params.flags = RTALLOC_HEAP_SHELL;
	heap = heap_make(test, &params);
	expect_put(test, "probe/alloc", "64");
	expect_put(test, "control", "trim probe");
	expect_put_fails(test, "control", "destroy probe force", -EBUSY);
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).live);
	KUNIT_EXPECT_EQ(test, -EBUSY, rtalloc_heap_destroy(heap, false));
	expect_put(test, "probe/free", "1");
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
}

/* No dot may stand before a letter, not even the second. */
static void names_of_families_are_drivers(struct kunit *test)
{
	expect_refusal(test, "control", "create net.virtio0 tlsf 64K", -EINVAL,
		       "a name like family.device is a driver's");
	expect_refusal(test, "control", "create usb.1.net tlsf 64K", -EINVAL,
		       "a name like family.device is a driver's");
	expect_refusal(test, "control", "region create net.virtio0 64K", -EINVAL,
		       "a name like family.device is a driver's");
}

/* ---- hooks that fail, or never end ------------------------------------- */

static int damaged_add(void *ctrl, void *base, size_t size)
{
	return -RTALLOC_CORRUPT;
}

/* Adding memory closes the heap if the backend finds damage, like every other call. */
static void extend_that_finds_damage_closes_the_heap(struct kunit *test)
{
	struct rtalloc_heap *heap = backend_open(test, "tlsf", SZ_256K, 0);
	const struct rtalloc_ops *ops = heap->ops;
	struct rtalloc_ops damaged = *ops;
	void *memory = room_open(test, SZ_64K);

	damaged.add_region = damaged_add;
	heap->ops = &damaged;
	KUNIT_EXPECT_EQ(test, -RTALLOC_CORRUPT,
			rtalloc_heap_add_memory(heap, memory, SZ_64K));
	heap->ops = ops;
	KUNIT_EXPECT_TRUE(test, heap->is_closed);
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).faults);
	KUNIT_EXPECT_EQ(test, 1, heap->nr_parts);
	KUNIT_EXPECT_NULL(test, rtalloc_alloc(heap, 16, GFP_KERNEL));
}

static int busy_remove(void *ctrl, void *base, size_t size)
{
	static unsigned int n;

	return ++n < 100000 ? -EAGAIN : 0;	/* so that a failing test ends */
}

/*
 * A checked heap's quarantine is filled as fast as removing memory empties it: the removal
 * must give up, because others wait for it.
 */
static void shrink_ends_in_a_busy_heap(struct kunit *test)
{
	struct rtalloc_heap *heap = backend_open(test, "tlsf", SZ_256K, 0);
	const struct rtalloc_ops *ops = heap->ops;
	void *memory = room_open(test, SZ_64K);
	struct rtalloc_ops busy = *ops;

	KUNIT_ASSERT_EQ(test, 0, rtalloc_heap_add_memory(heap, memory, SZ_64K));
	busy.remove_region = busy_remove;
	heap->ops = &busy;
	KUNIT_EXPECT_EQ(test, -EBUSY, rtalloc_heap_remove_memory(heap, memory));
	heap->ops = ops;
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_remove_memory(heap, memory));
}

#define BUSY_MOST	100000		/* number of frees after which a failing test ends */

static unsigned int busy_frees;

/* A trim between whose holds of the lock others free blocks. */
static int busy_trim(void *ctrl, struct rtalloc_sweep *sweep, size_t *bytes)
{
	struct rtalloc_heap *heap = container_of(ctrl, struct rtalloc_heap,
						 ctrl[0]);
	void *p;
	int i;

	for (i = 0; i < 2 * RTALLOC_HOLD_STEPS; i++, busy_frees++) {
		p = heap->ops->alloc(ctrl, 16);
		if (!IS_ERR_OR_NULL(p))
			heap->ops->free(ctrl, p);
	}
	return busy_frees < BUSY_MOST ? checked_hooks.trim(ctrl, sweep, bytes) :
					0;
}

/* The same for a trim by a kernel thread, which cannot be killed. */
static void trim_ends_in_a_busy_heap(struct kunit *test)
{
	struct rtalloc_heap *heap = backend_open(test, "tlsf", SZ_256K,
						 RTALLOC_HEAP_CHECKED);
	const struct rtalloc_ops *ops = heap->ops;
	struct rtalloc_ops busy = *ops;

	busy.trim = busy_trim;
	busy_frees = 0;
	heap->ops = &busy;
	rtalloc_trim(heap);
	heap->ops = ops;
	KUNIT_EXPECT_LT(test, busy_frees, BUSY_MOST);
}

/* ---- memory that comes and goes -------------------------------------- */

struct offsets {
	struct rtalloc_heap *heap;
	void *p, *added;	/* a block that stays, an address that comes and goes */
	u64 at, added_at;
	unsigned int wrong, rounds;
};

/* Watch that a block keeps its offset, and that the address has its own or none. */
static int offsets_watch(void *data)
{
	struct offsets *offsets = data;
	u64 at;

	while (!kthread_should_stop()) {
		at = rtalloc_offset(offsets->heap, offsets->added);
		if (rtalloc_offset(offsets->heap, offsets->p) != offsets->at ||
		    (at != ~0ull && at != offsets->added_at) ||
		    rtalloc_free(offsets->heap, offsets->added + 8) >= 0)
			WRITE_ONCE(offsets->wrong, offsets->wrong + 1);
		WRITE_ONCE(offsets->rounds, offsets->rounds + 1);
		cond_resched();
	}
	return 0;
}

static void offsets_hold_while_memory_comes_and_goes(struct kunit *test)
{
	struct rtalloc_heap_params params = probe_params(test);
	struct offsets offsets = { };
	struct task_struct *task;
	u8 *memory = room_open(test, SZ_8K);
	int i;

	params.backend = "tlsf";
	offsets.heap = heap_make(test, &params);
	offsets.p = rtalloc_alloc(offsets.heap, 100, GFP_KERNEL);
	offsets.at = rtalloc_offset(offsets.heap, offsets.p);
	offsets.added = memory + SZ_4K;
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_add_memory(offsets.heap, memory,
							 SZ_8K));
	offsets.added_at = rtalloc_offset(offsets.heap, offsets.added);
	task = thread_open(test, offsets_watch, &offsets);
	for (i = 0; i < 3000 || !READ_ONCE(offsets.rounds); i++) {
		rtalloc_heap_remove_memory(offsets.heap, memory);
		cond_resched();
		rtalloc_heap_add_memory(offsets.heap, memory, SZ_8K);
		cond_resched();
	}
	kthread_stop(task);
	KUNIT_EXPECT_EQ(test, 0u, offsets.wrong);
	expect_sound(test, offsets.heap);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(offsets.heap, true));
}

#ifdef RTALLOC_HAS_CLEANUP

/* A heap, a reference and a block that are released at the end of their scopes. */
static void scopes_fill(struct kunit *test,
			const struct rtalloc_heap_params *params)
{
	struct rtalloc_heap *none __free(rtalloc_heap) = ERR_PTR(-EINVAL);
	struct rtalloc_heap *heap __free(rtalloc_heap) =
		rtalloc_heap_create(params);

	KUNIT_EXPECT_TRUE(test, IS_ERR(none));
	if (IS_ERR(heap))
		return;
	for (int i = 0; i < 2; i++) {
		CLASS(rtalloc_block, block)(heap, 100, GFP_KERNEL);
		struct rtalloc_heap *found __free(rtalloc_heap_put) =
			rtalloc_heap_get("probe");

		KUNIT_EXPECT_NOT_NULL(test, block.p);
		KUNIT_EXPECT_PTR_EQ(test, heap, found);
		KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).live);
	}
	KUNIT_EXPECT_EQ(test, 2, heap_stats(heap).frees);
}

static void scopes_end_what_they_hold(struct kunit *test)
{
	struct rtalloc_heap_params params = probe_params(test);

	/* The region has room for one heap, so the first must be gone. */
	params.size = SZ_1M;
	scopes_fill(test, &params);
	KUNIT_EXPECT_NULL(test, rtalloc_heap_get("probe"));
	scopes_fill(test, &params);
}

#else
static void scopes_end_what_they_hold(struct kunit *test)
{
	kunit_skip(test, "this kernel has no linux/cleanup.h");
}
#endif

static struct kunit_case lifetime_cases[] = {
	KUNIT_CASE(extend_that_finds_damage_closes_the_heap),
	KUNIT_CASE(shrink_ends_in_a_busy_heap),
	KUNIT_CASE(trim_ends_in_a_busy_heap),
	KUNIT_CASE(scopes_end_what_they_hold),
	KUNIT_CASE(offsets_hold_while_memory_comes_and_goes),
	KUNIT_CASE(holders_keep_a_record_only),
	KUNIT_CASE(hooks_that_take_memory_give_none),
	KUNIT_CASE(held_pool_is_empty_when_it_is_gone),
	KUNIT_CASE(destroy_waits_for_who_is_inside),
	KUNIT_CASE(two_destroys_at_once_drain_once),
	KUNIT_CASE(shells_only_look_at_a_drivers_heap),
	KUNIT_CASE(driver_may_open_its_heap_to_shells),
	KUNIT_CASE(names_of_families_are_drivers),
	{ }
};

RTALLOC_SUITE(lifetime);

MODULE_LICENSE("GPL");
