// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - set-up and teardown of the network module, in order.
 */
#include <linux/module.h>

#include <rtalloc/abi.h>

#include "net/init.h"

static int __init rtalloc_net_init(void)
{
	int err;

	err = net_tap_init();
	if (err)
		return err;
	err = net_cpus_init();
	if (err)
		goto err_tap;
	net_debugfs_init();
	err = net_bind_init();
	if (!err)
		return 0;
	net_debugfs_exit();
	net_cpus_exit();
err_tap:
	net_tap_exit();
	return err;
}

static void __exit rtalloc_net_exit(void)
{
	net_bind_exit();
	net_debugfs_exit();
	net_cpus_exit();
	net_tap_exit();
	pbuf_rx_pools_retry();
}

module_init(rtalloc_net_init);
module_exit(rtalloc_net_exit);

MODULE_DESCRIPTION("lwIP's packet buffers, and a virtio-net driver of them");
MODULE_LICENSE("GPL");
MODULE_VERSION(RTALLOC_VERSION);
