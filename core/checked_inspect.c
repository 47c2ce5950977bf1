// SPDX-License-Identifier: GPL-2.0-only
/*
 * checked_inspect.c - the part of the checked mode that reads and reports: what
 * is wrong with a block, the walk, the check, who allocated and freed a block, and
 * the lines in the log.
 * The picture is in checked.c.
 */
#define pr_fmt(fmt) "rtalloc: " fmt

#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/string.h>
#include <rtalloc/caller.h>

#include "core/block.h"
#include "core/checked.h"
#include "core/checked_calls.h"
#include "core/lock.h"
#include "core/report.h"

#define WALK_BATCH	8	/* pieces read in one step */
#define PHASE_BLOCKS	0x80000000	/* phase of a check: the backend's own is done */

/* ---- what a block is like --------------------------------------------- */

/* Return the first byte from @from to @end that is not @want, or NULL. */
static const u8 *byte_wrong(const u8 *from, const u8 *end, u8 want)
{
	return from < end ? memchr_inv(from, want, end - from) : NULL;
}

static bool report_wrong(struct checked_report *report, const void *p,
			 const u8 *at, u8 want)
{
	if (!at)
		return false;
	report->at = at - (const u8 *)p;
	report->is_wrong = true;
	report->got = *at;
	report->want = want;
	return true;
}

void checked_report_begin(const struct rtalloc_checked *checked,
			  const struct record *record,
			  struct checked_report *report)
{
	*report = (struct checked_report){
		.offset	   = checked->inner->offset((void *)checked->ctrl,
						    record + 1),
		.size	   = record->size,
		.state	   = record->state,
		.alloc	   = record->alloc,
		.free	   = record->free,
		.alloc_pid = record->alloc_pid,
		.free_pid  = record->free_pid,
	};
}

static bool front_wrong(const struct rtalloc_checked *checked,
			const struct record *record, const u8 *block,
			struct checked_report *report)
{
	const void *p = record + 1;

	/* The wrong byte nearest to the user's memory is the likeliest. */
	return report_wrong(report, p, byte_wrong(record->zone, p, CHECKED_RED),
			    CHECKED_RED) ||
	       report_wrong(report, p, byte_wrong(block + sizeof(u64),
						  (const u8 *)record,
						  CHECKED_RED), CHECKED_RED);
}

/* Test both zones, and the poison of a freed block. Returns 0 or a fault. */
int checked_diagnose(struct rtalloc_checked *checked,
		     const struct record *record, struct checked_report *report)
{
	const u8 *p = (const u8 *)(record + 1);
	const u8 *end = p + record->size;
	bool live = record->state == RECORD_LIVE;
	const u8 *block = checked_block_of(checked, (void *)p);
	size_t usable;

	checked_report_begin(checked, record, report);
	usable = block ? checked->inner->usable_size(checked->ctrl, block) : 0;
	if (usable < end - block + CHECKED_ZONE || record->size > usable)
		return -RTALLOC_CORRUPT;
	if (!live && report_wrong(report, p, byte_wrong(p, end, CHECKED_POISON),
				  CHECKED_POISON))
		return -RTALLOC_USE_AFTER_FREE;
	if (report_wrong(report, p, byte_wrong(end, block + usable, CHECKED_RED),
			 CHECKED_RED))
		return live ? -RTALLOC_OVERRUN : -RTALLOC_USE_AFTER_FREE;
	if (front_wrong(checked, record, block, report))
		return live ? -RTALLOC_UNDERRUN : -RTALLOC_USE_AFTER_FREE;
	return 0;
}

/* ---- walk and statistics --------------------------------------------- */

/* Turn a used piece of the backend into the user's block that it is, or was. */
static void piece_translate(const struct rtalloc_checked *checked,
			    struct rtalloc_block *piece)
{
	const void *block = checked_address(checked, piece->offset);
	const struct record *record;

	record = block ? checked_record_of(checked, block) : NULL;
	if (!record)
		return;
	piece->offset += (const u8 *)(record + 1) - (const u8 *)block;
	piece->size = record->size;
	if (record->state != RECORD_LIVE)
		piece->state = RTALLOC_IDLE;
}

int checked_walk(void *ctrl, struct rtalloc_cursor *cursor,
		 struct rtalloc_block *batch, int max)
{
	struct rtalloc_checked *checked = ctrl;
	bool is_pool = heap_is_pool(checked->heap);
	int i, n = checked->inner->walk(checked->ctrl, cursor, batch, max);

