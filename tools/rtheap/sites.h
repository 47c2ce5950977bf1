/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who allocated what, of a trace or of a heap's map; see sites.c.
 */
#ifndef _RTHEAP_SITES_H
#define _RTHEAP_SITES_H

#include "rtheap.h"

/**
 * struct site - what one function did
 * @name: its name, terminated
 * @allocs: how often it allocated
 * @bytes: how much, all together
 * @peak: of that live when most was
 * @live: live at the end
 * @blocks: live blocks at the end
 * @oldest: how long ago the oldest of these was allocated
 * @age: the sum of that over all of them
 */
struct site {
	char *name;
	u64 allocs;
	u64 bytes;
	u64 peak;
	u64 live;
	u64 blocks;
	u64 oldest;
	u64 age;
};

/**
 * struct sites - all of them, most bytes at the peak first
 * @list: the sites
 * @count: of them
 * @ages: what ages are counted in, "events" or "ms"; NULL: they are not known
 */
struct sites {
	struct site *list;
	size_t count;
	const char *ages;
};

/* Both return 0 or -1 with a complaint; sites_free() gives the memory back. */
int sites_of_trace(const struct trace *trace, const struct trace_sites *names,
		   struct sites *sites);
struct map;
int sites_of_map(const struct map *map, struct sites *sites);
void sites_free(struct sites *sites);
/* Are they a heap's, of which nothing is known but what lives now? */
bool sites_are_now(const struct sites *sites);
/* Is this the name of a file, not of a heap? */
bool is_trace(const char *name);

#endif /* _RTHEAP_SITES_H */
