/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pool_fast.h - the usual case of the pool's alloc and free: the element freed
 * last is handed out, a live one without guards comes back. It calls nothing, so
 * that who inlines it saves no registers, and says false, with nothing changed,
 * where there is more to do.
 */
#ifndef _RTALLOC_POOL_FAST_H
#define _RTALLOC_POOL_FAST_H

#include "backend/mempool_fixed.h"

/*
 * The one freed last, if all is as it should be and the pool is open: it is free,
 * and its link leads to an element that was used, or to none, which is below all
 * numbers when 1 is added.
 */
static __always_inline bool fixed_take_as(struct fixed_pool *pool, void **p,
					  u32 link)
{
	u32 number = pool->head, next;

	if (unlikely(number >= pool->alloc_limit))
		return false;
	next = pool->link[number];
	if (unlikely(next + 1 > pool->alloc_limit))
		return false;
	WRITE_ONCE(pool->link[number], link);
	pool->head = next;
	usage_add(&pool->in_use, 1);
	*p = fixed_at(pool, number);
	return true;
}

static __always_inline bool fixed_take(struct fixed_pool *pool, void **p)
{
	return fixed_take_as(pool, p, FIXED_LIVE);
}

static inline void link_free(struct fixed_pool *pool, u32 number)
{
	WRITE_ONCE(pool->link[number], pool->head);
	pool->head = number;
	usage_sub(&pool->in_use, 1);
}

static __always_inline bool fixed_put(struct fixed_pool *pool, void *p)
{
	u64 number = fixed_number(pool, p);

	if (unlikely(number >= pool->free_limit) ||
	    unlikely(pool->link[number] != FIXED_LIVE))
		return false;
	link_free(pool, number);
	return true;
}

#endif /* _RTALLOC_POOL_FAST_H */
