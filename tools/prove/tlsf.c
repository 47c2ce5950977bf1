// SPDX-License-Identifier: GPL-2.0-only
/*
 * tlsf.c - proofs of TLSF's mapping from sizes to classes, for any 64-bit request in any
 * heap. count_tlsf.c proves that tlsf_init() makes no other heaps.
 */
#include <linux/compiler.h>

/* barrier() changes no value, and check.py does not understand assembler. */
#undef barrier
#define barrier()	((void)0)

#include "backend/tlsf.c"
#include "prove.h"

#define UNITS_MAX	(TLSF_POOL_MAX >> TLSF_UNIT_SHIFT)
#define CLASSES_MIN	128u		/* of a heap of TLSF_SIZE_MIN bytes */

/* The fields that requests depend on, of any heap with alignment 8, 16 or 32. */
static __always_inline struct tlsf *any_heap(void)
{
	struct tlsf *tlsf = prove_object(sizeof(*tlsf));
	u64 align = prove_any();
	u32 classes = prove_any();

	prove_assume(align == 8 || align == 16 || align == 32);
	prove_assume(classes >= CLASSES_MIN && classes <= TLSF_CLASSES &&
		     !(classes % TLSF_SL));
	tlsf->align_mask = align - 1;
	tlsf->nr_classes = classes;
	tlsf->size_max = (class_units(classes - 1) << TLSF_UNIT_SHIFT) -
			 TLSF_HEADER;
	return tlsf;
}

static __always_inline bool is_power(size_t n)
{
	return n && !(n & (n - 1));
}

/* Such a heap with any bitmaps whose two levels agree. */
static __always_inline struct tlsf *any_lists(void)
{
	struct tlsf *tlsf = any_heap();
	u32 word;

	for (word = 0; word < TLSF_WORDS; word++) {
		tlsf->map[word] = prove_any();
		prove_assume(!tlsf->map[word] == !(tlsf->top >> word & 1));
	}
	prove_assume(!(tlsf->top >> TLSF_WORDS));
	return tlsf;
}

/* A request is accepted exactly if its size is neither 0 nor above size_max. */
PROVE(tlsf_need_refuses, size_t size)
{
	const struct tlsf *tlsf = any_heap();
	struct need need;

	return need_of(tlsf, size, &need) ==
	       (size && size <= tlsf->size_max);
}

/*
 * The units of a request hold the header and all its bytes and are a multiple of the
 * alignment; no sum wraps.
 */
PROVE(tlsf_need_holds_size, size_t size)
{
	const struct tlsf *tlsf = any_heap();
	struct need need;
	u64 bytes;

	if (!need_of(tlsf, size, &need))
		return true;
	bytes = (u64)need.units << TLSF_UNIT_SHIFT;
	return need.units >= TLSF_UNITS_MIN && need.units <= UNITS_MAX &&
	       bytes - TLSF_HEADER >= size && !(bytes & tlsf->align_mask);
}

/* The fast path for small sizes comes to the same units and class as need_of(). */
PROVE(tlsf_need_small, size_t size)
{
	struct tlsf *tlsf = any_heap();
	struct need need;

	need_span_set(tlsf);
	if (!need_is_small(tlsf, size))
		return true;
	return need_of(tlsf, size, &need) &&
	       need.units == need_above(tlsf, size) + 1 &&
	       need.class == need.units && need.class < BITS_PER_LONG;
}

/* The same for the fast path for large sizes. */
PROVE(tlsf_need_large, size_t size)
{
	struct tlsf *tlsf = any_heap();
	struct need need, large;
	size_t above;

	need_span_set(tlsf);
	if (!need_is_large(tlsf, size))
		return true;
	above = need_above(tlsf, size);
	need_round(above, large_order(above), &large);
	return need_of(tlsf, size, &need) && need.units == large.units &&
	       need.class == large.class;
}

/*
 * Rounding up to a class adds at most 1/32 to size, header and alignment. The smallest
 * block is left out.
 */
PROVE(tlsf_need_wastes_little, size_t size)
{
	const struct tlsf *tlsf = any_heap();
	size_t least = (size + TLSF_HEADER + tlsf->align_mask) &
		       ~tlsf->align_mask;
	struct need need;

	if (!need_of(tlsf, size, &need) ||
	    least < TLSF_UNITS_MIN << TLSF_UNIT_SHIFT)
		return true;
	return (u64)need.units << TLSF_UNIT_SHIFT < least + least / TLSF_SL + 8;
}

