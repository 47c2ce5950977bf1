// SPDX-License-Identifier: GPL-2.0-only
/*
 * slabzone.c - backend "slab": runs of pages below, zones of equal chunks
 * above.
 *
 * Behaves as RT-Thread 5.1's slab (after DragonFly's): the same
 * size classes, the same zones and the same order of reuse, so valid requests
 * get the same offsets. A small request takes a chunk from the first zone of
 * its class: first the chunks that were never used, then the one freed last.
 * Larger requests, and the zones themselves, are runs of pages, first fit from
 * the lowest address.
 *
 * Cost: a chunk takes constant time. A run of pages is found and coalesced in
 * O(log8 pages) through a tree of maxima (the original walks a list).
 *
 *   base                                                  base + size
 *   +-----------+------+------+---------+------+----------+--------+
 *   | usage     | zone | zone | run     | zone | free run | tables |
 *   +-----------+------+------+---------+------+----------+--------+
 *   usage: a word for each page, in the heap's first pages
 *   tables: a live bit for every 8 bytes; the zones' records; the tree of run
 *   lengths
 *
 * A bit of `live` is set exactly for the first 8 bytes of each live block. So
 * one test tells a good free from one of a foreign, interior, misaligned or
 * freed pointer.
 *
 * A freed chunk holds the link to the chunk freed before it, and a check word
 * made of the link, the chunk's own place and the heap's cookie. A write after
 * free is noticed when the chunk is handed out again. This link is the only
 * thing that is read from memory where blocks were, and it is tested before it
 * is followed. Everything else lies in the first pages and in the tables. Owner
 * tags are not kept.
 *
 * Runs of pages are in backend/slab_pages.c, functions that only read in
 * backend/slab_inspect.c, the layout in backend/slabzone.h. Written from a
 * behavioural description; no code taken.
 */
#include <linux/err.h>
#include <linux/math.h>
#include <linux/string.h>

#include "backend/slab_fast.h"
#include "backend/steps.h"

#define TRIM_STEPS	8u	/* steps of a trim that giving back a zone counts as */

static size_t size_to_pages(size_t size)
{
	return (size >> ZONE_PAGE_SHIFT) + !!(size & (ZONE_PAGE - 1));
}

/* ---- large blocks ---------------------------------------------------- */

static void *large_take(struct slabzone *sz, u32 page, u32 count)
{
	slab_run_mark(sz, page, PAGE_LARGE, count);
	__set_bit(page_to_bit(page), sz->live);
	usage_add(&sz->in_use, (size_t)count << ZONE_PAGE_SHIFT);
	return page_address_of(sz, page);
}

static void *large_alloc(struct slabzone *sz, size_t size)
{
	size_t count = size_to_pages(size);
	u32 page;

	if (!count)
		return NULL;
	page = slab_run_alloc(sz, count);
	return page == NO_PAGE ? NULL : large_take(sz, page, count);
}

/*
 * Take enough pages for an aligned run to be among them, then give back the
 * pages on both sides of it.
 */
static void *large_alloc_aligned(struct slabzone *sz, size_t size, size_t align)
{
	size_t count = size_to_pages(size);
	size_t span = count + (align >> ZONE_PAGE_SHIFT) - 1;
	u32 page = slab_run_alloc(sz, span);
	size_t skip;

	if (page == NO_PAGE)
		return NULL;
	skip = -(size_t)page_address_of(sz, page) & (align - 1);
	skip >>= ZONE_PAGE_SHIFT;
	slab_run_mark(sz, page, PAGE_LARGE, span);
	if (skip)
		slab_run_free(sz, page, skip);
	if (span > skip + count)
		slab_run_free(sz, page + skip + count, span - skip - count);
	return large_take(sz, page + skip, count);
}

static bool large_is_sound(const struct slabzone *sz, u32 page)
{
	u32 count = run_length(sz, page);

	return page_type(sz, page) == PAGE_LARGE && count &&
	       count <= sz->nr_pages - page &&
	       sz->usage[page + count - 1] == sz->usage[page];
}

