// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs.c - debugfs directory rtalloc/net/: "stats" for the module, and a file for
 * each device, with the device's name on the virtio bus. Formats: Documentation/net.rst.
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include <rtalloc/abi.h>
#include "net/net.h"

static struct dentry *net_dir;
static atomic_t nr_devices = ATOMIC_INIT(0);

static void buffers_show(struct seq_file *m, struct pbuf_net *net)
{
	struct pbuf_rx_pool_counts counts;

	net_buffers_count(net, &counts);
	seq_printf(m, "pool.total: %u\n", counts.total);
	seq_printf(m, "pool.free: %u\n", counts.free);
	seq_printf(m, "pool.posted: %u\n", net_posted(net));
	seq_printf(m, "pool.lent: %u\n", counts.lent);
	seq_printf(m, "pool.lent_max: %u\n", counts.lent_max);
	seq_printf(m, "pool.lends: %llu\n", counts.lends);
	seq_printf(m, "pool.returns: %llu\n", counts.returns);
	seq_printf(m, "pool.looks: %llu\n", counts.looks);
	seq_printf(m, "pool.empty: %llu\n", counts.empty);
}

/* A block may be posted and lent at the same time, or neither. */
static void blocks_show(struct seq_file *m, struct pbuf_net *net)
{
	struct net_block_counts counts;

	net_blocks_count(net, &counts);
	seq_printf(m, "block.total: %u\n", counts.total);
	seq_printf(m, "block.posted: %u\n", counts.posted);
	seq_printf(m, "block.lent: %u\n", counts.lent);
	seq_printf(m, "block.looks: %llu\n", counts.looks);
}

static void split_show(struct seq_file *m, struct pbuf_net *net)
{
	struct net_split_counts counts;

	net_split_count(net, &counts);
	seq_printf(m, "split.total: %u\n", counts.total);
	seq_printf(m, "split.posted: %u\n", counts.posted);
	seq_printf(m, "split.lent: %u\n", counts.lent);
	seq_printf(m, "split.looks: %llu\n", counts.looks);
}

static int device_show(struct seq_file *m, void *unused)
{
	struct pbuf_net *net = m->private;
	struct net_rx_values rx;
	struct net_tx_values tx;

	seq_printf(m, "format: %d\n", RTALLOC_FORMAT);
	seq_printf(m, "device: %s\n", dev_name(&net->vdev->dev));
	seq_printf(m, "netdev: %s\n", net->dev->name);
	seq_printf(m, "driver: %s\n", NET_DRIVER_NAME);
	seq_printf(m, "features: 0x%llx\n", (u64)net->vdev->features);
	seq_printf(m, "ring.rx: %u\n", net->pair->rx_size);
	buffers_show(m, net);
	net_rx_values(net, &rx);
	net_tx_values(net, &tx);
#define SHOW_RX(name, text)	seq_printf(m, "rx." #name ": %llu\n", rx.name);
	NET_RX_STATS(SHOW_RX)
#define SHOW_TX(name, text)	seq_printf(m, "tx." #name ": %llu\n", tx.name);
	NET_TX_STATS(SHOW_TX)
	blocks_show(m, net);
	split_show(m, net);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(device);

static int stats_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "format: %d\n", RTALLOC_FORMAT);
	seq_printf(m, "devices: %d\n", atomic_read(&nr_devices));
	seq_printf(m, "chains: %u\n", pbuf_skb_chains());
	seq_printf(m, "pbuf_faults: %lu\n", pbuf_faults());
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

void net_debugfs_add(struct pbuf_net *net)
{
	atomic_inc(&nr_devices);
	net->file = debugfs_create_file(dev_name(&net->vdev->dev), 0400,
					net_dir, net, &device_fops);
}

/* Remove a device's file. This waits for readers. */
void net_debugfs_remove(struct pbuf_net *net)
{
	debugfs_remove(net->file);
	atomic_dec(&nr_devices);
}

/* The parent directory is rtalloc.ko's, which cannot be unloaded before this module. */
void net_debugfs_init(void)
{
	struct dentry *top = debugfs_lookup("rtalloc", NULL);

	/* Without the parent directory, create no files, instead of files in the root. */
	net_dir = ERR_PTR(-ENOENT);
	if (IS_ERR_OR_NULL(top))
		return;
	net_dir = debugfs_create_dir("net", top);
	dput(top);
	debugfs_create_file("stats", 0400, net_dir, NULL, &stats_fops);
	net_tap_files(net_dir);
}

void net_debugfs_exit(void)
{
	debugfs_remove(net_dir);
}
