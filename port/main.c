// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - rtalloc_port.ko: module parameters, and set-up and tear-down of system heaps.
 *
 *   insmod rtalloc_port.ko                            1 MiB for each family
 *   insmod rtalloc_port.ko freertos=4M rtthread=0     other sizes; 0: no such heap
 *   insmod rtalloc_port.ko size=32M                   in a region of its own
 *
 * The ported functions are in the other files of this directory, and are exported under
 * upstream's names. The module is needed only where drivers that use them run.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/sizes.h>

#include "interface/number.h"
#include "port/port.h"

static char *freertos = "1M";
module_param(freertos, charp, 0444);
MODULE_PARM_DESC(freertos, "Bytes of FreeRTOS's heap, K, M or G behind it; 0: none (default 1M)");

static char *lwip = "1M";
module_param(lwip, charp, 0444);
MODULE_PARM_DESC(lwip, "The same for lwIP's heap");

static char *rtthread = "1M";
module_param(rtthread, charp, 0444);
MODULE_PARM_DESC(rtthread, "The same for RT-Thread's system heap");

static char *sylixos = "1M";
module_param(sylixos, charp, 0444);
MODULE_PARM_DESC(sylixos, "The same for SylixOS's system heap");

static char *size = "0";
module_param(size, charp, 0444);
MODULE_PARM_DESC(size, "Bytes of a region of its own for these heaps and for drivers' pools; 0: rtalloc's default region, where there is none one of 16M (default)");

static const struct {
	struct port_family *family;
	char **size;
} families[] = {
	{ &port_freertos, &freertos },
	{ &port_lwip, &lwip },
	{ &port_rtthread, &rtthread },
	{ &port_sylixos, &sylixos },
};

/*
 * Parse a size. On 32 bits, a larger value becomes SIZE_MAX, which cannot be allocated and
 * is refused later. Return false, with a line in the log, if @text is not a number.
 */
static bool bytes_read(const char *name, const char *text, size_t *bytes)
{
	u64 number;

	if (!word_to_number(text, &number)) {
		pr_err("rtalloc_port: %s=%s: not a number of bytes\n", name, text);
		return false;
	}
	*bytes = number_to_size(number);
	return true;
}

static int region_init(void)
{
	struct rtalloc_region_params params = { .name = "rtalloc_port" };
	size_t bytes;

	if (!bytes_read("size", size, &bytes))
		return -EINVAL;
	if (!bytes && rtalloc_has_default_region())
		return 0;
	params.size = bytes ?: 16 * SZ_1M;
	port_region = rtalloc_region_create(&params);
	return PTR_ERR_OR_ZERO(port_region);
}

static void region_exit(void)
{
	if (port_region)
		rtalloc_region_destroy(port_region);
}

static int family_init(struct port_family *family, const char *text)
{
	struct rtalloc_heap *heap;

	if (!bytes_read(family->name, text, &family->size))
		return -EINVAL;
	heap = port_family_heap(family, NULL, 0);
	if (!IS_ERR(heap))
		*family->heap = heap;
	else
		pr_err("rtalloc_port: %s=%s: no such heap can be made (%ld)\n",
		       family->name, text, PTR_ERR(heap));
	return PTR_ERR_OR_ZERO(heap);
}

static void families_exit(int n)
{
	while (n--) {
		struct rtalloc_heap **heap = families[n].family->heap;

		if (*heap)
			port_heap_close(*heap);
		*heap = NULL;
	}
}

static int families_init(void)
{
	int i, err;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		err = family_init(families[i].family, *families[i].size);
		if (err) {
			families_exit(i);
			return err;
		}
	}
	return 0;
}

static int __init rtalloc_port_init(void)
{
	int err = region_init();

	if (err)
		return err;
	err = families_init();
	if (err)
		goto no_families;
	err = lwip_sys_init();
	if (!err)
		return 0;
	families_exit(ARRAY_SIZE(families));
no_families:
	region_exit();
	return err;
}

static void __exit rtalloc_port_exit(void)
{
	port_threads_exit();
	freertos_pend_exit();
	lwip_sys_exit();
	families_exit(ARRAY_SIZE(families));
	region_exit();
}

module_init(rtalloc_port_init);
module_exit(rtalloc_port_exit);

MODULE_DESCRIPTION("Functions of RTOS allocators, by their own names");
MODULE_LICENSE("GPL");
MODULE_VERSION(RTALLOC_VERSION);
