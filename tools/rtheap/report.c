// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write a report of a trace or of a heap: one HTML file that contains its pictures.
 *
 * For a trace it compares all backends and shows one of them over time. For a heap it shows
 * the map and the statistics of now, and how the heap changed while it was watched. The file
 * needs no script, picture or font from elsewhere.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compare.h"
#include "map.h"
#include "picture.h"
#include "report.h"
#include "sites.h"

#define TOP_SITES	20
#define DEFAULT_OUTPUT	"report.html"
#define TOP_SIZES	16

struct report {
	FILE *out;
	const char *name;
	const struct args *args;
};

static const char style[] =
	"body{font:15px/1.5 system-ui,sans-serif;max-width:1200px}\n"
	"body{margin:24px auto;padding:0 16px;background:#fff;color:#222}\n"
	"h1{font-size:24px}h2{font-size:18px;margin:32px 0 8px}\n"
	"table{border-collapse:collapse;font-variant-numeric:tabular-nums}\n"
	"th,td{padding:3px 10px;text-align:right;border-bottom:1px solid #ddd}\n"
	"td{white-space:nowrap}\n"
	"th:first-child,td:first-child{text-align:left}\n"
	"svg{max-width:100%;height:auto;display:block}\n"
	"p{max-width:900px;margin:4px 0}.wide{overflow-x:auto}\n"
	"@media (prefers-color-scheme: dark){\n"
	"body{background:#15181b;color:#ddd}th,td{border-color:#3b4046}}\n";

static void escape(struct report *r, const char *text)
{
	xml_text(r->out, text, strlen(text));
}

static void begin(struct report *r)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
	      r->out);
	escape(r, trace_title(r->name));
	fprintf(r->out, " - rtheap report</title>\n<style>\n%s", style);
	picture_style(r->out);
	fputs("</style></head><body>\n<h1>", r->out);
	escape(r, trace_title(r->name));
	fputs("</h1>\n", r->out);
}

static void heading(struct report *r, const char *title, const char *text)
{
	fprintf(r->out, "<h2>%s</h2>\n<p>%s</p>\n", title, text);
}

static void known(struct report *r, bool is_known, double value, int digits,
		  bool guessed)
{
	if (is_known)
		fprintf(r->out, "<td>%s%.*f</td>", guessed ? "~" : "", digits,
			value);
	else
		fputs("<td>-</td>", r->out);
}

static void comparison_row(struct report *r, const struct comparison *c,
			   size_t i)
{
	const struct result *x = &c->results[i];
	double peak = c->trace->peak_live ? c->trace->peak_live : 1;
	bool is_counted = compare_is_counted(c, x);

	fprintf(r->out, "<tr><td>%s</td><td>%s</td>", c->kinds[i].create,
		c->kinds[i].is_bounded ? "bounded" : "searches");
	fprintf(r->out, x->works ? "<td>%s%llu</td>" : "<td>%s-</td>",
		x->guessed & GUESS_REGION ? "~" :
		x->works && !x->exact ? "&lt; " : "", x->works);
	known(r, x->works, 100 * (x->works / peak - 1), 1, false);
	known(r, x->has_footprint, x->footprint, 0,
	      x->guessed & GUESS_FOOTPRINT);
	known(r, x->has_failed, x->failed, 0, x->guessed & GUESS_FAILED);
	known(r, is_counted, x->median, 0, compare_is_estimated(x));
	known(r, is_counted, x->p999, 0, compare_is_estimated(x));
	known(r, is_counted, x->worst, 0, compare_is_estimated(x));
	known(r, x->has_times, x->hold / 1e3, 1, x->guessed & GUESS_TIMES);
	fputs("</tr>\n", r->out);
}

