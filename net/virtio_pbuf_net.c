// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_pbuf_net.c - a virtio-net driver whose receive ring holds pbufs.
 *
 * Here: probe and remove, open and stop, link state. For what it is compared
 * with see Documentation/net.rst.
 *
 * It asks for mergeable buffers, checksums and segmentation both ways, MTU, link
 * state and speed. Frames that the device merged may exceed the 65535 bytes of a
 * pbuf chain by their Ethernet header: see virtio_rx.c. Devices of before virtio
 * 1.0 are declined.
 *
 * Taking apart goes in the reverse order of setting up. The device is reset
 * before buffers are taken from its rings; what the stack holds by then it
 * keeps, see rx_pool.c.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>

#include "net/versions.h"
#include "net/net.h"

/* ---- up and down ------------------------------------------------------------- */

static int net_open(struct net_device *dev)
{
	struct pbuf_net *net = netdev_priv(dev);
	struct net_pair *pair;

	if (net->is_frozen)
		return -ENODEV;
	net_for_each_pair(pair, net)
		net_pair_open(pair);
	netif_tx_start_all_queues(dev);
	return 0;
}

static int net_stop(struct net_device *dev)
{
	struct pbuf_net *net = netdev_priv(dev);
	struct net_pair *pair;

	/* Nothing runs since then. */
	if (net->is_frozen)
		return 0;
	net_for_each_pair(pair, net)
		net_pair_close(pair);
	return 0;
}

static const struct net_device_ops netdev_ops = {
	.ndo_open		= net_open,
	.ndo_stop		= net_stop,
	.ndo_start_xmit		= net_tx_send,
	.ndo_get_stats64	= net_get_stats64,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_set_mac_address	= eth_mac_addr,
	.ndo_features_check	= passthru_features_check,
};

/* ---- link state ------------------------------------------------------------------ */

static bool link_is_up(struct virtio_device *vdev)
{
	u16 status;

	if (!virtio_has_feature(vdev, VIRTIO_NET_F_STATUS))
		return true;
	virtio_cread(vdev, struct virtio_net_config, status, &status);
	return status & VIRTIO_NET_S_LINK_UP;
}

/* What the device does not know, ethtool -s may say. */
static void speed_read(struct pbuf_net *net)
{
	u32 speed;
	u8 duplex;

	if (!virtio_has_feature(net->vdev, VIRTIO_NET_F_SPEED_DUPLEX))
		return;
	virtio_cread_le(net->vdev, struct virtio_net_config, speed, &speed);
	virtio_cread_le(net->vdev, struct virtio_net_config, duplex, &duplex);
	if (ethtool_validate_speed(speed))
		net->speed = speed;
	if (ethtool_validate_duplex(duplex))
		net->duplex = duplex;
}

static void config_read(struct work_struct *work)
{
	struct pbuf_net *net = container_of(work, struct pbuf_net,
					    config_work);

	speed_read(net);
	if (link_is_up(net->vdev))
		netif_carrier_on(net->dev);
	else
		netif_carrier_off(net->dev);
}

static void net_config_changed(struct virtio_device *vdev)
{
	struct pbuf_net *net = vdev->priv;

	schedule_work(&net->config_work);
}

/* ---- probe ------------------------------------------------------------------------ */

/* A frame is a chain, whose length has 16 bits; or one buffer. */
static unsigned int mtu_max(struct virtio_device *vdev)
{
	if (!virtio_has_feature(vdev, VIRTIO_NET_F_MRG_RXBUF))
		return PBUF_LENT_ROOM - VLAN_ETH_HLEN;
	return PBUF_LEN_MAX - VLAN_ETH_HLEN - (unsigned int)NET_HEADER_LEN;
}

static u16 mtu_read(struct virtio_device *vdev)
{
	u16 mtu;

	virtio_cread(vdev, struct virtio_net_config, mtu, &mtu);
	return mtu;
}

/* What is acknowledged must be kept. */
static void mtu_validate(struct virtio_device *vdev)
{
	unsigned int mtu;

	if (!virtio_has_feature(vdev, VIRTIO_NET_F_MTU))
		return;
	mtu = mtu_read(vdev);
	if (mtu >= ETH_MIN_MTU && mtu <= mtu_max(vdev))
		return;
	dev_warn(&vdev->dev, "the device's MTU of %u is not %u to %u\n", mtu,
		 ETH_MIN_MTU, mtu_max(vdev));
	__virtio_clear_bit(vdev, VIRTIO_NET_F_MTU);
}

