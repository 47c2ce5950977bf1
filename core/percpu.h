/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * percpu.h - magazines of blocks for each processor, over any backend: how they
 * look, and what percpu_fast.h (the usual case), percpu.c (batches) and
 * percpu_inspect.c (making, ending, emptying all, looking) share.
 *
 *   heap->layer --> struct rtalloc_percpu
 *                     mark: a byte for every 16 bytes of the heap's memory
 *                     mags: for each processor
 *                       +--------+-----------------+
 *                       | class 0: always empty, and full
 *                       | class 1: nr | unit ...   |  a magazine: 128 bytes
 *                       | ...                      |
 *                       +--------+-----------------+
 *
 * A mark says what begins in its 16 bytes. It is mixed with the place, so that a
 * pointer into the middle has no mark that fits. Marks lie where no block ever
 * was. A pool has its links (FIXED_LIVE, FIXED_CACHED) for marks: they are as good.
 *
 *	            a batch, or a block
 *	  NONE  <----------------------------  the heap's lock held
 *	   |  ^                          |
 *	   |  | free, resize, set_owner  |     the lock, and atomically
 *	   |  |                          |
 *	   +--+---> LIVE ---- free ----> CACHED     atomically
 *	             ^                     |
 *	             +------- alloc -------+        plain: it has an owner
 *
 *   NONE	nothing that the layer knows of. It is the backend's, or a live block
 *		that never goes through magazines.
 *   LIVE	handed out, of a class: anybody may free it, or try to.
 *   CACHED	in one entry of one magazine, or with who has taken it out of there
 *		(a batch that goes back, the emptying of a processor), or lost: the
 *		backend found it damaged and did not take it back.
 *
 * Why no block is handed out twice:
 *
 * - From LIVE a block goes on by a compare-and-exchange of its mark, wherever
 *   that is done: by the free without the lock on any processor (fast_push()), or
 *   under the lock (block_claim() in percpu_inspect.c). Of any number of frees, also
 *   of different kinds and in the same instant, one wins; the others find that it
 *   is not LIVE, change nothing and are refused. The winner alone makes the entry,
 *   or gives the block to the backend.
 * - So a CACHED block has one entry, and an entry has one owner: its processor,
 *   with interrupts off, or who took it out on that processor. Only the owner
 *   changes the mark, by a plain store: to LIVE when it hands the block out, to
 *   NONE when it gives it back under the lock. A free that comes meanwhile fails
 *   in its comparison and stores nothing.
 * - NONE is left under the lock only, by who has just got the block from the
 *   backend, straight to CACHED (or LIVE, for its caller): there is no moment in
 *   which a late free of an earlier user's finds it LIVE and has it as well. A
 *   free that finds NONE looks again when it has the lock, where NONE is final.
 *
 * One atomic step in each free cannot be had for less: two processors that free
 * a block at the same time, each with loads and stores of its own, may each see
 * the block live before the other's store arrives, and hand it out again before it
 * is told. An allocation needs none, for nobody competes for its entry.
 *
 * What is done to magazines: by their own processor with interrupts off, without
 * the lock; by others through it (percpu_inspect.c).
 */
#ifndef _RTALLOC_PERCPU_H
#define _RTALLOC_PERCPU_H

#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/percpu.h>

#include "backend/mempool_fixed.h"
#include "core/core.h"

#define PERCPU_SIZE_MAX	512u	/* requests above go to the backend */
#define PERCPU_CLASSES	16u
#define PERCPU_STEP	16u	/* bytes; classes are multiples of it */
#define PERCPU_ROOM	27u	/* blocks that a magazine can hold */
#define PERCPU_ROOM_MIN	2u
#define PERCPU_REFILL	16u	/* blocks taken from the backend at most */
#define PERCPU_FLUSH	16u	/* blocks given back at most */
#define PERCPU_SHARE	8u	/* of a heap: what all may hold by default */

/*
 * The state of a block is twice its class, and whether it lies in a magazine;
 * what is odd is none.
 */
#define STATE_NONE	0x00u
#define STATE_ODD	0x01u
#define STATE_POOL	0x02u	/* a pool has but one class */
#define STATE_CACHED	0x80u

/**
 * struct magazine - free blocks of one class
 * @nr: how many
 * @room: at most
 * @allocs: handed out
 * @state: of what lies here
 * @unit: where they begin, see percpu_unit(); the last one goes first
 */
