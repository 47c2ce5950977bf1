// SPDX-License-Identifier: GPL-2.0-only
/*
 * cases.c - the work that each allocator is measured with, and the figures.
 *
 * A figure is the smallest of several rounds, less the cost of the same loop around an
 * allocator that does nothing. Rounds are short and run with interrupts off. Only where
 * an allocator may sleep (PREEMPT_RT) does a tick fall into some. The worst single call
 * is the largest of all rounds, without calls that had a tick in them.
 */
#define pr_fmt(fmt) "rtalloc_bench: " fmt

#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>

#include "bench.h"
#include "peers.h"

#define ROUNDS		12
#define SEED		42
#define PLAY_ROUNDS	2
#define PLAY_CHUNK	512		/* events in one stretch with interrupts off */
#define HEAP_SIZE	SZ_4M
#define TRACE_HEAP_SIZE	SZ_8M
#define HOLES		20000
#define HOLE_MIN	112		/* bytes */
#define HOLE_MAX	176
#define WALL		16		/* bytes between two holes */
#define HOLE_KEPT	64		/* one hole in this many stays allocated */
#define HOLE_PAIR	256		/* bytes requested among the holes */
#define HOLE_PAIRS	64
#define HOLE_TAIL	64		/* holes removed again when memory ran out */
#define RESULTS_MAX	512

/* The cost of the loops themselves, set by the first allocator. */
struct overhead {
	u64 pair;
	u64 batch;
	u64 play;
	u64 call;
};

struct result {
	char name[40];
	const char *unit;
	u64 tenths;
};

/* An event list and its slots, ready to be played. */
struct script {
	struct bench_event *event;
	size_t nr_events;
	struct bench_slot *slot;
	size_t nr_slots;
};

/* The unit of now() in loops.c. Only the runner knows whether a cycle is an instruction. */
#define UNIT_TIME	(IS_ENABLED(CONFIG_UML) ? "ns" : "cycles")

static struct result results[RESULTS_MAX];
static unsigned int nr_results;
static struct overhead overhead;
static const unsigned int sizes[] = { 16, 64, 256, 512, 1024, 4096 };

/* ---- figures --------------------------------------------------------- */

static bool is_empty(const struct bench_allocator *a)
{
	return a == bench_allocators;
}

void bench_result(u64 tenths, const char *unit, const char *name, ...)
{
	struct result *result = &results[nr_results];
	va_list args;

	if (WARN_ON_ONCE(nr_results == RESULTS_MAX))
		return;
	va_start(args, name);
	vsnprintf(result->name, sizeof(result->name), name, args);
	va_end(args);
	result->unit = unit;
	result->tenths = tenths;
	nr_results++;
}

/* Return tenths for each of @n operations that took @total; U64_MAX: one failed. */
static u64 per_op(const struct bench_arena *arena, u64 total, u64 empty, u64 n)
{
	if (arena->failed)
		return U64_MAX;
	return DIV_ROUND_CLOSEST_ULL(10 * (total - min(total, empty)), n);
}

void bench_clear(void)
{
	nr_results = 0;
}

void bench_show(struct seq_file *seq)
{
	const struct result *result = results;
	unsigned int i;

	for (i = 0; i < nr_results; i++, result++) {
		if (result->tenths == U64_MAX)
			seq_printf(seq, "%s\tfailed\t-\n", result->name);
		else
			seq_printf(seq, "%s\t%llu.%llu\t%s\n", result->name,
				   result->tenths / 10, result->tenths % 10,
				   result->unit);
	}
}

/* ---- quiet ----------------------------------------------------------- */

static bool must_be_loud(const struct bench_allocator *a)
{
	return IS_ENABLED(CONFIG_PREEMPT_RT) && a->cases & BENCH_SLEEPS;
}

unsigned long bench_quiet_begin(const struct bench_allocator *a)
{
	unsigned long flags = 0;

	if (!must_be_loud(a))
		local_irq_save(flags);
	return flags;
}

void bench_quiet_end(const struct bench_allocator *a, unsigned long flags)
{
	if (!must_be_loud(a))
		local_irq_restore(flags);
	cond_resched();
}

