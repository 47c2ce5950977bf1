// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watch a heap of the kernel for a report's drawings over time: read its map and statistics
 * up to HISTORY_TIMES times, evenly spaced in the time asked for, or as fast as they can be
 * read. A signal ends it early.
 */
#include <stdlib.h>

#include "map.h"
#include "report.h"

#define DEFAULT_SECONDS	5

/* Add the bytes of a piece to the parts of the region that it overlaps. */
void history_add(void *ctx, const struct sim_piece *piece)
{
	struct history *h = ctx;
	u64 at = piece->offset, end = at + piece->size, next;
	u64 row = at * HISTORY_ROWS / h->size;

	while (at < end && row < HISTORY_ROWS) {
		next = (row + 1) * h->size / HISTORY_ROWS;
		if (next > end || next <= at)
			next = end;
		h->bytes[h->times][row][piece->state] += next - at;
		at = next;
		row++;
	}
}

static u64 value_of(const struct text *stats, const char *key)
{
	u64 value = 0;

	stats_value(stats, key, &value);
	return value;
}

/* Drawings have four states: blocks in a processor's magazine are shown as idle. */
static enum rtalloc_state drawn(enum rtalloc_state state)
{
	return state == RTALLOC_CACHED ? RTALLOC_IDLE : state;
}

/* Add a moment to @h from @map and @stats, @ms milliseconds after the first one. */
static void add_moment(struct history *h, const struct map *map,
		       const struct text *stats, u64 ms)
{
	struct sim_piece piece;
	size_t i;

	/* The heap may have grown. Earlier moments keep their scale. */
	if (!h->times)
		h->size = map->extent ? map->extent : 1;
	h->moments[h->times] = (struct moment){
		ms, map->bytes[RTALLOC_USED], value_of(stats, "used"),
		value_of(stats, "total"), value_of(stats, "largest_free"),
	};
	for (i = 0; i < map->count; i++) {
		piece.offset = map->pieces[i].offset;
		piece.size = map->pieces[i].size;
		piece.state = drawn(map->pieces[i].state);
		history_add(h, &piece);
	}
	h->times++;
}

static int look(struct history *h, const char *heap, u64 ms)
{
	struct text stats;
	struct map map;

	if (show_read(heap, "stats", &stats))
		return -1;
	if (map_read(heap, &map)) {
		free(stats.data);
		return -1;
	}
	add_moment(h, &map, &stats, ms);
	map_free(&map);
	free(stats.data);
	return 0;
}

int history_watch(struct history *h, const char *heap, double seconds)
{
	double begin = seconds_now(), at = 0;
	double all = seconds > 0 ? seconds : DEFAULT_SECONDS;

	h->unit = "milliseconds";
	for (;;) {
		if (look(h, heap, (u64)(at * 1000)))
			return -1;
		if (at >= all || interrupted() || h->times == HISTORY_TIMES)
			return 0;
		sleep_for(all / (HISTORY_TIMES - 1));
		at = seconds_now() - begin;
	}
}
