// SPDX-License-Identifier: GPL-2.0-only
/*
 * replay.c - find the smallest region in which a recorded trace can be replayed.
 *
 *	replay [--figures FILE] TRACE...
 *
 * A trace is text, plain or gzip: `a SLOT BYTES SITE` allocates, `f SLOT` frees. For each
 * trace and each backend, every size is tried from the trace's peak of live bytes up, in
 * steps of 4096 bytes, until the trace is replayed without a failed allocation. Bisection
 * would be wrong: blocks lie elsewhere in a larger region, and some sizes above the
 * smallest one fail. Check must find the heap sound after each try.
 *
 * --figures appends `region_min.TRACE.BACKEND<TAB>BYTES<TAB>bytes` to FILE.
 * Exit status: 0; 1 a backend failed; 2 a trace or option is bad.
 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "harness.h"
#include "memory.h"

#define LINEAR_SLOTS	4096	/* with more slots, linear backends are left out */
#define LIMIT		16		/* give up at this many times the peak */
#define SLOTS_MAX	(1u << 24)
#define FREE_EVENT	UINT64_MAX

struct event {
	u32 slot;
	u64 bytes;		/* FREE_EVENT: free the slot */
};

struct trace {
	const char *path;
	char name[64];		/* file name up to the first dot */
	struct event *event;
	size_t events;
	size_t room;
	u32 slots;
	u64 *live;		/* while parsing: bytes in each slot; 0: it is empty */
	u64 live_now;
	u64 live_peak;
};

static bool slow_too;	/* --slow */

static int trace_bad(const struct trace *trace, unsigned long line,
		     const char *why)
{
	fprintf(stderr, "%s:%lu: %s\n", trace->path, line, why);
	return -1;
}

static void trace_push(struct trace *trace, u64 slot, u64 bytes)
{
	if (trace->events == trace->room) {
		trace->room = trace->room ? 2 * trace->room : 65536;
		trace->event = realloc(trace->event,
				       trace->room * sizeof(*trace->event));
		if (!trace->event)
			abort();
	}
	trace->event[trace->events++] = (struct event){ (u32)slot, bytes };
	if (slot >= trace->slots)
		trace->slots = (u32)slot + 1;
}

/* Count the event's bytes as live. Return NULL, or what is wrong with the event. */
static const char *trace_account(struct trace *trace, u64 slot, u64 bytes)
{
	if (bytes == FREE_EVENT) {
		if (!trace->live[slot])
			return "free of an empty slot";
		trace->live_now -= trace->live[slot];
		trace->live[slot] = 0;
		return NULL;
	}
	if (trace->live[slot])
		return "slot is in use";
	trace->live[slot] = bytes;
	trace->live_now += bytes;
	if (trace->live_now > trace->live_peak)
		trace->live_peak = trace->live_now;
	return NULL;
}

static const char *trace_line(struct trace *trace, char *line)
{
	const char *blank = " \t\r\n";
	char *save = NULL;
	char *kind = strtok_r(line, blank, &save);
	char *slot_text = strtok_r(NULL, blank, &save);
	char *bytes_text = strtok_r(NULL, blank, &save);
	u64 bytes = FREE_EVENT;
	const char *why;
	u64 slot;

	if (!kind || *kind == '#')
		return NULL;
	if (!slot_text || !parse_u64(slot_text, &slot) || slot >= SLOTS_MAX)
		return "bad slot";
	if (!strcmp(kind, "a")) {
		if (!bytes_text || !parse_u64(bytes_text, &bytes) || !bytes ||
		    bytes == FREE_EVENT)
			return "bad size";
	} else if (strcmp(kind, "f")) {
		return "expected 'a SLOT BYTES SITE' or 'f SLOT'";
	}
	why = trace_account(trace, slot, bytes);
	if (!why)
		trace_push(trace, slot, bytes);
	return why;
}

static void trace_name(struct trace *trace, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *from = slash ? slash + 1 : path;

	trace->path = path;
	snprintf(trace->name, sizeof(trace->name), "%.*s",
		 (int)strcspn(from, "."), from);
}

static void trace_drop(struct trace *trace)
{
	free(trace->event);
	free(trace->live);
}

static int trace_lines(struct trace *trace, gzFile file)
{
	unsigned long number = 0;
	int status = Z_OK;
	char line[512];

	while (gzgets(file, line, sizeof(line))) {
		const char *why = "line is cut short or too long";

		number++;
		if (strchr(line, '\n'))
			why = trace_line(trace, line);
		if (why)
			return trace_bad(trace, number, why);
	}
	gzerror(file, &status);
	if (status != Z_OK && status != Z_STREAM_END)
		return trace_bad(trace, number, "file is damaged");
	if (!trace->events)
		return trace_bad(trace, number, "no event in this file");
	return 0;
}

static int trace_load(struct trace *trace, const char *path)
{
	gzFile file = gzopen(path, "rb");
	int err;

	*trace = (struct trace){ 0 };
	trace_name(trace, path);
	if (!file) {
		perror(path);
		return -1;
	}
	trace->live = calloc(SLOTS_MAX, sizeof(*trace->live));
	if (!trace->live)
		abort();
	err = trace_lines(trace, file);
	/* A truncated gzip file is detected only when it is closed. */
	if (gzclose(file) != Z_OK && !err)
		err = trace_bad(trace, 0, "file is cut short or damaged");
	if (err)
		trace_drop(trace);
	return err;
}

