/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * steps.h - small steps that several backends use: where an aligned block
 * begins, owner tags, division by an odd number.
 *
 * All of these take constant time, know no backend, and read no memory of the
 * heap. Only owner_write() writes, to the place that it is given.
 */
#ifndef _RTALLOC_STEPS_H
#define _RTALLOC_STEPS_H

#include <linux/align.h>
#include <linux/string.h>
#include <linux/types.h>

#include <rtalloc/abi.h>

/*
 * Return how many bytes to leave in front of an aligned block that is cut from
 * a free one whose payload begins at @at: 0, or at least @least, which is
 * enough for a free block.
 */
static inline size_t gap_for(size_t at, size_t align, size_t least)
{
	size_t gap = ALIGN(at, align) - at;

	return gap && gap < least ? ALIGN(at + least, align) - at : gap;
}

/*
 * Write an owner tag: the first characters of @owner, then zeros. @tag has
 * RTALLOC_OWNER_MAX bytes and no terminating byte.
 */
static inline void owner_write(char *tag, const char *owner)
{
	size_t i;

	memset(tag, 0, RTALLOC_OWNER_MAX);
	for (i = 0; i < RTALLOC_OWNER_MAX && owner[i]; i++)
		tag[i] = owner[i];
}

/*
 * Return the multiplicative inverse of an odd number, modulo 2^64; its low half
 * is the inverse modulo 2^32. Multiplying by it divides multiples of @odd
 * exactly, which is cheaper than a division. Each step doubles the number of
 * correct bits.
 */
static inline u64 inverse_of(u64 odd)
{
	u64 inverse = odd;	/* correct in 3 bits */
	int bits;

	for (bits = 3; bits < 64; bits *= 2)
		inverse *= 2 - odd * inverse;
	return inverse;
}

#endif /* _RTALLOC_STEPS_H */
