/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wcet.h - what the files of worst-case states and the counter (wcet.c) share.
 *
 * A state builds a heap and then calls count_alloc() etc., which execute one operation and
 * have callgrind count it alone.
 *
 * One operation is all of one rtalloc_alloc() or rtalloc_free(), without the lock: the fast
 * path in core/entry.c, and the backend's hook where the fast path does not serve. For a
 * backend without a fast path it is the hook.
 */
#pragma once

#include <linux/kernel.h>
#include "entry_user.h"

#define KIB	1024ul
#define MIB	(1ul << 20)

/**
 * struct scene - a heap whose operations are counted
 * @heap: the heap
 * @entry: how the core calls it
 * @backend: backend of heaps that are opened
 * @region: bytes of their region
 * @state: name of the state that the following counts belong to
 * @is_glued: the heap has several regions; its counts have bounds of their own
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
 * A state: @run opens heaps, counts operations and closes them; @how is an argument for it.
 * The last entry of a table has no name.
 */
struct state {
	const char *name;
	void (*run)(struct scene *scene, unsigned int how);
	unsigned int how;
};

extern const struct state wcet_states[];

/* Open a heap in a region of @size bytes, or end the program. */
void scene_open(struct scene *scene, size_t size);
void scene_close(struct scene *scene);

/* Allocate and free without counting; put() ignores NULL. */
void *get(struct scene *scene, size_t size);
void put(struct scene *scene, void *p);
/* Allocate blocks of @size until none is left, @room at most. Return how many. */
size_t get_row(struct scene *scene, void **row, size_t room, size_t size);
/* The same, in an array that the caller must free; *@nr: how many. */
void **fill(struct scene *scene, size_t size, size_t room, size_t *nr);
/*
 * Allocate |U * U * U ... U|. The * are returned in @hole, to be freed later; each is 1/32
 * larger than the one before. The first has *@size, which is set to the size behind the
 * last. Return how many.
 */
size_t get_rungs(struct scene *scene, void **hole, size_t room, size_t *size);

/* Call a hook, or the core's entry point for it, and count this call alone. */
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

/* Call any hook and count it as @operation. */
long count_hook(struct scene *scene, const char *operation, void *hook,
		void *heap, long a, long b);

/* wcet_holds.c: check, walk, stats, usage, trim; wcet_calls.c: the other calls. */
void wcet_holds(struct scene *scene, unsigned int unused);
void wcet_calls(struct scene *scene, unsigned int unused);

/* Switch counting off for a long preparation, which then runs at full speed. */
void count_nothing(const struct scene *scene);