static int large_free(struct slabzone *sz, u32 page)
{
	u32 count = run_length(sz, page);

	if (!large_is_sound(sz, page))
		return -RTALLOC_CORRUPT;
	__clear_bit(page_to_bit(page), sz->live);
	usage_sub(&sz->in_use, (size_t)count << ZONE_PAGE_SHIFT);
	slab_run_free(sz, page, count);
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

/*
 * Do the neighbours of @zone in its list point to it? Called before anything is
 * changed.
 */
static bool zone_can_leave(const struct slabzone *sz,
			   const struct slab_zone *zone)
{
	const struct slab_zone *next = zone->next;

	if (next && (size_t)((u8 *)next - (u8 *)sz->zones) >=
		    nr_records(sz) * sizeof(*next))
		return false;
	return zone->pprev && *zone->pprev == zone &&
	       (!next || next->pprev == &zone->next);
}

static void zone_unlink(struct slab_zone *zone)
{
	*zone->pprev = zone->next;
	if (zone->next)
		zone->next->pprev = zone->pprev;
	zone->next = NULL;
	zone->pprev = NULL;
}

static void zone_fence(struct slabzone *sz, struct slab_zone *zone)
{
	u64 *word = (u64 *)zone->start;
	u32 i;

	for (i = 0; i < ZONE_FENCE; i++)
		word[i] = fence_word(sz, zone);
}

/* Make a zone of @class from the memory at @start, which is not read. */
static struct slab_zone *zone_init(struct slabzone *sz, struct slab_zone *zone,
				   u8 *start, u32 class)
{
	u32 chunk = class_size(class), bits = chunk >> LIVE_SHIFT;
	u32 first = zone_first(chunk);
	u32 nr = ((sz->zone_pages << ZONE_PAGE_SHIFT) - first) / chunk;

	first = live_bit(sz, start + first);
	*zone = (struct slab_zone) {
		.start = start,
		.magic = ZONE_MAGIC,
		.nr_free = nr,
		.nr_chunks = nr,
		.chunk = chunk,
		.first = first,
		.unused = first,
		.end = first + nr * bits,
		.inverse = inverse_of(bits >> __ffs(bits)),
		.class = class,
		.shift = __ffs(bits),
	};
	zone_fence(sz, zone);
	return zone;
}

/* Take new pages and write the usage words that lead to the zone's record. */
static struct slab_zone *zone_new(struct slabzone *sz, u32 class)
{
	u32 page = slab_run_alloc(sz, sz->zone_pages), i;

	if (page == NO_PAGE)
		return NULL;
	for (i = 0; i < sz->zone_pages; i++)
		sz->usage[page + i] = zone_usage(page);
	return zone_init(sz, zone_by_page(sz, page), page_address_of(sz, page),
			 class);
}

/*
 * Return a cached zone, or a new one. NULL: there are no pages; an ERR_PTR: a
 * fault.
 */
static struct slab_zone *zone_open(struct slabzone *sz, u32 class)
{
	struct slab_zone *zone = sz->cached;

	if (zone) {
		if (!zone_can_leave(sz, zone))
			return ERR_PTR(-RTALLOC_CORRUPT);
		zone_unlink(zone);
		sz->nr_cached--;
		zone_init(sz, zone, zone->start, class);
	} else {
		zone = zone_new(sz, class);
	}
	if (zone)
		zone_link(&sz->class[class], zone);
	return zone;
}

/*
 * Give back the pages of a zone that is on no list. Their usage words are
 * overwritten, so that none leads to the record any more.
 */
static void zone_release(struct slabzone *sz, struct slab_zone *zone)
{
	u32 page = page_of(sz, zone->start), i;

	zone->magic = ZONE_CACHED;
	for (i = 0; i < sz->zone_pages; i++)
		page_mark(sz, page + i, PAGE_FREE, 0);
	slab_run_free(sz, page, sz->zone_pages);
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

/* ---- hooks: blocks --------------------------------------------------- */

/*
 * Handle all requests that slabzone_alloc_fast() does not: among them the one
 * for the last free chunk of a zone, which then leaves its list.
 */
static void *slabzone_alloc_slow(struct slabzone *sz, size_t size)
{
	struct slab_zone *zone;
	void *p;

	if (size >= sz->zone_limit)
		return large_alloc(sz, size);
	if (!size)
		return NULL;
	zone = sz->class[class_of(size)] ?: zone_open(sz, class_of(size));
	if (IS_ERR_OR_NULL(zone))
		return zone;
	if (zone->magic != ZONE_MAGIC || !zone->nr_free ||
	    !zone_can_leave(sz, zone) || !chunk_alloc(sz, zone, &p))
		return ERR_PTR(-RTALLOC_CORRUPT);
	if (!zone->nr_free) {
		zone_unlink(zone);
		zone->magic = ZONE_FULL;
	}
	return p;
}

static void *slabzone_alloc(void *ctrl, size_t size)
{
	void *p;

	return slabzone_alloc_fast(ctrl, size, &p) ? p :
	       slabzone_alloc_slow(ctrl, size);
}

static int slabzone_alloc_many(void *ctrl, size_t size, void **p,
			       unsigned int n)
{
	return rtalloc_alloc_each(slabzone_alloc, ctrl, size, p, n);
}

static void *slabzone_alloc_aligned(void *ctrl, size_t size, size_t align)
{
	struct slabzone *sz = ctrl;
	size_t heap = (size_t)sz->nr_pages << ZONE_PAGE_SHIFT;
	size_t chunk;

	if (align <= 1u << LIVE_SHIFT)
		return slabzone_alloc(ctrl, size);
	if (!size || size > heap || align > heap)
		return NULL;
	if (align > ZONE_PAGE)
		return large_alloc_aligned(sz, size, align);
	if (align == ZONE_PAGE)
		return large_alloc(sz, size);
	chunk = roundup_pow_of_two(max(size, align));
	if (chunk >= sz->zone_limit)
		return large_alloc(sz, size);
	return slabzone_alloc(sz, chunk);
}

/* Return why there is no live bit for @p. Not a hot path, so it may divide. */
static noinline int slabzone_fault(struct slabzone *sz, const void *p)
{
	size_t offset = (const u8 *)p - sz->start;
	struct slab_zone *zone;
	u32 page;

	if (offset >> LIVE_SHIFT >= sz->nr_bits)
		return -RTALLOC_FOREIGN;
	page = offset >> ZONE_PAGE_SHIFT;
	if (page_type(sz, page) == PAGE_SMALL) {
		zone = zone_by_page(sz, page);
		if (!zone_has_layout(sz, zone))
			return -RTALLOC_CORRUPT;
		return block_bit(sz, p) < sz->nr_bits &&
		       chunk_number(zone, block_bit(sz, p)) <
		       zone_nr_used(zone) ?
		       -RTALLOC_DOUBLE_FREE : -RTALLOC_NOT_A_BLOCK;
	}
	if (page_type(sz, page) != PAGE_META && !(offset & (ZONE_PAGE - 1)) &&
	    sz->tree[0][page])
		return -RTALLOC_DOUBLE_FREE;
	return -RTALLOC_NOT_A_BLOCK;
}

static bool zone_leaves(struct slabzone *sz, struct slab_zone *zone)
{
	return zone->nr_free + 1 == zone->nr_chunks && !zone_stays(sz, zone);
}

/* Can a chunk be freed into @zone? Tests everything that will be written to. */
static bool zone_takes(struct slabzone *sz, struct slab_zone *zone)
{
	return zone_is_sound(sz, zone) &&
	       zone->magic == (zone->nr_free ? ZONE_MAGIC : ZONE_FULL) &&
	       (!zone_leaves(sz, zone) || zone_can_leave(sz, zone));
}

static int chunk_free_slow(struct slabzone *sz, struct slab_zone *zone, void *p,
			   size_t bit)
{
	bool was_full = !zone->nr_free;
	bool leaves = zone_leaves(sz, zone);

	if (!zone_takes(sz, zone))
		return -RTALLOC_CORRUPT;
	__clear_bit(bit, sz->live);
	chunk_free(sz, zone, p, bit);
	if (was_full) {
		zone->magic = ZONE_MAGIC;
		zone_link(&sz->class[zone->class], zone);
	} else if (leaves) {
		zone_emptied(sz, zone);
	}
	return 0;
}

/*
 * Handle all frees that slabzone_free_fast() does not: among them the first
 * free of a chunk in a full zone, the last one in any zone, and faults.
 */
static int slabzone_free_slow(struct slabzone *sz, void *p)
{
	size_t bit = block_bit(sz, p);
	u32 page;

	if (bit >= sz->nr_bits || !test_bit(bit, sz->live))
		return slabzone_fault(sz, p);
	page = page_of(sz, p);
	if (page_type(sz, page) != PAGE_SMALL)
		return large_free(sz, page);
	return chunk_free_slow(sz, zone_by_page(sz, page), p, bit);
}

static int slabzone_loss_fault(void *ctrl, void *p, size_t size)
{
	struct slabzone *sz = ctrl;
	size_t bit = block_bit(sz, p);
	bool sound;
	u32 page;

	if (bit >= sz->nr_bits || !test_bit(bit, sz->live))
		return slabzone_fault(sz, p);
	if (size)
		return -ENOSPC;
	page = page_of(sz, p);
	sound = page_type(sz, page) == PAGE_SMALL ?
		zone_takes(sz, zone_by_page(sz, page)) :
		large_is_sound(sz, page);
	return sound ? 0 : -RTALLOC_CORRUPT;
}

static int slabzone_free(void *ctrl, void *p)
{
	return slabzone_free_fast(ctrl, p) ? 0 : slabzone_free_slow(ctrl, p);
}

static unsigned int slabzone_free_many(void *ctrl, void **p, unsigned int n,
				       int *err)
{
	return rtalloc_free_each(slabzone_free, ctrl, p, n, err);
}

/*
 * A chunk is resized in place only within its own class. A run of pages always
 * moves, also to the same number of pages. As in the original, a small block
 * that moves asks for the full size of its new class.
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
	if (page_type(sz, page) != PAGE_SMALL || *size > CHUNK_LIMIT)
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

/* ---- hooks: trim and init -------------------------------------------- */

/* Give @zone back if no chunk of it is live. */
static bool zone_trim(struct slabzone *sz, struct slab_zone *zone)
{
	bool is_cached = zone->magic == ZONE_CACHED;

	if ((!is_cached && zone->nr_free != zone->nr_chunks) ||
	    !zone_can_leave(sz, zone))
		return false;
	zone_unlink(zone);
	sz->nr_cached -= is_cached;
	zone_release(sz, zone);
	return true;
}

/* Return a number of pages from @page on that certainly may be skipped. */
static u32 run_ahead(const struct slabzone *sz, u32 page)
{
	if (sz->tree[0][page])
		return sz->tree[0][page];
	return test_bit(page_to_bit(page), sz->live) ?
	       max(run_length(sz, page), 1u) : 1;
}

/*
 * Process the pages in order. Zones that become empty behind the place reached
 * so far are left to the next trim. If that place now lies inside a run,
 * continue at the end of the run.
 */
static int slabzone_trim(void *ctrl, struct rtalloc_sweep *sweep, size_t *bytes)
{
	struct slabzone *sz = ctrl;
	struct slab_zone *zone;
	u32 steps = sweep->steps, page;

	while ((page = sweep->pos) < sz->nr_pages) {
		if (!steps)
			return -EAGAIN;
		steps--;
		if (page_type(sz, page) != PAGE_SMALL) {
			sweep->pos += run_ahead(sz, page);
			continue;
		}
		zone = zone_by_page(sz, page);
		sweep->pos = page_of(sz, zone->start) + sz->zone_pages;
		if (!zone_trim(sz, zone))
			continue;
		*bytes += (size_t)sz->zone_pages << ZONE_PAGE_SHIFT;
		steps -= min(steps, TRIM_STEPS);
	}
	return 0;
}

/*
 * Return the largest number of pages that leaves room for their tables. A step
 * gives up half of the excess, because with each page go its tables too.
 * Distances are compared, because tables that do not fit may end beyond the
 * last address.
 */
static size_t pages_fit(struct slabzone *sz, u8 *base, size_t size)
{
	size_t pages = size >> ZONE_PAGE_SHIFT, needs;

	for (; pages; pages -= max_t(size_t, 1,
				     (needs - size) / (2 * ZONE_PAGE))) {
		needs = slab_tables_place(sz, base, pages) - base;
		if (needs <= size)
			break;
	}
	return pages;
}

static u32 zone_pages_for(size_t heap)
{
	u32 size = ZONE_SIZE_MIN;

	while (size < ZONE_SIZE_MAX && 2 * (size_t)size < heap / 1024)
		size *= 2;
	return size >> ZONE_PAGE_SHIFT;
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
	sz->zone_pages = zone_pages_for(pages << ZONE_PAGE_SHIFT);
	if (pages < usage + sz->zone_pages)
		return -ENOSPC;

	sz->start = base;
	sz->nr_pages = pages;
	sz->nr_bits = page_to_bit(pages);
	zone_size = sz->zone_pages << ZONE_PAGE_SHIFT;
	sz->zone_limit = min(zone_size / 4, CHUNK_LIMIT);
	sz->chunk_last = sz->zone_limit - 2;
	sz->usage = base;
	sz->key = sz->cookie ^ (u64)sz->cookie >> 32;
	memset(sz->usage, 0, usage << ZONE_PAGE_SHIFT);
	for (page = 0; page < pages; page++)
		page_mark(sz, page, PAGE_FREE, 0);
	memset(sz->live, 0, slab_tables_place(sz, base, pages) - (u8 *)sz->live);
	slab_run_mark(sz, 0, PAGE_META, usage);
	slab_run_add(sz, usage, pages - usage);
	return 0;
}

const struct rtalloc_ops slabzone_ops = {
	.name		= "slab",
	.ctrl_size	= sizeof(struct slabzone),
	.default_align	= 8,
	.min_align	= 8,
	.max_align	= 8,
	.base_align	= ZONE_PAGE,
	.bounded	= true,
	.fast		= RTALLOC_FAST_SLAB,
	.init		= slabzone_init,
	.alloc		= slabzone_alloc,
	.alloc_many	= slabzone_alloc_many,
	.alloc_aligned	= slabzone_alloc_aligned,
	.resize		= slabzone_resize,
	.free		= slabzone_free,
	.free_many	= slabzone_free_many,
	.loss_fault	= slabzone_loss_fault,
	.usable_size	= slabzone_usable_size,
	.offset		= slabzone_offset,
	.walk		= slabzone_walk,
	.check		= slabzone_check,
	.usage		= slabzone_usage,
	.stats		= slabzone_stats,
	.trim		= slabzone_trim,
};
