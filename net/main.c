// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - the network module: order of set-up and unwinding, nothing else.
 */
#include <linux/module.h>

static int __init rtalloc_net_init(void)
{
	return 0;
}

static void __exit rtalloc_net_exit(void)
{
}

module_init(rtalloc_net_init);
module_exit(rtalloc_net_exit);

MODULE_DESCRIPTION("lwIP's packet buffers over RTOS allocators");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
