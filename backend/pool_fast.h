/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pool_fast.h - the usual case of a pool's alloc and free. The usual alloc
 * hands out the element that was freed last; the usual free takes back a live
 * element that has no guards.
 *
 * core/entry.c inlines these steps under the pool's raw lock. They call no
 * function, so the code around them needs to save no registers. Each returns
 * false with nothing changed when there is more to do or when something looks
 * damaged; the caller then calls the general hook.
 */
#ifndef _RTALLOC_POOL_FAST_H
#define _RTALLOC_POOL_FAST_H

#include "backend/mempool_fixed.h"

/*
 * Take the element that was freed last; *@p is its address. False when the pool
 * is closed, when the free list is empty or when the link is damaged. A good
 * link is below @alloc_limit or is FIXED_NONE. Adding 1 turns FIXED_NONE into
 * 0, so one comparison accepts both. Constant time.
 */
static __always_inline bool fixed_take(struct fixed_pool *pool, void **p)
{
	u32 number = pool->head, next;

	if (unlikely(number >= pool->alloc_limit))
		return false;
	next = pool->link[number];
	if (unlikely(next + 1 > pool->alloc_limit))
		return false;
	WRITE_ONCE(pool->link[number], FIXED_LIVE);
	pool->head = next;
	usage_add(&pool->in_use, 1);
	*p = fixed_at(pool, number);
	return true;
}

/*
 * Put element @number at the head of the free list. The caller has tested that
 * it is live.
 */
static inline void link_free(struct fixed_pool *pool, u32 number)
{
	WRITE_ONCE(pool->link[number], pool->head);
	pool->head = number;
	usage_sub(&pool->in_use, 1);
}

/*
 * Free the element at @p. @p may be any value. False when it is not the start
 * of a live element, or when guards have to be tested. Constant time.
 */
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
