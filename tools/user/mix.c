// SPDX-License-Identifier: GPL-2.0-only
/*
 * mix.c - random calls of the public API, compared with a naive model: a list of the live
 * blocks, and a copy of what was written to them.
 *
 *	[SEED=N] [LESS=N] mix [PART]	see runner.h
 *
 * Each case is a heap of one backend, plain or checked, in up to six pieces of memory,
 * which may be adjacent and are added and removed. Sizes and alignments are drawn up to the
 * largest numbers. Bad pointers (freed, inside of a block, in front of one, foreign) are
 * passed to every call. The heap is destroyed and created again in the same memory; all
 * pointers into the earlier one are bad then. What must hold:
 *
 *   - a block lies in the heap, has its alignment, and overlaps no other;
 *   - nothing is written outside the heap or into live blocks; realloc and resize keep the
 *     contents up to the smaller size, and new bytes are zero if that was requested;
 *   - no valid pointer is refused and no bad one is accepted;
 *   - check, walk and statistics agree with the model, and a request of largest_free bytes
 *     succeeds.
 *
 * LESS=N: do 1/N of the steps. SEED=N: repeat a run.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/mm.h>

#include "core/core.h"
#include "core/keys.h"
#include "runner.h"

#define ROOM		(1024 * 1024)	/* bytes of memory for heaps */
#define UNUSED		0xc5		/* fills the memory outside of the heap */
#define BLOCKS_MAX	256
#define STALE_MAX	1024
#define PARTS_MAX	6
#define LIVES		3		/* how often a case creates its heap */
#define STEPS		600

extern bool shim_init_on_alloc, shim_init_on_free;
uint64_t shim_random_seed;

static const struct mix_case {
	const char *name;
	const char *backend;
	unsigned int flags;
	size_t align;
	size_t elem;
	bool keeps_align;	/* realloc keeps a block's alignment */
} cases[] = {
	{ "tlsf", "tlsf", .keeps_align = true },
	{ "tlsf-8", "tlsf", .align = 8, .keeps_align = true },
	{ "tlsf-32", "tlsf", .align = 32, .keeps_align = true },
	{ "slab", "slab" },
	{ "memheap", "memheap" },
	{ "memheap-best", "memheap", RTALLOC_HEAP_BEST_FIT },
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
	{ "pool-guards", "pool", RTALLOC_POOL_GUARDS | RTALLOC_POOL_HIGH_FIRST,
	  .elem = 40 },
};

struct piece {
	u8 *base;
	size_t size;
	bool is_in;
};

struct mixed {
	u8 *p;
	size_t size;	/* usable bytes */
	size_t align;
};

static u8 room[ROOM] __aligned(PAGE_SIZE), copy[ROOM], inside[ROOM];
static struct piece piece[PARTS_MAX];
static struct mixed block[BLOCKS_MAX];
static u8 *stale[STALE_MAX];
static unsigned int nr_pieces, nr_blocks, nr_stale;
static const struct mix_case *mixed_case;
static struct rtalloc_heap *heap;
static u64 state;
static jmp_buf failed;
static char why[200];

static void __attribute__((noreturn, format(printf, 1, 2)))
fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	longjmp(failed, 1);
}

/* A random number below @n; the multiplier is Knuth's for 64 bits. */
static u32 draw(u32 n)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(state >> 33) % n;
}

static size_t draw_size(void)
{
	switch (draw(20)) {
	case 0:
		return draw(20000);
	case 1:
		return SIZE_MAX - draw(200);
	case 2:
		return (SIZE_MAX >> draw(BITS_PER_LONG - 1)) - draw(40);
	case 3:
		return 1 + draw(8);
	case 4:
		return PAGE_SIZE * (1 + draw(3)) - draw(64);
	default:
		return 1 + draw(400);
	}
}

/* ---- the model --------------------------------------------------------- */

static size_t offset_of(const u8 *p)
{
	return p - room;
}

static const struct piece *piece_of(const u8 *p)
{
	for (unsigned int i = 0; i < nr_pieces; i++)
		if (piece[i].is_in && (size_t)(p - piece[i].base) < piece[i].size)
			return &piece[i];
	return NULL;
}

/* Whether the bytes lie in the heap; they may span adjacent pieces. */
static bool is_inside(const u8 *p, size_t size)
{
	const u8 *end = p + size;
	const struct piece *at;

	while (p < end) {
		at = piece_of(p);
		if (!at)
			return false;
		p = at->base + at->size;
	}
	return true;
}

