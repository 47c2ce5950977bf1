// SPDX-License-Identifier: GPL-2.0-only
/*
 * checked.c - the checked mode of a heap: an allocator around an allocator.
 *
 * A checked heap has a table of hooks of its own. Its hooks call the backend's
 * with more bytes than were asked for, and put this around the user's memory:
 *
 *   backend's block                user's memory
 *   +-------+--------+-------------+-----------------+-----------------+
 *   | front | record | zone (16)   | size, as asked  | zone (16 or     |
 *   | red   |        | red         |                 | more), red      |
 *   +-------+--------+-------------+-----------------+-----------------+
 *   front is empty unless the alignment is above 64; the block's first word says
 *   where the user's memory begins
 *
 * A free tests both zones, fills the memory with poison and puts the block into the
 * quarantine, a ring outside of the heap. A block leaves the ring to make room, or when
 * memory is short; then it must still hold poison. A record is sealed with its address
 * and the heap's cookie, so a copy, or a record of an earlier heap, is not accepted.
 *
 * Cost: 80 bytes and a rounding for each block. Each alloc and free saves a stack, and a
 * free takes time in proportion to the block, with the heap's lock held: a checked heap
 * is for finding bugs. Heaps that are not checked do not come here.
 *
 * What is found while the lock is held is reported from irq_work, which also makes room
 * in the stack depot: under a raw lock nothing may be allocated.
 *
 * A pool's calls read the pool's control block without calling a hook. So this control
 * block begins with a struct fixed_pool, which describes the users' elements. Its limits
 * are 0, so that the fast path leaves every call to the hooks.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kmemleak.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "core/block.h"
#include "core/checked.h"

static_assert(sizeof(struct record) % 64 == 0);

/* ---- records --------------------------------------------------------- */

/* Return a hash that changes with every bit of @word, @at and the cookie. */
u64 checked_mix(const struct rtalloc_checked *checked, const void *at, u64 word)
{
	u64 mix = (word ^ checked->outer.cookie) * 0x9e3779b97f4a7c15ull;

	mix = (mix ^ (mix >> 29) ^ (size_t)at) * 0xbf58476d1ce4e5b9ull;
	return mix ^ (mix >> 32);
}

u64 checked_seal(const struct rtalloc_checked *checked,
		 const struct record *record)
{
	const u64 *word = (const u64 *)record;
	u64 seal = 0;

	for (; word < &record->seal; word++)
		seal = checked_mix(checked, record, seal ^ *word);
	return seal;
}

static const struct checked_part *
part_of(const struct rtalloc_checked *checked, const void *at)
{
	const struct checked_part *part = checked->part;

	for (; part < checked->part + checked->nr_parts; part++)
		if ((size_t)((const u8 *)at - part->base) < part->size)
			return part;
	return NULL;
}

static bool is_inside(const struct rtalloc_checked *checked, const void *at,
		      size_t size)
{
	const struct checked_part *part = part_of(checked, at);
	size_t room;

	/* Memory that was added behind a part may have merged with it. */
	for (; part; part = part_of(checked, at)) {
		room = part->base + part->size - (const u8 *)at;
		if (size <= room)
			return true;
		at = (const u8 *)at + room;
		size -= room;
	}
	return false;
}

/* Return the address of the block at @offset, or NULL if there is none. */
void *checked_address(const struct rtalloc_checked *checked, u64 offset)
{
	const struct checked_part *part = checked->part;
	u8 *at;

	for (; part < checked->part + checked->nr_parts; part++) {
		if (!part->block)
			continue;
		at = part->block + (offset -
				    checked->inner->offset((void *)checked->ctrl,
							   part->block));
		if (part_of(checked, at) == part)
			return at;
	}
	return NULL;
}

/* Return the record of the user's memory at @p, or NULL if none there is intact. */
struct record *checked_record(const struct rtalloc_checked *checked,
			      const void *p)
{
	struct record *record = (struct record *)p - 1;

	if (!IS_ALIGNED((unsigned long)p, sizeof(u64)) ||
	    !is_inside(checked, record, sizeof(*record)))
		return NULL;
	return record->seal == checked_seal(checked, record) ? record : NULL;
}

/* Return the distance in the first word of @block; any number if that is damaged. */
static u64 front_read(const struct rtalloc_checked *checked, const void *block)
{
	return *(const u64 *)block ^ checked_mix(checked, block, 0);
}

/*
 * As checked_record(), for a block of the backend. In a damaged heap a walk may
 * report any address as a block.
 */
