// SPDX-License-Identifier: GPL-2.0-only
/*
 * small_mem_inspect.c - the part of backends "small_mem" and "lwip_mem" that
 * only reads: statistics, walk and check. The check trusts nothing in the
 * heap's memory: each header is tested before it is used.
 */
#include <linux/minmax.h>

#include "backend/small_mem.h"

u64 small_mem_offset(void *ctrl, const void *p)
{
	struct small_mem *sm = ctrl;
	size_t offset = (size_t)p - (size_t)sm->base;

	return offset < sm->end + sm->header ? offset : ~0ull;
}

/* @total includes headers because @used includes them, so @used never exceeds it. */
void small_mem_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset)
{
	struct small_mem *sm = ctrl;

	snap->total = sm->end;
	snap->used = usage_now(&sm->in_use);
	snap->max_used = sm->in_use.max_used;
	if (reset)
		usage_restart(&sm->in_use);
}

void small_mem_stats(void *ctrl, struct rtalloc_snapshot *snap)
{
	struct small_mem *sm = ctrl;
	size_t at, next, largest = 0;

	for (at = sm->first_free; at < sm->end; at = next) {
		next = block_step(sm, at);
		if (!next)
			break;
		if (!block_is_free(sm, at))
			continue;
		largest = max(largest, next - at - sm->header);
		snap->free_blocks++;
	}
	/* A shrink may have left a block that is too small for any request. */
	snap->largest_free = largest < sm->payload_min ? 0 : largest;
	small_mem_usage(ctrl, snap, false);
}

/* ---- walk ------------------------------------------------------------ */

static void block_report(const struct small_mem *sm, size_t at,
			 struct rtalloc_block *block)
{
	block->offset = at + sm->header;
	block->size = block_payload(sm, at);
	block->state = block_is_free(sm, at) ? RTALLOC_FREE : RTALLOC_USED;
	memset(block->owner, 0, sizeof(block->owner));
	if (sm->layout->has_owner)
		memcpy(block->owner, block_owner(sm, at), sizeof(block->owner));
}

/*
 * Return the header to continue from: the one that the hint leads to if it
 * still is a header, else the first.
 */
static size_t walk_start(const struct small_mem *sm, u64 hint)
{
	size_t prev;

	if (!hint || hint >= sm->end || hint & sm->align_mask ||
	    !block_step(sm, hint))
		return 0;
	prev = block_prev(sm, hint);
	return prev < hint && !(prev & sm->align_mask) &&
	       block_step(sm, prev) == hint ? hint : 0;
}

int small_mem_walk(void *ctrl, struct rtalloc_cursor *cursor,
		   struct rtalloc_block *batch, int max)
{
	struct small_mem *sm = ctrl;
	size_t at, next;
	int n = 0;

	if (cursor->pos >= sm->end)
		return 0;
	for (at = walk_start(sm, cursor->hint); n < max && at < sm->end;
	     at = next) {
		next = block_step(sm, at);
		if (!next) {
			cursor->pos = sm->end;
			break;
		}
		if (at < cursor->pos)
			continue;
		block_report(sm, at, &batch[n++]);
		cursor->pos = next;
		cursor->hint = next;
	}
	return n;
}

/* ---- check ----------------------------------------------------------- */

static int fault_at(size_t at, struct rtalloc_fault *fault, const char *what)
{
	return rtalloc_fault_set(fault, RTALLOC_CORRUPT, at, what);
}

static bool block_is_tagged(const struct small_mem *sm, size_t at)
{
	return sm->layout->has_owner &&
	       memcmp(block_owner(sm, at), "\0\0\0", RTALLOC_OWNER_MAX);
}

/* Test where the block at @at ends. Return the rule that is broken, or NULL. */
static const char *next_wrong(const struct small_mem *sm, size_t at)
{
	size_t next = block_next(sm, at);

	if (next > sm->end)
		return "block's next is outside the heap";
	if (next == at)
		return "block is its own next";
	if (next < at)
		return "block's next lies before it";
	if (next & sm->align_mask)
		return "block's next is not aligned";
	if (next - at < sm->header)
		return "block's next lies in its header";
	if (next - at == sm->header)
		return "block has no payload";
	if (!sm->layout->realloc_moves &&
	    next - at - sm->header < sm->payload_min)
		return "block is below the smallest size";
	return NULL;
}

/*
 * Test the other fields of the block at @at; the block before it has been
 * tested.
 */
static const char *block_wrong(const struct small_mem *sm, size_t at,
			       size_t prev)
{
	if (!block_is_marked(sm, at))
		return "block header is overwritten";
	if (block_prev(sm, at) != prev)
		return at ? "block does not point back" :
			    "first block has one before it";
	if (!block_is_free(sm, at) &&
	    block_is_after(sm, at) != (at && block_is_free(sm, prev)))
		return "block is wrong about the one before it";
	if (!block_is_free(sm, at))
		return at == sm->first_free ?
		       "first free block is in use" : NULL;
	if (at && block_is_free(sm, prev))
		return "two free blocks touch";
	if (block_is_tagged(sm, at))
		return "free block has an owner";
	if (at < sm->first_free)
		return "block before the first free one is free";
	return NULL;
}

static const char *end_wrong(const struct small_mem *sm, size_t prev)
{
	size_t end = sm->end;

	if (block_is_free(sm, end))
		return "end mark is free";
	if (!block_is_marked(sm, end))
		return "end mark is overwritten";
	if (block_next(sm, end) != end)
		return "end mark has a block behind it";
	if (block_prev(sm, end) != prev)
		return "end mark does not point back";
	if (block_is_after(sm, end) != block_is_free(sm, prev))
		return "end mark is wrong about the block before it";
	if (block_is_tagged(sm, end))
		return "end mark has an owner";
	return NULL;
}

static const char *geometry_wrong(const struct small_mem *sm)
{
	const struct small_mem_layout *layout = sm->layout;
	size_t align = sm->align_mask + 1;

	if (!align || align & sm->align_mask)
		return "alignment is damaged";
	if (sm->header != ALIGN(layout->header, align))
		return "header's size is damaged";
	if (sm->payload_min != ALIGN(layout->payload_min, align))
		return "smallest payload is damaged";
	return NULL;
}

static const char *counts_wrong(const struct small_mem *sm, size_t used,
				bool first_seen)
{
	if (!first_seen)
		return "first free block is not a block";
	if (sm->in_use.below_max < 0)
		return "highest use is below the use";
	if (sm->in_use.max_used > sm->end)
		return "highest use is above the total";
	if (usage_now(&sm->in_use) != used)
		return "bytes in use are miscounted";
	return NULL;
}

int small_mem_check(void *ctrl, struct rtalloc_sweep *sweep,
		    struct rtalloc_fault *fault)
{
	struct small_mem *sm = ctrl;
	size_t at, prev = 0, used = 0;
	bool first_seen = sm->first_free == sm->end;
	const char *what = geometry_wrong(sm);

	if (what)
		return fault_at(0, fault, what);
	for (at = 0; at != sm->end; prev = at, at = block_next(sm, at)) {
		what = block_wrong(sm, at, prev);
		if (!what)
			what = next_wrong(sm, at);
		if (what)
			return fault_at(at, fault, what);
		first_seen = first_seen || at == sm->first_free;
		if (!block_is_free(sm, at))
			used += block_next(sm, at) - at;
	}
	what = end_wrong(sm, prev);
	if (what)
		return fault_at(at, fault, what);
	what = counts_wrong(sm, used, first_seen);
	return what ? fault_at(sm->first_free, fault, what) : 0;
}
