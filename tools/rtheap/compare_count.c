// SPDX-License-Identifier: GPL-2.0-only
/*
 * Count the instructions of a sample of events and of the costliest events, in a worker of
 * rtheap compare.
 *
 * The first available counter is used: the processor's own; valgrind
 * (counter_valgrind.c), if there is plenty of time, or if the events are so long that
 * stepping would get through fewer of them; stepping (counter.c). All of them give the same
 * counts.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "compare_worker.h"

#define SAMPLES		1024u
#define SLOWEST		16
#define STEPS		50000u	/* approximate number of instructions to count */
#define SAMPLES_MIN		32	/* smallest number of sampled events */
#define EVENT_STEPS	50	/* instructions of an event beside its basic blocks */
#define VALGRIND_STEP	20e-9	/* seconds for an instruction counted by valgrind */
#define CALIBRATIONS	9
#define STEP_SECONDS	10e-6
#define VALGRIND_SAMPLES	128u
#define VALGRIND_EACH	0.02	/* seconds for an event beside its instructions */
#define VALGRIND_START	0.4	/* CPU seconds to start valgrind */
#define VALGRIND_SLOWER	4	/* a play under valgrind, relative to weigh() */
#define VALGRIND_SECONDS	8.0	/* CPU seconds from which it is preferred to stepping */
#define VALGRIND_SHARE	0.85	/* of the remaining time, at most */

