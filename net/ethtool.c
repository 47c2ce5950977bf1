// SPDX-License-Identifier: GPL-2.0-only
/*
 * ethtool.c - ethtool operations: link settings, driver (-i), statistics (-S), rings
 * (-g, -G), channels (-l, -L), RSS (-x, -X, -n), coalescing (-c, -C) and, on old kernels,
 * private flags. Features (-k, -K) are in virtio_features.c.
 *
 * Context: under the RTNL.
 */
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/virtio_config.h>

#include <rtalloc/abi.h>

#include "net/net.h"
#include "net/rx_split.h"
#include "net/versions.h"

#define RX_NAME(name, text)	"rx_" #name,
#define TX_NAME(name, text)	"tx_" #name,
static const char names[][ETH_GSTRING_LEN] = {
	NET_RX_STATS(RX_NAME)
	NET_TX_STATS(TX_NAME)
	"pbuf_total", "pbuf_free", "pbuf_posted", "pbuf_lent",
	"pbuf_lent_max", "pbuf_lends", "pbuf_returns", "pbuf_looks",
};

/* Private flags, used where ethtool -G has no such parameter. */
static const char flags[][ETH_GSTRING_LEN] = { "tcp-data-split" };

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	struct pbuf_net *net = netdev_priv(dev);

	strscpy(info->driver, NET_DRIVER_NAME, sizeof(info->driver));
	strscpy(info->version, RTALLOC_VERSION, sizeof(info->version));
	strscpy(info->bus_info, dev_name(&net->vdev->dev),
		sizeof(info->bus_info));
}

/* ---- rings, channels ------------------------------------------------------- */

static void get_ringparam(struct net_device *dev,
			  struct ethtool_ringparam *ring,
			  struct kernel_ethtool_ringparam *kernel,
			  struct netlink_ext_ack *extack)
{
	struct net_pair *pair = ((struct pbuf_net *)netdev_priv(dev))->pair;

	if (!pair->rx)
		return;
	ring->rx_max_pending = pair->rx->num_max;
	ring->rx_pending = pair->rx_size;
	ring->tx_max_pending = pair->tx->num_max;
	ring->tx_pending = virtqueue_get_vring_size(pair->tx);
	kernel->tcp_data_split = pair->net->has_split ?
				 ETHTOOL_TCP_DATA_SPLIT_ENABLED :
				 ETHTOOL_TCP_DATA_SPLIT_DISABLED;
}

/* Return whether a number of slots is a power of two from @least to @most. */
static bool slots_are_good(u32 slots, u32 least, u32 most)
{
	return slots >= min(least, most) && slots <= most &&
	       is_power_of_2(slots);
}

static bool rings_are_good(const struct net_pair *pair,
			   const struct ethtool_ringparam *ring)
{
	return slots_are_good(ring->rx_pending, NET_RX_SLOTS_MIN,
			      pair->rx->num_max) &&
	       slots_are_good(ring->tx_pending, NET_TX_SLOTS_MIN,
			      pair->tx->num_max);
}

/*
 * Return whether the length of the rings changes. If not, they are not replaced, because
 * what is on them would be lost. Their present length need not be a power of two if the
 * device has packed rings, so it is not validated.
 */
static bool slots_are_others(const struct net_pair *pair,
			     const struct ethtool_ringparam *ring)
{
	return ring->rx_pending != pair->rx_size ||
	       ring->tx_pending != virtqueue_get_vring_size(pair->tx);
}

static int set_ringparam(struct net_device *dev,
			 struct ethtool_ringparam *ring,
			 struct kernel_ethtool_ringparam *kernel,
			 struct netlink_ext_ack *extack)
{
	struct pbuf_net *net = netdev_priv(dev);
	bool others;
	int err = 0;

	if (net->is_frozen)
		return -ENODEV;
	others = slots_are_others(net->pair, ring);
	if (others && !rings_are_good(net->pair, ring)) {
		NL_SET_ERR_MSG_MOD(extack, "a power of two, from 32 and 64 on");
		return -EINVAL;
	}
	if (others)
		err = net_rings_set(net, ring->rx_pending, ring->tx_pending);
	if (!err && has_ring_split)
		err = net_split_set(net, kernel->tcp_data_split ==
					 ETHTOOL_TCP_DATA_SPLIT_ENABLED);
	return err;
}

