// SPDX-License-Identifier: GPL-2.0-only
/*
 * phys.c - which physical memory may become a region: only memory that was set
 * aside for that, and never memory that the machine needs for something else.
 *
 *   memmap=SIZE$BASE      x86. The firmware's map says RAM for every page, and the
 *                         kernel's own map says reserved. In the firmware's map its own
 *                         tables, devices and holes are not RAM; what the kernel has
 *                         reserved for EFI since then is in EFI's map.
 *   reserve_mem=          from 6.12 on: the range that is named "rtalloc"
 *   device tree           a node of /reserved-memory, with or without no-map,
 *                         that is compatible with "rtalloc,region", see node.c
 *   a driver's resource   the driver vouches for it, see region.c
 *
 * rtalloc_phys_check() decides, rtalloc_phys_find() finds a range by its name.
 * Nothing is mapped or touched here. Cost: linear in pages, once for each
 * region.
 */
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/string.h>
#ifdef CONFIG_X86
#include <asm/e820/api.h>
#endif
#ifdef CONFIG_EFI
#include <linux/efi.h>
#endif

#include "core/phys.h"
#include "core/refuse.h"
#include "core/versions.h"

/* ---- memmap= --------------------------------------------------------- */

#if defined(CONFIG_X86) && defined(CONFIG_EFI)

/*
 * Does any byte of the range belong to EFI, or is one reserved for it? Memory
 * that EFI used only until the boot does not count.
 */
static bool efi_keeps(phys_addr_t start, phys_addr_t end)
{
	efi_memory_desc_t *md;
	u64 md_end;

	if (!efi_enabled(EFI_MEMMAP))
		return false;
	for_each_efi_memory_desc(md) {
		md_end = md->phys_addr + (md->num_pages << EFI_PAGE_SHIFT);
		if (md->phys_addr >= end || md_end <= start)
			continue;
		if (md->attribute & EFI_MEMORY_RUNTIME)
			return true;
		if (md->type < EFI_LOADER_CODE ||
		    md->type > EFI_CONVENTIONAL_MEMORY ||
		    md->type == EFI_RUNTIME_SERVICES_CODE ||
		    md->type == EFI_RUNTIME_SERVICES_DATA)
			return true;
	}
	return false;
}
#elif defined(CONFIG_X86)
static bool efi_keeps(phys_addr_t start, phys_addr_t end)
{
	return false;
}
#endif

#ifdef CONFIG_X86

/* Is each page RAM for the firmware and reserved for the kernel? */
static bool pages_are_carved(phys_addr_t start, phys_addr_t end)
{
	phys_addr_t page;

	for (page = start; page < end; page += PAGE_SIZE) {
		if (!e820__mapped_raw_any(page, page + PAGE_SIZE,
					  E820_TYPE_RAM) ||
		    !e820__mapped_any(page, page + PAGE_SIZE,
				      E820_TYPE_RESERVED))
			return false;
		if (!(page & (SZ_16M - 1)))
			cond_resched();
	}
	return true;
}

/* Does the firmware's map say anything but RAM for any part of the range? */
static bool is_firmwares(phys_addr_t start, phys_addr_t end)
{
	static const enum e820_type types[] = {
		E820_TYPE_RESERVED, E820_TYPE_ACPI, E820_TYPE_NVS,
		E820_TYPE_UNUSABLE, E820_TYPE_PMEM, E820_TYPE_PRAM,
		E820_TYPE_SOFT_RESERVED, FIRMWARE_MAP_KERNEL,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (firmware_map_has(start, end, types[i]))
			return true;
	return false;
}

static int carve_out_check(phys_addr_t start, size_t size, const char **why)
{
	phys_addr_t end = start + size;

	/* The tables of the BIOS lie below, whatever the map says. */
	if (start < SZ_1M)
		return refuse(-EBUSY,
			      "phys range is not reserved: it is below 1 MiB",
			      why);
	if (e820__mapped_any(start, end, E820_TYPE_RAM) ||
	    region_intersects(start, size, IORESOURCE_MEM,
			      IORES_DESC_RESERVED) != REGION_INTERSECTS)
		return refuse(-EBUSY,
			      "phys range is not reserved (memmap=SIZE$BASE)",
			      why);
	if (!firmware_map_told())
		return refuse(-EOPNOTSUPP,
			      "phys by address needs the firmware's map, which this kernel keeps from modules (take reserve_mem=)",
			      why);
	if (is_firmwares(start, end) || efi_keeps(start, end))
		return refuse(-EBUSY, "phys range is the firmware's", why);
	if (!pages_are_carved(start, end))
		return refuse(-EBUSY,
			      "phys range is not reserved, or no RAM", why);
	return 0;
}
#else
static int carve_out_check(phys_addr_t start, size_t size, const char **why)
{
	return refuse(-EBUSY,
		      "phys range is not reserved (a rtalloc,region node)",
		      why);
}
#endif

/* ---- ranges with a name ---------------------------------------------- */

/*
 * Find a range by its name: "reserve_mem" is the range that reserve_mem= has
 * named "rtalloc", any other name is a node's. Return true if there is one.
 */
bool rtalloc_phys_find(const char *name, phys_addr_t *base, phys_addr_t *room)
{
	if (!strcmp(name, "reserve_mem"))
		return reserve_mem_find_by_name("rtalloc", base, room);
	return rtalloc_node_find(name, base, room);
}

static bool is_reserve_mem(phys_addr_t start, size_t size)
{
	phys_addr_t base, room;

	return rtalloc_phys_find("reserve_mem", &base, &room) &&
	       range_lies_in(start, size, base, room);
}

/*
 * Was the whole range set aside for a region? *@is_named: by reserve_mem= or a
 * node, which name it for rtalloc alone. Such a range is not claimed as a
 * resource: most of them lie in RAM, which the kernel has claimed already, and
 * only another region has a reason to use one.
 */
int rtalloc_phys_check(phys_addr_t start, size_t size, bool *is_named,
		       const char **why)
{
	int err = is_reserve_mem(start, size) ?
			  0 : rtalloc_node_check(start, size, why);

	*is_named = !err;
	return err == -ENOENT ? carve_out_check(start, size, why) : err;
}
