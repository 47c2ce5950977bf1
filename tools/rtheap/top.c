// SPDX-License-Identifier: GPL-2.0-only
/*
 * Show all heaps repeatedly: use, fragmentation, and calls per second. With --sites, show the
 * owners with the most live bytes in all heaps: callers in a checked heap, else owner tags.
 * That reads the whole map of each heap.
 *
 * On a terminal, a line is not longer than a row: columns are left out, and sites cut off. At
 * the usual widths 80 columns hold all but the backend and the largest free block.
 *
 * The names come from "heaps", the numbers from each heap's "stats". A heap that vanishes in
 * between is left out of that frame. Rates are known from the second frame on.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "map.h"
#include "rtheap.h"
#include "sites.h"

#define PASTS		256	/* largest number of heaps with rates */
#define EVERY		2	/* seconds between frames on a terminal */
#define TOP_SITES	10	/* owners shown with --sites */

/* Counters of a heap in the previous frame. */
struct past {
	char name[NAME_LEN + 1];
	double when;
	u64 allocs;
	u64 frees;
};

static struct past pasts[PASTS];

struct row {
	char name[NAME_LEN + 1];
	char backend[NAME_LEN + 1];
	u64 total;
	u64 used;
	u64 largest;
	u64 live;
	u64 failed;
	u64 allocs;
	u64 frees;
	double alloc_rate;	/* per second; negative: not known */
	double free_rate;
};

struct rows {
	struct row *list;
	size_t count;
};

enum {
	HEAP, BACKEND, TOTAL, USED, PERCENT, LARGEST, FRAG, BLOCKS, ALLOCS,
	FREES, FAILED, COLUMNS
};

/* Headings, and the usual width of each column. A longer cell makes its column wider. */
static const struct {
	const char *heading;
	size_t width;
} columns[COLUMNS] = {
	[HEAP]	  = { "heap", 16 },
	[BACKEND] = { "backend", 10 },
	[TOTAL]	  = { "KiB", 8 },
	[USED]	  = { "used KiB", 8 },
	[PERCENT] = { "%", 5 },
	[LARGEST] = { "largest", 8 },
	[FRAG]	  = { "frag%", 5 },
	[BLOCKS]  = { "blocks", 7 },
	[ALLOCS]  = { "allocs/s", 8 },
	[FREES]	  = { "frees/s", 8 },
	[FAILED]  = { "failed", 6 },
};

/*
 * The columns that a narrow terminal does not show, in the order in which they are left out:
 * what never changes first, then what others tell as well.
 */
static const int spare[] = {
	BACKEND, LARGEST, PERCENT, FAILED, FREES, FRAG, ALLOCS, BLOCKS, TOTAL
};

static struct past *past_of(const char *name)
{
	return name_slot(pasts, PASTS, sizeof(*pasts), name);
}

/* Return calls per second; -1: not known, or a new heap has the same name. */
static double rate(u64 now, u64 before, double seconds)
{
	return seconds > 0 && now >= before ? (now - before) / seconds : -1;
}

static void find_rates(struct row *row, const char *name)
{
	struct past *past = past_of(name);
	double now = seconds_now();
	double seconds = past && past->when > 0 ? now - past->when : 0;

	row->alloc_rate = -1;
	row->free_rate = -1;
	if (!past)
		return;
	row->alloc_rate = rate(row->allocs, past->allocs, seconds);
	row->free_rate = rate(row->frees, past->frees, seconds);
	past->when = now;
	past->allocs = row->allocs;
	past->frees = row->frees;
}

/* Return how much of the free memory is outside of the largest block, in percent. */
static double fragmentation(const struct row *row)
{
	double all = (double)row->total - row->used;

	return all > 0 && row->largest < all ? 100 * (1 - row->largest / all) :
					       0;
}

static void print_rate(char *cell, size_t size, double per_second)
{
	if (per_second < 0)
		snprintf(cell, size, "-");
	else
		snprintf(cell, size, "%.0f", per_second);
}

/* Write the text of a cell. */
static void print_cell(const struct row *row, int column, char *cell, size_t size)
{
	switch (column) {
	case HEAP:
		snprintf(cell, size, "%s", row->name);
		break;
	case BACKEND:
		snprintf(cell, size, "%s", row->backend);
		break;
	case TOTAL:
		snprintf(cell, size, "%.1f", row->total / 1024.0);
		break;
	case USED:
		snprintf(cell, size, "%.1f", row->used / 1024.0);
		break;
	case PERCENT:
		snprintf(cell, size, "%.1f",
			 row->total ? 100.0 * row->used / row->total : 0);
		break;
	case LARGEST:
		snprintf(cell, size, "%.1f", row->largest / 1024.0);
		break;
	case FRAG:
		snprintf(cell, size, "%.1f", fragmentation(row));
		break;
	case BLOCKS:
		snprintf(cell, size, "%llu", row->live);
		break;
	case ALLOCS:
		print_rate(cell, size, row->alloc_rate);
		break;
	case FREES:
		print_rate(cell, size, row->free_rate);
		break;
	case FAILED:
		snprintf(cell, size, "%llu", row->failed);
		break;
	}
}