static void comparison(struct report *r, const struct comparison *c)
{
	char *advice = compare_advice(c), *cut = compare_cut(c), *p;
	size_t i;

	heading(r, "Which backend",
		"The smallest region that plays the whole trace, the least first; "
		"the percentage is above the peak of live bytes.");
	for (p = advice; p && *p; p++)
		if (*p == '\n')
			*p = ' ';
	fputs("<p><b>", r->out);
	escape(r, advice ? advice : "Nothing is known yet.");
	fputs("</b></p>\n<div class=\"wide\"><table id=\"backends\"><tr>", r->out);
	fputs("<th>backend</th><th>calls</th><th>region</th><th>%</th>", r->out);
	fputs("<th>footprint</th>", r->out);
	fprintf(r->out,
		"<th>failed in %llu</th><th>instr. median</th><th>99.9 %%</th><th>worst</th><th>hold, us</th></tr>\n",
		c->size);
	for (i = 0; i < c->count; i++)
		comparison_row(r, c, c->order[i]);
	fputs("</table></div>\n", r->out);
	if (cut)
		fprintf(r->out, "<p>%s%s</p>\n", cut,
			compare_has_gap(c) ? " -: not known." : "");
	free(cut);
	if (compare_has_guess(c))
		fprintf(r->out,
			"<p>~: from a sample, one block in %u (%zu events).</p>\n",
			c->one_in, c->sample.count);
	if (compare_has_part(c))
		fprintf(r->out, "<p>%s</p>\n", COUNTED_PART_NOTE);
	free(advice);
}

/* Print the headings. For a heap only the present is known. */
static void site_head(struct report *r, const struct sites *sites)
{
	bool is_now = sites_are_now(sites);

	fputs("<div class=\"wide\"><table id=\"sites\"><tr><th>site</th>", r->out);
	fputs(is_now ? "<th>bytes</th>" :
		       "<th>bytes at the peak</th><th>at the end</th>", r->out);
	fprintf(r->out, "<th>blocks</th><th>oldest, %s</th>%s</tr>\n",
		sites->ages ? sites->ages : "ms",
		is_now ? "" : "<th>allocations</th>");
}

static void site_row(struct report *r, const struct sites *sites,
		     const struct site *s)
{
	bool is_now = sites_are_now(sites);

	fputs("<tr><td>", r->out);
	escape(r, s->name);
	fputs("</td>", r->out);
	if (!is_now)
		fprintf(r->out, "<td>%llu</td>", s->peak);
	fprintf(r->out, "<td>%llu</td><td>%llu</td>", s->live, s->blocks);
	known(r, sites->ages && s->blocks, s->oldest, 0, false);
	if (!is_now)
		fprintf(r->out, "<td>%llu</td>", s->allocs);
	fputs("</tr>\n", r->out);
}

static void site_table(struct report *r, const struct sites *sites)
{
	size_t i, n = sites->count < TOP_SITES ? sites->count : TOP_SITES;

	heading(r, "Who allocates", sites_are_now(sites) ?
		"Bytes of each owner or caller, most first; -: nobody is known." :
		"Bytes of each site, most first.");
	site_head(r, sites);
	for (i = 0; i < n; i++)
		site_row(r, sites, &sites->list[i]);
	fputs("</table></div>\n", r->out);
	if (n < sites->count)
		fprintf(r->out, "<p>and %zu more: rtheap sites</p>\n",
			sites->count - n);
}

/* A size and the number of its allocations. */
struct size_count {
	u32 bytes;
	u64 allocs;
};

