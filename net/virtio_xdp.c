// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_xdp.c - XDP: a program sees each frame before an sk_buff is built.
 *
 * While a program is attached, a posted buffer has at least XDP_PACKET_HEADROOM bytes in
 * front of the frame and, if the MTU allows it, XDP_TAIL bytes behind it. It can still
 * become the head of an sk_buff. The device then neither merges frames nor leaves
 * checksums to the driver, and every frame fits into one buffer:
 *
 *   | struct pbuf | xdp_frame, headroom ... | frame ... | tail | shared_info |
 *   0             64                  at least 320           3776        4096
 *
 * Buffers that were posted before the program was attached have another layout: their
 * frames are copied into a fresh buffer. Frames that the device has merged nevertheless,
 * or whose checksum is missing, are dropped (xdp_unfit).
 *
 * A frame that is sent back or redirected is lent in the same way as one for the stack:
 * its holder gets one reference to the page and drops it with put_page(), in any
 * context. This is the memory model MEM_TYPE_PAGE_SHARED. A holder has no pointer into
 * this module, and unloading need not wait for it. A page_pool is not used, because its
 * pages have to be its own and must return through it. The page count tells the RX pool
 * when the frame is back.
 *
 * Context: the poll; net_xdp() under the RTNL, net_xdp_send() in softirqs.
 */
#include <linux/bpf.h>
#include <linux/bpf_trace.h>
#include <linux/filter.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/virtio_config.h>
#include <net/xdp.h>

#include "net/virtio_rx.h"

/* Bytes kept free behind a frame of the MTU's length, so that programs can extend it. */
#define XDP_TAIL	128u
/* Bytes needed in front of the frame beyond a buffer's headroom. */
#define XDP_BEFORE	((unsigned int)XDP_PACKET_HEADROOM - PBUF_LENT_HEADROOM)
/* The longest frame that fits into a buffer. */
#define XDP_ROOM	(PBUF_LENT_ROOM - XDP_BEFORE)

static_assert(NET_XDP_MTU + VLAN_ETH_HLEN <= XDP_ROOM);
static_assert(SKB_DATA_ALIGN(sizeof(struct skb_shared_info)) == PBUF_LENT_TAIL);

/* ---- layout of buffers ------------------------------------------------------ */

/*
 * Return how many bytes of a buffer to leave unused, beyond its headroom, in front of
 * frames of up to @frame bytes.
 */
unsigned int net_xdp_before(const struct net_pair *pair, unsigned int frame)
{
	unsigned int end = frame + XDP_TAIL;

	if (!pair->net->is_mergeable || end + XDP_BEFORE >= PBUF_LENT_ROOM)
		return XDP_BEFORE;
	return round_down(PBUF_LENT_ROOM - end, SMP_CACHE_BYTES);
}

/* Post buffers in another layout from now on: a program was attached or detached. */
void net_xdp_reshape(struct net_pair *pair, bool has_prog)
{
	pair->rx_has_prog = has_prog;
	net_rx_wanted_set(pair);
}

/* Return whether a frame is in a single buffer with enough room in front of it. */
static bool has_shape(const struct pbuf *p)
{
	unsigned int start = (u8 *)p->payload - (u8 *)p;

	return !p->next && !is_block(p) && !is_slot(p) &&
	       start >= PBUF_LENT_STRUCT + XDP_PACKET_HEADROOM;
}

/* Return whether a frame fits into one buffer and is complete: one frame, with checksum. */
static bool can_fit(const struct rx_frame *frame)
{
	return !frame->rest && frame->p->tot_len <= XDP_ROOM &&
	       frame->hdr.gso_type == VIRTIO_NET_HDR_GSO_NONE &&
	       !(frame->hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM);
}

static struct pbuf *buffer_fresh(struct net_pair *pair)
{
	struct pbuf *p;

	if (pair->rx_nr_spare)
		return buffer_refresh(pair->rx_spare[--pair->rx_nr_spare], 0);
	p = pbuf_rx_pool_alloc(pair->rx_pool, 0);
	return p ?: pbuf_rx_page_alloc(0);
}

/*
 * Copy a frame into a fresh buffer with the layout that a program needs. Return false
 * if there is none, with @frame unchanged.
 */