/* Find the width of each column, and 0 for those that the terminal has no room for. */
static void find_widths(const struct rows *rows, size_t *widths)
{
	size_t room = terminal_columns(), len, all = 0, i;
	char cell[NAME_LEN + 1];
	int column;

	for (column = 0; column < COLUMNS; column++) {
		widths[column] = columns[column].width;
		for (i = 0; i < rows->count; i++) {
			print_cell(&rows->list[i], column, cell, sizeof(cell));
			len = strlen(cell);
			if (len > widths[column])
				widths[column] = len;
		}
		/* And a blank before each column but the first. */
		all += widths[column] + !!column;
	}
	for (i = 0; room && all > room && i < ARRAY_SIZE(spare); i++) {
		all -= widths[spare[i]] + 1;
		widths[spare[i]] = 0;
	}
}

/* Print a line of the table, the headings if @row is NULL. Numbers are on the right. */
static void print_line(const struct row *row, const size_t *widths)
{
	char cell[NAME_LEN + 1];
	int column, width;

	for (column = 0; column < COLUMNS; column++) {
		width = widths[column];
		if (!width)
			continue;
		if (row)
			print_cell(row, column, cell, sizeof(cell));
		else
			snprintf(cell, sizeof(cell), "%s",
				 columns[column].heading);
		if (column)
			putchar(' ');
		if (column > BACKEND) {
			printf("%*s", width, cell);
			continue;
		}
		put_printable(cell);
		printf("%*s", width - (int)strlen(cell), "");
	}
	putchar('\n');
}

static void print_rows(const struct rows *rows)
{
	size_t widths[COLUMNS], i;

	find_widths(rows, widths);
	print_line(NULL, widths);
	for (i = 0; i < rows->count; i++)
		print_line(&rows->list[i], widths);
}

static void json_rate(const char *key, double per_second)
{
	if (per_second < 0)
		printf(", \"%s\": null", key);
	else
		printf(", \"%s\": %.3f", key, per_second);
}

static void json_row(const struct row *row)
{
	fputs("\n  {\"name\": ", stdout);
	json_string(stdout, row->name, strlen(row->name));
	fputs(", \"backend\": ", stdout);
	json_string(stdout, row->backend, strlen(row->backend));
	printf(", \"total\": %llu, \"used\": %llu, \"largest_free\": %llu",
	       row->total, row->used, row->largest);
	printf(", \"fragmentation\": %.1f, \"live\": %llu, \"failed\": %llu",
	       fragmentation(row), row->live, row->failed);
	json_rate("allocs_per_second", row->alloc_rate);
	json_rate("frees_per_second", row->free_rate);
	putchar('}');
}

static u64 value_of(const struct text *stats, const char *key)
{
	u64 value = 0;

	stats_value(stats, key, &value);
	return value;
}

/* Look at a heap. False if it has vanished or its name is not valid. */
static bool look_at(struct word name, struct row *row)
{
	struct word backend = { "-", 1 };
	struct text stats;

	snprintf(row->name, sizeof(row->name), "%.*s", (int)name.len, name.at);
	if (!is_name(row->name) || debugfs_read(row->name, "stats", &stats))
		return false;
	stats_word(&stats, "backend", &backend);
	snprintf(row->backend, sizeof(row->backend), "%.*s", (int)backend.len,
		 backend.at);
	row->total = value_of(&stats, "total");
	row->used = value_of(&stats, "used");
	row->largest = value_of(&stats, "largest_free");
	row->live = value_of(&stats, "live");
	row->failed = value_of(&stats, "failed");
	row->allocs = value_of(&stats, "allocs");
	row->frees = value_of(&stats, "frees");
	find_rates(row, row->name);
	free(stats.data);
	return true;
}

/* Look at all heaps. Return -1, after a complaint, if there is no memory. */
static int look_at_all(const struct text *heaps, struct rows *rows)
{
	const char *p = heaps->data, *end = p + heaps->len;
	struct word words[1];
	struct row *list;

	*rows = (struct rows){ 0 };
	next_line(&p, end);
	while (p < end) {
		if (!split_words(next_line(&p, end), words, 1))
			continue;
		list = realloc(rows->list, (rows->count + 1) * sizeof(*list));
		if (!list) {
			complain("out of memory");
			free(rows->list);
			return -1;
		}
		rows->list = list;
		rows->count += look_at(words[0], &list[rows->count]);
	}
	return 0;
}

/* ---- call sites ------------------------------------------------------ */

/* An owner of live blocks in a heap. */
struct caller {
	char heap[NAME_LEN + 1];
	char *site;
	u64 live;
	u64 blocks;
};

struct callers {
	struct caller list[TOP_SITES];
	size_t count;
};

