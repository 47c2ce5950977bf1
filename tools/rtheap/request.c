// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands that change heaps, regions and blocks. Each writes a line to "control" or to a
 * file of a heap; some read a line back.
 *
 * main.c has checked the form of the arguments. Whether they make sense is decided by the
 * kernel, whose answer becomes part of the error message.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "rtheap.h"

/* A request that is being built. line_send() refuses a line that is too long. */
struct line {
	char text[DEBUGFS_LINE_MAX + 2];
	size_t len;
};

__printf(2, 3)
static void line_add(struct line *line, const char *fmt, ...)
{
	size_t room = sizeof(line->text) - line->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line->text + line->len, room, fmt, ap);
	va_end(ap);
	line->len += (size_t)n < room ? (size_t)n : room - 1;
}

/* Add "KEY=VALUE" if the option was given. */
static void line_option(struct line *line, const char *key, const char *value)
{
	if (value)
		line_add(line, " %s=%s", key, value);
}

static void line_flag(struct line *line, const char *word, bool set)
{
	if (set)
		line_add(line, " %s", word);
}

static int line_send(const struct line *line, int fd)
{
	if (line->len > DEBUGFS_LINE_MAX)
		return -E2BIG;
	return debugfs_request(fd, line->text, line->len);
}

/* Send a request to "control". @fmt describes it, for a complaint if it is refused. */
__printf(2, 3)
static int control(const struct line *line, const char *fmt, ...)
{
	char what[DEBUGFS_ANSWER_MAX];
	int fd, err;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	fd = debugfs_open("", "control", O_WRONLY);
	if (fd < 0)
		return refused("", fd, "%s", what);
	err = line_send(line, fd);
	debugfs_close(fd);
	return err ? refused("", -err, "%s", what) : EXIT_OK;
}

int run_create(struct args *args)
{
	struct line line = { .len = 0 };

	line_add(&line, "create %s %s %s", args->argv[0], args->argv[1],
		 args->argv[2]);
	line_option(&line, "region", args->region);
	line_option(&line, "align", args->align);
	line_option(&line, "mode", args->mode);
	line_flag(&line, "protect", args->protect);
	line_option(&line, "lock", args->raw_lock ? "raw" : NULL);
	line_option(&line, "elem", args->elem);
	line_option(&line, "count", args->elements);
	line_flag(&line, "header", args->header);
	line_flag(&line, "high-first", args->high_first);
	line_flag(&line, "guards", args->guards);
	line_flag(&line, "checked=1", args->checked);
	line_option(&line, "quarantine", args->quarantine);
	line_flag(&line, "percpu", args->percpu);
	line_option(&line, "percpu", args->percpu_bytes);
	return control(&line, "%s: cannot create a %s heap of %s bytes",
		       args->argv[0], args->argv[1], args->argv[2]);
}

int run_destroy(struct args *args)
{
	struct line line = { .len = 0 };

	line_add(&line, "destroy %s%s", args->argv[0],
		 args->force ? " force" : "");
	return control(&line, "%s: cannot destroy the heap", args->argv[0]);
}

int run_extend(struct args *args)
{
	struct line line = { .len = 0 };

	line_add(&line, "extend %s %s", args->argv[0], args->argv[1]);
	line_option(&line, "region", args->region);
	return control(&line, "%s: cannot extend the heap by %s bytes",
		       args->argv[0], args->argv[1]);
}

int run_shrink(struct args *args)
{
	struct line line = { .len = 0 };

	line_add(&line, "shrink %s", args->argv[0]);
	line_option(&line, "region", args->region);
	return control(&line, "%s: cannot shrink the heap", args->argv[0]);
}

int run_trim(struct args *args)
{
	struct line line = { .len = 0 };

	line_add(&line, "trim %s", args->argv[0]);
	return control(&line, "%s: cannot trim the heap", args->argv[0]);
}

int run_region_create(struct args *args)
{
	struct line line = { .len = 0 };

	line_add(&line, "region create %s %s", args->argv[0], args->argv[1]);
	line_option(&line, "phys", args->phys);
	return control(&line, "%s: cannot create a region of %s bytes",
		       args->argv[0], args->argv[1]);
}

