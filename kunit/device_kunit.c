// SPDX-License-Identifier: GPL-2.0-only
/*
 * device_kunit.c - heaps and regions of a device: DMA and physical addresses of blocks, and
 * that nothing is left when the device is removed or its probe fails.
 */
#include <kunit/device.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/genalloc.h>
#include <linux/highmem.h>
#include <linux/workqueue.h>

#include "kunit/common.h"
#include "kunit/wait.h"

#define FIRST_DMA	0xabc0000u	/* a DMA address of the memory */
#define NOT_MAPPED	((dma_addr_t)DMA_MAPPING_ERROR)
#define NO_PHYS		((phys_addr_t)PHYS_ADDR_MAX)

/* ---- addresses ------------------------------------------------------- */

/* A heap in kmalloc() memory whose DMA address is @dma. */
static struct rtalloc_heap *linear_open(struct kunit *test, u8 *memory,
					dma_addr_t dma)
{
	struct rtalloc_heap_params params = {
		.name = "linear", .memory = memory, .size = SZ_16K, .dma = dma,
	};

	return heap_make(test, &params);
}

static void linear_memory_has_addresses(struct kunit *test)
{
	u8 *memory = room_open(test, SZ_16K), *p;
	struct rtalloc_heap *heap = linear_open(test, memory, FIRST_DMA);
	dma_addr_t dma;

	KUNIT_ASSERT_NOT_NULL(test, rtalloc_alloc(heap, 100, 0));
	p = rtalloc_dma_alloc(heap, 100, &dma);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, (dma_addr_t)FIRST_DMA + (p - memory), dma);
	KUNIT_EXPECT_EQ(test, dma + 99, rtalloc_dma(heap, p + 99));
	KUNIT_EXPECT_EQ(test, virt_to_phys(p), rtalloc_phys(heap, p));
	KUNIT_EXPECT_EQ(test, NOT_MAPPED, rtalloc_dma(heap, memory + SZ_16K));
	KUNIT_EXPECT_EQ(test, NO_PHYS, rtalloc_phys(heap, memory - 1));
	KUNIT_EXPECT_EQ(test, NO_PHYS, rtalloc_phys(heap, NULL));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, true));
}

/* Expect rtalloc_dma_alloc() to fail, and to allocate nothing. */
static void expect_no_dma(struct kunit *test, dma_addr_t first, size_t size)
{
	struct rtalloc_heap *heap = linear_open(test, room_open(test, SZ_16K),
						first);
	dma_addr_t dma = 0;

	KUNIT_EXPECT_NULL(test, rtalloc_dma_alloc(heap, size, &dma));
	KUNIT_EXPECT_EQ(test, NOT_MAPPED, dma);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
}

/* The heap was created without a DMA address. */
static void memory_without_a_dma_address(struct kunit *test)
{
	expect_no_dma(test, 0, 100);
}

/* The heap has not enough memory. */
static void no_memory_has_no_address(struct kunit *test)
{
	expect_no_dma(test, FIRST_DMA, SZ_1M);
}

/*
 * Each page of vmalloc() memory has its own physical address: a byte that is written there
 * is read in the block.
 */
static void pages_of_vmalloc_memory(struct kunit *test)
{
	struct rtalloc_heap *heap = backend_open(test, "memheap", 16 * PAGE_SIZE,
						 0);
	u8 *p = rtalloc_zalloc(heap, 3 * PAGE_SIZE, 0), *same;
	phys_addr_t phys;
	size_t at;

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (at = 5; at < 3 * PAGE_SIZE; at += PAGE_SIZE) {
		phys = rtalloc_phys(heap, p + at);
		same = kmap_local_page(pfn_to_page(PHYS_PFN(phys)));
		same[offset_in_page(phys)] = 0x5a;
		kunmap_local(same);
		/* __malloc tells the compiler that nothing else points to *p. */
		barrier();
		KUNIT_EXPECT_EQ(test, 0x5a, p[at]);
	}
	KUNIT_EXPECT_EQ(test, NOT_MAPPED, rtalloc_dma(heap, p));
	rtalloc_free(heap, p);
}

/* A vmalloc() region is not contiguous, so it has no physical or DMA address. */
static void region_says_where_it_is(struct kunit *test)
{
	struct rtalloc_region *region = region_open(test, SZ_256K);

	KUNIT_EXPECT_EQ(test, SZ_256K, rtalloc_region_size(region));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_region_phys(region));
	KUNIT_EXPECT_EQ(test, NOT_MAPPED, rtalloc_region_dma(region));
}