/* Insert @site by live bytes if it is among the TOP_SITES largest. */
static void add_caller(struct callers *callers, const char *heap,
		       const struct site *site)
{
	struct caller *c = callers->list, *end = c + callers->count;
	struct caller own = { .site = strdup(site->name), .live = site->live,
			      .blocks = site->blocks };

	snprintf(own.heap, sizeof(own.heap), "%s", heap);
	while (c < end && c->live >= own.live)
		c++;
	if (c == callers->list + TOP_SITES || !own.site) {
		free(own.site);
		return;
	}
	if (callers->count == TOP_SITES)
		free((--end)->site);
	else
		callers->count++;
	memmove(c + 1, c, (end - c) * sizeof(*c));
	*c = own;
}

/* Add the owners of a heap. One that has vanished or has an unknown map is left out. */
static void find_callers(struct callers *callers, const char *heap)
{
	struct text text;
	struct sites sites;
	struct map map;
	size_t i;

	if (debugfs_read(heap, "map", &text) || map_take(&map, text))
		return;
	if (!sites_of_map(&map, &sites)) {
		for (i = 0; i < sites.count; i++)
			add_caller(callers, heap, &sites.list[i]);
		sites_free(&sites);
	}
	map_free(&map);
}

/* Print @text, or if it has more than @room columns its beginning and "..". */
static void print_cut(const char *text, size_t room)
{
	char part[NAME_LEN + 1];

	if (strlen(text) <= room) {
		put_printable(text);
		return;
	}
	for (room -= 2; room; room -= strlen(part), text += strlen(part)) {
		snprintf(part, sizeof(part), "%.*s", (int)room, text);
		put_printable(part);
	}
	fputs("..", stdout);
}

static void json_callers(const struct callers *callers)
{
	const struct caller *c = callers->list;

	for (; c < callers->list + callers->count; c++) {
		fputs(c == callers->list ? "" : ",", stdout);
		fputs("\n  {\"heap\": ", stdout);
		json_string(stdout, c->heap, strlen(c->heap));
		fputs(", \"site\": ", stdout);
		json_string(stdout, c->site, strlen(c->site));
		printf(", \"live\": %llu, \"blocks\": %llu}", c->live,
		       c->blocks);
	}
}

/* Return the width of the heaps' names: on a terminal not all of the longest ones. */
static size_t caller_width(const struct callers *callers, size_t room)
{
	size_t width = columns[HEAP].width, most = room / 4, len, i;

	if (room && most < width)
		most = width;
	for (i = 0; i < callers->count; i++) {
		len = strlen(callers->list[i].heap);
		if (len > width)
			width = len;
	}
	return room && width > most ? most : width;
}

static void print_callers(const struct callers *callers)
{
	const struct caller *c = callers->list;
	size_t room = terminal_columns(), width = caller_width(callers, room);
	size_t taken = width + 12 + 8 + 4;	/* with two numbers and four blanks */
	size_t len;

	printf("\n%-*s %12s %8s  %s\n", (int)width, "heap", "live bytes",
	       "blocks", "site");
	for (; c < callers->list + callers->count; c++) {
		len = strlen(c->heap);
		print_cut(c->heap, width);
		printf("%*s %12llu %8llu  ", len < width ? (int)(width - len) : 0, "",
		       c->live, c->blocks);
		print_cut(c->site, room > taken + 8 ? room - taken : SIZE_MAX);
		putchar('\n');
	}
}

static void top_callers(const struct text *heaps, bool json)
{
	const char *p = heaps->data, *end = p + heaps->len;
	struct callers callers = { .count = 0 };
	char heap[NAME_LEN + 1];
	struct word words[1];

	next_line(&p, end);
	while (p < end)
		if (split_words(next_line(&p, end), words, 1)) {
			snprintf(heap, sizeof(heap), "%.*s", (int)words[0].len,
				 words[0].at);
			if (is_name(heap))
				find_callers(&callers, heap);
		}
	if (json)
		json_callers(&callers);
	else
		print_callers(&callers);
	while (callers.count)
		free(callers.list[--callers.count].site);
}

static int top_once(const struct args *args)
{
	struct text heaps;
	struct rows rows;
	size_t i;

	if (show_read("", "heaps", &heaps))
		return EXIT_REFUSED;
	if (look_at_all(&heaps, &rows)) {
		free(heaps.data);
		return EXIT_REFUSED;
	}
	if (args->json)
		fputs(args->sites ? "{\"heaps\": [" : "[", stdout);
	else
		print_rows(&rows);
	for (i = 0; args->json && i < rows.count; i++) {
		fputs(i ? "," : "", stdout);
		json_row(&rows.list[i]);
	}
	free(rows.list);
	if (args->json && args->sites)
		fputs("], \"sites\": [", stdout);
	if (args->sites)
		top_callers(&heaps, args->json);
	if (args->json)
		puts(args->sites ? "]}" : "]");
	free(heaps.data);
	return EXIT_OK;
}

int run_top(struct args *args)
{
	if (args->seconds == 0 && (isatty(STDOUT_FILENO) || args->count > 1))
		args->seconds = EVERY;
	return view(args, top_once);
}
