// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drawings of a report: the map over time, curves, bars by size. All are as wide as the
 * page, 1200 units.
 */
#include <string.h>

#include "picture.h"
#include "report.h"

#define WIDTH		1200
#define LEFT		90.0
#define RIGHT		20.0
#define TOP		14.0
#define BOTTOM		46.0
#define INNER		(WIDTH - LEFT - RIGHT)
#define MAP_ROW		4.0
#define CURVE_HEIGHT	220.0
#define TICKS		5

/* Return the step of the marks of an axis of @max: 1, 2 or 5 times a power of 10. */
static double tick_of(double max)
{
	double step = 1, want = max / TICKS;
	int i;

	for (i = 0; step * 10 <= want; i++)
		step *= 10;
	if (step * 5 <= want)
		return step * 5;
	return step * 2 <= want ? step * 2 : step;
}

static void draw_frame(struct picture *p, double height, double max_x,
		       const char *unit_x, double max_y, const char *unit_y)
{
	double x[2], y[2], tick, at;

	picture_rect(p, LEFT, TOP, INNER, height, PAINT_BACK, NULL);
	tick = tick_of(max_y);
	for (at = 0; at <= max_y && max_y > 0; at += tick) {
		y[0] = TOP + height * (1 - at / max_y);
		y[1] = y[0];
		x[0] = LEFT;
		x[1] = LEFT + INNER;
		picture_line(p, x, y, 2, PAINT_GRID);
		picture_text(p, LEFT - 6, y[0] + 4, ANCHOR_END, "%.0f %s", at,
			     unit_y);
	}
	tick = tick_of(max_x);
	for (at = 0; at <= max_x && max_x > 0; at += tick)
		picture_text(p, LEFT + INNER * at / max_x, TOP + height + 16,
			     ANCHOR_MIDDLE, "%.0f", at);
	picture_text(p, LEFT, TOP + height + 34, ANCHOR_START, "%s", unit_x);
}

static double x_of(const struct history *h, size_t i)
{
	u64 last = h->moments[h->times - 1].event;

	return LEFT + (last ? INNER * h->moments[i].event / last : 0);
}

/* Return the state of most bytes; PAINT_GRID if there are headers only. */
static enum paint most(const u64 *bytes)
{
	int i, best = -1;

	for (i = 0; i < HISTORY_STATES; i++)
		if (bytes[i] && (best < 0 || bytes[i] > bytes[best]))
			best = i;
	return best < 0 ? PAINT_GRID : best;
}

/* Draw all runs of one paint one after the other, so that they make one path. */
static void draw_runs(struct picture *p, const struct history *h, size_t time,
		      enum paint paint, double width)
{
	const u64 (*rows)[HISTORY_STATES] = h->bytes[time];
	double x = x_of(h, time);
	int from, to;

	for (from = 0; from < HISTORY_ROWS; from = to) {
		for (to = from + 1; to < HISTORY_ROWS &&
		     most(rows[to]) == most(rows[from]); to++)
			;
		if (most(rows[from]) == paint)
			picture_rect(p, x, TOP + from * MAP_ROW, width,
				     (to - from) * MAP_ROW, paint, NULL);
	}
}

static void draw_legend(struct picture *p, const char * const *words,
			const enum paint *use, int n, double y)
{
	double x = LEFT + INNER - 110.0 * n;
	int i;

	for (i = 0; i < n; i++) {
		picture_rect(p, x, y - 10, 12, 12, use[i], NULL);
		picture_text(p, x + 17, y, ANCHOR_START, "%s", words[i]);
		x += 110;
	}
}

void draw_history_map(FILE *out, const struct history *h)
{
	static const char * const words[] = { "free", "used", "idle", "meta" };
	static const enum paint use[] = { PAINT_FREE, PAINT_USED, PAINT_IDLE,
					  PAINT_META };
	double height = HISTORY_ROWS * MAP_ROW;
	struct picture *p = picture_inline(out, WIDTH, TOP + height + BOTTOM,
					   "addresses by time");
	char unit[64];
	double width;
	size_t i;
	int paint;

	if (!p)
		return;
	snprintf(unit, sizeof(unit), "%s; offset in KiB from top to bottom",
		 h->unit);
	draw_frame(p, height, h->moments[h->times - 1].event, unit, 0, "");
	for (i = 0; i <= 4; i++)
		picture_text(p, LEFT - 6, TOP + height * i / 4 + 5, ANCHOR_END,
			     "%.1f", h->size * i / 4096.0);
	for (paint = 0; paint <= PAINT_GRID; paint++)
		for (i = 0; i + 1 < h->times; i++) {
			width = x_of(h, i + 1) - x_of(h, i);
			draw_runs(p, h, i, paint, width);
		}
	draw_legend(p, words, use, 4, TOP + height + 34);
	picture_end(p);
}

typedef double (*value_fn)(const struct moment *m);

