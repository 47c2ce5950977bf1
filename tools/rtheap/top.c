// SPDX-License-Identifier: GPL-2.0-only
/*
 * Show all heaps repeatedly: use, fragmentation, and calls per second. With --sites, show the
 * owners with the most live bytes in all heaps: callers in a checked heap, else owner tags.
 * That reads the whole map of each heap.
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
	struct word name;
	struct word backend;
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

static void print_rate(double per_second)
{
	if (per_second < 0)
		printf(" %9s", "-");
	else
		printf(" %9.0f", per_second);
}

/* Print a column of @width and a blank. */
static void print_text(struct word text, int width)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		putchar(is_control(text.at[i]) ? '?' : text.at[i]);
	printf("%*s", text.len < (size_t)width ? width + 1 - (int)text.len : 1, "");
}

static void print_row(const struct row *row)
{
	double percent = row->total ? 100.0 * row->used / row->total : 0;

	print_text(row->name, 16);
	print_text(row->backend, 10);
	printf("%10.1f %10.1f %5.1f %10.1f %5.1f %8llu", row->total / 1024.0,
	       row->used / 1024.0, percent, row->largest / 1024.0,
	       fragmentation(row), row->live);
	print_rate(row->alloc_rate);
	print_rate(row->free_rate);
	printf(" %7llu\n", row->failed);
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
	json_string(stdout, row->name.at, row->name.len);
	fputs(", \"backend\": ", stdout);
	json_string(stdout, row->backend.at, row->backend.len);
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

/* Print a heap. False if it has vanished or its name is not valid. */
static bool look_at(struct word name, bool json, const char *comma)
{
	struct row row = { .name = name, .backend = { "-", 1 } };
	char dir[NAME_LEN + 1];
	struct text stats;

	snprintf(dir, sizeof(dir), "%.*s", (int)name.len, name.at);
	if (!is_name(dir) || debugfs_read(dir, "stats", &stats))
		return false;
	stats_word(&stats, "backend", &row.backend);
	row.total = value_of(&stats, "total");
	row.used = value_of(&stats, "used");
	row.largest = value_of(&stats, "largest_free");
	row.live = value_of(&stats, "live");
	row.failed = value_of(&stats, "failed");
	row.allocs = value_of(&stats, "allocs");
	row.frees = value_of(&stats, "frees");
	find_rates(&row, dir);
	if (json) {
		fputs(comma, stdout);
		json_row(&row);
	} else {
		print_row(&row);
	}
	free(stats.data);
	return true;
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

static void print_callers(struct callers *callers, bool json)
{
	const struct caller *c = callers->list;

	if (!json)
		printf("\n%-16s %12s %8s  %s\n", "heap", "live bytes", "blocks",
		       "site");
	for (; c < callers->list + callers->count; c++) {
		if (json) {
			fputs(c == callers->list ? "" : ",", stdout);
			fputs("\n  {\"heap\": ", stdout);
			json_string(stdout, c->heap, strlen(c->heap));
			fputs(", \"site\": ", stdout);
			json_string(stdout, c->site, strlen(c->site));
			printf(", \"live\": %llu, \"blocks\": %llu}", c->live,
			       c->blocks);
		} else {
			printf("%-16s %12llu %8llu  ", c->heap, c->live,
			       c->blocks);
			put_printable(c->site);
			putchar('\n');
		}
		free(c->site);
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
	print_callers(&callers, json);
}

static int top_once(const struct args *args)
{
	struct word words[1];
	const char *comma = "", *p, *end;
	struct text heaps;

	if (show_read("", "heaps", &heaps))
		return EXIT_REFUSED;
	p = heaps.data;
	end = p + heaps.len;
	next_line(&p, end);
	if (args->json)
		fputs(args->sites ? "{\"heaps\": [" : "[", stdout);
	else
		printf("%-16s %-10s %10s %10s %5s %10s %5s %8s %9s %9s %7s\n",
		       "heap", "backend", "KiB", "used KiB", "%",
		       "largest", "frag%", "blocks", "allocs/s", "frees/s",
		       "failed");
	while (p < end)
		if (split_words(next_line(&p, end), words, 1) &&
		    look_at(words[0], args->json, comma))
			comma = ",";
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
