/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * harness.h - the table of backends, and heaps in memory of the test's own, which are
 * called by their backend's hooks or through the core (core_heap.h).
 *
 *	guard page | region, size rounded up to pages | guard page
 *
 * The base of a region is aligned to a page and to nothing larger. The bytes between its
 * size and the end of the last page hold a canary and are poisoned under ASan. A region
 * is filled with garbage at first, as reserved memory may be. One thread at a time may
 * use all this.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_HARNESS_H
#define _RTALLOC_KUNIT_BACKEND_HARNESS_H

#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "backend/backend.h"
#include "draw.h"

#define STEP_SIZE	4096u	/* regions are whole pages */
#define MAX_ALIGN	4096u	/* alignment that any region's base has */
#define REGIONS_MAX	8	/* equal to the core's RTALLOC_PARTS_MAX */

/**
 * struct backend - an allocator and the options that it is tested with
 * @name: its name in the golden vectors
 * @figure: its name in the figures
 * @ops: its hooks
 * @align: alignment of blocks; 0: the backend's default
 * @flags: flags for its init
 * @known: flags besides bits 0 and 1 that its init must accept
 * @linear: alloc looks at all blocks (first fit), so that a replay is slow
 * @exact: the size in a golden vector is that of the region. Otherwise it is what the
 *	heap manages of the region; see heap_open_total().
 * @elem: for a pool: bytes of each element
 * @around: not 0: the region is larger than the size in a golden vector by the first
 *	header and the end mark, of @around bytes each before rounding
 * @classes: memory may be reserved for blocks of one size, so that a request may fail
 *	while one for more bytes succeeds
 */
struct backend {
	const char *name;
	const char *figure;
	const struct rtalloc_ops *ops;
	size_t align;
	unsigned int flags;
	unsigned int known;
	bool linear;
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

/*
 * Bytes to allocate in front of each control block, for programs that make it the end of
 * a larger struct.
 */
extern size_t heap_ctrl_head;

struct region {
	u8 *base;
	size_t size;
};

struct heap;
struct rtalloc_heap;

/**
 * struct heap_calls - how a heap is called: by its backend's hooks (harness.c) or
 * through the core (core_heap.c)
 * @realloc: see heap_realloc()
 * @usage: if reset, max_used is set to the bytes in use now
 * @check: through the core it also checks the core's counts of calls
 * @close: destroys the heap, but does not free its regions
 *
 * Arguments and results are those of the hooks, where nothing else is said.
 */
struct heap_calls {
	void *(*alloc)(struct heap *heap, size_t size);
	void *(*alloc_aligned)(struct heap *heap, size_t size, size_t align);
	int (*free)(struct heap *heap, void *p);
	void *(*realloc)(struct heap *heap, void *p, size_t size, int *fault);
	int (*resize)(struct heap *heap, void *p, size_t size);
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
 * @backend: its entry in backends[]
 * @ops: the backend's hooks
 * @calls: how it is called
 * @ctrl: the backend's control block
 * @align: alignment of its blocks
 * @region: the memory that it lies in
 * @regions: number of regions
 * @core: the core's record of the heap; NULL: the hooks are called directly
 * @count: how many calls of each kind the core must have counted
 * @zero: ask the core for zeroed blocks
 * @clears: the core clears all blocks, also those that it is not asked to clear
 * @is_damaged: the test has damaged the heap, so do not check it at the end
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
	bool clears;
	bool is_damaged;
};

/* Get and free the memory of a region. Return 0 or -ENOMEM. */
int memory_region_open(struct region *region, size_t size);
void memory_region_close(struct region *region);

/*
 * The following five functions differ between user space (tools/user/memory.c) and a
 * kernel (backend_kunit.c).
 *
 * Return whole pages between pages that cannot be accessed, or NULL if there is no memory.
 */
void *memory_get(size_t size);
void memory_put(void *p, size_t size);
/* Have ASan report accesses to this memory until it is unpoisoned. */
void memory_poison(void *p, size_t size);
void memory_unpoison(void *p, size_t size);
/* Memory for a test's own use, to be freed by kvfree(). Never NULL. */
void *test_memory(size_t size);

/*
 * Open a heap in a region of @size bytes. Return 0, -ENOMEM if there is no memory, or the
 * error of the backend's init.
 */
int heap_open(struct heap *heap, const struct backend *backend, size_t size,
	      size_t align);
/* The same with these flags in place of the backend's. */
int heap_open_flags(struct heap *heap, const struct backend *backend,
		    size_t size, size_t align, unsigned int flags);
/* Open a heap that manages exactly @total bytes, in a region that is as large as needed. */
int heap_open_total(struct heap *heap, const struct backend *backend,
		    size_t total, size_t align);
/* Add a region of @size bytes to the heap. Return 0 or an errno. */
int heap_glue(struct heap *heap, size_t size);
/* Remove region number @i, which must not be 0. Return 0 or an errno. */
int heap_unglue(struct heap *heap, int i);
void heap_close(struct heap *heap);
/* The heap's region that the byte at @p lies in, or NULL. */
const struct region *region_with(const struct heap *heap, const void *p);
/* Whether the canaries behind all regions are intact. */
bool heap_canary_ok(const struct heap *heap);

/*
 * Return a block or NULL. Unless NULL, *@fault is set to 0, or to the error if the backend
 * found its structure damaged.
 */
void *heap_alloc(struct heap *heap, size_t size, int *fault);

/*
 * The same for rtalloc_realloc(): NULL as @p allocates; @size 0 frees and returns NULL;
 * otherwise NULL means that @p is unchanged.
 */
void *heap_realloc(struct heap *heap, void *p, size_t size, int *fault);
size_t heap_trim(struct heap *heap);
struct rtalloc_snapshot heap_stats(const struct heap *heap);

/* Return a copy of the control block and of all regions. */
void *heap_image(const struct heap *heap);
/* Whether the heap still equals @image, which is freed. NULL equals every heap. */
bool heap_same(const struct heap *heap, void *image);
/* Set control block and regions back to @image. */
void heap_restore(struct heap *heap, const void *image);

#endif /* _RTALLOC_KUNIT_BACKEND_HARNESS_H */
