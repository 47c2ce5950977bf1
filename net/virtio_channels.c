// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_channels.c - the number of pairs of queues in use, and the length of their
 * rings.
 *
 * A pair has its buffers and its NAPI instances enabled before the device is told to
 * use it. Before the device is told to stop using a pair, the stack stops sending on
 * it. The pair stays open, because the device may already have put frames on its ring.
 *
 * Context: under the RTNL.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/virtio_config.h>

#include "net/net.h"

/* ---- pairs in use ------------------------------------------------------------- */

static int pairs_prepare(struct pbuf_net *net, unsigned int nr)
{
	unsigned int i;
	int err;

	for (i = 0; i < nr; i++) {
		err = net_pair_ready(&net->pair[i], nr);
		if (err)
			return err;
		if (netif_running(net->dev))
			net_pair_open(&net->pair[i]);
	}
	return 0;
}

/* Record the receive queue in frames of the first @nr pairs, and in no others. */
static void rx_mappings_set(struct pbuf_net *net, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < net->nr_pairs; i++)
		WRITE_ONCE(net->pair[i].rx_mapping, i < nr ? i + 1 : 0);
}

/* Wait until the stack has all frames received so far, including those held by GRO. */
static void frames_flush(struct net_pair *pair)
{
	if (!pair->is_open)
		return;
	net_rx_stop(pair);
	net_rx_start(pair);
}

/*
 * Set the stack's number of queues to @nr. On failure both numbers are as before. The
 * stack warns of a frame whose recorded receive queue is not below the number of
 * receive queues. So before that number shrinks, the recording is switched off for the
 * queues that go, and their frames are flushed.
 */
static int real_queues_set(struct pbuf_net *net, unsigned int nr)
{
	struct net_device *dev = net->dev;
	unsigned int before = dev->real_num_rx_queues, i;
	int err;

	if (nr < before)
		rx_mappings_set(net, nr);
	for (i = nr; i < before; i++)
		frames_flush(&net->pair[i]);
	err = netif_set_real_num_rx_queues(dev, nr);
	if (!err)
		err = netif_set_real_num_tx_queues(dev, nr);
	if (err)
		netif_set_real_num_rx_queues(dev, before);
	rx_mappings_set(net, dev->real_num_rx_queues);
	return err;
}

static int pairs_shrink(struct pbuf_net *net, unsigned int nr)
{
	int err = real_queues_set(net, nr);

	if (err)
		return err;
	err = net_ctrl_pairs(net, nr);
	/*
	 * If the device refuses, it still uses all the pairs, so the stack goes back
	 * to them as well. If that fails for lack of memory, the stack stays with fewer:
	 * frames are still received on the other pairs, but nothing is sent there.
	 */
	if (err && real_queues_set(net, net->nr_active))
		net->nr_active = nr;
	return err;
}

static int pairs_grow(struct pbuf_net *net, unsigned int nr)
{
	int err = net_ctrl_pairs(net, nr);

	if (err)
		return err;
	err = real_queues_set(net, nr);
	if (err)
		net_ctrl_pairs(net, net->nr_active);
	return err;
}

/**
 * net_channels_set() - set the number of pairs of queues in use
 * @net: the device
 * @nr: the number of pairs, 1 to net->nr_pairs; the first ones are used
 *
 * Context: under the RTNL.
 * Return: 0; -ENODEV while the device is suspended; or an error of allocating the
 *	buffers or of the command to the device. After an error the number is as before,
 *	unless the stack could not go back to it, see pairs_shrink().
 */
int net_channels_set(struct pbuf_net *net, unsigned int nr)
{
	int err;

	if (net->is_frozen)
		return -ENODEV;
	err = pairs_prepare(net, nr);
	if (!err)
		err = nr < net->nr_active ? pairs_shrink(net, nr) :
					    pairs_grow(net, nr);
	if (err)
		return err;
	net->nr_active = nr;
	net_cpus_assign(net);
	return 0;
}

/* ---- rings ---------------------------------------------------------------------- */

/**
 * net_rings_set() - change the length of the rings of all pairs
 * @net: the device
 * @rx: slots of each receive ring, a power of two
 * @tx: slots of each transmit ring, a power of two
 *
 * Context: under the RTNL.
 * Return: 0; -ENODEV while the device is suspended; -EOPNOTSUPP if the device cannot
 *	reset a single queue; or an error of virtqueue_resize(). After an error some
 *	rings may have the new length, until this is called again or the device is reset.
 */
int net_rings_set(struct pbuf_net *net, unsigned int rx, unsigned int tx)
{
	unsigned int i;
	int err;

	if (net->is_frozen)
		return -ENODEV;
	if (!virtio_has_feature(net->vdev, VIRTIO_F_RING_RESET))
		return -EOPNOTSUPP;
	/*
	 * The first pair comes last. ethtool -g shows its rings, and ethtool -G compares
	 * with them, so after an error a second try resizes the rest.
	 */
	for (i = net->nr_pairs; i--;) {
		err = net_pair_resize(&net->pair[i], rx, tx);
		if (err)
			return err;
	}
	net->rx_slots = rx;
	net->tx_slots = tx;
	/* Resetting a queue may have lost the affinity of its interrupt. */
	net_cpus_assign(net);
	return 0;
}

static void rings_restore(struct pbuf_net *net)
{
	int err = 0;

	if (net->rx_slots)
		err = net_rings_set(net, net->rx_slots, net->tx_slots);
	if (err)
		netdev_warn(net->dev, "rings are not as long as before (%d)\n",
			    err);
}

/*
 * Set up rings and pairs as they were before the device was reset. Called when the
 * device is ready, before the pairs are opened.
 */
void net_channels_restore(struct pbuf_net *net)
{
	unsigned int nr = net->nr_active;
	int err = 0;

	/* If this fails, the rings of the default length are used. */
	rings_restore(net);
	/* After a reset the device uses one pair. */
	if (nr > 1)
		err = net_ctrl_pairs(net, nr);
	if (!err) {
		net_cpus_assign(net);
		return;
	}
	netdev_warn(net->dev, "one pair of queues instead of %u (%d)\n", nr,
		    err);
	net->nr_active = 1;
	real_queues_set(net, 1);
}
