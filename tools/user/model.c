// SPDX-License-Identifier: GPL-2.0-only
/*
 * model.c - random work, compared after each step with a naive model.
 *
 * The model is a list of live blocks: where, how large, what they were filled
 * with, whose they are. It knows nothing of any algorithm, so one suite does
 * for all backends: blocks never overlap, hold what was written, are aligned
 * and large enough; the walk reports each of them once; statistics fit; bad
 * frees strewn in between are refused. In the end all is free and the heap is
 * as it was in the beginning.
 */
#include <stdlib.h>
#include <string.h>
#include <linux/err.h>

#include "unit.h"

#define LIVE_MAX	200
#define PIECES_MAX	4096
#ifndef STEPS
#define STEPS		4000
#endif

struct live {
	u8 *p;
	size_t size;		/* usable */
	u8 tag;
	char owner[RTALLOC_OWNER_MAX];
};

struct model {
	struct heap *heap;
	struct live live[LIVE_MAX];
	int count;
	u64 state;
	size_t max_size;
	u64 max_used;
	bool classes;		/* a small request may fail, a larger not */
};

static u8 pattern(const struct live *live, size_t i)
{
	return (u8)(live->tag + i * 7);
}

static void live_fill(struct live *live, u8 tag)
{
	live->tag = tag;
	for (size_t i = 0; i < live->size; i++)
		live->p[i] = pattern(live, i);
}

static const char *live_intact(const struct live *live, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		EXPECT(live->p[i] == pattern(live, i),
		       "byte %zu of a block of %zu was changed", i, live->size);
	return NULL;
}

/* Log-uniform sizes, so that every power of two is met as often. */
static size_t draw_size(struct model *model)
{
	size_t limit = (size_t)1 << (3 + draw(&model->state) % 14);

	return 1 + draw(&model->state) % (limit < model->max_size ?
					  limit : model->max_size);
}

static struct live *draw_live(struct model *model)
{
	if (!model->count)
		return NULL;
	return &model->live[draw(&model->state) % model->count];
}

static const char *model_place(struct model *model, struct live *live, u8 *p,
			       size_t want, size_t align)
{
	struct heap *heap = model->heap;

	live->p = p;
	live->size = usable(heap, p);
	EXPECT(live->size >= want, "usable_size %zu is below the request %zu",
	       live->size, want);
	EXPECT(!((uintptr_t)p & (align - 1)), "block at %#llx is not at %zu",
	       where(heap, p), align);
	for (int i = 0; i < model->count; i++) {
		const struct live *other = &model->live[i];

		EXPECT(other == live || p + live->size <= other->p ||
		       other->p + other->size <= p, "two blocks overlap");
	}
	return NULL;
}

static const char *do_alloc(struct model *model)
{
	struct heap *heap = model->heap;
	u64 largest = heap_stats(heap).largest_free;
	struct live *live = &model->live[model->count];
	size_t size = draw_size(model);
	size_t align = heap->align;
	u8 *p;

	if (model->count == LIVE_MAX)
		return NULL;
	if (draw(&model->state) % 8) {
		p = get(heap, size);
		EXPECT(p || size > largest || model->classes,
		       "alloc(%zu) fails, largest_free is %llu", size, largest);
	} else {
		align <<= draw(&model->state) % 6;
		p = heap->ops->alloc_aligned(heap->ctrl, size, align);
		EXPECT(!IS_ERR(p), "alloc_aligned finds damage");
	}
	if (!p)
		return NULL;
	memset(live->owner, 0, sizeof(live->owner));
	model->count++;
	TRY(model_place(model, live, p, size, align));
	live_fill(live, (u8)draw(&model->state));
	return NULL;
}

static const char *do_largest(struct model *model)
{
	struct heap *heap = model->heap;
	u64 largest = heap_stats(heap).largest_free;
	void *p;

	if (!largest)
		return NULL;
	p = get(heap, largest);
	EXPECT(p, "alloc of largest_free (%llu) fails", largest);
	EXPECT(usable(heap, p) >= largest, "block is too small");
	memset(p, 0xdb, usable(heap, p));
	EXPECT_EQ(put(heap, p), 0);
	return NULL;
}

static const char *do_free(struct model *model)
{
	struct live *live = draw_live(model);
	u8 *p;
	int err;

	if (!live)
		return NULL;
	TRY(live_intact(live, live->size));
	p = live->p;
	EXPECT_EQ(put(model->heap, p), 0);
	*live = model->live[--model->count];
	err = put(model->heap, p);
	EXPECT(err == -RTALLOC_DOUBLE_FREE || err == -RTALLOC_NOT_A_BLOCK,
	       "second free gives %d", err);
	return NULL;
}

