/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_fast.h - the usual case of slab's alloc and free: a chunk of a zone that
 * has some in use and some free, before and after. It calls nothing, so that who
 * inlines it saves no registers, and says false, with nothing changed, where there
 * is more to do than to take or return a chunk.
 */
#ifndef _RTALLOC_SLAB_FAST_H
#define _RTALLOC_SLAB_FAST_H

#include "backend/slabzone.h"

/* ---- size classes ---------------------------------------------------- */

/* Eight classes for each power of two; all of 8..128 in steps of 8. */
static inline u32 class_of(size_t size)
{
	u32 order = __fls(size | 64);

	return ((size - 1) >> (order - 3)) + 8 * (order - 6);
}

/* ---- chunks ---------------------------------------------------------- */

/*
 * Take the freed chunk of @zone at @bit, which is @link. What led to it was read
 * from freed memory, so it is believed only after this: it is the start of a
 * chunk of this zone, it holds what free wrote, and it is not live. False, and
 * nothing changed, where it is not.
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

/* Take a chunk of @zone, which has one. False: a fault, nothing changed. */
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

/* The chunk's live bit is cleared already. */
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

/* Does an empty zone stay with its class? Only if the list has no other. */
static inline bool zone_stays(const struct slabzone *sz,
			      const struct slab_zone *zone)
{
	return sz->class[zone->class] == zone && !zone->next;
}

static __always_inline bool slabzone_alloc_fast(void *ctrl, size_t size,
						void **p)
{
	struct slabzone *sz = ctrl;
	struct slab_zone *zone;

	/* One comparison for 0 and for sizes that take whole pages. */
	if (unlikely(size - 1 > sz->chunk_last))
		return false;
	zone = sz->class[class_of(size)];
	if (unlikely(!zone) || unlikely(zone->magic != ZONE_MAGIC) ||
	    unlikely(zone->nr_free <= 1))
		return false;
	return chunk_alloc(sz, zone, p);
}

static __always_inline bool slabzone_free_fast(void *ctrl, void *p)
{
	struct slabzone *sz = ctrl;
	size_t bit = block_bit(sz, p);
	struct slab_zone *zone;
	u32 usage;

	if (unlikely(bit >= sz->nr_bits) ||
	    unlikely(!__test_and_clear_bit(bit, sz->live)))
		return false;
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
