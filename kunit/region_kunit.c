// SPDX-License-Identifier: GPL-2.0-only
/*
 * region_kunit.c - regions: names, sizes, physical memory, when they may be destroyed, and
 * the parts that heaps take.
 */
#include <linux/ctype.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/notifier.h>
#include <linux/oom.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "kunit/common.h"

/* A name of 63 characters, with all kinds of them. */
#define LONGEST	"A-Za-z0-9_.:,@+-78901234567890123456789012345678901234567890123"

#define SYSTEM_RAM	(IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY)

/* Expect creation to fail with @err and to leave nothing in the registry. */
static void expect_not_made(struct kunit *test, int err,
			    const struct rtalloc_region_params *params)
{
	unsigned int before = registry_count(&rtalloc_regions);
	struct rtalloc_region *region = rtalloc_region_create(params);

	KUNIT_EXPECT_EQ_MSG(test, err, PTR_ERR_OR_ZERO(region),
			    "name '%s', flags %x, node %d",
			    params->name ?: "(null)", params->flags,
			    params->node);
	KUNIT_EXPECT_EQ(test, before, registry_count(&rtalloc_regions));
	if (!IS_ERR(region))
		rtalloc_region_destroy(region);
}

static void expect_refused(struct kunit *test, const char *name, size_t size,
			   phys_addr_t phys, int err)
{
	struct rtalloc_region_params params = { name, size, phys };

	expect_not_made(test, err, &params);
}

static void expect_accepted(struct kunit *test, const char *name, size_t size)
{
	struct rtalloc_region_params params = { name, size };
	struct rtalloc_region *region = region_make(test, &params);

	KUNIT_EXPECT_EQ(test, size, region->size);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_region_destroy(region));
}

static void bad_names_are_refused(struct kunit *test)
{
	expect_refused(test, NULL, SZ_1M, 0, -EINVAL);
	expect_refused(test, "", SZ_1M, 0, -EINVAL);
	expect_refused(test, ".", SZ_1M, 0, -EINVAL);
	expect_refused(test, ".hidden", SZ_1M, 0, -EINVAL);
	expect_refused(test, "a/b", SZ_1M, 0, -EINVAL);
	expect_refused(test, "/", SZ_1M, 0, -EINVAL);
	expect_refused(test, "a b", SZ_1M, 0, -EINVAL);
	expect_refused(test, "a\n", SZ_1M, 0, -EINVAL);
	expect_refused(test, "\xc3\xa4", SZ_1M, 0, -EINVAL);
	expect_refused(test, "a%s", SZ_1M, 0, -EINVAL);
}

/* The message for a bad name lists exactly the characters that are accepted. */
static void bad_name_is_told_what_is_allowed(struct kunit *test)
{
	static const char said[] = "A-Z a-z 0-9 _ . : , @ + -";
	const char *why = "", *c;
	char name[] = "ax";
	char others[128] = "";

	KUNIT_EXPECT_EQ(test, -EINVAL, rtalloc_name_check("a/b", &why));
	KUNIT_EXPECT_NOT_NULL(test, strstr(why, said));
	for (c = strstr(said, "_"); *c; c++)
		if (*c != ' ') {
			name[1] = *c;
			KUNIT_EXPECT_EQ(test, 0, rtalloc_name_check(name, &why));
			strcat(others, name + 1);
		}
	/* All other printable characters, besides letters and digits, are refused. */
	for (name[1] = '!'; name[1] <= '~'; name[1]++)
		if (!isalnum(name[1]) && !strchr(others, name[1]))
			KUNIT_EXPECT_EQ(test, -EINVAL,
					rtalloc_name_check(name, &why));
}

static void longest_name_is_63_characters(struct kunit *test)
{
	expect_accepted(test, LONGEST, SZ_1M);
	expect_refused(test, LONGEST "4", SZ_1M, 0, -ENAMETOOLONG);
}

static void name_is_taken_once(struct kunit *test)
{
	struct rtalloc_region *region = region_open(test, SZ_64K);

	expect_refused(test, region->name, SZ_64K, 0, -EEXIST);
}

