/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf_many.h - the steps of tlsf.c for many blocks in one call:
 *
 * block_carve()  |        BLOCK         |  ->  | block | block | block |
 * run_join()     | used | used |  used  |  ->  |         BLOCK         |
 *
 * An allocation takes one free block for several and cuts it, so lists and
 * bitmaps are changed once. A free makes one block of blocks that are adjacent
 * ("a run"), and frees that. Only blocks of the first pool are joined; the
 * others are freed one by one.
 *
 * Everything here is called under the heap's lock and is linear in the blocks
 * that the caller names; MANY_STEPS bounds the free blocks that one call
 * changes. No pointer is trusted: run_find() measures a run without writing,
 * and accepts only blocks that pass the tests of a free. tlsf.c then tests the
 * surroundings of the run, and joins it only if it can be freed.
 */
#ifndef _RTALLOC_TLSF_MANY_H
#define _RTALLOC_TLSF_MANY_H

#include "backend/tlsf_fast.h"
#include "backend/tlsf_free.h"

#define MANY_STEPS	10u	/* free blocks that one call for many blocks may cut or make */

/*
 * Cut the used @block into @n blocks, 1 or more, of @units each; the last one
 * gets the rest. They are stored in @p, in the order of their addresses. Return
 * @n.
 */
static unsigned int block_carve(struct tlsf *tlsf, struct block *block,
				size_t units, unsigned int n, void **p)
{
	size_t rest = head_of(block)->units - (n - 1) * units;
	unsigned int i;

	for (i = 0; i < n - 1; i++) {
		p[i] = block;
		head_of(block)->units = units;
		block = block_at(block, units);
		tag_set(block, tag_of(tlsf, block));
	}
	p[i] = block;
	head_of(block)->units = rest;
	return n;
}

/**
 * struct run - used blocks of the first pool that are adjacent
 * @first: the lowest block
 * @end: the header behind the highest block
 */
struct run {
	struct block *first;
	struct block *end;
};

/*
 * Begin a run with @block, which is near. Reads its length, which is not tested
 * yet.
 */
static __always_inline void run_begin(struct run *run, struct block *block)
{
	run->first = block;
	run->end = block_next(block);
}

/*
 * Is @block, which is near, a live block, and does the header behind it agree?
 * These are the tests of a free. A block that passes ends above where it
 * begins, so no two blocks of a run are the same.
 */
static bool run_has(const struct tlsf *tlsf, const struct block *block)
{
	const struct block *next = block_next(block);

	return next > block &&
	       block_around(tlsf, tlsf->last, block, next) != AROUND_BAD;
}

/*
 * Does @block, which may be any value, touch @run? This reads at most the
 * length of @block, which is not tested yet: run_has() does that.
 */
static __always_inline bool run_meets(const struct tlsf *tlsf,
				      const struct run *run,
				      const struct block *block)
{
	u64 own;

	return tlsf_is_near(tlsf, block, &own) &&
	       (block == run->end || block_next(block) == run->first);
}

/* Add @block, which touches @run and is live. */
static __always_inline void run_extend(struct run *run, struct block *block)
{
	if (block == run->end)
		run->end = block_next(block);
	else
		run->first = block;
}

/*
 * Find as many of the @n blocks at @p as are adjacent, beginning with the
 * first; each may lie above or below those before it. Return how many: 1 or
 * more. If that is 1, the block has not been tested, and @run is not valid.
 * Changes nothing in the heap.
 *
 * The test of the lower of two neighbours includes that the header of the upper
 * one says that the lower one is used.
 */
static unsigned int run_find(const struct tlsf *tlsf, void **p, unsigned int n,
			     struct run *run)
{
	unsigned int i;
	u64 own;

	if (!tlsf_is_near(tlsf, p[0], &own))
		return 1;
	run_begin(run, p[0]);
	for (i = 1; i < n && run_meets(tlsf, run, p[i]); i++) {
		if ((i == 1 && !run_has(tlsf, p[0])) || !run_has(tlsf, p[i]))
			break;
		run_extend(run, p[i]);
	}
	return i;
}

/* Return the units from the first block of @run to its end. */
static __always_inline size_t run_units(const struct run *run)
{
	return distance(run->first, run->end) >> TLSF_UNIT_SHIFT;
}

/*
 * Make one used block of the @n blocks at @p, which are @run. The headers of
 * all except the lowest are destroyed, so that these are no blocks any more.
 */
static void run_join(const struct run *run, void **p, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (p[i] != run->first)
			tag_set(p[i], TAG_NONE);
	head_of(run->first)->units = run_units(run);
}

#endif /* _RTALLOC_TLSF_MANY_H */