	for (i = 0; i < n; i++) {
		if (batch[i].state == RTALLOC_USED) {
			piece_translate(checked, &batch[i]);
		} else if (is_pool) {
			batch[i].offset += checked->front;
			batch[i].size = checked->outer.elem;
		}
	}
	return n;
}

void checked_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset)
{
	struct rtalloc_checked *checked = ctrl;

	checked->inner->usage(checked->ctrl, snap, reset);
	if (reset)
		usage_restart(&checked->outer.in_use);
}

void checked_stats(void *ctrl, struct rtalloc_snapshot *snap)
{
	struct rtalloc_checked *checked = ctrl;
	size_t around = checked->front + CHECKED_ZONE;

	checked->inner->stats(checked->ctrl, snap);
	snap->largest_free -= min_t(u64, snap->largest_free, around);
	if (heap_is_pool(checked->heap))
		snap->largest_free = min_t(u64, snap->largest_free,
					   checked->outer.elem);
}

void rtalloc_checked_quarantine(struct rtalloc_heap *heap, size_t *bytes,
				unsigned int *blocks, u64 *kept)
{
	const struct rtalloc_checked *checked = checked_of(heap);
	unsigned long flags = heap_lock(heap);

	*bytes = checked->held;
	*blocks = checked->nr;
	*kept = checked->kept;
	heap_unlock(heap, flags);
}

/* ---- check ----------------------------------------------------------- */

static const char *fault_what(int err)
{
	switch (-err) {
	case RTALLOC_OVERRUN:
		return "red zone behind a block is written over";
	case RTALLOC_UNDERRUN:
		return "red zone in front of a block is written over";
	case RTALLOC_USE_AFTER_FREE:
		return "freed block was written to";
	}
	return "record of a block does not fit it";
}

static int piece_check(struct rtalloc_checked *checked,
		       const struct rtalloc_block *piece,
		       struct rtalloc_fault *fault)
{
	const void *block = checked_address(checked, piece->offset);
	const struct record *record;
	struct checked_report report;
	int err;

	if (piece->state != RTALLOC_USED)
		return 0;
	record = block ? checked_record_of(checked, block) : NULL;
	if (!record)
		return rtalloc_fault_set(fault, RTALLOC_UNDERRUN,
					 piece->offset,
					 "record of a block is written over");
	err = checked_diagnose(checked, record, &report);
	return err ? rtalloc_fault_set(fault, -err, report.offset,
				       fault_what(err)) : 0;
}

/* Test the next few blocks; sweep->pos and tally[0] are the cursor. */
static int blocks_check(struct rtalloc_checked *checked,
			struct rtalloc_sweep *sweep,
			struct rtalloc_fault *fault)
{
	struct rtalloc_cursor cursor = {
		.pos = sweep->pos, .hint = sweep->tally[0],
	};
	struct rtalloc_block batch[WALK_BATCH];
	int i, n, err;

	n = checked->inner->walk(checked->ctrl, &cursor, batch, WALK_BATCH);
	for (i = 0; i < n; i++) {
		err = piece_check(checked, &batch[i], fault);
		if (err)
			return err;
	}
	sweep->pos = cursor.pos;
	sweep->tally[0] = cursor.hint;
	return n ? -EAGAIN : 0;
}

/* Check the backend's own structure first, then what lies around the blocks. */
int checked_check(void *ctrl, struct rtalloc_sweep *sweep,
		  struct rtalloc_fault *fault)
{
	struct rtalloc_checked *checked = ctrl;
	int err;

	if (sweep->phase != PHASE_BLOCKS) {
		err = checked->inner->check(checked->ctrl, sweep, fault);
		if (err)
			return err;
		*sweep = (struct rtalloc_sweep){ .phase = PHASE_BLOCKS };
	}
	do {
		err = blocks_check(checked, sweep, fault);
	} while (err == -EAGAIN && !checked->inner->bounded);
	return err;
}

/* ---- who ------------------------------------------------------------- */

static unsigned long stack_top(u32 stack)
{
	unsigned long *frames, room;

	return stack_frames(stack, &frames, &room) ? *frames : 0;
}

