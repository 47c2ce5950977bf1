// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read a recorded trace, plain or compressed with gzip, into memory.
 *
 * The first line begins with "# rtalloc-trace v1", each further line is an event:
 * "a SLOT BYTES SITE" or "f SLOT". The whole trace is read and checked before it is used;
 * a free of an empty slot and an allocation into a full one are errors like a bad number.
 * The first bad line is reported as FILE:LINE: WHAT.
 *
 * An event takes eight bytes of memory. Sites are kept on request only: four more bytes for
 * each event, and each name once. The length of lines and the number of events are limited,
 * so that no input can use up the memory.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rtheap.h"

#define READ_CHUNK	65536

/* State of reading a trace. @sizes: size of the live block in each slot, 0 if empty. */
struct reader {
	struct trace *trace;
	struct trace_sites *sites;	/* NULL: not wanted */
	u32 *site_hash;		/* number of a name plus one, 0: empty */
	size_t sites_of_room;
	u32 *sizes;
	size_t room;		/* of trace->events */
	size_t sizes_room;
	u64 live;
	u32 blocks;
	size_t line;		/* number of the line that was read last */
	const char *problem;	/* an error of the file, not of a line */
};

/* Grow an array by doubling until it holds @need elements. New elements are zero. */
static bool grow(void **array, size_t *room, size_t need, size_t size)
{
	size_t more = *room ? *room : 1024;
	char *p;

	if (need <= *room)
		return true;
	while (more < need)
		more *= 2;
	p = reallocarray(*array, more, size);
	if (!p)
		return false;
	memset(p + *room * size, 0, (more - *room) * size);
	*array = p;
	*room = more;
	return true;
}

/* Return the name of @file for headings and titles. */
const char *trace_title(const char *file)
{
	return strcmp(file, "-") ? file : "stdin";
}

static const char *read_slot(const char **p, const char *end, u64 *slot)
{
	if (*p == end || *(*p)++ != ' ')
		return "a blank and a slot must follow the letter";
	*p = read_u64(*p, end, slot);
	if (!*p)
		return "the slot is not a number";
	if (*slot >= TRACE_SLOTS_MAX)
		return "the slot number is too large (limit 16777215)";
	return NULL;
}

#define SITE_HASH	(4 * TRACE_SITES_MAX)	/* a power of two */

/* Return the index of a name, which is added if there is room, else that of "other". */
static u32 site_number(struct reader *r, struct word name)
{
	struct trace_sites *s = r->sites;
	u32 *slot = word_slot(r->site_hash, SITE_HASH, s->names, name);

	if (*slot)
		return *slot - 1;
	if (s->count == TRACE_SITES_MAX)
		return 0;
	s->names[s->count] = strndup(name.at, name.len);
	if (!s->names[s->count])
		return 0;
	*slot = ++s->count;
	return s->count - 1;
}

static const char *add_site(struct reader *r, struct word name)
{
	size_t at = r->trace->count;

	if (!r->sites)
		return NULL;
	if (!grow((void **)&r->sites->of, &r->sites_of_room, at + 1,
		  sizeof(*r->sites->of)))
		return "out of memory";
	r->sites->of[at] = name.len ? site_number(r, name) : 0;
	return NULL;
}

static const char *add_event(struct reader *r, u32 slot, u32 bytes)
{
	struct trace *t = r->trace;

	if (t->count == TRACE_EVENTS_MAX)
		return "too many events (limit 134217728)";
	if (!grow((void **)&t->events, &r->room, t->count + 1,
		  sizeof(*t->events)))
		return "out of memory";
	t->events[t->count++] = (struct trace_event){ slot, bytes };
	return NULL;
}

static const char *add_alloc(struct reader *r, u32 slot, u32 bytes,
			     struct word site)
{
	struct trace *t = r->trace;

