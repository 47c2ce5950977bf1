// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_rx.c - receiving: from the ring to the stack.
 *
 * A slot of the ring is a fresh pbuf of the RX pool. The device writes its
 * header into the pbuf's headroom and the frame behind it, at the place where
 * an sk_buff wants it:
 *
 *   | struct pbuf | headroom ...   | header | frame ...        | shared_info |
 *   0             64             116      128                        at most 4096
 *                                  ^ given to the device, 3660 bytes
 *
 * A frame that needs more than one buffer becomes a chain; only the first has
 * a header. For each filled buffer a fresh one is posted.
 *
 * Every poll takes back what the stack has let go of. A ring that lacks
 * buffers gets no interrupt, and the stack lets go without a word: a delayed
 * work runs the poll then, soon while the ring starves, now and then while
 * anything is lent.
 *
 * The last buffers are never lent. A stream that has a hole keeps what came
 * behind it until the hole is filled: had it all of the buffers, the frame that
 * sets them free could not come in. So an empty pool costs copies, and never
 * ends receiving.
 *
 * Context: all in rx_napi, but for opening and closing, when it is disabled.
 */
#include <linux/etherdevice.h>
#include <linux/module.h>

#include "net/net.h"

#define RX_HEADER	((unsigned int)NET_HEADER_LEN)
#define RX_ROOM		(PBUF_LENT_ROOM + RX_HEADER)
#define PASS_ONE_OF	4	/* of the frames that are to be dropped */
#define REFILL_STARVED	1
#define REFILL_LENT	(HZ / 5)

/* What one poll adds to the counters. */
struct tally {
	struct net_rx_values count;
	struct pbuf_skb_cost cost;
	unsigned int free;	/* buffers free when the poll began */
};

unsigned int net_rx_posted(const struct pbuf_net *net)
{
	return net->rx_size - net->rx->num_free;
}

/* ---- the ring ------------------------------------------------------------- */

static bool buffer_post(struct pbuf_net *net, struct pbuf *p)
{
	struct page *page = pbuf_rx_pool_page(net->rx_pool, p);

	sg_set_page(net->rx_sg, page, RX_ROOM, offset_in_page(p->payload));
	return !virtqueue_add_inbuf(net->rx, net->rx_sg, 1, p, GFP_ATOMIC);
}

/* Fill the ring; false: it lacks buffers. A broken one has no use for any. */
static bool ring_fill(struct pbuf_net *net, struct tally *tally)
{
	bool posted = false;
	struct pbuf *p;

	while (net->rx->num_free) {
		p = pbuf_rx_pool_renew(net->rx_pool, RX_HEADER);
		if (unlikely(!p)) {
			tally->count.pool_empty++;
			break;
		}
		if (unlikely(!buffer_post(net, p))) {
			pbuf_free(p);
			break;
		}
		posted = true;
	}
	if (posted && virtqueue_kick_prepare(net->rx) &&
	    virtqueue_notify(net->rx))
		tally->count.kicks++;
	return !net->rx->num_free || virtqueue_is_broken(net->rx);
}

/* The next filled buffer, cut to what the device wrote; NULL: none. */
static struct pbuf *buffer_take(struct pbuf_net *net, struct tally *tally,
				bool *ok)
{
	unsigned int len;
	struct pbuf *p = virtqueue_get_buf(net->rx, &len);

	if (!p)
		return NULL;
	tally->count.buffers++;
	*ok = len && len <= RX_ROOM;
	/* What pbuf_realloc() comes to for one that is no chain. */
	p->len = min(len, RX_ROOM);
	p->tot_len = p->len;
	return p;
}

/* ---- from the ring to a chain ----------------------------------------------- */

/* The other buffers of a frame. False: it is no frame. */
static bool chain_gather(struct pbuf_net *net, struct pbuf *head,
			 unsigned int more, struct tally *tally)
{
	bool good = more < NET_RX_PIECES, ok;
	struct pbuf *p;

	for (; more; more--) {
		p = buffer_take(net, tally, &ok);
		if (!p)
			return false;
		/* Above 65535 bytes it is refused. */
		good = good && ok && pbuf_try_cat(head, p) == ERR_OK;
		if (!good)
			pbuf_free(p);
	}
	return good;
}

/*
 * One frame with its header taken off, or NULL: the device wrote nonsense. What
 * it says is not believed: a frame that is too long, or that lacks buffers, is
 * dropped with all of its buffers.
 */