static const char *do_realloc(struct model *model)
{
	struct live *live = draw_live(model);
	size_t size = draw_size(model);
	size_t old;
	int fault;
	u8 *p;

	if (!live)
		return NULL;
	TRY(live_intact(live, live->size));
	old = live->size;
	p = heap_realloc(model->heap, live->p, size, &fault);
	EXPECT_EQ(fault, 0);
	if (!p) {
		EXPECT_EQ(usable(model->heap, live->p), old);
		return live_intact(live, old);
	}
	if (p != live->p)
		memset(live->owner, 0, sizeof(live->owner));
	TRY(model_place(model, live, p, size, model->heap->align));
	TRY(live_intact(live, old < size ? old : size));
	live_fill(live, (u8)draw(&model->state));
	return NULL;
}

static const char *do_owner(struct model *model)
{
	static const char *const owners[] = { "", "a", "net", "page", "toolong" };
	const char *owner = owners[draw(&model->state) % ARRAY_SIZE(owners)];
	struct live *live = draw_live(model);

	if (!live || !model->heap->ops->set_owner)
		return NULL;
	EXPECT_EQ(model->heap->ops->set_owner(model->heap->ctrl, live->p,
					      owner), 0);
	memset(live->owner, 0, sizeof(live->owner));
	memcpy(live->owner, owner, strnlen(owner, sizeof(live->owner)));
	return NULL;
}

static const char *do_bad_free(struct model *model)
{
	struct region *region = &model->heap->region[0];
	u8 *p = region->base + draw(&model->state) % region->size;
	struct live *live = draw_live(model);

	if (live && draw(&model->state) % 2)
		p = live->p + draw(&model->state) % live->size;
	for (int i = 0; i < model->count; i++)
		if (model->live[i].p == p)
			return NULL;
	EXPECT(put(model->heap, p) < 0, "free of offset %#llx succeeds",
	       where(model->heap, p));
	EXPECT(!usable(model->heap, p), "offset %#llx has a usable size",
	       where(model->heap, p));
	return NULL;
}

static const char *do_trim(struct model *model)
{
	u64 used = heap_stats(model->heap).used;

	heap_trim(model->heap);
	EXPECT_EQ(heap_stats(model->heap).used, used);
	return NULL;
}

static struct live *model_find(struct model *model, u64 offset)
{
	for (int i = 0; i < model->count; i++)
		if (where(model->heap, model->live[i].p) == offset)
			return &model->live[i];
	return NULL;
}

struct sums {
	u64 used;
	u64 free;
	u64 free_pieces;
	u64 idle;
};

static const char *match_piece(struct model *model,
			       const struct rtalloc_block *piece, u64 *end,
			       struct sums *sums)
{
	struct live *live;

	EXPECT(piece->offset >= *end, "piece at %#llx overlaps the one before",
	       piece->offset);
	*end = piece->offset + piece->size;
	switch (piece->state) {
	case RTALLOC_FREE:
		sums->free += piece->size;
		sums->free_pieces++;
		return NULL;
	case RTALLOC_IDLE:
		sums->idle += piece->size;
		return NULL;
	case RTALLOC_META:
		return NULL;
	case RTALLOC_USED:
		break;
	}
	sums->used += piece->size;
	live = model_find(model, piece->offset);
	EXPECT(live, "walk has a block at %#llx that is not live",
	       piece->offset);
	EXPECT(piece->size == live->size, "walk says %llu, usable_size %zu",
	       piece->size, live->size);
	EXPECT(!memcmp(piece->owner, live->owner, sizeof(live->owner)),
	       "walk says owner %.4s, not %.4s", piece->owner, live->owner);
	return NULL;
}

/* The walk shows each live block once, and batches of any size the same. */
static const char *match_walk(struct model *model, struct sums *sums)
{
	static struct rtalloc_block pieces[2][PIECES_MAX];
	long n = walk_all(model->heap, pieces[0], PIECES_MAX, 64);
	int batch = 1 + (int)(draw(&model->state) % 7);
	int used = 0;
	u64 end = 0;

	EXPECT(n >= 0, "walk fails");
	memset(sums, 0, sizeof(*sums));
	for (long i = 0; i < n; i++) {
		TRY(match_piece(model, &pieces[0][i], &end, sums));
		used += pieces[0][i].state == RTALLOC_USED;
	}
	EXPECT(used == model->count, "walk has %d blocks, %d live", used,
	       model->count);
	EXPECT(end <= heap_stats(model->heap).total, "walk passes the end");
	EXPECT_EQ(walk_all(model->heap, pieces[1], PIECES_MAX, batch), n);
	EXPECT(!memcmp(pieces[0], pieces[1], n * sizeof(pieces[0][0])),
	       "walks in batches of 64 and %d differ", batch);
	return NULL;
}

/* Every block has a header of the same size, which counts as its own. */
static const char *match_headers(struct model *model,
				 const struct rtalloc_snapshot *snap,
				 const struct sums *sums)
{
	u64 headers = snap->total - sums->used - sums->free;
	u64 header = headers / (model->count + snap->free_blocks);

	EXPECT_EQ(headers, header * (model->count + snap->free_blocks));
	EXPECT_EQ(snap->used, sums->used + header * model->count);
	return NULL;
}

