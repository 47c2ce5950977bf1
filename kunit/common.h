/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * common.h - what the suites share: regions and heaps that go away with their
 * test, a heap drawn as text, debugfs files opened from inside the kernel.
 */
#ifndef _RTALLOC_KUNIT_COMMON_H
#define _RTALLOC_KUNIT_COMMON_H

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/sizes.h>

#include "core/core.h"
#include "kunit/backend/geometry.h"
#include "kunit/backend/words.h"
#include "kunit/seed.h"
#include "kunit/suite.h"

/*
 * The smallest slab heap: the page of usage words and one zone of 8 pages;
 * behind them a live bit for every 8 bytes (9 * 4096 / 8 / 8 = 576 bytes), two
 * records of 64 bytes for zones (one for every 8 pages), and the tree, 16 + 8
 * words.
 */
#define SLAB_MINIMUM	(9 * SZ_4K + 576 + 2 * 64 + 24 * 4)
/* A header of memheap: six words and four letters, rounded up to a unit of 16. */
#define MEMHEAP_HEADER	WORDS(48, 32)
/* The smallest memheap: two headers, a payload of 16, one unit more. */
#define MEMHEAP_MINIMUM	(2 * MEMHEAP_HEADER + 16 + 8)

/* Parameters of cases: the geometries from @first on; those of the contract. */
const void *geometry_after(const struct geometry *first, const void *prev,
			   char *desc);
const void *geometry_next(const void *prev, char *desc);

/* The same as the core's calls, which must succeed; the test ends what they make. */
struct rtalloc_region *region_make(struct kunit *test,
				   const struct rtalloc_region_params *params);
struct rtalloc_heap *heap_make(struct kunit *test,
			       const struct rtalloc_heap_params *params);
/* @memory NULL: in a region. */
struct mempool_fixed *pool_make(struct kunit *test,
				const struct mempool_fixed_params *params,
				void *memory, size_t size);

struct rtalloc_region *region_open(struct kunit *test, size_t size);
struct rtalloc_heap *geometry_open(struct kunit *test,
				   const struct geometry *geometry);
/* The same, where nothing but these matters. */
struct rtalloc_heap *backend_open(struct kunit *test, const char *backend,
				  size_t size, unsigned int flags);
/* A pool in a region of its own. */
struct mempool_fixed *mempool_open(struct kunit *test, size_t elem,
				   unsigned int count, size_t align,
				   unsigned int flags);
struct mempool_fixed_stats mempool_stats(struct mempool_fixed *pool);
/* A heap on which check() will fail when the test ends. */
void heap_is_damaged(struct rtalloc_heap *heap);

/* Remove a shell's heap, if there is one of that name, with its blocks. */
void heap_remove_named(const char *name);
/* The same when the test ends. */
void heap_goes(struct kunit *test, const char *name);
/* A shell's heap "sh" of 64 KiB in the default region. */
void sh_open(struct kunit *test, const char *backend);

static inline struct rtalloc_snapshot heap_stats(struct rtalloc_heap *heap)
{
	struct rtalloc_snapshot snap;

	rtalloc_stats(heap, &snap);
	return snap;
}

static inline u64 where(struct rtalloc_heap *heap, const void *p)
{
	return heap->ops->offset(heap->ctrl, p);
}

/* Allocates in a hard interrupt and frees, again and again, while a task works. */
struct visitor {
	struct hrtimer timer;
	struct rtalloc_heap *heap;
	unsigned long end;
	unsigned int visits;
	unsigned int failures;
};

struct visitor *visitor_open(struct kunit *test, struct rtalloc_heap *heap);
/* Not yet often enough. */
bool visitor_comes(const struct visitor *visitor);
/* It has come that often, and got and gave its block each time. */
void visitor_close(struct kunit *test, struct visitor *visitor);

/* How many regions or heaps there are: @list is the registry's. */
unsigned int registry_count(struct list_head *list);
/* Creation as @params is refused with @err and leaves nothing behind. */
void expect_no_heap(struct kunit *test,
		    const struct rtalloc_heap_params *params, int err);
void expect_sound(struct kunit *test, struct rtalloc_heap *heap);
void expect_damage(struct kunit *test, struct rtalloc_heap *heap,
		   const char *what);
/* Draws of the generator that the golden vectors were made with. */
static inline u32 draw(u64 *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return *state >> 33;
}

/* Destroys a heap, by force, beside the test. */
struct ender {
	struct rtalloc_heap *heap;
	struct completion done;
	int err;
};

void ender_start(struct kunit *test, struct ender *ender,
		 struct rtalloc_heap *heap);
/* What the heap's end returned; -ETIMEDOUT: nothing yet. */
int ender_wait(struct ender *ender, unsigned long timeout);

/* Linear memory of the kernel's, not cleared, which ends with the test. */
void *room_open(struct kunit *test, size_t size);
/* Zeroed pages of vmalloc(), which end with the test. */
void *pages_open(struct kunit *test, size_t size);

struct file *debugfs_open(struct kunit *test, const char *path);
ssize_t debugfs_write(struct kunit *test, struct file *file, const void *text,
		      size_t len);
ssize_t debugfs_read(struct kunit *test, struct file *file, char *text,
		     size_t room);
/* Open, write @text, close. */
ssize_t debugfs_put(struct kunit *test, const char *path, const char *text);
/*
 * Of rtalloc/FILE: @line is taken; refused with @err; the same, and last_error beside
 * the file says @why; @text is what is read; is in what is read.
 */
void expect_put(struct kunit *test, const char *file, const char *line);
void expect_put_fails(struct kunit *test, const char *file, const char *line,
		      int err);
void expect_refusal(struct kunit *test, const char *file, const char *line,
		    int err, const char *why);
void expect_reads(struct kunit *test, const char *file, const char *text);
void expect_has(struct kunit *test, const char *file, const char *text);
/* Open, read, close; the text lives as long as the test. */
char *debugfs_get(struct kunit *test, const char *path);

/* The @nth allocation of this task from now on fails; 0: none does. */
void fail_nth_set(struct kunit *test, unsigned int nth);
unsigned int fail_nth_left(void);

/*
 * Allocation number @nth was to fail, 0: none; @left: there were fewer of them.
 * @has_begun: the round in which none fails is over.
 */
struct failing {
	unsigned int nth;
	unsigned int left;
	bool has_begun;
};

bool failing_begin(struct kunit *test, struct failing *failing);
bool failing_end(struct kunit *test, struct failing *failing);

/*
 * @call with no allocation failing, then with its first, then with its second, ...
 * until it needs no more; what follows is done after each.
 */
#define FAIL_EACH(test, failing, call)					\
	for ((failing) = (struct failing){ };				\
	     failing_begin(test, &(failing)) &&				\
	     (call, failing_end(test, &(failing)));)

#endif /* _RTALLOC_KUNIT_COMMON_H */
