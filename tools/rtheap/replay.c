// SPDX-License-Identifier: GPL-2.0-only
/*
 * Play a trace into a heap through its files "alloc" and "free".
 *
 * Both files stay open for the whole replay. An allocation is a write and a read, a free is
 * a write. To keep the tool's own cost low, numbers are written without printf(), and memory
 * is allocated before the clock starts.
 *
 * An allocation that finds no room is counted, and the trace continues without that block.
 * Any other error ends the replay, because the heap has vanished, is damaged or out of
 * service. The remaining blocks are always freed at the end, also after SIGINT, unless
 * --keep is given.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "rtheap.h"

#define BAR_WIDTH	40
#define BAR_MASK	4095u	/* draw the bar every 4096 events */

struct replay {
	const char *heap;
	const struct trace *trace;
	u64 *handles;	/* handle of the block in each slot; 0: none */
	int alloc_fd;
	int free_fd;
	bool bar;
	size_t played;
	u64 failed;
	u64 left;		/* live blocks at the end of the trace */
	double seconds;
	int err;		/* -errno that ended the play, or 0 */
	int drain_err;
	u64 live_before;
	u64 live_after;
	u64 max_used_before;
	u64 max_used;
	u64 largest_free;
	struct verdict check;
};

static void draw_bar(const struct replay *r)
{
	size_t all = r->trace->count ? r->trace->count : 1;
	int full = (int)(r->played * (double)BAR_WIDTH / all);
	char cells[BAR_WIDTH + 1];

	memset(cells, '.', BAR_WIDTH);
	memset(cells, '#', full);
	cells[BAR_WIDTH] = '\0';
	fprintf(stderr, "\r%s [%s] %3d%%", r->heap, cells,
		(int)(r->played * 100.0 / all));
}

static void erase_bar(const struct replay *r)
{
	if (r->bar)
		fprintf(stderr, "\r%*s\r", (int)strlen(r->heap) + BAR_WIDTH + 8,
			"");
}

/* Allocate @bytes. Returns the handle, or 0 with -errno in @r->err. */
static u64 play_alloc(struct replay *r, u32 bytes)
{
	char buf[64];
	char *end = write_u64(buf, bytes);
	u64 handle;
	ssize_t len;

	r->err = debugfs_request(r->alloc_fd, buf, end - buf);
	if (r->err)
		return 0;
	len = debugfs_answer(r->alloc_fd, buf, sizeof(buf));
	if (len < 0) {
		r->err = len;
		return 0;
	}
	if (!read_u64(buf, buf + len, &handle) || !handle) {
		r->err = -EPROTO;
		return 0;
	}
	return handle;
}

static int play_free(struct replay *r, u64 handle)
{
	char buf[20];
	char *end = write_u64(buf, handle);

	return debugfs_request(r->free_fd, buf, end - buf);
}

static int play_event(struct replay *r, const struct trace_event *event)
{
	u64 *handle = &r->handles[event->slot];

	if (event->bytes) {
		*handle = play_alloc(r, event->bytes);
		if (r->err != -ENOMEM)
			return r->err;
		r->failed++;
		r->err = 0;
		return 0;
	}
	/* The slot is empty if its allocation failed. */
	if (*handle)
		r->err = play_free(r, *handle);
	*handle = 0;
	return r->err;
}

static void play(struct replay *r)
{
	const struct trace_event *events = r->trace->events;
	size_t count = r->trace->count;
	double start = seconds_now();

	for (; r->played < count; r->played++) {
		if (!(r->played & BAR_MASK)) {
			if (interrupted())
				r->err = -EINTR;
			if (r->bar)
				draw_bar(r);
		}
		if (r->err || play_event(r, &events[r->played]))
			break;
	}
	r->seconds = seconds_now() - start;
	erase_bar(r);
}

/* Free the remaining blocks, and note the first error. */
static void drain(struct replay *r)
{
	u32 slot;
	int err;

	for (slot = 0; slot < r->trace->slots; slot++) {
		if (!r->handles[slot])
			continue;
		err = play_free(r, r->handles[slot]);
		if (err && !r->drain_err)
			r->drain_err = err;
		r->handles[slot] = 0;
	}
}

static u64 count_left(const struct replay *r)
{
	u64 left = 0;
	u32 slot;

	for (slot = 0; slot < r->trace->slots; slot++)
		left += !!r->handles[slot];
	return left;
}

/* The statistics that are needed here. */
struct numbers {
	u64 live;
	u64 max_used;
	u64 largest_free;
};

static int read_numbers(const char *heap, struct numbers *n)
{
	struct text text;
	bool ok;

	if (show_read(heap, "stats", &text))
		return -1;
	ok = stats_value(&text, "live", &n->live) &&
	     stats_value(&text, "max_used", &n->max_used) &&
	     stats_value(&text, "largest_free", &n->largest_free);
	free(text.data);
	if (!ok)
		complain("%s: stats without live, max_used or largest_free",
			 heap);
	return ok ? 0 : -1;
}

static int open_files(struct replay *r)
{
	r->free_fd = -1;
	r->alloc_fd = debugfs_open(r->heap, "alloc", O_RDWR);
	if (r->alloc_fd < 0)
		return refused(r->heap, r->alloc_fd, "cannot allocate");
	r->free_fd = debugfs_open(r->heap, "free", O_WRONLY);
	if (r->free_fd < 0)
		return refused(r->heap, r->free_fd, "cannot free");
	return 0;
}