struct magazine {
	u32 nr;
	u32 room;
	u64 allocs;
	u32 state;
	u32 unit[PERCPU_ROOM];
};

static_assert(sizeof(struct magazine) == 128);

/* What a processor holds: a magazine for each class; class 0 has no room. */
struct magazines {
	struct magazine mag[PERCPU_CLASSES + 1];
};

/**
 * struct rtalloc_percpu - the layer
 * @base: the memory that has marks
 * @nr_units: of 8 bytes there
 * @mark: see above; of a pool NULL
 * @mags: see above
 * @class: of a request of 16 * (index + 1) bytes, or a little less: the state
 *	of the blocks for it that are cached; of class 0 where there are none
 * @fast: whose usual case serves what is too large, see entry.c
 * @heap: whose
 * @in: blocks that came into magazines less those that went back: with what was
 *	handed out and what is there it tells how many were freed
 * @origin: where offset 0 is; known from the first block on
 * @elem: of a pool; else 0
 * @room: blocks of each class
 * @flush: how many a full magazine gives back
 * @refill: how many an empty one is given
 * @size: of each class, bytes
 * @starved: requests that failed while magazines held memory
 * @batches: times that magazines took the heap's lock
 * @spare: for what comes out of a processor's magazines; guarded by the list's
 *	lock
 * @node: in the list of all, for processors that go
 * @ops: the backend's hooks, with those in between that must know of marks
 */
struct rtalloc_percpu {
	u8 *base;
	size_t nr_units;
	u8 *mark;
	struct magazines __percpu *mags;
	u8 class[PERCPU_SIZE_MAX / PERCPU_STEP];

	struct rtalloc_heap *heap;
	enum rtalloc_fast fast;
	long in;
	u8 *origin;
	size_t elem;
	u32 room;
	u32 flush;
	u32 refill;
	u32 size[PERCPU_CLASSES + 1];
	u64 starved;
	u64 batches;
	struct magazines *spare;
	struct list_head node;
	struct rtalloc_ops ops;
};

/* Of a state, cached or not, the magazine. */
static __always_inline struct magazine *mag_of(struct magazines *mags,
					       unsigned int state,
					       const bool cached)
{
	size_t at = state * (sizeof(struct magazine) / 2);

	if (cached)
		at -= STATE_CACHED * (sizeof(struct magazine) / 2);
	return (struct magazine *)((u8 *)mags + at);
}

/*
 * The unit of 8 bytes that begins at @p, at least nr_units for what has no mark:
 * the rotation carries the bits of a misaligned address to the top.
 */
static __always_inline size_t percpu_unit(const struct rtalloc_percpu *pc,
					  const void *p)
{
	size_t offset = (const u8 *)p - pc->base;

	return offset >> 3 | offset << (BITS_PER_LONG - 3);
}

static __always_inline void *unit_at(const struct rtalloc_percpu *pc, u32 unit)
{
	return pc->base + 8 * (size_t)unit;
}

static __always_inline u8 *unit_mark(const struct rtalloc_percpu *pc,
				     size_t unit)
{
	return pc->mark + (unit >> 1);
}

static __always_inline u8 mark_state(const u8 *mark, size_t unit)
{
	return READ_ONCE(*mark) ^ (u8)unit;
}

static inline struct fixed_pool *pool_of_layer(const struct rtalloc_percpu *pc)
{
	return (struct fixed_pool *)pc->heap->ctrl;
}

/*
 * Of any pointer: STATE_NONE, or the state of the block that begins there. *@at
 * is what a magazine has for it.
 */
unsigned int percpu_state(const struct rtalloc_percpu *pc, const void *p,
			  size_t *at);
void percpu_state_set(struct rtalloc_percpu *pc, size_t at, unsigned int state);
unsigned int percpu_batch_return(struct rtalloc_percpu *pc, const u32 *unit,
				 unsigned int n, unsigned int state,
				 int *err, void **bad);
void *percpu_alloc_more(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			unsigned long caller);
void *percpu_take_more(struct rtalloc_heap *heap, unsigned long caller);
int percpu_free_more(struct rtalloc_heap *heap, void *p, unsigned long caller);

#endif /* _RTALLOC_PERCPU_H */
