/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_fast.h - the usual case of slab's alloc and free: taking a chunk from,
 * or giving one back to, a zone that has both used and free chunks before and
 * after the call.
 *
 * core/entry.c inlines slabzone_alloc_fast() and slabzone_free_fast() under the
 * heap's raw lock. They call no function, so the code around them needs to save
 * no registers. Each returns false with nothing changed when the zone would
 * have to be opened, closed or moved to another list, or when something looks
 * damaged; the caller then calls the general hook.
 */
#ifndef _RTALLOC_SLAB_FAST_H
#define _RTALLOC_SLAB_FAST_H

#include "backend/slabzone.h"

/* ---- size classes ---------------------------------------------------- */

/*
 * Return the size class of a request of @size bytes, which is neither 0 nor
 * above CHUNK_LIMIT. There are eight classes for each power of two; up to 128
 * bytes they are 8 bytes apart. class_size() in slabzone.h is the inverse.
 */
static inline u32 class_of(size_t size)
{
	u32 order = __fls(size | 64);

	return ((size - 1) >> (order - 3)) + 8 * (order - 6);
}

/* ---- chunks ---------------------------------------------------------- */

/*
 * Take the freed chunk of @zone at @bit, whose first bytes are @link. The
 * position of the chunk was read from freed memory, so three things are tested
 * first: it is the start of a chunk of this zone, it holds what the free wrote,
 * and it is not live. Return false, with nothing changed, if one of them does
 * not hold.
 */
static __always_inline bool chunk_reuse(struct slabzone *sz,
					struct slab_zone *zone, u32 bit,
					const struct link *link)
{
	u32 next;

	if (unlikely(chunk_number(zone, bit) >= zone->nr_chunks))
		return false;
	next = link->next;
	if (unlikely(link->check != link_check(sz, next, bit)) ||
	    unlikely(__test_and_set_bit(bit, sz->live)))
		return false;
	zone->free = next;
	return true;
}

/*
 * Take a chunk of @zone, which has a free one: first those that were never
 * used, then the one freed last. *@p is its address. Return false, with nothing
 * changed, if the chunk or its link is damaged. Constant time.
 */
static __always_inline bool chunk_alloc(struct slabzone *sz,
					struct slab_zone *zone, void **p)
{
	u32 bit = zone->unused;

	if (bit < zone->end) {
		zone->unused = bit + (zone->chunk >> LIVE_SHIFT);
		__set_bit(bit, sz->live);
		*p = bit_address(sz, bit);
	} else {
		bit = zone->free;
		*p = bit_address(sz, bit);
		if (!chunk_reuse(sz, zone, bit, *p))
			return false;
	}
	zone->nr_free--;
	usage_add(&sz->in_use, zone->chunk);
	return true;
}

/*
 * Put the chunk at @p into the free list of @zone: the link is written into the
 * chunk's first 8 bytes, with a check word that a later alloc compares. The
 * caller has tested the pointer and has cleared its live bit, @bit.
 */
static __always_inline void chunk_free(struct slabzone *sz,
				       struct slab_zone *zone, void *p, u32 bit)
{
	struct link *link = p;

	link->next = zone->free;
	link->check = link_check(sz, zone->free, bit);
	zone->free = bit;
	zone->nr_free++;
	usage_sub(&sz->in_use, zone->chunk);
}

/*
 * Does @zone stay with its class when it becomes empty? Only if it is the one
 * zone in the class's list. Otherwise the general hook takes it off the list,
 * keeps it for any class or gives its pages back.
 */
static inline bool zone_stays(const struct slabzone *sz,
			      const struct slab_zone *zone)
{
	return sz->class[zone->class] == zone && !zone->next;
}

/*
 * Allocate @size bytes from the first zone of their class; *@p is the block.
 * @size may be any value.
 *
 * Return false if the class has no zone, if this takes the last free chunk of
 * the zone, which then has to leave its class's list, or if the request is for
 * whole pages. Constant time.
 */
static __always_inline bool slabzone_alloc_fast(void *ctrl, size_t size,
						void **p)
{
	struct slabzone *sz = ctrl;
	struct slab_zone *zone;

	/* One comparison refuses 0 and the sizes that take whole pages. */
	if (unlikely(size - 1 > sz->chunk_last))
		return false;
	zone = sz->class[class_of(size)];
	if (unlikely(!zone) || unlikely(zone->magic != ZONE_MAGIC) ||
	    unlikely(zone->nr_free <= 1))
		return false;
	return chunk_alloc(sz, zone, p);
}

/*
 * Free the chunk at @p. @p may be any value: the live bit tells whether a block
 * begins there, and no memory of the heap is read before that is known.
 *
 * Return false, with the live bit as it was, if no block begins at @p, if the
 * block is a run of pages, if the zone was full and has to return to its
 * class's list, or if the zone would become empty and has to leave that list.
 * The general hook does all of that, and refuses bad pointers with the error
 * that applies. Constant time.
 */
static __always_inline bool slabzone_free_fast(void *ctrl, void *p)
{
	struct slabzone *sz = ctrl;
	size_t bit = block_bit(sz, p);
	struct slab_zone *zone;
	u32 usage;

	if (unlikely(bit >= sz->nr_bits) ||
	    unlikely(!__test_and_clear_bit(bit, sz->live)))
		return false;
	/* A block begins at @p. The usage word of its page tells which kind. */
	usage = sz->usage[bit >> (ZONE_PAGE_SHIFT - LIVE_SHIFT)];
	if (unlikely((usage & PAGE_TYPE) != PAGE_SMALL))
		goto not_fast;
	zone = zone_of(sz, usage);
	if (unlikely(zone->magic != ZONE_MAGIC))
		goto not_fast;
	if (zone->nr_free + 1 == zone->nr_chunks && !zone_stays(sz, zone))
		goto not_fast;
	chunk_free(sz, zone, p, bit);
	return true;

not_fast:
	__set_bit(bit, sz->live);
	return false;
}

#endif /* _RTALLOC_SLAB_FAST_H */
