// SPDX-License-Identifier: GPL-2.0-only
/*
 * pbuf_skb_restore.c - turn a chain back into the sk_buff that it was made from.
 *
 * This is possible if the chain has all pieces in their original order, and bytes were
 * only removed or put back at the front, or cut off at the end. For any other chain,
 * net/pbuf_skb_build.c builds a new sk_buff.
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

/* Return the frame that a chain can be turned back into, as described above, or NULL. */
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

/*
 * Return whether nobody else holds a piece of the frame, in this chain or elsewhere. The
 * barrier pairs with try_cmpxchg() in ref_put_slow() and with refcount_dec_and_test() in
 * piece_free(): a former holder may have cloned the sk_buff, which must be seen here.
 */
static bool is_exclusive(const struct frame *frame, const struct pbuf *p)
{
	unsigned int nr = 0;

	for (; p; p = p->next, nr++)
		if (READ_ONCE(p->ref) != 1)
			return false;
	if (refcount_read(&frame->refs) != nr)
		return false;
	smp_acquire__after_ctrl_dep();
	return true;
}

/* Move the start of @skb by @moved bytes, backwards if negative. Update its checksum. */
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

/* Return whether the start, when it has been moved, is behind that of the transport header. */
static bool headers_are_gone(const struct sk_buff *skb, long moved)
{
	return skb_transport_header_was_set(skb) &&
	       skb_transport_offset(skb) < moved;
}

/*
 * Forget that a checksum was verified: it was that of a header which is gone. Nothing is known
 * of a packet within, for example in a tunnel.
 */
static void verified_forget(struct sk_buff *skb)
{
	if (skb->ip_summed == CHECKSUM_UNNECESSARY)
		skb->ip_summed = CHECKSUM_NONE;
	skb->csum_level = 0;
	skb->csum_valid = 0;
}

/* Return the length of the headers in front of a GSO packet's payload; 0 if unknown. */
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

/* Return the number of sk_buffs on the frag list. */
static unsigned int list_length(const struct sk_buff *skb)
{
	const struct sk_buff *child;
	unsigned int nr = 0;

	skb_walk_frags(skb, child)
		nr++;
	return nr;
}

/*
 * Update the number of segments of a GSO packet that was shortened. A packet with a
 * single segment is no longer GSO.
 */
static void gso_recount(struct sk_buff *skb)
{
	struct skb_shared_info *info = skb_shinfo(skb);
	unsigned int headers = gso_headers(skb), segs;

	if (info->gso_type & SKB_GSO_FRAGLIST)
		segs = 1 + list_length(skb);
	else if (headers >= skb->len || headers_are_gone(skb, 0))
		segs = 0;
	else
		segs = DIV_ROUND_UP(skb->len - headers, info->gso_size);
	if (segs <= 1) {
		skb_gso_reset(skb);
		return;
	}
	info->gso_segs = segs;
	/* The number is too large then: let the sender validate and recompute it. */
	if (!headers)
		info->gso_type |= SKB_GSO_DODGY;
}

/*
 * Return false if the checksum must still be computed (CHECKSUM_PARTIAL), but its place
 * is not among the @len bytes that begin @moved bytes behind the old start.
 */
static bool csum_place_is_there(const struct sk_buff *skb, long moved,
				unsigned int len)
{
	long place = skb_checksum_start_offset(skb) - moved;

	return skb->ip_summed != CHECKSUM_PARTIAL ||
	       (place >= 0 &&
		place + skb->csum_offset + sizeof(__sum16) <= len);
}

/* Return whether any pbuf of a chain has another holder. */
static bool chain_is_held(const struct pbuf *p)
{
	while (p && !pbuf_is_held(p))
		p = p->next;
	return p;
}

/*
 * Return an sk_buff for the stack while others hold pieces: a clone, which shares the
 * bytes. It is a copy if other holders may write to the bytes, or if the packet is a
 * zero-copy one: its pages are the sender's again as soon as the stack is done with the
 * clone, although others still hold pieces. The others may be here at the same time, on
 * other processors: skb_clone() expects that nobody else clones the same sk_buff.
 */