/* Sizes are whole pages, from 64 KiB up to half of the machine's memory. */
static void size_has_limits(struct kunit *test)
{
	size_t half = totalram_pages() / 2 * PAGE_SIZE;

	expect_accepted(test, "least", SZ_64K);
	expect_refused(test, "sizes", 0, 0, -EINVAL);
	expect_refused(test, "sizes", 1, 0, -EINVAL);
	expect_refused(test, "sizes", SZ_64K - PAGE_SIZE, 0, -EINVAL);
	expect_refused(test, "sizes", SZ_64K + 1, 0, -EINVAL);
	expect_refused(test, "sizes", SZ_1M - 1, 0, -EINVAL);
	expect_refused(test, "sizes", half + PAGE_SIZE, 0, -EINVAL);
	expect_refused(test, "sizes", SIZE_MAX, 0, -EINVAL);
	expect_refused(test, "sizes", SIZE_MAX - PAGE_SIZE + 1, 0, -EINVAL);
	expect_refused(test, "sizes", (size_t)LONG_MAX + 1, 0, -EINVAL);
}

static void bad_physical_ranges_are_refused(struct kunit *test)
{
	phys_addr_t last = ~(phys_addr_t)0 & PAGE_MASK;

	expect_refused(test, "phys", SZ_64K, PAGE_SIZE + 1, -EINVAL);
	expect_refused(test, "phys", SZ_1M, last, -EINVAL);
	expect_refused(test, "phys", SZ_1M, last - SZ_1M + 2 * PAGE_SIZE,
		       -EINVAL);
}

static int first_ram(struct resource *res, void *start)
{
	*(phys_addr_t *)start = res->start;
	return 1;
}

static void memory_of_the_kernel_is_refused(struct kunit *test)
{
	phys_addr_t start = 0;

	walk_iomem_res_desc(IORES_DESC_NONE, SYSTEM_RAM, 0, -1, &start,
			    first_ram);
	if (!start)
		start = SZ_1M;
	if (region_intersects(start, SZ_64K, IORESOURCE_SYSTEM_RAM,
			      IORES_DESC_NONE) == REGION_DISJOINT)
		kunit_skip(test, "this kernel lists no memory as in use");
	expect_refused(test, "ram", SZ_64K, start, -EBUSY);
}

/* Ordinary memory of the kernel, which nobody has set aside, is refused. */
static void memory_that_nobody_set_aside_is_refused(struct kunit *test)
{
	phys_addr_t start = PAGE_ALIGN(__pa(room_open(test, SZ_128K)));

	expect_refused(test, "ram", SZ_64K, start, -EBUSY);
}

/* A resource for 128 KiB of memory that a driver owns. */
static struct resource own_memory(struct kunit *test)
{
	phys_addr_t start = PAGE_ALIGN(__pa(room_open(test, SZ_256K)));

	return (struct resource){
		.start = start, .end = start + SZ_128K - 1,
		.flags = IORESOURCE_MEM,
	};
}

/* Memory that is not within the driver's resource is refused. */
static void memory_beside_a_resource_is_refused(struct kunit *test)
{
	struct resource own = own_memory(test);
	struct rtalloc_region_params params = {
		.name = "own", .size = SZ_64K, .resource = &own,
	};

	own.flags = IORESOURCE_IO;
	expect_not_made(test, -EINVAL, &params);
	own.flags = IORESOURCE_MEM;
	params.phys = own.start + SZ_64K + PAGE_SIZE;
	expect_not_made(test, -EBUSY, &params);
	KUNIT_EXPECT_NULL(test, own.child);
}

/* Memory within the resource is accepted, for one region at a time. */
static void memory_of_a_resource_of_ones_own(struct kunit *test)
{
	struct resource own = own_memory(test);
	struct rtalloc_region_params params = {
		.name = "own", .size = SZ_64K, .resource = &own,
		.phys = own.start + SZ_64K,
	};
	struct rtalloc_region *region;

	/* UML warns of each attempt to map physical memory. */
	if (IS_ENABLED(CONFIG_UML))
		kunit_skip(test, "UML cannot map its memory again");
	region = region_make(test, &params);
	KUNIT_EXPECT_NOT_NULL(test, own.child);
	params.name = "again";
	expect_not_made(test, -EBUSY, &params);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_region_destroy(region));
	KUNIT_EXPECT_NULL(test, own.child);
}

/*
 * A resource at address 0, as of a PCI BAR without an address: a region there is refused, and
 * does not get vmalloc memory in its place.
 */
static void a_resource_at_0_is_refused(struct kunit *test)
{
	struct resource own = {
		.start = 0, .end = SZ_128K - 1, .flags = IORESOURCE_MEM,
	};
	struct rtalloc_region_params params = {
		.name = "own", .resource = &own,
	};

	expect_not_made(test, -EINVAL, &params);
	params.size = SZ_64K;
	expect_not_made(test, -EINVAL, &params);
	KUNIT_EXPECT_NULL(test, own.child);
}

static int last_ram(struct resource *res, void *end)
{
	*(phys_addr_t *)end = res->end + 1;
	return 0;
}