static noinline bool frame_reshape(struct net_pair *pair,
				   struct rx_frame *frame, struct tally *tally)
{
	struct pbuf *old = frame->p, *p = buffer_fresh(pair);

	if (!p)
		return false;
	p->payload = (u8 *)p->payload + XDP_BEFORE;
	p->len = old->tot_len;
	p->tot_len = p->len;
	pbuf_copy_partial(old, p->payload, old->tot_len, 0);
	tally->count.xdp_copied++;
	frame->p = p;
	buffer_put(pair, old);
	return true;
}

static void frame_free(struct net_pair *pair, struct rx_frame *frame)
{
	pbuf_free(frame->rest);
	buffer_put(pair, frame->p);
}

/* ---- running the program -------------------------------------------------------- */

static struct page *page_of(struct net_pair *pair, struct pbuf *p)
{
	return rx_pool_of(p) ? buffer_page(pair->rx_pool, p) : virt_to_page(p);
}

/* Take the page reference for the frame's next holder, before the frame is passed on. */
static void page_give(struct net_pair *pair, struct pbuf *p)
{
	if (rx_pool_of(p))
		page_hand_out(pair->rx_pool, buffer_index(pair->rx_pool, p));
	else
		get_page(virt_to_page(p));
}

/*
 * Finish page_give(). If the frame was passed on (@given), the buffer is lent; if not,
 * the page reference is dropped and the buffer released. Return @given.
 */
static bool page_settle(struct net_pair *pair, struct pbuf *p, bool given)
{
	if (!given) {
		put_page(page_of(pair, p));
		buffer_put(pair, p);
	} else if (rx_pool_of(p)) {
		lent_note(pair, p);
	} else {
		pbuf_free(p);
	}
	return given;
}

/* Return the pair that @i, the index of a pair or processor, maps to for sending. */
static struct net_pair *pair_to_send(struct pbuf_net *net, unsigned int i)
{
	return &net->pair[i % READ_ONCE(net->dev->real_num_tx_queues)];
}

/*
 * Send a frame back (XDP_TX). One poll uses the same transmit queue for all its frames,
 * and net_xdp_flush() notifies the device of them. Return false if there is no room.
 */
static bool frame_send_back(struct net_pair *pair, struct pbuf *p,
			    struct xdp_buff *xdp, struct tally *tally)
{
	struct xdp_frame *frame = xdp_convert_buff_to_frame(xdp);
	struct net_pair *to = tally->sender ?:
			      pair_to_send(pair->net, net_pair_index(pair));

	/* Set even if the frame is refused: net_tx_frames() has disabled the interrupt. */
	tally->sender = to;
	page_give(pair, p);
	return page_settle(pair, p, frame && net_tx_frames(to, &frame, 1));
}

static bool frame_redirect(struct net_pair *pair, struct pbuf *p,
			   struct xdp_buff *xdp, struct tally *tally)
{
	page_give(pair, p);
	return page_settle(pair, p, !xdp_do_redirect(pair->dev, xdp,
						     tally->prog));
}

/* Keep the metadata, because the frame may be copied and its buffer freed. */
static void meta_keep(struct net_pair *pair, struct rx_frame *frame,
		      const struct xdp_buff *xdp)
{
	if (likely(xdp->data_meta >= xdp->data))
		return;
	frame->meta = min_t(unsigned int, xdp->data - xdp->data_meta,
			    NET_XDP_META);
	memcpy(pair->rx_meta, xdp->data - frame->meta, frame->meta);
}

/*
 * Put the metadata of a frame in front of the data of its sk_buff, which is new and has
 * its Ethernet header at the start. Return false if there is no memory for it.
 */
bool net_xdp_meta_put(struct net_pair *pair, struct sk_buff *skb, u8 len)
{
	unsigned int room = skb_headroom(skb);

	if (room < len && pskb_expand_head(skb, SKB_DATA_ALIGN(len - room), 0,
					   GFP_ATOMIC))
		return false;
	memcpy(skb->data - len, pair->rx_meta, len);
	skb_metadata_set(skb, len);
	return true;
}

/*
 * Set the frame to what the program left of it. virtio's header is cleared, because it
 * may no longer apply.
 */
