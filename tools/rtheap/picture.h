/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pictures of rectangles, lines and text: SVG, or PNG by cairo; see picture.c.
 */
#ifndef _RTHEAP_PICTURE_H
#define _RTHEAP_PICTURE_H

#include "rtheap.h"

/* The paint of a shape; in SVG each is a class. */
enum paint {
	/* in the order of enum rtalloc_state */
	PAINT_FREE, PAINT_USED, PAINT_IDLE, PAINT_META, PAINT_CACHED,
	PAINT_BACK, PAINT_GRID, PAINT_TEXT, PAINT_BAR, PAINT_SECOND,
	PAINTS
};

enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

struct picture;

/* Begin SVG within an HTML page that contains picture_style(). */
struct picture *picture_inline(FILE *out, int width, int height,
			       const char *label);
struct picture *picture_svg(FILE *out, int width, int height,
			    const char *label);
/* Begin a PNG. Returns NULL after a complaint, or with errno set. */
struct picture *picture_png(const char *file, int width, int height);
void picture_style(FILE *out);
void picture_rect(struct picture *p, double x, double y, double width,
		  double height, enum paint paint, const char *title);
void picture_line(struct picture *p, const double *x, const double *y,
		  size_t n, enum paint paint);
void picture_text(struct picture *p, double x, double y, enum anchor anchor,
		  const char *fmt, ...) __printf(5, 6);
/* Finish the picture and free @p. Returns 0, or -1 after a complaint. */
int picture_end(struct picture *p);

#endif /* _RTHEAP_PICTURE_H */
