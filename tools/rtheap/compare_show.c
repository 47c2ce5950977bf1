// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print a comparison as a table, as JSON, and as advice on which backend to take.
 */
#include <stdlib.h>
#include <string.h>

#include "compare.h"

#define CELL	24
#define NOTE_WIDTH	90
#define COUNTED_MIN	8	/* smallest number of counted events for a median */

bool compare_is_counted(const struct comparison *c, const struct result *r)
{
	return r->sampled && (r->sampled >= COUNTED_MIN ||
			      r->sampled >= c->trace->count);
}

bool compare_is_estimated(const struct result *r)
{
	return r->guessed & GUESS_COUNTS || r->counted_part;
}

bool compare_has_part(const struct comparison *c)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (c->results[i].counted_part &&
		    compare_is_counted(c, &c->results[i]))
			return true;
	return false;
}

/* Return by how many percent @bytes exceed the peak of live bytes. */
static double above(const struct comparison *c, u64 bytes)
{
	u64 peak = c->trace->peak_live;

	return peak ? 100.0 * ((double)bytes / peak - 1) : 0;
}

static void cell_number(char *cell, bool known, u64 value, bool guessed)
{
	if (known)
		snprintf(cell, CELL, "%s%llu", guessed ? "~" : "", value);
	else
		snprintf(cell, CELL, "-");
}

static void cell_percent(const struct comparison *c, char *cell, u64 bytes)
{
	if (bytes)
		snprintf(cell, CELL, "%.1f", above(c, bytes));
	else
		snprintf(cell, CELL, "-");
}

/* Return the mark before a region: from the sample, or possibly too large. */
static const char *region_mark(const struct result *r)
{
	return r->guessed & GUESS_REGION ? "~" : r->exact ? "" : "<";
}

static void cell_region(const struct result *r, char *cell)
{
	if (r->works)
		snprintf(cell, CELL, "%s%llu", region_mark(r), r->works);
	else
		snprintf(cell, CELL, "-");
}

static void print_row(const struct comparison *c, size_t rank)
{
	size_t i = c->order[rank];
	const struct result *r = &c->results[i];
	bool is_counted = compare_is_counted(c, r);
	char cells[9][CELL];

	cell_region(r, cells[0]);
	cell_percent(c, cells[1], r->works);
	cell_number(cells[2], r->has_footprint, r->footprint,
		    r->guessed & GUESS_FOOTPRINT);
	cell_percent(c, cells[3], r->has_footprint ? r->footprint : 0);
	cell_number(cells[4], r->has_failed, r->failed,
		    r->guessed & GUESS_FAILED);
	cell_number(cells[5], is_counted, r->median, compare_is_estimated(r));
	cell_number(cells[6], is_counted, r->p999, compare_is_estimated(r));
	cell_number(cells[7], is_counted, r->worst, compare_is_estimated(r));
	snprintf(cells[8], CELL, r->has_times ? "%s%.1f" : "-",
		 r->guessed & GUESS_TIMES ? "~" : "", r->hold / 1e3);
	printf("%2zu %-19s %-7s %10s %6s %10s %6s %7s %6s %6s %7s %8s%s%s\n",
	       rank + 1, c->kinds[i].create,
	       c->kinds[i].is_bounded ? "bounded" : "search", cells[0],
	       cells[1], cells[2], cells[3], cells[4], cells[5], cells[6],
	       cells[7], cells[8], *r->broken ? "  DAMAGED: " : "", r->broken);
}

static const char *counter_of(const struct comparison *c)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (*c->results[i].counter)
			return c->results[i].counter;
	return "";
}

bool compare_has_guess(const struct comparison *c)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (c->results[i].guessed)
			return true;
	return false;
}

/* Does some row have a "<" before its region? */
static bool has_inexact(const struct comparison *c)
{
	const struct result *r;
	size_t i;

	for (i = 0; i < c->count; i++) {
		r = &c->results[i];
		if (r->works && *region_mark(r) == '<')
			return true;
	}
	return false;
}

bool compare_has_gap(const struct comparison *c)
{
	const struct result *r;
	size_t i;

	for (i = 0; i < c->count; i++) {
		r = &c->results[i];
		if (!r->works || !r->has_failed || !r->has_times ||
		    !(r->has_footprint || r->too_large) ||
		    !compare_is_counted(c, r))
			return true;
	}
	return false;
}

/* Is a footprint not known because this machine has too little memory? */
static bool has_too_large(const struct comparison *c)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (c->results[i].too_large && !c->results[i].has_footprint)
			return true;
	return false;
}

static bool has_percpu(const struct comparison *c)
{
	size_t i = 0;

	while (i < c->count && !c->kinds[i].is_percpu)
		i++;
	return i < c->count;
}