static bool frame_pass(struct net_pair *pair, struct rx_frame *frame,
		       const struct xdp_buff *xdp)
{
	struct pbuf *p = frame->p;

	meta_keep(pair, frame, xdp);
	p->payload = (u8 *)p + PBUF_LENT_STRUCT +
		     (xdp->data - xdp->data_hard_start);
	p->len = xdp->data_end - xdp->data;
	p->tot_len = p->len;
	memset(&frame->hdr, 0, sizeof(frame->hdr));
	return true;
}

/* Run the program on a frame. Return true if the frame is to be passed to the stack. */
static bool prog_run(struct net_pair *pair, struct rx_frame *frame,
		     struct tally *tally)
{
	struct pbuf *p = frame->p;
	u8 *start = (u8 *)page_address(page_of(pair, p)) + PBUF_LENT_STRUCT;
	struct xdp_buff xdp;
	u32 act;

	xdp_init_buff(&xdp, PBUF_LENT_SIZE - PBUF_LENT_STRUCT, &pair->xdp_rxq);
	xdp_prepare_buff(&xdp, start,
			 (u8 *)p->payload - (u8 *)p - PBUF_LENT_STRUCT, p->len,
			 true);
	tally->count.xdp_packets++;
	act = bpf_prog_run_xdp(tally->prog, &xdp);
	if (act == XDP_PASS)
		return frame_pass(pair, frame, &xdp);
	tally->count.xdp_bytes += p->len;
	switch (act) {
	case XDP_TX:
		if (frame_send_back(pair, p, &xdp, tally)) {
			tally->count.xdp_tx++;
			return false;
		}
		trace_xdp_exception(pair->dev, tally->prog, act);
		break;
	case XDP_REDIRECT:
		if (frame_redirect(pair, p, &xdp, tally)) {
			tally->is_redirected = true;
			tally->count.xdp_redirects++;
			return false;
		}
		break;
	default:
		bpf_warn_invalid_xdp_action(pair->dev, tally->prog, act);
		fallthrough;
	case XDP_ABORTED:
		trace_xdp_exception(pair->dev, tally->prog, act);
		fallthrough;
	case XDP_DROP:
		buffer_put(pair, p);
	}
	tally->count.xdp_drops++;
	return false;
}

/*
 * Run the poll's program on a frame. Return true if the frame, which may have changed,
 * is to be passed to the stack; otherwise it has been sent, redirected or dropped.
 */
bool net_xdp_frame(struct net_pair *pair, struct rx_frame *frame,
		   struct tally *tally)
{
	if (unlikely(!can_fit(frame))) {
		tally->count.xdp_unfit++;
		frame_free(pair, frame);
		return false;
	}
	if (unlikely(!has_shape(frame->p) &&
		     !frame_reshape(pair, frame, tally))) {
		tally->count.nomem_drops++;
		frame_free(pair, frame);
		return false;
	}
	return prog_run(pair, frame, tally);
}

/* Flush redirected frames, and notify the device of those sent back, after a poll. */
void net_xdp_flush(struct net_pair *pair, const struct tally *tally)
{
	if (tally->is_redirected)
		xdp_do_flush();
	if (tally->sender)
		net_tx_kick(tally->sender);
}

/* ---- frames from other devices -------------------------------------------------- */

/*
 * ndo_xdp_xmit. Return how many frames, the first ones, were taken over; the others stay
 * the caller's. Or return a negative errno.
 */
int net_xdp_send(struct net_device *dev, int n, struct xdp_frame **frames,
		 u32 flags)
{
	struct pbuf_net *net = netdev_priv(dev);
	struct net_pair *pair = pair_to_send(net, smp_processor_id());
	int sent;

	if (unlikely(flags & ~XDP_XMIT_FLAGS_MASK))
		return -EINVAL;
	if (unlikely(!netif_running(dev)))
		return -ENETDOWN;
	sent = net_tx_frames(pair, frames, n);
	if (flags & XDP_XMIT_FLUSH)
		net_tx_kick(pair);
	return sent;
}

/* ---- attaching ------------------------------------------------------------------- */

bool net_has_xdp(const struct pbuf_net *net)
{
	return rcu_access_pointer(net->xdp_prog);
}