static void get_channels(struct net_device *dev, struct ethtool_channels *nr)
{
	struct pbuf_net *net = netdev_priv(dev);

	nr->max_combined = net->nr_pairs;
	nr->combined_count = net->nr_active;
}

static int set_channels(struct net_device *dev, struct ethtool_channels *nr)
{
	struct pbuf_net *net = netdev_priv(dev);

	if (nr->rx_count || nr->tx_count || nr->other_count ||
	    !nr->combined_count || nr->combined_count > net->nr_pairs)
		return -EINVAL;
	return net_channels_set(net, nr->combined_count);
}

/* ---- receive side scaling -------------------------------------------------------- */

static int rss_get(struct net_device *dev, u32 *table, u8 *key)
{
	net_rss_get(netdev_priv(dev), table, key);
	return 0;
}

static int rss_set(struct net_device *dev, const u32 *table, const u8 *key,
		   u8 hash)
{
	if (hash != ETH_RSS_HASH_NO_CHANGE && hash != ETH_RSS_HASH_TOP)
		return -EOPNOTSUPP;
	return net_rss_set(netdev_priv(dev), table, key);
}

static u32 rss_fields(struct net_device *dev, u32 flow)
{
	return net_rss_fields(netdev_priv(dev), flow);
}

static u32 rss_pairs(struct net_device *dev)
{
	struct pbuf_net *net = netdev_priv(dev);

	return net->nr_active;
}

RSS_OPS(rss_get, rss_set, rss_fields, rss_pairs)

static int get_rxnfc(struct net_device *dev, struct ethtool_rxnfc *ask,
		     u32 *unused)
{
	switch (ask->cmd) {
	case ETHTOOL_GRXRINGS:
		ask->data = rss_pairs(dev);
		return 0;
	case ETHTOOL_GRXFH:
		ask->data = rss_fields(dev, ask->flow_type);
		return 0;
	}
	return -EOPNOTSUPP;
}

/* ---- coalescing --------------------------------------------------------------- */

static int get_coalesce(struct net_device *dev, struct ethtool_coalesce *wish,
			struct kernel_ethtool_coalesce *kernel,
			struct netlink_ext_ack *extack)
{
	struct pbuf_net *net = netdev_priv(dev);

	if (!virtio_has_feature(net->vdev, VIRTIO_NET_F_NOTF_COAL))
		return -EOPNOTSUPP;
	wish->rx_coalesce_usecs = net->rx_coal.usecs;
	wish->rx_max_coalesced_frames = net->rx_coal.packets;
	wish->tx_coalesce_usecs = net->tx_coal.usecs;
	wish->tx_max_coalesced_frames = net->tx_coal.packets;
	return 0;
}

static int set_coalesce(struct net_device *dev, struct ethtool_coalesce *wish,
			struct kernel_ethtool_coalesce *kernel,
			struct netlink_ext_ack *extack)
{
	struct pbuf_net *net = netdev_priv(dev);
	struct net_coal rx = {
		.usecs = wish->rx_coalesce_usecs,
		.packets = wish->rx_max_coalesced_frames,
	};
	struct net_coal tx = {
		.usecs = wish->tx_coalesce_usecs,
		.packets = wish->tx_max_coalesced_frames,
	};
	int err;

	if (!virtio_has_feature(net->vdev, VIRTIO_NET_F_NOTF_COAL))
		return -EOPNOTSUPP;
	err = net_ctrl_coalesce(net, VIRTIO_NET_CTRL_NOTF_COAL_RX_SET, &rx);
	if (!err)
		net->rx_coal = rx;
	if (!err)
		err = net_ctrl_coalesce(net, VIRTIO_NET_CTRL_NOTF_COAL_TX_SET,
					&tx);
	if (!err)
		net->tx_coal = tx;
	return err;
}

/* ---- counters ------------------------------------------------------------------- */

/* Number of counters of a pair. They follow the device's: rx0_packets, ... tx0_packets, ... */
#define PAIR_STATS	(sizeof(struct net_rx_values) / sizeof(u64) + \
			 sizeof(struct net_tx_values) / sizeof(u64))

static unsigned int nr_stats(const struct pbuf_net *net)
{
	return ARRAY_SIZE(names) + net->nr_pairs * PAIR_STATS;
}

