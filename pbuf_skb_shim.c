// SPDX-License-Identifier: GPL-2.0-only
/*
 * pbuf_skb_shim.c - turn an sk_buff into a pbuf chain.
 *
 * A struct frame holds a reference to the sk_buff and a custom pbuf for each of its
 * pieces: the linear part, the page frags, and the same for each sk_buff in its frag
 * list. When the last pbuf is freed, the frame and the sk_buff are freed too.
 *
 *   chain     [ piece 0 ]->[ piece 1 ]->[ piece 2 ]     in struct frame
 *                  |            |            |
 *   sk_buff    linear part   frag 0       frag 1
 *
 * The way back is in net/pbuf_skb_restore.c.
 *
 * Cost: linear in the number of pieces.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/refcount.h>
#include <linux/sizes.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/dst.h>

#include <rtalloc/pbuf_skb.h>
#include "net/pbuf_custom.h"
#include "net/versions.h"
#include "net/shim.h"

#define DEPTH_MAX	4	/* most levels: a packet, its frag list, ... */

/* Number of frames that exist. */
static atomic_t nr_frames = ATOMIC_INIT(0);

/* ---- pieces --------------------------------------------------------------- */

/*
 * Return whether kfree() and consume_skb() may be called here. On PREEMPT_RT they may
 * not be while preemption is disabled, for example under a raw spinlock.
 */
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

/* The custom_free_function of pieces: free the frame together with its last piece. */
static void piece_free(struct pbuf *p)
{
	struct piece *piece = container_of(p, struct piece, custom.pbuf);

	if (!refcount_dec_and_test(&piece->frame->refs))
		return;
	frame_free(piece->frame);
	atomic_dec(&nr_frames);
}

struct piece *piece_of(const struct pbuf *p)
{
	return pbuf_is_freed_by(p, piece_free) ?
	       container_of(p, struct piece, custom.pbuf) : NULL;
}

/* ---- from sk_buff to chain ------------------------------------------------ */

/* Return whether all frags are mapped. Pages of high memory are not. */
static bool frags_have_addresses(const struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	unsigned int i;

	for (i = 0; i < info->nr_frags; i++)
		if (PageHighMem(skb_frag_page(&info->frags[i])))
			return false;
	return true;
}

/*
 * Return the number of pieces of @skb and its frag list; -EOPNOTSUPP if the processor
 * cannot read all of them, -ELOOP if frag lists are nested deeper than @depth.
 */
