// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - the module of the ports: parameters, system heaps, unwinding.
 *
 *   insmod rtalloc_port.ko                            1 MiB for each family
 *   insmod rtalloc_port.ko freertos=4M rtthread=0     as it is needed
 *
 * The functions themselves are in the other files here. They are exported under
 * upstream's names, to whoever loads this module, which nobody else needs.
 */
#include <linux/kernel.h>
#include <linux/module.h>

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

static const struct {
	const struct port_family *family;
	char **size;
} families[] = {
	{ &port_freertos, &freertos },
	{ &port_lwip, &lwip },
	{ &port_rtthread, &rtthread },
	{ &port_sylixos, &sylixos },
};

static int family_init(const struct port_family *family, const char *text)
{
	char *end;
	unsigned long long size = memparse(text, &end);
	int err;

	if (end == text || *end) {
		pr_err("rtalloc_port: %s=%s: not a number\n", family->name,
		       text);
		return -EINVAL;
	}
	err = family->init(size);
	if (err)
		pr_err("rtalloc_port: %s=%s: no such heap can be made (%d)\n",
		       family->name, text, err);
	return err;
}

static void families_exit(int n)
{
	while (n--)
		families[n].family->exit();
}

static int __init rtalloc_port_init(void)
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

static void __exit rtalloc_port_exit(void)
{
	families_exit(ARRAY_SIZE(families));
}

module_init(rtalloc_port_init);
module_exit(rtalloc_port_exit);

MODULE_DESCRIPTION("Functions of RTOS allocators, by their own names");
MODULE_LICENSE("GPL");
MODULE_VERSION(RTALLOC_VERSION);
