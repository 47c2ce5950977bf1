// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one backend makes of a trace: a worker of rtheap compare.
 *
 * First a region is searched by halving: its size plays the trace to its end, and
 * a page less does not. A larger region changes where blocks land, so that some
 * sizes above the smallest fail: what time is left at the end goes into trying
 * all sizes from the peak of live bytes up, which makes the figure exact.
 *
 * In between, each with a share of the time: the allocations that fail in a
 * region of the size asked for; the pages touched in a region that is twice as
 * large as it must be; the time of each event in the smallest region, the least
 * of several passes, for the others were disturbed; and the instructions of a
 * sample of events, in even distances, and of the slowest ones.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compare.h"

#define GIVE_UP		16	/* times the peak of live bytes */
#define LOOK_MASK	255u	/* look at the clock every 256 events */
#define PASSES		3
#define SAMPLES		1024u
#define SLOWEST		16
#define STEPS		300000u	/* to be counted, about */
#define TRIAL		32	/* events that say how many samples that is */
#define CALIBRATIONS	9

enum end { PLAYED, FULL, LATE, BROKEN };

struct worker {
	const struct trace *trace;
	const struct sim_kind *kind;
	struct result *result;
	void **slots;
	u32 *times;		/* nanoseconds of each event, the least seen */
	unsigned char *picked;	/* events whose instructions are counted */
	u32 *counts;
	size_t sampled;
	u32 slow;		/* nanoseconds of the slowest events, at least */
	u64 own;		/* instructions of the counting */
	double until;		/* of this step */
	u64 failed;
};

/* What happens at each event; returns the block of an allocation. */
typedef void *(*event_fn)(struct worker *w, struct sim *sim, size_t i);

static void *just_play(struct worker *w, struct sim *sim, size_t i)
{
	const struct trace_event *e = &w->trace->events[i];

	if (e->bytes)
		return sim_alloc(sim, e->bytes);
	if (sim_free(sim, w->slots[e->slot]))
		snprintf(w->result->broken, sizeof(w->result->broken),
			 "a free was refused");
	return NULL;
}

/* A byte in each page of the block, as whoever uses it would write. */
static void *touch(struct worker *w, struct sim *sim, size_t i)
{
	u32 bytes = w->trace->events[i].bytes;
	char *p = just_play(w, sim, i);
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
	u64 begin = now_ns();
	void *p = just_play(w, sim, i);
	u64 took = now_ns() - begin;

	if (took < w->times[i])
		w->times[i] = took;
	return p;
}

static void *count_steps(struct worker *w, struct sim *sim, size_t i)
{
	void *p;
	u64 n;

	if (!w->picked[i])
		return just_play(w, sim, i);
	counter_start();
	p = just_play(w, sim, i);
	n = counter_stop();
	n = n > w->own ? n - w->own : 0;
	if (n > w->result->worst)
		w->result->worst = n;
	if (w->picked[i] == 1)
		w->counts[w->sampled++] = n > UINT32_MAX ? UINT32_MAX : n;
	return p;
}

/* @stop: the first allocation without room ends it, else it is counted. */
static enum end play(struct worker *w, struct sim *sim, bool stop, event_fn fn)
{
	const struct trace_event *e = w->trace->events;
	size_t i;

