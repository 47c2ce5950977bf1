// SPDX-License-Identifier: GPL-2.0-only
/*
 * tlsf_look.c - backend "tlsf", the part that only reads: statistics, walk,
 * check. Check goes over the blocks in address order, then over the lists and
 * bitmaps, and compares what both have found.
 */
#include <linux/minmax.h>
#include <linux/string.h>

#include "backend/tlsf.h"

void tlsf_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset)
{
	struct tlsf *tlsf = ctrl;

	snap->total = tlsf->total;
	snap->used = tlsf_used(tlsf);
	snap->max_used = tlsf->max_used;
	if (reset) {
		tlsf->max_used = tlsf_used(tlsf);
		tlsf->below_max = 0;
	}
}

void tlsf_stats(void *ctrl, struct rtalloc_snapshot *snap)
{
	struct tlsf *tlsf = ctrl;
	u32 word, class;

	tlsf_usage(ctrl, snap, false);
	snap->free_blocks = tlsf->nr_free;
	if (!tlsf->top)
		return;
	word = __fls(tlsf->top);
	class = word * 64 + __fls(tlsf->map[word]);
	snap->largest_free = (class_units(class) << tlsf->unit_shift) -
			     TLSF_HEADER;
}

/* ---- walk ------------------------------------------------------------ */

static bool block_reads(const struct tlsf *tlsf, const struct pool *pool,
			const struct block *block)
{
	size_t offset = (u8 *)block - (u8 *)pool->first;

	return offset < (size_t)((u8 *)pool->last - (u8 *)pool->first) &&
	       !(offset & ((1ul << tlsf->unit_shift) - 1)) &&
	       block_has_tag(block) && block_next(block) > block &&
	       block_next(block) <= pool->last;
}

/* The block to go on from: where the last batch ended, if one begins there. */
static struct block *walk_start(struct tlsf *tlsf, struct pool *pool, u64 hint)
{
	struct block *block =
		(struct block *)(pool->start + hint - BLOCK_PAYLOAD);

	return hint >= BLOCK_PAYLOAD && block_reads(tlsf, pool, block) ?
	       block : pool->first;
}

static int pool_walk(struct tlsf *tlsf, struct pool *pool, u64 base,
		     struct rtalloc_cursor *cursor,
		     struct rtalloc_block *batch, int max)
{
	u64 hint = cursor->hint > base ? cursor->hint - base : 0;
	struct block *block = walk_start(tlsf, pool, hint);
	int n = 0;
	u64 at;

	for (; n < max && block_reads(tlsf, pool, block);
	     block = block_next(block)) {
		at = base + ((u8 *)block_payload(block) - pool->start);
		if (at < cursor->pos)
			continue;
		batch[n++] = (struct rtalloc_block) {
			.offset = at,
			.size = block_stride(block) - TLSF_HEADER,
			.state = block_is_free(block) ? RTALLOC_FREE :
							RTALLOC_USED,
		};
		cursor->pos = at + block_stride(block);
		cursor->hint = cursor->pos;
	}
	if (!block_reads(tlsf, pool, block))
		cursor->pos = base + (pool->end - pool->start);
	return n;
}

int tlsf_walk(void *ctrl, struct rtalloc_cursor *cursor,
	      struct rtalloc_block *batch, int max)
{
	struct tlsf *tlsf = ctrl;
	struct pool *pool = tlsf->pool;
	u64 base = 0, size;
	int n = 0;

	for (; pool < tlsf->pool + tlsf->nr_pools && n < max; pool++) {
		size = pool->end - pool->start;
		if (cursor->pos < base + size)
			n += pool_walk(tlsf, pool, base, cursor, batch + n,
				       max - n);
		base += size;
	}
	return n;
}

/* ---- check ----------------------------------------------------------- */

struct tally {
	size_t used;
	size_t nr_free;
};

static int fault_at(struct tlsf *tlsf, struct rtalloc_fault *fault,
		    const void *where, const char *what)
{
	return rtalloc_fault_set(fault, RTALLOC_CORRUPT,
				 tlsf_ops.offset(tlsf, where), what);
}

