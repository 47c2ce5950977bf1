// SPDX-License-Identifier: GPL-2.0-only
/*
 * wcet_states.c - states of a heap in which an operation may take longest.
 *
 * They use no backend's internals: each is an arrangement of blocks that calls produce in
 * every backend, drawn with U for a used block, F for a free one, and * for the one whose
 * operation is counted. In backends with zones small blocks do not merge, so sizes go up to
 * whole runs of pages.
 */
#include <stdlib.h>
#include <linux/bitops.h>

#include "wcet.h"

static const size_t sizes[] = { 16, 64, 256, 1 * KIB, 4 * KIB, 16 * KIB };

static void *get_aligned(struct scene *scene, size_t size, size_t align)
{
	return align > scene->heap.align ?
	       scene->heap.ops->alloc_aligned(scene->heap.ctrl, size, align) :
	       get(scene, size);
}

static void count_free_if(struct scene *scene, void *p)
{
	if (p)
		count_free(scene, p);
}

/* ---- one huge block -------------------------------------------------- */

/* |* F...| and |U * F...|: allocate two blocks and free them in both orders. */
static void split_one(struct scene *scene, size_t size)
{
	void *a, *b;

	a = count_alloc(scene, size);
	b = count_alloc(scene, size);
	count_free_if(scene, a);
	count_free_if(scene, b);
	a = count_alloc(scene, size);
	b = count_alloc(scene, size);
	count_free_if(scene, b);
	count_free_if(scene, a);
}

/*
 * Small blocks, and such that leave a rest of every order of magnitude. Each is larger than
 * the one before, so max_used rises with each.
 */
static void split_huge(struct scene *scene, unsigned int unused)
{
	size_t rest;

	scene_open(scene, scene->region);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		split_one(scene, sizes[i]);
	for (rest = scene->region / 2; rest >= 256; rest /= 2)
		split_one(scene, scene->region - rest);
	scene_close(scene);
}

/* ---- neighbours ------------------------------------------------------ */

#define LEFT	1u	/* the block before the counted one is free */
#define RIGHT	2u	/* the block behind it is free */
#define BURIED	4u	/* other blocks of these sizes were freed later */
#define ALIGNED	8u	/* the three blocks are at multiples of 64 */

static void get_all(struct scene *scene, void **block, int nr, size_t size)
{
	for (int i = 0; i < nr; i++)
		block[i] = get(scene, size);
}

static void put_all(struct scene *scene, void **block, int nr, int step)
{
	for (int i = 0; i < nr; i += step) {
		put(scene, block[i]);
		block[i] = NULL;
	}
}

/* |U U U U U F...|: count the free of the third block, of @size[1]. */
static void free_between(struct scene *scene, const size_t *size,
			 unsigned int which)
{
	void *row[5], *left[6] = { NULL }, *right[6] = { NULL };
	size_t align = which & ALIGNED ? 64 : 1;

	for (int i = 0; i < 5; i++)
		row[i] = i % 4 ? get_aligned(scene, size[i - 1], align) :
				 get(scene, 64);
	if (which & BURIED) {
		get_all(scene, left, 6, size[0]);
		get_all(scene, right, 6, size[2]);
	}
	if (which & LEFT)
		put_all(scene, row + 1, 1, 1);
	if (which & RIGHT)
		put_all(scene, row + 3, 1, 1);
	put_all(scene, left, 6, 2);
	put_all(scene, right, 6, 2);
	count_free_if(scene, row[2]);
	row[2] = NULL;
	put_all(scene, row, 5, 1);
	put_all(scene, left, 6, 1);
	put_all(scene, right, 6, 1);
}

/* Three neighbours of all combinations of sizes, each 16 times the one before. */
static void merge_all(struct scene *scene, unsigned int which)
{
	size_t size[3];

	scene_open(scene, scene->region);
	for (size_t i = 0; i < 125; i++) {
		size[0] = 16ul << (i % 5 * 4);
		size[1] = 16ul << (i / 5 % 5 * 4);
		size[2] = 16ul << (i / 25 * 4);
		free_between(scene, size, which);
	}
	scene_close(scene);
}

