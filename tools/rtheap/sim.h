/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Heaps of every backend in user space: see sim.c. Plain types only, for one side
 * of it is compiled with the kernel's names and the other with libc's.
 */
#ifndef _RTHEAP_SIM_H
#define _RTHEAP_SIM_H

#include <stdbool.h>
#include <stddef.h>

#define SIM_STEP	4096u	/* regions are whole pages */

struct sim;

/**
 * struct sim_kind - a way to run an allocator
 * @name: one word, as the figures spell it
 * @create: the same as "rtheap create NAME ... SIZE" takes it
 * @is_bounded: its calls take bounded time, so interrupts may be off meanwhile
 * @is_linear: it searches all blocks
 * @is_percpu: with magazines: on a machine of four processors, one of which calls
 * @index: in the table of the harness
 */
struct sim_kind {
	const char *name;
	const char *create;
	bool is_bounded;
	bool is_linear;
	bool is_percpu;
	size_t index;
};

/* States as the map has them: free, used, idle, meta. */
struct sim_piece {
	unsigned long long offset;
	unsigned long long size;
	int state;
};

struct sim_stats {
	unsigned long long total;
	unsigned long long used;
	unsigned long long max_used;
	unsigned long long largest_free;
};

/* Fill @kinds, at most @max; returns how many there are. */
size_t sim_kinds(struct sim_kind *kinds, size_t max);

/* NULL: no heap of this size. */
struct sim *sim_open(const struct sim_kind *kind, size_t size);
/* A hook of one instruction, for what the counting costs itself. */
struct sim *sim_open_empty(void);
void sim_close(struct sim *sim);

void *sim_alloc(struct sim *sim, size_t size);
/* Some are played without their search (sim_first.c): is it one of these? */
bool sim_skips(const struct sim *sim);
/*
 * Around one call that is counted or timed, which is the backend's alone then, its
 * search included: what it frees, or NULL; what it allocated, or NULL.
 */
void sim_bare_begin(struct sim *sim, void *freed);
void sim_bare_end(struct sim *sim, void *allocated);
/*
 * How much the latest call had to do, in steps of no unit that are the same in each
 * run. Counted in the second copy of all this, whose names begin with effort_: see
 * the Makefile. Elsewhere 0.
 */
unsigned long long sim_effort(struct sim *sim);
struct sim *effort_open(const struct sim_kind *kind, size_t size);
void effort_close(struct sim *sim);
void *effort_alloc(struct sim *sim, size_t size);
int effort_free(struct sim *sim, void *p);
unsigned long long effort_effort(struct sim *sim);
size_t effort_kinds(struct sim_kind *kinds, size_t max);
/* 0, or the backend refused what it gave. */
int sim_free(struct sim *sim, void *p);
/* NULL, or the rule that is broken. */
const char *sim_check(struct sim *sim);
void sim_stats(struct sim *sim, struct sim_stats *stats);
/* Bytes of the pages that the backend wrote to, or touched by who used blocks. */
size_t sim_footprint(struct sim *sim);
/* Calls @fn for each piece in the order of addresses. */
void sim_walk(struct sim *sim, void (*fn)(void *ctx,
					  const struct sim_piece *piece),
	      void *ctx);

#endif /* _RTHEAP_SIM_H */
