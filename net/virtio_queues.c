// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_queues.c - the pairs of queues of a device: allocating their buffers, finding
 * the virtqueues, opening, closing and resizing them.
 *
 * Each pair has an RX pool of its own, so polls on different processors share no data.
 *
 * Context: process context.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/virtio_config.h>

#include <rtalloc/abi.h>

#include "net/net.h"
#include "net/versions.h"
#include "net/virtio_rx.h"

/* The fewest blocks that a ring is filled up to, if it has the slots. */
#define RX_BLOCKS_LEAST	32u

/* ---- memory ---------------------------------------------------------------- */

/*
 * Return the number of buffers for a pair when @of pairs share those of the device. A
 * pair gets at least two ring's worth, unless the parameter "buffers" is lower.
 */
static unsigned int buffers_share(struct net_pair *pair, unsigned int of)
{
	unsigned int all = READ_ONCE(net_buffers);

	return min(all, max(all / of, 2 * pair->rx_size));
}

/* Set how many buffers the ring is filled up to: fewer if the buffers are large. */
void net_rx_wanted_set(struct net_pair *pair)
{
	pair->rx_wanted = pair->rx_size;
	if (pair->rx_is_split && !pair->rx_has_prog)
		pair->rx_wanted = net_split_wanted(pair);
	else if (pair->rx_blocks && !pair->rx_has_prog)
		pair->rx_wanted = max(pair->rx_size / 4,
				      min(pair->rx_size, RX_BLOCKS_LEAST));
}

static struct pbuf_rx_pool *rx_pool_make(struct net_pair *pair,
					 unsigned int buffers)
{
	struct device *parent = &pair->net->vdev->dev;
	unsigned int i = net_pair_index(pair);
	char name[RTALLOC_NAME_MAX + 1];
	struct pbuf_rx_pool *rx_pool;

	if (i)
		snprintf(name, sizeof(name), "net.%s.%u", dev_name(parent), i);
	else
		snprintf(name, sizeof(name), "net.%s", dev_name(parent));
	rx_pool = pbuf_rx_pool_create_on_node(name, buffers,
					      net_pair_node(pair));
	if (IS_ERR(rx_pool))
		dev_err(parent, "no pool of %u buffers (%ld)\n", buffers,
			PTR_ERR(rx_pool));
	return rx_pool;
}

/*
 * Allocate the buffers of a pair that is used for the first time, as one of @of pairs.
 * The pair keeps them even if it goes out of use, because they stay on its ring.
 */
int net_pair_ready(struct net_pair *pair, unsigned int of)
{
	unsigned int buffers = buffers_share(pair, of);
	struct pbuf_rx_pool *rx_pool;
	int err;

	if (pair->rx_pool)
		return 0;
	err = xdp_rxq_info_is_reg(&pair->xdp_rxq) ? 0 : net_xdp_ready(pair);
	if (err)
		return err;
	rx_pool = rx_pool_make(pair, buffers);
	if (IS_ERR(rx_pool))
		return PTR_ERR(rx_pool);
	/* Half as much memory as the RX pool has. Failure is not an error. */
	if (net_merging_mask(pair->net->vdev))
		pair->rx_blocks = rx_blocks_create(buffers / 2 *
						   PBUF_LENT_SIZE /
						   RX_BLOCK_SIZE,
						   net_pair_node(pair));
	/* If this fails, the pair receives into the RX pool's buffers. */
	if (pair->net->has_split)
		net_split_ready(pair, buffers);
	net_rx_wanted_set(pair);
	/* Publish it to readers of statistics, see pair_buffers_add(). */
	smp_store_release(&pair->rx_pool, rx_pool);
	return 0;
}

static void pair_init(struct pbuf_net *net, struct net_pair *pair)
{
	unsigned int i = pair - net->pair;

	pair->net = net;
	pair->dev = net->dev;
	/* Only the first pair is in use from the start: record its queue. */
	pair->rx_mapping = !i;
	snprintf(pair->rx_name, sizeof(pair->rx_name), "input.%u", i);
	snprintf(pair->tx_name, sizeof(pair->tx_name), "output.%u", i);
	u64_stats_init(&pair->rx_stats.sync);
	u64_stats_init(&pair->tx_stats.sync);
	sg_init_table(pair->rx_sg, ARRAY_SIZE(pair->rx_sg));
	INIT_DELAYED_WORK(&pair->refill_timer, net_rx_refill_timer);
	rx_poll_add(net->dev, i, &pair->rx_napi, net_rx_poll);
	netif_napi_add_tx(net->dev, &pair->tx_napi, net_tx_poll);
}