static struct sk_buff *frame_twin(struct frame *frame,
				  const struct pbuf *p,
				  struct pbuf_skb_cost *cost)
{
	struct sk_buff *twin;

	if ((frame->writable && chain_is_held(p)) || skb_zcopy(frame->skb))
		return skb_copy_paged(frame->skb, GFP_ATOMIC, cost);
	spin_lock(&frame->lock);
	twin = skb_clone(frame->skb, GFP_ATOMIC);
	spin_unlock(&frame->lock);
	return twin ?: ERR_PTR(-ENOMEM);
}

/* Apply to @skb what was removed from the chain. Return false if there is no memory. */
static bool frame_cut(struct sk_buff *skb, long moved, unsigned int len,
		      struct pbuf_skb_cost *cost)
{
	bool gone = headers_are_gone(skb, moved);
	bool recount = skb_is_gso(skb) && (gone || moved + len < skb->len);
	const u8 *head = skb->head;

	/* Clones share the number of segments, for example a packet socket's. */
	if (recount && skb_unclone(skb, GFP_ATOMIC))
		return false;
	if (pskb_trim_rcsum(skb, moved + len))
		return false;
	/* Trimming a clone with frags reallocates its head, too. */
	if (skb->head != head)
		cost->header_bytes += skb_headlen(skb);
	front_move(skb, moved);
	if (gone)
		verified_forget(skb);
	if (recount)
		gso_recount(skb);
	return true;
}

/*
 * Return the sk_buff of a whole frame, and free the chain. If others still hold pieces,
 * the sk_buff stays theirs, and this returns its twin.
 */
static noinline struct sk_buff *frame_give_back(struct frame *frame,
						struct pbuf *p,
						struct pbuf_skb_cost *cost)
{
	long moved = (u8 *)p->payload - frame->piece[0].start;
	struct sk_buff *skb = frame->skb;
	bool exclusive;

	/* Cutting a frag list that clones share may fail midway: a twin is cut then. */
	exclusive = is_exclusive(frame, p) &&
		    !(moved + p->tot_len < skb->len && skb_cloned(skb) &&
		      skb_has_frag_list(skb));
	if (!csum_place_is_there(skb, moved, p->tot_len))
		return ERR_PTR(-EINVAL);
	if (!exclusive)
		skb = frame_twin(frame, p, cost);
	if (IS_ERR(skb))
		return skb;
	/* The sum is of bytes that the owner of the chain may have changed since. */
	if (frame->writable && skb->ip_summed == CHECKSUM_COMPLETE) {
		skb->ip_summed = CHECKSUM_NONE;
		skb->csum_valid = 0;
		skb->csum_complete_sw = 0;
	}
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
 * @mode: how a new sk_buff is built, see &enum pbuf_skb_mode
 * @dev: the device that a small head is allocated for; its network namespace is used
 *	to parse the headers
 * @cost: the number of bytes copied is added here
 *
 * A chain from pbuf_from_skb() that has all pieces in their original order becomes
 * the same sk_buff again. Bytes may have been removed or put back at its front, and cut
 * off at its end. While others hold pieces, it becomes a clone instead, or a copy if the
 * others may write to the bytes or the pages are a zero-copy sender's. A checksum over all
 * bytes (CHECKSUM_COMPLETE) becomes CHECKSUM_NONE if the chain was writable, and a verified
 * one (CHECKSUM_UNNECESSARY) if the transport header was removed, where the sk_buff says
 * where that header was.
 *
 * Any other chain becomes a new sk_buff. If it has a piece of an sk_buff, the metadata
 * of that one is kept, except for GSO; a verified checksum becomes CHECKSUM_NONE.
 * Buffers of RX pools and pages of sk_buffs are not copied.
 *
 * Context: bottom halves disabled (softirq, or local_bh_disable()).
 * Return: the sk_buff, with skb->data at the chain's first byte; or ERR_PTR, and then
 *	@p is still the caller's: -ENODATA (empty), -EINVAL (the checksum must still be
 *	computed, and its field was cut off or is not within the first 128 bytes),
 *	-EOPNOTSUPP (a list of packets would have to be copied), -ENOMEM.
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