/*
 * What makes a device hand over frames that it merged: they take several buffers,
 * and what the device says of their checksums must be believed.
 */
static const unsigned int merging[] = {
	VIRTIO_NET_F_GUEST_TSO4,
	VIRTIO_NET_F_GUEST_TSO6,
	GUEST_USO_FEATURES
	VIRTIO_NET_F_GUEST_ECN,
};

static bool has_merging(struct virtio_device *vdev)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(merging); i++)
		if (__virtio_test_bit(vdev, merging[i]))
			return true;
	return false;
}

static void merging_validate(struct virtio_device *vdev)
{
	unsigned int i;

	if (virtio_has_feature(vdev, VIRTIO_NET_F_MRG_RXBUF) &&
	    virtio_has_feature(vdev, VIRTIO_NET_F_GUEST_CSUM))
		return;
	for (i = 0; i < ARRAY_SIZE(merging); i++)
		__virtio_clear_bit(vdev, merging[i]);
}

static int net_validate(struct virtio_device *vdev)
{
	int err = net_bind_check(vdev);

	if (err)
		return err;
	if (!vdev->config->get || !virtio_has_feature(vdev,
						      VIRTIO_F_VERSION_1)) {
		dev_err(&vdev->dev, "not a device of virtio 1.0\n");
		return -ENODEV;
	}
	mtu_validate(vdev);
	merging_validate(vdev);
	return 0;
}

static void features_set(struct pbuf_net *net)
{
	struct virtio_device *vdev = net->vdev;
	struct net_device *dev = net->dev;

	if (virtio_has_feature(vdev, VIRTIO_NET_F_CSUM)) {
		dev->hw_features |= NETIF_F_HW_CSUM | NETIF_F_SG;
		if (virtio_has_feature(vdev, VIRTIO_NET_F_HOST_TSO4))
			dev->hw_features |= NETIF_F_TSO;
		if (virtio_has_feature(vdev, VIRTIO_NET_F_HOST_TSO6))
			dev->hw_features |= NETIF_F_TSO6;
	}
	if (virtio_has_feature(vdev, VIRTIO_NET_F_GUEST_CSUM))
		dev->hw_features |= NETIF_F_RXCSUM;
	dev->features |= dev->hw_features;
	/* Not to be switched off: that takes the control queue. */
	if (has_merging(vdev))
		dev->features |= NETIF_F_GRO_HW;
	dev->vlan_features = dev->features;
}

static void mtu_set(struct pbuf_net *net)
{
	struct net_device *dev = net->dev;

	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = mtu_max(net->vdev);
	if (!virtio_has_feature(net->vdev, VIRTIO_NET_F_MTU))
		return;
	dev->max_mtu = mtu_read(net->vdev);
	dev->mtu = dev->max_mtu;
}

static void address_set(struct pbuf_net *net)
{
	u8 addr[ETH_ALEN];

	if (!virtio_has_feature(net->vdev, VIRTIO_NET_F_MAC)) {
		eth_hw_addr_random(net->dev);
		return;
	}
	virtio_cread_bytes(net->vdev, offsetof(struct virtio_net_config, mac),
			   addr, sizeof(addr));
	eth_hw_addr_set(net->dev, addr);
}

static void netdev_set(struct pbuf_net *net)
{
	struct net_device *dev = net->dev;

	SET_NETDEV_DEV(dev, &net->vdev->dev);
	dev->netdev_ops = &netdev_ops;
	dev->ethtool_ops = &net_ethtool_ops;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
	net->is_mergeable = virtio_has_feature(net->vdev,
					       VIRTIO_NET_F_MRG_RXBUF);
	net->has_merging = has_merging(net->vdev);
	net->is_bounced = virtio_max_dma_size(net->vdev) < SIZE_MAX;
	net->speed = SPEED_UNKNOWN;
	net->duplex = DUPLEX_UNKNOWN;
	features_set(net);
	mtu_set(net);
	address_set(net);
	INIT_WORK(&net->config_work, config_read);
}

/* The device must be ready before anybody can open it. */
static int netdev_register(struct pbuf_net *net)
{
	int err;

	netif_carrier_off(net->dev);
	rtnl_lock();
	err = register_netdevice(net->dev);
	if (!err)
		virtio_device_ready(net->vdev);
	rtnl_unlock();
	return err;
}

