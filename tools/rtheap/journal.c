// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel events in memory, and the trace made from them.
 *
 * The events of several CPUs arrive out of order, so they are kept until none can
 * come in front of them any more, sorted by their stamp, and written. That is
 * bounded: of JOURNAL_MAX events the older half is written in any case. A hash
 * from address to slot finds the slot of a free; slots of freed blocks are used
 * again, last freed first.
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

/* A line of a trace has room for more, whatever the numbers are. */
#define SITE_LEN	(TRACE_LINE_MAX - 64)

/* Where a block's address is kept. @address 0: nothing here. */
struct entry {
	u64 address;
	u32 slot;
};

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

/* What zlib says of a write is not why: the system's word for it, if there is one. */
int gz_written(bool is_written)
{
	return is_written ? 0 : errno ? -errno : -EIO;
}

/* "f SLOT" for a block in the hash. */
static int write_free(struct journal *j, struct entry *entry)
{
	char line[32] = "f ";
	char *p = write_u64(line + 2, entry->slot);

	*p++ = '\n';
	if (spare_push(&j->slots, entry->slot))
		return -ENOMEM;
	slots_remove(&j->slots, entry);
	j->result.frees++;
	errno = 0;
	return gz_written(gzwrite(j->out, line, p - line) == p - line);
}

/* "a SLOT BYTES SITE" for a block that is not in the hash. */
static int write_alloc(struct journal *j, const struct journal_event *event)
{
	struct slots *s = &j->slots;
	const char *site = j->name(j->ctx, event->site);
	struct entry *entry;

	if (slots_grow(s))
		return -ENOMEM;
	entry = slots_find(s, event->address);
	*entry = (struct entry){ event->address, slot_take(s) };
	s->used++;
	j->result.allocs++;
	if (!site || !is_word(site) || strlen(site) > SITE_LEN)
		site = "unknown";
	errno = 0;
	return gz_written(gzprintf(j->out, "a %u %u %s\n", entry->slot,
				   event->bytes, site) > 0);
}

static int write_event(struct journal *j, const struct journal_event *event)
{
	struct entry *entry = slots_find(&j->slots, event->address);
	bool known = entry->address;
	int err = 0;

	if (!event->bytes) {
		j->result.unknown += !known;
		return known ? write_free(j, entry) : 0;
	}
	if (known) {
		j->result.implied++;
		err = write_free(j, entry);
	}
	return err ? err : write_alloc(j, event);
}

/* By stamp; of equal ones the order in which they came in. */
static int by_time(const void *a, const void *b)
{
	const struct journal_event *x = a, *y = b;

	if (x->when != y->when)
		return x->when < y->when ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* Write the first @n events, which are sorted; the others move up. */
static int write_first(struct journal *j, size_t n)
{
	size_t i;
	int err = 0;

	for (i = 0; i < n && !err; i++)
		err = write_event(j, &j->events[i]);
	j->count -= i;
	memmove(j->events, j->events + i, j->count * sizeof(*j->events));
	return err;
}

static void sort(struct journal *j)
{
	if (j->count)
		qsort(j->events, j->count, sizeof(*j->events), by_time);
}

/* Have the trace written to @out, an open file of zlib's. Returns -errno. */
int journal_begin(struct journal *j, void *out, journal_name_fn name, void *ctx)
{
	*j = (struct journal){ .out = out, .name = name, .ctx = ctx };
	j->events = calloc(JOURNAL_MAX, sizeof(*j->events));
	if (!j->events || slots_grow(&j->slots))
		return -ENOMEM;
	errno = 0;
	return gz_written(gzputs(out, TRACE_FIRST_LINE
				 ": a SLOT BYTES SITE | f SLOT\n") >= 0);
}

int journal_add(struct journal *j, const struct journal_event *event)
{
	int err = 0;

	if (j->count == JOURNAL_MAX) {
		sort(j);
		err = write_first(j, JOURNAL_MAX / 2);
	}
	j->events[j->count] = *event;
	j->events[j->count].order = j->order++;
	j->count++;
	return err;
}

/* Nothing as old as @until or older comes any more: that can be written. */
int journal_flush(struct journal *j, u64 until)
{
	size_t n = 0;

	sort(j);
	while (n < j->count && j->events[n].when <= until)
		n++;
	return write_first(j, n);
}

/* Write what is left, and say what became of it all. */
int journal_end(struct journal *j, struct journal_result *result)
{
	int err = journal_flush(j, UINT64_MAX);

	*result = j->result;
	result->slots = j->slots.next;
	return err;
}

void journal_free(struct journal *j)
{
	free(j->events);
	free(j->slots.table);
	free(j->slots.spare);
	*j = (struct journal){ 0 };
}
