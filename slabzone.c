// SPDX-License-Identifier: GPL-2.0-only
/*
 * slabzone.c - backend "slab": page runs below, zones of equal chunks above.
 *
 * Role: BACKEND. Behaves as RT-Thread 5.1's slab (after DragonFly's): same
 * size classes, same zones, same order of reuse, so valid requests give the
 * same offsets. Small requests take a chunk from the first zone of their
 * class: never used chunks first, then the last freed. Larger ones, and the
 * zones themselves, are page runs, first fit from the lowest address.
 *
 * Cost: a chunk takes constant time. A page run is found and merged in
 * O(log8 pages) through a tree of maxima (the original walks a list).
 *
 *   base                                                  base + size
 *   +-----------+------+------+---------+------+----------+--------+
 *   | usage     | zone | zone | run     | zone | free run | tables |
 *   +-----------+------+------+---------+------+----------+--------+
 *   usage: a word for each page, in the heap's first pages
 *   tables: a live bit for every 8 bytes; the tree of run lengths
 *
 * A bit of `live` is set exactly for the first 8 bytes of a live block, so one
 * test tells a good free from a foreign, interior, misaligned or second one.
 * A freed chunk holds the link to the next and its complement: a write after
 * free is seen when the chunk comes up again. Not kept: owner tags.
 *
 * Written from a behavioural description; no code taken.
 */
#include <linux/align.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/string.h>

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
#define PAGES_MAX	0x800000u	/* 32 GiB: bitmap_weight() takes an int */

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

/* ---- size classes ---------------------------------------------------- */

/* Eight classes for each power of two; all of 8..128 in steps of 8. */
static inline u32 class_of(size_t size)
{
	u32 order = __fls(size | 64);

	return ((size - 1) >> (order - 3)) + 8 * (order - 6);
}

static u32 class_size(u32 class)
{
	u32 group = class < 16 ? 0 : class / 8 - 1;

	return (class - 8 * group + 1) << (group + 3);
}

static size_t size_to_pages(size_t size)
{
	return (size >> SZ_PAGE_SHIFT) + !!(size & (SZ_PAGE - 1));
}

/* ---- usage words ----------------------------------------------------- */

static inline enum page_type page_type(const struct slabzone *sz, u32 page)
{
	return sz->usage[page] & PAGE_TYPE;
}

static inline u32 page_count(const struct slabzone *sz, u32 page)
{
	return sz->usage[page] >> 2;
}

static inline void page_mark(struct slabzone *sz, u32 page,
			     enum page_type type, u32 count)
{
	sz->usage[page] = type | count << 2;
}