/* A resource of which half is not RAM is refused without mapping it and without a warning. */
static void a_resource_that_is_ram_in_part(struct kunit *test)
{
	struct resource own = { .flags = IORESOURCE_MEM };
	struct rtalloc_region_params params = {
		.name = "edge", .resource = &own,
	};
	phys_addr_t end = 0;

	walk_iomem_res_desc(IORES_DESC_NONE, SYSTEM_RAM, 0, -1, &end, last_ram);
	if (!end)
		kunit_skip(test, "this kernel lists no memory as in use");
	own.start = end - SZ_64K;
	own.end = end + SZ_64K - 1;
	expect_not_made(test, -EINVAL, &params);
	KUNIT_EXPECT_NULL(test, own.child);
}

/* Without an address and a size, all of the resource is used. */
static void all_of_a_resource(struct kunit *test)
{
	struct resource own = own_memory(test);
	struct rtalloc_region_params params = {
		.name = "0000:00:05.0", .resource = &own,
	};
	struct rtalloc_region *region;

	if (IS_ENABLED(CONFIG_UML))
		kunit_skip(test, "UML cannot map its memory again");
	region = region_make(test, &params);
	KUNIT_EXPECT_EQ(test, SZ_128K, rtalloc_region_size(region));
	KUNIT_EXPECT_EQ(test, own.start, rtalloc_region_phys(region));
	KUNIT_EXPECT_EQ(test, own.start, rtalloc_region_dma(region));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_region_destroy(region));
	/* The kernel itself maps this memory write-back, so no other mapping is allowed. */
	params.flags = RTALLOC_REGION_WRITE_COMBINED;
	expect_not_made(test, -EINVAL, &params);
	KUNIT_EXPECT_NULL(test, own.child);
}

/* Unknown flags, and flags that vmalloc() memory cannot have. */
static void bad_flags_are_refused(struct kunit *test)
{
	static const struct {
		unsigned int flags;
		int node;
		phys_addr_t phys;
	} cases[] = {
		{ RTALLOC_REGION_WRITE_COMBINED },
		{ RTALLOC_REGION_UNCACHED },
		{ RTALLOC_REGION_UNCACHED | RTALLOC_REGION_WRITE_COMBINED, 0,
		  SZ_64K },
		{ RTALLOC_REGION_NODE, -1 },
		{ RTALLOC_REGION_NODE, MAX_NUMNODES },
		{ RTALLOC_REGION_NODE, INT_MAX },
		{ RTALLOC_REGION_NODE, 0, SZ_64K },
		{ 1u << 3 },
		{ RTALLOC_REGION_VOUCHED, 0, SZ_64K },
	};
	struct rtalloc_region_params params = { "flags", SZ_64K };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		params.flags = cases[i].flags;
		params.node = cases[i].node;
		params.phys = cases[i].phys;
		expect_not_made(test, -EINVAL, &params);
	}
}

/* All pages of a region on the first node that is online are of that node. */
static void region_of_a_node(struct kunit *test)
{
	struct rtalloc_region_params params = {
		.name = "node", .size = SZ_64K, .flags = RTALLOC_REGION_NODE,
		.node = first_online_node,
	};
	struct rtalloc_region *region = region_make(test, &params);
	size_t at;

	for (at = 0; at < SZ_64K; at += PAGE_SIZE)
		KUNIT_EXPECT_EQ(test, params.node,
				page_to_nid(vmalloc_to_page(region->base + at)));
	KUNIT_EXPECT_EQ(test, (dma_addr_t)DMA_MAPPING_ERROR,
			rtalloc_region_dma(region));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_region_destroy(region));
}

/*
 * All of the machine's memory but 16 MiB. It is freed at the end of the test, or when the OOM
 * killer is woken, which then kills nobody.
 */
#define BLOCK_ORDER	3

struct shortage {
	struct notifier_block watch;
	struct list_head blocks;
	struct task_struct *task;
	unsigned int nr;
	spinlock_t lock;	/* for @blocks and @nr: any task may wake the OOM killer */
	bool woke_oom_killer;	/* by an allocation of @task */
};

static void blocks_free(struct shortage *shortage, unsigned int nr)
{
	struct page *block;

	for (; nr; nr--) {
		spin_lock(&shortage->lock);
		block = list_first_entry_or_null(&shortage->blocks, struct page, lru);
		if (block) {
			list_del(&block->lru);
			shortage->nr--;
		}
		spin_unlock(&shortage->lock);
		if (!block)
			return;
		__free_pages(block, BLOCK_ORDER);
	}
}

