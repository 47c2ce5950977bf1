// SPDX-License-Identifier: GPL-2.0-only
/*
 * region.c - reserving memory once, and cutting heaps from it.
 *
 * A region is vmalloc memory, or a physical range. A range is refused unless
 * all of it was set aside for a region (phys.c) or belongs to the driver that
 * asks, and nobody else has claimed it: a typing error must not hand out live
 * kernel memory, a device, or memory that the firmware works with. Only after
 * that is the range mapped, and every page must hold what is written to it.
 * Which pages are cut out is kept by a gen_pool outside the region.
 *
 * Locks: the caller holds rtalloc_registry_lock, a mutex. Only the functions at
 * the end, which open, create and destroy a region, take it themselves.
 */
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/kconfig.h>
#include <linux/kmemleak.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "core/phys.h"
#include "core/refuse.h"
#include "core/region.h"
#include "core/registry.h"
#include "core/report.h"

#define NOT_CACHED	(RTALLOC_REGION_WRITE_COMBINED | RTALLOC_REGION_UNCACHED)

/* A region that does not fit fails: the kernel ends no process to make room for it. */
#define REGION_GFP	(GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN |	\
			 __GFP_RETRY_MAYFAIL)

/* PAGE_SIZE in messages. */
#if PAGE_SHIFT == 12
#define PAGE_TEXT	"4096"
#else
#define PAGE_TEXT	"the page size"
#endif

/* Protects: which regions and heaps there are, and what is cut from what. */
DEFINE_MUTEX(rtalloc_registry_lock);
LIST_HEAD(rtalloc_regions);

/*
 * A name has 1 to RTALLOC_NAME_MAX of [A-Za-z0-9_.:,@+-] and does not begin
 * with a dot.
 */
int rtalloc_name_check(const char *name, const char **why)
{
	const char *c;

	if (!name || !*name || *name == '.')
		return refuse(-EINVAL, "name is empty or begins with a dot",
			      why);
	if (strlen(name) > RTALLOC_NAME_MAX)
		return refuse(-ENAMETOOLONG,
			      "name is longer than 63 characters", why);
	for (c = name; *c; c++)
		if (!isascii(*c) || (!isalnum(*c) && !strchr("_.:,@+-", *c)))
			return refuse(-EINVAL,
				      "name has a character outside A-Z a-z 0-9 _ . : , @ + -",
				      why);
	return 0;
}

struct rtalloc_region *rtalloc_region_find(const char *name)
{
	struct rtalloc_region *region;

	lockdep_assert_held(&rtalloc_registry_lock);
	list_for_each_entry(region, &rtalloc_regions, node)
		if (!strcmp(region->name, name))
			return region;
	return NULL;
}

/* Return the pages of all vmalloc regions, which may be at most half of memory. */
static unsigned long pages_taken(void)
{
	struct rtalloc_region *region;
	unsigned long pages = 0;

	list_for_each_entry(region, &rtalloc_regions, node)
		if (!region->phys)
			pages += region->size >> PAGE_SHIFT;
	return pages;
}

static bool node_is_there(int node)
{
	return node >= 0 && node < MAX_NUMNODES && node_online(node);
}

static int flags_check(const struct rtalloc_region_params *params,
		       const char **why)
{
	unsigned int known = RTALLOC_REGION_NODE |
			     RTALLOC_REGION_WRITE_COMBINED |
			     RTALLOC_REGION_UNCACHED | RTALLOC_REGION_VOUCHED;

	if (params->flags & ~known)
		return refuse(-EINVAL, "unknown flag", why);
	if ((params->flags & NOT_CACHED) == NOT_CACHED)
		return refuse(-EINVAL,
			      "write-combined or uncached, not both", why);
	if (params->flags & NOT_CACHED && !params->phys)
		return refuse(-EINVAL,
			      "only physical memory is mapped otherwise than write-back",
			      why);
	if (params->flags & RTALLOC_REGION_NODE && params->phys)
		return refuse(-EINVAL, "a node for physical memory", why);
	if (params->flags & RTALLOC_REGION_NODE && !node_is_there(params->node))
		return refuse(-EINVAL, "there is no such node", why);
	return 0;
}

/* All of a resource, unless a part of it was named. */
static int resource_default(struct rtalloc_region_params *params,
			    const char **why)
{
	if (!params->resource)
		return 0;
	if (resource_type(params->resource) != IORESOURCE_MEM)
		return refuse(-EINVAL, "the resource is no memory", why);
	if (!params->phys)
		params->phys = params->resource->start;
	if (!params->size)
		params->size = min_t(u64, resource_size(params->resource),
				     SIZE_MAX) & PAGE_MASK;
	return 0;
}

/*
 * Does the creator name physical memory at address 0? That number stands for
 * vmalloc memory. It is also where a PCI BAR begins that was given no address.
 */
