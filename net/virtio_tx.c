// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_tx.c - sending: from the stack to the ring.
 *
 * A packet takes at most NET_TX_SLOTS slots: one for virtio's header, one for the linear
 * part and one for each frag. The header is put in front of the data if the headroom may
 * be written, else into skb->cb. The netdev's queue is stopped whenever fewer slots are
 * free, so a packet always fits.
 *
 * Frames that XDP programs send use the same ring, one slot each and one more for each
 * frag. The lowest bit of their tokens is set, to tell them from sk_buffs. Frames that
 * do not fit stay with the sender, and the netdev's queue is stopped for them as well.
 *
 * Byte queue limits (BQL) bound the number of bytes on the ring.
 *
 * Sent packets are freed when the next packet is sent, by the poll of either queue, and
 * after the interrupt that the device raises when most of them are sent.
 *
 * Context: under the transmit queue's lock, which the stack, the polls and XDP take.
 */
#include <linux/etherdevice.h>
#include <linux/module.h>

#include "net/net.h"

#define TOKEN_FRAME	1ul

static_assert(sizeof_field(struct sk_buff, cb) >= NET_HEADER_LEN);
static_assert(__alignof__(struct xdp_frame) > TOKEN_FRAME);

static struct netdev_queue *tx_queue(struct net_pair *pair)
{
	return netdev_get_tx_queue(pair->dev, net_pair_index(pair));
}

static bool has_room(const struct net_pair *pair)
{
	return pair->tx->num_free >= NET_TX_SLOTS;
}

/* Return the xdp_frame that a token stands for, or NULL if the token is an sk_buff. */
static struct xdp_frame *frame_of(const void *token)
{
	unsigned long value = (unsigned long)token;

	return value & TOKEN_FRAME ? (void *)(value - TOKEN_FRAME) : NULL;
}

static void token_free(void *token)
{
	struct xdp_frame *frame = frame_of(token);

	if (frame)
		xdp_return_frame(frame);
	else
		dev_kfree_skb_any(token);
}

/* ---- after sending ---------------------------------------------------------- */

/*
 * Return a sent xdp_frame to its owner, mostly another driver. With interrupts off, as netpoll
 * sends and polls, its page_pool must not be called. The frame is then kept until the
 * transmit queue's poll; a list of such frames is linked by @dev_rx, which is not needed
 * any more.
 */
static void frame_return(struct net_pair *pair, struct xdp_frame *frame)
{
	if (likely(!irqs_disabled())) {
		xdp_return_frame(frame);
		return;
	}
	frame->dev_rx = (void *)pair->tx_kept;
	pair->tx_kept = frame;
	napi_schedule(&pair->tx_napi);
}

/* Return the frames that frame_return() has kept. */
static void kept_return(struct net_pair *pair)
{
	struct xdp_frame *frame;

	while ((frame = pair->tx_kept)) {
		pair->tx_kept = (void *)frame->dev_rx;
		xdp_return_frame(frame);
	}
}

/* Free all packets and frames that the device has sent, and count them. */
static void sent_free(struct net_pair *pair, bool in_napi)
{
	struct net_tx_stats *stats = &pair->tx_stats;
	unsigned int len, packets = 0, bytes = 0, frames = 0, frame_bytes = 0;
	struct xdp_frame *frame;
	struct sk_buff *skb;

	lockdep_assert_held(&tx_queue(pair)->_xmit_lock);
	while ((skb = virtqueue_get_buf(pair->tx, &len))) {
		frame = frame_of(skb);
		if (unlikely(frame)) {
			frames++;
			frame_bytes += xdp_get_frame_len(frame);
			frame_return(pair, frame);
			continue;
		}
		packets++;
		bytes += skb->len;
		napi_consume_skb(skb, in_napi);
	}
	if (!(packets + frames))
		return;
	/* BQL accounts for packets of the stack only, not for xdp_frames. */
	netdev_tx_completed_queue(tx_queue(pair), packets, bytes);
	u64_stats_update_begin(&stats->sync);
	u64_stats_add(&stats->packets, packets + frames);
	u64_stats_add(&stats->bytes, bytes + frame_bytes);
	u64_stats_update_end(&stats->sync);
}

