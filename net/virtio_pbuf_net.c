// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_pbuf_net.c - a virtio-net driver whose receive ring holds pbufs.
 *
 * This file has probe and remove, open and stop, link state, suspend and resume.
 * Features are negotiated in virtio_features.c. Documentation/net.rst compares the
 * driver with virtio_net.
 *
 * The device is reset before buffers are taken off its rings. Buffers that the stack
 * holds when the device is removed stay valid, see rx_pool.c.
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

	if (net->is_frozen)
		return -ENODEV;
	net_pairs_open(net);
	return 0;
}

static int net_stop(struct net_device *dev)
{
	/* While the device is suspended all pairs are closed already. */
	net_pairs_close(netdev_priv(dev));
	return 0;
}

static const struct net_device_ops netdev_ops = {
	.ndo_open		= net_open,
	.ndo_stop		= net_stop,
	.ndo_start_xmit		= net_tx_send,
	.ndo_tx_timeout		= net_tx_timeout,
	.ndo_get_stats64	= net_get_stats64,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_set_mac_address	= net_set_address,
	.ndo_set_rx_mode	= net_set_rx_mode,
	.ndo_set_features	= net_set_features,
	.ndo_fix_features	= net_fix_features,
	.ndo_bpf		= net_xdp,
	.ndo_xdp_xmit		= net_xdp_send,
	.ndo_vlan_rx_add_vid	= net_vlan_add,
	.ndo_vlan_rx_kill_vid	= net_vlan_del,
	.ndo_features_check	= passthru_features_check,
};

/* ---- link state and announcing ------------------------------------------------ */

static u16 status_read(struct virtio_device *vdev)
{
	u16 status = VIRTIO_NET_S_LINK_UP;

	if (virtio_has_feature(vdev, VIRTIO_NET_F_STATUS))
		virtio_cread(vdev, struct virtio_net_config, status, &status);
	return status;
}

/* Read speed and duplex. Values that the device does not know stay as ethtool -s set them. */
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
	u16 status = status_read(net->vdev);

	if (status & VIRTIO_NET_S_ANNOUNCE)
		net_ctrl_announce(net);
	speed_read(net);
	if (status & VIRTIO_NET_S_LINK_UP)
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

/* Set up the netdev. Return 0, or -EINVAL if the device's configuration is invalid now. */
static int netdev_set(struct pbuf_net *net)
{
	struct net_device *dev = net->dev;

	SET_NETDEV_DEV(dev, &net->vdev->dev);
	dev->netdev_ops = &netdev_ops;
	dev->ethtool_ops = &net_ethtool_ops;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE | IFF_TX_SKB_NO_LINEAR;
	/* Room for virtio's header in front of packets. */
	dev->needed_headroom = NET_HEADER_LEN;
	dev->watchdog_timeo = 10 * HZ;
	xdp_is_offered(dev);
	net_queue_stats_offer(dev);
	net->is_mergeable = virtio_has_feature(net->vdev,
					       VIRTIO_NET_F_MRG_RXBUF);
	net->has_merging = !!net_merging_mask(net->vdev);
	net->is_bounced = virtio_max_dma_size(net->vdev) < SIZE_MAX;
	net->speed = SPEED_UNKNOWN;
	net->duplex = DUPLEX_UNKNOWN;
	net_features_set(net);
	net_address_set(net);
	net_rss_init(net);
	INIT_WORK(&net->config_work, config_read);
	return net_mtu_set(net);
}

/* Use one pair for each online processor, as far as there are pairs. On failure use one. */
static void channels_start(struct pbuf_net *net)
{
	unsigned int nr = min(net->nr_pairs, num_online_cpus());
	int err = net_channels_set(net, nr);

	if (err)
		netdev_warn(net->dev, "one pair of queues instead of %u (%d)\n",
			    nr, err);
}

/* The RTNL is held until the device is ready, so that nobody can open it before. */
static int netdev_register(struct pbuf_net *net)
{
	int err;

	netif_carrier_off(net->dev);
	rtnl_lock();
	netif_set_real_num_tx_queues(net->dev, 1);
	netif_set_real_num_rx_queues(net->dev, 1);
	err = register_netdevice(net->dev);
	if (!err) {
		virtio_device_ready(net->vdev);
		net_ctrl_start(net);
		channels_start(net);
	}
	rtnl_unlock();
	return err;
}