	if (!grow((void **)&r->sizes, &r->sizes_room, (size_t)slot + 1,
		  sizeof(*r->sizes)))
		return "out of memory";
	if (r->sizes[slot])
		return "the slot is in use";
	r->sizes[slot] = bytes;
	if (slot >= t->slots)
		t->slots = slot + 1;
	r->live += bytes;
	if (r->live > t->peak_live)
		t->peak_live = r->live;
	t->allocs++;
	if (++r->blocks > t->peak_blocks)
		t->peak_blocks = r->blocks;
	return add_site(r, site) ?: add_event(r, slot, bytes);
}

static const char *add_free(struct reader *r, u32 slot)
{
	if (slot >= r->trace->slots || !r->sizes[slot])
		return "the slot is empty";
	r->live -= r->sizes[slot];
	r->sizes[slot] = 0;
	r->blocks--;
	return add_site(r, (struct word){ "", 0 }) ?: add_event(r, slot, 0);
}

static const char *parse_alloc(struct reader *r, const char *p,
			       const char *end)
{
	u64 slot, bytes;
	const char *wrong = read_slot(&p, end, &slot);

	if (wrong)
		return wrong;
	if (p == end || *p++ != ' ')
		return "a blank and a size must follow the slot";
	p = read_u64(p, end, &bytes);
	if (!p)
		return "the size is not a number";
	if (!bytes)
		return "the size is 0";
	if (bytes > UINT32_MAX)
		return "the size is too large (limit 4294967295)";
	if (end - p < 2 || *p != ' ' || memchr(p + 1, ' ', end - p - 1))
		return "a blank and one word, the site, must follow the size";
	return add_alloc(r, slot, bytes,
			 (struct word){ p + 1, end - p - 1 });
}

static const char *parse_free(struct reader *r, const char *p,
			      const char *end)
{
	u64 slot;
	const char *wrong = read_slot(&p, end, &slot);

	if (wrong)
		return wrong;
	if (p != end)
		return "nothing may follow the slot of a free";
	return add_free(r, slot);
}

/* Returns what is wrong with the line, or NULL. */
static const char *parse_event(struct reader *r, struct word line)
{
	const char *p = line.at;
	const char *end = p + line.len;

	if (p == end)
		return "the line is empty";
	if (end[-1] == '\r')
		return "the line ends in a carriage return (DOS line ends)";
	switch (*p++) {
	case 'a':
		return parse_alloc(r, p, end);
	case 'f':
		return parse_free(r, p, end);
	default:
		return "a line begins with 'a' or 'f'";
	}
}

static const char *parse_first(struct word line)
{
	size_t len = strlen(TRACE_FIRST_LINE);

	if (!line.len)
		return "the file is empty or has no first line";
	if (line.len < len || memcmp(line.at, TRACE_FIRST_LINE, len))
		return "not a trace, which begins with \"" TRACE_FIRST_LINE
		       "\"; rtheap import makes one of perf's text";
	if (line.len > len && line.at[len] >= '0' && line.at[len] <= '9')
		return "a version of the trace format that is not known";
	if (line.at[line.len - 1] == '\r')
		return "the line ends in a carriage return (DOS line ends)";
	return NULL;
}

/* Take a line, without its newline. Returns what is wrong with it, or NULL. */
static const char *take_line(struct reader *r, struct word line)
{
	const char *wrong = NULL;

	/* For a file of another kind, say so, even if its first line is too long. */
	if (!r->line++)
		wrong = parse_first(line);
	if (!wrong && line.len > TRACE_LINE_MAX)
		wrong = "the line is too long (limit 1023 bytes)";
	return wrong || r->line == 1 ? wrong : parse_event(r, line);
}

/* Take all complete lines of @text and move the rest to the front. */
static const char *take_lines(struct reader *r, struct text *text)
{
	const char *p = text->data, *end = p + text->len, *newline;
	const char *wrong = NULL;

	while (!wrong && (newline = memchr(p, '\n', end - p)) != NULL) {
		wrong = take_line(r, (struct word){ p, newline - p });
		p = newline + 1;
	}
	if (!wrong && end - p > TRACE_LINE_MAX)
		wrong = take_line(r, (struct word){ p, end - p });
	text->len = end - p;
	memmove(text->data, p, text->len);
	return wrong;
}

