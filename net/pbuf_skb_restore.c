// SPDX-License-Identifier: GPL-2.0-only
/*
 * pbuf_skb_restore.c - from a pbuf chain back to the sk_buff that it came from.
 *
 * Pieces that are in their old order, and cut at the ends only, go back into the
 * sk_buff that pbuf_skb_shim.c made them of. Any other chain becomes a new sk_buff,
 * in net/pbuf_skb_build.c.
 *
 * Cost: linear in the number of pieces.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <rtalloc/pbuf_skb.h>
#include "net/rx_pool.h"
#include "net/shim.h"

/*
 * The frame that the chain is: its pieces in their old order, with bytes taken
 * off or put back in front and cut off at the end only. Or NULL.
 */
static noinline struct frame *frame_whole(const struct pbuf *p)
{
	struct piece *piece = piece_of(p);
	struct frame *frame;
	unsigned int i;
	long moved;

	if (!piece || piece != &piece->frame->piece[0])
		return NULL;
	frame = piece->frame;
	moved = (u8 *)p->payload - piece->start;
	if (moved && !skb_headlen(frame->skb))
		return NULL;
	if (moved < -(long)skb_headroom(frame->skb) || moved > piece->len)
		return NULL;
	for (i = 0; p; i++, p = p->next, moved = 0) {
		piece = &frame->piece[i];
		if (i == frame->nr || p != &piece->custom.pbuf ||
		    (u8 *)p->payload != piece->start + moved)
			return NULL;
		if (p->next ? p->len != piece->len - moved :
			      p->len > piece->len - moved)
			return NULL;
	}
	return frame;
}

static bool is_exclusive(const struct frame *frame, const struct pbuf *p)
{
	unsigned int nr = 0;

	for (; p; p = p->next, nr++)
		if (p->ref != 1)
			return false;
	return refcount_read(&frame->refs) == nr;
}

/* Move the start of @skb by @moved bytes; its checksum follows. */
static void front_move(struct sk_buff *skb, long moved)
{
	if (moved > 0) {
		__skb_pull(skb, moved);
		skb_postpull_rcsum(skb, skb->data - moved, moved);
	} else if (moved < 0) {
		__skb_push(skb, -moved);
		skb_postpush_rcsum(skb, skb->data, -moved);
	}
}

static bool headers_are_gone(const struct sk_buff *skb)
{
	return skb_transport_header_was_set(skb) &&
	       skb_transport_offset(skb) < 0;
}

/* Bytes of headers in front of the payload that was merged; 0: unknown. */
static unsigned int gso_headers(const struct sk_buff *skb)
{
	unsigned int type = skb_shinfo(skb)->gso_type;
	const struct tcphdr *tcp;
	int at;

	if (!skb_transport_header_was_set(skb))
		return 0;
	at = skb->encapsulation ? skb_inner_transport_offset(skb) :
				  skb_transport_offset(skb);
	if (at < 0)
		return 0;
	if (type & SKB_GSO_UDP_L4)
		return at + sizeof(struct udphdr);
	if (!(type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)) ||
	    at + sizeof(*tcp) > skb_headlen(skb))
		return 0;
	tcp = (const void *)(skb->data + at);
	return at + tcp->doff * 4;
}

static unsigned int list_length(const struct sk_buff *skb)
{
	const struct sk_buff *child;
	unsigned int nr = 0;

	skb_walk_frags(skb, child)
		nr++;
	return nr;
}

/* The end was cut off: how many segments are left? One is no merged packet. */
static void gso_recount(struct sk_buff *skb)
{
	struct skb_shared_info *info = skb_shinfo(skb);
	unsigned int headers = gso_headers(skb), segs;

	if (info->gso_type & SKB_GSO_FRAGLIST)
		segs = 1 + list_length(skb);
	else if (headers >= skb->len || headers_are_gone(skb))
		segs = 0;
	else
		segs = DIV_ROUND_UP(skb->len - headers, info->gso_size);
	if (segs <= 1) {
		skb_gso_reset(skb);
		return;
	}
	info->gso_segs = segs;
	/* Whoever sends it counts again. */
	if (!headers)
		info->gso_type |= SKB_GSO_DODGY;
}