static bool is_at_0(const struct rtalloc_region_params *params)
{
	return !params->phys &&
	       (params->resource || params->flags & RTALLOC_REGION_VOUCHED);
}

static int params_check(const struct rtalloc_region_params *params,
			const char **why)
{
	phys_addr_t end = params->phys + params->size - 1;
	int err = rtalloc_name_check(params->name, why);

	if (err)
		return err;
	if (params->size < RTALLOC_REGION_MIN)
		return refuse(-EINVAL, "size is below 64 KiB", why);
	if (!PAGE_ALIGNED(params->size))
		return refuse(-EINVAL, "size is not a multiple of " PAGE_TEXT, why);
	if (is_at_0(params))
		return refuse(-EINVAL, "no region can begin at address 0", why);
	if (!params->phys && (params->size >> PAGE_SHIFT) + pages_taken() >
			     totalram_pages() / 2)
		return refuse(-EINVAL,
			      "all regions would be above half of memory", why);
	if (!PAGE_ALIGNED(params->phys))
		return refuse(-EINVAL, "phys is not a multiple of " PAGE_TEXT, why);
	if (end < params->phys)
		return refuse(-EINVAL, "phys + size wraps around", why);
	if (rtalloc_region_find(params->name))
		return refuse(-EEXIST, "a region of that name exists", why);
	return flags_check(params, why);
}

/* Does every page hold what is written to it? The old contents are restored. */
static bool is_memory(void *base, size_t size)
{
	static const unsigned long patterns[] = { 0x5a5a5a5aul, ~0x5a5a5a5aul };
	unsigned long *word = base, *end = base + size;
	unsigned long old, i;
	bool ok = true;

	for (; ok && word < end; word += PAGE_SIZE / sizeof(*word)) {
		old = READ_ONCE(*word);
		for (i = 0; i < ARRAY_SIZE(patterns); i++) {
			WRITE_ONCE(*word, patterns[i]);
			mb();	/* the value must come back from memory */
			ok &= READ_ONCE(*word) == patterns[i];
		}
		WRITE_ONCE(*word, old);
		if (!((unsigned long)word & (SZ_16M - 1)))
			cond_resched();
	}
	return ok;
}

/*
 * Some machines forbid unaligned access to device memory, and heaps make such
 * accesses. There an uncached region is mapped as a write-combined one is.
 */
static void *mapping_make(const struct rtalloc_region *region)
{
	if (region->flags & RTALLOC_REGION_UNCACHED && IS_ENABLED(CONFIG_X86))
		return (void __force *)ioremap(region->phys, region->size);
	return memremap(region->phys, region->size,
			region->flags & NOT_CACHED ? MEMREMAP_WC : MEMREMAP_WB);
}

static void mapping_drop(const struct rtalloc_region *region)
{
	if (region->flags & RTALLOC_REGION_UNCACHED && IS_ENABLED(CONFIG_X86))
		iounmap((void __iomem __force *)region->base);
	else
		memunmap(region->base);
}

/* Is the whole range RAM that the kernel counts as its own, or no part of it? */
static bool is_of_one_kind(phys_addr_t start, size_t size)
{
	unsigned long pfn = PHYS_PFN(start), end = pfn + (size >> PAGE_SHIFT);

	if (region_intersects(start, size, IORESOURCE_SYSTEM_RAM,
			      IORES_DESC_NONE) == REGION_DISJOINT)
		return true;
	for (; pfn < end && page_is_ram(pfn); pfn++)
		if (!(pfn % (SZ_16M >> PAGE_SHIFT)))
			cond_resched();
	return pfn == end;
}

static int phys_map(struct rtalloc_region *region, const char **why)
{
	if (!is_of_one_kind(region->phys, region->size))
		return refuse(-EINVAL, "phys range is RAM in part", why);
	if (region->flags & NOT_CACHED &&
	    region_intersects(region->phys, region->size,
			      IORESOURCE_SYSTEM_RAM,
			      IORES_DESC_NONE) != REGION_DISJOINT)
		return refuse(-EINVAL, "the kernel maps that memory write-back",
			      why);
	region->base = mapping_make(region);
	if (!region->base)
		return refuse(-ENOMEM, "phys range cannot be mapped", why);
	if (is_memory(region->base, region->size))
		return 0;
	mapping_drop(region);
	return refuse(-ENXIO, "phys range holds no memory", why);
}

/* Does another region already contain a byte of @region? */
static bool is_taken(const struct rtalloc_region *region)
{
	struct rtalloc_region *other;

	list_for_each_entry(other, &rtalloc_regions, node)
		if (other->phys && ranges_overlap(region->phys, region->size,
						  other->phys, other->size))
			return true;
	return false;
}

