// SPDX-License-Identifier: GPL-2.0-only
/*
 * A sample of a long trace: one block of so many, from its allocation to its free.
 *
 * Who searches all blocks does for it a small part of what the whole trace would be,
 * for there are fewer calls and fewer blocks to each. So every backend is through
 * with it early, and where the time is over before the same is known of the whole
 * trace, no column is empty: regions and footprints are scaled by the bytes that live
 * at the peak, failures by the allocations; instructions and times are as they are,
 * and for who searches too few. All of these are marked.
 */
#include <stdlib.h>

#include "compare.h"

#define EVENTS		20000u	/* in a sample, about */
#define WORK		10000000.0	/* its events times its blocks, at most about */
#define FEW		100u	/* counted events, too few for a median */
#define COUNT_SHARE	0.12	/* of all the time: for one that searches, if it must */
#define LONG_EVENTS	50000u	/* from here on there is one, */
#define LONG_WORK	50000000.0	/* and from here on */

static double work_of(const struct trace *t)
{
	return (double)t->count * t->peak_blocks;
}

/* Squares of the number: fewer events, and fewer blocks at each. */
static unsigned int one_in(const struct trace *t)
{
	unsigned int n = 2;

	if (t->count < LONG_EVENTS && work_of(t) < LONG_WORK)
		return 0;
	while (t->count / n > EVENTS || work_of(t) / n / n > WORK)
		n++;
	return n;
}

/* Not each n-th: what is allocated in turns would be in step with it. */
static bool is_picked(u64 *state, unsigned int n)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return (*state >> 33) % n == 0;
}

/* Blocks and bytes that live, and the most of both. */
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

/* Make the sample, where one is wanted. 0, or a complaint. */
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

/* Bytes of the sample as those of the trace, or the other way, in whole pages. */
static u64 scaled(u64 bytes, u64 from, u64 to)
{
	u64 pages = (double)bytes * to / from / SIM_STEP + 0.999;

	return pages * SIM_STEP;
}

/* A worker: all there is to know of the sample. */
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
		/* A smaller region than this one was seen to do. */
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
	/* The first few events of a trace are not its usual ones. */
	if (r->sampled < FEW && g->sampled > r->sampled) {
		snprintf(r->counter, sizeof(r->counter), "%s", g->counter);
		r->median = g->median;
		r->p999 = g->p999;
		r->worst = g->worst > r->worst ? g->worst : r->worst;
		r->counted_part = g->counted_part;
		r->sampled = g->sampled;
		r->guessed |= GUESS_COUNTS;
	}
	/* One pass is a bound only: more passes over the sample say more. */
	if (r->passes < 2 && g->passes > r->passes) {
		r->hold = g->hold;
		r->typical = g->typical;
		r->has_times = true;
		r->guessed |= GUESS_TIMES;
	}
}

/* What the whole trace had no time for. */
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