/* What the statistics must be by the documentation of each backend. */
static const char *match_stats(struct model *model, const struct sums *sums)
{
	struct rtalloc_snapshot snap = heap_stats(model->heap);
	const char *name = model->heap->ops->name;

	EXPECT(snap.used >= sums->used, "used %llu, blocks hold %llu",
	       snap.used, sums->used);
	EXPECT(snap.max_used >= snap.used, "max_used is below used");
	EXPECT(snap.max_used >= model->max_used, "max_used went down");
	model->max_used = snap.max_used;
	EXPECT_EQ(snap.free_blocks, sums->free_pieces);
	if (!strcmp(name, "slab"))
		EXPECT_EQ(snap.used, sums->used);
	if (!strcmp(name, "memheap") || !strcmp(name, "sylix_heap"))
		EXPECT_EQ(snap.used, snap.total - sums->free);
	if (!strcmp(name, "small_mem") || !strcmp(name, "lwip_mem"))
		return match_headers(model, &snap, sums);
	if (!strcmp(name, "heap4"))
		EXPECT_EQ(snap.used, snap.total - sums->free -
			  snap.free_blocks * ALIGN(16, model->heap->align));
	return NULL;
}

static const char *model_match(struct model *model)
{
	struct sums sums;

	TRY(sound(model->heap));
	TRY(match_walk(model, &sums));
	return match_stats(model, &sums);
}

static const char *model_step(struct model *model)
{
	switch (draw(&model->state) % 16) {
	case 0 ... 5:
		return do_alloc(model);
	case 6 ... 9:
		return do_free(model);
	case 10 ... 12:
		return do_realloc(model);
	case 13:
		return draw(&model->state) % 4 ? do_owner(model) :
						 do_largest(model);
	case 14:
		return do_bad_free(model);
	default:
		return draw(&model->state) % 8 ? NULL : do_trim(model);
	}
}

static const char *model_empty(struct model *model,
			       const struct rtalloc_snapshot *start)
{
	struct rtalloc_snapshot snap;
	struct sums sums;

	while (model->count)
		TRY(do_free(model));
	heap_trim(model->heap);
	TRY(sound(model->heap));
	TRY(match_walk(model, &sums));
	snap = heap_stats(model->heap);
	EXPECT_EQ(snap.used, start->used);
	EXPECT_EQ(snap.total, start->total);
	EXPECT_EQ(snap.largest_free, start->largest_free);
	EXPECT_EQ(snap.free_blocks, start->free_blocks);
	EXPECT_EQ(sums.idle, 0);
	return NULL;
}

static const char *model_run(struct heap *heap, size_t max_size, u64 salt)
{
	struct rtalloc_snapshot start = heap_stats(heap);
	static struct model model;

	model = (struct model){ .heap = heap, .max_size = max_size,
				.state = test_seed + salt,
				.classes = heap->backend->classes };
	for (int i = 0; i < STEPS; i++) {
		const char *why = model_step(&model);

		if (!why)
			why = model_match(&model);
		EXPECT(!why, "SEED=%llu step %d: %s", test_seed, i,
		       why);
	}
	TRY(model_empty(&model, &start));
	/* What is left must serve as new. */
	for (int i = 0; i < STEPS / 8; i++) {
		TRY(model_step(&model));
		TRY(model_match(&model));
	}
	return model_empty(&model, &start);
}

static const char *random_small(struct heap *heap)
{
	return model_run(heap, 300, 1);
}

static const char *random_mixed(struct heap *heap)
{
	return model_run(heap, 20000, 2);
}

static const char *random_large(struct heap *heap)
{
	return model_run(heap, heap->region[0].size / 4, 3);
}

/* The same over a heap of three regions. */
static const char *random_glued(struct heap *heap)
{
	if (!heap->ops->add_region)
		return NULL;
	EXPECT_EQ(heap_glue(heap, 30001), 0);
	EXPECT_EQ(heap_glue(heap, 4096), 0);
	TRY(sound(heap));
	return model_run(heap, 4000, 4);
}

const struct test model_tests[] = {
	{ "model.random_small", random_small, NULL, 64 * KIB, 8 },
	{ "model.random_small", random_small, NULL, 65529, 16 },
	{ "model.random_mixed", random_mixed, NULL, 256 * KIB, 8 },
	{ "model.random_mixed", random_mixed, NULL, 256 * KIB, 16 },
	{ "model.random_mixed", random_mixed, NULL, 300001, 64 },
	{ "model.random_mixed", random_mixed, NULL, 2 * MIB, 8 },
	{ "model.random_large", random_large, NULL, MIB, 8 },
	{ "model.random_large", random_large, NULL, 99991, 8 },
	{ "model.random_large", random_large, NULL, 99991, 16 },
	{ "model.random_large", random_large, NULL, 128 * KIB, 4096 },
	{ "model.random_glued", random_glued, NULL, 64 * KIB, 8 },
	{ "model.random_glued", random_glued, NULL, 64 * KIB, 16 },
	{ "model.random_glued", random_glued, NULL, 64 * KIB, 32 },
	{ 0 },
};
