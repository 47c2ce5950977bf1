// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer over what becomes of hostile names, maps, statistics and figures in a
 * report and in a map's picture: whatever the kernel's files and a trace say, the page
 * has the tags and attributes that this tool writes, each closed, and numbers where
 * numbers belong. In place of the kernel and of the comparison stand the input's
 * bytes.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "compare.h"
#include "map.h"
#include "options.h"
#include "report.h"

#define DEPTH	32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is left of the input. */
static struct {
	const uint8_t *at;
	size_t left;
} input;

static u64 take_u64(void)
{
	u64 value = 0;
	size_t n = input.left < 8 ? input.left : 8;

	memcpy(&value, input.at, n);
	input.at += n;
	input.left -= n;
	return value;
}

/* ---- the kernel ----------------------------------------------------------- */

/* Up to the next byte of 0. */
static struct text take_text(void)
{
	const uint8_t *end = memchr(input.at, 0, input.left);
	size_t len = end ? (size_t)(end - input.at) : input.left;
	struct text text = { .data = malloc(len + 1), .len = len };

	memcpy(text.data, input.at, len);
	text.data[len] = '\0';
	input.at += len + !!end;
	input.left -= len + !!end;
	return text;
}

/* A heap is looked at more than once: at the end of the input it stays as it was. */
static struct text last[2];

int debugfs_read(const char *dir, const char *file, struct text *text)
{
	struct text *same = &last[!strcmp(file, "map")];

	(void)dir;
	if (input.left || !same->data) {
		free(same->data);
		*same = take_text();
	}
	text->len = same->len;
	text->data = malloc(same->len + 1);
	memcpy(text->data, same->data, same->len + 1);
	return 0;
}

static void forget_last(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(last); i++) {
		free(last[i].data);
		last[i] = (struct text){ 0 };
	}
}

const char *debugfs_root(void)
{
	return "/none";
}

int run_top(struct args *args)
{
	(void)args;
	return EXIT_REFUSED;
}

/* Needed to link; never called. */
int debugfs_open(const char *dir, const char *file, int flags)
{
	(void)dir;
	(void)file;
	(void)flags;
	return -ENOENT;
}

void debugfs_close(int fd)
{
	(void)fd;
}

/* ---- the comparison ------------------------------------------------------- */

size_t sim_kinds(struct sim_kind *kinds, size_t max)
{
	(void)max;
	kinds[0] = (struct sim_kind){ .name = "tlsf", .create = "tlsf",
				      .is_bounded = true };
	return 1;
}

int compare_size(const struct args *args, const struct trace *trace, u64 *size)
{
	(void)args;
	(void)trace;
	*size = take_u64();
	return 0;
}

int compare(struct comparison *c)
{
	static struct result result;

	c->count = sim_kinds(c->kinds, KINDS_MAX);
	c->results = &result;
	c->guesses = &result;
	result = (struct result){
		.works = take_u64(), .footprint = take_u64(),
		.failed = take_u64(), .hold = take_u64(),
		.median = take_u64(), .p999 = take_u64(), .worst = take_u64(),
		.sampled = take_u64(), .guessed = take_u64(),
		.has_failed = true, .has_footprint = true, .has_times = true,
	};
	c->one_in = take_u64();
	return 0;
}

void compare_free(struct comparison *c)
{
	(void)c;
}

bool compare_is_estimated(const struct result *r)
{
	return r->guessed & GUESS_COUNTS || r->counted_part;
}

bool compare_has_guess(const struct comparison *c)
{
	return c->results[0].guessed;
}

bool compare_has_gap(const struct comparison *c)
{
	return !c->results[0].sampled;
}

bool compare_has_part(const struct comparison *c)
{
	return c->results[0].counted_part;
}

bool compare_is_counted(const struct comparison *c, const struct result *r)
{
	return c->count && r->sampled;
}

char *compare_advice(const struct comparison *c)
{
	(void)c;
	return take_text().data;
}

int history_play(struct history *h, const struct trace *trace)
{
	size_t t, row, state;

	(void)trace;
	h->unit = "events";
	h->times = 1 + take_u64() % HISTORY_TIMES;
	for (t = 0; t < h->times; t++) {
		h->moments[t] = (struct moment){ take_u64(), take_u64(),
						 take_u64(), take_u64(),
						 take_u64() };
		for (row = 0; row < HISTORY_ROWS && input.left; row++)
			for (state = 0; state < HISTORY_STATES; state++)
				h->bytes[t][row][state] = take_u64();
	}
	return 0;
}