static void run_mark(struct slabzone *sz, u32 page, enum page_type type,
		     u32 count)
{
	page_mark(sz, page, type, count);
	page_mark(sz, page + count - 1, type, count);
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

/* ---- the tree of run lengths ----------------------------------------- */

static u32 tree_group_max(const u32 *node)
{
	u32 i, best = node[0];

	for (i = 1; i < TREE_WIDTH; i++)
		best = max(best, node[i]);
	return best;
}

/* A free run of @count pages begins at @page; 0: none does any more. */
static void tree_set(struct slabzone *sz, u32 page, u32 count)
{
	u32 level, best;

	sz->tree[0][page] = count;
	for (level = 1; level < sz->nr_levels; level++) {
		page >>= TREE_SHIFT;
		best = tree_group_max(sz->tree[level - 1] + page * TREE_WIDTH);
		if (sz->tree[level][page] == best)
			return;
		sz->tree[level][page] = best;
	}
}

static u32 tree_max(const struct slabzone *sz)
{
	return tree_group_max(sz->tree[sz->nr_levels - 1]);
}

/* The lowest run of at least @count pages. */
static u32 tree_find(const struct slabzone *sz, size_t count)
{
	u32 level = sz->nr_levels, i = 0;

	if (count > tree_max(sz))
		return NO_PAGE;
	while (level--) {
		i *= TREE_WIDTH;
		while (sz->tree[level][i] < count)
			i++;
	}
	return i;
}

/* ---- page runs ------------------------------------------------------- */

static void run_add(struct slabzone *sz, u32 page, u32 count)
{
	run_mark(sz, page, PAGE_FREE, count);
	tree_set(sz, page, count);
	sz->nr_runs++;
}

static void run_remove(struct slabzone *sz, u32 page)
{
	tree_set(sz, page, 0);
	sz->nr_runs--;
}

static u32 run_alloc(struct slabzone *sz, size_t count)
{
	u32 page = tree_find(sz, count);
	u32 rest;

	if (page == NO_PAGE)
		return NO_PAGE;
	rest = sz->tree[0][page] - count;
	run_remove(sz, page);
	if (rest)
		run_add(sz, page + count, rest);
	return page;
}

/* Pages of the free run that ends before @page; its last word tells. */
static u32 run_before(const struct slabzone *sz, u32 page)
{
	u32 count;

	if (page_type(sz, page - 1) != PAGE_FREE)
		return 0;
	count = page_count(sz, page - 1);
	if (count > page || sz->tree[0][page - count] != count)
		return 0;
	return count;
}

static void run_free(struct slabzone *sz, u32 page, u32 count)
{
	u32 before = run_before(sz, page);
	u32 after = 0;

	if (page + count < sz->nr_pages)
		after = sz->tree[0][page + count];
	if (before)
		run_remove(sz, page - before);
	if (after)
		run_remove(sz, page + count);
	run_add(sz, page - before, before + count + after);
}

/* ---- accounting ------------------------------------------------------ */

/*
 * Not `used` is kept but how far it is below its maximum: the sign tells when
 * the maximum has to move.
 */
static inline void used_add(struct slabzone *sz, size_t bytes)
{
	sz->below_max -= bytes;
	if (unlikely(sz->below_max < 0)) {
		sz->max_used -= sz->below_max;
		sz->below_max = 0;
	}
}

static inline void used_sub(struct slabzone *sz, size_t bytes)
{
	sz->below_max += bytes;
}

static inline size_t used_now(const struct slabzone *sz)
{
	return sz->max_used - sz->below_max;
}

static inline size_t live_bit(const struct slabzone *sz, const void *p)
{
	return (size_t)((const u8 *)p - sz->start) >> LIVE_SHIFT;
}

/* ---- large blocks ---------------------------------------------------- */

static void *large_take(struct slabzone *sz, u32 page, u32 count)
{
	run_mark(sz, page, PAGE_LARGE, count);
	__set_bit(page_to_bit(page), sz->live);
	used_add(sz, (size_t)count << SZ_PAGE_SHIFT);
	return page_address_of(sz, page);
}

static void *large_alloc(struct slabzone *sz, size_t size)
{
	size_t count = size_to_pages(size);
	u32 page;

	if (!count)
		return NULL;
	page = run_alloc(sz, count);
	return page == NO_PAGE ? NULL : large_take(sz, page, count);
}

/* Take enough pages to find an aligned place; give both ends back. */
static void *large_alloc_aligned(struct slabzone *sz, size_t size, size_t align)
{
	size_t count = size_to_pages(size);
	size_t span = count + (align >> SZ_PAGE_SHIFT) - 1;
	u32 page = run_alloc(sz, span);
	size_t skip;

	if (page == NO_PAGE)
		return NULL;
	skip = -(size_t)page_address_of(sz, page) & (align - 1);
	skip >>= SZ_PAGE_SHIFT;
	run_mark(sz, page, PAGE_LARGE, span);
	if (skip)
		run_free(sz, page, skip);
	if (span > skip + count)
		run_free(sz, page + skip + count, span - skip - count);
	return large_take(sz, page + skip, count);
}

static int large_free(struct slabzone *sz, u32 page)
{
	u32 count = page_count(sz, page);

	__clear_bit(page_to_bit(page), sz->live);
	used_sub(sz, (size_t)count << SZ_PAGE_SHIFT);
	run_free(sz, page, count);
	return 0;
}

/* ---- zones ----------------------------------------------------------- */

static void zone_link(struct slab_zone **head, struct slab_zone *zone)
{
	zone->next = *head;
	zone->pprev = head;
	if (zone->next)
		zone->next->pprev = &zone->next;
	*head = zone;
}

static void zone_unlink(struct slab_zone *zone)
{
	*zone->pprev = zone->next;
	if (zone->next)
		zone->next->pprev = zone->pprev;
	zone->next = NULL;
	zone->pprev = NULL;
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

static struct slab_zone *page_zone(const struct slabzone *sz, u32 page)
{
	return zone_of(page_address_of(sz, page), sz->usage[page]);
}

static inline void *zone_at(struct slab_zone *zone, u32 offset)
{
	return (u8 *)zone + offset;
}

/* The class's first chunk: powers of two lie at multiples of themselves. */
static u32 zone_first(u32 chunk)
{
	return is_power_of_2(chunk) ? round_up(ZONE_HEADER, chunk)
				    : ZONE_HEADER;
}

static void zone_init(struct slabzone *sz, struct slab_zone *zone, u32 class)
{
	u32 chunk = class_size(class);
	u32 first = zone_first(chunk);
	u32 nr = ((sz->zone_pages << SZ_PAGE_SHIFT) - first) / chunk;

	*zone = (struct slab_zone) {
		.magic = ZONE_MAGIC,
		.nr_free = nr,
		.nr_chunks = nr,
		.chunk = chunk,
		.class = class,
		.first = first,
		.virgin = first,
		.end = first + nr * chunk,
	};
}

/* A cached zone, or new pages whose usage words then name their zone. */
static struct slab_zone *zone_get(struct slabzone *sz)
{
	struct slab_zone *zone = sz->cached;
	u32 page, i;

	if (zone) {
		zone_unlink(zone);
		sz->nr_cached--;
		return zone;
	}
	page = run_alloc(sz, sz->zone_pages);
	if (page == NO_PAGE)
		return NULL;
	for (i = 0; i < sz->zone_pages; i++)
		sz->usage[page + i] = zone_page_usage(i);
	return page_address_of(sz, page);
}

static struct slab_zone *zone_open(struct slabzone *sz, u32 class)
{
	struct slab_zone *zone = zone_get(sz);

	if (!zone)
		return NULL;
	zone_init(sz, zone, class);
	zone_link(&sz->class[class], zone);
	return zone;
}

/* Give an unlinked zone's pages back; no stale usage word may stay. */
static void zone_release(struct slabzone *sz, struct slab_zone *zone)
{
	u32 page = page_of(sz, zone), i;

	zone->magic = ZONE_CACHED;
	for (i = 0; i < sz->zone_pages; i++)
		page_mark(sz, page + i, PAGE_FREE, 0);
	run_free(sz, page, sz->zone_pages);
}

/* Does an empty zone stay with its class? Only if the list has no other. */
static inline bool zone_stays(const struct slabzone *sz,
			      const struct slab_zone *zone)
{
	return sz->class[zone->class] == zone && !zone->next;
}

static void zone_emptied(struct slabzone *sz, struct slab_zone *zone)
{
	zone_unlink(zone);
	if (sz->nr_cached == CACHED_MAX) {
		zone_release(sz, zone);
		return;
	}
	zone->magic = ZONE_CACHED;
	zone_link(&sz->cached, zone);
	sz->nr_cached++;
}

/* ---- chunks ---------------------------------------------------------- */

static inline void link_write(struct link *link, u32 next)
{
	link->next = next;
	link->check = ~next;
}

static inline bool link_is_good(const struct link *link)
{
	return link->check == ~link->next;
}

/*
 * Take a chunk of @zone, which has one. False, and nothing changed: the link
 * in the chunk is not what free wrote.
 */
static __always_inline bool chunk_alloc(struct slabzone *sz,
					struct slab_zone *zone, void **p)
{
	u32 offset = zone->virgin;
	struct link *link;

	if (offset != zone->end) {
		zone->virgin = offset + zone->chunk;
	} else {
		offset = zone->free;
		link = zone_at(zone, offset);
		if (unlikely(!link_is_good(link)))
			return false;
		zone->free = link->next;
	}
	if (unlikely(!--zone->nr_free)) {
		zone_unlink(zone);
		zone->magic = ZONE_FULL;
	}
	*p = zone_at(zone, offset);
	__set_bit(live_bit(sz, *p), sz->live);
	used_add(sz, zone->chunk);
	return true;
}

/* The chunk's live bit is cleared already. */
static __always_inline void chunk_free(struct slabzone *sz,
				       struct slab_zone *zone, void *p)
{
	link_write(p, zone->free);
	zone->free = (u8 *)p - (u8 *)zone;
	zone->nr_free++;
	used_sub(sz, zone->chunk);
}

/* ---- hooks: blocks --------------------------------------------------- */

/*
 * The fast halves call nothing, so that a caller that inlines them saves no
 * registers. They give up, with nothing changed, wherever there is more to do
 * than to take or return a chunk.
 */
static __always_inline bool slabzone_alloc_fast(void *ctrl, size_t size,
						void **p)
{
	struct slabzone *sz = ctrl;
	struct slab_zone *zone;

	/* One comparison for 0 and for sizes that take whole pages. */
	if (unlikely(size - 1 > sz->chunk_last))
		return false;
	zone = sz->class[class_of(size)];
	if (unlikely(!zone) || unlikely(zone->magic != ZONE_MAGIC))
		return false;
	return chunk_alloc(sz, zone, p);
}

static void *slabzone_alloc_slow(struct slabzone *sz, size_t size)
{
	struct slab_zone *zone;
	void *p;

	if (size >= sz->zone_limit)
		return large_alloc(sz, size);
	if (!size)
		return NULL;
	zone = sz->class[class_of(size)] ?: zone_open(sz, class_of(size));
	if (!zone)
		return NULL;
	if (zone->magic == ZONE_MAGIC && chunk_alloc(sz, zone, &p))
		return p;
	return ERR_PTR(-RTALLOC_CORRUPT);
}

static void *slabzone_alloc(void *ctrl, size_t size)
{
	void *p;

	return slabzone_alloc_fast(ctrl, size, &p) ? p :
	       slabzone_alloc_slow(ctrl, size);
}

static void *slabzone_alloc_aligned(void *ctrl, size_t size, size_t align)
{
	struct slabzone *sz = ctrl;
	size_t heap = (size_t)sz->nr_pages << SZ_PAGE_SHIFT;
	size_t chunk;

	if (!size || size > heap || align > heap)
		return NULL;
	if (align > SZ_PAGE)
		return large_alloc_aligned(sz, size, align);
	chunk = roundup_pow_of_two(max(size, align));
	if (chunk >= sz->zone_limit)
		return large_alloc(sz, size);
	return slabzone_alloc(sz, chunk);
}

/* Why @p has no live bit: cold, so it may divide. */
static noinline int slabzone_fault(struct slabzone *sz, const void *p)
{
	size_t offset = (const u8 *)p - sz->start;
	struct slab_zone *zone;
	u32 page;

	if (offset >> LIVE_SHIFT >= sz->nr_bits)
		return -RTALLOC_FOREIGN;
	page = offset >> SZ_PAGE_SHIFT;
	if (page_type(sz, page) == PAGE_SMALL) {
		zone = page_zone(sz, page);
		offset = (const u8 *)p - (u8 *)zone;
		if (offset >= zone->first && offset < zone->virgin &&
		    (offset - zone->first) % zone->chunk == 0)
			return -RTALLOC_DOUBLE_FREE;
		return -RTALLOC_NOT_A_BLOCK;
	}
	if (page_type(sz, page) != PAGE_META && !(offset & (SZ_PAGE - 1)) &&
	    sz->tree[0][page])
		return -RTALLOC_DOUBLE_FREE;
	return -RTALLOC_NOT_A_BLOCK;
}

/*
 * The bit of @p, or at least nr_bits for what cannot be a block: the rotation
 * carries the bits of a misaligned address to the top.
 */
static inline size_t block_bit(const struct slabzone *sz, const void *p)
{
	return ror64((const u8 *)p - sz->start, LIVE_SHIFT);
}

static __always_inline bool slabzone_free_fast(void *ctrl, void *p)
{
	struct slabzone *sz = ctrl;
	size_t bit = block_bit(sz, p);
	struct slab_zone *zone;
	u32 usage;

	if (unlikely(bit >= sz->nr_bits) ||
	    unlikely(!__test_and_clear_bit(bit, sz->live)))
		return false;
	usage = sz->usage[bit >> (SZ_PAGE_SHIFT - LIVE_SHIFT)];
	if (unlikely((usage & PAGE_TYPE) != PAGE_SMALL))
		goto not_fast;
	zone = zone_of(p, usage);
	if (unlikely(zone->magic != ZONE_MAGIC))
		goto not_fast;
	if (zone->nr_free + 1 == zone->nr_chunks && !zone_stays(sz, zone))
		goto not_fast;
	chunk_free(sz, zone, p);
	return true;

not_fast:
	__set_bit(bit, sz->live);
	return false;
}

/* Also the first and the last chunk of a zone to come back, and faults. */
static int slabzone_free_slow(struct slabzone *sz, void *p)
{
	size_t bit = block_bit(sz, p);
	struct slab_zone *zone;
	u32 page;

	if (bit >= sz->nr_bits || !test_bit(bit, sz->live))
		return slabzone_fault(sz, p);
	page = page_of(sz, p);
	if (page_type(sz, page) != PAGE_SMALL)
		return large_free(sz, page);
	zone = page_zone(sz, page);
	if (zone->magic != ZONE_MAGIC && zone->magic != ZONE_FULL)
		return -RTALLOC_CORRUPT;
	__clear_bit(bit, sz->live);
	chunk_free(sz, zone, p);
	if (zone->magic == ZONE_FULL) {
		zone->magic = ZONE_MAGIC;
		zone_link(&sz->class[zone->class], zone);
	} else if (zone->nr_free == zone->nr_chunks && !zone_stays(sz, zone)) {
		zone_emptied(sz, zone);
	}
	return 0;
}

static int slabzone_free(void *ctrl, void *p)
{
	return slabzone_free_fast(ctrl, p) ? 0 : slabzone_free_slow(ctrl, p);
}

static size_t slabzone_usable_size(void *ctrl, const void *p)
{
	struct slabzone *sz = ctrl;
	size_t bit = block_bit(sz, p);
	u32 page;

	if (bit >= sz->nr_bits || !test_bit(bit, sz->live))
		return 0;
	page = page_of(sz, p);
	if (page_type(sz, page) == PAGE_SMALL)
		return page_zone(sz, page)->chunk;
	return (size_t)page_count(sz, page) << SZ_PAGE_SHIFT;
}

/*
 * In place only within a chunk's own class; a page run always moves, also to
 * the same number of pages. As in the original, a small block asks for the
 * size of its new class when it moves.
 */
static int slabzone_resize(void *ctrl, void *p, size_t *size)
{
	struct slabzone *sz = ctrl;
	size_t bit = block_bit(sz, p);
	u32 page, chunk;

	if (bit >= sz->nr_bits || !test_bit(bit, sz->live))
		return slabzone_fault(sz, p);
	page = page_of(sz, p);
	if (page_type(sz, page) != PAGE_SMALL || *size >= CHUNK_LIMIT)
		return -ENOSPC;
	chunk = class_size(class_of(*size));
	if (chunk == page_zone(sz, page)->chunk)
		return 0;
	*size = chunk;
	return -ENOSPC;
}

static u64 slabzone_offset(void *ctrl, const void *p)
{
	struct slabzone *sz = ctrl;
	size_t offset = (const u8 *)p - sz->start;

	return offset >> LIVE_SHIFT < sz->nr_bits ? offset : ~0ull;
}

/* ---- hooks: looking -------------------------------------------------- */

static void slabzone_stats(void *ctrl, struct rtalloc_snapshot *snap)
{
	struct slabzone *sz = ctrl;
	u64 run = (u64)tree_max(sz) << SZ_PAGE_SHIFT;
	u32 class;

	snap->total = (u64)sz->nr_pages << SZ_PAGE_SHIFT;
	snap->used = used_now(sz);
	snap->max_used = sz->max_used;
	snap->free_blocks = sz->nr_runs;
	snap->largest_free = run;
	if (run >= sz->zone_limit)
		return;
	snap->largest_free = sz->cached ? sz->zone_limit - 1 : 0;
	for (class = NR_CLASSES; class-- && !snap->largest_free;)
		if (sz->class[class])
			snap->largest_free = class_size(class);
	snap->largest_free = min_t(u64, snap->largest_free, sz->zone_limit - 1);
}

/* The piece of a zone at or after offset @pos; returns where it ends. */
static u64 zone_piece(struct slabzone *sz, struct slab_zone *zone, u64 pos,
		      struct rtalloc_block *block)
{
	u64 base = (u8 *)zone - sz->start;
	u64 stop = base + ((u64)sz->zone_pages << SZ_PAGE_SHIFT);
	u64 first = base + zone->first, end = base + zone->end;
	u64 next = stop;

	block->state = RTALLOC_META;
	if (zone->magic == ZONE_CACHED) {
		block->state = RTALLOC_IDLE;
	} else if (pos < first) {
		next = first;
	} else if (pos < end) {
		pos = first + roundup(pos - first, zone->chunk);
		next = find_next_bit(sz->live, end >> LIVE_SHIFT,
				     pos >> LIVE_SHIFT) << LIVE_SHIFT;
		block->state = RTALLOC_IDLE;
		if (next == pos) {
			block->state = RTALLOC_USED;
			next = pos + zone->chunk;
		}
		next = min(next, end);
	}
	block->offset = pos;
	block->size = next - pos;
	return next;
}

/* Pages of the piece that begins at @page; 0: none begins there. */
static u32 run_piece(struct slabzone *sz, u32 page, struct rtalloc_block *block)
{
	u32 count = sz->tree[0][page];

	block->state = RTALLOC_FREE;
	if (!count && test_bit(page_to_bit(page), sz->live)) {
		block->state = RTALLOC_USED;
		count = page_count(sz, page);
	} else if (!count && page_type(sz, page) == PAGE_META) {
		block->state = RTALLOC_META;
		count = page_count(sz, page);
	}
	block->offset = (u64)page << SZ_PAGE_SHIFT;
	block->size = (u64)count << SZ_PAGE_SHIFT;
	return count;
}

static int slabzone_walk(void *ctrl, struct rtalloc_cursor *cursor,
			 struct rtalloc_block *batch, int max)
{
	struct slabzone *sz = ctrl;
	u64 pos = cursor->pos;
	u32 page, count;
	int n = 0;

	while (n < max && (page = pos >> SZ_PAGE_SHIFT) < sz->nr_pages) {
		memset(&batch[n], 0, sizeof(batch[n]));
		if (page_type(sz, page) == PAGE_SMALL) {
			pos = zone_piece(sz, page_zone(sz, page), pos,
					 &batch[n]);
			n += !!batch[n].size;
			continue;
		}
		/* Inside a run that was made since: go on to its end. */
		count = run_piece(sz, page, &batch[n]);
		n += !!count;
		pos = (u64)(page + max(count, 1u)) << SZ_PAGE_SHIFT;
	}
	cursor->pos = pos;
	return n;
}

/* ---- check ----------------------------------------------------------- */

/* What check adds up on its way, to compare with the counters. */
struct tally {
	size_t used;
	size_t live;
	u32 runs;
	u32 listed;		/* zones that must be on their class's list */
	u32 cached;
};

static int fault_at(struct slabzone *sz, struct rtalloc_fault *fault,
		    const void *where, const char *what)
{
	return rtalloc_fault_set(fault, RTALLOC_CORRUPT,
				 (const u8 *)where - sz->start, what);
}

static int zone_check_free_list(struct slabzone *sz, struct slab_zone *zone,
				struct rtalloc_fault *fault)
{
	u32 want = zone->nr_free - (zone->end - zone->virgin) / zone->chunk;
	u32 offset = zone->free;
	struct link *link;

	for (; offset && want; want--) {
		if (offset < zone->first || offset >= zone->virgin ||
		    (offset - zone->first) % zone->chunk)
			return fault_at(sz, fault, zone,
					"free list leaves its zone");
		if (test_bit(live_bit(sz, zone_at(zone, offset)), sz->live))
			return fault_at(sz, fault, zone_at(zone, offset),
					"live chunk is on the free list");
		link = zone_at(zone, offset);
		if (!link_is_good(link))
			return fault_at(sz, fault, link,
					"chunk was written after its free");
		offset = link->next;
	}
	if (offset || want)
		return fault_at(sz, fault, zone,
				"free list and free count differ");
	return 0;
}

static int zone_check_header(struct slabzone *sz, struct slab_zone *zone,
			     struct rtalloc_fault *fault)
{
	u32 span = sz->zone_pages << SZ_PAGE_SHIFT;

	if (zone->magic != (zone->nr_free ? ZONE_MAGIC : ZONE_FULL))
		return fault_at(sz, fault, zone, "zone header is overwritten");
	if (zone->class >= NR_CLASSES || zone->chunk != class_size(zone->class))
		return fault_at(sz, fault, zone, "zone has a wrong class");
	if (zone->first != zone_first(zone->chunk) ||
	    zone->nr_chunks != (span - zone->first) / zone->chunk ||
	    zone->end != zone->first + zone->nr_chunks * zone->chunk)
		return fault_at(sz, fault, zone, "zone has a wrong layout");
	if (zone->virgin < zone->first || zone->virgin > zone->end ||
	    (zone->virgin - zone->first) % zone->chunk ||
	    zone->nr_free > zone->nr_chunks ||
	    zone->nr_free < (zone->end - zone->virgin) / zone->chunk)
		return fault_at(sz, fault, zone, "zone counts do not fit");
	return 0;
}

static size_t live_between(const struct slabzone *sz, const u8 *from,
			   const u8 *to)
{
	size_t bit = live_bit(sz, from), end = live_bit(sz, to), n = 0;

	for_each_set_bit_from(bit, sz->live, end)
		n++;
	return n;
}

static int zone_check_live(struct slabzone *sz, struct slab_zone *zone,
			   struct tally *tally, struct rtalloc_fault *fault)
{
	u8 *base = (u8 *)zone;
	u32 span = sz->zone_pages << SZ_PAGE_SHIFT;
	size_t live = 0, offset;

	for (offset = zone->first; offset < zone->virgin; offset += zone->chunk)
		live += test_bit(live_bit(sz, base + offset), sz->live);
	if (live != live_between(sz, base, base + span))
		return fault_at(sz, fault, zone, "live bit off a chunk");
	if (live != zone->nr_chunks - zone->nr_free)
		return fault_at(sz, fault, zone,
				"live chunks and free count differ");
	tally->live += live;
	tally->used += live * zone->chunk;
	return 0;
}

static int zone_check(struct slabzone *sz, u32 page, struct tally *tally,
		      struct rtalloc_fault *fault)
{
	struct slab_zone *zone = page_address_of(sz, page);
	u32 i;
	int err;

	for (i = 0; i < sz->zone_pages; i++)
		if (page + i >= sz->nr_pages ||
		    sz->usage[page + i] != zone_page_usage(i))
			return fault_at(sz, fault, zone,
					"page of a zone is marked wrong");
	if (zone->magic == ZONE_CACHED) {
		tally->cached++;
		return 0;
	}
	err = zone_check_header(sz, zone, fault);
	if (!err)
		err = zone_check_free_list(sz, zone, fault);
	if (!err)
		err = zone_check_live(sz, zone, tally, fault);
	tally->listed += !!zone->nr_free;
	return err;
}

/* A run that is no zone: free, large, or the usage words. */
static const char *run_check(struct slabzone *sz, u32 page, u32 count,
			     struct tally *tally)
{
	if (!count || count > sz->nr_pages - page)
		return "page run has no length";
	if (sz->usage[page + count - 1] != sz->usage[page])
		return "page run's ends differ";
	if (page_type(sz, page) == PAGE_META)
		return NULL;
	if (page_type(sz, page) == PAGE_LARGE) {
		tally->used += (size_t)count << SZ_PAGE_SHIFT;
		tally->live++;
		return test_bit(page_to_bit(page), sz->live) ? NULL :
		       "large block has no live bit";
	}
	tally->runs++;
	if (sz->tree[0][page] != count)
		return "free run is not in the tree";
	if (page + count < sz->nr_pages && sz->tree[0][page + count])
		return "two free runs touch";
	return NULL;
}

static int pages_check(struct slabzone *sz, struct tally *tally,
		       struct rtalloc_fault *fault)
{
	u32 page = 0, count;
	const char *what;
	int err;

	for (; page < sz->nr_pages; page += count) {
		if (page_type(sz, page) == PAGE_SMALL) {
			count = sz->zone_pages;
			err = zone_check(sz, page, tally, fault);
			if (err)
				return err;
			continue;
		}
		count = page_count(sz, page);
		what = run_check(sz, page, count, tally);
		if (what)
			return fault_at(sz, fault, page_address_of(sz, page),
					what);
	}
	return 0;
}

static int tree_check(struct slabzone *sz, const struct tally *tally,
		      struct rtalloc_fault *fault)
{
	u32 level, i, n = sz->nr_pages, starts = 0;

	for (i = 0; i < n; i++)
		starts += !!sz->tree[0][i];
	if (starts != tally->runs || starts != sz->nr_runs)
		return fault_at(sz, fault, sz->tree[0],
				"tree and free runs differ");
	for (level = 1; level < sz->nr_levels; level++) {
		n = DIV_ROUND_UP(n, TREE_WIDTH);
		for (i = 0; i < n; i++)
			if (sz->tree[level][i] !=
			    tree_group_max(sz->tree[level - 1] +
					   i * TREE_WIDTH))
				return fault_at(sz, fault, &sz->tree[level][i],
						"tree node is not the maximum");
	}
	return 0;
}

/* Is @zone really the first page of a zone? Says so without touching it. */
static bool zone_is_sane(const struct slabzone *sz, const struct slab_zone *zone)
{
	size_t offset = (const u8 *)zone - sz->start;

	return offset >> LIVE_SHIFT < sz->nr_bits &&
	       !(offset & (SZ_PAGE - 1)) &&
	       sz->usage[offset >> SZ_PAGE_SHIFT] == PAGE_SMALL;
}

static int list_check(struct slabzone *sz, struct slab_zone *const *head, u32 class,
		      u32 *found, struct rtalloc_fault *fault)
{
	u32 bound = sz->nr_pages / sz->zone_pages;
	struct slab_zone *const *at = head;
	struct slab_zone *zone;

	for (zone = *head; zone; at = &zone->next, zone = zone->next) {
		if (!zone_is_sane(sz, zone) || zone->pprev != at || !bound--)
			return fault_at(sz, fault, sz->start,
					"zone list is broken");
		if (class == NR_CLASSES ? zone->magic != ZONE_CACHED :
		    zone->magic != ZONE_MAGIC || zone->class != class)
			return fault_at(sz, fault, zone,
					"zone is on a wrong list");
		(*found)++;
	}
	return 0;
}

static int lists_check(struct slabzone *sz, const struct tally *tally,
		       struct rtalloc_fault *fault)
{
	u32 class, listed = 0, cached = 0;
	int err;

	for (class = 0; class < NR_CLASSES; class++) {
		err = list_check(sz, &sz->class[class], class, &listed, fault);
		if (err)
			return err;
	}
	err = list_check(sz, &sz->cached, NR_CLASSES, &cached, fault);
	if (err)
		return err;
	if (listed != tally->listed)
		return fault_at(sz, fault, sz->start,
				"zone with free chunks is on no list");
	if (cached != tally->cached || cached != sz->nr_cached)
		return fault_at(sz, fault, sz->start,
				"cached zones and their count differ");
	return 0;
}

static int slabzone_check(void *ctrl, struct rtalloc_fault *fault)
{
	struct slabzone *sz = ctrl;
	struct tally tally = {};
	int err;

	err = pages_check(sz, &tally, fault);
	if (!err)
		err = tree_check(sz, &tally, fault);
	if (!err)
		err = lists_check(sz, &tally, fault);
	if (err)
		return err;
	if (tally.live != bitmap_weight(sz->live, sz->nr_bits))
		return fault_at(sz, fault, sz->start, "live bit off a block");
	if (tally.used != used_now(sz) || sz->below_max < 0)
		return fault_at(sz, fault, sz->start, "used is miscounted");
	return 0;
}

/* ---- hooks: trim and init -------------------------------------------- */

static size_t slabzone_trim(void *ctrl, unsigned int step)
{
	struct slabzone *sz = ctrl;
	struct slab_zone *zone, *next;
	size_t pages = 0;

	zone = step < NR_CLASSES ? sz->class[step] : sz->cached;
	for (; zone; zone = next) {
		next = zone->next;
		if (step < NR_CLASSES && zone->nr_free != zone->nr_chunks)
			continue;
		zone_unlink(zone);
		zone_release(sz, zone);
		pages += sz->zone_pages;
	}
	if (step >= NR_CLASSES)
		sz->nr_cached = 0;
	return pages << SZ_PAGE_SHIFT;
}

/* Lay the tables behind @pages pages at @base; returns their end. */
static u8 *tables_place(struct slabzone *sz, u8 *base, size_t pages)
{
	u8 *at = base + (pages << SZ_PAGE_SHIFT);
	size_t n = pages;

	sz->live = (unsigned long *)at;
	at += page_to_bit(pages) / 8;
	for (sz->nr_levels = 0; ; n = DIV_ROUND_UP(n, TREE_WIDTH)) {
		sz->tree[sz->nr_levels++] = (u32 *)at;
		at += round_up(n, TREE_WIDTH) * sizeof(u32);
		if (n <= TREE_WIDTH)
			break;
	}
	return at;
}

/* The largest number of pages that leaves room for its own tables. */
static size_t pages_fit(struct slabzone *sz, u8 *base, size_t size)
{
	size_t pages = size >> SZ_PAGE_SHIFT;

	while (pages && tables_place(sz, base, pages) > base + size)
		pages -= max_t(size_t, 1, (tables_place(sz, base, pages) -
					   (base + size)) >> SZ_PAGE_SHIFT);
	return pages;
}

static u32 zone_pages_for(size_t heap)
{
	u32 size = ZONE_SIZE_MIN;

	while (size < ZONE_SIZE_MAX && 2 * (size_t)size < heap / 1024)
		size *= 2;
	return size >> SZ_PAGE_SHIFT;
}

static int slabzone_init(void *ctrl, void *base, size_t size, size_t align,
			 unsigned int flags)
{
	struct slabzone *sz = ctrl;
	size_t pages = pages_fit(sz, base, size);
	size_t usage = size_to_pages(pages * sizeof(u32));
	u32 zone_size, page;

	if (flags & ~RTALLOC_HEAP_RAW_LOCK)
		return -EINVAL;
	if (pages > PAGES_MAX)
		return -EINVAL;
	sz->zone_pages = zone_pages_for(pages << SZ_PAGE_SHIFT);
	if (pages < usage + sz->zone_pages)
		return -ENOSPC;

	sz->start = base;
	sz->nr_pages = pages;
	sz->nr_bits = page_to_bit(pages);
	zone_size = sz->zone_pages << SZ_PAGE_SHIFT;
	sz->zone_limit = min(zone_size / 4, CHUNK_LIMIT);
	sz->chunk_last = sz->zone_limit - 2;
	sz->usage = base;
	memset(sz->usage, 0, usage << SZ_PAGE_SHIFT);
	for (page = 0; page < pages; page++)
		page_mark(sz, page, PAGE_FREE, 0);
	memset(sz->live, 0, tables_place(sz, base, pages) - (u8 *)sz->live);
	run_mark(sz, 0, PAGE_META, usage);
	run_add(sz, usage, pages - usage);
	return 0;
}

const struct rtalloc_ops slabzone_ops = {
	.name		= "slab",
	.ctrl_size	= sizeof(struct slabzone),
	.default_align	= 8,
	.min_align	= 8,
	.max_align	= 8,
	.bounded	= true,
	.trim_steps	= NR_CLASSES + 1,
	.init		= slabzone_init,
	.alloc		= slabzone_alloc,
	.alloc_aligned	= slabzone_alloc_aligned,
	.resize		= slabzone_resize,
	.free		= slabzone_free,
	.usable_size	= slabzone_usable_size,
	.offset		= slabzone_offset,
	.walk		= slabzone_walk,
	.check		= slabzone_check,
	.stats		= slabzone_stats,
	.trim		= slabzone_trim,
};
