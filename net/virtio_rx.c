// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_rx.c - receiving: from the ring to the stack.
 *
 * Each slot of the ring holds a fresh pbuf of the RX pool (virtio_post.c). The device
 * writes virtio's header into the pbuf's headroom and the frame behind it. A frame of
 * the MTU's length ends where the sk_buff's shared_info has to be:
 *
 *   | struct pbuf | headroom ...     | header | frame ...      | shared_info |
 *   0             64                          2240             3776      4096
 *                                    ^ given to the device
 *
 * A frame that needs more than one buffer becomes a chain; only its first buffer has
 * a header. For each filled buffer a fresh one is posted. A small frame is copied and
 * its buffer is posted again.
 *
 * Every poll takes back buffers that the stack no longer holds, and inspects a bounded
 * number of them. The kernel has no callback for that, and an empty ring causes no
 * interrupt. So a delayed work schedules the poll: soon while the ring lacks buffers,
 * rarely while any are lent.
 *
 * When the stack holds the whole pool, pages from the page allocator are posted
 * instead. When there are no pages either, the last buffers are not lent, and their
 * frames are copied. Otherwise a TCP stream with a hole could pin all buffers, and the
 * segment that fills the hole could never be received.
 *
 * Context: the poll of rx_napi, or while that is disabled.
 */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <net/gro.h>

#include "net/net.h"
#include "net/shim.h"
#include "net/versions.h"
#include "net/virtio_rx.h"

#define PASS_ONE_OF	4	/* rx_policy=drop copies one frame in this many */
/* Delay until the next poll, in jiffies: the ring lacks buffers; buffers are lent. */
#define REFILL_STARVED	1
#define REFILL_LENT	(HZ / 5)

/* ---- from the ring to a chain ----------------------------------------------- */

/*
 * rx_slot_cut() with accounting. The poll may inspect two used pages for each page that
 * is filled, so that pages come back as fast as they are lent.
 */
static noinline bool slot_cut(struct net_pair *pair, struct rx_slot *slot,
			      unsigned int len, struct tally *tally)
{
	if (pair->net->is_bounced)
		tally->count.bounced_bytes += slot->room +
					      slot->nr * PAGE_SIZE;
	tally->page_looks += 2 * (min(len, slot->nr * (unsigned int)PAGE_SIZE) /
				  PAGE_SIZE);
	return rx_slot_cut(slot, len);
}

/*
 * Set the length of a filled buffer to the @len bytes that the device wrote. Return
 * false if the device claims none, or more than there was room for.
 */
static bool buffer_cut(struct net_pair *pair, struct pbuf *p, unsigned int len,
		       struct tally *tally)
{
	bool ok = len && len <= p->len;

	/* From the 65th buffer on, each one allows one more inspection. */
	if (++tally->count.buffers > NET_RX_LOOKS)
		tally->looks++;
	if (unlikely(p->flags & PBUF_FLAG_IS_CUSTOM))
		special_taken(pair, p);
	if (unlikely(is_slot(p)))
		return slot_cut(pair, slot_of(p), len, tally);
	if (unlikely(pair->net->is_bounced))
		tally->count.bounced_bytes += p->len;
	/* Like pbuf_realloc(), for a single buffer. */
	p->len = min_t(unsigned int, len, p->len);
	p->tot_len = p->len;
	return ok;
}

/*
 * Append @p to the frame's chain, or store it as the frame's rest where the chain would
 * be too long. Return false if the frame is too long.
 */
static bool buffer_join(struct rx_frame *frame, struct pbuf *p)
{
	if (frame->rest)
		return false;
	if (likely(pbuf_try_cat(frame->p, p) == ERR_OK))
		return true;
	if (frame->p->tot_len + p->tot_len > NET_FRAME_MAX)
		return false;
	frame->rest = p;
	return true;
}

/*
 * Take the other @more buffers of a frame off the ring and append them. Return false if
 * the frame is invalid. Even then all of its buffers are taken, if they are there.
 */
static bool chain_gather(struct net_pair *pair, struct rx_frame *frame,
			 unsigned int more, struct tally *tally)
{
	bool good = more < NET_RX_PIECES;
	unsigned int len;
	struct pbuf *p;

	/* A frame in several buffers needs as many data pages when these are back. */
	if (unlikely(pair->rx_is_split))
		tally->page_looks += 2 * min(more, NET_RX_PIECES);
	for (; more; more--) {
		p = virtqueue_get_buf_ctx(pair->rx, &len, NULL);
		if (!p)
			return false;
		good = buffer_cut(pair, p, len, tally) && good &&
		       buffer_join(frame, p);
		if (!good)
			pbuf_free(p);
	}
	return good;
}

