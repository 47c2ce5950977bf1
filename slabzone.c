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
 * What only reads is in backend/slab_look.c, the layout in backend/slabzone.h.
 *
 * Written from a behavioural description; no code taken.
 */
#include <linux/err.h>
#include <linux/math.h>
#include <linux/string.h>

#include "backend/slabzone.h"

/* ---- size classes ---------------------------------------------------- */

/* Eight classes for each power of two; all of 8..128 in steps of 8. */
static inline u32 class_of(size_t size)
{
	u32 order = __fls(size | 64);

	return ((size - 1) >> (order - 3)) + 8 * (order - 6);
}

static size_t size_to_pages(size_t size)
{
	return (size >> SZ_PAGE_SHIFT) + !!(size & (SZ_PAGE - 1));
}

/* ---- usage words ----------------------------------------------------- */

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

/* ---- the tree of run lengths ----------------------------------------- */

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
	count = run_length(sz, page - 1);
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
	u32 count = run_length(sz, page);

	if (page_type(sz, page) != PAGE_LARGE || !count ||
	    count > sz->nr_pages - page ||
	    sz->usage[page + count - 1] != sz->usage[page])
		return -RTALLOC_CORRUPT;
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

	if (align <= 1u << LIVE_SHIFT)
		return slabzone_alloc(ctrl, size);
	if (!size || size > heap || align > heap)
		return NULL;
	if (align > SZ_PAGE)
		return large_alloc_aligned(sz, size, align);
	if (align == SZ_PAGE)
		return large_alloc(sz, size);
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
		zone = zone_by_page(sz, page);
		offset = (const u8 *)p - (u8 *)zone;
		if (!zone_has_layout(sz, zone))
			return -RTALLOC_CORRUPT;
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
	zone = zone_by_page(sz, page);
	if (!zone_is_sound(sz, zone))
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
	struct slab_zone *zone;
	u32 page;

	if (bit >= sz->nr_bits || !test_bit(bit, sz->live))
		return 0;
	page = page_of(sz, p);
	if (page_type(sz, page) == PAGE_SMALL) {
		zone = zone_by_page(sz, page);
		return zone_is_sound(sz, zone) ? zone->chunk : 0;
	}
	return (size_t)run_length(sz, page) << SZ_PAGE_SHIFT;
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
	struct slab_zone *zone;
	u32 page, chunk;

	if (bit >= sz->nr_bits || !test_bit(bit, sz->live))
		return slabzone_fault(sz, p);
	page = page_of(sz, p);
	if (page_type(sz, page) != PAGE_SMALL || *size >= CHUNK_LIMIT)
		return -ENOSPC;
	zone = zone_by_page(sz, page);
	if (!zone_is_sound(sz, zone))
		return -RTALLOC_CORRUPT;
	chunk = class_size(class_of(*size));
	if (chunk == zone->chunk)
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

/* ---- hooks: trim and init -------------------------------------------- */

static int slabzone_trim(void *ctrl, struct rtalloc_sweep *sweep,
			 size_t *bytes)
{
	u32 step = sweep->pos++;
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
	*bytes += pages << SZ_PAGE_SHIFT;
	return step < NR_CLASSES ? -EAGAIN : 0;
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
		return -EFBIG;
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
	.base_align	= SZ_PAGE,
	.bounded	= true,
	.init		= slabzone_init,
	.alloc		= slabzone_alloc,
	.alloc_aligned	= slabzone_alloc_aligned,
	.resize		= slabzone_resize,
	.free		= slabzone_free,
	.usable_size	= slabzone_usable_size,
	.offset		= slabzone_offset,
	.walk		= slabzone_walk,
	.check		= slabzone_check,
	.usage		= slabzone_usage,
	.stats		= slabzone_stats,
	.trim		= slabzone_trim,
};
