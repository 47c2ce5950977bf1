// SPDX-License-Identifier: GPL-2.0-only
/*
 * wcet_holds.c - the calls that inspect or trim a heap: how long one call of their hook,
 * which is one hold of the lock, can take.
 *
 * The operations check, walk, stats, usage and trim are counted, each hook call alone, as
 * the core makes them: RTALLOC_HOLD_STEPS pieces at a time. Of a long check or walk, the
 * first calls are counted and then a sample. A backend without bounds gets a small heap,
 * and its counts are not compared with a bound.
 */
#include <stdlib.h>
#include <linux/minmax.h>

#include "wcet.h"

#define COUNTED		600	/* calls of one check or walk that are all counted */
#define SAMPLED		1009	/* of the others, every SAMPLED-th is counted */
#define ROOM		(64 * KIB)	/* region for a backend without bounds */
#define BLOCKS_MAX	(1ul << 17)

/* ---- one call after the other ---------------------------------------- */

static bool is_counted(size_t call)
{
	return call < COUNTED || call % SAMPLED == 0;
}

static void check_all(struct scene *scene)
{
	const struct rtalloc_ops *ops = scene->heap.ops;
	struct rtalloc_sweep sweep = { 0 };
	struct rtalloc_fault fault = { 0 };
	size_t call = 0;
	int err;

	do {
		sweep.steps = RTALLOC_HOLD_STEPS;
		if (is_counted(call++)) {
			err = count_check(scene, &sweep, &fault);
		} else {
			count_nothing(scene);
			err = ops->check(scene->heap.ctrl, &sweep, &fault);
		}
	} while (err == -EAGAIN);
	if (err)
		abort();
}

static void walk_on(struct scene *scene, struct rtalloc_cursor *cursor)
{
	const struct rtalloc_ops *ops = scene->heap.ops;
	struct rtalloc_block batch[RTALLOC_HOLD_STEPS];
	size_t call = 0;
	int n;

	do {
		if (is_counted(call++)) {
			n = count_walk(scene, cursor, batch, ARRAY_SIZE(batch));
		} else {
			count_nothing(scene);
			n = ops->walk(scene->heap.ctrl, cursor, batch,
				      ARRAY_SIZE(batch));
		}
	} while (n);
}

static void trim_all(struct scene *scene)
{
	struct rtalloc_sweep sweep = { 0 };
	size_t bytes = 0;
	int err;

	if (!scene->heap.ops->trim)
		return;
	do {
		sweep.steps = RTALLOC_HOLD_STEPS;
		err = count_trim(scene, &sweep, &bytes);
	} while (err == -EAGAIN);
}

static void look(struct scene *scene)
{
	struct rtalloc_cursor cursor = { 0 };

	check_all(scene);
	walk_on(scene, &cursor);
	count_stats(scene);
	count_usage(scene);
}

/* ---- scenes ---------------------------------------------------------- */

static size_t room_of(const struct scene *scene)
{
	return scene->backend->ops->bounded ? scene->region :
	       min(scene->region, (size_t)ROOM);
}

static void put_some(struct scene *scene, void **block, size_t from, size_t to,
		     size_t step)
{
	for (; from < to; from += step) {
		put(scene, block[from]);
		block[from] = NULL;
	}
}

/*
 * The block that a walk's cursor is at merges with its neighbours: the walk must find where
 * to go on.
 */
static void walk_merged(struct scene *scene, void **block, size_t nr)
{
	struct rtalloc_cursor cursor = { 0 };
	struct rtalloc_block batch[RTALLOC_HOLD_STEPS];
	size_t seen = 0;
	u64 lost;
	int n;

	while (seen < nr / 2) {
		n = scene->heap.ops->walk(scene->heap.ctrl, &cursor, batch,
					  ARRAY_SIZE(batch));
		if (!n)
			break;
		seen += n > 0 ? n : 0;
	}
	lost = cursor.pos;
	for (size_t i = 0; i < nr; i++)
		if (block[i] &&
		    scene->heap.ops->offset(scene->heap.ctrl, block[i]) + 4096 -
		    lost < 8192)
			put_some(scene, block, i, i + 1, 1);
	walk_on(scene, &cursor);
}

/* Inspect a full heap, a checkerboard, one with a merged block at the cursor, an empty one. */
static void look_through(struct scene *scene, size_t size)
{
	size_t room = min(room_of(scene) / size + 1, BLOCKS_MAX), nr;
	void **block;

	scene_open(scene, room_of(scene));
	scene->state = "full";
	block = fill(scene, size, room, &nr);
	look(scene);
	count_nothing(scene);
	scene->state = "merged";
	walk_merged(scene, block, nr);
	count_nothing(scene);
	scene->state = "holes";
	put_some(scene, block, 0, nr, 2);
	look(scene);
	trim_all(scene);
	count_nothing(scene);
	scene->state = "empty";
	put_some(scene, block, 0, nr, 1);
	trim_all(scene);
	look(scene);
	scene_close(scene);
	free(block);
}

/* A free block in every class; and each in many regions. */
static void look_at_classes(struct scene *scene)
{
	void *hole[800];
	size_t nr = 0;

	scene_open(scene, room_of(scene));
	scene->state = "classes";
	for (size_t size = 16; nr < ARRAY_SIZE(hole); size += size / 32 + 8) {
		hole[nr] = get(scene, size);
		if (!hole[nr] || !get(scene, 16))
			break;
		nr++;
	}
	put_some(scene, hole, 0, nr, 1);
	while (scene->backend->ops->add_region &&
	       !heap_glue(&scene->heap, ROOM))
		get(scene, 40);
	look(scene);
	trim_all(scene);
	scene_close(scene);
}

void wcet_holds(struct scene *scene, unsigned int unused)
{
	const char *state = scene->state;

	look_through(scene, 16);
	look_through(scene, 256);
	if (scene->backend->classes)
		look_through(scene, 16 * KIB);
	look_at_classes(scene);
	scene->state = state;
}