/* Addresses of blocks in memory that was added, which may be removed again. */
static void addresses_of_added_memory(struct kunit *test)
{
	u8 *memory = room_open(test, SZ_32K), *more = memory + SZ_16K + SZ_8K;
	struct rtalloc_heap *heap = linear_open(test, memory, FIRST_DMA);

	KUNIT_ASSERT_EQ(test, 0, rtalloc_heap_add_memory(heap, more, SZ_8K));
	KUNIT_EXPECT_EQ(test, virt_to_phys(more + 9),
			rtalloc_phys(heap, more + 9));
	KUNIT_EXPECT_EQ(test, NO_PHYS, rtalloc_phys(heap, more - 1));
	KUNIT_EXPECT_EQ(test, NOT_MAPPED, rtalloc_dma(heap, more));
	KUNIT_ASSERT_EQ(test, 0, rtalloc_heap_remove_memory(heap, more));
	KUNIT_EXPECT_EQ(test, NO_PHYS, rtalloc_phys(heap, more + 9));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
}

/* ---- devices --------------------------------------------------------- */

/* How many regions and heaps there are, in one number to compare. */
static unsigned int things(void)
{
	return registry_count(&rtalloc_regions) * 1000 +
	       registry_count(&rtalloc_heaps);
}

static struct device *device_open(struct kunit *test, const char *name)
{
	struct device *dev = kunit_device_register(test, name);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	return dev;
}

/*
 * A driver's probe that stops after step @last. The steps make a region and a heap with the
 * device's name, another heap, and a pool. Return 0 or the first error.
 */
static int probe(struct device *dev, int last)
{
	struct rtalloc_region_params memory = { .size = SZ_256K };
	struct rtalloc_heap_params params = { .size = SZ_64K };
	void *step[4];
	int i;

	for (i = 0; i < last; i++) {
		switch (i) {
		case 0:
			step[0] = devm_rtalloc_region_create(dev, &memory);
			params.region = step[0];
			break;
		case 1:
			step[1] = devm_rtalloc_heap_create(dev, &params);
			break;
		case 2:
			params.name = "spi0.1:rx";
			params.backend = "slab";
			step[2] = devm_rtalloc_heap_create(dev, &params);
			break;
		case 3:
			params.name = "soc@0:tx";
			params.backend = "pool";
			params.elem = 64;
			step[3] = devm_rtalloc_heap_create(dev, &params);
		}
		if (IS_ERR(step[i]))
			return PTR_ERR(step[i]);
	}
	return 0;
}

/* Wherever a probe stops, all that it made is destroyed with the device. */
static void probe_that_stops(struct kunit *test)
{
	unsigned int before = things();
	struct device *dev;
	int last;

	for (last = 0; last <= 4; last++) {
		dev = device_open(test, "0000:00:03.0");
		KUNIT_EXPECT_EQ(test, 0, probe(dev, last));
		KUNIT_EXPECT_EQ(test, before + (last ? 1000 + last - 1 : 0),
				things());
		kunit_device_unregister(test, dev);
		KUNIT_EXPECT_EQ(test, before, things());
	}
}

/* A heap or region that the driver destroyed itself is not destroyed with the device. */
static void destroyed_before_its_device(struct kunit *test)
{
	struct rtalloc_region_params memory = { .size = SZ_256K };
	struct rtalloc_heap_params params = {
		.backend = "tlsf", .size = SZ_64K,
	};
	unsigned int before = things();
	struct rtalloc_region *region;
	struct rtalloc_heap *heap;
	struct device *dev;

	dev = device_open(test, "0000:00:03.0");
	region = devm_rtalloc_region_create(dev, &memory);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, region);
	/* One user is the region itself, the other one the device. */
	KUNIT_ASSERT_EQ(test, 2u, region->users);
	params.region = region;
	heap = devm_rtalloc_heap_create(dev, &params);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, heap);
	/* One user is the heap itself until it is destroyed, the other one the device. */
	KUNIT_ASSERT_EQ(test, 2u, refcount_read(&heap->users));
	KUNIT_EXPECT_EQ(test, -EBUSY, rtalloc_region_destroy(region));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_region_destroy(region));
	KUNIT_EXPECT_EQ(test, before, things());
	KUNIT_EXPECT_EQ(test, -ENOENT, rtalloc_heap_destroy(heap, false));
	KUNIT_EXPECT_EQ(test, 1u, refcount_read(&heap->users));
	KUNIT_EXPECT_EQ(test, -ENOENT, rtalloc_region_destroy(region));
	KUNIT_EXPECT_EQ(test, 1u, region->users);
	kunit_device_unregister(test, dev);
	KUNIT_EXPECT_EQ(test, before, things());
}

static struct rtalloc_heap *going;

static void leave(struct work_struct *work)
{
	rtalloc_heap_leave(going);
}

static DECLARE_DELAYED_WORK(leaving, leave);

/*
 * A task of the driver is destroying the heap while the device is removed. The removal must
 * wait for it, because the heap's memory may be freed after it.
 */
