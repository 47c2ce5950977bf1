/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * harness.h - backends without the core: the table of them, a heap over memory
 * of its own, the steps that the core's front door takes.
 *
 *	guard page | region, size rounded up to pages | guard page
 *
 * The base is page aligned and no better. What lies between the size and the
 * end of its page is filled with a canary, and poisoned under ASan. A region
 * starts full of garbage, as reserved memory may. Single threaded.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_HARNESS_H
#define _RTALLOC_KUNIT_BACKEND_HARNESS_H

#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "backend/backend.h"

#define STEP_SIZE	4096u	/* regions are whole pages */
#define MAX_ALIGN	4096u	/* alignment that any region's base has */
#define REGIONS_MAX	8	/* as the core's RTALLOC_PARTS_MAX */

/**
 * struct backend - a way to run an allocator
 * @name: as the golden vectors spell it
 * @figure: as the figures spell it
 * @ops: the allocator
 * @flags: for its init
 * @known: flags beyond the first two that its init must accept
 * @exact: the size in a vector is the region's, not what is managed of it
 * @elem: bytes of every block, for a pool
 * @around: nor is it what the first header and the end mark leave of it: bytes
 *	of each of these before rounding
 * @classes: memory can be bound to one size, so that a request may fail while
 *	a larger one succeeds
 */
struct backend {
	const char *name;
	const char *figure;
	const struct rtalloc_ops *ops;
	size_t align;		/* 0: the default */
	unsigned int flags;
	unsigned int known;
	bool linear;		/* first fit over all blocks: a replay is slow */
	bool exact;
	size_t elem;
	size_t around;
	bool classes;
};

extern const struct backend backends[];
extern const size_t backend_count;

const struct backend *backend_find(const char *name);

static inline size_t backend_align(const struct backend *backend)
{
	return backend->align ? backend->align : backend->ops->default_align;
}

/* Bytes in front of each control block, for who puts it into something. */
extern size_t heap_ctrl_head;

struct region {
	u8 *base;
	size_t size;
};

struct heap {
	const struct backend *backend;
	const struct rtalloc_ops *ops;
	void *(*alloc)(struct heap *heap, size_t size);	/* the hooks, unless */
	int (*free)(struct heap *heap, void *p);	/* set to others */
	void *ctrl;
	size_t align;
	struct region region[REGIONS_MAX];
	int regions;
};

/*
 * What differs between user space (tools/user/memory.c) and a kernel
 * (backend_kunit.c). Whole pages, with none that can be accessed behind them;
 * NULL when there is no room for so many.
 */
void *memory_get(size_t size);
void memory_put(void *p, size_t size);
/* Accesses to this are reported until it is unpoisoned. */
void memory_poison(void *p, size_t size);
void memory_unpoison(void *p, size_t size);
/* Memory of a test's own, for kvfree(); there is always some. */
void *test_memory(size_t size);

/* 0, -ENOMEM when there is no memory, or what the backend's init says. */
int heap_open(struct heap *heap, const struct backend *backend, size_t size,
	      size_t align);
/* The same with flags of the caller's choice. */
int heap_open_flags(struct heap *heap, const struct backend *backend,
		    size_t size, size_t align, unsigned int flags);
/* Open over the region whose managed size is @total. */
int heap_open_total(struct heap *heap, const struct backend *backend,
		    size_t total, size_t align);
int heap_glue(struct heap *heap, size_t size);
/* Take the region back that was glued as number @i, not 0. */
int heap_unglue(struct heap *heap, int i);
void heap_close(struct heap *heap);
bool heap_canary_ok(const struct heap *heap);

/*
 * The block, or NULL; *@fault, when not NULL, gets 0 or the damage that a
 * backend met on its way.
 */
void *heap_alloc(struct heap *heap, size_t size, int *fault);

/*
 * As rtalloc_realloc(): NULL @p allocates, @size 0 frees and gives NULL; NULL
 * otherwise leaves @p as it was. @fault, when not NULL, gets 0 or the fault.
 */
void *heap_realloc(struct heap *heap, void *p, size_t size, int *fault);
size_t heap_trim(struct heap *heap);
struct rtalloc_snapshot heap_stats(const struct heap *heap);

/* Bytes of control block and regions, to see whether anything changed. */
void *heap_image(const struct heap *heap);
bool heap_same(const struct heap *heap, const void *image);
/* Make it as it was when the image was taken. */
void heap_restore(struct heap *heap, const void *image);

/* The generator of the golden vectors: 31 bits a draw. */
u64 draw(u64 *state);

#endif /* _RTALLOC_KUNIT_BACKEND_HARNESS_H */
