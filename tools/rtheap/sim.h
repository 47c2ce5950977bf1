/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Heaps of every backend in user space: see sim.c. Only plain types are used, because sim.c
 * is compiled with the kernel's headers and its users with those of libc.
 */
#ifndef _RTHEAP_SIM_H
#define _RTHEAP_SIM_H

#include <stdbool.h>
#include <stddef.h>

#define SIM_STEP	4096u	/* regions are whole pages */

struct sim;

/**
 * struct sim_kind - an allocator with its options
 * @name: its name in one word
 * @create: its arguments for "rtheap create NAME ... SIZE"
 * @is_bounded: its calls take bounded time, so they may run with interrupts off
 * @is_linear: it searches all blocks
 * @is_percpu: it has magazines, for four processors of which one calls
 * @index: index in the harness' table
 */
struct sim_kind {
	const char *name;
	const char *create;
	bool is_bounded;
	bool is_linear;
	bool is_percpu;
	size_t index;
};

/* A piece of the heap. States are those of the map: free, used, idle, meta. */
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

/* Fill @kinds with at most @max entries, and return their number. */
size_t sim_kinds(struct sim_kind *kinds, size_t max);

/* Create a heap; NULL: none of this size can be made. */
struct sim *sim_open(const struct sim_kind *kind, size_t size);
/* Open a heap whose calls are one instruction, to measure the cost of counting. */
struct sim *sim_open_empty(void);
void sim_close(struct sim *sim);

void *sim_alloc(struct sim *sim, size_t size);
/* Is the heap played without its search (sim_first.c)? */
bool sim_skips(const struct sim *sim);
/*
 * Bracket one call that is counted or timed. In between the backend does its own search. The
 * first takes the block that the call will free, the second the block that it allocated;
 * NULL: none.
 */
void sim_bare_begin(struct sim *sim, void *freed);
void sim_bare_end(struct sim *sim, void *allocated);
/*
 * Return the effort of the latest call in basic blocks, which is the same in each run. Only
 * the second copy of these functions, effort_*(), counts it (see the Makefile); others
 * return 0.
 */
unsigned long long sim_effort(struct sim *sim);
struct sim *effort_open(const struct sim_kind *kind, size_t size);
void effort_close(struct sim *sim);
void *effort_alloc(struct sim *sim, size_t size);
int effort_free(struct sim *sim, void *p);
unsigned long long effort_effort(struct sim *sim);
size_t effort_kinds(struct sim_kind *kinds, size_t max);
/* Free a block. Returns 0, or another value if the backend refused it. */
int sim_free(struct sim *sim, void *p);
/* Check the heap. Returns NULL, or the rule that is broken. */
const char *sim_check(struct sim *sim);
void sim_stats(struct sim *sim, struct sim_stats *stats);
/* Return the bytes of the pages that the backend or users of blocks wrote to. */
size_t sim_footprint(struct sim *sim);
/* Call @fn for each piece in the order of addresses. */
void sim_walk(struct sim *sim, void (*fn)(void *ctx,
					  const struct sim_piece *piece),
	      void *ctx);

#endif /* _RTHEAP_SIM_H */
