/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slabzone.h - how a slab heap lies in memory. slabzone.c works on chunks and
 * zones, slab_pages.c on runs of pages, slab_inspect.c only reads; all three
 * include this header. The picture is in slabzone.c.
 *
 * Everything here is called under the heap's lock. Two kinds of memory are
 * trusted, because no block ever lies there: the control block (struct
 * slabzone), and the tables at the start and the end of the heap's memory
 * (usage words, live bits, zone records, tree). The one thing that is read from
 * memory where blocks were is struct link in a freed chunk, and it is tested
 * before it is followed.
 *
 * Three numbers name a place in the heap. A page number counts pages of 4096
 * bytes from the start. A bit counts pieces of 8 bytes from the start, and is
 * the index into the live bits. An offset counts bytes.
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

/*
 * log2 of the bytes in a page of a heap. It does not depend on the kernel's
 * pages.
 */
#define ZONE_PAGE_SHIFT	12

/* Bytes of a page. */
#define ZONE_PAGE		BIT(ZONE_PAGE_SHIFT)

/* log2 of the bytes that a live bit stands for. */
#define LIVE_SHIFT	3

/* A node of the tree holds the maximum of TREE_WIDTH nodes below it. */
#define TREE_SHIFT	3
#define TREE_WIDTH	8u

/* The most levels that the tree of the largest heap needs. */
#define TREE_LEVELS	10

/* Number of size classes, see class_size(). */
#define NR_CLASSES	72

/* The most empty zones that are kept for use by any class. */
#define CACHED_MAX	2

/* All zones of a heap have one size between these limits, in bytes. */
#define ZONE_SIZE_MIN	(32u << 10)
#define ZONE_SIZE_MAX	(128u << 10)

/* Bytes of the largest size class. */
#define CHUNK_LIMIT	16384u

/*
 * Values of @magic in a zone's record: on its class's list; full and on no
 * list.
 */
#define ZONE_MAGIC	0x51ab51abu
#define ZONE_FULL	0x51ab51acu

/* Value of @magic of an empty zone that is kept for any class. */
#define ZONE_CACHED	0xffffffffu

/*
 * Bytes between a zone's start and its first chunk, as in RT-Thread, whose
 * zones have their header there. ZONE_FENCE counts them in pieces of 8 bytes.
 * They hold fence_word(), so that a write before the first chunk is seen.
 */
#define ZONE_HEADER	56u
#define ZONE_FENCE	(ZONE_HEADER / 8)

/* Result of a search for a run of pages that found none. */
#define NO_PAGE		U32_MAX

/* The largest heap is 32 GiB, because bitmap_weight() counts in an int. */
#define PAGES_MAX	0x7fffffu

/*
 * A usage word describes a page: its low two bits are the type, the bits above
 * them a number. The word of a page in a zone is, read as a whole, the offset
 * in bytes of the zone's record in the table of records.
 */
#define PAGE_TYPE	3u

/**
 * enum page_type - what a page is used for
 * @PAGE_SMALL: a page of a zone; every page of the zone is marked
 * @PAGE_FREE: first or last page of a free run; the number is the run's length
 * @PAGE_LARGE: first or last page of a block of whole pages; the number is its
 *	length
 * @PAGE_META: a page that holds the usage words themselves
 *
 * Lengths are in pages. The words of pages inside a run are not valid.
 */
enum page_type {
	PAGE_SMALL,
	PAGE_FREE,
	PAGE_LARGE,
	PAGE_META,
};

/**
 * struct slab_zone - the record of a zone
 * @next: the next zone with free chunks of the same class, or the next cached
 *	zone
 * @pprev: the pointer that points to this zone; NULL: it is on no list
 * @start: first byte of the zone's memory
 * @magic: ZONE_MAGIC, ZONE_FULL or ZONE_CACHED
 * @nr_free: free chunks, those never used included
 * @nr_chunks: all chunks
 * @chunk: bytes of a chunk
 * @first: bit of the first chunk
 * @unused: bit of the first chunk that was never handed out; @end if there is
 *	none
 * @end: bit behind the last chunk
 * @free: bit of the chunk that was freed last; 0: none
 * @inverse: multiplicative inverse, modulo 2^32, of the chunk's bits without
 *	their factors of 2
 * @class: the zone's size class
 * @shift: how many factors of 2 the chunk's bits have
 *
 * Records lie in a table behind the pages. A write to freed memory, or past the
 * end of a block, does not reach them.
 */