/* The four merge states again, with blocks at multiples of 64. */
static void merge_aligned(struct scene *scene, unsigned int unused)
{
	for (unsigned int which = 0; which <= (LEFT | RIGHT); which++)
		merge_all(scene, which | ALIGNED);
}

/* ---- holes ----------------------------------------------------------- */

/* |U F U F ... F...|: a request of @size is served by one of @holes holes of @hole bytes. */
static void take_hole(struct scene *scene, size_t hole, size_t size, int holes)
{
	void *wall[5], *block[4], *rest, *p;

	for (int i = 0; i < 5; i++) {
		wall[i] = get(scene, 64);
		if (i < 4)
			block[i] = get(scene, hole);
	}
	put_all(scene, block, holes, 1);
	/* The bytes in use reach max_used again with the counted call. */
	rest = get(scene, hole * holes);
	p = count_alloc(scene, size);
	count_free_if(scene, p);
	put(scene, rest);
	put_all(scene, wall, 5, 1);
	put_all(scene, block + holes, 4 - holes, 1);
}

static void take_holes(struct scene *scene, size_t more, size_t factor)
{
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (sizes[i] * factor * 9 > scene->region)
			break;
		take_hole(scene, sizes[i] * factor + more, sizes[i], 1);
		take_hole(scene, sizes[i] * factor + more, sizes[i], 4);
	}
}

/* Holes that are @more bytes larger than the request. */
static void tight_fit(struct scene *scene, unsigned int more)
{
	scene_open(scene, scene->region);
	take_holes(scene, more, 1);
	scene_close(scene);
}

/* The rest of the hole becomes another free block. */
static void split_hole(struct scene *scene, unsigned int unused)
{
	scene_open(scene, scene->region);
	for (size_t factor = 2; factor <= 128; factor *= 4)
		take_holes(scene, 0, factor);
	scene_close(scene);
}

/* ---- several worst cases together ------------------------------------- */

static void get_these(struct scene *scene, void **row, const size_t *size,
		      size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		row[i] = get(scene, size[i]);
}

/* Allocate all that is left, in blocks as large as possible. */
static void fill_up(struct scene *scene)
{
	for (size_t size = scene->region; size >= 16; size -= (size + 3) / 4)
		while (get(scene, size))
			;
}

/*
 * |U F U U...|: the only hole, which was two blocks of @first and @second bytes, serves a
 * request of @want, much less. The rest is in the same class, but its size differs in so
 * many bits that the class must be computed to find that out. max_used rises.
 */
static void split_far_of(struct scene *scene, size_t first, size_t second,
			 size_t want)
{
	const size_t size[] = { 64, first, second, 64 };
	struct rtalloc_snapshot snap = { };
	void *row[ARRAY_SIZE(size)], *p;

	scene_open(scene, scene->region);
	get_these(scene, row, size, ARRAY_SIZE(size));
	fill_up(scene);
	put(scene, row[1]);
	put(scene, row[2]);
	scene->backend->ops->usage(scene->heap.ctrl, &snap, true);
	p = count_alloc(scene, want);
	count_free_if(scene, p);
	scene_close(scene);
}

/*
 * In units of 8 bytes: 1040 of which 3 are taken, in a class of 1024 to 1055;
 * 4176 of which 72 are, in one of 4096 to 4223.
 */
static void split_far(struct scene *scene, unsigned int unused)
{
	split_far_of(scene, 8184, 120, 16);
	split_far_of(scene, 32760, 632, 568);
}

/*
 * |U F * F U F U F...|: each free neighbour is the only block of its class and of many
 * classes near it; merged, the three are as large as another free block.
 */
static void merge_far(struct scene *scene, unsigned int unused)
{
	static const size_t size[] = { 64, 56, 4088, 1016, 64, 5112, 64 };
	void *row[ARRAY_SIZE(size)];

	scene_open(scene, scene->region);
	get_these(scene, row, size, ARRAY_SIZE(size));
	put(scene, row[1]);
	put(scene, row[3]);
	put(scene, row[5]);
	count_free_if(scene, row[2]);
	scene_close(scene);
}

/* ---- a checkerboard -------------------------------------------------- */

/* The size of blocks: small ones, or runs of pages for a backend with zones. */
static size_t square_of(const struct scene *scene)
{
	return scene->backend->classes ? 16 * KIB : 64;
}