/*
 * Free what was sent, and ask for an interrupt unless @more packets follow at once. The
 * loop must end on a broken ring: some kernels keep reporting that there is something
 * left to free.
 */
static void sent_collect(struct net_pair *pair, bool in_napi, bool more)
{
	do {
		virtqueue_disable_cb(pair->tx);
		sent_free(pair, in_napi);
	} while (!more && unlikely(!virtqueue_enable_cb_delayed(pair->tx)) &&
		 !virtqueue_is_broken(pair->tx));
}

static void tx_count(struct net_pair *pair, u64_stats_t *counter)
{
	lockdep_assert_held(&tx_queue(pair)->_xmit_lock);
	u64_stats_update_begin(&pair->tx_stats.sync);
	u64_stats_inc(counter);
	u64_stats_update_end(&pair->tx_stats.sync);
}

static void queue_wake(struct net_pair *pair)
{
	if (!has_room(pair) || !pair->tx_is_open ||
	    !netif_tx_queue_stopped(tx_queue(pair)))
		return;
	tx_count(pair, &pair->tx_stats.wakes);
	netif_tx_wake_queue(tx_queue(pair));
}

/*
 * Free what was sent; called in the poll of the receive queue. If the lock is taken, its
 * holder is sending and frees what was sent.
 */
void net_tx_clean(struct net_pair *pair, bool in_napi)
{
	struct netdev_queue *queue = tx_queue(pair);

	if (!__netif_tx_trylock(queue))
		return;
	sent_collect(pair, in_napi, false);
	queue_wake(pair);
	__netif_tx_unlock(queue);
}

void net_tx_interrupt(struct virtqueue *vq)
{
	struct net_pair *pair = net_pair_of(vq);

	if (napi_schedule_prep(&pair->tx_napi)) {
		virtqueue_disable_cb(vq);
		__napi_schedule(&pair->tx_napi);
	}
}

int net_tx_poll(struct napi_struct *napi, int budget)
{
	struct net_pair *pair = container_of(napi, struct net_pair, tx_napi);
	struct netdev_queue *queue = tx_queue(pair);
	unsigned int seen;
	bool done;

	/*
	 * netpoll calls this without scheduling it, possibly while this processor holds
	 * the lock: so only try to take it. The interrupt must stay enabled, because no
	 * further poll follows.
	 */
	if (unlikely(!budget)) {
		net_tx_clean(pair, false);
		return 0;
	}
	__netif_tx_lock(queue, raw_smp_processor_id());
	virtqueue_disable_cb(pair->tx);
	kept_return(pair);
	sent_free(pair, true);
	queue_wake(pair);
	seen = virtqueue_enable_cb_prepare(pair->tx);
	done = napi_complete_done(napi, 0);
	if (!done)
		virtqueue_disable_cb(pair->tx);
	__netif_tx_unlock(queue);
	if (done && unlikely(virtqueue_poll(pair->tx, seen)))
		net_tx_interrupt(pair->tx);
	return 0;
}

/* ---- sending -------------------------------------------------------------------- */

/* Return whether virtio's header can be put in front of the data. */
static bool can_push(const struct sk_buff *skb)
{
	return !((unsigned long)skb->data & (__alignof__(__virtio16) - 1)) &&
	       !skb_header_cloned(skb) && skb_headroom(skb) >= NET_HEADER_LEN;
}

/* Put a packet on the ring. Return 0, or a negative errno if it must be dropped. */
static int ring_add(struct net_pair *pair, struct sk_buff *skb)
{
	bool push = can_push(skb);
	struct virtio_net_hdr_mrg_rxbuf *hdr;
	int nr;

	hdr = push ? (void *)(skb->data - NET_HEADER_LEN) : (void *)skb->cb;
	if (virtio_net_hdr_from_skb(skb, &hdr->hdr,
				    virtio_is_little_endian(pair->net->vdev),
				    false, 0))
		return -EPROTO;
	hdr->num_buffers = 0;
	sg_init_table(pair->tx_sg, skb_shinfo(skb)->nr_frags + (push ? 1 : 2));
	if (push) {
		__skb_push(skb, NET_HEADER_LEN);
		nr = skb_to_sgvec(skb, pair->tx_sg, 0, skb->len);
		__skb_pull(skb, NET_HEADER_LEN);
	} else {
		sg_set_buf(pair->tx_sg, hdr, NET_HEADER_LEN);
		nr = skb_to_sgvec(skb, pair->tx_sg + 1, 0, skb->len);
		nr += nr < 0 ? 0 : 1;
	}
	if (unlikely(nr < 0))
		return nr;
	return virtqueue_add_outbuf(pair->tx, pair->tx_sg, nr, skb, GFP_ATOMIC);
}