static int oom_is_near(struct notifier_block *watch, unsigned long unused, void *freed)
{
	struct shortage *shortage = container_of(watch, struct shortage, watch);

	if (current == shortage->task)
		shortage->woke_oom_killer = true;
	*(unsigned long *)freed += shortage->nr << BLOCK_ORDER;
	blocks_free(shortage, shortage->nr);
	return NOTIFY_OK;
}

static void shortage_begin(struct shortage *shortage)
{
	struct page *block;

	INIT_LIST_HEAD(&shortage->blocks);
	spin_lock_init(&shortage->lock);
	shortage->task = current;
	shortage->watch.notifier_call = oom_is_near;
	register_oom_notifier(&shortage->watch);
	while ((block = alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, BLOCK_ORDER))) {
		spin_lock(&shortage->lock);
		list_add(&block->lru, &shortage->blocks);
		shortage->nr++;
		spin_unlock(&shortage->lock);
		cond_resched();
	}
	blocks_free(shortage, min_t(unsigned int, shortage->nr,
				    SZ_16M >> (PAGE_SHIFT + BLOCK_ORDER)));
}

static void shortage_end(struct shortage *shortage)
{
	unregister_oom_notifier(&shortage->watch);
	blocks_free(shortage, shortage->nr);
}

/*
 * A region of a quarter of all memory, of which only 16 MiB are free, is refused. Nobody is
 * killed for it, and it takes far less than the time after which a task counts as hung.
 */
static void no_memory_wakes_no_oom_killer(struct kunit *test)
{
	struct rtalloc_region_params params = {
		.name = "large", .size = totalram_pages() / 4 * PAGE_SIZE,
		.node = first_online_node,
	};
	static const unsigned int flags[] = { 0, RTALLOC_REGION_NODE };
	struct shortage shortage;
	unsigned long began;
	unsigned int i;

	KUNIT_ASSERT_LT(test, (size_t)SZ_64M, params.size);
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		params.flags = flags[i];
		shortage = (struct shortage){ };
		shortage_begin(&shortage);
		began = jiffies;
		expect_not_made(test, -ENOMEM, &params);
		KUNIT_EXPECT_TRUE(test, time_before(jiffies, began + 60 * HZ));
		shortage_end(&shortage);
		KUNIT_EXPECT_FALSE(test, shortage.woke_oom_killer);
	}
}

/*
 * Whether one of the last pages cannot be allocated or something after them, a region of a node
 * is refused without losing pages. If each failure lost those that it had, 100 MiB would be gone
 * at least. A few MiB of free pages are kept for each processor and not counted as free.
 */
static void failure_on_a_node_loses_no_pages(struct kunit *test)
{
	struct rtalloc_region_params params = {
		.name = "node", .size = SZ_16M, .flags = RTALLOC_REGION_NODE,
		.node = first_online_node,
	};
	unsigned int pages = SZ_16M / PAGE_SIZE, refused = 0, nth;
	struct rtalloc_region *region;
	struct sysinfo before, after;

	KUNIT_EXPECT_EQ(test, 0, rtalloc_region_destroy(region_make(test, &params)));
	si_meminfo(&before);
	for (nth = pages - 4; nth < pages + 20; nth++) {
		fail_nth_set(test, nth);
		region = rtalloc_region_create(&params);
		fail_nth_set(test, 0);
		refused += IS_ERR(region);
		if (!IS_ERR(region))
			KUNIT_EXPECT_EQ(test, 0, rtalloc_region_destroy(region));
	}
	si_meminfo(&after);
	KUNIT_EXPECT_GT(test, after.freeram + SZ_64M / PAGE_SIZE, before.freeram);
	/* The last pages, the area for the mapping, its descriptor, and the pool. */
	KUNIT_EXPECT_LE(test, 8u, refused);
	KUNIT_EXPECT_GT(test, 24u, refused);
}

static void new_region_is_zeroed(struct kunit *test)
{
	struct rtalloc_region *region = region_open(test, SZ_256K);

	KUNIT_EXPECT_PTR_EQ(test, NULL,
			    memchr_inv(region->base, 0, region->size));
	KUNIT_EXPECT_EQ(test, SZ_256K, gen_pool_avail(region->pool));
}

static void region_with_heaps_stays(struct kunit *test)
{
	struct rtalloc_region *region = region_open(test, SZ_256K);
	struct rtalloc_heap_params params = {
		.name = "busy", .backend = "slab", .region = region,
		.size = SZ_64K,
	};
	struct rtalloc_heap *heap = heap_make(test, &params);

	KUNIT_EXPECT_EQ(test, -EBUSY, rtalloc_region_destroy(region));
	KUNIT_EXPECT_EQ(test, 1, region->nr_parts);
	KUNIT_EXPECT_EQ(test, SZ_256K - SZ_64K, gen_pool_avail(region->pool));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_heap_destroy(heap, false));
	KUNIT_EXPECT_EQ(test, 0, region->nr_parts);
}

