// SPDX-License-Identifier: GPL-2.0-only
/*
 * Make a trace from the text of perf script, trace-cmd report or tracefs' file "trace" about
 * the events of kmem or of an rtalloc heap.
 *
 * Each of them prints one line for an event, similar to
 * "TASK-PID [CPU] TIME: EVENT: KEY=VALUE ...". The part before the event's name differs, so
 * only the fields that are needed are searched for. Lines without such an event are skipped,
 * and so is the rest of a line beyond 4095 bytes. Events are taken in the order of lines.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "rtheap.h"

#define LINE		4096
#define SITES_MAX	65536
#define SITE_HASH	(4 * SITES_MAX)	/* a power of two */

static const struct {
	const char *name;
	const char *address;
	const char *bytes;	/* NULL: a free */
	const char *site;
} kinds[] = {
	{ "kmalloc:", "ptr", "bytes_req", "call_site" },
	{ "kmalloc_node:", "ptr", "bytes_req", "call_site" },
	{ "kmem_cache_alloc:", "ptr", "bytes_req", "call_site" },
	{ "kmem_cache_alloc_node:", "ptr", "bytes_req", "call_site" },
	{ "kfree:", "ptr", NULL, "call_site" },
	{ "kmem_cache_free:", "ptr", NULL, "call_site" },
	{ "rtalloc_alloc:", "offset", "size", "caller" },
	{ "rtalloc_free:", "offset", NULL, "caller" },
};

struct import {
	const struct args *args;
	struct journal journal;
	char **names;
	u32 *hash;		/* number of a name plus one; 0: empty */
	size_t count;
	u64 line;
	u64 taken;
	const char *problem;	/* of the input; see input_problem() */
};

/* Find @name at the beginning of a word; NULL: it is not there. */
static const char *find_word(const char *line, const char *name)
{
	const char *at = strstr(line, name);

	while (at && at != line && at[-1] != ' ' && at[-1] != ':')
		at = strstr(at + 1, name);
	return at;
}

/* Find the event's kind and its @fields, which follow its name; -1: none is known. */
static int find_kind(const char *line, const char **fields)
{
	const char *at;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		at = find_word(line, kinds[i].name);
		if (!at)
			continue;
		*fields = at + strlen(kinds[i].name);
		return i;
	}
	return -1;
}

/* Get the value that follows "KEY=", up to a blank. */
static bool field(const char *fields, const char *key, struct word *value)
{
	size_t len = strlen(key);
	const char *p = fields;

	while ((p = strstr(p, key)) != NULL) {
		if (p != fields && p[-1] == ' ' && p[len] == '=') {
			*value = (struct word){ p + len + 1,
						strcspn(p + len + 1, "\r\n ") };
			return value->len;
		}
		p += len;
	}
	return false;
}

/* Parse a number that is decimal, or hexadecimal with 0x. */
static bool number(struct word word, u64 *value)
{
	char text[32];

	if (word.len >= sizeof(text))
		return false;
	memcpy(text, word.at, word.len);
	text[word.len] = '\0';
	return parse_size(text, value);
}

/* Parse an address of kmem's, which is hexadecimal with or without 0x. */
static bool address_of(struct word word, u64 *value)
{
	char *end;

	if (word.len > 2 && word.at[0] == '0' && word.at[1] == 'x')
		return number(word, value);
	if (word.len > 16)
		return false;
	errno = 0;
	*value = strtoull(word.at, &end, 16);
	return !errno && end == word.at + word.len;
}

/* Return FUNCTION of "FUNCTION+0x1/0x2", which may be in parentheses. */
static struct word function_of(struct word word)
{
	const char *plus;

	if (word.len && *word.at == '(')
		word = (struct word){ word.at + 1, word.len - 1 };
	plus = memchr(word.at, '+', word.len);
	if (plus)
		word.len = plus - word.at;
	if (word.len && word.at[word.len - 1] == ')')
		word.len--;
	return word;
}

/* Return the number of a name, from 1 on; 0: there are too many names. */
static u64 site_number(struct import *im, struct word name)
{
	u32 *slot = word_slot(im->hash, SITE_HASH, im->names, name);

	if (*slot)
		return *slot;
	if (im->count == SITES_MAX)
		return 0;
	im->names[im->count] = strndup(name.at, name.len);
	if (!im->names[im->count])
		return 0;
	*slot = ++im->count;
	return im->count;
}

static const char *site_name(void *ctx, u64 site)
{
	struct import *im = ctx;

	return site ? im->names[site - 1] : NULL;
}

/* Return the last "[003]" before the event's fields; NULL: there is none. */
static const char *processor_of(const char *line, const char *fields)
{
	const char *at, *end;

	for (at = fields; at-- > line;) {
		end = at + 1 + strspn(at + 1, "0123456789");
		if (*at == '[' && end > at + 1 && *end == ']')
			return at;
	}
	return NULL;
}

/* Get the number that ends at @end, ignoring blanks; false: there is none. */
static bool number_before(const char *line, const char *end, u64 *value)
{
	const char *p = end;

	while (p > line && p[-1] == ' ')
		p--;
	end = p;
	while (p > line && p[-1] >= '0' && p[-1] <= '9')
		p--;
	return read_u64(p, end, value) == end;
}

/* Get the thread before "[003]". Its process, "(  12)", may be between them. */
static bool thread_of(const char *line, const char *at, u64 *value)
{
	const char *p = at;

	while (p > line && p[-1] == ' ')
		p--;
	if (p == line || p[-1] != ')')
		return number_before(line, at, value);
	while (p > line && *p != '(')
		p--;
	return number_before(line, p, value);
}

