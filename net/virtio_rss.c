// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_rss.c - receive side scaling: the device chooses the queue of a flow by a
 * Toeplitz hash over its addresses and ports, whose last bits select an entry of the
 * indirection table.
 *
 * By default the table names each queue in use equally often; ethtool -X changes it.
 * The key is the kernel's random one. The device gets key, table, hash types and the
 * number of pairs in one command, which replaces the command for the number of pairs
 * alone.
 *
 * If the sizes that the device reports are invalid, the feature is not acknowledged.
 *
 * Context: under the RTNL.
 */
#include <linux/ethtool.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/virtio_config.h>

#include "net/net.h"
#include "net/versions.h"

/* The hash types that this driver asks for. */
#define RSS_TYPES	(VIRTIO_NET_RSS_HASH_TYPE_IPv4 |		\
			 VIRTIO_NET_RSS_HASH_TYPE_TCPv4 |		\
			 VIRTIO_NET_RSS_HASH_TYPE_UDPv4 |		\
			 VIRTIO_NET_RSS_HASH_TYPE_IPv6 |		\
			 VIRTIO_NET_RSS_HASH_TYPE_TCPv6 |		\
			 VIRTIO_NET_RSS_HASH_TYPE_UDPv6)

/* ---- what the device supports --------------------------------------------------- */

static u8 key_size_max(struct virtio_device *vdev)
{
	u8 most = 0;

	virtio_cread(vdev, struct virtio_net_config, rss_max_key_size, &most);
	return most;
}

static u16 table_size_max(struct virtio_device *vdev)
{
	u16 most = 0;

	virtio_cread_le(vdev, struct virtio_net_config,
			rss_max_indirection_table_length, &most);
	return most;
}

/*
 * Clear the feature if it cannot be used: the device must accept a key of NET_RSS_KEY
 * bytes. The number of pairs in use is then set by the VQ_PAIRS_SET command, if the device
 * has VIRTIO_NET_F_MQ; RSS does not depend on that.
 */
void net_rss_validate(struct virtio_device *vdev)
{
	if (!__virtio_test_bit(vdev, VIRTIO_NET_F_RSS))
		return;
	if (key_size_max(vdev) >= NET_RSS_KEY && table_size_max(vdev))
		return;
	dev_warn(&vdev->dev, "no RSS with a key of %u bytes, a table of %u\n",
		 key_size_max(vdev), table_size_max(vdev));
	__virtio_clear_bit(vdev, VIRTIO_NET_F_RSS);
}

void net_rss_init(struct pbuf_net *net)
{
	struct net_rss *rss = &net->rss;
	u32 types;

	if (!virtio_has_feature(net->vdev, VIRTIO_NET_F_RSS))
		return;
	virtio_cread_le(net->vdev, struct virtio_net_config,
			supported_hash_types, &types);
	rss->types = types & RSS_TYPES;
	/* The device may report another size than it did to net_rss_validate(). */
	rss->entries = rounddown_pow_of_two(clamp_t(unsigned int,
						    table_size_max(net->vdev), 1,
						    NET_RSS_TABLE));
	netdev_rss_key_fill(rss->key, sizeof(rss->key));
}

/* ---- the command ----------------------------------------------------------------- */

static void *put_le16(void *at, unsigned int value)
{
	put_unaligned_le16(value, at);
	return at + 2;
}

/*
 * Write the command's data, in the layout of struct virtio_net_rss_config, to @data.
 * The offsets of most fields depend on the length of the table. Return the length.
 */
static unsigned int config_put(const struct net_rss *rss, void *data,
			       unsigned int nr)
{
	void *at = data;
	unsigned int i;

	put_unaligned_le32(rss->types, at);
	at = put_le16(at + 4, rss->entries - 1);
	/* Frames without a hash go to pair 0. */
	at = put_le16(at, 0);
	for (i = 0; i < rss->entries; i++)
		at = put_le16(at, rss->table[i]);
	at = put_le16(at, nr);
	*(u8 *)at = NET_RSS_KEY;
	memcpy(at + 1, rss->key, NET_RSS_KEY);
	return at + 1 + NET_RSS_KEY - data;
}

/*
 * Fill the table with the first @nr pairs in turn. A table that ethtool -X set is kept
 * if it names only these pairs; ethtool refuses to change @nr otherwise.
 */
static void table_fill(struct pbuf_net *net, unsigned int nr)
{
	struct net_rss *rss = &net->rss;
	bool fits = netif_is_rxfh_configured(net->dev);
	unsigned int i;

	for (i = 0; i < rss->entries; i++)
		fits = fits && rss->table[i] < nr;
	for (i = 0; i < rss->entries && !fits; i++)
		rss->table[i] = i % nr;
}

/* Send @net->rss to the device. If it refuses, set @net->rss back to @old. */
static int config_send(struct pbuf_net *net, unsigned int nr,
		       const struct net_rss *old)
{
	u8 data[8 + 2 * NET_RSS_TABLE + 3 + NET_RSS_KEY];
	int err = net_ctrl_rss(net, data, config_put(&net->rss, data, nr));

	if (err)
		net->rss = *old;
	return err;
}