	w->failed = 0;
	memset(w->slots, 0, w->trace->slots * sizeof(*w->slots));
	for (i = 0; i < w->trace->count; i++, e++) {
		if (!(i & LOOK_MASK) && seconds_now() > w->until)
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

static enum end play_in(struct worker *w, u64 size, bool stop, event_fn fn)
{
	struct sim *sim = sim_open(w->kind, size);
	enum end end;

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

/* Try @pages; what works is noted at once. */
static enum end try_pages(struct worker *w, u64 pages)
{
	enum end end = play_in(w, pages * SIM_STEP, true, just_play);

	if (end == PLAYED)
		w->result->works = pages * SIM_STEP;
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
}

/* From the smallest size that is possible up, until one works. */
static void make_exact(struct worker *w)
{
	u64 pages = least_pages(w->trace);
	enum end end = FULL;

	while (end == FULL && pages * SIM_STEP < w->result->works)
		end = try_pages(w, pages++);
	w->result->exact = end == FULL || end == PLAYED;
}

static void count_failures(struct worker *w, u64 size)
{
	/* Where not even an empty heap fits nothing has room. */
	w->failed = w->trace->allocs;
	if (play_in(w, size, false, just_play) > FULL)
		return;
	w->result->failed = w->failed;
	w->result->has_failed = true;
}

static int by_value(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/* The value that @part of @whole of the sorted @values do not exceed. */
static u32 quantile(const u32 *values, size_t n, size_t part, size_t whole)
{
	size_t rank = (n * part + whole - 1) / whole;

	return values[rank ? rank - 1 : 0];
}

/* The least that a look at the clock takes of a time. */
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

static u32 *sorted_copy(const u32 *values, size_t n)
{
	u32 *copy = malloc(n * sizeof(*copy));

	if (!copy)
		return NULL;
	memcpy(copy, values, n * sizeof(*copy));
	qsort(copy, n, sizeof(*copy), by_value);
	return copy;
}

static void take_times(struct worker *w)
{
	size_t n = w->trace->count;
	u64 cost = clock_cost(), least;
	u32 *sorted;
	int i;

	memset(w->times, 0xff, n * sizeof(*w->times));
	for (i = 0; i < PASSES; i++)
		if (play_in(w, w->result->works, true, take_time) != PLAYED)
			break;
	/* One pass alone cannot tell the event from who disturbed it. */
	sorted = i > 1 ? sorted_copy(w->times, n) : NULL;
	if (!sorted)
		return;
	least = sorted[n - 1];
	w->result->hold = least > cost ? least - cost : 0;
	least = quantile(sorted, n, 1, 2);
	w->result->typical = least > cost ? least - cost : 0;
	w->result->has_times = true;
	w->slow = sorted[n > SLOWEST ? n - SLOWEST : 0];
	free(sorted);
}

/* At most @samples, and not those picked already. */
static void pick_evenly(struct worker *w, size_t samples)
{
	size_t n = w->trace->count, step = n / samples, i;

	step += !step;
	for (i = 0; i < n; i += step)
		w->picked[i] = 1;
}

/* What counting costs: the median of events that are one instruction. */
static void calibrate(struct worker *w)
{
	struct sim *empty = sim_open_empty();
	u64 n, least = UINT64_MAX;
	int i;

	if (!empty)
		return;
	/* A fresh translation of a page may count more, so the first is not it. */
	for (i = 0; i < CALIBRATIONS; i++) {
		counter_start();
		just_play(w, empty, 0);
		n = counter_stop();
		if (n < least)
			least = n;
	}
	w->own = least - 1;
	sim_close(empty);
}

/* Where each is counted for long, fewer must do. */
static size_t sample_size(struct worker *w)
{
	u64 sum = 0;
	size_t i, n;

	pick_evenly(w, TRIAL);
	play_in(w, w->result->works, true, count_steps);
	for (i = 0; i < w->sampled; i++)
		sum += w->counts[i];
	memset(w->picked, 0, w->trace->count);
	n = w->sampled ? STEPS / (sum / w->sampled + 1) : 0;
	w->sampled = 0;
	return n < TRIAL ? TRIAL : n > SAMPLES ? SAMPLES : n;
}

/* 2: for the worst only; a sample by time would be no fair one. */
static void pick_slowest(struct worker *w)
{
	size_t i;

	for (i = 0; i < w->trace->count; i++)
		if (!w->picked[i] && w->times[i] >= w->slow)
			w->picked[i] = 2;
}

static void count_instructions(struct worker *w)
{
	const char *how = counter_open();
	struct result *r = w->result;

	if (!how)
		return;
	snprintf(r->counter, sizeof(r->counter), "%s", how);
	calibrate(w);
	w->counts = malloc(2 * SAMPLES * sizeof(*w->counts));
	if (!w->counts)
		return;
	pick_evenly(w, sample_size(w));
	pick_slowest(w);
	play_in(w, r->works, true, count_steps);
	if (w->sampled) {
		qsort(w->counts, w->sampled, sizeof(*w->counts), by_value);
		r->median = quantile(w->counts, w->sampled, 1, 2);
		r->p999 = quantile(w->counts, w->sampled, 999, 1000);
		r->sampled = w->sampled;
	}
	free(w->counts);
}

static bool get_memory(struct worker *w)
{
	size_t n = w->trace->count + 1;

	w->slots = calloc((size_t)w->trace->slots + 1, sizeof(*w->slots));
	w->times = malloc(n * sizeof(*w->times));
	w->picked = calloc(n, 1);
	return w->slots && w->times && w->picked;
}

/* Find out all there is, until @end at the latest. */
void compare_backend(const struct trace *trace, const struct sim_kind *kind,
		     u64 size, double end, struct result *result)
{
	struct worker w = { .trace = trace, .kind = kind, .result = result,
			    .slow = UINT32_MAX };
	double now = seconds_now(), left = end - now;

	if (!get_memory(&w) || !trace->count)
		return;
	w.until = now + left * 0.5;
	search(&w);
	w.until = now + left * 0.6;
	count_failures(&w, size);
	if (!result->works || *result->broken)
		return;
	w.until = now + left * 0.7;
	result->has_footprint = play_in(&w, 2 * result->works, true, touch) ==
				PLAYED;
	w.until = now + left * 0.8;
	take_times(&w);
	w.until = now + left * 0.92;
	count_instructions(&w);
	w.until = now + left * 0.98;
	make_exact(&w);
	free(w.slots);
	free(w.times);
	free(w.picked);
}
