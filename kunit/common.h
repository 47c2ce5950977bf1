/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * common.h - helpers shared by the suites: regions and heaps that are destroyed when
 * their test ends, checks of a heap, debugfs files opened from inside the kernel, and
 * failing allocations.
 */
#ifndef _RTALLOC_KUNIT_COMMON_H
#define _RTALLOC_KUNIT_COMMON_H

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/sizes.h>

#include "core/core.h"
#include "kunit/backend/draw.h"
#include "kunit/backend/geometry.h"
#include "kunit/backend/words.h"
#include "kunit/seed.h"
#include "kunit/suite.h"

/*
 * Bytes of the smallest slab heap: the page of usage words and one zone of 8 pages; then
 * a live bit for every 8 bytes of these (9 * 4096 / 8 / 8 = 576 bytes), two records of
 * 64 bytes (one for every 8 pages or part of 8), and the tree of 16 + 8 words of 4 bytes.
 */
#define SLAB_MINIMUM	(9 * SZ_4K + 576 + 2 * 64 + 24 * 4)
/* Bytes of a memheap block's header. */
#define MEMHEAP_HEADER	WORDS(48, 32)
/* Bytes of the smallest memheap: two headers, a payload of 16, and 8 more. */
#define MEMHEAP_MINIMUM	(2 * MEMHEAP_HEADER + 16 + 8)

/* Generate the parameters of a KUNIT_CASE_PARAM(): geometries[] from @first on. */
const void *geometry_after(const struct geometry *first, const void *prev,
			   char *desc);
/* The same from the first one on. */
const void *geometry_next(const void *prev, char *desc);

/*
 * Call rtalloc_region_create(), rtalloc_heap_create() and mempool_fixed_create() and
 * assert that they succeed. The test itself must destroy what they return.
 */
struct rtalloc_region *region_make(struct kunit *test,
				   const struct rtalloc_region_params *params);
struct rtalloc_heap *heap_make(struct kunit *test,
			       const struct rtalloc_heap_params *params);
/*
 * Parameters for a heap "probe" of 64 KiB of the default backend in a region of 1 MiB, which
 * is destroyed when the test ends.
 */
struct rtalloc_heap_params probe_params(struct kunit *test);
/* With @memory the pool lies there, through mempool_fixed_init(); NULL: in a region. */
struct mempool_fixed *pool_make(struct kunit *test,
				const struct mempool_fixed_params *params,
				void *memory, size_t size);

/*
 * These make a region, a heap in a region of its own, and a pool in a region of its own.
 * All are destroyed when the test ends. A heap is checked before that, see expect_sound().
 */
struct rtalloc_region *region_open(struct kunit *test, size_t size);
struct rtalloc_heap *geometry_open(struct kunit *test,
				   const struct geometry *geometry);
struct rtalloc_heap *backend_open(struct kunit *test, const char *backend,
				  size_t size, unsigned int flags);
struct mempool_fixed *mempool_open(struct kunit *test, size_t elem,
				   unsigned int count, size_t align,
				   unsigned int flags);
struct mempool_fixed_stats mempool_stats(struct mempool_fixed *pool);
/* Tell that the test has damaged @heap, so that it is not checked when the test ends. */
void heap_is_damaged(struct rtalloc_heap *heap);

/* Destroy the heap of this name that debugfs made, with its blocks, if there is one. */
void heap_remove_named(const char *name);
/* Do so when the test ends. */
void heap_goes(struct kunit *test, const char *name);
/*
 * Make a heap "sh" of 64 KiB in the default region through debugfs. It is destroyed when
 * the test ends.
 */
void sh_open(struct kunit *test, const char *backend);

static inline struct rtalloc_snapshot heap_stats(struct rtalloc_heap *heap)
{
	struct rtalloc_snapshot snap;

	rtalloc_stats(heap, &snap);
	return snap;
}

/* The offset of a block in its heap. */
static inline u64 where(struct rtalloc_heap *heap, const void *p)
{
	return heap->ops->offset(heap->ctrl, p);
}

/*
 * A timer that allocates a block and frees it in a hard interrupt, 50 times, one every
 * 200 us, while the test uses the same heap.
 */
struct visitor {
	struct hrtimer timer;
	struct rtalloc_heap *heap;
	unsigned long end;
	unsigned int visits;
	unsigned int failures;
};