struct slab_zone {
	struct slab_zone *next;
	struct slab_zone **pprev;
	u8 *start;
	u32 magic;
	u32 nr_free;
	u32 nr_chunks;
	u32 chunk;
	u32 first;
	u32 unused;
	u32 end;
	u32 free;
	u32 inverse;
	u16 class;
	u16 shift;
} __aligned(64);

static_assert(sizeof(struct slab_zone) == 64);

/*
 * There is a place for one record for each ZONE_EVERY pages, the smallest zone.
 */
#define ZONE_EVERY	(ZONE_SIZE_MIN >> ZONE_PAGE_SHIFT)

/**
 * struct link - the first bytes of a freed chunk
 * @next: bit of the chunk that was freed before it; 0: none
 * @check: the value of link_check() for @next and this chunk's own bit
 *
 * It lies in freed memory and may have been overwritten.
 */
struct link {
	u32 next;
	u32 check;
};

/**
 * struct slabzone - the control block
 * @cookie: the heap's random number, see backend.h. It must be the first
 *	member.
 * @start: first byte of page 0
 * @nr_bits: number of live bits
 * @live: a bit for each 8 bytes; set exactly where a live block begins
 * @usage: a word for each page, see PAGE_TYPE
 * @zones: the table of zone records
 * @key: mixed into the links of freed chunks; made from the cookie
 * @zone_limit: requests of this many bytes and more take runs of pages
 * @chunk_last: @zone_limit - 2, for the comparison in slabzone_alloc_fast()
 * @in_use: counts bytes in use, rounded to chunks and pages
 * @class: for each class the first zone that has free chunks
 * @tree: levels of the tree; level 0 holds the length of the free run that
 *	begins at each page, 0 elsewhere
 * @nr_levels: used entries of @tree
 * @nr_pages: pages of the heap
 * @nr_runs: free runs
 * @zone_pages: pages of a zone
 * @cached: list of empty zones that any class may use
 * @nr_cached: how many there are, at most CACHED_MAX
 *
 * Tables and limits are set when the heap is made. Counters and lists change
 * under the heap's lock.
 */
struct slabzone {
	unsigned long cookie;
	u8 *start;
	size_t nr_bits;
	unsigned long *live;
	u32 *usage;
	struct slab_zone *zones;
	u32 key;
	size_t zone_limit;
	size_t chunk_last;
	struct usage in_use;
	struct slab_zone *class[NR_CLASSES];
	u32 *tree[TREE_LEVELS];
	u32 nr_levels;
	u32 nr_pages;
	u32 nr_runs;
	u32 zone_pages;
	struct slab_zone *cached;
	u32 nr_cached;
};

static_assert(!offsetof(struct slabzone, cookie));

/* Return the bytes of a chunk of @class: the inverse of class_of() in slab_fast.h. */
static inline u32 class_size(u32 class)
{
	u32 group = class < 16 ? 0 : class / 8 - 1;

	return (class - 8 * group + 1) << (group + 3);
}

/*
 * Return the type of @page. Valid for each page of a zone and for the first and
 * last page of a run.
 */
static inline enum page_type page_type(const struct slabzone *sz, u32 page)
{
	return sz->usage[page] & PAGE_TYPE;
}

/* Return the length in pages of the run that begins or ends at @page. */
static inline u32 run_length(const struct slabzone *sz, u32 page)
{
	return sz->usage[page] >> 2;
}

/* Write the usage word of @page. */
static inline void page_mark(struct slabzone *sz, u32 page,
			     enum page_type type, u32 count)
{
	sz->usage[page] = type | count << 2;
}

/* Return the address of the first byte of @page. */
static inline void *page_address_of(const struct slabzone *sz, u32 page)
{
	return sz->start + ((size_t)page << ZONE_PAGE_SHIFT);
}

/* Return the page that @p lies in. @p must be in the heap. */
static inline u32 page_of(const struct slabzone *sz, const void *p)
{
	return (size_t)((const u8 *)p - sz->start) >> ZONE_PAGE_SHIFT;
}

/* Return the bit of the first 8 bytes of @page. */
static inline size_t page_to_bit(u32 page)
{
	return (size_t)page << (ZONE_PAGE_SHIFT - LIVE_SHIFT);
}

/* Return the maximum of TREE_WIDTH nodes from @node on. */
static inline u32 tree_group_max(const u32 *node)
{
	u32 i, best = node[0];

	for (i = 1; i < TREE_WIDTH; i++)
		best = max(best, node[i]);
	return best;
}

/* Return the length of the longest free run in pages, or 0 if there is none. */
static inline u32 tree_max(const struct slabzone *sz)
{
	return tree_group_max(sz->tree[sz->nr_levels - 1]);
}

