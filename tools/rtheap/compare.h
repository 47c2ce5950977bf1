/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Declarations that the files of the comparison share; see compare.c.
 */
#ifndef _RTHEAP_COMPARE_H
#define _RTHEAP_COMPARE_H

#include "rtheap.h"
#include "sim.h"

#define KINDS_MAX	24

/**
 * struct result - results of one backend, in memory that the parent shares with its
 *	workers, so that results found before the time was over are kept
 * @works: size in bytes of the smallest region found that plays the trace; 0: none yet
 * @found: a region one page smaller than @works fails
 * @complete: no result is missing for lack of time
 * @exact: every smaller region fails, in pages from the peak of live bytes up
 * @has_failed: @failed is known; the other has_* fields mean the same
 * @has_footprint: @footprint is known
 * @no_memory: an allocation of the worker process itself failed, so more time would not
 *	help
 * @too_large: this machine may not have the memory to measure @footprint
 * @has_times: @hold and @typical are known
 * @failed: allocations that fail in a region of the size asked for
 * @footprint: bytes of the pages that are touched in a region of twice @works
 * @hold: time of the slowest event in a region of @works bytes, in nanoseconds
 * @typical: median of the times, in nanoseconds
 * @passes: number of passes in which all events were timed
 * @median: median of the instructions of an event
 * @p999: instructions that 999 of 1000 events do not exceed
 * @worst: the most instructions seen
 * @sampled: number of events whose instructions were counted; 0: none
 * @counter: how they were counted: "counter", "valgrind" or "stepped"; "" if not at all
 * @broken: the rule that the heap's check found broken, or ""
 * @play: time of the fastest play of the whole trace, in seconds; 0: there was none
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
 * struct comparison - a trace and the results of all backends
 * @file: name of the trace
 * @trace: the trace
 * @size: size in bytes of the region in which failures are counted
 * @seconds: time limit
 * @bar: draw a progress bar on stderr
 * @kinds: the backends, in the order of the harness' table
 * @results: result of each backend
 * @count: number of @kinds and of @results
 * @sample: one block in @one_in of a long trace. Its results replace those of the whole
 *	trace that are not known in time.
 * @one_in: see @sample; 0: there is no sample
 * @guesses: results of the sample, for each backend
 * @order: indices of the backends, best first
 * @took: duration of the comparison in seconds
 * @cut: the time was over or a signal came, so that a figure is missing or a smaller
 *	region may work
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

/* compare_play.c: the steps of a worker process */
void compare_search(const struct trace *trace, const struct sim_kind *kind,
		    double end, struct result *result);
void compare_measure(const struct trace *trace, const struct sim_kind *kind,
		     u64 size, double end, double at_least,
		     struct result *result);

/* counter_valgrind.c */

/*
 * The child is called with this option and the name of a file: a struct valgrind_job, the
 * events, and one byte for each event that says whether it is to be counted.
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
/* Return a sentence about that, which the caller frees; NULL: nothing was cut short. */
char *compare_cut(const struct comparison *c);

/* compare.c */
int compare(struct comparison *c);
int compare_size(const struct args *args, const struct trace *trace, u64 *size);
void compare_free(struct comparison *c);

/* compare_show.c */
#define COUNTED_PART_NOTE \
	"~ instructions: time was over before the whole sample was counted."
/* Were the instructions of enough events counted for a median to be meaningful? */
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
/* Say which backend suits which purpose; the caller frees it. NULL: nothing is known. */
char *compare_advice(const struct comparison *c);

#endif /* _RTHEAP_COMPARE_H */
