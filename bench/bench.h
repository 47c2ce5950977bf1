/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench.h - what the parts of the benchmark share.
 *
 *   main.c    debugfs files, the trace that was loaded, the run at boot
 *   cases.c   what is done to an allocator, how often, and what is printed
 *   loops.c   the allocators, and the timed loops made for each of them
 *   paths.c   pairs for an emulator that counts each instruction
 *   peers.c   kernel allocators that a module has to look for
 *   scale.c   several processors at one allocator
 *   mark.h    the marks around these pairs
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
 * @block_size: size of every block in bytes; 0: the sizes differ
 * @count: elements of a pool; 0: as many as a batch has
 * @ctx: argument of alloc and free
 * @region: the region that the heap was cut from
 * @memory: the memory that the pool was made from
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

/* The shortest and the longest single call. */
struct bench_span {
	u64 min;
	u64 max;
};

/* The cases in which an allocator takes part. */
enum bench_case {
	BENCH_LOCK	= BIT(0),	/* a lock, measured beside the others */
	BENCH_FIXED	= BIT(1),	/* pairs and batches: blocks of one size */
	BENCH_HOLES	= BIT(2),
	BENCH_TRACE	= BIT(3),
	BENCH_SLEEPS	= BIT(4),	/* PREEMPT_RT: needs interrupts on */
	BENCH_PAIR	= BIT(5),	/* pairs only */
	BENCH_OURS	= BIT(6),	/* each call takes its heap's lock */
	BENCH_PERCPU	= BIT(7),	/* each batch takes its heap's lock */
	BENCH_SCALES	= BIT(8),	/* also where several processors work */
	BENCH_BPF	= BIT(9),	/* where BPF's allocator is found */
};

#define BENCH_ANY	(BENCH_FIXED | BENCH_HOLES | BENCH_TRACE)

enum bench_kind {
	BENCH_PAIRS,	/* BENCH_NR_PAIRS times alloc and free of @size bytes */
	BENCH_BATCHES,	/* BENCH_BATCH allocations, then frees in @order */
	BENCH_PLAY,	/* @nr_events of @event */
	BENCH_EACH,	/* as BENCH_PLAY, but each event is timed: @span */
};

/**
 * struct bench_job - what one of the timed loops is to do
 * @kind: which loop
 * @arena: the allocator
 * @size: size of a block in bytes
 * @slot: where the addresses of blocks are kept
 * @order: order of the frees
 * @event: the events to play
 * @nr_events: number of events
 * @span: extended by the time of each event
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
 * @setup: fills in @ctx and everything it needs; returns 0 or -errno
 * @teardown: undoes @setup
 * @alloc: allocates one block, outside of loops
 * @free: frees one block, outside of loops
 * @loop: does a job; returns the time that it took
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

/*
 * The first allocator does nothing: its cost is subtracted from that of the
 * others.
 */
extern const struct bench_allocator bench_allocators[];
extern const unsigned int bench_nr_allocators;

/* Disable interrupts in between, unless @a needs them enabled. */
unsigned long bench_quiet_begin(const struct bench_allocator *a);
void bench_quiet_end(const struct bench_allocator *a, unsigned long flags);

/* Run the cases and add the figures; bench_show() then prints these. */
void bench_clear(void);
int bench_run(void);
int bench_run_trace(const struct bench_event *event, size_t n);
int bench_run_scale(void);
int bench_run_paths(void);
int bench_run_trace_twice(const struct bench_event *event, size_t n);
int bench_run_twice(struct bench_event *event, size_t n, size_t nr_slots);
__printf(3, 4) void bench_result(u64 tenths, const char *unit,
				 const char *name, ...);
void bench_show(struct seq_file *seq);

#endif /* _RTALLOC_BENCH_H */
