// SPDX-License-Identifier: GPL-2.0-only
/*
 * wcet_calls.c - the calls on blocks that hold the lock for several operations of the
 * backend, or only look at a block. Each count is one hold of the lock.
 *
 *	many, back	rtalloc_alloc_bulk(), rtalloc_free_bulk(): BATCH blocks
 *	move		rtalloc_realloc() of a block that must move, up to finding its
 *			new place. The free that follows is counted as free
 *	usable, offset	rtalloc_usable_size(), rtalloc_offset()
 *	loss		whether a free would fail, asked before memory is cleared
 *	glue, unglue	rtalloc_heap_add_memory(), rtalloc_heap_remove_memory()
 *
 * rtalloc_reset_max() costs what usage does, and rtalloc_calloc() etc. what malloc does.
 */
#include <stdlib.h>
#include <linux/err.h>

#include "wcet.h"

#define BATCH	16	/* equal to BULK_HOLD in core/bulk.c */
#define HOLES	200	/* enough for several batches */
#define RUNGS	400
#define PART	(64 * KIB)

/* Arguments of a hold that are more than a hook can have. */
struct call {
	const struct rtalloc_ops *ops;
	size_t size;
	void **p;
	unsigned int n;
};

/* ---- one hold --------------------------------------------------------- */

static long many_hook(void *ctrl, long arg, long unused)
{
	struct call *call = (struct call *)arg;

	return rtalloc_ops_alloc_many(call->ops, ctrl, call->size, call->p,
				      call->n);
}

static long back_hook(void *ctrl, long arg, long unused)
{
	struct call *call = (struct call *)arg;
	int err;

	return rtalloc_ops_free_many(call->ops, ctrl, call->p, call->n, &err);
}

/* The same steps as heap_resize() in core/block.c. */
static long move_hook(void *ctrl, long arg, long old)
{
	struct call *call = (struct call *)arg;
	const struct rtalloc_ops *ops = call->ops;
	size_t size = call->size;
	void *to = NULL;

	ops->usable_size(ctrl, (void *)old);
	if (ops->resize(ctrl, (void *)old, &size) != -ENOSPC)
		return 0;
	if (ops->grow_back)
		to = ops->grow_back(ctrl, size, (void *)old);
	if (to)
		return 0;
	return (long)(ops->alloc_move ?
		      ops->alloc_move(ctrl, size, (void *)old) :
		      ops->alloc(ctrl, size));
}

static int count_many(struct scene *scene, size_t size, void **p)
{
	struct call call = { scene->heap.ops, size, p, BATCH };

	return (int)count_hook(scene, "many", many_hook, scene->heap.ctrl,
			       (long)&call, 0);
}

/* Count the free of a batch. A hook may free only a part; the rest is another hold. */
static void count_back(struct scene *scene, void **p, unsigned int n)
{
	struct call call = { scene->heap.ops, 0, p, n };
	unsigned int done;

	while (call.n) {
		done = count_hook(scene, "back", back_hook, scene->heap.ctrl,
				  (long)&call, 0);
		if (!done)
			abort();
		call.p += done;
		call.n -= done;
	}
}

/* Count a move. The new block is freed again; there is none if the block can stay. */
static void count_move(struct scene *scene, void *p, size_t size)
{
	struct call call = { scene->heap.ops, size };

	put(scene, (void *)count_hook(scene, "move", move_hook,
				      scene->heap.ctrl, (long)&call, (long)p));
}

/* Count the calls that look at a block, for a block and for a wrong pointer. */
static void count_looks(struct scene *scene, void *p)
{
	const struct rtalloc_ops *ops = scene->heap.ops;
	void *ctrl = scene->heap.ctrl;

	count_hook(scene, "usable", ops->usable_size, ctrl, (long)p, 0);
	count_hook(scene, "offset", ops->offset, ctrl, (long)p, 0);
	count_hook(scene, "loss", ops->loss_fault, ctrl, (long)p, 0);
	count_hook(scene, "loss", ops->loss_fault, ctrl, (long)p, 8);
}

/* ---- states ----------------------------------------------------------- */

/* Index @i of @n in an order: ascending, descending, or even ones before odd ones. */
static int in_order(int order, int i, int n)
{
	if (order == 0)
		return i;
	if (order == 1)
		return n - 1 - i;
	return 2 * i < n ? 2 * i : 2 * (i - (n + 1) / 2) + 1;
}

/* A batch is allocated from one free block and freed in three orders. */
static void batches(struct scene *scene, size_t size)
{
	void *p[BATCH], *q[BATCH];
	int n, i, order;

	for (order = 0; order < 3; order++) {
		n = count_many(scene, size, p);
		for (i = 0; i < n; i++)
			q[i] = p[in_order(order, i, n)];
		if (n > 0)
			count_back(scene, q, n);
	}
}

/* Each block of a batch is allocated from a hole of its own that is @more bytes larger. */
static void holes(struct scene *scene, size_t size, size_t more)
{
	void *p[2 * HOLES], *batch[BATCH];
	int n = get_row(scene, p, ARRAY_SIZE(p), size + more), i, got;

	for (i = 0; i < n; i += 2) {
		put(scene, p[i]);
		p[i] = NULL;
	}
	for (i = 0; i < n / 2; i += BATCH) {
		got = count_many(scene, size, batch);
		if (got > 0 && i % (2 * BATCH))
			count_back(scene, batch, got);
	}
	for (i = 1; i < n; i += 2)
		count_move(scene, p[i], 4 * size + more);
}

