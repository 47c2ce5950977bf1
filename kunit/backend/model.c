// SPDX-License-Identifier: GPL-2.0-only
/*
 * model.c - random operations on a heap, compared with a naive model; see model.h.
 *
 * What must hold: blocks lie in the heap and do not overlap, keep what was written into
 * them, are aligned and large enough, and cleared where the core clears them; the walk
 * reports each of them once; statistics agree; calls with wrong pointers in between are
 * refused and change nothing. After all blocks are freed the heap is as it was at the
 * beginning.
 */
#include <linux/err.h>

#include "model.h"

#define PIECES_MAX	4096

void model_begin(struct model *model, struct heap *heap, size_t max_size)
{
	model->heap = heap;
	model->max_size = max_size;
	model->classes = heap->backend->classes;
	/* Not 0 for backends that count the headers of an empty heap as used. */
	model->max_used = heap_stats(heap).max_used;
}

/* ---- choices --------------------------------------------------------- */

/* Take as many bytes as a number up to @n needs. */
static u64 next_bytes(struct model *model, size_t n)
{
	u64 value = 0;

	for (; n; n >>= 8) {
		value <<= 8;
		if (model->data < model->end)
			value |= *model->data++;
	}
	return value;
}

size_t choose(struct model *model, size_t n)
{
	size_t value = model->data ? next_bytes(model, n - 1) :
				     draw(&model->state);

	/* size_t, because 32-bit kernels cannot divide 64-bit numbers. */
	return value % n;
}

/* ---- blocks ---------------------------------------------------------- */

static u8 pattern(const struct live *live, size_t i)
{
	return (u8)(live->tag + i * 7);
}

static void live_fill(struct live *live, u8 tag)
{
	live->tag = tag;
	live->is_bare = false;
	for (size_t i = 0; i < live->size; i++)
		live->p[i] = pattern(live, i);
}

static const char *live_intact(const struct live *live, size_t bytes)
{
	for (size_t i = 0; i < bytes && !live->is_bare; i++)
		EXPECT(live->p[i] == pattern(live, i),
		       "byte %zu of a block of %zu was changed", i, live->size);
	return NULL;
}

/*
 * Choose a size. All orders of magnitude, as powers of two, are equally likely. A few sizes
 * lie near any power of two, up to SIZE_MAX; most of these must be refused.
 */
static size_t choose_size(struct model *model)
{
	size_t limit = (size_t)1 << (3 + choose(model, 14));

	if (!choose(model, 16))
		return ((SIZE_MAX >> choose(model, BITS_PER_LONG - 1)) -
			choose(model, 200)) ?: 1;
	return 1 + choose(model, min(limit, model->max_size));
}

static struct live *choose_live(struct model *model)
{
	if (!model->count)
		return NULL;
	return &model->live[choose(model, model->count)];
}

bool live_inside(const struct heap *heap, const struct live *live)
{
	const struct region *region;
	const u8 *p = live->p;

	while (p < live->p + live->size) {
		region = region_with(heap, p);
		if (!region)
			return false;
		p = region->base + region->size;
	}
	return true;
}

/*
 * Note that @live is at @p now. Expect it to lie in the heap, to be aligned, to have @want
 * bytes, and not to overlap another block. If the core clears what it allocates, expect the
 * bytes from @kept on to be 0.
 */
static const char *model_place(struct model *model, struct live *live, u8 *p,
			       size_t want, size_t align, size_t kept)
{
	struct heap *heap = model->heap;
	bool is_cleared = heap->zero || heap->clears;

	live->p = p;
	live->offset = where(heap, p);
	live->size = usable(heap, p);
	live->align = align;
	heap->zero = false;
	EXPECT(live->size >= want, "usable_size %zu is below the request %zu",
	       live->size, want);
	EXPECT(live_inside(heap, live), "block at %#llx leaves the heap",
	       live->offset);
	EXPECT(!((uintptr_t)p & (align - 1)), "block at %#llx is not at %zu",
	       live->offset, align);
	EXPECT(!is_cleared || holds(p + kept, 0, live->size - kept),
	       "bytes behind %zu of %zu are not 0", kept, live->size);
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
	size_t size = choose_size(model);
	size_t align = heap->align;
	u8 *p;

	if (model->count == LIVE_MAX)
		return NULL;
	heap->zero = heap->core && !choose(model, 4);
	if (choose(model, 8)) {
		p = get(heap, size);
		EXPECT(p || size > largest || model->classes,
		       "alloc(%zu) fails, largest_free is %llu", size, largest);
	} else {
		align <<= choose(model, heap->core ? 11 : 6);
		if (heap->core && !choose(model, 8))
			align = (size_t)1 << choose(model, BITS_PER_LONG);
		p = get_aligned(heap, size, align);
		EXPECT(!IS_ERR(p), "alloc_aligned finds damage");
	}
	if (!p) {
		heap->zero = false;
		return NULL;
	}
	memset(live->owner, 0, sizeof(live->owner));
	model->count++;
	TRY(model_place(model, live, p, size, max(align, heap->align), 0));
	live->is_bare = !choose(model, 8);
	if (!live->is_bare)
		live_fill(live, (u8)choose(model, 256));
	return NULL;
}

