/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A worker of the comparison: what plays (compare_play.c) and what counts
 * (compare_count.c) share.
 */
#ifndef _RTHEAP_COMPARE_WORKER_H
#define _RTHEAP_COMPARE_WORKER_H

#include "compare.h"

#define TAIL		8	/* for 99.9 %, where the sample is too small for it */

enum pick { EVENLY = 1, COSTLIEST, OF_TAIL };
enum end { PLAYED, FULL, LATE, BROKEN };

struct worker {
	const struct trace *trace;
	const struct sim_kind *kind;
	struct result *result;
	void **slots;
	u32 *times;		/* nanoseconds of each event, the least seen */
	unsigned char *picked;	/* events whose instructions are counted: enum pick */
	u32 *counts;
	size_t sampled;
	u32 tail[TAIL];
	size_t in_tail;
	unsigned int fewer;	/* of what is counted: one in so many */
	u32 *effort;		/* of each event, in the smallest region */
	u64 efforts;		/* of all */
	double weighed;		/* seconds of a processor that finding them took */
	double step;		/* seconds of an instruction that is stepped; 0: none is */
	u64 own;		/* instructions of the counting */
	double begun;		/* the process */
	double until;		/* of this step */
	double at_least;	/* seconds that counting gets, however late it is */
	u64 failed;
	bool counted_part;	/* time was over before all picked events were counted */
	bool cut;		/* some figure is missing for want of time */
};

/* What happens at each event; returns the block of an allocation. */
typedef void *(*event_fn)(struct worker *w, struct sim *sim, size_t i);

/* compare_play.c */
/* Event @i is to be counted or timed next; sim_bare_end() ends it. */
void worker_bare_begin(const struct worker *w, struct sim *sim, size_t i);
void *worker_just_play(struct worker *w, struct sim *sim, size_t i);
enum end worker_play(struct worker *w, u64 size, bool stop, event_fn fn);

/* compare_count.c */
#define BLOCK_STEPS	5	/* instructions of a basic block, about */

void worker_count(struct worker *w);
u32 *worker_sorted(const u32 *values, size_t n);
u32 worker_quantile(const u32 *values, size_t n, size_t part, size_t whole);

#endif /* _RTHEAP_COMPARE_WORKER_H */
