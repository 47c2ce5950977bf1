/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slabzone.h - how a slab heap looks in memory: shared by slabzone.c (chunks and
 * zones), slab_pages.c (page runs) and slab_inspect.c, which only reads. The
 * picture is in slabzone.c.
 */
#ifndef _RTALLOC_SLABZONE_H
#define _RTALLOC_SLABZONE_H

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/log2.h>
#include <linux/minmax.h>

#include "backend/backend.h"
#include "backend/usage.h"

#define ZONE_PAGE_SHIFT	12
#define ZONE_PAGE		BIT(ZONE_PAGE_SHIFT)
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
#define ZONE_FENCE	(ZONE_HEADER / 8)	/* words of it */
#define NO_PAGE		U32_MAX
#define PAGES_MAX	0x7fffffu	/* 32 GiB: bitmap_weight() takes an int */

/*
 * A usage word: two bits of type, above them a number. That of a zone's page
 * is, as a whole, where its record lies in the table of them, in bytes.
 */
#define PAGE_TYPE	3u

enum page_type {
	PAGE_SMALL,	/* every page of a zone: its record */
	PAGE_FREE,	/* first and last page of a free run: its length */
	PAGE_LARGE,	/* first and last page of a block: its length */
	PAGE_META,	/* the usage words themselves */
};

/*
 * A zone's record. It lies in a table behind the pages, where no block ever was:
 * what is written to freed memory, or past the end of a block, does not reach
 * it. A bit is the number of 8 bytes of the heap, as in the live bits.
 */
struct slab_zone {
	struct slab_zone *next;	/* of the class with free chunks, or cached */
	struct slab_zone **pprev;	/* what points here; NULL: on no list */
	u8 *start;		/* its memory */
	u32 magic;
	u32 nr_free;
	u32 nr_chunks;
	u32 chunk;		/* bytes */
	u32 first;		/* bit of the first chunk */
	u32 unused;		/* bit of the first chunk never used */
	u32 end;		/* bit behind the last chunk */
	u32 free;		/* bit of the last freed chunk, 0: none */
	u32 inverse;		/* of the chunk's bits without factors of two */
	u16 class;
	u16 shift;		/* how many of those there are */
} __aligned(64);

static_assert(sizeof(struct slab_zone) == 64);

#define ZONE_EVERY	(ZONE_SIZE_MIN >> ZONE_PAGE_SHIFT)	/* pages */

/* In the first bytes of a freed chunk: not believed before it is tested. */
struct link {
	u32 next;		/* bit of the chunk freed before, 0: none */
	u32 check;		/* of both bits, with the heap's key */
};

