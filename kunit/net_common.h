/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net_common.h - what the suites of the network module share: sk_buffs of every
 * shape, bytes that tell their place, RX pools that lose nothing.
 */
#ifndef _RTALLOC_KUNIT_NET_COMMON_H
#define _RTALLOC_KUNIT_NET_COMMON_H

#include <linux/skbuff.h>

#include <rtalloc/pbuf_skb.h>
#include "kunit/common.h"

/**
 * struct shape - how an sk_buff is cut
 * @desc: the case's name
 * @linear: bytes in the linear part
 * @frags: page frags
 * @frag: bytes of each
 * @children: sk_buffs on the frag list, each with @linear, @frags and @frag
 * @head_frag: the linear part lies in a page of its own
 */
struct shape {
	const char *desc;
	unsigned int linear;
	unsigned int frags;
	unsigned int frag;
	unsigned int children;
	bool head_frag;
};

extern const struct shape shapes[];
extern const struct shape short_packet;	/* 60 bytes */
const void *shape_next(const void *prev, char *desc);
/* Pbufs and bytes that a shape comes to. */
unsigned int shape_pieces(const struct shape *shape);
unsigned int shape_bytes(const struct shape *shape);

/* What the network calls with bottom halves off. */
#define WITHOUT_BH(work)						\
	do {								\
		local_bh_disable();					\
		work;							\
		local_bh_enable();					\
	} while (0)

/* Byte number @i of every packet. */
static inline u8 byte_at(unsigned int i)
{
	return i * 7 + (i >> 8) + 3;
}

/* Its bytes are byte_at(0), byte_at(1), ... */
struct sk_buff *skb_make(struct kunit *test, const struct shape *shape);
/* The bytes from number @first on, and no others. */
void expect_skb(struct kunit *test, const struct sk_buff *skb,
		unsigned int first, unsigned int len);
void expect_packet(struct kunit *test, const struct pbuf *p,
		   unsigned int first, unsigned int len);
/* Every length of a chain adds up. */
void expect_sums(struct kunit *test, const struct pbuf *p);
struct net_device *netdev_make(struct kunit *test);

/* Goes away with the test, which fails if a buffer is neither free nor lent. */
struct pbuf_rx_pool *rx_pool_make(struct kunit *test, unsigned int buffers);
struct pbuf_rx_pool_counts rx_pool_counts(struct pbuf_rx_pool *rx_pool);
/* Look at every lent buffer, then: how many are lent? */
unsigned int lent_now(struct pbuf_rx_pool *rx_pool);
/* A packet of @len bytes in buffers of at most @each. */
struct pbuf *rx_pool_packet(struct kunit *test, struct pbuf_rx_pool *rx_pool,
			    unsigned int len, unsigned int each);
/* With bottom halves off, as it wants. */
struct sk_buff *to_skb(struct pbuf *p, enum pbuf_skb_mode mode,
		       struct net_device *dev, struct pbuf_skb_cost *cost);

#endif /* _RTALLOC_KUNIT_NET_COMMON_H */