static const char *block_check(struct tlsf *tlsf, struct pool *pool,
			       struct block *block, struct block *prev)
{
	struct block *next = block_next(block);
	size_t stride = block_stride(block);
	bool prev_free = prev && block_is_free(prev);

	if (!block_has_tag(block))
		return "block header is overwritten";
	if (!(block->head & HEAD_PREV_FREE) != !prev_free)
		return "block is wrong about the one before it";
	if (prev_free && block->prev_phys != prev)
		return "back link does not lead to the free block before";
	if (prev_free && block_is_free(block))
		return "two free blocks touch";
	if (block == pool->last)
		return stride || block_is_free(block) ?
		       "pool's last header is changed" : NULL;
	if (stride < TLSF_STRIDE_MIN ||
	    stride & ((1ul << tlsf->unit_shift) - 1))
		return "block has an impossible size";
	return next > pool->last ? "block reaches past its pool" : NULL;
}

static int pool_check(struct tlsf *tlsf, struct pool *pool,
		      struct tally *tally, struct rtalloc_fault *fault)
{
	struct block *block = pool->first, *prev = NULL;
	const char *what;

	for (;; prev = block, block = block_next(block)) {
		what = block_check(tlsf, pool, block, prev);
		if (what)
			return fault_at(tlsf, fault, block, what);
		if (block == pool->last)
			return 0;
		if (block_is_free(block))
			tally->nr_free++;
		else
			tally->used += block_stride(block);
	}
}

static bool is_free_block(struct tlsf *tlsf, const struct block *block)
{
	struct pool *pool = tlsf->pool;

	for (; pool < tlsf->pool + tlsf->nr_pools; pool++)
		if (block_reads(tlsf, pool, block))
			return block_is_free(block);
	return false;
}

static int list_check(struct tlsf *tlsf, u32 class, size_t *left,
		      struct rtalloc_fault *fault)
{
	struct block *prev = &tlsf->null, *block = tlsf->list[class];

	for (; block != &tlsf->null; prev = block, block = block->next_free) {
		if (!is_free_block(tlsf, block))
			return fault_at(tlsf, fault, prev,
					"list leaves the free blocks");
		if (block->prev_free != prev)
			return fault_at(tlsf, fault, block,
					"list does not point back");
		if (stride_class(tlsf, block_stride(block)) != class)
			return fault_at(tlsf, fault, block,
					"block is in the list of another class");
		if (!(*left)--)
			return fault_at(tlsf, fault, block,
					"lists hold more than the free blocks");
	}
	return 0;
}

static int lists_check(struct tlsf *tlsf, size_t nr_free,
		       struct rtalloc_fault *fault)
{
	u32 class, word;
	bool is_empty;
	int err;

	for (class = 0; class < tlsf->nr_classes; class++) {
		is_empty = tlsf->list[class] == &tlsf->null;
		if (test_bit(class, tlsf->map) == is_empty)
			return fault_at(tlsf, fault, tlsf->pool[0].first,
					"bitmap and lists differ");
		err = list_check(tlsf, class, &nr_free, fault);
		if (err)
			return err;
	}
	for (word = 0; word < TLSF_WORDS; word++)
		if (!!tlsf->map[word] != test_bit(word, &tlsf->top))
			return fault_at(tlsf, fault, tlsf->pool[0].first,
					"the two bitmaps differ");
	if (nr_free)
		return fault_at(tlsf, fault, tlsf->pool[0].first,
				"free block is in no list");
	return 0;
}

int tlsf_check(void *ctrl, struct rtalloc_fault *fault)
{
	struct tlsf *tlsf = ctrl;
	struct tally tally = {};
	u32 i;
	int err;

	for (i = 0; i < tlsf->nr_pools; i++) {
		err = pool_check(tlsf, &tlsf->pool[i], &tally, fault);
		if (err)
			return err;
	}
	err = lists_check(tlsf, tally.nr_free, fault);
	if (err)
		return err;
	if (tally.used != tlsf_used(tlsf) || tlsf->below_max < 0)
		return fault_at(tlsf, fault, tlsf->pool[0].first,
				"used is miscounted");
	return 0;
}
