// SPDX-License-Identifier: GPL-2.0-only
/*
 * mix.c - random calls of the public API, compared with the naive model of
 * kunit/backend/model.h.
 *
 *	[SEED=N] [FRACTION=N] mix [PART]	see runner.h
 *
 * Each case is a heap of one backend, plain or checked, in up to six pieces of memory,
 * which may be adjacent and are added and removed. The heap is destroyed and created again
 * in the same memory; all pointers into the earlier one are bad then. Besides what the model
 * expects, the memory outside the heap must not change.
 *
 * FRACTION=N: do 1/N of the steps. SEED=N: repeat a run.
 */
#include <stdio.h>
#include <linux/err.h>
#include <linux/mm.h>

#include "core/keys.h"
#include "core_heap.h"
#include "model.h"
#include "runner.h"

#define ROOM		(1024 * 1024)	/* bytes of memory for heaps */
#define UNUSED		0xc5		/* fills the memory outside of the heap */
#define PIECES_MAX	6
#define LIVES		3		/* how often a case creates its heap */
#define STEPS		600

extern bool shim_init_on_alloc, shim_init_on_free;
uint64_t shim_random_seed;

static const struct geometry cases[] = {
	{ "tlsf", "tlsf" },
	{ "tlsf-8", "tlsf", .align = 8 },
	{ "tlsf-32", "tlsf", .align = 32 },
	{ "slab", "slab" },
	{ "memheap", "memheap" },
	{ "memheap-best", "memheap", .flags = RTALLOC_HEAP_BEST_FIT },
	{ "small_mem", "small_mem" },
	{ "small_mem-4", "small_mem", .align = 4 },
	{ "small_mem-64", "small_mem", .align = 64 },
	{ "lwip_mem", "lwip_mem" },
	{ "lwip_mem-1", "lwip_mem", .align = 1 },
	{ "heap4", "heap4" },
	{ "heap4-32", "heap4", .align = 32 },
	{ "sylix_heap", "sylix_heap" },
	{ "sylix_heap-64", "sylix_heap", .align = 64 },
	{ "pool", "pool", .elem = 120 },
	{ "pool-guards", "pool", .elem = 40,
	  .flags = RTALLOC_POOL_GUARDS | RTALLOC_POOL_HIGH_FIRST },
};

static u8 room[ROOM] __aligned(PAGE_SIZE);
static struct region piece[PIECES_MAX];
static unsigned int nr_pieces;
static struct heap heap;
static struct model model;

/* ---- pieces of memory -------------------------------------------------- */

/* Choose the pieces, in the order of addresses, some of them adjacent. */
static void pieces_make(bool is_slab)
{
	u8 *at = room + 64 * KIB;
	unsigned int i;

	nr_pieces = 2 + choose(&model, PIECES_MAX - 1);
	for (i = 0; i < nr_pieces; i++) {
		piece[i] = (struct region){ at, PAGE_SIZE * (2 + choose(&model, 12)) };
		/* Slab needs room for its tables and for zones of 32 KiB. */
		if (is_slab)
			piece[i].size = PAGE_SIZE * (i ? 8 + choose(&model, 10) : 70);
		at += piece[i].size;
		if (choose(&model, 2))
			at += PAGE_SIZE * choose(&model, 4);
	}
	if (!is_slab && !choose(&model, 3))
		swap(piece[0], piece[nr_pieces - 1]);
}

static const char *piece_remove(int i)
{
	struct region of = heap.region[i];
	int err = rtalloc_heap_remove_memory(heap.core, of.base);

	EXPECT(!err || err == -EBUSY || err == -EOPNOTSUPP,
	       "removing memory: %d", err);
	if (err)
		return NULL;
	heap.region[i] = heap.region[--heap.regions];
	for (i = 0; i < model.count; i++)
		EXPECT(live_inside(&heap, &model.live[i]),
		       "memory is removed under a block");
	memset(of.base, UNUSED, of.size);
	return NULL;
}