static bool is_live(const u8 *p)
{
	for (unsigned int i = 0; i < nr_blocks; i++)
		if (block[i].p == p)
			return true;
	return false;
}

static void remember_stale(u8 *p)
{
	stale[nr_stale++ % STALE_MAX] = p;
}

static void block_forget(unsigned int i)
{
	block[i] = block[--nr_blocks];
}

/* Note the block @p, allocated for @size bytes, and fill it. Its first @kept bytes are kept. */
static void block_note(u8 *p, size_t size, size_t align, size_t kept,
		       bool is_zero)
{
	size_t room_of = rtalloc_usable_size(heap, p);
	unsigned int i;

	if (room_of < size)
		fail("%zu bytes of %zu may be used", room_of, size);
	if (!is_inside(p, room_of))
		fail("a block outside of the heap");
	if ((size_t)p & (align - 1))
		fail("a block not aligned to %zu", align);
	for (i = 0; i < nr_blocks; i++)
		if (p < block[i].p + block[i].size && block[i].p < p + room_of)
			fail("two blocks overlap");
	for (i = kept; is_zero && i < room_of; i++)
		if (p[i])
			fail("byte %u of %zu is not zero", i, room_of);
	for (i = kept; i < room_of && draw(4); i++)
		p[i] = draw(256);
	memcpy(copy + offset_of(p), p, room_of);
	block[nr_blocks++] = (struct mixed){ p, room_of, align };
}

static void contents_verify(const struct mixed *b, const u8 *now, size_t size)
{
	if (memcmp(now, copy + offset_of(b->p), size))
		fail("the contents of a block of %zu bytes changed", b->size);
}

static void everything_verify(void)
{
	memset(inside, 0, sizeof(inside));
	for (unsigned int i = 0; i < nr_pieces; i++)
		if (piece[i].is_in)
			memset(inside + offset_of(piece[i].base), 1,
			       piece[i].size);
	for (size_t i = 0; i < ROOM; i++)
		if (!inside[i] && room[i] != UNUSED)
			fail("written to outside of the heap");
	for (unsigned int i = 0; i < nr_blocks; i++)
		contents_verify(&block[i], block[i].p, block[i].size);
}

/* ---- the calls --------------------------------------------------------- */

static void step_alloc(void)
{
	gfp_t gfp = draw(4) ? 0 : __GFP_ZERO;
	size_t size = draw_size(), align = 1;
	u8 *p;

	if (nr_blocks == BLOCKS_MAX)
		return;
	if (draw(4)) {
		p = rtalloc_alloc(heap, size, gfp);
	} else {
		align = (size_t)1 << draw(draw(6) ? 9 : BITS_PER_LONG);
		p = rtalloc_alloc_aligned(heap, size, align, gfp);
	}
	if (p)
		block_note(p, size, max(align, heap->align), 0,
			   gfp || shim_init_on_alloc);
}

static void step_free(unsigned int i)
{
	contents_verify(&block[i], block[i].p, block[i].size);
	if (rtalloc_free(heap, block[i].p))
		fail("a good free is refused");
	remember_stale(block[i].p);
	block_forget(i);
}

static void step_realloc(unsigned int i)
{
	gfp_t gfp = draw(4) ? 0 : __GFP_ZERO;
	size_t size = draw_size(), kept;
	struct mixed old = block[i];
	u8 *p = rtalloc_realloc(heap, old.p, size, gfp);

	if (!p && size)
		return;
	kept = min(old.size, size);
	block_forget(i);
	if (p != old.p)
		remember_stale(old.p);
	if (!p)
		return;		/* a size of 0 frees */
	contents_verify(&old, p, kept);
	block_note(p, size, mixed_case->keeps_align ? old.align : heap->align,
		   kept, gfp || shim_init_on_alloc);
}

static void step_resize(unsigned int i)
{
	size_t size = draw_size(), kept = min(block[i].size, size);
	struct mixed old = block[i];
	int err = rtalloc_resize(heap, old.p, size);

	if (err && err != -ENOSPC && err != -EINVAL)
		fail("resize of a good block: %d", err);
	if (err && rtalloc_usable_size(heap, old.p) != old.size)
		fail("a resize that failed changed the block");
	if (err)
		return;
	contents_verify(&old, old.p, kept);
	block_forget(i);
	block_note(old.p, size, old.align, kept, shim_init_on_alloc);
}