static struct pbuf *frame_gather(struct pbuf_net *net, struct pbuf *head,
				 bool ok, struct virtio_net_hdr *hdr,
				 struct tally *tally)
{
	const struct virtio_net_hdr_mrg_rxbuf *full = head->payload;
	unsigned int nr = 1;

	if (head->len < RX_HEADER)
		goto bad;
	*hdr = full->hdr;
	if (net->is_mergeable)
		nr = virtio16_to_cpu(net->vdev, full->num_buffers);
	if (nr > 1 && !chain_gather(net, head, nr - 1, tally))
		ok = false;
	if (!ok || !nr || head->tot_len < RX_HEADER + ETH_HLEN)
		goto bad;
	tally->count.chains += nr > 1;
	pbuf_remove_header(head, RX_HEADER);
	return head;

bad:
	tally->count.length_errors++;
	pbuf_free(head);
	return NULL;
}

/* ---- from the chain to the stack ---------------------------------------------- */

/* So that the buffer is free at once. */
static struct sk_buff *frame_copy(struct pbuf_net *net, struct pbuf *p,
				  struct tally *tally)
{
	struct sk_buff *skb = napi_alloc_skb(&net->rx_napi, p->tot_len);

	if (!skb)
		return ERR_PTR(-ENOMEM);
	pbuf_copy_partial(p, skb_put(skb, p->tot_len), p->tot_len, 0);
	tally->count.copied_frames++;
	tally->count.copied_bytes += p->tot_len;
	pbuf_free(p);
	return skb;
}

/* What becomes of a frame: NET_BACKPRESSURE means that it is lent. */
static int policy_now(struct pbuf_net *net, const struct tally *tally)
{
	int policy = READ_ONCE(net_rx_policy);

	if (unlikely(tally->free < net->rx_reserve) &&
	    tally->free + net_rx_posted(net) < net->rx_reserve)
		return NET_COPY;
	if (likely(tally->free >= READ_ONCE(net_low_water)))
		return NET_BACKPRESSURE;
	if (policy == NET_DROP && !(net->rx_scarce++ % PASS_ONE_OF))
		return NET_COPY;
	return policy;
}

/* NULL: the frame is dropped. */
static struct sk_buff *frame_to_skb(struct pbuf_net *net, struct pbuf *p,
				    struct tally *tally)
{
	int policy = policy_now(net, tally);
	struct sk_buff *skb;

	if (unlikely(policy == NET_DROP)) {
		tally->count.policy_drops++;
		pbuf_free(p);
		return NULL;
	}
	if (unlikely(policy == NET_COPY))
		skb = frame_copy(net, p, tally);
	else
		skb = pbuf_to_skb(p, READ_ONCE(net_rx_mode), net->dev,
				  &tally->cost);
	if (IS_ERR(skb)) {
		tally->count.nomem_drops++;
		pbuf_free(p);
		return NULL;
	}
	return skb;
}

/* A device may have cut even this header into several buffers. */
static noinline bool ether_pull(struct sk_buff *skb, struct tally *tally)
{
	tally->count.header_bytes += ETH_HLEN - skb_headlen(skb);
	return pskb_may_pull(skb, ETH_HLEN);
}

/* False: the device's header says nonsense, or there is no memory. */
static bool header_apply(struct pbuf_net *net, struct sk_buff *skb,
			 const struct virtio_net_hdr *hdr, struct tally *tally)
{
	if (unlikely(skb_headlen(skb) < ETH_HLEN) && !ether_pull(skb, tally))
		return false;
	if (hdr->flags & VIRTIO_NET_HDR_F_DATA_VALID &&
	    net->dev->features & NETIF_F_RXCSUM)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	return !virtio_net_hdr_to_skb(skb, hdr,
				      virtio_is_little_endian(net->vdev));
}

static void frame_deliver(struct pbuf_net *net, struct pbuf *p,
			  const struct virtio_net_hdr *hdr,
			  struct tally *tally)
{
	struct sk_buff *skb = frame_to_skb(net, p, tally);

	if (unlikely(!skb))
		return;
	if (unlikely(!header_apply(net, skb, hdr, tally))) {
		tally->count.frame_errors++;
		kfree_skb(skb);
		return;
	}
	tally->count.packets++;
	tally->count.bytes += skb->len;
	skb->protocol = eth_type_trans(skb, net->dev);
	napi_gro_receive(&net->rx_napi, skb);
}

/* ---- polling -------------------------------------------------------------------- */

