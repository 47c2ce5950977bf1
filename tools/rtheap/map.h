/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A heap's map in memory, which map.c reads from the kernel.
 */
#ifndef _RTHEAP_MAP_H
#define _RTHEAP_MAP_H

#include <rtalloc/abi.h>

#include "rtheap.h"

#define STATES		5

struct piece {
	u64 offset;
	u64 size;
	struct word owner;
	struct word alloc;	/* who allocated it, in a checked heap; else empty */
	struct word free;	/* who freed it, in a checked heap; else empty */
	u64 age;		/* milliseconds since then */
	bool is_aged;		/* @age is known */
	enum rtalloc_state state;
};

struct map {
	struct text text;
	struct piece *pieces;
	size_t count;
	u64 extent;		/* where the last piece ends */
	u64 bytes[STATES];
	u64 number[STATES];
	u64 largest_free;
};

/*
 * Parse @text into @map, which takes it also on failure. Returns 0, -ENOMEM, or the
 * number of the first line that cannot be parsed.
 */
long map_take(struct map *map, struct text text);
/* Read and parse the map of @heap, or complain. Returns 0 or an exit code. */
int map_read(const char *heap, struct map *map);
void map_free(struct map *map);
const char *state_word(enum rtalloc_state state);

/* map_picture.c */
struct picture;
void map_draw(struct picture *p, const char *heap, const struct map *map);
void map_size(int *width, int *height);
int map_picture(const struct args *args, const struct map *map);

#endif /* _RTHEAP_MAP_H */