/*
 * Stop the netdev's queue until slots are free. If the device has freed some meanwhile,
 * it raises no interrupt, so schedule the poll.
 */
static void queue_stop(struct net_pair *pair)
{
	netif_tx_stop_queue(tx_queue(pair));
	tx_count(pair, &pair->tx_stats.stops);
	if (unlikely(!virtqueue_enable_cb_delayed(pair->tx)))
		net_tx_interrupt(pair->tx);
}

/* Notify the device of new packets, if it asked for that. */
static void device_kick(struct net_pair *pair)
{
	if (virtqueue_kick_prepare(pair->tx) && virtqueue_notify(pair->tx))
		tx_count(pair, &pair->tx_stats.kicks);
}

netdev_tx_t net_tx_send(struct sk_buff *skb, struct net_device *dev)
{
	struct pbuf_net *net = netdev_priv(dev);
	struct net_pair *pair = &net->pair[skb_get_queue_mapping(skb)];
	struct netdev_queue *queue = tx_queue(pair);
	bool more = netdev_xmit_more(), kick = !more;
	unsigned int len = skb->len;

	sent_collect(pair, false, more);
	skb_tx_timestamp(skb);
	if (unlikely(ring_add(pair, skb))) {
		tx_count(pair, &pair->tx_stats.drops);
		dev_kfree_skb_any(skb);
	} else {
		kick = __netdev_tx_sent_queue(queue, len, more);
		if (!has_room(pair))
			queue_stop(pair);
	}
	if (kick || netif_xmit_stopped(queue))
		device_kick(pair);
	return NETDEV_TX_OK;
}

/* ---- frames of XDP programs ------------------------------------------------------ */

/* Put an xdp_frame on the ring. virtio's header goes into the frame's headroom. */
static int frame_add(struct net_pair *pair, struct xdp_frame *frame)
{
	void *token = (void *)((unsigned long)frame | TOKEN_FRAME);
	struct skb_shared_info *info = NULL;
	unsigned int i, nr = 0;

	if (unlikely(frame->headroom < NET_HEADER_LEN))
		return -EOVERFLOW;
	if (unlikely(xdp_frame_has_frags(frame))) {
		info = xdp_get_shared_info_from_frame(frame);
		nr = info->nr_frags;
	}
	memset(frame->data - NET_HEADER_LEN, 0, NET_HEADER_LEN);
	sg_init_table(pair->tx_sg, nr + 1);
	sg_set_buf(pair->tx_sg, frame->data - NET_HEADER_LEN,
		   frame->len + NET_HEADER_LEN);
	for (i = 0; i < nr; i++)
		sg_set_page(&pair->tx_sg[i + 1], skb_frag_page(&info->frags[i]),
			    skb_frag_size(&info->frags[i]),
			    skb_frag_off(&info->frags[i]));
	return virtqueue_add_outbuf(pair->tx, pair->tx_sg, nr + 1, token,
				    GFP_ATOMIC);
}

static void frames_count(struct net_pair *pair, unsigned int sent,
			 unsigned int dropped)
{
	lockdep_assert_held(&tx_queue(pair)->_xmit_lock);
	u64_stats_update_begin(&pair->tx_stats.sync);
	u64_stats_add(&pair->tx_stats.xdp_tx, sent);
	u64_stats_add(&pair->tx_stats.xdp_tx_drops, dropped);
	u64_stats_update_end(&pair->tx_stats.sync);
}

