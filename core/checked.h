/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * checked.h - how a checked heap lies in memory: shared by checked.c,
 * checked_make.c and checked_inspect.c. The picture is in checked.c.
 */
#ifndef _RTALLOC_CORE_CHECKED_H
#define _RTALLOC_CORE_CHECKED_H

#include <linux/align.h>
#include <linux/bits.h>
#include <linux/irq_work.h>

#include "backend/mempool_fixed.h"
#include "core/heap.h"
#include "core/stacks.h"

/*
 * The smallest red zone on each side of the user's memory, in bytes; the
 * largest distance from the start of the backend's block to the user's memory,
 * which depends on the alignment; the value of each byte of a red zone, and of
 * freed memory.
 */
#define CHECKED_ZONE	16
#define CHECKED_FRONT_MAX BIT(30)
#define CHECKED_RED	0xbb
#define CHECKED_POISON	0x6b

/*
 * The number of faults kept between two reports; the largest number of blocks
 * in the quarantine; and the part of the heap that is the quarantine by default
 * (1 / CHECKED_FRACTION).
 */
#define CHECKED_LATE	4
#define CHECKED_SLOTS	8192u
#define CHECKED_FRACTION 8

/**
 * enum record_state - the state of a block of a checked heap
 * @RECORD_LIVE: handed out
 * @RECORD_FREED: in the quarantine
 * @RECORD_KEPT: out of use for ever, because it was written to after it was
 *	freed
 * @RECORD_GONE: given back to the backend
 */
enum record_state {
	RECORD_LIVE = 0x5a11fe01,
	RECORD_FREED,
	RECORD_KEPT,
	RECORD_GONE,
};

/**
 * struct record - lies in front of the user's memory of each block
 * @front: encoded distance in bytes from the start of the backend's block to
 *	the user's memory
 * @size: bytes, as the user asked
 * @alloc: stack of the allocation
 * @free: stack of the free
 * @alloc_pid: task that allocated
 * @free_pid: task that freed
 * @state: one of &enum record_state
 * @since: when it was allocated, or freed, in jiffies
 * @seal: made of all fields before it, the record's address and the heap's
 *	cookie
 * @zone: the red zone; the user's memory begins behind it
 */
struct record {
	u64 front;
	u64 size;
	u32 alloc;
	u32 free;
	s32 alloc_pid;
	s32 free_pid;
	u32 state;
	u32 since;
	u64 seal;
	u8 zone[CHECKED_ZONE];
};

/**
 * struct checked_slot - a block in the quarantine
 * @p: the user's memory
 * @block: the backend's block
 * @bytes: bytes of @block
 */
struct checked_slot {
	void *p;
	void *block;
	size_t bytes;
};

/**
 * struct checked_report - what there is to report about a block
 * @err: the fault, if it is reported after the call
 * @offset: offset of the user's memory
 * @size: bytes of the user's memory
 * @state: one of &enum record_state
 * @at: offset of the first wrong byte from the user's memory
 * @is_wrong: a wrong byte was found
 * @got: what that byte holds
 * @want: what it should hold
 * @alloc: as in &struct record
 * @free: as in &struct record
 * @alloc_pid: as in &struct record
 * @free_pid: as in &struct record
 */
struct checked_report {
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

/**
 * struct checked_part - a piece of memory of a checked heap
 * @base: its first byte
 * @size: bytes
 * @block: a block in it. The offsets of other blocks are computed from this
 *	one's, because not every backend counts from the first byte. NULL: no
 *	block was allocated yet
 */
struct checked_part {
	u8 *base;
	size_t size;
	u8 *block;
};

/**
 * struct rtalloc_checked - the control block of a checked heap
 * @outer: begins with the cookie. A pool's calls read it without calling a
 *	hook: it describes the users' elements and allows no fast path
 * @ops: the heap's hooks
 * @inner: the backend's hooks
 * @heap: the heap
 * @caller: caller of the current call
 * @front: bytes before the user's memory when no alignment is asked for
 * @nr_parts: used entries of @part
 * @part: the heap's memory
 * @limit: most bytes that the quarantine may hold
 * @held: bytes in the quarantine
 * @slots: room in @ring; 0: there is no quarantine
 * @oldest: index in @ring of the oldest block
 * @nr: blocks in the quarantine
 * @ring: the blocks, in the order in which they were freed
 * @kept: blocks that are out of use for ever
 * @goes_on: more blocks must leave the quarantine than one hold of the lock
 *	allows
 * @is_tracked: kmemleak tracks the heap's blocks
 * @work: reports what was found with the lock held, and makes room for stacks
 * @late: faults that are to be reported
 * @nr_late: number of faults found since the last report, also when @late was
 *	full
 * @is_damaged: a fault has closed the heap, and waiting tasks must still be
 *	woken
 * @unsaved: a stack for which the depot had no room
 * @nr_unsaved: frames of @unsaved
 * @ctrl: the backend's control block
 *
 * Protects: the heap's lock guards all fields that change.
 */
struct rtalloc_checked {
	struct fixed_pool outer;
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
	bool goes_on;
	bool is_tracked;
	struct irq_work work;
	struct checked_report late[CHECKED_LATE];
	unsigned int nr_late;
	bool is_damaged;
	unsigned long unsaved[STACK_FRAMES];
	unsigned int nr_unsaved;
	u8 ctrl[] __aligned(L1_CACHE_BYTES);
};

static_assert(!offsetof(struct rtalloc_checked, outer));

static inline struct rtalloc_checked *checked_of(struct rtalloc_heap *heap)
{
	return (struct rtalloc_checked *)heap->ctrl;
}

/* In checked.c, except for the hooks that make a heap. */
extern const struct rtalloc_ops checked_hooks;
u64 checked_mix(const struct rtalloc_checked *checked, const void *at, u64 word);
u64 checked_seal(const struct rtalloc_checked *checked,
		 const struct record *record);
struct record *checked_record(const struct rtalloc_checked *checked,
			      const void *p);
struct record *checked_record_of(const struct rtalloc_checked *checked,
				 const void *block);
void *checked_address(const struct rtalloc_checked *checked, u64 offset);
void *checked_block_of(const struct rtalloc_checked *checked, void *p);
void checked_report_begin(const struct rtalloc_checked *checked,
			  const struct record *record,
			  struct checked_report *report);
int checked_diagnose(struct rtalloc_checked *checked,
		     const struct record *record,
		     struct checked_report *report);
bool checked_evict(struct rtalloc_checked *checked);
void checked_room_make(struct rtalloc_checked *checked);

/* In checked_inspect.c. */
int checked_walk(void *ctrl, struct rtalloc_cursor *cursor,
		 struct rtalloc_block *batch, int max);
int checked_check(void *ctrl, struct rtalloc_sweep *sweep,
		  struct rtalloc_fault *fault);
void checked_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset);
void checked_stats(void *ctrl, struct rtalloc_snapshot *snap);
void checked_work(struct irq_work *work);

#endif /* _RTALLOC_CORE_CHECKED_H */
