// SPDX-License-Identifier: GPL-2.0-only
/*
 * pbuf_skb_shim.c - the one place where pbuf meets sk_buff.
 *
 * Role: NETWORK. From sk_buff to chain: a frame is one allocation that holds
 * the sk_buff and a custom pbuf for each piece of it (linear part, page frags,
 * those of the frag list). The last pbuf to go frees both.
 *
 *   chain     [ piece 0 ]->[ piece 1 ]->[ piece 2 ]     in struct frame
 *                  |            |            |
 *   sk_buff    linear part   frag 0       frag 1
 *
 * From chain to sk_buff: pieces in their old order, cut at the ends only, go
 * back into the sk_buff that they came from. Anything else becomes a new one.
 * Of its pieces, lenders' buffers and what lies in pages of its own are taken
 * by reference; the rest is copied and counted.
 *
 * A buffer that is to be the head must belong to one holder alone, since the
 * stack writes behind and in front of the data. sk_buffs are given the
 * address of the page in the kernel's direct mapping, never the region's: the
 * stack computes the page from it.
 *
 * Cost: linear in the number of pieces.
 *
 * Both directions stay in one file, long as it is: only here is it known how
 * pieces and frames lie.
 */
#include <linux/bottom_half.h>
#include <linux/err.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/refcount.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include <rtalloc/pbuf_skb.h>
#include "net/versions.h"
#include "net/lender.h"

#define DEPTH_MAX	4	/* frag lists inside frag lists */
#define HEAD_MAX	128	/* bytes of headers in a small head */

/**
 * struct piece - a run of bytes of an sk_buff, as a pbuf
 * @custom: the pbuf; found again by its free function
 * @frame: what it is part of
 * @start: its first byte when it was made
 * @len: bytes then
 * @in_page: lies in pages that can be referred to
 */
struct piece {
	struct pbuf_custom custom;
	struct frame *frame;
	u8 *start;
	u16 len;
	bool in_page;
};

/**
 * struct frame - an sk_buff that was taken apart
 * @refs: pieces that live
 * @rcu: frees it where kfree() may not be called
 * @nr: pieces there are
 * @skb: the sk_buff; NULL when it has been given back
 * @piece: in the packet's order
 */
struct frame {
	refcount_t refs;
	struct rcu_head rcu;
	unsigned int nr;
	struct sk_buff *skb;
	struct piece piece[];
};

static atomic_t nr_frames = ATOMIC_INIT(0);

/* ---- pieces --------------------------------------------------------------- */

/* On PREEMPT_RT a raw spinlock is enough to forbid it. */
static bool can_kfree(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return preemptible();
	return !in_hardirq() && !irqs_disabled();
}

static void frame_free(struct frame *frame)
{
	if (can_kfree()) {
		consume_skb(frame->skb);
		kfree(frame);
		return;
	}
	if (frame->skb)
		dev_consume_skb_irq(frame->skb);
	kfree_rcu(frame, rcu);
}

static void piece_free(struct pbuf *p)
{
	struct piece *piece = container_of(p, struct piece, custom.pbuf);

	if (!refcount_dec_and_test(&piece->frame->refs))
		return;
	frame_free(piece->frame);
	atomic_dec(&nr_frames);
}

/* The piece that @p is, or NULL. */
static struct piece *piece_of(const struct pbuf *p)
{
	const struct pbuf_custom *custom;

	if (!(p->flags & PBUF_FLAG_IS_CUSTOM))
		return NULL;
	custom = container_of(p, struct pbuf_custom, pbuf);
	if (custom->custom_free_function != piece_free)
		return NULL;
	return container_of(custom, struct piece, custom);
}

/* ---- from sk_buff to chain ------------------------------------------------ */

/*
 * Pieces in @skb and its frag list; -EOPNOTSUPP when the processor cannot read
 * them all, -ELOOP when they are nested too deep.
 */
static int pieces_count(const struct sk_buff *skb, unsigned int depth)
{
	const struct sk_buff *child;
	int nr = skb_headlen(skb) ? 1 : 0, more;

	if (!depth)
		return -ELOOP;
	if (!skb_frags_are_memory(skb))
		return -EOPNOTSUPP;
	nr += skb_shinfo(skb)->nr_frags;
	skb_walk_frags(skb, child) {
		more = pieces_count(child, depth - 1);
		if (more < 0)
			return more;
		nr += more;
	}
	return nr;
}

