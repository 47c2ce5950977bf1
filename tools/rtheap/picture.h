/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pictures of rectangles, lines and text: SVG, or PNG by cairo; see picture.c.
 */
#ifndef _RTHEAP_PICTURE_H
#define _RTHEAP_PICTURE_H

#include "rtheap.h"

/* What a shape is painted with; in SVG a class of this name. */
enum paint {
	/* as the states */
	PAINT_FREE, PAINT_USED, PAINT_IDLE, PAINT_META, PAINT_CACHED,
	PAINT_BACK, PAINT_GRID, PAINT_TEXT, PAINT_BAR, PAINT_SECOND,
	PAINTS
};

enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

struct picture;

/* SVG in a page of HTML, which has picture_style() already. */
struct picture *picture_inline(FILE *out, int width, int height,
			       const char *label);
struct picture *picture_svg(FILE *out, int width, int height,
			    const char *label);
/* NULL: complained, or errno says why not. */
struct picture *picture_png(const char *file, int width, int height);
void picture_style(FILE *out);
void picture_rect(struct picture *p, double x, double y, double width,
		  double height, enum paint paint, const char *title);
void picture_line(struct picture *p, const double *x, const double *y,
		  size_t n, enum paint paint);
void picture_text(struct picture *p, double x, double y, enum anchor anchor,
		  const char *fmt, ...) __printf(5, 6);
/* Returns 0, or -1 with a complaint. */
int picture_end(struct picture *p);

#endif /* _RTHEAP_PICTURE_H */
