// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sort kernel events by time and write them as a trace.
 *
 * The events of several CPUs arrive out of order. They are kept until no older event can
 * arrive, then sorted by time stamp and written. Memory is bounded: when JOURNAL_MAX events
 * wait, the older half is written in any case. A hash table from address to slot finds the
 * slot of a free. Slots of freed blocks are reused, the last freed first.
 *
 * Not every allocation and free leaves an event (bulk calls, lost events). A free of an
 * unknown address is left out. An address that is allocated while it is in the table must
 * have been freed in between, so that free is written just before the allocation.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "rtheap.h"

/* Longest name of a site, so that its line fits into TRACE_LINE_MAX with any numbers. */
#define SITE_LEN	(TRACE_LINE_MAX - 64)

/* Entry of the hash table. @address: of the block; 0: the entry is empty. */
struct entry {
	u64 address;
	u32 slot;
};

/* Hash function. Addresses differ in the middle bits; the product spreads these. */
static size_t home(const struct slots *s, u64 address)
{
	return (address * 0x9e3779b97f4a7c15ull >> 20) & (s->size - 1);
}

/* Return the entry of @address, or the empty entry where it belongs. */
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
 * Remove an entry. Entries after it that collided with it move back, because a later search
 * for them would stop at the empty entry.
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

/* zlib does not say why a write failed; errno does, if the caller cleared it before. */
int gz_written(bool is_written)
{
	return is_written ? 0 : errno ? -errno : -EIO;
}

/* Write "f SLOT" for a block that is in the hash table. */
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

/* Write "a SLOT BYTES SITE" for a block that is not in the hash table. */
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

/* Compare by time stamp, then by the order in which the events were added. */
static int by_time(const void *a, const void *b)
{
	const struct journal_event *x = a, *y = b;

	if (x->when != y->when)
		return x->when < y->when ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* Write the first @n events, which are sorted, and remove them. */
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

/* Begin a trace in @out, an open file of zlib's. Returns 0 or -errno. */
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

/* Write the events up to time @until. No event with such a time may be added later. */
int journal_flush(struct journal *j, u64 until)
{
	size_t n = 0;

	sort(j);
	while (n < j->count && j->events[n].when <= until)
		n++;
	return write_first(j, n);
}

/* Write the remaining events, and return the counts of the whole trace in @result. */
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