static u8 *draw_bad(void)
{
	struct mixed *b = nr_blocks ? &block[draw(nr_blocks)] : NULL;

	switch (draw(6)) {
	case 0:
		return nr_stale ? stale[draw(min_t(u32, nr_stale, STALE_MAX))] : NULL;
	case 1:
		return b ? b->p + 1 + draw(b->size) : NULL;
	case 2:
		return b ? b->p + 8 * (1 + draw(b->size / 8 + 1)) : NULL;
	case 3:
		return b ? b->p - 8 * (1 + draw(16)) : NULL;
	case 4:
		return room + draw(ROOM);
	default:
		return (u8 *)(size_t)((u64)draw(UINT_MAX) << draw(33));
	}
}

static void step_bad(void)
{
	u8 *p = draw_bad();

	if (!p || is_live(p))
		return;
	if (rtalloc_usable_size(heap, p))
		fail("a bad pointer has a size");
	switch (draw(4)) {
	case 0:
		if (!rtalloc_free(heap, p))
			fail("a bad pointer is freed");
		break;
	case 1:
		if (rtalloc_realloc(heap, p, 1 + draw(400), 0))
			fail("a bad pointer is reallocated");
		break;
	case 2:
		if (!rtalloc_resize(heap, p, 1 + draw(400)))
			fail("a bad pointer is resized");
		break;
	default:
		if (!rtalloc_set_owner(heap, p, "x"))
			fail("a bad pointer has an owner");
	}
}

static void piece_remove(struct piece *of)
{
	int err = rtalloc_heap_remove_memory(heap, of->base);

	if (err && err != -EBUSY && err != -EOPNOTSUPP)
		fail("removing memory: %d", err);
	if (err)
		return;
	of->is_in = false;
	for (unsigned int i = 0; i < nr_blocks; i++)
		if (!is_inside(block[i].p, block[i].size))
			fail("memory is removed under a block");
	memset(of->base, UNUSED, of->size);
}

static void piece_add(struct piece *of)
{
	int err;

	if (draw(2))
		memset(of->base, draw(256), of->size);
	err = rtalloc_heap_add_memory(heap, of->base, of->size);
	if (err && err != -EOPNOTSUPP && err != -ENOSPC && err != -EFBIG)
		fail("adding memory: %d", err);
	of->is_in = !err;
	if (err)
		memset(of->base, UNUSED, of->size);
}

static void step_piece(void)
{
	struct piece *of = &piece[1 + draw(nr_pieces - 1)];

	if (of->is_in)
		piece_remove(of);
	else
		piece_add(of);
}

static unsigned int walk_count(void)
{
	struct rtalloc_cursor cursor = { };
	struct rtalloc_block batch[16];
	unsigned int used = 0;
	int n;

	while ((n = rtalloc_walk(heap, &cursor, batch, 16)) > 0)
		for (int i = 0; i < n; i++)
			used += batch[i].state == RTALLOC_USED;
	if (n)
		fail("walk: %d", n);
	return used;
}

static void step_check(void)
{
	struct rtalloc_snapshot snap;
	struct rtalloc_fault fault;
	u8 *p;

	if (rtalloc_check(heap, &fault))
		fail("check: %s", fault.what);
	rtalloc_stats(heap, &snap);
	if (snap.live != nr_blocks || walk_count() != nr_blocks)
		fail("%llu live, %u used in the walk, not %u",
		     (unsigned long long)snap.live, walk_count(), nr_blocks);
	if (snap.used > snap.total)
		fail("more used than there is");
	if (snap.largest_free && !draw(4)) {
		p = rtalloc_alloc(heap, snap.largest_free, 0);
		if (!p)
			fail("largest_free of %llu is refused",
			     (unsigned long long)snap.largest_free);
		if (rtalloc_free(heap, p))
			fail("its free is refused");
		remember_stale(p);
	}
	everything_verify();
}

static void step(void)
{
	u32 what = draw(24);

	if (what < 8)
		step_alloc();
	else if (what < 10)
		step_bad();
	else if (what == 10)
		step_piece();
	else if (what == 11)
		step_check();
	else if (what == 12 && !draw(6))
		rtalloc_trim(heap);
	else if (nr_blocks && what < 19)
		step_free(draw(nr_blocks));
	else if (nr_blocks && what < 22)
		step_realloc(draw(nr_blocks));
	else if (nr_blocks)
		step_resize(draw(nr_blocks));
}