/* Headers may be put back down to @floor. */
static void piece_make(struct frame *frame, void *start, unsigned int len,
		       void *floor, unsigned int flags)
{
	struct piece *piece = &frame->piece[frame->nr++];
	unsigned int type = flags & PBUF_SKB_WRITABLE ? PBUF_REF : PBUF_ROM;

	piece->custom.custom_free_function = piece_free;
	pbuf_alloced_custom_from(NULL, 0, len, type, &piece->custom, start,
				 len);
	piece->custom.mem = floor;
	piece->frame = frame;
	piece->start = start;
	piece->len = len;
	if (frame->nr > 1)
		piece[-1].custom.pbuf.next = &piece->custom.pbuf;
}

static void pieces_make(struct frame *frame, struct sk_buff *skb,
			unsigned int flags)
{
	const skb_frag_t *frag;
	struct sk_buff *child;
	unsigned int i;

	if (skb_headlen(skb)) {
		piece_make(frame, skb->data, skb_headlen(skb),
			   skb_cloned(skb) ? skb->data : skb->head, flags);
		frame->piece[frame->nr - 1].in_page = skb->head_frag;
	}
	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		frag = &skb_shinfo(skb)->frags[i];
		if (!skb_frag_size(frag))
			continue;
		piece_make(frame, skb_frag_address(frag), skb_frag_size(frag),
			   skb_frag_address(frag), flags);
		frame->piece[frame->nr - 1].in_page = true;
	}
	skb_walk_frags(skb, child)
		pieces_make(frame, child, flags);
}

static void lengths_set(struct frame *frame, unsigned int total)
{
	unsigned int i;

	for (i = 0; i < frame->nr; i++) {
		frame->piece[i].custom.pbuf.tot_len = total;
		total -= frame->piece[i].len;
	}
}

/* Does anybody else see these bytes? Frags that were lent to others say so. */
static bool is_private(const struct sk_buff *skb)
{
	const struct sk_buff *child;

	if (skb_shared(skb) || skb_cloned(skb) || skb_has_shared_frag(skb))
		return false;
	skb_walk_frags(skb, child)
		if (!is_private(child))
			return false;
	return true;
}

/*
 * @skb or what is to be used in its place, all of it readable and, if @flags
 * ask for it, writable. The original is untouched: it may still be refused.
 */
static struct sk_buff *skb_prepare(struct sk_buff *skb, unsigned int flags,
				   gfp_t gfp, struct pbuf_skb_cost *cost)
{
	struct sk_buff *own;

	if (!(flags & PBUF_SKB_WRITABLE) || is_private(skb)) {
		own = skb_shared(skb) ? skb_clone(skb, gfp) : skb;
		return own ?: ERR_PTR(-ENOMEM);
	}
	/* A copy has no list, and so none of the packets that are on it. */
	if (skb_shinfo(skb)->gso_type & SKB_GSO_FRAGLIST)
		return ERR_PTR(-EOPNOTSUPP);
	own = skb_copy(skb, gfp);
	if (!own)
		return ERR_PTR(-ENOMEM);
	*skb_hwtstamps(own) = *skb_hwtstamps(skb);
	cost->payload_bytes += skb->len;
	return own;
}

/**
 * pbuf_from_skb() - take an sk_buff apart
 * @skb: the packet, from skb->data on; the chain takes over the reference
 * @flags: of &enum pbuf_skb_flags
 * @gfp: for the records, GFP_ATOMIC where sleeping is not allowed
 * @cost: what had to be copied is added here
 *
 * The chain's pbufs are custom ones over the sk_buff's own memory, PBUF_REF
 * with PBUF_SKB_WRITABLE, else PBUF_ROM, whose owner must not write. They may
 * be freed wherever pbuf_free() is legal. What the sk_buff says of the packet
 * is not changed: pbuf_skb() shows it, pbuf_to_skb() brings it back.
 *
 * Context: process context or softirq.
 * Return: the chain, or ERR_PTR, and then @skb is still the caller's:
 *	-EMSGSIZE (above PBUF_LEN_MAX bytes: a chain's length has 16 bits),
 *	-ENODATA (empty), -EOPNOTSUPP (memory that cannot be read, or a list of
 *	packets that would have to be copied), -ELOOP (frag lists in frag
 *	lists), -ENOMEM.
 */