/* The class that is searched exists and is the class of a block of just these units. */
PROVE(tlsf_need_class, size_t size)
{
	const struct tlsf *tlsf = any_heap();
	struct need need;

	if (!need_of(tlsf, size, &need))
		return true;
	return need.class < tlsf->nr_classes &&
	       need.class == units_class(tlsf, need.units) &&
	       class_units(need.class) == need.units;
}

/* Every free block of that class or a higher one is large enough. */
PROVE(tlsf_class_suffices, size_t size, u32 units)
{
	const struct tlsf *tlsf = any_heap();
	struct need need;

	prove_assume(units >= TLSF_UNITS_MIN);
	if (!need_of(tlsf, size, &need))
		return true;
	return IMPLIES(units_class(tlsf, units) >= need.class,
		       units >= need.units);
}

/* Every number of units has a class that the heap has a list for. */
PROVE(tlsf_class_exists, u32 units)
{
	const struct tlsf *tlsf = any_heap();

	return units_class(tlsf, units) < tlsf->nr_classes;
}

/* More units never have a lower class. */
PROVE(tlsf_class_monotone, u32 units, u32 more)
{
	const struct tlsf *tlsf = any_heap();

	return IMPLIES(units <= more, units_class(tlsf, units) <=
				      units_class(tlsf, more));
}

/* The blocks of a class have from class_units() of it up to those of the next class. */
PROVE(tlsf_class_units, u32 units, u32 class)
{
	const struct tlsf *tlsf = any_heap();

	prove_assume(class < tlsf->nr_classes);
	return units_class(tlsf, class_units(class)) == class &&
	       IMPLIES(units_class(tlsf, units) == class,
		       units >= class_units(class)) &&
	       IMPLIES(units_class(tlsf, units) == class &&
		       class < tlsf->nr_classes - 1,
		       units < class_units(class + 1));
}

/* same_class() is true only of units that have the same class. */
PROVE(tlsf_same_class, u32 units, u32 units2)
{
	const struct tlsf *tlsf = any_heap();

	return IMPLIES(same_class(units, units2), units_class(tlsf, units) ==
						  units_class(tlsf, units2));
}

/* class_find() returns the lowest class from @from on that has blocks, or false if none. */
PROVE(tlsf_find_lowest, u32 from, u32 other)
{
	const struct tlsf *tlsf = any_lists();
	size_t class = from;
	bool found, has;

	prove_assume(from < TLSF_CLASSES && other < TLSF_CLASSES);
	has = tlsf->map[other / 64] >> (other % 64) & 1;
	found = class_find(tlsf, &class);
	if (!found)
		return !(has && other >= from);
	return class >= from && class < TLSF_CLASSES &&
	       tlsf->map[class / 64] >> (class % 64) & 1 &&
	       !(has && other >= from && other < class);
}

/*
 * The gap in front of an aligned block is 0 or large enough for a block of its own, the
 * address behind it is aligned, and the gap is not larger than necessary.
 */
PROVE(tlsf_gap, size_t at, size_t align)
{
	size_t gap;

	prove_assume(is_power(align) && align >= 8 && align <= TLSF_ALIGN_MAX);
	prove_assume(!(at & 7) && at < 1ul << 63);
	gap = aligned_gap((void *)at, align);
	return (!gap || gap >= TLSF_UNITS_MIN) &&
	       !((at + (gap << TLSF_UNIT_SHIFT)) & (align - 1)) &&
	       gap << TLSF_UNIT_SHIFT <
	       align + (TLSF_UNITS_MIN << TLSF_UNIT_SHIFT);
}

/* Every block of the class that aligned_find() tries first holds gap and request. */
PROVE(tlsf_aligned_suffices, size_t size, u32 units, size_t at, size_t align)
{
	const struct tlsf *tlsf = any_heap();
	struct need need, sure;

	prove_assume(is_power(align) && align > tlsf->align_mask + 1 &&
		     align <= TLSF_ALIGN_MAX);
	prove_assume(!(at & tlsf->align_mask) && at < 1ul << 63);
	prove_assume(units >= TLSF_UNITS_MIN);
	if (!need_of(tlsf, size, &need) ||
	    !need_of(tlsf, (((u64)need.units + TLSF_UNITS_MIN) <<
			    TLSF_UNIT_SHIFT) + align, &sure))
		return true;
	return IMPLIES(units_class(tlsf, units) >= sure.class,
		       units >= need.units + aligned_gap((void *)at, align));
}
