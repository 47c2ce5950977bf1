// SPDX-License-Identifier: GPL-2.0-only
/*
 * loops.c - the allocators that are compared, and the timed loops.
 *
 * Every loop is written once and compiled once for each allocator, with its
 * alloc and free as constants: the call in the loop is direct, sizes of pairs
 * and batches are constants (which makes kmalloc() cheaper), and nothing
 * differs except the allocator. The same loops around "empty" measure the cost
 * of the loop itself.
 *
 * An allocator is one line of BENCH_ALLOCATORS and its four functions.
 */
#define pr_fmt(fmt) "rtalloc_bench: " fmt

#include <linux/err.h>
#include <linux/genalloc.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timex.h>
#include <linux/vmalloc.h>

#include <rtalloc/mempool_fixed.h>
#include <rtalloc/rtalloc.h>
#include "bench.h"
#include "peers.h"
#include "versions.h"

#define POOL_GRANULE_SHIFT	4	/* genalloc: 16 bytes */
#define MEMPOOL_RESERVE		16	/* elements */
#define POOL_ELEMENTS		BENCH_BATCH

/* ---- nothing --------------------------------------------------------- */

static int empty_setup(struct bench_arena *arena)
{
	arena->ctx = arena;
	return 0;
}

static void empty_teardown(struct bench_arena *arena)
{
}

static __always_inline void *empty_alloc(void *ctx, size_t size)
{
	OPTIMIZER_HIDE_VAR(ctx);
	return ctx;
}

static __always_inline void empty_free(void *ctx, void *p, size_t size)
{
	OPTIMIZER_HIDE_VAR(p);
}

/* ---- rtalloc --------------------------------------------------------- */

/* Create the region that a heap or a pool is cut from. */
static int region_setup(struct bench_arena *arena)
{
	struct rtalloc_region_params region = {
		.name = "bench",
		.size = PAGE_ALIGN(arena->heap_size),
	};

	arena->region = rtalloc_region_create(&region);
	return PTR_ERR_OR_ZERO(arena->region);
}

/* Destroy the region again if no heap or pool could be made in it. */
static int setup_end(struct bench_arena *arena)
{
	if (IS_ERR(arena->ctx))
		rtalloc_region_destroy(arena->region);
	return PTR_ERR_OR_ZERO(arena->ctx);
}

static int heap_setup(struct bench_arena *arena, const char *backend,
		      unsigned int flags)
{
	struct rtalloc_heap_params heap = {
		.name = "bench",
		.backend = backend,
		.size = arena->heap_size,
		.flags = flags,
	};
	int err = region_setup(arena);

	if (err)
		return err;
	heap.region = arena->region;
	arena->ctx = rtalloc_heap_create(&heap);
	return setup_end(arena);
}

#define HEAP_SETUP(id, backend, flags)					\
static int id##_setup(struct bench_arena *arena)			\
{									\
	return heap_setup(arena, backend, flags);			\
}

HEAP_SETUP(slab, "slab", 0)
HEAP_SETUP(tlsf, "tlsf", 0)
HEAP_SETUP(memheap, "memheap", 0)
HEAP_SETUP(memheap_raw, "memheap", RTALLOC_HEAP_RAW_LOCK)
HEAP_SETUP(slab_percpu, "slab", RTALLOC_HEAP_PERCPU)
HEAP_SETUP(tlsf_percpu, "tlsf", RTALLOC_HEAP_PERCPU)

/* The loops ignore the result of free, so a refusal is noticed here. */
static void heap_teardown(struct bench_arena *arena)
{
	if (rtalloc_heap_destroy(arena->ctx, false)) {
		pr_err("blocks were not freed\n");
		rtalloc_heap_destroy(arena->ctx, true);
	}
	rtalloc_region_destroy(arena->region);
}

static __always_inline void *heap_alloc(void *ctx, size_t size)
{
	return rtalloc_alloc(ctx, size, GFP_ATOMIC);
}

static __always_inline void heap_free(void *ctx, void *p, size_t size)
{
	rtalloc_free(ctx, p);
}

/* ---- a fixed pool of rtalloc ----------------------------------------- */

static int fixed_make(struct bench_arena *arena, unsigned int flags)
{
	struct mempool_fixed_params params = {
		.name = "bench",
		.elem = arena->block_size,
		.count = arena->count ?: POOL_ELEMENTS,
		.flags = flags,
	};
	int err = region_setup(arena);

	if (err)
		return err;
	params.region = arena->region;
	arena->ctx = mempool_fixed_create(&params);
	return setup_end(arena);
}

static int fixed_setup(struct bench_arena *arena)
{
	return fixed_make(arena, 0);
}

static int fixed_percpu_setup(struct bench_arena *arena)
{
	return fixed_make(arena, RTALLOC_HEAP_PERCPU);
}