/* Return whether the device may merge frames or leave checksums to the driver. */
static bool has_offloads(struct virtio_device *vdev)
{
	return net_merging_mask(vdev) ||
	       virtio_has_feature(vdev, VIRTIO_NET_F_GUEST_CSUM);
}

/* Switch off the receive offloads that XDP does not allow. */
static int offloads_stop(struct pbuf_net *net, struct netlink_ext_ack *extack)
{
	int err;

	if (!has_offloads(net->vdev))
		return 0;
	if (!virtio_has_feature(net->vdev, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS)) {
		NL_SET_ERR_MSG_MOD(extack, "no XDP: the device cannot stop merging frames");
		return -EOPNOTSUPP;
	}
	err = net_ctrl_offloads(net, false, false);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "no XDP: the device did not stop merging frames");
		return err;
	}
	WRITE_ONCE(net->has_merging, false);
	return 0;
}

/*
 * Switch the receive offloads on again, as ethtool -K last asked for them. The network keeps
 * rx-gro-hw off as long as rx-checksumming is off, so the device must not merge then.
 */
static void offloads_start(struct pbuf_net *net)
{
	const netdev_features_t both = NETIF_F_GRO_HW | NETIF_F_RXCSUM;
	bool merging = (net->dev->wanted_features & both) == both;
	int err;

	if (!has_offloads(net->vdev))
		return;
	err = net_ctrl_offloads(net, merging, true);
	if (err)
		netdev_warn(net->dev, "the device does not switch on merging and checksums again (%d)\n",
			    err);
	else
		WRITE_ONCE(net->has_merging, merging);
}

static int prog_start(struct pbuf_net *net, struct bpf_prog *prog,
		      struct netlink_ext_ack *extack)
{
	int err;

	if (net->dev->mtu > NET_XDP_MTU) {
		NL_SET_ERR_MSG_MOD(extack, "no XDP with an MTU above " __stringify(NET_XDP_MTU));
		return -EINVAL;
	}
	err = offloads_stop(net, extack);
	if (err)
		return err;
	rcu_assign_pointer(net->xdp_prog, prog);
	WRITE_ONCE(net->dev->max_mtu, min_t(unsigned int, net->dev->max_mtu,
					    NET_XDP_MTU));
	netdev_update_features(net->dev);
	return 0;
}

/*
 * Detach the program. Polls may run it until the next RCU grace period, and
 * bpf_prog_put() does not free it before that.
 */
static void prog_end(struct pbuf_net *net)
{
	rcu_assign_pointer(net->xdp_prog, NULL);
	WRITE_ONCE(net->dev->max_mtu, net->mtu_most);
	/* A device that is being removed needs no offloads. */
	if (net->dev->reg_state != NETREG_REGISTERED)
		return;
	offloads_start(net);
	netdev_update_features(net->dev);
}

static int prog_set(struct pbuf_net *net, struct bpf_prog *prog,
		    struct netlink_ext_ack *extack)
{
	struct bpf_prog *old = rtnl_dereference(net->xdp_prog);
	int err = 0;

	if (prog && old)
		rcu_assign_pointer(net->xdp_prog, prog);
	else if (prog)
		err = prog_start(net, prog, extack);
	else if (old)
		prog_end(net);
	if (!err && old)
		bpf_prog_put(old);
	return err;
}

/* ndo_bpf: attach, replace or detach the program. */
int net_xdp(struct net_device *dev, struct netdev_bpf *what)
{
	if (what->command != XDP_SETUP_PROG)
		return -EINVAL;
	return prog_set(netdev_priv(dev), what->prog, what->extack);
}

/* Register the receive queue with XDP, including the memory model of its frames. */
int net_xdp_ready(struct net_pair *pair)
{
	int err = xdp_rxq_info_reg(&pair->xdp_rxq, pair->dev,
				   net_pair_index(pair),
				   pair->rx_napi.napi_id);

	if (!err)
		err = xdp_rxq_info_reg_mem_model(&pair->xdp_rxq,
						 MEM_TYPE_PAGE_SHARED, NULL);
	return err;
}

void net_xdp_done(struct net_pair *pair)
{
	if (xdp_rxq_info_is_reg(&pair->xdp_rxq))
		xdp_rxq_info_unreg(&pair->xdp_rxq);
}
