// SPDX-License-Identifier: GPL-2.0-only
/*
 * node.c - memory that a device tree sets aside in /reserved-memory, and whether
 * it really was.
 *
 * The kernel lists a node's range also where it could not reserve it, and it
 * reserves a range that lies over its own image, or over the initramfs, whose
 * pages it hands out later. So what a node says is believed only if
 *
 *   every page with a struct page is marked as reserved,
 *   no part of it is the kernel's own code or data,
 *   and no other node has a part of it.
 *
 * Not seen: a node over the device tree's own blob, which is reserved too.
 * Cost: linear in pages, once for each region.
 */
#include "core/phys.h"
#include "core/refuse.h"

#ifdef CONFIG_OF_RESERVED_MEM
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/pfn.h>
#include <linux/sched.h>
#include <linux/sizes.h>

static bool pages_are_reserved(phys_addr_t start, phys_addr_t end)
{
	unsigned long pfn;

	for (pfn = PFN_DOWN(start); pfn < PFN_UP(end); pfn++) {
		if (pfn_valid(pfn) && !PageReserved(pfn_to_page(pfn)))
			return false;
		if (!(pfn & (SZ_4K - 1)))
			cond_resched();
	}
	return true;
}

static bool is_ram(const struct resource *at)
{
	return at && at->flags & IORESOURCE_SYSRAM;
}

/*
 * Does the kernel's code or data lie in the range? In the tree of resources
 * these are RAM inside RAM. Modules cannot look them up there. But a resource
 * that is inserted for a moment gets what it lies in as its parents, and what
 * lies in it as its children.
 */
static bool is_kernels(phys_addr_t start, phys_addr_t size)
{
	struct resource probe = DEFINE_RES_MEM_NAMED(start, size, "rtalloc");
	const struct resource *at;
	bool found = false;

	if (insert_resource(&iomem_resource, &probe))
		return true;
	for (at = probe.parent; at; at = at->parent)
		found |= is_ram(at) && is_ram(at->parent);
	for (at = probe.child; at; at = at->sibling)
		found |= is_ram(at);
	remove_resource(&probe);
	return found;
}

/* Does another node claim a part of it? */
static bool is_shared(const struct device_node *node,
		      const struct reserved_mem *mem)
{
	struct device_node *parent = of_find_node_by_path("/reserved-memory");
	const struct reserved_mem *other;
	struct device_node *child;
	bool found = false;

	for_each_available_child_of_node(parent, child) {
		other = child == node ? NULL : of_reserved_mem_lookup(child);
		found |= other && ranges_overlap(other->base, other->size,
						 mem->base, mem->size);
	}
	of_node_put(parent);
	return found;
}

/*
 * Return the memory of a node of /reserved-memory, if a region may be made from
 * it.
 */
int rtalloc_node_memory(struct device_node *node, phys_addr_t *base,
			phys_addr_t *room, const char **why)
{
	const struct reserved_mem *mem = of_reserved_mem_lookup(node);

	if (!of_device_is_available(node) || !mem || !mem->size)
		return refuse(-ENODEV, "memory-region was not reserved", why);
	if (of_property_read_bool(node, "reusable"))
		return refuse(-EINVAL, "memory-region is shared with the kernel",
			      why);
	if (is_shared(node, mem))
		return refuse(-EBUSY, "memory-region overlaps another", why);
	if (!pages_are_reserved(mem->base, mem->base + mem->size) ||
	    is_kernels(mem->base, mem->size))
		return refuse(-EBUSY, "memory-region is memory in use", why);
	*base = mem->base;
	*room = mem->size;
	return 0;
}

/*
 * Is this the node of that name, from which a region may be made without a
 * driver?
 */
static bool is_ours(struct device_node *node, const char *name)
{
	return of_device_is_compatible(node, "rtalloc,region") &&
	       (!name || of_node_name_eq(node, name) ||
		!strcmp(kbasename(of_node_full_name(node)), name));
}

/*
 * Find the memory of the node called @name; the unit address may be left out.
 * Return false if there is no such node.
 */
bool rtalloc_node_find(const char *name, phys_addr_t *base, phys_addr_t *room)
{
	struct device_node *parent = of_find_node_by_path("/reserved-memory");
	struct device_node *node;
	struct reserved_mem *mem = NULL;

	for_each_available_child_of_node(parent, node) {
		if (!is_ours(node, name))
			continue;
		mem = of_reserved_mem_lookup(node);
		of_node_put(node);
		break;
	}
	of_node_put(parent);
	if (!mem)
		return false;
	*base = mem->base;
	*room = mem->size;
	return true;
}

/*
 * Is the range in a node that is meant for regions? Return -ENOENT if no node
 * has it.
 */
int rtalloc_node_check(phys_addr_t start, size_t size, const char **why)
{
	struct device_node *parent = of_find_node_by_path("/reserved-memory");
	const struct reserved_mem *mem;
	struct device_node *node;
	phys_addr_t base, room;
	int err = -ENOENT;

	for_each_available_child_of_node(parent, node) {
		mem = of_reserved_mem_lookup(node);
		if (!is_ours(node, NULL) || !mem ||
		    !range_lies_in(start, size, mem->base, mem->size))
			continue;
		err = rtalloc_node_memory(node, &base, &room, why);
		of_node_put(node);
		break;
	}
	of_node_put(parent);
	return err;
}
#else
int rtalloc_node_memory(struct device_node *node, phys_addr_t *base,
			phys_addr_t *room, const char **why)
{
	return refuse(-ENODEV, "this kernel has no reserved memory of device trees",
		      why);
}

bool rtalloc_node_find(const char *name, phys_addr_t *base, phys_addr_t *room)
{
	return false;
}

int rtalloc_node_check(phys_addr_t start, size_t size, const char **why)
{
	return -ENOENT;
}
#endif
