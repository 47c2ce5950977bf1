// SPDX-License-Identifier: GPL-2.0-only
/*
 * pbuf_skb_build.c - build a new sk_buff from a chain.
 *
 * Buffers of RX pools, and pieces of an sk_buff that are in pages, become part of the
 * new sk_buff by reference. Everything else is copied and counted.
 *
 * A buffer becomes the head only if nobody else holds it, because the stack writes in
 * front of the data and behind it. The head is given by its address in the kernel's
 * direct mapping, not in the region, because the stack computes the page from it.
 *
 * Cost: linear in the number of pieces.
 */
#include <linux/err.h>
#include <linux/etherdevice.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include <rtalloc/pbuf_skb.h>
#include "net/lend.h"
#include "net/versions.h"
#include "net/rx_blocks.h"
#include "net/rx_pool.h"
#include "net/rx_split.h"
#include "net/shim.h"

#define HEAD_MAX	128	/* the most bytes of headers in a small head */
#define COPY_MOST	4096u	/* the most bytes in one piece of a copy */

/**
 * struct build - an sk_buff that is being built
 * @head: the sk_buff to return
 * @last: the sk_buff that gets the next frag: @head or the last one on its frag list
 * @cost: the number of bytes copied
 * @lender: lends buffers that are not of an RX pool; NULL if they are to be copied
 * @nr_lent: number of buffers of this packet that @lender has accepted
 */
struct build {
	struct sk_buff *head;
	struct sk_buff *last;
	struct pbuf_skb_cost *cost;
	struct pbuf_lender *lender;
	unsigned int nr_lent;
};

/* Add an empty sk_buff to the frag list, to hold more frags. */
static int build_extend(struct build *b)
{
	struct sk_buff *more = alloc_skb(0, GFP_ATOMIC);

	if (!more)
		return -ENOMEM;
	if (b->last == b->head)
		skb_shinfo(b->head)->frag_list = more;
	else
		b->last->next = more;
	b->head->truesize += more->truesize;
	b->last = more;
	return 0;
}

/* Add a frag. This takes over a reference to @page, even if it fails. */
static int build_add(struct build *b, struct page *page, unsigned int offset,
		     unsigned int len, unsigned int truesize)
{
	unsigned int nr = skb_shinfo(b->last)->nr_frags;

	if (nr == MAX_SKB_FRAGS) {
		if (build_extend(b)) {
			put_page(page);
			return -ENOMEM;
		}
		nr = 0;
	}
	skb_add_rx_frag(b->last, nr, page, offset, len, truesize);
	if (b->last != b->head) {
		b->head->len += len;
		b->head->data_len += len;
		b->head->truesize += truesize;
	}
	return 0;
}

/*
 * Allocate memory for @len bytes of a copy, COPY_MOST at most: a page, or where pages are
 * larger a part of one that other packets share, so that the copy of a short frame does
 * not take, and the socket is not charged for, 16 or 64 KiB. *@charge is set to the bytes
 * that it takes.
 */
static u8 *copy_room(unsigned int len, unsigned int *charge)
{
	struct page *page;

	if (PAGE_SIZE > COPY_MOST) {
		*charge = SKB_DATA_ALIGN(len);
		return netdev_alloc_frag(*charge);
	}
	*charge = PAGE_SIZE;
	page = alloc_page(GFP_ATOMIC | __GFP_NOWARN);
	return page ? page_address(page) : NULL;
}

/* Add frags with a copy of memory that cannot be referenced. */
static int build_copy(struct build *b, const u8 *from, unsigned int len)
{
	unsigned int part, charge;
	struct page *page;
	int err = 0;
	u8 *to;

	for (; len && !err; from += part, len -= part) {
		part = min(len, COPY_MOST);
		to = copy_room(part, &charge);
		if (!to)
			return -ENOMEM;
		memcpy(to, from, part);
		b->cost->payload_bytes += part;
		page = virt_to_head_page(to);
		err = build_add(b, page, to - (u8 *)page_address(page), part,
				charge);
	}
	return err;
}

/*
 * Return the page of a single-page buffer that can be lent, or NULL. A page from
 * pbuf_rx_page_alloc() cannot if the pbuf has another holder: when that becomes the only
 * one, it may write to the page.
 */
static struct page *buffer_of(const struct pbuf *p)
{
	struct pbuf_rx_pool *rx_pool = rx_pool_of(p);

	if (likely(rx_pool))
		return buffer_page(rx_pool, p);
	return is_page_buffer(p) && READ_ONCE(p->ref) == 1 ?
	       virt_to_page(p) : NULL;
}

/*
 * Take a reference to the page of @p for the stack. If the pbuf has another holder, that
 * may be the RX pool's ring, which guards the bias then, see RX_POOL_BIAS.
 */
