// SPDX-License-Identifier: GPL-2.0-only
/*
 * slab_inspect.c - the part of backend "slab" that only reads: statistics, walk
 * and check. The check trusts nothing: each structure is compared with the
 * others, and every pointer is tested before it is followed.
 *
 * Statistics take constant time. A walk is bounded by its batch; when it has to
 * search for the place to continue it inspects SKIP_MAX pages. A check
 * continues where it stopped. One step of it is a run of pages, a chunk, a node
 * of the tree, a zone in a list, or WEIGH_WORDS words of live bits.
 */
#include <linux/bitops.h>
#include <linux/math.h>
#include <linux/string.h>

#include "backend/slabzone.h"

#define SKIP_MAX	(8 * RTALLOC_HOLD_STEPS)	/* pages */
#define WEIGH_WORDS	8u	/* words of live bits that count as one step */

size_t slabzone_usable_size(void *ctrl, const void *p)
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
	return (size_t)run_length(sz, page) << ZONE_PAGE_SHIFT;
}

u64 slabzone_offset(void *ctrl, const void *p)
{
	struct slabzone *sz = ctrl;
	size_t offset = (const u8 *)p - sz->start;

	return offset >> LIVE_SHIFT < sz->nr_bits ? offset : ~0ull;
}

void slabzone_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset)
{
	struct slabzone *sz = ctrl;

	snap->total = (u64)sz->nr_pages << ZONE_PAGE_SHIFT;
	snap->used = usage_now(&sz->in_use);
	snap->max_used = sz->in_use.max_used;
	if (reset)
		usage_restart(&sz->in_use);
}