struct record *checked_record_of(const struct rtalloc_checked *checked,
				 const void *block)
{
	u64 front;

	if (!IS_ALIGNED((unsigned long)block, sizeof(u64)))
		return NULL;
	front = front_read(checked, block);
	if (front < sizeof(struct record) || !IS_ALIGNED(front, sizeof(u64)) ||
	    !is_inside(checked, block, front))
		return NULL;
	return checked_record(checked, block + front);
}

/*
 * Return the backend's block for the user's memory at @p, or NULL if it has no
 * intact record.
 */
void *checked_block_of(const struct rtalloc_checked *checked, void *p)
{
	const struct record *record = (struct record *)p - 1;
	u64 front = sizeof(*record);
	void *block;

	/*
	 * The distance is encoded with the block's address, which is not known
	 * yet, so every possible distance is tried.
	 */
	for (; front <= CHECKED_FRONT_MAX; front *= 2) {
		block = p - front;
		if (is_inside(checked, block, front) &&
		    (record->front ^ checked_mix(checked, block, 0)) == front)
			return block;
	}
	return NULL;
}

static void record_seal(const struct rtalloc_checked *checked,
			struct record *record, u32 state)
{
	if (!record->state || state == RECORD_FREED)
		record->since = jiffies;
	record->state = state;
	record->seal = checked_seal(checked, record);
}

/* ---- which pointers are blocks ---------------------------------------- */

/* Does a live block of the backend begin @front bytes before @p? */
static bool is_front(const struct rtalloc_checked *checked, const void *p,
		     size_t front)
{
	const void *block = p - front;

	if (!is_inside(checked, block, front) ||
	    !checked->inner->usable_size((void *)checked->ctrl, block))
		return false;
	/*
	 * An aligned block whose record is intact says where its memory begins.
	 */
	return front_read(checked, block) == front ||
	       (front == checked->front &&
		!checked_record_of(checked, block));
}

/* Return why @p, which has no intact record, is refused. */
static int no_record(struct rtalloc_checked *checked, void *p)
{
	const struct rtalloc_ops *inner = checked->inner;
	size_t front = checked->front;

	if (inner->offset(checked->ctrl, p) == ~0ull)
		return -RTALLOC_FOREIGN;
	if (!IS_ALIGNED((unsigned long)p, sizeof(u64)))
		return -RTALLOC_NOT_A_BLOCK;
	for (; front <= 65536; front = roundup_pow_of_two(front + 1))
		if (is_front(checked, p, front))
			return -RTALLOC_UNDERRUN;
	p -= checked->front;
	/*
	 * Return what a free would return, without freeing anything: in a
	 * damaged heap a block may be live although the backend does not know
	 * its size.
	 */
	return inner->loss_fault(checked->ctrl, p, 0) == -RTALLOC_DOUBLE_FREE ?
	       -RTALLOC_DOUBLE_FREE : -RTALLOC_NOT_A_BLOCK;
}

/* Find the record of the live block at @p. Returns 0 or a fault. */
static int record_find(struct rtalloc_checked *checked, void *p,
		       struct record **record)
{
	*record = checked_record(checked, p);
	if (!*record || (*record)->state == RECORD_GONE)
		return no_record(checked, p);
	return (*record)->state == RECORD_LIVE ? 0 : -RTALLOC_DOUBLE_FREE;
}

/* As record_find(), and test that nothing around the block was overwritten. */
static int record_sound(struct rtalloc_checked *checked, void *p,
			struct record **record)
{
	struct checked_report report;
	int err = record_find(checked, p, record);

	return err ? err : checked_diagnose(checked, *record, &report);
}

/* ---- stacks ---------------------------------------------------------- */

static u32 stack_save(struct rtalloc_checked *checked)
{
	unsigned long frames[STACK_FRAMES + STACK_INNER];
	unsigned int first, nr;
	u32 stack;

	nr = stack_walk(frames, checked->caller, &first);
	if (!nr)
		return 0;
	stack = stack_keep(frames + first, nr, false);
	if (!stack && !checked->nr_unsaved) {
		memcpy(checked->unsaved, frames + first, nr * sizeof(*frames));
		checked->nr_unsaved = nr;
		irq_work_queue(&checked->work);
	}
	return stack;
}

/* ---- quarantine ------------------------------------------------------ */

/*
 * @report is about another block than the one that the current call was given.
 * Count it now; it is reported after the lock is dropped. Damage closes the
 * heap at once.
 */