static void page_lend(struct page *page, const struct pbuf *p)
{
	struct pbuf_rx_pool *rx_pool = rx_pool_of(p);

	/* Pairs with pbuf_free() of the other holders, before which the bias was written. */
	if (likely(rx_pool && smp_load_acquire(&p->ref) == 1))
		page_hand_out(rx_pool, buffer_index(rx_pool, p));
	else
		get_page(page);
}

/* Return whether the stack holds no reference to the page of @p. */
static bool page_is_ours(const struct page *page, const struct pbuf *p)
{
	struct pbuf_rx_pool *rx_pool = rx_pool_of(p);

	if (likely(rx_pool))
		return page_is_home(rx_pool, buffer_index(rx_pool, p));
	return page_ref_count(page) == 1;
}

/*
 * Return whether a piece's page can be referenced. Not if the piece is writable and has
 * another holder: when that becomes the only one, it may write to the piece.
 */
static bool piece_can_lend(const struct piece *piece)
{
	return piece->in_page && !(piece->frame->writable &&
				   pbuf_is_held(&piece->custom.pbuf));
}

/* Add a part of a block, handing over one of the block's references to the page. */
static int build_block(struct build *b, struct rx_block *block, u8 *from,
		       unsigned int len)
{
	unsigned int charge = rx_block_lend(block, from + len);

	return build_add(b, block->page, from - block->base, len, charge);
}

/*
 * Add a driver's buffer that lender_accepts() accepted, one frag for each page. Each frag
 * pins a whole page and is charged for it.
 */
static int build_lent(struct build *b, u8 *from, unsigned int len)
{
	unsigned int part;
	struct page *page;
	int err = 0;

	b->nr_lent++;
	for (; len && !err; from += part, len -= part) {
		part = min_t(unsigned int, len,
			     PAGE_SIZE - offset_in_page(from));
		page = lend_page(from);
		get_page(page);
		err = build_add(b, page, offset_in_page(from), part,
				page_size(compound_head(page)));
	}
	return err;
}

/* Add the bytes of @p from offset @skip on, by reference if possible. */
static int build_pbuf(struct build *b, struct pbuf *p, unsigned int skip)
{
	struct page *page = buffer_of(p);
	u8 *from = (u8 *)p->payload + skip;
	unsigned int len = p->len - skip;
	unsigned int charge = PBUF_LENT_SIZE;
	struct piece *piece;

	if (is_block(p))
		return build_block(b, block_of(p), from, len);
	if (is_rx_page(p))
		return build_add(b, rx_page_lend(p), offset_in_page(from), len,
				 PAGE_SIZE);
	piece = page ? NULL : piece_of(p);
	if (piece && piece_can_lend(piece)) {
		page = virt_to_page(from);
		charge = max(piece->charge, len);
	}
	if (!page && !piece && b->lender &&
	    lender_accepts(b->lender, p, b->nr_lent))
		return build_lent(b, from, len);
	if (!page)
		return build_copy(b, from, len);
	/* Others may share the bytes, so the stack must not change them in place. */
	if (piece || pbuf_is_held(p))
		skb_shinfo(b->head)->flags |= SKBFL_SHARED_FRAG;
	page_lend(page, p);
	return build_add(b, page, offset_in_page(from), len, charge);
}

/* Make the buffer itself the head. Return NULL if it is not suitable, or without memory. */
static struct sk_buff *head_build(struct page *page, struct pbuf *p)
{
	unsigned int start = (u8 *)p->payload - (u8 *)p;
	struct sk_buff *skb;

	if (start < PBUF_LENT_STRUCT || start > PBUF_LENT_SIZE ||
	    head_end(start, p->len) + PBUF_LENT_TAIL > PBUF_LENT_SIZE ||
	    pbuf_is_held(p) || !page_is_ours(page, p))
		return NULL;
	skb = head_make(page_address(page), start, p->len);
	if (likely(skb))
		page_lend(page, p);
	return skb;
}

/*
 * Allocate a small head and copy the headers into it, at least @least bytes. There is no
 * tailroom, so that the stack does not copy other packets' data into it.
 */
static struct sk_buff *head_small(struct pbuf *p, struct net_device *dev,
				  unsigned int least,
				  struct pbuf_skb_cost *cost)
{
	struct sk_buff *skb = netdev_alloc_skb(dev, HEAD_MAX);
	u8 bytes[HEAD_MAX], *from;
	unsigned int len = min_t(unsigned int, p->tot_len, HEAD_MAX);

