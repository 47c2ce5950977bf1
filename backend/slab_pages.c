// SPDX-License-Identifier: GPL-2.0-only
/*
 * slab_pages.c - the lower half of backend "slab": runs of whole pages. The
 * upper half and the picture are in slabzone.c.
 *
 * A run is described by the usage words of its first and last page and, if it
 * is free, by the tree of run lengths. All of that lies where no block ever
 * was, so nothing in the memory of a run is read.
 *
 * Cost: a search or a change reads 8 nodes on each level of the tree.
 */
#include <linux/math.h>

#include "backend/slabzone.h"

/* ---- usage words ----------------------------------------------------- */

void slab_run_mark(struct slabzone *sz, u32 page, enum page_type type,
		   u32 count)
{
	page_mark(sz, page, type, count);
	page_mark(sz, page + count - 1, type, count);
}

/* ---- the tree of run lengths ----------------------------------------- */

/*
 * Record that a free run of @count pages begins at @page, or, if @count is 0,
 * that none begins there any more. Stops at the first level whose maximum does
 * not change.
 */
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

/*
 * Return the first page of the lowest free run of at least @count pages, or
 * NO_PAGE.
 */
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

void slab_run_add(struct slabzone *sz, u32 page, u32 count)
{
	slab_run_mark(sz, page, PAGE_FREE, count);
	tree_set(sz, page, count);
	sz->nr_runs++;
}

static void run_remove(struct slabzone *sz, u32 page)
{
	tree_set(sz, page, 0);
	sz->nr_runs--;
}

u32 slab_run_alloc(struct slabzone *sz, size_t count)
{
	u32 page = tree_find(sz, count);
	u32 rest;

	if (page == NO_PAGE)
		return NO_PAGE;
	rest = sz->tree[0][page] - count;
	run_remove(sz, page);
	if (rest)
		slab_run_add(sz, page + count, rest);
	return page;
}

/*
 * Return the length of the free run that ends before @page, or 0 if there is
 * none. The usage word of its last page gives the length, and the tree must
 * agree.
 */
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

void slab_run_free(struct slabzone *sz, u32 page, u32 count)
{
	u32 before = run_before(sz, page);
	u32 after = 0;

	if (page + count < sz->nr_pages)
		after = sz->tree[0][page + count];
	if (before)
		run_remove(sz, page - before);
	if (after)
		run_remove(sz, page + count);
	slab_run_add(sz, page - before, before + count + after);
}

/* ---- where they lie --------------------------------------------------- */

/* Place the tables behind @pages pages at @base. Return where they end. */
u8 *slab_tables_place(struct slabzone *sz, u8 *base, size_t pages)
{
	u8 *at = base + (pages << ZONE_PAGE_SHIFT);
	size_t n = pages;

	sz->live = (unsigned long *)at;
	at += page_to_bit(pages) / 8;
	sz->zones = (struct slab_zone *)at;
	at += DIV_ROUND_UP(pages, ZONE_EVERY) * sizeof(struct slab_zone);
	for (sz->nr_levels = 0; ; n = DIV_ROUND_UP(n, TREE_WIDTH)) {
		sz->tree[sz->nr_levels++] = (u32 *)at;
		at += round_up(n, TREE_WIDTH) * sizeof(u32);
		if (n <= TREE_WIDTH)
			break;
	}
	return at;
}
