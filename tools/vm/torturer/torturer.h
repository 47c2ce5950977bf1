/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * torturer.h - declarations for the files of the stress test program.
 *
 * One process is the leader and the others work. Each has its own random numbers. Failures and
 * counters of the work done are in memory that all processes share.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOP		"/sys/kernel/debug/rtalloc/"
#define TORTURE		"/sys/kernel/debug/rtalloc_torture/"
#define TEXT_MAX	160

/* X(name): the properties that must hold; each is a test in the output. */
#define PROPERTIES(X)							\
	X(modules_load)			/* and begin their work */	\
	X(requests_give_plain_errors)	/* or are done */		\
	X(verify_reads_what_fill_wrote)					\
	X(texts_are_whole)		/* and show no address */	\
	X(checks_say_ok)						\
	X(driver_heaps_are_read_only)					\
	X(garbage_gives_plain_errors)					\
	X(waits_end_in_time)						\
	X(killed_processes_end)						\
	X(processes_survive)						\
	X(contents)			/* from here: the module's */	\
	X(irq_contents)							\
	X(answers)							\
	X(bad_frees)							\
	X(checks)							\
	X(waits)							\
	X(closed)							\
	X(destroys)							\
	X(leaks)							\
	X(unloads)			/* at the end */		\
	X(enough_work)							\
	X(heaps_check_ok_at_the_end)					\
	X(heaps_are_gone)						\
	X(regions_are_whole)						\
	X(module_unloads)						\
	X(memory_is_back)

enum property {
#define PROPERTY_ENUM(name) P_##name,
	PROPERTIES(PROPERTY_ENUM)
#undef PROPERTY_ENUM
	NR_PROPERTIES
};

/* X(name): the kinds of work; each must have been done at least once at the end. */
#define WORKS(X)							\
	X(creates) X(destroys) X(allocs) X(reallocs) X(frees) X(fills)	\
	X(verifies) X(extends) X(shrinks) X(trims) X(regions) X(reads)	\
	X(fuzz) X(waits) X(timeouts) X(kills) X(traces) X(unloads)	\
	X(unload_tries) X(ops) X(irq_ops)

enum work {
#define WORK_ENUM(name) W_##name,
	WORKS(WORK_ENUM)
#undef WORK_ENUM
	NR_WORKS
};

/*
 * As long as other processes live, the leader sleeps for a tenth of a second again and again, and
 * counts these beats. Time limits are given in beats, not seconds: if a busy machine has no time
 * for a process, it has none for the leader either.
 */
#define BEAT_MS		100
#define PATIENCE	200u	/* beats */

/**
 * struct shared - memory that all processes share
 * @stop: all processes must end
 * @driver_leaves: do not open the driver's files, because it is being unloaded
 * @lull: keep no file open, because a process tries to unload the module
 * @hush: open no file at all, so that unloading succeeds
 * @beats: the number of beats since the start
 * @work: how often each work was done
 * @failed: how often each property did not hold
 * @first: the first failure of each property
 */
struct shared {
	volatile bool stop;
	volatile bool driver_leaves;
	volatile bool lull;
	volatile bool hush;
	volatile unsigned int beats;
	uint64_t work[NR_WORKS];
	uint64_t failed[NR_PROPERTIES];
	char first[NR_PROPERTIES][TEXT_MAX];
};

extern struct shared *shared;
extern uint64_t dice;

uint32_t roll(uint32_t below);
void did(enum work work, uint64_t n);
void nap(unsigned int us);
void fail(enum property property, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int request(const char *file, const char *text);
long slurp(const char *file, char *text, size_t size);
bool is_plain(int err);

void shell_main(void);
void fuzz_main(void);
void wait_main(void);
void trace_main(void);
void load_main(void);
void look_at(const char *heap, const char *file);
bool insert_module(const char *name, const char *params);
bool remove_module(const char *name);
