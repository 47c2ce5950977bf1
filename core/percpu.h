/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * percpu.h - magazines of blocks for each processor, over any backend: what
 * percpu.c (the hot calls, refill and flush) and percpu_look.c (making, ending,
 * flushing all, and the hooks that see what is cached) share.
 *
 *   heap->layer --> struct rtalloc_percpu
 *                     mark: a byte for every 16 bytes of the heap's memory
 *                     mags: for each processor
 *                       +--------+------------------+
 *                       | class 0: always full      |
 *                       | class 1: nr | block ...   |  a magazine: 256 bytes
 *                       | ...                       |
 *                       +--------+------------------+
 *
 * A mark says what begins in its 16 bytes: nothing that magazines know of (0), or
 * a block that was handed out through them as one of a class, or one that lies in
 * a magazine. Only the layer writes marks, a byte each, so no processor disturbs
 * another's. They lie where no block ever was.
 *
 * The mark is the truth and a magazine's entry a hint: whoever takes a block out
 * of a magazine, or puts one in, changes its mark from one state to the other, or
 * leaves the block alone. A block leaves the backend, and goes back to it, under
 * the heap's lock only, and is marked exactly in between.
 *
 * What is done to magazines: by their own processor with interrupts off, without
 * the lock; by others through it (percpu_look.c).
 */
#ifndef _RTALLOC_PERCPU_H
#define _RTALLOC_PERCPU_H

#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/percpu.h>

#include "core/core.h"

#define PERCPU_SIZE_MAX	512u	/* requests above go to the backend */
#define PERCPU_CLASSES	16u
#define PERCPU_STEP	16u	/* bytes; classes are multiples of it */
#define PERCPU_ROOM	30u	/* blocks that a magazine can hold */
#define PERCPU_ROOM_MIN	2u
#define PERCPU_REFILL	16u	/* blocks taken from the backend at once */
#define PERCPU_FLUSH	15u	/* blocks given back at once */
#define PERCPU_SHARE	8u	/* of a heap: what all may hold by default */

/*
 * A mark: twice the class, and whether the block begins in the second half of
 * the 16 bytes. So a pointer between has no mark that fits.
 */
#define MARK_ODD	0x01u
#define MARK_CACHED	0x80u

/**
 * struct magazine - free blocks of one class
 * @nr: how many
 * @room: at most
 * @allocs: handed out; of class 0: entries that were one too many
 * @block: the last one goes first
 */
struct magazine {
	u32 nr;
	u32 room;
	unsigned long allocs;
	void *block[PERCPU_ROOM];
};

static_assert(sizeof(struct magazine) == (2 + PERCPU_ROOM) * sizeof(long) ||
	      sizeof(long) == 4);

/* What a processor holds: a magazine for each class; class 0 has no room. */
struct magazines {
	struct magazine mag[PERCPU_CLASSES + 1];
};

/**
 * struct rtalloc_percpu - the layer
 * @base: the memory that has marks
 * @nr_units: of 8 bytes there
 * @mark: see above
 * @mags: see above
 * @ops: the backend's hooks, with those in between that must know of marks
 * @heap: whose
 * @in: blocks that came into magazines less those that went back: with what was
 *	handed out and what is there it tells how many were freed
 * @origin: where offset 0 is; known from the first refill on
 * @class: of a request of 16 * (index + 1) bytes, or a little less: twice the
 *	class, 0 where the backend shall see it
 * @elem: of a pool, whose only class it is; else 0
 * @room: blocks of each class
 * @flush: how many a full magazine gives back
 * @refill: how many an empty one is given
 * @size: of each class, bytes
 * @starved: requests that failed while magazines held memory
 * @batches: times that magazines took the heap's lock
 * @spare: for what comes out of a processor's magazines; guarded by the list's
 *	lock
 * @node: in the list of all, for processors that go
 */
struct rtalloc_percpu {
	u8 *base;
	size_t nr_units;
	u8 *mark;
	struct magazines __percpu *mags;
	struct rtalloc_ops ops;
	struct rtalloc_heap *heap;
	long in;
	u8 *origin;
	u8 class[PERCPU_SIZE_MAX / PERCPU_STEP];
	size_t elem;
	u32 room;
	u32 flush;
	u32 refill;
	u32 size[PERCPU_CLASSES + 1];
	u64 starved;
	u64 batches;
	struct magazines *spare;
	struct list_head node;
};

/* Twice the class of a request; 0: the backend shall see it. */
static inline unsigned int percpu_class(const struct rtalloc_percpu *pc,
					size_t size)
{
	if (pc->elem)
		return size - 1 < pc->elem ? 2 : 0;
	return size - 1 < PERCPU_SIZE_MAX ?
	       pc->class[(size - 1) / PERCPU_STEP] : 0;
}

/* Of twice a class, the magazine. */
static __always_inline struct magazine *mag_of(struct magazines *mags,
					       unsigned int twice)
{
	return (struct magazine *)((u8 *)mags +
				   twice * (sizeof(struct magazine) / 2));
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

static __always_inline u8 *unit_mark(const struct rtalloc_percpu *pc,
				     size_t unit)
{
	return &pc->mark[unit / 2];
}

/*
 * What a mark means for the block at @unit: twice its class, with MARK_CACHED
 * while it lies in a magazine; 0, or an odd number, when it is none.
 */
static __always_inline unsigned int mark_read(const struct rtalloc_percpu *pc,
					      size_t unit)
{
	return READ_ONCE(*unit_mark(pc, unit)) ^ (unit & MARK_ODD);
}

static __always_inline void mark_write(const struct rtalloc_percpu *pc,
				       size_t unit, unsigned int state)
{
	WRITE_ONCE(*unit_mark(pc, unit), state ^ (unit & MARK_ODD));
}

static inline void mark_clear(const struct rtalloc_percpu *pc, size_t unit)
{
	WRITE_ONCE(*unit_mark(pc, unit), 0);
}

/* The same of any pointer: 0, or twice a class with or without MARK_CACHED. */
static inline unsigned int percpu_state(const struct rtalloc_percpu *pc,
					const void *p)
{
	size_t unit = percpu_unit(pc, p);
	unsigned int state;

	if (unit >= pc->nr_units)
		return 0;
	state = mark_read(pc, unit);
	return state & MARK_ODD ? 0 : state;
}

/* In percpu.c. */
int percpu_batch_return(struct rtalloc_percpu *pc, void **block, unsigned int n,
			unsigned int twice, void **bad);

#endif /* _RTALLOC_PERCPU_H */
