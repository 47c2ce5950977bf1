// SPDX-License-Identifier: GPL-2.0-only
/*
 * Play a trace in user space and record the state of the whole heap at intervals.
 */
#include <stdlib.h>
#include <string.h>

#include "report.h"

struct player {
	struct history *h;
	const struct trace *trace;
	struct sim *sim;
	void **slots;
	u32 *sizes;
	u64 live;
};

static void look(struct player *p, size_t event)
{
	struct history *h = p->h;
	struct moment *m = &h->moments[h->times];
	struct sim_stats stats;

	if (h->times == HISTORY_TIMES)
		return;
	sim_stats(p->sim, &stats);
	*m = (struct moment){ event, p->live, stats.used, stats.total,
			      stats.largest_free };
	sim_walk(p->sim, history_add, h);
	h->times++;
}

static int play_event(struct player *p, const struct trace_event *e)
{
	void **slot = &p->slots[e->slot];
	int err = 0;

	if (e->bytes) {
		*slot = sim_alloc(p->sim, e->bytes);
		p->h->failed += !*slot;
		p->sizes[e->slot] = *slot ? e->bytes : 0;
		p->live += p->sizes[e->slot];
	} else if (*slot) {
		err = sim_free(p->sim, *slot);
		p->live -= p->sizes[e->slot];
		*slot = NULL;
	}
	return err;
}

static int play(struct player *p)
{
	size_t i, next = 0, looks = 0, count = p->trace->count;

	for (i = 0; i < count && !interrupted(); i++) {
		if (i == next) {
			look(p, i);
			next = ++looks * count / (HISTORY_TIMES - 1);
			next += next <= i;
		}
		if (play_event(p, &p->trace->events[i])) {
			complain("event %zu: the backend refused a free", i + 1);
			return -1;
		}
	}
	look(p, count);
	return interrupted() ? -1 : 0;
}

int history_play(struct history *h, const struct trace *trace)
{
	struct player p = { .h = h, .trace = trace };
	int err = -1;

	h->unit = "events";
	p.sim = sim_open(&h->kind, h->size);
	p.slots = calloc((size_t)trace->slots + 1, sizeof(*p.slots));
	p.sizes = calloc((size_t)trace->slots + 1, sizeof(*p.sizes));
	if (!p.sim)
		complain("%llu bytes are no region for %s", h->size,
			 h->kind.name);
	else if (!p.slots || !p.sizes)
		complain("out of memory");
	else
		err = play(&p);
	if (p.sim)
		sim_close(p.sim);
	free(p.slots);
	free(p.sizes);
	return err;
}
