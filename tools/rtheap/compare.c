// SPDX-License-Identifier: GPL-2.0-only
/*
 * Play traces into every backend in user space, without the module.
 *
 * A worker process runs one step (compare_play.c) for one backend; there are as many
 * workers at a time as processors. They write results into shared memory, so the results of
 * a worker that is late or crashes are kept.
 *
 * The steps come in this order: the sample of a long trace (compare_sample.c), the regions
 * of all backends, everything else. Within each of these, backends that search all blocks
 * for an allocation come last. The remaining time is divided among the waiting steps.
 *
 * When the time is over or a signal comes, the workers are killed and the results known so
 * far are printed.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "compare.h"

#define BAR_WIDTH	40
#define POLL_NS		20000000l
#define PAGE		4096u
/*
 * Shares of the time limit. The steps of the sample are planned to end after
 * SAMPLE_PLAN, but each may take SAMPLE_LEAST and on top what compare_guess() needs to
 * count, so all of them together may take longer.
 */
#define SAMPLE_PLAN	0.35
#define SAMPLE_LEAST	0.04
#define WORKERS_MAX	64

/* Steps in the order in which they run. SAMPLE does everything for the sample. */
enum phase { SAMPLE, REGION, MEASURE, STEPS };

struct pool {
	struct comparison *c;
	pid_t pid[WORKERS_MAX];
	size_t busy;
	size_t workers;
	struct {
		size_t kind;
		enum phase step;
	} queue[3 * KINDS_MAX];
	size_t queued;
	size_t regions;		/* number of steps up to the last REGION */
	size_t next;
	size_t done;
	double begin;
	double end;
};

static void draw_bar(const struct pool *p, bool erase)
{
	double part = (double)p->done / p->queued;
	double time = (seconds_now() - p->begin) / (p->end - p->begin);
	int i;

	if (!p->c->bar)
		return;
	if (erase) {
		fprintf(stderr, "\r%*s\r", BAR_WIDTH + 40, "");
		return;
	}
	fputs("\r[", stderr);
	for (i = 0; i < BAR_WIDTH; i++)
		putc(i < part * BAR_WIDTH ? '#' : '.', stderr);
	fprintf(stderr, "] %zu of %zu steps, %.0f %% of the time ", p->done,
		p->queued, time * 100);
}

/* Return when the next waiting step must end: its share of the remaining time. */
static double share(const struct pool *p)
{
	double now = seconds_now(), left = p->end - now;
	size_t waiting = p->queued - p->next;

	if (p->queue[p->next].step == SAMPLE) {
		left = p->begin + (p->end - p->begin) * SAMPLE_PLAN - now;
		waiting = p->c->count - p->next;
	}
	if (waiting > p->workers)
		left = left * p->workers / waiting;
	/* The steps before may have taken longer than planned. */
	if (p->queue[p->next].step == SAMPLE &&
	    left < (p->end - p->begin) * SAMPLE_LEAST)
		left = (p->end - p->begin) * SAMPLE_LEAST;
	return now + left;
}

