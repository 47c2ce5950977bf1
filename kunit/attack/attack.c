// SPDX-License-Identifier: GPL-2.0-only
/*
 * attack.c - attacks on heaps: the cases, and the loop over positions. value.c chooses what
 * is written, and model.c has the calls before and after.
 *
 * Each attack begins with a new heap in the same memory: make a layout of blocks, write 16
 * bytes, then make many valid calls. An independent model knows which blocks are live: none
 * of them may be allocated twice or change, nothing outside of the heap may be written, and
 * every call must return. A call may fail, because the heap may find the damage and close.
 */
#include <linux/align.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "kunit/attack/attack.h"
#include "kunit/backend/draw.h"

/* Magazines of four blocks of each class; the classes' sizes add up to 3072 bytes. */
#define CACHED	(4 * 3072)
/* A quarantine for four or five freed blocks, so that memory is reused soon. */
#define KEPT	1024

/* A backend with magazines, and one in checked mode. */
#define PERCPU(of, bytes)						\
	.name = of "_percpu", .backend = of, .size = bytes, .percpu = CACHED
#define CHECKED(of, bytes)						\
	.name = of "_checked", .backend = of, .size = bytes,		\
	.flags = RTALLOC_HEAP_CHECKED, .quarantine = KEPT

const struct attack_case attack_cases[] = {
	{ .name = "tlsf", .backend = "tlsf", .size = 16384, .align = 16,
	  .has_tag = true },
	{ .name = "tlsf8", .backend = "tlsf", .size = 16384, .align = 8,
	  .has_tag = true },
	{ .name = "slab", .backend = "slab", .size = 196608 },
	{ .name = "memheap", .backend = "memheap", .size = 8192 },
	{ .name = "memheap_best", .backend = "memheap", .size = 8192,
	  .flags = RTALLOC_HEAP_BEST_FIT },
	{ .name = "small_mem", .backend = "small_mem", .size = 8192 },
	{ .name = "small_mem4", .backend = "small_mem", .size = 8192,
	  .align = 4 },
	{ .name = "lwip_mem", .backend = "lwip_mem", .size = 8192 },
	{ .name = "lwip_mem1", .backend = "lwip_mem", .size = 8192,
	  .align = 1 },
	{ .name = "lwip_mem_wide", .backend = "lwip_mem", .size = 72000,
	  .align = 4 },
	{ .name = "heap4", .backend = "heap4", .size = 8192 },
	{ .name = "heap4_protect", .backend = "heap4", .size = 8192,
	  .align = 16, .flags = RTALLOC_HEAP_PROTECT },
	{ .name = "sylix_heap", .backend = "sylix_heap", .size = 8192 },
	{ .name = "pool", .backend = "pool", .size = 8192, .elem = 120 },
	{ .name = "pool_guards", .backend = "pool", .size = 8192,
	  .elem = 120, .flags = RTALLOC_POOL_FLAGS },
	{ PERCPU("tlsf", 16384), .align = 16, .has_tag = true },
	{ .name = "tlsf8_percpu", .backend = "tlsf", .size = 16384,
	  .align = 8, .percpu = CACHED, .has_tag = true },
	{ PERCPU("slab", 196608) },
	{ PERCPU("memheap", 8192) },
	{ PERCPU("small_mem", 8192) },
	{ PERCPU("lwip_mem", 8192) },
	{ PERCPU("heap4", 8192) },
	{ PERCPU("sylix_heap", 8192) },
	{ PERCPU("pool", 8192), .elem = 120 },
	{ CHECKED("tlsf", 16384) },
	{ CHECKED("slab", 196608) },
	{ CHECKED("memheap", 16384) },
	{ CHECKED("small_mem", 16384) },
	{ CHECKED("lwip_mem", 16384) },
	{ CHECKED("heap4", 16384) },
	{ CHECKED("sylix_heap", 16384) },
	{ CHECKED("pool", 16384), .elem = 120 },
	{ }
};

bool attack_failed(struct attack *a, const char *format, ...)
{
	va_list args;
	int n;

	if (a->why[0])
		return false;
	n = scnprintf(a->why, sizeof(a->why), "layout %u at %zu %llx %llx: ",
		      a->layout, a->at, (unsigned long long)a->value[0],
		      (unsigned long long)a->value[1]);
	va_start(args, format);
	vsnprintf(a->why + n, sizeof(a->why) - n, format, args);
	va_end(args);
	return false;
}

u32 attack_draw(struct attack *a, u32 below)
{
	return draw(&a->seed) % below;
}

bool attack_open(struct attack *a, const struct attack_case *c)
{
	const struct rtalloc_heap_params params = {
		.name = "attack", .backend = c->backend,
		.memory = a->memory + ATTACK_GUARD,
		.size = c->size, .align = c->align, .elem = c->elem,
		.flags = c->flags | (c->percpu ? RTALLOC_HEAP_PERCPU : 0),
		.percpu = c->percpu, .quarantine = c->quarantine,
	};

	a->c = c;
	a->opened++;
	a->base = params.memory;
	a->nr_live = 0;
	a->nr_stale = 0;
	a->nr_moments = 0;
	a->tag_code = 0;
	a->has_copied_tag = false;
	memset(a->memory, 0xc5, ATTACK_GUARD);
	memset(a->base + c->size, 0xc5, ATTACK_GUARD);
	a->heap = rtalloc_heap_create(&params);
	if (IS_ERR(a->heap))
		return attack_failed(a, "no heap: %ld", PTR_ERR(a->heap));
	return true;
}

void attack_close(struct attack *a)
{
	if (!IS_ERR_OR_NULL(a->heap))
		rtalloc_heap_destroy(a->heap, true);
	a->heap = NULL;
}

