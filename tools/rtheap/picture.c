// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pictures of rectangles, lines and text: SVG is written here, PNG by cairo.
 *
 * Cairo is loaded (dlopen) when a PNG is wanted, so everything else works without it. In SVG
 * consecutive rectangles of one paint become one path, which keeps maps of thousands of
 * cells small.
 */
#include <dlfcn.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "picture.h"

#define TEXT_SIZE	12

static const struct {
	const char *name;
	const char *light;
	const char *dark;
} paints[PAINTS] = {
	[PAINT_FREE]	= { "free", "#cfe8d5", "#24452f" },
	[PAINT_USED]	= { "used", "#c8553d", "#e07a5f" },
	[PAINT_IDLE]	= { "idle", "#7fb7c9", "#4a8ca3" },
	[PAINT_META]	= { "meta", "#8e6c9e", "#b08fc0" },
	[PAINT_CACHED]	= { "cached", "#3f6fb5", "#6f9fe0" },
	[PAINT_BACK]	= { "back", "#f4f4f2", "#1d2125" },
	[PAINT_GRID]	= { "grid", "#d5d5d0", "#3b4046" },
	[PAINT_TEXT]	= { "text", "#333333", "#d8d8d4" },
	[PAINT_BAR]	= { "bar", "#3b6ea5", "#6ea3dc" },
	[PAINT_SECOND]	= { "second", "#d9963a", "#e5b567" },
};

/* The functions of cairo that are used here, with the types of its header. */
struct cairo_calls {
	void *library;
	void *(*image)(int format, int width, int height);
	void *(*create)(void *surface);
	void (*rgb)(void *cr, double r, double g, double b);
	void (*rectangle)(void *cr, double x, double y, double w, double h);
	void (*fill)(void *cr);
	void (*move_to)(void *cr, double x, double y);
	void (*line_to)(void *cr, double x, double y);
	void (*stroke)(void *cr);
	void (*face)(void *cr, const char *family, int slant, int weight);
	void (*size)(void *cr, double size);
	void (*show)(void *cr, const char *text);
	void (*extents)(void *cr, const char *text, double *extents);
	void (*destroy)(void *cr);
	void (*surface_destroy)(void *surface);
	int (*write)(void *surface, const char *file);
};

struct picture {
	FILE *out;		/* for SVG; NULL: cairo draws a PNG */
	struct cairo_calls cairo;
	const char *file;
	void *surface;
	void *cr;
	int paint;		/* paint of the open path in SVG, or -1 */
};

static int load(struct cairo_calls *c)
{
	const struct {
		void *to;
		const char *name;
	} calls[] = {
		{ &c->image, "cairo_image_surface_create" },
		{ &c->create, "cairo_create" },
		{ &c->rgb, "cairo_set_source_rgb" },
		{ &c->rectangle, "cairo_rectangle" },
		{ &c->fill, "cairo_fill" },
		{ &c->move_to, "cairo_move_to" },
		{ &c->line_to, "cairo_line_to" },
		{ &c->stroke, "cairo_stroke" },
		{ &c->face, "cairo_select_font_face" },
		{ &c->size, "cairo_set_font_size" },
		{ &c->show, "cairo_show_text" },
		{ &c->extents, "cairo_text_extents" },
		{ &c->destroy, "cairo_destroy" },
		{ &c->surface_destroy, "cairo_surface_destroy" },
		{ &c->write, "cairo_surface_write_to_png" },
	};
	size_t i;
	void *p;

	c->library = dlopen("libcairo.so.2", RTLD_NOW);
	for (i = 0; c->library && i < ARRAY_SIZE(calls); i++) {
		p = dlsym(c->library, calls[i].name);
		if (!p)
			return -1;
		memcpy(calls[i].to, &p, sizeof(p));
	}
	return c->library ? 0 : -1;
}

void picture_style(FILE *out)
{
	int i, dark;

	for (dark = 0; dark < 2; dark++) {
		if (dark)
			fputs("@media (prefers-color-scheme: dark) {\n", out);
		for (i = 0; i < PAINTS; i++) {
			const char *color = dark ? paints[i].dark :
						   paints[i].light;

			fprintf(out,
				"svg .%s{fill:%s} svg .l%s{fill:none;stroke:%s;stroke-width:1.5}\n",
				paints[i].name, color, paints[i].name, color);
		}
		fputs(dark ? "}\n" : "", out);
	}
	fprintf(out, "svg text{font:%dpx system-ui,sans-serif}\n", TEXT_SIZE);
}

static struct picture *svg_begin(FILE *out, int width, int height,
				 const char *label, bool whole)
{
	struct picture *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->out = out;
	p->paint = -1;
	if (whole)
		fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"",
		width, height, width, height);
	xml_text(out, label, strlen(label));
	fputs("\">\n", out);
	if (whole) {
		fputs("<style>\n", out);
		picture_style(out);
		fputs("</style>\n", out);
		picture_rect(p, 0, 0, width, height, PAINT_BACK, NULL);
	}
	return p;
}