static int net_probe(struct virtio_device *vdev)
{
	unsigned int nr = 1;
	struct net_device *dev = alloc_etherdev_mq(sizeof(struct pbuf_net), nr);
	struct pbuf_net *net;
	int err;

	if (!dev)
		return -ENOMEM;
	net = netdev_priv(dev);
	net->dev = dev;
	net->vdev = vdev;
	vdev->priv = net;
	netdev_set(net);
	err = net_pairs_make(net, nr);
	if (err)
		goto err_free_netdev;
	err = net_queues_find(net);
	if (err)
		goto err_free_pairs;
	err = netdev_register(net);
	if (err)
		goto err_delete_queues;
	virtio_changes_enable(vdev);
	schedule_work(&net->config_work);
	net_debugfs_add(net);
	if (!virtio_has_dma_quirk(vdev))
		netdev_warn(dev, "the DMA API may copy what the device writes\n");
	return 0;

err_delete_queues:
	virtio_reset_device(vdev);
	vdev->config->del_vqs(vdev);
err_free_pairs:
	net_pairs_free(net);
err_free_netdev:
	free_netdev(dev);
	return err;
}

static void net_remove(struct virtio_device *vdev)
{
	struct pbuf_net *net = vdev->priv;

	/* The bus reports no changes any more; the netdev must still be there. */
	cancel_work_sync(&net->config_work);
	net_debugfs_remove(net);
	unregister_netdev(net->dev);
	net_queues_drop(net);
	net_pairs_free(net);
	free_netdev(net->dev);
}

/* Before the machine sleeps: what the stack holds it keeps, the rings go. */
int net_freeze(struct virtio_device *vdev)
{
	struct pbuf_net *net = vdev->priv;

	cancel_work_sync(&net->config_work);
	rtnl_lock();
	netif_tx_lock_bh(net->dev);
	netif_device_detach(net->dev);
	netif_tx_unlock_bh(net->dev);
	if (netif_running(net->dev))
		net_stop(net->dev);
	net->is_frozen = true;
	net_queues_drop(net);
	rtnl_unlock();
	return 0;
}

/* A device that cannot be brought back stays without queues, and closed. */
int net_restore(struct virtio_device *vdev)
{
	struct pbuf_net *net = vdev->priv;
	int err = net_queues_find(net);

	if (err)
		return err;
	virtio_device_ready(vdev);
	rtnl_lock();
	net->is_frozen = false;
	if (netif_running(net->dev))
		net_open(net->dev);
	netif_device_attach(net->dev);
	rtnl_unlock();
	virtio_changes_enable(vdev);
	schedule_work(&net->config_work);
	return 0;
}

/* No MODULE_DEVICE_TABLE: nobody is to load this for each device there is. */
static const struct virtio_device_id ids[] = {
	{ VIRTIO_ID_NET, VIRTIO_DEV_ANY_ID },
	{ 0 },
};

static const unsigned int features[] = {
	VIRTIO_NET_F_CSUM,
	VIRTIO_NET_F_GUEST_CSUM,
	VIRTIO_NET_F_GUEST_ECN,
	VIRTIO_NET_F_GUEST_TSO4,
	VIRTIO_NET_F_GUEST_TSO6,
	GUEST_USO_FEATURES
	VIRTIO_NET_F_HOST_TSO4,
	VIRTIO_NET_F_HOST_TSO6,
	VIRTIO_NET_F_MAC,
	VIRTIO_NET_F_MRG_RXBUF,
	VIRTIO_NET_F_MTU,
	VIRTIO_NET_F_SPEED_DUPLEX,
	VIRTIO_NET_F_STATUS,
};

struct virtio_driver net_virtio_driver = {
	.driver.name		= NET_DRIVER_NAME,
	.driver.owner		= THIS_MODULE,
	/* So that who asks for a device is known: see virtio_bind.c. */
	.driver.probe_type	= PROBE_FORCE_SYNCHRONOUS,
	.id_table		= ids,
	.feature_table		= features,
	.feature_table_size	= ARRAY_SIZE(features),
	.validate		= net_validate,
	.probe			= net_probe,
	.remove			= net_remove,
	.config_changed		= net_config_changed,
#ifdef CONFIG_PM_SLEEP
	.freeze			= net_freeze,
	.restore		= net_restore,
#endif
};