static void destroyed_while_its_device_goes(struct kunit *test)
{
	struct rtalloc_heap_params params = { .size = SZ_64K };
	unsigned int before = things();
	static struct ender ender;
	struct device *dev;

	params.region = region_open(test, SZ_256K);
	dev = device_open(test, "0000:00:03.0");
	going = devm_rtalloc_heap_create(dev, &params);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, going);
	rtalloc_heap_enter(going);
	ender_start(test, &ender, going);
	AWAIT(READ_ONCE(going->is_dying));
	schedule_delayed_work(&leaving, 5);
	KUNIT_EXPECT_EQ(test, SZ_256K - SZ_64K,
			gen_pool_avail(params.region->pool));
	kunit_device_unregister(test, dev);
	KUNIT_EXPECT_EQ(test, SZ_256K, gen_pool_avail(params.region->pool));
	flush_delayed_work(&leaving);
	KUNIT_EXPECT_EQ(test, 0, ender_wait(&ender, LONG_ENOUGH));
	KUNIT_EXPECT_EQ(test, before + 1000, things());
}

/* Whichever kernel allocation of a probe fails, nothing is left. */
static void probe_without_memory(struct kunit *test)
{
	struct device *dev = device_open(test, "0000:00:03.0");
	unsigned int before = things();
	struct failing failing;
	int err;

	FAIL_EACH(test, failing, err = probe(dev, 4)) {
		KUNIT_EXPECT_TRUE(test, !err || err == -ENOMEM);
		kunit_device_unregister(test, dev);
		KUNIT_EXPECT_EQ(test, before, things());
		dev = device_open(test, "0000:00:03.0");
	}
	KUNIT_EXPECT_LE(test, 4u, failing.nth);
}

/* A heap without a name gets the device's, and can be found by it. */
static void device_gives_its_name(struct kunit *test)
{
	struct device *dev = device_open(test, "0000:00:03.0");
	struct rtalloc_heap *heap;
	char path[80];

	KUNIT_ASSERT_EQ(test, 0, probe(dev, 2));
	heap = rtalloc_heap_get(dev_name(dev));
	KUNIT_ASSERT_NOT_NULL(test, heap);
	KUNIT_EXPECT_STREQ(test, dev_name(dev), heap->part[0].region->name);
	rtalloc_heap_put(heap);
	KUNIT_EXPECT_EQ(test, -EEXIST, probe(dev, 1));
	snprintf(path, sizeof(path), "%s/check", dev_name(dev));
	expect_reads(test, path, "ok\n");
}

/* A heap is destroyed with its device although blocks are live. */
static void blocks_that_are_left(struct kunit *test)
{
	unsigned int before = things();
	struct device *dev = device_open(test, "0000:00:03.0");
	struct rtalloc_heap *heap;

	KUNIT_ASSERT_EQ(test, 0, probe(dev, 2));
	heap = rtalloc_heap_get(dev_name(dev));
	KUNIT_ASSERT_NOT_NULL(test, heap);
	KUNIT_EXPECT_NOT_NULL(test, rtalloc_alloc(heap, 100, 0));
	kunit_device_unregister(test, dev);
	KUNIT_EXPECT_NULL(test, rtalloc_alloc(heap, 100, 0));
	rtalloc_heap_put(heap);
	KUNIT_EXPECT_EQ(test, before, things());
}

/* A device without a node in the device tree gets no region from there. */
static void no_node_no_region(struct kunit *test)
{
	struct rtalloc_region_params params = { };
	unsigned int before = things();
	struct device *dev = device_open(test, "0000:00:03.0");
	struct rtalloc_region *region;

	region = devm_of_rtalloc_region_get(dev, 0, &params);
	KUNIT_EXPECT_EQ(test, IS_ENABLED(CONFIG_OF_RESERVED_MEM) ? -ENOENT :
								   -ENODEV,
			PTR_ERR_OR_ZERO(region));
	KUNIT_EXPECT_EQ(test, before, things());
}

static struct kunit_case device_cases[] = {
	KUNIT_CASE(linear_memory_has_addresses),
	KUNIT_CASE(memory_without_a_dma_address),
	KUNIT_CASE(no_memory_has_no_address),
	KUNIT_CASE(pages_of_vmalloc_memory),
	KUNIT_CASE(region_says_where_it_is),
	KUNIT_CASE(addresses_of_added_memory),
	KUNIT_CASE(probe_that_stops),
	KUNIT_CASE(destroyed_before_its_device),
	KUNIT_CASE(destroyed_while_its_device_goes),
	KUNIT_CASE(probe_without_memory),
	KUNIT_CASE(device_gives_its_name),
	KUNIT_CASE(blocks_that_are_left),
	KUNIT_CASE(no_node_no_region),
	{}
};

RTALLOC_SUITE(device);
