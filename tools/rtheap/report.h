/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the report share: a heap over time, and its drawings.
 */
#ifndef _RTHEAP_REPORT_H
#define _RTHEAP_REPORT_H

#include "rtheap.h"
#include "sim.h"

#define HISTORY_TIMES	240
#define HISTORY_ROWS	96
#define HISTORY_STATES	4
#define SIZE_CLASSES	33	/* powers of two: up to 1, 2, 4, ... */

/**
 * struct moment - a heap at one time
 * @event: how many events of the trace were played; or milliseconds, of a heap
 * @live: bytes that were asked for and live
 * @used: as the backend counts them
 * @total: what it manages
 * @largest_free: block
 */
struct moment {
	u64 event;
	u64 live;
	u64 used;
	u64 total;
	u64 largest_free;
};

/**
 * struct history - a heap over time, played in user space or watched
 * @kind: of the backend
 * @unit: what time is counted in, for the axis
 * @size: of the region
 * @failed: allocations that found no room
 * @moments: of them @times
 * @bytes: in each of HISTORY_ROWS equal parts of the region, by state
 */
struct history {
	struct sim_kind kind;
	const char *unit;
	u64 size;
	u64 failed;
	size_t times;
	struct moment moments[HISTORY_TIMES];
	u64 bytes[HISTORY_TIMES][HISTORY_ROWS][HISTORY_STATES];
};

/* Returns 0, or -1 with a complaint. */
int history_play(struct history *h, const struct trace *trace);
/* The same of a heap of the kernel's, for @seconds; 0: some. */
int history_watch(struct history *h, const char *heap, double seconds);
/* A piece of the heap at the moment that is being looked at; @ctx is a history. */
void history_add(void *ctx, const struct sim_piece *piece);

/* report_draw.c */
void draw_history_map(FILE *out, const struct history *h);
void draw_bytes(FILE *out, const struct history *h);
void draw_fragmentation(FILE *out, const struct history *h);
/* @allocs and @peak by size class; @peak NULL: there is but one series. */
void draw_sizes(FILE *out, const u64 *allocs, const u64 *peak,
		const char *first, const char *second);
unsigned int size_class(u64 bytes);

#endif /* _RTHEAP_REPORT_H */
