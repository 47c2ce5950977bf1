/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mempool_fixed.h - how a pool lies in memory. mempool_fixed.c changes the
 * pool, mempool_fixed_inspect.c only reads it, and core/pool.c adds waiting. The
 * core's magazines (core/percpu.h) and its checked mode include this header too.
 * The picture is in mempool_fixed.c.
 *
 * Everything here is called under the pool's lock unless a comment says
 * otherwise. The control block, struct fixed_pool, is outside the pool's memory
 * and is trusted. Elements belong to users. Links are kept apart from elements,
 * in memory that may lie behind them, so a link is tested before it is
 * followed.
 */
#ifndef _RTALLOC_BACKEND_MEMPOOL_FIXED_H
#define _RTALLOC_BACKEND_MEMPOOL_FIXED_H

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/limits.h>
#include <linux/minmax.h>

#include "backend/backend.h"
#include "backend/usage.h"

/* Value of a link: the free list ends here. */
#define FIXED_NONE	U32_MAX

/* Value of a link: the element is handed out. */
#define FIXED_LIVE	(U32_MAX - 1)

/* Value of a link: the element is in a magazine of the core, see core/percpu.h. */
#define FIXED_CACHED	(U32_MAX - 2)

/* Bytes of the word in front of an element (RTALLOC_POOL_HEADER). */
#define FIXED_HEADER	sizeof(void *)

/*
 * Bytes of the guard on either side of an element (RTALLOC_POOL_GUARDS), before
 * the one in front is rounded up to the alignment.
 */
#define FIXED_GUARD	16u

/**
 * struct fixed_pool - the control block
 * @cookie: the heap's random number, see backend.h. It must be the first
 *	member.
 * @head: number of the element that was freed last; FIXED_NONE: none is free
 * @alloc_limit: the fast alloc hands out numbers below this: @unused, or 0 when
 *	the pool is closed
 * @free_limit: the fast free takes back numbers below this: @unused, or 0 when
 *	there are guards to be tested
 * @unused: elements from this number on were never handed out
 * @link: one entry for each number below @unused: the number of the element
 *	that was freed before it, FIXED_NONE, FIXED_LIVE, or
 *	FIXED_CACHED
 * @origin: address of element number 0
 * @step: bytes from a number to the next, modulo 2^64; it is negative when
 *	elements are handed out downwards
 * @inverse: multiplicative inverse, modulo 2^64, of @step without its factors
 *	of 2
 * @shift: how many factors of 2 @step has
 * @in_use: counts the elements that are handed out
 * @elem: bytes of an element that its user may use
 * @count: number of elements, free and used
 * @flags: RTALLOC_POOL_* as given at creation
 * @stride: bytes from an element to the next in address order
 * @front: bytes of header word and guard before an element
 * @base: first byte of the pool's memory
 * @size: bytes of the pool's memory
 * @first: the element with the lowest address
 * @pattern: each word of a guard
 *
 * @link, @origin to @shift and everything from @elem on are written when the
 * pool is made and never again. The rest changes under the pool's lock, with
 * one exception: a processor with magazines reads @free_limit, and changes
 * entries of @link from FIXED_LIVE to FIXED_CACHED and back, without the lock,
 * see core/percpu.h.
 */
struct fixed_pool {
	unsigned long cookie;
	u32 head;
	u32 alloc_limit;
	u32 free_limit;
	u32 unused;
	u32 *link;
	u8 *origin;
	size_t step;
	u64 inverse;
	u32 shift;
	struct usage in_use;
	size_t elem;
	u32 count;
	unsigned int flags;
	size_t stride;
	size_t front;
	u8 *base;
	size_t size;
	u8 *first;
	unsigned long pattern;
};

static_assert(!offsetof(struct fixed_pool, cookie));

/*
 * Return the pattern of guards. It is made from the cookie, so that guards of
 * an earlier pool in the same memory do not match. No byte of it is 0, which is
 * what overruns most often write.
 */
static inline unsigned long fixed_pattern(const struct fixed_pool *pool)
{
	return (unsigned long)(((u64)pool->cookie << 32 ^ pool->cookie) |
			       0x0101010101010101ull);
}

/*
 * Return the number of the element at @p. @p may be any value: a pointer that
 * is not the start of an element gives a number that is not below the count.
 * The reason: multiplying by the inverse and rotating maps all 2^64 offsets one
 * to one, and maps exactly the multiples of the step to their quotients.
 * Constant time; reads no memory of the pool and needs no lock.
 */
static inline u64 fixed_number(const struct fixed_pool *pool, const void *p)
{
	u64 offset = (u64)(size_t)p - (u64)(size_t)pool->origin;

	return ror64(offset * pool->inverse, pool->shift);
}

/*
 * Return the address of element @number, which must be below the count. Needs
 * no lock.
 */
static inline u8 *fixed_at(const struct fixed_pool *pool, u32 number)
{
	return pool->origin + number * pool->step;
}

/*
 * Return how many elements are handed out. Without the lock the result is near
 * the true value.
 */
static inline u32 fixed_used(const struct fixed_pool *pool)
{
	return usage_now(&pool->in_use);
}

/*
 * Return the index of element @number. Numbers count in order of first use, an
 * index counts by address. The function is its own inverse.
 */
static inline u32 fixed_index(const struct fixed_pool *pool, u32 number)
{
	return pool->flags & RTALLOC_POOL_HIGH_FIRST ?
	       pool->count - 1 - number : number;
}

/*
 * Is element @number handed out? @number may be any value, as from
 * fixed_number().
 */
static inline bool fixed_is_live(const struct fixed_pool *pool, u64 number)
{
	if (number >= pool->unused)
		return false;
	/* A free into a magazine changes the link without the lock. */
	return data_race(pool->link[number]) == FIXED_LIVE;
}

/* See mempool_fixed.c. */
int fixed_take_slots(struct fixed_pool *pool, void **slot, unsigned int n);
void fixed_put_slots(struct fixed_pool *pool, void *const *slot,
		     unsigned int n);
void fixed_put_cached(struct fixed_pool *pool, void **p, unsigned int n);

/*
 * Is the element not in the free list, but with a user or in a magazine of the
 * core?
 */
static inline bool fixed_link_out(u32 link)
{
	return link == FIXED_LIVE || link == FIXED_CACHED;
}

/* Can @link be the link of a free element? @link may be damaged. */
static inline bool fixed_link_ok(const struct fixed_pool *pool, u32 link)
{
	return link < pool->unused || link == FIXED_NONE;
}

/*
 * fixed_room() returns how many elements fit into @size bytes when their links
 * are kept elsewhere. fixed_bytes() returns how many bytes @count elements need
 * together with their links, or SIZE_MAX if they are too many. @align is a
 * power of two.
 */
size_t fixed_room(size_t size, size_t elem, size_t align, unsigned int flags);
size_t fixed_bytes(u32 count, size_t elem, size_t align, unsigned int flags);

/*
 * Functions of mempool_fixed_inspect.c, none of which changes the pool's
 * structure. fixed_guards_ok() compares both guards of the element at @p. The
 * others are hooks of struct rtalloc_ops.
 */
bool fixed_guards_ok(const struct fixed_pool *pool, const u8 *p);
int fixed_walk(void *ctrl, struct rtalloc_cursor *cursor,
	       struct rtalloc_block *batch, int max);
int fixed_check(void *ctrl, struct rtalloc_sweep *sweep,
		struct rtalloc_fault *fault);
void fixed_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset);
void fixed_snapshot(void *ctrl, struct rtalloc_snapshot *snap);

#endif /* _RTALLOC_BACKEND_MEMPOOL_FIXED_H */
