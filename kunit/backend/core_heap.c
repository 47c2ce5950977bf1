// SPDX-License-Identifier: GPL-2.0-only
/*
 * core_heap.c - heaps that tests call through the core, as a driver does, and the list of
 * geometries for such heaps.
 *
 * Each call is counted by its result. check also compares these counts with the core's.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include "core_heap.h"

const struct geometry geometries[] = {
	{ "slab-256K", "slab", SZ_256K },
	{ "slab-1M", "slab", SZ_1M },
	{ "slab-65M", "slab", 65 * SZ_1M },
	{ "tlsf-4K", "tlsf", SZ_4K },
	{ "tlsf-256K", "tlsf", SZ_256K },
	{ "tlsf-align-8", "tlsf", SZ_64K, 8 },
	{ "tlsf-align-32", "tlsf", SZ_1M, 32 },
	{ "tlsf-odd-size", "tlsf", 100001 },
	{ "tlsf-glued", "tlsf", SZ_64K, 0, 0, SZ_128K },
	{ "memheap-4K", "memheap", SZ_4K },
	{ "memheap-256K", "memheap", SZ_256K },
	{ "memheap-best", "memheap", SZ_256K, 0, RTALLOC_HEAP_BEST_FIT },
	{ "memheap-align-16", "memheap", SZ_64K, 16 },
	{ "memheap-align-4096", "memheap", SZ_1M, 4096 },
	{ "memheap-odd-size", "memheap", 100001 },
	{ "memheap-raw-lock", "memheap", SZ_64K, 0, RTALLOC_HEAP_RAW_LOCK },
	{ "memheap-glued", "memheap", SZ_64K, 0, 0, SZ_128K },
	{ "small-mem-4K", "small_mem", SZ_4K },
	{ "small-mem-1M", "small_mem", SZ_1M },
	{ "small-mem-align-16", "small_mem", SZ_64K, 16 },
	{ "small-mem-odd-size", "small_mem", 100001 },
	{ "small-mem-raw-lock", "small_mem", SZ_64K, 0, RTALLOC_HEAP_RAW_LOCK },
	{ "lwip-mem-16-bit", "lwip_mem", 60000 },
	{ "lwip-mem-32-bit", "lwip_mem", SZ_1M },
	{ "lwip-mem-align-64", "lwip_mem", SZ_256K, 64 },
	{ "heap4-4K", "heap4", SZ_4K },
	{ "heap4-256K", "heap4", SZ_256K },
	{ "heap4-align-16", "heap4", SZ_64K, 16 },
	{ "heap4-align-4096", "heap4", SZ_1M, 4096 },
	{ "heap4-protect", "heap4", 100001, 0, RTALLOC_HEAP_PROTECT },
	{ "heap4-raw-lock", "heap4", SZ_64K, 0, RTALLOC_HEAP_RAW_LOCK },
	{ "heap4-glued", "heap4", SZ_64K, 0, RTALLOC_HEAP_PROTECT, SZ_128K },
	{ "sylix-4K", "sylix_heap", SZ_4K },
	{ "sylix-256K", "sylix_heap", SZ_256K },
	{ "sylix-align-64", "sylix_heap", SZ_64K, 64 },
	{ "sylix-align-4096", "sylix_heap", SZ_1M, 4096 },
	{ "sylix-odd-size", "sylix_heap", 100001 },
	{ "sylix-raw-lock", "sylix_heap", SZ_64K, 0, RTALLOC_HEAP_RAW_LOCK },
	{ "sylix-glued", "sylix_heap", SZ_64K, 0, 0, SZ_128K },
#define CHECKED(name, backend, size, ...)				\
	{ name, backend, size, .flags = RTALLOC_HEAP_CHECKED,		\
	  .quarantine = 1, ##__VA_ARGS__ }
	CHECKED("checked-slab", "slab", SZ_1M),
	CHECKED("checked-tlsf", "tlsf", SZ_256K),
	CHECKED("checked-tlsf-align-32", "tlsf", SZ_256K, .align = 32),
	CHECKED("checked-tlsf-glued", "tlsf", SZ_64K, .glued = SZ_128K),
	CHECKED("checked-memheap", "memheap", SZ_256K),
	CHECKED("checked-small-mem", "small_mem", SZ_256K),
	CHECKED("checked-small-mem-align-4", "small_mem", SZ_256K, .align = 4),
	CHECKED("checked-lwip-mem", "lwip_mem", SZ_1M),
	CHECKED("checked-lwip-mem-align-1", "lwip_mem", SZ_256K, .align = 1),
	CHECKED("checked-heap4-align-16", "heap4", SZ_256K, .align = 16),
	CHECKED("checked-sylix", "sylix_heap", SZ_256K),
	CHECKED("checked-pool", "pool", SZ_1M, .elem = 2048),
	{ "pool-256K", "pool", SZ_256K, .elem = 12000 },
	{ "pool-1M", "pool", SZ_1M, .elem = 2048 },
	{ "pool-align-4096", "pool", SZ_1M, SZ_4K, .elem = SZ_4K },
	{ "pool-header", "pool", 300001, 0, RTALLOC_POOL_HEADER, .elem = 3000 },
	{ "pool-lwip", "pool", SZ_1M, 16, RTALLOC_POOL_HIGH_FIRST |
	  RTALLOC_POOL_GUARDS, .elem = 3001 },
	{}
};

/* ---- calls ----------------------------------------------------------- */