int net_pairs_make(struct pbuf_net *net, unsigned int nr)
{
	unsigned int i;

	net->pair = kvcalloc(nr, sizeof(*net->pair), GFP_KERNEL);
	if (!net->pair)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		pair_init(net, &net->pair[i]);
	net->nr_pairs = nr;
	net->nr_active = 1;
	return 0;
}

void net_pairs_free(struct pbuf_net *net)
{
	struct net_pair *pair;

	net_for_each_pair(pair, net) {
		__netif_napi_del(&pair->rx_napi);
		__netif_napi_del(&pair->tx_napi);
	}
	/* One grace period for all instances; netif_napi_del() waits for one each. */
	synchronize_net();
	net_for_each_pair(pair, net) {
		net_xdp_done(pair);
		pbuf_rx_pool_drop(pair->rx_pool);
		rx_blocks_destroy(pair->rx_blocks);
		rx_split_destroy(pair->rx_split);
	}
	kvfree(net->pair);
	net->pair = NULL;
	net->nr_pairs = 0;
}

/* ---- buffers on a ring --------------------------------------------------------- */

/* Free all buffers of a receive queue. The device must have been reset. */
void net_rx_drain(struct net_pair *pair)
{
	struct pbuf *p;

	while ((p = virtqueue_detach_unused_buf(pair->rx)))
		pbuf_free(p);
	pair->rx_pages = 0;
	pair->rx_nr_blocks = 0;
	pair->rx_nr_split = 0;
	if (pair->rx_split)
		pair->rx_split->posted = 0;
	pair->rx_extra = 0;
	while (pair->rx_nr_spare)
		pbuf_free(pair->rx_spare[--pair->rx_nr_spare]);
}

/* Free a buffer of a receive ring that is being replaced; for virtqueue_resize(). */
void net_rx_recycle(struct virtqueue *vq, void *token)
{
	struct pbuf *p = token;

	if (p->flags & PBUF_FLAG_IS_CUSTOM)
		special_taken(net_pair_of(vq), p);
	pbuf_free(p);
}

/* ---- finding and dropping --------------------------------------------------- */

/* Set what depends on the length of the receive ring. */
static void rx_size_set(struct net_pair *pair)
{
	pair->rx_size = virtqueue_get_vring_size(pair->rx);
	net_rx_wanted_set(pair);
	pair->rx_reserve = clamp(pair->rx_size / 8,
				 min(pair->rx_size / 2, NET_RX_PIECES), 32u);
}

static int pair_check(struct net_pair *pair)
{
	unsigned int size = virtqueue_get_vring_size(pair->tx);

	rx_size_set(pair);
	if (size >= 2 * NET_TX_SLOTS)
		return 0;
	dev_err(&pair->net->vdev->dev, "%u slots for sending are too few\n",
		size);
	return -EINVAL;
}

static void queues_delete(struct pbuf_net *net)
{
	struct net_pair *pair;

	net->vdev->config->del_vqs(net->vdev);
	net_for_each_pair(pair, net) {
		pair->rx = NULL;
		pair->tx = NULL;
	}
}

static bool has_ctrl(struct pbuf_net *net)
{
	return virtio_has_feature(net->vdev, VIRTIO_NET_F_CTRL_VQ);
}

static void queues_describe(struct pbuf_net *net, struct virtqueue_ask *ask)
{
	struct net_pair *pair;

	net_for_each_pair(pair, net) {
		*ask++ = (struct virtqueue_ask){ pair->rx_name,
						 net_rx_interrupt };
		*ask++ = (struct virtqueue_ask){ pair->tx_name,
						 net_tx_interrupt };
	}
	if (has_ctrl(net))
		ask->name = "control";
}

static int queues_take(struct pbuf_net *net, struct virtqueue **vqs)
{
	struct net_pair *pair;
	int err = 0;

	net_for_each_pair(pair, net) {
		pair->rx = *vqs++;
		pair->tx = *vqs++;
		err = err ?: pair_check(pair);
	}
	if (err)
		queues_delete(net);
	else if (has_ctrl(net))
		net_ctrl_set(net, *vqs);
	return err;
}

int net_queues_find(struct pbuf_net *net)
{
	unsigned int nr = 2 * net->nr_pairs + has_ctrl(net);
	struct virtqueue_ask *ask = kcalloc(nr, sizeof(*ask), GFP_KERNEL);
	struct virtqueue **vqs = kcalloc(nr, sizeof(*vqs), GFP_KERNEL);
	int err = -ENOMEM;

	if (ask && vqs) {
		queues_describe(net, ask);
		err = virtqueues_find(net->vdev, nr, vqs, ask);
	}
	if (!err)
		err = queues_take(net, vqs);
	kfree(vqs);
	kfree(ask);
	return err;
}