/* Read the file in chunks. Returns what is wrong with a line, or NULL. */
static const char *read_lines(struct reader *r, struct input *in)
{
	static char buf[READ_CHUNK + TRACE_LINE_MAX + 1];
	struct text text = { .data = buf };
	const char *wrong;
	size_t done;

	while ((done = input_read(in, buf + text.len, READ_CHUNK)) > 0) {
		text.len += done;
		wrong = take_lines(r, &text);
		if (wrong)
			return wrong;
		if (interrupted())
			return "interrupted";
	}
	r->problem = input_problem(in);
	if (r->problem)
		return NULL;
	/* The last line may lack its newline; an empty file has no line. */
	return text.len || !r->line ?
	       take_line(r, (struct word){ buf, text.len }) : NULL;
}

static int read_file(const char *file, struct reader *r)
{
	struct input *in = input_open(file);
	const char *wrong;

	if (!in) {
		complain("%s: %s", file, strerror(errno));
		return -1;
	}
	wrong = read_lines(r, in);
	if (r->problem)
		complain("%s: %s", file, r->problem);
	else if (wrong)
		complain("%s:%zu: %s", file, r->line, wrong);
	input_close(in);
	r->trace->end_live = r->live;
	return r->problem || wrong ? -1 : 0;
}

/* Allocate room for TRACE_SITES_MAX names, and add "other" as the first one. */
static bool sites_begin(struct reader *r)
{
	struct word other = { TRACE_OTHER_SITE, strlen(TRACE_OTHER_SITE) };

	r->sites->names = calloc(TRACE_SITES_MAX, sizeof(*r->sites->names));
	r->site_hash = calloc(SITE_HASH, sizeof(*r->site_hash));
	if (!r->sites->names || !r->site_hash)
		return false;
	site_number(r, other);
	return r->sites->count;
}

/* Renumber the slots without gaps, because playing a trace needs a table of all slots. */
static int close_gaps(struct trace *t)
{
	u32 *numbers, next = 0;
	size_t i;

	if (t->slots <= t->allocs)
		return 0;
	numbers = calloc(t->slots, sizeof(*numbers));
	if (!numbers) {
		complain("out of memory");
		return -1;
	}
	for (i = 0; i < t->count; i++) {
		u32 *number = &numbers[t->events[i].slot];

		if (!*number)
			*number = ++next;
		t->events[i].slot = *number - 1;
	}
	free(numbers);
	t->slots = next;
	return 0;
}

/* Like trace_load(), and load the sites too. The caller calls trace_sites_free(). */
int trace_load_sites(const char *file, struct trace *trace,
		     struct trace_sites *sites)
{
	struct reader reader = { .trace = trace, .sites = sites };
	int err = 0;

	*trace = (struct trace){ 0 };
	if (sites) {
		*sites = (struct trace_sites){ 0 };
		if (!sites_begin(&reader)) {
			complain("out of memory");
			err = -1;
		}
	}
	if (!err)
		err = read_file(file, &reader) ?: close_gaps(trace);
	free(reader.sizes);
	free(reader.site_hash);
	if (!err)
		return 0;
	if (sites)
		trace_sites_free(sites);
	trace_free(trace);
	return err;
}

/* Read @file or complain. After success the caller calls trace_free(). */
int trace_load(const char *file, struct trace *trace)
{
	return trace_load_sites(file, trace, NULL);
}

void trace_sites_free(struct trace_sites *sites)
{
	size_t i;

	for (i = 0; i < sites->count; i++)
		free(sites->names[i]);
	free(sites->names);
	free(sites->of);
	*sites = (struct trace_sites){ 0 };
}

void trace_free(struct trace *trace)
{
	free(trace->events);
	*trace = (struct trace){ 0 };
}
