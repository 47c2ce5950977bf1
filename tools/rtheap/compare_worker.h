/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A worker of the comparison: declarations that playing (compare_play.c) and counting
 * instructions (compare_count.c) share.
 */
#ifndef _RTHEAP_COMPARE_WORKER_H
#define _RTHEAP_COMPARE_WORKER_H

#include "compare.h"

#define TAIL		8	/* events picked for 99.9 % if the sample is too small */

enum pick { EVENLY = 1, COSTLIEST, OF_TAIL };
enum end { PLAYED, FULL, LATE, BROKEN };

struct worker {
	const struct trace *trace;
	const struct sim_kind *kind;
	struct result *result;
	void **slots;
	u32 *times;		/* shortest time of each event, in nanoseconds */
	unsigned char *picked;	/* enum pick of each event that is counted, else 0 */
	u32 *counts;		/* instructions of the @sampled events */
	size_t sampled;
	u32 tail[TAIL];
	size_t in_tail;
	unsigned int fewer;	/* divides the number of events that are counted */
	u32 *effort;		/* basic blocks of each event, in the smallest region */
	u64 efforts;		/* sum of @effort */
	double weighed;		/* CPU seconds that finding @effort took */
	double step;		/* seconds to step an instruction; 0: not stepping */
	u64 own;		/* instructions of the counting itself */
	double begun;		/* when the process began, see seconds_now() */
	double until;		/* when the current step must end */
	double at_least;	/* seconds that counting gets even after @until */
	u64 failed;		/* allocations that failed in the latest play */
	bool counted_part;	/* time was over before all picked events were counted */
	bool cut;		/* a result is missing for lack of time */
};

/* Called to play event @i; returns the block of an allocation. */
typedef void *(*event_fn)(struct worker *w, struct sim *sim, size_t i);

/* compare_play.c */
/* Prepare to count or time event @i alone; sim_bare_end() ends that. */
void worker_bare_begin(const struct worker *w, struct sim *sim, size_t i);
void *worker_just_play(struct worker *w, struct sim *sim, size_t i);
enum end worker_play(struct worker *w, u64 size, bool stop, event_fn fn);

/* compare_count.c */
#define BLOCK_STEPS	5	/* approximate number of instructions in a basic block */

void worker_count(struct worker *w);
u32 *worker_sorted(const u32 *values, size_t n);
u32 worker_quantile(const u32 *values, size_t n, size_t part, size_t whole);

#endif /* _RTHEAP_COMPARE_WORKER_H */