static const char *spelt(const char *counter)
{
	if (!strcmp(counter, "counter"))
		return "by the processor's counter";
	return strcmp(counter, "valgrind") ? "stepped through" :
					     "counted by valgrind";
}

/* Name the backends whose instructions were counted by @how. */
static void print_counted(const struct comparison *c, const char *how)
{
	const char *name, *before = ": ";
	size_t i;
	int at = 0;

	for (i = 0; i < c->count; i++) {
		if (strcmp(c->results[i].counter, how))
			continue;
		name = c->kinds[i].create;
		if (!at)
			at = printf("  %s", spelt(how));
		if (at + strlen(before) + strlen(name) > NOTE_WIDTH) {
			before = ",\n    ";
			at = 2;
		}
		at += printf("%s%s", before, name);
		before = ", ";
	}
	if (at)
		putchar('\n');
}

static void print_other_counters(const struct comparison *c, const char *first)
{
	static const char *const hows[] = { "counter", "valgrind", "stepped" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hows); i++)
		if (strcmp(hows[i], first))
			print_counted(c, hows[i]);
}

static void print_notes(const struct comparison *c)
{
	const char *how = counter_of(c);
	char *cut;

	puts("over: % above the peak of live bytes. footprint: pages touched with room to spare.");
	printf("failed: allocations without room in %llu bytes. hold: of the slowest event.\n",
	       c->size);
	if (!*how)
		puts("instructions: left out, nothing here can count them.");
	else
		printf("instructions of an event: %s, a sample and the costliest.\n",
		       spelt(how));
	print_other_counters(c, how);
	cut = compare_cut(c);
	if (cut)
		puts(cut);
	if (cut && compare_has_gap(c))
		puts("-: not known.");
	free(cut);
	if (has_too_large(c))
		puts("footprint -: this machine has too little memory to try.");
	if (compare_has_guess(c))
		printf("~: from a sample, one block in %u (%zu events), which is less to search.\n",
		       c->one_in, c->sample.count);
	if (compare_has_part(c))
		puts(COUNTED_PART_NOTE);
	if (has_inexact(c))
		puts("<: a page less fails, but not every smaller size was tried.");
	if (has_percpu(c))
		puts("--percpu: one processor of four calls; magazines lie outside of the region.");
}

void compare_table(const struct comparison *c)
{
	char *advice = compare_advice(c);
	size_t i;

	put_printable(trace_title(c->file));
	printf(": %zu events, at most %u blocks and %llu bytes live\n",
	       c->trace->count, c->trace->peak_blocks, c->trace->peak_live);
	printf("%2s %-19s %-7s %10s %6s %10s %6s %7s %6s %6s %7s %8s\n", "",
	       "", "", "smallest", "over", "", "over", "", "instr.", "", "",
	       "hold");
	printf("%2s %-19s %-7s %10s %6s %10s %6s %7s %6s %6s %7s %8s\n", "",
	       "backend", "time", "region", "%", "footprint", "%", "failed",
	       "median", "99.9%", "worst", "us");
	for (i = 0; i < c->count; i++)
		print_row(c, i);
	print_notes(c);
	if (advice)
		printf("\n%s\n", advice);
	free(advice);
}

static void json_number(const char *key, bool known, u64 value)
{
	if (known)
		printf("\"%s\": %llu, ", key, value);
	else
		printf("\"%s\": null, ", key);
}

/* Name the figures that are estimates. */
static void json_estimated(const struct result *r, bool is_counted)
{
	unsigned int guessed = r->guessed & ~GUESS_COUNTS;
	static const struct {
		enum guess of;
		const char *key;
	} keys[] = {
		{ GUESS_REGION, "smallest_region" },
		{ GUESS_FOOTPRINT, "footprint" },
		{ GUESS_FAILED, "failed" },
		{ GUESS_COUNTS, "instructions_median" },
		{ GUESS_COUNTS, "instructions_p999" },
		{ GUESS_COUNTS, "instructions_worst" },
		{ GUESS_TIMES, "median_ns" },
		{ GUESS_TIMES, "worst_hold_ns" },
	};
	const char *before = "";
	size_t i;

	if (is_counted && compare_is_estimated(r))
		guessed |= GUESS_COUNTS;
	fputs("\"estimated\": [", stdout);
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (guessed & keys[i].of) {
			printf("%s\"%s\"", before, keys[i].key);
			before = ", ";
		}
	fputs("],\n     ", stdout);
}

