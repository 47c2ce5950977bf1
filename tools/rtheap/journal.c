// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel events in memory, and the trace made from them.
 *
 * The events of several CPUs arrive out of order, so all are kept and sorted
 * by their stamp before a line is written. A hash from address to slot finds
 * the slot of a free; slots of freed blocks are used again, last freed first.
 *
 * Not every allocation and free shows up as an event (bulk calls, lost
 * events). A free of an unknown address is left out. An address that is
 * allocated while it is in the hash must have been freed in between: that
 * free is written just before the allocation.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "rtheap.h"

/* Where a block's address is kept. @address 0: nothing here. */
struct entry {
	u64 address;
	u32 slot;
};

/* Open addressing, linear probing; never more than half full. */
struct slots {
	struct entry *table;
	size_t size;		/* a power of two */
	size_t used;
	u32 *spare;	/* a stack of slots to use again */
	size_t spares;
	size_t spares_room;
	u32 next;		/* first slot never used */
};

struct writer {
	struct slots slots;
	struct journal_result *result;
	void *out;
	journal_name_fn name;
	void *ctx;
};

int journal_add(struct journal *journal, const struct journal_event *event)
{
	size_t more;
	void *p;

	if (journal->count == journal->room) {
		more = journal->room ? journal->room * 2 : 65536;
		p = reallocarray(journal->events, more, sizeof(*event));
		if (!p)
			return -ENOMEM;
		journal->events = p;
		journal->room = more;
	}
	journal->events[journal->count] = *event;
	journal->events[journal->count].order = journal->count;
	journal->count++;
	return 0;
}

void journal_free(struct journal *journal)
{
	free(journal->events);
	*journal = (struct journal){ 0 };
}

/* Addresses differ in the middle bits; multiply to spread them upward. */
static size_t home(const struct slots *s, u64 address)
{
	return (address * 0x9e3779b97f4a7c15ull >> 20) & (s->size - 1);
}

/* The entry of @address, or the empty one where it would go. */
static struct entry *slots_find(const struct slots *s, u64 address)
{
	size_t i = home(s, address);

	while (s->table[i].address && s->table[i].address != address)
		i = (i + 1) & (s->size - 1);
	return &s->table[i];
}

static int slots_grow(struct slots *s)
{
	struct slots old = *s;
	size_t i;

	if (s->size && s->used < s->size / 2)
		return 0;
	s->size = old.size ? old.size * 2 : 4096;
	s->table = calloc(s->size, sizeof(*s->table));
	if (!s->table) {
		*s = old;
		return -ENOMEM;
	}
	for (i = 0; i < old.size; i++)
		if (old.table[i].address)
			*slots_find(s, old.table[i].address) = old.table[i];
	free(old.table);
	return 0;
}

/*
 * Take an entry out. Entries behind it that were pushed on by it move back,
 * or a later search would stop at the hole before it found them.
 */
static void slots_remove(struct slots *s, struct entry *entry)
{
	size_t mask = s->size - 1;
	size_t hole = entry - s->table;
	size_t i = hole, want;

	for (;;) {
		i = (i + 1) & mask;
		if (!s->table[i].address)
			break;
		want = home(s, s->table[i].address);
		if (((i - want) & mask) < ((i - hole) & mask))
			continue;
		s->table[hole] = s->table[i];
		hole = i;
	}
	s->table[hole].address = 0;
	s->used--;
}

static int spare_push(struct slots *s, u32 slot)
{
	size_t more = s->spares_room ? s->spares_room * 2 : 1024;
	void *p;

	if (s->spares == s->spares_room) {
		p = reallocarray(s->spare, more, sizeof(*s->spare));
		if (!p)
			return -ENOMEM;
		s->spare = p;
		s->spares_room = more;
	}
	s->spare[s->spares++] = slot;
	return 0;
}

static u32 slot_take(struct slots *s)
{
	return s->spares ? s->spare[--s->spares] : s->next++;
}

/* "f SLOT" for a block in the hash. */
static int write_free(struct writer *w, struct entry *entry)
{
	char line[32] = "f ";
	char *p = write_u64(line + 2, entry->slot);

	*p++ = '\n';
	if (spare_push(&w->slots, entry->slot))
		return -ENOMEM;
	slots_remove(&w->slots, entry);
	w->result->frees++;
	return gzwrite(w->out, line, p - line) == p - line ? 0 : -EIO;
}

/* "a SLOT BYTES SITE" for a block that is not in the hash. */
static int write_alloc(struct writer *w, const struct journal_event *event)
{
	struct slots *s = &w->slots;
	const char *site = w->name(w->ctx, event->site);
	struct entry *entry;

	if (slots_grow(s))
		return -ENOMEM;
	entry = slots_find(s, event->address);
	*entry = (struct entry){ event->address, slot_take(s) };
	s->used++;
	w->result->allocs++;
	return gzprintf(w->out, "a %u %u %s\n", entry->slot, event->bytes,
			site && is_word(site) ? site : "unknown") > 0 ? 0 :
									-EIO;
}

static int write_event(struct writer *w, const struct journal_event *event)
{
	struct entry *entry = slots_find(&w->slots, event->address);
	bool known = entry->address;
	int err = 0;

	if (!event->bytes) {
		w->result->unknown += !known;
		return known ? write_free(w, entry) : 0;
	}
	if (known) {
		w->result->implied++;
		err = write_free(w, entry);
	}
	return err ? err : write_alloc(w, event);
}

/* By stamp; of equal ones the order in which they came in. */
static int by_time(const void *a, const void *b)
{
	const struct journal_event *x = a, *y = b;

	if (x->when != y->when)
		return x->when < y->when ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* Write all events to @out as a trace. Sorts the journal. Returns -errno. */
int journal_write(struct journal *journal, void *out, journal_name_fn name,
		  void *ctx, struct journal_result *result)
{
	struct writer w = {
		.result = result, .out = out, .name = name, .ctx = ctx,
	};
	size_t i;
	int err;

	*result = (struct journal_result){ 0 };
	if (journal->count)
		qsort(journal->events, journal->count,
		      sizeof(*journal->events), by_time);
	err = slots_grow(&w.slots);
	if (!err && gzputs(out, TRACE_FIRST_LINE
			   ": a SLOT BYTES SITE | f SLOT\n") < 0)
		err = -EIO;
	for (i = 0; i < journal->count && !err; i++)
		err = write_event(&w, &journal->events[i]);
	result->slots = w.slots.next;
	free(w.slots.table);
	free(w.slots.spare);
	return err;
}
