// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measure one backend with a trace: the steps of a worker of rtheap compare.
 *
 * First a binary search finds a region that plays the whole trace while a region one page
 * smaller does not. The size of a region changes where blocks land, so a smaller region may
 * still work: later all sizes from the peak of live bytes up are tried, which makes the
 * figure exact, unless that is too much work.
 *
 * The other measurements get a share of the time each: the allocations that fail in a
 * region of the size asked for; the pages that are touched in a region of twice the
 * smallest size; the instructions of evenly spaced events and of the costliest ones; the
 * time of each event in the smallest region, the minimum over several passes, because the
 * others were disturbed.
 *
 * A pass that counts basic blocks (effort_effort() in sim.h) tells how much work a step is
 * and which events are the costliest. So with enough time two runs give the same results,
 * except for times. A backend that is played without its search (sim_first.c) does search
 * for the events that are counted, and only these are timed.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "compare_worker.h"

#define GIVE_UP		16	/* largest region to try, in peaks of live bytes */
#define LOOK_MASK	255u	/* read the clock every 256 events */
#define AT_LEAST	0.1	/* seconds that timing the sample always gets */
#define PASSES		3
#define MEMORY_SPARE	(1u << 20)	/* bytes that a heap takes beside its region */
#define EXACT_BLOCKS	3000000000ull	/* limit of basic blocks for make_exact() */

/* Play the event and do nothing else. */
void *worker_just_play(struct worker *w, struct sim *sim, size_t i)
{
	const struct trace_event *e = &w->trace->events[i];

	if (e->bytes)
		return sim_alloc(sim, e->bytes);
	if (sim_free(sim, w->slots[e->slot]))
		snprintf(w->result->broken, sizeof(w->result->broken),
			 "a free was refused");
	return NULL;
}

void worker_bare_begin(const struct worker *w, struct sim *sim, size_t i)
{
	const struct trace_event *e = &w->trace->events[i];

	sim_bare_begin(sim, e->bytes ? NULL : w->slots[e->slot]);
}

/* Play the event and write a byte into each page of the block, as a user would. */
static void *touch(struct worker *w, struct sim *sim, size_t i)
{
	u32 bytes = w->trace->events[i].bytes;
	char *p = worker_just_play(w, sim, i);
	u32 at;

	for (at = 0; p && at < bytes; at += SIM_STEP)
		p[at] = 1;
	if (p)
		p[bytes - 1] = 1;
	return p;
}

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void *take_time(struct worker *w, struct sim *sim, size_t i)
{
	u64 begin, took;
	void *p;

	if (sim_skips(sim) && !w->picked[i])
		return worker_just_play(w, sim, i);
	worker_bare_begin(w, sim, i);
	begin = now_ns();
	p = worker_just_play(w, sim, i);
	took = now_ns() - begin;
	sim_bare_end(sim, p);
	if (took < w->times[i])
		w->times[i] = took;
	return p;
}

/*
 * Is there no time left for event @i? Stepping through an event may take long, so it is not
 * begun if it would end too late: the worker would be killed and its results be lost.
 */
static bool is_late(const struct worker *w, size_t i)
{
	if (!w->picked[i] || !w->step)
		return !(i & LOOK_MASK) && seconds_now() > w->until;
	return seconds_now() + w->step * BLOCK_STEPS * w->effort[i] > w->until;
}

/* Play the trace. With @stop the first failed allocation ends it, else it is counted. */
static enum end play(struct worker *w, struct sim *sim, bool stop, event_fn fn)
{
	const struct trace_event *e = w->trace->events;
	size_t i;

	w->failed = 0;
	memset(w->slots, 0, w->trace->slots * sizeof(*w->slots));
	for (i = 0; i < w->trace->count; i++, e++) {
		if (is_late(w, i))
			return LATE;
		if (!e->bytes && !w->slots[e->slot])
			continue;
		w->slots[e->slot] = fn(w, sim, i);
		if (*w->result->broken)
			return BROKEN;
		if (!e->bytes || w->slots[e->slot])
			continue;
		w->failed++;
		if (stop)
			return FULL;
	}
	return PLAYED;
}

static void check(struct worker *w, struct sim *sim)
{
	const char *wrong = sim_check(sim);

	if (wrong)
		snprintf(w->result->broken, sizeof(w->result->broken), "%s",
			 wrong);
}