static void phys_release(struct rtalloc_region *region)
{
	if (region->claim)
		__release_region(region->claim, region->phys, region->size);
}

/*
 * Claim the range: in @resource, which is the caller's own, or, if that is
 * NULL, only if the range was set aside for a region. A range that is named for
 * rtalloc is kept from other regions only, see rtalloc_phys_check().
 */
static int phys_claim(struct rtalloc_region *region, struct resource *resource,
		      const char **why)
{
	bool is_named = region->flags & RTALLOC_REGION_VOUCHED;
	int err;

	if (!resource && !is_named) {
		err = rtalloc_phys_check(region->phys, region->size, &is_named,
					 why);
		if (err)
			return err;
		resource = &iomem_resource;
	}
	if (is_taken(region) ||
	    (!is_named && !__request_region(resource, region->phys,
					    region->size, "rtalloc", 0)))
		return refuse(-EBUSY, "phys range is claimed already", why);
	region->claim = is_named ? NULL : resource;
	err = phys_map(region, why);
	if (err)
		phys_release(region);
	return err;
}

static void pages_free(struct page **page, unsigned long nr)
{
	while (nr--) {
		__free_page(page[nr]);
		cond_resched();
	}
	vfree(page);
}

/*
 * Return an array of @nr pages, of node @nid as long as it has some, or NULL. A task that
 * is being killed must not take the rest of the memory.
 */
static struct page **pages_alloc(unsigned long nr, int nid)
{
	struct page **page = __vmalloc(nr * sizeof(*page), REGION_GFP);
	unsigned long i;

	for (i = 0; page && i < nr; i++) {
		page[i] = fatal_signal_pending(current) ? NULL :
			  alloc_pages_node(nid, REGION_GFP | __GFP_HIGHMEM, 0);
		if (!page[i]) {
			pages_free(page, i);
			return NULL;
		}
		cond_resched();
	}
	return page;
}

/*
 * Do what __vmalloc() does, but for a node. The kernel has vzalloc_node(), which takes no
 * flags: it does not fail but wakes the OOM killer. vfree() frees the pages and the array.
 */
