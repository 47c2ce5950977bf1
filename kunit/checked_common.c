// SPDX-License-Identifier: GPL-2.0-only
/*
 * checked_common.c - helpers shared by the suites of the checked mode.
 */
#include <linux/irq_work.h>
#include <linux/string.h>

#include "core/checked.h"
#include "kunit/checked_common.h"

static const struct geometry backends[] = {
	{ "tlsf", "tlsf", SZ_256K },
	{ "memheap-align-256", "memheap", SZ_256K, 256 },
	{ "slab", "slab", SZ_256K },
	{ "memheap", "memheap", SZ_256K },
	{ "memheap-best", "memheap", SZ_256K, 0, RTALLOC_HEAP_BEST_FIT },
	{ "small-mem", "small_mem", SZ_256K },
	{ "lwip-mem", "lwip_mem", SZ_256K },
	{ "heap4", "heap4", SZ_256K },
	{ "heap4-protect", "heap4", SZ_256K, 0, RTALLOC_HEAP_PROTECT },
	{ "sylix", "sylix_heap", SZ_256K },
	{ "pool", "pool", SZ_256K, .elem = 1000 },
	{ "pool-guards", "pool", SZ_256K, 0, RTALLOC_POOL_GUARDS |
	  RTALLOC_POOL_HIGH_FIRST, .elem = 1000 },
	{}
};

const void *checked_next(const void *prev, char *desc)
{
	return geometry_after(backends, prev, desc);
}

struct rtalloc_heap *checked_open_with(struct kunit *test, size_t quarantine)
{
	struct geometry geometry = *(const struct geometry *)test->param_value;

	geometry.flags |= RTALLOC_HEAP_CHECKED;
	geometry.quarantine = quarantine;
	return geometry_open(test, &geometry);
}

u8 *checked_block(struct kunit *test, struct rtalloc_heap *heap, size_t size)
{
	u8 *p = rtalloc_alloc(heap, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 0x11, size);
	return p;
}

u64 checked_faults(struct rtalloc_heap *heap)
{
	irq_work_sync(&checked_of(heap)->work);
	return heap_stats(heap).faults;
}