/* Do @job. Return the time that it took, or @best if that is less. */
static u64 job_run(const struct bench_allocator *a, const struct bench_job *job,
		   u64 best)
{
	unsigned long flags = bench_quiet_begin(a);
	u64 time = a->loop(job);

	bench_quiet_end(a, flags);
	return min(best, time);
}

static u64 job_best(const struct bench_allocator *a,
		    const struct bench_job *job, unsigned int rounds)
{
	u64 best = U64_MAX;

	while (rounds--)
		best = job_run(a, job, best);
	return best;
}

/* ---- scripts --------------------------------------------------------- */

static int script_init(struct script *script, size_t nr_events,
		       size_t nr_slots)
{
	script->nr_events = nr_events;
	script->nr_slots = nr_slots;
	script->event = kvcalloc(nr_events, sizeof(*script->event), GFP_KERNEL);
	script->slot = kvcalloc(nr_slots, sizeof(*script->slot), GFP_KERNEL);
	if (script->event && script->slot)
		return 0;
	kvfree(script->event);
	kvfree(script->slot);
	return -ENOMEM;
}

static void script_exit(struct script *script)
{
	kvfree(script->event);
	kvfree(script->slot);
}

static void slot_empty(const struct bench_allocator *a,
		       struct bench_arena *arena, struct bench_slot *slot)
{
	if (slot->p)
		a->free(arena->ctx, slot->p, slot->size);
	slot->p = NULL;
}

/* Free what the script left allocated. */
static void script_drain(const struct bench_allocator *a,
			 struct bench_arena *arena, struct script *script)
{
	size_t i;

	for (i = 0; i < script->nr_slots; i++)
		slot_empty(a, arena, &script->slot[i]);
}

static void script_worst(const struct bench_allocator *a,
			 struct bench_arena *arena, struct script *script,
			 struct bench_span *span)
{
	struct bench_job job = {
		.kind = BENCH_EACH,
		.arena = arena,
		.slot = script->slot,
		.span = span,
	};
	size_t at;

	for (at = 0; at < script->nr_events; at += job.nr_events) {
		job.event = script->event + at;
		job.nr_events = min_t(size_t, PLAY_CHUNK,
				      script->nr_events - at);
		job_run(a, &job, 0);
	}
	script_drain(a, arena, script);
}

static void worst_add(const struct bench_allocator *a,
		      struct bench_arena *arena, const struct bench_span *span,
		      const char *name)
{
	if (is_empty(a))
		overhead.call = span->min;
	else if (!IS_ENABLED(CONFIG_UML))
		bench_result(per_op(arena, span->max, overhead.call, 1),
			     UNIT_TIME, "worst.%s.%s", a->name, name);
}

/* ---- pairs ----------------------------------------------------------- */

static void pairs_script(struct script *script, size_t size)
{
	size_t i;

	/* Every second event stays zero, which is a free. */
	for (i = 0; i < script->nr_events; i += 2)
		script->event[i].size = size;
}

static int pair_run(const struct bench_allocator *a, size_t size,
		    struct script *script, struct bench_span *span)
{
	struct bench_arena arena = {
		.heap_size = HEAP_SIZE,
		.block_size = size,
	};
	struct bench_job job = {
		.kind = BENCH_PAIRS,
		.arena = &arena,
		.size = size,
	};
	int err = a->setup(&arena);
	u64 best;

	if (err)
		return err;
	pairs_script(script, size);
	script_worst(a, &arena, script, span);
	best = job_best(a, &job, ROUNDS);
	if (is_empty(a))
		overhead.pair = best;
	else if (a->cases & BENCH_LOCK)
		bench_result(per_op(&arena, best, overhead.pair, BENCH_NR_PAIRS),
			     UNIT_TIME, "lock.%s", a->name);
	else
		bench_result(per_op(&arena, best, overhead.pair, BENCH_NR_PAIRS),
			     UNIT_TIME, "pair.%s.%zu", a->name, size);
	a->teardown(&arena);
	return 0;
}

