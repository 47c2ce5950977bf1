// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_tx.c - sending: from the stack to the ring.
 *
 * A packet takes at most a slot for the header, one for the linear part and
 * one for each frag. The header goes in front of the data where there is room
 * that is ours, else into skb->cb. The queue is stopped before a packet might
 * not fit, so none is ever refused for want of slots.
 *
 * What was sent is freed by the next packet, by the poll of either queue, and
 * by an interrupt that the device sends when most of it is done.
 *
 * Context: all under the network's lock of the transmit queue.
 */
#include <linux/etherdevice.h>
#include <linux/module.h>

#include "net/net.h"

static_assert(sizeof_field(struct sk_buff, cb) >= NET_HEADER_LEN);

static struct netdev_queue *tx_queue(struct pbuf_net *net)
{
	return netdev_get_tx_queue(net->dev, 0);
}

static bool has_room(const struct pbuf_net *net)
{
	return net->tx->num_free >= NET_TX_SLOTS;
}

/* ---- what was sent ---------------------------------------------------------- */

static void sent_free(struct pbuf_net *net, bool in_napi)
{
	struct net_tx_stats *stats = &net->tx_stats;
	unsigned int len, packets = 0, bytes = 0;
	struct sk_buff *skb;

	while ((skb = virtqueue_get_buf(net->tx, &len))) {
		packets++;
		bytes += skb->len;
		napi_consume_skb(skb, in_napi);
	}
	if (!packets)
		return;
	u64_stats_update_begin(&stats->sync);
	u64_stats_add(&stats->packets, packets);
	u64_stats_add(&stats->bytes, bytes);
	u64_stats_update_end(&stats->sync);
}

/*
 * And ask for an interrupt, unless @more packets follow at once. On a broken ring
 * there may be something left for ever: not every kernel knows that here.
 */
static void sent_collect(struct pbuf_net *net, bool in_napi, bool more)
{
	do {
		virtqueue_disable_cb(net->tx);
		sent_free(net, in_napi);
	} while (!more && unlikely(!virtqueue_enable_cb_delayed(net->tx)) &&
		 !virtqueue_is_broken(net->tx));
}

static void tx_count(struct pbuf_net *net, u64_stats_t *counter)
{
	u64_stats_update_begin(&net->tx_stats.sync);
	u64_stats_inc(counter);
	u64_stats_update_end(&net->tx_stats.sync);
}

static void queue_wake(struct pbuf_net *net)
{
	if (!has_room(net) || !netif_tx_queue_stopped(tx_queue(net)))
		return;
	tx_count(net, &net->tx_stats.wakes);
	netif_tx_wake_queue(tx_queue(net));
}

/* From the poll of the other queue: whoever holds the lock does it as well. */
void net_tx_clean(struct pbuf_net *net, bool in_napi)
{
	struct netdev_queue *queue = tx_queue(net);

	if (!__netif_tx_trylock(queue))
		return;
	sent_collect(net, in_napi, false);
	queue_wake(net);
	__netif_tx_unlock(queue);
}

void net_tx_interrupt(struct virtqueue *vq)
{
	struct pbuf_net *net = vq->vdev->priv;

	if (napi_schedule_prep(&net->tx_napi)) {
		virtqueue_disable_cb(vq);
		__napi_schedule(&net->tx_napi);
	}
}

int net_tx_poll(struct napi_struct *napi, int budget)
{
	struct pbuf_net *net = container_of(napi, struct pbuf_net, tx_napi);
	struct netdev_queue *queue = tx_queue(net);
	unsigned int seen;
	bool done;

	__netif_tx_lock(queue, raw_smp_processor_id());
	virtqueue_disable_cb(net->tx);
	sent_free(net, budget);
	queue_wake(net);
	seen = virtqueue_enable_cb_prepare(net->tx);
	done = napi_complete_done(napi, 0);
	if (!done)
		virtqueue_disable_cb(net->tx);
	__netif_tx_unlock(queue);
	if (done && unlikely(virtqueue_poll(net->tx, seen)))
		net_tx_interrupt(net->tx);
	return 0;
}

/* ---- what is to be sent ------------------------------------------------------- */

/* Where the header goes: in front of the data, if that is nobody else's. */
static bool can_push(const struct sk_buff *skb)
{
	return !((unsigned long)skb->data & (__alignof__(__virtio16) - 1)) &&
	       !skb_header_cloned(skb) && skb_headroom(skb) >= NET_HEADER_LEN;
}

static int ring_add(struct pbuf_net *net, struct sk_buff *skb)
{
	bool push = can_push(skb);
	struct virtio_net_hdr_mrg_rxbuf *hdr;
	int nr;

	hdr = push ? (void *)(skb->data - NET_HEADER_LEN) : (void *)skb->cb;
	if (virtio_net_hdr_from_skb(skb, &hdr->hdr,
				    virtio_is_little_endian(net->vdev), false,
				    0))
		return -EPROTO;
	hdr->num_buffers = 0;
	sg_init_table(net->tx_sg, skb_shinfo(skb)->nr_frags + (push ? 1 : 2));
	if (push) {
		__skb_push(skb, NET_HEADER_LEN);
		nr = skb_to_sgvec(skb, net->tx_sg, 0, skb->len);
		__skb_pull(skb, NET_HEADER_LEN);
	} else {
		sg_set_buf(net->tx_sg, hdr, NET_HEADER_LEN);
		nr = skb_to_sgvec(skb, net->tx_sg + 1, 0, skb->len);
		nr += nr < 0 ? 0 : 1;
	}
	if (unlikely(nr < 0))
		return nr;
	return virtqueue_add_outbuf(net->tx, net->tx_sg, nr, skb, GFP_ATOMIC);
}

/* The device may have freed slots since, and then sends no interrupt. */
static void queue_stop(struct pbuf_net *net)
{
	netif_tx_stop_queue(tx_queue(net));
	tx_count(net, &net->tx_stats.stops);
	if (unlikely(!virtqueue_enable_cb_delayed(net->tx)))
		net_tx_interrupt(net->tx);
}

static void device_kick(struct pbuf_net *net)
{
	if (virtqueue_kick_prepare(net->tx) && virtqueue_notify(net->tx))
		tx_count(net, &net->tx_stats.kicks);
}

netdev_tx_t net_tx_send(struct sk_buff *skb, struct net_device *dev)
{
	struct pbuf_net *net = netdev_priv(dev);
	bool more = netdev_xmit_more();

	sent_collect(net, false, more);
	skb_tx_timestamp(skb);
	if (unlikely(ring_add(net, skb))) {
		tx_count(net, &net->tx_stats.drops);
		dev_kfree_skb_any(skb);
	} else if (!has_room(net)) {
		queue_stop(net);
	}
	if (!more || netif_xmit_stopped(tx_queue(net)))
		device_kick(net);
	return NETDEV_TX_OK;
}

/* After a reset. */
void net_tx_drain(struct pbuf_net *net)
{
	struct sk_buff *skb;

	while ((skb = virtqueue_detach_unused_buf(net->tx)))
		dev_kfree_skb(skb);
}