static void checked_late(struct rtalloc_checked *checked,
			 const struct checked_report *report)
{
	if (report->err == -RTALLOC_CORRUPT && !checked->heap->is_closed) {
		rtalloc_heap_shut(checked->heap);
		checked->is_damaged = true;
	}
	if (checked->nr_late < CHECKED_LATE)
		checked->late[checked->nr_late] = *report;
	checked->nr_late++;
	irq_work_queue(&checked->work);
}

/*
 * Fill in the report for a block whose record was destroyed: only its place is
 * known.
 */
static void report_of_slot(struct rtalloc_checked *checked,
			   const struct checked_slot *slot,
			   struct checked_report *report)
{
	*report = (struct checked_report){
		.offset = checked->inner->offset(checked->ctrl, slot->p),
		.state	= RECORD_KEPT,
	};
}

static int slot_diagnose(struct rtalloc_checked *checked,
			 const struct checked_slot *slot,
			 struct checked_report *report)
{
	struct record *record = checked_record(checked, slot->p);
	int err;

	if (!record || record->state != RECORD_FREED) {
		report_of_slot(checked, slot, report);
		return -RTALLOC_USE_AFTER_FREE;
	}
	err = checked_diagnose(checked, record, report);
	record_seal(checked, record, err ? RECORD_KEPT : RECORD_GONE);
	return err;
}

/*
 * Give the block back to the backend, or keep it out of use. Returns 0 or a
 * fault.
 */
static int slot_release(struct rtalloc_checked *checked,
			const struct checked_slot *slot,
			struct checked_report *report)
{
	int err = slot_diagnose(checked, slot, report);

	if (err)
		return err;
	err = checked->inner->free(checked->ctrl, slot->block);
	if (err)
		record_seal(checked, (struct record *)slot->p - 1, RECORD_KEPT);
	return err;
}

/*
 * Evict the oldest block from the quarantine: give it to the backend or, if it
 * was written to after it was freed, keep it out of use for ever. The current
 * call does not fail because of that. Return false if the quarantine was empty.
 */
bool checked_evict(struct rtalloc_checked *checked)
{
	struct checked_report report;
	struct checked_slot slot;
	int err;

	if (!checked->nr)
		return false;
	slot = checked->ring[checked->oldest];
	checked->oldest = (checked->oldest + 1) % checked->slots;
	checked->nr--;
	checked->held -= slot.bytes;
	err = slot_release(checked, &slot, &report);
	if (err) {
		report.err = err;
		checked->kept++;
		checked_late(checked, &report);
	}
	return true;
}

/*
 * The quarantine holds too much: evict its oldest blocks, as many as one hold
 * of the lock allows.
 */
void checked_room_make(struct rtalloc_checked *checked)
{
	int i;

	for (i = 0; i < RTALLOC_HOLD_STEPS && checked->held > checked->limit; i++)
		checked_evict(checked);
	checked->goes_on = checked->held > checked->limit;
}

/*
 * Put a freed block into the quarantine, which evicts the oldest blocks to make
 * room.
 */
static void quarantine_add(struct rtalloc_checked *checked,
			   const struct checked_slot *slot)
{
	if (checked->nr == checked->slots)
		checked_evict(checked);
	checked->ring[(checked->oldest + checked->nr) % checked->slots] = *slot;
	checked->nr++;
	checked->held += slot->bytes;
	checked_room_make(checked);
}

/* ---- hooks ----------------------------------------------------------- */

/* How a block is to be allocated. */
struct alloc_args {
	size_t align;	/* 0: the heap's own */
	void *old;	/* the backend's block that the new one replaces, or NULL */
};

static void *block_try(struct rtalloc_checked *checked, size_t size,
		       struct alloc_args args)
{
	const struct rtalloc_ops *inner = checked->inner;

	if (args.old)
		return inner->alloc_move(checked->ctrl, size, args.old);
	return args.align && !heap_is_pool(checked->heap) ?
	       inner->alloc_aligned(checked->ctrl, size, args.align) :
	       inner->alloc(checked->ctrl, size);
}

/*
 * Allocate a block from the backend. If it has no memory, evict blocks from the
 * quarantine, as many as one hold of the lock allows.
 */
static void *block_alloc(struct rtalloc_checked *checked, size_t size,
			 struct alloc_args args)
{
	void *block = block_try(checked, size, args);
	int i;

	checked->goes_on = false;
	if (block || !checked->nr)
		return block;
	for (i = 0; i < RTALLOC_HOLD_STEPS && checked_evict(checked); i++)
		;
	if (checked->heap->is_closed)
		return NULL;
	block = block_try(checked, size, args);
	checked->goes_on = !block && checked->nr;
	return block;
}

