/* SPDX-License-Identifier: GPL-2.0-only */
/* gen_pool with a byte for each page of a region */
#pragma once

#include <stdlib.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/types.h>

#define NUMA_NO_NODE	(-1)

struct gen_pool {
	unsigned long start;
	size_t units;
	int shift;
	u8 *is_taken;
};

static inline struct gen_pool *gen_pool_create(int shift, int node)
{
	struct gen_pool *pool = calloc(1, sizeof(*pool));

	if (pool)
		pool->shift = shift;
	return pool;
}

static inline int gen_pool_add(struct gen_pool *pool, unsigned long start,
			       size_t size, int node)
{
	pool->start = start;
	pool->units = size >> pool->shift;
	pool->is_taken = calloc(1, pool->units);
	return pool->is_taken ? 0 : -ENOMEM;
}

static inline unsigned long gen_pool_alloc(struct gen_pool *pool, size_t size)
{
	size_t want = size >> pool->shift, run = 0, i;

	for (i = 0; i < pool->units; i++) {
		run = pool->is_taken[i] ? 0 : run + 1;
		if (run < want)
			continue;
		i -= want - 1;
		memset(pool->is_taken + i, 1, want);
		return pool->start + (i << pool->shift);
	}
	return 0;
}

static inline void gen_pool_free(struct gen_pool *pool, unsigned long at,
				 size_t size)
{
	memset(pool->is_taken + ((at - pool->start) >> pool->shift), 0,
	       size >> pool->shift);
}

static inline size_t gen_pool_avail(const struct gen_pool *pool)
{
	size_t avail = 0, i;

	for (i = 0; i < pool->units; i++)
		avail += !pool->is_taken[i];
	return avail << pool->shift;
}

static inline void gen_pool_destroy(struct gen_pool *pool)
{
	free(pool->is_taken);
	free(pool);
}