static void json_row(const struct comparison *c, size_t rank)
{
	size_t i = c->order[rank];
	const struct result *r = &c->results[i];
	const struct sim_kind *kind = &c->kinds[i];
	bool is_counted = compare_is_counted(c, r);

	printf("    {\"rank\": %zu, \"backend\": \"%s\", \"create\": \"%s\", ",
	       rank + 1, kind->name, kind->create);
	printf("\"bounded\": %s, \"percpu\": %s,\n     ",
	       kind->is_bounded ? "true" : "false",
	       kind->is_percpu ? "true" : "false");
	json_number("smallest_region", r->works, r->works);
	printf("\"exact\": %s, ", r->exact ? "true" : "false");
	json_number("footprint", r->has_footprint, r->footprint);
	json_number("failed", r->has_failed, r->failed);
	fputs("\n     ", stdout);
	json_number("instructions_median", is_counted, r->median);
	json_number("instructions_p999", is_counted, r->p999);
	json_number("instructions_worst", is_counted, r->worst);
	json_number("events_counted", true, r->sampled);
	printf("\"counter\": \"%s\", ", r->counter);
	fputs("\n     ", stdout);
	json_number("median_ns", r->has_times, r->typical);
	json_number("worst_hold_ns", r->has_times, r->hold);
	json_estimated(r, is_counted);
	fputs("\"damage\": ", stdout);
	if (*r->broken)
		json_string(stdout, r->broken, strlen(r->broken));
	else
		fputs("null", stdout);
	fputs(rank + 1 < c->count ? "},\n" : "}\n", stdout);
}

void compare_json(const struct comparison *c)
{
	char *advice = compare_advice(c);
	unsigned int need = compare_need(c);
	size_t i;

	fputs("{\n  \"trace\": ", stdout);
	json_string(stdout, c->file, strlen(c->file));
	printf(",\n  \"events\": %zu, \"peak_live\": %llu, \"peak_blocks\": %u,\n",
	       c->trace->count, c->trace->peak_live, c->trace->peak_blocks);
	printf("  \"size\": %llu, \"seconds\": %.3f, \"complete\": %s,\n",
	       c->size, c->took, c->cut ? "false" : "true");
	fputs("  ", stdout);
	json_number("seconds_needed", c->cut && need > c->took, need);
	printf("\n  \"sample_one_in\": %u, \"sample_events\": %zu,\n",
	       c->one_in, c->sample.count);
	printf("  \"counter\": \"%s\",\n  \"advice\": ", counter_of(c));
	json_string(stdout, advice ? advice : "", advice ? strlen(advice) : 0);
	puts(",\n  \"backends\": [");
	for (i = 0; i < c->count; i++)
		json_row(c, i);
	puts("  ]\n}");
	free(advice);
}

/* Return the best result that works and has no damage; with @bounded, a bounded one. */
static const struct result *first(const struct comparison *c, bool bounded,
				  const struct sim_kind **kind)
{
	const struct result *r;
	size_t i;

	for (i = 0; i < c->count; i++) {
		*kind = &c->kinds[c->order[i]];
		r = &c->results[c->order[i]];
		if (r->works && !*r->broken && (!bounded || (*kind)->is_bounded))
			return r;
	}
	return NULL;
}

/* Return the result with the smallest median of instructions. */
static const struct result *fastest(const struct comparison *c,
				    const struct sim_kind **kind)
{
	const struct result *r, *best = NULL;
	size_t i;

	for (i = 0; i < c->count; i++) {
		r = &c->results[c->order[i]];
		if (!compare_is_counted(c, r) || *r->broken)
			continue;
		if (best && best->median <= r->median)
			continue;
		best = r;
		*kind = &c->kinds[c->order[i]];
	}
	return best;
}

static void say_region(FILE *out, const struct comparison *c,
		       const struct result *r)
{
	fprintf(out, "%s%llu bytes, %.1f %% above what lives",
		r->guessed & GUESS_REGION ? "about " :
		r->exact ? "" : "at most ", r->works, above(c, r->works));
}

char *compare_advice(const struct comparison *c)
{
	const struct sim_kind *safe_kind, *small_kind;
	const struct sim_kind *fast_kind = NULL;
	const struct result *safe = first(c, true, &safe_kind);
	const struct result *small = first(c, false, &small_kind);
	const struct result *fast = fastest(c, &fast_kind);
	char *text = NULL;
	size_t size;
	FILE *out;

	if (!small)
		return NULL;
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	if (safe) {
		fprintf(out, "Take %s for interrupts, raw locks and deadlines: bounded calls, ",
			safe_kind->create);
		say_region(out, c, safe);
		fputs(".", out);
	}
	if (!safe || small->works < safe->works) {
		fprintf(out, "%sTake %s where memory is what counts and calls may search: ",
			safe ? "\n" : "", small_kind->create);
		say_region(out, c, small);
		fputs(".", out);
	}
	if (fast_kind && fast != safe && fast != small) {
		fprintf(out, "\nTake %s where the usual call counts, not memory: ",
			fast_kind->create);
		fprintf(out, "%s%llu instructions, ",
			compare_is_estimated(fast) ? "about " : "",
			fast->median);
		say_region(out, c, fast);
		fputs(".", out);
	}
	fclose(out);
	return text;
}