struct picture *picture_inline(FILE *out, int width, int height,
			       const char *label)
{
	return svg_begin(out, width, height, label, false);
}

struct picture *picture_svg(FILE *out, int width, int height,
			    const char *label)
{
	return svg_begin(out, width, height, label, true);
}

static void use_paint(struct picture *p, enum paint paint)
{
	unsigned int c = strtoul(paints[paint].light + 1, NULL, 16);

	p->cairo.rgb(p->cr, (c >> 16) / 255.0, (c >> 8 & 255) / 255.0,
		     (c & 255) / 255.0);
}

struct picture *picture_png(const char *file, int width, int height)
{
	struct picture *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	if (load(&p->cairo)) {
		complain("%s: no libcairo.so.2 here, which makes PNG; try --svg",
			 file);
		free(p);
		return NULL;
	}
	p->file = file;
	p->surface = p->cairo.image(1, width, height);	/* RGB24 */
	p->cr = p->cairo.create(p->surface);
	p->cairo.face(p->cr, "sans-serif", 0, 0);
	p->cairo.size(p->cr, TEXT_SIZE);
	picture_rect(p, 0, 0, width, height, PAINT_BACK, NULL);
	return p;
}

static void close_path(struct picture *p)
{
	if (p->paint >= 0)
		fputs("\"/>\n", p->out);
	p->paint = -1;
}

void picture_rect(struct picture *p, double x, double y, double width,
		  double height, enum paint paint, const char *title)
{
	if (!p->out) {
		use_paint(p, paint);
		p->cairo.rectangle(p->cr, x, y, width, height);
		p->cairo.fill(p->cr);
		return;
	}
	if (title) {
		close_path(p);
		fprintf(p->out,
			"<rect class=\"%s\" x=\"%.6g\" y=\"%.6g\" width=\"%.6g\" height=\"%.6g\"><title>",
			paints[paint].name, x, y, width, height);
		xml_text(p->out, title, strlen(title));
		fputs("</title></rect>\n", p->out);
		return;
	}
	if (p->paint != (int)paint) {
		close_path(p);
		fprintf(p->out, "<path class=\"%s\" d=\"", paints[paint].name);
		p->paint = paint;
	}
	fprintf(p->out, "M%.6g %.6gh%.6gv%.6gh%.6gz", x, y, width, height,
		-width);
}

void picture_line(struct picture *p, const double *x, const double *y,
		  size_t n, enum paint paint)
{
	size_t i;

	if (p->out) {
		close_path(p);
		fprintf(p->out, "<path class=\"l%s\" d=\"", paints[paint].name);
	} else {
		use_paint(p, paint);
	}
	for (i = 0; i < n; i++) {
		if (p->out)
			fprintf(p->out, "%c%.6g %.6g", i ? 'L' : 'M', x[i],
				y[i]);
		else if (i)
			p->cairo.line_to(p->cr, x[i], y[i]);
		else
			p->cairo.move_to(p->cr, x[i], y[i]);
	}
	if (p->out)
		fputs("\"/>\n", p->out);
	else
		p->cairo.stroke(p->cr);
}

static void svg_text(struct picture *p, double x, double y, enum anchor anchor,
		     const char *text)
{
	static const char * const anchors[] = { "start", "middle", "end" };

	close_path(p);
	fprintf(p->out, "<text class=\"text\" x=\"%.6g\" y=\"%.6g\" text-anchor=\"%s\">",
		x, y, anchors[anchor]);
	xml_text(p->out, text, strlen(text));
	fputs("</text>\n", p->out);
}

static void png_text(struct picture *p, double x, double y, enum anchor anchor,
		     const char *text)
{
	double extents[6] = { 0 };	/* the third is the width */

	p->cairo.extents(p->cr, text, extents);
	use_paint(p, PAINT_TEXT);
	p->cairo.move_to(p->cr, x - extents[2] * anchor / 2, y);
	p->cairo.show(p->cr, text);
}

void picture_text(struct picture *p, double x, double y, enum anchor anchor,
		  const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (p->out)
		svg_text(p, x, y, anchor, text);
	else
		png_text(p, x, y, anchor, text);
}

/* Write the PNG at once. Returns 0, or a negative value after a complaint. */
static int write_png(const struct picture *p)
{
	char *at = output_begin(p->file);
	int err = 0;

	if (!at)
		return -1;
	errno = 0;
	if (p->cairo.write(p->surface, strcmp(at, "-") ? at : "/dev/stdout"))
		err = errno ? -errno : -EIO;
	err = output_end(p->file, at, err);
	if (err)
		complain("%s: the picture cannot be written: %s", p->file,
			 strerror(-err));
	return err;
}

int picture_end(struct picture *p)
{
	int err = 0;

	if (p->out) {
		close_path(p);
		fputs("</svg>\n", p->out);
	} else {
		err = write_png(p);
		p->cairo.destroy(p->cr);
		p->cairo.surface_destroy(p->surface);
	}
	free(p);
	return err ? -1 : 0;
}