/*
 * Write the zones and the record around @size bytes that begin @front bytes
 * into @block. The backend may notice only here that what lies behind the block
 * is damaged.
 */
static void *block_dress(struct rtalloc_checked *checked, u8 *block,
			 size_t front, size_t size)
{
	size_t usable = checked->inner->usable_size(checked->ctrl, block);
	struct record *record = (struct record *)(block + front) - 1;
	u64 word = front ^ checked_mix(checked, block, 0);
	struct checked_part *part;
	u8 *p = block + front;

	if (usable < front + size + CHECKED_ZONE)
		return ERR_PTR(-RTALLOC_CORRUPT);
	part = (struct checked_part *)part_of(checked, block);
	part->block = block;
	memset(block, CHECKED_RED, front);
	memset(p + size, CHECKED_RED, usable - front - size);
	*(u64 *)block = word;
	*record = (struct record){
		.front	   = word,
		.size	   = size,
		.alloc	   = stack_save(checked),
		.alloc_pid = task_pid_nr(current),
	};
	memset(record->zone, CHECKED_RED, sizeof(record->zone));
	record_seal(checked, record, RECORD_LIVE);
	return p;
}

static void *alloc_in(struct rtalloc_checked *checked, size_t size,
		      struct alloc_args args, size_t front)
{
	struct fixed_pool *outer = &checked->outer;
	void *block, *p;

	if (!size || size > SIZE_MAX / 4 || front > SIZE_MAX / 4 ||
	    (heap_is_pool(checked->heap) && size > outer->elem))
		return NULL;
	block = block_alloc(checked, front + size + CHECKED_ZONE, args);
	if (IS_ERR_OR_NULL(block))
		return block;
	p = block_dress(checked, block, front, size);
	if (!IS_ERR(p) && heap_is_pool(checked->heap))
		usage_add(&outer->in_use, 1);
	return p;
}

static void *checked_alloc(void *ctrl, size_t size)
{
	struct rtalloc_checked *checked = ctrl;

	return alloc_in(checked, size, (struct alloc_args){ }, checked->front);
}

static void *checked_alloc_aligned(void *ctrl, size_t size, size_t align)
{
	struct rtalloc_checked *checked = ctrl;
	struct fixed_pool *outer = &checked->outer;

	if (heap_is_pool(checked->heap)) {
		if (((size_t)outer->origin | outer->step) & (align - 1))
			return NULL;
		return checked_alloc(ctrl, size);
	}
	if (align > CHECKED_FRONT_MAX)
		return NULL;
	return alloc_in(checked, size, (struct alloc_args){ .align = align },
			max(checked->front, align));
}

/*
 * The new block of the backend is as aligned as @old, and the distance from its
 * start to the user's memory is a multiple of that alignment.
 */
static void *checked_alloc_move(void *ctrl, size_t size, void *old)
{
	struct rtalloc_checked *checked = ctrl;
	void *block = checked_block_of(checked, old);

	return alloc_in(checked, size, (struct alloc_args){ .old = block },
			(u8 *)old - (u8 *)block);
}

/*
 * Free without quarantine. The backend is asked first, because it may refuse.
 */
static int free_now(struct rtalloc_checked *checked, struct record *record,
		    const struct checked_slot *slot)
{
	int err;

	record_seal(checked, record, RECORD_GONE);
	err = checked->inner->free(checked->ctrl, slot->block);
	if (err)
		record_seal(checked, record, RECORD_LIVE);
	else
		kmemleak_free(slot->p);
	return err;
}

static int free_later(struct rtalloc_checked *checked, struct record *record,
		      const struct checked_slot *slot)
{
	kmemleak_free(slot->p);
	memset(slot->p, CHECKED_POISON, record->size);
	record->free = stack_save(checked);
	record->free_pid = task_pid_nr(current);
	record_seal(checked, record, RECORD_FREED);
	quarantine_add(checked, slot);
	return 0;
}

static int checked_free(void *ctrl, void *p)
{
	struct rtalloc_checked *checked = ctrl;
	struct checked_slot slot = { .p = p };
	struct record *record;
	int err = record_sound(checked, p, &record);

	if (err)
		return err;
	slot.block = checked_block_of(checked, p);
	slot.bytes = checked->inner->usable_size(checked->ctrl, slot.block);
	err = slot.bytes > checked->limit || !checked->slots ?
	      free_now(checked, record, &slot) :
	      free_later(checked, record, &slot);
	if (!err && heap_is_pool(checked->heap))
		usage_sub(&checked->outer.in_use, 1);
	return err;
}