static int get_sset_count(struct net_device *dev, int set)
{
	if (set == ETH_SS_PRIV_FLAGS && !has_ring_split)
		return ARRAY_SIZE(flags);
	return set == ETH_SS_STATS ? nr_stats(netdev_priv(dev)) : -EOPNOTSUPP;
}

static char *pair_names(char *to, unsigned int i)
{
#define RX_PAIR_NAME(name, text)					\
	snprintf(to, ETH_GSTRING_LEN, "rx%u_" #name, i);		\
	to += ETH_GSTRING_LEN;
	NET_RX_STATS(RX_PAIR_NAME)
#undef RX_PAIR_NAME
#define TX_PAIR_NAME(name, text)					\
	snprintf(to, ETH_GSTRING_LEN, "tx%u_" #name, i);		\
	to += ETH_GSTRING_LEN;
	NET_TX_STATS(TX_PAIR_NAME)
#undef TX_PAIR_NAME
	return to;
}

static void get_strings(struct net_device *dev, u32 set, u8 *data)
{
	struct pbuf_net *net = netdev_priv(dev);
	char *to = (char *)data + sizeof(names);
	unsigned int i;

	if (set == ETH_SS_PRIV_FLAGS)
		memcpy(data, flags, sizeof(flags));
	if (set != ETH_SS_STATS)
		return;
	memcpy(data, names, sizeof(names));
	for (i = 0; i < net->nr_pairs; i++)
		to = pair_names(to, i);
}

static u64 *values_put(u64 *data, const struct net_rx_values *rx,
		       const struct net_tx_values *tx)
{
	memcpy(data, rx, sizeof(*rx));
	data += sizeof(*rx) / sizeof(*data);
	memcpy(data, tx, sizeof(*tx));
	return data + sizeof(*tx) / sizeof(*data);
}

static void get_stats(struct net_device *dev, struct ethtool_stats *unused,
		      u64 *data)
{
	struct pbuf_net *net = netdev_priv(dev);
	struct pbuf_rx_pool_counts counts;
	struct net_rx_values rx;
	struct net_tx_values tx;
	struct net_pair *pair;

	net_rx_values(net, &rx);
	net_tx_values(net, &tx);
	net_buffers_count(net, &counts);
	data = values_put(data, &rx, &tx);
	*data++ = counts.total;
	*data++ = counts.free;
	*data++ = net_posted(net);
	*data++ = counts.lent;
	*data++ = counts.lent_max;
	*data++ = counts.lends;
	*data++ = counts.returns;
	*data++ = counts.looks;
	net_for_each_pair(pair, net) {
		net_pair_rx_values(pair, &rx);
		net_pair_tx_values(pair, &tx);
		data = values_put(data, &rx, &tx);
	}
}

/* ---- the link -------------------------------------------------------------------- */

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

/* ---- private flags, for old kernels ------------------------------------------- */

static u32 get_priv_flags(struct net_device *dev)
{
	struct pbuf_net *net = netdev_priv(dev);

	return net->has_split;
}

static int set_priv_flags(struct net_device *dev, u32 wish)
{
	/* An ioctl can still reach this on kernels where the flag has no name. */
	if (has_ring_split)
		return -EOPNOTSUPP;
	return net_split_set(netdev_priv(dev), wish & 1);
}

const struct ethtool_ops net_ethtool_ops = {
	.supported_coalesce_params = ETHTOOL_COALESCE_USECS |
				     ETHTOOL_COALESCE_MAX_FRAMES,
	.get_drvinfo		= get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_link_ksettings	= get_link_ksettings,
	.set_link_ksettings	= set_link_ksettings,
	.supported_ring_params	= RX_SPLIT_POSSIBLE ? RING_SPLIT : 0,
	.get_priv_flags		= get_priv_flags,
	.set_priv_flags		= set_priv_flags,
	.get_ringparam		= get_ringparam,
	.set_ringparam		= set_ringparam,
	.get_rxnfc		= get_rxnfc,
	.get_rxfh_key_size	= net_rss_key_size,
	.get_rxfh_indir_size	= net_rss_table_size,
	RSS_OPS_USED
	.get_channels		= get_channels,
	.set_channels		= set_channels,
	.get_coalesce		= get_coalesce,
	.set_coalesce		= set_coalesce,
	.get_sset_count		= get_sset_count,
	.get_strings		= get_strings,
	.get_ethtool_stats	= get_stats,
	.get_ts_info		= ethtool_op_get_ts_info,
};
