// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sample of a long trace: one block in N, from its allocation to its free.
 *
 * A backend that searches all blocks needs a small part of the work for it, because there
 * are fewer calls and fewer blocks to search in each. So every backend finishes it early,
 * and its results stand in for results of the whole trace that are not known in time:
 * regions and footprints are scaled by the bytes live at the peak, failures by the number of
 * allocations. Instructions and times are not scaled; for a backend that searches they are
 * too small. All of these figures are marked as estimates.
 */
#include <stdlib.h>

#include "compare.h"

#define EVENTS		20000u	/* approximate number of events in a sample */
#define WORK		10000000.0	/* limit of its events times its blocks */
#define FEW		100u	/* counted events that are too few for a median */
#define COUNT_SHARE	0.12	/* of the time limit, which counting always gets */
#define LONG_EVENTS	50000u	/* a trace with more events has a sample, */
#define LONG_WORK	50000000.0	/* and so has one with more work_of() */

static double work_of(const struct trace *t)
{
	return (double)t->count * t->peak_blocks;
}

/* Return N for one block in N; 0: no sample. The work falls with the square of N. */
static unsigned int one_in(const struct trace *t)
{
	unsigned int n = 2;

	if (t->count < LONG_EVENTS && work_of(t) < LONG_WORK)
		return 0;
	while (t->count / n > EVENTS || work_of(t) / n / n > WORK)
		n++;
	return n;
}

/* Pick at random: every n-th block could coincide with a pattern of the trace. */
static bool is_picked(u64 *state, unsigned int n)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return (*state >> 33) % n == 0;
}

/* Count an allocation: live bytes and blocks, and the peaks of both. */
static void count(struct trace *t, u64 *live, u32 *blocks, u32 bytes)
{
	*live += bytes;
	(*blocks)++;
	t->allocs++;
	if (*live > t->peak_live)
		t->peak_live = *live;
	if (*blocks > t->peak_blocks)
		t->peak_blocks = *blocks;
}

static void pick(const struct trace *from, struct trace *t, u32 *sizes,
		 unsigned int n)
{
	u64 state = 1, live = 0;
	u32 blocks = 0;
	size_t i;

	for (i = 0; i < from->count; i++) {
		const struct trace_event *e = &from->events[i];

		if (e->bytes ? !is_picked(&state, n) : !sizes[e->slot])
			continue;
		t->events[t->count++] = *e;
		if (e->bytes) {
			count(t, &live, &blocks, e->bytes);
		} else {
			live -= sizes[e->slot];
			blocks--;
		}
		sizes[e->slot] = e->bytes;
	}
	t->end_live = live;
}

/* Make the sample of a long trace. Returns 0, or -1 after a complaint. */
int compare_sample(struct comparison *c)
{
	const struct trace *from = c->trace;
	unsigned int n = one_in(from);
	u32 *sizes;

	if (!n)
		return 0;
	sizes = calloc((size_t)from->slots + 1, sizeof(*sizes));
	c->sample.events = malloc(from->count * sizeof(*from->events));
	if (!sizes || !c->sample.events) {
		free(sizes);
		complain("out of memory");
		return -1;
	}
	c->sample.slots = from->slots;
	pick(from, &c->sample, sizes, n);
	free(sizes);
	if (c->sample.peak_live)
		c->one_in = n;
	return 0;
}

/* Scale @bytes by @to / @from, up to whole pages. */
static u64 scaled(u64 bytes, u64 from, u64 to)
{
	u64 pages = (double)bytes * to / from / SIM_STEP + 0.999;

	return pages * SIM_STEP;
}

/* Measure backend @i with the sample, in a worker process, until @end. */
void compare_guess(struct comparison *c, size_t i, double end)
{
	const struct trace *t = &c->sample;
	u64 size = scaled(c->size, c->trace->peak_live, t->peak_live);
	double now = seconds_now();

	compare_search(t, &c->kinds[i], now + (end - now) / 2, &c->guesses[i]);
	compare_measure(t, &c->kinds[i], size, end,
			c->seconds * COUNT_SHARE, &c->guesses[i]);
}

static void fill_sizes(struct comparison *c, struct result *r,
		       const struct result *g)
{
	u64 live = c->sample.peak_live;

	if (!r->works && g->works) {
		r->works = scaled(g->works, live, c->trace->peak_live);
		r->guessed |= GUESS_REGION;
	}
	if (!r->has_footprint && g->has_footprint) {
		r->footprint = scaled(g->footprint, live, c->trace->peak_live);
		r->has_footprint = true;
		r->guessed |= GUESS_FOOTPRINT;
	}
	if (!r->has_failed && g->has_failed) {
		/* Nothing fails if a region no larger than this one is known to work. */
		if (!r->works || r->guessed & GUESS_REGION ||
		    c->size < r->works)
			r->failed = (double)g->failed * c->trace->allocs /
				    c->sample.allocs;
		r->has_failed = true;
		r->guessed |= GUESS_FAILED;
	}
}

static void fill_costs(struct result *r, const struct result *g)
{
	/* The first events of a trace are not typical of it. */
	if (r->sampled < FEW && g->sampled > r->sampled) {
		snprintf(r->counter, sizeof(r->counter), "%s", g->counter);
		r->median = g->median;
		r->p999 = g->p999;
		r->worst = g->worst > r->worst ? g->worst : r->worst;
		r->counted_part = g->counted_part;
		r->sampled = g->sampled;
		r->guessed |= GUESS_COUNTS;
	}
	/* One pass is only a bound: several passes over the sample are better. */
	if (r->passes < 2 && g->passes > r->passes) {
		r->hold = g->hold;
		r->typical = g->typical;
		r->has_times = true;
		r->guessed |= GUESS_TIMES;
	}
}

/* Use the sample for results that the whole trace had no time for. */
void compare_fill_gaps(struct comparison *c, size_t i)
{
	const struct result *g = &c->guesses[i];
	struct result *r = &c->results[i];

	if (!c->one_in || *r->broken)
		return;
	fill_sizes(c, r, g);
	fill_costs(r, g);
	if (*g->broken)
		snprintf(r->broken, sizeof(r->broken), "%s", g->broken);
}
