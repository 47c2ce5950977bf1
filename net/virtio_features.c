// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_features.c - which features of the device are negotiated, and which features
 * the netdev has as a result.
 *
 * The driver asks for mergeable buffers, checksums and segmentation in both directions,
 * MTU, link state and speed, and the control queue with its commands. A frame that the
 * device merged may exceed the 65535 bytes of a pbuf chain by its Ethernet header, see
 * struct rx_frame. Devices older than virtio 1.0 are refused.
 *
 * A feature is not acknowledged if the device's configuration for it is invalid, or if
 * a feature that it depends on is missing.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <linux/virtio_config.h>

#include "net/net.h"
#include "net/versions.h"

/* ---- validation ---------------------------------------------------------------- */

/*
 * Return the largest MTU that the driver can receive: a frame must fit into a chain,
 * whose length has 16 bits, or into one buffer if the device cannot merge buffers.
 */
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

static bool mtu_is_valid(struct virtio_device *vdev, unsigned int mtu)
{
	return mtu >= ETH_MIN_MTU && mtu <= mtu_max(vdev);
}

/* Clear the feature if the MTU is invalid: an acknowledged MTU must be used. */
static void mtu_validate(struct virtio_device *vdev)
{
	unsigned int mtu;

	if (!virtio_has_feature(vdev, VIRTIO_NET_F_MTU))
		return;
	mtu = mtu_read(vdev);
	if (mtu_is_valid(vdev, mtu))
		return;
	dev_warn(&vdev->dev, "the device's MTU of %u is not %u to %u\n", mtu,
		 ETH_MIN_MTU, mtu_max(vdev));
	__virtio_clear_bit(vdev, VIRTIO_NET_F_MTU);
}

/*
 * The features that let a device merge frames. They depend on mergeable buffers, and on
 * GUEST_CSUM, because merged frames come without a full checksum.
 */
static const unsigned int merging[] = {
	VIRTIO_NET_F_GUEST_TSO4,
	VIRTIO_NET_F_GUEST_TSO6,
	GUEST_USO_FEATURES
	VIRTIO_NET_F_GUEST_ECN,
};

/* Return the bits of these features that were negotiated. */
u64 net_merging_mask(struct virtio_device *vdev)
{
	unsigned int i;
	u64 mask = 0;

	for (i = 0; i < ARRAY_SIZE(merging); i++)
		if (__virtio_test_bit(vdev, merging[i]))
			mask |= BIT_ULL(merging[i]);
	return mask;
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

/* The features that depend on the control queue. */
static const unsigned int controlled[] = {
	VIRTIO_NET_F_CTRL_GUEST_OFFLOADS,
	VIRTIO_NET_F_CTRL_MAC_ADDR,
	VIRTIO_NET_F_CTRL_RX,
	VIRTIO_NET_F_CTRL_VLAN,
	VIRTIO_NET_F_GUEST_ANNOUNCE,
	VIRTIO_NET_F_MQ,
	VIRTIO_NET_F_NOTF_COAL,
	VIRTIO_NET_F_RSS,
};

static void control_validate(struct virtio_device *vdev)
{
	unsigned int i;

	if (virtio_has_feature(vdev, VIRTIO_NET_F_CTRL_VQ))
		return;
	for (i = 0; i < ARRAY_SIZE(controlled); i++)
		__virtio_clear_bit(vdev, controlled[i]);
}

static unsigned int pairs_read(struct virtio_device *vdev)
{
	u16 nr = 1;

	if (virtio_has_feature(vdev, VIRTIO_NET_F_MQ) ||
	    virtio_has_feature(vdev, VIRTIO_NET_F_RSS))
		virtio_cread(vdev, struct virtio_net_config,
			     max_virtqueue_pairs, &nr);
	return nr;
}

static bool pairs_are_valid(unsigned int nr)
{
	return nr && nr <= NET_PAIRS_MAX;
}

/*
 * Clear the features that make the device have several pairs if their number is invalid.
 * This must happen before they are acknowledged, because the index of the control queue
 * depends on them.
 */
static void pairs_validate(struct virtio_device *vdev)
{
	unsigned int nr = pairs_read(vdev);

	if (pairs_are_valid(nr))
		return;
	dev_warn(&vdev->dev, "%u pairs of queues are not 1 to %u\n", nr,
		 NET_PAIRS_MAX);
	__virtio_clear_bit(vdev, VIRTIO_NET_F_MQ);
	__virtio_clear_bit(vdev, VIRTIO_NET_F_RSS);
}

int net_validate(struct virtio_device *vdev)
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
	control_validate(vdev);
	net_rss_validate(vdev);
	pairs_validate(vdev);
	return 0;
}

/* ---- values that are read again ----------------------------------------------- */

/*
 * A device may report another value than it did to net_validate(), when it is too late
 * to clear the feature. So each value is read once more, validated again and stored; if
 * it is invalid now, probing fails. Only the stored value is used afterwards.
 */
static int refuse_changed(struct virtio_device *vdev, const char *what,
			  unsigned int value)
{
	dev_err(&vdev->dev, "it says otherwise now: %u is no %s\n", value,
		what);
	return -EINVAL;
}

