// SPDX-License-Identifier: GPL-2.0-only
/*
 * pbuf_skb_build.c - a new sk_buff of a chain.
 *
 * Buffers of RX pools, and pieces that lie in pages of an sk_buff, are taken by
 * reference; the rest is copied and counted.
 *
 * A buffer that becomes the head must have one holder only, because the stack writes
 * in front of and behind the data. sk_buffs are given the page's address in the
 * kernel's direct mapping, never the region's, because the stack computes the page
 * from it.
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

#define HEAD_MAX	128	/* bytes of headers in a small head */

/**
 * struct build - an sk_buff in the making
 * @head: what will be returned
 * @last: where frags go: @head or the last one on its frag list
 * @cost: what was copied
 * @lender: lends buffers that are not an RX pool's, or NULL
 * @nr_lent: ... of this packet
 */
struct build {
	struct sk_buff *head;
	struct sk_buff *last;
	struct pbuf_skb_cost *cost;
	struct pbuf_lender *lender;
	unsigned int nr_lent;
};

/* One more sk_buff on the frag list, to hold more frags. */
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

/* Takes over a reference to @page, also when it fails. */
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

/* Memory that cannot be referred to: copy it into pages. */
static int build_copy(struct build *b, const u8 *from, unsigned int len)
{
	struct page *page;
	unsigned int part;
	int err = 0;

	for (; len && !err; from += part, len -= part) {
		part = min_t(unsigned int, len, PAGE_SIZE);
		page = alloc_page(GFP_ATOMIC | __GFP_NOWARN);
		if (!page)
			return -ENOMEM;
		memcpy(page_address(page), from, part);
		b->cost->payload_bytes += part;
		err = build_add(b, page, 0, part, PAGE_SIZE);
	}
	return err;
}

/*
 * The page that @p is a buffer of, or NULL: it is no buffer, or one that its
 * other holder may write to as soon as he is alone.
 */
static struct page *buffer_of(const struct pbuf *p)
{
	struct pbuf_rx_pool *rx_pool = rx_pool_of(p);

	if (likely(rx_pool))
		return buffer_page(rx_pool, p);
	return is_page_buffer(p) && p->ref == 1 ? virt_to_page(p) : NULL;
}

/* One reference to its page for the stack. */
static void page_lend(struct page *page, const struct pbuf *p)
{
	struct pbuf_rx_pool *rx_pool = rx_pool_of(p);

	if (likely(rx_pool))
		page_hand_out(rx_pool, buffer_index(rx_pool, p));
	else
		get_page(page);
}

/* Does the stack have none? */
static bool page_is_ours(const struct page *page, const struct pbuf *p)
{
	struct pbuf_rx_pool *rx_pool = rx_pool_of(p);

	if (likely(rx_pool))
		return page_is_home(rx_pool, buffer_index(rx_pool, p));
	return page_ref_count(page) == 1;
}

/* Whoever else holds a piece may write to it as soon as he is alone. */
static bool piece_can_lend(const struct piece *piece)
{
	return piece->in_page && !(piece->frame->writable &&
				   pbuf_is_held(&piece->custom.pbuf));
}

/* A part of a block: the stack takes over a reference that is there already. */
static int build_block(struct build *b, struct rx_block *block, u8 *from,
		       unsigned int len)
{
	unsigned int charge = rx_block_lend(block, from + len);

	return build_add(b, block->page, from - block->base, len, charge);
}

/* A driver's buffer that is lent, page by page: each pins all of its page. */
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

/* The bytes of @p from @skip on. */
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
	/* Others may still write to it: nobody may change it in place. */
	if (piece || p->ref > 1)
		skb_shinfo(b->head)->flags |= SKBFL_SHARED_FRAG;
	page_lend(page, p);
	return build_add(b, page, offset_in_page(from), len, charge);
}

/* The buffer itself as the head; NULL if it cannot be, or no memory. */
static struct sk_buff *head_build(struct page *page, struct pbuf *p)
{
	unsigned int start = (u8 *)p->payload - (u8 *)p;
	struct sk_buff *skb;

	if (start < PBUF_LENT_STRUCT || start > PBUF_LENT_SIZE ||
	    head_end(start, p->len) + PBUF_LENT_TAIL > PBUF_LENT_SIZE ||
	    p->ref > 1 || !page_is_ours(page, p))
		return NULL;
	skb = head_make(page_address(page), start, p->len);
	if (likely(skb))
		page_lend(page, p);
	return skb;
}

/*
 * A head of its own that holds a copy of the headers, @least bytes or more, and
 * no room for data of others.
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
 * The chain's bytes are in an sk_buff now: lend what it refers to, the rest is
 * not needed any more. A chain that others hold too stays one.
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
		if (p->ref > 1) {
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

/* The chain stays its owner's, with nothing of it lent. */
static void chain_give_up(struct pbuf *p, struct pbuf_lender *lender)
{
	for (; p; p = p->next)
		if (p->flags & PBUF_FLAG_LENT)
			lender_gives_up(lender, p);
}

/* The first sk_buff that a piece of the chain came from, and the piece. */
static struct piece *chain_origin(const struct pbuf *p)
{
	struct piece *piece = NULL;

	for (; p && !piece; p = p->next)
		piece = piece_of(p);
	return piece;
}

/*
 * What @old says of its packet holds for @skb, which is made of it, as far as
 * it does not speak of bytes that may be others now.
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
 * From where on the checksum is to be computed, counted from the first byte;
 * -1: it need not be. A packet whose checksum was never computed is worthless
 * without that, so its place must be there, and in the head.
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

/* With the first buffer as @head, or NULL: then one of its own. */
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
	/* What lies apart from the data is copied, and nothing else. */
	if (is_slot(p))
		least = p->len;
	/* Shorter than a head is worth no page of its own. */
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
			chain_give_up(p, lender);
		return ERR_PTR(err);
	}
	chain_hand_over(p, copied, lender);
	return b.head;
}

/**
 * pbuf_skb_build() - a new sk_buff of a chain
 * @p: a packet that is not empty; on success the caller's reference is taken
 *	over
 * @mode: may the first buffer be the head?
 * @dev: for a small head
 * @cost: what had to be copied is added here
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
	/* One buffer, nothing else: the common case. */
	if (head && !p->next) {
		chain_hand_over(p, 0, NULL);
		return head;
	}
	return build_make(head, p, dev, NULL, cost);
}

/* As pbuf_skb_build() with a small head, and the buffers are lent by @lender. */
struct sk_buff *pbuf_skb_build_lending(struct pbuf *p,
				       struct pbuf_lender *lender,
				       struct net_device *dev,
				       struct pbuf_skb_cost *cost)
{
	return build_make(NULL, p, dev, lender, cost);
}

/**
 * pbuf_skb_copy() - a new sk_buff with a copy of a chain
 * @p: a packet that is not empty, and stays the caller's
 * @dev: for a small head
 * @cost: the bytes are added here
 *
 * In single pages, but for the headers: memory may be scarce.
 *
 * Context: bottom halves disabled.
 * Return: the sk_buff, or NULL.
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
 * pbuf_skb_append() - one more buffer behind an sk_buff's data
 * @skb: of this file's making, nobody else's
 * @p: one buffer, and its pages; on success the caller's reference is taken over
 *
 * Context: bottom halves disabled.
 * Return: whether there was a page to refer to, and memory for one more sk_buff
 *	on the frag list, if that was needed.
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
