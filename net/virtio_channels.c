// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_channels.c - how many pairs of queues are in use, which processors use
 * them, how long their rings are.
 *
 * A pair is ready (buffers, NAPI) before the device is told to use it. Before the
 * device is told not to use it any more, sending on it stops; it stays open for the
 * frames that the device has put on its ring already.
 *
 * The processors that are online are shared out among the pairs in use, for
 * interrupts and for sending (XPS). A processor that comes online later may send on
 * any pair.
 *
 * Context: under the RTNL.
 */
#include <linux/cpumask.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/virtio_config.h>

#include "net/net.h"

/* ---- processors ------------------------------------------------------------- */

/*
 * Those of pair @i of @nr: the n-th processor has pair n modulo @nr. If there
 * are more pairs than processors, pair i has processor i modulo their number.
 */
static void processors_of(struct cpumask *mask, unsigned int i, unsigned int nr)
{
	unsigned int online = num_online_cpus(), n = 0, cpu;

	cpumask_clear(mask);
	for_each_online_cpu(cpu) {
		if (n % nr == i || (nr > online && n == i % online))
			cpumask_set_cpu(cpu, mask);
		n++;
	}
}

static void processors_deal(struct pbuf_net *net)
{
	struct net_pair *pair;
	cpumask_var_t mask;
	unsigned int i;

	if (net->nr_pairs == 1 || !alloc_cpumask_var(&mask, GFP_KERNEL))
		return;
	for (i = 0; i < net->nr_active; i++) {
		pair = &net->pair[i];
		processors_of(mask, i, net->nr_active);
		if (cpumask_empty(mask))
			continue;
		virtqueue_set_affinity(pair->rx, mask);
		virtqueue_set_affinity(pair->tx, mask);
		netif_set_xps_queue(net->dev, mask, i);
	}
	free_cpumask_var(mask);
}

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

/* Frames of the first @nr pairs say over which one they came, others nothing. */
static void frames_mark(struct pbuf_net *net, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < net->nr_pairs; i++)
		WRITE_ONCE(net->pair[i].rx_mapping, i < nr ? i + 1 : 0);
}

/* When this returns, no frame that was received before is on its way, or with GRO. */
static void frames_flush(struct net_pair *pair)
{
	if (!pair->is_open)
		return;
	net_rx_stop(pair);
	net_rx_start(pair);
}

/*
 * Tell the network of @nr pairs. When it fails, both numbers are as before. It warns of
 * a frame that names a queue which it does not know: there must be none on its way then.
 */
static int network_tell(struct pbuf_net *net, unsigned int nr)
{
	struct net_device *dev = net->dev;
	unsigned int before = dev->real_num_rx_queues, i;
	int err;

	if (nr < before)
		frames_mark(net, nr);
	for (i = nr; i < before; i++)
		frames_flush(&net->pair[i]);
	err = netif_set_real_num_rx_queues(dev, nr);
	if (!err)
		err = netif_set_real_num_tx_queues(dev, nr);
	if (err)
		netif_set_real_num_rx_queues(dev, before);
	frames_mark(net, dev->real_num_rx_queues);
	return err;
}

static int pairs_fewer(struct pbuf_net *net, unsigned int nr)
{
	int err = network_tell(net, nr);

	if (err)
		return err;
	err = net_ctrl_pairs(net, nr);
	/*
	 * The device goes on with all of them, so the network is to as well. Should
	 * that fail, for want of memory, it stays with fewer: frames still come over
	 * the others, and nothing is sent there.
	 */
	if (err && network_tell(net, net->nr_active))
		net->nr_active = nr;
	return err;
}

static int pairs_more(struct pbuf_net *net, unsigned int nr)
{
	int err = net_ctrl_pairs(net, nr);

	if (err)
		return err;
	err = network_tell(net, nr);
	if (err)
		net_ctrl_pairs(net, net->nr_active);
	return err;
}

/**
 * net_channels_set() - use @nr pairs of queues, the first ones
 * @net: the device
 * @nr: 1 to net->nr_pairs
 *
 * Context: under the RTNL.
 * Return: 0; what making buffers or the device's answer say, and then as many
 *	as before are in use.
 */
int net_channels_set(struct pbuf_net *net, unsigned int nr)
{
	int err;

	if (net->is_frozen)
		return -ENODEV;
	err = pairs_prepare(net, nr);
	if (!err)
		err = nr < net->nr_active ? pairs_fewer(net, nr) :
					    pairs_more(net, nr);
	if (err)
		return err;
	net->nr_active = nr;
	processors_deal(net);
	return 0;
}

/* ---- rings ---------------------------------------------------------------------- */

/**
 * net_rings_set() - rings of another length, for all pairs
 * @net: the device
 * @rx: slots of those for receiving, a power of two
 * @tx: ... for sending
 *
 * Context: under the RTNL.
 * Return: 0; -EOPNOTSUPP if the device cannot reset one queue alone; what
 *	virtqueue_resize() says, and then some rings have the new length until this is
 *	called again, or until the device is reset.
 */
int net_rings_set(struct pbuf_net *net, unsigned int rx, unsigned int tx)
{
	unsigned int i;
	int err;

	if (net->is_frozen)
		return -ENODEV;
	if (!virtio_has_feature(net->vdev, VIRTIO_F_RING_RESET))
		return -EOPNOTSUPP;
	/* The first pair last: by its rings people see whether there is more to do. */
	for (i = net->nr_pairs; i--;) {
		err = net_pair_resize(&net->pair[i], rx, tx);
		if (err)
			return err;
	}
	net->rx_slots = rx;
	net->tx_slots = tx;
	/* The interrupts may be new ones. */
	processors_deal(net);
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

/* After a reset, when the device is ready and before the pairs are open. */
void net_channels_restore(struct pbuf_net *net)
{
	unsigned int nr = net->nr_active;
	int err = 0;

	/* Those that there are do, too. */
	rings_restore(net);
	/* It has one pair in use since then. */
	if (nr > 1)
		err = net_ctrl_pairs(net, nr);
	if (!err) {
		processors_deal(net);
		return;
	}
	netdev_warn(net->dev, "one pair of queues instead of %u (%d)\n", nr,
		    err);
	net->nr_active = 1;
	network_tell(net, 1);
}
