/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench.h - what the parts of the benchmark share.
 *
 *   main.c    debugfs files, the trace that was loaded, the run at boot
 *   cases.c   what is done to an allocator, how often, and what is printed
 *   loops.c   the allocators, and the timed loops made for each of them
 *   peers.c   kernel allocators that a module has to look for
 *   scale.c   several processors at one allocator
 */
#ifndef _RTALLOC_BENCH_H
#define _RTALLOC_BENCH_H

#include <linux/bits.h>
#include <linux/types.h>

#define BENCH_BATCH		512	/* blocks of a batch */
#define BENCH_BATCH_SIZE	64	/* bytes of each */
#define BENCH_NR_PAIRS		200	/* in a round */

struct rtalloc_region;
struct seq_file;

/**
 * struct bench_arena - an allocator set up for one case
 * @heap_size: bytes to manage, for allocators with a region of their own
 * @block_size: bytes of every block; 0: they differ
 * @count: elements of a pool; 0: as many as a batch has
 * @ctx: what alloc and free get
 * @region: that the heap was cut from
 * @memory: that the pool was made of
 * @failed: allocations that returned NULL
 */
struct bench_arena {
	size_t heap_size;
	size_t block_size;
	size_t count;
	void *ctx;
	struct rtalloc_region *region;
	void *memory;
	unsigned int failed;
};

/* One step of a trace; in a file both are little endian. */
struct bench_event {
	u32 slot;
	u32 size;		/* bytes to allocate; 0: free the slot */
};

struct bench_slot {
	void *p;
	size_t size;
};

/* The cheapest and the dearest single call. */
struct bench_span {
	u64 min;
	u64 max;
};

/* What an allocator takes part in. */
enum bench_case {
	BENCH_LOCK	= BIT(0),	/* a lock, measured beside the others */
	BENCH_FIXED	= BIT(1),	/* pairs and batches: blocks of one size */
	BENCH_HOLES	= BIT(2),
	BENCH_TRACE	= BIT(3),
	BENCH_SLEEPS	= BIT(4),	/* PREEMPT_RT: needs interrupts on */
	BENCH_PAIR	= BIT(5),	/* pairs only */
	BENCH_OURS	= BIT(6),	/* each call takes its heap's lock */
	BENCH_PERCPU	= BIT(7),	/* batches do */
	BENCH_SCALES	= BIT(8),	/* also where several processors work */
	BENCH_BPF	= BIT(9),	/* where BPF's allocator is found */
};

#define BENCH_ANY	(BENCH_FIXED | BENCH_HOLES | BENCH_TRACE)

enum bench_kind {
	BENCH_PAIRS,	/* BENCH_NR_PAIRS times alloc and free of @size bytes */
	BENCH_BATCHES,	/* BENCH_BATCH allocations, then frees in @order */
	BENCH_PLAY,	/* @nr_events of @event */
	BENCH_EACH,	/* the same, each one timed: @span */
};

/**
 * struct bench_job - what one of the timed loops is to do
 * @kind: which loop
 * @arena: the allocator
 * @size: bytes of a block
 * @slot: where blocks are remembered
 * @order: of frees
 * @event: to be played
 * @nr_events: how many
 * @span: widened by the time of each event
 */
struct bench_job {
	enum bench_kind kind;
	struct bench_arena *arena;
	size_t size;
	struct bench_slot *slot;
	const u16 *order;
	const struct bench_event *event;
	size_t nr_events;
	struct bench_span *span;
};

/**
 * struct bench_allocator - an allocator and the loops made for it
 * @name: as it appears in the figures
 * @cases: of &enum bench_case
 * @setup: fill in @ctx and what belongs to it; 0 or -errno
 * @teardown: the end of @setup
 * @alloc: one block, outside of loops
 * @free: the same
 * @loop: does a job; returns the time it took
 */
struct bench_allocator {
	const char *name;
	unsigned int cases;
	int (*setup)(struct bench_arena *arena);
	void (*teardown)(struct bench_arena *arena);
	void *(*alloc)(void *ctx, size_t size);
	void (*free)(void *ctx, void *p, size_t size);
	u64 (*loop)(const struct bench_job *job);
};

/* The first one does nothing: what it costs is taken off the others. */
extern const struct bench_allocator bench_allocators[];
extern const unsigned int bench_nr_allocators;

/* Run and keep the figures; then bench_show() prints them. */
int bench_run(void);
int bench_run_trace(const struct bench_event *event, size_t n);
int bench_run_several(void);
int bench_run_scale(void);
int bench_run_trace_twice(const struct bench_event *event, size_t n);
int bench_run_twice(struct bench_event *event, size_t n, size_t nr_slots);
__printf(3, 4) void bench_result(u64 tenths, const char *unit,
				 const char *name, ...);
void bench_show(struct seq_file *seq);

#endif /* _RTALLOC_BENCH_H */
