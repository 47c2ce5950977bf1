// SPDX-License-Identifier: GPL-2.0-only
/*
 * tlsf_pool.c - backend "tlsf", the memory that blocks lie in: the first region
 * with the table of list heads, and regions that are added and removed.
 *
 *   first region    +-------+----------------------------------+------+
 *                   | table | blocks                           | last |
 *                   +-------+----------------------------------+------+
 *   others                  +----------------------------------+------+
 *                           | blocks                           | last |
 *                           +----------------------------------+------+
 *
 * A region that begins where a pool ends is appended to that pool, if the
 * offsets behind the pool are not in use by another: the last header becomes
 * the header of a block. A region that became a pool of its own can be removed
 * while it is one free block. The entries of the other pools keep their place,
 * and so do the offsets that users see. A region that is added later takes the
 * lowest offsets that are free.
 *
 * Everything here takes constant time except the initialisation of the table.
 */
#include "backend/tlsf_block.h"

#define POOL_MIN	(2 * (TLSF_UNITS_MIN << TLSF_UNIT_SHIFT))

u64 tlsf_offset(void *ctrl, const void *p)
{
	struct pool *pool = pool_of(ctrl, p);

	return pool ? part_offset(&pool->part, p) : ~0ull;
}

static void last_set(const struct tlsf *tlsf, struct pool *pool,
		     struct block *last)
{
	head_of(last)->units = 0;
	tag_set(last, tag_of(tlsf, last));
	pool->last = last;
}

/*
 * Compute what the fast path needs to know about the first pool. Places are
 * near up to the last one where the smallest block can begin, if nothing lies
 * between the blocks and the table.
 */
static void span_set(struct tlsf *tlsf)
{
	const struct pool *pool = tlsf->pool;

	tlsf->first = pool->first;
	tlsf->last = pool->last;
	tlsf->link_first = link_to(tlsf, tlsf->first);
	tlsf->span = distance(tlsf->first, tlsf->last) >> TLSF_UNIT_SHIFT;
	tlsf->reach = tlsf->nr_classes;
	if (pool->part.start == (u8 *)(tlsf->list + tlsf->nr_classes))
		tlsf->reach = (distance(tlsf->list, pool->last) >>
			       TLSF_UNIT_SHIFT) - TLSF_UNITS_MIN + 1;
}

/*
 * A place without a block can only be reached through a list whose links were
 * overwritten. Reading there is safe: the four units of the smallest block lie
 * before the last header.
 */
bool place_in_pools(const struct tlsf *tlsf, u64 place)
{
	const struct pool *pool = tlsf->pool, *end = pool + tlsf->nr_pools;
	const void *at = place_at(tlsf, place);

	do {
		if (distance(pool->first, at) < distance(pool->first, pool->last))
			return distance(at, pool->last) >=
			       TLSF_UNITS_MIN << TLSF_UNIT_SHIFT;
	} while (++pool < end);
	return place < tlsf->nr_classes;
}

/* Put the used @block, which has @units, into the lists. */
static void block_give(struct tlsf *tlsf, struct block *block, size_t units)
{
	head_of(block)->units = units;
	tag_set(block, tag_of(tlsf, block) + BLOCK_FREE);
	head_of(block_next(block))->back = back_code(link_to(tlsf, block));
	tag_add(block_next(block), BLOCK_PREV_FREE);
	class_push(tlsf, block, link_to(tlsf, block), units_class(tlsf, units));
	tlsf->nr_free++;
}

/*
 * Return the free block at the end of @pool, or NULL if its header or its links
 * are damaged.
 */
static struct block *pool_tail(const struct tlsf *tlsf, const struct pool *pool)
{
	struct block *block;

	return prev_find(tlsf, pool->last, &block, false) &&
	       block_flags(tlsf, block) == BLOCK_FREE &&
	       block_can_leave(tlsf, block, link_to(tlsf, block), false) ?
	       block : NULL;
}

static int pool_append(struct tlsf *tlsf, struct pool *pool, size_t size)
{
	struct block *block = pool->last, *tail = NULL, *last;
	size_t units;

	last = block_last(tlsf, pool->first, part_end(&pool->part) + size);
	units = distance(block, last) >> TLSF_UNIT_SHIFT;
	if (tag_get(block) & BLOCK_PREV_FREE) {
		tail = pool_tail(tlsf, pool);
		if (!tail)
			return -RTALLOC_CORRUPT;
		units += head_of(tail)->units;
	}
	if (!class_can_take(tlsf, units_class(tlsf, units)))
		return -RTALLOC_CORRUPT;
	if (tail) {
		class_remove(tlsf, tail);
		tlsf->nr_free--;
		tag_set(block, TAG_NONE);
		head_of(block)->back = 0;
		block = tail;
	}
	pool->part.size += size;
	last_set(tlsf, pool, last);
	tlsf->total += size;
	block_give(tlsf, block, units);
	span_set(tlsf);
	return 0;
}

static int pool_add(struct tlsf *tlsf, struct pool *pool, u8 *start, u8 *end,
		    u64 offset)
{
	struct block *first, *last;
	size_t units;

	if (distance(start, end) < POOL_MIN + sizeof(struct head))
		return -ENOSPC;
	if (distance(start, end) > TLSF_POOL_MAX)
		return -EFBIG;
	first = block_first(tlsf, start);
	last = block_last(tlsf, first, end);
	units = distance(first, last) >> TLSF_UNIT_SHIFT;
	if (!class_can_take(tlsf, units_class(tlsf, units)))
		return -RTALLOC_CORRUPT;
	*pool = (struct pool) {
		{ start, distance(start, end), offset }, first, last,
	};
	last_set(tlsf, pool, last);
	tlsf->total += distance(start, end);
	block_give(tlsf, first, units);
	return 0;
}