	if (!skb)
		return NULL;
	from = pbuf_get_contiguous(p, bytes, sizeof(bytes), len, 0);
	if (len > ETH_HLEN)
		len = clamp(eth_get_headlen(dev, from, len), least, len);
	if (len < p->tot_len)
		skb_reserve(skb, round_down(skb_tailroom(skb) - len,
					    SHARED_INFO_ALIGN));
	skb_put_data(skb, from, len);
	cost->header_bytes += len;
	return skb;
}

/*
 * Release a chain whose bytes are in an sk_buff now. Buffers that the sk_buff refers to
 * are lent; those that were copied are freed. @copied is the number of bytes at the
 * front that were copied into the head. Pbufs that others hold too stay chained.
 */
static void chain_hand_over(struct pbuf *p, unsigned int copied,
			    struct pbuf_lender *lender)
{
	struct pbuf_rx_pool *rx_pool;
	struct pbuf *next;
	unsigned int len;

	for (; p; p = next) {
		next = p->next;
		len = p->len;
		if (pbuf_is_held(p)) {
			pbuf_ref(next);
		} else if (next) {
			p->next = NULL;
			p->tot_len = len;
		}
		rx_pool = rx_pool_of(p);
		if (rx_pool && len > copied)
			rx_pool_lend(rx_pool, p);
		else if (lender && p->flags & PBUF_FLAG_LENT)
			lender_keep(lender, p);
		else
			pbuf_free(p);
		copied -= min(copied, len);
	}
}

/* Undo lender_accepts() for all pbufs of a chain, which stays its owner's. */
static void chain_cancel(struct pbuf *p, struct pbuf_lender *lender)
{
	for (; p; p = p->next)
		if (p->flags & PBUF_FLAG_LENT)
			lender_cancel(lender, p);
}

/* Return the first pbuf of the chain that is a piece of an sk_buff, or NULL. */
static struct piece *chain_origin(const struct pbuf *p)
{
	struct piece *piece = NULL;

	for (; p && !piece; p = p->next)
		piece = piece_of(p);
	return piece;
}

/*
 * Copy the metadata of @old to @skb, except for what describes the data: checksum, GSO,
 * offsets of headers. The data may have changed.
 */
static void meta_copy(struct sk_buff *skb, const struct sk_buff *old)
{
	skb_copy_header(skb, old);
	*skb_hwtstamps(skb) = *skb_hwtstamps((struct sk_buff *)old);
	skb_gso_reset(skb);
	skb->ip_summed = CHECKSUM_NONE;
	skb->csum_valid = 0;
	skb->csum_complete_sw = 0;
	skb->csum_level = 0;
	skb->remcsum_offload = 0;
	skb->encapsulation = 0;
	skb->encap_hdr_csum = 0;
	skb->inner_protocol_type = 0;
	skb->inner_protocol = 0;
	skb->inner_mac_header = 0;
	skb->inner_network_header = 0;
	skb->inner_transport_header = 0;
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	skb_reset_transport_header(skb);
}

/*
 * Return the offset from which the checksum must still be computed, or -1 if it need not
 * be. If it must (CHECKSUM_PARTIAL), the first pbuf must be the sk_buff's first piece,
 * and the checksum field must be within the head; otherwise return -EINVAL.
 */
static int csum_place(const struct pbuf *p, const struct piece *origin)
{
	const struct sk_buff *old = origin ? origin->frame->skb : NULL;
	long place;

	if (!old || old->ip_summed != CHECKSUM_PARTIAL)
		return -1;
	if (p != &origin->custom.pbuf || origin != &origin->frame->piece[0])
		return -EINVAL;
	place = old->head + old->csum_start - (u8 *)p->payload;
	if (place < 0 || place + old->csum_offset + sizeof(__sum16) >
			 min_t(unsigned int, p->tot_len, HEAD_MAX))
		return -EINVAL;
	return place;
}

static int build_meta(struct build *b, const struct sk_buff *old, int place)
{
	meta_copy(b->head, old);
	if (place < 0)
		return 0;
	return skb_partial_csum_set(b->head, place, old->csum_offset) ?
	       0 : -EINVAL;
}

static int build_tail(struct build *b, struct pbuf *p, unsigned int in_head)
{
	unsigned int skip;
	int err = 0;

	for (; p && !err; p = p->next) {
		skip = min_t(unsigned int, in_head, p->len);
		in_head -= skip;
		if (p->len > skip)
			err = build_pbuf(b, p, skip);
	}
	return err;
}

/* Build an sk_buff with @head, which holds the first buffer; NULL asks for a small head. */
static noinline struct sk_buff *build_make(struct sk_buff *head, struct pbuf *p,
					   struct net_device *dev,
					   struct pbuf_lender *lender,
					   struct pbuf_skb_cost *cost)
{
	struct piece *origin = chain_origin(p);
	struct build b = { .head = head, .cost = cost, .lender = lender };
	unsigned int copied = 0, least = 0;
	int err = 0, place;

