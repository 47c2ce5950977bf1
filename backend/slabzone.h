/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slabzone.h - how a slab heap looks in memory: shared by slabzone.c, which
 * changes it, and slab_look.c, which only reads. The picture is in slabzone.c.
 */
#ifndef _RTALLOC_SLABZONE_H
#define _RTALLOC_SLABZONE_H

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/log2.h>
#include <linux/minmax.h>

#include "backend/backend.h"

#define SZ_PAGE_SHIFT	12
#define SZ_PAGE		BIT(SZ_PAGE_SHIFT)
#define LIVE_SHIFT	3		/* a live bit stands for 8 bytes */
#define TREE_SHIFT	3		/* a node is the maximum of 8 below */
#define TREE_WIDTH	8u		/* 1 << TREE_SHIFT */
#define TREE_LEVELS	10
#define NR_CLASSES	72
#define CACHED_MAX	2		/* empty zones kept for any class */
#define ZONE_SIZE_MIN	(32u << 10)
#define ZONE_SIZE_MAX	(128u << 10)
#define CHUNK_LIMIT	16384u		/* classes end here */
#define ZONE_MAGIC	0x51ab51abu
#define ZONE_FULL	0x51ab51acu	/* and on no list */
#define ZONE_CACHED	0xffffffffu
#define ZONE_HEADER	56u		/* the first chunk lies behind it */
#define NO_PAGE		U32_MAX
#define PAGES_MAX	0x7fffffu	/* 32 GiB: bitmap_weight() takes an int */

/*
 * A usage word: two bits of type, above them a number. That of a zone's page
 * is, as a whole, how many bytes the zone began before that page.
 */
#define PAGE_TYPE	3u

enum page_type {
	PAGE_SMALL,	/* every page of a zone: its distance from the first */
	PAGE_FREE,	/* first and last page of a free run: its length */
	PAGE_LARGE,	/* first and last page of a block: its length */
	PAGE_META,	/* the usage words themselves */
};

struct slab_zone {
	u32 magic;
	u32 nr_free;
	u32 nr_chunks;
	u32 chunk;		/* bytes */
	u32 class;
	u32 first;		/* offset of the first chunk in the zone */
	u32 virgin;		/* offset of the first chunk never used */
	u32 end;		/* offset behind the last chunk */
	struct slab_zone *next;	/* of the class with free chunks, or cached */
	struct slab_zone **pprev;	/* what points here; NULL: on no list */
	u32 free;		/* offset of the last freed chunk, 0: none */
};

static_assert(sizeof(struct slab_zone) <= ZONE_HEADER);

/* In the first bytes of a freed chunk. */
struct link {
	u32 next;		/* offset of the chunk freed before, 0: none */
	u32 check;		/* its complement */
};

struct slabzone {
	unsigned long cookie;		/* the core's, see backend.h */
	u8 *start;
	size_t nr_bits;			/* of live */
	unsigned long *live;
	u32 *usage;
	size_t zone_limit;		/* bytes; requests from here are runs */
	size_t chunk_last;		/* zone_limit - 2: see alloc_fast */
	size_t max_used;		/* the most that was in use */
	s64 below_max;			/* by how much less is in use now */
	struct slab_zone *class[NR_CLASSES];
	u32 *tree[TREE_LEVELS];		/* [0]: length of the run at a page */
	u32 nr_levels;
	u32 nr_pages;
	u32 nr_runs;			/* free ones */
	u32 zone_pages;
	struct slab_zone *cached;
	u32 nr_cached;
};

static inline u32 class_size(u32 class)
{
	u32 group = class < 16 ? 0 : class / 8 - 1;

	return (class - 8 * group + 1) << (group + 3);
}

static inline enum page_type page_type(const struct slabzone *sz, u32 page)
{
	return sz->usage[page] & PAGE_TYPE;
}

static inline u32 run_length(const struct slabzone *sz, u32 page)
{
	return sz->usage[page] >> 2;
}

static inline void *page_address_of(const struct slabzone *sz, u32 page)
{
	return sz->start + ((size_t)page << SZ_PAGE_SHIFT);
}

static inline u32 page_of(const struct slabzone *sz, const void *p)
{
	return (size_t)((const u8 *)p - sz->start) >> SZ_PAGE_SHIFT;
}

static inline size_t page_to_bit(u32 page)
{
	return (size_t)page << (SZ_PAGE_SHIFT - LIVE_SHIFT);
}

static inline u32 tree_group_max(const u32 *node)
{
	u32 i, best = node[0];

	for (i = 1; i < TREE_WIDTH; i++)
		best = max(best, node[i]);
	return best;
}

static inline u32 tree_max(const struct slabzone *sz)
{
	return tree_group_max(sz->tree[sz->nr_levels - 1]);
}

static inline size_t used_now(const struct slabzone *sz)
{
	return sz->max_used - sz->below_max;
}

static inline size_t live_bit(const struct slabzone *sz, const void *p)
{
	return (size_t)((const u8 *)p - sz->start) >> LIVE_SHIFT;
}

static inline u32 zone_page_usage(u32 index)
{
	return PAGE_SMALL | index << SZ_PAGE_SHIFT;
}

/* The zone that @p lies in, from the usage word of its page. */
static inline struct slab_zone *zone_of(const void *p, u32 usage)
{
	const u8 *page = PTR_ALIGN_DOWN((const u8 *)p, SZ_PAGE);

	return (struct slab_zone *)(page - usage);
}

static inline struct slab_zone *zone_by_page(const struct slabzone *sz, u32 page)
{
	return zone_of(page_address_of(sz, page), sz->usage[page]);
}

static inline void *zone_at(struct slab_zone *zone, u32 offset)
{
	return (u8 *)zone + offset;
}

/* The class's first chunk: powers of two lie at multiples of themselves. */
static inline u32 zone_first(u32 chunk)
{
	return is_power_of_2(chunk) ? round_up(ZONE_HEADER, chunk)
				    : ZONE_HEADER;
}

/* Can the layout be believed? The cold paths ask before they divide by it. */
static inline bool zone_has_layout(const struct slabzone *sz,
				   const struct slab_zone *zone)
{
	return zone->class < NR_CLASSES &&
	       zone->chunk == class_size(zone->class) &&
	       zone->first == zone_first(zone->chunk) &&
	       zone->end <= sz->zone_pages << SZ_PAGE_SHIFT;
}

static inline bool zone_is_sound(const struct slabzone *sz,
				 const struct slab_zone *zone)
{
	return (zone->magic == ZONE_MAGIC || zone->magic == ZONE_FULL) &&
	       zone_has_layout(sz, zone);
}

static inline bool link_is_good(const struct link *link)
{
	return link->check == ~link->next;
}

/* In slab_look.c. */
void slabzone_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset);
void slabzone_stats(void *ctrl, struct rtalloc_snapshot *snap);
int slabzone_walk(void *ctrl, struct rtalloc_cursor *cursor,
		  struct rtalloc_block *batch, int max);
int slabzone_check(void *ctrl, struct rtalloc_sweep *sweep,
		struct rtalloc_fault *fault);

#endif /* _RTALLOC_SLABZONE_H */