/* Play, look at the heap while the last blocks are live, then free them. */
static int play_and_look(struct replay *r, bool keep)
{
	struct verdict again;
	struct numbers n;
	int ret;

	play(r);
	r->left = count_left(r);
	ret = read_numbers(r->heap, &n);
	r->max_used = n.max_used;
	r->largest_free = n.largest_free;
	heap_check(r->heap, &r->check);
	if (!keep)
		drain(r);
	ret |= read_numbers(r->heap, &n);
	r->live_after = n.live;
	heap_check(r->heap, &again);
	if (r->check.ok)
		r->check = again;
	return ret;
}

static double ratio(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

static u64 lost_blocks(const struct replay *r, bool keep)
{
	u64 expected = r->live_before + (keep ? r->left : 0);

	return r->live_after > expected ? r->live_after - expected :
					  expected - r->live_after;
}

static void print_text(const struct replay *r, const struct args *args)
{
	const struct trace *t = r->trace;

	fputs("trace          ", stdout);
	put_printable(args->argv[0]);
	printf("\nheap           %s\n", r->heap);
	printf("events         %zu of %zu\n", r->played, t->count);
	printf("time           %.3f s\n", r->seconds);
	printf("events/s       %.0f\n", ratio(r->played, r->seconds));
	printf("failed         %llu\n", r->failed);
	printf("peak live      %llu bytes\n", t->peak_live);
	printf("peak used      %llu bytes%s\n", r->max_used,
	       r->max_used == r->max_used_before ?
	       " (reached before this replay)" : "");
	printf("overhead       %.3f (peak used / peak live)\n",
	       ratio(r->max_used, t->peak_live));
	printf("largest free   %llu bytes\n", r->largest_free);
	printf("left           %llu blocks%s\n", r->left,
	       args->keep ? ", kept" : ", freed");
	printf("live           %llu\n", r->live_after);
	printf("check          %s\n", r->check.text);
}

static void print_number(const char *key, u64 value)
{
	printf("  \"%s\": %llu,\n", key, value);
}

static void print_bool(const char *key, bool value)
{
	printf("  \"%s\": %s,\n", key, value ? "true" : "false");
}

static void print_json(const struct replay *r, const struct args *args)
{
	const struct trace *t = r->trace;

	fputs("{\n  \"trace\": ", stdout);
	json_string(stdout, args->argv[0], strlen(args->argv[0]));
	fputs(",\n  \"heap\": ", stdout);
	json_string(stdout, r->heap, strlen(r->heap));
	puts(",");
	print_number("events", t->count);
	print_number("played", r->played);
	printf("  \"seconds\": %.6f,\n", r->seconds);
	printf("  \"events_per_second\": %.0f,\n",
	       ratio(r->played, r->seconds));
	print_number("failed", r->failed);
	print_number("peak_live", t->peak_live);
	print_number("peak_used", r->max_used);
	print_number("peak_used_before", r->max_used_before);
	printf("  \"overhead\": %.6f,\n", ratio(r->max_used, t->peak_live));
	print_number("largest_free", r->largest_free);
	print_number("left", r->left);
	print_bool("kept", args->keep);
	print_number("live", r->live_after);
	print_bool("ok", r->check.ok);
	fputs("  \"check\": ", stdout);
	json_string(stdout, r->check.text, strlen(r->check.text));
	puts("\n}");
}

/* Complain about each thing that went wrong, and return the exit code. */
static int judge(const struct replay *r, const struct args *args)
{
	u64 lost = lost_blocks(r, args->keep);
	int ret = EXIT_OK;

	if (r->err == -EINTR)
		complain("%s: interrupted after %zu events", r->heap,
			 r->played);
	else if (r->err)
		refused(r->heap, -r->err, "event %zu of the trace was refused",
			r->played + 1);
	if (r->drain_err)
		refused(r->heap, -r->drain_err, "cannot free what was left");
	if (r->failed)
		complain("%s: %llu allocations found no room", r->heap,
			 r->failed);
	if (lost)
		complain("%s: %llu live blocks more or less than before",
			 r->heap, lost);
	if (!r->check.ok)
		complain("%s: check: %s", r->heap, r->check.text);
	if (r->err || r->drain_err || r->failed || lost || !r->check.ok)
		ret = EXIT_REFUSED;
	return ret;
}

static int replay_into(struct replay *r, struct args *args)
{
	struct numbers before;

	if (read_numbers(r->heap, &before))
		return EXIT_REFUSED;
	r->live_before = before.live;
	r->max_used_before = before.max_used;
	if (before.live)
		complain("%s: note: %llu blocks live already", r->heap,
			 before.live);
	if (open_files(r) || catch_signals())
		return EXIT_REFUSED;
	if (play_and_look(r, args->keep))
		return EXIT_REFUSED;
	if (args->json)
		print_json(r, args);
	else if (!args->quiet)
		print_text(r, args);
	return judge(r, args);
}

int run_replay(struct args *args)
{
	struct trace trace;
	struct replay replay = {
		.heap = args->argv[1],
		.trace = &trace,
		.alloc_fd = -1,
		.free_fd = -1,
		.bar = !args->quiet && isatty(STDERR_FILENO),
	};
	int ret = EXIT_REFUSED;

	if (trace_load(args->argv[0], &trace))
		return EXIT_REFUSED;
	replay.handles = calloc((size_t)trace.slots + 1,
				sizeof(*replay.handles));
	if (replay.handles)
		ret = replay_into(&replay, args);
	else
		complain("out of memory");
	debugfs_close(replay.free_fd);
	debugfs_close(replay.alloc_fd);
	free(replay.handles);
	trace_free(&trace);
	return ret;
}