static void tally_add(struct pbuf_net *net, struct tally *tally)
{
	struct net_rx_values *count = &tally->count;
	struct net_rx_stats *stats = &net->rx_stats;

	count->header_bytes += tally->cost.header_bytes;
	count->copied_bytes += tally->cost.payload_bytes;
	count->drops += count->length_errors + count->frame_errors +
			count->nomem_drops + count->policy_drops;
	u64_stats_update_begin(&stats->sync);
#define ADD(name, text)	u64_stats_add(&stats->name, count->name);
	NET_RX_STATS(ADD)
#undef ADD
	u64_stats_update_end(&stats->sync);
}

static unsigned int frames_receive(struct pbuf_net *net, int budget,
				   struct tally *tally)
{
	struct virtio_net_hdr hdr;
	unsigned int done = 0;
	struct pbuf *p;
	bool ok;

	while (done < budget) {
		p = buffer_take(net, tally, &ok);
		if (!p)
			break;
		done++;
		p = frame_gather(net, p, ok, &hdr, tally);
		if (p)
			frame_deliver(net, p, &hdr, tally);
	}
	return done;
}

static void refill_timer_arm(struct pbuf_net *net, bool starved)
{
	if (starved)
		mod_delayed_work(system_wq, &net->refill_timer, REFILL_STARVED);
	else if (!delayed_work_pending(&net->refill_timer) &&
		 pbuf_rx_pool_lent_count(net->rx_pool))
		schedule_delayed_work(&net->refill_timer, REFILL_LENT);
}

/* Bottom halves on again run the poll. */
void net_rx_refill_timer(struct work_struct *work)
{
	struct pbuf_net *net = container_of(work, struct pbuf_net,
					    refill_timer.work);

	local_bh_disable();
	napi_schedule(&net->rx_napi);
	local_bh_enable();
}

void net_rx_interrupt(struct virtqueue *vq)
{
	struct pbuf_net *net = vq->vdev->priv;

	if (napi_schedule_prep(&net->rx_napi)) {
		virtqueue_disable_cb(vq);
		__napi_schedule(&net->rx_napi);
	}
}

static void poll_end(struct pbuf_net *net, unsigned int done)
{
	unsigned int seen = virtqueue_enable_cb_prepare(net->rx);

	if (!napi_complete_done(&net->rx_napi, done))
		virtqueue_disable_cb(net->rx);
	else if (unlikely(virtqueue_poll(net->rx, seen)))
		net_rx_interrupt(net->rx);
}

/*
 * How many lent buffers to look at. A few need no look: filling the ring takes
 * those that came back first. Of more, twice what went out keeps up, and each
 * has its turn. All, when they are needed, or when nothing else is to do.
 */
static unsigned int looks_due(const struct pbuf_net *net,
			      const struct tally *tally, unsigned int done)
{
	if (!done || tally->free < net->rx_size)
		return UINT_MAX;
	if (pbuf_rx_pool_lent_count(net->rx_pool) <= net->rx_size / 2)
		return 0;
	return 2 * done + 8;
}

/* False: the ring lacks buffers. */
static bool ring_serve(struct pbuf_net *net, struct tally *tally,
		       unsigned int done)
{
	bool filled = true;

	if (net->rx->num_free > net->rx_size / 4)
		filled = ring_fill(net, tally);
	pbuf_rx_pool_reclaim(net->rx_pool, looks_due(net, tally, done));
	return filled;
}

int net_rx_poll(struct napi_struct *napi, int budget)
{
	struct pbuf_net *net = container_of(napi, struct pbuf_net, rx_napi);
	struct tally tally = { };
	unsigned int done;
	bool filled;

	net_tx_clean(net, budget);
	if (!budget)
		return 0;
	/* The refill timer does not come by way of the interrupt. */
	virtqueue_disable_cb(net->rx);
	tally.free = pbuf_rx_pool_free_count(net->rx_pool);
	done = frames_receive(net, budget, &tally);
	filled = ring_serve(net, &tally, done);
	tally_add(net, &tally);
	if (done < budget) {
		refill_timer_arm(net, !filled);
		poll_end(net, done);
	}
	return done;
}

/* ---- opening and closing ---------------------------------------------------------- */

/* Before rx_napi is enabled, whose first poll sees to what is missing. */
void net_rx_fill(struct pbuf_net *net)
{
	struct tally tally = { };

	local_bh_disable();
	ring_fill(net, &tally);
	tally_add(net, &tally);
	local_bh_enable();
}

/* After a reset, or when the queue is about to go. */
void net_rx_drain(struct pbuf_net *net)
{
	struct pbuf *p;

	while ((p = virtqueue_detach_unused_buf(net->rx)))
		pbuf_free(p);
}
