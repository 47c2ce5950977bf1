// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer over the readers of foreign files: traces and imported text. What they
 * accept must be consistent, also in what "sites" and a report's table make of it;
 * the rest is refused with one line, which -close_fd_mask=2 sends nowhere.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rtheap.h"
#include "sites.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_all(int fd, const uint8_t *data, size_t size)
{
	if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
}

/* The trace is one: frees of what lives, allocations into empty slots. */
static void check_trace(const struct trace *t, const struct trace_sites *sites)
{
	unsigned char *full = calloc((size_t)t->slots + 1, 1);
	size_t i;

	for (i = 0; i < t->count; i++) {
		const struct trace_event *e = &t->events[i];

		if (e->slot >= t->slots || full[e->slot] == !!e->bytes ||
		    sites->of[i] >= sites->count)
			abort();
		full[e->slot] = !!e->bytes;
	}
	free(full);
}

/* What sites add up to is what the trace says. */
static void check_sites(const struct trace *t, const struct trace_sites *names)
{
	u64 live = 0, allocs = 0, peak = 0;
	struct sites sites;
	size_t i;

	if (sites_of_trace(t, names, &sites))
		abort();
	for (i = 0; i < sites.count; i++) {
		live += sites.list[i].live;
		allocs += sites.list[i].allocs;
		peak += sites.list[i].peak;
	}
	if (live != t->end_live || allocs != t->allocs || peak != t->peak_live)
		abort();
	sites_free(&sites);
}

/* A trace with names, and what is made of it. */
static bool take_trace(const char *file)
{
	struct trace_sites sites;
	struct trace trace;

	if (trace_load_sites(file, &trace, &sites))
		return false;
	check_trace(&trace, &sites);
	check_sites(&trace, &sites);
	trace_sites_free(&sites);
	trace_free(&trace);
	return true;
}

/* Byte 0: of which heap; the rest is a file. Was there a trace in it, or events? */
static bool take(const uint8_t *data, size_t size)
{
	static int in = -1, out = -1;
	static char from[32], to[32];
	char *argv[3] = { from, to, NULL };
	struct args args = { .argv = argv, .argc = 2 };
	bool is_trace;

	if (in < 0) {
		in = memfd_create("in", 0);
		out = memfd_create("out", 0);
		snprintf(from, sizeof(from), "/proc/self/fd/%d", in);
		snprintf(to, sizeof(to), "/proc/self/fd/%d", out);
	}
	if (!size)
		return false;
	args.heap = data[0] & 1 ? "demo" : NULL;
	write_all(in, data + 1, size - 1);
	is_trace = take_trace(from);
	if (run_import(&args))
		return is_trace;
	/* What import makes must be a trace. */
	if (!take_trace(to))
		abort();
	return true;
}

/* These are taken: else all that follows would try refusals only. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char * const good[] = {
		"-" TRACE_FIRST_LINE "\na 0 100 x\na 7 50 y\nf 0\n",
		"0a-1 [000] 1.0: kmalloc: call_site=f ptr=0x10 bytes_req=8\n",
		"1a-1 [000] 1.0: rtalloc_alloc: heap=demo offset=0 size=8\n",
	};
	size_t i;

	(void)argc;
	(void)argv;
	for (i = 0; i < ARRAY_SIZE(good); i++)
		if (!take((const uint8_t *)good[i], strlen(good[i])))
			abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	take(data, size);
	return 0;
}