static void fixed_teardown(struct bench_arena *arena)
{
	if (mempool_fixed_destroy(arena->ctx, false)) {
		pr_err("elements were not freed\n");
		mempool_fixed_destroy(arena->ctx, true);
	}
	rtalloc_region_destroy(arena->region);
}

static __always_inline void *fixed_alloc(void *ctx, size_t size)
{
	return mempool_fixed_alloc(ctx);
}

static __always_inline void fixed_free(void *ctx, void *p, size_t size)
{
	mempool_fixed_free(ctx, p);
}

/* ---- the kernel's ---------------------------------------------------- */

/* As for a caller whose size is not a constant; see kmalloc_const. */
static __always_inline void *kmalloc_alloc(void *ctx, size_t size)
{
	OPTIMIZER_HIDE_VAR(size);
	return kmalloc(size, GFP_ATOMIC);
}

/* The compiler chooses the cache, because @size is a constant in the loop. */
static __always_inline void *kmalloc_const_alloc(void *ctx, size_t size)
{
	return kmalloc(size, GFP_ATOMIC);
}

static __always_inline void kmalloc_free(void *ctx, void *p, size_t size)
{
	kfree(p);
}

static int cache_setup(struct bench_arena *arena)
{
	arena->ctx = kmem_cache_create("rtalloc_bench", arena->block_size, 0, 0,
				       NULL);
	return arena->ctx ? 0 : -ENOMEM;
}

static void cache_teardown(struct bench_arena *arena)
{
	kmem_cache_destroy(arena->ctx);
}

static __always_inline void *cache_alloc(void *ctx, size_t size)
{
	return kmem_cache_alloc(ctx, GFP_ATOMIC);
}

static __always_inline void cache_free(void *ctx, void *p, size_t size)
{
	kmem_cache_free(ctx, p);
}

static int reserve_setup(struct bench_arena *arena)
{
	arena->ctx = mempool_create_kmalloc_pool(MEMPOOL_RESERVE,
						 arena->block_size);
	return arena->ctx ? 0 : -ENOMEM;
}

static void reserve_teardown(struct bench_arena *arena)
{
	mempool_destroy(arena->ctx);
}

static __always_inline void *reserve_alloc(void *ctx, size_t size)
{
	return mempool_alloc(ctx, GFP_ATOMIC);
}

static __always_inline void reserve_free(void *ctx, void *p, size_t size)
{
	mempool_free(p, ctx);
}

static int pool_setup(struct bench_arena *arena)
{
	struct gen_pool *pool;
	int err = -ENOMEM;

	arena->memory = vmalloc(arena->heap_size);
	if (!arena->memory)
		return err;
	pool = gen_pool_create(POOL_GRANULE_SHIFT, NUMA_NO_NODE);
	if (pool)
		err = gen_pool_add(pool, (unsigned long)arena->memory,
				   arena->heap_size, NUMA_NO_NODE);
	arena->ctx = pool;
	if (!err)
		return 0;
	if (pool)
		gen_pool_destroy(pool);
	vfree(arena->memory);
	return err;
}

static void pool_teardown(struct bench_arena *arena)
{
	gen_pool_destroy(arena->ctx);
	vfree(arena->memory);
}

static __always_inline void *pool_alloc(void *ctx, size_t size)
{
	return (void *)gen_pool_alloc(ctx, size);
}

static __always_inline void pool_free(void *ctx, void *p, size_t size)
{
	gen_pool_free(ctx, (unsigned long)p, size);
}

/* From 6.18 on: for callers that hold a raw lock. */
#ifdef kmalloc_nolock
static __always_inline void *nolock_alloc(void *ctx, size_t size)
{
	OPTIMIZER_HIDE_VAR(size);
	return kmalloc_nolock(size, 0, NUMA_NO_NODE);
}

static __always_inline void nolock_free(void *ctx, void *p, size_t size)
{
	kfree_nolock(p);
}

#define BENCH_NOLOCK(X)							\
	X(kmalloc_nolock, nolock_alloc, nolock_free, BENCH_FIXED,	\
	  empty_setup, empty_teardown)
#else
#define BENCH_NOLOCK(X)
#endif

/* ---- BPF's, which modules have to look for --------------------------- */

static int bpf_setup(struct bench_arena *arena)
{
	arena->ctx = bench_bpf_begin(0);
	return PTR_ERR_OR_ZERO(arena->ctx);
}

static int bpf_cache_setup(struct bench_arena *arena)
{
	arena->ctx = bench_bpf_begin(arena->block_size);
	return PTR_ERR_OR_ZERO(arena->ctx);
}

static void bpf_teardown(struct bench_arena *arena)
{
	bench_bpf_end(arena->ctx);
}