struct visitor *visitor_open(struct kunit *test, struct rtalloc_heap *heap);
/* Whether interrupts are still to come; false also after 10 seconds. */
bool visitor_comes(const struct visitor *visitor);
/* Stop the timer; expect that it ran 50 times and that each alloc and free succeeded. */
void visitor_close(struct kunit *test, struct visitor *visitor);

/* How many regions or heaps there are; @list is rtalloc_regions or rtalloc_heaps. */
unsigned int registry_count(struct list_head *list);
/*
 * Expect the creation of a heap with @params to fail with @err, and to leave neither a
 * heap nor memory taken from the region behind.
 */
void expect_no_heap(struct kunit *test,
		    const struct rtalloc_heap_params *params, int err);
/* Expect rtalloc_check() to find nothing. */
void expect_sound(struct kunit *test, struct rtalloc_heap *heap);
/* Expect rtalloc_check() to find a damage that it calls @what. */
void expect_damage(struct kunit *test, struct rtalloc_heap *heap,
		   const char *what);

/* A thread that destroys a heap with its blocks (force) while the test goes on. */
struct ender {
	struct rtalloc_heap *heap;
	struct completion done;
	int err;
};

void ender_start(struct kunit *test, struct ender *ender,
		 struct rtalloc_heap *heap);
/*
 * Wait up to @timeout jiffies and return what rtalloc_heap_destroy() returned, or
 * -ETIMEDOUT if it has not returned by then.
 */
int ender_wait(struct ender *ender, unsigned long timeout);

/* kmalloc() memory, not cleared, that is freed when the test ends. */
void *room_open(struct kunit *test, size_t size);
/* Zeroed vmalloc() memory that is freed when the test ends. */
void *pages_open(struct kunit *test, size_t size);

/*
 * Open a file of debugfs for reading and writing. @path is relative to debugfs' root.
 * Return the file, which is closed when the test ends, or an ERR_PTR().
 */
struct file *debugfs_open(struct kunit *test, const char *path);
/* write() and read(), the latter until the end of the file; they return as these do. */
ssize_t debugfs_write(struct kunit *test, struct file *file, const void *text,
		      size_t len);
ssize_t debugfs_read(struct kunit *test, struct file *file, char *text,
		     size_t room);
/* Open, write @text, close. Return the bytes written or an errno. */
ssize_t debugfs_put(struct kunit *test, const char *path, const char *text);

/* For the following, @file is relative to rtalloc/ in debugfs. */
/* Expect that @line can be written. */
void expect_put(struct kunit *test, const char *file, const char *line);
/* Expect that writing @line fails with @err. */
void expect_put_fails(struct kunit *test, const char *file, const char *line,
		      int err);
/* Expect the same, and last_error in the same directory to read @why. */
void expect_refusal(struct kunit *test, const char *file, const char *line,
		    int err, const char *why);
/* Expect the file to read exactly @text. */
void expect_reads(struct kunit *test, const char *file, const char *text);
/* Expect @text to be somewhere in what the file reads. */
void expect_has(struct kunit *test, const char *file, const char *text);
/* Open, read all, close. The text is freed when the test ends. */
char *debugfs_get(struct kunit *test, const char *path);

/*
 * Make the @nth kernel allocation of this task from now on fail; 0: none fails. Without
 * CONFIG_FAULT_INJECTION the test is skipped.
 */
void fail_nth_set(struct kunit *test, unsigned int nth);
/* 0 if that allocation has failed; else how many are to come until it does. */
unsigned int fail_nth_left(void);

/**
 * struct failing - state of FAIL_EACH()
 * @nth: number of the allocation that was made to fail in this round; 0: none
 * @left: not 0 if the call made fewer than @nth allocations, so that none failed
 * @has_begun: the first round, in which no allocation fails, has begun
 */
struct failing {
	unsigned int nth;
	unsigned int left;
	bool has_begun;
};

/* The steps of FAIL_EACH(), which alone calls them. */
bool failing_begin(struct kunit *test, struct failing *failing);
bool failing_end(struct kunit *test, struct failing *failing);

/*
 * A loop: execute @call with no allocation failing, then with its first one failing, then
 * with its second one, and so on, until @call makes fewer allocations than that. The
 * statement that follows is the loop's body, executed after each @call.
 */
#define FAIL_EACH(test, failing, call)					\
	for ((failing) = (struct failing){ };				\
	     failing_begin(test, &(failing)) &&				\
	     (call, failing_end(test, &(failing)));)

#endif /* _RTALLOC_KUNIT_COMMON_H */