static const char *piece_add(const struct region *of)
{
	int err;

	if (choose(&model, 2))
		memset(of->base, choose(&model, 256), of->size);
	err = rtalloc_heap_add_memory(heap.core, of->base, of->size);
	EXPECT(!err || err == -EOPNOTSUPP || err == -ENOSPC || err == -EFBIG,
	       "adding memory: %d", err);
	if (err)
		memset(of->base, UNUSED, of->size);
	else
		heap.region[heap.regions++] = *of;
	return NULL;
}

/* Add a piece to the heap, or remove it. The first one stays. */
static const char *step_piece(void)
{
	const struct region *of = &piece[1 + choose(&model, nr_pieces - 1)];

	model.max_used = 0;
	for (int i = 1; i < heap.regions; i++)
		if (heap.region[i].base == of->base)
			return piece_remove(i);
	return piece_add(of);
}

/* ---- cases ------------------------------------------------------------- */

static const char *step_check(void)
{
	TRY(model_match(&model));
	TRY(model_intact(&model));
	for (u8 *page = room; page < room + ROOM; page += PAGE_SIZE)
		EXPECT(region_with(&heap, page) || holds(page, UNUSED, PAGE_SIZE),
		       "written to outside of the heap");
	return NULL;
}

static const char *step(void)
{
	switch (choose(&model, 24)) {
	case 0:
		return step_piece();
	case 1:
		return step_check();
	default:
		return model_step(&model);
	}
}

static const char *life_begin(const struct geometry *of, bool is_checked)
{
	struct geometry geometry = *of;
	int err;

	geometry.size = piece[0].size;
	if (is_checked) {
		geometry.flags |= RTALLOC_HEAP_CHECKED;
		geometry.quarantine = choose(&model, 3) ? 0 :
						1 + choose(&model, 9000);
	}
	err = core_open_in(&heap, &geometry, piece[0]);
	EXPECT(!err, "no heap: %d", err);
	model.is_checked = is_checked;
	model.is_changed = true;
	model_begin(&model, &heap, choose(&model, 4) ? 400 : 20000);
	return NULL;
}

static const char *life_end(void)
{
	while (model.count)
		model_forget(&model, &model.live[0]);
	EXPECT_EQ(rtalloc_heap_destroy(heap.core, true), 0);
	for (int i = 1; i < heap.regions; i++)
		memset(heap.region[i].base, UNUSED, heap.region[i].size);
	heap = (struct heap){ };
	return NULL;
}

static const char *play(const struct geometry *of, bool is_checked)
{
	memset(room, UNUSED, sizeof(room));
	pieces_make(!strcmp(of->backend, "slab"));
	for (int life = 0; life < LIVES; life++) {
		TRY(life_begin(of, is_checked));
		for (int i = 0; i < STEPS / LIVES; i++)
			TRY(step());
		TRY(step_check());
		TRY(life_end());
	}
	return NULL;
}

static const char *run(const struct geometry *of, bool is_checked, u64 seed)
{
	const char *why;

	model = (struct model){ .state = seed };
	shim_random_seed = seed;
	shim_init_on_alloc = !choose(&model, 4);
	shim_init_on_free = !choose(&model, 4);
	rtalloc_keys_init();
	why = play(of, is_checked);
	if (why && !IS_ERR_OR_NULL(heap.core))
		rtalloc_heap_destroy(heap.core, true);
	rtalloc_keys_exit();
	return why;
}

static void case_play(const struct geometry *of, bool is_checked, u64 seed,
		      unsigned int games)
{
	char name[40], line[1100];
	const char *why = NULL;

	snprintf(name, sizeof(name), "mix.%s%s", is_checked ? "checked-" : "",
		 of->desc);
	if (!runner_wants(name))
		return;
	while (!why && games--)
		why = run(of, is_checked, seed++);
	if (why)
		snprintf(line, sizeof(line), "%s (SEED=%llu)", why, seed - 1);
	runner_result(name, why ? line : NULL);
}

int main(int argc, char **argv)
{
	u64 less, seed;

	runner_begin(argc, argv, "[SEED=N] [FRACTION=N] mix [PART]");
	less = runner_number("FRACTION", 1);
	seed = runner_seed();
	for (size_t i = 0; i < 2 * ARRAY_SIZE(cases); i++)
		case_play(&cases[i / 2], i & 1, seed,
			  max(30 / max_t(u64, less, 1), 1ull));
	return runner_end();
}