static bool play_events(struct heap *heap, const struct trace *trace,
			void **slot)
{
	const struct rtalloc_ops *ops = heap->ops;

	for (size_t i = 0; i < trace->events; i++) {
		const struct event *event = &trace->event[i];

		if (event->bytes == FREE_EVENT) {
			if (ops->free(heap->ctrl, slot[event->slot]))
				abort();
			continue;
		}
		slot[event->slot] = heap_alloc(heap, event->bytes, NULL);
		if (!slot[event->slot])
			return false;
	}
	return true;
}

/* Whether the trace can be replayed in a region of @steps steps of 4096 bytes. */
static bool plays(const struct backend *backend, const struct trace *trace,
		  size_t steps)
{
	struct rtalloc_fault fault = { 0 };
	struct heap heap;
	void **slot;
	bool done;

	if (!steps || heap_open(&heap, backend, steps * STEP_SIZE,
				backend_align(backend)))
		return false;
	slot = calloc(trace->slots, sizeof(*slot));
	if (!slot)
		abort();
	done = play_events(&heap, trace, slot);
	if (rtalloc_ops_check(heap.ops, heap.ctrl, &fault)) {
		fprintf(stderr, "%s: heap damaged at %llu: %s\n",
			backend->name, fault.offset, fault.what);
		abort();
	}
	free(slot);
	heap_close(&heap);
	return done;
}

/* Halve between a size that fails and one that works; see the output. */
static size_t search_halving(const struct backend *backend,
			     const struct trace *trace, size_t least,
			     size_t most)
{
	size_t fails = least - 1, works = least;

	for (; !plays(backend, trace, works); works += works / 16 + 1) {
		fails = works;
		if (works >= most)
			return 0;
	}
	while (works - fails > 1) {
		size_t middle = fails + (works - fails) / 2;

		if (plays(backend, trace, middle))
			works = middle;
		else
			fails = middle;
	}
	return works;
}

/* The smallest region in steps; 0: none works. */
static size_t search(const struct backend *backend, const struct trace *trace)
{
	size_t least = trace->live_peak / STEP_SIZE;
	size_t most = LIMIT * (least + 64);

	least += !least;
	if (backend->linear)
		return search_halving(backend, trace, least, most);
	for (size_t steps = least; steps <= most; steps++)
		if (plays(backend, trace, steps))
			return steps;
	return 0;
}

/* Hundreds of replays with a first-fit search over thousands of blocks would take hours. */
static bool too_slow(const struct backend *backend, const struct trace *trace)
{
	return backend->linear && !slow_too && trace->slots > LINEAR_SLOTS;
}

static int report(const struct trace *trace, FILE *figures)
{
	size_t bytes;
	int bad = 0;

	for (size_t i = 0; i < backend_count; i++) {
		/* Pools have elements of one size. */
		if (backends[i].elem)
			continue;
		if (too_slow(&backends[i], trace)) {
			printf("%-10s %-14s left out, linear in %zu slots (--slow)\n",
			       trace->name, backends[i].name,
			       (size_t)trace->slots);
			continue;
		}
		bytes = search(&backends[i], trace) * STEP_SIZE;
		if (!bytes) {
			printf("%-10s %-14s no region works\n", trace->name,
			       backends[i].name);
			bad = 1;
			continue;
		}
		printf("%-10s %-14s %12zu %7.1f %%%s\n", trace->name,
		       backends[i].name, bytes,
		       100.0 * ((double)bytes / (double)trace->live_peak - 1),
		       backends[i].linear ? "  *" : "");
		fflush(stdout);
		if (figures)
			fprintf(figures, "region_min.%s.%s\t%zu\tbytes\n",
				trace->name, backends[i].figure, bytes);
	}
	return bad;
}

static int usage(FILE *to, int status)
{
	fputs("usage: replay [--slow] [--figures FILE] TRACE...\n", to);
	return status;
}

static int replay_all(char **paths, FILE *figures)
{
	struct trace trace;
	int status = 0;

	printf("smallest region that plays the trace; tried: each multiple of %u bytes from the\n"
	       "trace's peak of live bytes up; * by halving, a smaller one may do\n%-10s %-14s %12s %9s\n",
	       STEP_SIZE, "trace", "backend", "bytes", "over peak");
	for (; *paths; paths++) {
		if (trace_load(&trace, *paths))
			return 2;
		status |= report(&trace, figures);
		trace_drop(&trace);
	}
	return status;
}

int main(int argc, char **argv)
{
	const char *path = NULL;
	FILE *figures = NULL;
	int status;
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--help"))
			return usage(stdout, 0);
		if (!strcmp(argv[i], "--slow")) {
			slow_too = true;
			continue;
		}
		if (strcmp(argv[i], "--figures") || i + 1 == argc)
			return usage(stderr, 2);
		path = argv[++i];
	}
	if (i == argc)
		return usage(stderr, 2);
	if (path)
		figures = fopen(path, "a");
	if (path && !figures) {
		perror(path);
		return 2;
	}
	status = replay_all(argv + i, figures);
	if (figures && fclose(figures)) {
		perror(path);
		return 2;
	}
	return status;
}
