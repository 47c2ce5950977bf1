// SPDX-License-Identifier: GPL-2.0-only
/*
 * Heaps of every backend in user space.
 *
 * The module's sources are compiled with the headers of tools/user/shim in place of the
 * kernel's. The table of backends is that of the tests (kunit/backend/harness.c), so that a
 * name means the same everywhere. Pools are left out, because their blocks have one size.
 * Where the core's entry points inline a backend's usual case, calls go through them,
 * without the lock (tools/user/entry_user.h), so that counts are those of a kernel.
 *
 * Heaps with magazines use the core itself, in a separate object (sim_percpu.c).
 *
 * A region is zeroed memory between two guard pages. The footprint is the number of bytes in
 * pages that are no longer all zero; users of blocks write into each of their pages.
 */
#include <linux/err.h>
#include <stdlib.h>

#include "entry_user.h"
#include "sim.h"
#include "sim_first.h"
#include "sim_percpu.h"

#define BATCH	32
#define SKIPPED_BYTES	16	/* bytes of a skipped search per basic block */

struct sim {
	const struct rtalloc_ops *ops;
	struct entry entry;
	u8 *whole;		/* the allocation that holds the control block */
	void *ctrl;
	u8 *base;
	size_t size;
	struct first *first;	/* replaces the search; NULL: the backend searches */
	struct first *aside;	/* @first during a call in which the backend searches */
	void *layered;		/* heap of the core, if it has magazines; else NULL */
};

/* The arguments of "rtheap create" for a row of the table. */
static const char *create_words(const struct backend *backend)
{
	static const struct {
		const char *figure;
		const char *words;
	} variants[] = {
		{ "tlsf8", "tlsf --align=8" },
		{ "memheap_best", "memheap --mode=best" },
		{ "heap4_protect", "heap4 --protect" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(variants); i++)
		if (!strcmp(variants[i].figure, backend->figure))
			return variants[i].words;
	return backend->ops->name;
}

/* Backends for which magazines are worth it: not those that search all blocks. */
static const struct {
	const char *figure, *name, *create;
} percpu_kinds[] = {
	{ "tlsf", "tlsf_percpu", "tlsf --percpu" },
	{ "slab", "slab_percpu", "slab --percpu" },
	{ "memheap", "memheap_percpu", "memheap --percpu" },
};

static size_t percpu_index(const char *figure)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(percpu_kinds) &&
	       strcmp(percpu_kinds[i].figure, figure))
		i++;
	return i;
}

size_t sim_kinds(struct sim_kind *kinds, size_t max)
{
	size_t n = 0, layer;

	entry_begin();
	for (size_t i = 0; i < backend_count && n < max; i++) {
		if (backends[i].elem)
			continue;
		kinds[n++] = (struct sim_kind){
			.name = backends[i].figure,
			.create = create_words(&backends[i]),
			.is_bounded = backends[i].ops->bounded,
			.is_linear = backends[i].linear,
			.index = i,
		};
		layer = percpu_index(backends[i].figure);
		if (layer == ARRAY_SIZE(percpu_kinds) || n == max)
			continue;
		kinds[n] = kinds[n - 1];
		kinds[n].name = percpu_kinds[layer].name;
		kinds[n].create = percpu_kinds[layer].create;
		kinds[n++].is_percpu = true;
	}
	return n;
}

static struct sim *sim_make(const struct rtalloc_ops *ops)
{
	struct sim *sim = calloc(1, sizeof(*sim));

	if (!sim)
		return NULL;
	sim->ops = ops;
	sim->whole = calloc(1, heap_ctrl_head + ops->ctrl_size + sizeof(long));
	if (sim->whole) {
		sim->ctrl = sim->whole + heap_ctrl_head;
		/* A fixed cookie makes counts reproducible. */
		*(unsigned long *)sim->ctrl = 0x5eed5eedul;
		return sim;
	}
	free(sim);
	return NULL;
}

/* Second half of sim_open(): create the heap in the region. */
static bool open_heap(struct sim *sim, const struct sim_kind *kind)
{
	const struct backend *backend = &backends[kind->index];
	struct heap heap = { .ops = backend->ops, .backend = backend,
			     .ctrl = sim->ctrl };

	if (kind->is_percpu) {
		sim->layered = layered_open(sim->ops->name, sim->base,
					    sim->size, backend->flags);
		return sim->layered;
	}
	entry_open(&sim->entry, &heap);
	if (sim->ops->init(sim->ctrl, sim->base, sim->size,
			   backend_align(backend), backend->flags))
		return false;
	/* small_mem and lwip_mem have the same code, with different parameters. */
	if (backend->ops == &small_mem_ops || backend->ops == &lwip_mem_ops)
		sim->first = first_open(sim->ctrl);
	return true;
}

struct sim *sim_open(const struct sim_kind *kind, size_t size)
{
	struct sim *sim;