/* ---- the page --------------------------------------------------------------- */

static const char *const tags[] = {
	"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "b",
	"table", "tr", "th", "td", "div", "svg", "path", "rect", "text",
};

static const char *const attributes[] = {
	"lang", "charset", "name", "content", "viewBox", "width", "height",
	"role", "aria-label", "class", "d", "x", "y", "text-anchor", "id",
	"xmlns",
};

/* Numbers, and the letters of paths. */
static const char *const numeric[] = { "d", "x", "y", "viewBox" };

static void bad(const char *why, const char *at)
{
	dprintf(2, "%s: %.80s\n", why, at);
	abort();
}

static bool is_one(const char *const *list, size_t n, const char *word,
		   size_t len)
{
	while (n--)
		if (strlen(list[n]) == len && !memcmp(list[n], word, len))
			return true;
	return false;
}

/* @p is at a name; returns the end of what was in quotes. */
static const char *attribute(const char *p)
{
	const char *name = p, *end;
	size_t len = strcspn(p, "=> ");

	if (!is_one(attributes, ARRAY_SIZE(attributes), name, len) ||
	    strncmp(p + len, "=\"", 2))
		bad("attribute", name);
	p += len + 2;
	end = strchr(p, '"');
	if (!end || memchr(p, '<', end - p))
		bad("value", name);
	if (is_one(numeric, ARRAY_SIZE(numeric), name, len) &&
	    strspn(p, "0123456789.+-e MLhvz") < (size_t)(end - p))
		bad("number", name);
	return end + 1;
}

/* A tag at @p; its name is put on the stack, or taken off. */
static const char *tag(const char *p, const char **stack, size_t *depth)
{
	bool closes = p[1] == '/';
	const char *name = p + 1 + closes;
	size_t len = strcspn(name, "/> ");

	if (!is_one(tags, ARRAY_SIZE(tags), name, len))
		bad("tag", p);
	for (p = name + len; *p == ' ';)
		p = attribute(p + 1);
	if (closes && (!*depth || strncmp(stack[--*depth], name, len)))
		bad("not open", name);
	if (*p == '/')
		p++;
	else if (!closes && strncmp(name, "meta", 4))
		stack[(*depth)++] = name;
	if (*p != '>' || *depth == DEPTH)
		bad("end of tag", name);
	return p + 1;
}

static void check_page(const char *p)
{
	const char *stack[DEPTH];
	size_t depth = 0;

	if (*p == '<' && (p[1] == '!' || p[1] == '?'))
		p = strchr(p, '\n');
	while (p && *p) {
		if (*p == '<')
			p = tag(p, stack, &depth);
		else if (*p == '>' || (*p != '\n' && !isprint((unsigned char)*p)))
			bad("text", p);
		else
			p++;
	}
	if (depth)
		bad("left open", stack[depth - 1]);
}

/* ---- what is asked for ---------------------------------------------------- */

static void make_page(struct args *args, bool is_picture)
{
	FILE *real = stdout;
	char *page = NULL;
	size_t len = 0;
	int ret;

	stdout = open_memstream(&page, &len);
	ret = is_picture ? run_map(args) : run_report(args);
	fclose(stdout);
	stdout = real;
	if (!ret)
		check_page(page);
	free(page);
}

static void write_trace(int fd)
{
	struct text text = take_text();

	if (ftruncate(fd, 0) ||
	    pwrite(fd, text.data, text.len, 0) != (ssize_t)text.len)
		abort();
	free(text.data);
}

/* Byte 0: of what; then the texts, an end of each by 0, then figures. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char file[32], output[] = "-", demo[] = "demo";
	static int fd = -1;
	char *argv[2] = { demo, NULL };
	static const struct command map = { .name = "map" };
	struct args args = { .argv = argv, .argc = 1, .output = output,
			     .cmd = &map, .seconds = 1e-6 };

	if (fd < 0) {
		fd = memfd_create("trace", 0);
		snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
	}
	if (!size)
		return 0;
	input.at = data + 1;
	input.left = size - 1;
	/* A map is drawn once; a report watches a heap for an instant. */
	if (data[0] % 3 == 1) {
		args.svg = output;
		args.seconds = 0;
	}
	if (data[0] % 3 == 2) {
		argv[0] = file;
		write_trace(fd);
	}
	make_page(&args, args.svg);
	forget_last();
	return 0;
}