/* No heap of @size bytes could be made. Is it because memory is short? */
static bool wants_memory(u64 size)
{
	/* Volatile, or a compiler may leave out both calls. */
	void *volatile p = malloc(size + MEMORY_SPARE);
	bool is_there = p;

	free(p);
	return !is_there;
}

/* Play the trace in a new heap of @size bytes, then check the heap. */
enum end worker_play(struct worker *w, u64 size, bool stop, event_fn fn)
{
	struct sim *sim = sim_open(w->kind, size);
	enum end end;

	if (!sim && wants_memory(size)) {
		w->result->no_memory = true;
		return LATE;
	}
	if (!sim)
		return FULL;
	end = play(w, sim, stop, fn);
	if (end != LATE && !*w->result->broken)
		check(w, sim);
	if (end == PLAYED && fn == touch)
		w->result->footprint = sim_footprint(sim);
	sim_close(sim);
	return *w->result->broken ? BROKEN : end;
}

/* Try a region of @pages, and note it at once if it works. */
static enum end try_pages(struct worker *w, u64 pages)
{
	double begin = seconds_now(), took;
	enum end end = worker_play(w, pages * SIM_STEP, true, worker_just_play);

	if (end != PLAYED)
		return end;
	w->result->works = pages * SIM_STEP;
	took = seconds_now() - begin;
	if (!w->result->play || took < w->result->play)
		w->result->play = took;
	return end;
}

static u64 least_pages(const struct trace *trace)
{
	u64 pages = trace->peak_live / SIM_STEP;

	return pages + !pages;
}

static void search(struct worker *w)
{
	u64 works = least_pages(w->trace), fails = works - 1, middle;
	u64 most = GIVE_UP * (works + 64);
	enum end end;

	while ((end = try_pages(w, works)) == FULL) {
		fails = works;
		if (works >= most)
			return;
		works += works / 8 + 1;
	}
	while (end != LATE && end != BROKEN && works - fails > 1) {
		middle = fails + (works - fails) / 2;
		end = try_pages(w, middle);
		if (end == PLAYED)
			works = middle;
		else
			fails = middle;
	}
	w->result->found = end != LATE && end != BROKEN;
}

/* Try all sizes from the smallest possible one up, until one works. */
static void make_exact(struct worker *w)
{
	u64 pages = least_pages(w->trace);
	u64 sizes = w->result->works / SIM_STEP - pages;
	enum end end = FULL;

	if (sizes && w->efforts > EXACT_BLOCKS / sizes)
		return;
	while (end == FULL && pages * SIM_STEP < w->result->works)
		end = try_pages(w, pages++);
	w->result->exact = end == FULL || end == PLAYED;
	w->cut |= end == LATE;
}

static void count_failures(struct worker *w, u64 size)
{
	/* If not even an empty heap fits, every allocation fails. */
	w->failed = w->trace->allocs;
	if (worker_play(w, size, false, worker_just_play) > FULL)
		return;
	w->result->failed = w->failed;
	w->result->has_failed = true;
}

/* Return the part of a measured time that reading the clock takes, at least. */
static u64 clock_cost(void)
{
	u64 begin, took, least = UINT64_MAX;
	int i;

	for (i = 0; i < 1000; i++) {
		begin = now_ns();
		took = now_ns() - begin;
		if (took < least)
			least = took;
	}
	return least;
}

static void take_times(struct worker *w)
{
	size_t n = w->trace->count;
	u64 cost = clock_cost(), least;
	u32 *sorted;
	int i;

	memset(w->times, 0xff, n * sizeof(*w->times));
	for (i = 0; i < PASSES; i++)
		if (worker_play(w, w->result->works, true, take_time) != PLAYED)
			break;
	w->cut |= i < PASSES;
	/*
	 * A single pass includes disturbances, but it is an upper bound. For the sample
	 * part of a pass will do, for it is a sample as well.
	 */
	if (!i && w->fewer > 1)
		i = 1;
	sorted = i ? worker_sorted(w->times, n) : NULL;
	/* Events that were not timed come last. */
	while (sorted && n && sorted[n - 1] == UINT32_MAX)
		n--;
	if (!sorted || !n) {
		free(sorted);
		return;
	}
	least = sorted[n - 1];
	w->result->hold = least > cost ? least - cost : 0;
	least = worker_quantile(sorted, n, 1, 2);
	w->result->typical = least > cost ? least - cost : 0;
	w->result->has_times = true;
	w->result->passes = i;
	free(sorted);
}