/* A size near SIZE_MAX, which would wrap when it is rounded up, must be refused. */
static const char *do_huge(struct model *model)
{
	size_t size = SIZE_MAX - choose(model, 65536);
	struct live *live = choose_live(model);
	int fault;

	EXPECT(!get(model->heap, size), "alloc(%#zx) succeeds", size);
	EXPECT(!get_aligned(model->heap, size, 64), "alloc_aligned(%#zx) succeeds",
	       size);
	if (!live)
		return NULL;
	EXPECT(!heap_realloc(model->heap, live->p, size, &fault),
	       "realloc(%#zx) succeeds", size);
	EXPECT_EQ(fault, 0);
	return NULL;
}

/* largest_free bytes can be allocated. */
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

static void note_gone(struct model *model, void *p)
{
	model->gone[model->nr_gone++ % GONE_MAX] = p;
}

void model_forget(struct model *model, struct live *live)
{
	note_gone(model, live->p);
	*live = model->live[--model->count];
}

static const char *do_free(struct model *model)
{
	struct live *live = choose_live(model);
	u8 *p;
	int err;

	if (!live)
		return NULL;
	TRY(live_intact(live, live->size));
	p = live->p;
	EXPECT_EQ(put(model->heap, p), 0);
	model_forget(model, live);
	err = put(model->heap, p);
	EXPECT(err == -RTALLOC_DOUBLE_FREE || err == -RTALLOC_NOT_A_BLOCK,
	       "second free gives %d", err);
	return NULL;
}

/* A call that should have changed @live failed: it is as before. */
static const char *live_unchanged(struct model *model, const struct live *live)
{
	model->heap->zero = false;
	EXPECT_EQ(usable(model->heap, live->p), live->size);
	return live_intact(live, live->size);
}

/* A call has changed @live to @size bytes at @p: it has kept its contents. */
static const char *live_changed(struct model *model, struct live *live, u8 *p,
				size_t size, size_t align)
{
	size_t kept = min(live->size, size);

	TRY(model_place(model, live, p, size, align, kept));
	TRY(live_intact(live, kept));
	live_fill(live, (u8)choose(model, 256));
	return NULL;
}

static const char *do_realloc(struct model *model)
{
	struct live *live = choose_live(model);
	struct heap *heap = model->heap;
	size_t size = choose_size(model);
	size_t align = heap->align;
	int fault;
	u8 *p;

	if (!live)
		return NULL;
	TRY(live_intact(live, live->size));
	heap->zero = heap->core && !choose(model, 4);
	p = heap_realloc(heap, live->p, size, &fault);
	EXPECT_EQ(fault, 0);
	if (!p)
		return live_unchanged(model, live);
	if (p != live->p) {
		note_gone(model, live->p);
		memset(live->owner, 0, sizeof(live->owner));
	}
	/* Only tlsf keeps an alignment beyond the heap's own. */
	if (!strcmp(heap->ops->name, "tlsf"))
		align = live->align;
	return live_changed(model, live, p, size, align);
}

/* A size of 0 frees the block. */
static const char *do_realloc_to_none(struct model *model)
{
	struct live *live = choose_live(model);
	int fault;

	if (!live)
		return NULL;
	TRY(live_intact(live, live->size));
	EXPECT(!heap_realloc(model->heap, live->p, 0, &fault),
	       "realloc to 0 bytes gives a block");
	EXPECT_EQ(fault, 0);
	model_forget(model, live);
	return NULL;
}

static const char *do_resize(struct model *model)
{
	struct live *live = choose_live(model);
	size_t size = choose_size(model);
	int err;

	if (!live)
		return NULL;
	TRY(live_intact(live, live->size));
	err = model->heap->calls->resize(model->heap, live->p, size);
	EXPECT(!err || err == -ENOSPC, "resize to %zu gives %d", size, err);
	return err ? live_unchanged(model, live) :
		     live_changed(model, live, live->p, size, live->align);
}

static const char *do_owner(struct model *model)
{
	static const char *const owners[] = { "", "a", "net", "page", "toolong" };
	const char *owner = owners[choose(model, ARRAY_SIZE(owners))];
	struct live *live = choose_live(model);

	if (!live || !model->heap->ops->set_owner)
		return NULL;
	EXPECT_EQ(model->heap->calls->set_owner(model->heap, live->p, owner), 0);
	memset(live->owner, 0, sizeof(live->owner));
	memcpy(live->owner, owner, strnlen(owner, sizeof(live->owner)));
	return NULL;
}

