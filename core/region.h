/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * region.h - regions from the inside: the memory that heaps are cut from.
 */
#ifndef _RTALLOC_REGION_H
#define _RTALLOC_REGION_H

#include <linux/genalloc.h>
#include <linux/list.h>
#include <linux/types.h>

#include <rtalloc/rtalloc.h>

#define NO_DMA			(~(dma_addr_t)0)	/* DMA_MAPPING_ERROR */
/* A device tree's node says that the physical range is meant for its driver. */
#define RTALLOC_REGION_VOUCHED	0x80000000u
/* Never a valid flag: a region with it is refused. */
#define RTALLOC_REGION_UNKNOWN	0x40000000u

/**
 * struct rtalloc_region - memory that is reserved once, from which heaps are cut
 * @node: in rtalloc_regions
 * @name: unique among regions
 * @base: its first byte
 * @size: bytes
 * @phys: physical base of a carve-out, 0 for vmalloc memory
 * @dma: DMA address of @base for its creator's device; DMA_MAPPING_ERROR: none
 * @flags: of &enum rtalloc_region_flags
 * @nid: NUMA node, or NUMA_NO_NODE
 * @claim: the resource in which a carve-out is claimed, or NULL
 * @pool: tracks which pages are cut out
 * @nr_parts: number of parts that are cut out; a region with parts is not
 *	released
 * @is_private: a driver made it; shells do not use it, nor do heaps that name
 *	no region
 * @is_gone: it was destroyed, and only the record is left
 * @users: references to the record: one for the region's existence, and one of
 *	the device with which it ends
 *
 * Protects: rtalloc_registry_lock guards all fields that change.
 */
struct rtalloc_region {
	struct list_head node;
	char name[RTALLOC_NAME_MAX + 1];
	void *base;
	size_t size;
	phys_addr_t phys;
	dma_addr_t dma;
	unsigned int flags;
	int nid;
	struct resource *claim;
	struct gen_pool *pool;
	unsigned int nr_parts;
	bool is_private;
	bool is_gone;
	unsigned int users;
};

extern struct list_head rtalloc_regions;

/*
 * In the functions below @why is set to a constant line whenever an error is
 * returned.
 */
int rtalloc_name_check(const char *name, const char **why);
struct rtalloc_region *
rtalloc_region_make(const struct rtalloc_region_params *params,
		    const char **why);
int rtalloc_region_drop(struct rtalloc_region *region, const char **why);
void rtalloc_region_hold(struct rtalloc_region *region);
void rtalloc_region_put(struct rtalloc_region *region);

struct rtalloc_region *
rtalloc_region_open(const struct rtalloc_region_params *params);
void rtalloc_regions_release_all(void);
struct rtalloc_region *rtalloc_region_find(const char *name);
void *rtalloc_region_cut(struct rtalloc_region *region, size_t size);
void rtalloc_region_paste(struct rtalloc_region *region, void *base,
			  size_t size);

#endif /* _RTALLOC_REGION_H */