static int by_bytes(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static int by_allocs(const void *a, const void *b)
{
	const struct size_count *x = a, *y = b;

	if (x->allocs != y->allocs)
		return x->allocs < y->allocs ? 1 : -1;
	return x->bytes < y->bytes ? -1 : 1;
}

static void print_sizes(struct report *r, const struct size_count *list,
			size_t n, u64 all)
{
	size_t i, shown = n < TOP_SIZES ? n : TOP_SIZES;

	heading(r, "The most frequent sizes", "What a pool or a size class would serve.");
	fputs("<table id=\"sizes\"><tr><th>bytes</th><th>allocations</th><th>%</th></tr>\n",
	      r->out);
	for (i = 0; i < shown; i++)
		fprintf(r->out, "<tr><td>%u</td><td>%llu</td><td>%.1f</td></tr>\n",
			list[i].bytes, list[i].allocs,
			100.0 * list[i].allocs / all);
	fprintf(r->out, "</table>\n<p>%zu sizes in all</p>\n", n);
}

static void size_table(struct report *r, const struct trace *trace)
{
	u32 *sizes = malloc((trace->allocs + 1) * sizeof(*sizes));
	struct size_count *list = calloc(trace->allocs + 1, sizeof(*list));
	size_t i, n = 0, found = 0;

	for (i = 0; sizes && list && i < trace->count; i++)
		if (trace->events[i].bytes)
			sizes[n++] = trace->events[i].bytes;
	if (n)
		qsort(sizes, n, sizeof(*sizes), by_bytes);
	for (i = 0; i < n; i++) {
		if (!found || list[found - 1].bytes != sizes[i])
			list[found++].bytes = sizes[i];
		list[found - 1].allocs++;
	}
	if (n)
		qsort(list, found, sizeof(*list), by_allocs);
	if (sizes && list)
		print_sizes(r, list, found, n ? n : 1);
	free(sizes);
	free(list);
}

static void size_bars(struct report *r, const struct trace *trace)
{
	u64 allocs[SIZE_CLASSES] = { 0 }, bytes[SIZE_CLASSES] = { 0 };
	size_t i;

	for (i = 0; i < trace->count; i++) {
		u32 size = trace->events[i].bytes;

		allocs[size_class(size)] += !!size;
		bytes[size_class(size)] += size;
	}
	heading(r, "Sizes", "How often sizes were asked for, and how many bytes that is.");
	draw_sizes(r->out, allocs, bytes, "allocations", "bytes");
}

static void history(struct report *r, const struct history *h)
{
	heading(r, "Addresses by time",
		"A column is a moment, painted by what most of the bytes there are.");
	draw_history_map(r->out, h);
	heading(r, "Live, used and free",
		"Live: what was asked for. Used: with what the backend adds. Free: all that is left, and the largest block of it.");
	draw_bytes(r->out, h);
	heading(r, "Fragmentation",
		"How much of what is free is not in the largest free block.");
	draw_fragmentation(r->out, h);
}

/* Write @text to @file, completely or not at all. Returns 0, or -1 after a complaint. */
static int write_whole(const char *file, const char *text, size_t len)
{
	char *at;
	FILE *out;
	int err;

	if (!strcmp(file, "-"))
		return fwrite(text, 1, len, stdout) == len ? 0 : -1;
	at = output_begin(file);
	if (!at)
		return -1;
	out = fopen(at, "w");
	err = out ? 0 : -errno;
	if (out && (fwrite(text, 1, len, out) != len) | fclose(out))
		err = -errno;
	err = output_end(file, at, err);
	if (err)
		complain("%s: %s", file, strerror(-err));
	return err ? -1 : 0;
}

/* A backend may be named as in JSON ("tlsf8") or as in the table ("tlsf --align=8"). */
static bool is_called(const struct sim_kind *kind, const char *name)
{
	return !strcmp(kind->name, name) || !strcmp(kind->create, name);
}

/* Check the command line before minutes are spent. Returns 0, or -1 after a complaint. */
static int check_args(const struct args *args)
{
	struct sim_kind kinds[KINDS_MAX];
	size_t i, n = sim_kinds(kinds, KINDS_MAX);

	for (i = 0; args->backend && i < n; i++)
		if (is_called(&kinds[i], args->backend))
			break;
	if (args->backend && i == n) {
		complain("'%s' is not a backend of compare", args->backend);
		return -1;
	}
	return output_check(args->output ? args->output : DEFAULT_OUTPUT,
			    args->argv[0]);
}

/* Return the index of --backend, else of the best bounded backend; -1 if none works. */
static int choose(const struct comparison *c, const struct args *args)
{
	size_t i;

	for (i = 0; i < c->count; i++) {
		size_t at = c->order[i];

		if (args->backend ? is_called(&c->kinds[at], args->backend) :
		    c->kinds[at].is_bounded && c->results[at].works)
			return at;
	}
	complain("no bounded backend was found to work; see --seconds");
	return -1;
}

static int write_trace(struct report *r, const struct comparison *c,
		       const struct trace_sites *names)
{
	struct history *h = calloc(1, sizeof(*h));
	struct sites sites = { 0 };
	int at = choose(c, r->args), err = -1;

	if (h && at >= 0) {
		h->kind = c->kinds[at];
		h->size = r->args->size ? r->args->size : c->results[at].works;
		err = history_play(h, c->trace);
	}
	if (!err)
		err = sites_of_trace(c->trace, names, &sites);
	if (!err) {
		fprintf(r->out,
			"<p>%zu events, %zu allocations, at most %u blocks and %llu bytes live, %llu live at the end.</p>\n",
			c->trace->count, c->trace->allocs,
			c->trace->peak_blocks, c->trace->peak_live,
			c->trace->end_live);
		comparison(r, c);
		fprintf(r->out,
			"<h2>%s in %llu bytes</h2>\n<p>%llu allocations found no room.</p>\n",
			h->kind.create, h->size, h->failed);
		history(r, h);
		size_bars(r, c->trace);
		size_table(r, c->trace);
		site_table(r, &sites);
		sites_free(&sites);
	}
	free(h);
	return err;
}

static int report_trace(struct report *r)
{
	const struct args *args = r->args;
	struct trace_sites names;
	struct trace trace;
	struct comparison c = { .file = r->name, .trace = &trace };
	int err = -1;

	if (trace_load_sites(r->name, &trace, &names))
		return -1;
	c.seconds = args->seconds > 0 ? args->seconds : 60;
	c.bar = !args->quiet && isatty(STDERR_FILENO);
	if (!trace.count)
		complain("%s: no event in this trace", r->name);
	else if (!compare_size(args, &trace, &c.size) && !compare(&c))
		err = interrupted() ? -1 : write_trace(r, &c, &names);
	compare_free(&c);
	trace_sites_free(&names);
	trace_free(&trace);
	return err;
}

static void stats_rows(struct report *r, const struct text *stats)
{
	const char *p = stats->data, *end = p + stats->len, *colon;
	struct word line;

	fputs("<table id=\"stats\">\n", r->out);
	while (p < end) {
		line = next_line(&p, end);
		colon = memchr(line.at, ':', line.len);
		if (!colon)
			continue;
		fputs("<tr><td>", r->out);
		xml_text(r->out, line.at, colon - line.at);
		fputs("</td><td>", r->out);
		xml_text(r->out, colon + 1, line.at + line.len - colon - 1);
		fputs("</td></tr>\n", r->out);
	}
	fputs("</table>\n", r->out);
}

static void heap_sizes(struct report *r, const struct map *map)
{
	u64 used[SIZE_CLASSES] = { 0 }, unused[SIZE_CLASSES] = { 0 };
	size_t i;

	for (i = 0; i < map->count; i++) {
		const struct piece *piece = &map->pieces[i];

		if (piece->state == RTALLOC_USED)
			used[size_class(piece->size)]++;
		else if (piece->state == RTALLOC_FREE)
			unused[size_class(piece->size)]++;
	}
	heading(r, "Sizes", "How many blocks there are of each size.");
	draw_sizes(r->out, used, unused, "used", "free");
}

static int write_heap(struct report *r, const struct history *h,
		      const struct map *map, const struct text *stats)
{
	struct picture *p;
	struct sites sites;
	int width, height;

	if (sites_of_map(map, &sites))
		return -1;
	map_size(&width, &height);
	heading(r, "The heap now", "Rows from left to right, from top to bottom.");
	p = picture_inline(r->out, width, height, "map");
	if (p) {
		map_draw(p, r->name, map);
		picture_end(p);
	}
	heap_sizes(r, map);
	site_table(r, &sites);
	heading(r, "Statistics", "As the kernel has them.");
	stats_rows(r, stats);
	sites_free(&sites);
	history(r, h);
	return 0;
}

static int report_heap(struct report *r)
{
	struct history *h = calloc(1, sizeof(*h));
	struct text stats;
	struct map map;
	int err = -1;

	if (!is_name(r->name)) {
		complain("%s: neither a file nor a heap's name", r->name);
		free(h);
		return -1;
	}
	if (r->args->backend || r->args->size) {
		complain("--backend, --size: only for a trace, and %s is none",
			 r->name);
		free(h);
		return -1;
	}
	if (!h || history_watch(h, r->name, r->args->seconds) ||
	    show_read(r->name, "stats", &stats)) {
		free(h);
		return -1;
	}
	if (!map_read(r->name, &map)) {
		err = write_heap(r, h, &map, &stats);
		map_free(&map);
	}
	free(stats.data);
	free(h);
	return err;
}

int run_report(struct args *args)
{
	const char *file = args->output ? args->output : DEFAULT_OUTPUT;
	struct report r = { .name = args->argv[0], .args = args };
	char *text = NULL;
	size_t len;
	int err;

	if (!output_is_free(args, file))
		return EXIT_USAGE;
	err = catch_signals();
	if (err || check_args(args))
		return EXIT_REFUSED;
	r.out = open_memstream(&text, &len);
	if (!r.out)
		return EXIT_REFUSED;
	begin(&r);
	err = is_trace(r.name) ? report_trace(&r) : report_heap(&r);
	fputs("</body></html>\n", r.out);
	fclose(r.out);
	if (!err)
		err = write_whole(file, text, len);
	else if (interrupted())
		complain("%s: interrupted", r.name);
	free(text);
	return err ? EXIT_REFUSED : EXIT_OK;
}