/* Find the effort of every event. False: there was not enough time. */
static bool weigh(struct worker *w)
{
	struct sim *sim = effort_open(w->kind, w->result->works);
	const struct trace_event *e = w->trace->events;
	clock_t begin = clock();
	u64 effort;
	size_t i;

	memset(w->slots, 0, w->trace->slots * sizeof(*w->slots));
	for (i = 0; sim && i < w->trace->count; i++, e++) {
		if (!(i & LOOK_MASK) && seconds_now() > w->until)
			break;
		effort_effort(sim);
		if (e->bytes)
			w->slots[e->slot] = effort_alloc(sim, e->bytes);
		else if (w->slots[e->slot])
			effort_free(sim, w->slots[e->slot]);
		effort = effort_effort(sim);
		w->effort[i] = effort > UINT32_MAX ? UINT32_MAX : effort;
		w->efforts += effort;
		if (!e->bytes)
			w->slots[e->slot] = NULL;
	}
	if (sim)
		effort_close(sim);
	w->weighed = (double)(clock() - begin) / CLOCKS_PER_SEC;
	return i == w->trace->count;
}

static bool get_memory(struct worker *w)
{
	size_t n = w->trace->count + 1;

	w->slots = calloc((size_t)w->trace->slots + 1, sizeof(*w->slots));
	w->times = malloc(n * sizeof(*w->times));
	w->effort = calloc(n, sizeof(*w->effort));
	w->picked = calloc(n, 1);
	if (w->slots && w->times && w->effort && w->picked)
		return true;
	w->result->no_memory = true;
	return false;
}

static bool open_worker(struct worker *w)
{
	struct sim_kind unused[KINDS_MAX];

	effort_kinds(unused, KINDS_MAX);
	return w->trace->count && get_memory(w);
}

static void close_worker(struct worker *w)
{
	free(w->slots);
	free(w->times);
	free(w->effort);
	free(w->picked);
}

/* Search for a region that works, until @end at the latest. */
void compare_search(const struct trace *trace, const struct sim_kind *kind,
		    double end, struct result *result)
{
	struct worker w = { .trace = trace, .kind = kind, .result = result,
			    .until = end };

	if (open_worker(&w))
		search(&w);
	close_worker(&w);
}

/* Does this machine have @bytes of memory for each of the workers at the same time? */
static bool has_memory(u64 bytes)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	double all = (double)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);

	return bytes < all / 2 / (cpus < 1 ? 1 : cpus);
}

/* Measure everything else, each step with its share of the time. */
static void measure(struct worker *w, double now, double left)
{
	struct result *r = w->result;

	w->until = now + left * 0.5;
	if (weigh(w))
		make_exact(w);
	else
		w->cut = true;
	w->until = now + left * 0.6;
	r->too_large = !has_memory(2 * r->works);
	r->has_footprint = !r->too_large &&
			   worker_play(w, 2 * r->works, true, touch) == PLAYED;
	w->until = now + left * 0.85;
	if (w->until < seconds_now() + w->at_least)
		w->until = seconds_now() + w->at_least;
	worker_count(w);
	w->until = now + left * 0.98;
	/* For the sample it is little work, so it is done even if it is late. */
	if (w->fewer > 1 && w->until < seconds_now() + AT_LEAST)
		w->until = seconds_now() + AT_LEAST;
	take_times(w);
}

/*
 * Measure everything but the region, until @end. For the sample @at_least is not 0: fewer
 * events are counted, but counting gets that many seconds even if it is late.
 */
void compare_measure(const struct trace *trace, const struct sim_kind *kind,
		     u64 size, double end, double at_least,
		     struct result *result)
{
	struct worker w = { .trace = trace, .kind = kind, .result = result,
			    .begun = seconds_now(), .at_least = at_least,
			    .fewer = at_least > 0 ? 4 : 1 };
	double now = seconds_now(), left = end - now;

	if (!open_worker(&w))
		return;
	w.until = now + left * 0.2;
	count_failures(&w, size);
	if (result->works && !*result->broken)
		measure(&w, now, left);
	result->complete = !w.cut && result->found && result->has_failed &&
			   (result->has_footprint || result->too_large ||
			    !result->works);
	close_worker(&w);
}
