/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mempool_fixed.h - how a pool looks in memory: shared by mempool_fixed.c,
 * which changes it, mempool_fixed_inspect.c, which only reads, and core/pool.c.
 * The picture is in mempool_fixed.c.
 */
#ifndef _RTALLOC_BACKEND_MEMPOOL_FIXED_H
#define _RTALLOC_BACKEND_MEMPOOL_FIXED_H

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/limits.h>
#include <linux/minmax.h>

#include "backend/backend.h"
#include "backend/usage.h"

#define FIXED_NONE	U32_MAX		/* link: the end of the free list */
#define FIXED_LIVE	(U32_MAX - 1)	/* link: the element is handed out */
#define FIXED_HEADER	sizeof(void *)
#define FIXED_GUARD	16u

/**
 * struct fixed_pool - the control block
 * @cookie: the core's, see backend.h
 * @head: number of the element freed last, FIXED_NONE
 * @alloc_limit: the fast alloc hands out numbers below it: @unused, 0 when
 *	the pool is closed
 * @free_limit: the fast free takes numbers below it: @unused, 0 with guards
 * @unused: numbers from here on were never handed out
 * @link: of each number below @unused: the one freed before it, FIXED_NONE, or
 *	FIXED_LIVE
 * @origin: element number 0
 * @step: bytes from a number to the next, modulo 2^64
 * @inverse: of @step without its factors of two, modulo 2^64
 * @shift: how many factors of two @step has
 * @in_use: elements handed out
 * @elem: bytes of one
 * @count: how many there are
 * @flags: RTALLOC_POOL_*
 * @stride: bytes from an element to the next
 * @front: bytes of header and guard before an element
 * @base: the memory, of @size bytes
 * @size: see @base
 * @first: the element with the lowest address
 * @pattern: each word of a guard
 */
struct fixed_pool {
	unsigned long cookie;		/* the core's, see backend.h */
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

/* From the cookie: those of an earlier pool are none. No byte of it is 0. */
static inline unsigned long fixed_pattern(const struct fixed_pool *pool)
{
	return (unsigned long)(((u64)pool->cookie << 32 ^ pool->cookie) |
			       0x0101010101010101ull);
}

/*
 * The number of the element at @p; anything else, interior and foreign pointers
 * too, gives a number that is not below the count. For multiplying by the
 * inverse and rotating is a bijection of all 2^64 offsets, and it maps the
 * multiples of the step to their quotients.
 */
static inline u64 fixed_number(const struct fixed_pool *pool, const void *p)
{
	u64 offset = (u64)(size_t)p - (u64)(size_t)pool->origin;

	return ror64(offset * pool->inverse, pool->shift);
}

static inline u8 *fixed_at(const struct fixed_pool *pool, u32 number)
{
	return pool->origin + number * pool->step;
}

static inline u32 fixed_used(const struct fixed_pool *pool)
{
	return usage_now(&pool->in_use);
}

/* Numbers count in order of first use; an index counts by address. */
static inline u32 fixed_index(const struct fixed_pool *pool, u32 number)
{
	return pool->flags & RTALLOC_POOL_HIGH_FIRST ?
	       pool->count - 1 - number : number;
}

static inline bool fixed_is_live(const struct fixed_pool *pool, u64 number)
{
	return number < pool->unused && pool->link[number] == FIXED_LIVE;
}

/* Can a free element's link be @link? */
static inline bool fixed_link_ok(const struct fixed_pool *pool, u32 link)
{
	return link < pool->unused || link == FIXED_NONE;
}

/*
 * How many elements fit into @size bytes when their links are kept elsewhere;
 * and how many bytes @count elements need with their links, SIZE_MAX: too many.
 * @align is a power of two.
 */
size_t fixed_room(size_t size, size_t elem, size_t align, unsigned int flags);
size_t fixed_bytes(u32 count, size_t elem, size_t align, unsigned int flags);

/* In mempool_fixed_inspect.c. */
bool fixed_guards_ok(const struct fixed_pool *pool, const u8 *p);
int fixed_walk(void *ctrl, struct rtalloc_cursor *cursor,
	       struct rtalloc_block *batch, int max);
int fixed_check(void *ctrl, struct rtalloc_sweep *sweep,
		struct rtalloc_fault *fault);
void fixed_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset);
void fixed_snapshot(void *ctrl, struct rtalloc_snapshot *snap);

#endif /* _RTALLOC_BACKEND_MEMPOOL_FIXED_H */