/* Return who allocated and freed the block at @offset, and how long ago. */
struct rtalloc_checked_past rtalloc_checked_past(struct rtalloc_heap *heap,
						 u64 offset)
{
	const struct rtalloc_checked *checked = checked_of(heap);
	unsigned long flags = heap_lock(heap);
	const void *p = checked_address(checked, offset);
	const struct record *record = p ? checked_record(checked, p) : NULL;
	struct rtalloc_checked_past past = { .age = -1 };
	u32 stacks[2] = { };

	if (record && record->state != RECORD_GONE) {
		stacks[0] = record->alloc;
		stacks[1] = record->free;
		past.age = jiffies_to_msecs((u32)jiffies - record->since);
	}
	heap_unlock(heap, flags);
	past.alloc = stack_top(stacks[0]);
	past.free = stack_top(stacks[1]);
	return past;
}

/* ---- the log --------------------------------------------------------- */

static void print_stack(const struct rtalloc_heap *heap, const char *what,
			u32 stack, s32 pid)
{
	unsigned long *frames, room;
	unsigned int i, nr = stack_frames(stack, &frames, &room);
	char symbol[RTALLOC_SYMBOL_MAX];

	if (!nr)
		return;
	pr_warn("%s: %s by task %d:\n", heap->name, what, pid);
	for (i = 0; i < nr; i++) {
		pr_warn("%s:   %s\n", heap->name,
			rtalloc_symbol(frames[i], symbol, sizeof(symbol)));
	}
}

static void print_report(const struct rtalloc_heap *heap,
			 const struct checked_report *report)
{
	if (report->is_wrong)
		pr_warn("%s: block of %llu bytes at offset %llu: byte %lld is %02x, not %02x\n",
			heap->name, report->size, report->offset, report->at,
			report->got, report->want);
	else if (report->size)
		pr_warn("%s: block of %llu bytes at offset %llu\n",
			heap->name, report->size, report->offset);
	print_stack(heap, "allocated", report->alloc, report->alloc_pid);
	print_stack(heap, "freed", report->free, report->free_pid);
}

/* Limits the rate at which stacks are printed. */
static bool may_say(void)
{
	static DEFINE_RATELIMIT_STATE(limit, DEFAULT_RATELIMIT_INTERVAL,
				      DEFAULT_RATELIMIT_BURST);

	return __ratelimit(&limit);
}

/* Print what is known about the block at @p, which a call has refused. */
void rtalloc_checked_print(struct rtalloc_heap *heap, const void *p)
{
	struct rtalloc_checked *checked = checked_of(heap);
	struct checked_report report;
	const struct record *record;
	unsigned long flags;
	bool known;

	flags = heap_lock(heap);
	/* The heap may have been destroyed meanwhile. */
	record = heap->is_checked ? checked_record(checked, p) : NULL;
	known = record && record->state != RECORD_GONE;
	if (known)
		checked_diagnose(checked, record, &report);
	heap_unlock(heap, flags);
	if (known && may_say())
		print_report(heap, &report);
}

static void print_late(struct rtalloc_heap *heap,
		       const struct checked_report *report)
{
	if (!may_say())
		return;
	pr_warn("%s: block at offset %llu refused for reuse: %s\n",
		heap->name, report->offset,
		rtalloc_fault_text(report->err));
	print_report(heap, report);
}

/*
 * Print what was found under the heap's lock, and make room for more stacks.
 * Runs without that lock.
 */
void checked_work(struct irq_work *work)
{
	struct rtalloc_checked *checked =
		container_of(work, struct rtalloc_checked, work);
	struct rtalloc_heap *heap = checked->heap;
	struct checked_report late[CHECKED_LATE];
	unsigned int i, nr_late, nr_unsaved;
	unsigned long flags = heap_lock(heap);
	bool damaged = checked->is_damaged;

	checked->is_damaged = false;
	nr_late = checked->nr_late;
	nr_unsaved = checked->nr_unsaved;
	checked->nr_late = 0;
	heap->faults += nr_late;
	memcpy(late, checked->late, sizeof(late));
	heap_unlock(heap, flags);

	for (i = 0; i < min_t(unsigned int, nr_late, CHECKED_LATE); i++)
		print_late(heap, &late[i]);
	if (damaged)
		rtalloc_damage_tell(heap);
	if (!nr_unsaved)
		return;
	/* Nothing writes to @unsaved before it is marked empty again. */
	stack_keep(checked->unsaved, nr_unsaved, true);
	flags = heap_lock(heap);
	checked->nr_unsaved = 0;
	heap_unlock(heap, flags);
}