/*
 *   0        1 page            9          16
 *   +--------+-----------------+----------+
 *   | 1 byte | 32 KiB - 1 byte |   free   |
 *   +--------+-----------------+----------+
 */
static void cuts_are_whole_pages(struct kunit *test)
{
	struct rtalloc_region *region = region_open(test, 16 * PAGE_SIZE);
	void *first, *second;

	mutex_lock(&rtalloc_registry_lock);
	first = rtalloc_region_cut(region, 1);
	second = rtalloc_region_cut(region, 8 * PAGE_SIZE - 1);
	KUNIT_EXPECT_PTR_EQ(test, region->base, first);
	KUNIT_EXPECT_PTR_EQ(test, region->base + PAGE_SIZE, second);
	KUNIT_EXPECT_EQ(test, 7 * PAGE_SIZE, gen_pool_avail(region->pool));
	KUNIT_EXPECT_EQ(test, 2, region->nr_parts);
	rtalloc_region_paste(region, first, 1);
	rtalloc_region_paste(region, second, 8 * PAGE_SIZE - 1);
	mutex_unlock(&rtalloc_registry_lock);
	KUNIT_EXPECT_EQ(test, 16 * PAGE_SIZE, gen_pool_avail(region->pool));
}

static void cut_beyond_the_region_fails(struct kunit *test)
{
	struct rtalloc_region *region = region_open(test, SZ_64K);
	void *all;

	mutex_lock(&rtalloc_registry_lock);
	KUNIT_EXPECT_NULL(test, rtalloc_region_cut(region, 0));
	KUNIT_EXPECT_NULL(test, rtalloc_region_cut(region, SZ_64K + 1));
	KUNIT_EXPECT_NULL(test, rtalloc_region_cut(region, SIZE_MAX));
	KUNIT_EXPECT_NULL(test, rtalloc_region_cut(region, SIZE_MAX - 4095));
	all = rtalloc_region_cut(region, SZ_64K);
	KUNIT_EXPECT_PTR_EQ(test, region->base, all);
	KUNIT_EXPECT_NULL(test, rtalloc_region_cut(region, 1));
	rtalloc_region_paste(region, all, SZ_64K);
	KUNIT_EXPECT_EQ(test, 0, region->nr_parts);
	mutex_unlock(&rtalloc_registry_lock);
}

static void region_is_found_by_its_name(struct kunit *test)
{
	struct rtalloc_region *region = region_open(test, SZ_64K);

	mutex_lock(&rtalloc_registry_lock);
	KUNIT_EXPECT_PTR_EQ(test, region, rtalloc_region_find(region->name));
	KUNIT_EXPECT_NULL(test, rtalloc_region_find("no-such-region"));
	KUNIT_EXPECT_NULL(test, rtalloc_region_find(""));
	mutex_unlock(&rtalloc_registry_lock);
}

static struct kunit_case region_cases[] = {
	KUNIT_CASE(bad_names_are_refused),
	KUNIT_CASE(bad_name_is_told_what_is_allowed),
	KUNIT_CASE(longest_name_is_63_characters),
	KUNIT_CASE(name_is_taken_once),
	KUNIT_CASE(size_has_limits),
	KUNIT_CASE(bad_physical_ranges_are_refused),
	KUNIT_CASE(memory_that_nobody_set_aside_is_refused),
	KUNIT_CASE(memory_beside_a_resource_is_refused),
	KUNIT_CASE(memory_of_a_resource_of_ones_own),
	KUNIT_CASE(a_resource_at_0_is_refused),
	KUNIT_CASE(a_resource_that_is_ram_in_part),
	KUNIT_CASE(all_of_a_resource),
	KUNIT_CASE(bad_flags_are_refused),
	KUNIT_CASE(region_of_a_node),
	KUNIT_CASE(no_memory_wakes_no_oom_killer),
	KUNIT_CASE(failure_on_a_node_loses_no_pages),
	KUNIT_CASE(memory_of_the_kernel_is_refused),
	KUNIT_CASE(new_region_is_zeroed),
	KUNIT_CASE(region_with_heaps_stays),
	KUNIT_CASE(cuts_are_whole_pages),
	KUNIT_CASE(cut_beyond_the_region_fails),
	KUNIT_CASE(region_is_found_by_its_name),
	{}
};

RTALLOC_SUITE(region);
