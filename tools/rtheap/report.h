/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Declarations that the files of the report share: a heap over time, and its drawings.
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
 * struct moment - a heap at one point in time
 * @event: number of events played; for a heap of the kernel, milliseconds
 * @live: requested bytes that are live
 * @used: used bytes as the backend counts them
 * @total: bytes that the backend manages
 * @largest_free: size of the largest free block in bytes
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
 * @kind: the backend
 * @unit: unit of &moment.event, for the axis
 * @size: size of the region in bytes
 * @failed: number of allocations that failed
 * @times: number of @moments
 * @moments: the moments, oldest first
 * @bytes: bytes in each state, in each of HISTORY_ROWS equal parts of the region, for each
 *	moment
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

/* Play @trace and record the moments. Returns 0, or -1 after a complaint. */
int history_play(struct history *h, const struct trace *trace);
/* Watch a heap of the kernel for @seconds (0: a default). Returns as above. */
int history_watch(struct history *h, const char *heap, double seconds);
/* Add a piece of the heap to the current moment; @ctx is a struct history. */
void history_add(void *ctx, const struct sim_piece *piece);

/* report_draw.c */
void draw_history_map(FILE *out, const struct history *h);
void draw_bytes(FILE *out, const struct history *h);
void draw_fragmentation(FILE *out, const struct history *h);
/* Draw @allocs and @peak by size class; @peak NULL: there is only one series. */
void draw_sizes(FILE *out, const u64 *allocs, const u64 *peak,
		const char *first, const char *second);
unsigned int size_class(u64 bytes);

#endif /* _RTHEAP_REPORT_H */