/* ---- cases ------------------------------------------------------------- */

/* Choose the pieces, in the order of addresses, some of them adjacent. */
static void pieces_make(bool is_slab)
{
	u8 *at = room + 64 * 1024;
	unsigned int i;

	nr_pieces = 2 + draw(PARTS_MAX - 1);
	for (i = 0; i < nr_pieces; i++) {
		piece[i] = (struct piece){ at, PAGE_SIZE * (2 + draw(12)) };
		/* Slab needs room for its tables and for zones of 32 KiB. */
		if (is_slab)
			piece[i].size = PAGE_SIZE * (i ? 8 + draw(10) : 70);
		at += piece[i].size + (draw(2) ? 0 : PAGE_SIZE * draw(4));
	}
	if (!is_slab && !draw(3))
		swap(piece[0], piece[nr_pieces - 1]);
}

static void heap_open(bool is_checked)
{
	struct rtalloc_heap_params params = {
		.name = "mix",
		.backend = mixed_case->backend,
		.memory = piece[0].base,
		.size = piece[0].size,
		.align = mixed_case->align,
		.flags = mixed_case->flags,
		.elem = mixed_case->elem,
	};

	if (is_checked) {
		params.flags |= RTALLOC_HEAP_CHECKED;
		params.quarantine = draw(3) ? 0 : 1 + draw(9000);
	}
	heap = rtalloc_heap_create(&params);
	if (IS_ERR(heap))
		fail("no heap: %ld", PTR_ERR(heap));
	piece[0].is_in = true;
}

static void heap_close(void)
{
	while (nr_blocks) {
		remember_stale(block[0].p);
		block_forget(0);
	}
	if (rtalloc_heap_destroy(heap, true))
		fail("it cannot be destroyed");
	heap = NULL;
	for (unsigned int i = 0; i < nr_pieces; i++) {
		if (i && piece[i].is_in)
			memset(piece[i].base, UNUSED, piece[i].size);
		piece[i].is_in = false;
	}
}

static void play(bool is_checked, unsigned int steps)
{
	memset(room, UNUSED, sizeof(room));
	nr_stale = 0;
	pieces_make(!strcmp(mixed_case->backend, "slab"));
	for (int life = 0; life < LIVES; life++) {
		heap_open(is_checked);
		for (unsigned int i = 0; i < steps / LIVES; i++)
			step();
		step_check();
		heap_close();
	}
}

static bool run(bool is_checked, u64 seed, unsigned int steps)
{
	volatile bool ok = true;

	state = seed;
	shim_random_seed = seed;
	shim_init_on_alloc = !draw(4);
	shim_init_on_free = !draw(4);
	rtalloc_keys_init();
	if (!setjmp(failed)) {
		play(is_checked, steps);
	} else {
		ok = false;
		nr_blocks = 0;
		if (!IS_ERR_OR_NULL(heap))
			rtalloc_heap_destroy(heap, true);
		heap = NULL;
	}
	rtalloc_keys_exit();
	return ok;
}

static void case_play(const struct mix_case *c, bool is_checked, u64 seed,
		      unsigned int games)
{
	char name[40], line[sizeof(why) + 40];
	bool ok = true;

	snprintf(name, sizeof(name), "mix.%s%s", is_checked ? "checked-" : "",
		 c->name);
	if (!runner_wants(name))
		return;
	mixed_case = c;
	for (unsigned int i = 0; ok && i < games; i++) {
		ok = run(is_checked, seed + i, STEPS);
		snprintf(line, sizeof(line), "%s (SEED=%llu)", why,
			 (unsigned long long)seed + i);
	}
	runner_result(name, ok ? NULL : line);
}

int main(int argc, char **argv)
{
	u64 less, seed;

	runner_begin(argc, argv, "[SEED=N] [LESS=N] mix [PART]");
	less = runner_number("LESS", 1);
	seed = runner_seed();
	for (size_t i = 0; i < 2 * ARRAY_SIZE(cases); i++)
		case_play(&cases[i / 2], i & 1, seed,
			  max(30 / max_t(u64, less, 1), 1ull));
	return runner_end();
}
