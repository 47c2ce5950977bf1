// SPDX-License-Identifier: GPL-2.0-only
/*
 * tlsf.c - proofs of TLSF's mapping from sizes to classes, of any 64-bit request
 * in any heap. That tlsf_init() makes such heaps only: count_tlsf.c.
 */
#include <linux/compiler.h>

/* It keeps registers free and changes no value; the checker reads no assembly. */
#undef barrier
#define barrier()	((void)0)

#include "backend/tlsf.c"
#include "prove.h"

#define UNITS_MAX	(TLSF_POOL_MAX >> TLSF_UNIT_SHIFT)
#define CLASSES_MIN	128u		/* of a heap of TLSF_SIZE_MIN bytes */

/* A heap as far as requests see it; alignment 8, 16 or 32. */
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

/* The bitmaps of such a heap: no bit is set for a class that it has not. */
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

PROVE(tlsf_need_refuses, size_t size)
{
	const struct tlsf *tlsf = any_heap();
	struct need need;

	return need_of(tlsf, size, &need) ==
	       (size && size <= tlsf->size_max);
}

/* A request gets the header, all its bytes, whole alignments; nothing wraps. */
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

/* What the entry points do not work out is what it would come to. */
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

/* At most 1/32 more than size, header and alignment; little for the smallest. */
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

/* The class searched is the block's own, and there is such a list. */
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

/* No free block in that class, or in one above, is below what is needed. */
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

PROVE(tlsf_class_exists, u32 units)
{
	const struct tlsf *tlsf = any_heap();

	return units_class(tlsf, units) < tlsf->nr_classes;
}

PROVE(tlsf_class_monotone, u32 units, u32 more)
{
	const struct tlsf *tlsf = any_heap();

	return IMPLIES(units <= more, units_class(tlsf, units) <=
				      units_class(tlsf, more));
}

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

PROVE(tlsf_same_class, u32 units, u32 units2)
{
	const struct tlsf *tlsf = any_heap();

	return IMPLIES(same_class(units, units2), units_class(tlsf, units) ==
						  units_class(tlsf, units2));
}

/* What is found has blocks and is not below; nothing between has any. */
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

/* Of a block anywhere: the gap is none or a block, what follows is aligned. */
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

/* aligned_find()'s sure class: each of its blocks holds gap and request. */
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