static int case_pairs(const struct bench_allocator *a)
{
	bool is_lock = a->cases & BENCH_LOCK;
	size_t nr = is_lock ? 1 : ARRAY_SIZE(sizes);
	struct bench_span span = { .min = U64_MAX };
	struct bench_arena whole = {};
	struct script script;
	size_t i;
	int err;

	err = script_init(&script, 2 * BENCH_NR_PAIRS, 1);
	for (i = 0; i < nr && !err; i++)
		err = pair_run(a, sizes[i], &script, &span);
	if (!err && !is_lock)
		worst_add(a, &whole, &span, "pair");
	script_exit(&script);
	return err;
}

/* ---- batches --------------------------------------------------------- */

static void order_fill(u16 *order, bool random)
{
	struct rnd_state rnd;
	unsigned int i, j;

	for (i = 0; i < BENCH_BATCH; i++)
		order[i] = i;
	prandom_seed_state(&rnd, SEED);
	for (i = BENCH_BATCH - 1; random && i; i--) {
		j = prandom_u32_state(&rnd) % (i + 1);
		swap(order[i], order[j]);
	}
}

static void batch_script(struct script *script, const u16 *order)
{
	struct bench_event *event = script->event;
	unsigned int i;

	for (i = 0; i < BENCH_BATCH; i++) {
		event[i].slot = i;
		event[i].size = BENCH_BATCH_SIZE;
		event[BENCH_BATCH + i].slot = order[i];
		event[BENCH_BATCH + i].size = 0;
	}
}

static int batch_run(const struct bench_allocator *a, struct script *script,
		     const char *name)
{
	struct bench_arena arena = {
		.heap_size = HEAP_SIZE,
		.block_size = BENCH_BATCH_SIZE,
	};
	static u16 order[BENCH_BATCH];
	struct bench_job job = {
		.kind = BENCH_BATCHES,
		.arena = &arena,
		.slot = script->slot,
		.order = order,
	};
	struct bench_span span = { .min = U64_MAX };
	int err = a->setup(&arena);
	u64 best;

	if (err)
		return err;
	order_fill(order, !strcmp(name, "random"));
	batch_script(script, order);
	script_worst(a, &arena, script, &span);
	best = job_best(a, &job, ROUNDS);
	memset(script->slot, 0, script->nr_slots * sizeof(*script->slot));
	if (is_empty(a))
		overhead.batch = best;
	else
		bench_result(per_op(&arena, best, overhead.batch, BENCH_BATCH),
			     UNIT_TIME, "batch.%s.%s", a->name, name);
	worst_add(a, &arena, &span, name);
	a->teardown(&arena);
	return 0;
}

static int case_batches(const struct bench_allocator *a)
{
	struct script script;
	int err;

	err = script_init(&script, 2 * BENCH_BATCH, BENCH_BATCH);
	if (err)
		return err;
	err = batch_run(a, &script, "inorder");
	if (!err)
		err = batch_run(a, &script, "random");
	script_exit(&script);
	return err;
}

/* ---- holes ----------------------------------------------------------- */

/*
 * The contents of the heap: a block, then a small block as a wall behind it,
 * and so on; then most of the larger blocks are freed. One in HOLE_KEPT stays,
 * because otherwise allocators that group blocks by size would get all of that
 * memory back.
 */
struct holes {
	struct bench_slot hole[HOLES];
	struct bench_slot wall[HOLES];
	unsigned int nr;
};

/* Allocate @size bytes as @slot. */
static void slot_fill(const struct bench_allocator *a,
		      struct bench_arena *arena, struct bench_slot *slot,
		      u32 size)
{
	slot->size = size;
	slot->p = a->alloc(arena->ctx, size);
	if (!slot->p)
		arena->failed++;
}

static void holes_fill(const struct bench_allocator *a,
		       struct bench_arena *arena, struct holes *holes)
{
	struct rnd_state rnd;
	u32 size, i;

	prandom_seed_state(&rnd, SEED);
	for (i = 0; i < HOLES && !arena->failed; i++) {
		size = HOLE_MIN + prandom_u32_state(&rnd) %
				  (HOLE_MAX - HOLE_MIN + 1);
		slot_fill(a, arena, &holes->hole[i], size);
		slot_fill(a, arena, &holes->wall[i], WALL);
		if (i % 256 == 0)
			cond_resched();
	}
	holes->nr = i;
	if (!arena->failed)
		return;
	/*
	 * Memory ran out before all were made: make room for the pairs that are
	 * measured.
	 */
	arena->failed = 0;
	for (i = 0; i < HOLE_TAIL && holes->nr; i++) {
		holes->nr--;
		slot_empty(a, arena, &holes->wall[holes->nr]);
		slot_empty(a, arena, &holes->hole[holes->nr]);
	}
}