static bool from_wanted(const struct import *im, const char *line,
			const char *fields)
{
	const char *at = processor_of(line, fields);
	u64 pid;

	if (im->args->has_cpu && (!at || strtoull(at + 1, NULL, 10) !=
					 im->args->cpu))
		return false;
	return !im->args->has_pid || (at && thread_of(line, at, &pid) &&
				      pid == im->args->pid);
}

bool wanted(const struct args *args, u64 bytes, const char *site)
{
	if (args->high && (bytes < args->low || bytes > args->high))
		return false;
	return !args->site || (site && !strcmp(site, args->site));
}

/* Frees always pass the filters: the block that they free may have passed them. */
static bool is_wanted(struct import *im, const char *line, const char *fields,
		      const struct journal_event *e)
{
	if (!e->bytes)
		return true;
	return from_wanted(im, line, fields) &&
	       wanted(im->args, e->bytes, site_name(im, e->site));
}

static int take_line(struct import *im, const char *line)
{
	struct journal_event e = { .when = ++im->line };
	const char *fields;
	int kind = find_kind(line, &fields);
	bool is_heap = kind >= 0 && !strcmp(kinds[kind].address, "offset");
	struct word word;
	u64 bytes = 0;

	if (kind < 0 || is_heap != !!im->args->heap ||
	    !field(fields, kinds[kind].address, &word) ||
	    !(is_heap ? number : address_of)(word, &e.address))
		return 0;
	if (is_heap && (!field(fields, "heap", &word) ||
			!word_is(word, im->args->heap)))
		return 0;
	e.address += is_heap;	/* the first block may be at 0 */
	if (kinds[kind].bytes && (!field(fields, kinds[kind].bytes, &word) ||
				  !number(word, &bytes) || !bytes))
		return 0;
	e.bytes = bytes > UINT32_MAX ? UINT32_MAX : bytes;
	if (field(fields, kinds[kind].site, &word))
		e.site = site_number(im, function_of(word));
	if (!e.address || !is_wanted(im, line, fields, &e))
		return 0;
	im->taken++;
	return journal_add(&im->journal, &e);
}

/* Take all lines. The rest of a line that is too long is dropped. */
static int read_lines(struct import *im, struct input *in)
{
	char line[LINE];
	bool whole = true;
	int err = 0;

	while (!err && !interrupted() && input_line(in, line, sizeof(line))) {
		if (whole)
			err = take_line(im, line);
		whole = strchr(line, '\n');
		if (im->journal.count == JOURNAL_MAX)
			err = journal_flush(&im->journal, UINT64_MAX);
	}
	im->problem = input_problem(in);
	return interrupted() ? -EINTR : err;
}

/* Return why no trace is written; NULL: one is, or @err says why not. */
static const char *complaint(const struct import *im, int err)
{
	if (err == -EINTR)
		return "interrupted";
	if (!err && im->problem)
		return im->problem;
	return err || im->taken ? NULL :
	       "no event of kmem, or of a heap with --heap, in it";
}

static int finish(struct import *im, const char *from, int err,
		  struct journal_result *result)
{
	const char *why;
	int end;

	if (!err && !im->problem)
		err = journal_end(&im->journal, result);
	errno = 0;
	end = gz_written(gzclose(im->journal.out) == Z_OK);
	err = err ?: end;
	why = complaint(im, err);
	if (why)
		complain("%s: %s", from, why);
	return why ? -ECANCELED : err;
}

static void *open_output(const char *name, const char *mode)
{
	return strcmp(name, "-") ? gzopen(name, mode) :
				   gzdopen(dup(STDOUT_FILENO), mode);
}

/* Returns 0, -ECANCELED after a complaint, or another -errno. */
static int import(struct import *im, const char *from, const char *to,
		  const char *mode, struct journal_result *result)
{
	struct input *in = input_open(from);
	void *out;
	int err;

	if (!in) {
		complain("%s: %s", from, strerror(errno));
		return -ECANCELED;
	}
	out = open_output(to, mode);
	if (!out) {
		err = errno ? -errno : -ENOMEM;
		input_close(in);
		return err;
	}
	err = journal_begin(&im->journal, out, site_name, im);
	if (!err)
		err = read_lines(im, in);
	input_close(in);
	return finish(im, from, err, result);
}

static int import_file(struct import *im, const char *from, const char *to)
{
	size_t len = strlen(to);
	bool packed = len > 3 && !strcmp(to + len - 3, ".gz");
	struct journal_result result;
	char *at;
	int err;

	if (output_check(to, from))
		return EXIT_REFUSED;
	at = output_begin(to);
	if (!at)
		return EXIT_REFUSED;
	err = import(im, from, at, packed ? "wb6" : "wbT", &result);
	err = output_end(to, at, err);
	if (err) {
		if (err != -ECANCELED)
			complain("%s: cannot make a trace: %s", to,
				 strerror(-err));
		return EXIT_REFUSED;
	}
	fprintf(stderr, "%s: %llu allocations, %llu frees, %llu slots\n",
		to, result.allocs, result.frees, result.slots);
	answer_add(", \"allocations\": %llu, \"frees\": %llu, \"slots\": %llu",
		   result.allocs, result.frees, result.slots);
	return EXIT_OK;
}

int run_import(struct args *args)
{
	struct import im = { .args = args };
	int ret = EXIT_REFUSED;
	size_t i;

	if (!output_is_free(args, args->argv[1]))
		return EXIT_USAGE;
	im.names = calloc(SITES_MAX, sizeof(*im.names));
	im.hash = calloc(SITE_HASH, sizeof(*im.hash));
	if (!im.names || !im.hash)
		complain("out of memory");
	else if (!catch_signals())
		ret = import_file(&im, args->argv[0], args->argv[1]);
	for (i = 0; i < im.count; i++)
		free(im.names[i]);
	free(im.names);
	free(im.hash);
	journal_free(&im.journal);
	return ret;
}
