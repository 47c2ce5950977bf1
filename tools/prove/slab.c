// SPDX-License-Identifier: GPL-2.0-only
/*
 * slab.c - proofs of slab's classes and page counts, and of the tree of free runs:
 * tree_set() and tree_find() with a tree of two levels and any contents. Every further
 * level relates to the one below it as the second does to the first.
 */
#include "slabzone.c"
#include "backend/slab_pages.c"
#include "prove.h"

typedef unsigned __int128 wide;

#define PAGES	(TREE_WIDTH * TREE_WIDTH)
#define RUN_MASK	127u		/* no run is longer than all pages */

/* A class holds the size, and wastes less than 1/8 of it or 8 bytes. */
PROVE(slab_class_holds_size, u32 size)
{
	u32 class = class_of(size);

	prove_assume(size && size <= CHUNK_LIMIT);
	return class < NR_CLASSES && class_size(class) >= size &&
	       class_size(class) < size + max(8u, size / 8);
}

/* Every lower class is too small, and every higher one is large enough. */
PROVE(slab_class_is_smallest, u32 size, u32 class)
{
	prove_assume(size && size <= CHUNK_LIMIT && class < NR_CLASSES);
	return IMPLIES(class < class_of(size), class_size(class) < size) &&
	       IMPLIES(class >= class_of(size), class_size(class) >= size);
}

/* The class of a class's own size is that class. */
PROVE(slab_class_of_its_size, u32 class)
{
	prove_assume(class < NR_CLASSES);
	return class_of(class_size(class)) == class &&
	       !(class_size(class) & 7) && class_size(class) <= CHUNK_LIMIT;
}

/* The pages hold the size, and there is not a page too many. */
PROVE(slab_size_to_pages, size_t size)
{
	size_t pages = size_to_pages(size);

	return pages <= 1ul << (64 - ZONE_PAGE_SHIFT) &&
	       (wide)pages << ZONE_PAGE_SHIFT >= size &&
	       (wide)pages << ZONE_PAGE_SHIFT <
	       (wide)size + ZONE_PAGE;
}

/* A tree with any free runs, whose upper level holds the maxima of the lower one. */
static __always_inline struct slabzone *any_tree(void)
{
	struct slabzone *sz = prove_object(sizeof(*sz));
	u32 i;

	sz->nr_levels = 2;
	sz->tree[0] = prove_object(PAGES * sizeof(u32));
	sz->tree[1] = prove_object(TREE_WIDTH * sizeof(u32));
	for (i = 0; i < PAGES; i++)
		sz->tree[0][i] = prove_any() & RUN_MASK;
	for (i = 0; i < TREE_WIDTH; i++)
		sz->tree[1][i] = tree_group_max(sz->tree[0] + i * TREE_WIDTH);
	return sz;
}

/* Whether none of the first @end pages of group @group begins a run of @count pages. */
static __always_inline bool group_lacks(const struct slabzone *sz, u32 group,
					u32 end, size_t count)
{
	bool lacks = true;
	u32 i;

	for (i = 0; i < TREE_WIDTH; i++)
		lacks &= i >= end ||
			 sz->tree[0][group * TREE_WIDTH + i] < count;
	return lacks;
}

/* tree_find() returns the lowest page whose run is long enough, or NO_PAGE if none is. */
PROVE(slow_slab_tree_find_lowest, size_t count)
{
	struct slabzone *sz = any_tree();
	u32 page, group;

	prove_assume(count);
	page = tree_find(sz, count);
	group = prove_each(TREE_WIDTH);
	if (page == NO_PAGE)
		return group_lacks(sz, group, TREE_WIDTH, count);
	if (page >= PAGES || sz->tree[0][page] < count)
		return false;
	if (group > page / TREE_WIDTH)
		return true;
	return group_lacks(sz, group, group == page / TREE_WIDTH ?
				      page % TREE_WIDTH : TREE_WIDTH, count);
}

/* tree_set() changes only that page's run, and the maxima are right afterwards. */
PROVE(slow_slab_tree_set_keeps_maxima, u32 count)
{
	struct slabzone *sz = any_tree();
	u32 page = prove_each(PAGES), group = prove_each(TREE_WIDTH), i;
	u32 was[TREE_WIDTH];
	bool same = true;

	count &= RUN_MASK;
	for (i = 0; i < TREE_WIDTH; i++)
		was[i] = sz->tree[0][group * TREE_WIDTH + i];
	tree_set(sz, page, count);
	for (i = 0; i < TREE_WIDTH; i++)
		same &= sz->tree[0][group * TREE_WIDTH + i] ==
			(group * TREE_WIDTH + i == page ? count : was[i]);
	return same && sz->tree[1][group] ==
		       tree_group_max(sz->tree[0] + group * TREE_WIDTH);
}