static __always_inline void *bpf_alloc(void *ctx, size_t size)
{
	return static_call(bench_bpf_alloc)(ctx, size);
}

static __always_inline void bpf_free(void *ctx, void *p, size_t size)
{
	static_call(bench_bpf_free)(ctx, p);
}

static __always_inline void *bpf_cache_alloc(void *ctx, size_t size)
{
	return static_call(bench_bpf_cache_alloc)(ctx);
}

static __always_inline void bpf_cache_free(void *ctx, void *p, size_t size)
{
	static_call(bench_bpf_cache_free)(ctx, p);
}

/* ---- locks ----------------------------------------------------------- */

static __always_inline void *raw_alloc(void *ctx, size_t size)
{
	static DEFINE_RAW_SPINLOCK(lock);
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	raw_spin_unlock_irqrestore(&lock, flags);
	return ctx;
}

static __always_inline void *spin_alloc(void *ctx, size_t size)
{
	static DEFINE_SPINLOCK(lock);
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	spin_unlock_irqrestore(&lock, flags);
	return ctx;
}

/* X(name, alloc, free, cases, setup, teardown); "empty" comes first. */
#define BENCH_ALLOCATORS(X)						\
	X(empty, empty_alloc, empty_free, BENCH_ANY,			\
	  empty_setup, empty_teardown)					\
	X(slab, heap_alloc, heap_free, BENCH_ANY | BENCH_OURS,		\
	  slab_setup, heap_teardown)					\
	X(tlsf, heap_alloc, heap_free, BENCH_ANY | BENCH_OURS,		\
	  tlsf_setup, heap_teardown)					\
	X(memheap, heap_alloc, heap_free, BENCH_ANY | BENCH_SLEEPS,	\
	  memheap_setup, heap_teardown)					\
	X(memheap_raw, heap_alloc, heap_free, BENCH_ANY,		\
	  memheap_raw_setup, heap_teardown)				\
	X(slab_percpu, heap_alloc, heap_free, BENCH_ANY | BENCH_PERCPU, \
	  slab_percpu_setup, heap_teardown)				\
	X(tlsf_percpu, heap_alloc, heap_free, BENCH_ANY | BENCH_PERCPU, \
	  tlsf_percpu_setup, heap_teardown)				\
	X(pool_percpu, fixed_alloc, fixed_free,				\
	  BENCH_FIXED | BENCH_PERCPU,					\
	  fixed_percpu_setup, fixed_teardown)				\
	X(pool, fixed_alloc, fixed_free, BENCH_FIXED | BENCH_OURS,	\
	  fixed_setup, fixed_teardown)					\
	X(kmalloc, kmalloc_alloc, kmalloc_free,				\
	  BENCH_ANY | BENCH_SLEEPS | BENCH_SCALES,			\
	  empty_setup, empty_teardown)					\
	X(kmalloc_const, kmalloc_const_alloc, kmalloc_free,		\
	  BENCH_FIXED | BENCH_SLEEPS, empty_setup, empty_teardown)	\
	X(kmem_cache, cache_alloc, cache_free, BENCH_FIXED | BENCH_SLEEPS, \
	  cache_setup, cache_teardown)					\
	X(mempool, reserve_alloc, reserve_free, BENCH_FIXED | BENCH_SLEEPS, \
	  reserve_setup, reserve_teardown)				\
	X(genalloc, pool_alloc, pool_free, BENCH_ANY,			\
	  pool_setup, pool_teardown)					\
	BENCH_OBJPOOL(X)						\
	BENCH_NOLOCK(X)							\
	X(bpf_mem_alloc, bpf_alloc, bpf_free,				\
	  BENCH_FIXED | BENCH_PAIR | BENCH_BPF,				\
	  bpf_setup, bpf_teardown)					\
	X(bpf_mem_cache, bpf_cache_alloc, bpf_cache_free,		\
	  BENCH_FIXED | BENCH_PAIR | BENCH_BPF,				\
	  bpf_cache_setup, bpf_teardown)				\
	X(raw, raw_alloc, empty_free, BENCH_LOCK,			\
	  empty_setup, empty_teardown)					\
	X(spin, spin_alloc, empty_free, BENCH_LOCK | BENCH_SLEEPS,	\
	  empty_setup, empty_teardown)

/* ---- the loops ------------------------------------------------------- */

typedef void *(*alloc_fn)(void *ctx, size_t size);
typedef void (*free_fn)(void *ctx, void *p, size_t size);

/* Processor cycles: instructions in QEMU with -icount shift=0. UML: ns. */
static __always_inline u64 now(void)
{
	u64 t;

	barrier();
	t = IS_ENABLED(CONFIG_UML) ? ktime_get_ns() : get_cycles();
	barrier();
	return t;
}