void *core_took(struct heap *heap, void *p)
{
	*(p ? &heap->count.allocs : &heap->count.failed) += 1;
	return p;
}

static gfp_t gfp_of(const struct heap *heap)
{
	return GFP_KERNEL | (heap->zero ? __GFP_ZERO : 0);
}

static void *core_alloc(struct heap *heap, size_t size)
{
	return core_took(heap, rtalloc_alloc(heap->core, size, gfp_of(heap)));
}

static void *core_alloc_aligned(struct heap *heap, size_t size, size_t align)
{
	return core_took(heap, rtalloc_alloc_aligned(heap->core, size, align,
						     gfp_of(heap)));
}

static int core_free(struct heap *heap, void *p)
{
	int err = rtalloc_free(heap->core, p);

	if (p)
		*(err ? &heap->count.faults : &heap->count.frees) += 1;
	return err;
}

static size_t core_usable_size(const struct heap *heap, const void *p)
{
	return rtalloc_usable_size(heap->core, p);
}

static u64 core_offset(const struct heap *heap, const void *p)
{
	return rtalloc_offset(heap->core, p);
}

/* A pointer is a block if it has a usable size. */
static void *core_realloc(struct heap *heap, void *p, size_t size, int *fault)
{
	bool is_block = core_usable_size(heap, p);
	void *to = rtalloc_realloc(heap->core, p, size, gfp_of(heap));

	if (!p)
		return core_took(heap, to);
	if (!is_block) {
		heap->count.faults++;
		*fault = -EPROTO;
	} else if (!size) {
		heap->count.frees++;
	} else {
		*(to ? &heap->count.reallocs : &heap->count.failed) += 1;
	}
	return to;
}

static int core_resize(struct heap *heap, void *p, size_t size)
{
	int err = rtalloc_resize(heap->core, p, size);

	heap->count.reallocs += !err;
	heap->count.faults += err && err != -ENOSPC;
	return err;
}

static int core_set_owner(struct heap *heap, void *p, const char *owner)
{
	int err = rtalloc_set_owner(heap->core, p, owner);

	heap->count.faults += err && err != -EOPNOTSUPP;
	return err;
}

static size_t core_trim(struct heap *heap)
{
	return rtalloc_trim(heap->core);
}

static void core_stats(const struct heap *heap, struct rtalloc_snapshot *snap)
{
	rtalloc_stats(heap->core, snap);
}

static void core_usage(struct heap *heap, struct rtalloc_snapshot *snap,
		       bool reset)
{
	rtalloc_usage(heap->core, snap);
	if (reset)
		rtalloc_reset_max(heap->core);
}