/*
 * Complete a frame, of which frame->p is the first buffer, and remove virtio's header.
 * The device's lengths and numbers are validated: if they are wrong (@ok is false if
 * the first buffer's length was), the frame is dropped with all of its buffers, and
 * this returns false.
 */
static bool frame_gather(struct net_pair *pair, struct rx_frame *frame,
			 bool ok, struct tally *tally)
{
	const struct virtio_net_hdr_mrg_rxbuf *full = frame->p->payload;
	unsigned int nr = 1;

	if (frame->p->len < RX_HEADER)
		goto bad;
	frame->hdr = full->hdr;
	if (pair->net->is_mergeable)
		nr = virtio16_to_cpu(pair->net->vdev, full->num_buffers);
	pbuf_remove_header(frame->p, RX_HEADER);
	if (nr > 1 && !chain_gather(pair, frame, nr - 1, tally))
		ok = false;
	if (!ok || !nr || frame->p->tot_len < ETH_HLEN)
		goto bad;
	tally->count.chains += nr > 1;
	return true;

bad:
	tally->count.length_errors++;
	pbuf_free(frame->rest);
	pbuf_free(frame->p);
	return false;
}

/* ---- from the chain to the stack ---------------------------------------------- */

/* Copy a frame of up to copybreak bytes: a socket is then not charged for a whole buffer. */
static struct sk_buff *frame_small(struct net_pair *pair, struct pbuf *p,
				   struct tally *tally)
{
	struct sk_buff *skb = napi_alloc_skb(&pair->rx_napi, p->tot_len);

	if (!skb)
		return ERR_PTR(-ENOMEM);
	pbuf_copy_partial(p, skb_put(skb, p->tot_len), p->tot_len, 0);
	tally->count.small_frames++;
	tally->count.small_bytes += p->tot_len;
	buffer_put(pair, p);
	return skb;
}

/* Copy a frame because buffers are scarce, so that its buffers are free at once. */
static struct sk_buff *frame_copy(struct net_pair *pair, struct pbuf *p,
				  struct tally *tally)
{
	struct pbuf_skb_cost cost = { };
	struct sk_buff *skb = pbuf_skb_copy(p, pair->dev, &cost);

	if (!skb)
		return ERR_PTR(-ENOMEM);
	tally->count.copied_frames++;
	tally->count.copied_bytes += p->tot_len;
	buffer_put(pair, p);
	return skb;
}

/*
 * Decide what is done with the next frame. NET_BACKPRESSURE means that its buffers are
 * lent. NET_DROP still copies the first frame of each poll: it may be a retransmitted
 * segment, which arrives alone after a delay that grows. If it were dropped, the stream
 * would hold all the segments behind the hole for minutes.
 */
static int policy_now(struct net_pair *pair, struct tally *tally)
{
	int policy = READ_ONCE(net_rx_policy);

	if (unlikely(tally->free < pair->rx_reserve) &&
	    tally->free + ring_posted(pair) < pair->rx_reserve)
		return NET_COPY;
	if (likely(tally->free >= READ_ONCE(net_low_water)))
		return NET_BACKPRESSURE;
	if (policy == NET_DROP && !(tally->scarce++ % PASS_ONE_OF))
		return NET_COPY;
	return policy;
}

/*
 * Return whether frames of this poll may take the fast path, frame_usual(): no XDP
 * program, enough buffers, and default settings.
 */
static bool is_usual(const struct net_pair *pair, const struct tally *tally)
{
	return !tally->prog &&
	       tally->free >= max(pair->rx_reserve,
				  READ_ONCE(net_low_water)) &&
	       READ_ONCE(net_rx_mode) == PBUF_SKB_BUILD &&
	       pair->net->is_mergeable && !pair->net->is_bounced;
}

static struct sk_buff *frame_make(struct net_pair *pair, struct pbuf *p,
				  int policy, struct tally *tally)
{
	if (unlikely(policy == NET_COPY))
		return frame_copy(pair, p, tally);
	if ((!p->next || is_slot(p)) && p->tot_len <= READ_ONCE(net_copybreak))
		return frame_small(pair, p, tally);
	return pbuf_to_skb(p, READ_ONCE(net_rx_mode), pair->dev, &tally->cost);
}

/* Turn a frame into an sk_buff as rx_policy says. Return NULL if it was dropped. */
static struct sk_buff *frame_to_skb(struct net_pair *pair, struct pbuf *p,
				    struct tally *tally)
{
	int policy = policy_now(pair, tally);
	struct sk_buff *skb;