static void start(struct pool *p)
{
	struct comparison *c = p->c;
	size_t next = p->next;
	size_t i = p->queue[next].kind;
	const enum phase step = p->queue[next].step;
	double end = share(p);
	pid_t parent = getpid(), pid = fork();

	p->next++;
	if (pid > 0)
		p->pid[p->busy++] = pid;
	if (pid < 0)
		p->done++;
	if (pid)
		return;
	/* A terminal sends these to the workers too. The parent ends them. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	if (step == SAMPLE)
		compare_guess(c, i, end);
	else if (step == REGION)
		compare_search(c->trace, &c->kinds[i], end, &c->results[i]);
	else
		compare_measure(c->trace, &c->kinds[i], c->size, end, 0,
				&c->results[i]);
	_exit(0);
}

static void reap(struct pool *p, int flags)
{
	size_t i = 0;

	while (i < p->busy) {
		if (!waitpid(p->pid[i], NULL, flags)) {
			i++;
			continue;
		}
		p->pid[i] = p->pid[--p->busy];
		p->done++;
	}
}

/* Return how many steps may be started: MEASURE needs the regions to be known. */
static size_t limit(const struct pool *p)
{
	return p->done < p->regions ? p->regions : p->queued;
}

static void run_workers(struct pool *p)
{
	static const struct timespec pause = { .tv_nsec = POLL_NS };
	size_t i;

	while (p->done < p->queued && !interrupted() &&
	       seconds_now() < p->end) {
		while (p->busy < p->workers && p->next < limit(p))
			start(p);
		nanosleep(&pause, NULL);
		reap(p, WNOHANG);
		draw_bar(p, false);
	}
	for (i = 0; i < p->busy; i++)
		kill(p->pid[i], SIGKILL);
	reap(p, 0);
	draw_bar(p, true);
}

static void queue_step(struct pool *p, enum phase step, bool linear)
{
	size_t i;

	for (i = 0; i < p->c->count; i++) {
		if (p->c->kinds[i].is_linear != linear)
			continue;
		p->queue[p->queued].kind = i;
		p->queue[p->queued++].step = step;
	}
}

static void fill_queue(struct pool *p)
{
	enum phase step;

	for (step = p->c->one_in ? SAMPLE : REGION; step < STEPS; step++) {
		queue_step(p, step, false);
		queue_step(p, step, true);
		if (step == REGION)
			p->regions = p->queued;
	}
}

/* The smaller region is better, none at all is worst; then fewer instructions. */
static bool is_better(const struct comparison *c, size_t a, size_t b)
{
	const struct result *x = &c->results[a], *y = &c->results[b];

	if (!x->works || !y->works)
		return x->works && !y->works;
	if (x->works != y->works)
		return x->works < y->works;
	return x->sampled && y->sampled && x->worst < y->worst;
}

static void rank(struct comparison *c)
{
	size_t i, j;

	for (i = 0; i < c->count; i++) {
		for (j = i; j && is_better(c, i, c->order[j - 1]); j--)
			c->order[j] = c->order[j - 1];
		c->order[j] = i;
	}
}

static size_t results_size(void)
{
	return 2 * KINDS_MAX * sizeof(struct result);
}

/* Fill @c. The caller has set the trace, the size and the time limit. */
int compare(struct comparison *c)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct pool pool = { .c = c, .begin = seconds_now() };
	size_t i;

	c->count = sim_kinds(c->kinds, KINDS_MAX);
	c->results = mmap(NULL, results_size(), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (c->results == MAP_FAILED) {
		c->results = NULL;
		complain("out of memory");
		return -1;
	}
	c->guesses = c->results + KINDS_MAX;
	if (compare_sample(c))
		return -1;
	fflush(stdout);
	pool.workers = cpus < 1 ? 1 : cpus > WORKERS_MAX ? WORKERS_MAX : cpus;
	pool.end = pool.begin + c->seconds;
	fill_queue(&pool);
	run_workers(&pool);
	for (i = 0; i < c->count; i++) {
		c->cut |= !c->results[i].complete;
		compare_fill_gaps(c, i);
	}
	rank(c);
	c->took = seconds_now() - pool.begin;
	return 0;
}

void compare_free(struct comparison *c)
{
	if (c->results)
		munmap(c->results, results_size());
	c->results = NULL;
	free(c->sample.events);
	c->sample.events = NULL;
}

/* Return a quarter above the peak of live bytes, in whole pages. */
static u64 default_size(const struct trace *trace)
{
	u64 size = trace->peak_live + trace->peak_live / 4;

	return (size + PAGE - 1) / PAGE * PAGE;
}

/* Get the size of the region in which failures are counted; -1 after a complaint. */
int compare_size(const struct args *args, const struct trace *trace, u64 *size)
{
	if (!args->size) {
		*size = default_size(trace);
		return 0;
	}
	*size = args->size / PAGE * PAGE;
	if (*size == args->size)
		return 0;
	complain("--size: %llu is not a multiple of %u", args->size, PAGE);
	return -1;
}

static int compare_file(struct args *args, const char *file, bool is_first)
{
	struct trace trace;
	struct comparison c = { .file = file, .trace = &trace };
	int ret = EXIT_REFUSED;

	if (trace_load(file, &trace))
		return EXIT_REFUSED;
	c.seconds = args->seconds > 0 ? args->seconds : 60;
	c.bar = !args->quiet && isatty(STDERR_FILENO);
	if (!trace.count)
		complain("%s: no event in this trace", file);
	else if (!compare_size(args, &trace, &c.size) && !compare(&c))
		ret = EXIT_OK;
	if (!ret && !is_first)
		puts(args->json ? "," : "");
	if (!ret && args->json)
		compare_json(&c);
	else if (!ret)
		compare_table(&c);
	if (!ret && interrupted()) {
		complain("%s: interrupted", file);
		ret = EXIT_REFUSED;
	}
	compare_free(&c);
	trace_free(&trace);
	return ret;
}

int run_compare(struct args *args)
{
	int i, ret = EXIT_OK;

	if (catch_signals())
		return EXIT_REFUSED;
	if (args->json)
		puts("[");
	for (i = 0; i < args->argc && !ret; i++)
		ret = compare_file(args, args->argv[i], !i);
	if (args->json)
		puts("]");
	return ret;
}