static int pieces_count(const struct sk_buff *skb, unsigned int depth)
{
	const struct sk_buff *child;
	int nr = skb_headlen(skb) ? 1 : 0, more;

	if (!depth)
		return -ELOOP;
	if (!skb_frags_are_memory(skb) || !frags_have_addresses(skb))
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

/*
 * Append a piece of @len bytes at @start to the frame. @floor is the lowest address to
 * which headers may be put back in front of it.
 */
static struct piece *piece_make(struct frame *frame, void *start,
				unsigned int len, void *floor)
{
	struct piece *piece = &frame->piece[frame->nr++];
	unsigned int type = frame->writable ? PBUF_REF : PBUF_ROM;

	piece->custom.custom_free_function = piece_free;
	pbuf_alloced_custom_from(NULL, 0, len, type, &piece->custom, start,
				 len);
	piece->custom.mem = floor;
	piece->frame = frame;
	piece->start = start;
	piece->len = len;
	if (frame->nr > 1)
		piece[-1].custom.pbuf.next = &piece->custom.pbuf;
	return piece;
}

/*
 * Return how many bytes each frag pins, as far as @skb tells: an equal share of the
 * truesize that is left for the frags.
 */
static unsigned int frag_charge(const struct sk_buff *skb)
{
	long charge = skb->truesize - SKB_TRUESIZE(skb_end_offset(skb));
	const struct sk_buff *child;

	skb_walk_frags(skb, child)
		charge -= child->truesize;
	if (charge <= 0 || !skb_shinfo(skb)->nr_frags)
		return 0;
	return DIV_ROUND_UP(charge, skb_shinfo(skb)->nr_frags);
}

static void frags_make(struct frame *frame, struct sk_buff *skb)
{
	unsigned int i, charge = frag_charge(skb);
	struct skb_shared_info *info = skb_shinfo(skb);
	struct piece *piece;
	struct page *page;
	skb_frag_t *frag;

	for (i = 0; i < info->nr_frags; i++) {
		frag = &info->frags[i];
		if (!skb_frag_size(frag))
			continue;
		piece = piece_make(frame, skb_frag_address(frag),
				   skb_frag_size(frag),
				   skb_frag_address(frag));
		/*
		 * A zero-copy sender may reuse its pages when @skb is freed, whatever
		 * references there are to them, so these must not be referenced.
		 */
		piece->in_page = !skb_zcopy(skb);
		piece->charge = charge;
		page = compound_head(skb_frag_page(frag));
		if (page_ref_count(page) == 1)
			piece->charge = max_t(u32, charge, page_size(page));
	}
}

static void pieces_make(struct frame *frame, struct sk_buff *skb)
{
	struct sk_buff *child;
	struct piece *piece;

	if (skb_headlen(skb)) {
		piece = piece_make(frame, skb->data, skb_headlen(skb),
				   skb_cloned(skb) ? skb->data : skb->head);
		piece->in_page = skb->head_frag;
		piece->charge = SKB_TRUESIZE(skb_end_offset(skb));
	}
	frags_make(frame, skb);
	skb_walk_frags(skb, child)
		pieces_make(frame, child);
}

/* Set tot_len of each piece. */
static void lengths_set(struct frame *frame, unsigned int total)
{
	unsigned int i;

	for (i = 0; i < frame->nr; i++) {
		frame->piece[i].custom.pbuf.tot_len = total;
		total -= frame->piece[i].len;
	}
}

/*
 * Return whether the bytes of @skb are certainly not shared with anybody. A page with a
 * second reference may be part of another packet, although neither sk_buff is marked
 * as shared. For pages of a page_pool the page count does not tell.
 */
static bool is_private(const struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	const struct sk_buff *child;
	unsigned int i;

	if (skb_shared(skb) || skb_cloned(skb) || skb_has_shared_frag(skb) ||
	    skb_zcopy((struct sk_buff *)skb) || skb->pp_recycle)
		return false;
	if (skb->head_frag && page_count(virt_to_head_page(skb->head)) != 1)
		return false;
	for (i = 0; i < info->nr_frags; i++)
		if (page_count(skb_frag_page(&info->frags[i])) != 1)
			return false;
	skb_walk_frags(skb, child)
		if (!is_private(child))
			return false;
	return true;
}

static int frags_copy(const struct sk_buff *from, struct sk_buff *to)
{
	int offset = skb_headlen(to), err = 0;
	unsigned int i, len;
	skb_frag_t *frag;

	for (i = 0; i < skb_shinfo(to)->nr_frags && !err; i++) {
		frag = &skb_shinfo(to)->frags[i];
		len = skb_frag_size(frag);
		err = skb_copy_bits(from, offset, skb_frag_address(frag), len);
		offset += len;
	}
	return err;
}

/*
 * Return how many bytes of a copy are linear: as many as of @skb. Where a page is larger
 * than 4096 bytes, the rest is linear too if it is not more than that, because in a page
 * of its own it would take 16 or 64 KiB.
 */
static unsigned int linear_part(const struct sk_buff *skb)
{
	bool is_short = skb->data_len <= SZ_4K;

	return is_short && PAGE_SIZE > SZ_4K ? skb->len : skb_headlen(skb);
}

/*
 * Return a private copy of an sk_buff, with all but the linear part in single pages; or
 * ERR_PTR. A list of packets (SKB_GSO_FRAGLIST) cannot be copied.
 */
struct sk_buff *skb_copy_paged(const struct sk_buff *skb, gfp_t gfp,
			       struct pbuf_skb_cost *cost)
{
	unsigned int linear = linear_part(skb), paged = skb->len - linear;
	struct sk_buff *own;
	int err;

	if (skb_shinfo(skb)->gso_type & SKB_GSO_FRAGLIST)
		return ERR_PTR(-EOPNOTSUPP);
	own = alloc_skb_with_frags(skb_headroom(skb) + linear, paged, 0, &err,
				   gfp);
	if (!own)
		return ERR_PTR(-ENOMEM);
	skb_reserve(own, skb_headroom(skb));
	skb_put(own, linear);
	own->len += paged;
	own->data_len = paged;
	if (skb_copy_bits(skb, 0, own->data, linear) ||
	    frags_copy(skb, own)) {
		kfree_skb(own);
		return ERR_PTR(-EOPNOTSUPP);
	}
	skb_copy_header(own, skb);
	*skb_hwtstamps(own) = *skb_hwtstamps((struct sk_buff *)skb);
	cost->payload_bytes += skb->len;
	return own;
}

/*
 * Return the sk_buff to make the chain from: @skb itself; a clone if it is shared; or a
 * copy if @flags ask for writable bytes and @skb is not private. Or return ERR_PTR. @skb
 * is not changed, because the caller may get it back with an error.
 */
static struct sk_buff *skb_prepare(struct sk_buff *skb, unsigned int flags,
				   gfp_t gfp, struct pbuf_skb_cost *cost)
{
	struct sk_buff *own;

	if (flags & PBUF_SKB_WRITABLE && !is_private(skb))
		return skb_copy_paged(skb, gfp, cost);
	own = skb_shared(skb) ? skb_clone(skb, gfp) : skb;
	return own ?: ERR_PTR(-ENOMEM);
}

/**
 * pbuf_from_skb() - turn an sk_buff into a chain
 * @skb: the packet, from skb->data on; the chain takes over the reference
 * @flags: bits of &enum pbuf_skb_flags
 * @gfp: flags for allocations, GFP_ATOMIC where sleeping is not allowed
 * @cost: the number of bytes copied is added here
 *
 * The pbufs are custom ones over the sk_buff's own memory: PBUF_REF with
 * PBUF_SKB_WRITABLE, otherwise PBUF_ROM, to which the owner must not write. They may be
 * freed wherever pbuf_free() is legal. The metadata of the sk_buff is kept: pbuf_skb()
 * gives access to it, and pbuf_to_skb() restores it.
 *
 * Context: process context or softirq.
 * Return: the chain; or ERR_PTR, and then @skb is still the caller's: -EMSGSIZE (longer
 *	than PBUF_LEN_MAX bytes), -ENODATA (empty), -EOPNOTSUPP (memory that the
 *	processor cannot read, or a list of packets that would have to be copied),
 *	-ELOOP (frag lists are nested too deep), -ENOMEM.
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
	spin_lock_init(&frame->lock);
	frame->writable = flags & PBUF_SKB_WRITABLE;
	pieces_make(frame, own);
	lengths_set(frame, own->len);
	refcount_set(&frame->refs, frame->nr);
	frame->skb = own;
	/* A dst without a reference is valid only in the caller's RCU section. */
	skb_dst_force(own);
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

/**
 * pbuf_skb() - get the sk_buff that a pbuf is a piece of
 * @p: any pbuf of a packet
 *
 * Use it for the metadata of the packet (device, protocol, checksum, time stamp, ...).
 * Its data belongs to the chain, and may have been moved or cut there.
 *
 * Context: any.
 * Return: the sk_buff, or NULL if @p is not a piece of one.
 */
const struct sk_buff *pbuf_skb(const struct pbuf *p)
{
	const struct piece *piece = piece_of(p);

	return piece ? piece->frame->skb : NULL;
}
EXPORT_SYMBOL_GPL(pbuf_skb);

/**
 * pbuf_skb_chains() - get the number of sk_buffs that are chains at present
 *
 * An sk_buff counts from pbuf_from_skb() until the last of its pieces is freed.
 *
 * Context: any.
 * Return: the number.
 */
unsigned int pbuf_skb_chains(void)
{
	return atomic_read(&nr_frames);
}
EXPORT_SYMBOL_GPL(pbuf_skb_chains);