/* Return the bit of the 8 bytes that @p lies in. @p must be in the heap. */
static inline size_t live_bit(const struct slabzone *sz, const void *p)
{
	return (size_t)((const u8 *)p - sz->start) >> LIVE_SHIFT;
}

/*
 * Return the bit of a block at @p. @p may be any value: the result is at least
 * nr_bits when no block can begin there. The rotation carries the low bits of a
 * misaligned pointer to the top, where they make the number large. Reads no
 * memory.
 */
static inline size_t block_bit(const struct slabzone *sz, const void *p)
{
	size_t offset = (const u8 *)p - sz->start;

	return offset >> LIVE_SHIFT | offset << (BITS_PER_LONG - LIVE_SHIFT);
}

/* Return the address of the 8 bytes that @bit stands for. */
static inline void *bit_address(const struct slabzone *sz, u32 bit)
{
	return sz->start + ((size_t)bit << LIVE_SHIFT);
}

/* Return how many zone records the table has room for. */
static inline u32 nr_records(const struct slabzone *sz)
{
	return DIV_ROUND_UP(sz->nr_pages, ZONE_EVERY);
}

/*
 * Return the usage word of each page of a zone that begins at @first_page. Two
 * zones begin at least ZONE_EVERY pages apart, so each has a record of its own.
 */
static inline u32 zone_usage(u32 first_page)
{
	return PAGE_SMALL |
	       first_page / ZONE_EVERY * (u32)sizeof(struct slab_zone);
}

/* Return the record that @usage, the usage word of a zone's page, leads to. */
static inline struct slab_zone *zone_of(const struct slabzone *sz, u32 usage)
{
	return (struct slab_zone *)((u8 *)sz->zones + usage);
}

/* Return the record of the zone that @page, a page of type PAGE_SMALL, belongs to. */
static inline struct slab_zone *zone_by_page(const struct slabzone *sz, u32 page)
{
	return zone_of(sz, sz->usage[page]);
}

/*
 * Return where the first chunk of a zone lies, in bytes from the zone's start.
 * Chunks whose size is a power of two lie at multiples of their size.
 */
static inline u32 zone_first(u32 chunk)
{
	return is_power_of_2(chunk) ? round_up(ZONE_HEADER, chunk)
				    : ZONE_HEADER;
}

/* Return the bit of the zone's start. */
static inline u32 zone_bit(const struct slabzone *sz,
			   const struct slab_zone *zone)
{
	return live_bit(sz, zone->start);
}

/*
 * Return the number of the chunk of @zone that begins at @bit. @bit may be any
 * value: one at which no chunk begins gives a number that is not below the
 * count. The reason: multiplying by the inverse and rotating maps all 2^32
 * distances one to one, and maps exactly the multiples of a chunk to their
 * quotients. Constant time.
 */
static inline u32 chunk_number(const struct slab_zone *zone, u32 bit)
{
	return ror32((bit - zone->first) * zone->inverse, zone->shift);
}

/* Return how many chunks of @zone were handed out at least once. */
static inline u32 zone_nr_used(const struct slab_zone *zone)
{
	return chunk_number(zone, zone->unused);
}

/*
 * Do the fields of @zone that describe its layout agree with each other? The
 * calls that are not fast test this before they rely on them.
 */
static inline bool zone_has_layout(const struct slabzone *sz,
				   const struct slab_zone *zone)
{
	u32 bit = zone_bit(sz, zone);

	return zone->class < NR_CLASSES &&
	       zone->chunk == class_size(zone->class) &&
	       zone->first == bit + zone_first(zone->chunk) / 8 &&
	       zone->end - bit <= page_to_bit(sz->zone_pages);
}

/* Is @zone in use, and does its layout agree? Cached zones are not sound. */
static inline bool zone_is_sound(const struct slabzone *sz,
				 const struct slab_zone *zone)
{
	return (zone->magic == ZONE_MAGIC || zone->magic == ZONE_FULL) &&
	       zone_has_layout(sz, zone);
}

/* Return what each word between the zone's start and its first chunk holds. */
static inline unsigned long fence_word(const struct slabzone *sz,
				       const struct slab_zone *zone)
{
	return sz->cookie ^ zone_bit(sz, zone);
}

/*
 * Return what a freed chunk at @bit holds in @check when the chunk that was
 * freed before it is at @next. The heap's key makes it impossible to write by
 * accident, and a copy of another chunk's link does not pass.
 */
static inline u32 link_check(const struct slabzone *sz, u32 next, u32 bit)
{
	return (next + bit) ^ sz->key;
}

/*
 * Is the link in the freed chunk at @bit unchanged since the free? The caller
 * has tested that @bit is in the heap.
 */
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