/*
 * Find where in the heap's memory offset 0 is; for tlsf it is behind its table. A live block
 * tells it. Stale pointers do not, because their blocks may have moved.
 */
static bool find_origin(struct attack *a, u64 *origin)
{
	unsigned int i;

	*origin = 0;
	if (!a->nr_live && a->nr_stale)
		return attack_failed(a, "no block is live to go by");
	for (i = 0; i < a->nr_live; i++) {
		u64 at = a->live[i].p - a->base;
		u64 offset = rtalloc_offset(a->heap, a->live[i].p);

		if (!i)
			*origin = at - offset;
		if (*origin > a->c->size || at - offset != *origin)
			return attack_failed(a, "offset %llu of the block at %llu",
					     offset, at);
	}
	return true;
}

/* Whether @size bytes at @at do not overlap a live block. */
static bool spares_live(const struct attack *a, size_t at, size_t size)
{
	unsigned int i;

	for (i = 0; i < a->nr_live; i++) {
		size_t from = a->live[i].p - a->base;

		if (at < from + a->live[i].size && from < at + size)
			return false;
	}
	return true;
}

/* Note that no live block is in the heap's memory between @from and @end. */
static bool map_piece(struct attack *a, u64 from, u64 end)
{
	if (!spares_live(a, from, end - from))
		return attack_failed(a, "the map calls a live block free");
	memset(a->is_free + from, 1, end - from);
	return true;
}

/*
 * Note in @a->is_free the bytes that belong to no live block: free and idle pieces with the
 * header in front of them, and cached blocks without their header, because for the backend a
 * cached block is live.
 */
static bool map_free(struct attack *a)
{
	struct rtalloc_cursor cursor = { };
	struct rtalloc_block piece;
	u64 origin, from, end;
	int n;

	memset(a->is_free, 0, a->c->size);
	if (!find_origin(a, &origin))
		return false;
	for (end = origin;
	     (n = rtalloc_walk(a->heap, &cursor, &piece, 1)) == 1;
	     end = from + piece.size) {
		from = origin + piece.offset;
		if (from < end || from > a->c->size ||
		    piece.size > a->c->size - from)
			return attack_failed(a, "the map is no map");
		if (piece.state == RTALLOC_CACHED)
			end = from;
		if ((piece.state == RTALLOC_FREE ||
		     piece.state == RTALLOC_IDLE ||
		     piece.state == RTALLOC_CACHED) &&
		    !map_piece(a, end, from + piece.size))
			return false;
	}
	return !n || attack_failed(a, "the map ends with %d", n);
}

/* Whether a stale pointer of the layout leads to the 16 bytes at @at. */
static bool can_write(const struct attack *a, size_t at)
{
	unsigned int i;

	if (at + 16 > a->c->size || memchr(a->is_free + at, 0, 16))
		return false;
	for (i = 0; i < a->nr_reach; i++) {
		size_t from = a->reach[i].p - a->base;

		if (at >= from && at + 16 <= from + a->reach[i].size)
			return true;
	}
	return false;
}

/* Find the positions that can be attacked in this layout, which is always the same. */
static bool survey(struct attack *a)
{
	struct rtalloc_fault fault;
	bool ok = attack_open(a, a->c) && attack_layout(a, a->layout) &&
		  map_free(a);

	if (ok && rtalloc_check(a->heap, &fault))
		ok = attack_failed(a, "unsound at first: %s", fault.what);
	memcpy(a->reach, a->stale, sizeof(a->reach));
	a->nr_reach = a->nr_stale;
	attack_close(a);
	return ok;
}

static bool attack_once(struct attack *a)
{
	size_t at;

	if (!attack_layout(a, a->layout))
		return false;
	if (!spares_live(a, a->at, sizeof(a->value)))
		return attack_failed(a, "the layout is another than before");
	attack_choose(a);
	memcpy(a->base + a->at, a->value, sizeof(a->value));
	for (at = ALIGN_DOWN(a->at, 8); at < a->at + sizeof(a->value); at += 8)
		if (attack_is_tagged(a, a->base + at + 8))
			a->has_copied_tag = true;
	a->done++;
	return attack_go_on(a);
}

static bool attack_at(struct attack *a, unsigned int draws)
{
	bool ok = true;

	while (ok && draws--) {
		ok = attack_open(a, a->c) && attack_once(a);
		attack_close(a);
		cond_resched();
	}
	return ok;
}

/* The next position. Sometimes it is not aligned to 8, which matters for small headers. */
static size_t next_position(struct attack *a, unsigned int step)
{
	size_t at = a->at + 8;

	if (step > 1)
		at += 8 * attack_draw(a, 2 * step - 1);
	if (!attack_draw(a, 4))
		at = (at & ~(size_t)7) + attack_draw(a, 8);
	else
		at &= ~(size_t)7;
	return at;
}

static bool attack_layout_of(struct attack *a, unsigned int step,
			     unsigned int draws)
{
	bool ok;

	a->at = 0;
	a->value[0] = 0;
	a->value[1] = 0;
	ok = survey(a);
	for (; ok && a->at + 16 <= a->c->size; a->at = next_position(a, step))
		ok = !can_write(a, a->at) || attack_at(a, draws);
	return ok;
}

bool attack_run(struct attack *a, const struct attack_case *c,
		unsigned int step, unsigned int draws)
{
	unsigned long before = a->done;
	bool ok = true;

	a->why[0] = 0;
	a->c = c;
	for (a->layout = 0; ok && a->layout < ATTACK_LAYOUTS; a->layout++)
		ok = attack_layout_of(a, step, draws);
	if (ok && a->done == before)
		return attack_failed(a, "nothing could be written");
	return ok;
}