	if (!size || size % SIM_STEP || size > SIZE_MAX / 2)
		return NULL;
	sim = sim_make(backends[kind->index].ops);
	if (!sim)
		return NULL;
	sim->size = size;
	sim->base = memory_get(size);
	if (sim->base && open_heap(sim, kind))
		return sim;
	sim_close(sim);
	return NULL;
}

static void *empty_alloc(void *ctrl, size_t size)
{
	return NULL;
}

static int empty_free(void *ctrl, void *p)
{
	return 0;
}

static const struct rtalloc_ops empty_ops = {
	.name = "empty",
	.alloc = empty_alloc,
	.free = empty_free,
};

struct sim *sim_open_empty(void)
{
	return sim_make(&empty_ops);
}

void sim_close(struct sim *sim)
{
	if (sim->layered)
		layered_close(sim->layered);
	if (sim->base)
		memory_put(sim->base, sim->size);
	first_close(sim->first);
	free(sim->whole);
	free(sim);
}

void *sim_alloc(struct sim *sim, size_t size)
{
	void *p;

	if (sim->layered)
		return layered_alloc(sim->layered, size);
	if (sim->first)
		p = first_alloc(sim->first, size);
	else if (sim->entry.alloc)
		p = sim->entry.alloc(sim->entry.heap, size, 0);
	else
		p = sim->ops->alloc(sim->ctrl, size);
	return IS_ERR(p) ? NULL : p;
}

int sim_free(struct sim *sim, void *p)
{
	if (sim->layered)
		return layered_free(sim->layered, p);
	if (sim->first)
		return first_free(sim->first, p);
	if (sim->entry.free)
		return sim->entry.free(sim->entry.heap, p);
	return sim->ops->free(sim->ctrl, p);
}

bool sim_skips(const struct sim *sim)
{
	return sim->first;
}

void sim_bare_begin(struct sim *sim, void *freed)
{
	sim->aside = sim->first;
	sim->first = NULL;
	if (sim->aside)
		first_before(sim->aside, freed);
}

void sim_bare_end(struct sim *sim, void *allocated)
{
	sim->first = sim->aside;
	sim->aside = NULL;
	if (sim->first)
		first_after(sim->first, allocated);
}

#ifdef SIM_EFFORT
static unsigned long long blocks;

/* Called at each basic block of the copy built with -fsanitize-coverage=trace-pc. */
void __sanitizer_cov_trace_pc(void);
__attribute__((no_sanitize_coverage)) void __sanitizer_cov_trace_pc(void)
{
	blocks++;
}

/* Return the approximate number of basic blocks of the search that was skipped. */
__attribute__((no_sanitize_coverage))
unsigned long long sim_effort(struct sim *sim)
{
	unsigned long long n = blocks;

	blocks = 0;
	return n + (sim->first ? first_searched(sim->first) / SKIPPED_BYTES :
				 0);
}
#else
unsigned long long sim_effort(struct sim *sim)
{
	return 0;
}
#endif

const char *sim_check(struct sim *sim)
{
	struct rtalloc_fault fault = { 0 };

	if (sim->layered)
		return layered_check(sim->layered);
	return rtalloc_ops_check(sim->ops, sim->ctrl, &fault) ? fault.what :
								NULL;
}

void sim_stats(struct sim *sim, struct sim_stats *stats)
{
	struct rtalloc_snapshot snap = { 0 };

	if (sim->layered) {
		layered_stats(sim->layered, stats);
		return;
	}
	sim->ops->stats(sim->ctrl, &snap);
	*stats = (struct sim_stats){ snap.total, snap.used, snap.max_used,
				     snap.largest_free };
}

/* A page was written to if it is not all zero. */
static bool is_blank(const u8 *page)
{
	return !*page && !memcmp(page, page + 1, SIM_STEP - 1);
}

size_t sim_footprint(struct sim *sim)
{
	size_t at, bytes = 0;

	for (at = 0; at < sim->size; at += SIM_STEP)
		bytes += is_blank(sim->base + at) ? 0 : SIM_STEP;
	return bytes;
}

void sim_walk(struct sim *sim,
	      void (*fn)(void *ctx, const struct sim_piece *piece), void *ctx)
{
	struct rtalloc_block batch[BATCH];
	struct rtalloc_cursor cursor = { 0 };
	struct sim_piece piece;
	int i, n;

	while ((n = sim->layered ?
		layered_walk(sim->layered, &cursor, batch, BATCH) :
		sim->ops->walk(sim->ctrl, &cursor, batch, BATCH)) != 0) {
		for (i = 0; i < n; i++) {
			piece = (struct sim_piece){ batch[i].offset,
						    batch[i].size,
						    batch[i].state };
			fn(ctx, &piece);
		}
		if (n < 0 && n != -EAGAIN)
			return;
	}
}
