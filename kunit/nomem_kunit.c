// SPDX-License-Identifier: GPL-2.0-only
/*
 * nomem_kunit.c - failing kernel allocations (see FAIL_EACH()): a creation that fails must
 * leave everything as it was, and calls on blocks must need no memory of the kernel.
 */
#include <linux/err.h>

#include "kunit/common.h"

struct registry_state {
	size_t regions;
	size_t heaps;
	size_t avail;
	unsigned int cuts;
};

static struct registry_state registry_state(struct rtalloc_region *region)
{
	struct registry_state now;

	mutex_lock(&rtalloc_registry_lock);
	now.regions = list_count_nodes(&rtalloc_regions);
	now.heaps = list_count_nodes(&rtalloc_heaps);
	now.avail = gen_pool_avail(region->pool);
	now.cuts = region->nr_parts;
	mutex_unlock(&rtalloc_registry_lock);
	return now;
}

static void expect_state(struct kunit *test, struct rtalloc_region *region,
			 struct registry_state want)
{
	struct registry_state now = registry_state(region);

	KUNIT_EXPECT_EQ(test, want.regions, now.regions);
	KUNIT_EXPECT_EQ(test, want.heaps, now.heaps);
	KUNIT_EXPECT_EQ(test, want.avail, now.avail);
	KUNIT_EXPECT_EQ(test, want.cuts, now.cuts);
}

/* If only the heap's directory cannot be made, the heap works without it. */
static void heap_creation_survives_each_failure(struct kunit *test)
{
	struct rtalloc_heap_params params = {
		.name = "nomem", .backend = "memheap", .size = SZ_64K,
		.region = region_open(test, SZ_1M),
	};
	struct registry_state empty = registry_state(params.region);
	unsigned int refused = 0;
	struct failing failing;
	struct rtalloc_heap *heap;

	FAIL_EACH(test, failing, heap = rtalloc_heap_create(&params)) {
		if (IS_ERR(heap)) {
			KUNIT_EXPECT_EQ(test, -ENOMEM, PTR_ERR(heap));
			refused++;
		} else {
			KUNIT_EXPECT_NOT_NULL(test, rtalloc_alloc(heap, 9, 0));
			expect_sound(test, heap);
			rtalloc_heap_destroy(heap, true);
		}
		expect_state(test, params.region, empty);
	}
	KUNIT_EXPECT_LT(test, 0u, refused);
}

static void region_creation_survives_each_failure(struct kunit *test)
{
	struct rtalloc_region_params params = { "nomem", SZ_64K };
	struct rtalloc_region *other = region_open(test, SZ_64K), *region;
	struct registry_state before = registry_state(other);
	unsigned int refused = 0;
	struct failing failing;

	FAIL_EACH(test, failing, region = rtalloc_region_create(&params)) {
		if (IS_ERR(region)) {
			KUNIT_EXPECT_EQ(test, -ENOMEM, PTR_ERR(region));
			refused++;
		} else {
			KUNIT_EXPECT_EQ(test, 0,
					rtalloc_region_destroy(region));
		}
		expect_state(test, other, before);
	}
	KUNIT_EXPECT_LT(test, 2u, refused);
}

/* If there is no kernel memory for the handle, the block is freed again. */
static void block_from_a_shell_survives_each_failure(struct kunit *test)
{
	struct rtalloc_heap *heap = backend_open(test, "memheap", SZ_64K,
						 RTALLOC_HEAP_SHELL);
	unsigned int refused = 0;
	struct failing failing;
	struct file *file;
	char path[64];
	ssize_t len;
	u64 live;

	snprintf(path, sizeof(path), "rtalloc/%s/alloc", heap->name);
	file = debugfs_open(test, path);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	debugfs_write(test, file, "8", 1);
	live = heap_stats(heap).live;
	FAIL_EACH(test, failing, len = debugfs_write(test, file, "100", 3)) {
		if (len == -ENOMEM)
			refused++;
		else
			KUNIT_EXPECT_EQ(test, 3, (int)len);
		live += len == 3;
		KUNIT_EXPECT_EQ(test, live, heap_stats(heap).live);
	}
	KUNIT_EXPECT_LT(test, 0u, refused);
}

/*
 * The next kernel allocation of this task is set to fail. Yet no call fails, and the counter
 * shows that none tried to allocate.
 */
static void blocks_take_no_memory_of_the_kernel(struct kunit *test)
{
	struct rtalloc_heap *heap = geometry_open(test, test->param_value);
	void *p[8] = {};
	unsigned int left;
	int i;

	fail_nth_set(test, 1);
	for (i = 0; i < 2000; i++) {
		void **at = &p[i % 8];

		rtalloc_free(heap, *at);
		*at = i % 3 ? rtalloc_alloc(heap, i % 700 + 1, GFP_KERNEL) :
			      rtalloc_zalloc(heap, i % 300 + 1, GFP_KERNEL);
		*at = rtalloc_realloc(heap, *at, i % 900 + 1, GFP_KERNEL);
		if (i % 100 == 0)
			rtalloc_trim(heap);
	}
	left = fail_nth_left();
	fail_nth_set(test, 0);
	KUNIT_EXPECT_EQ(test, 1u, left);
	KUNIT_EXPECT_LT(test, (u64)200, heap_stats(heap).allocs);
	KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).faults);
}

/* That counter does change if there is an allocation. */
static void failing_allocation_is_seen(struct kunit *test)
{
	unsigned int left;
	void *p;

	fail_nth_set(test, 1);
	p = kmalloc(64, GFP_KERNEL);
	left = fail_nth_left();
	fail_nth_set(test, 0);
	KUNIT_EXPECT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, 0u, left);
	kfree(p);
}

static struct kunit_case nomem_cases[] = {
	KUNIT_CASE(failing_allocation_is_seen),
	KUNIT_CASE(heap_creation_survives_each_failure),
	KUNIT_CASE(region_creation_survives_each_failure),
	KUNIT_CASE(block_from_a_shell_survives_each_failure),
	KUNIT_CASE_PARAM(blocks_take_no_memory_of_the_kernel, geometry_next),
	{}
};

RTALLOC_SUITE(nomem);
