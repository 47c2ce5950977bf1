/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the comparison share; see compare.c.
 */
#ifndef _RTHEAP_COMPARE_H
#define _RTHEAP_COMPARE_H

#include "rtheap.h"
#include "sim.h"

#define KINDS_MAX	24

/**
 * struct result - what is known of one backend; in memory that parent and
 *	worker share, so what was found before the time was over is there
 * @works: the smallest region found that plays the trace; 0: none yet
 * @found: a page less than @works fails
 * @complete: nothing is missing for want of time
 * @exact: all smaller ones, in pages from the peak of live bytes up, fail
 * @failed: allocations that found no room in a region of the size asked for
 * @has_failed: @failed is known; so with the others
 * @no_memory: some step got none of its process's, however much time there is
 * @too_large: this machine may not have the memory that @footprint takes
 * @footprint: bytes of the pages touched in a region of twice @works
 * @hold: nanoseconds of the slowest event, in the region of @works bytes
 * @typical: of the median
 * @passes: how often the events were timed
 * @median: instructions of an event, of @sampled
 * @p999: of 999 of 1000
 * @worst: the most that were seen
 * @sampled: events whose instructions were counted; 0: none
 * @counter: how: "counter" or "stepped"; "" when not at all
 * @broken: a rule that check found broken, or ""
 * @play: seconds of the shortest play to the end; 0: there was none
 * @counted_part: time was over before all picked events were counted, so @median,
 *	@p999 and @worst are estimates from the first part of the trace
 * @guessed: figures that come from the sample (enum guess) for lack of time
 */
struct result {
	volatile u64 works;
	volatile bool found;
	volatile bool complete;
	volatile bool exact;
	volatile bool has_failed;
	volatile bool has_footprint;
	volatile bool no_memory;
	volatile bool too_large;
	volatile bool has_times;
	volatile u64 failed;
	volatile u64 footprint;
	u64 hold;
	u64 typical;
	unsigned int passes;
	u64 median;
	u64 p999;
	u64 worst;
	volatile u64 sampled;
	char counter[16];
	char broken[64];
	volatile double play;
	bool counted_part;
	unsigned int guessed;
};

enum guess {
	GUESS_REGION = 1, GUESS_FOOTPRINT = 2, GUESS_FAILED = 4,
	GUESS_COUNTS = 8, GUESS_TIMES = 16,
};

/**
 * struct comparison - a trace and what all backends make of it
 * @file: the trace's name
 * @trace: itself
 * @size: region in which failures are counted
 * @seconds: time limit
 * @bar: draw a progress bar on stderr
 * @kinds: the backends, in the order of the table
 * @results: of each
 * @count: of both
 * @sample: one block of @one_in of a trace that may take too long; what is
 *	made of it stands where the time is over before the whole trace's is known
 * @one_in: 0: there is no sample
 * @guesses: results of the sample
 * @order: the backends by rank
 * @took: seconds
 * @cut: some figure is missing, or a region may be smaller: the time was over, or a
 *	signal came
 */
struct comparison {
	const char *file;
	const struct trace *trace;
	u64 size;
	double seconds;
	bool bar;
	struct sim_kind kinds[KINDS_MAX];
	struct result *results;
	size_t count;
	struct trace sample;
	unsigned int one_in;
	struct result *guesses;
	size_t order[KINDS_MAX];
	double took;
	bool cut;
};

/* compare_play.c: a worker */
void compare_search(const struct trace *trace, const struct sim_kind *kind,
		    double end, struct result *result);
void compare_measure(const struct trace *trace, const struct sim_kind *kind,
		     u64 size, double end, double at_least,
		     struct result *result);

/* counter_valgrind.c */

/*
 * What the child is called with, and a file that begins with this: then come the
 * events, and for each whether it is wanted.
 */
#define VALGRIND_CHILD	"--count-events"

struct valgrind_job {
	u64 count;
	u64 size;
	u64 slots;
	char kind[40];
};

typedef void (*valgrind_fn)(void *ctx, size_t number, u64 n);

bool valgrind_is_there(void);
void valgrind_count_begin(size_t number);
void valgrind_count_end(void);
bool valgrind_run(int events, double end, valgrind_fn fn, void *ctx);
/* compare_count.c */
int compare_count_child(const char *file);

/* compare_sample.c */
int compare_sample(struct comparison *c);
void compare_guess(struct comparison *c, size_t i, double end);
void compare_fill_gaps(struct comparison *c, size_t i);

/* compare_need.c */
unsigned int compare_need(const struct comparison *c);
/* That in a sentence, which the caller frees; NULL: it was not cut short. */
char *compare_cut(const struct comparison *c);

/* compare.c */
int compare(struct comparison *c);
int compare_size(const struct args *args, const struct trace *trace, u64 *size);
void compare_free(struct comparison *c);

/* compare_show.c */
#define COUNTED_PART_NOTE \
	"~ instructions: time was over before the whole sample was counted."
/* Were the instructions of so many events counted that a median says something? */
bool compare_is_counted(const struct comparison *c, const struct result *r);
/* Are the instructions of @r an estimate, from a sample or from a part of the trace? */
bool compare_is_estimated(const struct result *r);
/* Does some backend have a figure that comes from the sample? */
bool compare_has_guess(const struct comparison *c);
/* Does some backend lack a figure, for lack of time? */
bool compare_has_gap(const struct comparison *c);
/* Does some backend have instructions that were counted in a part of the trace only? */
bool compare_has_part(const struct comparison *c);
void compare_table(const struct comparison *c);
void compare_json(const struct comparison *c);
/* What to take for what; the caller frees it. NULL: nothing is known. */
char *compare_advice(const struct comparison *c);

#endif /* _RTHEAP_COMPARE_H */
