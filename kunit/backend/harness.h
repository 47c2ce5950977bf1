/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * harness.h - the table of backends, and heaps over memory of their own that are
 * called by their backend's hooks, or through the core (core_heap.h).
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

struct heap;
struct rtalloc_heap;

/**
 * struct heap_calls - how a heap is called: by its backend's hooks (harness.c) or
 * through the core (core_heap.c). The arguments are those of the hooks.
 * @realloc: see heap_realloc()
 * @usage: with @reset the maximum begins anew
 * @check: also that the core has counted what was called
 * @close: ends the heap, not its regions
 */
struct heap_calls {
	void *(*alloc)(struct heap *heap, size_t size);
	void *(*alloc_aligned)(struct heap *heap, size_t size, size_t align);
	int (*free)(struct heap *heap, void *p);
	void *(*realloc)(struct heap *heap, void *p, size_t size, int *fault);
	size_t (*usable_size)(const struct heap *heap, const void *p);
	u64 (*offset)(const struct heap *heap, const void *p);
	int (*set_owner)(struct heap *heap, void *p, const char *owner);
	size_t (*trim)(struct heap *heap);
	void (*stats)(const struct heap *heap, struct rtalloc_snapshot *snap);
	void (*usage)(struct heap *heap, struct rtalloc_snapshot *snap,
		      bool reset);
	int (*check)(struct heap *heap, struct rtalloc_fault *fault);
	int (*walk)(const struct heap *heap, struct rtalloc_cursor *cursor,
		    struct rtalloc_block *batch, int max);
	int (*add_region)(struct heap *heap, void *base, size_t size);
	int (*remove_region)(struct heap *heap, void *base, size_t size);
	void (*close)(struct heap *heap);
};

/**
 * struct heap - a heap under test
 * @backend: what it is
 * @ops: the backend's hooks
 * @calls: how it is called
 * @ctrl: the backend's control block
 * @align: of its blocks
 * @region: where it lies
 * @regions: how many of these
 * @core: the heap as the core has it; NULL: the hooks are called
 * @count: what the core must have counted
 * @zero: the core is asked for zeroed blocks
 * @is_damaged: it is not sound any more when its test ends
 */
struct heap {
	const struct backend *backend;
	const struct rtalloc_ops *ops;
	const struct heap_calls *calls;
	void *ctrl;
	size_t align;
	struct region region[REGIONS_MAX];
	int regions;
	struct rtalloc_heap *core;
	struct {
		u64 allocs, frees, reallocs, failed, faults;
	} count;
	bool zero;
	bool is_damaged;
};

int memory_region_open(struct region *region, size_t size);
void memory_region_close(struct region *region);

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
/* The image is gone then; NULL, where none was taken, is like anything. */
bool heap_same(const struct heap *heap, void *image);
/* Make it as it was when the image was taken. */
void heap_restore(struct heap *heap, const void *image);

/* The generator of the golden vectors: 31 bits a draw. */
u32 draw(u64 *state);

#endif /* _RTALLOC_KUNIT_BACKEND_HARNESS_H */