void slabzone_stats(void *ctrl, struct rtalloc_snapshot *snap)
{
	struct slabzone *sz = ctrl;
	u64 run = (u64)tree_max(sz) << ZONE_PAGE_SHIFT;
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

/*
 * Describe the chunk at *@bit, or the run of idle chunks that begins there.
 * Return where it ends.
 */
static u32 chunk_piece(struct slabzone *sz, struct slab_zone *zone, u32 *bit,
		       struct rtalloc_block *block)
{
	u32 chunk = zone->chunk >> LIVE_SHIFT, next = zone->end;

	*bit = zone->first + roundup(*bit - zone->first, chunk);
	if (zone->nr_free != zone->nr_chunks)
		next = find_next_bit(sz->live, zone->end, *bit);
	block->state = RTALLOC_IDLE;
	if (next != *bit)
		return min(next, zone->end);
	block->state = RTALLOC_USED;
	return min(next + chunk, zone->end);
}

/* Describe the piece of a zone at offset @pos or behind it. Return where it ends. */
static u64 zone_piece(struct slabzone *sz, struct slab_zone *zone, u64 pos,
		      struct rtalloc_block *block)
{
	u32 bit = pos >> LIVE_SHIFT;
	u64 next = zone->start - sz->start +
		   ((u64)sz->zone_pages << ZONE_PAGE_SHIFT);

	block->state = RTALLOC_META;
	if (zone->magic == ZONE_CACHED) {
		block->state = RTALLOC_IDLE;
	} else if (!zone_is_sound(sz, zone)) {
		/* All of it. */
	} else if (bit < zone->first) {
		next = (u64)zone->first << LIVE_SHIFT;
	} else if (bit < zone->end) {
		next = (u64)chunk_piece(sz, zone, &bit, block) << LIVE_SHIFT;
		pos = (u64)bit << LIVE_SHIFT;
	}
	block->offset = pos;
	block->size = next - pos;
	return next;
}

/*
 * Return the zone that the usage word of @page leads to, or NULL if it leads to
 * none.
 */
static struct slab_zone *zone_at_page(struct slabzone *sz, u32 page)
{
	u32 usage = sz->usage[page], first;
	struct slab_zone *zone = zone_of(sz, usage);
	size_t offset;

	if (usage % sizeof(*zone) || usage / sizeof(*zone) >= nr_records(sz))
		return NULL;
	offset = zone->start - sz->start;
	first = offset >> ZONE_PAGE_SHIFT;
	if (offset >> LIVE_SHIFT >= sz->nr_bits || offset & (ZONE_PAGE - 1) ||
	    zone_usage(first) != usage || page - first >= sz->zone_pages ||
	    first + sz->zone_pages > sz->nr_pages)
		return NULL;
	return zone;
}

/*
 * Describe the piece at offset @pos, whose page is in no zone. Return its
 * pages, or 0 if no run begins at that page.
 */
static u32 run_piece(struct slabzone *sz, u64 pos, struct rtalloc_block *block)
{
	u32 page = pos >> ZONE_PAGE_SHIFT;
	u32 count = sz->tree[0][page];
	u64 end;

	block->state = RTALLOC_FREE;
	if (!count && test_bit(page_to_bit(page), sz->live)) {
		block->state = RTALLOC_USED;
		count = run_length(sz, page);
	} else if (!count && !page) {
		block->state = RTALLOC_META;
		count = run_length(sz, page);
	}
	count = min(count, sz->nr_pages - page);
	end = (u64)(page + count) << ZONE_PAGE_SHIFT;
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
	u32 page, count, skipped = 0;
	int n = 0;

	while (n < max && skipped < SKIP_MAX &&
	       pos >> ZONE_PAGE_SHIFT < sz->nr_pages) {
		page = pos >> ZONE_PAGE_SHIFT;
		memset(&batch[n], 0, sizeof(batch[n]));
		zone = page_type(sz, page) == PAGE_SMALL ?
		       zone_at_page(sz, page) : NULL;
		if (zone) {
			pos = zone_piece(sz, zone, pos, &batch[n]);
			n += !!batch[n].size;
			continue;
		}
		/*
		 * @pos may be inside a run that was made since the last call:
		 * continue at the end of that run.
		 */
		count = run_piece(sz, pos, &batch[n]);
		n += !!count;
		skipped += !count;
		pos = (u64)(page + max(count, 1u)) << ZONE_PAGE_SHIFT;
	}
	cursor->pos = pos;
	return n || skipped < SKIP_MAX ? n : -EAGAIN;
}

/* ---- check ----------------------------------------------------------- */

/* The phases of a check; each phase above CHECK_TREE is a level of the tree. */
enum {
	CHECK_RUN,		/* the run or the zone that begins at page sweep->pos */
	CHECK_FREED,		/* the freed chunks of that zone */
	CHECK_LIVE,		/* the live chunks of that zone */
	CHECK_STARTS,		/* the tree's leaves, in groups */
	CHECK_LISTS,		/* the lists of zones; sweep->pos: the class */
	CHECK_WEIGHT,		/* all live bits, by words */
	CHECK_TOTALS,
	CHECK_TREE,		/* level sweep->phase - CHECK_TREE, above 0 */
};

/* Sums that the check compares with the counters at the end. */
struct tally {
	u64 used;
	u32 live;
	u32 runs;
	u32 listed;		/* zones that must be on their class's list */
	u32 cached;
	u32 at;			/* position in a zone or a list; depends on the phase */
	u32 left;
};

static_assert(sizeof(struct tally) <=
	      sizeof(((struct rtalloc_sweep *)0)->tally));

/* The arguments and the state of a check. */
struct look {
	struct slabzone *sz;
	struct rtalloc_sweep *sweep;
	struct tally *tally;
	struct rtalloc_fault *fault;
};

static int fault_at(const struct look *look, const void *where,
		    const char *what)
{
	return rtalloc_fault_set(look->fault, RTALLOC_CORRUPT,
				 (const u8 *)where - look->sz->start, what);
}

static void phase_set(const struct look *look, unsigned int phase, u64 pos)
{
	look->sweep->phase = phase;
	look->sweep->pos = pos;
	look->tally->at = 0;
	look->tally->left = 0;
}

/* ---- check: zones ---------------------------------------------------- */

static const char *zone_header_fault(const struct slabzone *sz,
				     const struct slab_zone *zone)
{
	u32 span = sz->zone_pages << ZONE_PAGE_SHIFT, first, bits, i;

	if (zone->magic != (zone->nr_free ? ZONE_MAGIC : ZONE_FULL))
		return "zone header is overwritten";
	for (i = 0; i < ZONE_FENCE; i++)
		if (((const u64 *)zone->start)[i] != fence_word(sz, zone))
			return "zone header is overwritten";
	if (zone->class >= NR_CLASSES || zone->chunk != class_size(zone->class))
		return "zone has a wrong class";
	first = zone_first(zone->chunk);
	bits = zone->chunk >> LIVE_SHIFT;
	if (zone->first != zone_bit(sz, zone) + first / 8 ||
	    zone->nr_chunks != (span - first) / zone->chunk ||
	    zone->end != zone->first + zone->nr_chunks * bits ||
	    zone->shift != __ffs(bits) ||
	    (bits >> zone->shift) * zone->inverse != 1)
		return "zone has a wrong layout";
	if (zone_nr_used(zone) > zone->nr_chunks ||
	    zone->nr_free > zone->nr_chunks ||
	    zone->nr_free < zone->nr_chunks - zone_nr_used(zone))
		return "zone counts do not fit";
	return NULL;
}

/*
 * Test the record and the pages of a zone; its chunks follow in the next steps.
 */
static int zone_check(const struct look *look, u32 page)
{
	struct slabzone *sz = look->sz;
	struct slab_zone *zone = zone_at_page(sz, page);
	void *start = page_address_of(sz, page);
	const char *what;
	u32 i;

	if (!zone || zone->start != start)
		return fault_at(look, start, "page of a zone is marked wrong");
	for (i = 0; i < sz->zone_pages; i++)
		if (sz->usage[page + i] != zone_usage(page))
			return fault_at(look, start,
					"page of a zone is marked wrong");
	if (zone->magic == ZONE_CACHED) {
		look->tally->cached++;
		look->sweep->pos += sz->zone_pages;
		return 0;
	}
	what = zone_header_fault(sz, zone);
	if (what)
		return fault_at(look, start, what);
	look->tally->listed += !!zone->nr_free;
	phase_set(look, CHECK_FREED, page);
	look->tally->at = zone->free;
	look->tally->left = zone->nr_free -
			    (zone->nr_chunks - zone_nr_used(zone));
	return 0;
}

/* Test one freed chunk of a zone, or that no more follow. */
static int freed_check(const struct look *look, struct slab_zone *zone)
{
	struct slabzone *sz = look->sz;
	struct tally *tally = look->tally;
	u32 bit = tally->at;

	if (!bit && !tally->left) {
		phase_set(look, CHECK_LIVE, look->sweep->pos);
		tally->at = zone_bit(sz, zone);
		return 0;
	}
	if (!bit || !tally->left)
		return fault_at(look, zone->start,
				"free list and free count differ");
	if (chunk_number(zone, bit) >= zone_nr_used(zone))
		return fault_at(look, zone->start,
				"free list leaves its zone");
	if (test_bit(bit, sz->live))
		return fault_at(look, bit_address(sz, bit),
				"live chunk is on the free list");
	if (!link_is_good(sz, bit))
		return fault_at(look, bit_address(sz, bit),
				"chunk was written after its free");
	tally->at = ((struct link *)bit_address(sz, bit))->next;
	tally->left--;
	return 0;
}

/* Test one live bit of a zone, or that no more follow. */
static int live_check(const struct look *look, struct slab_zone *zone)
{
	struct slabzone *sz = look->sz;
	struct tally *tally = look->tally;
	u32 end = zone_bit(sz, zone) + page_to_bit(sz->zone_pages);
	u32 bit = find_next_bit(sz->live, end, tally->at);

	if (bit < end) {
		if (chunk_number(zone, bit) >= zone_nr_used(zone))
			return fault_at(look, zone->start,
					"live bit off a chunk");
		tally->at = bit + 1;
		tally->left++;
		return 0;
	}
	if (tally->left != zone->nr_chunks - zone->nr_free)
		return fault_at(look, zone->start,
				"live chunks and free count differ");
	tally->live += tally->left;
	tally->used += (u64)tally->left * zone->chunk;
	phase_set(look, CHECK_RUN, look->sweep->pos + sz->zone_pages);
	return 0;
}

/* ---- check: page runs and their tree --------------------------------- */

/* Test a run that is not a zone: free, a large block, or the usage words. */
static const char *run_fault(struct slabzone *sz, u32 page, u32 count,
			     struct tally *tally)
{
	if (!count || count > sz->nr_pages - page)
		return "page run has no length";
	if (sz->usage[page + count - 1] != sz->usage[page])
		return "page run's ends differ";
	if (page_type(sz, page) == PAGE_META)
		return NULL;
	if (page_type(sz, page) == PAGE_LARGE) {
		tally->used += (u64)count << ZONE_PAGE_SHIFT;
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

static int run_check(const struct look *look)
{
	struct slabzone *sz = look->sz;
	u32 page = look->sweep->pos, count;
	const char *what;

	if (page >= sz->nr_pages) {
		phase_set(look, CHECK_STARTS, 0);
		return 0;
	}
	if (page_type(sz, page) == PAGE_SMALL)
		return zone_check(look, page);
	count = run_length(sz, page);
	what = run_fault(sz, page, count, look->tally);
	if (what)
		return fault_at(look, page_address_of(sz, page), what);
	look->sweep->pos += count;
	return 0;
}

/* Test eight leaves of the tree. tally->left counts runs. */
static int starts_check(const struct look *look)
{
	struct slabzone *sz = look->sz;
	struct tally *tally = look->tally;
	u32 i = look->sweep->pos * TREE_WIDTH;
	u32 end = min(i + TREE_WIDTH, sz->nr_pages);

	if (i < sz->nr_pages) {
		for (; i < end; i++)
			tally->left += !!sz->tree[0][i];
		look->sweep->pos++;
		return 0;
	}
	if (tally->left != tally->runs || tally->runs != sz->nr_runs)
		return fault_at(look, sz->tree[0],
				"tree and free runs differ");
	phase_set(look, CHECK_TREE + 1, 0);
	return 0;
}

/*
 * Test one node of the tree. tally->left counts the nodes of this level and is
 * 0 when the level begins.
 */
static int node_check(const struct look *look)
{
	struct slabzone *sz = look->sz;
	u32 level = look->sweep->phase - CHECK_TREE, i = look->sweep->pos;

	if (level >= sz->nr_levels) {
		phase_set(look, CHECK_LISTS, 0);
		return 0;
	}
	if (i >= DIV_ROUND_UP(sz->nr_pages, 1u << TREE_SHIFT * level)) {
		phase_set(look, look->sweep->phase + 1, 0);
		return 0;
	}
	if (sz->tree[level][i] !=
	    tree_group_max(sz->tree[level - 1] + i * TREE_WIDTH))
		return fault_at(look, &sz->tree[level][i],
				"tree node is not the maximum");
	look->sweep->pos++;
	return 0;
}

/* ---- check: lists and totals ----------------------------------------- */

/*
 * Can @zone be the record of a zone? Nothing of it is read before that is
 * known.
 */
static bool zone_is_sane(struct slabzone *sz, const struct slab_zone *zone)
{
	size_t offset = (const u8 *)zone - (const u8 *)sz->zones;
	size_t start;

	if (offset / sizeof(*zone) >= nr_records(sz) ||
	    offset % sizeof(*zone))
		return false;
	start = zone->start - sz->start;
	return start >> LIVE_SHIFT < sz->nr_bits &&
	       page_type(sz, start >> ZONE_PAGE_SHIFT) == PAGE_SMALL &&
	       zone_at_page(sz, start >> ZONE_PAGE_SHIFT) == zone;
}

/*
 * All lists have been followed. tally->left counts the cached zones that were
 * found.
 */
static int lists_end(const struct look *look)
{
	struct slabzone *sz = look->sz;
	struct tally *tally = look->tally;

	if (tally->listed)
		return fault_at(look, sz->start,
				"zone with free chunks is on no list");
	if (tally->left != tally->cached || tally->left != sz->nr_cached)
		return fault_at(look, sz->start,
				"cached zones and their count differ");
	phase_set(look, CHECK_WEIGHT, 0);
	return 0;
}

/*
 * Test one zone of a list, or the list's end. tally->at is the number of the
 * record before it, plus 1. A list cannot be a circle, because each zone knows
 * the one before it. Zones of classes are counted down, cached ones up.
 */
static int list_check(const struct look *look)
{
	struct slabzone *sz = look->sz;
	struct tally *tally = look->tally;
	u32 class = look->sweep->pos;
	bool is_cache = class == NR_CLASSES;
	struct slab_zone **at = tally->at ? &sz->zones[tally->at - 1].next :
				is_cache ? &sz->cached : &sz->class[class];
	struct slab_zone *zone = *at;

	if (!zone && is_cache)
		return lists_end(look);
	if (!zone) {
		phase_set(look, CHECK_LISTS, class + 1);
		return 0;
	}
	if (!zone_is_sane(sz, zone) || zone->pprev != at)
		return fault_at(look, sz->start, "zone list is broken");
	if (is_cache ? zone->magic != ZONE_CACHED :
	    zone->magic != ZONE_MAGIC || zone->class != class)
		return fault_at(look, zone->start, "zone is on a wrong list");
	tally->left += is_cache;
	tally->listed -= !is_cache;
	tally->at = zone - sz->zones + 1;
	return 0;
}

/*
 * Count the set bits in some words of live bits. tally->left is the sum so far.
 */
static int weight_check(const struct look *look)
{
	struct slabzone *sz = look->sz;
	size_t word = look->sweep->pos;
	size_t end = min(word + WEIGH_WORDS, sz->nr_bits / BITS_PER_LONG);

	for (; word < end; word++)
		look->tally->left += hweight_long(sz->live[word]);
	if (look->sweep->pos != end) {
		look->sweep->pos = end;
		return 0;
	}
	if (look->tally->live != look->tally->left)
		return fault_at(look, sz->start, "live bit off a block");
	phase_set(look, CHECK_TOTALS, 0);
	return 0;
}

static int check_step(const struct look *look)
{
	struct slabzone *sz = look->sz;
	struct slab_zone *zone;

	switch (look->sweep->phase) {
	case CHECK_RUN:
		return run_check(look);
	case CHECK_FREED:
	case CHECK_LIVE:
		zone = zone_by_page(sz, look->sweep->pos);
		return look->sweep->phase == CHECK_FREED ?
		       freed_check(look, zone) : live_check(look, zone);
	case CHECK_STARTS:
		return starts_check(look);
	case CHECK_LISTS:
		return list_check(look);
	case CHECK_WEIGHT:
		return weight_check(look);
	default:
		return node_check(look);
	}
}

int slabzone_check(void *ctrl, struct rtalloc_sweep *sweep,
		   struct rtalloc_fault *fault)
{
	struct slabzone *sz = ctrl;
	struct look look = {
		.sz = sz,
		.sweep = sweep,
		.tally = (struct tally *)sweep->tally,
		.fault = fault,
	};
	unsigned int steps;
	int err;

	for (steps = sweep->steps; sweep->phase != CHECK_TOTALS; steps--) {
		if (!steps)
			return -EAGAIN;
		err = check_step(&look);
		if (err)
			return err;
	}
	if (look.tally->used != usage_now(&sz->in_use) || sz->in_use.below_max < 0)
		return fault_at(&look, sz->start, "used is miscounted");
	return 0;
}
