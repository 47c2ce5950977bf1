// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_post.c - posting buffers on the receive ring, for the device to fill.
 *
 * Normally the buffers are those of the RX pool. While headers and data are separated,
 * buffers of rx_split.h are preferred; otherwise, where the device merges frames, those
 * of rx_blocks.h. When the pool is empty, pages from the page allocator are posted.
 *
 * Cost: linear in the number of buffers that the ring lacks. The pool's lock is taken
 * once for up to NET_RX_SPARE buffers.
 *
 * Context: the poll, or while it is disabled.
 */
#include <linux/if_vlan.h>
#include <linux/module.h>

#include "net/virtio_rx.h"

/*
 * Return the number of the RX pool's buffers on the ring. While the poll runs, this is
 * an estimate.
 *
 * Context: any.
 */
unsigned int net_rx_posted(const struct net_pair *pair)
{
	unsigned int all, others;

	if (!pair->rx)
		return 0;
	/* The poll may change these numbers meanwhile, */
	others = data_race(pair->rx_pages + pair->rx_nr_blocks +
			   pair->rx_nr_split);
	/* and the ring's number of free slots. */
	all = data_race(ring_posted(pair));
	return all > others ? all - others : 0;
}

/*
 * Return how many bytes of a buffer to leave unused in front of the header. A frame of
 * the MTU's length then ends where shared_info has to be, so that the truesize which
 * the stack computes from the head is what the buffer takes, and no room is left behind
 * the data. Devices that cannot spread a frame over several buffers, or that merge
 * frames, get the whole buffer.
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

/* Post blocks until the ring has enough or none is left. Return the number posted. */
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

/* Post a page from the page allocator instead of a buffer. Return false if none is left. */
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

/* Fetch as many buffers as the ring has free slots. Return false if there is none. */
static noinline bool spare_fetch(struct net_pair *pair, struct tally *tally)
{
	unsigned int nr = min(pair->rx->num_free, NET_RX_SPARE);

	pair->rx_nr_spare = pbuf_rx_pool_take(pair->rx_pool, RX_HEADER,
					      pair->rx_spare, nr,
					      &tally->looks);
	return pair->rx_nr_spare;
}

/* Post a buffer of the RX pool, or else a page. Return false if there is neither. */
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

/* Post the buffers that are preferred to the pool's, if any. Return the number posted. */
static noinline unsigned int special_post(struct net_pair *pair,
					  struct tally *tally)
{
	if (pair->rx_has_prog)
		return 0;
	return pair->rx_is_split ? net_split_post(pair, tally) :
				   blocks_post(pair, tally);
}

/* Notify the device of posted buffers if it asked for that; see net_rss_tell_others(). */
static void ring_notify(struct net_pair *pair, struct tally *tally)
{
	if (!virtqueue_kick_prepare(pair->rx) || !virtqueue_notify(pair->rx))
		return;
	tally->count.kicks++;
	if (unlikely(pair->net->rss.entries))
		net_rss_tell_others(pair);
}

/* Fill the ring. Return false if it lacks buffers; a broken ring needs none. */
bool net_ring_fill(struct net_pair *pair, struct tally *tally)
{
	unsigned int before = room_before(pair);
	bool special = pair->rx_blocks || pair->rx_is_split;
	unsigned int posted = special ? special_post(pair, tally) : 0;
	unsigned int least = pair->rx_wanted, most = pair->rx_size;
	bool enough;

	/*
	 * If fewer than @least buffers are on the ring, buffers of the pool are added
	 * until there are @most: normally the whole ring.
	 *
	 * While headers and data are separate, fewer buffers of the pool are posted,
	 * because frames in them cannot be mapped, and they keep buffers of rx_split.h
	 * off the ring: only when less than a quarter of the wanted buffers is left,
	 * and only enough for a few frames. But the ring must always have room for the
	 * longest frame. Otherwise a device would hold such a frame back until it is
	 * notified of more buffers, and without a frame no interrupt would run the poll
	 * that posts them.
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
		ring_notify(pair, tally);
	return ring_posted(pair) >= least || !pair->rx->num_free ||
	       virtqueue_is_broken(pair->rx);
}