#define TAIL	12	/* free blocks at the end, enough for any zone */

/*
 * |U F U F ... U F F F|: free every second block from the end on, so that the last hole is
 * deepest in lists. Return how many free blocks there are.
 */
static size_t make_holes(struct scene *scene, void **block, size_t nr)
{
	size_t at, holes = 1;

	for (at = nr - 1; at >= nr - TAIL; at--)
		put(scene, block[at]);
	for (at = (nr - TAIL - 2) | 1; at < nr; at -= 2, holes++)
		put(scene, block[at]);
	return holes;
}

static void holes_count(struct scene *scene, void **block, size_t nr)
{
	size_t square = square_of(scene);
	void *p;

	scene->state = "last_fit";
	p = count_alloc(scene, 2 * square);
	count_free_if(scene, p);
	p = count_alloc(scene, 16);
	count_free_if(scene, p);
	scene->state = "no_fit";
	count_alloc(scene, 2 * TAIL * square);
	count_aligned(scene, 2 * TAIL * square, 4096);
	scene->state = "near_free";
	for (size_t i = 0; i < 8; i += 2)
		count_free(scene, block[i]);
	scene->state = "mid_free";
	count_free(scene, block[(nr / 2) & ~1ul]);
	scene->state = "far_free";
	count_free(scene, block[(nr - TAIL - 4) & ~1ul]);
}

static void checkerboard(struct scene *scene, unsigned int unused)
{
	size_t square = square_of(scene), nr, holes = 0;
	void **block;

	scene_open(scene, scene->region);
	block = fill(scene, square, scene->region / square + 1, &nr);
	count_alloc(scene, square);
	if (nr > 2 * TAIL) {
		count_nothing(scene);
		holes = make_holes(scene, block, nr);
		holes_count(scene, block, nr);
	}
	printf("%zu\n", holes);
	scene_close(scene);
	free(block);
}

/* ---- fill and drain -------------------------------------------------- */

#define DRAIN	40

/* Allocate and free enough blocks for a few zones, and count each. */
static void drain(struct scene *scene, unsigned int unused)
{
	void *block[DRAIN];

	scene_open(scene, scene->region);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (int j = 0; j < DRAIN; j++)
			block[j] = count_alloc(scene, sizes[i]);
		for (int j = 0; j < DRAIN; j++)
			count_free_if(scene, block[j * 7 % DRAIN]);
	}
	scene_close(scene);
}

/* ---- every class ----------------------------------------------------- */

#define RUNGS	1000

/* A search through all sizes passes many holes that are a little too small. */
static void ladder(struct scene *scene, unsigned int unused)
{
	void *hole[RUNGS], *p;
	size_t size = 16;
	int nr;

	scene_open(scene, scene->region);
	nr = get_rungs(scene, hole, RUNGS, &size);
	fill_up(scene);
	put_all(scene, hole, nr, 1);
	for (size_t want = 16; want < 2 * size; want *= 2) {
		for (size_t align = 16; align <= 4 * size; align *= 4) {
			p = count_aligned(scene, want, align);
			count_free_if(scene, p);
		}
		p = count_alloc(scene, want);
		count_free_if(scene, p);
	}
	scene_close(scene);
}

/* ---- resize ---------------------------------------------------------- */

/* |U * F U|, |U * U U|: resize * to more, to less, and so that it must move. */
static void resize(struct scene *scene, unsigned int unused)
{
	void *row[4];

	scene_open(scene, scene->region);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (sizes[i] * 8 > scene->region)
			break;
		get_all(scene, row, 4, sizes[i]);
		for (int is_free = 0; is_free < 2; is_free++) {
			count_resize(scene, row[1], sizes[i] / 4);
			count_resize(scene, row[1], sizes[i] * 3 / 2);
			count_resize(scene, row[1], sizes[i] * 2);
			count_resize(scene, row[1], sizes[i] * 4);
			put_all(scene, row + 2, 1, 1);
		}
		put_all(scene, row, 4, 1);
	}
	scene_close(scene);
}

/* ---- several regions ------------------------------------------------- */

#define PART		(64 * KIB)
#define CELL		(4 * KIB)
#define CELLS_MAX	256