static __always_inline u64 pairs_of(struct bench_arena *arena, size_t size,
				    alloc_fn alloc, free_fn free)
{
	unsigned int n = BENCH_NR_PAIRS;
	void *ctx = arena->ctx, *p;
	u64 start = now();

	while (n--) {
		p = alloc(ctx, size);
		if (unlikely(!p)) {
			arena->failed++;
			break;
		}
		free(ctx, p, size);
	}
	return now() - start;
}

static __always_inline u64 pairs_loop(const struct bench_job *job,
				      alloc_fn alloc, free_fn free)
{
	switch (job->size) {
	case 16:
		return pairs_of(job->arena, 16, alloc, free);
	case 64:
		return pairs_of(job->arena, 64, alloc, free);
	case 256:
		return pairs_of(job->arena, 256, alloc, free);
	case 512:
		return pairs_of(job->arena, 512, alloc, free);
	case 1024:
		return pairs_of(job->arena, 1024, alloc, free);
	case 4096:
		return pairs_of(job->arena, 4096, alloc, free);
	}
	return 0;
}

static __always_inline u64 batch_loop(const struct bench_job *job,
				      alloc_fn alloc, free_fn free)
{
	struct bench_arena *arena = job->arena;
	struct bench_slot *slot = job->slot;
	const u16 *order = job->order;
	void *ctx = arena->ctx;
	u64 start = now();
	unsigned int i;

	for (i = 0; i < BENCH_BATCH; i++) {
		slot[i].p = alloc(ctx, BENCH_BATCH_SIZE);
		if (unlikely(!slot[i].p))
			arena->failed++;
	}
	for (i = 0; i < BENCH_BATCH; i++)
		if (likely(slot[order[i]].p))
			free(ctx, slot[order[i]].p, BENCH_BATCH_SIZE);
	return now() - start;
}

static __always_inline void play_event(struct bench_arena *arena,
				       struct bench_slot *slot,
				       const struct bench_event *event,
				       alloc_fn alloc, free_fn free)
{
	slot += event->slot;
	if (event->size) {
		slot->size = event->size;
		slot->p = alloc(arena->ctx, event->size);
		if (unlikely(!slot->p))
			arena->failed++;
	} else if (likely(slot->p)) {
		free(arena->ctx, slot->p, slot->size);
		slot->p = NULL;
	}
}

static __always_inline u64 play_loop(const struct bench_job *job,
				     alloc_fn alloc, free_fn free)
{
	const struct bench_event *event = job->event;
	struct bench_arena *arena = job->arena;
	struct bench_slot *slot = job->slot;
	size_t n = job->nr_events;
	u64 start = now();

	for (; n; n--, event++)
		play_event(arena, slot, event, alloc, free);
	return now() - start;
}

/* A call during which the clock ticked is left out: its time is the tick's. */
static __always_inline u64 each_loop(const struct bench_job *job,
				     alloc_fn alloc, free_fn free)
{
	struct bench_span *span = job->span;
	unsigned long ticks;
	u64 time, total = 0;
	size_t i;

	for (i = 0; i < job->nr_events; i++) {
		ticks = jiffies;
		time = now();
		play_event(job->arena, job->slot, job->event + i, alloc, free);
		time = now() - time;
		ticks -= jiffies;
		if (ticks)
			continue;
		span->min = min(span->min, time);
		span->max = max(span->max, time);
		total += time;
	}
	return total;
}

static __always_inline u64 loop(const struct bench_job *job, alloc_fn alloc,
				free_fn free)
{
	switch (job->kind) {
	case BENCH_PAIRS:
		return pairs_loop(job, alloc, free);
	case BENCH_BATCHES:
		return batch_loop(job, alloc, free);
	case BENCH_PLAY:
		return play_loop(job, alloc, free);
	case BENCH_EACH:
		return each_loop(job, alloc, free);
	}
	return 0;
}

#define BENCH_LOOP(id, alloc, free, ...)				\
static u64 id##_loop(const struct bench_job *job)			\
{									\
	return loop(job, alloc, free);					\
}

BENCH_ALLOCATORS(BENCH_LOOP)

#define BENCH_ENTRY(id, _alloc, _free, _cases, _setup, _teardown)	\
	{								\
		.name		= #id,					\
		.cases		= _cases,				\
		.setup		= _setup,				\
		.teardown	= _teardown,				\
		.alloc		= _alloc,				\
		.free		= _free,				\
		.loop		= id##_loop,				\
	},

const struct bench_allocator bench_allocators[] = {
	BENCH_ALLOCATORS(BENCH_ENTRY)
};

const unsigned int bench_nr_allocators = ARRAY_SIZE(bench_allocators);
