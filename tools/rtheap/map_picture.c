// SPDX-License-Identifier: GPL-2.0-only
/*
 * Draw a heap's map as a picture. All rows stand for the same number of bytes, from left to
 * right and from top to bottom. Each column of a row has the colour of the state that most
 * of its bytes are in.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "picture.h"
#include "map.h"

#define WIDTH		1280
#define ROWS		32
#define ROW_HEIGHT	16
#define COLUMNS		1100
#define LEFT		100
#define TOP		40
#define HEIGHT		(TOP + ROWS * ROW_HEIGHT + 50)

struct raster {
	u64 (*bytes)[STATES];
	double cell;		/* bytes that a cell stands for */
};

/* Add the part of a piece that lies in each cell to that cell. */
static void raster_add(struct raster *r, const struct piece *piece)
{
	double at = piece->offset, end = at + piece->size, next;
	size_t i = at / r->cell;

	while (at < end && i < ROWS * COLUMNS) {
		next = (i + 1) * r->cell;
		if (next > end)
			next = end;
		/* + 1: a part that is smaller than 1/256 byte still counts. */
		r->bytes[i][piece->state] += (next - at) * 256 + 1;
		at = next;
		i++;
	}
}

/* Return the state of most bytes; PAINT_GRID if there are headers only. */
static enum paint most(const u64 *bytes)
{
	int i, best = -1;

	for (i = 0; i < STATES; i++)
		if (bytes[i] && (best < 0 || bytes[i] > bytes[best]))
			best = i;
	return best < 0 ? PAINT_GRID : best;
}

static void draw_row(struct picture *p, const struct raster *r, int row)
{
	u64 (*cells)[STATES] = r->bytes + row * COLUMNS;
	int from, to;

	for (from = 0; from < COLUMNS; from = to) {
		for (to = from + 1; to < COLUMNS &&
		     most(cells[to]) == most(cells[from]); to++)
			;
		picture_rect(p, LEFT + from, TOP + row * ROW_HEIGHT, to - from,
			     ROW_HEIGHT - 2, most(cells[from]), NULL);
	}
}

static void draw_legend(struct picture *p, const struct map *map)
{
	int i, x = LEFT, y = TOP + ROWS * ROW_HEIGHT + 24;

	for (i = 0; i < STATES; i++) {
		if (i == RTALLOC_CACHED && !map->number[i])
			continue;
		picture_rect(p, x, y - 10, 12, 12, i, NULL);
		picture_text(p, x + 18, y, ANCHOR_START,
			     "%s: %llu pieces, %.1f KiB", state_word(i),
			     map->number[i], map->bytes[i] / 1024.0);
		x += 230;
	}
}

static void draw(struct picture *p, const char *heap, const struct map *map,
		 const struct raster *r)
{
	double row = r->cell * COLUMNS / 1024;
	int i;

	picture_text(p, LEFT, 24, ANCHOR_START,
		     "%s: %.1f KiB, a row is %.2f KiB, the largest free block %.1f KiB",
		     heap, map->extent / 1024.0, row,
		     map->largest_free / 1024.0);
	for (i = 0; i < ROWS; i++) {
		picture_text(p, LEFT - 8, TOP + i * ROW_HEIGHT + 11, ANCHOR_END,
			     "%.1f KiB", i * row);
		draw_row(p, r, i);
	}
	draw_legend(p, map);
}

void map_draw(struct picture *p, const char *heap, const struct map *map)
{
	struct raster r = { .cell = map->extent / (double)(ROWS * COLUMNS) };
	size_t i;

	r.bytes = calloc(ROWS * COLUMNS, sizeof(*r.bytes));
	if (!r.bytes)
		return;
	if (!map->extent)
		r.cell = 1;
	for (i = 0; i < map->count; i++)
		raster_add(&r, &map->pieces[i]);
	draw(p, heap, map, &r);
	free(r.bytes);
}

void map_size(int *width, int *height)
{
	*width = WIDTH;
	*height = HEIGHT;
}

/* Write the picture to @at, "-" being standard output. Returns 0 or -errno. */
static int svg_to(const char *at, const char *heap, const struct map *map)
{
	bool to_stdout = !strcmp(at, "-");
	FILE *out = to_stdout ? stdout : fopen(at, "w");
	struct picture *p;
	int err = 0;

	if (!out)
		return -errno;
	p = picture_svg(out, WIDTH, HEIGHT, heap);
	if (p) {
		map_draw(p, heap, map);
		picture_end(p);
	}
	errno = 0;
	if (!to_stdout && (ferror(out) | fclose(out)))
		err = errno ? -errno : -EIO;
	return p ? err : -ENOMEM;
}

static int write_svg(const char *file, const char *heap, const struct map *map)
{
	char *at = output_begin(file);
	int err;

	if (!at)
		return -1;
	err = output_end(file, at, svg_to(at, heap, map));
	if (err)
		complain("%s: %s", file, strerror(-err));
	return err;
}

int map_picture(const struct args *args, const struct map *map)
{
	struct picture *p;
	int err = 0;

	if (args->svg)
		err = write_svg(args->svg, args->argv[0], map);
	if (!err && args->png) {
		p = picture_png(args->png, WIDTH, HEIGHT);
		if (p)
			map_draw(p, args->argv[0], map);
		err = p ? picture_end(p) : -1;
	}
	return err ? EXIT_REFUSED : EXIT_OK;
}
