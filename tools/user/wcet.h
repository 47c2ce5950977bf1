/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wcet.h - what the worst-case states and the counter share.
 *
 * A state builds a heap and then calls count_alloc() and its like, which run
 * one operation with callgrind counting it alone. What one operation is: all
 * that a backend does in one rtalloc_alloc() or rtalloc_free(), the fast hook
 * and, where that gives up, the hook in the ops table.
 */
#ifndef _RTALLOC_USER_WCET_H
#define _RTALLOC_USER_WCET_H

#include <linux/kernel.h>
#include "harness.h"

#define KIB	1024ul
#define MIB	(1ul << 20)

/**
 * struct scene - a heap at work
 * @heap: what is measured
 * @alloc: what rtalloc_alloc() runs of its backend
 * @free: what rtalloc_free() does
 * @backend: which heap to open
 * @region: bytes
 * @state: what the counts that follow are about
 * @is_glued: they are of a heap of several regions, and judged apart
 */
struct scene {
	struct heap heap;
	void *(*alloc)(void *ctrl, size_t size);
	int (*free)(void *ctrl, void *p);
	const struct backend *backend;
	size_t region;
	const char *state;
	bool is_glued;
};

/* A state: opens heaps, counts, closes them. Ends with one without name. */
struct state {
	const char *name;
	void (*run)(struct scene *scene);
};

extern const struct state wcet_states[];

/* A heap over @size bytes; the program ends when there is none. */
void scene_open(struct scene *scene, size_t size);
void scene_close(struct scene *scene);

/* The same as the hooks. Callgrind counts this call alone. */
void *count_alloc(struct scene *scene, size_t size);
void *count_aligned(struct scene *scene, size_t size, size_t align);
int count_resize(struct scene *scene, void *p, size_t size);
int count_free(struct scene *scene, void *p);

/* Long preparations: run at full speed, counted by nobody. */
void count_nothing(void);

/* From wcet_fast.c, once for each backend that has fast hooks. */
#define WCET_FAST_HOOKS(backend)					\
	void *wcet_##backend##_alloc(void *ctrl, size_t size);		\
	int wcet_##backend##_free(void *ctrl, void *p)

WCET_FAST_HOOKS(slabzone);
WCET_FAST_HOOKS(memheap);
WCET_FAST_HOOKS(tlsf);

#endif /* _RTALLOC_USER_WCET_H */
