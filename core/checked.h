/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * checked.h - a checked heap in memory: shared by checked.c, checked_make.c
 * and checked_inspect.c. The picture is in checked.c.
 */
#ifndef _RTALLOC_CORE_CHECKED_H
#define _RTALLOC_CORE_CHECKED_H

#include <linux/align.h>
#include <linux/irq_work.h>

#include "backend/mempool_fixed.h"
#include "core/core.h"
#include "core/stacks.h"

#define CHECKED_ZONE	16	/* bytes of red zone, at least, on each side */
#define CHECKED_RED	0xbb	/* each byte of a red zone */
#define CHECKED_POISON	0x6b	/* each byte of freed memory */
#define CHECKED_LATE	4	/* faults found between two reports */
#define CHECKED_SLOTS	8192u	/* blocks in the quarantine, at most */
#define CHECKED_FRACTION 8	/* of the heap is the quarantine by default */

enum record_state {
	RECORD_LIVE = 0x5a11fe01,	/* handed out */
	RECORD_FREED,			/* in the quarantine */
	RECORD_KEPT,			/* written to after it was freed */
	RECORD_GONE,			/* given back to the backend */
};

/**
 * struct record - what lies in front of each block
 * @front: bytes from where the backend's block begins to the user's, coded
 * @size: as the user asked
 * @alloc: stack of the allocation
 * @free: stack of the free
 * @alloc_pid: task of the allocation
 * @free_pid: task of the free
 * @state: of &enum record_state
 * @seal: of all before it, its address and the heap's cookie
 * @zone: the red zone; the user's memory begins behind it
 */
struct record {
	u64 front;
	u64 size;
	u32 alloc;
	u32 free;
	s32 alloc_pid;
	s32 free_pid;
	u64 state;
	u64 seal;
	u8 zone[CHECKED_ZONE];
};

/* A block in the quarantine. */
struct checked_slot {
	void *p;		/* the user's */
	void *block;		/* the backend's */
	size_t bytes;		/* of @block */
};

/**
 * struct checked_story - what there is to be told of a block
 * @err: why, where it is told late
 * @offset: of the user's memory
 * @size: of it
 * @state: of &enum record_state
 * @at: the first byte that is wrong, counted from the user's memory
 * @is_wrong: there is one
 * @got: what it holds
 * @want: what it should hold
 * @alloc: as in &struct record
 * @free: the same
 * @alloc_pid: the same
 * @free_pid: the same
 */
struct checked_story {
	int err;
	u64 offset;
	u64 size;
	u64 state;
	s64 at;
	bool is_wrong;
	u8 got;
	u8 want;
	u32 alloc;
	u32 free;
	s32 alloc_pid;
	s32 free_pid;
};

/*
 * A piece of memory. Not every backend counts from its first byte, so the offset
 * of a block is what the others are reckoned from; NULL: there was none yet.
 */
struct checked_part {
	u8 *base;
	size_t size;
	u8 *block;
};

/**
 * struct rtalloc_checked - the control block of a checked heap
 * @gate: begins with the cookie; what a pool's calls look at without a hook:
 *	the users' elements, and no fast path
 * @ops: the heap's hooks
 * @inner: the backend's
 * @heap: whose this is
 * @caller: of the call that is at work
 * @front: bytes before the user's memory where no alignment is asked for
 * @nr_parts: of @part
 * @part: the memory
 * @limit: bytes of quarantine
 * @held: bytes in it
 * @slots: room in @ring, 0: no quarantine
 * @oldest: in @ring
 * @nr: blocks in the quarantine
 * @ring: they, the oldest first
 * @kept: blocks kept out of use
 * @is_tracked: kmemleak knows its blocks
 * @work: says what was found with the lock held, makes room for stacks
 * @late: what was found
 * @nr_late: how often, also when @late is full
 * @is_damaged: that has closed the heap, and waiters are still to be told
 * @starved: a stack that found no room
 * @nr_starved: frames of it
 * @ctrl: the backend's control block
 *
 * Protects: the heap's lock guards all but what does not change.
 */
struct rtalloc_checked {
	struct fixed_pool gate;
	struct rtalloc_ops ops;
	const struct rtalloc_ops *inner;
	struct rtalloc_heap *heap;
	unsigned long caller;
	size_t front;
	unsigned int nr_parts;
	struct checked_part part[RTALLOC_PARTS_MAX];
	size_t limit;
	size_t held;
	u32 slots;
	u32 oldest;
	u32 nr;
	struct checked_slot *ring;
	u64 kept;
	bool is_tracked;
	struct irq_work work;
	struct checked_story late[CHECKED_LATE];
	unsigned int nr_late;
	bool is_damaged;
	unsigned long starved[STACK_FRAMES];
	unsigned int nr_starved;
	u8 ctrl[] __aligned(L1_CACHE_BYTES);
};

static inline struct rtalloc_checked *checked_of(struct rtalloc_heap *heap)
{
	return (struct rtalloc_checked *)heap->ctrl;
}

/* Blocks are elements, and @gate shows them. */
static inline bool checked_is_pool(const struct rtalloc_checked *checked)
{
	return checked->inner->configure;
}

/* In checked.c, but hooks that make a heap. */
extern const struct rtalloc_ops checked_hooks;
u64 checked_mix(const struct rtalloc_checked *checked, const void *at, u64 word);
u64 checked_seal(const struct rtalloc_checked *checked,
		 const struct record *record);
struct record *checked_record(const struct rtalloc_checked *checked,
			      const void *p);
struct record *checked_record_of(const struct rtalloc_checked *checked,
				 const void *block);
void *checked_address(const struct rtalloc_checked *checked, u64 offset);
int checked_judge(struct rtalloc_checked *checked, const struct record *record,
		  struct checked_story *story);
bool checked_evict(struct rtalloc_checked *checked);

/* In checked_inspect.c. */
int checked_walk(void *ctrl, struct rtalloc_cursor *cursor,
		 struct rtalloc_block *batch, int max);
int checked_check(void *ctrl, struct rtalloc_sweep *sweep,
		  struct rtalloc_fault *fault);
void checked_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset);
void checked_stats(void *ctrl, struct rtalloc_snapshot *snap);
void checked_work(struct irq_work *work);

#endif /* _RTALLOC_CORE_CHECKED_H */
