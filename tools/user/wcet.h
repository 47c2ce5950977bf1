/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wcet.h - what the worst-case states and the counter share.
 *
 * A state builds a heap and then calls count_alloc() and its like, which run
 * one operation with callgrind counting it alone.
 *
 * One operation is what the core does in one rtalloc_alloc() or rtalloc_free(),
 * from its first instruction to the return, without the lock: core/entry.c, and
 * the hook in the ops table where its usual case ends. For a backend without one
 * it is the hook.
 */
#pragma once

#include <linux/kernel.h>
#include "entry_user.h"

#define KIB	1024ul
#define MIB	(1ul << 20)

/**
 * struct scene - a heap at work
 * @heap: what is measured
 * @entry: how the core calls it
 * @backend: which heap to open
 * @region: bytes
 * @state: what the counts that follow are about
 * @is_glued: they are of a heap of several regions, and judged apart
 */
struct scene {
	struct heap heap;
	struct entry entry;
	const struct backend *backend;
	size_t region;
	const char *state;
	bool is_glued;
};

/*
 * A state: opens heaps, counts, closes them; @how is the state's own. The table
 * ends with one without name.
 */
struct state {
	const char *name;
	void (*run)(struct scene *scene, unsigned int how);
	unsigned int how;
};

extern const struct state wcet_states[];

/* A heap over @size bytes; the program ends when there is none. */
void scene_open(struct scene *scene, size_t size);
void scene_close(struct scene *scene);

/* Uncounted; NULL is nothing to put. */
void *get(struct scene *scene, size_t size);
void put(struct scene *scene, void *p);
/* As many of @size as there are, @room at most; returns how many. */
size_t get_row(struct scene *scene, void **row, size_t room, size_t size);
/* The same in memory that the caller frees; *@nr: how many. */
void **fill(struct scene *scene, size_t size, size_t room, size_t *nr);
/*
 * |U F U F U F ... U| with the holes still in use, each by 1/32 larger than the one
 * before: from *@size on, which ends behind the last. Returns how many.
 */
size_t get_rungs(struct scene *scene, void **hole, size_t room, size_t *size);

/* The same as the hooks. Callgrind counts this call alone. */
void *count_alloc(struct scene *scene, size_t size);
void *count_aligned(struct scene *scene, size_t size, size_t align);
int count_resize(struct scene *scene, void *p, size_t size);
int count_free(struct scene *scene, void *p);
int count_check(struct scene *scene, struct rtalloc_sweep *sweep,
		struct rtalloc_fault *fault);
int count_walk(struct scene *scene, struct rtalloc_cursor *cursor,
	       struct rtalloc_block *batch, int max);
int count_trim(struct scene *scene, struct rtalloc_sweep *sweep, size_t *bytes);
void count_stats(struct scene *scene);
void count_usage(struct scene *scene);

/* Any hook, as @operation. */
long count_hook(struct scene *scene, const char *operation, void *hook,
		void *heap, long a, long b);

/* In wcet_holds.c: the state of these five. In wcet_calls.c: of what is left. */
void wcet_holds(struct scene *scene, unsigned int unused);
void wcet_calls(struct scene *scene, unsigned int unused);

/* Long preparations: run at full speed, counted by nobody. */
void count_nothing(const struct scene *scene);
