// SPDX-License-Identifier: GPL-2.0-only
/*
 * mm_rtalloc.c - the module itself: parameters, the order of set-up, unwinding,
 * and nothing else.
 *
 *   insmod rtalloc.ko size=16M                   a vmalloc region "default"
 *   insmod rtalloc.ko size=16M phys=0x10000000   a physical one, set aside with
 *                                                memmap=16M$0x10000000
 *   insmod rtalloc.ko size=16M phys=reserve_mem  the range of
 *                                                reserve_mem=16M:4096:rtalloc
 *   insmod rtalloc.ko size=16M phys=NODE         that of a device tree's node
 *   insmod rtalloc.ko                            none: drivers bring their own,
 *                                                shells make some in debugfs
 */
#define pr_fmt(fmt) "rtalloc: " fmt

#include <linux/err.h>
#include <linux/module.h>
#include <linux/string.h>

#include "core/keys.h"
#include "core/percpu_calls.h"
#include "core/region.h"
#include "core/registry.h"
#include "core/report.h"
#include "interface/interface.h"

static char *size = "0";
module_param(size, charp, 0444);
MODULE_PARM_DESC(size, "Bytes of the default region, K, M or G behind it; a multiple of the page size from 64K to half of memory; 0: no default region (default)");

static char *phys = "0";

/* The address of hardware, which the kernel refuses under lockdown. */
module_param_hw(phys, charp, iomem, 0444);
MODULE_PARM_DESC(phys, "Physical base of the default region, a multiple of the page size, set aside with memmap=SIZE$BASE; reserve_mem: that of reserve_mem=SIZE:4096:rtalloc; or the name of a rtalloc,region node of /reserved-memory; 0: vmalloc memory (default)");

static int default_region_create(void)
{
	struct rtalloc_region_params params = { .name = "default" };
	struct rtalloc_region *region;
	const char *why;
	u64 bytes;

	if (!word_to_number(size, &bytes)) {
		pr_err("size=%s: not a number of bytes\n", size);
		return -EINVAL;
	}
	if (!word_to_phys(phys, &params.phys)) {
		pr_err("phys=%s: not a number, or no such range\n", phys);
		return -EINVAL;
	}
	if (!bytes && !params.phys)
		return 0;
	params.size = number_to_size(bytes);
	mutex_lock(&rtalloc_registry_lock);
	region = rtalloc_region_make(&params, &why);
	mutex_unlock(&rtalloc_registry_lock);
	if (IS_ERR(region))
		rtalloc_report_no_region(params.name, why, PTR_ERR(region));
	return PTR_ERR_OR_ZERO(region);
}

static int __init rtalloc_init(void)
{
	int err;

	err = default_region_create();
	if (err)
		return err;
	err = rtalloc_percpu_init();
	if (err)
		goto err_release_regions;
	rtalloc_keys_init();
	err = rtalloc_debugfs_init();
	if (!err)
		return 0;
	rtalloc_keys_exit();
	rtalloc_percpu_exit();
err_release_regions:
	rtalloc_regions_release_all();
	return err;
}

static void __exit rtalloc_exit(void)
{
	rtalloc_debugfs_close();
	rtalloc_heaps_release_all();
	rtalloc_debugfs_exit();
	rtalloc_keys_exit();
	rtalloc_percpu_exit();
	rtalloc_regions_release_all();
}

module_init(rtalloc_init);
module_exit(rtalloc_exit);

MODULE_DESCRIPTION("RTOS allocators in a reserved region");
MODULE_LICENSE("GPL");
MODULE_VERSION(RTALLOC_VERSION);