static void *memory_of_node(size_t size, int nid)
{
	unsigned long nr = size >> PAGE_SHIFT;
	struct page **page = pages_alloc(nr, nid);
	void *base;

	if (!page)
		return NULL;
	base = vmap(page, nr, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	if (!base)
		pages_free(page, nr);
	return base;
}

static int memory_claim(struct rtalloc_region *region,
			struct resource *resource, const char **why)
{
	if (region->phys)
		return phys_claim(region, resource, why);
	if (region->nid != NUMA_NO_NODE)
		region->base = memory_of_node(region->size, region->nid);
	else
		region->base = __vmalloc(region->size, REGION_GFP);
	if (!region->base)
		return refuse(-ENOMEM, "no memory for the region", why);
	kmemleak_free(region->base);	/* kmemleak tracks parts instead: part_cut() */
	return 0;
}

static void memory_release(struct rtalloc_region *region)
{
	if (!region->phys) {
		vfree(region->base);
		return;
	}
	mapping_drop(region);
	phys_release(region);
}

static int pool_make(struct rtalloc_region *region)
{
	int err;

	region->pool = gen_pool_create(PAGE_SHIFT, region->nid);
	if (!region->pool)
		return -ENOMEM;
	err = gen_pool_add(region->pool, (unsigned long)region->base,
			   region->size, region->nid);
	if (err)
		gen_pool_destroy(region->pool);
	return err;
}

/* Unless the creator gave a DMA address, the physical address is used as such. */
static dma_addr_t dma_default(const struct rtalloc_region_params *params)
{
	return params->dma ?: params->phys ?: NO_DMA;
}

/* Reserve a region; the caller holds the registry lock. */
struct rtalloc_region *
rtalloc_region_make(const struct rtalloc_region_params *wanted,
		    const char **why)
{
	struct rtalloc_region_params what = *wanted, *params = &what;
	struct rtalloc_region *region;
	int err;

	lockdep_assert_held(&rtalloc_registry_lock);
	err = resource_default(params, why);
	if (!err)
		err = params_check(params, why);
	if (err)
		return ERR_PTR(err);
	*why = "no memory for the region's records";
	region = kzalloc(sizeof(*region), GFP_KERNEL);
	if (!region)
		return ERR_PTR(-ENOMEM);
	strscpy(region->name, params->name, sizeof(region->name));
	region->users = 1;
	region->size = params->size;
	region->phys = params->phys;
	region->dma = dma_default(params);
	region->flags = params->flags;
	region->nid = params->flags & RTALLOC_REGION_NODE ? params->node :
							     NUMA_NO_NODE;
	err = memory_claim(region, params->resource, why);
	if (err)
		goto err_free_region;
	err = pool_make(region);
	if (err)
		goto err_release_memory;
	list_add_tail(&region->node, &rtalloc_regions);
	return region;

err_release_memory:
	*why = "no memory for the region's records";
	memory_release(region);
err_free_region:
	kfree(region);
	return ERR_PTR(err);
}

/* Keep the record until rtalloc_region_put(), also of a region that is gone. */
void rtalloc_region_hold(struct rtalloc_region *region)
{
	lockdep_assert_held(&rtalloc_registry_lock);
	region->users++;
}

void rtalloc_region_put(struct rtalloc_region *region)
{
	lockdep_assert_held(&rtalloc_registry_lock);
	if (!--region->users)
		kfree(region);
}

int rtalloc_region_drop(struct rtalloc_region *region, const char **why)
{
	lockdep_assert_held(&rtalloc_registry_lock);
	if (region->is_gone)
		return refuse(-ENOENT, "the region is gone", why);
	if (region->nr_parts)
		return refuse(-EBUSY, "heaps still live in the region", why);
	list_del(&region->node);
	gen_pool_destroy(region->pool);
	memory_release(region);
	region->is_gone = true;
	rtalloc_region_put(region);
	return 0;
}

/* Cut whole pages for @size bytes from the region; NULL if it has no room. */
void *rtalloc_region_cut(struct rtalloc_region *region, size_t size)
{
	void *base;

	lockdep_assert_held(&rtalloc_registry_lock);
	if (!size || size > region->size)
		return NULL;
	base = (void *)gen_pool_alloc(region->pool, PAGE_ALIGN(size));
	if (base)
		region->nr_parts++;
	return base;
}

void rtalloc_region_paste(struct rtalloc_region *region, void *base,
			  size_t size)
{
	lockdep_assert_held(&rtalloc_registry_lock);
	gen_pool_free(region->pool, (unsigned long)base, PAGE_ALIGN(size));
	region->nr_parts--;
}

/* As rtalloc_region_make(), for a driver: the log says why a region was refused. */
struct rtalloc_region *
rtalloc_region_open(const struct rtalloc_region_params *params)
{
	struct rtalloc_region *region;
	const char *why;

	mutex_lock(&rtalloc_registry_lock);
	region = rtalloc_region_make(params, &why);
	if (!IS_ERR(region))
		region->is_private = true;
	mutex_unlock(&rtalloc_registry_lock);
	if (IS_ERR(region))
		rtalloc_report_no_region(params->name, why, PTR_ERR(region));
	return region;
}

/**
 * rtalloc_region_create() - reserve a region
 * @params: name, size in bytes, physical base or 0, a resource or NULL, flags
 *
 * The region is the caller's own: shells cannot destroy it or put heaps into
 * it.
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 * Return: the region, or ERR_PTR: -EINVAL (name, size, alignment, flags, a
 *	mapping that the memory cannot have), -ENAMETOOLONG, -EEXIST, -EBUSY
 *	(the range was not set aside for it, or is in use), -EOPNOTSUPP (a range
 *	by its address, where the kernel keeps the firmware's map from modules),
 *	-ENXIO (no memory there), -ENOMEM. One line in the log says why.
 */
struct rtalloc_region *
rtalloc_region_create(const struct rtalloc_region_params *params)
{
	struct rtalloc_region_params what = *params;

	/* Only of_rtalloc_region_get() may vouch for memory. */
	if (what.flags & RTALLOC_REGION_VOUCHED)
		what.flags = RTALLOC_REGION_UNKNOWN;
	return rtalloc_region_open(&what);
}
EXPORT_SYMBOL_GPL(rtalloc_region_create);

/**
 * rtalloc_region_destroy() - release a region
 * @region: from rtalloc_region_create(), or a device's region before the device
 *	goes; NULL does nothing
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 * Return: 0, -EBUSY while heaps are cut from it, or, for a device's region,
 *	-ENOENT: it was destroyed before.
 */
int rtalloc_region_destroy(struct rtalloc_region *region)
{
	const char *why;
	int err;

	if (!region)
		return 0;
	mutex_lock(&rtalloc_registry_lock);
	err = rtalloc_region_drop(region, &why);
	mutex_unlock(&rtalloc_registry_lock);
	return err;
}
EXPORT_SYMBOL_GPL(rtalloc_region_destroy);

/* Called at unload, and where loading fails: no heap is left, and no driver. */
void rtalloc_regions_release_all(void)
{
	struct rtalloc_region *region, *next;
	const char *why;

	mutex_lock(&rtalloc_registry_lock);
	list_for_each_entry_safe(region, next, &rtalloc_regions, node)
		rtalloc_region_drop(region, &why);
	mutex_unlock(&rtalloc_registry_lock);
}
