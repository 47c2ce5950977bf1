/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf_many.h - the steps of tlsf.c for many blocks in one call:
 *
 * block_carve()  |        BLOCK         |  ->  | block | block | block |
 * run_make()     | used | used |  used  |  ->  |         BLOCK         |
 *
 * An allocation takes one free block for several and cuts it, so lists and bitmaps
 * are changed once. A free makes one block of those that lie one behind the other
 * ("a run"), and frees that. Only blocks of the first pool are joined; the others
 * are freed one by one.
 *
 * Everything here is called under the heap's lock and is linear in the blocks that
 * the caller names; MANY_STEPS bounds the free blocks that one call changes. No
 * pointer is trusted: run_make() joins two blocks only when both have passed the
 * tests of a free, and what it leaves is tested again when it is freed.
 */
#ifndef _RTALLOC_TLSF_MANY_H
#define _RTALLOC_TLSF_MANY_H

#include "backend/tlsf_fast.h"
#include "backend/tlsf_free.h"

#define MANY_STEPS	10u	/* free blocks cut, or made, in one call for many */

/*
 * Cut the used @block into @n used blocks of @units each; the last one gets what is
 * left over. They are stored in @p, in the order of their addresses. Returns @n.
 */
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
 * Is @block a live block of the first pool, and does the header behind it agree?
 * Those are the tests of a free. @block may be any value.
 */
static bool run_has(const struct tlsf *tlsf, const struct block *block)
{
	u64 own;

	return tlsf_is_near(tlsf, block, &own) && head_of(block)->units &&
	       block_around(tlsf, tlsf->last, block, block_next(block)) !=
	       AROUND_BAD;
}

/*
 * Make the used @block and the used @next, which begins where it ends, one block.
 * The header of @next is destroyed, so that @next is no block any more.
 */
static void run_join(struct block *block, struct block *next)
{
	head_of(block)->units += head_of(next)->units;
	tag_set(next, TAG_NONE);
}

/*
 * Does @block end where @next begins? Reads the length of @block only, which is
 * not tested yet: run_can_join() does that.
 */
static __always_inline bool run_meets(const struct tlsf *tlsf,
				      const struct block *block,
				      const struct block *next)
{
	u64 own;

	return tlsf_is_near(tlsf, block, &own) && block_next(block) == next;
}

/* Are both live, and does the header of @next say that @block is used? */
static bool run_can_join(const struct tlsf *tlsf, const struct block *block,
			 const struct block *next)
{
	return run_has(tlsf, block) && run_has(tlsf, next) &&
	       flags_used(block_flags(tlsf, next));
}

/*
 * Make one used block, *@block, of as many of the @n blocks at @p as lie one behind
 * the other, beginning with the first; each may lie above or below those before it.
 * Returns how many: 1 or more. If it is 1, the block has not been tested.
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