/* Return the number of pairs of queues that the device has, or -EINVAL. */
int net_pairs_read(struct virtio_device *vdev)
{
	unsigned int nr = pairs_read(vdev);

	return pairs_are_valid(nr) ? nr :
	       refuse_changed(vdev, "number of pairs", nr);
}

/* Set the MTU and its limits. Return 0, or -EINVAL if the device's MTU is invalid. */
int net_mtu_set(struct pbuf_net *net)
{
	struct virtio_device *vdev = net->vdev;
	struct net_device *dev = net->dev;

	dev->min_mtu = ETH_MIN_MTU;
	net->mtu_most = mtu_max(vdev);
	if (virtio_has_feature(vdev, VIRTIO_NET_F_MTU)) {
		net->mtu_most = mtu_read(vdev);
		dev->mtu = net->mtu_most;
	}
	dev->max_mtu = net->mtu_most;
	return mtu_is_valid(vdev, net->mtu_most) ? 0 :
	       refuse_changed(vdev, "MTU", net->mtu_most);
}

/* ---- features of the netdev ---------------------------------------------------- */

/* Segmentation by the device, which depends on its checksum offload. */
static const struct {
	unsigned int feature;
	netdev_features_t offer;
} cutting[] = {
	{ VIRTIO_NET_F_HOST_TSO4, NETIF_F_TSO },
	{ VIRTIO_NET_F_HOST_TSO6, NETIF_F_TSO6 },
	{ VIRTIO_NET_F_HOST_ECN, NETIF_F_TSO_ECN },
	HOST_USO_CUTTING
};

void net_features_set(struct pbuf_net *net)
{
	struct virtio_device *vdev = net->vdev;
	struct net_device *dev = net->dev;
	netdev_features_t receiving = 0;
	unsigned int i;

	if (virtio_has_feature(vdev, VIRTIO_NET_F_CSUM)) {
		dev->hw_features |= NETIF_F_HW_CSUM | NETIF_F_SG;
		for (i = 0; i < ARRAY_SIZE(cutting); i++)
			if (virtio_has_feature(vdev, cutting[i].feature))
				dev->hw_features |= cutting[i].offer;
		/* The device validates the headers of packets from untrusted senders. */
		dev->features |= NETIF_F_GSO_ROBUST;
	}
	dev->features |= NETIF_F_HIGHDMA;
	if (virtio_has_feature(vdev, VIRTIO_NET_F_GUEST_CSUM))
		receiving |= NETIF_F_RXCSUM;
	if (net_merging_mask(vdev))
		receiving |= NETIF_F_GRO_HW;
	/*
	 * Merging can only be switched off with a command on the control queue, and without
	 * checksums the network switches merging off.
	 */
	if (!net_merging_mask(vdev) ||
	    virtio_has_feature(vdev, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS))
		dev->hw_features |= receiving;
	dev->features |= receiving | dev->hw_features;
	dev->vlan_features = dev->features;
	if (virtio_has_feature(vdev, VIRTIO_NET_F_CTRL_VLAN))
		dev->features |= NETIF_F_HW_VLAN_CTAG_FILTER;
	if (virtio_has_feature(vdev, VIRTIO_NET_F_CTRL_RX))
		dev->priv_flags |= IFF_UNICAST_FLT;
}

/* ndo_fix_features. XDP excludes merged frames, and frames without a checksum. */
netdev_features_t net_fix_features(struct net_device *dev,
				   netdev_features_t features)
{
	if (net_has_xdp(netdev_priv(dev)))
		features &= ~(NETIF_F_GRO_HW | NETIF_F_RXCSUM);
	return features;
}

/*
 * ndo_set_features: switch merging on or off. When it is switched on, the posted buffers
 * still have room for one frame of the MTU each. A merged frame that takes more of them
 * than NET_RX_PIECES is dropped; this ends when the posted buffers are used up.
 */
int net_set_features(struct net_device *dev, netdev_features_t features)
{
	struct pbuf_net *net = netdev_priv(dev);
	bool merging = features & NETIF_F_GRO_HW;
	int err;

	if (merging == net->has_merging)
		return 0;
	err = net_ctrl_offloads(net, merging, true);
	if (!err)
		WRITE_ONCE(net->has_merging, merging);
	return err;
}

/* Set the netdev's address to the device's, or to a random one if that is invalid. */
void net_address_set(struct pbuf_net *net)
{
	u8 addr[ETH_ALEN];

	if (!virtio_has_feature(net->vdev, VIRTIO_NET_F_MAC)) {
		eth_hw_addr_random(net->dev);
		return;
	}
	virtio_cread_bytes(net->vdev, offsetof(struct virtio_net_config, mac),
			   addr, sizeof(addr));
	if (is_valid_ether_addr(addr)) {
		eth_hw_addr_set(net->dev, addr);
		return;
	}
	dev_warn(&net->vdev->dev, "%pM is no address of a device\n", addr);
	eth_hw_addr_random(net->dev);
}