static int checked_loss_fault(void *ctrl, void *p, size_t size)
{
	struct rtalloc_checked *checked = ctrl;
	struct record *record;
	int err = record_sound(checked, p, &record);
	u8 *block;

	if (err)
		return err;
	block = checked_block_of(checked, p);
	if (size)
		size += (u8 *)p - block + CHECKED_ZONE;
	return checked->inner->loss_fault(checked->ctrl, block, size);
}

/*
 * Write the zone behind a block whose size has changed. The resize has
 * succeeded, so damage found behind the block is reported as another block's
 * fault.
 */
static void zone_renew(struct rtalloc_checked *checked,
		       const struct record *record, const u8 *block)
{
	u8 *end = (u8 *)(record + 1) + record->size;
	size_t usable = checked->inner->usable_size(checked->ctrl, block);
	struct checked_report report;

	if (usable >= end - block + CHECKED_ZONE) {
		memset(end, CHECKED_RED, block + usable - end);
		return;
	}
	checked_report_begin(checked, record, &report);
	report.err = -RTALLOC_CORRUPT;
	checked_late(checked, &report);
}

/*
 * Resize in place if the backend can, and write the zone behind the block
 * again.
 */
static int checked_resize(void *ctrl, void *p, size_t *size)
{
	struct rtalloc_checked *checked = ctrl;
	struct record *record;
	size_t total, front;
	void *block;
	int err = record_sound(checked, p, &record);

	if (err)
		return err;
	block = checked_block_of(checked, p);
	front = p - block;
	if (*size > SIZE_MAX / 4 ||
	    (heap_is_pool(checked->heap) && *size > checked->outer.elem))
		return -ENOSPC;
	total = front + *size + CHECKED_ZONE;
	err = checked->inner->resize(checked->ctrl, block, &total);
	if (err)
		return err;
	kmemleak_free(p);
	record->size = *size;
	record_seal(checked, record, RECORD_LIVE);
	zone_renew(checked, record, block);
	return 0;
}

static size_t checked_usable_size(void *ctrl, const void *p)
{
	struct rtalloc_checked *checked = ctrl;
	const struct record *record = checked_record(checked, p);

	return record && record->state == RECORD_LIVE ? record->size : 0;
}

static int checked_set_owner(void *ctrl, void *p, const char *owner)
{
	struct rtalloc_checked *checked = ctrl;
	struct record *record;
	int err = record_sound(checked, p, &record);

	if (err)
		return err;
	return checked->inner->set_owner(checked->ctrl,
					 checked_block_of(checked, p), owner);
}

static u64 checked_offset(void *ctrl, const void *p)
{
	struct rtalloc_checked *checked = ctrl;

	return checked->inner->offset(checked->ctrl, p);
}

static void checked_close(void *ctrl)
{
	struct rtalloc_checked *checked = ctrl;

	checked->inner->close(checked->ctrl);
}

/*
 * Empty the quarantine first, because its blocks keep the backend's memory from
 * being idle. Evict at most twice as many blocks as it has room for: other
 * calls may fill it as fast as it is emptied.
 */
static int checked_trim(void *ctrl, struct rtalloc_sweep *sweep, size_t *bytes)
{
	struct rtalloc_checked *checked = ctrl;

	while (sweep->steps && sweep->layer < 2 * checked->slots &&
	       checked_evict(checked)) {
		sweep->steps--;
		sweep->layer++;
	}
	if (!sweep->steps)
		return -EAGAIN;
	return checked->inner->trim ?
	       checked->inner->trim(checked->ctrl, sweep, bytes) : 0;
}

/* Hooks that are the same for every backend; checked_make.c adds the rest. */
const struct rtalloc_ops checked_hooks = {
	.close		= checked_close,
	.alloc		= checked_alloc,
	.alloc_aligned	= checked_alloc_aligned,
	.alloc_move	= checked_alloc_move,
	.resize		= checked_resize,
	.free		= checked_free,
	.loss_fault	= checked_loss_fault,
	.usable_size	= checked_usable_size,
	.set_owner	= checked_set_owner,
	.offset		= checked_offset,
	.walk		= checked_walk,
	.check		= checked_check,
	.usage		= checked_usage,
	.stats		= checked_stats,
	.trim		= checked_trim,
};