	if (unlikely(policy == NET_DROP)) {
		tally->count.policy_drops++;
		buffer_put(pair, p);
		return NULL;
	}
	skb = frame_make(pair, p, policy, tally);
	if (IS_ERR(skb)) {
		tally->count.nomem_drops++;
		buffer_put(pair, p);
		return NULL;
	}
	return skb;
}

/* Append the frame's rest to its sk_buff. On failure free the sk_buff, return NULL. */
static noinline struct sk_buff *rest_add(struct net_pair *pair,
					 struct sk_buff *skb, struct pbuf *rest,
					 struct tally *tally)
{
	if (pbuf_skb_append(skb, rest))
		return skb;
	tally->count.nomem_drops++;
	kfree_skb(skb);
	return NULL;
}

/* Give an sk_buff the frame's metadata. On failure free the sk_buff, return NULL. */
static noinline struct sk_buff *meta_add(struct net_pair *pair,
					 struct sk_buff *skb, u8 len,
					 struct tally *tally)
{
	if (net_xdp_meta_put(pair, skb, len))
		return skb;
	tally->count.nomem_drops++;
	kfree_skb(skb);
	return NULL;
}

/* Make the Ethernet header linear: the device may have split it between buffers. */
static noinline bool ether_pull(struct sk_buff *skb, struct tally *tally)
{
	tally->count.header_bytes += ETH_HLEN - skb_headlen(skb);
	return pskb_may_pull(skb, ETH_HLEN);
}

/* Return whether virtio's header asks for nothing and the Ethernet header is linear. */
static bool header_is_plain(const struct sk_buff *skb,
			    const struct virtio_net_hdr *hdr)
{
	return !(hdr->flags | hdr->gso_type) && skb_headlen(skb) >= ETH_HLEN;
}

/*
 * Set the checksum and GSO fields of @skb from virtio's header. Return false if the
 * header is invalid, or there is no memory.
 */
static noinline bool header_apply(struct net_pair *pair, struct sk_buff *skb,
				  const struct virtio_net_hdr *hdr,
				  struct tally *tally)
{
	if (unlikely(skb_headlen(skb) < ETH_HLEN) && !ether_pull(skb, tally))
		return false;
	if (hdr->flags & VIRTIO_NET_HDR_F_DATA_VALID &&
	    pair->dev->features & NETIF_F_RXCSUM)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	return !virtio_net_hdr_to_skb(skb, hdr,
				      virtio_is_little_endian(pair->net->vdev));
}

static __always_inline void skb_deliver(struct net_pair *pair,
					struct sk_buff *skb,
					const struct virtio_net_hdr *hdr,
					struct tally *tally)
{
	if (unlikely(!header_is_plain(skb, hdr) &&
		     !header_apply(pair, skb, hdr, tally))) {
		tally->count.packets--;
		tally->count.frame_errors++;
		kfree_skb(skb);
		return;
	}
	tally->count.bytes += skb->len;
	skb_set_queue_mapping(skb, READ_ONCE(pair->rx_mapping));
	skb->protocol = eth_type_trans(skb, pair->dev);
	napi_gro_receive(&pair->rx_napi, skb);
}

static void frame_deliver(struct net_pair *pair, struct rx_frame *frame,
			  struct tally *tally)
{
	struct sk_buff *skb = frame_to_skb(pair, frame->p, tally);

	if (unlikely(frame->rest)) {
		if (skb)
			skb = rest_add(pair, skb, frame->rest, tally);
		if (!skb)
			pbuf_free(frame->rest);
	}
	if (unlikely(frame->meta) && skb)
		skb = meta_add(pair, skb, frame->meta, tally);
	if (unlikely(!skb))
		return;
	tally->count.packets++;
	skb_deliver(pair, skb, &frame->hdr, tally);
}

/*
 * Return whether the frame is valid and takes just this one buffer of the RX pool, to
 * which nobody else has a reference.
 */
static __always_inline bool is_single(const struct pbuf *p, unsigned int filled)
{
	const struct virtio_net_hdr_mrg_rxbuf *full = p->payload;

	/* The driver takes no devices older than virtio 1.0, so this is little-endian. */
	return !p->flags && READ_ONCE(p->ref) == 1 && filled <= p->len &&
	       filled >= RX_HEADER + ETH_HLEN &&
	       (__force __le16)full->num_buffers == cpu_to_le16(1);
}

/*
 * pbuf_to_skb() for a frame that fills its buffer: the buffer becomes the head. Return
 * NULL if the frame is too short for that, or there is no memory.
 */