static int net_probe(struct virtio_device *vdev)
{
	int nr = net_pairs_read(vdev), err;
	struct net_device *dev;
	struct pbuf_net *net;

	if (nr < 0)
		return nr;
	dev = alloc_etherdev_mq(sizeof(struct pbuf_net), nr);
	if (!dev)
		return -ENOMEM;
	net = netdev_priv(dev);
	net->dev = dev;
	net->vdev = vdev;
	vdev->priv = net;
	err = netdev_set(net) ?: net_ctrl_init(net);
	if (err)
		goto err_free_netdev;
	err = net_pairs_make(net, nr);
	if (err)
		goto err_free_ctrl;
	err = net_queues_find(net);
	if (err)
		goto err_free_pairs;
	err = net_pair_ready(net->pair, min(net->nr_pairs, num_online_cpus()));
	if (err)
		goto err_delete_queues;
	err = netdev_register(net);
	if (err)
		goto err_delete_queues;
	err = net_cpus_start(net);
	if (err)
		goto err_unregister;
	virtio_changes_enable(vdev);
	schedule_work(&net->config_work);
	net_debugfs_add(net);
	if (!virtio_has_dma_quirk(vdev))
		netdev_warn(dev, "the DMA API may copy what the device writes\n");
	return 0;

err_unregister:
	unregister_netdev(dev);
	net_ctrl_stop(net);
err_delete_queues:
	net_queues_drop(net);
err_free_pairs:
	net_pairs_free(net);
err_free_ctrl:
	net_ctrl_exit(net);
err_free_netdev:
	free_netdev(dev);
	return err;
}

static void net_remove(struct virtio_device *vdev)
{
	struct pbuf_net *net = vdev->priv;

	/* The bus has stopped reporting changes. The work uses the netdev. */
	cancel_work_sync(&net->config_work);
	net_cpus_stop(net);
	net_debugfs_remove(net);
	unregister_netdev(net->dev);
	net_ctrl_stop(net);
	net_queues_drop(net);
	net_pairs_free(net);
	net_ctrl_exit(net);
	free_netdev(net->dev);
}

/* Suspend: close and delete the queues. Buffers that the stack holds stay valid. */
int net_freeze(struct virtio_device *vdev)
{
	struct pbuf_net *net = vdev->priv;

	cancel_work_sync(&net->config_work);
	rtnl_lock();
	if (netif_running(net->dev))
		net_stop(net->dev);
	/* Detach after the polls are disabled, which would wake the queues again. */
	netif_tx_lock_bh(net->dev);
	netif_device_detach(net->dev);
	netif_tx_unlock_bh(net->dev);
	/* The work of net->ctrl may be scheduled again, but sends nothing while this is set. */
	WRITE_ONCE(net->is_frozen, true);
	net_ctrl_stop(net);
	net_queues_drop(net);
	rtnl_unlock();
	return 0;
}

/* Resume. If the queues cannot be found, the device stays closed, without queues. */
int net_restore(struct virtio_device *vdev)
{
	struct pbuf_net *net = vdev->priv;
	int err = net_queues_find(net);

	if (err)
		return err;
	virtio_device_ready(vdev);
	rtnl_lock();
	WRITE_ONCE(net->is_frozen, false);
	net_channels_restore(net);
	net_ctrl_restore(net);
	if (netif_running(net->dev))
		net_open(net->dev);
	netif_device_attach(net->dev);
	rtnl_unlock();
	virtio_changes_enable(vdev);
	schedule_work(&net->config_work);
	return 0;
}

/* There is no MODULE_DEVICE_TABLE, so the module is not loaded automatically. */
static const struct virtio_device_id ids[] = {
	{ VIRTIO_ID_NET, VIRTIO_DEV_ANY_ID },
	{ 0 },
};

static const unsigned int features[] = {
	VIRTIO_NET_F_CSUM,
	VIRTIO_NET_F_CTRL_GUEST_OFFLOADS,
	VIRTIO_NET_F_CTRL_MAC_ADDR,
	VIRTIO_NET_F_CTRL_RX,
	VIRTIO_NET_F_CTRL_VLAN,
	VIRTIO_NET_F_CTRL_VQ,
	VIRTIO_NET_F_GUEST_ANNOUNCE,
	VIRTIO_NET_F_GUEST_CSUM,
	VIRTIO_NET_F_GUEST_ECN,
	VIRTIO_NET_F_GUEST_TSO4,
	VIRTIO_NET_F_GUEST_TSO6,
	GUEST_USO_FEATURES
	VIRTIO_NET_F_HOST_ECN,
	VIRTIO_NET_F_HOST_TSO4,
	VIRTIO_NET_F_HOST_TSO6,
	HOST_USO_FEATURES
	VIRTIO_NET_F_MAC,
	VIRTIO_NET_F_MQ,
	VIRTIO_NET_F_MRG_RXBUF,
	VIRTIO_NET_F_MTU,
	VIRTIO_NET_F_NOTF_COAL,
	VIRTIO_NET_F_RSS,
	VIRTIO_NET_F_SPEED_DUPLEX,
	VIRTIO_NET_F_STATUS,
};

struct virtio_driver net_virtio_driver = {
	.driver.name		= NET_DRIVER_NAME,
	.driver.owner		= THIS_MODULE,
	/* net_bind_check() relies on probing in the thread that registers or binds. */
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