static bool is_counted(const struct heap *heap)
{
	struct rtalloc_snapshot snap;

	rtalloc_stats(heap->core, &snap);
	return snap.allocs == heap->count.allocs &&
	       snap.frees == heap->count.frees &&
	       snap.live == heap->count.allocs - heap->count.frees &&
	       snap.reallocs == heap->count.reallocs &&
	       snap.failed == heap->count.failed &&
	       snap.faults == heap->count.faults;
}

static int core_check(struct heap *heap, struct rtalloc_fault *fault)
{
	int err = rtalloc_check(heap->core, fault);

	if (err || is_counted(heap))
		return err;
	fault->what = "the core miscounts calls";
	return -EPROTO;
}

static int core_walk(const struct heap *heap, struct rtalloc_cursor *cursor,
		     struct rtalloc_block *batch, int max)
{
	return rtalloc_walk(heap->core, cursor, batch, max);
}

static int core_add_region(struct heap *heap, void *base, size_t size)
{
	return rtalloc_heap_add_memory(heap->core, base, size);
}

static int core_remove_region(struct heap *heap, void *base, size_t size)
{
	return rtalloc_heap_remove_memory(heap->core, base);
}

static void core_close(struct heap *heap)
{
	rtalloc_heap_destroy(heap->core, true);
}

static const struct heap_calls core_calls = {
	.alloc = core_alloc,
	.alloc_aligned = core_alloc_aligned,
	.free = core_free,
	.realloc = core_realloc,
	.resize = core_resize,
	.usable_size = core_usable_size,
	.offset = core_offset,
	.set_owner = core_set_owner,
	.trim = core_trim,
	.stats = core_stats,
	.usage = core_usage,
	.check = core_check,
	.walk = core_walk,
	.add_region = core_add_region,
	.remove_region = core_remove_region,
	.close = core_close,
};

/* ---- making ---------------------------------------------------------- */

static const struct backend *backend_of(const struct geometry *geometry)
{
	const struct backend *backend = backends;

	while (strcmp(backend->ops->name, geometry->backend))
		backend++;
	return backend;
}

int core_open_in(struct heap *heap, const struct geometry *geometry,
		 struct region region)
{
	static unsigned int serial;
	char name[32];
	struct rtalloc_heap_params params = {
		.name = name,
		.backend = geometry->backend,
		.size = geometry->size,
		.align = geometry->align,
		.flags = geometry->flags,
		.elem = geometry->elem,
		.quarantine = geometry->quarantine,
	};
	int err = 0;

	snprintf(name, sizeof(name), "under-test-%u", serial++);
	params.memory = region.base;
	*heap = (struct heap){ .backend = backend_of(geometry),
			       .calls = &core_calls, .regions = 1,
			       .region = { region },
			       .clears = want_init_on_alloc(0) };
	heap->core = rtalloc_heap_create(&params);
	if (IS_ERR(heap->core))
		return PTR_ERR(heap->core);
	heap->ops = heap->core->ops;
	heap->ctrl = heap->core->ctrl;
	heap->align = heap->core->align;
	if (geometry->glued)
		err = core_add_region(heap, region.base + geometry->size,
				      geometry->glued);
	if (err)
		core_close(heap);
	return err;
}

int core_open(struct heap *heap, const struct geometry *geometry)
{
	struct region region;
	int err = memory_region_open(&region, geometry->size + geometry->glued);

	if (err)
		return err;
	err = core_open_in(heap, geometry, region);
	if (err)
		memory_region_close(&region);
	return err;
}

int core_open_backend(struct heap *heap, const struct backend *backend,
		      size_t size, size_t align)
{
	const struct geometry geometry = {
		.backend = backend->ops->name,
		.size = size,
		.align = align,
		.flags = backend->flags,
		.elem = backend->elem,
	};
	int err = core_open(heap, &geometry);

	if (!err)
		heap->backend = backend;
	return err;
}

int heap_open_like(struct heap *heap, const struct heap *like, size_t size)
{
	return like->core ?
	       core_open_backend(heap, like->backend, size, like->align) :
	       heap_open(heap, like->backend, size, like->align);
}
