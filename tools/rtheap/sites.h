/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sites that allocate, from a trace or from a heap's map; see sites.c.
 */
#ifndef _RTHEAP_SITES_H
#define _RTHEAP_SITES_H

#include "rtheap.h"

/**
 * struct site - allocations of one function or owner
 * @name: its name
 * @allocs: number of allocations
 * @bytes: sum of their sizes in bytes
 * @peak: its live bytes when the most bytes of all sites are live
 * @live: live bytes at the end
 * @blocks: live blocks at the end
 * @oldest: age of the oldest of these blocks, in &sites.ages
 * @age: sum of the ages of these blocks
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
 * struct sites - all sites, those with the most bytes at the peak first
 * @list: the sites
 * @count: number of sites
 * @ages: unit of ages, "events" or "ms"; NULL: ages are not known
 */
struct sites {
	struct site *list;
	size_t count;
	const char *ages;
};

/* Return 0, or -1 after a complaint. After success the caller calls sites_free(). */
int sites_of_trace(const struct trace *trace, const struct trace_sites *names,
		   struct sites *sites);
struct map;
int sites_of_map(const struct map *map, struct sites *sites);
void sites_free(struct sites *sites);
/* Do the sites come from a heap, where only the present is known? */
bool sites_are_now(const struct sites *sites);
/* Is @name a file ("-": standard input) rather than a heap? */
bool is_trace(const char *name);

#endif /* _RTHEAP_SITES_H */