static double live_of(const struct moment *m)
{
	return m->live / 1024.0;
}

static double used_of(const struct moment *m)
{
	return m->used / 1024.0;
}

static double free_of(const struct moment *m)
{
	return (m->total - m->used) / 1024.0;
}

static double largest_of(const struct moment *m)
{
	return m->largest_free / 1024.0;
}

/* Return how much of the free memory is outside of the largest block, in percent. */
static double fragmentation_of(const struct moment *m)
{
	double all = (double)m->total - m->used;

	return all > 0 && m->largest_free < all ?
	       100 * (1 - m->largest_free / all) : 0;
}

static void draw_curve(struct picture *p, const struct history *h, double max,
		       value_fn value, enum paint paint)
{
	double x[HISTORY_TIMES], y[HISTORY_TIMES];
	size_t i;

	for (i = 0; i < h->times; i++) {
		x[i] = x_of(h, i);
		y[i] = TOP + CURVE_HEIGHT *
		       (1 - (max > 0 ? value(&h->moments[i]) / max : 0));
	}
	picture_line(p, x, y, h->times, paint);
}

void draw_bytes(FILE *out, const struct history *h)
{
	static const char * const words[] = { "live", "used", "free",
					      "largest free" };
	static const enum paint use[] = { PAINT_BAR, PAINT_USED, PAINT_IDLE,
					  PAINT_SECOND };
	static const value_fn values[] = { live_of, used_of, free_of,
					   largest_of };
	struct picture *p = picture_inline(out, WIDTH,
					   TOP + CURVE_HEIGHT + BOTTOM,
					   "live, used and free bytes by time");
	double max = h->size / 1024.0;
	int i;

	if (!p)
		return;
	draw_frame(p, CURVE_HEIGHT, h->moments[h->times - 1].event, h->unit,
		   max, "KiB");
	for (i = 0; i < 4; i++)
		draw_curve(p, h, max, values[i], use[i]);
	draw_legend(p, words, use, 4, TOP + CURVE_HEIGHT + 34);
	picture_end(p);
}

void draw_fragmentation(FILE *out, const struct history *h)
{
	struct picture *p = picture_inline(out, WIDTH,
					   TOP + CURVE_HEIGHT + BOTTOM,
					   "fragmentation by time");

	if (!p)
		return;
	draw_frame(p, CURVE_HEIGHT, h->moments[h->times - 1].event, h->unit,
		   100, "%");
	draw_curve(p, h, 100, fragmentation_of, PAINT_USED);
	picture_end(p);
}

/* Return the class of a size: sizes up to 1, 2, 4, ... bytes. */
unsigned int size_class(u64 bytes)
{
	unsigned int class = 0;

	while (class < SIZE_CLASSES - 1 && bytes > 1ull << class)
		class++;
	return class;
}

static u64 largest(const u64 *values)
{
	u64 max = 0;
	int i;

	for (i = 0; i < SIZE_CLASSES; i++)
		if (values[i] > max)
			max = values[i];
	return max;
}

static void draw_series(struct picture *p, const u64 *values, int low, int high,
			double shift, double part, enum paint paint)
{
	double step = INNER / (high - low + 1), max = largest(values), height;
	char title[64];
	int i;

	for (i = low; i <= high; i++) {
		if (!values[i])
			continue;
		height = CURVE_HEIGHT * values[i] / max;
		snprintf(title, sizeof(title), "up to %llu bytes: %llu",
			 1ull << i, values[i]);
		picture_rect(p, LEFT + (i - low + shift) * step,
			     TOP + CURVE_HEIGHT - height, part * step, height,
			     paint, title);
	}
}

void draw_sizes(FILE *out, const u64 *allocs, const u64 *peak,
		const char *first, const char *second)
{
	const char * const words[] = { first, second };
	static const enum paint use[] = { PAINT_BAR, PAINT_SECOND };
	int low = 0, high = SIZE_CLASSES - 1, i;
	struct picture *p;

	while (low < high && !allocs[low])
		low++;
	while (high > low && !allocs[high])
		high--;
	p = picture_inline(out, WIDTH, TOP + CURVE_HEIGHT + BOTTOM,
			   "sizes of allocations");
	if (!p)
		return;
	draw_frame(p, CURVE_HEIGHT, 0, "bytes, up to; each series by its own highest bar", 0, "");
	for (i = low; i <= high; i++)
		picture_text(p, LEFT + (i - low + 0.5) * INNER /
				(high - low + 1), TOP + CURVE_HEIGHT + 16,
			     ANCHOR_MIDDLE, "%llu", 1ull << i);
	draw_series(p, allocs, low, high, 0.08, 0.4, PAINT_BAR);
	if (peak)
		draw_series(p, peak, low, high, 0.5, 0.4, PAINT_SECOND);
	draw_legend(p, words, use, peak ? 2 : 1, TOP + CURVE_HEIGHT + 34);
	picture_end(p);
}