static int by_address(const void *a, const void *b)
{
	const u8 *const *left = a, *const *right = b;

	return (*left > *right) - (*left < *right);
}

static int get_cells(struct scene *scene, void **cell)
{
	int nr = get_row(scene, cell, CELLS_MAX, CELL);

	qsort(cell, nr, sizeof(*cell), by_address);
	return nr;
}

/*
 * As many regions as a heap can have, the first of them full. In each of the others blocks
 * with free neighbours are freed and allocated again.
 */
static void glued(struct scene *scene, unsigned int unused)
{
	void *cell[CELLS_MAX];
	int nr;

	if (!scene->backend->ops->add_region)
		return;
	scene_open(scene, scene->region);
	fill_up(scene);
	for (int i = 1; i < REGIONS_MAX; i++)
		if (heap_glue(&scene->heap, PART))
			abort();
	scene->is_glued = true;
	nr = get_cells(scene, cell);
	put_all(scene, cell, nr, 2);
	for (int i = 1; i < nr; i += 2)
		count_free(scene, cell[i]);
	while (count_alloc(scene, CELL))
		;
	scene->is_glued = false;
	scene_close(scene);
}

/* ---- calls that fail -------------------------------------------------- */

static void refused(struct scene *scene, unsigned int unused)
{
	u8 *p, *q;
	int local;

	scene_open(scene, scene->region);
	p = get(scene, 100);
	q = get(scene, 100);
	get(scene, 100);
	count_free(scene, &local);
	count_free(scene, p + 1);
	count_free(scene, p + 32);
	put(scene, p);
	count_free(scene, p);
	put(scene, q);
	count_free(scene, q);
	count_alloc(scene, 0);
	count_alloc(scene, ~0ul);
	count_alloc(scene, scene->region);
	scene_close(scene);
}

/* ---- at random ------------------------------------------------------- */

#define SLOTS	64
#ifndef STEPS
#define STEPS	400
#endif

static size_t random_size(struct scene *scene, u64 *seed)
{
	size_t order = draw(seed) % (size_t)(__fls(scene->region) - 6);

	return 1 + draw(seed) % (16ul << order);
}

static void random_step(struct scene *scene, void **slot, u64 *seed)
{
	size_t size = random_size(scene, seed);

	if (!*slot && draw(seed) % 8 == 0)
		*slot = count_aligned(scene, size, 16ul << draw(seed) % 13);
	else if (!*slot)
		*slot = count_alloc(scene, size);
	else if (draw(seed) % 4 == 0)
		count_resize(scene, *slot, size);
	else {
		count_free(scene, *slot);
		*slot = NULL;
	}
}

static void at_random(struct scene *scene, unsigned int unused)
{
	void *slot[SLOTS] = { NULL };
	u64 seed = 1;

	scene_open(scene, scene->region);
	for (int i = 0; i < STEPS; i++)
		random_step(scene, &slot[draw(&seed) % SLOTS], &seed);
	scene_close(scene);
}

const struct state wcet_states[] = {
	{ "split_huge", split_huge },
	{ "merge_none", merge_all, 0 },			/* |U U * U U F...| */
	{ "merge_left", merge_all, LEFT },		/* |U F * U U F...| */
	{ "merge_right", merge_all, RIGHT },		/* |U U * F U F...| */
	{ "merge_both", merge_all, LEFT | RIGHT },	/* |U F * F U F...| */
	/* |U F * F U F U F U F...|, those on the right freed later */
	{ "merge_buried", merge_all, LEFT | RIGHT | BURIED },
	{ "merge_aligned", merge_aligned },
	/* No rest, so that a list becomes empty; a rest too small for a block. */
	{ "exact_fit", tight_fit, 0 },
	{ "loose_fit", tight_fit, 16 },
	{ "split_hole", split_hole },
	{ "split_far", split_far },
	{ "merge_far", merge_far },
	{ "full", checkerboard },
	{ "drain", drain },
	{ "ladder", ladder },
	{ "resize", resize },
	{ "glued", glued },
	{ "refused", refused },
	{ "random", at_random },
	{ "holds", wcet_holds },
	{ "calls", wcet_calls },
	{ 0 },
};