int run_region_destroy(struct args *args)
{
	struct line line = { .len = 0 };

	line_add(&line, "region destroy %s", args->argv[0]);
	return control(&line, "%s: cannot destroy the region", args->argv[0]);
}

/* Print the kernel's "HANDLE OFFSET", or add it to the JSON object. */
static int print_answer(int fd, const struct args *args)
{
	char buf[DEBUGFS_ANSWER_MAX];
	ssize_t len = debugfs_answer(fd, buf, sizeof(buf));
	struct word words[2];

	if (len < 0)
		return len;
	if (len && buf[len - 1] == '\n')
		len--;
	if (!args->json) {
		printf("%.*s\n", (int)len, buf);
		return 0;
	}
	if (split_words((struct word){ buf, len }, words, 2) != 2)
		return -EPROTO;
	answer_add("{\"handle\": %.*s, \"offset\": %.*s}", (int)words[0].len,
		   words[0].at, (int)words[1].len, words[1].at);
	return 0;
}

static int ask(const struct line *line, int fd, const struct args *args)
{
	int err = line_send(line, fd);

	return err ? err : print_answer(fd, args);
}

/* Complain that an allocation of @size bytes failed with @err. */
static int no_block(const char *heap, int err, const char *size)
{
	if (err == -ENOMEM)
		return refused(heap, -err, "no room for %s bytes", size);
	return refused(heap, -err, "cannot allocate %s bytes", size);
}

int run_alloc(struct args *args)
{
	const char *heap = args->argv[0];
	struct line line = { .len = 0 };
	int fd, err = 0;
	u64 i;

	line_add(&line, "%s", args->argv[1]);
	line_option(&line, "align", args->align);
	line_option(&line, "owner", args->owner);
	line_add(&line, "%s", args->zero ? " zero" : "");
	fd = debugfs_open(heap, "alloc", O_RDWR);
	if (fd < 0)
		return refused(heap, fd, "cannot allocate");
	answer_add(", \"blocks\": [");
	for (i = 0; i < args->count && !err; i++) {
		answer_add("%s", i ? ", " : "");
		err = ask(&line, fd, args);
	}
	answer_add("%s]", err ? "null" : "");
	debugfs_close(fd);
	return err ? no_block(heap, err, args->argv[1]) : EXIT_OK;
}

int run_realloc(struct args *args)
{
	const char *heap = args->argv[0];
	struct line line = { .len = 0 };
	int fd, err;

	line_add(&line, "%s %s", args->argv[1], args->argv[2]);
	fd = debugfs_open(heap, "realloc", O_RDWR);
	if (fd < 0)
		return refused(heap, fd, "cannot reallocate");
	answer_add(", \"block\": ");
	err = ask(&line, fd, args);
	if (err)
		answer_add("null");
	debugfs_close(fd);
	if (err == -ENOMEM)
		return no_block(heap, err, args->argv[2]);
	return err ? refused(heap, -err, "cannot make block %s %s bytes long",
			     args->argv[1], args->argv[2]) : EXIT_OK;
}

/*
 * Send a request to @file for each handle. All handles are tried even if some are refused, so
 * that as much as possible is freed.
 */
static int each_handle(struct args *args, const char *file)
{
	const char *heap = args->argv[0];
	int fd = debugfs_open(heap, file, O_WRONLY);
	int ret = EXIT_OK;
	int i, err;

	if (fd < 0)
		return refused(heap, fd, "cannot %s", file);
	for (i = 1; i < args->argc; i++) {
		struct line line = { .len = 0 };

		line_add(&line, "%s", args->argv[i]);
		err = line_send(&line, fd);
		if (err)
			ret = refused(heap, -err, "cannot %s block %s", file,
				      args->argv[i]);
	}
	debugfs_close(fd);
	return ret;
}

int run_free(struct args *args)
{
	return each_handle(args, "free");
}

int run_fill(struct args *args)
{
	return each_handle(args, "fill");
}

int run_verify(struct args *args)
{
	return each_handle(args, "verify");
}