static __always_inline struct sk_buff *
usual_full(struct net_pair *pair, struct pbuf *p, unsigned int len)
{
	unsigned int start = (u8 *)p->payload + RX_HEADER - (u8 *)p;
	unsigned int index = buffer_index(pair->rx_pool, p);
	struct sk_buff *skb = NULL;

	if (likely(head_is_honest(start, len)))
		skb = head_make(page_address(pair->rx_pool->page[index]),
				start, len);
	if (unlikely(!skb))
		return NULL;
	page_hand_out(pair->rx_pool, index);
	lent_note(pair, p);
	return skb;
}

/* frame_small() for a single buffer, from which the header was not removed yet. */
static __always_inline struct sk_buff *
usual_small(struct net_pair *pair, struct pbuf *p, unsigned int len,
	    struct tally *tally)
{
	struct sk_buff *skb = napi_alloc_skb(&pair->rx_napi, len);

	if (unlikely(!skb))
		return NULL;
	memcpy(__skb_put(skb, len), (u8 *)p->payload + RX_HEADER, len);
	tally->count.small_frames++;
	tally->count.small_bytes += len;
	buffer_put(pair, p);
	return skb;
}

/*
 * The fast path: deliver a frame in a single buffer, of which the device has filled
 * @filled bytes, without making it a chain. Return false, with the buffer untouched, if
 * the frame cannot take this path.
 */
static __always_inline bool frame_usual(struct net_pair *pair, struct pbuf *p,
					unsigned int filled,
					struct tally *tally)
{
	const struct virtio_net_hdr_mrg_rxbuf *full = p->payload;
	unsigned int len = filled - RX_HEADER;
	struct virtio_net_hdr hdr;
	struct sk_buff *skb;

	if (unlikely(!is_single(p, filled)))
		return false;
	hdr = full->hdr;
	if (len <= READ_ONCE(net_copybreak))
		skb = usual_small(pair, p, len, tally);
	else
		skb = usual_full(pair, p, len);
	if (unlikely(!skb))
		return false;
	tally->usual++;
	skb_deliver(pair, skb, &hdr, tally);
	return true;
}

/* ---- polling -------------------------------------------------------------------- */

static void tally_add(struct net_pair *pair, struct tally *tally)
{
	struct net_rx_values *count = &tally->count;
	struct net_rx_stats *stats = &pair->rx_stats;

	count->header_bytes += tally->cost.header_bytes;
	count->copied_bytes += tally->cost.payload_bytes;
	count->drops += count->length_errors + count->frame_errors +
			count->nomem_drops + count->policy_drops +
			count->xdp_unfit;
	u64_stats_update_begin(&stats->sync);
#define ADD(name, text)	u64_stats_add(&stats->name, count->name);
	NET_RX_STATS(ADD)
#undef ADD
	u64_stats_update_end(&stats->sync);
}

/* The general path: receive a frame whose first buffer is @p. */
static noinline void frame_receive(struct net_pair *pair, struct pbuf *p,
				   unsigned int len, struct tally *tally)
{
	struct rx_frame frame = { .p = p };
	bool ok = buffer_cut(pair, p, len, tally);

	if (!frame_gather(pair, &frame, ok, tally))
		return;
	if (unlikely(pair->rx_is_split && frame.p->tot_len > PAGE_SIZE))
		net_split_learn(pair, frame.p);
	if (!tally->prog || net_xdp_frame(pair, &frame, tally))
		frame_deliver(pair, &frame, tally);
}

static unsigned int frames_receive(struct net_pair *pair, int budget,
				   struct tally *tally)
{
	unsigned int least = pair->rx_wanted / 2;
	unsigned int done = 0, len;
	struct pbuf *p;

	while (done < budget) {
		p = virtqueue_get_buf_ctx(pair->rx, &len, NULL);
		if (!p)
			break;
		done++;
		if (!likely(tally->is_usual) ||
		    !frame_usual(pair, p, len, tally))
			frame_receive(pair, p, len, tally);
		/* Merged frames take many buffers: refill before the ring is empty. */
		if (ring_posted(pair) < least)
			net_ring_fill(pair, tally);
	}
	tally->count.buffers += tally->usual;
	tally->count.packets += tally->usual;
	return done;
}

static void refill_timer_arm(struct net_pair *pair, bool starved)
{
	if (starved)
		mod_delayed_work(shared_wq, &pair->refill_timer, REFILL_STARVED);
	else if (!delayed_work_pending(&pair->refill_timer) &&
		 pbuf_rx_pool_lent_count(pair->rx_pool))
		schedule_delayed_work(&pair->refill_timer, REFILL_LENT);
}