/* Reset the device, free the buffers and packets on its rings, and delete the queues. */
void net_queues_drop(struct pbuf_net *net)
{
	struct net_pair *pair;

	virtio_reset_device(net->vdev);
	if (!net->pair->rx)
		return;
	net_ctrl_set(net, NULL);
	net_for_each_pair(pair, net) {
		net_rx_drain(pair);
		net_tx_drain(pair);
	}
	queues_delete(net);
}

/* ---- opening and closing ------------------------------------------------------ */

void net_rx_start(struct net_pair *pair)
{
	WRITE_ONCE(pair->rx_is_ending, false);
	rx_queue_poll_set(pair->dev, net_pair_index(pair), &pair->rx_napi);
	napi_enable(&pair->rx_napi);
	/* Poll once: frames may have arrived meanwhile, and buffers may be lacking. */
	net_rx_refill_timer(&pair->refill_timer.work);
}

/*
 * Disable the poll. Before that, a last poll flushes GRO, so that it holds no frame
 * which records a receive queue that the stack is about to give up.
 */
void net_rx_stop(struct net_pair *pair)
{
	WRITE_ONCE(pair->rx_is_ending, true);
	net_rx_refill_timer(&pair->refill_timer.work);
	napi_disable(&pair->rx_napi);
	rx_queue_poll_set(pair->dev, net_pair_index(pair), NULL);
}

/*
 * Enable both NAPI instances of a pair. The poll of the transmit queue is scheduled,
 * because it wakes the netdev's queue if the ring has room.
 */
void net_pair_open(struct net_pair *pair)
{
	if (pair->is_open)
		return;
	pair->is_open = true;
	net_tx_set_open(pair, true);
	net_rx_fill(pair);
	napi_enable(&pair->tx_napi);
	net_rx_start(pair);
	local_bh_disable();
	net_tx_interrupt(pair->tx);
	local_bh_enable();
}

/*
 * Disable both NAPI instances of a pair. Only the poll arms the refill_timer, so it is
 * cancelled last.
 *
 * A poll accesses its ring once more after napi_complete_done(), and napi_disable() does
 * not wait for that. So the caller must call synchronize_net() before it frees or
 * replaces the ring.
 */
static void pair_close(struct net_pair *pair)
{
	if (!pair->is_open)
		return;
	pair->is_open = false;
	net_tx_set_open(pair, false);
	net_rx_stop(pair);
	napi_disable(&pair->tx_napi);
	cancel_delayed_work_sync(&pair->refill_timer);
}

/* Open all pairs with buffers: one that is out of use may still have frames on its ring. */
void net_pairs_open(struct pbuf_net *net)
{
	struct net_pair *pair;

	net_for_each_pair(pair, net) {
		if (pair->rx_pool)
			net_pair_open(pair);
	}
}

void net_pairs_close(struct pbuf_net *net)
{
	struct net_pair *pair;

	net_for_each_pair(pair, net)
		pair_close(pair);
	synchronize_net();
}

/* ---- resizing --------------------------------------------------------------------- */

static void sending_stop(struct netdev_queue *queue)
{
	__netif_tx_lock_bh(queue);
	netif_tx_stop_queue(queue);
	__netif_tx_unlock_bh(queue);
}

/*
 * Give the rings of a pair @rx and @tx slots. Packets and frames on the old rings are
 * lost. If there is no memory for a new ring, the old one stays in use, and this returns
 * an error of virtqueue_resize().
 */
int net_pair_resize(struct net_pair *pair, unsigned int rx, unsigned int tx)
{
	struct netdev_queue *queue = netdev_get_tx_queue(pair->dev,
							 net_pair_index(pair));
	bool was_open = pair->is_open;
	int err;

	WRITE_ONCE(pair->is_resizing, true);
	/* Stop the netdev's queue after the poll is disabled, which would wake it again. */
	pair_close(pair);
	if (was_open) {
		sending_stop(queue);
		synchronize_net();
	}
	err = virtqueue_resize_to(pair->rx, rx, net_rx_recycle);
	if (!err)
		err = virtqueue_resize_to(pair->tx, tx, net_tx_recycle);
	rx_size_set(pair);
	if (pair->tx->num_free == virtqueue_get_vring_size(pair->tx))
		netdev_tx_reset_queue(queue);
	WRITE_ONCE(pair->is_resizing, false);
	/* This also wakes the netdev's queue, if the ring has room. */
	if (was_open) {
		net_pair_open(pair);
		/* net_rss_tell_others() skipped this queue meanwhile. */
		if (pair->net->rss.entries)
			virtqueue_notify(pair->rx);
	}
	return err;
}