/* Each block of a batch that is freed has two free neighbours. */
static void between(struct scene *scene, size_t size)
{
	void *p[2 * HOLES + 1], *batch[BATCH];
	int n = get_row(scene, p, ARRAY_SIZE(p), size), i, k = 0;

	for (i = 0; i < n; i += 2)
		put(scene, p[i]);
	for (i = 1; i < n; i += 2) {
		batch[k++] = p[i];
		if (k == BATCH) {
			count_back(scene, batch, k);
			k = 0;
		}
	}
}

/* |F * U|, |U * F|, |U * U|: resize * to more than fits there, and to a huge size. */
static void moves(struct scene *scene, size_t size, size_t align)
{
	const struct rtalloc_ops *ops = scene->heap.ops;
	void *row[4];
	int i, k;

	for (k = 0; k < 4; k++) {
		for (i = 0; i < 4; i++)
			row[i] = i == 1 && align > scene->heap.align ?
				 ops->alloc_aligned(scene->heap.ctrl, size, align) :
				 get(scene, size);
		if (row[3] && row[1]) {
			if (k < 3)
				put(scene, row[k]);
			if (k != 1)
				count_move(scene, row[1], size * 3);
			if (k != 1 && k != 0)
				count_move(scene, row[1], scene->region / 2);
		}
	}
}

/* A hole in every class, each a little too small for the request. */
static void ladder(struct scene *scene)
{
	void *hole[RUNGS], *p;
	size_t size = 16, want;
	int nr, i;

	p = scene->heap.ops->alloc_aligned(scene->heap.ctrl, 16, 4096);
	nr = get_rungs(scene, hole, RUNGS, &size);
	for (want = scene->region / 4; want > 16; want /= 2)
		while (get(scene, want))
			;
	for (i = 0; i < nr; i++)
		put(scene, hole[i]);
	for (want = 32; p && !IS_ERR(p) && want < 2 * size; want *= 2)
		count_move(scene, p, want);
}

static void looks(struct scene *scene, size_t size)
{
	void *p[2 * HOLES];
	int n = get_row(scene, p, ARRAY_SIZE(p), size), i;

	for (i = 0; i < n; i += 37) {
		count_looks(scene, p[i]);
		count_looks(scene, (u8 *)p[i] + 1);
		count_looks(scene, (u8 *)p[i] + 16);
	}
	count_looks(scene, p);
	for (i = 0; i < n; i += 2)
		put(scene, p[i]);
	for (i = 0; i < n; i += 37)
		count_looks(scene, p[i]);
}

static void begin(struct scene *scene, const char *state)
{
	scene_open(scene, scene->region);
	scene->state = state;
}

static void of_one_size(struct scene *scene, size_t size)
{
	static const size_t more[] = { 0, 24, 64 };
	size_t align, i;

	begin(scene, "batches");
	batches(scene, size);
	scene_close(scene);
	for (i = 0; i < ARRAY_SIZE(more); i++) {
		begin(scene, "holes");
		holes(scene, size, scene->backend->elem ? 0 : more[i]);
		scene_close(scene);
	}
	begin(scene, "between");
	between(scene, size);
	scene_close(scene);
	for (align = 8; align <= 4096; align *= 8) {
		begin(scene, "moves");
		moves(scene, size, align);
		scene_close(scene);
	}
	begin(scene, "looks");
	looks(scene, size);
	scene_close(scene);
}

/* ---- memory comes and goes ---------------------------------------------- */

static struct scene *now;	/* the scene whose hooks are counted */
static const struct rtalloc_ops *plain;

static int glue_counted(void *ctrl, void *base, size_t size)
{
	return (int)count_hook(now, "glue", plain->add_region, ctrl,
			       (long)base, (long)size);
}

static int unglue_counted(void *ctrl, void *base, size_t size)
{
	return (int)count_hook(now, "unglue", plain->remove_region, ctrl,
			       (long)base, (long)size);
}

/* Add and remove regions, with as many as possible in the heap, and blocks in them. */
static void glued(struct scene *scene)
{
	struct rtalloc_ops counting;
	void *p[REGIONS_MAX];
	int i;

	begin(scene, "glued");
	now = scene;
	plain = scene->heap.ops;
	counting = *plain;
	counting.add_region = glue_counted;
	if (plain->remove_region)
		counting.remove_region = unglue_counted;
	while (get(scene, 1024))
		;
	for (i = 1; i < REGIONS_MAX; i++) {
		scene->heap.ops = &counting;
		if (heap_glue(&scene->heap, PART))
			abort();
		scene->heap.ops = plain;
		p[i] = get(scene, PART / 2);
	}
	scene->is_glued = true;
	for (i = 1; i < REGIONS_MAX; i++) {
		count_looks(scene, p[i]);
		count_move(scene, p[i], PART / 2 + 4096);
		count_move(scene, p[i], PART);
	}
	scene->is_glued = false;
	scene->heap.ops = &counting;
	for (i = REGIONS_MAX - 1; plain->remove_region && i > 0; i--)
		heap_unglue(&scene->heap, i);
	for (i = 1; i < REGIONS_MAX; i++)
		put(scene, p[i]);
	for (i = scene->heap.regions - 1; plain->remove_region && i > 0; i--)
		if (heap_unglue(&scene->heap, i))
			abort();
	scene->heap.ops = plain;
	scene_close(scene);
}

void wcet_calls(struct scene *scene, unsigned int unused)
{
	size_t region = scene->region;

	/* A backend without bounds gets a small heap. */
	if (!scene->backend->ops->bounded)
		scene->region = PART;
	of_one_size(scene, 16);
	of_one_size(scene, 256);
	if (scene->backend->classes)
		of_one_size(scene, 16 * KIB);
	begin(scene, "ladder");
	ladder(scene);
	scene_close(scene);
	if (scene->backend->ops->add_region)
		glued(scene);
	scene->region = region;
}