/**
 * net_tx_frames() - put xdp_frames on a transmit ring
 * @pair: the pair that sends them
 * @frames: the frames
 * @nr: the number of frames
 *
 * The caller must call net_tx_kick() afterwards, which notifies the device.
 *
 * Context: softirq, or bottom halves disabled.
 * Return: how many frames, the first ones, were taken over; the others stay the
 *	caller's.
 */
int net_tx_frames(struct net_pair *pair, struct xdp_frame **frames, int nr)
{
	struct netdev_queue *queue = tx_queue(pair);
	int sent = 0;

	__netif_tx_lock(queue, raw_smp_processor_id());
	if (likely(pair->tx_is_open && !netif_tx_queue_stopped(queue))) {
		sent_collect(pair, false, true);
		while (sent < nr && !frame_add(pair, frames[sent]))
			sent++;
		if (!has_room(pair))
			queue_stop(pair);
		txq_trans_cond_update(queue);
	}
	frames_count(pair, sent, nr - sent);
	__netif_tx_unlock(queue);
	return sent;
}

/*
 * Notify the device of frames from net_tx_frames(), and ask for an interrupt, because
 * there may be no further packet that would free these. Slots that are freed here cause
 * no interrupt, so the netdev's queue is woken here too.
 */
void net_tx_kick(struct net_pair *pair)
{
	struct netdev_queue *queue = tx_queue(pair);

	__netif_tx_lock(queue, raw_smp_processor_id());
	if (pair->tx_is_open) {
		device_kick(pair);
		sent_collect(pair, false, false);
		queue_wake(pair);
	}
	__netif_tx_unlock(queue);
}

/*
 * Set whether the ring may be used. Clear it before the ring is replaced or deleted:
 * then nothing is put on it, and the netdev's queue is not woken.
 */
void net_tx_set_open(struct net_pair *pair, bool open)
{
	struct netdev_queue *queue = tx_queue(pair);

	__netif_tx_lock_bh(queue);
	pair->tx_is_open = open;
	__netif_tx_unlock_bh(queue);
}

/*
 * ndo_tx_timeout: nothing was sent for long. Notify the device and look for sent
 * packets, in case a notification or an interrupt was lost. If the ring is broken, wake
 * the queue, so that packets are dropped and nobody waits for them.
 */
void net_tx_timeout(struct net_device *dev, unsigned int queue)
{
	struct pbuf_net *net = netdev_priv(dev);
	struct net_pair *pair = &net->pair[queue];

	__netif_tx_lock(tx_queue(pair), raw_smp_processor_id());
	/* The queue is stopped because its ring is being replaced: no timeout. */
	if (!pair->tx_is_open) {
		__netif_tx_unlock(tx_queue(pair));
		return;
	}
	tx_count(pair, &pair->tx_stats.timeouts);
	virtqueue_notify(pair->tx);
	sent_free(pair, false);
	if (virtqueue_is_broken(pair->tx)) {
		netdev_tx_reset_queue(tx_queue(pair));
		netif_tx_wake_queue(tx_queue(pair));
		netif_schedule_queue(tx_queue(pair));
	}
	__netif_tx_unlock(tx_queue(pair));
	if (net_ratelimit())
		netdev_err(dev, "queue %u: nothing was sent for long, %u of %u slots are free\n",
			   queue, pair->tx->num_free,
			   virtqueue_get_vring_size(pair->tx));
	net_tx_interrupt(pair->tx);
}

/* Free everything on the transmit ring. The device must have been reset. */
void net_tx_drain(struct net_pair *pair)
{
	void *token;

	while ((token = virtqueue_detach_unused_buf(pair->tx)))
		token_free(token);
	kept_return(pair);
	netdev_tx_reset_queue(tx_queue(pair));
}

/*
 * Free a packet of a transmit ring that is being replaced; for virtqueue_resize().
 * net_pair_resize() resets BQL.
 */
void net_tx_recycle(struct virtqueue *vq, void *token)
{
	struct net_pair *pair = net_pair_of(vq);

	/* The lock guards the counters: net_tx_frames() may count drops meanwhile. */
	__netif_tx_lock_bh(tx_queue(pair));
	tx_count(pair, &pair->tx_stats.drops);
	__netif_tx_unlock_bh(tx_queue(pair));
	token_free(token);
}
