// SPDX-License-Identifier: GPL-2.0-only
/*
 * exact.c - a replacement for the core: heaps and pools that take every block from
 * malloc(), so that ASan detects each access beyond a block, each use after free and each
 * leak. It has the functions of the public API that pbufs and their tests call.
 */
#include <stdlib.h>
#include <string.h>
#include <linux/err.h>
#include <linux/overflow.h>
#include <linux/printk.h>
#include <rtalloc/caller.h>
#include <rtalloc/mempool_fixed.h>
#include <rtalloc/rtalloc.h>

struct rtalloc_heap {
	u64 live;
	u64 failed;
};

struct mempool_fixed {
	size_t elem;
	void **live;		/* elements that are allocated */
	struct mempool_fixed_stats stats;
};

unsigned long shim_lines;

const char *rtalloc_symbol(unsigned long address, char *text, size_t room)
{
	return "?";
}

/* The log is not shown; lines are only counted. */
void shim_print(const char *format, ...)
{
	shim_lines++;
}

/* ---- heaps ----------------------------------------------------------- */

struct rtalloc_heap *
rtalloc_heap_create(const struct rtalloc_heap_params *params)
{
	struct rtalloc_heap *heap = calloc(1, sizeof(*heap));

	return heap ? heap : ERR_PTR(-ENOMEM);
}

int rtalloc_heap_destroy(struct rtalloc_heap *heap, bool force)
{
	if (!force && heap->live)
		return -EBUSY;
	free(heap);
	return 0;
}

void *rtalloc_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp)
{
	void *p = calloc(1, size);

	if (!p)
		heap->failed++;
	else
		heap->live++;
	return p;
}

void *rtalloc_calloc(struct rtalloc_heap *heap, size_t n, size_t size,
		     gfp_t gfp)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes))
		return NULL;
	return rtalloc_alloc(heap, bytes, gfp);
}

/* malloc() cannot resize in place. */
int rtalloc_resize(struct rtalloc_heap *heap, void *p, size_t size)
{
	return -ENOSPC;
}

int rtalloc_free(struct rtalloc_heap *heap, void *p)
{
	heap->live--;
	free(p);
	return 0;
}

/* The caller is ignored, because faults are not reported here. */
void *rtalloc_alloc_by(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
		       unsigned long caller)
{
	return rtalloc_alloc(heap, size, gfp);
}

int rtalloc_resize_by(struct rtalloc_heap *heap, void *p, size_t size,
		      unsigned long caller)
{
	return rtalloc_resize(heap, p, size);
}

int rtalloc_free_by(struct rtalloc_heap *heap, void *p, unsigned long caller)
{
	return rtalloc_free(heap, p);
}

void rtalloc_stats(struct rtalloc_heap *heap, struct rtalloc_snapshot *snap)
{
	*snap = (struct rtalloc_snapshot){ .live = heap->live,
					   .failed = heap->failed };
}

int rtalloc_check(struct rtalloc_heap *heap, struct rtalloc_fault *fault)
{
	return 0;
}

/* ---- pools ----------------------------------------------------------- */

struct mempool_fixed *
mempool_fixed_create(const struct mempool_fixed_params *params)
{
	struct mempool_fixed *pool = calloc(1, sizeof(*pool));
	void **live = calloc(params->count, sizeof(*live));

	if (!pool || !live) {
		free(pool);
		free(live);
		return ERR_PTR(-ENOMEM);
	}
	pool->elem = params->elem;
	pool->live = live;
	pool->stats.count = params->count;
	return pool;
}

int mempool_fixed_destroy(struct mempool_fixed *pool, bool force)
{
	if (!force && pool->stats.used)
		return -EBUSY;
	while (pool->stats.used)
		free(pool->live[--pool->stats.used]);
	free(pool->live);
	free(pool);
	return 0;
}

void *mempool_fixed_alloc(struct mempool_fixed *pool)
{
	void *p = NULL;

	if (pool->stats.used < pool->stats.count)
		p = malloc(pool->elem);
	if (!p) {
		pool->stats.failed++;
		return NULL;
	}
	pool->live[pool->stats.used++] = p;
	return p;
}

void *mempool_fixed_alloc_by(struct mempool_fixed *pool, unsigned long caller)
{
	return mempool_fixed_alloc(pool);
}

int mempool_fixed_free(struct mempool_fixed *pool, void *p)
{
	for (unsigned int i = 0; i < pool->stats.used; i++) {
		if (pool->live[i] != p)
			continue;
		pool->live[i] = pool->live[--pool->stats.used];
		free(p);
		return 0;
	}
	return -RTALLOC_DOUBLE_FREE;
}

int mempool_fixed_free_by(struct mempool_fixed *pool, void *p,
			  unsigned long caller)
{
	return mempool_fixed_free(pool, p);
}

size_t mempool_fixed_elem_size(const struct mempool_fixed *pool)
{
	return pool->elem;
}

/* Elements of malloc() have no fixed distance. */
size_t mempool_fixed_stride(const struct mempool_fixed *pool)
{
	return 0;
}

void *mempool_fixed_element(const struct mempool_fixed *pool,
			    unsigned int index)
{
	return NULL;
}

void mempool_fixed_stats(struct mempool_fixed *pool,
			 struct mempool_fixed_stats *stats)
{
	*stats = pool->stats;
}
