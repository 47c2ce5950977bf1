// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_post.c - posting buffers on the receive ring, for the device to fill.
 *
 * The usual buffer is one of the RX pool. Where the device merges frames, buffers of
 * rx_blocks.h are posted in its place as long as there are any; where headers and
 * data are separated, those of rx_split.h. When the pool is empty, pages from the
 * page allocator are posted.
 *
 * Cost: linear in the buffers that the ring lacks. The pool's lock is taken once for
 * NET_RX_SPARE buffers.
 *
 * Context: the poll, or while it cannot run.
 */
#include <linux/if_vlan.h>
#include <linux/module.h>

#include "net/virtio_rx.h"

/*
 * Buffers of the pool on the ring. The poll may change the numbers meanwhile: then it
 * is about so many, and never less than none.
 */
unsigned int net_rx_posted(const struct net_pair *pair)
{
	unsigned int all, others;

	if (!pair->rx)
		return 0;
	/* The poll writes these, */
	others = data_race(pair->rx_pages + pair->rx_nr_blocks +
			   pair->rx_nr_split);
	/* ... and the ring's number of free slots. */
	all = data_race(ring_posted(pair));
	return all > others ? all - others : 0;
}

/*
 * A frame of the usual length ends where shared_info has to be: then what the
 * stack computes from the head is what the buffer takes, and no room is behind
 * the data. A device that cannot split a frame, or that merges frames, gets all
 * there is.
 */
static unsigned int room_before(const struct net_pair *pair)
{
	unsigned int frame = READ_ONCE(pair->dev->mtu) + VLAN_ETH_HLEN;

	if (unlikely(pair->rx_has_prog))
		return net_xdp_before(pair, frame);
	if (!pair->net->is_mergeable || READ_ONCE(pair->net->has_merging) ||
	    frame >= PBUF_LENT_ROOM)
		return 0;
	return round_down(PBUF_LENT_ROOM - frame, SMP_CACHE_BYTES);
}

static bool block_post(struct net_pair *pair, struct pbuf *p)
{
	struct rx_block *block = block_of(p);

	sg_set_page(pair->rx_sg, block->page, p->len, block->at);
	if (virtqueue_add_inbuf(pair->rx, pair->rx_sg, 1, p, GFP_ATOMIC))
		return false;
	pair->rx_nr_blocks++;
	return true;
}

/* Blocks, as far as there are any and the ring wants them; how many were posted. */
static unsigned int blocks_post(struct net_pair *pair, struct tally *tally)
{
	unsigned int nr = 0;
	struct pbuf *p;

	while (pair->rx_blocks && ring_posted(pair) < pair->rx_wanted) {
		p = rx_block_take(pair->rx_blocks, &tally->looks);
		if (!p)
			break;
		if (unlikely(!block_post(pair, p))) {
			pbuf_free(p);
			break;
		}
		nr++;
	}
	return nr;
}

static __always_inline bool buffer_post(struct net_pair *pair, struct pbuf *p,
					struct page *page, unsigned int before)
{
	p->payload += before;
	p->len -= before;
	p->tot_len = p->len;
	sg_set_page(pair->rx_sg, page, p->len, offset_in_page(p->payload));
	return !virtqueue_add_inbuf(pair->rx, pair->rx_sg, 1, p, GFP_ATOMIC);
}

/* A page of the kernel's in place of a buffer. */
static noinline bool page_add(struct net_pair *pair, struct tally *tally,
			      unsigned int before)
{
	struct pbuf *p = pbuf_rx_page_alloc(RX_HEADER);

	if (!p) {
		tally->count.ring_starved++;
		return false;
	}
	tally->count.page_buffers++;
	if (!buffer_post(pair, p, virt_to_page(p), before)) {
		pbuf_free(p);
		return false;
	}
	pair->rx_pages++;
	return true;
}

/* As many as the ring lacks: what came back, then the pool's. */
static noinline bool spare_fetch(struct net_pair *pair, struct tally *tally)
{
	unsigned int nr = min(pair->rx->num_free, NET_RX_SPARE);

	pair->rx_nr_spare = pbuf_rx_pool_take(pair->rx_pool, RX_HEADER,
					      pair->rx_spare, nr,
					      &tally->looks);
	return pair->rx_nr_spare;
}

/* Post a fresh buffer; false: there is none. */
static __always_inline bool buffer_add(struct net_pair *pair,
				       struct tally *tally,
				       unsigned int before)
{
	struct pbuf *p;

	if (unlikely(!pair->rx_nr_spare) && !spare_fetch(pair, tally))
		return page_add(pair, tally, before);
	p = buffer_refresh(pair->rx_spare[--pair->rx_nr_spare], RX_HEADER);
	if (likely(buffer_post(pair, p, buffer_page(pair->rx_pool, p), before)))
		return true;
	pbuf_free(p);
	return false;
}

/* What goes in place of the pool's buffers, as far as there is any. */
static noinline unsigned int special_post(struct net_pair *pair,
					  struct tally *tally)
{
	if (pair->rx_has_prog)
		return 0;
	return pair->rx_is_split ? net_split_post(pair, tally) :
				   blocks_post(pair, tally);
}

/*
 * Where the device wants to know. With RSS, of the other queues too:
 * net_rss_tell_others() says why.
 */
static void ring_tell(struct net_pair *pair, struct tally *tally)
{
	if (!virtqueue_kick_prepare(pair->rx) || !virtqueue_notify(pair->rx))
		return;
	tally->count.kicks++;
	if (unlikely(pair->net->rss.entries))
		net_rss_tell_others(pair);
}

/* Fill the ring; false: it lacks buffers. A broken one has no use for any. */
bool net_ring_fill(struct net_pair *pair, struct tally *tally)
{
	unsigned int before = room_before(pair);
	bool special = pair->rx_blocks || pair->rx_is_split;
	unsigned int posted = special ? special_post(pair, tally) : 0;
	unsigned int least = pair->rx_wanted, most = pair->rx_size;
	bool enough;

	/*
	 * The pool's buffers make up for what is lacking. Once they are wanted, the
	 * ring is filled with them to its last slot.
	 *
	 * Not so where headers and data are separate: as long as such buffers are on
	 * the ring, no slots with pages get there, and nothing can be mapped. Then
	 * they are wanted only when a quarter of the slots is left, and no more than
	 * a few frames' worth. But room for the longest frame there must always be:
	 * a device that has less keeps the frame and waits to be told of buffers, and
	 * without a frame no interrupt has this side look again.
	 */
	if (unlikely(pair->rx_is_split && !pair->rx_has_prog)) {
		most = min(most, max(least, 4 * NET_RX_PIECES));
		least = max(DIV_ROUND_UP(least, 4),
			    net_split_has_room(pair) ? 0 :
			    min(least, NET_RX_PIECES));
	}
	enough = ring_posted(pair) >= least;
	while (!enough && pair->rx->num_free && ring_posted(pair) < most &&
	       buffer_add(pair, tally, before))
		posted++;
	if (posted)
		ring_tell(pair, tally);
	return ring_posted(pair) >= least || !pair->rx->num_free ||
	       virtqueue_is_broken(pair->rx);
}