struct pbuf *pbuf_from_skb(struct sk_buff *skb, unsigned int flags, gfp_t gfp,
			   struct pbuf_skb_cost *cost)
{
	struct sk_buff *own;
	struct frame *frame;
	int nr;

	if (skb->len > PBUF_LEN_MAX)
		return ERR_PTR(-EMSGSIZE);
	if (!skb->len)
		return ERR_PTR(-ENODATA);
	own = skb_prepare(skb, flags, gfp, cost);
	if (IS_ERR(own))
		return ERR_CAST(own);
	nr = pieces_count(own, DEPTH_MAX);
	if (nr < 0)
		goto err_free_copy;
	frame = kzalloc(struct_size(frame, piece, nr), gfp);
	nr = -ENOMEM;
	if (!frame)
		goto err_free_copy;
	pieces_make(frame, own, flags);
	lengths_set(frame, own->len);
	refcount_set(&frame->refs, frame->nr);
	frame->skb = own;
	if (own != skb)
		consume_skb(skb);
	atomic_inc(&nr_frames);
	return &frame->piece[0].custom.pbuf;

err_free_copy:
	if (own != skb)
		kfree_skb(own);
	return ERR_PTR(nr);
}
EXPORT_SYMBOL_GPL(pbuf_from_skb);

/* ---- from chain to the sk_buff it came from --------------------------------- */

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

/* Whoever else holds pieces keeps the sk_buff; a clone shares its bytes. */
static noinline struct sk_buff *frame_give_back(struct frame *frame,
						struct pbuf *p,
						struct pbuf_skb_cost *cost)
{
	long moved = (u8 *)p->payload - frame->piece[0].start;
	struct sk_buff *skb = frame->skb;
	bool exclusive = is_exclusive(frame, p);
	const u8 *head = skb->head;

	if (!exclusive)
		skb = skb_clone(skb, GFP_ATOMIC);
	if (!skb)
		return ERR_PTR(-ENOMEM);
	if (pskb_trim_rcsum(skb, moved + p->tot_len)) {
		if (!exclusive)
			kfree_skb(skb);
		return ERR_PTR(-ENOMEM);
	}
	/* Cutting the end of a clone with frags moves it to another head. */
	if (skb->head != head)
		cost->header_bytes += skb_headlen(skb);
	front_move(skb, moved);
	if (exclusive)
		frame->skb = NULL;
	pbuf_free(p);
	return skb;
}

/* ---- from chain to a new sk_buff -------------------------------------------- */

/**
 * struct build - an sk_buff in the making
 * @head: what will be returned
 * @last: where frags go: @head or the last one on its frag list
 * @cost: what was copied
 */
struct build {
	struct sk_buff *head;
	struct sk_buff *last;
	struct pbuf_skb_cost *cost;
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

/* The bytes of @p from @skip on. */
static int build_pbuf(struct build *b, struct pbuf *p, unsigned int skip)
{
	struct pbuf_lender *lender = lender_of(p);
	struct piece *piece = piece_of(p);
	u8 *from = (u8 *)p->payload + skip;
	unsigned int len = p->len - skip;
	struct page *page;

	if (!lender && !(piece && piece->in_page))
		return build_copy(b, from, len);
	/* Others may still write to it: nobody may change it in place. */
	if (piece || p->ref > 1)
		skb_shinfo(b->head)->flags |= SKBFL_SHARED_FRAG;
	page = lender ? buffer_page(lender, p) : virt_to_page(from);
	get_page(page);
	return build_add(b, page, offset_in_page(from), len,
			 lender ? PBUF_LENT_SIZE : len);
}

/*
 * The buffer itself as the head; NULL if it cannot be, or no memory. shared_info
 * comes right behind the frame: room there would invite the stack to copy
 * other packets' data into it.
 */
static struct sk_buff *head_build(struct pbuf_lender *lender, struct pbuf *p)
{
	unsigned int start = (u8 *)p->payload - (u8 *)p;
	unsigned int headroom = start - PBUF_LENT_STRUCT;
	unsigned int size = SKB_DATA_ALIGN(headroom + p->len) + PBUF_LENT_TAIL;
	struct page *page = buffer_page(lender, p);
	struct sk_buff *skb;