/*
 * Choose an address in a region, near its ends, in a live block or near its header, of a
 * freed block, or any address.
 */
static u8 *choose_pointer(struct model *model)
{
	const struct heap *heap = model->heap;
	const struct region *region = &heap->region[choose(model, heap->regions)];
	struct live *live;

	switch (choose(model, 6)) {
	case 0:
		live = choose_live(model);
		if (live)
			return live->p + choose(model, live->size);
		break;
	case 1:
		if (model->nr_gone)
			return model->gone[choose(model, min(model->nr_gone,
							     GONE_MAX))];
		break;
	case 2:
		return region->base - 128 + choose(model, 256) +
		       choose(model, 2) * region->size;
	case 3:
		live = choose_live(model);
		if (live)
			return live->p - 128 + 8 * choose(model, 32);
		break;
	case 4:
		return (u8 *)((uintptr_t)choose(model, 0xffffffff) <<
			      choose(model, BITS_PER_LONG / 2));
	}
	return region->base + choose(model, region->size);
}

/* Calls with such an address must fail, and free must change nothing. */
static const char *do_bad_free(struct model *model)
{
	struct heap *heap = model->heap;
	u8 *p = choose_pointer(model);
	void *image;
	bool same;
	int err;

	if (!p)		/* does nothing */
		return NULL;
	for (int i = 0; i < model->count; i++)
		if (model->live[i].p == p)
			return NULL;
	image = model->no_image || model->is_checked ? NULL : heap_image(heap);
	err = put(heap, p);
	same = heap_same(heap, image);
	EXPECT(err < 0, "free of offset %#llx succeeds", where(heap, p));
	EXPECT(same, "free of offset %#llx is refused and changes the heap",
	       where(heap, p));
	EXPECT(!usable(heap, p), "offset %#llx has a usable size",
	       where(heap, p));
	EXPECT(heap->calls->resize(heap, p, 1 + choose(model, 400)) < 0,
	       "resize of offset %#llx succeeds", where(heap, p));
	EXPECT(!heap->ops->set_owner || heap->calls->set_owner(heap, p, "x") < 0,
	       "offset %#llx gets an owner", where(heap, p));
	EXPECT(!heap->core || !heap_realloc(heap, p, 100, NULL),
	       "realloc of offset %#llx succeeds", where(heap, p));
	return NULL;
}

/* Reset max_used to the bytes in use. */
static const char *do_reset(struct model *model)
{
	struct rtalloc_snapshot snap = { 0 };

	model->heap->calls->usage(model->heap, &snap, true);
	/* The model may have missed the maximum if it does not compare each step. */
	EXPECT(snap.max_used == model->max_used ||
	       (model->heap->core && snap.max_used > model->max_used),
	       "max_used is %llu, not %llu", snap.max_used, model->max_used);
	snap = heap_stats(model->heap);
	EXPECT_EQ(snap.max_used, snap.used);
	model->max_used = 0;
	return NULL;
}

static const char *do_trim(struct model *model)
{
	u64 used = heap_stats(model->heap).used, now;

	heap_trim(model->heap);
	now = heap_stats(model->heap).used;
	/* In checked mode it also frees what is in the quarantine. */
	EXPECT(now == used || (model->is_checked && now < used),
	       "used is %llu, not %llu", now, used);
	return NULL;
}

/* Add a region, or remove one, which is refused while blocks lie in it. */
static const char *do_regions(struct model *model)
{
	struct heap *heap = model->heap;
	int i = (int)choose(model, REGIONS_MAX);
	int err;

	if (heap->ops->remove_region && i && i < heap->regions) {
		err = heap_unglue(heap, i);
		EXPECT(!err || err == -EBUSY, "remove_region gives %d", err);
	} else if (heap->ops->add_region && heap->regions < REGIONS_MAX) {
		err = heap_glue(heap, 1 + choose(model, 16384));
		EXPECT(!err || err == -ENOSPC, "add_region gives %d", err);
	} else {
		return NULL;
	}
	model->is_changed |= !err;
	model->max_used = 0;
	return NULL;
}

static struct live *model_find(struct model *model, u64 offset)
{
	for (int i = 0; i < model->count; i++)
		if (model->live[i].offset == offset)
			return &model->live[i];
	return NULL;
}

/* Sums over all pieces of a walk. */
struct sums {
	u64 used;
	u64 free;
	u64 free_pieces;
	u64 idle;
};

/* Compare one piece of the walk, which must begin at @end or behind it. */
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
	case RTALLOC_CACHED:
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

/*
 * The walk must report each live block exactly once, and the same pieces for any size of
 * batches.
 */
