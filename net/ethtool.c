// SPDX-License-Identifier: GPL-2.0-only
/*
 * ethtool.c - ethtool, -i, -S, -g, -s; -k needs no code here.
 */
#include <linux/ethtool.h>
#include <linux/module.h>
#include <linux/netdevice.h>

#include <rtalloc/abi.h>

#include "net/net.h"

#define RX_NAME(name, text)	"rx_" #name,
#define TX_NAME(name, text)	"tx_" #name,
static const char names[][ETH_GSTRING_LEN] = {
	NET_RX_STATS(RX_NAME)
	NET_TX_STATS(TX_NAME)
	"pbuf_total", "pbuf_free", "pbuf_posted", "pbuf_lent",
	"pbuf_lent_max", "pbuf_lends", "pbuf_returns", "pbuf_looks",
};

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	struct pbuf_net *net = netdev_priv(dev);

	strscpy(info->driver, NET_DRIVER_NAME, sizeof(info->driver));
	strscpy(info->version, RTALLOC_VERSION, sizeof(info->version));
	strscpy(info->bus_info, dev_name(&net->vdev->dev),
		sizeof(info->bus_info));
}

static void get_ringparam(struct net_device *dev,
			  struct ethtool_ringparam *ring,
			  struct kernel_ethtool_ringparam *kernel,
			  struct netlink_ext_ack *extack)
{
	struct pbuf_net *net = netdev_priv(dev);

	ring->rx_max_pending = net->pair->rx_size;
	ring->rx_pending = net->pair->rx_size;
	ring->tx_max_pending = net->pair->tx ?
			       virtqueue_get_vring_size(net->pair->tx) : 0;
	ring->tx_pending = ring->tx_max_pending;
}

static int get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? ARRAY_SIZE(names) : -EOPNOTSUPP;
}

static void get_strings(struct net_device *dev, u32 set, u8 *data)
{
	if (set == ETH_SS_STATS)
		memcpy(data, names, sizeof(names));
}

static void get_stats(struct net_device *dev, struct ethtool_stats *unused,
		      u64 *data)
{
	struct pbuf_net *net = netdev_priv(dev);
	struct pbuf_rx_pool_counts counts;
	struct net_rx_values rx;
	struct net_tx_values tx;

	net_rx_values(net, &rx);
	net_tx_values(net, &tx);
	net_buffers_count(net, &counts);
	memcpy(data, &rx, sizeof(rx));
	data += sizeof(rx) / sizeof(*data);
	memcpy(data, &tx, sizeof(tx));
	data += sizeof(tx) / sizeof(*data);
	*data++ = counts.total;
	*data++ = counts.free;
	*data++ = net_posted(net);
	*data++ = counts.lent;
	*data++ = counts.lent_max;
	*data++ = counts.lends;
	*data++ = counts.returns;
	*data++ = counts.looks;
}

static int get_link_ksettings(struct net_device *dev,
			      struct ethtool_link_ksettings *cmd)
{
	struct pbuf_net *net = netdev_priv(dev);

	cmd->base.speed = net->speed;
	cmd->base.duplex = net->duplex;
	cmd->base.port = PORT_OTHER;
	return 0;
}

static int set_link_ksettings(struct net_device *dev,
			      const struct ethtool_link_ksettings *cmd)
{
	struct pbuf_net *net = netdev_priv(dev);

	return ethtool_virtdev_set_link_ksettings(dev, cmd, &net->speed,
						  &net->duplex);
}

const struct ethtool_ops net_ethtool_ops = {
	.get_drvinfo		= get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_link_ksettings	= get_link_ksettings,
	.set_link_ksettings	= set_link_ksettings,
	.get_ringparam		= get_ringparam,
	.get_sset_count		= get_sset_count,
	.get_strings		= get_strings,
	.get_ethtool_stats	= get_stats,
	.get_ts_info		= ethtool_op_get_ts_info,
};
