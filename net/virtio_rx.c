// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_rx.c - receiving: from the ring to the stack.
 *
 * A slot of the ring is a fresh pbuf of the RX pool (virtio_post.c). The device
 * writes its header into the pbuf's headroom and the frame behind it, so that a
 * frame of the usual length ends where an sk_buff wants its shared_info:
 *
 *   | struct pbuf | headroom ...     | header | frame ...      | shared_info |
 *   0             64                          2240             3776      4096
 *                                    ^ given to the device
 *
 * A frame that needs more than one buffer becomes a chain; only the first has
 * a header. For each filled buffer a fresh one is posted. A small frame is
 * copied and its buffer posted again.
 *
 * Every poll takes back buffers that the stack has released; it looks at a fixed
 * number of them at most. The stack does not say when it releases one, and an empty
 * ring causes no interrupt. So a delayed work runs the poll: soon while the ring
 * lacks buffers, seldom while any are lent.
 *
 * When the stack holds the whole pool, pages from the page allocator are posted in
 * place of buffers, as other drivers always do. When there are no pages either, the
 * last buffers are not lent, and their frames are copied. Otherwise a TCP stream with
 * a hole could hold all buffers, and the frame that fills the hole could not be
 * received.
 *
 * Context: the poll of rx_napi; opening and closing run while it is disabled.
 */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <net/gro.h>

#include "net/net.h"
#include "net/shim.h"
#include "net/versions.h"
#include "net/virtio_rx.h"

#define PASS_ONE_OF	4	/* of the frames that are to be dropped */
#define REFILL_STARVED	1
#define REFILL_LENT	(HZ / 5)

/* ---- from the ring to a chain ----------------------------------------------- */

/* Pages that went out have to be looked for, so that there are as many again. */
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

/* A filled buffer is cut to what the device wrote; false: that cannot be. */
static bool buffer_cut(struct net_pair *pair, struct pbuf *p, unsigned int len,
		       struct tally *tally)
{
	bool ok = len && len <= p->len;

	/* A poll's share of looks, and one for each buffer of a larger one. */
	if (++tally->count.buffers > NET_RX_LOOKS)
		tally->looks++;
	if (unlikely(p->flags & PBUF_FLAG_IS_CUSTOM))
		special_taken(pair, p);
	if (unlikely(is_slot(p)))
		return slot_cut(pair, slot_of(p), len, tally);
	if (unlikely(pair->net->is_bounced))
		tally->count.bounced_bytes += p->len;
	/* What pbuf_realloc() comes to for one that is no chain. */
	p->len = min_t(unsigned int, len, p->len);
	p->tot_len = p->len;
	return ok;
}

/* Join @p to the frame, or keep it apart; false: that cannot be. */
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

/* The other buffers of a frame. False: it is no frame. */
static bool chain_gather(struct net_pair *pair, struct rx_frame *frame,
			 unsigned int more, struct tally *tally)
{
	bool good = more < NET_RX_PIECES;
	unsigned int len;
	struct pbuf *p;

	/* A slot in place of these takes as many pages. */
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
 * One frame with its header taken off; false: the device wrote nonsense. What
 * it says is not believed: a frame that is too long, or that lacks buffers, is
 * dropped with all of its buffers.
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

/* Less than what a buffer costs whoever has to keep it. */
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

/* So that the buffer is free at once. */
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
 * What becomes of a frame: NET_BACKPRESSURE means that it is lent. NET_DROP spares the
 * first frame of each poll. A segment that is sent again comes alone, and seldom; if it
 * were dropped, a stream would keep for minutes all that it has behind the hole.
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

/* Is each frame of this poll lent, with nothing else to decide? See frame_usual(). */
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

/* NULL: the frame is dropped. */
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

/* The buffer that the chain had no place for; NULL: nor has the sk_buff. */
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

/* A device may have cut even this header into several buffers. */
static noinline bool ether_pull(struct sk_buff *skb, struct tally *tally)
{
	tally->count.header_bytes += ETH_HLEN - skb_headlen(skb);
	return pskb_may_pull(skb, ETH_HLEN);
}

/* It says nothing, and Ethernet's is where it should be. */
static bool header_is_plain(const struct sk_buff *skb,
			    const struct virtio_net_hdr *hdr)
{
	return !(hdr->flags | hdr->gso_type) && skb_headlen(skb) >= ETH_HLEN;
}

/* False: the device's header says nonsense, or there is no memory. */
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
	if (unlikely(!skb))
		return;
	tally->count.packets++;
	skb_deliver(pair, skb, &frame->hdr, tally);
}

/* In one buffer of the pool, which is nobody else's, and as the device says? */
static __always_inline bool is_single(const struct pbuf *p, unsigned int filled)
{
	const struct virtio_net_hdr_mrg_rxbuf *full = p->payload;

	/* Of virtio 1.0: no device's numbers are the other way round. */
	return !p->flags && READ_ONCE(p->ref) == 1 && filled <= p->len &&
	       filled >= RX_HEADER + ETH_HLEN &&
	       (__force __le16)full->num_buffers == cpu_to_le16(1);
}

/* What pbuf_to_skb() comes to for a frame that fills its buffer; else NULL. */
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

/* What frame_small() comes to. */
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
 * The short way of a frame that needs no chain. The device says that @filled bytes
 * of its buffer are. False: it is another one, and untouched.
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

/* A frame of whatever kind that begins with @p. */
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
		/* Merged frames take many: not to run dry in mid-poll. */
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

/* Bottom halves on again run the poll. */
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
 * How many lent buffers to look at, beside those that filling the ring has looked at.
 * None, while no more than half a ring is lent. Else twice as many as were received, so
 * that looking keeps up with lending and each lent buffer has its turn. All that is left
 * of this poll's share, when the pool runs low or nothing was received; never more.
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

/* What came back is kept at hand, as far as there is room. */
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

/* False: the ring lacks buffers. */
static bool ring_serve(struct net_pair *pair, struct tally *tally,
		       unsigned int done)
{
	bool filled = true;

	if (ring_posted(pair) < pair->rx_wanted - pair->rx_wanted / 4)
		filled = net_ring_fill(pair, tally);
	buffers_reclaim(pair, looks_due(pair, tally, done));
	return filled;
}

/* It takes nothing off the ring, and leaves nothing with GRO. */
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
	/* The refill timer does not come by way of the interrupt. */
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

/* Before rx_napi is enabled, whose first poll sees to what is missing. */
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