static const char *match_walk(struct model *model, struct sums *sums)
{
	static struct rtalloc_block pieces[2][PIECES_MAX];
	long n = walk_all(model->heap, pieces[0], PIECES_MAX, 64);
	int batch = 1 + (int)choose(model, 7);
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
	/* A region that was removed leaves a gap in the offsets. */
	EXPECT(end <= heap_stats(model->heap).total || model->is_changed,
	       "walk passes the end");
	EXPECT_EQ(walk_all(model->heap, pieces[1], PIECES_MAX, batch), n);
	EXPECT(!memcmp(pieces[0], pieces[1], n * sizeof(pieces[0][0])),
	       "walks in batches of 64 and %d differ", batch);
	return NULL;
}

/* Backends that count a header, of the same size for every block, as part of the block. */
static const char *match_headers(struct model *model,
				 const struct rtalloc_snapshot *snap,
				 const struct sums *sums)
{
	size_t headers = snap->total - sums->used - sums->free;
	size_t blocks = model->count + snap->free_blocks;
	size_t header = headers / blocks;

	EXPECT_EQ(headers, header * blocks);
	EXPECT_EQ(snap->used, sums->used + header * model->count);
	return NULL;
}

/* Compare the statistics with the sums, as each backend's documentation defines them. */
static const char *match_stats(struct model *model, const struct sums *sums)
{
	struct rtalloc_snapshot snap = heap_stats(model->heap);
	const char *name = model->heap->ops->name;
	struct rtalloc_snapshot usage = { 0 };

	model->heap->calls->usage(model->heap, &usage, false);
	EXPECT_EQ(usage.total, snap.total);
	EXPECT_EQ(usage.used, snap.used);
	EXPECT_EQ(usage.max_used, snap.max_used);
	EXPECT(snap.used >= sums->used, "used %llu, blocks hold %llu",
	       snap.used, sums->used);
	EXPECT(snap.max_used >= snap.used, "max_used is below used");
	EXPECT(snap.max_used >= model->max_used, "max_used went down");
	model->max_used = snap.max_used;
	EXPECT_EQ(snap.free_blocks, sums->free_pieces);
	if (model->is_checked)
		return NULL;
	if (!strcmp(name, "slab"))
		EXPECT_EQ(snap.used, sums->used);
	if (!strcmp(name, "memheap") || !strcmp(name, "sylix_heap"))
		EXPECT_EQ(snap.used, snap.total - sums->free);
	if (!strcmp(name, "small_mem") || !strcmp(name, "lwip_mem"))
		return match_headers(model, &snap, sums);
	if (!strcmp(name, "heap4"))
		EXPECT_EQ(snap.used, snap.total - sums->free -
			  snap.free_blocks * ALIGN(2 * sizeof(size_t), model->heap->align));
	return NULL;
}

const char *model_intact(struct model *model)
{
	for (int i = 0; i < model->count; i++)
		TRY(live_intact(&model->live[i], model->live[i].size));
	return NULL;
}

const char *model_match(struct model *model)
{
	struct sums sums;

	TRY(sound(model->heap));
	TRY(match_walk(model, &sums));
	return match_stats(model, &sums);
}

const char *model_step(struct model *model)
{
	switch (choose(model, 16)) {
	case 0 ... 5:
		return do_alloc(model);
	case 6 ... 9:
		return do_free(model);
	case 10 ... 11:
		return do_realloc(model);
	case 12:
		return choose(model, 4) ? do_resize(model) :
					  do_realloc_to_none(model);
	case 13:
		return choose(model, 4) ? do_owner(model) : do_largest(model);
	case 14:
		return do_bad_free(model);
	}
	switch (choose(model, 8)) {
	case 0:
		return do_trim(model);
	case 1:
		return do_huge(model);
	case 2:
		return model->may_glue ? do_regions(model) : NULL;
	case 3:
		return do_reset(model);
	}
	return NULL;
}

const char *model_empty(struct model *model,
			const struct rtalloc_snapshot *start)
{
	struct rtalloc_snapshot snap;
	struct sums sums;

	while (model->count)
		TRY(do_free(model));
	heap_trim(model->heap);
	TRY(sound(model->heap));
	TRY(match_walk(model, &sums));
	EXPECT_EQ(sums.idle, 0);
	snap = heap_stats(model->heap);
	if (model->is_changed) {
		EXPECT(snap.free_blocks <= (u64)model->heap->regions,
		       "%llu free blocks in %d empty regions",
		       snap.free_blocks, model->heap->regions);
		return NULL;
	}
	EXPECT_EQ(snap.used, start->used);
	EXPECT_EQ(snap.total, start->total);
	EXPECT_EQ(snap.largest_free, start->largest_free);
	EXPECT_EQ(snap.free_blocks, start->free_blocks);
	return NULL;
}
