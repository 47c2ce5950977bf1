/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pool_standin.h - in place of include/rtalloc/mempool_fixed.h until fixed pools
 * are there: pools that have nothing.
 */
#ifndef _NET_POOL_STANDIN_H
#define _NET_POOL_STANDIN_H

struct mempool_fixed;

static inline void *mempool_fixed_alloc(struct mempool_fixed *pool)
{
	return NULL;
}

static inline int mempool_fixed_free(struct mempool_fixed *pool, void *p)
{
	return -EINVAL;
}

#endif /* _NET_POOL_STANDIN_H */
