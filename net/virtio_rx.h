/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_rx.h - internals of receiving, shared by virtio_rx.c, virtio_post.c,
 * virtio_xdp.c, virtio_split.c and virtio_queues.c.
 */
#ifndef _RTALLOC_NET_VIRTIO_RX_H
#define _RTALLOC_NET_VIRTIO_RX_H

#include "net/net.h"
#include "net/rx_blocks.h"
#include "net/rx_pool.h"
#include "net/rx_split.h"

#define RX_HEADER	((unsigned int)NET_HEADER_LEN)

/**
 * struct rx_frame - a frame that was taken off the ring
 * @p: the frame as a chain
 * @rest: the frame's last buffer, if the chain would exceed 65535 bytes with it; or NULL
 * @hdr: virtio's header of the frame
 * @meta: number of bytes of metadata in rx_meta of the pair
 */
struct rx_frame {
	struct pbuf *p;
	struct pbuf *rest;
	struct virtio_net_hdr hdr;
	u8 meta;
};

/* State of one poll, and what it adds to the counters. */
struct tally {
	struct net_rx_values count;
	struct pbuf_skb_cost cost;
	struct bpf_prog *prog;	/* the XDP program, or NULL */
	unsigned int free;	/* buffers that were free when the poll began */
	unsigned int looks;	/* lent buffers that this poll may still inspect */
	unsigned int page_looks;	/* data pages that it may still inspect */
	unsigned int usual;	/* frames that took the fast path */
	unsigned int scarce;	/* frames that rx_policy=drop has decided on */
	bool is_usual;		/* frames may take the fast path */
	bool is_redirected;	/* the program redirected a frame */
	struct net_pair *sender;	/* pair that XDP_TX sends on, or NULL */
};

/* Return the number of buffers on the ring, of all kinds. */
static inline unsigned int ring_posted(const struct net_pair *pair)
{
	return pair->rx_size - pair->rx->num_free - pair->rx_extra;
}

/* Count a custom pbuf, which is not of the RX pool, as taken off the ring. */
static inline void special_taken(struct net_pair *pair, struct pbuf *p)
{
	if (is_block(p)) {
		pair->rx_nr_blocks--;
	} else if (is_slot(p)) {
		pair->rx_nr_split--;
		pair->rx_split->posted -= slot_of(p)->nr;
		pair->rx_extra -= slot_of(p)->extra;
	} else {
		pair->rx_pages--;
	}
}

/* Release a pbuf. A single buffer of the RX pool is kept for the next filling. */
static inline void buffer_put(struct net_pair *pair, struct pbuf *p)
{
	if (!p->next && rx_pool_of(p) && pair->rx_nr_spare < NET_RX_SPARE)
		pair->rx_spare[pair->rx_nr_spare++] = p;
	else
		pbuf_free(p);
}

/* Enter the buffers that this poll has lent in the RX pool's ring. */
static inline void lent_add(struct net_pair *pair)
{
	if (pair->rx_nr_lent)
		rx_pool_lend_many(pair->rx_pool, pair->rx_lent,
				  pair->rx_nr_lent);
	pair->rx_nr_lent = 0;
}

/* Remember that a reference to @p's page was handed out. lent_add() enters @p. */
static __always_inline void lent_note(struct net_pair *pair, struct pbuf *p)
{
	if (unlikely(pair->rx_nr_lent == NET_RX_LENT))
		lent_add(pair);
	pair->rx_lent[pair->rx_nr_lent++] = p;
}

/* virtio_queues.c */
void net_rx_wanted_set(struct net_pair *pair);

/* virtio_post.c */
bool net_ring_fill(struct net_pair *pair, struct tally *tally);

/* virtio_xdp.c */
unsigned int net_xdp_before(const struct net_pair *pair, unsigned int frame);
void net_xdp_reshape(struct net_pair *pair, bool has_prog);
bool net_xdp_frame(struct net_pair *pair, struct rx_frame *frame,
		   struct tally *tally);
bool net_xdp_meta_put(struct net_pair *pair, struct sk_buff *skb, u8 len);
void net_xdp_flush(struct net_pair *pair, const struct tally *tally);

/* virtio_split.c */
void net_split_reshape(struct net_pair *pair, bool is_split);
unsigned int net_split_wanted(const struct net_pair *pair);
bool net_split_has_room(const struct net_pair *pair);
unsigned int net_split_post(struct net_pair *pair, struct tally *tally);
void net_split_learn(struct net_pair *pair, const struct pbuf *p);

/* Adopt the setting for separate headers and data. It holds for the whole poll. */
static inline void net_split_begin(struct net_pair *pair)
{
	bool is_split = READ_ONCE(pair->net->has_split);

	if (unlikely(is_split != pair->rx_is_split))
		net_split_reshape(pair, is_split);
}

/* Read the XDP program. It is used for the whole poll. */
static inline void net_xdp_begin(struct net_pair *pair, struct tally *tally)
{
	tally->prog = rcu_dereference_bh(pair->net->xdp_prog);
	if (unlikely(!tally->prog == pair->rx_has_prog))
		net_xdp_reshape(pair, tally->prog);
}

static inline void net_xdp_end(struct net_pair *pair, const struct tally *tally)
{
	if (unlikely(tally->is_redirected || tally->sender))
		net_xdp_flush(pair, tally);
}

#endif /* _RTALLOC_NET_VIRTIO_RX_H */
