/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf_many.h - the steps of tlsf.c for many blocks in one call:
 *
 * block_carve()  |        BLOCK         |  ->  | block | block | block |
 * run_join()     | used | used |  used  |  ->  |         BLOCK         |
 *
 * An allocation takes one free block for several and cuts it, so lists and bitmaps
 * are changed once. A free makes one block of those that lie one behind the other
 * ("a run"), and frees that. Only blocks of the first pool are joined; the others
 * are freed one by one.
 *
 * Everything here is called under the heap's lock and is linear in the blocks that
 * the caller names; MANY_STEPS bounds the free blocks that one call changes. No
 * pointer is trusted: run_find() measures a run without a write and takes in only
 * what has passed the tests of a free. tlsf.c then tests what lies around the run,
 * and joins it only if it can be freed.
 */
#ifndef _RTALLOC_TLSF_MANY_H
#define _RTALLOC_TLSF_MANY_H

#include "backend/tlsf_fast.h"
#include "backend/tlsf_free.h"

#define MANY_STEPS	10u	/* free blocks cut, or made, in one call for many */

/*
 * Cut the used @block into @n blocks, 1 or more, of @units each; the last one gets what is
 * left over. They are stored in @p, in the order of their addresses. Returns @n.
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
 * struct run - used blocks of the first pool that lie one behind the other
 * @first: the lowest
 * @end: the header behind the highest
 */
struct run {
	struct block *first;
	struct block *end;
};

/* Reads the length of @block, which is near, but no more: it is not tested yet. */
static __always_inline void run_begin(struct run *run, struct block *block)
{
	run->first = block;
	run->end = block_next(block);
}

/*
 * Is @block, which is near, a live block, and does the header behind it agree?
 * Those are the tests of a free. It ends above where it begins, so of the blocks
 * of a run no two are the same.
 */
static bool run_has(const struct tlsf *tlsf, const struct block *block)
{
	const struct block *next = block_next(block);

	return next > block &&
	       block_around(tlsf, tlsf->last, block, next) != AROUND_BAD;
}

/*
 * Does @block, which may be any value, touch @run? Of the heap it reads the length
 * of @block at most, which is not tested yet: run_has() does that.
 */
static __always_inline bool run_meets(const struct tlsf *tlsf,
				      const struct run *run,
				      const struct block *block)
{
	u64 own;

	return tlsf_is_near(tlsf, block, &own) &&
	       (block == run->end || block_next(block) == run->first);
}

/* Take in @block, which touches @run and is live. */
static __always_inline void run_extend(struct run *run, struct block *block)
{
	if (block == run->end)
		run->end = block_next(block);
	else
		run->first = block;
}

/*
 * Find as many of the @n blocks at @p as lie one behind the other, beginning with
 * the first; each may lie above or below those before it. Returns how many: 1 or
 * more. If it is 1, the block has not been tested, and @run says nothing. Changes
 * nothing in the heap.
 *
 * That the header of the upper of two neighbours says that the lower one is used is
 * among the tests of the lower one.
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

/* The units from the first block of @run to its end. */
static __always_inline size_t run_units(const struct run *run)
{
	return distance(run->first, run->end) >> TLSF_UNIT_SHIFT;
}

/*
 * Make the @n blocks at @p, which are @run, one used block. The headers of all but
 * the lowest are destroyed, so that these are no blocks any more.
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