/* Return the number of holes that there are now. */
static unsigned int holes_open(const struct bench_allocator *a,
			       struct bench_arena *arena, struct holes *holes)
{
	unsigned int i, opened = 0;

	for (i = 0; i < holes->nr; i++) {
		if (i % HOLE_KEPT == 0)
			continue;
		slot_empty(a, arena, &holes->hole[i]);
		opened++;
		if (i % 256 == 0)
			cond_resched();
	}
	return opened;
}

static void holes_close(const struct bench_allocator *a,
			struct bench_arena *arena, struct holes *holes)
{
	unsigned int i;

	for (i = 0; i < holes->nr; i++) {
		slot_empty(a, arena, &holes->hole[i]);
		slot_empty(a, arena, &holes->wall[i]);
		if (i % 256 == 0)
			cond_resched();
	}
}

/* Measure the best of HOLE_PAIRS pairs and the worst of their calls. */
static void holes_measure(const struct bench_allocator *a,
			  struct bench_arena *arena, struct script *script)
{
	struct bench_span span = { .min = U64_MAX };
	struct bench_job job = {
		.kind = BENCH_PLAY,
		.arena = arena,
		.slot = script->slot,
		.event = script->event,
		.nr_events = 2,
	};
	u64 best;

	pairs_script(script, HOLE_PAIR);
	script_worst(a, arena, script, &span);
	best = job_best(a, &job, HOLE_PAIRS);
	if (is_empty(a))
		overhead.play = best;
	else
		bench_result(per_op(arena, best, overhead.play, 1),
			     UNIT_TIME, "holes.%s.%u", a->name, HOLE_PAIR);
	worst_add(a, arena, &span, "holes");
}

static int holes_run(const struct bench_allocator *a, struct holes *holes,
		     struct script *script)
{
	struct bench_arena arena = { .heap_size = HEAP_SIZE };
	int err = a->setup(&arena);
	unsigned int opened;

	if (err)
		return err;
	holes_fill(a, &arena, holes);
	opened = holes_open(a, &arena, holes);
	holes_measure(a, &arena, script);
	if (!is_empty(a))
		bench_result(10ull * opened, "holes", "holes_made.%s", a->name);
	holes_close(a, &arena, holes);
	a->teardown(&arena);
	return 0;
}

static int case_holes(const struct bench_allocator *a)
{
	struct script script;
	struct holes *holes;
	int err;

	holes = kvzalloc(sizeof(*holes), GFP_KERNEL);
	if (!holes)
		return -ENOMEM;
	err = script_init(&script, 2 * HOLE_PAIRS, 1);
	if (!err) {
		err = holes_run(a, holes, &script);
		script_exit(&script);
	}
	kvfree(holes);
	return err;
}

/* ---- traces ---------------------------------------------------------- */

/* Refuse a trace that could leak or write out of bounds. */
static int trace_check(const struct script *script)
{
	const struct bench_event *event = script->event;
	struct bench_slot *slot;
	size_t i;
	int err = 0;

	for (i = 0; i < script->nr_events && !err; i++, event++) {
		slot = &script->slot[event->slot];
		if (!slot->size == !event->size)
			err = -EINVAL;
		slot->size = event->size;
	}
	for (i = 0; i < script->nr_slots; i++)
		script->slot[i].size = 0;
	return err;
}

static int trace_load(struct script *script, const struct bench_event *event,
		      size_t n)
{
	u32 nr_slots = 0;
	size_t i;
	int err;

	for (i = 0; i < n; i++) {
		if (event[i].slot >= n || event[i].size > SZ_1M)
			return -EINVAL;
		nr_slots = max(nr_slots, event[i].slot + 1);
	}
	err = script_init(script, n, nr_slots);
	if (err)
		return err;
	memcpy(script->event, event, n * sizeof(*event));
	err = trace_check(script);
	if (err)
		script_exit(script);
	return err;
}

