// SPDX-License-Identifier: GPL-2.0-only
/*
 * slab_look.c - backend "slab", the part that only reads: statistics, walk,
 * check. Check believes nothing: each structure is compared with the others,
 * and every pointer is tested before it is followed.
 */
#include <linux/bitmap.h>
#include <linux/math.h>
#include <linux/string.h>

#include "backend/slabzone.h"

void slabzone_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset)
{
	struct slabzone *sz = ctrl;

	snap->total = (u64)sz->nr_pages << SZ_PAGE_SHIFT;
	snap->used = used_now(sz);
	snap->max_used = sz->max_used;
	if (reset) {
		sz->max_used = used_now(sz);
		sz->below_max = 0;
	}
}

void slabzone_stats(void *ctrl, struct rtalloc_snapshot *snap)
{
	struct slabzone *sz = ctrl;
	u64 run = (u64)tree_max(sz) << SZ_PAGE_SHIFT;
	u32 class;

	slabzone_usage(ctrl, snap, false);
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
	} else if (!zone_is_sound(sz, zone)) {
		next = stop;
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

/* The zone that @page says it belongs to, if that can be. */
static struct slab_zone *zone_at_page(struct slabzone *sz, u32 page)
{
	u32 usage = sz->usage[page], index = usage >> SZ_PAGE_SHIFT;

	if (usage != zone_page_usage(index) || index >= sz->zone_pages ||
	    index > page || page - index + sz->zone_pages > sz->nr_pages ||
	    sz->usage[page - index] != zone_page_usage(0))
		return NULL;
	return zone_by_page(sz, page);
}

/*
 * The piece at offset @pos, whose page is in no zone; returns its pages, 0 when
 * no run begins in that page.
 */
static u32 run_piece(struct slabzone *sz, u64 pos, struct rtalloc_block *block)
{
	u32 page = pos >> SZ_PAGE_SHIFT;
	u32 count = sz->tree[0][page];
	u64 end;

	block->state = RTALLOC_FREE;
	if (!count && test_bit(page_to_bit(page), sz->live)) {
		block->state = RTALLOC_USED;
		count = run_length(sz, page);
	} else if (!count && page_type(sz, page) == PAGE_META) {
		block->state = RTALLOC_META;
		count = run_length(sz, page);
	}
	count = min(count, sz->nr_pages - page);
	end = (u64)(page + count) << SZ_PAGE_SHIFT;
	block->offset = pos;
	block->size = count ? end - pos : 0;
	return count;
}

int slabzone_walk(void *ctrl, struct rtalloc_cursor *cursor,
		  struct rtalloc_block *batch, int max)
{
	struct slabzone *sz = ctrl;
	struct slab_zone *zone;
	u64 pos = cursor->pos;
	u32 page, count;
	int n = 0;

	while (n < max && (page = pos >> SZ_PAGE_SHIFT) < sz->nr_pages) {
		memset(&batch[n], 0, sizeof(batch[n]));
		zone = page_type(sz, page) == PAGE_SMALL ?
		       zone_at_page(sz, page) : NULL;
		if (zone) {
			pos = zone_piece(sz, zone, pos, &batch[n]);
			n += !!batch[n].size;
			continue;
		}
		/* Inside a run that was made since: go on to its end. */
		count = run_piece(sz, pos, &batch[n]);
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
		count = run_length(sz, page);
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

int slabzone_check(void *ctrl, struct rtalloc_sweep *sweep,
		struct rtalloc_fault *fault)
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