static int by_value(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/* Return the value that @part in @whole of the sorted @values do not exceed. */
u32 worker_quantile(const u32 *values, size_t n, size_t part, size_t whole)
{
	size_t rank = (n * part + whole - 1) / whole;

	return values[rank ? rank - 1 : 0];
}

u32 *worker_sorted(const u32 *values, size_t n)
{
	u32 *copy = malloc(n * sizeof(*copy));

	if (!copy)
		return NULL;
	memcpy(copy, values, n * sizeof(*copy));
	qsort(copy, n, sizeof(*copy), by_value);
	return copy;
}

/* Note the count @n of event @i, which includes the cost of counting. */
static void note(struct worker *w, size_t i, u64 n)
{
	n = n > w->own ? n - w->own : 0;
	if (n > w->result->worst)
		w->result->worst = n;
	n = n > UINT32_MAX ? UINT32_MAX : n;
	if (w->picked[i] == EVENLY && w->sampled < 2 * SAMPLES)
		w->counts[w->sampled++] = n;
	else if (w->picked[i] == OF_TAIL && w->in_tail < TAIL)
		w->tail[w->in_tail++] = n;
}

static void *count_steps(struct worker *w, struct sim *sim, size_t i)
{
	void *p;
	u64 n;

	if (!w->picked[i])
		return worker_just_play(w, sim, i);
	worker_bare_begin(w, sim, i);
	counter_start();
	p = worker_just_play(w, sim, i);
	n = counter_stop();
	sim_bare_end(sim, p);
	note(w, i, n);
	return p;
}

/* Pick evenly spaced events: at least @samples, and fewer than twice as many. */
static void pick_evenly(struct worker *w, size_t samples)
{
	size_t n = w->trace->count, step = n / samples, i;

	step += !step;
	for (i = 0; i < n; i += step)
		w->picked[i] = EVENLY;
}

/* Measure the cost of counting: the minimum over calls of one instruction. */
static void calibrate(struct worker *w)
{
	struct sim *empty = sim_open_empty();
	u64 n, least = UINT64_MAX;
	int i;

	if (!empty)
		return;
	/* The first call may count more, while the translation of a page is new. */
	for (i = 0; i < CALIBRATIONS; i++) {
		counter_start();
		worker_just_play(w, empty, 0);
		n = counter_stop();
		if (n < least)
			least = n;
	}
	w->own = least - 1;
	sim_close(empty);
}

/* Return the approximate number of instructions of an event. */
static u64 usual_steps(const struct worker *w)
{
	return w->efforts / w->trace->count * BLOCK_STEPS + EVENT_STEPS;
}

/* Return how many events to sample: fewer if events are long. */
static size_t sample_size(const struct worker *w)
{
	u64 each = usual_steps(w);
	u64 n = STEPS / w->fewer / each;
	u64 min = SAMPLES_MIN / w->fewer;

	return n < min ? min : n > SAMPLES ? SAMPLES : n;
}

/* Pick up to @most events with an effort from @least to below @below, in order. */
static void pick_from(struct worker *w, u32 least, u32 below, size_t most,
		      enum pick how)
{
	size_t i;

	for (i = 0; i < w->trace->count && most; i++) {
		if (w->effort[i] < least || w->effort[i] >= below)
			continue;
		most--;
		if (!w->picked[i])
			w->picked[i] = how;
	}
}

/*
 * Pick the events of the greatest effort, for the worst case. If the sample is too small for
 * the 99.9 % quantile (@want_tail), pick the events at that quantile by effort too.
 */
static void pick_costliest(struct worker *w, bool want_tail)
{
	size_t n = w->trace->count, slowest = SLOWEST / w->fewer;
	u32 *sorted = worker_sorted(w->effort, n);
	u32 least, tail, above;

	if (!sorted)
		return;
	least = sorted[n > slowest ? n - slowest : 0];
	tail = worker_quantile(sorted, n, 999, 1000);
	above = sorted[n - 1 - (n - 1) / 2000];
	free(sorted);
	pick_from(w, least, UINT32_MAX, slowest, COSTLIEST);
	if (want_tail)
		pick_from(w, tail, above > tail ? above : UINT32_MAX, TAIL / w->fewer,
			  OF_TAIL);
}

/* ---- by valgrind --------------------------------------------------------- */

/* Write the job into a file without a name, for the child. Returns its fd, or -1. */
static int write_job(const struct worker *w)
{
	const struct trace *t = w->trace;
	struct valgrind_job job = {
		.count = t->count, .size = w->result->works,
		.slots = t->slots,
	};
	int fd = memfd_create("rtheap", MFD_CLOEXEC);
	FILE *out = fd < 0 ? NULL : fdopen(dup(fd), "w");
	bool is_written;

	snprintf(job.kind, sizeof(job.kind), "%s", w->kind->name);
	if (!out)
		goto fail;
	fwrite(&job, sizeof(job), 1, out);
	fwrite(t->events, sizeof(*t->events), t->count, out);
	fwrite(w->picked, 1, t->count, out);
	is_written = !ferror(out);
	if (!fclose(out) && is_written)
		return fd;
fail:
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Note a count. Numbers beyond the last event are calibrations, which come first. */
static void take_count(void *ctx, size_t number, u64 n)
{
	struct worker *w = ctx;

	if (number < w->trace->count)
		note(w, number, n);
	else if (number == w->trace->count || n - 1 < w->own)
		w->own = n - 1;
}

/*
 * Count by valgrind. False if too few events were counted in time; their counts are then
 * dropped. Otherwise a partial count is kept, as it is when stepping ends early.
 */
static bool count_by_valgrind(struct worker *w)
{
	double now = seconds_now();
	int fd = write_job(w);
	bool is_whole;

	if (fd < 0)
		return false;
	is_whole = valgrind_run(fd, now + (w->until - now) * VALGRIND_SHARE,
				take_count, w);
	close(fd);
	w->cut |= !is_whole;
	w->counted_part = !is_whole;
	if (w->sampled >= (is_whole ? 1 : SAMPLES_MIN / w->fewer))
		return true;
	w->counted_part = false;
	w->sampled = 0;
	w->in_tail = 0;
	w->own = 0;
	w->result->worst = 0;
	return false;
}

static void *count_in_child(struct worker *w, struct sim *sim, size_t i)
{
	void *p;

	if (!w->picked[i])
		return worker_just_play(w, sim, i);
	worker_bare_begin(w, sim, i);
	valgrind_count_begin(i);
	p = worker_just_play(w, sim, i);
	valgrind_count_end();
	sim_bare_end(sim, p);
	return p;
}

static void calibrate_child(struct worker *w)
{
	struct sim *empty = sim_open_empty();
	size_t i;

	for (i = 0; empty && i < CALIBRATIONS; i++) {
		valgrind_count_begin(w->trace->count + i);
		worker_just_play(w, empty, 0);
		valgrind_count_end();
	}
	if (empty)
		sim_close(empty);
}

/* Map the job file. Returns NULL if its size does not match its contents. */
static const struct valgrind_job *map_job(const char *file, struct trace *t)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	const struct valgrind_job *job = MAP_FAILED;
	struct stat st;

	if (fd >= 0 && !fstat(fd, &st) && st.st_size >= (off_t)sizeof(*job))
		job = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (fd >= 0)
		close(fd);
	if (job == MAP_FAILED ||
	    (u64)st.st_size != sizeof(*job) +
			       job->count * (sizeof(*t->events) + 1))
		return NULL;
	*t = (struct trace){
		.events = (struct trace_event *)(job + 1),
		.count = job->count, .slots = job->slots,
	};
	return job;
}

/* Play and count the job of write_job(). This is the child, which runs under valgrind. */
int compare_count_child(const char *file)
{
	struct sim_kind kinds[KINDS_MAX];
	size_t i, n = sim_kinds(kinds, KINDS_MAX);
	struct result result = { 0 };
	struct trace trace;
	struct worker w = { .trace = &trace, .result = &result,
			    .until = seconds_now() + 86400 };
	const struct valgrind_job *job = map_job(file, &trace);

	for (i = 0; job && i < n; i++)
		if (!strcmp(kinds[i].name, job->kind))
			w.kind = &kinds[i];
	w.slots = job ? calloc((size_t)job->slots + 1, sizeof(*w.slots)) : NULL;
	if (!w.slots || !w.kind)
		return EXIT_REFUSED;
	w.picked = (unsigned char *)(trace.events + trace.count);
	calibrate_child(&w);
	return worker_play(&w, job->size, true, count_in_child) == PLAYED ?
	       EXIT_OK : EXIT_REFUSED;
}

/* ---- choice of the counter ------------------------------------------------ */

/* Return the fraction of a processor that this process has had so far. */
static double busy(const struct worker *w)
{
	double part = clock() / (double)CLOCKS_PER_SEC /
		      (seconds_now() - w->begun);

	return part < 1 ? part : 1;
}

/* Return how many events can be stepped through in @left seconds. */
static size_t steppable(const struct worker *w, double left)
{
	size_t most = sample_size(w);
	double n = left / STEP_SECONDS / usual_steps(w);

	return n < 1 ? 0 : n < most ? n : most;
}

/*
 * Return for how many events callgrind has time in @left seconds. pick_evenly() may pick
 * twice as many, and the costliest events are added to that.
 */
static size_t valgrind_samples(const struct worker *w, double left)
{
	size_t most = VALGRIND_SAMPLES / w->fewer;
	size_t least = SAMPLES_MIN / w->fewer;
	double each = VALGRIND_EACH + usual_steps(w) * VALGRIND_STEP;
	double n;

	left = left * VALGRIND_SHARE - VALGRIND_START -
	       VALGRIND_SLOWER * w->weighed;
	n = (left / each - (SLOWEST + TAIL) / w->fewer) / 2;
	return n < 1 ? 0 : n < least ? least : n < most ? n : most;
}

/* Return how many events valgrind is to count; 0: use another counter. */
static size_t for_valgrind(const struct worker *w, const char *how)
{
	const char *want = getenv("RTHEAP_COUNTER");
	double left = (w->until - seconds_now()) * busy(w);
	size_t n = valgrind_samples(w, left);

	if ((how && !strcmp(how, "counter")) || !valgrind_is_there())
		return 0;
	if (want)
		return strcmp(want, "valgrind") ? 0 : VALGRIND_SAMPLES;
	if (!how || n > steppable(w, left) || left > VALGRIND_SECONDS)
		return n;
	return 0;
}

/* Pick events. take_times() uses the picks too, for backends played without a search. */
static void pick(struct worker *w, size_t samples)
{
	memset(w->picked, 0, w->trace->count);
	pick_evenly(w, samples);
	pick_costliest(w, samples < 1000);
}

static void count(struct worker *w)
{
	const char *how = counter_open();
	struct result *r = w->result;
	size_t samples = for_valgrind(w, how);

	if (samples) {
		pick(w, samples);
		if (count_by_valgrind(w)) {
			snprintf(r->counter, sizeof(r->counter), "valgrind");
			return;
		}
	}
	pick(w, how ? sample_size(w) : SAMPLES);
	if (!how)
		return;
	snprintf(r->counter, sizeof(r->counter), "%s", how);
	calibrate(w);
	w->step = strcmp(how, "stepped") ? 0 : STEP_SECONDS;
	w->counted_part = worker_play(w, r->works, true, count_steps) != PLAYED;
	w->cut |= w->counted_part;
	w->step = 0;
}

void worker_count(struct worker *w)
{
	struct result *r = w->result;

	w->counts = malloc(2 * SAMPLES * sizeof(*w->counts));
	if (!w->counts)
		return;
	r->worst = 0;
	count(w);
	if (w->sampled) {
		qsort(w->counts, w->sampled, sizeof(*w->counts), by_value);
		r->median = worker_quantile(w->counts, w->sampled, 1, 2);
		r->p999 = worker_quantile(w->counts, w->sampled, 999, 1000);
		if (w->in_tail) {
			qsort(w->tail, w->in_tail, sizeof(*w->tail), by_value);
			r->p999 = worker_quantile(w->tail, w->in_tail, 1, 2);
		}
		r->counted_part = w->counted_part;
		r->sampled = w->sampled;
	}
	free(w->counts);
}
