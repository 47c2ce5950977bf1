// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads a recorded trace, plain or gzip, into memory.
 *
 * The format: a first line "# rtalloc-trace v1...", then a line an event,
 * "a SLOT BYTES SITE" or "f SLOT". All of it is read and checked before
 * anything is done with it: a free of an empty slot or an allocation into a
 * full one is as wrong as a bad number. The first wrong line is reported as
 * FILE:LINE: WHAT. An event takes eight bytes in memory, the site is dropped.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "rtheap.h"

#define READ_CHUNK	1048576

/* A trace being read. @sizes: live bytes of each slot. */
struct reader {
	struct trace *trace;
	u32 *sizes;
	size_t room;		/* of trace->events */
	size_t sizes_room;
	u64 live;
};

/* Double an array's room until it holds @need elements, the new ones zero. */
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

/* Why gzread() gave up, or NULL if it simply came to the end. */
static const char *gz_problem(void *in)
{
	int code;
	const char *text = gzerror(in, &code);

	switch (code) {
	case Z_OK:
	case Z_STREAM_END:
		return NULL;
	case Z_BUF_ERROR:
		return "the gzip file is truncated";
	case Z_ERRNO:
		return strerror(errno);
	case Z_DATA_ERROR:
		return "the gzip file is damaged";
	default:
		return text;
	}
}

static const char *read_stream(void *in, struct text *text)
{
	size_t room = 0;
	int done;

	do {
		if (!grow((void **)&text->data, &room, text->len + READ_CHUNK,
			  1))
			return "out of memory";
		done = gzread(in, text->data + text->len, READ_CHUNK);
		if (done > 0)
			text->len += done;
	} while (done > 0);
	return gz_problem(in);
}

static int read_file(const char *file, struct text *text)
{
	void *in = gzopen(file, "rb");
	const char *problem;

	*text = (struct text){ 0 };
	if (!in) {
		complain("%s: %s", file, strerror(errno ? errno : ENOMEM));
		return -1;
	}
	gzbuffer(in, READ_CHUNK);
	problem = read_stream(in, text);
	if (problem) {
		complain("%s: %s", file, problem);
		free(text->data);
	}
	gzclose(in);
	return problem ? -1 : 0;
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

static const char *add_event(struct reader *r, u32 slot, u32 bytes)
{
	struct trace *t = r->trace;

	if (!grow((void **)&t->events, &r->room, t->count + 1,
		  sizeof(*t->events)))
		return "out of memory";
	t->events[t->count++] = (struct trace_event){ slot, bytes };
	return NULL;
}

static const char *add_alloc(struct reader *r, u32 slot, u32 bytes)
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
	return add_event(r, slot, bytes);
}

static const char *add_free(struct reader *r, u32 slot)
{
	if (slot >= r->trace->slots || !r->sizes[slot])
		return "the slot is empty";
	r->live -= r->sizes[slot];
	r->sizes[slot] = 0;
	return add_event(r, slot, 0);
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
	return add_alloc(r, slot, bytes);
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
		return "not a trace: it begins with \"" TRACE_FIRST_LINE "\"";
	if (line.len > len && line.at[len] >= '0' && line.at[len] <= '9')
		return "a version of the trace format that is not known";
	if (line.at[line.len - 1] == '\r')
		return "the line ends in a carriage return (DOS line ends)";
	return NULL;
}

static int parse_text(const char *file, const struct text *text,
		      struct reader *r)
{
	const char *p = text->data;
	const char *end = p + text->len;
	const char *wrong = parse_first(next_line(&p, end));
	size_t line = 1;

	while (!wrong && p < end) {
		line++;
		wrong = parse_event(r, next_line(&p, end));
	}
	r->trace->end_live = r->live;
	if (!wrong)
		return 0;
	complain("%s:%zu: %s", file, line, wrong);
	return -1;
}

/* Read @file or complain. On success trace_free() gives the memory back. */
int trace_load(const char *file, struct trace *trace)
{
	struct reader reader = { .trace = trace };
	struct text text;
	int err;

	*trace = (struct trace){ 0 };
	if (read_file(file, &text))
		return -1;
	err = parse_text(file, &text, &reader);
	free(reader.sizes);
	free(text.data);
	if (err)
		trace_free(trace);
	return err;
}

void trace_free(struct trace *trace)
{
	free(trace->events);
	*trace = (struct trace){ 0 };
}
