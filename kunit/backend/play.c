// SPDX-License-Identifier: GPL-2.0-only
/*
 * play.c - the steps that RT-Thread's own allocators executed for the golden vectors. Each
 * step draws a slot, an operation and a size. If the slot is empty, a block is allocated.
 * Otherwise operations 0 to 3 free its block, and 4 to 7 reallocate it.
 */
#include "play.h"

#define FNV_PRIME	1099511628211ull

static u64 fnv(u64 hash, u64 value)
{
	for (int i = 0; i < 8; i++, value >>= 8)
		hash = (hash ^ (value & 0xff)) * FNV_PRIME;
	return hash;
}

/* The value that a step hashes for a block: its offset + 1, or 0 if there is none. */
static u64 mark(const struct heap *heap, const void *p)
{
	return p ? heap->calls->offset(heap, p) + 1 : 0;
}

/* Execute the operation on @slot. Return the value that the step hashes. */
static u64 play_slot(struct heap *heap, void **slot, u64 op, u64 size)
{
	void *p;

	if (!*slot) {
		/* For 0 bytes the original memheap returns its smallest block; the
		 * core returns none.
		 */
		if (heap->core && heap->ops == &memheap_ops)
			size = size ?: 1;
		*slot = heap_alloc(heap, size, NULL);
		return mark(heap, *slot);
	}
	if (op < 4) {
		heap->calls->free(heap, *slot);
		*slot = NULL;
		return ~0ull;
	}
	p = heap_realloc(heap, *slot, size, NULL);
	if (p || !size)
		*slot = p;
	return mark(heap, p);
}

void play_step(struct play *play)
{
	struct outcome *now = &play->now;
	u64 k = draw(&play->state) % (u32)play->slots;
	u64 op = draw(&play->state) % 8;
	u64 size = draw(&play->state) % (u32)play->maxsz;
	struct rtalloc_snapshot snap;

	now->v = play_slot(play->heap, &play->slot[k], op, size);
	snap = heap_stats(play->heap);
	now->used = snap.used;
	now->max = snap.max_used;
	now->hash = fnv(fnv(now->hash, now->v), now->used);
	play->steps++;
}
