// SPDX-License-Identifier: GPL-2.0-only
/*
 * core.c - set the core up in user space, as mm_rtalloc.c does in the kernel. The default
 * region is made before main() and released after it; heaps that are left in it are
 * reported.
 */
#include <stdlib.h>
#include <linux/err.h>
#include <linux/module.h>

#include "core/core.h"

#define REGION_SIZE	(64ul << 20)

static __attribute__((constructor(1101))) void core_open(void)
{
	struct rtalloc_region_params params = {
		.name = "default",
		.size = REGION_SIZE,
	};
	const char *why;

	mutex_lock(&rtalloc_registry_lock);
	if (IS_ERR(rtalloc_region_make(&params, &why)))
		abort();
	mutex_unlock(&rtalloc_registry_lock);
	if (rtalloc_percpu_init() < 0)
		abort();
}

static __attribute__((destructor(1101))) void core_close(void)
{
	struct rtalloc_region *region, *next;
	const char *why;

	rtalloc_heaps_release_all();
	rtalloc_percpu_exit();
	mutex_lock(&rtalloc_registry_lock);
	list_for_each_entry_safe(region, next, &rtalloc_regions, node)
		rtalloc_region_drop(region, &why);
	mutex_unlock(&rtalloc_registry_lock);
}
