/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf_many.h - the steps of tlsf.c for many blocks in one call: a free block is cut
 * into several, and used ones that lie one behind the other are made one before
 * they are freed. Each call looks at a bounded number of free blocks.
 */
#ifndef _RTALLOC_TLSF_MANY_H
#define _RTALLOC_TLSF_MANY_H

#include "backend/tlsf_fast.h"
#include "backend/tlsf_free.h"

#define MANY_STEPS	10u	/* free blocks cut, or made, in one call for many */

/* The used @block becomes blocks of @units, the last with what is over. */
static unsigned int block_carve(struct tlsf *tlsf, struct block *block,
				size_t units, unsigned int n, void **p)
{
	size_t rest = head_of(block)->units;
	unsigned int i;

	for (i = 0; i < n; i++) {
		p[i] = block;
		head_of(block)->units = i + 1 < n ? units : rest;
		if (i)
			tag_set(block, tag_of(tlsf, block));
		rest -= units;
		block = block_at(block, units);
	}
	return n;
}

/*
 * Is @block a live one of the first pool, in front of a header that knows it? Such
 * that follow each other can be one before they are freed.
 */
static bool run_has(const struct tlsf *tlsf, const struct block *block)
{
	u64 own;

	return tlsf_is_near(tlsf, block, &own) && head_of(block)->units &&
	       block_around(tlsf, tlsf->last, block, block_next(block)) !=
	       AROUND_BAD;
}

/* The used @next, right behind the used @block, is one with it. */
static void run_join(struct block *block, struct block *next)
{
	head_of(block)->units += head_of(next)->units;
	tag_set(next, TAG_NONE);
}

/* Does @block end where @next begins, if both are what they seem to be? */
static __always_inline bool run_meets(const struct tlsf *tlsf,
				      const struct block *block,
				      const struct block *next)
{
	u64 own;

	return tlsf_is_near(tlsf, block, &own) && block_next(block) == next;
}

/* Both are live, and the upper one is as free of alignment as the lower. */
static bool run_can_join(const struct tlsf *tlsf, const struct block *block,
			 const struct block *next)
{
	return run_has(tlsf, block) && run_has(tlsf, next) &&
	       flags_used(block_flags(tlsf, next));
}

/*
 * As many of @p, from the first on, as lie one behind the other, upwards or
 * downwards, become one used block; *@block, which is as sound as the first was.
 */
static unsigned int run_make(struct tlsf *tlsf, void **p, unsigned int n,
			     struct block **block)
{
	struct block *next;
	unsigned int i;

	*block = p[0];
	for (i = 1; i < n; i++) {
		next = p[i];
		if (run_meets(tlsf, *block, next)) {
			if (!run_can_join(tlsf, *block, next))
				break;
			run_join(*block, next);
		} else if (run_meets(tlsf, next, *block)) {
			if (!run_can_join(tlsf, next, *block))
				break;
			run_join(next, *block);
			*block = next;
		} else {
			break;
		}
	}
	return i;
}

#endif /* _RTALLOC_TLSF_MANY_H */