	place = csum_place(p, origin);
	if (place < -1) {
		kfree_skb(head);
		return ERR_PTR(place);
	}
	if (place >= 0)
		least = place + origin->frame->skb->csum_offset +
			sizeof(__sum16);
	/* Headers that were received apart from the data are copied, and nothing else. */
	if (is_slot(p))
		least = p->len;
	/* A packet that fits into the head is not worth lending. */
	if (lender && p->tot_len <= HEAD_MAX)
		least = p->tot_len;
	if (!head) {
		b.head = head_small(p, dev, least, cost);
		if (!b.head)
			return ERR_PTR(-ENOMEM);
		copied = b.head->len;
	}
	b.last = b.head;
	if (origin)
		err = build_meta(&b, origin->frame->skb, place);
	if (!err)
		err = build_tail(&b, p, b.head->len);
	if (err) {
		kfree_skb(b.head);
		if (b.nr_lent)
			chain_cancel(p, lender);
		return ERR_PTR(err);
	}
	chain_hand_over(p, copied, lender);
	return b.head;
}

/**
 * pbuf_skb_build() - build a new sk_buff from a chain
 * @p: the packet, which must not be empty; on success the caller's reference is taken
 *	over
 * @mode: PBUF_SKB_BUILD allows the first buffer to become the head
 * @dev: the device that a small head is allocated for
 * @cost: the number of bytes copied is added here
 *
 * Context: bottom halves disabled.
 * Return: the sk_buff, or ERR_PTR as pbuf_to_skb(), and then @p is still the
 *	caller's.
 */
struct sk_buff *pbuf_skb_build(struct pbuf *p, enum pbuf_skb_mode mode,
			       struct net_device *dev,
			       struct pbuf_skb_cost *cost)
{
	struct page *page = buffer_of(p);
	struct sk_buff *head = NULL;

	if (page && mode == PBUF_SKB_BUILD &&
	    (p->next || head_is_honest((u8 *)p->payload - (u8 *)p, p->len)))
		head = head_build(page, p);
	/* A packet in one buffer, the common case. */
	if (head && !p->next) {
		chain_hand_over(p, 0, NULL);
		return head;
	}
	return build_make(head, p, dev, NULL, cost);
}

/* pbuf_skb_build() with a small head, where @lender lends the driver's own buffers. */
struct sk_buff *pbuf_skb_build_lending(struct pbuf *p,
				       struct pbuf_lender *lender,
				       struct net_device *dev,
				       struct pbuf_skb_cost *cost)
{
	return build_make(NULL, p, dev, lender, cost);
}

/**
 * pbuf_skb_copy() - build an sk_buff with a copy of a chain
 * @p: the packet, which must not be empty; it stays the caller's
 * @dev: the device that the head is allocated for
 * @cost: the number of bytes copied is added here
 *
 * All but the headers is copied into single pages, because memory may be scarce; where
 * pages are larger than 4096 bytes, into parts of them.
 *
 * Context: bottom halves disabled.
 * Return: the sk_buff, or NULL if there is no memory.
 */
struct sk_buff *pbuf_skb_copy(struct pbuf *p, struct net_device *dev,
			      struct pbuf_skb_cost *cost)
{
	struct build b = { .cost = cost };
	unsigned int skip;
	int err = 0;

	b.head = head_small(p, dev, 0, cost);
	if (!b.head)
		return NULL;
	b.last = b.head;
	for (skip = b.head->len; p && !err; p = p->next) {
		if (p->len > skip)
			err = build_copy(&b, (u8 *)p->payload + skip,
					 p->len - skip);
		skip -= min_t(unsigned int, skip, p->len);
	}
	if (!err)
		return b.head;
	kfree_skb(b.head);
	return NULL;
}

/**
 * pbuf_skb_append() - add a received buffer behind an sk_buff's data
 * @skb: an sk_buff that this file has built and that nobody else holds
 * @p: one buffer of the receive ring, which may be a slot with its pages; on success
 *	the caller's reference is taken over
 *
 * Context: bottom halves disabled.
 * Return: true; false if the buffer cannot be referenced, or if there is no memory for
 *	another sk_buff on the frag list.
 */
bool pbuf_skb_append(struct sk_buff *skb, struct pbuf *p)
{
	struct pbuf_skb_cost cost = { };
	struct build b = { .head = skb, .last = skb, .cost = &cost };
	struct sk_buff *child;

	if (!buffer_of(p) && !is_block(p) && !is_slot(p))
		return false;
	skb_walk_frags(skb, child)
		b.last = child;
	if (build_tail(&b, p, 0))
		return false;
	chain_hand_over(p, 0, NULL);
	return true;
}