struct slabzone {
	unsigned long cookie;		/* the core's, see backend.h */
	u8 *start;
	size_t nr_bits;			/* of live */
	unsigned long *live;
	u32 *usage;
	struct slab_zone *zones;	/* one for each ZONE_EVERY pages */
	u32 key;			/* of the links: from the cookie */
	size_t zone_limit;		/* bytes; requests from here are runs */
	size_t chunk_last;		/* zone_limit - 2: see alloc_fast */
	struct usage in_use;		/* bytes */
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

static inline void page_mark(struct slabzone *sz, u32 page,
			     enum page_type type, u32 count)
{
	sz->usage[page] = type | count << 2;
}

static inline void *page_address_of(const struct slabzone *sz, u32 page)
{
	return sz->start + ((size_t)page << ZONE_PAGE_SHIFT);
}

static inline u32 page_of(const struct slabzone *sz, const void *p)
{
	return (size_t)((const u8 *)p - sz->start) >> ZONE_PAGE_SHIFT;
}

static inline size_t page_to_bit(u32 page)
{
	return (size_t)page << (ZONE_PAGE_SHIFT - LIVE_SHIFT);
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

static inline size_t live_bit(const struct slabzone *sz, const void *p)
{
	return (size_t)((const u8 *)p - sz->start) >> LIVE_SHIFT;
}

/*
 * The bit of @p, or at least nr_bits for what cannot be a block: the rotation
 * carries the bits of a misaligned address to the top.
 */
static inline size_t block_bit(const struct slabzone *sz, const void *p)
{
	size_t offset = (const u8 *)p - sz->start;

	return offset >> LIVE_SHIFT | offset << (BITS_PER_LONG - LIVE_SHIFT);
}

static inline void *bit_address(const struct slabzone *sz, u32 bit)
{
	return sz->start + ((size_t)bit << LIVE_SHIFT);
}

static inline u32 nr_records(const struct slabzone *sz)
{
	return DIV_ROUND_UP(sz->nr_pages, ZONE_EVERY);
}

/* Two zones are further apart than ZONE_EVERY: each has a record of its own. */
static inline u32 zone_usage(u32 first_page)
{
	return PAGE_SMALL |
	       first_page / ZONE_EVERY * (u32)sizeof(struct slab_zone);
}

/* The record that the usage word of a zone's page leads to. */
static inline struct slab_zone *zone_of(const struct slabzone *sz, u32 usage)
{
	return (struct slab_zone *)((u8 *)sz->zones + usage);
}

static inline struct slab_zone *zone_by_page(const struct slabzone *sz, u32 page)
{
	return zone_of(sz, sz->usage[page]);
}

/* The class's first chunk: powers of two lie at multiples of themselves. */
static inline u32 zone_first(u32 chunk)
{
	return is_power_of_2(chunk) ? round_up(ZONE_HEADER, chunk)
				    : ZONE_HEADER;
}

static inline u32 zone_bit(const struct slabzone *sz,
			   const struct slab_zone *zone)
{
	return live_bit(sz, zone->start);
}

/*
 * The number of the chunk at @bit; anything else gives a number that is not
 * below the count. For multiplying by the inverse and rotating is a bijection of
 * all 2^32 distances, and it maps the multiples of a chunk to their quotients.
 */
static inline u32 chunk_number(const struct slab_zone *zone, u32 bit)
{
	return ror32((bit - zone->first) * zone->inverse, zone->shift);
}

/* Chunks that were handed out at least once. */
static inline u32 zone_nr_used(const struct slab_zone *zone)
{
	return chunk_number(zone, zone->unused);
}

/* Can the layout be believed? The cold paths ask before they rely on it. */
static inline bool zone_has_layout(const struct slabzone *sz,
				   const struct slab_zone *zone)
{
	u32 bit = zone_bit(sz, zone);

	return zone->class < NR_CLASSES &&
	       zone->chunk == class_size(zone->class) &&
	       zone->first == bit + zone_first(zone->chunk) / 8 &&
	       zone->end - bit <= page_to_bit(sz->zone_pages);
}

static inline bool zone_is_sound(const struct slabzone *sz,
				 const struct slab_zone *zone)
{
	return (zone->magic == ZONE_MAGIC || zone->magic == ZONE_FULL) &&
	       zone_has_layout(sz, zone);
}

/* What the words between a zone's start and its first chunk hold. */
static inline unsigned long fence_word(const struct slabzone *sz,
				       const struct slab_zone *zone)
{
	return sz->cookie ^ zone_bit(sz, zone);
}

static inline u32 link_check(const struct slabzone *sz, u32 next, u32 bit)
{
	return (next + bit) ^ sz->key;
}

static inline bool link_is_good(const struct slabzone *sz, u32 bit)
{
	const struct link *link = bit_address(sz, bit);

	return link->check == link_check(sz, link->next, bit);
}

/*
 * Functions of slab_pages.c. slab_tables_place() places the tables behind
 * @pages pages at @base and returns where they end; it writes to the control
 * block alone. slab_run_mark() describes @count pages from @page on in the
 * usage words, and slab_run_add() adds them to the free runs. slab_run_alloc()
 * takes @count pages from the lowest free run that is long enough and returns
 * the first of them, or NO_PAGE. slab_run_free() gives a run back and coalesces
 * it with its free neighbours. A search or a change reads TREE_WIDTH nodes on
 * each level.
 */
u8 *slab_tables_place(struct slabzone *sz, u8 *base, size_t pages);
void slab_run_mark(struct slabzone *sz, u32 page, enum page_type type,
		   u32 count);
void slab_run_add(struct slabzone *sz, u32 page, u32 count);
u32 slab_run_alloc(struct slabzone *sz, size_t count);
void slab_run_free(struct slabzone *sz, u32 page, u32 count);

/*
 * Hooks of struct rtalloc_ops in slab_inspect.c, none of which changes the
 * heap's structure. All take constant time but slabzone_walk(), which is
 * bounded by its batch, and slabzone_check(), which works in bounded steps.
 */
size_t slabzone_usable_size(void *ctrl, const void *p);
u64 slabzone_offset(void *ctrl, const void *p);
void slabzone_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset);
void slabzone_stats(void *ctrl, struct rtalloc_snapshot *snap);
int slabzone_walk(void *ctrl, struct rtalloc_cursor *cursor,
		  struct rtalloc_block *batch, int max);
int slabzone_check(void *ctrl, struct rtalloc_sweep *sweep,
		   struct rtalloc_fault *fault);

#endif /* _RTALLOC_SLABZONE_H */