/**
 * net_rss_send() - set the number of pairs in use, and distribute flows among them
 * @net: a device with RSS
 * @nr: the number of pairs, 1 to net->nr_pairs
 *
 * Context: under the RTNL, may sleep.
 * Return: 0; or an error of net_ctrl_rss(), and then the table is as before.
 */
int net_rss_send(struct pbuf_net *net, unsigned int nr)
{
	struct net_rss old = net->rss;

	table_fill(net, nr);
	return config_send(net, nr, &old);
}

/**
 * net_rss_tell_others() - notify the device of the buffers on all other receive queues
 * @told: the pair whose receive queue the device has just been notified of
 *
 * A workaround for QEMU. A device that requests a notification may be holding back a
 * frame for which the receive queue had no buffer. With RSS, QEMU does not hold such a
 * frame back at the queue that the indirection table chose, @told, but at the queue
 * that corresponds to the host queue the frame came from, and resumes only when it is
 * notified of that queue. That queue may have had buffers all the time, so that no
 * notification is due for it, and then its host queue would stall for ever. It may also
 * belong to a pair that is no longer in use, so pairs of all kinds are included.
 *
 * A queue that is being reset does not exist for the device and must not be notified;
 * net_pair_resize() does so afterwards.
 *
 * Context: the poll of @told, or while that poll is disabled.
 */
void net_rss_tell_others(const struct net_pair *told)
{
	struct net_pair *pair;

	net_for_each_pair(pair, told->net) {
		if (pair != told && READ_ONCE(pair->rx_pool) &&
		    !READ_ONCE(pair->is_resizing))
			virtqueue_notify(pair->rx);
	}
}

/* ---- ethtool -x, -X, -n rx-flow-hash ---------------------------------------------- */

u32 net_rss_key_size(struct net_device *dev)
{
	struct pbuf_net *net = netdev_priv(dev);

	return net->rss.entries ? NET_RSS_KEY : 0;
}

u32 net_rss_table_size(struct net_device *dev)
{
	struct pbuf_net *net = netdev_priv(dev);

	return net->rss.entries;
}

/* Copy the table and the key of the hash. Either pointer may be NULL. */
void net_rss_get(struct pbuf_net *net, u32 *table, u8 *key)
{
	unsigned int i;

	for (i = 0; table && i < net->rss.entries; i++)
		table[i] = net->rss.table[i];
	if (key)
		memcpy(key, net->rss.key, NET_RSS_KEY);
}

static bool table_is_good(const struct pbuf_net *net, const u32 *table)
{
	unsigned int i;

	for (i = 0; table && i < net->rss.entries; i++)
		if (table[i] >= net->nr_active)
			return false;
	return true;
}

/*
 * Set the table and the key of the hash. What is NULL stays as it is. If the device
 * refuses, nothing changes.
 */
int net_rss_set(struct pbuf_net *net, const u32 *table, const u8 *key)
{
	struct net_rss *rss = &net->rss, old = *rss;
	unsigned int i;

	if (!rss->entries)
		return -EOPNOTSUPP;
	if (!table_is_good(net, table))
		return -EINVAL;
	/* The old table may name pairs that are no longer in use. */
	for (i = 0; i < rss->entries; i++)
		rss->table[i] = table ? table[i] :
				rss->table[i] % net->nr_active;
	if (key)
		memcpy(rss->key, key, NET_RSS_KEY);
	return config_send(net, net->nr_active, &old);
}

/*
 * Return which header fields the hash of a flow type covers, as RXH_* bits of ethtool;
 * 0 for an unknown flow type.
 */
u32 net_rss_fields(const struct pbuf_net *net, u32 flow)
{
	const u64 ports = RXH_L4_B_0_1 | RXH_L4_B_2_3;
	const u64 addresses = RXH_IP_SRC | RXH_IP_DST;
	u32 with_ports = 0, without = VIRTIO_NET_RSS_HASH_TYPE_IPv4;

	switch (flow) {
	case TCP_V4_FLOW:
		with_ports = VIRTIO_NET_RSS_HASH_TYPE_TCPv4;
		break;
	case UDP_V4_FLOW:
		with_ports = VIRTIO_NET_RSS_HASH_TYPE_UDPv4;
		break;
	case IPV4_FLOW:
		break;
	case TCP_V6_FLOW:
		with_ports = VIRTIO_NET_RSS_HASH_TYPE_TCPv6;
		without = VIRTIO_NET_RSS_HASH_TYPE_IPv6;
		break;
	case UDP_V6_FLOW:
		with_ports = VIRTIO_NET_RSS_HASH_TYPE_UDPv6;
		without = VIRTIO_NET_RSS_HASH_TYPE_IPv6;
		break;
	case IPV6_FLOW:
		without = VIRTIO_NET_RSS_HASH_TYPE_IPv6;
		break;
	default:
		return 0;
	}
	if (net->rss.types & with_ports)
		return addresses | ports;
	return net->rss.types & without ? addresses : 0;
}