/* Return the first pool that has one of the @size offsets from @offset on. */
static const struct pool *pool_with(const struct tlsf *tlsf, u64 offset,
				    size_t size)
{
	const struct pool *pool = tlsf->pool;

	for (; pool < tlsf->pool + tlsf->nr_pools; pool++)
		if (offset < part_offset_end(&pool->part) &&
		    pool->part.offset < offset + size)
			return pool;
	return NULL;
}

/* Return the lowest offset from which on @size offsets belong to no pool. */
static u64 offset_find(const struct tlsf *tlsf, size_t size)
{
	const struct pool *pool;
	u64 offset = 0;

	while ((pool = pool_with(tlsf, offset, size)))
		offset = part_offset_end(&pool->part);
	return offset;
}

/* Can @size bytes at @base be appended to @pool? */
static bool pool_reaches(const struct tlsf *tlsf, const struct pool *pool,
			 const void *base, size_t size)
{
	return !tlsf->has_table_only && part_end(&pool->part) == base &&
	       size >= POOL_MIN &&
	       pool->part.size + size <= TLSF_POOL_MAX &&
	       !pool_with(tlsf, part_offset_end(&pool->part), size);
}

int tlsf_add_region(void *ctrl, void *base, size_t size)
{
	struct tlsf *tlsf = ctrl;
	struct pool *pool = tlsf->pool, *end = pool + tlsf->nr_pools;
	int err;

	for (; pool < end; pool++)
		if (pool_reaches(tlsf, pool, base, size))
			return pool_append(tlsf, pool, size);
	for (pool = tlsf->pool; pool < end && pool->part.start; pool++)
		;
	if (pool == tlsf->pool + TLSF_POOLS_MAX)
		return -EOPNOTSUPP;
	err = pool_add(tlsf, pool, base, base + size, offset_find(tlsf, size));
	tlsf->nr_pools += !err && pool == end;
	span_set(tlsf);
	return err;
}

int tlsf_remove_region(void *ctrl, void *base, size_t size)
{
	struct tlsf *tlsf = ctrl;
	struct pool *pool = tlsf->pool;

	/* Skips the first region: its part begins before its pool, with the table. */
	for (; pool < tlsf->pool + tlsf->nr_pools; pool++)
		if (pool->part.start == base && pool->part.size == size)
			break;
	if (pool == tlsf->pool + tlsf->nr_pools ||
	    !block_is_free(pool->first) ||
	    block_next(pool->first) != pool->last)
		return -EBUSY;
	if (block_flags(tlsf, pool->first) != BLOCK_FREE ||
	    !block_can_leave(tlsf, pool->first, link_to(tlsf, pool->first),
			     false))
		return -RTALLOC_CORRUPT;
	class_remove(tlsf, pool->first);
	tlsf->nr_free--;
	links_wipe(pool->first);
	tag_set(pool->first, TAG_NONE);
	tag_set(pool->last, TAG_NONE);
	head_of(pool->last)->back = 0;
	tlsf->total -= size;
	*pool = (struct pool) {};
	span_set(tlsf);
	return 0;
}

/*
 * Make the codes for links and tags. Links lie in freed memory, which anyone
 * may read, so each code uses one half of the bits of a 64-bit cookie: neither
 * can be computed from the other. A 32-bit cookie does not have enough bits for
 * that.
 */
static void codes_set(struct tlsf *tlsf)
{
	tlsf->link_code = (u32)tlsf->cookie * 0x9e3779b97f4a7c15ull;
	tlsf->tag_code = (u32)(tlsf->cookie >> (BITS_PER_LONG - 32)) &
			 ~(TLSF_HEADER - 1);
}

int tlsf_init(void *ctrl, void *base, size_t size, size_t align,
	      unsigned int flags)
{
	bool table_only = flags & RTALLOC_HEAP_TABLE_ONLY;
	struct tlsf *tlsf = ctrl;
	size_t units = size >> TLSF_UNIT_SHIFT;
	u32 class;
	int err = 0;

	if (flags & ~(RTALLOC_HEAP_RAW_LOCK | RTALLOC_HEAP_TABLE_ONLY))
		return -EINVAL;
	if (size > TLSF_POOL_MAX)
		return -EFBIG;
	if (size < (table_only ? RTALLOC_TLSF_TABLE : TLSF_SIZE_MIN))
		return -ENOSPC;
	class = order_class(units_order(units), units);
	tlsf->has_table_only = table_only;
	tlsf->nr_classes = table_only ? TLSF_CLASSES :
			   min(ALIGN(class + 1, TLSF_SL), TLSF_CLASSES);
	tlsf->size_max = (class_units(tlsf->nr_classes - 1) <<
			  TLSF_UNIT_SHIFT) - TLSF_HEADER;
	tlsf->align_mask = align - 1;
	need_span_set(tlsf);
	tlsf->list = base;
	codes_set(tlsf);
	for (class = 0; class < tlsf->nr_classes; class++)
		tlsf->list[class] = tlsf->link_code;
	tlsf->nr_pools = 1;
	if (!table_only)
		err = pool_add(tlsf, tlsf->pool, (u8 *)(tlsf->list + class),
			       base + size, 0);
	span_set(tlsf);
	return err;
}