/* Play the whole trace once; the time of each chunk goes to @best if it is smaller. */
static void trace_play(const struct bench_allocator *a,
		       struct bench_arena *arena, struct script *script,
		       u64 *best)
{
	struct bench_job job = {
		.kind = BENCH_PLAY,
		.arena = arena,
		.slot = script->slot,
	};
	size_t at;

	for (at = 0; at < script->nr_events; at += job.nr_events, best++) {
		job.event = script->event + at;
		job.nr_events = min_t(size_t, PLAY_CHUNK,
				      script->nr_events - at);
		*best = job_run(a, &job, *best);
	}
	script_drain(a, arena, script);
}

static int trace_worst(const struct bench_allocator *a, struct script *script)
{
	struct bench_arena arena = { .heap_size = TRACE_HEAP_SIZE };
	struct bench_span span = { .min = U64_MAX };
	int err = a->setup(&arena);

	if (err)
		return err;
	script_worst(a, &arena, script, &span);
	worst_add(a, &arena, &span, "TRACE");
	a->teardown(&arena);
	return 0;
}

static void trace_report(const struct bench_allocator *a,
			 const struct bench_arena *arena,
			 const struct script *script, const u64 *best)
{
	size_t nr = DIV_ROUND_UP(script->nr_events, PLAY_CHUNK), i;
	u64 total = 0;

	for (i = 0; i < nr; i++)
		total += best[i];
	if (is_empty(a))
		overhead.play = total;
	else
		bench_result(per_op(arena, total, overhead.play,
				    script->nr_events),
			     UNIT_TIME, "trace.%s.TRACE", a->name);
}

static int trace_run(const struct bench_allocator *a, struct script *script,
		     u64 *best)
{
	struct bench_arena arena = { .heap_size = TRACE_HEAP_SIZE };
	size_t nr = DIV_ROUND_UP(script->nr_events, PLAY_CHUNK);
	unsigned int i;
	int err;

	memset(best, 0xff, nr * sizeof(*best));
	for (i = 0; i < PLAY_ROUNDS; i++) {
		err = a->setup(&arena);
		if (err)
			return err;
		trace_play(a, &arena, script, best);
		a->teardown(&arena);
	}
	trace_report(a, &arena, script, best);
	return trace_worst(a, script);
}

/* ---- all ------------------------------------------------------------- */

int bench_run(void)
{
	const struct bench_allocator *a = bench_allocators;
	const struct bench_allocator *end = a + bench_nr_allocators;
	bool has_bpf = bench_bpf_find();
	int err = 0;

	for (; a < end && !err; a++) {
		if (a->cases & BENCH_BPF && !has_bpf)
			continue;
		err = case_pairs(a);
		if (!err && a->cases & BENCH_FIXED && !(a->cases & BENCH_PAIR))
			err = case_batches(a);
		if (!err && a->cases & BENCH_HOLES)
			err = case_holes(a);
		if (err)
			pr_err("%s: error %d\n", a->name, err);
	}
	return err;
}

int bench_run_trace(const struct bench_event *event, size_t n)
{
	const struct bench_allocator *a = bench_allocators;
	const struct bench_allocator *end = a + bench_nr_allocators;
	struct script script;
	u64 *best;
	int err;

	err = trace_load(&script, event, n);
	if (err)
		return err;
	best = kvcalloc(DIV_ROUND_UP(n, PLAY_CHUNK), sizeof(*best), GFP_KERNEL);
	if (!best)
		err = -ENOMEM;
	for (; a < end && !err; a++)
		if (a->cases & BENCH_TRACE)
			err = trace_run(a, &script, best);
	kvfree(best);
	script_exit(&script);
	return err;
}

/* As bench_run_trace(), by two processors. */
int bench_run_trace_twice(const struct bench_event *event, size_t n)
{
	struct script script;
	int err;

	err = trace_load(&script, event, n);
	if (err)
		return err;
	err = bench_run_twice(script.event, n, script.nr_slots);
	script_exit(&script);
	return err;
}