/* Is the place of a checksum that is to be computed still there? */
static bool csum_place_is_there(const struct sk_buff *skb, long moved,
				unsigned int len)
{
	long place = skb_checksum_start_offset(skb) - moved;

	return skb->ip_summed != CHECKSUM_PARTIAL ||
	       (place >= 0 &&
		place + skb->csum_offset + sizeof(__sum16) <= len);
}

static bool chain_is_held(const struct pbuf *p)
{
	while (p && !pbuf_is_held(p))
		p = p->next;
	return p;
}

/*
 * The sk_buff for the stack while others hold pieces: a clone shares its bytes.
 * Not with those who may write, and the clone of a zero-copy packet would take
 * the pages away from under them.
 */
static struct sk_buff *frame_twin(const struct frame *frame,
				  const struct pbuf *p,
				  struct pbuf_skb_cost *cost)
{
	struct sk_buff *twin;

	if ((frame->writable && chain_is_held(p)) || skb_zcopy(frame->skb))
		return skb_copy_paged(frame->skb, GFP_ATOMIC, cost);
	twin = skb_clone(frame->skb, GFP_ATOMIC);
	return twin ?: ERR_PTR(-ENOMEM);
}

/* Cut @skb as the chain was; false: no memory. */
static bool frame_cut(struct sk_buff *skb, long moved, unsigned int len,
		      struct pbuf_skb_cost *cost)
{
	bool cut = moved + len < skb->len;
	const u8 *head = skb->head;

	if (pskb_trim_rcsum(skb, moved + len))
		return false;
	/* Cutting the end of a clone with frags moves it to another head. */
	if (skb->head != head)
		cost->header_bytes += skb_headlen(skb);
	front_move(skb, moved);
	if (skb_is_gso(skb) && (cut || headers_are_gone(skb)))
		gso_recount(skb);
	return true;
}

/* Whoever else holds pieces keeps the sk_buff. */
static noinline struct sk_buff *frame_give_back(struct frame *frame,
						struct pbuf *p,
						struct pbuf_skb_cost *cost)
{
	long moved = (u8 *)p->payload - frame->piece[0].start;
	struct sk_buff *skb = frame->skb;
	bool exclusive = is_exclusive(frame, p);

	if (!csum_place_is_there(skb, moved, p->tot_len))
		return ERR_PTR(-EINVAL);
	if (!exclusive)
		skb = frame_twin(frame, p, cost);
	if (IS_ERR(skb))
		return skb;
	if (!frame_cut(skb, moved, p->tot_len, cost)) {
		if (!exclusive)
			kfree_skb(skb);
		return ERR_PTR(-ENOMEM);
	}
	if (exclusive)
		frame->skb = NULL;
	pbuf_free(p);
	return skb;
}

/**
 * pbuf_to_skb() - turn a chain into an sk_buff
 * @p: the packet; on success the caller's reference is taken over
 * @mode: how a new sk_buff is made
 * @dev: for a small head; its namespace tells how headers are found
 * @cost: what had to be copied is added here
 *
 * A chain from pbuf_from_skb() whose pieces are in their old order becomes the
 * sk_buff that it came from: bytes may have been taken off or put back in front
 * and cut off at the end. When others still hold pieces, it becomes a clone;
 * or a copy, when they may write or the pages are a zero-copy sender's.
 *
 * Any other chain becomes a new sk_buff with what the old one said of the
 * packet, but for lengths of segments; a checksum that was verified counts as
 * not looked at. RX pools' buffers and pages of sk_buffs are not copied.
 *
 * Context: bottom halves disabled (softirq, or local_bh_disable()).
 * Return: the sk_buff, skb->data at the chain's first byte, or ERR_PTR, and
 *	then @p is still the caller's: -ENODATA (empty), -EINVAL (the
 *	packet's checksum is still to be computed, and its place is gone or not
 *	among the first 128 bytes), -EOPNOTSUPP (a list of packets that would
 *	have to be copied), -ENOMEM.
 */
struct sk_buff *pbuf_to_skb(struct pbuf *p, enum pbuf_skb_mode mode,
			    struct net_device *dev, struct pbuf_skb_cost *cost)
{
	struct frame *frame;

	if (!p->tot_len)
		return ERR_PTR(-ENODATA);
	frame = rx_pool_of(p) ? NULL : frame_whole(p);
	return frame ? frame_give_back(frame, p, cost) :
		       pbuf_skb_build(p, mode, dev, cost);
}
EXPORT_SYMBOL_GPL(pbuf_to_skb);