/* Schedule the poll. local_bh_enable() runs the softirq. */
void net_rx_refill_timer(struct work_struct *work)
{
	struct net_pair *pair = container_of(work, struct net_pair,
					    refill_timer.work);

	local_bh_disable();
	napi_schedule(&pair->rx_napi);
	local_bh_enable();
}

void net_rx_interrupt(struct virtqueue *vq)
{
	struct net_pair *pair = net_pair_of(vq);

	if (napi_schedule_prep(&pair->rx_napi)) {
		virtqueue_disable_cb(vq);
		__napi_schedule(&pair->rx_napi);
	}
}

static void poll_end(struct net_pair *pair, unsigned int done)
{
	unsigned int seen = virtqueue_enable_cb_prepare(pair->rx);

	if (!napi_complete_done(&pair->rx_napi, done))
		virtqueue_disable_cb(pair->rx);
	else if (unlikely(virtqueue_poll(pair->rx, seen)))
		net_rx_interrupt(pair->rx);
}

/*
 * Return how many lent buffers to inspect, in addition to those inspected while filling
 * the ring. None while at most half a ring's worth is lent. Otherwise twice as many as
 * frames were received (@done), so that inspection keeps up with lending. When the pool
 * runs low, or nothing was received, as many as this poll may still inspect. That is
 * also the limit in the other cases.
 */
static unsigned int looks_due(const struct net_pair *pair,
			      const struct tally *tally, unsigned int done)
{
	if (!done || tally->free < pair->rx_size)
		return tally->looks;
	if (pbuf_rx_pool_lent_count(pair->rx_pool) <= pair->rx_size / 2)
		return 0;
	return min(2 * done + 8, tally->looks);
}

/* Inspect lent buffers. Keep those that came back in rx_spare, and free the rest. */
static void buffers_reclaim(struct net_pair *pair, unsigned int looks)
{
	unsigned int nr = pair->rx_nr_spare;

	if (!looks)
		return;
	pair->rx_nr_spare += rx_pool_returned(pair->rx_pool,
					      pair->rx_spare + nr,
					      NET_RX_SPARE - nr, &looks);
	if (unlikely(pair->rx_nr_spare == NET_RX_SPARE))
		pbuf_rx_pool_reclaim(pair->rx_pool, looks);
}

/* Refill the ring if needed, and reclaim buffers. Return false if it lacks buffers. */
static bool ring_serve(struct net_pair *pair, struct tally *tally,
		       unsigned int done)
{
	bool filled = true;

	if (ring_posted(pair) < pair->rx_wanted - pair->rx_wanted / 4)
		filled = net_ring_fill(pair, tally);
	buffers_reclaim(pair, looks_due(pair, tally, done));
	return filled;
}

/* The poll for net_rx_stop(): take nothing off the ring, and flush GRO. */
static int poll_last(struct napi_struct *napi)
{
	napi_gro_flush(napi, false);
	napi_complete(napi);
	return 0;
}

int net_rx_poll(struct napi_struct *napi, int budget)
{
	struct net_pair *pair = container_of(napi, struct net_pair, rx_napi);
	struct tally tally = { .looks = NET_RX_LOOKS,
			       .page_looks = NET_RX_LOOKS };
	unsigned int done;
	bool filled;

	net_tx_clean(pair, budget);
	if (!budget)
		return 0;
	if (unlikely(READ_ONCE(pair->rx_is_ending)))
		return poll_last(napi);
	/* The refill timer scheduled the poll without disabling the interrupt. */
	virtqueue_disable_cb(pair->rx);
	tally.free = pbuf_rx_pool_free_count(pair->rx_pool) + pair->rx_nr_spare;
	net_split_begin(pair);
	net_xdp_begin(pair, &tally);
	tally.is_usual = is_usual(pair, &tally);
	done = frames_receive(pair, budget, &tally);
	lent_add(pair);
	net_xdp_end(pair, &tally);
	filled = ring_serve(pair, &tally, done);
	tally_add(pair, &tally);
	if (done < budget) {
		refill_timer_arm(pair, !filled);
		poll_end(pair, done);
	}
	return done;
}

/* ---- opening and closing ---------------------------------------------------------- */

/*
 * Fill the ring before rx_napi is enabled. If buffers are lacking, the first poll tries
 * again.
 */
void net_rx_fill(struct net_pair *pair)
{
	struct tally tally = { .looks = NET_RX_LOOKS,
			       .page_looks = NET_RX_LOOKS };

	local_bh_disable();
	net_split_begin(pair);
	net_xdp_begin(pair, &tally);
	net_ring_fill(pair, &tally);
	tally_add(pair, &tally);
	local_bh_enable();
}