	if (start < PBUF_LENT_STRUCT || start > PBUF_LENT_SIZE ||
	    size > PBUF_LENT_SIZE - PBUF_LENT_STRUCT ||
	    p->ref > 1 || page_ref_count(page) > 1)
		return NULL;
	skb = napi_build_skb(page_address(page) + PBUF_LENT_STRUCT, size);
	if (unlikely(!skb))
		return NULL;
	get_page(page);
	skb_reserve(skb, headroom);
	__skb_put(skb, p->len);
	skb->truesize += PBUF_LENT_SIZE - size;
	return skb;
}

/* A head of its own that holds a copy of the headers, @least bytes or more. */
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
	skb_put_data(skb, from, len);
	cost->header_bytes += len;
	return skb;
}

/*
 * The chain's bytes are in an sk_buff now: lend what it refers to, the rest is
 * not needed any more. A chain that others hold too stays one.
 */
static void chain_hand_over(struct pbuf *p, unsigned int copied)
{
	struct pbuf_lender *lender;
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
		lender = lender_of(p);
		if (lender && len > copied)
			lender_lend(lender, p);
		else
			pbuf_free(p);
		copied -= min(copied, len);
	}
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
					   struct pbuf_skb_cost *cost)
{
	struct piece *origin = chain_origin(p);
	struct build b = { .head = head, .cost = cost };
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
		return ERR_PTR(err);
	}
	chain_hand_over(p, copied);
	return b.head;
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
 * and cut off at the end. When others still hold pieces, it becomes a clone.
 *
 * Any other chain becomes a new sk_buff with what the old one said of the
 * packet, but for lengths of segments; a checksum that was verified counts as
 * not looked at. Lenders' buffers and pages of sk_buffs are not copied.
 *
 * Context: bottom halves disabled (softirq, or local_bh_disable()).
 * Return: the sk_buff, skb->data at the chain's first byte, or ERR_PTR, and
 *	then @p is still the caller's: -ENODATA (empty), -EINVAL (the
 *	packet's checksum is still to be computed, and its place is gone or not
 *	among the first 128 bytes), -ENOMEM.
 */
struct sk_buff *pbuf_to_skb(struct pbuf *p, enum pbuf_skb_mode mode,
			    struct net_device *dev, struct pbuf_skb_cost *cost)
{
	struct pbuf_lender *lender = lender_of(p);
	struct sk_buff *head = NULL;
	struct frame *frame;

	if (!p->tot_len)
		return ERR_PTR(-ENODATA);
	frame = lender ? NULL : frame_whole(p);
	if (frame)
		return frame_give_back(frame, p, cost);
	if (lender && mode == PBUF_SKB_BUILD)
		head = head_build(lender, p);
	/* One buffer, nothing else: the common case. */
	if (head && !p->next) {
		lender_lend(lender, p);
		return head;
	}
	return build_make(head, p, dev, cost);
}
EXPORT_SYMBOL_GPL(pbuf_to_skb);

/**
 * pbuf_skb() - what a packet's sk_buff says of it
 * @p: any pbuf of a packet
 *
 * Context: any.
 * Return: the sk_buff that @p is a piece of, or NULL. Its data is the chain's:
 *	only what describes the packet (device, protocol, checksum, time, ...)
 *	is of use.
 */
const struct sk_buff *pbuf_skb(const struct pbuf *p)
{
	const struct piece *piece = piece_of(p);

	return piece ? piece->frame->skb : NULL;
}
EXPORT_SYMBOL_GPL(pbuf_skb);

/**
 * pbuf_skb_chains() - packets that were taken apart and still live
 *
 * Context: any.
 * Return: how many.
 */
unsigned int pbuf_skb_chains(void)
{
	return atomic_read(&nr_frames);
}
EXPORT_SYMBOL_GPL(pbuf_skb_chains);
